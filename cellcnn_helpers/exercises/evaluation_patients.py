"""Exercises on patients: a split that divides none of them, and how far chance among them moves a score."""

import inspect

import numpy as np

from ._compare import same_answers
from ._core import Finding, checker
from ._student import run

NAMES = np.array(["ada", "bo", "cy", "dee", "eve", "flo"])


@checker(
    hints=(
        "Who is drawn, cells or patients? First make a list in which each patient stands once.",
        "NumPy's `unique` gives each patient once, and `rng.choice` with `replace=False` draws some of them, "
        "no one twice.",
        "NumPy's `isin(patients, drawn)` says for each cell whether its patient was drawn.",
    ),
    learned="Whole patients go to one side, so no cell of the test has a sister in the training.",
)
def split_by_patient(answer, rng):
    """Check `split_by_patient(patients, num_test, rng)`: which cells belong to the test patients drawn.

    (N,) a patient for each cell -> (N,) True for the cells of `num_test` patients drawn by chance

    Examples
    --------
    >>> split_by_patient(lambda patients, num_test, rng: np.arange(len(patients)) < num_test).message
    'Patient 8 is divided: some of the cells are in the test, others are not. Draw patients, not cells.'
    """
    if not callable(answer):
        raise Finding(
            "Give the function itself, without brackets behind its name: "
            "`check.split_by_patient(split_by_patient)`."
        )
    signature = inspect.signature(lambda patients, num_test, rng: None)
    by_hand = np.array([8, 8, 8, 3, 3, 5, 5, 2])
    drawn = rng.permutation(np.repeat(np.arange(10, 19), rng.integers(2, 9, 9)))
    named = rng.permutation(np.repeat(NAMES, [12, 1, 2, 1, 2, 1]))  # one patient has nearly all cells
    seeds = [int(seed) for seed in rng.integers(0, 2**31, 12)]
    cases = [(by_hand, 1), (drawn, 4), (named, 3)]
    calls = [
        [signature.bind(patients, num_test, np.random.default_rng(seed)) for seed in seeds]
        for patients, num_test in cases
    ]
    for (patients, num_test), of_case in zip(cases, calls, strict=True):
        sides = [_side(run(answer, call)[0], patients, num_test) for call in of_case]
        if all(np.array_equal(side, sides[0]) for side in sides):
            raise Finding(
                "The same patients are in the test each time, whatever `rng` is. Let it draw them: "
                "`rng.choice(...)`."
            )
        if not np.array_equal(sides[0], _again(answer, signature, patients, num_test, seeds[0])):
            raise Finding(
                "Called again with an `rng` that starts alike, it draws other patients. Use the `rng` that "
                "is given, and no other, so that the split can be repeated."
            )


def _again(answer, signature, patients, num_test, seed):
    call = signature.bind(patients, num_test, np.random.default_rng(seed))
    return _side(run(answer, call)[0], patients, num_test)


def _side(outcome, patients, num_test):
    """The outcome as an array of bool, if it is a split as asked for; else say what it is."""
    if outcome.problem:
        raise Finding(_not_numbers(outcome, patients) or outcome.problem)
    example = f"patients\n  {_shown(patients)}\ngave\n  {_shown(outcome.value)}"
    if outcome.changed == "patients":  # `rng` changes with every draw
        raise Finding("Your function changes its input `patients`. Leave it as it was.", example)
    side = outcome.value
    if side.dtype.kind in "iu" and side.ndim == 1 and not np.isin(side, (0, 1)).all():
        what = "patients" if np.isin(side, patients).all() and len(side) <= num_test else "numbers"
        raise Finding(
            f"These are {what}, but one True or False is needed for each cell. `np.isin` makes it.", example
        )
    if side.shape != patients.shape:
        raise Finding(
            f"One True or False is needed for each of the {len(patients)} cells, but the result has shape "
            f"{side.shape}.",
            example,
        )
    if side.dtype != bool:
        raise Finding(f"True or False is needed for each cell, but this is of type `{side.dtype}`.", example)
    for patient in patients:
        if len(set(side[patients == patient])) == 2:
            raise Finding(
                f"Patient {patient} is divided: some of the cells are in the test, others are not. Draw "
                f"patients, not cells.",
                example,
            )
    _check_number(side, patients, num_test, example)
    return side


def _check_number(side, patients, num_test, example):
    found, others = len(np.unique(patients[side])), len(np.unique(patients[~side]))
    if found == num_test:
        return
    if others == num_test:
        raise Finding(
            "True stands for the cells of the training. Let it stand for those of the test.", example
        )
    if not found:  # drawing with replacement, or among the cells, hits at least one
        raise Finding(
            "The test has no patient at all. Did you draw from 0, 1, 2, ..., in place of the patients? Draw "
            "from `np.unique(patients)`.",
            example,
        )
    hint = " Did you draw with replacement, or among the cells?" if found < num_test else ""
    raise Finding(f"Here {num_test} patients should be drawn, but there are {found}.{hint}", example)


