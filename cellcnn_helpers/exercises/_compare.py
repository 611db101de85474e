"""Compare a student's answers with the right ones and name the slip behind a difference."""

import copy
import inspect

import numpy as np

from ._core import Finding
from ._student import is_number_array, run, split

SHOWN = 25  # numbers of an array that a message shows in full


def same_answers(answer, right, cases, *, slips=(), whole=False, same_dtype=False, parts=()):
    """Raise `Finding` where the student's function differs from `right` on one of `cases`.

    Parameters
    ----------
    answer : callable
        The student's function.
    right : callable
        The right one; its name and signature are those that the exercise asks for.
    cases : list of dict
        Arguments by name. The first is the one to do by hand.
    slips : sequence of (message, wrong)
        The usual slips, the likeliest first: a message and the wrong formula, called with all arguments in
        order. A slip is found if it agrees with the student on every case; NaN in its result agrees with any
        value, None with anything that is wrong.
    whole : bool
        The answer counts something, so it must be of an integer type.
    same_dtype : bool
        The answer must be of the very type of the right one, such as `uint8`.
    parts : tuple of str
        Where the function hands back several things, ``return image, mask``: their names. The wrong formulas
        do the same, and a slip is found if it agrees in all parts.

    Raises
    ------
    Finding
        At the first wrong case: the slip's message, else what is wrong: type, shape, dtype, then value.
    ValueError
        If there is no case, so that any answer would be right.

    See Also
    --------
    array_answer : reads an answer that is an array.

    Examples
    --------
    >>> def area(height, width=1):
    ...     return height * width
    >>> cases = [{"height": 2, "width": 3}, {"height": 4}]
    >>> slips = [("That is the outline.", lambda height, width: 2 * (height + width))]
    >>> same_answers(lambda h, w=1: w * h, area, cases, slips=slips)
    >>> same_answers(lambda h, w=1: h + h + w + w, area, cases, slips=slips)
    Traceback (most recent call last):
    ...
    cellcnn_helpers.exercises._core.Finding: That is the outline.
    """
    if not cases:
        raise ValueError("`cases` must hold at least one case: got cases=[].\nGive one to do by hand first.")
    signature = inspect.signature(right)
    calls = [signature.bind(**case) for case in cases]
    _check_callable(answer, right.__name__, signature, calls)
    results = [right(*call.args, **call.kwargs) for call in calls]
    # From here on one entry for each part of each call: without parts, one for each call.
    outcomes = [outcome for call in calls for outcome in run(answer, call, parts)]
    expected = [np.asarray(part) for result in results for part in split(result, parts)]
    problems = [
        _problem(outcome, array, whole, same_dtype) for outcome, array in zip(outcomes, expected, strict=True)
    ]
    slips = [*slips, ("This is the answer of the first example, whatever the input.", lambda *_: results[0])]
    if all(map(_equal, outcomes, expected)):
        slips = []  # the values are right: no wrong formula explains a mere type
    for index, problem in enumerate(problems):
        if problem:
            message = _find_slip(slips, calls, outcomes, problems, parts) or problem
            call, part = divmod(index, max(len(parts), 1))
            as_part = f" as {parts[part]}" if parts else ""
            example = _example(
                right.__name__, signature, calls[call], outcomes[index], expected[index], as_part
            )
            raise Finding(message, example)
    changed = next((outcome.changed for outcome in outcomes if outcome.changed), None)
    if changed:
        raise Finding(
            f"The result is right, but your function changes its input `{changed}`, so the caller's data are "
            f"spoilt. `a * b` makes a new array; `a *= b` and `a[...] = b` write into the old one."
        )


