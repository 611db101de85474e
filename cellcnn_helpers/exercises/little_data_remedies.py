"""Exercises on two remedies for little data: dropout, and weights that shrink at every step."""

import numpy as np

from ._compare import same_answers
from ._core import checker

NAN = np.nan  # in a slip: any value agrees


@checker(
    hints=(
        "Two cases: in training some numbers become 0, in prediction all pass as they are.",
        "A number is kept where its draw is `rate` or more: that happens for a share of 1 − rate. On average "
        "too little is then handed on. By what must the kept ones be divided?",
        "In training: `x` times (`draws >= rate`), divided by 1 − rate. In prediction: `x`.",
    ),
    learned="Kept numbers are scaled up in training, so that prediction needs no change at all.",
)
def dropout(answer, rng):
    """Check `dropout(x, rate, draws, training)`: some numbers 0, the others divided by 1 − rate.

    x and draws of one shape -> the same shape. A number is kept where its draw is `rate` or more.

    Examples
    --------
    >>> dropout(lambda x, rate, draws, training: x * (draws >= rate) if training else x).message[:40]
    'The kept numbers are not scaled up. With'
    """

    def dropout(x, rate, draws, training):
        return x * (draws >= rate) / (1 - rate) if training else x

    def always(rule):
        """A slip that does the same in training and in prediction."""
        return lambda x, rate, draws, training: rule(x, rate, draws)

    def in_training(rule):
        return lambda x, rate, draws, training: rule(x, rate, draws) if training else x

    def scaled(x, rate, draws):
        return x * (draws >= rate) / (1 - rate)

    def classic(x, rate, draws, training):
        return x * (draws >= rate) if training else x * (1 - rate)

    slips = [
        (
            "The kept numbers are not scaled up. With a share `rate` of them gone, the next layer gets too "
            "little in training: divide by 1 − rate.",
            in_training(lambda x, rate, draws: x * (draws >= rate)),
        ),
        (
            "Here the scale is in the prediction, as in the first paper. Keras divides by 1 − rate in "
            "training, and lets a prediction pass unchanged.",
            classic,
        ),
        ("Numbers are dropped in prediction, too. There `x` passes as it is.", always(scaled)),
        (
            "Numbers are dropped in prediction, too, and the kept ones are not scaled up.",
            always(lambda x, rate, draws: x * (draws >= rate)),
        ),
        ("Nothing is dropped.", always(lambda x, rate, draws: x)),
        (
            "Training and prediction are swapped.",
            lambda x, rate, draws, training: x if training else scaled(x, rate, draws),
        ),
        (
            "The wrong ones are kept. A number is kept where its draw is `rate` or more.",
            in_training(lambda x, rate, draws: x * (draws < rate) / (1 - rate)),
        ),
        (
            "A share of `rate` is kept, and the scale fits to that. `rate` is the share that is dropped.",
            in_training(lambda x, rate, draws: x * (draws < rate) / rate),
        ),
        (
            "The kept ones are divided by `rate`. They are a share of 1 − rate, so divide by that.",
            in_training(lambda x, rate, draws: x * (draws >= rate) / rate),
        ),
        (
            "The kept ones are multiplied by 1 − rate: smaller still. Divide by it.",
            in_training(lambda x, rate, draws: x * (draws >= rate) * (1 - rate)),
        ),
        (
            "All of `x` is scaled up and nothing is dropped.",
            in_training(lambda x, rate, draws: x / (1 - rate)),
        ),
        (
            "This hands back what is kept (1 or 0), not the numbers of `x`.",
            in_training(lambda x, rate, draws: (draws >= rate) / (1 - rate)),
        ),
        (
            "A number equal to `rate` is kept as well: `>=`, not `>`.",
            in_training(lambda x, rate, draws: x * (draws > rate) / (1 - rate)),
        ),
        (
            "In prediction nothing is scaled: `x` passes as it is.",
            lambda x, rate, draws, training: scaled(x, rate, draws) if training else x / (1 - rate),
        ),
    ]
    by_hand = {
        "x": np.array([4.0, 2, -6, 1]),
        "rate": 0.75,
        "draws": np.array([0.8, 0.1, 0.75, 0.2]),
        "training": True,
    }
    drawn = []
    for rate, training in [(0.2, True), (0.25, False), (0.8, True), (0.0, True), (0.3, False)]:
        shape = (int(rng.integers(3, 5)), int(rng.integers(4, 7)))
        draws = rng.permutation(np.linspace(0, 0.95, np.prod(shape))).reshape(shape)
        x = rng.choice([-1, 1], shape) * rng.uniform(0.5, 4, shape).round(1)
        drawn.append({"x": x, "rate": rate, "draws": draws, "training": training})
    same_answers(answer, dropout, [by_hand, *drawn], slips=slips)


