"""The optimizer race on a static page, in a real Chromium: no kernel, no network."""

from itertools import pairwise

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from cellcnn_helpers import nn
from cellcnn_helpers.widgets import OptimizerRaceWidget

pytestmark = pytest.mark.browser

NAMES = ("SGD", "momentum", "Nesterov", "RMSprop", "Adam")
CELLS = ("cells, as measured", "cells, standardized")
WRITTEN = {  # name: loss and gradient over two weights, and how gradients of single cells scatter
    "valley": (lambda a, b: (a**2 + 25 * b**2) / 2, lambda a, b: (a, 25 * b), 4),
    "saddle": (lambda a, b: a**2 / 2 + (b**2 - 1) ** 2 / 4, lambda a, b: (a, b**3 - b), 0.5),
    "two minima": (
        lambda a, b: (a**2 - 1) ** 2 / 2 + a / 4 + b**2 + 0.26,
        lambda a, b: (2 * a**3 - 2 * a + 0.25, 2 * b),
        1.5,
    ),
}


def optimizer(name, rate, momentum=0.9):
    made = {
        "SGD": lambda: nn.SGD(rate),
        "momentum": lambda: nn.SGD(rate, momentum=momentum),
        "Nesterov": lambda: nn.SGD(rate, momentum=momentum, nesterov=True),
        "RMSprop": lambda: nn.RMSprop(rate),
        "Adam": lambda: nn.Adam(rate),
    }
    return made[name]()


def loss_of_cells(widget, name, weights, batch=slice(None)):
    """Mean cross-entropy of the cells of a batch and its gradient on the two weights, by the package."""
    x = widget.measurements - widget.measurements.mean(axis=0)
    if name == "cells, standardized":
        x = x / widget.measurements.std(axis=0)
    x = x[batch]
    logits = np.stack([np.zeros(len(x)), x @ np.asarray(weights)], axis=1)
    loss, gradient = nn.softmax_cross_entropy(widget.labels[batch], logits)
    return loss, gradient[:, 1] @ x


def loss_at(widget, name, weights):
    return WRITTEN[name][0](*weights) if name in WRITTEN else loss_of_cells(widget, name, weights)[0]


def gradient_at(widget, surface, weights, chance):
    """Gradient of a written loss with the noise `chance`, or of the cells of the batch `chance`."""
    if surface in WRITTEN:
        return np.array(WRITTEN[surface][1](*weights)) + chance
    return loss_of_cells(widget, surface, weights, chance)[1]


MODULE = """const module = await import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
    const { drawBatch, makeSurface, run } = module;"""


def in_module(page, widget, code, argument=None):
    """Run code where `drawBatch`, `makeSurface` and `run` of the widget's module are at hand."""
    return page.evaluate(
        f"async ([text, cells, given]) => {{ {MODULE} {code} }}", [widget._esm, widget.cells, argument]
    )


def numbers(page, name):
    """The full numbers in the row of one optimizer: w₁, w₂, loss, length of the last step."""
    row = page.locator(".cellcnn-facts tbody tr").nth(NAMES.index(name))
    return row.locator("td").evaluate_all("all => all.map(e => Number(e.dataset.value))")


def choice(page, name):
    return page.get_by_role("combobox", name=name, exact=True)


def slide(page, name, value):
    """Type a number in the field beside a slider."""
    field = page.get_by_role("textbox", name=f"{name}, as a number", exact=True)
    field.fill(str(value))
    field.press("Enter")


def reading(page):
    return page.locator(".cellcnn-reading").inner_text()


def start_shown(page):
    text = page.locator(".cellcnn-race-map figcaption").inner_text().partition("(")[2].rstrip(")")
    return [float(part.replace("−", "-")) for part in text.split(", ")]


# ---- the numbers ----


