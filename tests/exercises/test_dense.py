"""The checkers of dense layers, fed with what students write: right, untouched and wrong."""

import numpy as np
import pytest

from cellcnn_helpers import nn
from cellcnn_helpers.exercises import dense as check

# --- flatten --------------------------------------------------------------------------------------------


def flat_by_size(images):
    batch, height, width, channels = images.shape
    return images.reshape(batch, height * width * channels)


def flat_by_loops(images):
    batch, height, width, channels = images.shape
    out = np.zeros((batch, height * width * channels))
    for n in range(batch):
        place = 0
        for r in range(height):
            for c in range(width):
                for channel in range(channels):
                    out[n, place] = images[n, r, c, channel]
                    place += 1
    return out


def flat_by_list(images):
    return [image.ravel() for image in images]


def square_only(images):
    side = images.shape[1]
    return images.reshape(len(images), side * side * images.shape[3])


class TestFlatten:
    @pytest.mark.parametrize("answer", [flat_by_size, flat_by_loops, flat_by_list])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.flatten, answer)

    def test_stub_and_hints(self, assert_teaches):
        def flatten(images): ...

        assert_teaches(check.flatten, flatten)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (np.ravel, "All images are in one row"),
            (lambda images: images.reshape(1, -1), "All images are in one row"),
            (lambda images: flat_by_size(images.transpose(0, 3, 1, 2)), "The channels are outermost"),
            (
                lambda images: flat_by_size(images.swapaxes(1, 2)),
                "Rows and columns are swapped: the pixels go",
            ),
            (lambda images: images.reshape(len(images), -1, order="F"), "The order is turned around"),
            (lambda images: flat_by_size(images).T, "Each image is a column"),
            (lambda images: images.reshape(-1, len(images)), "mixes the images: a row holds"),
            (lambda images: images.reshape(-1, len(images)).T, "transposing does not part them again"),
            (
                lambda images: images.reshape(len(images), -1, images.shape[-1]),
                "Only some axes are joined",
            ),
            (lambda images: images.reshape(*images.shape[:2], -1), "Only some axes are joined"),
            (lambda images: images.reshape(-1, images.shape[-1]), "The pixels of all images"),
            (lambda images: images.reshape(-1, images[0, 0].size), "The rows of all images"),
            (lambda images: images[..., 0].reshape(len(images), -1), "The channels are lost"),
            (lambda images: images[0].ravel(), "Only the first image"),
            (lambda images: images.reshape(len(images), images[0, :, :, 0].size), "one channel only"),
            (square_only, "square images only"),
            (lambda images: flat_by_size(images) / 255, "The value at row 0, column 0"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.flatten, answer, words)


# --- dense ----------------------------------------------------------------------------------------------


def dense_by_loops(x, weights, bias):
    out = np.zeros((len(x), weights.shape[1]))
    for n in range(len(x)):
        for unit in range(weights.shape[1]):
            out[n, unit] = sum(x[n, i] * weights[i, unit] for i in range(x.shape[1])) + bias[unit]
    return out


def dense_by_einsum(x, weights, bias):
    return np.einsum("ni,iu->nu", x, weights) + bias


def dense_by_broadcast(x, weights, bias):
    return (x[:, :, np.newaxis] * weights).sum(axis=1) + bias[np.newaxis]


def overwritten(x, weights, bias):
    out = np.zeros((len(x), weights.shape[1]))
    for n in range(len(x)):
        for unit in range(weights.shape[1]):
            for i in range(x.shape[1]):
                out[n, unit] = x[n, i] * weights[i, unit]
    return out + bias


def bias_inside(x, weights, bias):
    return (x[:, :, np.newaxis] * weights + bias).sum(axis=1)


def units_like_inputs(x, weights, bias):
    out = np.zeros((len(x), x.shape[1]))
    for unit in range(x.shape[1]):
        out[:, unit] = x @ weights[:, unit] + bias[unit]
    return out


def returned_in_the_outer_loop(x, weights, bias):
    out = np.zeros((len(x), weights.shape[1]))
    for n in range(len(x)):
        for unit in range(weights.shape[1]):
            out[n, unit] = x[n] @ weights[:, unit] + bias[unit]
        return out


