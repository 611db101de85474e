"""Exercises on measuring stained pieces: how large they are, and how much stain they hold."""

import numpy as np

from ._compare import in_both_types, same_answers
from ._core import checker

NAN = np.nan  # in a slip: any value agrees


def _mask(rng, *shape):
    """Numbers of three stained pieces, about half of the pixels background."""
    return rng.choice(np.array([0, 0, 0, 1, 2, 3], np.uint8), shape)


@checker(
    hints=(
        "First count the stained pixels of all pieces. What do the numbers 1, 2, … in the mask tell, "
        "and what do they not tell?",
        "A mask number is a name, not an amount: it only matters whether it is 0. "
        "Then: how many square micrometres does a single pixel cover?",
        "A pixel is a square with the side `pixel_size_um`, so its area is the side times the side. "
        "Multiply that by the number of pixels that are not 0.",
    ),
    learned="A count of pixels becomes an area with the square of the pixel size.",
)
def area_um2(answer, rng):
    """Check `area_um2(mask, pixel_size_um)`: the area of all stained pieces together, in µm².

    Examples
    --------
    >>> area_um2(lambda mask, pixel_size_um: np.sum(mask > 0) * pixel_size_um).message
    'The pixel size is not squared. A pixel covers pixel size × pixel size of the specimen.'
    """

    def area_um2(mask, pixel_size_um):
        return np.count_nonzero(mask) * pixel_size_um**2

    pieces = "This gives one area for each {}. Give one number: all stained pieces together."
    slips = [
        (
            "The pixel size is not squared. A pixel covers pixel size × pixel size of the specimen.",
            lambda mask, um: np.count_nonzero(mask) * um,
        ),
        (
            "The mask numbers are added up, so piece 2 counts twice. They are names: count the pixels "
            "that are not 0.",
            lambda mask, um: mask.sum() * um**2,
        ),
        (
            "The mask numbers are added up, and the pixel size is not squared. Count the pixels that are "
            "not 0; each covers pixel size × pixel size.",
            lambda mask, um: mask.sum() * um,
        ),
        (
            "This divides by the area of a pixel. A pixel of twice the width covers four times as much: "
            "multiply.",
            lambda mask, um: np.count_nonzero(mask) / um**2,
        ),
        ("This divides by the pixel size. Multiply, by its square.", lambda mask, um: (mask > 0).sum() / um),
        ("This is in pixels. How many µm² does one pixel cover?", lambda mask, um: np.count_nonzero(mask)),
        (
            "The whole picture is counted, the background too. Only pixels with a number other than 0 are "
            "stained.",
            lambda mask, um: mask.size * um**2,
        ),
        ("This is the area of the background: it is what has the number 0.", _background_area),
        (
            "Only piece 1 is counted. Pixels with the numbers 2, 3, … are stained too.",
            lambda mask, um: (mask == 1).sum() * um**2,
        ),
        (
            "The pieces are counted, not their pixels: the largest number says how many pieces there are.",
            lambda mask, um: mask.max() * um**2,
        ),
        (
            "This is the stained share of the picture. Count the pixels instead, and give µm².",
            lambda mask, um: (mask > 0).mean(),
        ),
        (pieces.format("piece"), lambda mask, um: np.full(mask.max(), NAN)),
        (pieces.format("number, 0 included"), lambda mask, um: np.full(mask.max() + 1, NAN)),
        (pieces.format("column"), lambda mask, um: np.full(mask.shape[1], NAN)),
    ]
    by_hand = {
        "mask": np.array([[0, 1, 1, 0], [0, 1, 0, 0], [0, 0, 0, 2]], np.uint8),
        "pixel_size_um": 0.5,
    }
    drawn = [
        {"mask": _mask(rng, *shape), "pixel_size_um": float(rng.integers(2, 8) / 16)}
        for shape in [(4, 5), (6, 3), (5, 5)]
    ]
    empty = {"mask": np.zeros((2, 3), np.uint8), "pixel_size_um": 0.25}
    same_answers(answer, area_um2, [by_hand, *drawn, empty], slips=slips)


def _background_area(mask, pixel_size_um):
    return (mask == 0).sum() * pixel_size_um**2


