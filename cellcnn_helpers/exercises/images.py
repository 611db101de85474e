"""Exercises of the chapter on images as numbers: pieces, cameras, and what a data set gives away."""

import numpy as np

from ._compare import same_answers
from ._core import checker
from .camera import camera_gain, record, saturated_share
from .measuring import area_um2, stain_sum

__all__ = [
    "area_um2",
    "camera_gain",
    "corner_colors",
    "find_duplicates",
    "majority_share",
    "record",
    "saturated_share",
    "stain_sum",
]

NAN = np.nan  # in a slip: any value agrees


@checker(
    hints=(
        "Two loops compare each picture with those behind it. How do you say that all pixels agree, and "
        "not only some?",
        "If picture i is compared only with pictures j > i, no pair comes twice and none is (i, i). "
        "Three equal pictures make three pairs.",
        "The comparison of two pictures gives one True or False for each number in them; all of them must "
        "be True (NumPy's `array_equal`). Put (i, j) into a list, i in the outer loop.",
    ),
    learned="A picture in both training and test is an answer known beforehand. Look before you split.",
)
def find_duplicates(answer, rng):
    """Check `find_duplicates(images)`: the pairs (i, j), i < j, of images that agree in every number.

    (batch, H, W, C) -> sorted list of pairs; empty where all images differ.

    Examples
    --------
    >>> def equal_sums(images):
    ...     sums = images.sum(axis=(1, 2, 3))
    ...     return np.argwhere(np.triu(sums[:, np.newaxis] == sums, k=1))
    >>> find_duplicates(equal_sums).message
    'Pictures with the same sum or mean may still differ: compare pixel by pixel.'
    """

    def find_duplicates(images):
        return pairs(images, np.array_equal)

    def pairs(images, alike):
        order = range(len(images))
        return [(i, j) for i in order for j in order if i < j and alike(images[i], images[j])]

    def close(a, b):
        return np.abs(a.astype(int) - b.astype(int)).max() <= 1

    def neighbors(images):
        return [(i, j) for i, j in find_duplicates(images) if j == i + 1]

    def first_partner(images):
        return [pair for pair in find_duplicates(images) if not is_copy(images, pair[0])]

    def is_copy(images, i):
        return any(j == i for _, j in find_duplicates(images))

    def next_partner(images):
        found = find_duplicates(images)
        return [pair for n, pair in enumerate(found) if pair[0] not in [i for i, _ in found[:n]]]

    def with_itself(images):
        return sorted([*find_duplicates(images), *((i, i) for i in range(len(images)))])

    def both_orders(images):
        return sorted([*find_duplicates(images), *((j, i) for i, j in find_duplicates(images))])

    three = "Three equal pictures make three pairs: the second and the third agree too."
    turned = "The order within a pair is (i, j) with i < j."
    slips = [
        (
            "Pictures with the same sum or mean may still differ: compare pixel by pixel.",
            lambda images: pairs(images, lambda a, b: a.sum() == b.sum()),
        ),
        ("Each picture agrees with itself. Take j > i only, so that (i, i) is left out.", with_itself),
        ("Each pair comes twice, as (i, j) and as (j, i). Take j > i only.", both_orders),
        (
            "Each pair comes twice, and each picture with itself. Take j > i only.",
            lambda images: sorted({*with_itself(images), *both_orders(images)}),
        ),
        ("Only neighbors are compared. Equal pictures may lie far apart: compare every two.", neighbors),
        (three, first_partner),
        (three, next_partner),
        (
            "Pictures that are nearly alike count here. Two photographs of one cell are near; a duplicate "
            "agrees in every number.",
            lambda images: pairs(images, close),
        ),
        (
            "Only the first channel is compared. Pictures may differ in another one.",
            lambda images: pairs(images[..., 0], np.array_equal),
        ),
        (
            "Some equal pixels are enough here (`any`). All must agree.",
            lambda images: pairs(images, lambda a, b: (a == b).any()),
        ),
        (
            "Only the first pixel is compared. All must agree.",
            lambda images: pairs(images[:, 0, 0], np.array_equal),
        ),
        (
            "Only the first row is compared. All must agree.",
            lambda images: pairs(images[:, 0], np.array_equal),
        ),
        (turned, lambda images: [(j, i) for i, j in find_duplicates(images)]),
        (turned, lambda images: sorted((j, i) for i, j in find_duplicates(images))),
        (
            "The pairs are right but not sorted: i goes first, so let the outer loop run over i.",
            lambda images: sorted(find_duplicates(images), key=lambda pair: pair[::-1]),
        ),
        (
            "These are the pictures that have a partner. Tell also which one: pairs (i, j).",
            lambda images: np.unique(find_duplicates(images)),
        ),
        (
            "This counts the pairs. Tell which they are: a list of (i, j).",
            lambda images: len(find_duplicates(images)),
        ),
    ]
    small = np.array([[[3, 1]], [[1, 3]], [[3, 1]], [[3, 2]]], np.uint8)
    by_hand = {"images": small[..., np.newaxis]}
    arranged = {"images": _with_copies(rng, channels=1)}  # the order in which no slip gives the right pairs
    drawn = [{"images": rng.permutation(_with_copies(rng, channels=3))} for _ in range(2)]
    none = {"images": rng.permutation(np.arange(12, dtype=np.uint8)).reshape(3, 2, 2, 1)}
    same_answers(answer, find_duplicates, [by_hand, arranged, *drawn, none], slips=slips)


