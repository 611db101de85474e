"""Cell images with their scale bar and source."""

import math
import textwrap

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import patheffects
from matplotlib.patches import Rectangle

from .. import _checks
from .outlines import checked_mask, draw_outlines
from .style import (
    PLAIN,
    QUIET,
    SMALL_POINTS,
    WIDTH_INCHES,
    checked_axes,
    checked_titles,
    style,
    wrapped,
    write_source,
)


def show_image(image, *, title="", pixel_size_um=None, source="", value_range=None, ax=None):
    """Draw one image with its scale bar, and its source below.

    (H, W), (H, W, 1) or (H, W, 3)

    Parameters
    ----------
    image : array
        Grey or RGB. Floats between 0 and 1 and 8-bit images keep their brightness; others are stretched from
        their smallest to their largest value.
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
    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from cellcnn_helpers import plots
    >>> plots.show_image(np.eye(32), title="A diagonal", pixel_size_um=0.5)
    >>> plt.close()
    """
    _show_one(checked_image("image", image), None, title, pixel_size_um, source, value_range, ax)


def show_mask(image, mask, *, title="", pixel_size_um=None, source="", value_range=None, ax=None):
    """Draw one image with the outline of each object of its mask.

    (H, W), (H, W, 1) or (H, W, 3) with a mask (H, W)

    Parameters
    ----------
    image : array
        Grey or RGB, as in `show_image`.
    mask : array of bool or int
        True or the object's number where an object is, 0 elsewhere. The outline runs along the edges of the
        pixels, so it shows exactly which belong to the object, and parts objects that touch.
    title, pixel_size_um, source, value_range, ax
        As in `show_image`.

    Raises
    ------
    ValueError
        If the mask has another height and width than the image.

    See Also
    --------
    show_images : several, with ``masks=``.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from cellcnn_helpers import plots
    >>> nuclei = np.zeros((16, 16), int)
    >>> nuclei[3:8, 3:8], nuclei[3:8, 8:13] = 1, 2
    >>> plots.show_mask(nuclei / 4, nuclei, title="Two nuclei that touch", pixel_size_um=0.5)
    >>> plt.close()
    """
    image = checked_image("image", image)
    _show_one(image, checked_mask("mask", mask, image), title, pixel_size_um, source, value_range, ax)


def _show_one(image, mask, title, pixel_size_um, source, value_range, ax):
    pixel_size_um = _checked_pixel_size(pixel_size_um)
    value_range = _checked_value_range(value_range, [image])
    title, source, ax = _checks.text("title", title), _checks.text("source", source), checked_axes(ax)
    with style():
        if ax is None:
            height, width = image.shape[:2]
            scale = min(4.2 / width, 3.6 / height)
            figure_height = height * scale + 0.3 * bool(title) + 0.3 * bool(source)
            _, ax = plt.subplots(figsize=(max(width * scale, 3.2), figure_height), layout="constrained")
        _draw_image(ax, image, title, pixel_size_um, value_range, mask)
        if source:
            ax.set_xlabel(wrapped(source, 3.2), loc="left", color=QUIET, size=SMALL_POINTS, **PLAIN)


