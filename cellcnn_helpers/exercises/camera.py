"""Exercises on the camera: from photons to grey values, where its range ends, and its gain."""

import numpy as np

from ._compare import same_answers
from ._core import checker

NAN = np.nan  # in a slip: any value agrees


def _stored(bit_depth):
    """The type of a file from such a camera: there is none of 12 bits, so 16 are used."""
    return np.uint8 if bit_depth <= 8 else np.uint16


@checker(
    hints=(
        "Which is the largest number that a camera of `bit_depth` bits can give? Think of 1 bit: 0 and 1.",
        "There are 2 to the power of `bit_depth` values and counting starts at 0. Neither the type of the "
        "file nor the brightest pixel of this one picture tells you that.",
        "Compare all pixels with 2 to the power of `bit_depth` minus 1 (the power is `**`), and divide the "
        "number of equal ones by the number of all.",
    ),
    learned="A saturated pixel only says: at least this bright. What was above is lost.",
)
def saturated_share(answer, rng):
    """Check `saturated_share(image, bit_depth)`: the share, 0 to 1, of pixels at the camera's largest value.

    Examples
    --------
    >>> saturated_share(lambda image, bit_depth: (image == image.max()).mean()).message[:42]
    'The largest value of this picture need not'
    """

    def saturated_share(image, bit_depth):
        return (image == 2**bit_depth - 1).mean()

    power = "In Python `^` is no power: `2^3` is 1. The power is `2**3`."
    half = (
        "The −1 belongs behind the power: 2**bit_depth − 1. With 2**(bit_depth − 1) only half of the values "
        "lie below."
    )
    slips = [
        (
            "255 is the largest value of 8 bits only. With 12 bits it is 4095: compute it from `bit_depth`.",
            lambda image, bits: (image == 255).mean(),
        ),
        (
            "This share is always 0. No pixel can be 2**bit_depth: there are 2**bit_depth values, and the "
            "first is 0, so the last is one less.",
            lambda image, bits: (image >= 2**bits).mean(),
        ),
        *(
            (half, lambda image, bits, compare=compare, end=end: compare(image, 2 ** (bits - 1) - end).mean())
            for compare in (np.equal, np.greater_equal, np.greater)
            for end in (0, 1)
        ),
        (power, lambda image, bits: (image == (2 ^ bits - 1)).mean()),
        (power, lambda image, bits: (image == (2 ^ bits) - 1).mean()),
        (
            "The largest value of this picture need not be the camera's: a dark picture has no saturated "
            "pixel, but always a brightest one.",
            lambda image, bits: (image == image.max()).mean(),
        ),
        (
            "This takes the largest value of the file's type. A camera of 12 bits is stored in `uint16`, but "
            "never gives more than 4095.",
            lambda image, bits: (image == np.iinfo(image.dtype).max).mean(),
        ),
        (
            "One too low: 2**bit_depth − 1 is the largest value itself, and this one is saturated.",
            lambda image, bits: (image >= 2**bits - 2).mean(),
        ),
        (
            "This is the number of saturated pixels. Divide by the number of all pixels.",
            lambda image, bits: (image == 2**bits - 1).sum(),
        ),
        (
            "This is in percent. Give the share from 0 to 1.",
            lambda image, bits: 100 * (image == 2**bits - 1).mean(),
        ),
        (
            "This divides by the number of rows, which is what `len` of a picture gives. All its pixels are "
            "`image.size`.",
            lambda image, bits: (image == 2**bits - 1).sum() / len(image),
        ),
        (
            "This is the share of all other pixels.",
            lambda image, bits: (image != 2**bits - 1).mean(),
        ),
    ]
    by_hand = {
        "image": np.array([[4095, 255, 2048, 0], [4095, 4094, 3000, 2047]], np.uint16),
        "bit_depth": 12,
    }
    dark = {"image": np.array([[3, 60], [254, 9]], np.uint8), "bit_depth": 8}
    drawn = [
        {"image": _exposed(rng, bits, shape), "bit_depth": bits}
        for bits, shape in [(8, (4, 5)), (12, (3, 7)), (16, (5, 4)), (10, (6, 4))]
    ]
    same_answers(answer, saturated_share, [by_hand, dark, *drawn], slips=slips)


def _exposed(rng, bit_depth, shape):
    """A picture with saturated pixels, some just below, and the numbers that slips take for the end."""
    top, half = 2**bit_depth - 1, 2 ** (bit_depth - 1)
    between = (top + half) // 2
    values = [top, top, top, top - 1, between, half, half - 1, 255, *range(5, 14)]
    return rng.choice(np.array(values, _stored(bit_depth)), shape)


