"""One step of a convolution with all its numbers."""

import itertools
import math
import textwrap

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from .. import _checks
from .grids import (
    checked_plane,
    decimals_of,
    draw_grid,
    grey_colors,
    kernel_numbers,
    number,
    numbers,
    signed_colors,
)
from .pictures import value_range_of
from .style import ACCENT, CONTRAST, PLAIN, QUIET, SMALL_POINTS, WIDTH_INCHES, style

SIGN_GAP = 1.3  # between two grids, in cells


def show_window(
    image, kernel, *, row=0, column=0, strides=1, padding="valid", dilation_rate=1, title="", source=""
):
    """Draw one step of a convolution with all its numbers: window, kernel, products, sum.

    (H, W) * (KH, KW) -> the value at (row, column) of (H', W')

    Parameters
    ----------
    image : array
        ``(H, W)``, one grey image. Of a large one only the surroundings of the window are drawn.
    kernel : array
        ``(KH, KW)``, at most 7 × 7.
    row, column : int
        The place in the result, from 0. The window starts at ``row * strides``, ``column * strides``.
    strides, padding, dilation_rate
        As in `cellcnn_helpers.nn.conv2d`. Zeros added by the padding are drawn as dashed cells.
    title, source : str
        Stand above and below the figure.

    Raises
    ------
    ValueError
        If the place lies outside the result, or the kernel is larger than a valid image.

    See Also
    --------
    cellcnn_helpers.nn.conv2d : the same sum at every place.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from cellcnn_helpers import plots
    >>> cell_edge = np.array([[200, 198, 90], [201, 150, 60], [199, 95, 55]])
    >>> plots.show_window(cell_edge, np.array([[1, 0, -1]] * 3))
    >>> plt.close()
    """
    title, source = _checks.text("title", title), _checks.text("source", source)
    step = _Step(image, kernel, strides, padding, dilation_rate, row, column)
    with style():
        _draw_step(step, title, source)


class _Step:
    """The numbers of one position of the window; knows nothing of drawing."""

    def __init__(self, image, kernel, strides, padding, dilation_rate, row, column):
        stored, image = image, checked_plane("image", image)
        self.value_range = value_range_of([np.asarray(stored).reshape(image.shape)])
        self.kernel = checked_plane("kernel", kernel)
        if max(self.kernel.shape) > 7:
            raise ValueError(
                f"`kernel` is too large to write its products out: got kernel.shape={self.kernel.shape}.\n"
                f"Give at most 7 × 7; `show_kernels` draws larger ones."
            )
        self.strides = _checks.pair("strides", strides)
        self.dilation = _checks.pair("dilation_rate", dilation_rate)
        extent = [(size - 1) * gap + 1 for size, gap in zip(self.kernel.shape, self.dilation, strict=True)]
        before, after = [0, 0], [0, 0]
        if _checks.choice("padding", padding, ("valid", "same")) == "same":
            for axis in range(2):  # as Keras does: an odd zero goes to the bottom and to the right
                places = math.ceil(image.shape[axis] / self.strides[axis])
                total = max((places - 1) * self.strides[axis] + extent[axis] - image.shape[axis], 0)
                before[axis], after[axis] = total // 2, total - total // 2
        self.before = before
        self.image_shape = image.shape
        self.padded = np.pad(image, tuple(zip(before, after, strict=True)))
        self.shape = tuple(
            (self.padded.shape[axis] - extent[axis]) // self.strides[axis] + 1 for axis in range(2)
        )
        if min(self.shape) < 1:
            raise ValueError(
                f"`kernel` is larger than `image`: got kernel.shape={self.kernel.shape} with dilation_rate="
                f'{self.dilation} and image.shape={image.shape}.\nGive a smaller kernel, or padding="same".'
            )
        self.place = tuple(
            _checks.whole_number(name, value, minimum=0) for name, value in (("row", row), ("column", column))
        )
        for name, place, size in zip(("row", "column"), self.place, self.shape, strict=True):
            if place >= size:
                raise ValueError(
                    f"`{name}` lies outside the result of shape {self.shape}: got {name}={place}.\n"
                    f"Give {name} from 0 to {size - 1}."
                )

    def window(self, place):
        """Rows and columns of the padded image under the kernel at `place`, each (KH,) or (KW,)."""
        return tuple(
            place[axis] * self.strides[axis] + np.arange(self.kernel.shape[axis]) * self.dilation[axis]
            for axis in range(2)
        )

    def outside(self, rows, columns):
        """Which of these places of the padded image are padding, (rows, columns) of bool."""
        down, right = (
            (places < before) | (places >= before + size)
            for places, before, size in zip((rows, columns), self.before, self.image_shape, strict=True)
        )
        return down[:, np.newaxis] | right

    def products(self, place):
        """(KH, KW)"""
        return self.padded[np.ix_(*self.window(place))] * self.kernel

    def sum_text(self):
        """The sum written out, such as 200 − 90 + 201 − 60 =, without the zeros of the kernel."""
        products = self.products(self.place)[self.kernel != 0]
        if not products.size:
            return "0 ="
        first, *rest = numbers(products[np.newaxis])[0]
        parts = [first, *(f"− {text[1:]}" if text.startswith("−") else f"+ {text}" for text in rest)]
        return " ".join([*parts, "≈" if decimals_of(products) else "="])


