"""The checkers of the gradient by hand and of integrated gradients, fed with what students write."""

import numpy as np
import pytest

from cellcnn_helpers.exercises import explanation as check

# --- saliency of a small network ------------------------------------------------------------------------


def sums(image, weights):
    return (image[..., np.newaxis] * weights).sum(axis=(0, 1, 2))


def gradient(image, weights, output):
    return (weights * output * (sums(image, weights) > 0)).sum(axis=-1)


def saliency(image, weights, output):
    return np.abs(gradient(image, weights, output)).max(axis=-1)


def saliency_by_loop(image, weights, output):
    slopes = np.zeros(image.shape)
    for unit in range(len(output)):
        if (image * weights[..., unit]).sum() > 0:
            slopes += output[unit] * weights[..., unit]
    return np.maximum(slopes, -slopes).max(axis=-1)


def saliency_by_trying(image, weights, output):
    def score(image):
        return output @ np.maximum(sums(image, weights), 0)

    slopes = np.zeros(image.shape)
    for place in np.ndindex(image.shape):
        step = np.zeros(image.shape)
        step[place] = 1e-6
        slopes[place] = (score(image + step) - score(image - step)) / 2e-6
    return np.abs(slopes).max(axis=-1)


def slopes(formula):
    return lambda *given: formula(gradient(*given))


