"""Exercises on weights that come from PyTorch: the same numbers with their axes in another order."""

import itertools
import math

import numpy as np

from ._compare import same_answers
from ._core import checker


def _places(*shape):
    """Whole numbers whose digits are the place where each of them stands, counted from 1."""
    return sum(10**power * (index + 1) for power, index in enumerate(reversed(np.indices(shape))))


def _numbers(rng, *shape):
    """Different numbers in an order that repeats nowhere."""
    return rng.permutation(math.prod(shape)).reshape(shape) / 4


@checker(
    hints=(
        "Which of its four axes does the kernel of Keras have first? Find it in the shape of PyTorch's "
        "kernel, counted from 0.",
        "`transpose` takes the old axes in their new order. The digits of the numbers in the first example "
        "are the place in PyTorch's kernel, counted from 1: filter, channel, row, column.",
        "Rows are axis 2, columns 3, channels 1 and filters 0. `reshape` would only cut the same row of "
        "numbers anew.",
    ),
    learned="`transpose` moves axes and takes the numbers along; `reshape` leaves them in their order.",
)
def kernel_from_channels_first(answer, rng):
    """Check `kernel_from_channels_first(kernel)`: the kernel of a convolution from PyTorch for Keras.

    (filters, channels, rows, columns) -> (rows, columns, channels, filters)

    Examples
    --------
    >>> kernel_from_channels_first(lambda kernel: kernel.T).message[:43]
    'Rows and columns of the window are swapped.'
    """

    def kernel_from_channels_first(kernel):
        return kernel.transpose(2, 3, 1, 0)

    def reshaped(kernel):
        return kernel.reshape([kernel.shape[axis] for axis in (2, 3, 1, 0)])

    names = ("filters", "channels", "rows", "columns")
    reshape = (
        "The shape is right, the numbers are not: `reshape` leaves them in their old order and only cuts "
        "them anew. Move the axes with `transpose`."
    )
    turned = "The window is turned{} too. Both frameworks lay it on the image as it is: only the axes move."
    slips = [
        (reshape, reshaped),
        (
            "Rows and columns of the window are swapped. `.T` turns the whole order of the axes around, to "
            "(3, 2, 1, 0), but rows come before columns in both.",
            lambda kernel: kernel.T,
        ),
        (
            "Channels and filters are swapped. In Keras the filters are last.",
            lambda kernel: kernel.transpose(2, 3, 0, 1),
        ),
        (
            "This is the way back, from Keras to PyTorch. `transpose` takes the old axes in their new order: "
            "the rows, axis 2, come first.",
            lambda kernel: kernel.transpose(3, 2, 0, 1),
        ),
        (
            "The channels are last, as in an image, but the filters are still first. In Keras rows and "
            "columns are first and the filters are last.",
            lambda kernel: kernel.transpose(0, 2, 3, 1),
        ),
        ("This is the kernel as it came. Move its axes.", lambda kernel: kernel),
        (turned.format(" by 180 degrees"), lambda kernel: kernel.transpose(2, 3, 1, 0)[::-1, ::-1]),
        (turned.format(" upside down"), lambda kernel: kernel.transpose(2, 3, 1, 0)[::-1]),
        (turned.format(" from left to right"), lambda kernel: kernel.transpose(2, 3, 1, 0)[:, ::-1]),
        *(
            (
                f"Your axes are ({', '.join(names[axis] for axis in order)}). Keras has (rows, columns, "
                f"channels, filters).",
                lambda kernel, order=order: kernel.transpose(order),
            )
            for order in itertools.permutations(range(4))
        ),
    ]
    shapes = [(4, 3, 3, 3), (3, 3, 5, 2), (2, 5, 1, 4), (3, 3, 3, 3)]  # square ones: only the values tell
    cases = [{"kernel": _places(2, 1, 2, 3)}, *({"kernel": _numbers(rng, *shape)} for shape in shapes)]
    same_answers(answer, kernel_from_channels_first, cases, slips=slips)


