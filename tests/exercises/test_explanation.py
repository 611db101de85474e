"""The checkers of concentration and rank similarity, fed with answers: right, untouched and wrong."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from cellcnn_helpers.exercises import explanation as check

# --- concentration --------------------------------------------------------------------------------------


def concentration(values, mask):
    weights = np.abs(values)
    return weights[mask].sum() / weights.sum() / mask.mean()


def concentration_by_loop(values, mask):
    inside = everywhere = 0
    for value, is_inside in zip(values.ravel().tolist(), mask.ravel().tolist(), strict=True):
        everywhere += abs(value)
        if is_inside:
            inside += abs(value)
    return inside / everywhere / (mask.sum() / mask.size)


def concentration_of_means(values, mask):
    return np.abs(values)[mask].mean() / np.abs(values).mean()


def share(weights, mask):
    return weights[mask].sum() / weights.sum()


class TestConcentration:
    @pytest.mark.parametrize("answer", [concentration, concentration_by_loop, concentration_of_means])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.concentration, answer)

    def test_stub_and_hints(self, assert_teaches):
        def concentration(values, mask): ...

        assert_teaches(check.concentration, concentration)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda v, m: share(v, m) / m.mean(), "for and against the class cancel"),
            (share, "and the area is forgotten"),
            (lambda v, m: abs(v[m].sum()) / abs(v.sum()) / m.mean(), "comes too late"),
            (lambda v, m: share(np.abs(v), m), "share of the weight alone"),
            (lambda v, m: np.abs(v)[m].mean() / np.abs(v)[~m].mean(), "compares inside with outside"),
            (lambda v, m: share(np.maximum(v, 0), m) / m.mean(), "Negative values are cut off"),
            (lambda v, m: share(v**2, m) / m.mean(), "Squares"),
            (lambda v, m: share(np.abs(v), m) * m.mean(), "share times the area"),
            (lambda v, m: 1 / concentration(v, m), "upside down"),
            (lambda v, m: share(np.abs(v), m) - m.mean(), "difference of the two shares"),
            (lambda v, m: concentration(v, ~m), "looks outside the mask"),
            (lambda v, m: share(np.abs(v), ~m) / m.mean(), "divided by the area inside"),
            (lambda v, m: share(np.abs(v), m) / m.sum(), "a number of pixels"),
            (lambda v, m: np.abs(v)[m].mean(), "mean weight inside"),
            (lambda v, m: 2.4, "answer of the first example"),
            (lambda v, m: concentration(v, m) + 0.1, "is expected"),
            (lambda v, m: np.abs(v) * m, "has shape"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.concentration, answer, words)

    def test_an_input_that_is_changed_is_found(self, assert_finds):
        def absolute_in_place(values, mask):
            np.abs(values, out=values)
            return concentration(values, mask)

        assert_finds(check.concentration, absolute_in_place, "changes its input `values`")

    def test_the_example_can_be_done_by_hand(self):
        example = check.concentration(lambda values, mask: 0.0).example
        assert example.endswith("expected\n  2.4")  # 6 of 10, on a quarter of the image


# --- rank similarity ------------------------------------------------------------------------------------


def ranks(values):
    return values.ravel().argsort().argsort()


def rank_similarity(map_a, map_b):
    return np.corrcoef(ranks(map_a), ranks(map_b))[0, 1]


def by_scipy(map_a, map_b):
    return spearmanr(map_a.ravel(), map_b.ravel()).statistic


def by_differences(map_a, map_b):
    n = map_a.size
    return 1 - 6 * ((ranks(map_a) - ranks(map_b)) ** 2).sum() / (n * (n**2 - 1))


class TestRankSimilarity:
    @pytest.mark.parametrize("answer", [rank_similarity, by_scipy, by_differences])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.rank_similarity, answer)

    def test_stub_and_hints(self, assert_teaches):
        def rank_similarity(map_a, map_b): ...

        assert_teaches(check.rank_similarity, rank_similarity)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda a, b: np.corrcoef(a.ravel(), b.ravel())[0, 1], "one bright pixel decides"),
            (
                lambda a, b: np.corrcoef(a.ravel().argsort(), b.ravel().argsort())[0, 1],
                "Apply it once more",
            ),
            (
                lambda a, b: np.corrcoef(a.argsort().argsort().ravel(), b.argsort().argsort().ravel())[0, 1],
                "sorted one by one",
            ),
            (lambda a, b: np.corrcoef(np.sort(a.ravel()), np.sort(b.ravel()))[0, 1], "meets its own order"),
            (lambda a, b: abs(rank_similarity(a, b)), "sign of the result is lost"),
            (lambda a, b: rank_similarity(a, b) ** 2, "This is the square"),
            (lambda a, b: rank_similarity(np.abs(a), np.abs(b)), "lose their signs"),
            (lambda a, b: rank_similarity(-a, b), "falling order"),
            (lambda a, b: (ranks(a) == ranks(b)).mean(), "same place"),
            (lambda a, b: np.corrcoef(ranks(a), ranks(b)), "beside the diagonal"),
            (lambda a, b: rank_similarity(a, b) / 2, "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.rank_similarity, answer, words)

    def test_the_example_can_be_done_by_hand(self):
        example = check.rank_similarity(lambda a, b: 0.0).example
        # places 1 2 3 5 4 0 and 0 5 1 3 2 4: squares 1 + 9 + 4 + 4 + 4 + 16 = 38, 1 - 6 · 38 / 210
        assert example.endswith("expected\n  -0.0857143")

    def test_the_example_tells_places_from_values(self):
        example = check.rank_similarity(lambda a, b: np.corrcoef(a.ravel(), b.ravel())[0, 1]).example
        assert "90" in example  # the one to do by hand, where one bright pixel turns the sign
        assert "0.0572448" in example
        assert example.endswith("expected\n  -0.0857143")
