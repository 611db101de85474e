"""Learning-rate schedules: by hand, and at work in an optimizer. Beside Keras: test_against_keras.py."""

import numpy as np
import pytest

from cellcnn_helpers.nn import SGD, Adam, CosineDecay, ExponentialDecay, RMSprop

every_optimizer = pytest.mark.parametrize("optimizer", [SGD, RMSprop, Adam])


def rates(schedule, *steps):
    return pytest.approx([schedule(step) for step in steps])


def test_exponential_decay_by_hand():
    assert [0.8, 0.8 * 0.5**0.5, 0.4, 0.2] == rates(ExponentialDecay(0.8, 10, 0.5), 0, 5, 10, 20)
    assert [0.8, 0.8, 0.4, 0.4] == rates(ExponentialDecay(0.8, 10, 0.5, staircase=True), 0, 9, 10, 19)


def test_cosine_decay_by_hand():
    # half way down the cosine is half the rate; a third of the way three quarters
    assert [0.8, 0.6, 0.4, 0, 0] == rates(CosineDecay(0.8, 30), 0, 10, 15, 30, 99)
    assert [0.8, 0.5, 0.2, 0.2] == rates(CosineDecay(0.8, 30, alpha=0.25), 0, 15, 30, 99)


def test_cosine_decay_rises_first():
    schedule = CosineDecay(0.2, 30, warmup_target=0.8, warmup_steps=10)
    assert [0.2, 0.5, 0.8, 0.6, 0] == rates(schedule, 0, 5, 10, 20, 40)


@every_optimizer
def test_a_schedule_is_asked_before_each_step(optimizer):
    """A rate that changes from step to step does what as many optimizers with fixed rates would do."""
    asked = []

    def schedule(step):
        asked.append(step)
        return 0.1 * (step + 1)

    scheduled, fixed = optimizer(schedule), optimizer(0.1)
    w = expected = [np.array([1.0, 2.0])]
    for step in range(4):
        gradient = [np.array([0.3, -0.2 * step])]
        fixed.learning_rate = 0.1 * (step + 1)
        if optimizer is SGD:  # without momentum nothing else is remembered
            expected = [expected[0] - 0.1 * (step + 1) * gradient[0]]
        else:
            expected = fixed.step(expected, gradient)
        w = scheduled.step(w, gradient)
        np.testing.assert_allclose(w[0], expected[0], rtol=1e-12)
    assert asked == [0, 1, 2, 3]
    assert scheduled.iterations == 4


@every_optimizer
def test_a_schedule_keeps_the_dtype(optimizer):
    new = optimizer(lambda step: np.float64(0.1)).step([np.ones(3, "f4")], [np.ones(3, "f4")])
    assert new[0].dtype == "f4"


@pytest.mark.parametrize("value", [-0.1, np.nan, np.inf, "0.1", None])
def test_a_schedule_that_gives_no_rate_is_named(value):
    error = ValueError if isinstance(value, float) else TypeError
    optimizer = SGD(lambda step: 0.1 if step < 2 else value)
    w = [np.ones(2)]
    for _ in range(2):
        w = optimizer.step(w, w)
    with pytest.raises(error, match=r"`learning_rate\(2\)` must be .*: got learning_rate\(2\)="):
        optimizer.step(w, w)
    assert optimizer.iterations == 2


def test_a_schedule_shows_its_settings():
    shown = "ExponentialDecay(initial_learning_rate=0.1, decay_steps=10, decay_rate=0.5, staircase=False)"
    assert repr(ExponentialDecay(0.1, 10, 0.5)) == shown


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: ExponentialDecay(0, 10, 0.5), r"`initial_learning_rate` must be above 0"),
        (lambda: ExponentialDecay(0.1, 0, 0.5), r"`decay_steps` must be at least 1: got decay_steps=0"),
        (lambda: ExponentialDecay(0.1, 10, 1.5), r"`decay_rate` must be above 0 and at most 1: got .*=1\.5"),
        (lambda: CosineDecay(0, 10), r"`initial_learning_rate` must be above 0: got .*=0"),
        (lambda: CosineDecay(0.1, 10, alpha=2), r"`alpha` .*got alpha=2"),
        (lambda: CosineDecay(0, 10, warmup_target=0, warmup_steps=3), r"`warmup_target` must be above 0"),
        (lambda: CosineDecay(0.1, 10, warmup_steps=3), r"belong together: got warmup_target=None and .*=3"),
        (lambda: CosineDecay(0.1, 10, warmup_target=3), r"belong together: got warmup_target=3 and .*=0"),
    ],
)
def test_settings_out_of_range_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
