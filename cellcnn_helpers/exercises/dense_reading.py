"""Exercises on reading a dense layer: what a unit looks for, and how often the largest score is right."""

import numpy as np

from ._compare import same_answers
from ._core import checker

NAN = np.nan  # in a slip: any value agrees


@checker(
    hints=(
        "The weights have a row for each input and a column for each unit. Where do those of one unit lie?",
        "A column has as many numbers as a flattened image. In which order was the image flattened: row by "
        "row or channel by channel?",
        "Take column `unit` (all rows of it) and reshape it to `shape`: it undoes what flattening did, so "
        "nothing has to be transposed.",
    ),
    learned="The weights of a unit are a picture: bright where bright pixels speak for it.",
)
def weight_picture(answer, rng):
    """Check `weight_picture(weights, unit, shape)`: (H·W·C, units) -> (H, W, C), what one unit looks for.

    `unit` is counted from 0 and `shape` is the triple (H, W, C) of the images before they were flattened.

    Examples
    --------
    >>> weight_picture(lambda weights, unit, shape: weights[:, unit]).message
    'The weights are the right ones, but still in one row. Give them the shape of the image.'
    """

    def weight_picture(weights, unit, shape):
        return weights[:, unit].reshape(shape)

    def turned(*order):
        """The column read in another order of axes, then brought to (H, W, C)."""

        def picture(weights, unit, shape):
            lying = weights[:, unit].reshape([shape[axis] for axis in order])
            return lying.transpose(np.argsort(order))

        return picture

    def lying(*order):
        """Left in that shape."""
        return lambda weights, unit, shape: NAN * np.ones([shape[axis] for axis in order])

    column = "The weights of one unit are a column: `weights[:, unit]`. {}"
    swapped = "Rows and columns are swapped: `shape` is (H, W, C), rows first."
    channels = "The channels come first here. They are innermost, as in the flattened image: (H, W, C)."
    slips = [
        (
            "The weights are the right ones, but still in one row. Give them the shape of the image.",
            lambda weights, unit, shape: weights[:, unit],
        ),
        (swapped, turned(1, 0, 2)),
        (channels, turned(2, 0, 1)),
        ("The order is turned around (`order='F'`). Reshape without it.", turned(2, 1, 0)),
        (
            "`reshape` cuts all weights in the order of memory, so weights of all units are mixed. First "
            "take the column, then reshape.",
            lambda weights, unit, shape: weights.reshape(-1, *shape)[unit],
        ),
        (
            "These are the first numbers of all weights, of all units mixed. First take the column.",
            lambda weights, unit, shape: weights.ravel()[: weights.shape[0]].reshape(shape),
        ),
        (
            "Units are counted from 0: `weights[:, unit]`.",
            lambda weights, unit, shape: weight_picture(weights, unit - 1, shape),
        ),
        (
            "Units are counted from 0: `weights[:, unit]`.",
            lambda weights, unit, shape: (
                weight_picture(weights, unit + 1, shape) if unit + 1 < weights.shape[1] else None
            ),
        ),
        (
            "`unit` is not used: this is the last unit.",
            lambda weights, unit, shape: weight_picture(weights, -1, shape),
        ),
        (column.format("A row holds those of one input."), lambda weights, unit, shape: weights[unit]),
        ("`unit` is not used: this is unit 0.", lambda weights, unit, shape: weights[:, 0].reshape(shape)),
        (
            "This is the mean over all units. Take the one asked for.",
            lambda weights, unit, shape: weights.mean(axis=1).reshape(shape),
        ),
        (
            "This is the mean over the channels. Keep them: (H, W, C).",
            lambda weights, unit, shape: weight_picture(weights, unit, shape).mean(axis=2),
        ),
        (
            "The weights are made positive. Keep their signs: negative ones speak against the unit.",
            lambda weights, unit, shape: np.abs(weight_picture(weights, unit, shape)),
        ),
        ("Negative weights became 0. They speak against the unit: keep them.", _without_negative),
        ("The weights were scaled to 0 … 1. Give them as they are.", _scaled),
        (
            "These are the pictures of all units. Take the one asked for.",
            lambda weights, unit, shape: NAN * np.ones((*shape, weights.shape[1])),
        ),
        (
            "These are the pictures of all units. Take the one asked for.",
            lambda weights, unit, shape: NAN * np.ones((weights.shape[1], *shape)),
        ),
        (
            column.format("A row holds those of one input."),
            lambda weights, unit, shape: (
                weights[unit].reshape(shape) if weights.shape[0] == weights.shape[1] else None
            ),
        ),
        (
            "The picture is not in color here. Keep the last axis, also where it has length 1.",
            lambda weights, unit, shape: weights[:, unit].reshape(shape[:2]) if shape[2] == 1 else None,
        ),
        (swapped, lying(1, 0, 2)),
        (channels, lying(2, 0, 1)),
        (
            "This is right for square images only: use all of `shape`.",
            lambda weights, unit, shape: (
                weight_picture(weights, unit, shape) if shape[0] == shape[1] else None
            ),
        ),
    ]
    by_hand = {
        "weights": np.stack([np.arange(12.0), 3 + np.arange(12) ** 2 % 7 - np.arange(12)], axis=1),
        "unit": 1,
        "shape": (2, 3, 2),
    }
    drawn = [
        {
            "weights": rng.choice([-1, 1], (np.prod(shape), units))
            * rng.integers(1, 99, (np.prod(shape), units))
            / 8,
            "unit": unit,
            "shape": shape,
        }
        for shape, units, unit in [
            ((2, 3, 2), 12, int(rng.integers(1, 12))),
            ((3, 3, 2), 4, 3),
            ((4, 2, 1), 5, int(rng.integers(1, 4))),
            ((3, 2, 3), 3, 0),
        ]
    ]
    same_answers(answer, weight_picture, [by_hand, *drawn], slips=slips)


