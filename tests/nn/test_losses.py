"""Losses: by hand, gradients, and the slips that beginners make with labels."""

from functools import partial

import numpy as np
import pytest

from cellcnn_helpers.nn import (
    check_gradient,
    complex_step_gradient,
    half_mean_squared_error,
    mean_squared_error,
    softmax,
    softmax_cross_entropy,
)

SQUARED = {"half": half_mean_squared_error, "mean": mean_squared_error}
every_squared_loss = pytest.mark.parametrize("function", SQUARED.values(), ids=SQUARED)

LABELS = np.array([2, 0, 1, 1])
LOGITS = np.random.default_rng(0).standard_normal((4, 3))


def test_half_mean_squared_error_divides_by_twice_the_rows():
    # Two rows of two values: (1 + 4 + 9 + 16) / (2 · 2) = 7.5
    loss, gradient = half_mean_squared_error([[0, 0], [0, 0]], [[1, 2], [3, 4]])
    assert loss == 7.5
    np.testing.assert_array_equal(gradient, [[0.5, 1], [1.5, 2]])


def test_mean_squared_error_divides_by_all_values():
    loss, gradient = mean_squared_error([[0, 0], [0, 0]], [[1, 2], [3, 4]])
    assert loss == 7.5
    np.testing.assert_array_equal(gradient, [[0.5, 1], [1.5, 2]])
    assert mean_squared_error([0, 0], [1, 3]).loss == 5
    assert half_mean_squared_error([0, 0], [1, 3]).loss == 2.5


def test_cross_entropy_worked_by_hand():
    # Probabilities 1/8, 2/8, 5/8; the surprise at the class of 2/8 is log 4.
    loss, gradient = softmax_cross_entropy([1], np.log([[1.0, 2.0, 5.0]]))
    assert loss == pytest.approx(np.log(4))
    np.testing.assert_allclose(gradient, [[1 / 8, 2 / 8 - 1, 5 / 8]])


def test_knowing_nothing_costs_the_log_of_the_classes():
    assert softmax_cross_entropy([3], np.zeros((1, 8))).loss == pytest.approx(np.log(8))


def test_cross_entropy_is_minus_the_log_of_the_softmax():
    expected = -np.log(softmax(LOGITS)[np.arange(4), LABELS]).mean()
    assert softmax_cross_entropy(LABELS, LOGITS).loss == pytest.approx(expected)


def test_weights_of_rows_by_hand():
    # Surprises log 2 and log 4, weighted 3 and 1, over two rows; not over the sum of the weights.
    logits = np.log([[1.0, 1.0], [1.0, 3.0]])
    loss, gradient = softmax_cross_entropy([0, 0], logits, sample_weight=[3, 1])
    assert loss == pytest.approx((3 * np.log(2) + np.log(4)) / 2)
    np.testing.assert_allclose(gradient, [[-0.75, 0.75], [-0.375, 0.375]])


def test_a_weight_of_two_is_a_row_given_twice_and_of_zero_a_row_left_out():
    twice = softmax_cross_entropy(LABELS, LOGITS, sample_weight=[2, 1, 1, 0])
    rows = [0, 0, 1, 2]
    expected = softmax_cross_entropy(LABELS[rows], LOGITS[rows])
    assert twice.loss == pytest.approx(expected.loss)
    np.testing.assert_allclose(twice.gradient[0], 2 * expected.gradient[0])
    np.testing.assert_array_equal(twice.gradient[3], 0)


@pytest.mark.parametrize(
    "weights, error, message",
    [
        ([1, 2], ValueError, r"must have the shape of the labels, \(4,\): got sample_weight\.shape=\(2,\)"),
        (np.ones((4, 3)), ValueError, r"must have 1 dimensions \(batch\): got sample_weight\.shape=\(4, 3\)"),
        ([1, 1, -2, 1], ValueError, r"must be at least 0: got sample_weight\[2\]=-2"),
        ([1, np.nan, 1, 1], ValueError, r"not finite: got sample_weight\[1\]=nan"),
        ({0: 1}, TypeError, r"must be an array of numbers: got sample_weight=\{0: 1\}"),
    ],
)
def test_bad_weights_of_rows_are_named(weights, error, message):
    with pytest.raises(error, match=f"(?s)`sample_weight` .*{message}"):
        softmax_cross_entropy(LABELS, LOGITS, sample_weight=weights)


