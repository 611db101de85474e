"""Train on simulated nuclei, test on real ones: how wide is the gap, and how few real fields close it?

    python benchmarks/simulated_to_real.py            # on the validation fields
    python benchmarks/simulated_to_real.py --write    # on the test fields; kept in simulated_to_real.md

Needs `nuclei_dsb2018` in the folder that CELLCNN_DATA names. The task: a patch of 32 × 32 pixels, is its
central pixel (row 16, column 16, from 0) in a nucleus or in the background? As many patches of each kind are
drawn from every field. All choices were made on the validation fields; the test fields are read with --write
alone.
"""

import argparse
import os
import platform
from pathlib import Path

import keras
import numpy as np
from skimage.filters import threshold_otsu

from cellcnn_helpers import datasets, evaluation, simulate, training

SEEDS = range(5)
SIDE = 32  # pixels of a patch
PATCHES = 100  # drawn from a field to test on, half of them nuclei
TRAINING_PATCHES = 4000  # drawn from all training fields together
FEW = (5, 10, 20)  # real fields
STEPS, BATCH_SIZE = 200, 32
PIXEL_SIZES_UM = (0.25, 0.5)  # of the simulated camera; what the Bowl's fields had is not known
CHOSEN_UM = 0.5  # the better one on the validation fields
NUM_SIMULATED = 60  # fields


def standardized(fields):
    """Return images (N, H, W) in which 0 is the median of a field and 1 its 99.8th percentile.

    It takes no labels. Exposure and offset differ from field to field, and from microscope to microscope.
    """
    images = fields.images[..., 0].astype(np.float32)
    low, high = np.percentile(images, (50, 99.8), axis=(1, 2), keepdims=True)
    return (images - low) / np.maximum(high - low, 1)


class Fields:
    """Fields ready to draw patches from: standardized images, and where nuclei are."""

    def __init__(self, fields):
        self.raw, self.images, self.nuclei = fields.images[..., 0], standardized(fields), fields.masks > 0

    def __len__(self):
        return len(self.images)

    def draw(self, num_patches, rng, chosen=None):
        """Return patches, labels, and field, row and column of each, as many nuclei as background."""
        places = []
        half = SIDE // 2
        for field in range(len(self)) if chosen is None else chosen:
            inside = self.nuclei[field, half:-half, half:-half]
            for is_nucleus in (False, True):
                candidates = np.argwhere(inside == is_nucleus) + half
                if len(candidates):
                    drawn = candidates[rng.integers(len(candidates), size=num_patches // 2)]
                    places.append(np.column_stack([np.full(len(drawn), field), drawn]))
        places = np.concatenate(places)
        windows = np.lib.stride_tricks.sliding_window_view(self.images, (SIDE, SIDE), axis=(1, 2))
        field, row, column = places.T
        patches = windows[field, row - half, column - half][..., np.newaxis]
        return patches, self.nuclei[field, row, column].astype(int), places


def build(seed):
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 1)),
            layers.Conv2D(16, 5, strides=2, padding="same", activation="relu"),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            *(layers.MaxPooling2D(), layers.Flatten(), layers.Dense(2)),
        ]
    )


class Trainer:
    """One network, compiled once; every training begins from the weights that it is given."""

    def __init__(self):
        self.model = build(0)
        rate = keras.optimizers.schedules.CosineDecay(0.002, STEPS)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.model.compile(keras.optimizers.Adam(rate), loss, steps_per_execution=20)
        self.model.optimizer.build(self.model.trainable_variables)

    def train(self, weights, patches, labels, rng):
        """Return the weights after so many steps on these patches, turned and mirrored at random."""
        self.model.set_weights(weights)
        for variable in self.model.optimizer.variables:
            variable.assign(keras.ops.zeros_like(variable))
        order = rng.integers(len(patches), size=STEPS * BATCH_SIZE)
        batches = training.flips_and_turns(patches[order], rng)
        self.model.fit(batches, labels[order], batch_size=BATCH_SIZE, shuffle=False, verbose=0)
        return self.model.get_weights()

    def right_by_field(self, weights, patches, labels, places):
        """Return the share that is right in each field."""
        self.model.set_weights(weights)
        right = self.model.predict(patches, batch_size=500, verbose=0).argmax(axis=1) == labels
        return by_field(right, places)


def by_field(right, places):
    return np.array([right[places[:, 0] == field].mean() for field in np.unique(places[:, 0])])


def otsu_by_field(fields, labels, places):
    """The floor without learning: the central pixel against Otsu's threshold of its field."""
    thresholds = np.array([threshold_otsu(image) for image in fields.raw])
    field, row, column = places.T
    return by_field((fields.raw[field, row, column] > thresholds[field]) == labels, places)


