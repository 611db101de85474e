"""Exercises of the convolution chapter: one window, kernels, the whole image, sizes, and the way back."""

import numpy as np

from ._compare import array_answer, same_answers
from ._core import Finding, checker
from .sizes import num_parameters, output_size, receptive_field_um

__all__ = [
    "convolve",
    "edge_kernel",
    "kernel_gradient",
    "mean_filter",
    "num_parameters",
    "output_size",
    "receptive_field_um",
    "weighted_sum",
]

NAN = np.nan  # in a slip: any value agrees


def _numbers(rng, *shape):
    """Small whole numbers, as floats, that are easy to follow by hand."""
    return rng.integers(-5, 10, shape).astype(float)


def _is_square(*arrays):
    return all(array.shape[0] == array.shape[1] for array in arrays)


@checker(
    hints=(
        "Lay the kernel on the window. Which numbers lie on top of each other, and what happens to them?",
        "Multiply each pair, add up all products, and only then add the bias, once.",
        "`*` multiplies pairs (`@` does something else), and an array has a method that adds up all of it.",
    ),
    learned="A weighted sum of pixels plus a bias: one output pixel of a convolution is no more than this.",
)
def weighted_sum(answer, rng):
    """Check `weighted_sum(window, kernel, bias=0)`: one window, multiplied by the kernel and added up.

    Examples
    --------
    >>> print(weighted_sum(lambda window, kernel, bias=0: (window * kernel).mean() + bias))
    weighted_sum: incorrect
    This is the mean of the products. The kernel already holds the weights: add the products up.
    <BLANKLINE>
    weighted_sum(window, kernel, bias)
    with window = [[1. 2.]
                   [3. 4.]]
     and kernel = [[ 2.  0.]
                   [ 1. -1.]]
    gave
      0.25
    expected
      1.0
    """

    def weighted_sum(window, kernel, bias=0):
        return (window * kernel).sum() + bias

    product = (
        "This is the matrix product (`@`, `np.dot`). Here each pixel meets only the weight on it: use `*`."
    )
    slips = [
        ("The bias is missing: add it once, to the sum.", lambda x, k, b: (x * k).sum()),
        (product, lambda x, k, b: x @ k + b if _is_square(x) else None),
        (product, lambda x, k, b: (x @ k).sum() + b if _is_square(x) else None),
        (
            "This is the mean of the products. The kernel already holds the weights: add the products up.",
            lambda x, k, b: (x * k).mean() + b,
        ),
        (
            "The kernel is flipped. In a network it lies on the window as it is: first on first.",
            lambda x, k, b: (x * k[::-1, ::-1]).sum() + b,
        ),
        (
            "The products are right, but they still stand side by side: add them up to one number.",
            lambda x, k, b: x * k + b,
        ),
        (
            "`sum` of an array adds up its rows, so a row is left. The array's own `.sum()` adds everything.",
            lambda x, k, b: (x * k).sum(axis=0) + b,
        ),
        (
            "The bias is added once for each weight. Add up the products first, then add the bias once.",
            lambda x, k, b: (x * k + b).sum(),
        ),
    ]
    by_hand = {"window": np.array([[1.0, 2], [3, 4]]), "kernel": np.array([[2.0, 0], [1, -1]])}
    drawn = [
        {"window": _numbers(rng, *shape), "kernel": _numbers(rng, *shape), "bias": int(rng.integers(1, 9))}
        for shape in [(3, 3), (2, 3), (1, 4)]
    ]
    same_answers(answer, weighted_sum, [by_hand, {**by_hand, "bias": 5}, *drawn], slips=slips)


