"""What a layer holds and gives: kernels and feature maps."""

import math

import matplotlib.pyplot as plt
import numpy as np

from .. import _checks
from .grids import checked_plane, draw_grid, kernel_numbers, signed_colors
from .style import PLAIN, SIGNED, SMALL_POINTS, WIDTH_INCHES, checked_titles, style, write_source


def show_maps(maps, titles=None, *, columns=4, shared_scale=True, source=""):
    """Draw feature maps with their scale beside them.

    (H, W, filters), (1, H, W, filters) or (H, W)

    Parameters
    ----------
    maps : array
        What a layer gave for one image. With negative values the scale is orange below zero and blue above,
        otherwise grey.
    titles : list of str, optional
        One per map; by default "filter 0", "filter 1", ...
    columns : int
        Maps in a row.
    shared_scale : bool
        One scale for all maps, so they can be compared; else each has its own, so faint ones can be seen.
    source : str
        Where the image comes from.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from cellcnn_helpers import plots
    >>> plots.show_maps(np.random.default_rng(0).normal(size=(1, 16, 16, 3)))
    >>> plt.close()
    """
    maps = _checks.float_array("maps", maps, axes=None, complex_ok=False)
    if maps.ndim == 4 and len(maps) == 1:
        maps = maps[0]
    if maps.ndim == 2:
        maps = maps[..., np.newaxis]
    if maps.ndim != 3 or not maps.size:
        raise ValueError(
            f"`maps` must have the dimensions (height, width, filters): got maps.shape={maps.shape}.\n"
            f"Choose one image of a batch: maps[0]."
        )
    num_maps = maps.shape[-1]
    titles = [f"filter {index}" for index in range(num_maps)] if titles is None else titles
    titles, source = checked_titles(titles, "maps", num_maps), _checks.text("source", source)
    columns = min(_checks.whole_number("columns", columns), num_maps)
    rows = math.ceil(num_maps / columns)
    tile = min((WIDTH_INCHES - 0.8) / columns, 2.4)
    with style():
        figure, axes = plt.subplots(
            rows,
            columns,
            squeeze=False,
            layout="constrained",
            figsize=(
                tile * columns + 0.8,
                rows * (tile * maps.shape[0] / maps.shape[1] + 0.25) + 0.25 * bool(source),
            ),
        )
        for ax in axes.flat:
            ax.set_axis_off()
        for index, title in enumerate(titles):
            ax, values = axes.flat[index], maps[..., index]
            color_map, low, high = _scale_of_values(maps if shared_scale else values)
            drawn = ax.imshow(values, cmap=color_map, vmin=low, vmax=high)
            ax.set_title(title, size=SMALL_POINTS, **PLAIN)
            if not shared_scale:
                figure.colorbar(drawn, ax=ax, shrink=0.8, aspect=20, pad=0.03).outline.set_visible(False)
        if shared_scale:
            figure.colorbar(drawn, ax=axes, shrink=0.8, aspect=30, pad=0.02).outline.set_visible(False)
        write_source(figure, source)


def show_kernels(kernels, titles=None, *, columns=6):
    """Draw kernels with their numbers: blue above zero, orange below.

    (KH, KW), (KH, KW, channels, filters) or a list of (KH, KW)

    Parameters
    ----------
    kernels : array or list of array
        Small kernels (up to 7 × 7) show their numbers. With several channels each channel is drawn.
    titles : list of str, optional
        One per kernel drawn.
    columns : int
        Kernels in a row.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from cellcnn_helpers import plots
    >>> plots.show_kernels([np.ones((3, 3)) / 9, np.array([[1, 0, -1]] * 3)], ["mean", "edge"])
    >>> plt.close()
    """
    planes, names = _kernel_planes(kernels)
    titles = checked_titles(names if titles is None else titles, "kernels drawn", len(planes))
    columns = min(_checks.whole_number("columns", columns), len(planes))
    rows = math.ceil(len(planes) / columns)
    tile = min(WIDTH_INCHES / columns, 1.8)
    with style():
        figure, axes = plt.subplots(
            rows, columns, squeeze=False, layout="constrained", figsize=(tile * columns, rows * (tile + 0.25))
        )
        for ax in axes.flat:
            ax.set_axis_off()
        for ax, plane, title in zip(axes.flat, planes, titles, strict=False):
            height, width = plane.shape
            ax.set(xlim=(-0.05, width + 0.05), ylim=(height + 0.05, -0.05), aspect="equal")
            ax.set_title(title, size=SMALL_POINTS, **PLAIN)
            texts = kernel_numbers(plane) if max(plane.shape) <= 7 else np.full(plane.shape, "")
            draw_grid(ax, texts, signed_colors(plane))
        figure.align_titles()


def _scale_of_values(values):
    """Color map and range for values that may have a sign."""
    largest = float(np.abs(values).max()) or 1.0
    if values.min() < 0:
        return SIGNED, -largest, largest
    return "gray", 0.0, largest


def _kernel_planes(kernels):
    """The planes (KH, KW) to draw, and a name for each."""
    is_list = isinstance(kernels, (list, tuple)) and len(kernels) > 0
    if is_list and _checks.as_array("kernels[0]", kernels[0]).ndim == 2:
        planes = [checked_plane(f"kernels[{index}]", kernel) for index, kernel in enumerate(kernels)]
        return planes, [""] * len(planes)
    array = _checks.float_array("kernels", kernels, axes=None, complex_ok=False)
    _checks.no_nan("kernels", array)
    if array.ndim == 2:
        return [checked_plane("kernels", array)], [""]
    if array.ndim != 4 or not array.size:
        raise ValueError(
            "`kernels` must have the dimensions (height, width, channels, filters): got "
            f"kernels.shape={array.shape}.\n"
            f"Give one kernel (height, width), a list of such, or the weights of a layer."
        )
    num_channels, num_filters = array.shape[2:]
    planes = [array[:, :, c, f].astype(float) for f in range(num_filters) for c in range(num_channels)]
    if num_channels == 1:
        return planes, [f"filter {f}" for f in range(num_filters)]
    return planes, [f"filter {f}, channel {c}" for f in range(num_filters) for c in range(num_channels)]
