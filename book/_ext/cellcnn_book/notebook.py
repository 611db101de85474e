"""Write a chapter as a Jupyter notebook that Colab and plain Jupyter show well.

Roles and directives become plain Markdown with absolute addresses. No kernel is needed: exact outputs stand
in the chapter, others are left out. The same chapter gives the same bytes on every machine.
"""

import ast
import hashlib
import html
import json
import re
import textwrap
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

from cellcnn_book import cells
from cellcnn_book.blocks import (
    Box,
    Break,
    CodeCell,
    Exercise,
    Figure,
    Include,
    InstructorNotes,
    Math,
    Prose,
    Quiz,
    Target,
)
from cellcnn_book.chapter import ChapterError, Problem, headings
from cellcnn_book.inline import Formula, Link, Role, pieces
from cellcnn_book.library import NotFound

BADGE = "https://colab.research.google.com/assets/colab-badge.svg"
TITLES = {"note": "Note", "tip": "Tip", "warning": "Warning", "important": "Important", "seealso": "See also"}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}

SETUP = """\
try:
    import cellcnn_helpers
except ModuleNotFoundError:
    %pip install -q --no-deps {archive}"""


def student_notebook(chapter, library):
    """The notebook for students, with stubs, as text.

    Parameters
    ----------
    chapter : Chapter
        What to write.
    library : Library
        What the chapter refers to.

    Returns
    -------
    str
        JSON in nbformat 4.5, the same bytes every time.

    Raises
    ------
    ChapterError
        With every reference that leads nowhere.
    """
    return _Writer(chapter, library).notebook(lambda cell: cell.stub_source)


def solution_notebook(chapter, library):
    """The same notebook with the solutions filled in, for the tests."""
    return _Writer(chapter, library).notebook(lambda cell: cell.solution_source)


def student_notebooks(library):
    """The text of every student notebook, by its path from the root of the project.

    Raises
    ------
    ChapterError
        With every reference of every chapter that leads nowhere.
    """
    texts, problems = {}, []
    for chapter in library.chapters:
        try:
            texts[f"notebooks/{chapter.name}.ipynb"] = student_notebook(chapter, library)
        except ChapterError as error:
            problems += error.problems
    if problems:
        raise ChapterError(problems)
    return texts


