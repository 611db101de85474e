"""Activation functions: what stands between two layers, so that together they are more than one."""

import operator

import numpy as np

from cellcnn_helpers import _checks
from cellcnn_helpers.nn.gradients import InputGradient, pass_where


def relu(x):
    """Keep what is positive, replace the rest by 0.

    (any shape) -> (the same shape).

    Parameters
    ----------
    x : array_like
        Any shape.

    Returns
    -------
    numpy.ndarray
        max(x, 0), of the shape and dtype of `x`.

    See Also
    --------
    relu_backward : The gradient.

    Examples
    --------
    >>> relu([-2.0, 0.0, 3.0])
    array([0., 0., 3.])
    """
    x = _checks.float_array("x", x, axes=None)
    return np.maximum(x, 0)


def relu_backward(dy, x):
    """Carry a gradient back through `relu`: it passes where `x` was positive and stops elsewhere.

    (any shape) -> dx (the same shape).

    Parameters
    ----------
    dy : array_like, shape of `x`
        Gradient of the loss with respect to the output.
    x : array_like
        What `relu` was given.

    Returns
    -------
    InputGradient
        Named tuple of `dx`. At exactly 0, where there is no slope, it is 0, as in Keras.

    See Also
    --------
    relu : The way forward.

    Examples
    --------
    >>> relu_backward([5.0, 5.0, 5.0], [-2.0, 0.0, 3.0]).dx
    array([0., 0., 5.])
    """
    x = _checks.float_array("x", x, axes=None)
    dy = _checks.gradient_array("dy", dy, x.shape)
    return InputGradient(pass_where(x > 0, dy))


def sigmoid(x):
    """Squeeze numbers into 0 to 1: 1 / (1 + exp(−x)).

    (any shape) -> (the same shape).

    Parameters
    ----------
    x : array_like
        Any shape.

    Returns
    -------
    numpy.ndarray
        Of the shape and dtype of `x`.

    See Also
    --------
    sigmoid_backward : The gradient.

    Notes
    -----
    Only exponentials of negative numbers are taken, so that nothing overflows.

    Examples
    --------
    >>> sigmoid([-1000.0, 0.0, 1000.0])
    array([0. , 0.5, 1. ])
    """
    x = _checks.float_array("x", x, axes=None)
    positive = x.real >= 0
    z = np.exp(np.where(positive, -x, x))
    return np.where(positive, 1, z) / (1 + z)


def sigmoid_backward(dy, x):
    """Carry a gradient back through `sigmoid`, whose slope is y (1 − y).

    (any shape) -> dx (the same shape).

    Parameters
    ----------
    dy : array_like, shape of `x`
        Gradient of the loss with respect to the output.
    x : array_like
        What `sigmoid` was given.

    Returns
    -------
    InputGradient
        Named tuple of `dx`.

    See Also
    --------
    sigmoid : The way forward.

    Examples
    --------
    >>> sigmoid_backward([1.0], [0.0]).dx
    array([0.25])
    """
    y = sigmoid(x)
    dy = _checks.gradient_array("dy", dy, y.shape)
    return InputGradient(dy * y * (1 - y))


def softmax(x, axis=-1):
    """Turn logits into probabilities: positive, and with sum 1 along an axis.

    (batch, classes) -> (batch, classes), or any other shape.

    Parameters
    ----------
    x : array_like
        Logits.
    axis : int
        Axis of the classes.

    Returns
    -------
    numpy.ndarray
        exp(x) / Σ exp(x), of the shape and dtype of `x`.

    Raises
    ------
    ValueError
        If `x` has no such axis.

    See Also
    --------
    softmax_backward : The gradient.
    softmax_cross_entropy : The loss, straight from the logits.

    Notes
    -----
    The largest logit is subtracted first. That changes nothing but keeps exp from overflowing.

    Examples
    --------
    >>> softmax([[0.0, 0.0], [1000.0, 0.0]])
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    x, axis = _logits(x, axis)
    powers = np.exp(x - x.real.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def softmax_backward(dy, x, axis=-1):
    """Carry a gradient back through `softmax`.

    (batch, classes) -> dx (batch, classes), or any other shape.

    Parameters
    ----------
    dy : array_like, shape of `x`
        Gradient of the loss with respect to the output.
    x, axis
        What `softmax` was given.

    Returns
    -------
    InputGradient
        Named tuple of `dx` = y (dy − Σ y · dy).

    See Also
    --------
    softmax : The way forward.

    Notes
    -----
    Raising one probability lowers all others, which is why the sum over the classes is subtracted.

    Examples
    --------
    >>> softmax_backward([[1.0, 0.0]], [[0.0, 0.0]]).dx
    array([[ 0.25, -0.25]])
    """
    y = softmax(x, axis)
    dy = _checks.gradient_array("dy", dy, y.shape)
    return InputGradient(y * (dy - (y * dy).sum(axis=axis, keepdims=True)))


def _logits(x, axis):
    x = _checks.float_array("x", x, axes=None)
    try:
        axis = operator.index(axis)
    except TypeError:
        raise TypeError(
            f"`axis` must be a whole number: got axis={axis!r}.\nGive -1 for the last axis."
        ) from None
    if not -x.ndim <= axis < x.ndim or x.shape[axis] == 0:
        raise ValueError(
            f"`axis` must name an axis of `x` that has entries: got axis={axis} and x.shape={x.shape}.\n"
            f"Give the axis of the classes, usually -1."
        )
    return x, axis
