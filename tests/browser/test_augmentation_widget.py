"""The augmentation widget on a static page, in a real Chromium: as the package moves and measures."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from cellcnn_helpers import images
from cellcnn_helpers.dataset import CellImageDataset
from cellcnn_helpers.widgets.augmentation import AugmentationWidget

pytestmark = pytest.mark.browser

SIDE = 48
ROWS, COLUMNS = np.mgrid[:SIDE, :SIDE]
NUCLEUS = (np.hypot(ROWS - 20, 1.4 * (COLUMNS - 26)) < 11).astype(np.uint8)
GREYS = (20 + 90 * NUCLEUS + np.random.default_rng(0).integers(0, 40, (SIDE, SIDE))).astype(np.uint8)
SMALL = (np.hypot(ROWS - 24, COLUMNS - 24) < 4).astype(np.uint8)
CELLS = CellImageDataset(
    np.stack([GREYS, 60 + 80 * SMALL]), [0, 1], ["large", "small"],
    masks=np.stack([NUCLEUS, SMALL]), pixel_size_um=0.5,
)  # fmt: skip
SAME = {"degrees": 0}
CALM = "The label holds: it is still the same cell."
CALL = """async ([text, name, args]) => {
    const { [name]: call } = await import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
    const known = (one) => one?.values ? { ...one, values: Float64Array.from(one.values) } : one;
    const answer = call(...args.map(known));
    return answer.values ? { ...answer, values: [...answer.values] } : answer;
}"""


@pytest.fixture
def call(show):
    """Call a function of the widget's own module in the browser: ``call(name, *arguments)``."""
    widget = AugmentationWidget(CELLS)
    page = show(widget)
    return lambda name, *arguments: page.evaluate(CALL, [widget._esm, name, arguments])


def as_picture(array):
    return {"rows": array.shape[0], "columns": array.shape[1], "values": array.ravel().tolist()}


def as_array(answer):
    return np.reshape(answer["values"], (answer["rows"], answer["columns"]))


def change(**parts):
    return {name: value for name, value in AugmentationWidget(CELLS, **SAME | parts).get_state().items()
            if name in ("mirror", "quarter_turns", "degrees", "shift_px", "zoom", "interpolation", "border",
                        "brightness", "contrast", "noise", "seed")}  # fmt: skip


def moved_by_opencv(picture, one, flag):
    """The same change from the package's flip and quarter turn, and OpenCV's rotation, zoom and shift."""
    for direction in ("left-right", "up-down"):
        if one["mirror"] in (direction, "both"):
            picture = images.flip(picture, direction)
    picture = images.quarter_turn(picture, one["quarter_turns"])
    middle = (picture.shape[1] - 1) / 2, (picture.shape[0] - 1) / 2
    matrix = cv2.getRotationMatrix2D(middle, one["degrees"], one["zoom"])
    matrix[:, 2] += one["shift_px"][::-1]  # OpenCV takes columns first
    mode = cv2.BORDER_REFLECT_101 if one["border"] == "reflect" else cv2.BORDER_CONSTANT
    return cv2.warpAffine(picture, matrix, picture.shape[::-1], flags=flag, borderMode=mode)


def facts(page):
    """{name: [before, after, change]} in full precision."""
    rows = page.locator(".cellcnn-facts tbody tr").evaluate_all(
        """rows => rows.map((row) =>
            [row.cells[0].textContent, [...row.querySelectorAll("data")].map((data) => data.value)])"""
    )
    return {name: [float(value) for value in values] for name, values in rows}


def drawn(page, selector, number=0):
    width, height, flat = (
        page.locator(f"{selector} canvas")
        .nth(number)
        .evaluate(
            """canvas => [canvas.width, canvas.height,
            [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data]]"""
        )
    )
    return np.array(flat).reshape(height, width, 4)[..., 0]


def enter(page, name, text):
    field = page.get_by_role("textbox", name=f"{name}, as a number")
    field.fill(text)
    field.press("Enter")


def light(grey, mask):
    """As the course measures it: what is over the background, added up."""
    return (grey[mask > 0] - np.median(grey[mask == 0])).sum()


