"""The Python side of the guessed curve: what it accepts, what it keeps, what it refuses."""

import json

import numpy as np
import pytest
from traitlets import TraitError

from cellcnn_helpers.widgets import GuessCurveWidget

X = [10, 20, 40]
RUNS = {"CNN": [[0.4, 0.3, 0.2], [0.5, 0.3, 0.2]], "linear": [[0.6, 0.55, 0.5]]}


def test_it_starts_covered_with_a_flat_guess():
    widget = GuessCurveWidget(X, RUNS)
    assert (widget.x, widget.runs) == (X, RUNS)
    assert (widget.curve, widget.beside, widget.revealed, widget.fitted) == ("CNN", "", False, False)
    assert widget.top == 0.6
    assert widget.guess == [0.3, 0.3, 0.3]


def test_without_arguments_it_shows_the_recorded_blood_cells_and_says_so(root):
    widget = GuessCurveWidget()
    assert widget.x == [10, 20, 40, 80, 160]
    assert {len(rows) for rows in widget.runs.values()} == {5}
    assert "not BloodMNIST" in widget.source and "recorded by benchmarks/little_data.py" in widget.source
    record = json.loads((root / "cellcnn_helpers/widgets/guess_curve.json").read_text(encoding="utf-8"))
    assert widget.runs == record["runs"]


def test_the_record_is_that_of_the_table(root):
    """The means of the widget's record stand in benchmarks/little_data.md: both come from one run."""
    table = (root / "benchmarks/little_data.md").read_text(encoding="utf-8")
    widget = GuessCurveWidget()
    for column, rows in enumerate(widget.runs.values(), start=2):
        for place, mean in zip(widget.x, np.mean(rows, axis=0), strict=True):
            (line,) = [line for line in table.splitlines() if line.startswith(f"| {place:.0f} |")]
            assert line.split("|")[column].split("±")[0].strip() == f"{mean:.3f}"


def test_every_argument_is_kept_and_can_be_set_later():
    widget = GuessCurveWidget(
        np.array(X),
        {name: np.array(rows) for name, rows in RUNS.items()},
        curve="linear",
        beside="CNN",
        guess=np.array([0.5, 0.25, 0.125]),
        revealed=True,
        fitted=True,
        target=0.1,
        xlabel="cells",
        ylabel="error",
        source="made up",
    )
    assert (widget.curve, widget.beside, widget.guess) == ("linear", "CNN", [0.5, 0.25, 0.125])
    assert (widget.revealed, widget.fitted, widget.target) == (True, True, 0.1)
    assert (widget.xlabel, widget.ylabel, widget.source) == ("cells", "error", "made up")
    widget.curve, widget.guess, widget.target = "CNN", (0, 0.6, 0.1), 2
    assert (widget.curve, widget.guess, widget.target) == ("CNN", [0, 0.6, 0.1], 2.0)
    with pytest.raises(TraitError, match="read-only"):
        widget.runs = RUNS


@pytest.mark.parametrize(
    ("largest", "top"), [(0.2, 0.2), (0.21, 0.3), (0.99, 1), (1.2, 1.5), (70, 80), (81, 100), (0.0061, 0.008)]
)
def test_the_axis_ends_at_the_next_round_number(largest, top):
    assert GuessCurveWidget([1, 2], {"a": [[largest, largest / 2]]}).top == top


@pytest.mark.parametrize(
    ("arguments", "error", "received"),
    [
        ({"curve": "dropout"}, ValueError, "curve='dropout'"),
        ({"curve": ""}, ValueError, "curve=''"),
        ({"beside": "dropout"}, ValueError, "beside='dropout'"),
        ({"beside": None}, ValueError, "beside=None"),
        ({"guess": [0.1, 0.2]}, ValueError, r"guess=\[0.1, 0.2\]"),
        ({"guess": [0.1, 0.2, 0.7]}, ValueError, r"from 0 to 0.6.*got guess=\[0.1, 0.2, 0.7\]"),
        ({"guess": [0.1, np.nan, 0]}, ValueError, r"guess\[1\]=nan"),
        ({"guess": 0.1}, ValueError, r"guess.shape=\(\)"),
        ({"target": 0}, ValueError, "target=0"),
        ({"target": "5 %"}, TypeError, "target='5 %'"),
        ({"revealed": 1}, TypeError, "revealed=1"),
        ({"fitted": None}, TypeError, "fitted=None"),
    ],
    ids=str,
)
def test_what_it_cannot_show_is_refused_now_and_later(arguments, error, received):
    (name, value), widget = next(iter(arguments.items())), GuessCurveWidget(X, RUNS)
    before = widget.get_state()
    with pytest.raises(error, match=received):
        setattr(widget, name, value)
    assert widget.get_state() == before
    if arguments != {"curve": None}:
        with pytest.raises(error, match=received):
            GuessCurveWidget(X, RUNS, **arguments)


@pytest.mark.parametrize(
    ("x", "runs", "error", "received"),
    [
        ([10], {"a": [[1]]}, ValueError, r"x=\[10.0\]"),
        ([10, 10], {"a": [[1, 1]]}, ValueError, r"x=\[10.0, 10.0\]"),
        ([0, 10], {"a": [[1, 1]]}, ValueError, r"x=\[0.0, 10.0\]"),
        (range(1, 14), {"a": [range(13)]}, ValueError, "2 to 12 places"),
        (X, {}, TypeError, r"runs=\{\}"),
        (X, [[1, 2, 3]], TypeError, r"runs=\[\[1, 2, 3\]\]"),
        (X, {"": [[1, 2, 3]]}, TypeError, "1 to 8 names"),
        (X, {"a": [1, 2, 3]}, ValueError, r"runs\['a'\].shape=\(3,\)"),
        (X, {"a": [[1, 2]]}, ValueError, r"runs\['a'\].shape=\(1, 2\)"),
        (X, {"a": [[1, 2, -1]]}, ValueError, "smallest of -1"),
        (X, {"a": [[1, 2, 0], [1, 2, 0]]}, ValueError, "not 0 in all runs"),
        (X, {"a": [[1, 2, np.inf]]}, ValueError, "not finite"),
    ],
    ids=str,
)
def test_other_measurements_are_refused(x, runs, error, received):
    with pytest.raises(error, match=received):
        GuessCurveWidget(x, runs)


def test_a_run_without_errors_is_fine_if_others_have_some():
    assert GuessCurveWidget([1, 2], {"a": [[0.5, 0], [0.5, 0.1]]}).runs["a"][0] == [0.5, 0]


def test_a_state_from_the_browser_is_taken_as_it_is():
    widget = GuessCurveWidget(X, RUNS)
    sent = {"guess": [0.123, 0, 0.6], "revealed": True, "curve": "linear", "target": 0.07}
    widget.set_state(sent)
    assert {name: widget.get_state()[name] for name in sent} == sent


def test_the_browser_side_is_one_module_that_fetches_nothing():
    state = GuessCurveWidget(X, RUNS).get_state()
    assert state["_esm"].count("export default") == 1
    assert ".cellcnn-guess" in state["_css"]
    script = state["_esm"].replace("http://www.w3.org/2000/svg", "")  # a name, not an address
    for text in (script, state["_css"]):
        assert not any(word in text for word in ("import ", "@import", "fetch(", "http:", "https:", "url("))
