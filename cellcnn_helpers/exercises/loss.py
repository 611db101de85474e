"""Exercises of the chapter on loss: squares for amounts, surprise for classes, and the gradient of each."""

import numpy as np

from ._compare import same_answers
from ._core import checker
from .loss_classes import cross_entropy, cross_entropy_gradient
from .loss_softmax import softmax
from .loss_weights import class_weights, weighted_loss

__all__ = [
    "class_weights",
    "cross_entropy",
    "cross_entropy_gradient",
    "half_mse",
    "half_mse_gradient",
    "softmax",
    "weighted_loss",
]

NAN = np.nan  # in a slip: any value agrees
ALL_NUMBERS = "This divides by the number of all values. N is the number of rows: one for each cell."
OTHER_AXIS = (
    "`shape[1]` is how many values a row has. N is the number of rows: `len(labels)`, or `labels.shape[0]`."
)


def _regression_cases(rng):
    """Rows of labels and predictions: two cells with three amounts each, then more."""
    by_hand = {
        "labels": np.array([[1.0, 2, 5], [4, 0, 3]]),
        "predictions": np.array([[2.0, 2, 3], [7, 0, 3]]),
    }
    drawn = [
        {"labels": rng.normal(5, 2, shape).round(1), "predictions": rng.normal(5, 2, shape).round(1)}
        for shape in [(5, 2), (4, 1), (3, 4)]
    ]
    return [by_hand, *drawn]


@checker(
    hints=(
        "How far off is each prediction? A cell 2 too large and one 2 too small are both wrong.",
        "Square the differences and add all of them up. By what is the sum divided: the number of values, "
        "or the number of rows?",
        "Divide the sum of the squares by 2N. N is the number of rows, which is the length of `labels`, "
        "however many values a row has.",
    ),
    learned="Squares make one large error count more than several small ones.",
)
def half_mse(answer, rng):
    """Check `half_mse(labels, predictions)`: 1/(2N) Σ (y − ŷ)², where N is the number of rows.

    (N, values) and (N, values) -> a number

    Examples
    --------
    >>> half_mse(lambda labels, predictions: np.mean((labels - predictions) ** 2) / 2).message
    'This divides by the number of all values. N is the number of rows: one for each cell.'
    """

    def half_mse(labels, predictions):
        return np.sum((labels - predictions) ** 2) / (2 * len(labels))

    def of_error(formula):
        return lambda labels, predictions: formula(predictions - labels)

    slips = [
        ("The half is missing: divide by 2N.", of_error(lambda e: (e**2).sum() / len(e))),
        (ALL_NUMBERS, of_error(lambda e: (e**2).mean() / 2)),
        (
            "This divides by the number of all values, as Keras does. Here it is 1/(2N), and N is the number "
            "of rows.",
            of_error(lambda e: (e**2).mean()),
        ),
        (
            "This is half the sum. Divide by the number of rows too, or twice as many cells would be twice "
            "as wrong.",
            of_error(lambda e: (e**2).sum() / 2),
        ),
        (
            "This is the sum of the squares. Divide it by 2N, where N is the number of rows.",
            of_error(lambda e: (e**2).sum()),
        ),
        *(
            (
                OTHER_AXIS,
                of_error(lambda e, half=half: (e**2).sum() / (half * e.shape[1])),
            )
            for half in (2, 1)
        ),
        *(
            (
                "The differences are made positive, but not squared.",
                of_error(lambda e, count=count: np.abs(e).sum() / count(e)),
            )
            for count in (lambda e: 2 * len(e), len, lambda e: 2 * e.size, lambda e: e.size)
        ),
        (
            "The differences are added first and squared then, so too much and too little cancel. "
            "Square each.",
            of_error(lambda e: e.sum() ** 2 / (2 * len(e))),
        ),
        (
            "The differences are added without a square, so too much and too little cancel.",
            of_error(lambda e: e.sum() / (2 * len(e))),
        ),
        (
            "The differences are added without a square, so too much and too little cancel.",
            of_error(lambda e: -e.sum() / (2 * len(e))),
        ),
        (
            "The root is too much: leave the squares.",
            of_error(lambda e: ((e**2).sum() / (2 * len(e))) ** 0.5),
        ),
        (
            "This gives a loss for each row. Give one number: their mean.",
            of_error(lambda e: np.full(len(e), NAN)),
        ),
        (
            "This gives a loss for each column. Give one number: add up all squares, then divide by 2N.",
            of_error(lambda e: np.full(e.shape[1], NAN)),
        ),
        (
            "This multiplies by N: brackets are missing. `a / 2 * n` is (a / 2) · n; write `a / (2 * n)`.",
            of_error(lambda e: (e**2).sum() / 2 * len(e)),
        ),
    ]
    same_answers(answer, half_mse, _regression_cases(rng), slips=slips)


