"""One image from a file."""

from pathlib import Path

from .. import _checks, _decode

__all__ = ["read_image"]


def read_image(path):
    """Read one grey or color image from a file, as it was stored.

    path -> (H, W, 1) or (H, W, 3)

    Parameters
    ----------
    path : str or Path
        A PNG, JPEG or TIFF file.

    Returns
    -------
    array of uint8 or uint16
        Grey, or the channels in the order red, green, blue. 16 bits stay 16 bits.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file cannot be read, is a stack or partly transparent, or stores more than 16 bits or white as
        0; the message names the file.

    See Also
    --------
    cellcnn_helpers.datasets.from_folder : many images, with their classes.

    Notes
    -----
    ``cv2.imread`` does otherwise: it gives the channels in the order blue, green, red, cuts 16 bits to 8 and
    makes grey images colored unless it is told not to, and returns None where it cannot read a file.
    ``image[..., ::-1]`` changes one order into the other.

    Examples
    --------
    >>> import numpy as np, skimage.io, tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp(), "red.png")
    >>> skimage.io.imsave(path, np.full((2, 2, 3), [200, 0, 0], np.uint8), check_contrast=False)
    >>> read_image(path)[0, 0]
    array([200,   0,   0], dtype=uint8)
    """
    path = Path(_checks.path("path", path))
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "is not there"
        raise FileNotFoundError(
            f"`path` {what}: got path={str(path)!r}.\n"
            f"Give the name of an image file, and check where you are."
        )
    with open(path, "rb") as stream:
        image, _ = _decode.read_image(stream, path)
    return image
