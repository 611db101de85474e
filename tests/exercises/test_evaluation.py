"""The checker of precision, fed with what students write: right, untouched and wrong."""

import numpy as np
import pytest

from cellcnn_helpers import evaluation
from cellcnn_helpers.exercises import evaluation as check


def by_loop(confusion):
    shares = []
    for label in range(len(confusion)):
        column = confusion[:, label].tolist()
        shares.append(column[label] / sum(column) if sum(column) else 0)
    return shares


def by_where(confusion):
    named = confusion.sum(axis=0)
    return np.where(named > 0, confusion.diagonal() / np.maximum(named, 1), 0)


def in_whole_numbers(confusion):
    shares = np.zeros(len(confusion), int)
    for label, column in enumerate(confusion.T):
        if column.sum() > 0:
            shares[label] = column[label] / column.sum()
    return shares


class TestPrecision:
    @pytest.mark.parametrize("answer", [by_loop, by_where])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.precision, answer)

    def test_the_package_agrees(self, assert_accepts):
        def through_labels(confusion):
            labels, predictions = np.repeat(np.indices(confusion.shape).reshape(2, -1), confusion.ravel(), 1)
            return evaluation.precision(labels, predictions, len(confusion))

        assert_accepts(check.precision, through_labels)

    def test_stub_and_hints(self, assert_teaches):
        def precision(confusion): ...

        assert_teaches(check.precision, precision)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda c: np.diag(c) / c.sum(axis=0), "0 / 0 is no number"),
            (lambda c: np.diag(c) / c.sum(axis=1), "This is recall"),
            (lambda c: by_where(c.T), "This is recall"),
            (lambda c: np.diag(c) / c.sum(), "the number of all cells"),
            (lambda c: 2 * np.diag(c) / (c.sum(axis=0) + c.sum(axis=1)), "This is F1"),
            (
                lambda c: np.diag(c) / (c.sum(axis=0) + c.sum(axis=1) - np.diag(c)),
                "the row and the column together",
            ),
            (lambda c: np.diag(c) / (c.sum(axis=0) - np.diag(c)), "the false alarms alone"),
            (lambda c: 1 - by_where(c), "the share of false alarms"),
            (lambda c: 100 * by_where(c), "in percent"),
            (in_whole_numbers, "cut to whole numbers"),
            (lambda c: np.diag(c), "These are counts"),
            (lambda c: c.sum(axis=0), "called so. How many"),
            (lambda c: c.trace() / c.sum(), "the accuracy over all cells"),
            (lambda c: np.mean(by_loop(c)), "the mean over the classes"),
            (lambda c: c / c.sum(axis=0), "the whole matrix"),
            (lambda c: np.diag(c) / c.sum(axis=0, keepdims=True).T, "leave `keepdims` out"),
            (lambda c: by_where(c) ** 2, "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.precision, answer, words)

    def test_the_example_can_be_done_by_hand(self):
        example = check.precision(np.diag).example
        assert example.endswith("expected\n  [0.75 0.7  1.  ]")
