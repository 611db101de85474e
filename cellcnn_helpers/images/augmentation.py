"""Random changes that leave the class of a cell as it is; masks go where their images go."""

from dataclasses import replace

import numpy as np

from .. import _checks, _dataset_checks
from ..dataset import CellImageDataset
from ._batch import as_batch, camera_images, each_image, is_one_color_image, opencv
from ._draws import Limits, RandomByIndex, checked_indices, draw

__all__ = ["augment"]


def augment(
    images,
    masks=None,
    *,
    rng,
    indices=None,
    flips=True,
    quarter_turns=False,
    rotation_degrees=0,
    shift_px=0,
    zoom=1,
    brightness=0,
    contrast=1,
    noise=0,
    max_value=None,
    border="reflect",
):
    """Change every image a little, each in its own random way, and its mask with it.

    (H, W), (H, W, C), (batch, H, W), (batch, H, W, C) or a data set -> the same shape

    Parameters
    ----------
    images : array or CellImageDataset
        Training images; images to test on stay as they are.
    masks : array of bool or int, optional
        ``(batch, H, W)``. A data set brings its own.
    rng : int or numpy.random.Generator
        With a whole number, the change of an image depends on it and on the index of the image alone: give
        another one in every epoch, for example its number. A generator gives new changes at every call.
    indices : array of int, optional
        ``(batch,)``, from 0 on: who the images are, by default 0, 1, 2 and so on. With the same `rng` image 7
        is changed in the same way in whatever batch it comes.
    flips : bool
        Mirror left to right, and up to down, each in half of the images.
    quarter_turns : bool
        Turn by 0, 90, 180 or 270 degrees. Needs square images.
    rotation_degrees : float
        Turn by an angle from minus to plus this, at most 180.
    shift_px : int
        Move by whole pixels, from minus to plus this, in rows and in columns.
    zoom : float
        Enlarge by a factor from ``1 / zoom`` to `zoom`; at least 1. Not where size tells the classes apart.
    brightness : float
        Add a share of `max_value`, from minus to plus this.
    contrast : float
        Stretch the values around the mean of the image by a factor from ``1 / contrast`` to `contrast`; at
        least 1.
    noise : float
        Standard deviation of the normal noise added to every value, as a share of `max_value`.
    max_value : float, optional
        The largest value a pixel can have, as in `normalize`; changed intensities are cut off there and at 0.
    border : {"reflect", "zero"}
        What comes in at the edges: the image mirrored there, or zeros.

    Returns
    -------
    array, (array, array) or CellImageDataset
        The images, of the type that came in; with `masks`, the images and the masks. Always a copy. A data
        set keeps labels and groups; zoomed images have no common `pixel_size_um`.

    Raises
    ------
    TypeError, ValueError
        Where an argument does not fit; if intensities are to be changed of images that leave the range from 0
        to `max_value`.

    See Also
    --------
    flip, quarter_turn, rotate : the same change for every image.

    Notes
    -----
    Flips and quarter turns come first, then rotation and zoom about the middle, then the shift. They are one
    move: pixels are interpolated at most once, linearly (masks and bool: nearest pixel), and not at all
    without rotation and zoom. Factors and their inverses are equally likely. Each kind of change has random
    numbers of its own, so that switching one on leaves the others as they were.

    Augment after the split. Copies of one cell in the training and in the test images are a leak: the score
    then says how well the network remembers that cell.

    Examples
    --------
    >>> import numpy as np
    >>> images = np.arange(128, dtype=np.uint8).reshape(2, 8, 8)
    >>> changed = augment(images, rng=3, quarter_turns=True)
    >>> bool((augment(images[1:], rng=3, indices=[1], quarter_turns=True) == changed[1:]).all())
    True
    """
    limits = Limits(
        _checks.boolean("flips", flips),
        _checks.boolean("quarter_turns", quarter_turns),
        _checks.real_number("rotation_degrees", rotation_degrees, low=0, high=180),
        _checks.whole_number("shift_px", shift_px, minimum=0),
        _checks.real_number("zoom", zoom, low=1),
        _checks.real_number("brightness", brightness, low=0, high=1),
        _checks.real_number("contrast", contrast, low=1),
        _checks.real_number("noise", noise, low=0, high=1),
    )
    _checks.choice("border", border, ("reflect", "zero"))
    how = (limits, RandomByIndex(rng), indices, max_value, border)
    if not isinstance(images, CellImageDataset):
        changed, changed_masks = _augmented(images, masks, *how)
        return changed if masks is None else (changed, changed_masks)
    if masks is not None:
        raise ValueError(
            f"`masks` belong to the data set: got {_checks.received('masks', masks)} beside one.\n"
            f"Leave them out, or put them in: dataclasses.replace(dataset, masks=masks)."
        )
    changed, changed_masks = _augmented(images.images, images.masks, *how)
    pixel_size_um = images.pixel_size_um if limits.zoom == 1 else None
    return replace(images, images=changed, masks=changed_masks, pixel_size_um=pixel_size_um)


