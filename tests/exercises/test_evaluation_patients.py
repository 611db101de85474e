"""The checkers on patients, fed with what students write: right, untouched and wrong."""

import numpy as np
import pytest

from cellcnn_helpers.exercises import evaluation as check

# --- split_by_patient -----------------------------------------------------------------------------------


def split_by_isin(patients, num_test, rng):
    return np.isin(patients, rng.choice(np.unique(patients), num_test, replace=False))


def split_by_shuffle(patients, num_test, rng):
    names = list(dict.fromkeys(patients.tolist()))
    rng.shuffle(names)
    return [patient in names[:num_test] for patient in patients.tolist()]


def split_the_first(patients, num_test, rng):
    return np.isin(patients, np.unique(patients)[:num_test])


def split_with_replacement(patients, num_test, rng):
    return np.isin(patients, rng.choice(np.unique(patients), num_test))


def split_among_cells(patients, num_test, rng):
    return np.isin(patients, rng.choice(patients, num_test, replace=False))


def split_among_numbers(patients, num_test, rng):
    return np.isin(patients, rng.choice(len(np.unique(patients)), num_test, replace=False))


def split_cells(patients, num_test, rng):
    return rng.random(len(patients)) < 0.3


def split_by_another_rng(patients, num_test, rng):
    return split_by_isin(patients, num_test, np.random.default_rng())


def split_and_sort(patients, num_test, rng):
    side = split_by_isin(patients, num_test, rng)
    patients.sort()
    return side


class TestSplitByPatient:
    @pytest.mark.parametrize("answer", [split_by_isin, split_by_shuffle])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.split_by_patient, answer)

    def test_stub_and_hints(self, assert_teaches):
        def split_by_patient(patients, num_test, rng): ...

        assert_teaches(check.split_by_patient, split_by_patient)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (split_cells, "is divided"),
            (lambda p, n, rng: rng.permutation(len(p)) < n, "is divided"),
            (split_the_first, "The same patients are in the test each time"),
            (split_with_replacement, "Did you draw with replacement, or among the cells?"),
            (split_among_cells, "Did you draw with replacement, or among the cells?"),
            (split_among_numbers, "Did you draw from 0, 1, 2, ..., in place of the patients?"),
            (lambda p, n, rng: np.zeros(len(p), bool), "no patient at all"),
            (split_by_another_rng, "no other, so that the split can be repeated"),
            (lambda p, n, rng: ~split_by_isin(p, n, rng), "Let it stand for those of the test"),
            (lambda p, n, rng: rng.choice(np.unique(p), n, replace=False), "These are patients"),
            (lambda p, n, rng: np.flatnonzero(split_by_isin(p, n, rng)), "One True or False"),
            (lambda p, n, rng: 2 * np.flatnonzero(split_by_isin(p, n, rng)), "These are numbers"),
            (lambda p, n, rng: split_by_isin(p, n, rng).astype(int), "of type `int64`"),
            (lambda p, n, rng: np.isin(p, rng.permutation(np.unique(p))[: n + 1]), "but there are 2."),
            (lambda p, n, rng: np.ones(len(p), bool), "but there are 4."),
            (lambda p, n, rng: split_by_isin(p, n, rng)[:-1], "the result has shape (7,)"),
            (split_and_sort, "changes its input `patients`"),
            (lambda p, n, rng: print(p), "prints but returns nothing"),
            (lambda p, n: p, "stops with `TypeError"),
            (split_by_isin(np.arange(9), 2, np.random.default_rng(0)), "Give the function itself"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        if words.startswith("One True") or words.startswith("These are numbers"):
            words = "is needed for each"  # which of the two is said depends on the places drawn
        assert_finds(check.split_by_patient, answer, words)

    def test_patients_may_be_names(self):
        def whole_numbers_only(patients, num_test, rng):
            return split_by_isin(patients.astype(int), num_test, rng)

        assert "ValueError" in check.split_by_patient(whole_numbers_only).message

    def test_the_example_shows_the_divided_patient(self):
        result = check.split_by_patient(lambda patients, num_test, rng: np.arange(8) == 1)
        assert "[8 8 8 3 3 5 5 2]" in result.example
        assert "True" in result.example


# --- redrawn_accuracy -----------------------------------------------------------------------------------


def redrawn_by_loop(right, patients, drawn):
    num_right = num_cells = 0
    for patient in drawn:
        num_right += right[patients == patient].sum()
        num_cells += (patients == patient).sum()
    return num_right / num_cells


def redrawn_by_weights(right, patients, drawn):
    return np.average(right, weights=[(drawn == patient).sum() for patient in patients])


def redrawn_and_leave(right, patients, drawn):
    for patient in drawn:
        return right[patients == patient].mean()


def means(right, patients, drawn):
    return np.array([right[patients == patient].mean() for patient in drawn])


class TestRedrawnAccuracy:
    @pytest.mark.parametrize("answer", [redrawn_by_loop, redrawn_by_weights])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.redrawn_accuracy, answer)

    def test_stub_and_hints(self, assert_teaches):
        def redrawn_accuracy(right, patients, drawn): ...

        assert_teaches(check.redrawn_accuracy, redrawn_accuracy)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda r, p, d: r[np.isin(p, d)].mean(), "drawn twice counts once"),
            (lambda r, p, d: redrawn_by_loop(r, p, set(d.tolist())), "drawn twice counts once"),
            (lambda r, p, d: means(r, p, d).mean(), "few cells counts as much"),
            (lambda r, p, d: means(r, p, np.unique(d)).mean(), "drawn twice counts twice"),
            (lambda r, p, d: r.mean(), "on all patients"),
            (lambda r, p, d: r[d].mean(), "numbers of cells"),
            (lambda r, p, d: sum(r[p == k].sum() for k in d) / len(r), "all cells given"),
            (lambda r, p, d: sum(r[p == k].sum() for k in d), "how many are right"),
            (lambda r, p, d: 1 - redrawn_by_loop(r, p, d), "that is wrong"),
            (lambda r, p, d: 100 * redrawn_by_loop(r, p, d), "in percent"),
            (means, "one by one"),
            (lambda r, p, d: means(r, p, d)[-1], "last patient of the loop"),
            (redrawn_and_leave, "`return` stands inside the loop"),
            (lambda r, p, d: 0.4, "the first example, whatever the input"),
            (lambda r, p, d: redrawn_by_loop(r, p, d) ** 2, "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.redrawn_accuracy, answer, words)

    def test_the_example_can_be_done_by_hand(self):
        example = check.redrawn_accuracy(lambda r, p, d: r.mean()).example  # 2 of 3, then 0 of 1, twice
        assert example.endswith("expected\n  0.4")
