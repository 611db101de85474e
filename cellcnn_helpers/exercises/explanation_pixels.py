"""Exercises on pixels: the gradient of a small network by hand, and integrated gradients."""

import numpy as np

from ._compare import same_answers
from ._core import checker
from ._formula import Formula


@checker(
    hints=(
        "Take one unit that is above 0, and make one pixel a little brighter. By how much does the unit "
        "rise, "
        "and by how much the score? And a unit that the ReLU holds at 0?",
        "The gradient of the score is the sum over the open units of its output weight times its pixel "
        "weights. "
        "A unit is open where its sum over the image is above 0.",
        "Multiply the pixel weights, the output weights and the open units (as 0 and 1), and add up over the "
        "last axis. Then the absolute value, and of the channels the largest.",
    ),
    learned="A gradient says what a small change of a pixel does; units that are shut have no say in it.",
)
def saliency_map(answer, rng):
    """Check `saliency_map(image, weights, output)` of a network with one hidden layer of ReLU.

    (H, W, C), (H, W, C, units) and (units,) -> (H, W)

    Unit k is relu(sum of image * weights[..., k]); the score is the sum of output[k] * unit k.

    Examples
    --------
    >>> def all_open(image, weights, output):
    ...     return np.abs(weights @ output).max(axis=-1)
    >>> saliency_map(all_open).message[:27]
    'Shut units have a say here.'
    """

    def sums(image, weights):
        return np.tensordot(image, weights, axes=3)

    def gradient(image, weights, output):
        return weights @ (output * (sums(image, weights) > 0))

    def saliency_map(image, weights, output):
        return np.abs(gradient(image, weights, output)).max(axis=-1)

    def of_gradient(formula):
        return lambda *arguments: formula(gradient(*arguments))

    shut = (
        "Shut units have a say here. A unit whose sum is below 0 stays at 0 after a small change, so leave "
        "it "
        "out."
    )
    signs = "Take absolute values before the largest of the channels: a strong negative slope counts too."
    slips = [
        (shut, lambda image, weights, output: np.abs(weights @ output).max(axis=-1)),
        (shut + " And take absolute values.", lambda image, weights, output: (weights @ output).max(axis=-1)),
        (signs, of_gradient(lambda slopes: slopes.max(axis=-1))),
        (signs, of_gradient(lambda slopes: np.abs(slopes.max(axis=-1)))),
        (
            "The absolute value comes too early: slopes of several units may cancel. Add the units up first.",
            lambda image, weights, output: (
                np.abs(weights * output) @ (sums(image, weights) > 0).astype(float)
            ).max(axis=-1),
        ),
        (
            "The channels are added up, so red and blue of opposite signs cancel. Take the largest absolute "
            "value.",
            of_gradient(lambda slopes: np.abs(slopes.sum(axis=-1))),
        ),
        (
            "The channels are added up with their signs. Take absolute values, then the largest channel.",
            of_gradient(lambda slopes: slopes.sum(axis=-1)),
        ),
        (
            "This adds up the channels. Take the largest of them.",
            of_gradient(lambda slopes: np.abs(slopes).sum(axis=-1)),
        ),
        (
            "This is the mean of the channels. Take the largest of them.",
            of_gradient(lambda slopes: np.abs(slopes).mean(axis=-1)),
        ),
        ("There is one number for each channel. Give one for each pixel: the largest.", of_gradient(np.abs)),
        (
            "This is the gradient itself. Take absolute values, and of the channels the largest.",
            of_gradient(lambda slopes: slopes),
        ),
        (
            "The gradient is multiplied by the image. How fast the score changes does not ask how bright the "
            "pixel is.",
            lambda image, *rest: np.abs(image * gradient(image, *rest)).max(axis=-1),
        ),
        (
            "The output weights are forgotten: a unit counts by as much as the score takes of it.",
            lambda image, weights, output: np.abs(weights @ (sums(image, weights) > 0)).max(axis=-1),
        ),
        (
            "The units themselves are multiplied in. A ReLU that is open has the slope 1, however large the "
            "unit is.",
            lambda image, weights, output: np.abs(
                weights @ (output * np.maximum(sums(image, weights), 0))
            ).max(axis=-1),
        ),
        (
            "Here the shut units count and the open ones do not. Open is a sum above 0.",
            lambda image, weights, output: np.abs(weights @ (output * (sums(image, weights) <= 0))).max(
                axis=-1
            ),
        ),
        (
            "These are squares. Take absolute values.",
            of_gradient(lambda slopes: (slopes**2).max(axis=-1)),
        ),
    ]
    by_hand = {
        "image": np.array([[[1.0], [2.0], [0.0]]]),
        "weights": np.array([[[[1.0, 1, 0]], [[1, -2, 1]], [[3, 0, -1]]]]),
        "output": np.array([2.0, 5, -3]),
    }
    drawn = []
    for shape, num_units in [((3, 2, 2), 4), ((2, 4, 3), 5), ((4, 3, 3), 6)]:
        image = rng.uniform(0, 1, shape)
        weights = rng.normal(0, 1, (*shape, num_units))
        # open and shut in turn, and none so near 0 that rounding decides
        weights *= np.where(np.arange(num_units) % 2, -1, 1) * np.sign(np.tensordot(image, weights, axes=3))
        drawn.append({"image": image, "weights": weights, "output": rng.normal(0, 2, num_units)})
    same_answers(answer, saliency_map, [by_hand, *drawn], slips=slips)


