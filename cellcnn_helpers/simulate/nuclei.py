"""Stained nuclei of known outline, one kind of cell per function."""

import cmath
import math
from dataclasses import dataclass, replace
from functools import cached_property

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
        checked["nucleoli"] = tuple(tuple(map(float, nucleolus)) for nucleolus in self.nucleoli)
        checked["brightness"] = _checks.real_number("brightness", self.brightness, low=0)
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @property
    def area_um2(self):
        """The exact area inside the outline, pi a b (1 + half the summed squares of the waves)."""
        first, second = self.radii_um
        return math.pi * first * second * (1 + 0.5 * sum(abs(wave) ** 2 for wave in self.waves.tolist()))

    @cached_property
    def reach_um(self):
        """No point of the outline is farther than this, in rows and in columns, from the centre."""
        (first, second), cos, sin = self.radii_um, math.cos(self.angle), math.sin(self.angle)
        wave = 1 + sum(map(abs, self.waves.tolist()))
        return wave * math.hypot(first * sin, second * cos), wave * math.hypot(first * cos, second * sin)

    def distances(self, rows_um, columns_um):
        """(H,), (W,) -> the radius of each point as a share of the outline's in its direction, and (u, v)."""
        (first, second), cos, sin = self.radii_um, math.cos(self.angle), math.sin(self.angle)
        down, right = rows_um - self.center_um[0], columns_um - self.center_um[1]
        u = (down * (sin / first))[:, np.newaxis] + right * (cos / first)
        v = (down * (cos / second))[:, np.newaxis] - right * (sin / second)
        radius = np.sqrt(u * u + v * v) + np.float32(1e-6)
        direction = np.empty(radius.shape, np.complex64)
        np.divide(u, radius, out=direction.real)
        np.divide(v, radius, out=direction.imag)
        wave = 0
        for coefficient in self.waves[::-1].tolist():  # Horner: sum of waves[k] direction^(k + 2)
            wave += coefficient
            wave = wave * direction
        return radius / (1 + (wave * direction).real), u, v

    def edge_um(self, direction):
        """Distance from the centre to the outline in the direction (row, column) of length 1."""
        (first, second), turn = self.radii_um, cmath.exp(-1j * self.angle)
        turned = complex(direction[1], direction[0]) * turn
        ellipse = complex(turned.real / first, turned.imag / second)
        wave = 0
        for coefficient in self.waves[::-1].tolist():
            wave = (wave + coefficient) * ellipse / abs(ellipse)
        return (1 + (wave * ellipse).real / abs(ellipse)) / abs(ellipse)

    def light(self, distance, u, v, texture):
        """Return the light of this piece at points told by `distances`: four times (H, W) -> (H, W)."""
        squared = np.minimum(distance * distance, 1)
        light = np.sqrt(1 - squared * squared if self.flat else 1 - squared)
        light *= np.exp(self.chromatin * texture)
        light *= self.brightness
        for row, column, radius in self.nucleoli:
            near = ((v - row) ** 2 + (u - column) ** 2) * (1 / radius**2)
            light *= 1 - 0.55 / (1 + near * near * near)
        return light


def _interphase(rng):
    return [nucleus(rng, tuple(rng.uniform(-0.8, 0.8, 2)))]


