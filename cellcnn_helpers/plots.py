"""The figures of the course: cell images with scale bars, and the arithmetic of a convolution.

Every function draws a new pyplot figure (or into the `ax` that it is given) and returns nothing, so a notebook
shows each figure once. What a figure shows is written on it; where the images come from stands small below it.
"""

import math
import textwrap
from fractions import Fraction

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import patheffects
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.patches import Rectangle

from . import _checks

ACCENT = "#1f66b0"
CONTRAST = "#b8500f"
QUIET = "#5b6470"

WIDTH_INCHES = 7.2  # the text width of a page of the book
SMALL_POINTS = 9

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
    "axes.prop_cycle": plt.cycler(color=[ACCENT, CONTRAST, QUIET, "#2f8f7f", "#8a6fb5"]),
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


def style():
    """Return a context in which figures have the look of the course.

    Examples
    --------
    >>> from cellcnn_helpers import plots
    >>> with plots.style():
    ...     figure, axes = plots.plt.subplots(1, 2)
    >>> plots.plt.close(figure)
    """
    return plt.rc_context(STYLE)


def show_image(image, *, title="", pixel_size_um=None, source="", value_range=None, ax=None):
    """Draw one image with its scale bar, and its source below.

    (H, W), (H, W, 1) or (H, W, 3)

    Parameters
    ----------
    image : array
        Grey or RGB. Floats between 0 and 1 and 8-bit images keep their brightness; others are stretched from their
        smallest to their largest value.
    title : str
        Stands above the image.
    pixel_size_um : float, optional
        Side of one pixel in micrometres. Without it there is no scale bar.
    source : str
        Where the image comes from.
    value_range : (float, float), optional
        The values shown as black and as white, for a grey image.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.

    Raises
    ------
    ValueError
        If the image has no such shape; a batch of images goes to `show_images`.

    Examples
    --------
    >>> import numpy as np
    >>> show_image(np.eye(32), title="A diagonal", pixel_size_um=0.5)
    >>> plt.close()
    """
    image = _checked_image("image", image)
    pixel_size_um = _checked_pixel_size(pixel_size_um)
    value_range = _value_range([image]) if value_range is None else value_range
    with style():
        if ax is None:
            height, width = image.shape[:2]
            scale = min(4.2 / width, 3.6 / height)
            figure_height = height * scale + 0.3 * bool(title) + 0.3 * bool(source)
            _, ax = plt.subplots(figsize=(max(width * scale, 3.2), figure_height), layout="constrained")
        _draw_image(ax, image, title, pixel_size_um, value_range)
        if source:
            ax.set_xlabel(_wrapped(source, 3.2), loc="left", color=QUIET, size=SMALL_POINTS)


