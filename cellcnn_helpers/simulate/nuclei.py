"""Stained nuclei of known outline, one kind of cell per function."""

import math
from dataclasses import dataclass

import numpy as np

from .. import _checks


@dataclass(frozen=True)
class Body:
    """One stained piece: an ellipse whose outline is deformed by waves around it.

    Parameters
    ----------
    center_um : (float, float)
        Row and column of the centre, from the middle of the image.
    radii_um : (float, float)
        Half axes of the ellipse.
    angle : float
        Of the first half axis, in radians.
    waves : array of complex
        Deformation: wave k changes the radius by the share ``Re(waves[k] exp(i (k + 2) angle))``.
    brightness : float
        1 for an average interphase nucleus.
    chromatin : float
        Contrast of the texture.
    flat : bool
        A flat nucleus is equally thick nearly to its edge; else the piece is round like a ball.
    nucleoli : tuple of (row, column, radius)
        Dim spots, in units of the ellipse.

    Examples
    --------
    >>> round(Body((0, 0), (5.0, 4.0), 0.0, np.zeros(1)).area_um2, 2)
    62.83
    """

    center_um: tuple
    radii_um: tuple
    angle: float
    waves: np.ndarray
    brightness: float = 1.0
    chromatin: float = 0.0
    flat: bool = False
    nucleoli: tuple = ()

    def __post_init__(self):
        # Python floats keep float32 arrays float32.
        checked = {
            "center_um": _checks.two_numbers("center_um", self.center_um),
            "radii_um": _checks.two_numbers("radii_um", self.radii_um, low=0, low_open=True),
            "waves": _checks.no_nan("waves", _checks.float_array("waves", self.waves, axes=("waves",))),
        }
        for name in ("angle", "chromatin"):
            checked[name] = _checks.real_number(name, getattr(self, name))
        checked["brightness"] = _checks.real_number("brightness", self.brightness, low=0)
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @property
    def area_um2(self):
        """The exact area inside the outline, pi a b (1 + half the summed squares of the waves)."""
        return float(np.pi * np.prod(self.radii_um) * (1 + 0.5 * np.sum(np.abs(self.waves) ** 2)))

    @property
    def reach_um(self):
        """No point of the outline is farther than this from the centre."""
        return max(self.radii_um) * (1 + float(np.abs(self.waves).sum()))

    def distances(self, rows_um, columns_um):
        """(H,), (W,) -> the radius of each point as a share of the outline's in its direction, and (u, v)."""
        down, right = (rows_um - self.center_um[0])[:, np.newaxis], columns_um - self.center_um[1]
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        u = (right * cos + down * sin) / self.radii_um[0]
        v = (down * cos - right * sin) / self.radii_um[1]
        radius = np.sqrt(u * u + v * v) + np.float32(1e-6)
        direction = (u + 1j * v) / radius
        wave = np.zeros_like(direction)
        for coefficient in self.waves[::-1]:  # Horner: sum of waves[k] direction^(k + 2)
            wave = (wave + np.complex64(coefficient)) * direction
        return radius / (1 + (wave * direction).real), u, v

    def light(self, rows_um, columns_um, texture):
        """Return the light of this piece at each point: (H,), (W,), (H, W) -> (H, W)."""
        distance, u, v = self.distances(rows_um, columns_um)
        squared = np.minimum(distance * distance, 1)
        thickness = np.sqrt(1 - squared * squared if self.flat else 1 - squared)
        light = self.brightness * thickness * np.exp(self.chromatin * texture)
        for row, column, radius in self.nucleoli:
            near = ((v - row) ** 2 + (u - column) ** 2) / radius**2
            light *= 1 - 0.55 / (1 + near * near * near)
        return light


def _interphase(rng):
    return [_nucleus(rng, tuple(rng.uniform(-0.8, 0.8, 2)))]


