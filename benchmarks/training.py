"""Training in Keras on this machine: accuracy against seconds on real blood cells, and the speed of the loop.

    python benchmarks/training.py                     # accuracy on the validation images, five seeds
    python benchmarks/training.py --write             # the same, then on the test images; kept in training.md
    python benchmarks/training.py --recipe fast --seeds 1    # one training
    python benchmarks/training.py --speed             # images per second of the loops alone

Needs `pbc_blood_28.npz` in the folder that CELLCNN_DATA names. The recipes were chosen on the validation
images; the test images are read with --write alone, once for each trained model. Every training is a process
of its own. Its seconds begin where `train` is called: they hold the compilation, but not the import of Keras.
Each image is judged twice: by one look at it, and by the average over its eight positions, which decides.

The loop runs on TensorFlow, and beside it on JAX and PyTorch with a plain loop of their own on the same
batches, where `make test-jax` and `make test-torch` have made environments for them. KERAS_BACKEND chooses
the backend of the accuracies; on a GPU the same command measures the GPU.
"""

import argparse
import importlib.metadata
import itertools
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
SEEDS = 5
BATCH_SIZE = 64
SPEED_EPOCHS = 3  # the first compiles
SPEED_IMAGES = 64 * BATCH_SIZE
SOURCE = "`pbc_blood_28.npz`: Acevedo et al. 2020, doi:10.17632/sknd93bnjr.1, CC BY 4.0; split by image."
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "1"}

# name: what is promised (accuracy, seconds), arguments of `fast_cnn`, arguments of `train`
RECIPES = {
    "fast": ((0.98, 30), {}, {"epochs": 10}),
    "middle": ((0.985, 90), {"filters": (16, 48, 96, 128)}, {"epochs": 20}),
    "long": (
        (0.99, 600),
        {"filters": (32, 64, 128, 128), "dropout": 0.2},
        {"epochs": 60, "weight_decay": 0.05},
    ),
}
LEARNING = {"learning_rate": 0.005, "schedule": "cosine", "label_smoothing": 0.1}  # of all of them


# One training, in a process of its own


def train_once(recipe, seed, splits):
    """Train by a recipe; return seconds, images per second, and the right answers on each split."""
    from cellcnn_helpers import datasets, evaluation, models, training

    _, network, learning = RECIPES[recipe]
    cells = datasets.load("pbc_blood_28", split="train")
    model = models.fast_cnn((28, 28, 3), 8, standardize=cells, seed=seed, **network)
    run = training.train(
        model,
        cells,
        batch_size=BATCH_SIZE,
        augment=training.flips_and_turns,
        seed=seed,
        **LEARNING,
        **learning,
    )

    def predict(images):
        return model.predict(images, batch_size=256, verbose=0)

    right = {}
    for split in splits:
        images, labels = datasets.load("pbc_blood_28", split=split).arrays()
        looks = [predict(images), evaluation.average_over_positions(predict, images)]
        right[split] = [int((logits.argmax(axis=1) == labels).sum()) for logits in looks] + [len(labels)]
    return {
        "seconds": run.seconds[-1],
        "first_epoch": run.seconds[0],
        "images_per_second": run.images_per_second,
        "parameters": model.count_params(),
        "right": right,
        "device": run.device,
        "backend": training.device_report().backend,
        "versions": training.device_report().versions,
    }


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


def keras_speed():
    """Images per second of `train` on the backend of this process."""
    from cellcnn_helpers import models, training

    cells = random_cells()
    model = models.batchnorm_cnn((28, 28, 3), 8, standardize=cells)
    run = training.train(
        model, cells, epochs=SPEED_EPOCHS, batch_size=BATCH_SIZE, augment=training.flips_and_turns
    )
    return run.images_per_second