def show_images(images, titles=None, *, columns=6, pixel_size_um=None, source="", value_range=None):
    """Draw images in rows, with titles, one scale bar, and the source below.

    (batch, H, W), (batch, H, W, 1), (batch, H, W, 3) or a list of images

    Parameters
    ----------
    images : array or list of array
        Grey and RGB may be mixed. Grey images share one scale from black to white, so they can be compared.
    titles : list of str, optional
        One per image.
    columns : int
        Images in a row.
    pixel_size_um : float, optional
        Side of one pixel in micrometres, the same for all. The bar stands in the first image.
    source : str
        Where the images come from.
    value_range : (float, float), optional
        The values shown as black and as white.

    Examples
    --------
    >>> import numpy as np
    >>> show_images(np.random.default_rng(0).random((3, 16, 16)), ["a", "b", "c"])
    >>> plt.close()
    """
    if isinstance(images, np.ndarray) and images.ndim == 3 and images.shape[-1] in (3, 4) and titles is None:
        images = images[np.newaxis]  # a single colour image: rows of 3 pixels are no cell
    images = [_checked_image(f"images[{index}]", image) for index, image in enumerate(images)]
    if not images:
        raise ValueError("`images` is empty: got images=[].\nGive at least one image.")
    if titles is not None and len(titles) != len(images):
        raise ValueError(
            f"`titles` must name each of the {len(images)} images: got {len(titles)} titles.\n"
            f"Give one title per image, or leave `titles` out."
        )
    columns = min(_checks.whole_number("columns", columns), len(images))
    pixel_size_um = _checked_pixel_size(pixel_size_um)
    value_range = _value_range(images) if value_range is None else value_range
    tile = min(WIDTH_INCHES / columns, 2.4)
    titles = [
        textwrap.fill(title, max(int(tile * 13), 8), break_long_words=False)
        for title in titles or [""] * len(images)
    ]
    rows = math.ceil(len(images) / columns)
    tile_height = tile * max(image.shape[0] / image.shape[1] for image in images)
    title_height = 0.18 * max(title.count("\n") + bool(title) for title in titles)
    with style():
        figure, axes = plt.subplots(
            rows,
            columns,
            squeeze=False,
            layout="constrained",
            figsize=(tile * columns, rows * (tile_height + title_height) + 0.25 * bool(source)),
        )
        for ax in axes.flat[len(images) :]:
            ax.set_axis_off()
        for index, (ax, image, title) in enumerate(zip(axes.flat, images, titles, strict=False)):
            _draw_image(ax, image, title, pixel_size_um if index == 0 else None, value_range, SMALL_POINTS)
        _write_source(figure, source)


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
    >>> import numpy as np
    >>> show_maps(np.random.default_rng(0).normal(size=(1, 16, 16, 3)))
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
    if len(titles) != num_maps:
        raise ValueError(
            f"`titles` must name each of the {num_maps} maps: got {len(titles)} titles.\nGive one title per map."
        )
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
            ax.set_title(title, size=SMALL_POINTS)
            if not shared_scale:
                figure.colorbar(drawn, ax=ax, shrink=0.8, aspect=20, pad=0.03).outline.set_visible(False)
        if shared_scale:
            figure.colorbar(drawn, ax=axes, shrink=0.8, aspect=30, pad=0.02).outline.set_visible(False)
        _write_source(figure, source)


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
    >>> import numpy as np
    >>> show_kernels([np.ones((3, 3)) / 9, np.array([[1, 0, -1]] * 3)], ["mean", "edge"])
    >>> plt.close()
    """
    planes, names = _kernel_planes(kernels)
    titles = names if titles is None else titles
    if len(titles) != len(planes):
        raise ValueError(
            f"`titles` must name each of the {len(planes)} kernels drawn: got {len(titles)} titles.\n"
            f"Give one title per kernel and channel."
        )
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
            ax.set_title(title, size=SMALL_POINTS)
            texts = _kernel_numbers(plane) if max(plane.shape) <= 7 else np.full(plane.shape, "")
            _draw_grid(ax, texts, _signed_colors(plane, float(np.abs(plane).max()) or 1.0))
        figure.align_titles()


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
    >>> import numpy as np
    >>> cell_edge = np.array([[200, 198, 90], [201, 150, 60], [199, 95, 55]])
    >>> show_window(cell_edge, np.array([[1, 0, -1]] * 3))
    >>> plt.close()
    """
    step = _Step(image, kernel, strides, padding, dilation_rate, row, column)
    with style():
        _draw_step(step, title, source)


class _Step:
    """The numbers of one position of the window; knows nothing of drawing."""

    def __init__(self, image, kernel, strides, padding, dilation_rate, row, column):
        image, self.value_range = _checked_plane("image", image), _value_range([np.asarray(image)])
        self.kernel = _checked_plane("kernel", kernel)
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
        """The sum written out, such as 200 − 90 + 201 − 60 + 199 − 55; cells where the kernel is 0 are left out."""
        products = self.products(self.place)[self.kernel != 0]
        if not products.size:
            return "0"
        decimals = _decimals(products)
        first, *rest = products
        parts = [_number(first, decimals)]
        parts += [f"{'−' if value < 0 else '+'} {_number(abs(value), decimals)}" for value in rest]
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
    texts = _numbers(results)
    spot = step.place[0] - out_rows[0], step.place[1] - out_columns[0]
    for i, j in np.ndindex(texts.shape):
        if (out_rows[i], out_columns[j]) > step.place:
            texts[i, j] = ""  # not computed yet: the window moves along the row, then down

    grids = [_numbers(pixels), _kernel_numbers(step.kernel), _numbers(products), texts]
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
    equals = "=" if _decimals(products) == 0 else "≈"
    lines = textwrap.wrap(f"{step.sum_text()} {equals}", int(total_width * cell * 11))
    top, bottom = -1.5 - 0.9 * bool(title), height + 0.9 + 0.75 * len(lines) + 0.7 * bool(source)
    figure = plt.figure(figsize=((total_width + 1.0) * cell, (bottom - top) * cell))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(-0.8, total_width + 0.2), ylim=(bottom, top))
    ax.set_axis_off()

    limit = float(np.abs(step.kernel).max()) or 1.0
    limit_products = float(np.abs(products).max()) or 1.0
    colors = [
        _grey_colors(pixels, *step.value_range),
        _signed_colors(step.kernel, limit),
        _signed_colors(products, limit_products),
        np.full((*results.shape, 3), 1.0),
    ]
    for grid, color, left, up, width in zip(grids, colors, lefts, tops, widths, strict=False):
        _draw_grid(ax, grid, color, left, up, width)
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


