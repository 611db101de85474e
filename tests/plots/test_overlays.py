"""Overlays: each map over its own image, clear at zero, blue above and orange below, on the right scale."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from cellcnn_helpers import plots

RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(size=(3, 6, 8, 3))
MAPS = RNG.uniform(-1, 1, (3, 6, 8)) * np.array([1, 2, 0.5])[:, np.newaxis, np.newaxis]


def overlays():
    """The image and the map drawn in each panel."""
    return [ax.get_images() for ax in plt.gcf().axes if len(ax.get_images()) == 2]


def test_each_map_lies_over_its_own_image():
    plots.show_overlays(IMAGES, MAPS, ["a", "b", "c"], source="Blood smear")
    luminance = IMAGES @ [0.2126, 0.7152, 0.0722]
    for (below, above), image, values in zip(overlays(), luminance, MAPS, strict=True):
        np.testing.assert_allclose(below.get_array(), image)
        np.testing.assert_array_equal(above.get_array(), values)
        assert above.get_zorder() >= below.get_zorder()
    assert [ax.get_title() for ax in plt.gcf().axes[:3]] == ["a", "b", "c"]
    assert plt.gcf().get_supxlabel() == "Blood smear"


def test_color_tells_the_sign_and_opacity_the_size():
    values = np.array([[2.0, 0, -2], [1, 0, -1]])
    plots.show_overlays(np.ones((2, 3)), values)
    ((_, drawn),) = overlays()
    colors = drawn.to_rgba(values)
    np.testing.assert_allclose(colors[:, 0, :3], [to_rgb(plots.ACCENT)] * 2, atol=0.01)
    np.testing.assert_allclose(colors[:, 2, :3], [to_rgb(plots.CONTRAST)] * 2, atol=0.01)
    np.testing.assert_allclose(colors[..., 3], 0.45 * np.abs(values), atol=0.01)


def test_a_map_without_sign_starts_clear_and_ends_blue():
    values = np.array([[0.0, 1, 4]])
    plots.show_overlays(np.ones((1, 3)), values)
    ((_, drawn),) = overlays()
    assert drawn.get_clim() == (0, 4)
    colors = drawn.to_rgba(values)
    np.testing.assert_allclose(colors[0, :, 3], [0, 0.225, 0.9], atol=0.01)
    np.testing.assert_allclose(colors[0, 2, :3], to_rgb(plots.ACCENT), atol=0.01)


@pytest.mark.parametrize("shared", [False, True])
def test_one_scale_each_or_one_for_all_with_its_color_bar(shared):
    plots.show_overlays(IMAGES, MAPS, shared_scale=shared)
    limits = [above.get_clim()[1] for _, above in overlays()]
    own = np.abs(MAPS).max(axis=(1, 2))
    np.testing.assert_allclose(limits, [own.max()] * 3 if shared else own)
    assert len(plt.gcf().axes) == 3 + (1 if shared else 3)


@pytest.mark.parametrize("image", [IMAGES[0], IMAGES[0, ..., :1], IMAGES[0, ..., 0], [IMAGES[0]]])
def test_one_image_under_several_maps(image):
    plots.show_overlays(image, MAPS)
    (first, _), *others = overlays()
    assert len(others) == 2
    for below, _ in others:
        np.testing.assert_array_equal(below.get_array(), first.get_array())


def test_the_pale_image_keeps_its_own_range():
    grey = RNG.integers(0, 256, (2, 6, 8), np.uint8)
    for images, limits in ((grey, (0, 255)), (grey[..., None], (0, 255)), (grey / 255, (0, 1))):
        plots.show_overlays(images, MAPS[:2])
        assert [below.get_clim() for below, _ in overlays()] == [limits] * 2
    stained = np.full((6, 8, 3), 255, np.uint8)
    plots.show_overlays(stained, np.zeros((6, 8)))
    ((below, above),) = overlays()
    np.testing.assert_allclose(below.to_rgba(below.get_array())[..., :3], 1)
    assert not above.to_rgba(above.get_array())[..., 3].any()  # a map of zeros hides nothing
    plots.show_overlays(np.zeros((6, 8)), np.zeros((6, 8)))
    ((below, _),) = overlays()
    assert below.to_rgba(below.get_array())[0, 0, 0] > 0.4  # black is pale too, or blue would not be seen


@pytest.mark.parametrize(
    ("images", "maps", "message"),
    [
        (IMAGES[:2], MAPS, r"each of the 3 maps, or one for all: got images"),
        (IMAGES, MAPS[:, :5], r"height and width of the maps, \(5, 8\): got images\[0\].shape=\(6, 8, 3\)"),
        (IMAGES, IMAGES[np.newaxis], r"maps.shape=\(1, 3, 6, 8, 3\)"),
        (IMAGES, MAPS * np.nan, "not finite"),
        (IMAGES * 255, MAPS, r"`images\[0\]` is not scaled"),
        (None, MAPS, "images=None"),
    ],
)
def test_says_what_is_wrong(images, maps, message):
    with pytest.raises(ValueError, match=message):
        plots.show_overlays(images, maps)
    assert not plt.get_fignums()
