"""Exercises of the chapter on preparing images: intensities, geometry, and what leaks into the test."""

import numpy as np

from ._compare import same_answers
from ._core import checker
from .geometry import augment_pair, center_crop, resized_pixel_size, to_rgb
from .intensities import flat_field, scaled, standardize

__all__ = [
    "augment_pair",
    "center_crop",
    "flat_field",
    "leaked_share",
    "resized_pixel_size",
    "scaled",
    "standardize",
    "to_rgb",
]


@checker(
    hints=(
        "Go through the test pictures one by one. When has the network seen the cell of this one already?",
        "It does not matter where in the training list the original stands, only whether it is there at all.",
        "NumPy's `isin` says for each entry of one array whether it occurs in another. Which of the two is "
        "asked about? Then take the share of True.",
    ),
    learned="Split first, then augment: otherwise the test asks for cells that the network has seen.",
)
def leaked_share(answer, rng):
    """Check `leaked_share(train_sources, test_sources)`: the share of test pictures with a known original.

    Both hold, for each augmented picture, the index of its original, the picture from which it was made. An
    original is known if any training picture was made from it.

    Examples
    --------
    >>> leaked_share(lambda train, test: np.isin(train, test).mean()).message[:34]
    'This is the share of training pict'
    """

    def leaked_share(train_sources, test_sources):
        return np.isin(test_sources, train_sources).mean()

    slips = [
        (
            "This is the share of training pictures whose original is in the test. Ask about the test "
            "pictures: the score is made of them.",
            lambda train, test: np.isin(train, test).mean(),
        ),
        (
            "Each original is counted once. Count pictures: three test pictures of one original are three "
            "known answers.",
            lambda train, test: np.isin(np.unique(test), train).mean(),
        ),
        (
            "The originals in common are counted, but divided by the number of test pictures. Count the test "
            "pictures made from them.",
            lambda train, test: len(np.intersect1d(train, test)) / len(test),
        ),
        (
            "This is the share of the training originals. Count test pictures.",
            lambda train, test: np.isin(np.unique(train), test).mean(),
        ),
        (
            "This is the share of all originals that are in both. Count test pictures.",
            lambda train, test: len(np.intersect1d(train, test)) / len(np.union1d(train, test)),
        ),
        (
            "The two lists are compared place by place. An original leaks wherever it stands in the training "
            "list.",
            lambda train, test: (train == test).mean() if len(train) == len(test) else None,
        ),
        (
            "The two lists are compared place by place. An original leaks wherever it stands in the training "
            "list.",
            place_by_place,
        ),
        (
            "This is a count. Divide it by the number of test pictures.",
            lambda train, test: np.isin(test, train).sum(),
        ),
        (
            "The right pictures are counted, but divided by the number of training pictures.",
            lambda train, test: np.isin(test, train).sum() / len(train),
        ),
        (
            "This is in percent. Give the share from 0 to 1.",
            lambda train, test: 100 * np.isin(test, train).mean(),
        ),
        (
            "This is the share that does not leak: one minus what is asked for.",
            lambda train, test: 1 - np.isin(test, train).mean(),
        ),
        (
            "This tells for each test picture whether it leaks. Give their share, one number.",
            lambda train, test: np.isin(test, train),
        ),
        (
            "This tells whether anything leaks at all. Give the share of test pictures.",
            lambda train, test: np.isin(test, train).any(),
        ),
    ]
    by_hand = {"train_sources": np.array([0, 0, 1, 4, 5, 5, 5]), "test_sources": np.array([1, 2, 2, 5, 0, 5])}
    drawn = []
    for originals, num_train, num_test in [(9, 12, 7), (20, 12, 12), (6, 5, 9)]:
        sources = rng.permutation(np.append(np.arange(originals), rng.integers(0, originals, 30)))
        train, test = sources[:num_train], sources[num_train:][:num_test]
        drawn.append({"train_sources": train, "test_sources": test})
    clean = {"train_sources": np.array([3, 3, 7, 1, 1]), "test_sources": np.array([2, 2, 8, 5])}
    same_answers(answer, leaked_share, [by_hand, *drawn, clean], slips=slips)


def place_by_place(train, test):
    shorter = min(len(train), len(test))
    return (train[:shorter] == test[:shorter]).mean()
