"""Exercises on rare classes: a weight for each class, and the loss that uses it."""

import numpy as np

from ._compare import same_answers
from ._core import checker

NAN = np.nan  # in a slip: any value agrees


@checker(
    hints=(
        "A class with half as many cells should count twice as much. Which is it: times the count, or "
        "divided by it?",
        "Count how often each class occurs. All classes together hold n cells; if they were even, how many "
        "would each of them have?",
        "Divide that even share, n / `num_classes`, by the count of each class. Where the count is 0, the "
        "weight is 0: there is nothing to weigh.",
    ),
    learned="Rare classes weigh more, and all cells together still weigh as much as before.",
)
def class_weights(answer, rng):
    """Check `class_weights(labels, num_classes)`: n / (num_classes · count) for each class; 0 without cells.

    (n,) class numbers -> (num_classes,)

    Examples
    --------
    >>> class_weights(lambda labels, num_classes: 1 / np.bincount(labels, minlength=num_classes)).message[:54]
    'Only the ratios of the weights are right: this is 1 / '
    """

    def class_weights(labels, num_classes):
        count = np.bincount(labels, minlength=num_classes)
        even = len(labels) / num_classes
        return np.divide(even, count, out=np.zeros(num_classes), where=count > 0)

    def of_counts(formula):
        """A slip ``formula(count, n, num_classes)``; where a class does not occur, anything wrong agrees."""

        def wrong(labels, num_classes):
            count = np.bincount(labels, minlength=num_classes)
            return formula(count, len(labels), num_classes) if count.all() else None

        return wrong

    def without_absent(labels, num_classes):
        weights = class_weights(labels, num_classes)
        return weights[weights > 0]

    def divided_by_present(labels, num_classes):
        present = len(np.unique(labels))
        return class_weights(labels, num_classes) * num_classes / present

    def without_last(labels, num_classes):
        """Right while the last class occurs; else anything wrong, such as an error or too few weights."""
        return class_weights(labels, num_classes) if labels.max() == num_classes - 1 else None

    no_last = (
        "The last classes do not occur in these labels, and `np.bincount(labels)` ends at the largest label, "
        "so they have no place in it. Count with `minlength=num_classes`."
    )
    no_place = (
        "A class that does not occur needs a place too, or all later classes move up: count with "
        "`num_classes` classes (`minlength`)."
    )
    relative = (
        "Only the ratios of the weights are right: {}. Take n / (num_classes · count), then the mean over "
        "the cells is 1 and the loss keeps its size."
    )
    slips = [
        (no_place, without_absent),
        (no_place, lambda y, c: without_absent(y, c) * c / len(np.unique(y))),
        (no_last, without_last),
        (no_last, lambda y, c: len(y) / (c * np.bincount(y).astype(float))),
        (
            "This divides by the number of classes that occur. Divide by `num_classes`, so that a batch "
            "without a rare class is weighed by the same rule.",
            divided_by_present,
        ),
        (
            "A class that does not occur: n / 0 is infinite. Its weight is 0, as there is nothing to weigh.",
            of_counts(lambda count, n, c: n / (c * count)),
        ),
        (
            "This is the share of each class, so the frequent ones count even more. Divide by the count.",
            of_counts(lambda count, n, c: count / n),
        ),
        (
            "This is 1 − share: rare classes count hardly more than others. Divide by the count.",
            of_counts(lambda count, n, c: 1 - count / n),
        ),
        (relative.format("this is 1 / count"), of_counts(lambda count, n, c: 1 / count)),
        (relative.format("`num_classes` is missing"), of_counts(lambda count, n, c: n / count)),
        (
            relative.format("the rarest class has weight 1"),
            of_counts(lambda count, n, c: count.min() / count),
        ),
        (
            relative.format("the most frequent class has weight 1"),
            of_counts(lambda count, n, c: count.max() / count),
        ),
        (
            relative.format("the weights add up to 1"),
            of_counts(lambda count, n, c: 1 / count / (1 / count).sum()),
        ),
        (
            relative.format("their mean over the classes is 1, and rare classes have few cells"),
            of_counts(lambda count, n, c: c / count / (1 / count).sum()),
        ),
        (
            "This is upside down: c · count / n is large for frequent classes. Divide by the count.",
            of_counts(lambda count, n, c: c * count / n),
        ),
        (
            "`n / num_classes * count` multiplies by the count: brackets are missing. Write "
            "`n / (num_classes * count)`.",
            of_counts(lambda count, n, c: n / c * count),
        ),
        (
            "`n / count * num_classes` multiplies by `num_classes`: brackets are missing. Write "
            "`n / (count * num_classes)`.",
            of_counts(lambda count, n, c: n / count * c),
        ),
        ("These are the counts. Rare classes need the larger weights.", of_counts(lambda count, n, c: count)),
        (
            "This gives one weight for each cell. Give one for each class.",
            lambda y, c: np.full(len(y), NAN),
        ),
    ]
    by_hand = {"labels": np.array([0, 2, 0, 1, 0, 2]), "num_classes": 3}
    drawn = [
        {"labels": _labels(rng, num_classes, extra), "num_classes": num_classes}
        for num_classes, extra in [(2, 7), (4, 9), (5, 15)]
    ]
    absent = [  # a class between the others, the last one, and both
        {"labels": np.array([3, 0, 2, 0, 3, 0, 0]), "num_classes": 4},
        {"labels": np.array([1, 0, 2, 0, 1, 0]), "num_classes": 4},
        {"labels": np.array([3, 0, 2, 0, 3, 0, 0]), "num_classes": 5},
    ]
    same_answers(answer, class_weights, [by_hand, *drawn, *absent], slips=slips)


