"""CellImageDataset: what it keeps, what it refuses, and that a split never divides a group."""

import dataclasses
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from cellcnn_helpers.dataset import CellImageDataset

NAMES = ("round", "spiky", "long")


def make(num_images=6, **known):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (num_images, 5, 7, 3)).astype(np.uint8)
    return CellImageDataset(images, np.arange(num_images) % 3, NAMES, **known)


def test_keeps_the_stored_type_and_adds_the_channel_of_grey_images():
    for dtype in (bool, np.uint8, np.uint16, np.float32, np.float64):
        cells = CellImageDataset(np.zeros((2, 5, 7), dtype), [0, 1], NAMES)
        assert cells.images.dtype == dtype
        assert cells.images.shape == (2, 5, 7, 1)
    assert cells.labels.dtype == np.int64
    assert cells.class_names == NAMES
    assert len(cells) == 2


def test_cannot_be_changed_and_does_not_freeze_the_array_of_the_caller():
    images = np.zeros((1, 4, 4), np.uint8)
    cells = CellImageDataset(images, [0], ["round"])
    with pytest.raises(ValueError, match="read-only"):
        cells.images[0] = 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        cells.labels = [1]
    images[0] = 1  # the caller's own array stays writable
    assert cells != CellImageDataset(images, [0], ["round"])


def test_arrays_are_float32_between_0_and_1():
    cells = CellImageDataset(np.array([[[0, 51, 255]]], np.uint8), [0], ["round"])
    images, labels = cells.arrays()
    assert images.dtype == np.float32
    np.testing.assert_array_equal(images.ravel(), np.float32([0, 0.2, 1]))
    labels[0] = 5  # a copy
    assert cells.labels[0] == 0


@pytest.mark.parametrize(
    ("dtype", "stored", "max_value", "expected"),
    [
        (np.uint16, 65535, None, 1.0),
        (np.uint16, 4095, 4095, 1.0),
        (bool, True, None, 1.0),
        (np.float64, 0.5, None, 0.5),
    ],
)
def test_arrays_scale_by_the_type_or_by_max_value(dtype, stored, max_value, expected):
    cells = CellImageDataset(np.full((1, 2, 2), stored, dtype), [0], ["round"])
    assert cells.arrays(max_value=max_value)[0].max() == np.float32(expected)


def test_float_images_that_are_not_scaled_are_named():
    cells = CellImageDataset(np.full((1, 2, 2), 200.0), [0], ["round"])
    with pytest.raises(ValueError, match=r"got values from 200 to 200.*\n.*max_value=255"):
        cells.arrays()
    with pytest.raises(ValueError, match="from 0 to 100"):
        cells.arrays(max_value=100)
    assert cells.arrays(max_value=200)[0].max() == 1


