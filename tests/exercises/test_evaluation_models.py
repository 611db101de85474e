"""The checkers on calibration and on two models, fed with what students write: right, untouched and wrong."""

import itertools

import numpy as np
import pytest

from cellcnn_helpers import evaluation
from cellcnn_helpers.exercises import evaluation as check

# --- calibration_error ----------------------------------------------------------------------------------


def error_by_loop(confidence, right, num_bins):
    total = 0
    for number in range(1, num_bins + 1):
        some = np.ceil(confidence * num_bins) == number
        if some.any():
            total += some.sum() * abs(confidence[some].mean() - right[some].mean())
    return total / len(confidence)


def error_by_edges(confidence, right, num_bins):
    total = 0
    for low, high in itertools.pairwise(np.linspace(0, 1, num_bins + 1)):
        some = (low < confidence) & (confidence <= high)
        if some.sum() > 0:
            total += abs(confidence[some].sum() - right[some].sum())
    return total / len(confidence)


def error_by_package(confidence, right, num_bins):
    """Probabilities of as many classes as it takes for `confidence` to be the largest of its row."""
    others = np.repeat((1 - confidence)[:, np.newaxis] / 400, 400, axis=1)
    probabilities = np.column_stack([confidence, others])
    return evaluation.expected_calibration_error(np.where(right, 0, 1), probabilities, num_bins=num_bins)


def error_of_numbers(numbers_of, first, keep_empty=False):
    """A student's function that numbers the bins in its own way, the first one `first`."""

    def error(confidence, right, num_bins):
        numbers, total = numbers_of(confidence * num_bins), 0
        for number in range(first, first + num_bins):
            some = numbers == number
            if keep_empty or some.any():
                total += some.sum() * abs(confidence[some].mean() - right[some].mean())
        return total / len(confidence)

    return error


def error_of_floors(most):
    """A student's function that rounds down; no bin has a number above num_bins + `most`."""

    def error(confidence, right, num_bins):
        numbers = np.minimum(np.floor(confidence * num_bins), num_bins + most)
        parts = [numbers == number for number in np.unique(numbers)]
        return sum(abs(confidence[some].sum() - right[some].sum()) for some in parts) / len(confidence)

    return error


def bins_of(confidence, right, num_bins):
    numbers = np.ceil(confidence * num_bins)
    some = [numbers == number for number in np.unique(numbers)]
    gaps = np.array([confidence[chosen].mean() - right[chosen].mean() for chosen in some])
    return np.array([chosen.sum() for chosen in some]), gaps


def changed(formula):
    """A student's function that makes something else of the counts and distances of the bins."""
    return lambda *given: formula(*bins_of(*given))


