"""Exercises of the chapter on training: how fast it is, what would make it faster, how much fits."""

import math

import numpy as np

from ._compare import same_answers
from ._core import checker
from .training_order import batch_rows, early_stop
from .training_rate import scheduled_rate

__all__ = [
    "batch_rows",
    "early_stop",
    "images_per_second",
    "largest_batch",
    "scheduled_rate",
    "speed_up",
]


@checker(
    hints=(
        "The first reading is the start. How many steps lie between the readings that are left?",
        "Leave the first `warm_up` steps out, and their time too: begin to count at the reading where they "
        "end, which has the number `warm_up`, counted from 0.",
        "Steps that count, times images per step, divided by the time from that reading to the last one.",
    ),
    learned="Speed without warm-up is what a long training will have.",
)
def images_per_second(answer, rng):
    """Check `images_per_second(readings, batch_size, warm_up)`: the speed once a loop has settled.

    Examples
    --------
    >>> images_per_second(lambda readings, batch_size, warm_up: 14).message
    'The result is 14, but 20.0 is expected.'
    """

    def images_per_second(readings, batch_size, warm_up):
        return (len(readings) - 1 - warm_up) * batch_size / (readings[-1] - readings[warm_up])

    def by_rates(t, batch_size, warm_up):
        return (batch_size / np.diff(t)[warm_up:]).mean()

    slips = [
        (
            "The first steps are in it. Leave out `warm_up` of them, and the time that they took.",
            lambda t, size, warm: (len(t) - 1) * size / (t[-1] - t[0]),
        ),
        (
            "The time of the first steps is left out, but their images are counted.",
            lambda t, size, warm: (len(t) - 1) * size / (t[-1] - t[warm]),
        ),
        (
            "The images of the first steps are left out, but their time is not.",
            lambda t, size, warm: (len(t) - 1 - warm) * size / (t[-1] - t[0]),
        ),
        (
            "One step too many: between n readings there are n − 1 steps.",
            lambda t, size, warm: (len(t) - warm) * size / (t[-1] - t[warm]),
        ),
        (
            "One step too many is left out: after `warm_up` steps the clock shows `readings[warm_up]`.",
            lambda t, size, warm: (len(t) - 2 - warm) * size / (t[-1] - t[warm + 1]),
        ),
        (
            "One step too few is left out. The first reading is the start, so after `warm_up` steps the "
            "clock shows `readings[warm_up]`.",
            lambda t, size, warm: (len(t) - warm) * size / (t[-1] - t[warm - 1]),
        ),
        (
            "These are steps per second. How many images does a step see?",
            lambda t, size, warm: (len(t) - 1 - warm) / (t[-1] - t[warm]),
        ),
        (
            "These are seconds per image. Turn it around.",
            lambda t, size, warm: (t[-1] - t[warm]) / ((len(t) - 1 - warm) * size),
        ),
        (
            "These are seconds per step. Images per second are asked for.",
            lambda t, size, warm: (t[-1] - t[warm]) / (len(t) - 1 - warm),
        ),
        (
            "This is the mean of the speeds of single steps, in which a slow step counts too little. Divide "
            "all images by all of their time.",
            by_rates,
        ),
        (
            "This is the speed of a step of middle length, for which slow steps cost nothing. Divide all "
            "images by all of their time.",
            lambda t, size, warm: size / np.median(np.diff(t)[warm:]),
        ),
        (
            "The readings are added up as if they were lengths of time. They are what a clock shows: only "
            "their differences are times.",
            lambda t, size, warm: (len(t) - warm) * size / t[warm:].sum(),
        ),
        (
            "The readings are added up as if they were lengths of time. They are what a clock shows: only "
            "their differences are times.",
            lambda t, size, warm: (len(t) - 1 - warm) * size / t[warm + 1 :].sum(),
        ),
        (
            "The last reading is no length of time: the clock did not begin at 0. Take the reading after the "
            "warm-up from it.",
            lambda t, size, warm: (len(t) - 1 - warm) * size / t[-1],
        ),
        (
            "This is the speed of the last step alone. Take all steps after the warm-up.",
            lambda t, size, warm: size / (t[-1] - t[-2]),
        ),
    ]
    by_hand = {"readings": np.array([1.0, 5.0, 6.0, 8.0]), "batch_size": 30, "warm_up": 1}
    drawn = [
        {
            "readings": np.cumsum([rng.integers(1, 50), 9, *rng.integers(1, 8, num_steps)]) / 4,
            "batch_size": int(rng.choice([16, 32, 64])),
            "warm_up": warm_up,
        }
        for num_steps, warm_up in [(7, 2), (9, 3), (6, 1)]
    ]
    same_answers(answer, images_per_second, [by_hand, *drawn], slips=slips)


