"""Exercise on RMSprop: a ruler for each weight, with the rule of Keras."""

import numpy as np

from ._compare import same_answers
from ._core import checker
from ._steps import UPHILL, drawn_arrays, drawn_rate, drawn_share, swapped


@checker(
    hints=(
        "A weight with large gradients should take no larger steps than others. By what is each divided?",
        "`average` remembers squares: keep `rho` of the old average and let the new square fill the rest, "
        "1 − `rho`. Then the root of it tells how large gradients were.",
        "Divide learning rate times gradient by the root of (new average + `epsilon`): epsilon is inside the "
        "root, as in Keras. Hand back the weights, then the new average.",
    ),
    learned="Each weight has its own ruler: the gradient is measured by its own recent size.",
)
def rmsprop_step(answer, rng):
    """Check `rmsprop_step(weights, average, gradient, learning_rate, rho, epsilon)`: weights and average.

    a ← rho · a + (1 − rho) · g², then w ← w − learning_rate · g / √(a + epsilon): the rule of Keras.

    Examples
    --------
    >>> def without_root(weights, average, gradient, learning_rate, rho, epsilon):
    ...     average = rho * average + (1 - rho) * gradient**2
    ...     return weights - learning_rate * gradient / (average + epsilon), average
    >>> rmsprop_step(without_root).message
    'The root is missing. An average of squares is a square: its root is as large as a gradient.'
    """

    def rmsprop_step(weights, average, gradient, learning_rate, rho, epsilon):
        average = averaged(average, gradient, rho)
        return weights - learning_rate * gradient / np.sqrt(average + epsilon), average

    def averaged(average, gradient, rho):
        return rho * average + (1 - rho) * gradient**2

    def other_average(rule):
        """A slip in the average; the weights go by it."""

        def wrong(w, a, g, rate, rho, epsilon):
            a = rule(a, g, rho)
            return w - rate * g / np.sqrt(a + epsilon), a

        return wrong

    def other_step(rule):
        """A slip in the weights only: the average is right."""

        def wrong(w, a, g, rate, rho, epsilon):
            new = averaged(a, g, rho)
            return w - rate * rule(a, new, g, epsilon), new

        return wrong

    def beside_fraction(rule):
        """`epsilon` outside the fraction: ``rule(fraction, rate, epsilon)`` is the step."""

        def wrong(w, a, g, rate, rho, epsilon):
            new = averaged(a, g, rho)
            return w - rule(g / np.sqrt(new), rate, epsilon), new

        return wrong

    beside = (
        "`epsilon` is not below the line, where it belongs: brackets are missing. √(average + epsilon), with "
        "both inside the root."
    )
    one_ruler = (
        "All weights share one ruler here. Each has its own: square and average number by number, without a "
        "mean or sum over the weights."
    )
    stored = (
        "`epsilon` is kept in the average, so each step would add it again. Add it for the root only: "
        "√(average + epsilon)."
    )
    slips = [
        (
            "The root is missing. An average of squares is a square: its root is as large as a gradient.",
            other_step(lambda a, new, g, epsilon: g / (new + epsilon)),
        ),
        (
            "`epsilon` is added after the root. In Keras' RMSprop it is inside: √(average + epsilon).",
            other_step(lambda a, new, g, epsilon: g / (np.sqrt(new) + epsilon)),
        ),
        (
            "`epsilon` is not used: add it to the average, inside the root.",
            other_step(lambda a, new, g, epsilon: g / np.sqrt(new)),
        ),
        (beside, beside_fraction(lambda fraction, rate, epsilon: rate * fraction + epsilon)),
        (beside, beside_fraction(lambda fraction, rate, epsilon: rate * fraction - epsilon)),
        (beside, beside_fraction(lambda fraction, rate, epsilon: rate * (fraction + epsilon))),
        (one_ruler, other_average(lambda a, g, rho: rho * a + (1 - rho) * np.mean(g**2))),
        (one_ruler, other_average(lambda a, g, rho: rho * a + (1 - rho) * np.sum(g**2))),
        (one_ruler, other_average(lambda a, g, rho: averaged(a, g, rho).mean())),
        (one_ruler, other_average(lambda a, g, rho: averaged(a, g, rho).sum())),
        (one_ruler, other_step(lambda a, new, g, epsilon: g / np.sqrt(new.mean() + epsilon))),
        (one_ruler, other_step(lambda a, new, g, epsilon: g / np.sqrt(new.sum() + epsilon))),
        (
            "The gradients of all weights are averaged first and squared then. Square each: every weight has "
            "a ruler of its own.",
            other_average(lambda a, g, rho: rho * a + (1 - rho) * g.mean() ** 2),
        ),
        (
            "The average itself is squared. Square the gradient alone, then average.",
            other_average(lambda a, g, rho: (rho * a + (1 - rho) * g) ** 2),
        ),
        (
            "1 − `rho` is squared too. Square the gradient alone: (1 − rho) · g².",
            other_average(lambda a, g, rho: rho * a + ((1 - rho) * g) ** 2),
        ),
        (
            stored,
            lambda w, a, g, rate, rho, epsilon: (
                rmsprop_step(w, a, g, rate, rho, epsilon)[0],
                averaged(a, g, rho) + epsilon,
            ),
        ),
        (
            stored,
            lambda w, a, g, rate, rho, epsilon: (
                rmsprop_step(w, a, g, rate, rho, 2 * epsilon)[0],
                averaged(a, g, rho) + epsilon,
            ),
        ),
        (
            "The average is one of gradients. Average their squares, then signs cannot cancel.",
            other_average(lambda a, g, rho: rho * a + (1 - rho) * g),
        ),
        (
            "The average is one of sizes, without the square. Average the squares; the root comes later.",
            other_average(lambda a, g, rho: rho * a + (1 - rho) * np.abs(g)),
        ),
        (
            "The old average divides. Bring in the new gradient first.",
            other_step(lambda a, new, g, epsilon: g / np.sqrt(a + epsilon)),
        ),
        (
            "`rho` and 1 − `rho` are swapped: `rho` of the past is kept.",
            other_average(lambda a, g, rho: averaged(a, g, 1 - rho)),
        ),
        (
            "1 − `rho` is missing, so the average is too large: the new square only fills the rest.",
            other_average(lambda a, g, rho: rho * a + g**2),
        ),
        (
            "The squares are added up, as AdaGrad does, and steps get shorter for ever. Keep `rho` of the "
            "past.",
            other_average(lambda a, g, rho: a + g**2),
        ),
        (
            "The past is not used: `rho` of the old average is kept.",
            other_average(lambda a, g, rho: (1 - rho) * g**2),
        ),
        ("The past is not used: `rho` of the old average is kept.", other_average(lambda a, g, rho: g**2)),
        (
            "This multiplies by the root. Large gradients should become smaller: divide.",
            other_step(lambda a, new, g, epsilon: g * np.sqrt(new + epsilon)),
        ),
        (
            "The gradient is missing above the line: divide it by the root.",
            other_step(lambda a, new, g, epsilon: 1 / np.sqrt(new + epsilon)),
        ),
        (UPHILL, other_step(lambda a, new, g, epsilon: -g / np.sqrt(new + epsilon))),
        (
            "This is plain gradient descent: the average is not used for the step. Divide by its root.",
            other_step(lambda a, new, g, epsilon: g),
        ),
        (
            "`learning_rate` is not used: multiply the step by it.",
            lambda w, a, g, rate, rho, epsilon: rmsprop_step(w, a, g, 1, rho, epsilon),
        ),
        (
            "The root is handed back as the average. Keep the average; the root is for this step only.",
            lambda w, a, g, rate, rho, epsilon: (
                rmsprop_step(w, a, g, rate, rho, epsilon)[0],
                np.sqrt(averaged(a, g, rho)),
            ),
        ),
        (
            "The old average is handed back. The next step needs the new one.",
            lambda w, a, g, rate, rho, epsilon: (rmsprop_step(w, a, g, rate, rho, epsilon)[0], a),
        ),
        (
            "The order is swapped: hand back the weights first, then the average.",
            lambda *arguments: swapped(*rmsprop_step(*arguments)),
        ),
    ]
    by_hand = {  # the averages become 14 and 7: with 2 more, their roots are 4 and 3
        "weights": np.array([3.0, 1]),
        "average": np.array([8.0, 16]),
        "gradient": np.array([4.0, -2]),
        "learning_rate": 0.75,
        "rho": 0.25,
        "epsilon": 2.0,  # far larger than in use, so that one sees where it goes
    }
    drawn = [
        {
            **drawn_arrays(rng, "weights", "average", "gradient"),
            "learning_rate": drawn_rate(rng),
            "rho": drawn_share(rng),
            "epsilon": float(rng.integers(30, 90) / 100),
        }
        for _ in range(3)
    ]
    for case in drawn:
        case["average"] = case["average"] ** 2
    same_answers(answer, rmsprop_step, [by_hand, *drawn], slips=slips, parts=("weights", "average"))
