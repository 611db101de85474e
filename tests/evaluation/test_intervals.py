"""Intervals hold the truth as often as they say; McNemar's test counts what it should."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cellcnn_helpers import evaluation
from cellcnn_helpers.evaluation import accuracy_interval, bootstrap_interval, mcnemar


def coverage(num_images, share, confidence):
    """The exact chance that the interval holds the true share: a sum over all counts."""
    chances = stats.binom.pmf(np.arange(num_images + 1), num_images, share)
    intervals = [accuracy_interval(k, num_images, confidence=confidence) for k in range(num_images + 1)]
    holds = [low <= share <= high for low, high in intervals]
    return chances[holds].sum()


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_the_accuracy_interval_holds_the_truth_as_often_as_it_says(confidence):
    # For a given share counts jump, so the chance swings around what is promised: take the mean.
    chances = [coverage(100, share, confidence) for share in np.linspace(0.5, 0.99, 50)]
    assert np.mean(chances) == pytest.approx(confidence, abs=0.01)
    assert min(chances) > confidence - 0.08


def test_the_textbook_interval_would_not_hold_it():
    """The plain p ± 1.96 · standard error fails for a good model, which is why this one is taken."""
    share, num_images = 0.99, 100
    counts = np.arange(num_images + 1)
    half = 1.96 * np.sqrt(counts / num_images * (1 - counts / num_images) / num_images)
    holds = np.abs(counts / num_images - share) <= half
    assert stats.binom.pmf(counts, num_images, share)[holds].sum() < 0.7
    assert coverage(num_images, share, 0.95) > 0.9


@settings(deadline=None, max_examples=60)
@given(st.data(), st.integers(1, 3000), st.floats(0.01, 0.999))
def test_equal_to_scipy(data, num_images, confidence):
    num_right = data.draw(st.integers(0, num_images))
    theirs = stats.binomtest(num_right, num_images).proportion_ci(confidence, method="wilson")
    ours = accuracy_interval(num_right, num_images, confidence=confidence)
    np.testing.assert_allclose(ours, (theirs.low, theirs.high), rtol=1e-9, atol=1e-12)
    assert 0 <= ours.low <= num_right / num_images <= ours.high <= 1


def test_a_perfect_score_is_no_proof():
    low, high = accuracy_interval(20, 20)
    assert high == 1
    assert low == pytest.approx(0.839, abs=5e-4)
    assert accuracy_interval(0, 20) == pytest.approx((0, 1 - low))


def test_the_bootstrap_agrees_where_the_answer_is_known():
    # The mean of 400 values with a standard deviation of 1: ± 1.96 / 20.
    values = stats.norm.ppf((np.arange(400) + 0.5) / 400)
    low, high = bootstrap_interval(np.mean, values, num_samples=4000)
    assert (low, high) == pytest.approx((-1.96 / 20, 1.96 / 20), abs=0.008)
    narrow = bootstrap_interval(np.mean, values, confidence=0.5, num_samples=4000)
    assert narrow == pytest.approx((-0.674 / 20, 0.674 / 20), abs=0.004)


def test_the_bootstrap_holds_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    intervals = [
        bootstrap_interval(np.mean, rng.random(150) < 0.8, num_samples=200, seed=rng) for _ in range(200)
    ]
    held = np.mean([low <= 0.8 <= high for low, high in intervals])
    assert 0.90 <= held <= 0.985  # 200 trials at 0.95: standard error 0.015


def patients(rng, num_patients=30, cells=20):
    """Right or wrong for each cell, where some patients are easy and others hard; true accuracy 0.8."""
    share = rng.beta(4, 1, num_patients)
    groups = np.repeat(np.arange(num_patients), cells)
    return rng.random(len(groups)) < share[groups], groups


def test_only_whole_patients_give_an_honest_interval():
    rng = np.random.default_rng(0)
    held = {"cells": 0, "patients": 0}
    for _ in range(150):
        right, groups = patients(rng)
        for name, chosen in (("cells", None), ("patients", groups)):
            low, high = bootstrap_interval(np.mean, right, groups=chosen, num_samples=200, seed=rng)
            held[name] += (low <= 0.8 <= high) / 150
    assert held["cells"] < 0.78  # though the interval promises 0.95
    assert held["patients"] > 0.88  # standard error 0.02; of 30 patients, a little less than promised


def test_groups_are_drawn_whole_and_in_any_order():
    groups = np.array(["b", "a", "b", "c", "a", "b"])
    values = np.arange(6)

    def whole(drawn, names):
        for name in "abc":
            times = np.bincount(drawn[names == name], minlength=6)[groups == name]
            assert len(set(times)) == 1  # each image of the group as often as the others
        return 0.0

    assert bootstrap_interval(whole, values, groups, groups=groups, num_samples=50) == (0, 0)


def test_groups_of_one_are_images():
    right = np.random.default_rng(0).random(40) < 0.8
    each = np.arange(40)
    assert bootstrap_interval(np.mean, right, groups=each) == bootstrap_interval(np.mean, right)


def test_two_models_are_compared_on_the_same_cells():
    # Both find the same cells hard: unpaired, the difference would drown.
    rng = np.random.default_rng(0)
    easy = rng.random(300)
    right_a, right_b = easy > 0.20, easy > 0.15
    difference = right_b.mean() - right_a.mean()
    low, high = bootstrap_interval(lambda a, b: b.mean() - a.mean(), right_a, right_b)
    assert 0 < low < difference < high
    standard_error = np.std(right_b.astype(int) - right_a) / np.sqrt(300)
    assert high - low == pytest.approx(2 * 1.96 * standard_error, rel=0.15)


def test_the_seed_decides():
    labels = np.arange(50) % 3
    predictions = np.where(np.arange(50) % 7 == 0, 0, labels)
    first, again, other = (
        bootstrap_interval(evaluation.balanced_accuracy, labels, predictions, seed=seed, num_samples=99)
        for seed in (0, 0, 1)
    )
    assert first == again != other


def test_a_statistic_that_fails_on_a_sample_says_so():
    positives, scores = [True] + [False] * 9, np.arange(10.0)
    with pytest.raises(ValueError, match="images of the class and others") as caught:
        bootstrap_interval(lambda *given: evaluation.roc_curve(*given).area, positives, scores)
    assert "images drawn anew" in caught.value.__notes__[0]
    with pytest.raises(ValueError) as caught:
        bootstrap_interval(lambda *given: evaluation.roc_curve(*given).area, [True, True], [0.1, 0.2])
    assert not hasattr(caught.value, "__notes__")  # the images themselves are at fault


def test_mcnemar_by_hand():
    # 1 against 4: five tosses, at most one head in 1 + 5 of 32 ways; twice that, for both sides.
    right_a, right_b = [1, 1, 0, 0, 0, 0, 1, 0], [1, 0, 1, 1, 1, 1, 1, 0]
    assert mcnemar(right_a, right_b) == (1, 4, 2 * 6 / 32)
    assert mcnemar(right_b, right_a) == (4, 1, 2 * 6 / 32)
    assert mcnemar([True, False], [True, False]) == (0, 0, 1)
    assert mcnemar([True, False], [False, True]) == (1, 1, 1)


@settings(deadline=None)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 9))
def test_mcnemar_is_the_test_of_a_coin(only_a, only_b, both):
    right_a = np.repeat([True, False, True], [only_a, only_b, both + 1])
    right_b = np.repeat([False, True, True], [only_a, only_b, both + 1])
    expected = stats.binomtest(only_a, only_a + only_b).pvalue if only_a + only_b else 1
    assert mcnemar(right_a, right_b) == pytest.approx((only_a, only_b, expected))


def test_mcnemar_of_many_images_does_not_overflow():
    right_a = np.arange(20_000) < 9_900
    assert mcnemar(right_a, ~right_a).p_value == pytest.approx(stats.binomtest(9_900, 20_000).pvalue)


@pytest.mark.parametrize(
    "function, message",
    [
        (lambda: accuracy_interval(11, 10), "num_right=11 and num_images=10"),
        (lambda: accuracy_interval(-1, 10), "num_right=-1"),
        (lambda: accuracy_interval(0, 0), "num_images=0"),
        (lambda: accuracy_interval(0.97, 100), "`num_right` must be a whole number: got num_right=0.97"),
        (lambda: accuracy_interval(9, 10, confidence=95), "confidence=95"),
        (lambda: accuracy_interval(9, 10, confidence=1), "confidence=1"),
        (lambda: bootstrap_interval(0.9, [1, 2]), "`statistic` must be a function: got statistic=0.9"),
        (lambda: bootstrap_interval(np.mean), r"at least one array: got arrays=\(\)"),
        (lambda: bootstrap_interval(np.mean, []), r"`arrays\[0\]` is empty: got arrays\[0\].shape=\(0,\)"),
        (lambda: bootstrap_interval(np.mean, [1, 2], [1]), r"arrays\[1\].shape=\(1,\) and arrays\[0\].shape"),
        (lambda: bootstrap_interval(np.mean, 5), r"one row per image: got arrays\[0\]=array\(5\)"),
        (
            lambda: bootstrap_interval(np.sort, [1, 2]),
            r"one finite number: got statistic\(...\).shape=\(2,\)",
        ),
        (lambda: bootstrap_interval(print, [1, 2]), r"one finite number: got statistic\(...\)=None"),
        (
            lambda: bootstrap_interval(lambda x: evaluation.mcnemar(x, x), [True, False]),
            r"got statistic\(...\)=McNemar",
        ),
        (lambda: bootstrap_interval(np.mean, [1, np.nan]), r"finite number: got statistic\(...\)=.*nan"),
        (lambda: bootstrap_interval(np.mean, [1, 2], groups=[0, 0]), "at least 2 groups: got 1 for 2 images"),
        (lambda: bootstrap_interval(np.mean, [1, 2], groups=[0, 1, 2]), r"groups\.shape=\(3,\)"),
        (lambda: bootstrap_interval(np.mean, [1, 2], confidence=0), "confidence=0"),
        (lambda: bootstrap_interval(np.mean, [1, 2], num_samples=0), "num_samples=0"),
        (lambda: bootstrap_interval(np.mean, [1, 2], seed=0.5), "seed=0.5"),
        (lambda: mcnemar([], []), r"`right_a` is empty: got right_a.shape=\(0,\)"),
        (lambda: mcnemar([True], [True, False]), r"right_b.shape=\(2,\)"),
        (lambda: mcnemar([3, 5], [3, 4]), r"True or False for each image: got right_a=\[3, 5\]"),
        (lambda: mcnemar([0.9, 0.1], [0.8, 0.1]), r"got right_a=\[0.9, 0.1\]"),
        (lambda: mcnemar([[True]], [[True]]), r"one dimension, \(images,\): got right_a.shape=\(1, 1\)"),
    ],
)
def test_says_what_is_wrong(function, message):
    with pytest.raises((ValueError, TypeError), match=message):
        function()
