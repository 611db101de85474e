"""The Python side of the augmentation widget: what it accepts, what it keeps, what it refuses."""

from dataclasses import replace

import numpy as np
import pytest

from cellcnn_helpers.dataset import CellImageDataset
from cellcnn_helpers.widgets.augmentation import AugmentationWidget

DISC = (np.hypot(*(np.mgrid[:24, :20] - 11)) < 7).astype(np.uint8)
CELLS = CellImageDataset(
    np.stack([40 + 100 * DISC, 90 + 60 * DISC]), [1, 0], ["a", "b"], masks=np.stack([3 * DISC, DISC])
)


def test_it_starts_with_simulated_cells_turned_a_little():
    widget = AugmentationWidget()
    names = [widget.cells.class_names[label] for label in widget.cells.labels]
    assert names == ["interphase", "mitotic", "apoptotic", "micronucleated"]
    assert (widget.cell, widget.degrees, widget.mirror, widget.shift_px) == (0, -20, "none", [0, 0])


def test_every_argument_is_kept_and_can_be_set_later():
    change = {"mirror": "both", "quarter_turns": 3, "degrees": -5.5, "shift_px": [-2, 7], "zoom": 1.5}
    change |= {"brightness": -0.2, "contrast": 2, "noise": 0.1, "interpolation": "nearest", "border": "zero"}
    widget = AugmentationWidget(CELLS, 1, seed=8, **change)
    assert {name: getattr(widget, name) for name in change} == change
    assert (widget.cell, widget.seed, widget.cells) == (1, 8, CELLS)
    widget.shift_px = np.array([1, 2])
    assert widget.shift_px == [1, 2]
    widget.cells = CELLS.subset([0])
    assert widget.cell == 0


def test_masks_travel_as_inside_and_outside():
    state = AugmentationWidget(replace(CELLS, pixel_size_um=0.5)).get_state()["cells"]
    assert state["masks"]["shape"] == state["images"]["shape"] == [2, 24, 20]
    np.testing.assert_array_equal(np.frombuffer(state["masks"]["data"], np.uint8)[:480], DISC.ravel())
    np.testing.assert_array_equal(np.frombuffer(state["images"]["data"], np.uint8), CELLS.images.ravel())
    assert (state["names"], state["pixel_size_um"]) == (["b", "a"], 0.5)


@pytest.mark.parametrize(
    ("arguments", "error", "received"),
    [
        ({"cells": CELLS.images}, TypeError, r"cells.shape=\(2, 24, 20, 1\)"),
        ({"cells": replace(CELLS, masks=None)}, ValueError, "got no masks"),
        ({"cells": replace(CELLS, masks=0 * CELLS.masks)}, ValueError, "fill 0% to 0%"),
        ({"cells": replace(CELLS, images=CELLS.images / 255)}, ValueError, "images of float64"),
        ({"cells": replace(CELLS, images=np.repeat(CELLS.images, 3, -1))}, ValueError, "with 3 channels"),
        ({"cell": 4}, ValueError, "cell=4"),
        ({"mirror": "left"}, ValueError, "mirror='left'"),
        ({"quarter_turns": 4}, ValueError, "quarter_turns=4"),
        ({"degrees": 181}, ValueError, "degrees=181"),
        ({"shift_px": (0.5, 1)}, TypeError, r"shift_px=0.5"),
        ({"shift_px": (1, 2, 3)}, ValueError, r"shift_px=\(1, 2, 3\)"),
        ({"shift_px": (0, 129)}, ValueError, r"shift_px\[1\]=129"),
        ({"zoom": 0}, ValueError, "zoom=0"),
        ({"brightness": 60}, ValueError, "brightness=60"),
        ({"contrast": "high"}, TypeError, "contrast='high'"),
        ({"noise": -0.1}, ValueError, "noise=-0.1"),
        ({"interpolation": "cubic"}, ValueError, "interpolation='cubic'"),
        ({"border": "wrap"}, ValueError, "border='wrap'"),
        ({"seed": -1}, ValueError, "seed=-1"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_it_cannot_show_is_refused_now_and_later(arguments, error, received):
    with pytest.raises(error, match=received):
        AugmentationWidget(**arguments)
    widget = AugmentationWidget()
    (name, value), before = next(iter(arguments.items())), widget.get_state()
    with pytest.raises(error, match=received):
        setattr(widget, name, value)
    assert widget.get_state() == before


@pytest.mark.parametrize("name", ["cells", "cell", "mirror", "degrees", "shift_px", "zoom", "noise", "seed"])
def test_none_is_no_value(name):
    widget = AugmentationWidget(CELLS)
    with pytest.raises((TypeError, ValueError), match=f"`{name}` must .*: got {name}=None"):
        setattr(widget, name, None)


def test_a_state_from_the_browser_is_taken_as_it_is():
    widget = AugmentationWidget(CELLS)
    sent = {"shift_px": [3, -4], "zoom": 1.25, "mirror": "up-down", "cell": 1}
    widget.set_state(sent)
    assert {name: widget.get_state()[name] for name in sent} == sent
