"""Learning-rate schedules: functions from the number of steps taken to a learning rate, as in Keras.

Give one to an optimizer in place of a number: ``Adam(CosineDecay(0.001, 1000))``. Any function of the step
will do; those here have the names and arguments of Keras.
"""

import math

from cellcnn_helpers import _checks


class _Schedule:
    """A function of the step that shows its settings."""

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{name}={value}' for name, value in vars(self).items())})"


class ExponentialDecay(_Schedule):
    """Multiply the learning rate by the same factor again and again: initial · rate^(step / decay_steps).

    Parameters
    ----------
    initial_learning_rate : float
        At step 0, above 0.
    decay_steps : int
        Steps in which the rate falls by `decay_rate`, at least 1.
    decay_rate : float
        The factor, above 0 and at most 1.
    staircase : bool
        Fall once every `decay_steps` steps rather than a little at each.

    Examples
    --------
    >>> schedule = ExponentialDecay(0.1, 10, 0.5)
    >>> [schedule(step) for step in (0, 10, 20)]
    [0.1, 0.05, 0.025]
    """

    def __init__(self, initial_learning_rate, decay_steps, decay_rate, staircase=False):
        self.initial_learning_rate = _rate("initial_learning_rate", initial_learning_rate)
        self.decay_steps = _checks.whole_number("decay_steps", decay_steps)
        self.decay_rate = _checks.real_number("decay_rate", decay_rate, low=0, high=1, low_open=True)
        self.staircase = _checks.boolean("staircase", staircase)

    def __call__(self, step):
        falls = step / self.decay_steps
        return self.initial_learning_rate * self.decay_rate ** (
            math.floor(falls) if self.staircase else falls
        )


class CosineDecay(_Schedule):
    """Let the learning rate fall along half a cosine: slowly, then fast, then slowly; first it may rise.

    Parameters
    ----------
    initial_learning_rate : float
        At step 0, at least 0.
    decay_steps : int
        Steps of the fall, at least 1. Afterward the rate stays.
    alpha : float
        Where the fall ends, as a share of where it began, from 0 to 1.
    warmup_target : float, optional
        Rise to this rate in a straight line before the fall. By default there is no rise.
    warmup_steps : int
        Steps of the rise, at least 0.

    References
    ----------
    Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", arXiv:1608.03983.

    Examples
    --------
    >>> schedule = CosineDecay(0.1, 100)
    >>> [round(schedule(step), 3) for step in (0, 25, 50, 100, 200)]
    [0.1, 0.085, 0.05, 0.0, 0.0]
    >>> with_rise = CosineDecay(0.0, 100, warmup_target=0.1, warmup_steps=10)
    >>> [round(with_rise(step), 3) for step in (0, 5, 10, 60, 110)]
    [0.0, 0.05, 0.1, 0.05, 0.0]
    """

    def __init__(self, initial_learning_rate, decay_steps, alpha=0.0, *, warmup_target=None, warmup_steps=0):
        self.initial_learning_rate = _checks.real_number(
            "initial_learning_rate", initial_learning_rate, low=0
        )
        self.decay_steps = _checks.whole_number("decay_steps", decay_steps)
        self.alpha = _checks.real_number("alpha", alpha, low=0, high=1)
        self.warmup_steps = _checks.whole_number("warmup_steps", warmup_steps, minimum=0)
        if (warmup_target is None) != (self.warmup_steps == 0):
            raise ValueError(
                f"`warmup_target` and `warmup_steps` belong together: got "
                f"warmup_target={warmup_target!r} and warmup_steps={warmup_steps}.\nGive both, or neither."
            )
        self.warmup_target = initial_learning_rate if warmup_target is None else warmup_target
        _rate("warmup_target" if warmup_steps else "initial_learning_rate", self.warmup_target)

    def __call__(self, step):
        first, highest = self.initial_learning_rate, self.warmup_target
        if step < self.warmup_steps:
            return first + (highest - first) * step / self.warmup_steps
        fallen = min((step - self.warmup_steps) / self.decay_steps, 1)
        return highest * (self.alpha + (1 - self.alpha) * (1 + math.cos(math.pi * fallen)) / 2)


def _rate(name, value):
    return _checks.real_number(name, value, low=0, low_open=True)
