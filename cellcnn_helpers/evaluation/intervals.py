"""How far a measured number may be off by chance, and whether two models differ by more than that."""

import math
import numbers
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from cellcnn_helpers import _checks, _dataset_checks

from . import _inputs


class Interval(NamedTuple):
    """The range in which the true value probably lies.

    Attributes
    ----------
    low : float
        Its lower end.
    high : float
        Its upper end.
    """

    low: float
    high: float


class McNemar(NamedTuple):
    """What `mcnemar` returns.

    Attributes
    ----------
    only_a_right : int
        Images that the first model got right and the second wrong.
    only_b_right : int
        Images that the second model got right and the first wrong.
    p_value : float
        How often two equally good models would differ at least as much by chance, from 0 to 1.
    """

    only_a_right: int
    only_b_right: int
    p_value: float


def accuracy_interval(num_right, num_images, *, confidence=0.95):
    """Where the true accuracy probably lies, given how many of some images were right (Wilson's interval).

    Parameters
    ----------
    num_right : int
        Right predictions, from 0 to `num_images`.
    num_images : int
        All predictions, at least 1. Each is an observation of its own: not one of several cells of a patient.
    confidence : float
        How often such an interval holds the true value, above 0 and below 1.

    Returns
    -------
    Interval
        `low` and `high`, from 0 to 1. Also right near 0 and 1, where the plain p ± 1.96 · standard error
        leaves the range or has no width.

    Raises
    ------
    ValueError
        If a count is out of range.

    See Also
    --------
    bootstrap_interval : For other measures, and for images that come in groups.

    Notes
    -----
    Serves any share of independent images: recall, with the images of one class; precision, with those that
    were given it.

    References
    ----------
    Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
    Statistical Association 22 (1927) 209, doi:10.1080/01621459.1927.10502953.

    Examples
    --------
    >>> low, high = accuracy_interval(97, 100)
    >>> print(f"{low:.3f} to {high:.3f}")
    0.915 to 0.990
    """
    n = _checks.whole_number("num_images", num_images)
    right = _checks.whole_number("num_right", num_right, minimum=0)
    if right > n:
        raise ValueError(
            f"`num_right` must be at most `num_images`: got num_right={right} and num_images={n}.\n"
            f"Count right predictions first, all predictions second."
        )
    z = NormalDist().inv_cdf((1 + _inputs.confidence_level(confidence)) / 2)  # 1.96 for 0.95
    share = right / n
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    low = 0.0 if right == 0 else middle - half  # exactly, where rounding would leave 1e-17
    return Interval(low, 1.0 if right == n else middle + half)


def bootstrap_interval(statistic, *arrays, groups=None, confidence=0.95, num_samples=2000, seed=0):
    """Where a statistic probably lies: draw the images anew many times, with replacement, and see it vary.

    Parameters
    ----------
    statistic : function
        Takes the arrays and gives one number, such as `accuracy` or `balanced_accuracy`.
    *arrays : array_like, shape (N, ...)
        What `statistic` takes, with one row per image. The same images are drawn from all of them: labels
        stay with their predictions, and two models are compared on the same cells.
    groups : array_like of int or str, shape (N,), optional
        What images belong together: the patient, the slide, the plate. Whole groups are drawn then. Cells of
        one patient resemble each other, so they tell less than as many patients would; without `groups` the
        interval would be too narrow.
    confidence : float
        How often such an interval holds the true value, above 0 and below 1.
    num_samples : int
        How many times to draw.
    seed : int or numpy.random.Generator
        Where the random numbers start; the same seed gives the same interval.

    Returns
    -------
    Interval
        The `low` and `high` percentiles of the statistic, 2.5 and 97.5 for a confidence of 0.95.

    Raises
    ------
    ValueError
        If the arrays differ in length or are empty, there are fewer than two groups, or `statistic` does not
        give one finite number.

    See Also
    --------
    accuracy_interval : Shorter and better for an accuracy of independent images.
    mcnemar : The exact test that belongs to a difference of two accuracies.

    Notes
    -----
    It knows only the images at hand: with fewer than about 20 images or groups it is too narrow. Where all
    images are right, every sample is right too, and the interval has no width: take `accuracy_interval`.

    A sample may lack a rare class. A statistic that is not defined then, such as an area under the curve,
    stops with its own error.

    References
    ----------
    Efron and Tibshirani, "An introduction to the bootstrap" (1993), chapter 13.

    Examples
    --------
    Two models saw the same 100 cells; A alone is right on one, B alone on seven. Each sample draws the same
    cells for both:

    >>> right_a = np.array([True] * 92 + [True] + [False] * 7)
    >>> right_b = np.array([True] * 92 + [False] + [True] * 7)
    >>> low, high = bootstrap_interval(lambda a, b: b.mean() - a.mean(), right_a, right_b)
    >>> print(f"B is better by {low:.2f} to {high:.2f}")
    B is better by 0.01 to 0.11
    """
    _checks.function("statistic", statistic)
    arrays = _same_length(arrays)
    tail = (1 - _inputs.confidence_level(confidence)) / 2
    num_samples = _checks.whole_number("num_samples", num_samples)
    rng = _checks.generator("seed", seed)
    _one_number(statistic, arrays)  # so that an error of the statistic itself is told without "sample"
    members = _members(groups, arrays[0])
    values = np.empty(num_samples)
    for n in range(num_samples):
        drawn = rng.integers(len(members), size=len(members))
        rows = drawn if groups is None else np.concatenate([members[group] for group in drawn])
        try:
            values[n] = _one_number(statistic, [array[rows] for array in arrays])
        except Exception as error:
            error.add_note(f"This happened on images drawn anew (sample {n}), which may lack a rare class.")
            raise
    low, high = np.quantile(values, (tail, 1 - tail))
    return Interval(float(low), float(high))


