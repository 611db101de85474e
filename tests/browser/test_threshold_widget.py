"""The threshold widget on a static page, in a real Chromium: no kernel, no network."""

import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from cellcnn_helpers import evaluation
from cellcnn_helpers.dataset import CellImageDataset
from cellcnn_helpers.widgets import ThresholdWidget

pytestmark = pytest.mark.browser

FOUND = ("found", "misses", "falseAlarms", "left")


def scored_widget(num_cells=80, seed=1, **state):
    """Cells of two kinds whose scores overlap, some of them equal."""
    rng = np.random.default_rng(seed)
    positives = rng.random(num_cells) < 0.3
    scores = np.round(1 / (1 + np.exp(-rng.normal(2 * positives - 1.5, 1.5))), 2).clip(0.01, 0.99)
    images = rng.integers(0, 256, (num_cells, 9, 7, 3), np.uint8)
    cells = CellImageDataset(images, positives.astype(int), ["other", "blast"])
    return ThresholdWidget(cells, positives, scores, name="blast", **state)


def numbers(page, selector):
    """The full numbers of <data> elements."""
    return page.locator(selector).evaluate_all("all => all.map(e => Number(e.value))")


def weighted(widget, prevalence):
    """The same cells as many more, so that the class is as common as wanted; whole numbers of copies."""
    positives, scores = np.array(widget.positives), np.array(widget.scores)
    copies = np.where(positives, prevalence / positives.sum(), (1 - prevalence) / (~positives).sum())
    copies = np.round(copies / copies.min() * 20).astype(int)
    return np.repeat(positives, copies), np.repeat(scores, copies)


def expected_numbers(widget, threshold, prevalence=None, cost_of_miss=1):
    """Sensitivity, specificity, precision, accuracy and the cost of 100 cells, by the package."""
    positives, scores = np.array(widget.positives), np.array(widget.scores)
    if prevalence is not None:
        positives, scores = weighted(widget, prevalence)
    called = (scores >= threshold).astype(int)
    truth = positives.astype(int)
    point = evaluation.at_threshold(positives, scores, threshold)
    cost = evaluation.expected_cost(truth, called, [[0, 1], [cost_of_miss, 0]])
    precision = evaluation.precision(truth, called, 2)[1] if called.any() else 1
    accuracy = evaluation.accuracy(truth, called)
    return [point.sensitivity, point.specificity, precision, accuracy, 100 * cost]


def facts(page):
    return numbers(page, ".cellcnn-facts:not(.cellcnn-confusion) data")


def set_threshold(page, score):
    odds = np.log(score / (1 - score))
    page.get_by_role("slider", name="Threshold", exact=True).fill(str(round(odds / 0.05) * 0.05))


def set_number(page, name, value):
    field = page.get_by_role("textbox", name=f"{name}, as a number")
    field.fill(str(value))
    field.press("Enter")


# ---- the numbers ----


def test_the_arithmetic_equals_evaluation_on_drawn_scores(show):
    """Every threshold, both areas, and the cheapest threshold, where the class is as common as here."""
    rng = np.random.default_rng(0)
    cases, answers = [], []
    for _ in range(60):
        positives = rng.random(rng.integers(2, 40)) < rng.uniform(0.2, 0.8)
        positives[:2] = True, False
        scores = np.round(rng.random(len(positives)), rng.integers(1, 4))
        cases.append((positives, scores, positives.mean(), float(rng.choice([0.02, 0.5, 1, 7, 60]))))
    widget = ThresholdWidget()
    answers = show(widget).evaluate(
        """async ([text, cases]) => {
            const blob = new Blob([text], { type: "text/javascript" });
            const { wholeCurve, atThreshold } = await import(URL.createObjectURL(blob));
            return cases.map(([positives, scores, prevalence, cost]) => {
                const curve = wholeCurve(positives, scores, prevalence, cost);
                for (const point of [...curve.points, curve.cheapest])
                    point.threshold = String(point.threshold);
                return { ...curve, at: scores.map((score) => atThreshold(positives, scores, score)) };
            });
        }""",
        [widget._esm, [(p.tolist(), s.tolist(), float(share), cost) for p, s, share, cost in cases]],
    )
    for (positives, scores, _, cost), answer in zip(cases, answers, strict=True):
        roc, pr = (
            evaluation.roc_curve(positives, scores),
            evaluation.precision_recall_curve(positives, scores),
        )
        points = {key: [point[key] for point in answer["points"]] for key in answer["points"][0]}
        thresholds = [float(text.replace("Infinity", "inf")) for text in points["threshold"]]
        np.testing.assert_array_equal(thresholds, roc.thresholds)
        np.testing.assert_allclose(points["sensitivity"], roc.true_positive_rate, rtol=1e-12)
        np.testing.assert_allclose(points["falseRate"], roc.false_positive_rate, rtol=1e-12)
        np.testing.assert_allclose(points["precision"], pr.precision, rtol=1e-12)
        assert answer["area"] == pytest.approx(roc.area, rel=1e-12)
        assert answer["averagePrecision"] == pytest.approx(pr.average_precision, rel=1e-12)
        cheapest = evaluation.threshold_for_cost(positives, scores, cost_of_miss=cost, cost_of_false_alarm=1)
        assert float(answer["cheapest"]["threshold"].replace("Infinity", "inf")) == cheapest
        for score, at in zip(scores, answer["at"], strict=True):
            point = evaluation.at_threshold(positives, scores, score)
            assert (at["misses"], at["falseAlarms"]) == (point.num_misses, point.num_false_alarms)
            assert (at["sensitivity"], at["specificity"]) == pytest.approx(point[:2], rel=1e-12)


