"""Scales of intensity: one for all images, or one for each."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from .. import _checks, _dataset_checks
from ..dataset import CellImageDataset
from ._batch import as_batch, blocks, working_type

__all__ = ["ChannelStatistics", "channel_statistics", "normalize", "standardize"]


def normalize(images, *, max_value=None, percentiles=None):
    """Bring images to the range from 0 to 1.

    (H, W), (H, W, C), (batch, H, W), (batch, H, W, C) or a data set -> the same shape, float32

    Without `percentiles` every image is divided by the same number, so that brightness can still be compared
    between images. With them each image gets a scale of its own.

    Parameters
    ----------
    images : array or CellImageDataset
        Of a data set only the images change.
    max_value : float, optional
        The stored value that becomes 1. By default the largest of the type: 255 for uint8, 65535 for uint16,
        1 for bool and float. A 12-bit camera that writes uint16 needs 4095.
    percentiles : (low, high), optional
        From 0 to 100, in place of `max_value`: of each image, all channels together, the low percentile
        becomes 0 and the high one 1; what lies outside is cut off.

    Returns
    -------
    array of float32 or CellImageDataset

    Raises
    ------
    ValueError
        If an image leaves the range from 0 to `max_value`; if it holds NaN where percentiles are asked for.

    See Also
    --------
    standardize : mean 0 and standard deviation 1.
    cellcnn_helpers.dataset.CellImageDataset.arrays : the same scale, together with the labels.

    Notes
    -----
    A scale of its own makes a faint cell as bright as a bright one, and noise alone as bright as a cell.
    Where both percentiles are equal, pixels above them become 1 and all others 0: a flat image becomes 0.

    To scale the channels one by one, give them one by one: ``normalize(images[..., :1], ...)``.

    Examples
    --------
    >>> import numpy as np
    >>> image = np.array([[0, 51], [102, 204]], np.uint8)
    >>> normalize(image)
    array([[0. , 0.2],
           [0.4, 0.8]], dtype=float32)
    >>> normalize(image, percentiles=(0, 100))
    array([[0.  , 0.25],
           [0.5 , 1.  ]], dtype=float32)
    """
    if percentiles is not None:
        percentiles = _ordered_percentiles(percentiles, max_value)
    if isinstance(images, CellImageDataset):
        return replace(images, images=normalize(images.images, max_value=max_value, percentiles=percentiles))
    batch, restore = as_batch(images)
    if percentiles is None:
        return restore(np.divide(batch, _dataset_checks.scale(batch, max_value), dtype=np.float32))
    result = np.empty(batch.shape, np.float32)
    for part in blocks(_finite(batch)):
        low, high = np.percentile(batch[part], percentiles, axis=(1, 2, 3), keepdims=True)
        result[part] = _between(batch[part], low, high)
    return restore(result)


def _ordered_percentiles(percentiles, max_value):
    if max_value is not None:
        raise ValueError(
            f"`max_value` and `percentiles` both say what becomes 1: got max_value={max_value!r} and "
            f"percentiles={percentiles!r}.\nGive one of them."
        )
    low, high = _checks.two_numbers("percentiles", percentiles, low=0, high=100)
    if low >= high:
        raise ValueError(
            f"`percentiles` must rise: got percentiles=({low:g}, {high:g}).\nGive for example (1, 99)."
        )
    return low, high


def _between(images, low, high):
    """How far each value is on the way from low to high, cut off at 0 and 1; a step where both are equal."""
    way = np.subtract(images, low, dtype=working_type(images))
    equal = low == high
    if equal.any():
        np.copyto(way, way > 0, where=equal)
    way /= np.where(equal, 1, high - low).astype(way.dtype)
    return np.clip(way, 0, 1, out=way)


class ChannelStatistics(NamedTuple):
    """Mean and standard deviation of each channel, as `channel_statistics` gives them."""

    mean: np.ndarray
    std: np.ndarray


def channel_statistics(images):
    """Measure the mean and the standard deviation of each channel, over all pixels of all images.

    (batch, H, W, C) or a data set -> two arrays (C,)

    Parameters
    ----------
    images : array or CellImageDataset
        The training images, and only these.

    Returns
    -------
    ChannelStatistics
        A named tuple ``(mean, std)`` of float64 arrays, in the units of the images.

    Raises
    ------
    ValueError
        If there is no image, or a value is not finite.

    See Also
    --------
    standardize : takes the two.

    Examples
    --------
    >>> import numpy as np
    >>> train = np.array([0, 2, 4, 6]).reshape(2, 1, 2, 1)
    >>> channel_statistics(train)
    ChannelStatistics(mean=array([3.]), std=array([2.23606798]))
    """
    if isinstance(images, CellImageDataset):
        images = images.images
    batch, _ = as_batch(images)
    if not batch.size:
        raise ValueError(f"`images` hold no image: got images.shape={batch.shape}.\nGive at least one.")
    num_values = batch[..., 0].size
    parts = list(blocks(_finite(batch)))
    mean = sum(_channel_sums(batch[part]) for part in parts) / num_values
    squares = sum(_channel_sums(np.square(batch[part] - mean)) for part in parts)
    return ChannelStatistics(mean, np.sqrt(squares / num_values))


def _channel_sums(images):
    width, channels = images.shape[2:]
    columns = images.reshape(-1, width * channels).sum(axis=0, dtype=np.float64)  # long rows are added fast
    return columns.reshape(width, channels).sum(axis=0)


def standardize(images, mean=None, std=None):
    """Bring images to mean 0 and standard deviation 1.

    (H, W), (H, W, C), (batch, H, W), (batch, H, W, C) or a data set -> the same shape, float32

    Parameters
    ----------
    images : array or CellImageDataset
        Of a data set only the images change.
    mean, std : float or array, optional
        One number, or one per channel ``(C,)``, in the units of the images: those of the training images, for
        the training, validation and test images alike. Without both, each image gets its own, over all its
        channels; a flat image becomes 0.

    Returns
    -------
    array of float32 or CellImageDataset

    Raises
    ------
    ValueError
        If one of the two is missing or does not fit the channels, if `std` is not above 0, or if an image
        that is to get its own mean holds NaN.

    See Also
    --------
    channel_statistics : measures the two on the training images.
    normalize : to the range from 0 to 1.

    Notes
    -----
    Statistics measured on all images know something of the test images, and so does a network that learns
    from what they were applied to. Measure them on the training images alone.

    Images of a data set leave the range from 0 to 1, which `CellImageDataset.arrays` asks for: take
    ``.images`` and ``.labels``.

    Examples
    --------
    >>> import numpy as np
    >>> train, test = np.array([[[[1.0], [3.0]]]]), np.array([[[[5.0], [2.0]]]])
    >>> standardize(test, *channel_statistics(train)).ravel()
    array([3., 0.], dtype=float32)
    >>> standardize(test).ravel()
    array([ 1., -1.], dtype=float32)
    """
    if (mean is None) != (std is None):
        missing = "mean" if mean is None else "std"
        raise ValueError(
            f"`mean` and `std` belong together: got {missing}=None.\n"
            f"Give both, standardize(images, *channel_statistics(train)), or none."
        )
    if isinstance(images, CellImageDataset):
        return replace(images, images=standardize(images.images, mean, std))
    batch, restore = as_batch(images)
    result = np.empty(batch.shape, np.float32)
    if mean is None:
        for part in blocks(_finite(batch)):
            _standardize_each(batch[part], result[part])
        return restore(result)
    width, channels = batch.shape[2:]
    mean, std = (_per_channel(name, value, channels) for name, value in (("mean", mean), ("std", std)))
    if (std <= 0).any():
        where = int(np.argmax(std <= 0))
        raise ValueError(
            f"`std` must be above 0: got std[{where}]={std[where]:g}.\n"
            f"A channel that is the same in all images says nothing: leave it out."
        )
    # A row of the image beside a row of means and one of deviations: NumPy is fast where rows are long.
    mean, std = (np.tile(value.astype(working_type(batch)), width) for value in (mean, std))
    for part in blocks(batch):
        rows = batch[part].reshape(-1, width * channels)
        deviation = np.subtract(rows, mean, dtype=mean.dtype)
        np.divide(deviation, std, out=result[part].reshape(rows.shape), casting="same_kind")
    return restore(result)


def _standardize_each(images, result):
    rows = images.reshape(len(images), -1)
    # Measured from their first value: a flat image is exactly 0 then, and a large offset costs no digits.
    deviation = np.subtract(rows, rows[:, :1], dtype=working_type(rows))
    deviation -= deviation.mean(axis=1, keepdims=True)
    std = np.sqrt(np.vecdot(deviation, deviation) / rows.shape[1])[:, np.newaxis]
    np.divide(deviation, np.where(std == 0, 1, std), out=result.reshape(rows.shape), casting="same_kind")


def _per_channel(name, value, channels):
    array = _checks.no_nan(name, _checks.float_array(name, value, axes=None, complex_ok=False))
    if array.shape not in ((), (1,), (channels,)):
        raise ValueError(
            f"`{name}` must be one number or one per channel: got {name}.shape={array.shape} for images with "
            f"{channels} {'channel' if channels == 1 else 'channels'}.\n"
            f"Measure it on images of the same kind: channel_statistics(train)."
        )
    return np.broadcast_to(array, (channels,))


def _finite(batch):
    return _checks.no_nan("images", batch) if batch.dtype.kind == "f" else batch
