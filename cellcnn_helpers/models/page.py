"""A network as JSON that a browser computes with: written, read with suspicion, made a Keras model again."""

import base64
import binascii
import copy
import hashlib
import json
import math
from pathlib import Path

import numpy as np

from .. import _checks
from . import _page_layers

__all__ = ["from_page_weights", "load_page_weights", "page_weights"]

FORMAT = "CellCNN network for a page, 1"
PARTS = {"format", "about", "class_names", "input_shape", "layers", "weights", "sha256"}
COURSE_FILE = Path(__file__).parent / "blood_cells.json"
MOST_WEIGHTS = 1_000_000  # 5.3 MB of text
MOST_BYTES = 8_000_000
DAMAGED = (ValueError, TypeError, LookupError, OverflowError, RecursionError)


def page_weights(model, class_names, **about):
    """Return a Sequential as a page takes it: plain JSON with the weights as base64.

    Parameters
    ----------
    model : keras.Sequential
        Of the layers Rescaling, Normalization, Conv2D, BatchNormalization, ReLU, MaxPooling2D,
        GlobalAveragePooling2D, Flatten, Dense and Dropout, with at most a million weights. Activations are
        "linear" or "relu".
    class_names : sequence of str
        One name for each score.
    **about : str
        What a reader should know: where the weights come from, their license, how they were made.

    Returns
    -------
    dict
        Ready for ``json.dumps``, with a checksum.

    Raises
    ------
    TypeError
        If `model` is no Sequential, or a text is none.
    ValueError
        If a layer or a setting is not known to the page, or a weight is not finite; the message names it.

    See Also
    --------
    from_page_weights : The way back.
    cellcnn_helpers.widgets.ExplorerWidget : Shows such a network at work.

    Examples
    --------
    >>> from cellcnn_helpers import models
    >>> model = models.linear((2, 2, 1), 2)
    >>> document = models.page_weights(model, ["round", "spiky"], source="random weights")
    >>> [layer["type"] for layer in document["layers"]]
    ['Rescaling', 'Flatten', 'Dense']
    """
    import keras

    if not isinstance(model, keras.Sequential) or not model.built:
        raise TypeError(
            f"`model` must be a keras.Sequential that knows its input shape: got "
            f"{_checks.received('model', model)}.\nBegin it with keras.Input(shape)."
        )
    for key, text in about.items():
        _checks.text(key, text)
    try:
        layers = [_page_layers.described(layer, f"layer {n}") for n, layer in enumerate(model.layers)]
        arrays = [
            array
            for layer, entry in zip(model.layers, layers, strict=True)
            if entry["type"] != "Normalization"  # adapted ones keep their numbers there too
            for array in layer.get_weights()
        ]
        document = {
            "format": FORMAT,
            "about": about,
            "class_names": list(class_names),
            "input_shape": list(model.input_shape[1:]),
            "layers": layers,
            "weights": base64.b64encode(b"".join(map(_as_bytes, arrays))).decode(),
        }
        _check_network(document)
    except DAMAGED as error:
        raise ValueError(
            f"`model` cannot be put into a page: {_reason(error)}.\nUse the layers and settings that "
            f"`page_weights` lists; batch normalization and dropout may stay."
        ) from error
    return {**document, "sha256": _checksum(document)}


def load_page_weights(path=None):
    """Return the network in a file, checked from the first to the last number; no Keras is needed.

    Parameters
    ----------
    path : str or Path, optional
        A JSON file of what `page_weights` gave. By default the course's own network for blood cells.

    Returns
    -------
    dict
        As `page_weights` gave it.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is damaged, was changed, or is no such network.

    Notes
    -----
    Nothing is unpickled and nothing in the file is run. A checksum finds what was damaged on the way; it does
    not prove who wrote the file. So layers, shapes and every number are checked beside it.

    Examples
    --------
    >>> load_page_weights()["input_shape"]
    [28, 28, 3]
    """
    path = COURSE_FILE if path is None else Path(_checks.path("path", path))
    if not path.is_file():
        raise FileNotFoundError(
            f"`path` is not a file: got path={str(path)!r}.\nCheck the name and the folder."
        )
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise ValueError(f"it has {size:,} bytes, more than any network for a page")
        return _checked(json.loads(path.read_text(encoding="utf-8")))
    except DAMAGED as error:
        raise ValueError(
            f"`path` holds no network for a page: got path={str(path)!r} ({_reason(error)}).\n"
            f"Give a file made from models.page_weights; if it is one, copy or make it again."
        ) from error


