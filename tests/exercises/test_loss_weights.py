"""The checkers of weights for rare classes, fed with what students write: right, untouched and wrong."""

import numpy as np
import pytest

from cellcnn_helpers.exercises import loss as check
from cellcnn_helpers.nn import losses

# --- class_weights --------------------------------------------------------------------------------------


def weights_by_loop(labels, num_classes):
    weights = []
    for label in range(num_classes):
        count = (labels == label).sum()
        weights.append(len(labels) / (num_classes * count) if count else 0.0)
    return weights


def weights_by_where(labels, num_classes):
    count = np.bincount(labels, minlength=num_classes)
    return np.where(count > 0, len(labels) / num_classes / np.maximum(count, 1), 0)


def weights_by_share(labels, num_classes):
    share = np.bincount(labels, minlength=num_classes) / len(labels)
    weights = np.zeros(num_classes)
    weights[share > 0] = 1 / (num_classes * share[share > 0])
    return weights


def counted(formula):
    """A student's function that counts all classes, and does not think of missing ones."""
    return lambda labels, num_classes: formula(
        np.bincount(labels, minlength=num_classes).astype(float), len(labels), num_classes
    )


def weights_of_present(labels, num_classes):
    _, count = np.unique(labels, return_counts=True)
    return len(labels) / (num_classes * count)


def weights_one_for_missing(labels, num_classes):
    weights = weights_by_where(labels, num_classes)
    return np.where(weights == 0, 1, weights)


def too_few_counts(labels, num_classes):
    """The chapter's solution without `minlength`: the mask is too short, and NumPy stops."""
    counts = np.bincount(labels)
    weights = np.zeros(num_classes)
    weights[counts > 0] = len(labels) / (num_classes * counts[counts > 0])
    return weights


def too_few_weights(labels, num_classes):
    """The same with as many weights as counts: nothing stops, the array is too short."""
    counts = np.bincount(labels)
    return np.where(counts > 0, len(labels) / (num_classes * np.maximum(counts, 1)), 0)


def too_few_in_a_loop(labels, num_classes):
    """The same in a loop over all classes: the count of the last one cannot be read."""
    counts = np.bincount(labels)
    return [len(labels) / (num_classes * counts[k]) if counts[k] else 0 for k in range(num_classes)]


