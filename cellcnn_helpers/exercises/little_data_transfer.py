"""The exercise on weights that move to another network: those that have the same name and the same shape."""

import copy
import functools

import numpy as np

from ._compare import same_answers
from ._core import Finding, checker

FEW = 5  # numbers of an array that a message shows in full


@checker(
    hints=(
        "Begin with a copy of `new`, and go through its names. Which of them may be replaced?",
        "Two things must hold: the name stands in `old`, too, and what stands there has the same `.shape`. "
        "The last layer of another task has another shape.",
        "`dict(new)` copies the dictionary. For each name in `new` that is in `old` with the same shape, put "
        "the array of `old` into the copy. Hand the copy back.",
    ),
    learned="What fits moves, the last layer starts anew, and nothing moves by its place in a list.",
)
def transfer_weights(answer, rng):
    """Check `transfer_weights(old, new)`: `new` with the arrays of `old` that have its name and its shape.

    Two dictionaries of name and array -> a dictionary with the names of `new`

    Examples
    --------
    >>> transfer_weights(lambda old, new: new).message
    'Nothing was carried over: these are the weights of `new`.'
    """

    def transfer_weights(old, new):
        fits = {name for name in new if name in old and old[name].shape == new[name].shape}
        return row({name: old[name] if name in fits else new[name] for name in new}, new)

    def row(weights, new):
        """All numbers in one row, in the order of the names of `new`."""
        return np.concatenate([np.ravel(weights[name]) for name in new])

    def slip(rule):
        """A wrong rule; None, so that anything wrong agrees, where its shapes do not fit."""

        def wrong(old, new):
            weights = rule(old, new)
            if any(name not in weights or weights[name].shape != new[name].shape for name in new):
                return None
            return row(weights, new)

        return wrong

    def by_place(old, new):
        pairs = zip(new.items(), old.values(), strict=False)
        return new | {name: ours for (name, theirs), ours in pairs if ours.shape == theirs.shape}

    def by_shape(old, new):
        found = {array.shape: array for array in reversed(old.values())}
        return {name: found.get(array.shape, array) for name, array in new.items()}

    def by_size(old, new):
        def moved(name, array):
            fits = name in old and old[name].size == array.size
            return old[name].reshape(array.shape) if fits else array

        return {name: moved(name, array) for name, array in new.items()}

    slips = [
        ("Nothing was carried over: these are the weights of `new`.", slip(lambda old, new: new)),
        (
            "Weights moved by their place in the list. Another layer may stand there: compare names.",
            slip(by_place),
        ),
        (
            "Weights moved by their shape alone. Two layers may have one shape: compare names as well.",
            slip(by_shape),
        ),
        (
            "Weights with as many numbers were cut to fit. A kernel in another shape means something else: "
            "compare shapes.",
            slip(by_size),
        ),
    ]

    def array(*shape):
        return rng.integers(1, 100, shape) / 4

    def pair(channels, filters, classes_old, classes_new):
        """Two networks; in the second a layer more, another order, and another number of classes."""
        kernel, head = (3, 3, channels, filters), (filters, classes_old)
        old = {
            "first": array(*kernel),
            "bias": array(filters),
            "second": array(3, 3, filters, filters),
            "extra": array(2, 6),
            "head": array(*head),
        }
        new = {
            "bias": array(filters),
            "first": array(*kernel),
            "added": array(3, 3, filters, filters),
            "second": array(3, 3, filters, filters),
            "extra": array(3, 4),
            "head": array(filters, classes_new),
        }
        return {"old": old, "new": new}

    by_hand = {
        "old": {"kernel": np.array([1.0, 2, 3]), "head": np.array([4.0, 5])},
        "new": {"added": np.zeros(3), "kernel": np.zeros(3), "head": np.full(4, 0.5)},
    }
    drawn = [pair(1, 2, 3, 4), pair(3, 2, 2, 5), pair(1, 3, 4, 4)]
    problems, given = [], []
    try:
        same_answers(_in_a_row(answer, problems, given), transfer_weights, [by_hand, *drawn], slips=slips)
    except Finding as finding:
        # What is wrong with the dictionary says more than that no row of numbers came out of it.
        raise _about_names(finding, problems, given, {message for message, _ in slips}) from None


