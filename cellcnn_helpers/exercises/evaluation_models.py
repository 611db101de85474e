"""Exercises on models: whether one knows how sure it may be, and which of two is right alone."""

import inspect

import numpy as np

from ._compare import same_answers
from ._core import Finding, checker
from ._student import run

NAN = np.nan  # in a slip: any value agrees


@checker(
    hints=(
        "Take one bin. How sure was the model in it on average, and which share was right? Their distance is "
        "what this bin adds.",
        "Large bins count more: multiply the distance by the number of cells in the bin, add up, and divide "
        "by the number of all cells. An empty bin adds nothing.",
        "`confidence * num_bins`, rounded up by NumPy's `ceil`, is 1 for the first bin, 2 for the second, "
        "and so on. Go through these numbers, and pick the cells of each.",
    ),
    learned="0 means: where it says 90 %, nine of ten are right. It does not say how many are right in all.",
)
def calibration_error(answer, rng):
    """Check `calibration_error(confidence, right, num_bins)`: how far confidence and truth lie apart.

    (N,) probability of the class named, (N,) True or False -> one number; bins of equal width from 0 to 1

    Examples
    --------
    >>> def one_bin(confidence, right, num_bins):
    ...     return abs(confidence.mean() - right.mean())
    >>> calibration_error(one_bin).message[:25]
    'This takes all cells as o'
    """

    def calibration_error(confidence, right, num_bins):
        return _error(confidence, right, np.ceil(confidence * num_bins))

    def of_gaps(formula):
        return lambda confidence, right, num_bins: formula(
            *_of_bins(confidence, right, np.ceil(confidence * num_bins))
        )

    signed = (
        "The sign is kept, so bins that are too sure and bins that are not sure enough cancel out, as if all "
        "cells were one bin. Take the distance of each bin: `abs`."
    )
    whole = "This takes all cells as one bin, where too sure and not sure enough cancel out. Go bin by bin."
    upper = (
        "A confidence on the edge between two bins counts for the upper one, because `floor` is used: then "
        "1.0{}. Round up, `np.ceil`."
    )
    slips = [
        (whole, lambda confidence, right, num_bins: abs(confidence.mean() - right.mean())),
        (signed, lambda confidence, right, num_bins: confidence.mean() - right.mean()),
        (signed, lambda confidence, right, num_bins: right.mean() - confidence.mean()),
        (
            "The last bin is left out: `range(num_bins)` goes from 0 to num_bins − 1. The bins have the "
            "numbers 1 to num_bins: `range(1, num_bins + 1)`.",
            lambda c, r, num_bins: _error(c, r, np.ceil(c * num_bins), range(1, num_bins)),
        ),
        (
            "The first bin is left out: `floor` gives it the number 0. Round up, `np.ceil`: then it is 1.",
            lambda c, r, num_bins: _error(c, r, np.floor(c * num_bins), range(1, num_bins + 1)),
        ),
        (
            upper.format(" falls into no bin, and is lost"),
            lambda c, r, num_bins: _error(c, r, np.floor(c * num_bins), range(num_bins)),
        ),
        (
            upper.format(" has a bin of its own"),
            lambda c, r, num_bins: _error(c, r, np.floor(c * num_bins)),
        ),
        (
            "A confidence on the edge between two bins counts for the upper one. It belongs to the lower, as "
            "`np.ceil` has it.",
            lambda c, r, num_bins: _error(c, r, np.minimum(np.floor(c * num_bins), num_bins - 1)),
        ),
        (
            "Each bin counts the same here, however few cells it has. Weigh it by its number of cells.",
            of_gaps(lambda counts, gaps: np.abs(gaps).mean()),
        ),
        (
            "Each bin counts the same, and empty bins count as well. Weigh each by its number of cells.",
            lambda c, r, num_bins: np.abs(_of_bins(c, r, np.ceil(c * num_bins))[1]).sum() / num_bins,
        ),
        (
            "The distances are squared. Take them as they are: `abs`.",
            of_gaps(lambda counts, gaps: (counts * gaps**2).sum() / counts.sum()),
        ),
        (
            "This is the largest distance of a bin. Take the mean over the cells.",
            of_gaps(lambda counts, gaps: np.abs(gaps).max()),
        ),
        (
            "This is the sum over the cells. Divide by their number.",
            of_gaps(lambda counts, gaps: (counts * np.abs(gaps)).sum()),
        ),
        (
            "The bins are added up without their numbers of cells. Weigh each by its share of the cells.",
            of_gaps(lambda counts, gaps: np.abs(gaps).sum()),
        ),
        (
            "This compares each cell with its own confidence: one cell is right or wrong, so it is never "
            "near 0. Take means over the cells of a bin first.",
            lambda confidence, right, num_bins: np.abs(confidence - right).mean(),
        ),
        (
            "This is the share of right cells. Compare it with the confidence, bin by bin.",
            lambda confidence, right, num_bins: right.mean(),
        ),
        (
            "These are the distances of the bins. Weigh them and add them up: one number is asked for.",
            of_gaps(lambda counts, gaps: np.abs(gaps)),
        ),
        (
            "The middle of each bin is taken for its confidence. Take the mean confidence of its cells.",
            lambda confidence, right, num_bins: _by_middles(confidence, right, num_bins),
        ),
        ("This is in percent. Give a number from 0 to 1.", lambda *given: 100 * calibration_error(*given)),
        (
            "Where each bin has cells this is right, but an empty bin spoils it: the mean of no cells is no "
            "number (NaN). Leave empty bins out.",
            lambda c, r, num_bins: (
                calibration_error(c, r, num_bins)
                if len(np.unique(np.ceil(c * num_bins))) == num_bins
                else None
            ),
        ),
    ]
    by_hand = {
        "confidence": np.array([0.95, 0.85, 0.9, 0.3]),
        "right": np.array([True, False, True, True]),
        "num_bins": 2,
    }
    on_edges = {
        "confidence": np.array([1.0, 0.75, 0.25, 0.5, 1.0, 0.6, 0.15, 0.35, 0.3]),
        "right": np.array([False, True, True, True, False, False, True, True, True]),
        "num_bins": 4,
    }
    _check_numbers(answer, inspect.signature(calibration_error).bind(**by_hand))
    cases = [by_hand, on_edges]
    for num_cells, num_bins in [(30, 5), (40, 10), (25, 4)]:
        # Off the edges of the bins, where rounding could decide.
        bins = rng.integers(num_bins // 3, num_bins, num_cells)
        confidence = ((bins + rng.uniform(0.15, 0.85, num_cells)) / num_bins).round(4)
        right = rng.random(num_cells) < np.where(confidence < 0.6, confidence + 0.3, confidence - 0.3)
        cases.append({"confidence": confidence, "right": right, "num_bins": num_bins})
    same_answers(answer, calibration_error, cases, slips=slips)


def _check_numbers(answer, call):
    """Raise `Finding` where NaN comes out although each bin has cells: then a bin too many is asked for."""
    value = run(answer, call)[0].value
    if value is not None and not value.ndim and np.isnan(value):
        raise Finding(
            "The result is NaN, the mean of no cells: an empty bin is not left out. The bins have the "
            "numbers 1 to num_bins, `range(1, num_bins + 1)`, and number 0 is always empty."
        )


def _of_bins(confidence, right, numbers, wanted=None):
    """For each of the bins `wanted` that has cells: how many, and confidence less share of right ones."""
    present = np.unique(numbers)
    chosen = [numbers == number for number in present if wanted is None or number in wanted]
    counts = np.array([some.sum() for some in chosen])
    return counts, np.array([confidence[some].mean() - right[some].mean() for some in chosen])


def _error(confidence, right, numbers, wanted=None):
    counts, gaps = _of_bins(confidence, right, numbers, wanted)
    return (counts * np.abs(gaps)).sum() / len(confidence)


def _by_middles(confidence, right, num_bins):
    middles = (np.ceil(confidence * num_bins) - 0.5) / num_bins
    gaps = [
        (middles == middle).sum() * abs(middle - right[middles == middle].mean())
        for middle in np.unique(middles)
    ]
    return sum(gaps) / len(confidence)


@checker(
    hints=(
        "Make two arrays of True and False first: where is A right, where is B right?",
        "A alone is right where the first is True and the second is not. `&` is “and”, `~` is “not”.",
        "Count the True ones by `.sum()`, once for A alone and once for B alone.",
    ),
    learned="Cells on which both are right, or both wrong, say nothing about which model is the better one.",
)
def only_one_right(answer, rng):
    """Check `only_one_right(labels, predictions_a, predictions_b)`: on how many cells just one is right.

    (N,), (N,) and (N,) class numbers -> two whole numbers: only A right, only B right

    Examples
    --------
    >>> only_one_right(lambda y, a, b: ((a == y).sum(), (b == y).sum())).message[:37]
    'These are all the cells that A and th'
    """

    def only_one_right(labels, predictions_a, predictions_b):
        a, b = predictions_a == labels, predictions_b == labels
        return (a & ~b).sum(), (b & ~a).sum()

    def of_right(formula):
        return lambda labels, a, b: formula(a == labels, b == labels)

    slips = [
        (
            "These are all the cells that A and that B have right. Leave out those that both have right.",
            of_right(lambda a, b: (a.sum(), b.sum())),
        ),
        (
            "The two are swapped: first A alone, then B alone.",
            of_right(lambda a, b: ((b & ~a).sum(), (a & ~b).sum())),
        ),
        (
            "These are the cells that A and B have wrong. Count where one is right and the other is not.",
            of_right(lambda a, b: ((~a).sum(), (~b).sum())),
        ),
        *(
            (
                "This counts where they name different classes, also where both are wrong. Ask of each "
                "whether it is right: compare it with the labels.",
                wrong,
            )
            for wrong in (
                lambda labels, a, b: ((a != b).sum(), NAN),
                lambda labels, a, b: (NAN, (a != b).sum()),
                lambda labels, a, b: (((a != b) & (b != labels)).sum(), NAN),
                lambda labels, a, b: (NAN, ((a != b) & (a != labels)).sum()),
            )
        ),
        (
            "The first number is where both are right, the second where both are wrong. Just those two say "
            "nothing about which is better.",
            of_right(lambda a, b: ((a & b).sum(), (~a & ~b).sum())),
        ),
        (
            "These are shares. Give counts: whole numbers of cells.",
            of_right(lambda a, b: ((a & ~b).mean(), (b & ~a).mean())),
        ),
        (
            "These say for each cell whether just one is right. Count the True ones: `.sum()`.",
            of_right(lambda a, b: (a & ~b, b & ~a)),
        ),
        (
            "These are the accuracies of A and of B. Count the cells where just one of them is right.",
            of_right(lambda a, b: (a.mean(), b.mean())),
        ),
        (
            "One number counts where just one of them is right; split it: A alone, B alone.",
            of_right(lambda a, b: ((a ^ b).sum(), (a ^ b).sum())),
        ),
    ]
    by_hand = {
        "labels": np.array([0, 1, 2, 2, 0, 1]),
        "predictions_a": np.array([0, 1, 2, 2, 1, 2]),
        "predictions_b": np.array([0, 0, 1, 2, 0, 0]),
    }
    cases = [by_hand]
    for num_cells, num_classes in [(30, 3), (25, 5), (40, 4)]:
        labels = rng.integers(0, num_classes, num_cells)
        shifts = rng.integers(1, num_classes, (2, num_cells))
        a_wrong, b_wrong = rng.random((2, num_cells)) < [[0.35], [0.6]]
        first = (labels + a_wrong * shifts[0]) % num_classes
        second = (labels + b_wrong * shifts[1]) % num_classes
        cases.append({"labels": labels, "predictions_a": first, "predictions_b": second})
    same_answers(answer, only_one_right, cases, slips=slips, whole=True, parts=("only A", "only B"))
