"""The checker of the share named alike, fed with what students write: right, untouched and wrong."""

import numpy as np
import pytest

from cellcnn_helpers.exercises import frameworks as check


def by_loop(logits_a, logits_b):
    alike = 0
    for row_a, row_b in zip(logits_a.tolist(), logits_b.tolist(), strict=True):
        alike += row_a.index(max(row_a)) == row_b.index(max(row_b))
    return alike / len(logits_a)


def by_place_of_largest(logits_a, logits_b):
    is_largest = [logits == logits.max(axis=1, keepdims=True) for logits in (logits_a, logits_b)]
    return np.mean(np.all(is_largest[0] == is_largest[1], axis=1))


def by_argmax(logits_a, logits_b):
    return (logits_a.argmax(axis=1) == logits_b.argmax(axis=1)).mean()


def of_classes(formula):
    """A student's function of the classes that are right."""
    return lambda a, b: formula(a.argmax(axis=1), b.argmax(axis=1))


def order(logits):
    return logits.argsort(axis=1)


@pytest.mark.parametrize("answer", [by_loop, by_place_of_largest, by_argmax])
def test_right(answer, assert_accepts):
    assert_accepts(check.share_named_alike, answer)


def test_stub_and_hints(assert_teaches):
    def share_named_alike(logits_a, logits_b): ...

    assert_teaches(check.share_named_alike, share_named_alike)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda a, b: np.isclose(a, b).mean(), "This compares logits"),
        (lambda a, b: (a == b).mean(), "This compares logits"),
        (lambda a, b: np.isclose(a, b).all(axis=1).mean(), "This compares logits"),
        (lambda a, b: np.isclose(a, b).any(axis=1).mean(), "This compares logits"),
        (lambda a, b: np.isclose(a, b).sum(), "This compares logits"),
        (np.allclose, "This compares logits"),
        (lambda a, b: by_argmax(a.T, b.T), "an image for each class"),
        (lambda a, b: np.sum(a.argmax(axis=0) == b.argmax(axis=0)), "an image for each class"),
        (lambda a, b: np.sum(a.max(axis=1) == b.max(axis=1)), "compares the largest logits"),
        (lambda a, b: float(np.argmax(a) == np.argmax(b)), "one place in the whole array"),
        (lambda a, b: (a.max(axis=1) == b.max(axis=1)).mean(), "compares the largest logits"),
        (of_classes(lambda a, b: np.sum(a == b)), "how many they name alike"),
        (of_classes(lambda a, b: np.mean(a != b)), "the share that they name differently"),
        (of_classes(lambda a, b: np.sum(a != b)), "how many they name differently"),
        (lambda a, b: by_argmax(a, b) * len(a) / a.shape[1], "divides by the number of classes"),
        (lambda a, b: by_argmax(a, b) / a.shape[1], "divides by all logits"),
        (lambda a, b: 100 * by_argmax(a, b), "in percent"),
        (of_classes(lambda a, b: np.sum(a == b) // len(a)), "a share that `//` has cut"),
        (of_classes(np.equal), "says for each image"),
        (of_classes(np.array_equal), "they agree on all images"),
        (of_classes(lambda a, b: np.any(a == b)), "on any image"),
        (lambda a, b: by_argmax(-a, -b), "least likely"),
        (lambda a, b: (order(a) == order(b)).all(axis=1).mean(), "the same order of all classes"),
        (lambda a, b: (order(a) == order(b)).mean(), "compares the order of all classes"),
        (lambda a, b: ((a > 0) == (b > 0)).mean(), "the signs"),
        (of_classes(lambda a, b: np.mean(np.abs(a - b))), "mean difference"),
        (lambda a, b: by_argmax(np.abs(a), np.abs(b)), "The sign is lost"),
        (lambda a, b: by_argmax(a.round(), b.round()), "are rounded first"),
        (lambda a, b: 0.6, "answer of the first example"),
        (lambda a, b: by_argmax(a, b) ** 2, "is expected"),
    ],
)
def test_wrong(answer, words, assert_finds):
    assert_finds(check.share_named_alike, answer, words)


def test_the_example_can_be_done_by_hand():
    example = check.share_named_alike(lambda a, b: 0.0).example
    assert "logits_a = [[ 2.   1.  -3. ]" in example
    assert example.endswith("expected\n  0.6")  # rows 0, 3 and 4 of 5