def _in_a_row(answer, problems, given):
    """The student's function, with the dictionary that it gives as one row of numbers.

    What is wrong with a dictionary is added to `problems`; each call to `given`: old, new and what came.
    """
    if not callable(answer):
        raise Finding("Give the function itself, without brackets behind its name.")

    @functools.wraps(answer)
    def in_a_row(old, new):
        shapes = {name: array.shape for name, array in new.items()}
        same = dict(new)
        call = {"old": copy.deepcopy(old), "new": copy.deepcopy(new), "gave": None}
        given.append(call)
        try:
            weights = call["gave"] = answer(old, new)
        except (KeyError, AttributeError) as error:
            problem = _missing(error, old, new)
            if problem:
                problems.append(problem)
            raise
        problem = None if weights is None else _problem(weights, shapes)
        if weights is new and any(new[name] is not array for name, array in same.items()):
            problem = (
                "Your function changes its input `new`: the first weights of the other network are gone. "
                "Begin with a copy, `dict(new)`, and write into that."
            )
        if problem:
            problems.append(problem)
        return None if weights is None or problem else np.concatenate([np.ravel(weights[n]) for n in shapes])

    return in_a_row


def _missing(error, old, new):
    """The sentence for an `old` that was asked for a name that it does not have, or an empty string."""
    names = [name for name in new if name not in old]
    if isinstance(error, KeyError) and error.args and error.args[0] in names:
        return f'"{error.args[0]}" is in `new` alone: ask first whether `old` has the name.'
    if isinstance(error, AttributeError) and "NoneType" in str(error) and names:
        return f'"{names[0]}" is in `new` alone, so `old.get` gives None there, which has no shape.'
    return ""


def _about_names(finding, problems, given, known):
    """The finding with its case as dictionaries, and with the name that is wrong where no slip is known."""
    for call in given:
        old, new, gave = call.values()
        right = {n: old[n] if n in old and old[n].shape == a.shape else a for n, a in new.items()}
        whole = isinstance(gave, dict) and not _problem(gave, {n: a.shape for n, a in new.items()})
        wrong = [name for name in right if whole and not np.array_equal(gave[name], right[name])]
        if wrong or not whole:
            break
    else:  # the values are right: an input was changed
        return Finding(problems[0] if problems else finding.message)
    message = problems[0] if problems else finding.message
    if not problems and wrong and message not in known:
        source = "new" if right[wrong[0]] is new[wrong[0]] else "old"
        message = f'Under "{wrong[0]}" the array of `{source}` is expected.'
    parts = [("with old =", old), ("and new =", new), ("gave", gave), ("expected", right)]
    lines = [_listed(*part) for part in parts if isinstance(part[1], dict)]
    return Finding(message, "\n".join(["transfer_weights(old, new)", *lines]))


def _listed(label, weights):
    """A dictionary below its label, a line for each name; of larger arrays the shape alone."""
    shown = [
        f'  "{name}": {array if np.size(array) <= FEW else f"shape {np.shape(array)}"}'
        for name, array in weights.items()
    ]
    return "\n".join([label, *shown])


def _problem(weights, shapes):
    """What is wrong with a dictionary for a network of these shapes, or an empty string."""
    if not isinstance(weights, dict):
        return (
            f"Hand back a dictionary of names and arrays, not something of type `{type(weights).__name__}`."
        )
    for name in shapes:
        if name not in weights:
            return f'"{name}" is missing: the dictionary must have the names of `new`.'
    for name in weights:
        if name not in shapes:
            return f'"{name}" is no part of `new`: the dictionary must have the names of `new`.'
    for name, shape in shapes.items():
        if np.shape(weights[name]) != shape:
            return (
                f'"{name}" has shape {np.shape(weights[name])}, but the network needs {shape}. What has '
                f"another shape stays as it is in `new`."
            )
    return ""
