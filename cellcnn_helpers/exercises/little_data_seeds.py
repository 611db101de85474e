"""Exercises on repeated runs: a difference with its standard error, and a curve that says how many cells."""

import numpy as np

from ._compare import same_answers
from ._core import checker


@checker(
    hints=(
        "Run 1 of both saw the same cells, and so did run 2. What is left of what they share, if you "
        "subtract run by run?",
        "Take the differences first, one for each seed. Their mean is the answer's first part. The standard "
        "error says how far this mean may be off.",
        "The standard error is the standard deviation of the differences, with `ddof=1`, divided by the "
        "square root of how many there are.",
    ),
    learned="What two runs share, a lucky or an unlucky draw of cells, goes out when they are subtracted.",
)
def paired_difference(answer, rng):
    """Check `paired_difference(errors_a, errors_b)`: mean of a − b over the seeds, and its standard error.

    (seeds,) and (seeds,) -> two numbers

    Examples
    --------
    >>> paired_difference(lambda a, b: (a.mean() - b.mean(), 0)).message[:38]
    'The mean is right. The standard error '
    """

    def paired_difference(errors_a, errors_b):
        d = errors_a - errors_b
        return d.mean(), d.std(ddof=1) / np.sqrt(len(d))

    def error_of(rule):
        """A slip in the standard error only."""
        return lambda a, b: ((a - b).mean(), rule(a, b, len(a)))

    def unpaired(a, b, n):
        return np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / n)

    paired = (
        "The mean is right. The standard error is that of two groups that have nothing to do with each "
        "other. Here each seed stands in both: subtract first, seed by seed."
    )
    fixed = (
        "The mean is right. The spread is divided by the same number, however many seeds there are. Divide "
        "by the square root of `len` of the differences."
    )
    slips = [
        (paired, error_of(unpaired)),
        (paired, error_of(lambda a, b, n: np.sqrt((a.var() + b.var()) / n))),
        (paired, error_of(lambda a, b, n: (a.std(ddof=1) + b.std(ddof=1)) / np.sqrt(n))),
        (paired, error_of(lambda a, b, n: (a.std(ddof=1) - b.std(ddof=1)) / np.sqrt(n))),
        (
            "The mean is right. `std` divides by n unless you say `ddof=1`. With few seeds that makes the "
            "spread too small.",
            error_of(lambda a, b, n: (a - b).std() / np.sqrt(n)),
        ),
        (
            "The mean is right. This is the spread of single differences. The mean of n of them is steadier: "
            "divide by the square root of n.",
            error_of(lambda a, b, n: (a - b).std(ddof=1)),
        ),
        (
            "The mean is right. Two things are missing in the standard error: `ddof=1`, and the square root "
            "of n to divide by.",
            error_of(lambda a, b, n: (a - b).std()),
        ),
        (
            "The mean is right. Divide the spread by the square root of n, not by n.",
            error_of(lambda a, b, n: (a - b).std(ddof=1) / n),
        ),
        (
            "The mean is right. This is a variance divided by n: take the square root.",
            error_of(lambda a, b, n: (a - b).var(ddof=1) / n),
        ),
        (
            "The mean is right. The square root is of n, the number of seeds, not of n − 1.",
            error_of(lambda a, b, n: (a - b).std(ddof=1) / np.sqrt(n - 1)),
        ),
        (fixed, error_of(lambda a, b, n: (a - b).std(ddof=1) / np.sqrt(5))),
        (fixed, error_of(lambda a, b, n: (a - b).std() / np.sqrt(5))),
        (fixed, error_of(lambda a, b, n: (a - b).std(ddof=1) / 2)),
        ("The mean is right. The standard error is not 0: the differences vary.", error_of(lambda *_: 0.0)),
        (
            "The sign is turned: subtract b from a.",
            lambda a, b: (-(a - b).mean(), paired_difference(a, b)[1]),
        ),
        (
            "The sign is lost. Whether b is better or worse is what one wants to know.",
            lambda a, b: (abs((a - b).mean()), paired_difference(a, b)[1]),
        ),
        (
            "This takes the size of each difference first. A gain and a loss should cancel.",
            lambda a, b: (abs(a - b).mean(), paired_difference(a, b)[1]),
        ),
        (
            "This takes the size of each difference first. A gain and a loss should cancel.",
            lambda a, b: paired_difference(abs(a - b), np.zeros(len(a))),
        ),
        ("The order is turned: the mean comes first.", lambda a, b: paired_difference(a, b)[::-1]),
    ]
    by_hand = {"errors_a": np.array([0.30, 0.40, 0.35, 0.27]), "errors_b": np.array([0.28, 0.36, 0.35, 0.25])}
    drawn = []
    for num_seeds in (3, 5, 8):
        draws = rng.uniform(0.2, 0.5, num_seeds)  # what both share
        gains = rng.permutation(np.linspace(-0.02, 0.06, num_seeds) + rng.uniform(0.001, 0.004))
        drawn.append({"errors_a": draws, "errors_b": draws - gains})
    drawn.append(
        {name: drawn[0][other] for name, other in [("errors_a", "errors_b"), ("errors_b", "errors_a")]}
    )
    same_answers(answer, paired_difference, [by_hand, *drawn], slips=slips, parts=("mean", "standard_error"))


