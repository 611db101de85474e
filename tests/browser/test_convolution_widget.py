"""The convolution widget on a static page, in a real Chromium: no kernel, no network."""

import io
import struct
import zlib

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from skimage import data

from cellcnn_helpers import nn
from cellcnn_helpers.widgets import ConvolutionWidget

pytestmark = pytest.mark.browser

CELL = data.cell()[300:352, 340:380]  # 52 × 40 pixels at the edge of a real cell


# ---- reading the page ----


def shown_sum(page, number=0):
    """The sum in full precision, as the page gives it to machines."""
    return float(page.locator(".cellcnn-sum data").nth(number).get_attribute("value"))


def choice(page, name):
    """The drop-down list with this label."""
    return page.get_by_role("combobox", name=name, exact=True)


def conv2d(image, kernel, **settings):
    """The package's own answer for one grey picture and one kernel."""
    x = np.asarray(image, dtype=np.float64)[np.newaxis, :, :, np.newaxis]
    weights = np.asarray(kernel, dtype=np.float64)[:, :, np.newaxis, np.newaxis]
    return nn.conv2d(x, weights, **settings)[0, :, :, 0]


def place_shown(page):
    text = page.locator(".cellcnn-sum span").first.inner_text()  # Sum, row 21, column 6
    return tuple(int(part.split()[-1]) for part in text.split(",")[1:])


def grey_levels(page, selector):
    """The drawn pixels: (rows, columns, RGBA)."""
    width, height, flat = page.locator(f"{selector} canvas").first.evaluate(
        """canvas => [canvas.width, canvas.height,
            [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data]]"""
    )
    return np.array(flat).reshape(height, width, 4)


def shown_products(page, number=0):
    """The products in their table, row by row."""
    cells = page.locator(".cellcnn-numbers").nth(number).locator("table").nth(2).locator("td")
    return [float(text.replace("−", "-")) for text in cells.all_inner_texts()]


def message(page):
    return page.locator(".cellcnn-message").inner_text()


# ---- the numbers ----


def test_the_arithmetic_equals_conv2d_on_drawn_settings(show):
    """Every pixel of the result: non-square pictures and kernels, strides, padding, dilation, no place."""
    rng = np.random.default_rng(0)
    cases, empty = [], 0
    for _ in range(150):
        image = rng.normal(size=rng.integers(1, 20, 2))
        kernel = rng.normal(size=rng.integers(1, 8, 2))
        settings = {
            "strides": int(rng.integers(1, 5)),
            "padding": str(rng.choice(["valid", "same"])),
            "dilation_rate": int(rng.integers(1, 4)),
        }
        cases.append((image, kernel, settings))
    widget = ConvolutionWidget()
    page = show(widget)
    answers = page.evaluate(
        """async ([text, cases]) => {
            const blob = new Blob([text], { type: "text/javascript" });
            const { convolve } = await import(URL.createObjectURL(blob));
            return cases.map(([image, kernel, settings]) => {
                const picture = { rows: image.length, columns: image[0].length, values: image.flat() };
                const result = convolve(picture, kernel, settings);
                return { ...result, values: [...result.values] };
            });
        }""",
        [widget._esm, [(image.tolist(), kernel.tolist(), settings) for image, kernel, settings in cases]],
    )
    for (image, kernel, settings), answer in zip(cases, answers, strict=True):
        if not answer["values"]:
            empty += 1
            with pytest.raises(ValueError, match="kernel"):
                conv2d(image, kernel, **settings)
            continue
        expected = conv2d(image, kernel, **settings)
        assert (answer["rows"], answer["columns"]) == expected.shape, settings
        actual = np.reshape(answer["values"], expected.shape)
        np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-12, err_msg=str(settings))
    assert 10 < empty < 75  # both kinds were really drawn