def notes(page):
    return page.locator(".cellcnn-notes").inner_text()


# ---- the numbers ----


@pytest.mark.parametrize("border", ["reflect", "zero"])
def test_pictures_and_masks_move_as_in_the_package(call, border):
    rng = np.random.default_rng(3)
    for number in range(12):
        one = change(
            border=border,
            mirror=str(rng.choice(["none", "left-right", "up-down", "both"])),
            quarter_turns=int(rng.integers(4)),
            degrees=float(rng.uniform(-180, 180)) * (number > 2),
            shift_px=rng.integers(-9, 10, 2).tolist(),
            zoom=float(rng.uniform(0.6, 1.7)) if number > 5 else 1.0,
        )
        linear = as_array(call("move", as_picture(GREYS), one))
        expected = moved_by_opencv(GREYS, one, cv2.INTER_LINEAR)
        assert np.abs(linear - expected).max() <= (number > 2), one  # OpenCV interpolates in float32
        assert (linear != expected).mean() < 0.005, one
        nearest = as_array(call("move", as_picture(GREYS), {**one, "interpolation": "nearest"}))
        assert (nearest != moved_by_opencv(GREYS, one, cv2.INTER_NEAREST)).mean() < 0.01, one
        mask = as_array(call("moveMask", as_picture(3 * NUCLEUS), one))
        assert set(np.unique(mask)) <= {0, 3}, "between object 3 and the ground there is no object 1"
        assert (mask != moved_by_opencv(3 * NUCLEUS, one, cv2.INTER_NEAREST)).mean() < 0.01, one


def test_a_rotation_equals_rotate_counterclockwise(call):
    for degrees, interpolation, border in [
        (90, "linear", "zero"),
        (-90, "nearest", "zero"),
        (33.3, "linear", "reflect"),
    ]:
        one = change(degrees=degrees, interpolation=interpolation, border=border)
        expected = images.rotate(GREYS, degrees, interpolation=interpolation, border=border)
        turned = as_array(call("move", as_picture(GREYS), one))
        assert np.abs(turned - expected.astype(float)).max() <= (degrees == 33.3), degrees


def test_pictures_that_are_not_square_keep_their_size(call):
    wide = GREYS[:20]
    one = change(degrees=25, zoom=0.5, interpolation="nearest")
    turned = as_array(call("move", as_picture(wide), one))
    assert turned.shape == wide.shape
    assert (turned != moved_by_opencv(wide, one, cv2.INTER_NEAREST)).mean() < 0.03


@pytest.mark.parametrize(
    "settings", [{"brightness": 0.3}, {"contrast": 2.5}, {"brightness": -0.2, "contrast": 0.6}]
)
def test_grey_values_change_as_augment_says(call, settings):
    one = change(**settings)
    recolored = as_array(call("recolor", as_picture(GREYS), one))
    grey = GREYS.astype(float)
    expected = one["contrast"] * (grey - grey.mean()) + grey.mean() + 255 * one["brightness"]
    np.testing.assert_allclose(recolored, np.clip(expected, 0, 255), atol=0.5 + 1e-9)


def test_noise_has_the_standard_deviation_that_was_asked(call):
    flat = np.full((120, 120), 128, np.uint8)
    first = as_array(call("recolor", as_picture(flat), change(noise=0.1, seed=1)))
    again = as_array(call("recolor", as_picture(flat), change(noise=0.1, seed=1)))
    other = as_array(call("recolor", as_picture(flat), change(noise=0.1, seed=2)))
    assert first.std() == pytest.approx(25.5, rel=0.03)
    assert first.mean() == pytest.approx(128, abs=1)
    np.testing.assert_array_equal(first, again)
    assert abs(np.corrcoef(first.ravel(), other.ravel())[0, 1]) < 0.04


