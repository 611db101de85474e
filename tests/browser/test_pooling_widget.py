"""The pooling widget on a static page, in a real Chromium: no kernel, no network."""

import re
from fractions import Fraction

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from skimage import data

from cellcnn_helpers import nn
from cellcnn_helpers.widgets import PoolingWidget

pytestmark = pytest.mark.browser

CELL = data.cell()[300:326, 340:360]  # 26 × 20 pixels at the edge of a real cell
FORWARD = {"Largest": nn.max_pool2d, "Mean": nn.average_pool2d}
BACKWARD = {"Through max": nn.max_pool2d_backward, "Through average": nn.average_pool2d_backward}


def one_image(image):
    return np.asarray(image, dtype=np.float64)[np.newaxis, :, :, np.newaxis]


def pooled(function, image, pool_size, **settings):
    """The package's own answer for one grey picture."""
    return function(one_image(image), pool_size, **settings)[0, :, :, 0]


def went_back(function, dy, image, pool_size, **settings):
    return function(one_image(dy), one_image(image), pool_size, **settings).dx[0, :, :, 0]


def shifted(image, by):
    """Moved to the right; the first column is repeated."""
    columns = image.shape[1]
    return np.pad(image, ((0, 0), (by, 0)), mode="edge")[:, :columns]


# ---- reading the page ----


def choice(page, name):
    """The drop-down list with this label."""
    return page.get_by_role("combobox", name=name, exact=True)


def shown(page, name):
    """“Largest” or “Mean” of the window, in full precision."""
    return float(page.locator(".cellcnn-sum", has_text=name).locator("data").get_attribute("value"))


def place_shown(page):
    """Row and column, from “Row 10, column 4 of the results: …”."""
    return tuple(map(int, re.match(r"Row (\d+), column (\d+)", told(page)).groups()))


def numbers(table):
    """The cells of a table as numbers; None where there is none."""
    texts = [text.replace("−", "-") for text in table.locator("td").all_inner_texts()]
    return [float(Fraction(text)) if text else None for text in texts]


def table(page, name):
    return page.locator("table", has=page.locator("caption", has_text=name))


def told(page):
    """The visible sentence, and the one for a screen reader, which must be the same."""
    live = page.locator("[aria-live]").inner_text()
    assert page.get_by_text(live, exact=True).first.is_visible()
    return live


def drawn(page, caption):
    """The pixels of the picture under this caption: (rows, columns, RGBA)."""
    figure = page.locator("figure:visible", has=page.locator("figcaption", has_text=caption))
    width, height, flat = figure.locator("canvas").evaluate(
        """canvas => [canvas.width, canvas.height,
            [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data]]"""
    )
    return np.array(flat).reshape(height, width, 4)


def grey(values, image):
    """Levels 0–255 on the one scale of all three panels, from the picture's smallest to its largest value."""
    return 255 * (np.asarray(values, float) - image.min()) / np.ptp(image.astype(float))


def look_at(page, name):
    page.get_by_label(name, exact=True).check()


# ---- the numbers ----


def drawn_cases(number):
    """Non-square pictures, many ties, every kind of setting, windows that do not fit."""
    rng = np.random.default_rng(0)
    for _ in range(number):
        image = rng.integers(-3, 4, rng.integers(1, 15, 2)).astype(float)
        settings = {
            "pool_size": int(rng.integers(1, 9)),
            "strides": None if rng.random() < 0.3 else int(rng.integers(1, 9)),
            "padding": str(rng.choice(["valid", "same"])),
        }
        yield image, settings


