"""Geometry of images: resize, crop, rotate. One image, a batch, or a whole data set with its masks.

An array is read by its shape: ``(H, W)`` is one grey image, ``(H, W, C)`` with up to 4 channels one image,
``(batch, H, W)`` a batch of grey images or masks, ``(batch, H, W, C)`` a batch. The type of the numbers is
kept. The work is done by OpenCV, which is imported only when it is needed.
"""

import math
import warnings
from dataclasses import replace

import numpy as np

from . import _checks
from .dataset import CellImageDataset

__all__ = ["crop", "resize", "rotate"]


def resize(images, size, *, interpolation=None):
    """Resize images to a height and a width.

    (H, W), (H, W, C), (batch, H, W), (batch, H, W, C) or a data set -> the same with the new H and W

    Parameters
    ----------
    images : array or CellImageDataset
        Of a data set the masks are resized too (nearest pixel) and `pixel_size_um` follows.
    size : int or (height, width)
        In rows and columns. OpenCV's own functions take (width, height): the other way round.
    interpolation : {"nearest", "linear", "cubic", "area"}, optional
        By default "area" to make images smaller (every pixel counts), "linear" to make them larger, and
        "nearest" for bool. Numbered masks need "nearest": between object 1 and object 3 there is no object 2.

    Returns
    -------
    array or CellImageDataset
        Always a copy, of the type that came in; "cubic" is cut off at the ends of whole-number types.

    Raises
    ------
    ValueError
        If 64-bit whole numbers are too large to be computed with exactly.

    Warns
    -----
    UserWarning
        If the size has the shape of the image turned over: it looks like (width, height).

    See Also
    --------
    crop : keeps the pixels as they are.

    Notes
    -----
    Equal to ``cv2.resize``, image by image.

    Examples
    --------
    >>> import numpy as np
    >>> resize(np.zeros((660, 550), np.uint8), (66, 55)).shape
    (66, 55)
    """
    size = _checks.pair("size", size)
    if interpolation is not None:
        _checks.choice("interpolation", interpolation, ("nearest", "linear", "cubic", "area"))
    if isinstance(images, CellImageDataset):
        return _resize_dataset(images, size, interpolation)
    cv2 = _opencv("resize")
    batch, restore = _as_batch(images)
    height, width = batch.shape[1:3]
    if size == (height, width):
        return restore(batch.copy())
    _warn_if_turned_over(size, height, width)
    if interpolation is None:
        interpolation = "area" if size[0] <= height and size[1] <= width else "linear"
    flag = {
        "nearest": cv2.INTER_NEAREST_EXACT,
        "linear": cv2.INTER_LINEAR,
        "cubic": cv2.INTER_CUBIC,
        "area": cv2.INTER_AREA,
    }
    if batch.dtype == bool:
        interpolation = "nearest"
    return restore(
        _each_plane(
            lambda plane: cv2.resize(plane, size[::-1], interpolation=flag[interpolation]), batch, size
        )
    )


