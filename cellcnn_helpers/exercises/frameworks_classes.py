"""The exercise on two networks: whether they name the same classes, not whether their logits are equal."""

import numpy as np

from ._compare import same_answers
from ._core import checker


@checker(
    hints=(
        "Which class does a network name for an image? The one with the largest logit of its row.",
        "Find this class for each row in both arrays, by `argmax` along `axis=1`, and compare: each row "
        "gives True or False.",
        "The mean of True and False is the share of True.",
    ),
    learned="Two networks may differ in every logit and still name every cell alike. Where two logits are "
    "nearly equal, a hair's difference gives another name.",
)
def share_named_alike(answer, rng):
    """Check `share_named_alike(logits_a, logits_b)`: the share of images that both networks name alike.

    (N, classes) and (N, classes) -> one number from 0 to 1

    Examples
    --------
    >>> share_named_alike(lambda a, b: np.isclose(a, b).mean()).message[:21]
    'This compares logits.'
    """

    def share_named_alike(logits_a, logits_b):
        return (logits_a.argmax(axis=1) == logits_b.argmax(axis=1)).mean()

    def alike(a, b):
        return a.argmax(axis=1) == b.argmax(axis=1)

    def order(logits):
        return logits.argsort(axis=1)

    logits = (
        "This compares logits. Find the class with the largest logit of each row first, then compare classes."
    )
    axis = (
        "This goes down the columns (axis 0): it finds an image for each class. Find a class for each image."
    )
    largest = "This compares the largest logits. Compare their places: `argmax`."
    count = "This is how many they name alike. Divide by the number of rows, or take the mean."
    slips = [
        (logits, lambda a, b: np.isclose(a, b).mean()),
        (logits, lambda a, b: np.isclose(a, b).all(axis=1).mean()),
        (logits, lambda a, b: np.isclose(a, b).any(axis=1).mean()),
        (logits, lambda a, b: np.isclose(a, b).sum()),
        (logits, lambda a, b: np.isclose(a, b).all()),
        (axis, lambda a, b: (a.argmax(axis=0) == b.argmax(axis=0)).mean()),
        (axis, lambda a, b: (a.argmax(axis=0) == b.argmax(axis=0)).sum()),
        (
            "`argmax` without an axis gives one place in the whole array. Find one for each row: `axis=1`.",
            lambda a, b: np.mean(a.argmax() == b.argmax()),
        ),
        (largest, lambda a, b: (a.max(axis=1) == b.max(axis=1)).mean()),
        (largest, lambda a, b: (a.max(axis=1) == b.max(axis=1)).sum()),
        (count, lambda a, b: alike(a, b).sum()),
        ("This is the share that they name differently.", lambda a, b: 1 - alike(a, b).mean()),
        ("This is how many they name differently.", lambda a, b: (~alike(a, b)).sum()),
        (
            "This divides by the number of classes. Divide by the number of rows.",
            lambda a, b: alike(a, b).sum() / a.shape[1],
        ),
        (
            "This divides by all logits. Each image counts once: divide by the number of rows.",
            lambda a, b: alike(a, b).sum() / a.size,
        ),
        ("This is in percent. Give a share from 0 to 1.", lambda a, b: 100 * alike(a, b).mean()),
        ("This says for each image whether they agree. Take the mean of it.", alike),
        (
            "This is 0 or 1: whether they agree on all images, or a share that `//` has cut. Take the mean.",
            lambda a, b: alike(a, b).all(),
        ),
        (
            "This says whether they agree on any image. Give the share: the mean.",
            lambda a, b: alike(a, b).any(),
        ),
        (
            "This compares the classes that they think least likely. Compare the likeliest: `argmax`, not "
            "`argmin`.",
            lambda a, b: (a.argmin(axis=1) == b.argmin(axis=1)).mean(),
        ),
        (
            "This asks for the same order of all classes. Only the first of them is named.",
            lambda a, b: (order(a) == order(b)).all(axis=1).mean(),
        ),
        (
            "This compares the order of all classes. Only the first of them is named.",
            lambda a, b: (order(a) == order(b)).mean(),
        ),
        (
            "This compares the signs of the logits. What counts is which is the largest.",
            lambda a, b: ((a > 0) == (b > 0)).mean(),
        ),
        (
            "This is the mean difference of the class numbers. They are names: ask whether they are equal.",
            lambda a, b: np.abs(a.argmax(axis=1) - b.argmax(axis=1)).mean(),
        ),
        (
            "The sign is lost: a logit far below 0 speaks against its class.",
            lambda a, b: alike(np.abs(a), np.abs(b)).mean(),
        ),
        (
            "The logits are rounded first, so near ones become equal. Compare them as they are.",
            lambda a, b: alike(a.round(), b.round()).mean(),
        ),
    ]
    by_hand = {
        "logits_a": np.array([[2, 1, -3.0], [0.5, 0.7, 0.1], [-1, -2, -4], [3, 0, 1], [1.2, 1.4, 0]]),
        "logits_b": np.array([[9, 5, 7.0], [0.5, 0.1, 0.9], [-5, -1, -4], [3, 0, 1], [0, 2, 1]]),
    }
    drawn = []
    for num_rows, num_classes in [(12, 3), (17, 4), (7, 6)]:
        # Shifted below 0 in part, so that signs tell nothing; some rows agree to the last digit.
        logits = rng.normal(-0.5, 1, (num_rows, num_classes))
        logits[0] += 9  # the largest of all stands in the same place of both
        noise = rng.normal(0, 1, logits.shape) * (np.arange(num_rows) % 4 > 0)[:, np.newaxis]
        drawn.append({"logits_a": logits, "logits_b": logits + noise})
    logits = rng.normal(0, 1, (6, 4))
    shift = 9 * (np.arange(6) == logits.argmax() // 4)  # it moves the largest of all, but no class
    all_alike = {"logits_a": logits, "logits_b": 2 * logits - shift[:, np.newaxis]}
    same_answers(answer, share_named_alike, [by_hand, *drawn, all_alike], slips=slips)
