"""Read a chapter, and say with file and line what in it no product of the course could show.

A chapter is a MyST text notebook that uses the constructs of CONTRIBUTING.md and no others. The page, the student
notebook and the tests are all made from what `parse` returns. As in MyST, a directive reaches to the first closing
fence that is at least as long as its opening one: an outer box needs more colons than the boxes inside it.
"""

import re
from dataclasses import replace
from typing import NamedTuple

import yaml
from markdown_it import MarkdownIt

from cellcnn_book import cells
from cellcnn_book.blocks import (
    Box,
    Break,
    Chapter,
    Choice,
    CodeCell,
    Exercise,
    ExpectedOutput,
    Figure,
    Include,
    InstructorNotes,
    Math,
    Prose,
    Quiz,
    Target,
    label_of,
    walk,
)
from cellcnn_book.inline import Link, Role, Slip, pieces

TAGS = ("exercise", "check-output", "measured-NAME", "remove-input", "hide-input", "raises-exception")
OUTPUT_OPTIONS = {"image": {"alt", "width"}, "figure": {"caption", "name"}}  # what `mystnb` may say

_DIRECTIVE = re.compile(r"(?P<fence>`{3,}|~{3,}|:{3,})\{(?P<name>[^}\s]*)\}[ ]*(?P<argument>.*?)\s*")
_SHIFTED_DIRECTIVE = re.compile(r"[ \t>]+(?:`{3,}|~{3,}|:{3,})\{")
_PLAIN_FENCE = re.compile(r"[ \t>]*(?P<fence>`{3,}(?=[^`]*$)|~{3,})")
_OPTION = re.compile(r":(?P<key>[\w-]+):(?:\s+(?P<value>.*?))?\s*")
_TARGET = re.compile(r"\((?P<label>[^()\s]*)\)=\s*")
_CHOICE = re.compile(r"- \[(?P<mark>.)\](?:\s+(?P<text>.*))?")
# Such a label is its own anchor on the page; Sphinx would change any other.
_LABEL = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_MEASURED = re.compile(rf"measured-{_LABEL.pattern}")


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
    return _Reader(text, str(path)).chapter()


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

    After each exercise cell stands a ``folded-solution`` directive with the number of the exercise. A stub is at
    least two lines shorter than its solution with the marks, so all that follows keeps its line and a warning of
    Sphinx points into the chapter as it was written.
    """
    lines = chapter.text.split("\n")
    for cell in chapter.code_cells:
        if cell.expected:
            lines[cell.expected.line - 1 : cell.expected.end] = [""] * (
                cell.expected.end - cell.expected.line + 1
            )
    for exercise in chapter.exercises:
        cell = exercise.cell
        head = lines[cell.line - 1 : cell.source_line - 1]
        head = [re.sub(r"(tags:\s*\[)", r"\1remove-output, ", line) for line in head]
        page = [*head, *cell.stub_source.split("\n"), lines[cell.end - 1]]
        page += [f"```{{folded-solution}} {exercise.number}", "```"]
        lines[cell.line - 1 : cell.end] = page + [""] * (cell.end - cell.line + 1 - len(page))
    return "\n".join(lines)


class _Reader:
    """Reads one file; what is wrong gathers in `problems`."""

    def __init__(self, text, path):
        self.text, self.path = text, path
        self.problems, self.roles = [], []
        self.numbers = dict.fromkeys((Exercise, Quiz, Math), 0)

    def wrong(self, line, message):
        self.problems.append(Problem(self.path, line, message))

    def next_number(self, kind):
        self.numbers[kind] += 1
        return self.numbers[kind]

    def chapter(self):
        lines = self.text.split("\n")
        metadata, start = self.front_matter(lines)
        blocks = self.pair(self.with_titles(self.blocks(lines[start:], start + 1, nested=False)))
        title = self.title(blocks)
        self.check_marks_outside(lines, blocks)
        self.check_labels(blocks)
        self.check_measured(blocks)
        if self.problems:
            raise ChapterError(self.problems)
        return Chapter(self.path, self.text, metadata, title, blocks)

    def front_matter(self, lines):
        """The metadata, and the number of lines that it takes."""
        end = lines.index("---", 1) if lines[0] == "---" and "---" in lines[1:] else 0
        try:
            metadata = yaml.safe_load("\n".join(lines[1:end])) or {}
            text_form = metadata.get("jupytext", {}).get("text_representation", {})
            is_notebook = text_form.get("format_name") == "myst" and "name" in metadata.get("kernelspec", {})
        except (yaml.YAMLError, AttributeError):
            metadata, is_notebook = {}, False
        if not is_notebook:
            self.wrong(
                1,
                "the front matter does not make this file a notebook. Start it with --- and YAML that has "
                "jupytext: {text_representation: {extension: .md, format_name: myst}} and "
                "kernelspec: {display_name: Python 3, language: python, name: python3}.",
            )
        return metadata, end + 1 if end else 0

    def blocks(self, lines, first, *, nested):
        """The blocks of some lines, the first of which is line `first` of the file."""
        found, prose, index = [], [], 0

        def end_prose():
            text = "\n".join(prose)
            if text.strip():
                found.append(self.prose(text, first + index - len(prose)))
            prose.clear()

        while index < len(lines):
            line = lines[index]
            directive, target = _DIRECTIVE.fullmatch(line), _TARGET.fullmatch(line)
            opening = directive or _PLAIN_FENCE.match(line)
            end = index
            if opening:
                end = _closing(lines, index, opening["fence"])
                if end is None:
                    self.wrong(
                        first + index,
                        f"`{line.strip()}` is never closed. Add `{opening['fence']}` on its own line.",
                    )
                    break
            if directive:
                end_prose()
                block = self.directive(directive, lines[index + 1 : end], first + index, nested)
                found += [block] if block else []
            elif target:
                end_prose()
                found.append(Target(self.label(target["label"], first + index), "", first + index))
            elif line.rstrip() == "+++":
                end_prose()
                found.append(Break(first + index))
            else:
                self.check_line(line, first + index)
                prose += lines[index : end + 1]
            index = end + 1
        end_prose()
        return tuple(found)

    def check_line(self, line, number):
        """What looks like a construct and is none."""
        if re.fullmatch(r"\s*:{3,}\s*", line):
            self.wrong(
                number,
                f"`{line.strip()}` closes nothing. An outer box needs more colons than the boxes inside.",
            )
        elif _SHIFTED_DIRECTIVE.match(line):
            self.wrong(
                number,
                f"a directive must start at the left margin: `{line.strip()}`. Move it out of the list.",
            )
        elif line.startswith("+++"):
            self.wrong(number, f"cell metadata are not used: `{line}`. Write `+++` alone.")

    def prose(self, text, line):
        """Check a run of Markdown, and keep it."""
        for token in MarkdownIt("commonmark").enable("table").parse(text):
            if token.type == "code_block":
                self.wrong(
                    line + token.map[0], "code by four spaces of indentation. Write it between ``` fences."
                )
            if token.type == "paragraph_open" and text.split("\n")[token.map[0]].startswith("% "):
                self.wrong(line + token.map[0], "a comment would be shown in the notebook. Remove it.")
        self.inline(text, line)
        return Prose(text, line)

    def inline(self, text, line):
        """Check roles and links."""
        for piece in pieces(text):
            place = line + text.count("\n", 0, piece.offset)
            if isinstance(piece, Slip):
                self.wrong(place, piece.message)
            elif isinstance(piece, Role):
                self.roles.append((piece, place))
            elif isinstance(piece, Link) and any(
                isinstance(part, Role | Link | Slip) for part in pieces(piece.text)
            ):
                self.wrong(
                    place,
                    f"a role or link inside the text of a link: [{piece.text}]. Write plain words there.",
                )

    def label(self, label, line):
        if not _LABEL.fullmatch(label):
            self.wrong(
                line,
                f"a label is lower-case words joined by hyphens: got `{label}`. For example `ex-mean-filter`.",
            )
        return label

    # Directives

    def directive(self, opening, body, line, nested):
        """The block of one directive, or None where it is unknown."""
        name, argument = opening["name"], opening["argument"]
        rule = _DIRECTIVES.get(name)
        if rule is None:
            self.wrong(
                line,
                f"unknown directive {{{name}}}. The directives of a chapter are {', '.join(_DIRECTIVES)}.",
            )
            return None
        if nested and rule.outermost:
            self.wrong(line, f"{{{name}}} cannot stand inside another directive. Move it out.")
        if rule.argument and not argument:
            self.wrong(
                line,
                f"{{{name}}} needs {rule.argument} after its name. Write {{{name}}} {rule.argument.split()[-1]}.",
            )
        elif argument and not rule.argument:
            self.wrong(
                line,
                f"{{{name}}} takes nothing after its name: got `{argument}`. Move it below, or use {{admonition}}.",
            )
        options, taken = self.options(name, body, line + 1, rule.options)
        body, first = body[taken:], line + 1 + taken
        while body and not body[0].strip():
            body, first = body[1:], first + 1
        return rule.read(self, name, argument, options, body, line, first)

    def options(self, name, body, first, known):
        """The options at the head of a directive, and the number of lines they take."""
        taken, end, options = 0, None, {}
        if known and body and body[0].strip() == "---":
            end = next((index for index in range(1, len(body)) if body[index].strip() == "---"), len(body))
            taken = end + 1
            try:
                options = yaml.safe_load("\n".join(body[1:end])) or {}
            except yaml.YAMLError as error:
                self.wrong(first, f"the options of {{{name}}} are no YAML: {error}.".replace("\n", " "))
        elif known:
            while taken < len(body) and (option := _OPTION.fullmatch(body[taken])):
                options[option["key"]] = option["value"] or ""
                taken += 1
        for key in options.keys() - set(known):
            self.wrong(first, f"unknown option :{key}: of {{{name}}}. It takes {', '.join(known)}.")
        return options, taken

    def needed(self, name, options, key, line):
        value = str(options.get(key) or "").strip()
        if not value:
            self.wrong(line, f"{{{name}}} needs :{key}:. Add it below the first line.")
        return value

    def code_cell(self, name, argument, options, body, line, first):
        if argument and argument != "ipython3":
            self.wrong(
                line,
                f"a code cell is written in ipython3: got `{argument}`. Show other code in a plain fence.",
            )
        tags, output = self.yaml_option(options, "tags", line), self.yaml_option(options, "mystnb", line)
        source, end = "\n".join(body), first + len(body)
        tags = self.tags(tags or [], line)
        for key, parts in (output or {}).items():
            if set(parts or {}) - OUTPUT_OPTIONS.get(key, set()):
                self.wrong(
                    line,
                    f"unknown option mystnb: {key}: {parts}. Known are image (alt, width), figure (caption, name).",
                )
        if not source.strip():
            self.wrong(line, "the code cell is empty. Write code in it, or remove it.")
        for index, message in cells.problems(source, tags):
            self.wrong(first + index, message)
        if "exercise" in tags and not self.tags_in_one_line(line, first):
            self.wrong(line, "the tags of an exercise cell must stand on one line: tags: [exercise].")
        if name_of_figure := (output or {}).get("figure", {}).get("name"):
            self.label(name_of_figure, line)
        return CodeCell(source, tags, line, first, end, output or {})

    def yaml_option(self, options, key, line):
        """An option that is YAML, also where it is written as `:key: value`."""
        value = options.get(key)
        try:
            return yaml.safe_load(value) if isinstance(value, str) else value
        except yaml.YAMLError:
            self.wrong(line, f"the option {key} is no YAML: got `{value}`.")
            return None

    def tags_in_one_line(self, line, first):
        return any(re.search(r"tags:\s*\[.*\]", text) for text in self.text.split("\n")[line : first - 1])

    def tags(self, tags, line):
        if not isinstance(tags, list):
            self.wrong(line, f"tags must be a list: got `{tags}`. Write tags: [exercise].")
            return ()
        for tag in map(str, tags):
            if tag == "measured-NAME" or not (tag in TAGS or _MEASURED.fullmatch(tag)):
                self.wrong(line, f"unknown tag `{tag}`. The tags of a code cell are {', '.join(TAGS)}.")
        if "exercise" in tags and "check-output" in tags:
            self.wrong(
                line, "the output of an exercise depends on the student: it cannot have the tag check-output."
            )
        return tuple(map(str, tags))

    def expected_output(self, name, argument, options, body, line, first):
        return ExpectedOutput("\n".join(body), line, first + len(body))

    def box(self, name, argument, options, body, line, first):
        self.inline(argument, line)
        return Box(name, argument, self.blocks(body, first, nested=True), line)

    def figure(self, name, argument, options, body, line, first):
        alt = self.needed(name, options, "alt", line)
        label = self.label(options["name"], line) if "name" in options else ""
        caption = "\n".join(body).strip()
        self.inline(caption, first)
        return Figure(argument, alt, label, caption, line)

    def include(self, name, argument, options, body, line, first):
        return Include(argument, self.needed(name, options, "pyobject", line), line)

    def math(self, name, argument, options, body, line, first):
        label = self.label(options["label"], line) if "label" in options else ""
        return Math("\n".join(body).strip(), label, self.next_number(Math) if label else None, line)

    def exercise(self, name, argument, options, body, line, first):
        label = self.label(self.needed(name, options, "label", line), line)
        self.inline(argument, line)
        number = self.next_number(Exercise)
        return Exercise(number, label, argument, self.blocks(body, first, nested=True), line)

    def notes(self, name, argument, options, body, line, first):
        return InstructorNotes(self.blocks(body, first, nested=True), line)

    def quiz(self, name, argument, options, body, line, first):
        label = self.label(self.needed(name, options, "label", line), line)
        starts = [index for index, text in enumerate(body) if _CHOICE.fullmatch(text)]
        question = self.blocks(body[: starts[0]] if starts else body, first, nested=True)
        choices = tuple(
            self.choice(body[start:end], first + start)
            for start, end in zip(starts, [*starts[1:], len(body)], strict=True)
        )
        if not question:
            self.wrong(line, "the quiz asks nothing. Write the question before the choices.")
        if len(choices) < 2:
            self.wrong(line, f"a quiz needs at least two choices `- [ ] text`: got {len(choices)}.")
        elif (right := sum(choice.correct for choice in choices)) != 1:
            self.wrong(line, f"a quiz has one right choice `- [x]`: got {right}.")
        return Quiz(self.next_number(Quiz), label, question, choices, line)

    def choice(self, lines, line):
        """One choice; its reason is the quotation below it."""
        head = _CHOICE.fullmatch(lines[0])
        text, reason = [head["text"] or ""], []
        if head["mark"] not in " x":
            self.wrong(line, f"a choice starts with `- [ ]` or `- [x]`: got `{lines[0]}`.")
        for index, rest in enumerate(lines[1:], start=1):
            if rest.strip() and not rest.startswith("  "):
                self.wrong(line + index, f"this belongs to no choice: `{rest}`. Indent it by two spaces.")
            elif rest.startswith("  >"):
                reason.append(rest[3:].removeprefix(" "))
            elif reason and rest.strip():
                self.wrong(
                    line + index,
                    f"text after the reason of a choice: `{rest.strip()}`. Start it with `  > `.",
                )
            elif not reason:
                text.append(rest[2:])
        choice = Choice(head["mark"] == "x", "\n".join(text).strip(), "\n".join(reason).strip(), line)
        if not choice.text:
            self.wrong(line, "a choice without words. Write them after the brackets.")
        if not choice.reason:
            self.wrong(
                line, f"the choice `{choice.text}` has no reason. Add one below it: `  > Because ...`."
            )
        self.inline(choice.text, line)
        self.inline(choice.reason, line + len(text))
        return choice

    # What spans several blocks

    def with_titles(self, blocks):
        """Give each target the title of the heading below it."""
        titled, title = [], ""
        for block in reversed(blocks):
            if isinstance(block, Prose):
                title = next((text for start, _, text in _headings(block) if start == _first_line(block)), "")
            elif isinstance(block, Target):
                block = replace(block, title=title)
            else:
                title = ""
            titled.insert(0, block)
        return titled

    def pair(self, blocks):
        """Join expected outputs and exercises to their cells."""
        paired, waiting = [], None  # `waiting` is the index of the exercise that has no cell yet
        for block in blocks:
            if isinstance(block, ExpectedOutput):
                cell = paired[-1] if paired else None
                if isinstance(cell, CodeCell) and "check-output" in cell.tags and not cell.expected:
                    paired[-1] = replace(cell, expected=block)
                else:
                    self.wrong(
                        block.line, "{expected-output} must follow a code cell with the tag check-output."
                    )
                continue
            if isinstance(block, Exercise | CodeCell) and waiting is not None:
                if isinstance(block, CodeCell) and block.is_exercise:
                    paired[waiting] = replace(paired[waiting], cell=block)
                else:
                    self.wrong(
                        paired[waiting].line,
                        "the exercise has no cell. Tag the next code cell with exercise.",
                    )
            elif isinstance(block, CodeCell) and block.is_exercise:
                self.wrong(
                    block.line, "a cell tagged exercise without its {exercise} block. Write one above it."
                )
            if isinstance(block, Exercise | CodeCell):
                waiting = len(paired) if isinstance(block, Exercise) else None
            paired.append(block)
        if waiting is not None:
            self.wrong(
                paired[waiting].line,
                "the exercise has no cell. Add a code cell with the tag exercise below it.",
            )
        for cell in paired:
            if isinstance(cell, CodeCell) and "check-output" in cell.tags and not cell.expected:
                self.wrong(
                    cell.line,
                    "a check-output cell without its output. Add an {expected-output} fence below it.",
                )
        return tuple(paired)

    def title(self, blocks):
        """The first-order heading; there must be one, above everything else."""
        prose = [block for block in blocks if isinstance(block, Prose)]
        found = [(line, text) for block in prose for line, level, text in _headings(block) if level == 1]
        for line, text in found[1:]:
            self.wrong(line, f"a second title: `# {text}`. Sections start with ##.")
        if not found:
            self.wrong(1, "the chapter has no title. Start it with a line `# Title`.")
            return ""
        if prose and found[0][0] != _first_line(prose[0]):
            self.wrong(found[0][0], "the title must come first. Move it up, below the front matter.")
        return found[0][1]

    def check_marks_outside(self, lines, blocks):
        inside = {
            line for cell in blocks if isinstance(cell, CodeCell) for line in range(cell.line, cell.end + 1)
        }
        for number, line in enumerate(lines, start=1):
            if number not in inside and cells.nearly_mark(line):
                self.wrong(
                    number,
                    f"`{line.strip()}` outside a code cell. A solution stands in a cell tagged exercise.",
                )

    def check_labels(self, blocks):
        first = {}
        for block in walk(blocks):
            label = label_of(block)
            if label and first.setdefault(label, block) is not block:
                self.wrong(
                    block.line,
                    f"the label `{label}` is also given in line {first[label].line}. Choose another.",
                )

    def check_measured(self, blocks):
        names = {}
        for cell in (block for block in blocks if isinstance(block, CodeCell)):
            for tag in cell.tags:
                if tag.startswith("measured-") and names.setdefault(tag[9:], cell) is not cell:
                    self.wrong(
                        cell.line,
                        f"the tag `{tag}` is also given in line {names[tag[9:]].line}. Choose another.",
                    )
        for role, line in self.roles:
            if role.name == "measured" and role.target not in names:
                known = ", ".join(sorted(names)) or "none"
                self.wrong(line, f"no cell has the tag measured-{role.target}. Measured are: {known}.")


class _Rule(NamedTuple):
    """How a directive is read, its options, what stands after its name, and whether it may not be nested."""

    read: object
    options: tuple = ()
    argument: str = ""
    outermost: bool = False


_DIRECTIVES = {
    "code-cell": _Rule(_Reader.code_cell, ("tags", "mystnb"), "the language ipython3", outermost=True),
    "expected-output": _Rule(_Reader.expected_output, outermost=True),
    "exercise": _Rule(_Reader.exercise, ("label",), "a Title", outermost=True),
    "quiz": _Rule(_Reader.quiz, ("label",), outermost=True),
    "instructor-notes": _Rule(_Reader.notes, outermost=True),
    "note": _Rule(_Reader.box),
    "tip": _Rule(_Reader.box),
    "warning": _Rule(_Reader.box),
    "important": _Rule(_Reader.box),
    "seealso": _Rule(_Reader.box),
    "admonition": _Rule(_Reader.box, argument="a Title"),
    "dropdown": _Rule(_Reader.box, argument="a Title"),
    "figure": _Rule(_Reader.figure, ("alt", "name", "width"), "a path"),
    "literalinclude": _Rule(_Reader.include, ("pyobject",), "a path"),
    "math": _Rule(_Reader.math, ("label",)),
}


def _closing(lines, index, fence):
    """The index of the line that closes the fence opened at `index`, or None."""
    closing = re.compile(rf"[ \t>]*{re.escape(fence)}{re.escape(fence[0])}*\s*")
    return next((at for at in range(index + 1, len(lines)) if closing.fullmatch(lines[at])), None)


def _headings(prose):
    """``(line, level, text)`` of each heading."""
    tokens = MarkdownIt("commonmark").parse(prose.text)
    for token, inline in zip(tokens, tokens[1:], strict=False):
        if token.type == "heading_open":
            yield prose.line + token.map[0], int(token.tag[1]), inline.content


def _first_line(prose):
    """The line of the first word."""
    return prose.line + prose.text[: len(prose.text) - len(prose.text.lstrip())].count("\n")
