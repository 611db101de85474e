"""The checkers of the way back through a pooling window, fed with what students write."""

import numpy as np
import pytest

from cellcnn_helpers import nn
from cellcnn_helpers.exercises import pooling as check

# --- max_pool_gradient ----------------------------------------------------------------------------------


def by_windows(put, *, start=lambda i, size: i * size):
    """A student's function: `put` changes the gradient of each window, given its pixels and its dy."""

    def gradient_of(dy, image, size):
        gradient = np.zeros(image.shape)
        for r in range(dy.shape[0]):
            for c in range(dy.shape[1]):
                place = (
                    slice(start(r, size), start(r, size) + size),
                    slice(start(c, size), start(c, size) + size),
                )
                put(gradient[place], image[place].astype(float), dy[r, c])
        return gradient

    return gradient_of


def to_first(gradient, window, dy):
    gradient[np.unravel_index(window.argmax(), window.shape)] += dy


def to_all_equal(gradient, window, dy):
    gradient[window == window.max()] += dy


def to_all_equal_in_shares(gradient, window, dy):
    gradient += dy * (window == window.max()) / (window == window.max()).sum()


def to_last(gradient, window, dy):
    best = -np.inf
    for i in range(window.shape[0]):
        for j in range(window.shape[1]):
            if window[i, j] >= best:
                best, place = window[i, j], (i, j)
    gradient[place] += dy


def to_first_down_the_columns(gradient, window, dy):
    to_first(gradient.T, window.T, dy)


def to_swapped_place(gradient, window, dy):
    i, j = np.unravel_index(window.argmax(), window.shape)
    gradient[j, i] += dy


def to_everyone(gradient, window, dy):
    gradient += dy


def to_everyone_in_shares(gradient, window, dy):
    gradient += dy / window.size


def to_first_pixel(gradient, window, dy):
    gradient[0, 0] += dy


def times_pixel(gradient, window, dy):
    to_first(gradient, window, dy * window.max())


def every_pixel_times_dy(gradient, window, dy):
    gradient += dy * window


def only_marked(gradient, window, dy):
    to_first(gradient, window, 1)


def own_number(gradient, window, dy):
    to_first(gradient, window, window.max())


def to_smallest(gradient, window, dy):
    to_first(gradient, -window, dy)


def at(place):
    """Two students' functions, with `=` and with `+=`: dy at `place(image, window, r, c)`."""

    def overwritten(dy, image, size):
        gradient = np.zeros(image.shape)
        for r in range(dy.shape[0]):
            for c in range(dy.shape[1]):
                window = image[r * size : r * size + size, c * size : c * size + size]
                gradient[place(image, window, r, c)] = dy[r, c]
        return gradient

    def added(dy, image, size):
        gradient = np.zeros(image.shape)
        for r in range(dy.shape[0]):
            for c in range(dy.shape[1]):
                window = image[r * size : r * size + size, c * size : c * size + size]
                gradient[place(image, window, r, c)] += dy[r, c]
        return gradient

    return overwritten, added


def in_window(image, window, r, c):
    return np.unravel_index(window.argmax(), window.shape)


def from_place_of_dy(image, window, r, c):
    i, j = in_window(image, window, r, c)
    return r + i, c + j


def counted_through_the_picture(image, window, r, c):
    return np.unravel_index(window.argmax(), image.shape)


def place_of_dy(image, window, r, c):
    return r, c


def winner_of_the_picture(image, window, r, c):
    return np.unravel_index(image.argmax(), image.shape)


def equal_anywhere(image, window, r, c):
    return image == window.max()


def gradient_by_running_maximum(dy, image, size):
    gradient = np.zeros_like(image, dtype=float)
    for r in range(dy.shape[0]):
        for c in range(dy.shape[1]):
            best, place = -np.inf, None
            for i in range(r * size, r * size + size):
                for j in range(c * size, c * size + size):
                    if image[i, j] > best:
                        best, place = image[i, j], (i, j)
            gradient[place] = dy[r, c]
    return gradient


def gradient_by_layer(dy, image, size):
    x = image[np.newaxis, :, :, np.newaxis].astype(float)
    return nn.max_pool2d_backward(dy[np.newaxis, :, :, np.newaxis], x, size).dx[0, :, :, 0]


def in_type_of_image(dy, image, size):
    return by_windows(to_first)(dy, image, size).astype(image.dtype)


def without_rest(dy, image, size):
    return by_windows(to_first)(dy, image, size)[: dy.shape[0] * size, : dy.shape[1] * size]


def lying(dy, image, size):
    return by_windows(to_first)(dy, image, size).T


def for_pairs_only(dy, image, size):
    return by_windows(to_first)(dy, image, 2)


