"""Outlines of objects, along the edges of their pixels."""

import numpy as np
from matplotlib import patheffects
from matplotlib.collections import LineCollection

from .. import _checks

OUTLINE = "#ffb070"  # the contrast color as it is on dark pages: pictures of cells are mostly dark


def checked_mask(name, value, image):
    """The mask as an array of the height and width of `image`."""
    mask = _checks.as_array(name, value)
    if mask.ndim == 3 and mask.shape[-1] == 1:
        mask = mask[..., 0]
    if mask.dtype.kind not in "biu":
        raise TypeError(
            f"`{name}` must be bool or whole numbers: got {name}.dtype={mask.dtype}.\n"
            f"Make it so: {name} > 0.5, or {name}.astype(int) for numbered objects."
        )
    if mask.shape != image.shape[:2]:
        raise ValueError(
            f"`{name}` must have the height and width of its image, {image.shape[:2]}: got "
            f"{name}.shape={mask.shape}.\nTake the mask of the same image, in the same size."
        )
    return mask


def draw_outlines(ax, mask):
    """Draw a line between every two pixels that belong to different objects."""
    lines = LineCollection(edges_of(mask), colors=OUTLINE, linewidths=1.1, capstyle="projecting", zorder=3)
    halo = patheffects.Stroke(linewidth=2.2, foreground="black", alpha=0.45)
    lines.set_path_effects([halo, patheffects.Normal()])  # so it is seen on a bright picture too
    ax.add_collection(lines, autolim=False)


def edges_of(mask):
    """The straight lines around all objects, (lines, 2 ends, (x, y)); pixel 0 reaches from -0.5 to 0.5."""
    padded = np.pad(mask.astype(np.int64), 1)  # an object at the border is closed there
    horizontal = _runs(np.diff(padded, axis=0) != 0)
    vertical = _runs(np.diff(padded, axis=1).T != 0)[..., ::-1]
    return np.concatenate([horizontal, vertical]) - 0.5


def _runs(is_edge):
    """Neighboring edges joined, so there are few lines: the (x, y) of both ends of each run along a row."""
    steps = np.diff(np.pad(is_edge, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(steps == 1)
    _, ends = np.nonzero(steps == -1)
    # Column k of a padded row is pixel k - 1 of the image, and row k lies below pixel row k - 1.
    return np.stack([np.stack([starts - 1, rows], axis=-1), np.stack([ends - 1, rows], axis=-1)], axis=1)
