"""Every checker of the convolution chapter, fed with what students write: right, untouched and wrong."""

import numpy as np
import pytest

from cellcnn_helpers import nn
from cellcnn_helpers.exercises import convolution as check

# --- weighted_sum: one window ---------------------------------------------------------------------------


def sum_of_products(window, kernel, bias=0):
    return np.sum(window * kernel) + bias


def sum_by_loops(window, kernel, bias=0):
    total = bias
    for row, weights in zip(window.tolist(), kernel.tolist(), strict=True):
        for pixel, weight in zip(row, weights, strict=True):
            total += pixel * weight
    return total


def sum_by_vdot(window, kernel, bias=0):
    return np.vdot(window, kernel) + bias


def sum_without_bias(window, kernel, bias=0):
    return np.sum(window * kernel)


def matrix_product(window, kernel, bias=0):
    return window @ kernel + bias


def sum_of_matrix_product(window, kernel, bias=0):
    return np.dot(window, kernel).sum() + bias


def mean_of_products(window, kernel, bias=0):
    return np.mean(window * kernel) + bias


def sum_with_turned_kernel(window, kernel, bias=0):
    return (window * np.flip(kernel)).sum() + bias


def products_only(window, kernel, bias=0):
    return window * kernel + bias


def bias_for_each_weight(window, kernel, bias=0):
    total = 0
    for i in range(window.shape[0]):
        for j in range(window.shape[1]):
            total += window[i, j] * kernel[i, j] + bias
    return total


def pixels_added(window, kernel, bias=0):
    return (window + kernel).sum() + bias


def window_spoilt(window, kernel, bias=0):
    window *= kernel
    return window.sum() + bias


class TestWeightedSum:
    @pytest.mark.parametrize("answer", [sum_of_products, sum_by_loops, sum_by_vdot])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.weighted_sum, answer)

    def test_stub_and_hints(self, assert_teaches):
        def weighted_sum(window, kernel, bias=0): ...

        assert_teaches(check.weighted_sum, weighted_sum)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (sum_without_bias, "The bias is missing"),
            (matrix_product, "matrix product"),
            (sum_of_matrix_product, "matrix product"),
            (mean_of_products, "This is the mean"),
            (sum_with_turned_kernel, "The kernel is flipped"),
            (products_only, "still stand side by side"),
            (bias_for_each_weight, "once for each weight"),
            (pixels_added, "The result is 12.0, but 1.0 is expected"),
            (window_spoilt, "changes its input `window`"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.weighted_sum, answer, words)


# --- edge_kernel: many right answers --------------------------------------------------------------------

PREWITT = np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]])
SOBEL = [[1, 2, 1], [0, 0, 0], [-1, -2, -1]]


class TestEdgeKernel:
    @pytest.mark.parametrize(
        "answer",
        [
            PREWITT,
            SOBEL,
            PREWITT / 3e3,
            [[0, 1, 0], [0, 0, 0], [0, -1, 0]],
            [[0, 0, 0], [1, 1, 1], [-1, -1, -1]],
            [[2, 2, 2], [-1, -1, -1], [-1, -1, -1]],
            np.float32(SOBEL),
        ],
    )
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.edge_kernel, answer)

    def test_stub_and_hints(self, assert_teaches):
        assert_teaches(check.edge_kernel, ...)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (np.transpose(SOBEL), "edges between left and right, not above and below"),
            (-np.transpose(SOBEL), "edges between left and right, not above and below"),
            ([[1, 1, 0], [1, 0, -1], [0, -1, -1]], "also answers at edges between left and right"),
            ([[1, 1, 1], [0, 0, 0], [0, 0, 0]], "do not add up to 0"),
            (np.ones((3, 3)) / 9, "do not add up to 0"),
            (-PREWITT, "The sign is the wrong way round"),
            (np.zeros((3, 3)), "All weights are 0"),
            ([[-1, -1, -1], [2, 2, 2], [-1, -1, -1]], "This kernel finds lines"),
            ([[1, -2, 1], [0, 0, 0], [-1, 2, -1]], "weak"),
            ([1, 0, -1], "shape (3,), but (3, 3)"),
            (np.ravel(SOBEL), "shape (9,), but (3, 3)"),
            (lambda: SOBEL, "this is a function"),
            ("Sobel", "type `str`"),
            ([[1, 1, 1], [0, 0, 0], [-1, np.nan, -1]], "not finite"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.edge_kernel, answer, words)

    def test_the_example_is_arithmetic_that_the_student_can_repeat(self):
        example = check.edge_kernel(-PREWITT).example
        window = "on the window\n  [[1. 1. 1.]\n   [0. 0. 0.]\n   [0. 0. 0.]]\n"
        assert example == window + "it answers\n  -3\nexpected\n  a positive number"

    def test_a_right_answer_finds_an_edge_and_only_that(self):
        image = np.zeros((1, 9, 9, 1))
        image[:, :4, :] = 1  # bright above
        kernel = PREWITT.reshape(3, 3, 1, 1)
        assert nn.conv2d(image, kernel).max() == 3 and nn.conv2d(image, kernel).min() == 0
        assert not nn.conv2d(image.swapaxes(1, 2), kernel).any()


