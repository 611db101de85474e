"""Exercises of the chapter on optimization: steps, their number and size, and the chain rule."""

import math

from ._compare import same_answers
from ._core import checker
from .optimization_adam import adam_step
from .optimization_layers import two_layer_gradient
from .optimization_rmsprop import rmsprop_step
from .optimization_steps import momentum_step, sgd_step

__all__ = [
    "adam_step",
    "cosine_rate",
    "momentum_step",
    "rmsprop_step",
    "sgd_step",
    "steps_per_epoch",
    "two_layer_gradient",
]


@checker(
    hints=(
        "A cosine begins at 1. Where along it is −1 reached, and what must be done so that it ends at 0?",
        "Half a cosine goes from 1 to −1 while the angle goes from 0 to π: that is the share of the steps "
        "taken, times π. Adding 1 lifts the end to 0, but what becomes of the start?",
        "Angle: π · step / `num_steps`. Rate: `learning_rate` · (1 + cosine of the angle) / 2.",
    ),
    learned="Large steps at first, small ones at the end, and no jump between them.",
)
def cosine_rate(answer, rng):
    """Check `cosine_rate(step, num_steps, learning_rate)`: along half a cosine to 0, 0 ≤ step ≤ num_steps.

    Examples
    --------
    >>> def quarter(step, num_steps, learning_rate):
    ...     return learning_rate * math.cos(math.pi / 2 * step / num_steps)
    >>> cosine_rate(quarter).message
    'This is a quarter of a cosine: it ends in a steep fall. Take half of one: (1 + cos) / 2.'
    """

    def cosine_rate(step, num_steps, learning_rate):
        return learning_rate * (1 + math.cos(math.pi * step / num_steps)) / 2

    def of_share(formula):
        """A slip as a formula of the share of the steps taken."""
        return lambda step, num_steps, rate: rate * formula(step / num_steps)

    counted = (
        "The steps run from 0 to `num_steps`: the share is step / num_steps, nothing added or taken away."
    )
    slips = [
        (
            "This is a quarter of a cosine: it ends in a steep fall. Take half of one: (1 + cos) / 2.",
            of_share(lambda share: math.cos(math.pi / 2 * share)),
        ),
        (
            "This is a full cosine: in the middle the rate is 0, then it rises again. Go up to π, not 2π.",
            of_share(lambda share: (1 + math.cos(2 * math.pi * share)) / 2),
        ),
        (
            "Half of it is missing: 1 + cos begins at 2.",
            of_share(lambda share: 1 + math.cos(math.pi * share)),
        ),
        (
            "The rate becomes negative in the second half, so the steps go uphill. Lift it: (1 + cos) / 2.",
            of_share(lambda share: math.cos(math.pi * share)),
        ),
        (
            "Only the cosine is halved: brackets are missing. (1 + cos) / 2.",
            of_share(lambda share: 1 + math.cos(math.pi * share) / 2),
        ),
        (
            "Only the 1 is halved, so the rate starts 1.5 times too high and ends below 0: (1 + cos) / 2.",
            of_share(lambda share: 0.5 + math.cos(math.pi * share)),
        ),
        (
            "The 1 is missing: half a cosine goes from 0.5 to −0.5, so the rate starts halved and becomes "
            "negative. (1 + cos) / 2.",
            of_share(lambda share: math.cos(math.pi * share) / 2),
        ),
        *(
            (
                "The rate multiplies the 1 only: brackets are missing. learning_rate · (1 + cos) / 2.",
                lambda step, n, rate, sum_of=sum_of: sum_of(rate, math.cos(math.pi * step / n)),
            )
            for sum_of in (
                lambda rate, cosine: rate + cosine / 2,
                lambda rate, cosine: (rate + cosine) / 2,
                lambda rate, cosine: rate / 2 + cosine,
                lambda rate, cosine: rate + cosine,
            )
        ),
        (
            "This takes the cosine of π alone, and multiplies then. The whole angle goes into the brackets: "
            "cos(π · step / `num_steps`).",
            of_share(lambda share: (1 + math.cos(math.pi) * share) / 2),
        ),
        (
            "This rises from 0 to the learning rate. It should fall: plus the cosine, not minus.",
            of_share(lambda share: (1 - math.cos(math.pi * share)) / 2),
        ),
        (
            "This is a sine, which begins at 0. Take the cosine.",
            of_share(lambda share: math.sin(math.pi * share)),
        ),
        (
            "This is a sine, which begins at 0. Take the cosine.",
            of_share(lambda share: (1 + math.sin(math.pi * share)) / 2),
        ),
        (
            "The angle is in degrees. `np.cos` takes radians: half a turn is π.",
            of_share(lambda share: (1 + math.cos(180 * share)) / 2),
        ),
        ("π is missing from the angle.", of_share(lambda share: (1 + math.cos(share)) / 2)),
        ("This falls in a straight line. Take (1 + cos) / 2.", of_share(lambda share: 1 - share)),
        (
            counted,
            lambda step, n, rate: cosine_rate(step, n - 1, rate) if n > 1 else math.nan,
        ),
        (counted, lambda step, n, rate: cosine_rate(step + 1, n, rate)),
        (counted, lambda step, n, rate: cosine_rate(step, n + 1, rate)),
        (counted, lambda step, n, rate: cosine_rate(step - 1, n, rate)),
        (
            "`learning_rate` is not used: the rate begins there.",
            lambda step, n, rate: cosine_rate(step, n, 1),
        ),
        (
            "The share is cut to a whole number by `//`, so the rate stays until the end. Divide with `/`.",
            lambda step, n, rate: cosine_rate(step // n, 1, rate),
        ),
        (
            "The angle is cut to a whole number by `//`, so the rate falls in stairs. Divide with `/`.",
            lambda step, n, rate: rate * (1 + math.cos(math.pi * step // n)) / 2,
        ),
    ]
    by_hand = {"step": 2, "num_steps": 6, "learning_rate": 0.8}  # the cosine of π/3 is 1/2
    ends = [{"step": step, "num_steps": 10, "learning_rate": 0.5} for step in (0, 10)]
    drawn = []
    for num_steps in rng.integers(8, 40, 3):
        step = int(rng.integers(num_steps // 2 + 1, num_steps))
        drawn.append(
            {"step": step, "num_steps": int(num_steps), "learning_rate": float(rng.integers(2, 20) / 10)}
        )
    same_answers(answer, cosine_rate, [by_hand, *drawn, *ends], slips=slips)


@checker(
    hints=(
        "In one epoch the network sees every image once. How many full batches are there, and is anything "
        "left over?",
        "What is left over is a batch too, only a smaller one. If nothing is left, there is none.",
        "Divide the number of images by the batch size and round up to a whole number, an `int`.",
    ),
    learned="Round up: the last images count too, in a smaller batch.",
)
def steps_per_epoch(answer, rng):
    """Check `steps_per_epoch(num_images, batch_size)`: how many batches show every image once.

    Examples
    --------
    >>> steps_per_epoch(lambda num_images, batch_size: num_images // batch_size).message
    'The last, smaller batch is not counted, so its images are never seen: round up.'
    """

    def steps_per_epoch(num_images, batch_size):
        return math.ceil(num_images / batch_size)

    slips = [
        (
            "The last, smaller batch is not counted, so its images are never seen: round up.",
            lambda n, batch: n // batch,
        ),
        (
            "The last, smaller batch is not counted, except where it is the only one: round up.",
            lambda n, batch: max(n // batch, 1),
        ),
        (
            "A batch is added even where nothing is left over. Round up only where the division leaves a "
            "rest.",
            lambda n, batch: n // batch + 1,
        ),
        (
            "This is rounded to the nearest, so a small rest is lost. Round up.",
            lambda n, batch: round(n / batch),
        ),
        ("A number of steps is whole: round up.", lambda n, batch: n / batch),
        ("This is what is left for the last batch. Count the batches.", lambda n, batch: n % batch),
        ("This is upside down: images divided by the batch size.", lambda n, batch: math.ceil(batch / n)),
        ("This is one step for each image. A step takes a whole batch.", lambda n, batch: n),
        ("Divide: with larger batches there are fewer steps.", lambda n, batch: n * batch),
    ]
    by_hand = {"num_images": 100, "batch_size": 30}
    fixed = [{"num_images": 96, "batch_size": 32}, {"num_images": 5, "batch_size": 16}]
    drawn = []
    for _ in range(4):
        batch = int(rng.integers(4, 80))
        rest = [1, batch - 1][len(drawn) % 2]
        drawn.append({"num_images": int(rng.integers(3, 90)) * batch + rest, "batch_size": batch})
    same_answers(answer, steps_per_epoch, [by_hand, *fixed, *drawn], slips=slips, whole=True)
