"""The checker of the chain rule through two layers: right, untouched and wrong answers."""

import numpy as np
import pytest

from cellcnn_helpers.exercises import optimization as check
from cellcnn_helpers.nn import activations
from cellcnn_helpers.nn.dense import dense_backward


def gradient_by_rows(x, first, second, dy):
    dfirst, dsecond = np.zeros_like(first), np.zeros_like(second)
    for row, row_dy in zip(x, dy, strict=True):
        hidden = row @ first
        dsecond += np.outer(np.maximum(hidden, 0), row_dy)
        dfirst += np.outer(row, np.where(hidden > 0, second @ row_dy, 0))
    return dfirst, dsecond


def gradient_of_course(x, first, second, dy):
    before = x @ first
    hidden = activations.relu(before)
    dhidden, dsecond, _ = dense_backward(dy, hidden, second)
    _, dfirst, _ = dense_backward(activations.relu_backward(dhidden, before).dx, x, first)
    return dfirst, dsecond


def gradient_by_differences(x, first, second, dy, step=1e-6):
    def loss(first, second):
        return (np.maximum(x @ first, 0) @ second * dy).sum()

    dfirst, dsecond = np.zeros_like(first), np.zeros_like(second)
    for place in np.ndindex(first.shape):
        nudge = np.zeros_like(first)
        nudge[place] = step
        dfirst[place] = (loss(first + nudge, second) - loss(first - nudge, second)) / (2 * step)
    for place in np.ndindex(second.shape):
        nudge = np.zeros_like(second)
        nudge[place] = step
        dsecond[place] = (loss(first, second + nudge) - loss(first, second - nudge)) / (2 * step)
    return dfirst, dsecond


def walked(mask, second_input=lambda x, first: np.maximum(x @ first, 0)):
    """A student's function with another mask, or other numbers that meet `second`."""

    def two_layer_gradient(x, first, second, dy):
        dhidden = dy @ second.T
        return x.T @ mask(dhidden, x @ first), second_input(x, first).T @ dy

    return two_layer_gradient


def masked_output(x, first, second, dy):
    outputs = np.maximum(x @ first, 0) @ second
    return gradient_by_rows(x, first, second, np.where(outputs > 0, dy, 0))


def masked_output_only(x, first, second, dy):
    hidden = np.maximum(x @ first, 0)
    return x.T @ ((dy * (hidden @ second > 0)) @ second.T), hidden.T @ dy


def not_transposed(x, first, second, dy):
    hidden = np.maximum(x @ first, 0)
    return x.T @ ((dy @ second) * (hidden > 0)), hidden.T @ dy


def written(products):
    """A student's function with other products at its end."""

    def two_layer_gradient(x, first, second, dy):
        hidden = np.maximum(x @ first, 0)
        return products(x, hidden, dy @ second.T * (hidden > 0), dy)

    return two_layer_gradient


def without_dy(x, first, second, dy):
    hidden = np.maximum(x @ first, 0)
    return x.T @ (second.T * (hidden > 0)), hidden.T @ dy


def without_dy_added_up(x, first, second, dy):
    hidden = np.maximum(x @ first, 0)
    return x.T @ (second.sum(axis=1) * (hidden > 0)), hidden.T @ dy


