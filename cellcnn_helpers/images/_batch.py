"""What every function on images shares: OpenCV, the batch axis, the types, the masks of a data set."""

from dataclasses import replace

import numpy as np

from .. import _checks

# What OpenCV computes with in place of a type that it does not know.
_STAND_INS = {
    "bool": np.uint8,
    "int8": np.int16,
    "int32": np.float64,
    "uint32": np.float64,
    "int64": np.float64,
    "uint64": np.float64,
}
# Where pixels only move, their bits travel as a type of the same width that OpenCV knows.
_CARRIERS = {1: np.uint8, 2: np.uint16, 4: np.float32, 8: np.float64}
_LARGEST_EXACT = 2**53  # float64 holds every whole number up to here
_VALUES_PER_BLOCK = 2**16
# Bytes of an image up to which OpenCV writes straight into the result. A flip or turn of a larger one writes
# pixel by pixel all over memory that is not in the cache, which takes longer than a second, smooth copy.
_LARGEST_DIRECT = 2**17
_MOST_CHANNELS = 4  # OpenCV turns no more at once


def opencv(function):
    """The module cv2, or an error that says which function needs it."""
    try:
        import cv2
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"`{function}` needs OpenCV, which is not installed.\nInstall it: pip install "
            "opencv-python-headless."
        ) from error
    return cv2


def as_batch(value):
    """The images as (batch, H, W, C), and the function that undoes the added axes."""
    images = _checks.as_array("images", value)
    if images.dtype.kind not in "biu" and images.dtype.name not in ("float32", "float64"):
        raise TypeError(
            f"`images` must hold whole numbers, float32 or float64: got images.dtype={images.dtype}.\n"
            f"Convert them, for example images.astype(np.float32)."
        )
    if images.ndim == 2:
        batch, restore = images[np.newaxis, ..., np.newaxis], lambda result: result[0, ..., 0]
    elif is_one_color_image(images):
        batch, restore = images[np.newaxis], lambda result: result[0]
    elif images.ndim == 3:
        batch, restore = images[..., np.newaxis], lambda result: result[..., 0]
    elif images.ndim == 4:
        batch, restore = images, lambda result: result
    else:
        raise ValueError(
            f"`images` must have 2 to 4 dimensions: got images.shape={images.shape}.\n"
            f"Give (H, W), (H, W, C), (batch, H, W) or (batch, H, W, C)."
        )
    if 0 in batch.shape[1:]:
        raise ValueError(
            f"`images` hold no pixels: got images.shape={images.shape}.\nGive at least one row and column."
        )
    return batch, restore


def is_one_color_image(images):
    """Whether three axes are (H, W, C), not (batch, H, W)."""
    return images.ndim == 3 and images.shape[-1] <= _MOST_CHANNELS


def each_image(function, batch, size, *, moves=False):
    """Call ``function(index, image, target)``, which fills the target, for every image of the batch.

    (batch, H, W, C) -> (batch, *size, C) of the same type

    An image is (H, W) or, with up to 4 channels, (H, W, C); more channels come in portions. `moves` says that
    pixels are moved and never mixed: then every type passes as it is, bit by bit.
    """
    result = np.empty((len(batch), *size, batch.shape[3]), batch.dtype)
    if moves:
        carrier = _CARRIERS[batch.itemsize]
        work, out = batch.view(carrier), result.view(carrier)
    else:
        # OpenCV reads bytes as this machine orders them, whatever the array says.
        native = batch.dtype.newbyteorder("=")
        work = batch.astype(_STAND_INS.get(batch.dtype.name, native), copy=False)
        out = result if work.dtype == result.dtype else np.empty(result.shape, work.dtype)
        _refuse_inexact(batch)
    for first in range(0, batch.shape[3], _MOST_CHANNELS):
        portion = slice(first, first + _MOST_CHANNELS)
        sources, targets = (
            _without_single_channel(work[..., portion]),
            _without_single_channel(out[..., portion]),
        )
        if targets.flags.c_contiguous and not (moves and targets[:1].nbytes > _LARGEST_DIRECT):
            _fill_directly(function, sources, targets)
        else:
            _fill(function, sources, targets)
    if not moves and out is not result:
        _convert(out, result)
    return result


def blocks(batch):
    """Slices of a few images each, small enough that what is computed of them stays in the cache."""
    step = max(1, _VALUES_PER_BLOCK // max(batch[:1].size, 1))
    return [slice(start, start + step) for start in range(0, len(batch), step)]


def camera_images(function, batch):
    """Refuse what no camera gives: bool and numbered masks have no intensity."""
    if batch.dtype.name not in ("uint8", "uint16", "float32", "float64"):
        raise TypeError(
            f"`{function}` needs uint8, uint16, float32 or float64 to change intensities: got "
            f"images.dtype={batch.dtype}.\nConvert them, for example images.astype(np.float32)."
        )


def working_type(images):
    """float32 where it holds every value of the type exactly, else float64."""
    return np.result_type(images.dtype, np.float32)


def _without_single_channel(images):
    return images[..., 0] if images.shape[-1] == 1 else images


def _fill_directly(function, sources, targets):
    for index, (source, target) in enumerate(zip(sources, targets, strict=True)):
        function(index, source, target)


def _fill(function, sources, targets):
    buffer = np.empty(targets.shape[1:], targets.dtype)
    for index, (source, target) in enumerate(zip(sources, targets, strict=True)):
        function(index, np.ascontiguousarray(source), buffer)
        target[...] = buffer


def _convert(out, result):
    """Write what a stand-in holds, fractions and what "cubic" shoots over included, into the result."""
    if result.dtype.kind in "iu":
        limits = np.iinfo(result.dtype)
        if out.dtype.kind == "f":
            np.rint(out, out=out)
        np.clip(out, limits.min, limits.max, out=out)
    result[...] = out


def _refuse_inexact(batch):
    if batch.dtype.kind not in "iu" or batch.itemsize < 8 or not batch.size:
        return
    if max(abs(int(batch.min())), abs(int(batch.max()))) > _LARGEST_EXACT:
        raise ValueError(
            "`images` hold whole numbers too large to compute with exactly: got values from "
            f"{batch.min()} to {batch.max()}, dtype {batch.dtype}.\n"
            f"Keep them within ±2**53: number objects from 1, or convert with images.astype(np.float64)."
        )


def of_both(dataset, function, mask_function=None):
    """The data set with `function` applied to its images and, where it has masks, to these too."""
    if dataset.masks is None:
        return replace(dataset, images=function(dataset.images))
    masks = (mask_function or function)(dataset.masks[..., np.newaxis])  # cannot be taken for color images
    return replace(dataset, images=function(dataset.images), masks=masks[..., 0])
