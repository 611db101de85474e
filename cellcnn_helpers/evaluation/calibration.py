"""Is a model that says 0.9 right nine times of ten? Reliability, scores of probabilities, temperature."""

from typing import NamedTuple

import numpy as np

from cellcnn_helpers import _checks

from . import _inputs


class ReliabilityTable(NamedTuple):
    """What `reliability_table` returns: a row for each bin of confidence; shown as a table.

    Attributes
    ----------
    edges : numpy.ndarray
        ``(bins + 1,)``, where the bins begin and end, from 0 to 1.
    num_images : numpy.ndarray
        ``(bins,)``, images in each bin.
    confidence : numpy.ndarray
        ``(bins,)``, mean probability of the predicted class; NaN in an empty bin.
    accuracy : numpy.ndarray
        ``(bins,)``, share of right predictions; NaN in an empty bin.
    """

    edges: np.ndarray
    num_images: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray

    def __repr__(self):
        lines = [f"{'confidence':<12}{'images':>8}{'mean':>8}{'right':>8}"]
        columns = (self.edges, self.edges[1:], self.num_images, self.confidence, self.accuracy)
        for low, high, count, *shares in zip(*columns, strict=False):
            means = "".join(f"{share:>8.3f}" if count else f"{'–':>8}" for share in shares)
            lines.append(f"{f'{low:.3g} to {high:.3g}':<12}{count:>8,}{means}")
        return "\n".join(lines)


def reliability_table(labels, probabilities, *, num_bins=10):
    """Sort the images by how sure the model was, and count in each bin how often it was right.

    (N,) and (N, classes) -> (bins,)

    Parameters
    ----------
    labels : array_like of int, shape (N,)
        The true class of each image, counted from 0.
    probabilities : array_like, shape (N, classes)
        What the softmax gives: at least 0, with the sum 1 in each row.
    num_bins : int
        Bins of equal width between 0 and 1. A value on an edge belongs to the lower bin.

    Returns
    -------
    ReliabilityTable
        Arrays by name. A model is calibrated where `accuracy` equals `confidence`.

    Raises
    ------
    ValueError
        If rows do not add up to 1, labels are one-hot or out of range, or there are no images.

    See Also
    --------
    expected_calibration_error : The table in one number.
    cellcnn_helpers.plots.show_reliability : The table as a figure.

    Examples
    --------
    >>> probabilities = [[0.95, 0.05], [0.75, 0.25], [0.72, 0.28], [0.22, 0.78]]
    >>> reliability_table([0, 0, 1, 1], probabilities, num_bins=5)
    confidence    images    mean   right
    0 to 0.2           0       –       –
    0.2 to 0.4         0       –       –
    0.4 to 0.6         0       –       –
    0.6 to 0.8         3   0.750   0.667
    0.8 to 1           1   0.950   1.000
    """
    labels, probabilities = _labels_and_probabilities(labels, probabilities)
    edges = np.linspace(0, 1, _checks.whole_number("num_bins", num_bins) + 1)
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    bins = np.searchsorted(edges[1:-1], confidence)
    counts, sure, correct = (
        np.bincount(bins, weights, minlength=len(edges) - 1) for weights in (None, confidence, right)
    )
    filled, empty = counts > 0, np.full(len(counts), np.nan)
    return ReliabilityTable(
        edges,
        counts,
        np.divide(sure, counts, out=empty.copy(), where=filled),
        np.divide(correct, counts, out=empty, where=filled),
    )


def expected_calibration_error(labels, probabilities, *, num_bins=10):
    """How far confidence and share of right predictions lie apart, on average over the images.

    (N,) and (N, classes) -> a number

    Parameters
    ----------
    labels, probabilities, num_bins
        As in `reliability_table`.

    Returns
    -------
    float
        From 0 to 1: the distance in each bin, weighted by the share of the images in it.

    Raises
    ------
    ValueError
        As `reliability_table`.

    Notes
    -----
    Few images in a bin differ from their confidence by chance alone: even a calibrated model does not reach
    0, and more bins give a larger number. Compare only with as many bins and as many images.

    References
    ----------
    Guo et al., "On calibration of modern neural networks", arXiv:1706.04599.

    Examples
    --------
    >>> probabilities = [[0.95, 0.05], [0.75, 0.25], [0.72, 0.28], [0.22, 0.78]]
    >>> round(expected_calibration_error([0, 0, 1, 1], probabilities, num_bins=5), 3)
    0.075
    """
    table = reliability_table(labels, probabilities, num_bins=num_bins)
    gaps = np.abs(table.accuracy - table.confidence)
    return float(np.nansum(table.num_images * gaps) / table.num_images.sum())


