"""What is known about each data set: one frozen record per file."""

from dataclasses import dataclass

BLOOD_CELL_CLASSES = (
    "basophil",
    "eosinophil",
    "erythroblast",
    "immature granulocyte",
    "lymphocyte",
    "monocyte",
    "neutrophil",
    "platelet",
)

_NO_PATIENTS = "No patient identifiers: splits are per image, so scores are optimistic about new patients."


@dataclass(frozen=True)
class DataFile:
    """One file of a data set, and all that a reader of its images should know.

    Parameters
    ----------
    dataset : str
        The name that `load` knows.
    name : str
        Name of the file.
    size : int
        Side of the images in pixels.
    urls : tuple of str
        Where the file can be had, the best place first; empty where it is only found in ``$CELLCNN_DATA``.
    checksum : str
        ``"md5:..."`` or ``"sha256:..."``.
    class_names : tuple of str
    source : str
        Written under every figure.
    license, citation : str
    num_bytes : int, optional
        Size of the file, where it is known.
    pixel_size_um : float, optional
    known_problems : tuple of str

    Examples
    --------
    >>> FILES["bloodmnist.npz"].license
    'CC BY 4.0'
    """

    dataset: str
    name: str
    size: int
    urls: tuple
    checksum: str
    class_names: tuple
    source: str
    license: str
    citation: str
    num_bytes: int | None = None
    pixel_size_um: float | None = None
    known_problems: tuple = ()


def _bloodmnist(size, md5, *older_records):
    name = "bloodmnist.npz" if size == 28 else f"bloodmnist_{size}.npz"
    return DataFile(
        dataset="bloodmnist",
        name=name,
        size=size,
        urls=(
            f"https://zenodo.org/records/10519652/files/{name}?download=1",
            *(f"https://zenodo.org/records/{record}/files/{name}?download=1" for record in older_records),
        ),
        checksum=f"md5:{md5}",
        class_names=BLOOD_CELL_CLASSES,
        source=f"BloodMNIST (Yang et al. 2023; cells: Acevedo et al. 2020), {size} px",
        license="CC BY 4.0",
        citation="Yang et al. 2023, MedMNIST v2, Scientific Data 10:41, doi:10.1038/s41597-022-01721-8; "
        "Acevedo et al. 2020, Data in Brief 30:105474, doi:10.1016/j.dib.2020.105474",
        known_problems=(_NO_PATIENTS,),
    )


_RECORDS = (
    # Records 6496656 and 5208230 are the earlier versions of 10519652 and hold the same 28-pixel file.
    _bloodmnist(28, "7053d0359d879ad8a5505303e11de1dc", 6496656, 5208230),
    _bloodmnist(64, "2b94928a2ae4916078ca51e05b6b800b"),
    _bloodmnist(128, "adace1e0ed228fccda1f39692059dd4c"),
    _bloodmnist(224, "b718ff6835fcbdb22ba9eacccd7b2601"),
    DataFile(
        dataset="pbc_blood_28",
        name="pbc_blood_28.npz",
        size=28,
        urls=(),
        checksum="sha256:c2962f78a0ca443fb51de2e30ddd747eb02a0a3b2352837d0b235812013873c3",
        class_names=BLOOD_CELL_CLASSES,
        source="Peripheral blood cells (Acevedo et al. 2020), 28 px; not BloodMNIST",
        license="CC BY 4.0",
        citation="Acevedo et al. 2020, Data in Brief 30:105474, Mendeley Data doi:10.17632/snkd93bnjr.1",
        num_bytes=25_840_366,
        known_problems=(
            "Other resizing and other split than BloodMNIST, duplicates removed: scores do not compare with "
            "it.",
            _NO_PATIENTS,
            "The colors of the four corners, with no cell in view, tell the classes apart better than "
            "chance.",
        ),
    ),
)

FILES = {record.name: record for record in _RECORDS}


def files_of(dataset):
    """The records of a data set, by the size of the images.

    Examples
    --------
    >>> list(files_of("bloodmnist"))
    [28, 64, 128, 224]
    """
    return {record.size: record for record in _RECORDS if record.dataset == dataset}
