"""When a chapter runs again: a change of anything that its outputs depend on is a new state."""

import os

import pytest
from cellcnn_book.cache import KEPT, prune, state


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A small checkout with a data folder."""
    monkeypatch.setenv("CELLCNN_DATA", str(tmp_path / "data"))
    for name in ("root/requirements.lock", "root/cellcnn_helpers/nn/layers.py", "data/blood.npz"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path


def test_nothing_changed_is_the_same_state(checkout):
    assert state(checkout / "root") == state(checkout / "root")


def test_compiled_files_are_no_change(checkout):
    before = state(checkout / "root")
    compiled = checkout / "root/cellcnn_helpers/__pycache__/layers.cpython-311.pyc"
    compiled.parent.mkdir()
    compiled.write_bytes(b"x")
    assert state(checkout / "root") == before


@pytest.mark.parametrize(
    "name",
    ["root/requirements.lock", "root/cellcnn_helpers/nn/layers.py", "root/cellcnn_helpers/widgets/new.js"],
)
def test_a_changed_lock_or_package_is_a_new_state(checkout, name):
    before = state(checkout / "root")
    path = checkout / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("changed")
    assert state(checkout / "root") != before


def test_other_data_is_a_new_state(checkout, monkeypatch):
    with_data = state(checkout / "root")
    (checkout / "data" / "more.npz").write_text("more")
    with_more = state(checkout / "root")
    monkeypatch.delenv("CELLCNN_DATA")
    assert len({with_data, with_more, state(checkout / "root")}) == 3


def test_only_the_states_used_last_are_kept(tmp_path):
    for age, name in enumerate(["now", "yesterday", "last week", "last month", "last year"]):
        (tmp_path / name).mkdir()
        (tmp_path / name / "outputs").write_text("x")
        os.utime(tmp_path / name, (1e9 - age, 1e9 - age))
    prune(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"now", "yesterday", "last week"}
    assert KEPT == 3