@pytest.mark.parametrize(
    ("kernel", "settings"),
    [
        ([[1, 0, -1]] * 3, {}),
        ([[1 / 9] * 3] * 3, {"padding": "same", "strides": 2}),
        ([[0.5, -2]], {"padding": "same", "strides": 3, "dilation_rate": 3}),
        (np.arange(25).reshape(5, 5) - 12, {"strides": 4, "dilation_rate": 2}),
    ],
)
def test_what_is_shown_equals_conv2d(show, kernel, settings):
    """The sum, the products and the grey of the result, at the corners and in the middle."""
    expected = conv2d(CELL, kernel, **settings)
    rows, columns = expected.shape
    places = [(0, 0), (rows // 2, columns // 3), (rows - 1, columns - 1)]
    widgets = [
        ConvolutionWidget({"cell": CELL}, kernel=kernel, row=r, column=c, **settings) for r, c in places
    ]
    page = show(*widgets)
    for number, place in enumerate(places):
        assert shown_sum(page, number) == pytest.approx(expected[place], rel=1e-12, abs=1e-9)
        products = shown_products(page, number)
        assert len(products) == np.size(kernel)
        assert sum(products) == pytest.approx(expected[place], abs=0.06 * len(products))  # shown rounded
    levels = grey_levels(page, ".cellcnn-result")
    low = 0 if np.min(kernel) >= 0 else -np.abs(expected).max()
    high = 255 * np.sum(kernel) if np.min(kernel) >= 0 else np.abs(expected).max()
    np.testing.assert_allclose(levels[..., 0], 255 * (expected - low) / (high - low), atol=0.51)
    assert (levels[..., 3] == 255).all()


def test_every_preset_at_every_size_is_shown_as_conv2d_has_it(show):
    widget = ConvolutionWidget({"cell": CELL}, row=10, column=4)
    page = show(widget)
    preset, size = choice(page, "Kernel"), choice(page, "Size")
    names = [name for name in preset.locator("option").all_inner_texts()]
    assert len(names) == 10
    seen = set()
    for name in names:
        preset.select_option(name)
        for side in (3, 5, 7):
            size.select_option(str(side))
            boxes = page.locator(".cellcnn-numbers input")
            kernel = np.array([fraction(text) for text in boxes.evaluate_all("all => all.map(e => e.value)")])
            kernel = kernel.reshape(side, side)
            expected = conv2d(CELL, kernel)[place_shown(page)]
            assert shown_sum(page) == pytest.approx(expected, rel=1e-9, abs=1e-9), (name, side)
            seen.add(kernel.tobytes())
    assert len(seen) == 30


def fraction(text):
    """−1, 0.5 or 1/9 as the widget writes it."""
    top, _, bottom = text.replace("−", "-").partition("/")
    return float(top) / float(bottom or 1)


def test_weights_are_typed_as_whole_numbers_decimals_and_fractions(show, page):
    show(ConvolutionWidget({"small": [[10, 20], [30, 40]]}, kernel=[[0, 0], [0, 0]]))
    for (row, column), text in {(0, 0): "−1", (0, 1): "0,5", (1, 0): "1/3", (1, 1): "2.5e1"}.items():
        page.get_by_label(f"Weight, row {row}, column {column}").fill(text)
    assert shown_sum(page) == pytest.approx(-10 + 10 + 10 + 1000)
    box = page.get_by_label("Weight, row 0, column 1")
    box.fill("one")
    box.press("Tab")
    assert "row 0, column 1 must be a number: got “one”" in message(page)
    assert "It stays 0.5" in message(page)
    assert shown_sum(page) == pytest.approx(1010)
    box.fill("1")
    box.press("Tab")
    assert message(page) == ""
    assert shown_sum(page) == pytest.approx(1020)
    assert choice(page, "Kernel").locator("option:checked").inner_text() == "your own weights"


def test_a_window_that_does_not_fit_says_so_and_comes_back(show, page):
    show(ConvolutionWidget({"small": np.ones((4, 6))}, kernel=np.ones((3, 3)), dilation_rate=3))
    assert "spans 7 × 7 pixels and does not fit inside the 4 × 6 picture" in message(page)
    assert not page.locator(".cellcnn-sum").is_visible()
    choice(page, "Padding").select_option("same")
    assert message(page) == ""
    assert (
        shown_sum(page)
        == conv2d(np.ones((4, 6)), np.ones((3, 3)), dilation_rate=3, padding="same")[place_shown(page)]
    )


def test_the_size_is_explained_with_its_numbers(show, page):
    show(ConvolutionWidget({"cell": CELL}, strides=2, dilation_rate=2))
    text = page.locator("fieldset").inner_text()
    assert "2 · (3 − 1) + 1 = 5" in text
    assert (
        f"⌊(52 − 5) / 2⌋ + 1 = {conv2d(CELL, np.ones((3, 3)), strides=2, dilation_rate=2).shape[0]}" in text
    )
    choice(page, "Padding").select_option("same")
    text = page.locator("fieldset").inner_text()
    assert "⌈52 / 2⌉ = 26" in text
    assert "1 above, 2 below, 1 left, 2 right" in text  # the odd zero at the bottom and right


def test_the_sum_is_written_out(show, page):
    show(ConvolutionWidget({"edge": [[200, 198, 90], [201, 150, 60], [199, 95, 55]]}))
    assert page.locator("details p").inner_text() == (
        "200 × 1 + 90 × (−1) + 201 × 1 + 60 × (−1) + 199 × 1 + 55 × (−1) = 395 (3 with weight 0 left out)"
    )
    assert "the sum is 395" in page.locator("[aria-live]").inner_text()


# ---- moving, playing, predicting ----


def test_click_and_buttons_move_the_window(show, page):
    show(ConvolutionWidget({"cell": CELL}, row=0, column=0))
    box = page.locator(".cellcnn-picture [tabindex]").bounding_box()
    pixel = box["width"] / CELL.shape[1]
    page.mouse.click(box["x"] + 20.5 * pixel, box["y"] + 30.5 * pixel)
    assert place_shown(page) == (29, 19)  # the window's middle stands on the pixel
    page.get_by_role("button", name="Right").click()
    page.get_by_role("button", name="Up").click()
    assert place_shown(page) == (28, 20)
    box = page.locator(".cellcnn-result canvas").bounding_box()
    page.mouse.click(box["x"] + 3.5 * pixel, box["y"] + 5.5 * pixel)
    assert place_shown(page) == (5, 3)
    assert shown_sum(page) == conv2d(CELL, [[1, 0, -1]] * 3)[5, 3]


def test_playing_fills_the_result_and_can_be_paused(show, page):
    show(ConvolutionWidget({"small": np.arange(64.0).reshape(8, 8)}, row=5, column=5))
    page.get_by_role("button", name="Play").click()  # at the end: starts over
    assert place_shown(page) == (0, 0)
    page.wait_for_function(
        "document.querySelector('.cellcnn-sum span').textContent === 'Sum, row 0, column 2'"
    )
    alpha = grey_levels(page, ".cellcnn-result")[..., 3].ravel()
    done = np.count_nonzero(alpha)
    assert 3 <= done < 36 and alpha[:done].all()
    page.get_by_role("button", name="Pause").click()
    stopped = place_shown(page)
    page.wait_for_timeout(900)  # two steps and more
    assert place_shown(page) == stopped
    page.get_by_label("Fill the result step by step").uncheck()
    assert grey_levels(page, ".cellcnn-result")[..., 3].all()


def test_no_play_for_those_who_want_less_motion(show, new_page):
    page = show(ConvolutionWidget(), on=new_page(reduced_motion="reduce"))
    assert not page.get_by_role("button", name="Play").is_visible()
    assert page.get_by_text("Your system asks for less motion").is_visible()
    page.emulate_media(reduced_motion="no-preference")
    page.get_by_role("button", name="Play").click()
    page.emulate_media(reduced_motion="reduce")  # stops what runs
    page.wait_for_function("document.querySelector('.cellcnn-widget button[hidden]')?.textContent === 'Play'")


def test_predicting_hides_the_sum_until_it_is_answered(show, page):
    show(
        ConvolutionWidget({"edge": [[200, 198, 90, 1], [201, 150, 60, 2], [199, 95, 55, 3]]}, row=0, column=0)
    )
    page.get_by_label("Let me predict the sum").check()
    widget = page.locator(".cellcnn-widget")
    assert "395" not in widget.text_content()
    assert page.locator(".cellcnn-numbers table").nth(2).locator("td").all_inner_texts() == ["?"] * 9
    assert grey_levels(page, ".cellcnn-result")[0, 0, 3] == 0
    page.get_by_label("Your sum").fill("around 400")
    page.get_by_role("button", name="Check").click()
    assert "Write a number" in page.locator(".cellcnn-verdict").inner_text()
    page.get_by_label("Your sum").fill("400")
    page.get_by_label("Your sum").press("Enter")
    assert "the sum is 395. You are 5 too high." in page.locator(".cellcnn-verdict").inner_text()
    assert shown_sum(page) == 395
    page.get_by_role("button", name="Right").click()  # the next window is secret again
    assert page.locator(".cellcnn-sum data").inner_text() == "?"
    page.get_by_label("Your sum").fill("437")
    page.get_by_role("button", name="Check").click()
    assert "Right: the sum is 437." in page.locator(".cellcnn-verdict").inner_text()


# ---- keyboard, phone, dark, screen reader ----


def test_everything_works_with_the_keyboard_alone(show, page):
    show(ConvolutionWidget({"cell": CELL, "other": CELL[::-1]}, row=0, column=0))
    focused = """() => { const e = document.activeElement;
        return e.getAttribute("aria-label") ?? e.closest("label")?.textContent ?? e.textContent; }"""

    def tab_to(name):
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate(focused).startswith(name):
                return
        raise AssertionError(f"the tab key never reaches {name}")

    tab_to("Picture")
    page.keyboard.press("ArrowDown")  # the native select: the next option
    tab_to("My own picture")
    tab_to("Kernel")
    page.keyboard.type("Lap")
    tab_to("Size")
    tab_to("Picture. The arrow keys")
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "End", "ArrowLeft"):
        page.keyboard.press(key)
    expected = conv2d(CELL[::-1], [[0, 1, 0], [1, -4, 1], [0, 1, 0]])
    assert place_shown(page) == (2, expected.shape[1] - 2)
    assert shown_sum(page) == expected[2, -2]
    assert page.evaluate("scrollY") == 0
    for name in ("Left", "Up", "Down", "Right", "Play", "Fill the result", "Let me predict"):
        tab_to(name)
    tab_to("Weight, row 0, column 0")
    page.keyboard.type("3")
    tab_to("Written as one sum")
    tab_to("Padding")
    page.keyboard.type("same")
    tab_to("Stride")
    page.keyboard.type("2")
    tab_to("Dilation")
    page.keyboard.type("3")
    expected = conv2d(
        CELL[::-1], [[3, 1, 0], [1, -4, 1], [0, 1, 0]], padding="same", strides=2, dilation_rate=3
    )
    assert shown_sum(page) == expected[place_shown(page)]


@pytest.mark.parametrize("width", [320, 390])
def test_fits_a_phone_and_takes_a_tap(show, new_page, width):
    on = new_page(viewport={"width": width, "height": 800}, has_touch=True, is_mobile=True)
    page = show(ConvolutionWidget(row=0, column=0), on=on)
    for side in ("3", "5", "7"):
        for padding in ("valid", "same"):
            choice(page, "Size").select_option(side)
            choice(page, "Padding").select_option(padding)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            edges = page.locator(".cellcnn-widget :is(td, select, button, label, canvas, p)").evaluate_all(
                "all => all.filter(e => e.offsetWidth > 1).map(e => e.getBoundingClientRect().right)"
            )
            assert max(edges) <= width
    choice(page, "Size").select_option("1")
    picture = page.locator(".cellcnn-picture [tabindex]")
    pixel = picture.bounding_box()["width"] / 48
    picture.tap(position={"x": 30.5 * pixel, "y": 20.5 * pixel})
    assert place_shown(page) == (20, 30)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_accessibility_violations(show, page, theme):
    show(ConvolutionWidget(padding="same", row=0, column=0))
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
    page.get_by_label("Let me predict the sum").check()
    page.get_by_label("My own picture").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": b""}
    )
    page.wait_for_function("document.querySelector('.cellcnn-message').textContent")
    report = Axe().run(page, context=".cellcnn-widget")
    assert report.violations_count == 0, report.generate_report()
    ground = page.locator(".cellcnn-widget").evaluate("e => getComputedStyle(e).backgroundColor")
    red = int(ground.removeprefix("rgb(").split(",")[0])
    assert (red < 60) == (theme == "dark")


