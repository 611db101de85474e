"""Random weights: really new, the same for a seed, only where asked; and they change the map."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from cellcnn_helpers import explain


def changed(model, copy):
    """The names of the layers of which a weight differs."""
    pairs = zip(model.layers, copy.layers, strict=True)
    return [
        one.name
        for one, other in pairs
        if any((a != b).any() for a, b in zip(one.get_weights(), other.get_weights(), strict=True))
    ]


def test_all_layers_are_new_and_the_model_is_not_changed(small_cnn, images):
    model = small_cnn()
    before, expected = model.get_weights(), explain.scores(model, images)
    copy = explain.randomized(model)
    assert changed(model, copy) == ["first", "norm", "second", "scores"]
    for w, was in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(w, was)
    np.testing.assert_array_equal(explain.scores(model, images), expected)
    assert np.abs(explain.scores(copy, images) - expected).max() > 0.1


def test_weights_are_those_of_a_new_model(keras):
    # Glorot uniform: 8 × 8 × 30 inputs and 100 outputs give this limit; offsets start at 0.
    dense = [keras.Input((8, 8, 30)), keras.layers.Flatten(), keras.layers.Dense(100)]
    weights, offsets = explain.randomized(keras.Sequential(dense), 3).get_weights()
    assert np.abs(weights).max() == pytest.approx(np.sqrt(6 / (8 * 8 * 30 + 100)), rel=1e-3)
    assert abs(weights.mean()) < 1e-3
    assert not offsets.any()


def test_a_seed_gives_the_same_weights_whatever_else_draws(keras, small_cnn):
    model = small_cnn()
    one = explain.randomized(model, 5).get_weights()
    keras.random.normal((3,))
    same, other = explain.randomized(model, 5).get_weights(), explain.randomized(model, 6).get_weights()
    for a, b in zip(one, same, strict=True):
        np.testing.assert_array_equal(a, b)
    assert all((a != b).any() for a, b in zip(one, other, strict=True) if a.ndim > 1)


def test_seeds_of_the_author_do_not_bring_the_first_weights_back(keras):
    glorot = keras.initializers.GlorotUniform(seed=1)
    dense = keras.layers.Dense(3, kernel_initializer=glorot)
    model = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Flatten(), dense])
    assert (explain.randomized(model).get_weights()[0] != model.get_weights()[0]).all()


@pytest.mark.parametrize(
    ("num_layers", "expected"),
    [(0, []), (1, ["scores"]), (2, ["second", "scores"]), (3, ["norm", "second", "scores"])],
)
def test_the_cascade_starts_at_the_end(small_cnn, num_layers, expected):
    model = small_cnn()
    assert changed(model, explain.randomized(model, num_layers=num_layers)) == expected


def test_models_in_models_and_frozen_layers_are_made_new_measured_numbers_are_kept(keras, small_cnn, images):
    inner = small_cnn()
    inner.trainable = False
    normalization = keras.layers.Normalization()
    normalization.adapt(images)
    model = keras.Sequential([keras.Input(images.shape[1:]), normalization, inner, keras.layers.Dense(3)])
    copy = explain.randomized(model)
    assert changed(inner, copy.layers[1]) == ["first", "norm", "second", "scores"]
    np.testing.assert_allclose(
        explain.feature_maps(copy, images, normalization.name),
        explain.feature_maps(model, images, normalization.name),
    )
    same = explain.randomized(model, num_layers=0)
    np.testing.assert_allclose(explain.scores(same, images), explain.scores(model, images), rtol=1e-5)
    assert changed(inner, explain.randomized(model, num_layers=2).layers[1]) == ["scores"]


def test_layers_of_ones_own_in_models_in_models(keras):
    class Scaled(keras.layers.Dense):
        pass

    inner = keras.Sequential([keras.Input((4, 4, 1)), Scaled(2)])
    model = keras.Sequential([keras.Input((4, 4, 1)), inner, keras.layers.Flatten()])
    assert changed(inner, explain.randomized(model).layers[0]) == [inner.layers[0].name]


def test_random_weights_change_the_map(small_cnn, images):
    model = small_cnn()
    copies = [explain.randomized(model, seed) for seed in range(3)]
    for method in (explain.saliency, explain.grad_cam):
        maps = method(model, images, 1)
        similarities = [explain.similarity(maps, method(copy, images, 1)) for copy in copies]
        assert np.nanmean(similarities) < 0.6  # Grad-CAM of random weights may be 0 everywhere
        same = method(explain.randomized(model, num_layers=0), images, 1)
        assert explain.similarity(maps, same).min() > 0.99


def test_similarity_is_the_rank_correlation_also_with_ties():
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 4, (2, 3, 6, 5))
    expected = [spearmanr(one.ravel(), other.ravel()).statistic for one, other in zip(a, b, strict=True)]
    np.testing.assert_allclose(explain.similarity(a, b), expected)
    assert explain.similarity(a[0], b[0]) == pytest.approx(expected[0])
    assert explain.similarity(a[0], np.exp(a[0] * 3.0)) == pytest.approx(1)
    assert explain.similarity(a[0], -a[0]) == pytest.approx(-1)
    assert np.isnan(explain.similarity(a[0], np.zeros((6, 5))))
