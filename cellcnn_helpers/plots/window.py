"""One step of a convolution with all its numbers."""

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
from .style import ACCENT, CONTRAST, QUIET, SMALL_POINTS, WIDTH_INCHES, style


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
    step = _Step(image, kernel, strides, padding, dilation_rate, row, column)
    with style():
        _draw_step(step, title, source)


class _Step:
    """The numbers of one position of the window; knows nothing of drawing."""

    def __init__(self, image, kernel, strides, padding, dilation_rate, row, column):
        image, self.value_range = checked_plane("image", image), value_range_of([np.asarray(image)])
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

    def products(self, place):
        """(KH, KW)"""
        return self.padded[np.ix_(*self.window(place))] * self.kernel

    def sum_text(self):
        """The sum written out, such as 200 − 90 + 201 − 60; products with a 0 of the kernel are left out."""
        products = self.products(self.place)[self.kernel != 0]
        if not products.size:
            return "0"
        decimals = decimals_of(products)
        first, *rest = products
        parts = [number(first, decimals)]
        parts += [f"{'−' if value < 0 else '+'} {number(abs(value), decimals)}" for value in rest]
        return " ".join(parts)


def _draw_step(step, title, source):
    picked_rows, picked_columns = step.window(step.place)
    rows = _surroundings(picked_rows[0], picked_rows[-1], step.padded.shape[0], 7)
    columns = _surroundings(picked_columns[0], picked_columns[-1], step.padded.shape[1], 7)
    out_rows = _surroundings(step.place[0], step.place[0], step.shape[0], 5)
    out_columns = _surroundings(step.place[1], step.place[1], step.shape[1], 5)

    pixels = step.padded[np.ix_(rows, columns)]
    products = step.products(step.place)
    results = np.array([[step.products((r, c)).sum() for c in out_columns] for r in out_rows])
    texts = numbers(results)
    spot = step.place[0] - out_rows[0], step.place[1] - out_columns[0]
    for i, j in np.ndindex(texts.shape):
        if (out_rows[i], out_columns[j]) > step.place:
            texts[i, j] = ""  # not computed yet: the window moves along the row, then down

    grids = [numbers(pixels), kernel_numbers(step.kernel), numbers(products), texts]
    widths = [max(1.0, 0.2 + 0.25 * max(len(text) for text in grid.flat)) for grid in grids]
    row_labels = 0.25 * len(str(out_rows[-1]))
    gaps = [1.3, 1.3, 1.3 + row_labels, 0.0]
    height = max(grid.shape[0] for grid in grids)
    spans = [grid.shape[1] * width for grid, width in zip(grids, widths, strict=True)]
    lefts = np.cumsum([0.0] + [span + gap for span, gap in zip(spans, gaps, strict=True)])
    total_width = lefts[-1]
    tops = [(height - grid.shape[0]) / 2 for grid in grids]

    cell = min(WIDTH_INCHES / (total_width + 1.0), 0.42)  # inches; one unit of the drawing
    value = texts[spot]
    equals = "=" if decimals_of(products) == 0 else "≈"
    lines = textwrap.wrap(f"{step.sum_text()} {equals}", int(total_width * cell * 11))
    top, bottom = -1.5 - 0.9 * bool(title), height + 0.9 + 0.75 * len(lines) + 0.7 * bool(source)
    figure = plt.figure(figsize=((total_width + 1.0) * cell, (bottom - top) * cell))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(-0.8, total_width + 0.2), ylim=(bottom, top))
    ax.set_axis_off()

    limit = float(np.abs(step.kernel).max()) or 1.0
    limit_products = float(np.abs(products).max()) or 1.0
    colors = [
        grey_colors(pixels, *step.value_range),
        signed_colors(step.kernel, limit),
        signed_colors(products, limit_products),
        np.full((*results.shape, 3), 1.0),
    ]
    for grid, color, left, up, width in zip(grids, colors, lefts, tops, widths, strict=False):
        draw_grid(ax, grid, color, left, up, width)
    for name, left, up, grid, width in zip(
        ("image", "kernel", "products", "result"), lefts, tops, grids, widths, strict=False
    ):
        extra = 0.42 if name in ("image", "result") else 0
        ax.text(
            left + grid.shape[1] * width / 2,
            up - 0.2 - extra,
            name,
            ha="center",
            va="bottom",
            size=10,
            color=QUIET,
        )
    for sign, left, span in zip("×=→", lefts, spans, strict=False):
        ax.text(left + span + 0.65, height / 2, sign, ha="center", va="center", size=15, color=QUIET)

    _number_axes(ax, rows - step.before[0], columns - step.before[1], lefts[0], tops[0], widths[0])
    _number_axes(ax, out_rows, out_columns, lefts[3], tops[3], widths[3])
    _mark_padding(ax, step, rows, columns, lefts[0], tops[0], widths[0])
    _outline_window(ax, step, rows, columns, lefts[0], tops[0], widths[0])
    _outline(ax, lefts[2], tops[2], products.shape[1] * widths[2], products.shape[0], ACCENT)
    _outline(ax, lefts[3] + spot[1] * widths[3], tops[3] + spot[0], widths[3], 1, CONTRAST)

    if title:
        ax.text(total_width / 2, top + 0.2, title, ha="center", va="top", size=11)
    baseline = height + 0.9
    for index, line in enumerate(lines):
        last = index == len(lines) - 1
        drawn = ax.text(0, baseline + 0.75 * index, line + (" " if last else ""), va="center", size=10)
    ax.annotate(value, (1, 0.5), xycoords=drawn, va="center", size=11, weight="bold", color=CONTRAST)
    if source:
        ax.text(0, bottom - 0.15, source, va="bottom", size=SMALL_POINTS, color=QUIET)


