"""Exercise on the chain rule: the gradients of two layers with ReLU between them."""

import numpy as np

from ._compare import same_answers
from ._core import checker


@checker(
    hints=(
        "Walk backward: `dy` says how the loss changes with each output. Which numbers met `second` on the "
        "way forward?",
        "The gradient of a matrix is what came in, transposed, times the gradient of what went out. To go on "
        "behind a matrix, multiply by the matrix transposed.",
        "Hidden = relu(x @ `first`). Second: hidden transposed @ dy. Then go back: dy @ `second` transposed, "
        "set to 0 wherever hidden is 0. First: x transposed @ that.",
    ),
    learned="Backpropagation is the chain rule walked from the end, with what was kept on the way forward.",
)
def two_layer_gradient(answer, rng):
    """Check `two_layer_gradient(x, first, second, dy)`: both gradients of relu(x @ first) @ second.

    (N, D), (D, H), (H, K) and `dy` (N, K), the gradient of the outputs -> dfirst (D, H), dsecond (H, K)

    Examples
    --------
    >>> def without_mask(x, first, second, dy):
    ...     return x.T @ (dy @ second.T), np.maximum(x @ first, 0).T @ dy
    >>> two_layer_gradient(without_mask).message[:58]
    'ReLU is missing on the way back: where the hidden number i'
    """

    def two_layer_gradient(x, first, second, dy):
        hidden = np.maximum(x @ first, 0)
        return x.T @ (dy @ second.T * (hidden > 0)), hidden.T @ dy

    def first_by(mask):
        """A slip in what passes back through ReLU: ``mask(x, first, second, dy, dhidden)``."""

        def wrong(x, first, second, dy):
            dhidden = dy @ second.T
            passed = dhidden * mask(x, first, second, dy, dhidden)
            return x.T @ passed, np.maximum(x @ first, 0).T @ dy

        return wrong

    def of_right(formula):
        """A slip made of the right pair."""
        return lambda *arguments: formula(*two_layer_gradient(*arguments))

    def through_output(x, first, second, dy):
        y = np.maximum(x @ first, 0) @ second
        return two_layer_gradient(x, first, second, dy * (y > 0))

    def first_through_output(x, first, second, dy):
        return through_output(x, first, second, dy)[0], two_layer_gradient(x, first, second, dy)[1]

    def output_mask_only(x, first, second, dy):
        y = np.maximum(x @ first, 0) @ second
        return x.T @ (dy * (y > 0) @ second.T), np.maximum(x @ first, 0).T @ dy

    def in_square(formula):
        """A slip ``formula(x, first, second, dy, hidden, right)`` that only square matrices let through."""

        def wrong(x, first, second, dy):
            if not x.shape == first.shape == second.shape == dy.shape:
                return None
            hidden = np.maximum(x @ first, 0)
            return formula(x, first, second, dy, hidden, two_layer_gradient(x, first, second, dy))

        return wrong

    def without_dy(comes_back):
        """A slip in `dfirst`, where ``comes_back(second, dy)`` reaches the hidden numbers without `dy`."""

        def wrong(x, first, second, dy):
            back = comes_back(second, dy)
            if back.shape not in [(), (1, len(second)), (len(x), len(second))]:
                return None
            hidden = np.maximum(x @ first, 0)
            return x.T @ (back * (hidden > 0)), hidden.T @ dy

        return wrong

    transposed = "Transposed: `{}` has the shape of `{}`. What came in, transposed, times what comes back."
    from_output = "ReLU is at the hidden numbers, not at the output: the mask is where hidden is above 0."
    no_dy = (
        "`dy` is left out of `dfirst`. The way back begins with it: dy @ `second` transposed, then the mask."
    )
    slips = [
        (
            "ReLU is missing on the way back: where the hidden number is 0, nothing passes. Set the gradient "
            "to 0 there.",
            first_by(lambda *_: 1),
        ),
        (from_output, through_output),
        (from_output, first_through_output),
        (from_output, output_mask_only),
        (
            "The mask is made of the gradient. ReLU passes back where its input was positive on the way "
            "forward, whatever the sign of what comes back.",
            first_by(lambda x, first, second, dy, dhidden: dhidden > 0),
        ),
        (
            "The gradient is multiplied by the hidden numbers. ReLU has the slope 1 where they are above 0.",
            first_by(lambda x, first, second, dy, dhidden: np.maximum(x @ first, 0)),
        ),
        (
            "The mask is the wrong way round: the gradient passes where the hidden number is above 0.",
            first_by(lambda x, first, second, dy, dhidden: x @ first <= 0),
        ),
        (
            "The mask is the wrong way round: the gradient passes where the hidden number is above 0.",
            first_by(lambda x, first, second, dy, dhidden: x @ first < 0),
        ),
        (
            "`dsecond` is made without ReLU. `second` met the numbers behind ReLU: relu(x @ first).",
            lambda x, first, second, dy: (
                two_layer_gradient(x, first, second, dy)[0],
                (x @ first).T @ dy,
            ),
        ),
        (
            "ReLU is missing on the way forward and on the way back. Hidden = relu(x @ first); where it is "
            "0, nothing passes back.",
            lambda x, first, second, dy: (x.T @ (dy @ second.T), (x @ first).T @ dy),
        ),
        (
            "Where x @ first is exactly 0, ReLU passes nothing back, in Keras too: the mask is `> 0`, not "
            "`>= 0`.",
            first_by(lambda x, first, *_: x @ first >= 0),
        ),
        (
            "Where x @ first is exactly 0, half of the gradient passes here. ReLU passes nothing back there, "
            "in Keras too: the mask is `> 0`.",
            first_by(lambda x, first, *_: np.heaviside(x @ first, 0.5)),
        ),
        (
            "`dsecond` is made of the mask. `second` met the hidden numbers themselves: hidden transposed @ "
            "dy.",
            lambda x, first, second, dy: (
                two_layer_gradient(x, first, second, dy)[0],
                (x @ first > 0).T @ dy,
            ),
        ),
        (no_dy, without_dy(lambda second, dy: np.array(1.0))),
        (no_dy, without_dy(lambda second, dy: np.ones_like(dy) @ second.T)),
        (no_dy, without_dy(lambda second, dy: second.T)),
        (
            "To go back behind `second`, multiply by it transposed: `dy @ second.T`.",
            in_square(lambda x, a, b, dy, hidden, right: (x.T @ (dy @ b * (hidden > 0)), right[1])),
        ),
        (
            "x is not transposed. A weight of `first` met one column of x, in every row: x transposed @ what "
            "comes back.",
            in_square(lambda x, a, b, dy, hidden, right: (x @ (dy @ b.T * (hidden > 0)), right[1])),
        ),
        (
            "The hidden numbers are not transposed. A weight of `second` met one column of them, in every "
            "row: hidden transposed @ dy.",
            in_square(lambda x, a, b, dy, hidden, right: (right[0], hidden @ dy)),
        ),
        (
            "Neither x nor the hidden numbers are transposed. What came in, transposed, times what comes "
            "back.",
            in_square(lambda x, a, b, dy, hidden, right: (x @ (dy @ b.T * (hidden > 0)), hidden @ dy)),
        ),
        (
            "`second` is left out of `dfirst`. On the way back dy goes through it: dy @ `second` transposed.",
            in_square(lambda x, a, b, dy, hidden, right: (x.T @ (dy * (hidden > 0)), right[1])),
        ),
        (transposed.format("dfirst", "first"), of_right(lambda a, b: (a.T, b))),
        (transposed.format("dsecond", "second"), of_right(lambda a, b: (a, b.T))),
        (
            "Both are transposed: each gradient has the shape of its matrix.",
            of_right(lambda a, b: (a.T, b.T)),
        ),
        ("The order is swapped: hand back `dfirst`, then `dsecond`.", of_right(lambda a, b: (b, a))),
        (
            "The sign is the wrong way round. The gradient points uphill; the optimizer takes care of the "
            "minus.",
            of_right(lambda a, b: (-a, -b)),
        ),
        (
            "This divides by the number of rows. `dy` is the gradient of the whole loss, its 1/N is in it.",
            lambda x, *rest: tuple(part / len(x) for part in two_layer_gradient(x, *rest)),
        ),
    ]
    by_hand = {  # the last row of x makes a hidden number of exactly 0, the first an output below 0
        "x": np.array([[1.0, 2], [3, -1], [2, 1]]),
        "first": np.array([[1.0, -1], [1, 2]]),
        "second": np.array([[1.0], [-3]]),
        "dy": np.array([[1.0], [2], [-1]]),
    }
    drawn = []
    for n, d, h, k in [(3, 2, 4, 2), (2, 4, 3, 1), (4, 3, 5, 3), (3, 3, 3, 3)]:
        shapes = {"x": (n, d), "first": (d, h), "second": (h, k), "dy": (n, k)}
        case = {name: rng.normal(0, 1, shape).round(1) + 0.05 for name, shape in shapes.items()}
        case["x"][0] = -case["x"][1]  # of two opposite rows ReLU stops each hidden number once
        drawn.append(case)
    same_answers(answer, two_layer_gradient, [by_hand, *drawn], slips=slips, parts=("dfirst", "dsecond"))
