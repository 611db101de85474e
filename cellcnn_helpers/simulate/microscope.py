"""The optics and the camera."""

from dataclasses import dataclass

import numpy as np
from numpy import fft

from .. import _checks

FINE = 2  # the specimen is drawn on a grid this many times finer than the camera's

MOST_PHOTONS = 1e15  # in a pixel; more than any camera holds, less than a random count can take


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
            _checks.real_number(name, getattr(self, name), low=0, high=MOST_PHOTONS)
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
            Light per pixel, from 0 on. The image is taken to go on periodically, so leave a margin.
        pixel_size_um : float, optional
            Side of these pixels; by default those of the camera.

        Notes
        -----
        The sum of the light is kept. Pixels larger than twice `psf_sigma_um` are too coarse for the Gaussian.
        """
        light = _checked_light("light", light)
        if light.ndim < 2 or not light.size:
            raise ValueError(
                f"`light` must have the dimensions (height, width): got light.shape={light.shape}.\n"
                f"Give an image, or a batch (batch, height, width)."
            )
        size = self.pixel_size_um if pixel_size_um is None else pixel_size_um
        size = _checks.real_number("pixel_size_um", size, low=0, low_open=True)
        rows, columns = fft.fftfreq(light.shape[-2], size), fft.rfftfreq(light.shape[-1], size)
        squared = rows[:, np.newaxis] ** 2 + columns**2  # (H, W // 2 + 1), (cycles per micrometre)²
        transfer = (1 - self.haze) * _gaussian_transfer(squared, self.psf_sigma_um)
        transfer += self.haze * _gaussian_transfer(squared, self.haze_width_um)
        spectrum = fft.rfft2(light) * transfer.astype(light.dtype)
        return np.maximum(fft.irfft2(spectrum, light.shape[-2:]), 0)

    def expected_photons(self, light):
        """Return the mean number of photons that each camera pixel gets from a stained specimen.

        (..., 2H, 2W) -> (..., H, W)

        Parameters
        ----------
        light : array
            Stain on a grid twice as fine as the camera's, as `draw_specimen` gives it: 1 is the thickest
            place of an average nucleus.

        Returns
        -------
        array
            Photons: the light blurred, gathered by the camera's pixels, times `nucleus_photons`, on the
            background.

        See Also
        --------
        record : the counts and grey values that the camera makes of it.

        Examples
        --------
        >>> photons = Microscope(background_photons=6.0).expected_photons(np.zeros((8, 8)))
        >>> photons.shape, float(photons.mean())
        ((4, 4), 6.0)
        """
        blurred = self.blur(light, self.pixel_size_um / FINE)
        *batch, height, width = blurred.shape
        if height % FINE or width % FINE:
            raise ValueError(
                f"`light` must have {FINE} × {FINE} points in each camera pixel: got "
                f"light.shape={blurred.shape}.\nGive an even number of rows and columns."
            )
        points = blurred.reshape(*batch, height // FINE, FINE, width // FINE, FINE)
        photons = np.einsum("...rfcg->...rc", points)  # fine points -> camera pixels
        return photons * np.float32(self.nucleus_photons / FINE**2) + np.float32(self.background_photons)

    def record(self, photons, rng):
        """Count the photons with the camera.

        (...) -> (...) of uint8 or uint16

        Parameters
        ----------
        photons : array
            Mean number of photons per pixel, from 0 on.
        rng : numpy.random.Generator or int
            Draws the counts; a whole number is a seed.

        Notes
        -----
        The count is Poisson: its variance equals its mean. Then come read noise, gain, offset, rounding, and
        clipping to the range of the camera.
        """
        photons, rng = _checked_light("photons", photons), _checks.generator("rng", rng)
        counted = rng.poisson(photons) + self.read_noise_photons * rng.standard_normal(
            np.shape(photons), np.float32
        )
        grey = np.rint(counted * self.gain + self.offset)
        return np.clip(grey, 0, 2**self.bit_depth - 1).astype(np.uint8 if self.bit_depth <= 8 else np.uint16)


def _checked_light(name, value):
    light = _checks.no_nan(name, _checks.float_array(name, value, axes=None, complex_ok=False))
    if light.size and not 0 <= light.min() <= light.max() <= MOST_PHOTONS:
        raise ValueError(
            f"`{name}` must lie from 0 to {MOST_PHOTONS:g}: got values from {light.min():g} to "
            f"{light.max():g}.\nLight is never negative; give photons per pixel."
        )
    return light


def _gaussian_transfer(squared_frequency, sigma_um):
    return np.exp(-2 * np.pi**2 * sigma_um**2 * squared_frequency)
