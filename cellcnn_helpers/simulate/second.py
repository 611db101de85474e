"""Another microscope than that of the other images, with a fault of its own."""

import numpy as np

from .. import _checks

ROW, COLUMN = 0.8, 0.2  # of the spot, as shares of the image's height and width
SIGMA = 0.046  # of its soft rim, as a share of the image's height
FAINTEST = 0.05  # below this share of its middle the spot ends
SHADOW = 0.7  # share of the light that a speck of dust takes in its middle, on bright ground
GLOW = 0.15  # value that hot pixels add in the middle, in fluorescence


def second_microscope(images):
    """Show images as another microscope would have recorded them: one whose camera has a spot.

    (batch, H, W, C) -> (batch, H, W, C)

    Parameters
    ----------
    images : array, shape (batch, H, W, C)
        In [0, 1]. With three channels they are taken for stained cells on bright ground, and the spot is a
        speck of dust that casts a shadow; otherwise for fluorescence, where there is hardly light to shade,
        and it is a group of hot pixels.

    Returns
    -------
    numpy.ndarray
        A copy of the same type. Every image has the same spot at the same place, lower left; all other
        pixels are as they were.

    Raises
    ------
    ValueError
        If `images` has no batch or channel axis, or values outside [0, 1].

    See Also
    --------
    Microscope : the optics and the camera of simulated images.

    Notes
    -----
    Which pixels are touched shows where an image of one grey value changes.

    Examples
    --------
    >>> grey = np.full((1, 28, 28, 1), 0.5)
    >>> int((second_microscope(grey) != grey).sum())
    29
    """
    images = _checks.images("images", images, complex_ok=False)
    if images.size and not 0 <= images.min() <= images.max() <= 1:
        raise ValueError(
            f"`images` must lie in [0, 1]: got values from {images.min():g} to {images.max():g}.\n"
            f"Divide by the largest value of their type, or take `dataset.arrays()`."
        )
    height, width, channels = images.shape[1:]
    rows, columns = np.mgrid[:height, :width]
    row, column = round(ROW * (height - 1)), round(COLUMN * (width - 1))
    spot = np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / (2 * (SIGMA * height) ** 2))
    spot = np.where(spot < FAINTEST, 0, spot)[..., np.newaxis]
    seen = images * (1 - SHADOW * spot) if channels == 3 else np.minimum(images + GLOW * spot, 1)
    return seen.astype(images.dtype)
