"""Read a chapter, and say with file and line what in it no product of the course could show.

A chapter is a MyST text notebook that uses the constructs of CONTRIBUTING.md and no others. The page, the
student notebook and the tests are all made from what `parse` returns. As in MyST, a directive reaches to the
first fence that is at least as long as its opening one: an outer box needs more colons than those inside.
"""

import re
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import yaml
from markdown_it import MarkdownIt

from cellcnn_book import cells, directives
from cellcnn_book.blocks import (
    Break,
    Chapter,
    CodeCell,
    Exercise,
    ExpectedOutput,
    Math,
    Prose,
    Quiz,
    Target,
    label_of,
    walk,
)
from cellcnn_book.inline import Link, Role, Slip, Text, pieces

_DIRECTIVE = re.compile(r"(?P<fence>`{3,}|~{3,}|:{3,})\{(?P<name>[^}\s]*)\}[ ]*(?P<argument>.*?)\s*")
_SHIFTED_DIRECTIVE = re.compile(r"[ \t>]+(?:`{3,}|~{3,}|:{3,})\{")
_PLAIN_FENCE = re.compile(r"[ \t>]*(?P<fence>`{3,}(?=[^`]*$)|~{3,})")
_TARGET = re.compile(r"\((?P<label>[^()\s]*)\)=\s*")

NO_NOTEBOOK = (
    "the front matter does not make this file a notebook. Begin it with --- and "
    "jupytext: {text_representation: {extension: .md, format_name: myst}}, "
    "kernelspec: {display_name: Python 3, language: python, name: python3}."
)


class Problem(NamedTuple):
    """One slip: which file, which line (from 1), what is wrong and how to mend it."""

    path: str
    line: int
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.message}"


class ChapterError(ValueError):
    """All slips that were found, one `path:line: what is wrong` per line."""

    def __init__(self, problems):
        super().__init__(tuple(sorted(problems)))

    @property
    def problems(self):
        return self.args[0]

    def __str__(self):
        return "\n".join(map(str, self.problems))


def parse(text, path):
    """Read the text of a chapter.

    Parameters
    ----------
    text : str
        The whole file.
    path : str or Path
        Its name, for the messages.

    Returns
    -------
    Chapter

    Raises
    ------
    ChapterError
        With every slip of the file, each with its line.
    """
    return Reader(text, str(path)).chapter()


def check_labels(chapters):
    """Refuse a label that two chapters share: a reference to it could mean either."""
    places = {}
    for chapter in chapters:
        for label, block in chapter.labels.items():
            places.setdefault(label, []).append((chapter.path, block.line))
    problems = [
        Problem(*place, f"the label `{label}` is also given in {first[0]}:{first[1]}. Choose another.")
        for label, (first, *others) in places.items()
        for place in others
    ]
    if problems:
        raise ChapterError(problems)


def page_source(chapter):
    """The text that Sphinx reads: stubs for solutions, no expected outputs, and exactly as many lines.

    After each exercise cell stands a ``folded-solution`` directive with the number of the exercise. A stub is
    at least two lines shorter than its solution with the marks, so all that follows keeps its line and a
    warning of Sphinx points into the chapter as it was written.
    """
    lines = chapter.text.split("\n")
    for expected in (cell.expected for cell in chapter.code_cells if cell.expected):
        lines[expected.line - 1 : expected.end] = [""] * (expected.end - expected.line + 1)
    for exercise in chapter.exercises:
        cell = exercise.cell
        head = [
            re.sub(r"(tags:\s*\[)", r"\1remove-output, ", line)
            for line in lines[cell.line - 1 : cell.source_line - 1]
        ]
        page = [*head, *cell.stub_source.split("\n"), lines[cell.end - 1]]
        page += [f"```{{folded-solution}} {exercise.number}", "```"]
        lines[cell.line - 1 : cell.end] = page + [""] * (cell.end - cell.line + 1 - len(page))
    return "\n".join(lines)


