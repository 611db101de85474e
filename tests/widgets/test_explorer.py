"""The Python side of the explorer: what it accepts, what travels to the browser, what it refuses."""

import json

import keras
import numpy as np
import pytest

from cellcnn_helpers import models
from cellcnn_helpers.dataset import CellImageDataset
from cellcnn_helpers.widgets import ExplorerWidget

NAMES = ("round", "spiky")
BLOOD = models.load_page_weights()


def make_cells(shape=(3, 8, 9, 3), class_names=NAMES, dtype=np.uint8):
    images = np.random.default_rng(0).integers(0, 2, shape).astype(dtype)
    return CellImageDataset(images, np.arange(shape[0]) % 2, class_names)


@pytest.fixture(scope="module")
def model():
    return models.small_cnn((8, 9, 3), 2)


@pytest.fixture(scope="module")
def blood():
    return make_cells((5, 28, 28, 3), BLOOD["class_names"])


def test_without_a_model_it_shows_the_network_of_the_course(blood):
    widget = ExplorerWidget(blood)
    assert widget.model == BLOOD
    assert widget.cells is blood
    assert [widget.cell, widget.layer, widget.channel] == [0, -1, 0]


def test_every_argument_is_kept_and_can_be_set_later(model):
    cells = make_cells()
    widget = ExplorerWidget(cells, model, cell=np.int64(2), layer=1, channel=4, row=3, column=2)
    state = {"cell": 2, "layer": 1, "channel": 4, "row": 3, "column": 2}
    assert {name: getattr(widget, name) for name in state} == state
    other = keras.models.clone_model(model)
    widget.model = other
    assert widget.model == models.page_weights(other, NAMES)
    widget.cells = make_cells((1, 8, 9, 3))
    widget.set_state({"cell": 0, "layer": 6})
    assert widget.layer == 6
    np.testing.assert_array_equal(
        models.from_page_weights(widget.model).get_weights()[0], other.get_weights()[0]
    )


def test_weights_travel_once_and_as_bytes_and_pictures_too(blood):
    state = ExplorerWidget(blood).get_state()
    sent = state["model"]
    count = models.from_page_weights(BLOOD).count_params()
    assert len(sent["weights"]) == 4 * count
    expected = np.concatenate([w.ravel() for w in models.from_page_weights(BLOOD).get_weights()])
    np.testing.assert_array_equal(np.frombuffer(sent["weights"], np.float32), expected)
    rest = {name: value for name, value in sent.items() if name != "weights"}
    assert len(json.dumps(rest)) < 4000
    assert sent["about"]["license"] == "CC BY 4.0"
    images = state["cells"]["images"]
    assert (images["dtype"], len(images["data"])) == ("uint8", 5 * 28 * 28 * 3)


def test_pictures_that_are_no_bytes_travel_as_the_network_sees_them(model):
    cells = make_cells(dtype=np.uint16)
    sent = ExplorerWidget(cells, model).get_state()["cells"]["images"]
    np.testing.assert_array_equal(np.frombuffer(sent["data"], np.float32), cells.arrays()[0].ravel())


@pytest.mark.parametrize(
    ("name", "value", "error", "received"),
    [
        ("cells", np.zeros((3, 8, 9, 3)), TypeError, r"got cells.shape=\(3, 8, 9, 3\)"),
        ("cells", None, TypeError, "got cells=None"),
        ("cells", make_cells((0, 8, 9, 3)), ValueError, r"got cells=CellImageDataset\(0 images"),
        ("cells", make_cells((41, 8, 9, 3)), ValueError, r"got cells=CellImageDataset\(41 images"),
        (
            "cells",
            make_cells((2, 9, 8, 3)),
            ValueError,
            r"\(8, 9, 3\): got cells.images.shape=\(2, 9, 8",
        ),
        ("cells", make_cells((2, 65, 9, 3)), ValueError, r"at most 64 .* got cells.images.shape=\(2, 65"),
        ("cells", make_cells((2, 8, 9, 2)), ValueError, "must be grey or RGB"),
        ("cells", make_cells(class_names=("a", "b")), ValueError, r"round, spiky: got .*\('a', 'b'\)"),
        ("model", "cnn", TypeError, "got model='cnn'"),
        ("model", {"format": "x"}, ValueError, "`model` is no network for a page"),
        ("model", BLOOD, ValueError, r"must have the size that the network takes, \(28, 28, 3\)"),
        ("cell", 3, ValueError, "got cell=3"),
        ("cell", None, TypeError, "got cell=None"),
        ("layer", 8, ValueError, "got layer=8"),
        ("layer", -2, ValueError, "got layer=-2"),
        ("channel", -1, ValueError, "got channel=-1"),
        ("row", 0.5, TypeError, "got row=0.5"),
        ("column", "3", TypeError, "got column='3'"),
    ],
)
def test_what_it_cannot_show_is_refused_now_and_later(model, name, value, error, received):
    document = models.page_weights(model, NAMES)
    given = {"cells": make_cells(), "model": document}
    with pytest.raises(error, match=received):
        ExplorerWidget(**given | {name: value})
    widget = ExplorerWidget(**given)
    before = {each: getattr(widget, each) for each in widget.trait_names(sync=True)}
    with pytest.raises(error, match=received):
        setattr(widget, name, value)
    assert all(getattr(widget, each) is kept for each, kept in before.items())


def test_blood_weights_are_not_shown_simulated_cells():
    cells = make_cells((2, 28, 28, 3), ("interphase", "mitotic"))
    with pytest.raises(ValueError, match=r"classes of the network, basophil, [^$]*Give a `model`"):
        ExplorerWidget(cells)


def test_the_browser_side_is_one_module_that_fetches_nothing(blood):
    state = ExplorerWidget(blood).get_state()
    assert state["_esm"].count("export default") == 1
    assert ".cellcnn-explorer" in state["_css"]
    for text in (state["_esm"], state["_css"]):
        assert not any(word in text for word in ("import ", "@import", "fetch(", "http:", "https:", "url("))