# --- mean_filter ----------------------------------------------------------------------------------------


def mean_by_ones(size):
    kernel = np.ones((size, size))
    return kernel / kernel.sum()


def mean_by_lists(size):
    return [[1 / size**2] * size for _ in range(size)]


def mean_float32(size):
    return np.full((size, size), 1 / size**2, dtype=np.float32)


def all_ones(size):
    return np.ones((size, size), dtype=int)


def one_by_size(size):
    return np.ones((size, size)) / size


def floor_division(size):
    return np.ones((size, size)) // size**2


def integer_dtype(size):
    return np.full((size, size), 1 / size**2, dtype=int)


def integer_dtype_rounded_up(size):
    return np.ceil(mean_by_ones(size) * 2).astype(int) * size


def ninth(size):
    return np.full((size, size), 1 / 9)


def always_three(size):
    return np.full((3, 3), 1 / 9)


def flat_kernel(size):
    return np.full(size, 1 / size)


class TestMeanFilter:
    @pytest.mark.parametrize("answer", [mean_by_ones, mean_by_lists, mean_float32])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.mean_filter, answer)

    def test_stub_and_hints(self, assert_teaches):
        def mean_filter(size): ...

        assert_teaches(check.mean_filter, mean_filter)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (all_ones, "All weights are 1"),
            (one_by_size, "Each weight is 1/size"),
            (floor_division, "All weights are 0"),
            (integer_dtype, "by an integer `dtype`"),
            (integer_dtype_rounded_up, "`int64`, which has no fractions"),
            (ninth, "3 × 3 only"),
            (always_three, "3 × 3 only"),
            (flat_kernel, "shape (3,), but the right one has shape (3, 3)"),
            (mean_by_ones(3), "without brackets"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.mean_filter, answer, words)


# --- convolve -------------------------------------------------------------------------------------------


def convolve_by_loops(image, kernel, bias=0):
    rows = image.shape[0] - kernel.shape[0] + 1
    columns = image.shape[1] - kernel.shape[1] + 1
    out = np.zeros((rows, columns))
    for r in range(rows):
        for c in range(columns):
            window = image[r : r + kernel.shape[0], c : c + kernel.shape[1]]
            out[r, c] = (window * kernel).sum() + bias
    return out


def convolve_by_layer(image, kernel, bias=0):
    x = np.asarray(image, dtype=np.float32)[np.newaxis, :, :, np.newaxis]
    k = np.asarray(kernel, dtype=np.float32)[:, :, np.newaxis, np.newaxis]
    return nn.conv2d(x, k, np.float32([bias]))[0, :, :, 0]


def convolve_by_lists(image, kernel, bias=0):
    (height, width), (kh, kw) = np.shape(image), np.shape(kernel)
    return [
        [
            bias + sum(image[r + i][c + j] * kernel[i][j] for i in range(kh) for j in range(kw))
            for c in range(width - kw + 1)
        ]
        for r in range(height - kh + 1)
    ]


def four_loops(image, kernel, pixel, *, rows=None, columns=None, accumulate=True):
    """The four loops of a student, with `pixel(image, r, c, i, j)` read at each step."""
    kh, kw = kernel.shape
    rows = image.shape[0] - kh + 1 if rows is None else rows
    columns = image.shape[1] - kw + 1 if columns is None else columns
    out = np.zeros((rows, columns))
    for r in range(rows):
        for c in range(columns):
            for i in range(kh):
                for j in range(kw):
                    product = pixel(image, r, c, i, j) * kernel[i, j]
                    out[r, c] = out[r, c] + product if accumulate else product
    return out


