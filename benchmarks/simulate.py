"""Speed and memory of the simulator, and how hard its four phenotypes are to tell apart.

    python benchmarks/simulate.py            # print the tables
    python benchmarks/simulate.py --write    # and keep them in benchmarks/simulate.md

Speed counts processor time on one core, which other programs on the machine disturb less than the clock, and
takes the fastest of three turns for each seed, since they can only slow it down.
"""

import argparse
import os
import platform
import statistics
import time
import tracemalloc
import warnings
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # one core; said before NumPy is loaded
os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from cellcnn_helpers import nn
from cellcnn_helpers.simulate import PHENOTYPES, simulate_cells, simulate_fields

MEGABYTE = 2**20
SEEDS = (0, 1, 2)
TURNS = 3

PROMISED_RATE = 1000  # images of 64 × 64 per second and core
PROMISED_GROWTH = 1.2  # the time per image of the largest number over that of the smallest
PROMISED_MEMORY = 2.0  # MB beside the images and masks

# (function, settings, numbers of images)
CASES = [
    (simulate_cells, {"image_size": 64}, (100, 400, 1600)),
    (simulate_cells, {"image_size": 96}, (100, 400)),
    (simulate_cells, {"image_size": 128}, (100, 400)),
    (simulate_fields, {"image_size": 128, "num_cells": (1, 4)}, (10, 40)),
    (simulate_fields, {"image_size": 256, "num_cells": (5, 20)}, (10, 40)),
]

TRAIN, TEST = 2000, 1000
FIRST_TEST = 10**6  # index: no cell of the training set
EPOCHS = 20


def speed(function, settings, num_images):
    """Images per second of processor time, for each seed: the fastest of `TURNS`."""
    function(2, **settings)  # fills the caches
    rates = dict.fromkeys(SEEDS, 0.0)
    for _ in range(TURNS):
        for seed in SEEDS:
            start = time.process_time()
            function(num_images, seed=seed, **settings)
            rates[seed] = max(rates[seed], num_images / (time.process_time() - start))
    return list(rates.values())


def extra_memory(function, settings, num_images):
    """Peak memory beside the images and masks that are returned, in MB."""
    function(2, **settings)
    tracemalloc.start()
    made = function(num_images, **settings)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (peak - made.images.nbytes - made.masks.nbytes) / MEGABYTE


def speed_rows():
    """Return one dictionary per case and number of images."""
    rows = []
    for function, settings, numbers in CASES:
        for number in numbers:
            rates = speed(function, settings, number)
            memory = extra_memory(function, settings, min(number, 400))
            rows.append(
                {
                    "case": f"`{function.__name__}`, {settings['image_size']} px",
                    "number": number,
                    "rates": rates,
                    "memory": memory,
                }
            )
            print(f"{rows[-1]['case']}, {number}: {statistics.median(rates):.0f} per second", flush=True)
    return rows


def measurements(cells):
    """What a biologist would measure with the true outline: (cells, 6).

    Area, mean and total brightness, the spread of the brightness, its 99th percentile, and elongation.
    """
    rows = []
    for image, mask in zip(cells.images[..., 0], cells.masks, strict=True):
        inside = image[mask > 0].astype(float)
        spread = np.linalg.eigvalsh(np.cov(np.argwhere(mask > 0).T))
        rows.append(
            [
                inside.size,
                inside.mean(),
                inside.sum(),
                inside.std(),
                np.percentile(inside, 99),
                spread[1] / spread[0],
            ]
        )
    return np.array(rows)


def small_network(seed):
    """About 6,000 parameters, on 64 × 64 pixels."""
    layers = [
        *(nn.AveragePooling2D(2), nn.Conv2D(8, 3), nn.ReLU(), nn.MaxPooling2D(2)),
        *(nn.Conv2D(16, 3), nn.ReLU(), nn.MaxPooling2D(2), nn.Conv2D(32, 3), nn.ReLU()),
        *(nn.GlobalAveragePooling2D(), nn.Dense(len(PHENOTYPES))),
    ]
    return nn.Network(layers, input_shape=(64, 64, 1), seed=seed)


def linear(looseness):
    """Logistic regression on standardized features; many features need a small `looseness`."""
    return make_pipeline(StandardScaler(), LogisticRegression(C=looseness, max_iter=300))


