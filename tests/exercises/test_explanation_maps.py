"""The checkers of occlusion and Grad-CAM, fed with what students write: right, untouched and wrong."""

import numpy as np
import pytest

from cellcnn_helpers.exercises import explanation as check

# --- occlusion ------------------------------------------------------------------------------------------


def occlusion(score, image, size, fill, before_less_after=np.subtract):
    values = np.zeros(image.shape)
    for row in range(0, image.shape[0], size):
        for column in range(0, image.shape[1], size):
            covered = image.copy()
            covered[row : row + size, column : column + size] = fill
            fall = before_less_after(score(image), score(covered))
            values[row : row + size, column : column + size] = fall
    return values


def occlusion_by_masks(score, image, size, fill):
    rows, columns = np.indices(image.shape) // size
    values = np.zeros(image.shape)
    for row in range(rows.max() + 1):
        for column in range(columns.max() + 1):
            square = (rows == row) & (columns == column)
            values = values + square * (score(image) - score(np.where(square, fill, image)))
    return values


def without_copy(score, image, size, fill):
    values, before = np.zeros(image.shape), score(image)
    for row in range(0, image.shape[0], size):
        for column in range(0, image.shape[1], size):
            image[row : row + size, column : column + size] = fill
            values[row : row + size, column : column + size] = before - score(image)
    return values


def written(before_less_after):
    return lambda *given: occlusion(*given, before_less_after=before_less_after)


def then(change):
    """A student's function that does something to the right map."""
    return lambda score, image, size, fill: change(occlusion(score, image, size, fill), size)


def first_pixel(score, image, size, fill):
    values = np.zeros(image.shape)
    for row in range(0, image.shape[0], size):
        for column in range(0, image.shape[1], size):
            covered = image.copy()
            covered[row, column] = fill
            values[row : row + size, column : column + size] = score(image) - score(covered)
    return values


def all_but(score, image, size, fill):
    values = np.zeros(image.shape)
    for row in range(0, image.shape[0], size):
        for column in range(0, image.shape[1], size):
            covered = np.full(image.shape, fill)
            square = slice(row, row + size), slice(column, column + size)
            covered[square] = image[square]
            values[square] = score(image) - score(covered)
    return values


def single_steps(score, image, size, fill):
    values = np.zeros(image.shape)
    for row in range(image.shape[0] - size + 1):
        for column in range(image.shape[1] - size + 1):
            covered = image.copy()
            covered[row : row + size, column : column + size] = fill
            values[row : row + size, column : column + size] = score(image) - score(covered)
    return values


def square_image(score, image, size, fill):
    values = occlusion(score, image, size, fill)
    values[:, image.shape[0] :] = 0
    return values


class TestOcclusionMap:
    @pytest.mark.parametrize("answer", [occlusion, occlusion_by_masks])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.occlusion_map, answer)

    def test_stub_and_hints(self, assert_teaches):
        def occlusion_map(score, image, size, fill): ...

        assert_teaches(check.occlusion_map, occlusion_map)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (without_copy, "The earlier squares stay covered"),
            (written(lambda before, after: after - before), "The sign is turned"),
            (written(lambda before, after: after), "the scores of the covered images"),
            (written(lambda before, after: abs(before - after)), "The sign is lost"),
            (written(lambda before, after: max(before - after, 0)), "Negative values are cut off"),
            (lambda s, x, size, fill: occlusion(s, x, size, 0), "covers with 0"),
            (lambda s, x, size, fill: occlusion(s, x, size, x.mean()), "the mean of the image"),
            (all_but, "all but the square"),
            (first_pixel, "Only the first pixel of each square is covered"),
            (
                then(lambda m, n: m * (np.add.outer(*map(np.arange, m.shape)) < -1) + picked(m, n)),
                "gets a value",
            ),
            (then(lambda m, n: m / n**2), "divided among the pixels"),
            (then(lambda m, n: m[::n, ::n]), "one number for each square"),
            (single_steps, "overlap"),
            (square_image, "The last columns are never covered"),
            (then(lambda m, n: m * 2), "is expected"),
            (lambda score, image, size, fill: score(image), "single number"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.occlusion_map, answer, words)

    def test_the_example_can_be_done_by_hand(self):
        example = check.occlusion_map(lambda score, image, size, fill: image).example
        assert "with score = x[0, 0] + 2 x[0, 2] − x[1, 3]" in example
        assert example.endswith("expected\n  [[ 3.  3. -1. -1.]\n   [ 3.  3. -1. -1.]]")


