"""The dense layer: every output is a weighted sum of all features."""

from typing import NamedTuple

import numpy as np

from cellcnn_helpers import _checks


class DenseGradients(NamedTuple):
    """What `dense_backward` returns: a gradient for each argument of `dense`, of that argument's shape."""

    dx: np.ndarray
    dkernel: np.ndarray
    dbias: np.ndarray


def dense(x, kernel, bias=None):
    """Weigh all features of each row and add them up, once for each unit: x @ kernel + bias.

    (batch, features) * (features, units) -> (batch, units).

    Parameters
    ----------
    x : array_like, shape (batch, features)
        One row of features per image.
    kernel : array_like, shape (features, units)
        Weights.
    bias : array_like, shape (units,), optional
        Added to each row. By default nothing is added.

    Returns
    -------
    numpy.ndarray
        Shape (batch, units), of the common dtype of `x`, `kernel` and `bias`.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    See Also
    --------
    dense_backward : The gradients.

    Examples
    --------
    >>> dense([[1.0, 2.0]], [[10.0, 0.0, 1.0], [0.0, 10.0, 1.0]], [0.5, 0.5, 0.5])
    array([[10.5, 20.5,  3.5]])
    """
    x, kernel = _prepare(x, kernel)
    if bias is None:
        return x @ kernel
    bias = _checks.float_array("bias", bias, axes=("units",))
    if len(bias) != kernel.shape[1]:
        raise ValueError(
            f"`bias` must hold one number per unit: got bias.shape={bias.shape} and "
            f"kernel.shape={kernel.shape}.\nGive it the shape ({kernel.shape[1]},)."
        )
    return x @ kernel + bias


def dense_backward(dy, x, kernel):
    """Carry the gradient of a loss back through `dense`.

    (batch, units) -> dx (batch, features), dkernel (features, units), dbias (units,).

    Parameters
    ----------
    dy : array_like, shape (batch, units)
        Gradient of the loss with respect to the output of `dense`.
    x, kernel
        What `dense` was given.

    Returns
    -------
    DenseGradients
        Named tuple of `dx`, `dkernel` and `dbias`.

    Raises
    ------
    ValueError
        If `dy` does not have the shape of the output.

    See Also
    --------
    dense : The way forward.

    Examples
    --------
    >>> import numpy as np
    >>> gradients = dense_backward([[1.0]], [[2.0, 3.0]], [[4.0], [5.0]])
    >>> gradients.dx, gradients.dkernel.ravel(), gradients.dbias
    (array([[4., 5.]]), array([2., 3.]), array([1.]))
    """
    x, kernel = _prepare(x, kernel)
    dy = _checks.gradient_array("dy", dy, (len(x), kernel.shape[1]))
    return DenseGradients(dy @ kernel.T, x.T @ dy, dy.sum(axis=0))


def _prepare(x, kernel):
    x = _checks.float_array("x", x, axes=None)
    if x.ndim > 2:
        raise ValueError(
            f"`x` must be rows of features, (batch, features): got x.shape={x.shape}.\n"
            f"Flatten the images first: x.reshape(len(x), -1), or the layer Flatten."
        )
    x = _checks.float_array("x", x, axes=("batch", "features"))
    kernel = _checks.float_array("kernel", kernel, axes=("features", "units"))
    if x.shape[1] != len(kernel):
        raise ValueError(
            f"`x` has {x.shape[1]} features but `kernel` expects {len(kernel)}: "
            f"got x.shape={x.shape} and kernel.shape={kernel.shape}.\n"
            f"Give the kernel {x.shape[1]} rows."
        )
    return x, kernel
