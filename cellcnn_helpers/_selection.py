"""Which images go where: the parts of a split, and a few of each class."""

import numpy as np


def parts_of_split(labels, groups, shares, seed):
    """The part (0, 1, 2) of each image, (batch,), such that no group is divided.

    `labels` and `groups` are (batch,), of any kind that can be told apart; the share of each label is kept
    alike in the parts, as far as the groups allow.
    """
    names, group_of_image = np.unique(groups, return_inverse=True)
    classes, class_of_image = np.unique(labels, return_inverse=True)
    counts = np.zeros((len(names), len(classes)))
    np.add.at(counts, (group_of_image, class_of_image), 1)
    return assign_groups(counts, np.asarray(shares), np.random.default_rng(seed))[group_of_image]


def assign_groups(counts, shares, rng):
    """The part (0, 1, 2) of each group; `counts` is (groups, classes).

    Largest groups first, because the small ones even out what the large ones leave. Each goes where its
    classes are missed most; the last groups fill parts that would else stay empty.
    """
    totals = np.maximum(counts.sum(axis=0), 1)
    missing = shares[:, np.newaxis] * totals  # (parts, classes), in images
    weights = counts / totals
    empty = {part for part in range(len(shares)) if shares[part] > 0}
    order = rng.permutation(len(counts))
    order = order[np.argsort(-counts[order].sum(axis=1), kind="stable")]
    parts = np.empty(len(counts), np.int64)
    for num_left, group in zip(range(len(order), 0, -1), order, strict=True):
        need = missing @ weights[group]
        candidates = empty if num_left <= len(empty) else np.flatnonzero(shares)
        part = max(candidates, key=need.__getitem__)
        parts[group] = part
        missing[part] -= counts[group]
        empty.discard(part)
    return parts


def one_of_each_class_in_turn(labels, num_images, rng):
    """Positions of at most `num_images` images: a random one of class 0, of class 1, ..., then again."""
    shuffled = rng.permutation(len(labels))
    by_class = shuffled[np.argsort(labels[shuffled], kind="stable")]
    starts = np.searchsorted(labels[by_class], labels[by_class])
    turn = np.arange(len(labels)) - starts
    return by_class[np.argsort(turn, kind="stable")][:num_images]
