"""The checkers of classes, mix-ups and recall, fed with what students write: right, untouched and wrong."""

import numpy as np
import pytest

from cellcnn_helpers.exercises import network as check
from cellcnn_helpers.nn import activations

# --- predicted_classes ----------------------------------------------------------------------------------


def classes_by_loop(logits):
    classes = []
    for row in logits.tolist():
        classes.append(row.index(max(row)))
    return classes


def classes_by_probability(logits):
    return np.argmax(activations.softmax(logits), axis=-1)


def classes_by_sorting(logits):
    return logits.argsort(axis=1)[:, -1].astype(np.int32)


class TestPredictedClasses:
    @pytest.mark.parametrize("answer", [classes_by_loop, classes_by_probability, classes_by_sorting])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.predicted_classes, answer)

    def test_stub_and_hints(self, assert_teaches):
        def predicted_classes(logits): ...

        assert_teaches(check.predicted_classes, predicted_classes)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda logits: logits.max(axis=1), "the largest logits"),
            (lambda logits: activations.softmax(logits).max(axis=1), "the largest probabilities"),
            (lambda logits: np.argmax(logits, axis=0), "a cell for each class"),
            (np.argmax, "one place in the whole array"),
            (lambda logits: np.argmax(np.round(activations.softmax(logits)), axis=1), "are rounded first"),
            (lambda logits: np.argmax(logits.astype(int), axis=1), "cut to whole numbers"),
            (lambda logits: np.argmax(np.round(logits), axis=1), "The logits are rounded"),
            (lambda logits: np.argmin(logits, axis=1), "smallest"),
            (lambda logits: np.argmax(logits**2, axis=1), "The sign is lost"),
            (lambda logits: classes_by_sorting(logits) + 1, "counted from 0"),
            (lambda logits: np.argmax(logits > 0, axis=1), "first class with a logit above 0"),
            (lambda logits: logits == logits.max(axis=1, keepdims=True), "a number for each class"),
            (lambda logits: classes_by_sorting(logits) * 1.0, "must be a whole number"),
            (lambda logits: logits.argsort(axis=1)[:, -2], "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.predicted_classes, answer, words)


# --- confusion_matrix -----------------------------------------------------------------------------------


def confusion_by_loop(labels, predictions, num_classes):
    matrix = np.zeros((num_classes, num_classes), int)
    for label, prediction in zip(labels, predictions, strict=True):
        matrix[label, prediction] += 1
    return matrix


def confusion_by_add_at(labels, predictions, num_classes):
    matrix = np.zeros((num_classes, num_classes), np.uint16)
    np.add.at(matrix, (labels, predictions), 1)
    return matrix


def confusion_by_product(labels, predictions, num_classes):
    classes = np.arange(num_classes)
    return (labels == classes[:, np.newaxis]).astype(int) @ (predictions[:, np.newaxis] == classes)


def confusion_at_once(labels, predictions, num_classes):
    matrix = np.zeros((num_classes, num_classes), int)
    matrix[labels, predictions] += 1
    return matrix


def confusion_of_present(labels, predictions, num_classes):
    names = sorted({*labels.tolist(), *predictions.tolist()})
    return [[np.sum((labels == row) & (predictions == column)) for column in names] for row in names]


def confusion_overwritten(labels, predictions, num_classes):
    matrix = np.zeros((num_classes, num_classes), int)
    for label, prediction in zip(labels, predictions, strict=True):
        matrix[label, prediction] = 1
    return matrix


def confusion_and_leave(labels, predictions, num_classes):
    matrix = np.zeros((num_classes, num_classes), int)
    for label, prediction in zip(labels, predictions, strict=True):
        matrix[label, prediction] += 1
        return matrix


def confusion_from_one(labels, predictions, num_classes):
    matrix = np.zeros((num_classes, num_classes), int)
    for label, prediction in zip(labels, predictions, strict=True):
        matrix[label - 1, prediction - 1] += 1
    return matrix


def confusion_both_ways(labels, predictions, num_classes):
    matrix = np.zeros((num_classes, num_classes), int)
    for label, prediction in zip(labels, predictions, strict=True):
        matrix[label, prediction] += 1
        matrix[prediction, label] += 1
    return matrix


def confusion_both_ways_beside(labels, predictions, num_classes):
    matrix = np.zeros((num_classes, num_classes), int)
    for label, prediction in zip(labels, predictions, strict=True):
        matrix[label, prediction] += 1
        if label != prediction:
            matrix[prediction, label] += 1
    return matrix


def changed(formula):
    """A student's function that does something more with the right matrix."""
    return lambda *given: formula(confusion_by_loop(*given))


class TestConfusionMatrix:
    @pytest.mark.parametrize("answer", [confusion_by_loop, confusion_by_add_at, confusion_by_product])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.confusion_matrix, answer)

    def test_stub_and_hints(self, assert_teaches):
        def confusion_matrix(labels, predictions, num_classes): ...

        assert_teaches(check.confusion_matrix, confusion_matrix)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda y, p, n: confusion_by_loop(p, y, n), "Rows and columns are swapped"),
            (confusion_overwritten, "counts once only, however often it comes. `= 1` overwrites"),
            (confusion_at_once, "`+=` with arrays of places"),
            (confusion_and_leave, "`return` stands inside the loop"),
            (confusion_from_one, "The places are one too low"),
            (confusion_both_ways, "counted both ways"),
            (confusion_both_ways_beside, "counted both ways"),
            (lambda y, p, n: confusion_at_once(p, y, n), "once only, and rows and columns are swapped"),
            (lambda y, p, n: confusion_by_loop(y, p, max(y.max(), p.max()) + 1), "does not occur"),
            (confusion_of_present, "does not occur"),
            (changed(lambda matrix: matrix / matrix.sum(axis=1, keepdims=True)), "shares of each row"),
            (changed(lambda matrix: matrix / matrix.sum(axis=0)), "shares of each column"),
            (changed(lambda matrix: matrix / matrix.sum()), "shares of all cells"),
            (changed(lambda matrix: matrix * np.eye(len(matrix), dtype=int)), "Only right answers"),
            (changed(np.diagonal), "Only right answers"),
            (changed(lambda matrix: matrix * (1 - np.eye(len(matrix), dtype=int))), "Only mix-ups"),
            (lambda y, p, n: np.mean(y == p), "This is the accuracy"),
            (changed(lambda matrix: matrix.astype(float)), "must be a whole number"),
            (changed(lambda matrix: 2 * matrix), "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.confusion_matrix, answer, words)

    def test_the_example_can_be_done_by_hand(self):
        example = check.confusion_matrix(confusion_at_once).example
        assert example.endswith("expected\n  [[2 0 1]\n   [1 1 0]\n   [0 0 1]]")


# --- recall ---------------------------------------------------------------------------------------------


def recall_by_loop(confusion):
    shares = []
    for label, row in enumerate(confusion.tolist()):
        shares.append(row[label] / sum(row) if sum(row) else 0)
    return shares


def recall_by_where(confusion):
    cells = confusion.sum(axis=1)
    return np.where(cells > 0, confusion.diagonal() / np.maximum(cells, 1), 0)


def recall_by_nan(confusion):
    return np.nan_to_num(np.diag(confusion) / confusion.sum(axis=1))


def recall_in_whole_numbers(confusion):
    shares = np.zeros(len(confusion), int)
    for label, row in enumerate(confusion):
        if row.sum() > 0:
            shares[label] = row[label] / row.sum()
    return shares


class TestRecall:
    @pytest.mark.parametrize("answer", [recall_by_loop, recall_by_where, recall_by_nan])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.recall, answer)

    def test_stub_and_hints(self, assert_teaches):
        def recall(confusion): ...

        assert_teaches(check.recall, recall)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda c: np.diag(c) / c.sum(axis=1), "0 / 0 is no number"),
            (lambda c: np.diag(c) / c.sum(axis=0), "This is precision"),
            (lambda c: recall_by_loop(c.T), "This is precision"),
            (lambda c: np.diag(c) / c.sum(), "number of all cells"),
            (
                lambda c: np.diag(c) / (c.sum(axis=0) + c.sum(axis=1) - np.diag(c)),
                "the row and the column together",
            ),
            (lambda c: 2 * np.diag(c) / (c.sum(axis=0) + c.sum(axis=1)), "This is F1"),
            (lambda c: np.diag(c) / c.max(axis=1), "largest count of the row"),
            (lambda c: np.diag(c) / (c.sum(axis=1) - np.diag(c)), "the mix-ups alone"),
            (lambda c: 1 - recall_by_where(c), "that was missed"),
            (lambda c: 100 * recall_by_where(c), "in percent"),
            (lambda c: np.diag(c) // c.sum(axis=1), "only 0 and 1"),
            (recall_in_whole_numbers, "or your array of zeros is `int`"),
            (lambda c: c.diagonal(), "These are counts"),
            (lambda c: c.sum(axis=1), "the cells of each class"),
            (lambda c: c.trace() / c.sum(), "accuracy"),
            (lambda c: np.mean(recall_by_loop(c)), "mean over the classes"),
            (lambda c: c / c.sum(axis=1, keepdims=True), "the whole matrix"),
            (lambda c: np.diag(c) / c.sum(axis=1, keepdims=True), "leave `keepdims` out"),
            (lambda c: recall_by_where(c) ** 2, "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.recall, answer, words)

    def test_the_example_can_be_done_by_hand(self):
        example = check.recall(lambda confusion: np.diag(confusion)).example
        assert example.endswith("expected\n  [0.75 0.8  0.5 ]")
