"""Exercises on maps: occlusion of any score, and Grad-CAM from maps and their gradients."""

import numpy as np

from ._compare import same_answers
from ._core import checker
from ._formula import Formula


@checker(
    hints=(
        "Cover one square of a copy of the image. By how much has the score fallen against that of the whole "
        "image?",
        "Write this one number into all pixels of the map that the square covered, then go on to the next "
        "square, "
        "with a fresh copy.",
        "Two loops, over the first rows and the first columns of the squares, in steps of the size. In the "
        "copy "
        "and in the map the square is the rows and columns from there up to there plus size.",
    ),
    learned="It asks only for a score, so it works for any model, even for one that you cannot look into.",
)
def occlusion_map(answer, rng):
    """Check `occlusion_map(score, image, size, fill)`: the fall of the score for squares side by side.

    a function of an image, (H, W), two numbers -> (H, W); height and width are multiples of size

    Examples
    --------
    >>> def without_copy(score, image, size, fill):
    ...     before, values, covered = score(image), np.zeros(image.shape), image
    ...     for row in range(0, image.shape[0], size):
    ...         for column in range(0, image.shape[1], size):
    ...             square = slice(row, row + size), slice(column, column + size)
    ...             covered[square] = fill
    ...             values[square] = before - score(covered)
    ...     return values
    >>> occlusion_map(without_copy).message[:48]
    'The earlier squares stay covered. Begin with a f'
    """

    def squares(image, size):
        for row in range(0, image.shape[0], size):
            for column in range(0, image.shape[1], size):
                yield slice(row, row + size), slice(column, column + size)

    def occlusion_map(score, image, size, fill):
        return walk(score, image, size, fill)

    def covered_copy(image, square, fill):
        copy = image.astype(float)
        copy[square] = fill
        return copy

    def walk(score, image, size, fill, cover=covered_copy, write=None):
        """Cover square after square; a slip covers in another way, or writes the two scores otherwise."""
        values, before = np.zeros(image.shape), score(image)
        for square in squares(image, size):
            after = score(cover(image, square, fill))
            values[square] = write(before, after) if write else before - after
        return values

    def slip(**changed):
        return lambda *arguments: walk(*arguments, **changed)

    def staying_covered(score, image, size, fill):
        covered = image.astype(float)

        def cover(image, square, fill):
            covered[square] = fill
            return covered

        return walk(score, image, size, fill, cover)

    def all_but(image, square, fill):
        copy = np.full(image.shape, float(fill))
        copy[square] = image[square]
        return copy

    def first_pixel(image, square, fill):
        return covered_copy(image, tuple(part.start for part in square), fill)

    def at_first_pixels(score, image, size, fill):
        values = np.zeros(image.shape)
        values[::size, ::size] = walk(score, image, size, fill)[::size, ::size]
        return values

    def in_single_steps(score, image, size, fill):
        values, before = np.zeros(image.shape), score(image)
        for row in range(image.shape[0] - size + 1):
            for column in range(image.shape[1] - size + 1):
                square = slice(row, row + size), slice(column, column + size)
                values[square] = before - score(covered_copy(image, square, fill))
        return values

    def by_height_only(score, image, size, fill):
        values = walk(score, image, size, fill)
        values[:, len(image) :] = 0
        return values

    slips = [
        (
            "The earlier squares stay covered. Begin with a fresh copy of the image for each square: "
            "`image.copy()`.",
            staying_covered,
        ),
        (
            "The sign is turned. A square that matters makes the score fall: before less after.",
            slip(write=lambda before, after: after - before),
        ),
        (
            "These are the scores of the covered images. Give the fall: the score before, less that.",
            slip(write=lambda before, after: after),
        ),
        (
            "The sign is lost. Where the score rises, the square spoke against the class: that is a negative "
            "fall.",
            slip(write=lambda before, after: abs(before - after)),
        ),
        (
            "Negative values are cut off. Where the score rises, the square spoke against the class.",
            slip(write=lambda before, after: max(before - after, 0)),
        ),
        ("This covers with 0, whatever `fill` says.", lambda s, x, size, fill: walk(s, x, size, 0)),
        (
            "This covers with the mean of the image, whatever `fill` says.",
            lambda s, x, size, fill: walk(s, x, size, x.mean()),
        ),
        ("This covers all but the square. Cover the square.", slip(cover=all_but)),
        (
            "Only the first pixel of each square is covered. Cover `size` rows and columns.",
            slip(cover=first_pixel),
        ),
        (
            "Only the first pixel of each square gets a value. Write it into all that the square covered.",
            at_first_pixels,
        ),
        (
            "The fall is divided among the pixels of the square. Write the whole fall into each of them.",
            lambda s, x, size, fill: walk(s, x, size, fill) / size**2,
        ),
        (
            "There is one number for each square. Give one for each pixel: write it into all that it covers.",
            lambda s, x, size, fill: walk(s, x, size, fill)[::size, ::size],
        ),
        (
            "Your squares overlap: go on by `size`, not by 1. They lie side by side.",
            in_single_steps,
        ),
        (
            "The last columns are never covered: columns go up to `image.shape[1]`, rows up to "
            "`image.shape[0]`.",
            by_height_only,
        ),
    ]
    by_hand = {
        "score": Formula(
            "x[0, 0] + 2 x[0, 2] − x[1, 3]", lambda x: 1.0 * x[0][0] + 2.0 * x[0][2] - 1.0 * x[1][3]
        ),
        "image": np.array([[4.0, 1, 2, 1], [1, 1, 1, 4]]),
        "size": 2,
        "fill": 1.0,
    }
    drawn = []
    for shape, size in [((4, 6), 2), ((3, 6), 3), ((2, 3), 1)]:
        weights = rng.normal(0, 1, shape)
        score = Formula(
            "the square of a weighted sum of x, plus that sum",
            lambda x, weights=weights: np.sum(weights * x) ** 2 + np.sum(weights * x),
        )
        image, fill = rng.uniform(0, 1, shape), float(rng.uniform(0.2, 0.9))
        drawn.append({"score": score, "image": image, "size": size, "fill": fill})
    same_answers(answer, occlusion_map, [by_hand, *drawn], slips=slips)


