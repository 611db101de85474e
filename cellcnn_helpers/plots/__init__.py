"""The figures of the course: cell images with scale bars, the numbers of a convolution, how good a model is.

Every function draws a new pyplot figure (or into the `ax` that it is given) and returns nothing, so a
notebook shows each figure once. What a figure shows is written on it; where the images come from stands small
below it.
"""

from .curves import show_curves
from .evaluation import show_confusion, show_precision_recall, show_reliability, show_roc
from .histogram import show_histogram
from .layers import show_kernels, show_maps
from .overlays import show_overlays
from .pictures import show_image, show_images, show_mask
from .style import ACCENT, CONTRAST, QUIET, SIGNED, style, use_style
from .window import show_window

__all__ = [
    "ACCENT",
    "CONTRAST",
    "QUIET",
    "SIGNED",
    "show_confusion",
    "show_curves",
    "show_histogram",
    "show_image",
    "show_images",
    "show_kernels",
    "show_maps",
    "show_mask",
    "show_overlays",
    "show_precision_recall",
    "show_reliability",
    "show_roc",
    "show_window",
    "style",
    "use_style",
]
