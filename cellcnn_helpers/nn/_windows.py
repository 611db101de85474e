"""Where the windows of a convolution or a pooling lie on an image. All pairs are (rows, columns)."""

from typing import NamedTuple

import numpy as np

from cellcnn_helpers import _checks


class Grid(NamedTuple):
    """The positions of all windows on images of one size; made by `lay_grid`."""

    image_size: tuple[int, int]
    window_size: tuple[int, int]
    strides: tuple[int, int]
    dilation_rate: tuple[int, int]
    output_size: tuple[int, int]
    padding: tuple[tuple[int, int], tuple[int, int]]  # (top, bottom), (left, right)

    @property
    def reach(self):
        """Pixels that one window spans; more than its size where it is dilated."""
        return _reach(self.window_size, self.dilation_rate)

    def pad(self, x, value=0):
        """Surround the images by a border that holds `value`."""
        return surround(x, self.padding, value)

    def crop(self, padded):
        """View the images without their border."""
        (top, _), (left, _) = self.padding
        height, width = self.image_size
        return padded[:, top : top + height, left : left + width]

    def windows(self, padded):
        """View all windows: (batch, H, W, C) -> (batch, H', W', KH, KW, C)."""
        every = np.lib.stride_tricks.sliding_window_view(padded, self.reach, axis=(1, 2))
        (sr, sc), (dr, dc) = self.strides, self.dilation_rate
        return every[:, ::sr, ::sc, :, ::dr, ::dc].transpose(0, 1, 2, 4, 5, 3)

    def cell(self, padded, i, j):
        """View the pixels under cell (i, j) of every window: (batch, H, W, C) -> (batch, H', W', C)."""
        (height, width), (sr, sc), (dr, dc) = self.output_size, self.strides, self.dilation_rate
        return padded[:, _steps(i * dr, height, sr), _steps(j * dc, width, sc)]

    def strips(self, padded):
        """Copy the windows that lie within one row: (images, H, W, C) -> (images, H, W', KW · C)."""
        (images, height, _, channels), steps = padded.shape, padded.strides
        shape = images, height, self.output_size[1], self.window_size[1], channels
        steps = *steps[:2], steps[2] * self.strides[1], steps[2] * self.dilation_rate[1], steps[3]
        strips = np.lib.stride_tricks.as_strided(padded, shape, steps, writeable=False)
        # A view would do, and be many times slower: BLAS multiplies only matrices whose rows do not overlap.
        return np.ascontiguousarray(strips).reshape(*shape[:3], -1)

    def met_by(self, strips, i):
        """View the rows that row `i` of the windows meets: (images, H, ...) -> (images, H', ...)."""
        height = (strips.shape[1] - self.reach[0]) // self.strides[0] + 1
        return strips[:, _steps(i * self.dilation_rate[0], height, self.strides[0])]

    def collect(self, dstrips, dx):
        """Go backward through `strips`: add to each pixel of `dx` what its copies in `dstrips` received."""
        width, stride, dilation = self.output_size[1], self.strides[1], self.dilation_rate[1]
        for j, received in enumerate(np.split(dstrips, self.window_size[1], axis=-1)):
            dx[:, :, _steps(j * dilation, width, stride)] += received


def surround(x, padding, value=0):
    """Surround images by a border of ((top, bottom), (left, right)) pixels that hold `value`."""
    (top, bottom), (left, right) = padding
    if not top + bottom + left + right:
        return x
    images, height, width, channels = x.shape
    padded = np.full((images, top + height + bottom, left + width + right, channels), value, dtype=x.dtype)
    padded[:, top : top + height, left : left + width] = x
    return padded


def lay_grid(x, window_size, *, strides, padding, dilation_rate=1, name="kernel"):
    """Lay windows over the images `x` as Keras does; `name` is what an error calls the window."""
    strides = _checks.pair("strides", strides)
    dilation_rate = _checks.pair("dilation_rate", dilation_rate)
    padding = _checks.choice("padding", padding, ("valid", "same"))
    image_size, window_size = x.shape[1:3], tuple(window_size)
    reach = _reach(window_size, dilation_rate)
    if padding == "same":
        lay = _lay_same
    elif reach[0] <= image_size[0] and reach[1] <= image_size[1]:
        lay = _lay_valid
    else:
        dilated = "" if reach == window_size else f", which dilation_rate={dilation_rate} spreads"
        raise ValueError(
            f"`{name}` spans {reach[0]}×{reach[1]} pixels but the images have "
            f"{image_size[0]}×{image_size[1]}: got x.shape={x.shape} and a {name} of size "
            f"{window_size}{dilated}.\n"
            f'Use padding="same", a smaller {name}, or larger images.'
        )
    output_size, border = zip(*map(lay, image_size, reach, strides), strict=True)
    return Grid(image_size, window_size, strides, dilation_rate, output_size, border)


def _lay_valid(length, reach, stride):
    """Return along one axis the number of windows inside the image, and its border of (0, 0) zeros."""
    return (length - reach) // stride + 1, (0, 0)


def _lay_same(length, reach, stride):
    """Return along one axis as many windows as strides, and the border they need (an odd zero last)."""
    count = -(-length // stride)
    missing = max((count - 1) * stride + reach - length, 0)
    return count, (missing // 2, missing - missing // 2)


def _reach(window_size, dilation_rate):
    return tuple((k - 1) * d + 1 for k, d in zip(window_size, dilation_rate, strict=True))


def _steps(start, count, step):
    return slice(start, start + (count - 1) * step + 1, step)
