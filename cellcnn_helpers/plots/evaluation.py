"""How good a model is: what it mixes up, what it finds at what price, whether it is rightly sure."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from .. import _checks
from ..evaluation import PrecisionRecallCurve, ReliabilityTable, RocCurve, accuracy_interval
from .grids import draw_grid
from .style import (
    ACCENT,
    CONTRAST,
    PLAIN,
    QUIET,
    SERIES,
    SMALL_POINTS,
    WIDTH_INCHES,
    checked_axes,
    checked_titles,
    style,
    write_below,
    write_source,
)

RIGHT = LinearSegmentedColormap.from_list("cellcnn_right", ["white", ACCENT])
MIXED_UP = LinearSegmentedColormap.from_list("cellcnn_mixed_up", ["white", CONTRAST])
GUESSING = {"color": QUIET, "linewidth": 1.0, "linestyle": (0, (4, 3)), "zorder": 1}


def show_confusion(matrix, class_names, *, title="", source="", ax=None):
    """Draw a confusion matrix: counts, blue where the model is right, orange where it mixes up.

    (classes, classes)

    Parameters
    ----------
    matrix : array of int
        ``(classes, classes)``, a row for each true class, as `evaluation.confusion_matrix` gives it.
    class_names : sequence of str
        One per class.
    title, source : str
        Stand above and below the figure.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.

    Raises
    ------
    ValueError
        If the matrix is not square, holds a negative or broken count, or the names are not as many.

    See Also
    --------
    cellcnn_helpers.evaluation.confusion_matrix : counts.

    Notes
    -----
    Color tells the share of the row, of all images of the true class, so a rare class is as strong as a
    common one. Mix-ups are colored by the cube root of their share: one in a hundred can still be seen. Empty
    cells are 0.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from cellcnn_helpers import evaluation, plots
    >>> matrix = evaluation.confusion_matrix([0, 0, 1, 2], [0, 2, 1, 2])
    >>> plots.show_confusion(matrix, ["monocyte", "lymphocyte", "platelet"])
    >>> plt.close()
    """
    matrix = _checked_matrix(matrix)
    names = checked_titles(class_names, "classes", len(matrix), argument="class_names")
    title, source = _checks.text("title", title), _checks.text("source", source)
    ax = checked_axes(ax)
    texts = np.array([[f"{count:,}" if count else "" for count in row] for row in matrix], dtype=object)
    with style():
        if ax is None:
            cell = min(0.62, 5.2 / len(names))  # the names take the rest of the width
            name = 0.075 * max(map(len, names))
            across, down = name + 0.6 + cell * len(names), 0.75 * name + 0.7 + cell * len(names)
            size = (min(max(across, 3.4), WIDTH_INCHES), down + 0.25 * bool(title) + 0.25 * bool(source))
            _, ax = plt.subplots(figsize=size, layout="constrained")
        draw_grid(ax, texts, _confusion_colors(matrix))
        places = np.arange(len(names)) + 0.5
        ax.set(xlim=(-0.02, len(names) + 0.02), ylim=(len(names) + 0.02, -0.02), aspect="equal")
        ax.set_yticks(places, names, **PLAIN)
        ax.set_xticks(places, names, rotation=40, ha="left", rotation_mode="anchor", **PLAIN)
        ax.tick_params(length=0, top=True, bottom=False, labeltop=True, labelbottom=False)
        ax.spines[:].set_visible(False)
        ax.xaxis.set_label_position("top")
        ax.set_xlabel("class given by the model")
        ax.set_ylabel("true class")
        ax.set_title(title, **PLAIN)
        write_below(ax, source, down_points=6)


def show_roc(curves, *, title="", source="", ax=None):
    """Draw sensitivity against false alarms, with the area under each curve in the legend.

    {name: RocCurve}

    Parameters
    ----------
    curves : dict of RocCurve
        By name, such as the class or the model: what `evaluation.roc_curve` gives.
    title, source : str
        Stand above and below the figure.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.

    Raises
    ------
    ValueError, TypeError
        If there is no curve, or something else stands in its place.

    See Also
    --------
    show_precision_recall : shows more where the class is rare.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from cellcnn_helpers import evaluation, plots
    >>> curve = evaluation.roc_curve([True, False, True, False], [0.9, 0.6, 0.4, 0.1])
    >>> plots.show_roc({"parasite": curve})
    >>> plt.close()
    """
    curves = _checked_dict("curves", curves, RocCurve, "evaluation.roc_curve(labels == 3, scores)")
    title, source = _checks.text("title", title), _checks.text("source", source)
    given = checked_axes(ax)
    with style():
        ax = given or _new_axes(title, source)
        for number, (name, curve) in enumerate(curves.items()):
            label = f"{name}  {curve.area:.3f}"
            ax.plot(curve.false_positive_rate, curve.true_positive_rate, label=label, **_line(number))
        ax.plot([0, 1], [0, 1], label="guessing  0.500", **GUESSING)
        ax.set(xlabel="false alarms, share of all others", ylabel="found, share of the class")
        _finish(ax, given, title, source, legend="area under the curve", corner="lower right")


def show_precision_recall(curves, *, title="", source="", ax=None):
    """Draw precision against recall, with the average precision of each curve in the legend.

    {name: PrecisionRecallCurve}

    Parameters
    ----------
    curves : dict of PrecisionRecallCurve
        By name, such as the class or the model: what `evaluation.precision_recall_curve` gives.
    title, source : str
        Stand above and below the figure.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.

    Raises
    ------
    ValueError, TypeError
        If there is no curve, or something else stands in its place.

    See Also
    --------
    show_roc : does not depend on how common the class is.

    Notes
    -----
    Drawn in steps, because between two scores there is no threshold. A dashed line tells what guessing would
    reach: the share of the class among all images.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from cellcnn_helpers import evaluation, plots
    >>> curve = evaluation.precision_recall_curve([True, False, True, False], [0.9, 0.6, 0.4, 0.1])
    >>> plots.show_precision_recall({"parasite": curve})
    >>> plt.close()
    """
    how = "evaluation.precision_recall_curve(labels == 3, scores)"
    curves = _checked_dict("curves", curves, PrecisionRecallCurve, how)
    title, source = _checks.text("title", title), _checks.text("source", source)
    given = checked_axes(ax)
    with style():
        ax = given or _new_axes(title, source)
        for number, (name, curve) in enumerate(curves.items()):
            label, line = f"{name}  {curve.average_precision:.3f}", _line(number)
            precision = np.append(curve.precision[1], curve.precision[1:])  # from recall 0 on
            ax.plot(curve.recall, precision, label=label, drawstyle="steps-pre", **line)
            share = curve.precision[-1]
            ax.plot([0, 1], [share, share], **GUESSING | {"color": line["color"]})
        ax.plot([], [], label="guessing", **GUESSING)
        ax.set(xlabel="recall, share of the class that is found", ylabel="precision, share that is right")
        _finish(ax, given, title, source, legend="average precision", corner="lower left")


def show_reliability(tables, *, title="", source=""):
    """Draw how often a model was right against how sure it was, with how many images that is.

    {name: ReliabilityTable}

    Parameters
    ----------
    tables : dict of ReliabilityTable
        By name, such as before and after: what `evaluation.reliability_table` gives.
    title, source : str
        Stand above and below the figure.

    Raises
    ------
    ValueError, TypeError
        If there is no table, or something else stands in its place.

    See Also
    --------
    cellcnn_helpers.evaluation.fit_temperature : brings the points to the line.

    Notes
    -----
    Each point is a bin, its line the 95 % interval of its share: bins of few images have long ones. Points
    below the dashed line belong to a model that is too sure.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from cellcnn_helpers import evaluation, plots
    >>> probabilities = [[0.95, 0.05], [0.75, 0.25], [0.72, 0.28], [0.22, 0.78]]
    >>> table = evaluation.reliability_table([0, 0, 1, 1], probabilities, num_bins=5)
    >>> plots.show_reliability({"before": table})
    >>> plt.close()
    """
    how = "evaluation.reliability_table(labels, probabilities)"
    tables = _checked_dict("tables", tables, ReliabilityTable, how)
    title, source = _checks.text("title", title), _checks.text("source", source)
    with style():
        height = 4.6 + 0.25 * bool(title) + 0.25 * bool(source)
        figure, (shares, counts) = plt.subplots(
            2,
            1,
            sharex=True,
            layout="constrained",
            figsize=(0.7 * WIDTH_INCHES, height),
            gridspec_kw={"height_ratios": [3, 1]},
        )
        for number, (name, table) in enumerate(tables.items()):
            line = _line(number)
            filled = table.num_images > 0
            whiskers = _whiskers(table.accuracy[filled], table.num_images[filled])
            points = {"marker": "os^Dv"[number % 5], "markersize": 5, "capsize": 2, "elinewidth": 1.0}
            shares.errorbar(
                table.confidence[filled], table.accuracy[filled], whiskers, label=name, **points, **line
            )
            width = np.diff(table.edges) * 0.9 / len(tables)
            left = table.edges[:-1] + 0.05 * np.diff(table.edges) + number * width
            counts.bar(left, table.num_images, width, align="edge", color=line["color"])
        shares.plot([0, 1], [0, 1], label="as sure as right", **GUESSING)
        shares.set(xlim=(0, 1), ylim=(0, 1.02), ylabel="share of right predictions")
        shares.set_title(title, **PLAIN)
        shares.legend(loc="upper left")
        counts.set(xlabel="confidence, probability of the predicted class", ylabel="images")
        figure.align_ylabels()
        write_source(figure, source)


def _new_axes(title, source):
    size = (WIDTH_INCHES, 3.7 + 0.25 * bool(title) + 0.25 * bool(source))
    return plt.subplots(figsize=size, layout="constrained")[1]


def _finish(ax, given, title, source, *, legend, corner):
    """A square of shares; the legend beside it hides no curve, but other axes have no room for that."""
    ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
    ax.set_title(title, **PLAIN)
    beside = {"loc": "center left", "bbox_to_anchor": (1.02, 0.5)}
    inside = {"loc": corner, "frameon": True, "edgecolor": "none"}
    ax.legend(title=legend, title_fontsize=SMALL_POINTS, alignment="left", **(inside if given else beside))
    if given:
        write_below(ax, source)
    else:
        write_source(ax.figure, source)


def _line(number):
    """Color and line of one of many curves: five colors, then the same dashed, then dotted."""
    dashes = ("-", (0, (5, 1.5)), (0, (1, 1)))[number // len(SERIES) % 3]
    return {"color": SERIES[number % len(SERIES)], "linestyle": dashes, "linewidth": 1.6}


def _whiskers(shares, counts):
    """How far the interval of each share reaches down and up, (2, bins)."""
    intervals = [
        accuracy_interval(round(share * count), int(count))
        for share, count in zip(shares, counts, strict=True)
    ]
    low, high = np.array(intervals).T
    return np.maximum([shares - low, high - shares], 0)  # rounding may leave −1e-17


def _confusion_colors(matrix):
    """(classes, classes, 3), by the share of the row."""
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    right = np.eye(len(matrix), dtype=bool)[..., np.newaxis]
    return np.where(right, RIGHT(shares)[..., :3], MIXED_UP(np.cbrt(shares))[..., :3])


def _checked_matrix(value):
    matrix = _checks.float_array("matrix", value, axes=("true class", "predicted class"), complex_ok=False)
    _checks.no_nan("matrix", matrix)
    if matrix.shape[0] != matrix.shape[1] or not matrix.size:
        raise ValueError(
            f"`matrix` must have a row and a column for each class: got matrix.shape={matrix.shape}.\n"
            f"Give what evaluation.confusion_matrix(labels, predictions) returns."
        )
    if (matrix < 0).any() or (matrix % 1).any():
        raise ValueError(
            f"`matrix` must hold counts: got values from {matrix.min():.4g} to {matrix.max():.4g}.\n"
            f"Give the matrix before it is divided; the colors tell the shares."
        )
    return matrix.astype(int)


def _checked_dict(name, value, kind, how):
    if not isinstance(value, dict) or not value:
        raise ValueError(
            f"`{name}` must be a dict with at least one entry: got {_checks.received(name, value)}.\n"
            f'Give each by its name: {{"platelet": {how}}}.'
        )
    for key, entry in value.items():
        _checks.text(f"a name in {name}", key)
        shown = f"{name}[{key!r}]"
        if not isinstance(entry, kind):
            raise TypeError(
                f"`{shown}` must be a {kind.__name__}: got {_checks.received(shown, entry)}.\n"
                f"Give what {how} returns."
            )
    return {key.replace("$", r"\$"): entry for key, entry in value.items()}
