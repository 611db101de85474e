"""Exercises on what pooling leaves: how far apart features lie, and the mean of a whole feature map."""

import math

import numpy as np

from ._compare import same_answers
from ._core import checker


@checker(
    hints=(
        "After one pooling of size 2, how many pixels of the camera lie between neighboring features?",
        "A second pooling takes steps between features, not between pixels of the camera. By what factor "
        "does the distance grow each time?",
        "The distance starts at `pixel_size_um`. Each layer multiplies it by its own size, one by one.",
    ),
    learned="Pool sizes multiply: three poolings of 2 make the grid of features eight times coarser.",
)
def feature_size_um(answer, rng):
    """Check `feature_size_um(pixel_size_um, pool_sizes)`: µm between neighboring features after all poolings.

    `pool_sizes` is a list, first layer first; without any layer the distance is that of the pixels.

    Examples
    --------
    >>> feature_size_um(lambda pixel_size_um, pool_sizes: pixel_size_um * sum(pool_sizes)).message
    'The sizes are added up. But the second pooling takes steps that are already widened: multiply.'
    """

    def feature_size_um(pixel_size_um, pool_sizes):
        return pixel_size_um * math.prod(pool_sizes)

    def one(index):
        """The distance if one layer alone counted."""
        return lambda um, sizes: um * sizes[index]

    def with_layers(wrong, without):
        """The wrong formula with layers; without any, the right distance or None, that is: also wrong."""
        return lambda um, sizes: wrong(um, sizes) if sizes else without(um)

    slips = [
        (
            "The sizes are added up. But the second pooling takes steps that are already widened: multiply.",
            lambda um, sizes: um * sum(sizes),
        ),
        (
            "The sizes are added up. But the second pooling takes steps that are already widened: multiply.",
            lambda um, sizes: um + sum(sizes),
        ),
        (
            "`um += um * size` adds the wider step to the old one. The new step alone counts: multiply.",
            lambda um, sizes: um * math.prod(size + 1 for size in sizes),
        ),
        (
            "Each layer is taken alone here. It starts from what the layers before it left: multiply "
            "all sizes.",
            lambda um, sizes: um * np.array(sizes),
        ),
        ("Only the last layer counts here. Each layer widens what the layers before it left.", one(-1)),
        ("Only the first layer counts here. Each further layer widens the distance again.", one(0)),
        (
            "This divides. Pooling leaves fewer features on the same specimen, so they lie further apart: "
            "multiply.",
            lambda um, sizes: um / math.prod(sizes),
        ),
        (
            "This is in pixels. Multiply by `pixel_size_um`, the width of one pixel in micrometres.",
            lambda um, sizes: math.prod(sizes),
        ),
        (
            "Pixels become micrometres by multiplying with `pixel_size_um`, not by dividing.",
            lambda um, sizes: math.prod(sizes) / um,
        ),
        ("This is an area, in µm². A distance is not squared.", lambda um, s: feature_size_um(um, s) ** 2),
        (
            "The sizes are squared. A window has size² pixels, but along one axis it is `size` pixels wide.",
            lambda um, sizes: um * math.prod(sizes) ** 2,
        ),
        (
            "`pool_sizes` counts only as a number of layers here. A layer may be of another size than 2.",
            lambda um, sizes: um * 2 ** len(sizes),
        ),
        ("This multiplies by the number of layers. Use their sizes.", lambda um, sizes: um * len(sizes)),
        (
            "These are the distances after each layer. Give the last one.",
            lambda um, sizes: um * np.cumprod(sizes),
        ),
        (
            "This is right for one layer or more only. Without any, the distance is `pixel_size_um`.",
            feature_size_um,
        ),
    ]
    slips = [
        (message, with_layers(wrong, without))
        for message, wrong in slips
        for without in (lambda um: um, lambda um: None)
    ]
    by_hand = {"pixel_size_um": 0.5, "pool_sizes": [2, 3, 4]}
    drawn = [
        {
            "pixel_size_um": float(rng.integers(1, 9) / 16),
            "pool_sizes": [int(size) for size in rng.integers(2, 6, layers)],
        }
        for layers in (1, 2, 3, 4)
    ]
    none = {"pixel_size_um": 0.25, "pool_sizes": []}
    same_answers(answer, feature_size_um, [by_hand, *drawn, none], slips=slips)