def test_what_is_shown_equals_evaluation_at_every_threshold(show, page):
    widget = scored_widget()
    show(widget)
    positives, scores = np.array(widget.positives), np.array(widget.scores)
    for score in (0.5, 0.07, 0.9, 0.995):
        set_threshold(page, score)
        threshold = 1 / (1 + np.exp(-round(np.log(score / (1 - score)) / 0.05) * 0.05))
        called = scores >= threshold
        counts = [positives & called, positives & ~called, ~positives & called, ~positives & ~called]
        assert numbers(page, ".cellcnn-confusion data") == [count.sum() for count in counts]
        np.testing.assert_allclose(facts(page), expected_numbers(widget, threshold), rtol=1e-9)
    said = page.locator(".cellcnn-reading").inner_text()
    assert said.startswith("No cell is called blast") == (not called.any())


@pytest.mark.parametrize(("percent", "cost"), [(1, 20), (50, 0.1)])
def test_a_prevalence_weighs_the_same_cells_anew(show, page, percent, cost):
    widget = scored_widget(threshold=0.4)
    show(widget)
    before = facts(page)
    set_number(page, "Prevalence, %", percent)
    set_number(page, "Cost of a miss, false alarms", cost)
    after = facts(page)
    assert after[:2] == before[:2]  # they look at each kind alone
    np.testing.assert_allclose(after, expected_numbers(widget, 0.4, percent / 100, cost), rtol=0.03)
    positives, scores = weighted(widget, percent / 100)
    area, average = (
        float(re.search(r"[\d.]+$", page.locator(f".cellcnn-{name} figcaption").inner_text())[0])
        for name in ("roc", "pr")
    )
    assert area == pytest.approx(evaluation.roc_curve(positives, scores).area, abs=6e-4)
    expected = evaluation.precision_recall_curve(positives, scores).average_precision
    assert average == pytest.approx(expected, abs=0.01)
    page.get_by_role("button", name="As among these cells").click()
    np.testing.assert_allclose(facts(page)[:4], before[:4], rtol=1e-12)


def test_points_lie_where_the_numbers_say(show, page):
    widget = scored_widget(threshold=0.3)
    show(widget)
    sensitivity, specificity, precision, _, cost = facts(page)
    for name, x, y in (("roc", 1 - specificity, sensitivity), ("pr", sensitivity, precision)):
        circle = page.locator(f".cellcnn-{name} circle.is-here")
        assert float(circle.get_attribute("cx")) == pytest.approx(130 * x, abs=1e-6)
        assert float(circle.get_attribute("cy")) == pytest.approx(100 - 100 * y, abs=1e-6)
    here, least = (page.locator(f".cellcnn-costs circle.{kind}") for kind in ("is-here", "is-least"))
    assert float(least.get_attribute("cy")) > float(here.get_attribute("cy"))  # lower on the screen: cheaper
    assert cost > 0


def test_the_bars_count_the_cells(show, page):
    """Heights grow with the root: the squares add up to the cells of each kind."""
    widget = scored_widget()
    show(widget)
    for kind, cells in (("is-positive", sum(widget.positives)), ("is-other", 80 - sum(widget.positives))):
        heights = page.locator(f".cellcnn-scores rect.{kind}").evaluate_all(
            "all => all.map(e => Number(e.getAttribute('height')))"
        )
        assert len(heights) == 35
        squares = np.square(heights)
        one = squares[squares > 1e-9].min()  # the least bar holds few cells: a whole number of them
        counts = squares * cells / squares.sum()
        np.testing.assert_allclose(counts, np.round(counts), atol=1e-6)
        assert one > 0


