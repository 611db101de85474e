"""The checkers of the chapter on training, fed with what students write: speed, shares, memory."""

import math
import subprocess
import sys

import numpy as np
import pytest

from cellcnn_helpers.exercises import training as check

# --- images_per_second ----------------------------------------------------------------------------------


def by_steps(readings, batch_size, warm_up):
    steps = np.diff(readings)[warm_up:]
    return batch_size * len(steps) / steps.sum()


class TestImagesPerSecond:
    @pytest.mark.parametrize(
        "answer",
        [
            by_steps,
            lambda t, size, warm_up: size / np.diff(t[warm_up:]).mean(),
            lambda t, size, warm_up: (len(t[warm_up:]) - 1) * size / (t[-1] - t[warm_up]),
        ],
    )
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.images_per_second, answer)

    def test_stub_and_hints(self, assert_teaches):
        def images_per_second(readings, batch_size, warm_up): ...

        assert_teaches(check.images_per_second, images_per_second)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda t, size, warm_up: by_steps(t, size, 0), "The first steps are in it"),
            (lambda t, size, w: (len(t) - 1) * size / (t[-1] - t[w]), "but their images are counted"),
            (lambda t, size, w: (len(t) - 1 - w) * size / (t[-1] - t[0]), "but their time is not"),
            (lambda t, size, w: len(t[w:]) * size / (t[-1] - t[w]), "n − 1 steps"),
            (lambda t, size, w: by_steps(t, size, w + 1), "One step too many is left out"),
            (lambda t, size, w: by_steps(t, size, w - 1), "One step too few is left out"),
            (lambda t, size, w: by_steps(t, 1, w), "steps per second"),
            (lambda t, size, w: 1 / by_steps(t, size, w), "seconds per image"),
            (lambda t, size, w: 1 / by_steps(t, 1, w), "seconds per step"),
            (lambda t, size, w: np.mean(size / np.diff(t[w:])), "a slow step counts too little"),
            (lambda t, size, w: size / np.median(np.diff(t[w:])), "a step of middle length"),
            (lambda t, size, w: len(t[w:]) * size / sum(t[w:]), "only their differences are times"),
            (lambda t, size, w: size / np.mean(t[w + 1 :]), "only their differences are times"),
            (lambda t, size, w: (len(t) - 1 - w) * size / t[-1], "is no length of time"),
            (lambda t, size, w: size / (t[-1] - t[-2]), "the last step alone"),
            (lambda t, size, w: size / np.diff(t), "has shape"),
            (lambda t, size, w: 20.0, "the answer of the first example"),
            (lambda t, size, w: t.sort() or t.fill(0), "returns nothing"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.images_per_second, answer, words)

    def test_it_may_not_spoil_the_readings(self, assert_finds):
        def wrong(readings, batch_size, warm_up):
            readings -= readings[warm_up]
            return (len(readings) - 1 - warm_up) * batch_size / readings[-1]

        assert_finds(check.images_per_second, wrong, "changes its input `readings`")


# --- speed_up -------------------------------------------------------------------------------------------


class TestSpeedUp:
    @pytest.mark.parametrize(
        "answer",
        [
            lambda share, factor: 1 / (1 - share + share / factor),
            lambda share, factor: factor / (factor * (1 - share) + share),
            lambda share, factor: 100 / (100 * (1 - share) + 100 * share / factor),
        ],
    )
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.speed_up, answer)

    def test_stub_and_hints(self, assert_teaches):
        def speed_up(share, factor): ...

        assert_teaches(check.speed_up, speed_up)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda share, factor: share * factor, "The rest is forgotten"),
            (lambda share, factor: factor, "Only the part becomes faster"),
            (lambda share, factor: 1 - share + share / factor, "This is the new time"),
            (lambda share, factor: 1 / (share + (1 - share) / factor), "Turn them around"),
            (lambda share, factor: 1 - share + share * factor, "Add up times, not speeds"),
            (lambda share, factor: 1 / (1 - share), "This is the limit"),
            (lambda share, factor: share * (1 - 1 / factor), "the share of time that is saved"),
            (lambda share, factor: 1 / (1 - share + share * factor), "divided, since it is faster"),
            (lambda share, factor: factor / share, "still takes share / factor"),
            (lambda share, factor: 2.5, "the answer of the first example"),
            (lambda share, factor: int(1 / (1 - share + share / factor)), "cut to whole numbers"),
            (lambda share, factor: 1.01 / (1 - share + share / factor), "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.speed_up, answer, words)

    def test_the_example_is_that_of_the_page(self):
        assert check.speed_up(lambda share, factor: 0).example.endswith("expected\n  2.5")


# --- largest_batch --------------------------------------------------------------------------------------


def batch_by_trying(shapes, bytes_per_number, fixed_bytes, memory_bytes):
    numbers = sum(rows * columns * channels for rows, columns, channels in shapes)
    images = 0
    while fixed_bytes + (images + 1) * numbers * bytes_per_number <= memory_bytes:
        images += 1
    return images


def formula(count=math.prod, gather=sum, divide=lambda left, each: left // each):
    def answer(shapes, bytes_per_number, fixed_bytes, memory_bytes):
        each = gather([count(shape) for shape in shapes]) * bytes_per_number
        return max(divide(memory_bytes - fixed_bytes, each), 0)

    return answer


class TestLargestBatch:
    @pytest.mark.parametrize("answer", [batch_by_trying, formula()])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.largest_batch, answer)

    def test_stub_and_hints(self, assert_teaches):
        def largest_batch(shapes, bytes_per_number, fixed_bytes, memory_bytes): ...

        assert_teaches(check.largest_batch, largest_batch)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda s, per, fixed, memory: batch_by_trying(s, per, 0, memory), "The fixed part is forgotten"),
            (
                lambda s, per, fixed, memory: (memory - fixed) // (per * sum(map(math.prod, s))),
                "not a negative number",
            ),
            (
                lambda s, per, fixed, memory: int((memory - fixed) / (per * sum(map(math.prod, s)))),
                "not a negative number",
            ),
            (formula(divide=lambda left, each: math.ceil(left / each)), "round down"),
            (formula(divide=lambda left, each: left / each), "round down"),
            (lambda s, per, fixed, memory: batch_by_trying(s, 1, fixed, memory), "not one"),
            (lambda s, per, fixed, memory: batch_by_trying(s, 4, fixed, memory), "4 bytes only"),
            (lambda s, per, fixed, memory: batch_by_trying(s, 8 * per, fixed, memory), "These are bits"),
            (formula(gather=max), "Only the largest layer"),
            (formula(gather=lambda counts: counts[0]), "Only the first layer"),
            (formula(gather=lambda counts: counts[-1]), "Only the last layer"),
            (formula(count=sum), "The numbers of a shape are added"),
            (formula(count=lambda shape: shape[0] * shape[1]), "The channels are forgotten"),
            (lambda s, per, fixed, memory: batch_by_trying(s, per, -fixed, memory), "added to the memory"),
            (lambda *given: float(batch_by_trying(*given)), "must be a whole number"),
            (lambda *given: batch_by_trying(*given) + 1, "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.largest_batch, answer, words)

    def test_the_example_is_that_of_the_page(self):
        assert check.largest_batch(lambda *_: 0).example.endswith("expected\n  3")


def test_the_checkers_are_loaded_without_keras():
    code = "import sys, cellcnn_helpers.exercises.training; print('keras' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
