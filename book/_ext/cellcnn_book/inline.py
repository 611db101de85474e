"""What stands inside a line of Markdown: code, formulas, roles and links, found once for every use.

The checks of a chapter and the notebook writer both walk over the same pieces, so they cannot disagree about
what is a role and what only looks like one because it stands in code.
"""

import re
from dataclasses import dataclass

ROLES = frozenset(("cite:p", "cite:t", "term", "ref", "eq", "doc", "py:func", "py:class", "measured"))


@dataclass(frozen=True)
class Text:
    """Words and whatever is shown as it is written: code, fences, HTML, escaped signs."""

    source: str
    offset: int


@dataclass(frozen=True)
class Formula:
    """`$...$` or `$$...$$`, dollars included."""

    source: str
    offset: int


@dataclass(frozen=True)
class Role:
    """``{name}`target` `` or ``{name}`text <target>` ``; `text` is empty where none is written."""

    name: str
    text: str
    target: str
    offset: int


@dataclass(frozen=True)
class Link:
    """`[text](destination)`."""

    source: str
    text: str
    destination: str
    offset: int


@dataclass(frozen=True)
class Slip:
    """Something that no product of the course can show; `message` says what and how to mend it."""

    message: str
    offset: int


# One character that does not end the paragraph: a code span never reaches over a blank line.
_INSIDE = r"(?:(?!\n[ >]*\n).)"

_TOKEN = re.compile(
    rf"""
      (?P<fence>^[ >]*(?P<mark>`{{3,}}|~{{3,}})[^`\n]*\n(?:[^\n]*\n)*?[ >]*(?P=mark)[`~]*[ ]*$)
    | (?P<escape>\\.)
    | \{{(?P<role>[A-Za-z][\w:.+-]*)\}}(?P<ticks>`+)(?!`)(?P<content>{_INSIDE}+?)(?<!`)(?P=ticks)(?!`)
    | (?P<broken>\{{[A-Za-z][\w:.+-]*\}}(?=`)|\{{(?:{"|".join(sorted(ROLES))})\}})
    | (?P<code>(?P<span>`+)(?!`){_INSIDE}+?(?<!`)(?P=span)(?!`))
    | (?P<formula>\$\${_INSIDE}+?\$\$|\$(?!\$)(?:(?!\$){_INSIDE})+?(?<!\\)\$)
    | (?P<image>!\[[^\]]*\])
    | (?P<footnote>\[\^[^\]]*\])
    | \[(?P<text>(?:[^\[\]`]|`[^`]*`|\[[^\[\]]*\])*)\]
      \((?P<destination><[^>\n]*>|[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)(?:\s+"[^"]*")?\)
    | (?P<html></?[A-Za-z!][^>]*>)
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)


def pieces(text):
    """Split Markdown into `Text`, `Formula`, `Role`, `Link` and `Slip`; the offsets are those of `text`."""
    plain = 0
    for match in _TOKEN.finditer(text):
        found = _piece(match)
        if found is None:
            continue
        if plain < match.start():
            yield Text(text[plain : match.start()], plain)
        yield found
        plain = match.end()
    if plain < len(text):
        yield Text(text[plain:], plain)


def _piece(match):
    """The piece for one match, or None for what is shown as it is written."""
    offset = match.start()
    if match["role"]:
        return _role(match["role"], match["content"].strip(), offset)
    if match["broken"]:
        return Slip(f"the role {match['broken']} has no target. Write {match['broken']}`target`.", offset)
    if match["formula"]:
        return Formula(match["formula"], offset)
    if match["image"]:
        return Slip(
            f"the image {match['image']} is not a figure. Write it as :::{{figure}} with :alt:.", offset
        )
    if match["footnote"]:
        return Slip(
            f"footnotes cannot be shown in a notebook: {match['footnote']}. Say it in the text.", offset
        )
    if match["destination"] is not None:
        return Link(match[0], match["text"], match["destination"].strip("<>"), offset)
    return None


def _role(name, content, offset):
    if name not in ROLES:
        known = ", ".join(sorted(ROLES))
        return Slip(f"unknown role {{{name}}}. The roles of a chapter are {known}.", offset)
    titled = re.fullmatch(r"(?P<text>.*?)\s*<(?P<target>[^<>]*)>", content, re.DOTALL)
    text, target = (titled["text"], titled["target"].strip()) if titled else ("", " ".join(content.split()))
    if not target:
        return Slip(f"the role {{{name}}}`{content}` has no target. Write {{{name}}}`target`.", offset)
    return Role(name, text, target, offset)
