"""A training that was killed goes on as if nothing had happened; no file makes it go astray."""

import importlib.util
import json
import os
import pickle
import signal
import subprocess
import sys

import numpy as np
import pytest

from cellcnn_helpers import training

EPOCHS = 4
ARGUMENTS = {
    "epochs": EPOCHS,
    "batch_size": 6,  # 6 batches, and 4 images left over in each epoch
    "learning_rate": 0.01,
    "schedule": "cosine",
    "weight_decay": 0.01,
    "augment": training.flips_and_turns,
    "patience": EPOCHS,
    "seed": 3,
    "steps_per_execution": 1,  # so that the process dies between two steps
    "verbose": False,
}
# A process that makes the training of these tests, and dies as by `kill -9` in the midst of the third epoch.
KILLED = """
import importlib.util, os, signal, sys
import keras
from cellcnn_helpers import training

def module(name, path):
    specification = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module

tests, cells = module("tests", sys.argv[1]), module("cells", sys.argv[2])

class Death(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.epoch == 2 and batch >= 3:
            os.kill(os.getpid(), signal.SIGKILL)

tests.train(cells, sys.argv[3], callbacks=[Death()])
"""


def train(conftest, checkpoint, **changed):
    """Train a new model; return it with the run."""
    model = conftest.make_model()
    data = conftest.make_cells(), conftest.make_cells(24, seed=1)
    run = training.train(model, *data, checkpoint=checkpoint, **ARGUMENTS | changed)
    return model, run


@pytest.fixture(scope="session")
def conftest(root):
    path = root / "tests" / "training" / "conftest.py"
    specification = importlib.util.spec_from_file_location("cells", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def killed(conftest, tmp_path_factory):
    """The bytes of the checkpoint that a killed process left."""
    path = tmp_path_factory.mktemp("killed") / "training.npz"
    command = [sys.executable, "-c", KILLED, __file__, conftest.__file__, str(path)]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == -signal.SIGKILL, run.stderr
    assert list(path.parent.iterdir()) == [path]
    return path.read_bytes()


@pytest.fixture(scope="session")
def whole(conftest):
    """A model and its run that nothing interrupted."""
    return train(conftest, None)


@pytest.fixture
def path(killed, tmp_path):
    """A copy of that checkpoint."""
    path = tmp_path / "training.npz"
    path.write_bytes(killed)
    return path


def test_a_killed_training_ends_with_the_weights_of_a_whole_one(conftest, whole, path):
    model, run = train(conftest, path)
    for trained, expected in ((model, whole[0]), (model.optimizer, whole[0].optimizer)):
        for found, variable in zip(trained.variables, expected.variables, strict=True):
            np.testing.assert_array_equal(found.numpy(), variable.numpy(), found.path)
    assert run.history == whole[1].history
    assert len(run.history.loss) == EPOCHS
    assert run.seconds == sorted(run.seconds)


def test_it_goes_on_and_does_not_begin_again(keras, conftest, path):
    epochs = []
    train(
        conftest,
        path,
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_begin=lambda n, _: epochs.append(n))],
    )
    assert epochs == [2, 3]


def test_a_finished_training_is_only_read(conftest, path):
    model, run = train(conftest, path)
    before = path.read_bytes()
    again, same = train(conftest, path)
    assert same == run
    assert path.read_bytes() == before
    for w, expected in zip(again.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(w, expected)


def test_the_log_has_all_epochs_though_a_row_was_lost(conftest, path, tmp_path):
    log = tmp_path / "log.csv"
    log.write_text("epoch,loss\n1,")  # as a full disk may leave it
    _, run = train(conftest, path, log=log)
    rows = [line.split(",") for line in log.read_text().splitlines()]
    assert rows[0] == ["epoch", "loss", "accuracy", "val_loss", "val_accuracy", "seconds"]
    assert [row[0] for row in rows[1:]] == ["1", "2", "3", "4"]
    assert [float(row[1]) for row in rows[1:]] == run.history.loss


@pytest.mark.parametrize(
    "name, value, shown",
    [
        ("epochs", 6, "with epochs=4, now epochs=6"),
        ("learning_rate", 0.02, "with learning_rate=0.01, now learning_rate=0.02"),
        ("augment", None, "with augment='flips_and_turns', now augment=None"),
        ("seed", 4, "with seed=3, now seed=4"),
        ("class_weight", {0: 2}, r"with class_weight=None, now class_weight=\[2.0, 1.0\]"),
    ],
)
def test_other_arguments_are_named(conftest, path, name, value, shown):
    before = path.read_bytes()
    with pytest.raises(ValueError, match=f"`checkpoint` is of a training with other arguments: .*{shown}"):
        train(conftest, path, **{name: value})
    assert path.read_bytes() == before


def test_other_images_are_named(conftest, path, cells, others):
    with pytest.raises(ValueError, match=r"other arguments: .* with validation="):
        training.train(conftest.make_model(), cells, cells, checkpoint=path, **ARGUMENTS)
    with pytest.raises(ValueError, match=r"other arguments: .* with train="):
        training.train(conftest.make_model(), others, others, checkpoint=path, **ARGUMENTS)


def test_another_model_is_named(conftest, path, cells, others):
    from cellcnn_helpers import models

    with pytest.raises(ValueError, match="with model='another', now model='this'"):
        training.train(models.linear((8, 8, 1), 2), cells, others, checkpoint=path, **ARGUMENTS)


def test_every_cut_is_refused_and_left_alone(conftest, path):
    whole = path.read_bytes()
    for length in (0, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match=r"`checkpoint` holds no training that can go on: got check"):
            train(conftest, path)
        assert path.read_bytes() == whole[:length]


def test_a_flipped_bit_is_refused(conftest, path):
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(ValueError, match="holds no training"):
        train(conftest, path)


class Bomb:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("where", ["file", "array"])
def test_nothing_is_unpickled(conftest, path, tmp_path, where):
    bomb = Bomb(tmp_path / "exploded")
    if where == "file":
        path.write_bytes(pickle.dumps(bomb))
    else:
        plan = {"format": "cellcnn training 1", "settings": {}, "results": {}}
        np.savez(path, training=json.dumps(plan), variable_0=np.array([bomb], object))
    with pytest.raises(ValueError, match="holds no training"):
        train(conftest, path)
    assert not (tmp_path / "exploded").exists()


def test_a_foreign_npz_is_refused(conftest, path):
    np.savez(path, images=np.zeros(3))
    with pytest.raises(ValueError, match=r"it is the \.npz of something else"):
        train(conftest, path)


def test_an_interrupted_write_leaves_the_old_file(conftest, path, monkeypatch):
    before = path.read_bytes()

    def interrupted(file, **arrays):
        file.write(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train(conftest, path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]
