"""Calibration: by hand, equal to scikit-learn, and a known temperature is found again."""

import numpy as np
import pytest
import sklearn.metrics as judge
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from sklearn.calibration import calibration_curve

from cellcnn_helpers import evaluation, nn

# Sure and right, sure and wrong, unsure and right, even and wrong (of two equal ones the first is taken).
LABELS = np.array([0, 0, 1, 1])
PROBABILITIES = np.array([[0.9, 0.1], [0.2, 0.8], [0.35, 0.65], [0.5, 0.5]])


def drawn_images(seed, num_images=200, num_classes=4):
    """Labels that are drawn from the probabilities themselves: a calibrated model, (N,) and logits (N, K)."""
    rng = np.random.default_rng(seed)
    logits = 2 * rng.standard_normal((num_images, num_classes))
    return np.argmax(logits + rng.gumbel(size=logits.shape), axis=1), logits


def test_by_hand():
    table = evaluation.reliability_table(LABELS, PROBABILITIES, num_bins=5)
    np.testing.assert_allclose(table.edges, [0, 0.2, 0.4, 0.6, 0.8, 1])
    np.testing.assert_array_equal(table.num_images, [0, 0, 1, 2, 1])  # 0.8 is the end of its bin
    np.testing.assert_allclose(table.confidence, [np.nan, np.nan, 0.5, 0.725, 0.9])
    np.testing.assert_allclose(table.accuracy, [np.nan, np.nan, 0, 0.5, 1])
    error = evaluation.expected_calibration_error(LABELS, PROBABILITIES, num_bins=5)
    assert error == pytest.approx((1 * 0.5 + 2 * 0.225 + 1 * 0.1) / 4)
    squares = [0.02, 2 * 0.8**2, 2 * 0.35**2, 0.5]
    assert evaluation.brier_score(LABELS, PROBABILITIES) == pytest.approx(np.mean(squares))
    surprises = -np.log([0.9, 0.2, 0.65, 0.5])
    assert evaluation.log_loss(LABELS, PROBABILITIES) == pytest.approx(np.mean(surprises))


def test_the_table_reads_as_a_table():
    rows = str(evaluation.reliability_table(LABELS, PROBABILITIES, num_bins=5)).splitlines()
    assert rows[0].split() == ["confidence", "images", "mean", "right"]
    assert rows[1].split() == ["0", "to", "0.2", "0", "–", "–"]
    assert rows[4].split() == ["0.6", "to", "0.8", "2", "0.725", "0.500"]
    assert len(rows) == 6
    assert len({len(row) for row in rows}) == 1


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32), st.integers(1, 60), st.integers(2, 6), st.integers(1, 20))
def test_equal_to_scikit_learn(seed, num_images, num_classes, num_bins):
    labels, logits = drawn_images(seed, num_images, num_classes)
    probabilities = nn.softmax(logits).round(2)  # coarse, so that some stand on an edge
    probabilities[:, 0] += 1 - probabilities.sum(axis=1)
    probabilities = np.abs(probabilities) / np.abs(probabilities).sum(axis=1, keepdims=True)
    right, sure = probabilities.argmax(axis=1) == labels, probabilities.max(axis=1)
    table = evaluation.reliability_table(labels, probabilities, num_bins=num_bins)
    filled = table.num_images > 0
    accuracy, confidence = calibration_curve(right, sure, n_bins=num_bins, pos_label=True)
    np.testing.assert_allclose(table.accuracy[filled], accuracy)
    np.testing.assert_allclose(table.confidence[filled], confidence)
    every = np.arange(num_classes)
    brier = judge.brier_score_loss(labels, probabilities, labels=every, scale_by_half=False)
    assert evaluation.brier_score(labels, probabilities) == pytest.approx(brier)
    if probabilities[np.arange(num_images), labels].min() > 0:
        log_loss = judge.log_loss(labels, probabilities, labels=every)
        assert evaluation.log_loss(labels, probabilities) == pytest.approx(log_loss)


def test_the_log_loss_is_the_loss_of_the_training():
    labels, logits = drawn_images(0)
    expected = nn.softmax_cross_entropy(labels, logits).loss
    assert evaluation.log_loss(labels, nn.softmax(logits)) == pytest.approx(expected)


def test_what_was_ruled_out_and_true_costs_without_end():
    assert evaluation.log_loss([1], [[1.0, 0.0]]) == np.inf


def test_a_calibrated_model_has_a_small_error_and_a_sharpened_one_a_large():
    labels, logits = drawn_images(0, num_images=20_000)
    errors = [evaluation.expected_calibration_error(labels, nn.softmax(factor * logits)) for factor in (1, 3)]
    assert errors[0] < 0.01 < 0.1 < errors[1]


@pytest.mark.parametrize("temperature", [0.2, 0.7, 1, 2.5, 40])
def test_a_known_temperature_is_found_again(temperature):
    labels, logits = drawn_images(1, num_images=20_000)
    found = evaluation.fit_temperature(labels, logits * temperature)
    assert found == pytest.approx(temperature, rel=0.03)  # 20,000 images tell it to about 1 %
    own = evaluation.fit_temperature(labels, logits)
    assert found == pytest.approx(own * temperature, rel=1e-9)  # scaled logits, scaled answer