def test_random_changes_stay_within_the_limits_and_fill_them(call):
    set_by_hand = change(
        mirror="up-down",
        quarter_turns=1,
        degrees=-40,
        shift_px=(2, -3),
        zoom=0.5,
        brightness=-0.2,
        contrast=2,
        noise=0.1,
    )
    limits = call("limitsOf", set_by_hand)
    assert limits == {
        "flips": True, "quarter_turns": True, "rotation_degrees": 40, "shift_px": 3, "zoom": 2,
        "brightness": 0.2, "contrast": 2, "noise": 0.1,
    }  # fmt: skip
    many = [call("drawChange", limits, {**set_by_hand, "seed": seed}, seed % 8) for seed in range(300)]

    def column(name):
        return np.array([one[name] for one in many])

    degrees, zoom, contrast = column("degrees"), np.log2(column("zoom")), np.log2(column("contrast"))
    for values, farthest in ((degrees, 40), (zoom, 1), (contrast, 1), (column("brightness"), 0.2)):
        assert np.abs(values).max() <= farthest
        assert values.std() == pytest.approx(farthest / 3**0.5, rel=0.15)  # evenly spread
        assert abs(values.mean()) < 0.2 * farthest
    assert set(column("shift_px").ravel()) == set(range(-3, 4))
    assert set(column("quarter_turns")) == {0, 1, 2, 3}
    for name in ("none", "left-right", "up-down", "both"):
        assert 0.15 < (column("mirror") == name).mean() < 0.35, name
    assert abs(np.corrcoef(degrees, zoom)[0, 1]) < 0.2
    still = call("drawChange", call("limitsOf", change()), change(), 0)
    assert {**still, "seed": 0} == change()


# ---- what the reader does ----


def test_the_table_measures_the_changed_cell(show, page):
    show(AugmentationWidget(CELLS, degrees=0, brightness=0.1))
    grey = np.clip(GREYS + 25.5, 0, 255)[NUCLEUS > 0]
    area = NUCLEUS.sum()
    shown = facts(page)
    assert shown["Area, pixels"] == [area, area, 0]
    assert shown["Area, µm²"] == [area / 4, area / 4, 0]
    before, after, share = shown["Mean grey"]
    assert before == pytest.approx(GREYS[NUCLEUS > 0].mean(), rel=1e-12)
    assert after == pytest.approx(grey.mean(), abs=0.6)
    assert share == pytest.approx(after / before - 1, rel=1e-12)
    assert shown["Noise outside, SD"][0] == pytest.approx(GREYS[NUCLEUS == 0].std(), rel=1e-9)


def test_the_light_over_background_stays_with_brightness_and_grows_with_contrast(show, page):
    show(AugmentationWidget(CELLS, degrees=0, brightness=0.2))
    before, after, share = facts(page)["Light over background"]
    assert before == pytest.approx(light(GREYS.astype(float), NUCLEUS), rel=1e-12)
    assert (after, share) == (pytest.approx(before, rel=1e-12), pytest.approx(0, abs=1e-12))
    assert "takes it away again" in notes(page) and "how much stain" not in notes(page)
    enter(page, "Brightness, × 255", "0")
    enter(page, "Contrast, ×", "1.5")
    assert facts(page)["Light over background"][2] == pytest.approx(0.5, abs=0.01)
    assert "no longer tells how much stain" in notes(page) and "takes it away" not in notes(page)


def test_the_pixel_size_goes_along_with_the_zoom(show, page):
    show(AugmentationWidget(CELLS, degrees=0, zoom=1.25))
    shown = facts(page)
    assert shown["Area, pixels"][2] == pytest.approx(1.25**2 - 1, abs=0.03)
    assert shown["Light over background"][2] == pytest.approx(1.25**2 - 1, abs=0.08)  # edges are smoother
    assert shown["Area, µm²"][1] == pytest.approx(shown["Area, pixels"][1] * 0.4**2, rel=1e-12)
    assert shown["Area, µm²"][2] == pytest.approx(0, abs=0.02)
    assert "it was 0.5 µm, now it is 0.4 µm" in notes(page)
    bars = page.locator(".cellcnn-bench .cellcnn-scale-bar")
    before, after = (bars.nth(i).bounding_box()["width"] for i in range(2))
    assert after == pytest.approx(1.25 * before, rel=0.02)
    enter(page, "Zoom, ×", "4")  # 5 µm are 40 of 48 pixels
    assert bars.nth(1).is_visible()
    page.get_by_role("button", name="Reset").click()
    assert bars.nth(1).bounding_box()["width"] == after


