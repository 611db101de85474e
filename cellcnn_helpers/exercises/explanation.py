"""Exercises of the chapter on explanations: maps of what a score depends on, and what a map is worth."""

import numpy as np

from ._compare import same_answers
from ._core import checker
from .explanation_maps import grad_cam, occlusion_map
from .explanation_pixels import integrated_gradients, saliency_map

__all__ = [
    "concentration",
    "grad_cam",
    "integrated_gradients",
    "occlusion_map",
    "rank_similarity",
    "saliency_map",
]


@checker(
    hints=(
        "A pixel that speaks against the class matters as much as one that speaks for it. What has to go "
        "before you add up?",
        "Two shares: the weight of the map that lies inside, of all its weight; and the pixels that lie "
        "inside, "
        "of all pixels.",
        "Take absolute values. Divide their sum inside the mask by their sum everywhere, then divide by the "
        "mean of the mask.",
    ),
    learned="1 is what chance gives. Without the share of the area, a share of the weight says nothing.",
)
def concentration(answer, rng):
    """Check `concentration(values, mask)`: the share of a map's weight in a mask, by the share of its area.

    (H, W) numbers with a sign and (H, W) of True and False -> one number; 1 is chance

    Examples
    --------
    >>> concentration(lambda values, mask: np.abs(values)[mask].mean() / np.abs(values)[~mask].mean()).message
    'This compares inside with outside. Compare inside with the whole image.'
    """

    def concentration(values, mask):
        weights = np.abs(values)
        return weights[mask].sum() / weights.sum() / mask.mean()

    def share(weights, mask):
        return weights[mask].sum() / weights.sum()

    sign = (
        "The sign is kept, so pixels for and against the class cancel. Take absolute values before you add."
    )
    slips = [
        (sign, lambda values, mask: share(values, mask) / mask.mean()),
        ("The sign is kept, and the area is forgotten. Take absolute values first.", share),
        (
            "The absolute value comes too late: signs have canceled in the sums. Take it of each pixel.",
            lambda values, mask: abs(values[mask].sum()) / abs(values.sum()) / mask.mean(),
        ),
        (
            "This is the share of the weight alone. A mask of half the image has half of it by chance: "
            "divide by "
            "the share of the area.",
            lambda values, mask: share(np.abs(values), mask),
        ),
        (
            "This compares inside with outside. Compare inside with the whole image.",
            lambda values, mask: np.abs(values)[mask].mean() / np.abs(values)[~mask].mean(),
        ),
        (
            "Negative values are cut off here. They count as much as the others: absolute values.",
            lambda values, mask: share(np.maximum(values, 0), mask) / mask.mean(),
        ),
        (
            "Squares give large values a larger say. Take absolute values.",
            lambda values, mask: share(values**2, mask) / mask.mean(),
        ),
        (
            "This is the share times the area. Divide by the area, so that chance gives 1.",
            lambda values, mask: share(np.abs(values), mask) * mask.mean(),
        ),
        (
            "This is upside down: share of the weight divided by share of the area.",
            lambda values, mask: mask.mean() / share(np.abs(values), mask),
        ),
        (
            "This is the difference of the two shares. Divide the one by the other.",
            lambda values, mask: share(np.abs(values), mask) - mask.mean(),
        ),
        (
            "This looks outside the mask. `values[mask]` are the pixels inside.",
            lambda values, mask: share(np.abs(values), ~mask) / (~mask).mean(),
        ),
        (
            "The weight outside is divided by the area inside.",
            lambda values, mask: share(np.abs(values), ~mask) / mask.mean(),
        ),
        (
            "The share is divided by a number of pixels. Divide by their share of the image: `mask.mean()`.",
            lambda values, mask: share(np.abs(values), mask) / mask.sum(),
        ),
        (
            "This is the mean weight inside. Divide it by the mean weight of the whole image.",
            lambda values, mask: np.abs(values)[mask].mean(),
        ),
    ]
    by_hand = {
        "values": np.array([[6.0, -1], [-2, 1]]),
        "mask": np.array([[True, False], [False, False]]),
    }
    drawn = []
    for shape in [(4, 6), (5, 5), (7, 3)]:
        mask = rng.random(shape) < 0.3
        mask[0, :2] = True, False
        values = rng.normal(2, 1, shape) - 4 * mask  # the sum is below 0 inside, above 0 everywhere
        drawn.append({"values": values, "mask": mask})
    same_answers(answer, concentration, [by_hand, *drawn], slips=slips)