@pytest.mark.parametrize("surface", [*WRITTEN, *CELLS])
def test_fifty_steps_are_those_of_nn(show, surface):
    """All five optimizers, other rates and momenta, from the whole batch and from mini-batches."""
    widget = OptimizerRaceWidget()
    page = show(widget)
    settings = [
        {"start": [0.9, -0.4], "rate": rate, "momentum": momentum, "batch_size": batch_size, "seed": 7}
        for rate, momentum in ((0.02, 0.9), (0.11, 0.3))
        for batch_size in (0, 5)
    ]
    answers = in_module(
        page,
        widget,
        """const surface = makeSurface(given.surface, cells);
        return given.settings.map((settings) => ({
            runs: given.names.map((name) => run(name, surface, settings, 50)),
            batches: Array.from({ length: 50 }, (_, step) => drawBatch(64, { ...settings, step })),
            noise: Array.from({ length: 50 }, (_, step) => {
                const true_ = surface.gradient([0, 0], { batch_size: 0 });
                return surface.gradient([0, 0], { ...settings, step }).map((g, i) => g - true_[i]);
            }),
        }));""",
        {"surface": surface, "settings": settings, "names": NAMES},
    )
    for setting, answer in zip(settings, answers, strict=True):
        assert np.any(answer["noise"]) == (setting["batch_size"] > 0)
        chance = answer["noise"] if surface in WRITTEN else answer["batches"]
        for name, actual in zip(NAMES, answer["runs"], strict=True):
            points = np.array(actual["points"])
            assert len(points) == 51 or actual["diverged"] == len(points) - 1
            # The gradients are those at the page's points: a rounding error that grows is no other rule.
            gradients = [gradient_at(widget, surface, *pair) for pair in zip(points, chance, strict=False)]
            runner, expected = optimizer(name, setting["rate"], setting["momentum"]), points[:1]
            for gradient in gradients[: len(points) - 1]:
                expected = np.append(expected, runner.step([expected[-1]], [gradient]), axis=0)
            np.testing.assert_allclose(points, expected, rtol=1e-9, atol=1e-9, err_msg=name)
            losses = [loss_at(widget, surface, weights) for weights in points]
            np.testing.assert_allclose(actual["losses"], losses, rtol=1e-9, atol=1e-9, err_msg=name)


def test_batches_are_drawn_fairly_and_can_be_had_again(show):
    widget = OptimizerRaceWidget()
    batches, other, again, noise = in_module(
        show(widget),
        widget,
        """const draw = (seed) => Array.from({ length: 3000 }, (_, step) =>
            drawBatch(64, { batch_size: 4, seed, step }));
        const valley = makeSurface("valley", cells);
        const noise = Array.from({ length: 3000 }, (_, step) =>
            valley.gradient([0, 0], { batch_size: 4, seed: 3, step }));
        return [draw(1), draw(2), draw(1), noise];""",
    )
    assert batches == again != other
    assert all(len(set(batch)) == 4 for batch in batches)  # no cell twice
    counts = np.bincount(np.ravel(batches), minlength=64)
    expected = 12_000 / 64
    assert counts.shape == (64,)
    assert (
        (counts - expected) ** 2 / expected
    ).sum() < 120  # chi-squared, 63 degrees: 1 in 50 000 exceeds it
    noise = np.array(noise)
    assert np.abs(noise.mean(axis=0)).max() < 4 * 2 / np.sqrt(3000)
    np.testing.assert_allclose(noise.std(axis=0), 4 / np.sqrt(4), rtol=0.06)
    assert abs(np.corrcoef(noise.T)[0, 1]) < 0.08


def test_what_is_shown_is_what_nn_computes(show, page):
    rates = dict(zip(NAMES, (0.03, 0.02, 0.01, 0.04, 0.3), strict=True))
    widget = OptimizerRaceWidget("cells, standardized", rates, momentum=0.7, start=(1, 2.5), step=37)
    show(widget)
    for name in NAMES:
        runner, points = optimizer(name, rates[name], 0.7), np.array([widget.start])
        for _ in range(37):
            gradient = loss_of_cells(widget, widget.surface, points[-1])[1]
            points = np.append(points, runner.step([points[-1]], [gradient]), axis=0)
        loss = loss_of_cells(widget, widget.surface, points[-1])[0]
        expected = [*points[-1], loss, np.hypot(*(points[-1] - points[-2]))]
        np.testing.assert_allclose(numbers(page, name), expected, rtol=1e-9)
        drawn = page.locator(f".cellcnn-race-map .cellcnn-plot-area path.is-way.is-{name}").get_attribute("d")
        pairs = np.array([part.split() for part in drawn[1:].split("L")], dtype=float)
        x, y, reach = (
            *widget.cells["places"][widget.surface]["center"],
            widget.cells["places"][widget.surface]["reach"],
        )
        seen = np.stack([(points[:, 0] - x + reach) * 75 / reach, 50 - (points[:, 1] - y) * 75 / reach], 1)
        np.testing.assert_allclose(pairs, seen, atol=0.006)
        curve = page.locator(f".cellcnn-race-curve path.is-way.is-{name}").get_attribute("d")
        assert curve.count("L") == 37
        row = page.locator(".cellcnn-facts tbody tr").nth(NAMES.index(name)).inner_text()
        assert f"{expected[0]:.3f}".replace("-", "−") in row
    lowest = min(NAMES, key=lambda name: numbers(page, name)[2])
    assert f"After 37 steps {lowest} is lowest" in reading(page)


