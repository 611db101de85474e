"""The loss widget: drag what a network says about a cell, see what it costs and which way the loss pushes."""

import numpy as np
import traitlets

from cellcnn_helpers import _checks, simulate
from cellcnn_helpers.widgets._base import CheckedTrait, CourseWidget, cells_to_browser
from cellcnn_helpers.widgets._inputs import checked_cells, numbers_between, whole_number_between

LOSSES = ("softmax_cross_entropy", "half_mean_squared_error", "mean_squared_error")
FIRST_LOGITS = ((6, -2, 0), (4, 0, 1), (0.5, 0, 0.5), (2, 1.5, -1), (0, 1, 3))  # the first: sure and wrong


class LossWidget(CourseWidget):
    """Drag the logits of a few cells: see the probabilities, the loss, and the push on every logit.

    logits (N, classes), labels (N,) -> loss and gradient (N, classes), the numbers of `cellcnn_helpers.nn`,
    computed in the browser. Every argument is also an attribute: set it in Python and the browser shows it;
    change it in the browser and Python has it. Only `cells` stay; other cells are another widget.

    Parameters
    ----------
    cells : CellImageDataset, optional
        1 to 8 grey or RGB pictures, at most 128 pixels in each direction, of 2 to 5 classes. Default: a
        mitotic, three interphase and an apoptotic nucleus, simulated.
    logits : array_like, shape (N, classes), optional
        What the network says of each cell, −10 to 10. Default: all 0, a network that knows nothing; for the
        default cells a mixture, the first sure and wrong.
    labels : array_like of int, shape (N,), optional
        The class that each cell is said to have. Default: that of `cells`; any other is a wrong label.
    class_weights : array_like, shape (classes,), optional
        How much a cell of each class counts in the mean, 0 to 8. Default: all 1.
    loss : {"softmax_cross_entropy", "half_mean_squared_error", "mean_squared_error"}
        The loss whose push is shown. The squared errors compare softmax probabilities with one-hot labels.
    cell, logit : int
        The cell shown and the logit along which the curve runs, counted from 0.

    Raises
    ------
    ValueError, TypeError
        If an argument is not as above, at first or when it is set later.

    See Also
    --------
    cellcnn_helpers.nn.softmax_cross_entropy : The same numbers in Python.

    Notes
    -----
    With weights the mean is 1/N Σ weight · loss, as with `class_weight` in Keras.

    Examples
    --------
    >>> widget = LossWidget(loss="half_mean_squared_error", class_weights=[0.5, 2, 2])
    >>> widget.labels, widget.logits[0]
    ([1, 0, 0, 0, 2], [6.0, -2.0, 0.0])
    """

    parts = ("plot", "losses", "loss_view", "loss")

    cells = CheckedTrait(read_only=True).tag(sync=True, to_json=cells_to_browser)
    logits, labels, class_weights, loss = (CheckedTrait().tag(sync=True) for _ in range(4))
    cell, logit = (CheckedTrait().tag(sync=True) for _ in range(2))

    def __init__(
        self, cells=None, logits=None, *, labels=None, class_weights=None, loss=LOSSES[0], cell=0, logit=1
    ):
        if cells is None:
            logits = FIRST_LOGITS if logits is None else logits
            simulated = simulate.simulate_cells(9, seed=3, phenotypes=simulate.PHENOTYPES[:3])
            cells = simulated.subset([1, 0, 3, 6, 2])
        self.set_trait("cells", cells)
        num_classes = len(cells.class_names)
        super().__init__(
            logits=np.zeros((len(cells), num_classes)) if logits is None else logits,
            labels=cells.labels if labels is None else labels,
            class_weights=np.ones(num_classes) if class_weights is None else class_weights,
            loss=loss,
            cell=cell,
            logit=logit,
        )

    @traitlets.validate("cells", "logits", "labels", "class_weights", "loss", "cell", "logit")
    def _check(self, proposal):
        name, value = proposal.trait.name, proposal.value
        if name == "cells":
            return checked_cells(name, value)
        if name == "loss":
            return _checks.choice(name, value, LOSSES)
        shape = num_cells, num_classes = len(self.cells), len(self.cells.class_names)
        if name == "logits":
            return numbers_between(name, value, shape, low=-10, high=10)
        if name == "class_weights":
            return numbers_between(name, value, (num_classes,), low=0, high=8)
        if name == "labels":
            return _checks.class_labels(name, value, shape).tolist()
        return whole_number_between(name, value, 0, (num_cells if name == "cell" else num_classes) - 1)
