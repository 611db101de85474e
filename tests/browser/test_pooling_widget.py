"""The pooling widget on a static page, in a real Chromium: no kernel, no network."""

import numpy as np
import pytest
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
    """Row and column, from “Largest, row 10, column 4”."""
    parts = page.locator(".cellcnn-sum span").first.inner_text().split(",")[1:]
    return tuple(int(part.split()[-1]) for part in parts)


def numbers(table):
    """The cells of a table as numbers; None where there is none."""
    texts = [text.replace("−", "-") for text in table.locator("td").all_inner_texts()]
    return [float(text) if text else None for text in texts]


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
    np.testing.assert_array_equal(drawn(page, "Max,")[..., 0], largest)
    np.testing.assert_allclose(drawn(page, "Average,")[..., 0], means, atol=0.51)
