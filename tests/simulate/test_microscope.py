"""The microscope is checked by its physics: what goes in as light, and what can be read from its pictures."""

import numpy as np
import pytest

from cellcnn_helpers.simulate import Microscope, draw_specimen

NOISELESS = {"read_noise_photons": 0.0, "gain": 1.0, "offset": 0.0, "bit_depth": 16}


@pytest.mark.parametrize("photons", [3.0, 40.0, 900.0])
def test_variance_of_the_photons_equals_their_mean(photons):
    counted = (
        Microscope(**NOISELESS).record(np.full((400, 400), photons), np.random.default_rng(0)).astype(float)
    )
    # Four standard errors for 160,000 pixels.
    assert counted.mean() == pytest.approx(photons, rel=4 * 0.0025 / np.sqrt(photons))
    assert counted.var() == pytest.approx(photons, rel=4 * np.sqrt((2 + 1 / photons) / 160_000))


def test_read_noise_gain_and_offset_add_up():
    microscope = Microscope(read_noise_photons=5.0, gain=2.0, offset=100.0, bit_depth=16)
    grey = microscope.record(np.full((400, 400), 50.0), np.random.default_rng(1)).astype(float)
    assert grey.mean() == pytest.approx(100 + 2 * 50, rel=0.002)
    assert grey.var() == pytest.approx(2**2 * (50 + 5**2) + 1 / 12, rel=0.015)  # 1 / 12: rounding


@pytest.mark.parametrize(("bit_depth", "dtype"), [(8, np.uint8), (12, np.uint16), (16, np.uint16)])
def test_the_camera_clips_at_its_range(bit_depth, dtype):
    microscope = Microscope(bit_depth=bit_depth)
    grey = microscope.record(np.array([0.0, 1e6]), np.random.default_rng(0))
    assert grey.dtype == dtype
    assert grey[1] == 2**bit_depth - 1


