"""The Python side of the dense widget: what it accepts, what it keeps, what it refuses."""

import numpy as np
import pytest

from cellcnn_helpers import nn
from cellcnn_helpers.dataset import CellImageDataset
from cellcnn_helpers.widgets import DenseWidget

NAMES = ("round", "spiky")


def make_cells(shape=(4, 5, 6, 3), dtype=np.uint8, class_names=NAMES):
    images = np.random.default_rng(0).integers(0, 2, shape).astype(dtype)
    return CellImageDataset(images, [0, 1] * (shape[0] // 2), class_names)


def fitting(cells):
    return cells, np.zeros((cells.images[0].size, len(cells.class_names))), np.zeros(len(cells.class_names))


def test_it_starts_with_a_layer_that_sorts_centered_nuclei_it_has_not_seen():
    widget = DenseWidget()
    images, labels = widget.cells.arrays()

    def share_right(moved):
        scores = nn.dense(moved.reshape(len(moved), -1), widget.weights, widget.bias)
        return np.mean(scores.argmax(axis=1) == labels)

    assert images.shape == (60, 32, 32, 1)
    assert share_right(images) > 0.75
    assert share_right(np.roll(images, 3, axis=2)) < share_right(images) - 0.25  # what the reader is to find
    assert DenseWidget().weights is widget.weights  # trained once


def test_every_argument_is_kept_and_can_be_set_later():
    cells = make_cells()
    rng = np.random.default_rng(0)
    weights, bias = rng.normal(size=(90, 2)), [0.5, -1]
    widget = DenseWidget(
        cells, weights, bias, cell=np.int64(3), shift_down=-2, shift_right=8, order="both", row=4, column=0
    )
    assert widget.cells is cells
    np.testing.assert_array_equal(widget.weights, weights.astype(np.float32))
    np.testing.assert_array_equal(widget.bias, np.float32([0.5, -1]))
    names = ["cell", "shift_down", "shift_right", "order", "row", "column"]
    assert [getattr(widget, name) for name in names] == [3, -2, 8, "both", 4, 0]
    widget.weights, widget.shift_right = -weights, 0
    np.testing.assert_array_equal(widget.weights, -weights.astype(np.float32))
    sent = {"cell": 1, "shift_down": 3, "order": "pixels", "row": 2}
    widget.set_state(sent)
    assert {name: widget.get_state()[name] for name in sent} == sent


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [(np.uint8, "uint8"), (np.float32, "float32"), (np.uint16, "float32"), (bool, "float32")],
)
def test_pictures_travel_as_bytes_where_they_are_bytes_and_else_as_the_layer_sees_them(dtype, expected):
    cells = make_cells(dtype=dtype)
    sent = DenseWidget(*fitting(cells)).get_state()["cells"]
    assert (sent["images"]["dtype"], sent["images"]["shape"]) == (expected, [4, 5, 6, 3])
    read = np.frombuffer(sent["images"]["data"], expected).reshape(4, 5, 6, 3)
    scale = np.float32(255 if dtype is np.uint8 else 1)
    np.testing.assert_array_equal(np.float32(read) / scale, cells.arrays()[0])
    assert (sent["labels"], sent["class_names"]) == ([0, 1, 0, 1], list(NAMES))


CELLS, WEIGHTS, BIAS = fitting(make_cells())


@pytest.mark.parametrize(
    ("name", "value", "error", "received"),
    [
        ("cells", np.zeros((4, 5, 6, 3)), TypeError, r"cells.shape=\(4, 5, 6, 3\)"),
        ("cells", None, TypeError, "cells=None"),
        ("cells", make_cells((2, 5, 6, 2)), ValueError, r"cells.images.shape=\(2, 5, 6, 2\)"),
        ("cells", make_cells((2, 65, 6, 3)), ValueError, r"cells.images.shape=\(2, 65, 6, 3\)"),
        ("cells", make_cells((0, 5, 6, 3)), ValueError, r"cells=CellImageDataset\(0 images"),
        ("cells", make_cells((90, 64, 64, 3)), ValueError, r"cells=CellImageDataset\(90 images"),
        ("cells", make_cells(class_names=[str(i) for i in range(11)]), ValueError, "11 classes"),
        ("weights", np.zeros((2, 90)), ValueError, r"weights.shape=\(2, 90\)"),
        ("weights", np.zeros(90), ValueError, r"weights.shape=\(90,\)"),
        ("weights", np.full((90, 2), np.nan), ValueError, r"weights\[0, 0\]=nan"),
        ("weights", None, TypeError, "weights=None"),
        ("bias", np.zeros(3), ValueError, r"bias.shape=\(3,\)"),
        ("bias", [0, np.inf], ValueError, r"bias\[1\]=inf"),
        ("bias", None, TypeError, "bias=None"),
        ("cell", 4, ValueError, "cell=4"),
        ("cell", -1, ValueError, "cell=-1"),
        ("cell", None, TypeError, "cell=None"),
        ("shift_down", 9, ValueError, "shift_down=9"),
        ("shift_right", -9, ValueError, "shift_right=-9"),
        ("shift_right", 0.5, TypeError, "shift_right=0.5"),
        ("order", "random", ValueError, "order='random'"),
        ("row", 64, ValueError, "row=64"),
        ("column", -1, ValueError, "column=-1"),
    ],
)
def test_what_it_cannot_show_is_refused_now_and_later(name, value, error, received):
    given = {"cells": CELLS, "weights": WEIGHTS, "bias": BIAS}
    with pytest.raises(error, match=f"`{name}` (must|does|holds) [^$]*got .*{received}"):
        DenseWidget(**given | {name: value})
    widget = DenseWidget(**given)
    before = {each: getattr(widget, each) for each in widget.trait_names(sync=True)}
    with pytest.raises(error, match=received):
        setattr(widget, name, value)
    assert all(getattr(widget, each) is kept for each, kept in before.items())


def test_other_cells_must_fit_the_weights():
    widget = DenseWidget(CELLS, WEIGHTS, BIAS)
    with pytest.raises(ValueError, match=r"weights.shape=\(90, 2\) for cells of shape \(6, 5, 1\)"):
        widget.cells = make_cells((2, 6, 5, 1))
    assert widget.cells is CELLS
    widget.cells = other = make_cells((2, 6, 5, 3))  # as many features
    assert widget.cells is other


def test_the_browser_side_is_one_module_that_fetches_nothing():
    state = DenseWidget().get_state()
    assert state["_esm"].count("export default") == 1
    assert ".cellcnn-dense" in state["_css"]
    for text in (state["_esm"], state["_css"]):
        assert not any(word in text for word in ("import ", "@import", "fetch(", "http:", "https:", "url("))
