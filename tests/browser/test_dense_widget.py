"""The dense widget on a static page, in a real Chromium: no kernel, no network."""

import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from cellcnn_helpers import nn
from cellcnn_helpers.dataset import CellImageDataset
from cellcnn_helpers.widgets import DenseWidget

pytestmark = pytest.mark.browser

NAMES = ("round", "spiky", "dividing")


@pytest.fixture(scope="module")
def grey():
    """The layer and the cells that the widget starts with."""
    widget = DenseWidget()
    return widget.cells, widget.weights, widget.bias


@pytest.fixture(scope="module")
def color():
    """Noise in color, 6 × 5 pixels, and weights to go with it."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (9, 6, 5, 3)).astype(np.uint8)
    cells = CellImageDataset(images, rng.integers(0, 3, 9), NAMES)
    return cells, rng.normal(size=(90, 3)).astype(np.float32), np.float32([0.5, -1, 0])


def moved(images, down, right):
    """Images moved as in the chapter: what leaves on one side comes in on the other."""
    return np.roll(images, (down, right), axis=(1, 2))


def scores_of(images, weights, bias):
    """The package's own answer, in float64 from the float32 numbers that the widget was given."""
    x = np.float64(images).reshape(len(images), -1)
    return nn.dense(x, np.float64(weights), np.float64(bias))


def share_right(layer, down=0, right=0):
    cells, weights, bias = layer
    images, labels = cells.arrays()
    return np.mean(scores_of(moved(images, down, right), weights, bias).argmax(axis=1) == labels)


# ---- reading the page ----


def choice(page, name):
    """The drop-down list with this label."""
    return page.get_by_role("combobox", name=name, exact=True)


def shown(page, number=0):
    """(scores, probabilities), in full precision, as the page gives them to machines."""
    widget = page.locator(".cellcnn-widget").nth(number)
    values = widget.locator(".cellcnn-class data").evaluate_all("all => all.map(e => Number(e.value))")
    return np.array(values[::2]), np.array(values[1::2])


def pixels(page, selector, number=0):
    """The drawn pixels: (rows, columns, RGB)."""
    width, height, flat = (
        page.locator(f"{selector} canvas")
        .nth(number)
        .evaluate(
            """canvas => [canvas.width, canvas.height,
            [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data]]"""
        )
    )
    return np.array(flat).reshape(height, width, 4)[..., :3]


def told(page):
    """The visible sentence, and the one for a screen reader, which must be the same."""
    live = page.locator("[aria-live]").inner_text()
    assert page.get_by_text(live, exact=True).first.is_visible()
    return live


def unfold(page):
    """Open what the reader is to guess first."""
    for summary in page.locator("details:not([open]) > summary").all()[::-1]:
        summary.click()


def shares_shown(page):
    texts = page.locator("table", has_text="Right answers").locator("td").all_inner_texts()
    return [int(text.rstrip(" %")) for text in texts]


def click_pixel(page, row, column, size=32):
    box = page.locator(".cellcnn-picture [tabindex]").bounding_box()
    pixel = box["width"] / size
    page.mouse.click(box["x"] + (column + 0.5) * pixel, box["y"] + (row + 0.5) * pixel)


def signed_colors(values, limit):
    """Orange below zero, near white at zero, blue above."""
    share = np.asarray(values)[..., np.newaxis] / limit
    ends = np.where(share < 0, [184, 80, 15], [31, 102, 176])
    return np.array([247, 247, 245]) + np.abs(share) * (ends - [247, 247, 245])


# ---- the numbers ----


