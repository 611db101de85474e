"""Training in Keras on this machine: accuracy against seconds on real blood cells, and the speed of the loop.

    python benchmarks/training.py                            # accuracy on the validation images, five seeds
    python benchmarks/training.py --recipe fast --seeds 1    # one training
    python benchmarks/training.py --write                    # the same, then on the test images, and keep it
    python benchmarks/training.py --recipe fast --write      # this recipe alone; what is kept of others stays
    python benchmarks/training.py --speed [--write]          # images per second of the loops alone

Needs `pbc_blood_28.npz` in the folder that CELLCNN_DATA names. The recipes were chosen on the validation
images; the test images are read with --write alone, once for each trained model. Every training is a process
of its own. Its seconds begin where `train` is called: they hold the compilation, but not the import of Keras.
Each image is judged twice: by one look at it, and by the average over its eight positions, which decides.
What is kept goes to `cellcnn_helpers/training/recipes.json`, which the course shows, and to training.md; the
speeds go to training_speed.md.

The loop runs on TensorFlow, and beside it on JAX and PyTorch with a plain loop of their own on the same
batches, where `make test-jax` and `make test-torch` have made environments for them. KERAS_BACKEND chooses
the backend of the accuracies. training_gpu.py measures GPUs.
"""

import argparse
import datetime
import importlib.metadata
import itertools
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
PAGE = Path(__file__).with_suffix(".md")
SPEED_PAGE = Path(__file__).with_name("training_speed.md")
RECORD = ROOT / "cellcnn_helpers" / "training" / "recipes.json"
SEEDS = 5
BATCH_SIZE = 64
SPEED_EPOCHS = 3  # the first compiles
SPEED_ROUNDS = 3
SPEED_IMAGES = 64 * BATCH_SIZE
SOURCE = "pbc_blood_28.npz: Acevedo et al. 2020, doi:10.17632/snkd93bnjr.1, CC BY 4.0; split by image."
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "1"}

# Of each: accuracy and seconds that are promised, arguments of `fast_cnn` and of `train`, and those of
# `images.augment`; without the last, `training.flips_and_turns`.
LEARNING = {"batch_size": BATCH_SIZE, "learning_rate": 0.005, "schedule": "cosine", "label_smoothing": 0.1}
RECIPES = {
    "fast": {"promised": (0.98, 30), "network": {}, "learning": LEARNING | {"epochs": 12}, "augment": {}},
    "middle": {
        "promised": (0.985, 90),
        "network": {"filters": (16, 48, 96, 128)},
        "learning": LEARNING | {"epochs": 18, "weight_decay": 0.05},
        "augment": {},
    },
    "long": {
        "promised": (0.99, 600),
        "network": {"filters": (32, 64, 128, 128), "dropout": 0.2},
        "learning": LEARNING | {"epochs": 60, "weight_decay": 0.05},
        "augment": {"quarter_turns": True, "shift_px": 2},
    },
}


# One training, in a process of its own


def train_once(recipe, seed, splits):
    """Train by a recipe; return seconds, images per second, and the right answers on each split."""
    from cellcnn_helpers import datasets, evaluation, images, models, training

    cells = datasets.load("pbc_blood_28", split="train")
    model = models.fast_cnn((28, 28, 3), 8, standardize=cells, seed=seed, **recipe["network"])

    def shifted(batch, rng):
        return images.augment(batch, rng=rng, **recipe["augment"])

    augment = shifted if recipe["augment"] else training.flips_and_turns
    run = training.train(model, cells, augment=augment, seed=seed, **recipe["learning"])

    def predict(cells):
        return model.predict(cells, batch_size=256, verbose=0)

    num_images, right = len(cells), {}
    for split in splits:
        cells, labels = datasets.load("pbc_blood_28", split=split).arrays()
        looks = [predict(cells), evaluation.average_over_positions(predict, cells)]
        right[split] = [int((logits.argmax(axis=1) == labels).sum()) for logits in looks] + [len(labels)]
    return {
        "seconds": run.seconds[-1],
        "first_epoch": run.seconds[0],
        "steady_seconds": without_compilation(run.seconds),
        "num_images": num_images,
        "images_per_second": run.images_per_second,
        "parameters": model.count_params(),
        "right": right,
        "device": run.device,
        "backend": training.device_report().backend,
        "versions": training.device_report().versions,
    }


def without_compilation(seconds):
    """The time of a training if its first epoch, which compiles, had been as short as the others."""
    epochs = np.diff(seconds)
    return float(epochs.sum() + np.median(epochs))


# The speed of the loop


