"""Grids of numbers on shaded cells, the material of kernels and windows."""

import math
from fractions import Fraction

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from .. import _checks
from .style import SIGNED, SMALL_POINTS


def draw_grid(ax, texts, colors, left=0.0, top=0.0, width=1.0):
    """Cells one unit high with a text each; black or white, whichever can be read on the cell."""
    for row, column in np.ndindex(texts.shape):
        place, color = (left + column * width, top + row), colors[row, column]
        ax.add_patch(Rectangle(place, width, 1, facecolor=color, edgecolor="#c3c8ce", linewidth=0.6))
        ax.text(
            place[0] + width / 2,
            place[1] + 0.52,
            texts[row, column],
            ha="center",
            va="center",
            size=SMALL_POINTS,
            color=_readable_on(color),
        )


def decimals_of(values):
    """0 for whole numbers, else as many as three digits need, at most 3."""
    values = np.asarray(values, float)
    if np.all(values == np.round(values)):
        return 0
    largest = float(np.abs(values).max())
    return int(np.clip(2 - math.floor(math.log10(largest)), 1, 3))


def number(value, decimals):
    """The value as it stands in a cell; one too small for the decimals keeps its first digit."""
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if decimals else text
    if text in ("-0", "0"):
        text = f"{value:.1g}" if value else "0"
    return text.replace("-", "−")


def numbers(values):
    decimals, noise = decimals_of(values), 1e-6 * np.abs(values).max()  # rounding errors are drawn as 0
    return np.array(
        [[number(value if abs(value) > noise else 0, decimals) for value in row] for row in values],
        dtype=object,
    )


def kernel_numbers(kernel):
    """As `_numbers`, but with fractions such as 1/9 where decimals would be rounded."""
    fractions = [[Fraction(value).limit_denominator(300) for value in row] for row in kernel]
    exact = np.allclose([[float(value) for value in row] for row in fractions], kernel, rtol=0, atol=1e-9)
    if not exact or np.array_equal(np.round(kernel, 2), kernel):
        return numbers(kernel)
    return np.array([[str(value).replace("-", "−") for value in row] for row in fractions], dtype=object)


def signed_colors(values):
    """Blue above zero, orange below, (H, W) -> (H, W, 3); half strength, because the numbers matter more."""
    values = np.asarray(values, float)
    limit = float(np.abs(values).max()) or 1.0
    return SIGNED(0.5 + 0.275 * values / limit)[..., :3]


def grey_colors(values, low, high):
    grey = (np.asarray(values, float) - low) / max(high - low, 1e-12)
    return np.repeat(grey[..., np.newaxis], 3, axis=-1)


def _readable_on(color):
    luminance = float(np.dot(to_rgb(color), (0.2126, 0.7152, 0.0722)))
    return "black" if luminance > 0.45 else "white"


def checked_plane(name, value):
    plane = _checks.float_array(name, value, axes=None, complex_ok=False)
    if plane.ndim == 3 and plane.shape[-1] == 1:
        plane = plane[..., 0]
    if plane.ndim == 4 and name == "kernel" and plane.shape[2:] == (1, 1):
        plane = plane[..., 0, 0]
    if plane.ndim != 2 or not plane.size:
        raise ValueError(
            f"`{name}` must have the dimensions (height, width): got {name}.shape={plane.shape}.\n"
            f"Choose one image and one channel, for example {name}[..., 0]."
        )
    return _checks.no_nan(name, plane).astype(float)
