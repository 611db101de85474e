"""Convolution of image batches: the definition, a fast form, one for large kernels, and the gradients.

What deep learning calls convolution is the correlation of images with a kernel: the kernel is not mirrored.
"""

import functools
from typing import NamedTuple

import numpy as np

from cellcnn_helpers import _checks
from cellcnn_helpers.nn._windows import lay_grid, surround

KERNEL_AXES = ("kernel height", "kernel width", "channels", "filters")
BLOCK_BYTES = 2 << 20  # worked on at once: few turns of the loop, and still within the cache
PRODUCT_SIZE = 1 << 19  # multiplications in one matrix product; BLAS shares larger ones, and waits for them
FEW_CHANNELS = 8  # below, matrix products with as many columns are slow


class Conv2DGradients(NamedTuple):
    """What `conv2d_backward` returns: a gradient for each argument of `conv2d`, of that argument's shape."""

    dx: np.ndarray
    dkernel: np.ndarray
    dbias: np.ndarray


def conv2d_loops(x, kernel, bias=None, *, strides=1, padding="valid", dilation_rate=1):
    """Convolve images with a kernel by the definition: one window and one filter at a time.

    (batch, H, W, C) * (KH, KW, C, F) -> (batch, H', W', F), as `conv2d` but hundreds of times slower.

    Lay the kernel on the image, multiply what lies on top of each other, add it all up, add the bias:

        y(r, c) = Σᵢ Σⱼ x(r + i, c + j) · k(i, j) + b

    and where there are several channels, sum over them too.

    Parameters
    ----------
    x, kernel, bias, strides, padding, dilation_rate
        As in `conv2d`.

    Returns
    -------
    numpy.ndarray
        Shape (batch, H', W', F).

    See Also
    --------
    conv2d : The same numbers, fast.

    References
    ----------
    The chapter Convolution, section "The definition".

    Examples
    --------
    The edge of a red blood cell, bright glass on the left, under a kernel that asks: left minus right?

    >>> import numpy as np
    >>> pixels = np.array([[200, 198, 90], [201, 150, 60], [199, 95, 55]])
    >>> kernel = np.array([[1, 0, -1], [1, 0, -1], [1, 0, -1]])
    >>> y = conv2d_loops(pixels[np.newaxis, ..., np.newaxis], kernel[..., np.newaxis, np.newaxis])
    >>> y.shape, y.item()
    ((1, 1, 1, 1), 395.0)
    """
    x, kernel, bias, grid = _prepare(x, kernel, bias, strides, padding, dilation_rate)
    windows = grid.windows(grid.pad(x))  # (batch, H', W', KH, KW, C)
    y = _empty_outputs(x, kernel, bias, grid)
    for n, r, c, f in np.ndindex(y.shape):
        y[n, r, c, f] = np.sum(windows[n, r, c] * kernel[..., f]) + bias[f]
    return y


