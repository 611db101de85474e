"""How each directive of a chapter is read: its options, what may stand in it, and the block that comes of it.

Every reader gets the `chapter.Reader`, which takes note of slips and reads what is inside, and a `Directive`.
"""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import yaml

from cellcnn_book import cells
from cellcnn_book.blocks import (
    Box,
    Choice,
    CodeCell,
    Exercise,
    ExpectedOutput,
    Figure,
    Include,
    InstructorNotes,
    Math,
    Quiz,
)

TAGS = (
    "exercise",
    "check-output",
    "measured-NAME",
    "remove-input",
    "hide-input",
    "hide-output",
    "raises-exception",
)
OUTPUT_OPTIONS = {"image": {"alt"}, "figure": {"caption", "name"}}  # what `mystnb` may say

# Such a label is its own anchor on the page; Sphinx would change any other.
LABEL = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_MEASURED = re.compile(rf"measured-{LABEL.pattern}")
_OPTION = re.compile(r":(?P<key>[\w-]+):(?:\s+(?P<value>.*?))?\s*")
_TAGS_ON_ONE_LINE = re.compile(r"tags:\s*\[.*\]")
_CHOICE = re.compile(r"- \[(?P<mark>.)\](?:\s+(?P<text>.*))?")


@dataclass
class Directive:
    """One directive as it is written: `line` is that of its opening fence, `first` that of `body[0]`."""

    name: str
    argument: str
    body: list
    line: int
    first: int
    options: dict
    head: list  # the lines of the options

    @property
    def text(self):
        return "\n".join(self.body)


def read(reader, name, argument, body, line, nested):
    """The block of one directive, or None where there is no such directive."""
    rule = RULES.get(name)
    if rule is None:
        reader.wrong(line, f"unknown directive {{{name}}}. Use one of {', '.join(RULES)}.")
        return None
    if nested and rule.outermost:
        reader.wrong(line, f"{{{name}}} cannot stand inside another directive. Move it out.")
    if rule.argument and not argument:
        reader.wrong(line, f"{{{name}}} needs {rule.argument} after its name.")
    elif argument and not rule.argument:
        reader.wrong(
            line, f"{{{name}}} takes nothing after its name: got `{argument}`. Move it into the body."
        )
    options, taken = ({}, 0) if rule.verbatim else _options(reader, name, body, line + 1, rule.options)
    start = taken
    while start < len(body) and not body[start].strip():
        start += 1
    found = Directive(name, argument, body[start:], line, line + 1 + start, options, body[:taken])
    return rule.read(reader, found)


def _options(reader, name, body, first, known):
    """The options at the head of a directive, and the number of lines they take."""
    options, taken = {}, 0
    if body and body[0].strip() == "---":
        end = next((index for index in range(1, len(body)) if body[index].strip() == "---"), len(body))
        options, taken = (
            _yaml(reader, "\n".join(body[1:end]), f"the options of {{{name}}}", first) or {},
            end + 1,
        )
    else:
        while taken < len(body) and (option := _OPTION.fullmatch(body[taken])):
            options[option["key"]] = option["value"] or ""
            taken += 1
    if not isinstance(options, dict):
        reader.wrong(first, f"the options of {{{name}}} must be `key: value`: got `{options}`.")
        options = {}
    for key in options.keys() - set(known):
        reader.wrong(
            first, f"unknown option `{key}` of {{{name}}}. It takes {', '.join(known) or 'no options'}."
        )
    return options, taken


def _yaml(reader, value, what, line):
    """A value that may be written as YAML."""
    try:
        return yaml.safe_load(value) if isinstance(value, str) else value
    except yaml.YAMLError as error:
        reader.wrong(line, f"{what} are no YAML: {' '.join(str(error).split())}.")
        return None


def _needed(reader, directive, key):
    value = str(directive.options.get(key) or "").strip()
    if not value:
        reader.wrong(
            directive.line, f"{{{directive.name}}} has no {key}. Add `:{key}: ...` below its first line."
        )
    return value


def _label(reader, directive, key="label", *, needed=False):
    """The label of a directive, an empty string where it has none."""
    if not needed and key not in directive.options:
        return ""
    value = _needed(reader, directive, key)
    return reader.label(value, directive.line) if value else ""


def _read_code_cell(reader, directive):
    options, line = directive.options, directive.line
    if directive.argument not in ("", "ipython3"):
        reader.wrong(line, f"a code cell is in ipython3: got `{directive.argument}`. Use a plain fence.")
    tags = _tags(reader, _yaml(reader, options.get("tags", []), "the tags", line), line)
    output = _output_options(
        reader, _yaml(reader, options.get("mystnb", {}), "the options `mystnb`", line), line
    )
    if "exercise" in tags and not any(map(_TAGS_ON_ONE_LINE.search, directive.head)):
        reader.wrong(line, "the tags of an exercise cell must stand on one line: `tags: [exercise]`.")
    if not directive.text.strip():
        reader.wrong(line, "the code cell is empty. Write code in it, or remove it.")
    for index, message in cells.problems(directive.text, tags):
        reader.wrong(directive.first + index, message)
    return CodeCell(
        directive.text, tags, line, directive.first, directive.first + len(directive.body), output
    )


def _tags(reader, tags, line):
    if not isinstance(tags, list):
        reader.wrong(line, f"the tags must be a list: got `{tags}`. Write `tags: [exercise]`.")
        return ()
    tags = tuple(map(str, tags))
    for tag in tags:
        if tag == "measured-NAME" or not (tag in TAGS or _MEASURED.fullmatch(tag)):
            reader.wrong(line, f"unknown tag `{tag}`. Use one of {', '.join(TAGS)}.")
    if {"exercise", "check-output"} <= set(tags):
        reader.wrong(line, "the output of an exercise depends on the student. Remove the tag `check-output`.")
    return tags


