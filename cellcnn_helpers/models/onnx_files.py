"""Models in files that other programs read: ONNX, checked against Keras when written, and when read again."""

import hashlib
import importlib

import numpy as np

from .. import _checks, _files
from ._onnx_graph import INPUT, OUTPUT, graph_of, refuse_foreign

__all__ = ["OnnxModel", "load_onnx", "save_onnx"]

CHECKSUM = "cellcnn sha256"
LARGEST = 100_000_000  # bytes; a model for cells has some hundred thousand
BATCH = 64  # images that go through a model at once
NUM_DRAWN = 4  # images on which a new file must give what Keras gives
AGREEMENT = 1e-5  # of the largest score: float32 added in another order


def save_onnx(model, path):
    """Write a model to an ``.onnx`` file, which programs without Keras, or without Python, can run.

    Parameters
    ----------
    model : keras.Sequential
        Trained or not, of the layers that the builders of this package use, ending in logits.
    path : str or Path
        Ends in ``.onnx``. A file that is there is replaced, in one go.

    Raises
    ------
    ModuleNotFoundError
        If the packages onnx and onnxruntime are not installed.
    TypeError
        If `model` is no Sequential, or holds a layer that is not written to ONNX; the message names it.
    ValueError
        If `path` does not end in ``.onnx``; if the new file would not give the logits that `model` gives.
    FileNotFoundError
        If the folder does not exist.

    See Also
    --------
    load_onnx : Runs such a file.
    save : Keras' own format, from which training can go on.

    Notes
    -----
    The file takes ``images``, float32 in [0, 1] of the shape (batch, height, width, channels), and gives
    ``logits`` (batch, classes), as the model does; the standardization is in it. It is written in version 15
    of the operators, and holds a checksum.

    Before the file is put in place, it is run once: it must give, on drawn images, the logits of `model`. On
    PyTorch this refuses an AveragePooling2D with ``padding="same"`` where the padding is uneven: there, Keras
    counts it in the mean, and not on TensorFlow and JAX.

    Examples
    --------
    >>> import os, tempfile
    >>> from cellcnn_helpers import models
    >>> path = os.path.join(tempfile.mkdtemp(), "cells.onnx")
    >>> models.save_onnx(models.linear((28, 28, 3), 8), path)
    >>> models.load_onnx(path)
    OnnxModel((28, 28, 3) -> 8 logits)
    """
    path = _files.writable("path", _checked_ending(path))
    _require("save_onnx")
    import keras

    if not isinstance(model, keras.Sequential):
        raise TypeError(
            f"`model` must be a keras.Sequential: got {_checks.received('model', model)}.\n"
            f"Give what a builder of cellcnn_helpers.models returned."
        )
    if not model.built or len(model.inputs[0].shape) != 4 or len(model.outputs[0].shape) != 2:
        raise ValueError(
            f"`model` must map images (batch, height, width, channels) to logits (batch, classes): got "
            f'model="{model.name}".\nBegin it with keras.Input(shape) and end it with Dense.'
        )
    data = _sealed(graph_of(model).SerializeToString())
    _compare(model, data)
    with _files.replacing(path) as file:
        file.write(data)


def load_onnx(path):
    """Return the model of an ``.onnx`` file that `save_onnx` has written.

    Parameters
    ----------
    path : str or Path
        The file, of 100 MB at most.

    Returns
    -------
    OnnxModel
        Ready to predict; Keras is not needed.

    Raises
    ------
    ModuleNotFoundError
        If the packages onnx and onnxruntime are not installed.
    FileNotFoundError
        If there is no such file.
    ValueError
        If `save_onnx` did not write the file, if it was changed or cut short since, or if it holds anything
        but numbers and the operators of our layers.

    Notes
    -----
    Nothing is unpickled, and no other file is opened. The checksum finds damage. It is no signature: whoever
    means harm can make a new one, so what the file may hold is checked besides.
    """
    path = _files.existing("path", _checked_ending(path))
    _require("load_onnx")
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(f"it has {path.stat().st_size:,} bytes, more than {LARGEST:,}")
        return OnnxModel(_unsealed(path.read_bytes()))
    except Exception as error:  # onnx, protobuf and onnxruntime have each their own
        raise ValueError(
            f"`path` holds no model that can be run: got path={str(path)!r} ({_files.reason(error)}).\n"
            f"Give a file that models.save_onnx has written; if it is one, copy or save it again."
        ) from error