def conv2d(x, kernel, bias=None, *, strides=1, padding="valid", dilation_rate=1):
    """Convolve images with a kernel, by one matrix product for each row of the kernel.

    (batch, H, W, C) * (KH, KW, C, F) -> (batch, H', W', F), where H' = ⌊(H − (KH − 1) · dilation − 1) /
    stride⌋ + 1 with ``padding="valid"`` and ⌈H / stride⌉ with ``"same"``; W' likewise.

    Parameters
    ----------
    x : array_like, shape (batch, H, W, C)
        Images. Integers become float32; float32 and float64 are kept.
    kernel : array_like, shape (KH, KW, C, F)
        F filters of KH × KW weights for each of the C channels.
    bias : array_like, shape (F,), optional
        Added to each filter's output. By default nothing is added.
    strides : int or (int, int)
        Steps from window to window down the rows and along the columns, at least 1.
    padding : {"valid", "same"}
        "valid" keeps every window inside the image. "same" surrounds the image with zeros, so that stride 1
        keeps its size; an odd zero goes to the bottom and right, as in Keras.
    dilation_rate : int or (int, int)
        Distance in pixels between neighboring cells of the kernel, at least 1.

    Returns
    -------
    numpy.ndarray
        Shape (batch, H', W', F), of the common dtype of `x`, `kernel` and `bias`.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a valid window would be larger than the image.
    TypeError
        If an argument does not hold the kind of numbers that it needs.

    See Also
    --------
    conv2d_loops : The definition.
    conv2d_fft : Faster for large kernels.
    conv2d_backward : The gradients.

    Notes
    -----
    The sum over the kernel's rows stays a loop, Σᵢ; the sum over its columns and the channels becomes a
    product of matrices. For that the windows of each image row are copied side by side, which takes KW
    times the memory of the images; the work is cut into blocks of about two megabytes to bound it. The
    numbers are checked against `conv2d_loops` and Keras. Unlike there, strides and dilation may be
    combined.

    References
    ----------
    The chapter Convolution, section "All windows at once".

    Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", arXiv:1603.07285.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(16.0).reshape(1, 4, 4, 1)
    >>> kernel = np.ones((2, 2, 1, 1))
    >>> conv2d(x, kernel)[0, :, :, 0]
    array([[10., 14., 18.],
           [26., 30., 34.],
           [42., 46., 50.]])
    >>> conv2d(x, kernel, strides=2, padding="same").shape
    (1, 2, 2, 1)
    """
    x, kernel, bias, grid = _prepare(x, kernel, bias, strides, padding, dilation_rate)
    x = grid.pad(x)
    y = _empty_outputs(x, kernel, bias, grid)
    for source, target in _blocks(x, kernel, grid):
        strips = grid.strips(x[source])  # (images, rows, W', KW·C): the windows of single rows, side by side
        y[target] = bias
        product = np.empty_like(y[target])  # one for all rows: a new one each time takes longer
        merged = _merge(product, kernel)  # the same memory, seen as fewer and longer rows
        for i, weights in enumerate(_rows(kernel)):  # (KW·C, F)
            np.matmul(_merge(grid.met_by(strips, i), kernel), weights, out=merged)
            y[target] += product
    return y


def conv2d_fft(x, kernel, bias=None, *, strides=1, padding="valid", dilation_rate=1):
    """Convolve images with a kernel through the Fourier transform: the kernel's size hardly costs time.

    (batch, H, W, C) * (KH, KW, C, F) -> (batch, H', W', F), as `conv2d`.

    Parameters
    ----------
    x, kernel, bias, strides, padding, dilation_rate
        As in `conv2d`; complex numbers are refused.

    Returns
    -------
    numpy.ndarray
        Shape (batch, H', W', F).

    See Also
    --------
    conv2d : Faster for small kernels.

    Notes
    -----
    All transforms are held at once. Rounding differs from that of `conv2d`: errors are relative to the
    brightest part of the image. One NaN spreads over the whole image.

    References
    ----------
    The chapter Convolution, section "Going deeper: a point-spread function".

    Examples
    --------
    >>> import numpy as np
    >>> x, kernel = np.eye(8).reshape(1, 8, 8, 1), np.ones((5, 5, 1, 1))
    >>> np.allclose(conv2d_fft(x, kernel), conv2d(x, kernel))
    True
    """
    import scipy.fft

    x, kernel, bias, grid = _prepare(x, kernel, bias, strides, padding, dilation_rate, complex_ok=False)
    x = grid.pad(x)
    size = [scipy.fft.next_fast_len(n, real=True) for n in x.shape[1:3]]
    (sr, sc), (dr, dc), (height, width) = grid.strides, grid.dilation_rate, grid.output_size
    spread = np.zeros(grid.reach + kernel.shape[2:], kernel.dtype)
    spread[::dr, ::dc] = kernel
    x_waves = scipy.fft.rfft2(x, size, axes=(1, 2)).transpose(1, 2, 0, 3)  # (h, w, batch, C)
    kernel_waves = scipy.fft.rfft2(spread, size, axes=(0, 1)).conj()  # (h, w, C, F); conj: do not mirror
    y = scipy.fft.irfft2(x_waves @ kernel_waves, size, axes=(0, 1)).transpose(2, 0, 1, 3)
    return y[:, : height * sr : sr, : width * sc : sc] + bias


