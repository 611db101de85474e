"""Time of an update of the CNN explorer in Chromium: the network, all maps drawn, the followed value.

    python benchmarks/explorer.py            # print the table
    python benchmarks/explorer.py --write    # and keep it in benchmarks/explorer.md

A patch moves over the picture, as under a mouse. The time runs from the first to the last line of JavaScript
of an update; what the browser does afterwards to bring it onto the screen is not in it.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from ipywidgets.embed import dependency_state, embed_data
from playwright.sync_api import sync_playwright

from cellcnn_helpers import models
from cellcnn_helpers.dataset import CellImageDataset
from cellcnn_helpers.widgets import ExplorerWidget

ROOT = Path(__file__).resolve().parent.parent
PROMISED_MS = 50
MOVES = 200
SLOWER = (1, 4)  # Chromium can hold the processor back, as on a slow laptop
MIME = "application/vnd.jupyter.widget"
MOVE = """async ([field, moves]) => {
    const { left, top, width, height } = field.getBoundingClientRect();
    const times = [];
    for (let n = -20; n < moves; n++) {
        const next = () => new Promise((done) => requestAnimationFrame(() => done(performance.now())));
        const started = next();
        const [y, x] = [((n + 20) * 0.37) % 1, ((n + 20) * 0.61) % 1];
        const at = { clientX: left + x * width, clientY: top + y * height, pointerType: "mouse" };
        field.dispatchEvent(new PointerEvent("pointermove", at));
        const ended = next();
        const time = (await ended) - (await started);
        if (n >= 0) times.push(time); // the first are compiled meanwhile
    }
    return times;
}"""


def page_of(widget):
    """HTML of a page with one widget and the course's loader, all in one."""

    def script(value):
        return json.dumps(value).replace("</", "<\\/")

    state = embed_data(views=[widget], state=dependency_state([widget], drop_defaults=False))["manager_state"]
    loader = (ROOT / "book" / "_static" / "widgets.js").read_text(encoding="utf-8")
    return (
        '<!DOCTYPE html><meta charset="utf-8"><body>'
        f'<script type="{MIME}-state+json">{script(state)}</script>'
        f'<script type="{MIME}-view+json">{script({"model_id": widget.model_id})}</script>'
        f"<script>{loader}</script>"
    )


def measure(browser, model, slower):
    """Milliseconds of each update."""
    rng = np.random.default_rng(0)
    images = np.uint8(255 * np.kron(rng.uniform(size=(8, 7, 7, 3)), np.ones((1, 4, 4, 1))))
    document = model or models.load_page_weights()
    names = document["class_names"]
    widget = ExplorerWidget(CellImageDataset(images, np.arange(8), names), model, layer=5)
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.html"
        file.write_text(page_of(widget), encoding="utf-8")
        page.goto(file.as_uri())
        page.locator(".cellcnn-explorer").wait_for()
    page.get_by_label("cover", exact=True).check()
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    field = page.locator(".cellcnn-top .cellcnn-picture [tabindex]").element_handle()
    times = page.evaluate(MOVE, [field, MOVES])
    page.close()
    return times


def table():
    """The measured lines of the table, and whether the promise is held."""
    names = models.load_page_weights()["class_names"]
    built = {
        "the course's own": None,
        "`small_cnn`": models.page_weights(models.small_cnn((28, 28, 3), 8), names),
        "`batchnorm_cnn`": models.page_weights(models.batchnorm_cnn((28, 28, 3), 8), names),
    }
    lines = []
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", shutil.which("chromium"))
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for name, model in built.items():
            parameters = models.from_page_weights(model or models.load_page_weights()).count_params()
            for slower in SLOWER:
                times = measure(browser, model, slower)
                high = statistics.quantiles(times, n=20)[-1]
                median = statistics.median(times)
                lines.append(f"| {name} | {parameters:,} | {slower} × | **{median:.1f}** | {high:.1f} |")
        version = browser.version
        browser.close()
    return lines, version


def main():
    """Print the table; keep it where --write is given."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--write", action="store_true", help="keep the table in benchmarks/explorer.md")
    chosen = parser.parse_args()
    lines, version = table()
    text = (
        "# An update of the CNN explorer\n\n"
        f"The network, all of its maps drawn and the followed value, in Chromium {version}, headless, "
        f"on one core ({platform.machine()}, load {os.getloadavg()[0]:.1f} at the end); {MOVES} moves of a "
        f"patch over a picture of 28 × 28 × 3. Promised: a median of {PROMISED_MS} ms on a laptop's core.\n\n"
        "| network | parameters | processor held back | median, ms | 95th percentile, ms |\n"
        "|---|--:|--:|--:|--:|\n" + "\n".join(lines) + "\n"
    )
    print(text)
    if chosen.write:
        (ROOT / "benchmarks" / "explorer.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