def _without_negative(weights, unit, shape):
    return np.maximum(weights[:, unit], 0).reshape(shape)


def _scaled(weights, unit, shape):
    column = weights[:, unit]
    return ((column - column.min()) / (column.max() - column.min())).reshape(shape)


@checker(
    hints=(
        "Each row holds one score for each class. Which class does the network choose for that row?",
        "`argmax` gives the place of the largest number, and with an `axis` one place for each row. Along "
        "which axis lie the classes?",
        "Take the place of the largest score along axis 1, compare it with the labels, and take the mean of "
        "True and False, which count as 1 and 0.",
    ),
    learned="Only which score is largest counts, not how large: a narrow win is as right as a clear one.",
)
def accuracy(answer, rng):
    """Check `accuracy(scores, labels)`: (batch, classes), (batch,) -> share of right rows, 0 to 1.

    A row is right where its largest score stands at the place that the label names.

    Examples
    --------
    >>> accuracy(lambda scores, labels: (scores.argmax(axis=1) == labels).sum()).message
    'This is a count. Divide it by the number of labels.'
    """

    def accuracy(scores, labels):
        return (scores.argmax(axis=1) == labels).mean()

    def at_label(scores, labels):
        return scores[np.arange(len(labels)), labels]

    def over_batch(scores, labels):
        """Compares one winner for each class with the labels; that stops unless there are as many."""
        return (scores.argmax(axis=0) == labels).mean() if scores.shape[0] == scores.shape[1] else None

    slips = [
        ("This is a count. Divide it by the number of labels.", lambda s, y: (s.argmax(1) == y).sum()),
        ("This is the share of wrong rows. Take the right ones.", lambda s, y: (s.argmax(1) != y).mean()),
        (
            "This counts the wrong rows. Give the share of the right ones.",
            lambda s, y: (s.argmax(1) != y).sum(),
        ),
        ("This is in percent. Give the share from 0 to 1.", lambda s, y: 100 * accuracy(s, y)),
        (
            "The largest score itself is compared with the label. Compare its place: `argmax`.",
            lambda s, y: (s.max(axis=1) == y).mean(),
        ),
        (
            "`argmax` without `axis` is one place in the whole array. Take one for each row: axis 1.",
            lambda s, y: (s.argmax() == y).mean(),
        ),
        (
            "This takes the smallest score of each row. The network chooses the largest.",
            lambda s, y: (s.argmin(axis=1) == y).mean(),
        ),
        (
            "This says for each row whether it is right. Give one number: the share of True.",
            lambda s, y: s.argmax(axis=1) == y,
        ),
        ("These are the chosen classes. How many of them agree with the labels?", lambda s, y: s.argmax(1)),
        (
            "The number of right rows is divided by the number of classes. Divide by the number of rows.",
            lambda s, y: (s.argmax(axis=1) == y).sum() / s.shape[1],
        ),
        (
            "The number of right rows is divided by all scores. Divide by the number of rows.",
            lambda s, y: (s.argmax(axis=1) == y).sum() / s.size,
        ),
        (
            "Only the first row is counted: `return` stands inside the loop.",
            lambda s, y: (s[0].argmax() == y[0]) / len(y),
        ),
        (
            "This is the mean of the largest scores. Count how often the largest stands at the label.",
            lambda s, y: s.max(axis=1).mean(),
        ),
        (
            "This is the mean score at the label. Count how often it is the largest of its row.",
            lambda s, y: at_label(s, y).mean(),
        ),
        (
            "A row counts here if its score at the label is above 0.5. It must be the largest of the row.",
            lambda s, y: (at_label(s, y) > 0.5).mean(),
        ),
        (
            "A row counts here if its score at the label is above 0. It must be the largest of the row.",
            lambda s, y: (at_label(s, y) > 0).mean(),
        ),
        (
            "This is the mean distance of class numbers. They are names: 3 is as wrong for 4 as for 9.",
            lambda s, y: np.abs(s.argmax(axis=1) - y).mean(),
        ),
        (
            "This is one minus the mean distance of class numbers. They are names: they agree or not.",
            lambda s, y: 1 - np.abs(s.argmax(axis=1) - y).mean(),
        ),
        (
            "Classes are counted from 0, and `argmax` does it too: add no 1.",
            lambda s, y: (s.argmax(1) + 1 == y).mean(),
        ),
        ("Classes are counted from 0, and `argmax` does it too.", lambda s, y: (s.argmax(1) == y + 1).mean()),
        (
            "This is 1 where all rows are right, else 0. Give their share, as a fraction (`/`, not `//`).",
            lambda s, y: np.all(s.argmax(axis=1) == y),
        ),
        (
            "`argmax` goes down the columns (axis 0): that is a row for each class. The classes lie along "
            "axis 1.",
            over_batch,
        ),
    ]
    by_hand = {
        "scores": np.array(
            [[0.1, 0.7, 0.2], [0.45, 0.3, 0.25], [0.6, 0.3, 0.1], [0.1, 0.3, 0.6], [0.5, 0.2, 0.3]]
        ),
        "labels": np.array([1, 0, 1, 1, 2]),
    }
    drawn = [_scored(rng, batch, classes) for batch, classes in [(12, 4), (5, 5), (9, 3), (20, 8)]]
    all_right = _scored(rng, 6, 4)
    all_right["labels"] = all_right["scores"].argmax(axis=1)
    same_answers(answer, accuracy, [by_hand, *drawn, all_right], slips=slips)


def _scored(rng, batch, classes):
    """Scores without ties, as logits, and labels of which two in three are the class chosen."""
    scores = rng.permuted(np.tile(np.arange(classes) - classes / 2 + 0.25, (batch, 1)), axis=1)
    scores = scores + rng.normal(0, 0.05, scores.shape)
    shift = np.where(np.arange(batch) % 3 == 0, rng.integers(1, classes, batch), 0)
    return {"scores": scores, "labels": (scores.argmax(axis=1) + shift) % classes}
