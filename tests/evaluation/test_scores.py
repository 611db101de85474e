"""Scores of predictions: by hand, equal to scikit-learn on drawn labels, and what beginners mix up."""

import numpy as np
import pytest
import sklearn.metrics as judge
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cellcnn_helpers import evaluation

NAMES = ["monocyte", "lymphocyte", "platelet"]
# Three cells of class 0, of which one is called 2; two of class 1, of which one is called 0; one of class 2.
LABELS, PREDICTIONS = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 2, 1, 0, 2])


@st.composite
def labels_and_predictions(draw):
    """A few images of up to five classes, some of which may be absent from either."""
    size = draw(st.integers(1, 30))
    classes = hnp.arrays(np.int64, size, elements=st.integers(0, draw(st.integers(1, 5)) - 1))
    return draw(classes), draw(classes)


def test_by_hand():
    assert evaluation.accuracy(LABELS, PREDICTIONS) == 4 / 6
    expected = [[2, 0, 1], [1, 1, 0], [0, 0, 1]]
    np.testing.assert_array_equal(evaluation.confusion_matrix(LABELS, PREDICTIONS), expected)
    np.testing.assert_allclose(evaluation.recall(LABELS, PREDICTIONS), [2 / 3, 1 / 2, 1])
    np.testing.assert_allclose(evaluation.precision(LABELS, PREDICTIONS), [2 / 3, 1, 1 / 2])
    np.testing.assert_allclose(evaluation.f1(LABELS, PREDICTIONS), [2 / 3, 2 / 3, 2 / 3])
    assert evaluation.balanced_accuracy(LABELS, PREDICTIONS) == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)


@settings(deadline=None, max_examples=60)
@given(labels_and_predictions())
@pytest.mark.filterwarnings("ignore:A single label was found")
def test_equal_to_scikit_learn(drawn):
    labels, predictions = drawn
    every = np.arange(max(labels.max(), predictions.max()) + 1)
    options = {"labels": every, "average": None, "zero_division": 0}
    assert evaluation.accuracy(*drawn) == judge.accuracy_score(*drawn)
    matrix = evaluation.confusion_matrix(*drawn)
    np.testing.assert_array_equal(matrix, judge.confusion_matrix(*drawn, labels=every))
    for ours, theirs in (
        (evaluation.precision, judge.precision_score),
        (evaluation.recall, judge.recall_score),
        (evaluation.f1, judge.f1_score),
    ):
        np.testing.assert_allclose(ours(*drawn), theirs(*drawn, **options), rtol=1e-12)


@settings(deadline=None, max_examples=60)
@given(labels_and_predictions())
@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true")
@pytest.mark.filterwarnings("ignore:A single label was found")
def test_means_are_over_the_classes_with_images(drawn):
    present = {"labels": np.unique(drawn[0]), "average": "macro", "zero_division": 0}
    report = evaluation.classification_report(*drawn, list("abcde"))
    balanced = judge.balanced_accuracy_score(*drawn)
    assert evaluation.balanced_accuracy(*drawn) == pytest.approx(balanced)
    assert report.macro_recall == pytest.approx(balanced)
    assert report.macro_precision == pytest.approx(judge.precision_score(*drawn, **present))
    assert report.macro_f1 == pytest.approx(judge.f1_score(*drawn, **present))


def test_what_is_divided_by_nothing_is_0():
    # No image of class 1; class 2 is never given; class 3 is in neither.
    labels, predictions = [0, 0, 2], [0, 1, 0]
    np.testing.assert_array_equal(evaluation.recall(labels, predictions, 4), [1 / 2, 0, 0, 0])
    np.testing.assert_array_equal(evaluation.precision(labels, predictions, 4), [1 / 2, 0, 0, 0])
    np.testing.assert_array_equal(evaluation.f1(labels, predictions, 4), [1 / 2, 0, 0, 0])
    assert evaluation.balanced_accuracy(labels, predictions) == 1 / 4  # of classes 0 and 2


def test_small_types_do_not_overflow():
    # As MedMNIST stores them: 20 · 21 + 20 = 440 is more than a uint8 holds.
    labels = np.full(3, 20, np.uint8)
    assert evaluation.confusion_matrix(labels, labels)[20, 20] == 3


