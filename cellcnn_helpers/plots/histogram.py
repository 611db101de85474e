"""Histograms of grey values, with the end of the scale marked."""

from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np

from .. import _checks
from .style import (
    ACCENT,
    CONTRAST,
    PLAIN,
    SERIES,
    SMALL_POINTS,
    WIDTH_INCHES,
    checked_axes,
    checked_titles,
    style,
    write_below,
)

NUM_BINS = 256  # at most; a bin of whole numbers is a whole number wide
CHANNELS = (("red", "#b3261e"), ("green", "#2e7d32"), ("blue", ACCENT))


def show_histogram(images, *, names=None, bit_depth=None, log=False, title="", source="", ax=None):
    """Draw how often each grey value occurs, and mark the value at which the camera is saturated.

    (H, W), (batch, H, W, 1), (H, W, 3), (batch, H, W, 3) or a list of grey images

    Parameters
    ----------
    images : array or list of array
        A grey image or a batch gives one histogram of all its values, color images one for each channel, a
        list one for each of its entries.
    names : list of str, optional
        One per histogram; by default the channels are red, green and blue.
    bit_depth : int, optional
        Bits of the camera, from 1 to 16: its largest value is ``2**bit_depth - 1``, where it is saturated. By
        default 8 for uint8. For other whole numbers nothing says where the scale of the camera ends: without
        `bit_depth` nothing is marked. Floats between 0 and 1 end at 1.
    log : bool
        A scale of powers of ten for the counts, so that a few bright pixels are seen beside the background.
    title, source : str
        Stand above and below the figure.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.

    Raises
    ------
    ValueError
        If an image holds no pixels, NaN, or a value above the largest of `bit_depth`.

    Notes
    -----
    Where the histograms count different numbers of pixels, they are drawn as shares, so they can be compared.
    The legend tells which part of the pixels is saturated: they hold the largest value whatever more light
    there was.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from cellcnn_helpers import plots
    >>> bright = np.minimum(np.random.default_rng(0).poisson(220, (64, 64)), 255).astype(np.uint8)
    >>> plots.show_histogram(bright, title="A quarter second too long")
    >>> plt.close()
    """
    planes, colors, names = _planes(images, names)
    scale = _scale(planes, bit_depth)
    log, ax = _checks.boolean("log", log), checked_axes(ax)
    title, source = _checks.text("title", title), _checks.text("source", source)
    with style():
        if ax is None:
            size = (WIDTH_INCHES * 0.8, 2.8 + 0.25 * bool(title) + 0.25 * bool(source))
            _, ax = plt.subplots(figsize=size, layout="constrained")
        _draw(ax, planes, colors, names, scale, log)
        ax.set_title(title, **PLAIN)
        write_below(ax, source)


class _Scale(NamedTuple):
    """The bins of all histograms, and the saturated value if it is known."""

    edges: np.ndarray
    saturated: float | None


def _planes(images, names):
    """What is counted: a list of arrays of any shape, with the color and the name of each."""
    if isinstance(images, (list, tuple)) and images and np.ndim(images[0]) >= 2:
        planes = [_values(f"images[{index}]", image) for index, image in enumerate(images)]
        default = [f"image {index}" for index in range(len(planes))]
        colors = None
    else:
        array = _values("images", images)
        is_color = array.ndim in (3, 4) and array.shape[-1] == len(CHANNELS)
        planes = [array[..., channel] for channel in range(3)] if is_color else [array]
        default = [name for name, _ in CHANNELS] if is_color else [""]
        colors = [color for _, color in CHANNELS] if is_color else None
    names = checked_titles(default if names is None else names, "histograms", len(planes), argument="names")
    return planes, colors or SERIES * len(planes), names


