"""The checker of the learning rate of a whole training."""

import numpy as np
import pytest

from cellcnn_helpers.exercises import training as check


def rate(step, num_steps, highest, low=0.1, start=None, left=None, way=np.pi):
    rise = num_steps // 10
    if step < rise:
        return np.interp(step, [0, rise], [low * highest, highest])
    start = rise if start is None else start
    left = num_steps - rise if left is None else left
    return highest * np.cos(way * (step - start) / left / 2) ** 2


def risen(step, num_steps, highest):
    return step < num_steps // 10


class TestScheduledRate:
    @pytest.mark.parametrize("answer", [rate, lambda *given: np.float32(rate(*given))])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.scheduled_rate, answer)

    @pytest.mark.parametrize("num_steps", [6, 100, 237])
    def test_the_right_one_is_the_schedule_of_train(self, num_steps):
        from cellcnn_helpers.training._compilation import make_optimizer

        settings = {"learning_rate": 0.02, "schedule": "cosine", "weight_decay": 0, "optimizer": "adam"}
        optimizer = make_optimizer(settings, num_steps)
        for step in range(num_steps + 1):
            optimizer.iterations.assign(step)
            assert float(optimizer.learning_rate) == pytest.approx(rate(step, num_steps, 0.02), abs=1e-8)

    def test_stub_and_hints(self, assert_teaches):
        def scheduled_rate(step, num_steps, highest): ...

        assert_teaches(check.scheduled_rate, scheduled_rate)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda step, n, highest: highest, "The rate stays the same"),
            (lambda step, n, highest: highest * np.cos(np.pi * step / n / 2) ** 2, "There is no rise"),
            (lambda step, n, highest: rate(min(step, n // 10), n, highest), "There is no fall"),
            (lambda step, n, highest: rate(step, n, highest, low=0), "not at 0"),
            (
                lambda step, n, highest: (
                    highest * (step + 1) / (n // 10) if risen(step, n, highest) else rate(step, n, highest)
                ),
                "one step too early",
            ),
            (
                lambda step, n, highest: (
                    rate(step, n, highest)
                    if risen(step, n, highest)
                    else highest * np.sin(np.pi / 2 * (n - step) / (n - n // 10))
                ),
                "a quarter of a cosine, cos",
            ),
            (
                lambda step, n, highest: (
                    highest * (0.1 + step / (n // 10)) if step < n // 10 else rate(step, n, highest)
                ),
                "adds a whole",
            ),
            (
                lambda step, n, highest: (
                    np.linspace(0.1 * highest, highest, n // 10)[step]
                    if risen(step, n, highest)
                    else rate(step, n, highest)
                ),
                "`linspace` includes its end",
            ),
            (lambda step, n, highest: rate(step, n, highest, start=0), "begins where the rise ends"),
            (lambda step, n, highest: rate(step, n, highest, start=0, left=n), "begins where the rise ends"),
            (lambda step, n, highest: rate(step, n, highest, left=n), "The cosine is too long"),
            (
                lambda step, n, highest: (
                    rate(step, n, highest) if step < n // 10 else highest * (n - step) / (n - n // 10)
                ),
                "a straight line",
            ),
            (lambda step, n, highest: rate(step, n, highest, way=2 * np.pi), "a whole cosine"),
            (lambda step, n, highest: rate(step, n, highest, way=np.pi / 2), "a quarter of a cosine"),
            (
                lambda step, n, highest: rate(step, n, highest) * (1 if risen(step, n, highest) else 2),
                "1 + cos begins at 2",
            ),
            (lambda step, n, highest: rate(step, n, highest, way=180), "not 180"),
            (lambda step, n, highest: 0.0055, "the answer of the first example"),
            (lambda step, n, highest: rate(step, n, highest) + 1, "is expected"),
            (lambda step, n, highest: 1 / 0, "ZeroDivisionError"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.scheduled_rate, answer, words)
