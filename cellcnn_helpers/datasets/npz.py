"""Images from a .npz file in the layout of MedMNIST."""

import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np

from .. import _checks
from ..dataset import CellImageDataset

SPLITS = ("train", "val", "test")


def from_npz(
    path,
    *,
    split="train",
    class_names=None,
    pixel_size_um=None,
    source=None,
    license="",
    citation="",
):
    """Read images and labels from a ``.npz`` file in the layout of MedMNIST.

    path -> data set of (batch, H, W, C)

    Parameters
    ----------
    path : str or Path
        A file with the arrays ``train_images``, ``train_labels`` and likewise ``val_`` and ``test_``. Labels
        have the shape ``(batch,)`` or ``(batch, 1)``.
    split : {"train", "val", "test", "all"}
        Which part; "all" joins the parts that the file holds.
    class_names : sequence of str, optional
        By default "class 0", "class 1", ...
    pixel_size_um, source, license, citation
        As in `CellImageDataset`. The default source is the name of the file.

    Returns
    -------
    CellImageDataset

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is damaged, lacks an array, or holds pickled objects, which are never loaded: they can run
        code.

    See Also
    --------
    from_folder : a folder of image files per class.

    Examples
    --------
    >>> import numpy as np, tempfile, os
    >>> path = os.path.join(tempfile.mkdtemp(), "mine.npz")
    >>> np.savez(path, train_images=np.zeros((2, 8, 8), np.uint8), train_labels=[0, 1])
    >>> from_npz(path)
    CellImageDataset(2 images of 8 × 8 × 1 uint8, 2 classes, source='mine.npz')
    """
    path = Path(_checks.path("path", path))
    split = _checks.choice("split", split, (*SPLITS, "all"))
    if not path.is_file():
        raise FileNotFoundError(
            f"`path` is not a file: got path={str(path)!r}.\nCheck the name and the folder."
        )
    with open(path, "rb") as opened, _arrays(opened, path) as file:
        held = [name for name in SPLITS if f"{name}_images" in file and f"{name}_labels" in file]
        wanted = held if split == "all" else [split]
        if not set(wanted) <= set(held) or not held:
            raise ValueError(_missing(path, wanted or SPLITS, file.files))
        images = {name: _read(file, path, f"{name}_images") for name in wanted}
        counted = held if class_names is None else wanted  # every split has the same classes
        labels = {
            name: _labels(_read(file, path, f"{name}_labels"), path, f"{name}_labels") for name in counted
        }
    known = {"pixel_size_um": pixel_size_um, "source": path.name if source is None else source}
    known |= {"license": license, "citation": citation}
    class_names = _numbered_classes(labels.values()) if class_names is None else class_names
    parts = []
    for name in wanted:
        try:
            parts.append(CellImageDataset(images[name], labels[name], class_names, **known))
        except (ValueError, TypeError) as error:
            raise type(error)(f'{path}, split "{name}": {error}') from error
    return _joined(parts, wanted, path)


def _numbered_classes(labels):
    """Names for the classes that are counted in whole numbers; other labels are refused by the data set."""
    largest = (int(part.max()) for part in labels if part.size and part.dtype.kind in "iu")
    return [f"class {index}" for index in range(1 + max([0, *largest]))]


def _joined(parts, names, path):
    """One data set of the parts of a file, which must hold images of one kind."""
    first = parts[0]
    for part, name in zip(parts[1:], names[1:], strict=True):
        if (part.images.shape[1:], part.images.dtype) != (first.images.shape[1:], first.images.dtype):
            raise ValueError(
                f"{path}: the splits cannot be joined: got {name}_images of {part.images.shape[1:]} "
                f"{part.images.dtype}, {names[0]}_images of {first.images.shape[1:]} {first.images.dtype}.\n"
                f"Read them one by one, and make them alike with cellcnn_helpers.images.resize or astype."
            )
    if len(parts) == 1:
        return first
    images, labels = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("images", "labels")
    )
    return replace(first, images=images, labels=labels)


def _arrays(opened, path):
    """The arrays by name. The file comes opened, because `np.load` leaves a damaged one open."""
    try:
        file = np.load(opened, allow_pickle=False)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{path} cannot be read as .npz: it is damaged, cut short, or of another kind.\n"
            "Fetch or copy it again; write your own arrays with np.savez(path, train_images=..., "
            "train_labels=...)."
        ) from error
    if not isinstance(file, np.lib.npyio.NpzFile):
        raise ValueError(
            f"{path} holds one array, not several with names: it is a .npy file.\n"
            f"Write it with np.savez(path, train_images=..., train_labels=...)."
        )
    return file


def _read(file, path, name):
    try:
        array = file[name]
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise ValueError(
            f"{path} is damaged inside {name}: {error}.\nFetch or copy the file again."
        ) from error
    except ValueError as error:
        raise ValueError(
            f"{path} holds pickled objects or a damaged array in {name}; pickles are not loaded, they can "
            "run code.\n"
            f"Write the file again from plain number arrays, all images of one size."
        ) from error
    if not isinstance(array, np.ndarray):
        raise ValueError(
            f"{path} holds no array in {name} but {len(array)} bytes of another kind.\n"
            f"Write the file again with np.savez(path, train_images=..., train_labels=...)."
        )
    return array


def _labels(labels, path, name):
    if labels.ndim == 2 and labels.shape[1] == 1:
        return labels[:, 0]
    if labels.ndim == 2:
        raise ValueError(
            f"{path} has several labels per image: got {name}.shape={labels.shape}.\n"
            f"One class per image is needed: for one-hot rows write labels.argmax(axis=1)."
        )
    return labels


def _missing(path, wanted, names):
    lacking = [f"{part}_{kind}" for part in wanted for kind in ("images", "labels")]
    lacking = [name for name in lacking if name not in names]
    listed = ", ".join(names) or "nothing"
    return (
        f"{path} lacks {', '.join(lacking)}: it holds {listed}.\n"
        f"Choose a split that it holds, or write it with np.savez(path, train_images=..., train_labels=...)."
    )
