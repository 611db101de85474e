"""The recorded recipes: they can be followed, and their table says what was measured."""

import re
import statistics

import pytest

from cellcnn_helpers import models, training
from cellcnn_helpers.datasets import registry


@pytest.fixture(scope="module")
def recorded():
    return training.recorded_recipes()


@pytest.mark.parametrize("name", ["fast", "middle", "long"])
def test_a_recipe_can_be_followed(recorded, name, cells):
    recipe = recorded.recipes[name]
    model = models.fast_cnn((28, 28, 3), 8, **recipe.network)
    assert model.count_params() == recipe.parameters
    small = models.fast_cnn(cells.images.shape[1:], 2, **recipe.network)
    learning = recipe.learning | {"epochs": 2, "batch_size": 8}
    run = training.train(small, cells, augment=training.flips_and_turns, **learning)
    assert run.history.loss[1] < run.history.loss[0]


def test_each_seed_has_its_numbers(recorded):
    for recipe in recorded.recipes.values():
        assert len(recipe.seconds) == len(recipe.one_look) == len(recipe.eight_positions) == 5
        assert 0.9 < min(recipe.one_look) and max(recipe.eight_positions) < 1
    times = [statistics.mean(recipe.seconds) for recipe in recorded.recipes.values()]
    assert times == sorted(times)


def test_the_table_has_means_and_says_where(recorded):
    text = repr(recorded)
    fast = recorded.recipes["fast"]
    line = next(line for line in text.splitlines() if line.startswith("fast"))
    assert re.findall(r"\S+ ± \S+", line) == [
        f"{statistics.mean(values):.{digits}f} ± {statistics.stdev(values):.{digits}f}"
        for values, digits in ((fast.seconds, 0), (fast.one_look, 4), (fast.eight_positions, 4))
    ]
    doi = re.search(r"doi:(\S+)", registry.FILES["pbc_blood_28.npz"].citation)[1]
    for part in (recorded.date, recorded.device, recorded.versions, doi, "CC BY 4.0"):
        assert part in text
