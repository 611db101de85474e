"""Exercises on the loss of classes: probabilities from logits, the surprise at the truth, its gradient."""

import numpy as np

from ._compare import same_answers
from ._core import checker

NAN = np.nan  # in a slip: any value agrees
OVERFLOW = (
    "Large logits overflow: exp(1000) is infinite, and infinite / infinite is NaN. Take the row's largest "
    "logit from all its logits first; the probabilities stay the same."
)


def _softmax(logits, axis=1):
    powers = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def _softmax_overflowing(logits):
    powers = np.exp(logits)
    return powers / powers.sum(axis=1, keepdims=True)


def _drawn_logits(rng):
    return [rng.normal(0.5, 1.5, shape).round(1) for shape in [(2, 4), (4, 3), (3, 5)]]


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
        return _softmax(logits)

    def shifted_by(lift, axis=None):
        """A slip in what is taken away: right where nothing overflows."""
        return lambda logits: _softmax_overflowing(logits - lift(logits, axis=axis, keepdims=True))

    def with_powers(formula):
        return lambda logits: formula(np.exp(logits))

    slips = [
        (
            "All values together add up to 1. Each row should, for itself: `axis=1`.",
            lambda logits: _softmax(logits.reshape(1, -1)).reshape(logits.shape),
        ),
        (
            "All values together add up to 1. Each row should, for itself: `axis=1`.",
            with_powers(lambda powers: powers / powers.sum()),
        ),
        (
            "The columns add up to 1, so the cells compete. The classes of one cell should: `axis=1`.",
            lambda logits: _softmax(logits, axis=0),
        ),
        (
            "The columns add up to 1, so the cells compete. The classes of one cell should: `axis=1`.",
            with_powers(lambda powers: powers / powers.sum(axis=0)),
        ),
        (
            "The largest logit of the whole array is taken away. Then all powers of a row far below it are "
            "0, and 0 / 0 is NaN: take the largest of each row.",
            shifted_by(np.max),
        ),
        (
            "The mean is taken away, and large logits still overflow. Take away the largest of the row, then "
            "no power is above 1.",
            shifted_by(np.mean, axis=1),
        ),
        (OVERFLOW, _softmax_overflowing),
        (
            "This is the sigmoid of each value. It knows nothing of the other classes, so the rows do not "
            "add up to 1.",
            lambda logits: 1 / (1 + np.exp(-logits)),
        ),
        (
            "This divides by the largest power of the row. Divide by their sum, then they add up to 1.",
            lambda logits: np.exp(logits - logits.max(axis=1, keepdims=True)),
        ),
        (
            "This divides by the largest power of the row. Divide by their sum, then they add up to 1.",
            with_powers(lambda powers: powers / powers.max(axis=1, keepdims=True)),
        ),
        (
            "The exponential is missing. Without it a negative logit gives a negative probability.",
            lambda logits: logits / logits.sum(axis=1, keepdims=True),
        ),
        (
            "The largest logit is divided away. Take it away by a minus.",
            lambda logits: _softmax(logits / logits.max(axis=1, keepdims=True)),
        ),
        ("These are the powers. Divide them by the sum of their row.", with_powers(lambda powers: powers)),
        (
            "The sign is the wrong way round: the largest logit should become the largest probability.",
            lambda logits: _softmax(-logits),
        ),
        (
            "This is the log of the probabilities: leave the log out.",
            lambda logits: np.log(_softmax(logits)),
        ),
        ("This is the class of the largest logit, not the probabilities.", lambda z: z.argmax(axis=1)),
    ]
    by_hand = {"logits": np.log([[1.0, 1, 2], [7, 1, 2]])}  # exp gives these numbers back
    large = {"logits": np.array([[1000.0, 999, -2000], [-1000, -1002, -1001]])}
    cases = [by_hand, *({"logits": logits} for logits in _drawn_logits(rng)), large]
    same_answers(answer, softmax, cases, slips=slips)


def _classification_cases(rng):
    """Class numbers and logits; in the by-hand case the true classes have probabilities of 1/2 and 1/4."""
    by_hand = {"labels": np.array([0, 2]), "logits": np.log([[8.0, 4, 4], [2, 4, 2]])}
    drawn = [
        {"labels": rng.integers(0, logits.shape[1], len(logits)), "logits": logits}
        for logits in _drawn_logits(rng)
    ]
    large = {"labels": np.array([0, 1, 2]), "logits": np.array([[1000.0, 999, 998]] * 3)}
    return [by_hand, *drawn, large]


def _of_true(values, labels):
    return values[np.arange(len(labels)), labels]