def returned_in_the_inner_loop(x, weights, bias):
    out = np.zeros((len(x), weights.shape[1]))
    for n in range(len(x)):
        for unit in range(weights.shape[1]):
            out[n, unit] = x[n] @ weights[:, unit] + bias[unit]
            return out


class TestDense:
    @pytest.mark.parametrize("answer", [dense_by_loops, dense_by_einsum, dense_by_broadcast, nn.dense])
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.dense, answer)

    def test_stub_and_hints(self, assert_teaches):
        def dense(x, weights, bias): ...

        assert_teaches(check.dense, dense)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda x, w, b: x @ w, "The bias is missing"),
            (bias_inside, "The bias is added once for each input"),
            (lambda x, w, b: x @ w + sum(b), "The sum of all biases"),
            (lambda x, w, b: x @ w + b[0], "Only the first bias"),
            (lambda x, w, b: x @ w * b, "The bias is multiplied"),
            (lambda x, w, b: x @ w - b, "The bias is subtracted"),
            (lambda x, w, b: np.maximum(x @ w + b, 0), "That is `relu`"),
            (lambda x, w, b: x @ w / x.shape[1] + b, "This is the mean of the products"),
            (overwritten, "Only the last product is left"),
            (lambda x, w, b: w.T @ x.T + b[:, np.newaxis], "Each image is a column"),
            (lambda x, w, b: x[0] @ w + b, "Only the first row of x"),
            (lambda x, w, b: x[:, :, np.newaxis] * w + b, "The products stand side by side"),
            (lambda x, w, b: x @ w.T + b, "The weights are transposed"),
            (lambda x, w, b: (x + b) @ w, "The bias is added to x"),
            (lambda x, w, b: x * w + b, "Each unit needs the sum of all its products"),
            (lambda x, w, b: w @ x + b, "The order is turned around"),
            (lambda x, w, b: x @ w + b[:, np.newaxis], "The bias is added down the columns"),
            (lambda x, w, b: [x[n] @ w + b[n] for n in range(len(x))], "The bias is added down the columns"),
            (lambda x, w, b: x @ (w + b), "The bias is added to the weights"),
            (returned_in_the_outer_loop, "Only the first row is filled"),
            (returned_in_the_inner_loop, "Only the first place is filled"),
            (lambda x, w, b: np.sum(x * w) + b, "Each unit needs the sum of all its products"),
            (lambda x, w, b: (x * w).sum(axis=0) + b, "Each unit needs the sum of all its products"),
            (lambda x, w, b: (x * w).sum(axis=1) + b, "Each unit needs the sum of all its products"),
            (lambda x, w, b: x.T @ w + b, "x is transposed"),
            (lambda x, w, b: w.T @ x + b, "(units, n) @ (batch, n) do not fit"),
            (lambda x, w, b: w.T @ x + b[:, np.newaxis], "(units, n) @ (batch, n) do not fit"),
            (lambda x, w, b: w @ x.T + b, "In `a @ b`, `a` needs as many columns as `b` has rows"),
            (lambda x, w, b: np.dot(w, x.T) + b, "In `a @ b`, `a` needs as many columns as `b` has rows"),
            (lambda x, w, b: w.T @ x.T + b, "The product is transposed, (units, batch)"),
            (units_like_inputs, "as many units as inputs"),
            (lambda x, w, b: (x @ w + b) * 2, "The value at row 0, column 0 is 36.0, but 18.0 is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.dense, answer, words)


# --- num_parameters -------------------------------------------------------------------------------------


class TestNumParameters:
    @pytest.mark.parametrize(
        "answer",
        [
            lambda inputs, units: inputs * units + units,
            lambda inputs, units: np.zeros((inputs + 1, units)).size,
            lambda inputs, units: sum(inputs + 1 for _ in range(units)),
        ],
    )
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.num_parameters, answer)

    def test_stub_and_hints(self, assert_teaches):
        def num_parameters(inputs, units): ...

        assert_teaches(check.num_parameters, num_parameters)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda inputs, units: inputs * units, "The biases are missing"),
            (lambda inputs, units: inputs * units + 1, "one bias in all"),
            (lambda inputs, units: inputs + units, "are added up"),
            (lambda inputs, units: 2 * inputs * units, "a bias for each weight"),
            (lambda inputs, units: inputs * units + inputs, "a bias for each input. The biases"),
            (lambda inputs, units: inputs * units + inputs + units, "a bias for each input and each unit"),
            (lambda inputs, units: (inputs + 1) * (units + 1), "Inputs get a bias too"),
            (lambda inputs, units: inputs + 1, "This is one unit"),
            (lambda inputs, units: (inputs + 2) * units, "the biases twice"),
            (lambda inputs, units: units, "the biases only"),
            (lambda inputs, units: (inputs + 1.0) * units, "so it must be a whole number"),
            (lambda inputs, units: inputs**units, "The result is 243, but 20 is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.num_parameters, answer, words)


# --- relu -----------------------------------------------------------------------------------------------


def relu_in_a_copy(x):
    x = x.copy()
    x[x < 0] = 0
    return x


def relu_in_place(x):
    x[x < 0] = 0
    return x


def leaky_in_place(x):
    x[x < 0] *= 0
    return x


def builtin_max(x):
    return max(x, 0)


class TestRelu:
    @pytest.mark.parametrize(
        "answer",
        [
            lambda x: np.maximum(0, x),
            lambda x: np.where(x > 0, x, 0.0),
            lambda x: x * (x > 0),
            lambda x: (x + np.abs(x)) / 2,
            lambda x: np.clip(x, 0, None),
            relu_in_a_copy,
        ],
    )
    def test_right(self, answer, assert_accepts):
        assert_accepts(check.relu, answer)

    def test_stub_and_hints(self, assert_teaches):
        def relu(x): ...

        assert_teaches(check.relu, relu)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (abs, "Negative numbers become positive"),
            (lambda x: np.clip(x, 0, 1), "stops above, at 1"),
            (lambda x: np.clip(x, 0, 6), "stops above, at 6"),
            (lambda x: np.clip(x, 0, 100), "stops above, at 100"),
            (lambda x: np.clip(x, 0, x.max()), "Where all numbers are negative"),
            (lambda x: [max(0, number) for number in x.ravel()], "The shape is lost"),
            (lambda x: np.clip(x, 0, 255), "stops above, at 255"),
            (lambda x: np.where(x > 0, x, 0.01 * x), "a leaky ReLU"),
            (lambda x: np.maximum(x, 0.2 * x), "a leaky ReLU"),
            (lambda x: np.minimum(x, 0), "The positive numbers become 0"),
            (lambda x: np.maximum(-x, 0), "The sign is turned around"),
            (lambda x: x > 0, "which numbers are positive"),
            (lambda x: x >= 0, "which numbers are not negative"),
            (np.sign, "only the signs"),
            (lambda x: x, "Nothing happened"),
            (lambda x: x[x > 0], "lost its place"),
            (lambda x: x[x >= 0], "lost its place"),
            (lambda x: np.max(x, 0), "takes 0 as the axis"),
            (lambda x: max(0, x.max()), "This is one number"),
            (builtin_max, "`np.maximum` and `np.where` go number by number"),
            (lambda x: np.where(x < 0, 1, x), "become 1"),
            (lambda x: np.where(x < 0, -1, x), "become −1"),
            (lambda x: 1 / (1 + np.exp(-x.astype(float))), "This is the sigmoid"),
            (np.tanh, "This is tanh"),
            (lambda x: np.log(1 + np.exp(x)), "This is softplus"),
            (lambda x: np.where(x > 1, x, 0), "Numbers below 1"),
            (lambda x: np.maximum(x, 0).astype(int), "cut to whole numbers"),
            (relu_in_place, "changes its input `x`"),
            (leaky_in_place, "changes its input `x`"),
            (lambda x: np.maximum(x, 0) + 1, "The value at position (0,) is 1.0, but 0.0 is expected"),
        ],
    )
    def test_wrong(self, answer, words, assert_finds):
        assert_finds(check.relu, answer, words)


def test_a_topic_offers_its_exercises_by_name():
    assert all(callable(getattr(check, name)) and getattr(check, name).hints for name in check.__all__)
