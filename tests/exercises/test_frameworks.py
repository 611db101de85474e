"""The checker of the count of multiplications, fed with what students write: right, untouched and wrong."""

import math
import subprocess
import sys

import pytest

from cellcnn_helpers import nn
from cellcnn_helpers.exercises import frameworks as check


def up(pixels, divisor):
    return -(-pixels // divisor)


def by_network(input_shape, layers):
    """Builds the network of the course, asks it for its shapes and weights."""
    total, shape = 0, input_shape
    for kind, number, *window in layers:
        if kind == "conv":
            made = [nn.Conv2D(number, window[0], strides=window[1], padding="same")]
        elif kind == "pool":
            made = [nn.MaxPooling2D(number)]
        else:
            made = [nn.Flatten(), nn.Dense(number)]
        summary = nn.Network(made, input_shape=shape).summary()
        after = summary.output_shapes[-1]
        shape = after if len(after) == 3 else (1, 1, *after)
        if kind != "pool":
            total += (sum(summary.num_parameters) - number) * math.prod(shape[:2])
    return total


def by_match(input_shape, layers):
    shape, total = input_shape, 0
    for layer in layers:
        match layer:
            case "conv", filters, size, stride:
                rows, columns = math.ceil(shape[0] / stride), math.ceil(shape[1] / stride)
                total += rows * columns * filters * size**2 * shape[2]
                shape = (rows, columns, filters)
            case "pool", size:
                shape = (shape[0] // size, shape[1] // size, shape[2])
            case "dense", units:
                total += units * math.prod(shape)
                shape = (units,)
    return total


def counting(
    places=lambda rows, columns, out_rows, out_columns: out_rows * out_columns,
    kernel=lambda size, channels, filters: size**2 * channels * filters,
    conv_extra=lambda places, filters: 0,
    matrix=lambda rows, columns, channels, units: rows * columns * channels * units,
    strided=lambda pixels, size, stride: up(pixels, stride),
    pooled=lambda pixels, size: pixels // size,
    pool=lambda rows, columns, channels, size: 0,
    carry_size=True,
    carry=lambda channels, filters: filters,
    flat=lambda rows, columns, channels, units: (1, 1, units),
):
    """A student's function with one of its steps changed."""

    def multiplications(input_shape, layers):
        rows, columns, channels = input_shape
        total = 0
        for kind, number, *window in layers:
            if kind == "conv":
                out_rows, out_columns = strided(rows, *window), strided(columns, *window)
                stops = places(rows, columns, out_rows, out_columns)
                total += stops * kernel(window[0], channels, number) + conv_extra(stops, number)
                if carry_size:
                    rows, columns = out_rows, out_columns
                channels = carry(channels, number)
            elif kind == "pool":
                total += pool(rows, columns, channels, number)
                rows, columns = pooled(rows, number), pooled(columns, number)
            else:
                total += matrix(rows, columns, channels, number)
                rows, columns, channels = flat(rows, columns, channels, number)
        return total

    return multiplications


def dense_and_bias(rows, columns, channels, units):
    return (rows * columns * channels + 1) * units


def and_leave(input_shape, layers):
    rows, columns, channels = input_shape
    total = 0
    for layer in layers:
        if layer[0] == "conv":
            _, filters, size, stride = layer
            total += up(rows, stride) * up(columns, stride) * filters * size**2 * channels
        elif layer[0] == "pool":
            rows, columns = rows // layer[1], columns // layer[1]
        else:
            total += rows * columns * channels * layer[1]
        return total


def anew(input_shape, layers):
    return by_match(input_shape, layers) - by_match(input_shape, layers[:-1])


def channels_of_image(input_shape, layers):
    return counting(
        kernel=lambda size, channels, filters: size**2 * input_shape[2] * filters,
    )(input_shape, layers)


def count_weights(input_shape, layers):
    kept = [layer[:3] for layer in layers]
    return counting(places=lambda *_: 1, conv_extra=lambda places, f: f, matrix=dense_and_bias)(
        input_shape, [(*layer, 1) if layer[0] == "conv" else layer for layer in kept]
    )


def empty_the_list(input_shape, layers):
    total = by_match(input_shape, layers)
    layers.clear()
    return total


class TestMultiplications:
    @pytest.mark.parametrize("answer", [by_network, by_match, counting()])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.multiplications, answer)

    def test_stub_and_hints(self, assert_teaches):
        def multiplications(input_shape, layers): ...

        assert_teaches(check.multiplications, multiplications)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (counting(conv_extra=lambda places, f: places * f, matrix=dense_and_bias), "A bias is added"),
            (counting(conv_extra=lambda places, f: f, matrix=dense_and_bias), "A bias is added"),
            (counting(conv_extra=lambda places, f: places * f), "A bias is added"),
            (counting(conv_extra=lambda places, f: f), "A bias is added"),
            (counting(matrix=dense_and_bias), "A bias is added"),
            (counting(places=lambda *_: 1), "These are the weights"),
            (
                counting(places=lambda *_: 1, conv_extra=lambda places, f: f, matrix=dense_and_bias),
                "These are the weights",
            ),
            (counting(places=lambda rows, columns, *_: rows * columns), "are those of the input"),
            (counting(strided=lambda pixels, size, stride: pixels), "The stride is not used"),
            (counting(carry_size=False), "not handed on"),
            (counting(strided=lambda pixels, size, stride: pixels // stride), "a stride rounds up"),
            (counting(strided=lambda pixels, size, stride: pixels / stride), "no parts of a row"),
            (counting(strided=lambda pixels, size, stride: max((pixels - size) // stride + 1, 0)), "valid"),
            (counting(kernel=lambda size, channels, f: size**2 * f), "The input channels are forgotten"),
            (counting(kernel=lambda size, channels, f: size**2 * channels), "The filters are forgotten"),
            (counting(kernel=lambda size, channels, f: size * channels * f), "counted as one row"),
            (counting(carry=lambda channels, f: channels), "The channels are not carried on"),
            (channels_of_image, "The channels are those of the image"),
            (counting(places=lambda rows, columns, out_rows, _: out_rows), "in one direction"),
            (counting(pooled=lambda pixels, size: pixels), "Pooling makes the picture smaller"),
            (counting(pooled=up), "Pooling rounds down: a window"),
            (counting(pooled=lambda pixels, size: pixels / size), "divide with `//`"),
            (counting(pooled=lambda pixels, size: pixels // 2), "by 2 here, whatever its size"),
            (counting(pool=lambda r, c, channels, size: r * c * channels), "Pooling is counted"),
            (
                counting(pool=lambda r, c, channels, size: (r // size) * (c // size) * channels),
                "Pooling is counted",
            ),
            (
                counting(pool=lambda r, c, channels, size: (r // size) * (c // size) * channels * size**2),
                "Pooling is counted",
            ),
            (
                counting(pool=lambda r, c, channels, size: (r // size) * (c // size) * size**2),
                "Pooling is counted",
            ),
            (counting(matrix=lambda r, c, channels, units: channels * units), "only the channels here"),
            (counting(flat=lambda r, c, channels, units: (r, c, channels)), "not the picture once more"),
            (counting(flat=lambda r, c, channels, units: (r, c, units)), "Set both to 1"),
            (
                lambda shape, layers: by_match((shape[0], shape[0], shape[2]), layers),
                "Rows are taken for columns",
            ),
            (counting(matrix=lambda *_: 0), "The dense layers are not counted"),
            (counting(kernel=lambda *_: 0), "The convolutions are not counted"),
            (and_leave, "`return` stands inside the loop"),
            (anew, "Only the last layer is counted"),
            (lambda shape, layers: 2 * by_match(shape, layers), "counts the additions as well"),
            (lambda shape, layers: by_match(shape, layers) * 1.0, "must be a whole number"),
            (empty_the_list, "changes its input `layers`"),
            (lambda shape, layers: 330, "answer of the first example"),
            (lambda shape, layers: by_match(shape, layers) + 1, "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.multiplications, answer, words)

    @pytest.mark.parametrize(
        ("before", "between", "behind", "words"),
        [
            (True, True, False, "The stride is used twice"),
            (True, False, True, "The stride is used twice"),
            (False, False, True, "are those of the input"),
        ],
    )
    def test_a_stride_at_the_wrong_time(self, before, between, behind, words, assert_finds):
        """The stride divides before the count, in it, and behind it, or not."""

        def wrong(input_shape, layers):
            rows, columns, channels = input_shape
            total = 0
            for kind, number, *window in layers:
                if kind == "conv":
                    size, stride = window
                    if before:
                        rows, columns = up(rows, stride), up(columns, stride)
                    again = stride if between else 1
                    total += up(rows, again) * up(columns, again) * number * size**2 * channels
                    if behind:
                        rows, columns = up(rows, stride), up(columns, stride)
                    channels = number
                elif kind == "pool":
                    rows, columns = rows // number, columns // number
                else:
                    total += rows * columns * channels * number
                    rows, columns, channels = 1, 1, number
            return total

        assert_finds(check.multiplications, wrong, words)

    def test_the_stride_divides_the_multiplications(self, assert_finds):
        def wrong(input_shape, layers):
            strides = {filters: stride for _, filters, _, stride in (n for n in layers if n[0] == "conv")}
            return counting(
                strided=lambda pixels, size, stride: pixels,
                kernel=lambda size, channels, f: size**2 * channels * f / strides[f],
            )(input_shape, layers)

        assert_finds(check.multiplications, wrong, "divides the multiplications once")

    def test_the_example_can_be_done_by_hand(self):
        example = check.multiplications(lambda input_shape, layers: 0).example
        assert "layers = [('conv', 3, 3, 2), ('pool', 2), ('dense', 2)]" in example
        assert example.endswith("expected\n  330")  # 3 · 2 · 3 · 3² · 2 + 1 · 1 · 3 · 2


def test_the_checkers_are_loaded_without_keras():
    code = "import sys, cellcnn_helpers.exercises.frameworks; print('keras' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