def test_empty_is_valid():
    empty = make().subset([])
    assert len(empty) == 0
    assert empty.arrays()[0].shape == (0, 5, 7, 3)
    assert "0 of 5 × 7 × 3" in repr(empty.summary())


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"images": np.zeros((6, 5, 7, 3), np.int64)}, r"images.dtype=int64.*\n.*astype"),
        ({"images": np.zeros((5, 7), np.uint8)}, r"images.shape=\(5, 7\).*\n.*images\[np.newaxis\]"),
        ({"images": np.zeros((6, 0, 7), np.uint8)}, r"no pixels: got images.shape=\(6, 0, 7, 1\)"),
        (
            {"images": np.zeros((6, 3, 28, 28), np.uint8)},
            r"\(6, 3, 28, 28\).*\n.*np.moveaxis\(images, 1, -1\)",
        ),
        ({"images": np.full((6, 5, 7), np.nan)}, r"`images`.*images\[0, 0, 0, 0\]=nan"),
        (
            {"labels": np.eye(3)[[0, 1, 2, 0, 1, 2]]},
            r"labels.shape=\(6, 3\), which looks one-hot.*\n.*argmax",
        ),
        ({"labels": np.zeros((6, 1), int)}, r"labels.shape=\(6, 1\).*\n.*ravel"),
        ({"labels": [0, 1]}, r"labels.shape=\(2,\) and images.shape=\(6, 5, 7, 3\)"),
        ({"labels": np.zeros(6)}, "labels.dtype=float64"),
        ({"labels": [0, 1, 2, 3, 0, 0]}, r"from 0 to 2 for 3 classes: got labels\[3\]=3"),
        ({"labels": [0, -1, 2, 0, 0, 0]}, r"labels\[1\]=-1"),
        ({"class_names": "round"}, r"class_names='round'.*\n.*\["),
        ({"class_names": ["a", "a", "b"]}, "name each class once"),
        ({"class_names": ["a", "", "b"]}, "got ''"),
        ({"class_names": ["a", 2, "b"]}, "got 2"),
        ({"class_names": []}, r"class_names=\[\]"),
        ({"masks": np.zeros((6, 5, 7, 1), bool)}, r"masks.shape=\(6, 5, 7, 1\)"),
        ({"masks": np.zeros((6, 5, 7))}, "masks.dtype=float64"),
        ({"groups": ["a", "b"]}, r"groups.shape=\(2,\)"),
        ({"groups": np.zeros(6)}, "groups.dtype=float64"),
        ({"pixel_size_um": 0}, "pixel_size_um=0"),
        ({"source": None}, "source=None"),
    ],
)
def test_says_what_does_not_fit_and_how_to_mend_it(changed, message):
    known = {
        "images": np.zeros((6, 5, 7, 3), np.uint8),
        "labels": [0, 1, 2, 0, 1, 2],
        "class_names": NAMES,
    } | changed
    with pytest.raises((ValueError, TypeError), match=f"(?s){message}"):
        CellImageDataset(known.pop("images"), known.pop("labels"), known.pop("class_names"), **known)


def test_one_color_image_without_a_batch_axis_gets_its_own_hint():
    with pytest.raises(ValueError, match=r"add the batch axis: images\[np.newaxis\]"):
        CellImageDataset(np.zeros((20, 20, 3), np.uint8), [0], ["round"])


def test_subset_selects_everything_alike():
    cells = make(
        masks=np.arange(6)[:, None, None] * np.ones((5, 7), int), groups=list("abcdef"), pixel_size_um=0.5
    )
    for selection in ([4, 1], np.array([4, 1]), (4, 1)):
        picked = cells.subset(selection)
        np.testing.assert_array_equal(picked.images, cells.images[[4, 1]])
        np.testing.assert_array_equal(picked.labels, [1, 1])
        np.testing.assert_array_equal(picked.masks[:, 0, 0], [4, 1])
        np.testing.assert_array_equal(picked.groups, ["e", "b"])
        assert picked.pixel_size_um == 0.5
    np.testing.assert_array_equal(cells.subset(cells.labels == 2).labels, [2, 2])
    np.testing.assert_array_equal(cells.subset(slice(1, 3)).labels, [1, 2])


def test_subset_refuses_what_is_no_selection():
    with pytest.raises(IndexError, match="image 6 of 6"):
        make().subset([0, 6])
    with pytest.raises(ValueError, match=r"selection.shape=\(2,\)"):
        make().subset([True, False])
    with pytest.raises(TypeError, match="selection"):
        make().subset(1.5)
    for wrong in (slice("a"), slice(0, 4, 0)):
        with pytest.raises(TypeError, match=rf"selection={re.escape(repr(wrong))}"):
            make().subset(wrong)


def test_names_and_numbers_kept_as_objects_are_taken_as_what_they_are():
    """So they come out of a table that pandas has read."""
    cells = make(groups=np.array(list("abcabc"), object))
    assert cells.groups.tolist() == list("abcabc")
    numbers = np.array([0, 1, 2, 0, 1, 2], object)
    assert CellImageDataset(cells.images, numbers, NAMES).labels.dtype == np.int64
    with pytest.raises(TypeError, match=r"labels.dtype=<U5.*\n.*np.unique"):
        CellImageDataset(cells.images, np.array(NAMES * 2, object), NAMES)
    with pytest.raises(TypeError, match=r"`groups`.*entries of type float, str.*\n.*drop"):
        make(groups=np.array([*"abcab", np.nan], object))


