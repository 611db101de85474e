"""Figures of evaluation draw the numbers that they were given, and can be read."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from cellcnn_helpers import evaluation, nn, plots

NAMES = [
    *("basophil", "eosinophil", "erythroblast", "immature granulocyte"),
    *("lymphocyte", "monocyte", "neutrophil", "platelet"),
]
MATRIX = np.array([[95, 5, 0], [1, 19, 0], [0, 1000, 3000]])
POSITIVES, SCORES = [True, False, True, False, False], [0.9, 0.8, 0.8, 0.3, 0.1]
ROC = evaluation.roc_curve(POSITIVES, SCORES)
PRECISION = evaluation.precision_recall_curve(POSITIVES, SCORES)
TABLE = evaluation.reliability_table(
    [0, 0, 1, 1], [[0.95, 0.05], [0.75, 0.25], [0.72, 0.28], [0.22, 0.78]], num_bins=5
)


def cells(ax):
    """Text and color of each cell by (row, column)."""
    colors = {(round(patch.get_y()), round(patch.get_x())): patch.get_facecolor() for patch in ax.patches}
    texts = {(int(text.get_position()[1]), int(text.get_position()[0])): text.get_text() for text in ax.texts}
    return {place: (texts[place], np.array(to_rgb(color))) for place, color in colors.items()}


def curve_of(label):
    (line,) = [line for line in plt.gca().lines if line.get_label() == label]
    return line


def test_the_counts_stand_at_their_places():
    plots.show_confusion(MATRIX, NAMES[:3], title="Test", source="from here")
    (ax,) = plt.gcf().axes
    shown = cells(ax)
    for place, count in np.ndenumerate(MATRIX):
        assert shown[place][0] == (f"{count:,}" if count else "")
    assert [tick.get_text() for tick in ax.get_yticklabels()] == NAMES[:3]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == NAMES[:3]
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("true class", "class given by the model")
    assert ax.get_title() == "Test"
    assert "from here" in [text.get_text() for text in ax.texts]


def test_right_is_blue_and_mixed_up_is_orange_by_the_share_of_the_row():
    plots.show_confusion(MATRIX, NAMES[:3])
    color = {place: rgb for place, (_, rgb) in cells(plt.gca()).items()}
    red, blue = 0, 2
    for index in range(3):
        assert color[index, index][blue] > color[index, index][red]
    assert color[2, 1][red] > color[2, 1][blue]
    np.testing.assert_array_equal(color[0, 2], 1)  # none: white
    np.testing.assert_array_equal(color[0, 1], color[1, 0])  # 5 of 100 as 1 of 20
    np.testing.assert_array_equal(color[0, 0], color[1, 1])
    assert color[2, 1].sum() < color[0, 1].sum() < 3  # more is darker


@pytest.mark.parametrize("title", ["", "Test images"])
def test_eight_long_names_fit_on_the_page(title):
    matrix = np.random.default_rng(0).integers(0, 30, (8, 8)) + np.diag([1200] * 8)
    plots.show_confusion(matrix, NAMES, title=title, source="Single blood cells, 28 × 28 px; a source " * 3)
    figure = plt.gcf()
    figure.canvas.draw()
    width, height = figure.get_size_inches() * figure.dpi
    assert figure.get_size_inches()[0] <= 7.2
    assert figure.get_size_inches()[1] <= 8
    for text in figure.findobj(plt.Text):
        box = text.get_window_extent()
        if text.get_text() and text.get_visible():
            assert -1 <= box.x0 <= box.x1 <= width + 1, text
            assert -1 <= box.y0 <= box.y1 <= height + 1, text
    names = [tick.get_window_extent() for tick in figure.axes[0].get_yticklabels()]
    assert not any(above.overlaps(below) for above, below in pairwise(names))
    cell = figure.axes[0].transData.transform([(0, 1), (1, 0)])
    number = next(text for text in figure.axes[0].texts if text.get_text().startswith("1,2"))
    assert number.get_window_extent().width < cell[1, 0] - cell[0, 0]


def test_the_empty_class_of_a_matrix_is_drawn_white():
    plots.show_confusion([[3, 0], [0, 0]], ["round", "spiky"])
    assert [text for text, _ in cells(plt.gca()).values()].count("") == 3


def test_roc_curves_with_their_areas_and_the_guess():
    plots.show_roc({"spiky": ROC, "$other": evaluation.roc_curve([True, False], [0, 1])}, title="t")
    line = curve_of("spiky  0.917")
    np.testing.assert_array_equal(line.get_xdata(), ROC.false_positive_rate)
    np.testing.assert_array_equal(line.get_ydata(), ROC.true_positive_rate)
    assert curve_of("guessing  0.500").get_xydata().tolist() == [[0, 0], [1, 1]]
    legend = [text.get_text() for text in plt.gca().get_legend().get_texts()]
    assert legend == ["spiky  0.917", r"\$other  0.000", "guessing  0.500"]
    assert plt.gca().get_title() == "t"


def test_the_area_below_the_drawn_steps_is_the_average_precision():
    curve = evaluation.precision_recall_curve([False, *POSITIVES[:-1]], [1.0, *SCORES[:-1]])
    plots.show_precision_recall({"spiky": curve})
    line = curve_of(f"spiky  {curve.average_precision:.3f}")
    assert line.get_drawstyle() == "steps-pre"  # each value holds from the recall before
    recall, precision = line.get_xydata().T
    assert np.sum(np.diff(recall) * precision[1:]) == pytest.approx(curve.average_precision)
    assert precision[0] == precision[1] == 0  # the 1 of "none is called" is no measurement
    guess = [line for line in plt.gca().lines if list(line.get_ydata()) == [2 / 5, 2 / 5]]
    assert len(guess) == 1  # two of five are of the class


def test_fifteen_curves_can_be_told_apart():
    plots.show_roc({f"class {n}": ROC for n in range(15)})
    looks = {f"{line.get_color()} {line._dash_pattern} {line.get_linewidth()}" for line in plt.gca().lines}
    assert len(looks) == 16  # and the guess


def test_the_reliability_points_their_intervals_and_their_counts():
    plots.show_reliability({"before": TABLE, "after": TABLE}, title="t", source="from here")
    shares, counts = plt.gcf().axes
    points, _, (whiskers,) = shares.containers[0]
    np.testing.assert_allclose(points.get_xydata(), [[0.75, 2 / 3], [0.95, 1]])  # empty bins are no points
    ends = [segment[:, 1].tolist() for segment in whiskers.get_segments()]
    expected = [evaluation.accuracy_interval(2, 3), evaluation.accuracy_interval(1, 1)]
    np.testing.assert_allclose(ends, expected)
    bars = [patch for patch in counts.patches if isinstance(patch, Rectangle)]
    assert [bar.get_height() for bar in bars] == [0, 0, 0, 3, 1] * 2
    for index, bar in enumerate(bars):
        low, high = TABLE.edges[index % 5], TABLE.edges[index % 5 + 1]
        assert low < bar.get_x() < bar.get_x() + bar.get_width() < high
    assert bars[0].get_x() + bars[0].get_width() == pytest.approx(bars[5].get_x())  # side by side
    assert [text.get_text() for text in shares.get_legend().get_texts()] == [
        *("as sure as right", "before", "after")
    ]
    assert plt.gcf().get_supxlabel() == "from here"


def test_a_perfect_bin_and_real_tables_draw_without_a_warning():
    rng = np.random.default_rng(0)
    logits = 4 * rng.standard_normal((300, 8))
    for labels in (logits.argmax(axis=1), rng.integers(0, 8, 300)):
        plots.show_reliability({"model": evaluation.reliability_table(labels, nn.softmax(logits))})
        plt.gcf().canvas.draw()


@pytest.mark.parametrize(
    "draw",
    [
        lambda ax: plots.show_confusion(MATRIX, NAMES[:3], ax=ax, source="from here"),
        lambda ax: plots.show_roc({"spiky": ROC}, ax=ax, source="from here"),
        lambda ax: plots.show_precision_recall({"spiky": PRECISION}, ax=ax, source="from here"),
    ],
)
def test_axes_of_your_own(draw):
    with plots.style():
        figure, axes = plt.subplots(1, 2)
    draw(axes[0])
    assert plt.get_fignums() == [figure.number]
    assert "from here" in [text.get_text() for text in axes[0].texts]
    assert not axes[1].lines and not axes[1].patches
    figure.canvas.draw()
    legend = axes[0].get_legend()
    if legend:  # beside the axes it would lie on the neighbor
        assert legend.get_window_extent().x0 < axes[0].get_window_extent().x1


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plots.show_confusion([[1, 2]], ["a"]), r"matrix\.shape=\(1, 2\)"),
        (lambda: plots.show_confusion([[0.5, 0.5], [0, 1]], ["a", "b"]), "counts: got values from 0 to 1"),
        (lambda: plots.show_confusion([[1, -1], [0, 1]], ["a", "b"]), "counts: got values from -1 to 1"),
        (lambda: plots.show_confusion([[1, np.nan], [0, 1]], ["a", "b"]), r"matrix\[0, 1\]=nan"),
        (lambda: plots.show_confusion(MATRIX, ["a"]), "each of the 3 classes: got 1 class_names"),
        (lambda: plots.show_confusion(MATRIX, NAMES[:3], ax=1), "ax=1"),
        (lambda: plots.show_confusion(MATRIX, NAMES[:3], title=1), "title=1"),
        (lambda: plots.show_roc(ROC), r"(?s)`curves` must be a dict.*\{\"platelet\": evaluation.roc_curve"),
        (lambda: plots.show_roc({}), r"curves=\{\}"),
        (lambda: plots.show_roc({"a": PRECISION}), r"`curves\['a'\]` must be a RocCurve: got"),
        (lambda: plots.show_roc({5: ROC}), "a name in curves=5"),
        (lambda: plots.show_roc({"a": ROC}, source=None), "source=None"),
        (lambda: plots.show_precision_recall({"a": ROC}), r"`curves\['a'\]` must be a PrecisionRecallCurve"),
        (lambda: plots.show_reliability({"a": ROC}), r"`tables\['a'\]` must be a ReliabilityTable"),
        (lambda: plots.show_reliability({"a": TABLE}, title=2), "title=2"),
    ],
)
def test_says_what_is_wrong(draw, message):
    with pytest.raises((ValueError, TypeError), match=message):
        draw()
    assert not plt.get_fignums()
