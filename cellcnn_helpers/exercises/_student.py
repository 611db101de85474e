"""Run a student's function so that it cannot harm the check: copies, a time limit, errors as sentences."""

import contextlib
import copy
import inspect
import io
import linecache
import re
import signal
import threading
import traceback
import warnings
from typing import NamedTuple

import numpy as np

from .. import _checks
from ._core import Finding, NotAttempted

SECONDS = 5  # for one call; the cases are tiny, so only an endless loop takes longer
MEANINGS = {  # part of a message by NumPy: what it means here
    "could not be broadcast": " Arrays that meet number by number need the same rows and the same columns.",
    **dict.fromkeys(
        ("mismatch in its core dimension", "not aligned"),
        " In `a @ b`, `a` needs as many columns as `b` has rows: (rows, n) @ (n, columns).",
    ),
    "object too deep": " That function of NumPy takes one dimension, but here there are rows and columns.",
    "inhomogeneous shape": " All that stands in one array must have the same shape. Several things of unlike "
    "shapes are handed back side by side, as a tuple: `return a, b`.",
    "truth value of an array": " `max(...)`, `if` and `and` decide about one number, but this is an array. "
    "Its own `.max()` finds the largest; `np.maximum` and `np.where` go number by number.",
}
ROW_NUMBERS = re.compile(  # (N, columns) beside (N,), in either order
    r"could not be broadcast together with shapes "
    r"(?:\((?P<rows>\d+),(?P<columns>\d+)\) \((?P=rows),\)"
    r"|\((?P<rows_behind>\d+),\) \((?P=rows_behind),(?P<columns_behind>\d+)\))"
)


class Outcome(NamedTuple):
    """What one call gave: an array, or the problem that stopped it; what it printed; an input it changed."""

    value: np.ndarray | None
    problem: str
    printed: str
    changed: str = ""


class _TooSlow(BaseException):
    """Not an Exception, so that a student's own `except Exception` lets it through."""


class _Printed(io.TextIOBase):
    """Keeps the first characters that a student prints and drops the rest."""

    def __init__(self):
        self.text = ""

    def write(self, text):
        self.text += text[: 400 - len(self.text)]
        return len(text)


def run(function, arguments, parts=()):
    """Call `function` with copies of `arguments` (an `inspect.BoundArguments`): a list of `Outcome`.

    It is one for each of `parts`, the names of what the function should hand back, or one without parts.
    """
    given = copy.deepcopy(arguments)
    printed = _Printed()
    num_parts = max(len(parts), 1)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(printed), _time_limit():
            warnings.simplefilter("ignore")
            value = function(*given.args, **given.kwargs)
            values = [None if part is None else np.asarray(part) for part in split(value, parts)]
    except _TooSlow:
        raise Finding(
            f"Your function was still running after {SECONDS} seconds on a tiny example. "
            f"Is there a loop that never ends?"
        ) from None
    except (Exception, SystemExit) as error:
        return [Outcome(None, _error_in_one_line(function, error), printed.text)] * num_parts
    if len(values) != num_parts:
        problem = f"Hand back {num_parts} things as a tuple, in this order: `return {', '.join(parts)}`."
        return [Outcome(None, problem, printed.text)] * num_parts
    changed = (name for name, old in arguments.arguments.items() if not _same(old, given.arguments[name]))
    changed = next(changed, "")
    problems = [_problem(part, printed.text) for part in values]
    return [
        Outcome(None if problem else part, problem, printed.text, changed)
        for part, problem in zip(values, problems, strict=True)
    ]


def _same(old, new):
    """Whether an argument is as it was; a list may hold arrays, or tuples of unlike lengths."""
    if isinstance(old, dict):
        return (
            isinstance(new, dict) and list(old) == list(new) and all(map(_same, old.values(), new.values()))
        )
    if isinstance(old, (list, tuple)):
        return type(old) is type(new) and len(old) == len(new) and all(map(_same, old, new))
    return np.array_equal(old, new)


def split(value, parts):
    """What a function gave as a list: of its parts, where it should give several, or of itself."""
    if value is None:
        return [None] * max(len(parts), 1)
    return list(value) if parts and isinstance(value, (tuple, list)) else [value]


def is_number_array(array):
    """True for an array of numbers; an array that holds `...` is an answer not yet given."""
    if array.dtype == object and any(item is ... for item in array.flat):
        raise NotAttempted
    return array.dtype.kind in "biuf"


def _problem(value, printed):
    if value is None and printed:
        return "Your function prints but returns nothing. `print` shows a value, `return` hands it back."
    if value is None:
        return "Your function returns nothing (`None`). Did you forget `return`?"
    if not is_number_array(value):
        return f"Your function should return numbers, but it returned {_kind(value)}."
    return ""


def _kind(value):
    item = value.item() if value.ndim == 0 else value
    if isinstance(item, np.ndarray):
        return f"an array of dtype {item.dtype}"
    return f"{_checks.short_repr(item, 60)} (type {type(item).__name__})"


def _error_in_one_line(function, error):
    try:
        message = " ".join(str(error).split())
    except Exception:  # the student's own class of errors may fail to tell
        message = "no message"
    meaning = _row_numbers(message) or next((text for part, text in MEANINGS.items() if part in message), "")
    message = message if len(message) <= 200 else message[:197] + "..."
    return f"Your function stops with `{type(error).__name__}: {message}`{_where(function, error)}.{meaning}"


def _row_numbers(message):
    """What it means where rows and columns met a flat array of one number for each row, else nothing."""
    shapes = ROW_NUMBERS.search(message)
    if not shapes:
        return ""
    rows, columns = shapes["rows"] or shapes["rows_behind"], shapes["columns"] or shapes["columns_behind"]
    return (
        f" ({rows},) is flat, one number for each row, and meets the columns of ({rows}, {columns}). "
        f"Keep it a column, ({rows}, 1): in `max`, `sum` and `mean` with `keepdims=True`."
    )


def _where(function, error):
    """The last line of the student's own code that ran: not one inside NumPy."""
    file = getattr(getattr(inspect.unwrap(function), "__code__", None), "co_filename", None)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    if not frames:
        return ""
    line = linecache.getline(file, frames[-1].lineno).strip()
    return f" in line {frames[-1].lineno}" + (f", `{line}`" if line else "")


@contextlib.contextmanager
def _time_limit():
    """Stop the code inside after `SECONDS`; only the main thread of a Unix system has the alarm for it."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(signal_number, frame):
        raise _TooSlow

    handler = signal.signal(signal.SIGALRM, stop)
    timer = signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, *timer)
