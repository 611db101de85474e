"""Error against the number of labeled blood cells, and what remedies change: five draws of cells and weights.

    python benchmarks/little_data.py            # print the tables
    python benchmarks/little_data.py --write    # and keep them, also for the widget `GuessCurveWidget`

Needs `pbc_blood_28.npz` in the folder that CELLCNN_DATA names. All errors are those on the validation images;
the test images are not read. Every training takes the same number of steps, whatever the number of cells;
only those of the last table take more.
"""

import argparse
import json
import os
import platform
from pathlib import Path

import keras
import numpy as np

import cellcnn_helpers
from cellcnn_helpers import datasets, models, training

SEEDS = range(5)
CELLS = (10, 20, 40, 80, 160)  # labeled cells of each class
FEW = 20  # cells of each class in the comparison of remedies
STEPS, BATCH_SIZE = 200, 32
LONGER = {  # (cells of each class, steps): rows of the table with more steps
    (FEW, 800): {
        "nothing": {},
        "dropout": {"dropout": 0.5},
        "flips and turns": {"augment": True},
        "dropout, flips and turns": {"dropout": 0.5, "augment": True},
    },
    (CELLS[-1], 1000): {"nothing": {}, "flips and turns": {"augment": True}},
}
SMOOTHING, DROPOUT, WEIGHT_DECAY = 0.1, 0.5, 0.05
REMEDIES = {
    "nothing": {},
    "weight decay": {"weight_decay": WEIGHT_DECAY},
    "dropout": {"dropout": DROPOUT},
    "label smoothing": {"smoothing": SMOOTHING},
    "flips and turns": {"augment": True},
    "all four": {
        "weight_decay": WEIGHT_DECAY,
        "dropout": DROPOUT,
        "smoothing": SMOOTHING,
        "augment": True,
    },
}
CURVES = {  # name: (network, remedies)
    "two convolutions": ("plain", {}),
    "with flips and turns": ("plain", {"augment": True}),
    "batch normalization": ("batch normalization", {}),
    "pixels only (linear)": ("linear", {}),
}
RATES = {"plain": 0.003, "batch normalization": 0.01, "linear": 0.003}
RECORD = Path(cellcnn_helpers.__file__).parent / "widgets" / "guess_curve.json"


def build(name, images, seed, dropout=0.0):
    """Return a fresh network; it standardizes by all training images, which takes no labels."""
    shape = images.shape[1:]
    if name == "linear":
        return models.linear(shape, 8, standardize=images, seed=seed)
    if name == "batch normalization":
        return models.batchnorm_cnn(
            shape, 8, filters=(16, 32, 32), dropout=dropout, standardize=images, seed=seed
        )
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    standardize = models.linear(shape, 8, standardize=images).layers[0]
    return keras.Sequential(
        [
            *(keras.Input(shape), standardize),
            layers.Conv2D(16, 5, strides=2, padding="same", activation="relu"),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            *(layers.MaxPooling2D(), layers.Flatten(), layers.Dropout(dropout), layers.Dense(8)),
        ]
    )


def draw(labels, num_per_class, rng):
    """Return the places of as many cells of each class, none twice."""
    places = [np.flatnonzero(labels == number) for number in np.unique(labels)]
    return np.concatenate([rng.choice(some, num_per_class, replace=False) for some in places])