def in_both_types(slips, num_images):
    """Each slip with `float` images, and then once more in their own type, where numbers go round as well.

    Parameters
    ----------
    slips : sequence of (message, wrong)
        As in `same_answers`; the wrong formulas subtract without a change of type.
    num_images : int
        How many of the first arguments are images of whole numbers.

    Returns
    -------
    list of (message, wrong)
        Twice as many: first those with `float`, then the others, whose messages say that numbers went round.

    Examples
    --------
    >>> once, twice = in_both_types([("The sign.", lambda image: 10 - image)], 1)
    >>> image = np.array([9, 12], np.uint8)
    >>> once[1](image), twice[1](image)
    (array([ 1., -2.]), array([  1, 254], dtype=uint8))
    >>> twice[0]
    'The sign. And numbers below 0 went round: change the type before you subtract.'
    """

    def with_floats(wrong):
        return lambda *arguments: wrong(
            *(image.astype(float) for image in arguments[:num_images]), *arguments[num_images:]
        )

    return [
        *((message, with_floats(wrong)) for message, wrong in slips),
        *(
            (f"{message} And numbers below 0 went round: change the type before you subtract.", wrong)
            for message, wrong in slips
        ),
    ]


def array_answer(answer, shape):
    """Return an answer that should be an array of numbers with this `shape`; raise `Finding` if it is not.

    Parameters
    ----------
    answer : array_like
        What the student gave; lists count.
    shape : tuple of int
        The shape asked for.

    Returns
    -------
    ndarray
        The answer as float64.

    Raises
    ------
    Finding
        If it is a function, not made of numbers, not finite, or of another shape.

    Examples
    --------
    >>> array_answer([[1, 0], [0, 1]], (2, 2))
    array([[1., 0.],
           [0., 1.]])
    >>> array_answer([1, 0, 0, 1], (2, 2))
    Traceback (most recent call last):
    ...
    cellcnn_helpers.exercises._core.Finding: The array has shape (4,), but (2, 2) is needed.
    """
    if callable(answer):
        raise Finding("Give the array itself: this is a function.")
    try:
        array = np.asarray(answer)
    except ValueError:
        raise Finding("The rows do not have the same length, so this is not an array.") from None
    if not is_number_array(array):
        raise Finding(f"An array of numbers is needed, but this is of type `{type(answer).__name__}`.")
    if array.shape != shape:
        raise Finding(f"The array has shape {array.shape}, but {shape} is needed.")
    if not np.isfinite(array).all():
        raise Finding("The array holds a value that is not finite (NaN or infinity).")
    return array.astype(np.float64)


def _check_callable(answer, name, signature, calls):
    if not callable(answer):
        raise Finding(f"Give the function itself, without brackets behind its name: `check.{name}({name})`.")
    try:
        theirs = inspect.signature(answer)
    except ValueError:  # some functions written in C do not tell theirs
        return
    for call in calls:
        try:
            theirs.bind(*call.args, **call.kwargs)
        except TypeError:
            raise Finding(
                f"The function should be called as `{name}{signature}`; yours takes `{theirs}`."
            ) from None


def _problem(outcome, expected, whole, same_dtype):
    """What is wrong with one outcome, or an empty string: type, shape, dtype, then value."""
    if outcome.problem:
        return outcome.problem
    value = outcome.value
    if not _same_shape(value, expected):
        return f"{_shaped('The result', value)}, but {_shaped('the right one', expected)}."
    if same_dtype and value.dtype != expected.dtype:
        return f"The result is of type `{value.dtype}`, but `{expected.dtype}` is asked for."
    if not expected.size:
        return ""
    if whole and value.dtype.kind not in "iu":
        return (
            f"This counts something, so it must be a whole number, `int`, but it is of type `{value.dtype}`."
        )
    if _close(value, expected):
        return ""
    if value.dtype.kind in "iub" and not np.array_equal(expected, np.round(expected)):
        return (
            f"The values were cut to whole numbers, because the result is of type `{value.dtype}`. "
            f"Keep the fractions: no `dtype=int`, no `int(...)`."
        )
    if value.ndim == 0:
        return f"The result is {_number(value)}, but {_number(expected)} is expected."
    place = tuple(int(i) for i in np.argwhere(~_near(value, expected))[0])
    where = f"row {place[0]}, column {place[1]}" if len(place) == 2 else f"position {place}"
    return f"The value at {where} is {_number(value[place])}, but {_number(expected[place])} is expected."