class _Grid:
    """One of the four grids of the figure; its cells are one unit high."""

    def __init__(self, name, texts, colors, *, row_numbers=(), column_numbers=()):
        self.name, self.texts, self.colors = name, texts, colors
        self.row_numbers = [number(row, 0) for row in row_numbers]
        self.column_numbers = [number(column, 0) for column in column_numbers]
        self.cell_width = max(1.0, 0.2 + 0.25 * max(len(text) for text in texts.flat))
        self.height, self.width = texts.shape[0], texts.shape[1] * self.cell_width
        self.margin = 0.25 * max((len(text) for text in self.row_numbers), default=0)  # of the row numbers
        self.left = self.top = 0.0

    def draw(self, ax):
        draw_grid(ax, self.texts, self.colors, self.left, self.top, self.cell_width)
        quiet = {"color": QUIET, "size": SMALL_POINTS}
        for row, text in enumerate(self.row_numbers):
            ax.text(self.left - 0.15, self.top + row + 0.52, text, ha="right", va="center", **quiet)
        for column, text in enumerate(self.column_numbers):
            middle = self.left + (column + 0.5) * self.cell_width
            ax.text(middle, self.top - 0.1, text, ha="center", va="bottom", **quiet)
        up = self.top - (0.62 if self.column_numbers else 0.2)
        ax.text(self.left + self.width / 2, up, self.name, ha="center", va="bottom", size=10, color=QUIET)

    def frame(self, ax, row, column, num_rows, num_columns, **line):
        """Draw the outline of some cells."""
        place = (self.left + column * self.cell_width, self.top + row)
        options = {"fill": False, "linewidth": 2.2, "zorder": 4} | line
        ax.add_patch(Rectangle(place, num_columns * self.cell_width, num_rows, **options))


def _draw_step(step, title, source):
    rows, columns = (
        _surroundings(places[0], places[-1], size, 7)
        for places, size in zip(step.window(step.place), step.padded.shape, strict=True)
    )
    out_rows, out_columns = (
        _surroundings(place, place, size, 5) for place, size in zip(step.place, step.shape, strict=True)
    )
    grids = _grids(step, rows, columns, out_rows, out_columns)
    ax, height, sum_lines = _lay_out(grids, step.sum_text(), title, source)
    for grid in grids:
        grid.draw(ax)
    for sign, grid in zip("×=→", grids, strict=False):
        place = (grid.left + grid.width + SIGN_GAP / 2, height / 2)
        ax.text(*place, sign, ha="center", va="center", size=15, color=QUIET)
    image, _, products, result = grids
    _mark_padding(ax, image, step.outside(rows, columns))
    _frame_window(ax, image, step, rows, columns)
    products.frame(ax, 0, 0, *products.texts.shape, edgecolor=ACCENT)
    spot = step.place[0] - out_rows[0], step.place[1] - out_columns[0]
    result.frame(ax, *spot, 1, 1, edgecolor=CONTRAST)
    _write_sum(ax, sum_lines, result.texts[spot], height + 0.9)