# ---- the reader's own picture ----


def encoded(image, kind, **options):
    file = io.BytesIO()
    Image.fromarray(image).save(file, kind, **options)
    return file.getvalue()


def choose_file(page, name, content):
    page.get_by_label("My own picture").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    page.wait_for_function(
        """name => [...document.querySelectorAll(".cellcnn-message, .cellcnn-note")]
            .some(e => e.textContent.includes(name))""",
        arg=name,
    )


def test_an_own_picture_gives_the_numbers_of_conv2d_and_stays_in_the_browser(show, page):
    show(ConvolutionWidget(row=9, column=5))
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    choose_file(page, "cell.png", encoded(CELL, "PNG"))
    assert place_shown(page) == (9, 5)
    assert shown_sum(page) == conv2d(CELL, [[1, 0, -1]] * 3)[9, 5]
    np.testing.assert_array_equal(grey_levels(page, ".cellcnn-picture")[..., 0], CELL)
    assert choice(page, "Picture").locator("option:checked").inner_text() == "cell.png"
    color = data.immunohistochemistry()[300:340, 250:300]
    choose_file(page, "tissue.png", encoded(color, "PNG"))
    grey = (color @ np.array([299, 587, 114]) + 500) // 1000
    np.testing.assert_array_equal(grey_levels(page, ".cellcnn-picture")[..., 0], grey)
    assert shown_sum(page) == conv2d(grey, [[1, 0, -1]] * 3)[9, 5]
    assert "0.299 red + 0.587 green + 0.114 blue" in page.locator(".cellcnn-note").first.inner_text()
    assert requests == []
    choice(page, "Picture").select_option("small numbers")
    assert page.locator(".cellcnn-picture figcaption").inner_text() == "Picture, 12 × 12"
    choice(page, "Picture").select_option("tissue.png")
    assert page.locator(".cellcnn-picture figcaption").inner_text() == "Picture, 40 × 50"