@checker(
    hints=(
        "If a prediction is too large, does the loss grow or fall when it becomes larger still? That is the "
        "sign.",
        "Each prediction stands in one square only. The derivative of the square brings a 2: what is in "
        "front of the sum to meet it?",
        "The 2 of the square and the half cancel. What is left is prediction minus label, divided by the "
        "number of rows, for each value.",
    ),
    learned="The gradient is the error itself: far off means a strong pull, right means none.",
)
def half_mse_gradient(answer, rng):
    """Check `half_mse_gradient(labels, predictions)`: the slope of `half_mse` along each prediction.

    (N, values) and (N, values) -> (N, values)

    Examples
    --------
    >>> half_mse_gradient(lambda labels, predictions: predictions - labels).message[:33]
    'The 1/N of the loss is missing: t'
    """

    def half_mse_gradient(labels, predictions):
        return (predictions - labels) / len(labels)

    def of_error(formula):
        return lambda labels, predictions: formula(predictions - labels)

    slips = [
        (
            "The sign is the wrong way round. If the prediction is too large, the loss grows with it: "
            "prediction minus label.",
            of_error(lambda e: -e / len(e)),
        ),
        (
            "The sign is the wrong way round, and the 1/N of the loss is missing.",
            of_error(lambda e: -e),
        ),
        (
            "This is twice too large. The square brings a 2, but the half of the loss takes it away.",
            of_error(lambda e: 2 * e / len(e)),
        ),
        (
            "This is half as large as it should be. The half of the loss is used up: it cancels the 2 that "
            "the square brings.",
            of_error(lambda e: e / (2 * len(e))),
        ),
        ("The 1/N of the loss is missing: the gradient has it too.", of_error(lambda e: e)),
        ("The 1/N of the loss is missing, and the half cancels the 2.", of_error(lambda e: 2 * e)),
        (ALL_NUMBERS, of_error(lambda e: e / e.size)),
        (OTHER_AXIS, of_error(lambda e: e / e.shape[1])),
        (
            "Only the labels are divided by N: brackets are missing. `(predictions - labels) / n`.",
            lambda labels, predictions: predictions - labels / len(labels),
        ),
        (
            "Only the predictions are divided by N: brackets are missing. `(predictions - labels) / n`.",
            lambda labels, predictions: predictions / len(labels) - labels,
        ),
        *(
            (
                "The differences are made positive, and so the direction is lost. Keep the sign: what is too "
                "small should go up, what is too large down.",
                of_error(lambda e, count=count: np.abs(e) / count(e)),
            )
            for count in (len, lambda e: 1, lambda e: 2 * len(e), lambda e: e.size)
        ),
        (
            "This is the gradient of Keras' loss, the mean over all values without a half. Here the loss is "
            "1/(2N) Σ (y − ŷ)².",
            of_error(lambda e: 2 * e / e.size),
        ),
        (
            "The differences are still squared. That is the loss of each value; its slope is without a "
            "square.",
            of_error(lambda e: e**2 / len(e)),
        ),
        (
            "The differences are still squared. That is the loss of each value; its slope is without a "
            "square.",
            of_error(lambda e: e**2 / (2 * len(e))),
        ),
        (
            "Only the sign of each difference is left. A prediction that is far off pulls more.",
            of_error(lambda e: np.sign(e) / len(e)),
        ),
        (
            "The rows are added up. Each prediction has a slope of its own: the result has their shape.",
            of_error(lambda e: np.full(e.shape[1], NAN)),
        ),
        (
            "This is one number. Each prediction has a slope of its own: the result has their shape.",
            lambda labels, predictions: NAN,
        ),
    ]
    same_answers(answer, half_mse_gradient, _regression_cases(rng), slips=slips)
