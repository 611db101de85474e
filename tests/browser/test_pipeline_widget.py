"""The pipeline on a static page, in a real Chromium: its events are those of a twin in Python."""

import functools
import heapq
import itertools

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from cellcnn_helpers.exercises import training as check
from cellcnn_helpers.widgets import PipelineWidget

pytestmark = pytest.mark.browser

PAPER = {"load_us": 60, "transfer_us": 1, "image_us": 200, "step_us": 2000, "between_us": 4000}
PARTS = ("computing", "between", "data", "copy")


# ---- the twin: actors that wait for one another, and one queue of what happens next ----


class Loop:
    """Workers, a copier and a device, each woken by events; written without the formulas of the widget."""

    def __init__(self, settings, num_batches):
        self.s, self.num = settings, num_batches
        self.queue, self.count, self.now = [], itertools.count(), 0.0
        self.idle = list(range(settings["workers"]))
        self.begun = self.done = 0  # images that a worker has begun, and finished
        self.ready, self.taken, self.copied, self.log = [], [], [], {}
        self.asked, self.starts, self.ends = [], [], []
        self.copying = False

    def at(self, delay, action):
        heapq.heappush(self.queue, (self.now + delay, next(self.count), action))

    def run(self):
        self.at(0, self.ask)
        while self.queue and len(self.ends) < self.num:
            self.now = self.queue[0][0]
            while self.queue and self.queue[0][0] == self.now:  # all that happens at this time
                heapq.heappop(self.queue)[2]()
            self.look()
        return self

    def ask(self):
        self.asked.append(self.now)

    def look(self):
        """Let everybody begin what can begin now."""
        size, ahead = self.s["batch_size"], self.s["prefetch"] != "off"
        while True:
            before = (self.begun, len(self.taken), len(self.starts))
            batch = len(self.taken)
            allowed = len(self.asked) > batch
            if self.s["prefetch"] == "device":
                allowed = not self.copying and (batch < 2 or len(self.starts) > batch - 2)
            if allowed and len(self.ready) > batch:
                self.taken.append(self.now)
                self.copying = True
                self.at(size * self.s["transfer_us"], self.has_copied)
            batch = len(self.starts)
            if len(self.asked) > batch and len(self.copied) > batch:
                self.starts.append(self.now)
                self.at(self.s["step_us"] + size * self.s["image_us"] / self.s["faster"], self.has_computed)
            batch = self.begun // size
            allowed = (batch < 2 or len(self.taken) > batch - 2) if ahead else len(self.asked) > batch
            if self.idle and batch < self.num and allowed:
                worker = self.idle.pop(0)
                self.begun += 1
                self.at(self.s["load_us"], functools.partial(self.has_prepared, worker))
            if before == (self.begun, len(self.taken), len(self.starts)):
                return

    def has_prepared(self, worker):
        self.idle = sorted([*self.idle, worker])
        self.done += 1
        if self.done % self.s["batch_size"] == 0:
            self.ready.append(self.now)

    def has_copied(self):
        self.copying = False
        self.copied.append(self.now)

    def has_computed(self):
        self.ends.append(self.now)
        returns = len(self.ends) % self.s["steps_per_execution"] == 0
        self.at(self.s["between_us"] if returns else 0, self.ask)


def settings(**changed):
    state = PipelineWidget(**PAPER | changed).get_state()
    names = (*PAPER, "batch_size", "workers", "prefetch", "steps_per_execution", "faster")
    return {name: state[name] for name in names}


MODULE = """const module = await import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
    const { runLoop, settledTimes } = module;"""


def in_module(page, code, argument):
    """Run code where `runLoop` and `settledTimes` of the widget's module are at hand."""
    text = PipelineWidget()._esm
    return page.evaluate(f"async ([text, given]) => {{ {MODULE} {code} }}", [text, argument])


def choose(page, label, value):
    page.get_by_role("combobox", name=label, exact=True).select_option(str(value))


def slide(page, name, value):
    field = page.get_by_role("textbox", name=f"{name}, µs, as a number", exact=True)
    field.fill(str(value))
    field.press("Enter")


def per_second(page):
    return float(page.locator(".cellcnn-pipeline .cellcnn-sum data").get_attribute("value"))


def reading(page):
    return page.locator(".cellcnn-reading").inner_text()