def picked(values, size):
    """The map with a value at the first pixel of each square only."""
    sparse = np.zeros_like(values)
    sparse[::size, ::size] = values[::size, ::size]
    return sparse


# --- Grad-CAM -------------------------------------------------------------------------------------------


def grad_cam(maps, gradients, factor):
    weights = gradients.mean(axis=(0, 1))
    coarse = np.maximum((maps * weights).sum(axis=-1), 0)
    return coarse.repeat(factor, axis=0).repeat(factor, axis=1)


def grad_cam_by_loop(maps, gradients, factor):
    total = np.zeros(maps.shape[:2])
    for number in range(maps.shape[-1]):
        total += gradients[..., number].mean() * maps[..., number]
    return np.kron(np.where(total > 0, total, 0), np.ones((factor, factor)))


def large(formula):
    return lambda maps, gradients, factor: np.kron(formula(maps, gradients), np.ones((factor, factor)))


def relu(values):
    return np.maximum(values, 0)


class TestGradCam:
    @pytest.mark.parametrize("answer", [grad_cam, grad_cam_by_loop])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.grad_cam, answer)

    def test_stub_and_hints(self, assert_teaches):
        def grad_cam(maps, gradients, factor): ...

        assert_teaches(check.grad_cam, grad_cam)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda m, g, n: relu((m * g).sum(axis=-1)), "Two things"),
            (lambda m, g, n: grad_cam(m, g, 1), "not enlarged"),
            (lambda m, g, n: np.tile(grad_cam(m, g, 1), (n, n)), "side by side with itself"),
            (large(lambda m, g: relu((m * g).sum(axis=-1))), "a gradient of its own"),
            (large(lambda m, g: relu((m * g.mean(axis=-1, keepdims=True)).sum(axis=-1))), "over the filters"),
            (large(lambda m, g: relu((m * g.mean()).sum(axis=-1))), "one mean of all gradients"),
            (large(lambda m, g: (m * g.mean(axis=(0, 1))).sum(axis=-1)), "Values below 0 are left"),
            (large(lambda m, g: np.abs((m * g.mean(axis=(0, 1))).sum(axis=-1))), "The signs are lost"),
            (large(lambda m, g: (m * relu(g.mean(axis=(0, 1)))).sum(axis=-1)), "The weights are cut off"),
            (large(lambda m, g: (m * abs(g.mean(axis=(0, 1)))).sum(axis=-1)), "The weights lose their signs"),
            (lambda m, g, n: grad_cam(m, g, n) / grad_cam(m, g, n).max(), "Do not scale"),
            (large(lambda m, g: (m * relu(g).mean(axis=(0, 1))).sum(axis=-1)), "before the mean"),
            (large(lambda m, g: relu((m * g.sum(axis=(0, 1))).sum(axis=-1))), "sums of the gradients"),
            (large(lambda m, g: relu((m * g.mean(axis=(0, 1))).mean(axis=-1))), "averaged over the filters"),
            (lambda m, g, n: grad_cam(g, m, n), "are exchanged"),
            (large(lambda m, g: m.sum(axis=-1)), "without weights"),
            (lambda m, g, n: grad_cam(m, g, n) + 1, "is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.grad_cam, answer, words)

    def test_the_example_can_be_done_by_hand(self):
        example = check.grad_cam(lambda maps, gradients, factor: np.zeros((4, 4))).example
        # 1 · [[1, 2], [0, 2]] − 0.5 · [[0, 3], [1, 0]], cut off at 0, each number 2 × 2 pixels
        assert example.endswith(
            "[[1.  1.  0.5 0.5]\n   [1.  1.  0.5 0.5]\n   [0.  0.  2.  2. ]\n   [0.  0.  2.  2. ]]"
        )