def test_the_map_is_greyer_where_the_loss_is_higher(show, page):
    widget = OptimizerRaceWidget("two minima")
    show(widget)
    levels = page.locator(".cellcnn-race-map canvas").evaluate(
        """canvas => { const context = canvas.getContext("2d");  // every third row is enough
            return Array.from({ length: canvas.height / 3 }, (_, i) =>
                [...context.getImageData(0, 3 * i, canvas.width, 1).data]); }"""
    )
    levels = np.reshape(levels, (120, 540, 4))
    a, b = np.meshgrid(np.linspace(-2.4, 2.4, 540), np.linspace(1.6, -1.6, 360)[::3])
    loss = WRITTEN["two minima"][0](a, b)
    is_line = levels[..., 3] == 190
    assert 0.02 < is_line.mean() < 0.3
    bands = levels[..., 3][~is_line]
    between = [loss[~is_line][bands == level] for level in np.unique(bands)]
    assert len(between) >= 12
    for lower, higher in pairwise(between):  # drawn from a coarse grid, so a little apart from the truth
        assert np.quantile(lower, 0.98) < 1.03 * np.quantile(higher, 0.02)
        assert np.median(lower) < np.median(higher)
    painted = levels[levels[..., 3] > 60][:, :3].astype(int)
    assert np.abs(painted - painted[0]).max() <= 3  # one hue; the canvas rounds


# ---- what the widget is there to show ----


def test_too_large_a_rate_diverges_and_is_named(show, page):
    show(OptimizerRaceWidget("valley", 0.079, step=200))
    for name in NAMES[1:]:
        page.get_by_role("checkbox", name=name).uncheck()
    assert "After 200 steps SGD is lowest" in reading(page)
    slide(page, "Rate", 0.09)  # the limit is 2 / 25
    start = np.array([-3.4, 1.8])
    factors = np.array([1 - 0.09, 1 - 0.09 * 25])
    lost = next(n for n in range(1000) if np.hypot(*(start * factors**n)) >= 400)  # 100 maps
    assert f"Diverged: SGD (at step {lost}). Each step overshoots further" in reading(page)
    assert "the learning rate is too large here" in reading(page)
    assert page.locator(".cellcnn-facts tbody tr").first.inner_text().endswith(f"diverged at step {lost}")
    slide(page, "Step", lost - 1)
    assert "Diverged" not in reading(page)


def test_each_optimizer_has_a_rate_of_its_own_where_wanted(show, page):
    show(OptimizerRaceWidget(step=10))
    slide(page, "Rate", 0.02)
    before = {name: numbers(page, name) for name in NAMES}
    page.get_by_label("One rate for all").uncheck()
    slide(page, "Rate of Adam", 0.4)
    after = {name: numbers(page, name) for name in NAMES}
    assert [name for name in NAMES if after[name] != before[name]] == ["Adam"]
    slide(page, "Momentum", 0.5)
    moved = {name: numbers(page, name) for name in NAMES}
    assert [name for name in NAMES if moved[name] != after[name]] == ["momentum", "Nesterov"]
    page.get_by_label("One rate for all").check()
    assert numbers(page, "Adam") == before["Adam"]
    box = page.get_by_role("textbox", name="Rate, as a number", exact=True)
    box.fill("fast")
    box.press("Enter")
    assert "Rate must be a number from" in page.locator(".cellcnn-message").inner_text()
    assert numbers(page, "Adam") == before["Adam"]


