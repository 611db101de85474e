"""The set-up makes `.venv` what the lock says, and mends it after each kind of damage.

The real `tools/setup.py` runs in a scratch project whose lock holds only what the set-up itself needs, so
that a repair takes seconds.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

PROJECT = """
[build-system]
requires = ["flit_core"]
build-backend = "flit_core.buildapi"
[project]
name = "cellcnn-helpers"
version = "1.0"
description = "A scratch package"
"""


@pytest.fixture(scope="module")
def project(root, tmp_path_factory):
    """A project that is set up, in a folder with a space in its name."""
    folder = tmp_path_factory.mktemp("set up")
    lock = (root / "requirements.lock").read_text()
    blocks = [
        re.search(rf"^{name}==.*\n(?:    .*\n)+", lock, re.MULTILINE)[0] for name in ("uv", "flit-core")
    ]
    (folder / "requirements.lock").write_text("".join(blocks))
    (folder / "pyproject.toml").write_text(PROJECT)
    (folder / "cellcnn_helpers").mkdir()
    (folder / "cellcnn_helpers" / "__init__.py").touch()
    (folder / "tools").mkdir()
    shutil.copy(root / "tools" / "setup.py", folder / "tools")
    assert "installing" in set_up(folder)
    return folder


def start(folder):
    command = [sys.executable, folder / "tools" / "setup.py"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen(command, start_new_session=True, **pipes)


def set_up(folder):
    """Run the set-up to its end; return what it said."""
    process = start(folder)
    said = process.communicate(timeout=120)[0]
    assert process.returncode == 0, said
    return said


def works(folder):
    code = "import cellcnn_helpers, flit_core"
    return subprocess.run([folder / ".venv/bin/python", "-c", code], capture_output=True).returncode == 0


def site_packages(folder):
    return next((folder / ".venv/lib").glob("python*/site-packages"))


def no_python(folder):
    (folder / ".venv/bin/python").unlink()


def no_package(folder):
    shutil.rmtree(site_packages(folder) / "flit_core")


def stamp_of_noise(folder):
    (folder / ".venv/.ready").write_bytes(b"\xff\xfe")


def stamp_is_a_folder(folder):
    (folder / ".venv/.ready").unlink()
    (folder / ".venv/.ready").mkdir()


def other_lock(folder):
    with open(folder / "requirements.lock", "a") as lock:
        lock.write("# changed\n")


def killed_half_way(folder):
    no_python(folder)
    process = start(folder)
    while not (folder / ".venv/bin/python").exists():
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert not works(folder), "it was killed too late to leave anything half done"


DAMAGES = [no_python, no_package, stamp_of_noise, stamp_is_a_folder, other_lock, killed_half_way]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_damage_is_mended_once(project, damage):
    damage(project)
    assert "installing" in set_up(project)
    assert works(project)
    assert set_up(project) == "", "nothing to do the second time"


def test_two_at_once_do_it_once(project):
    no_package(project)
    both = [start(project), start(project)]
    said = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum("installing" in text for text in said) == 1
    assert works(project)


def test_a_lock_that_cannot_be_had_says_what_to_do(project):
    lock = project / "requirements.lock"
    good = lock.read_text()
    lock.write_text(re.sub(r"sha256:\w{8}", "sha256:00000000", good))
    process = start(project)
    said = process.communicate(timeout=120)[0]
    lock.write_text(good)
    assert process.returncode == 1
    assert "set-up: installing uv failed" in said
    assert "run the same command again" in said
    assert not (project / ".venv/.ready").exists()