@checker(
    hints=(
        "Each filter gets one weight: the mean of its gradient over all places. Over which axes is that?",
        "Multiply each map by its weight, add the maps up, and put 0 where the sum is below 0.",
        "Rows and columns are the axes 0 and 1, the filters the last one. To enlarge, repeat each row "
        "`factor` "
        "times, and each column too.",
    ),
    learned="One weight for each filter: the place comes from the maps alone, the class from the weights "
    "alone.",
)
def grad_cam(answer, rng):
    """Check `grad_cam(maps, gradients, factor)`: weights, weighted sum, ReLU, each number a square of pixels.

    (h, w, filters), (h, w, filters) and a whole number -> (h * factor, w * factor)

    Examples
    --------
    >>> grad_cam(lambda maps, gradients, factor: np.maximum((maps * gradients).sum(axis=-1), 0)).message[:60]
    'Two things: each place has a gradient of its own here, where'
    """

    def combined(maps, weights):
        return (maps * weights).sum(axis=-1)

    def coarse(maps, gradients):
        return np.maximum(combined(maps, gradients.mean(axis=(0, 1))), 0)

    def enlarge(values, factor):
        return np.kron(values, np.ones((factor, factor)))

    def grad_cam(maps, gradients, factor):
        return enlarge(coarse(maps, gradients), factor)

    def enlarged(formula):
        return lambda maps, gradients, factor: enlarge(formula(maps, gradients), factor)

    slips = [
        (
            "Two things: each place has a gradient of its own here, where each filter should have one "
            "weight, and "
            "the map is not enlarged.",
            lambda maps, gradients, factor: np.maximum(combined(maps, gradients), 0),
        ),
        (
            "The map is not enlarged: each of its numbers becomes `factor` × `factor` pixels.",
            lambda maps, gradients, factor: coarse(maps, gradients),
        ),
        (
            "The map is put side by side with itself. Repeat each number, not the whole map: `np.repeat`, "
            "not "
            "`np.tile`.",
            lambda maps, gradients, factor: np.tile(coarse(maps, gradients), (factor, factor)),
        ),
        (
            "Each place has a gradient of its own here. Take one weight for each filter: the mean over rows "
            "and "
            "columns.",
            enlarged(lambda maps, gradients: np.maximum(combined(maps, gradients), 0)),
        ),
        (
            "The mean goes over the filters, so all maps of a place get the same weight. Take it over rows "
            "and "
            "columns: axes 0 and 1.",
            enlarged(
                lambda maps, gradients: np.maximum(combined(maps, gradients.mean(axis=-1, keepdims=True)), 0)
            ),
        ),
        (
            "This is one mean of all gradients. Each filter has a weight of its own: axes 0 and 1 only.",
            enlarged(lambda maps, gradients: np.maximum(combined(maps, gradients.mean()), 0)),
        ),
        (
            "Values below 0 are left. They speak against the class: cut them off at 0.",
            enlarged(lambda maps, gradients: combined(maps, gradients.mean(axis=(0, 1)))),
        ),
        (
            "The signs are lost. What speaks against the class becomes 0, not positive.",
            enlarged(lambda maps, gradients: np.abs(combined(maps, gradients.mean(axis=(0, 1))))),
        ),
        (
            "The weights are cut off at 0, so no filter speaks against the class. Cut off the sum.",
            enlarged(lambda maps, gradients: combined(maps, np.maximum(gradients.mean(axis=(0, 1)), 0))),
        ),
        (
            "The weights lose their signs: a filter that speaks against the class counts as one for it.",
            enlarged(
                lambda maps, gradients: np.maximum(combined(maps, np.abs(gradients.mean(axis=(0, 1)))), 0)
            ),
        ),
        (
            "The map is divided by its maximum. Do not scale: the unit is that of the score.",
            enlarged(lambda maps, gradients: coarse(maps, gradients) / coarse(maps, gradients).max()),
        ),
        (
            "The gradients are cut off at 0 before the mean. Cut off the sum.",
            enlarged(
                lambda maps, gradients: np.maximum(
                    combined(maps, np.maximum(gradients, 0).mean(axis=(0, 1))), 0
                )
            ),
        ),
        (
            "The weights are sums of the gradients. Take their means.",
            enlarged(lambda maps, gradients: np.maximum(combined(maps, gradients.sum(axis=(0, 1))), 0)),
        ),
        (
            "The maps are averaged over the filters. Add them up.",
            enlarged(lambda maps, gradients: coarse(maps, gradients) / maps.shape[-1]),
        ),
        (
            "Maps and gradients are exchanged: the weights are means of the gradients, and they weigh the "
            "maps.",
            enlarged(lambda maps, gradients: coarse(gradients, maps)),
        ),
        (
            "The maps are added up without weights.",
            enlarged(lambda maps, gradients: np.maximum(maps.sum(axis=-1), 0)),
        ),
    ]
    by_hand = {
        "maps": np.stack([[[1.0, 2], [0, 2]], [[0, 3], [1, 0]]], axis=-1),
        "gradients": np.stack([[[1.0, 1], [1, 1]], [[-1, -1], [1, -1]]], axis=-1),
        "factor": 2,
    }
    drawn = []
    for shape, factor in [((2, 3, 4), 3), ((3, 3, 3), 2), ((4, 2, 5), 2)]:
        maps = rng.uniform(0, 2, shape)
        gradients = rng.normal(0, 1, shape)
        if not coarse(maps, gradients).any():  # a map of zeros would hide a wrong scale
            gradients = -gradients
        drawn.append({"maps": maps, "gradients": gradients, "factor": factor})
    same_answers(answer, grad_cam, [by_hand, *drawn], slips=slips)
