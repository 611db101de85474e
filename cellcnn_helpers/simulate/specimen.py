"""The stained specimen before the microscope: light on a fine grid, and the truth about it."""

from typing import NamedTuple

import numpy as np
from numpy import fft

from .. import _checks
from .microscope import FINE
from .nuclei import BODIES

PHENOTYPES = ("interphase", "mitotic", "apoptotic", "micronucleated")

SMALLEST_FIELD_UM = 14.0

COARSEST_PIXEL_UM = 2.0  # a nucleus is then some four pixels wide

FINEST_CHROMATIN_PER_UM = 1.4  # cycles per micrometre


class Specimen(NamedTuple):
    """A stained cell as it is, before optics and camera.

    Attributes
    ----------
    light : array of float32
        ``(2H, 2W)``, the stain on a grid twice as fine as the camera's. 1 is the thickest place of an average
        nucleus, 0 is no stain.
    mask : array of uint8
        ``(H, W)``, the number, from 1, of the stained piece that covers the middle of each camera pixel.
    areas_um2 : tuple of float
        The exact area inside the outline of each piece, in the order of the numbers of `mask`.
    phenotype : str
        What kind of cell it is.
    """

    light: np.ndarray
    mask: np.ndarray
    areas_um2: tuple
    phenotype: str


def draw_specimen(index=0, *, image_size=64, seed=0, phenotypes=PHENOTYPES, pixel_size_um=0.25):
    """Draw the stained cell that stands on image `index` of `simulate_cells`.

    () -> light (2 image_size, 2 image_size), mask (image_size, image_size)

    Parameters
    ----------
    index : int
        From 0 on. Together with `seed` it decides everything about the cell.
    image_size : int
        Side of the image in camera pixels. The field of view, ``image_size * pixel_size_um``, is at least
        14 µm.
    seed : int
        From 0 on.
    phenotypes : sequence of str
        Classes to draw from; the cell has class ``index % len(phenotypes)``.
    pixel_size_um : float
        Side of a camera pixel on the specimen, at most 2 µm.

    Returns
    -------
    Specimen

    Raises
    ------
    ValueError
        If the field of view cannot hold a nucleus, the pixels cannot show one, or a phenotype is not known.

    See Also
    --------
    Microscope.expected_photons : what of this light arrives at the camera.
    simulate_cells : the same cells, photographed.

    Examples
    --------
    >>> specimen = draw_specimen(3, seed=1)
    >>> specimen.light.shape, specimen.mask.shape, specimen.phenotype
    ((128, 128), (64, 64), 'micronucleated')
    >>> [round(area, 1) for area in specimen.areas_um2]  # the nucleus and its micronuclei, in µm²
    [68.3, 3.1, 1.7]
    """
    index = _checks.whole_number("index", index, minimum=0)
    seed = _checks.whole_number("seed", seed, minimum=0)
    phenotypes = checked_phenotypes(phenotypes)
    image_size, pixel_size_um = checked_field(image_size, pixel_size_um)
    return drawn(index, image_size, seed, phenotypes, pixel_size_um)[0]


def drawn(index, image_size, seed, phenotypes, pixel_size_um):
    """Return the specimen, and the random generator that goes on to draw what the microscope adds."""
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(index,)))
    phenotype = phenotypes[index % len(phenotypes)]
    bodies = BODIES[phenotype](rng)
    fine_um = pixel_size_um / FINE
    places = places_um(image_size * FINE, fine_um)
    texture = _texture(image_size * FINE, fine_um, rng)
    light = np.zeros((len(places), len(places)), np.float32)
    for body in bodies:
        rows, columns = (near(places, center, body.reach_um) for center in body.center_um)
        light[rows, columns] += body.light(places[rows], places[columns], texture[rows, columns])
    mask = _mask(bodies, image_size, pixel_size_um)
    return Specimen(light, mask, tuple(body.area_um2 for body in bodies), phenotype), rng


def checked_phenotypes(phenotypes):
    """Return the classes to draw as a tuple."""
    if not isinstance(phenotypes, (tuple, list)) or not phenotypes:
        raise ValueError(
            "`phenotypes` must be a list of at least one: got "
            f"{_checks.received('phenotypes', phenotypes)}.\n"
            f'Give for example phenotypes=["interphase", "mitotic"].'
        )
    return tuple(_checks.choice("phenotypes", phenotype, PHENOTYPES) for phenotype in phenotypes)


def checked_field(image_size, pixel_size_um):
    """Return both, unless they see too little or too coarsely to show a nucleus."""
    image_size = _checks.whole_number("image_size", image_size)
    pixel_size_um = _checks.real_number("pixel_size_um", pixel_size_um, low=0, low_open=True)
    field_um = image_size * pixel_size_um
    if field_um < SMALLEST_FIELD_UM:
        raise ValueError(
            f"`image_size` is too small for a nucleus: got image_size={image_size} with "
            f"pixel_size_um={pixel_size_um:g}, together {field_um:.3g} µm; {SMALLEST_FIELD_UM:g} "
            "µm are needed.\n"
            "Give more pixels, or larger ones: "
            f"microscope=Microscope(pixel_size_um={SMALLEST_FIELD_UM / image_size:.2g})."
        )
    if pixel_size_um > COARSEST_PIXEL_UM:
        raise ValueError(
            f"`pixel_size_um` is too large to show a nucleus: got pixel_size_um={pixel_size_um:g}.\n"
            f"Give at most {COARSEST_PIXEL_UM:g} µm, and as many more pixels."
        )
    return image_size, pixel_size_um


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