def times(page):
    """Microseconds per batch of each part, from the table."""
    cells = page.locator(".cellcnn-pipeline .cellcnn-facts tbody td:nth-child(2)")
    return dict(zip(PARTS, cells.evaluate_all("all => all.map(e => Number(e.dataset.value))"), strict=True))


# ---- the numbers ----


@pytest.mark.parametrize("prefetch", ["off", "host", "device"])
def test_the_events_are_those_of_the_twin(show, page, prefetch):
    """Each bar of 96 batches, at the same time, for drawn settings."""
    show(PipelineWidget())
    rng = np.random.default_rng(1)
    drawn = [
        settings(
            prefetch=prefetch,
            load_us=int(rng.choice([0, 7, 60, 900])),
            transfer_us=int(rng.choice([0, 3, 90])),
            image_us=int(rng.choice([1, 40, 300])),
            step_us=int(rng.choice([0, 2000])),
            between_us=int(rng.choice([0, 4000, 30000])),
            batch_size=int(rng.choice([1, 5, 32])),
            workers=int(rng.choice([1, 3, 8])),
            steps_per_execution=int(rng.choice([1, 2, 16])),
            faster=int(rng.choice([1, 4])),
        )
        for _ in range(25)
    ]
    answers = in_module(page, "return given.map(runLoop);", drawn)
    for state, batches in zip(drawn, answers, strict=True):
        twin = Loop(state, len(batches)).run()
        for name in ("asked", "ready", "taken", "copied"):
            ours = [batch[name] for batch in batches]
            np.testing.assert_allclose(getattr(twin, name)[:96], ours, rtol=1e-9, err_msg=f"{name} {state}")
        np.testing.assert_allclose(twin.starts, [batch["start"] for batch in batches], rtol=1e-9)
        np.testing.assert_allclose(twin.ends, [batch["end"] for batch in batches], rtol=1e-9)


def test_the_times_of_a_batch_add_up_and_are_those_of_the_twin(show, page):
    show(PipelineWidget())
    states = [
        settings(prefetch=prefetch, steps_per_execution=steps, faster=faster, transfer_us=20)
        for prefetch in ("off", "host", "device")
        for steps in (1, 8)
        for faster in (1, 50)
    ]
    answers = in_module(page, "return given.map((s) => settledTimes(runLoop(s), s));", states)
    for state, found in zip(states, answers, strict=True):
        ends = Loop(state, 96).run().ends
        whole = (ends[95] - ends[47]) / 48
        assert found["whole"] == pytest.approx(whole)
        assert found["perSecond"] == pytest.approx(1e6 * state["batch_size"] / whole)
        assert sum(found[part] for part in PARTS) == pytest.approx(whole)
        assert found["between"] == pytest.approx(4000 / state["steps_per_execution"])


def test_by_hand(show, page):
    """A step of 10 µs for each of 2 images and 5 more; 3 µs to prepare one, 1 to copy, 4 in Python."""
    state = settings(load_us=3, transfer_us=1, image_us=10, step_us=5, between_us=4, batch_size=2)
    show(PipelineWidget())
    first, second, *_ = in_module(page, "return runLoop(given);", state)
    assert [first[name] for name in ("asked", "ready", "copied", "start", "end")] == [0, 6, 8, 8, 33]
    assert [second[name] for name in ("asked", "ready", "copied", "start", "end")] == [37, 43, 45, 45, 70]


def test_the_answers_of_the_chapter(show, page):
    show(PipelineWidget(**PAPER))
    assert round(per_second(page)) == 2819
    choose(page, "Prefetch", "host")
    assert round(per_second(page)) == 3393
    choose(page, "Steps per execution", 16)
    assert round(per_second(page)) == 4234
    assert "computes 98 % of the time" in reading(page)
    choose(page, "Prefetch", "off")
    choose(page, "Steps per execution", 1)
    choose(page, "Device", 50)
    assert round(per_second(page), -2) == 6300
    by_amdahl = 1 / (1 - 0.56 + 0.56 / 50)
    assert check.speed_up(lambda share, factor: 1 / (1 - share + share / factor)).status == "correct"
    assert per_second(page) / 2819 == pytest.approx(by_amdahl, abs=0.05)
    choose(page, "Prefetch", "host")
    choose(page, "Steps per execution", 16)
    assert round(per_second(page)) == 16667
    assert "waits longest for the images" in reading(page)
    choose(page, "Batch size", 256)
    assert round(per_second(page)) == 16667
    choose(page, "Workers", 4)
    assert round(per_second(page)) == 66667
    assert "waits longest for the images" in reading(page)
    choose(page, "Batch size", 64)
    assert round(per_second(page)) == 24903


