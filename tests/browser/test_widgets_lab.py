"""All widgets live in a real JupyterLab: Python has what the reader does in the browser, and the reverse."""

import json
import os
import subprocess
import sys
import time

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import expect

from cellcnn_helpers import evaluation, images, nn
from cellcnn_helpers.simulate import Microscope
from cellcnn_helpers.widgets import (
    AugmentationWidget,
    CameraWidget,
    ConvolutionWidget,
    DenseWidget,
    GuessCurveWidget,
    LossWidget,
    OptimizerRaceWidget,
    PipelineWidget,
    PoolingWidget,
    ThresholdWidget,
)

pytestmark = pytest.mark.browser

TOKEN = "only-for-this-test"
RACE = {"surface": "cells, standardized", "learning_rates": 0.1, "start": (1, 2.5), "step": 0}
WIDGETS = {  # what each is made with, what Python is asked after the reader acted, what Python does itself
    ConvolutionWidget: (
        {},
        "[w.kernel, w.strides, w.column, w.image]",
        'w.kernel, w.strides, w.padding = [[0, 1], [-2.5, 4]], 2, "same"\nw.row = w.column = 10',
    ),
    PoolingWidget: ({}, "[w.image, w.pool_size, w.row, w.column]", "w.pool_size, w.row, w.column = 4, 5, 6"),
    DenseWidget: ({"cell": 4}, "[w.shift_down, w.shift_right]", "w.shift_right = -2\nw.bias = [1, 2, 3]"),
    GuessCurveWidget: ({}, "[w.guess, w.revealed]", "w.curve, w.revealed = list(w.runs)[1], True"),
    LossWidget: ({}, "w.logits", 'w.loss, w.labels = "mean_squared_error", [2, 0, 0, 0, 1]'),
    OptimizerRaceWidget: (RACE, "[w.step, w.start]", "w.step, w.learning_rates = 1, 0.5"),
    PipelineWidget: ({}, "[w.workers, w.prefetch, w.load_us]", "w.prefetch, w.faster = 'device', 50"),
    ThresholdWidget: ({}, "[w.threshold, w.cost_of_miss]", "w.prevalence, w.cost_of_miss = 0.01, 20"),
    AugmentationWidget: ({"degrees": 0}, "[w.mirror, w.shift_px]", "w.cell, w.brightness = 1, 0.1"),
    CameraWidget: (
        {},
        "w.microscope.__dict__",
        "from cellcnn_helpers.simulate import Microscope\nw.microscope = Microscope(gain=2)",
    ),
}
CELLS = [
    code
    for kind, (arguments, asked, done) in WIDGETS.items()
    for code in (
        f"from cellcnn_helpers.widgets import {kind.__name__}\nw = {kind.__name__}(**{arguments})\nw",
        f"import json\nprint(json.dumps({asked}))",
        done,
    )
]

EXPLORER = """import numpy as np
from cellcnn_helpers import models
from cellcnn_helpers.dataset import CellImageDataset
from cellcnn_helpers.widgets import ExplorerWidget
names = models.load_page_weights()["class_names"]
w = ExplorerWidget(CellImageDataset(np.full((2, 28, 28, 3), 200, np.uint8), [0, 1], names))
w"""
CELLS += [EXPLORER, "print(w.cell, w.layer, w.channel)", "w.cell, w.layer, w.channel, w.row = 1, 1, 3, 5"]


@pytest.fixture(scope="module")
def lab(tmp_path_factory, root):
    """A JupyterLab of its own, on a free port, with the notebook of all widgets; yields its address."""
    home = tmp_path_factory.mktemp("lab")
    (home / "work").mkdir()
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}}
    notebook = new_notebook(cells=[new_code_cell(code) for code in CELLS], metadata=kernel)
    nbformat.write(notebook, home / "work" / "widgets.ipynb")
    (home / "config" / "labconfig").mkdir(parents=True)
    settings = {
        "page_config": {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}},
        "default_setting_overrides": {  # all cells stay in the page, in sight or not
            "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}
        },
    }
    for name, content in settings.items():
        path = home / "config" / "labconfig" / f"{name}.json"
        path.write_text(json.dumps(content), encoding="utf-8")
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
            yield f"{wait_for_address(server, home)}lab/tree/widgets.ipynb?token={TOKEN}"
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


