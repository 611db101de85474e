"""What a `CellImageDataset` accepts: each function returns its argument as it is stored, or refuses it."""

import numbers

import numpy as np

from . import _checks


def images(value):
    images = _checks.as_array("images", value)
    if images.dtype not in (np.bool_, np.uint8, np.uint16, np.float32, np.float64):
        raise TypeError(
            "`images` must be stored as uint8, uint16, bool, float32 or float64: got "
            f"images.dtype={images.dtype}.\n"
            f"Convert them: images.astype(np.uint8) if all values lie between 0 and 255, else np.float32."
        )
    if images.ndim == 3:
        images = images[..., np.newaxis]
    if images.ndim != 4:
        raise ValueError(
            "`images` must have the dimensions (batch, height, width, channels): got "
            f"images.shape={images.shape}.\n"
            f"For one image add the batch axis: images[np.newaxis]."
        )
    if 0 in images.shape[1:]:
        raise ValueError(
            f"`images` hold no pixels: got images.shape={images.shape}.\nGive at least one row, column and "
            "channel."
        )
    if images.shape[1] in (1, 3, 4) and images.shape[2] > 4 and images.shape[3] > 4:
        raise ValueError(
            f"`images` must have their channels last: got images.shape={images.shape}.\n"
            f"This looks like (batch, channels, height, width): np.moveaxis(images, 1, -1) moves them."
        )
    if images.dtype.kind == "f":
        _checks.no_nan("images", images)
    return images


def class_names(value):
    if isinstance(value, (str, bytes, dict, set)) or not hasattr(value, "__iter__"):
        raise TypeError(
            f"`class_names` must be a list of names: got {_checks.received('class_names', value)}.\n"
            f'Give for example ["round", "spiky"].'
        )
    names = tuple(str(name) if isinstance(name, str) else name for name in value)
    for name in names:
        if not isinstance(name, str) or not name.strip():
            raise TypeError(
                f"`class_names` must hold a name per class: got {name!r} in class_names={list(names)!r}.\n"
                f"Give each class a name that is not empty."
            )
    if not names or len(set(names)) < len(names):
        raise ValueError(
            f"`class_names` must name each class once: got class_names={list(names)!r}.\n"
            f"Give at least one name, and no name twice."
        )
    return names


def labels(value, images, class_names):
    labels = _numbers_or_names("labels", value)
    if labels.ndim == 2 and labels.shape[1] == len(class_names) > 1:
        raise ValueError(
            f"`labels` must be one whole number per image: got labels.shape={labels.shape}, which looks "
            "one-hot.\n"
            f"Take the place of the 1 in each row: labels.argmax(axis=1)."
        )
    if labels.shape != (len(images),):
        squeeze = (
            "labels.ravel() removes the second axis"
            if labels.shape == (len(images), 1)
            else (
                "For one colour image add the batch axis: images[np.newaxis]"
                if images.shape[2] in (3, 4) and images.shape[3] == 1
                else "Give one label per image"
            )
        )
        raise ValueError(
            f"`labels` must have shape ({len(images)},), one per image: got labels.shape={labels.shape} and "
            f"images.shape={images.shape}.\n{squeeze}."
        )
    if not len(labels):
        return np.zeros(0, np.int64)
    if labels.dtype.kind not in "iu":
        raise TypeError(
            f"`labels` must be whole numbers: got labels.dtype={labels.dtype}.\n"
            f"Number the classes from 0: names, labels = np.unique(labels, return_inverse=True)."
        )
    outside = np.flatnonzero((labels < 0) | (labels >= len(class_names)))
    if len(outside):
        raise ValueError(
            f"`labels` must lie from 0 to {len(class_names) - 1} for {len(class_names)} classes: got "
            f"labels[{outside[0]}]={labels[outside[0]]}.\nCount classes from 0, and name each in "
            "`class_names`."
        )
    return labels.astype(np.int64)


