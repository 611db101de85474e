"""Pooling: one number for each window, its largest or its mean, separately for each channel."""

from functools import reduce

import numpy as np

from cellcnn_helpers import _checks
from cellcnn_helpers.nn._windows import lay_grid
from cellcnn_helpers.nn.gradients import InputGradient, pass_where


def max_pool2d(x, pool_size=2, *, strides=None, padding="valid"):
    """Keep the largest value of each window.

    (batch, H, W, C) -> (batch, H', W', C), where H' = ⌊(H − pool_size) / stride⌋ + 1 with
    ``padding="valid"`` and ⌈H / stride⌉ with ``"same"``; W' likewise.

    Parameters
    ----------
    x : array_like, shape (batch, H, W, C)
        Images.
    pool_size : int or (int, int)
        Rows and columns of the window, at least 1.
    strides : int or (int, int), optional
        Steps from window to window. By default windows lie side by side: the strides are `pool_size`.
    padding : {"valid", "same"}
        "valid" keeps every window inside the image; "same" lets the last ones reach over its edge, where
        there is nothing to be the largest.

    Returns
    -------
    numpy.ndarray
        Shape (batch, H', W', C), of the dtype of `x`.

    Raises
    ------
    ValueError
        If a valid window would be larger than the image, or `x` is not a batch of images.

    See Also
    --------
    average_pool2d, global_max_pool2d, max_pool2d_backward

    Notes
    -----
    With "valid", rows and columns that do not fill a window are left out.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[1, 2, 0, 1], [3, 4, 1, 0]]).reshape(1, 2, 4, 1)
    >>> max_pool2d(x).ravel()
    array([4., 1.], dtype=float32)
    """
    x, grid = _prepare(x, pool_size, strides, padding)
    padded = grid.pad(x, -np.inf)
    y = grid.cell(padded, 0, 0).copy()
    for cell in _cells(grid, padded):
        np.maximum(y, cell, out=y)
    return y


def max_pool2d_backward(dy, x, pool_size=2, *, strides=None, padding="valid"):
    """Carry a gradient back through `max_pool2d`: each goes to the pixel that was its window's largest.

    (batch, H', W', C) -> dx (batch, H, W, C).

    Parameters
    ----------
    dy : array_like, shape (batch, H', W', C)
        Gradient of the loss with respect to the output.
    x, pool_size, strides, padding
        What `max_pool2d` was given.

    Returns
    -------
    InputGradient
        Named tuple of `dx`.

    Raises
    ------
    ValueError
        If `dy` does not have the shape of the output.

    See Also
    --------
    max_pool2d : The way forward.

    Notes
    -----
    Where several pixels tie, the first one, row by row, takes the whole gradient, as in Keras.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[1, 2], [3, 4]]).reshape(1, 2, 2, 1)
    >>> max_pool2d_backward(np.full((1, 1, 1, 1), 5.0), x).dx.ravel()
    array([0., 0., 0., 5.])
    """
    x, grid = _prepare(x, pool_size, strides, padding)
    dy = _checks.gradient_array("dy", dy, (len(x), *grid.output_size, x.shape[-1]))
    padded = grid.pad(x, -np.inf)
    inside = grid.pad(np.ones((1, *grid.image_size, 1), bool))
    y = reduce(np.maximum, _cells(grid, padded))
    dx = np.zeros(padded.shape, dy.dtype)
    apart = all(stride >= size for stride, size in zip(grid.strides, grid.window_size, strict=True))
    waiting = np.ones(y.shape, bool)  # windows whose largest pixel is still to come
    views = (_cells(grid, each) for each in (padded, inside, dx))
    for cell, is_pixel, dcell in zip(*views, strict=True):
        cell = np.ascontiguousarray(cell)  # it is read twice, and with gaps more slowly
        won = waiting & ((cell == y) | (cell != cell))  # NaN differs from itself
        if padded is not x:
            won &= is_pixel  # even one of -inf beats the border
        if apart:
            dcell[...] = pass_where(won, dy)  # as += would do, which reads what it overwrites
        else:
            dcell += pass_where(won, dy)
        waiting ^= won  # all of which were waiting
    return InputGradient(grid.crop(dx))


def average_pool2d(x, pool_size=2, *, strides=None, padding="valid"):
    """Take the mean of each window.

    (batch, H, W, C) -> (batch, H', W', C), with H' and W' as in `max_pool2d`.

    Parameters
    ----------
    x, pool_size, strides, padding
        As in `max_pool2d`. With "same", the mean is over the pixels inside the image, as in Keras.

    Returns
    -------
    numpy.ndarray
        Shape (batch, H', W', C), of the dtype of `x`.

    Raises
    ------
    ValueError
        If a valid window would be larger than the image, or `x` is not a batch of images.

    See Also
    --------
    max_pool2d, global_average_pool2d, average_pool2d_backward

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[1, 2, 0, 1], [3, 4, 1, 0]]).reshape(1, 2, 4, 1)
    >>> average_pool2d(x).ravel()
    array([2.5, 0.5], dtype=float32)
    """
    x, grid = _prepare(x, pool_size, strides, padding)
    return sum(_cells(grid, grid.pad(x))) / _pixel_counts(grid, x)


