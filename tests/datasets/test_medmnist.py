"""PathMNIST and TissueMNIST: small files of their layout from a real server."""

import io

import numpy as np
import pytest

from cellcnn_helpers import datasets
from cellcnn_helpers.datasets import registry


def npz(num_classes, *channels):
    rng, arrays = np.random.default_rng(0), {}
    for split, num_images in (("train", num_classes + 2), ("val", 3), ("test", 4)):
        arrays[f"{split}_images"] = rng.integers(0, 256, (num_images, 28, 28, *channels)).astype(np.uint8)
        arrays[f"{split}_labels"] = (np.arange(num_images) % num_classes).astype(np.uint8)[:, np.newaxis]
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "channels", "num_classes", "first", "last", "pixel_size_um"),
    [
        ("pathmnist", (3,), 9, "adipose", "colorectal adenocarcinoma epithelium", 4.0),
        ("tissuemnist", (), 8, "collecting duct, connecting tubule", "thick ascending limb", None),
    ],
)
def test_classes_pixels_and_splits(publish, name, channels, num_classes, first, last, pixel_size_um):
    publish({f"{name}.npz": npz(num_classes, *channels)})
    sizes = {split: len(datasets.load(name, split=split)) for split in ("train", "val", "test", "all")}
    assert sizes == {"train": num_classes + 2, "val": 3, "test": 4, "all": num_classes + 9}
    cells = datasets.load(name, size=28)
    assert cells.images.shape[1:] == (28, 28, channels[0] if channels else 1)
    assert (cells.class_names[0], cells.class_names[-1]) == (first, last)
    assert len(cells.class_names) == num_classes
    assert cells.pixel_size_um == pixel_size_um
    with pytest.raises(ValueError, match=rf'`size` of "{name}" must be one of 28: got size=64'):
        datasets.load(name, size=64)


def test_a_label_without_a_name_is_refused(publish):
    publish({"tissuemnist.npz": npz(9)})
    with pytest.raises(ValueError, match=r'tissuemnist.npz, split "train".*from 0 to 7.*labels\[8\]=8'):
        datasets.load("tissuemnist")


def test_the_second_address_is_taken_when_the_first_is_down(publish, server, monkeypatch):
    import dataclasses

    made = publish({"pathmnist.npz": npz(9, 3)})["pathmnist.npz"]
    urls = (f"{server.root}/500/pathmnist.npz", *made.urls)
    records = tuple(
        dataclasses.replace(record, urls=urls) if record is made else record for record in registry._RECORDS
    )
    monkeypatch.setattr(registry, "_RECORDS", records)
    assert len(datasets.load("pathmnist")) == 11
    assert server.requested == ["500", "file"]


def test_the_facts_of_the_official_files():
    path, tissue = registry.FILES["pathmnist.npz"], registry.FILES["tissuemnist.npz"]
    assert path.checksum == "md5:a8b06965200029087d5bd730944a56c1"
    assert path.num_bytes == 205_615_438
    assert tissue.checksum == "md5:ebe78ee8b05294063de985d821c1c34b"
    assert path.urls[0] == "https://zenodo.org/records/10519652/files/pathmnist.npz?download=1"
