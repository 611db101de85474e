"""Time of `cellcnn_helpers.images` on a batch beside the plain loop over `cv2` that does the same.

    python benchmarks/images.py            # print the table
    python benchmarks/images.py --write    # and keep it in benchmarks/images.md

The loop is the one that a good student would write: the result is made once, every image is changed by OpenCV
and stored in its place. The two take turns, so that a busy machine slows both alike; each ratio is the median
of 51 turns' ratios. Before anything is timed, the two results are compared, except for random changes.
"""

import argparse
import os
import platform
import statistics
import time
from pathlib import Path

import cv2
import numpy as np

from cellcnn_helpers import images as ours

REPEATS = 51
PROMISED = 1.0  # our time over the loop's
NOISE = 0.1  # what a median of two equal functions is off by on a machine with other work to do

BATCHES = [
    ((256, 28, 28, 3), np.uint8),
    ((128, 64, 64, 1), np.uint8),
    ((128, 64, 64, 1), np.uint16),
    ((128, 64, 64, 3), np.float32),
    ((16, 256, 256, 1), np.uint16),
    ((16, 256, 256, 3), np.uint8),
]


def loop(function, images, size=None, dtype=None):
    """The plain loop: one image after the other, each result stored in its place."""
    size = images.shape[1:3] if size is None else size
    result = np.empty((len(images), *size, images.shape[-1]), images.dtype if dtype is None else dtype)
    for index in range(len(images)):
        changed = function(images[index])
        result[index] = changed if changed.ndim == 3 else changed[..., np.newaxis]
    return result


def cut(values, like):
    """Whole numbers rounded and cut off at the ends of their type; floats cut off at 0 and 1."""
    if like.dtype.kind == "f":
        return np.clip(values, 0, 1).astype(like.dtype)
    return np.clip(np.rint(values), 0, np.iinfo(like.dtype).max).astype(like.dtype)


def geometry_cases(images):
    """Pairs (name, our function, the loop) whose results are equal."""
    height, width = images.shape[1:3]
    smaller, larger = (height // 2, width // 2), (height * 3 // 2, width * 3 // 2)
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), 30, 1)
    top, left = height // 4, width // 4

    def turned(image):
        return cv2.warpAffine(
            image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
        )

    def resized(size, flag):
        return lambda: loop(lambda image: cv2.resize(image, size[::-1], interpolation=flag), images, size)

    def part(image):
        return image[top : top + smaller[0], left : left + smaller[1]]

    return [
        ("resize to half, area", lambda: ours.resize(images, smaller), resized(smaller, cv2.INTER_AREA)),
        ("resize to 3/2, linear", lambda: ours.resize(images, larger), resized(larger, cv2.INTER_LINEAR)),
        (
            "resize to 3/2, cubic",
            lambda: ours.resize(images, larger, interpolation="cubic"),
            resized(larger, cv2.INTER_CUBIC),
        ),
        ("crop", lambda: ours.crop(images, smaller).copy(), lambda: loop(part, images, smaller)),
        ("rotate by 30°", lambda: ours.rotate(images, 30), lambda: loop(turned, images)),
        (
            "flip left-right",
            lambda: ours.flip(images, "left-right"),
            lambda: loop(lambda image: cv2.flip(image, 1), images),
        ),
        (
            "flip up-down",
            lambda: ours.flip(images, "up-down"),
            lambda: loop(lambda image: cv2.flip(image, 0), images),
        ),
        (
            "quarter turn",
            lambda: ours.quarter_turn(images),
            lambda: loop(lambda image: cv2.rotate(image, cv2.ROTATE_90_COUNTERCLOCKWISE), images),
        ),
    ]


