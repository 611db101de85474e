"""What the exercises on probabilities share: softmax, safe and overflowing, slips in it, and logits."""

import numpy as np

OVERFLOW = (
    "Large logits overflow: exp(1000) is infinite, and infinite / infinite is NaN. Take the row's largest "
    "logit from all its logits first; the probabilities stay the same."
)
LARGEST_OF_COLUMN = (
    "The largest of each column is taken away, and that changes the differences in a row. Take away the "
    "largest of the row: `axis=1` with `keepdims=True`."
)


def softmax(logits, axis=1):
    """(N, classes) -> (N, classes)."""
    powers = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def overflowing_softmax(logits):
    """(N, classes) -> (N, classes): NaN where a power is infinite, or all powers of a row are 0."""
    powers = np.exp(logits)
    return powers / powers.sum(axis=1, keepdims=True)


def with_either_softmax(message, formula):
    """A slip ``formula(labels, logits, softmax)`` twice: with a safe softmax, and with one that overflows."""
    return [
        (message, lambda labels, logits, either=either: formula(labels, logits, either))
        for either in (softmax, overflowing_softmax)
    ]


def from_probabilities(message, formula):
    """A slip ``formula(labels, probabilities)`` twice, as in `with_either_softmax`."""
    return with_either_softmax(message, lambda labels, logits, either: formula(labels, either(logits)))


def of_true(values, labels):
    """(N, classes) and (N,) -> (N,): the value of the true class of each row."""
    return values[np.arange(len(labels)), labels]


def drawn_logits(rng):
    """Three arrays of logits, of one decimal and of unlike shapes."""
    return [rng.normal(0.5, 1.5, shape).round(1) for shape in [(2, 4), (4, 3), (3, 5)]]


def classification_cases(rng):
    """Class numbers and logits; in the by-hand case the true classes have probabilities of 1/2 and 1/4.

    Two cases have as many rows as classes: there labels meet columns, which elsewhere stops with an error.
    """
    by_hand = {"labels": np.array([0, 2]), "logits": np.log([[8.0, 4, 4], [2, 4, 2]])}
    drawn = [
        {"labels": rng.integers(0, logits.shape[1], len(logits)), "logits": logits}
        for logits in drawn_logits(rng)
    ]
    square = {"labels": rng.permutation(3), "logits": rng.normal(0.5, 1.5, (3, 3)).round(1)}
    large = {"labels": np.array([0, 1, 2]), "logits": np.array([[1000.0, 999, 998]] * 3)}
    return [by_hand, *drawn, square, large]