class TestClassWeights:
    @pytest.mark.parametrize("answer", [weights_by_loop, weights_by_where, weights_by_share])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.class_weights, answer)

    def test_stub_and_hints(self, assert_teaches):
        def class_weights(labels, num_classes): ...

        assert_teaches(check.class_weights, class_weights)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (weights_of_present, "needs a place too"),
            (lambda y, c: len(y) / (len(np.unique(y)) * np.unique(y, return_counts=True)[1]), "a place too"),
            (lambda y, c: len(y) / (c * np.bincount(y)), "ends at the largest label"),
            (lambda y, c: weights_by_loop(y, c) / np.mean(weights_by_where(y, c)[y]), "`num_classes`, so"),
            (counted(lambda count, n, c: n / (c * count)), "n / 0 is infinite"),
            (weights_one_for_missing, "Its weight is 0"),
            (counted(lambda count, n, c: count / n), "share of each class"),
            (counted(lambda count, n, c: 1 - count / n), "1 − share"),
            (counted(lambda count, n, c: 1 / count), "1 / count"),
            (counted(lambda count, n, c: n / count), "`num_classes` is missing"),
            (counted(lambda count, n, c: count.min() / count), "the rarest class has weight 1"),
            (counted(lambda count, n, c: count.max() / count), "the most frequent class has weight 1"),
            (counted(lambda count, n, c: (1 / count) / (1 / count).sum()), "add up to 1"),
            (counted(lambda count, n, c: c * (1 / count) / (1 / count).sum()), "mean over the classes"),
            (counted(lambda count, n, c: c * count / n), "upside down"),
            (counted(lambda count, n, c: n / c * count), "multiplies by the count: brackets"),
            (counted(lambda count, n, c: n / count * c), "multiplies by `num_classes`: brackets"),
            (counted(lambda count, n, c: count), "These are the counts"),
            (lambda y, c: weights_by_where(y, c)[y], "one weight for each cell"),
            (counted(lambda count, n, c: np.log(n / np.maximum(count, 1))), "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.class_weights, answer, words)

    @pytest.mark.parametrize("answer", [too_few_counts, too_few_weights, too_few_in_a_loop])
    def test_counts_that_end_too_early_are_told_from_a_division_by_zero(self, answer, assert_finds):
        assert_finds(check.class_weights, answer, "`np.bincount(labels)` ends at the largest label")
        with np.errstate(divide="ignore"):
            by_zero = check.class_weights(counted(lambda count, n, c: n / (c * count)))
        assert "bincount" not in by_zero.message
        assert (
            "labels = [1 0 2 0 1 0]" in check.class_weights(answer).example
        )  # only the last class is absent

    def test_the_example_can_be_done_by_hand(self):
        example = check.class_weights(lambda labels, num_classes: [1, 1, 1]).example
        assert example.endswith("expected\n  [0.6667 2.     1.    ]")  # 6 cells: 2 / 3, 2 / 1 and 2 / 2


# --- weighted_loss --------------------------------------------------------------------------------------


def loss_by_loop(losses, labels, weights):
    total = 0.0
    for loss, label in zip(losses, labels, strict=True):
        total += weights[label] * loss
    return total / len(losses)


def loss_by_one_hot(losses, labels, weights):
    one_hot = labels[:, np.newaxis] == np.arange(len(weights))
    return (losses @ one_hot @ weights) / losses.size


def loss_by_product(losses, labels, weights):
    return np.take(weights, labels) @ losses / len(labels)


def mean_for_each_class(combine, skip_empty=False):
    def weighted_loss(losses, labels, weights):
        classes = [k for k in range(len(weights)) if not skip_empty or k in labels]
        with np.errstate(invalid="ignore"):
            return combine([weights[k] * losses[labels == k].sum() / sum(labels == k) for k in classes])

    return weighted_loss


class TestWeightedLoss:
    @pytest.mark.parametrize("answer", [loss_by_loop, loss_by_one_hot, loss_by_product])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.weighted_loss, answer)

    def test_stub_and_hints(self, assert_teaches):
        def weighted_loss(losses, labels, weights): ...

        assert_teaches(check.weighted_loss, weighted_loss)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda loss, y, w: (w[y] * loss).sum() / w[y].sum(), "by the sum of the weights"),
            (lambda loss, y, w: (w[y] * loss).sum() / w.sum(), "by the sum of the class weights"),
            (lambda loss, y, w: (w[y] * loss).sum() / len(w), "by the number of classes"),
            (lambda loss, y, w: (w * loss).mean(), "first weight meets the first cell"),
            (
                lambda loss, y, w: sum(a * b for a, b in zip(loss, w, strict=False)) / len(y),
                "first weight meets the first cell",
            ),
            (lambda loss, y, w: (loss[y] * w[y]).mean(), "`losses[labels]` takes class numbers as places"),
            (lambda loss, y, w: loss[y].mean(), "`losses[labels]` takes class numbers as places"),
            (lambda loss, y, w: np.mean(loss[y] * w), "`losses[labels]` takes class numbers as places"),
            (mean_for_each_class(np.mean), "a mean for each class first"),
            (mean_for_each_class(np.sum), "a mean for each class first"),
            (mean_for_each_class(np.mean, skip_empty=True), "a mean for each class first"),
            (
                lambda loss, y, w: mean_for_each_class(np.sum, skip_empty=True)(loss, y, w) / w.sum(),
                "a mean for each class first",
            ),
            (lambda loss, y, w: [(w[k] * loss[y == k]).sum() for k in range(len(w))], "for each class. Give"),
            (lambda loss, y, w: w[y] @ loss, "This is the sum"),
            (lambda loss, y, w: loss.mean(), "not used"),
            (lambda loss, y, w: (y * loss).mean(), "class numbers"),
            (lambda loss, y, w: (loss / w[y]).mean(), "divided by the weights"),
            (lambda loss, y, w: w[y].mean() * loss.mean(), "cell by cell"),
            (lambda loss, y, w: w[y].mean(), "mean of the weights"),
            (lambda loss, y, w: w[y] * loss, "a loss for each cell"),
            (lambda loss, y, w: 3.0, "answer of the first example"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.weighted_loss, answer, words)

    def test_the_example_can_be_done_by_hand(self):
        example = check.weighted_loss(lambda losses, labels, weights: 0).example
        assert example.endswith("expected\n  3.0")  # (2 · 3 + 0.5 · (2 + 4 + 6)) / 4

    def test_both_checkers_speak_of_cells(self):
        for checker in (check.class_weights, check.weighted_loss):
            assert "cell" in " ".join(checker.hints)
            assert "image" not in " ".join([*checker.hints, checker.__doc__])

    def test_it_is_the_rule_of_the_course(self):
        logits, labels = np.array([[0.5, 1, -1], [2, 0, 0], [1, 1, 3.0]]), np.array([2, 0, 1])
        weights = np.array([0.5, 2, 1])
        alone = [losses.softmax_cross_entropy(labels[[n]], logits[[n]]).loss for n in range(3)]
        together = losses.softmax_cross_entropy(labels, logits, sample_weight=weights[labels]).loss
        np.testing.assert_allclose(loss_by_loop(alone, labels, weights), together)
