"""Images of single cells from nuclei and a microscope."""

import numpy as np

from .. import _checks
from ..dataset import CellImageDataset
from .microscope import checked_microscope
from .specimen import PHENOTYPES, checked_field, checked_phenotypes, drawn


def simulate_cells(
    num_images, *, image_size=64, seed=0, first_index=0, phenotypes=PHENOTYPES, microscope=None
):
    """Make images of single fluorescent cells whose nuclei, outlines and classes are known.

    () -> data set of (num_images, image_size, image_size, 1) with masks

    Parameters
    ----------
    num_images : int
        From 0 on.
    image_size : int
        Side of the images in pixels. The field of view, ``image_size * pixel_size_um``, is at least 14 µm,
        and a pixel at most 2 µm.
    seed : int
        Together with the index it decides everything about a cell.
    first_index : int
        Index of the first image. Image i is the same in every call that includes it.
    phenotypes : sequence of str
        Classes to draw from "interphase", "mitotic", "apoptotic" and "micronucleated", in the order of the
        labels. Image i has class ``i % len(phenotypes)``.
    microscope : Microscope, optional
        Optics and camera; by default a 0.75 NA objective with 0.25 µm pixels.

    Returns
    -------
    CellImageDataset
        `masks` number the stained pieces of each image from 1; 0 is background.

    Raises
    ------
    ValueError
        If the field of view cannot hold a nucleus, the pixels cannot show one, or a phenotype is not known.

    See Also
    --------
    draw_specimen : the same cells before the microscope, with their true areas.
    simulate_fields : many nuclei in an image.

    Notes
    -----
    What the four phenotypes are, seen by a stain of DNA:

    - interphase: a flat nucleus, 8 to 11 µm wide, with fine chromatin and one to four dim nucleoli.
    - mitotic: chromosomes, condensed and so about twice as bright: a metaphase plate, or, in two of five
      cells, the two plates of an anaphase.
    - apoptotic: a dying cell, its nucleus broken into four to eight bright round fragments.
    - micronucleated: an interphase nucleus with one or two micronuclei of 1 to 2 µm beside it.

    Sizes and brightness overlap: area alone does not tell the classes apart (``benchmarks/simulate.md``). The
    model is simple on purpose: one cell per image, no neighbors, no cytoplasm.

    Each image has a random generator of its own, made from `seed` and its index. For more images than fit
    into memory, ask for them in turn: ``simulate_cells(1000, first_index=1000 * turn)``. On another kind of
    processor, rounding may change single grey values.

    Examples
    --------
    >>> cells = simulate_cells(4, seed=1)
    >>> cells
    CellImageDataset(4 images of 64 × 64 × 1 uint8, 4 classes, masks, 0.25 µm per pixel, source='Sim...')
    >>> bool((cells.images[2] == simulate_cells(1, seed=1, first_index=2).images[0]).all())
    True
    """
    num_images = _checks.whole_number("num_images", num_images, minimum=0)
    seed = _checks.whole_number("seed", seed, minimum=0)
    first_index = _checks.whole_number("first_index", first_index, minimum=0)
    phenotypes = checked_phenotypes(phenotypes)
    microscope = checked_microscope(microscope)
    image_size, pixel_size_um = checked_field(image_size, microscope.pixel_size_um)
    shape = (num_images, image_size, image_size)
    images, masks = np.empty(shape, microscope.dtype), np.empty(shape, np.uint8)
    for i in range(num_images):
        specimen, rng = drawn(first_index + i, image_size, seed, phenotypes, pixel_size_um)
        images[i], masks[i] = microscope.photograph(specimen.light, rng), specimen.mask
    labels = [(first_index + i) % len(phenotypes) for i in range(num_images)]
    return CellImageDataset(
        images,
        labels,
        phenotypes,
        masks=masks,
        pixel_size_um=microscope.pixel_size_um,
        source="Simulated fluorescent nuclei",
        license="CC0",
    )
