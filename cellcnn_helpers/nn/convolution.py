"""Convolution of image batches: the definition, a fast form, the form for large kernels, and the gradients.

What deep learning calls convolution is the correlation of the images with the kernel: the kernel is not mirrored.
"""

from typing import NamedTuple

import numpy as np

from cellcnn_helpers import _checks
from cellcnn_helpers.nn._windows import IMAGE_AXES, lay_grid

BLOCK_BYTES = (
    4 << 20
)  # windows copied at once: large enough for a fast matrix product, small enough for the cache


class Conv2DGradients(NamedTuple):
    """What `conv2d_backward` returns: one gradient per argument of `conv2d`, each of the argument's shape."""

    dx: np.ndarray
    dkernel: np.ndarray
    dbias: np.ndarray


def conv2d_loops(x, kernel, bias=None, *, strides=1, padding="valid", dilation_rate=1):
    """Convolve images with a kernel, by the definition: one window and one filter at a time.

    (batch, H, W, C) * (KH, KW, C, F) -> (batch, H', W', F), as `conv2d`, hundreds of times slower.

    Each output is the sum of the products of the kernel and the pixels under it, plus the bias,

        y(r, c) = Σᵢ Σⱼ x(r + i, c + j) · k(i, j) + b

    summed over the channels too, where there are several.

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

    Examples
    --------
    The right edge of a cell, bright on the left, under a kernel that takes the right from the left:

    >>> import numpy as np
    >>> pixels = np.array([[200, 198, 90], [201, 150, 60], [199, 95, 55]])
    >>> kernel = np.array([[1, 0, -1], [1, 0, -1], [1, 0, -1]])
    >>> y = conv2d_loops(pixels[np.newaxis, ..., np.newaxis], kernel[..., np.newaxis, np.newaxis])
    >>> y.shape, y.item()
    ((1, 1, 1, 1), 395.0)
    """
    x, kernel, bias, grid = _prepare(x, kernel, bias, strides, padding, dilation_rate)
    windows = grid.windows(grid.pad(x))  # (batch, H', W', KH, KW, C)
    y = _empty_output(x, kernel, grid)
    for n, r, c, f in np.ndindex(y.shape):
        y[n, r, c, f] = np.sum(windows[n, r, c] * kernel[..., f]) + bias[f]
    return y


