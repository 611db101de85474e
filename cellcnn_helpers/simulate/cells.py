"""Images of single cells from nuclei and a microscope."""

import numpy as np
from numpy import fft

from .. import _checks
from ..dataset import CellImageDataset
from .microscope import Microscope
from .nuclei import BODIES

PHENOTYPES = ("interphase", "mitotic", "apoptotic", "micronucleated")

SMALLEST_FIELD_UM = 14.0

COARSEST_PIXEL_UM = 2.0  # a nucleus is then some four pixels wide

FINE = 2  # the specimen is drawn on a grid this many times finer than the camera's

FINEST_CHROMATIN_PER_UM = 1.4  # cycles per micrometre


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

    Notes
    -----
    The model is simple on purpose: one cell per image, in focus, no neighbors, no cytoplasm. Checked by its
    physics: the variance of the photons, the width of the point-spread function, the areas.

    Examples
    --------
    >>> cells = simulate_cells(4, seed=1)
    >>> cells
    CellImageDataset(4 images of 64 × 64 × 1 uint8, 4 classes, masks, 0.25 µm per pixel, source='Sim...')
    >>> bool((cells.images[2] == simulate_cells(1, seed=1, first_index=2).images[0]).all())
    True
    """
    num_images = _checks.whole_number("num_images", num_images, minimum=0)
    image_size = _checks.whole_number("image_size", image_size)
    seed = _checks.whole_number("seed", seed, minimum=0)
    first_index = _checks.whole_number("first_index", first_index, minimum=0)
    if not isinstance(phenotypes, (tuple, list)) or not phenotypes:
        raise ValueError(
            "`phenotypes` must be a list of at least one: got "
            f"{_checks.received('phenotypes', phenotypes)}.\n"
            f'Give for example phenotypes=["interphase", "mitotic"].'
        )
    phenotypes = tuple(_checks.choice("phenotypes", phenotype, PHENOTYPES) for phenotype in phenotypes)
    microscope = Microscope() if microscope is None else microscope
    _check_field(image_size, microscope)
    labels = [(first_index + i) % len(phenotypes) for i in range(num_images)]
    images = np.empty(
        (num_images, image_size, image_size), np.uint8 if microscope.bit_depth <= 8 else np.uint16
    )
    masks = np.empty((num_images, image_size, image_size), np.uint8)
    for i, label in enumerate(labels):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(first_index + i,)))
        bodies = BODIES[phenotypes[label]](rng)
        masks[i] = _mask(bodies, image_size, microscope.pixel_size_um)
        images[i] = _photograph(bodies, image_size, microscope, rng)
    return CellImageDataset(
        images,
        labels,
        phenotypes,
        masks=masks,
        pixel_size_um=microscope.pixel_size_um,
        source="Simulated fluorescent nuclei",
        license="CC0",
    )


def _check_field(image_size, microscope):
    """Refuse what is no microscope, or sees too little or too coarsely to show a nucleus."""
    if not isinstance(microscope, Microscope):
        raise TypeError(
            f"`microscope` must be a Microscope: got {_checks.received('microscope', microscope)}.\n"
            f"Give for example microscope=Microscope(pixel_size_um=0.25), or leave it out."
        )
    size_um = microscope.pixel_size_um
    field_um = image_size * size_um
    if field_um < SMALLEST_FIELD_UM:
        raise ValueError(
            f"`image_size` is too small for a nucleus: got image_size={image_size} with "
            f"pixel_size_um={size_um:g}, together {field_um:.3g} µm; {SMALLEST_FIELD_UM:g} "
            "µm are needed.\n"
            "Give more pixels, or larger ones: "
            f"microscope=Microscope(pixel_size_um={SMALLEST_FIELD_UM / image_size:.2g})."
        )
    if size_um > COARSEST_PIXEL_UM:
        raise ValueError(
            f"`microscope` has pixels too large to show a nucleus: got pixel_size_um={size_um:g}.\n"
            f"Give at most {COARSEST_PIXEL_UM:g} µm, and as many more pixels."
        )


def _photograph(bodies, image_size, microscope, rng):
    """One image (image_size, image_size) of the pieces."""
    fine_um = microscope.pixel_size_um / FINE
    places = places_um(image_size * FINE, fine_um)
    texture = _texture(image_size * FINE, fine_um, rng)
    specimen = np.zeros((len(places), len(places)), np.float32)
    for body in bodies:
        rows, columns = (near(places, center, body.reach_um) for center in body.center_um)
        specimen[rows, columns] += body.light(places[rows], places[columns], texture[rows, columns])
    specimen *= np.float32(microscope.nucleus_photons / FINE**2)
    light = microscope.blur(specimen, fine_um)
    light = np.einsum(
        "rfcg->rc", light.reshape(image_size, FINE, image_size, FINE)
    )  # fine points -> camera pixels
    light += np.float32(microscope.background_photons)
    return microscope.record(light * _illumination(image_size, microscope.illumination_gradient, rng), rng)


def _mask(bodies, image_size, pixel_size_um):
    """(image_size, image_size): the number, from 1, of the piece that covers the middle of each pixel."""
    places = places_um(image_size, pixel_size_um)
    mask = np.zeros((image_size, image_size), np.uint8)
    for number, body in enumerate(bodies, start=1):
        rows, columns = (near(places, center, body.reach_um) for center in body.center_um)
        inside = body.distances(places[rows], places[columns])[0] < 1
        mask[rows, columns][inside] = number
    return mask


def places_um(num_places, size_um):
    """Middles of the pixels, in micrometres from the middle of the image."""
    return ((np.arange(num_places) - (num_places - 1) / 2) * size_um).astype(np.float32)


def near(places, center, reach):
    return slice(*np.searchsorted(places, (center - reach, center + reach)))


def _texture(num_places, size_um, rng):
    """Noise of standard deviation 1 without detail finer than `FINEST_CHROMATIN_PER_UM`, (num_places, "
    "num_places)."""
    finest = min(int(FINEST_CHROMATIN_PER_UM * num_places * size_um), num_places // 2 - 1)
    spectrum = np.zeros((num_places, num_places // 2 + 1), np.complex64)
    drawn = rng.standard_normal((2, 2 * finest + 1, finest + 1), np.float32)
    frequencies = np.hypot(np.arange(-finest, finest + 1)[:, np.newaxis], np.arange(finest + 1))
    drawn *= (frequencies <= finest) / np.sqrt(1 + (frequencies / (0.3 * finest)) ** 2)
    drawn[:, finest, 0] = 0  # no mean
    spectrum[np.arange(-finest, finest + 1), : finest + 1] = drawn[0] + 1j * drawn[1]
    texture = fft.irfft2(spectrum, (num_places, num_places))
    return texture / texture.std()


def _illumination(image_size, gradient, rng):
    """A plane through 1 in the middle, with a random slope up to `gradient`, in a random direction."""
    angle, share = rng.uniform(0, 2 * np.pi), rng.uniform(0.3, 1)
    places = places_um(image_size, 2 / image_size)  # -1 to 1
    plane = np.cos(angle) * places + np.sin(angle) * places[:, np.newaxis]
    return 1 + np.float32(gradient * share / np.sqrt(2)) * plane.astype(np.float32)
