"""The checkers of schedules, epochs and the chain rule: right, untouched and wrong answers."""

import math

import numpy as np
import pytest

from cellcnn_helpers.exercises import optimization as check
from cellcnn_helpers.nn import activations, schedules
from cellcnn_helpers.nn.dense import dense_backward

# --- cosine_rate ----------------------------------------------------------------------------------------


def cosine_by_square(step, num_steps, learning_rate):
    return learning_rate * np.cos(0.5 * np.pi * step / num_steps) ** 2


def cosine_of_course(step, num_steps, learning_rate):
    return schedules.CosineDecay(learning_rate, num_steps)(step)


def cosine(formula):
    return lambda step, num_steps, rate: rate * formula(np.pi * step / num_steps)


class TestCosineRate:
    @pytest.mark.parametrize(
        "answer", [cosine_by_square, cosine_of_course, cosine(lambda angle: 0.5 + 0.5 * np.cos(angle))]
    )
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.cosine_rate, answer)

    def test_stub_and_hints(self, assert_teaches):
        def cosine_rate(step, num_steps, learning_rate): ...

        assert_teaches(check.cosine_rate, cosine_rate)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (cosine(lambda angle: np.cos(angle / 2)), "a quarter of a cosine"),
            (cosine(lambda angle: (1 + np.cos(2 * angle)) / 2), "a full cosine"),
            (cosine(lambda angle: 1 + np.cos(angle)), "begins at 2"),
            (cosine(lambda angle: np.cos(angle)), "becomes negative"),
            (cosine(lambda angle: 1 + np.cos(angle) / 2), "Only the cosine is halved"),
            (cosine(lambda angle: 1 / 2 + np.cos(angle)), "Only the 1 is halved"),
            (cosine(lambda angle: (1 - np.cos(angle)) / 2), "This rises"),
            (cosine(np.sin), "This is a sine"),
            (cosine(lambda angle: (1 + np.cos(180 * angle / np.pi)) / 2), "in degrees"),
            (cosine(lambda angle: (1 + np.cos(angle / np.pi)) / 2), "π is missing"),
            (cosine(lambda angle: 1 - angle / np.pi), "a straight line"),
            (lambda step, n, rate: cosine_by_square(step, n - 1, rate), "from 0 to `num_steps`"),
            (lambda step, n, rate: cosine_by_square(step + 1, n, rate), "from 0 to `num_steps`"),
            (lambda step, n, rate: cosine_by_square(step, n, 1), "`learning_rate` is not used"),
            (lambda step, n, rate: cosine_by_square(step // n, 1, rate), "by `//`"),
            (cosine(lambda angle: np.exp(-angle)), "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.cosine_rate, answer, words)

    def test_the_example_can_be_done_by_hand(self):
        example = check.cosine_rate(lambda step, num_steps, learning_rate: 0).example
        assert example.endswith("expected\n  0.6")  # 0.8 · (1 + 1/2) / 2


# --- steps_per_epoch ------------------------------------------------------------------------------------


def steps_by_rest(num_images, batch_size):
    return num_images // batch_size + (num_images % batch_size > 0)


def steps_by_counting(num_images, batch_size):
    return len(range(0, num_images, batch_size))


class TestStepsPerEpoch:
    @pytest.mark.parametrize("answer", [steps_by_rest, steps_by_counting, lambda n, batch: -(-n // batch)])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.steps_per_epoch, answer)

    def test_stub_and_hints(self, assert_teaches):
        def steps_per_epoch(num_images, batch_size): ...

        assert_teaches(check.steps_per_epoch, steps_per_epoch)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda n, batch: int(n / batch), "smaller batch is not counted, so"),
            (lambda n, batch: max(1, n // batch), "except where it is the only one"),
            (lambda n, batch: n // batch + 1, "even where nothing is left over"),
            (lambda n, batch: round(n / batch), "rounded to the nearest"),
            (lambda n, batch: n / batch, "is whole"),
            (lambda n, batch: n % batch, "left for the last batch"),
            (lambda n, batch: -(-batch // n), "upside down"),
            (lambda n, batch: n, "one step for each image"),
            (lambda n, batch: n * batch, "Divide: with larger batches"),
            (lambda n, batch: np.ceil(n / batch), "must be a whole number"),
            (lambda n, batch: 4, "answer of the first example"),
            (lambda n, batch: math.ceil(n / batch) + 1, "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.steps_per_epoch, answer, words)


# --- two_layer_gradient ---------------------------------------------------------------------------------


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


def not_transposed(x, first, second, dy):
    hidden = np.maximum(x @ first, 0)
    return x.T @ ((dy @ second) * (hidden > 0)), hidden.T @ dy


class TestTwoLayerGradient:
    @pytest.mark.parametrize("answer", [gradient_by_rows, gradient_of_course, gradient_by_differences])
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
            (walked(lambda dhidden, before: np.maximum(dhidden, 0)), "The mask is made of the gradient"),
            (walked(lambda dhidden, before: dhidden * before.clip(0)), "multiplied by the hidden numbers"),
            (walked(lambda dhidden, before: dhidden * (before < 0)), "wrong way round: the gradient passes"),
            (
                walked(lambda dhidden, before: dhidden * (before > 0), lambda x, first: x @ first),
                "`dsecond` is made without ReLU",
            ),
            (walked(lambda dhidden, before: dhidden, lambda x, first: x @ first), "way forward and on"),
            (not_transposed, "transposed: `dy @ second.T`"),
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
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.two_layer_gradient, answer, words)

    def test_the_example_can_be_done_by_hand(self):
        example = check.two_layer_gradient(lambda x, first, second, dy: (first, second)).example
        assert example.endswith("expected as dfirst\n  [[-7.  1.]\n   [14.  2.]]")
