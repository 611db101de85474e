"""Training: what is measured on the way, when it stops, what repeats, and what an interruption leaves."""

import signal
import subprocess
import sys

import numpy as np
import pytest

from cellcnn_helpers import nn
from cellcnn_helpers.nn import network as network_module


def small_network(seed=0):
    layers = [nn.Conv2D(4, 3), nn.ReLU(), nn.MaxPooling2D(), nn.Flatten(), nn.Dense(2)]
    return nn.Network(layers, input_shape=(8, 8, 1), seed=seed)


def assert_same_weights(network, other):
    for w, expected in zip(network.get_weights(), other, strict=True):
        np.testing.assert_array_equal(w, expected)


@pytest.fixture(scope="module")
def noise():
    """Images whose labels mean nothing: what is learned from them is wrong for others."""
    rng = np.random.default_rng(0)
    return rng.uniform(size=(24, 8, 8, 1)).astype(np.float32), rng.integers(0, 2, 24)


@pytest.fixture(scope="module")
def others():
    rng = np.random.default_rng(1)
    return rng.uniform(size=(10, 8, 8, 1)).astype(np.float32), rng.integers(0, 2, 10)


class Recorder:
    """An optimizer that keeps the weights after each of its steps, and may do something at one of them."""

    def __init__(self, optimizer, at=None, do=None):
        self.optimizer, self.at, self.do = optimizer, at, do
        self.learning_rate, self.after = optimizer.learning_rate, []

    def step(self, params, gradients):
        if len(self.after) == self.at:
            self.do()
        self.after.append(self.optimizer.step(params, gradients))
        return self.after[-1]


# Validation and early stopping


def test_validation_is_measured_after_each_epoch(noise, others):
    network = small_network()
    history = network.fit(*noise, epochs=3, validation_data=others)
    assert len(history.loss) == len(history.val_loss) == len(history.val_accuracy) == 3
    assert (history.val_loss[-1], history.val_accuracy[-1]) == network.evaluate(*others)
    assert network.fit(*noise).val_loss == []


def test_validation_images_are_not_learned_from(noise, others):
    alone, watched = small_network(), small_network()
    alone.fit(*noise, epochs=2)
    watched.fit(*noise, epochs=2, validation_data=others)
    assert_same_weights(watched, alone.get_weights())


def test_patience_stops_and_takes_back_the_best_weights(noise, others):
    recorder = Recorder(nn.Adam(0.03))
    network = small_network()
    settings = dict(batch_size=24, optimizer=recorder, validation_data=others)  # one step an epoch
    history = network.fit(*noise, epochs=100, patience=3, **settings)
    best = int(np.argmin(history.val_loss))
    assert 0 < best < 90  # it learned something before it went astray
    assert len(history.val_loss) == best + 1 + 3
    assert_same_weights(network, recorder.after[best])
    assert network.evaluate(*others).loss == pytest.approx(min(history.val_loss))


def test_patience_takes_back_the_best_weights_even_where_the_epochs_end_first(noise, others):
    recorder = Recorder(nn.Adam(0.03))
    network = small_network()
    settings = dict(batch_size=24, optimizer=recorder, validation_data=others)
    history = network.fit(*noise, epochs=60, patience=59, **settings)
    best = int(np.argmin(history.val_loss))
    assert best < 59 and len(history.loss) == 60
    assert_same_weights(network, recorder.after[best])


# Weights of classes


def test_class_weight_is_a_weight_for_each_image(noise):
    images, labels = noise
    network, by_hand = small_network(), small_network()
    history = network.fit(images, labels, batch_size=24, optimizer=nn.SGD(0.1), class_weight={1: 5})
    values = by_hand.activations(images)
    weighted = nn.softmax_cross_entropy(labels, values[-1], sample_weight=np.where(labels == 1, 5, 1))
    assert history.loss == [pytest.approx(weighted.loss, rel=1e-5)]
    bias = by_hand.get_weights()[-1] - 0.1 * weighted.gradient.sum(axis=0)
    np.testing.assert_allclose(network.get_weights()[-1], bias, rtol=1e-4)