def _mitotic(rng):
    """A metaphase plate, or in two of five cells the two plates of an anaphase."""
    center, angle = rng.uniform(-0.8, 0.8, 2), rng.uniform(0, np.pi)
    length, brightness = rng.uniform(4.2, 5.4), rng.uniform(1.8, 2.4)
    apart = rng.uniform(2.0, 3.4) if rng.random() < 0.4 else 0.0
    across = np.array(
        [np.cos(angle), -np.sin(angle)]
    )  # row, column; the plate runs along its first half axis
    sides = (-1, 1) if apart else (0,)
    return [
        Body(
            tuple(center + side * apart * across),
            (length * (0.85 if apart else 1), rng.uniform(1.0, 1.3) if apart else rng.uniform(1.4, 1.9)),
            angle + rng.uniform(-0.12, 0.12),
            _waves(rng, 0.2, 10) + _BOXY,
            brightness=brightness * (0.8 if apart else 1),
            chromatin=0.2,
        )
        for side in sides
    ]


def _apoptotic(rng):
    """A shrunken nucleus broken into bright round fragments."""
    center = rng.uniform(-0.6, 0.6, 2)
    fragments = []
    for number in range(rng.integers(4, 9)):
        radius = rng.uniform(1.2, 2.1) if number < 2 else rng.uniform(0.5, 1.3)
        place = center + rng.uniform(0.6, 1.0) * (3.6 - 0.6 * radius) * _direction(rng)
        aspect = rng.uniform(0.85, 1.15)
        fragments.append(
            Body(
                tuple(place),
                (radius * aspect, radius / aspect),
                rng.uniform(0, np.pi),
                _waves(rng, 0.04),
                brightness=rng.uniform(1.1, 2.0),
                chromatin=0.05,
            )
        )
    return fragments


def _micronucleated(rng):
    """An interphase nucleus with one or two small ones beside it."""
    nucleus = _nucleus(rng, tuple(rng.uniform(-0.8, 0.8, 2)))
    bodies = [nucleus]
    for _ in range(rng.integers(1, 3)):
        radius, direction = rng.uniform(0.6, 1.1), _direction(rng)
        unit = nucleus.distances(
            *(
                np.array([middle + step], np.float32)
                for middle, step in zip(nucleus.center_um, direction, strict=True)
            )
        )[0]
        edge = 1 / float(unit[0, 0])  # micrometres from the centre to the outline in this direction
        place = np.array(nucleus.center_um) + (edge + radius * rng.uniform(1.0, 1.5)) * direction
        place = np.clip(place, -7 + radius + 0.1, 7 - radius - 0.1)
        bodies.append(
            Body(
                tuple(place),
                (radius, radius),
                0.0,
                _waves(rng, 0.04),
                brightness=nucleus.brightness * rng.uniform(0.7, 1.1),
                chromatin=0.1,
            )
        )
    return bodies


def _nucleus(rng, center_um):
    radius, aspect = rng.uniform(4.0, 5.2), rng.uniform(1.0, 1.35)
    nucleoli = tuple(
        (*(rng.uniform(0.1, 0.55) * _direction(rng)), rng.uniform(0.12, 0.22))
        for _ in range(rng.integers(1, 5))
    )
    return Body(
        center_um,
        (radius * np.sqrt(aspect), radius / np.sqrt(aspect)),
        rng.uniform(0, np.pi),
        _waves(rng, 0.07),
        brightness=rng.uniform(0.7, 1.2),
        chromatin=rng.uniform(0.16, 0.28),
        flat=True,
        nucleoli=nucleoli,
    )


def _waves(rng, strength, num_waves=5):
    """Random waves, the longer the stronger."""
    size = strength / np.arange(2, 2 + num_waves) ** 1.5
    return size * (rng.standard_normal(num_waves) + 1j * rng.standard_normal(num_waves))


_BOXY = np.array([0, 0, -0.08] + [0] * 7)  # a negative fourth wave gives an ellipse corners


def _direction(rng):
    angle = rng.uniform(0, 2 * np.pi)
    return np.array([np.sin(angle), np.cos(angle)])


BODIES = {
    "interphase": _interphase,
    "mitotic": _mitotic,
    "apoptotic": _apoptotic,
    "micronucleated": _micronucleated,
}
