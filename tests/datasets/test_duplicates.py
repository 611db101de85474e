"""Equal pictures are found wherever they stand, and nothing else is."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cellcnn_helpers.dataset import CellImageDataset
from cellcnn_helpers.datasets import find_duplicates, load


@given(
    hnp.arrays(np.uint8, st.tuples(st.integers(0, 12), st.just(1), st.just(2)), elements=st.integers(0, 1))
)
def test_gives_the_first_equal_image(images):
    expected = [
        next(k for k in range(n + 1) if np.array_equal(images[k], images[n])) for n in range(len(images))
    ]
    assert find_duplicates(images).tolist() == expected


def test_one_changed_pixel_makes_another_image_and_the_sign_of_zero_does_not():
    images = np.zeros((3, 8, 8, 3))
    images[1] = -0.0
    images[2, 7, 7, 2] = 1e-9
    assert find_duplicates(images).tolist() == [0, 0, 2]


def test_equal_images_stay_in_one_part_of_a_split():
    images = np.random.default_rng(0).integers(0, 256, (100, 4, 4)).astype(np.uint8).repeat(2, axis=0)
    cells = CellImageDataset(images, np.arange(200) % 2, ["round", "spiky"])
    grouped = dataclasses.replace(cells, groups=find_duplicates(images))
    assert num_shared(cells.split()) > 10  # what happens without the groups
    assert num_shared(grouped.split()) == 0


def num_shared(parts):
    """Pictures that are in more than one part."""
    pictures = [{image.tobytes() for image in part.images} for part in parts]
    return sum(map(len, pictures)) - len(set.union(*pictures))


@pytest.mark.parametrize("images", [5, np.zeros(3), ["a", "b"]])
def test_says_what_is_no_batch(images):
    with pytest.raises(ValueError, match=r"`images` must be a batch of images: got images.shape="):
        find_duplicates(images)


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["pbc_blood_28", "dsb2018_nuclei"])
def test_no_picture_is_twice_in_the_real_sets(name):
    images = load(name, split="all").images
    np.testing.assert_array_equal(find_duplicates(images), np.arange(len(images)))


# (first, second, rows, columns): the picture of the second cell is that of the first, moved so far. Found by
# comparing all pictures at every shift of up to 4 pixels; counted over train, val and test joined.
TWICE = [
    (12993, 12420, 2, 0),
    (5376, 10579, 0, 2),
    (10105, 13395, -1, 0),
    (9678, 8975, 1, 0),
    (21, 5752, -3, 0),
    (12997, 2598, -3, 2),
]


def moved(image, rows, columns):
    """The pixels of `image` that are still in sight when another one is moved over it."""
    height, width = image.shape[:2]
    return image[max(0, rows) : height + min(0, rows), max(0, columns) : width + min(0, columns)]


@pytest.mark.real_data
def test_six_cells_are_in_the_blood_set_twice_and_three_of_them_leak():
    cells = load("pbc_blood_28", split="all")
    part = np.repeat([0, 1, 2], [len(load("pbc_blood_28", split=name)) for name in ("train", "val", "test")])
    for first, second, rows, columns in TWICE:
        one, other = moved(cells.images[first], -rows, -columns), moved(cells.images[second], rows, columns)
        assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.97
        stranger = moved(cells.images[second - 1], rows, columns)
        assert np.corrcoef(one.ravel(), stranger.ravel())[0, 1] < 0.9
        assert cells.labels[first] == cells.labels[second]
    assert sum(part[first] != part[second] for first, second, _, _ in TWICE) == 3