def intensity_cases(images):
    """Pairs (name, our function, the loop) whose results are equal up to rounding."""
    white = np.float32(1 if images.dtype.kind == "f" else np.iinfo(images.dtype).max)
    rng = np.random.default_rng(1)
    flat = rng.uniform(0.5, 1, images.shape[1:]).astype(np.float32) * white
    mean, std = ours.channel_statistics(images)
    gain_mean = flat.mean(axis=(0, 1))

    def by_percentiles(image):
        low, high = np.percentile(image, (1, 99))
        return np.clip((image.astype(np.float32) - low) / (high - low), 0, 1)

    def by_itself(image):
        values = image.astype(np.float32)
        return (values - values.mean()) / values.std()

    def by_training(image):
        return (image.astype(np.float32) - mean) / std

    def even(image):
        return cut(image.astype(np.float32) / flat * gain_mean, images)

    float32 = {"dtype": np.float32}
    return [
        (
            "normalize",
            lambda: ours.normalize(images),
            lambda: loop(lambda image: image.astype(np.float32) / white, images, **float32),
        ),
        (
            "normalize, percentiles",
            lambda: ours.normalize(images, percentiles=(1, 99)),
            lambda: loop(by_percentiles, images, **float32),
        ),
        (
            "standardize, given",
            lambda: ours.standardize(images, mean, std),
            lambda: loop(by_training, images, **float32),
        ),
        (
            "standardize, each",
            lambda: ours.standardize(images),
            lambda: loop(by_itself, images, **float32),
        ),
        ("flat_field", lambda: ours.flat_field(images, flat=flat), lambda: loop(even, images)),
    ]


def augmentation_cases(images):
    """Pairs (name, our function, the loop) that draw the same changes from the same ranges."""
    rng = np.random.default_rng(2)
    white = 1 if images.dtype.kind == "f" else np.iinfo(images.dtype).max
    masks = (images[..., 0] > images.mean()).astype(np.uint8)
    height, width = images.shape[1:3]

    def symmetric(image):
        if rng.random() < 0.5:
            image = cv2.flip(image, 1)
        if rng.random() < 0.5:
            image = cv2.flip(image, 0)
        turns = rng.integers(4)
        return cv2.rotate(image, turns - 1) if turns else image

    def matrix():
        middle = ((width - 1) / 2, (height - 1) / 2)
        drawn = cv2.getRotationMatrix2D(middle, rng.uniform(-15, 15), rng.uniform(0.9, 1.1))
        drawn[:, 2] += rng.integers(-3, 4, size=2)
        return drawn

    def moved(image, drawn, flag=cv2.INTER_LINEAR):
        return cv2.warpAffine(image, drawn, (width, height), flags=flag, borderMode=cv2.BORDER_REFLECT_101)

    def shone(image, noise=0):
        values = image.astype(np.float32)
        mean = values.mean()
        values = (values - mean) * rng.uniform(0.9, 1.1) + mean + rng.uniform(-0.1, 0.1) * white
        if noise:
            values += rng.normal(0, noise * white, values.shape)
        return cut(values, image)

    def both_moved():
        results = np.empty_like(images), np.empty_like(masks)
        for index in range(len(images)):
            drawn = matrix()
            results[0][index] = moved(images[index], drawn).reshape(images.shape[1:])
            results[1][index] = moved(masks[index], drawn, cv2.INTER_NEAREST)
        return results

    moves = {"flips": False, "rotation_degrees": 15, "zoom": 1.1, "shift_px": 3}
    light = {"brightness": 0.1, "contrast": 1.1}
    return [
        (
            "augment: flips, quarter turns",
            lambda: ours.augment(images, rng=0, quarter_turns=True),
            lambda: loop(symmetric, images),
        ),
        (
            "augment: rotation, zoom, shift",
            lambda: ours.augment(images, rng=0, **moves),
            lambda: loop(lambda image: moved(image, matrix()), images),
        ),
        ("the same, with masks", lambda: ours.augment(images, masks, rng=0, **moves), both_moved),
        (
            "augment: brightness, contrast",
            lambda: ours.augment(images, rng=0, flips=False, **light),
            lambda: loop(shone, images),
        ),
        (
            "augment: all, noise too",
            lambda: ours.augment(images, rng=0, **{**moves, "flips": True}, **light, noise=0.02),
            lambda: loop(lambda image: shone(moved(symmetric(image), matrix()), 0.02), images),
        ),
    ]


