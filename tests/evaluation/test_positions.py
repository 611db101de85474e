"""Predictions averaged over the positions of an image."""

import numpy as np
import pytest

from cellcnn_helpers import evaluation, training


def as_pixels(images):
    """A model whose scores are all pixels, so that nothing that it sees is lost."""
    return images.reshape(len(images), -1)


@pytest.mark.parametrize("shape, number", [((1, 3, 3, 2), 8), ((1, 3, 4, 2), 4)])
def test_each_position_of_training_is_seen_once(shape, number):
    images = np.random.default_rng(0).random(shape)
    seen = []

    def predict(position):
        seen.append(position.tobytes())
        return as_pixels(position)

    average = evaluation.average_over_positions(predict, images)
    drawn = {training.flips_and_turns(images, seed).tobytes() for seed in range(100)}
    assert len(seen) == len(set(seen)) == len(drawn) == number
    assert set(seen) == drawn
    positions = [np.frombuffer(position).reshape(1, -1) for position in seen]
    np.testing.assert_allclose(average, np.mean(positions, axis=0))


def test_the_average_does_not_depend_on_the_position():
    images = np.random.default_rng(0).random((5, 4, 4, 1))
    weights = np.random.default_rng(1).random((16, 3))

    def predict(position):
        return np.tanh(as_pixels(position) @ weights)

    average = evaluation.average_over_positions(predict, images)
    turned = evaluation.average_over_positions(predict, np.rot90(images, axes=(1, 2)))
    np.testing.assert_allclose(average, turned)
    assert np.ptp(average, axis=0).min() > 0  # each image has its own
    assert not np.allclose(predict(images), average)


@pytest.mark.parametrize(
    "predict, images, error, message",
    [
        (None, np.zeros((1, 2, 2, 1)), TypeError, "`predict` must be a function"),
        (as_pixels, np.zeros((2, 2, 1)), ValueError, r"`images` must have 4 dim.* images.shape=\(2, 2, 1\)"),
        (np.ravel, np.zeros((2, 2, 2, 1)), ValueError, r"`predict` must give \(N, classes\).* got .*\(8,\)"),
    ],
)
def test_refused(predict, images, error, message):
    with pytest.raises(error, match=message):
        evaluation.average_over_positions(predict, images)