def average_pool2d_backward(dy, x, pool_size=2, *, strides=None, padding="valid"):
    """Carry a gradient back through `average_pool2d`: all pixels of a window share it equally.

    (batch, H', W', C) -> dx (batch, H, W, C).

    Parameters
    ----------
    dy : array_like, shape (batch, H', W', C)
        Gradient of the loss with respect to the output.
    x, pool_size, strides, padding
        What `average_pool2d` was given; of `x` only the shape matters.

    Returns
    -------
    InputGradient
        Named tuple of `dx`.

    Raises
    ------
    ValueError
        If `dy` does not have the shape of the output.

    See Also
    --------
    average_pool2d : The way forward.

    Examples
    --------
    >>> import numpy as np
    >>> average_pool2d_backward(np.full((1, 1, 1, 1), 8.0), np.zeros((1, 2, 2, 1))).dx.ravel()
    array([2., 2., 2., 2.])
    """
    x, grid = _prepare(x, pool_size, strides, padding)
    dy = _checks.gradient_array("dy", dy, (len(x), *grid.output_size, x.shape[-1]))
    share = dy / _pixel_counts(grid, dy)
    dx = grid.pad(np.zeros(x.shape, dy.dtype))
    for dcell in _cells(grid, dx):
        dcell += share
    return InputGradient(grid.crop(dx))


def global_max_pool2d(x):
    """Keep the largest value of each channel: was the feature anywhere in the image?

    (batch, H, W, C) -> (batch, C).

    Parameters
    ----------
    x : array_like, shape (batch, H, W, C)
        Images.

    Returns
    -------
    numpy.ndarray
        Shape (batch, C), of the dtype of `x`.

    See Also
    --------
    global_average_pool2d, global_max_pool2d_backward

    Examples
    --------
    >>> import numpy as np
    >>> global_max_pool2d(np.arange(8.0).reshape(1, 2, 2, 2))
    array([[6., 7.]])
    """
    x = _images(x)
    return max_pool2d(x, x.shape[1:3])[:, 0, 0]


def global_max_pool2d_backward(dy, x):
    """Carry a gradient back through `global_max_pool2d`: it goes to the largest pixel of each channel.

    (batch, C) -> dx (batch, H, W, C).

    Parameters
    ----------
    dy : array_like, shape (batch, C)
        Gradient of the loss with respect to the output.
    x : array_like, shape (batch, H, W, C)
        What `global_max_pool2d` was given.

    Returns
    -------
    InputGradient
        Named tuple of `dx`.

    See Also
    --------
    global_max_pool2d : The way forward.

    Examples
    --------
    >>> import numpy as np
    >>> global_max_pool2d_backward([[5.0]], np.array([1, 3, 2, 0]).reshape(1, 2, 2, 1)).dx.ravel()
    array([0., 5., 0., 0.])
    """
    x = _images(x)
    dy = _checks.gradient_array("dy", dy, (len(x), x.shape[-1]))
    return max_pool2d_backward(dy[:, np.newaxis, np.newaxis], x, x.shape[1:3])


def global_average_pool2d(x):
    """Take the mean of each channel: how much of the feature is in the image?

    (batch, H, W, C) -> (batch, C).

    Parameters
    ----------
    x : array_like, shape (batch, H, W, C)
        Images.

    Returns
    -------
    numpy.ndarray
        Shape (batch, C), of the dtype of `x`.

    See Also
    --------
    global_max_pool2d, global_average_pool2d_backward

    Examples
    --------
    >>> import numpy as np
    >>> global_average_pool2d(np.arange(8.0).reshape(1, 2, 2, 2))
    array([[3., 4.]])
    """
    return _images(x).mean(axis=(1, 2))


def global_average_pool2d_backward(dy, x):
    """Carry a gradient back through `global_average_pool2d`: all pixels of a channel share it equally.

    (batch, C) -> dx (batch, H, W, C).

    Parameters
    ----------
    dy : array_like, shape (batch, C)
        Gradient of the loss with respect to the output.
    x : array_like, shape (batch, H, W, C)
        What `global_average_pool2d` was given; only its shape matters.

    Returns
    -------
    InputGradient
        Named tuple of `dx`.

    See Also
    --------
    global_average_pool2d : The way forward.

    Examples
    --------
    >>> import numpy as np
    >>> global_average_pool2d_backward([[8.0]], np.zeros((1, 2, 2, 1))).dx.ravel()
    array([2., 2., 2., 2.])
    """
    x = _images(x)
    dy = _checks.gradient_array("dy", dy, (len(x), x.shape[-1]))
    share = dy[:, np.newaxis, np.newaxis] / (x.shape[1] * x.shape[2])
    return InputGradient(np.broadcast_to(share, x.shape).copy())


def _images(x):
    return _checks.images("x", x)


def _prepare(x, pool_size, strides, padding):
    """Check the arguments and lay the grid of windows."""
    x = _images(x)
    pool_size = _checks.pair("pool_size", pool_size)
    strides = pool_size if strides is None else strides
    return x, lay_grid(x, pool_size, strides=strides, padding=padding, name="pool_size")


def _cells(grid, padded):
    """View, cell by cell of the window, row by row, the pixels there: each (batch, H', W', C)."""
    return (grid.cell(padded, i, j) for i, j in np.ndindex(grid.window_size))


def _pixel_counts(grid, x):
    """Count the pixels of each window that lie inside the image: (1, H', W', 1), of the dtype of `x`."""
    inside = grid.pad(np.ones((1, *grid.image_size, 1), x.dtype))
    return sum(_cells(grid, inside))
