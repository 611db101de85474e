"""The checkers of dropout and weight decay, fed with what students write: right, untouched and wrong."""

import numpy as np
import pytest

from cellcnn_helpers.exercises import little_data as check

# --- dropout --------------------------------------------------------------------------------------------


def dropout_of_course(x, rate, draws, training):
    return x * (draws >= rate) / (1 - rate) if training else x


def dropout_by_where(x, rate, draws, training):
    return np.where(draws < rate, 0, x / (1 - rate)) if training else x


def in_training(rule):
    return lambda x, rate, draws, training: rule(x, rate, draws) if training else x


def writes_into_x(x, rate, draws, training):
    if training:
        x[draws < rate] = 0
        x /= 1 - rate
    return x


class TestDropout:
    @pytest.mark.parametrize("answer", [dropout_of_course, dropout_by_where])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.dropout, answer)

    def test_stub_and_hints(self, assert_teaches):
        def dropout(x, rate, draws, training): ...

        assert_teaches(check.dropout, dropout)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (in_training(lambda x, rate, draws: x * (draws >= rate)), "The kept numbers are not scaled up"),
            (
                lambda x, rate, draws, training: x * (draws >= rate) if training else x * (1 - rate),
                "as in the first paper",
            ),
            (
                lambda x, rate, draws, training: dropout_of_course(x, rate, draws, True),
                "in prediction, too. There",
            ),
            (lambda x, rate, draws, training: x * (draws >= rate), "too, and the kept ones are not scaled"),
            (lambda x, rate, draws, training: x, "Nothing is dropped"),
            (lambda x, rate, draws, training: dropout_of_course(x, rate, draws, not training), "are swapped"),
            (in_training(lambda x, rate, draws: x * (draws < rate) / (1 - rate)), "The wrong ones are kept"),
            (in_training(lambda x, rate, draws: x * (draws < rate) / rate), "the share that is dropped"),
            (in_training(lambda x, rate, draws: x * (draws >= rate) / rate), "are divided by `rate`"),
            (in_training(lambda x, rate, draws: x * (draws >= rate) * (1 - rate)), "smaller still"),
            (in_training(lambda x, rate, draws: x / (1 - rate)), "nothing is dropped"),
            (in_training(lambda x, rate, draws: x * (draws > rate) / (1 - rate)), "`>=`, not `>`"),
            (writes_into_x, "changes its input `x`"),
            (in_training(lambda x, rate, draws: x[draws >= rate] / (1 - rate)), "has shape"),
            (lambda x, rate, draws, training: x + 1, "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.dropout, answer, words)


# --- decayed_step ---------------------------------------------------------------------------------------


def decayed_of_course(weights, step, learning_rate, decay):
    return weights - step - learning_rate * decay * weights


def decayed_by_factor(weights, step, learning_rate, decay):
    return weights * (1 - learning_rate * decay) - step


class TestDecayedStep:
    @pytest.mark.parametrize("answer", [decayed_of_course, decayed_by_factor])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.decayed_step, answer)

    def test_stub_and_hints(self, assert_teaches):
        def decayed_step(weights, step, learning_rate, decay): ...

        assert_teaches(check.decayed_step, decayed_step)

    def test_the_right_one_is_what_keras_does(self):
        """One step of plain SGD with weight decay, whose step is the learning rate times the gradient."""
        import keras

        weights, gradient = np.array([2.0, -4.0], np.float32), np.array([1.0, 0.5], np.float32)
        variable = keras.Variable(weights)
        keras.optimizers.SGD(0.1, weight_decay=0.5).apply([keras.ops.convert_to_tensor(gradient)], [variable])
        ours = decayed_of_course(weights, 0.1 * gradient, 0.1, 0.5)
        np.testing.assert_allclose(variable.numpy(), ours, rtol=1e-6)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda w, s, rate, d: w - s, "`decay` is not used"),
            (lambda w, s, rate, d: w - rate * d * w, "The step is forgotten"),
            (lambda w, s, rate, d: w - s + rate * d * w, "The weights grow"),
            (lambda w, s, rate, d: w - s - d * w, "The share is `decay` alone"),
            (lambda w, s, rate, d: w - rate * s - rate * d * w, "It has its length already"),
            (lambda w, s, rate, d: w - rate * (s + d), "`decay` must be multiplied by them"),
            (lambda w, s, rate, d: w - rate * d * (s + w), "by the learning rate and by the decay"),
            (lambda w, s, rate, d: (w - s) * (1 - rate * d), "after the step"),
            (lambda w, s, rate, d: w - s - rate * d * np.sign(w), "The same length is taken"),
            (lambda w, s, rate, d: w - s - rate * d, "so negative ones grow"),
            (lambda w, s, rate, d: w - s - 2 * rate * d * w, "Twice the share"),
            (lambda w, s, rate, d: w, "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.decayed_step, answer, words)