# ---- what is shown ----


def test_bars_stand_where_the_events_are(show, page):
    show(PipelineWidget(**PAPER, workers=2))
    twin = Loop(settings(workers=2), 96).run()
    bars = page.locator(".cellcnn-pipeline rect.is-step").evaluate_all(
        "all => all.map(e => [Number(e.getAttribute('x')), Number(e.getAttribute('width'))])"
    )
    starts, ends = np.array(twin.starts[:6]), np.array(twin.ends[:6])
    np.testing.assert_allclose(bars, np.stack([starts, ends - starts], 1) * 240 / ends[-1], rtol=1e-6)
    assert page.locator("rect.is-prepare").count() == 2 * 6
    assert page.locator("rect.is-between").count() == 5
    numbers = page.locator(".cellcnn-pipeline .cellcnn-plot-area span").all_inner_texts()
    assert numbers == ["1", "2", "3", "4", "5", "6"]
    choose(page, "Steps per execution", 4)
    assert page.locator("rect.is-between").count() == 1
    choose(page, "Prefetch", "host")
    assert page.locator("rect.is-prepare").count() == 2 * 8  # two batches ahead of the sixth step


def test_a_slider_changes_its_time_and_nonsense_changes_nothing(show, page):
    show(PipelineWidget(**PAPER))
    before = times(page)
    slide(page, "Python, between executions", 0)
    assert times(page) == {**before, "between": 0}
    slide(page, "Copy one image", 10)
    assert times(page)["copy"] == pytest.approx(640)
    known = times(page)
    slide(page, "Load and change one image", "quick")
    assert "Load and change one image must be a number" in page.locator(".cellcnn-message").inner_text()
    assert times(page) == known


def test_a_device_that_never_waits_is_said_so(show, page):
    show(PipelineWidget(load_us=1, transfer_us=0, between_us=0, prefetch="host"))
    assert reading(page) == (
        "The device computes 100 % of the time. It never waits: only a faster device helps."
    )


def test_two_views_share_the_state(show, page):
    widget = PipelineWidget()
    show(widget, widget)
    page.get_by_role("combobox", name="Prefetch").nth(1).select_option("device")
    texts = page.locator(".cellcnn-reading").all_inner_texts()
    assert texts[0] == texts[1]
    assert page.get_by_role("combobox", name="Prefetch").nth(0).input_value() == "device"


# ---- keyboard, phone, dark, screen reader ----


def test_everything_works_with_the_keyboard_alone(show, page):
    show(PipelineWidget(**PAPER))
    focused = """() => { const e = document.activeElement;
        return e.getAttribute("aria-label") ?? e.closest("label")?.textContent ?? e.textContent; }"""

    def tab_to(name):
        for _ in range(30):
            page.keyboard.press("Tab")
            if page.evaluate(focused).startswith(name):
                return
        raise AssertionError(f"the tab key never reaches {name}")

    tab_to("Batch size")
    tab_to("Workers")
    page.keyboard.type("4")
    tab_to("Prefetch")
    page.keyboard.type("two")
    tab_to("Steps per execution")
    page.keyboard.type("16")
    tab_to("Device")
    page.keyboard.type("50")
    assert round(per_second(page)) == 24903
    tab_to("Load and change one image, µs, as a number")
    page.keyboard.type("600")
    page.keyboard.press("Tab")
    assert per_second(page) < 10_000


@pytest.mark.parametrize("width", [320, 390])
def test_fits_a_phone(show, new_page, width):
    on = new_page(viewport={"width": width, "height": 800}, has_touch=True, is_mobile=True)
    page = show(PipelineWidget(**PAPER, workers=8), on=on)
    for steps in (1, 16):
        choose(page, "Steps per execution", steps)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        edges = page.locator(
            ".cellcnn-widget :is(td, th, select, label, p, input, .is-across span, .is-up span)"
        ).evaluate_all(
            """all => all.filter(e => e.offsetWidth > 1).map(e => e.getBoundingClientRect())
                .flatMap(box => [box.right, -box.left])"""
        )
        assert max(edges) <= width


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_accessibility_violations(show, page, theme):
    show(PipelineWidget(**PAPER))
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
    report = Axe().run(page, context=".cellcnn-widget")
    assert report.violations_count == 0, report.generate_report()