@checker(
    hints=(
        "Walk from the baseline to the image in equal steps, all pixels together. In the middle of each "
        "step, how fast does the score change with each pixel?",
        "Average these gradients over the steps, and multiply by how far each pixel has come. The middles "
        "lie at "
        "0.5, 1.5, 2.5, ... of the number of steps.",
        "A loop over the steps adds up the gradient at baseline + part × (image − baseline). Divide by the "
        "number "
        "of steps, multiply by (image − baseline). The gap is the sum of that map, less the difference of "
        "the two "
        "scores.",
    ),
    learned="The map shares out the whole difference between image and baseline, and the gap tells how well.",
)
def integrated_gradients(answer, rng):
    """Check `integrated_gradients(score, gradient, image, baseline, num_steps)`, which returns map and gap.

    two functions of an image, (H, W), (H, W) and a number -> (H, W) and one number

    Examples
    --------
    >>> def at_the_image(score, gradient, image, baseline, num_steps):
    ...     values = gradient(image) * (image - baseline)
    ...     return values, values.sum() - score(image) + score(baseline)
    >>> integrated_gradients(at_the_image).message
    'The gradient is taken at the image alone. Take it in the middle of each step of the way, and average.'
    """

    def middles(num_steps):
        return (np.arange(num_steps) + 0.5) / num_steps

    def mean_gradient(gradient, image, baseline, parts):
        return np.mean([gradient(baseline + part * (image - baseline)) for part in parts], axis=0)

    def gap(values, score, image, baseline):
        return values.sum() - (score(image) - score(baseline))

    def integrated_gradients(score, gradient, image, baseline, num_steps):
        values = mean_gradient(gradient, image, baseline, middles(num_steps)) * (image - baseline)
        return values, gap(values, score, image, baseline)

    def slip(map_of):
        """The wrong map with its own gap."""

        def wrong(score, gradient, image, baseline, num_steps):
            values = map_of(gradient, image, baseline, num_steps)
            return values, gap(values, score, image, baseline)

        return wrong

    def wrong_gap(formula):
        def wrong(score, gradient, image, baseline, num_steps):
            values, right = integrated_gradients(score, gradient, image, baseline, num_steps)
            return values, formula(values, right, score, image, baseline)

        return wrong

    def along(parts_of):
        return slip(
            lambda gradient, image, baseline, n: (
                mean_gradient(gradient, image, baseline, parts_of(n)) * (image - baseline)
            )
        )

    def one_by_one(has_arrived):
        """Each pixel walks alone; of the others, those that have arrived are as in the image."""

        def map_of(gradient, image, baseline, n):
            values = np.zeros(image.shape)
            numbers = np.arange(image.size).reshape(image.shape)
            for number, pixel in enumerate(np.ndindex(image.shape)):
                others = np.where(has_arrived(numbers, number), image, baseline)
                walker = numbers == number
                start, end = np.where(walker, baseline, others), np.where(walker, image, others)
                values[pixel] = (mean_gradient(gradient, end, start, middles(n)) * (image - baseline))[pixel]
            return values

        return slip(map_of)

    alone = (
        "Each pixel walks alone here, while the others stand still. Let all walk together: baseline + part × "
        "(image − baseline)."
    )
    ends = "These are the {} of the steps. Take the middles: they leave a far smaller gap."
    slips = [
        (
            "The gradient is taken at the image alone. Take it in the middle of each step of the way, and "
            "average.",
            slip(lambda gradient, image, baseline, n: gradient(image) * (image - baseline)),
        ),
        (
            "The gradient is taken at the image alone, and the baseline is ignored.",
            slip(lambda gradient, image, baseline, n: gradient(image) * image),
        ),
        (ends.format("ends"), along(lambda n: (np.arange(n) + 1) / n)),
        (ends.format("starts"), along(lambda n: np.arange(n) / n)),
        (
            "Both ends are counted as full steps. Take the middles of the steps: 0.5, 1.5, ... of "
            "`num_steps`.",
            along(lambda n: np.linspace(0, 1, n)),
        ),
        (
            "Both ends are counted as full steps. Take the middles of the steps: 0.5, 1.5, ... of "
            "`num_steps`.",
            along(lambda n: np.linspace(0, 1, n + 1)),
        ),
        (
            "The mean gradient is not multiplied by how far the pixel has come: (image − baseline).",
            slip(lambda gradient, image, baseline, n: mean_gradient(gradient, image, baseline, middles(n))),
        ),
        (
            "The gradients are multiplied by the image, as if the baseline were 0. Multiply by (image − "
            "baseline).",
            slip(
                lambda gradient, image, baseline, n: (
                    mean_gradient(gradient, image, baseline, middles(n)) * image
                )
            ),
        ),
        (
            "The baseline is ignored: the way begins at 0 here.",
            slip(
                lambda gradient, image, baseline, n: (
                    mean_gradient(gradient, image, np.zeros_like(image), middles(n)) * image
                )
            ),
        ),
        (
            "The way begins at 0 here. Begin it at the baseline: baseline + part × (image − baseline).",
            slip(
                lambda gradient, image, baseline, n: (
                    mean_gradient(gradient, image, np.zeros_like(image), middles(n)) * (image - baseline)
                )
            ),
        ),
        (alone, one_by_one(np.less)),
        (alone, one_by_one(lambda numbers, number: False)),
        (alone, one_by_one(lambda numbers, number: True)),
        (
            "The gradients are added up, but not divided by `num_steps`.",
            slip(
                lambda gradient, image, baseline, n: (
                    n * mean_gradient(gradient, image, baseline, middles(n)) * (image - baseline)
                )
            ),
        ),
        (
            "The signs are lost. Here they say whether a pixel raised the score or lowered it.",
            slip(
                lambda gradient, image, baseline, n: np.abs(
                    mean_gradient(gradient, image, baseline, middles(n)) * (image - baseline)
                )
            ),
        ),
        (
            "The map is right. The gap leaves out the score of the baseline: what is shared out is the "
            "difference.",
            wrong_gap(lambda values, right, score, image, baseline: values.sum() - score(image)),
        ),
        (
            "The map is right. The gap has the other sign: the sum of the map, less the difference of the "
            "scores.",
            wrong_gap(lambda values, right, *rest: -right),
        ),
        (
            "The map is right. The gap keeps its sign: too much is above 0, too little below.",
            wrong_gap(lambda values, right, *rest: abs(right)),
        ),
        (
            "The map is right. The second number is its sum; the gap is what is left after the difference of "
            "the "
            "scores is taken away.",
            wrong_gap(lambda values, right, *rest: values.sum()),
        ),
    ]
    square = Formula("the square of the sum of the pixels", lambda x: np.sum(x) ** 2)
    of_square = Formula("2 × the sum, at every pixel", lambda x: np.full(np.shape(x), 2 * np.sum(x)))
    cubes = Formula("the sum of x³", lambda x: np.sum(np.asarray(x) ** 3))
    of_cubes = Formula("3x²", lambda x: 3.0 * np.asarray(x) ** 2)
    by_hand = {
        "score": cubes,
        "gradient": of_cubes,
        "image": np.array([[3.0, 1], [1, 2]]),
        "baseline": np.array([[1.0, 1], [2, 1]]),
        "num_steps": 2,
    }
    drawn = []
    for shape, num_steps, (score, gradient) in [
        ((2, 3), 4, (cubes, of_cubes)),
        ((3, 2), 3, (square, of_square)),
        ((3, 4), 5, (cubes, of_cubes)),
    ]:
        image, baseline = rng.uniform(0.5, 2, shape), rng.uniform(-1, 0.5, shape)
        if drawn:  # downwards, where the map is below 0 and the gap above
            image, baseline = baseline, image
        drawn.append(
            {
                "score": score,
                "gradient": gradient,
                "image": image,
                "baseline": baseline,
                "num_steps": num_steps,
            }
        )
    same_answers(answer, integrated_gradients, [by_hand, *drawn], slips=slips, parts=("map", "gap"))
