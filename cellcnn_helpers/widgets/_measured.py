"""Cells as two measurements: what the optimizer race learns from."""

import numpy as np

from cellcnn_helpers import simulate

NAMES = ("area", "unevenness")


def measured_cells(num_cells=64):
    """Return area and unevenness of simulated nuclei (N, 2), and whether each is apoptotic (N,).

    The unevenness is the standard deviation of the pixels within the nucleus. Half of the nuclei are mitotic,
    half apoptotic; the two overlap in both measurements.
    """
    cells = simulate.simulate_cells(num_cells, seed=5, phenotypes=("mitotic", "apoptotic"))
    areas = (cells.masks > 0).sum((1, 2)) * cells.pixel_size_um**2
    pairs = zip(cells.images[..., 0], cells.masks > 0, strict=True)
    unevenness = [image[mask].std() for image, mask in pairs]
    return np.stack([areas, unevenness], axis=1), cells.labels.copy()


def surfaces_of_cells(measurements, labels):
    """Return what the browser needs to compute the loss of a logistic regression over its two weights.

    (N, 2), (N,) -> the measurements less their mean and as z-scores, and how far the weights may go
    """
    centered = measurements - measurements.mean(axis=0)
    kinds = {"cells, as measured": centered, "cells, standardized": centered / centered.std(axis=0)}
    return {
        "measurements": {name: x.tolist() for name, x in kinds.items()},
        "labels": labels.tolist(),
        "names": list(NAMES),
        "places": {name: _place(_best_weights(x, labels)) for name, x in kinds.items()},
    }


def _place(best):
    """Return the part of the plane to show, in round numbers: `best` in the middle, (0, 0) in sight."""
    center = [float(f"{weight:.2g}") for weight in best]
    return {"center": center, "reach": float(f"{2.2 * np.abs(best).max():.1g}")}


def _best_weights(x, labels, num_steps=20):
    """Return the weights (2,) of least loss, by Newton's method."""
    weights = np.zeros(2)
    for _ in range(num_steps):
        p = 1 / (1 + np.exp(-x @ weights))
        curvature = (x * (p * (1 - p))[:, np.newaxis]).T @ x
        weights -= np.linalg.solve(curvature, x.T @ (p - labels))
    return weights
