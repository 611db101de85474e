"""Curves are drawn where they were measured, points as points, and gaps stay gaps."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from cellcnn_helpers import plots


def lines():
    return {line.get_label(): line for line in plt.gca().lines}


def test_values_stand_at_1_2_3_or_at_their_places():
    plots.show_curves({"loss": [0.9, 0.5, 0.4], "accuracy": ([0, 10], [0.1, 0.8])})
    assert lines()["loss"].get_xydata().tolist() == pytest.approx(np.array([[1, 0.9], [2, 0.5], [3, 0.4]]))
    assert lines()["accuracy"].get_xdata().tolist() == [0, 10]
    assert [text.get_text() for text in plt.gca().get_legend().get_texts()] == ["loss", "accuracy"]


def test_whole_places_have_whole_ticks():
    plots.show_curves({"loss": [0.5, 0.4, 0.3]})
    ticks = plt.gca().get_xticks()
    assert (ticks == np.round(ticks)).all()
    plt.close()
    plots.show_curves({"loss": ([0.1, 0.2, 0.3], [0.5, 0.4, 0.3])})
    ticks = plt.gca().get_xticks()
    assert (ticks != np.round(ticks)).any()


def test_points_have_no_line_and_lie_above():
    plots.show_curves({"fit": [1, 2], "measured": [1.1, 1.9]}, points=["measured"])
    fit, measured = lines()["fit"], lines()["measured"]
    assert (fit.get_linestyle(), fit.get_marker()) == ("-", "None")
    assert measured.get_linestyle() == "None"
    assert measured.get_marker() not in ("None", "")
    assert measured.get_zorder() > fit.get_zorder()
    assert measured.get_color() != fit.get_color()


def test_a_training_that_went_astray_can_be_drawn():
    for log in (False, True):
        plots.show_curves({"loss": [1.0, 50.0, np.inf, np.nan, 2.0]}, log=log)
        plt.gcf().canvas.draw()
        assert plt.gca().get_yscale() == ("log" if log else "linear")
        assert plt.gca().get_ylim()[1] < 100


def test_texts_and_an_axes_of_your_own():
    with plots.style():
        _, axes = plt.subplots(1, 2)
    plots.show_curves(
        {"$a": [1, 2]}, xlabel="$x", ylabel="photons", title="$\\frac$", source="$ from here", ax=axes[0]
    )
    plt.gcf().canvas.draw()
    assert len(plt.get_fignums()) == 1
    assert (axes[0].get_xlabel(), axes[0].get_ylabel(), axes[0].get_title()) == ("$x", "photons", "$\\frac$")
    assert [text.get_text() for text in axes[0].texts] == ["$ from here"]
    assert not axes[1].lines


@pytest.mark.parametrize(
    ("curves", "options", "message"),
    [
        ({}, {}, r"curves=\{\}"),
        ([1, 2], {}, r"curves=\[1, 2\]"),
        ({"a": [[1, 2]]}, {}, r"`curves\['a'\]` must have 1 dimensions .*shape=\(1, 2\)"),
        ({"a": "text"}, {}, r"curves\['a'\]"),
        ({"a": ([1, 2, 3], [1, 2])}, {}, r"`curves\['a'\]` must have the shape of its places, \(3,\)"),
        ({5: [1]}, {}, "a name in curves=5"),
        ({"a": [1]}, {"points": "a"}, "points='a'"),
        ({"a": [1]}, {"points": ["b"]}, "points='b'"),
        ({"a": [1]}, {"log": "yes"}, "log='yes'"),
        ({"a": [1]}, {"xlabel": None}, "xlabel=None"),
        ({"a": [1]}, {"ax": plt}, "ax="),
    ],
)
def test_says_what_is_wrong(curves, options, message):
    with pytest.raises((ValueError, TypeError), match=message):
        plots.show_curves(curves, **options)
    assert not plt.get_fignums()