def parts_cover_everything_once(cells, parts):
    seen = np.concatenate([part.images[:, 0, 0, 0] for part in parts])
    return sorted(seen.tolist()) == sorted(cells.images[:, 0, 0, 0].tolist())


def numbered(labels, groups=None):
    """A data set whose image i is filled with i."""
    images = np.broadcast_to(np.arange(len(labels), dtype=np.uint16)[:, None, None], (len(labels), 2, 2))
    return CellImageDataset(images, labels, [f"c{i}" for i in range(max(labels) + 1)], groups=groups)


def test_split_keeps_the_shares_of_every_class():
    cells = numbered(np.repeat([0, 1, 2], [500, 100, 50]))
    parts = cells.split(seed=3)
    assert parts_cover_everything_once(cells, parts)
    for part, share in zip(parts, (0.7, 0.1, 0.2), strict=True):
        counts = np.bincount(part.labels, minlength=3)
        np.testing.assert_allclose(counts, share * np.array([500, 100, 50]), atol=1)


def test_split_without_stratify_still_has_the_right_sizes():
    cells = numbered(np.repeat([0, 1], [90, 10]))
    assert [len(part) for part in cells.split(stratify=False)] == [70, 10, 20]


def test_split_is_repeatable_and_depends_on_the_seed():
    cells = numbered(np.arange(100) % 4)
    first, again, other = cells.split(seed=1), cells.split(seed=1), cells.split(seed=2)
    np.testing.assert_array_equal(first.test.images, again.test.images)
    assert not np.array_equal(first.test.images, other.test.images)


@pytest.mark.parametrize("seed", range(5))
def test_split_never_divides_a_group(seed):
    rng = np.random.default_rng(seed)
    groups = rng.integers(0, 40, 600) ** 2 // 40  # uneven groups
    cells = numbered(rng.integers(0, 3, 600), groups)
    parts = cells.split(seed=seed)
    assert parts_cover_everything_once(cells, parts)
    sets = [set(part.groups.tolist()) for part in parts]
    assert not sets[0] & sets[1]
    assert not sets[0] & sets[2]
    assert not sets[1] & sets[2]
    np.testing.assert_allclose([len(part) / 600 for part in parts], [0.7, 0.1, 0.2], atol=0.06)


def test_split_fills_every_part_even_with_three_patients():
    cells = numbered([0, 1] * 30, np.repeat(["a", "b", "c"], 20))
    assert [len(part) for part in cells.split()] == [20, 20, 20]


def test_split_says_when_it_cannot_be_done():
    cells = numbered([0, 1] * 10, np.repeat(["a", "b"], 10))
    with pytest.raises(ValueError, match=r"got 2 groups for 3 parts.*\n.*Set a share to 0"):
        cells.split()
    assert [len(part) for part in cells.split(train=0.5, val=0, test=0.5)] == [10, 0, 10]
    with pytest.raises(ValueError, match=r"train=0.5, val=0.1, test=0.2, together 0.8"):
        cells.split(train=0.5)
    with pytest.raises(ValueError, match=r"val=-0\.1"):
        cells.split(train=0.9, val=-0.1, test=0.2)


def test_summary_counts_and_is_safe_as_html():
    cells = make(masks=np.ones((6, 5, 7), bool), groups=list("aabbcc"), source="<b>own</b>", license="CC0")
    summary = cells.summary()
    assert summary.class_counts == {"round": 2, "spiky": 2, "long": 2}
    text = repr(summary)
    for expected in ("6 of 5 × 7 × 3, uint8", "100.0 % of the pixels", "groups      3", "CC0", "33.3 %"):
        assert expected in text
    page = summary._repr_html_()
    assert "&lt;b&gt;own" in page
    assert "<b>own" not in page


