"""Fluorescence images of single cells, made from a physical model, with known truth.

The steps are those of a microscope: a stained nucleus of known outline, the blur of the optics, the light
that falls on it, the photons that arrive, the camera that counts them. Lengths are in micrometres, light in
photons.
"""

from .cells import simulate_cells
from .fields import Field, draw_field, simulate_fields
from .microscope import Microscope
from .nuclei import Body
from .second import second_microscope
from .specimen import PHENOTYPES, Specimen, draw_specimen

__all__ = [
    "PHENOTYPES",
    "Body",
    "Field",
    "Microscope",
    "Specimen",
    "draw_field",
    "draw_specimen",
    "second_microscope",
    "simulate_cells",
    "simulate_fields",
]
