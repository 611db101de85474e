"""The checkers on alarms and thresholds, fed with what students write: right, untouched and wrong."""

import math

import numpy as np
import pytest

from cellcnn_helpers import evaluation
from cellcnn_helpers.exercises import evaluation as check

# --- predictive_value -----------------------------------------------------------------------------------


def value_by_people(sensitivity, specificity, prevalence):
    ill = 1000 * prevalence
    found, false_alarms = ill * sensitivity, (1000 - ill) * (1 - specificity)
    return found / (found + false_alarms)


class TestPredictiveValue:
    def test_right(self, assert_accepts):
        assert_accepts(check.predictive_value, value_by_people)

    def test_stub_and_hints(self, assert_teaches):
        def predictive_value(sensitivity, specificity, prevalence): ...

        assert_teaches(check.predictive_value, predictive_value)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda s, c, p: s, "This is the sensitivity"),
            (lambda s, c, p: s / (s + 1 - c), "The prevalence is left out"),
            (lambda s, c, p: s * p / (s * p + (1 - c) * p), "stands with both kinds, where it cancels"),
            (lambda s, c, p: s * p / (s * p + c * (1 - p)), "not reported"),
            (lambda s, c, p: s * p / (s * p + (1 - c)), "come from the healthy only"),
            (lambda s, c, p: s * p, "all people that is ill and found"),
            (lambda s, c, p: s * p + (1 - c) * (1 - p), "all people that is reported"),
            (lambda s, c, p: s * p + c * (1 - p), "This is the accuracy"),
            (lambda s, c, p: 1 - value_by_people(s, c, p), "alarms that are false"),
            (lambda s, c, p: c * (1 - p) / (c * (1 - p) + (1 - s) * p), "who are not reported"),
            (lambda s, c, p: 100 * value_by_people(s, c, p), "in percent"),
            (lambda s, c, p: s * p / ((1 - c) * (1 - p)), "for each false alarm"),
            (lambda s, c, p: value_by_people(s, c, p) / 2, "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.predictive_value, answer, words)

    def test_the_example_can_be_done_by_hand(self):
        example = check.predictive_value(lambda *given: 0).example  # 90 found, 180 false alarms
        assert example.endswith("expected\n  0.333333")


# --- choose_threshold -----------------------------------------------------------------------------------


def choose_by_sorting(positives, scores, wanted, new_positives, new_scores):
    ordered = sorted(scores[positives].tolist(), reverse=True)
    threshold = ordered[math.ceil(wanted * len(ordered)) - 1]
    return threshold, (new_scores[new_positives] >= threshold).mean()


def choose_by_package(positives, scores, wanted, new_positives, new_scores):
    threshold = evaluation.threshold_for_sensitivity(positives, scores, wanted)
    return threshold, evaluation.at_threshold(new_positives, new_scores, threshold).sensitivity


def choose_by_trying(positives, scores, wanted, new_positives, new_scores):
    for threshold in sorted(scores.tolist(), reverse=True):
        if np.mean(scores[positives] >= threshold) >= wanted:
            return [threshold, np.mean(new_scores[new_positives] >= threshold)]


def chosen(threshold_of, found=lambda positives, scores, threshold: (scores[positives] >= threshold).mean()):
    """A student's function with a mistake in one of its two halves."""

    def choose(positives, scores, wanted, new_positives, new_scores):
        threshold = threshold_of(positives, scores, wanted)
        return threshold, found(new_positives, new_scores, threshold)

    return choose


def right_threshold(positives, scores, wanted):
    return evaluation.threshold_for_sensitivity(positives, scores, wanted)


class TestChooseThreshold:
    @pytest.mark.parametrize("answer", [choose_by_sorting, choose_by_package, choose_by_trying])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.choose_threshold, answer)

    def test_stub_and_hints(self, assert_teaches):
        def choose_threshold(positives, scores, wanted, new_positives, new_scores): ...

        assert_teaches(check.choose_threshold, choose_threshold)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda p, s, w, q, t: choose_by_sorting(q, t, w, q, t), "chosen on the new cells"),
            (lambda p, s, w, q, t: choose_by_sorting(p, s, w, p, s), "that of the first cells"),
            (chosen(right_threshold, lambda q, t, at: (t[q] > at).mean()), "`>=`, not `>`"),
            (chosen(lambda p, s, w: np.sort(s[p])[::-1][max(int(w * p.sum()) - 1, 0)]), "rounded down"),
            (
                chosen(lambda p, s, w: np.sort(s[p])[::-1][round(w * p.sum()) - 1]),
                "rounded to the nearest one",
            ),
            (chosen(lambda p, s, w: np.sort(s[p])[::-1][math.ceil(w * p.sum())]), "One cell too many"),
            (chosen(lambda p, s, w: np.sort(s[p])[::-1][int(w * p.sum())]), "half of six are three"),
            (chosen(lambda p, s, w: np.sort(s[p])[math.ceil(w * p.sum()) - 1]), "the wrong way round"),
            (
                chosen(lambda p, s, w: np.sort(s[p])[::-1][min(math.ceil(w * p.sum()), p.sum() - 1)]),
                "One cell too many",
            ),
            (chosen(lambda p, s, w: np.sort(s)[::-1][math.ceil(w * len(s)) - 1]), "the scores of all cells"),
            (chosen(lambda p, s, w: right_threshold(~p, s, w)), "*not* of the class"),
            (chosen(lambda p, s, w: s[p].min()), "the lowest score of the class"),
            (chosen(lambda p, s, w: w), "taken for the threshold"),
            (chosen(lambda p, s, w: np.quantile(s[p], 1 - w)), "`np.quantile` interpolates"),
            (chosen(right_threshold, lambda q, t, at: ((t >= at) & q).mean()), "divided by all new cells"),
            (chosen(right_threshold, lambda q, t, at: q[t >= at].mean()), "This is precision"),
            (chosen(right_threshold, lambda q, t, at: (t >= at).mean()), "whether they are of the class"),
            (chosen(right_threshold, lambda q, t, at: (t[q] >= at).sum()), "is a count"),
            (lambda *given: choose_by_sorting(*given)[0], "Hand back 2 things"),
            (lambda *given: choose_by_sorting(*given)[::-1], "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.choose_threshold, answer, words)

    def test_the_example_can_be_done_by_hand(self):
        result = check.choose_threshold(chosen(lambda p, s, w: 0.5))
        assert "expected as the threshold\n  0.6" in result.example  # the third of 0.9, 0.7, 0.6, 0.3
