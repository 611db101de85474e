"""The checkers of the squared error, fed with what students write: right, untouched and wrong."""

import numpy as np
import pytest

from cellcnn_helpers.exercises import loss as check
from cellcnn_helpers.nn import losses

# --- half_mse -------------------------------------------------------------------------------------------


def half_mse_by_rows(labels, predictions):
    return np.mean(np.sum((predictions - labels) ** 2, axis=1)) / 2


def half_mse_by_loops(labels, predictions):
    total = 0.0
    for row, guesses in zip(labels.tolist(), predictions.tolist(), strict=True):
        for label, guess in zip(row, guesses, strict=True):
            total += 0.5 * (label - guess) ** 2
    return total / labels.shape[0]


def half_mse_of_course(labels, predictions):
    return losses.half_mean_squared_error(labels, predictions).loss


class TestHalfMse:
    @pytest.mark.parametrize("answer", [half_mse_by_rows, half_mse_by_loops, half_mse_of_course])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.half_mse, answer)

    def test_stub_and_hints(self, assert_teaches):
        def half_mse(labels, predictions): ...

        assert_teaches(check.half_mse, half_mse)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda y, p: ((y - p) ** 2).sum() / len(y), "The half is missing"),
            (lambda y, p: ((y - p) ** 2).mean() / 2, "the number of all values. N is"),
            (lambda y, p: losses.mean_squared_error(y, p).loss, "as Keras does"),
            (lambda y, p: ((y - p) ** 2).sum() / 2, "This is half the sum"),
            (lambda y, p: np.sum((y - p) ** 2), "This is the sum of the squares"),
            (lambda y, p: abs(y - p).sum() / (2 * len(y)), "not squared"),
            (lambda y, p: abs(y - p).sum() / len(y), "not squared"),
            (lambda y, p: abs(y - p).mean() / 2, "not squared"),
            (lambda y, p: np.sum(p - y) / (2 * len(y)), "without a square"),
            (lambda y, p: abs(y - p).mean(), "not squared"),
            (lambda y, p: np.sum(y - p) ** 2 / (2 * len(y)), "added first and squared then"),
            (lambda y, p: np.sum(y - p) / (2 * len(y)), "without a square"),
            (lambda y, p: np.sqrt(half_mse_by_rows(y, p)), "The root is too much"),
            (lambda y, p: ((y - p) ** 2).sum() / 2 * len(y), "brackets are missing"),
            (lambda y, p: ((y - p) ** 2).sum() / (2 * y.shape[1]), "`shape[1]` is how many values"),
            (lambda y, p: ((y - p) ** 2).sum() / y.shape[1], "`shape[1]` is how many values"),
            (lambda y, p: ((y - p) ** 2).sum(axis=0) / (2 * len(y)), "a loss for each column"),
            (lambda y, p: ((y - p) ** 2).sum(axis=1) / 2, "a loss for each row"),
            (lambda y, p: (y - p) ** 2 / (2 * len(y)), "shape (2, 3), but the right one is a single number"),
            (lambda y, p: 2.5, "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.half_mse, answer, words)

    def test_the_example_can_be_done_by_hand(self):
        example = check.half_mse(lambda labels, predictions: 0).example
        assert example.endswith("expected\n  3.5")  # (1 + 0 + 4 + 9) / (2 · 2)


# --- half_mse_gradient ----------------------------------------------------------------------------------


def gradient_by_mean_of_rows(labels, predictions):
    return 1 / labels.shape[0] * (predictions - labels)


def gradient_by_differences(labels, predictions, step=1e-4):
    gradient = np.zeros_like(predictions)
    for place in np.ndindex(predictions.shape):
        nudge = np.zeros_like(predictions)
        nudge[place] = step
        up, down = (half_mse_by_rows(labels, predictions + sign * nudge) for sign in (1, -1))
        gradient[place] = (up - down) / (2 * step)
    return gradient


def gradient_of_course(labels, predictions):
    return losses.half_mean_squared_error(labels, predictions).gradient


def gradient_in_place(labels, predictions):
    predictions -= labels
    predictions /= len(labels)
    return predictions


class TestHalfMseGradient:
    @pytest.mark.parametrize(
        "answer", [gradient_by_mean_of_rows, gradient_by_differences, gradient_of_course]
    )
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.half_mse_gradient, answer)

    def test_stub_and_hints(self, assert_teaches):
        def half_mse_gradient(labels, predictions): ...

        assert_teaches(check.half_mse_gradient, half_mse_gradient)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda y, p: (y - p) / len(y), "The sign is the wrong way round. If"),
            (lambda y, p: y - p, "wrong way round, and the 1/N"),
            (lambda y, p: 2 * (p - y) / len(y), "twice too large"),
            (lambda y, p: (p - y) / (2 * len(y)), "half as large"),
            (lambda y, p: p - y, "The 1/N of the loss is missing: the"),
            (lambda y, p: 2 * (p - y), "missing, and the half cancels"),
            (lambda y, p: (p - y) / y.size, "N is the number of rows"),
            (lambda y, p: losses.mean_squared_error(y, p).gradient, "Keras' loss"),
            (lambda y, p: (p - y) ** 2 / len(y), "still squared"),
            (lambda y, p: (p - y) ** 2 / (2 * len(y)), "still squared"),
            (lambda y, p: (p - y) / y.shape[1], "`shape[1]` is how many values"),
            (lambda y, p: p - y / len(y), "Only the labels are divided"),
            (lambda y, p: p / len(y) - y, "Only the predictions are divided"),
            (lambda y, p: np.abs(p - y) / len(y), "made positive"),
            (lambda y, p: abs(y - p), "made positive"),
            (lambda y, p: abs(y - p) / (2 * len(y)), "made positive"),
            (lambda y, p: abs(y - p) / y.size, "made positive"),
            (lambda y, p: np.sign(p - y) / len(y), "Only the sign"),
            (lambda y, p: ((p - y) / len(y)).sum(axis=0), "The rows are added up"),
            (lambda y, p: np.mean(p - y), "This is one number"),
            (gradient_in_place, "changes its input `predictions`"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.half_mse_gradient, answer, words)