def width_um(image, size_um):
    """Standard deviation of the light along the columns."""
    columns = (np.arange(image.shape[1]) - image.shape[1] // 2) * size_um
    light = image.sum(axis=0) / image.sum()
    mean = (light * columns).sum()
    return np.sqrt((light * (columns - mean) ** 2).sum())


@pytest.mark.parametrize(("wavelength_um", "numerical_aperture"), [(0.461, 0.75), (0.6, 0.5), (0.52, 1.4)])
def test_width_of_the_point_spread_function(wavelength_um, numerical_aperture):
    microscope = Microscope(wavelength_um=wavelength_um, numerical_aperture=numerical_aperture, haze=0.0)
    size_um = microscope.psf_sigma_um / 2
    point = np.zeros((65, 65))
    point[32, 32] = 1000
    blurred = microscope.blur(point, size_um)
    assert width_um(blurred, size_um) == pytest.approx(0.21 * wavelength_um / numerical_aperture, rel=0.02)
    assert width_um(blurred.T, size_um) == pytest.approx(0.21 * wavelength_um / numerical_aperture, rel=0.02)
    assert blurred.sum() == pytest.approx(1000, rel=1e-3)


def test_haze_is_the_share_of_the_light_that_is_spread_wide():
    microscope = Microscope(haze=0.3, haze_width_um=1.5)
    point = np.zeros((257, 257))
    point[128, 128] = 1.0
    blurred = microscope.blur(point, 0.1)
    distance = np.hypot(*np.mgrid[-128:129, -128:129]) * 0.1
    # 6 sigma of the sharp part; of the wide part 13.4 % lies inside, as 1 - exp(-r^2 / 2 sigma^2) says.
    radius = 6 * microscope.psf_sigma_um
    inside_wide = 1 - np.exp(-(radius**2) / (2 * 1.5**2))
    assert blurred[distance <= radius].sum() == pytest.approx(0.7 + 0.3 * inside_wide, abs=0.01)


def test_expected_photons_keep_the_light_and_add_the_background():
    light = np.zeros((40, 60))
    light[10:14, 30:34] = 0.5  # 16 points: the light of 4 camera pixels
    microscope = Microscope(nucleus_photons=200.0, background_photons=7.0)
    photons = microscope.expected_photons(light)
    assert photons.shape == (20, 30)
    assert (photons - 7).sum() == pytest.approx(4 * 0.5 * 200, rel=1e-5)
    assert np.unravel_index(photons.argmax(), photons.shape) in [(5, 15), (5, 16), (6, 15), (6, 16)]
    np.testing.assert_allclose(microscope.expected_photons(light[np.newaxis])[0], photons, rtol=1e-6)
    flat = microscope.expected_photons(np.ones((40, 40), np.float32))
    np.testing.assert_allclose(flat, 207, rtol=1e-5)


@pytest.mark.parametrize(
    ("numerical_aperture", "index", "defocus_um"),
    [(0.3, 1.0, 5.0), (0.75, 1.0, 1.0), (0.75, 1.0, 3.0), (0.95, 1.0, 0.5), (1.4, 1.515, 2.0)],
)
def test_defocus_widens_a_point_as_the_cone_of_light_does(numerical_aperture, index, defocus_um):
    settings = {"numerical_aperture": numerical_aperture, "haze": 0.0}
    in_focus, out_of_focus = Microscope(**settings), Microscope(**settings, defocus_um=defocus_um)
    # The disc in which the cone meets the plane of focus, drawn point by point.
    radius_um = defocus_um * numerical_aperture / np.sqrt(index**2 - numerical_aperture**2)
    size_um = out_of_focus.psf_sigma_um / 8
    distance = np.hypot(*np.mgrid[-100:101, -100:101]) * size_um
    disc = (distance <= radius_um).astype(float)
    point = np.zeros((201, 201))
    point[100, 100] = 1000
    expected = np.hypot(in_focus.psf_sigma_um, width_um(disc, size_um))
    assert out_of_focus.psf_sigma_um == pytest.approx(expected, rel=0.02)
    assert width_um(out_of_focus.blur(point, size_um), size_um) == pytest.approx(expected, rel=0.02)


def test_defocus_widens_the_haze_too():
    microscope = Microscope(haze=1.0, haze_width_um=1.2, defocus_um=2.0)
    point = np.zeros((201, 201))
    point[100, 100] = 1000
    expected = np.hypot(1.2, Microscope(defocus_um=2.0, wavelength_um=1e-6).psf_sigma_um)
    assert expected > 1.6
    assert width_um(microscope.blur(point, 0.1), 0.1) == pytest.approx(expected, rel=0.01)


def test_blur_is_a_product_in_the_fourier_transform():
    light = np.random.default_rng(0).random((3, 31, 44))
    microscope = Microscope(haze=0.25)
    squared = np.fft.fftfreq(31, 0.1)[:, np.newaxis] ** 2 + np.fft.fftfreq(44, 0.1) ** 2
    sharp, haze = (np.exp(-2 * np.pi**2 * sigma**2 * squared) for sigma in (microscope.psf_sigma_um, 1.2))
    expected = np.fft.ifft2(np.fft.fft2(light) * (0.75 * sharp + 0.25 * haze)).real
    np.testing.assert_allclose(microscope.blur(light, 0.1), expected, rtol=1e-9)
    fine = microscope.expected_photons(light[..., :30, :])
    gathered = microscope.blur(light[..., :30, :], 0.125).reshape(3, 15, 2, 22, 2).sum(axis=(2, 4))
    np.testing.assert_allclose(fine, 6 + 85 / 4 * gathered, rtol=1e-9)


@pytest.mark.parametrize("gradient", [0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("image_size", [2, 63, 64])
def test_illumination_is_as_asked(gradient, image_size):
    directions = []
    for seed in range(20):
        field = Microscope(illumination_gradient=gradient).illumination(image_size, seed)
        assert field.shape == (image_size, image_size)
        corners = field[[0, 0, -1, -1], [0, -1, 0, -1]]
        assert field.max() == corners.max() == pytest.approx(1 + gradient, abs=1e-6)
        assert field.min() == corners.min() == pytest.approx(1 - gradient, abs=1e-6)
        assert field.mean() == pytest.approx(1, abs=1e-6)
        np.testing.assert_allclose(np.diff(field, 2, axis=0), 0, atol=1e-6)  # a plane
        np.testing.assert_allclose(np.diff(field, 2, axis=1), 0, atol=1e-6)
        directions.append(int(corners.argmax()))
    if gradient:
        assert set(directions) == {0, 1, 2, 3}
    assert Microscope().illumination(1, 0) == 1


def test_the_field_of_a_photograph_is_the_one_that_illumination_gives():
    microscope = Microscope(
        nucleus_photons=5000.0, illumination_gradient=0.4, offset=0.0, gain=1.0, bit_depth=16
    )
    picture = microscope.photograph(np.ones((128, 128)), 7)
    flat = picture / microscope.illumination(64, 7)
    assert picture.std() / picture.mean() > 0.1
    assert flat.std() / flat.mean() == pytest.approx(1 / np.sqrt(5006), rel=0.05)  # photon noise is left


@pytest.mark.parametrize(
    ("gain", "offset", "read_noise", "bit_depth"), [(0.9, 4.0, 1.5, 8), (2.2, 100.0, 3.0, 12)]
)
def test_the_camera_can_be_calibrated_from_its_pictures(gain, offset, read_noise, bit_depth):
    """The photon transfer curve: variance over mean has the slope gain, and read noise as its start."""
    microscope = Microscope(gain=gain, offset=offset, read_noise_photons=read_noise, bit_depth=bit_depth)
    photons = microscope.expected_photons(draw_specimen(0, image_size=80).light)
    rng = np.random.default_rng(0)
    pictures = np.stack([microscope.record(photons, rng) for _ in range(400)]).astype(float)
    dark = np.stack([microscope.record(np.zeros((80, 80)), rng) for _ in range(20)]).astype(float)
    slope, start = np.polyfit(pictures.mean(axis=0).ravel(), pictures.var(axis=0).ravel(), 1)
    assert slope == pytest.approx(gain, rel=0.02)
    # At the grey value `offset` no photon came: what is left is read noise and rounding.
    at_offset = start + slope * offset
    assert at_offset == pytest.approx((gain * read_noise) ** 2 + 1 / 12, abs=0.4 * gain**2)
    assert dark.mean() == pytest.approx(offset, abs=0.03)
    assert dark.std() == pytest.approx(np.sqrt((gain * read_noise) ** 2 + 1 / 12), rel=0.02)
    bright = microscope.record(np.full((10, 10), 1e6), rng)
    assert np.log2(bright.max() + 1.0) == bit_depth


def test_whole_numbers_of_light_are_light():
    point = np.zeros((33, 33), int)
    point[16, 16] = 1000
    np.testing.assert_array_equal(Microscope().blur(point), Microscope().blur(point.astype(np.float32)))
    rng = np.random.default_rng(3)
    np.testing.assert_array_equal(Microscope().record(point, 3), Microscope().record(point, rng))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Microscope().blur(np.ones(5)), r"light.shape=\(5,\)"),
        (lambda: Microscope().blur(np.ones((0, 5))), r"light.shape=\(0, 5\)"),
        (lambda: Microscope().blur(np.full((5, 5), np.nan)), r"light\[0, 0\]=nan"),
        (lambda: Microscope().blur(np.ones((5, 5)), 0), "`pixel_size_um`.*got pixel_size_um=0"),
        (lambda: Microscope().record(-np.ones((5, 5)), 0), "`photons`.*got values from -1 to -1"),
        (lambda: Microscope().record(np.full(5, 1e20), 0), r"got values from 1e\+20"),
        (lambda: Microscope().record(np.ones(5), "x"), "rng='x'"),
        (lambda: Microscope(nucleus_photons=1e30), r"nucleus_photons=1e\+30"),
        (lambda: Microscope().expected_photons(np.ones((5, 4))), r"light.shape=\(5, 4\).*\n.*even"),
        (lambda: Microscope().illumination(0, 0), "image_size=0"),
        (lambda: Microscope().illumination(4, 0.5), "rng=0.5"),
        (lambda: Microscope().photograph(np.ones((4, 4)), None), "rng=None"),
    ],
)
def test_steps_say_what_is_wrong(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pixel_size_um", 0),
        ("haze", 1.5),
        ("bit_depth", 17),
        ("gain", -1),
        ("numerical_aperture", 1.5),
        ("defocus_um", -1),
        ("nucleus_photons", -1),
    ],
)
def test_a_microscope_says_what_is_wrong(name, value):
    with pytest.raises(ValueError, match=f"`{name}`.*{name}={value}"):
        Microscope(**{name: value})
