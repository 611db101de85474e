"""What the augmentation widget is given: cells with masks, and a change of them."""

import numpy as np

from cellcnn_helpers import _checks
from cellcnn_helpers.widgets._base import arrays_to_bytes
from cellcnn_helpers.widgets._inputs import checked_cells, whole_number_between

CHOICES = {
    "mirror": ("none", "left-right", "up-down", "both"),
    "interpolation": ("linear", "nearest"),
    "border": ("reflect", "zero"),
}
LARGEST = {"quarter_turns": 3, "seed": 2**32 - 1}
RANGES = {
    "degrees": (-180, 180),
    "zoom": (0.25, 4),
    "brightness": (-1, 1),
    "contrast": (0.1, 10),
    "noise": (0, 1),
}
FARTHEST_PX = 128
CHANGE = (*CHOICES, *LARGEST, *RANGES, "shift_px")


def checked_change(name, value):
    """Return the part `name` of a change, or say what is wrong with it."""
    if name in CHOICES:
        return _checks.choice(name, value, CHOICES[name])
    if name in LARGEST:
        return whole_number_between(name, value, 0, LARGEST[name])
    if name in RANGES:
        low, high = RANGES[name]
        return _checks.real_number(name, value, low=low, high=high)
    steps = enumerate(_checks.pair(name, value, minimum=-FARTHEST_PX))
    return [whole_number_between(f"{name}[{axis}]", step, -FARTHEST_PX, FARTHEST_PX) for axis, step in steps]


def checked_masked_cells(name, value):
    """Return a data set of few, small, grey uint8 pictures with masks, or say what is wrong with it."""
    checked_cells(name, value)
    if value.images.shape[-1] != 1 or value.images.dtype != np.uint8:
        raise ValueError(
            f"`{name}` must be grey pictures of uint8: got {name}.images of {value.images.dtype} with "
            f"{value.images.shape[-1]} channels.\nTake one channel, and bring it to 0 to 255."
        )
    covered = None if value.masks is None else (value.masks > 0).mean((1, 2))
    if covered is None or not ((covered > 0) & (covered < 1)).all():
        got = "no masks" if covered is None else f"masks that fill {covered.min():.0%} to {covered.max():.0%}"
        raise ValueError(
            f"`{name}` must have masks, each of an object on a ground: got {got}, {name}={value}.\n"
            f"Give them: dataclasses.replace({name}, masks=masks)."
        )
    return value


def masked_cells_to_browser(cells, widget=None):
    """Return pictures, masks (1 in an object), the name of each cell and the pixel size or None."""
    masks = (cells.masks > 0).astype(np.uint8)
    return {
        **arrays_to_bytes({"images": cells.images[..., 0], "masks": masks}),
        "names": [cells.class_names[label] for label in cells.labels],
        "pixel_size_um": cells.pixel_size_um,
    }