def test_the_arithmetic_equals_nn_on_drawn_settings(show):
    """Forward and backward, each pixel, with ties and a drawn gradient."""
    rng = np.random.default_rng(1)
    cases = [
        (image, settings, rng.normal(size=400)) for image, settings in drawn_cases(150)
    ]  # more dy than is needed
    widget = PoolingWidget()
    page = show(widget)
    answers = page.evaluate(
        """async ([text, cases]) => {
            const blob = new Blob([text], { type: "text/javascript" });
            const { pool, poolBackward } = await import(URL.createObjectURL(blob));
            return cases.map(([image, settings, dy]) => {
                const picture = { rows: image.length, columns: image[0].length, values: image.flat() };
                const result = pool(picture, settings);
                const back = poolBackward(result, dy.slice(0, result.largest.length));
                const { rows, columns } = result;
                const plain = [result.largest, result.means, back.largest, back.means].map((a) => [...a]);
                return [[rows, columns], ...plain];
            });
        }""",
        [widget._esm, [(image.tolist(), settings, dy.tolist()) for image, settings, dy in cases]],
    )
    empty = 0
    for (image, settings, dy), (shape, *answer) in zip(cases, answers, strict=True):
        if not answer[0]:
            empty += 1
            with pytest.raises(ValueError, match="pool_size"):
                pooled(nn.max_pool2d, image, **settings)
            continue
        dy = dy[: shape[0] * shape[1]].reshape(shape)
        expected = [pooled(function, image, **settings) for function in FORWARD.values()]
        expected += [went_back(function, dy, image, **settings) for function in BACKWARD.values()]
        assert tuple(shape) == expected[0].shape, settings
        for actual, right in zip(answer, expected, strict=True):
            np.testing.assert_allclose(
                np.reshape(actual, right.shape), right, rtol=1e-12, atol=1e-12, err_msg=str(settings)
            )
    assert 10 < empty < 75  # both kinds were really drawn


