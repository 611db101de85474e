"""Fluorescence images of single cells, made from a physical model, with known truth.

The steps are those of a microscope: a stained nucleus of known outline, the light that falls on it, the blur of the
optics, the photons that arrive, the camera that counts them. Lengths are in micrometres, light in photons.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy import fft

from . import _checks
from .dataset import CellImageDataset

PHENOTYPES = ("interphase", "mitotic", "apoptotic", "micronucleated")
SMALLEST_FIELD_UM = 14.0
FINE = 2  # the specimen is drawn on a grid this many times finer than the camera's
FINEST_CHROMATIN_PER_UM = 1.4  # cycles per micrometre


@dataclass(frozen=True, kw_only=True)
class Microscope:
    """The optics and the camera: what turns a stained specimen into an image.

    Parameters
    ----------
    pixel_size_um : float
        Side of a camera pixel on the specimen.
    wavelength_um : float
        Of the emitted light; 0.461 is the maximum of DAPI.
    numerical_aperture : float
        Of the objective. The point-spread function is a Gaussian with sigma = 0.21 wavelength / aperture.
    haze : float
        Share of the light, 0 to 1, that comes from out of focus and is spread over `haze_width_um`.
    haze_width_um : float
        Sigma of that spread.
    nucleus_photons : float
        Photons in a pixel at the thickest place of a nucleus of average brightness.
    background_photons : float
        Photons in a pixel beside the cell.
    illumination_gradient : float
        The light changes by up to this share, 0 to 1, from the middle to a corner of the image.
    read_noise_photons : float
        Standard deviation of the camera's own noise.
    gain : float
        Grey values per photon.
    offset : float
        Grey value of no light.
    bit_depth : int
        From 1 to 16. Up to 8 bits the images are uint8, else uint16.

    References
    ----------
    Lehmussola et al. 2007, Computational framework for simulating fluorescence microscope images with cell
    populations, IEEE Transactions on Medical Imaging 26(7):1010-1016.

    Examples
    --------
    >>> round(Microscope(wavelength_um=0.5, numerical_aperture=0.5).psf_sigma_um, 3)
    0.21
    """

    pixel_size_um: float = 0.25
    wavelength_um: float = 0.461
    numerical_aperture: float = 0.75
    haze: float = 0.15
    haze_width_um: float = 1.2
    nucleus_photons: float = 85.0
    background_photons: float = 6.0
    illumination_gradient: float = 0.15
    read_noise_photons: float = 1.5
    gain: float = 0.9
    offset: float = 4.0
    bit_depth: int = 8

    def __post_init__(self):
        for name in ("pixel_size_um", "wavelength_um", "numerical_aperture", "haze_width_um", "gain"):
            _checks.real_number(name, getattr(self, name), low=0, low_open=True)
        for name in ("nucleus_photons", "background_photons", "read_noise_photons", "offset"):
            _checks.real_number(name, getattr(self, name), low=0)
        for name in ("haze", "illumination_gradient"):
            _checks.real_number(name, getattr(self, name), low=0, high=1)
        if _checks.whole_number("bit_depth", self.bit_depth) > 16:
            raise ValueError(
                f"`bit_depth` must be at most 16: got bit_depth={self.bit_depth}.\nGive 8, 12 or 16."
            )

    @property
    def psf_sigma_um(self):
        """Width of the point-spread function (sigma of the Gaussian), in micrometres."""
        return 0.21 * self.wavelength_um / self.numerical_aperture

    def blur(self, light, pixel_size_um=None):
        """Spread the light of every point over the point-spread function and the haze.

        (..., H, W) -> (..., H, W)

        Parameters
        ----------
        light : array
            Light per pixel. The image is taken to go on periodically, so leave a margin.
        pixel_size_um : float, optional
            Side of these pixels; by default those of the camera.

        Notes
        -----
        The sum of the light is kept. Pixels larger than twice `psf_sigma_um` are too coarse for the Gaussian.
        """
        light = np.asarray(light)
        size = self.pixel_size_um if pixel_size_um is None else pixel_size_um
        rows, columns = fft.fftfreq(light.shape[-2], size), fft.rfftfreq(light.shape[-1], size)
        squared = rows[:, np.newaxis] ** 2 + columns**2  # (H, W // 2 + 1), (cycles per micrometre)²
        transfer = (1 - self.haze) * _gaussian_transfer(squared, self.psf_sigma_um)
        transfer += self.haze * _gaussian_transfer(squared, self.haze_width_um)
        spectrum = fft.rfft2(light) * transfer.astype(light.real.dtype)
        return np.maximum(fft.irfft2(spectrum, light.shape[-2:]), 0)

    def record(self, photons, rng):
        """Count the photons with the camera.

        (...) -> (...) of uint8 or uint16

        Parameters
        ----------
        photons : array
            Mean number of photons per pixel.
        rng : numpy.random.Generator

        Notes
        -----
        The count is Poisson: its variance equals its mean. Then come read noise, gain, offset, rounding, and
        clipping to the range of the camera.
        """
        counted = rng.poisson(photons) + self.read_noise_photons * rng.standard_normal(
            np.shape(photons), np.float32
        )
        grey = np.rint(counted * self.gain + self.offset)
        return np.clip(grey, 0, 2**self.bit_depth - 1).astype(np.uint8 if self.bit_depth <= 8 else np.uint16)


@dataclass(frozen=True)
class Body:
    """One stained piece: an ellipse whose outline is deformed by waves around it.

    Parameters
    ----------
    center_um : (float, float)
        Row and column of the centre, from the middle of the image.
    radii_um : (float, float)
        Half axes of the ellipse.
    angle : float
        Of the first half axis, in radians.
    waves : array of complex
        Deformation: wave k changes the radius by the share ``Re(waves[k] exp(i (k + 2) angle))``.
    brightness : float
        1 for an average interphase nucleus.
    chromatin : float
        Contrast of the texture.
    flat : bool
        A flat nucleus is equally thick nearly to its edge; else the piece is round like a ball.
    nucleoli : tuple of (row, column, radius)
        Dim spots, in units of the ellipse.

    Examples
    --------
    >>> round(Body((0, 0), (5.0, 4.0), 0.0, np.zeros(1)).area_um2, 2)
    62.83
    """

    center_um: tuple
    radii_um: tuple
    angle: float
    waves: np.ndarray
    brightness: float = 1.0
    chromatin: float = 0.0
    flat: bool = False
    nucleoli: tuple = ()

    def __post_init__(self):
        # Python floats keep float32 arrays float32.
        for name in ("center_um", "radii_um"):
            object.__setattr__(self, name, tuple(float(value) for value in getattr(self, name)))

    @property
    def area_um2(self):
        """Area inside the outline, exactly: pi a b (1 + half the summed squares of the waves)."""
        return float(np.pi * np.prod(self.radii_um) * (1 + 0.5 * np.sum(np.abs(self.waves) ** 2)))

    @property
    def reach_um(self):
        """No point of the outline is farther than this from the centre."""
        return max(self.radii_um) * (1 + float(np.abs(self.waves).sum()))

    def distances(self, rows_um, columns_um):
        """(H,), (W,) -> the radius of each point as a share of the outline's in its direction, and (u, v)."""
        down, right = (rows_um - self.center_um[0])[:, np.newaxis], columns_um - self.center_um[1]
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        u = (right * cos + down * sin) / self.radii_um[0]
        v = (down * cos - right * sin) / self.radii_um[1]
        radius = np.sqrt(u * u + v * v) + np.float32(1e-6)
        direction = (u + 1j * v) / radius
        wave = np.zeros_like(direction)
        for coefficient in self.waves[::-1]:  # Horner: sum of waves[k] direction^(k + 2)
            wave = (wave + np.complex64(coefficient)) * direction
        return radius / (1 + (wave * direction).real), u, v

    def light(self, rows_um, columns_um, texture):
        """(H,), (W,), (H, W) -> the light of this piece at each point, (H, W)"""
        distance, u, v = self.distances(rows_um, columns_um)
        squared = np.minimum(distance * distance, 1)
        thickness = np.sqrt(1 - squared * squared if self.flat else 1 - squared)
        light = self.brightness * thickness * np.exp(self.chromatin * texture)
        for row, column, radius in self.nucleoli:
            near = ((v - row) ** 2 + (u - column) ** 2) / radius**2
            light *= 1 - 0.55 / (1 + near * near * near)
        return light


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
        Side of the images in pixels. The field of view, ``image_size * pixel_size_um``, is at least 14 µm.
    seed : int
        Together with the index it decides everything about a cell.
    first_index : int
        Index of the first image. Image i is the same in every call that includes it.
    phenotypes : sequence of str
        Classes to draw from "interphase", "mitotic", "apoptotic" and "micronucleated", in the order of the labels.
        Image i has class ``i % len(phenotypes)``.
    microscope : Microscope, optional
        Optics and camera; by default a 0.75 NA objective with 0.25 µm pixels.

    Returns
    -------
    CellImageDataset
        `masks` number the stained pieces of each image from 1; 0 is background.

    Raises
    ------
    ValueError
        If the field of view cannot hold a nucleus, or a phenotype is not known.

    Notes
    -----
    The model is simple on purpose: one cell per image, in focus, no neighbors, no cytoplasm. Checked by its
    physics: the variance of the photons, the width of the point-spread function, the areas.

    Examples
    --------
    >>> cells = simulate_cells(4, seed=1)
    >>> cells
    CellImageDataset(4 images of 64 × 64 × 1 uint8, 4 classes, masks, 0.25 µm per pixel, source='Simulated ...')
    >>> bool((cells.images[2] == simulate_cells(1, seed=1, first_index=2).images[0]).all())
    True
    """
    num_images = _checks.whole_number("num_images", num_images, minimum=0)
    image_size = _checks.whole_number("image_size", image_size)
    seed = _checks.whole_number("seed", seed, minimum=0)
    first_index = _checks.whole_number("first_index", first_index, minimum=0)
    phenotypes = tuple(phenotypes)
    for phenotype in phenotypes:
        _checks.choice("phenotypes", phenotype, PHENOTYPES)
    microscope = Microscope() if microscope is None else microscope
    field_um = image_size * microscope.pixel_size_um
    if field_um < SMALLEST_FIELD_UM:
        raise ValueError(
            f"`image_size` is too small for a nucleus: got image_size={image_size} with "
            f"pixel_size_um={microscope.pixel_size_um:g}, together {field_um:.3g} µm; {SMALLEST_FIELD_UM:g} µm are needed.\n"
            f"Give more pixels, or larger ones: microscope=Microscope(pixel_size_um={SMALLEST_FIELD_UM / image_size:.2g})."
        )
    labels = np.arange(first_index, first_index + num_images) % len(phenotypes)
    images = np.empty(
        (num_images, image_size, image_size), np.uint8 if microscope.bit_depth <= 8 else np.uint16
    )
    masks = np.empty((num_images, image_size, image_size), np.uint8)
    for i, label in enumerate(labels):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(first_index + i,)))
        bodies = _BODIES[phenotypes[label]](rng)
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


def _photograph(bodies, image_size, microscope, rng):
    """One image (image_size, image_size) of the pieces."""
    fine_um = microscope.pixel_size_um / FINE
    places = _places_um(image_size * FINE, fine_um)
    texture = _texture(image_size * FINE, fine_um, rng)
    specimen = np.zeros((len(places), len(places)), np.float32)
    for body in bodies:
        rows, columns = (_near(places, center, body.reach_um) for center in body.center_um)
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
    places = _places_um(image_size, pixel_size_um)
    mask = np.zeros((image_size, image_size), np.uint8)
    for number, body in enumerate(bodies, start=1):
        rows, columns = (_near(places, center, body.reach_um) for center in body.center_um)
        inside = body.distances(places[rows], places[columns])[0] < 1
        mask[rows, columns][inside] = number
    return mask


def _places_um(num_places, size_um):
    """Middles of the pixels, in micrometres from the middle of the image."""
    return ((np.arange(num_places) - (num_places - 1) / 2) * size_um).astype(np.float32)


def _near(places, center, reach):
    return slice(*np.searchsorted(places, (center - reach, center + reach)))


def _texture(num_places, size_um, rng):
    """Noise of standard deviation 1 without detail finer than `FINEST_CHROMATIN_PER_UM`, (num_places, num_places)."""
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
    places = _places_um(image_size, 2 / image_size)  # -1 to 1
    plane = np.cos(angle) * places + np.sin(angle) * places[:, np.newaxis]
    return 1 + np.float32(gradient * share / np.sqrt(2)) * plane.astype(np.float32)


def _gaussian_transfer(squared_frequency, sigma_um):
    return np.exp(-2 * np.pi**2 * sigma_um**2 * squared_frequency)


def _waves(rng, strength, num_waves=5):
    """Random waves, the longer the stronger."""
    size = strength / np.arange(2, 2 + num_waves) ** 1.5
    return size * (rng.standard_normal(num_waves) + 1j * rng.standard_normal(num_waves))


def _nucleus(rng, center_um):
    radius, aspect = rng.uniform(4.0, 5.2), rng.uniform(1.0, 1.35)
    nucleoli = tuple(
        (*(rng.uniform(0.1, 0.55) * _direction(rng)), rng.uniform(0.12, 0.22))
        for _ in range(rng.integers(1, 5))
    )
    return Body(
        center_um,
        (radius * np.sqrt(aspect), radius / np.sqrt(aspect)),
        rng.uniform(0, np.pi),
        _waves(rng, 0.07),
        brightness=rng.uniform(0.7, 1.2),
        chromatin=rng.uniform(0.16, 0.28),
        flat=True,
        nucleoli=nucleoli,
    )


def _interphase(rng):
    return [_nucleus(rng, tuple(rng.uniform(-0.8, 0.8, 2)))]


_BOXY = np.array([0, 0, -0.08] + [0] * 7)  # a negative fourth wave gives an ellipse corners


def _mitotic(rng):
    """A metaphase plate, or in two of five cells the two plates of an anaphase."""
    center, angle = rng.uniform(-0.8, 0.8, 2), rng.uniform(0, np.pi)
    length, brightness = rng.uniform(4.2, 5.4), rng.uniform(1.8, 2.4)
    apart = rng.uniform(2.0, 3.4) if rng.random() < 0.4 else 0.0
    across = np.array(
        [np.cos(angle), -np.sin(angle)]
    )  # row, column; the plate runs along its first half axis
    sides = (-1, 1) if apart else (0,)
    return [
        Body(
            tuple(center + side * apart * across),
            (length * (0.85 if apart else 1), rng.uniform(1.0, 1.3) if apart else rng.uniform(1.4, 1.9)),
            angle + rng.uniform(-0.12, 0.12),
            _waves(rng, 0.2, 10) + _BOXY,
            brightness=brightness * (0.8 if apart else 1),
            chromatin=0.2,
        )
        for side in sides
    ]


def _apoptotic(rng):
    """A shrunken nucleus broken into bright round fragments."""
    center = rng.uniform(-0.6, 0.6, 2)
    fragments = []
    for number in range(rng.integers(4, 9)):
        radius = rng.uniform(1.2, 2.1) if number < 2 else rng.uniform(0.5, 1.3)
        place = center + rng.uniform(0.6, 1.0) * (3.6 - 0.6 * radius) * _direction(rng)
        aspect = rng.uniform(0.85, 1.15)
        fragments.append(
            Body(
                tuple(place),
                (radius * aspect, radius / aspect),
                rng.uniform(0, np.pi),
                _waves(rng, 0.04),
                brightness=rng.uniform(1.1, 2.0),
                chromatin=0.05,
            )
        )
    return fragments


def _micronucleated(rng):
    """An interphase nucleus with one or two small ones beside it."""
    nucleus = _nucleus(rng, tuple(rng.uniform(-0.8, 0.8, 2)))
    bodies = [nucleus]
    for _ in range(rng.integers(1, 3)):
        radius, direction = rng.uniform(0.6, 1.1), _direction(rng)
        unit = nucleus.distances(
            *(
                np.array([middle + step], np.float32)
                for middle, step in zip(nucleus.center_um, direction, strict=True)
            )
        )[0]
        edge = 1 / float(unit[0, 0])  # micrometres from the centre to the outline in this direction
        place = np.array(nucleus.center_um) + (edge + radius * rng.uniform(1.0, 1.5)) * direction
        place = np.clip(place, -7 + radius + 0.1, 7 - radius - 0.1)
        bodies.append(
            Body(
                tuple(place),
                (radius, radius),
                0.0,
                _waves(rng, 0.04),
                brightness=nucleus.brightness * rng.uniform(0.7, 1.1),
                chromatin=0.1,
            )
        )
    return bodies


def _direction(rng):
    angle = rng.uniform(0, 2 * np.pi)
    return np.array([np.sin(angle), np.cos(angle)])


_BODIES = {
    "interphase": _interphase,
    "mitotic": _mitotic,
    "apoptotic": _apoptotic,
    "micronucleated": _micronucleated,
}
