"""The simulator is checked by its physics: photons, blur, areas; and by what repeats."""

import numpy as np
import pytest

from cellcnn_helpers.simulate import PHENOTYPES, Body, Microscope, draw_specimen, simulate_cells
from cellcnn_helpers.simulate.cells import _illumination
from cellcnn_helpers.simulate.nuclei import BODIES
from cellcnn_helpers.simulate.specimen import _mask, _texture

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


@pytest.mark.parametrize("phenotype", PHENOTYPES)
def test_masks_have_the_area_of_the_outline(phenotype):
    for index in range(5):
        # On their own, in fine pixels: pieces may cover each other.
        for body in BODIES[phenotype](np.random.default_rng(index)):
            pixel_um = max(body.radii_um) / 120
            alone = Body((0.1, -0.2), body.radii_um, body.angle, body.waves)
            num_pixels = np.count_nonzero(_mask([alone], 400, pixel_um))
            assert num_pixels * pixel_um**2 == pytest.approx(body.area_um2, rel=0.01)


def test_masks_of_nuclei_have_the_known_area_at_camera_resolution():
    known = [
        BODIES["interphase"](np.random.default_rng(np.random.SeedSequence(7, spawn_key=(i,))))[0]
        for i in range(40)
    ]
    cells = simulate_cells(40, seed=7, phenotypes=["interphase"])
    areas = (cells.masks > 0).sum(axis=(1, 2)) * cells.pixel_size_um**2
    expected = np.array([body.area_um2 for body in known])
    np.testing.assert_allclose(areas, expected, rtol=0.01)
    assert 45 < areas.min() < areas.max() < 95  # square micrometres: nuclei of 7.5 to 11 µm


def test_an_ellipse_by_hand():
    body = Body((0, 0), (2.0, 1.0), 0.0, np.zeros(1))
    rows, columns = np.array([0.0, 0.5], np.float32), np.array([0.0, 1.0, 2.0], np.float32)
    distance, u, v = body.distances(rows, columns)
    np.testing.assert_allclose(distance[0], [0, 0.5, 1.0], atol=1e-5)
    assert distance[1, 0] == pytest.approx(0.5, abs=1e-5)
    assert (u[0, 1], v[1, 0]) == (0.5, 0.5)


def test_the_same_index_gives_the_same_cell_whatever_the_batch():
    whole = simulate_cells(9, seed=5)
    part = simulate_cells(3, seed=5, first_index=4)
    np.testing.assert_array_equal(whole.images[4:7], part.images)
    np.testing.assert_array_equal(whole.masks[4:7], part.masks)
    np.testing.assert_array_equal(whole.labels[4:7], part.labels)
    assert not np.array_equal(whole.images, simulate_cells(9, seed=6).images)


def test_no_two_cells_are_alike():
    images = simulate_cells(60, seed=0).images
    assert len({image.tobytes() for image in images}) == 60


def test_every_image_holds_a_whole_nucleus_that_is_brighter_than_its_surroundings():
    cells = simulate_cells(200, seed=11)
    for image, mask in zip(cells.images[..., 0], cells.masks, strict=True):
        inside = mask > 0
        assert inside.sum() * cells.pixel_size_um**2 > 5
        assert not inside[[0, -1]].any()
        assert not inside[:, [0, -1]].any()
        assert image[inside].mean() > 2 * image[~inside].mean()


def test_phenotypes_look_like_what_they_are():
    cells = simulate_cells(200, seed=2)
    area = (cells.masks > 0).sum(axis=(1, 2)) * cells.pixel_size_um**2
    brightness = np.array(
        [image[mask > 0].mean() for image, mask in zip(cells.images, cells.masks, strict=True)]
    )
    num_pieces = cells.masks.max(axis=(1, 2))
    of = {name: cells.labels == label for label, name in enumerate(cells.class_names)}
    assert area[of["mitotic"]].mean() < 0.6 * area[of["interphase"]].mean()  # condensed,
    assert brightness[of["mitotic"]].mean() > 1.4 * brightness[of["interphase"]].mean()  # so brighter
    assert brightness[of["apoptotic"]].mean() > 1.4 * brightness[of["interphase"]].mean()
    assert (num_pieces[of["interphase"]] == 1).all()
    assert (num_pieces[of["apoptotic"]] >= 3).all()
    assert set(num_pieces[of["micronucleated"]]) == {2, 3}
    assert set(num_pieces[of["mitotic"]]) == {1, 2}


def test_few_pixels_are_saturated():
    images = simulate_cells(100, seed=4).images
    assert (images == 255).mean() < 0.005
    assert images.max() > 180


def test_texture_has_no_detail_finer_than_its_limit():
    texture = _texture(128, 0.125, np.random.default_rng(0))
    spectrum = np.abs(np.fft.fft2(texture)) ** 2
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(128, 0.125), np.fft.fftfreq(128, 0.125)))
    assert spectrum[frequency > 1.41].sum() < 1e-6 * spectrum.sum()
    assert texture.std() == pytest.approx(1, abs=1e-3)
    assert abs(texture.mean()) < 1e-3