def torch_speed():
    """Images per second of a plain PyTorch loop with the same layers."""
    import torch
    from torch import nn

    cells = random_cells()
    device = "cuda" if torch.cuda.is_available() else "cpu"

    def block(before, after, pool):
        layers = [nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
        return [*layers, nn.MaxPool2d(2)] if pool else layers

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


LOOPS = {
    "`train` on TensorFlow": ("tensorflow", keras_speed),
    "`train` on JAX": ("jax", keras_speed),
    "`train` on PyTorch": ("torch", keras_speed),
    "plain JAX loop": ("jax", jax_speed),
    "plain PyTorch loop": ("torch", torch_speed),
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


def accuracy(right, num_images):
    """Accuracy over all seeds with the 95 % interval for one training, since all answer the same images."""
    from cellcnn_helpers.evaluation import accuracy_interval

    low, high = accuracy_interval(round(statistics.mean(right)), num_images)
    accuracies = [number / num_images for number in right]
    spread = statistics.stdev(accuracies) if len(accuracies) > 1 else float("nan")
    return statistics.mean(accuracies), f"{spread:.4f} ({low:.3f} to {high:.3f})"


def accuracy_table(recipes, seeds, splits):
    """Train by every recipe with every seed; return the lines of the table and one of the answers."""
    columns = [f"{split}, {looks}" for split in splits for looks in ("one look", "eight positions")]
    lines = [
        f"| recipe | parameters | epochs | {' | '.join(columns)} | seconds (first epoch) | images/s "
        "| promised |",
        "|---|--:|--:|" + "--:|" * (len(columns) + 3),
    ]
    for name in recipes:
        answers = []
        for seed in range(seeds):
            backend = os.environ.get("KERAS_BACKEND", "tensorflow")
            python = python_with(backend) or sys.executable
            answers.append(in_a_process(python, backend, "--one", name, seed, *splits))
            print(name, seed, answers[-1], file=sys.stderr, flush=True)
        cells = []
        for split in splits:
            *looks, num_images = zip(*(answer["right"][split] for answer in answers), strict=True)
            for right in looks:
                mean, spread = accuracy(right, num_images[0])
                cells.append(f"**{mean:.4f}** ± {spread}")
        seconds = [answer["seconds"] for answer in answers]
        spread_of_seconds = statistics.pstdev(seconds)
        first = statistics.mean(answer["first_epoch"] for answer in answers)
        speed = statistics.mean(answer["images_per_second"] for answer in answers)
        (promised, limit), _, learning = RECIPES[name]
        held = "held" if mean >= promised and statistics.mean(seconds) <= limit else "MISSED"
        lines.append(
            f"| {name} | {answers[0]['parameters']:,} | {learning['epochs']} | {' | '.join(cells)} "
            f"| {statistics.mean(seconds):.1f} ± {spread_of_seconds:.1f} ({first:.1f}) | {speed:,.0f} "
            f"| {promised} in {limit} s: {held} |"
        )
    return lines, answers[0]


def speed_table():
    """Measure every loop whose backend is here; return the lines of the table."""
    speeds, missing = {}, []
    for name, (backend, _) in LOOPS.items():
        python = python_with(backend)
        if python is None:
            missing.append(f"- {name}: not measured, `make test-{backend}` makes the environment for it")
        else:
            speeds[name] = in_a_process(python, backend, "--loop", name)
    fastest = max(speeds.values())
    lines = ["| loop | images/s | time, fastest = 1 |", "|---|--:|--:|"]
    lines += [f"| {name} | {speed:,.0f} | {fastest / speed:.2f} |" for name, speed in speeds.items()]
    return [*lines, "", *missing]


def machine(answer):
    """Return a line on what was measured where."""
    return (
        f"{answer['device']}; {answer['backend']}, {answer['versions']}; load {os.getloadavg()[0]:.1f} at "
        f"the end; {platform.system()}. Batches of {BATCH_SIZE}, flips and quarter turns, Adam with a cosine."
    )


def main():
    """Print the tables and, where asked, read the test images and keep them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="read the test images and keep training.md")
    parser.add_argument("--recipe", choices=RECIPES, help="train by this one alone")
    parser.add_argument("--seeds", type=int, default=SEEDS, help=f"how many (default: {SEEDS})")
    parser.add_argument("--speed", action="store_true", help="measure the speed of the loops alone")
    parser.add_argument("--one", nargs="+", help=argparse.SUPPRESS)
    parser.add_argument("--loop", choices=LOOPS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        recipe, seed, *splits = arguments.one
        print(json.dumps(train_once(recipe, int(seed), splits)))
        return
    if arguments.loop:
        print(json.dumps(LOOPS[arguments.loop][1]()))
        return
    if arguments.write and (arguments.recipe or arguments.seeds != SEEDS or arguments.speed):
        parser.error("--write keeps the whole table: leave --recipe, --seeds and --speed out")
    if arguments.speed:
        print("\n".join(speed_table()))
        return
    splits = ["val", "test"] if arguments.write else ["val"]
    recipes = [arguments.recipe] if arguments.recipe else list(RECIPES)
    lines, answer = accuracy_table(recipes, arguments.seeds, splits)
    text = [machine(answer), "", SOURCE, "", *lines, ""]
    text += [
        f"Mean ± spread (standard deviation) over {arguments.seeds} seeds; in brackets the 95 % interval "
        "that the number of images leaves.",
        "",
    ]
    if not arguments.recipe:
        text += ["## Speed of the loop", "", "61,560 parameters, one run.", "", *speed_table()]
    text = "\n".join(["# Training in Keras", "", *text])
    print(text)
    if arguments.write:
        Path(__file__).with_suffix(".md").write_text(text.rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