def test_a_rare_class_is_found_when_it_counts_more():
    rng = np.random.default_rng(0)
    labels = (np.arange(200) % 20 == 0).astype(int)
    brightness = 0.3 + 0.2 * labels + rng.normal(0, 0.15, 200)
    images = np.ones((200, 8, 8, 1)) * brightness[:, None, None, None]

    def found(class_weight):
        network = nn.Network([nn.GlobalAveragePooling2D(), nn.Dense(2)], input_shape=(8, 8, 1))
        network.fit(images, labels, epochs=30, optimizer=nn.Adam(0.05), class_weight=class_weight)
        return np.mean(network.predict(images[labels == 1]).argmax(axis=1) == 1)

    assert found(None) < 0.3
    assert found({0: 1, 1: 19}) > 0.6


# Augmentation


def test_augment_changes_what_is_learned_from_and_nothing_else(noise):
    images, labels = noise
    kept = images.copy()
    seen = []

    def mirrored(batch, rng):
        seen.append(batch)
        return batch[:, :, ::-1]

    network, expected = small_network(), small_network()
    network.fit(images, labels, epochs=2, augment=mirrored)
    expected.fit(images[:, :, ::-1], labels, epochs=2)
    assert_same_weights(network, expected.get_weights())
    assert len(seen) == 2
    np.testing.assert_array_equal(images, kept)


def test_the_seed_of_fit_also_augments(noise):
    def noisy(batch, rng):
        return batch + rng.normal(0, 0.1, batch.shape)

    def train(seed):
        network = small_network()
        network.fit(*noise, seed=seed, augment=noisy)
        return network

    assert_same_weights(train(1), train(1).get_weights())
    assert (train(1).get_weights()[0] != train(2).get_weights()[0]).any()
    assert train(1).get_weights()[0].dtype == np.float32


# Repeating, interrupting, dividing


SCRIPT = """
import hashlib, numpy as np
from cellcnn_helpers import nn
rng = np.random.default_rng(0)
images, labels = rng.uniform(size=(50, 16, 16, 3)), rng.integers(0, 3, 50)
layers = [nn.Conv2D(8, 3, padding="same"), nn.ReLU(), nn.MaxPooling2D(), nn.Conv2D(16, 3), nn.ReLU(),
          nn.Flatten(), nn.Dense(3)]
network = nn.Network(layers, input_shape=(16, 16, 3), seed=4)
flip = lambda batch, rng: batch[:, ::-1] if rng.random() < 0.5 else batch
validation_data = images[:9], labels[:9]
network.fit(images, labels, epochs=3, batch_size=20, validation_data=validation_data, augment=flip, seed=7)
print(hashlib.sha256(b"".join(w.tobytes() for w in network.get_weights())).hexdigest())
"""


def test_a_seed_gives_the_same_bytes_in_another_process():
    first, second = (
        subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
        for _ in range(2)
    )
    assert first.stdout == second.stdout and len(first.stdout.strip()) == 64
    assert first.stderr == ""  # and no progress bar where nobody can watch


def test_an_interruption_leaves_the_weights_of_the_last_whole_step(noise, others):
    recorder = Recorder(nn.Adam(), at=2, do=lambda: signal.raise_signal(signal.SIGINT))
    network = small_network()
    with pytest.raises(KeyboardInterrupt):
        network.fit(*noise, epochs=5, batch_size=8, optimizer=recorder, validation_data=others, patience=1)
    assert len(recorder.after) == 2
    assert_same_weights(network, recorder.after[1])
    recorder.at = None
    history = network.fit(*noise, epochs=2, optimizer=recorder)
    assert np.isfinite(history.loss).all()


