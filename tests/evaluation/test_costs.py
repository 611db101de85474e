"""Costs: the mean over images, and the class that is cheapest to call."""

import numpy as np
import pytest

from cellcnn_helpers import evaluation

COST = np.array([[0, 1, 4], [2, 0, 1], [30, 5, 0]])


def test_expected_cost_by_hand():
    # Right; class 0 called 2: 4; class 2 called 0: 30; class 1 called 2: 1.
    assert evaluation.expected_cost([0, 0, 2, 1], [0, 2, 0, 2], COST) == 35 / 4


def test_it_is_the_confusion_matrix_times_the_cost():
    rng = np.random.default_rng(0)
    labels, predictions = rng.integers(0, 3, (2, 50))
    total = np.sum(evaluation.confusion_matrix(labels, predictions, 3) * COST)
    assert evaluation.expected_cost(labels, predictions, COST) == pytest.approx(total / 50)
    share = evaluation.expected_cost(labels, predictions, 1 - np.eye(3))
    assert share == pytest.approx(1 - evaluation.accuracy(labels, predictions))


def test_cheapest_class_by_hand():
    # Calling class 0 costs 0.1 · 2 + 0.1 · 30 = 3.2, class 1 0.8 + 0.5 = 1.3, class 2 3.2 + 0.1 = 3.3.
    np.testing.assert_array_equal(evaluation.cheapest_classes([[0.8, 0.1, 0.1]], COST), [1])
    assert evaluation.cheapest_classes([[0.8, 0.1, 0.1]], 1 - np.eye(3)) == [0]


def test_two_classes_part_at_the_threshold_of_the_costs():
    # A miss costs 9, a false alarm 1: from a probability of 1 / (1 + 9) on.
    p = np.array([0.05, 0.099, 0.101, 0.5])
    called = evaluation.cheapest_classes(np.column_stack([1 - p, p]), [[0, 1], [9, 0]])
    np.testing.assert_array_equal(called, [0, 0, 1, 1])


def test_no_other_rule_is_cheaper_for_a_calibrated_model():
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet([1, 1, 1], 4000)
    labels = np.array([rng.choice(3, p=row) for row in probabilities])
    cheapest = evaluation.cheapest_classes(probabilities, COST)
    cost = evaluation.expected_cost(labels, cheapest, COST)
    likeliest = probabilities.argmax(axis=1)
    transposed = evaluation.cheapest_classes(probabilities, COST.T)
    assert cost < evaluation.expected_cost(labels, likeliest, COST)
    assert cost < evaluation.expected_cost(labels, transposed, COST)
    assert cost == pytest.approx((probabilities @ COST).min(axis=1).mean(), rel=0.1)


@pytest.mark.parametrize(
    "function, message",
    [
        (lambda: evaluation.expected_cost([0, 1], [0, 1], [[0, 1]]), r"2 classes: got cost\.shape=\(1, 2\)"),
        (lambda: evaluation.expected_cost([0, 2], [0, 1], [[0, 1], [1, 0]]), r"0 to 1: got labels\[1\]=2"),
        (lambda: evaluation.expected_cost([0], [0], [1, 2]), r"\(true class, predicted class\): got cost"),
        (lambda: evaluation.expected_cost([0], [0], [[0, np.nan], [1, 0]]), r"got cost\[0, 1\]=nan"),
        (lambda: evaluation.expected_cost([0], [0], np.zeros((0, 0))), r"cost\.shape=\(0, 0\)"),
        (lambda: evaluation.expected_cost([0, 1], [0], [[0, 1], [1, 0]]), r"predictions\.shape=\(1,\)"),
        (lambda: evaluation.cheapest_classes([[0.5, 0.5]], COST), r"2 classes: got cost\.shape=\(3, 3\)"),
        (lambda: evaluation.cheapest_classes([[3.0, -1.0, 0.5]], COST), r"with the sum 2\.5\.\n.*softmax"),
    ],
)
def test_says_what_is_wrong(function, message):
    with pytest.raises((ValueError, TypeError), match=f"(?s){message}"):
        function()