@checker(
    hints=(
        "error = a · n^−b is a straight line once you take logarithms of both sides. Which of the two "
        "logarithms goes up along the line, and which goes across?",
        "`polyfit(across, up, 1)` gives slope and height of the straight line through points: here "
        "through the logarithms of the cells and of the errors.",
        "The line says ln error = slope · ln n + height. Put ln of the target in place of ln error, solve "
        "for ln n, and undo the logarithm with `exp`.",
    ),
    learned="On logarithmic axes it is a straight line, and each halving of the error costs the same factor.",
)
def cells_needed(answer, rng):
    """Check `cells_needed(cells, errors, target)`: where the fitted error a · n^−b reaches `target`.

    (points,) and (points,) and one number -> one number

    Examples
    --------
    >>> cells_needed(lambda cells, errors, target: cells[-1] * errors[-1] / target).message[:32]
    'This takes the exponent to be 1.'
    """

    def cells_needed(cells, errors, target):
        slope, height = np.polyfit(np.log(cells), np.log(errors), 1)
        return np.exp((np.log(target) - height) / slope)

    def solved(cells, errors, target, rule):
        slope, height = np.polyfit(np.log(cells), np.log(errors), 1)
        return rule(slope, height, target)

    def by_rule(rule):
        return lambda cells, errors, target: solved(cells, errors, target, rule)

    def in_tens(cells, errors, target):
        slope, height = np.polyfit(np.log10(cells), np.log10(errors), 1)
        return np.exp((np.log10(target) - height) / slope)

    def straight(cells, errors, target):
        slope, height = np.polyfit(cells, errors, 1)
        return (target - height) / slope

    def half_logarithmic(cells, errors, target):
        slope, height = np.polyfit(np.log(cells), errors, 1)
        return np.exp((target - height) / slope)

    def exponential(cells, errors, target):
        slope, height = np.polyfit(cells, np.log(errors), 1)
        return (np.log(target) - height) / slope

    def turned(cells, errors, target):
        slope, height = np.polyfit(np.log(errors), np.log(cells), 1)
        return np.exp(slope * np.log(target) + height)

    def from_ends(cells, errors, target):
        ends = [0, -1]
        return cells_needed(cells[ends], errors[ends], target)

    def from_last_two(cells, errors, target):
        return cells_needed(cells[-2:], errors[-2:], target)

    slips = [
        (
            "This takes the exponent to be 1. The points say how steep the line is.",
            lambda cells, errors, target: cells[-1] * errors[-1] / target,
        ),
        (
            "This takes the exponent to be 1/2. The points say how steep the line is.",
            lambda cells, errors, target: cells[-1] * (errors[-1] / target) ** 2,
        ),
        (
            "A straight line through cells and errors as they are. Take logarithms of both first.",
            straight,
        ),
        ("Only the cells are in logarithms. Take those of the errors, too.", half_logarithmic),
        ("Only the errors are in logarithms. Take those of the cells, too.", exponential),
        (
            "The line was fitted the other way around: `np.polyfit` takes first what goes across, the cells, "
            "and then what goes up, the errors.",
            turned,
        ),
        ("The line goes through the first and the last point alone. Fit it to all of them.", from_ends),
        ("The line goes through the last two points alone. Fit it to all of them.", from_last_two),
        (
            "This is ln n. Undo the logarithm: `np.exp`.",
            by_rule(lambda slope, height, target: (np.log(target) - height) / slope),
        ),
        (
            "Two kinds of logarithm: `np.exp` undoes `np.log`. What undoes `np.log10` is `10 ** ...`.",
            in_tens,
        ),
        (
            "The target is put in without its logarithm.",
            by_rule(lambda slope, height, target: np.exp((target - height) / slope)),
        ),
        (
            "`np.polyfit` hands back the slope first and then the height: they are swapped.",
            by_rule(lambda slope, height, target: np.exp((np.log(target) - slope) / height)),
        ),
        (
            "The height is forgotten. Subtract it from the logarithm of the target.",
            by_rule(lambda slope, height, target: np.exp(np.log(target) / slope)),
        ),
        (
            "The sign of the height is turned: subtract it from the logarithm of the target.",
            by_rule(lambda slope, height, target: np.exp((np.log(target) + height) / slope)),
        ),
        (
            "This is the error that the line gives for `target` cells. It is asked for the other way around.",
            by_rule(lambda slope, height, target: np.exp(slope * np.log(target) + height)),
        ),
        (
            "This multiplies by the slope. To undo a multiplication, divide.",
            by_rule(lambda slope, height, target: np.exp((np.log(target) - height) * slope)),
        ),
        (
            "The slope has its minus already: with a second one the number comes out upside down.",
            by_rule(lambda slope, height, target: np.exp((np.log(target) - height) / -slope)),
        ),
    ]
    by_hand = {
        "cells": np.array([10, 80, 640]),
        "errors": np.array([0.4, 0.2, 0.1]),
        "target": 0.05,
    }
    drawn = []
    for num_points in (4, 5, 6):
        cells = 8 * 2 ** np.arange(num_points)
        slope = rng.uniform(0.25, 0.42)
        noise = np.exp(rng.uniform(0.03, 0.12, num_points) * (-1.0) ** np.arange(num_points))
        errors = rng.uniform(0.8, 0.95) * cells**-slope * noise
        drawn.append({"cells": cells, "errors": errors, "target": round(float(rng.uniform(0.03, 0.06)), 3)})
    same_answers(answer, cells_needed, [by_hand, *drawn], slips=slips)