# ---- what the widget is there to show ----


def test_the_cheapest_threshold_moves_with_the_price(show, page):
    widget = scored_widget()
    show(widget)
    positives, scores = widget.positives, widget.scores
    chosen = []
    for cost in (0.1, 1, 20):
        set_number(page, "Cost of a miss, false alarms", cost)
        page.get_by_role("button", name="Go to the cheapest threshold").click()
        expected = evaluation.threshold_for_cost(positives, scores, cost_of_miss=cost, cost_of_false_alarm=1)
        threshold = min(1, expected)
        np.testing.assert_allclose(
            facts(page), expected_numbers(widget, threshold, cost_of_miss=cost), rtol=1e-9
        )
        odds = 7 if expected == np.inf else np.log(expected / (1 - expected))
        ring = page.locator(".cellcnn-costs circle.is-least")
        assert float(ring.get_attribute("cx")) == pytest.approx(350 * (odds + 7) / 14, abs=1e-6)
        chosen.append(expected)
    assert chosen[0] > chosen[1] > chosen[2]


def test_the_pictures_are_those_next_to_the_threshold(show, page):
    widget = scored_widget(threshold=0.35)
    show(widget)
    scores, positives = np.array(widget.scores), np.array(widget.positives)
    order = np.argsort(scores, kind="stable")
    above, below = order[scores[order] >= 0.35][:5], order[scores[order] < 0.35][::-1][:5]
    for row, places, wrong in ((0, above, "false alarm"), (1, below, "missed")):
        shown = page.locator(".cellcnn-neighbors").nth(row).locator(".cellcnn-neighbor")
        texts = [text.split("\n") for text in shown.all_inner_texts()]
        assert [float(text[0]) for text in texts] == pytest.approx(scores[places], abs=0.006)
        is_wrong = positives[places] != (row == 0)
        assert [text[2] for text in texts] == [wrong if bad else "right" for bad in is_wrong]
        pixel = shown.first.locator("canvas").evaluate(
            "e => [...e.getContext('2d').getImageData(2, 1, 1, 1).data].slice(0, 3)"
        )
        ties = np.flatnonzero(scores == scores[places[0]])
        assert pixel in widget.cells.images[ties, 1, 2].tolist()


def test_the_line_is_dragged(show, page):
    show(scored_widget())
    box = page.locator(".cellcnn-scores .cellcnn-plot-area").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.5 * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.25 * box["width"], middle)
    page.mouse.up()
    line = page.locator(".cellcnn-scores path.is-threshold").get_attribute("d")
    assert float(re.match(r"M([\d.]+)", line)[1]) == pytest.approx(87.5, abs=2)  # of 350
    said = page.get_by_role("slider", name="Threshold", exact=True).get_attribute("aria-valuetext")
    assert float(said) == pytest.approx(1 / (1 + np.exp(3.5)), abs=0.003)


def test_the_keyboard_alone_moves_every_control(show, page):
    show(scored_widget())
    before = facts(page)
    slider = page.get_by_role("slider", name="Threshold", exact=True)
    slider.focus()
    for _ in range(30):
        page.keyboard.press("ArrowLeft")
    lower = facts(page)
    assert lower[0] > before[0]
    assert lower[1] < before[1]
    page.get_by_role("slider", name="Prevalence, %", exact=True).press("Home")
    assert facts(page)[2] < lower[2]
    page.get_by_role("slider", name="Cost of a miss, false alarms", exact=True).press("End")
    page.get_by_role("button", name="Go to the cheapest threshold").press("Enter")
    assert page.locator(".cellcnn-unseen[aria-live]").inner_text() != ""


def test_a_number_out_of_range_is_told_and_left(show, page):
    show(scored_widget())
    before = facts(page)
    set_number(page, "Prevalence, %", 200)
    assert (
        "Prevalence must be a number from 0.1 to 90: got “200”"
        in page.locator(".cellcnn-message").inner_text()
    )
    assert facts(page) == before


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1000, 390])
def test_it_fits_and_can_be_read(show, new_page, theme, width):
    page = new_page(viewport={"width": width, "height": 900}, has_touch=width == 390)
    show(ThresholdWidget(), on=page)
    page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
