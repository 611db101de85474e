"""Keras, imported once for the tests of models."""

import pytest


@pytest.fixture(scope="session")
def keras():
    import keras

    return keras
