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

TISSUE_CLASSES = (  # of PathMNIST
    "adipose",
    "background",
    "debris",
    "lymphocytes",
    "mucus",
    "smooth muscle",
    "normal colon mucosa",
    "cancer-associated stroma",
    "colorectal adenocarcinoma epithelium",
)

KIDNEY_CELL_CLASSES = (  # of TissueMNIST
    "collecting duct, connecting tubule",
    "distal convoluted tubule",
    "glomerular endothelial cells",
    "interstitial endothelial cells",
    "leukocytes",
    "podocytes",
    "proximal tubule segments",
    "thick ascending limb",
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
        Name of the file, as a path below the folder of data files.
    size : int, optional
        Side of the images in pixels; None for an archive whose images have sizes of their own.
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
    size: int | None
    urls: tuple
    checksum: str
    class_names: tuple
    source: str
    license: str
    citation: str
    num_bytes: int | None = None
    pixel_size_um: float | None = None
    known_problems: tuple = ()

    def known(self):
        """Return what a data set made from this file says about itself.

        Examples
        --------
        >>> FILES["bloodmnist.npz"].known()["license"]
        'CC BY 4.0'
        """
        return {name: getattr(self, name) for name in ("pixel_size_um", "source", "license", "citation")}


def _medmnist(dataset, md5, *, size=28, older_records=(), citation, **known):
    name = f"{dataset}.npz" if size == 28 else f"{dataset}_{size}.npz"
    return DataFile(
        dataset=dataset,
        name=name,
        size=size,
        urls=tuple(
            f"https://zenodo.org/records/{record}/files/{name}?download=1"
            for record in (10519652, *older_records)
        ),
        checksum=f"md5:{md5}",
        license="CC BY 4.0",
        citation="Yang et al. 2023, MedMNIST v2, Scientific Data 10:41, doi:10.1038/s41597-022-01721-8; "
        + citation,
        **known,
    )


def _bloodmnist(size, md5, *older_records):
    return _medmnist(
        "bloodmnist",
        md5,
        size=size,
        older_records=older_records,
        class_names=BLOOD_CELL_CLASSES,
        source=f"BloodMNIST (Yang et al. 2023; cells: Acevedo et al. 2020), {size} px",
        citation="Acevedo et al. 2020, Data in Brief 30:105474, doi:10.1016/j.dib.2020.105474",
        known_problems=(_NO_PATIENTS,),
    )


def _bbbc039(part, sha256, num_bytes):
    return DataFile(
        dataset="bbbc039",
        name=f"BBBC039/{part}.zip",  # the official names alone say too little for a folder of all data
        size=None,
        urls=(f"https://data.broadinstitute.org/bbbc/BBBC039/{part}.zip",),
        checksum=f"sha256:{sha256}",
        class_names=("nuclei",),
        source="BBBC039v1, U2OS nuclei in a chemical screen (Caicedo et al. 2019)",
        license="CC0",
        citation="Caicedo et al. 2019, Cytometry Part A 95:952-965, doi:10.1002/cyto.a.23863; image set "
        "BBBC039v1 of the Broad Bioimage Benchmark Collection, Ljosa et al. 2012, Nature Methods 9:637, "
        "doi:10.1038/nmeth.2083",
        num_bytes=num_bytes,
        known_problems=(
            "12-bit values stored in 16 bits: scale with arrays(max_value=4095).",
            "A few of its fields are also in the Data Science Bowl 2018 set.",
            "The size of a pixel in micrometres is not given with the set.",
        ),
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
            "At least six cells are in it twice, cut out a few pixels apart; three of them in two parts.",
            "The colors of the four corners, with no cell in view, tell the classes apart better than "
            "chance.",
        ),
    ),
    _medmnist(
        "pathmnist",
        "a8b06965200029087d5bd730944a56c1",
        older_records=(6496656,),
        class_names=TISSUE_CLASSES,
        source="PathMNIST (Yang et al. 2023; tissue: Kather et al. 2019), 28 px",
        citation="Kather et al. 2019, PLOS Medicine 16(1):e1002730, doi:10.1371/journal.pmed.1002730",
        num_bytes=205_615_438,
        pixel_size_um=4.0,  # 224 px of 0.5 µm, resized to 28
        known_problems=(
            "Train and val divide one collection of patches without regard to patients, so the val score is "
            "optimistic; test comes from another clinical center.",
        ),
    ),
    _medmnist(
        "tissuemnist",
        "ebe78ee8b05294063de985d821c1c34b",
        older_records=(6496656,),
        class_names=KIDNEY_CELL_CLASSES,
        source="TissueMNIST (Yang et al. 2023; kidney cells: BBBC051), 28 px",
        citation="Ljosa et al. 2012, Nature Methods 9:637, doi:10.1038/nmeth.2083, image set BBBC051v1; "
        "Woloshuk et al. 2021, Cytometry Part A 99:707-721, doi:10.1002/cyto.a.24274",
        known_problems=(
            "The cells of three specimens of kidney are mixed over train, val and test, so scores are "
            "optimistic about a fourth one.",
            "Each image is the largest value over 7 slices of a stack, resized from 32 × 32.",
        ),
    ),
    DataFile(
        dataset="malaria",
        name="cell_images.zip",
        size=None,
        urls=("https://data.lhncbc.nlm.nih.gov/public/Malaria/cell_images.zip",),
        checksum="sha256:0a949556b2414159b5100192609805376654c4266d8d187be9b1922fad43c668",
        class_names=("parasitized", "uninfected"),
        source="Malaria cells (Rajaraman et al. 2018; NIH/NLM), resized",
        license="not stated",
        citation="Rajaraman et al. 2018, PeerJ 6:e4568, doi:10.7717/peerj.4568",
        num_bytes=353_452_851,
        known_problems=(
            "There is no official split: this one keeps each patient in one part, 70, 10 and 20 % of the "
            "cells, seed 0.",
            "The cells are cut out on black, in sizes of their own: resized to one size, their true size "
            "and proportions are lost.",
            "Patients differ widely in their number of parasitized cells.",
        ),
    ),
    _bbbc039("images", "6f30a5d4fe38c928ded972704f085975f8dc0d65d9aa366df00e5a9d449fddd7", 77_915_748),
    _bbbc039("masks", "f9e6043d8ca56344a4886f96a700d804d6ee982f31e2b2cd3194af2a053c2710", 2_753_811),
    _bbbc039("metadata", "a2c1f900bed9ba92a99553efd4c2ae98598433691c7401d818653ab61110deb2", 17_816),
    DataFile(
        dataset="dsb2018_nuclei",
        name="nuclei_dsb2018/index.csv",  # beside it lie its pictures, which are checked as they are read
        size=None,
        urls=(),
        checksum="sha256:07491e8ffd1e43bcbd87f7a0e2787a60636541eeb031f625eac2f25ff7b19d10",
        class_names=("nuclei",),
        source="Data Science Bowl 2018 nuclei, 160 fluorescence fields (Caicedo et al. 2019)",
        license="CC0",
        citation="Caicedo et al. 2019, Nature Methods 16:1247-1253, doi:10.1038/s41592-019-0612-7; image set "
        "BBBC038v1 of the Broad Bioimage Benchmark Collection, with the public corrections of its masks",
        known_problems=(
            "Fields of different experiments and magnifications: the size of a pixel in micrometres is not "
            "known, and brightness does not compare between fields.",
        ),
    ),
)

FILES = {record.name: record for record in _RECORDS}


def files_of(dataset):
    """The records of a data set.

    Examples
    --------
    >>> [record.name for record in files_of("bbbc039")]
    ['BBBC039/images.zip', 'BBBC039/masks.zip', 'BBBC039/metadata.zip']
    """
    return tuple(record for record in _RECORDS if record.dataset == dataset)
