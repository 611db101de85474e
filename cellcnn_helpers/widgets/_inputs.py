"""Checks of what a widget is given: small enough that every number can be seen and read."""

import numpy as np

from cellcnn_helpers import _checks
from cellcnn_helpers.dataset import CellImageDataset

LARGEST_SIDE = 128
LARGEST_KERNEL = 7
MOST_CELLS = 8
MOST_CLASSES = 5


def checked_pictures(name, value):
    """Return {name: grey picture}, each as uint8 or float32, or say what is wrong with one."""
    if not isinstance(value, dict) or not value or not all(isinstance(key, str) for key in value):
        raise TypeError(
            f"`{name}` must be a dict of names and grey pictures: got {_checks.received(name, value)}.\n"
            f'Give for example {name}={{"my cell": array}}.'
        )
    return {key: _checked_picture(f'{name}["{key}"]', picture) for key, picture in value.items()}


def _checked_picture(name, value):
    array = _checks.as_array(name, value)
    if array.ndim != 2:
        raise ValueError(
            f"`{name}` must be one grey picture (height, width): got {name}.shape={array.shape}.\n"
            f"Take one picture of a batch, and one channel or the mean of all: image.mean(-1)."
        )
    if not 1 <= min(array.shape) <= max(array.shape) <= LARGEST_SIDE:
        raise ValueError(
            f"`{name}` must have 1 to {LARGEST_SIDE} rows and columns: got {name}.shape={array.shape}.\n"
            f"Crop it, or make it smaller: more pixels could not be told apart on the screen."
        )
    if array.dtype == np.uint8:
        return array
    numbers = _checks.float_array(name, array, axes=("height", "width"), complex_ok=False)
    return _checks.no_nan(name, numbers).astype(np.float32, copy=False)


def checked_kernel(name, value):
    """Return the weights as a list of rows; whole numbers as int, as a reader would write them."""
    kernel = _checks.float_array(name, value, axes=("kernel height", "kernel width"), complex_ok=False)
    if not 1 <= min(kernel.shape) <= max(kernel.shape) <= LARGEST_KERNEL:
        raise ValueError(
            f"`{name}` must have 1 to {LARGEST_KERNEL} rows and columns: got {name}.shape={kernel.shape}.\n"
            f"Give a smaller kernel, or `dilation_rate` to span more pixels with the same weights."
        )
    rows = _checks.no_nan(name, kernel).tolist()
    return [[int(weight) if weight == int(weight) else weight for weight in row] for row in rows]


def whole_number_between(name, value, minimum, maximum):
    """Return `value` as an int from `minimum` to `maximum`."""
    number = _checks.whole_number(name, value, minimum=minimum)
    if number > maximum:
        raise ValueError(
            f"`{name}` must be at most {maximum}: got {_checks.received(name, value)}.\n"
            f"Give a whole number from {minimum} to {maximum}."
        )
    return number


def checked_cells(name, value):
    """Return a data set of few, small, grey or RGB pictures, so few that all stand side by side."""
    if not isinstance(value, CellImageDataset):
        raise TypeError(
            f"`{name}` must be a CellImageDataset: got {_checks.received(name, value)}.\n"
            f"Make one of your arrays: CellImageDataset(images, labels, class_names)."
        )
    num_cells, height, width, channels = value.images.shape
    num_classes = len(value.class_names)
    if not (1 <= num_cells <= MOST_CELLS and 2 <= num_classes <= MOST_CLASSES):
        raise ValueError(
            f"`{name}` must have 1 to {MOST_CELLS} cells of 2 to {MOST_CLASSES} classes: got {num_cells} "
            f"of {num_classes}, {name}={value}.\nTake a few: {name}.subset([0, 1, 2])."
        )
    if max(height, width) > LARGEST_SIDE or channels not in (1, 3):
        raise ValueError(
            f"`{name}` must be grey or RGB, with at most {LARGEST_SIDE} rows and columns: got "
            f"{name}.images.shape={value.images.shape}.\nMake the pictures smaller, or take one channel."
        )
    return value


def numbers_between(name, value, shape, *, low, high):
    """Return an array of `shape` with values from `low` to `high` as nested lists of float."""
    axes = ("cells", "classes")[-len(shape) :]
    array = _checks.no_nan(name, _checks.float_array(name, value, axes=axes, complex_ok=False))
    if array.shape != shape:
        raise ValueError(
            f"`{name}` must have the shape ({', '.join(axes)}) = {shape}: got {name}.shape={array.shape}.\n"
            f"Give one number for each."
        )
    outside = np.argwhere((array < low) | (array > high))
    if len(outside):
        place = tuple(map(int, outside[0]))
        raise ValueError(
            f"`{name}` must lie from {low} to {high}: got {name}{list(place)}={array[place]}.\n"
            f"Give numbers that its sliders can show."
        )
    return array.tolist()


def numbers_by_name(name, value, names, *, low, high):
    """Return {name: float} for all `names`, given such a dict or one number for all."""
    if not isinstance(value, dict):
        value = dict.fromkeys(names, value)
    if set(value) != set(names):
        raise ValueError(
            f"`{name}` must be one number, or one for each of {', '.join(names)}: got {name}={value}.\n"
            f"Give all of them."
        )
    return {key: _checks.real_number(f'{name}["{key}"]', value[key], low=low, high=high) for key in names}