@checker(
    hints=(
        "Where should the weights be positive if the answer is to grow with brightness in the upper part?",
        "On a flat area all pixels are equal and the answer should be 0. What must the weights add up to?",
        "Positive weights in the upper row, the same ones negative in the lower row. "
        "Left and right should not matter: let each column add up to 0.",
    ),
    learned="Your kernel asks one question: how much brighter is the upper part than the lower part?",
)
def edge_kernel(answer, rng):
    """Check a 3×3 kernel that answers with a positive number where it is bright above and dark below.

    It must answer 0 on flat areas and at edges between left and right. Many kernels do.

    Examples
    --------
    >>> edge_kernel([[1, 1, 1], [0, 0, 0], [-1, -1, -1]]).status
    'correct'
    """
    kernel = array_answer(answer, (3, 3))
    size = np.abs(kernel).max()
    if size < 1e-6:
        raise Finding(
            "All weights are 0, so this kernel answers 0 everywhere. Which rows should count, and how?"
        )

    steps = np.tri(3)[:2]  # the two places of an edge under a window: one bright row, or two
    above = [np.repeat(step[:, None], 3, axis=1) for step in steps]
    left = [window.T for window in above]
    flat = np.ones((3, 3))

    def response(window):
        return (window * kernel).sum() / size

    def finding(message, windows, expected):
        window = max(windows, key=lambda window: abs(response(window)))
        rows = str(window).replace("\n", "\n  ")
        got = f"{(window * kernel).sum():.4g}"
        return Finding(message, f"on the window\n  {rows}\nit answers\n  {got}\nexpected\n  {expected}")

    to_above = [response(window) for window in above]
    if abs(response(flat)) > 1e-3:
        raise finding("The weights do not add up to 0, so it answers where there is no edge.", [flat], "0")
    if any(abs(response(window)) > 1e-3 for window in left):
        message = "This kernel also answers at edges between left and right. Let each column add up to 0."
        if np.abs(to_above).max() < 1e-3:
            message = (
                "This kernel finds edges between left and right, not above and below: turn it with `.T`."
            )
        raise finding(message, left, "0")
    if np.abs(to_above).max() < 0.2 * np.abs(kernel / size).sum():
        message = (
            "The answer at an edge is weak: the weights in a row cancel. Give a row weights of one sign."
        )
        raise finding(message, above, "a clearly positive number")
    if max(to_above) < 1e-3:
        message = (
            "The sign is the wrong way round: it answers with a negative number where it is bright above."
        )
        raise finding(message, above, "a positive number")
    if min(to_above) < -1e-3:
        message = (
            "This kernel finds lines: plus on one side of an edge, minus on the other. Put minus below only."
        )
        raise finding(message, [above[np.argmin(to_above)]], "a number that is not negative")


@checker(
    hints=(
        "Where all pixels are 100, the filtered pixel should be 100 too. What must the weights add up to?",
        "All weights are equal. How many are there in a kernel of `size` rows and `size` columns?",
        "Each weight is one divided by the number of weights, as a fraction (`/`), for every `size`.",
    ),
    learned="The weights add up to 1, so the picture gets smoother but neither brighter nor darker.",
)
def mean_filter(answer, rng):
    """Check `mean_filter(size)`: a `size` × `size` kernel that averages and keeps the mean brightness.

    Examples
    --------
    >>> import numpy as np
    >>> mean_filter(lambda size: np.ones((size, size)) / size**2).status
    'correct'
    """

    def mean_filter(size):
        return np.full((size, size), 1 / size**2)

    slips = [
        (
            "All weights are 1: they add up to the number of pixels, and the picture becomes brighter. "
            "They should add up to 1.",
            lambda size: np.ones((size, size)),
        ),
        (
            "Each weight is 1/size, which is right along one row. The kernel has size × size weights, "
            "and all of them together should add up to 1.",
            lambda size: np.full((size, size), 1 / size),
        ),
        (
            "All weights are 0. Was the fraction cut off, by `//` or by an integer `dtype`? "
            "Divide with `/` and keep the floats.",
            lambda size: np.zeros((size, size)),
        ),
        (
            "This is right for 3 × 3 only. Use `size` wherever a 3 or a 9 comes from it.",
            lambda size: mean_filter(3) if size == 3 else None,
        ),
        (
            "In a mean each pixel counts the same: all weights must be equal, and together add up to 1.",
            lambda size: np.full((size, size), NAN),
        ),
    ]
    sizes = [3, 2, 5, *(int(size) for size in rng.integers(4, 10, 2))]
    same_answers(answer, mean_filter, [{"size": size} for size in sizes], slips=slips)


def _correlate(image, kernel):
    """(H, W), (KH, KW) -> (H - KH + 1, W - KW + 1): the sum of products at each place of the window."""
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)  # (H', W', KH, KW)
    return np.einsum("rcij,ij->rc", windows, kernel)


