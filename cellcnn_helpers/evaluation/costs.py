"""Not all errors are equal: what a model's errors cost, and what to call an image so that they cost least."""

import numpy as np

from . import _inputs


def expected_cost(labels, predictions, cost):
    """What an image costs on average, given what each mix-up costs.

    (N,), (N,) and (classes, classes) -> a number

    Parameters
    ----------
    labels : array_like of int, shape (N,)
        The true class of each image, counted from 0.
    predictions : array_like of int, shape (N,)
        The class that the model gave it.
    cost : array_like, shape (classes, classes)
        ``cost[i, j]`` is what it costs to call class i class j: rows are true, columns predicted, as in
        `confusion_matrix`. The diagonal is usually 0.

    Returns
    -------
    float
        The mean of ``cost[labels, predictions]``, in the unit of `cost`.

    Raises
    ------
    ValueError
        If `cost` is not square, a class has no row in it, or labels and predictions do not fit.

    See Also
    --------
    cheapest_classes : Predictions that cost less.

    Notes
    -----
    With 0 on the diagonal and 1 elsewhere it is the share of errors, 1 − accuracy.

    Examples
    --------
    Missing a parasite (class 1) is twenty times as bad as a false alarm:

    >>> cost = [[0, 1], [20, 0]]
    >>> expected_cost([0, 0, 0, 1], [0, 1, 0, 0], cost)
    5.25
    """
    cost = _inputs.costs(cost)
    labels, predictions = _inputs.labels_and_predictions(labels, predictions, len(cost))
    return float(cost[labels, predictions].mean())


def cheapest_classes(probabilities, cost):
    """For each image the class to call it that costs least on average, given the probabilities.

    (N, classes) and (classes, classes) -> (N,) of int

    Parameters
    ----------
    probabilities : array_like, shape (N, classes)
        Calibrated probabilities: 0.1 must be right once in ten times.
    cost : array_like, shape (classes, classes)
        As in `expected_cost`.

    Returns
    -------
    numpy.ndarray of int
        The place of the least of ``probabilities @ cost`` in each row; the first of equally cheap ones. Where
        all errors cost the same, it is the class with the largest probability.

    Raises
    ------
    ValueError
        If rows of `probabilities` do not add up to 1, or `cost` does not have a row and a column for each of
        their columns.

    See Also
    --------
    fit_temperature : Calibrates probabilities.

    References
    ----------
    Elkan, "The foundations of cost-sensitive learning", International Joint Conference on Artificial
    Intelligence (2001) 973.

    Examples
    --------
    A parasite is called at a probability of one in twenty-one already:

    >>> cheapest_classes([[0.97, 0.03], [0.94, 0.06]], [[0, 1], [20, 0]])
    array([0, 1])
    """
    probabilities = _inputs.probabilities(probabilities)
    return np.argmin(probabilities @ _inputs.costs(cost, probabilities.shape[1]), axis=1)
