"""Networks so small that the right map is known."""

import numpy as np
import pytest

RNG_SEED = 0


@pytest.fixture(scope="session")
def keras():
    import keras

    return keras


@pytest.fixture
def linear(keras):
    """Images (4, 6, 2), three classes; each score is a weighted sum of the pixels. With its weights."""
    weights = np.random.default_rng(RNG_SEED).normal(size=(4, 6, 2, 3)).astype(np.float32)
    model = keras.Sequential([keras.Input((4, 6, 2)), keras.layers.Flatten(), keras.layers.Dense(3)])
    model.set_weights([weights.reshape(-1, 3), np.array([0.5, -1, 2], np.float32)])
    return model, weights


@pytest.fixture
def corner(keras):
    """Images (8, 8, 1), two classes: the first scores what is bright in the 3 × 3 pixels at the top left."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(1, 1, activation="relu", name="convolution"),
            layers.Flatten(),
            layers.Dense(2, name="scores"),
        ]
    )
    weights = np.zeros((8, 8, 2), np.float32)
    weights[:3, :3, 0] = 1
    model.set_weights([np.ones((1, 1, 1, 1)), np.zeros(1), weights.reshape(-1, 2), np.zeros(2)])
    return model


@pytest.fixture
def small_cnn(keras):
    """A function that makes a convolutional network for images (12, 10, 3), 4 classes, always the same."""

    def build(ending=None, **convolution):
        layers = keras.layers
        inputs = keras.Input((12, 10, 3))
        x = layers.Conv2D(5, 3, padding="same", name="first", **convolution)(inputs)
        x = layers.BatchNormalization(name="norm")(x)
        x = layers.ReLU(name="relu")(x)
        x = layers.MaxPooling2D(name="pool")(x)
        x = layers.Conv2D(6, 3, activation="relu", name="second")(x)
        x = layers.Flatten(name="flatten")(x)
        x = layers.Dropout(0.5, name="dropout")(x)
        model = keras.Model(inputs, layers.Dense(4, activation=ending, name="scores")(x))
        rng = np.random.default_rng(RNG_SEED)
        model.set_weights(
            [
                rng.uniform(0.1, 0.5, w.shape) * rng.choice([-1, 1], w.shape)
                if w.ndim > 1
                else rng.uniform(0.5, 1, w.shape)
                for w in model.get_weights()
            ]
        )
        return model

    return build


@pytest.fixture
def images():
    """Five images (12, 10, 3)."""
    return np.random.default_rng(RNG_SEED + 1).uniform(size=(5, 12, 10, 3)).astype(np.float32)
