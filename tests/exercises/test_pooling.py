"""The checkers of pooling, fed with what students write: right, untouched and wrong."""

import numpy as np
import pytest

from cellcnn_helpers import nn
from cellcnn_helpers.exercises import pooling as check


def by_loops(number, *, start=lambda i, size: i * size, places=lambda n, size: n // size, dtype=float):
    """A student's function: two loops, `number` of the window at each place."""

    def pool(image, size):
        out = np.zeros([places(n, size) for n in image.shape], dtype=dtype)
        for r in range(out.shape[0]):
            for c in range(out.shape[1]):
                top, left = start(r, size), start(c, size)
                out[r, c] = number(image[top : top + size, left : left + size])
        return out

    return pool


def by_reshape(number):
    def pool(image, size):
        rows, columns = image.shape[0] // size, image.shape[1] // size
        windows = image[: rows * size, : columns * size].reshape(rows, size, columns, size)
        return number(windows, axis=(1, 3))

    return pool


def by_layer(layer):
    def pool(image, size):
        return layer(image[np.newaxis, :, :, np.newaxis].astype(float), size)[0, :, :, 0]

    return pool


def by_lists(number):
    def pool(image, size):
        height, width = image.shape
        return [
            [
                number([image[r + i][c + j] for i in range(size) for j in range(size)])
                for c in range(0, width - size + 1, size)
            ]
            for r in range(0, height - size + 1, size)
        ]

    return pool


def wrong_windows(number):
    """What goes wrong with the windows, whatever is taken from them."""

    def without_cut(image, size):
        rows, columns = image.shape[0] // size, image.shape[1] // size
        return number(image.reshape(rows, size, columns, size), axis=(1, 3))

    def pieces_of_memory(image, size):
        rows, columns = image.shape[0] // size, image.shape[1] // size
        pieces = image[: rows * size, : columns * size].reshape(rows, columns, size * size)
        return number(pieces, axis=2)

    def as_count(image, size):
        height, width = image.shape[0] // size, image.shape[1] // size
        out = np.zeros((size, size))
        for r in range(size):
            for c in range(size):
                out[r, c] = number(image[r * height : (r + 1) * height, c * width : (c + 1) * width])
        return out

    def square(image, size):
        n = image.shape[0] // size
        return np.array(
            [
                [number(image[r * size : r * size + size, c * size : c * size + size]) for c in range(n)]
                for r in range(n)
            ]
        )

    def last_left_out(image, size):
        return np.array(
            [
                [number(image[r : r + size, c : c + size]) for c in range(0, image.shape[1] - size, size)]
                for r in range(0, image.shape[0] - size, size)
            ]
        )

    def last_left_zero(image, size):
        out = np.zeros((image.shape[0] // size, image.shape[1] // size))
        for r in range(0, image.shape[0] - size, size):
            for c in range(0, image.shape[1] - size, size):
                out[r // size, c // size] = number(image[r : r + size, c : c + size])
        return out

    def rows_only(image, size):
        rows = image.shape[0] // size
        return np.array([number(image[r * size : (r + 1) * size], axis=0) for r in range(rows)])

    def returned_early(image, size, *, rows):
        out = np.zeros((image.shape[0] // size, image.shape[1] // size))
        for r in range(out.shape[0]):
            for c in range(out.shape[1]):
                out[r, c] = number(image[r * size : (r + 1) * size, c * size : (c + 1) * size])
                if not rows:
                    return out
            return out

    def as_large_as_the_picture(image, size):
        out = np.zeros(image.shape)
        for r in range(0, image.shape[0], size):
            for c in range(0, image.shape[1], size):
                window = (slice(r, r + size), slice(c, c + size))
                out[window] = number(image[window])
        return out

    def reshaped(order, axes, cut):
        """`reshape` to four axes: r rows and c columns of windows, each with two axes of s pixels."""

        def pool(image, size):
            rows, columns = image.shape[0] // size, image.shape[1] // size
            if cut:
                image = image[: rows * size, : columns * size]
            lengths = {"r": rows, "c": columns, "s": size}
            return number(image.reshape([lengths[axis] for axis in order]), axis=axes)

        return pool

    def size_two(image, size):
        return by_loops(number)(image, 2)

    return [
        (lambda image, size: number(image), "This is one number for the whole picture"),
        (
            lambda image, size: by_loops(lambda window: number(image))(image, size),
            "each is taken from the whole picture",
        ),
        (
            by_loops(number, start=lambda i, size: i, places=lambda n, size: n - size + 1),
            "The windows overlap, because they move by one pixel",
        ),
        (by_loops(number, start=lambda i, size: i), "begins at pixel (r, c) here"),
        (by_loops(number, places=lambda n, size: -(-n // size)), "Drop the rest at the right"),
        (last_left_out, "The last windows are left out"),
        (last_left_zero, "The last windows are left out"),
        (rows_only, "so the picture shrinks in height only"),
        (lambda image, size: rows_only(image.T, size).T, "so the picture shrinks in width only"),
        (as_count, "`size` is taken as the number of windows"),
        (pieces_of_memory, "cuts the numbers in the order of memory"),
        *(
            (reshaped(order, axes, cut), words)
            for order, axes, words in [
                ("rcss", (2, 3), "in the order of memory"),
                ("rcss", (1, 2), "over the axes (1, 2)."),
                ("rcss", (1, 3), "in the order of memory"),
                ("srsc", (0, 2), "in the order of memory"),
                ("rscs", (0, 2), "over the axes (0, 2)."),
                ("rscs", (1, 2), "over the axes (1, 2)."),
                ("rscs", (2, 3), "over the axes (2, 3)."),
                ("rscs", (1,), "over axis 1 alone."),
            ]
            for cut in (True, False)
        ),
        (lambda image, size: returned_early(image, size, rows=True), "`return` stands inside the loop."),
        (lambda image, size: returned_early(image, size, rows=False), "`return` stands inside the loops."),
        (lambda image, size: by_loops(number)(image, size).T, "the result lies on its side"),
        (size_two, "the windows always have the side 2"),
        (as_large_as_the_picture, "as large as the picture"),
        (square, "square pictures only"),
        (without_cut, "only where the windows fill the picture"),
    ]  # the last three are found whatever the values, or are right for some pictures


def images_kept_by(pool):
    """The same function, but it spoils its input."""

    def spoils(image, size):
        out = pool(image, size)
        image[...] = 0
        return out

    return spoils


def first_pixel(window):
    return window[0, 0]


# --- max_pool -------------------------------------------------------------------------------------------


def largest_from_zero(window):
    largest = 0
    for pixel in window.flat:
        largest = pixel if pixel > largest else largest
    return largest


class TestMaxPool:
    @pytest.mark.parametrize(
        "answer", [by_loops(np.max), by_reshape(np.max), by_layer(nn.max_pool2d), by_lists(max)]
    )
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.max_pool, answer)

    def test_stub_and_hints(self, assert_teaches):
        def max_pool(image, size): ...

        assert_teaches(check.max_pool, max_pool)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            *wrong_windows(np.max),
            (by_loops(np.mean), "This is the mean"),
            (by_loops(np.min), "This is the smallest number"),
            (by_loops(np.sum), "This is the sum"),
            (by_loops(first_pixel), "This is the first pixel"),
            (by_loops(largest_from_zero), "This starts from 0"),
            (by_loops(np.argmax), "This is the place of the largest number"),
            (by_loops(lambda window: np.abs(window).max()), "ignores the sign"),
            (by_loops(np.max, dtype=int), "cut to whole numbers, because the result is of type `int64`"),
            (by_loops(max), "Your function stops with `ValueError"),
            (images_kept_by(by_loops(np.max)), "changes its input `image`"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.max_pool, answer, words)


# --- average_pool ---------------------------------------------------------------------------------------


def own_sum(window):
    """A loop that adds up in the type of the image, where numbers go round."""
    total = window.dtype.type(0)
    for pixel in window.flat:
        total = total + pixel
    return total


def own_mean(window, axis=None):
    if axis is None:
        return own_sum(window) / window.size
    total = np.add.reduce(window, axis=axis, dtype=window.dtype)
    return total * (total.size / window.size)


GOES_ROUND = "And in `uint8` numbers went round."


class TestAveragePool:
    @pytest.mark.parametrize(
        "answer",
        [
            by_loops(np.mean),
            by_reshape(np.mean),
            by_layer(nn.average_pool2d),
            by_lists(np.mean),
            by_loops(lambda window: own_sum(window.astype(float)) / window.size),
        ],
    )
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.average_pool, answer)

    def test_stub_and_hints(self, assert_teaches):
        def average_pool(image, size): ...

        assert_teaches(check.average_pool, average_pool)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            *wrong_windows(np.mean),
            (by_loops(np.sum), "This is the sum of each window"),
            (by_loops(np.max), "This is the largest number"),
            (by_loops(np.median), "This is the middle number"),
            (by_loops(lambda window: window.sum() / len(window)), "The sum is divided by `size`"),
            (by_loops(lambda window: window.sum() / 4), "always divided by 4"),
            (by_loops(lambda window: window.sum() // window.size), "The fractions are cut off"),
            (by_loops(np.mean, dtype=int), "The fractions are cut off"),
            (by_loops(lambda window: round(window.mean())), "The means are rounded"),
            (by_loops(first_pixel), "This is the first pixel"),
            (by_loops(own_mean), "In `uint8` numbers went round: 200 + 100 is 44"),
            (by_loops(own_sum), GOES_ROUND),
            (by_loops(lambda window: own_sum(window) / len(window)), GOES_ROUND),
            (by_loops(lambda window: own_sum(window) // window.size), GOES_ROUND),
            (by_loops(lambda window: own_sum(window) // window.size), "The fractions are cut off"),
            *((answer, GOES_ROUND) for answer, _ in wrong_windows(own_mean)[:-3]),
            (lambda image, size: by_loops(np.mean)(image, size) + 1, "The value at row 0, column 0"),
            (images_kept_by(by_loops(np.mean)), "changes its input `image`"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.average_pool, answer, words)


# --- min_pool -------------------------------------------------------------------------------------------


def from_max(change, pool=None):
    """Min-pooling from max-pooling, with `change` made to the image before and after."""
    pool = pool or by_loops(np.max)

    def min_pool(image, size):
        return change(pool(change(image), size))

    return min_pool


def turned(top, before, after):
    """Max-pooling of `top` minus the image; with `top` None, its largest number."""

    def min_pool(image, size):
        white = image.max() if top is None else top
        pooled = by_loops(np.max)(white - image if before else image, size)
        return white - pooled if after else pooled

    return min_pool


def negative(array):
    return -array


def as_float_negative(array):
    return -array.astype(float)


class TestMinPool:
    @pytest.mark.parametrize(
        "answer",
        [
            by_loops(np.min),
            by_reshape(np.min),
            from_max(as_float_negative),
            from_max(lambda array: 255.0 - array, by_reshape(np.max)),
            turned(None, True, True),
            lambda image, size: -by_layer(nn.max_pool2d)(-image.astype(np.float32), size),
        ],
    )
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.min_pool, answer)

    def test_stub_and_hints(self, assert_teaches):
        def min_pool(image, size): ...

        assert_teaches(check.min_pool, min_pool)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            *wrong_windows(np.min),
            (by_loops(np.max), "This is the largest number"),
            (lambda image, size: -by_loops(np.max)(image, size), "This is −max(x)"),
            (lambda image, size: -by_reshape(np.max)(image, size), "This is −max(x)"),
            (lambda image, size: by_loops(np.max)(-image.astype(float), size), "This is max(−x)"),
            (lambda image, size: by_reshape(np.max)(-image, size), "This is max(−x)"),
            (from_max(negative), "In `uint8` numbers went round: −1 is 255"),
            (from_max(negative, by_reshape(np.max)), "In `uint8` numbers went round: −1 is 255"),
            (from_max(negative, by_loops(np.max, start=lambda i, size: i)), "begins at pixel (r, c) here"),
            *((turned(top, False, True), "Only the result is turned around") for top in (1, 255, None)),
            *((turned(top, True, False), "Only the image is turned around") for top in (1, 255, None)),
            (turned(1, True, True), "In `uint8` numbers went round: −1 is 255"),
            (lambda image, size: image.max() - by_reshape(np.max)(image, size), "image.max() − max(x)"),
            (lambda image, size: by_reshape(np.max)(255 - image, size), "max(255 − x)"),
            (
                from_max(negative, by_loops(np.max, places=lambda n, size: -(-n // size))),
                "Drop the rest at the right and at the bottom: H // size rows, W // size columns.",
            ),
            (by_loops(lambda window: min(0, window.min())), "This starts from 0"),
            (by_loops(first_pixel), "This is the first pixel"),
            (by_loops(np.mean), "This is the mean"),
            (by_loops(lambda window: np.abs(window).min()), "ignores the sign"),
            (by_loops(np.min, dtype=int), "cut to whole numbers"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.min_pool, answer, words)

    @pytest.mark.parametrize(
        "answer",
        [
            lambda image, size: -by_reshape(np.max)(image, size),
            lambda image, size: by_reshape(np.max)(-image, size),
            from_max(negative, by_loops(np.max, start=lambda i, size: i)),
        ],
    )
    def test_numbers_that_go_round_are_kept_for_an_example_that_shows_them(self, answer):
        result = check.min_pool(answer)
        assert result.status == "incorrect"
        assert "-7." in str(result)  # the example is one of floats
        assert "uint8" not in result.message

    @pytest.mark.parametrize("pool", [by_loops(np.max), by_reshape(np.max)])
    def test_an_example_of_numbers_that_went_round_is_shown_in_full(self, pool):
        for seed in (None, 1, 2, 3):
            result = check.min_pool(from_max(negative, pool), seed=seed)
            assert "uint8" in result.message
            assert "an array of shape" not in str(result)


def test_a_topic_offers_its_exercises_by_name():
    assert all(callable(getattr(check, name)) and getattr(check, name).hints for name in check.__all__)