@checker(
    hints=(
        "How many places are there for the window in each direction? That is the shape of the result.",
        "Two loops go over the places (r, c). At each one, cut out the window that starts there.",
        "The window at (r, c) has the kernel's rows and columns, and from it you need the weighted sum. "
        "Rows and columns may differ in number, both in the image and in the kernel.",
    ),
    learned="y(r, c) = Σ x(r+i, c+j) · k(i, j) + b: the same few weights at every place of the image.",
)
def convolve(answer, rng):
    """Check `convolve(image, kernel, bias=0)`: (H, W), (KH, KW) -> (H − KH + 1, W − KW + 1), no padding.

    Examples
    --------
    >>> import scipy.signal
    >>> def convolve_flipped(image, kernel, bias=0):
    ...     return scipy.signal.convolve2d(image, kernel, mode="valid") + bias
    >>> print(convolve(convolve_flipped).message)
    The kernel is flipped: x(r−i, c−j). In a network the window is read forward: x(r+i, c+j).
    """

    def convolve(image, kernel, bias=0):
        return _correlate(image, kernel) + bias

    def missing(image, kernel, fewer):
        return np.full(np.subtract(image.shape, kernel.shape) + 1 - fewer, NAN)

    fixed = (
        "This is right for kernels of {0} × {0} only. The kernel need not be 3 × 3, nor square: its rows are "
        "`kernel.shape[0]`, its columns `kernel.shape[1]`."
    )
    slips = [
        ("The bias is missing: add it to each weighted sum.", lambda x, k, b: _correlate(x, k)),
        (
            "All values are equal: each place reads the same pixels, x(i, j). Move the window: x(r+i, c+j).",
            lambda x, k, b: 0 * _correlate(x, k) + _correlate(x, k)[0, 0] + b,
        ),
        (
            "The kernel is flipped: x(r−i, c−j). In a network the window is read forward: x(r+i, c+j).",
            lambda x, k, b: _correlate(x, k[::-1, ::-1]) + b,
        ),
        (
            "Each value holds the last product only. Add the products up: `+=`, not `=`.",
            lambda x, k, b: _correlate(x, k * (np.arange(k.size) == k.size - 1).reshape(k.shape)) + b,
        ),
        (
            "The bias is added once for each weight. Add it once for each window, after the sum.",
            lambda x, k, b: _correlate(x, k) + b * k.size,
        ),
        (
            "This is the mean of the products. The kernel already holds the weights: add the products up.",
            lambda x, k, b: _correlate(x, k) / k.size + b,
        ),
        (
            "The result is one too small in each direction: the last window is left out. "
            "H − KH + 1 rows of places fit into H rows of pixels.",
            lambda x, k, b: missing(x, k, 1),
        ),
        (
            "The result is one too large in each direction: the last window sticks out of the image. "
            "H − KH + 1 rows of places fit into H rows of pixels.",
            lambda x, k, b: missing(x, k, -1),
        ),
        (
            "The result is as large as the image. Without padding the window stays inside, so it has fewer "
            "places than there are pixels: H − KH + 1 in each column.",
            lambda x, k, b: np.full(x.shape, NAN),
        ),
        (
            "Rows and columns are swapped: the result lies on its side.",
            lambda x, k, b: _correlate(x, k).T + b,
        ),
        (
            "Rows and columns are swapped where the image is read: pixel (r+i, c+j) meets weight (i, j).",
            lambda x, k, b: _correlate(x.T, k) + b if _is_square(x, k) else None,
        ),
        (fixed.format(3), lambda x, k, b: _correlate(x, k) + b if k.shape == (3, 3) else None),
        (fixed.format(2), lambda x, k, b: _correlate(x, k) + b if k.shape == (2, 2) else None),
        (
            "This is right for square kernels only: the rows are `kernel.shape[0]`, the columns "
            "`kernel.shape[1]`.",
            lambda x, k, b: _correlate(x, k) + b if _is_square(k) else None,
        ),
        (
            "This is right for square images only: the rows are `image.shape[0]`, the columns "
            "`image.shape[1]`.",
            lambda x, k, b: _correlate(x, k) + b if _is_square(x) else None,
        ),
    ]
    by_hand = {
        "image": np.array([[1.0, 2, 0], [3, 4, 1], [0, 2, 5]]),
        "kernel": np.array([[1.0, 2], [0, -1]]),
    }
    drawn = [
        {"image": _numbers(rng, *image), "kernel": _numbers(rng, *kernel), "bias": int(rng.integers(1, 9))}
        for image, kernel in [((4, 4), (3, 3)), ((5, 5), (2, 3)), ((3, 5), (2, 2)), ((5, 4), (3, 1))]
    ]
    camera = {"image": rng.integers(0, 200, (3, 4)), "kernel": _numbers(rng, 2, 2) / 4}  # integers, as stored
    same_answers(answer, convolve, [by_hand, {**by_hand, "bias": 10}, *drawn, camera], slips=slips)