def _labels(rng, num_classes, extra):
    """Every class once, class 0 two times more, and `extra` drawn ones, in any order."""
    return rng.permutation([*range(num_classes), 0, 0, *rng.integers(0, num_classes, extra)])


@checker(
    hints=(
        "Each cell has a loss and a class. Which weight belongs to it?",
        "The label of a cell is the place of its weight in `weights`: an array of labels as index picks "
        "one weight for each cell.",
        "Multiply each loss by the weight of its label, add up, and divide by the number of cells.",
    ),
    learned="A weight is looked up by the label, and a weight of 2 counts like having the cell twice.",
)
def weighted_loss(answer, rng):
    """Check `weighted_loss(losses, labels, weights)`: the mean over the cells of weight · loss.

    (n,) losses, (n,) class numbers and (num_classes,) weights -> a number. As with the `class_weight` of
    Keras, the sum is divided by the number of cells, not by the sum of their weights.

    Examples
    --------
    >>> weighted_loss(lambda losses, labels, weights: np.average(losses, weights=weights[labels])).message
    'This divides by the sum of the weights. Keras divides by the number of cells.'
    """

    def weighted_loss(losses, labels, weights):
        return np.mean(weights[labels] * losses)

    def by_place(losses, labels, weights):
        return np.mean(weights * losses) if len(weights) == len(losses) else None

    def by_class_numbers(losses, labels, weights):
        """The losses by label, times the weights by place: where the lengths differ, NumPy stops."""
        return np.mean(losses[labels] * weights) if len(weights) == len(losses) else None

    def of_class_means(combine):
        """A slip ``combine(mean losses, weights)``; where a class has no mean, anything wrong agrees."""

        def wrong(losses, labels, weights):
            if len(np.unique(labels)) < len(weights):
                return None
            means = [losses[labels == label].mean() for label in range(len(weights))]
            return combine(np.array(means), weights)

        return wrong

    place = "The first weight meets the first cell. Look up the weight of each cell by its label."
    looked_up = (
        "`losses[labels]` takes class numbers as places among the cells. `losses` has one for each cell "
        "already: look up the weights alone, `weights[labels]`."
    )
    class_means = (
        "This takes a mean for each class first, and then the size of a class counts no more. Multiply cell "
        "by cell, then take the mean over all cells."
    )
    slips = [
        (
            "This divides by the sum of the weights. Keras divides by the number of cells.",
            lambda losses, labels, weights: np.average(losses, weights=weights[labels]),
        ),
        (
            "This divides by the sum of the class weights. Divide by the number of cells.",
            lambda losses, labels, weights: (weights[labels] * losses).sum() / weights.sum(),
        ),
        (
            "This divides by the number of classes. Divide by the number of cells.",
            lambda losses, labels, weights: (weights[labels] * losses).sum() / len(weights),
        ),
        (place, by_place),
        (looked_up, lambda losses, labels, weights: (losses[labels] * weights[labels]).mean()),
        (looked_up, lambda losses, labels, weights: losses[labels].mean()),
        (looked_up, by_class_numbers),
        (class_means, of_class_means(lambda means, weights: (means * weights).mean())),
        (class_means, of_class_means(lambda means, weights: (means * weights).sum())),
        (class_means, of_class_means(lambda means, weights: np.average(means, weights=weights))),
        (
            "This is the sum. Divide by the number of cells.",
            lambda losses, labels, weights: (weights[labels] * losses).sum(),
        ),
        (
            "The weights are not used: each cell counts as much as any other here.",
            lambda losses, labels, weights: losses.mean(),
        ),
        (
            "The losses are multiplied by the class numbers. These are names: use them as places in "
            "`weights`.",
            lambda losses, labels, weights: (losses * labels).mean(),
        ),
        (
            "The losses are divided by the weights. A weight of 2 counts twice: multiply.",
            lambda losses, labels, weights: (losses / weights[labels]).mean(),
        ),
        (
            "The mean of the weights is multiplied by the mean of the losses. Multiply cell by cell first.",
            lambda losses, labels, weights: weights[labels].mean() * losses.mean(),
        ),
        (
            "This is the mean of the weights. Multiply them by the losses first.",
            lambda losses, labels, weights: weights[labels].mean(),
        ),
        (
            "This gives a loss for each cell. Give one number: their mean.",
            lambda losses, labels, weights: np.full(len(losses), NAN),
        ),
        (
            "This gives a number for each class. Give one number: the mean over all cells.",
            lambda losses, labels, weights: np.full(len(weights), NAN),
        ),
    ]
    by_hand = {
        "losses": np.array([3.0, 2, 4, 6]),
        "labels": np.array([1, 0, 0, 0]),  # of unlike number, so that a mean for each class is wrong
        "weights": np.array([0.5, 2]),
    }
    as_many = {  # as many cells as classes, so that nothing stops a weight by place
        "losses": np.array([1.0, 2, 6]),
        "labels": np.array([2, 0, 2]),
        "weights": np.array([0.5, 1, 2]),
    }
    drawn = [
        {
            "losses": rng.uniform(0.1, 4, num_cells).round(2),
            "labels": _labels(rng, num_classes, num_cells - num_classes - 2),
            "weights": rng.uniform(0.3, 4, num_classes).round(1),
        }
        for num_cells, num_classes in [(6, 3), (9, 2), (7, 4)]
    ]
    same_answers(answer, weighted_loss, [by_hand, as_many, *drawn], slips=slips)
