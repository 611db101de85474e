"""One class against the rest, for every threshold: ROC, precision and recall, and which threshold to take."""

from typing import NamedTuple

import numpy as np

from cellcnn_helpers import _checks

from . import _inputs


class RocCurve(NamedTuple):
    """What `roc_curve` returns: a point for each threshold, from the strictest on.

    Attributes
    ----------
    thresholds : numpy.ndarray
        Images with at least this score are called positive; the first threshold is infinite: none is.
    false_positive_rate : numpy.ndarray
        Of the other images, the share that is called positive.
    true_positive_rate : numpy.ndarray
        Of the images of the class, the share that is called positive: sensitivity, recall.
    area : float
        Area under the curve (AUC): how often an image of the class scores higher than one that is not, a tie
        counted half.
    """

    thresholds: np.ndarray
    false_positive_rate: np.ndarray
    true_positive_rate: np.ndarray
    area: float


class PrecisionRecallCurve(NamedTuple):
    """What `precision_recall_curve` returns: a point for each threshold, from the strictest on.

    Attributes
    ----------
    thresholds : numpy.ndarray
        Images with at least this score are called positive; the first threshold is infinite: none is.
    precision : numpy.ndarray
        Of the images called positive, the share that is of the class; 1 where none is called so.
    recall : numpy.ndarray
        Of the images of the class, the share that is called positive.
    average_precision : float
        Mean precision over the recall: each precision counts by the recall that it adds.
    """

    thresholds: np.ndarray
    precision: np.ndarray
    recall: np.ndarray
    average_precision: float


class OperatingPoint(NamedTuple):
    """What `at_threshold` returns: what a threshold finds, misses and wrongly reports.

    Attributes
    ----------
    sensitivity : float
        Of the images of the class, the share that is called positive (recall).
    specificity : float
        Of the other images, the share that is not called positive.
    num_misses : int
        Images of the class that are not called positive.
    num_false_alarms : int
        Other images that are called positive.
    """

    sensitivity: float
    specificity: float
    num_misses: int
    num_false_alarms: int


def roc_curve(positives, scores):
    """Sensitivity against false alarms of one class against the rest, for every threshold.

    (N,) and (N,) -> (thresholds,) and the area

    Parameters
    ----------
    positives : array_like of bool, shape (N,)
        Which images are of the class: ``labels == 3``.
    scores : array_like, shape (N,)
        How strongly the model speaks for the class: ``probabilities[:, 3]``. Only their order matters.

    Returns
    -------
    RocCurve
        A point for each score that occurs (images with equal scores are called together), and the `area`.

    Raises
    ------
    ValueError
        If there are no images of the class or no others, the shapes differ, or a score is not finite.

    See Also
    --------
    precision_recall_curve : Tells more where the class is rare.
    cellcnn_helpers.plots.show_roc : The curve as a figure.

    References
    ----------
    Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters 27 (2006) 861,
    doi:10.1016/j.patrec.2005.10.010.

    Examples
    --------
    >>> curve = roc_curve([True, False, True, False], [0.9, 0.6, 0.4, 0.1])
    >>> curve.false_positive_rate
    array([0. , 0. , 0.5, 0.5, 1. ])
    >>> curve.true_positive_rate
    array([0. , 0.5, 0.5, 1. , 1. ])
    >>> curve.area
    0.75
    """
    thresholds, found, false_alarms = _counts(*_inputs.positives_and_scores(positives, scores))
    false_rate, true_rate = false_alarms / false_alarms[-1], found / found[-1]
    area = np.sum(np.diff(false_rate) * (true_rate[1:] + true_rate[:-1]) / 2)  # trapezoids
    return RocCurve(thresholds, false_rate, true_rate, float(area))


def precision_recall_curve(positives, scores):
    """Precision against recall of one class against the rest, for every threshold.

    (N,) and (N,) -> (thresholds,) and the average precision

    Parameters
    ----------
    positives, scores
        As in `roc_curve`.

    Returns
    -------
    PrecisionRecallCurve
        A point for each score that occurs, and the `average_precision`.

    Raises
    ------
    ValueError
        As `roc_curve`.

    See Also
    --------
    roc_curve : Does not depend on how common the class is.

    Notes
    -----
    At the loosest threshold the precision is the share of the class among all images: what guessing reaches.
    So two curves can be compared only where the class is equally common.

    References
    ----------
    Saito and Rehmsmeier, "The precision-recall plot is more informative than the ROC plot when evaluating
    binary classifiers on imbalanced datasets", PLoS ONE 10 (2015) e0118432, doi:10.1371/journal.pone.0118432.

    Examples
    --------
    >>> curve = precision_recall_curve([True, False, True, False], [0.9, 0.6, 0.4, 0.1])
    >>> curve.recall
    array([0. , 0.5, 0.5, 1. , 1. ])
    >>> curve.precision.round(2)
    array([1.  , 1.  , 0.5 , 0.67, 0.5 ])
    >>> round(curve.average_precision, 3)
    0.833
    """
    thresholds, found, false_alarms = _counts(*_inputs.positives_and_scores(positives, scores))
    called = found + false_alarms
    precision = np.divide(found, called, out=np.ones(len(called)), where=called > 0)
    recall = found / found[-1]
    return PrecisionRecallCurve(thresholds, precision, recall, float(np.sum(np.diff(recall) * precision[1:])))