def random_cells():
    """Images like those of the data set, uint8, and labels: speed does not depend on what they show."""
    from cellcnn_helpers.dataset import CellImageDataset

    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, size=(SPEED_IMAGES, 28, 28, 3), dtype=np.uint8)
    return CellImageDataset(images, rng.integers(0, 8, len(images)), [f"class {n}" for n in range(8)])


def batches(cells, epoch):
    """The batches of an epoch for a plain loop, shuffled and changed as `train` does."""
    from cellcnn_helpers.training import flips_and_turns

    rng = np.random.default_rng(epoch)
    for rows in rng.permutation(len(cells)).reshape(-1, BATCH_SIZE):
        yield flips_and_turns(cells.images[rows], rng) / np.float32(255), cells.labels[rows]


def median_speed(epoch_of_training):
    """Images per second of a function that trains for one epoch, without its first call, which compiles."""
    seconds = []
    for epoch in range(SPEED_EPOCHS):
        start = time.perf_counter()
        epoch_of_training(epoch)
        seconds.append(time.perf_counter() - start)
    return SPEED_IMAGES / statistics.median(seconds[1:])


def keras_speed(batch_norm=True):
    """Images per second of `train` on the backend of this process."""
    from cellcnn_helpers import training

    cells = random_cells()
    model = keras_network(cells, batch_norm)
    run = training.train(
        model, cells, epochs=SPEED_EPOCHS, batch_size=BATCH_SIZE, augment=training.flips_and_turns
    )
    return run.images_per_second


def keras_network(cells, batch_norm=True):
    """`batchnorm_cnn`, or the same without batch normalization."""
    import keras

    from cellcnn_helpers import models

    model = models.batchnorm_cnn((28, 28, 3), 8, standardize=cells)
    if batch_norm:
        return model
    kept = [layer for layer in model.layers if not isinstance(layer, keras.layers.BatchNormalization)]
    return keras.Sequential(
        [keras.Input((28, 28, 3)), *(type(layer).from_config(layer.get_config()) for layer in kept)]
    )


def ready_speed():
    """Images per second of Keras' `fit` on TensorFlow where batches lie ready: the step alone."""
    import keras
    import tensorflow as tf

    cells = random_cells()
    model = keras_network(cells)
    model.compile(
        "adam",
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        steps_per_execution=16,
    )
    ready = tf.data.Dataset.from_tensor_slices((cells.images / np.float32(255), cells.labels))
    ready = ready.batch(BATCH_SIZE).cache().prefetch(2)
    return median_speed(lambda epoch: model.fit(ready, verbose=0))


def torch_speed(batch_norm=True):
    """Images per second of a plain PyTorch loop with the same layers."""
    import torch
    from torch import nn

    cells = random_cells()
    device = "cuda" if torch.cuda.is_available() else "cpu"

    def block(before, after, pool):
        convolution = nn.Conv2d(before, after, 3, padding=1, bias=False)
        normalization = [nn.BatchNorm2d(after)] if batch_norm else []
        return [convolution, *normalization, nn.ReLU(), *([nn.MaxPool2d(2)] if pool else [])]

    layers = [*block(3, 16, True), *block(16, 32, True), *block(32, 64, False), *block(64, 64, False)]
    model = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 8)).to(device)
    optimizer, loss = torch.optim.Adam(model.parameters(), 0.001), nn.CrossEntropyLoss()

    def epoch_of_training(epoch):
        for images, labels in batches(cells, epoch):
            x = torch.from_numpy(images).permute(0, 3, 1, 2).to(device)
            optimizer.zero_grad()
            value = loss(model(x), torch.from_numpy(labels).to(device))
            value.backward()
            optimizer.step()
        value.item()  # waits until all is done

    return median_speed(epoch_of_training)


