"""Exercises on gradient descent and momentum: one step of each, with the rules of Keras."""

import numpy as np

from ._compare import same_answers
from ._core import checker
from ._steps import UPHILL, drawn_arrays, drawn_rate, drawn_share, swapped

NAN = np.nan  # in a slip: any value agrees
STEP_ONLY = "This is the step alone. Take it from the weights and hand back the new weights."


@checker(
    hints=(
        "The gradient tells in which direction the loss grows. Which way should the weights go?",
        "How far? A gradient of twice the size moves the weight twice as far, and `learning_rate` scales it.",
        "Multiply the gradient by the learning rate and take the result from the weights, into a new array.",
    ),
    learned="A step against the gradient, as long as the slope is steep times the learning rate.",
)
def sgd_step(answer, rng):
    """Check `sgd_step(weights, gradient, learning_rate)`: the weights after one step of gradient descent.

    Examples
    --------
    >>> sgd_step(lambda weights, gradient, learning_rate: weights + learning_rate * gradient).message
    'This walks uphill: the gradient points to where the loss grows. Subtract.'
    """

    def sgd_step(weights, gradient, learning_rate):
        return weights - learning_rate * gradient

    slips = [
        (UPHILL, lambda w, g, rate: w + rate * g),
        ("`learning_rate` is not used: multiply the gradient by it.", lambda w, g, rate: w - g),
        (
            "`learning_rate` is not used, and this walks uphill: subtract the rate times the gradient.",
            lambda w, g, rate: w + g,
        ),
        (
            "The gradient is made to length 1 first. Leave it: where the slope is gentle, the step is short.",
            lambda w, g, rate: w - rate * g / np.linalg.norm(g),
        ),
        (
            "Only the sign of the gradient is used. Leave its size: a gentle slope makes a short step.",
            lambda w, g, rate: w - rate * np.sign(g),
        ),
        (
            "The gradient is divided by the learning rate. A smaller rate is a smaller step: multiply.",
            lambda w, g, rate: w - g / rate,
        ),
        (
            "Weights and gradient have changed places. Take learning rate times gradient from the weights.",
            lambda w, g, rate: g - rate * w,
        ),
        (STEP_ONLY, lambda w, g, rate: rate * g),
        (STEP_ONLY, lambda w, g, rate: -rate * g),
        (
            "The weights are multiplied by 1 − rate · gradient. Subtract rate · gradient from them.",
            lambda w, g, rate: w * (1 - rate * g),
        ),
        (
            "The learning rate multiplies the weights too. It belongs to the gradient alone.",
            lambda w, g, rate: rate * (w - g),
        ),
        (
            "This adds up the gradient. Each weight goes by its own.",
            lambda w, g, rate: w - rate * g.sum(),
        ),
        ("This adds up the gradient. Each weight goes by its own.", lambda w, g, rate: w - rate * g.mean()),
    ]
    by_hand = {
        "weights": np.array([1.0, 2]),
        "gradient": np.array([4.0, -2]),
        "learning_rate": 0.1,
    }
    drawn = [{**drawn_arrays(rng, "weights", "gradient"), "learning_rate": drawn_rate(rng)} for _ in range(3)]
    same_answers(answer, sgd_step, [by_hand, *drawn], slips=slips)


