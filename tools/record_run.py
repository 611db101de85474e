"""Record the run that the chapter on training shows beside the reader's own.

    python tools/record_run.py --note "a shared machine"

It trains `models.batchnorm_cnn` on the real blood cells in the folder that CELLCNN_DATA names, measures on
the validation images after each epoch, reads no test image, and writes the history with device, versions,
date, recipe and the network's weights to the package. It runs on what it finds; on a
GPU without TensorFlow set KERAS_BACKEND=jax.
"""

import argparse
import datetime
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cellcnn_helpers import datasets, models, training  # noqa: E402
from cellcnn_helpers.training import recorded  # noqa: E402

RECIPE = {
    "model": "batchnorm_cnn",
    "epochs": 25,
    "batch_size": 64,
    "optimizer": "adam",
    "learning_rate": 0.005,
    "schedule": "cosine",
    "seed": 0,
}


def record(recipe, note):
    """Train by the recipe; return the recorded run."""
    train, validation = (datasets.load("pbc_blood_28", split=split) for split in ("train", "val"))
    arguments = dict(recipe)
    build = getattr(models, arguments.pop("model"))
    shape, num_classes = train.images.shape[1:], len(train.class_names)
    model = build(shape, num_classes, standardize=train, seed=recipe["seed"])
    run = training.train(model, train, validation, augment=training.flips_and_turns, **arguments)
    report = training.device_report()
    data = f"{len(train):,} training and {len(validation):,} validation images of {train.source}"
    about = {"data": data, "license": train.license, "citation": train.citation}
    network = models.page_weights(model, train.class_names, made_by="tools/record_run.py", **about)
    return recorded.RecordedRun(
        **run._asdict(),
        backend=report.backend,
        versions=report.versions,
        date=datetime.date.today().isoformat(),
        data=data,
        recipe=recipe | {"augment": "flips_and_turns"},
        note=note,
        network=network,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--epochs", type=int, default=RECIPE["epochs"])
    parser.add_argument("--note", default="", help="what else one should know of the machine")
    parser.add_argument("--to", type=Path, default=recorded.OWN, help="the file (default: the package's own)")
    arguments = parser.parse_args()
    run = record(RECIPE | {"epochs": arguments.epochs}, arguments.note)
    recorded.write_recorded_run(arguments.to, run)
    print(run)


if __name__ == "__main__":
    main()