def _with_copies(rng, channels):
    """Eight images: one three times, one twice; others differ by one step or hold the same pixels."""
    first, second = rng.integers(5, 200, (2, 2, 3, channels)).astype(np.uint8)
    near, turned, other_end = first.copy(), second[::-1, ::-1], second.copy()
    near[0, 0] += 1
    other_end[-1, -1, -1] += 40  # the first channels stay, if there are several
    return np.stack([first, near, second, turned, first, first, other_end, second])


@checker(
    hints=(
        "Take one corner: which slice of rows and which of columns cut the same square from all images?",
        "The mean goes over rows and columns of the square, so a row of C numbers is left for each image. "
        "In the lower corners rows count from the end: `-size:`.",
        "Make four arrays (batch, C), one for each corner, in the order asked for, and join them side by "
        "side along the last axis, for example with `concatenate`.",
    ),
    learned="If a classifier can tell classes from the corners alone, it reads the stain and not the cell.",
)
def corner_colors(answer, rng):
    """Check `corner_colors(images, size)`: (batch, H, W, C) -> (batch, 4·C), mean colors of the corners.

    The order is top left, top right, bottom left, bottom right, and within each corner the C channels.

    Examples
    --------
    >>> corner_colors(lambda images, size: images[:, :size, :size].mean(axis=(1, 2))).message
    'This is one corner: C numbers for each image. Join those of all four, 4·C numbers.'
    """

    def corner_colors(images, size):
        return squares(images, size).reshape(len(images), -1)

    def squares(images, size):
        """Mean colors (batch, 4, C)."""
        ends = slice(size), slice(-size, None)
        return np.stack([images[:, r, c].mean(axis=(1, 2)) for r in ends for c in ends], axis=1)

    def without_batch(images, size, axis):
        ends = slice(size), slice(-size, None)
        return np.concatenate([images[r, c].mean(axis=axis) for r in ends for c in ends], axis=-1)

    def in_order(order):
        return lambda images, size: squares(images, size)[:, order].reshape(len(images), -1)

    def by_channel(images, size):
        return squares(images, size).swapaxes(1, 2).reshape(len(images), -1)

    around = (
        "The order is top left, top right, bottom left, bottom right: the upper row first, as one reads. {}"
    )
    first_axis = (
        "The first axis is the image, but here it is cut like rows. Rows are the second axis, columns the "
        "third: `images[:, :size, :size]`."
    )
    unjoined = (
        "This has the shape {}. Join the colors of the four corners in one row per image: (batch, 4·C)."
    )
    slips = [
        (
            "This is one corner: C numbers for each image. Join those of all four, 4·C numbers.",
            lambda images, size: np.full((len(images), images.shape[-1]), NAN),
        ),
        (first_axis, lambda images, size: without_batch(images, size, (1, 2))),
        (first_axis, lambda images, size: without_batch(images, size, (0, 1))),
        (first_axis, lambda images, size: without_batch(images, size, (0, 1, 2))),
        (
            "The mean goes over the channels too. A color is one number for each channel.",
            lambda images, size: squares(images, size).mean(axis=-1),
        ),
        (
            "The mean goes over all images too. Keep the first axis: the mean is over axes 1 and 2.",
            lambda images, size: np.full(4 * images.shape[-1], NAN),
        ),
        (around.format("Yours goes down the left side first."), in_order([0, 2, 1, 3])),
        (around.format("Yours goes around."), in_order([0, 1, 3, 2])),
        (
            "The channels are outermost here. Give all channels of one corner, then those of the next.",
            by_channel,
        ),
        (unjoined.format("(batch, 4, C)"), squares),
        (unjoined.format("(4, batch, C)"), lambda images, size: squares(images, size).swapaxes(0, 1)),
        (
            "The images are joined below one another. Join corners side by side: along the last axis.",
            lambda images, size: squares(images, size).swapaxes(0, 1).reshape(-1, images.shape[-1]),
        ),
        (
            "The fractions are cut off. Keep the mean as it is, a float.",
            lambda images, size: np.floor(corner_colors(images, size)),
        ),
        (
            "The squares are one pixel too small: `:size` ends before row `size`, so it holds `size` rows.",
            lambda images, size: corner_colors(images, size - 1) if size > 1 else None,
        ),
        (
            "The squares are one pixel too large: `:size` already holds `size` rows.",
            lambda images, size: corner_colors(images, size + 1),
        ),
        (
            "`size` is not used: this is the last pixel in each corner. Take a square.",
            lambda images, size: corner_colors(images, 1),
        ),
        *(
            (
                f"`size` is not used: the squares always have {side} rows. Write `size` in place of {side}.",
                lambda images, size, side=side: corner_colors(images, side),
            )
            for side in (2, 3, 4)
        ),
        (
            "This adds the square up. The mean does not depend on how large the square is.",
            lambda images, size: corner_colors(images, size) * size**2,
        ),
        (
            "This is right for square images only: their height is `images.shape[1]`, their width "
            "`images.shape[2]`.",
            lambda images, size: None if images.shape[1] != images.shape[2] else corner_colors(images, size),
        ),
    ]
    image = np.array([[4, 8, 0, 1], [8, 5, 1, 1], [0, 9, 9, 7], [2, 2, 6, 5]], np.uint8)
    by_hand = {"images": image[np.newaxis, :, :, np.newaxis], "size": 2}
    drawn = [
        {"images": rng.integers(0, 255, shape).astype(np.uint8), "size": size}
        for shape, size in [((2, 5, 5, 3), 2), ((3, 6, 9, 3), 3), ((2, 7, 4, 2), 1), ((1, 8, 8, 3), 4)]
    ]
    same_answers(answer, corner_colors, [by_hand, *drawn], slips=slips)


