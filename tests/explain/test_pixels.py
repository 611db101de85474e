"""Saliency and integrated gradients: where the right map is known, and complete where it is not."""

import numpy as np
import pytest

from cellcnn_helpers import explain

ROUNDING = dict(rtol=1e-4, atol=1e-5)  # float32, a few hundred terms


def test_saliency_of_a_linear_model_is_its_weights(linear):
    model, weights = linear
    images = np.random.default_rng(1).uniform(size=(3, 4, 6, 2))
    classes = np.array([2, 0, 1])
    maps = explain.saliency(model, images, classes)
    assert maps.dtype == np.float32
    expected = [np.abs(weights[..., c]).max(axis=-1) for c in classes]
    np.testing.assert_allclose(maps, expected, **ROUNDING)


def test_integrated_gradients_of_a_linear_model_are_weights_times_the_way_from_the_baseline(linear):
    model, weights = linear
    images = np.random.default_rng(1).uniform(size=(3, 4, 6, 2))
    color = np.array([0.2, 0.7])
    maps, gap = explain.integrated_gradients(model, images, 1, baseline=color, num_steps=3)
    assert maps.dtype == np.float32
    np.testing.assert_allclose(maps, (weights[..., 1] * (images - color)).sum(axis=-1), **ROUNDING)
    np.testing.assert_allclose(gap, 0, atol=1e-5)


def test_only_the_corner_counts_where_the_model_looks_only_there(corner):
    images = np.random.default_rng(2).uniform(0.5, 1, (2, 8, 8, 1))
    inside = np.zeros((8, 8), bool)
    inside[:3, :3] = True
    for maps in (explain.saliency(corner, images), explain.integrated_gradients(corner, images).maps):
        assert (maps[:, inside] > 0.4).all()
        assert not maps[:, ~inside].any()


@pytest.mark.parametrize("ending", [None, "softmax", "sigmoid"])
def test_integrated_gradients_are_complete(small_cnn, images, ending):
    model = small_cnn(ending)
    classes = np.array([0, 1, 2, 3, 0])
    baseline = images.mean(axis=(1, 2), keepdims=True)
    maps, gap = explain.integrated_gradients(model, images, classes, baseline=baseline)
    full = np.broadcast_to(baseline, images.shape)
    both = explain.scores(model, images) - explain.scores(model, full)
    rise = both[np.arange(5), classes]
    assert np.abs(rise).min() > 0.01
    np.testing.assert_allclose(maps.sum(axis=(1, 2)) - gap, rise, rtol=1e-3, atol=1e-3)
    assert np.abs(gap).max() < 0.05 * np.abs(rise).max()


def test_more_steps_close_the_gap(small_cnn, images):
    model = small_cnn()
    gaps = [np.abs(explain.integrated_gradients(model, images, num_steps=n).gap).mean() for n in (2, 16, 256)]
    assert gaps[0] > 4 * gaps[1] > 16 * gaps[2]


def test_saliency_is_the_slope_that_is_measured(small_cnn, images):
    model, step = small_cnn(), 1e-2
    maps = explain.saliency(model, images[:1], 2)
    for row, column in [(0, 0), (5, 4), (11, 9)]:
        slopes = []
        for channel in range(3):
            moved = np.repeat(images[:1], 2, axis=0)
            moved[0, row, column, channel] += step
            moved[1, row, column, channel] -= step
            up, down = explain.scores(model, moved)[:, 2]
            slopes.append((up - down) / (2 * step))
        assert maps[0, row, column] == pytest.approx(np.abs(slopes).max(), rel=1e-2)


def test_one_step_is_exact_where_the_slope_grows_evenly(keras):
    # A sum of squares: the slope in the middle of the way is its mean.
    inputs = keras.Input((2, 3, 1))
    squares = keras.layers.Flatten()(keras.ops.square(inputs))
    model = keras.Model(inputs, keras.layers.Dense(1, kernel_initializer="ones")(squares))
    images = np.random.default_rng(0).uniform(size=(2, 2, 3, 1))
    maps, gap = explain.integrated_gradients(model, images, baseline=0.25, num_steps=1)
    np.testing.assert_allclose(maps, images[..., 0] ** 2 - 0.25**2, **ROUNDING)
    np.testing.assert_allclose(gap, 0, atol=1e-5)


def test_behind_a_hard_threshold_every_slope_is_0(keras):
    inputs = keras.Input((2, 3, 1))
    bright = keras.layers.Flatten()(keras.ops.cast(inputs > 0.5, "float32"))
    model = keras.Model(inputs, keras.layers.Dense(2)(bright))
    images = np.random.default_rng(0).uniform(size=(2, 2, 3, 1))
    assert not explain.saliency(model, images).any()
