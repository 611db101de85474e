"""The checkers of gradient descent and momentum: right, untouched and wrong answers."""

import numpy as np
import pytest

from cellcnn_helpers.exercises import optimization as check
from cellcnn_helpers.nn import optimizers

# --- sgd_step -------------------------------------------------------------------------------------------


def sgd_by_loop(weights, gradient, learning_rate):
    flat = [w - learning_rate * g for w, g in zip(weights.ravel(), gradient.ravel(), strict=True)]
    return np.reshape(flat, weights.shape)


def sgd_of_course(weights, gradient, learning_rate):
    return optimizers.SGD(learning_rate).step([weights], [gradient])[0]


def sgd_in_place(weights, gradient, learning_rate):
    weights -= learning_rate * gradient
    return weights


class TestSgdStep:
    @pytest.mark.parametrize("answer", [sgd_by_loop, sgd_of_course, lambda w, g, rate: w + g * -rate])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.sgd_step, answer)

    def test_stub_and_hints(self, assert_teaches):
        def sgd_step(weights, gradient, learning_rate): ...

        assert_teaches(check.sgd_step, sgd_step)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda w, g, rate: w + rate * g, "This walks uphill"),
            (lambda w, g, rate: w - g, "`learning_rate` is not used: m"),
            (lambda w, g, rate: w + g, "not used, and this walks uphill"),
            (lambda w, g, rate: w - rate * g / np.sqrt((g**2).sum()), "made to length 1"),
            (lambda w, g, rate: w - rate * g / abs(g), "Only the sign"),
            (lambda w, g, rate: w - g / rate, "divided by the learning rate"),
            (lambda w, g, rate: g - rate * w, "have changed places"),
            (lambda w, g, rate: rate * g, "the step alone"),
            (lambda w, g, rate: w - rate * sum(g.flat), "Each weight goes by its own"),
            (lambda w, g, rate: -rate * g, "the step alone"),
            (lambda w, g, rate: w - rate * g * w, "multiplied by 1 − rate"),
            (lambda w, g, rate: rate * (w - g), "multiplies the weights too"),
            (lambda w, g, rate: w - rate * np.mean(g), "Each weight goes by its own"),
            (sgd_in_place, "changes its input `weights`"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.sgd_step, answer, words)

    def test_the_example_can_be_done_by_hand(self):
        example = check.sgd_step(lambda w, g, rate: w).example
        assert example.endswith("expected\n  [0.6 2.2]")


# --- momentum_step --------------------------------------------------------------------------------------


def momentum_by_hand(weights, velocity, gradient, learning_rate, momentum):
    new_velocity = velocity * momentum
    new_velocity = new_velocity - gradient * learning_rate
    return np.add(weights, new_velocity), new_velocity


def momentum_of_course(weights, velocity, gradient, learning_rate, momentum):
    optimizer = optimizers.SGD(learning_rate, momentum=momentum)
    return optimizer.move(weights, gradient, learning_rate, velocity)


def moving(velocity_rule, weights_rule=lambda w, old, new, g, rate, m: w + new):
    """A student's function with one of its two rules changed."""

    def momentum_step(weights, velocity, gradient, learning_rate, momentum):
        new = velocity_rule(velocity, gradient, learning_rate, momentum)
        return weights_rule(weights, velocity, new, gradient, learning_rate, momentum), new

    return momentum_step


def right_velocity(v, g, rate, m):
    return m * v - rate * g


class TestMomentumStep:
    @pytest.mark.parametrize("answer", [momentum_by_hand, momentum_of_course, moving(right_velocity)])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.momentum_step, answer)

    def test_stub_and_hints(self, assert_teaches):
        def momentum_step(weights, velocity, gradient, learning_rate, momentum): ...

        assert_teaches(check.momentum_step, momentum_step)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (moving(right_velocity, lambda w, old, new, g, rate, m: w + old), "by the old velocity"),
            (moving(lambda v, g, rate, m: m * v - (1 - m) * rate * g), "multiplied by 1 − momentum"),
            (
                moving(
                    lambda v, g, rate, m: m * v + (1 - m) * g,
                    lambda w, old, new, g, rate, m: w - rate * new,
                ),
                "multiplied by 1 − momentum",
            ),
            (
                moving(
                    lambda v, g, rate, m: m * v + (1 - m) * rate * g,
                    lambda w, old, new, g, rate, m: w - new,
                ),
                "multiplied by 1 − momentum",
            ),
            (
                moving(lambda v, g, rate, m: m * v + g, lambda w, old, new, g, rate, m: w - rate * new),
                "PyTorch",
            ),
            (
                moving(lambda v, g, rate, m: m * v + rate * g, lambda w, old, new, g, rate, m: w - new),
                "The weights are right, but the velocity points uphill",
            ),
            (moving(lambda v, g, rate, m: m * v + rate * g), "This walks uphill"),
            (moving(right_velocity, lambda w, old, new, g, rate, m: w - new), "has its minus already"),
            (moving(right_velocity, lambda w, old, new, g, rate, m: w + rate * new), "used twice"),
            (
                moving(right_velocity, lambda w, old, new, g, rate, m: w + new - rate * g),
                "The gradient is in the velocity already",
            ),
            (
                lambda w, v, g, rate, m: optimizers.SGD(rate, m, nesterov=True).move(w, g, rate, v),
                "Nesterov",
            ),
            (moving(right_velocity, lambda w, old, new, g, rate, m: w - rate * g), "without the velocity"),
            (moving(lambda v, g, rate, m: m * (v - rate * g)), "Only the old velocity shrinks"),
            (moving(lambda v, g, rate, m: rate * (m * v - g)), "multiplies the old velocity too"),
            (moving(lambda v, g, rate, m: v - rate * g), "kept in full"),
            (moving(lambda v, g, rate, m: (1 - m) * v - rate * g), "1 − momentum of the velocity"),
            (moving(lambda v, g, rate, m: -rate * g), "The old velocity is not used"),
            (moving(lambda v, g, rate, m: m * v - g), "`learning_rate` is not used"),
            (lambda w, v, g, rate, m: (w + m * v - rate * g, v), "old velocity is handed back"),
            (lambda *given: momentum_by_hand(*given)[::-1], "order is swapped"),
            (lambda *given: momentum_by_hand(*given)[0], "Hand back 2 things"),
            (
                lambda *given: np.array(momentum_by_hand(*given)),
                "as a tuple, in this order: `return weights, velocity`",
            ),
            (moving(lambda v, g, rate, m: m**2 * v - rate * g), "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.momentum_step, answer, words)

    def test_the_example_can_be_done_by_hand(self):
        example = check.momentum_step(lambda w, v, g, rate, m: (w, v)).example
        assert example.endswith("expected as weights\n  [1.2 0.9]")  # 1 + 0.4 − 0.2 and 2 − 0.8 − 0.3
