"""Exercises of the chapter on evaluation: what a score means, on which cells, and how far it may be off."""

import numpy as np

from ._compare import same_answers
from ._core import checker
from .evaluation_models import calibration_error, only_one_right
from .evaluation_patients import redrawn_accuracy, split_by_patient
from .evaluation_thresholds import choose_threshold, predictive_value

__all__ = [
    "calibration_error",
    "choose_threshold",
    "only_one_right",
    "precision",
    "predictive_value",
    "redrawn_accuracy",
    "split_by_patient",
]

NAN = np.nan  # in a slip: any value agrees


@checker(
    hints=(
        "Take one class. Of all cells that were called so, which share truly is of this class?",
        "The called ones stand in the column of the class, the right ones among them on the diagonal.",
        "Divide the diagonal by the sums of the columns, `axis=0`. A class that was never named has a sum of "
        "0: hand back 0 for it.",
    ),
    learned="Precision goes down the column, recall along the row: the same diagonal, two questions.",
)
def precision(answer, rng):
    """Check `precision(confusion)`: for each class the share of the cells called so that are so.

    (classes, classes), rows true and columns predicted -> (classes,); 0 for a class that was never named

    Examples
    --------
    >>> precision(lambda confusion: np.diag(confusion) / confusion.sum(axis=1)).message[:28]
    'This is recall: it divides b'
    """

    def precision(confusion):
        named = confusion.sum(axis=0)
        return np.divide(np.diag(confusion), named, out=np.zeros(len(named)), where=named > 0)

    def where_named(formula):
        """A slip; a class that was never named may give anything."""
        return lambda confusion: np.where(confusion.sum(axis=0) > 0, formula(confusion), NAN)

    def divided_by(cells):
        return where_named(lambda confusion: np.diag(confusion) / cells(confusion))

    one = "This is one number{}. Give one for each class."
    slips = [
        ("A class that was never named: 0 / 0 is no number. Hand back 0 for it.", where_named(precision)),
        (
            "This is recall: it divides by all that are so, the sums of the rows. Precision divides by all "
            "that were called so, the sums of the columns.",
            lambda confusion: np.where(
                confusion.sum(axis=1) > 0, np.diag(confusion) / confusion.sum(axis=1), NAN
            ),
        ),
        (
            "This divides by the number of all cells. Divide by the sum of its column.",
            divided_by(np.sum),
        ),
        (
            "This is F1, recall and precision in one. Divide by the sum of the column alone.",
            divided_by(lambda confusion: (confusion.sum(axis=0) + confusion.sum(axis=1)) / 2),
        ),
        (
            "This divides by the row and the column together. Divide by the sum of the column alone.",
            divided_by(lambda confusion: confusion.sum(axis=0) + confusion.sum(axis=1) - np.diag(confusion)),
        ),
        (
            "This divides by the false alarms alone. Divide by the whole column, the right ones with it.",
            divided_by(lambda confusion: confusion.sum(axis=0) - np.diag(confusion)),
        ),
        (
            "This is the share of false alarms. Take the share that is right.",
            where_named(lambda confusion: 1 - precision(confusion)),
        ),
        ("This is in percent. Give a share from 0 to 1.", where_named(lambda c: 100 * precision(c))),
        (
            "The shares are cut to whole numbers: `//` leaves only 0 and 1, or your array of zeros is `int`. "
            "Divide with `/`, and begin with zeros that are `float`.",
            where_named(lambda confusion: np.floor(precision(confusion))),
        ),
        ("These are counts. Divide them by the sums of their columns.", np.diag),
        (
            "These are the cells that were called so. How many of them are right?",
            lambda confusion: confusion.sum(axis=0),
        ),
        (one.format(", the accuracy over all cells"), lambda c: np.trace(c) / c.sum()),
        (one.format(", the mean over the classes"), lambda confusion: precision(confusion).mean()),
        (
            "This is the whole matrix as shares. Only the diagonal is asked for.",
            lambda confusion: np.where(confusion.sum(axis=0) > 0, confusion / confusion.sum(axis=0), NAN),
        ),
        (
            "The sums need to meet the diagonal: leave `keepdims` out.",
            lambda confusion: np.full(confusion.shape, NAN),
        ),
    ]
    by_hand = {"confusion": np.array([[6, 2, 0], [1, 7, 0], [1, 1, 2]])}
    drawn = []
    for num_classes in (2, 4, 5):
        confusion = rng.integers(1, 9, (num_classes, num_classes))
        drawn.append({"confusion": confusion + np.diag(rng.integers(5, 20, num_classes))})
    never_named = {"confusion": np.array([[6, 0, 2], [3, 0, 4], [1, 0, 1]])}
    no_cells = {"confusion": np.array([[6, 1, 2], [0, 0, 0], [1, 2, 1]])}
    same_answers(answer, precision, [by_hand, *drawn, never_named, no_cells], slips=slips)
