"""Changing pictures of cells: geometry, intensities, augmentation. One image, a batch, or a whole data set.

An array is read by its shape: ``(H, W)`` is one grey image, ``(H, W, C)`` with up to 4 channels one image,
``(batch, H, W)`` a batch of grey images or masks, ``(batch, H, W, C)`` a batch. The type of the numbers is
kept, except where float32 is the point. Of a data set, masks go where their images go. The work is done by
OpenCV, which is imported only when it is needed.
"""

from .augmentation import augment
from .files import read_image
from .geometry import crop, flip, quarter_turn, resize, rotate
from .illumination import flat_field
from .intensity import ChannelStatistics, channel_statistics, normalize, standardize

__all__ = [
    "ChannelStatistics",
    "augment",
    "channel_statistics",
    "crop",
    "flat_field",
    "flip",
    "normalize",
    "quarter_turn",
    "read_image",
    "resize",
    "rotate",
    "standardize",
]
