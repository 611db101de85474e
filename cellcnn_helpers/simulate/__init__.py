"""Fluorescence images of single cells, made from a physical model, with known truth.

The steps are those of a microscope: a stained nucleus of known outline, the blur of the optics, the light
that falls on it, the photons that arrive, the camera that counts them. Lengths are in micrometres, light in
photons.
"""

from .cells import PHENOTYPES, simulate_cells
from .microscope import Microscope
from .nuclei import Body

__all__ = ["PHENOTYPES", "Body", "Microscope", "simulate_cells"]
