"""Models in files: what Keras writes, put in place in one go; and read without running code of strangers."""

import json
import os
import tempfile
import warnings
import zipfile
from pathlib import Path

from .. import _checks, _files

__all__ = ["load", "save"]

PARTS = {"config.json", "metadata.json", "model.weights.h5"}
# Parts of Keras that run Python, unpickle, or read files that the description names.
NOT_LOADED = {
    *("Lambda", "function", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"),
    *("StringLookup", "IntegerLookup", "TextVectorization"),
}
LONGEST_CONFIG = 10_000_000  # bytes; a model for cells has some thousands


def save(model, path):
    """Write a model to a ``.keras`` file: layers, settings and weights.

    Parameters
    ----------
    model : keras.Model
        Trained or not.
    path : str or Path
        Ends in ``.keras``. A file that is there is replaced, in one go: an interrupted `save` leaves it as it
        was.

    Raises
    ------
    TypeError
        If `model` is no Keras model.
    ValueError
        If `path` does not end in ``.keras``.
    FileNotFoundError
        If the folder does not exist.

    See Also
    --------
    load : Reads it again, on any backend.

    Examples
    --------
    >>> import os, tempfile
    >>> from cellcnn_helpers import models
    >>> path = os.path.join(tempfile.mkdtemp(), "cells.keras")
    >>> models.save(models.linear((28, 28, 3), 8), path)
    >>> models.load(path).output_shape
    (None, 8)
    """
    path = _checked_path(path)
    import keras

    if not isinstance(model, keras.Model):
        raise TypeError(
            f"`model` must be a Keras model: got {_checks.received('model', model)}.\n"
            f"Give what a builder of cellcnn_helpers.models returned."
        )
    path = _files.writable("path", path)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        part = Path(folder) / "part.keras"
        with warnings.catch_warnings():  # Keras reads TensorFlow's variables in a way that NumPy warns of
            warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
            keras.saving.save_model(model, part)
        os.replace(part, path)


def load(path):
    """Return the model of a ``.keras`` file.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    keras.Model
        Ready to predict, not compiled.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is damaged, cut short, not of a Keras model, or asks for anything but layers of Keras.

    Notes
    -----
    A ``.keras`` file of a stranger may name Python functions to call when it is loaded. Here nothing is
    loaded that is not part of Keras itself, and nothing is unpickled.
    """
    path = _files.existing("path", _checked_path(path))
    import keras

    try:
        _refuse_foreign(path)
        return keras.saving.load_model(path, safe_mode=True, compile=False)
    except DAMAGED as error:
        raise ValueError(
            f"`path` holds no model that can be loaded: got path={str(path)!r} ({_files.reason(error)}).\n"
            f"Give a file that models.save has written; if it is one, copy or save it again."
        ) from error


# What a file can raise besides, whose description Keras follows.
DAMAGED = (*_files.DAMAGED, AttributeError, ImportError)


def _refuse_foreign(path):
    """Refuse a file that is not whole, or whose description names something outside Keras."""
    if not zipfile.is_zipfile(path):
        raise ValueError("it is no .keras file, or cut short")
    with zipfile.ZipFile(path) as file:
        missing = sorted(PARTS - set(file.namelist()))
        if missing:
            raise ValueError(f"it has no {missing[0]}")
        if file.getinfo("config.json").file_size > LONGEST_CONFIG:
            raise ValueError("its config.json is too long for a model")
        damaged = file.testzip()
        if damaged:
            raise ValueError(f"its part {damaged} was changed or damaged")
        config = json.loads(file.read("config.json"))
    for part in _dictionaries(config):
        module = part.get("module")
        of_keras = module is None or module == "keras" or str(module).startswith("keras.")
        if not of_keras or part.get("registered_name") not in (None, part.get("class_name")):
            name = _checks.short_repr(f"{module}.{part.get('class_name')}")
            raise ValueError(f"it asks for {name}, which is not part of Keras")
        if part.get("class_name") in NOT_LOADED:
            raise ValueError(f"it asks for code or files of its own, by {part['class_name']}")


def _dictionaries(value):
    """All dictionaries inside nested lists and dictionaries."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield value
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _checked_path(value):
    path = Path(_checks.path("path", value))
    if path.suffix != ".keras":
        raise ValueError(f"`path` must end in .keras: got path={str(path)!r}.\nGive for example cells.keras.")
    return path