def _same_shape(value, expected):
    # Nothing found is nothing found: an empty list has no second axis, an array of no pairs has.
    return value.shape == expected.shape or (expected.shape == (0,) and not value.size)


def _shaped(what, array):
    return f"{what} has shape {array.shape}" if array.ndim else f"{what} is a single number"


def _close(value, expected):
    return bool(_near(value, expected).all())


def _near(value, expected):
    """Where two arrays of one shape agree: whole numbers exactly, others nearly."""
    if value.dtype.kind in "iu" and expected.dtype.kind in "iu":
        return np.asarray(value == expected)
    # Wide enough for float32 arithmetic in any order, far narrower than any slip.
    return np.isclose(value, expected, rtol=1e-4, atol=1e-5)


def _find_slip(slips, calls, outcomes, problems, parts):
    """The message of the first slip that agrees with every outcome, or an empty string."""
    calls = [copy.copy(call) for call in calls]
    for call in calls:
        call.apply_defaults()
    with np.errstate(all="ignore"):  # a wrong formula may well divide by 0
        for message, wrong in slips:
            if all(
                _agrees(of_call, wrong(*call.args), parts)
                for call, of_call in zip(calls, _by_call(outcomes, problems, parts), strict=True)
            ):
                return message
    return ""


def _by_call(outcomes, problems, parts):
    """For each call its pairs of outcome and problem, one for each part."""
    pairs, step = list(zip(outcomes, problems, strict=True)), max(len(parts), 1)
    return [pairs[start : start + step] for start in range(0, len(pairs), step)]


def _agrees(pairs, result, parts):
    if result is None:
        return any(problem for _, problem in pairs)
    values = map(np.asarray, split(result, parts))
    return all(_equal(outcome, value) for (outcome, _), value in zip(pairs, values, strict=True))


def _equal(outcome, array):
    """Whether the outcome has this shape and these values; NaN in `array` stands for any."""
    value = outcome.value
    if value is None or not _same_shape(value, array):
        return False
    return not array.size or _close(
        np.where(np.isnan(array), 0, value), np.nan_to_num(array, posinf=np.inf, neginf=-np.inf)
    )


def _example(name, signature, call, outcome, expected, as_part):
    lines = [f"{name}({', '.join(signature.parameters)})"]
    for index, (argument, value) in enumerate(call.arguments.items()):
        lines.append(_labelled(f"{' and' if index else 'with'} {argument} = ", value))
    if outcome.value is not None:
        lines += [f"gave{as_part}", _labelled("  ", outcome.value)]
    lines += [f"expected{as_part}", _labelled("  ", expected)]
    if outcome.printed.strip():
        lines += ["printed", "\n".join("  " + line for line in outcome.printed.strip().splitlines()[:5])]
    return "\n".join(lines)


def _labelled(label, value):
    """The value behind its label, the rows of an array below one another."""
    if not isinstance(value, np.ndarray):
        return f"{label}{value!r}"
    if value.size > SHOWN:
        return f"{label}an array of shape {value.shape}"
    if value.ndim == 4:  # images: shown plane by plane, as rows and columns
        batch, _, _, channels = value.shape
        planes = [(n, channel) for n in range(batch) for channel in range(channels)]
        lines = [_labelled(f"  [{n}, :, :, {c}] = ", value[n, :, :, c]) for n, c in planes]
        return "\n".join([f"{label}an array of shape {value.shape} with", *lines])
    text = _number(value) if value.ndim == 0 else np.array2string(value, precision=4, suppress_small=True)
    rows = [row for row in text.splitlines() if row.strip()]  # NumPy parts planes by empty lines
    return label + ("\n" + " " * len(label)).join(rows)


def _number(value):
    return repr(value.item()) if value.dtype.kind in "biu" else repr(float(f"{value:.6g}"))