@checker(
    hints=(
        "In which order does `Flatten` put the numbers of an image: which axis runs fastest when the "
        "channels are first, and which when they are last?",
        "The weights of a unit belong to numbers in the order of (C, H, W). Give them these axes back with "
        "`reshape`: the digits of the numbers in the first example are unit, channel, row, column.",
        "Four axes, units first: (units, C, H, W). Move them to (H, W, C, units), and only then flatten the "
        "first three into one.",
    ),
    learned="A flat row of weights has an order too: unfold it, move the axes, and fold it again.",
)
def dense_from_channels_first(answer, rng):
    """Check `dense_from_channels_first(weights, shape)`: a dense layer behind a flatten, from PyTorch.

    (units, C · H · W) and shape = (C, H, W) -> (H · W · C, units)

    Examples
    --------
    >>> dense_from_channels_first(lambda weights, shape: weights.T).message[:69]
    'The shape is right, but the rows are still in the order of (C, H, W).'
    """

    def dense_from_channels_first(weights, shape):
        return reordered(weights, shape, (1, 2, 0))

    def unfolded(weights, shape):
        return weights.reshape(len(weights), *shape)

    def reordered(weights, shape, order):
        """(units, C, H, W) with the axes C, H and W in this order, flat, and the units last."""
        axes = [axis + 1 for axis in order]
        return unfolded(weights, shape).transpose(*axes, 0).reshape(-1, len(weights))

    def assumed_channels_last(weights, shape):
        channels, height, width = shape
        return reordered(weights, (height, width, channels), (2, 0, 1))

    def units_inside(weights, shape):
        """The axes C, H and W moved, but the units left first and cut anew."""
        return unfolded(weights, shape).transpose(0, 2, 3, 1).reshape(-1, len(weights))

    names = "CHW"
    cut = (
        "The units are not moved: `reshape` cuts the numbers anew and mixes the units. Move the axis of the "
        "units last with `transpose`"
    )
    slips = [
        (
            "The shape is right, but the rows are still in the order of (C, H, W). Keras flattens (H, W, C): "
            "unfold the weights before you move the axes.",
            lambda weights, shape: weights.T,
        ),
        (cut + ", and unfold C, H and W first.", lambda weights, shape: weights.reshape(-1, len(weights))),
        (cut + ", before you flatten.", units_inside),
        (
            "Rows and columns of the image are swapped: this is the order (W, H, C), Keras has (H, W, C).",
            lambda weights, shape: reordered(weights, shape, (2, 1, 0)),
        ),
        (
            "This is the way back, from Keras to PyTorch: it takes the weights as (H, W, C). They come in "
            "the order of (C, H, W).",
            assumed_channels_last,
        ),
        (
            "The units are still first. In Keras a unit is a column: (H · W · C, units).",
            lambda weights, shape: reordered(weights, shape, (1, 2, 0)).T,
        ),
        (
            "The axes are right, but rows, columns and channels are still apart. Flatten them to one axis.",
            lambda weights, shape: unfolded(weights, shape).transpose(2, 3, 1, 0),
        ),
        (
            "Give the axes back to the weights as they came, with the units first: behind `.T` the units are "
            "last.",
            lambda weights, shape: reordered(weights.T.reshape(weights.shape), shape, (1, 2, 0)),
        ),
        ("These are the weights as they came. Move their axes.", lambda weights, shape: weights),
        *(
            (
                f"Your rows are in the order of ({', '.join(names[axis] for axis in order)}). Keras flattens "
                f"(H, W, C).",
                lambda weights, shape, order=order: reordered(weights, shape, order),
            )
            for order in itertools.permutations(range(3))
        ),
    ]
    by_hand = {"weights": _places(2, 2, 2, 2).reshape(2, 8), "shape": (2, 2, 2)}
    drawn = [
        {"weights": _numbers(rng, units, math.prod(shape)), "shape": shape}
        for units, shape in [(3, (2, 3, 4)), (4, (3, 2, 2)), (3, (3, 3, 3)), (5, (4, 1, 2))]
    ]
    same_answers(answer, dense_from_channels_first, [by_hand, *drawn], slips=slips)
