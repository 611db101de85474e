"""The look of every figure: one accent, one contrast, small type that can still be read."""

import contextlib
import textwrap

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from .. import _checks

ACCENT = "#1f66b0"

CONTRAST = "#b8500f"

QUIET = "#5b6470"

SERIES = [ACCENT, CONTRAST, QUIET, "#2f8f7f", "#8a6fb5"]  # lines of one diagram, in this order

WIDTH_INCHES = 7.2  # the text width of a page of the book

SMALL_POINTS = 9

PLAIN = {"parse_math": False}  # a reader's own text: a $ in it is a dollar sign

STYLE = {
    "figure.facecolor": "white",
    "figure.dpi": 144,
    "figure.figsize": (WIDTH_INCHES, 4.0),
    "savefig.facecolor": "white",
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.labelsize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": plt.cycler(color=SERIES),
    "xtick.labelsize": SMALL_POINTS,
    "ytick.labelsize": SMALL_POINTS,
    "legend.fontsize": SMALL_POINTS,
    "legend.frameon": False,
    "image.cmap": "gray",
    "image.interpolation": "nearest",
}

SIGNED = LinearSegmentedColormap.from_list("cellcnn_signed", [CONTRAST, "#f7f7f5", ACCENT])

SIGNED.__doc__ = (
    "Orange below zero, near white at zero, blue above: for values with a sign, never for images."
)


def use_style():
    """Give all later figures the look of the course.

    Examples
    --------
    >>> from cellcnn_helpers import plots
    >>> plots.use_style()
    """
    plt.rcParams.update(STYLE)


@contextlib.contextmanager
def style():
    """Return a context in which figures have the look of the course.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from cellcnn_helpers import plots
    >>> with plots.style():
    ...     figure, axes = plt.subplots(1, 2)
    >>> plt.close(figure)
    """
    # Not rc_context: it would also put back `interactive`, which a notebook's first figure switches on.
    before = {name: plt.rcParams[name] for name in STYLE}
    plt.rcParams.update(STYLE)
    try:
        yield
    finally:
        plt.rcParams.update(before)


def checked_titles(titles, things, count, *, argument="titles"):
    """A list of `count` texts, one for each of the things drawn."""
    if isinstance(titles, str) or not hasattr(titles, "__len__"):
        raise TypeError(
            f"`{argument}` must be a list of text: got {_checks.received(argument, titles)}.\n"
            f"Give one for each of the {count} {things}."
        )
    if len(titles) != count:
        raise ValueError(
            f"`{argument}` must name each of the {count} {things}: got {len(titles)} {argument}.\n"
            f"Give one for each, or leave `{argument}` out."
        )
    return [_checks.text(f"{argument}[{index}]", title) for index, title in enumerate(titles)]


def checked_axes(value):
    """The axes to draw into, or None for a new figure."""
    if value is not None and not isinstance(value, Axes):
        raise TypeError(
            f"`ax` must be the axes of a figure: got {_checks.received('ax', value)}.\n"
            f"Give one of plt.subplots(), or leave it out."
        )
    return value


def write_source(figure, source):
    if source:
        width = figure.get_size_inches()[0]
        style = {"size": SMALL_POINTS, "color": QUIET, **PLAIN}
        figure.supxlabel(wrapped(source, width), x=0.01, ha="left", **style)


def write_below(ax, source, down_points=34):
    """Write the source below the axes and their label."""
    if source:
        width = ax.figure.get_size_inches()[0] * ax.get_position().width
        style = {"size": SMALL_POINTS, "color": QUIET, "va": "top", **PLAIN}
        offset = {"xytext": (0, -down_points), "textcoords": "offset points"}
        ax.annotate(wrapped(source, width), (0, 0), xycoords="axes fraction", **offset, **style)


def wrapped(text, width_inches):
    return textwrap.fill(text, max(int(width_inches * 13), 20))
