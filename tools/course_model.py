"""Train the course's own network for blood cells, and write it where the package finds it.

    CELLCNN_DATA=folder python tools/course_model.py     # some four minutes on two cores

Writes cellcnn_helpers/models/blood_cells.json. Network and training were chosen on the validation images; the
test images are not read. Batch normalization is folded into the convolutions after training, so that the
page shows layers that the course has explained.
"""

import datetime
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cellcnn_helpers import __version__, datasets, models, training  # noqa: E402
from cellcnn_helpers.models.page import COURSE_FILE  # noqa: E402

FILTERS = (8, 16, 24, 32)  # few enough that a reader can look at all maps
RECIPE = {"epochs": 30, "batch_size": 64, "learning_rate": 0.005, "schedule": "cosine", "seed": 0}


def main():
    """Train, fold, measure on the validation images, write."""
    cells = datasets.load("pbc_blood_28", split="train")
    validation = datasets.load("pbc_blood_28", split="val")
    model = models.batchnorm_cnn((28, 28, 3), 8, filters=FILTERS, standardize=cells, seed=0)
    training.train(model, cells, augment=training.flips_and_turns, **RECIPE)
    model = models.fold_batch_normalization(model)
    images, labels = validation.arrays()
    right = int((model.predict(images, batch_size=256, verbose=0).argmax(axis=1) == labels).sum())
    report = training.device_report()
    recipe = ", ".join(f"{name} {value}" for name, value in RECIPE.items())
    document = models.page_weights(
        model,
        cells.class_names,
        title="A small network for blood cells of 28 × 28 pixels",
        data_set="pbc_blood_28.npz, made from the images of Acevedo et al. 2020. It is not BloodMNIST: other "
        "resizing, other split, duplicates removed. A score measured on it is no BloodMNIST result.",
        license="CC BY 4.0",
        citation=cells.citation,
        split=f"Trained on its {len(cells):,} training images. Split by image: patients are not known, so "
        "the accuracy is optimistic about new patients.",
        validation_accuracy=f"{right / len(labels):.4f} ({right} of {len(labels)} validation images); "
        "the test images were not read",
        training=f"batchnorm_cnn, filters {FILTERS}, {recipe}, flips and turns; batch normalization folded",
        made_by="tools/course_model.py",
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        versions=f"cellcnn_helpers {__version__}, {report.versions}, {report.backend}",
    )
    COURSE_FILE.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{COURSE_FILE.relative_to(ROOT)}: {COURSE_FILE.stat().st_size:,} bytes, {document['about']}")


if __name__ == "__main__":
    main()
