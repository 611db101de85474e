"""The checkers of repeated runs, fed with what students write: right, untouched and wrong."""

import statistics

import numpy as np
import pytest

from cellcnn_helpers.exercises import little_data as check

# --- paired_difference ----------------------------------------------------------------------------------


def paired(a, b):
    d = a - b
    return d.mean(), d.std(ddof=1) / np.sqrt(len(d))


def paired_in_plain_python(errors_a, errors_b):
    d = [float(a - b) for a, b in zip(errors_a, errors_b, strict=True)]
    return statistics.mean(d), statistics.stdev(d) / len(d) ** 0.5


class TestPairedDifference:
    @pytest.mark.parametrize("answer", [paired, paired_in_plain_python])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.paired_difference, answer)

    def test_stub_and_hints(self, assert_teaches):
        def paired_difference(errors_a, errors_b): ...

        assert_teaches(check.paired_difference, paired_difference)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (
                lambda a, b: ((a - b).mean(), np.hypot(a.std(ddof=1), b.std(ddof=1)) / np.sqrt(len(a))),
                "two groups that have nothing to do with each other",
            ),
            (lambda a, b: ((a - b).mean(), (a - b).std() / np.sqrt(len(a))), "`std` divides by n unless"),
            (lambda a, b: ((a - b).mean(), (a - b).std(ddof=1)), "divide by the square root of n"),
            (lambda a, b: ((a - b).mean(), (a - b).std()), "Two things are missing"),
            (
                lambda a, b: ((a - b).mean(), (a - b).std(ddof=1) / len(a)),
                "by the square root of n, not by n",
            ),
            (lambda a, b: ((a - b).mean(), (a - b).var(ddof=1) / len(a)), "take the square root"),
            (lambda a, b: ((a - b).mean(), (a - b).std(ddof=1) / np.sqrt(5)), "however many seeds there are"),
            (lambda a, b: ((a - b).mean(), (a - b).std(ddof=1) / 2), "however many seeds there are"),
            (lambda a, b: (abs(a - b).mean(), paired(a, b)[1]), "A gain and a loss should cancel"),
            (lambda a, b: paired(b, a), "The sign is turned"),
            (lambda a, b: (abs(paired(a, b)[0]), paired(a, b)[1]), "The sign is lost"),
            (lambda a, b: paired(abs(a - b), 0 * a), "A gain and a loss should cancel"),
            (lambda a, b: paired(a, b)[::-1], "The order is turned"),
            (lambda a, b: (a - b).mean(), "Hand back 2 things"),
            (lambda a, b: (1.5, 1.5), "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.paired_difference, answer, words)


# --- cells_needed ---------------------------------------------------------------------------------------


def by_polyfit(cells, errors, target):
    slope, height = np.polyfit(np.log(cells), np.log(errors), 1)
    return np.exp((np.log(target) - height) / slope)


def by_least_squares_in_powers_of_two(cells, errors, target):
    x, y = np.log2(cells), np.log2(errors)
    slope = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()
    return 2 ** (x.mean() + (np.log2(target) - y.mean()) / slope)


def straight(cells, errors, target):
    slope, height = np.polyfit(cells, errors, 1)
    return (target - height) / slope


def fitted(rule):
    return lambda cells, errors, target: rule(*np.polyfit(np.log(cells), np.log(errors), 1), target)


class TestCellsNeeded:
    @pytest.mark.parametrize("answer", [by_polyfit, by_least_squares_in_powers_of_two])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.cells_needed, answer)

    def test_stub_and_hints(self, assert_teaches):
        def cells_needed(cells, errors, target): ...

        assert_teaches(check.cells_needed, cells_needed)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda c, e, t: c[-1] * e[-1] / t, "the exponent to be 1."),
            (lambda c, e, t: c[-1] * (e[-1] / t) ** 2, "the exponent to be 1/2"),
            (straight, "Take logarithms of both"),
            (lambda c, e, t: np.exp(straight(np.log(c), e, t)), "Only the cells are in logarithms"),
            (lambda c, e, t: straight(c, np.log(e), np.log(t)), "Only the errors are in logarithms"),
            (
                lambda c, e, t: np.exp(np.polyval(np.polyfit(np.log(e), np.log(c), 1), np.log(t))),
                "The line was fitted the other way around",
            ),
            (lambda c, e, t: by_polyfit(c[[0, -1]], e[[0, -1]], t), "the first and the last point alone"),
            (lambda c, e, t: np.log(by_polyfit(c, e, t)), "Undo the logarithm"),
            (
                lambda c, e, t: np.exp(np.log(10) ** -1 * np.log(by_polyfit(c, e, t))),
                "`np.exp` undoes `np.log`",
            ),
            (fitted(lambda slope, height, t: np.exp((t - height) / slope)), "without its logarithm"),
            (fitted(lambda height, slope, t: np.exp((np.log(t) - height) / slope)), "they are swapped"),
            (fitted(lambda slope, height, t: np.exp(np.log(t) / slope)), "The height is forgotten"),
            (fitted(lambda slope, height, t: np.exp(slope * np.log(t) + height)), "the other way around"),
            (lambda c, e, t: by_polyfit(c, e, t) + 9.5, "is expected"),
            (lambda c, e, t: by_polyfit(c, e, t) * np.ones(2), "has shape (2,)"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.cells_needed, answer, words)