@checker(
    hints=(
        "A photon makes `gain` grey values, and even a dark pixel reads `offset`. Which is applied first?",
        "Grey values are whole numbers: 27.75 is nearer to 28. And what does a camera of 8 bits give for "
        "305? It does not begin again at 0.",
        "Photons times gain, plus offset; then round; then clip to 0 … 2**bit_depth − 1; and change the "
        "type last: `uint8` up to 8 bits, otherwise `uint16`.",
    ),
    learned="Round, clip, and only then change the type: in any other order bright pixels turn dark.",
)
def record(answer, rng):
    """Check `record(photons, gain, offset, bit_depth)`: the grey values that a camera without noise gives.

    Photons × gain + offset, rounded, clipped to 0 … 2**bit_depth − 1, of type `uint8` up to 8 bits and
    `uint16` above. The offset may be negative: then a dark pixel, which would lie below 0, gives 0.

    Examples
    --------
    >>> def cut_off(photons, gain, offset, bit_depth):
    ...     grey = np.clip(photons * gain + offset, 0, 2**bit_depth - 1)
    ...     return grey.astype(np.uint8 if bit_depth <= 8 else np.uint16)
    >>> record(cut_off).message
    'The fractions are cut off. `.astype` does not round: use `np.round` before it.'
    """

    def record(photons, gain, offset, bit_depth):
        return store(np.clip(np.round(photons * gain + offset), 0, 2**bit_depth - 1), bit_depth)

    def store(values, bits):
        return values.astype(np.int64).astype(_stored(bits))  # too large: goes round, on every processor

    def grey(photons, gain, offset):
        return np.round(photons * gain + offset)

    def any_below_zero(wrong):
        """The slip, whether or not the student has thought of the lower end too."""
        return lambda n, gain, offset, bits: np.where(
            n * gain + offset < 0, NAN, wrong(n, gain, offset, bits)
        )

    wraps = (
        "Bright pixels turned dark: what is too large for the type begins again at 0. "
        "Clip to 2**bit_depth − 1 before you change the type."
    )
    order = "The offset is added before the gain. It is a number of grey values: multiply first, then add it."
    one_less = "The largest value is 2**bit_depth − 1, as the first is 0: 255 with 8 bits."
    unclipped = "Values above 2**bit_depth − 1 are left. The camera is saturated there: clip them."
    slips = [
        (
            "The fractions are cut off. `.astype` does not round: use `np.round` before it.",
            lambda n, gain, offset, bits: np.floor(np.clip(n * gain + offset, 0, 2**bits - 1)),
        ),
        (wraps, lambda n, gain, offset, bits: store(grey(n, gain, offset), bits)),
        (
            "Bright pixels turned dark: the fractions are cut off, and what is too large for the type begins "
            "again at 0. Round, then clip, then change the type.",
            lambda n, gain, offset, bits: store(n * gain + offset, bits),
        ),
        (
            "Bright pixels turned dark: the type is changed before the clipping, which then comes too late. "
            "Round, then clip, then change the type.",
            lambda n, gain, offset, bits: np.clip(store(grey(n, gain, offset), bits), 0, 2**bits - 1),
        ),
        (
            "Bright pixels turned dark: the type is changed first, which cuts the fractions off and makes "
            "what is too large begin again at 0. Round, then clip, then change the type.",
            lambda n, gain, offset, bits: np.clip(store(n * gain + offset, bits), 0, 2**bits - 1),
        ),
        (unclipped, lambda n, gain, offset, bits: grey(n, gain, offset)),
        (unclipped, lambda n, gain, offset, bits: n * gain + offset),
        (
            "This clips to the range of the type. A camera of 12 bits ends at 4095, though its file could "
            "hold 65535.",
            lambda n, gain, offset, bits: np.clip(grey(n, gain, offset), 0, np.iinfo(_stored(bits)).max),
        ),
        (
            "255 is the largest value of 8 bits only: clip to 2**bit_depth − 1.",
            lambda n, gain, offset, bits: np.clip(grey(n, gain, offset), 0, 255),
        ),
        (one_less, lambda n, gain, offset, bits: np.clip(grey(n, gain, offset), 0, 2**bits)),
        (
            one_less,
            lambda n, gain, offset, bits: store(np.clip(grey(n, gain, offset), 0, 2**bits), bits),
        ),
        (
            "The values are clipped, but not rounded: grey values are whole numbers.",
            lambda n, gain, offset, bits: np.clip(n * gain + offset, 0, 2**bits - 1),
        ),
        (order, lambda n, gain, offset, bits: np.clip(np.round((n + offset) * gain), 0, 2**bits - 1)),
        (
            "The offset is missing: a dark pixel reads `offset`, not 0.",
            lambda n, gain, offset, bits: np.clip(grey(n, gain, 0), 0, 2**bits - 1),
        ),
        (
            "This divides by the gain. A photon makes `gain` grey values: multiply.",
            lambda n, gain, offset, bits: np.clip(grey(n, 1 / gain, offset), 0, 2**bits - 1),
        ),
        (
            "With more than 8 bits, values do not fit into `uint8` and begin again at 0. Use `uint16` there.",
            lambda n, gain, offset, bits: store(record(n, gain, offset, bits), 8),
        ),
    ]
    below_zero = (
        "Dark pixels {}: with a negative offset they lie below 0. Clip at both ends, 0 and 2**bit_depth − 1."
    )
    slips = [
        (
            below_zero.format("turned bright"),
            lambda n, gain, offset, bits: store(np.minimum(grey(n, gain, offset), 2**bits - 1), bits),
        ),
        (
            below_zero.format("are negative"),
            lambda n, gain, offset, bits: np.minimum(grey(n, gain, offset), 2**bits - 1),
        ),
        (
            "The offset is added after clipping, so bright pixels end above the largest value, or begin "
            "again at 0. Clip last.",
            lambda n, gain, offset, bits: (  # NumPy refuses to add a negative number to `uint8`
                None if offset < 0 else store(np.clip(grey(n, gain, 0), 0, 2**bits - 1) + offset, bits)
            ),
        ),
        *((message, any_below_zero(wrong)) for message, wrong in slips),
    ]
    by_hand = {
        "photons": np.array([[0, 15], [91, 1200]]),
        "gain": 0.25,
        "offset": 5,
        "bit_depth": 8,
    }
    drawn = [
        {
            "photons": np.append(rng.integers(0, end, 6), [0, end, 2 * end, 70000 * 7]).reshape(2, 5),
            "gain": float(rng.choice([2, 3, 4, 5]) / 7),  # sevenths: no grey value ends in .5
            "offset": sign * int(rng.integers(3, 60)),
            "bit_depth": bits,
        }
        for bits, end, sign in [(12, 9000, 1), (8, 500, -1), (16, 100_000, 1), (10, 1800, -1), (6, 60, 1)]
    ]
    same_answers(answer, record, [by_hand, *drawn], slips=slips, same_dtype=True)