@pytest.fixture(scope="module")
def problems():
    """What went wrong in the notebook, which stays open for all tests."""
    return []


@pytest.fixture(scope="module")
def notebook(lab, watched_page, problems):
    """The notebook, open, its kernel ready."""
    page = watched_page(problems, viewport={"width": 1200, "height": 1400})
    page.set_default_timeout(60_000)
    page.goto(lab)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    yield page
    page.context.close()


@pytest.fixture(autouse=True)
def nothing_goes_wrong(problems):
    """A problem in the page fails the test in which it turns up."""
    yield
    found, problems[:] = problems[:], []
    assert found == []


def run_cell(page, number):
    """Run a cell with the keyboard, as a student does, and wait until its number of execution changes."""
    cell = page.locator(".jp-CodeCell").nth(number)
    prompt = cell.locator(".jp-InputPrompt")
    before = prompt.inner_text()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    page.wait_for_function(
        """([number, before]) => {
            const cell = document.querySelectorAll(".jp-CodeCell")[number];
            const text = cell.querySelector(".jp-InputPrompt").innerText;
            return text !== before && /\\d/.test(text);
        }""",
        arg=[number, before],
    )
    return cell


def start(page, kind):
    """Run the cell of a widget: the widget in the browser, and the same one here."""
    shown = run_cell(page, 3 * list(WIDGETS).index(kind)).locator(".cellcnn-widget")
    shown.wait_for()
    return shown, kind(**WIDGETS[kind][0])


def in_python(page, kind):
    """What Python has to say about the widget that was started last."""
    cell = run_cell(page, 3 * list(WIDGETS).index(kind) + 1)
    return json.loads(cell.locator(".jp-OutputArea-output").inner_text())


def changed_by_python(page, kind):
    """The widget in the browser, after Python changed it."""
    shown, here = start(page, kind)
    run_cell(page, 3 * list(WIDGETS).index(kind) + 2)
    return shown, here


def numbers(shown, selector):
    return shown.locator(f"{selector} data").evaluate_all("all => all.map(e => Number(e.value))")


# ---- from the browser to Python, and what the browser makes of it ----


def test_convolution(notebook):
    shown, _ = start(notebook, ConvolutionWidget)
    cells = notebook.locator(".jp-CodeCell").count()
    picture = shown.locator(".cellcnn-picture [tabindex]")
    picture.focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        notebook.keyboard.press(key)
    # JupyterLab must not take the keys: “b” would insert a cell, “a” too
    for control in (
        picture,
        shown.get_by_role("button", name="Play"),
        shown.get_by_role("combobox", name="Size"),
    ):
        control.press("b")
        control.press("a")
    shown.get_by_role("combobox", name="Stride").select_option("2")
    shown.get_by_label("Weight, row 1, column 1").fill("1/3")
    kernel = [[1, 0, -1], [1, 1 / 3, -1], [1, 0, -1]]
    assert in_python(notebook, ConvolutionWidget) == [kernel, 2, 8, "a cell (phase)"]
    assert notebook.locator(".jp-CodeCell").count() == cells == len(CELLS)


def test_pooling(notebook):
    shown, here = start(notebook, PoolingWidget)
    shown.get_by_role("combobox", name="Pool size").select_option("3")
    image, pool_size, row, column = in_python(notebook, PoolingWidget)
    assert pool_size == 3 != here.pool_size
    x = np.float64(here.images[image])[np.newaxis, ..., np.newaxis]
    expected = [pool(x, 3)[0, row, column, 0] for pool in (nn.max_pool2d, nn.average_pool2d)]
    np.testing.assert_allclose(numbers(shown, ".cellcnn-sum"), expected, rtol=1e-12)


def test_dense(notebook):
    shown, here = start(notebook, DenseWidget)
    shown.get_by_role("button", name="Shift right").click()
    assert in_python(notebook, DenseWidget) == [0, 1]
    x = np.roll(here.cells.arrays()[0][4:5], 1, axis=2).reshape(1, -1)
    scores = nn.dense(*(np.float64(array) for array in (x, here.weights, here.bias)))
    pairs = np.reshape(numbers(shown, ".cellcnn-class"), (-1, 2))
    np.testing.assert_allclose(pairs, np.stack([scores[0], nn.softmax(scores)[0]], axis=1), rtol=1e-9)