def test_mini_batches_make_the_way_restless_and_can_be_drawn_anew(show, page):
    show(OptimizerRaceWidget("cells, as measured", 0.05, step=60))
    redraw = page.get_by_role("button", name="Draw other batches")
    assert not redraw.is_visible()
    calm = numbers(page, "SGD")
    choice(page, "Each gradient from").select_option("4 cells")
    restless = numbers(page, "SGD")
    assert restless != calm and restless[3] > 3 * calm[3]  # it still makes long steps
    redraw.click()
    assert numbers(page, "SGD") != restless
    choice(page, "Each gradient from").select_option("all cells")
    assert numbers(page, "SGD") == calm


def test_a_surface_brings_its_own_start_and_map(show, page):
    show(OptimizerRaceWidget(start=(1, 1)))
    seen = set()
    for title in choice(page, "Loss surface").locator("option").all_inner_texts():
        choice(page, "Loss surface").select_option(title)
        seen.add((tuple(start_shown(page)), page.locator(".cellcnn-race > .cellcnn-note").inner_text()))
        assert page.locator(".cellcnn-race-map .is-way").count() == 5
    assert len(seen) == 5
    assert (1.0, 1.0) not in {start for start, _ in seen}


def test_an_optimizer_can_be_left_out(show, page):
    show(OptimizerRaceWidget())
    page.get_by_role("checkbox", name="momentum").uncheck()
    for plot in (".cellcnn-race-map", ".cellcnn-race-curve"):
        assert page.locator(f"{plot} .is-way.is-momentum").count() == 0
        assert page.locator(f"{plot} .is-way").count() == 4


# ---- moving the start, playing ----


def test_the_start_is_dragged_and_moved_by_keys(show, page):
    show(OptimizerRaceWidget("valley", step=1))
    area = page.locator(".cellcnn-race-map .cellcnn-plot-area")
    box = area.bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 0.25 * box["height"])
    page.mouse.up()
    page.mouse.move(box["x"], box["y"])
    np.testing.assert_allclose(start_shown(page), [2, 4 / 3], atol=0.03)
    area.focus()
    before = start_shown(page)
    for key in ("ArrowRight", "ArrowUp", "ArrowUp"):
        area.press(key)
    np.testing.assert_allclose(np.subtract(start_shown(page), before), [0.1, 0.2], atol=0.011)
    assert page.evaluate("scrollY") == 0
    start = np.array(start_shown(page))
    np.testing.assert_allclose(numbers(page, "SGD")[:2], start * [1 - 0.05, 1 - 0.05 * 25], atol=1e-2)
    for _ in range(70):
        area.press("ArrowLeft")
    assert start_shown(page)[0] == -4  # it stays on the map


def test_playing_steps_and_going_back(show, page):
    show(OptimizerRaceWidget(step=0))
    assert reading(page) == "All stand at the start."
    page.get_by_role("button", name="One step").click()
    assert "After 1 steps" not in reading(page) and "After 1 step " in reading(page)
    choice(page, "Speed").select_option("fast")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(
        "document.querySelector('.cellcnn-reading').textContent.match(/After \\d\\d+ steps/)"
    )
    page.get_by_role("button", name="Pause").click()
    stopped = reading(page)
    page.wait_for_timeout(400)
    assert reading(page) == stopped
    assert page.locator("[aria-live]").inner_text() == stopped
    slide(page, "Step", 199)
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Play").wait_for()  # it stops by itself
    assert "After 200 steps" in reading(page)
    page.get_by_role("button", name="Play").click()  # at the end: starts over
    page.get_by_role("button", name="Back to the start").click()
    assert reading(page) == "All stand at the start."
    assert page.get_by_role("button", name="Play").is_visible()


def test_no_play_for_those_who_want_less_motion(show, new_page):
    page = show(OptimizerRaceWidget(), on=new_page(reduced_motion="reduce"))
    assert not page.get_by_role("button", name="Play").is_visible()
    assert page.get_by_text("Your system asks for less motion").is_visible()
    page.emulate_media(reduced_motion="no-preference")
    page.get_by_role("button", name="Play").click()
    page.emulate_media(reduced_motion="reduce")  # stops what runs
    page.get_by_role("button", name="Pause").wait_for(state="hidden")
    stopped = reading(page)
    page.wait_for_timeout(300)  # several steps
    assert reading(page) == stopped
    assert not page.get_by_role("button", name="Play").is_visible()


