"""All widgets on one page, in a real Chromium: none changes how another looks."""

import pytest

from cellcnn_helpers import models, simulate, widgets

pytestmark = pytest.mark.browser

SIZES = """root => [root, ...root.querySelectorAll(":not(.cellcnn-unseen)")].map((node) => {
    const { width, height } = node.getBoundingClientRect();
    const name = `${node.tagName} ${node.getAttribute("class") ?? ""}`;
    return [name, Math.round(width), Math.round(height), getComputedStyle(node).backgroundColor];
})"""


def make(name):
    """A widget as it starts; the explorer has no cells of its own."""
    if name != "ExplorerWidget":
        return getattr(widgets, name)()
    cells = simulate.simulate_cells(4, image_size=64)
    return widgets.ExplorerWidget(cells, models.small_cnn(cells.images.shape[1:], len(cells.class_names)))


@pytest.mark.parametrize("width", [1280, 390])
def test_a_widget_looks_the_same_alone_and_beside_all_others(show, new_page, width):
    """The styles of all widgets meet in one page: a name that two of them use must not reach the other."""
    page = new_page(viewport={"width": width, "height": 900})
    together = [make(name) for name in widgets.__all__]
    alone = []
    for name, widget in zip(widgets.__all__, together, strict=True):
        show(widget, on=page, name=f"{name}.html")
        alone.append(page.locator(".cellcnn-widget").evaluate(SIZES))
    show(*together, on=page)
    for number, expected in enumerate(alone):
        there = page.locator(".cellcnn-widget").nth(number).evaluate(SIZES)
        changed = [pair for pair in zip(expected, there, strict=True) if pair[0] != pair[1]]
        assert changed == [], widgets.__all__[number]
