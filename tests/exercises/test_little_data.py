"""The checker of the balanced draw, fed with what students write: right, untouched and wrong."""

import numpy as np
import pytest

from cellcnn_helpers.exercises import little_data as check


def of_course(labels, num_per_class, seed):
    rng = np.random.default_rng(seed)
    parts = [
        rng.choice(np.flatnonzero(labels == number), num_per_class, replace=False)
        for number in np.unique(labels)
    ]
    return np.concatenate(parts)


def by_permutation(labels, num_per_class, seed):
    """Shuffles all, then takes the first of each class; hands back a list."""
    taken, counts = [], {}
    for place in np.random.default_rng(seed).permutation(len(labels)):
        if counts.get(labels[place], 0) < num_per_class:
            counts[labels[place]] = counts.get(labels[place], 0) + 1
            taken.append(place)
    return taken


def with_replacement(labels, num_per_class, seed):
    rng = np.random.default_rng(seed)
    return np.concatenate(
        [rng.choice(np.flatnonzero(labels == number), num_per_class) for number in np.unique(labels)]
    )


def of_all_cells(labels, num_per_class, seed):
    num_cells = num_per_class * len(np.unique(labels))
    return np.random.default_rng(seed).choice(len(labels), num_cells, replace=False)


def the_first(labels, num_per_class, seed):
    return np.concatenate([np.flatnonzero(labels == n)[:num_per_class] for n in np.unique(labels)])


def without_a_seed(labels, num_per_class, seed):
    return of_course(labels, num_per_class, None)


def one_seed(labels, num_per_class, seed):
    return of_course(labels, num_per_class, 0)


def from_the_first_ten(labels, num_per_class, seed):
    rng = np.random.default_rng(seed)
    return np.concatenate(
        [
            rng.choice(np.flatnonzero(labels == n)[:10], num_per_class, replace=False)
            for n in np.unique(labels)
        ]
    )


def one_class_too_few(labels, num_per_class, seed):
    return of_course(labels, num_per_class, seed)[:-num_per_class]


def changes_its_input(labels, num_per_class, seed):
    places = of_course(labels, num_per_class, seed)
    labels[:] = 0
    return places


def by_counting_up(labels, num_per_class, seed):
    rng = np.random.default_rng(seed)
    kinds = range(len(np.unique(labels)))
    return np.concatenate(
        [rng.choice(np.flatnonzero(labels == n), num_per_class, replace=False) for n in kinds]
    )


def by_permutation_and_counting_up(labels, num_per_class, seed):
    """Raises nothing where a class is not there: it draws no cell of it."""
    order = np.random.default_rng(seed).permutation(len(labels))
    kinds = range(len(np.unique(labels)))
    return np.concatenate([order[labels[order] == n][:num_per_class] for n in kinds])


def started_again(labels, num_per_class, seed):
    parts = []
    for number in np.unique(labels):
        rng = np.random.default_rng(seed)
        parts.append(rng.choice(np.flatnonzero(labels == number), num_per_class, replace=False))
    return np.concatenate(parts)


def started_again_and_shuffled(labels, num_per_class, seed):
    parts = []
    for number in np.unique(labels):
        shuffled = np.random.default_rng(seed).permutation(np.flatnonzero(labels == number))
        parts.append(shuffled[:num_per_class])
    return np.concatenate(parts)


class TestBalancedSubset:
    @pytest.mark.parametrize("answer", [of_course, by_permutation])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.balanced_subset, answer)

    def test_stub_and_hints(self, assert_teaches):
        def balanced_subset(labels, num_per_class, seed): ...

        assert_teaches(check.balanced_subset, balanced_subset)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (with_replacement, "A cell is there twice"),
            (of_all_cells, "times, but"),
            (the_first, "Every seed gives the same cells"),
            (one_seed, "Every seed gives the same cells"),
            (without_a_seed, "The same seed gives other cells"),
            (from_the_first_ten, "Some cells are never drawn"),
            (one_class_too_few, "is there 0 times"),
            (by_counting_up, "Class numbers may have gaps: here they are 2 and 5"),
            (by_permutation_and_counting_up, "Class numbers may have gaps"),
            (started_again, "The generator starts again for each class"),
            (started_again_and_shuffled, "The generator starts again for each class"),
            (changes_its_input, "changes its input `labels`"),
            (lambda labels, n, seed: np.repeat(np.unique(labels), n), "These are the labels"),
            (lambda labels, n, seed: np.isin(np.arange(len(labels)), of_course(labels, n, seed)), "a mask"),
            (lambda labels, n, seed: of_course(labels, n, seed).reshape(-1, n), "a row for each class"),
            (lambda labels, n, seed: of_course(labels, n, seed) / 1, "Places are whole numbers"),
            (lambda labels, n, seed: of_course(labels, n, seed) + len(labels), "A place must lie from 0"),
            (lambda labels, n, seed: 3, "One row of places"),
            (lambda labels, n, seed: [], "Class 0 is there 0 times"),
            (lambda labels, n, seed: print("drawn"), "prints but returns nothing"),
            (lambda labels, n, seed: labels[1000], "IndexError"),
            (lambda labels: labels, "should be called as `balanced_subset(labels, num_per_class, seed)`"),
            (7, "Give the function itself"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.balanced_subset, answer, words)