def _values(name, value):
    values = _checks.as_array(name, value)
    if values.dtype.kind not in "biuf":
        raise TypeError(
            f"`{name}` must hold whole or real numbers: got {_checks.received(name, value)}.\n"
            f"Of a data set give its `.images`."
        )
    if not values.size:
        raise ValueError(f"`{name}` holds no pixels: got {name}.shape={values.shape}.\nGive at least one.")
    return _checks.no_nan(name, values)


def _scale(planes, bit_depth):
    low, high = min(plane.min() for plane in planes), max(plane.max() for plane in planes)
    whole = all(plane.dtype.kind in "biu" for plane in planes)
    saturated = _saturated(planes, low, high, bit_depth, whole)
    if saturated is not None:
        low, high = min(low, 0), saturated
    if not whole:
        return _Scale(np.linspace(low, high if high > low else low + 1, NUM_BINS + 1), saturated)
    low, high = int(low), int(high)
    width = -(-(high - low + 1) // NUM_BINS)
    # Counted from the bright end: the last bin ends with the saturated value.
    num_bins = -(-(high - low + 1) // width)
    return _Scale(high + 0.5 - width * np.arange(num_bins, -1, -1), saturated)


def _saturated(planes, low, high, bit_depth, whole):
    """The largest value that the camera can store, or None where nothing says it."""
    if bit_depth is None:
        if all(plane.dtype == np.uint8 for plane in planes):
            return 255
        return 1.0 if not whole and low >= 0 and high <= 1 else None
    if _checks.whole_number("bit_depth", bit_depth) > 16:
        raise ValueError(f"`bit_depth` must be at most 16: got bit_depth={bit_depth}.\nGive 8, 12 or 16.")
    if not whole:
        raise TypeError(
            f"`bit_depth` belongs to whole numbers, as a camera stores them: got bit_depth={bit_depth} with "
            f"images of real numbers.\nLeave it out, or give the stored images."
        )
    if high > 2**bit_depth - 1:
        raise ValueError(
            f"`images` hold values above the largest of `bit_depth`: got bit_depth={bit_depth}, which ends "
            f"at {2**bit_depth - 1}, and the value {high}.\nGive the bit depth of the camera, at most 16."
        )
    return 2**bit_depth - 1


def _draw(ax, planes, colors, names, scale, log):
    as_shares = len({plane.size for plane in planes}) > 1
    for plane, color, name in zip(planes, colors, names, strict=False):
        counts, _ = np.histogram(plane, scale.edges)
        heights = counts / plane.size if as_shares else counts
        label = ": ".join(part for part in (name, _share_text(plane, scale)) if part)
        ax.stairs(heights, scale.edges, color=color, linewidth=1.3, label=label.replace("$", r"\$"))
        if len(planes) == 1:
            ax.stairs(heights, scale.edges, color=color, fill=True, alpha=0.35)
    if scale.saturated is not None:
        ax.axvline(scale.saturated, color=CONTRAST, linewidth=1.2, linestyle="--", zorder=0)
    if scale.saturated is not None or any(names):
        title = None if scale.saturated is None else f"dashed: saturated at {scale.saturated:g}"
        is_dark = np.mean([plane.mean() for plane in planes]) < scale.edges[[0, -1]].mean()
        place = "upper right" if is_dark else "upper left"  # where the curves are low
        ax.legend(loc=place, title=title, title_fontsize=SMALL_POINTS, alignment="left")
    ax.set(xlabel="grey value", ylabel="share of the pixels" if as_shares else "pixels")
    first, last = scale.edges[[0, -1]]
    ax.set_xlim(first, last + 0.015 * (last - first))  # the mark at the end stays in sight
    ax.set_yscale("log" if log else "linear")
    if not log:
        ax.set_ylim(bottom=0)


def _share_text(plane, scale):
    if scale.saturated is None:
        return ""
    share = np.mean(plane == scale.saturated)
    percent = "none" if share == 0 else "under 0.1 %" if share < 0.001 else f"{100 * share:.1f} %"
    return f"{percent} saturated"
