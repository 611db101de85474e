"""Two real microscope pictures that come with scikit-image, so they need no network."""

import numpy as np

from .. import _checks
from ..dataset import CellImageDataset


def load_picture(name, split):
    """The data set of one picture; `name` is a key of `PICTURES`."""
    _checks.choice("split", split, ("train", "all"))
    import skimage.data

    reader, class_name, known = PICTURES[name]
    return CellImageDataset(getattr(skimage.data, reader)()[np.newaxis], [0], [class_name], **known)


# name -> function of skimage.data, class name, what is known
PICTURES = {
    "phase_cell": (
        "cell",
        "cell in saline",
        {
            "pixel_size_um": 0.107,
            "source": "Cell in saline, quantitative phase image (Müller et al. 2018; scikit-image)",
            "license": "CC0",
            "citation": "Müller, Schürmann, Girardo, Cojoc and Guck 2018, Accurate evaluation of size and "
            "refractive "
            "index for spherical objects in quantitative phase imaging, Optics Express 26(8):10729-10743, "
            "doi:10.1364/OE.26.010729",
        },
    ),
    "histology": (
        "immunohistochemistry",
        "colon glands",
        {
            "source": "Colon glands, FHL2 stained brown by DAB, nuclei blue (CMMI; scikit-image)",
            "license": "no known copyright restrictions",
            "citation": "Center for Microscopy and Molecular Imaging (CMMI); distributed with scikit-image "
            "as "
            "skimage.data.immunohistochemistry",
        },
    ),
    "retina": (
        "microaneurysms",
        "retina with microaneurysms",
        {
            "source": "Retina with two microaneurysms, green channel (HRF image 07_dr; scikit-image)",
            "license": "CC0",
            "citation": "Budai, Bock, Maier, Hornegger and Michelson 2013, Robust vessel segmentation in "
            "fundus images, International Journal of Biomedical Imaging 2013:154860, "
            "doi:10.1155/2013/154860",
        },
    ),
}
