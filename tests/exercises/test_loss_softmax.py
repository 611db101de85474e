"""The checker of softmax, fed with what students write: right, untouched and wrong."""

import numpy as np
import pytest

from cellcnn_helpers.exercises import loss as check
from cellcnn_helpers.nn import activations


def powers_of(logits):
    return np.exp(logits)


def overflowing(logits):
    return powers_of(logits) / powers_of(logits).sum(axis=1, keepdims=True)


def softmax_by_loops(logits):
    rows = []
    for row in logits:
        powers = np.exp(row - row.max())
        rows.append(powers / powers.sum())
    return rows


def softmax_by_differences(logits):
    """One over the sum of the powers of all differences; nothing is taken away."""
    with np.errstate(over="ignore"):
        return 1 / np.exp(logits[:, np.newaxis, :] - logits[:, :, np.newaxis]).sum(axis=2)


def softmax_by_transposing(logits):
    powers = np.exp(logits.T - np.max(logits, axis=1))
    return (powers / np.sum(powers, axis=0)).T


def less_largest(logits):
    return logits - logits.max(axis=1, keepdims=True)


class TestSoftmax:
    @pytest.mark.parametrize(
        "answer", [softmax_by_loops, softmax_by_differences, softmax_by_transposing, activations.softmax]
    )
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.softmax, answer)

    def test_stub_and_hints(self, assert_teaches):
        def softmax(logits): ...

        assert_teaches(check.softmax, softmax)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda z: powers_of(z) / powers_of(z).sum(), "All values together"),
            (lambda z: powers_of(z - z.max()) / powers_of(z - z.max()).sum(), "All values together"),
            (lambda z: powers_of(less_largest(z)) / powers_of(less_largest(z)).sum(), "All values together"),
            (lambda z: powers_of(z) / powers_of(z).sum(axis=0), "The columns add up to 1"),
            (lambda z: powers_of(less_largest(z)) / sum(powers_of(less_largest(z))), "The columns add up"),
            (lambda z: powers_of(z - z.max()) / sum(powers_of(z - z.max())), "The columns add up"),
            (lambda z: overflowing(z - z.max(axis=0)), "The largest of each column is taken away"),
            (lambda z: overflowing(z - z.min(axis=1, keepdims=True)), "or the smallest logit"),
            (lambda z: activations.softmax(np.clip(z, -500, 500)), "Large logits are cut off"),
            (
                lambda z: powers_of(less_largest(z)) / powers_of(z).sum(axis=1, keepdims=True),
                "taken away above the line only",
            ),
            (
                lambda z: powers_of(z - z.max()) / powers_of(z).sum(axis=1, keepdims=True),
                "taken away above the line only",
            ),
            (
                lambda z: powers_of(z) / powers_of(less_largest(z)).sum(axis=1, keepdims=True),
                "taken away below the line only",
            ),
            (lambda z: activations.softmax(z.T).T, "The columns add up to 1"),
            (
                lambda z: powers_of(z) / powers_of(z - z.max()).sum(axis=1, keepdims=True),
                "taken away below the line only",
            ),
            (lambda z: overflowing(z - z.max()), "of the whole array is taken away"),
            (lambda z: overflowing(z - z.mean(axis=1, keepdims=True)), "The mean is taken away"),
            (overflowing, "exp(1000) is infinite"),
            (lambda z: 1 / (1 + powers_of(-z)), "sigmoid"),
            (lambda z: powers_of(z) / powers_of(z).max(axis=1, keepdims=True), "divides by the largest"),
            (lambda z: z / z.sum(axis=1, keepdims=True), "exponential is missing"),
            (lambda z: overflowing(z / z.max(axis=1, keepdims=True)), "divided away"),
            (powers_of, "not yet divided by their sum"),
            (lambda z: powers_of(less_largest(z)), "not yet divided by their sum"),
            (lambda z: powers_of(z - z.max()), "not yet divided by their sum"),
            (lambda z: activations.softmax(-z), "The sign is the wrong way round"),
            (lambda z: np.log(activations.softmax(z)), "the log of the probabilities"),
            (lambda z: z.argmax(axis=1), "the class of the largest logit"),
            (
                lambda z: powers_of(z) / powers_of(z).sum(axis=1),
                "(2, 1): in `max`, `sum` and `mean` with `keep",
            ),
            (lambda z: z - z.max(axis=1), "(2,) is flat, one number for each row, and meets the columns"),
            (
                lambda z: 1 / powers_of(z).sum(axis=1) * powers_of(z),
                "the columns of (2, 3). Keep it a column",
            ),
            (lambda z: z / np.ones(4), "need the same rows and the same columns"),
            (lambda z: 2.0**z / (2.0**z).sum(axis=1, keepdims=True), "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.softmax, answer, words)

    def test_overflow_is_shown_where_it_happens(self):
        assert "logits = [[ 1000." in check.softmax(overflowing).example

    def test_the_example_can_be_done_by_hand(self):
        example = check.softmax(powers_of).example
        assert "gave\n  [[1. 1. 2.]\n   [7. 1. 2.]]" in example
        assert example.endswith("expected\n  [[0.25 0.25 0.5 ]\n   [0.7  0.1  0.2 ]]")
