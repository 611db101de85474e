"""Code of the package as a chapter shows it: the lines that run. Docstrings stand in the reference."""

import ast
import textwrap
from pathlib import Path
from typing import ClassVar


def python_object(source, name):
    """The code of a function, class or ``Class.method``, less docstrings; None where it is not there."""
    node = ast.parse(source)
    for part in name.split("."):
        named = [child for child in ast.iter_child_nodes(node) if getattr(child, "name", None) == part]
        if not named:
            return None
        node = named[-1]
    start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    hidden = {number for documented in ast.walk(node) for number in _docstring_lines(documented)}
    lines = source.split("\n")
    shown = []
    for number in range(start, node.end_lineno + 1):
        blank_after_docstring = not lines[number - 1].strip() and number - 1 in hidden
        if number not in hidden and not blank_after_docstring:
            shown.append(lines[number - 1])
    return textwrap.dedent("\n".join(shown))


def _docstring_lines(node):
    """Line numbers of the docstring of a function or class; none where there is no other code."""
    if (
        not isinstance(node, (ast.FunctionDef, ast.ClassDef))
        or not ast.get_docstring(node)
        or not node.body[1:]
    ):
        return range(0)
    return range(node.body[0].lineno, node.body[0].end_lineno + 1)


def setup(app):
    """Show the same code on the page: Sphinx's own directive would show the docstrings too."""
    from docutils import nodes
    from docutils.parsers.rst import directives
    from sphinx.util.docutils import SphinxDirective

    class PackageCode(SphinxDirective):
        """`literalinclude` with `pyobject`, without docstrings."""

        required_arguments = 1
        option_spec: ClassVar = {"pyobject": directives.unchanged_required}

        def run(self):
            _, path = self.env.relfn2path(self.arguments[0])
            self.env.note_dependency(path)
            code = python_object(Path(path).read_text(encoding="utf-8"), self.options["pyobject"])
            if code is None:
                raise self.error(f"{self.arguments[0]} has no `{self.options['pyobject']}`.")
            return [nodes.literal_block(code, code, language="python")]

    app.add_directive("literalinclude", PackageCode, override=True)