def _output_options(reader, options, line):
    for part, values in (options or {}).items():
        if not isinstance(values, dict) or values.keys() - OUTPUT_OPTIONS.get(part, set()):
            known = "; ".join(f"{name}: {', '.join(sorted(keys))}" for name, keys in OUTPUT_OPTIONS.items())
            reader.wrong(line, f"unknown option `mystnb: {part}: {values}`. Known are {known}.")
            return {}
    if name := (options or {}).get("figure", {}).get("name"):
        reader.label(name, line)
    if caption := (options or {}).get("figure", {}).get("caption"):
        reader.inline(caption, line)
    return options or {}


def _read_expected_output(reader, directive):
    return ExpectedOutput(directive.text, directive.line, directive.first + len(directive.body))


def _inside(reader, directive):
    return reader.blocks(directive.body, directive.first, nested=True)


def _read_box(reader, directive):
    reader.inline(directive.argument, directive.line)
    return Box(directive.name, directive.argument, _inside(reader, directive), directive.line)


def _read_notes(reader, directive):
    return InstructorNotes(_inside(reader, directive), directive.line)


def _read_figure(reader, directive):
    alt, label = _needed(reader, directive, "alt"), _label(reader, directive, "name")
    reader.inline(directive.text, directive.first)
    return Figure(directive.argument, alt, label, directive.text.strip(), directive.line)


def _read_include(reader, directive):
    return Include(directive.argument, _needed(reader, directive, "pyobject"), directive.line)


def _read_math(reader, directive):
    label = _label(reader, directive)
    number = reader.next_number(Math) if label else None
    return Math(directive.text.strip(), label, number, directive.line)


def _read_exercise(reader, directive):
    label = _label(reader, directive, needed=True)
    reader.inline(directive.argument, directive.line)
    number = reader.next_number(Exercise)
    return Exercise(number, label, directive.argument, _inside(reader, directive), directive.line)


def _read_quiz(reader, directive):
    label, body, line = _label(reader, directive, needed=True), directive.body, directive.line
    starts = [index for index, text in enumerate(body) if _CHOICE.fullmatch(text)] + [len(body)]
    question = reader.blocks(body[: starts[0]], directive.first, nested=True)
    choices = tuple(
        _choice(reader, body[start:end], directive.first + start) for start, end in pairwise(starts)
    )
    right = sum(choice.correct for choice in choices)
    if not question:
        reader.wrong(line, "the quiz asks nothing. Write the question before the choices.")
    if len(choices) < 2:
        reader.wrong(line, f"a quiz needs two or more choices `- [ ] ...`: got {len(choices)}.")
    elif right != 1:
        reader.wrong(line, f"a quiz needs exactly one right choice `- [x] ...`: got {right}.")
    return Quiz(reader.next_number(Quiz), label, question, choices, line)


def _choice(reader, lines, line):
    """One choice; its reason is the quotation below it."""
    head = _CHOICE.fullmatch(lines[0])
    text, reason = [head["text"] or ""], []
    if head["mark"] not in " x":
        reader.wrong(line, f"a choice starts with `- [ ]` or `- [x]`: got `{lines[0]}`.")
    for number, rest in enumerate(lines[1:], start=line + 1):
        if rest.startswith("  >"):
            reason.append(rest[3:].removeprefix(" "))
        elif not rest.strip():
            (reason or text).append("")
        elif reason or not rest.startswith("  "):
            reader.wrong(
                number, f"`{rest.strip()}` is no part of a choice. Indent it, or start it with `  > `."
            )
        else:
            text.append(rest[2:])
    choice = Choice(head["mark"] == "x", "\n".join(text).strip(), "\n".join(reason).strip(), line)
    if not choice.text:
        reader.wrong(line, "the choice has no words. Write them after the brackets.")
    if not choice.reason:
        reader.wrong(line, f"the choice `{choice.text}` has no reason. Add one below it: `  > Because ...`.")
    reader.inline(choice.text, line)
    reader.inline(choice.reason, line + len(text))
    return choice


class Rule(NamedTuple):
    """What may be written with a directive."""

    read: object
    options: tuple = ()
    argument: str = ""  # what stands after the name, empty where nothing may
    outermost: bool = False  # whether it may not stand inside another directive
    verbatim: bool = False  # whether the body is taken as it is, without options


RULES = {
    "code-cell": Rule(_read_code_cell, ("tags", "mystnb"), "the word ipython3", outermost=True),
    "expected-output": Rule(_read_expected_output, outermost=True, verbatim=True),
    "exercise": Rule(_read_exercise, ("label",), "a title", outermost=True),
    "quiz": Rule(_read_quiz, ("label",), outermost=True),
    "instructor-notes": Rule(_read_notes, outermost=True),
    "note": Rule(_read_box),
    "tip": Rule(_read_box),
    "warning": Rule(_read_box),
    "important": Rule(_read_box),
    "seealso": Rule(_read_box),
    "admonition": Rule(_read_box, ("class",), "a title"),
    "dropdown": Rule(_read_box, argument="a title"),
    "figure": Rule(_read_figure, ("alt", "name"), "the path of a picture"),
    "literalinclude": Rule(_read_include, ("pyobject",), "the path of a Python file"),
    "math": Rule(_read_math, ("label",)),
}
