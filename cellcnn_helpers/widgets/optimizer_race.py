"""The optimizer race: five ways down one loss surface, from one start."""

import traitlets

from cellcnn_helpers import _checks
from cellcnn_helpers.widgets._base import CheckedTrait, CourseWidget
from cellcnn_helpers.widgets._inputs import numbers_by_name, whole_number_between
from cellcnn_helpers.widgets._measured import measured_cells, surfaces_of_cells

SURFACES = ("valley", "saddle", "two minima", "cells, as measured", "cells, standardized")
OPTIMIZERS = ("SGD", "momentum", "Nesterov", "RMSprop", "Adam")
RANGES = {"step": (0, 200), "batch_size": (0, 64), "seed": (0, 999)}


class OptimizerRaceWidget(CourseWidget):
    """Let SGD, momentum, Nesterov, RMSprop and Adam run down one loss surface, from one start.

    two weights -> the way of every optimizer, the numbers of `cellcnn_helpers.nn`, computed in the browser.
    Every argument is also an attribute: set it in Python and the browser shows it; change it in the browser
    and Python has it.

    Parameters
    ----------
    surface : {"valley", "saddle", "two minima", "cells, as measured", "cells, standardized"}
        The loss over two weights. The last two are those of a logistic regression that tells 32 mitotic from
        32 apoptotic simulated nuclei by `measurements`.
    learning_rates : float or dict of str to float
        One for all, or one for each of "SGD", "momentum", "Nesterov", "RMSprop", "Adam"; 0.0001 to 10.
    momentum : float, 0 to 0.99
        Share of the velocity that momentum and Nesterov keep.
    start : (float, float), optional
        The two weights that all begin with, each −100 to 100. Default: a telling place on the surface.
    batch_size : int, 0 to 64
        Cells that each gradient is computed from; 0 means all. On the surfaces without cells, noise imitates
        it. All optimizers get the same batches.
    seed : int, 0 to 999
        Start of the random numbers that draw the batches.
    step : int, 0 to 200
        The step that is shown.

    Attributes
    ----------
    measurements : numpy.ndarray
        ``(64, 2)``: area in µm², and unevenness (standard deviation of the pixels) in grey levels.
    labels : numpy.ndarray
        ``(64,)``: 1 for an apoptotic nucleus, 0 for a mitotic one.

    Raises
    ------
    ValueError, TypeError
        If an argument is not as above, at first or when it is set later.

    See Also
    --------
    cellcnn_helpers.nn.SGD, cellcnn_helpers.nn.RMSprop, cellcnn_helpers.nn.Adam : The same steps in Python.

    Examples
    --------
    >>> race = OptimizerRaceWidget("saddle", 0.1, step=20)
    >>> race.learning_rates["Adam"], race.start
    (0.1, None)
    """

    parts = ("plot", "slider", "random", "optimizers", "surfaces", "optimizer_race_view", "optimizer_race")

    cells = CheckedTrait(read_only=True).tag(sync=True)
    surface, learning_rates, momentum, start = (CheckedTrait().tag(sync=True) for _ in range(4))
    batch_size, seed, step = (CheckedTrait().tag(sync=True) for _ in range(3))

    def __init__(
        self,
        surface="valley",
        learning_rates=0.05,
        *,
        momentum=0.9,
        start=None,
        batch_size=0,
        seed=0,
        step=40,
    ):
        self.measurements, self.labels = measured_cells()
        self.set_trait("cells", surfaces_of_cells(self.measurements, self.labels))
        state = {"momentum": momentum, "start": start, "batch_size": batch_size, "seed": seed, "step": step}
        super().__init__(surface=surface, learning_rates=learning_rates, **state)

    @traitlets.validate("surface", "learning_rates", "momentum", "start", *RANGES)
    def _check(self, proposal):
        name, value = proposal.trait.name, proposal.value
        if name in RANGES:
            return whole_number_between(name, value, *RANGES[name])
        if name == "surface":
            return _checks.choice(name, value, SURFACES)
        if name == "momentum":
            return _checks.real_number(name, value, low=0, high=0.99)
        if name == "start":
            return value if value is None else list(_checks.two_numbers(name, value, low=-100, high=100))
        return numbers_by_name(name, value, OPTIMIZERS, low=1e-4, high=10)
