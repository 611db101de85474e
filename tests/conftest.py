"""Settings shared by all tests: quiet TensorFlow, no network, real images where the machine has them."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("MPLBACKEND", "agg")
os.environ["CELLCNN_OFFLINE"] = "1"

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


def pytest_collection_modifyitems(config, items):
    """Deselect, never skip, what needs the real images where they are absent."""
    if real_data_folder() is None:
        absent = [item for item in items if item.get_closest_marker("real_data")]
        if absent:
            items[:] = [item for item in items if not item.get_closest_marker("real_data")]
            config.hook.pytest_deselected(items=absent)


def pytest_terminal_summary(terminalreporter):
    """A plain closing line of the counts."""
    counts = {name: len(terminalreporter.stats.get(name, [])) for name in ("passed", "failed", "error")}
    counts["deselected"] = len(terminalreporter.stats.get("deselected", []))
    if counts["deselected"]:
        terminalreporter.write_line(f"{counts['deselected']} tests need the real images (CELLCNN_DATA): not run")
    terminalreporter.write_line(f"tests: {counts['passed']} passed, {counts['failed'] + counts['error']} failed")
