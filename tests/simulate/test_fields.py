"""Fields of nuclei: as many as asked, as clustered and as covered as asked, each with its number and area."""

import numpy as np
import pytest

from cellcnn_helpers.simulate import Microscope, draw_field, simulate_fields

PIXEL_UM2 = 0.25**2


def covered_shares(field):
    """The share of each nucleus that lies under those with higher numbers."""
    visible = np.bincount(field.mask.ravel(), minlength=len(field.areas_um2) + 1)[1:] * PIXEL_UM2
    return 1 - visible / np.array(field.areas_um2)


def nearest_neighbors_um(field):
    """The distance of each nucleus to the nearest other one, from middle to middle of what is seen."""
    places = np.array([np.argwhere(field.mask == n).mean(axis=0) for n in range(1, len(field.areas_um2) + 1)])
    distances = np.hypot(*(places[:, np.newaxis] - places).transpose(2, 0, 1))
    return 0.25 * np.where(distances == 0, np.inf, distances).min(axis=1)


def test_counts_and_areas_are_known():
    counts = []
    for index in range(30):
        field = draw_field(index, num_cells=(2, 6), overlap=0.0, image_size=192)
        assert np.unique(field.mask).tolist() == list(range(len(field.areas_um2) + 1))
        counts.append(len(field.areas_um2))
        pixels = np.bincount(field.mask.ravel())[1:] * PIXEL_UM2
        np.testing.assert_allclose(pixels, field.areas_um2, rtol=0.015)
    assert set(counts) == set(range(2, 7))


def test_no_nucleus_is_cut_by_the_edge():
    for index in range(10):
        mask = draw_field(index, image_size=128, num_cells=4, clustering=0.0).mask
        assert not mask[[0, -1]].any()
        assert not mask[:, [0, -1]].any()


@pytest.mark.parametrize("clustering", [0.0, 1.0])
@pytest.mark.parametrize("overlap", [0.0, 0.1, 0.4])
def test_no_nucleus_is_covered_more_than_asked(overlap, clustering):
    settings = {"image_size": 224, "num_cells": 9, "overlap": overlap, "clustering": clustering}
    shares = np.concatenate([covered_shares(draw_field(i, **settings)) for i in range(8)])
    assert shares.max() < overlap + 0.015  # what pixels leave open
    if clustering:
        assert shares.max() > 0.7 * overlap


def test_a_full_field_is_started_again_until_all_find_a_place():
    for index in range(12):
        mask = draw_field(index, image_size=224, num_cells=11, clustering=0.0, overlap=0.0).mask
        assert mask.max() == 11


def test_clustering_brings_nuclei_together():
    settings = {"num_cells": 8, "overlap": 0.0}
    apart, mixed, together = (
        np.mean([nearest_neighbors_um(draw_field(i, clustering=c, **settings)).mean() for i in range(8)])
        for c in (0.0, 0.5, 1.0)
    )
    assert apart > 1.1 * mixed > 1.2 * together
    assert together < 1.15 * 2 * 5.3  # a nucleus is some 10.6 µm wide


def test_light_adds_where_nuclei_overlap():
    """The light per portion of DNA is the same however much the nuclei cover one another."""
    per_portion = []
    for overlap in (0.0, 0.4):
        fields = [draw_field(i, num_cells=12, clustering=1.0, overlap=overlap) for i in range(6)]
        portions = sum(sum(field.dna_portions) for field in fields)
        per_portion.append(sum(field.light.sum() for field in fields) / portions)
    assert np.mean([covered_shares(field).mean() for field in fields]) > 0.08
    assert per_portion[1] == pytest.approx(per_portion[0], rel=0.03)


def test_the_same_index_gives_the_same_field_whatever_the_batch():
    whole = simulate_fields(4, seed=3, image_size=160, num_cells=4)
    parts = [simulate_fields(2, seed=3, image_size=160, num_cells=4, first_index=i) for i in (0, 2)]
    for name in ("images", "masks", "labels"):
        assert np.concatenate([getattr(p, name) for p in parts]).tobytes() == getattr(whole, name).tobytes()
    field = draw_field(3, seed=3, image_size=160, num_cells=4)
    np.testing.assert_array_equal(field.mask, whole.masks[3])
    assert whole.masks.dtype == field.mask.dtype == np.uint16
    assert len({image.tobytes() for image in whole.images}) == 4


def test_a_field_does_not_depend_on_the_camera():
    coarse = draw_field(2, image_size=64, pixel_size_um=0.5, num_cells=4, clustering=1.0)
    fine = draw_field(2, image_size=128, pixel_size_um=0.25, num_cells=4, clustering=1.0)
    assert coarse.areas_um2 == fine.areas_um2
    middles = fine.mask.reshape(64, 2, 64, 2).max(axis=(1, 3))
    assert (middles == coarse.mask).mean() > 0.97


def test_images_show_the_nuclei():
    fields = simulate_fields(3, image_size=160, num_cells=4, microscope=Microscope(bit_depth=12))
    assert fields.images.dtype == np.uint16
    assert fields.class_names == ("nuclei",)
    for image, mask in zip(fields.images[..., 0], fields.masks, strict=True):
        assert image[mask > 0].mean() > 3 * image[mask == 0].mean()
    assert len(simulate_fields(0)) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_cells": 200}, r"num_cells=200 in a field of 64 µm with overlap=0.1; \d+ of them fit"),
        ({"num_cells": 0}, "num_cells=0"),
        ({"num_cells": (9, 5)}, r"num_cells=\(9, 5\).*\n.*num_cells=\(5, 9\)"),
        ({"clustering": 1.5}, "clustering=1.5"),
        ({"overlap": 0.6}, "overlap=0.6"),
        ({"image_size": 64}, r"image_size=64 with pixel_size_um=0.25, together 16 µm; 24 µm are needed"),
        ({"seed": -1}, "seed=-1"),
        ({"first_index": -1}, "first_index=-1"),
        ({"microscope": 5}, "microscope=5"),
    ],
)
def test_says_what_is_wrong(arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        simulate_fields(1, **arguments)


def test_light_of_a_nucleus_is_its_dna():
    """Chromatin and nucleoli vary, so single nuclei scatter; one portion and two stay apart."""
    light, portions = [], []
    for index in range(6):
        field = draw_field(index, num_cells=12, clustering=0.0, overlap=0.0, seed=4)
        numbers = np.repeat(np.repeat(field.mask, 2, axis=0), 2, axis=1)
        light += [field.light[numbers == number].sum() for number in range(1, 13)]
        portions += field.dna_portions
    light, portions = np.array(light), np.array(portions)
    assert {1.0, 2.0} < set(portions)
    assert np.corrcoef(light, portions)[0, 1] > 0.97
    assert np.mean(light[portions == 2]) / np.mean(light[portions == 1]) == pytest.approx(2, rel=0.03)
    assert light[portions == 1].max() < light[portions == 2].min()
