"""The Python side of the threshold widget: what it accepts, what it keeps, what it refuses."""

import numpy as np
import pytest
from traitlets import TraitError

from cellcnn_helpers import evaluation
from cellcnn_helpers.dataset import CellImageDataset
from cellcnn_helpers.widgets import ThresholdWidget


def cells(num_cells=4, size=(5, 4), channels=3, dtype=np.uint8):
    images = np.arange(num_cells * np.prod(size) * channels) % 200
    return CellImageDataset(
        images.reshape(num_cells, *size, channels).astype(dtype), np.arange(num_cells) % 2, ["a", "b"]
    )


GIVEN = {"cells": cells(), "positives": [True, False, True, False], "scores": [0.9, 0.6, 0.4, 0.1]}


def test_it_starts_with_simulated_nuclei_and_a_model_that_is_good_but_not_perfect():
    widget = ThresholdWidget()
    assert (widget.name, len(widget.cells), sum(widget.positives)) == ("apoptotic", 120, 40)
    assert 0.9 < evaluation.roc_curve(widget.positives, widget.scores).area < 1
    assert (widget.threshold, widget.prevalence, widget.cost_of_miss) == (0.5, None, 1)


def test_every_argument_is_kept_and_the_three_controls_can_be_set_later():
    arrays = {name: np.array(GIVEN[name]) for name in ("positives", "scores")}
    widget = ThresholdWidget(
        GIVEN["cells"], **arrays, name="b", threshold=0.2, prevalence=0.01, cost_of_miss=20
    )
    assert (widget.positives, widget.scores) == (GIVEN["positives"], GIVEN["scores"])
    assert (widget.name, widget.threshold, widget.prevalence, widget.cost_of_miss) == ("b", 0.2, 0.01, 20)
    widget.threshold, widget.prevalence, widget.cost_of_miss = 1, None, 0.5
    assert (widget.threshold, widget.prevalence, widget.cost_of_miss) == (1, None, 0.5)
    for name in ("cells", "positives", "scores", "name"):
        with pytest.raises(TraitError, match="read-only"):
            setattr(widget, name, getattr(widget, name))


@pytest.mark.parametrize(
    ("arguments", "error", "received"),
    [
        ({"cells": np.zeros((4, 5, 4, 3))}, TypeError, r"cells.shape=\(4, 5, 4, 3\)"),
        ({"cells": None}, TypeError, "cells=None"),
        ({"cells": cells(channels=2)}, ValueError, r"cells.images.shape=\(4, 5, 4, 2\)"),
        ({"cells": cells(size=(65, 4))}, ValueError, r"cells.images.shape=\(4, 65, 4, 3\)"),
        ({"cells": cells(165, size=(64, 64))}, ValueError, "165 images of 64 × 64"),
        ({"cells": cells(5)}, ValueError, r"scores.shape=\(4,\) and 5 cells"),
        ({"positives": [3, 1, 3, 1]}, ValueError, r"positives=\[3, 1, 3, 1\]"),
        ({"positives": [True] * 4}, ValueError, "4 True among 4"),
        ({"positives": None}, TypeError, "positives=None"),
        ({"scores": [0.9, 0.6, 0.4, -0.1]}, ValueError, r"scores\[3\]=-0.1"),
        ({"scores": [4.5, 0.6, 0.4, 0.1]}, ValueError, r"scores\[0\]=4.5"),
        ({"scores": [np.nan, 0.6, 0.4, 0.1]}, ValueError, r"scores\[0\]=nan"),
        ({"scores": [0.9, 0.6, 0.4]}, ValueError, r"scores.shape=\(3,\)"),
        ({"name": 3}, TypeError, "name=3"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_cells_and_scores_that_it_cannot_show_are_refused(arguments, error, received):
    with pytest.raises(error, match=received):
        ThresholdWidget(**(GIVEN | arguments))


@pytest.mark.parametrize(
    ("name", "value", "error", "received"),
    [
        ("threshold", 1.01, ValueError, "threshold=1.01"),
        ("threshold", None, TypeError, "threshold=None"),
        ("threshold", np.nan, ValueError, "threshold=nan"),
        ("prevalence", 0, ValueError, "prevalence=0"),
        ("prevalence", 1, ValueError, "prevalence=1"),
        ("cost_of_miss", 0, ValueError, "cost_of_miss=0"),
        ("cost_of_miss", "20", TypeError, "cost_of_miss='20'"),
    ],
)
def test_a_control_out_of_range_is_refused_now_and_later(name, value, error, received):
    widget = ThresholdWidget(**GIVEN)
    before = widget.get_state()
    with pytest.raises(error, match=received):
        setattr(widget, name, value)
    assert widget.get_state() == before
    with pytest.raises(error, match=received):
        ThresholdWidget(**GIVEN, **{name: value})


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_the_browser_gets_pictures_in_256_levels(dtype):
    data = cells(dtype=dtype)
    packed = ThresholdWidget(**(GIVEN | {"cells": data})).get_state()["cells"]
    assert (packed["images"]["shape"], packed["labels"]) == ([4, 5, 4, 3], [0, 1, 0, 1])
    sent = np.frombuffer(packed["images"]["data"], np.uint8).reshape(4, 5, 4, 3)
    expected = data.images if dtype == np.uint8 else data.images / data.images.max() * 255
    np.testing.assert_allclose(sent, expected, atol=0.51)


def test_a_state_from_the_browser_is_taken_as_it_is():
    widget = ThresholdWidget(**GIVEN)
    sent = {"threshold": 0.30000000000000004, "prevalence": 0.01, "cost_of_miss": 3}
    widget.set_state(sent)
    assert {name: widget.get_state()[name] for name in sent} == sent


def test_the_browser_side_is_one_module_that_fetches_nothing():
    state = ThresholdWidget(**GIVEN).get_state()
    assert state["_esm"].count("export default") == 1
    assert ".cellcnn-threshold" in state["_css"]
    script = state["_esm"].replace("http://www.w3.org/2000/svg", "")  # a name, not an address
    for text in (script, state["_css"]):
        assert not any(word in text for word in ("import ", "@import", "fetch(", "http:", "https:", "url("))