def mcnemar(right_a, right_b):
    """Exact test of whether two models are equally good, from the images on which just one of them is right.

    (N,) and (N,) -> two counts and a probability

    Parameters
    ----------
    right_a : array_like of bool, shape (N,)
        Where the first model is right: ``labels == predictions_a``.
    right_b : array_like of bool, shape (N,)
        Where the second model is right, on the same images in the same order.

    Returns
    -------
    McNemar
        `only_a_right`, `only_b_right` and the two-sided `p_value`.

    Raises
    ------
    ValueError
        If there are no images, the shapes differ, or a value is neither True nor False.

    See Also
    --------
    bootstrap_interval : By how much they differ; with `groups` also for several cells of a patient.

    Notes
    -----
    Images on which both are right or both wrong say nothing about which is better. Of the others, equally
    good models would win each with a chance of one half, as a coin does. Each image counts as an observation
    of its own: with several cells of one patient the p-value is too small.

    References
    ----------
    McNemar, "Note on the sampling error of the difference between correlated proportions or percentages",
    Psychometrika 12 (1947) 153, doi:10.1007/BF02295996.

    Examples
    --------
    Of 100 cells A alone is right on one, B alone on seven:

    >>> right_a = [True] * 92 + [True] + [False] * 7
    >>> right_b = [True] * 92 + [False] + [True] * 7
    >>> mcnemar(right_a, right_b)
    McNemar(only_a_right=1, only_b_right=7, p_value=0.0703125)
    """
    right_a = _inputs.true_or_false("right_a", right_a)
    right_b = _inputs.true_or_false("right_b", right_b)
    _checks.same_shape("right_b", right_b, right_a.shape, "`right_a`")
    only_a, only_b = int(np.sum(right_a & ~right_b)), int(np.sum(right_b & ~right_a))
    tosses, ways, as_few = only_a + only_b, 1, 0
    for heads in range(min(only_a, only_b) + 1):
        as_few += ways  # ways to toss so many heads; whole numbers of any length, so exact for any count
        ways = ways * (tosses - heads) // (heads + 1)
    return McNemar(only_a, only_b, min(1.0, 2 * as_few / 2**tosses))


def _same_length(arrays):
    if not arrays:
        raise TypeError(
            "`arrays` must hold at least one array: got arrays=().\n"
            "Give the statistic, then what it takes: bootstrap_interval(accuracy, labels, predictions)."
        )
    checked = [_checks.as_array(f"arrays[{n}]", array) for n, array in enumerate(arrays)]
    for n, array in enumerate(checked):
        if array.shape[:1] != checked[0].shape[:1] or not array.ndim:
            raise ValueError(
                f"`arrays` must have one row per image: got {_checks.received(f'arrays[{n}]', array)} and "
                f"{_checks.received('arrays[0]', checked[0])}.\nGive arrays of the same length."
            )
    _inputs.some_rows("arrays[0]", checked[0])
    return checked


def _members(groups, images):
    """The rows of each thing that is drawn: of each group, or of each image."""
    if groups is None:
        return np.arange(len(images))
    numbers = np.unique(_dataset_checks.groups(groups, images), return_inverse=True)[1]
    members = np.split(np.argsort(numbers, kind="stable"), np.cumsum(np.bincount(numbers))[:-1])
    if len(members) < 2:
        raise ValueError(
            f"`groups` must name at least 2 groups: got {len(members)} for {len(images)} images.\n"
            f"One patient says nothing about the next; measure more of them."
        )
    return members


def _one_number(statistic, arrays):
    value = statistic(*arrays)
    is_number = isinstance(value, (numbers.Real, np.bool_, np.ndarray)) and np.ndim(value) == 0
    if not is_number or not np.isfinite(value):
        raise ValueError(
            f"`statistic` must give one finite number: got {_checks.received('statistic(...)', value)}.\n"
            f"Take a mean, or one entry of it."
        )
    return value