def _not_numbers(outcome, patients):
    if patients.dtype.kind == "U" and "Your function should return numbers" in outcome.problem:
        return "These are patients, but one True or False is needed for each cell. `np.isin` makes it."
    return ""


def _shown(array):
    return np.array2string(array, max_line_width=90, threshold=40)


@checker(
    hints=(
        "A patient who was drawn twice brings all of the cells twice. How would you put the cells together "
        "by hand, one drawn patient after the other?",
        "For one patient, `right[patients == patient]` are all the cells. Go through `drawn` and collect "
        "these; what do you divide by in the end?",
        "Add up the right cells and all cells over the loop, or join the pieces with NumPy's `concatenate` "
        "and take the mean.",
    ),
    learned="Do it 2,000 times with other draws, and the middle 95 % of the accuracies are the interval.",
)
def redrawn_accuracy(answer, rng):
    """Check `redrawn_accuracy(right, patients, drawn)`: the accuracy on all cells of the patients drawn.

    (N,) True or False, (N,) a patient for each cell, (n,) patients, some of them several times -> one number

    Examples
    --------
    >>> redrawn_accuracy(lambda right, patients, drawn: right[np.isin(patients, drawn)].mean()).message[:46]
    'A patient who was drawn twice counts once here'
    """

    def redrawn_accuracy(right, patients, drawn):
        return np.concatenate([right[patients == patient] for patient in drawn]).mean()

    def shares(right, patients, chosen):
        return np.array([right[patients == patient].mean() for patient in chosen])

    def sums(right, patients, drawn):
        return sum(right[patients == patient].sum() for patient in drawn)

    mean_of_means = (
        "This is the mean of the patients' own accuracies: a patient with few cells counts as much as one "
        "with many. Put the cells together first."
    )
    slips = [
        (
            "A patient who was drawn twice counts once here: `np.isin` only asks whether, not how often. Go "
            "through `drawn` one by one.",
            lambda right, patients, drawn: right[np.isin(patients, drawn)].mean(),
        ),
        (mean_of_means, lambda *given: shares(*given).mean()),
        (
            f"{mean_of_means} And a patient who was drawn twice counts twice.",
            lambda right, patients, drawn: shares(right, patients, np.unique(drawn)).mean(),
        ),
        (
            "This is the accuracy on all patients. Take the cells of those in `drawn`.",
            lambda right, patients, drawn: right.mean(),
        ),
        (
            "`drawn` is taken for numbers of cells. It names patients: find their cells with "
            "`patients == patient`.",
            lambda right, patients, drawn: right[drawn].mean() if drawn.max() < len(right) else None,
        ),
        (
            "The right cells are counted as often as drawn, but divided by the number of all cells given. "
            "Divide by the number of cells that were drawn.",
            lambda right, patients, drawn: sums(right, patients, drawn) / len(right),
        ),
        (
            "This is how many are right. Divide by the number of cells that were drawn.",
            sums,
        ),
        (
            "This is the share that is wrong.",
            lambda *given: 1 - redrawn_accuracy(*given),
        ),
        ("This is in percent. Give a share from 0 to 1.", lambda *given: 100 * redrawn_accuracy(*given)),
        (
            "These are the accuracies of the patients, one by one. Give one number for all their cells.",
            shares,
        ),
        (
            "Only the last patient of the loop is left. Collect the cells of all of them.",
            lambda right, patients, drawn: right[patients == drawn[-1]].mean(),
        ),
        (
            "Only the first patient counts: `return` stands inside the loop. Move it left, as far as `for`.",
            lambda right, patients, drawn: right[patients == drawn[0]].mean(),
        ),
    ]
    by_hand = {
        "right": np.array([True, True, False, False, True, True]),
        "patients": np.array([1, 1, 1, 2, 3, 3]),
        "drawn": np.array([1, 2, 2]),
    }
    cases = [by_hand]
    for num_patients in (4, 6, 5):
        patients = rng.permutation(np.repeat(np.arange(num_patients), rng.permutation(num_patients) + 2))
        drawn = rng.permutation(np.append(rng.permutation(num_patients)[:-1], [0, 0]))[:num_patients]
        right = rng.random(len(patients)) < (0.2 + 0.7 * patients / num_patients)
        cases.append({"right": right, "patients": patients, "drawn": drawn})
    same_answers(answer, redrawn_accuracy, cases, slips=slips)