def _mitotic(rng):
    """A metaphase plate, or in two of five cells the two plates of an anaphase."""
    center, angle = rng.uniform(-0.8, 0.8, 2), between(rng, 0, np.pi)
    length, brightness = between(rng, 4.2, 5.4), between(rng, 1.8, 2.4)
    apart = between(rng, 2.0, 3.4) if rng.random() < 0.4 else 0.0
    across = np.array(
        [np.cos(angle), -np.sin(angle)]
    )  # row, column; the plate runs along its first half axis
    sides = (-1, 1) if apart else (0,)
    return [
        Body(
            tuple(center + side * apart * across),
            (length * (0.85 if apart else 1), between(rng, 1.0, 1.3) if apart else between(rng, 1.4, 1.9)),
            angle + between(rng, -0.12, 0.12),
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
        radius = between(rng, 1.2, 2.1) if number < 2 else between(rng, 0.5, 1.3)
        place = center + between(rng, 0.6, 1.0) * (3.6 - 0.6 * radius) * direction_of(rng)
        aspect = between(rng, 0.85, 1.15)
        fragments.append(
            Body(
                tuple(place),
                (radius * aspect, radius / aspect),
                between(rng, 0, np.pi),
                _waves(rng, 0.04),
                brightness=between(rng, 1.1, 2.0),
                chromatin=0.05,
            )
        )
    return fragments


def _micronucleated(rng):
    """An interphase nucleus with one or two small ones beside it."""
    whole = nucleus(rng, tuple(rng.uniform(-0.8, 0.8, 2)))
    bodies = [whole]
    for _ in range(rng.integers(1, 3)):
        radius, direction = between(rng, 0.6, 1.1), direction_of(rng)
        place = whole.center_um + (whole.edge_um(direction) + radius * between(rng, 1.0, 1.5)) * direction
        place = np.minimum(np.maximum(place, -7 + radius + 0.1), 7 - radius - 0.1)
        bodies.append(
            Body(
                tuple(place),
                (radius, radius),
                0.0,
                _waves(rng, 0.04),
                brightness=whole.brightness * between(rng, 0.7, 1.1),
                chromatin=0.1,
            )
        )
    return bodies


def nucleus(rng, center_um):
    """A nucleus in interphase."""
    radius, aspect = between(rng, 4.0, 5.2), between(rng, 1.0, 1.35)
    nucleoli = tuple(
        (*(between(rng, 0.1, 0.55) * direction_of(rng)), between(rng, 0.12, 0.22))
        for _ in range(rng.integers(1, 5))
    )
    return Body(
        center_um,
        (radius * np.sqrt(aspect), radius / np.sqrt(aspect)),
        between(rng, 0, np.pi),
        _waves(rng, 0.07),
        brightness=between(rng, 0.7, 1.2),
        chromatin=between(rng, 0.16, 0.28),
        flat=True,
        nucleoli=nucleoli,
    )


def cycling_nucleus(rng):
    """A nucleus at some time of the cell cycle, and the portions of DNA in it, from 1 to 2.

    The stain binds to DNA: brightness times area is the same for all nuclei with one portion. With two
    portions a nucleus has twice the area.
    """
    time = rng.random()
    portions = 1.0 if time < 0.55 else 2.0 if time > 0.75 else between(rng, 1, 2)  # in between, DNA is copied
    body = nucleus(rng, (0.0, 0.0))
    body = replace(body, radii_um=tuple(radius * portions**0.5 for radius in body.radii_um))
    return replace(body, brightness=portions * PORTION_UM2 / body.area_um2), portions


PORTION_UM2 = 60.0  # of an average nucleus of brightness 0.9


def _waves(rng, strength, num_waves=5):
    """Random waves, the longer the stronger."""
    size = strength * _WAVE_SIZES[:num_waves]
    return size * (rng.standard_normal(num_waves) + 1j * rng.standard_normal(num_waves))


_WAVE_SIZES = np.arange(2, 12) ** -1.5

_BOXY = np.array([0, 0, -0.08] + [0] * 7)  # a negative fourth wave gives an ellipse corners


def between(rng, low, high):
    """What `rng.uniform` draws, at a third of its price: it is called dozens of times for a cell."""
    return low + (high - low) * rng.random()


def direction_of(rng):
    """A random direction (row, column), of length 1."""
    angle = between(rng, 0, 2 * np.pi)
    return np.array([math.sin(angle), math.cos(angle)])


BODIES = {
    "interphase": _interphase,
    "mitotic": _mitotic,
    "apoptotic": _apoptotic,
    "micronucleated": _micronucleated,
}
