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
            (lambda old, new: old, '"added" is missing'),
            (lambda old, new: new | old, '"head" has shape (2,), but the network needs (4,)'),
            (lambda old, new: of_course(old, new) | {"tail": np.zeros(2)}, '"tail" is no part of `new`'),
            (lambda old, new: list(of_course(old, new).values()), "Hand back a dictionary"),
            (lambda old, new: print("moved"), "prints but returns nothing"),
            (lambda old, new: old["kernels"], "KeyError"),
            (lambda old, new: {n: array * 0 for n, array in new.items()}, "is expected"),
            ({"kernel": np.zeros(3)}, "Give the function itself"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.transfer_weights, answer, words)