def test_the_arithmetic_equals_nn_on_drawn_layers(show, grey):
    rng = np.random.default_rng(1)
    cases = []
    for _ in range(60):
        features, units = rng.integers(1, 60), rng.integers(2, 11)
        x, weights, bias = (
            rng.normal(size=features),
            rng.normal(size=(features, units)),
            rng.normal(size=units),
        )
        cases.append((x, weights * 10.0 ** rng.integers(-2, 4), bias))
    widget = DenseWidget(*grey)
    page = show(widget)
    answers = page.evaluate(
        """async ([text, cases]) => {
            const blob = new Blob([text], { type: "text/javascript" });
            const { denseScores, softmax } = await import(URL.createObjectURL(blob));
            return cases.map(([x, weights, bias]) => {
                const given = [x, weights.flat(), bias].map((each) => Float64Array.from(each));
                const scores = denseScores(...given);
                return [[...scores], [...softmax(scores)]];
            });
        }""",
        [widget._esm, [[array.tolist() for array in case] for case in cases]],
    )
    for (x, weights, bias), (scores, shares) in zip(cases, answers, strict=True):
        expected = nn.dense(x[np.newaxis], weights, bias)
        np.testing.assert_allclose(scores, expected[0], rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(shares, nn.softmax(expected)[0], rtol=1e-6, atol=1e-300)
    permutation = page.evaluate(
        """async (text) => {
            const blob = new Blob([text], { type: "text/javascript" });
            return [...(await import(URL.createObjectURL(blob))).fixedPermutation(1000)];
        }""",
        widget._esm,
    )
    assert sorted(permutation) == list(range(1000))
    assert np.mean(np.abs(np.diff(permutation)) < 10) < 0.05  # neighbors part


@pytest.mark.parametrize("kind", ["grey", "color"])
def test_what_is_shown_equals_nn(show, page, request, kind):
    """Scores, probabilities, the pictures of weights and products, and the product of the marked pixel."""
    cells, weights, bias = layer = request.getfixturevalue(kind)
    show(DenseWidget(*layer, cell=4, row=3, column=2))
    images, labels = cells.arrays()
    expected = scores_of(images, weights, bias)[4:5]
    scores, shares = shown(page)
    np.testing.assert_allclose(scores, expected[0], rtol=1e-12)
    np.testing.assert_allclose(shares, nn.softmax(expected)[0], rtol=1e-9)
    planes = weights.reshape(*images.shape[1:], 3).astype(float)
    products = (planes * images[4][..., np.newaxis]).sum(axis=2)
    planes = planes.sum(axis=2)  # over the channels
    for unit in range(3):
        drawn = [pixels(page, ".cellcnn-class", 2 * unit + i) for i in range(2)]
        for picture, values in zip(drawn, (planes, products), strict=True):
            limit = np.abs(values).max()
            np.testing.assert_allclose(picture, signed_colors(values[..., unit], limit), atol=0.51)
        card = page.locator(".cellcnn-class").nth(unit)
        text = card.locator("dd").first.inner_text().replace("−", "-")
        assert float(text.split("= ")[-1]) == pytest.approx(products[3, 2, unit], rel=0.06, abs=6e-4)
    best = page.locator(".is-chosen strong").inner_text()
    assert best == cells.class_names[expected.argmax()]
    cards = page.locator(".cellcnn-class")
    tags = [{name for name in ("answer", "true class") if name in text} for text in cards.all_inner_texts()]
    assert [n for n, words in enumerate(tags) if "answer" in words] == [expected.argmax()]
    assert [n for n, words in enumerate(tags) if "true class" in words] == [labels[4]]
    verdict = "right" if expected.argmax() == labels[4] else f"wrong, it is {cells.class_names[labels[4]]}"
    assert f"This cell: {best}, " in told(page) and f": {verdict}." in told(page)
    drawn = pixels(page, ".cellcnn-picture")
    white = images[4].max() if kind == "grey" else 1
    np.testing.assert_allclose(drawn, np.broadcast_to(255 * images[4] / white, drawn.shape), atol=0.51)


def test_one_color_can_be_looked_at_alone(show, page, color):
    cells, weights, _ = color
    show(DenseWidget(*color, cell=1))
    before = shown(page)[0]
    choice(page, "Color").select_option("green")
    planes = weights.reshape(6, 5, 3, 3)[:, :, 1]
    drawn = pixels(page, ".cellcnn-class", 4)  # the weights of the last class
    np.testing.assert_allclose(drawn, signed_colors(planes[..., 2], np.abs(planes).max()), atol=0.51)
    np.testing.assert_array_equal(pixels(page, ".cellcnn-picture")[..., 2], cells.images[1, ..., 1])
    np.testing.assert_array_equal(shown(page)[0], before)  # only looked at


# ---- moving, shuffling, painting ----


def test_a_shift_of_three_pixels_breaks_the_layer(show, page, grey):
    cells, weights, bias = grey
    show(DenseWidget(*grey, cell=7))
    unfold(page)
    expected = [round(100 * share_right(grey, right=by)) for by in range(7)]
    assert shares_shown(page) == expected
    assert expected[3] < expected[0] - 25
    for _ in range(3):
        page.get_by_role("button", name="Shift right").click()
    page.get_by_role("button", name="Shift up").click()
    assert page.locator("output").inner_text() == "shifted by 3 to the right, 1 up"
    images = moved(cells.arrays()[0], -1, 3)
    np.testing.assert_allclose(shown(page)[0], scores_of(images, weights, bias)[7], rtol=1e-12)
    right = round(60 * share_right(grey, -1, 3))
    sentence = f"Of all 60 cells, moved alike, {right} are right."
    assert page.get_by_text(sentence, exact=True).is_visible()
    assert page.locator("[aria-live]").inner_text().endswith(f". {sentence}")
    page.get_by_role("button", name="Shift down").click()
    assert page.locator("td.is-current").inner_text() == f"{expected[3]} %"
    page.get_by_role("button", name="Back").click()
    assert page.locator("output").inner_text() == "not shifted"
    assert page.get_by_role("button", name="Back").is_disabled()
    for _ in range(10):
        page.get_by_role("button", name="Shift left").click()
    assert page.locator("output").inner_text() == "shifted by 8 to the left"


@pytest.mark.parametrize(("down", "right"), [(8, -8), (-7, 5), (1, 0)])
def test_cells_roll_as_in_the_chapter(show, page, color, down, right):
    """What is drawn, and the scores; the cells are smaller than the largest shift."""
    cells, weights, bias = color
    show(DenseWidget(*color, cell=5, shift_down=down, shift_right=right))
    rolled = np.roll(cells.images, (down, right), axis=(1, 2))
    np.testing.assert_array_equal(pixels(page, ".cellcnn-picture"), rolled[5])
    expected = scores_of(np.roll(cells.arrays()[0], (down, right), axis=(1, 2)), weights, bias)[5]
    np.testing.assert_allclose(shown(page)[0], expected, rtol=1e-12)


def test_the_answers_to_the_guesses_of_the_chapter_wait_until_they_are_asked_for(show, page, grey):
    """The shares right after a shift and the counts of parameters; the network is centered there as here."""
    cells, weights, bias = grey
    show(DenseWidget(*grey))
    tables = page.locator("table").all()
    for _ in range(2):
        page.get_by_role("button", name="Shift right").click()
        assert "are right" not in told(page)
    assert len(tables) == 2 and not any(table.is_visible() for table in tables)
    page.get_by_text("Guess first: how many cells are still right").click()
    assert tables[0].is_visible() and not tables[1].is_visible()
    images, labels = cells.arrays()
    mean = images.mean()
    network = nn.Network([nn.Flatten(), nn.Dense(3)], input_shape=images.shape[1:])
    network.set_weights([weights, bias + mean * weights.sum(axis=0)])
    printed = [
        f"{network.evaluate(np.roll(images - mean, by, axis=2), labels).accuracy:.0%}" for by in range(7)
    ]
    assert [f"{share}%" for share in shares_shown(page)] == printed
    page.get_by_text("Guess first: how many numbers must be learned").click()
    assert tables[1].is_visible()


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_long_names_of_classes_stay_in_their_cards(show, new_page, width):
    """Eight classes, as of the cells of the blood; the answer and the truth are told on two of them."""
    names = [
        f"{kind} {cell}" for kind in ("immature", "segmented") for cell in ("granulocyte", "a", "b", "c")
    ]
    images = np.zeros((1, 28, 28, 3), np.uint8)
    cells = CellImageDataset(images, [0], names)
    bias = np.float32([0, 0, 0, 0, 1, 0, 0, 0])
    on = new_page(viewport={"width": width, "height": 900})
    show(DenseWidget(cells, np.zeros((2352, 8), np.float32), bias), on=on)
    over = on.locator(".cellcnn-class").evaluate_all(
        """cards => cards.map(card => {
            const words = document.createRange();
            words.selectNodeContents(card.querySelector("p"));
            return words.getBoundingClientRect().right - card.getBoundingClientRect().right;
        })"""
    )
    assert len(over) == 8 and max(over) < 0
    tops = on.locator(".cellcnn-class canvas").evaluate_all(
        "all => all.map(e => e.getBoundingClientRect().top)"
    )
    cards = on.locator(".cellcnn-class").evaluate_all("all => all.map(e => e.getBoundingClientRect().top)")
    below = {
        card: {round(top - card, 1) for top, of in zip(tops[::2], cards, strict=True) if of == card}
        for card in cards
    }
    assert all(len(heights) == 1 for heights in below.values())  # the pictures of a row stand on one level


def test_the_answer_is_not_framed_in_a_color_of_the_weights(show, page, grey):
    show(DenseWidget(*grey))
    for theme in ("light", "dark"):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
        red, green, blue = map(
            int,
            re.findall(r"\d+", page.locator(".is-chosen").evaluate("e => getComputedStyle(e).outlineColor"))[
                :3
            ],
        )
        assert max(red, green, blue) - min(red, green, blue) < 40  # orange and blue have more than 100


@pytest.mark.parametrize("kind", ["grey", "color"])
def test_shuffling_pixels_and_weights_alike_changes_no_answer(show, page, request, kind):
    layer = request.getfixturevalue(kind)
    show(DenseWidget(*layer, cell=3))
    unfold(page)
    (scores, shares), right = shown(page), shares_shown(page)
    picture, weights = pixels(page, ".cellcnn-picture"), pixels(page, ".cellcnn-class")
    choice(page, "Order of the pixels").select_option("pixels shuffled")
    assert np.abs(shown(page)[0] - scores).max() > 0.1
    np.testing.assert_array_equal(pixels(page, ".cellcnn-class"), weights)
    shuffled = pixels(page, ".cellcnn-picture")
    assert (shuffled != picture).any()
    one = [np.unique(each.reshape(-1, 3), axis=0, return_counts=True) for each in (picture, shuffled)]
    np.testing.assert_array_equal(one[0][0], one[1][0])  # the same pixels, all channels kept together
    np.testing.assert_array_equal(one[0][1], one[1][1])
    if kind == "grey":
        assert shares_shown(page)[0] < right[0] - 25
    choice(page, "Order of the pixels").select_option("pixels and weights shuffled alike")
    np.testing.assert_allclose(shown(page)[0], scores, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(shown(page)[1], shares, rtol=1e-9)
    assert shares_shown(page) == right
    assert (pixels(page, ".cellcnn-class") != weights).any()
    np.testing.assert_array_equal(pixels(page, ".cellcnn-picture"), shuffled)


def test_painting_changes_the_scores_and_moves_with_the_cell(show, page, grey):
    cells, weights, bias = grey
    show(DenseWidget(*grey, cell=2))
    before = shown(page)[0]
    image = cells.arrays()[0][2:3].copy()
    page.get_by_label("paint bright", exact=True).check()
    click_pixel(page, 4, 30)
    image[0, 3:6, 29:32] = image.max()
    np.testing.assert_allclose(shown(page)[0], scores_of(image, weights, bias)[0], rtol=1e-12)
    page.get_by_label("paint dark", exact=True).check()
    click_pixel(page, 15, 15)
    image[0, 14:17, 14:17] = image.min()
    painted = scores_of(image, weights, bias)[0]
    np.testing.assert_allclose(shown(page)[0], painted, rtol=1e-12)
    assert np.abs(painted - before).max() > 0.05
    page.get_by_role("button", name="Shift left").click()
    np.testing.assert_allclose(shown(page)[0], scores_of(moved(image, 0, -1), weights, bias)[0], rtol=1e-12)
    page.get_by_role("button", name="Shift right").click()
    choice(page, "Cell").select_option("3")  # another cell has no paint
    np.testing.assert_allclose(shown(page)[0], scores_of(cells.arrays()[0], weights, bias)[3], rtol=1e-12)
    choice(page, "Cell").select_option("2")
    np.testing.assert_allclose(shown(page)[0], painted, rtol=1e-12)
    page.get_by_label("take paint off", exact=True).check()
    click_pixel(page, 15, 15)
    click_pixel(page, 4, 30)
    np.testing.assert_array_equal(shown(page)[0], before)
    assert page.get_by_role("button", name="Take all paint off").is_disabled()


def test_a_stroke_of_the_mouse_paints_and_all_paint_comes_off(show, page, grey):
    show(DenseWidget(*grey, cell=2))
    before = pixels(page, ".cellcnn-picture")
    page.get_by_label("paint bright", exact=True).check()
    box = page.locator(".cellcnn-picture [tabindex]").bounding_box()
    pixel = box["width"] / 32
    page.mouse.move(box["x"] + 2.5 * pixel, box["y"] + 1.5 * pixel)
    page.mouse.down()
    page.mouse.move(box["x"] + 29.5 * pixel, box["y"] + 1.5 * pixel, steps=40)
    page.mouse.up()
    changed = (pixels(page, ".cellcnn-picture") != before).any(axis=-1)
    assert changed[:3, 1:31].all() and not changed[3:].any()
    page.get_by_role("button", name="Take all paint off").click()
    np.testing.assert_array_equal(pixels(page, ".cellcnn-picture"), before)


def test_the_parameters_are_counted_against_a_convolution(show, page, color):
    show(DenseWidget(*color))
    unfold(page)

    def count(layers, side):
        weights = nn.Network(layers, input_shape=(side, side, 3)).get_weights()
        return f"{sum(array.size for array in weights):,}"

    rows = page.locator("table", has_text="Weights and biases").locator("tbody tr").all_inner_texts()
    assert [row.split("\t") for row in rows] == [
        [f"{side} × {side}", count([nn.Flatten(), nn.Dense(3)], side), count([nn.Conv2D(3, 3)], side)]
        for side in (28, 64, 224)
    ]


# ---- keyboard, phone, dark, screen reader ----


def test_everything_works_with_the_keyboard_alone(show, page, grey):
    cells, weights, bias = grey
    show(DenseWidget(*grey, row=0, column=0))
    focused = """() => { const e = document.activeElement;
        return e.getAttribute("aria-label") ?? e.closest("label")?.textContent ?? e.textContent; }"""

    def tab_to(name):
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate(focused).startswith(name):
                return
        raise AssertionError(f"the tab key never reaches {name}")

    image = cells.arrays()[0][1:2].copy()
    tab_to("Cell")
    page.keyboard.press("ArrowDown")  # the native select: the next cell
    tab_to("look at a pixel")
    page.keyboard.press("ArrowDown")  # native radio buttons: paint bright
    for _ in range(3):
        page.keyboard.press("Shift+Tab")
    tab_to("Cell. The arrow keys")
    for key in ("ArrowDown", "ArrowDown", "End", "ArrowLeft", "Space"):
        page.keyboard.press(key)
    image[0, 1:4, 29:32] = image.max()
    np.testing.assert_allclose(shown(page)[0], scores_of(image, weights, bias)[0], rtol=1e-12)
    assert page.evaluate("scrollY") == 0
    tab_to("Shift right")
    page.keyboard.press("Enter")
    np.testing.assert_allclose(shown(page)[0], scores_of(moved(image, 0, 1), weights, bias)[0], rtol=1e-12)
    tab_to("Take all paint off")
    page.keyboard.press("Enter")
    cell = moved(cells.arrays()[0][1:2], 0, 1)
    np.testing.assert_allclose(shown(page)[0], scores_of(cell, weights, bias)[0], rtol=1e-12)


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("kind", ["grey", "color"])
def test_fits_a_phone_and_takes_a_finger(show, new_page, request, width, kind):
    layer = request.getfixturevalue(kind)
    on = new_page(viewport={"width": width, "height": 800}, has_touch=True, is_mobile=True)
    page = show(DenseWidget(*layer, shift_right=3, shift_down=-2), on=on)
    unfold(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    edges = page.locator(".cellcnn-widget :is(td, select, button, label, canvas, p, dd)").evaluate_all(
        "all => all.filter(e => e.offsetWidth > 1).map(e => e.getBoundingClientRect().right)"
    )
    assert max(edges) <= width
    before = shown(page)[0]
    page.get_by_label("paint dark", exact=True).check()
    field = page.locator(".cellcnn-picture [tabindex]")
    assert (
        field.evaluate("e => getComputedStyle(e).touchAction") == "none"
    )  # a finger paints, it does not scroll
    field.tap()
    assert (shown(page)[0] != before).all()
    page.get_by_label("look at a pixel", exact=True).check()
    assert field.evaluate("e => getComputedStyle(e).touchAction") == "manipulation"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["grey", "color"])
def test_no_accessibility_violations(show, page, request, theme, kind):
    show(DenseWidget(*request.getfixturevalue(kind), shift_right=2))
    unfold(page)
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
    report = Axe().run(page, context=".cellcnn-widget")
    assert report.violations_count == 0, report.generate_report()


def test_views_of_one_widget_share_its_state_and_other_widgets_do_not(show, page, grey):
    one, other = DenseWidget(*grey), DenseWidget(*grey)
    show(one, other, one)
    page.get_by_role("button", name="Shift right").first.click()
    texts = page.locator("output").all_inner_texts()
    assert texts == ["shifted by 1 to the right", "not shifted", "shifted by 1 to the right"]
    np.testing.assert_array_equal(shown(page, 0)[0], shown(page, 2)[0])
    assert (shown(page, 0)[0] != shown(page, 1)[0]).any()


def test_a_page_opened_from_disk_works(show, page, color):
    show(DenseWidget(*color), from_disk=True)
    cells, weights, bias = color
    np.testing.assert_allclose(shown(page)[0], scores_of(cells.arrays()[0], weights, bias)[0], rtol=1e-12)
