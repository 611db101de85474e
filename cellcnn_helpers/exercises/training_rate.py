"""The exercise on the learning rate of a whole training: it rises, then falls."""

import math

from ._compare import same_answers
from ._core import checker


@checker(
    hints=(
        "Two cases: is the step still in the rise, or behind it? `num_steps // 10` steps rise.",
        "In the rise the share of the way is step / rise, and the rate goes from 0.1 to 1 times the highest: "
        "0.1 + 0.9 · share. Behind it the cosine begins, and it has num_steps − rise steps.",
        "Behind the rise: highest · (1 + cos(π · (step − rise) / (num_steps − rise))) / 2. A training of "
        "fewer than ten steps has no rise.",
    ),
    learned="Small steps while the weights know nothing, large ones in between, small ones to finish.",
)
def scheduled_rate(answer, rng):
    """Check `scheduled_rate(step, num_steps, highest)`: a rise from a tenth, then half a cosine down to 0.

    Examples
    --------
    >>> scheduled_rate(lambda step, num_steps, highest: highest).message
    'The rate stays the same. It rises in the first tenth of the steps, and then falls.'
    """

    def rate(step, num_steps, highest, *, low=0.1, start=None, length=None, turn=math.pi, end=2):
        rise = num_steps // 10
        if step < rise:
            return highest * (low + (1 - low) * step / rise)
        start = rise if start is None else start
        length = num_steps - rise if length is None else length
        return highest * (1 + math.cos(turn * (step - start) / length)) / end

    def scheduled_rate(step, num_steps, highest):
        return rate(step, num_steps, highest)

    def cosine(step, num_steps, highest):
        return highest * (1 + math.cos(math.pi * step / num_steps)) / 2

    def linear(step, num_steps, highest):
        rise = num_steps // 10
        if step < rise:
            return rate(step, num_steps, highest)
        return highest * (1 - (step - rise) / (num_steps - rise))

    def quarter(step, num_steps, highest):
        rise = num_steps // 10
        if step < rise:
            return rate(step, num_steps, highest)
        return highest * math.cos(math.pi / 2 * (step - rise) / (num_steps - rise))

    def last_of_the_rise(step, num_steps, highest):
        """As `linspace(0.1, 1, rise)` has it."""
        rise = num_steps // 10
        if step < rise:
            return highest * (0.1 + 0.9 * step / max(rise - 1, 1))
        return rate(step, num_steps, highest)

    def early_top(step, num_steps, highest):
        """Equal parts from a tenth to all of it, but the tenth is the first of them."""
        rise = num_steps // 10
        return highest * (step + 1) / rise if step < rise else rate(step, num_steps, highest)

    def no_fall(step, num_steps, highest):
        return rate(min(step, num_steps // 10), num_steps, highest)

    def from_the_rise(step, num_steps, highest):
        """A rise that reaches only what is left of it."""
        rise = num_steps // 10
        return highest * step / rise if step < rise else rate(step, num_steps, highest)

    slips = [
        (
            "The rate stays the same. It rises in the first tenth of the steps, and then falls.",
            lambda step, num_steps, highest: highest,
        ),
        (
            "There is no rise: the first tenth of the steps goes from a tenth of the rate to all of it.",
            cosine,
        ),
        ("There is no fall: behind the rise the rate follows half a cosine down to 0.", no_fall),
        ("The rise begins at a tenth of the highest rate, not at 0.", from_the_rise),
        (
            "The rise is one step too short: the highest rate comes behind it, at step `num_steps // 10`, "
            "and not with its last step. `linspace` includes its end.",
            last_of_the_rise,
        ),
        (
            "The rise is complete one step too early: step `num_steps // 10` is the first at the full rate. "
            "Step by step it adds 0.9 / (num_steps // 10) of it.",
            early_top,
        ),
        (
            "The rise begins at a tenth and adds a whole: 0.1 + 0.9 · share ends at 1.",
            lambda step, num_steps, highest: (
                highest * (0.1 + step / (num_steps // 10))
                if step < num_steps // 10
                else rate(step, num_steps, highest)
            ),
        ),
        (
            "The cosine begins at step 0. It begins where the rise ends: take the rise from the step.",
            lambda step, num_steps, highest: rate(step, num_steps, highest, start=0),
        ),
        (
            "The cosine begins at step 0. It begins where the rise ends: take the rise from the step.",
            lambda step, num_steps, highest: rate(step, num_steps, highest, start=0, length=num_steps),
        ),
        (
            "The cosine is too long: behind the rise only num_steps − rise steps are left.",
            lambda step, num_steps, highest: rate(step, num_steps, highest, length=num_steps),
        ),
        ("The fall is a straight line here. It follows half a cosine.", linear),
        (
            "This is a whole cosine: it comes up again. Half of it goes to π.",
            lambda step, num_steps, highest: rate(step, num_steps, highest, turn=2 * math.pi),
        ),
        (
            "This is a quarter of a cosine: it does not end at 0. Half of it goes to π.",
            lambda step, num_steps, highest: rate(step, num_steps, highest, turn=math.pi / 2),
        ),
        (
            "This is a quarter of a cosine, cos(π/2 · share). Take half of one: (1 + cos(π · share)) / 2.",
            quarter,
        ),
        (
            "The half is missing: 1 + cos begins at 2.",
            lambda step, num_steps, highest: rate(step, num_steps, highest, end=1),
        ),
        (
            "The angle is in radians: half a turn is π, not 180.",
            lambda step, num_steps, highest: rate(step, num_steps, highest, turn=180),
        ),
    ]
    # 10 of 100 steps rise: half-way there, at the top, half-way down and at the end the numbers are round.
    by_hand = [{"step": step, "num_steps": 100, "highest": 0.01} for step in (5, 0, 10, 55, 100)]
    drawn = [
        {"step": step, "num_steps": num_steps, "highest": int(rng.integers(2, 90)) / 1000}
        for num_steps in (int(rng.integers(201, 399)), int(rng.integers(41, 99)))
        for step in map(
            int, (*rng.integers(1, num_steps // 10, 2), *rng.integers(num_steps // 3, num_steps, 3))
        )
    ]
    short = [{"step": 3, "num_steps": 6, "highest": 0.02}]
    same_answers(answer, scheduled_rate, [*by_hand, *drawn, *short], slips=slips)
