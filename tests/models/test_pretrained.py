"""The network that has learned from photographs."""

import os
import re
import subprocess
import sys
import warnings

import numpy as np
import pytest

from cellcnn_helpers import models, training


def save_weights(model, path):
    with warnings.catch_warnings():  # Keras reads TensorFlow's variables in a way that NumPy warns of
        warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
        model.save_weights(path)


@pytest.fixture(scope="module")
def photographs(keras, tmp_path_factory):
    """A file of weights like the one that Keras fetches, and the network that it is of."""
    keras.utils.set_random_seed(0)
    network = keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=(96, 96, 3))
    for layer in network.layers:
        if isinstance(
            layer, keras.layers.BatchNormalization
        ):  # a new one shrinks what passes to nearly nothing
            layer.momentum = 0
    network(np.random.default_rng(0).uniform(-1, 1, (4, 96, 96, 3)), training=True)
    path = tmp_path_factory.mktemp("photographs") / "mobilenet_v2.weights.h5"
    save_weights(network, path)
    return path, network


@pytest.mark.parametrize("channels", [1, 3])
def test_a_pretrained_network_sees_cells_as_it_saw_photographs(keras, photographs, channels):
    path, network = photographs
    images = np.random.default_rng(0).random((4, 28, 28, channels), np.float32)
    model = models.pretrained_cnn((28, 28, channels), 5, weights=path)
    assert model.predict(images, verbose=0).shape == (4, 5)
    features = keras.Model(model.inputs, model.layers[-1].input).predict(images, verbose=0)
    large = keras.ops.image.resize(np.broadcast_to(images, (4, 28, 28, 3)), (96, 96))
    as_photographs = keras.applications.mobilenet_v2.preprocess_input(255 * np.array(large))
    expected = network.predict(as_photographs, verbose=0).mean(axis=(1, 2))
    assert expected.std(axis=0).max() > 0.01  # the pictures differ to it
    np.testing.assert_allclose(features, expected, atol=1e-4)


@pytest.mark.parametrize("trainable", [False, True])
def test_training_leaves_what_is_borrowed_or_teaches_its_convolutions(keras, photographs, trainable):
    path, network = photographs
    model = models.pretrained_cnn((28, 28, 3), 2, weights=path, trainable=trainable)
    rng = np.random.default_rng(0)
    training.train(
        model, (rng.random((8, 28, 28, 3)), np.arange(8) % 2), epochs=1, batch_size=8, steps_per_execution=1
    )
    before = {variable.path: variable.numpy() for variable in network.variables}
    changed = {
        variable.path.split("/")[0]
        for variable in model.variables
        if variable.path in before and not np.array_equal(variable.numpy(), before[variable.path])
    }
    convolutions = {layer.name for layer in network.layers if "Conv" in type(layer).__name__}
    assert changed == (convolutions if trainable else set())
    assert len(convolutions) == 52


def test_a_pretrained_network_without_weights_is_drawn():
    first, again, other = (
        models.pretrained_cnn((28, 28, 3), 8, weights=None, seed=seed).get_weights() for seed in (0, 0, 1)
    )
    assert all(map(np.array_equal, first, again))
    kernels = [(w, v) for w, v in zip(first, other, strict=True) if w.ndim > 1]
    assert len(kernels) == 53
    assert not any(np.array_equal(w, v) for w, v in kernels)


@pytest.mark.parametrize(
    "offline, reason",
    [("0", r"could not be fetched.* \(URL fetch failure"), ("1", "OFFLINE=1 forbids downloads")],
)
def test_photographs_that_cannot_be_fetched(tmp_path, offline, reason):
    nowhere = {"https_proxy": "http://127.0.0.1:9", "KERAS_HOME": str(tmp_path), "CELLCNN_OFFLINE": offline}
    script = "from cellcnn_helpers import models; models.pretrained_cnn((28, 28, 3), 8)"
    run = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | nowhere, capture_output=True, text=True
    )
    assert re.search(r"\nOSError: `weights` .* got weights='imagenet'", run.stderr)
    assert re.search(reason, run.stderr)
    assert run.returncode == 1


def test_weights_of_another_network_are_refused(keras, tmp_path):
    path = tmp_path / "other.weights.h5"
    save_weights(models.linear((28, 28, 3), 8), path)
    with pytest.raises(ValueError, match=r"`weights` holds no weights of MobileNetV2 .* got weights=.*other"):
        models.pretrained_cnn((28, 28, 3), 8, weights=path)
    with pytest.raises(FileNotFoundError, match="`weights` is not a file"):
        models.pretrained_cnn((28, 28, 3), 8, weights=tmp_path / "none.h5")


def test_a_pretrained_network_wants_one_channel_or_three():
    with pytest.raises(ValueError, match=r"`input_shape` must have 1 or 3 channels .* got input_shape=\(28"):
        models.pretrained_cnn((28, 28, 4), 8, weights=None)