def test_without_a_pixel_size_there_are_pixels_and_a_word_on_what_lacks(show, page):
    show(AugmentationWidget(replace(CELLS, pixel_size_um=None), degrees=0, zoom=2))
    assert "Area, µm²" not in facts(page)
    assert "you need the pixel size, divided by the zoom" in notes(page)
    assert page.locator(".cellcnn-scale-bar:visible").count() == 0


def test_what_cannot_be_measured_stays_empty(show, page):
    show(AugmentationWidget(CELLS, degrees=0, shift_px=(0, 60), border="zero"))
    shown = facts(page)
    assert shown["Area, pixels"][1:] == [0, -1]
    assert len(shown["Mean grey"]) == len(shown["Light over background"]) == 1
    assert "NaN" not in page.locator(".cellcnn-facts").inner_text()


def test_exact_changes_keep_every_measurement(show, page):
    show(AugmentationWidget(CELLS, degrees=0, mirror="left-right"))
    page.get_by_role("combobox", name="Quarters").select_option("90°")
    for name, (before, after, share) in facts(page).items():
        assert after == pytest.approx(before, rel=1e-12) and abs(share) < 1e-12, name
    assert notes(page) == CALM
    expected = images.quarter_turn(images.flip(GREYS, "left-right"))
    np.testing.assert_array_equal(drawn(page, ".cellcnn-bench", 1), expected)


def test_a_forgotten_mask_measures_the_wrong_pixels(show, page):
    show(AugmentationWidget(CELLS, cell=1, degrees=0, shift_px=(0, 20)))
    right = facts(page)
    assert right["Mean grey"][1] == right["Mean grey"][0] == 140
    page.get_by_label("Forget the mask").check()
    wrong = facts(page)
    assert wrong["Area, µm²"] == right["Area, µm²"]  # so nobody notices
    assert wrong["Mean grey"][1] == 60
    assert notes(page).startswith("The mask stayed behind: 100 % of it now lies beside the cell.")
    outlines = page.locator(".cellcnn-bench .cellcnn-outline").evaluate_all(
        "all => all.map(e => e.getAttribute('d'))"
    )
    assert outlines[0] == outlines[1]
    page.get_by_label("Forget the mask").uncheck()
    assert facts(page) == right


def test_the_outline_runs_along_the_border_of_the_mask(show, page):
    mask = np.zeros((6, 6), np.uint8)
    mask[0:2, 4:6] = 1  # in a corner: the outline closes at the edge of the picture
    cells = CellImageDataset(np.zeros((1, 6, 6), np.uint8), [0], ["a", "b"], masks=mask[np.newaxis])
    show(AugmentationWidget(cells, degrees=0))
    path = page.locator(".cellcnn-bench .cellcnn-outline").first.get_attribute("d")
    sides = ["4 0h1", "5 0h1", "4 2h1", "5 2h1", "4 0v1", "4 1v1", "6 0v1", "6 1v1"]
    assert sorted(path.split("M")[1:]) == sorted(sides)
    assert "Area, pixels" in facts(page)


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"brightness": 0.1}, "A network sees it"),
        ({"contrast": 1.5}, "no longer tells how much stain"),
        ({"zoom": 1.5}, "by the square of the zoom"),
        ({"shift_px": (0, 20), "border": "zero"}, "lies outside the picture"),
        ({"shift_px": (25, 0)}, "a part of the cell a second time"),
        ({"degrees": 40, "cells": None}, "a part of the cell a second time"),  # stray bits of the mask
        ({"brightness": 0.6}, "newly cut off at 0 or 255"),
    ],
)
def test_what_may_spoil_the_label_is_said(show, page, settings, text):
    show(AugmentationWidget(**{"cells": CELLS} | SAME | settings))
    assert text in notes(page)


