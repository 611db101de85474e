"""The simulator is checked by its physics: photons, blur, areas; and by what repeats."""

import tracemalloc

import numpy as np
import pytest

from cellcnn_helpers.simulate import PHENOTYPES, Body, Microscope, draw_specimen, simulate_cells
from cellcnn_helpers.simulate.nuclei import BODIES
from cellcnn_helpers.simulate.specimen import _texture, covered


@pytest.mark.parametrize("phenotype", PHENOTYPES)
def test_masks_have_the_area_of_the_outline(phenotype):
    for index in range(5):
        # On their own, in fine pixels: pieces may cover each other.
        for body in BODIES[phenotype](np.random.default_rng(index)):
            pixel_um = max(body.radii_um) / 120
            alone = Body((0.1, -0.2), body.radii_um, body.angle, body.waves)
            num_pixels = len(covered(alone, 400, pixel_um))
            assert num_pixels * pixel_um**2 == pytest.approx(body.area_um2, rel=0.01)


@pytest.mark.parametrize(("image_size", "pixel_size_um"), [(64, 0.25), (160, 0.1), (40, 0.5)])
def test_masks_of_nuclei_have_the_known_area_at_camera_resolution(image_size, pixel_size_um):
    settings = {"phenotypes": ["interphase"], "image_size": image_size, "pixel_size_um": pixel_size_um}
    nuclei = [draw_specimen(index, seed=7, **settings) for index in range(40)]
    areas = np.array([np.count_nonzero(nucleus.mask) for nucleus in nuclei]) * pixel_size_um**2
    known = np.array([nucleus.areas_um2[0] for nucleus in nuclei])
    # A nucleus of area A in pixels p cuts about sqrt(A) / p of them, half of which count by chance.
    np.testing.assert_allclose(areas, known, rtol=0.01 if pixel_size_um <= 0.25 else 0.04)
    assert areas.sum() == pytest.approx(known.sum(), rel=0.002)
    assert 45 < areas.min() < areas.max() < 95  # square micrometres: nuclei of 7.5 to 11 µm


def test_masks_of_micronuclei_have_the_known_area_on_the_whole():
    pixels, known = 0, 0.0
    for index in range(400):
        specimen = draw_specimen(index, phenotypes=["micronucleated"])
        pixels += np.count_nonzero(specimen.mask > 1)
        known += sum(specimen.areas_um2[1:])
    # They hide a little of one another; a few pixels each, 20 of which make one of them.
    assert pixels * 0.25**2 == pytest.approx(known, rel=0.02)


@pytest.mark.parametrize("phenotype", PHENOTYPES)
def test_a_mask_says_what_lies_at_the_middle_of_a_pixel(phenotype):
    num_pixels = num_wrong = 0
    middles = ((np.arange(64) - 31.5) * 0.25).astype(np.float32)
    for index in range(20):
        for body in BODIES[phenotype](np.random.default_rng(index)):
            inside = body.distances(middles, middles)[0] < 1
            found = np.zeros(64 * 64, bool)
            found[covered(body, 64, 0.25)] = True
            num_pixels += inside.sum()
            num_wrong += (found.reshape(64, 64) != inside).sum()
    assert num_wrong < 0.003 * num_pixels


@pytest.mark.parametrize("direction", [0.0, 0.7, 2.5, 5.0])
def test_the_edge_is_where_the_distance_is_one(direction):
    body = Body((1.0, -2.0), (3.0, 1.5), 0.6, np.array([0.1, 0.05 + 0.1j]))
    toward = np.array([np.sin(direction), np.cos(direction)])
    row, column = np.float32(body.center_um + body.edge_um(toward) * toward)
    assert body.distances(np.array([row]), np.array([column]))[0][0, 0] == pytest.approx(1, abs=1e-5)


def test_an_ellipse_by_hand():
    body = Body((0, 0), (2.0, 1.0), 0.0, np.zeros(1))
    rows, columns = np.array([0.0, 0.5], np.float32), np.array([0.0, 1.0, 2.0], np.float32)
    distance, u, v = body.distances(rows, columns)
    np.testing.assert_allclose(distance[0], [0, 0.5, 1.0], atol=1e-5)
    assert distance[1, 0] == pytest.approx(0.5, abs=1e-5)
    assert (u[0, 1], v[1, 0]) == (0.5, 0.5)


@pytest.mark.parametrize("chunk", [1, 2, 5, 9])
def test_the_same_index_gives_the_same_cell_whatever_the_batch(chunk):
    settings = {
        "seed": 5,
        "phenotypes": PHENOTYPES[1:],
        "microscope": Microscope(defocus_um=0.3, bit_depth=12),
    }
    whole = simulate_cells(9, **settings)
    parts = [simulate_cells(min(chunk, 9 - i), first_index=i, **settings) for i in range(0, 9, chunk)]
    for name in ("images", "masks", "labels"):
        together = np.concatenate([getattr(part, name) for part in parts])
        assert together.tobytes() == getattr(whole, name).tobytes()
    assert not np.array_equal(whole.images, simulate_cells(9, **settings | {"seed": 6}).images)


def test_memory_is_that_of_the_images():
    simulate_cells(2)  # matrices that are kept
    tracemalloc.start()
    cells = simulate_cells(300)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak - cells.images.nbytes - cells.masks.nbytes < 2**20


def test_seeds_do_not_share_cells():
    assert draw_specimen(1, seed=5).areas_um2 != draw_specimen(0, seed=6).areas_um2
    areas = {
        draw_specimen(index, seed=seed, phenotypes=["mitotic"]).areas_um2
        for seed in range(6)
        for index in range(6)
    }
    assert len(areas) == 36


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


def test_an_index_of_any_size_has_its_cell():
    first, second = simulate_cells(2, first_index=2**63), simulate_cells(1, first_index=2**63 + 1)
    np.testing.assert_array_equal(first.images[1:], second.images)
    assert first.labels.tolist() == [0, 1]


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


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Body("a", (1, 1), 0.0, [0]), "center_um='a'"),
        (lambda: Body((0, "a"), (1, 1), 0.0, [0]), r"center_um\[1\]='a'"),
        (lambda: Body((0, 0), (1, -2), 0.0, [0]), r"radii_um\[1\]=-2"),
        (lambda: Body((0, 0), (1, 1, 1), 0.0, [0]), r"radii_um=\(1, 1, 1\)"),
        (lambda: Body((0, 0), (1, 1), np.nan, [0]), "angle=nan"),
        (lambda: Body((0, 0), (1, 1), 0.0, [np.inf]), r"waves\[0\]=inf"),
        (lambda: Body((0, 0), (1, 1), 0.0, [0], brightness=-1), "brightness=-1"),
    ],
)
def test_a_body_says_what_is_wrong(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()
