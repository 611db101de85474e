"""Exercises of the chapter on little data: a fair draw, differences by seed, remedies, moved weights."""

import inspect

import numpy as np

from ._compare import array_answer
from ._core import Finding, checker
from ._student import run
from .little_data_remedies import decayed_step, dropout
from .little_data_seeds import cells_needed, paired_difference
from .little_data_transfer import transfer_weights

__all__ = [
    "balanced_subset",
    "cells_needed",
    "decayed_step",
    "dropout",
    "paired_difference",
    "transfer_weights",
]

SIGNATURE = inspect.signature(lambda labels, num_per_class, seed: None)


@checker(
    hints=(
        "Go through the classes one by one. The cells of one class are those places where the label is its "
        "number: `flatnonzero` of NumPy gives them.",
        "A generator is made from the seed once, before the loop. Its `choice` draws from an array; without "
        "`replace=False` it puts each cell back after the draw.",
        "For each class draw `num_per_class` of its places with `replace=False`, collect these arrays in a "
        "list, and join them by `concatenate`.",
    ),
    learned="As many of each class, none twice, and the seed says which: the draw can be repeated.",
)
def balanced_subset(answer, rng):
    """Check `balanced_subset(labels, num_per_class, seed)`: places of as many cells of every class.

    (N,) class numbers -> (classes · num_per_class,) places, in any order

    Examples
    --------
    >>> balanced_subset(lambda labels, num_per_class, seed: np.arange(4)).message[:24]
    'Class 0 is there 3 times'
    """
    if not callable(answer):
        raise Finding("Give the function itself, without brackets behind its name.")
    try:
        inspect.signature(answer).bind(*SIGNATURE.parameters)
    except TypeError:
        raise Finding(
            f"The function should be called as `balanced_subset{SIGNATURE}`; yours takes "
            f"`{inspect.signature(answer)}`."
        ) from None
    by_hand = np.array([0, 0, 1, 0, 1, 1, 0, 1])
    _check_draw(answer, by_hand, 2, 0)
    for num_classes, least in [(3, 20), (4, 12), (2, 25)]:
        labels = rng.permutation(np.repeat(np.arange(num_classes), least + 9 * np.arange(num_classes)))
        num_per_class, seed = int(rng.integers(4, 8)), int(rng.integers(1, 1000))
        first = _check_draw(answer, labels, num_per_class, seed)
        if not np.array_equal(first, _check_draw(answer, labels, num_per_class, seed)):
            raise Finding(
                "The same seed gives other cells at the second call. Make the generator inside the function, "
                "by `np.random.default_rng(seed)`, and draw with it alone.",
                f"seed = {seed}",
            )
        others = [_check_draw(answer, labels, num_per_class, seed + n) for n in (1, 2, 3)]
        if all(set(first) == set(other) for other in others):
            raise Finding(
                "Every seed gives the same cells, so repeating the training would not show what another draw "
                "does. Draw with `np.random.default_rng(seed)`.",
                f"seeds {seed} to {seed + 3}: always {sorted(first.tolist())}",
            )
        _check_reach(answer, labels, num_per_class, seed)
    _check_gaps(answer, rng.permutation(np.repeat([2, 5], 15)))


def _check_draw(answer, labels, num_per_class, seed):
    """Run the answer once; return its places, or raise `Finding`."""
    call = SIGNATURE.bind(labels, num_per_class, seed)
    (outcome,) = run(answer, call)
    kinds = np.unique(labels)
    example = f"with labels = {labels if labels.size < 10 else f'{labels.size} labels'}, num_per_class = "
    example += f"{num_per_class}, seed = {seed}"
    if outcome.problem:
        raise Finding(outcome.problem, example)
    example += f"\ngave\n  {outcome.value}"
    if outcome.value.dtype == bool:
        raise Finding("This is a mask of True and False. Hand back places: `np.flatnonzero`.", example)
    if outcome.value.ndim == 2:
        raise Finding("This has a row for each class. Join the rows into one, by `np.concatenate`.", example)
    if outcome.value.size and outcome.value.dtype.kind not in "iu":
        raise Finding(f"Places are whole numbers, but these are of type `{outcome.value.dtype}`.", example)
    places = array_answer(outcome.value, outcome.value.shape).astype(int)
    if places.ndim != 1:
        raise Finding(f"One row of places is needed, but this has shape {places.shape}.", example)
    if len(places) and (places.min() < 0 or places.max() >= len(labels)):
        raise Finding(f"A place must lie from 0 to {len(labels) - 1}, since there are so many.", example)
    if np.array_equal(np.sort(places), np.repeat(kinds, num_per_class)):
        raise Finding("These are the labels. Hand back the places where the cells stand.", example)
    if len(set(places.tolist())) < len(places):
        raise Finding(
            "A cell is there twice. `choice` puts each one back after the draw, unless `replace=False`.",
            example,
        )
    for number in kinds:
        count = (labels[places] == number).sum()
        if count != num_per_class:
            raise Finding(
                f"Class {number} is there {count} times, but {num_per_class} are asked for.", example
            )
    if outcome.changed:
        raise Finding(f"The result is right, but your function changes its input `{outcome.changed}`.")
    return places


def _check_reach(answer, labels, num_per_class, seed):
    """Over many seeds every cell must be drawn some time: else part of the data set is never used."""
    drawn = [_check_draw(answer, labels, num_per_class, seed + 10 + n) for n in range(60)]
    never = np.setdiff1d(np.arange(len(labels)), np.concatenate(drawn))
    if len(never) > 3:  # with 60 draws of 4 of 47 or fewer, one is missed now and then
        raise Finding(
            "Some cells are never drawn, whatever the seed. Each cell of a class must have the same chance: "
            "draw from all places of the class.",
            f"60 seeds never drew the places {never[:10]}" + (" and more" if len(never) > 10 else ""),
        )


def _check_gaps(answer, labels):
    """Class numbers with gaps, and as many cells of each: a wrong loop, or a restarted generator, shows."""
    kinds = np.unique(labels)
    try:
        draws = [_check_draw(answer, labels, 4, seed) for seed in range(6)]
    except Finding as finding:
        raise Finding(
            f"Class numbers may have gaps: here they are {kinds[0]} and {kinds[1]}. Go through "
            "`np.unique(labels)`, which holds the numbers themselves.",
            finding.example,
        ) from None
    ranks = [
        [np.flatnonzero(np.isin(np.flatnonzero(labels == kind), places)).tolist() for kind in kinds]
        for places in draws
    ]
    if all(one == other for one, other in ranks):
        raise Finding(
            "The generator starts again for each class, so every class draws the same numbers. Make it once, "
            "before the loop.",
            f"seed = 0: of both classes the cells {ranks[0][0]}, counted within the class",
        )
