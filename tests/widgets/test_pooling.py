"""The Python side of the pooling widget: what it accepts, what it keeps, what it refuses."""

import numpy as np
import pytest

from cellcnn_helpers.widgets import PoolingWidget


def test_it_starts_with_real_pictures_and_two_by_two_windows_side_by_side():
    widget = PoolingWidget()
    assert list(widget.images) == ["a cell (phase)", "a gland (stained)", "small numbers", "bright spots"]
    assert (widget.pool_size, widget.strides, widget.padding, widget.view) == (2, None, "valid", "window")
    spots = widget.images["bright spots"]
    assert (np.count_nonzero(spots), spots.min(), spots.max()) == (9, 0, 9)


def test_every_argument_is_kept_and_can_be_set_later():
    widget = PoolingWidget(
        {"one": np.eye(9), "two": np.ones((6, 6), np.uint8)},
        "two",
        pool_size=np.int64(3),
        strides=1,
        padding="same",
        view="gradient",
        shift=4,
        row=2,
        column=1,
    )
    names = ["image", "pool_size", "strides", "padding", "view", "shift", "row", "column"]
    assert [getattr(widget, name) for name in names] == ["two", 3, 1, "same", "gradient", 4, 2, 1]
    widget.pool_size, widget.strides, widget.view = "global", None, "shift"
    assert (widget.pool_size, widget.strides, widget.view) == ("global", None, "shift")
    widget.images = {"three": np.eye(3)}
    assert widget.image == "three"


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("pool_size", 0, ValueError),
        ("pool_size", 9, ValueError),
        ("pool_size", 2.0, TypeError),
        ("pool_size", "whole", ValueError),
        ("pool_size", None, TypeError),
        ("strides", 0, ValueError),
        ("strides", 9, ValueError),
        ("strides", "global", TypeError),
        ("padding", "full", ValueError),
        ("padding", None, ValueError),
        ("view", "back", ValueError),
        ("shift", -1, ValueError),
        ("shift", 9, ValueError),
        ("shift", None, TypeError),
        ("row", 128, ValueError),
        ("column", -1, ValueError),
        ("image", "nowhere", ValueError),
    ],
)
def test_what_it_cannot_show_is_refused_now_and_later(name, value, error):
    with pytest.raises(error, match=f"`{name}` must .*: got {name}={value!r}"):
        PoolingWidget(**{name: value})
    widget = PoolingWidget()
    before = widget.get_state()
    with pytest.raises(error, match=f"`{name}` must .*: got {name}={value!r}"):
        setattr(widget, name, value)
    assert widget.get_state() == before


def test_a_state_from_the_browser_is_taken_as_it_is():
    """What comes back equals what was sent, so that nothing is echoed against the reader."""
    widget = PoolingWidget()
    sent = {"pool_size": "global", "strides": None, "view": "shift", "shift": 3, "image": "own file"}
    widget.set_state(sent)
    assert {name: widget.get_state()[name] for name in sent} == sent


def test_the_browser_side_is_one_module_that_fetches_nothing():
    state = PoolingWidget().get_state()
    assert state["_esm"].count("export default") == 1
    assert ".cellcnn-pooling" in state["_css"]
    for text in (state["_esm"], state["_css"]):
        assert not any(word in text for word in ("import ", "@import", "fetch(", "http:", "https:", "url("))
