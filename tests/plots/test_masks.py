"""Outlines run exactly along the edges between pixels of different objects."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cellcnn_helpers import plots
from cellcnn_helpers.plots.outlines import edges_of


def outlines(ax):
    return [collection.get_segments() for collection in ax.collections]


def length(lines):
    return float(np.abs(lines[:, 1] - lines[:, 0]).sum())


def test_one_pixel_has_four_sides():
    mask = np.zeros((4, 5), bool)
    mask[1, 3] = True
    sides = {frozenset(map(tuple, line)) for line in edges_of(mask).tolist()}
    corners = [(2.5, 0.5), (3.5, 0.5), (3.5, 1.5), (2.5, 1.5)]  # (x, y): column 3, row 1
    assert sides == {frozenset((corners[n], corners[n - 1])) for n in range(4)}


def test_objects_that_touch_are_parted_and_the_border_is_closed():
    assert length(edges_of(np.ones((3, 7), bool))) == 2 * (3 + 7)
    assert len(edges_of(np.ones((3, 7), bool))) == 4  # straight lines are not cut into pixels
    touching = np.repeat([[1, 2]], 3, axis=0)
    assert length(edges_of(touching)) == 2 * (3 + 2) + 3
    assert len(edges_of(np.zeros((3, 3), int))) == 0


@given(hnp.arrays(np.uint16, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 3)))
def test_every_edge_between_different_pixels_is_drawn_once(mask):
    drawn = set()
    for (x0, y0), (x1, y1) in edges_of(mask):
        if y0 == y1:
            pieces = {((x + 0.5, y0 - 0.5), (x + 0.5, y0 + 0.5)) for x in np.arange(x0, x1)}
        else:
            pieces = {((x0 - 0.5, y + 0.5), (x0 + 0.5, y + 0.5)) for y in np.arange(y0, y1)}
        assert not drawn & pieces
        drawn |= pieces
    padded = np.pad(mask, 1)
    expected = set()
    for row, column in np.ndindex(padded.shape):
        for down, right in ((0, 1), (1, 0)):
            if row + down < padded.shape[0] and column + right < padded.shape[1]:
                if padded[row, column] != padded[row + down, column + right]:
                    expected.add(((column - 1.0, row - 1.0), (column + right - 1.0, row + down - 1.0)))
    assert drawn == expected


def test_show_mask_draws_the_picture_its_bar_and_its_outlines():
    image, mask = np.full((40, 60), 80, np.uint8), np.zeros((40, 60), np.uint16)
    mask[5:9, 10:20] = 7
    plots.show_mask(image, mask, title="Nucleus", pixel_size_um=0.5, source="here")
    ax = plt.gca()
    (lines,) = outlines(ax)
    corners = np.array(lines).reshape(-1, 2)
    assert (corners.min(axis=0).tolist(), corners.max(axis=0).tolist()) == ([9.5, 4.5], [19.5, 8.5])
    assert (ax.get_title(), ax.get_xlabel(), ax.texts[0].get_text()) == ("Nucleus", "here", "10 µm")
    assert ax.get_xlim() == (-0.5, 59.5)  # the picture is not shifted by its outlines
    plots.show_image(image)
    assert not plt.gca().collections


def test_show_mask_takes_rgb_bool_a_last_axis_and_an_axes_of_your_own():
    with plots.style():
        _, ax = plt.subplots()
    plots.show_mask(np.zeros((8, 8, 3), np.uint8), np.ones((8, 8, 1), bool), ax=ax)
    assert len(outlines(ax)[0]) == 4
    assert len(plt.get_fignums()) == 1


def test_show_images_outlines_each_mask_on_its_own_image():
    masks = np.zeros((2, 8, 8), bool)
    masks[1, 2:4, 2:4] = True
    plots.show_images(np.zeros((2, 8, 8)), ["none", "one"], masks=masks)
    assert [len(outlines(ax)[0]) for ax in plt.gcf().axes] == [0, 4]


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (
            lambda: plots.show_mask(np.zeros((8, 8)), np.zeros((8, 9), bool)),
            r"\(8, 8\): got mask.shape=\(8, 9\)",
        ),
        (lambda: plots.show_mask(np.zeros((8, 8)), np.zeros((8, 8))), "mask.dtype=float64"),
        (lambda: plots.show_mask(np.zeros((8, 8)), None), "mask"),
        (
            lambda: plots.show_images(np.zeros((2, 8, 8)), masks=np.zeros((1, 8, 8), bool)),
            "each of the 2 images",
        ),
        (lambda: plots.show_images(np.zeros((2, 8, 8)), masks=5), "masks=5"),
        (
            lambda: plots.show_images(
                np.zeros((2, 8, 8)), masks=[np.ones((8, 8), int), np.ones((4, 8), int)]
            ),
            r"`masks\[1\]`.*masks\[1\].shape=\(4, 8\)",
        ),
    ],
)
def test_says_what_is_wrong(draw, message):
    with pytest.raises((ValueError, TypeError), match=message):
        draw()
    assert not plt.get_fignums()
