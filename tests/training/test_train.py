"""What a training does: learns, repeats itself, shows every image once, weighs, smooths, stops, refuses."""

import csv
import time

import numpy as np
import pytest

from cellcnn_helpers import models, training
from cellcnn_helpers.dataset import CellImageDataset


@pytest.fixture
def train(model):
    """A function that trains the model quietly and returns the run."""

    def call(cells, validation=None, *, network=model, **arguments):
        settings = {"epochs": 1, "batch_size": 8, "learning_rate": 0.01, "verbose": False} | arguments
        return training.train(network, cells, validation, **settings)

    return call


def largest_difference(weights, others):
    return max(np.abs(w - v).max() for w, v in zip(weights, others, strict=True))


def make_linear(cells):
    """A model that is compiled fast."""
    return models.linear((8, 8, 1), 2, standardize=cells)


class Seen:
    """An augmentation that changes nothing and remembers the images that it was given."""

    def __init__(self):
        self.batches = []

    def __call__(self, images, rng):
        self.batches.append((images.copy(), rng.random()))
        return images


# Learning


def test_it_learns_and_tells_how(train, model, cells, others):
    run = train(cells, others, epochs=20, schedule="cosine")
    assert run.history.val_accuracy[-1] == 1 and run.history.accuracy[0] < 1
    assert run.history.val_loss[-1] < 0.2
    assert [len(values) for values in run.history] == [20] * 4
    assert run.seconds == sorted(run.seconds) and len(run.seconds) == 20
    assert repr(run).startswith("TrainingRun(20 epochs in ")
    predicted = model.predict(others.arrays()[0], verbose=0).argmax(axis=1)  # the model itself has learned
    assert (predicted == others.labels).mean() == 1


def test_what_is_told_is_what_keras_measures(keras, train, model, cells, others):
    run = train(cells, others, epochs=2)
    logits = model.predict(others.arrays()[0], verbose=0)
    losses = keras.losses.sparse_categorical_crossentropy(others.labels, logits, from_logits=True)
    assert run.history.val_loss[-1] == pytest.approx(float(keras.ops.mean(losses)), rel=1e-5)
    assert run.history.val_accuracy[-1] == (logits.argmax(axis=1) == others.labels).mean()


def test_the_speed_is_that_of_training_without_validation(train, cells, others):
    def slow(images, rng):
        time.sleep(0.02)
        return images

    run = train(cells, others, network=make_linear(cells), epochs=3, augment=slow)
    assert 40 / np.diff(run.seconds).max() < run.images_per_second < 40 / (5 * 0.02)  # 5 batches of 8


def test_the_same_seed_gives_the_same_weights(train, conftest_model, cells):
    weights = []
    for seed in (0, 0, 1):
        network = conftest_model()
        train(cells, network=network, seed=seed, epochs=2, augment=training.flips_and_turns)
        weights.append(network.get_weights())
    assert largest_difference(weights[0], weights[1]) == 0
    assert largest_difference(weights[0], weights[2]) > 1e-4


def test_steps_at_once_change_nothing(keras, train, cells, others):
    weights = []
    torch = keras.backend.backend() == "torch"  # takes one step at once and no more
    for steps in (1, "auto", 1 if torch else 3):  # of 5 in an epoch
        network = make_linear(cells)
        train(cells, others, network=network, epochs=2, steps_per_execution=steps)
        weights.append(network.get_weights())
    assert largest_difference(weights[0], weights[1]) < 1e-6
    assert largest_difference(weights[0], weights[2]) < 1e-6


# What the model is shown


def test_every_epoch_shows_every_image_once_in_a_new_order(train, cells):
    seen = Seen()
    train(cells, network=make_linear(cells), epochs=2, augment=seen)
    batches = [images for images, _ in seen.batches if len(images) == 8]
    epochs = np.concatenate(batches[-5:]), np.concatenate(batches[-10:-5])
    for images in epochs:
        assert images.dtype == np.uint8
        assert sorted(image.tobytes() for image in images) == sorted(x.tobytes() for x in cells.images)
    assert not np.array_equal(*epochs)


def test_every_batch_has_random_numbers_of_its_own(train, cells):
    seen = Seen()
    train(cells, network=make_linear(cells), epochs=3, augment=seen)
    assert len({number for _, number in seen.batches}) == 15  # Keras may look at some of them twice


def test_less_than_a_batch_is_a_batch(train, cells):
    seen = Seen()
    train(cells.subset(slice(5)), network=make_linear(cells), augment=seen)
    assert {len(images) for images, _ in seen.batches} == {5}


def test_whole_numbers_and_floats_are_the_same_images(train, cells):
    weights = []
    for data in (cells, cells.arrays(), (cells.images, cells.labels)):
        network = make_linear(cells)
        train(data, network=network)
        weights.append(network.get_weights())
    assert largest_difference(weights[0], weights[1]) < 1e-6
    assert largest_difference(weights[0], weights[2]) == 0