def jax_speed():
    """Images per second of a plain JAX loop: one compiled step, Adam by hand."""
    import jax
    import jax.numpy as jnp

    cells = random_cells()
    rng = np.random.default_rng(0)
    widths = [3, 16, 32, 64, 64]
    weights = [
        (rng.normal(size=(3, 3, a, b)) * np.sqrt(2 / (9 * a)), np.ones(b), np.zeros(b))
        for a, b in itertools.pairwise(widths)
    ]
    weights.append((rng.normal(size=(64, 8)) / 8, np.zeros(8)))
    weights = jax.tree.map(lambda w: jnp.asarray(w, jnp.float32), weights)
    running = [(jnp.zeros(b), jnp.ones(b)) for b in widths[1:]]

    def loss(weights, running, x, labels):
        new_running = []
        for n, ((kernel, gamma, beta), (mean, variance)) in enumerate(
            zip(weights[:-1], running, strict=True)
        ):
            x = jax.lax.conv_general_dilated(
                x, kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
            )
            m, v = x.mean((0, 1, 2)), x.var((0, 1, 2))
            new_running.append((0.9 * mean + 0.1 * m, 0.9 * variance + 0.1 * v))
            x = jax.nn.relu((x - m) * jax.lax.rsqrt(v + 1e-3) * gamma + beta)
            if n < 2:
                x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
        logits = x.mean((1, 2)) @ weights[-1][0] + weights[-1][1]
        logs = jax.nn.log_softmax(logits)
        return -logs[jnp.arange(len(labels)), labels].mean(), new_running

    @jax.jit
    def step(state, x, labels):
        weights, running, first, second, count = state
        (value, running), gradient = jax.value_and_grad(loss, has_aux=True)(weights, running, x, labels)
        count = count + 1
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradient)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradient)
        rate = 0.001 * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
        weights = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-7), weights, first, second)
        return (weights, running, first, second, count), value

    zeros = jax.tree.map(jnp.zeros_like, weights)
    state = [(weights, running, zeros, zeros, 0.0)]

    def epoch_of_training(epoch):
        for x, labels in batches(cells, epoch):
            state[0], value = step(state[0], x, labels)
        value.block_until_ready()

    return median_speed(epoch_of_training)


LOOPS = {  # name: backend, function
    "`train` on TensorFlow": ("tensorflow", keras_speed),
    "`train` on JAX": ("jax", keras_speed),
    "`train` on PyTorch": ("torch", keras_speed),
    "plain JAX loop": ("jax", jax_speed),
    "plain PyTorch loop": ("torch", torch_speed),
}
PARTS = {  # what is left when one thing is taken out
    "Keras on TensorFlow, batches that lie ready": ("tensorflow", ready_speed),
    "`train` on TensorFlow, no batch normalization": ("tensorflow", lambda: keras_speed(batch_norm=False)),
    "plain PyTorch loop, no batch normalization": ("torch", lambda: torch_speed(batch_norm=False)),
}


# Tables


def in_a_process(python, backend, *arguments):
    """Run this script with `arguments` in a process of its own; return what it answers in its last line."""
    command = [str(python), __file__, *map(str, arguments)]
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | QUIET | {"KERAS_BACKEND": backend, "PYTHONPATH": path}
    run = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(run.stdout.splitlines()[-1])


def python_with(backend):
    """The Python that has a backend, or None."""
    try:
        importlib.metadata.version(backend)
        return sys.executable
    except importlib.metadata.PackageNotFoundError:
        python = ROOT / "_build" / backend / "bin" / "python"
        return python if python.exists() else None


def measure(recipe, seeds, splits):
    """Train by a recipe with every seed; return what each training answered."""
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    answers = []
    for seed in range(seeds):
        python = python_with(backend) or sys.executable
        answers.append(in_a_process(python, backend, "--one", recipe, seed, *splits))
        print(recipe, seed, answers[-1], file=sys.stderr, flush=True)
    return answers


def with_spread(values, digits):
    """Mean and standard deviation, as text."""
    spread = statistics.stdev(values) if len(values) > 1 else float("nan")
    return f"{statistics.mean(values):.{digits}f} ± {spread:.{digits}f}"


def accuracy_table(measured):
    """Return the lines of a table of recipes: of each its name and what its trainings answered."""
    from cellcnn_helpers.evaluation import accuracy_interval

    splits = list(next(iter(measured.values()))[0]["right"])
    columns = [f"{split}, {looks}" for split in splits for looks in ("one look", "eight positions")]
    lines = [
        f"| recipe | parameters | epochs | {' | '.join(columns)} | seconds (first epoch) | images/s "
        "| promised |",
        "|---|--:|--:|" + "--:|" * (len(columns) + 3),
    ]
    for name, answers in measured.items():
        cells = [name, f"{answers[0]['parameters']:,}", str(RECIPES[name]["learning"]["epochs"])]
        for split in splits:
            *looks, (num_images, *_) = zip(*(answer["right"][split] for answer in answers), strict=True)
            for right in looks:
                # All seeds answer the same images, so more seeds do not make the interval smaller.
                low, high = accuracy_interval(round(statistics.mean(right)), num_images)
                shares = [number / num_images for number in right]
                cells.append(f"{with_spread(shares, 4)} ({low:.3f} to {high:.3f})")
        seconds, first, speed = (
            [answer[what] for answer in answers] for what in ("seconds", "first_epoch", "images_per_second")
        )
        cells.append(f"{with_spread(seconds, 1)} ({statistics.mean(first):.1f})")
        cells.append(f"{statistics.mean(speed):,.0f}")
        promised, limit = RECIPES[name]["promised"]
        held = statistics.mean(shares) >= promised and statistics.mean(seconds) <= limit
        cells.append(f"{promised} in {limit} s: {'held' if held else 'MISSED'}")
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def accuracy_text(measured):
    """Return the page of the accuracies."""
    answers = next(iter(measured.values()))
    return "\n".join(
        [
            "# Training in Keras",
            "",
            f"{machine(answers[0])}; batches of {BATCH_SIZE}, flips and quarter turns, Adam with a cosine.",
            "",
            SOURCE,
            "",
            *accuracy_table(measured),
            "",
            f"Mean ± standard deviation over {len(answers)} seeds; in brackets the 95 % interval that the "
            "number of images leaves. Eight positions: the average over the mirrored and turned pictures of "
            "a cell; it decides whether the promise was held.",
            "",
        ]
    )


