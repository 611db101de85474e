"""The networks: their sizes, what they see, the layers of nn, standardization, seeds, refused arguments."""

import numpy as np
import pytest

from cellcnn_helpers import models, nn
from cellcnn_helpers.dataset import CellImageDataset

BUILDERS = [models.linear, models.small_cnn, models.batchnorm_cnn, models.fast_cnn]
every_builder = pytest.mark.parametrize("build", BUILDERS)


@pytest.fixture
def cells():
    """Grey and red cells of 12 × 10 pixels whose channels have different means and spreads."""
    rng = np.random.default_rng(0)
    images = rng.normal([60, 200], [5, 20], size=(20, 12, 10, 2)).clip(0, 255).astype(np.uint8)
    return CellImageDataset(images, [0, 1] * 10, ["grey", "red"])


def images_like(model, num_images=3):
    rng = np.random.default_rng(1)
    return rng.uniform(size=(num_images, *model.input_shape[1:])).astype(np.float32)


@pytest.mark.parametrize(
    "build, shape, classes, expected",
    [
        (models.linear, (28, 28, 3), 8, (28 * 28 * 3 + 1) * 8),
        (models.small_cnn, (28, 28, 3), 8, 76 * 24 + 217 * 48 + 433 * 64 + (3 * 3 * 64 + 1) * 8),
        (models.batchnorm_cnn, (28, 28, 3), 8, 61_560),  # the network whose speed the benchmark measures
        (models.fast_cnn, (28, 28, 3), 8, 9 * (3 * 16 + 16 * 32 + 32 * 64 + 64 * 128) + 4 * 240 + 129 * 8),
        (models.batchnorm_cnn, (50, 41, 1), 2, 61_560 - 9 * 2 * 16 - 65 * 6),
    ],
)
def test_the_number_of_parameters_is_that_of_the_documentation(build, shape, classes, expected):
    assert build(shape, classes).count_params() == expected


@every_builder
def test_what_comes_out_are_logits(build):
    model = build((12, 10, 2), 3)
    logits = model.predict(30 * images_like(model, 20), verbose=0)
    assert logits.shape == (20, 3)
    assert logits.min() < 0  # a softmax or sigmoid would stay above


def test_small_cnn_is_the_network_of_nn(keras):
    layers = [
        *(nn.Conv2D(24, 5, strides=2, padding="same"), nn.ReLU()),
        *(nn.Conv2D(48, 3, padding="same"), nn.ReLU(), nn.MaxPooling2D()),
        *(nn.Conv2D(64, 3, padding="same"), nn.ReLU(), nn.MaxPooling2D()),
        *(nn.Flatten(), nn.Dense(4)),
    ]
    network = nn.Network(layers, input_shape=(20, 17, 2), seed=3)
    model = models.small_cnn((20, 17, 2), 4)
    images = images_like(model)
    model.set_weights(network.get_weights())
    np.testing.assert_allclose(model.predict(images, verbose=0), network.predict(images), atol=1e-5)
    network.set_weights(models.small_cnn((20, 17, 2), 4, seed=5).get_weights())  # and back


@pytest.mark.parametrize(
    "build, last, expected", [("small_cnn", -2, 23), ("batchnorm_cnn", -2, 26), ("fast_cnn", -2, 38)]
)
def test_a_value_sees_as_many_pixels_as_the_documentation_says(keras, build, last, expected):
    model = getattr(models, build)((48, 48, 1), 2)
    model.set_weights([np.abs(w) if w.ndim > 1 else w for w in model.get_weights()])  # so that no ReLU hides
    maps = keras.Model(model.inputs, model.layers[last].input)
    rows = np.zeros((49, 48, 48, 1), np.float32)
    rows[np.arange(48), np.arange(48)] = 1  # image n has its row n bright, the last one none
    values = maps.predict(rows, verbose=0)
    middle = values.shape[1] // 2
    seen = np.flatnonzero((values[:48, middle, middle] != values[48, middle, middle]).any(axis=-1))
    assert len(seen) == expected == np.ptp(seen) + 1