@pytest.mark.parametrize(
    "settings",
    [
        {"pool_size": 2},
        {"pool_size": 3, "strides": 2, "padding": "same"},
        {"pool_size": 5, "strides": 1},
        {"pool_size": 8, "strides": 3, "padding": "same"},
    ],
    ids=str,
)
def test_what_is_shown_equals_nn(show, settings):
    """Two numbers, the pixels of the window, the greys of both results; in corners and in the middle."""
    largest, means = (pooled(function, CELL, **settings) for function in FORWARD.values())
    rows, columns = largest.shape
    places = [(0, 0), (rows // 2, columns // 3), (rows - 1, columns - 1)]
    for place in places:
        widget = PoolingWidget({"cell": CELL}, **settings, row=place[0], column=place[1])
        page = show(widget, name=f"{place}.html")
        assert place_shown(page) == place
        assert shown(page, "Largest") == largest[place]
        assert shown(page, "Mean") == pytest.approx(means[place], rel=1e-12)
        pixels = [value for value in numbers(table(page, "Pixels")) if value is not None]
        assert max(pixels) == largest[place]
        assert np.mean(pixels) == pytest.approx(means[place])
    for caption, values in {"Picture,": CELL, "Max,": largest, "Average,": means}.items():
        np.testing.assert_allclose(drawn(page, caption)[..., 0], grey(values, CELL), atol=0.51)
    ends = [str(CELL.min()), str(CELL.max())]
    scales = page.locator(".cellcnn-scale:visible")
    assert [scale.locator("span").all_inner_texts() for scale in scales.all()] == [ends] * 3


SMALL = np.array([[1, 9, 2, 2], [3, 9, 0, 5], [4, 4, 4, 4], [0, 8, 4, 4]], np.float32)


def test_the_window_is_told_in_words_and_written_out(show, page):
    show(PoolingWidget({"small": SMALL}, row=0, column=0))
    assert told(page) == (
        "Row 0, column 0 of the results: of 4 pixels the largest is 9, the mean 5.5. "
        "2 pixels are the largest; the first of them, row by row, is the winner."
    )
    assert page.locator("details p").all_inner_texts() == ["max(1, 9, 3, 9) = 9", "(1 + 9 + 3 + 9) / 4 = 5.5"]
    assert table(page, "Pixels").locator("td.is-winner").all_inner_texts() == ["9"]
    assert "⌊(4 − 2) / 2⌋ + 1 = 2. 16 pixels become 4." in page.locator("fieldset").last.inner_text()
    choice(page, "Pool size").select_option("3 × 3")
    choice(page, "Padding").select_option("same: reach over")
    page.get_by_role("button", name="Down").click()
    assert "⌈4 / 3⌉ = 2" in page.locator("fieldset").last.inner_text()
    page.get_by_role("button", name="Right").click()
    assert numbers(table(page, "Pixels")) == [4, 4, None, 4, 4, None, None, None, None]
    assert "of 4 pixels the largest is 4, the mean 4." in told(page)
    assert "Places outside the picture, which do not count: 5." in told(page)


def test_the_scale_of_a_picture_of_one_grey_or_below_zero(show, page):
    show(PoolingWidget({"flat": np.full((4, 4), 7, np.uint8), "below": SMALL - 12}))
    scale = page.locator(".cellcnn-scale").first.locator("span")
    assert scale.all_inner_texts() == ["0", "255"]
    assert (drawn(page, "Max,")[..., 0] == 7).all()
    choice(page, "Picture").select_option("below")
    assert scale.all_inner_texts() == ["−12", "−3"]  # no zero on it


def test_a_window_of_one_pixel_is_told_so(show, page):
    show(PoolingWidget({"small": SMALL}, pool_size=1, row=0, column=0))
    assert "of 1 pixel the largest is 1, the mean 1." in told(page)
    look_at(page, "the way back")
    assert "each of 1 pixel gets 1/1." in told(page)


# ---- other windows on the same pixels ----


def test_a_new_pool_size_or_stride_keeps_the_window_on_its_pixels(show, page):
    image = np.arange(40 * 44.0).reshape(40, 44)
    show(PoolingWidget({"ramp": image}, pool_size=4, row=5, column=4))  # starts at row 20, column 16
    for name, option, place in [
        ("Pool size", "8 × 8", (2, 2)),
        ("Pool size", "4 × 4", (5, 4)),  # nothing drifts
        ("Pool size", "3 × 3", (6, 5)),
        ("Stride", "1", (20, 16)),
        ("Padding", "same: reach over", (21, 17)),  # one place lies before the picture
        ("Padding", "valid: stay inside", (20, 16)),
        ("Stride", "as pool size", (6, 5)),
        ("Pool size", "whole picture (global)", (0, 0)),
        ("Pool size", "4 × 4", (5, 4)),  # back where it was
    ]:
        choice(page, name).select_option(option)
        assert place_shown(page) == place, (name, option)
    page.get_by_role("button", name="Down").click()
    choice(page, "Pool size").select_option("2 × 2")
    assert place_shown(page) == (12, 8)  # where the reader moved it last
    page.locator(".cellcnn-picture [tabindex]").press("PageDown")
    choice(page, "Pool size").select_option("8 × 8")
    assert place_shown(page) == (4, 2)
    choice(page, "Pool size").select_option("7 × 7")
    assert place_shown(page) == (4, 2)  # row 38 // 7 = 5 lies outside: the last one


# ---- the way back ----


@pytest.mark.parametrize(
    "settings",
    [{"pool_size": 2}, {"pool_size": 3, "strides": 1}, {"pool_size": 4, "padding": "same"}],
    ids=str,
)
@pytest.mark.parametrize("everywhere", [False, True])
def test_the_gradient_shown_equals_nn(show, page, settings, everywhere):
    image = np.pad(SMALL, 1, mode="edge")
    shape = pooled(nn.max_pool2d, image, **settings).shape
    row, column = shape[0] - 1, 1
    show(PoolingWidget({"small": image}, **settings, view="gradient", row=row, column=column))
    page.get_by_label("A gradient of 1 arrives at every pixel").set_checked(everywhere)
    dy = np.full(shape, float(everywhere))
    dy[row, column] = 1
    size, stride = settings["pool_size"], settings.get("strides", settings["pool_size"])
    before = max((shape[0] - 1) * stride + size - 6, 0) // 2  # places before the picture
    top, left = 8 + row * stride - before, 8 + column * stride - before
    for name, function in BACKWARD.items():
        expected = went_back(function, dy, image, **settings)
        around = np.pad(expected, 8, constant_values=np.nan)[top : top + size, left : left + size]
        found = np.array(numbers(table(page, name)), dtype=float).reshape(size, size)
        np.testing.assert_allclose(found, around, atol=0.0006)
        levels = drawn(page, f"{name.split()[1]}: gradient")[
            ..., 0
        ]  # red falls from 247 at 0 to 31 at the largest
        np.testing.assert_allclose(levels, 247 - 216 * expected / expected.max(), atol=0.51)
    reached = np.count_nonzero(went_back(nn.max_pool2d_backward, dy, image, **settings))
    if everywhere:
        assert f"Max: it reaches {reached} of 36 pixels" in told(page)
    else:
        assert reached == 1


def test_a_click_on_a_result_shows_where_its_gradient_goes(show, page):
    show(PoolingWidget({"small": SMALL}, view="gradient", row=0, column=0))
    assert "row 0, column 1 of the picture, gets all of it" in told(page)  # the first of two nines
    box = page.locator(".cellcnn-result canvas").nth(1).bounding_box()
    page.mouse.click(box["x"] + 0.25 * box["width"], box["y"] + 0.75 * box["height"])
    assert told(page) == (
        "1 arrives at row 1, column 0 of each result. Max: the winner, row 3, column 1 of the picture, gets "
        "all of it. Average: each of 4 pixels gets 1/4."
    )
    assert numbers(table(page, "Through max")) == [0, 0, 0, 1]
    assert table(page, "Through average").locator("td").all_inner_texts() == ["1/4"] * 4


@pytest.mark.parametrize("side", [2, 128])
def test_the_winner_of_the_way_back_can_be_seen_in_any_picture(show, page, side):
    image = np.zeros((side, side))
    image[1, 1] = 1
    show(PoolingWidget({"spot": image}, pool_size=2, view="gradient", row=0, column=0))
    dot = page.locator(".cellcnn-receiver")
    field, box = (node.bounding_box() for node in (dot.locator(".."), dot))
    pixel = field["width"] / side
    for edge, length in (("x", "width"), ("y", "height")):
        assert box[length] == pytest.approx(max(5, pixel), abs=0.1)
        assert box[edge] + box[length] / 2 == pytest.approx(field[edge] + 1.5 * pixel, abs=0.1)
    assert dot.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(31, 102, 176)"


def test_what_overlapping_windows_send_adds_up(show, page):
    image = np.zeros((3, 3))
    image[1, 1] = 1  # the winner of all four windows
    show(PoolingWidget({"spot": image}, pool_size=2, strides=1, view="gradient", row=0, column=0))
    page.get_by_label("A gradient of 1 arrives at every pixel").check()
    assert numbers(table(page, "Through max")) == [0, 0, 0, 4]
    assert numbers(table(page, "Through average")) == [0.25, 0.5, 0.5, 1]
    assert "it reaches 1 of 9 pixels, and the largest gradient is 4" in told(page)


# ---- a small shift ----


@pytest.mark.parametrize("settings", [{"pool_size": 2}, {"pool_size": 3, "strides": 1}], ids=str)
def test_the_mean_changes_are_measured_in_grey_values(show, page, settings):
    show(PoolingWidget({"cell": CELL}, **settings, view="shift", shift=0))
    functions = [
        lambda image, _: np.float64(image),
        *(lambda i, s, f=f: pooled(f, i, **s) for f in FORWARD.values()),
    ]
    rows = page.locator(".cellcnn-shifts tbody tr")
    assert rows.count() == 9
    for by in range(9):
        texts = rows.nth(by).locator("td").all_inner_texts()
        for function, text in zip(functions, texts, strict=True):
            before, after = function(CELL, settings), function(shifted(CELL, by), settings)
            assert float(text) == pytest.approx(np.abs(after - before).mean(), rel=0.005)
    page.get_by_role("button", name="One pixel more").click()
    picture, largest, mean = rows.nth(1).locator("td").all_inner_texts()
    assert (
        f"changes by {picture} grey values in the picture, by {largest} after max pooling, by {mean} after"
        in told(page)
    )


def test_the_buttons_shift_the_picture_and_show_what_changed(show, page):
    show(PoolingWidget({"cell": CELL}, view="shift", shift=0))
    less, more = (page.get_by_role("button", name=f"One pixel {name}") for name in ("less", "more"))
    assert less.is_disabled()
    more.click()
    more.click()
    assert page.locator("output").inner_text() == "shifted by 2 pixels to the right"
    np.testing.assert_allclose(drawn(page, "Shifted by 2")[..., 0], grey(shifted(CELL, 2), CELL), atol=0.51)
    before, after = (pooled(nn.max_pool2d, image, 2) for image in (CELL, shifted(CELL, 2)))
    np.testing.assert_allclose(drawn(page, "Max,")[..., 0], grey(after, CELL), atol=0.51)
    np.testing.assert_array_equal(after[:, 1:], before[:, :-1])
    assert "2 pixels are the stride: the results themselves moved by 1." in told(page)
    change = drawn(page, "Max: change").astype(int)
    is_blue, is_orange = change[..., 2] > change[..., 0] + 8, change[..., 0] > change[..., 2] + 8
    large = np.abs(after - before) > 0.1 * np.abs(after - before).max()
    np.testing.assert_array_equal(is_blue[large], (after > before)[large])
    np.testing.assert_array_equal(is_orange[large], (after < before)[large])
    assert page.locator(".is-current th").inner_text() == "2"
    for _ in range(6):
        more.click()
    assert more.is_disabled()
    less.click()
    assert "Shifted by 7:" in told(page)
    look_at(page, "one window")
    np.testing.assert_allclose(
        drawn(page, "Picture")[..., 0], grey(CELL, CELL), atol=0.51
    )  # only this view shifts


# ---- one number for the whole picture ----


def test_global_pooling_is_the_one_window_that_makes_one_number(show, page):
    show(PoolingWidget({"cell": CELL}, pool_size=2))
    assert "520 pixels become 130." in page.locator("fieldset").last.inner_text()
    choice(page, "Pool size").select_option("whole picture (global)")
    assert shown(page, "Largest") == nn.global_max_pool2d(one_image(CELL))[0, 0]
    assert shown(page, "Mean") == pytest.approx(nn.global_average_pool2d(one_image(CELL))[0, 0], rel=1e-12)
    assert "520 pixels become 1." in page.locator("fieldset").last.inner_text()
    assert choice(page, "Stride").is_disabled() and choice(page, "Padding").is_disabled()
    assert not table(page, "Pixels").is_visible()
    look_at(page, "the way back")
    expected = nn.global_max_pool2d_backward([[1.0]], one_image(CELL)).dx[0, :, :, 0]
    np.testing.assert_array_equal(drawn(page, "Max: gradient")[..., 0] == 31, expected == 1)
    choice(page, "Pool size").select_option("2 × 2")
    assert len(numbers(table(page, "Through max"))) == 4
    assert choice(page, "Stride").is_enabled()


def test_a_window_that_does_not_fit_says_so_and_comes_back(show, page):
    show(PoolingWidget({"small": SMALL}, pool_size=5, view="gradient"))
    message = page.locator(".cellcnn-message")
    assert "has 5 × 5 pixels and does not fit inside the 4 × 4 picture" in message.inner_text()
    assert not page.locator(".cellcnn-result").first.is_visible()
    choice(page, "Padding").select_option("same: reach over")
    assert message.inner_text() == ""
    assert page.locator(".cellcnn-result").first.is_visible()


# ---- keyboard, phone, dark, screen reader ----


def test_everything_works_with_the_keyboard_alone(show, page):
    show(PoolingWidget({"cell": CELL, "other": CELL[::-1]}, row=0, column=0))
    focused = """() => { const e = document.activeElement;
        return e.getAttribute("aria-label") ?? e.closest("label")?.textContent ?? e.textContent; }"""

    def tab_to(name):
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate(focused).startswith(name):
                return
        raise AssertionError(f"the tab key never reaches {name}")

    tab_to("Picture")
    page.keyboard.press("ArrowDown")  # the native select: the next option
    tab_to("My own picture")
    tab_to("Pool size")
    page.keyboard.type("3")
    tab_to("Picture. The arrow keys")
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "End", "ArrowLeft"):
        page.keyboard.press(key)
    expected = pooled(nn.max_pool2d, CELL[::-1], 3)
    assert place_shown(page) == (2, expected.shape[1] - 2)
    assert shown(page, "Largest") == expected[2, -2]
    assert page.evaluate("scrollY") == 0
    for name in ("Left", "Up", "Down", "Right", "Play", "Fill the results", "one window"):
        tab_to(name)
    page.keyboard.press("ArrowRight")  # native radio buttons
    tab_to("A gradient of 1")
    page.keyboard.press("Space")
    assert "1 arrives at each of 48 pixels." in told(page)
    tab_to("Padding")
    page.keyboard.type("same")
    tab_to("Stride")
    page.keyboard.type("1")
    assert "1 arrives at each of 520 pixels." in told(page)


@pytest.mark.parametrize("width", [320, 390])
def test_fits_a_phone_and_takes_a_tap(show, new_page, width):
    on = new_page(viewport={"width": width, "height": 800}, has_touch=True, is_mobile=True)
    page = show(PoolingWidget(row=0, column=0), on=on)
    for side in ("2 × 2", "8 × 8", "whole picture (global)"):
        choice(page, "Pool size").select_option(side)
        for view in ("one window", "the way back", "a small shift"):
            look_at(page, view)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            edges = page.locator(".cellcnn-widget :is(td, select, button, label, canvas, p)").evaluate_all(
                "all => all.filter(e => e.offsetWidth > 1).map(e => e.getBoundingClientRect().right)"
            )
            assert max(edges) <= width
    choice(page, "Pool size").select_option("4 × 4")
    look_at(page, "one window")
    picture = page.locator(".cellcnn-picture [tabindex]")
    pixel = picture.bounding_box()["width"] / 48
    picture.tap(position={"x": 30.5 * pixel, "y": 20.5 * pixel})
    assert place_shown(page) == (5, 7)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_accessibility_violations(show, page, theme):
    show(PoolingWidget({"small": SMALL}, pool_size=3, padding="same", row=0, column=0))
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
    for view in ("one window", "the way back", "a small shift"):
        look_at(page, view)
        report = Axe().run(page, context=".cellcnn-widget")
        assert report.violations_count == 0, f"{view}: {report.generate_report()}"


def test_playing_walks_over_the_picture_and_says_nothing_meanwhile(show, page):
    show(PoolingWidget({"small": np.arange(64.0).reshape(8, 8)}, row=3, column=3))
    page.get_by_role("button", name="Play").click()  # at the end: starts over
    page.wait_for_function(
        "document.querySelector('.cellcnn-sum data').value === '13'"  # the third window
    )
    assert page.locator("[aria-live]").inner_text() == ""
    assert np.count_nonzero(drawn(page, "Max,")[..., 3]) >= 3
    page.get_by_role("button", name="Pause").click()
    assert place_shown(page)[0] < 3
    page.get_by_label("Fill the results step by step").uncheck()
    assert drawn(page, "Average,")[..., 3].all()


def test_views_of_one_widget_share_its_state_and_other_widgets_do_not(show, page):
    one, other = PoolingWidget({"small": SMALL}), PoolingWidget({"small": SMALL})
    show(one, other, one)
    page.get_by_label("the way back", exact=True).first.check()
    chosen = page.locator("input[type=radio]:checked").evaluate_all("all => all.map(e => e.value)")
    assert chosen == ["gradient", "window", "gradient"]