def at_threshold(positives, scores, threshold):
    """What is found, missed and wrongly reported if all scores from a threshold on are called positive.

    (N,) and (N,) -> four numbers

    Parameters
    ----------
    positives, scores
        As in `roc_curve`.
    threshold : float
        The smallest score that is called positive; ``numpy.inf`` calls none.

    Returns
    -------
    OperatingPoint
        `sensitivity`, `specificity` and the two counts of errors.

    Raises
    ------
    ValueError
        As `roc_curve`.

    See Also
    --------
    threshold_for_sensitivity, threshold_for_cost : Choose the threshold.

    Notes
    -----
    Choose the threshold on validation images and look at it here on test images. On the images on which it
    was chosen it looks better than it is.

    Examples
    --------
    >>> at_threshold([True, False, True, False], [0.9, 0.6, 0.4, 0.1], 0.5)
    OperatingPoint(sensitivity=0.5, specificity=0.5, num_misses=1, num_false_alarms=1)
    """
    positives, scores = _inputs.positives_and_scores(positives, scores)
    if threshold != np.inf:  # which calls none, and `threshold_for_cost` may find it cheapest
        threshold = _checks.real_number("threshold", threshold)
    called = scores >= threshold
    sensitivity, specificity = np.mean(called[positives]), np.mean(~called[~positives])
    misses, false_alarms = np.sum(positives & ~called), np.sum(called & ~positives)
    return OperatingPoint(float(sensitivity), float(specificity), int(misses), int(false_alarms))


def threshold_for_sensitivity(positives, scores, sensitivity):
    """The strictest threshold that finds at least a wanted share of the class.

    (N,) and (N,) -> a number

    Parameters
    ----------
    positives, scores
        As in `roc_curve`.
    sensitivity : float
        The share of the images of the class to be found, above 0 and at most 1.

    Returns
    -------
    float
        One of the scores: call images with at least this score positive.

    Raises
    ------
    ValueError
        As `roc_curve`, and if `sensitivity` is out of range.

    See Also
    --------
    at_threshold : What the threshold does to other images.

    Examples
    --------
    >>> threshold_for_sensitivity([True, False, True, False], [0.9, 0.6, 0.4, 0.1], 0.95)
    0.4
    """
    curve = roc_curve(positives, scores)
    wanted = _checks.real_number("sensitivity", sensitivity, low=0, high=1, low_open=True)
    enough = curve.true_positive_rate >= wanted - 1e-12  # 0.1 + 0.2 of ten images are three of them
    return float(curve.thresholds[np.argmax(enough)])


def threshold_for_cost(positives, scores, *, cost_of_miss, cost_of_false_alarm):
    """The threshold whose errors cost least on these images.

    (N,) and (N,) -> a number

    Parameters
    ----------
    positives, scores
        As in `roc_curve`.
    cost_of_miss : float
        What an image of the class costs that is not called positive, at least 0.
    cost_of_false_alarm : float
        What another image costs that is called positive, at least 0.

    Returns
    -------
    float
        One of the scores: call images with at least this score positive. It is infinite where calling none
        is cheapest. Of several that cost the same the lowest, which misses least.

    Raises
    ------
    ValueError
        As `roc_curve`, and if a cost is negative.

    See Also
    --------
    cheapest_classes : For calibrated probabilities; nothing is searched there.

    Notes
    -----
    The class must be as common among these images as where the threshold will be used: where it is rarer,
    false alarms weigh more.

    Examples
    --------
    >>> positives, scores = [True, False, True, False], [0.9, 0.6, 0.4, 0.1]
    >>> threshold_for_cost(positives, scores, cost_of_miss=10, cost_of_false_alarm=1)
    0.4
    >>> threshold_for_cost(positives, scores, cost_of_miss=1, cost_of_false_alarm=10)
    0.9
    """
    thresholds, found, false_alarms = _counts(*_inputs.positives_and_scores(positives, scores))
    cost_of_miss = _checks.real_number("cost_of_miss", cost_of_miss, low=0)
    cost_of_false_alarm = _checks.real_number("cost_of_false_alarm", cost_of_false_alarm, low=0)
    costs = cost_of_miss * (found[-1] - found) + cost_of_false_alarm * false_alarms
    cheapest = np.flatnonzero(np.isclose(costs, costs.min(), rtol=1e-12, atol=0))
    return float(thresholds[cheapest[-1]])


def _counts(positives, scores):
    """For each threshold, from infinity down: how many positives are found, how many others called so."""
    order = np.argsort(-scores, kind="stable")
    positives, scores = positives[order], scores[order]
    last = np.flatnonzero(np.append(np.diff(scores) != 0, True))  # of each run of equal scores
    found = np.append(0, np.cumsum(positives)[last])
    return np.append(np.inf, scores[last]), found, np.append(0, last + 1) - found
