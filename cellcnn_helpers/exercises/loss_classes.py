"""Exercises on the loss of classes: the surprise at the truth, and its gradient."""

import numpy as np

from ._compare import same_answers
from ._core import checker
from ._probabilities import (
    LARGEST_OF_COLUMN,
    OVERFLOW,
    classification_cases,
    from_probabilities,
    of_true,
    overflowing_softmax,
    softmax,
    with_either_softmax,
)

NAN = np.nan  # in a slip: any value agrees


@checker(
    hints=(
        "How surprised is the network by the true class, if it gave it the probability 1, 1/2 or nearly 0?",
        "Make probabilities of each row, pick the one of the true class by two indexes, the row's number and "
        "its label, and take minus the natural log. Then the mean over the rows.",
        "A probability may be too small to store. Stay with logs: take the row's largest logit away, then "
        "the surprise is the log of the sum of the powers, minus the logit of the true class.",
    ),
    learned="Being sure and wrong costs most: the loss grows with the logits and has no end.",
)
def cross_entropy(answer, rng):
    """Check `cross_entropy(labels, logits)`: the mean of −log p of the true class, where p is the softmax.

    (N,) class numbers and (N, classes) logits -> a number; logits may be as large as 1000.

    Examples
    --------
    >>> def in_bits(labels, logits):
    ...     probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    ...     return -np.log2(probabilities[np.arange(len(labels)), labels]).mean()
    >>> cross_entropy(in_bits).message
    'This is the log to the base 2. Take the natural log, `np.log`.'
    """

    def cross_entropy(labels, logits):
        logits = logits - logits.max(axis=1, keepdims=True)
        return (np.log(np.exp(logits).sum(axis=1)) - of_true(logits, labels)).mean()

    def log_of_row_sums(powers):
        return np.log(powers.sum(axis=1))

    def surprises(labels, p):
        return -np.log(of_true(p, labels))

    def scaled(message, factor):
        """A slip in the size of the result, also where the logits are stable."""
        return [
            (message, lambda labels, logits: factor(len(labels)) * cross_entropy(labels, logits)),
            *from_probabilities(message, lambda y, p: factor(len(y)) * surprises(y, p).mean()),
        ]

    def stable_but_lost(labels, logits):
        lost = logits.max(axis=1) - of_true(logits, labels) > 700  # exp(−745) is 0
        return None if lost.any() else cross_entropy(labels, logits)

    def by_parts(shift_sum=1, shift_true=1, *, axis=1, log_of_sum=log_of_row_sums, sign=-1):
        """A slip in ln Σ exp(z − m) − (z_true − m): what is taken away where, or what is made of it."""

        def wrong(labels, logits):
            largest = logits.max(axis=axis, keepdims=True)
            true = of_true(logits - shift_true * largest, labels)
            return (log_of_sum(np.exp(logits - shift_sum * largest)) + sign * true).mean()

        return wrong

    def however_shifted(message, **changes):
        """A slip beside the shift: with the right one, without any, and with that inside the sum only."""
        return [(message, by_parts(*shifts, **changes)) for shifts in [(1, 1), (0, 0), (1, 0)]]

    inside_only = (
        "The largest logit is taken away inside the sum only. Take it from the logit of the true class too: "
        "then the two cancel."
    )
    each_log = (
        "The log of a power is the logit again. Add up the powers of each row first, then take the log of "
        "their sum."
    )
    to_base = "This is the log to the base {}. Take the natural log, `np.log`."
    all_classes = "This takes the logs of all classes. Only the probability of the true class counts."
    slips = [
        (
            "The largest logit of the whole array is taken away. Then all powers of a row far below it are "
            "0, and the log of 0 is infinite: take the largest of each row.",
            by_parts(axis=None),
        ),
        (
            "The probability of the true class is rounded to 0 where the network is very sure of another, so "
            "its log is lost. Stay with logs: log p is the logit, minus the log of the sum of the powers. "
            "Where you do, look at what is taken away first: it should be the largest logit of the row.",
            stable_but_lost,
        ),
        (inside_only, by_parts(1, 0)),
        (inside_only, by_parts(1, 0, axis=None)),
        (
            "The largest logit is taken from the logit of the true class only. Take it away inside the sum "
            "too: then the two cancel, and no power overflows.",
            by_parts(0, 1),
        ),
        (
            "Large logits overflow: exp(1000) is infinite, and so is the log of the sum. Take the row's "
            "largest logit from all its logits first; the loss stays the same.",
            by_parts(0, 0),
        ),
        (LARGEST_OF_COLUMN, by_parts(axis=0)),
        *however_shifted(
            "The powers of all rows are added up. Each row has its own sum: `sum(axis=1)`.",
            log_of_sum=lambda powers: np.log(powers.sum()),
        ),
        *however_shifted(each_log, log_of_sum=lambda powers: np.log(powers).sum()),
        *however_shifted(each_log, log_of_sum=lambda powers: np.log(powers).sum(axis=1)),
        *however_shifted(
            "The log of the sum is missing: ln Σ exp(z − m), minus the true one of the z − m.",
            log_of_sum=lambda powers: powers.sum(axis=1),
        ),
        *however_shifted(to_base.format(10), log_of_sum=lambda powers: np.log10(powers.sum(axis=1))),
        *however_shifted(to_base.format(2), log_of_sum=lambda powers: np.log2(powers.sum(axis=1))),
        *however_shifted(
            "The true logit is added. Subtract it from the log of the sum: a higher one makes the loss "
            "smaller.",
            sign=1,
        ),
        (OVERFLOW, lambda labels, logits: surprises(labels, overflowing_softmax(logits)).mean()),
        *scaled("The minus is missing: the log of a probability is negative.", lambda n: -1),
        *scaled(to_base.format(2), lambda n: 1 / np.log(2)),
        *scaled(to_base.format(10), lambda n: 1 / np.log(10)),
        *scaled(
            "This is the sum over the rows. Take their mean, or twice as many cells would be twice as wrong.",
            lambda n: n,
        ),
        *scaled("The half is too much: it belongs to the squares. Take the mean alone.", lambda n: 1 / 2),
        *from_probabilities(all_classes, lambda labels, p: -np.log(p).sum(axis=1).mean()),
        *from_probabilities(all_classes, lambda labels, p: -np.log(p).mean()),
        *from_probabilities(all_classes, lambda labels, p: -np.log(p).sum()),
        *from_probabilities(
            "This divides by the number of all values. Take the mean over the rows: each has one surprise.",
            lambda labels, p: surprises(labels, p).sum() / p.size,
        ),
        *from_probabilities(
            "This is −log(1 − p), the surprise that it is not the true class. Take −log p.",
            lambda labels, p: surprises(labels, 1 - p).mean(),
        ),
        *from_probabilities(
            "This is 1 − p. Take −log p: then being sure and wrong costs most.",
            lambda labels, p: (1 - of_true(p, labels)).mean(),
        ),
        *from_probabilities(
            "This is the log of the mean probability. Take the log of each, then the mean.",
            lambda labels, p: -np.log(of_true(p, labels).mean()),
        ),
        *from_probabilities(
            "This takes the largest probability of each row, so the network is always right. Take that of "
            "the label.",
            lambda labels, p: -np.log(p.max(axis=1)).mean(),
        ),
        *from_probabilities(
            "Softmax is used twice. Once gives probabilities: take their log.",
            cross_entropy,
        ),
        *from_probabilities(
            "`[:, labels]` takes whole columns: for each row the classes of all. Give the rows too: "
            "`[np.arange(len(labels)), labels]`.",
            lambda labels, p: -np.log(p[:, labels]).mean(),
        ),
        (
            "The logits are taken as if they were probabilities. Put them through softmax first.",
            lambda labels, logits: surprises(labels, logits).mean(),
        ),
        (
            "The logits are taken as if they were logs of probabilities. The log of the sum of the powers is "
            "missing.",
            lambda labels, logits: -of_true(logits, labels).mean(),
        ),
        (
            "This gives a loss for each row. Give one number: their mean.",
            lambda labels, logits: np.full(len(labels), NAN),
        ),
    ]
    sure_and_wrong = {"labels": np.array([0, 1]), "logits": np.array([[0.0, 1000], [2, -900]])}
    same_answers(answer, cross_entropy, [*classification_cases(rng), sure_and_wrong], slips=slips)