def _augmented(images, masks, limits, random, indices, max_value, border):
    """The changed images, and the masks or None."""
    batch, restore = as_batch(images)
    indices = checked_indices(indices, len(batch))
    if limits.quarter_turns and batch.shape[1] != batch.shape[2]:
        raise ValueError(
            f"`quarter_turns` needs square images: got quarter_turns=True for images of height "
            f"{batch.shape[1]} and width {batch.shape[2]}.\n"
            f"Crop the images, or leave it out: flips alone give the half turn."
        )
    if limits.changes_intensities:
        camera_images("augment", batch)
        max_value = _dataset_checks.scale(batch, max_value)
    if masks is not None:
        masks = _checked_masks(masks, np.asarray(images), batch)
    draws = draw(limits, random, indices)
    moves = not limits.interpolates or batch.dtype == bool
    changed = _moved(batch, draws, limits, border, moves=moves)
    if limits.changes_intensities:
        changed = _with_intensities(changed, draws, limits, random, indices, max_value)
    if masks is not None:
        shape = masks.shape
        masks = _moved(masks.reshape(*batch.shape[:3], 1), draws, limits, border, moves=True).reshape(shape)
    return restore(changed), masks


def _checked_masks(masks, images, batch):
    """Return the masks of one image or of a batch, as an array."""
    masks = _checks.as_array("masks", masks)
    if images.ndim == 2 or is_one_color_image(images):
        return _dataset_checks.masks(masks[np.newaxis], batch)[0]
    return _dataset_checks.masks(masks, batch)


def _moved(batch, draws, limits, border, *, moves):
    """The images flipped, turned, enlarged and shifted; `moves`: each pixel comes from one pixel."""
    cv2 = opencv("augment")
    height, width = batch.shape[1:3]
    if not limits.interpolates and not limits.shift_px:
        one = _flips_and_turns(cv2, draws)
    else:
        matrices = _matrices(draws, height, width)
        how = {
            "flags": cv2.INTER_NEAREST if moves else cv2.INTER_LINEAR,
            "borderMode": cv2.BORDER_REFLECT_101 if border == "reflect" else cv2.BORDER_CONSTANT,
        }

        def one(index, image, target):
            cv2.warpAffine(image, matrices[index], (width, height), dst=target, **how)

    return each_image(one, batch, (height, width), moves=moves)


def _flips_and_turns(cv2, draws):
    """One of the eight ways in which a square comes to lie on itself, each a single pass over the image."""
    ways = (
        lambda image, target: np.copyto(target, image),
        lambda image, target: cv2.flip(image, 1, dst=target),
        lambda image, target: cv2.flip(image, 0, dst=target),
        lambda image, target: cv2.flip(image, -1, dst=target),
        lambda image, target: cv2.rotate(image, cv2.ROTATE_90_COUNTERCLOCKWISE, dst=target),
        lambda image, target: cv2.transpose(image, dst=target),
        lambda image, target: cv2.flip(cv2.transpose(image), -1, dst=target),
        lambda image, target: cv2.rotate(image, cv2.ROTATE_90_CLOCKWISE, dst=target),
    )
    half_turned = draws.quarters >= 2  # the same as both flips
    quarter, up_down, left_right = (
        draws.quarters % 2,
        draws.up_down ^ half_turned,
        draws.left_right ^ half_turned,
    )
    way_of_image = (4 * quarter + 2 * up_down + left_right).tolist()
    return lambda index, image, target: ways[way_of_image[index]](image, target)


def _matrices(draws, height, width):
    """(batch, 2, 3), as OpenCV takes them: columns first, rows downward."""
    turn = np.array([1, 1j, -1, -1j])[draws.quarters] * draws.zoom * np.exp(1j * np.deg2rad(draws.degrees))
    turn = np.array([[turn.real, turn.imag], [-turn.imag, turn.real]])  # (2, 2, batch)
    mirror = np.where([draws.left_right, draws.up_down], -1, 1)  # (2, batch)
    linear = np.moveaxis(turn * mirror, -1, 0)
    middle = np.array([width - 1, height - 1]) / 2
    shift = middle - linear @ middle + np.stack([draws.columns, draws.rows], axis=1)
    return np.concatenate([linear, shift[..., np.newaxis]], axis=2)


def _with_intensities(batch, draws, limits, random, indices, max_value):
    """The images with changed brightness, contrast and noise, cut off at 0 and `max_value`."""
    cv2 = opencv("augment")
    native = batch.astype(batch.dtype.newbyteorder("="), copy=False)
    images = native.reshape(len(batch), batch.shape[1], batch.shape[2] * batch.shape[3])
    depth = {"uint8": cv2.CV_8U, "uint16": cv2.CV_16U, "float32": cv2.CV_32F, "float64": cv2.CV_64F}
    depth = depth[native.dtype.name]
    noise = np.zeros(images.shape[1:], np.float32)
    for image, index, contrast, brightness in zip(
        images, indices.tolist(), draws.contrast, draws.brightness, strict=True
    ):
        added = brightness * max_value
        if contrast != 1:
            added += (1 - contrast) * cv2.mean(image)[0]
        if limits.noise:
            random.at(index, 1).standard_normal(out=noise, dtype=np.float32)
            cv2.addWeighted(image, contrast, noise, limits.noise * max_value, added, dst=image, dtype=depth)
        else:
            cv2.addWeighted(image, contrast, image, 0, added, dst=image)
    if native.dtype.kind == "f" or max_value < np.iinfo(native.dtype).max:
        np.clip(native, 0, native.dtype.type(max_value), out=native)
    return native.astype(batch.dtype, copy=False)
