"""Your own images: a folder per class."""

from pathlib import Path

import numpy as np

from .. import _checks
from ..dataset import CellImageDataset

ENDINGS = (".png", ".jpg", ".jpeg", ".tif", ".tiff")


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
        If the folder is not there.
    ValueError
        If there are no class folders, a class folder has no images, or an image cannot be read, has another
        size or number of channels than the first, is partly transparent or a stack; the message names the
        file.

    See Also
    --------
    from_npz : images in one ``.npz`` file.

    Notes
    -----
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
    path = Path(path)
    size = None if size is None else _checks.pair("size", size)
    classes = _class_folders(path)
    files = [file for folder in classes for file in _image_files(folder)]
    labels = [label for label, folder in enumerate(classes) for _ in _image_files(folder)]
    images, num_opaque = [], 0
    for file in files:
        image, opaque = _read(file)
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
    folders = sorted(entry for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith("."))
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
    return sorted(
        file
        for file in folder.iterdir()
        if file.suffix.lower() in ENDINGS and not file.name.startswith(".") and file.is_file()
    )


def _read(file):
    """(image (H, W, C), whether an opaque alpha channel was dropped)"""
    try:
        image = _read_tiff(file) if file.suffix.lower() in (".tif", ".tiff") else _read_picture(file)
    except _Refused:
        raise
    except Exception as error:  # every decoder has its own kinds
        raise ValueError(
            f"{file} cannot be read: {type(error).__name__}: {error}.\nOpen it in an image viewer; save it "
            "again or remove it."
        ) from error
    if image.ndim == 2:
        image = image[..., np.newaxis]
    if image.ndim != 3 or image.shape[-1] > 4:
        raise _Refused(
            f"{file} is not one grey or color image: got shape {image.shape}.\n"
            f"Save each plane of a stack as its own file."
        )
    if image.dtype not in (np.uint8, np.uint16):
        raise _Refused(f"{file} holds {image.dtype} values.\nSave it with 8 or 16 bits per channel.")
    if image.shape[-1] in (1, 3):
        return image, False
    if image[..., -1].min() < np.iinfo(image.dtype).max:
        raise _Refused(
            f"{file} is transparent in places: its alpha channel goes down to {image[..., -1].min()}.\n"
            f"Save it without transparency (flatten the image)."
        )
    return image[..., :-1], True


class _Refused(ValueError):
    """A file that was read but does not fit."""


def _read_picture(file):
    from PIL import Image

    with Image.open(file) as picture:
        if file.suffix.lower() == ".png" and _is_deep_color_png(file):
            raise _Refused(
                f"{file} is a color PNG with 16 bits per channel, which would be cut to 8 bits.\nSave it as "
                "TIFF."
            )
        if picture.mode == "P":
            picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
        if picture.mode == "1":
            picture = picture.convert("L")
        if picture.mode not in ("L", "LA", "RGB", "RGBA", "I;16", "I;16B", "I"):
            raise _Refused(f"{file} has the color mode {picture.mode}.\nSave it as grey or RGB.")
        image = np.array(picture)
    return image.astype(np.uint16) if image.dtype.kind in "iu" and image.itemsize > 1 else image


def _is_deep_color_png(file):
    """Whether the header says 16 bits (byte 24) in a color type with several channels (byte 25)."""
    with open(file, "rb") as opened:
        header = opened.read(26)
    return len(header) == 26 and header[24] == 16 and header[25] != 0


def _read_tiff(file):
    import tifffile

    with tifffile.TiffFile(file) as opened:
        if len(opened.pages) > 1:
            raise _Refused(
                f"{file} is a stack of {len(opened.pages)} planes.\nSave each plane as its own file."
            )
        try:
            return opened.pages[0].asarray()
        except ValueError:  # a compression that tifffile leaves to a package of its own; Pillow knows LZW
            return _read_picture(file)


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