def _draw_grid(ax, texts, colors, left=0.0, top=0.0, width=1.0):
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


def _number_axes(ax, rows, columns, left, top, width):
    """Row and column numbers around a grid."""
    for index, row in enumerate(rows):
        ax.text(
            left - 0.15,
            top + index + 0.52,
            _number(row, 0),
            ha="right",
            va="center",
            size=SMALL_POINTS,
            color=QUIET,
        )
    for index, column in enumerate(columns):
        place = left + (index + 0.5) * width
        ax.text(
            place, top - 0.1, _number(column, 0), ha="center", va="bottom", size=SMALL_POINTS, color=QUIET
        )


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


def _decimals(values):
    """0 for whole numbers, else as many as three digits need, at most 3."""
    values = np.asarray(values, float)
    if np.all(values == np.round(values)):
        return 0
    largest = float(np.abs(values).max())
    return int(np.clip(2 - math.floor(math.log10(largest)), 1, 3))


def _number(value, decimals):
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if decimals else text
    return "0" if text in ("-0", "") else text.replace("-", "−")


def _numbers(values):
    decimals = _decimals(values)
    return np.array([[_number(value, decimals) for value in row] for row in values], dtype=object)


def _kernel_numbers(kernel):
    """As `_numbers`, but with fractions such as 1/9 where decimals would be rounded."""
    fractions = [[Fraction(value).limit_denominator(300) for value in row] for row in kernel]
    exact = np.allclose([[float(value) for value in row] for row in fractions], kernel, rtol=0, atol=1e-9)
    if not exact or np.array_equal(np.round(kernel, 2), kernel):
        return _numbers(kernel)
    return np.array([[str(value).replace("-", "−") for value in row] for row in fractions], dtype=object)


def _signed_colors(values, limit):
    # Half strength: the numbers on top matter more than the color.
    return SIGNED(0.5 + 0.5 * 0.55 * np.asarray(values, float) / limit)[..., :3]


def _grey_colors(values, low, high):
    grey = (np.asarray(values, float) - low) / max(high - low, 1e-12)
    return np.repeat(grey[..., np.newaxis], 3, axis=-1)


def _readable_on(color):
    luminance = float(np.dot(to_rgb(color), (0.2126, 0.7152, 0.0722)))
    return "black" if luminance > 0.45 else "white"


def _draw_image(ax, image, title, pixel_size_um, value_range, size=10):
    low, high = value_range
    grey = image.ndim == 2
    ax.imshow(image, **({"vmin": low, "vmax": high, "cmap": "gray"} if grey else {}))
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    ax.set_title(title, size=size)
    if pixel_size_um is not None:
        _draw_scale_bar(ax, image, pixel_size_um, value_range)


def _draw_scale_bar(ax, image, pixel_size_um, value_range):
    """A bar at the bottom right: 1, 2 or 5 times a power of ten micrometres, at most 0.4 of the width."""
    height, width = image.shape[:2]
    length_um = _bar_length_um(width * pixel_size_um)
    length = length_um / pixel_size_um  # pixels
    inches = length / width * ax.get_window_extent().width / ax.figure.dpi
    wide = inches > 0.45  # else its label would stand out of a small image
    corner = image[int(height * 0.82) :, int(width * 0.62) :].astype(float)
    low, high = value_range if image.ndim == 2 else (0.0, 255.0 if image.dtype == np.uint8 else 1.0)
    bright = (corner.mean() - low) / max(high - low, 1e-12) > 0.55
    color, halo = ("black", "white") if bright else ("white", "black")
    outline = [patheffects.withStroke(linewidth=1.8, foreground=halo, alpha=0.6)]
    right, bottom = 0.96 * width - 0.5, 0.95 * height - 0.5
    bar = Rectangle(
        (right - length, bottom - 0.018 * height), length, 0.018 * height, color=color, linewidth=0
    )
    bar.set_path_effects([patheffects.withStroke(linewidth=1.2, foreground=halo, alpha=0.6)])
    ax.add_patch(bar)
    ax.annotate(
        f"{length_um:g} µm",
        (right - length / 2 if wide else right, bottom - 0.018 * height),
        (0, 2),
        textcoords="offset points",
        ha="center" if wide else "right",
        va="bottom",
        size=SMALL_POINTS,
        color=color,
        path_effects=outline,
    )


