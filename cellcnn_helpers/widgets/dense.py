"""The dense widget: the weights of each class as a picture, and what becomes of a cell that moves."""

import traitlets

from cellcnn_helpers import _checks
from cellcnn_helpers.widgets._base import CheckedTrait, CourseWidget
from cellcnn_helpers.widgets._classifier import (
    array_to_browser,
    cells_to_browser,
    checked_cells,
    checked_numbers,
    simulated_classifier,
)
from cellcnn_helpers.widgets._inputs import whole_number_between

SHIFTS = ("shift_down", "shift_right")
RANGES = dict.fromkeys(SHIFTS, (-8, 8)) | dict.fromkeys(("row", "column"), (0, 63))


class DenseWidget(CourseWidget):
    """A dense layer that sorts cells: its weights as pictures, and what moves, paints or shuffles its input.

    cells (N, H, W, C) * weights (H·W·C, classes) + bias (classes,) -> scores (classes,), the numbers of
    `cellcnn_helpers.nn.dense` and `cellcnn_helpers.nn.softmax`, computed in the browser. Every argument is
    also an attribute: set it in Python and the browser shows it.

    Parameters
    ----------
    cells : CellImageDataset, optional
        Cells that the layer was not trained on, grey or RGB, at most 64 pixels in each direction. The layer
        sees what ``cells.arrays()`` gives, flattened: values from 0 to 1. Default: 60 simulated nuclei.
    weights : array_like, shape (H·W·C, classes), optional
        One column for each of ``cells.class_names``. Needed where `cells` is given.
    bias : array_like, shape (classes,), optional
        Added to the scores. Needed where `cells` is given.
    cell : int
        The cell shown, counted from 0.
    shift_down, shift_right : int, -8 to 8
        Pixels by which the cells are moved, as by ``np.roll``: what leaves on one side comes in on the other.
    order : {"kept", "pixels", "both"}
        Leave all in place, shuffle the pixels by one fixed permutation, or the pixels and the weights alike.
    row, column : int
        The pixel whose products are written out. The browser moves it inside if it lies outside.

    Raises
    ------
    ValueError, TypeError
        If an argument is not as above, at first or when it is set later.

    See Also
    --------
    cellcnn_helpers.nn.dense : The same numbers in Python.

    Examples
    --------
    >>> widget = DenseWidget(shift_right=3)
    >>> widget.cells.class_names, widget.weights.shape
    (('interphase', 'mitotic', 'apoptotic'), (1024, 3))
    """

    parts = ("signed", "dense_layer", "dense_view", "dense")

    cells = CheckedTrait().tag(sync=True, to_json=cells_to_browser)
    weights, bias = (CheckedTrait().tag(sync=True, to_json=array_to_browser) for _ in range(2))
    cell, order, row, column = (CheckedTrait().tag(sync=True) for _ in range(4))
    shift_down, shift_right = (CheckedTrait().tag(sync=True) for _ in range(2))

    def __init__(
        self,
        cells=None,
        weights=None,
        bias=None,
        *,
        cell=0,
        shift_down=0,
        shift_right=0,
        order="kept",
        row=16,
        column=16,
    ):
        if cells is weights is bias is None:
            cells, weights, bias = simulated_classifier()
        state = {"cell": cell, "order": order, "row": row, "column": column}
        state |= {"shift_down": shift_down, "shift_right": shift_right}
        super().__init__(
            cells=checked_cells("cells", cells, weights, bias), weights=weights, bias=bias, **state
        )

    @traitlets.validate("cells", "weights", "bias", "cell", "order", *RANGES)
    def _check(self, proposal):
        name, value = proposal.trait.name, proposal.value
        if name == "cells":
            return checked_cells(name, value, self.weights, self.bias)
        if name in ("weights", "bias"):
            return checked_numbers(name, value, self.cells)
        if name == "order":
            return _checks.choice(name, value, ("kept", "pixels", "both"))
        return whole_number_between(name, value, *RANGES.get(name, (0, len(self.cells.labels) - 1)))
