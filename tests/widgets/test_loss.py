"""The Python side of the loss widget: what it accepts, what it keeps, what it refuses."""

import numpy as np
import pytest
from traitlets import TraitError

from cellcnn_helpers.dataset import CellImageDataset
from cellcnn_helpers.widgets import LossWidget


def cells(num_cells=2, size=(5, 4), channels=1, num_classes=3, dtype=np.uint8):
    images = np.arange(num_cells * np.prod(size) * channels) % 200
    names = [f"class {n}" for n in range(num_classes)]
    return CellImageDataset(
        images.reshape(num_cells, *size, channels).astype(dtype), np.arange(num_cells) % num_classes, names
    )


def test_it_starts_with_simulated_cells_and_one_that_is_sure_and_wrong():
    widget = LossWidget()
    assert widget.cells.class_names == ("interphase", "mitotic", "apoptotic")
    assert widget.labels == widget.cells.labels.tolist() == [1, 0, 0, 0, 2]
    assert np.argmax(widget.logits[0]) != widget.labels[0]
    assert widget.class_weights == [1, 1, 1]
    assert widget.loss == "softmax_cross_entropy"


def test_a_network_that_knows_nothing_stands_behind_other_cells():
    widget = LossWidget(cells())
    assert widget.logits == [[0, 0, 0], [0, 0, 0]]
    assert widget.labels == [0, 1]


def test_every_argument_is_kept_and_can_be_set_later():
    widget = LossWidget(
        cells(),
        np.array([[1, 2, 3], [-4, 5, 6]]),
        labels=np.array([2, 2]),
        class_weights=(0, 1, 8),
        loss="mean_squared_error",
        cell=np.int64(1),
        logit=2,
    )
    assert widget.logits == [[1.0, 2.0, 3.0], [-4.0, 5.0, 6.0]]
    assert (widget.labels, widget.class_weights) == ([2, 2], [0.0, 1.0, 8.0])
    assert (widget.loss, widget.cell, widget.logit) == ("mean_squared_error", 1, 2)
    widget.labels = [0, 1]
    widget.logits = np.zeros((2, 3))
    widget.cell = 0
    assert (widget.labels, widget.logits, widget.cell) == ([0, 1], [[0, 0, 0], [0, 0, 0]], 0)
    with pytest.raises(TraitError, match="read-only"):
        widget.cells = cells()


@pytest.mark.parametrize(
    ("arguments", "error", "received"),
    [
        ({"logits": [[0, 0, 0]]}, ValueError, r"logits.shape=\(1, 3\)"),
        ({"logits": [0, 0, 0]}, ValueError, r"logits.shape=\(3,\)"),
        ({"logits": [[0, 0, 0], [0, 11, 0]]}, ValueError, r"logits\[1, 1\]=11"),
        ({"logits": [[0, 0, 0], [0, np.nan, 0]]}, ValueError, r"logits\[1, 1\]=nan"),
        ({"labels": [0, 3]}, ValueError, r"labels\[1\]=3"),
        ({"labels": [[1, 0, 0], [0, 1, 0]]}, ValueError, "not one-hot"),
        ({"labels": [0.0, 1.0]}, TypeError, "labels.dtype=float64"),
        ({"class_weights": [1, 1]}, ValueError, r"class_weights.shape=\(2,\)"),
        ({"class_weights": [1, -1, 1]}, ValueError, r"class_weights\[1\]=-1"),
        ({"loss": "hinge"}, ValueError, "loss='hinge'"),
        ({"cell": 2}, ValueError, "cell=2"),
        ({"logit": 3}, ValueError, "logit=3"),
        ({"logit": 0.5}, TypeError, "logit=0.5"),
        ({"loss": None}, ValueError, "loss=None"),
        ({"cell": None}, TypeError, "cell=None"),
    ],
    ids=str,
)
def test_what_it_cannot_show_is_refused_now_and_later(arguments, error, received):
    (name, value), widget = next(iter(arguments.items())), LossWidget(cells())
    before = widget.get_state()
    with pytest.raises(error, match=received):
        setattr(widget, name, value)
    assert widget.get_state() == before
    with pytest.raises(error, match=received):
        LossWidget(cells(), **arguments)


@pytest.mark.parametrize(
    ("given", "error", "received"),
    [
        (np.zeros((2, 5, 5, 1)), TypeError, r"cells.shape=\(2, 5, 5, 1\)"),
        (cells(9), ValueError, "got 9 of 3"),
        (cells(num_classes=6), ValueError, "got 2 of 6"),
        (cells(1, num_classes=1), ValueError, "got 1 of 1"),
        (cells(1, size=(129, 4)), ValueError, r"cells.images.shape=\(1, 129, 4, 1\)"),
        (cells(1, channels=2), ValueError, r"cells.images.shape=\(1, 5, 4, 2\)"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_other_cells_are_refused(given, error, received):
    with pytest.raises(error, match=received):
        LossWidget(given)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_the_browser_gets_pictures_in_256_levels(dtype):
    data = cells(dtype=dtype)
    packed = LossWidget(data).get_state()["cells"]
    assert packed["images"]["shape"] == [2, 5, 4, 1]
    assert packed["class_names"] == ["class 0", "class 1", "class 2"]
    sent = np.frombuffer(packed["images"]["data"], np.uint8).reshape(2, 5, 4, 1)
    expected = data.images if dtype == np.uint8 else np.round(data.images / data.images.max() * 255)
    np.testing.assert_allclose(sent, expected, atol=0.51)


def test_a_state_from_the_browser_is_taken_as_it_is():
    widget = LossWidget(cells())
    sent = {
        "logits": [[0.1, 2, -3], [0, 0, 10]],
        "labels": [2, 1],
        "class_weights": [1, 0.30000000000000004, 8],
    }
    widget.set_state(sent)
    assert {name: widget.get_state()[name] for name in sent} == sent


def test_the_browser_side_is_one_module_that_fetches_nothing():
    state = LossWidget(cells()).get_state()
    assert state["_esm"].count("export default") == 1
    assert ".cellcnn-loss" in state["_css"]
    script = state["_esm"].replace("http://www.w3.org/2000/svg", "")  # a name, not an address
    for text in (script, state["_css"]):
        assert not any(word in text for word in ("import ", "@import", "fetch(", "http:", "https:", "url("))