# Losses


def test_class_weights_multiply_the_losses_of_their_images(train, cells):
    network = make_linear(cells)
    logits = network.predict(cells.arrays()[0], verbose=0)
    losses = np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(logits)), cells.labels]
    run = train(cells, network=network, class_weight={0: 3}, learning_rate=1e-9)
    expected = np.mean([3, 1] * 20 * losses)
    assert run.history.loss[0] == pytest.approx(expected, rel=1e-5)


def test_label_smoothing_holds_the_scores_back(keras, train, model, cells, others):
    run = train(cells, others, epochs=30, label_smoothing=0.2)
    logits = model.predict(others.arrays()[0], verbose=0)
    probabilities = np.asarray(keras.ops.softmax(logits))
    logs = np.log(np.stack([probabilities.max(axis=1), probabilities.min(axis=1)]))
    assert run.history.val_accuracy[-1] == 1
    assert run.history.val_loss[-1] == pytest.approx(-(np.array([0.9, 0.1]) @ logs).mean(), rel=1e-4)
    assert run.history.val_loss[-1] > 0.325  # what no network can go below: the entropy of 0.9 and 0.1


def test_weight_decay_takes_kernels_away_and_nothing_else(train, conftest_model, cells):
    decayed, plain = conftest_model(), conftest_model()
    for network, decay in ((decayed, 0.5), (plain, 0)):
        train(cells, network=network, weight_decay=decay, optimizer="sgd", learning_rate=0.02)
    # five steps, each takes 0.02 · 0.5 = 1 % of a kernel; gradients differ but little
    for variable, same in zip(decayed.trainable_variables, plain.trainable_variables, strict=True):
        if variable.path.endswith("kernel"):
            shares = np.linalg.norm(variable.numpy()) / np.linalg.norm(same.numpy())
            assert shares == pytest.approx(0.95, abs=0.02)
        elif variable.path.endswith("gamma"):  # of size 1: a decay would take 0.05
            np.testing.assert_allclose(variable.numpy(), same.numpy(), atol=0.02)


# Schedule, patience, precision


