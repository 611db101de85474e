"""Checks of measured curves: places along the axis, runs, and what a reader guesses."""

import math

import numpy as np

from cellcnn_helpers import _checks

MOST_POINTS = 12
MOST_RUNS = 20
MOST_CURVES = 8


def checked_places(name, value):
    """Return 2 to 12 places as a list of float, above 0 and rising."""
    places = _checks.no_nan(name, _checks.float_array(name, value, axes=("points",), complex_ok=False))
    if not 2 <= len(places) <= MOST_POINTS or places[0] <= 0 or (np.diff(places) <= 0).any():
        raise ValueError(
            f"`{name}` must hold 2 to {MOST_POINTS} places above 0, each larger than the one before: got "
            f"{name}={_checks.short_repr(places.tolist())}.\nGive for example {name}=[10, 20, 40]."
        )
    return places.tolist()


def checked_runs(name, value, num_points):
    """Return {name: rows of float}, one row for each run, with a value for each point."""
    if not isinstance(value, dict) or not 1 <= len(value) <= MOST_CURVES or not all(value):
        raise TypeError(
            f"`{name}` must be a dict of 1 to {MOST_CURVES} names and their runs: got "
            f'{_checks.received(name, value)}.\nGive for example {name}={{"CNN": errors}}.'
        )
    return {key: _rows(f"{name}[{key!r}]", rows, num_points) for key, rows in value.items()}


def _rows(name, value, num_points):
    rows = _checks.no_nan(name, _checks.float_array(name, value, axes=("runs", "points"), complex_ok=False))
    if not 1 <= len(rows) <= MOST_RUNS or rows.shape[1] != num_points:
        raise ValueError(
            f"`{name}` must have 1 to {MOST_RUNS} runs of {num_points} points each: got {name}.shape="
            f"{rows.shape}.\nGive one row for each run, with a value for each of `x`."
        )
    if rows.min() < 0 or (rows.mean(axis=0) <= 0).any():
        raise ValueError(
            f"`{name}` must hold values of 0 or more, not 0 in all runs of a point: got a smallest of "
            f"{rows.min():g}.\nA power law goes through logarithms: give errors, not differences."
        )
    return rows.astype(float).tolist()


def top_of_axis(runs):
    """Return the next round number above all values: 1, 1.5, 2, 3, 4, 5, 6 or 8 times a power of ten."""
    largest = max(np.max(rows) for rows in runs.values())
    power = 10.0 ** math.floor(math.log10(largest))
    return next(
        round(factor * power, 12) for factor in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if factor * power >= largest
    )


def checked_guess(name, value, num_points, top):
    """Return one number for each point as a list of float, from 0 to `top`."""
    guess = _checks.no_nan(name, _checks.float_array(name, value, axes=("points",), complex_ok=False))
    if guess.shape != (num_points,) or guess.min() < 0 or guess.max() > top:
        raise ValueError(
            f"`{name}` must hold {num_points} numbers from 0 to {top:g}, one for each of `x`: got "
            f"{name}={_checks.short_repr(guess.tolist())}.\nGive numbers that lie on the axis."
        )
    return guess.tolist()
