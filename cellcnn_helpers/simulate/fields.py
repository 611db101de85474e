"""Fields of many nuclei: for counting and for segmentation."""

from typing import NamedTuple

import numpy as np

from .. import _checks
from ..dataset import CellImageDataset
from .microscope import checked_microscope
from .nuclei import cycling_nucleus
from .placing import placed
from .specimen import checked_field, generator_of, painted

SMALLEST_FIELD_UM = 24.0  # holds the largest nucleus, with two portions of DNA


class Field(NamedTuple):
    """Many stained nuclei as they are, before optics and camera.

    Attributes
    ----------
    light : numpy.ndarray
        ``(2H, 2W)``, the stain on a grid twice as fine as the camera's. 1 is the thickest place of an average
        nucleus, 0 is no stain; where nuclei overlap, their light adds.
    mask : numpy.ndarray
        ``(H, W)``, the number, from 1, of the nucleus that covers the middle of each camera pixel. Where two
        do, the higher number, which lies on top.
    areas_um2 : tuple of float
        The exact area inside the outline of each nucleus, also what another one covers, in the order of the
        numbers of `mask`. There are as many as nuclei.
    dna_portions : tuple of float
        The DNA of each nucleus, in the same order: 1 before it is copied, 2 after, between them meanwhile.
    """

    light: np.ndarray
    mask: np.ndarray
    areas_um2: tuple
    dna_portions: tuple


def simulate_fields(
    num_images,
    *,
    image_size=256,
    num_cells=(5, 20),
    clustering=0.3,
    overlap=0.1,
    seed=0,
    first_index=0,
    microscope=None,
):
    """Make images of many fluorescent nuclei, each with its own number in the mask.

    () -> data set of (num_images, image_size, image_size, 1) with masks

    Parameters
    ----------
    num_images : int
        From 0 on.
    image_size : int
        Side of the images in pixels. The field of view, ``image_size * pixel_size_um``, is at least 24 µm.
    num_cells : int or (int, int)
        Nuclei in an image, or the least and the most of them, each number equally likely.
    clustering : float
        From 0, where nuclei lie anywhere, to 1, where each one lies beside another: the chance that a nucleus
        is put beside one that is already there.
    overlap : float
        From 0 to 0.5: the largest share of a nucleus that others may cover.
    seed : int
        Together with the index it decides everything about a field.
    first_index : int
        Index of the first image. Image i is the same in every call that includes it.
    microscope : Microscope, optional
        Optics and camera; by default a 0.75 NA objective with 0.25 µm pixels.

    Returns
    -------
    CellImageDataset
        There is one class, "nuclei": what differs is the number of them, ``masks.max(axis=(1, 2))``. `masks`
        number the nuclei of each image from 1, and 0 is background. A pixel has one number: where nuclei
        overlap, that of the one on top. So the pixels of a covered nucleus are fewer than its area says.

    Raises
    ------
    ValueError
        If the field of view is too small or its pixels too large, or if the nuclei find no place in it.

    See Also
    --------
    draw_field : the same fields before the microscope, with the true areas.
    simulate_cells : single cells of several classes.

    Notes
    -----
    A field can be too full: 20 nuclei find places on 64 µm with the default overlap, 15 without any.

    All nuclei are in interphase, in one plane, and lie whole inside the image: none is cut by its edge, so
    count and areas are exact. A bit more than half of them hold one portion of DNA, a quarter hold two, and
    the rest are just copying it; the light of a nucleus is in proportion to its DNA. Clusters and a bounded
    overlap are those of Lehmussola et al. 2007; here the shares are those of the outlines, on a grid of
    0.25 µm.

    References
    ----------
    Lehmussola et al. 2007, Computational framework for simulating fluorescence microscope images with cell
    populations, IEEE Transactions on Medical Imaging 26(7):1010-1016.

    Examples
    --------
    >>> fields = simulate_fields(2, num_cells=12, seed=1)
    >>> fields
    CellImageDataset(2 images of 256 × 256 × 1 uint8, 1 class, masks, 0.25 µm per pixel, source='Sim...')
    >>> fields.masks.max(axis=(1, 2)).tolist()  # the counts
    [12, 12]
    """
    num_images = _checks.whole_number("num_images", num_images, minimum=0)
    first_index = _checks.whole_number("first_index", first_index, minimum=0)
    microscope = checked_microscope(microscope)
    what = _checked(image_size, num_cells, clustering, overlap, seed, microscope.pixel_size_um)
    shape = (num_images, image_size, image_size)
    images, masks = np.empty(shape, microscope.dtype), np.empty(shape, np.uint16)
    for i in range(num_images):
        field, rng = _drawn(first_index + i, *what)
        images[i], masks[i] = microscope.photograph(field.light, rng), field.mask
    return CellImageDataset(
        images,
        np.zeros(num_images, np.int64),
        ["nuclei"],
        masks=masks,
        pixel_size_um=microscope.pixel_size_um,
        source="Simulated fields of fluorescent nuclei",
        license="CC0",
    )


def draw_field(
    index=0,
    *,
    image_size=256,
    num_cells=(5, 20),
    clustering=0.3,
    overlap=0.1,
    seed=0,
    pixel_size_um=0.25,
):
    """Draw the stained nuclei that stand on image `index` of `simulate_fields`.

    () -> light (2 image_size, 2 image_size), mask (image_size, image_size)

    Parameters
    ----------
    index : int
        From 0 on. Together with `seed` it decides everything about the field.
    image_size, num_cells, clustering, overlap, seed
        As in `simulate_fields`.
    pixel_size_um : float
        Side of a camera pixel on the specimen, at most 2 µm.

    Returns
    -------
    Field

    Raises
    ------
    ValueError
        As `simulate_fields`.

    Examples
    --------
    >>> field = draw_field(num_cells=9, clustering=1.0, overlap=0.3)
    >>> field.light.shape, int(field.mask.max()), len(field.areas_um2)
    ((512, 512), 9, 9)
    """
    index = _checks.whole_number("index", index, minimum=0)
    return _drawn(index, *_checked(image_size, num_cells, clustering, overlap, seed, pixel_size_um))[0]


def _checked(image_size, num_cells, clustering, overlap, seed, pixel_size_um):
    """What is asked of a field, in the order of the arguments of `_drawn`."""
    image_size, pixel_size_um = checked_field(image_size, pixel_size_um, SMALLEST_FIELD_UM)
    fewest, most = _checks.pair("num_cells", num_cells)
    if fewest > most:
        raise ValueError(
            "`num_cells` must be one number or (least, most): got "
            f"{_checks.received('num_cells', num_cells)}.\nGive for example num_cells=({most}, {fewest})."
        )
    return (
        image_size,
        (fewest, most),
        _checks.real_number("clustering", clustering, low=0, high=1),
        _checks.real_number("overlap", overlap, low=0, high=0.5),
        _checks.whole_number("seed", seed, minimum=0),
        pixel_size_um,
    )


def _drawn(index, image_size, num_cells, clustering, overlap, seed, pixel_size_um):
    """Return the field, and the random generator that goes on to draw what the microscope adds."""
    rng = generator_of(seed, index)
    number = rng.integers(*num_cells, endpoint=True)
    drawn = [cycling_nucleus(rng) for _ in range(number)]
    bodies = placed(rng, [body for body, _ in drawn], image_size * pixel_size_um, clustering, overlap)
    light, mask = painted(bodies, image_size, pixel_size_um, rng, np.uint16)
    areas, portions = [body.area_um2 for body in bodies], [portions for _, portions in drawn]
    return Field(light, mask, tuple(areas), tuple(portions)), rng
