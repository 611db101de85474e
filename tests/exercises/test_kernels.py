"""The checkers of one window and its kernel, fed with what students write."""

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


def built_in_sum(window, kernel, bias=0):
    return sum(window * kernel) + bias


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
            (built_in_sum, "`sum` of an array adds up its rows"),
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


def bell(size):
    distance = np.arange(size) - (size - 1) / 2
    weights = np.exp(-(distance[:, np.newaxis] ** 2) - distance**2)
    return weights / weights.sum()


def middle_only(size):
    kernel = np.zeros((size, size))
    kernel[size // 2, size // 2] = 1
    return kernel


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
            (bell, "all weights must be equal"),
            (middle_only, "all weights must be equal"),
            (ninth, "3 × 3 only"),
            (always_three, "3 × 3 only"),
            (flat_kernel, "shape (3,), but the right one has shape (3, 3)"),
            (mean_by_ones(3), "without brackets"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.mean_filter, answer, words)
