"""Curves of one class against the rest: by hand, equal to scikit-learn with ties, and the right threshold."""

import numpy as np
import pytest
import sklearn.metrics as judge
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cellcnn_helpers import evaluation

POSITIVES, SCORES = [True, False, True, False, False], [0.9, 0.8, 0.8, 0.3, 0.1]


@st.composite
def positives_and_scores(draw):
    """A few images of both kinds, with scores so coarse that many are equal."""
    size = draw(st.integers(2, 25))
    positives = draw(hnp.arrays(bool, size).filter(lambda drawn: drawn.any() and not drawn.all()))
    return positives, draw(hnp.arrays(np.int64, size, elements=st.integers(-3, 3))) / 4


def drawn(test):
    return settings(deadline=None, max_examples=80)(given(positives_and_scores())(test))


def test_by_hand():
    # 0.9: one of two found. 0.8: a tie, the second is found with one false alarm of three.
    curve = evaluation.roc_curve(POSITIVES, SCORES)
    np.testing.assert_array_equal(curve.thresholds, [np.inf, 0.9, 0.8, 0.3, 0.1])
    np.testing.assert_allclose(curve.true_positive_rate, [0, 1 / 2, 1, 1, 1])
    np.testing.assert_allclose(curve.false_positive_rate, [0, 0, 1 / 3, 2 / 3, 1])
    assert curve.area == pytest.approx((6 - 1 / 2) / 6)  # of 6 pairs one is a tie, half a win
    curve = evaluation.precision_recall_curve(POSITIVES, SCORES)
    np.testing.assert_allclose(curve.precision, [1, 1, 2 / 3, 2 / 4, 2 / 5])
    np.testing.assert_allclose(curve.recall, [0, 1 / 2, 1, 1, 1])
    assert curve.average_precision == pytest.approx(1 / 2 * 1 + 1 / 2 * 2 / 3)


@drawn
def test_roc_equal_to_scikit_learn(given):
    false_rate, true_rate, thresholds = judge.roc_curve(*given, drop_intermediate=False)
    curve = evaluation.roc_curve(*given)
    np.testing.assert_array_equal(curve.thresholds, thresholds)
    np.testing.assert_allclose(curve.false_positive_rate, false_rate, rtol=1e-12)
    np.testing.assert_allclose(curve.true_positive_rate, true_rate, rtol=1e-12)
    assert curve.area == pytest.approx(judge.roc_auc_score(*given))


@drawn
def test_precision_and_recall_equal_to_scikit_learn(given):
    precision, recall, thresholds = judge.precision_recall_curve(*given)
    curve = evaluation.precision_recall_curve(*given)
    np.testing.assert_array_equal(curve.thresholds[1:], thresholds[::-1])
    np.testing.assert_allclose(curve.precision, precision[::-1], rtol=1e-12)
    np.testing.assert_allclose(curve.recall, recall[::-1], rtol=1e-12)
    assert curve.average_precision == pytest.approx(judge.average_precision_score(*given))


@drawn
def test_the_area_is_the_chance_to_rank_a_pair_right(given):
    positives, scores = given
    differences = scores[positives][:, np.newaxis] - scores[~positives]
    wins = np.mean((differences > 0) + (differences == 0) / 2)
    assert evaluation.roc_curve(*given).area == pytest.approx(wins)
    # Any change that keeps the order keeps the curve; the opposite order mirrors it.
    assert evaluation.roc_curve(positives, np.exp(scores)).area == pytest.approx(wins)
    assert evaluation.roc_curve(positives, -scores).area == pytest.approx(1 - wins)


@drawn
def test_every_point_of_the_curve_is_what_its_threshold_does(given):
    curve = evaluation.roc_curve(*given)
    points = [evaluation.at_threshold(*given, threshold) for threshold in curve.thresholds[1:]]
    sensitivities, specificities, misses, false_alarms = map(np.array, zip(*points, strict=True))
    np.testing.assert_allclose(sensitivities, curve.true_positive_rate[1:])
    np.testing.assert_allclose(specificities, 1 - curve.false_positive_rate[1:])
    called = given[1] >= curve.thresholds[1:, np.newaxis]
    np.testing.assert_array_equal(misses, np.sum(given[0] & ~called, axis=1))
    np.testing.assert_array_equal(false_alarms, np.sum(called & ~given[0], axis=1))


@settings(deadline=None, max_examples=80)
@given(positives_and_scores(), st.floats(0.01, 1))
def test_the_threshold_for_a_sensitivity_is_the_strictest_that_reaches_it(given, wanted):
    threshold = evaluation.threshold_for_sensitivity(*given, wanted)
    assert evaluation.at_threshold(*given, threshold).sensitivity >= wanted - 1e-9
    stricter = given[1][given[1] > threshold]
    if stricter.size:
        assert evaluation.at_threshold(*given, stricter.min()).sensitivity < wanted


