"""The checkers on sizes, fed with what students write: right, untouched and wrong."""

import math

import numpy as np
import pytest

from cellcnn_helpers import nn
from cellcnn_helpers.exercises import convolution as check

# --- output_size ----------------------------------------------------------------------------------------


def size_by_formula(size, kernel_size, stride=1, padding="valid", dilation_rate=1):
    if padding == "same":
        return (size + stride - 1) // stride
    covered = kernel_size + (kernel_size - 1) * (dilation_rate - 1)
    return math.floor((size - covered) / stride) + 1


def size_by_counting(size, kernel_size, stride=1, padding="valid", dilation_rate=1):
    reach = 0 if padding == "same" else dilation_rate * (kernel_size - 1)
    return len(range(0, size - reach, stride))


def size_by_layer(size, kernel_size, stride=1, padding="valid", dilation_rate=1):
    x, kernel = np.zeros((1, size, 1, 1)), np.zeros((kernel_size, 1, 1, 1))
    return nn.conv2d(x, kernel, strides=(stride, 1), padding=padding, dilation_rate=(dilation_rate, 1)).shape[
        1
    ]


def student(valid=None, same=None):
    """A student's function with one of the two branches changed."""

    def output_size(size, kernel_size, stride=1, padding="valid", dilation_rate=1):
        branch = same if padding == "same" else valid
        branch = branch or size_by_formula
        if branch is size_by_formula:
            return size_by_formula(size, kernel_size, stride, padding, dilation_rate)
        return branch(size, kernel_size, stride, dilation_rate)

    return output_size


def no_padding_argument(size, kernel_size, stride=1):
    return (size - kernel_size) // stride + 1


def padding_ignored(size, kernel_size, stride=1, padding="valid", dilation_rate=1):
    return size_by_formula(size, kernel_size, stride, "valid", dilation_rate)


def stride_ignored(size, kernel_size, stride=1, padding="valid", dilation_rate=1):
    return size_by_formula(size, kernel_size, 1, padding, dilation_rate)


def true_division(size, kernel_size, stride=1, padding="valid", dilation_rate=1):
    if padding == "same":
        return size / stride
    return (size - dilation_rate * (kernel_size - 1) - 1) / stride + 1


def float_floor(size, kernel_size, stride=1, padding="valid", dilation_rate=1):
    return float(size_by_formula(size, kernel_size, stride, padding, dilation_rate))


