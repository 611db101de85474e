"""Figures: the numbers drawn are right, scale bars have their length, and what is drawn can be read."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import skimage.data
from matplotlib.patches import Rectangle

from cellcnn_helpers import plots
from cellcnn_helpers.dataset import CellImageDataset
from cellcnn_helpers.nn import conv2d
from cellcnn_helpers.plots.pictures import _bar_length_um
from cellcnn_helpers.plots.window import _Step

CELL_EDGE = np.array([[200, 198, 90], [201, 150, 60], [199, 95, 55]])
LEFT_MINUS_RIGHT = np.array([[1, 0, -1]] * 3)
CELLS = CellImageDataset(np.zeros((1, 8, 8), np.uint8), [0], ["round"])


def texts_in(figure):
    figure.canvas.draw()
    found = [text for ax in figure.axes for text in ax.findobj(plt.Text)]
    return [text.get_text() for text in found if text.get_text() and text.get_visible()]


def test_show_window_writes_the_arithmetic_of_the_book():
    plots.show_window(CELL_EDGE, LEFT_MINUS_RIGHT)
    texts = texts_in(plt.gcf())
    assert "200 − 90 + 201 − 60 + 199 − 55 = " in texts
    assert texts.count("395") == 2  # in the result and after the sum
    for number in ("150", "−90", "−1"):
        assert number in texts


def test_show_window_shows_what_was_computed_so_far_and_no_more():
    image = np.arange(25).reshape(5, 5) ** 2
    plots.show_window(image, LEFT_MINUS_RIGHT, row=1, column=1)
    texts = texts_in(plt.gcf())
    result = conv2d(image[np.newaxis, ..., np.newaxis], LEFT_MINUS_RIGHT[..., np.newaxis, np.newaxis])[
        0, ..., 0
    ]
    shown = [f"{value:.0f}".replace("-", "−") for value in result.ravel()[:5]]
    hidden = [f"{value:.0f}".replace("-", "−") for value in result.ravel()[5:]]
    assert all(text in texts for text in shown)
    assert not any(text in texts for text in hidden)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("strides", "dilation_rate"), [(1, 1), (2, 1), ((2, 3), 1), (1, 2), (1, (1, 3))])
def test_the_numbers_of_every_step_equal_conv2d(padding, strides, dilation_rate):
    rng = np.random.default_rng(0)
    image, kernel = rng.integers(0, 256, (9, 10)), rng.integers(-3, 4, (3, 2))
    expected = conv2d(
        image[np.newaxis, ..., np.newaxis],
        kernel[..., np.newaxis, np.newaxis],
        strides=strides,
        padding=padding,
        dilation_rate=dilation_rate,
    )[0, ..., 0]
    for row, column in np.ndindex(expected.shape):
        step = _Step(image, kernel, strides, padding, dilation_rate, row, column)
        assert step.shape == expected.shape
        assert step.products((row, column)).sum() == expected[row, column]


def test_show_window_of_a_large_image_draws_the_surroundings():
    cell = skimage.data.cell()
    plots.show_window(cell, np.ones((3, 3)), row=300, column=200, source="Cell in saline")
    texts = texts_in(plt.gcf())
    assert "300" in texts  # row numbers
    assert "0" not in texts
    assert str(cell[301, 201]) in texts
    assert "Cell in saline" in texts


def test_the_outlined_window_covers_the_pixels_that_are_multiplied():
    plots.show_window(np.arange(25).reshape(5, 5), np.ones((2, 2)), row=1, column=1, strides=2)
    (ax,) = plt.gcf().axes
    outlines = [patch for patch in ax.patches if isinstance(patch, Rectangle) and not patch.get_fill()]
    boxes = [(patch.get_x(), patch.get_y(), patch.get_width(), patch.get_height()) for patch in outlines]
    cells = [(text.get_text(), text.get_position()) for text in ax.texts]
    left, top, width, height = boxes[0]
    inside = [name for name, (x, y) in cells if left < x < left + width and top < y < top + height]
    assert sorted(inside) == ["12", "13", "17", "18"]  # rows 2 and 3, columns 2 and 3


def test_padding_is_drawn_as_dashed_zeros():
    plots.show_window(np.full((3, 3), 7), np.ones((3, 3)), padding="same")
    (ax,) = plt.gcf().axes
    dashed = [patch for patch in ax.patches if patch.get_linestyle() not in ("solid", "-")]
    assert len(dashed) == 25 - 9
    zeros = [text for text in ax.texts if text.get_text() == "0" and 0 < text.get_position()[0] < 5]
    assert len(zeros) >= 16
    cells = [patch for patch in ax.patches if patch.get_fill()]
    for zero in zeros:
        x, y = zero.get_position()
        under = [cell for cell in cells if 0 < x - cell.get_x() < 1 and 0 < y - cell.get_y() < 1]
        if under:  # not one of the row and column numbers
            assert (zero.get_color(), under[0].get_facecolor()[:3]) == ("black", (1, 1, 1))


def test_fractions_stay_fractions_and_rounded_sums_say_so():
    plots.show_window(CELL_EDGE, np.full((3, 3), 1 / 9))
    texts = texts_in(plt.gcf())
    assert texts.count("1/9") == 9
    assert any(text.endswith("≈ ") for text in texts)


def test_small_numbers_are_not_drawn_as_zero_but_rounding_errors_are():
    plots.show_kernels(np.array([[0.0004, -0.0004], [0.9, 0.0]]))
    assert sorted(texts_in(plt.gcf())) == ["0", "0.0004", "0.9", "−0.0004"]
    plots.show_kernels(np.array([[1e-7, -2.5e-7]]))
    assert texts_in(plt.gcf()) == ["1e−07", "−2e−07"]
    plots.show_window(np.array([[1.0, 1.0]]), np.array([[0.5, -0.0004]]))
    assert "0.5 − 0.0004 ≈ " in texts_in(plt.gcf())
    plots.show_window(np.array([[0.3, 0.1, 0.1]]), np.array([[1, -1, -2]]))
    assert "−0" not in texts_in(plt.gcf())
    plots.show_window(np.full((1, 2), 1.0), np.array([[0.1 + 0.2 - 0.3, 1.0]]))  # the first is 5.6e-17
    assert "0 + 1 ≈ " in texts_in(plt.gcf())


def test_a_dollar_sign_is_no_formula():
    text = "$\\frac$ of 5"
    plots.show_image(np.ones((8, 8)), title=text, source=text)
    plots.show_images([np.ones((8, 8))] * 2, [text, "b"], source=text)
    plots.show_maps(np.ones((8, 8)), [text], source=text)
    plots.show_kernels(np.ones((2, 2)), [text])
    plots.show_window(CELL_EDGE, LEFT_MINUS_RIGHT, title=text, source=text)
    for number in plt.get_fignums():
        figure = plt.figure(number)
        figure.canvas.draw()
        texts = [item.get_text().replace("\n", " ") for item in figure.findobj(plt.Text)]
        assert text in texts


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"row": 1}, r"`row` lies outside the result of shape \(1, 1\): got row=1"),
        ({"column": -1}, "column=-1"),
        ({"strides": 0}, "strides=0"),
        ({"padding": "full"}, "padding='full'"),
        ({"dilation_rate": 2}, r"larger than `image`.*dilation_rate=\(2, 2\)"),
        ({"kernel": np.ones((8, 8))}, r"kernel.shape=\(8, 8\)"),
        ({"kernel": np.ones(3)}, r"kernel.shape=\(3,\)"),
        ({"image": np.zeros((3, 3, 3))}, r"image.shape=\(3, 3, 3\)"),
        ({"image": np.full((3, 3), np.nan)}, r"image\[0, 0\]=nan"),
    ],
)
def test_show_window_says_what_is_wrong(arguments, message):
    known = {"image": CELL_EDGE, "kernel": LEFT_MINUS_RIGHT} | arguments
    with pytest.raises(ValueError, match=message):
        plots.show_window(**known)
    assert not plt.get_fignums()


def test_the_scale_bar_has_the_length_that_it_says():
    plots.show_image(skimage.data.cell(), pixel_size_um=0.107)
    (ax,) = plt.gcf().axes
    (bar,) = ax.patches
    assert [text.get_text() for text in ax.texts] == ["20 µm"]
    assert bar.get_width() * 0.107 == pytest.approx(20)


@pytest.mark.parametrize(
    ("width_um", "length_um"), [(58.85, 20), (14, 5), (3, 1), (100, 20), (124.9, 20), (125, 50), (0.9, 0.2)]
)
def test_lengths_of_scale_bars_are_round(width_um, length_um):
    assert _bar_length_um(width_um) == pytest.approx(length_um)


def test_the_scale_bar_can_be_seen_on_black_and_on_white():
    for value, color in ((0, 1.0), (255, 0.0)):
        plots.show_image(np.full((64, 64), value, np.uint8), pixel_size_um=1)
        assert plt.gca().patches[0].get_facecolor()[0] == color


def test_no_pixel_size_no_scale_bar():
    plots.show_image(skimage.data.cell())
    assert not plt.gca().patches


@pytest.mark.parametrize(
    ("image", "limits"),
    [
        (np.full((4, 4), 60, np.uint8), (0, 255)),
        (np.full((4, 4), 0.2), (0, 1)),
        (np.array([[100, 4000]], np.uint16), (100, 4000)),
        (np.array([[-1.0, 3.0]]), (-1, 3)),
        (np.array([[True, False]]), (0, 1)),
        (np.array([[200, 55]]), (0, 255)),
    ],
)
def test_brightness_is_that_of_the_type(image, limits):
    plots.show_image(image)
    assert plt.gca().images[0].get_clim() == limits


def test_titles_source_and_an_axes_of_your_own():
    with plots.style():
        figure, axes = plt.subplots(1, 2)
    plots.show_image(skimage.data.immunohistochemistry(), title="Tissue", source="CMMI", ax=axes[1])
    assert len(plt.get_fignums()) == 1
    assert axes[1].get_title() == "Tissue"
    assert axes[1].get_xlabel() == "CMMI"
    assert not axes[0].images
    assert figure.get_facecolor() == (1, 1, 1, 1)


def test_show_images_takes_mixed_images_and_one_bar():
    images = [skimage.data.cell(), skimage.data.immunohistochemistry(), skimage.data.cell()[:300]]
    plots.show_images(images, ["a", "b", "c"], columns=2, pixel_size_um=0.1, source="here")
    figure = plt.gcf()
    drawn = [ax for ax in figure.axes if ax.images]
    assert [ax.get_title() for ax in drawn] == ["a", "b", "c"]
    assert [len(ax.patches) for ax in drawn] == [1, 0, 0]
    assert figure.get_supxlabel() == "here"


def test_grey_images_share_one_scale():
    plots.show_images(np.stack([np.zeros((4, 4)), np.full((4, 4), 10.0)]))
    assert [ax.images[0].get_clim() for ax in plt.gcf().axes] == [(0, 10), (0, 10)]


def test_show_maps_is_grey_without_and_two_colored_with_signs():
    plots.show_maps(np.random.default_rng(0).random((8, 8, 2)))
    assert {ax.images[0].get_cmap().name for ax in plt.gcf().axes if ax.images} == {"gray"}
    signed = np.stack([np.full((8, 8), -4.0), np.full((8, 8), 1.0)], axis=-1)
    plots.show_maps(signed)
    drawn = [ax.images[0] for ax in plt.gcf().axes if ax.images]
    assert {image.get_cmap().name for image in drawn} == {"cellcnn_signed"}
    assert {image.get_clim() for image in drawn} == {(-4, 4)}
    plots.show_maps(signed, shared_scale=False)
    assert [ax.images[0].get_clim() for ax in plt.gcf().axes if ax.images] == [(-4, 4), (0, 1)]


def test_show_kernels_names_filters_and_channels_and_writes_numbers():
    weights = np.arange(-9, 9).reshape(3, 3, 2, 1).astype(float)
    plots.show_kernels(weights)
    assert [ax.get_title() for ax in plt.gcf().axes] == ["filter 0, channel 0", "filter 0, channel 1"]
    assert "−9" in texts_in(plt.gcf())
    plots.show_kernels([np.full((3, 3), 1 / 9), LEFT_MINUS_RIGHT], ["mean", "edge"])
    assert texts_in(plt.gcf()).count("1/9") == 9
    plots.show_kernels(np.random.default_rng(0).normal(size=(9, 9)))
    assert texts_in(plt.gcf()) == []  # too many numbers to read


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plots.show_image(np.zeros((2, 8, 8, 3))), r"image.shape=\(2, 8, 8, 3\).*\n.*image\[0\]"),
        (lambda: plots.show_image(np.zeros((8, 8, 2))), r"image.shape=\(8, 8, 2\)"),
        (lambda: plots.show_image(np.full((8, 8, 3), 200.0)), "not scaled: got values from 200 to 200"),
        (lambda: plots.show_image(np.zeros((8, 8)), pixel_size_um=-1), "pixel_size_um=-1"),
        (lambda: plots.show_images([]), r"images=\[\]"),
        (lambda: plots.show_images(np.zeros((2, 8, 8)), ["one"]), "each of the 2 images: got 1 titles"),
        (lambda: plots.show_images(np.zeros((2, 8, 8)), columns=0), "columns=0"),
        (lambda: plots.show_maps(np.zeros((2, 8, 8, 3))), r"maps.shape=\(2, 8, 8, 3\).*\n.*maps\[0\]"),
        (lambda: plots.show_maps(np.zeros((8, 8, 3)), ["one"]), "each of the 3 maps: got 1"),
        (lambda: plots.show_kernels(np.zeros((3, 3, 3))), r"kernels.shape=\(3, 3, 3\)"),
        (lambda: plots.show_kernels([]), "kernels"),
        (lambda: plots.show_kernels([[[1, 2], [3]]]), r"kernels\[0\]=\[\[1, 2\], \[3\]\].*\n.*equal length"),
        (lambda: plots.show_kernels(np.full((3, 3, 1, 1), np.nan)), r"kernels\[0, 0, 0, 0\]=nan"),
        (lambda: plots.show_kernels(np.full((3, 3, 2, 1), np.inf)), r"kernels\[0, 0, 0, 0\]=inf"),
        (lambda: plots.show_kernels(np.ones((3, 3)), titles=5), "titles=5"),
        (lambda: plots.show_images(np.zeros((2, 8, 8)), ["a", 5]), r"titles\[1\]=5"),
        (lambda: plots.show_images(np.zeros((2, 8, 8)), "ab"), "titles='ab'"),
        (lambda: plots.show_images(CELLS), r"images=CellImageDataset.*\n.*`.images`.*`.show\(\)`"),
        (lambda: plots.show_images(5), "images=5"),
        (lambda: plots.show_images(np.array(5)), "images"),
        (lambda: plots.show_image(np.array([["a"]])), "image.dtype=<U1"),
        (lambda: plots.show_image(np.ones((8, 8), complex)), r"image.dtype=complex128.*\n.*np.abs"),
        (lambda: plots.show_image(np.ones((8, 8)), ax="x"), "ax='x'"),
        (lambda: plots.show_image(np.ones((8, 8)), title=5), "title=5"),
        (lambda: plots.show_image(np.ones((8, 8)), source=5), "source=5"),
        (lambda: plots.show_images([np.ones((8, 8))], source=5), "source=5"),
        (lambda: plots.show_maps(np.ones((8, 8)), source=5), "source=5"),
        (lambda: plots.show_window(CELL_EDGE, LEFT_MINUS_RIGHT, source=5), "source=5"),
        (lambda: plots.show_image(np.ones((8, 8)), value_range=5), "value_range=5"),
        (lambda: plots.show_image(np.ones((8, 8)), value_range=(1, 0)), r"value_range=\(1, 0\)"),
        (lambda: plots.show_images([np.ones((8, 8))], value_range=("a", "b")), r"value_range\[0\]='a'"),
    ],
)
def test_says_what_is_wrong(draw, message):
    with pytest.raises((ValueError, TypeError), match=message):
        draw()
    assert not plt.get_fignums()


def rendered_points(figure):
    figure.canvas.draw()
    return [text.get_fontsize() for ax in figure.axes for text in ax.findobj(plt.Text) if text.get_text()]


def test_no_text_is_smaller_than_nine_points():
    plots.show_window(
        skimage.data.cell()[:9, :9], np.full((5, 5), 1 / 25), padding="same", source="here", title="t"
    )
    assert min(rendered_points(plt.gcf())) >= 9
    assert plt.gcf().get_size_inches()[0] <= 7.21
    plots.show_images([skimage.data.cell()] * 3, ["a long title that must be wrapped"] * 3, source="here")
    assert min(rendered_points(plt.gcf())) >= 9


def test_no_number_leaves_its_cell():
    """Every number of a window with long products lies inside its cell."""
    image = np.array([[1000, 2000, 3000], [4000, 5000, 6000], [7000, 8000, 9999]], np.uint16)
    plots.show_window(image, np.array([[-9, 0, 9]] * 3))
    figure = plt.gcf()
    figure.canvas.draw()
    (ax,) = figure.axes
    cells = [patch.get_window_extent() for patch in ax.patches if patch.get_fill()]
    checked = 0
    for text in ax.texts:
        box = text.get_window_extent()
        middle = ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
        for cell in cells:
            if cell.contains(*middle):
                assert cell.x0 <= box.x0
                assert box.x1 <= cell.x1
                checked += 1
    assert checked >= 9 + 9 + 9 + 1


def test_style_is_undone_after_the_context():
    before = plt.rcParams["font.size"], plt.rcParams["image.cmap"]
    with plots.style():
        assert plt.rcParams["image.cmap"] == "gray"
    assert (plt.rcParams["font.size"], plt.rcParams["image.cmap"]) == before
    with plt.rc_context():
        plots.use_style()
        assert plt.rcParams["image.cmap"] == "gray"


def test_style_leaves_what_it_does_not_set():
    """A notebook's first figure switches `interactive` on; putting it back would hide all later figures."""
    with plt.rc_context():
        with plots.style():
            plt.rcParams["interactive"] = True
        assert plt.rcParams["interactive"]