def conv2d(x, kernel, bias=None, *, strides=1, padding="valid", dilation_rate=1):
    """Convolve images with a kernel: all windows as rows of a matrix, times all filters as its columns.

    (batch, H, W, C) * (KH, KW, C, F) -> (batch, H', W', F), where
    H' = ⌊(H − (KH − 1) · dilation − 1) / stride⌋ + 1 with ``padding="valid"`` and ⌈H / stride⌉ with ``"same"``;
    W' likewise.

    Parameters
    ----------
    x : array_like, shape (batch, H, W, C)
        Images. Integers become float32; float32 and float64 are kept.
    kernel : array_like, shape (KH, KW, C, F)
        F filters of KH × KW weights for each of the C channels.
    bias : array_like, shape (F,), optional
        Added to each filter's output. Default: nothing is added.
    strides : int or (int, int)
        Step from window to window, in rows and columns, at least 1.
    padding : {"valid", "same"}
        "valid" keeps the window inside the image; "same" surrounds the image with zeros, so that stride 1 keeps
        its size. An odd zero goes to the bottom and right, as in Keras.
    dilation_rate : int or (int, int)
        Distance in pixels between neighboring cells of the kernel, at least 1.

    Returns
    -------
    numpy.ndarray
        Shape (batch, H', W', F); the dtype of `x` and `kernel` together.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a valid window would be larger than the image.
    TypeError
        If an argument does not hold numbers of the kind it needs.

    See Also
    --------
    conv2d_loops : The definition, in loops.
    conv2d_fft : Faster for large kernels.
    conv2d_backward : The gradients.

    Notes
    -----
    Windows overlap, so a matrix of all of them is KH · KW times as large as the images. They are copied in blocks
    of about 4 MB. Results are checked against `conv2d_loops` and Keras. Unlike Keras on TensorFlow, strides and
    dilation may be used together.

    References
    ----------
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
    windows = grid.windows(grid.pad(x))  # (batch, H', W', KH, KW, C)
    filters = kernel.reshape(-1, kernel.shape[-1])  # (KH·KW·C, F)
    y = _empty_output(x, kernel, grid)
    for block in _blocks(windows):
        rows = windows[block].reshape(-1, len(filters))  # copied: one window in each row
        y[block] = (rows @ filters + bias).reshape(y[block].shape)
    return y


def conv2d_fft(x, kernel, bias=None, *, strides=1, padding="valid", dilation_rate=1):
    """Convolve images with a kernel through the Fourier transform, whose time hardly depends on the kernel's size.

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
    The transforms of all images, channels and filters are held at once. Rounding differs from `conv2d`: the error
    is relative to the brightest pixel of the image, and one NaN spreads over its whole image.

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
    # At each frequency the channels meet the filters: (h, w, batch, C) @ (h, w, C, F). Conjugate: not mirrored.
    x_waves = scipy.fft.rfft2(x, size, axes=(1, 2)).transpose(1, 2, 0, 3)
    kernel_waves = scipy.fft.rfft2(spread, size, axes=(0, 1)).conj()
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
        If `dy` has not the shape of the output.

    See Also
    --------
    conv2d : The way forward.
    check_gradient : Tests gradients such as these against finite differences.

    Notes
    -----
    Each pixel met several cells of the kernel on the way forward, so it collects a gradient from each of them.

    Examples
    --------
    One window: the kernel's gradient is the pixels under it, and the pixels' gradient is the kernel.

    >>> import numpy as np
    >>> x = np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 2, 2, 1)
    >>> kernel = np.array([[5.0, 6.0], [7.0, 8.0]]).reshape(2, 2, 1, 1)
    >>> gradients = conv2d_backward(np.ones((1, 1, 1, 1)), x, kernel)
    >>> gradients.dkernel.ravel(), gradients.dx.ravel(), gradients.dbias
    (array([1., 2., 3., 4.]), array([5., 6., 7., 8.]), array([1.]))
    """
    x, kernel, _, grid = _prepare(x, kernel, None, strides, padding, dilation_rate)
    dy = _checks.gradient_array("dy", dy, (len(x), *grid.output_size, kernel.shape[-1]))
    padded = grid.pad(x)
    windows = grid.windows(padded)  # (batch, H', W', KH, KW, C)
    filters = kernel.reshape(-1, kernel.shape[-1])  # (KH·KW·C, F)
    dx = np.zeros(padded.shape, np.result_type(dy, kernel))
    dfilters = np.zeros(filters.shape, np.result_type(dy, x))
    for images, out_rows in _blocks(windows):
        dout = dy[images, out_rows].reshape(-1, filters.shape[1])
        rows = windows[images, out_rows].reshape(-1, len(filters))
        dfilters += rows.T @ dout
        dwindows = (dout @ filters.T).reshape(windows[images, out_rows].shape)
        first = out_rows.start * grid.strides[0]
        strip = grid._replace(output_size=dwindows.shape[1:3])
        for i, j in np.ndindex(grid.window_size):
            strip.cell(dx[images, first:], i, j)[...] += dwindows[:, :, :, i, j]
    return Conv2DGradients(grid.crop(dx), dfilters.reshape(kernel.shape), dy.sum(axis=(0, 1, 2)))


def _prepare(x, kernel, bias, strides, padding, dilation_rate, complex_ok=True):
    """Check the arguments that all forms share; a missing bias becomes zeros."""
    x = _checks.float_array("x", x, axes=IMAGE_AXES, complex_ok=complex_ok)
    kernel = _checks.float_array(
        "kernel", kernel, axes=("kernel height", "kernel width", "channels", "filters"), complex_ok=complex_ok
    )
    if 0 in kernel.shape:
        raise ValueError(
            f"`kernel` has no weights: got kernel.shape={kernel.shape}.\nGive every axis a length of at least 1."
        )
    channels, expected = x.shape[3], kernel.shape[2]
    if channels != expected:
        mend = f"Give the kernel {channels} input channels"
        mend += ", or use one channel: x[..., :1]." if expected == 1 else "."
        raise ValueError(
            f"`x` has {channels} channels but `kernel` expects {expected}: "
            f"got x.shape={x.shape} and kernel.shape={kernel.shape}.\n{mend}"
        )
    num_filters = kernel.shape[3]
    if bias is None:
        bias = np.zeros(num_filters, kernel.dtype)
    bias = _checks.float_array("bias", bias, axes=("filters",), complex_ok=complex_ok)
    if len(bias) != num_filters:
        raise ValueError(
            f"`bias` must hold one number per filter: got bias.shape={bias.shape} and kernel.shape={kernel.shape}.\n"
            f"Give it shape ({num_filters},)."
        )
    grid = lay_grid(x, kernel.shape[:2], strides=strides, padding=padding, dilation_rate=dilation_rate)
    return x, kernel, bias, grid


def _empty_output(x, kernel, grid):
    return np.empty((len(x), *grid.output_size, kernel.shape[-1]), np.result_type(x, kernel))


def _blocks(windows):
    """Cut (batch, H', ...) into blocks of about BLOCK_BYTES: pairs of slices over images and output rows."""
    batch, height = windows.shape[:2]
    row_bytes = int(np.prod(windows.shape[2:])) * windows.itemsize
    num_rows = min(max(BLOCK_BYTES // row_bytes, 1), height)
    num_images = max(BLOCK_BYTES // (row_bytes * height), 1)
    for n in range(0, batch, num_images):
        for r in range(0, height, num_rows):
            yield slice(n, n + num_images), slice(r, r + num_rows)
