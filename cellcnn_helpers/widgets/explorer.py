"""The explorer: a trained network at work in the page, from the pixels to the scores and back."""

import base64

import traitlets

from cellcnn_helpers import _checks, models
from cellcnn_helpers.dataset import CellImageDataset
from cellcnn_helpers.models.page import checked_document
from cellcnn_helpers.widgets._base import CheckedTrait, CourseWidget
from cellcnn_helpers.widgets._classifier import cells_to_browser
from cellcnn_helpers.widgets._inputs import whole_number_between

MOST_CELLS = 40
LARGEST_SIDE = 64
PLACE = ("layer", "channel", "row", "column")


class ExplorerWidget(CourseWidget):
    """A convolutional network that the reader can draw for, cover pictures from, and follow number by number.

    cells (N, H, W, C) -> every map of every layer, and the scores (classes,)

    The browser computes the network itself, with the numbers of Keras. A click on any value shows what it was
    made of: its window, the kernel, the products and their sum. Every argument is also an attribute: set it
    in Python and the browser shows it. As an attribute, `model` is the page's JSON of the network.

    Parameters
    ----------
    cells : CellImageDataset
        1 to 40 cells to choose from, grey or RGB, of the size that the network takes.
    model : keras.Sequential, optional
        As `cellcnn_helpers.models.page_weights` takes it. Default: the course's own network for blood cells.
    cell : int
        The cell shown, counted from 0.
    layer, channel, row, column : int
        The value that is followed: ``model.layers[layer]`` gives it at ``[0, row, column, channel]``, or at
        ``[0, channel]`` where its output is flat. -1 is the last layer; the browser moves the rest inside.

    Raises
    ------
    ValueError, TypeError
        If an argument is not as above, at first or when it is set later.

    See Also
    --------
    cellcnn_helpers.explain : Maps and occlusion in Python, for any Keras model.

    Examples
    --------
    >>> from cellcnn_helpers import models, simulate
    >>> cells = simulate.simulate_cells(3, image_size=64)
    >>> model = models.small_cnn(cells.images.shape[1:], len(cells.class_names))
    >>> widget = ExplorerWidget(cells, model, layer=1)
    >>> widget.model["layers"][1]["type"]
    'Conv2D'
    """

    parts = (
        *("signed", "picture", "dense_layer", "network"),
        *("explorer_trace", "explorer_paint", "explorer_file", "explorer_maps", "explorer_follow"),
        *("explorer_view", "explorer"),
    )

    cells = CheckedTrait().tag(sync=True, to_json=cells_to_browser)
    model = CheckedTrait().tag(sync=True, to_json=lambda document, widget: network_to_browser(document))
    cell, layer, channel, row, column = (CheckedTrait().tag(sync=True) for _ in range(5))

    def __init__(self, cells, model=None, *, cell=0, layer=-1, channel=0, row=0, column=0):
        place = {"layer": layer, "channel": channel, "row": row, "column": column}
        model = _document(model, cells)
        super().__init__(model=model, cells=_checked_cells(cells, model), cell=cell, **place)

    @traitlets.validate("cells", "model", "cell", *PLACE)
    def _check(self, proposal):
        name, value = proposal.trait.name, proposal.value
        if name == "cells":
            return _checked_cells(value, self.model)
        if name == "model":
            document = _document(value, self.cells)
            _checked_cells(self.cells, document)
            return document
        if name == "layer":
            return whole_number_between(name, value, -1, len(self.model["layers"]) - 1)
        return whole_number_between(name, value, 0, len(self.cells) - 1 if name == "cell" else 100_000)


def network_to_browser(document):
    """Return what the browser computes with; the weights travel as bytes, once."""
    weights = memoryview(base64.b64decode(document["weights"]))
    told = {name: document[name] for name in ("input_shape", "class_names", "layers", "about")}
    return {**told, "weights": weights}


def _document(model, cells):
    """The page's JSON of a Keras model, of such JSON, or of the course's own network."""
    if model is None:
        return models.load_page_weights()
    if isinstance(model, dict):
        return checked_document("model", model)
    return models.page_weights(model, getattr(cells, "class_names", ()))


def _checked_cells(cells, document):
    """Return cells that the network takes and a page can hold, or say what is wrong with them."""
    if not isinstance(cells, CellImageDataset):
        raise TypeError(
            f"`cells` must be a CellImageDataset: got {_checks.received('cells', cells)}.\n"
            f"Take some of a data set: cells.subset([0, 1, 2])."
        )
    if not 1 <= len(cells) <= MOST_CELLS:
        raise ValueError(
            f"`cells` must hold 1 to {MOST_CELLS} cells to choose from: got cells={cells}.\n"
            f"Take some: cells.subset(slice(0, {MOST_CELLS}))."
        )
    shape = cells.images.shape[1:]
    if max(shape[:2]) > LARGEST_SIDE or shape[2] not in (1, 3):
        raise ValueError(
            f"`cells` must be grey or RGB, with at most {LARGEST_SIDE} rows and columns: got "
            f"cells.images.shape={cells.images.shape}.\nMake the pictures smaller, or take one channel."
        )
    if list(shape) != document["input_shape"]:
        raise ValueError(
            f"`cells` must have the size that the network takes, {tuple(document['input_shape'])}: got "
            f"cells.images.shape={cells.images.shape}.\nGive a `model` that was trained on such cells."
        )
    if list(cells.class_names) != document["class_names"]:
        raise ValueError(
            f"`cells` must have the classes of the network, {', '.join(document['class_names'])}: got "
            f"cells.class_names={cells.class_names}.\nGive a `model` that was trained on these classes."
        )
    cells.arrays()  # refuses what is not from 0 to 1
    return cells