class Trial:
    """One network and its remedies, compiled once; each run begins anew, with weights and cells of a seed."""

    def __init__(
        self, name, images, *, steps=STEPS, weight_decay=None, dropout=0.0, smoothing=0.0, augment=False
    ):
        self.settings = name, images, dropout
        self.steps = steps
        self.smoothing, self.augment = smoothing, augment
        self.model = build(name, images, 0, dropout)
        rate = keras.optimizers.schedules.CosineDecay(RATES[name], steps)
        optimizer = keras.optimizers.Adam(rate, weight_decay=weight_decay)
        if weight_decay:
            optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
        loss = keras.losses.CategoricalCrossentropy(from_logits=True)
        self.model.compile(optimizer, loss, steps_per_execution=20)
        optimizer.build(self.model.trainable_variables)

    def errors(self, labels, num_per_class, validation):
        """Return one error for each seed."""
        return [self.error(labels, num_per_class, validation, seed) for seed in SEEDS]

    def error(self, labels, num_per_class, validation, seed):
        name, images, dropout = self.settings
        rng = np.random.default_rng(seed)
        cells = draw(labels, num_per_class, rng)
        shown = self.steps * BATCH_SIZE
        order = np.concatenate([rng.permutation(cells) for _ in range(-(-shown // len(cells)))])[:shown]
        batch = training.flips_and_turns(images[order], rng) if self.augment else images[order]
        targets = np.eye(8, dtype=np.float32)[labels[order]] * (1 - self.smoothing) + self.smoothing / 8
        self.model.set_weights(build(name, images, seed, dropout).get_weights())
        for variable in self.model.optimizer.variables:
            variable.assign(keras.ops.zeros_like(variable))
        self.model.fit(batch, targets, batch_size=BATCH_SIZE, shuffle=False, verbose=0)
        return float((self.model.predict_on_batch(validation[0]).argmax(axis=1) != validation[1]).mean())


def written(errors):
    return f"{np.mean(errors):.3f} ± {np.std(errors, ddof=1):.3f}"


def curve_table(curves):
    lines = [
        f"| cells per class | {' | '.join(curves)} |",
        "|--:|" + "--:|" * len(curves),
    ]
    lines += [
        f"| {number} | {' | '.join(written(np.array(runs)[:, n]) for runs in curves.values())} |"
        for n, number in enumerate(CELLS)
    ]
    return "\n".join(lines)


def remedy_table(remedies):
    lines = [
        "| network | remedy | error | less than without, by seed | seeds better |",
        "|---|---|--:|--:|--:|",
    ]
    for network, rows in remedies.items():
        for name, errors in rows.items():
            gain = np.array(rows["nothing"]) - errors
            error = np.std(gain, ddof=1) / np.sqrt(len(gain))
            paired = "" if name == "nothing" else f"{np.mean(gain):+.3f} ± {error:.3f}"
            better = "" if name == "nothing" else f"{np.sum(gain > 0)} of {len(gain)}"
            lines.append(f"| {network} | {name} | {written(errors)} | {paired} | {better} |")
    return "\n".join(lines)


def longer_table(longer):
    lines = ["| steps | cells per class | remedy | error | seed by seed |", "|--:|--:|---|--:|---|"]
    for (number, steps), rows in longer.items():
        for name, errors in rows.items():
            by_seed = ", ".join(f"{error:.3f}" for error in errors)
            lines.append(f"| {steps} | {number} | {name} | {written(errors)} | {by_seed} |")
    return "\n".join(lines)


def measured_longer(images, labels, validation):
    """Return the errors of the plain network with more steps, by cells and steps and by remedy."""
    return {
        (number, steps): {
            name: Trial("plain", images, steps=steps, **remedy).errors(labels, number, validation)
            for name, remedy in rows.items()
        }
        for (number, steps), rows in LONGER.items()
    }


def main():
    """Measure both, print the tables and, where asked, keep them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="keep little_data.md and the widget's record")
    arguments = parser.parse_args()
    images, labels = datasets.load("pbc_blood_28").arrays()
    validation = datasets.load("pbc_blood_28", split="val").arrays()
    curves = {}
    for name, (network, remedy) in CURVES.items():
        trial = Trial(network, images, **remedy)
        by_cells = [trial.errors(labels, number, validation) for number in CELLS]
        curves[name] = np.transpose(by_cells).round(4).tolist()
        print(name, curves[name], flush=True)
    remedies = {}
    for network in ("plain", "batch normalization"):
        trials = {name: Trial(network, images, **remedy) for name, remedy in REMEDIES.items()}
        remedies[network] = {name: trial.errors(labels, FEW, validation) for name, trial in trials.items()}
        print(network, remedies[network], flush=True)
    longer = measured_longer(images, labels, validation)
    source = "Peripheral blood cells (Acevedo et al. 2020), 28 px; not BloodMNIST"
    text = f"""# Little data

Error on {len(validation[1]):,} validation cells, mean ± spread (standard deviation) of {len(SEEDS)} seeds.
A seed draws the labeled cells and the first weights. Every training takes {STEPS} steps of {BATCH_SIZE}
cells; only those of the last table take more. Rates, smoothing ({SMOOTHING}), dropout ({DROPOUT}) and
weight decay ({WEIGHT_DECAY}) are first guesses, not tuned. The test images were not read.
{os.cpu_count()} cores; Python {platform.python_version()}, Keras {keras.__version__} on
{keras.backend.backend()}.

`pbc_blood_28.npz`: Acevedo et al. 2020, doi:10.17632/snkd93bnjr.1, CC BY 4.0; split by image.

## Cells

{curve_table(curves)}

## Remedies, with {FEW} labeled cells of each class

The fourth column is the mean over the seeds of (error without − error with) and its standard error.

{remedy_table(remedies)}

## More steps, plain network

{longer_table(longer)}
"""
    print(text)
    if arguments.write:
        Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")
        source = f"{source}; {STEPS} steps each; recorded by benchmarks/little_data.py"
        record = {"x": CELLS, "runs": curves, "source": source}
        RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
