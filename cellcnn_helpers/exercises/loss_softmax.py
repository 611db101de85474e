"""Exercise on softmax: probabilities from logits, however large."""

import numpy as np

from ._compare import same_answers
from ._core import checker
from ._probabilities import LARGEST_OF_COLUMN, OVERFLOW, drawn_logits, overflowing_softmax
from ._probabilities import softmax as probabilities

TOGETHER = "All values together add up to 1. Each row should, for itself: `axis=1`."
COLUMNS = "The columns add up to 1, so the cells compete. The classes of one cell should: `axis=1`."
NOT_DIVIDED = "The powers are not yet divided by their sum. Divide each row by its own, then it adds up to 1."
ABOVE_ONLY = (
    "The largest logit is taken away above the line only. Take it away below too: then the two cancel."
)
BELOW_ONLY = (
    "The largest logit is taken away below the line only. Take it away above too: then the two cancel."
)


@checker(
    hints=(
        "Two things are needed: no number below 0, and each row adds up to 1. Which function makes every "
        "number positive?",
        "Take the exponential, then divide by the sum of the row: `axis=1`, with `keepdims=True`, so that "
        "each row meets its own sum.",
        "The exponential of 1000 is infinite. Take the largest logit of each row away first: it divides "
        "above and below by the same number, and so nothing changes.",
    ),
    learned="Only differences of logits count, so the largest may be taken away and nothing overflows.",
)
def softmax(answer, rng):
    """Check `softmax(logits)`: each row as probabilities; logits may be as large as 1000.

    (N, classes) -> (N, classes)

    Examples
    --------
    >>> softmax(lambda logits: np.exp(logits) / np.exp(logits).sum()).message
    'All values together add up to 1. Each row should, for itself: `axis=1`.'
    """

    def softmax(logits):
        return probabilities(logits)

    def shifted_by(lift, axis=None):
        """A slip in what is taken away: right where nothing overflows."""
        return lambda logits: overflowing_softmax(logits - lift(logits, axis=axis, keepdims=True))

    def by_parts(above, below, divisor):
        """A slip ``above / divisor(below)``, both powers of logits from which something is taken away."""
        return lambda logits: np.exp(above(logits)) / divisor(np.exp(below(logits)))

    def raw(logits):
        return logits

    def less_row(logits):
        return logits - logits.max(axis=1, keepdims=True)

    def less_all(logits):
        return logits - logits.max()

    def less_column(logits):
        return logits - logits.max(axis=0)

    def row_sums(powers):
        return powers.sum(axis=1, keepdims=True)

    slips = [
        *((TOGETHER, by_parts(less, less, np.sum)) for less in (raw, less_row)),
        *((COLUMNS, by_parts(less, less, lambda powers: powers.sum(axis=0))) for less in (raw, less_row)),
        (LARGEST_OF_COLUMN, by_parts(less_column, less_column, row_sums)),
        *((ABOVE_ONLY, by_parts(less, raw, row_sums)) for less in (less_row, less_all)),
        *((BELOW_ONLY, by_parts(raw, less, row_sums)) for less in (less_row, less_all)),
        *(
            (NOT_DIVIDED, lambda logits, less=less: np.exp(less(logits)))
            for less in (less_row, less_all, raw)
        ),
        (
            "The largest logit of the whole array is taken away. Then all powers of a row far below it are "
            "0, and 0 / 0 is NaN: take the largest of each row.",
            shifted_by(np.max),
        ),
        (
            "The mean is taken away, or the smallest logit, and large logits still overflow. Take away the "
            "largest of the row, then no power is above 1.",
            shifted_by(np.mean, axis=1),
        ),
        *(
            (
                "Large logits are cut off. Two different ones then look equal: take the largest of the row "
                "away from all of them, which keeps their differences.",
                lambda logits, most=most: probabilities(np.clip(logits, -most, most)),
            )
            for most in (50, 100, 500, 700)
        ),
        (OVERFLOW, overflowing_softmax),
        (
            "This is the sigmoid of each value. It knows nothing of the other classes, so the rows do not "
            "add up to 1.",
            lambda logits: 1 / (1 + np.exp(-logits)),
        ),
        (
            "This divides by the largest power of the row. Divide by their sum, then they add up to 1.",
            by_parts(raw, raw, lambda powers: powers.max(axis=1, keepdims=True)),
        ),
        (
            "The exponential is missing. Without it a negative logit gives a negative probability.",
            lambda logits: logits / logits.sum(axis=1, keepdims=True),
        ),
        (
            "The largest logit is divided away. Take it away by a minus.",
            lambda logits: probabilities(logits / logits.max(axis=1, keepdims=True)),
        ),
        (
            "The sign is the wrong way round: the largest logit should become the largest probability.",
            lambda logits: probabilities(-logits),
        ),
        (
            "This is the log of the probabilities: leave the log out.",
            lambda logits: np.log(probabilities(logits)),
        ),
        ("This is the class of the largest logit, not the probabilities.", lambda z: z.argmax(axis=1)),
    ]
    by_hand = {"logits": np.log([[1.0, 1, 2], [7, 1, 2]])}  # exp gives these numbers back
    large = {"logits": np.array([[1000.0, 999, -2000], [-1000, -1002, -1001]])}
    cases = [by_hand, *({"logits": logits} for logits in drawn_logits(rng)), large]
    same_answers(answer, softmax, cases, slips=slips)