def difficulty(seed):
    """Test accuracy of each method, on cells drawn from one seed."""
    train, test = simulate_cells(TRAIN, seed=seed), simulate_cells(TEST, seed=seed, first_index=FIRST_TEST)
    measured, measured_test = measurements(train), measurements(test)
    pixels, pixels_test = (cells.arrays()[0].reshape(len(cells), -1) for cells in (train, test))

    def score(model, features, test_features):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            return model.fit(features, train.labels).score(test_features, test.labels)

    network = small_network(seed)
    (images, labels), (test_images, test_labels) = train.arrays(), test.arrays()
    mean, spread = images.mean(), images.std()
    network.fit(
        (images - mean) / spread,
        labels,
        epochs=EPOCHS,
        optimizer=nn.Adam(0.003),
        seed=seed,
        verbose=False,
    )
    accuracies = {
        "area alone (decision tree)": score(
            DecisionTreeClassifier(min_samples_leaf=20, random_state=0), measured[:, :1], measured_test[:, :1]
        ),
        "six measurements (logistic regression)": score(linear(1.0), measured, measured_test),
        "pixels (logistic regression)": score(linear(0.001), pixels, pixels_test),
        f"small CNN in NumPy, {EPOCHS} epochs": network.evaluate(
            (test_images - mean) / spread, test_labels
        ).accuracy,
    }
    print(
        f"seed {seed}: " + ", ".join(f"{name} {value:.3f}" for name, value in accuracies.items()), flush=True
    )
    return accuracies


def speed_table(rows):
    """Return the rows of `speed_rows` as a Markdown table."""
    lines = [
        f"| | images | per second and core: median of {len(SEEDS)} seeds (lowest, highest) "
        "| memory beside the images, MB |",
        "|---|--:|--:|--:|",
    ]
    for row in rows:
        rates = row["rates"]
        lines.append(
            f"| {row['case']} | {row['number']} | **{statistics.median(rates):.0f}** "
            f"({min(rates):.0f}, {max(rates):.0f}) | {row['memory']:.1f} |"
        )
    return "\n".join(lines)


def difficulty_table(runs):
    """Return the accuracies of all seeds as a Markdown table."""
    lines = [
        f"| four phenotypes, {TRAIN} cells to learn from, {TEST} others to test | accuracy, mean ± spread "
        "| each seed |",
        "|---|--:|---|",
        "| guessing | 0.250 | |",
    ]
    for name in runs[0]:
        values = [run[name] for run in runs]
        each = ", ".join(f"{value:.3f}" for value in values)
        lines.append(
            f"| {name} | **{statistics.mean(values):.3f}** ± {statistics.stdev(values):.3f} | {each} |"
        )
    return "\n".join(lines)


def verdicts(rows):
    """Return one line per promise: what was measured, and whether it holds."""
    cells = [row for row in rows if row["case"] == "`simulate_cells`, 64 px"]
    rates = [statistics.median(row["rates"]) for row in cells]
    growth, memory = rates[0] / rates[-1], max(row["memory"] for row in cells)
    held = {True: "held", False: "MISSED"}
    return "\n".join(
        [
            f"- {rates[-1]:.0f} images of 64 × 64 per second and core (promised {PROMISED_RATE}): "
            f"{held[rates[-1] >= PROMISED_RATE]}",
            f"- time per image for {cells[-1]['number']} over that for {cells[0]['number']}: {growth:.2f} "
            f"(promised {PROMISED_GROWTH}): {held[growth <= PROMISED_GROWTH]}",
            f"- memory beside the images: {memory:.1f} MB (promised {PROMISED_MEMORY}): "
            f"{held[memory <= PROMISED_MEMORY]}",
        ]
    )


def main():
    """Measure, print the tables and, where asked, keep them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="keep the tables in simulate.md")
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    rows = speed_rows()
    runs = [difficulty(seed) for seed in SEEDS]
    machine = (
        f"One core of {os.cpu_count()}, load {load:.1f} at the start, {os.getloadavg()[0]:.1f} at the end; "
        f"Python {platform.python_version()}, NumPy {np.__version__}. "
        f"Processor time, the fastest of {TURNS} turns for each seed."
    )
    text = (
        f"# The simulator\n\n{machine}\n\n{speed_table(rows)}\n\n{verdicts(rows)}\n\n"
        f"## How hard the phenotypes are\n\n{difficulty_table(runs)}\n\n"
        "Spread is the standard deviation over seeds; cells, weights and order of training change with them. "
        "Area and measurements are taken inside the true outline, the pieces of a nucleus not told apart.\n"
    )
    print(f"\n{text}")
    if arguments.write:
        Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