def _number_axes(ax, rows, columns, left, top, width):
    """Row and column numbers around a grid."""
    for index, row in enumerate(rows):
        ax.text(
            left - 0.15,
            top + index + 0.52,
            number(row, 0),
            ha="right",
            va="center",
            size=SMALL_POINTS,
            color=QUIET,
        )
    for index, column in enumerate(columns):
        place = left + (index + 0.5) * width
        ax.text(place, top - 0.1, number(column, 0), ha="center", va="bottom", size=SMALL_POINTS, color=QUIET)


def _mark_padding(ax, step, rows, columns, left, top, width):
    for (i, row), (j, column) in ((a, b) for a in enumerate(rows) for b in enumerate(columns)):
        inside = (0 <= row - step.before[0] < step.image_shape[0]) and (
            0 <= column - step.before[1] < step.image_shape[1]
        )
        if not inside:
            cell = Rectangle((left + j * width, top + i), width, 1, facecolor="white", edgecolor=QUIET)
            cell.set(linestyle=(0, (3, 3)), linewidth=0.8)
            ax.add_patch(cell)
            ax.text(
                left + (j + 0.5) * width,
                top + i + 0.52,
                "0",
                ha="center",
                va="center",
                size=SMALL_POINTS,
                color=QUIET,
            )


def _outline_window(ax, step, rows, columns, left, top, width):
    """One frame around the window; with dilation one around each pixel that takes part."""
    picked_rows, picked_columns = step.window(step.place)
    i, j = np.searchsorted(rows, picked_rows), np.searchsorted(columns, picked_columns)
    if step.dilation == (1, 1):
        _outline(ax, left + j[0] * width, top + i[0], len(j) * width, len(i), ACCENT)
        return
    for row in i:
        for column in j:
            _outline(ax, left + column * width, top + row, width, 1, ACCENT)


def _outline(ax, left, top, width, height, color):
    ax.add_patch(Rectangle((left, top), width, height, fill=False, edgecolor=color, linewidth=2.2, zorder=4))


def _surroundings(first, last, size, num_shown):
    """Up to `num_shown` positions (more if the window needs them) with first..last in their middle."""
    num_shown = min(max(num_shown, last - first + 1), size)
    start = (first + last + 1 - num_shown) // 2
    start = min(max(start, 0), size - num_shown)
    return np.arange(start, start + num_shown)
