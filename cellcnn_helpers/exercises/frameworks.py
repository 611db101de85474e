"""Exercises of the chapter on Keras: what a network costs, how it is built there, weights from PyTorch."""

import math

from ._compare import same_answers
from ._core import checker
from .frameworks_classes import share_named_alike
from .frameworks_model import build_network
from .frameworks_weights import dense_from_channels_first, kernel_from_channels_first

__all__ = [
    "build_network",
    "dense_from_channels_first",
    "kernel_from_channels_first",
    "multiplications",
    "share_named_alike",
]


@checker(
    hints=(
        "Take one number that a convolution puts out. How many pixels does it look at, in how many channels? "
        "Each of them costs one multiplication.",
        "That is kernel × kernel × input channels for each number that comes out, and as many come out as "
        "the output has rows × columns × filters. Rows and columns of the output are those of the input "
        "divided by the stride, rounded up.",
        "Walk through the layers with rows, columns and channels at hand. Pooling multiplies nothing, but "
        "divides rows and columns, rounded down. A dense layer multiplies each of the numbers before it once "
        "for each unit, and leaves 1 × 1 × units.",
    ),
    learned="Weights fill the memory, multiplications take the time: a small kernel is used at every place.",
)
def multiplications(answer, rng):
    """Check `multiplications(input_shape, layers)`: how many of them a network needs for one image.

    `input_shape` is (H, W, C). A layer is ("conv", filters, kernel_size, stride), with padding "same",
    ("pool", size) or ("dense", units): the first dense layer flattens what it gets. A bias is only added.

    Examples
    --------
    >>> multiplications(lambda input_shape, layers: 0).message
    'The result is 0, but 330 is expected.'
    """

    def conv(before, after, filters, size, stride):
        return math.prod(after) * size * size * before[2]

    def dense(before, after, units):
        return math.prod(before) * units

    right = {  # a side behind a stride and behind pooling; what a layer costs; the shape that it hands on
        "strided": lambda pixels, size, stride: math.ceil(pixels / stride),
        "pooled": lambda pixels, size: pixels // size,
        "conv": conv,
        "pool": lambda before, after, size: 0,
        "dense": dense,
        "handed_on": lambda kind, before, after, *numbers: after,
    }

    def multiplications(input_shape, layers):
        return walk(input_shape, layers)

    def walk(shape, layers, **changed):
        """Add up the layers one by one; each step may be changed by a slip."""
        steps, total = right | changed, 0
        for kind, *numbers in layers:
            if kind == "conv":
                filters, *window = numbers
                after = (*(steps["strided"](pixels, *window) for pixels in shape[:2]), filters)
            elif kind == "pool":
                after = (*(steps["pooled"](pixels, *numbers) for pixels in shape[:2]), shape[2])
            else:
                after = (1, 1, *numbers)
            total += steps[kind](shape, after, *numbers)
            shape = steps["handed_on"](kind, shape, after, *numbers)
        return total

    def slip(**changed):
        return lambda shape, layers: walk(shape, layers, **changed)

    def handing_on(wrong_kind, wrong):
        """A slip in the shape that layers of one kind hand on."""
        return slip(
            handed_on=lambda kind, before, after, *numbers: (
                wrong(before, after, *numbers) if kind == wrong_kind else after
            )
        )

    def input_channels(shape, layers):
        return walk(shape, layers, conv=lambda before, *rest: conv(shape, *rest))

    def conv_weights(before, after, filters, size, stride):
        return size * size * before[2] * filters

    def dense_and_bias(before, after, units):
        return dense(before, after, units) + units

    def and_bias(count, at_every_place=False):
        """A convolution counted by `count`, and its biases once or at every place."""
        return lambda before, after, *numbers: (
            count(before, after, *numbers) + (math.prod(after) if at_every_place else after[2])
        )

    def strided_again(after, filters, size, stride):
        return (*(math.ceil(pixels / stride) for pixels in after[:2]), filters)

    bias = "A bias is added, not multiplied: leave the biases out."
    weights = (
        "These are the weights. A kernel is used anew at every place of the output: rows × columns of it."
    )
    pools = "Pooling is counted. It compares and multiplies nothing."
    stride = "The stride makes the output smaller: divide rows and columns by it, rounded up."
    output = (
        "Rows and columns are those of the input. The kernel stops only where the output has a "
        "number: divide by the stride before you count."
    )
    slips = [
        (bias, slip(conv=and_bias(conv, at_every_place=True), dense=dense_and_bias)),
        (bias, slip(conv=and_bias(conv), dense=dense_and_bias)),
        (bias, slip(conv=and_bias(conv, at_every_place=True))),
        (bias, slip(conv=and_bias(conv))),
        (bias, slip(dense=dense_and_bias)),
        (weights, slip(conv=conv_weights)),
        (weights, slip(conv=and_bias(conv_weights), dense=dense_and_bias)),
        (output, slip(conv=lambda before, after, *numbers: conv(before, (*before[:2], after[2]), *numbers))),
        ("The stride is not used. " + stride, slip(strided=lambda pixels, size, stride: pixels)),
        (
            "The smaller output is counted, but not handed on: the next layer begins with it.",
            handing_on("conv", lambda before, after, *_: (*before[:2], after[2])),
        ),
        (
            "The stride is used twice: the output is divided by it once.",
            slip(conv=lambda before, after, *numbers: conv(before, strided_again(after, *numbers), *numbers)),
        ),
        (
            "The stride is used twice: the output is divided by it once.",
            handing_on("conv", lambda before, after, *numbers: strided_again(after, *numbers)),
        ),
        (
            "The stride divides the multiplications once. It divides rows and columns, each of them.",
            slip(
                strided=lambda pixels, size, stride: pixels,
                conv=lambda *given: conv(*given) // given[-1],
            ),
        ),
        (
            'With padding "same" a stride rounds up: the kernel also stops where it reaches over the rim.',
            slip(strided=lambda pixels, size, stride: pixels // stride),
        ),
        (
            "There are no parts of a row: round rows and columns behind a stride up.",
            slip(strided=lambda pixels, size, stride: pixels / stride),
        ),
        (
            'This is padding "valid". With "same" only the stride makes the output smaller.',
            slip(strided=lambda pixels, size, stride: max((pixels - size) // stride + 1, 0)),
        ),
        (
            "The input channels are forgotten: a filter has a kernel of its own for each of them.",
            slip(conv=lambda before, *rest: conv((*before[:2], 1), *rest)),
        ),
        (
            "The channels are not carried on: behind a convolution there are as many as it has filters.",
            handing_on("conv", lambda before, after, *_: (*after[:2], before[2])),
        ),
        ("The channels are those of the image in every layer. Carry the filters on.", input_channels),
        (
            "The filters are forgotten: each of them goes over the whole image.",
            slip(conv=lambda before, after, *numbers: conv(before, (*after[:2], 1), *numbers)),
        ),
        (
            "The kernel is counted as one row. It has kernel_size × kernel_size numbers.",
            slip(conv=lambda *given: conv(*given) // given[-2]),
        ),
        (
            "The places are forgotten in one direction: the kernel goes over rows × columns.",
            slip(conv=lambda before, after, *numbers: conv(before, (*after[::2], 1), *numbers)),
        ),
        (
            "Pooling makes the picture smaller: divide rows and columns by its size.",
            handing_on("pool", lambda before, *_: before),
        ),
        (
            "Pooling rounds down: a window that does not fit as a whole is left out.",
            slip(pooled=lambda pixels, size: math.ceil(pixels / size)),
        ),
        (
            "Pooling rounds down to a whole number: divide with `//`.",
            slip(pooled=lambda pixels, size: pixels / size),
        ),
        (
            "Pooling divides by 2 here, whatever its size. Divide by the size that the layer names.",
            slip(pooled=lambda pixels, size: pixels // 2),
        ),
        (pools, slip(pool=lambda before, after, size: math.prod(before))),
        (pools, slip(pool=lambda before, after, size: math.prod(after))),
        (pools, slip(pool=lambda before, after, size: math.prod(after) * size * size)),
        (pools, slip(pool=lambda before, after, size: math.prod(after[:2]) * size * size)),
        (
            "The dense layer takes only the channels here. It takes all numbers: rows × columns × channels.",
            slip(dense=lambda before, after, units: before[2] * units),
        ),
        (
            "A dense layer behind another takes its units, not the picture once more.",
            handing_on("dense", lambda before, *_: before),
        ),
        (
            "Behind a dense layer the rows and columns of the picture are still counted. Set both to 1: only "
            "its units are left.",
            handing_on("dense", lambda before, after, *_: (*before[:2], after[2])),
        ),
        (
            "Only the first layer is counted: `return` stands inside the loop. Move it left, as far as "
            "`for`.",
            lambda shape, layers: walk(shape, layers[:1]),
        ),
        (
            "Only the last layer is counted. Begin with 0 once, before the loop, and add each layer with "
            "`+=`.",
            lambda shape, layers: walk(shape, layers) - walk(shape, layers[:-1]),
        ),
        (
            "This counts the additions as well, so it is twice as much.",
            lambda shape, layers: 2 * walk(shape, layers),
        ),
        (
            "Rows are taken for columns, too. Carry both on: a picture need not be square.",
            lambda shape, layers: walk((shape[0], shape[0], shape[2]), layers),
        ),
        ("The dense layers are not counted.", slip(dense=lambda *_: 0)),
        ("The convolutions are not counted.", slip(conv=lambda *_: 0)),
    ]
    by_hand = {"input_shape": (5, 4, 2), "layers": [("conv", 3, 3, 2), ("pool", 2), ("dense", 2)]}
    two_dense = {
        "input_shape": (9, 7, 3),  # odd, so that pooling leaves a row and a column out
        "layers": [("conv", 4, 5, 1), ("pool", 2), ("dense", 6), ("dense", 2)],
    }
    drawn = [
        {
            "input_shape": (*(2 * int(half) + 1 for half in rng.integers(20, 30, 2)), channels),
            "layers": [
                ("conv", int(rng.integers(4, 9)), kernel, stride),
                ("conv", int(rng.integers(10, 20)), 3, 3 - stride),
                ("pool", size),
                ("conv", int(rng.integers(4, 9)), 3, 1),
                ("dense", int(rng.integers(5, 30))),
                ("dense", int(rng.integers(2, 5))),
            ],
        }
        for channels, kernel, stride, size in [(1, 5, 2, 3), (3, 3, 1, 2)]
    ]
    same_answers(answer, multiplications, [by_hand, two_dense, *drawn], slips=slips, whole=True)