class Reader:
    """Reads one file. What is wrong gathers in `problems`, so that one run shows all of it."""

    def __init__(self, text, path):
        self.text, self.path = text, path
        self.problems = []
        self.measured = []  # ``(name, line)`` of each measured role
        self.numbers = dict.fromkeys((Exercise, Quiz, Math), 0)

    def wrong(self, line, message):
        self.problems.append(Problem(self.path, line, message))

    def next_number(self, kind):
        self.numbers[kind] += 1
        return self.numbers[kind]

    def chapter(self):
        """The chapter, or `ChapterError` with all that is wrong in it."""
        lines = self.text.split("\n")
        metadata, start = self.front_matter(lines)
        blocks = _with_titles(self.blocks(lines[start:], start + 1, nested=False))
        title = self.title(blocks)
        blocks = self.join_cells(blocks)
        self.check_marks_outside_cells(lines, blocks)
        self.check_repeated_labels(blocks)
        self.check_measured(blocks)
        if self.problems:
            raise ChapterError(self.problems)
        return Chapter(self.path, self.text, metadata, title, blocks)

    def front_matter(self, lines):
        """The metadata, and the number of lines that they take."""
        end = lines.index("---", 1) if lines[0] == "---" and "---" in lines[1:] else 0
        try:
            metadata = yaml.safe_load("\n".join(lines[1:end])) or {}
            is_notebook = metadata["jupytext"]["text_representation"]["format_name"] == "myst"
            is_notebook = is_notebook and bool(metadata["kernelspec"]["name"])
        except (yaml.YAMLError, KeyError, TypeError):
            metadata, is_notebook = {}, False
        if not is_notebook:
            self.wrong(1, NO_NOTEBOOK)
        return metadata, end + 1 if end else 0

    def blocks(self, lines, first, *, nested):
        """The blocks of some lines, of which the first is line `first` of the file."""
        found, prose, index = [], [], 0

        def end_prose():
            text = "\n".join(prose)
            if text.strip():
                found.append(self.prose(text, first + index - len(prose)))
            prose.clear()

        while index < len(lines):
            line, number = lines[index], first + index
            directive, target = _DIRECTIVE.fullmatch(line), _TARGET.fullmatch(line)
            opening = directive or _PLAIN_FENCE.match(line)
            end = _closing(lines, index, opening["fence"]) if opening else index
            if end is None:
                self.wrong(
                    number, f"`{line.strip()}` is never closed. Add a line `{opening['fence']}` after it."
                )
                break
            if directive:
                end_prose()
                body = lines[index + 1 : end]
                block = directives.read(self, directive["name"], directive["argument"], body, number, nested)
                found += [block] if block else []
            elif target:
                end_prose()
                found.append(Target(self.label(target["label"], number), "", number))
            elif line.rstrip() == "+++":
                end_prose()
                found.append(Break(number))
            else:
                self.check_line(line, number)
                prose += lines[index : end + 1]
            index = end + 1
        end_prose()
        return tuple(found)

    def check_line(self, line, number):
        """Note what looks like a construct and is none."""
        if re.fullmatch(r"\s*:{3,}\s*", line):
            self.wrong(
                number,
                f"`{line.strip()}` closes nothing. Give an outer box more colons than those inside it.",
            )
        elif _SHIFTED_DIRECTIVE.match(line):
            self.wrong(number, f"`{line.strip()}` must start at the left margin. Move it out of the list.")
        elif line.startswith("+++"):
            self.wrong(number, f"a break between cells is `+++` alone: got `{line}`.")

    def prose(self, text, line):
        """A run of Markdown, checked."""
        rows = text.split("\n")
        for token in _markdown(text):
            if token.type == "code_block":
                self.wrong(
                    line + token.map[0], "code by four spaces of indentation. Put it between ``` fences."
                )
            elif token.type == "paragraph_open" and rows[token.map[0]].startswith("% "):
                self.wrong(line + token.map[0], "a comment would be shown in the notebook. Remove it.")
        self.inline(text, line)
        return Prose(text, line)

    def inline(self, text, line):
        """Check roles and links."""
        for piece in pieces(text):
            place = line + text.count("\n", 0, piece.offset)
            if isinstance(piece, Slip):
                self.wrong(place, piece.message)
            elif isinstance(piece, Role) and piece.name == "measured":
                self.measured.append((piece.target, place))
            elif isinstance(piece, Link) and not all(isinstance(part, Text) for part in pieces(piece.text)):
                self.wrong(place, f"the text of a link must be plain words: got [{piece.text}].")

    def label(self, label, line):
        if not directives.LABEL.fullmatch(label):
            self.wrong(
                line, f"a label is lower-case words joined by hyphens, as `ex-mean-filter`: got `{label}`."
            )
        return label

    # What spans several blocks

    def title(self, blocks):
        """The heading of first order: there must be one, and nothing to read above it."""
        prose = [block for block in blocks if isinstance(block, Prose)]
        found = [(line, text) for block in prose for line, level, text in headings(block) if level == 1]
        for line, text in found[1:]:
            self.wrong(line, f"a second title: `# {text}`. Sections start with `##`.")
        if not found:
            self.wrong(1, "the chapter has no title. Write `# Title` below the front matter.")
            return ""
        above = blocks[: blocks.index(prose[0])]
        if found[0][0] != _first_line(prose[0]) or not all(isinstance(block, Target) for block in above):
            self.wrong(found[0][0], "the title must come first. Move it up, below the front matter.")
        return found[0][1]

    def join_cells(self, blocks):
        """Join expected outputs and exercises to their cells."""
        joined, waiting = [], None  # the index of the exercise that has no cell yet
        for block in blocks:
            if isinstance(block, ExpectedOutput):
                cell = joined[-1] if joined else None
                if isinstance(cell, CodeCell) and "check-output" in cell.tags and not cell.expected:
                    joined[-1] = replace(cell, expected=block)
                else:
                    self.wrong(
                        block.line, "{expected-output} must follow a code cell with the tag check-output."
                    )
                continue
            if isinstance(block, Exercise | CodeCell):
                is_answer = isinstance(block, CodeCell) and block.is_exercise
                if waiting is not None and is_answer:
                    joined[waiting] = replace(joined[waiting], cell=block)
                elif waiting is not None:
                    self.wrong(
                        joined[waiting].line, "the exercise has no cell. Tag the next code cell `exercise`."
                    )
                elif is_answer:
                    self.wrong(
                        block.line, "a cell tagged `exercise` without an {exercise} block above it. Add one."
                    )
                waiting = len(joined) if isinstance(block, Exercise) else None
            joined.append(block)
        if waiting is not None:
            self.wrong(
                joined[waiting].line, "the exercise has no cell. Add a code cell tagged `exercise` below it."
            )
        for cell in joined:
            if isinstance(cell, CodeCell) and "check-output" in cell.tags and not cell.expected:
                self.wrong(
                    cell.line, "a `check-output` cell without its output. Add {expected-output} below it."
                )
        return tuple(joined)

    def check_marks_outside_cells(self, lines, blocks):
        found = [block for block in blocks if isinstance(block, CodeCell)]
        inside = {number for cell in found for number in range(cell.line, cell.end)}
        for number, line in enumerate(lines, start=1):
            if number not in inside and cells.nearly_mark(line):
                self.wrong(
                    number, f"`{line.strip()}` outside a code cell. Move it into a cell tagged `exercise`."
                )

    def check_repeated_labels(self, blocks):
        first = {}
        for block in walk(blocks):
            label = label_of(block)
            if label and first.setdefault(label, block) is not block:
                self.wrong(block.line, f"the label `{label}` is also given in line {first[label].line}.")

    def check_measured(self, blocks):
        first = {}
        for cell in (block for block in blocks if isinstance(block, CodeCell)):
            for tag in cell.tags:
                if tag.startswith("measured-") and first.setdefault(tag, cell) is not cell:
                    self.wrong(cell.line, f"the tag `{tag}` is also given in line {first[tag].line}.")
        for name, line in self.measured:
            if f"measured-{name}" not in first:
                known = ", ".join(first) or "no cell"
                self.wrong(
                    line,
                    f"no cell has the tag measured-{name}: tagged is {known}. Tag the cell that shows it.",
                )


def headings(prose):
    """``(line, level, text)`` of each heading in a run of Markdown."""
    for token, inside in pairwise(_markdown(prose.text)):
        if token.type == "heading_open":
            yield prose.line + token.map[0], int(token.tag[1]), inside.content


def _markdown(text):
    return MarkdownIt("commonmark").enable("table").parse(text)


def _first_line(prose):
    """The line of the first word."""
    return prose.line + prose.text[: len(prose.text) - len(prose.text.lstrip())].count("\n")


def _with_titles(blocks):
    """The blocks, with each target given the heading that follows it."""
    titled, title = [], ""
    for block in reversed(blocks):
        if isinstance(block, Prose):
            title = next((text for line, _, text in headings(block) if line == _first_line(block)), "")
        elif isinstance(block, Target):
            block = replace(block, title=title)
        else:
            title = ""
        titled.append(block)
    return titled[::-1]


def _closing(lines, index, fence):
    """The index of the line that closes the fence opened at `index`, or None."""
    closing = re.compile(rf"[ \t>]*{re.escape(fence)}{re.escape(fence[0])}*\s*")
    return next((at for at in range(index + 1, len(lines)) if closing.fullmatch(lines[at])), None)