@checker(
    hints=(
        "Let the whole take 1 second. How long is the part that becomes faster, and how long is the rest?",
        "The rest takes as long as before: 1 − share. The part takes share / factor.",
        "The new time is the sum of both, and the whole became faster by 1 divided by it.",
    ),
    learned="What stays as it is sets the limit: look for the largest part first.",
)
def speed_up(answer, rng):
    """Check `speed_up(share, factor)`: how much faster all becomes if one part of it does (Amdahl's law).

    Examples
    --------
    >>> speed_up(lambda share, factor: share * factor).message
    'The rest is forgotten: it takes 1 − share, as before.'
    """

    def speed_up(share, factor):
        return 1 / (1 - share + share / factor)

    slips = [
        ("The rest is forgotten: it takes 1 − share, as before.", lambda share, factor: factor * share),
        ("Only the part becomes faster. The rest takes as long as before.", lambda share, factor: factor),
        (
            "This is the new time. How many times does it go into the old one, which was 1?",
            lambda share, factor: 1 - share + share / factor,
        ),
        (
            "Here the rest becomes faster and the part does not. Turn them around.",
            lambda share, factor: 1 / (share + (1 - share) / factor),
        ),
        (
            "These are factors, weighted by shares. Add up times, not speeds.",
            lambda share, factor: 1 - share + share * factor,
        ),
        (
            "This is the limit, for a part that takes no time at all. It still takes share / factor.",
            lambda share, factor: 1 / (1 - share),
        ),
        (
            "This is the share of time that is saved. Asked for is the old time divided by the new.",
            lambda share, factor: share - share / factor,
        ),
        (
            "The part takes share / factor: divided, since it is faster.",
            lambda share, factor: 1 / (1 - share + share * factor),
        ),
        (
            "This leaves the part out of the new time. It still takes share / factor.",
            lambda share, factor: 1 / (share / factor),
        ),
    ]
    by_hand = {"share": 0.8, "factor": 4}
    drawn = [
        {"share": int(rng.integers(55, 95)) / 100, "factor": float(rng.integers(3, 40))} for _ in range(3)
    ]
    same_answers(answer, speed_up, [by_hand, *drawn], slips=slips)


@checker(
    hints=(
        "How many numbers does one image leave behind in a layer whose output is rows × columns × channels?",
        "Add up these products over all layers and multiply by the bytes of a number: so much one image "
        "takes. The fixed part does not grow with the batch.",
        "Take the fixed bytes from the memory, and divide what is left by the bytes of an image, rounded "
        "down. Where not even the fixed part fits, the answer is 0.",
    ),
    learned="Weights are there once, activations once for every image: these limit the batch.",
)
def largest_batch(answer, rng):
    """Check `largest_batch(shapes, bytes_per_number, fixed_bytes, memory_bytes)`: how many images fit.

    `shapes` are those of the outputs of all layers, (rows, columns, channels), which are kept for the way
    back; `fixed_bytes` is what does not depend on the batch.

    Examples
    --------
    >>> def all_of_it(shapes, bytes_per_number, fixed_bytes, memory_bytes):
    ...     return memory_bytes // (bytes_per_number * sum(map(math.prod, shapes)))
    >>> largest_batch(all_of_it).message
    'The fixed part is forgotten: take it from the memory first.'
    """

    def images(shapes, per_number, fixed, memory, *, count=math.prod, gather=sum, divide=None):
        """The formula, of which each slip changes a step."""
        each = per_number * gather([count(shape) for shape in shapes])
        left = memory - fixed
        return max((divide or (lambda left, each: left // each))(left, each), 0)

    def largest_batch(shapes, bytes_per_number, fixed_bytes, memory_bytes):
        return images(shapes, bytes_per_number, fixed_bytes, memory_bytes)

    def slip(**changed):
        return lambda *arguments: images(*arguments, **changed)

    half = "An image that fits only in part does not fit: round down, with `//`."
    slips = [
        (
            "The fixed part is forgotten: take it from the memory first.",
            lambda shapes, per, fixed, memory: images(shapes, per, 0, memory),
        ),
        (
            "Where the fixed part alone is too large, no image fits: the answer is 0, not a negative number.",
            lambda *arguments: images(*arguments) or None,  # whatever is said in place of 0
        ),
        (half, slip(divide=lambda left, each: math.ceil(left / each))),
        (half, slip(divide=lambda left, each: round(left / each))),
        (half, slip(divide=lambda left, each: left / each)),
        (
            "A number takes `bytes_per_number` bytes, not one.",
            lambda shapes, per, fixed, memory: images(shapes, 1, fixed, memory),
        ),
        (
            "This is right for numbers of 4 bytes only. Take `bytes_per_number`.",
            lambda shapes, per, fixed, memory: images(shapes, 4, fixed, memory),
        ),
        (
            "These are bits. Memory is given in bytes, and so are the numbers.",
            lambda shapes, per, fixed, memory: images(shapes, 8 * per, fixed, memory),
        ),
        (
            "Only the largest layer is counted. All outputs are kept for the way back.",
            slip(gather=max),
        ),
        (
            "Only the first layer is counted. All outputs are kept for the way back.",
            slip(gather=lambda counts: counts[0]),
        ),
        (
            "Only the last layer is counted. All outputs are kept for the way back.",
            slip(gather=lambda counts: counts[-1]),
        ),
        ("The numbers of a shape are added. An output has rows × columns × channels.", slip(count=sum)),
        (
            "The channels are forgotten: an output has rows × columns × channels.",
            slip(count=lambda shape: shape[0] * shape[1]),
        ),
        (
            "The fixed part is counted once for every image. It is there once.",
            lambda shapes, per, fixed, memory: (
                memory // (per * sum(map(math.prod, shapes)) + fixed) if fixed <= memory else 0
            ),
        ),
        (
            "The fixed part is added to the memory. It takes some of it away.",
            lambda shapes, per, fixed, memory: images(shapes, per, -fixed, memory),
        ),
    ]
    by_hand = {
        "shapes": [(4, 4, 2), (2, 2, 3)],
        "bytes_per_number": 4,
        "fixed_bytes": 300,
        "memory_bytes": 1000,  # 700 left for 44 numbers of 4 bytes each
    }
    drawn = [
        {
            "shapes": [(side // 2, side, 2), (side, side, int(rng.integers(3, 9))), (1, 1, 8)],
            "bytes_per_number": per_number,
            "fixed_bytes": int(rng.integers(50_000, 90_000)),
            "memory_bytes": int(rng.integers(400_000, 800_000)),
        }
        for side, per_number in [(14, 4), (10, 2), (12, 4)]
    ]
    too_small = by_hand | {"fixed_bytes": 1700}
    same_answers(answer, largest_batch, [by_hand, *drawn, too_small], slips=slips, whole=True)