def test_renaming_the_classes_moves_the_scores_with_them():
    new = np.array([2, 0, 1])  # the new number of each class
    matrix = evaluation.confusion_matrix(LABELS, PREDICTIONS)
    moved = evaluation.confusion_matrix(new[LABELS], new[PREDICTIONS])
    np.testing.assert_array_equal(moved[np.ix_(new, new)], matrix)
    renamed = evaluation.recall(new[LABELS], new[PREDICTIONS])
    np.testing.assert_array_equal(renamed[new], evaluation.recall(LABELS, PREDICTIONS))


def test_the_report_tells_all_of_it():
    report = evaluation.classification_report(LABELS, PREDICTIONS, NAMES)
    assert report.class_names == NAMES
    np.testing.assert_array_equal(report.num_images, [3, 2, 1])
    np.testing.assert_array_equal(report.precision, evaluation.precision(LABELS, PREDICTIONS))
    np.testing.assert_array_equal(report.recall, evaluation.recall(LABELS, PREDICTIONS))
    np.testing.assert_array_equal(report.f1, evaluation.f1(LABELS, PREDICTIONS))
    assert report.accuracy == 4 / 6
    rows = [line.split() for line in str(report).splitlines()]
    assert rows[0] == ["class", "images", "precision", "recall", "F1"]
    assert rows[2] == ["lymphocyte", "2", "1.000", "0.500", "0.667"]
    assert rows[4] == ["mean", "over", "classes", "6", "0.722", "0.722", "0.667"]
    assert rows[5] == ["accuracy", "0.667"]
    assert len({len(line) for line in str(report).splitlines()[:-1]}) == 1  # the columns stand straight


@pytest.mark.parametrize("function", [evaluation.accuracy, evaluation.confusion_matrix, evaluation.f1])
@pytest.mark.parametrize(
    "labels, predictions, error, message",
    [
        (np.eye(3, dtype=int), [0, 1, 2], ValueError, r"not one-hot: got labels\.shape=\(3, 3\).*argmax"),
        ([0, 1], np.ones((2, 3)) / 3, ValueError, r"got predictions\.shape=\(2, 3\).*predictions\.argmax"),
        ([[0], [1]], [0, 1], ValueError, r"labels\.shape=\(2, 1\)\.\nDrop the second axis: labels\[:, 0\]"),
        ([0, 1, 1], [0, 1], ValueError, r"shape of `labels`, \(3,\): got predictions\.shape=\(2,\)"),
        ([], [], ValueError, r"`labels` is empty: got labels\.shape=\(0,\)"),
        ([0, 1], [0.0, 1.0], TypeError, r"whole numbers: got predictions\.dtype=float64"),
        ([0, np.nan], [0, 1], TypeError, r"whole numbers: got labels\.dtype=float64"),
        (["monocyte"], [0], TypeError, r"whole numbers: got labels\.dtype=<U8"),
        ([0, -1], [0, 1], ValueError, r"at least 0: got labels\[1\]=-1"),
        (0, 0, ValueError, r"one dimension, \(images,\): got labels=array\(0\)"),
        (None, [0], TypeError, "labels=None"),
    ],
)
def test_says_what_is_wrong(function, labels, predictions, error, message):
    with pytest.raises(error, match=f"(?s){message}"):
        function(labels, predictions)


@pytest.mark.parametrize(
    "function, message",
    [
        (lambda: evaluation.confusion_matrix([0, 3], [0, 1], 3), r"from 0 to 2: got labels\[1\]=3"),
        (lambda: evaluation.recall([0, 1], [0, 2], 2), r"from 0 to 1: got predictions\[1\]=2"),
        (lambda: evaluation.confusion_matrix([0], [0], 0), "num_classes=0"),
        (lambda: evaluation.classification_report([0, 3], [0, 1], NAMES), r"from 0 to 2: got labels\[1\]=3"),
        (lambda: evaluation.classification_report([0], [0], "monocyte"), "class_names='monocyte'"),
        (lambda: evaluation.classification_report([0], [0], [5]), r"class_names\[0\]=5"),
    ],
)
def test_says_what_is_wrong_with_the_classes(function, message):
    with pytest.raises((ValueError, TypeError), match=message):
        function()
