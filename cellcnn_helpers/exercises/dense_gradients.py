"""The exercise on the way back through a dense layer."""

import numpy as np

from ._compare import same_answers
from ._core import checker

PARTS = ("dx", "dweights", "dbias")


def _numbers(rng, *shape):
    """Small numbers, none of them 0, with fractions."""
    return rng.choice([-1, 1], shape) * (rng.integers(0, 8, shape) + 0.5)


def _in_part(part, message, wrong):
    """A slip in one part of the answer, whatever stands in the others as long as the shapes are right."""

    def slip(dy, x, weights):
        result = wrong(dy, x, weights)
        if result is None:
            return None
        parts = [np.full(array.shape, np.nan) for array in (x, weights, dy[0])]
        parts[PARTS.index(part)] = result
        return tuple(parts)

    return f"`{part}`: {message}", slip


@checker(
    hints=(
        "A gradient has the shape of what it belongs to. So which shapes have dx, dweights and dbias?",
        "dx has a row for each example, and each input got its part back from every unit: what went out "
        "through weight (i, u) comes back through it. And a weight or a bias was used for every example of "
        "the batch: what does that mean for its gradient?",
        "dx is dy times the transposed weights, dweights is the transposed x times dy, both with `@`: the "
        "shapes leave only one way. dbias is the sum of dy over the batch, axis 0.",
    ),
    learned="Back goes through the same weights, turned over; what all examples shared is summed over them.",
)
def dense_gradient(answer, rng):
    """Check `dense_gradient(dy, x, weights)`: the gradients (dx, dweights, dbias) of x @ weights + bias.

    (batch, units), (batch, n), (n, units) -> (batch, n), (n, units), (units,). The loss is a sum over the
    batch, so nothing is divided by it.

    Examples
    --------
    >>> dense_gradient(lambda dy, x, weights: (dy @ weights.T, x.T @ dy, dy.mean(axis=0))).message
    '`dbias`: This is the mean over the batch. The same bias was used for every example: add up.'
    """

    def dense_gradient(dy, x, weights):
        return dy @ weights.T, x.T @ dy, dy.sum(axis=0)

    def square(wrong):
        """A formula that stops with an error unless there are as many units as inputs."""
        return lambda dy, x, weights: wrong(dy, x, weights) if dy.shape == x.shape else None

    def reordered(*order):
        return lambda *arguments: tuple(dense_gradient(*arguments)[index] for index in order)

    shape = "A gradient has the shape of what it belongs to. "
    batch = "This is the mean over the batch. The same {} was used for every example: add up."
    order = "The gradients are right, but in another order. Hand them back as `return dx, dweights, dbias`."
    slips = [
        (order, reordered(1, 0, 2)),
        (order, reordered(1, 2, 0)),
        (order, reordered(0, 2, 1)),
        (order, reordered(2, 1, 0)),
        (order, reordered(2, 0, 1)),
        _in_part("dx", shape + "This one is transposed.", lambda dy, x, w: w @ dy.T),
        _in_part(
            "dx",
            "This is the layer's output, without bias. dx goes from dy back through the weights.",
            lambda dy, x, w: x @ w,
        ),
        _in_part(
            "dx",
            "These are the weights alone: dy is missing.",
            lambda dy, x, w: np.ones_like(dy) @ w.T,
        ),
        _in_part(
            "dx",
            "The examples are added up. Each example has its own x, so it keeps its own row.",
            lambda dy, x, w: dy.sum(axis=0) @ w.T,
        ),
        _in_part(
            "dx",
            "This is divided by the batch. Each example has its own x, and the loss is a sum: do not divide.",
            lambda dy, x, w: dy @ w.T / len(dy),
        ),
        _in_part("dx", "This is the gradient of the weights.", lambda dy, x, w: x.T @ dy),
        _in_part(
            "dx", "This is multiplied by x. Its slope is the weight alone.", lambda dy, x, w: dy @ w.T * x
        ),
        _in_part("dweights", shape + "This one is transposed: x.T @ dy.", lambda dy, x, w: dy.T @ x),
        _in_part("dweights", batch.format("weight"), lambda dy, x, w: x.T @ dy / len(dy)),
        _in_part(
            "dweights",
            "`dy` is missing: x comes in, but not how much each unit's output matters.",
            lambda dy, x, w: x.T @ np.ones_like(dy),
        ),
        _in_part(
            "dweights",
            "`x` is missing: a weight that met a larger input has a larger part.",
            lambda dy, x, w: np.ones_like(x).T @ dy,
        ),
        _in_part(
            "dweights",
            "This is multiplied by the weights. Their slope is the input alone.",
            lambda dy, x, w: x.T @ dy * w,
        ),
        _in_part("dweights", "Only the first example counts.", lambda dy, x, w: np.outer(x[0], dy[0])),
        _in_part("dweights", "Only the last example counts.", lambda dy, x, w: np.outer(x[-1], dy[-1])),
        _in_part(
            "dweights",
            "The examples are not added up: use the matrix product, or sum over the batch.",
            lambda dy, x, w: x[:, :, np.newaxis] * dy[:, np.newaxis, :],
        ),
        _in_part("dweights", shape + "This one pairs examples with examples.", lambda dy, x, w: x @ x.T),
        _in_part("dbias", batch.format("bias"), lambda dy, x, w: dy.mean(axis=0)),
        _in_part(
            "dbias",
            "The sum goes over the units (axis 1). Each unit has its own bias: sum over the batch, axis 0.",
            lambda dy, x, w: dy.sum(axis=1),
        ),
        _in_part(
            "dbias",
            "The mean goes over the units (axis 1). Take the sum over the batch, axis 0.",
            lambda dy, x, w: dy.mean(axis=1),
        ),
        _in_part("dbias", "Everything is added up. Each unit has its own bias.", lambda dy, x, w: dy.sum()),
        _in_part(
            "dbias",
            "This is dy itself. The same bias was used for every example: add up over the batch.",
            lambda dy, x, w: dy,
        ),
        _in_part(
            "dbias", shape + "Drop the axis of length 1.", lambda dy, x, w: dy.sum(axis=0, keepdims=True)
        ),
        _in_part(
            "dbias",
            "`dy` is missing: the bias counts once for each example, and as much as its dy.",
            lambda dy, x, w: np.full(dy.shape[1], len(dy)),
        ),
        _in_part("dbias", "`dy` is missing: add it up over the batch.", lambda dy, x, w: 0 * dy[0] + 1),
        _in_part(
            "dbias",
            "The weights have no part in the gradient of the bias. Add up dy over the batch.",
            lambda dy, x, w: (x.T @ dy).sum(axis=0),
        ),
        _in_part(
            "dx",
            "The weights are not transposed. On the way back n and units change places: dy @ weights.T.",
            square(lambda dy, x, w: dy @ w),
        ),
        _in_part(
            "dx",
            "The order is turned around. Each row of dy is an example, so dy comes first: dy @ weights.T.",
            lambda dy, x, w: w @ dy if len(dy) == w.shape[1] else None,
        ),
        _in_part(
            "dweights",
            "dy and x are in the wrong order, or the wrong one is transposed. The batch must be what is "
            "summed over: x.T @ dy.",
            lambda dy, x, w: dy @ x.T if dy.shape == x.shape else None,
        ),
        _in_part("dbias", "Only the first example counts. Add up over the batch.", lambda dy, x, w: dy[0]),
        _in_part("dbias", "Only the last example counts. Add up over the batch.", lambda dy, x, w: dy[-1]),
        _in_part("dbias", "`dy` is missing: add it up over the batch.", lambda dy, x, w: 1),
        _in_part("dx", "`*` multiplies number by number. Use the matrix product `@`.", _elementwise_dx),
        _in_part("dweights", "`*` multiplies number by number. Use `x.T @ dy`.", _elementwise_dweights),
        _in_part(
            "dweights",
            "x is not transposed. A weight belongs to an input and a unit, so the batch must be what is "
            "summed over: x.T @ dy.",
            lambda dy, x, w: x @ dy if len(dy) == x.shape[1] else None,
        ),
        (
            "This is right only where there are as many units as inputs: check the shapes of dx, dweights.",
            square(dense_gradient),
        ),
    ]
    by_hand = {
        "dy": np.array([[1.0, 2], [0, -3]]),
        "x": np.array([[1.0, 2, 0], [4, 1, -1]]),
        "weights": np.array([[2.0, 1], [3, -1], [5, 4]]),
    }
    drawn = [
        {"dy": _numbers(rng, batch, units), "x": _numbers(rng, batch, n), "weights": _numbers(rng, n, units)}
        for batch, n, units in [(4, 3, 2), (2, 4, 4), (3, 3, 5), (3, 3, 3), (1, 2, 3), (5, 2, 3)]
    ]
    same_answers(answer, dense_gradient, [by_hand, *drawn], slips=slips, parts=PARTS)


def _elementwise_dx(dy, x, weights):
    return dy * weights if dy.shape == x.shape == weights.shape else None


def _elementwise_dweights(dy, x, weights):
    return x * dy if dy.shape == x.shape == weights.shape else None
