"""A whole network: it learns, it repeats itself, its gradients are right, and it says what is wrong."""

import re
from functools import partial

import numpy as np
import pytest

from cellcnn_helpers.nn import (
    SGD,
    Adam,
    AveragePooling2D,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
    Network,
    ReLU,
    RMSprop,
    complex_step_gradient,
    softmax_cross_entropy,
)

SGD_NESTEROV = partial(SGD, momentum=0.9, nesterov=True)


def small_network(seed=0):
    layers = [Conv2D(6, 3, padding="same"), ReLU(), MaxPooling2D(), Conv2D(8, 3), ReLU(), Flatten(), Dense(2)]
    return Network(layers, input_shape=(12, 12, 1), seed=seed)


@pytest.fixture(scope="module")
def bars():
    """Twenty noisy pictures of a bar at a random place: upright (1) or lying (0)."""
    rng = np.random.default_rng(0)
    images = rng.normal(0.2, 0.05, (20, 12, 12, 1)).astype(np.float32)
    labels = np.arange(20) % 2
    for image, label, place in zip(images, labels, rng.integers(2, 10, 20), strict=True):
        view = image if label else image.swapaxes(0, 1)
        view[2:10, place] += 0.7
    return images, labels


def test_it_learns_twenty_images_by_heart(bars):
    network = small_network()
    before = network.evaluate(*bars)
    history = network.fit(*bars, epochs=30, batch_size=5, optimizer=SGD(0.1, momentum=0.9))
    after = network.evaluate(*bars)
    assert before.loss == pytest.approx(np.log(2), abs=0.3)
    assert after.accuracy == 1
    assert after.loss < 0.01
    assert len(history.loss) == len(history.accuracy) == 30
    assert history.loss[-1] < history.loss[0] / 10


def test_a_seed_repeats_everything(bars):
    def train(seed):
        network = small_network(seed)
        return network.fit(*bars, epochs=2, batch_size=8, seed=seed).loss, network.get_weights()

    (loss, weights), (loss_again, weights_again), (other_loss, _) = train(1), train(1), train(2)
    assert loss == loss_again != other_loss
    for w, again in zip(weights, weights_again, strict=True):
        np.testing.assert_array_equal(w, again)


