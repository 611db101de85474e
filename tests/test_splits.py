"""Splits do not leak: for any labels, groups, shares and seed no group is divided and no image lost."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cellcnn_helpers.dataset import CellImageDataset

SHARES = st.sampled_from(
    [(0.7, 0.1, 0.2), (0.6, 0.2, 0.2), (0.5, 0, 0.5), (1, 0, 0), (0.8, 0.2, 0), (0, 0.5, 0.5)]
)


def numbered(labels, groups=None):
    """A data set whose image i is filled with i, so each can be followed."""
    images = np.broadcast_to(np.arange(len(labels), dtype=np.uint16)[:, None, None], (len(labels), 1, 1))
    return CellImageDataset(images, labels, [f"c{label}" for label in range(4)], groups=groups)


def positions(part):
    return part.images[:, 0, 0, 0].tolist()


@st.composite
def grouped_sets(draw):
    """(labels, groups), both of any kind: few or many groups, even or not, names or numbers."""
    num_images = draw(st.integers(1, 60))
    labels = draw(st.lists(st.integers(0, 3), min_size=num_images, max_size=num_images))
    names = st.integers(-3, 12) if draw(st.booleans()) else st.sampled_from(["a", "b", "C1", "C10", " "])
    return labels, np.array(draw(st.lists(names, min_size=num_images, max_size=num_images)))


@given(grouped_sets(), SHARES, st.integers(0, 2**32), st.booleans())
@settings(max_examples=200, deadline=None)
def test_no_group_is_divided_and_every_image_is_used_once(given_set, shares, seed, stratify):
    labels, groups = given_set
    assume(len(np.unique(groups)) >= np.count_nonzero(shares))
    cells = numbered(labels, groups)
    options = dict(zip(("train", "val", "test"), shares, strict=True)) | {"seed": seed, "stratify": stratify}
    parts = cells.split(**options)
    found = [positions(part) for part in parts]
    assert sorted(itertools.chain(*found)) == list(range(len(labels)))
    for place, part, share in zip(found, parts, shares, strict=True):
        assert place == sorted(place)  # the order is kept
        assert bool(place) == bool(share)  # every part that is asked for is filled, no other
        np.testing.assert_array_equal(part.labels, np.array(labels)[place])
        np.testing.assert_array_equal(part.groups, groups[place])
    groups_of = [set(part.groups.tolist()) for part in parts]
    assert not (groups_of[0] & groups_of[1] or groups_of[0] & groups_of[2] or groups_of[1] & groups_of[2])
    assert [positions(part) for part in cells.split(**options)] == found  # the same again


@given(st.lists(st.integers(0, 3), min_size=20, max_size=80), SHARES, st.integers(0, 99))
@settings(deadline=None)
def test_without_groups_each_class_is_divided_by_the_shares(labels, shares, seed):
    parts = numbered(labels).split(train=shares[0], val=shares[1], test=shares[2], seed=seed)
    for label in range(4):
        total = labels.count(label)
        for part, share in zip(parts, shares, strict=True):
            assert abs(np.count_nonzero(part.labels == label) - share * total) <= 1.5


@given(st.integers(10, 40), st.integers(1, 6), SHARES, st.integers(0, 99))
@settings(deadline=None)
def test_even_groups_meet_the_shares(num_groups, size, shares, seed):
    """Each part is off by less than one group."""
    groups = np.repeat(np.arange(num_groups), size)
    parts = numbered(np.zeros(len(groups), int), groups).split(
        train=shares[0], val=shares[1], test=shares[2], seed=seed
    )
    for part, share in zip(parts, shares, strict=True):
        assert abs(len(part) - share * len(groups)) <= 1.5 * size


@given(st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_groups_of_mixed_classes_keep_the_shares_of_the_classes(seed):
    """60 patients with 4 to 12 cells each, of which every patient has some of each class."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(4, 13, 60)
    groups = np.repeat(np.arange(60), sizes)
    labels = rng.choice(3, len(groups), p=[0.6, 0.3, 0.1])
    parts = numbered(labels, groups).split(seed=seed)
    for part, share in zip(parts, (0.7, 0.1, 0.2), strict=True):
        assert abs(len(part) / len(groups) - share) < 0.03
        for label in (0, 1):
            assert abs(np.mean(part.labels == label) - np.mean(labels == label)) < 0.13


def test_the_seed_chooses_the_groups():
    groups = np.repeat(np.arange(20), 3)
    cells = numbered(np.zeros(60, int), groups)
    chosen = {tuple(np.unique(cells.split(seed=seed).test.groups)) for seed in range(10)}
    assert len(chosen) > 5


def test_a_share_for_more_parts_than_groups_is_refused():
    with pytest.raises(ValueError, match="got 2 groups for 3 parts"):
        numbered([0, 1, 0], ["a", "a", "b"]).split()
