"""The pictures that widgets start with."""

import numpy as np


def default_pictures():
    """Return {name: grey picture}: a real cell, a real tissue, and numbers to work with by hand.

    None -> (48, 48), (48, 48) and (12, 12)

    The cell is scikit-image's quantitative phase image, 0.43 µm per pixel here; the gland is a piece of its
    immunohistochemistry picture, in grey.
    """
    from skimage import data  # here, because it takes long to import

    gland = data.immunohistochemistry()[304:496, 230:422] @ np.array([0.299, 0.587, 0.114])
    return {
        "a cell (phase)": _block_means(data.cell()[278:470, 332:524]),
        "a gland (stained)": _block_means(gland),
        "small numbers": _drawn_cell(),
    }


def _block_means(image, size=4):
    """Return the mean of each size × size block, as uint8."""
    rows, columns = np.array(image.shape) // size
    return image.reshape(rows, size, columns, size).mean((1, 3)).round().astype(np.uint8)


def _drawn_cell(size=12):
    """Return a cell of 6 with a nucleus of 9 on a background of 1."""
    row, column = np.mgrid[:size, :size] - (size - 1) / 2
    distance = np.hypot(row, column)
    return np.select([distance < 2, distance < 4.6], [9.0, 6.0], 1.0).astype(np.float32)


def drawn_spots(size=16):
    """Return a few bright spots of 5 to 9 on a background of 0, as a layer finds a rare feature."""
    spots = np.zeros((size, size), np.float32)
    places = [(1, 2), (2, 9), (3, 13), (5, 5), (7, 11), (10, 1), (10, 7), (13, 4), (13, 12)]
    for number, (row, column) in enumerate(places):
        spots[row, column] = 5 + number % 5
    return spots
