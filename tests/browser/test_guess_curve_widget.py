"""The guessed curve on a static page, in a real Chromium: no kernel, no network."""

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from cellcnn_helpers.widgets import GuessCurveWidget

pytestmark = pytest.mark.browser

X = [10, 20, 40, 80]
RUNS = {
    "CNN": [[0.42, 0.3, 0.22, 0.15], [0.5, 0.33, 0.21, 0.17], [0.45, 0.31, 0.24, 0.16]],
    "linear": [[0.6, 0.55, 0.5, 0.48], [0.58, 0.56, 0.51, 0.47], [0.61, 0.53, 0.52, 0.46]],
}
SHOW, COVER = "Show what was measured", "Cover it again"


def widget(**options):
    return GuessCurveWidget(X, RUNS, **options)


def fit_in_numpy(name):
    slope, height = np.polyfit(np.log(X), np.log(np.mean(RUNS[name], axis=0)), 1)
    return np.exp(height), -slope


def table(page):
    """The numbers of the table, NaN where none is shown: (points, 4)."""
    texts = page.locator(".cellcnn-facts tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.querySelectorAll('data')].map(e => e.value))"
    )
    return np.array([[float(text) if text else np.nan for text in row] for row in texts])


def drawn(page, selector):
    """The points of a path in the plot, as shares of its width and height from the lower left."""
    width, _ = page.locator(".cellcnn-guess-plot svg").evaluate("e => [e.viewBox.baseVal.width, 0]")
    text = page.locator(f".cellcnn-guess-plot path{selector}").first.get_attribute("d")
    pairs = np.array([part.split() for part in text[1:].split("L")], dtype=float)
    return pairs[:, 0] / width, 1 - pairs[:, 1] / 100


def reading(page):
    return page.locator(".cellcnn-reading").inner_text()


# ---- the numbers ----


def test_the_arithmetic_equals_numpy_on_drawn_runs(show):
    rng = np.random.default_rng(0)
    cases = []
    for _ in range(50):
        num_runs, num_points = rng.integers(2, 9), rng.integers(2, 9)
        x = np.cumsum(rng.uniform(0.5, 30, num_points))
        runs = rng.uniform(0.01, 2, (num_runs, num_points)) * x ** -rng.uniform(0, 1)
        cases.append((x, runs, rng.uniform(0.001, 1)))
    shown = widget()
    answers = show(shown).evaluate(
        """async ([text, cases]) => {
            const blob = new Blob([text], { type: "text/javascript" });
            const js = await import(URL.createObjectURL(blob));
            return cases.map(([x, runs, target]) => {
                const places = js.byPlace(runs);
                const means = places.map(js.meanOf);
                const law = js.fitPowerLaw(x, means);
                const needed = js.whereReached(law, target);
                return { means, errors: places.map(js.standardError), ...law, needed };
            });
        }""",
        [shown._esm, [(x.tolist(), runs.tolist(), target) for x, runs, target in cases]],
    )
    for (x, runs, target), answer in zip(cases, answers, strict=True):
        means = runs.mean(axis=0)
        slope, height = np.polyfit(np.log(x), np.log(means), 1)
        np.testing.assert_allclose(answer["means"], means, rtol=1e-12)
        np.testing.assert_allclose(answer["errors"], runs.std(axis=0, ddof=1) / np.sqrt(len(runs)), rtol=1e-9)
        np.testing.assert_allclose([answer["a"], answer["b"]], [np.exp(height), -slope], rtol=1e-8)
        needed = np.exp((np.log(target) - height) / slope)
        assert np.log(answer["needed"]) == pytest.approx(np.log(needed), rel=1e-6)


def test_the_table_holds_guess_means_and_errors(show, page):
    guess = [0.5, 0.4, 0.3, 0.1]
    show(widget(guess=guess, revealed=True))
    runs = np.array(RUNS["CNN"])
    means, errors = runs.mean(axis=0), runs.std(axis=0, ddof=1) / np.sqrt(3)
    np.testing.assert_allclose(table(page).T, [guess, means, errors, guess - means], rtol=1e-9)
    page.get_by_role("combobox", name="Curve").select_option("linear")
    page.get_by_role("button", name=SHOW).click()
    np.testing.assert_allclose(table(page)[:, 1], np.mean(RUNS["linear"], axis=0))


def test_the_drawing_is_the_numbers(show, page):
    """Places by their logarithms; means, guess and error bars at their heights."""
    show(widget(guess=[0.6, 0.3, 0.15, 0], revealed=True))
    runs = np.array(RUNS["CNN"])
    x, y = drawn(page, ".is-measured:not(.is-bar)")
    np.testing.assert_allclose(np.diff(x), np.diff(x)[0], atol=1e-4)  # each place twice the one before
    top = widget().top
    np.testing.assert_allclose(y * top, runs.mean(axis=0), atol=1e-4)
    np.testing.assert_allclose(drawn(page, ".is-guess")[1] * top, [0.6, 0.3, 0.15, 0], atol=1e-4)
    low, high = drawn(page, ".is-bar")[1] * top
    assert high - low == pytest.approx(2 * runs[:, 0].std(ddof=1) / np.sqrt(3), abs=1e-4)
    assert page.locator("circle.is-run").count() == runs.size


