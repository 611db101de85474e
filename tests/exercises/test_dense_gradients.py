"""The checker of the way back through a dense layer, fed with what students write."""

import numpy as np
import pytest

from cellcnn_helpers import nn
from cellcnn_helpers.exercises import dense as check


def by_loops(dy, x, weights):
    dx, dweights, dbias = np.zeros(x.shape), np.zeros(weights.shape), np.zeros(weights.shape[1])
    for n in range(len(dy)):
        for unit in range(weights.shape[1]):
            dbias[unit] += dy[n, unit]
            for i in range(weights.shape[0]):
                dx[n, i] += dy[n, unit] * weights[i, unit]
                dweights[i, unit] += dy[n, unit] * x[n, i]
    return dx, dweights, dbias


def by_einsum(dy, x, weights):
    return [np.einsum("nu,iu->ni", dy, weights), np.einsum("ni,nu->iu", x, dy), np.ones(len(dy)) @ dy]


def but(**wrong):
    """The right answer with some of its parts replaced by what these formulas give."""

    def gradient(dy, x, weights):
        parts = dict(zip(("dx", "dweights", "dbias"), by_loops(dy, x, weights), strict=True))
        parts.update({name: formula(dy, x, weights) for name, formula in wrong.items()})
        return parts["dx"], parts["dweights"], parts["dbias"]

    return gradient


def reordered(dy, x, weights):
    dx, dweights, dbias = by_loops(dy, x, weights)
    return dweights, dbias, dx


def as_many_units_as_inputs(dy, x, weights):
    dx, dweights, dbias = by_loops(dy, x, weights)
    return dx.reshape(dy.shape), dweights, dbias


def x_spoilt(dy, x, weights):
    parts = by_loops(dy, x, weights)
    x *= 2
    return parts


def mean_of_both(dy, x, weights):
    dx, dweights, dbias = by_loops(dy, x, weights)
    return dx, dweights / len(dy), dbias / len(dy)


@pytest.mark.parametrize("answer", [by_loops, by_einsum, nn.dense_backward])
def test_right(answer, assert_accepts):
    assert_accepts(check.dense_gradient, answer)


def test_stub_and_hints(assert_teaches):
    def dense_gradient(dy, x, weights): ...

    assert_teaches(check.dense_gradient, dense_gradient)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (reordered, "in another order"),
        (but(dx=lambda dy, x, w: w @ dy.T), "`dx`: A gradient has the shape"),
        (but(dx=lambda dy, x, w: x @ w), "`dx`: This is the layer's output"),
        (but(dx=lambda dy, x, w: np.ones(dy.shape) @ w.T), "`dx`: These are the weights alone"),
        (but(dx=lambda dy, x, w: dy.sum(axis=0) @ w.T), "`dx`: The examples are added up"),
        (but(dx=lambda dy, x, w: dy @ w.T / len(dy)), "`dx`: This is divided by the batch"),
        (but(dx=lambda dy, x, w: x.T @ dy), "`dx`: This is the gradient of the weights"),
        (but(dx=lambda dy, x, w: dy @ w.T * x), "`dx`: This is multiplied by x"),
        (but(dx=lambda dy, x, w: dy @ w), "`dx`: The weights are not transposed"),
        (but(dx=lambda dy, x, w: dy * w), "`dx`: `*` multiplies number by number"),
        (but(dweights=lambda dy, x, w: dy.T @ x), "`dweights`: A gradient has the shape"),
        (but(dweights=lambda dy, x, w: x.T @ dy / len(dy)), "`dweights`: This is the mean"),
        (but(dweights=lambda dy, x, w: x.T @ np.ones(dy.shape)), "`dweights`: `dy` is missing"),
        (but(dweights=lambda dy, x, w: np.ones(x.shape).T @ dy), "`dweights`: `x` is missing"),
        (but(dweights=lambda dy, x, w: x.T @ dy * w), "`dweights`: This is multiplied by the weights"),
        (but(dweights=lambda dy, x, w: np.outer(x[0], dy[0])), "`dweights`: Only the first example"),
        (but(dweights=lambda dy, x, w: np.outer(x[-1], dy[-1])), "`dweights`: Only the last example"),
        (
            but(dweights=lambda dy, x, w: x[:, :, np.newaxis] * dy[:, np.newaxis]),
            "`dweights`: The examples are not added up",
        ),
        (but(dweights=lambda dy, x, w: x @ x.T), "`dweights`: A gradient has the shape"),
        (but(dweights=lambda dy, x, w: x @ dy), "`dweights`: x is not transposed"),
        (but(dweights=lambda dy, x, w: x * dy), "`dweights`: `*` multiplies number by number"),
        (but(dbias=lambda dy, x, w: dy.mean(axis=0)), "`dbias`: This is the mean over the batch"),
        (but(dbias=lambda dy, x, w: dy.sum(axis=1)), "`dbias`: The sum goes over the units"),
        (but(dbias=lambda dy, x, w: dy.mean(axis=1)), "`dbias`: The mean goes over the units"),
        (but(dbias=lambda dy, x, w: dy.sum()), "`dbias`: Everything is added up"),
        (but(dbias=lambda dy, x, w: dy), "`dbias`: This is dy itself"),
        (but(dbias=lambda dy, x, w: dy.sum(axis=0, keepdims=True)), "Drop the axis of length 1"),
        (but(dbias=lambda dy, x, w: np.full(dy.shape[1], len(dy))), "`dbias`: `dy` is missing: the bias"),
        (but(dbias=lambda dy, x, w: np.ones(dy.shape[1])), "`dbias`: `dy` is missing: add it up"),
        (but(dbias=lambda dy, x, w: (x.T @ dy).sum(axis=0)), "`dbias`: The weights have no part"),
        (but(dx=lambda dy, x, w: w @ dy), "`dx`: The order is turned around"),
        (but(dweights=lambda dy, x, w: dy @ x.T), "`dweights`: dy and x are in the wrong order"),
        (but(dbias=lambda dy, x, w: dy[0]), "`dbias`: Only the first example"),
        (but(dbias=lambda dy, x, w: dy[-1]), "`dbias`: Only the last example"),
        (but(dbias=lambda dy, x, w: 1), "`dbias`: `dy` is missing: add it up"),
        (mean_of_both, "`dweights`: This is the mean"),
        (as_many_units_as_inputs, "as many units as inputs"),
        (lambda dy, x, w: by_loops(dy, x, w)[:2], "Hand back 3 things"),
        (lambda dy, x, w: [2 * part for part in by_loops(dy, x, w)], "The value at row 0, column 0 is 8.0"),
        (x_spoilt, "changes its input `x`"),
    ],
)
def test_wrong(answer, words, assert_finds):
    assert_finds(check.dense_gradient, answer, words)