class TestCalibrationError:
    @pytest.mark.parametrize("answer", [error_by_loop, error_by_edges, error_by_package])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.calibration_error, answer)

    def test_stub_and_hints(self, assert_teaches):
        def calibration_error(confidence, right, num_bins): ...

        assert_teaches(check.calibration_error, calibration_error)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda c, r, n: abs(c.mean() - r.mean()), "all cells as one bin"),
            (changed(lambda counts, gaps: np.abs(gaps).mean()), "Each bin counts the same"),
            (changed(lambda counts, gaps: counts @ gaps / counts.sum()), "The sign is kept"),
            (error_of_numbers(np.ceil, 0), "The last bin is left out"),
            (error_of_numbers(np.floor, 1), "The first bin is left out"),
            (error_of_numbers(np.floor, 0), "1.0 falls into no bin"),
            (error_of_numbers(lambda c: np.floor(c) + 1, 1), "1.0 falls into no bin"),
            (error_of_floors(0), "1.0 has a bin of its own"),
            (error_of_floors(-1), "It belongs to the lower"),
            (error_of_numbers(np.ceil, 1, keep_empty=True), "an empty bin spoils it"),
            (error_of_numbers(np.ceil, 0, keep_empty=True), "number 0 is always empty"),
            (changed(lambda counts, gaps: counts @ gaps**2 / counts.sum()), "squared"),
            (changed(lambda counts, gaps: np.abs(gaps).max()), "the largest distance"),
            (changed(lambda counts, gaps: counts @ np.abs(gaps)), "the sum over the cells"),
            (changed(lambda counts, gaps: np.abs(gaps).sum()), "without their numbers of cells"),
            (lambda c, r, n: np.abs(bins_of(c, r, n)[1]).sum() / n, "empty bins count as well"),
            (lambda c, r, n: np.abs(c - r).mean(), "with its own confidence"),
            (lambda c, r, n: r.mean(), "the share of right cells"),
            (changed(lambda counts, gaps: np.abs(gaps)), "one number is asked for"),
            (lambda c, r, n: 100 * error_by_loop(c, r, n), "in percent"),
            (lambda c, r, n: error_by_loop((np.ceil(c * n) - 0.5) / n, r, n), "The middle of each bin"),
            (lambda c, r, n: error_by_loop(c, r, n) ** 2, "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.calibration_error, answer, words)

    def test_the_example_can_be_done_by_hand(self):
        example = check.calibration_error(lambda c, r, n: 2.0).example  # (3 · 0.2333 + 1 · 0.7) / 4
        assert example.endswith("expected\n  0.35")


# --- only_one_right -------------------------------------------------------------------------------------


def one_right_by_loop(labels, predictions_a, predictions_b):
    only_a = only_b = 0
    for label, a, b in zip(labels, predictions_a, predictions_b, strict=True):
        only_a += int(a == label != b)
        only_b += int(b == label != a)
    return only_a, only_b


def one_right_by_package(labels, predictions_a, predictions_b):
    return list(evaluation.mcnemar(predictions_a == labels, predictions_b == labels)[:2])


def one_right_where_they_differ(labels, predictions_a, predictions_b):
    differ = predictions_a != predictions_b
    return (differ & (predictions_a == labels)).sum(), (differ & (predictions_b == labels)).sum()


class TestOnlyOneRight:
    @pytest.mark.parametrize("answer", [one_right_by_loop, one_right_by_package, one_right_where_they_differ])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.only_one_right, answer)

    def test_stub_and_hints(self, assert_teaches):
        def only_one_right(labels, predictions_a, predictions_b): ...

        assert_teaches(check.only_one_right, only_one_right)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda y, a, b: ((a == y).sum(), (b == y).sum()), "all the cells"),
            (lambda y, a, b: one_right_by_loop(y, b, a), "swapped"),
            (lambda y, a, b: ((a != y).sum(), (b != y).sum()), "have wrong"),
            (lambda y, a, b: ((a != b).sum(), (b != a).sum()), "where they name different classes"),
            (lambda y, a, b: (one_right_by_loop(y, a, b)[0], (a != b).sum()), "also where both are wrong"),
            (lambda y, a, b: ((a != b).sum(), one_right_by_loop(y, a, b)[1]), "also where both are wrong"),
            (
                lambda y, a, b: (((a != b) & (a == y)).sum(), ((a != b) & (a != y)).sum()),
                "also where both are wrong",
            ),
            (
                lambda y, a, b: (((a != b) & (b != y)).sum(), ((a != b) & (b == y)).sum()),
                "also where both are wrong",
            ),
            (lambda y, a, b: (((a == y) & (b == y)).sum(), ((a != y) & (b != y)).sum()), "both are right"),
            (lambda y, a, b: tuple(np.array(one_right_by_loop(y, a, b)) / len(y)), "These are shares"),
            (lambda y, a, b: ((a == y) & (b != y), (b == y) & (a != y)), "Count the True ones"),
            (lambda y, a, b: ((a == y).mean(), (b == y).mean()), "These are the accuracies"),
            (lambda y, a, b: (sum(one_right_by_loop(y, a, b)),) * 2, "split it: A alone, B alone"),
            (lambda y, a, b: sum(one_right_by_loop(y, a, b)), "Hand back 2 things"),
            (lambda y, a, b: tuple(map(float, one_right_by_loop(y, a, b))), "must be a whole number"),
            (lambda y, a, b: (1, 2), "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.only_one_right, answer, words)

    def test_the_example_can_be_done_by_hand(self):
        result = check.only_one_right(lambda y, a, b: (9, 9))
        assert "expected as only A\n  2" in result.example