@checker(
    hints=(
        "If you must give one answer to all cells, which one is right most often?",
        "Count how often each class occurs (NumPy's `unique` and `bincount` both can). The class numbers "
        "themselves say nothing.",
        "Take the largest count, and divide it by the number of labels.",
    ),
    learned="This is the accuracy of not looking at all: any classifier must be compared with it.",
)
def majority_share(answer, rng):
    """Check `majority_share(labels)`: the accuracy of always answering with the most common class.

    Examples
    --------
    >>> majority_share(lambda labels: 1 / len(set(labels))).message[:36]
    'This is chance: one divided by the n'
    """

    def majority_share(labels):
        return counts(labels).max() / len(labels)

    def counts(labels):
        return np.unique(labels, return_counts=True)[1]

    def most_common(labels):
        return np.bincount(labels).argmax()

    slips = [
        (
            "This is chance: one divided by the number of classes. Who knows the most common class does "
            "better.",
            lambda labels: 1 / len(counts(labels)),
        ),
        (
            "This is chance, and counts classes that do not occur. The most common class does better.",
            lambda labels: 1 / (labels.max() + 1),
        ),
        (
            "This is the share of the class with the largest number. The number is a name: count how often "
            "each occurs.",
            lambda labels: (labels == labels.max()).mean(),
        ),
        (
            "This is the class itself. Which share of all labels has it?",
            most_common,
        ),
        ("This is a count. Divide it by the number of labels.", lambda labels: counts(labels).max()),
        (
            "This is in percent. Give the share from 0 to 1.",
            lambda labels: 100 * majority_share(labels),
        ),
        (
            "These are the shares of all classes. Take the largest.",
            lambda labels: counts(labels) / len(labels),
        ),
        (
            "These are the shares of all class numbers. Take the largest.",
            lambda labels: np.bincount(labels) / len(labels),
        ),
        ("This is the share of class 0.", lambda labels: (labels == 0).mean()),
        (
            "This is the share of the class that comes first in the list.",
            lambda labels: (labels == labels[0]).mean(),
        ),
        (
            "This is the largest label divided by how many there are. Labels are names: count them.",
            lambda labels: labels.max() / len(labels),
        ),
        (
            "This is how often the most common class is wrong: one minus its share.",
            lambda labels: 1 - majority_share(labels),
        ),
        (
            "This is the share of the rarest class. Take the largest count.",
            lambda labels: counts(labels).min() / len(labels),
        ),
        (
            "This divides by the number of classes. Divide the largest count by the number of labels.",
            lambda labels: counts(labels).max() / len(counts(labels)),
        ),
    ]
    by_hand = {"labels": np.array([0, 3, 1, 1, 3, 1, 0, 1, 1, 1])}
    drawn = [{"labels": _labels(rng, classes)} for classes in ([0, 1, 2], [2, 5, 7, 8], [0, 1], range(8))]
    unlike = {
        "labels": np.array([4, 6, 2, 6, 9, 6, 4, 9, 6, 4, 6])
    }  # first, last, rarest and most: all differ
    only = {"labels": np.full(5, 3)}
    same_answers(answer, majority_share, [by_hand, *drawn, unlike, only], slips=slips)


def _labels(rng, classes):
    """Shuffled labels, of each class another number."""
    classes = np.array(classes)
    sizes = rng.choice(np.arange(1, 12), len(classes), replace=False)
    return rng.permutation(np.repeat(classes, sizes))