@checker(
    hints=(
        "dy, image and gradient are two-dimensional; the pair `kernel_shape` is the gradient's shape. "
        "Take one weight, k(i, j). Which pixel did it multiply when the window stood at (r, c)?",
        "At (r, c) the weight k(i, j) met the pixel x(r+i, c+j), and what came out counts dy(r, c). "
        "Sum over all places, because the same weight was used at each.",
        "For each (i, j) cut from the image the part that starts at row i, column j and has the shape of dy; "
        "then take the weighted sum of the two.",
    ),
    learned="The kernel's gradient is itself a convolution: of the image with the gradient of the output.",
)
def kernel_gradient(answer, rng):
    """Check `kernel_gradient(dy, image, kernel_shape)`: dL/dk(i, j) = Σ dy(r, c) · x(r+i, c+j).

    All is two-dimensional: (H − KH + 1, W − KW + 1), (H, W) -> (KH, KW); `kernel_shape` is the pair (KH, KW).

    Examples
    --------
    >>> kernel_gradient(lambda dy, image, kernel_shape: np.zeros(image.shape)).message
    'A gradient has the shape of what it belongs to. This one has the shape of the image.'
    """

    def kernel_gradient(dy, image, kernel_shape):
        return _correlate(image, dy)

    def cut(dy, image, shape):
        return _correlate(image, dy[: shape[0], : shape[1]])[: shape[0], : shape[1]]

    shape = "A gradient has the shape of what it belongs to. This one has the shape of {}."
    places = (
        "Only the first places of dy count here, as many as the kernel has weights. "
        "Sum over all rows and columns of dy: the weight was used at each place."
    )
    slips = [
        (
            "The gradient is flipped: k(i, j) met the pixel x(r+i, c+j), not x(r−i, c−j).",
            lambda dy, x, shape: _correlate(x, dy)[::-1, ::-1],
        ),
        (
            "Here dy is flipped. It lies on the image as it is: dy(r, c) on x(r+i, c+j).",
            lambda dy, x, shape: _correlate(x, dy[::-1, ::-1]),
        ),
        (
            "This is the mean over the places. The loss feels the weight at each place, so add them up.",
            lambda dy, x, shape: _correlate(x, dy) / dy.size,
        ),
        (
            "All values are equal: each weight reads the same pixels, x(r, c). But k(i, j) met x(r+i, c+j).",
            lambda dy, x, shape: np.full(shape, _correlate(x, dy)[0, 0]),
        ),
        (
            "Only the last place counts here. The weight was used at each place: add up with `+=`, not `=`.",
            lambda dy, x, shape: dy[-1, -1] * x[-shape[0] :, -shape[1] :],
        ),
        (places, cut),
        # Where dy is smaller than the kernel, the same slip may stop with an error.
        (places, lambda dy, x, shape: None if np.less(dy.shape, shape).any() else cut(dy, x, shape)),
        ("Rows and columns are swapped.", lambda dy, x, shape: _correlate(x, dy).T),
        (shape.format("the image"), lambda dy, x, shape: np.full(x.shape, NAN)),
        (shape.format("dy"), lambda dy, x, shape: np.full(dy.shape, NAN)),
    ]
    by_hand = {
        "dy": np.array([[1.0, 0, 2], [0, -1, 0]]),
        "image": np.array([[1.0, 2, 0, 1], [3, 4, 1, 0], [0, 2, 5, 1]]),
        "kernel_shape": (2, 2),
    }
    drawn = [
        {"dy": _numbers(rng, *dy), "image": _numbers(rng, *image), "kernel_shape": kernel}
        for dy, image, kernel in [
            ((3, 3), (4, 4), (2, 2)),
            ((3, 3), (4, 5), (2, 3)),
            ((3, 4), (3, 5), (1, 2)),
            ((2, 2), (4, 3), (3, 2)),
        ]
    ]
    same_answers(answer, kernel_gradient, [by_hand, *drawn], slips=slips)
