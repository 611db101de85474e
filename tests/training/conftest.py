"""Cells so few and small that a training takes a moment, and the network that learns them."""

import numpy as np
import pytest

from cellcnn_helpers import models
from cellcnn_helpers.dataset import CellImageDataset


def make_cells(num_images=40, seed=0):
    """Dark and bright cells of 8 × 8 pixels, with noise."""
    rng = np.random.default_rng(seed)
    labels = np.arange(num_images) % 2
    images = rng.integers(0, 120, size=(num_images, 8, 8, 1)) + 100 * labels[:, None, None, None]
    return CellImageDataset(images.astype(np.uint8), labels, ["dark", "bright"])


def make_model(seed=0):
    """Has all that a checkpoint must keep: kernels, biases, running means, the state of a random layer."""
    cells = make_cells()
    return models.batchnorm_cnn((8, 8, 1), 2, filters=(3, 4), dropout=0.3, standardize=cells, seed=seed)


@pytest.fixture(scope="session")
def keras():
    import keras

    return keras


@pytest.fixture
def cells():
    return make_cells()


@pytest.fixture
def others():
    """Other cells of the same kind."""
    return make_cells(24, seed=1)


@pytest.fixture
def model():
    return make_model()


@pytest.fixture(scope="session")
def conftest_model():
    """A function that makes that network anew, always the same."""
    return make_model
