"""The code of a chapter's cells: what is solution, what the student sees, and whether it is Python at all."""

import ast
import re
import warnings

_MARK = re.compile(r"(?P<indent>[ ]*)# (?P<which>BEGIN|END) SOLUTION")
_NEARLY_MARK = re.compile(r"#.*\b(begin|end)[\s_-]*solution", re.IGNORECASE)
# `%matplotlib inline`, `!ls`, `times = %timeit -o f()`, `np.pad?`
_IPYTHON = re.compile(r"(?P<indent>\s*)(?:(?:[\w, ]+=\s*)?(?:%{1,2}[a-zA-Z]|!).*|[\w.]+\?{1,2}\s*)")


def nearly_mark(line):
    """Whether a line begins or ends a solution, or was meant to."""
    return bool(_NEARLY_MARK.search(line))


def regions(source):
    """The solutions as ``(begin, end)``, the indices of the two marks. The cell must have no problems."""
    marks = [index for index, line in enumerate(source.split("\n")) if _MARK.fullmatch(line)]
    return list(zip(marks[::2], marks[1::2], strict=True))


def stub(source):
    """The source with each solution replaced by `...`, at most as many lines as the solution had."""
    lines = source.split("\n")
    for begin, end in reversed(regions(source)):
        indent = _MARK.fullmatch(lines[begin])["indent"]
        lines[begin : end + 1] = [f"{indent}..."] if indent else _unassigned(lines[begin + 1 : end])
    return "\n".join(lines)


def _unassigned(lines):
    """`name = ...` for what the lines assign, one line for each line that assigns."""
    names = {}
    for statement in ast.parse(python("\n".join(lines))).body:
        names.setdefault(statement.lineno, []).extend(_assigned(statement))
    distinct = [list(dict.fromkeys(found)) for found in names.values() if found]
    return [f"{', '.join(found)} = {', '.join(['...'] * len(found))}" for found in distinct] or ["..."]


def _assigned(node):
    """The names that a statement binds, without those that live inside a function or comprehension only."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif not isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp | ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from _assigned(child)


def solution(source):
    """The source without the marks."""
    return "\n".join(line for line in source.split("\n") if not _MARK.fullmatch(line))


def solution_lines(source):
    """The lines of the solutions, spaces made single, that are long enough to tell and stand nowhere else."""
    lines = source.split("\n")
    inside = {normalize(line) for begin, end in regions(source) for line in lines[begin + 1 : end]}
    return {line for line in inside if len(line) > 12} - open_lines(source)


def open_lines(source):
    """The lines outside the solutions, spaces made single."""
    lines = source.split("\n")
    for begin, end in reversed(regions(source)):
        del lines[begin : end + 1]
    return set(map(normalize, lines))


def normalize(line):
    return " ".join(line.split())


def checkers(source):
    """The names of the checkers called in the stub, in order."""
    calls = [node.func for node in ast.walk(ast.parse(python(stub(source)))) if isinstance(node, ast.Call)]
    called = [call for call in calls if isinstance(call, ast.Attribute) and isinstance(call.value, ast.Name)]
    return tuple(dict.fromkeys(call.attr for call in called if call.value.id == "check"))


def python(source):
    """The source with IPython's own lines made harmless; empty for a `%%` cell of another language."""
    if source.lstrip().startswith("%%"):
        return ""
    if _syntax_problem(source) is None:
        return source
    lines = source.split("\n")
    return "\n".join(f"{own['indent']}pass" if (own := _IPYTHON.fullmatch(line)) else line for line in lines)


def _syntax_problem(source):
    """``(index of the line, message)`` where the source is no Python, else None."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", SyntaxWarning)
            compile(source, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        return (getattr(error, "lineno", 1) or 1) - 1, getattr(error, "msg", str(error))
    return None


def returns_value(source):
    """Whether the notebook shows the cell's last expression, rather than only what is printed."""
    body = ast.parse(python(source)).body
    if not body or not isinstance(body[-1], ast.Expr) or source.rstrip().endswith(";"):
        return False
    return not _is_print(body[-1].value)


def _is_print(node):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"


def problems(source, tags):
    """Yield ``(index of the line, what is wrong)`` for the code of a cell."""
    marks_wrong = list(_mark_problems(source.split("\n")))
    yield from marks_wrong
    if (wrong := _syntax_problem(python(source))) is not None:
        yield wrong[0], f"the cell is no Python: {wrong[1]}."
    elif not marks_wrong:
        yield from _exercise_problems(source) if "exercise" in tags else _plain_problems(source, tags)


def _mark_problems(lines):
    begin = None
    for index, line in enumerate(lines):
        mark = _MARK.fullmatch(line)
        if not mark:
            if nearly_mark(line):
                yield (
                    index,
                    f"`{line.strip()}` must be exactly `# BEGIN SOLUTION` or `# END SOLUTION` on its line.",
                )
        elif mark["which"] == "BEGIN":
            if begin is not None:
                yield (
                    index,
                    f"this begins inside the solution {index - begin} lines above. End that one first.",
                )
            begin = index
        else:
            if begin is None:
                yield (
                    index,
                    "`# END SOLUTION` without `# BEGIN SOLUTION`. Add the beginning or remove the end.",
                )
            elif not "".join(lines[begin + 1 : index]).strip():
                yield begin, "the solution is empty. Write it between the two marks."
            begin = None
    if begin is not None:
        yield begin, "the solution is never closed. Add `# END SOLUTION` after its last line."


def _exercise_problems(source):
    if not regions(source):
        yield 0, "the exercise cell has no solution. Put it between `# BEGIN SOLUTION` and `# END SOLUTION`."
        return
    try:
        wrong = _syntax_problem(python(stub(source)))
    except SyntaxError:  # the lines at module level are no statements of their own
        wrong = regions(source)[0][0], "the solution cuts through a statement"
    if wrong is not None:
        yield (
            wrong[0],
            f"without its solution the cell is no Python: {wrong[1]}. Move the marks to whole statements.",
        )
    elif not checkers(source):
        yield 0, "the exercise cell calls no checker. End it with `check.NAME(...)`, outside the solution."


def _plain_problems(source, tags):
    if found := regions(source):
        yield found[0][0], "a solution in a cell that is no exercise. Add `exercise` to the cell's tags."
    elif "check-output" in tags and returns_value(source):
        if any(_is_print(node) for node in ast.walk(ast.parse(python(source)))):
            yield (
                0,
                "the cell both prints and ends with a value. Let a `check-output` cell do one of the two.",
            )
