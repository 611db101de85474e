"""Uneven illumination, and how to remove it."""

import warnings
from dataclasses import replace

import numpy as np

from .. import _checks
from ..dataset import CellImageDataset
from ._batch import as_batch, blocks, camera_images, working_type

__all__ = ["flat_field"]


def flat_field(images, *, flat, dark=None):
    """Remove uneven illumination: divide by a picture of an empty, evenly stained field.

    (H, W), (H, W, C), (batch, H, W), (batch, H, W, C) or a data set -> the same shape

    ``(image - dark) / (flat - dark) * mean(flat - dark)``, the mean taken over each channel

    Parameters
    ----------
    images : array or CellImageDataset
        uint8, uint16, float32 or float64. Of a data set only the images change.
    flat : array
        ``(H, W)`` or ``(H, W, C)``: what the camera sees where nothing but the illumination differs, best the
        mean of many exposures, since its noise goes into every image.
    dark : array or float, optional
        What the camera gives without light, by default 0: a picture like `flat`, or the camera's offset.

    Returns
    -------
    array or CellImageDataset
        Of the type that came in; whole numbers are rounded, and cut off at the ends of their type.

    Raises
    ------
    ValueError
        If a shape does not fit, or `flat` is not brighter than `dark` everywhere.

    Warns
    -----
    UserWarning
        If pixels were cut off: it says how many. Noise below `dark` needs a type that has negative numbers.

    Notes
    -----
    The offset of the camera is gone afterwards: a place without light is 0. A pixel that was saturated before
    is wrong after, but no longer looks saturated.

    Examples
    --------
    >>> import numpy as np
    >>> illumination = np.array([[0.5, 1.0, 1.5]])
    >>> flat_field(80 * illumination + 10, flat=100 * illumination + 10, dark=10)
    array([[80., 80., 80.]])
    """
    dataset = images if isinstance(images, CellImageDataset) else None
    batch, restore = as_batch(images if dataset is None else dataset.images)
    camera_images("flat_field", batch)
    flat = _field("flat", flat, batch.shape[1:])
    dark = np.zeros(()) if dark is None else _field("dark", dark, batch.shape[1:], number_ok=True)
    light = flat - dark
    if (light <= 0).any():
        where = tuple(int(place) for place in np.argwhere(light <= 0)[0])
        raise ValueError(
            f"`flat` must be brighter than `dark` everywhere: got flat={flat[where]:g} and "
            f"dark={np.broadcast_to(dark, flat.shape)[where]:g} in row {where[0]}, column {where[1]}, and "
            f"{np.count_nonzero(light <= 0)} such values of {light.size}.\n"
            f"Check that the two are not exchanged; take a brighter flat picture; crop what gets no light."
        )
    even = restore(_with_gain(batch, dark, gain=light.mean(axis=(0, 1)) / light))
    return even if dataset is None else replace(dataset, images=even)


def _field(name, value, shape, number_ok=False):
    """A picture (H, W, C) or (H, W, 1) in float64 that fits images of `shape`; or one number."""
    field = _checks.no_nan(name, _checks.float_array(name, value, axes=None, complex_ok=False))
    field = field.astype(np.float64)
    if number_ok and field.ndim == 0:
        return field
    fitting = (shape[:2], (*shape[:2], 1), shape)
    if field.shape not in fitting:
        channels = "one channel" if shape[2] == 1 else f"one channel or {shape[2]}"
        raise ValueError(
            f"`{name}` must have the height and width of the images, {shape[:2]}, and {channels}: got "
            f"{_checks.received(name, value)}.\n"
            f"Give one picture taken by the same camera with the same settings."
        )
    return field[..., np.newaxis] if field.ndim == 2 else field


def _with_gain(batch, dark, gain):
    """``(batch - dark) * gain`` of the same type; a warning tells what had to be cut off."""
    working = working_type(batch)
    dark, gain = dark.astype(working), gain.astype(working)
    result = np.empty(batch.shape, batch.dtype)
    num_low = num_high = 0
    for part in blocks(batch):
        values = np.subtract(batch[part], dark, dtype=working)
        values *= gain
        if batch.dtype.kind == "u":
            limit = np.iinfo(batch.dtype).max
            np.rint(values, out=values)
            if values.min() < 0 or values.max() > limit:
                num_low += np.count_nonzero(values < 0)
                num_high += np.count_nonzero(values > limit)
                np.clip(values, 0, limit, out=values)
        result[part] = values
    if num_low or num_high:
        warnings.warn(
            f"flat_field cut off {num_low + num_high:,} of {batch.size:,} values: {num_low:,} below 0 and "
            f"{num_high:,} above {limit}. To keep them, give images.astype(np.float32).",
            UserWarning,
            stacklevel=3,
        )
    return result