@checker(
    hints=(
        "A ball rolls on: some of its velocity is left. How much, and what does the slope add?",
        "First the new velocity, from the old one and the gradient; then the new weights, from the new "
        "velocity. The minus of the step is in the velocity already.",
        "New velocity: `momentum` times the old one, minus learning rate times gradient. New weights: "
        "the weights plus the new velocity. Hand back both, the weights first.",
    ),
    learned="Velocity adds up steps in one direction and cancels those that go to and fro.",
)
def momentum_step(answer, rng):
    """Check `momentum_step(weights, velocity, gradient, learning_rate, momentum)`: weights and velocity.

    v ← momentum · v − learning_rate · g, then w ← w + v: the rule of Keras.

    Examples
    --------
    >>> def by_old_velocity(weights, velocity, gradient, learning_rate, momentum):
    ...     return weights + velocity, momentum * velocity - learning_rate * gradient
    >>> momentum_step(by_old_velocity).message
    'The weights move by the old velocity. Make the new one first, then take it.'
    """

    def momentum_step(weights, velocity, gradient, learning_rate, momentum):
        velocity = momentum * velocity - learning_rate * gradient
        return weights + velocity, velocity

    def moved_by(rule):
        """A slip in the velocity; the weights go by it."""

        def wrong(w, v, g, rate, momentum):
            v = rule(v, g, rate, momentum)
            return w + v, v

        return wrong

    def downhill_by(rule):
        """A velocity that points uphill, and is subtracted."""

        def wrong(w, v, g, rate, momentum):
            v = rule(v, g, rate, momentum)
            return w - v, v

        return wrong

    def other_weights(rule):
        """A slip in the weights only: the velocity is right."""

        def wrong(w, v, g, rate, momentum):
            new = momentum * v - rate * g
            return rule(w, v, new, g, rate, momentum), new

        return wrong

    def averaged_with_rate(w, v, g, rate, momentum):
        v = momentum * v + (1 - momentum) * g
        return w - rate * v, v

    def of_torch(w, v, g, rate, momentum):
        v = momentum * v + g
        return w - rate * v, v

    average = (
        "The gradient is multiplied by 1 − momentum. That is an average; here each gradient counts in full, "
        "times the learning rate."
    )
    slips = [
        (
            "The weights move by the old velocity. Make the new one first, then take it.",
            other_weights(lambda w, v, new, g, rate, m: w + v),
        ),
        (average, moved_by(lambda v, g, rate, m: m * v - (1 - m) * rate * g)),
        (average, averaged_with_rate),
        (average, downhill_by(lambda v, g, rate, m: m * v + (1 - m) * rate * g)),
        (
            "This is the rule of PyTorch, whose velocity is without rate and minus. Here both are in the "
            "velocity: v ← momentum · v − learning_rate · g.",
            of_torch,
        ),
        (
            "The weights are right, but the velocity points uphill. Put the minus into it, and add it.",
            downhill_by(lambda v, g, rate, m: m * v + rate * g),
        ),
        (UPHILL, moved_by(lambda v, g, rate, m: m * v + rate * g)),
        (
            "The velocity has its minus already, so add it to the weights.",
            other_weights(lambda w, v, new, g, rate, m: w - new),
        ),
        (
            "The learning rate is used twice: it is in the velocity already.",
            other_weights(lambda w, v, new, g, rate, m: w + rate * new),
        ),
        (
            "The weights move by the gradient and the velocity. The gradient is in the velocity already.",
            other_weights(lambda w, v, new, g, rate, m: w + new - rate * g),
        ),
        (
            "This looks one step ahead, as Nesterov does. Plain momentum adds the new velocity alone.",
            other_weights(lambda w, v, new, g, rate, m: w + m * new - rate * g),
        ),
        (
            "The weights move without the velocity: add it.",
            other_weights(lambda w, v, new, g, rate, m: w - rate * g),
        ),
        (
            "`momentum` multiplies the new gradient too. Only the old velocity shrinks.",
            moved_by(lambda v, g, rate, m: m * (v - rate * g)),
        ),
        (
            "`learning_rate` multiplies the old velocity too. It is in there already.",
            moved_by(lambda v, g, rate, m: rate * (m * v - g)),
        ),
        (
            "The old velocity is kept in full, so nothing slows down. Multiply it by `momentum`.",
            moved_by(lambda v, g, rate, m: v - rate * g),
        ),
        (
            "1 − momentum of the velocity is kept. Keep `momentum` of it: 0.9 rolls on for long.",
            moved_by(lambda v, g, rate, m: (1 - m) * v - rate * g),
        ),
        (
            "The old velocity is not used: `momentum` of it is left.",
            moved_by(lambda v, g, rate, m: -rate * g),
        ),
        (
            "`learning_rate` is not used: multiply the gradient by it.",
            moved_by(lambda v, g, rate, m: m * v - g),
        ),
        (
            "The old velocity is handed back. The next step needs the new one.",
            lambda w, v, g, rate, m: (momentum_step(w, v, g, rate, m)[0], v),
        ),
        (
            "The order is swapped: hand back the weights first, then the velocity.",
            lambda *arguments: swapped(*momentum_step(*arguments)),
        ),
    ]
    by_hand = {
        "weights": np.array([1.0, 2]),
        "velocity": np.array([0.5, -1]),
        "gradient": np.array([2.0, 3]),
        "learning_rate": 0.1,
        "momentum": 0.8,
    }
    drawn = [
        {
            **drawn_arrays(rng, "weights", "velocity", "gradient"),
            "learning_rate": drawn_rate(rng),
            "momentum": drawn_share(rng),
        }
        for _ in range(3)
    ]
    same_answers(answer, momentum_step, [by_hand, *drawn], slips=slips, parts=("weights", "velocity"))
