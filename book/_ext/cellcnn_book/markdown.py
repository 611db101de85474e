"""Write the blocks of a chapter as Markdown that Colab and plain Jupyter show well.

Neither knows roles or directives, so each becomes plain Markdown, and every link an absolute one.
"""

import html
import re
import textwrap
from contextlib import contextmanager
from pathlib import Path

from cellcnn_book.blocks import Box, Break, Figure, Include, InstructorNotes, Math, Prose, Target
from cellcnn_book.chapter import Problem
from cellcnn_book.inline import Formula, Link, Role, pieces
from cellcnn_book.library import NotFound
from cellcnn_book.package_code import python_object

TITLES = {"note": "Note", "tip": "Tip", "warning": "Warning", "important": "Important", "seealso": "See also"}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class MarkdownWriter:
    """Writes the blocks of one chapter; references that lead nowhere gather in `problems`.

    Parameters
    ----------
    chapter : Chapter
        What to write.
    library : Library
        What it refers to.
    """

    def __init__(self, chapter, library):
        self.chapter, self.library = chapter, library
        self.problems = []

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
            picture = f"![{figure.alt}]({self.library.address.site}_images/{Path(path).name})"
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
            return f"[{link.text}]({self.library.address.source_url(self.library.file(path, self.chapter))})"
        place = self.library.label(anchor, self.chapter) if anchor else self.library.page(path, self.chapter)
        return f"[{link.text or plain(place.text)}]({place.url})"

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
                return f"[{role.text or plain(place.text)}]({place.url})"
            case "eq":
                place = library.formula(role.target, chapter)
                return f"[{place.text}]({place.url})"
            case "doc":
                place = library.page(role.target, chapter)
                return f"[{role.text or plain(place.text)}]({place.url})"
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
        return f"[`{role.text or shown + call}`]({self.library.address.page_url('guide/api')}#{name})"


def _linked(text, url):
    return f"[{text}]({url})" if url else text


def plain(text):
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
    return "\n".join(f"> {line}" if line else ">" for line in written.split("\n"))


def _details(summary, body):
    return f"<details>\n<summary>{summary}</summary>\n\n{body}\n\n</details>"


def _summary(title):
    """A title as HTML: words and code. Markdown is not read inside a summary."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(plain(title), quote=False))


def _item(text):
    """An item of a list, its further lines indented."""
    return textwrap.indent(text, "  ", lambda line: line.strip()).replace("  ", "- ", 1)