def test_one_stray_pixel_of_the_mask_is_enough_to_be_told(show, page):
    show(AugmentationWidget(degrees=30))  # brings in two of them
    assert notes(page).startswith("The mirrored edge shows a part of the cell a second time")


@pytest.mark.parametrize("cell", range(4))
def test_the_start_brings_nothing_in_and_loses_nothing(show, page, cell):
    show(AugmentationWidget(cell=cell))
    assert notes(page) == CALM


def test_no_change_is_called_none(show, page):
    show(AugmentationWidget(CELLS, degrees=0))
    assert notes(page) == "Nothing is changed."
    enter(page, "Angle, °", "180")
    assert notes(page) == CALM
    page.get_by_role("combobox", name="Mirror").select_option("both")  # and back
    assert notes(page) == "Nothing is changed."


def test_a_moved_mask_is_a_change_where_the_picture_shows_none(show, page):
    flat = replace(CELLS, images=0 * CELLS.images + 9)
    show(AugmentationWidget(flat, degrees=0, shift_px=(1, 0)))
    assert notes(page) == CALM


def test_reset_returns_to_the_start_completely(show, page):
    start = {"degrees": -20, "border": "zero", "brightness": 0.1, "mirror": "up-down"}
    show(AugmentationWidget(CELLS, 1, **start))

    def everything():
        shown = page.locator(".cellcnn-widget :is(select, input)")
        return shown.evaluate_all("all => all.map(e => e.type === 'checkbox' ? e.checked : e.value)"), [
            drawn(page, ".cellcnn-examples", number).tobytes() for number in range(8)
        ]

    before = everything()
    page.get_by_role("combobox", name="Cell").select_option("1: large")
    page.get_by_role("combobox", name="Beyond the edge").select_option("mirror the picture")
    page.get_by_role("combobox", name="Between pixels").select_option("nearest: one pixel")
    page.get_by_role("combobox", name="Mirror").select_option("no")
    enter(page, "Angle, °", "70")
    enter(page, "Brightness, × 255", "0")
    page.get_by_role("button", name="Draw others").click()
    page.get_by_label("Forget the mask").check()
    assert all(one != other for one, other in zip(before, everything(), strict=True))
    page.get_by_role("button", name="Reset").click()
    assert everything() == before
    page.get_by_label("Forget the mask").check()
    page.get_by_role("button", name="Reset").click()  # nothing else to bring back
    assert everything() == before and "stayed behind" not in notes(page)


def test_the_random_ones_and_the_call_that_makes_such(show, page):
    show(AugmentationWidget(CELLS, degrees=0, mirror="both", shift_px=(4, 0), border="zero"))
    before = [drawn(page, ".cellcnn-examples", number) for number in range(8)]
    assert len({picture.tobytes() for picture in before}) >= 6
    page.get_by_role("button", name="Draw others").click()
    after = [drawn(page, ".cellcnn-examples", number) for number in range(8)]
    assert sum(np.array_equal(a, b) for a, b in zip(before, after, strict=True)) <= 2
    code = page.locator("code").inner_text()
    assert code == 'images.augment(cells, rng=0, shift_px=4, border="zero")  # ±4 px'
    augmented = eval(code, {"images": images, "cells": CELLS})  # the line that a reader copies
    assert augmented.images.shape == CELLS.images.shape
    for name, text in [
        ("Angle, °", "-20"),
        ("Zoom, ×", "0,8"),
        ("Noise, × 255", "0.05"),
        ("Contrast, ×", "2"),
        ("Brightness, × 255", "-0.1"),
    ]:
        enter(page, name, text)
    page.get_by_role("combobox", name="Mirror").select_option("no")
    code = page.locator("code").inner_text()
    assert code == (
        "images.augment(cells, rng=0, flips=False, rotation_degrees=20, shift_px=4, zoom=1.25, "
        'brightness=0.1, contrast=2, noise=0.05, border="zero")'
        "  # ±20°, ±4 px, zoom between 1/1.25 and 1.25, brightness ±0.1, contrast between 1/2 and 2"
    )
    assert eval(code, {"images": images, "cells": CELLS}).pixel_size_um is None
    page.get_by_role("combobox", name="Between pixels").select_option("nearest: one pixel")
    assert page.locator("code").inner_text() == f"{code}, always linear"