class TestTwoLayerGradient:
    @pytest.mark.parametrize("answer", [gradient_by_rows, gradient_of_course])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.two_layer_gradient, answer)

    def test_stub_and_hints(self, assert_teaches):
        def two_layer_gradient(x, first, second, dy): ...

        assert_teaches(check.two_layer_gradient, two_layer_gradient)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (walked(lambda dhidden, before: dhidden), "missing on the way back: where"),
            (masked_output, "not at the output"),
            (
                lambda *given: (masked_output(*given)[0], gradient_by_rows(*given)[1]),
                "not at the output",
            ),
            (masked_output_only, "not at the output"),
            (walked(lambda dhidden, before: np.maximum(dhidden, 0)), "The mask is made of the gradient"),
            (walked(lambda dhidden, before: dhidden * before.clip(0)), "multiplied by the hidden numbers"),
            (walked(lambda dhidden, before: dhidden * (before < 0)), "wrong way round: the gradient passes"),
            (
                walked(lambda dhidden, before: dhidden * (before > 0), lambda x, first: x @ first),
                "`dsecond` is made without ReLU",
            ),
            (walked(lambda dhidden, before: dhidden, lambda x, first: x @ first), "way forward and on"),
            (
                walked(lambda dhidden, before: dhidden * (before <= 0)),
                "wrong way round: the gradient passes",
            ),
            (walked(lambda dhidden, before: dhidden * (before >= 0)), "the mask is `> 0`, not `>= 0`"),
            (gradient_by_differences, "half of the gradient passes"),
            (
                walked(lambda dhidden, before: dhidden * (before > 0), lambda x, first: x @ first > 0),
                "`dsecond` is made of the mask",
            ),
            (walked(lambda dhidden, before: before > 0), "`dy` is left out of `dfirst`"),
            (without_dy, "`dy` is left out of `dfirst`"),
            (without_dy_added_up, "`dy` is left out of `dfirst`"),
            (not_transposed, "transposed: `dy @ second.T`"),
            (written(lambda x, hidden, dhidden, dy: (x @ dhidden, hidden.T @ dy)), "x is not transposed"),
            (
                written(lambda x, hidden, dhidden, dy: (x.T @ dhidden, hidden @ dy)),
                "The hidden numbers are not transposed",
            ),
            (written(lambda x, hidden, dhidden, dy: (x @ dhidden, hidden @ dy)), "Neither x nor"),
            (
                written(lambda x, hidden, dhidden, dy: (x.T @ (dy * (hidden > 0)), hidden.T @ dy)),
                "`second` is left out of `dfirst`",
            ),
            (lambda *given: (gradient_by_rows(*given)[0].T, gradient_by_rows(*given)[1]), "`dfirst` has"),
            (lambda *given: (gradient_by_rows(*given)[0], gradient_by_rows(*given)[1].T), "`dsecond` has"),
            (lambda *given: [part.T for part in gradient_by_rows(*given)], "Both are transposed"),
            (lambda *given: gradient_by_rows(*given)[::-1], "order is swapped"),
            (lambda *given: [-part for part in gradient_by_rows(*given)], "The sign is the wrong way"),
            (
                lambda x, *rest: [part / len(x) for part in gradient_by_rows(x, *rest)],
                "divides by the number of rows",
            ),
            (lambda *given: gradient_by_rows(*given)[0], "Hand back 2 things"),
            (lambda *given: np.array(gradient_by_rows(*given)), "handed back side by side, as a tuple"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.two_layer_gradient, answer, words)

    def test_the_example_can_be_done_by_hand(self):
        example = check.two_layer_gradient(lambda x, first, second, dy: (first, second)).example
        assert example.endswith("expected as dfirst\n  [[ 5. -3.]\n   [-1. -6.]]")
        assert "x = [[ 1.  2.]" in example

    def test_a_product_without_t_stops_and_is_named_all_the_same(self):
        found = check.two_layer_gradient(written(lambda x, hidden, dhidden, dy: (x @ dhidden, hidden.T @ dy)))
        assert "gave" not in found.example  # by hand x is not square, so NumPy has nothing to give
        assert "transposed" in found.message

    def test_differences_agree_where_no_hidden_number_is_0(self):
        rng = np.random.default_rng(0)
        given = [rng.normal(0, 1, shape) for shape in [(4, 3), (3, 5), (5, 2), (4, 2)]]
        for by_rows, by_differences in zip(
            gradient_by_rows(*given), gradient_by_differences(*given), strict=True
        ):
            np.testing.assert_allclose(by_rows, by_differences, atol=1e-7)
