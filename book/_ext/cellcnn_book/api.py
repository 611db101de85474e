"""The reference page: what each public module exports, from its docstrings, so that it cannot go stale.

In `guide/api.md` a line such as ``{public} cellcnn_helpers.nn convolution`` (a fence) stands for all that
`cellcnn_helpers.nn` exports from its module `convolution`; without a second word, for all that it exports.
"""

import inspect
import re
from importlib import import_module

FENCE = re.compile(r"^```\{public\} (?P<package>[\w.]+) ?(?P<part>\w*)\n```$", flags=re.MULTILINE)


def directive_for(thing):
    """The autodoc directive that shows a thing, and its options."""
    if inspect.isclass(thing):
        kind = "autoexception" if issubclass(thing, Exception) else "autoclass"
        return kind, "   :members:\n"
    return ("autofunction" if callable(thing) else "autodata"), ""


def public(package, part=""):
    """The names that a module exports, in order; with `part`, those that come from this module of it."""
    module = import_module(package)
    names = getattr(module, "__all__", None) or [
        name
        for name, thing in vars(module).items()
        if not name.startswith("_") and getattr(thing, "__module__", None) == package
    ]
    homes = {name: getattr(getattr(module, name), "__module__", None) for name in names}
    return [name for name, home in homes.items() if not part or home == f"{package}.{part}"]


def expand(match):
    """The reStructuredText for one fence."""
    module = import_module(match["package"])
    names = public(match["package"], match["part"])
    if not names:
        raise ValueError(f"{match['package']} exports nothing from {match['part']}.")
    blocks = [f".. currentmodule:: {match['package']}\n"]
    for name in names:
        kind, options = directive_for(getattr(module, name))
        blocks.append(f".. {kind}:: {name}\n{options}")
    return "```{eval-rst}\n" + "\n".join(blocks) + "```"


def give_reference(app, docname, content):
    if docname == "guide/api":
        content[0] = FENCE.sub(expand, content[0])


def skip_tuple_fields(app, what, name, thing, skip, options):
    """Fields of a NamedTuple are told in its docstring; Python's own "Alias for field 0" says nothing."""
    return True if type(thing).__name__ == "_tuplegetter" else None


def set_off_tables(app, what, name, thing, options, lines):
    """A table that opens the text of a parameter needs a blank line above, or it is read as words."""
    for number in range(len(lines) - 1, 0, -1):
        opens = re.match(r"(?P<indent> +)=+ +=", lines[number])
        if opens and lines[number - 1].strip() and not lines[number - 1].startswith(opens["indent"]):
            lines.insert(number, "")


def setup(app):
    app.connect("source-read", give_reference)
    app.connect("autodoc-skip-member", skip_tuple_fields)
    app.connect("autodoc-process-docstring", set_off_tables, priority=400)  # before napoleon