def test_a_sensitivity_of_decimals_is_not_missed_by_rounding():
    # 0.1 + 0.2 is a little more than 0.3, which three of ten reach.
    positives, scores = np.arange(12) < 10, 12.0 - np.arange(12)
    assert evaluation.threshold_for_sensitivity(positives, scores, 0.1 + 0.2) == 10


@settings(deadline=None, max_examples=80)
@given(positives_and_scores(), st.integers(0, 20), st.integers(0, 20))
def test_no_threshold_costs_less(given, miss, false_alarm):
    positives, scores = given
    costs = {"cost_of_miss": miss, "cost_of_false_alarm": false_alarm}

    def cost(threshold):
        called = scores >= threshold
        return miss * np.sum(positives & ~called) + false_alarm * np.sum(called & ~positives)

    chosen = evaluation.threshold_for_cost(*given, **costs)
    every = np.append(np.unique(scores), np.inf)
    assert cost(chosen) == min(map(cost, every))
    assert chosen == min(threshold for threshold in every if cost(threshold) == cost(chosen))


def test_where_false_alarms_are_dear_nothing_is_called():
    options = {"cost_of_miss": 1, "cost_of_false_alarm": 100}
    assert evaluation.threshold_for_cost([True, False], [0.1, 0.9], **options) == np.inf
    assert evaluation.at_threshold([True, False], [0.1, 0.9], np.inf) == (0, 1, 1, 0)


def test_ones_and_zeros_and_float32_are_taken_as_they_come():
    scores = np.array(SCORES, np.float32)
    curve = evaluation.roc_curve(np.array(POSITIVES, np.uint8), scores)
    assert curve.area == evaluation.roc_curve(POSITIVES, SCORES).area
    threshold = evaluation.threshold_for_sensitivity(POSITIVES, scores, 1)
    assert evaluation.at_threshold(POSITIVES, scores, threshold).sensitivity == 1  # 0.8 is not rounded up


@pytest.mark.parametrize(
    "function",
    [
        evaluation.roc_curve,
        evaluation.precision_recall_curve,
        lambda positives, scores: evaluation.at_threshold(positives, scores, 0.5),
        lambda positives, scores: evaluation.threshold_for_sensitivity(positives, scores, 0.9),
        lambda positives, scores: evaluation.threshold_for_cost(
            positives, scores, cost_of_miss=1, cost_of_false_alarm=1
        ),
    ],
)
@pytest.mark.parametrize(
    "positives, scores, message",
    [
        ([True, True], [0.1, 0.2], "images of the class and others: got 2 True among 2"),
        ([False], [0.1], "got 0 True among 1"),
        ([], [], r"`positives` is empty: got positives.shape=\(0,\)"),
        ([True, False], [0.1, np.nan], r"not finite: got scores\[1\]=nan"),
        ([True, False], [0.1], r"shape of `positives`, \(2,\): got scores.shape=\(1,\)"),
        ([True, False], np.ones((2, 3)), r"`scores` must have 1 dimensions .*scores.shape=\(2, 3\)"),
        ([3, 1, 0], [0.1, 0.2, 0.3], r"got positives=\[3, 1, 0\]\.\nCompare first, for example labels == 3"),
        ([0.2, 0.9], [0.1, 0.2], r"got positives=\[0.2, 0.9\]"),
        (["a", "b"], [0.1, 0.2], r"got positives=\['a', 'b'\]"),
    ],
)
def test_says_what_is_wrong(function, positives, scores, message):
    with pytest.raises((ValueError, TypeError), match=f"(?s){message}"):
        function(positives, scores)


@pytest.mark.parametrize(
    "function, message",
    [
        (lambda: evaluation.at_threshold(POSITIVES, SCORES, np.nan), "threshold=nan"),
        (lambda: evaluation.threshold_for_sensitivity(POSITIVES, SCORES, 95), "sensitivity=95"),
        (lambda: evaluation.threshold_for_sensitivity(POSITIVES, SCORES, 0), "sensitivity=0"),
        (
            lambda: evaluation.threshold_for_cost(POSITIVES, SCORES, cost_of_miss=-1, cost_of_false_alarm=1),
            "cost_of_miss=-1",
        ),
        (
            lambda: evaluation.threshold_for_cost(
                POSITIVES, SCORES, cost_of_miss=1, cost_of_false_alarm="high"
            ),
            "cost_of_false_alarm='high'",
        ),
    ],
)
def test_says_what_is_wrong_with_the_wish(function, message):
    with pytest.raises((ValueError, TypeError), match=message):
        function()