def test_training_goes_on_with_the_same_optimizer(bars):
    # One batch holds all images, so shuffling plays no part but for rounding.
    at_once, in_parts = small_network(), small_network()
    at_once.fit(*bars, epochs=4, batch_size=20, optimizer=SGD(0.1, momentum=0.9))
    optimizer = SGD(0.1, momentum=0.9)
    for _ in range(4):
        in_parts.fit(*bars, batch_size=20, optimizer=optimizer)
    for w, other in zip(at_once.get_weights(), in_parts.get_weights(), strict=True):
        np.testing.assert_allclose(w, other, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(
    "layers",
    [
        [Conv2D(3, 3, strides=2, padding="same"), ReLU(), AveragePooling2D(), Flatten(), Dense(3)],
        [Conv2D(3, (2, 3), dilation_rate=2), MaxPooling2D(2, strides=1), GlobalAveragePooling2D(), Dense(3)],
        [MaxPooling2D(3, padding="same"), Conv2D(3, 1), GlobalMaxPooling2D()],
    ],
)
def test_one_step_goes_down_the_exact_gradient(layers):
    rng = np.random.default_rng(0)
    images, labels = rng.uniform(size=(4, 9, 9, 2)), np.array([0, 2, 1, 1])
    network = Network(layers, input_shape=(9, 9, 2))
    weights = [w.astype(np.float64) for w in network.get_weights()]
    network.set_weights(weights)
    network.fit(images, labels, batch_size=4, optimizer=SGD(1.0))

    def loss(new, position):
        x = images
        remaining = iter([*weights[:position], new, *weights[position + 1 :]])
        for layer in network.layers:
            num_weights = len(layer.initial_weights(x.shape[1:], np.random.default_rng(0)))
            x = layer.forward(x, [next(remaining) for _ in range(num_weights)])
        return softmax_cross_entropy(labels, x).loss

    for position, (before, after) in enumerate(zip(weights, network.get_weights(), strict=True)):
        gradient = complex_step_gradient(lambda w, n=position: loss(w, n), before, 1.0)
        np.testing.assert_allclose(before - after, gradient, rtol=1e-9, atol=1e-12)


def test_predict_works_in_batches_and_on_none(bars):
    network = small_network()
    whole, in_threes = network.predict(bars[0]), network.predict(bars[0], batch_size=3)
    np.testing.assert_allclose(in_threes, whole, rtol=1e-5, atol=1e-6)
    assert whole.shape == (20, 2) and whole.dtype == np.float32
    assert network.predict(bars[0][:0]).shape == (0, 2)


@pytest.mark.parametrize("weights_dtype", ["f4", "f8"])
@pytest.mark.parametrize("images_dtype", ["f4", "f8"])
@pytest.mark.parametrize("optimizer", [SGD, SGD_NESTEROV, RMSprop, Adam])
def test_weights_keep_their_dtype_whatever_that_of_the_images(bars, weights_dtype, images_dtype, optimizer):
    network = small_network()
    network.set_weights([w.astype(weights_dtype) for w in network.get_weights()])
    network.fit(bars[0].astype(images_dtype), bars[1], epochs=2, optimizer=optimizer(0.01))
    assert {w.dtype for w in network.get_weights()} == {np.dtype(weights_dtype)}


def test_an_optimizer_of_ones_own_is_taken(bars):
    class Halving:
        learning_rate = 0.5

        def step(self, params, gradients):
            return [w / 2 for w in params]

    network = small_network()
    before = network.get_weights()
    network.fit(*bars, batch_size=20, optimizer=Halving())
    for w, old in zip(network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(w, old / 2)


def test_nan_passes_predict_but_not_fit(bars):
    images = bars[0].copy()
    images[3, 1, 1, 0] = np.nan
    assert np.isnan(small_network().predict(images)).any(axis=1).tolist() == [n == 3 for n in range(20)]
    with pytest.raises(ValueError, match=r"`images` .*got images\[3, 1, 1, 0\]=nan"):
        small_network().fit(images, bars[1])


def test_weights_are_copied_out_and_in():
    network = small_network()
    weights = network.get_weights()
    assert [w.shape for w in weights] == [(3, 3, 1, 6), (6,), (3, 3, 6, 8), (8,), (128, 2), (2,)]
    weights[0][...] = 7
    assert network.get_weights()[0].max() < 1
    network.set_weights(weights)
    weights[0][...] = 8
    assert (network.get_weights()[0] == 7).all()


def test_fit_leaves_images_as_they_are(bars):
    images, labels = bars[0].copy(), bars[1].copy()
    images.flags.writeable = labels.flags.writeable = False
    small_network().fit(images, labels)
    np.testing.assert_array_equal(images, bars[0])


# What goes wrong


def test_images_that_are_not_scaled_are_refused(bars):
    images = (bars[0] * 255).astype(np.uint8)
    for method in "fit", "evaluate":
        with pytest.raises(
            ValueError, match=r"`images` are not scaled: got values up to 2\d\d.*\n.*/ np\.float32"
        ):
            getattr(small_network(), method)(images, bars[1])
    with pytest.raises(ValueError, match="`images` are not scaled"):
        small_network().predict(images)


def test_bad_input_of_fit_is_named(bars):
    images, labels = bars
    network = small_network()
    for bad_images, bad_labels, message in [
        (images[0], labels, r"`images` .*got images\.shape=\(12, 12, 1\)\.\n.*batch axis"),
        (images[:, :10], labels, r"`images` .*\(12, 12, 1\): got images\.shape=\(20, 10, 12, 1\)"),
        (images, np.eye(2, dtype=int)[labels], r"`labels` .*not one-hot: got labels\.shape=\(20, 2\)"),
        (images, labels[:5], r"`labels` .*got labels\.shape=\(5,\) for 20 rows"),
        (images, labels + 1, r"`labels` must lie from 0 to 1 for 2 classes: got labels\[1\]=2"),
        (images[:0], labels[:0], r"`images` .*got outputs of shape \(0, 2\)\.\nGive at least one image"),
    ]:
        with pytest.raises(ValueError, match=f"(?s){message}"):
            network.fit(bad_images, bad_labels)
    for setting in {"epochs": 0}, {"batch_size": 0}:
        name, value = next(iter(setting.items()))
        with pytest.raises(ValueError, match=rf"`{name}` must be at least 1: got {name}={value}"):
            network.fit(images, labels, **setting)


class Own(SGD):
    learning_rate = 0.5


@pytest.mark.parametrize("optimizer", ["adam", SGD, Adam, Own, 0.1, {"learning_rate": 0.1}])
def test_what_is_no_optimizer_is_named(bars, optimizer):
    received = re.escape(f"got optimizer={optimizer!r}"[:60])
    with pytest.raises(TypeError, match=rf"`optimizer` must be .*{received}.*\n.*optimizer=nn\.Adam\(\)"):
        small_network().fit(*bars, optimizer=optimizer)


@pytest.mark.parametrize(
    "seed, error", [(-1, ValueError), ("a", TypeError), (0.5, TypeError), (None, TypeError)]
)
def test_a_seed_of_fit_that_makes_no_sense_is_named(bars, seed, error):
    with pytest.raises(error, match=rf"`seed` must be .*: got seed={seed!r}"):
        small_network().fit(*bars, seed=seed)


@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning", "ignore:invalid value:RuntimeWarning")
def test_a_learning_rate_too_high_is_named(bars):
    with pytest.raises(ValueError, match=r"infinite: got learning_rate=1e\+20\.\n.*ten times smaller"):
        small_network().fit(*bars, epochs=5, optimizer=SGD(1e20))


@pytest.mark.parametrize(
    "layers, error, message",
    [
        ([Dense(2)], ValueError, r"`Dense` takes rows of features: got \(12, 12, 1\).*\n.*Flatten\(\)"),
        ([Flatten(), Conv2D(2, 3)], ValueError, r"`Conv2D` takes images, .*: got \(144,\)"),
        ([Flatten(), MaxPooling2D()], ValueError, r"`MaxPooling2D` takes images, .*: got \(144,\)"),
        ([Conv2D(2, 13)], ValueError, r"`kernel` spans 13×13 pixels but the images have 12×12"),
        ([Conv2D], TypeError, r"`layers\[0\]` must be a layer: .*\n.*Conv2D\(\.\.\.\)"),
        ([Flatten(), "dense"], TypeError, r"`layers\[1\]` must be a layer: got layers\[1\]='dense'"),
        ([], TypeError, r"`layers` must be a list of layers: got layers=\[\]"),
        (Flatten(), TypeError, r"`layers` must be a list of layers: got layers="),
    ],
)
def test_layers_that_do_not_fit_are_named(layers, error, message):
    with pytest.raises(error, match=f"(?s){message}"):
        Network(layers, input_shape=(12, 12, 1))


@pytest.mark.parametrize(
    "make, error, message",
    [
        (lambda: Conv2D(0, 3), ValueError, r"`filters` must be at least 1: got filters=0"),
        (lambda: Conv2D(2, 2.5), TypeError, r"`kernel_size` .*got kernel_size=2\.5"),
        (lambda: Conv2D(2, 3, padding="full"), ValueError, r"`padding` .*got padding='full'"),
        (lambda: Dense(-1), ValueError, r"`units` .*got units=-1"),
        (lambda: MaxPooling2D(strides=0), ValueError, r"`strides` .*got strides=0"),
        (lambda: Network([Flatten()], input_shape=(12, 12)), ValueError, r"`input_shape` .*=\(12, 12\)"),
        (lambda: Network([Flatten()], input_shape=(12, 12, 0)), ValueError, r"`input_shape\[2\]` .*=0"),
        (lambda: Network([Flatten()], input_shape=(1, 1, 1), seed=-1), ValueError, r"`seed` .*got seed=-1"),
        (lambda: small_network().set_weights([]), ValueError, r"`weights` .*got shapes \[\]"),
        (
            lambda: small_network().set_weights(np.ones(3)),
            TypeError,
            r"`weights` .*got weights\.shape=\(3,\)",
        ),
    ],
)
def test_settings_that_make_no_sense_are_named(make, error, message):
    with pytest.raises(error, match=message):
        make()
