"""Histograms count every pixel once, and the end of the camera's scale is marked where it is."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from cellcnn_helpers import plots
from cellcnn_helpers.dataset import CellImageDataset


def curves(ax=None):
    """(heights, edges) of each histogram drawn as a line."""
    ax = ax or plt.gca()
    drawn = [patch for patch in ax.patches if not patch.get_fill()]
    return [(patch.get_data().values, patch.get_data().edges) for patch in drawn]


def legend(ax=None):
    found = (ax or plt.gca()).get_legend()
    return found and ([text.get_text() for text in found.get_texts()], found.get_title().get_text())


def marks(ax=None):
    return [line.get_xdata()[0] for line in (ax or plt.gca()).lines]


def test_each_value_of_8_bits_has_a_bin_of_its_own():
    image = np.array([[0, 0, 7], [255, 255, 255]], np.uint8)
    plots.show_histogram(image)
    ((counts, edges),) = curves()
    assert len(counts) == 256
    assert {value: counts[value] for value in (0, 1, 7, 254, 255)} == {0: 2, 1: 0, 7: 1, 254: 0, 255: 3}
    assert edges[0] == -0.5
    assert edges[-1] == 255.5
    assert marks() == [255]
    assert legend() == (["50.0 % saturated"], "dashed: saturated at 255")
    assert plt.gca().get_ylabel() == "pixels"


def test_color_gives_a_histogram_for_each_channel():
    images = np.zeros((5, 4, 4, 3), np.uint8)
    images[..., 0], images[0, 0, 0, 1] = 255, 255
    plots.show_histogram(images)
    red, green, blue = (counts for counts, _ in curves())
    assert (red[255], green[255], blue[255]) == (80, 1, 0)
    assert legend()[0] == ["red: 100.0 % saturated", "green: 1.2 % saturated", "blue: none saturated"]
    plots.show_histogram(images[0])
    assert [counts.sum() for counts, _ in curves()] == [16, 16, 16]


def test_the_bit_depth_says_where_a_camera_ends():
    values = np.array([[100, 4094], [4095, 4095]], np.uint16)
    plots.show_histogram(values, bit_depth=12)
    ((counts, edges),) = curves()
    assert counts.sum() == 4
    assert np.diff(edges).tolist() == [16] * 256
    assert edges[-1] == 4095.5
    assert marks() == [4095]
    assert legend()[0] == ["50.0 % saturated"]
    plots.show_histogram(values)  # uint16 does not say how many bits the camera has
    assert marks() == []
    assert legend() is None
    assert curves()[0][0].sum() == 4


@pytest.mark.parametrize("high", [0, 1, 200, 300, 4095, 65535])
def test_no_pixel_is_lost_whatever_the_range(high):
    values = np.random.default_rng(0).integers(0, high + 1, (50, 50)).astype(np.uint16)
    for image in (values, values.astype(np.int64) - 7, values / 3):
        plots.show_histogram(image)
        counts, edges = curves()[0]
        assert counts.sum() == 2500
        assert len(counts) <= 256
        assert edges[0] <= image.min()
        assert edges[-1] >= image.max()


def test_floats_between_0_and_1_end_at_1_and_others_nowhere():
    plots.show_histogram(np.array([[0.0, 1.0, 1.0, 0.5]]))
    assert (marks(), legend()[0]) == ([1.0], ["50.0 % saturated"])
    plots.show_histogram(np.array([[-2.0, 3.0]]))
    assert marks() == []


def test_images_of_different_sizes_are_compared_by_shares():
    small, large = np.full((2, 2), 9, np.uint8), np.full((8, 8), 9, np.uint8)
    plots.show_histogram([small, large], names=["one", "many"])
    assert [counts[9] for counts, _ in curves()] == [1, 1]
    assert plt.gca().get_ylabel() == "share of the pixels"
    assert legend()[0] == ["one: none saturated", "many: none saturated"]
    plots.show_histogram([small, small])
    assert [counts[9] for counts, _ in curves()] == [4, 4]
    assert legend()[0][0].startswith("image 0")


def test_few_saturated_pixels_are_not_called_none():
    image = np.zeros((100, 100), np.uint8)
    image[0, 0] = 255
    plots.show_histogram(image)
    assert legend()[0] == ["under 0.1 % saturated"]


def test_texts_axes_and_scale():
    with plots.style():
        _, axes = plt.subplots(1, 2)
    image = np.arange(64, dtype=np.uint8).reshape(8, 8)
    plots.show_histogram(image, names=["$5"], log=True, title="$\\frac$", source="$x of y", ax=axes[1])
    plt.gcf().canvas.draw()
    assert len(plt.get_fignums()) == 1
    assert axes[1].get_yscale() == "log"
    assert (axes[1].get_title(), axes[0].get_title()) == ("$\\frac$", "")
    assert [text.get_text() for text in axes[1].texts] == ["$x of y"]
    assert not axes[0].patches


@pytest.mark.parametrize(
    ("images", "options", "message"),
    [
        (np.zeros((0, 4), np.uint8), {}, r"no pixels: got images.shape=\(0, 4\)"),
        ([np.zeros((2, 2)), np.full((2, 2), np.nan)], {}, r"images\[1\]\[0, 0\]=nan"),
        (np.array(["a"]), {}, r"`images` must hold whole or real numbers"),
        (CellImageDataset(np.zeros((1, 8, 8)), [0], ["a"]), {}, r"`images`.*images=CellImageDataset"),
        (
            np.full((2, 2), 300, np.uint16),
            {"bit_depth": 8},
            "bit_depth=8, which ends at 255, and the value 300",
        ),
        (np.zeros((2, 2), np.uint16), {"bit_depth": 17}, "bit_depth=17"),
        (np.zeros((2, 2)), {"bit_depth": 12}, "bit_depth=12 with images of real numbers"),
        (np.zeros((2, 2)), {"names": ["a", "b"]}, "`names` must name each of the 1 histograms: got 2 names"),
        (np.zeros((2, 2)), {"names": "a"}, "names='a'"),
        (np.zeros((2, 2)), {"log": 1}, "log=1"),
        (np.zeros((2, 2)), {"title": 1}, "title=1"),
        (np.zeros((2, 2)), {"source": None}, "source=None"),
        (np.zeros((2, 2)), {"ax": 1}, "ax=1"),
    ],
)
def test_says_what_is_wrong(images, options, message):
    with pytest.raises((ValueError, TypeError), match=f"(?s){message}"):
        plots.show_histogram(images, **options)
    assert not plt.get_fignums()