class _Writer:
    """Writes one chapter; references that lead nowhere gather in `problems`."""

    def __init__(self, chapter, library):
        self.chapter, self.library = chapter, library
        self.address = library.address
        self.problems = []

    def notebook(self, exercise_source):
        """The whole notebook; `exercise_source` gives the code of an exercise's cell."""
        parts = list(self.parts(exercise_source))
        if self.problems:
            raise ChapterError(self.problems)
        notebook = {
            "cells": _with_ids(_joined(parts)),
            "metadata": METADATA,
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    def parts(self, exercise_source):
        """Code cells, paragraphs of Markdown, and None wherever a new Markdown cell starts."""
        yield from (self.head(), None, _code(SETUP.format(archive=self.address.archive_url)))
        count = 1
        for block in self.chapter.blocks:
            match block:
                case CodeCell():
                    count += 1
                    yield _code_cell(
                        block, exercise_source(block) if block.is_exercise else block.source, count
                    )
                    yield from self.below(block)
                case Break():
                    yield None
                case Prose():
                    yield from self.sections(block)
                case Exercise():
                    title = self.inline(block.title, block.line)
                    yield from (None, f"#### Exercise {block.number}. {title}", self.inside(block))
                case Quiz():
                    yield from (None, self.quiz(block), None)
                case _:
                    yield self.block(block)

    def head(self):
        """Title, the button for Colab, where the page is, and how to keep one's work."""
        name, title = self.chapter.name, self.chapter.title
        return (
            f"# {title}\n\n"
            f"[![Open in Colab]({BADGE})]({self.address.colab_url(name)})\n\n"
            f"This notebook belongs to the page [{_plain(title)}]({self.library.chapter_url(self.chapter)}). "
            "In Colab, choose *File > Save a copy in Drive* to keep your work."
        )

    def below(self, cell):
        """What stands under a code cell: its caption, or the way to a hint."""
        if caption := cell.output.get("figure", {}).get("caption"):
            yield f"*{self.inline(caption, cell.line)}*"
        if cell.is_exercise:
            exercise = next(exercise for exercise in self.chapter.exercises if exercise.cell is cell)
            hints = " or ".join(f"`check.{name}.hint()`" for name in cell.checkers)
            page = f"{self.library.chapter_url(self.chapter)}#{exercise.label}"
            yield f"*Stuck? Run {hints} in a new cell. A solution is folded away [on the page]({page}).*"
            yield None

    def sections(self, prose):
        """A run of Markdown, cut where a heading stands; the title is in the first cell already."""
        starts = {line - prose.line: level for line, level, _ in headings(prose)}
        section, lines = [], prose.text.split("\n")
        for index, line in enumerate(lines):
            if index in starts:
                yield self.inline_lines(section, prose.line + index - len(section))
                yield None
                section = []
            section.append("" if starts.get(index) == 1 else line)
        yield self.inline_lines(section, prose.line + len(lines) - len(section))

    def inline_lines(self, lines, line):
        return self.inline("\n".join(lines), line).strip("\n")

    def inside(self, block):
        """The blocks inside another."""
        return "\n\n".join(filter(None, map(self.block, block.blocks)))

    def block(self, block):
        """One block that becomes Markdown wherever it stands."""
        match block:
            case Prose():
                return self.inline(block.text, block.line).strip("\n")
            case Math():
                return _formula(block)
            case Figure():
                return self.figure(block)
            case Include():
                return self.include(block)
            case Box(kind="dropdown"):
                return _details(_summary(block.title), self.inside(block))
            case Box():
                title = TITLES.get(block.kind) or self.inline(block.title, block.line)
                return _quotation(f"**{title}**\n\n{self.inside(block)}")
            case Target() | InstructorNotes() | Break():
                return ""

    def figure(self, figure):
        with self.noting(figure.line):
            path = self.library.file(figure.path, self.chapter)
            # Sphinx puts every picture of a page into one folder.
            picture = f"![{figure.alt}]({self.address.site}_images/{Path(path).name})"
            return f"{picture}\n\n*{self.inline(figure.caption, figure.line)}*" if figure.caption else picture

    def include(self, include):
        with self.noting(include.line):
            path = self.library.file(include.path, self.chapter)
            code = python_object((self.library.root / path).read_text(encoding="utf-8"), include.pyobject)
            if code is None:
                raise NotFound(f"{path} has no `{include.pyobject}`. Name a function or class that is there.")
            return f"```python\n{code}\n```"

    def quiz(self, quiz):
        choices, answers = [], []
        for letter, choice in zip(LETTERS, quiz.choices, strict=False):
            choices.append(_item(f"**{letter}.** {self.inline(choice.text, choice.line)}"))
            verdict = "Right" if choice.correct else "Not right"
            answers.append(_item(f"**{letter}.** {verdict}: {self.inline(choice.reason, choice.line)}"))
        answer = _details("Answer, with a reason for each choice", "\n".join(answers))
        return f"**Question {quiz.number}.** {self.inside(quiz)}\n\n" + "\n".join(choices) + f"\n\n{answer}"

    @contextmanager
    def noting(self, line):
        """Take note of a reference that leads nowhere, and go on."""
        try:
            yield
        except NotFound as error:
            self.problems.append(Problem(self.chapter.path, line, str(error)))

    def inline(self, text, line):
        """Markdown with roles and links in it, written plainly."""
        return "".join(self.piece(piece, line + text.count("\n", 0, piece.offset)) for piece in pieces(text))

    def piece(self, piece, line):
        with self.noting(line):
            match piece:
                case Role():
                    return self.role(piece, line)
                case Link():
                    return self.link(piece)
                case _:
                    return piece.source
        return ""

    def link(self, link):
        if re.match(r"[a-z]+:", link.destination):
            return link.source
        path, _, anchor = link.destination.partition("#")
        if path and not path.endswith(".md"):
            return f"[{link.text}]({self.address.source_url(self.library.file(path, self.chapter))})"
        place = self.library.label(anchor, self.chapter) if anchor else self.library.page(path, self.chapter)
        return f"[{link.text or _plain(place.text)}]({place.url})"

    def role(self, role, line):
        library, chapter = self.library, self.chapter
        match role.name:
            case "cite:p":
                cited = [library.cite(key.strip()) for key in role.target.split(",")]
                return f"({'; '.join(_linked(f'{one.authors}, {one.year}', one.url) for one in cited)})"
            case "cite:t":
                cited = [library.cite(key.strip()) for key in role.target.split(",")]
                return ", ".join(_linked(f"{one.authors} ({one.year})", one.url) for one in cited)
            case "term":
                return f"[{role.text or role.target}]({library.term(role.target).url})"
            case "ref":
                place = library.label(role.target, chapter)
                if not (role.text or place.text):
                    raise NotFound(f"`{role.target}` has no title. Write {{ref}}`words <{role.target}>`.")
                return f"[{role.text or _plain(place.text)}]({place.url})"
            case "eq":
                place = library.formula(role.target, chapter)
                return f"[{place.text}]({place.url})"
            case "doc":
                place = library.page(role.target, chapter)
                return f"[{role.text or _plain(place.text)}]({place.url})"
            case "py:func" | "py:class":
                return self.python_name(role)
            case "measured":
                above = any(
                    f"measured-{role.target}" in cell.tags and cell.line < line for cell in chapter.code_cells
                )
                return f"(see the output {'above' if above else 'below'})"

    def python_name(self, role):
        name = role.target.removeprefix("~")
        if not name.startswith("cellcnn_helpers."):
            raise NotFound(
                f"`{name}` is not in the reference of the package. Write it as code, in backticks."
            )
        shown = name.rpartition(".")[2] if role.target.startswith("~") else name
        call = "()" if role.name == "py:func" else ""
        return f"[`{role.text or shown + call}`]({self.address.page_url('guide/api')}#{name})"


def python_object(source, name):
    """The code of a function, class or ``Class.method`` with its decorators; None where it is not there."""
    node = ast.parse(source)
    for part in name.split("."):
        named = [child for child in ast.iter_child_nodes(node) if getattr(child, "name", None) == part]
        if not named:
            return None
        node = named[-1]
    start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return textwrap.dedent("\n".join(source.split("\n")[start - 1 : node.end_lineno]))


def _code_cell(cell, source, count):
    """A code cell; only an exact output is stored, with the execution count that nbval asks for."""
    metadata = {}
    tags = [tag for tag in cell.tags if tag == "raises-exception"]
    if cell.expected:
        tags.append("nbval-check-output")
    if tags:
        metadata["tags"] = tags
    if {"remove-input", "hide-input"} & set(cell.tags):
        metadata |= {"cellView": "form", "jupyter": {"source_hidden": True}}  # Colab's word and Jupyter's
    if not cell.expected:
        return _code(source, metadata)
    return _code(source, metadata) | {"execution_count": count, "outputs": [_output(cell, count)]}


def _code(source, metadata=None):
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": metadata or {},
        "outputs": [],
        "source": source.splitlines(keepends=True),
    }