class TestMaxPoolGradient:
    @pytest.mark.parametrize("answer", [by_windows(to_first), gradient_by_running_maximum, gradient_by_layer])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.max_pool_gradient, answer)

    def test_stub_and_hints(self, assert_teaches):
        def max_pool_gradient(dy, image, size): ...

        assert_teaches(check.max_pool_gradient, max_pool_gradient)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (by_windows(to_all_equal), "all of them get dy"),
            (by_windows(to_all_equal_in_shares), "they share dy"),
            (by_windows(to_last), "the last one gets dy"),
            (by_windows(to_first_down_the_columns), "column by column"),
            (by_windows(to_swapped_place), "Row and column of the winner are swapped"),
            (by_windows(to_everyone), "Every pixel of the window gets dy"),
            (by_windows(to_everyone_in_shares), "The window shares dy, as in average-pooling"),
            (by_windows(to_first_pixel), "The first pixel of each window gets dy"),
            (by_windows(times_pixel), "dy is multiplied by the pixel"),
            (by_windows(every_pixel_times_dy), "Every pixel is multiplied by dy"),
            (by_windows(only_marked), "dy is missing"),
            (by_windows(own_number), "the winners' own numbers"),
            (by_windows(to_smallest), "The smallest pixel"),
            (by_windows(to_first, start=lambda i, size: i), "The windows overlap"),
            *(
                (answer, words)
                for place, words in [
                    (in_window, "Add where the window begins"),
                    (from_place_of_dy, "Add where the window begins"),
                    (counted_through_the_picture, "Add where the window begins"),
                    (place_of_dy, "is put at pixel (r, c)"),
                    (winner_of_the_picture, "One pixel of the whole picture"),
                    (equal_anywhere, "Look inside of its window only"),
                ]
                for answer in at(place)
            ),
            (in_type_of_image, "cut to whole numbers, because the result is of type `uint8`"),
            (without_rest, "no rest at the right and at the bottom"),
            (lying, "the result lies on its side"),
            (lambda dy, image, size: dy * 2, "the shape of dy"),
            (for_pairs_only, "windows of 2 × 2 only"),
            (lambda dy, image, size: gradient_by_layer(dy, image, size) + 1, "The value at row 0, column 0"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.max_pool_gradient, answer, words)


# --- average_pool_gradient ------------------------------------------------------------------------------


def shares_by_loops(dy, size):
    gradient = np.zeros((dy.shape[0] * size, dy.shape[1] * size))
    for r in range(dy.shape[0]):
        for c in range(dy.shape[1]):
            gradient[r * size : (r + 1) * size, c * size : (c + 1) * size] = dy[r, c] / size**2
    return gradient


def shares_by_kron(dy, size):
    return np.kron(dy, np.full((size, size), 1 / size / size))


def shares_by_layer(dy, size):
    x = np.zeros((1, dy.shape[0] * size, dy.shape[1] * size, 1))
    return nn.average_pool2d_backward(dy[np.newaxis, :, :, np.newaxis], x, size).dx[0, :, :, 0]


def first_pixel_only(dy, size):
    gradient = np.zeros((dy.shape[0] * size, dy.shape[1] * size))
    gradient[::size, ::size] = dy
    return gradient


def at_place_of_dy(dy, size):
    gradient = np.zeros((dy.shape[0] * size, dy.shape[1] * size))
    gradient[: dy.shape[0], : dy.shape[1]] = dy
    return gradient


def overlapping_windows(dy, size):
    gradient = np.zeros((dy.shape[0] * size, dy.shape[1] * size))
    for r in range(dy.shape[0]):
        for c in range(dy.shape[1]):
            gradient[r : r + size, c : c + size] += dy[r, c] / size**2
    return gradient


def overlapping_windows_overwritten(dy, size):
    gradient = np.zeros((dy.shape[0] * size, dy.shape[1] * size))
    for r in range(dy.shape[0]):
        for c in range(dy.shape[1]):
            gradient[r : r + size, c : c + size] = dy[r, c] / size**2
    return gradient


class TestAveragePoolGradient:
    @pytest.mark.parametrize("answer", [shares_by_loops, shares_by_kron, shares_by_layer])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.average_pool_gradient, answer)

    def test_stub_and_hints(self, assert_teaches):
        def average_pool_gradient(dy, size): ...

        assert_teaches(check.average_pool_gradient, average_pool_gradient)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda dy, size: np.kron(dy, np.ones((size, size))), "Each pixel gets all of dy"),
            (lambda dy, size: shares_by_loops(dy, size) * size, "This divides by `size`"),
            (lambda dy, size: np.kron(dy, np.ones((size, size))) / (2 * size), "This divides by 2 · size"),
            (lambda dy, size: shares_by_loops(dy, size) * size**4, "This multiplies by size²"),
            (lambda dy, size: shares_by_loops(dy, size) * size**2 / dy.size, "the number of all dy"),
            (lambda dy, size: shares_by_loops(dy, size) / dy.size, "the number of all pixels"),
            (
                lambda dy, size: np.tile(dy, (size, size)) / size**2,
                "(`tile`). Each number should fill its own window",
            ),
            (lambda dy, size: np.tile(dy, (size, size)), "and it is not divided"),
            (lambda dy, size: at_place_of_dy(dy, size), "is put at pixel (r, c) alone"),
            (lambda dy, size: at_place_of_dy(dy / size**2, size), "is put at pixel (r, c) alone"),
            (overlapping_windows, "begins at pixel (r, c) here"),
            (overlapping_windows_overwritten, "begins at pixel (r, c) here"),
            (first_pixel_only, "Only the first pixel"),
            (lambda dy, size: first_pixel_only(dy / size**2, size), "Only the first pixel"),
            (lambda dy, size: shares_by_loops(0 * dy + dy.mean(), size) * size**2, "the mean of all dy"),
            (lambda dy, size: np.kron(dy, np.ones((size, size))) // size**2, "The fractions are cut off"),
            (lambda dy, size: shares_by_loops(dy, size).astype(int), "cut to whole numbers"),
            (lambda dy, size: shares_by_loops(dy, size).T, "the result lies on its side"),
            (lambda dy, size: dy / size**2, "has the shape of what it belongs to: `size` rows"),
            (lambda dy, size: dy.repeat(size, axis=0) / size**2, "columns must be repeated too"),
            (lambda dy, size: dy.repeat(size, axis=1) / size**2, "rows must be repeated too"),
            (lambda dy, size: dy.repeat(size).repeat(size) / size**2, "This is flat"),
            (lambda dy, size: dy.repeat(size) / size, "This is flat"),
            (lambda dy, size: shares_by_loops(dy, 2), "windows of 2 × 2 only"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.average_pool_gradient, answer, words)