class TestOutputSize:
    @pytest.mark.parametrize("answer", [size_by_formula, size_by_counting, size_by_layer])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.output_size, answer)

    def test_stub_and_hints(self, assert_teaches):
        def output_size(size, kernel_size, stride=1, padding="valid", dilation_rate=1): ...

        assert_teaches(check.output_size, output_size)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (student(valid=lambda n, k, s, d: (n - d * (k - 1) - 1) // s), "so add 1"),
            (student(valid=lambda n, k, s, d: (n - k) // s + 1), "`dilation_rate` is not used"),
            (student(valid=lambda n, k, s, d: (n - k * d) // s + 1), "not d·k:"),
            (student(valid=lambda n, k, s, d: (n - (k + d)) // s + 1), "not k + d:"),
            (student(valid=lambda n, k, s, d: (n - k - (d - 1)) // s + 1), "not k + d − 1:"),
            (student(valid=lambda n, k, s, d: (n - d * (k - 1)) // s), "added before the division"),
            (student(valid=lambda n, k, s, d: (n - k + 1) // s), "added before the division"),
            (student(valid=lambda n, k, s, d: -(-(n - d * (k - 1) - 1) // s) + 1), "Round down"),
            (student(valid=lambda n, k, s, d: round((n - d * (k - 1) - 1) / s) + 1), "Round down"),
            (student(same=lambda n, k, s, d: n), "the stride still counts"),
            (student(same=lambda n, k, s, d: n // s), "round up"),
            (true_division, "divide with `//`"),
            (student(valid=lambda n, k, s, d: (n - d * (k - 1) - 1) / s + 1), "divide with `//`"),
            (stride_ignored, "`stride` is not used"),
            (padding_ignored, "`padding` is not used"),
            (no_padding_argument, "called as `output_size(size, kernel_size, stride=1, padding='valid'"),
            (float_floor, "of type `float64`"),
            (lambda *args, **kwargs: 3, "answer of the first example"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.output_size, answer, words)


# --- num_parameters -------------------------------------------------------------------------------------


def parameters_by_formula(kernel_size, channels, filters):
    rows, columns = kernel_size
    return rows * columns * channels * filters + filters


def parameters_by_arrays(kernel_size, channels, filters):
    return np.zeros((*kernel_size, channels, filters)).size + np.zeros(filters).size


def no_channels(kernel_size, channels, filters):
    return (kernel_size[0] * kernel_size[1] + 1) * filters


def no_bias(kernel_size, channels, filters):
    return math.prod(kernel_size) * channels * filters


def no_channels_and_no_bias(kernel_size, channels, filters):
    return math.prod(kernel_size) * filters


def bias_per_channel(kernel_size, channels, filters):
    return (math.prod(kernel_size) + 1) * channels * filters


def bias_per_weight(kernel_size, channels, filters):
    weights = math.prod(kernel_size) * channels * filters
    return weights + weights


def one_bias_in_all(kernel_size, channels, filters):
    return math.prod(kernel_size) * channels * filters + 1


def one_filter(kernel_size, channels, filters):
    return math.prod(kernel_size) * channels + 1


def square_kernel(kernel_size, channels, filters):
    return (kernel_size[0] ** 2 * channels + 1) * filters


def image_counted(kernel_size, channels, filters):
    return 28 * 28 * parameters_by_formula(kernel_size, channels, filters)


def image_counted_without_bias(kernel_size, channels, filters):
    return 64 * 64 * math.prod(kernel_size) * channels * filters


def bias_for_every_pixel(kernel_size, channels, filters):
    return (math.prod(kernel_size) * channels + 32 * 32) * filters


def result_counted(kernel_size, channels, filters):
    rows, columns = (28 - k + 1 for k in kernel_size)
    return rows * columns * parameters_by_formula(kernel_size, channels, filters)


def as_float(kernel_size, channels, filters):
    return float(parameters_by_formula(kernel_size, channels, filters))


class TestNumParameters:
    @pytest.mark.parametrize("answer", [parameters_by_formula, parameters_by_arrays])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.num_parameters, answer)

    def test_stub_and_hints(self, assert_teaches):
        def num_parameters(kernel_size, channels, filters): ...

        assert_teaches(check.num_parameters, num_parameters)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (no_channels, "The input channels are missing"),
            (no_bias, "The biases are missing"),
            (no_channels_and_no_bias, "The input channels and the biases are missing"),
            (bias_per_channel, "a bias for each channel"),
            (bias_per_weight, "a bias for each weight"),
            (one_bias_in_all, "one bias in all"),
            (one_filter, "The number of filters is missing"),
            (square_kernel, "square kernels only"),
            (image_counted, "The size of the image is counted"),
            (image_counted_without_bias, "The size of the image is counted"),
            (bias_for_every_pixel, "The size of the image is counted"),
            (result_counted, "The size of the image is counted"),
            (as_float, "of type `float64`"),
            (26, "without brackets"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.num_parameters, answer, words)


# --- receptive_field_um ---------------------------------------------------------------------------------


def field_forward(kernel_sizes, strides, pixel_size_um):
    pixels, step = 1, 1
    for kernel_size, stride in zip(kernel_sizes, strides, strict=True):
        pixels += (kernel_size - 1) * step
        step *= stride
    return pixels * pixel_size_um


def field_backward(kernel_sizes, strides, pixel_size_um):
    pixels = 1
    for kernel_size, stride in zip(kernel_sizes[::-1], strides[::-1], strict=True):
        pixels = (pixels - 1) * stride + kernel_size
    return pixels * pixel_size_um


def field_by_layers(kernel_sizes, strides, pixel_size_um):
    """The reach of one output's gradient through a stack of layers of ones."""
    sizes = [200]
    for kernel_size, stride in zip(kernel_sizes, strides, strict=True):
        sizes.append((sizes[-1] - kernel_size) // stride + 1)
    dy = np.zeros((1, sizes[-1], 1, 1))
    dy[0, 0] = 1
    for size, kernel_size, stride in zip(sizes[-2::-1], kernel_sizes[::-1], strides[::-1], strict=True):
        x, kernel = np.zeros((1, size, 1, 1)), np.ones((kernel_size, 1, 1, 1))
        dy = nn.conv2d_backward(dy, x, kernel, strides=(stride, 1)).dx
    pixels = np.flatnonzero(dy)
    return (pixels[-1] - pixels[0] + 1) * pixel_size_um


def kernels_added(kernel_sizes, strides, pixel_size_um):
    return sum(kernel_sizes) * pixel_size_um


def strides_ignored(kernel_sizes, strides, pixel_size_um):
    return (1 + sum(k - 1 for k in kernel_sizes)) * pixel_size_um


def own_stride_only(kernel_sizes, strides, pixel_size_um):
    pixels = 1
    for kernel_size, stride in zip(kernel_sizes, strides, strict=True):
        pixels += (kernel_size - 1) * stride
    return pixels * pixel_size_um


def own_stride_too_early(kernel_sizes, strides, pixel_size_um):
    pixels, step = 1, 1
    for kernel_size, stride in zip(kernel_sizes, strides, strict=True):
        step *= stride
        pixels += (kernel_size - 1) * step
    return pixels * pixel_size_um


def stride_just_before(kernel_sizes, strides, pixel_size_um):
    pixels = kernel_sizes[0]
    for layer in range(1, len(kernel_sizes)):
        pixels += (kernel_sizes[layer] - 1) * strides[layer - 1]
    return pixels * pixel_size_um


def in_pixels(kernel_sizes, strides, pixel_size_um):
    return field_forward(kernel_sizes, strides, 1)


def divided(kernel_sizes, strides, pixel_size_um):
    return field_forward(kernel_sizes, strides, 1) / pixel_size_um


def starts_at_zero(kernel_sizes, strides, pixel_size_um):
    return field_forward(kernel_sizes, strides, pixel_size_um) - pixel_size_um


def from_the_end(kernel_sizes, strides, pixel_size_um):
    return field_forward(kernel_sizes[::-1], strides[::-1], pixel_size_um)


def rounded(kernel_sizes, strides, pixel_size_um):
    return int(field_forward(kernel_sizes, strides, pixel_size_um))


def lists_emptied(kernel_sizes, strides, pixel_size_um):
    pixels, step = 1, 1
    while kernel_sizes:
        pixels += (kernel_sizes.pop(0) - 1) * step
        step *= strides.pop(0)
    return pixels * pixel_size_um


class TestReceptiveField:
    @pytest.mark.parametrize("answer", [field_forward, field_backward, field_by_layers])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.receptive_field_um, answer)

    def test_stub_and_hints(self, assert_teaches):
        def receptive_field_um(kernel_sizes, strides, pixel_size_um): ...

        assert_teaches(check.receptive_field_um, receptive_field_um)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (kernels_added, "The kernel sizes are added up"),
            (strides_ignored, "`strides` is not used"),
            (own_stride_only, "own stride"),
            (own_stride_too_early, "own stride"),
            (stride_just_before, "Only the stride of the layer just before"),
            (in_pixels, "This is in pixels"),
            (divided, "not by dividing"),
            (starts_at_zero, "The pixel to start from is missing"),
            (from_the_end, "later layers here"),
            (rounded, "cut to whole numbers, because the result is of type `int64`"),
            (lists_emptied, "changes its input `kernel_sizes`"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.receptive_field_um, answer, words)