def test_summary_tells_the_field_the_objects_and_the_groups_of_each_class():
    masks = np.zeros((4, 20, 40), np.uint16)
    masks[0, :2, :2], masks[0, 5, 5], masks[1, 0, 0] = 7, 9, 1
    cells = CellImageDataset(
        np.zeros((4, 20, 40), np.uint8),
        [0, 0, 0, 1],
        ["round", "spiky", "long"],
        masks=masks,
        groups=["a", "b", "a", "b"],
        pixel_size_um=0.25,
    )
    text = repr(cells.summary())
    assert "pixel size  0.25 µm; an image shows 5 × 10 µm" in text
    assert "masks       uint16, 0.2 % of the pixels, 3 objects, 0 to 2 in an image" in text
    assert text.splitlines()[-4:] == [
        "class   images    share   groups",
        "round        3   75.0 %        2",
        "spiky        1   25.0 %        1",
        "long         0    0.0 %        0",
    ]
    assert cells.summary().class_groups == {"round": 2, "spiky": 1, "long": 0}
    page = cells.summary()._repr_html_()
    assert page.count("<tr>") == len(cells.summary().facts) + 1 + 3
    assert '<td style="text-align:right;padding-left:1.5em">2</td>' in page
    assert "groups" not in repr(make().summary())


def test_summary_of_an_empty_set_with_masks_and_groups():
    cells = make(masks=np.ones((6, 5, 7), int), groups=list("aabbcc")).subset([])
    assert "0.0 %        0" in repr(cells.summary())


def test_repr_says_what_it_is():
    assert repr(make(pixel_size_um=0.107, source="own")) == (
        "CellImageDataset(6 images of 5 × 7 × 3 uint8, 3 classes, 0.107 µm per pixel, source='own')"
    )


def test_show_draws_each_class_with_its_name_and_the_source():
    make(30, pixel_size_um=1.0, source="Own cells").show(9, columns=3)
    figure = plt.gcf()
    assert sorted(ax.get_title() for ax in figure.axes) == sorted(NAMES * 3)
    assert figure.get_supxlabel() == "Own cells"
    plt.close(figure)


def test_show_outlines_the_masks_where_they_are_asked_for():
    masks = np.zeros((6, 5, 7), bool)
    masks[:, 1:3, 1:3] = True
    cells = make(masks=masks)
    for outlines, expected in ((False, 0), (True, 4)):
        cells.show(3, outlines=outlines)
        lines = [len(ax.collections[0].get_segments()) if ax.collections else 0 for ax in plt.gcf().axes]
        assert lines == [expected] * 3
        plt.close()
    with pytest.raises(ValueError, match=r"`outlines` need masks.*outlines=True"):
        make().show(outlines=True)
    with pytest.raises(TypeError, match="outlines=1"):
        cells.show(outlines=1)


def test_tf_dataset_gives_the_same_numbers_as_arrays():
    cells = make(10)
    batches = list(cells.to_tf_dataset(4))
    assert [len(labels) for _, labels in batches] == [4, 4, 2]
    images, labels = cells.arrays()
    np.testing.assert_allclose(np.concatenate([batch for batch, _ in batches]), images, rtol=1e-6)
    np.testing.assert_array_equal(np.concatenate([batch for _, batch in batches]), labels)


def test_tf_dataset_shuffles_anew_in_each_epoch_and_repeatably():
    cells = numbered(np.arange(50) % 2)
    batches, same = (cells.to_tf_dataset(50, shuffle=True, seed=5) for _ in range(2))
    first, second = (next(iter(batches))[0].numpy() for _ in range(2))
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, cells.arrays()[0])
    np.testing.assert_array_equal(np.sort(first, axis=0), cells.arrays()[0])
    np.testing.assert_array_equal(first, next(iter(same))[0].numpy())
