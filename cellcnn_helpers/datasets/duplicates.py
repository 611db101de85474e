"""Pictures that are in a set more than once."""

import hashlib

import numpy as np

from .. import _checks


def find_duplicates(images):
    """Return for each image the position of the first one that is equal to it in every pixel.

    (batch, ...) -> (batch,) of int64

    Parameters
    ----------
    images : array
        ``(batch, H, W)`` or ``(batch, H, W, C)``, of any type.

    Returns
    -------
    array of int64
        ``(batch,)``. An image that is the first of its kind gets its own position, every repetition that of
        the first. So these numbers are also the `groups` that keep equal images in one part of a split.

    See Also
    --------
    cellcnn_helpers.dataset.CellImageDataset.split : never divides a group.

    Notes
    -----
    One changed pixel makes another image: a picture that was stored twice with different compression, or cut
    out a little differently, is not found.

    Examples
    --------
    >>> import numpy as np
    >>> images = np.array([[[1, 2]], [[3, 4]], [[1, 2]]])
    >>> first = find_duplicates(images)
    >>> first
    array([0, 1, 0])
    >>> np.flatnonzero(first != np.arange(len(first)))  # those that repeat an earlier one
    array([2])

    To keep equal images together in a split:

    >>> import dataclasses
    >>> from cellcnn_helpers.dataset import CellImageDataset
    >>> cells = CellImageDataset(images.astype(np.uint8), [0, 1, 0], ["round", "spiky"])
    >>> cells = dataclasses.replace(cells, groups=find_duplicates(cells.images))
    >>> cells
    CellImageDataset(3 images of 1 × 2 × 1 uint8, 2 classes, 2 groups)
    """
    images = _checks.as_array("images", images)
    if images.ndim < 2:
        raise ValueError(
            f"`images` must be a batch of images: got images.shape={images.shape}.\n"
            f"Of a data set give its `.images`."
        )
    if images.dtype.kind in "fc":
        images = images + 0.0  # -0.0 equals 0.0, but is stored otherwise
    first = {}
    digests = (hashlib.blake2b(image.tobytes(), digest_size=16).digest() for image in images)
    places = [first.setdefault(digest, position) for position, digest in enumerate(digests)]
    return np.array(places, np.int64)
