"""The checkers of softmax and cross-entropy, fed with what students write: right, untouched and wrong."""

import numpy as np
import pytest

from cellcnn_helpers.exercises import loss as check
from cellcnn_helpers.nn import activations, losses


def powers_of(logits):
    return np.exp(logits)


def overflowing(logits):
    return powers_of(logits) / powers_of(logits).sum(axis=1, keepdims=True)


def at_truth(values, labels):
    return values[np.arange(len(labels)), labels]


# --- softmax --------------------------------------------------------------------------------------------


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
            (lambda z: powers_of(z) / powers_of(z).sum(axis=0), "The columns add up to 1"),
            (lambda z: activations.softmax(z.T).T, "The columns add up to 1"),
            (lambda z: overflowing(z - z.max()), "of the whole array is taken away"),
            (lambda z: overflowing(z - z.mean(axis=1, keepdims=True)), "The mean is taken away"),
            (overflowing, "exp(1000) is infinite"),
            (lambda z: 1 / (1 + powers_of(-z)), "sigmoid"),
            (lambda z: powers_of(z) / powers_of(z).max(axis=1, keepdims=True), "divides by the largest"),
            (lambda z: powers_of(z - z.max(axis=1, keepdims=True)), "divides by the largest"),
            (lambda z: z / z.sum(axis=1, keepdims=True), "exponential is missing"),
            (lambda z: overflowing(z / z.max(axis=1, keepdims=True)), "divided away"),
            (powers_of, "These are the powers"),
            (lambda z: activations.softmax(-z), "The sign is the wrong way round"),
            (lambda z: np.log(activations.softmax(z)), "the log of the probabilities"),
            (lambda z: z.argmax(axis=1), "the class of the largest logit"),
            (lambda z: powers_of(z) / powers_of(z).sum(axis=1), "could not be broadcast"),
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


# --- cross_entropy --------------------------------------------------------------------------------------


def cross_entropy_by_loops(labels, logits):
    total = 0.0
    for label, row in zip(labels, logits, strict=True):
        total += row.max() + np.log(np.sum(np.exp(row - row.max()))) - row[label]
    return total / len(labels)


def cross_entropy_by_differences(labels, logits):
    return np.logaddexp.reduce(logits - at_truth(logits, labels)[:, np.newaxis], axis=1).mean()


def cross_entropy_of_course(labels, logits):
    return losses.softmax_cross_entropy(labels, logits).loss


def shifted(logits):
    return logits - logits.max(axis=1, keepdims=True)


def log_of_sum(logits):
    return np.log(np.exp(logits).sum(axis=1))


def of_probabilities(formula):
    """A student's function of labels and softmax(logits), where large logits do not overflow."""
    return lambda labels, logits: formula(labels, activations.softmax(logits))


def of_overflowing(formula):
    """The same where they do."""
    return lambda labels, logits: formula(labels, overflowing(logits))