def compare(name, mine, theirs, white):
    """Stop where the two results differ by more than rounding."""
    unequal = np.abs(mine.astype(np.float64) - theirs).max()
    if mine.dtype != theirs.dtype or unequal > (1e-4 if mine.dtype.kind == "f" else 1):
        raise SystemExit(f"{name}: the results differ by {unequal} of {white}.")


def time_both(theirs, mine):
    """Call the two in turn; return the milliseconds of the first, and the second's time over it: medians."""
    times, ratios = [], []
    for turn in range(REPEATS + 1):  # the first turn warms up
        start = time.perf_counter()
        theirs()
        between = time.perf_counter()
        mine()
        if turn:
            times.append(1000 * (between - start))
            ratios.append((time.perf_counter() - between) / (between - start))
    return statistics.median(times), statistics.median(ratios)


def measure(shape, dtype):
    """Return {case: (milliseconds of the loop, our time over it)} for one batch."""
    dtype = np.dtype(dtype)
    white = 1 if dtype.kind == "f" else np.iinfo(dtype).max
    dim = np.random.default_rng(0).uniform(0.1, 0.5, shape) * white  # leaves room for `flat_field`
    images = dim.astype(dtype)
    rows = {}
    for name, mine, theirs in geometry_cases(images) + intensity_cases(images):
        compare(name, mine(), theirs(), white)
        rows[name] = time_both(theirs, mine)
    for name, mine, theirs in augmentation_cases(images):
        rows[name] = time_both(theirs, mine)
    return rows


def batch_text(shape, dtype):
    """How the head of a column names a batch."""
    return f"{'×'.join(map(str, shape))} {np.dtype(dtype).name}"


def table(columns):
    """Return a Markdown table: a row per function, a column per batch."""
    lines = ["| function | " + " | ".join(columns) + " |", "|---|" + "--:|" * len(columns)]
    for name in next(iter(columns.values())):
        cells = [f"{column[name][0]:.2f} ms, **{column[name][1]:.2f}**" for column in columns.values()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def verdicts(columns):
    """Return one line per promise: what was measured, and whether it holds."""
    ratios = {(name, batch): row[1] for batch, column in columns.items() for name, row in column.items()}
    worst = max(ratios, key=ratios.get)
    slower = [
        f"{name} ({batch}: {ratio:.2f})"
        for (name, batch), ratio in ratios.items()
        if ratio > PROMISED + NOISE
    ]
    held = f"MISSED by {len(slower)} of {len(ratios)}: {'; '.join(slower)}" if slower else "held"
    mean = statistics.geometric_mean(ratios.values())
    return (
        f"- our time over the loop's, promised {PROMISED} within {NOISE:.0%}: geometric mean {mean:.2f}, "
        f"worst {ratios[worst]:.2f} ({', '.join(worst)}): {held}"
    )


def main():
    """Measure every batch, print the table and, where asked, keep it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="keep the table in images.md")
    arguments = parser.parse_args()
    columns = {}
    for batch in BATCHES:
        columns[batch_text(*batch)] = measure(*batch)
        print(batch_text(*batch), "measured", flush=True)
    machine = (
        f"Milliseconds of the plain loop, and our time over it (**below 1**: ours is the faster one). "
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end; "
        f"Python {platform.python_version()}, NumPy {np.__version__}, OpenCV {cv2.__version__}. "
        f"Medians of {REPEATS} turns."
    )
    text = f"# Images beside a plain OpenCV loop\n\n{machine}\n\n{table(columns)}\n\n{verdicts(columns)}\n"
    print(f"\n{text}")
    if arguments.write:
        Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
