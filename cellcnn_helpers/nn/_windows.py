"""Where the windows of a convolution or a pooling lie on an image: shared by both, known to neither's arithmetic."""

from typing import NamedTuple

import numpy as np

from cellcnn_helpers import _checks

IMAGE_AXES = ("batch", "height", "width", "channels")


class Grid(NamedTuple):
    """The positions of all windows on an image of one size, counted in (rows, columns)."""

    image_size: tuple[int, int]
    window_size: tuple[int, int]
    strides: tuple[int, int]
    dilation_rate: tuple[int, int]
    output_size: tuple[int, int]
    padding: tuple[tuple[int, int], tuple[int, int]]  # (top, bottom), (left, right)

    @property
    def reach(self):
        """Size in pixels of the patch that one window spans; larger than the window where it is dilated."""
        return tuple((k - 1) * d + 1 for k, d in zip(self.window_size, self.dilation_rate, strict=True))

    def pad(self, x, value=0):
        """Surround the images by `value`: (batch, H, W, C) -> (batch, H + top + bottom, W + left + right, C)."""
        if not np.any(self.padding):
            return x
        (top, bottom), (left, right) = self.padding
        batch, height, width, channels = x.shape
        shape = (batch, top + height + bottom, left + width + right, channels)
        padded = np.full(shape, value, dtype=x.dtype)
        self.crop(padded)[...] = x
        return padded

    def crop(self, padded):
        """Return the view of `padded` that holds the images without their border."""
        (top, _), (left, _) = self.padding
        height, width = self.image_size
        return padded[:, top : top + height, left : left + width]

    def windows(self, padded):
        """Return all windows as one view: (batch, H, W, C) -> (batch, H', W', KH, KW, C). Nothing is copied."""
        every = np.lib.stride_tricks.sliding_window_view(padded, self.reach, axis=(1, 2))
        (sr, sc), (dr, dc) = self.strides, self.dilation_rate
        return every[:, ::sr, ::sc, :, ::dr, ::dc].transpose(0, 1, 2, 4, 5, 3)

    def cell(self, padded, i, j):
        """Return the pixels under cell (i, j) of every window, a view: (batch, H, W, C) -> (batch, H', W', C)."""
        rows, columns = (
            slice(k * d, k * d + (n - 1) * s + 1, s)
            for k, d, n, s in zip((i, j), self.dilation_rate, self.output_size, self.strides, strict=True)
        )
        return padded[:, rows, columns]


def lay_grid(x, window_size, *, strides, padding, dilation_rate=1, name="kernel"):
    """Lay windows over the images `x` as Keras does; `name` is what an error calls the window."""
    strides = _checks.pair("strides", strides)
    dilation_rate = _checks.pair("dilation_rate", dilation_rate)
    padding = _checks.choice("padding", padding, ("valid", "same"))
    image_size = x.shape[1:3]
    if 0 in x.shape[1:]:
        raise ValueError(
            f"`x` holds images without a pixel: got x.shape={x.shape}.\n"
            f"Height, width and channels must be at least 1; only the batch may be empty."
        )
    reach = tuple((k - 1) * d + 1 for k, d in zip(window_size, dilation_rate, strict=True))
    if padding == "same":
        # As many positions as strides fit into the image; the odd zero goes to the bottom and right.
        output_size = tuple(-(-n // s) for n, s in zip(image_size, strides, strict=True))
        missing = (
            max((out - 1) * s + k - n, 0)
            for out, s, k, n in zip(output_size, strides, reach, image_size, strict=True)
        )
        border = tuple((m // 2, m - m // 2) for m in missing)
    else:
        if reach[0] > image_size[0] or reach[1] > image_size[1]:
            dilated = "" if reach == tuple(window_size) else f" (with dilation_rate={dilation_rate})"
            raise ValueError(
                f"`{name}` spans {reach[0]}×{reach[1]} pixels{dilated} but the images in `x` have "
                f"{image_size[0]}×{image_size[1]}: got x.shape={x.shape} and {name} size {tuple(window_size)}.\n"
                f'Use padding="same", a smaller {name}, or larger images.'
            )
        output_size = tuple((n - k) // s + 1 for n, k, s in zip(image_size, reach, strides, strict=True))
        border = ((0, 0), (0, 0))
    return Grid(image_size, tuple(window_size), strides, dilation_rate, output_size, border)