def conv2d_backward(dy, x, kernel, *, strides=1, padding="valid", dilation_rate=1):
    """Carry the gradient of a loss back through `conv2d`: from its output to images, kernel and bias.

    (batch, H', W', F) -> dx (batch, H, W, C), dkernel (KH, KW, C, F), dbias (F,).

    Parameters
    ----------
    dy : array_like, shape (batch, H', W', F)
        Gradient of the loss with respect to the output of `conv2d`.
    x, kernel, strides, padding, dilation_rate
        What `conv2d` was given.

    Returns
    -------
    Conv2DGradients
        Named tuple of `dx`, `dkernel` and `dbias`.

    Raises
    ------
    ValueError
        If `dy` does not have the shape of the output, or the other arguments do not fit.

    See Also
    --------
    conv2d : The way forward.
    check_gradient : Tests gradients such as these against the slope of the function.

    Notes
    -----
    Each matrix product of `conv2d` becomes two: one tells the weights, one the pixels, how they changed the
    loss. A pixel that met several weights on the way forward collects a gradient from each.

    References
    ----------
    The chapter Convolution, section "Backward: where does each gradient go?".

    Examples
    --------
    A single window: the kernel's gradient is the pixels under it, and theirs is the kernel.

    >>> import numpy as np
    >>> x = np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 2, 2, 1)
    >>> kernel = np.array([[5.0, 6.0], [7.0, 8.0]]).reshape(2, 2, 1, 1)
    >>> gradients = conv2d_backward(np.ones((1, 1, 1, 1)), x, kernel)
    >>> gradients.dkernel.ravel(), gradients.dx.ravel(), gradients.dbias
    (array([1., 2., 3., 4.]), array([5., 6., 7., 8.]), array([1.]))
    """
    x, kernel, _, grid = _prepare(x, kernel, None, strides, padding, dilation_rate)
    dy = _checks.gradient_array("dy", dy, (len(x), *grid.output_size, kernel.shape[-1]))
    plain = grid.strides == (1, 1) and kernel.shape[2] >= FEW_CHANNELS
    dx = (_dx_by_convolution if plain else _dx_by_strips)(dy, x, kernel, grid)
    return Conv2DGradients(dx, _dkernel(dy, x, kernel, grid), _sum_over_places(dy))


def conv2d_weight_gradients(dy, x, kernel, *, strides=1, padding="valid", dilation_rate=1):
    """Return what `conv2d_backward` does without `dx`, which the first layer of a network has no use for.

    (batch, H', W', F) -> dkernel (KH, KW, C, F), dbias (F,).
    """
    x, kernel, _, grid = _prepare(x, kernel, None, strides, padding, dilation_rate)
    dy = _checks.gradient_array("dy", dy, (len(x), *grid.output_size, kernel.shape[-1]))
    return _dkernel(dy, x, kernel, grid), _sum_over_places(dy)


def _sum_over_places(dy):
    """Sum over images, rows and columns, first over whole rows: ten times as fast as over short channels."""
    images, height, width, filters = dy.shape
    return dy.reshape(images * height, width * filters).sum(axis=0).reshape(width, filters).sum(axis=0)


def _dkernel(dy, x, kernel, grid):
    """Each weight collects, over all places, the pixel under it times the gradient there."""
    x = grid.pad(x)
    dkernel = np.zeros(kernel.shape, np.result_type(dy, x))
    for source, target in _blocks(x, kernel, grid):
        strips, merged = grid.strips(x[source]), _merge(dy[target], kernel)
        for i, dweights in enumerate(_rows(dkernel)):  # (KW·C, F)
            met = _merge(grid.met_by(strips, i), kernel)
            dweights += (met.swapaxes(2, 3) @ merged).sum(axis=(0, 1))
    return dkernel


def _dx_by_convolution(dy, x, kernel, grid):
    """Each pixel looks back at the places that saw it: a convolution of dy with the kernel turned around."""
    turned = kernel[::-1, ::-1].swapaxes(2, 3)  # (KH, KW, F, C)
    around = [
        (reach - 1 - before, reach - 1 - after)
        for reach, (before, after) in zip(grid.reach, grid.padding, strict=True)
    ]
    return conv2d(surround(dy, around), turned, dilation_rate=grid.dilation_rate)