def crop(images, size, *, row=None, column=None):
    """Cut a rectangle out of images; from the middle, if no corner is given.

    (H, W), (H, W, C), (batch, H, W), (batch, H, W, C) or a data set -> the same with the new H and W

    Parameters
    ----------
    images : array or CellImageDataset
        Of a data set the masks are cut too.
    size : int or (height, width)
        Not larger than the images.
    row, column : int, optional
        Upper left corner.

    Returns
    -------
    array or CellImageDataset
        A view: no pixel is copied.

    Raises
    ------
    ValueError
        If the rectangle does not lie inside the images.

    Examples
    --------
    >>> import numpy as np
    >>> crop(np.arange(16).reshape(4, 4), 2)
    array([[ 5,  6],
           [ 9, 10]])
    """
    size = _checks.pair("size", size)
    if isinstance(images, CellImageDataset):
        return _of_both(images, lambda array: crop(array, size, row=row, column=column))
    batch, restore = _as_batch(images)
    corner = []
    for axis, (name, start) in enumerate((("row", row), ("column", column))):
        available = batch.shape[axis + 1]
        if size[axis] > available:
            swapped = size[1] <= batch.shape[1] and size[0] <= batch.shape[2]
            hint = f" The order is (height, width): size={size[::-1]} would fit." if swapped else ""
            raise ValueError(
                f"`size` is larger than the images of height {batch.shape[1]} and width {batch.shape[2]}: "
                "got "
                f"size={size}.\nGive at most ({batch.shape[1]}, {batch.shape[2]}).{hint}"
            )
        start = (
            (available - size[axis]) // 2 if start is None else _checks.whole_number(name, start, minimum=0)
        )
        if start + size[axis] > available:
            raise ValueError(
                f"`{name}` puts the rectangle over the edge: got {name}={start} with {size[axis]} of "
                f"{available} "
                f"{'rows' if axis == 0 else 'columns'}.\nGive at most {name}={available - size[axis]}."
            )
        corner.append(start)
    (top, left), (height, width) = corner, size
    return restore(batch[:, top : top + height, left : left + width])


def rotate(images, degrees, *, interpolation="linear", border="reflect"):
    """Turn images counterclockwise around their middle; the size stays.

    (H, W), (H, W, C), (batch, H, W), (batch, H, W, C) or a data set -> the same shape

    Parameters
    ----------
    images : array or CellImageDataset
        Of a data set the masks are turned too (nearest pixel).
    degrees : float
        Positive is counterclockwise, as one looks at the image.
    interpolation : {"nearest", "linear", "cubic"}
        bool is always turned with "nearest". Numbered masks need "nearest".
    border : {"reflect", "zero"}
        What comes in at the corners: the image mirrored at its edge, or zeros.

    Returns
    -------
    array or CellImageDataset

    Notes
    -----
    Equal to ``cv2.warpAffine`` with ``cv2.getRotationMatrix2D`` around ``((W - 1) / 2, (H - 1) / 2)``; with
    "cubic" up to rounding, and not at the edges of float64, which OpenCV cuts to whole numbers.

    Examples
    --------
    >>> import numpy as np
    >>> rotate(np.array([[1, 2], [3, 4]], np.uint8), 90)
    array([[2, 4],
           [1, 3]], dtype=uint8)
    """
    degrees = _checks.real_number("degrees", degrees)
    _checks.choice("interpolation", interpolation, ("nearest", "linear", "cubic"))
    _checks.choice("border", border, ("reflect", "zero"))
    if isinstance(images, CellImageDataset):
        return _of_both(
            images,
            lambda array: rotate(array, degrees, interpolation=interpolation, border=border),
            lambda masks: rotate(masks, degrees, interpolation="nearest", border=border),
        )
    cv2 = _opencv("rotate")
    batch, restore = _as_batch(images)
    height, width = batch.shape[1:3]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
    flags = {"nearest": cv2.INTER_NEAREST, "linear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC}
    flag = cv2.INTER_NEAREST if batch.dtype == bool else flags[interpolation]
    mode = cv2.BORDER_REFLECT_101 if border == "reflect" else cv2.BORDER_CONSTANT

    # Where "cubic" reaches over the edge, OpenCV cuts float64 to whole numbers and never ends for images one
    # pixel wide: put the edge farther out.
    margin = 0
    if interpolation == "cubic":
        margin = math.ceil((math.hypot(height, width) - min(height, width)) / 2) + 2
    matrix[:, 2] -= margin * matrix[:, :2].sum(axis=1)

    def turn(plane):
        plane = cv2.copyMakeBorder(plane, margin, margin, margin, margin, mode) if margin else plane
        return cv2.warpAffine(plane, matrix, (width, height), flags=flag, borderMode=mode)

    return restore(_each_plane(turn, batch, (height, width)))


def _opencv(function):
    try:
        import cv2
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"`{function}` needs OpenCV, which is not installed.\nInstall it: pip install "
            "opencv-python-headless."
        ) from error
    return cv2


