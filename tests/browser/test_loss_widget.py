"""The loss widget on a static page, in a real Chromium: no kernel, no network."""

import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from cellcnn_helpers import nn
from cellcnn_helpers.dataset import CellImageDataset
from cellcnn_helpers.widgets import LossWidget

pytestmark = pytest.mark.browser

KINDS = ("half_mean_squared_error", "mean_squared_error", "softmax_cross_entropy")
TITLES = dict(zip(KINDS, ("half mean squared error", "mean squared error", "cross-entropy"), strict=True))
PUSHES = ".cellcnn-class .cellcnn-push data"


def some_cells(labels, num_classes=3):
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (len(labels), 9, 7, 3), np.uint8)
    return CellImageDataset(images, labels, [f"class {name}" for name in "abcde"[:num_classes]])


def loss_in_numpy(kind, labels, logits):
    """Loss and gradient with respect to the logits, by the package."""
    if kind == "softmax_cross_entropy":
        return nn.softmax_cross_entropy(labels, logits)
    one_hot = np.eye(np.shape(logits)[1])[labels]
    loss, dy = getattr(nn, kind)(one_hot, nn.softmax(logits))
    return loss, nn.softmax_backward(dy, logits).dx


def numbers(page, selector):
    """The full numbers of <data> elements."""
    return page.locator(selector).evaluate_all("all => all.map(e => Number(e.value))")


def choose_cell(page, number):
    page.locator(".cellcnn-cell").nth(number - 1).click()


def slide(page, name, value):
    page.get_by_role("slider", name=name, exact=True).fill(str(value))


def choose_loss(page, kind):
    page.get_by_role("radio", name=re.compile(f"^{TITLES[kind]}")).check()


def number_in(text):
    return float(text.replace("−", "-").replace("+", "").replace("%", "").replace(">", ""))


# ---- the numbers ----


