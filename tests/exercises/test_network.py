"""The checkers of the first loss and of the count of parameters: right, untouched and wrong answers."""

import numpy as np
import pytest

from cellcnn_helpers import nn
from cellcnn_helpers.exercises import network as check

# --- first_loss -----------------------------------------------------------------------------------------


def first_loss_of_course(num_classes):
    return nn.softmax_cross_entropy([0], np.zeros((1, num_classes))).loss


class TestFirstLoss:
    @pytest.mark.parametrize(
        "answer", [first_loss_of_course, lambda n: -np.log(1 / n), lambda n: np.log2(n) / np.log2(np.e)]
    )
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.first_loss, answer)

    def test_stub_and_hints(self, assert_teaches):
        def first_loss(num_classes): ...

        assert_teaches(check.first_loss, first_loss)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (np.log2, "base 2"),
            (np.log10, "base 10"),
            (lambda n: np.log(1 / n), "The minus is missing"),
            (lambda n: 1 / n, "probability of each class"),
            (lambda n: (n - 1) / n, "how often such a network is wrong"),
            (lambda n: -np.log(1 - 1 / n), "−log(1 − 1/n)"),
            (lambda n: np.log(n) / n, "times its probability"),
            (lambda n: n * np.log(n), "adds up all classes"),
            (lambda n: 0.0, "sure and right"),
            (lambda n: -np.log(0.5), "probability of 1/2"),
            (lambda n: n, "the number of classes"),
            (lambda n: np.log(4), "right for 4 classes only"),
            (lambda n: 1.386, "right for 4 classes only"),
            (lambda n: 1.39, "right for 4 classes only"),
            (lambda n: np.log(n - 1), "the log of n − 1"),
            (lambda n: 2.0794415, "answer of the first example"),
            (lambda n: 2.3, "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.first_loss, answer, words)


# --- count_parameters -----------------------------------------------------------------------------------


def count_by_network(input_shape, layers):
    """Builds the network of the course and asks it."""
    made = []
    for kind, number, *size in layers:
        if kind == "conv":
            made.append(nn.Conv2D(number, size[0], padding="same"))
        elif kind == "pool":
            made.append(nn.MaxPooling2D(number))
        else:
            made += [nn.Flatten(), nn.Dense(number)]
    return sum(nn.Network(made, input_shape=input_shape).summary().num_parameters)


def count_by_features(input_shape, layers):
    shape, total = input_shape, 0
    for layer in layers:
        match layer:
            case "conv", filters, size:
                total += filters * size**2 * shape[-1] + filters
                shape = (*shape[:2], filters)
            case "pool", size:
                shape = (shape[0] // size, shape[1] // size, shape[2])
            case "dense", units:
                total += units * np.prod(shape, dtype=int) + units
                shape = (units,)
    return total


def counting(
    kernel=lambda rows, columns, channels, filters, size: (size**2 * channels + 1) * filters,
    matrix=lambda rows, columns, channels, units: (rows * columns * channels + 1) * units,
    pool=lambda channels, size: 0,
    smaller=lambda pixels, size: pixels // size,
    same=lambda pixels, size: pixels,
    carry=lambda channels, filters: filters,
    fewer=lambda channels, size: channels,
    flat=lambda rows, columns, channels, units: (1, 1, units),
):
    """A student's function with one of its steps changed."""

    def count_parameters(input_shape, layers):
        rows, columns, channels = input_shape
        total = 0
        for layer in layers:
            if layer[0] == "conv":
                total += kernel(rows, columns, channels, *layer[1:])
                rows, columns = same(rows, layer[2]), same(columns, layer[2])
                channels = carry(channels, layer[1])
            elif layer[0] == "pool":
                total += pool(channels, layer[1])
                rows, columns = smaller(rows, layer[1]), smaller(columns, layer[1])
                channels = fewer(channels, layer[1])
            else:
                total += matrix(rows, columns, channels, layer[1])
                rows, columns, channels = flat(rows, columns, channels, layer[1])
        return total

    return count_parameters


def conv_without_bias(rows, columns, channels, filters, size):
    return size**2 * channels * filters


def dense_without_bias(rows, columns, channels, units):
    return rows * columns * channels * units


def count_and_empty(input_shape, layers):
    total = count_by_features(input_shape, layers)
    layers.pop()
    return total


def count_and_rename(input_shape, layers):
    total = count_by_features(input_shape, layers)
    layers[0] = ("conv2d", *layers[0][1:])
    return total


def carry_input_channels(input_shape, layers):
    return counting(
        kernel=lambda rows, columns, channels, f, k: (k * k * input_shape[2] + 1) * f,
    )(input_shape, layers)


def count_and_leave(input_shape, layers):
    rows, columns, channels = input_shape
    total = 0
    for layer in layers:
        if layer[0] == "conv":
            total += (layer[2] ** 2 * channels + 1) * layer[1]
            channels = layer[1]
        elif layer[0] == "pool":
            rows, columns = rows // layer[1], columns // layer[1]
        else:
            total += (rows * columns * channels + 1) * layer[1]
            rows, columns, channels = 1, 1, layer[1]
        return total


def count_anew(input_shape, layers):
    rows, columns, channels = input_shape
    for layer in layers:
        total = 0
        if layer[0] == "conv":
            total += (layer[2] ** 2 * channels + 1) * layer[1]
            channels = layer[1]
        elif layer[0] == "pool":
            rows, columns = rows // layer[1], columns // layer[1]
        else:
            total += (rows * columns * channels + 1) * layer[1]
            rows, columns, channels = 1, 1, layer[1]
    return total


def pool_one_axis(axis):
    """A student's function that makes only the rows (axis 0) or the columns (axis 1) smaller."""

    def count_parameters(input_shape, layers):
        shape, total = list(input_shape), 0
        for kind, number, *size in layers:
            if kind == "conv":
                total += (size[0] ** 2 * shape[2] + 1) * number
                shape[2] = number
            elif kind == "pool":
                shape[axis] //= number
            else:
                total += (shape[0] * shape[1] * shape[2] + 1) * number
                shape = [1, 1, number]
        return total

    return count_parameters


class TestCountParameters:
    @pytest.mark.parametrize("answer", [count_by_network, count_by_features, counting()])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.count_parameters, answer)

    def test_stub_and_hints(self, assert_teaches):
        def count_parameters(input_shape, layers): ...

        assert_teaches(check.count_parameters, count_parameters)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (counting(pool=lambda channels, size: size**2), "Pooling is counted"),
            (counting(pool=lambda channels, size: size**2 * channels), "Pooling is counted"),
            (counting(pool=lambda channels, size: (size**2 + 1) * channels), "Pooling is counted"),
            (counting(carry=lambda channels, filters: channels), "The channels are not carried on"),
            (
                counting(
                    carry=lambda channels, filters: channels, flat=lambda r, c, channels, u: (r, c, channels)
                ),
                "The channels are not carried on",
            ),
            (carry_input_channels, "The channels are not carried on"),
            (count_and_leave, "`return` stands inside the loop"),
            (count_anew, "Only the last layer is counted"),
            (counting(smaller=lambda pixels, size: pixels // 2), "by 2 here, whatever its size"),
            (pool_one_axis(0), "divides only the rows"),
            (pool_one_axis(1), "divides only the columns"),
            (counting(flat=lambda r, c, channels, units: (r, c, units)), "Set both to 1"),
            (counting(kernel=lambda r, c, channels, f, k: (k * k + 1) * f), "The input channels are missing"),
            (counting(smaller=lambda pixels, size: pixels), "Pooling makes the picture smaller"),
            (
                counting(smaller=lambda pixels, size: pixels, fewer=lambda channels, size: channels // size),
                "Pooling divides the channels",
            ),
            (counting(smaller=lambda pixels, size: -(-pixels // size)), "Pooling rounds down: a window"),
            (counting(smaller=lambda pixels, size: pixels / size), "divide with `//`"),
            (counting(smaller=lambda pixels, size: pixels - size + 1), "side by side"),
            (counting(same=lambda pixels, size: pixels - size + 1), 'With padding "same"'),
            (counting(conv_without_bias, dense_without_bias), "The biases of all layers"),
            (counting(conv_without_bias), "The biases of the convolutions"),
            (counting(matrix=dense_without_bias), "The biases of the dense layers"),
            (
                counting(
                    lambda *given: conv_without_bias(*given) + 1,
                    lambda *given: dense_without_bias(*given) + 1,
                ),
                "one bias for each layer",
            ),
            (counting(lambda r, c, channels, f, k: (k * k + 1) * channels * f), "for each channel of a"),
            (counting(lambda r, c, channels, f, k: r * c * (k * k * channels + 1) * f), "The pixels are"),
            (counting(lambda r, c, channels, f, k: (k * channels + 1) * f), "counted as one row"),
            (counting(matrix=lambda r, c, channels, units: (channels + 1) * units), "only the channels"),
            (
                counting(
                    matrix=lambda r, c, channels, units: ((channels if r * c == 1 else r * c) + 1) * units
                ),
                "only one channel",
            ),
            (counting(flat=lambda r, c, channels, units: (r, c, channels)), "not the picture once more"),
            (counting(matrix=lambda *_: 0), "The dense layers are not counted"),
            (counting(kernel=lambda *_: 0), "The convolutions are not counted"),
            (lambda shape, layers: float(count_by_features(shape, layers)), "must be a whole number"),
            (count_and_empty, "changes its input `layers`"),
            (count_and_rename, "changes its input `layers`"),
            (counting(kernel=lambda r, c, channels, f, k: (k * k * channels + 1) * f + 7), "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.count_parameters, answer, words)

    def test_the_example_can_be_done_by_hand(self):
        example = check.count_parameters(lambda input_shape, layers: 0).example
        assert "layers = [('conv', 2, 3), ('pool', 2), ('conv', 3, 3), ('dense', 2)]" in example
        assert example.endswith("expected\n  103")  # (9 + 1) · 2 + (18 + 1) · 3 + (2 · 2 · 3 + 1) · 2
