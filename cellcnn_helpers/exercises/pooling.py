"""Exercises of the chapter on pooling: one number for each window, forward and back."""

import numpy as np

from ._compare import same_answers
from ._core import checker
from ._pooling import BOTH, cases, partly_right, pooled, side_by_side, window_slips
from .pooling_features import feature_size_um, global_average
from .pooling_gradients import average_pool_gradient, max_pool_gradient

__all__ = [
    "average_pool",
    "average_pool_gradient",
    "feature_size_um",
    "global_average",
    "max_pool",
    "max_pool_gradient",
    "min_pool",
]

WENT_ROUND = (
    "{} And in `uint8` numbers went round. Change the type of the image first, for example to `float`."
)


@checker(
    hints=(
        "How many windows fit side by side into H rows, and how many into W columns? That is the shape of "
        "the result; what is left over does not count.",
        "Two loops go over the places (r, c) of the result. At which pixel does the window of place (r, c) "
        "begin, if the one before ends where it starts?",
        "The window of (r, c) begins in row r · size and column c · size and has `size` rows and columns. "
        "Cut it out and take its largest number, also where all are negative.",
    ),
    learned="Where in its window the strongest answer stood is forgotten: this is what pooling is for.",
)
def max_pool(answer, rng):
    """Check `max_pool(image, size)`: (H, W) -> (H // size, W // size), the largest number of each window.

    Windows lie side by side; the rest at the right and at the bottom is dropped. `size` is at most H and W.

    Examples
    --------
    >>> max_pool(lambda image, size: image.max()).message[:41]
    'This is one number for the whole picture.'
    """

    def max_pool(image, size):
        return largest(side_by_side(image, size))

    def largest(windows):
        return windows.max(BOTH)

    slips = [
        *window_slips(largest),
        *pooled(
            [
                ("This is the mean of each window. Take its largest number.", lambda w: w.mean(BOTH)),
                ("This is the smallest number of each window. Take the largest.", lambda w: w.min(BOTH)),
                ("This is the sum of each window. Take its largest number.", lambda w: w.sum(BOTH)),
                (
                    "This is the first pixel of each window. Compare all pixels in it and take the largest.",
                    lambda w: w[..., 0, 0],
                ),
                (
                    "This starts from 0, so a window with only negative numbers gives 0. Start from a pixel "
                    "of the window.",
                    lambda w: np.maximum(largest(w), 0),
                ),
                (
                    "This is the place of the largest number (`argmax`). Give the number itself.",
                    lambda w: w.reshape(*w.shape[:2], -1).argmax(-1),
                ),
                ("This ignores the sign: −5 is smaller than 3.", lambda w: np.abs(w).max(BOTH)),
            ]
        ),
        *partly_right(largest),
    ]
    by_hand = np.array(
        [[1.0, 3, 0, 2, -5, -1], [2, 0, 1, 6, -2, -3], [4, 1, -7, 0, 5, 5], [0, 2, 1, 3, 8, 0]]
    )
    same_answers(answer, max_pool, cases(rng, by_hand, -9, 9), slips=slips)


@checker(
    hints=(
        "The windows are those of max-pooling. Which one number now stands for all the pixels in a window?",
        "Add up the pixels of the window and divide by how many there are. `size` is the side of the window, "
        "not the number of its pixels.",
        "The mean of four whole numbers may have a fraction: keep it. And `uint8` ends at 255, so let NumPy "
        "take the mean of the window, or make the image `float` before you add pixels yourself.",
    ),
    learned="Averaging keeps the mean brightness and tames noise; a single bright pixel drowns in it.",
)
def average_pool(answer, rng):
    """Check `average_pool(image, size)`: (H, W) -> (H // size, W // size), the mean of each window.

    Windows lie side by side; the rest at the right and at the bottom is dropped. `size` is at most H and W.

    Examples
    --------
    >>> def add_four_pixels(image, size):
    ...     image = image[: len(image) // 2 * 2, : len(image[0]) // 2 * 2]
    ...     return (image[::2, ::2] + image[1::2, ::2] + image[::2, 1::2] + image[1::2, 1::2]) / 4
    >>> average_pool(add_four_pixels).status
    'incorrect'
    """

    def average_pool(image, size):
        return mean(side_by_side(image, size))

    def mean(windows):
        return windows.mean(BOTH)

    def total(windows):
        return windows.sum(BOTH)

    def own_total(windows):  # in `uint8` numbers go round here
        return windows.sum(BOTH, dtype=windows.dtype)

    def pixels(windows):
        return windows.shape[-1] * windows.shape[-2]

    def wrong_means(total):
        return [
            ("This is the sum of each window. Divide it by the number of pixels in it.", total),
            (
                "The sum is divided by `size`. A window has `size` × `size` pixels.",
                lambda w: total(w) / w.shape[-1],
            ),
            (
                "The fractions are cut off, by `//`, `int(...)` or a result of an integer type. Divide with "
                "`/` and keep floats.",
                lambda w: np.trunc(total(w) / pixels(w)),
            ),
            (
                "The sum is always divided by 4, which is right for windows of 2 × 2 only.",
                lambda w: total(w) / 4,
            ),
        ]

    def own_mean(windows):
        return own_total(windows) / pixels(windows)

    slips = [
        *window_slips(mean),
        *pooled(
            [
                *wrong_means(total),
                ("The means are rounded. Keep their fractions.", lambda w: np.round(mean(w))),
                ("This is the largest number of each window. Take the mean.", lambda w: w.max(BOTH)),
                ("This is the middle number (median) of each window. Take the mean.", _median),
                ("This is the first pixel of each window. Take the mean of all.", lambda w: w[..., 0, 0]),
                (
                    "In `uint8` numbers went round: 200 + 100 is 44 there, not 300. Change the type of the "
                    "image before you add, for example to `float`.",
                    own_mean,
                ),
                *((WENT_ROUND.format(message), wrong) for message, wrong in wrong_means(own_total)),
            ]
        ),
        *((WENT_ROUND.format(message), wrong) for message, wrong in window_slips(own_mean)),
        *partly_right(mean),
    ]
    by_hand = np.array(
        [[200, 100, 8, 0], [100, 50, 1, 0], [9, 3, 0, 90], [5, 2, 250, 1], [7, 7, 7, 7], [7, 7, 7, 7]]
    )
    same_answers(answer, average_pool, cases(rng, by_hand.T.astype(np.uint8), 0, 99), slips=slips)


