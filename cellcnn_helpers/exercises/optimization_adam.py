"""Exercise on Adam: two averages, corrected for their start at 0, with the rule of Keras."""

import numpy as np

from ._compare import same_answers
from ._core import checker

PARTS = ("weights", "mean", "square")


@checker(
    hints=(
        "Adam is two things together: momentum, the mean of gradients, and RMSprop's ruler, the mean of "
        "their squares. Both start at 0. What does that do to the first step?",
        "Make both means first. At step t a mean that began at 0 has reached only the share 1 − betaᵗ of its "
        "size, with the power t, so it is divided by that share: the mean by its own, the root of the square "
        "by the root of its own.",
        "As in Keras, put the correction into the rate: learning rate · √(1 − beta_2ᵗ) / (1 − beta_1ᵗ). "
        "Multiply by the mean and divide by (√square + `epsilon`), uncorrected. Hand back weights, mean, "
        "square.",
    ),
    learned="Without its correction the first steps would go by means that are still near 0.",
)
def adam_step(answer, rng):
    """Check `adam_step(weights, mean, square, gradient, step, learning_rate, beta_1, beta_2, epsilon)`.

    It hands back weights, mean and square after step number `step`, counted from 1:
    m ← beta_1 · m + (1 − beta_1) · g and s ← beta_2 · s + (1 − beta_2) · g², then
    w ← w − learning_rate · √(1 − beta_2ᵗ) / (1 − beta_1ᵗ) · m / (√s + epsilon), the rule of Keras.

    Examples
    --------
    >>> def without_correction(weights, mean, square, gradient, step, rate, beta_1, beta_2, epsilon):
    ...     mean = beta_1 * mean + (1 - beta_1) * gradient
    ...     square = beta_2 * square + (1 - beta_2) * gradient**2
    ...     return weights - rate * mean / (np.sqrt(square) + epsilon), mean, square
    >>> adam_step(without_correction).message[:68]
    'The means started at 0, so they are too small at first. Correct both'
    """

    def adam_step(weights, mean, square, gradient, step, learning_rate, beta_1, beta_2, epsilon):
        mean, square = means(mean, square, gradient, beta_1, beta_2)
        start = np.sqrt(1 - beta_2**step) / (1 - beta_1**step)
        return weights - learning_rate * start * mean / (np.sqrt(square) + epsilon), mean, square

    def means(m, s, g, b1, b2):
        return b1 * m + (1 - b1) * g, b2 * s + (1 - b2) * g**2

    def keras(m, s, start_1, start_2, epsilon):
        return np.sqrt(start_2) / start_1 * m / (np.sqrt(s) + epsilon)

    def other_start(starts, formula=keras):
        """A slip in the correction or in what is made of it; both means are right."""

        def wrong(w, m, s, g, t, rate, b1, b2, epsilon):
            m, s = means(m, s, g, b1, b2)
            return w - rate * formula(m, s, *starts(t, b1, b2), epsilon), m, s

        return wrong

    def other_formula(formula):
        """A slip in the move, with right corrections and means."""
        return other_start(right_start, formula)

    def right_start(t, b1, b2):
        return 1 - b1**t, 1 - b2**t

    def other_means(rule):
        """A slip in the means; the weights go by them."""

        def wrong(w, m, s, g, t, rate, b1, b2, epsilon):
            m, s = rule(m, s, g, b1, b2)
            return w - rate * keras(m, s, *right_start(t, b1, b2), epsilon), m, s

        return wrong

    def moved_by(rule):
        """A slip in the move that needs the gradient or the old means; the means are right."""

        def wrong(w, m, s, g, t, rate, b1, b2, epsilon):
            move = rule(m, s, g, *means(m, s, g, b1, b2), *right_start(t, b1, b2), epsilon)
            return w - rate * move, *means(m, s, g, b1, b2)

        return wrong

    def corrected_means_kept(w, m, s, g, t, rate, b1, b2, epsilon, formula=keras):
        m, s = means(m, s, g, b1, b2)
        start_1, start_2 = right_start(t, b1, b2)
        return w - rate * formula(m, s, start_1, start_2, epsilon), m / start_1, s / start_2

    def textbook(m, s, start_1, start_2, epsilon):
        return m / start_1 / (np.sqrt(s / start_2) + epsilon)

    power = "The correction is 1 − beta at every step. It is 1 − betaᵗ, and fades as t grows."
    counted = "`step` counts from 1 already: use it as it is for the power t."
    kept = (
        "The corrected means are handed back. The next step goes on from the uncorrected ones: the "
        "correction is for this step only."
    )
    bare = "This is {}, without the correction. Use mean and square, both corrected for their start."
    slips = [
        (
            "The means started at 0, so they are too small at first. Correct both for it: by 1 − beta_1ᵗ and "
            "√(1 − beta_2ᵗ).",
            other_start(lambda t, b1, b2: (1, 1)),
        ),
        (
            "The corrections are swapped: `beta_1` belongs to the mean, `beta_2` to the square.",
            other_start(lambda t, b1, b2: (1 - b2**t, 1 - b1**t)),
        ),
        (
            "The corrections are swapped: `beta_1` belongs to the mean, `beta_2` to the square.",
            other_start(lambda t, b1, b2: (1 - b2**t, 1 - b1**t), textbook),
        ),
        (
            "`epsilon` meets the corrected square, as in the first form of the paper. Keras adds it to the "
            "root of the uncorrected one: put the correction into the rate.",
            other_formula(textbook),
        ),
        (
            "`epsilon` is added inside the root. In Adam it is added after it: √square + epsilon.",
            other_formula(lambda m, s, c1, c2, e: np.sqrt(c2) / c1 * m / np.sqrt(s + e)),
        ),
        (
            "`epsilon` is added inside the root. In Adam it is added after it: √square + epsilon.",
            other_formula(lambda m, s, c1, c2, e: m / c1 / np.sqrt(s / c2 + e)),
        ),
        (
            "`epsilon` is not used: add it to √square.",
            other_formula(lambda m, s, c1, c2, e: keras(m, s, c1, c2, 0)),
        ),
        *(
            (
                "`epsilon` is not below the line, where it belongs: brackets are missing. Divide by "
                "(√square + epsilon).",
                lambda w, m, s, g, t, rate, b1, b2, epsilon, rule=rule: (
                    w - rule(adam_step(0, m, s, g, t, -1, b1, b2, 0)[0], rate, epsilon),
                    *means(m, s, g, b1, b2),
                ),
            )
            for rule in (
                lambda fraction, rate, epsilon: rate * fraction + epsilon,
                lambda fraction, rate, epsilon: rate * fraction - epsilon,
                lambda fraction, rate, epsilon: rate * (fraction + epsilon),
            )
        ),
        (
            "Only the mean is corrected. The square started at 0 too.",
            other_start(lambda t, b1, b2: (1 - b1**t, 1)),
        ),
        (
            "Only the square is corrected. The mean started at 0 too.",
            other_start(lambda t, b1, b2: (1, 1 - b2**t)),
        ),
        (
            "The root of the correction is missing: the square is under a root, so is 1 − beta_2ᵗ.",
            other_start(lambda t, b1, b2: (1 - b1**t, (1 - b2**t) ** 2)),
        ),
        (
            "The correction is upside down. Means that are too small are divided by 1 − betaᵗ.",
            other_start(lambda t, b1, b2: (1 / (1 - b1**t), 1 / (1 - b2**t))),
        ),
        (power, other_start(lambda t, b1, b2: (1 - b1, 1 - b2))),
        (power, other_start(lambda t, b1, b2: (1 - b1, 1 - b2), textbook)),
        *(
            (
                "The power belongs to beta alone: 1 − betaᵗ, not (1 − beta)ᵗ.",
                other_start(lambda t, b1, b2: ((1 - b1) ** t, (1 - b2) ** t), formula),
            )
            for formula in (keras, textbook)
        ),
        *(
            (
                "This is 1 − beta · t. The correction has a power, `**`: 1 − betaᵗ.",
                other_start(lambda t, b1, b2: (1 - b1 * t, 1 - b2 * t), formula),
            )
            for formula in (keras, textbook)
        ),
        *(
            (
                "The correction is betaᵗ here: the 1 − is missing. A mean has reached the share 1 − betaᵗ.",
                other_start(lambda t, b1, b2: (b1**t, b2**t), formula),
            )
            for formula in (keras, textbook)
        ),
        (counted, other_start(lambda t, b1, b2: right_start(t + 1, b1, b2))),
        (counted, other_start(lambda t, b1, b2: right_start(t + 1, b1, b2), textbook)),
        (counted, other_start(lambda t, b1, b2: right_start(t - 1, b1, b2) if t > 1 else (np.nan, np.nan))),
        (
            counted,
            other_start(
                lambda t, b1, b2: right_start(t - 1, b1, b2) if t > 1 else (np.nan, np.nan), textbook
            ),
        ),
        (
            "The root of the square is missing: it is as large as a gradient, its square is not.",
            other_formula(lambda m, s, c1, c2, e: np.sqrt(c2) / c1 * m / (s + e)),
        ),
        (
            "The root of the square is missing: it is as large as a gradient, its square is not.",
            other_formula(lambda m, s, c1, c2, e: m / c1 / (s / c2 + e)),
        ),
        (
            "This walks uphill: the gradient points to where the loss grows. Subtract.",
            other_formula(lambda *given: -keras(*given)),
        ),
        (
            "This is plain gradient descent: the means are not used for the step.",
            moved_by(lambda m, s, g, *_: g),
        ),
        (bare.format("momentum alone"), moved_by(lambda m, s, g, new_m, *_: new_m)),
        (
            "The gradient itself is above the line, as in RMSprop. Adam puts its mean there.",
            moved_by(lambda m, s, g, new_m, new_s, *rest: keras(g, new_s, *rest)),
        ),
        (
            "The gradient itself is above the line, as in RMSprop. Adam puts its mean there.",
            moved_by(lambda m, s, g, new_m, new_s, c1, c2, e: keras(g, new_s, 1, c2, e)),
        ),
        (
            "The old means move the weights. Bring in the new gradient first.",
            moved_by(lambda m, s, g, new_m, new_s, *rest: keras(m, s, *rest)),
        ),
        (
            "`beta_1` and `beta_2` are swapped: `beta_1` belongs to the mean, `beta_2` to the square.",
            other_means(lambda m, s, g, b1, b2: means(m, s, g, b2, b1)),
        ),
        (
            "beta and 1 − beta are swapped: beta of the past is kept.",
            other_means(lambda m, s, g, b1, b2: means(m, s, g, 1 - b1, 1 - b2)),
        ),
        (
            "1 − beta is missing: the new value only fills the rest.",
            other_means(lambda m, s, g, b1, b2: (b1 * m + g, b2 * s + g**2)),
        ),
        (
            "`square` is a mean of gradients. Square each gradient first.",
            other_means(lambda m, s, g, b1, b2: (means(m, s, g, b1, b2)[0], b2 * s + (1 - b2) * g)),
        ),
        (
            "`square` takes in the square of the mean. Take that of the gradient itself.",
            other_means(
                lambda m, s, g, b1, b2: (
                    means(m, s, g, b1, b2)[0],
                    b2 * s + (1 - b2) * means(m, s, g, b1, b2)[0] ** 2,
                )
            ),
        ),
        (kept, corrected_means_kept),
        (kept, lambda *arguments: corrected_means_kept(*arguments, formula=textbook)),
        (
            "The old means are handed back. The next step needs the new ones.",
            lambda w, m, s, *rest: (adam_step(w, m, s, *rest)[0], m, s),
        ),
        (
            "The order is not as asked: hand back the weights, then the mean, then the square.",
            lambda *arguments: [*adam_step(*arguments)[1:], adam_step(*arguments)[0]],
        ),
        (
            "The order is not as asked: hand back the weights, then the mean, then the square.",
            lambda *arguments: [adam_step(*arguments)[part] for part in (0, 2, 1)],
        ),
        (
            "`learning_rate` is not used: multiply the step by it.",
            lambda w, m, s, g, t, rate, *rest: adam_step(w, m, s, g, t, 1, *rest),
        ),
    ]
    by_hand = {  # the first step: the mean becomes 2.5, the square 4, the correction √0.16 / 0.5
        "weights": np.array([1.0]),
        "mean": np.array([0.0]),
        "square": np.array([0.0]),
        "gradient": np.array([5.0]),
        "step": 1,
        "learning_rate": 0.5,
        "beta_1": 0.5,
        "beta_2": 0.84,
        "epsilon": 0.5,  # far larger than in use, so that one sees where it goes
    }
    same_answers(answer, adam_step, [by_hand, *_drawn(rng)], slips=slips, parts=PARTS)


def _drawn(rng):
    """Later steps with smaller and larger gradients; the betas are well apart.

    At step 2 they are so small that even 1 − beta · step, which some write, is above 0 and has a root.
    """
    cases = []
    for step, betas_1, betas_2 in [(2, (30, 38), (42, 48)), (3, (60, 75), (80, 95)), (5, (60, 75), (80, 95))]:
        shape = (int(rng.integers(2, 4)), 2)
        weights, mean, gradient = (
            rng.choice([-1, 1], shape) * rng.uniform(0.3, 3, shape).round(1) for _ in range(3)
        )
        cases.append(
            {
                "weights": weights,
                "mean": mean,
                "square": rng.uniform(0.5, 4, shape).round(1),
                "gradient": gradient,
                "step": step,
                "learning_rate": float(rng.integers(10, 60) / 100),
                "beta_1": float(rng.integers(*betas_1) / 100),
                "beta_2": float(rng.integers(*betas_2) / 100),
                "epsilon": float(rng.integers(30, 90) / 100),
            }
        )
    return cases
