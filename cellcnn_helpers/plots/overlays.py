"""Maps of what counted for a model, laid over the images that they explain."""

import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_rgba
from matplotlib.ticker import MaxNLocator

from .. import _checks
from .pictures import checked_image, value_range_of
from .style import ACCENT, CONTRAST, PLAIN, SMALL_POINTS, WIDTH_INCHES, checked_titles, style, write_source

STRONGEST = 0.9  # opacity of the color at the largest value
FOR = LinearSegmentedColormap.from_list("cellcnn_for", [to_rgba(ACCENT, 0), to_rgba(ACCENT, STRONGEST)])
FOR_AND_AGAINST = LinearSegmentedColormap.from_list(
    "cellcnn_for_and_against",
    # two colors without opacity in the middle, or each side would fade through the other's color
    [
        (0, to_rgba(CONTRAST, STRONGEST)),
        (0.5, to_rgba(CONTRAST, 0)),
        (0.5, to_rgba(ACCENT, 0)),
        (1, to_rgba(ACCENT, STRONGEST)),
    ],
)
PALE = LinearSegmentedColormap.from_list("cellcnn_pale", ["#6e6e6e", "white"])  # blue on black is not seen
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def show_overlays(images, maps, titles=None, *, columns=4, shared_scale=False, source=""):
    """Draw maps over their images: blue where a map is above zero, orange where below, clear where zero.

    (batch, H, W, C) with (batch, H, W); or one image (H, W, C) with several maps (num_maps, H, W)

    Parameters
    ----------
    images : array or list of array
        Grey or RGB, as in `show_images`: one per map, or one for all maps. Drawn in pale grey, so that color
        belongs to the map.
    maps : array, shape (num_maps, H, W) or (H, W)
        For example from `cellcnn_helpers.explain`.
    titles : list of str, optional
        One per map.
    columns : int
        Maps in a row.
    shared_scale : bool
        One scale for all maps, so they can be compared: right for one method and several images. By default
        each has its own, since every method has its own unit.
    source : str
        Where the images come from.

    Raises
    ------
    ValueError
        If images and maps differ in number or size.

    See Also
    --------
    show_images : the same images in their own colors.
    show_maps : maps without an image.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from cellcnn_helpers import plots
    >>> image = np.random.default_rng(0).random((16, 16, 3))
    >>> plots.show_overlays(image, [np.eye(16), -np.eye(16)], ["for", "against"], source="Random numbers")
    >>> plt.close()
    """
    maps = _checked_maps(maps)
    images = _checked_images(images, maps.shape)
    titles = checked_titles([""] * len(maps) if titles is None else titles, "maps", len(maps))
    shared_scale, source = _checks.boolean("shared_scale", shared_scale), _checks.text("source", source)
    columns = min(_checks.whole_number("columns", columns), len(maps))
    rows = math.ceil(len(maps) / columns)
    tile = min((WIDTH_INCHES - 0.8 * shared_scale) / columns, 2.6)  # with its color bar, if it has its own
    height = (tile - 0.5 * (not shared_scale)) * maps.shape[1] / maps.shape[2] + 0.3
    size = (tile * columns + 0.8 * shared_scale, height * rows + 0.25 * bool(source))
    with style():
        figure, axes = plt.subplots(rows, columns, squeeze=False, layout="constrained", figsize=size)
        for ax in axes.flat:
            ax.set_axis_off()
        for ax, image, values, title in zip(axes.flat, images, maps, titles, strict=False):
            drawn = _draw_overlay(ax, image, values, maps if shared_scale else values)
            ax.set_title(title, size=SMALL_POINTS, **PLAIN)
            if not shared_scale:
                _draw_color_bar(figure, drawn, ax)
        if shared_scale:
            _draw_color_bar(figure, drawn, axes)
        write_source(figure, source)


def _draw_overlay(ax, image, values, of_scale):
    """Draw the image and the map over it, on the scale of the values `of_scale`."""
    low, high = value_range_of([image])
    if image.ndim == 3:
        image, low, high = image @ LUMINANCE, 0.0, 255.0 if image.dtype == np.uint8 else 1.0
    ax.imshow(image, cmap=PALE, vmin=low, vmax=high)
    largest = float(np.abs(of_scale).max()) or 1.0
    signed = of_scale.min() < 0
    colors = FOR_AND_AGAINST if signed else FOR
    return ax.imshow(values, cmap=colors, vmin=-largest if signed else 0.0, vmax=largest)


def _draw_color_bar(figure, drawn, axes):
    bar = figure.colorbar(drawn, ax=axes, shrink=0.8, aspect=20, pad=0.03, ticks=MaxNLocator(4))
    bar.outline.set_visible(False)


def _checked_maps(value):
    maps = _checks.no_nan("maps", _checks.float_array("maps", value, axes=None, complex_ok=False))
    if maps.ndim == 2:
        maps = maps[np.newaxis]
    if maps.ndim != 3 or not maps.size:
        raise ValueError(
            f"`maps` must have the dimensions (num_maps, height, width): got maps.shape={maps.shape}.\n"
            f"Give one value per pixel; maps of several filters are drawn by `show_maps`."
        )
    return maps


def _checked_images(value, maps_shape):
    """One image for each map; a single one is drawn under all of them."""
    if hasattr(value, "__array__"):
        array = _checks.as_array("images", value)
        single = array.ndim == 2 or (array.ndim == 3 and array.shape == (*maps_shape[1:], array.shape[-1]))
        value = [array] if single else list(np.atleast_1d(array))
    if not isinstance(value, (list, tuple)) or len(value) not in (1, maps_shape[0]):
        raise ValueError(
            f"`images` must hold one image for each of the {maps_shape[0]} maps, or one for all: got "
            f"{_checks.received('images', value)}.\nTake the images that the maps were made from."
        )
    images = [checked_image(f"images[{index}]", image) for index, image in enumerate(value)]
    for index, image in enumerate(images):
        if image.shape[:2] != maps_shape[1:]:
            raise ValueError(
                f"`images` must have the height and width of the maps, {maps_shape[1:]}: got "
                f"images[{index}].shape={image.shape}.\nTake the images that the maps were made from."
            )
    return images * (maps_shape[0] // len(images))
