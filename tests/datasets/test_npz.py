"""Files in the layout of MedMNIST, whole and broken."""

import zipfile

import numpy as np
import pytest

from cellcnn_helpers.datasets import from_npz


def write(path, **arrays):
    np.savez(path, **arrays)
    return path


@pytest.fixture
def arrays():
    rng = np.random.default_rng(0)
    made = {}
    for split, num_images in (("train", 6), ("val", 2), ("test", 3)):
        made[f"{split}_images"] = rng.integers(0, 256, (num_images, 8, 8, 3)).astype(np.uint8)
        made[f"{split}_labels"] = (np.arange(num_images) % 3).astype(np.uint8)[:, np.newaxis]
    return made


def test_reads_each_split_and_all(tmp_path, arrays):
    path = write(tmp_path / "cells.npz", **arrays)
    for split, num_images in (("train", 6), ("val", 2), ("test", 3), ("all", 11)):
        cells = from_npz(path, split=split)
        assert len(cells) == num_images
        assert cells.class_names == ("class 0", "class 1", "class 2")  # counted over all splits
        assert cells.source == "cells.npz"
    np.testing.assert_array_equal(from_npz(path, split="all").images[6:8], arrays["val_images"])


def test_labels_may_be_flat_and_images_grey(tmp_path, arrays):
    path = write(
        tmp_path / "cells.npz", train_images=arrays["train_images"][..., 0], train_labels=[0, 1, 1, 0, 1, 0]
    )
    cells = from_npz(path, class_names=["round", "spiky"], pixel_size_um=0.5, source="mine", license="CC0")
    assert cells.images.shape == (6, 8, 8, 1)
    assert (cells.class_names, cells.pixel_size_um, cells.source) == (("round", "spiky"), 0.5, "mine")
    assert len(from_npz(path, split="all")) == 6  # the parts that are there


def test_label_out_of_range_names_the_file(tmp_path, arrays):
    path = write(tmp_path / "cells.npz", **arrays)
    with pytest.raises(ValueError, match=r'(?s)cells.npz, split "train".*got labels\[2\]=2.*class_names'):
        from_npz(path, class_names=["round", "spiky"])


def test_several_labels_per_image_are_refused(tmp_path, arrays):
    path = write(tmp_path / "cells.npz", train_images=arrays["train_images"], train_labels=np.eye(6))
    with pytest.raises(ValueError, match=r"cells.npz.*train_labels.shape=\(6, 6\).*\n.*argmax"):
        from_npz(path)


@pytest.mark.parametrize(
    ("labels", "received"),
    [
        (["a", "b"], "labels.dtype=<U1"),
        ([0.0, np.nan], "labels.dtype=float64"),
        ([np.inf, 0.0], "labels.dtype=float64"),
        (np.array(["2024-01-01", "2024-01-02"], "M8[D]"), r"labels.dtype=datetime64\[D\]"),
        ([-1, -1], r"labels\[0\]=-1"),
        (1, r"labels.shape=\(\)"),
    ],
)
def test_labels_that_are_no_class_numbers_name_the_file(tmp_path, labels, received):
    path = write(tmp_path / "cells.npz", train_images=np.zeros((2, 8, 8), np.uint8), train_labels=labels)
    with pytest.raises((ValueError, TypeError), match=rf'cells.npz, split "train": .*{received}'):
        from_npz(path)


@pytest.mark.parametrize(
    ("changed", "received"),
    [((2, 9, 8, 3), r"val_images of \(9, 8, 3\) uint8"), (np.uint16, "uint16, train")],
)
def test_splits_that_are_not_alike_are_not_joined(tmp_path, arrays, changed, received):
    val = np.zeros(changed, np.uint8) if isinstance(changed, tuple) else arrays["val_images"].astype(changed)
    path = write(tmp_path / "cells.npz", **arrays | {"val_images": val})
    with pytest.raises(ValueError, match=rf"(?s)cells.npz.*{received}.*one by one"):
        from_npz(path, split="all")
    assert len(from_npz(path, split="val")) == 2


def test_a_member_that_is_no_array_is_named(tmp_path, arrays):
    path = write(tmp_path / "cells.npz", train_labels=arrays["train_labels"])
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("train_images", b"no array")
    with pytest.raises(ValueError, match=r"cells.npz holds no array in train_images but 8 bytes"):
        from_npz(path)


@pytest.mark.parametrize("path", [5, None, "", " "])
def test_what_cannot_be_a_path(path):
    with pytest.raises((ValueError, TypeError), match=f"`path`.*got path={path!r}"):
        from_npz(path)


def test_missing_arrays_are_named(tmp_path, arrays):
    path = write(tmp_path / "cells.npz", images=arrays["train_images"], train_labels=arrays["train_labels"])
    with pytest.raises(ValueError, match=r"lacks train_images: it holds images, train_labels.*\n.*np.savez"):
        from_npz(path)
    with pytest.raises(ValueError, match="lacks test_images, test_labels"):
        from_npz(path, split="test")
    with pytest.raises(ValueError, match="lacks train_images"):
        from_npz(path, split="all")


def test_missing_file_and_unknown_split(tmp_path, arrays):
    with pytest.raises(FileNotFoundError, match=r"path='.*gone.npz'"):
        from_npz(tmp_path / "gone.npz")
    with pytest.raises(ValueError, match=r"split='valid'"):
        from_npz(write(tmp_path / "cells.npz", **arrays), split="valid")


@pytest.mark.parametrize("kept", [0, 10, 0.3, 0.9, -1])
def test_a_truncated_file_is_named(tmp_path, arrays, kept):
    path = write(tmp_path / "cells.npz", **arrays)
    whole = path.read_bytes()
    path.write_bytes(whole[: kept if isinstance(kept, int) else int(kept * len(whole))])
    with pytest.raises(ValueError, match=r"cells.npz cannot be read as .npz.*\n.*again"):
        from_npz(path)


def test_damage_inside_the_file_is_found(tmp_path, arrays):
    path = write(tmp_path / "cells.npz", **arrays)
    content = bytearray(path.read_bytes())
    place = content.find(arrays["train_images"].tobytes()[:50])
    content[place + 20] ^= 255
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"cells.npz is damaged inside train_images"):
        from_npz(path)


class Trap:
    """Unpickling it would leave a mark."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return open, (str(self.mark), "w")


def test_pickles_are_never_loaded(tmp_path):
    images = np.array([Trap(tmp_path / "mark")], dtype=object)
    path = write(tmp_path / "cells.npz", train_images=images, train_labels=[0])
    with pytest.raises(
        ValueError, match=r"cells.npz holds pickled objects.*train_images.*\n.*plain number arrays"
    ):
        from_npz(path)
    np.save(tmp_path / "bare.npy", images, allow_pickle=True)
    (tmp_path / "bare.npz").write_bytes((tmp_path / "bare.npy").read_bytes())
    with pytest.raises(ValueError, match=r"bare.npz"):
        from_npz(tmp_path / "bare.npz")
    assert not (tmp_path / "mark").exists()


def test_a_npy_file_is_told_apart(tmp_path):
    np.save(tmp_path / "one.npy", np.zeros(3))
    with pytest.raises(ValueError, match=r"one.npy holds one array.*\n.*np.savez"):
        from_npz(tmp_path / "one.npy")


@pytest.mark.real_data
def test_real_blood_cells(real_data):
    cells = from_npz(real_data / "pbc_blood_28.npz", split="val")
    assert cells.images.shape == (1708, 28, 28, 3)
    assert len(cells.class_names) == 8
    assert np.bincount(cells.labels).min() > 50