def test_illumination_falls_off_by_the_given_share_at_most():
    for seed in range(20):
        plane = _illumination(64, 0.2, np.random.default_rng(seed))
        assert plane.mean() == pytest.approx(1, abs=1e-3)
        assert 0.01 < plane.max() - 1 <= 0.2
    np.testing.assert_allclose(_illumination(64, 0.0, np.random.default_rng(0)), 1)


def test_bit_depth_and_size_are_as_asked():
    cells = simulate_cells(
        2, image_size=100, phenotypes=["mitotic", "interphase"], microscope=Microscope(bit_depth=12)
    )
    assert cells.images.shape == (2, 100, 100, 1)
    assert cells.images.dtype == np.uint16
    assert cells.class_names == ("mitotic", "interphase")
    assert len(simulate_cells(0)) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_images": -1}, "num_images=-1"),
        (
            {"num_images": 1, "image_size": 28},
            r"image_size=28 with pixel_size_um=0.25, together 7 µm.*\n.*Microscope",
        ),
        ({"num_images": 1, "phenotypes": ["cancer"]}, "phenotypes='cancer'"),
        ({"num_images": 1, "phenotypes": []}, r"phenotypes=\[\]"),
        ({"num_images": 1, "phenotypes": "mitotic"}, "phenotypes='mitotic'"),
        ({"num_images": 1, "seed": -3}, "seed=-3"),
        ({"num_images": 1, "phenotypes": 5}, "phenotypes=5"),
        ({"num_images": 1, "phenotypes": None}, "phenotypes=None"),
        ({"num_images": 1, "microscope": "x"}, "microscope='x'"),
        ({"num_images": 1, "microscope": Microscope(pixel_size_um=16)}, r"pixel_size_um=16.*\n.*at most 2"),
    ],
)
def test_says_what_is_wrong(arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        simulate_cells(**arguments)


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
        (lambda: Body("a", (1, 1), 0.0, [0]), "center_um='a'"),
        (lambda: Body((0, "a"), (1, 1), 0.0, [0]), r"center_um\[1\]='a'"),
        (lambda: Body((0, 0), (1, -2), 0.0, [0]), r"radii_um\[1\]=-2"),
        (lambda: Body((0, 0), (1, 1, 1), 0.0, [0]), r"radii_um=\(1, 1, 1\)"),
        (lambda: Body((0, 0), (1, 1), np.nan, [0]), "angle=nan"),
        (lambda: Body((0, 0), (1, 1), 0.0, [np.inf]), r"waves\[0\]=inf"),
        (lambda: Body((0, 0), (1, 1), 0.0, [0], brightness=-1), "brightness=-1"),
    ],
)
def test_parts_say_what_is_wrong(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()


def test_whole_numbers_of_light_are_light():
    point = np.zeros((33, 33), int)
    point[16, 16] = 1000
    np.testing.assert_array_equal(Microscope().blur(point), Microscope().blur(point.astype(np.float32)))
    rng = np.random.default_rng(3)
    np.testing.assert_array_equal(Microscope().record(point, 3), Microscope().record(point, rng))


def test_an_index_of_any_size_has_its_cell():
    first, second = simulate_cells(2, first_index=2**63), simulate_cells(1, first_index=2**63 + 1)
    np.testing.assert_array_equal(first.images[1:], second.images)
    assert first.labels.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("name", "value"),
    [("pixel_size_um", 0), ("haze", 1.5), ("bit_depth", 17), ("gain", -1), ("nucleus_photons", -1)],
)
def test_a_microscope_says_what_is_wrong(name, value):
    with pytest.raises(ValueError, match=f"`{name}`.*{name}={value}"):
        Microscope(**{name: value})


def test_a_specimen_is_what_the_image_shows():
    microscope = Microscope(read_noise_photons=0.0, illumination_gradient=0.0, gain=1.0, bit_depth=16)
    cells = simulate_cells(8, seed=9, microscope=microscope)
    for index in range(8):
        specimen = draw_specimen(index, seed=9)
        assert specimen.phenotype == cells.class_names[cells.labels[index]]
        np.testing.assert_array_equal(specimen.mask, cells.masks[index])
        assert len(specimen.areas_um2) == specimen.mask.max()
        photons = microscope.expected_photons(specimen.light)
        counted = cells.images[index, ..., 0] - microscope.offset
        residual = (counted - photons) / np.sqrt(photons)  # mean 0 and variance 1, if the image is its count
        assert abs(residual.mean()) < 4 / 64
        assert residual.var() == pytest.approx(1, abs=0.1)


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
    with pytest.raises(ValueError, match=r"light.shape=\(5, 4\).*\n.*even"):
        microscope.expected_photons(np.ones((5, 4)))