def test_the_rate_rises_and_falls(keras, train, cells):
    rates = []

    class Watch(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            rates.append(float(self.model.optimizer.learning_rate))

    watched = {"network": make_linear(cells), "callbacks": [Watch()], "steps_per_execution": 1}
    train(cells, epochs=8, schedule="cosine", **watched)  # 40 steps, of which 4 rise
    assert [rates[step] for step in (0, 2, 4, 22)] == pytest.approx([0.001, 0.0055, 0.01, 0.005])
    assert np.argmax(rates) == 4 and 0 < rates[39] < 0.0001
    rates.clear()
    train(cells, **watched)
    assert rates == pytest.approx([0.01] * 5)


def test_patience_stops_and_keeps_the_best_weights(train, model, cells):
    against = CellImageDataset(cells.images, 1 - cells.labels, cells.class_names)  # gets ever worse
    run = train(cells, against, epochs=50, patience=2)
    best = int(np.argmin(run.history.val_loss))
    assert len(run.history.loss) == best + 3 < 50
    logits = model.predict(against.arrays()[0], verbose=0)
    shifted = logits - logits.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -logs[np.arange(len(logs)), against.labels].mean()
    assert loss == pytest.approx(min(run.history.val_loss), rel=1e-4)


@pytest.mark.parametrize("kind", ["float16", "bfloat16"])
def test_mixed_precision_learns_and_leaves_a_float32_model(train, model, cells, others, kind):
    run = train(cells, others, epochs=20, mixed_precision=kind)
    assert run.history.val_accuracy[-1] == 1
    assert {layer.dtype_policy.name for layer in model.layers} == {"float32"}
    assert {variable.dtype for variable in model.trainable_variables} == {"float32"}


def test_mixed_precision_computes_in_half_the_bits(keras, train, model, cells):
    kinds = []

    class Look(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            kinds.append([layer.compute_dtype for layer in self.model.layers])

    train(cells, mixed_precision="bfloat16", callbacks=[Look()])
    assert set(kinds[0][:-1]) == {"bfloat16"} and kinds[0][-1] == "float32"


def test_any_model_of_keras_can_be_trained(keras, train, cells, others):
    inputs = keras.Input((8, 8, 1))
    outputs = keras.layers.Dense(2, kernel_initializer="zeros")(keras.layers.Flatten()(inputs))
    run = train(cells, others, network=keras.Model(inputs, outputs), epochs=20, learning_rate=0.03)
    assert run.history.val_accuracy[-1] > 0.9


# The log, and running out of memory


def test_the_log_is_a_table(train, cells, tmp_path):
    run = train(cells, network=make_linear(cells), epochs=2, log=tmp_path / "log.csv")
    with open(tmp_path / "log.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert [float(row["accuracy"]) for row in rows] == run.history.accuracy
    assert "val_loss" not in rows[0]


def test_too_little_memory_names_a_smaller_batch(keras, train, cells):
    # 4 × 8,000,000 × 8,000,000 numbers: no machine can even address so many
    layers = [keras.Input((8, 8, 1)), keras.layers.UpSampling2D(1_000_000), keras.layers.BatchNormalization()]
    layers += [keras.layers.GlobalMaxPooling2D(), keras.layers.Dense(2)]
    with pytest.raises(MemoryError, match=r"got batch_size=4\.\nGive a smaller one: batch_size=2\."):
        train(cells, network=keras.Sequential(layers), batch_size=4)


# Refused


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        ({"epochs": 0}, ValueError, "`epochs` must be at least 1: got epochs=0"),
        ({"batch_size": 2.5}, TypeError, "`batch_size` must be a whole number"),
        ({"optimizer": "lion"}, ValueError, "`optimizer` must be one of .*: got optimizer='lion'"),
        ({"learning_rate": 0}, ValueError, "`learning_rate` must be above 0"),
        ({"schedule": "linear"}, ValueError, "`schedule` must be one of .*: got schedule='linear'"),
        ({"weight_decay": -1}, ValueError, "`weight_decay` must be at least 0"),
        ({"label_smoothing": 1}, ValueError, "`label_smoothing` must be at least 0 and below 1"),
        ({"mixed_precision": True}, ValueError, "`mixed_precision` must be one of"),
        ({"class_weight": [1, 2]}, TypeError, "`class_weight` must be a dict"),
        ({"class_weight": {2: 1}}, ValueError, "`class_weight` names a class that is not there"),
        ({"augment": "flip"}, TypeError, "`augment` must be a function"),
        ({"augment": lambda x, rng: x[:, 1:]}, ValueError, r"`augment\(images, rng\)` must have the shape"),
        ({"patience": 3}, ValueError, "`patience` watches the loss on validation images"),
        ({"steps_per_execution": "many"}, ValueError, "`steps_per_execution` must be"),
        ({"log": "none/log.csv"}, FileNotFoundError, "`log` cannot be written: .* does not exist"),
        ({"checkpoint": "."}, FileNotFoundError, "`checkpoint` cannot be written: .* is a folder"),
        ({"seed": 1.5}, TypeError, "`seed` must be a whole number"),
        ({"verbose": 2}, TypeError, "`verbose` must be True or False"),
    ],
)
def test_refused_arguments(train, cells, arguments, error, message):
    with pytest.raises(error, match=message):
        train(cells, **arguments)


@pytest.mark.parametrize(
    "images, labels, message",
    [
        (np.zeros((4, 9, 8, 1)), [0, 1, 0, 1], r"`train` must have images of the shape .*\(8, 8, 1\)"),
        (np.zeros((4, 8, 8, 1)), [0, 1, 2, 1], "`train`.* class"),
        (np.full((4, 8, 8, 1), 255.0), [0, 1, 0, 1], "`train`: .*leave the range from 0 to 1"),
        (np.zeros((0, 8, 8, 1)), np.zeros(0, int), "`train` holds no image"),
        (np.zeros((4, 8, 8, 1)), np.eye(2)[[0, 1, 0, 1]], "`train`: .*one-hot"),
    ],
)
def test_refused_data(train, images, labels, message):
    with pytest.raises((ValueError, TypeError), match=message):
        train((images, labels))


def test_refused_validation_is_named(train, cells):
    with pytest.raises(ValueError, match="`validation` must have images of the shape"):
        train(cells, (np.zeros((2, 7, 8, 1)), [0, 1]))


def test_models_that_do_not_end_in_logits_are_refused(keras, train, cells):
    layers = [keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(2, activation="softmax")]
    with pytest.raises(ValueError, match=r"`model` must end in logits: .* ends in softmax"):
        train(cells, network=keras.Sequential(layers))
    with pytest.raises(ValueError, match="`model` must end in logits"):
        train(cells, network=keras.Sequential([*layers[:2], keras.layers.Dense(2), keras.layers.Softmax()]))
    with pytest.raises(ValueError, match=r"`model` must map .* to \(batch, classes\)"):
        train(cells, network=keras.Sequential([layers[0], keras.layers.Conv2D(2, 3)]))
    with pytest.raises(TypeError, match="`model` must be a Keras model: got model='small'"):
        train(cells, network="small")


def test_a_training_that_diverges_is_stopped(train, cells, tmp_path):
    # without ReLU, which on some processors turns what is no number into 0
    network, checkpoint = models.linear((8, 8, 1), 2), tmp_path / "training.npz"
    with pytest.raises(ValueError, match="`learning_rate` is too high: got learning_rate=1e\\+38"):
        train(cells, network=network, learning_rate=1e38, optimizer="sgd", epochs=9, checkpoint=checkpoint)
    assert not checkpoint.exists()