def test_cross_entropy_of_huge_logits_is_finite():
    loss, gradient = softmax_cross_entropy([0, 1], [[1e4, -1e4], [1e4, -1e4]])
    assert loss == 1e4
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize(
    "function, labels",
    [
        (softmax_cross_entropy, LABELS),
        (partial(softmax_cross_entropy, sample_weight=[1, 0, 5, 0.3]), LABELS),
        *((f, LOGITS[::-1].copy()) for f in SQUARED.values()),
    ],
)
def test_gradients(function, labels):
    predictions = LOGITS.copy()
    check_gradient(
        lambda p: function(labels, p).loss, lambda dy, p: dy * function(labels, p).gradient, predictions
    )
    exact = complex_step_gradient(lambda p: function(labels, p).loss, predictions, 1.0)
    np.testing.assert_allclose(function(labels, predictions).gradient, exact, rtol=1e-12)
    np.testing.assert_array_equal(predictions, LOGITS)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_gradient_keeps_the_dtype(dtype):
    logits = LOGITS.astype(dtype)
    assert softmax_cross_entropy(LABELS, logits).gradient.dtype == dtype
    assert softmax_cross_entropy(LABELS, logits, sample_weight=np.ones(4)).gradient.dtype == dtype
    for function in SQUARED.values():
        assert function(logits, logits).gradient.dtype == dtype
        assert isinstance(function(logits, logits).loss, float)


ONE_HOT = np.eye(3, dtype=int)[LABELS]

BAD_LABELS = {
    "one-hot": (ONE_HOT, ValueError, r"not one-hot: got labels\.shape=\(4, 3\)\.\nGive labels\.argmax"),
    "column": (LABELS[:, None], ValueError, r"got labels\.shape=\(4, 1\)\.\n.*labels\[:, 0\]"),
    "too few": (LABELS[:2], ValueError, r"got labels\.shape=\(2,\) for 4 rows"),
    "float": (LABELS / 1, TypeError, r"got labels\.dtype=float64\.\n.*labels\.astype\(int\)"),
    "names": (np.array(["a", "b", "a", "c"]), TypeError, r"got labels\.dtype=<U1\.\n.*np\.unique"),
    "from one": (LABELS + 1, ValueError, r"0 to 2 for 3 classes: got labels\[0\]=3\.\nCount classes from 0"),
    "negative": (LABELS - 1, ValueError, r"got labels\[1\]=-1"),
}


@pytest.mark.parametrize("name", BAD_LABELS)
def test_bad_labels_are_named(name):
    labels, error, message = BAD_LABELS[name]
    with pytest.raises(error, match=f"(?s)`labels`.*{message}"):
        softmax_cross_entropy(labels, LOGITS)


def test_logits_that_are_not_finite_are_refused():
    logits = LOGITS.copy()
    logits[1, 2] = np.nan
    with pytest.raises(ValueError, match=r"`logits` .*got logits\[1, 2\]=nan"):
        softmax_cross_entropy(LABELS, logits)


@every_squared_loss
def test_values_that_are_not_finite_are_refused(function):
    with pytest.raises(ValueError, match=r"`labels` .*got labels\[1\]=inf"):
        function([1.0, np.inf], [1.0, 1.0])
    with pytest.raises(ValueError, match=r"`predictions` .*got predictions\[0\]=nan"):
        function([1.0, 1.0], [np.nan, 1.0])


@every_squared_loss
@pytest.mark.parametrize(
    "labels, predictions, mend",
    [
        (np.ones(4), np.ones((4, 1)), r"predictions\[\.\.\., 0\]"),
        (np.ones((4, 1)), np.ones(4), r"labels\[\.\.\., 0\]"),
        (np.ones(4), np.ones(3), "one label for each"),
    ],
)
def test_shapes_that_would_broadcast_are_refused(function, labels, predictions, mend):
    shapes = rf"labels\.shape=\({labels.shape[0]}.*predictions\.shape=\({predictions.shape[0]}"
    with pytest.raises(ValueError, match=f"(?s){shapes}.*{mend}"):
        function(labels, predictions)


@every_squared_loss
def test_no_rows_have_no_mean(function):
    with pytest.raises(ValueError, match=r"`predictions` .*got predictions\.shape=\(0, 2\)"):
        function(np.ones((0, 2)), np.ones((0, 2)))
    with pytest.raises(ValueError, match=r"`logits` .*got logits\.shape=\(0, 3\)"):
        softmax_cross_entropy(np.ones(0, int), np.ones((0, 3)))
