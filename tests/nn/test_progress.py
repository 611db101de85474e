"""The progress bar: a line in a terminal, one output in a notebook, and nothing where nobody can watch."""

import os
import pty
import subprocess
import sys

import nbclient
import nbformat
import pytest

TRAINING = """
import numpy as np
from cellcnn_helpers import nn
network = nn.Network([nn.Flatten(), nn.Dense(2)], input_shape=(4, 4, 1))
images, labels = np.ones((40, 4, 4, 1)), np.arange(40) % 2
def slowly(batch, rng):
    import time
    time.sleep(0.02)
    return batch
settings = dict(epochs=3, batch_size=4, augment=slowly, validation_data=(images, labels))
history = network.fit(images, labels, **settingsVERBOSE)
"""


def training(verbose=""):
    return TRAINING.replace("VERBOSE", verbose)


def in_terminal(code):
    """What a process writes to a terminal of 80 columns."""
    control, terminal = pty.openpty()
    os.set_blocking(control, True)
    import fcntl
    import struct
    import termios

    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 80, 0, 0))
    with subprocess.Popen([sys.executable, "-c", code], stdout=terminal, stderr=terminal) as process:
        os.close(terminal)
        written = b""
        try:
            while piece := os.read(control, 1 << 16):
                written += piece
        except OSError:
            pass  # Linux says so when the other end is closed
    os.close(control)
    assert process.returncode == 0, written
    return written.decode()


def test_a_terminal_shows_one_line_that_is_rewritten():
    written = in_terminal(training())
    lines = [line for line in written.replace("\r", "\n").splitlines() if line.strip()]
    assert len(lines) > 5 and written.count("\n") == 1
    assert max(map(len, lines)) <= 80
    last = lines[-1]
    assert "██" in last and last.startswith("epoch 3/3 100%") and "accuracy 0.500 (val 0.500)" in last
    assert any(line.startswith("epoch 1/3 ") for line in lines)


def test_a_terminal_shows_nothing_when_switched_off():
    assert in_terminal(training(", verbose=False")) == ""


def test_a_pipe_gets_nothing():
    run = subprocess.run([sys.executable, "-c", training()], capture_output=True, check=True)
    assert run.stdout == run.stderr == b""


@pytest.fixture(scope="module")
def outputs():
    """What the cells of a notebook leave, run by a real kernel as for a page: with the bar and without."""
    cells = [nbformat.v4.new_code_cell(training(verbose)) for verbose in ("", ", verbose=False")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    return [cell.outputs for cell in notebook.cells]


def test_a_notebook_keeps_the_last_line_alone(outputs):
    (output,) = outputs[0]
    assert output.output_type == "display_data"
    assert list(output.data) == ["text/plain"]  # no widget: a page could not show it
    line = output.data["text/plain"]
    assert line.startswith("epoch 3/3 100%") and "accuracy 0.500 (val 0.500)" in line
    assert line.isprintable() and len(line) <= 100


def test_a_notebook_shows_nothing_when_switched_off(outputs):
    assert outputs[1] == []