# ---- what the widget is there to show ----


def test_nothing_that_was_measured_is_seen_before_the_guess(show, page):
    show(widget(beside="linear"))
    assert np.isnan(table(page)[:, 1:]).all()
    assert page.locator("circle.is-run").count() == 0
    assert page.get_by_role("checkbox", name="Power law").is_hidden()
    for mean in np.mean(RUNS["CNN"], axis=0):
        assert f"{mean:.3f}" not in page.locator(".cellcnn-guess").inner_text()
    page.get_by_role("button", name=SHOW).click()
    assert page.locator("circle.is-run.is-measured").count() == 12
    assert page.locator("circle.is-run.is-beside").count() == 6 * 2
    page.get_by_role("button", name=COVER).click()
    assert np.isnan(table(page)[:, 1:]).all()


def test_another_curve_is_covered_again(show, page):
    show(widget(revealed=True))
    page.get_by_role("combobox", name="Curve").select_option("linear")
    assert np.isnan(table(page)[:, 1:]).all()


def test_how_far_off_the_guess_was_is_told(show, page):
    means, errors = np.mean(RUNS["CNN"], axis=0), np.std(RUNS["CNN"], axis=0, ddof=1) / np.sqrt(3)
    guess = means + np.array([0.05, 0, 0, -0.03])
    show(widget(guess=guess, revealed=True))
    assert "off by 0.02 on average" in reading(page)
    within = (np.abs(guess - means) <= 2 * errors).sum()
    assert within == 2
    assert f"{within} of 4 points lie within two standard errors" in reading(page)


def test_the_power_law_says_how_many_and_how_far_off_that_is(show, page):
    show(widget(revealed=True, target=0.05))
    page.get_by_role("checkbox", name="Power law").check()
    a, b = fit_in_numpy("CNN")
    needed = (a / 0.05) ** (1 / b)
    assert 80 < needed < 1000
    text = reading(page)
    assert f"It reaches 0.05 at {needed:.0f}, {needed / 80:.2f} times as far" in text
    assert f"To halve the value takes {2 ** (1 / b):.2f} times as many" in text
    field = page.get_by_role("textbox", name="How many for, as a number")
    field.fill("0.2")
    field.press("Enter")
    assert ", within what was measured" in reading(page)
    field.fill("-1")
    field.press("Enter")
    assert "must be a number" in page.locator(".cellcnn-message").inner_text()


def test_a_curve_that_does_not_fall_is_never_foretold(show, page):
    show(GuessCurveWidget([1, 2], {"rising": [[0.1, 0.2]]}, revealed=True, fitted=True))
    assert "does not fall" in reading(page)
    assert page.locator(".cellcnn-facts tbody tr").first.inner_text().split()[-2] == "–"  # one run: no error


# ---- by pointer, by keyboard, on a phone ----


def test_points_are_dragged_with_the_pointer(show, page):
    show(widget())
    box = page.locator(".cellcnn-guess-plot .cellcnn-plot-area").bounding_box()

    def at(place, share):
        return box["x"] + place * box["width"], box["y"] + (1 - share) * box["height"]

    page.mouse.move(*at(0.06, 0.5))
    page.mouse.down()
    page.mouse.move(*at(0.1, 0.9))
    page.mouse.move(*at(0.6, 0.75))  # it stays with the point that it took
    page.mouse.up()
    guess, top = table(page)[:, 0], widget().top
    assert guess[0] == pytest.approx(0.75 * top, abs=0.01)
    np.testing.assert_allclose(guess[1:], top / 2)


def test_sliders_do_the_same_by_keyboard(show, page):
    show(widget())
    slider = page.get_by_role("slider", name="Guess at 20 labeled cells")
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    top = widget().top
    assert table(page)[1, 0] == pytest.approx(top / 2 - 3 * top / 200)
    page.get_by_role("button", name="Start again").click()
    np.testing.assert_allclose(table(page)[:, 0], top / 2)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_accessible_and_within_a_phone(show, new_page, theme):
    page = new_page(viewport={"width": 390, "height": 800})
    show(widget(revealed=True, fitted=True, beside="linear"), on=page)
    page.evaluate("theme => (document.documentElement.dataset.theme = theme)", theme)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    report = Axe().run(page, context=".cellcnn-widget")
    assert report.violations_count == 0, report.generate_report()


def test_two_views_share_the_state(show, page):
    shown = widget()
    show(shown, shown)
    page.get_by_role("button", name=SHOW).first.click()
    assert page.get_by_role("button", name=COVER).count() == 2
