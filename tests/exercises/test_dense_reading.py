"""The checkers of reading a dense layer, fed with what students write: right, untouched and wrong."""

import numpy as np
import pytest

from cellcnn_helpers.exercises import dense as check

# --- weight_picture -------------------------------------------------------------------------------------


def picture_by_column(weights, unit, shape):
    return np.reshape(weights[:, unit], shape)


def picture_by_transpose(weights, unit, shape):
    return weights.T.reshape(-1, *shape)[unit]


def picture_by_loops(weights, unit, shape):
    height, width, channels = shape
    out = np.zeros(shape)
    for r in range(height):
        for c in range(width):
            for channel in range(channels):
                out[r, c, channel] = weights[(r * width + c) * channels + channel, unit]
    return out


def read_as(*order, back=None):
    """A picture read with its axes in another order, put upright again or left lying."""

    def picture(weights, unit, shape):
        lying = weights[:, unit].reshape([shape[axis] for axis in order])
        return lying if back is None else lying.transpose(back)

    return picture


def scaled(weights, unit, shape):
    picture = picture_by_column(weights, unit, shape)
    return (picture - picture.min()) / np.ptp(picture)


def square_only(weights, unit, shape):
    return weights[:, unit].reshape(shape[0], shape[0], shape[2])


class TestWeightPicture:
    @pytest.mark.parametrize("answer", [picture_by_column, picture_by_transpose, picture_by_loops])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.weight_picture, answer)

    def test_stub_and_hints(self, assert_teaches):
        def weight_picture(weights, unit, shape): ...

        assert_teaches(check.weight_picture, weight_picture)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda weights, unit, shape: weights[:, unit], "still in one row"),
            (read_as(1, 0, 2, back=(1, 0, 2)), "Rows and columns are swapped"),
            (read_as(1, 0, 2), "Rows and columns are swapped"),
            (read_as(2, 0, 1, back=(1, 2, 0)), "The channels come first"),
            (read_as(2, 0, 1), "The channels come first"),
            (lambda weights, unit, shape: weights[:, unit].reshape(shape, order="F"), "is turned around"),
            (
                lambda weights, unit, shape: weights.reshape(-1, *shape)[unit],
                "weights of all units are mixed",
            ),
            (lambda weights, unit, shape: weights.flat[: np.prod(shape)].reshape(shape), "the first numbers"),
            (lambda weights, unit, shape: weights[:, unit - 1].reshape(shape), "counted from 0"),
            (lambda weights, unit, shape: weights[:, unit + 1].reshape(shape), "counted from 0"),
            (lambda weights, unit, shape: weights[:, -1].reshape(shape), "this is the last unit"),
            (lambda weights, unit, shape: weights[unit], "A row holds those of one input"),
            (lambda weights, unit, shape: weights[:, 0].reshape(shape), "this is unit 0"),
            (lambda weights, unit, shape: weights.mean(axis=1).reshape(shape), "the mean over all units"),
            (lambda w, unit, shape: picture_by_column(w, unit, shape).mean(axis=2), "mean over the channels"),
            (lambda w, unit, shape: abs(picture_by_column(w, unit, shape)), "The weights are made positive"),
            (lambda w, unit, shape: picture_by_column(w, unit, shape).clip(0), "Negative weights became 0"),
            (scaled, "The weights were scaled"),
            (lambda weights, unit, shape: weights.reshape(*shape, -1), "the pictures of all units"),
            (lambda weights, unit, shape: weights.T.reshape(-1, *shape), "the pictures of all units"),
            (lambda weights, unit, shape: weights[unit].reshape(shape), "A row holds those of one input"),
            (lambda weights, unit, shape: weights[:, unit].reshape(shape[:2]), "Keep the last axis"),
            (square_only, "square images only"),
            (lambda w, unit, shape: 2 * picture_by_column(w, unit, shape), "The value at position"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.weight_picture, answer, words)


# --- accuracy -------------------------------------------------------------------------------------------


def accuracy_by_loop(scores, labels):
    right = 0
    for row, label in zip(scores, labels, strict=True):
        if np.argmax(row) == label:
            right += 1
    return right / len(labels)


def accuracy_by_mean(scores, labels):
    return np.mean(np.argmax(scores, axis=-1) == labels)


def accuracy_by_winning_score(scores, labels):
    return (scores[np.arange(len(labels)), labels] == scores.max(axis=1)).mean()


def accuracy_returned_early(scores, labels):
    right = 0
    for row, label in zip(scores, labels, strict=True):
        if np.argmax(row) == label:
            right += 1
        return right / len(labels)


def chosen(scores):
    return scores.argmax(axis=1)


def at_label(scores, labels):
    return np.take_along_axis(scores, labels[:, np.newaxis], axis=1)


class TestAccuracy:
    @pytest.mark.parametrize("answer", [accuracy_by_loop, accuracy_by_mean, accuracy_by_winning_score])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.accuracy, answer)

    def test_stub_and_hints(self, assert_teaches):
        def accuracy(scores, labels): ...

        assert_teaches(check.accuracy, accuracy)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda scores, labels: sum(chosen(scores) == labels), "This is a count"),
            (lambda scores, labels: 1 - accuracy_by_mean(scores, labels), "the share of wrong rows"),
            (lambda scores, labels: (chosen(scores) != labels).sum(), "counts the wrong rows"),
            (lambda scores, labels: 100 * accuracy_by_mean(scores, labels), "in percent"),
            (lambda scores, labels: (scores.max(axis=1) == labels).mean(), "The largest score itself"),
            (lambda scores, labels: (scores.argmax() == labels).mean(), "one place in the whole array"),
            (lambda scores, labels: (scores.argmin(axis=1) == labels).mean(), "the smallest score"),
            (lambda scores, labels: chosen(scores) == labels, "for each row whether it is right"),
            (lambda scores, labels: chosen(scores), "the chosen classes"),
            (
                lambda scores, labels: (chosen(scores) == labels).sum() / scores.shape[1],
                "by the number of classes",
            ),
            (lambda scores, labels: (chosen(scores) == labels).sum() / scores.size, "by all scores"),
            (accuracy_returned_early, "`return` stands inside the loop"),
            (lambda scores, labels: scores.max(axis=1).mean(), "the mean of the largest scores"),
            (lambda scores, labels: at_label(scores, labels).mean(), "the mean score at the label"),
            (lambda scores, labels: (at_label(scores, labels) > 0.5).mean(), "is above 0.5"),
            (lambda scores, labels: (at_label(scores, labels) > 0).mean(), "is above 0. It"),
            (lambda scores, labels: abs(chosen(scores) - labels).mean(), "This is the mean distance"),
            (lambda scores, labels: 1 - abs(chosen(scores) - labels).mean(), "one minus the mean distance"),
            (lambda scores, labels: (chosen(scores) + 1 == labels).mean(), "add no 1"),
            (lambda scores, labels: (chosen(scores) == labels + 1).mean(), "are counted from 0"),
            (lambda scores, labels: float((chosen(scores) == labels).all()), "1 where all rows are right"),
            (lambda scores, labels: (chosen(scores) == labels).sum() // len(labels), "not `//`"),
            (lambda scores, labels: (scores.argmax(axis=0) == labels).mean(), "goes down the columns"),
            (lambda scores, labels: accuracy_by_mean(scores, labels) ** 2, "but 0.4 is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.accuracy, answer, words)
