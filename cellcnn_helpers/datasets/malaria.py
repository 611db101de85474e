"""Red blood cells with and without malaria parasites, split by patient."""

import re

import numpy as np

from .. import _selection
from .._decode import read_image
from ..dataset import CellImageDataset
from .archive import members, open_archive, read_member
from .npz import SPLITS

SHARES = (0.7, 0.1, 0.2)  # of the cells, in train, val and test, as far as the patients allow
SEED = 0
FOLDERS = ("Parasitized", "Uninfected")


def read_malaria(path, record, split, size):
    """Return one part of the malaria cells, each resized to `size`.

    path -> data set of (batch, size, size, 3)

    Parameters
    ----------
    path : Path
        The official ``cell_images.zip``.
    record : DataFile
    split : {"train", "val", "test", "all"}
    size : int
        Side of the images in pixels.

    Raises
    ------
    ValueError
        If the archive or a member is damaged, a class is missing, or a patient cannot be read from a name.

    Notes
    -----
    The patient is the number after the C at the start of a file name: C47P8thin_Original_Motic_... and
    C47P8thinOriginalOlympusCX21_... are one patient under two microscopes.
    """
    from ..images import resize

    with open_archive(path) as archive:
        found = members(archive, rf"cell_images/({'|'.join(FOLDERS)})/([^/.][^/]*)\.png")
        labels = np.array([FOLDERS.index(match[1]) for match in found], np.int64)
        for folder, count in zip(FOLDERS, np.bincount(labels, minlength=len(FOLDERS)), strict=True):
            if not count:
                raise ValueError(
                    f"{path} holds no cells in cell_images/{folder}.\nDelete it and load the data set again."
                )
        patients = np.array([_patient(path, match) for match in found])
        parts = _selection.parts_of_split(labels, patients, SHARES, SEED)
        chosen = np.flatnonzero(np.full(len(parts), True) if split == "all" else parts == SPLITS.index(split))
        images = np.empty((len(chosen), size, size, 3), np.uint8)
        for place, index in enumerate(chosen):
            name = found[index][0]
            image, _ = read_image(read_member(archive, name), f"{path}: {name}")
            if image.shape[-1] != 3 or image.dtype != np.uint8:
                raise ValueError(
                    f"{path}: {name} must be 8-bit RGB: got {image.shape[-1]} channels of {image.dtype}.\n"
                    f"Delete the file and load the data set again."
                )
            images[place] = resize(image, size)
    return CellImageDataset(
        images, labels[chosen], record.class_names, groups=patients[chosen], **record.known()
    )


def _patient(path, match):
    number = re.match(r"C(\d+)", match[2])
    if number is None:
        raise ValueError(
            f"{path}: the patient cannot be read from the name {match[0]}: got {match[2]!r}.\n"
            f"A name starts with C and a number, as in C33P1thinF_IMG_20150619_114756a_cell_179.png."
        )
    return number[0]