def from_page_weights(document):
    """Return the Keras model that a page's JSON describes: same layers, same weights, same scores.

    Parameters
    ----------
    document : dict
        What `page_weights` or `load_page_weights` gave.

    Returns
    -------
    keras.Sequential
        Takes float32 images in [0, 1], gives logits; not compiled.

    Raises
    ------
    ValueError
        If the document was changed or is no network for a page.

    Examples
    --------
    >>> from cellcnn_helpers import models
    >>> models.from_page_weights(models.load_page_weights()).output_shape
    (None, 8)
    """
    document = checked_document("document", document)
    import keras

    layers = []
    for entry in document["layers"]:
        settings = {key: value for key, value in entry.items() if key != "type"}
        layers.append(getattr(keras.layers, entry["type"])(**settings))
    model = keras.Sequential([keras.Input(document["input_shape"]), *layers])
    model.set_weights(_unpacked(document))
    return model


def checked_document(name, document):
    """Return the document if it is a network for a page and unchanged, else raise ValueError."""
    try:
        return _checked(document)
    except DAMAGED as error:
        raise ValueError(
            f"`{name}` is no network for a page: {_reason(error)}; got {_checks.received(name, document)}.\n"
            f"Give what models.page_weights or models.load_page_weights returned."
        ) from error


def _checked(document):
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ValueError(f"it does not begin with the format {FORMAT!r}")
    if set(document) != PARTS:
        raise ValueError(f"it must have the parts {', '.join(sorted(PARTS))}")
    if document["sha256"] != _checksum(document):
        raise ValueError("it was changed or damaged: its checksum does not fit")
    _check_network(document)
    return copy.deepcopy(document)


def _check_network(document):
    """Raise ValueError where layers, shapes and numbers do not make a network."""
    _check_texts(document["about"], document["class_names"])
    shape = tuple(document["input_shape"])
    if len(shape) != 3 or not all(type(side) is int and 1 <= side <= 512 for side in shape):
        raise ValueError(f"its input_shape is {_checks.short_repr(document['input_shape'])}")
    layers, expected = document["layers"], []
    if not isinstance(layers, list) or not 1 <= len(layers) <= 200:
        raise ValueError("its layers must be a list of 1 to 200")
    for number, entry in enumerate(layers):
        name = f"layer {number}"
        _page_layers.checked(entry, name)
        weights, shape = _page_layers.shapes(entry, shape, name)
        expected += weights
    if shape != (len(document["class_names"]),):
        raise ValueError(f"it gives the shape {shape} for {len(document['class_names'])} class names")
    count = sum(map(math.prod, expected))
    if count > MOST_WEIGHTS:
        raise ValueError(f"it has {count:,} weights, more than {MOST_WEIGHTS:,}")
    weights = _numbers(document)
    if len(weights) != count:
        raise ValueError(f"its layers need {count:,} weights, and it has {len(weights):,}")
    if not np.isfinite(weights).all():
        raise ValueError("one of its weights is not a finite number")


def _check_texts(about, class_names):
    if not isinstance(about, dict) or not all(
        isinstance(text, str) for pair in about.items() for text in pair
    ):
        raise ValueError("what it says about itself must be texts")
    is_list = isinstance(class_names, list) and all(isinstance(name, str) and name for name in class_names)
    if not is_list or len(set(class_names)) != len(class_names):
        raise ValueError("its class names must be texts, each given once")


def _numbers(document):
    """All weights in one row, as float32."""
    try:
        return np.frombuffer(base64.b64decode(document["weights"], validate=True), "<f4")
    except binascii.Error as error:
        raise ValueError("its weights are not base64") from error


def _unpacked(document):
    """The weights as a list of arrays, in the order of Keras."""
    numbers, shape, arrays = _numbers(document), tuple(document["input_shape"]), []
    for entry in document["layers"]:
        weights, shape = _page_layers.shapes(entry, shape, "")
        for each in weights:
            arrays.append(numbers[: math.prod(each)].reshape(each))
            numbers = numbers[math.prod(each) :]
    return arrays


def _as_bytes(array):
    return np.asarray(array, "<f4").tobytes()


def _checksum(document):
    """SHA-256 of all but itself, written in one fixed way."""
    rest = {key: value for key, value in document.items() if key != "sha256"}
    text = json.dumps(rest, sort_keys=True, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _reason(error):
    return str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
