"""A second microscope changes one place, and nothing else."""

import numpy as np
import pytest

from cellcnn_helpers.simulate import second_microscope


@pytest.fixture
def grey():
    return np.full((2, 28, 28, 1), 0.5, np.float32)


def test_every_image_has_the_same_spot_and_nothing_else_changes(grey):
    images = grey.copy()
    images[1] = np.random.default_rng(0).random((28, 28, 1)) / 2
    touched = second_microscope(images) != images
    np.testing.assert_array_equal(touched[0], touched[1])
    assert 0.02 < touched[0].mean() < 0.05
    rows, columns, _ = np.nonzero(touched[0])
    assert rows.min() > 14 > columns.max()  # lower left


def test_hot_pixels_add_in_fluorescence_and_dust_shades_stained_cells(grey):
    hot = second_microscope(grey) - grey
    shadow = second_microscope(grey.repeat(3, axis=-1)) - grey
    assert hot.max() == pytest.approx(0.15)
    assert hot.min() == 0
    assert shadow.min() == pytest.approx(-0.7 * 0.5)
    assert shadow.max() == 0


def test_values_stay_in_range_and_the_type_is_kept(grey):
    bright = second_microscope(np.ones_like(grey))
    assert bright.max() == 1
    assert bright.dtype == np.float32


def test_the_spot_scales_with_the_image():
    shares = []
    for size in (28, 56, 112):
        images = np.full((1, size, size, 3), 0.5)
        shares.append((second_microscope(images) != images).mean())
    np.testing.assert_allclose(shares, shares[-1], rtol=0.1)


def test_the_input_is_not_changed(grey):
    second_microscope(grey)
    assert (grey == 0.5).all()


def test_empty_batch(grey):
    assert second_microscope(grey[:0]).shape == (0, 28, 28, 1)


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (np.full((1, 28, 28, 1), 200), "values from 200 to 200"),
        (np.full((1, 28, 28, 1), np.nan), "values from nan"),
        (np.zeros((28, 28)), "images"),
    ],
)
def test_refused(images, words):
    with pytest.raises(ValueError, match=words):
        second_microscope(images)
