"""Numbers against numbers: losses over epochs, measured points with the line that they should lie on."""

import matplotlib.pyplot as plt
import numpy as np

from .. import _checks
from .style import PLAIN, WIDTH_INCHES, checked_axes, style, write_below

MARKERS = "os^Dv"


def show_curves(curves, *, points=(), xlabel="", ylabel="", log=False, title="", source="", ax=None):
    """Draw one line or one row of points per name, with a legend.

    {name: (n,)} or {name: ((n,), (n,))}

    Parameters
    ----------
    curves : dict
        By name: the values, drawn at 1, 2, 3, ... as epochs are counted; or a tuple of the places and the
        values. NaN and infinity leave a gap, so a training that went astray can be drawn too.
    points : sequence of str
        The names whose values are drawn as points without a line, such as measurements.
    xlabel, ylabel : str
        What stands at the axes, with the unit.
    log : bool
        A scale of powers of ten for the values.
    title, source : str
        Stand above and below the figure.
    ax : matplotlib Axes, optional
        Where to draw; by default a new figure.

    Raises
    ------
    ValueError
        If there is no curve, or places and values differ in number.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from cellcnn_helpers import plots
    >>> mean = np.array([10.0, 50, 100, 200])
    >>> measured = np.array([11.0, 48, 103, 196])
    >>> plots.show_curves(
    ...     {"measured": (mean, measured), "variance = mean": (mean, mean)},
    ...     points=["measured"],
    ...     xlabel="mean number of photons",
    ...     ylabel="variance",
    ... )
    >>> plt.close()
    """
    curves = _checked_curves(curves)
    points = _checked_points(points, curves)
    xlabel, ylabel = _checks.text("xlabel", xlabel), _checks.text("ylabel", ylabel)
    log, ax = _checks.boolean("log", log), checked_axes(ax)
    title, source = _checks.text("title", title), _checks.text("source", source)
    with style():
        if ax is None:
            size = (WIDTH_INCHES * 0.8, 3.0 + 0.25 * bool(title) + 0.25 * bool(source))
            _, ax = plt.subplots(figsize=size, layout="constrained")
        for number, (name, (x, y)) in enumerate(curves.items()):
            is_points, marker = name in points, MARKERS[number % len(MARKERS)]
            options = (
                {"linestyle": "", "marker": marker, "markersize": 5} if is_points else {"linewidth": 1.6}
            )
            # Points lie above lines, or the line that they should lie on would hide them.
            ax.plot(x, y, label=name.replace("$", r"\$"), zorder=3 if is_points else 2, **options)
        if all((x == np.round(x)).all() for x, _ in curves.values()):
            ax.xaxis.get_major_locator().set_params(integer=True)  # there is no epoch 1.5
        ax.set_yscale("log" if log else "linear")
        ax.set_xlabel(xlabel, **PLAIN)
        ax.set_ylabel(ylabel, **PLAIN)
        ax.set_title(title, **PLAIN)
        if any(curves):
            ax.legend()
        write_below(ax, source)


def _checked_curves(curves):
    """Places and values by name, all float arrays (n,)."""
    if not isinstance(curves, dict) or not curves:
        raise ValueError(
            f"`curves` must be a dict with at least one curve: got {_checks.received('curves', curves)}.\n"
            f'Give values by name, for example {{"loss": [0.9, 0.5, 0.4]}}.'
        )
    checked = {}
    for name, given in curves.items():
        _checks.text("a name in curves", name)
        shown = f"curves[{name!r}]"
        places, values = given if isinstance(given, tuple) and len(given) == 2 else (None, given)
        values = _checks.float_array(shown, values, axes=("values",), complex_ok=False)
        if places is None:
            places = np.arange(1, len(values) + 1)
        places = _checks.float_array(f"{shown}[0]", places, axes=("places",), complex_ok=False)
        checked[name] = places, _checks.same_shape(shown, values, places.shape, "its places")
    return checked


def _checked_points(points, curves):
    if isinstance(points, str) or not hasattr(points, "__iter__"):
        raise TypeError(
            f"`points` must be a list of names: got {_checks.received('points', points)}.\n"
            f"Give for example [{next(iter(curves))!r}]."
        )
    return [_checks.choice("points", name, tuple(curves)) for name in points]
