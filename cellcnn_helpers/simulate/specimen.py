"""The stained specimen before the microscope: light on a fine grid, and the truth about it."""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from .. import _checks
from .microscope import FINE
from .nuclei import BODIES
from .products import in_pieces

PHENOTYPES = ("interphase", "mitotic", "apoptotic", "micronucleated")

SMALLEST_FIELD_UM = 14.0

COARSEST_PIXEL_UM = 2.0  # a nucleus is then some four pixels wide

FINEST_CHROMATIN_PER_UM = 1.4  # cycles per micrometre


class Specimen(NamedTuple):
    """A stained cell as it is, before optics and camera.

    Attributes
    ----------
    light : numpy.ndarray
        ``(2H, 2W)``, the stain on a grid twice as fine as the camera's. 1 is the thickest place of an average
        nucleus, 0 is no stain.
    mask : numpy.ndarray
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
    rng = generator_of(seed, index)
    phenotype = phenotypes[index % len(phenotypes)]
    bodies = BODIES[phenotype](rng)
    light, mask = painted(bodies, image_size, pixel_size_um, rng)
    return Specimen(light, mask, tuple(body.area_um2 for body in bodies), phenotype), rng


def generator_of(seed, index):
    """Return the random generator of one image: its own, so that no other image matters."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(index,)))


def checked_phenotypes(phenotypes):
    """Return the classes to draw as a tuple."""
    if not isinstance(phenotypes, (tuple, list)) or not phenotypes:
        raise ValueError(
            "`phenotypes` must be a list of at least one: got "
            f"{_checks.received('phenotypes', phenotypes)}.\n"
            f'Give for example phenotypes=["interphase", "mitotic"].'
        )
    return tuple(_checks.choice("phenotypes", phenotype, PHENOTYPES) for phenotype in phenotypes)


def checked_field(image_size, pixel_size_um, smallest_um=SMALLEST_FIELD_UM):
    """Return both, unless they see too little or too coarsely to show nuclei."""
    image_size = _checks.whole_number("image_size", image_size)
    pixel_size_um = _checks.real_number("pixel_size_um", pixel_size_um, low=0, low_open=True)
    field_um = image_size * pixel_size_um
    if field_um < smallest_um:
        raise ValueError(
            f"`image_size` is too small for a nucleus: got image_size={image_size} with "
            f"pixel_size_um={pixel_size_um:g}, together {field_um:.3g} µm; {smallest_um:g} "
            "µm are needed.\n"
            "Give more pixels, or larger ones: "
            f"microscope=Microscope(pixel_size_um={smallest_um / image_size:.2g})."
        )
    if pixel_size_um > COARSEST_PIXEL_UM:
        raise ValueError(
            f"`pixel_size_um` is too large to show a nucleus: got pixel_size_um={pixel_size_um:g}.\n"
            f"Give at most {COARSEST_PIXEL_UM:g} µm, and as many more pixels."
        )
    return image_size, pixel_size_um


def painted(bodies, image_size, pixel_size_um, rng, dtype=np.uint8):
    """Return the light of all pieces, on the fine grid, and the mask, on the camera's: see `Specimen`."""
    num_places, fine_um = image_size * FINE, pixel_size_um / FINE
    texture, places = _texture(num_places, fine_um, rng), _places_um(num_places, fine_um)
    light = np.zeros((num_places, num_places), np.float32)
    mask = np.zeros((image_size, image_size), dtype)
    for number, body in enumerate(bodies, start=1):
        pixels, points = _window(body, image_size, pixel_size_um)
        distance, u, v = body.distances(places[points[0]], places[points[1]])
        light[points] += body.light(distance, u, v, texture[points])
        mask[pixels][_middles_inside(distance)] = number
    return light, mask


def covered(body, image_size, pixel_size_um):
    """Return which pixels of the image, counted row by row, have their middle inside the piece."""
    places = _places_um(image_size * FINE, pixel_size_um / FINE)
    (rows, columns), points = _window(body, image_size, pixel_size_um)
    inside = _middles_inside(body.distances(places[points[0]], places[points[1]])[0])
    row, column = np.nonzero(inside)
    return (rows.start + row) * image_size + columns.start + column


def _middles_inside(distance):
    """(2H, 2W) distances of the fine points -> (H, W), whether the middle of each pixel is inside.

    The logarithm of the distance bends equally in opposite senses along two perpendicular lines, so its mean
    over the four points around a middle is that of the middle; the logarithm of a product is a sum.
    """
    rows = distance[0::2] * distance[1::2]
    return rows[:, 0::2] * rows[:, 1::2] < 1


@lru_cache(maxsize=8)
def _places_um(num_places, size_um):
    """Middles of the points, in micrometres from the middle of the image."""
    return ((np.arange(num_places) - (num_places - 1) / 2) * size_um).astype(np.float32)


def _window(body, image_size, pixel_size_um):
    """Return the rows and columns that hold the piece as far as it lies in the image: of the camera's pixels,
    and of the fine points."""
    pixels, points = [], []
    for center, reach in zip(body.center_um, body.reach_um, strict=True):
        first = math.floor((center - reach) / pixel_size_um + image_size / 2)
        last = math.ceil((center + reach) / pixel_size_um + image_size / 2)
        first, last = (min(max(edge, 0), image_size) for edge in (first, last))
        pixels.append(slice(first, last))
        points.append(slice(FINE * first, FINE * last))
    return tuple(pixels), tuple(points)


def _texture(num_places, size_um, rng):
    """Noise of mean 0 and standard deviation 1, (num_places, num_places), with no detail finer than the
    chromatin's."""
    finest = min(int(FINEST_CHROMATIN_PER_UM * num_places * size_um), num_places // 2 - 1)
    strength, down, across = _chromatin_waves(num_places, finest)
    drawn = rng.standard_normal((2, *strength.shape), np.float32) * strength
    spectrum = drawn[0] + 1j * drawn[1]
    texture = np.concatenate([(piece @ spectrum).view(np.float32) @ across for piece in down])
    texture *= 1 / np.sqrt((texture * texture).mean())
    return texture


@lru_cache(maxsize=8)
def _chromatin_waves(num_places, finest):
    """How strong each frequency is, (2 finest + 1, finest + 1), from -finest down and 0 across; the waves
    down, (num_places, 2 finest + 1), in pieces; and the waves across, (2 finest + 2, num_places), for real
    and imaginary parts in turn, since the texture is the real part of the whole."""
    down, across = np.arange(-finest, finest + 1), np.arange(finest + 1)
    frequency = np.hypot(down[:, np.newaxis], across)
    strength = (frequency <= finest) / np.sqrt(1 + (frequency / (0.3 * finest)) ** 2)
    strength[finest, 0] = 0  # no mean
    strength[:, 1:] *= 2  # for the negative frequencies across, which give the same real waves
    turns = 2 * np.pi / num_places * np.arange(num_places)
    waves = np.stack([np.cos(across[:, np.newaxis] * turns), -np.sin(across[:, np.newaxis] * turns)], axis=1)
    return (
        strength.astype(np.float32),
        in_pieces(np.exp(1j * turns[:, np.newaxis] * down).astype(np.complex64), num_places),
        waves.reshape(-1, num_places).astype(np.float32),
    )