def test_loss(notebook):
    shown, here = start(notebook, LossWidget)
    shown.get_by_role("button", name="Ten steps").click()
    logits, sgd = [np.array(here.logits[:1])], nn.SGD(1.0)
    for _ in range(10):
        logits = sgd.step(logits, [nn.softmax_cross_entropy([1], logits[0]).gradient])
    there = in_python(notebook, LossWidget)
    np.testing.assert_allclose(there, [logits[0][0], *here.logits[1:]], atol=1e-12)
    loss = nn.softmax_cross_entropy(here.labels, np.array(there)).loss
    assert numbers(shown, ".cellcnn-sum")[1] == pytest.approx(loss, rel=1e-12)


def test_guess_curve(notebook):
    shown, here = start(notebook, GuessCurveWidget)
    shown.get_by_role("slider", name="Guess at 10 labeled cells").press("ArrowUp")
    shown.get_by_role("button", name="Show what was measured").click()
    guess, revealed = in_python(notebook, GuessCurveWidget)
    assert (guess[0], revealed) == (pytest.approx(here.guess[0] + here.top / 200), True)
    expected = np.mean(here.runs[here.curve], axis=0)
    rows = np.reshape(numbers(shown, ".cellcnn-facts"), (-1, 4))
    np.testing.assert_allclose(rows[:, 1], expected, rtol=1e-12)


def test_optimizer_race(notebook):
    shown, here = start(notebook, OptimizerRaceWidget)
    shown.get_by_role("button", name="One step").click()
    step, weights = in_python(notebook, OptimizerRaceWidget)
    assert [step, weights] == [1, [1, 2.5]]
    x = here.measurements - here.measurements.mean(axis=0)
    x /= x.std(axis=0)
    gradient = nn.softmax_cross_entropy(here.labels, np.stack([0 * x[:, 0], x @ weights], axis=1)).gradient
    (expected,) = nn.Adam(0.1).step([np.array(weights)], [gradient[:, 1] @ x])
    row = shown.locator(".cellcnn-facts tbody tr", has_text="Adam").locator("td")
    assert row.evaluate_all("all => all.map(e => Number(e.dataset.value))")[:2] == pytest.approx(expected)


def test_pipeline(notebook):
    shown, here = start(notebook, PipelineWidget)
    shown.get_by_role("combobox", name="Workers").select_option("4")
    field = shown.get_by_role("textbox", name="Load and change one image, µs, as a number")
    field.fill("600")
    field.press("Enter")
    workers, prefetch, load_us = in_python(notebook, PipelineWidget)
    assert (workers, prefetch, load_us) == (4, "off", 600)
    waiting = here.batch_size / workers * load_us + here.batch_size * here.transfer_us + here.between_us
    whole = (
        waiting + here.step_us + here.batch_size * here.image_us
    )  # one after the other, without prefetching
    assert numbers(shown, ".cellcnn-sum") == [pytest.approx(1e6 * here.batch_size / whole)]


def test_threshold(notebook):
    shown, here = start(notebook, ThresholdWidget)
    field = shown.get_by_role("textbox", name="Cost of a miss, false alarms, as a number")
    field.fill("20")
    field.press("Enter")
    shown.get_by_role("button", name="Go to the cheapest threshold").click()
    threshold, cost = in_python(notebook, ThresholdWidget)
    assert cost == 20
    assert threshold == evaluation.threshold_for_cost(
        here.positives, here.scores, cost_of_miss=20, cost_of_false_alarm=1
    )
    point = evaluation.at_threshold(here.positives, here.scores, threshold)
    assert numbers(shown, ".cellcnn-confusion")[1:3] == [point.num_misses, point.num_false_alarms]


def test_augmentation(notebook):
    shown, here = start(notebook, AugmentationWidget)
    shown.get_by_role("combobox", name="Mirror").select_option("left-right")
    field = shown.get_by_role("textbox", name="Down, px, as a number")
    field.fill("5")
    field.press("Enter")
    mirror, shift = in_python(notebook, AugmentationWidget)
    assert (mirror, shift) == ("left-right", [5, 0])
    rows = (
        shown.locator(".cellcnn-bench canvas")
        .nth(1)
        .evaluate(
            """c => [c.height, c.width, [...c.getContext("2d").getImageData(0, 0, c.width, c.height).data]]"""
        )
    )
    drawn = np.reshape(rows[2], (rows[0], rows[1], 4))[5:, :, 0]
    flipped = images.flip(here.cells.images[0, ..., 0], mirror)
    np.testing.assert_array_equal(drawn, flipped[:-5])


