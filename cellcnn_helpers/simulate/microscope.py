"""The optics and the camera."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy import fft

from .. import _checks
from .products import in_pieces

FINE = 2  # the specimen is drawn on a grid this many times finer than the camera's

MOST_PHOTONS = 1e15  # in a pixel; more than any camera holds, less than a random count can take

DRY_LIMIT = 0.95  # an objective in air reaches no larger aperture
INDEX_AIR, INDEX_OIL = 1.0, 1.515


@dataclass(frozen=True, kw_only=True)
class Microscope:
    """The optics and the camera: what turns a stained specimen into an image.

    Parameters
    ----------
    pixel_size_um : float
        Side of a camera pixel, measured on the specimen, in micrometres: the camera's own pixel divided by
        the magnification. 6.5 µm behind a 26-fold magnification are the 0.25 µm of the default.
    wavelength_um : float
        Of the emitted light; 0.461 is the maximum of DAPI, a stain of DNA.
    numerical_aperture : float
        Of the objective, up to 1.49; it is printed on it. The larger, the sharper.
    defocus_um : float
        Distance of the specimen from the plane of focus, from 0 on.
    haze : float
        Share of the light, 0 to 1, that the thickness of the cell spreads over `haze_width_um`.
    haze_width_um : float
        Sigma of that spread.
    nucleus_photons : float
        Photons in a pixel at the thickest place of a nucleus of average brightness.
    background_photons : float
        Photons in a pixel beside the cell, from stain in the medium and light that strays.
    illumination_gradient : float
        From 0 to 1: the corner with the most light has this share more than the middle, the opposite one this
        share less.
    read_noise_photons : float
        Standard deviation of the camera's own noise, in photons.
    gain : float
        Grey values per photon.
    offset : float
        Grey value of no light. Cameras have one, so that noise is not cut off at 0.
    bit_depth : int
        From 1 to 16: grey values run from 0 to 2**bit_depth - 1, and what is brighter is clipped. Up to 8
        bits the images are uint8, else uint16.

    Notes
    -----
    A picture is made in five steps, which are the methods of this class, in this order:

    1. `blur`: a point becomes a spot. In focus the spot is close to a Gaussian with sigma = 0.21 wavelength /
       aperture (Zhang et al. 2007). Out of focus, the cone of light from a point meets the plane of focus in
       a disc; its radius is defocus × tan(alpha), where sin(alpha) = aperture / refractive index. A disc of
       radius R has the variance R² / 4 in each direction, and variances of successive blurs add. So the spot
       is drawn as a Gaussian (Pentland 1987) with sigma² = (0.21 wavelength / aperture)² + (defocus
       tan(alpha) / 2)². Rays describe it well from about a wavelength of defocus on (Stokseth 1969); the
       disc's sharp edge and diffraction rings are left out. The index is that of air up to an aperture of
       0.95, of immersion oil (1.515) above.
    2. `expected_photons`: the camera's pixels gather the light, on a background.
    3. `illumination`: the lamp is brighter on one side.
    4. `record`: photons are counted. Chance decides, and the variance of the count equals its mean.
    5. `record`: read noise, gain, offset, whole grey values, clipping.

    Lehmussola et al. 2007 simulate cell populations in this order too; their images are BBBC005.

    References
    ----------
    Zhang, Zerubia and Olivo-Marin 2007, Gaussian approximations of fluorescence microscope point-spread
    function models, Applied Optics 46(10):1819-1829.

    Stokseth 1969, Properties of a defocused optical system, Journal of the Optical Society of America
    59(10):1314-1321.

    Pentland 1987, A new sense for depth of field, IEEE Transactions on Pattern Analysis and Machine
    Intelligence 9(4):523-531.

    Lehmussola et al. 2007, Computational framework for simulating fluorescence microscope images with cell
    populations, IEEE Transactions on Medical Imaging 26(7):1010-1016.

    Examples
    --------
    >>> round(Microscope(wavelength_um=0.5, numerical_aperture=0.5).psf_sigma_um, 3)
    0.21
    >>> round(Microscope(wavelength_um=0.5, numerical_aperture=0.5, defocus_um=2).psf_sigma_um, 3)
    0.614
    """

    pixel_size_um: float = 0.25
    wavelength_um: float = 0.461
    numerical_aperture: float = 0.75
    defocus_um: float = 0.0
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
        for name in ("pixel_size_um", "wavelength_um", "haze_width_um", "gain"):
            _checks.real_number(name, getattr(self, name), low=0, low_open=True)
        _checks.real_number("numerical_aperture", self.numerical_aperture, low=0, low_open=True, high=1.49)
        _checks.real_number("defocus_um", self.defocus_um, low=0)
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
        """Sigma of the point-spread function in micrometres, in focus widened by `defocus_um`."""
        return math.hypot(0.21 * self.wavelength_um / self.numerical_aperture, self._defocus_sigma_um)

    @property
    def dtype(self):
        """Type of the images, uint8 up to a bit depth of 8 and uint16 above."""
        return np.dtype(np.uint8 if self.bit_depth <= 8 else np.uint16)

    @property
    def _defocus_sigma_um(self):
        index = INDEX_AIR if self.numerical_aperture <= DRY_LIMIT else INDEX_OIL
        return self.defocus_um * math.tan(math.asin(self.numerical_aperture / index)) / 2

    def blur(self, light, pixel_size_um=None):
        """Spread the light of every point over the point-spread function and the haze.

        (..., H, W) -> (..., H, W)

        Parameters
        ----------
        light : array
            Light per pixel, from 0 on. The image is taken to go on periodically: what leaves it on one side
            comes in on the other, so leave a margin.
        pixel_size_um : float, optional
            Side of these pixels; by default those of the camera.

        Notes
        -----
        The sum of the light is kept. A Gaussian falls off in rows and columns independently, so the columns
        are blurred by one matrix product and the rows by another. Pixels larger than twice `psf_sigma_um` are
        too coarse for the Gaussian.
        """
        size = self.pixel_size_um if pixel_size_um is None else pixel_size_um
        size = _checks.real_number("pixel_size_um", size, low=0, low_open=True)
        return self._spread(light, size, gathered=1)

    def _spread(self, light, size_um, gathered):
        """(..., H, W) -> (..., H / gathered, W / gathered): blurred, and summed over squares of points."""
        light = _checked_light("light", light)
        if light.ndim < 2 or not light.size:
            raise ValueError(
                f"`light` must have the dimensions (height, width): got light.shape={light.shape}.\n"
                f"Give an image, or a batch (batch, height, width)."
            )
        if light.shape[-2] % gathered or light.shape[-1] % gathered:
            raise ValueError(
                f"`light` must have {gathered} × {gathered} points in each camera pixel: got "
                f"light.shape={light.shape}.\nGive an even number of rows and columns."
            )
        sharp, haze = (
            _blurred(light, sigma_um / size_um, gathered)
            for sigma_um in (self.psf_sigma_um, math.hypot(self.haze_width_um, self._defocus_sigma_um))
        )
        return np.maximum((1 - self.haze) * sharp + self.haze * haze, 0)

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
        photons = self._spread(light, self.pixel_size_um / FINE, gathered=FINE)
        photons *= self.nucleus_photons / FINE**2
        photons += self.background_photons
        return photons

    def illumination(self, image_size, rng):
        """Return how brightly each pixel is lit, as a share of the light in the middle of the image.

        () -> (image_size, image_size)

        Parameters
        ----------
        image_size : int
            Side of the image in camera pixels.
        rng : numpy.random.Generator or int
            Draws the direction in which the light falls off; a whole number is a seed.

        Returns
        -------
        array of float32
            A plane through 1 in the middle. Its brightest corner is 1 + `illumination_gradient`, the opposite
            one 1 - `illumination_gradient`.

        Notes
        -----
        Dividing by this field mends an image (flat-field correction): a real laboratory photographs an even
        sheet of fluorescent plastic to get it.

        Examples
        --------
        >>> field = Microscope(illumination_gradient=0.2).illumination(64, rng=0)
        >>> round(float(field.max()), 3), round(float(field.min()), 3), round(float(field.mean()), 3)
        (1.2, 0.8, 1.0)
        """
        image_size, rng = _checks.whole_number("image_size", image_size), _checks.generator("rng", rng)
        angle = rng.uniform(0, 2 * np.pi)
        down, right = math.sin(angle), math.cos(angle)
        slope = self.illumination_gradient / (abs(down) + abs(right))  # so that corners have what is asked
        places = (np.arange(image_size) - (image_size - 1) / 2) * (2 / max(image_size - 1, 1))  # -1 to 1
        rows, columns = 1 + slope * down * places, slope * right * places
        return rows.astype(np.float32)[:, np.newaxis] + columns.astype(np.float32)

    def photograph(self, light, rng):
        """Make one image of a stained specimen, from the light to the grey values.

        (2H, 2H) -> (H, H) of uint8 or uint16

        Parameters
        ----------
        light : array
            Stain on a grid twice as fine as the camera's, as `draw_specimen` gives it.
        rng : numpy.random.Generator or int
            Draws the illumination, the counts and the read noise; a whole number is a seed.

        See Also
        --------
        expected_photons, illumination, record

        Examples
        --------
        >>> microscope = Microscope(background_photons=10.0, gain=2.0, offset=5.0)
        >>> round(float(microscope.photograph(np.zeros((200, 200)), 0).mean()))
        25
        """
        rng = _checks.generator("rng", rng)
        photons = self.expected_photons(light)
        photons *= self.illumination(photons.shape[-1], rng)
        return self.record(photons, rng)

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
        counted = rng.poisson(photons)
        read_noise = self.read_noise_photons * rng.standard_normal(photons.shape, np.float32)
        grey = (counted + read_noise) * self.gain + self.offset
        largest = 2**self.bit_depth - 1
        np.minimum(np.maximum(np.rint(grey, out=grey), 0, out=grey), largest, out=grey)
        return grey.astype(self.dtype)


def checked_microscope(microscope):
    """Return the microscope, by default one with the usual settings."""
    if microscope is None:
        return Microscope()
    if not isinstance(microscope, Microscope):
        raise TypeError(
            f"`microscope` must be a Microscope: got {_checks.received('microscope', microscope)}.\n"
            f"Give for example microscope=Microscope(pixel_size_um=0.25), or leave it out."
        )
    return microscope


def _checked_light(name, value):
    light = _checks.float_array(name, value, axes=None, complex_ok=False)
    if light.size and not 0 <= light.min() <= light.max() <= MOST_PHOTONS:  # so too where one is NaN
        _checks.no_nan(name, light)
        raise ValueError(
            f"`{name}` must lie from 0 to {MOST_PHOTONS:g}: got values from {light.min():g} to "
            f"{light.max():g}.\nLight is never negative; give photons per pixel."
        )
    return light


def _blurred(light, sigma_px, gathered):
    """(..., H, W) -> (..., H / gathered, W / gathered), by a Gaussian, periodically."""
    height, width = light.shape[-2:]
    rows = _gaussian_rows(height, sigma_px, gathered, light.dtype, width)
    (columns,) = _gaussian_rows(width, sigma_px, gathered, light.dtype, None)
    return np.concatenate([piece @ light @ columns.T for piece in rows], axis=-2)


@lru_cache(maxsize=16)
def _gaussian_rows(num_points, sigma_px, gathered, dtype, num_columns):
    """What each of num_points / gathered pixels gets from each point along a line: its rows, in pieces."""
    line = fft.irfft(np.exp(-2 * (np.pi * sigma_px * fft.rfftfreq(num_points)) ** 2), num_points)
    steps = np.arange(num_points)
    matrix = line[steps[:, np.newaxis] - steps]  # negative steps count from the end: periodic
    matrix = matrix.reshape(-1, gathered, num_points).sum(axis=1).astype(dtype)
    return (matrix,) if num_columns is None else in_pieces(matrix, num_columns)
