"""Any model: what it ends in, models in models, layers by name; and what is refused."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from cellcnn_helpers import explain

ROUNDING = dict(rtol=1e-4, atol=1e-5)
METHODS = {
    "saliency": lambda model, images: explain.saliency(model, images, 1),
    "integrated gradients": lambda model, images: explain.integrated_gradients(model, images, 1).maps,
    "occlusion": lambda model, images: explain.occlusion(model, images, 1, size=4),
    "Grad-CAM": lambda model, images: explain.grad_cam(model, images, 1),
}
every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


def test_the_tests_run_on_the_backend_that_was_asked_for(keras):
    assert keras.backend.backend() == os.environ.get("KERAS_BACKEND", "tensorflow")


def endings(keras, logits):
    """The same classifier with a softmax or a sigmoid at its end, in every way that one can be put there."""
    layers, ops = keras.layers, keras.ops
    inputs = keras.Input((12, 10, 3))
    yield keras.Model(inputs, layers.Softmax()(logits(inputs)))
    yield keras.Model(inputs, layers.Activation("softmax", dtype="float32")(logits(inputs)))
    yield keras.Model(inputs, layers.Activation("sigmoid")(logits(inputs)))
    yield keras.Model(inputs, ops.softmax(logits(inputs)))
    yield keras.Model(inputs, ops.sigmoid(logits(inputs)))
    yield keras.Sequential([inputs, logits, layers.Softmax()])
    yield keras.Sequential([inputs, keras.Sequential([logits, layers.Activation("softmax")])])


def test_scores_are_logits_whatever_the_model_ends_in(keras, small_cnn, images):
    logits = small_cnn()
    expected = explain.scores(logits, images)
    assert expected.dtype == np.float32
    assert expected.min() < 0
    np.testing.assert_allclose(expected, logits.predict(images, verbose=0), **ROUNDING)
    models = [*endings(keras, logits), small_cnn("softmax"), small_cnn("sigmoid")]
    for model in models:
        before = model.predict(images, verbose=0)
        assert before.min() >= 0
        np.testing.assert_allclose(explain.scores(model, images), expected, **ROUNDING)
        np.testing.assert_allclose(model.predict(images, verbose=0), before, **ROUNDING)  # it is put back


@every_method
def test_a_sure_softmax_does_not_hide_the_map(small_cnn, images, method):
    # Weights so large that the probability is 1 in float32 and its gradient 0.
    logits, sure = small_cnn(), small_cnn("softmax")
    for model in (logits, sure):
        dense = model.get_layer("scores")
        dense.set_weights([100 * w for w in dense.get_weights()])
    assert np.ptp(sure.predict(images, verbose=0)) == 1
    expected = method(logits, images)
    assert np.abs(expected).max() > 1
    np.testing.assert_allclose(method(sure, images), expected, rtol=1e-3, atol=1e-3)


def nested(keras, inner, images_shape):
    """A Sequential that holds a Functional that holds `inner`, whose layers keep their names."""
    inputs = keras.Input(images_shape)
    middle = keras.Model(inputs, inner(keras.layers.Rescaling(1.0)(inputs)), name="middle")
    return keras.Sequential([keras.Input(images_shape), middle, keras.layers.Softmax()])


@every_method
def test_models_in_models(keras, small_cnn, images, method):
    inner = small_cnn()
    model = nested(keras, inner, images.shape[1:])
    np.testing.assert_allclose(method(model, images), method(inner, images), rtol=1e-3, atol=1e-4)


@every_method
def test_a_class_of_ones_own_within_a_model(keras, small_cnn, images, method):
    class Wrapped(keras.Model):
        def __init__(self, inner):
            super().__init__()
            self.inner, self.attention = inner, keras.layers.Softmax()

        def call(self, x):
            return self.inner(x) * keras.ops.sum(self.attention(x), axis=-1)[:, 0, :1]  # by 1

    inner, inputs = small_cnn(), keras.Input(images.shape[1:])
    model = keras.Model(inputs, Wrapped(inner)(inputs))
    np.testing.assert_allclose(method(model, images), method(inner, images), rtol=1e-3, atol=1e-4)


@every_method
def test_half_precision(small_cnn, images, method):
    maps = method(small_cnn(dtype="mixed_bfloat16"), images)
    assert maps.dtype == np.float32
    # Rounding to 8 bits lets another pixel win here and there: alike, not equal.
    assert explain.similarity(maps, method(small_cnn(), images)).min() > 0.95


@every_method
def test_maps_have_the_size_of_the_images(small_cnn, images, method):
    for number in (0, 1, 5):
        maps = method(small_cnn(), images[:number])
        assert (maps.shape, maps.dtype) == ((number, 12, 10), np.float32)


def test_layers_of_models_in_models_are_found(keras, small_cnn, images):
    inner = small_cnn()
    model = nested(keras, inner, images.shape[1:])
    np.testing.assert_array_equal(explain.filters(model, "first"), explain.filters(inner, "first"))
    for layer in ("relu", inner.get_layer("second")):
        np.testing.assert_allclose(
            explain.feature_maps(model, images, layer), explain.feature_maps(inner, images, layer), **ROUNDING
        )
    np.testing.assert_allclose(
        explain.feature_maps(model, images, "middle"), explain.scores(inner, images), **ROUNDING
    )


@every_method
def test_more_images_than_go_through_at_once(corner, method, monkeypatch):
    images = np.random.default_rng(0).uniform(size=(7, 8, 8, 1))
    whole = method(corner, images)
    monkeypatch.setattr("cellcnn_helpers.explain._model.BATCH", 3)
    np.testing.assert_allclose(method(corner, images), whole, **ROUNDING)


def test_classes_default_to_the_predicted(small_cnn, images):
    model = small_cnn()
    # brightness decides here, so that more than one class is predicted
    images = images * np.linspace(0.1, 3, 5)[:, None, None, None]
    predicted = explain.scores(model, images).argmax(axis=1)
    assert len(set(predicted)) > 1
    for method in (explain.saliency, explain.grad_cam):
        np.testing.assert_array_equal(method(model, images), method(model, images, predicted))
    maps = explain.integrated_gradients(model, images, num_steps=4).maps
    np.testing.assert_array_equal(
        maps, explain.integrated_gradients(model, images, predicted, num_steps=4).maps
    )
    np.testing.assert_array_equal(
        explain.occlusion(model, images, size=6), explain.occlusion(model, images, predicted, size=6)
    )


@every_method
def test_nothing_is_left_behind(small_cnn, images, method):
    model = small_cnn("softmax")
    before, given = model.get_weights(), images.copy()
    own = [set(vars(layer)) for layer in model.layers]
    images.setflags(write=False)
    method(model, images)
    assert [set(vars(layer)) for layer in model.layers] == own
    np.testing.assert_array_equal(images, given)
    for w, was in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(w, was)


def test_threads_do_not_meet_in_a_layer(small_cnn, images):
    model = small_cnn()
    explanations = [
        lambda: explain.scores(model, images),
        lambda: explain.feature_maps(model, images, "second"),
        lambda: explain.grad_cam(model, images, 1),
    ]
    expected = [explanation() for explanation in explanations]
    with ThreadPoolExecutor(3) as pool:
        for _ in range(5):
            found = [pool.submit(explanation) for explanation in explanations]
            for future, alone in zip(found, expected, strict=True):
                np.testing.assert_allclose(future.result(), alone, **ROUNDING)


def test_a_layer_is_put_back_after_an_error(small_cnn, images):
    model = small_cnn("softmax")
    expected = model.predict(images, verbose=0)
    for layer in ("flatten", "pool"):
        own = set(vars(model.get_layer(layer)))
        call = model.get_layer("scores").call
        model.get_layer("scores").call = None  # a layer that fails
        with pytest.raises(TypeError):
            explain.feature_maps(model, images, layer)
        model.get_layer("scores").call = call
        assert set(vars(model.get_layer(layer))) == own
    np.testing.assert_allclose(model.predict(images, verbose=0), expected, **ROUNDING)


@pytest.mark.parametrize(
    ("explanation", "message"),
    [
        (lambda m, x: explain.saliency(None, x), "`model` must be a Keras model: got model=None"),
        (lambda m, x: explain.saliency(m, x[0]), r"`images`.*images.shape=\(12, 10, 3\)[\s\S]*batch axis"),
        (
            lambda m, x: explain.saliency(m, x[..., :1]),
            r"takes, \(12, 10, 3\): got images.shape=\(5, 12, 10, 1\)",
        ),
        (lambda m, x: explain.saliency(m, x * np.nan), "not finite"),
        (lambda m, x: explain.saliency(m, x, 4), r"from 0 to 3 for 4 classes: got classes\[0\]=4"),
        (lambda m, x: explain.saliency(m, x, -1), "classes=-1"),
        (lambda m, x: explain.grad_cam(m, x, [0, 1]), r"classes.shape=\(2,\) for 5 rows"),
        (lambda m, x: explain.occlusion(m, x, np.eye(4)[[0] * 5], size=2), "not one-hot"),
        (
            lambda m, x: explain.feature_maps(m, x, "conv1"),
            "got layer='conv1'.\nChoose one of these: first, norm, relu, pool, second, flatten, dropout",
        ),
        (lambda m, x: explain.feature_maps(m, x, 3), "got layer=3"),
        (
            lambda m, x: explain.filters(m, "pool"),
            'got layer="pool", which is MaxPooling2D.\nThe convolutions of the model: first, second.',
        ),
        (lambda m, x: explain.grad_cam(m, x, layer="scores"), 'got layer="scores", which is Dense'),
        (lambda m, x: explain.integrated_gradients(m, x, baseline=x[:2]), r"baseline.shape=\(2, 12, 10, 3\)"),
        (lambda m, x: explain.integrated_gradients(m, x, num_steps=0), "num_steps=0"),
        (lambda m, x: explain.occlusion(m, x, size=(4, 11)), r"image, \(12, 10\): got size=\(4, 11\)"),
        (lambda m, x: explain.occlusion(m, x, size=2, stride=3), r"stride=\(3, 3\)"),
        (lambda m, x: explain.occlusion(m, x, size=2, fill=[0, 1]), r"fill.shape=\(2,\)"),
        (lambda m, x: explain.deletion_curve(m, x, x), r"maps.shape=\(5, 12, 10, 3\)"),
        (lambda m, x: explain.deletion_curve(m, x, x[:4, ..., 0]), r"maps.shape=\(4, 12, 10\)"),
        (
            lambda m, x: explain.randomized(m, num_layers=5),
            "at most 4, the layers with weights: got num_layers=5",
        ),
        (lambda m, x: explain.similarity(x[0, ..., 0], x[..., 0]), r"maps_b.shape=\(5, 12, 10\)"),
        (lambda m, x: explain.similarity(x, x), r"maps_a.shape=\(5, 12, 10, 3\)"),
    ],
)
def test_says_what_is_wrong(small_cnn, images, explanation, message):
    with pytest.raises((ValueError, TypeError), match=message):
        explanation(small_cnn(), images)


def test_says_which_models_cannot_be_explained(keras, linear, images):
    layers = keras.layers
    with pytest.raises(ValueError, match=r"which images it takes: got model=Sequential.*\nBegin"):
        explain.saliency(keras.Sequential([layers.Conv2D(2, 3)]), images)
    with pytest.raises(ValueError, match=r"one batch of images.*\(None, 7\)"):
        explain.scores(keras.Sequential([keras.Input((7,)), layers.Dense(2)]), images)
    one, other = keras.Input((4, 4, 1)), keras.Input((4, 4, 1))
    with pytest.raises(ValueError, match="one batch of images"):
        explain.scores(keras.Model([one, other], layers.Add()([one, other])), images)
    with pytest.raises(ValueError, match=r"one score per class.*\(None, 10, 8, 2\)"):
        explain.scores(keras.Sequential([keras.Input((12, 10, 3)), layers.Conv2D(2, 3)]), images)
    with pytest.raises(ValueError, match=r"must hold a convolution: got model='.*' with the layers flatten"):
        explain.grad_cam(linear[0], np.zeros((1, 4, 6, 2)))


def test_says_that_a_name_or_a_use_is_not_unique(keras, images):
    layers = keras.layers
    twins = [keras.Sequential([layers.Conv2D(3, 3, name="twin")], name=name) for name in ("one", "two")]
    model = keras.Sequential([keras.Input((12, 10, 3)), *twins, layers.Flatten(), layers.Dense(2)])
    with pytest.raises(ValueError, match="the name of 2 layers: got layer='twin'"):
        explain.feature_maps(model, images, "twin")
    assert explain.feature_maps(model, images, twins[1].layers[0]).shape == (5, 8, 6, 3)
    shared, inputs = layers.Conv2D(3, 1, name="shared"), keras.Input((12, 10, 3))
    twice = keras.Model(inputs, layers.Flatten()(shared(shared(inputs))))
    with pytest.raises(ValueError, match='got layer="shared", used 2 times'):
        explain.feature_maps(twice, images, "shared")
