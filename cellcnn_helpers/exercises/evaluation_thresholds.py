"""Exercises on one class against the rest: what a positive result means, and where to draw the line."""

import numpy as np

from ._compare import same_answers
from ._core import checker

NAN = np.nan  # in a slip: any value agrees


@checker(
    hints=(
        "Think of 1,000 people. How many are ill, and how many of those does the test find?",
        "How many healthy ones are there, and how many of those does it report by mistake? That share is 1 "
        "minus the specificity.",
        "Divide the ill ones that are found by all that are reported: found ones and false alarms together.",
    ),
    learned="Where the illness is rare, most alarms are false, however good the test is.",
)
def predictive_value(answer, rng):
    """Check `predictive_value(sensitivity, specificity, prevalence)`: the share of the alarms that are true.

    three shares from 0 to 1 -> one number from 0 to 1

    Examples
    --------
    >>> predictive_value(lambda sensitivity, specificity, prevalence: sensitivity).message[:23]
    'This is the sensitivity'
    """

    def predictive_value(sensitivity, specificity, prevalence):
        found = sensitivity * prevalence
        return found / (found + (1 - specificity) * (1 - prevalence))

    slips = [
        (
            "This is the sensitivity: of the ill, the share that is reported. Asked for is the share of ill "
            "ones among the reported.",
            lambda sensitivity, specificity, prevalence: sensitivity,
        ),
        (
            "The prevalence is left out, or stands with both kinds, where it cancels: as if half of all were "
            "ill. Weigh the ill by `prevalence` and the healthy by `1 - prevalence`.",
            lambda sens, spec, prev: sens / (sens + 1 - spec),
        ),
        (
            "Specificity is the share of the healthy that is not reported. The false alarms are 1 minus it.",
            lambda sens, spec, prev: sens * prev / (sens * prev + spec * (1 - prev)),
        ),
        (
            "The false alarms come from the healthy only: multiply 1 − specificity by `1 - prevalence`.",
            lambda sens, spec, prev: sens * prev / (sens * prev + 1 - spec),
        ),
        (
            "This is the share of all people that is ill and found. Divide it by the share of all people "
            "that is reported.",
            lambda sens, spec, prev: sens * prev,
        ),
        (
            "This is the share of all people that is reported. How many of them are ill?",
            lambda sens, spec, prev: sens * prev + (1 - spec) * (1 - prev),
        ),
        (
            "This is the accuracy: it also counts the healthy ones that are not reported.",
            lambda sens, spec, prev: sens * prev + spec * (1 - prev),
        ),
        (
            "This is the share of the alarms that are false.",
            lambda *given: 1 - predictive_value(*given),
        ),
        (
            "This is the share of healthy ones among those who are not reported. Asked for is the other "
            "side: the share of ill ones among the reported.",
            lambda sens, spec, prev: spec * (1 - prev) / (spec * (1 - prev) + (1 - sens) * prev),
        ),
        ("This is in percent. Give a share from 0 to 1.", lambda *given: 100 * predictive_value(*given)),
        (
            "This is how many are found for each false alarm. Divide by both together.",
            lambda sens, spec, prev: sens * prev / ((1 - spec) * (1 - prev)),
        ),
    ]
    by_hand = {"sensitivity": 0.9, "specificity": 0.8, "prevalence": 0.1}
    drawn = [
        {
            "sensitivity": round(rng.uniform(0.55, 0.99), 2),
            "specificity": round(rng.uniform(0.6, 0.97), 2),
            "prevalence": round(rng.uniform(0.01, 0.4), 3),
        }
        for _ in range(3)
    ]
    same_answers(answer, predictive_value, [by_hand, *drawn], slips=slips)