def test_the_arithmetic_equals_nn_on_drawn_logits(show):
    """Every loss, its gradient, and the weighted mean; with logits that would overflow exp."""
    rng = np.random.default_rng(0)
    cases = []
    for _ in range(100):
        num_cells, num_classes = rng.integers(1, 9), rng.integers(2, 6)
        logits = rng.normal(scale=rng.choice([1, 10, 500]), size=(num_cells, num_classes))
        labels = rng.integers(0, num_classes, num_cells)
        weights = rng.uniform(0, 8, num_classes) if rng.random() < 0.5 else np.ones(num_classes)
        cases.append((str(rng.choice(KINDS)), labels, logits, weights))
    widget = LossWidget()
    answers = show(widget).evaluate(
        """async ([text, cases]) => {
            const blob = new Blob([text], { type: "text/javascript" });
            const { meanLoss } = await import(URL.createObjectURL(blob));
            return cases.map((given) => meanLoss(...given));
        }""",
        [widget._esm, [(kind, *(array.tolist() for array in arrays)) for kind, *arrays in cases]],
    )
    for (kind, labels, logits, weights), answer in zip(cases, answers, strict=True):
        alone = [loss_in_numpy(kind, labels[[n]], logits[[n]]) for n in range(len(labels))]
        shares = weights[labels] / len(labels)
        expected = sum(share * loss for share, (loss, _) in zip(shares, alone, strict=True))
        gradient = [share * row[0] for share, (_, row) in zip(shares, alone, strict=True)]
        assert answer["loss"] == pytest.approx(expected, rel=1e-12, abs=1e-15), kind
        np.testing.assert_allclose(answer["gradient"], gradient, rtol=1e-9, atol=1e-15, err_msg=kind)
        if (weights == 1).all():  # then it is the loss of the batch
            loss, gradient = loss_in_numpy(kind, labels, logits)
            assert answer["loss"] == pytest.approx(loss, rel=1e-12, abs=1e-15)
            np.testing.assert_allclose(answer["gradient"], gradient, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_shown_equals_nn(show, page, kind):
    widget = LossWidget(loss=kind, class_weights=[0.5, 2, 3])
    show(widget)
    logits, labels = np.array(widget.logits), np.array(widget.labels)
    for n in range(len(labels)):
        choose_cell(page, n + 1)
        loss, gradient = loss_in_numpy(kind, labels[[n]], logits[[n]])
        shown = [
            numbers(page, f".cellcnn-class .cellcnn-{part} data") for part in ("logit", "chance", "push")
        ]
        np.testing.assert_array_equal(shown[0], logits[n])
        np.testing.assert_allclose(shown[1], nn.softmax(logits[n]), rtol=1e-12)
        np.testing.assert_allclose(shown[2], -gradient[0], rtol=1e-9, atol=1e-15)
        assert numbers(page, ".cellcnn-sum data")[0] == pytest.approx(loss, rel=1e-12)
        widths = page.locator(".cellcnn-class .cellcnn-push i").evaluate_all(
            "all => all.map(e => parseFloat(e.style.width))"
        )
        np.testing.assert_allclose(widths, 50 * np.abs(gradient[0]), atol=1e-4)
    weights = np.array([0.5, 2, 3])[labels]
    alone = [loss_in_numpy(kind, labels[[n]], logits[[n]])[0] for n in range(len(labels))]
    assert numbers(page, ".cellcnn-sum data")[1] == pytest.approx(np.mean(weights * alone), rel=1e-12)


def test_the_curve_is_the_loss_and_its_tangent_the_gradient(show, page):
    """Read from the drawing: points of the curve, the marked point, and the tangent's slope."""
    widget = LossWidget(loss=KINDS[0], logit=2)
    show(widget)
    slide(page, "Logit of apoptotic", 1.5)
    logits = np.array([[6, -2, 1.5]])
    tick = page.locator(".is-up span").last  # tells the scale: how high it stands
    top = number_in(tick.inner_text()) / (1 - tick.evaluate("e => parseFloat(e.style.top)") / 100)

    def drawn(selector):
        text = page.locator(f".cellcnn-loss-curve {selector}").get_attribute("d")
        pairs = np.array([part.split() for part in text[1:].split("L")], dtype=float)
        return pairs[:, 0] / 150 * 20 - 10, (1 - pairs[:, 1] / 100) * top

    x, y = drawn("path:not([class*='is'])")
    assert len(x) == 161 and (x[0], x[-1]) == (-10, 10)
    at = np.repeat(logits, len(x), axis=0)
    at[:, 2] = np.linspace(-10, 10, 161)
    expected = [loss_in_numpy(KINDS[0], [1], row[np.newaxis])[0] for row in at]
    np.testing.assert_allclose(y, expected, atol=1e-3 * top)
    loss, gradient = loss_in_numpy(KINDS[0], [1], logits)
    circle = page.locator(".cellcnn-loss-curve circle")
    assert float(circle.get_attribute("cx")) / 150 * 20 - 10 == pytest.approx(1.5)
    assert (1 - float(circle.get_attribute("cy")) / 100) * top == pytest.approx(loss, abs=1e-6)
    x, y = drawn("path.is-tangent")
    assert np.diff(y)[0] / np.diff(x)[0] == pytest.approx(gradient[0, 2], abs=2e-4)


# ---- what the widget is there to show ----


def test_all_losses_stand_side_by_side_whichever_is_chosen(show, page):
    """Each row: the loss of the chosen cell, and its push on the logit of the label, as number and arrow."""
    widget = LossWidget(cell=3, labels=[1, 0, 0, 2, 2])
    show(widget)
    table = page.locator(".cellcnn-kinds")
    logits = np.array(widget.logits[3:4])
    expected = [loss_in_numpy(kind, [2], logits) for kind in KINDS]
    for kind in KINDS:
        choose_loss(page, kind)
        shown = numbers(page, ".cellcnn-kinds data")
        np.testing.assert_allclose(shown[::2], [loss for loss, _ in expected], rtol=1e-12)
        np.testing.assert_allclose(shown[1::2], [-gradient[0, 2] for _, gradient in expected], rtol=1e-9)
        widths = table.locator("i").evaluate_all("all => all.map(e => parseFloat(e.style.width))")
        np.testing.assert_allclose(widths, 50 * np.abs(shown[1::2]), atol=1e-4)
        assert table.locator("tr.is-chosen").inner_text().startswith(TITLES[kind])
        assert page.locator(".cellcnn-heads").inner_text().endswith(f"Push of {TITLES[kind]}")
        chosen = numbers(page, PUSHES)
        np.testing.assert_allclose(chosen, -expected[KINDS.index(kind)][1][0], rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("num_classes", [2, 5])
def test_each_loss_says_by_what_it_divides(show, page, num_classes):
    """The package on two rows of logits, and the formula on the page with N = 2 and as many classes."""
    logits = np.random.default_rng(0).normal(size=(2, num_classes))
    show(LossWidget(some_cells([0, 1], num_classes)))
    squares = ((nn.softmax(logits) - np.eye(2, num_classes)) ** 2).sum()
    for kind, row in zip(KINDS, page.locator(".cellcnn-kinds small").all_inner_texts(), strict=True):
        divided_by = re.search(r"/ (\d*)N", row)[1] or 1
        if row.startswith("Σ (p − y)²"):
            assert loss_in_numpy(kind, [0, 1], logits)[0] == pytest.approx(squares / (int(divided_by) * 2))
        assert ("all values" in row) == (kind == "mean_squared_error")
    assert "N is the number of rows, one for each cell: here 1." in page.locator(".cellcnn-loss").inner_text()


def test_squared_error_barely_pushes_where_the_network_is_sure_and_wrong(show, page):
    show(LossWidget())
    push = {}
    for kind in KINDS:
        choose_loss(page, kind)
        push[kind] = numbers(page, PUSHES)[1]
        reading = page.locator(".cellcnn-reading").inner_text()
        assert "99.7 % sure of interphase: sure and wrong" in reading
        assert ("almost full strength" in reading) == (kind == KINDS[2])
        assert ("the push towards the label is only" in reading) == (kind != KINDS[2])
    assert push[KINDS[2]] > 0.999 and push[KINDS[0]] < 0.001 and push[KINDS[1]] < 0.001


@pytest.mark.parametrize("kind", [KINDS[0], KINDS[2]])
def test_steps_downhill_are_those_of_nn(show, page, kind):
    widget = LossWidget(loss=kind)
    show(widget)
    page.get_by_role("button", name="One step downhill").click()
    page.get_by_role("button", name="Ten steps").click()
    (logits,) = optimized = [np.array(widget.logits[:1])]
    optimizer = nn.SGD(1.0)
    for _ in range(11):
        optimized = optimizer.step(optimized, [loss_in_numpy(kind, [1], optimized[0])[1]])
    np.testing.assert_allclose(numbers(page, ".cellcnn-logit data"), optimized[0][0], atol=1e-12)
    went_far = nn.softmax(optimized[0])[0, 1] > 0.9
    assert went_far == (kind == KINDS[2])  # cross-entropy has mended it, the squared error has not
    page.get_by_role("button", name="Start again").click()
    np.testing.assert_array_equal(numbers(page, ".cellcnn-logit data"), logits[0])


def test_balanced_weights_are_those_of_the_formula_and_change_the_mean(show, page):
    widget = LossWidget(some_cells([0, 0, 0, 1]), np.eye(4, 3))  # no cell of the third class
    show(widget)
    before = numbers(page, ".cellcnn-sum data")[1]
    assert before == pytest.approx(nn.softmax_cross_entropy(widget.labels, widget.logits).loss)
    page.get_by_role("button", name="Balance the classes").click()
    weights = np.array([4 / 6, 4 / 2, 1])
    np.testing.assert_allclose(numbers(page, ".cellcnn-weights data"), weights)
    alone = [
        nn.softmax_cross_entropy([label], [row]).loss
        for label, row in zip(widget.labels, widget.logits, strict=True)
    ]
    expected = np.mean(weights[widget.labels] * alone)
    assert numbers(page, ".cellcnn-sum data")[1] == pytest.approx(expected, rel=1e-12)
    assert expected != pytest.approx(before, rel=0.01)
    pushes = [
        number_in(row.locator("td").last.inner_text())
        for row in page.locator("table").last.locator("tbody tr").all()
    ]
    gradient = (
        nn.softmax_cross_entropy(widget.labels, widget.logits).gradient
        * weights[widget.labels][:, np.newaxis]
    )
    np.testing.assert_allclose(pushes, -gradient[range(4), widget.labels], atol=6e-4)
    page.get_by_role("button", name="All weights 1").click()
    assert numbers(page, ".cellcnn-sum data")[1] == before
    slide(page, "Weight of class b", 2.5)
    assert numbers(page, ".cellcnn-sum data")[1] == pytest.approx(np.mean([*alone[:3], 2.5 * alone[3]]))


def test_a_wrong_label_is_named_and_pushes_the_wrong_way(show, page):
    show(LossWidget())
    choose_cell(page, 5)  # apoptotic, and the network says so
    assert not page.locator(".cellcnn-message").is_visible()
    assert numbers(page, PUSHES)[2] > 0
    page.get_by_role("combobox", name="Label of the chosen cell").select_option("mitotic")
    said = page.locator(".cellcnn-message").inner_text()
    assert "this cell is apoptotic, but it was given the name mitotic" in said
    pushes = numbers(page, PUSHES)
    gradient = nn.softmax_cross_entropy([1], [[0.0, 1, 3]]).gradient[0]
    np.testing.assert_allclose(pushes, -gradient, rtol=1e-9)
    assert pushes[2] < 0 < pushes[1]
    assert "is-wrong" in page.locator(".cellcnn-cell").nth(4).get_attribute("class")
    page.get_by_role("combobox", name="Label of the chosen cell").select_option("apoptotic")
    assert not page.locator(".cellcnn-message").is_visible()


CE, HALF = KINDS[2], KINDS[0]
FULL, ONLY = "pushes towards the {} with almost full strength", "Yet the push towards the {} is only"


@pytest.mark.parametrize(
    ("logits", "label", "kind", "words"),
    [
        ([0, 0, 6], 2, CE, ["Sure and right: little is left"]),
        ([0, 6, 0], 1, CE, ["Sure of the wrong label: to the loss that is right, and little is left"]),
        ([0, 0, 6], 1, CE, ["sure of apoptotic, and the cell is apoptotic. ", FULL.format("wrong label")]),
        ([0, 0, 6], 1, HALF, ["sure of apoptotic, and the cell is apoptotic. ", ONLY.format("wrong label")]),
        ([6, 0, 0], 1, CE, ["sure of interphase: sure and wrong. ", FULL.format("wrong label")]),
        ([6, 0, 0], 2, CE, ["sure of interphase: sure and wrong. ", FULL.format("label")]),
        ([6, 0, 0], 2, HALF, ["sure of interphase: sure and wrong. ", ONLY.format("label")]),
        ([0, 0, 1], 2, CE, ["Unsure: here every loss pushes towards the label."]),
        ([0, 0, 1], 0, HALF, ["Unsure: here every loss pushes towards the wrong label."]),
        (
            [6, 6, 0],
            2,
            HALF,
            ["yet leaves next to nothing for the label. ", ONLY.format("label")],
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_the_words_are_right_in_each_state(show, page, logits, label, kind, words):
    """The last cell is apoptotic (2). Sureness, truth and label are three things."""
    others = [[0, 0, 0]] * 4
    show(LossWidget(logits=[*others, logits], labels=[1, 0, 0, 0, label], loss=kind, cell=4))
    reading = page.locator(".cellcnn-reading").inner_text()
    for part in words:
        assert part in reading
    assert ("wrong label" in reading) == (label != 2)
    every = ("Sure and right", "Sure of the wrong", "sure of", "Unsure", "nothing for the label")
    assert sum(part in reading for part in every) == 1


def test_a_wrong_label_that_was_learned_is_not_called_right(show, page):
    show(LossWidget(labels=[1, 0, 0, 0, 1], cell=4))
    for _ in range(3):
        page.get_by_role("button", name="Ten steps").click()
    assert number_in(page.locator(".cellcnn-class").nth(1).locator(".cellcnn-chance data").inner_text()) > 90
    assert "Sure of the wrong label" in page.locator(".cellcnn-reading").inner_text()
    assert page.locator(".cellcnn-message").inner_text().endswith("The loss cannot know that.")


def test_the_sums_are_written_with_their_numbers(show, page):
    show(LossWidget(some_cells([0], 2), [[1, 0]]))
    page.get_by_text("Written with its numbers").click()
    details = page.locator("details")
    assert "p of class a = exp(1) / [exp(1) + exp(0)] = 0.7311" in details.inner_text()
    assert "L = −ln p = −ln 0.7311 ≈ 0.3133" in details.inner_text()
    assert "Gradient = p − y = 0.7311 − 1, 0.2689 − 0 ≈ −0.2689, 0.2689" in details.inner_text()
    choose_loss(page, KINDS[0])
    squares = "[(0.7311 − 1)² + (0.2689 − 0)²]"
    assert f"L = Σ (p − y)² / 2N = {squares} / (2 · 1) ≈ 0.0723" in details.inner_text()
    choose_loss(page, KINDS[1])
    assert f"L = Σ (p − y)² / 2N = {squares} / (2 · 1) ≈ 0.0723" in details.inner_text()  # two classes


# ---- pictures, keyboard, phone, dark, screen reader ----


def test_the_pictures_are_those_of_the_data_set(show, page):
    cells = some_cells([0, 2, 1])
    show(LossWidget(cells))
    drawn = page.locator(".cellcnn-cell canvas").evaluate_all(
        """all => all.map(c => [...c.getContext("2d").getImageData(0, 0, c.width, c.height).data])"""
    )
    np.testing.assert_array_equal(np.reshape(drawn, (3, 9, 7, 4))[..., :3], cells.images)
    assert page.locator(".cellcnn-cell").all_text_contents() == [
        "Cell 1, class a",
        "Cell 2, class c",
        "Cell 3, class b",
    ]


def test_the_curve_can_be_dragged(show, page):
    show(LossWidget())
    page.locator(".cellcnn-plot-area").scroll_into_view_if_needed()
    box = page.locator(".cellcnn-plot-area").bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 40)
    page.mouse.up()
    page.mouse.move(box["x"] + 0.1 * box["width"], box["y"] + 40)
    assert numbers(page, ".cellcnn-logit data")[1] == pytest.approx(5, abs=0.06)


def test_everything_works_with_the_keyboard_alone(show, page):
    show(LossWidget())
    focused = """() => { const e = document.activeElement;
        return e.getAttribute("aria-label") ?? e.closest("label")?.textContent ?? e.textContent; }"""

    def tab_to(name):
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate(focused).startswith(name):
                return
        raise AssertionError(f"the tab key never reaches {name}")

    tab_to("Cell 1")
    page.keyboard.press("ArrowRight")  # radio buttons: the arrows choose
    assert page.locator(".cellcnn-cell.is-chosen").text_content() == "Cell 2, interphase"
    tab_to("Label of the chosen cell")
    page.keyboard.type("apop")
    tab_to("Logit of interphase")
    page.keyboard.press("Home")
    for name in ("Logit of mitotic", "Logit of apoptotic"):
        tab_to(name)
    page.keyboard.press("End")
    tab_to("cross-entropy")
    page.keyboard.press("ArrowUp")  # the loss above it
    for name in ("One step downhill", "Ten steps", "Start again"):
        tab_to(name)
    expected = loss_in_numpy(KINDS[1], [2], [[-10.0, 0, 10]])
    assert numbers(page, ".cellcnn-sum data")[0] == pytest.approx(expected[0], rel=1e-9)
    tab_to("Written with")
    tab_to("Curve along")
    tab_to("Weight of interphase")
    page.keyboard.press("ArrowRight")
    assert numbers(page, ".cellcnn-weights data")[0] == pytest.approx(1.1)
    said = page.locator("[aria-live]").inner_text()
    assert said.startswith("Cell 2, label apoptotic: probability > 99.9 %, loss ")


@pytest.mark.parametrize("width", [320, 390])
def test_fits_a_phone(show, new_page, width):
    on = new_page(viewport={"width": width, "height": 800}, has_touch=True, is_mobile=True)
    page = show(LossWidget(some_cells([0, 1, 2, 3, 4, 0, 1, 2], 5)), on=on)
    page.get_by_text("Written with its numbers").click()
    for kind in KINDS:
        choose_loss(page, kind)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        edges = page.locator(
            ".cellcnn-widget :is(td, th, select, button, label, canvas, p, data, input, svg)"
        ).evaluate_all("all => all.filter(e => e.offsetWidth > 1).map(e => e.getBoundingClientRect().right)")
        assert max(edges) <= width
    page.locator(".cellcnn-cell").nth(3).tap()
    assert page.locator(".cellcnn-class.is-label").inner_text().startswith("class d")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_accessibility_violations(show, page, theme):
    show(LossWidget(labels=[0, 0, 0, 0, 2]))
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
    page.get_by_text("Written with its numbers").click()
    report = Axe().run(page, context=".cellcnn-widget")
    assert report.violations_count == 0, report.generate_report()


def test_two_views_share_the_state(show, page):
    widget = LossWidget()
    show(widget, widget)
    slide_first = page.get_by_role("slider", name="Logit of mitotic").first
    slide_first.fill("3.5")
    assert numbers(page, ".cellcnn-logit data")[1] == numbers(page, ".cellcnn-logit data")[4] == 3.5
    page.locator(".cellcnn-cell").nth(7).click()  # in the second view
    chosen = page.locator(".cellcnn-cell input").evaluate_all("all => all.map(e => e.checked)")
    assert chosen == [False, False, True, False, False] * 2