class TestSaliencyMap:
    @pytest.mark.parametrize("answer", [saliency, saliency_by_loop, saliency_by_trying])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.saliency_map, answer)

    def test_stub_and_hints(self, assert_teaches):
        def saliency_map(image, weights, output): ...

        assert_teaches(check.saliency_map, saliency_map)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda x, w, o: np.abs((w * o).sum(axis=-1)).max(axis=-1), "Shut units have a say"),
            (lambda x, w, o: (w @ o).max(axis=-1), "And take absolute values"),
            (slopes(lambda g: g.max(axis=-1)), "before the largest of the channels"),
            (slopes(lambda g: np.abs(g.max(axis=-1))), "before the largest of the channels"),
            (
                lambda x, w, o: np.abs(w * o * (sums(x, w) > 0)).sum(axis=-1).max(axis=-1),
                "The absolute value comes too early",
            ),
            (slopes(lambda g: np.abs(g.sum(axis=-1))), "red and blue of opposite signs cancel"),
            (slopes(lambda g: g.sum(axis=-1)), "added up with their signs"),
            (slopes(lambda g: np.abs(g).sum(axis=-1)), "adds up the channels"),
            (slopes(lambda g: np.abs(g).mean(axis=-1)), "mean of the channels"),
            (slopes(np.abs), "one number for each channel"),
            (slopes(lambda g: g), "the gradient itself"),
            (lambda x, w, o: np.abs(x * gradient(x, w, o)).max(axis=-1), "multiplied by the image"),
            (lambda x, w, o: saliency(x, w, np.ones_like(o)), "output weights are forgotten"),
            (
                lambda x, w, o: np.abs(w @ (o * np.maximum(sums(x, w), 0))).max(axis=-1),
                "units themselves are multiplied in",
            ),
            (lambda x, w, o: np.abs(w @ (o * (sums(x, w) < 0))).max(axis=-1), "shut units count"),
            (slopes(lambda g: (g**2).max(axis=-1)), "squares"),
            (slopes(lambda g: np.abs(g).max(axis=-1) + 1), "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.saliency_map, answer, words)

    def test_the_example_can_be_done_by_hand(self):
        example = check.saliency_map(lambda image, weights, output: image[..., 0]).example
        # sums 3, -3 and 2: the second unit is shut; 2 · (1, 1, 3) - 3 · (0, 1, -1) = (2, -1, 9)
        assert example.endswith("expected\n  [[2. 1. 9.]]")


# --- integrated gradients -------------------------------------------------------------------------------


def integrated(score, gradient, image, baseline, num_steps):
    total = np.zeros(image.shape)
    for step in range(num_steps):
        part = (step + 0.5) / num_steps
        total += gradient(baseline + part * (image - baseline))
    values = total / num_steps * (image - baseline)
    return values, values.sum() - (score(image) - score(baseline))


def with_map(map_of):
    """A student's function whose map is wrong, and whose gap is that of this map."""

    def answer(score, gradient, image, baseline, num_steps):
        values = map_of(gradient, image, baseline, num_steps)
        return values, values.sum() - score(image) + score(baseline)

    return answer


def along(parts_of):
    def map_of(gradient, image, baseline, num_steps):
        points = [baseline + part * (image - baseline) for part in parts_of(num_steps)]
        return np.mean([gradient(point) for point in points], axis=0) * (image - baseline)

    return with_map(map_of)


def mean_gradient(gradient, image, baseline, num_steps):
    parts = (np.arange(num_steps) + 0.5) / num_steps
    return np.mean([gradient(baseline + part * (image - baseline)) for part in parts], axis=0)


def with_gap(gap):
    def answer(score, gradient, image, baseline, num_steps):
        values, right = integrated(score, gradient, image, baseline, num_steps)
        return values, gap(values, right, score(image))

    return answer


def one_after_the_other(score, gradient, image, baseline, num_steps):
    """Each pixel walks to the image and stays there, then comes the next."""
    values, now = np.zeros(image.shape), baseline.copy()
    for row, column in np.ndindex(image.shape):
        far = image[row, column] - baseline[row, column]
        for step in range(num_steps):
            now[row, column] = baseline[row, column] + (step + 0.5) / num_steps * far
            values[row, column] += gradient(now)[row, column] * far / num_steps
        now[row, column] = image[row, column]
    return values, values.sum() - (score(image) - score(baseline))


def alone(others_of):
    """Each pixel walks while the others stay as they are in one of the pictures."""

    def map_of(gradient, image, baseline, num_steps):
        values = np.zeros(image.shape)
        for pixel in np.ndindex(image.shape):
            picture = others_of(image, baseline).copy()
            for step in range(num_steps):
                part = (step + 0.5) / num_steps
                picture[pixel] = (1 - part) * baseline[pixel] + part * image[pixel]
                values[pixel] += gradient(picture)[pixel] / num_steps
        return values * (image - baseline)

    return with_map(map_of)


class TestIntegratedGradients:
    def test_right(self, assert_accepts):
        assert_accepts(check.integrated_gradients, integrated)

    def test_stub_and_hints(self, assert_teaches):
        def integrated_gradients(score, gradient, image, baseline, num_steps): ...

        assert_teaches(check.integrated_gradients, integrated_gradients)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (with_map(lambda g, x, b, n: g(x) * (x - b)), "at the image alone. Take it in the middle"),
            (with_map(lambda g, x, b, n: g(x) * x), "and the baseline is ignored"),
            (along(lambda n: np.arange(1, n + 1) / n), "the ends of the steps"),
            (along(lambda n: np.arange(n) / n), "the starts of the steps"),
            (along(lambda n: np.linspace(0, 1, n)), "Both ends"),
            (along(lambda n: np.linspace(0, 1, n + 1)), "Both ends"),
            (with_map(mean_gradient), "is not multiplied by how far"),
            (with_map(lambda g, x, b, n: mean_gradient(g, x, b, n) * x), "multiplied by the image"),
            (with_map(lambda g, x, b, n: mean_gradient(g, x, 0 * x, n) * x), "The baseline is ignored"),
            (with_map(lambda g, x, b, n: mean_gradient(g, x, 0 * x, n) * (x - b)), "The way begins at 0"),
            (one_after_the_other, "Each pixel walks alone"),
            (alone(lambda image, baseline: baseline), "Each pixel walks alone"),
            (alone(lambda image, baseline: image), "Each pixel walks alone"),
            (with_map(lambda g, x, b, n: n * mean_gradient(g, x, b, n) * (x - b)), "not divided by"),
            (with_map(lambda g, x, b, n: np.abs(mean_gradient(g, x, b, n) * (x - b))), "The signs are lost"),
            (
                with_gap(lambda values, gap, score: values.sum() - score),
                "leaves out the score of the baseline",
            ),
            (with_gap(lambda values, gap, score: -gap), "has the other sign"),
            (with_gap(lambda values, gap, score: abs(gap)), "keeps its sign"),
            (with_gap(lambda values, gap, score: values.sum()), "The second number is its sum"),
            (with_gap(lambda values, gap, score: gap + 1), "is expected"),
            (lambda *given: integrated(*given)[0], "Hand back 2 things"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.integrated_gradients, answer, words)

    def test_the_example_can_be_done_by_hand(self):
        example = check.integrated_gradients(lambda *given: (given[2], 0.0)).example
        # from 1 to 3 in two steps: 3 · 1.5² and 3 · 2.5², mean 12.75, times 2; x³ itself grows by 26
        assert example.endswith("expected as map\n  [[25.5     0.    ]\n   [-6.9375  6.9375]]")