@checker(
    hints=(
        "Which cells decide where the threshold may stand at most? Only those of the class: sort their "
        "scores, the highest first.",
        "With the first score as the threshold one cell is found, with the second two. How many must be "
        "found so that the share is reached? Round up: `math.ceil`.",
        "The threshold is the score of the last cell that must be found. On the other cells, take the share "
        "of the class whose score is at least that.",
    ),
    learned="Chosen on one set, judged on another: only the second number is to be believed.",
)
def choose_threshold(answer, rng):
    """Check `choose_threshold(positives, scores, wanted, new_positives, new_scores)`.

    (N,) True or False, (N,), a share, and the same for new cells -> a threshold and a share: the strictest
    threshold that finds at least `wanted` of the first positives, and the share of the new ones it finds.

    Examples
    --------
    >>> def on_all(positives, scores, wanted, new_positives, new_scores):
    ...     return np.quantile(scores[positives], 1 - wanted, method="higher"), 1.0
    >>> choose_threshold(on_all).status
    'incorrect'
    """

    def choose_threshold(positives, scores, wanted, new_positives, new_scores):
        threshold = strictest(positives, scores, wanted)
        return threshold, found(new_positives, new_scores, threshold)

    def strictest(positives, scores, wanted):
        return np.sort(scores[positives])[::-1][needed(positives, wanted) - 1]

    def needed(positives, wanted):
        return max(1, int(np.ceil(wanted * positives.sum() - 1e-9)))

    def found(positives, scores, threshold):
        return np.mean(scores[positives] >= threshold)

    def instead(threshold_of, found=found):
        """A slip in the threshold alone: what is found follows from it."""

        def wrong(positives, scores, wanted, new_positives, new_scores):
            threshold = threshold_of(positives, scores, wanted, new_positives, new_scores)
            return None if threshold is None else (threshold, found(new_positives, new_scores, threshold))

        return wrong

    def nth(positives, scores, number):
        ordered = np.sort(scores[positives])[::-1]
        return ordered[int(np.clip(number, 0, len(ordered) - 1))]

    def nth_or_error(positives, scores, number):
        return nth(positives, scores, number) if number < positives.sum() else None  # None: an IndexError

    too_far = (
        "One cell too many, one place too far: Python counts from 0, so the n-th highest score stands at "
        "n − 1, the third at 2."
    )
    slips = [
        (
            "The threshold is chosen on the new cells. They are there to judge it: choose on the first ones.",
            instead(lambda positives, scores, wanted, new, new_scores: strictest(new, new_scores, wanted)),
        ),
        (
            "The share is that of the first cells, on which the threshold was chosen. Take it on the new "
            "ones: `new_positives` and `new_scores`.",
            lambda positives, scores, wanted, new, new_scores: (
                strictest(positives, scores, wanted),
                found(positives, scores, strictest(positives, scores, wanted)),
            ),
        ),
        (
            "A cell that scores just the threshold is called positive: `>=`, not `>`.",
            instead(
                lambda positives, scores, wanted, *_: strictest(positives, scores, wanted),
                lambda positives, scores, threshold: np.mean(scores[positives] > threshold),
            ),
        ),
        (
            "The number of cells to be found is rounded down, so fewer than the wanted share are found. "
            "Round it up.",
            instead(lambda p, s, wanted, *_: nth(p, s, int(wanted * p.sum()) - 1)),
        ),
        (
            "The number of cells to be found is rounded to the nearest one. 70 % of six cells are 4.2, and "
            "four are too few. Round it up.",
            instead(lambda p, s, wanted, *_: nth(p, s, round(wanted * p.sum()) - 1)),
        ),
        (too_far, instead(lambda p, s, wanted, *_: nth(p, s, needed(p, wanted)))),
        (too_far, instead(lambda p, s, wanted, *_: nth_or_error(p, s, needed(p, wanted)))),
        (
            "Right where the share is no whole number of cells. But half of six are three, and these stand "
            "at 0, 1 and 2: round up, and subtract 1.",
            instead(lambda p, s, wanted, *_: nth_or_error(p, s, int(wanted * p.sum()))),
        ),
        (
            "The scores are sorted the wrong way round: the highest first, since they are found first.",
            instead(lambda p, s, wanted, *_: np.sort(s[p])[needed(p, wanted) - 1]),
        ),
        (
            "This looks at the scores of all cells. Which share of the class is found depends on the cells "
            "of the class alone: `scores[positives]`.",
            instead(lambda p, s, wanted, *_: np.sort(s)[::-1][int(np.ceil(wanted * len(s))) - 1]),
        ),
        (
            "This looks at the cells that are *not* of the class. Take `scores[positives]`.",
            instead(lambda p, s, wanted, *_: strictest(~p, s, wanted)),
        ),
        (
            "This is the lowest score of the class: it finds all of them. The strictest threshold that still "
            "finds the wanted share is higher.",
            instead(lambda p, s, wanted, *_: s[p].min()),
        ),
        (
            "The wanted share is taken for the threshold. It says how many cells are to be found.",
            instead(lambda p, s, wanted, *_: wanted),
        ),
        (
            "The threshold lies between two scores. Take the score itself: `np.quantile` interpolates.",
            instead(lambda p, s, wanted, *_: np.quantile(s[p], 1 - wanted)),
        ),
        (
            "The share found is divided by all new cells. Divide by those of the class.",
            instead(
                lambda positives, scores, wanted, *_: strictest(positives, scores, wanted),
                lambda positives, scores, threshold: np.mean((scores >= threshold) & positives),
            ),
        ),
        (
            "This is precision: the share of the class among those called positive. Asked for is the share "
            "of the class that is found.",
            instead(
                lambda positives, scores, wanted, *_: strictest(positives, scores, wanted),
                lambda positives, scores, threshold: np.mean(positives[scores >= threshold]),
            ),
        ),
        (
            "The share counts all new cells that score high, whether they are of the class or not.",
            instead(
                lambda positives, scores, wanted, *_: strictest(positives, scores, wanted),
                lambda positives, scores, threshold: np.mean(scores >= threshold),
            ),
        ),
        (
            "The share found is a count. Divide it by the number of new cells of the class.",
            instead(
                lambda positives, scores, wanted, *_: strictest(positives, scores, wanted),
                lambda positives, scores, threshold: np.sum(scores[positives] >= threshold),
            ),
        ),
    ]
    by_hand = {
        "positives": np.array([True, True, False, True, False, True, False]),
        "scores": np.array([0.9, 0.3, 0.8, 0.7, 0.1, 0.6, 0.95]),
        "wanted": 0.7,
        "new_positives": np.array([True, False, True, True, False]),
        "new_scores": np.array([0.6, 0.7, 0.5, 0.8, 0.2]),
    }
    # Of six cells: exactly 3, 4.98, 6, 5.52 and 4.2. Nothing where floats decide: 0.55 * 100 is above 55.
    cases = [by_hand, *(_drawn_scores(rng, wanted) for wanted in (0.5, 0.83, 1.0, 0.92, 0.7))]
    same_answers(answer, choose_threshold, cases, slips=slips, parts=("the threshold", "the share found"))


def _drawn_scores(rng, wanted):
    """Two sets of cells whose scores are hundredths, no two alike within the class, with one in both sets."""
    sets = []
    for num_cells in (17, 23):
        positives = rng.permutation(np.arange(num_cells) % 3 == 0)
        scores = rng.permutation(np.arange(5, 95))[:num_cells] / 100
        sets.append((positives, np.where(positives, np.minimum(scores + 0.15, 1), scores)))
    (positives, scores), (new_positives, new_scores) = sets
    order = np.sort(scores[positives])[::-1]
    number = int(np.ceil(wanted * len(order) - 1e-9))
    new_scores[np.flatnonzero(new_positives)[0]] = order[number - 1]  # on the threshold: >= finds it
    return {
        "positives": positives,
        "scores": scores,
        "wanted": wanted,
        "new_positives": new_positives,
        "new_scores": new_scores,
    }
