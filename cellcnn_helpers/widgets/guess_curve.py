"""Guess a curve first: draw what you expect of a measurement, then see every run of it and the error bars."""

import json
from pathlib import Path

import traitlets

from cellcnn_helpers import _checks
from cellcnn_helpers.widgets._base import CheckedTrait, CourseWidget
from cellcnn_helpers.widgets._curves import checked_guess, checked_places, checked_runs, top_of_axis

RECORD = Path(__file__).with_name("guess_curve.json")  # made by benchmarks/little_data.py


class GuessCurveWidget(CourseWidget):
    """Draw a curve as you expect it, then uncover what was measured: every run, means, error bars, a fit.

    x (points,), {name: (runs, points)} -> means, standard errors and a power law, computed in the browser.
    Every argument is also an attribute: set it in Python and the browser shows it; change it in the browser
    and Python has it. Only `x`, `runs` and the texts stay; another measurement is another widget.

    Parameters
    ----------
    x : array_like, shape (points,), optional
        2 to 12 places, above 0 and rising: the axis counts in powers. Default: labeled cells of each class.
    runs : dict of str to array_like, shape (runs, points), optional
        By name of a curve: one row for each run, 0 or more, with means above 0. Default: the error of four
        networks on blood cells, recorded with five seeds.
    curve, beside : str, optional
        The curve to guess, and one drawn beside it or "". Default: the first, and none.
    guess : array_like, shape (points,), optional
        What the reader expects. Default: half of the axis everywhere.
    revealed, fitted : bool
        Whether the measurement is shown, and the power law a · x^−b through its means.
    target : float, above 0
        The value for which the power law is asked.
    xlabel, ylabel, source : str
        What stands at the axes and below.

    Raises
    ------
    ValueError, TypeError
        If an argument is not as above, at first or when it is set later.

    Notes
    -----
    Error bars are one standard error to each side: the standard deviation of the runs over the square root of
    their number. A curve of one run has none.

    Examples
    --------
    >>> widget = GuessCurveWidget([10, 20, 40], {"CNN": [[0.4, 0.3, 0.2], [0.5, 0.3, 0.2]]}, target=0.1)
    >>> widget.curve, widget.guess, widget.revealed
    ('CNN', [0.25, 0.25, 0.25], False)
    """

    parts = ("plot", "slider", "curves", "guess_curve_view", "guess_curve")

    x, runs, top, xlabel, ylabel, source = (CheckedTrait(read_only=True).tag(sync=True) for _ in range(6))
    curve, beside, guess, revealed, fitted, target = (CheckedTrait().tag(sync=True) for _ in range(6))

    def __init__(
        self,
        x=None,
        runs=None,
        *,
        curve=None,
        beside="",
        guess=None,
        revealed=False,
        fitted=False,
        target=0.05,
        xlabel="labeled cells of each class",
        ylabel="share of new cells named wrongly",
        source="",
    ):
        if runs is None:
            record = json.loads(RECORD.read_text(encoding="utf-8"))
            x, runs, source = record["x"], record["runs"], source or record["source"]
        self.set_trait("x", checked_places("x", x))
        self.set_trait("runs", checked_runs("runs", runs, len(self.x)))
        self.set_trait("top", top_of_axis(self.runs))
        for name, text in (("xlabel", xlabel), ("ylabel", ylabel), ("source", source)):
            self.set_trait(name, _checks.text(name, text))
        curve = next(iter(self.runs)) if curve is None else curve
        guess = [self.top / 2] * len(self.x) if guess is None else guess
        state = {"revealed": revealed, "fitted": fitted, "target": target}
        super().__init__(curve=curve, beside=beside, guess=guess, **state)

    @traitlets.validate("curve", "beside", "guess", "revealed", "fitted", "target")
    def _check(self, proposal):
        name, value = proposal.trait.name, proposal.value
        if name in ("revealed", "fitted"):
            return _checks.boolean(name, value)
        if name == "target":
            return _checks.real_number(name, value, low=0, low_open=True)
        if name == "guess":
            return checked_guess(name, value, len(self.x), self.top)
        return _checks.choice(name, value, (*self.runs, *([""] if name == "beside" else [])))
