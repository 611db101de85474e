"""Time and memory of `nn.conv2d` beside TensorFlow's compiled convolution, in one process.

    python benchmarks/layers.py            # print the table
    python benchmarks/layers.py --write    # and keep it in benchmarks/layers.md

The two take turns, so that a busy machine slows both alike; each time is the median of 15.
"""

import argparse
import os
import platform
import statistics
import time
import tracemalloc
from pathlib import Path

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf

from cellcnn_helpers import nn

REPEATS = 15
PAUSE_S = 0.02  # lets the other's threads fall asleep: both libraries keep theirs spinning for a moment
MEGABYTE = 2**20

# (images, kernel size, filters, strides), "same" padding throughout
CASES = [
    ((32, 28, 28, 3), 3, 32, 1),
    ((32, 28, 28, 32), 3, 32, 1),
    ((64, 14, 14, 32), 3, 64, 1),
    ((64, 64, 64, 1), 3, 16, 1),
    ((16, 64, 64, 16), 3, 32, 2),
    ((16, 64, 64, 16), 5, 32, 1),
    ((32, 28, 28, 1), 7, 8, 1),
    ((16, 64, 64, 3), 7, 16, 1),
    ((16, 32, 32, 16), 7, 16, 1),
    ((16, 64, 64, 3), 15, 8, 1),
    ((8, 128, 128, 1), 15, 8, 1),
    ((8, 128, 128, 1), 31, 4, 1),
]

# What the course promises: (geometric mean, worst) of our time over TensorFlow's.
TARGETS = {"forward": (1.5, 3.0), "forward and backward": (2.5, 5.0)}


def tensorflow_functions(x, kernel, dy, strides):
    """Return TensorFlow's forward pass, and its forward and backward pass, compiled and warm."""
    x, kernel, dy = map(tf.constant, (x, kernel, dy))

    @tf.function
    def forward(x, kernel):
        return tf.nn.conv2d(x, kernel, strides, "SAME")

    @tf.function
    def both(x, kernel, dy):
        with tf.GradientTape() as tape:
            tape.watch([x, kernel])
            y = tf.nn.conv2d(x, kernel, strides, "SAME")
        return y, tape.gradient(y, [x, kernel], output_gradients=dy)

    return lambda: forward(x, kernel), lambda: both(x, kernel, dy)


def our_functions(x, kernel, dy, strides):
    """Return our forward pass, our forward and backward pass, and the forward pass by FFT."""
    settings = {"strides": strides, "padding": "same"}

    def both():
        return nn.conv2d(x, kernel, **settings), nn.conv2d_backward(dy, x, kernel, **settings)

    return (
        lambda: nn.conv2d(x, kernel, **settings),
        both,
        lambda: nn.conv2d_fft(x, kernel, **settings),
    )


def median_times(functions):
    """Call the functions in turn, and return the median time of each in milliseconds."""
    times = [[] for _ in functions]
    for turn in range(REPEATS + 1):  # the first turn warms up
        for function, taken in zip(functions, times, strict=True):
            time.sleep(PAUSE_S)
            start = time.perf_counter()
            function()
            if turn:
                taken.append(time.perf_counter() - start)
    return [1000 * statistics.median(taken) for taken in times]


def extra_memory(function, inputs):
    """Peak memory in use beyond the inputs and outputs, and the limit we promise, both in MB."""
    tracemalloc.start()
    outputs = function()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    kept = sum(array.nbytes for array in outputs)
    limit = max(3 * (kept + sum(array.nbytes for array in inputs)) / MEGABYTE, 8)
    return (peak - kept) / MEGABYTE, limit


def measure(image_shape, size, filters, strides):
    """Return the row of one case as a dictionary."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal(image_shape, dtype=np.float32)
    kernel = rng.standard_normal((size, size, image_shape[-1], filters), dtype=np.float32)
    settings = {"strides": strides, "padding": "same"}
    dy = rng.standard_normal(nn.conv2d(x, kernel, **settings).shape, dtype=np.float32)
    ours, theirs = our_functions(x, kernel, dy, strides), tensorflow_functions(x, kernel, dy, strides)
    expected = theirs[0]().numpy()
    for function in ours[0], ours[2]:
        np.testing.assert_allclose(function(), expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max())
    tf_forward, our_forward, fft, tf_both, our_both = median_times(
        [theirs[0], ours[0], ours[2], theirs[1], ours[1]]
    )
    memory = extra_memory(ours[0], (x, kernel))
    memory_backward = extra_memory(lambda: nn.conv2d_backward(dy, x, kernel, **settings), (dy, x, kernel))
    return {
        "case": f"{'×'.join(map(str, image_shape))}, {size}×{size}→{filters}"
        + (f", stride {strides}" if strides > 1 else ""),
        "tf_forward": tf_forward,
        "forward": our_forward / tf_forward,
        "fft": fft / tf_forward,
        "tf_both": tf_both,
        "forward and backward": our_both / tf_both,
        "memory": memory,
        "memory_backward": memory_backward,
    }


def table(rows):
    """Return the rows as a Markdown table."""
    lines = [
        "| images, kernel→filters | TF forward, ms | NumPy / TF | FFT / TF | TF both, ms | NumPy / TF "
        "| extra memory forward, MB (limit) | backward, MB (limit) |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        memory, backward = (
            f"{used:.1f} ({limit:.0f})" for used, limit in (row["memory"], row["memory_backward"])
        )
        lines.append(
            f"| {row['case']} | {row['tf_forward']:.1f} | **{row['forward']:.2f}** | {row['fft']:.2f} "
            f"| {row['tf_both']:.1f} | **{row['forward and backward']:.2f}** | {memory} | {backward} |"
        )
    return "\n".join(lines)


def verdicts(rows):
    """Return one line per promise: what was measured, and whether it holds."""
    lines = []
    for name, (mean_target, worst_target) in TARGETS.items():
        ratios = [row[name] for row in rows]
        mean, worst = statistics.geometric_mean(ratios), max(ratios)
        held = "held" if mean <= mean_target and worst <= worst_target else "MISSED"
        lines.append(
            f"- {name}: geometric mean {mean:.2f} (promised {mean_target}), worst {worst:.2f} "
            f"(promised {worst_target}): {held}"
        )
    held = all(used <= limit for row in rows for used, limit in (row["memory"], row["memory_backward"]))
    lines.append(
        f"- memory beyond inputs and outputs at most 3 × both, or 8 MB: {'held' if held else 'MISSED'}"
    )
    return "\n".join(lines)


def main():
    """Measure every case, print the table and, where asked, keep it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="keep the table in layers.md")
    arguments = parser.parse_args()
    rows = []
    for case in CASES:
        rows.append(measure(*case))
        print(table(rows[-1:]).splitlines()[-1], flush=True)
    load, cores = os.getloadavg()[0], os.cpu_count()
    machine = (
        f'float32, padding "same"; {cores} cores, load {load:.1f} at the end; '
        f"Python {platform.python_version()}, NumPy {np.__version__}, TensorFlow {tf.__version__} "
        f"(oneDNN on, compiled by tf.function). Median of {REPEATS}, taken in turns. "
        f"Below 1, NumPy is the faster one."
    )
    text = f"# Convolution beside TensorFlow\n\n{machine}\n\n{table(rows)}\n\n{verdicts(rows)}\n"
    print(f"\n{text}")
    if arguments.write:
        Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
