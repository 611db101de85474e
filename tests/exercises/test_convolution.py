"""The checkers of the whole image, forward and back, fed with what students write."""

import numpy as np
import pytest

from cellcnn_helpers import nn
from cellcnn_helpers.exercises import convolution as check

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


def three_by_three(image, kernel, bias=0):
    out = np.zeros((image.shape[0] - 2, image.shape[1] - 2))
    for r in range(out.shape[0]):
        for c in range(out.shape[1]):
            out[r, c] = (image[r : r + 3, c : c + 3] * kernel).sum() + bias
    return out


def two_by_two(image, kernel, bias=0):
    rows, columns = image.shape[0] - 1, image.shape[1] - 1
    return four_loops(image, kernel[:2, :2], read, rows=rows, columns=columns) + bias


def square_images(image, kernel, bias=0):
    side = image.shape[0]
    rows, columns = side - kernel.shape[0] + 1, side - kernel.shape[1] + 1
    return four_loops(image, kernel, read, rows=rows, columns=columns) + bias


def integers_kept(image, kernel, bias=0):
    return convolve_by_loops(image, kernel, bias).astype(image.dtype)


def loop_of_the_page(image, kernel, bias=0):
    answers = np.zeros(np.subtract(image.shape, kernel.shape) + 1, dtype=int)
    for r in range(answers.shape[0]):
        for c in range(answers.shape[1]):
            answers[r, c] = sum(
                image[r + i, c + j] * kernel[i, j]
                for i in range(kernel.shape[0])
                for j in range(kernel.shape[1])
            )
    return answers + bias


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
            (three_by_three, "kernels of 3 × 3 only. The kernel need not be 3 × 3"),
            (two_by_two, "kernels of 2 × 2 only"),
            (integers_kept, "cut to whole numbers, because the result is of type `int64`"),
            (loop_of_the_page, "cut to whole numbers, because the result is of type `int64`"),
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


def gradient_of_cut_dy(dy, image, kernel_shape):
    gradient = np.zeros(kernel_shape)
    places = dy[: kernel_shape[0], : kernel_shape[1]]
    for i in range(kernel_shape[0]):
        for j in range(kernel_shape[1]):
            window = image[i : i + places.shape[0], j : j + places.shape[1]]
            gradient[i, j] = (places * window).sum()
    return gradient


def gradient_over_kernel_places(dy, image, kernel_shape):
    rows, columns = kernel_shape
    gradient = np.zeros(kernel_shape)
    for r in range(rows):
        for c in range(columns):
            gradient += dy[r, c] * image[r : r + rows, c : c + columns]
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
            (gradient_of_cut_dy, "Only the first places of dy"),
            (gradient_over_kernel_places, "Only the first places of dy"),
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
