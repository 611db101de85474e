"""Settings shared by all tests: quiet TensorFlow, no network, real images where the machine has them."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("MPLBACKEND", "agg")
os.environ["CELLCNN_OFFLINE"] = "1"

NOT_RUN = pytest.StashKey[int]()
ROOT = Path(__file__).resolve().parent.parent


def real_data_folder():
    """The folder of real images, or None."""
    folder = os.environ.get("CELLCNN_DATA")
    return Path(folder) if folder and (Path(folder) / "pbc_blood_28.npz").exists() else None


@pytest.fixture(scope="session")
def root():
    """The root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def real_data():
    """The folder of real images; only tests marked `real_data` may ask for it."""
    return real_data_folder()


@pytest.fixture(scope="session")
def site(root):
    """The site as `make book` left it."""
    folder = root / "_build" / "html"
    if not (folder / "index.html").exists():
        pytest.fail("there is no built site in _build/html: run `make book` first.")
    return folder


def pytest_collection_modifyitems(config, items):
    """Deselect, never skip, what needs the real images where they are absent."""
    absent = []
    if real_data_folder() is None:
        absent = [item for item in items if item.get_closest_marker("real_data")]
        items[:] = [item for item in items if not item.get_closest_marker("real_data")]
        config.hook.pytest_deselected(items=absent)
    config.stash[NOT_RUN] = len(absent)
    if hasattr(config, "workeroutput"):  # one of several processes: tell the one that prints
        config.workeroutput["not_run"] = len(absent)


def pytest_testnodedown(node):
    """Take over the count from a worker process; each of them collects all tests, so any one will do."""
    node.config.stash[NOT_RUN] = getattr(node, "workeroutput", {}).get("not_run", 0)


def pytest_terminal_summary(terminalreporter, config):
    """A plain closing line of the counts."""
    passed, failed, error = (len(terminalreporter.stats.get(k, [])) for k in ("passed", "failed", "error"))
    not_run = config.stash.get(NOT_RUN, 0)
    if not_run:
        terminalreporter.write_line(f"{not_run} tests need the real images (CELLCNN_DATA): not run")
    terminalreporter.write_line(f"tests: {passed} passed, {failed + error} failed")
