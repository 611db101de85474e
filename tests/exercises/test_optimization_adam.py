"""The checker of Adam, fed with what students write: right, untouched and wrong."""

import numpy as np
import pytest

from cellcnn_helpers.exercises import optimization as check
from cellcnn_helpers.nn import optimizers


def adam_by_loop(weights, mean, square, gradient, step, learning_rate, beta_1, beta_2, epsilon):
    results = [], [], []
    for w, m, s, g in zip(weights.flat, mean.flat, square.flat, gradient.flat, strict=True):
        m = beta_1 * m + (1 - beta_1) * g
        s = beta_2 * s + (1 - beta_2) * g * g
        rate = learning_rate * (1 - beta_2**step) ** 0.5 / (1 - beta_1**step)
        for result, value in zip(results, (w - rate * m / (s**0.5 + epsilon), m, s), strict=True):
            result.append(value)
    return [np.reshape(result, weights.shape) for result in results]


def adam_of_course(weights, mean, square, gradient, step, learning_rate, beta_1, beta_2, epsilon):
    optimizer = optimizers.Adam(learning_rate, beta_1, beta_2, epsilon)
    optimizer.iterations = step
    return optimizer.move(weights, gradient, learning_rate, mean, square)


def adam(
    starts=lambda t, b1, b2: (1 - b1**t, 1 - b2**t),
    mean=lambda m, g, b1, b2: b1 * m + (1 - b1) * g,
    square=lambda s, g, m, b1, b2: b2 * s + (1 - b2) * g**2,
    move=lambda m, s, c1, c2, eps, g: c2**0.5 / c1 * m / (s**0.5 + eps),
    kept=lambda m, s, c1, c2: (m, s),
):
    """A student's function with one of its steps changed."""

    def adam_step(weights, old_mean, old_square, g, step, learning_rate, b1, b2, epsilon):
        m = mean(old_mean, g, b1, b2)
        s = square(old_square, g, m, b1, b2)
        c1, c2 = starts(step, b1, b2)
        return weights - learning_rate * move(m, s, c1, c2, epsilon, g), *kept(m, s, c1, c2)

    return adam_step


def textbook(m, s, c1, c2, eps, g):
    return m / c1 / (np.sqrt(s / c2) + eps)


def adam_by_old_means(weights, mean, square, gradient, step, learning_rate, beta_1, beta_2, epsilon):
    start = (1 - beta_2**step) ** 0.5 / (1 - beta_1**step)
    moved = weights - learning_rate * start * mean / (square**0.5 + epsilon)
    return moved, beta_1 * mean + (1 - beta_1) * gradient, beta_2 * square + (1 - beta_2) * gradient**2


def step_off_by_one(t, b1, b2):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.float64(1) - b1 ** (t - 1), np.float64(1) - b2 ** (t - 1)


def times_step(t, b1, b2):
    """Below 0 for large betas: then the root is NaN, as it is for the student, who only reads a warning."""
    return np.float64(1 - b1 * t), np.float64(1 - b2 * t)


def epsilon_beside(sign):
    """Brackets forgotten: `epsilon` is added to the step, or to the weights where the minus stands before."""

    def adam_step(weights, mean, square, gradient, step, learning_rate, beta_1, beta_2, epsilon):
        mean = beta_1 * mean + (1 - beta_1) * gradient
        square = beta_2 * square + (1 - beta_2) * gradient**2
        mean_hat, square_hat = mean / (1 - beta_1**step), square / (1 - beta_2**step)
        return weights - learning_rate * mean_hat / np.sqrt(square_hat) + sign * epsilon, mean, square

    return adam_step