def _from_probabilities(message, formula):
    """A slip ``formula(labels, probabilities)`` twice: with a safe softmax, and with one that overflows."""
    return [
        (message, lambda labels, logits, p=p: formula(labels, p(logits)))
        for p in (_softmax, _softmax_overflowing)
    ]


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
        return (np.log(np.exp(logits).sum(axis=1)) - _of_true(logits, labels)).mean()

    def surprises(labels, p):
        return -np.log(_of_true(p, labels))

    def scaled(message, factor):
        """A slip in the size of the result, also where the logits are stable."""
        return [
            (message, lambda labels, logits: factor(len(labels)) * cross_entropy(labels, logits)),
            *_from_probabilities(message, lambda y, p: factor(len(y)) * surprises(y, p).mean()),
        ]

    def stable_but_lost(labels, logits):
        lost = logits.max(axis=1) - _of_true(logits, labels) > 700  # exp(−745) is 0
        return None if lost.any() else cross_entropy(labels, logits)

    def lifted(of_sum, of_true, axis=1):
        """A slip in what is taken away where: inside the sum of the powers, and from the true logit."""

        def wrong(labels, logits):
            largest = logits.max(axis=axis, keepdims=True)
            powers = np.exp(logits - of_sum * largest)
            return (np.log(powers.sum(axis=1)) - _of_true(logits - of_true * largest, labels)).mean()

        return wrong

    inside_only = (
        "The largest logit is taken away inside the sum only. Take it from the logit of the true class too: "
        "then the two cancel."
    )
    all_classes = "This takes the logs of all classes. Only the probability of the true class counts."
    slips = [
        (
            "The probability of the true class is rounded to 0 where the network is very sure of another, so "
            "its log is lost. Stay with logs: log p is the logit, minus the log of the sum of the powers.",
            stable_but_lost,
        ),
        (inside_only, lifted(of_sum=1, of_true=0)),
        (inside_only, lifted(of_sum=1, of_true=0, axis=None)),
        (
            "The largest logit is taken from the logit of the true class only. Take it away inside the sum "
            "too: then the two cancel, and no power overflows.",
            lifted(of_sum=0, of_true=1),
        ),
        (OVERFLOW, lambda labels, logits: surprises(labels, _softmax_overflowing(logits)).mean()),
        *scaled("The minus is missing: the log of a probability is negative.", lambda n: -1),
        *scaled("This is the log to the base 2. Take the natural log, `np.log`.", lambda n: 1 / np.log(2)),
        *scaled("This is the log to the base 10. Take the natural log, `np.log`.", lambda n: 1 / np.log(10)),
        *scaled(
            "This is the sum over the rows. Take their mean, or twice as many cells would be twice as wrong.",
            lambda n: n,
        ),
        *_from_probabilities(all_classes, lambda labels, p: -np.log(p).sum(axis=1).mean()),
        *_from_probabilities(all_classes, lambda labels, p: -np.log(p).mean()),
        *_from_probabilities(all_classes, lambda labels, p: -np.log(p).sum()),
        *_from_probabilities(
            "This divides by the number of all values. Take the mean over the rows: each has one surprise.",
            lambda labels, p: surprises(labels, p).sum() / p.size,
        ),
        *_from_probabilities(
            "This is −log(1 − p), the surprise that it is not the true class. Take −log p.",
            lambda labels, p: surprises(labels, 1 - p).mean(),
        ),
        *_from_probabilities(
            "This is 1 − p. Take −log p: then being sure and wrong costs most.",
            lambda labels, p: (1 - _of_true(p, labels)).mean(),
        ),
        *_from_probabilities(
            "This is the log of the mean probability. Take the log of each, then the mean.",
            lambda labels, p: -np.log(_of_true(p, labels).mean()),
        ),
        *_from_probabilities(
            "This takes the largest probability of each row, so the network is always right. Take that of "
            "the label.",
            lambda labels, p: -np.log(p.max(axis=1)).mean(),
        ),
        *_from_probabilities(
            "Softmax is used twice. Once gives probabilities: take their log.",
            cross_entropy,
        ),
        *_from_probabilities(
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
            lambda labels, logits: -_of_true(logits, labels).mean(),
        ),
        (
            "This gives a loss for each row. Give one number: their mean.",
            lambda labels, logits: np.full(len(labels), NAN),
        ),
    ]
    sure_and_wrong = {"labels": np.array([0, 1]), "logits": np.array([[0.0, 1000], [2, -900]])}
    same_answers(answer, cross_entropy, [*_classification_cases(rng), sure_and_wrong], slips=slips)


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
        return (_softmax(logits) - truth(labels, logits)) / len(labels)

    def truth(labels, p):
        return np.eye(p.shape[1])[labels]

    def columns_minus_1(labels, p):
        return p - np.isin(np.arange(p.shape[1]), labels)

    not_divided = "The 1/N of the loss is missing: the gradient has it too."
    columns = (
        "`[:, labels]` takes whole columns: 1 is subtracted in all rows. Give the rows too: "
        "`[np.arange(len(labels)), labels]`."
    )
    slips = [
        (OVERFLOW, lambda y, logits: (_softmax_overflowing(logits) - truth(y, logits)) / len(y)),
        *_from_probabilities(not_divided, lambda y, p: p - truth(y, p)),
        *_from_probabilities(
            "The sign is the wrong way round: a higher logit of the true class makes the loss smaller. "
            "Probability minus truth.",
            lambda y, p: (truth(y, p) - p) / len(y),
        ),
        *_from_probabilities(
            "The sign is the wrong way round, and the 1/N of the loss is missing.",
            lambda y, p: truth(y, p) - p,
        ),
        *_from_probabilities(
            "This divides by the number of all values. N is the number of rows.",
            lambda y, p: (p - truth(y, p)) / p.size,
        ),
        *_from_probabilities(columns, lambda y, p: columns_minus_1(y, p) / len(y)),
        *_from_probabilities(columns, columns_minus_1),
        *(
            slip
            for count in (lambda y: 1, len)
            for slip in [
                *_from_probabilities(
                    "These are the probabilities. Subtract 1 at the true class of each row.",
                    lambda y, p, count=count: p / count(y),
                ),
                *_from_probabilities(
                    "Only the true class has a slope here. The others do too: they get p, as softmax shares "
                    "out what they hold.",
                    lambda y, p, count=count: truth(y, p) * (p - 1) / count(y),
                ),
                *_from_probabilities(
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
    same_answers(answer, cross_entropy_gradient, _classification_cases(rng), slips=slips)
