"""The convolution widget live in a real JupyterLab: the browser changes Python's state, and the other way."""

import json
import os
import subprocess
import sys
import time

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from cellcnn_helpers import nn
from cellcnn_helpers.widgets import ConvolutionWidget

pytestmark = pytest.mark.browser

TOKEN = "only-for-this-test"
CELLS = [
    "from cellcnn_helpers.widgets import ConvolutionWidget\nw = ConvolutionWidget()\nw",
    "print(w.kernel, w.strides, w.column, w.image)",
    'w.kernel = [[0, 1], [-2.5, 4]]\nw.padding = "same"\nw.row = w.column = 10',
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory, root):
    """A JupyterLab of its own, on a free port, with a notebook; yields the notebook's address."""
    home = tmp_path_factory.mktemp("lab")
    (home / "work").mkdir()
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}}
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in CELLS], metadata=kernel)
    nbformat.write(notebook, home / "work" / "widget.ipynb")
    (home / "config" / "labconfig").mkdir(parents=True)
    quiet = {
        "disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}
    }  # no question, no news
    (home / "config" / "labconfig" / "page_config.json").write_text(json.dumps(quiet), encoding="utf-8")
    folders = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "IPYTHONDIR": "ipython",
    }
    environment = {**os.environ, **{name: str(home / folder) for name, folder in folders.items()}}
    environment["PYTHONPATH"] = str(root)
    options = ["--no-browser", "--allow-root", "--port=0", f"--IdentityProvider.token={TOKEN}"]
    with open(home / "log.txt", "w+", encoding="utf-8") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options, f"--ServerApp.root_dir={home / 'work'}"],
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            yield f"{wait_for_address(server, home)}lab/tree/widget.ipynb?token={TOKEN}"
        finally:
            server.terminate()
            server.wait(timeout=20)


def wait_for_address(server, home):
    """The server writes where it listens into its runtime folder."""
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        for file in (home / "runtime").glob("jpserver-*.json"):
            return json.loads(file.read_text(encoding="utf-8"))["url"]
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{(home / 'log.txt').read_text(encoding='utf-8')}")


def run_cell(page, number):
    """Run a cell with the keyboard, as a student does, and wait until its number of execution changes."""
    cell = page.locator(".jp-CodeCell").nth(number)
    prompt = cell.locator(".jp-InputPrompt")
    before = prompt.inner_text()
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    page.wait_for_function(
        """([number, before]) => {
            const cell = document.querySelectorAll(".jp-CodeCell")[number];
            const text = cell.querySelector(".jp-InputPrompt").innerText;
            return text !== before && /\\d/.test(text);
        }""",
        arg=[number, before],
    )
    return cell


def test_state_goes_both_ways_in_jupyterlab(lab, new_page):
    page = new_page(viewport={"width": 1200, "height": 1400})
    page.set_default_timeout(60_000)
    page.goto(lab)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    run_cell(page, 0)
    page.locator(".jp-OutputArea .cellcnn-widget").wait_for()

    # the browser moves the window; JupyterLab must not take the keys (“b” would insert a cell, “a” too)
    picture = page.locator(".cellcnn-picture [tabindex]")
    picture.focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    for control in (
        picture,
        page.get_by_role("button", name="Play"),
        page.get_by_role("combobox", name="Size"),
    ):
        control.press("b")
        control.press("a")
    page.get_by_role("combobox", name="Stride").select_option("2")
    page.get_by_label("Weight, row 1, column 1").fill("1/3")
    printed = run_cell(page, 1).locator(".jp-OutputArea-output")
    assert page.locator(".jp-CodeCell").count() == len(CELLS)
    assert printed.inner_text().strip() == f"{[[1, 0, -1], [1, 1 / 3, -1], [1, 0, -1]]} 2 8 a cell (phase)"

    # Python sets the state, and the browser shows it
    run_cell(page, 2)
    page.get_by_text("Sum, row 10, column 10").wait_for()
    assert page.get_by_role("combobox", name="Padding").input_value() == "same"
    weights = page.locator(".cellcnn-numbers input").evaluate_all("all => all.map(box => box.value)")
    assert weights == ["0", "1", "−2.5", "4"]
    image = ConvolutionWidget().images["a cell (phase)"][np.newaxis, ..., np.newaxis]
    kernel = np.array([[0, 1], [-2.5, 4]])[..., np.newaxis, np.newaxis]
    expected = nn.conv2d(image, kernel, strides=2, padding="same")[0, 10, 10, 0]
    assert float(page.locator(".cellcnn-sum data").get_attribute("value")) == expected
