"""Recipes for the blood cells, with what they gave when they were measured."""

import json
import statistics
import textwrap
from pathlib import Path
from typing import NamedTuple

__all__ = ["Recipe", "RecordedRecipes", "recorded_recipes"]

LINE_LENGTH = 75  # characters
OWN = Path(__file__).with_name("recipes.json")


class Recipe(NamedTuple):
    """How to build a network and train it, and what came out, one number per seed.

    Attributes
    ----------
    network : dict
        Arguments of `models.fast_cnn`, by name.
    learning : dict
        Arguments of `train`, by name.
    augment : dict
        Arguments of `images.augment`, by name; if there are none, `flips_and_turns` was used.
    parameters : int
        Numbers in the network.
    seconds : list of float
        Of training, compilation in them.
    one_look : list of float
        Share of the test images that are named rightly.
    eight_positions : list of float
        The same, by `evaluation.average_over_positions`.
    """

    network: dict
    learning: dict
    augment: dict
    parameters: int
    seconds: list[float]
    one_look: list[float]
    eight_positions: list[float]


class RecordedRecipes(NamedTuple):
    """What `recorded_recipes` returns; shown as a table of means and standard deviations over the seeds.

    Attributes
    ----------
    recipes : dict
        Of each name its `Recipe`, the fastest first.
    device : str
        Name of the GPU, or of the processor and its cores.
    backend : str
        What Keras ran on, with its version.
    versions : str
        Those of Python, Keras and NumPy.
    date : str
        The day of the last of them, as in "2026-11-22".
    data : str
        On which images, and who made them.
    """

    recipes: dict[str, Recipe]
    device: str
    backend: str
    versions: str
    date: str
    data: str

    def __repr__(self):
        def with_spread(values, digits):
            return f"{statistics.mean(values):.{digits}f} ± {statistics.stdev(values):.{digits}f}"

        rows = [("recipe", "parameters", "epochs", "seconds", "one look", "eight positions")]
        for name, recipe in self.recipes.items():
            shares = (with_spread(values, 4) for values in (recipe.one_look, recipe.eight_positions))
            numbers = f"{recipe.parameters:,}", str(recipe.learning["epochs"]), with_spread(recipe.seconds, 0)
            rows.append((name, *numbers, *shares))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(f"{text:{'<' if n == 0 else '>'}{widths[n]}}" for n, text in enumerate(texts))
            for texts in rows
        ]
        num_seeds = len(next(iter(self.recipes.values())).seconds)
        lines += [f"{num_seeds} seeds each, recorded {self.date} on {self.device}"]
        lines += [f"{self.backend}, {self.versions}", *textwrap.wrap(self.data, width=LINE_LENGTH)]
        return "\n".join(lines)


def recorded_recipes():
    """Read the recipes that the course recommends for blood cells, and what was measured with them.

    Returns
    -------
    RecordedRecipes
        Named tuple of `recipes` by name, `device`, `backend`, `versions`, `date` and `data`.

    See Also
    --------
    recorded_run : One training, epoch by epoch.

    Notes
    -----
    ``python benchmarks/training.py --write`` makes them. They were chosen on validation images; the test
    images were read once for each training.

    Examples
    --------
    >>> fast = recorded_recipes().recipes["fast"]
    >>> fast.learning["learning_rate"], len(fast.seconds)
    (0.005, 5)
    """
    record = json.loads(OWN.read_text(encoding="utf-8"))
    recipes = {}
    for name, recipe in record["recipes"].items():
        trainings = recipe["trainings"]
        right = [training["right"]["test"] for training in trainings]
        recipes[name] = Recipe(
            network=recipe["network"],
            learning=recipe["learning"],
            augment=recipe["augment"],
            parameters=trainings[0]["parameters"],
            seconds=[training["seconds"] for training in trainings],
            one_look=[one / number for one, _, number in right],
            eight_positions=[eight / number for _, eight, number in right],
        )
    where = {name: trainings[0][name] for name in ("device", "backend", "versions")}
    data = f"{right[0][-1]:,} test images of {record['source']}"
    return RecordedRecipes(recipes, date=record["date"], data=data, **where)
