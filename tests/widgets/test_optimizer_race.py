"""The Python side of the optimizer race: what it accepts, what it keeps, what it measures."""

import numpy as np
import pytest
from traitlets import TraitError

from cellcnn_helpers import nn
from cellcnn_helpers.widgets import OptimizerRaceWidget

NAMES = ("SGD", "momentum", "Nesterov", "RMSprop", "Adam")


@pytest.fixture(scope="module")
def race():
    return OptimizerRaceWidget()


def test_it_starts_in_the_valley_with_one_rate_for_all(race):
    assert (race.surface, race.momentum, race.start, race.batch_size, race.step) == (
        "valley",
        0.9,
        None,
        0,
        40,
    )
    assert race.learning_rates == dict.fromkeys(NAMES, 0.05)


def test_every_argument_is_kept_and_can_be_set_later():
    rates = dict(zip(NAMES, (0.1, 0.2, 0.3, 0.4, 5), strict=True))
    widget = OptimizerRaceWidget(
        "saddle",
        rates,
        momentum=np.float32(0.5),
        start=np.array([1, -2]),
        batch_size=16,
        seed=3,
        step=np.int64(7),
    )
    assert widget.learning_rates == {**rates, "Adam": 5.0}
    assert (widget.momentum, widget.start, widget.batch_size) == (0.5, [1.0, -2.0], 16)
    assert (widget.seed, widget.step) == (3, 7)
    widget.learning_rates = 0.01
    widget.start = None
    widget.surface = "cells, standardized"
    assert widget.learning_rates == dict.fromkeys(NAMES, 0.01)
    assert (widget.start, widget.surface) == (None, "cells, standardized")
    with pytest.raises(TraitError, match="read-only"):
        widget.cells = {}


@pytest.mark.parametrize(
    ("name", "value", "error", "received"),
    [
        ("surface", "hill", ValueError, "surface='hill'"),
        ("surface", None, ValueError, "surface=None"),
        ("learning_rates", 0, ValueError, r'learning_rates\["SGD"\]=0'),
        ("learning_rates", 11, ValueError, r'learning_rates\["SGD"\]=11'),
        ("learning_rates", "fast", TypeError, r"learning_rates\[\"SGD\"\]='fast'"),
        ("learning_rates", None, TypeError, r'learning_rates\["SGD"\]=None'),
        ("learning_rates", {"Adam": 0.1}, ValueError, r"learning_rates=\{'Adam': 0.1\}"),
        ("learning_rates", {**dict.fromkeys(NAMES, 1), "Adam": np.nan}, ValueError, r'\["Adam"\]=nan'),
        ("momentum", 1, ValueError, "momentum=1"),
        ("start", (1, 2, 3), ValueError, r"start=\(1, 2, 3\)"),
        ("start", (1, np.inf), ValueError, r"start\[1\]=inf"),
        ("start", 2, ValueError, "start=2"),
        ("batch_size", 65, ValueError, "batch_size=65"),
        ("batch_size", 1.5, TypeError, "batch_size=1.5"),
        ("seed", -1, ValueError, "seed=-1"),
        ("step", 201, ValueError, "step=201"),
        ("step", None, TypeError, "step=None"),
    ],
    ids=str,
)
def test_what_it_cannot_show_is_refused_now_and_later(race, name, value, error, received):
    with pytest.raises(error, match=received):
        OptimizerRaceWidget(**{name: value})
    before = race.get_state()
    with pytest.raises(error, match=received):
        setattr(race, name, value)
    assert race.get_state() == before


def test_the_measurements_are_those_of_nuclei_that_cannot_quite_be_told_apart(race):
    area, unevenness = race.measurements.T
    apoptotic = race.labels == 1
    assert race.measurements.shape == (64, 2) and apoptotic.sum() == 32
    assert 10 < area.min() < area.max() < 60  # µm²: condensed nuclei
    assert area[apoptotic].mean() < area[~apoptotic].mean()
    assert unevenness[apoptotic].mean() > unevenness[~apoptotic].mean()
    again = OptimizerRaceWidget()
    np.testing.assert_array_equal(again.measurements, race.measurements)


@pytest.mark.parametrize("name", ["cells, as measured", "cells, standardized"])
def test_the_map_of_cells_has_its_minimum_in_the_middle(race, name):
    """Descent by the package ends near the place that the map is centered on; (0, 0) is in sight."""
    x = np.array(race.cells["measurements"][name])
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-12)
    if name == "cells, standardized":
        np.testing.assert_allclose(x.std(axis=0), 1)
    center, reach = race.cells["places"][name].values()
    weights = np.zeros(2)
    curvature = 0.25 * np.linalg.eigvalsh(x.T @ x / len(x)).max()
    for _ in range(3000):
        logits = np.stack([np.zeros(len(x)), x @ weights], axis=1)
        loss, gradient = nn.softmax_cross_entropy(race.labels, logits)
        weights = weights - gradient[:, 1] @ x / curvature
    assert loss < 0.6  # better than log 2
    np.testing.assert_allclose(weights, center, atol=0.1 * reach)
    assert abs(center[0]) < reach and abs(center[1]) < reach / 1.5


def test_a_state_from_the_browser_is_taken_as_it_is(race):
    sent = {"learning_rates": dict.fromkeys(NAMES, 0.123), "start": [0.5, -1.25], "step": 3, "momentum": 0.85}
    race.set_state(sent)
    assert {name: race.get_state()[name] for name in sent} == sent


def test_the_browser_side_is_one_module_that_fetches_nothing(race):
    state = race.get_state()
    assert state["_esm"].count("export default") == 1
    assert ".cellcnn-race" in state["_css"]
    script = state["_esm"].replace("http://www.w3.org/2000/svg", "")  # a name, not an address
    for text in (script, state["_css"]):
        assert not any(word in text for word in ("import ", "@import", "fetch(", "http:", "https:", "url("))