def _grids(step, rows, columns, out_rows, out_columns):
    """The image around the window, the kernel, the products, and the result as far as it is computed."""
    pixels, products = step.padded[np.ix_(rows, columns)], step.products(step.place)
    shades = grey_colors(pixels, *step.value_range)
    shades[step.outside(rows, columns)] = 1  # white: padding is no dark pixel
    results = np.array([[step.products((row, column)).sum() for column in out_columns] for row in out_rows])
    computed = numbers(results)
    for i, j in np.ndindex(computed.shape):
        if (out_rows[i], out_columns[j]) > step.place:
            computed[i, j] = ""  # the window moves along the row, then down
    return (
        _Grid(
            "image",
            numbers(pixels),
            shades,
            row_numbers=rows - step.before[0],
            column_numbers=columns - step.before[1],
        ),
        _Grid("kernel", kernel_numbers(step.kernel), signed_colors(step.kernel)),
        _Grid("products", numbers(products), signed_colors(products)),
        _Grid(
            "result", computed, np.ones((*results.shape, 3)), row_numbers=out_rows, column_numbers=out_columns
        ),
    )


def _lay_out(grids, sum_text, title, source):
    """Place the grids side by side on a new figure, as wide as a page at most.

    Returns the axes, the height of the tallest grid, and the sum broken into lines.
    """
    height, left = max(grid.height for grid in grids), -SIGN_GAP
    for grid in grids:
        grid.left = left + SIGN_GAP + (grid.margin if left > 0 else 0)
        grid.top = (height - grid.height) / 2
        left = grid.left + grid.width
    total_width = left + 1.0
    inches = min(WIDTH_INCHES / total_width, 0.42)  # of one unit
    sum_lines = textwrap.wrap(sum_text, int(left * inches * 11))
    top = -1.5 - 0.9 * bool(title)
    bottom = height + 0.9 + 0.75 * len(sum_lines) + 0.7 * bool(source)
    figure = plt.figure(figsize=(total_width * inches, (bottom - top) * inches))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(-0.8, left + 0.2), ylim=(bottom, top))
    ax.set_axis_off()
    if title:
        ax.text(left / 2, top + 0.2, title, ha="center", va="top", size=11, **PLAIN)
    if source:
        ax.text(0, bottom - 0.15, source, va="bottom", size=SMALL_POINTS, color=QUIET, **PLAIN)
    return ax, height, sum_lines


def _mark_padding(ax, image, outside):
    """Dashed frames around the zeros that the padding adds."""
    for row, column in np.argwhere(outside):
        image.frame(ax, row, column, 1, 1, edgecolor=QUIET, linewidth=0.8, linestyle="--", zorder=1)


def _frame_window(ax, image, step, rows, columns):
    """One frame around the window; with dilation one around each pixel that takes part."""
    i, j = (
        np.searchsorted(shown, picked)
        for shown, picked in zip((rows, columns), step.window(step.place), strict=True)
    )
    if step.dilation == (1, 1):
        image.frame(ax, i[0], j[0], len(i), len(j), edgecolor=ACCENT)
        return
    for row, column in itertools.product(i, j):
        image.frame(ax, row, column, 1, 1, edgecolor=ACCENT)


def _write_sum(ax, lines, value, top):
    for index, line in enumerate(lines):
        drawn = ax.text(0, top + 0.75 * index, line + " ", va="center", size=10)
    ax.annotate(value, (1, 0.5), xycoords=drawn, va="center", size=11, weight="bold", color=CONTRAST)


def _surroundings(first, last, size, num_shown):
    """Up to `num_shown` positions (more if the window needs them) with first..last in their middle."""
    num_shown = min(max(num_shown, last - first + 1), size)
    start = (first + last + 1 - num_shown) // 2
    start = min(max(start, 0), size - num_shown)
    return np.arange(start, start + num_shown)
