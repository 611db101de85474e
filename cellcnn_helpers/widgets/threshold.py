"""The threshold widget: from which score on is a cell called so, what is found, and what does it cost?"""

import traitlets

from cellcnn_helpers import _checks
from cellcnn_helpers.widgets._base import CheckedTrait, CourseWidget, cells_to_browser
from cellcnn_helpers.widgets._scored import checked_cells, checked_scored, simulated_scored

RANGES = {"threshold": (0, 1), "prevalence": (0.001, 0.9), "cost_of_miss": (0.01, 100)}


class ThresholdWidget(CourseWidget):
    """Move the threshold of one class against the rest: see what it finds, misses and wrongly reports.

    scores (N,), positives (N,) -> counts, sensitivity, specificity, precision and cost, the numbers of
    `cellcnn_helpers.evaluation`, computed in the browser. `threshold`, `prevalence` and `cost_of_miss` are
    attributes too: set one in Python and the browser shows it; change it in the browser and Python has it.
    The cells and what is known of them stay; others are another widget.

    Parameters
    ----------
    cells : CellImageDataset, optional
        The pictures, grey or RGB, at most 64 pixels in each direction; those next to the threshold are shown.
        Take validation cells: a threshold is chosen on them. Default: 120 simulated nuclei, scored by a dense
        layer.
    positives : array_like of bool, shape (N,), optional
        Which cells are of the class: ``labels == 3``. Needed where `cells` is given.
    scores : array_like, shape (N,), optional
        The probability of the class, 0 to 1: ``probabilities[:, 3]``. Needed where `cells` is given.
    name : str
        What the class is called.
    threshold : float, 0 to 1
        Cells with at least this score are called positive.
    prevalence : float, 0.001 to 0.9, optional
        How common the class is where the network will be used. Default: as among the cells.
    cost_of_miss : float, 0.01 to 100
        What a missed cell of the class costs, where a false alarm costs 1.

    Raises
    ------
    ValueError, TypeError
        If an argument is not as above, at first or when it is set later.

    See Also
    --------
    cellcnn_helpers.evaluation.at_threshold, cellcnn_helpers.evaluation.threshold_for_cost : The same numbers
        in Python.

    Notes
    -----
    Another prevalence weighs the same cells anew; sensitivity and specificity stay. It is a good forecast
    only where the cells of each kind look as they do here.

    Examples
    --------
    >>> widget = ThresholdWidget(threshold=0.2, cost_of_miss=20)
    >>> widget.name, len(widget.scores), widget.prevalence
    ('apoptotic', 120, None)
    """

    parts = ("plot", "slider", "threshold_scores", "threshold_view", "threshold")

    cells = CheckedTrait(read_only=True).tag(sync=True, to_json=cells_to_browser)
    positives, scores, name = (CheckedTrait(read_only=True).tag(sync=True) for _ in range(3))
    threshold, prevalence, cost_of_miss = (CheckedTrait().tag(sync=True) for _ in range(3))

    def __init__(
        self,
        cells=None,
        positives=None,
        scores=None,
        *,
        name="the class",
        threshold=0.5,
        prevalence=None,
        cost_of_miss=1,
    ):
        if cells is positives is scores is None:
            cells, positives, scores, name = simulated_scored()
        self.set_trait("cells", checked_cells("cells", cells))
        positives, scores = checked_scored(cells, positives, scores)
        self.set_trait("positives", positives)
        self.set_trait("scores", scores)
        self.set_trait("name", _checks.text("name", name))
        super().__init__(threshold=threshold, prevalence=prevalence, cost_of_miss=cost_of_miss)

    @traitlets.validate(*RANGES)
    def _check(self, proposal):
        name, value = proposal.trait.name, proposal.value
        if name == "prevalence" and value is None:
            return value
        low, high = RANGES[name]
        return _checks.real_number(name, value, low=low, high=high)