def measure(trainer, simulated, real, judged):
    """Return the share right, {name: (seeds, fields)}, of every way to train."""
    shares = {}

    def add(name, weights, test):
        shares.setdefault(name, []).append(trainer.right_by_field(weights, *test))
        return weights

    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        test = judged.draw(PATCHES, np.random.default_rng(1000 + seed))
        shares.setdefault("Otsu's threshold", []).append(otsu_by_field(judged, *test[1:]))
        start = build(seed).get_weights()
        weights = {}
        for size in PIXEL_SIZES_UM:
            made = simulated[size].draw(TRAINING_PATCHES // NUM_SIMULATED, rng)
            name = f"simulation alone, {size} µm per pixel"
            weights[size] = add(name, trainer.train(start, *made[:2], rng), test)
        for number in FEW:
            chosen = rng.permutation(len(real))[:number]
            few = real.draw(TRAINING_PATCHES // number, rng, chosen)[:2]
            add(f"{number} real fields, from scratch", trainer.train(start, *few, rng), test)
            tuned = trainer.train(weights[CHOSEN_UM], *few, rng)
            add(f"{number} real fields, after simulation", tuned, test)
        every = real.draw(TRAINING_PATCHES // len(real), rng)[:2]
        add(f"all {len(real)} real fields, from scratch", trainer.train(start, *every, rng), test)
        print(f"seed {seed}:", {name: round(float(rows[-1].mean()), 3) for name, rows in shares.items()})
    return {name: np.array(rows) for name, rows in shares.items()}


def interval(rows):
    """Return the mean over fields as text, with its 95 % interval; `rows` are (seeds, fields)."""
    low, high = evaluation.bootstrap_interval(np.mean, rows.mean(axis=0))
    return f"{rows.mean():.3f} ({low:.3f} to {high:.3f})"


def report(shares):
    """Return the table, and how much of the gap a few fields close, if there is one."""
    base = f"simulation alone, {CHOSEN_UM} µm per pixel"
    simulation, every = shares[base], list(shares.values())[-1]
    gap = (every - simulation).mean(axis=0)  # of each field
    lines = [
        "| trained on | right (95 % over fields) | spread of seeds | worst field | above simulation alone |",
        "|---|--:|--:|--:|--:|",
    ]
    for name, rows in shares.items():
        more = "" if name == base else interval(rows - simulation)
        spread, worst = rows.mean(axis=1).std(ddof=1), rows.mean(axis=0).min()
        lines.append(f"| {name} | {interval(rows)} | {spread:.3f} | {worst:.3f} | {more} |")
    lines += [
        "",
        f"Gap between simulation alone ({CHOSEN_UM} µm) and all real fields: {interval(every - simulation)}.",
    ]
    if evaluation.bootstrap_interval(np.mean, gap).low <= 0:
        lines.append(
            "The interval holds 0, so there is no gap to speak of, and nothing for a few fields to close."
        )
        return "\n".join(lines)
    closed = {
        name: (rows - simulation).mean() / gap.mean() for name, rows in shares.items() if name[0].isdigit()
    }
    told = ", ".join(f"{name} {share:.0%}" for name, share in closed.items())
    return "\n".join([*lines, f"Closed of it: {told}."])


def main():
    """Train five times in every way, print the table and, where asked, keep that of the test fields."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="read the test fields and keep the table")
    split = "test" if parser.parse_args().write else "val"
    real, judged = (Fields(datasets.load("dsb2018_nuclei", split=part)) for part in ("train", split))
    simulated = {
        size: Fields(
            simulate.simulate_fields(
                NUM_SIMULATED,
                image_size=256,
                num_cells=(5, 20) if size < 0.4 else (10, 60),
                microscope=simulate.Microscope(pixel_size_um=size),
            )
        )
        for size in PIXEL_SIZES_UM
    }
    table = report(measure(Trainer(), simulated, real, judged))
    text = f"""# From simulated to real nuclei

Is the central pixel of a patch of {SIDE} × {SIDE} in a nucleus or in the background? {PATCHES} patches from
each of {len(judged)} {split} fields, half of them nuclei, drawn anew for each of {len(SEEDS)} seeds. A seed
also draws first weights, training patches and which few fields. A field is standardized by its own median and
99.8th percentile. Every training takes {STEPS} steps of {BATCH_SIZE} patches, flipped and turned; "after
simulation" begins with the weights of the simulation and takes as many more. Patches of a field resemble each
other, so intervals draw whole fields anew; with {len(judged)} fields they are a little too narrow. Who made
which field is not known, so training and test fields may come from one microscope.

Data Science Bowl 2018 = BBBC038v1, Caicedo et al. 2019, doi:10.1038/s41592-019-0612-7, CC0, with the public
mask corrections. {os.cpu_count()} cores; Python {platform.python_version()}, Keras {keras.__version__} on
{keras.backend.backend()}.

{table}
"""
    print(f"\n{text}")
    if split == "test":
        Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
