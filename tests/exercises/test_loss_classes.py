"""The checkers of cross-entropy and its gradient: right, untouched and wrong answers."""

import numpy as np
import pytest

from cellcnn_helpers.exercises import loss as check
from cellcnn_helpers.nn import activations, losses


def overflowing(logits):
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


def at_truth(values, labels):
    return values[np.arange(len(labels)), labels]


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
            (lambda y, p: -np.log(p).sum(), "the logs of all classes"),
            (lambda y, p: -np.mean(np.log(p)), "the logs of all classes"),
            (lambda y, p: -np.log(at_truth(p, y)).sum() / p.size, "number of all values"),
            (lambda y, p: -np.log(1 - at_truth(p, y)).mean(), "−log(1 − p)"),
            (lambda y, p: 1 - at_truth(p, y).mean(), "This is 1 − p"),
            (lambda y, p: -np.log(at_truth(p, y).mean()), "log of the mean"),
            (lambda y, p: -np.log(np.max(p, axis=1)).mean(), "largest probability"),
            (cross_entropy_by_loops, "Softmax is used twice"),
            (lambda y, p: -np.log(p[:, y]).mean(), "takes whole columns"),
            (lambda y, p: -np.log(at_truth(p, y)).mean() / 2, "The half is too much"),
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
            (lambda y, z: np.mean(log_of_sum(z) - at_truth(z, y)), "infinite, and so is the log of the sum"),
            (lambda y, z: cross_entropy_by_loops(y, z) / 2, "The half is too much"),
            (lambda y, z: cross_entropy_by_loops(y, z) / np.log(10), "base 10"),
            (lambda y, z: np.mean(log_of_sum(shifted(z)) + at_truth(z, y)), "true logit is added"),
            (lambda y, z: np.mean(log_of_sum(z) + at_truth(z, y)), "true logit is added"),
            (lambda y, z: cross_entropy_by_loops(y, z) / 3, "is expected"),
            (
                lambda y, z: np.mean(log_of_sum(z - z.max()) - at_truth(z - z.max(), y)),
                "largest logit of the whole array",
            ),
            (
                lambda y, z: np.mean(log_of_sum(z - z.max(axis=0)) - at_truth(z - z.max(axis=0), y)),
                "The largest of each column is taken away",
            ),
            (lambda y, z: np.mean(log_of_sum(shifted(z)) + at_truth(shifted(z), y)), "true logit is added"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.cross_entropy, answer, words)

    @pytest.mark.parametrize(
        ("log_of", "words"),
        [
            (lambda powers: np.log(powers.sum()), "The powers of all rows are added up"),
            (lambda powers: np.log(powers).sum(), "The log of a power is the logit again"),
            (lambda powers: np.log(powers).sum(axis=1), "The log of a power is the logit again"),
            (lambda powers: powers.sum(axis=1), "The log of the sum is missing"),
            (lambda powers: np.log10(powers.sum(axis=1)), "to the base 10"),
            (lambda powers: np.log2(powers.sum(axis=1)), "to the base 2"),
        ],
    )
    def test_wrong_logs_of_powers_whatever_is_taken_away(self, log_of, words, assert_finds):
        def both_shifted(labels, logits):
            return (log_of(np.exp(shifted(logits))) - at_truth(shifted(logits), labels)).mean()

        def inside_shifted(labels, logits):
            return (log_of(np.exp(shifted(logits))) - at_truth(logits, labels)).mean()

        def not_shifted(labels, logits):
            return (log_of(np.exp(logits)) - at_truth(logits, labels)).mean()

        for answer in (both_shifted, inside_shifted, not_shifted):
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
    return (activations.softmax(logits) - truth) / logits.shape[0]


def gradient_of_course(labels, logits):
    return losses.softmax_cross_entropy(labels, logits).gradient


def minus_columns(labels, p):
    p[:, labels] -= 1
    return p / len(labels)


def minus_class_numbers(labels, p):
    p[np.arange(len(labels)), labels] -= labels
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
            (lambda y, p: (p - truth_of(y, p)) / p.shape[1], "number of classes"),
            (lambda y, p: p - truth_of(y, p) / len(y), "Only the 1 is divided by N"),
            (lambda y, p: p / len(y) - truth_of(y, p), "but the 1 is not"),
            (lambda y, p: (p - 1) / len(y), "1 is subtracted at every class"),
            (lambda y, p: p - 1, "1 is subtracted at every class"),
            (lambda y, p: (p + truth_of(y, p)) / len(y), "1 is added at the true class"),
            (lambda y, p: p + truth_of(y, p), "1 is added at the true class"),
            (lambda y, p: np.where(truth_of(y, p), -1, p) / len(y), "The true class is set to −1"),
            (lambda y, p: np.where(truth_of(y, p), -1, p), "The true class is set to −1"),
            (lambda y, p: minus_class_numbers(y, p) * len(y), "class numbers themselves"),
            (lambda y, p: truth_of(y, p) * (p - 1), "Only the true class has a slope"),
            (lambda y, p: -truth_of(y, p) / p, "the slope along the probabilities"),
            (lambda y, p: (p - y[:, np.newaxis]) / len(y), "class numbers themselves"),
            (lambda y, p: p - y.reshape(-1, 1), "class numbers themselves"),
            (lambda y, p: (p - y) / len(y), "class numbers themselves"),
            (lambda y, p: p - y, "class numbers themselves"),
            (minus_class_numbers, "class numbers themselves"),
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
            (lambda y, z: activations.softmax(z - truth_of(y, z)) / len(y), "before softmax"),
            (lambda y, z: overflowing(z - truth_of(y, z)) / len(y), "before softmax"),
            (lambda y, z: overflowing(z - truth_of(y, z)), "before softmax"),
            (lambda y, z: activations.softmax(z - truth_of(y, z)), "before softmax"),
            (lambda y, z: gradient_by_index(y, z).T, "shape (3, 2), but the right one has shape (2, 3)"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.cross_entropy_gradient, answer, words)

    def test_the_example_can_be_done_by_hand(self):
        example = check.cross_entropy_gradient(lambda labels, logits: logits).example
        assert example.endswith("expected\n  [[-0.25   0.125  0.125]\n   [ 0.125  0.25  -0.375]]")
