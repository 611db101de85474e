"""``load``: a data set by its name."""

import textwrap

from .. import _checks
from . import fetch, registry
from .malaria import read_malaria
from .npz import SPLITS, from_npz
from .nuclei import read_bbbc039, read_dsb2018
from .pictures import PICTURES, load_picture

FIELDS = ("bbbc039", "dsb2018_nuclei")
NAMES = (
    *("simulated_cells", "blood_cells", "bloodmnist", "pbc_blood_28", "pathmnist", "tissuemnist", "malaria"),
    *("simulated_fields", "nuclei", *FIELDS, *PICTURES),
)
CELL_SIZE = 28  # pixels, where none is asked for
WITHOUT_SIZE = ("simulated_fields", "nuclei", *FIELDS, *PICTURES)

SIMULATED_RANGES = {"train": (0, 1000), "val": (1000, 1200), "test": (1200, 1600), "all": (0, 1600)}
SIMULATED_FIELD_UM = 16.0  # of every size, so that a cell fills the same part of the image
SIMULATED_FIELDS = {"train": (0, 40), "val": (40, 50), "test": (50, 60), "all": (0, 60)}
SMALLEST = 8  # pixels; a simulated nucleus is then some four pixels wide
_told = {}  # of each message the splits that were loaded since it was printed


def load(name, *, split="train", size=None):
    """Load a data set by its name.

    name -> data set of (batch, size, size, C)

    Parameters
    ----------
    name : str
        Single cells, one class per image:

        ==================  ========================================================================
        "simulated_cells"   fluorescent nuclei made on the spot, with masks; needs no network
        "blood_cells"       BloodMNIST if it is on this machine, else "pbc_blood_28", else simulated
        "bloodmnist"        17,092 blood cells in 8 classes
        "pbc_blood_28"      13,659 blood cells in 8 classes, only where ``$CELLCNN_DATA`` holds it
        "tissuemnist"       236,386 kidney cells in 8 classes, grey
        "malaria"           27,558 red blood cells, parasitized or not, with the patient as group
        ==================  ========================================================================

        Tissue and fields of many cells:

        ==================  ========================================================================
        "pathmnist"         107,180 patches of colon tissue in 9 classes
        "simulated_fields"  60 fields of 5 to 20 nuclei made on the spot, 256 × 256, with a mask that
                            numbers the nuclei; needs no network
        "nuclei"            "dsb2018_nuclei" if it is on this machine, else "bbbc039", else simulated
        "dsb2018_nuclei"    160 fields of nuclei, 256 × 256, with a mask that numbers the nuclei, only
                            where ``$CELLCNN_DATA`` holds it
        "bbbc039"           200 fields of nuclei, 520 × 696, 12-bit values in uint16, with such a mask
        "phase_cell"        one cell in saline, a phase image, 660 × 550, grey
        "histology"         colon glands, stained tissue, 512 × 512, RGB
        "retina"            microaneurysms in a retina, 102 × 102, grey
        ==================  ========================================================================
    split : {"train", "val", "test", "all"}
        The official split where there is one. Malaria has none: its patients are divided, 70, 10 and 20 % of
        the cells, always in the same way. The two pictures have "train" and "all", which are the same.
    size : int, optional
        Side of the images in pixels, by default 28: 28, 64, 128 or 224 for BloodMNIST, 28 for the other sets
        of MedMNIST, from 8 on for simulated cells and malaria. Fields and pictures come as they are.

    Returns
    -------
    CellImageDataset

    Raises
    ------
    ValueError
        If there is no such data set, split or size, or a file is damaged.
    FileNotFoundError
        If the file is not on this machine and must not or cannot be downloaded; the message says which file
        goes where.

    See Also
    --------
    from_folder, from_npz : your own images.

    Notes
    -----
    A file that is not found is downloaded. Only "blood_cells" and "nuclei" never download: they print which
    data they took, once for all parts, and `source` says it under every figure.

    Examples
    --------
    >>> load("phase_cell")
    CellImageDataset(1 image of 660 × 550 × 1 uint8, 1 class, 0.107 µm per pixel, source='Cell ...')
    """
    name = _checks.choice("name", name, NAMES)
    split = _checks.choice("split", split, (*SPLITS, "all"))
    size = _checked_size(name, size)
    if name == "blood_cells":
        return _load_blood_cells(split, size)
    if name == "nuclei":
        return _load_nuclei(split)
    if name == "simulated_cells":
        return _simulated(split, size)
    if name == "simulated_fields":
        return _simulated_fields(split)
    if name in PICTURES:
        return load_picture(name, split)
    records = records_of(name, size)
    return _read([fetch.find_or_download(record) for record in records], records[0], split, size)


