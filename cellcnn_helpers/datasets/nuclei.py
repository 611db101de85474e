"""Fluorescence fields of nuclei with a number for each nucleus: BBBC039 and the Data Science Bowl 2018."""

import csv
import re

import numpy as np

from .._decode import read_first_channel, read_image
from ..dataset import CellImageDataset
from .archive import open_archive, read_member
from .npz import SPLITS

LISTS = dict(zip(SPLITS, ("training", "validation", "test"), strict=True))  # of BBBC039
COLUMNS = ("id", "split", "n_nuclei")  # of the index of the Data Science Bowl's fields


def read_bbbc039(paths, record, split):
    """Return one part of BBBC039, in the official split.

    paths -> data set of (batch, 520, 696, 1) with masks (batch, 520, 696)

    Parameters
    ----------
    paths : list of Path
        The official archives of the images, the masks and the lists of names.
    record : DataFile
    split : {"train", "val", "test", "all"}

    Raises
    ------
    ValueError
        If an archive or a member is damaged, an image or a mask is missing, or a field is in two lists.

    Notes
    -----
    The first channel of a mask holds a color number: 0 outside, and nuclei that touch have different numbers,
    though nuclei apart share one. So a nucleus is a connected region of one number, corners included, and
    these regions are numbered from 1 in each field.
    """
    images_path, masks_path, lists_path = paths
    names = _listed_names(lists_path, split)
    with open_archive(images_path) as images_zip, open_archive(masks_path) as masks_zip:
        images, masks = [], []
        for name in names:
            image_name, mask_name = f"images/{name}.tif", f"masks/{name}.png"
            image, _ = read_image(read_member(images_zip, image_name), f"{images_path}: {image_name}")
            place = f"{masks_path}: {mask_name}"
            mask = numbered(read_first_channel(read_member(masks_zip, mask_name), place))
            _append(image, mask, place, images, masks)
    return _dataset(images, masks, record)


def numbered(colors):
    """Number the connected regions of one color, background 0: (H, W) -> (H, W) of uint16.

    Examples
    --------
    >>> numbered(np.array([[1, 2, 0, 1]]))
    array([[1, 2, 0, 3]], dtype=uint16)
    """
    from skimage.measure import label

    return label(colors, connectivity=2).astype(np.uint16)


def _listed_names(path, split):
    """The names, without ending, of the fields of a part; every field must be in one list only."""
    with open_archive(path) as archive:
        lists = {}
        for part, file in LISTS.items():
            text = read_member(archive, f"metadata/{file}.txt").read().decode("utf-8", "replace")
            lists[part] = [line.strip().removesuffix(".png") for line in text.splitlines() if line.strip()]
    every = [name for names in lists.values() for name in names]
    twice = {name for name in every if every.count(name) > 1}
    if twice or not all(lists.values()):
        raise ValueError(
            f"{path} has a list of fields that is empty, or one field twice: got {sorted(twice)[:3]}.\n"
            f"Delete the file and load the data set again."
        )
    return every if split == "all" else lists[split]


def read_dsb2018(index_path, record, split):
    """Return one part of the Data Science Bowl 2018 fields, by the split of their index.

    path -> data set of (batch, 256, 256, 1) with masks (batch, 256, 256)

    Parameters
    ----------
    index_path : Path
        ``index.csv`` with the columns id, split and n_nuclei, beside the folders ``images`` and ``labels``.
    record : DataFile
    split : {"train", "val", "test", "all"}

    Raises
    ------
    ValueError
        If the index lacks a column, an image or its labels are missing or damaged, or a field has another
        number of nuclei than the index says.
    """
    images, masks = [], []
    for row in _rows(index_path):
        if split not in ("all", row["split"]):
            continue
        image_path, mask_path = (
            index_path.parent / kind / f"{row['id']}.png" for kind in ("images", "labels")
        )
        for path in (image_path, mask_path):
            if not path.is_file():
                raise ValueError(f"{path} is missing, but {index_path} names it.\nCopy the folder again.")
        with open(image_path, "rb") as image_file, open(mask_path, "rb") as mask_file:
            image, _ = read_image(image_file, image_path)
            mask = read_first_channel(mask_file, mask_path)
        num_nuclei = np.count_nonzero(np.unique(mask))
        if str(num_nuclei) != row["n_nuclei"]:
            raise ValueError(
                f"{mask_path} holds {num_nuclei} nuclei, but {index_path} says {row['n_nuclei']}.\n"
                f"The labels are not those of this index: copy the folder again."
            )
        _append(image, mask.astype(np.uint16), mask_path, images, masks)
    if not images:
        raise ValueError(f'{index_path} names no field of the split "{split}".\nCopy the folder again.')
    return _dataset(images, masks, record)


def _rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if not rows or not set(COLUMNS) <= rows[0].keys():
        raise ValueError(f"{path} must have the columns {', '.join(COLUMNS)}.\nCopy the folder again.")
    for row in rows:
        if row["split"] not in SPLITS or not re.fullmatch(r"\w+", row["id"]):
            raise ValueError(
                f"{path} must hold ids of letters and digits and a split of {', '.join(SPLITS)}: got "
                f"id={row['id']!r}, split={row['split']!r}.\nCopy the folder again."
            )
    return rows


def _append(image, mask, mask_place, images, masks):
    if mask.shape != image.shape[:2]:
        raise ValueError(
            f"{mask_place} must have the size of its image, {image.shape[:2]}: got {mask.shape}.\n"
            f"The two do not belong together: load or copy the data set again."
        )
    if images and (image.shape, image.dtype) != (images[0].shape, images[0].dtype):
        raise ValueError(
            f"The image of {mask_place} must be like the first, {images[0].shape} of {images[0].dtype}: got "
            f"{image.shape} of {image.dtype}.\nLoad or copy the data set again."
        )
    images.append(image)
    masks.append(mask)


def _dataset(images, masks, record):
    labels = np.zeros(len(images), np.int64)
    return CellImageDataset(
        np.stack(images), labels, record.class_names, masks=np.stack(masks), **record.known()
    )