@pytest.mark.parametrize("part_bytes, calls_a_step", [(2 << 20, 1), (1000, 2)])  # an image has 288 of them
def test_an_interruption_in_a_gradient_leaves_the_weights_of_the_last_whole_step(
    noise, part_bytes, calls_a_step, monkeypatch
):
    monkeypatch.setattr(network_module, "PART_BYTES", part_bytes)

    class Stopping(nn.ReLU):
        calls = 0

        def backward(self, dy, x, weights):
            Stopping.calls += 1
            if Stopping.calls == 3 * calls_a_step:
                signal.raise_signal(signal.SIGINT)
            return super().backward(dy, x, weights)

    layers = [nn.Conv2D(2, 3), Stopping(), nn.Flatten(), nn.Dense(2)]
    network, recorder = nn.Network(layers, input_shape=(8, 8, 1)), Recorder(nn.Adam())
    with pytest.raises(KeyboardInterrupt):
        network.fit(*noise, batch_size=6, optimizer=recorder)
    assert len(recorder.after) == 2
    assert_same_weights(network, recorder.after[-1])


def test_parts_of_a_batch_give_what_the_whole_batch_gives(noise, monkeypatch):
    def train():
        network = small_network()
        network.set_weights([w.astype(np.float64) for w in network.get_weights()])
        history = network.fit(*noise, epochs=3, batch_size=11, class_weight={0: 3})
        return history.loss, network.get_weights()

    loss, weights = train()
    monkeypatch.setattr(network_module, "PART_BYTES", 2000)  # one image has 576 bytes after the convolution
    loss_in_parts, weights_in_parts = train()
    np.testing.assert_allclose(loss_in_parts, loss, rtol=1e-9)
    for w, expected in zip(weights_in_parts, weights, strict=True):
        np.testing.assert_allclose(w, expected, rtol=1e-6, atol=1e-9)  # Adam divides small numbers
    assert any((w != expected).any() for w, expected in zip(weights_in_parts, weights, strict=True))


def test_layers_before_the_first_weights_are_not_asked_for_gradients(noise):
    class Forward(nn.MaxPooling2D):
        def backward(self, dy, x, weights):
            raise AssertionError("nobody asks how the images should change")

    layers = [Forward(), nn.ReLU(), nn.Conv2D(2, 3), nn.Flatten(), nn.Dense(2)]
    nn.Network(layers, input_shape=(8, 8, 1)).fit(*noise)


# What a network tells of itself


LAYERS = [
    *(nn.Conv2D(3, 3, padding="same"), nn.ReLU(), nn.AveragePooling2D(), nn.Conv2D(4, 2, strides=2)),
    *(nn.ReLU(), nn.GlobalAveragePooling2D(), nn.Dense(5), nn.ReLU(), nn.Dense(2)),
]


def double_network():
    network = nn.Network(LAYERS, input_shape=(8, 8, 1), seed=1)
    network.set_weights([w.astype(np.float64) for w in network.get_weights()])
    return network


def test_gradients_of_a_whole_network_are_right(noise):
    network, (images, labels) = double_network(), noise

    def loss(*weights):
        network.set_weights(weights)
        return network.gradients(images, labels).loss

    def backward(dy, *weights):
        network.set_weights(weights)
        return [dy * gradient for gradient in network.gradients(images, labels).weights]

    check = nn.check_gradient(loss, backward, *network.get_weights())
    assert len(check.checked) == 8


def test_gradients_of_activations_are_those_of_what_follows(noise):
    network, (images, labels) = double_network(), noise
    activations, gradients = network.activations(images[:3]), network.gradients(images[:3], labels[:3])
    weights = network.get_weights()
    counts = [2 * isinstance(layer, nn.Conv2D | nn.Dense) for layer in LAYERS]
    per_layer = [[weights.pop(0) for _ in range(count)] for count in counts]

    def loss_from(n, x):
        for layer, its_weights in zip(LAYERS[n + 1 :], per_layer[n + 1 :], strict=True):
            x = layer.forward(x, its_weights)
        return nn.softmax_cross_entropy(labels[:3], x).loss

    assert len(activations) == len(gradients.activations) == len(LAYERS)
    for n, (x, dx) in enumerate(zip(activations, gradients.activations, strict=True)):
        nn.check_gradient(lambda x, n=n: loss_from(n, x), lambda dy, x, dx=dx: dy * dx, x)


