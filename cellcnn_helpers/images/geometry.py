"""Geometry of images: resize, crop, rotate, flip, turn."""

import math
import warnings
from dataclasses import replace

import numpy as np

from .. import _checks
from ..dataset import CellImageDataset
from ._batch import as_batch, each_image, of_both, opencv

__all__ = ["crop", "flip", "quarter_turn", "resize", "rotate"]


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

    The area of an object in pixels and the sum of its values grow with the number of pixels; `pixel_size_um`
    of a data set follows. Apart from "nearest", the mean of float images stays, to about 0.1 %. In uint8
    OpenCV rounds with a slight lean, up to 1/8 of a grey value per pixel, which a sum over a faint cell
    shows: measure in float32. All but "nearest" smooth the noise, and with it the brightest pixel.

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
    cv2 = opencv("resize")
    batch, restore = as_batch(images)
    height, width = batch.shape[1:3]
    if size == (height, width):
        return restore(batch.copy())
    _warn_if_turned_over(size, height, width)
    if interpolation is None:
        interpolation = "area" if size[0] <= height and size[1] <= width else "linear"
    if batch.dtype == bool:
        interpolation = "nearest"
    flag = {
        "nearest": cv2.INTER_NEAREST_EXACT,
        "linear": cv2.INTER_LINEAR,
        "cubic": cv2.INTER_CUBIC,
        "area": cv2.INTER_AREA,
    }[interpolation]

    def one(_, image, target):
        cv2.resize(image, size[::-1], dst=target, interpolation=flag)

    return restore(each_image(one, batch, size, moves=interpolation == "nearest"))


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
        return of_both(images, lambda array: crop(array, size, row=row, column=column))
    batch, restore = as_batch(images)
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

    The sum over an object stays, within rounding, as long as the object stays in view; its noise is smoothed.
    With "reflect" a piece of an object may come in a second time, mirrored, at a corner.

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
        return of_both(
            images,
            lambda array: rotate(array, degrees, interpolation=interpolation, border=border),
            lambda masks: rotate(masks, degrees, interpolation="nearest", border=border),
        )
    cv2 = opencv("rotate")
    batch, restore = as_batch(images)
    height, width = batch.shape[1:3]
    if batch.dtype == bool:
        interpolation = "nearest"
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
    flag = {"nearest": cv2.INTER_NEAREST, "linear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC}[interpolation]
    mode = cv2.BORDER_REFLECT_101 if border == "reflect" else cv2.BORDER_CONSTANT

    # Where "cubic" reaches over the edge, OpenCV cuts float64 to whole numbers and never ends for images one
    # pixel wide: put the edge farther out.
    margin = 0
    if interpolation == "cubic":
        margin = math.ceil((math.hypot(height, width) - min(height, width)) / 2) + 2
    matrix[:, 2] -= margin * matrix[:, :2].sum(axis=1)

    def one(_, image, target):
        if margin:
            image = cv2.copyMakeBorder(image, margin, margin, margin, margin, mode)
        cv2.warpAffine(image, matrix, (width, height), dst=target, flags=flag, borderMode=mode)

    return restore(each_image(one, batch, (height, width), moves=interpolation == "nearest"))


def flip(images, direction):
    """Mirror images: left becomes right, or up becomes down.

    (H, W), (H, W, C), (batch, H, W), (batch, H, W, C) or a data set -> the same shape

    Parameters
    ----------
    images : array or CellImageDataset
        Of a data set the masks are mirrored too.
    direction : {"left-right", "up-down"}

    Returns
    -------
    array or CellImageDataset
        Always a copy. No pixel changes its value: area and intensity stay exactly.

    See Also
    --------
    quarter_turn : the other change that costs nothing.

    Notes
    -----
    Equal to ``cv2.flip`` with 1 for "left-right" and 0 for "up-down".

    Examples
    --------
    >>> import numpy as np
    >>> flip(np.array([[1, 2], [3, 4]]), "left-right")
    array([[2, 1],
           [4, 3]])
    """
    _checks.choice("direction", direction, ("left-right", "up-down"))
    if isinstance(images, CellImageDataset):
        return of_both(images, lambda array: flip(array, direction))
    cv2 = opencv("flip")
    batch, restore = as_batch(images)
    code = 1 if direction == "left-right" else 0

    def one(_, image, target):
        cv2.flip(image, code, dst=target)

    return restore(each_image(one, batch, batch.shape[1:3], moves=True))


def quarter_turn(images, turns=1):
    """Turn images counterclockwise by quarters of a full turn.

    (H, W), (H, W, C), (batch, H, W), (batch, H, W, C) or a data set -> the same, or H and W exchanged

    Parameters
    ----------
    images : array or CellImageDataset
        Of a data set the masks are turned too.
    turns : int
        Number of quarters, from -3 on; negative is clockwise.

    Returns
    -------
    array or CellImageDataset
        Always a copy. No pixel changes its value: area and intensity stay exactly.

    See Also
    --------
    rotate : by any angle, with interpolation.

    Notes
    -----
    Equal to ``numpy.rot90`` in the plane of the image.

    Examples
    --------
    >>> import numpy as np
    >>> quarter_turn(np.array([[1, 2, 3], [4, 5, 6]]))
    array([[3, 6],
           [2, 5],
           [1, 4]])
    """
    turns = _checks.whole_number("turns", turns, minimum=-3) % 4
    if isinstance(images, CellImageDataset):
        return of_both(images, lambda array: quarter_turn(array, turns))
    batch, restore = as_batch(images)
    if turns == 0:
        return restore(batch.copy())
    cv2 = opencv("quarter_turn")
    code = (cv2.ROTATE_90_COUNTERCLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_CLOCKWISE)[turns - 1]

    def one(_, image, target):
        cv2.rotate(image, code, dst=target)

    size = batch.shape[1:3] if turns == 2 else batch.shape[2:0:-1]
    return restore(each_image(one, batch, size, moves=True))


def _resize_dataset(dataset, size, interpolation):
    height, width = dataset.images.shape[1:3]
    resized = of_both(
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
