"""What a chapter consists of, as `chapter.parse` returns it. Every block knows its line, from 1."""

from dataclasses import dataclass, field
from pathlib import PurePath

from cellcnn_book import cells


@dataclass(frozen=True)
class Prose:
    """A run of plain Markdown."""

    text: str
    line: int


@dataclass(frozen=True)
class Break:
    """`+++`: here a new Markdown cell starts."""

    line: int


@dataclass(frozen=True)
class Target:
    """`(label)=`; `title` is the heading below it, empty where none follows."""

    label: str
    title: str
    line: int


@dataclass(frozen=True)
class ExpectedOutput:
    """The exact output of the code cell above; `end` is the line of the closing fence."""

    text: str
    line: int
    end: int


@dataclass(frozen=True)
class CodeCell:
    """A code cell. `line` and `end` are its fences, `source_line` is the first line of the code."""

    source: str
    tags: tuple[str, ...]
    line: int
    source_line: int
    end: int
    output: dict = field(default_factory=dict)  # the `mystnb` option: alt text, caption
    expected: ExpectedOutput | None = None

    @property
    def is_exercise(self):
        """Whether the student writes here."""
        return "exercise" in self.tags

    @property
    def stub_source(self):
        """What the student sees: `...` in place of each solution."""
        return cells.stub(self.source)

    @property
    def solution_source(self):
        """The cell with its solutions, without the marks around them."""
        return cells.solution(self.source)

    @property
    def solution_lines(self):
        """The lines that give a solution away."""
        return cells.solution_lines(self.source)

    @property
    def checkers(self):
        """The names of the checkers that the cell calls: ``mean_filter`` of ``check.mean_filter(...)``."""
        return cells.checkers(self.source)


@dataclass(frozen=True)
class Box:
    """An admonition (`kind` is note, tip, ..., admonition) or a dropdown."""

    kind: str
    title: str
    blocks: tuple
    line: int


@dataclass(frozen=True)
class Figure:
    """A picture from a file; the caption is Markdown."""

    path: str
    alt: str
    label: str
    caption: str
    line: int


@dataclass(frozen=True)
class Include:
    """One object of a Python file, shown from the file."""

    path: str
    pyobject: str
    line: int


@dataclass(frozen=True)
class Math:
    """A formula on lines of its own; `number` is None where it has no label."""

    text: str
    label: str
    number: int | None
    line: int


@dataclass(frozen=True)
class Exercise:
    """An exercise and the code cell that belongs to it; the cell also stands among the chapter's blocks."""

    number: int
    label: str
    title: str
    blocks: tuple
    line: int
    cell: CodeCell | None = None


@dataclass(frozen=True)
class Choice:
    """One answer to a quiz question; text and reason are Markdown."""

    correct: bool
    text: str
    reason: str
    line: int


@dataclass(frozen=True)
class Quiz:
    """One question; `blocks` is what stands before the choices."""

    number: int
    label: str
    blocks: tuple
    choices: tuple[Choice, ...]
    line: int


@dataclass(frozen=True)
class InstructorNotes:
    """What only the page shows, folded, to whoever teaches the chapter."""

    blocks: tuple
    line: int


@dataclass(frozen=True)
class Chapter:
    """A chapter without slips: its front matter, its title and its blocks in order."""

    path: str
    text: str
    metadata: dict
    title: str
    blocks: tuple

    @property
    def name(self):
        """What page and notebook are called, such as ``03_convolution``."""
        return PurePath(self.path).stem

    @property
    def code_cells(self):
        return self._all(CodeCell)

    @property
    def exercises(self):
        return self._all(Exercise)

    @property
    def questions(self):
        return self._all(Quiz)

    @property
    def secret_lines(self):
        """The lines that would give a solution away: those of the solutions that stand in no cell openly."""
        shown = set().union(*(cells.open_lines(cell.source) for cell in self.code_cells))
        return set().union(*(exercise.cell.solution_lines for exercise in self.exercises)) - shown

    @property
    def labels(self):
        """Every label with the block that carries it."""
        return {label: block for block in walk(self.blocks) if (label := label_of(block))}

    def _all(self, kind):
        return tuple(block for block in self.blocks if isinstance(block, kind))


def walk(blocks):
    """Every block, also those inside boxes, exercises, questions and notes."""
    for block in blocks:
        yield block
        yield from walk(getattr(block, "blocks", ()))


def label_of(block):
    """The label that a block carries, or an empty string."""
    if isinstance(block, CodeCell):
        return block.output.get("figure", {}).get("name", "")
    return getattr(block, "label", "")