class TestAdamStep:
    @pytest.mark.parametrize("answer", [adam_by_loop, adam_of_course, adam()])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.adam_step, answer)

    def test_stub_and_hints(self, assert_teaches):
        def adam_step(weights, mean, square, gradient, step, learning_rate, beta_1, beta_2, epsilon): ...

        assert_teaches(check.adam_step, adam_step)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (adam(starts=lambda t, b1, b2: (1, 1)), "too small at first"),
            (adam(starts=lambda t, b1, b2: (1 - b2**t, 1 - b1**t)), "The corrections are swapped"),
            (
                adam(starts=lambda t, b1, b2: (1 - b2**t, 1 - b1**t), move=textbook),
                "The corrections are swapped",
            ),
            (adam(move=textbook), "`epsilon` meets the corrected square"),
            (
                adam(move=lambda m, s, c1, c2, eps, g: m / c1 / np.sqrt(s / c2 + eps)),
                "`epsilon` is added inside",
            ),
            (
                adam(move=lambda m, s, c1, c2, eps, g: c2**0.5 * m / c1 / (s + eps) ** 0.5),
                "`epsilon` is added inside",
            ),
            (adam(move=lambda m, s, c1, c2, eps, g: m / c1 / (s / c2) ** 0.5), "`epsilon` is not used"),
            (adam(starts=lambda t, b1, b2: (1 - b1**t, 1)), "Only the mean is corrected"),
            (adam(starts=lambda t, b1, b2: (1, 1 - b2**t)), "Only the square is corrected"),
            (
                adam(move=lambda m, s, c1, c2, eps, g: c2 / c1 * m / (s**0.5 + eps)),
                "root of the correction is missing",
            ),
            (
                adam(move=lambda m, s, c1, c2, eps, g: c1 / c2**0.5 * m / (s**0.5 + eps)),
                "upside down",
            ),
            (adam(starts=lambda t, b1, b2: (1 - b1, 1 - b2)), "1 − beta at every step"),
            (adam(starts=lambda t, b1, b2: (1 - b1, 1 - b2), move=textbook), "1 − beta at every step"),
            (adam(starts=lambda t, b1, b2: ((1 - b1) ** t, (1 - b2) ** t)), "not (1 − beta)ᵗ"),
            (adam(starts=lambda t, b1, b2: ((1 - b1) ** t, (1 - b2) ** t), move=textbook), "not (1 − beta)ᵗ"),
            (adam(starts=times_step), "This is 1 − beta · t"),
            (adam(starts=times_step, move=textbook), "This is 1 − beta · t"),
            (adam(starts=lambda t, b1, b2: (b1**t, b2**t)), "the 1 − is missing"),
            (adam(starts=lambda t, b1, b2: (b1**t, b2**t), move=textbook), "the 1 − is missing"),
            (epsilon_beside(1), "below the line"),
            (epsilon_beside(-1), "below the line"),
            (adam(move=lambda m, s, c1, c2, eps, g: m / c1 / (s / c2) ** 0.5 + eps), "below the line"),
            (adam(starts=lambda t, b1, b2: (1 - b1 ** (t + 1), 1 - b2 ** (t + 1))), "counts from 1"),
            (
                adam(starts=lambda t, b1, b2: (1 - b1 ** (t + 1), 1 - b2 ** (t + 1)), move=textbook),
                "counts from 1",
            ),
            (adam(starts=step_off_by_one), "counts from 1"),
            (adam(starts=step_off_by_one, move=textbook), "counts from 1"),
            (adam(move=lambda m, s, c1, c2, eps, g: m / c1 / (s / c2 + eps)), "root of the square"),
            (adam(move=lambda m, s, c1, c2, eps, g: c2**0.5 / c1 * m / (s + eps)), "root of the square"),
            (
                adam(move=lambda m, s, c1, c2, eps, g: c2**0.5 / c1 * g / (s**0.5 + eps)),
                "The gradient itself is above the line",
            ),
            (adam(move=lambda *given: -textbook(*given[:4], 0, None)), "is expected"),
            (
                adam(move=lambda m, s, c1, c2, eps, g: -(c2**0.5) / c1 * m / (s**0.5 + eps)),
                "This walks uphill",
            ),
            (adam(move=lambda m, s, c1, c2, eps, g: g), "plain gradient descent"),
            (adam(move=lambda m, s, c1, c2, eps, g: m), "momentum alone"),
            (
                adam(move=lambda m, s, c1, c2, eps, g: c2**0.5 * g / (s**0.5 + eps)),
                "The gradient itself is above the line",
            ),
            (
                adam(
                    mean=lambda m, g, b1, b2: b2 * m + (1 - b2) * g,
                    square=lambda s, g, m, b1, b2: b1 * s + (1 - b1) * g**2,
                ),
                "`beta_1` and `beta_2` are swapped",
            ),
            (
                adam(
                    mean=lambda m, g, b1, b2: (1 - b1) * m + b1 * g,
                    square=lambda s, g, m, b1, b2: (1 - b2) * s + b2 * g**2,
                ),
                "beta and 1 − beta",
            ),
            (
                adam(
                    mean=lambda m, g, b1, b2: b1 * m + g,
                    square=lambda s, g, m, b1, b2: b2 * s + g**2,
                ),
                "1 − beta is missing",
            ),
            (adam(square=lambda s, g, m, b1, b2: b2 * s + (1 - b2) * g), "is a mean of gradients"),
            (adam(square=lambda s, g, m, b1, b2: b2 * s + (1 - b2) * m**2), "the square of the mean"),
            (adam(kept=lambda m, s, c1, c2: (m / c1, s / c2)), "corrected means are handed back"),
            (
                adam(move=textbook, kept=lambda m, s, c1, c2: (m / c1, s / c2)),
                "corrected means are handed back",
            ),
            (adam_by_old_means, "The old means move the weights"),
            (lambda w, m, s, *rest: (adam()(w, m, s, *rest)[0], m, s), "old means are handed back"),
            (adam(kept=lambda m, s, c1, c2: (s, m)), "The order is not as asked"),
            (lambda *given: np.roll(adam()(*given), -1, axis=0), "Hand back 3 things"),
            (lambda *given: (*adam()(*given)[1:], adam()(*given)[0]), "The order is not as asked"),
            (lambda w, m, s, g, t, rate, *rest: adam()(w, m, s, g, t, 1, *rest), "`learning_rate` is not"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.adam_step, answer, words)

    def test_the_example_can_be_done_by_hand(self):
        example = check.adam_step(lambda w, m, s, *rest: (w, m, s)).example
        assert example.endswith("expected as weights\n  [0.6]")  # 1 − 0.5 · (0.4 / 0.5) · 2.5 / (2 + 0.5)