def read(image, r, c, i, j):
    return image[r + i, c + j]


def no_bias(image, kernel, bias=0):
    return four_loops(image, kernel, read)


def window_stays(image, kernel, bias=0):
    return four_loops(image, kernel, lambda image, r, c, i, j: image[i, j]) + bias


def flipped(image, kernel, bias=0):
    return four_loops(image, np.flipud(np.fliplr(kernel)), read) + bias


def overwritten(image, kernel, bias=0):
    return four_loops(image, kernel, read, accumulate=False) + bias


def bias_inside(image, kernel, bias=0):
    out = np.zeros((image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1))
    for r in range(out.shape[0]):
        for c in range(out.shape[1]):
            for i in range(kernel.shape[0]):
                for j in range(kernel.shape[1]):
                    out[r, c] += image[r + i, c + j] * kernel[i, j] + bias
    return out


def mean_window(image, kernel, bias=0):
    return four_loops(image, kernel, read) / np.prod(kernel.shape) + bias


def last_window_left_out(image, kernel, bias=0):
    rows, columns = np.subtract(image.shape, kernel.shape)
    return four_loops(image, kernel, read, rows=rows, columns=columns) + bias


def one_window_too_many(image, kernel, bias=0):
    rows, columns = np.subtract(image.shape, kernel.shape) + 2
    return four_loops(np.pad(image, 1), kernel, read, rows=rows, columns=columns) + bias


def as_large_as_the_image(image, kernel, bias=0):
    out = np.zeros(image.shape)
    inside = convolve_by_loops(image, kernel, bias)
    out[: inside.shape[0], : inside.shape[1]] = inside
    return out


def zero_padded(image, kernel, bias=0):
    return (
        four_loops(np.pad(image, kernel.shape), kernel, read, rows=image.shape[0], columns=image.shape[1])
        + bias
    )


def result_on_its_side(image, kernel, bias=0):
    out = np.zeros((image.shape[1] - kernel.shape[1] + 1, image.shape[0] - kernel.shape[0] + 1))
    for r in range(out.shape[1]):
        for c in range(out.shape[0]):
            out[c, r] = (image[r : r + kernel.shape[0], c : c + kernel.shape[1]] * kernel).sum() + bias
    return out


def column_before_row(image, kernel, bias=0):
    return four_loops(image, kernel, lambda image, r, c, i, j: image[c + j, r + i]) + bias


def square_kernels_sliced(image, kernel, bias=0):
    k = kernel.shape[0]
    out = np.zeros((image.shape[0] - k + 1, image.shape[1] - k + 1))
    for r in range(out.shape[0]):
        for c in range(out.shape[1]):
            out[r, c] = (image[r : r + k, c : c + k] * kernel).sum() + bias
    return out


def square_kernels_looped(image, kernel, bias=0):
    k = kernel.shape[1]
    return (
        four_loops(image, kernel[:k, :k], read, rows=image.shape[0] - k + 1, columns=image.shape[1] - k + 1)
        + bias
    )


def square_images(image, kernel, bias=0):
    side = image.shape[0]
    rows, columns = side - kernel.shape[0] + 1, side - kernel.shape[1] + 1
    return four_loops(image, kernel, read, rows=rows, columns=columns) + bias


def integers_kept(image, kernel, bias=0):
    return convolve_by_loops(image, kernel, bias).astype(image.dtype)


def plus_one(image, kernel, bias=0):
    return convolve_by_loops(image, kernel, bias) + 1


