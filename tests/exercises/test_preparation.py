"""The checker of leaks between training and test, fed with right, untouched and wrong answers."""

import numpy as np
import pytest

from cellcnn_helpers.exercises import preparation as check


def leaked_by_set(train_sources, test_sources):
    known = set(train_sources.tolist())
    return sum(source in known for source in test_sources.tolist()) / len(test_sources)


def leaked_by_comparison(train_sources, test_sources):
    return (test_sources[:, np.newaxis] == train_sources).any(axis=1).mean()


def leaked_by_places(train_sources, test_sources):
    """Compare place by place; NumPy stops with an error where the lengths differ."""
    return (train_sources == test_sources).mean()


def leaked_by_zip(train_sources, test_sources):
    return np.mean([train == test for train, test in zip(train_sources, test_sources, strict=False)])


class TestLeakedShare:
    @pytest.mark.parametrize("answer", [leaked_by_set, leaked_by_comparison])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.leaked_share, answer)

    def test_stub_and_hints(self, assert_teaches):
        def leaked_share(train_sources, test_sources): ...

        assert_teaches(check.leaked_share, leaked_share)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda train, test: np.isin(train, test).mean(), "share of training pictures"),
            (lambda train, test: leaked_by_set(train, np.unique(test)), "Each original is counted once"),
            (
                lambda train, test: len(set(train.tolist()) & set(test.tolist())) / len(test),
                "The originals in common are counted",
            ),
            (
                lambda train, test: len(set(train.tolist()) & set(test.tolist())) / len(set(train.tolist())),
                "share of the training originals",
            ),
            (
                lambda train, test: len(np.intersect1d(train, test)) / len(np.union1d(train, test)),
                "share of all originals",
            ),
            (leaked_by_places, "compared place by place"),
            (leaked_by_zip, "compared place by place"),
            (lambda train, test: int(np.isin(test, train).sum()), "This is a count"),
            (lambda train, test: np.isin(test, train).sum() / len(train), "number of training pictures"),
            (lambda train, test: 100 * leaked_by_set(train, test), "in percent"),
            (lambda train, test: 1 - leaked_by_set(train, test), "does not leak"),
            (lambda train, test: np.isin(test, train), "for each test picture"),
            (lambda train, test: bool(set(train.tolist()) & set(test.tolist())), "leaks at all"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.leaked_share, answer, words)
