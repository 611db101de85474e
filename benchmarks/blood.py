"""A CNN in NumPy, `nn.Network`, trained on real blood cells: accuracy and seconds, five seeds.

    python benchmarks/blood.py            # accuracy on the validation images
    python benchmarks/blood.py --write    # the same, then on the test images; kept in benchmarks/blood.md

Needs `pbc_blood_28.npz` in the folder that CELLCNN_DATA names. Layers, epochs and learning rate were chosen
on the validation images; the test images are read with --write alone.
"""

import argparse
import os
import platform
import statistics
import time
from pathlib import Path

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.neighbors import KNeighborsClassifier

from cellcnn_helpers import datasets, nn

SEEDS = range(5)
EPOCHS = 10
BATCH_SIZE = 64
HIGHEST_RATE = 0.003
PROMISED_ACCURACY, PROMISED_SECONDS = 0.90, 90


def make_network(seed):
    """Return the network; its first stride leaves the other layers a quarter of the pixels."""
    layers = [
        *(nn.Conv2D(24, 5, strides=2, padding="same"), nn.ReLU()),
        *(nn.Conv2D(48, 3, padding="same"), nn.ReLU(), nn.MaxPooling2D()),
        *(nn.Conv2D(64, 3, padding="same"), nn.ReLU(), nn.MaxPooling2D()),
        *(nn.Flatten(), nn.Dense(8)),
    ]
    return nn.Network(layers, input_shape=(28, 28, 3), seed=seed)


def turn(images, rng):
    """Mirror and transpose some of the images: a blood cell on a slide has no up and no left."""
    images = images.copy()
    upside_down, mirrored, transposed = rng.random((3, len(images))) < 0.5
    images[upside_down] = images[upside_down, ::-1]
    images[mirrored] = images[mirrored, :, ::-1]
    images[transposed] = images[transposed].swapaxes(1, 2)
    return images


def read(split):
    """Return images (batch, 28, 28, 3), uint8, and labels (batch,) of "train", "val" or "test"."""
    cells = datasets.load("pbc_blood_28", split=split)
    return cells.images, cells.labels


class Scaler:
    """Standardizes each channel by the mean and spread of the training images."""

    def __init__(self, images):
        self.mean, self.spread = images.mean(axis=(0, 1, 2)), images.std(axis=(0, 1, 2))

    def __call__(self, images):
        return ((images - self.mean) / self.spread).astype(np.float32)


def train(seed, images, labels):
    """Return a trained network and its scaler, from images as they are stored."""
    scale = Scaler(images)
    num_steps = EPOCHS * -(-len(images) // BATCH_SIZE)
    rise = num_steps // 10
    rate = nn.CosineDecay(HIGHEST_RATE / 10, num_steps - rise, warmup_target=HIGHEST_RATE, warmup_steps=rise)
    network = make_network(seed)
    network.fit(
        scale(images),
        labels,
        epochs=EPOCHS,
        batch_size=BATCH_SIZE,
        optimizer=nn.Adam(rate),
        augment=turn,
        seed=seed,
    )
    return network, scale


def check_gradients(images, labels):
    """Check the gradient of every weight of the network by finite differences; return the largest error."""
    network = make_network(0)
    images = Scaler(images)(images).astype(np.float64)

    def loss(*weights):
        network.set_weights(weights)
        return network.gradients(images, labels).loss

    def backward(dy, *weights):
        network.set_weights(weights)
        return [dy * gradient for gradient in network.gradients(images, labels).weights]

    return nn.check_gradient(loss, backward, *network.get_weights()).largest_error


def simple_methods(train_set, splits):
    """Return the accuracies of two methods that know nothing of images: {name: one for each split}."""
    methods = {
        "5 nearest neighbors on the pixels": KNeighborsClassifier(5),
        "random forest on the pixels": RandomForestClassifier(300, random_state=0, n_jobs=-1),
    }
    images, labels = train_set
    accuracies = {}
    for name, method in methods.items():
        method.fit(images.reshape(len(images), -1), labels)
        accuracies[name] = [method.score(x.reshape(len(x), -1), y) for x, y in splits]
    return accuracies


def measure(seed, train_set, splits):
    """Return what one training took and gave: (seconds, CPU seconds, one accuracy for each split)."""
    start, cpu_start = time.perf_counter(), time.process_time()
    network, scale = train(seed, *train_set)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
    return (
        seconds,
        cpu_seconds,
        [network.evaluate(scale(images), labels).accuracy for images, labels in splits],
    )


def report(names, runs, simple, error):
    """Return the tables and the verdict as Markdown."""
    lines = [
        f"| seed | {' | '.join(f'{name} accuracy' for name in names)} | seconds | CPU seconds |",
        "|--:|" + "--:|" * (len(names) + 2),
    ]
    for seed, (seconds, cpu_seconds, accuracies) in zip(SEEDS, runs, strict=True):
        cells = " | ".join(f"{accuracy:.3f}" for accuracy in accuracies)
        lines.append(f"| {seed} | {cells} | {seconds:.0f} | {cpu_seconds:.0f} |")
    columns = list(zip(*(accuracies for *_, accuracies in runs), strict=True))
    means = [f"**{np.mean(column):.3f}** ± {np.std(column, ddof=1):.3f}" for column in columns]
    lines.append(
        f"| mean ± spread | {' | '.join(means)} | {statistics.mean(run[0] for run in runs):.0f} "
        f"| {statistics.mean(run[1] for run in runs):.0f} |"
    )
    lines += ["", f"| beside it | {' | '.join(names)} |", "|---|" + "--:|" * len(names)]
    lines += [
        f"| {name} | {' | '.join(f'{accuracy:.3f}' for accuracy in accuracies)} |"
        for name, accuracies in simple.items()
    ]
    lowest, longest = min(columns[-1]), max(run[0] for run in runs)
    held = "held" if lowest >= PROMISED_ACCURACY and longest <= PROMISED_SECONDS else "MISSED"
    lines += [
        "",
        f"- lowest {names[-1]} accuracy {lowest:.3f} (promised {PROMISED_ACCURACY}), longest training "
        f"{longest:.0f} s (promised {PROMISED_SECONDS}): {held}",
        f"- gradients of the whole network: largest relative error {error:.1e}",
    ]
    return "\n".join(lines)


def main():
    """Train five times, print the tables and, where asked, add the test images and keep them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="read the test images and keep blood.md")
    arguments = parser.parse_args()
    names = ["val", "test"] if arguments.write else ["val"]
    train_set, splits = read("train"), [read(name) for name in names]
    error = check_gradients(train_set[0][:8], train_set[1][:8])
    runs = []
    for seed in SEEDS:
        runs.append(measure(seed, train_set, splits))
        print(f"seed {seed}: {runs[-1]}", flush=True)
    simple = simple_methods(train_set, splits)
    machine = (
        f"{len(train_set[0]):,} training images, {EPOCHS} epochs of batches of {BATCH_SIZE}, "
        f"{sum(make_network(0).summary().num_parameters):,} parameters, float32. Seconds are those of "
        f"scaling, augmenting and training. {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the "
        f"end; Python {platform.python_version()}, NumPy {np.__version__}."
    )
    title = "# Blood cells: a CNN in NumPy"
    source = "`pbc_blood_28.npz`: Acevedo et al. 2020, doi:10.17632/snkd93bnjr.1, CC BY 4.0; split by image."
    text = f"{title}\n\n{machine}\n\n{source}\n\n{report(names, runs, simple, error)}\n"
    print(f"\n{text}")
    if arguments.write:
        Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
