"""What a checker is: the result it gives, its hints, and the decorator that makes one."""

import dis
import html
import inspect
import re
from dataclasses import dataclass

import numpy as np

from .. import _checks

BORDER = {"correct": "--cellcnn-accent, #1f66b0", "incorrect": "--cellcnn-contrast, #b8500f"}

PARAMETERS = """\
Parameters
----------
answer : object
    What the student wrote; `...`, None or an untouched stub counts as not attempted.
seed : int, optional
    Draw the further cases from this seed. Without it they are the same every time.

Returns
-------
Result
    Status, and what was found."""


@dataclass(frozen=True)
class Result:
    """What a checker answers; it shows itself in a notebook and as plain text.

    Parameters
    ----------
    exercise : str
        Name of the exercise.
    status : str
        "not attempted", "correct" or "incorrect".
    message : str
        What was found, in one to three sentences.
    example : str
        A small case with its input, what came and what was expected; may be empty.

    Examples
    --------
    >>> Result("mean_filter", "correct", "The weights add up to 1.")
    mean_filter: correct
    The weights add up to 1.
    """

    exercise: str
    status: str
    message: str
    example: str = ""

    def __str__(self):
        parts = [f"{self.exercise}: {self.status}\n{self.message}", self.example]
        return "\n\n".join(part for part in parts if part)

    __repr__ = __str__

    def _repr_html_(self):
        # Text and background are the page's own, so it reads in light and dark; only the border has a color.
        message = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(self.message))
        example = f"<pre style='background: none'>{html.escape(self.example)}</pre>" if self.example else ""
        return (
            f"<div style='border-left: 4px solid var({BORDER.get(self.status, '--cellcnn-line, #888')}); "
            f"padding: 0.3em 1em'><strong>{html.escape(self.exercise)}: {self.status}</strong>"
            f"<br>{message}{example}</div>"
        )


class Hint(str):
    """A hint: a string that shows itself without quotes.

    Examples
    --------
    >>> Hint("Look at the shape.")
    Look at the shape.
    """

    def __repr__(self):
        return str(self)


class Finding(Exception):
    """The first thing that is wrong with an answer, raised by a checker.

    Parameters
    ----------
    message : str
        The misconception, or what is wrong, in words for the student.
    example : str
        The case that shows it.

    See Also
    --------
    checker : turns a finding into a `Result`.

    Examples
    --------
    >>> Finding("The weights do not add up to 1.", "1 + 1 = 2").example
    '1 + 1 = 2'
    """

    def __init__(self, message, example=""):
        super().__init__(message)
        self.message = message
        self.example = example


class NotAttempted(Exception):
    """The answer is still the stub."""


def checker(*, hints, learned):
    """Turn a function ``(answer, rng)`` that raises `Finding` into a checker.

    The checker is called as ``(answer, seed=None)`` and returns a `Result`.
    It also has ``.hints``, a tuple of strings, and ``.hint(n=1)``, which gives the n-th.

    Parameters
    ----------
    hints : tuple of str
        From gentle to almost the answer.
    learned : str
        One sentence for a correct answer: what it showed.

    Returns
    -------
    callable
        A decorator.

    Raises
    ------
    TypeError
        If `hints` is one string: a tuple of one needs a comma.

    See Also
    --------
    same_answers : compares a student's function with the right one.

    Examples
    --------
    The module's docstring shows how to write one.

    >>> @checker(hints=("It is even.", "It is below 3."), learned="All other even numbers are divided by it.")
    ... def smallest_prime(answer, rng):
    ...     if answer != 2:
    ...         raise Finding(f"{answer} is not the smallest prime.")
    >>> smallest_prime(...).status, smallest_prime(1).status, smallest_prime(2).status
    ('not attempted', 'incorrect', 'correct')
    >>> smallest_prime.hint()
    Hint 1 of 2: It is even. (The next one: hint(2))
    """

    if isinstance(hints, str):
        raise TypeError(
            f"`hints` must be a tuple of strings: got {_checks.received('hints', hints)}.\n"
            f'Put a comma behind the only hint: hints=("...",).'
        )

    def decorate(find):
        name = find.__name__

        def check(answer, seed=None):
            rng = np.random.default_rng(0 if seed is None else _checks.whole_number("seed", seed, minimum=0))
            try:
                if _is_untouched(answer):
                    raise NotAttempted
                find(answer, rng)
            except NotAttempted:
                return Result(
                    name, "not attempted", "Put your answer in place of the `...` and run the cell again."
                )
            except Finding as finding:
                return Result(name, "incorrect", finding.message, finding.example)
            return Result(name, "correct", learned)

        def hint(n=1):
            """Give hint `n`, counted from 1."""
            n = _checks.whole_number("n", n)
            if n > len(hints):
                raise ValueError(
                    f"`n` must be at most {len(hints)}: got n={n}.\n`{name}` has {len(hints)} hints."
                )
            more = f" (The next one: hint({n + 1}))" if n < len(hints) else ""
            return Hint(f"Hint {n} of {len(hints)}: {hints[n - 1]}{more}")

        check.__name__ = check.__qualname__ = name
        check.__module__ = find.__module__
        check.__doc__ = _documented(find)
        check.hints = tuple(hints)
        check.hint = hint
        return check

    return decorate


def _documented(find):
    """The docstring of `find` with the parameters that all checkers share, before any examples."""
    summary, heading, examples = inspect.cleandoc(find.__doc__ or "").partition("Examples\n--------")
    parts = [summary.strip(), PARAMETERS, heading + examples]
    return "\n\n".join(part for part in parts if part)


def _is_untouched(answer):
    """True for `...`, None, and a function whose body is only `...`, `pass` or a docstring."""
    if answer is None or answer is ...:
        return True
    code = getattr(answer, "__code__", None)
    if code is None:
        return False
    # Such a body compiles to "give back the constant None": no name is read and nothing is called.
    steps = [
        step for step in dis.get_instructions(code) if step.opname not in ("RESUME", "NOP", "RETURN_VALUE")
    ]
    return len(steps) == 1 and "CONST" in steps[0].opname and steps[0].argval in (None, ...)