@checker(
    hints=(
        "Each pair is a point: the mean to the right, the variance upward. What do the points lie on?",
        "An offset moves the line to the side and the noise of the electronics lifts it. Both leave its "
        "slope as it is, but not the ratio of one variance to its mean.",
        "Fit the straight line of least squares to all points, variances upward, with NumPy's `polyfit` "
        "for example. It gives slope and height at 0, in this order.",
    ),
    learned="Photon noise tells the gain: where light is twice as strong, its variance is twice as large.",
)
def camera_gain(answer, rng):
    """Check `camera_gain(means, variances)`: the slope of variance against mean, in grey values per photon.

    Examples
    --------
    >>> camera_gain(lambda means, variances: np.mean(variances / means)).message[:40]
    'The ratio of variance and mean is the ga'
    """

    def camera_gain(means, variances):
        return np.polyfit(means, variances, 1)[0]

    ratio = (
        "The ratio of variance and mean is the gain only if a dark pixel reads 0. The camera adds an "
        "offset: take the slope of a line through all points."
    )
    swapped = "Mean and variance are swapped: the line has the means to the right and the variances upward."
    slips = [
        (ratio, lambda means, variances: np.mean(variances / means)),
        (ratio, lambda means, variances: np.sum(variances) / np.sum(means)),
        (ratio, lambda means, variances: np.median(variances / means)),
        (ratio, lambda means, variances: variances / means),
        (
            "This is where the line meets the mean 0. `np.polyfit` gives the slope first.",
            lambda means, variances: np.polyfit(means, variances, 1)[1],
        ),
        ("Give the slope alone.", lambda means, variances: np.polyfit(means, variances, 1)),
        (
            "This line is forced through 0. With an offset it does not go there: let its height be free.",
            lambda means, variances: np.sum(means * variances) / np.sum(means**2),
        ),
        (swapped, lambda means, variances: np.polyfit(variances, means, 1)[0]),
        (
            "This is photons per grey value. The gain is the slope itself, grey values per photon.",
            lambda means, variances: 1 / np.polyfit(means, variances, 1)[0],
        ),
        (
            "This uses the first and the last point only. Each point has noise: fit the line to all.",
            lambda means, variances: (variances[-1] - variances[0]) / (means[-1] - means[0]),
        ),
        (
            "This uses the darkest and the brightest point only. Each point has noise: fit the line to all.",
            lambda means, variances: np.ptp(variances[[means.argmin(), means.argmax()]]) / np.ptp(means),
        ),
        (
            "This uses two points at a time. Their noise is large where they are near to each other: fit one "
            "line to all.",
            lambda means, variances: np.mean(np.diff(variances) / np.diff(means)),
        ),
        (
            "This fits the standard deviation. It grows like the square root of the light; the variance lies "
            "on a line.",
            lambda means, variances: np.polyfit(means, np.sqrt(variances), 1)[0],
        ),
        (
            "The root is too much: the slope is the gain already.",
            lambda means, variances: np.sqrt(np.polyfit(means, variances, 1)[0]),
        ),
    ]
    by_hand = {"means": np.array([10.0, 20, 60]), "variances": np.array([2.0, 14, 20])}
    drawn = []
    for points in (4, 5, 7):
        gain, offset = rng.uniform(0.2, 3), rng.uniform(20, 100)
        means = offset + rng.permutation(np.arange(1, points + 1)) * rng.uniform(100, 200)
        variances = (gain * (means - offset) + rng.uniform(2, 20)) * rng.uniform(0.9, 1.1, points)
        drawn.append({"means": means.round(1), "variances": variances.round(1)})
    same_answers(answer, camera_gain, [by_hand, *drawn], slips=slips)