@checker(
    hints=(
        "Only the order counts. Which place does each pixel have, when all are put in order from the "
        "smallest "
        "to the largest?",
        "Sorting gives the pixels in order of their values. Sorting that answer once more gives each pixel "
        "its "
        "place.",
        "Flatten both maps, turn each into places, and give the correlation of the two rows of places: one "
        "number beside the diagonal of what NumPy's correlation function returns.",
    ),
    learned="The order of the pixels is all that it compares, so a map in other units is the same map.",
)
def rank_similarity(answer, rng):
    """Check `rank_similarity(map_a, map_b)`: Spearman's correlation of two maps without equal values.

    (H, W) and (H, W) -> one number from -1 to 1

    Examples
    --------
    >>> rank_similarity(lambda a, b: np.corrcoef(a.ravel(), b.ravel())[0, 1]).message
    'This correlates the values, so one bright pixel decides. Correlate their places in the order.'
    """

    def ranks(values):
        return values.ravel().argsort().argsort()

    def correlation(a, b):
        return np.corrcoef(a, b)[0, 1]

    def rank_similarity(map_a, map_b):
        return correlation(ranks(map_a), ranks(map_b))

    slips = [
        (
            "This correlates the values, so one bright pixel decides. Correlate their places in the order.",
            lambda a, b: correlation(a.ravel(), b.ravel()),
        ),
        (
            "`argsort` says which pixel comes first, second, and so on. Apply it once more: that is the "
            "place of "
            "each pixel.",
            lambda a, b: correlation(a.ravel().argsort(), b.ravel().argsort()),
        ),
        (
            "The rows are sorted one by one. Flatten each map first, so that all its pixels are in one "
            "order.",
            lambda a, b: correlation(a.argsort().argsort().ravel(), b.argsort().argsort().ravel()),
        ),
        (
            "Both maps are sorted, so each meets its own order and not the same pixel of the other map.",
            lambda a, b: correlation(np.sort(a, axis=None), np.sort(b, axis=None)),
        ),
        (
            "The sign of the result is lost. Opposite orders have -1.",
            lambda a, b: abs(rank_similarity(a, b)),
        ),
        ("This is the square. Give the correlation itself.", lambda a, b: rank_similarity(a, b) ** 2),
        (
            "The maps lose their signs before they are put in order. Take them as they are.",
            lambda a, b: rank_similarity(np.abs(a), np.abs(b)),
        ),
        (
            "One of the maps is in falling order, so the sign is turned. Both from the smallest up.",
            lambda a, b: -rank_similarity(a, b),
        ),
        (
            "This is the share of pixels with the same place. Near places count too: the correlation.",
            lambda a, b: (ranks(a) == ranks(b)).mean(),
        ),
        (
            "This is a table of 2 × 2 with 1 on its diagonal. The number beside the diagonal is it: `[0, "
            "1]`.",
            lambda a, b: np.corrcoef(ranks(a), ranks(b)),
        ),
    ]
    by_hand = {"map_a": np.array([[-1.0, 0, 2], [90, 4, -3]]), "map_b": np.array([[2.0, 8, 3], [5, 4, 6]])}
    drawn = []
    for sign, shape in [(1, (3, 5)), (-1, (4, 4)), (-1, (6, 3))]:
        map_a = rng.normal(0, 1, shape)
        drawn.append({"map_a": map_a, "map_b": sign * 2 * map_a**3 + rng.normal(0, 0.5, shape)})
    same_answers(answer, rank_similarity, [by_hand, *drawn], slips=slips)
