"""Training in Keras on CPU or GPU: one call, repeatable, resumed where a lost session stopped.

`train` is Keras' own `fit` with what a course on cells needs around it: images as they are stored, the same
order of the data for the same seed on every backend, a learning-rate schedule, checkpoints, a log and the
time that it took.
"""

from .augmentation import flips_and_turns
from .device import DeviceReport, device_report
from .fit import train
from .recipes import Recipe, RecordedRecipes, recorded_recipes
from .recorded import RecordedRun, recorded_run, write_recorded_run
from .results import TrainingRun

__all__ = [
    "DeviceReport",
    "Recipe",
    "RecordedRecipes",
    "RecordedRun",
    "TrainingRun",
    "device_report",
    "flips_and_turns",
    "recorded_recipes",
    "recorded_run",
    "train",
    "write_recorded_run",
]
