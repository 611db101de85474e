"""Your own images: a folder per class."""

from pathlib import Path

import numpy as np

from .. import _checks
from .._decode import ENDINGS, read_image
from ..dataset import CellImageDataset


def from_folder(path, *, size=None, pixel_size_um=None, group_of=None, source=None, license="", citation=""):
    """Read images that lie in one folder per class.

    path -> data set of (batch, H, W, C)

    Parameters
    ----------
    path : str or Path
        The folder that holds the class folders; their names, sorted, become the class names. PNG, JPEG and
        TIFF are read. Hidden files such as ``.DS_Store`` and files of other kinds are passed over.
    size : int or (height, width), optional
        Resize every image to this. Without it all images must have one size.
    pixel_size_um : float, optional
        Side of one pixel in micrometres, of the images as they are returned.
    group_of : callable, optional
        Takes the path of an image and returns its group, such as the patient; see `CellImageDataset.split`.
    source, license, citation : str
        As in `CellImageDataset`. The default source is the name of the folder.

    Returns
    -------
    CellImageDataset
        Sorted by class and file name. 8-bit images stay uint8, 16-bit images uint16.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If the folder is not there, or a link inside leads nowhere.
    ValueError
        If there are no class folders, a class folder has no images, or an image cannot be read, has another
        size or number of channels than the first, is partly transparent or a stack, or stores more than 16
        bits or white as 0; the message names the file.

    See Also
    --------
    from_npz : images in one ``.npz`` file.

    Notes
    -----
    A PNG or JPEG that its camera marks as turned (EXIF orientation) is turned upright; a TIFF is refused.

    An alpha channel that is opaque everywhere carries nothing: it is dropped, and a line says so. Transparent
    pixels have no color to learn from: such an image is refused.

    Examples
    --------
    >>> import numpy as np, skimage.io, tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp(), "cells")
    >>> for name in ("round", "spiky"):
    ...     (folder / name).mkdir(parents=True)
    ...     skimage.io.imsave(folder / name / "1.png", np.eye(16, dtype=np.uint8) * 255, check_contrast=False)
    >>> from_folder(folder)
    CellImageDataset(2 images of 16 × 16 × 1 uint8, 2 classes, source='cells')
    """
    path = Path(_checks.path("path", path))
    group_of = None if group_of is None else _checks.function("group_of", group_of)
    size = None if size is None else _checks.pair("size", size)
    classes = _class_folders(path)
    files = [file for folder in classes for file in _image_files(folder)]
    labels = [label for label, folder in enumerate(classes) for _ in _image_files(folder)]
    images, num_opaque = [], 0
    for file in files:
        with open(file, "rb") as stream:
            image, opaque = read_image(stream, file)
        num_opaque += opaque
        images.append(_fitted(image, file, size, images, files))
    if num_opaque:
        print(f"from_folder: dropped the alpha channel of {num_opaque} of {len(files)} images, opaque.")
    return CellImageDataset(
        np.stack(images),
        labels,
        [folder.name for folder in classes],
        groups=None if group_of is None else [group_of(file) for file in files],
        pixel_size_um=pixel_size_um,
        source=path.resolve().name if source is None else source,
        license=license,
        citation=citation,
    )


def _class_folders(path):
    if not path.exists():
        raise FileNotFoundError(
            f"`path` is not there: got path={str(path)!r}.\nCheck the name, and where you are."
        )
    if not path.is_dir():
        raise NotADirectoryError(
            f"`path` is not a folder: got path={str(path)!r}.\nGive the folder of the class folders."
        )
    folders = [entry for entry in _entries(path) if entry.is_dir()]
    if not folders:
        raise ValueError(
            f"{path} holds no class folders.\nMake one folder per class and put its images inside, for "
            "example "
            f"{path.name}/round and {path.name}/spiky."
        )
    for folder in folders:
        if not _image_files(folder):
            raise ValueError(
                f"{folder} holds no images.\nPut {', '.join(ENDINGS)} files into it, or remove the folder."
            )
    return folders


def _image_files(folder):
    return [entry for entry in _entries(folder) if entry.suffix.lower() in ENDINGS and entry.is_file()]


def _entries(folder):
    """What lies in a folder, sorted, nothing hidden. A link to nothing may be an image that is missed."""
    entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    for entry in entries:
        if not entry.exists():
            raise FileNotFoundError(
                f"{entry} is a link to nothing.\nBring back what it leads to, or remove it."
            )
    return entries


def _fitted(image, file, size, images, files):
    """The image in the size asked for, or an error that says how it differs from the first."""
    if size is not None:
        from ..images import resize

        image = resize(image, size)
    if images and image.dtype != images[0].dtype:
        raise ValueError(
            f"{file} has {image.dtype} values but {files[0].name} has {images[0].dtype}.\n"
            f"Save all images with the same number of bits."
        )
    if images and image.shape[-1] != images[0].shape[-1]:
        raise ValueError(
            f"{file} has {image.shape[-1]} channels but {files[0].name} has {images[0].shape[-1]}.\n"
            f"Save all images as grey or all as RGB."
        )
    if images and image.shape != images[0].shape:
        height, width = image.shape[:2]
        raise ValueError(
            f"{file} has height {height} and width {width} but {files[0].name} has {images[0].shape[0]} and "
            f"{images[0].shape[1]}.\nGive `size`, for example size=({images[0].shape[0]}, "
            f"{images[0].shape[1]})."
        )
    return image