class OnnxModel:
    """A model of an ``.onnx`` file, run by ONNX Runtime on the CPU; made by `load_onnx`.

    Parameters
    ----------
    data : bytes
        What the file holds.

    Attributes
    ----------
    input_shape : tuple of int
        Height, width and channels of an image; None where any will do.
    num_classes : int
        Scores per image.
    """

    def __init__(self, data):
        import onnxruntime

        self._session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
        (images,), (logits,) = self._session.get_inputs(), self._session.get_outputs()
        self.input_shape = tuple(size if isinstance(size, int) else None for size in images.shape[1:])
        self.num_classes = logits.shape[1]

    def __repr__(self):
        return f"OnnxModel({self.input_shape} -> {self.num_classes} logits)"

    def predict(self, images):
        """Return the logits of images.

        (batch, H, W, C) -> (batch, classes)

        Parameters
        ----------
        images : array, shape (batch, H, W, C)
            In [0, 1], of the shape that the model was made for.

        Returns
        -------
        numpy.ndarray
            float32, shape (batch, classes).

        Raises
        ------
        ValueError
            If the images do not fit the model.
        """
        images = _checks.images("images", images, complex_ok=False).astype(np.float32, copy=False)
        sizes = zip(self.input_shape, images.shape[1:], strict=True)
        if any(size not in (None, found) for size, found in sizes):
            raise ValueError(
                f"`images` must have the shape that the model takes, {self.input_shape}: got "
                f"images.shape={images.shape}.\nResize them, or load the model made for such images."
            )
        parts = [np.zeros((0, self.num_classes), np.float32)]
        for start in range(0, len(images), BATCH):
            parts += self._session.run([OUTPUT], {INPUT: images[start : start + BATCH]})
        return np.concatenate(parts)


def _require(function):
    """Refuse to go on where a package is missing that `function` needs."""
    try:
        for package in ("onnx", "onnxruntime"):
            importlib.import_module(package)
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"`{function}` needs the packages onnx and onnxruntime, and {error.name} is not installed.\n"
            f"Install them: pip install onnx onnxruntime."
        ) from error


def _checked_ending(value):
    if not str(_checks.path("path", value)).endswith(".onnx"):
        raise ValueError(f"`path` must end in .onnx: got path={str(value)!r}.\nGive for example cells.onnx.")
    return value


def _seal(body):
    """The end of a file: its checksum, as ONNX keeps what a program wants to say about a model."""
    import onnx

    entry = onnx.StringStringEntryProto(key=CHECKSUM, value=hashlib.sha256(body).hexdigest())
    return onnx.ModelProto(metadata_props=[entry]).SerializeToString()


def _sealed(body):
    return body + _seal(body)  # messages of this format are joined by writing one after the other


def _unsealed(data):
    """Return `data` if it is whole and consists of what `save_onnx` writes."""
    import onnx

    size = len(_seal(b""))
    body, seal = data[:-size], data[-size:]
    if CHECKSUM.encode() not in seal:
        raise ValueError("models.save_onnx did not write it, or it was cut short")
    if seal != _seal(body):
        raise ValueError("it was changed or damaged: its checksum is another")
    refuse_foreign(onnx.load_model_from_string(data))
    return data


def _compare(model, data):
    """Refuse a file that does not give what the model gives."""
    import keras

    shape = [size or 32 for size in model.inputs[0].shape[1:]]
    images = np.random.default_rng(0).uniform(size=(NUM_DRAWN, *shape)).astype(np.float32)
    expected = keras.ops.convert_to_numpy(model(images, training=False))
    difference = np.abs(OnnxModel(_unsealed(data)).predict(images) - expected).max()
    if not difference <= AGREEMENT * max(1, np.abs(expected).max()):
        raise ValueError(
            f"`model` cannot be written: its logits and those of the new file differ by {difference:.2g}: "
            f'got model="{model.name}".\n'
            f"Give one that computes in float32, channels last, as usual; see the Notes of save_onnx."
        )