def test_camera(notebook):
    shown, here = start(notebook, CameraWidget)
    field = shown.get_by_role("textbox", name="Aperture, NA, as a number")
    field.fill("0.3")
    field.press("Enter")
    microscope = Microscope(**in_python(notebook, CameraWidget))
    assert microscope == Microscope(numerical_aperture=0.3)
    specimen = here.specimens[here.specimen]
    photons = np.float64(microscope.expected_photons(specimen.light))[specimen.mask > 0].mean()
    noise = photons + microscope.read_noise_photons**2 + 1 / (12 * microscope.gain**2)
    expected = (photons - microscope.background_photons) / np.sqrt(noise)
    found = shown.locator(".cellcnn-facts tr", has_text="Signal to noise").locator("data").first
    assert float(found.get_attribute("value")) == pytest.approx(expected, rel=1e-4)  # float32 in Python


def test_explorer(notebook):
    """Both ways: it is the one widget that needs cells."""
    first = CELLS.index(EXPLORER)
    shown = run_cell(notebook, first).locator(".cellcnn-widget")
    shown.get_by_role("application", name="Convolution 2 and ReLU").press("ArrowRight")
    expect(shown.locator(".cellcnn-followed")).to_contain_text("Convolution 2 and ReLU, map 1, ")
    said = run_cell(notebook, first + 1).locator(".jp-OutputArea-output")
    assert said.inner_text().strip() == "0 3 1"
    run_cell(notebook, first + 2)
    expect(shown.locator(".cellcnn-followed")).to_contain_text("Convolution 1 and ReLU, map 3, row 5, ")
    expect(shown.get_by_label("cell 1, eosinophil")).to_be_checked()


# ---- from Python to the browser ----


def test_python_sets_a_kernel(notebook):
    shown, here = changed_by_python(notebook, ConvolutionWidget)
    shown.get_by_text("Sum, row 10, column 10").wait_for()
    assert shown.get_by_role("combobox", name="Padding").input_value() == "same"
    weights = shown.locator(".cellcnn-numbers input").evaluate_all("all => all.map(box => box.value)")
    assert weights == ["0", "1", "−2.5", "4"]
    image = here.images["a cell (phase)"][np.newaxis, ..., np.newaxis]
    kernel = np.array([[0, 1], [-2.5, 4]])[..., np.newaxis, np.newaxis]
    expected = nn.conv2d(image, kernel, strides=2, padding="same")[0, 10, 10, 0]
    assert numbers(shown, ".cellcnn-sum") == [expected]


@pytest.mark.parametrize(
    ("kind", "role", "name", "value"),
    [
        (PoolingWidget, "combobox", "Pool size", "4"),
        (GuessCurveWidget, "combobox", "Curve", "with flips and turns"),
        (LossWidget, "combobox", "Label of the chosen cell", "2"),
        (PipelineWidget, "combobox", "Prefetch", "device"),
        (ThresholdWidget, "textbox", "Prevalence, %, as a number", "1"),
        (AugmentationWidget, "combobox", "Cell", "1"),
        (CameraWidget, "textbox", "Gain, / photon, as a number", "2"),
    ],
)
def test_python_sets_what_a_control_shows(notebook, kind, role, name, value):
    shown, _ = changed_by_python(notebook, kind)
    expect(shown.get_by_role(role, name=name, exact=True)).to_have_value(value)


def test_python_sets_a_bias_and_a_step(notebook):
    shown, here = changed_by_python(notebook, DenseWidget)
    expect(shown.locator("output")).to_have_text("shifted by 2 to the left")
    x = np.roll(here.cells.arrays()[0][4:5], -2, axis=2).reshape(1, -1)
    scores = nn.dense(np.float64(x), np.float64(here.weights), np.array([1.0, 2, 3]))
    np.testing.assert_allclose(numbers(shown, ".cellcnn-class")[::2], scores[0], rtol=1e-9)
    shown, _ = changed_by_python(notebook, OptimizerRaceWidget)
    expect(shown.locator(".cellcnn-reading")).to_contain_text("After 1 step ")
