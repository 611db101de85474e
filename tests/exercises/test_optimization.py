"""The checkers of schedules and epochs: right, untouched and wrong answers."""

import math

import numpy as np
import pytest

from cellcnn_helpers.exercises import optimization as check
from cellcnn_helpers.nn import schedules

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
            (cosine(lambda angle: (1 + np.sin(angle)) / 2), "This is a sine"),
            (lambda step, n, rate: cosine_by_square(step, n + 1, rate), "from 0 to `num_steps`"),
            (lambda step, n, rate: cosine_by_square(step - 1, n, rate), "from 0 to `num_steps`"),
            (cosine(np.sin), "This is a sine"),
            (cosine(lambda angle: (1 + np.cos(180 * angle / np.pi)) / 2), "in degrees"),
            (cosine(lambda angle: (1 + np.cos(angle / np.pi)) / 2), "π is missing"),
            (cosine(lambda angle: 1 - angle / np.pi), "a straight line"),
            (lambda step, n, rate: cosine_by_square(step, n - 1, rate), "from 0 to `num_steps`"),
            (lambda step, n, rate: cosine_by_square(step + 1, n, rate), "from 0 to `num_steps`"),
            (lambda step, n, rate: cosine_by_square(step, n, 1), "`learning_rate` is not used"),
            (lambda step, n, rate: cosine_by_square(step // n, 1, rate), "by `//`"),
            (cosine(lambda angle: np.cos(angle) / 2), "The 1 is missing"),
            (lambda step, n, rate: rate * 1 + np.cos(np.pi * step / n) / 2, "multiplies the 1 only"),
            (lambda step, n, rate: (rate * 1 + np.cos(np.pi * step / n)) / 2, "multiplies the 1 only"),
            (lambda step, n, rate: rate * 1 / 2 + np.cos(np.pi * step / n), "multiplies the 1 only"),
            (lambda step, n, rate: rate * 1 + np.cos(np.pi * step / n), "multiplies the 1 only"),
            (lambda step, n, rate: rate * (1 + np.cos(np.pi) * step / n) / 2, "the cosine of π alone"),
            (lambda step, n, rate: rate * (1 + np.cos(np.pi * step // n)) / 2, "falls in stairs"),
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
