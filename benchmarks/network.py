"""Time of a training step of `nn.Network` beside the same model in Keras on TensorFlow, in one process.

    python benchmarks/network.py            # print the table
    python benchmarks/network.py --write    # and keep it in benchmarks/network.md

The two start from the same weights and take turns, so that a busy machine slows both alike. Each uses all
cores.
"""

import argparse
import os
import platform
import statistics
import time
from pathlib import Path

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow as tf

from cellcnn_helpers import nn

STEPS = 5  # taken together; one time is the mean of them
REPEATS = 15
PAUSE_S = 0.02  # lets the other's threads fall asleep: both libraries keep theirs spinning for a moment
PROMISED = 3.0  # our time over that of Keras, at worst

CNN = [
    *(("Conv2D", 16, 3, "same"), ("ReLU",), ("MaxPooling2D",)),
    *(("Conv2D", 32, 3, "same"), ("ReLU",), ("MaxPooling2D",)),
    *(("Conv2D", 64, 3, "same"), ("ReLU",), ("GlobalAveragePooling2D",), ("Dense", 8)),
]
FIRST = [("Conv2D", 8, 3, "valid"), ("ReLU",), ("MaxPooling2D",), ("Flatten",), ("Dense", 2)]
STRIDED = [
    *(("Conv2D", 16, 5, "same", 2), ("ReLU",), ("Conv2D", 32, 3, "same", 2), ("ReLU",)),
    *(("Conv2D", 32, 3, "same"), ("ReLU",), ("GlobalAveragePooling2D",), ("Dense", 4)),
]
DENSE = [("Flatten",), ("Dense", 128), ("ReLU",), ("Dense", 8)]

# name, layers, shape of an image, batch sizes
CASES = [
    ("a first CNN", FIRST, (28, 28, 1), (32, 128)),
    ("three convolutions", CNN, (28, 28, 3), (32, 64, 128)),
    ("three convolutions", CNN, (64, 64, 1), (32,)),
    ("strides, no pooling", STRIDED, (64, 64, 1), (32, 64)),
    ("dense layers only", DENSE, (28, 28, 3), (32, 128)),
]


def build(library, specification):
    """Return the layers of `nn` or of `keras.layers`, which have the same names."""
    layers = []
    for kind, *arguments in specification:
        make = getattr(library, kind)
        if kind == "Conv2D":
            filters, size, padding, *strides = arguments
            layers.append(make(filters, size, padding=padding, strides=strides[0] if strides else 1))
        else:
            layers.append(make(*arguments))
    return layers


def make_pair(specification, input_shape):
    """Return our network and the Keras model, with the same weights, each with an optimizer of its own."""
    network = nn.Network(build(nn, specification), input_shape=input_shape)
    model = keras.Sequential([keras.Input(input_shape), *build(keras.layers, specification)])
    model.set_weights(network.get_weights())
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.001), loss, metrics=["accuracy"])
    return network, model


def measure(name, specification, input_shape, batch_size):
    """Return the row of one case as a dictionary."""
    rng = np.random.default_rng(0)
    images = rng.standard_normal((STEPS * batch_size, *input_shape), dtype=np.float32)
    network, model = make_pair(specification, input_shape)
    labels = rng.integers(0, network.output_shape[0], len(images))
    batches = [
        (tf.constant(images[n : n + batch_size]), tf.constant(labels[n : n + batch_size]))
        for n in range(0, len(images), batch_size)
    ]
    optimizer = nn.Adam(0.001)

    def ours():
        network.fit(images, labels, batch_size=batch_size, optimizer=optimizer, verbose=False)

    def theirs():
        for batch in batches:
            model.train_on_batch(*batch)

    our_time, their_time = median_times([ours, theirs])
    shape = "×".join(map(str, input_shape))
    return {
        "case": f"{name}, {shape}, {sum(network.summary().num_parameters):,} parameters",
        "batch_size": batch_size,
        "keras": their_time,
        "ours": our_time,
        "ratio": our_time / their_time,
    }


def median_times(functions):
    """Call the functions in turn, and return the median time of a step of each in milliseconds."""
    times = [[] for _ in functions]
    for turn in range(REPEATS + 2):  # the first two turns warm up
        for function, taken in zip(functions, times, strict=True):
            time.sleep(PAUSE_S)
            start = time.perf_counter()
            function()
            if turn >= 2:
                taken.append((time.perf_counter() - start) / STEPS)
    return [1000 * statistics.median(taken) for taken in times]


def table(rows):
    """Return the rows as a Markdown table."""
    lines = [
        "| network | images in a batch | Keras, ms | NumPy, ms | NumPy / Keras |",
        "|---|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {row['case']} | {row['batch_size']} | {row['keras']:.1f} | {row['ours']:.1f} "
        f"| **{row['ratio']:.2f}** |"
        for row in rows
    ]
    return "\n".join(lines)


def verdict(rows):
    """Return a line: what was promised, and whether it holds."""
    ratios = [row["ratio"] for row in rows]
    mean, worst = statistics.geometric_mean(ratios), max(ratios)
    held = "held" if worst <= PROMISED else "MISSED"
    return f"- geometric mean {mean:.2f}, worst {worst:.2f} (promised {PROMISED}): {held}"


def main():
    """Measure every case, print the table and, where asked, keep it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="keep the table in network.md")
    arguments = parser.parse_args()
    rows = []
    for name, specification, input_shape, batch_sizes in CASES:
        for batch_size in batch_sizes:
            rows.append(measure(name, specification, input_shape, batch_size))
            print(table(rows[-1:]).splitlines()[-1], flush=True)
    machine = (
        f"One step of training: forward, backward, Adam; float32. {os.cpu_count()} cores, load "
        f"{os.getloadavg()[0]:.1f} at the end; Python {platform.python_version()}, NumPy {np.__version__}, "
        f"Keras {keras.__version__} on TensorFlow {tf.__version__} (oneDNN on, compiled, train_on_batch). "
        f"Median of {REPEATS} runs of {STEPS} steps, taken in turns. Below 1, NumPy is the faster one."
    )
    text = f"# A training step beside Keras\n\n{machine}\n\n{table(rows)}\n\n{verdict(rows)}\n"
    print(f"\n{text}")
    if arguments.write:
        Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