def test_the_usual_formats_open(show, page):
    show(ConvolutionWidget())
    for kind, options in {
        "JPEG": {},
        "JPEG progressive": {"progressive": True, "exif": b"\0" * 3000},
        "GIF": {},
        "WEBP": {},
        "WEBP lossless": {"lossless": True},
        "BMP": {},
    }.items():
        choose_file(page, f"cell {kind}", encoded(CELL, kind.split()[0], **options))
        assert message(page) == "", kind
        assert page.locator(".cellcnn-picture figcaption").inner_text() == "Picture, 52 × 40", kind
        drawn = grey_levels(page, ".cellcnn-picture")[..., 0]
        assert np.abs(drawn - CELL.astype(float)).mean() < 3, kind  # lossy formats change a little


def test_a_large_photo_is_scaled_down_and_said_so(show, page):
    show(ConvolutionWidget())
    photo = np.kron(CELL, np.ones((40, 40), np.uint8))  # 2080 × 1600
    choose_file(page, "photo.png", encoded(photo, "PNG"))
    assert (
        "1600 pixels wide and 2080 high, scaled down to 64 rows × 49 columns"
        in page.locator(".cellcnn-note").first.inner_text()
    )
    drawn = grey_levels(page, ".cellcnn-picture")[..., 0]
    assert drawn.shape == (64, 49)
    assert drawn.mean() == pytest.approx(CELL.mean(), abs=2)
    choose_file(page, "deep.png", encoded(CELL.astype(np.uint16) * 257, "PNG"))
    assert "16-bit values become 0 to 255" in page.locator(".cellcnn-note").first.inner_text()
    np.testing.assert_array_equal(grey_levels(page, ".cellcnn-picture")[..., 0], CELL)


