"""Write a chapter as a Jupyter notebook.

No kernel is needed: exact outputs stand in the chapter, others are left out. The same chapter gives the same
bytes on every machine.
"""

import hashlib
import json
from collections import Counter

from cellcnn_book import cells
from cellcnn_book.blocks import Break, CodeCell, Exercise, Prose, Quiz
from cellcnn_book.chapter import ChapterError, headings
from cellcnn_book.markdown import MarkdownWriter, plain

BADGE = "https://colab.research.google.com/assets/colab-badge.svg"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
GPU = {"accelerator": "GPU", "colab": {"gpuType": "T4"}}  # Colab's words

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


class _Writer(MarkdownWriter):
    """Writes one chapter as a whole."""

    def notebook(self, exercise_source):
        """The whole notebook; `exercise_source` gives the code of an exercise's cell."""
        parts = list(self.parts(exercise_source))
        if self.problems:
            raise ChapterError(self.problems)
        notebook = {
            "cells": _with_ids(_joined(parts)),
            "metadata": METADATA | (GPU if self.chapter.metadata.get("accelerator") == "GPU" else {}),
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    def parts(self, exercise_source):
        """Code cells, paragraphs of Markdown, and None wherever a new Markdown cell starts."""
        yield from (self.head(), None, _code(SETUP.format(archive=self.library.address.archive_url)))
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
            f"# {self.inline(title, 1)}\n\n"
            f"[![Open in Colab]({BADGE})]({self.library.address.colab_url(name)})\n\n"
            f"This notebook belongs to the page [{plain(title)}]({self.library.chapter_url(self.chapter)}). "
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
