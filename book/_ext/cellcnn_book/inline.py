"""What stands inside a line of Markdown: code, formulas, roles and links, found once for every use.

The checks of a chapter and the notebook writer both walk over the same pieces, so they cannot disagree about
what is a role and what only looks like one because it stands in code.
"""

import re
from dataclasses import dataclass

ROLES = frozenset(("cite:p", "cite:t", "term", "ref", "eq", "doc", "py:func", "py:class", "measured"))


@dataclass(frozen=True)
class Piece:
    """A part of a text: as it is written, and where it starts."""

    source: str
    offset: int


class Text(Piece):
    """Words and whatever is shown as it is written: code, fences, HTML, escaped signs."""


class Formula(Piece):
    """`$...$` or `$$...$$`."""


@dataclass(frozen=True)
class Role(Piece):
    """``{name}`target` `` or ``{name}`text <target>` ``; `text` is empty where none is written."""

    name: str
    text: str
    target: str


@dataclass(frozen=True)
class Link(Piece):
    """`[text](destination)`."""

    text: str
    destination: str


@dataclass(frozen=True)
class Slip(Piece):
    """What no product of the course can show; `message` says why and how to mend it."""

    message: str


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
    """Split Markdown into `Text`, `Formula`, `Role`, `Link` and `Slip`; together they are the text."""
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
    here = match[0], match.start()
    if match["role"]:
        return _role(here, match["role"], match["content"].strip())
    if match["broken"]:
        return Slip(*here, f"the role {match['broken']} has no target. Write {match['broken']}`target`.")
    if match["formula"]:
        return Formula(*here)
    if match["image"]:
        return Slip(
            *here, f"the image {match['image']} is not a figure. Write it as :::{{figure}} with :alt:."
        )
    if match["footnote"]:
        return Slip(
            *here, f"footnotes cannot be shown in a notebook: {match['footnote']}. Say it in the text."
        )
    if match["destination"] is not None:
        return Link(*here, match["text"], match["destination"].strip("<>"))
    return None


def _role(here, name, content):
    if name not in ROLES:
        known = ", ".join(sorted(ROLES))
        return Slip(*here, f"unknown role {{{name}}}. The roles of a chapter are {known}.")
    titled = re.fullmatch(r"(?P<text>.*?)\s*<(?P<target>[^<>]*)>", content, re.DOTALL)
    text, target = (titled["text"], titled["target"].strip()) if titled else ("", " ".join(content.split()))
    if not target:
        return Slip(*here, f"the role {{{name}}}`{content}` has no target. Write {{{name}}}`target`.")
    return Role(*here, name, text, target)
