"""``load``: a data set by its name."""

import textwrap

from .. import _checks
from . import fetch, registry
from .npz import SPLITS, from_npz
from .pictures import PICTURES, load_picture

NAMES = ("simulated_cells", "blood_cells", "bloodmnist", "pbc_blood_28", *PICTURES)

SIMULATED_RANGES = {"train": (0, 1000), "val": (1000, 1200), "test": (1200, 1600), "all": (0, 1600)}
SIMULATED_FIELD_UM = 16.0  # of every size, so that a cell fills the same part of the image
SMALLEST_SIMULATED = 8  # pixels; a nucleus is then some four pixels wide


def load(name, *, split="train", size=28):
    """Load a data set by its name.

    name -> data set of (batch, size, size, C)

    Parameters
    ----------
    name : str
        =================  ==========================================================================
        "simulated_cells"  fluorescent nuclei made on the spot, with masks; needs no network
        "blood_cells"      BloodMNIST if it is on this machine, else "pbc_blood_28", else simulated
        "bloodmnist"       17,092 blood cells in 8 classes; downloaded where it is not found
        "pbc_blood_28"     13,659 blood cells in 8 classes, only where ``$CELLCNN_DATA`` holds it
        "phase_cell"       one cell in saline, a phase image, 660 × 550, grey
        "histology"        colon glands, stained tissue, 512 × 512, RGB
        =================  ==========================================================================
    split : {"train", "val", "test", "all"}
        The official split where there is one. The two pictures have "train" and "all", which are the same.
    size : int
        Side of the images in pixels: 28, 64, 128 or 224 for BloodMNIST, from 8 on for simulated cells. The
        two pictures come as they are.

    Returns
    -------
    CellImageDataset

    Raises
    ------
    ValueError
        If there is no such data set, split or size.
    FileNotFoundError
        If the file is not on this machine and must not or cannot be downloaded; the message says which file
        goes where.

    See Also
    --------
    from_folder, from_npz : your own images.

    Notes
    -----
    "blood_cells" never downloads. It prints which data it took, and `source` says it under every figure.

    Examples
    --------
    >>> load("phase_cell")
    CellImageDataset(1 image of 660 × 550 × 1 uint8, 1 class, 0.107 µm per pixel, source='Cell ...')
    """
    name = _checks.choice("name", name, NAMES)
    split = _checks.choice("split", split, (*SPLITS, "all"))
    size = _checks.whole_number("size", size)
    if name == "blood_cells":
        return _load_blood_cells(split, size)
    if name == "simulated_cells":
        return _simulated(split, size)
    if name in PICTURES:
        if size != 28:
            raise ValueError(
                f'`size` cannot be chosen for "{name}": got size={size}.\n'
                f"Leave it out, and resize with cellcnn_helpers.images.resize."
            )
        return load_picture(name, split)
    record = record_of(name, size)
    return _from_file(fetch.find_or_download(record), record, split)


def record_of(name, size):
    """Return the record of the file that holds a data set in one size.

    Parameters
    ----------
    name : str
        A data set that comes as a file.
    size : int
        Side of its images in pixels.

    Examples
    --------
    >>> record_of("bloodmnist", 64).name
    'bloodmnist_64.npz'
    """
    records = registry.files_of(name)
    if not records:
        listed = ", ".join(
            f'"{known}"' for known in dict.fromkeys(record.dataset for record in registry.FILES.values())
        )
        raise ValueError(
            f"`name` must be a data set that comes as a file, {listed}: got name={name!r}.\n"
            f"Choose one of them; the others of datasets.load need no file."
        )
    if size not in records:
        sizes = ", ".join(map(str, records))
        raise ValueError(f'`size` of "{name}" must be one of {sizes}: got size={size}.\nChoose one of them.')
    return records[size]


def _from_file(path, record, split):
    return from_npz(
        path,
        split=split,
        class_names=record.class_names,
        pixel_size_um=record.pixel_size_um,
        source=record.source,
        license=record.license,
        citation=record.citation,
    )


def _load_blood_cells(split, size):
    for name in ("bloodmnist", "pbc_blood_28"):
        record = registry.files_of(name).get(size)
        path = fetch.find(record) if record else None
        if path is not None:
            _tell(f"blood_cells: {record.source}. {' '.join(record.known_problems)}")
            return _from_file(path, record, split)
    cells = _simulated(split, size)
    _tell(f"blood_cells: no blood cells of {size} px on this machine; {cells.source} instead, other classes.")
    return cells


def _simulated(split, size):
    from ..simulate import Microscope, simulate_cells

    size = _checks.whole_number("size", size, minimum=SMALLEST_SIMULATED)
    first, last = SIMULATED_RANGES[split]
    microscope = Microscope(pixel_size_um=SIMULATED_FIELD_UM / size)
    return simulate_cells(last - first, image_size=size, seed=0, first_index=first, microscope=microscope)


def _tell(message):
    """Print in lines that fit into a page of the book."""
    print(textwrap.fill(message, 76))
