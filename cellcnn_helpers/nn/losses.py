"""Losses: one number for how wrong the predictions are, and its gradient."""

from typing import NamedTuple

import numpy as np

from cellcnn_helpers import _checks


class Loss(NamedTuple):
    """What a loss function returns.

    Attributes
    ----------
    loss : float
        How wrong the predictions are.
    gradient : numpy.ndarray
        Gradient of `loss` with respect to the predictions (or logits), of their shape.
    """

    loss: float
    gradient: np.ndarray


def half_mean_squared_error(labels, predictions):
    """Half the mean over the rows of the squared error: L = 1/(2N) Σ (y − ŷ)², with N rows.

    (N, ...) and (N, ...) -> a number and its gradient (N, ...).

    Parameters
    ----------
    labels : array_like, shape (N, ...)
        The true values y.
    predictions : array_like, shape (N, ...)
        The predicted values ŷ.

    Returns
    -------
    Loss
        `loss` and `gradient` = (ŷ − y) / N: the half makes the 2 of the square vanish.

    Raises
    ------
    ValueError
        If the shapes differ, there are no rows, or a value is not finite.

    See Also
    --------
    mean_squared_error : As in Keras: no half, and the mean over all values.

    Notes
    -----
    N is the number of rows, however many values a row has.

    Examples
    --------
    >>> half_mean_squared_error([1.0, 2.0], [1.0, 4.0])
    Loss(loss=1.0, gradient=array([0., 1.]))
    """
    error = _error(labels, predictions)
    return Loss((np.sum(error**2) / (2 * len(error))).item(), error / len(error))


def mean_squared_error(labels, predictions):
    """Mean of the squared error over all values: L = 1/n Σ (y − ŷ)², with n values.

    (N, ...) and (N, ...) -> a number and its gradient (N, ...).

    Parameters
    ----------
    labels : array_like, shape (N, ...)
        The true values y.
    predictions : array_like, shape (N, ...)
        The predicted values ŷ.

    Returns
    -------
    Loss
        `loss` and `gradient` = 2 (ŷ − y) / n.

    Raises
    ------
    ValueError
        If the shapes differ, there are no rows, or a value is not finite.

    See Also
    --------
    half_mean_squared_error : Half as large where each row has one value.

    Examples
    --------
    >>> mean_squared_error([1.0, 2.0], [1.0, 4.0])
    Loss(loss=2.0, gradient=array([0., 2.]))
    """
    error = _error(labels, predictions)
    return Loss(np.mean(error**2).item(), 2 * error / error.size)


def softmax_cross_entropy(labels, logits, *, sample_weight=None):
    """Mean surprise at the true classes: L = −1/N Σ log softmax(logits)[true class].

    (N,) and (N, classes) -> a number and its gradient (N, classes). With weights wₙ of the rows, each row's
    surprise is multiplied by its own: L = −1/N Σ wₙ log softmax(logits)[true class].

    Parameters
    ----------
    labels : array_like of int, shape (N,)
        The true class of each row, from 0 to classes − 1.
    logits : array_like, shape (N, classes)
        The outputs of the last layer, before any softmax.
    sample_weight : array_like, shape (N,), optional
        How much each row counts, at least 0: more than 1 for a rare class, less for a doubtful label. By
        default every row counts 1.

    Returns
    -------
    Loss
        `loss` and `gradient` = w (probabilities − one-hot labels) / N.

    Raises
    ------
    ValueError
        If the labels are one-hot, out of range or not as many as the rows; if there are no rows; if a logit
        is not finite.
    TypeError
        If the labels are not whole numbers.

    See Also
    --------
    softmax : The probabilities.

    Notes
    -----
    A network that knows nothing has a loss near log(classes): 2.08 for 8 classes. If yours starts much
    higher, something is wrong before training.

    As in Keras, the sum is divided by the number of rows, not by the sum of their weights.

    Examples
    --------
    >>> softmax_cross_entropy([0], [[0.0, 0.0]])
    Loss(loss=0.6931471805599453, gradient=array([[-0.5,  0.5]]))
    >>> softmax_cross_entropy([0], [[0.0, 0.0]], sample_weight=[10]).gradient
    array([[-5.,  5.]])
    """
    logits = _checks.no_nan("logits", _checks.float_array("logits", logits, axes=("batch", "classes")))
    _some_rows("logits", logits)
    labels = _checks.class_labels("labels", labels, logits.shape)
    logits = logits - logits.real.max(axis=1, keepdims=True)  # softmax stays the same, exp cannot overflow
    log_sums = np.log(np.exp(logits).sum(axis=1, keepdims=True))
    every = np.arange(len(labels))
    surprises = log_sums[:, 0] - logits[every, labels]
    gradient = np.exp(logits - log_sums)  # the probabilities
    gradient[every, labels] -= 1
    if sample_weight is not None:
        weights = _row_weights(sample_weight, len(labels)).astype(logits.real.dtype, copy=False)
        surprises, gradient = weights * surprises, weights[:, np.newaxis] * gradient
    return Loss(np.mean(surprises).item(), gradient / len(labels))


def _row_weights(value, num_rows):
    weights = _checks.float_array("sample_weight", value, axes=("batch",), complex_ok=False)
    weights = _checks.no_nan("sample_weight", weights)
    _checks.same_shape("sample_weight", weights, (num_rows,), "the labels")
    if weights.min() < 0:
        raise ValueError(
            f"`sample_weight` must be at least 0: got sample_weight[{weights.argmin()}]={weights.min()}.\n"
            f"Give 0 to leave a row out."
        )
    return weights


def _error(labels, predictions):
    """Check both and return ŷ − y."""
    labels = _checks.no_nan("labels", _checks.float_array("labels", labels, axes=None))
    predictions = _checks.no_nan("predictions", _checks.float_array("predictions", predictions, axes=None))
    if labels.shape != predictions.shape:
        mend = "Give one label for each prediction."
        if predictions.shape == (*labels.shape, 1):
            mend = "Drop the last axis, or NumPy would compare each with all: predictions[..., 0]."
        elif labels.shape == (*predictions.shape, 1):
            mend = "Drop the last axis, or NumPy would compare each with all: labels[..., 0]."
        raise ValueError(
            f"`labels` and `predictions` must have the same shape: got labels.shape={labels.shape} and "
            f"predictions.shape={predictions.shape}.\n{mend}"
        )
    _some_rows("predictions", predictions)
    return predictions - labels


def _some_rows(name, array):
    if array.ndim == 0 or array.size == 0:
        raise ValueError(
            f"`{name}` must have at least one row: got {name}.shape={array.shape}.\n"
            f"The mean of nothing is not defined; leave empty batches out."
        )