def test_activations_end_with_the_logits(noise):
    network = double_network()
    activations = network.activations(noise[0])
    assert [x.shape[1:] for x in activations] == network.summary().output_shapes
    np.testing.assert_array_equal(activations[-1], network.predict(noise[0]))
    assert (activations[1] == nn.relu(activations[0])).all()


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_images_take_the_dtype_of_the_weights(noise, dtype):
    """Images divided by 255 are float64, and would take twice the time."""
    network = small_network()
    network.set_weights([w.astype(dtype) for w in network.get_weights()])
    images = noise[0].astype({"f4": "f8", "f8": "f4"}[dtype])
    assert {x.dtype for x in network.activations(images)} == {np.dtype(dtype)}
    assert network.predict(images).dtype == dtype
    gradients = network.gradients(images, noise[1])
    assert {g.dtype for g in gradients.weights + gradients.activations} == {np.dtype(dtype)}


def test_summary_counts_parameters():
    summary = double_network().summary()
    assert summary.layers[:3] == ["Conv2D", "ReLU", "AveragePooling2D"]
    assert summary.output_shapes[:4] == [(8, 8, 3), (8, 8, 3), (4, 4, 3), (2, 2, 4)]
    assert summary.num_parameters == [30, 0, 0, 52, 0, 0, 25, 0, 12]
    lines = str(summary).splitlines()
    assert lines[0].split() == ["layer", "output", "parameters"]
    assert lines[4].split() == ["Conv2D", *"2×2×4".replace("×", " × ").split(), "52"]
    assert lines[-1].split() == ["together", "119"]
    assert len({len(line) for line in lines}) == 1


# What goes wrong


@pytest.mark.parametrize(
    "settings, error, message",
    [
        (dict(patience=2), ValueError, r"`patience` watches .*: got patience=2\.\n.*validation_data="),
        (dict(validation_data=3), TypeError, r"`validation_data` must be a pair.*got validation_data=3"),
        (dict(augment=3), TypeError, r"`augment` must be a function: got augment=3"),
        (
            dict(augment=lambda x, rng: x[:2]),
            ValueError,
            r"`augment\(images, rng\)` must have .* of the batch, \(24, 8, 8, 1\): got .*\(2, 8, 8, 1\)",
        ),
        (dict(class_weight=[1, 2]), TypeError, r"`class_weight` must be a dict: got class_weight=\[1, 2\]"),
        (dict(class_weight={2: 1}), ValueError, r"`class_weight` names .*got class_weight=\{2: 1\} for 2 cl"),
        (dict(class_weight={0: -1}), ValueError, r"`class_weight\[0\]` must be at least 0: got .*=-1"),
        (dict(class_weight={"a": 1}), TypeError, r"`class_weight` must be a whole number"),
        (dict(verbose=1), TypeError, r"`verbose` must be True or False: got verbose=1"),
    ],
)
def test_settings_of_fit_that_make_no_sense_are_named(noise, settings, error, message):
    with pytest.raises(error, match=f"(?s){message}"):
        small_network().fit(*noise, batch_size=24, **settings)


def test_bad_validation_data_is_named_before_training(noise, others):
    network = small_network()
    before = network.get_weights()
    images, labels = others
    for data, message in [
        ((images[:, :4], labels), r"`validation_data`: `images` must have the input shape"),
        ((images, labels[:3]), r"`validation_data`: `labels` .*got labels\.shape=\(3,\) for 10 rows"),
        ((images * 255, labels), r"`validation_data`: `images` are not scaled"),
        ((images[:0], labels[:0]), r"`validation_data`: `images` .*Give at least one image"),
    ]:
        with pytest.raises(ValueError, match=f"(?s){message}"):
            network.fit(*noise, validation_data=data)
        assert_same_weights(network, before)
    with pytest.raises(ValueError, match=r"`patience` must be at least 1: got patience=0"):
        network.fit(*noise, validation_data=others, patience=0)