# ---- keyboard, phone, dark, colors, screen reader ----


def test_everything_works_with_the_keyboard_alone(show, page):
    show(OptimizerRaceWidget())
    focused = """() => { const e = document.activeElement;
        return e.getAttribute("aria-label") ?? e.closest("label")?.textContent ?? e.textContent; }"""

    def tab_to(name):
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate(focused).startswith(name):
                return
        raise AssertionError(f"the tab key never reaches {name}")

    tab_to("Loss surface")
    page.keyboard.type("two")
    tab_to("Each gradient from")
    page.keyboard.type("4")
    tab_to("Draw other batches")
    page.keyboard.press("Enter")
    tab_to("Map of the loss")
    page.keyboard.press("ArrowLeft")
    for name in ("Play", "One step", "Back to the start", "Speed", "Step, as a number"):
        tab_to(name)
    page.keyboard.type("200")
    page.keyboard.press("Tab")
    for name in (*NAMES, "One rate for all", "Rate", "Momentum"):
        tab_to(name)
    assert "After 200 steps" in reading(page)
    assert start_shown(page) == [2.04, 1.2]


@pytest.mark.parametrize("width", [320, 390])
def test_fits_a_phone_and_takes_a_tap(show, new_page, width):
    on = new_page(viewport={"width": width, "height": 800}, has_touch=True, is_mobile=True)
    page = show(OptimizerRaceWidget("valley", 0.085), on=on)
    page.get_by_label("One rate for all").uncheck()
    for step in (1, 40, 100, 200):
        slide(page, "Step", step)
        for surface in ("a long valley", "cells, as measured"):
            choice(page, "Loss surface").select_option(surface)
            choice(page, "Each gradient from").select_option("16 cells")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            edges = page.locator(
                ".cellcnn-widget :is(td, th, select, button, label, canvas, p, input, .is-across span)"
            ).evaluate_all(
                """all => all.filter(e => e.offsetWidth > 1).map(e => e.getBoundingClientRect())
                    .flatMap(box => [box.right, -box.left])"""
            )
            assert max(edges) <= width
    before = start_shown(page)
    page.locator(".cellcnn-race-map .cellcnn-plot-area").tap(position={"x": 20, "y": 30})
    assert start_shown(page) != before


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_accessibility_violations_and_ways_that_can_be_told_apart(show, page, theme):
    show(OptimizerRaceWidget("valley", 0.085, batch_size=4))
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
    page.get_by_label("One rate for all").uncheck()
    report = Axe().run(page, context=".cellcnn-widget")
    assert report.violations_count == 0, report.generate_report()
    styles = page.locator(".cellcnn-facts .cellcnn-sample").evaluate_all(
        """all => all.map(sample => { const [way, marker] = sample.children;
            const style = getComputedStyle(way);
            return [style.stroke, style.strokeDasharray, marker.getAttribute("d")]; })"""
    )
    colors, dashes, markers = map(set, zip(*styles, strict=True))
    assert len(colors) == len(dashes) == len(markers) == 5  # by color, by line and by marker
    ground = page.locator(".cellcnn-widget").evaluate("e => getComputedStyle(e).backgroundColor")
    for color in colors:
        assert contrast(color, ground) >= 4.5


def contrast(one, other):
    """Contrast of two opaque colors as WCAG 2 defines it."""

    def luminance(color):
        parts = np.array([float(part) for part in color.removeprefix("rgb(").rstrip(")").split(",")]) / 255
        return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4) @ (
            0.2126,
            0.7152,
            0.0722,
        )

    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_two_views_share_the_state(show, page):
    widget = OptimizerRaceWidget()
    show(widget, widget)
    page.get_by_role("textbox", name="Step, as a number").nth(1).fill("7")
    page.get_by_role("textbox", name="Step, as a number").nth(1).press("Enter")
    texts = page.locator(".cellcnn-reading").all_inner_texts()
    assert texts[0] == texts[1] and "After 7 steps" in texts[0]