def masks(value, images):
    masks = _checks.as_array("masks", value)
    if masks.dtype.kind not in "biu":
        raise TypeError(
            f"`masks` must be bool or whole numbers: got masks.dtype={masks.dtype}.\n"
            f"Make them so: masks > 0.5, or masks.astype(np.uint16) for numbered objects."
        )
    if masks.shape != images.shape[:3]:
        raise ValueError(
            f"`masks` must have shape {images.shape[:3]}, one value per pixel: got "
            f"masks.shape={masks.shape}.\n"
            f"Give one mask per image, of the same height and width, without a channel axis."
        )
    return masks


def groups(value, images):
    groups = _numbers_or_names("groups", value)
    if groups.dtype.kind not in "biuU":
        raise TypeError(
            f"`groups` must be whole numbers or names: got groups.dtype={groups.dtype}.\n"
            f"Give one patient, slide or plate per image, for example groups.astype(str)."
        )
    if groups.shape != (len(images),):
        raise ValueError(
            f"`groups` must have shape ({len(images)},), one per image: got groups.shape={groups.shape}.\n"
            f"Give one patient, slide or plate per image."
        )
    return groups


def _numbers_or_names(name, value):
    """An array; whole numbers or names that come as objects, as pandas keeps them, get a type."""
    array = np.asarray(value) if hasattr(value, "dtype") else None
    if array is None or array.dtype != object:
        return _checks.as_array(name, value)
    for kind, dtype in ((str, str), (numbers.Integral, np.int64)):
        if all(isinstance(entry, kind) for entry in array.flat):
            return array.astype(dtype)
    kinds = ", ".join(sorted({type(entry).__name__ for entry in array.flat}))
    raise TypeError(
        f"`{name}` must be all whole numbers or all names: got {name} with entries of type {kinds}.\n"
        f"Fill in or drop the images where one is missing."
    )


def selection(value, num_images):
    if isinstance(value, slice):
        try:
            value.indices(num_images)
        except (TypeError, ValueError) as error:
            raise TypeError(
                f"`selection` cannot be counted: got {_checks.received('selection', value)}, {error}.\n"
                f"Give whole numbers, for example slice(0, 10)."
            ) from None
        return value
    selection = _checks.as_array("selection", value)
    if not selection.size and selection.ndim == 1 and selection.dtype != bool:
        return np.zeros(0, np.int64)
    if selection.ndim != 1 or selection.dtype.kind not in "biu":
        raise TypeError(
            "`selection` must be a row of positions or of True and False: got "
            f"{_checks.received('selection', value)}.\n"
            f"Give for example [0, 2] or labels == 1."
        )
    if selection.dtype == bool and len(selection) != num_images:
        raise ValueError(
            f"`selection` must say True or False for each of the {num_images} images: got "
            f"selection.shape={selection.shape}.\nCompare an array with one entry per image, for example "
            "labels == 1."
        )
    if selection.dtype != bool:
        outside = selection[(selection < -num_images) | (selection >= num_images)]
        if len(outside):
            raise IndexError(
                f"`selection` asks for image {outside[0]} of {num_images}: got "
                f"selection={selection.tolist()!r:.60}.\n"
                f"Give positions from 0 to {num_images - 1}."
            )
    return selection


def scale(images, max_value):
    """The stored value that becomes 1, after a look that no image leaves [0, 1] with it."""
    if max_value is not None:
        scale = _checks.real_number("max_value", max_value, low=0, low_open=True)
    else:
        scale = np.iinfo(images.dtype).max if images.dtype.kind in "iu" else 1
    if images.size and max_value is None and images.dtype.kind in "bu":
        return scale  # the type itself keeps the values in range
    if images.size and (images.min() < 0 or images.max() > scale):
        raise ValueError(
            f"`images` leave the range from 0 to {scale:g}: got values from {images.min():.6g} to "
            f"{images.max():.6g}, dtype {images.dtype}.\n"
            f"The images are not scaled: give the value that shall become 1, for example max_value=255."
        )
    return scale
