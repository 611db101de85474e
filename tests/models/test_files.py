"""Models in files: they come back as they were; what is damaged or foreign is refused and runs nothing."""

import json
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from cellcnn_helpers import models


@pytest.fixture
def model():
    cells = np.random.default_rng(0).uniform(size=(5, 8, 8, 1))
    return models.batchnorm_cnn((8, 8, 1), 2, filters=(3, 4), standardize=cells, dropout=0.1)


@pytest.fixture
def saved(model, tmp_path):
    models.save(model, tmp_path / "cells.keras")
    return tmp_path / "cells.keras"


def rewrite(path, change=None, **parts):
    """Change the JSON of a file, or replace whole parts of it."""
    with zipfile.ZipFile(path) as file:
        contents = {name: file.read(name) for name in file.namelist()}
    if change is not None:
        config = json.loads(contents["config.json"])
        change(config)
        contents["config.json"] = json.dumps(config).encode()
    contents |= {name.replace("_", "."): value for name, value in parts.items()}
    with zipfile.ZipFile(path, "w") as file:
        for name, value in contents.items():
            if value is not None:
                file.writestr(name, value)


def test_a_model_comes_back_with_its_standardization(model, saved):
    images = np.random.default_rng(1).uniform(size=(3, 8, 8, 1)).astype(np.float32)
    again = models.load(str(saved))
    np.testing.assert_array_equal(again.predict(images, verbose=0), model.predict(images, verbose=0))
    assert list(saved.parent.iterdir()) == [saved]


def test_an_interrupted_save_leaves_the_old_file(model, saved, monkeypatch):
    import keras

    def interrupted(model, path):
        Path(path).write_bytes(b"half")
        raise KeyboardInterrupt

    before = saved.read_bytes()
    monkeypatch.setattr(keras.saving, "save_model", interrupted)
    with pytest.raises(KeyboardInterrupt):
        models.save(model, saved)
    assert saved.read_bytes() == before
    assert list(saved.parent.iterdir()) == [saved]


def test_every_cut_is_refused(saved):
    whole = saved.read_bytes()
    for length in (0, 10, len(whole) // 2, len(whole) - 1):
        saved.write_bytes(whole[:length])
        with pytest.raises(ValueError, match=r"holds no model that can be loaded.*cells\.keras"):
            models.load(saved)


def test_a_flipped_bit_in_the_weights_is_refused(saved):
    damaged = bytearray(saved.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    saved.write_bytes(damaged)
    with pytest.raises(ValueError, match="holds no model"):
        models.load(saved)


class Bomb:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_a_pickle_is_not_opened(tmp_path):
    path = tmp_path / "cells.keras"
    path.write_bytes(pickle.dumps(Bomb(tmp_path / "exploded")))
    with pytest.raises(ValueError, match=r"it is no \.keras file, or cut short"):
        models.load(path)
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize("module", ["os", "builtins", "cellcnn_helpers.nn", "kerasx.layers"])
def test_what_is_not_of_keras_is_not_called(saved, tmp_path, module):
    def put(config):
        activation = {"module": module, "class_name": "mkdir", "config": {"path": str(tmp_path / "exploded")}}
        config["config"]["layers"][-1]["config"]["activation"] = activation

    rewrite(saved, put)
    with pytest.raises(ValueError, match=f"it asks for '{module}.mkdir', which is not part of Keras"):
        models.load(saved)
    assert not (tmp_path / "exploded").exists()


def test_a_lambda_is_refused(tmp_path):
    import keras

    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Lambda(lambda x: x + 1)])
    models.save(model, tmp_path / "cells.keras")
    with pytest.raises(ValueError, match="it asks for code or files of its own, by Lambda"):
        models.load(tmp_path / "cells.keras")


@pytest.mark.parametrize("name", ["TorchModuleWrapper", "TFSMLayer", "StringLookup"])
def test_layers_that_unpickle_or_read_files_are_refused(saved, name):
    def put(config):
        config["config"]["layers"][-1]["class_name"] = name

    rewrite(saved, put)
    with pytest.raises(ValueError, match=f"it asks for code or files of its own, by {name}"):
        models.load(saved)


@pytest.mark.parametrize(
    "parts, reason",
    [
        ({"config_json": None}, "it has no config.json"),
        ({"config_json": b"{"}, "holds no model"),
        ({"config_json": b"[]"}, "holds no model"),
        ({"metadata_json": None}, "it has no metadata.json"),
    ],
)
def test_a_file_with_a_part_missing_or_wrong_is_refused(saved, parts, reason):
    rewrite(saved, **parts)
    with pytest.raises(ValueError, match=reason):
        models.load(saved)


def test_weights_that_do_not_fit_are_refused(saved):
    def widen(config):
        config["config"]["layers"][-1]["config"]["units"] = 5

    rewrite(saved, widen)
    with pytest.raises(ValueError, match="holds no model that can be loaded"):
        models.load(saved)


def test_paths(model, tmp_path):
    with pytest.raises(ValueError, match=r"`path` must end in .keras: got path='cells.h5'"):
        models.save(model, "cells.h5")
    with pytest.raises(FileNotFoundError, match="in a folder that does not exist"):
        models.save(model, tmp_path / "none" / "cells.keras")
    with pytest.raises(FileNotFoundError, match="`path` is not a file"):
        models.load(tmp_path / "cells.keras")
    with pytest.raises(TypeError, match="`model` must be a Keras model: got model=3"):
        models.save(3, tmp_path / "cells.keras")
