"""The Python side of the convolution widget: what it accepts, what it keeps, what it refuses."""

import numpy as np
import pytest

from cellcnn_helpers.widgets import ConvolutionWidget
from cellcnn_helpers.widgets._base import arrays_from_bytes, arrays_to_bytes


def test_it_starts_with_real_pictures_and_the_edge_kernel_of_the_chapter():
    widget = ConvolutionWidget()
    assert [image.shape for image in widget.images.values()] == [(48, 48), (48, 48), (12, 12)]
    assert widget.image == next(iter(widget.images)) == "a cell (phase)"
    assert widget.kernel == [[1, 0, -1]] * 3
    cell = widget.images["a cell (phase)"]
    assert cell.dtype == np.uint8
    assert cell[24, 24] > 2 * cell[2, 2]  # the cell is bright, on dark ground
    small = widget.images["small numbers"]
    assert set(np.unique(small)) == {1, 6, 9}
    np.testing.assert_array_equal(small, small[::-1, ::-1])


def test_every_argument_is_kept_and_can_be_set_later():
    pictures = {"one": np.zeros((5, 7)), "two": np.ones((6, 6), np.uint8)}
    widget = ConvolutionWidget(
        pictures, "two", np.eye(2), strides=np.int64(3), padding="same", dilation_rate=2, row=1, column=0
    )
    state = [
        getattr(widget, name) for name in ("image", "kernel", "strides", "padding", "dilation_rate", "row")
    ]
    assert state == ["two", [[1, 0], [0, 1]], 3, "same", 2, 1]
    widget.kernel = [[0.5, 1.0]]
    widget.image = "one"
    assert widget.kernel == [[0.5, 1]]
    assert widget.image == "one"
    assert widget.images["one"].dtype == np.float32
    widget.images = {"three": np.eye(3)}
    assert widget.image == "three"


@pytest.mark.parametrize(
    ("arguments", "error", "received"),
    [
        ({"strides": 0}, ValueError, "strides=0"),
        ({"strides": 5}, ValueError, "strides=5"),
        ({"strides": 1.5}, TypeError, "strides=1.5"),
        ({"dilation_rate": 4}, ValueError, "dilation_rate=4"),
        ({"padding": "full"}, ValueError, "padding='full'"),
        ({"row": -1}, ValueError, "row=-1"),
        ({"column": 128}, ValueError, "column=128"),
        ({"image": "nowhere"}, ValueError, "image='nowhere'"),
        ({"kernel": [1, 0, -1]}, ValueError, r"kernel.shape=\(3,\)"),
        ({"kernel": np.ones((8, 3))}, ValueError, r"kernel.shape=\(8, 3\)"),
        ({"kernel": np.ones((0, 3))}, ValueError, r"kernel.shape=\(0, 3\)"),
        ({"kernel": [[1, np.nan]]}, ValueError, r"kernel\[0, 1\]=nan"),
        ({"kernel": "sobel"}, TypeError, "kernel"),
        ({"images": {}}, TypeError, "images={}"),
        ({"images": np.ones((4, 4))}, TypeError, r"images.shape=\(4, 4\)"),
        ({"images": {"rgb": np.ones((4, 4, 3))}}, ValueError, r'images\["rgb"\].shape=\(4, 4, 3\)'),
        ({"images": {"wide": np.ones((4, 129))}}, ValueError, r'images\["wide"\].shape=\(4, 129\)'),
        ({"images": {"none": np.ones((0, 4))}}, ValueError, r'images\["none"\].shape=\(0, 4\)'),
        ({"images": {"hole": [[1, np.inf]]}}, ValueError, r'images\["hole"\]\[0, 1\]=inf'),
    ],
    ids=str,
)
def test_what_it_cannot_show_is_refused_now_and_later(arguments, error, received):
    with pytest.raises(error, match=received):
        ConvolutionWidget(**arguments)
    widget = ConvolutionWidget()
    (name, value), before = next(iter(arguments.items())), widget.get_state()
    with pytest.raises(error, match=received):
        setattr(widget, name, value)
    assert widget.get_state() == before


@pytest.mark.parametrize(
    "name", ["images", "image", "kernel", "strides", "padding", "dilation_rate", "row", "column"]
)
def test_none_is_no_value_for_any_of_them(name):
    widget = ConvolutionWidget()
    before = widget.get_state()
    with pytest.raises((TypeError, ValueError), match=f"`{name}` must .*: got {name}=None"):
        setattr(widget, name, None)
    assert widget.get_state() == before


def test_a_state_from_the_browser_is_taken_as_it_is():
    """What comes back equals what was sent, so that nothing is echoed into the reader's typing."""
    widget = ConvolutionWidget()
    sent = {"kernel": [[1, 0.1111111111111111]], "strides": 2, "row": 3, "image": "own file"}
    widget.set_state(sent)
    assert {name: widget.get_state()[name] for name in sent} == sent


def test_pictures_travel_as_bytes_and_come_back():
    arrays = {"a": np.arange(6, dtype=np.uint8).reshape(2, 3), "b": np.array([[0.1]], np.float32)}
    packed = arrays_to_bytes(arrays)
    assert packed["a"] == {"shape": [2, 3], "dtype": "uint8", "data": bytes(range(6))}
    assert packed["b"]["data"] == b"\xcd\xcc\xcc\x3d"  # 0.1, lowest byte first
    back = arrays_from_bytes(packed)
    for name, array in arrays.items():
        np.testing.assert_array_equal(back[name], array)
        assert back[name].dtype == array.dtype


def test_non_contiguous_pictures_and_other_byte_orders_arrive_in_order():
    image = np.arange(12, dtype=">u2").reshape(3, 4).T
    widget = ConvolutionWidget({"turned": image})
    packed = widget.get_state()["images"]["turned"]
    np.testing.assert_array_equal(np.frombuffer(packed["data"], "<f4").reshape(packed["shape"]), image)


def test_the_browser_side_is_one_module_that_fetches_nothing():
    state = ConvolutionWidget().get_state()
    assert state["_esm"].count("export default") == 1
    assert ".cellcnn-widget" in state["_css"]
    for text in (state["_esm"], state["_css"]):
        assert not any(word in text for word in ("import ", "@import", "fetch(", "http:", "https:", "url("))
