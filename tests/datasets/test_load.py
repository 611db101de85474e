"""`load`: each name, and that blood cells are never swapped silently."""

import dataclasses
import re
import subprocess
import sys

import numpy as np
import pytest
import skimage.data

from cellcnn_helpers import datasets
from cellcnn_helpers.datasets import fetch, registry


def test_the_pictures_are_those_of_scikit_image():
    phase, histology = datasets.load("phase_cell"), datasets.load("histology", split="all")
    np.testing.assert_array_equal(phase.images[0, ..., 0], skimage.data.cell())
    np.testing.assert_array_equal(histology.images[0], skimage.data.immunohistochemistry())
    retina = datasets.load("retina").images[0, :, :, 0]
    np.testing.assert_array_equal(retina, skimage.data.microaneurysms())
    assert (phase.pixel_size_um, phase.license) == (0.107, "CC0")
    assert "10.1364/OE.26.010729" in phase.citation
    with pytest.raises(ValueError, match="split='test'"):
        datasets.load("phase_cell", split="test")
    with pytest.raises(ValueError, match=r'"phase_cell": got size=64'):
        datasets.load("phase_cell", size=64)


@pytest.mark.parametrize("size", [28, 64])
def test_simulated_splits_share_no_cell(size):
    val, test = datasets.load("simulated_cells", split="val", size=size), None
    assert val.images.shape == (200, size, size, 1)
    assert val.pixel_size_um * size == pytest.approx(16)
    if size == 28:
        everything = datasets.load("simulated_cells", split="all")
        test = datasets.load("simulated_cells", split="test")
        assert len({image.tobytes() for image in everything.images}) == len(everything) == 1600
        np.testing.assert_array_equal(everything.images[1000:1200], val.images)
        np.testing.assert_array_equal(everything.images[1200:], test.images)


def test_simulated_cells_have_a_smallest_size():
    with pytest.raises(ValueError, match=r"`size` must be at least 8: got size=7"):
        datasets.load("simulated_cells", size=7)
    cells = datasets.load("simulated_cells", split="val", size=8)
    assert cells.masks.any(axis=(1, 2)).all()
    assert cells.images.std() > 10


def test_unknown_names_splits_and_sizes_list_what_there_is():
    with pytest.raises(ValueError, match=r"(?s)\"bloodmnist\".*name='blod'"):
        datasets.load("blod")
    with pytest.raises(ValueError, match="split='validation'"):
        datasets.load("phase_cell", split="validation")
    with pytest.raises(ValueError, match="28, 64, 128, 224: got size=32"):
        datasets.load("bloodmnist", size=32)


def test_offline_bloodmnist_says_what_to_do(online, monkeypatch):
    monkeypatch.setenv("CELLCNN_OFFLINE", "1")
    with pytest.raises(FileNotFoundError, match=r"(?s)bloodmnist_64.npz.*CELLCNN_OFFLINE"):
        datasets.load("bloodmnist", size=64)


def test_blood_cells_fall_back_to_simulated_ones_and_say_so(online, capsys):
    cells = datasets.load("blood_cells", split="val")
    assert cells.source == "Simulated fluorescent nuclei"
    out = capsys.readouterr().out
    assert out.count("blood_cells:") == 1
    assert max(map(len, out.splitlines())) <= 76  # what fits into a page of the book
    assert "no blood cells of 28 px on this machine" in " ".join(out.split())


def test_what_was_taken_is_said_once_for_all_splits_and_again_in_the_next_run(online, capsys):
    for _ in range(2):  # as a cell that is run twice
        for split in ("train", "val", "test"):
            datasets.load("blood_cells", split=split)
            assert capsys.readouterr().out.count("no blood cells") == (split == "train")
    datasets.load("blood_cells", split="val", size=64)
    assert "no blood cells of 64 px" in capsys.readouterr().out


def test_blood_cells_take_official_bloodmnist_first(online, capsys, monkeypatch, good_bytes, record_for):
    """The official file is too large for a test: a small one of its layout takes its place."""
    official = registry.files_of("bloodmnist")[0]
    small = dataclasses.replace(official, checksum=record_for("good").checksum)
    monkeypatch.setattr(
        registry,
        "_RECORDS",
        tuple(small if record is official else record for record in registry._RECORDS),
    )
    online.mkdir()
    (online / "bloodmnist.npz").write_bytes(good_bytes)
    cells = datasets.load("blood_cells", split="test")
    assert len(cells) == 3
    assert cells.source.startswith("BloodMNIST")
    assert cells.class_names == registry.BLOOD_CELL_CLASSES
    out = capsys.readouterr().out
    assert out.startswith("blood_cells: BloodMNIST")
    assert out.count("blood_cells:") == 1


@pytest.mark.real_data
def test_blood_cells_from_the_data_folder_are_not_called_bloodmnist(capsys):
    sizes = {
        split: len(datasets.load("blood_cells", split=split)) for split in ("train", "val", "test", "all")
    }
    assert sizes == {"train": 10244, "val": 1708, "test": 1707, "all": 13659}
    cells = datasets.load("pbc_blood_28", split="test")
    assert cells.source == "Peripheral blood cells (Acevedo et al. 2020), 28 px; not BloodMNIST"
    out = " ".join(capsys.readouterr().out.split())
    for words in ("blood_cells:", "not BloodMNIST", "No patient identifiers"):
        assert out.count(words) == 1


@pytest.mark.real_data
def test_real_blood_cells_can_be_told_apart_by_their_color():
    """The labels belong to the images: nearest class mean of 4 x 4 colors beats chance (1 in 8) by far."""
    train, test = (datasets.load("pbc_blood_28", split=split) for split in ("train", "test"))
    coarse = [
        part.arrays()[0].reshape(-1, 4, 7, 4, 7, 3).mean(axis=(2, 4)).reshape(len(part), -1)
        for part in (train, test)
    ]
    means = np.stack([coarse[0][train.labels == label].mean(axis=0) for label in range(8)])
    nearest = ((coarse[1][:, np.newaxis] - means) ** 2).sum(axis=-1).argmin(axis=1)
    assert (nearest == test.labels).mean() > 0.4


def test_every_record_is_complete():
    for record in registry.FILES.values():
        assert re.fullmatch("md5:[0-9a-f]{32}|sha256:[0-9a-f]{64}", record.checksum)
        assert all(url.startswith("https://") and record.name in url for url in record.urls)
        assert len(set(record.class_names)) == len(record.class_names)
        assert record.license
        assert "doi:" in record.citation
        assert record.known_problems
        assert (record.name.endswith(".npz")) == (record.size is not None)
    assert len(registry.FILES) == 12
    assert {record.dataset for record in registry.FILES.values()} < set(datasets.NAMES)


def test_importing_datasets_loads_neither_requests_nor_pooch_nor_keras(root):
    heavy = ("pooch", "requests", "keras", "cv2", "matplotlib")
    code = f"import sys, cellcnn_helpers.datasets; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.strip() == "[]"


def test_find_gives_nothing_where_nothing_is(online):
    assert fetch.find(registry.FILES["bloodmnist.npz"]) is None