class TestCrossEntropy:
    @pytest.mark.parametrize(
        "answer", [cross_entropy_by_loops, cross_entropy_by_differences, cross_entropy_of_course]
    )
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.cross_entropy, answer)

    def test_stub_and_hints(self, assert_teaches):
        def cross_entropy(labels, logits): ...

        assert_teaches(check.cross_entropy, cross_entropy)

    @pytest.mark.parametrize(
        ("formula", "words"),
        [
            (lambda y, p: np.log(at_truth(p, y)).mean(), "The minus is missing"),
            (lambda y, p: -np.log2(at_truth(p, y)).mean(), "base 2"),
            (lambda y, p: -np.log10(at_truth(p, y)).mean(), "base 10"),
            (lambda y, p: -np.log(at_truth(p, y)).sum(), "sum over the rows"),
            (lambda y, p: -np.log(p).sum() / len(y), "the logs of all classes"),
            (lambda y, p: -np.mean(np.log(p)), "the logs of all classes"),
            (lambda y, p: -np.log(at_truth(p, y)).sum() / p.size, "number of all values"),
            (lambda y, p: -np.log(1 - at_truth(p, y)).mean(), "−log(1 − p)"),
            (lambda y, p: 1 - at_truth(p, y).mean(), "This is 1 − p"),
            (lambda y, p: -np.log(at_truth(p, y).mean()), "log of the mean"),
            (lambda y, p: -np.log(np.max(p, axis=1)).mean(), "largest probability"),
            (cross_entropy_by_loops, "Softmax is used twice"),
            (lambda y, p: -np.log(p[:, y]).mean(), "takes whole columns"),
            (lambda y, p: -np.log(at_truth(p, y)), "a loss for each row"),
        ],
    )
    def test_wrong_with_and_without_overflow(self, formula, words, assert_finds):
        assert_finds(check.cross_entropy, of_probabilities(formula), words)
        assert_finds(check.cross_entropy, of_overflowing(formula), words)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (of_overflowing(lambda y, p: -np.log(at_truth(p, y)).mean()), "exp(1000) is infinite"),
            (of_probabilities(lambda y, p: -np.log(at_truth(p, y)).mean()), "rounded to 0"),
            (of_probabilities(lambda y, p: -np.log(at_truth(p, y) + 1e-12).mean()), "rounded to 0"),
            (lambda y, z: -cross_entropy_by_loops(y, z), "The minus is missing"),
            (lambda y, z: cross_entropy_by_loops(y, z) / np.log(2), "base 2"),
            (lambda y, z: cross_entropy_by_loops(y, z) * len(y), "sum over the rows"),
            (lambda y, z: -np.log(at_truth(z, y)).mean(), "as if they were probabilities"),
            (lambda y, z: -at_truth(z, y).mean(), "as if they were logs"),
            (lambda y, z: 1.5 * np.log(2), "answer of the first example"),
            (lambda y, z: np.mean(log_of_sum(shifted(z)) - at_truth(z, y)), "inside the sum only"),
            (lambda y, z: np.mean(log_of_sum(z - z.max()) - at_truth(z, y)), "inside the sum only"),
            (lambda y, z: np.mean(log_of_sum(z) - at_truth(shifted(z), y)), "of the true class only"),
            (lambda y, z: np.mean(log_of_sum(z) - at_truth(z, y)), "exp(1000) is infinite"),
            (lambda y, z: cross_entropy_by_loops(y, z) / 2, "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.cross_entropy, answer, words)

    def test_the_example_can_be_done_by_hand(self):
        example = check.cross_entropy(lambda labels, logits: 0).example
        assert example.endswith(f"expected\n  {1.5 * np.log(2):.5f}")  # p = 1/2 and 1/4: one and two halvings


# --- cross_entropy_gradient -----------------------------------------------------------------------------


def gradient_by_index(labels, logits):
    gradient = activations.softmax(logits)
    gradient[np.arange(len(labels)), labels] -= 1
    return gradient / len(labels)


def gradient_by_comparison(labels, logits):
    truth = labels[:, np.newaxis] == np.arange(logits.shape[1])
    return (softmax_by_transposing(logits) - truth) / logits.shape[0]


def gradient_of_course(labels, logits):
    return losses.softmax_cross_entropy(labels, logits).gradient


def minus_columns(labels, p):
    p[:, labels] -= 1
    return p / len(labels)


def truth_of(labels, p):
    return np.eye(p.shape[1])[labels]


class TestCrossEntropyGradient:
    @pytest.mark.parametrize("answer", [gradient_by_index, gradient_by_comparison, gradient_of_course])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.cross_entropy_gradient, answer)

    def test_stub_and_hints(self, assert_teaches):
        def cross_entropy_gradient(labels, logits): ...

        assert_teaches(check.cross_entropy_gradient, cross_entropy_gradient)

    @pytest.mark.parametrize(
        ("formula", "words"),
        [
            (lambda y, p: p - truth_of(y, p), "The 1/N of the loss is missing: the"),
            (lambda y, p: (truth_of(y, p) - p) / len(y), "makes the loss smaller"),
            (lambda y, p: truth_of(y, p) - p, "wrong way round, and the 1/N"),
            (lambda y, p: (p - truth_of(y, p)) / p.size, "number of all values"),
            (minus_columns, "takes whole columns"),
            (lambda y, p: minus_columns(y, p) * len(y), "takes whole columns"),
            (lambda y, p: p / len(y), "These are the probabilities"),
            (lambda y, p: p, "These are the probabilities"),
            (lambda y, p: np.where(truth_of(y, p), p - 1, 0) / len(y), "Only the true class has a slope"),
            (lambda y, p: -truth_of(y, p) / p / len(y), "the slope along the probabilities"),
            (lambda y, p: (at_truth(p, y) - 1) / len(y), "one for each row"),
            (lambda y, p: np.mean(p - truth_of(y, p)), "This is one number"),
        ],
    )
    def test_wrong_with_and_without_overflow(self, formula, words, assert_finds):
        assert_finds(check.cross_entropy_gradient, of_probabilities(formula), words)
        assert_finds(check.cross_entropy_gradient, of_overflowing(formula), words)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (
                of_overflowing(lambda y, p: (p - truth_of(y, p)) / len(y)),
                "exp(1000) is infinite",
            ),
            (lambda y, z: (z - truth_of(y, z)) / len(y), "subtracted from the logits"),
            (lambda y, z: z - truth_of(y, z), "subtracted from the logits"),
            (lambda y, z: gradient_by_index(y, z).T, "shape (3, 2), but the right one has shape (2, 3)"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.cross_entropy_gradient, answer, words)

    def test_the_example_can_be_done_by_hand(self):
        example = check.cross_entropy_gradient(lambda labels, logits: logits).example
        assert example.endswith("expected\n  [[-0.25   0.125  0.125]\n   [ 0.125  0.25  -0.375]]")
