"""The checker of weights that move to another network: right, untouched and wrong answers."""

import numpy as np
import pytest

from cellcnn_helpers.exercises import little_data as check


def of_course(old, new):
    moved = dict(new)
    for name in new:
        if name in old and old[name].shape == new[name].shape:
            moved[name] = old[name]
    return moved


def in_one_line(old, new):
    return {n: old[n] if np.shape(old.get(n)) == new[n].shape else new[n] for n in new}


def by_place(old, new):
    moved = dict(new)
    for (name, theirs), ours in zip(new.items(), old.values(), strict=False):
        if ours.shape == theirs.shape:
            moved[name] = ours
    return moved


def by_shape(old, new):
    moved = dict(new)
    for name in new:
        for array in old.values():
            if array.shape == new[name].shape:
                moved[name] = array
                break
    return moved


def by_size(old, new):
    return {
        n: old[n].reshape(new[n].shape) if n in old and old[n].size == new[n].size else new[n] for n in new
    }


def into_new(old, new):
    new.update(of_course(old, new))
    return new


def into_its_arrays(old, new):
    moved = dict(new)
    for name in new:
        if name in old and old[name].shape == new[name].shape:
            moved[name][...] = old[name]
    return moved


def without_asking(old, new):
    return {n: old[n] if old[n].shape == new[n].shape else new[n] for n in new}


def by_get(old, new):
    return {n: old[n] if old.get(n).shape == new[n].shape else new[n] for n in new}


def by_number_of_numbers(old, new):
    """Compares `.size`, and hands on what has another shape."""
    return {n: old[n] if n in old and old[n].size == new[n].size else new[n] for n in new}


def without_the_bias(old, new):
    return of_course(old, new) | {n: new[n] for n in new if n == "bias"}


def into_old(old, new):
    for name in new:
        if name not in old or old[name].shape != new[name].shape:
            old[name] = new[name]
    return {name: old[name] for name in new}


class TestTransferWeights:
    @pytest.mark.parametrize("answer", [of_course, in_one_line])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.transfer_weights, answer)

    def test_stub_and_hints(self, assert_teaches):
        def transfer_weights(old, new): ...

        assert_teaches(check.transfer_weights, transfer_weights)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda old, new: new, "Nothing was carried over"),
            (by_place, "by their place in the list"),
            (by_shape, "by their shape alone"),
            (by_size, "cut to fit"),
            (into_new, "Begin with a copy, `dict(new)`"),
            (into_its_arrays, "changes its input `new`"),
            (into_old, "changes its input `old`"),
            (without_asking, '"added" is in `new` alone: ask first whether `old` has the name.'),
            (by_get, '"added" is in `new` alone, so `old.get` gives None'),
            (by_number_of_numbers, '"extra" has shape (2, 6), but the network needs (3, 4)'),
            (without_the_bias, 'Under "bias" the array of `old` is expected.'),
            (
                lambda old, new: of_course(old, new) | {"added": new["added"] + 1},
                '"added" the array of `new`',
            ),
            (lambda old, new: old, '"added" is missing'),
            (lambda old, new: new | old, '"head" has shape (2,), but the network needs (4,)'),
            (lambda old, new: of_course(old, new) | {"tail": np.zeros(2)}, '"tail" is no part of `new`'),
            (lambda old, new: list(of_course(old, new).values()), "Hand back a dictionary"),
            (lambda old, new: print("moved"), "prints but returns nothing"),
            (lambda old, new: old["kernels"], "KeyError"),
            (lambda old, new: {n: a * 0 for n, a in new.items()}, 'Under "kernel" the array of `old`'),
            ({"kernel": np.zeros(3)}, "Give the function itself"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.transfer_weights, answer, words)

    @pytest.mark.parametrize("answer", [without_asking, by_number_of_numbers, by_shape, without_the_bias])
    def test_the_case_is_shown_as_dictionaries(self, answer):
        example = check.transfer_weights(answer).example
        assert "with old =\n  " in example and "and new =\n  " in example and "expected\n  " in example
        assert len(example.splitlines()) < 30
        assert "[[" not in example  # of a kernel, the shape alone
        assert "..." not in example

    def test_the_case_by_hand(self):
        example = check.transfer_weights(lambda old, new: new | old).example
        assert 'gave\n  "added": [0. 0. 0.]\n  "kernel": [1. 2. 3.]\n  "head": [4. 5.]' in example
        assert example.endswith(
            'expected\n  "added": [0. 0. 0.]\n  "kernel": [1. 2. 3.]\n  "head": [0.5 0.5 0.5 0.5]'
        )