class TestConvolve:
    @pytest.mark.parametrize("answer", [convolve_by_loops, convolve_by_layer, convolve_by_lists])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.convolve, answer)

    def test_stub_and_hints(self, assert_teaches):
        def convolve(image, kernel, bias=0): ...

        assert_teaches(check.convolve, convolve)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (no_bias, "The bias is missing"),
            (window_stays, "All values are equal"),
            (flipped, "The kernel is flipped"),
            (overwritten, "last product only"),
            (bias_inside, "once for each weight"),
            (mean_window, "This is the mean"),
            (last_window_left_out, "one too small in each direction"),
            (one_window_too_many, "one too large in each direction"),
            (as_large_as_the_image, "as large as the image"),
            (zero_padded, "as large as the image"),
            (result_on_its_side, "the result lies on its side"),
            (column_before_row, "swapped where the image is read"),
            (square_kernels_sliced, "square kernels only"),
            (square_kernels_looped, "square kernels only"),
            (square_images, "square images only"),
            (integers_kept, "`int64`, which has no fractions"),
            (plus_one, "The value at row 0, column 0 is 2.0, but 1.0 is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.convolve, answer, words)


# --- kernel_gradient ------------------------------------------------------------------------------------


def gradient_by_loops(dy, image, kernel_shape):
    gradient = np.zeros(kernel_shape)
    for i in range(kernel_shape[0]):
        for j in range(kernel_shape[1]):
            gradient[i, j] = (dy * image[i : i + dy.shape[0], j : j + dy.shape[1]]).sum()
    return gradient


def gradient_by_windows(dy, image, kernel_shape):
    rows, columns = kernel_shape
    return sum(
        dy[r, c] * image[r : r + rows, c : c + columns]
        for r in range(dy.shape[0])
        for c in range(dy.shape[1])
    )


def gradient_by_layer(dy, image, kernel_shape):
    x, kernel = image[np.newaxis, :, :, np.newaxis], np.zeros((*kernel_shape, 1, 1))
    return nn.conv2d_backward(dy[np.newaxis, :, :, np.newaxis], x, kernel).dkernel[:, :, 0, 0]


def gradient_flipped(dy, image, kernel_shape):
    return np.flip(gradient_by_loops(dy, image, kernel_shape))


def gradient_with_turned_dy(dy, image, kernel_shape):
    return gradient_by_loops(np.rot90(dy, 2), image, kernel_shape)


def gradient_mean(dy, image, kernel_shape):
    gradient = np.zeros(kernel_shape)
    for i in range(kernel_shape[0]):
        for j in range(kernel_shape[1]):
            gradient[i, j] = np.mean(dy * image[i : i + dy.shape[0], j : j + dy.shape[1]])
    return gradient


def gradient_without_offset(dy, image, kernel_shape):
    gradient = np.zeros(kernel_shape)
    for i in range(kernel_shape[0]):
        for j in range(kernel_shape[1]):
            gradient[i, j] = (dy * image[: dy.shape[0], : dy.shape[1]]).sum()
    return gradient


def gradient_overwritten(dy, image, kernel_shape):
    rows, columns = kernel_shape
    for r in range(dy.shape[0]):
        for c in range(dy.shape[1]):
            gradient = dy[r, c] * image[r : r + rows, c : c + columns]
    return gradient


def gradient_transposed(dy, image, kernel_shape):
    return gradient_by_loops(dy, image, kernel_shape).T


def gradient_of_the_image(dy, image, kernel_shape):
    return np.zeros_like(image)


def gradient_like_dy(dy, image, kernel_shape):
    return dy * image[: dy.shape[0], : dy.shape[1]]


def gradient_halved(dy, image, kernel_shape):
    return gradient_by_loops(dy, image, kernel_shape) / 2


def image_spoilt(dy, image, kernel_shape):
    out = gradient_by_loops(dy, image, kernel_shape)
    image -= image.mean() + 1
    return out


class TestKernelGradient:
    @pytest.mark.parametrize("answer", [gradient_by_loops, gradient_by_windows, gradient_by_layer])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.kernel_gradient, answer)

    def test_stub_and_hints(self, assert_teaches):
        def kernel_gradient(dy, image, kernel_shape): ...

        assert_teaches(check.kernel_gradient, kernel_gradient)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (gradient_flipped, "The gradient is flipped"),
            (gradient_with_turned_dy, "Here dy is flipped"),
            (gradient_mean, "This is the mean over the places"),
            (gradient_without_offset, "All values are equal"),
            (gradient_overwritten, "Only the last place counts"),
            (gradient_transposed, "Rows and columns are swapped"),
            (gradient_of_the_image, "has the shape of the image"),
            (gradient_like_dy, "has the shape of dy"),
            (gradient_halved, "row 0, column 0"),
            (image_spoilt, "changes its input `image`"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.kernel_gradient, answer, words)


def test_a_topic_offers_its_exercises_by_name():
    assert all(callable(getattr(check, name)) and getattr(check, name).hints for name in check.__all__)