def records_of(name, size=None):
    """Return the records of the files that hold a data set.

    Parameters
    ----------
    name : str
        A data set that comes as files.
    size : int, optional
        Side of its images in pixels, where there is a file for each size; by default 28.

    Examples
    --------
    >>> [record.name for record in records_of("bloodmnist", 64)]
    ['bloodmnist_64.npz']
    >>> [record.name for record in records_of("bbbc039")]
    ['BBBC039/images.zip', 'BBBC039/masks.zip', 'BBBC039/metadata.zip']
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
    sizes = [record.size for record in records]
    if None in sizes:  # the files belong together, and hold images of their own sizes
        return records
    size = CELL_SIZE if size is None else size
    if size not in sizes:
        listed = ", ".join(map(str, sizes))
        raise ValueError(f'`size` of "{name}" must be one of {listed}: got size={size}.\nChoose one of them.')
    return (records[sizes.index(size)],)


def _checked_size(name, size):
    if name in WITHOUT_SIZE:
        if size is not None:
            raise ValueError(
                f'`size` cannot be chosen for "{name}": got size={size}.\n'
                f"Leave it out, and cut or resize with cellcnn_helpers.images.crop or resize."
            )
        return None
    least = SMALLEST if name in ("simulated_cells", "malaria") else 1
    return CELL_SIZE if size is None else _checks.whole_number("size", size, minimum=least)


def _read(paths, record, split, size):
    """The data set of the files of one record, or of several that belong together."""
    if record.dataset == "malaria":
        return read_malaria(*paths, record, split, size)
    if record.dataset == "bbbc039":
        return read_bbbc039(paths, record, split)
    if record.dataset == "dsb2018_nuclei":
        return read_dsb2018(*paths, record, split)
    return from_npz(*paths, split=split, class_names=record.class_names, **record.known())


def _load_blood_cells(split, size):
    for name in ("bloodmnist", "pbc_blood_28"):
        if size in [record.size for record in registry.files_of(name)]:
            cells = _found("blood_cells", name, split, size)
            if cells is not None:
                return cells
    cells = _simulated(split, size)
    _tell(
        f"blood_cells: no blood cells of {size} px on this machine; {cells.source} instead, other classes. "
        f'To have them, run `datasets.load("bloodmnist")` once: it downloads.',
        split,
    )
    return cells


def _load_nuclei(split):
    for name in ("dsb2018_nuclei", "bbbc039"):
        fields = _found("nuclei", name, split)
        if fields is not None:
            return fields
    fields = _simulated_fields(split)
    _tell(f"nuclei: no fields of real nuclei on this machine; {fields.source} instead.", split)
    return fields


def _found(wanted, name, split, size=None):
    """The data set `name` if all its files are on this machine, after a line that says so; else None."""
    records = records_of(name, size)
    paths = [fetch.find(record) for record in records]
    if None in paths:
        return None
    _tell(f"{wanted}: {records[0].source}. {' '.join(records[0].known_problems)}", split)
    return _read(paths, records[0], split, size)


def _simulated(split, size):
    from ..simulate import Microscope, simulate_cells

    first, last = SIMULATED_RANGES[split]
    microscope = Microscope(pixel_size_um=SIMULATED_FIELD_UM / size)
    return simulate_cells(last - first, image_size=size, seed=0, first_index=first, microscope=microscope)


def _simulated_fields(split):
    from ..simulate import simulate_fields

    first, last = SIMULATED_FIELDS[split]
    return simulate_fields(last - first, seed=0, first_index=first)


def _tell(message, split):
    """Print in lines that fit into a page of the book: once for all splits, again when a cell runs again."""
    splits = _told.setdefault(message, set())
    if not splits or split in splits:
        splits.clear()
        print(textwrap.fill(message, 76))
    splits.add(split)