def brier_score(labels, probabilities):
    """Mean squared distance of the probabilities from the truth: 1 for the true class, 0 for all others.

    (N,) and (N, classes) -> a number

    Parameters
    ----------
    labels, probabilities
        As in `reliability_table`.

    Returns
    -------
    float
        From 0 to 2: the squares are added over the classes. For two classes some authors count one of them
        only, which gives half of it.

    Raises
    ------
    ValueError
        As `reliability_table`.

    References
    ----------
    Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78 (1950) 1.

    Examples
    --------
    >>> brier_score([0, 1], [[1.0, 0.0], [0.5, 0.5]])
    0.25
    """
    labels, probabilities = _labels_and_probabilities(labels, probabilities)
    truth = np.eye(probabilities.shape[1])[labels]
    return float(np.mean(np.sum((probabilities - truth) ** 2, axis=1)))


def log_loss(labels, probabilities):
    """Mean surprise at the true classes, −log p (cross-entropy).

    (N,) and (N, classes) -> a number

    Parameters
    ----------
    labels, probabilities
        As in `reliability_table`.

    Returns
    -------
    float
        From 0 on. Infinite where a true class was given the probability 0: a model that rules out what is
        true cannot be forgiven.

    Raises
    ------
    ValueError
        As `reliability_table`.

    See Also
    --------
    cellcnn_helpers.nn.softmax_cross_entropy : The same from logits, where no probability is rounded to 0.

    Examples
    --------
    >>> round(log_loss([0, 1], [[1.0, 0.0], [0.5, 0.5]]), 4)
    0.3466
    """
    labels, probabilities = _labels_and_probabilities(labels, probabilities)
    of_truth = probabilities[np.arange(len(labels)), labels]
    return float(-np.mean(np.log(of_truth))) if of_truth.min() > 0 else np.inf


def fit_temperature(labels, logits):
    """The temperature T with which softmax(logits / T) surprises least: it mends a model that is too sure.

    (N,) and (N, classes) -> a number

    Parameters
    ----------
    labels : array_like of int, shape (N,)
        The true class of each image, counted from 0.
    logits : array_like, shape (N, classes)
        The outputs of the last layer, before any softmax, on validation images: neither on those of the
        training, where the model is surer, nor on the test images.

    Returns
    -------
    float
        Above 1 if the model is too sure, below 1 if it is not sure enough.

    Raises
    ------
    ValueError
        If `logits` are probabilities; if every prediction is right, so that no T is small enough; if the
        logits say nothing of the labels, so that none is large enough.

    See Also
    --------
    reliability_table : Before and after.

    Notes
    -----
    Dividing all logits by one number changes no order: predictions and accuracy stay as they are.

    The loss has one valley along 1 / T. Its slope there is the mean over the images of the logit that the
    model expects minus the logit of the true class, and the bottom, where it is 0, is found by halving.

    References
    ----------
    Guo et al., "On calibration of modern neural networks", arXiv:1706.04599.

    Examples
    --------
    A model that gives 0.95 to its class and is right on three of four images (log 3 for the odds of 3 to 1):

    >>> logits = np.log([[0.95, 0.05]] * 4)
    >>> temperature = fit_temperature([0, 0, 0, 1], logits)
    >>> from cellcnn_helpers import nn
    >>> nn.softmax(logits / temperature)[0].round(3)
    array([0.75, 0.25])
    """
    logits = _inputs.logits(logits)
    labels = _checks.class_labels("labels", labels, logits.shape)
    below_top = logits - logits.max(axis=1, keepdims=True)  # 0 for the largest, so that exp cannot overflow
    of_truth = below_top[np.arange(len(labels)), labels]

    def slope(inverse):
        powers = np.exp(inverse * below_top)
        return np.mean((powers * below_top).sum(axis=1) / powers.sum(axis=1) - of_truth)

    if not of_truth.any():
        raise ValueError(
            f"`logits` are right on every image, so no temperature is small enough: got "
            f"logits.shape={logits.shape}.\n"
            f"Give images on which the model also errs, such as a larger validation set."
        )
    if slope(0) >= 0:
        raise ValueError(
            f"`logits` are no better than a guess, so no temperature is large enough: got "
            f"logits.shape={logits.shape} with a mean logit of the true class not above that of all.\n"
            f"Check that labels and logits are of the same images in the same order."
        )
    high = 1.0
    while slope(high) < 0:
        high *= 2
    while slope(high / 2) >= 0:
        high /= 2
    low = high / 2
    for _ in range(50):  # from a factor of 2 down to rounding
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return float(1 / high)


def _labels_and_probabilities(labels, probabilities):
    probabilities = _inputs.probabilities(probabilities)
    return _checks.class_labels("labels", labels, probabilities.shape), probabilities