def show_images(
    images, titles=None, *, columns=6, pixel_size_um=None, source="", value_range=None, masks=None
):
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
    masks : array or list of array, optional
        One mask ``(H, W)`` per image, whose objects are outlined as in `show_mask`.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from cellcnn_helpers import plots
    >>> plots.show_images(np.random.default_rng(0).random((3, 16, 16)), ["a", "b", "c"])
    >>> plt.close()
    """
    if hasattr(images, "__array__"):
        images = np.atleast_1d(_checks.as_array("images", images))
    if not isinstance(images, (np.ndarray, list, tuple)):
        raise TypeError(
            f"`images` must be an array or a list of images: got {_checks.received('images', images)}.\n"
            f"Of a data set give its `.images`, or call its `.show()`."
        )
    if isinstance(images, np.ndarray) and images.ndim == 3 and images.shape[-1] == 3:
        images = images[np.newaxis]  # one color image: a batch of images three pixels wide is not likely
    images = [checked_image(f"images[{index}]", image) for index, image in enumerate(images)]
    if not images:
        raise ValueError("`images` is empty: got images=[].\nGive at least one image.")
    masks = _checked_masks(masks, images)
    titles = checked_titles([""] * len(images) if titles is None else titles, "images", len(images))
    source = _checks.text("source", source)
    columns = min(_checks.whole_number("columns", columns), len(images))
    pixel_size_um = _checked_pixel_size(pixel_size_um)
    value_range = _checked_value_range(value_range, images)
    tile = min(WIDTH_INCHES / columns, 2.4)
    titles = [textwrap.fill(title, max(int(tile * 13), 8), break_long_words=False) for title in titles]
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
            bar = pixel_size_um if index == 0 else None
            _draw_image(ax, image, title, bar, value_range, masks[index], SMALL_POINTS)
        write_source(figure, source)


def _draw_image(ax, image, title, pixel_size_um, value_range, mask=None, size=10):
    low, high = value_range
    grey = image.ndim == 2
    ax.imshow(image, **({"vmin": low, "vmax": high, "cmap": "gray"} if grey else {}))
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    ax.set_title(title, size=size, **PLAIN)
    if mask is not None:
        draw_outlines(ax, mask)
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
        (right - length, bottom - 0.018 * height), length, 0.018 * height, color=color, linewidth=0, zorder=4
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
        zorder=5,  # above the outlines of objects
    )


def _bar_length_um(width_um):
    """The largest of 1, 2, 5, 10, 20, ... (or 0.5, 0.2, ...) that is at most 0.4 of the width."""
    most = 0.4 * width_um
    power = 10.0 ** math.floor(math.log10(most))
    return max(step * power for step in (1, 2, 5) if step * power <= most * (1 + 1e-9))


def value_range_of(images):
    """What is shown as black and white: the range of the type where the type says it, else of the values."""
    grey = [image for image in images if image.ndim == 2]
    if not grey or all(image.dtype == np.uint8 for image in grey):
        return 0.0, 255.0
    low, high = min(float(image.min()) for image in grey), max(float(image.max()) for image in grey)
    if all(image.dtype.kind in "iu" for image in grey) and low >= 0 and high <= 255:
        return 0.0, 255.0
    if all(image.dtype.kind in "fb" for image in grey) and low >= 0 and high <= 1:
        return 0.0, 1.0
    return low, high if high > low else low + 1.0


def _checked_masks(masks, images):
    """A mask or None for each of the images."""
    if masks is None:
        return [None] * len(images)
    if not hasattr(masks, "__len__") or len(masks) != len(images):
        raise ValueError(
            f"`masks` must hold one mask for each of the {len(images)} images: got "
            f"{_checks.received('masks', masks)}.\nGive one for each, or leave `masks` out."
        )
    return [
        checked_mask(f"masks[{index}]", mask, image)
        for index, (mask, image) in enumerate(zip(masks, images, strict=True))
    ]


def _checked_value_range(value, images):
    if value is None:
        return value_range_of(images)
    low, high = _checks.two_numbers("value_range", value)
    if low >= high:
        raise ValueError(
            f"`value_range` must rise: got {_checks.received('value_range', value)}.\n"
            f"Give the value of black first, then a larger one for white."
        )
    return low, high


def checked_image(name, value):
    image = _checks.as_array(name, value)
    if image.dtype.kind not in "biuf":
        raise TypeError(
            f"`{name}` must hold whole or real numbers: got {name}.dtype={image.dtype}.\n"
            f"Of complex numbers show one part, for example np.abs({name})."
        )
    if image.ndim == 3 and image.shape[-1] == 1:
        image = image[..., 0]
    if not (image.ndim == 2 or (image.ndim == 3 and image.shape[-1] == 3)) or not image.size:
        mend = f"Choose one of the batch: {name}[0]." if image.ndim == 4 else "Give (height, width) or RGB."
        raise ValueError(
            f"`{name}` must be one grey or RGB image: got {_checks.received(name, image)}.\n{mend}"
        )
    if image.ndim == 2:
        return image.astype(float) if image.dtype == bool else image
    if image.dtype == np.uint8:
        return image
    if image.dtype.kind in "ui":
        return image / np.iinfo(image.dtype).max
    if image.min() < 0 or image.max() > 1:
        raise ValueError(
            f"`{name}` is not scaled: got values from {image.min():.4g} to {image.max():.4g} in a color "
            "image.\n"
            f"Divide by its largest value, for example {name} / 255."
        )
    return image


def _checked_pixel_size(value):
    return None if value is None else _checks.real_number("pixel_size_um", value, low=0, low_open=True)