def machine(answer):
    """What was measured on."""
    return f"{answer['device']}; {answer['backend']}, {answer['versions']}"


def keep(measured):
    """Put what was measured beside other recipes measured on the same machine; write record and page."""
    kept = json.loads(RECORD.read_text(encoding="utf-8"))["recipes"] if RECORD.exists() else {}
    trainings = {name: recipe["trainings"] for name, recipe in kept.items()}
    here = machine(next(iter(measured.values()))[0])
    trainings = {name: answers for name, answers in trainings.items() if machine(answers[0]) == here}
    trainings |= measured
    trainings = {name: trainings[name] for name in RECIPES if name in trainings}
    recipes = {name: RECIPES[name] | {"trainings": answers} for name, answers in trainings.items()}
    record = {"date": datetime.date.today().isoformat(), "source": SOURCE, "recipes": recipes}
    RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(accuracy_text(trainings), encoding="utf-8")


def measured_speeds():
    """The best speed of every loop whose backend is here, over rounds in which each has its turn."""
    loops = LOOPS | PARTS
    pythons = {name: python_with(backend) for name, (backend, _) in loops.items()}
    speeds = {name: [] for name, python in pythons.items() if python is not None}
    for _ in range(SPEED_ROUNDS):
        for name, found in speeds.items():
            found.append(in_a_process(pythons[name], loops[name][0], "--loop", name))
    # What else the machine does can only make a loop slower, so the best round says most about the loop.
    return {name: max(found) for name, found in speeds.items()}


def speed_table(loops, speeds):
    """Return the lines of a table of some of the loops."""
    fastest = max(speeds[name] for name in loops if name in speeds)
    lines = ["| loop | images/s | time, fastest = 1 |", "|---|--:|--:|"]
    for name, (backend, _) in loops.items():
        if name in speeds:
            lines.append(f"| {name} | {speeds[name]:,.0f} | {fastest / speeds[name]:.2f} |")
        else:
            lines.append(f"| {name} | not measured: `make test-{backend}` makes its environment | |")
    return lines


def speed_text():
    """Measure all loops; return the page of the speeds."""
    speeds = measured_speeds()
    what = (
        f"`batchnorm_cnn`, 61,560 parameters, batches of {BATCH_SIZE}, flips and quarter turns; the best of "
        f"{SPEED_ROUNDS} rounds."
    )
    lines = ["# Speed of the training loop", "", what, "", *speed_table(LOOPS, speeds), ""]
    lines += ["## With one thing taken out", "", *speed_table(PARTS, speeds), ""]
    return "\n".join(lines)


def main():
    """Print the tables and, where asked, read the test images and keep them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="read the test images too, and keep the result")
    parser.add_argument("--recipe", choices=RECIPES, help="train by this one alone")
    parser.add_argument("--seeds", type=int, default=SEEDS, help=f"how many (default: {SEEDS})")
    parser.add_argument("--speed", action="store_true", help="measure the speed of the loops alone")
    parser.add_argument("--one", nargs="+", help=argparse.SUPPRESS)
    parser.add_argument("--loop", choices=LOOPS | PARTS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        recipe, seed, *splits = arguments.one
        print(json.dumps(train_once(RECIPES[recipe], int(seed), splits)))
        return
    if arguments.loop:
        print(json.dumps((LOOPS | PARTS)[arguments.loop][1]()))
        return
    if arguments.speed:
        text = speed_text()
        print(text)
        if arguments.write:
            SPEED_PAGE.write_text(text, encoding="utf-8")
        return
    if arguments.write and arguments.seeds != SEEDS:
        parser.error(f"--write keeps {SEEDS} seeds: leave --seeds out")
    splits = ["val", "test"] if arguments.write else ["val"]
    measured = {}
    for name in [arguments.recipe] if arguments.recipe else RECIPES:
        measured[name] = measure(name, arguments.seeds, splits)
        if arguments.write:
            keep({name: measured[name]})
    print(accuracy_text(measured))


if __name__ == "__main__":
    main()
