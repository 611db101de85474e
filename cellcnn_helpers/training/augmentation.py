"""Random changes that cost a training nearly no time."""

from .. import _checks

__all__ = ["flips_and_turns"]


def flips_and_turns(images, rng):
    """Mirror and turn each image at random: a cell on a slide has no up and no left.

    (batch, H, W, C) -> (batch, H, W, C)

    Parameters
    ----------
    images : array, shape (batch, H, W, C)
        Of any type, which is kept. They are not changed.
    rng : int or numpy.random.Generator
        Draws the changes: each of the eight ways in which a square lies on itself comes equally often. Images
        that are not square keep their sides: mirrored and turned by half a turn alone.

    Returns
    -------
    numpy.ndarray
        A copy, of the same shape and type.

    See Also
    --------
    cellcnn_helpers.images.augment : Shifts, zooms and changes of brightness too; slower.

    Examples
    --------
    >>> import numpy as np
    >>> image = np.arange(4, dtype=np.uint8).reshape(1, 2, 2, 1)
    >>> flips_and_turns(image, rng=3)[0, :, :, 0]
    array([[3, 2],
           [1, 0]], dtype=uint8)
    """
    images = _checks.as_array("images", images).copy()
    if images.ndim != 4:
        raise ValueError(
            f"`images` must have 4 dimensions (batch, height, width, channels): got images.shape="
            f"{images.shape}.\nFor one image add the batch axis: images[np.newaxis]."
        )
    rng = _checks.generator("rng", rng)
    upside_down, mirrored, transposed = rng.random((3, len(images))) < 0.5
    images[upside_down] = images[upside_down, ::-1]
    images[mirrored] = images[mirrored, :, ::-1]
    if images.shape[1] == images.shape[2]:
        images[transposed] = images[transposed].swapaxes(1, 2)
    return images
