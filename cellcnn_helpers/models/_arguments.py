"""What every builder does with its arguments: it checks them, and makes a seed for each layer."""

import numpy as np

from .. import _checks


def checked(input_shape, num_classes, seed, smallest=1):
    """The arguments of every builder, and a source of seeds, one for each layer that draws."""
    if not isinstance(input_shape, (list, tuple)) or len(input_shape) != 3:
        raise ValueError(
            f"`input_shape` must be (height, width, channels): got input_shape={input_shape!r}.\n"
            f"Give images.shape[1:], for example (28, 28, 3)."
        )
    minima = (smallest, smallest, 1)
    shape = tuple(
        _checks.whole_number(f"input_shape[{n}]", length, minimum=minimum)
        for n, (length, minimum) in enumerate(zip(input_shape, minima, strict=True))
    )
    num_classes = _checks.whole_number("num_classes", num_classes, minimum=2)
    rng = np.random.default_rng(_checks.whole_number("seed", seed, minimum=0))
    return shape, num_classes, iter(lambda: int(rng.integers(2**31)), None)


def glorot(seeds):
    """Draws first weights, with the next of the seeds."""
    import keras

    return keras.initializers.GlorotUniform(seed=next(seeds))