def _as_batch(value):
    """The images as (batch, H, W, C), and the function that undoes the added axes."""
    images = _checks.as_array("images", value)
    if images.dtype.kind not in "biu" and images.dtype.name not in ("float32", "float64"):
        raise TypeError(
            f"`images` must hold whole numbers, float32 or float64: got images.dtype={images.dtype}.\n"
            f"Convert them, for example images.astype(np.float32)."
        )
    if images.ndim == 2:
        batch, restore = images[np.newaxis, ..., np.newaxis], lambda result: result[0, ..., 0]
    elif images.ndim == 3 and images.shape[-1] <= 4:
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


# What OpenCV works with in place of a type that it does not know.
_STAND_INS = {
    "bool": np.uint8,
    "int8": np.int16,
    "int32": np.float64,
    "uint32": np.float64,
    "int64": np.float64,
    "uint64": np.float64,
}
_LARGEST_EXACT = 2**53  # float64 holds every whole number up to here


def _each_plane(function, batch, size):
    """`function` on every (H, W) or, up to 4 channels, (H, W, C) image; the type is kept."""
    result = np.empty((len(batch), *size, batch.shape[3]), batch.dtype)
    # OpenCV reads bytes as this machine orders them, whatever the array says.
    work = batch.astype(_STAND_INS.get(batch.dtype.name, batch.dtype.newbyteorder("=")), copy=False)
    whole = batch.dtype.kind in "iu"
    if (
        whole
        and batch.size
        and batch.itemsize == 8
        and max(abs(int(batch.min())), abs(int(batch.max()))) > _LARGEST_EXACT
    ):
        raise ValueError(
            "`images` hold whole numbers too large to compute with exactly: got values from "
            f"{batch.min()} to {batch.max()}, dtype {batch.dtype}.\n"
            f"Keep them within ±2**53: number objects from 1, or convert with images.astype(np.float64)."
        )
    step = 4  # OpenCV turns at most 4 channels at once
    for index in range(len(batch)):
        for first in range(0, batch.shape[3], step):
            plane = function(np.ascontiguousarray(work[index, ..., first : first + step]))
            if (
                whole and work.dtype != batch.dtype
            ):  # a stand-in holds what the type cannot: fractions, and what "cubic" shoots over
                limits = np.iinfo(batch.dtype)
                plane = np.clip(np.rint(plane), limits.min, limits.max)
            result[index, ..., first : first + step] = plane.reshape(*size, -1)
    return result


def _of_both(dataset, function, mask_function=None):
    if dataset.masks is None:
        return replace(dataset, images=function(dataset.images))
    masks = (mask_function or function)(dataset.masks[..., np.newaxis])  # cannot be taken for color images
    return replace(dataset, images=function(dataset.images), masks=masks[..., 0])


def _resize_dataset(dataset, size, interpolation):
    height, width = dataset.images.shape[1:3]
    resized = _of_both(
        dataset,
        lambda images: resize(images, size, interpolation=interpolation),
        lambda masks: resize(masks, size, interpolation="nearest"),
    )
    if dataset.pixel_size_um is None:
        return resized
    vertical, horizontal = (
        dataset.pixel_size_um * old / new for old, new in zip((height, width), size, strict=True)
    )
    # Pixels that are no longer square have no one size; a wrong scale bar would be worse than none.
    return replace(resized, pixel_size_um=vertical if np.isclose(vertical, horizontal, rtol=0.01) else None)


def _warn_if_turned_over(size, height, width):
    if height != width and size[0] != size[1] and size[0] * height == size[1] * width:
        warnings.warn(
            f"`size` is (height, width): got size={size} for images of height {height} and width {width}, "
            "which "
            f"looks like OpenCV's (width, height). If so, give size={size[::-1]}.",
            UserWarning,
            stacklevel=3,
        )
