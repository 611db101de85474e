"""Files of the package's own: replaced in one go; what is no whole .npz of ours is refused with a reason."""

import json
import os
import pickle
import stat

import numpy as np
import pytest

from cellcnn_helpers import _files

KIND = "cellcnn example 1"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "example.npz"


@pytest.fixture
def saved(path):
    _files.write_npz(path, "plan", {"format": KIND, "steps": 3}, {"w": np.arange(4.0)})
    return path


def read(path):
    return _files.read_npz(path, "plan", KIND)


def test_what_was_written_comes_back(saved):
    plan, arrays = read(saved)
    assert plan == {"format": KIND, "steps": 3}
    assert list(arrays) == ["w"]
    np.testing.assert_array_equal(arrays["w"], np.arange(4.0))
    assert stat.S_IMODE(os.stat(saved).st_mode) == 0o644
    assert list(saved.parent.iterdir()) == [saved]


def test_a_block_that_fails_leaves_the_old_file(saved):
    before = saved.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        with _files.replacing(saved) as file:
            file.write(b"half")
            raise KeyboardInterrupt
    assert saved.read_bytes() == before
    assert list(saved.parent.iterdir()) == [saved]


def test_every_cut_and_every_changed_byte_of_the_numbers_is_refused(saved):
    whole = saved.read_bytes()
    for length in range(0, len(whole), 7):
        saved.write_bytes(whole[:length])
        with pytest.raises(_files.DAMAGED):
            read(saved)
    start = whole.index(np.arange(4.0).tobytes())
    for place in range(start, start + 32):
        saved.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(_files.DAMAGED):
            read(saved)


@pytest.mark.parametrize(
    "arrays, reason",
    [
        ({"images": np.zeros(3)}, r"it is the \.npz of something else"),
        (
            {"plan": json.dumps({"format": "cellcnn example 2"})},
            "it is of the format 'cellcnn example 2', not",
        ),
        ({"plan": "[" * 100_000}, "recursion"),
        ({"plan": "{}"}, "format"),
    ],
)
def test_the_npz_of_something_else_is_refused(path, arrays, reason):
    np.savez(path, **arrays)
    with pytest.raises(_files.DAMAGED, match=reason):
        read(path)


class Bomb:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("where", ["file", "plan", "w"])
def test_nothing_is_unpickled(path, tmp_path, where):
    bomb = Bomb(tmp_path / "exploded")
    if where == "file":
        path.write_bytes(pickle.dumps(bomb))
    else:
        arrays = {"plan": json.dumps({"format": KIND})} | {where: np.array([bomb], object)}
        np.savez(path, **arrays)
    with pytest.raises(_files.DAMAGED, match=r"no \.npz|Object arrays cannot be loaded"):
        read(path)
    assert not (tmp_path / "exploded").exists()


def test_paths_are_named_by_their_argument(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"`log` cannot be written: got log='.*', which is a folder"):
        _files.writable("log", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"got log='.*none/log.csv', in a folder that does not exist"):
        _files.writable("log", tmp_path / "none" / "log.csv")
    with pytest.raises(FileNotFoundError, match="`path` is not a file: got path='"):
        _files.existing("path", tmp_path / "none")


def test_a_reason_is_one_line_and_never_empty():
    assert _files.reason(ValueError("it is cut short.\nCopy it again.")) == "it is cut short"
    assert _files.reason(EOFError()) == "EOFError"
