"""Networks in files: they come back as they were; what is no whole network is refused and named."""

import json
import os
import re
import stat

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cellcnn_helpers import nn

LAYERS = [
    nn.Conv2D(3, (3, 2), strides=(1, 2), padding="same"),
    nn.ReLU(),
    nn.MaxPooling2D((2, 1), strides=1, padding="same"),
    nn.AveragePooling2D(),
    nn.Conv2D(4, 2, dilation_rate=2),
    nn.GlobalAveragePooling2D(),
    nn.Dense(3),
    nn.ReLU(),
    nn.Dense(2),
]


def make_network(seed=0):
    return nn.Network(LAYERS, input_shape=(12, 13, 2), seed=seed)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "network.npz"


@pytest.fixture
def saved(path):
    make_network().save(path)
    return path


@pytest.mark.parametrize("layers", [LAYERS, [nn.GlobalMaxPooling2D()], [nn.Flatten(), nn.Dense(1)]])
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_a_network_comes_back_as_it_was(path, layers, dtype):
    network = nn.Network(layers, input_shape=(12, 13, 2), seed=5)
    network.set_weights([w.astype(dtype) for w in network.get_weights()])
    network.save(path)
    again = nn.Network.load(path)
    assert repr(again.layers) == repr(layers)
    assert again.input_shape == (12, 13, 2)
    for w, expected in zip(again.get_weights(), network.get_weights(), strict=True):
        assert w.dtype == dtype
        np.testing.assert_array_equal(w, expected)
    images = np.random.default_rng(0).uniform(size=(3, 12, 13, 2))
    np.testing.assert_array_equal(again.predict(images), network.predict(images))


def test_what_was_loaded_learns_on(saved):
    network = nn.Network.load(str(saved))
    images = np.random.default_rng(0).uniform(size=(6, 12, 13, 2))
    assert network.fit(images, [0, 1] * 3, epochs=30, optimizer=nn.Adam(0.02)).loss[-1] < 0.68


def test_a_file_holds_no_pickles_and_the_same_bytes_each_time(saved, tmp_path):
    with np.load(saved, allow_pickle=False) as arrays:
        plan = json.loads(arrays["network"].item())
        assert len(arrays.files) == 1 + 8
    assert plan["layers"][7:] == [["ReLU", {}], ["Dense", {"units": 2}]]
    make_network().save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == saved.read_bytes()


def test_every_layer_of_nn_can_be_saved():
    from cellcnn_helpers.nn import _files
    from cellcnn_helpers.nn.layers import Layer

    offered = {name for name in nn.__all__ if isinstance(getattr(nn, name), type)}
    assert set(_files.KINDS) == {name for name in offered if issubclass(getattr(nn, name), Layer)}


def test_saving_replaces_a_file_in_one_go(saved, monkeypatch):
    before = saved.read_bytes()

    def fail(*_, **__):
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(np, "savez", fail)
        with pytest.raises(OSError, match="disk full"):
            make_network(seed=1).save(saved)
    assert saved.read_bytes() == before
    assert [entry.name for entry in saved.parent.iterdir()] == [saved.name]  # and nothing lies about
    make_network(seed=1).save(saved)
    assert saved.read_bytes() != before
    assert stat.S_IMODE(os.stat(saved).st_mode) == 0o644


def refused(path, reason):
    received = re.escape(repr(str(path)))
    message = rf"`path` holds no whole network: got path={received} \(.*{reason}.*\)\.\nGive a file that"
    with pytest.raises(ValueError, match=f"(?s){message}"):
        nn.Network.load(path)


def test_files_of_another_kind_are_refused(path):
    for content, reason in [(b"", "no .npz"), (b"hello", "no .npz"), (b"PK\x03\x04", "no .npz")]:
        path.write_bytes(content)
        refused(path, reason)
    np.savez(path, train_images=np.zeros(3))
    refused(path, "something else")
    with open(path, "wb") as file:
        np.save(file, np.zeros(3))
    refused(path, "no .npz")


class Trap:
    """A pickle of it would make a folder when it is loaded."""

    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


def test_pickles_are_not_loaded(path, tmp_path):
    trap = np.array([Trap(tmp_path / "sprung")], dtype=object)
    np.savez(path, network=trap)
    refused(path, "Object arrays cannot be loaded")
    plan = dict(format="cellcnn network 1", input_shape=[2, 2, 1], layers=[["Flatten", {}]])
    np.savez(path, network=json.dumps(plan), weight_0=trap)
    refused(path, "Object arrays cannot be loaded")
    assert not (tmp_path / "sprung").exists()