def _bar_length_um(width_um):
    """The largest of 1, 2, 5, 10, 20, ... (or 0.5, 0.2, ...) that is at most 0.4 of the width."""
    most = 0.4 * width_um
    power = 10.0 ** math.floor(math.log10(most))
    return max(step * power for step in (1, 2, 5) if step * power <= most * (1 + 1e-9))


def _write_source(figure, source):
    if source:
        width = figure.get_size_inches()[0]
        figure.supxlabel(_wrapped(source, width), x=0.01, ha="left", size=SMALL_POINTS, color=QUIET)


def _wrapped(text, width_inches):
    return textwrap.fill(text, max(int(width_inches * 13), 20))


def _scale_of_values(values):
    """Color map and range for values that may have a sign."""
    largest = float(np.abs(values).max()) or 1.0
    if values.min() < 0:
        return SIGNED, -largest, largest
    return "gray", 0.0, largest


def _value_range(images):
    """What is shown as black and white: the range of the type where the type says it, else that of the values."""
    grey = [image for image in images if image.ndim == 2]
    if not grey or all(image.dtype == np.uint8 for image in grey):
        return 0.0, 255.0
    low, high = min(float(image.min()) for image in grey), max(float(image.max()) for image in grey)
    if all(image.dtype.kind in "iu" for image in grey) and low >= 0 and high <= 255:
        return 0.0, 255.0
    if all(image.dtype.kind in "fb" for image in grey) and low >= 0 and high <= 1:
        return 0.0, 1.0
    return low, high if high > low else low + 1.0


def _checked_image(name, value):
    image = _checks.as_array(name, value)
    if image.ndim == 3 and image.shape[-1] == 1:
        image = image[..., 0]
    if not (image.ndim == 2 or (image.ndim == 3 and image.shape[-1] == 3)) or not image.size:
        mend = f"Choose one of the batch: {name}[0]." if image.ndim == 4 else "Give (height, width) or RGB."
        raise ValueError(
            f"`{name}` must be one grey or RGB image: got {_checks.received(name, image)}.\n{mend}"
        )
    if image.ndim == 2:
        return image.astype(np.uint8) if image.dtype == bool else image
    if image.dtype == np.uint8:
        return image
    if image.dtype.kind in "ui":
        return image / np.iinfo(image.dtype).max
    if image.min() < 0 or image.max() > 1:
        raise ValueError(
            f"`{name}` is not scaled: got values from {image.min():.4g} to {image.max():.4g} in a color image.\n"
            f"Divide by its largest value, for example {name} / 255."
        )
    return image


def _checked_plane(name, value):
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


def _checked_pixel_size(value):
    return None if value is None else _checks.real_number("pixel_size_um", value, low=0, low_open=True)


def _kernel_planes(kernels):
    """The planes (KH, KW) to draw, and a name for each."""
    if isinstance(kernels, (list, tuple)) and np.ndim(kernels[0] if kernels else 0) == 2:
        planes = [_checked_plane(f"kernels[{index}]", kernel) for index, kernel in enumerate(kernels)]
        return planes, [""] * len(planes)
    array = _checks.float_array("kernels", kernels, axes=None, complex_ok=False)
    if array.ndim == 2:
        return [_checked_plane("kernels", array)], [""]
    if array.ndim != 4 or not array.size:
        raise ValueError(
            f"`kernels` must have the dimensions (height, width, channels, filters): got kernels.shape={array.shape}.\n"
            f"Give one kernel (height, width), a list of such, or the weights of a layer."
        )
    num_channels, num_filters = array.shape[2:]
    planes = [array[:, :, c, f].astype(float) for f in range(num_filters) for c in range(num_channels)]
    if num_channels == 1:
        return planes, [f"filter {f}" for f in range(num_filters)]
    return planes, [f"filter {f}, channel {c}" for f in range(num_filters) for c in range(num_channels)]
