"""Places for the nuclei of a field: beside one another or apart, with a bounded overlap."""

import math
from dataclasses import replace

import numpy as np

from .nuclei import direction_of
from .specimen import covered

PLACING_UM = 0.25  # overlap is counted on a grid of this step, so that a field does not depend on the camera

MOST_TRIES = 300  # for one nucleus

MOST_STARTS = 20  # for a field: where the last nucleus finds no place, the others may leave one next time

FARTHEST_NEIGHBOR = 1.1  # of the distance at which two outlines touch


def placed(rng, nuclei, field_um, clustering, overlap):
    """Move nuclei into the field: none is cut by its edge, or covered by others by more than `overlap`."""
    most = 0
    for _ in range(MOST_STARTS):
        bodies = _started(rng, nuclei, field_um, clustering, overlap)
        if len(bodies) == len(nuclei):
            return bodies
        most = max(most, len(bodies))
    raise ValueError(
        f"`num_cells` nuclei find no place: got num_cells={len(nuclei)} in a field of {field_um:.4g} µm with "
        f"overlap={overlap:g}; {most} of them fit.\n"
        "Give fewer nuclei, a larger image_size, or more overlap."
    )


def _started(rng, nuclei, field_um, clustering, overlap):
    """Place one nucleus after the other, up to the first that finds no place."""
    num_points = math.ceil(field_um / PLACING_UM)
    layers = np.zeros(num_points**2, np.uint8)  # how many nuclei cover each point
    bodies, points = [], []  # the nuclei, and the points that each of them covers
    for body in nuclei:
        in_cluster = bool(bodies) and rng.random() < clustering
        for _ in range(MOST_TRIES):
            center = _beside(rng, body, bodies, overlap) if in_cluster else _anywhere(rng, body, field_um)
            if any(abs(c) + reach > field_um / 2 for c, reach in zip(center, body.reach_um, strict=True)):
                continue
            tried = replace(body, center_um=center)
            tried_points = covered(tried, num_points, PLACING_UM)
            if _fits(layers, [tried_points, *points], overlap):
                bodies.append(tried)
                points.append(tried_points)
                break
        else:
            return bodies
    return bodies


def _anywhere(rng, body, field_um):
    return tuple(rng.uniform(reach - field_um / 2, field_um / 2 - reach) for reach in body.reach_um)


def _beside(rng, body, bodies, overlap):
    """A place at which the nucleus nearly touches another one, or covers up to `overlap` of it."""
    neighbor, direction = bodies[rng.integers(len(bodies))], direction_of(rng)
    touching = neighbor.edge_um(direction) + body.edge_um(-direction)
    # Two equal discs that are a share s of that distance apart cover some (1 - s)^1.5 of each other.
    distance = touching * rng.uniform(1 - overlap ** (2 / 3), FARTHEST_NEIGHBOR)
    return tuple(neighbor.center_um + distance * direction)


def _fits(layers, points, overlap):
    """Lay the first of the nuclei into `layers`, if then none of them is covered by more than `overlap`."""
    layers[points[0]] += 1
    fits = all(np.count_nonzero(layers[one] > 1) <= overlap * len(one) for one in points)
    if not fits:
        layers[points[0]] -= 1
    return fits