def write_plan(path, weights=(), **changes):
    plan = dict(format="cellcnn network 1", input_shape=[4, 4, 1])
    plan |= dict(layers=[["Flatten", {}], ["Dense", {"units": 2}]]) | changes
    np.savez(path, network=json.dumps(plan), **{f"weight_{n}": w for n, w in enumerate(weights)})


WEIGHTS = [np.zeros((16, 2), "f4"), np.zeros(2, "f4")]

TAMPERED = {
    "another format": (dict(format="cellcnn network 9"), WEIGHTS, "format 'cellcnn network 9', not"),
    "unknown layer": (dict(layers=[["__import__", {}]]), WEIGHTS, "unknown kind, '__import__'"),
    "unknown setting": (dict(layers=[["Dense", {"units": 2, "x": 1}]]), WEIGHTS, "unexpected keyword"),
    "impossible setting": (dict(layers=[["Dense", {"units": -2}]]), WEIGHTS, "`units` must be at least 1"),
    "layers that do not fit": (dict(layers=[["Dense", {"units": 2}]]), WEIGHTS, "`Dense` takes rows"),
    "no layers": (dict(layers=[]), WEIGHTS, "`layers` must be a list"),
    "layers of text": (dict(layers=["Dense"]), WEIGHTS, "too many values"),
    "shape": (dict(input_shape=[4, 4]), WEIGHTS, "`input_shape` must be"),
    "weights of another shape": (dict(input_shape=[4, 5, 1]), WEIGHTS, "`weights` must have the shapes"),
    "a weight too few": ({}, WEIGHTS[:1], "`weights` must have the shapes"),
    "a weight too many": ({}, [*WEIGHTS, np.zeros(2)], "`weights` must have the shapes"),
    "weights of text": ({}, [WEIGHTS[0], np.array(["a", "b"])], r"`weights\[1\]` must hold numbers"),
    "immense": (dict(layers=[["Flatten", {}], ["Dense", {"units": 10**15}]]), WEIGHTS, ""),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_tampered_files_are_refused(path, name):
    changes, weights, reason = TAMPERED[name]
    write_plan(path, weights, **changes)
    refused(path, reason)


def test_the_file_that_was_not_tampered_with_is_taken(path):
    write_plan(path, WEIGHTS)
    assert nn.Network.load(path).predict(np.ones((1, 4, 4, 1))).tolist() == [[0, 0]]


def test_json_that_is_none_is_refused(path):
    for text in "", "[1", "null", "[]", "{}", "[" * 100_000:
        np.savez(path, network=text)
        refused(path, "")
    np.savez(path, network=np.zeros(3))
    refused(path, "")
    np.savez(path, network=json.dumps(dict(format="cellcnn network 1")), stray=np.zeros(2))
    refused(path, "weight_0")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    path = tmp_path_factory.mktemp("files") / "whole.npz"
    make_network().save(path)
    return path.read_bytes()


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_files_cut_short_are_refused(whole, tmp_path_factory, data):
    path = tmp_path_factory.mktemp("cut") / "cut.npz"
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    refused(path, "")


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_changed_byte_never_changes_a_network_unseen(whole, tmp_path_factory, data):
    """It is refused, or it stood where it means nothing (a time, an attribute of the file)."""
    changed = bytearray(whole)
    place = data.draw(st.integers(0, len(whole) - 1))
    changed[place] ^= data.draw(st.integers(1, 255))
    path = tmp_path_factory.mktemp("changed") / "changed.npz"
    path.write_bytes(changed)
    try:
        network = nn.Network.load(path)
    except ValueError as error:
        assert "holds no whole network" in str(error)
    else:
        for w, expected in zip(network.get_weights(), make_network().get_weights(), strict=True):
            np.testing.assert_array_equal(w, expected)


def test_paths_that_make_no_sense_are_named(tmp_path):
    network = make_network()
    for path, message in [
        (tmp_path / "absent" / "n.npz", r"got path='.*n\.npz', in a folder that does not exist"),
        (tmp_path, r"got path='.*', which is a folder"),
    ]:
        with pytest.raises(FileNotFoundError, match=message):
            network.save(path)
        with pytest.raises(FileNotFoundError, match=r"`path` is not a file: got path='"):
            nn.Network.load(path)
    for method in network.save, nn.Network.load:
        with pytest.raises(TypeError, match=r"`path` must be text or a Path: got path=3"):
            method(3)


def test_a_layer_of_ones_own_is_not_saved(path):
    class Own(nn.ReLU):
        pass

    Own.__name__ = "ReLU"
    network = nn.Network([Own(), nn.Flatten()], input_shape=(2, 2, 1))
    with pytest.raises(TypeError, match=r"`layers\[0\]` cannot be saved: got ReLU, a layer of your own"):
        network.save(path)
    assert not path.exists()