def test_choices_and_fields_set_the_change(show, page):
    show(AugmentationWidget(CELLS, degrees=0))
    page.get_by_role("combobox", name="Cell").select_option("2: small")
    enter(page, "Down, px", "5")
    enter(page, "Right, px", "-3")
    np.testing.assert_array_equal(
        drawn(page, ".cellcnn-bench", 1), np.roll(CELLS.images[1, ..., 0], (5, -3), (0, 1))
    )
    enter(page, "Down, px", "2.5")
    message = page.locator(".cellcnn-message").inner_text()
    assert message == "Down must be a whole number from −128 to 128: got “2.5”. It stays 5."
    page.get_by_role("slider", name="Angle, °").press("ArrowRight")
    assert page.get_by_role("textbox", name="Angle, °, as a number").input_value() == "1"
    page.get_by_role("combobox", name="Beyond the edge").select_option("black")
    enter(page, "Down, px", "24")
    assert (drawn(page, ".cellcnn-bench", 1)[:20] == 0).all()


# ---- phone, dark, screen reader ----


@pytest.mark.parametrize("width", [320, 390])
def test_fits_a_phone(show, new_page, width):
    on = new_page(viewport={"width": width, "height": 800}, is_mobile=True, has_touch=True)
    page = show(AugmentationWidget(zoom=1.234, brightness=-0.12, contrast=1.55, shift_px=(-24, 24)), on=on)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    edges = page.locator(
        ".cellcnn-widget :is(td, button, label, canvas, p, input, select, span, code)"
    ).evaluate_all("all => all.filter(e => e.offsetWidth > 1).map(e => e.getBoundingClientRect().right)")
    assert max(edges) <= width


@pytest.mark.parametrize("width", [1280, 800, 640])
def test_the_table_stays_inside_the_widget(show, new_page, width):
    page = show(
        AugmentationWidget(zoom=1.234, brightness=0.3), on=new_page(viewport={"width": width, "height": 800})
    )
    table, widget = (page.locator(name).bounding_box() for name in (".cellcnn-facts", ".cellcnn-widget"))
    assert table["x"] + table["width"] < widget["x"] + widget["width"] - 5


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 664)])
def test_pictures_and_table_stay_in_sight_of_every_slider(show, new_page, width, height):
    page = show(AugmentationWidget(), on=new_page(viewport={"width": width, "height": height}))
    results = page.locator(".cellcnn-results")
    for name in ("Angle, °", "Zoom, ×", "Noise, × 255"):
        slider = page.get_by_role("slider", name=name)
        slider.evaluate("node => node.scrollIntoView({ block: 'end' })")
        box, knob = results.bounding_box(), slider.bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= knob["y"], name
        assert knob["y"] + knob["height"] < height + 1, name


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_accessibility_violations(show, page, theme):
    show(AugmentationWidget(zoom=1.3, brightness=0.3, shift_px=(12, 12)))
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
    page.get_by_label("Forget the mask").check()
    enter(page, "Noise, × 255", "loud")
    report = Axe().run(page, context=".cellcnn-widget")
    assert report.violations_count == 0, report.generate_report()


def test_a_screen_reader_hears_the_first_note_once_the_slider_rests(show, page):
    show(AugmentationWidget(replace(CELLS, pixel_size_um=None)))
    page.wait_for_function("document.querySelector('[aria-live]').textContent.startsWith('The label holds')")
    enter(page, "Zoom, ×", "2")
    page.wait_for_function("document.querySelector('[aria-live]').textContent.includes('square of the zoom')")


def test_it_works_from_disk_and_views_share_their_widget(show, page):
    widget = AugmentationWidget(CELLS, degrees=0)
    show(widget, widget, from_disk=True)
    page.get_by_role("combobox", name="Mirror").first.select_option("left–right")
    assert page.locator("code").all_inner_texts() == ["images.augment(cells, rng=0)"] * 2