@pytest.mark.parametrize("seed", range(5))
def test_no_other_temperature_surprises_less(seed):
    labels, logits = drawn_images(seed, num_images=30)
    logits = logits * 10.0**seed

    def loss(log_temperature):
        return nn.softmax_cross_entropy(labels, logits / np.exp(log_temperature)).loss

    found = evaluation.fit_temperature(labels, logits)
    best = minimize_scalar(loss, bracket=(np.log(found) - 2, np.log(found) + 1), options={"xtol": 1e-10})
    assert np.log(found) == pytest.approx(best.x, abs=1e-6)
    assert loss(np.log(found)) <= best.fun + 1e-12


def test_temperature_neither_overflows_nor_minds_a_constant():
    labels, logits = drawn_images(0)
    found = evaluation.fit_temperature(labels, logits)
    assert evaluation.fit_temperature(labels, logits + 500) == pytest.approx(found)
    assert evaluation.fit_temperature(labels, logits * 1e4) == pytest.approx(1e4 * found)
    single = evaluation.fit_temperature(labels, logits.astype(np.float32))
    assert single == pytest.approx(found, rel=1e-5)


def test_where_no_temperature_is_best():
    with pytest.raises(ValueError, match=r"right on every image.*got logits\.shape=\(2, 2\)"):
        evaluation.fit_temperature([0, 1], [[2.0, 1.0], [0.0, 3.0]])
    with pytest.raises(ValueError, match=r"(?s)no better than a guess.*got logits\.shape=\(2, 2\).*order"):
        evaluation.fit_temperature([1, 0], [[2.0, 1.0], [0.0, 3.0]])
    with pytest.raises(ValueError, match="no better than a guess"):
        evaluation.fit_temperature([1, 0], [[0.0, 0.0], [-1.0, 1.0]])


@pytest.mark.parametrize(
    "function",
    [
        evaluation.reliability_table,
        evaluation.expected_calibration_error,
        evaluation.brier_score,
        evaluation.log_loss,
    ],
)
@pytest.mark.parametrize(
    "labels, probabilities, message",
    [
        (
            [0, 1],
            [[2.0, -1.0], [0.5, 0.5]],
            r"probabilities\[0\] from -1 to 2 with the sum 1\.\n.*nn\.softmax",
        ),
        ([0, 1], [[0.5, 0.5], [3.0, 2.0]], r"probabilities\[1\] from 2 to 3 with the sum 5"),
        ([0, 1], [[0.5, 0.5], [np.nan, 1.0]], r"not finite: got probabilities\[1, 0\]=nan"),
        (np.eye(2, dtype=int), [[0.5, 0.5]] * 2, r"not one-hot: got labels\.shape=\(2, 2\)"),
        ([0, 2], [[0.5, 0.5]] * 2, r"from 0 to 1 for 2 classes: got labels\[1\]=2"),
        ([0], [[0.5, 0.5]] * 2, r"one class number per row: got labels\.shape=\(1,\)"),
        ([], np.zeros((0, 2)), r"`probabilities` is empty: got probabilities\.shape=\(0, 2\)"),
        ([0, 1], [0.5, 0.5], r"2 dimensions \(images, classes\): got probabilities\.shape=\(2,\)"),
        ([0, 1], [[1.0], [1.0]], r"at least 2: got probabilities\.shape=\(2, 1\).*column_stack"),
    ],
)
def test_says_what_is_wrong(function, labels, probabilities, message):
    with pytest.raises((ValueError, TypeError), match=f"(?s){message}"):
        function(labels, np.asarray(probabilities))


@pytest.mark.parametrize(
    "function, message",
    [
        (lambda: evaluation.reliability_table([0], [[0.5, 0.5]], num_bins=0), "num_bins=0"),
        (lambda: evaluation.fit_temperature(LABELS, PROBABILITIES), r"logits\.shape=\(4, 2\).*softmax"),
        (lambda: evaluation.fit_temperature(PROBABILITIES, LABELS), r"`logits` must have 2 dimensions"),
        (lambda: evaluation.fit_temperature([0], [[1.0, np.inf]]), r"got logits\[0, 1\]=inf"),
        (lambda: evaluation.fit_temperature([], np.zeros((0, 2))), r"`logits` is empty"),
        (lambda: evaluation.fit_temperature([5], [[1.0, 2.0]]), r"got labels\[0\]=5"),
    ],
)
def test_says_what_is_wrong_with_bins_and_logits(function, message):
    with pytest.raises((ValueError, TypeError), match=f"(?s){message}"):
        function()


def test_half_precision_is_precise_enough():
    labels, logits = drawn_images(0)
    half = nn.softmax(logits).astype(np.float16)
    expected = evaluation.brier_score(labels, nn.softmax(logits))
    assert evaluation.brier_score(labels, half) == pytest.approx(expected, abs=1e-3)
