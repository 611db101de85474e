"""The checkers of weights from PyTorch, fed with what students write: right, untouched and wrong."""

import numpy as np
import pytest

from cellcnn_helpers import nn
from cellcnn_helpers.exercises import frameworks as check

# --- kernel_from_channels_first -------------------------------------------------------------------------


def kernel_by_loops(kernel):
    filters, channels, rows, columns = kernel.shape
    moved = np.zeros((rows, columns, channels, filters))
    for f in range(filters):
        for c in range(channels):
            moved[:, :, c, f] = kernel[f, c]
    return moved


def kernel_by_moving(kernel):
    return np.moveaxis(kernel, [0, 1], [3, 2])


class TestKernelFromChannelsFirst:
    @pytest.mark.parametrize(
        "answer", [kernel_by_loops, kernel_by_moving, lambda kernel: kernel.transpose(2, 3, 1, 0)]
    )
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.kernel_from_channels_first, answer)

    def test_stub_and_hints(self, assert_teaches):
        def kernel_from_channels_first(kernel): ...

        assert_teaches(check.kernel_from_channels_first, kernel_from_channels_first)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda k: k.reshape(*k.shape[2:], k.shape[1], k.shape[0]), "`reshape` leaves them"),
            (lambda k: k.transpose(3, 2, 1, 0), "Rows and columns of the window are swapped"),
            (lambda k: k.T, "Rows and columns of the window are swapped"),
            (lambda k: k.transpose(2, 3, 0, 1), "Channels and filters are swapped"),
            (lambda k: k.transpose(3, 2, 0, 1), "This is the way back"),
            (lambda k: np.moveaxis(k, 1, -1), "the filters are still first"),
            (lambda k: k, "as it came"),
            (lambda k: kernel_by_loops(k)[::-1, ::-1], "turned by 180 degrees too"),
            (lambda k: np.rot90(kernel_by_loops(k), 2), "turned by 180 degrees too"),
            (lambda k: np.flipud(kernel_by_loops(k)), "upside down"),
            (lambda k: np.fliplr(kernel_by_loops(k)), "from left to right"),
            (lambda k: k.transpose(1, 2, 3, 0), "Your axes are (channels, rows, columns, filters)"),
            (lambda k: np.swapaxes(k, 0, 1), "Your axes are (channels, filters, rows, columns)"),
            (lambda k: k.transpose(0, 1, 3, 2), "Your axes are (filters, channels, columns, rows)"),
            (lambda k: k.transpose(2, 3, 1), "axes don't match"),
            (lambda k: kernel_by_loops(k).squeeze(), "has shape (2, 3, 2)"),
            (lambda k: kernel_by_loops(k) + 1, "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.kernel_from_channels_first, answer, words)

    @pytest.mark.parametrize("right_for", [1, 2])
    def test_right_for_square_windows_only(self, right_for, assert_finds):
        """Rows and columns swapped where the window is square, or only where it is not."""

        def wrong(kernel):
            square = kernel.shape[2] == kernel.shape[3]
            order = (2, 3, 1, 0) if square == (right_for == 1) else (3, 2, 1, 0)
            return kernel.transpose(order)

        assert_finds(check.kernel_from_channels_first, wrong, "")

    def test_the_digits_tell_the_place(self):
        example = check.kernel_from_channels_first(lambda kernel: kernel).example
        # The second filter, the second row of its window: three numbers, one for each column.
        assert example.endswith("[1, :, :, 1] = [[2121]\n                  [2122]\n                  [2123]]")


# --- dense_from_channels_first --------------------------------------------------------------------------


def dense_of_course(weights, shape):
    return weights.reshape(-1, *shape).transpose(2, 3, 1, 0).reshape(-1, len(weights))


def dense_by_loops(weights, shape):
    channels, height, width = shape
    moved = np.zeros((height * width * channels, len(weights)))
    for c in range(channels):
        for row in range(height):
            for column in range(width):
                here = (row * width + column) * channels + c
                moved[here] = weights[:, (c * height + row) * width + column]
    return moved


def dense_by_places(weights, shape):
    """Sends the places through the same way, then picks."""
    return weights[:, np.arange(np.prod(shape)).reshape(shape).transpose(1, 2, 0).ravel()].T


def in_order(*axes):
    return lambda weights, shape: (
        weights.reshape(-1, *shape).transpose(*axes).reshape(-1, len(weights))  # 0 are the units
    )


def taken_as_channels_last(weights, shape):
    channels, height, width = shape
    return weights.reshape(-1, height, width, channels).transpose(3, 1, 2, 0).reshape(-1, len(weights))


class TestDenseFromChannelsFirst:
    @pytest.mark.parametrize("answer", [dense_of_course, dense_by_loops, dense_by_places])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.dense_from_channels_first, answer)

    def test_the_right_one_gives_the_same_behind_flatten(self):
        """What is called right is what the exercise is about: the same outputs from either order."""
        rng = np.random.default_rng(0)
        images, weights = rng.random((2, 4, 5, 3)), rng.random((6, 3 * 4 * 5))
        channels_first = images.transpose(0, 3, 1, 2).reshape(2, -1) @ weights.T
        channels_last = nn.dense(images.reshape(2, -1), dense_of_course(weights, (3, 4, 5)))
        np.testing.assert_allclose(channels_last, channels_first)

    def test_stub_and_hints(self, assert_teaches):
        def dense_from_channels_first(weights, shape): ...

        assert_teaches(check.dense_from_channels_first, dense_from_channels_first)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda w, shape: w.T, "still in the order of (C, H, W)"),
            (in_order(1, 2, 3, 0), "still in the order of (C, H, W)"),
            (lambda w, shape: w.reshape(-1, len(w)), "mixes the units"),
            (in_order(0, 2, 3, 1), "mixes the units"),
            (in_order(3, 2, 1, 0), "this is the order (W, H, C)"),
            (taken_as_channels_last, "This is the way back"),
            (lambda w, shape: dense_of_course(w, shape).T, "The units are still first"),
            (lambda w, shape: w.reshape(-1, *shape).transpose(2, 3, 1, 0), "still apart"),
            (
                lambda w, shape: w.T.reshape(-1, *shape).transpose(2, 3, 1, 0).reshape(-1, len(w)),
                "behind `.T` the units are last",
            ),
            (lambda w, shape: w, "as they came"),
            (in_order(1, 3, 2, 0), "in the order of (C, W, H)"),
            (in_order(2, 1, 3, 0), "in the order of (H, C, W)"),
            (in_order(3, 1, 2, 0), "in the order of (W, C, H)"),
            (lambda w, shape: w.reshape(shape), "cannot reshape"),
            (lambda w, shape: dense_of_course(w, shape)[::-1], "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.dense_from_channels_first, answer, words)

    def test_the_digits_tell_the_place(self):
        example = check.dense_from_channels_first(lambda weights, shape: weights).example
        assert "with weights = [[1111 1112 1121 1122 1211 1212 1221 1222]" in example
        assert "expected\n  [[1111 2111]\n   [1211 2211]\n   [1112 2112]" in example
