"""The checker of RMSprop, fed with what students write: right, untouched and wrong."""

import numpy as np
import pytest

from cellcnn_helpers.exercises import optimization as check
from cellcnn_helpers.nn import optimizers


def rmsprop_by_power(weights, average, gradient, learning_rate, rho, epsilon):
    new = average + (1 - rho) * (gradient * gradient - average)
    return weights - learning_rate * gradient * (new + epsilon) ** -0.5, new


def rmsprop_by_loop(weights, average, gradient, learning_rate, rho, epsilon):
    new_weights, new_average = weights.copy(), average.copy()
    for place in np.ndindex(weights.shape):
        new_average[place] = rho * average[place] + (1 - rho) * gradient[place] ** 2
        new_weights[place] -= learning_rate * gradient[place] / (new_average[place] + epsilon) ** 0.5
    return new_weights, new_average


def rmsprop_of_course(weights, average, gradient, learning_rate, rho, epsilon):
    optimizer = optimizers.RMSprop(learning_rate, rho=rho, epsilon=epsilon)
    return optimizer.move(weights, gradient, learning_rate, average)


def scaling(
    average_rule=lambda a, g, rho: rho * a + (1 - rho) * g**2,
    step_rule=lambda old, new, g, eps: g / np.sqrt(new + eps),
    kept=lambda old, new: new,
):
    """A student's function with one of its steps changed."""

    def rmsprop_step(weights, average, gradient, learning_rate, rho, epsilon):
        new = average_rule(average, gradient, rho)
        step = step_rule(average, new, gradient, epsilon)
        return weights - learning_rate * step, kept(average, new)

    return rmsprop_step


def epsilon_beside(sign):
    """Brackets forgotten: `epsilon` is added to the step, or to the weights where the minus stands before."""

    def rmsprop_step(weights, average, gradient, learning_rate, rho, epsilon):
        new = rho * average + (1 - rho) * gradient**2
        return weights - learning_rate * gradient / np.sqrt(new) + sign * epsilon, new

    return rmsprop_step


def epsilon_kept(weights, average, gradient, learning_rate, rho, epsilon):
    average = rho * average + (1 - rho) * gradient**2 + epsilon
    return weights - learning_rate * gradient / np.sqrt(average), average


def epsilon_kept_and_added_again(weights, average, gradient, learning_rate, rho, epsilon):
    average = rho * average + (1 - rho) * gradient**2 + epsilon
    return weights - learning_rate * gradient / np.sqrt(average + epsilon), average


class TestRmspropStep:
    @pytest.mark.parametrize("answer", [rmsprop_by_power, rmsprop_by_loop, rmsprop_of_course, scaling()])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.rmsprop_step, answer)

    def test_stub_and_hints(self, assert_teaches):
        def rmsprop_step(weights, average, gradient, learning_rate, rho, epsilon): ...

        assert_teaches(check.rmsprop_step, rmsprop_step)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (scaling(step_rule=lambda old, new, g, eps: g / (new + eps)), "The root is missing"),
            (scaling(step_rule=lambda old, new, g, eps: g / (new**0.5 + eps)), "added after the root"),
            (scaling(step_rule=lambda old, new, g, eps: g / new**0.5), "`epsilon` is not used"),
            (scaling(lambda a, g, rho: rho * a + (1 - rho) * g), "one of gradients"),
            (scaling(lambda a, g, rho: rho * a + (1 - rho) * abs(g)), "one of sizes"),
            (scaling(step_rule=lambda old, new, g, eps: g / np.sqrt(old + eps)), "The old average divides"),
            (scaling(lambda a, g, rho: (1 - rho) * a + rho * g**2), "are swapped: `rho` of the past"),
            (scaling(lambda a, g, rho: rho * a + g**2), "1 − `rho` is missing"),
            (scaling(lambda a, g, rho: a + g**2), "AdaGrad"),
            (scaling(lambda a, g, rho: (1 - rho) * g**2), "The past is not used"),
            (scaling(lambda a, g, rho: g**2), "The past is not used"),
            (scaling(step_rule=lambda old, new, g, eps: g * np.sqrt(new + eps)), "multiplies by the root"),
            (scaling(step_rule=lambda old, new, g, eps: 1 / np.sqrt(new + eps)), "missing above the line"),
            (scaling(step_rule=lambda old, new, g, eps: -g / np.sqrt(new + eps)), "This walks uphill"),
            (scaling(step_rule=lambda old, new, g, eps: g), "plain gradient descent"),
            (lambda w, a, g, rate, *rest: rmsprop_by_loop(w, a, g, 1, *rest), "is not used: multiply"),
            (scaling(kept=lambda old, new: new**0.5), "The root is handed back"),
            (scaling(kept=lambda old, new: old), "old average is handed back"),
            (lambda *given: rmsprop_by_loop(*given)[::-1], "order is swapped"),
            (epsilon_beside(1), "below the line"),
            (epsilon_beside(-1), "below the line"),
            (scaling(step_rule=lambda old, new, g, eps: g / np.sqrt(new) + eps), "below the line"),
            (scaling(lambda a, g, rho: rho * a + (1 - rho) * (g**2).mean()), "share one ruler"),
            (scaling(lambda a, g, rho: rho * a + (1 - rho) * (g**2).sum()), "share one ruler"),
            (scaling(lambda a, g, rho: np.mean(rho * a + (1 - rho) * g**2)), "share one ruler"),
            (scaling(lambda a, g, rho: np.sum(rho * a + (1 - rho) * g**2)), "share one ruler"),
            (scaling(step_rule=lambda old, new, g, eps: g / np.sqrt(np.mean(new) + eps)), "share one ruler"),
            (scaling(step_rule=lambda old, new, g, eps: g / np.sqrt(np.sum(new) + eps)), "share one ruler"),
            (scaling(lambda a, g, rho: rho * a + (1 - rho) * np.mean(g) ** 2), "averaged first and squared"),
            (scaling(lambda a, g, rho: (rho * a + (1 - rho) * g) ** 2), "The average itself is squared"),
            (scaling(lambda a, g, rho: rho * a + ((1 - rho) * g) ** 2), "1 − `rho` is squared too"),
            (epsilon_kept, "`epsilon` is kept in the average"),
            (epsilon_kept_and_added_again, "`epsilon` is kept in the average"),
            (scaling(step_rule=lambda old, new, g, eps: g / np.cbrt(new + eps)), "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.rmsprop_step, answer, words)

    def test_the_example_can_be_done_by_hand(self):
        example = check.rmsprop_step(lambda w, a, g, rate, rho, eps: (w, a)).example
        assert example.endswith("expected as weights\n  [2.25 1.5 ]")  # 3 − 0.75 · 4 / 4 and 1 + 0.75 · 2 / 3
