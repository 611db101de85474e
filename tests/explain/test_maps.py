"""Feature maps, filters and Grad-CAM, against numbers worked out without Keras."""

import numpy as np
import pytest

from cellcnn_helpers import explain, nn

ROUNDING = dict(rtol=1e-4, atol=1e-5)


def test_feature_maps_are_what_the_layers_compute(small_cnn, images):
    model = small_cnn()
    kernel, bias = model.get_layer("first").get_weights()
    first = explain.feature_maps(model, images, "first")
    np.testing.assert_allclose(first, nn.conv2d(images, kernel, bias, padding="same"), **ROUNDING)
    relu = explain.feature_maps(model, images, model.get_layer("relu"))
    np.testing.assert_array_equal(explain.feature_maps(model, images, "pool"), nn.max_pool2d(relu))
    assert first.dtype == np.float32
    np.testing.assert_allclose(
        explain.feature_maps(model, images, "scores"), explain.scores(model, images), **ROUNDING
    )


def test_filters_are_the_kernels(small_cnn):
    model = small_cnn()
    kernels = explain.filters(model, "second")
    np.testing.assert_array_equal(kernels, model.get_layer("second").get_weights()[0])
    assert (kernels.shape, kernels.dtype) == ((3, 3, 5, 6), np.float32)


@pytest.fixture
def two_filters(keras):
    """One image (4, 4, 1) → two filters 1 × 1, of +1 and −1, → their means → two classes."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((4, 4, 1)),
            layers.Conv2D(2, 1, activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(2),
        ]
    )
    model.set_weights(
        [np.array([1.0, -1]).reshape(1, 1, 1, 2), np.zeros(2), np.array([[3.0, -1], [-2, 5]]), np.zeros(2)]
    )
    return model


def test_grad_cam_by_hand(two_filters):
    # The map of a filter adds to the score by its mean, so each of 16 places weighs dense weight / 16.
    image = np.array([[1, -1, 2, 0], [0, 0, 0, -3], [4, 1, -1, -1], [0, -2, 0, 5]], np.float32)
    bright, dark = np.maximum(image, 0), np.maximum(-image, 0)
    maps = explain.grad_cam(two_filters, np.stack([image, image])[..., np.newaxis], [0, 1])
    np.testing.assert_allclose(maps[0], np.maximum(3 * bright - 2 * dark, 0) / 16, **ROUNDING)
    np.testing.assert_allclose(maps[1], np.maximum(5 * dark - bright, 0) / 16, **ROUNDING)
    assert maps.dtype == np.float32


def test_grad_cam_points_to_the_corner_also_before_flatten(corner):
    image = np.zeros((1, 8, 8, 1))
    image[0, :2, :2] = 1
    (only_corner,) = explain.grad_cam(corner, image)
    assert (only_corner[:2, :2] > 0.1).all()
    only_corner[:2, :2] = 0
    assert not only_corner.any()


def test_a_filter_is_weighed_by_the_mean_of_its_gradient(corner):
    # Before Flatten and Dense the gradient differs from place to place: 1 at 9 of the 64 pixels, else 0.
    images = np.random.default_rng(0).uniform(size=(1, 8, 8, 1))
    np.testing.assert_allclose(explain.grad_cam(corner, images, 0), images[..., 0] * 9 / 64, **ROUNDING)


def test_a_map_of_zeros_does_not_say_that_nothing_counts(keras, two_filters):
    # All that there is speaks against the class: 5 for what is dark, −1 for what is bright.
    bright = np.ones((1, 4, 4, 1))
    assert not explain.grad_cam(two_filters, bright, 1).any()
    assert explain.grad_cam(two_filters, bright, 0).all()
    np.testing.assert_allclose(explain.occlusion(two_filters, bright, 1, size=2, fill=0), -0.25, **ROUNDING)

    # Gradients that cancel: what is bright on the left speaks for the class, on the right against it.
    layers = keras.layers
    network = [keras.Input((4, 4, 1)), layers.Conv2D(1, 1), layers.Flatten(), layers.Dense(1)]
    sides = keras.Sequential(network)
    sign = np.repeat([[1.0, 1, -1, -1]], 4, axis=0)
    sides.set_weights([np.ones((1, 1, 1, 1)), np.zeros(1), sign.reshape(-1, 1), np.zeros(1)])
    left = np.where(sign > 0, 1, 0)[np.newaxis, ..., np.newaxis]
    assert explain.scores(sides, left) == 8
    maps = explain.grad_cam(sides, np.concatenate([left, bright]))
    assert (~maps.any(axis=(1, 2))).tolist() == [True, True]
    np.testing.assert_allclose(explain.saliency(sides, left), 1)


def test_a_coarse_map_is_enlarged_linearly_between_the_middles_of_its_pixels(keras):
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((2, 8, 1)),
            layers.AveragePooling2D((2, 4)),
            layers.Conv2D(1, 1, kernel_initializer="ones", name="coarse"),
            layers.GlobalAveragePooling2D(),
        ]
    )
    image = np.repeat([4.0, 20], 4)[np.newaxis, np.newaxis, :, np.newaxis].repeat(2, axis=1)
    # two places weigh half: 2 at column 1.5, 10 at column 5.5, one more with each column between
    (found,) = explain.grad_cam(model, image)
    np.testing.assert_allclose(found, [[2, 2, 3, 5, 7, 9, 10, 10]] * 2 + np.zeros((2, 8)), **ROUNDING)


def test_the_last_convolution_unless_another_layer_is_named(small_cnn, images):
    model = small_cnn()
    last = explain.grad_cam(model, images, 0)
    np.testing.assert_array_equal(explain.grad_cam(model, images, 0, layer="second"), last)
    others = [explain.grad_cam(model, images, 0, layer=name) for name in ("first", "relu", "pool")]
    assert all(explain.similarity(other, last).max() < 0.95 for other in others)
