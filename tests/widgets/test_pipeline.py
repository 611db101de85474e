"""The Python side of the pipeline: what it accepts and what it keeps."""

import numpy as np
import pytest

from cellcnn_helpers.widgets import PipelineWidget


@pytest.fixture(scope="module")
def pipeline():
    return PipelineWidget()


def test_it_starts_without_any_improvement(pipeline):
    assert (pipeline.batch_size, pipeline.workers, pipeline.prefetch) == (64, 1, "off")
    assert (pipeline.steps_per_execution, pipeline.faster) == (1, 1)


def test_every_argument_is_kept_and_can_be_set_later():
    given = {
        "load_us": 10.5,
        "transfer_us": np.float32(2),
        "image_us": 5,
        "step_us": 0,
        "between_us": 7,
        "batch_size": np.int64(100),
        "workers": 8,
        "prefetch": "device",
        "steps_per_execution": 16,
        "faster": 12.5,
    }
    widget = PipelineWidget(**given)
    assert {name: getattr(widget, name) for name in given} == given
    widget.prefetch, widget.workers, widget.load_us = "host", 2, 0
    assert (widget.prefetch, widget.workers, widget.load_us) == ("host", 2, 0)


@pytest.mark.parametrize(
    ("name", "value", "error", "received"),
    [
        ("load_us", -1, ValueError, "load_us=-1"),
        ("transfer_us", np.nan, ValueError, "transfer_us=nan"),
        ("image_us", 0, ValueError, "image_us=0"),
        ("step_us", "long", TypeError, "step_us='long'"),
        ("between_us", 1e7, ValueError, "between_us=10000000"),
        ("batch_size", 0, ValueError, "batch_size=0"),
        ("batch_size", 513, ValueError, "batch_size=513"),
        ("workers", 9, ValueError, "workers=9"),
        ("workers", 1.5, TypeError, "workers=1.5"),
        ("prefetch", "on", ValueError, "prefetch='on'"),
        ("prefetch", None, ValueError, "prefetch=None"),
        ("steps_per_execution", 3, ValueError, "steps_per_execution=3"),
        ("steps_per_execution", 32, ValueError, "steps_per_execution=32"),
        ("faster", 0.5, ValueError, "faster=0.5"),
        ("faster", 101, ValueError, "faster=101"),
    ],
    ids=str,
)
def test_what_it_cannot_show_is_refused_now_and_later(pipeline, name, value, error, received):
    with pytest.raises(error, match=received):
        PipelineWidget(**{name: value})
    before = pipeline.get_state()
    with pytest.raises(error, match=received):
        setattr(pipeline, name, value)
    assert pipeline.get_state() == before


def test_a_state_from_the_browser_is_taken_as_it_is(pipeline):
    sent = {"batch_size": 256, "prefetch": "device", "load_us": 33.3, "faster": 50}
    pipeline.set_state(sent)
    assert {name: pipeline.get_state()[name] for name in sent} == sent


def test_the_browser_side_is_one_module_that_fetches_nothing(pipeline):
    state = pipeline.get_state()
    assert state["_esm"].count("export default") == 1
    assert ".cellcnn-pipeline" in state["_css"]
    script = state["_esm"].replace("http://www.w3.org/2000/svg", "")  # a name, not an address
    for text in (script, state["_css"]):
        assert not any(word in text for word in ("import ", "@import", "fetch(", "http:", "https:", "url("))