@every_builder
@pytest.mark.parametrize("as_array", [False, True])
def test_the_first_layer_standardizes_by_the_training_images(build, as_array, cells):
    images = cells.arrays()[0]
    model = build((12, 10, 2), 2, standardize=images if as_array else cells)
    standardized = np.asarray(model.layers[0](images), np.float64)
    np.testing.assert_allclose(standardized.mean(axis=(0, 1, 2)), 0, atol=1e-4)
    np.testing.assert_allclose(standardized.std(axis=(0, 1, 2)), 1, atol=1e-4)
    assert len(model.get_weights()) == len(build((12, 10, 2), 2).get_weights())


@every_builder
def test_without_standardization_images_pass_as_they_are(build):
    model = build((12, 10, 2), 2)
    images = images_like(model)
    np.testing.assert_array_equal(np.asarray(model.layers[0](images)), images)


@every_builder
def test_the_seed_draws_the_weights(build):
    first, again, other = (build((12, 10, 2), 2, seed=seed).get_weights() for seed in (0, 0, 1))
    for w, same in zip(first, again, strict=True):
        np.testing.assert_array_equal(w, same)
    assert not np.array_equal(first[0], other[0])


def test_layers_of_one_shape_start_differently():
    kernels = [w for w in models.batchnorm_cnn((8, 8, 1), 2, filters=(4, 4, 4)).get_weights() if w.ndim == 4]
    assert not np.array_equal(kernels[1], kernels[2])


def test_filters_and_dropout(keras):
    model = models.batchnorm_cnn((8, 8, 1), 2, filters=[3, 5], dropout=0.25)
    assert [layer.filters for layer in model.layers if hasattr(layer, "filters")] == [3, 5]
    assert [layer.rate for layer in model.layers if isinstance(layer, keras.layers.Dropout)] == [0.25]


@every_builder
@pytest.mark.parametrize(
    "arguments, options, error, message",
    [
        (((28, 28), 8), {}, ValueError, r"`input_shape` .* got input_shape=\(28, 28\)"),
        (((28, 28, 0), 8), {}, ValueError, r"`input_shape\[2\]` must be at least 1"),
        (((28, 28, 3), 1), {}, ValueError, "`num_classes` must be at least 2: got num_classes=1"),
        (((28, 28, 3), 8.5), {}, TypeError, "`num_classes` must be a whole number"),
        (((28, 28, 3), 8), {"seed": -1}, ValueError, "`seed` must be at least 0"),
        (
            ((28, 28, 3), 8),
            {"standardize": np.full((1, 28, 28, 3), 255.0)},
            ValueError,
            r"`standardize` must hold images in \[0, 1\]: got values from 255",
        ),
        (
            ((28, 28, 3), 8),
            {"standardize": np.zeros((1, 28, 28, 1))},
            ValueError,
            "`standardize` must have the channels of `input_shape`: got 1 channels",
        ),
    ],
)
def test_refused(build, arguments, options, error, message):
    with pytest.raises(error, match=message):
        build(*arguments, **options)


def test_too_small_images_are_refused_by_name():
    with pytest.raises(ValueError, match=r"`input_shape\[0\]` must be at least 7"):
        models.small_cnn((6, 28, 1), 2)
    models.small_cnn((7, 7, 1), 2)
    models.batchnorm_cnn((4, 4, 1), 2)
    models.fast_cnn((8, 8, 1), 2)


@pytest.mark.parametrize("build, fewest", [(models.batchnorm_cnn, 2), (models.fast_cnn, 3)])
@pytest.mark.parametrize("filters", [16, (16,), "16"])
def test_filters_are_a_list(build, fewest, filters):
    message = f"`filters` must be a list of {fewest} numbers or more: got filters="
    with pytest.raises(ValueError, match=message):
        build((28, 28, 3), 8, filters=filters)