def _dx_by_strips(dy, x, kernel, grid):
    """Each place sends its gradient back to the pixels that it saw."""
    x = grid.pad(x)
    dx = np.zeros(x.shape, np.result_type(dy, kernel))
    for source, target in _blocks(x, kernel, grid):
        strips_shape = (*dx[source].shape[:2], grid.output_size[1], kernel.shape[1] * kernel.shape[2])
        dstrips = np.zeros(strips_shape, dx.dtype)
        for i, weights in enumerate(_rows(kernel)):  # (KW·C, F)
            grid.met_by(dstrips, i)[...] += dy[target] @ weights.T
        grid.collect(dstrips, dx[source])
    return grid.crop(dx)


def _prepare(x, kernel, bias, strides, padding, dilation_rate, complex_ok=True):
    """Check what all forms share, and lay the grid; a missing bias becomes zeros."""
    x = _checks.images("x", x, complex_ok=complex_ok)
    kernel = _checks.float_array("kernel", kernel, axes=KERNEL_AXES, complex_ok=complex_ok)
    channels, (*_, expected, filters) = x.shape[-1], kernel.shape
    if 0 in kernel.shape:
        raise ValueError(
            f"`kernel` has no weights: got kernel.shape={kernel.shape}.\nEvery axis must be at least 1 long."
        )
    if channels != expected:
        mend = ", or use one channel: x[..., :1]" if expected == 1 else ""
        raise ValueError(
            f"`x` has {channels} channels but `kernel` expects {expected}: "
            f"got x.shape={x.shape} and kernel.shape={kernel.shape}.\n"
            f"Give the kernel {channels} input channels{mend}."
        )
    if bias is None:
        bias = np.zeros(filters, kernel.dtype)
    bias = _checks.float_array("bias", bias, axes=("filters",), complex_ok=complex_ok)
    if len(bias) != filters:
        raise ValueError(
            f"`bias` must hold one number per filter: got bias.shape={bias.shape} and "
            f"kernel.shape={kernel.shape}.\nGive it the shape ({filters},)."
        )
    grid = lay_grid(x, kernel.shape[:2], strides=strides, padding=padding, dilation_rate=dilation_rate)
    return x, kernel, bias, grid


def _empty_outputs(x, kernel, bias, grid):
    """Return an array (batch, H', W', F) to be filled."""
    return np.empty((len(x), *grid.output_size, len(bias)), np.result_type(x, kernel, bias))


def _rows(kernel):
    """View each row of the kernel as a matrix: (KH, KW, C, F) -> (KH, KW·C, F)."""
    return kernel.reshape(len(kernel), -1, kernel.shape[-1])


def _merge(rows, kernel):
    """View n rows as one, for larger products: (images, H', W', K) -> (images, H'/n, n·W', K)."""
    images, height, width, _ = rows.shape
    num_rows = _num_merged(height, width * kernel[0].size)
    return rows.reshape(images, height // num_rows, num_rows * width, -1)


@functools.cache
def _num_merged(num_rows, row_size):
    """Return how many rows make a product of at most PRODUCT_SIZE; at least 1, and a divisor of `num_rows`.

    A product that BLAS shares among busy cores takes many times as long.
    """
    divisors = (n for n in range(num_rows, 1, -1) if num_rows % n == 0)
    return next((n for n in divisors if n * row_size <= PRODUCT_SIZE), 1)


def _blocks(x, kernel, grid):
    """Cut the work into blocks of about BLOCK_BYTES: some images, or some rows of one.

    Yields pairs of indices: into the padded images, and into the outputs.
    """
    _, kernel_width, channels, filters = kernel.shape
    height, width = grid.output_size
    row_bytes = width * (kernel_width * channels + filters) * x.itemsize
    num_rows = min(max(BLOCK_BYTES // row_bytes, 1), height)
    num_images = max(BLOCK_BYTES // (row_bytes * height), 1)
    for n in range(0, len(x), num_images):
        images = slice(n, n + num_images)
        for first in range(0, height, num_rows):
            end = min(first + num_rows, height)
            rows = slice(first * grid.strides[0], (end - 1) * grid.strides[0] + grid.reach[0])
            yield (images, rows), (images, slice(first, end))