def _median(windows):
    return np.median(windows, axis=BOTH)


@checker(
    hints=(
        "Turn a picture into its negative: bright becomes dark. Where is the smallest number now?",
        "The smallest of some numbers is minus the largest of their negatives. Try it with 3, 8 and −1. "
        "How many minus signs are there?",
        "Max-pool the negative of the image and take the negative of what comes out. But `uint8` knows no "
        "negative numbers: make the image `float` first.",
    ),
    learned="−max(−x) = min(x): with a sign from the layer before, max-pooling can also find the darkest.",
)
def min_pool(answer, rng):
    """Check `min_pool(image, size)`: (H, W) -> (H // size, W // size), the smallest number of each window.

    It can be written with a max-pooling of the negative image, or in any other way. The windows are those of
    `max_pool`.

    Examples
    --------
    >>> min_pool(lambda image, size: -image.max()).status
    'incorrect'
    """

    def min_pool(image, size):
        return smallest(side_by_side(image, size))

    def smallest(windows):
        return windows.min(BOTH)

    def largest(windows):
        return windows.max(BOTH)

    def pooled_max(image, size):
        return largest(side_by_side(image, size))

    def round_twice(windows):  # in `uint8` −1 is 255
        return -largest(-windows)

    def round_once(windows):
        return -largest(-windows).astype(float)

    no_inner = "This is −max(x). The image needs a minus too, before the pooling: −max(−x)."
    no_outer = "This is max(−x), so the signs are wrong. Take the negative of the result too: −max(−x)."
    turned_after = (
        "Only the result is turned around, {0} − max(x). The image must be turned before the pooling as "
        "well: {0} − max({0} − x)."
    )
    turned_before = (
        "Only the image is turned around, max({0} − x). Turn the result back as well: {0} − max({0} − x)."
    )
    negative = (
        "In `uint8` numbers went round: −1 is 255 there, but −0 stays 0. Change the type of the image before "
        "you take its negative, for example to `float`."
    )
    slips = [
        *window_slips(smallest),
        *pooled(
            [
                ("This is the largest number of each window. Take the smallest.", largest),
                # Where numbers go round as well, it shows only later, in a case that is `uint8`.
                (no_inner, lambda w: -largest(w).astype(float)),
                (no_inner, lambda w: -largest(w)),
                (no_outer, lambda w: -smallest(w).astype(float)),
                (no_outer, lambda w: largest(-w)),
                ("This is the mean of each window. Take its smallest number.", lambda w: w.mean(BOTH)),
                ("This is the first pixel of each window. Take the smallest.", lambda w: w[..., 0, 0]),
                (
                    "This starts from 0, so a window with only positive numbers gives 0. Start from a pixel "
                    "of the window.",
                    lambda w: np.minimum(smallest(w), 0),
                ),
                ("This ignores the sign: −5 is smaller than 3.", lambda w: np.abs(w).min(BOTH)),
                (negative, round_twice),
                (negative, round_once),
            ]
        ),
        (turned_after.format("image.max()"), lambda image, size: image.max() - pooled_max(image, size)),
        (turned_before.format("image.max()"), lambda image, size: pooled_max(image.max() - image, size)),
        *(
            slip
            for top in (1, 255)
            for slip in [
                (
                    turned_after.format(top),
                    lambda image, n, top=top: top - pooled_max(image, n).astype(float),
                ),
                (turned_after.format(top), lambda image, n, top=top: top - pooled_max(image, n)),
                (
                    turned_before.format(top),
                    lambda image, n, top=top: pooled_max(top - image.astype(float), n),
                ),
                (turned_before.format(top), lambda image, n, top=top: pooled_max(top - image, n)),
            ]
        ),
        (negative, lambda image, size: 1 - pooled_max(1 - image, size)),
        (negative, lambda image, size: 1 - pooled_max(1 - image, size).astype(float)),
        *window_slips(round_twice),
        *window_slips(round_once),
        *partly_right(smallest),
    ]
    by_hand = np.array(
        [[4.0, 3, 0, 2, -5, -1], [2, 7, 1, 6, -2, -3], [4, 1, -7, 0, 5, 5], [6, 2, 1, 3, 8, 9]]
    )
    same_answers(answer, min_pool, cases(rng, by_hand, -9, 9), slips=slips)