def huge_png(width, height):
    """A PNG whose header says width × height, complete and with right checksums, and next to no data."""

    def chunk(kind, content):
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0"))
        + chunk(b"IEND", b"")
    )


PNG = encoded(CELL, "PNG")
JPEG = encoded(CELL, "JPEG")
BAD_FILES = {
    "notes.png": (b"nucleus, 12 um\ncell, 30 um\n", "it starts with “nucleus, 12 um"),
    "binary.png": (bytes(range(128, 160)), "it starts with unknown bytes"),
    "empty.png": (b"", "is empty (0 bytes)"),
    "half.png": (PNG[: len(PNG) // 2], "damaged or cut short: it says PNG, 40 × 52 pixels"),
    "end.png": (PNG[:-1], "damaged or cut short"),
    "start.png": (PNG[:20], "cut short after 20 bytes"),
    "broken.png": (PNG[:200] + bytes(100) + PNG[300:], "damaged or cut short"),
    "half.jpg": (JPEG[: len(JPEG) // 2], "damaged or cut short"),
    "half.gif": (encoded(CELL, "GIF")[:-300], "damaged or cut short"),
    "half.webp": (encoded(CELL, "WEBP")[:-100], "damaged or cut short"),
    "half.bmp": (encoded(CELL, "BMP")[:-300], "damaged or cut short"),
    "cell.tif": (encoded(CELL, "TIFF"), "it is a TIFF. Save a copy as PNG"),
    "wide.png": (huge_png(10_000, 5_001), "has 10000 × 5001 pixels, 50 million; at most 50 million"),
    "vast.png": (huge_png(60_000, 60_000), "3600 million; at most 50 million"),
}


def test_bad_files_get_a_clear_message_and_the_widget_lives_on(show, page):
    show(ConvolutionWidget({"cell": CELL}, row=3, column=4))
    page.evaluate(
        """() => { const decode = createImageBitmap; window.decoded = 0;
            window.createImageBitmap = (...all) => { window.decoded++; return decode(...all); }; }"""
    )
    shown = conv2d(CELL, [[1, 0, -1]] * 3)[3, 4]
    for number, (name, (content, expected)) in enumerate(BAD_FILES.items()):
        decoded = page.evaluate("window.decoded")
        choose_file(page, name, content)
        assert f"“{name}”" in message(page)
        assert expected in message(page)
        assert "The picture stays as it was." in message(page)
        if "million" in expected:
            assert page.evaluate("window.decoded") == decoded, name  # refused from the header
        assert shown_sum(page) == shown, name
        good = np.roll(CELL, number, axis=0)
        choose_file(page, f"good {number}.png", encoded(good, "PNG"))
        assert message(page) == ""
        shown = conv2d(good, [[1, 0, -1]] * 3)[3, 4]
        assert shown_sum(page) == shown


# ---- the page loader ----


def test_a_page_opened_from_disk_works(show, page):
    show(ConvolutionWidget({"cell": CELL}, row=3, column=4), from_disk=True)
    assert shown_sum(page) == conv2d(CELL, [[1, 0, -1]] * 3)[3, 4]
    choose_file(page, "cell.png", encoded(CELL[::-1], "PNG"))
    assert shown_sum(page) == conv2d(CELL[::-1], [[1, 0, -1]] * 3)[3, 4]


def test_views_of_one_widget_share_its_state_and_widgets_do_not(show, page):
    one, other = ConvolutionWidget({"cell": CELL}), ConvolutionWidget({"cell": CELL.astype(np.float32) / 255})
    show(one, other, one)
    before = page.locator(".cellcnn-sum data").nth(1).get_attribute("value")
    choice(page, "Kernel").first.select_option("sharpen")
    chosen = [select.input_value() for select in choice(page, "Kernel").all()]
    assert chosen == ["sharpen", "left − right (Prewitt)", "sharpen"]
    sums = [data.get_attribute("value") for data in page.locator(".cellcnn-sum data").all()]
    assert sums[0] == sums[2] != before
    assert sums[1] == before
    expected = conv2d(CELL.astype(np.float32) / np.float32(255), [[1, 0, -1]] * 3)[21, 6]
    assert float(before) == pytest.approx(expected, rel=1e-6)  # float32 pictures arrive bit by bit


def test_a_widget_that_cannot_start_says_so_and_the_others_live(folder, address, page, problems, static_page):
    good, lost = ConvolutionWidget(), ConvolutionWidget()
    html = static_page(good, lost).replace(f'"{lost.model_id}": {{', '"gone": {', 1)
    (folder / "lost.html").write_text(html, encoding="utf-8")
    page.goto(f"{address}/lost.html")
    page.get_by_text("This interactive picture could not start here.").wait_for()
    page.wait_for_selector(".cellcnn-widget")
    assert any(lost.model_id in problem for problem in problems)
    problems.clear()