@checker(
    hints=(
        "Each stained pixel shows its stain plus `background`. How much of its grey value is stain?",
        "Pixels have type `uint8` or `uint16`, and these know no negative numbers: 9 − 10 becomes 255 in "
        "`uint8`. Change the type before you subtract.",
        "Choose the pixels where the mask is not 0, by a comparison. Make them `float`, take away the "
        "background from each, also where that is negative, and add all up.",
    ),
    learned="Noise falls on both sides of the background: what is kept negative cancels in the sum.",
)
def stain_sum(answer, rng):
    """Check `stain_sum(image, mask, background)`: the sum of grey value − background over stained pixels.

    Examples
    --------
    >>> stain_sum(lambda image, mask, background: (image[mask > 0] - background).sum()).message[:39]
    'The numbers went round: 9 − 10 is −1, b'
    """

    def stain_sum(image, mask, background):
        return stain(image.astype(float), mask, background).sum()

    def stain(image, mask, background):  # whole numbers go round here
        return image[mask > 0] - background

    once = "Take the background away from every stained pixel, not {}."
    slips = [
        (
            "The numbers went round: 9 − 10 is −1, but in `uint8` it is 255. "
            "Change the type first, for example by `.astype(float)`, then subtract, and keep what is "
            "negative.",
            lambda *arguments: stain(*arguments).sum(),
        ),
        *in_both_types(
            [
                (
                    "Values below the background were set to 0 or left out. Noise goes both ways: without "
                    "its lower half the sum becomes too large.",
                    lambda *arguments: np.maximum(stain(*arguments), 0).sum(),
                ),
                (
                    "Values below the background were made positive. Noise goes both ways: keep the sign, "
                    "so that it cancels.",
                    lambda *arguments: np.abs(stain(*arguments)).sum(),
                ),
                (
                    once.format("once from the sum"),
                    lambda image, mask, level: image[mask > 0].sum() - level,
                ),
                (
                    once.format("from every pixel of the picture"),
                    lambda image, mask, level: image[mask > 0].sum() - level * mask.size,
                ),
                (
                    once.format("from every pixel of the picture"),
                    lambda image, mask, level: (image * (mask > 0) - level).sum(),
                ),
                (
                    "The background is not taken away: subtract it from every stained pixel.",
                    lambda image, mask, level: image[mask > 0].sum(),
                ),
                (
                    "The sign is the wrong way round: grey value minus background.",
                    lambda image, mask, level: (level - image[mask > 0]).sum(),
                ),
                (
                    "This is the mean over the stained pixels. All the stain together is their sum.",
                    lambda image, mask, level: stain(image, mask, level).mean() if mask.any() else NAN,
                ),
                (
                    "The whole picture is added up. Take only the pixels where the mask is not 0.",
                    lambda image, mask, level: (image - level).sum(),
                ),
                (
                    "Only piece 1 is added up. Pixels with the numbers 2, 3, … are stained too.",
                    lambda image, mask, level: stain(image, mask == 1, level).sum(),
                ),
                (
                    "The pixels are multiplied by the mask, so piece 2 counts twice. Its numbers are names: "
                    "compare them with 0.",
                    lambda image, mask, level: ((image - level) * mask).sum(),
                ),
                (
                    "`image[mask]` takes the mask numbers as numbers of rows. Compare first: `mask > 0` says "
                    "for each pixel whether to take it.",
                    lambda image, mask, level: (image[mask] - level).sum(),
                ),
            ],
            num_images=1,
        ),
        *(
            (
                f"`{wider}` knows no negative numbers either: below 0 they go round to its other end. Take "
                f"`float`.",
                lambda image, mask, level, wider=wider: stain(image.astype(wider), mask, level).sum(),
            )
            for wider in ("uint16", "uint32", "uint64")
        ),
        (
            "A background above 255 does not fit into `uint8`, and 9 − 10 goes round to 255 there. Change "
            "the type of the image instead, to `float`, then subtract.",
            lambda image, mask, level: None if level > 255 else stain(image, mask, level).sum(),
        ),
    ]
    by_hand = {
        "image": np.array([[10, 12, 11], [13, 40, 9], [50, 8, 10]], np.uint8),
        "mask": np.array([[0, 0, 0], [0, 1, 1], [2, 0, 0]], np.uint8),
        "background": 10,
    }
    drawn = [
        {"image": rng.integers(0, high, shape).astype(dtype), "mask": _mask(rng, *shape), "background": level}
        for shape, dtype, high, level in [
            ((4, 5), np.uint8, 255, int(rng.integers(20, 90))),
            ((6, 4), np.uint16, 4095, int(rng.integers(300, 900))),  # no uint8 holds it
            ((5, 5), np.uint8, 60, int(rng.integers(20, 40))),
        ]
    ]
    empty = {**by_hand, "mask": np.zeros((3, 3), np.uint8)}
    same_answers(answer, stain_sum, [by_hand, *drawn, empty], slips=slips)