@checker(
    hints=(
        "A feature map answers one question at every place. Which numbers make the one answer for the image?",
        "Each image and each channel keeps its own number. So over which of the four axes goes the mean?",
        "The axes are batch, rows, columns, channels, counted from 0. Take the mean over the two in the "
        "middle at once (`axis` may be a pair).",
    ),
    learned="One number for each feature, wherever it was found: the size of the image no longer matters.",
)
def global_average(answer, rng):
    """Check `global_average(maps)`: (batch, H, W, C) -> (batch, C), the mean of each feature map.

    Examples
    --------
    >>> global_average(lambda maps: maps.mean(axis=-1)).message[:37]
    'The mean goes over the channels here.'
    """

    def global_average(maps):
        return maps.mean(axis=(1, 2))

    batch = "The mean goes over the images too. Each image keeps its own numbers: leave out axis 0."
    first = "The axes are counted from the batch: axis 0 is the images, 1 rows, 2 columns, 3 channels."
    one_axis = "The mean goes over the {} only. Take it over rows and columns, axes 1 and 2, at once."
    slips = [
        (
            "The mean goes over the channels here. They are different questions: keep them apart, and take "
            "the mean over rows and columns.",
            lambda maps: maps.mean(axis=3),
        ),
        (
            "This is one number for each image. Each channel keeps its own: (batch, C).",
            lambda maps: maps.mean(axis=(1, 2, 3)),
        ),
        (batch, lambda maps: maps.mean(axis=(0, 1, 2))),
        (
            "This is one number for all images. Each image and each channel keeps its own: (batch, C).",
            lambda maps: maps.mean(),
        ),
        (first, lambda maps: maps.mean(axis=(0, 1))),
        (
            "Here the channels come last: the axes are batch, rows, columns, channels. Take the mean over "
            "axes 1 and 2.",
            lambda maps: maps.mean(axis=(2, 3)),
        ),
        (one_axis.format("rows"), lambda maps: maps.mean(axis=1)),
        (one_axis.format("columns"), lambda maps: maps.mean(axis=2)),
        (batch, lambda maps: maps.mean(axis=0)),
        ("This is the largest number of each map. Take the mean.", lambda maps: maps.max(axis=(1, 2))),
        ("This is the sum of each map. Divide by its number of pixels.", lambda maps: maps.sum(axis=(1, 2))),
        (
            "The sum is divided by the number of rows only. A map has H · W pixels.",
            lambda maps: maps.sum(axis=(1, 2)) / maps.shape[1],
        ),
        (
            "The sum is divided by H · H. A map has H · W pixels.",
            lambda maps: maps.sum(axis=(1, 2)) / maps.shape[1] ** 2,
        ),
        (
            "The sum is divided by H · W · C. Each map has H · W pixels.",
            lambda maps: maps.sum(axis=(1, 2)) / maps[0].size,
        ),
        (
            "The axes of length 1 are still there. The result has two axes: (batch, C).",
            lambda maps: maps.mean(axis=(1, 2), keepdims=True),
        ),
        (
            "Images and channels are swapped: one row for each image, (batch, C).",
            lambda maps: maps.mean(axis=(1, 2)).T,
        ),
        (
            "`reshape` keeps the numbers in the order of memory, so channels got mixed. The last axis must "
            "stay the last: (batch, H · W, C).",
            lambda maps: maps.reshape(len(maps), maps.shape[3], -1).mean(axis=2),
        ),
        ("The fractions are cut off. Keep floats.", lambda maps: np.trunc(maps.mean(axis=(1, 2)))),
        (
            "This is right for square maps only: rows come from `maps.shape[1]`, columns from "
            "`maps.shape[2]`.",
            lambda maps: global_average(maps) if maps.shape[1] == maps.shape[2] else None,
        ),
    ]
    two_channels = np.stack([np.array([[1.0, 2, 3], [4, 2, 9]]), np.array([[0, 0, 0], [0, 6, 0]])], axis=-1)
    by_hand = {"maps": np.stack([two_channels, 10 * two_channels + 1])}
    drawn = [
        {"maps": rng.integers(0, 40, shape) / 4}
        for shape in [(3, 4, 4, 2), (1, 3, 5, 4), (4, 5, 2, 3), (2, 1, 1, 5)]
    ]
    same_answers(answer, global_average, [by_hand, *drawn], slips=slips)