def _output(cell, count):
    text = cell.expected.text
    if cells.returns_value(cell.source):
        data = {"text/plain": text.splitlines(keepends=True)}
        return {"output_type": "execute_result", "execution_count": count, "data": data, "metadata": {}}
    return {"output_type": "stream", "name": "stdout", "text": f"{text}\n".splitlines(keepends=True)}


def _joined(parts):
    """Cells: the paragraphs between two code cells or breaks become one Markdown cell."""
    paragraphs = []
    for part in [*parts, None]:
        if isinstance(part, str):
            paragraphs += [part] if part.strip() else []
            continue
        if paragraphs:
            source = "\n\n".join(paragraphs).splitlines(keepends=True)
            yield {"cell_type": "markdown", "metadata": {}, "source": source}
        paragraphs = []
        if part is not None:
            yield part


def _with_ids(notebook_cells):
    """The cells, each with an id made from what it says, so that it keeps its id when others change."""
    found, seen = list(notebook_cells), Counter()
    for cell in found:
        content = f"{cell['cell_type']}\n{''.join(cell['source'])}"
        cell["id"] = hashlib.sha256(f"{content}\n{seen[content]}".encode()).hexdigest()[:12]
        seen[content] += 1
    return found


def _linked(text, url):
    return f"[{text}]({url})" if url else text


def _plain(text):
    """A title as the words of a link: its roles and links without theirs."""
    shown = {Role: lambda piece: piece.text or piece.target, Link: lambda piece: piece.text}
    return "".join(shown.get(type(piece), lambda piece: piece.source)(piece) for piece in pieces(text))


def _formula(math):
    """A formula on its own, with lines and number as Sphinx sets them."""
    text = math.text
    if "\\\\" in text and "\\begin{" not in text:
        text = f"\\begin{{split}}\n{text}\n\\end{{split}}"
    number = f" \\tag{{{math.number}}}" if math.number else ""
    return f"$$\n{text}{number}\n$$"


def _quotation(text):
    """A quotation. A formula takes one line: Jupyter would read the `>` of a second line as part of it."""
    written = "".join(
        " ".join(piece.source.split()) if isinstance(piece, Formula) else piece.source
        for piece in pieces(text)
    )
    return "\n".join(f"> {line}".rstrip() for line in written.split("\n"))


def _details(summary, body):
    return f"<details>\n<summary>{summary}</summary>\n\n{body}\n\n</details>"


def _summary(title):
    """A title as HTML: words and code. Markdown is not read inside a summary."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(_plain(title), quote=False))


def _item(text):
    """An item of a list, its further lines indented."""
    return textwrap.indent(text, "  ", lambda line: line.strip()).replace("  ", "- ", 1)