@checker(
    hints=(
        "Two things are taken away from the weights: the optimizer's step, and a small share of the weights "
        "themselves. Both are taken from the old weights.",
        "The share is the learning rate times the decay: with 0.1 and 0.5 it is a twentieth.",
        "New weights: the old ones, minus the step, minus learning rate times decay times the old weights.",
    ),
    learned="The weights shrink by a share of their own, whatever the optimizer makes of the gradient.",
)
def decayed_step(answer, rng):
    """Check `decayed_step(weights, step, learning_rate, decay)`: the step, and a share of the weights.

    Arrays of one shape -> the new weights, w − step − learning_rate · decay · w.

    Examples
    --------
    >>> decayed_step(lambda weights, step, learning_rate, decay: weights - step).message
    'The weights do not shrink: `decay` is not used.'
    """

    def decayed_step(weights, step, learning_rate, decay):
        return weights - step - learning_rate * decay * weights

    slips = [
        ("The weights do not shrink: `decay` is not used.", lambda w, s, rate, d: w - s),
        ("The step is forgotten.", lambda w, s, rate, d: w - rate * d * w),
        ("The weights grow here: subtract the share.", lambda w, s, rate, d: w - s + rate * d * w),
        ("The step is added. It is to be subtracted.", lambda w, s, rate, d: w + s - rate * d * w),
        (
            "The share is `decay` alone. In Keras it is learning rate times decay, so that both shrink "
            "together when the rate falls.",
            lambda w, s, rate, d: w - s - d * w,
        ),
        (
            "The share is the learning rate alone. Multiply it by `decay`.",
            lambda w, s, rate, d: w - s - rate * w,
        ),
        (
            "The step is multiplied by the learning rate. It has its length already: the share has not.",
            lambda w, s, rate, d: w - rate * s - rate * d * w,
        ),
        (
            "The share is a share of the weights: `decay` must be multiplied by them. And the learning rate "
            "belongs to the share alone; the step has its length already.",
            lambda w, s, rate, d: w - rate * (s + d),
        ),
        (
            "The step is multiplied by the learning rate and by the decay. Both belong to the share alone.",
            lambda w, s, rate, d: w - rate * d * (s + w),
        ),
        (
            "This shrinks the weights after the step. Take the share from the old weights.",
            lambda w, s, rate, d: (w - s) * (1 - rate * d),
        ),
        (
            "This shrinks the step. It is the weights that shrink.",
            lambda w, s, rate, d: w - s * (1 - rate * d),
        ),
        (
            "The same length is taken from all weights. Take a share: large weights lose more.",
            lambda w, s, rate, d: w - s - rate * d * np.sign(w),
        ),
        (
            "The same number is taken from all weights, so negative ones grow. Multiply the share by the "
            "weights.",
            lambda w, s, rate, d: w - s - rate * d,
        ),
        (
            "This takes a share of the squared weights, so it pushes negative ones further down.",
            lambda w, s, rate, d: w - s - rate * d * w**2,
        ),
        (
            "Twice the share: the 2 of a square's derivative. Here the share itself is given.",
            lambda w, s, rate, d: w - s - 2 * rate * d * w,
        ),
        (
            "`decay` of the weights is kept. It is the share that goes, times the learning rate.",
            lambda w, s, rate, d: d * w - s,
        ),
    ]
    by_hand = {
        "weights": np.array([2.0, -4.0]),
        "step": np.array([0.1, 0.1]),
        "learning_rate": 0.1,
        "decay": 0.5,
    }
    drawn = []
    for _ in range(3):
        shape = (int(rng.integers(2, 4)), int(rng.integers(2, 4)))
        drawn.append(
            {
                "weights": rng.choice([-1, 1], shape) * rng.uniform(1.5, 4, shape).round(1),
                "step": rng.choice([-1, 1], shape) * rng.uniform(0.2, 0.9, shape).round(1),
                "learning_rate": float(rng.integers(5, 30) / 100),
                "decay": float(rng.integers(30, 70) / 100),
            }
        )
    same_answers(answer, decayed_step, [by_hand, *drawn], slips=slips)
