"""Random numbers for augmentation: those of an image depend on a key and on the index of the image alone."""

from typing import NamedTuple

import numpy as np

from .. import _checks


class Limits(NamedTuple):
    """How far each change may go; the words are those of `augment`."""

    flips: bool
    quarter_turns: bool
    rotation_degrees: float
    shift_px: int
    zoom: float
    brightness: float
    contrast: float
    noise: float

    @property
    def interpolates(self):
        return self.rotation_degrees > 0 or self.zoom > 1

    @property
    def changes_intensities(self):
        return self.brightness > 0 or self.contrast > 1 or self.noise > 0


class Draws(NamedTuple):
    """What was drawn, an array (batch,) each."""

    up_down: np.ndarray
    left_right: np.ndarray
    quarters: np.ndarray
    degrees: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    zoom: np.ndarray
    brightness: np.ndarray
    contrast: np.ndarray


class RandomByIndex:
    """A random generator with a place of its own for every image.

    Philox computes its numbers from a key and a counter, so that any place in its sequence is as near as the
    next: setting the counter costs 2 µs, where a new generator from a seed and an index costs 20.
    """

    def __init__(self, rng):
        key = _checks.generator("rng", rng).integers(2**64, size=2, dtype=np.uint64)
        self._bits = np.random.Philox(key=key)
        self._start = self._bits.state
        self._counter = self._start["state"]["counter"]
        self._generator = np.random.Generator(self._bits)

    def at(self, index, part):
        """The generator, set to the start of the numbers of an image; `part` 0 or 1, one for each use."""
        self._counter[1], self._counter[2] = index, part
        self._bits.state = self._start
        return self._generator


def checked_indices(indices, num_images):
    """Return the index of each image as uint64, by default its place."""
    if indices is None:
        return np.arange(num_images, dtype=np.uint64)
    array = _checks.as_array("indices", indices)
    if array.shape != (num_images,):
        raise ValueError(
            f"`indices` must have one entry per image: got indices.shape={array.shape} for {num_images} "
            f"images.\nGive the place of each image in the whole data set."
        )
    if array.size and (array.dtype.kind not in "iu" or array.min() < 0):
        raise ValueError(
            f"`indices` must be whole numbers from 0 on: got {array.dtype} from {array.min()}.\n"
            f"Give the place of each image in the whole data set."
        )
    return array.astype(np.uint64)


def draw(limits, random, indices):
    """Draw the changes of each image within the limits."""
    numbers = np.empty((len(indices), len(Draws._fields)))
    for row, index in zip(numbers, indices.tolist(), strict=True):
        random.at(index, 0).random(out=row)
    share = Draws(*numbers.T)  # from 0 to 1
    both_ways = Draws(*(2 * numbers.T - 1))  # from -1 to 1
    num_shifts = 2 * limits.shift_px + 1
    return Draws(
        up_down=limits.flips & (share.up_down < 0.5),
        left_right=limits.flips & (share.left_right < 0.5),
        quarters=(limits.quarter_turns * 4 * share.quarters).astype(int),
        degrees=limits.rotation_degrees * both_ways.degrees,
        rows=(num_shifts * share.rows).astype(int) - limits.shift_px,
        columns=(num_shifts * share.columns).astype(int) - limits.shift_px,
        zoom=limits.zoom**both_ways.zoom,
        brightness=limits.brightness * both_ways.brightness,
        contrast=limits.contrast**both_ways.contrast,
    )