@checker(
    hints=(
        "Which logit should rise, and which should fall? The true class is pulled up, all others are pushed "
        "down.",
        "Each is pushed by its own probability. Compare the probabilities with what they should be: 1 for "
        "the true class, 0 for the others.",
        "Take the softmax of each row, subtract 1 at the true class, by the row's number and its label, and "
        "divide by the number of rows.",
    ),
    learned="The gradient is again the error, probability minus truth: each row of it adds up to 0.",
)
def cross_entropy_gradient(answer, rng):
    """Check `cross_entropy_gradient(labels, logits)`: the slope of `cross_entropy` along each logit.

    (N,) class numbers and (N, classes) logits -> (N, classes); logits may be as large as 1000.

    Examples
    --------
    >>> def of_columns(labels, logits):
    ...     gradient = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    ...     gradient[:, labels] -= 1
    ...     return gradient / len(labels)
    >>> cross_entropy_gradient(of_columns).message[:54]
    '`[:, labels]` takes whole columns: 1 is subtracted in '
    """

    def cross_entropy_gradient(labels, logits):
        return (softmax(logits) - truth(labels, logits)) / len(labels)

    def truth(labels, p):
        return np.eye(p.shape[1])[labels]

    def columns_minus_1(labels, p):
        return p - np.isin(np.arange(p.shape[1]), labels)

    not_divided = "The 1/N of the loss is missing: the gradient has it too."
    columns = (
        "`[:, labels]` takes whole columns: 1 is subtracted in all rows. Give the rows too: "
        "`[np.arange(len(labels)), labels]`."
    )
    numbers = (
        "The class numbers themselves are subtracted. They are names: they tell at which class to subtract 1."
    )
    slips = [
        (OVERFLOW, lambda y, logits: (overflowing_softmax(logits) - truth(y, logits)) / len(y)),
        *from_probabilities(not_divided, lambda y, p: p - truth(y, p)),
        *from_probabilities(
            "The sign is the wrong way round: a higher logit of the true class makes the loss smaller. "
            "Probability minus truth.",
            lambda y, p: (truth(y, p) - p) / len(y),
        ),
        *from_probabilities(
            "The sign is the wrong way round, and the 1/N of the loss is missing.",
            lambda y, p: truth(y, p) - p,
        ),
        *from_probabilities(
            "This divides by the number of all values. N is the number of rows.",
            lambda y, p: (p - truth(y, p)) / p.size,
        ),
        *from_probabilities(
            "This divides by the number of classes. N is the number of rows: `len(labels)`.",
            lambda y, p: (p - truth(y, p)) / p.shape[1],
        ),
        *from_probabilities(
            "Only the 1 is divided by N. Brackets: subtract it first, then divide all, `(p - t) / n`.",
            lambda y, p: p - truth(y, p) / len(y),
        ),
        *from_probabilities(
            "The probabilities are divided by N, but the 1 is not. Brackets: subtract it first, then divide "
            "all, `(p - t) / n`.",
            lambda y, p: p / len(y) - truth(y, p),
        ),
        *(
            slip
            for count in (lambda y: 1, len)
            for slip in [
                *from_probabilities(columns, lambda y, p, count=count: columns_minus_1(y, p) / count(y)),
                *from_probabilities(
                    "1 is subtracted at every class. Subtract it at the true class of each row only: "
                    "`[np.arange(len(labels)), labels]`.",
                    lambda y, p, count=count: (p - 1) / count(y),
                ),
                *from_probabilities(
                    "1 is added at the true class. Subtract it: a higher logit of the true class makes the "
                    "loss smaller.",
                    lambda y, p, count=count: (p + truth(y, p)) / count(y),
                ),
                *from_probabilities(
                    "The true class is set to −1. Take 1 from its probability: `-= 1`, not `= -1`.",
                    lambda y, p, count=count: np.where(truth(y, p) > 0, -1, p) / count(y),
                ),
                *from_probabilities(
                    numbers,
                    lambda y, p, count=count: (p - y) / count(y) if len(p) == p.shape[1] else None,
                ),
                *from_probabilities(numbers, lambda y, p, count=count: (p - y[:, np.newaxis]) / count(y)),
                *from_probabilities(
                    numbers,
                    lambda y, p, count=count: (p - truth(y, p) * y[:, np.newaxis]) / count(y),
                ),
                *with_either_softmax(
                    "1 is taken from the logits, before softmax. Take it from the probabilities, after it.",
                    lambda y, logits, either, count=count: either(logits - truth(y, logits)) / count(y),
                ),
                *from_probabilities(
                    "These are the probabilities. Subtract 1 at the true class of each row.",
                    lambda y, p, count=count: p / count(y),
                ),
                *from_probabilities(
                    "Only the true class has a slope here. The others do too: they get p, as softmax shares "
                    "out what they hold.",
                    lambda y, p, count=count: truth(y, p) * (p - 1) / count(y),
                ),
                *from_probabilities(
                    "This is the slope along the probabilities, −1/p. Go on through softmax to the logits: "
                    "the two together give p minus truth.",
                    lambda y, p, count=count: -truth(y, p) / p / count(y),
                ),
                (
                    "The truth is subtracted from the logits. Put them through softmax first.",
                    lambda y, logits, count=count: (logits - truth(y, logits)) / count(y),
                ),
            ]
        ),
        (
            "This is one number, or one for each row. Each logit has a slope of its own: the result has "
            "their shape.",
            lambda y, logits: np.full(len(y), NAN),
        ),
        (
            "This is one number, or one for each row. Each logit has a slope of its own: the result has "
            "their shape.",
            lambda y, logits: NAN,
        ),
    ]
    same_answers(answer, cross_entropy_gradient, classification_cases(rng), slips=slips)
