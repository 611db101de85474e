"""Networks in files: layers and input shape as JSON, weights as arrays, in one .npz without pickles."""

import json
import os
import tempfile
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from cellcnn_helpers import _checks
from cellcnn_helpers.nn import layers as nn

FORMAT = "cellcnn network 1"
PLAN = "network"  # the array that holds the JSON; the others are weight_0, weight_1, ...
POOLINGS = nn.MaxPooling2D, nn.AveragePooling2D, nn.GlobalAveragePooling2D, nn.GlobalMaxPooling2D
KINDS = {kind.__name__: kind for kind in (nn.Conv2D, nn.Dense, nn.Flatten, nn.ReLU, *POOLINGS)}
# What a file that is not whole, or not ours, can raise; RuntimeError is an encrypted zip or endless nesting.
DAMAGED = (
    *(ValueError, TypeError, LookupError, EOFError, OSError, MemoryError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error),
)


def write(path, layers, input_shape, weights):
    """Write a network to `path`: first to a temporary file beside it, which is then moved into place."""
    path = Path(_checks.path("path", path))
    if path.is_dir() or not path.parent.is_dir():
        place = "which is a folder" if path.is_dir() else "in a folder that does not exist"
        raise FileNotFoundError(
            f"`path` cannot be written: got path={str(path)!r}, {place}.\n"
            f"Name a file in a folder that exists, such as network.npz."
        )
    plan = {"format": FORMAT, "input_shape": input_shape, "layers": _plan(layers)}
    arrays = {f"weight_{n}": w for n, w in enumerate(weights)}
    handle, part = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with open(handle, "wb") as file:
            np.savez(file, **{PLAN: json.dumps(plan)}, **arrays)
        os.chmod(part, 0o644)  # mkstemp makes files that only their owner can read
        os.replace(part, path)
    finally:
        Path(part).unlink(missing_ok=True)


@contextmanager
def reading(path):
    """Give the layers, input shape and weights of a file that `write` has written, for a ``with`` block.

    What goes wrong inside the block, where the network is put together, is told as a fault of the file too.
    """
    path = Path(_checks.path("path", path))
    if not path.is_file():
        raise FileNotFoundError(
            f"`path` is not a file: got path={str(path)!r}.\nCheck the name and the folder."
        )
    try:
        with open(path, "rb") as file:  # opened here, because `np.load` leaves a damaged one open
            plan, weights = _parts(file)
        yield _layers(plan["layers"]), plan["input_shape"], weights
    except DAMAGED as error:
        reason = str(error).partition("\n")[0].rstrip(".") or type(error).__name__
        raise ValueError(
            f"`path` holds no whole network: got path={str(path)!r} ({reason}).\n"
            f"Give a file that network.save has written; if it is one, copy or save it again."
        ) from error


def _parts(file):
    """Return the JSON of a file, and its weights in order."""
    if not zipfile.is_zipfile(file):
        raise ValueError("it is no .npz, or cut short")
    file.seek(0)
    arrays = np.load(file, allow_pickle=False)
    if PLAN not in arrays.files:
        raise ValueError("it is the .npz of something else")
    plan = json.loads(arrays[PLAN].item())
    if plan["format"] != FORMAT:
        raise ValueError(f"it is of the format {_checks.short_repr(plan['format'])}, not {FORMAT!r}")
    return plan, [arrays[f"weight_{n}"] for n in range(len(arrays.files) - 1)]


def _plan(layers):
    """Describe layers by their names and settings."""
    for n, layer in enumerate(layers):
        if KINDS.get(type(layer).__name__) is not type(layer):
            raise TypeError(
                f"`layers[{n}]` cannot be saved: got {type(layer).__name__}, a layer of your own.\n"
                f"Save the weights alone: np.savez(path, *network.get_weights())."
            )
    return [[type(layer).__name__, dict(layer.config)] for layer in layers]


def _layers(plan):
    """Make layers from their description; names that are not in the list are never looked up elsewhere."""
    unknown = [name for name, _ in plan if name not in KINDS]
    if unknown:
        raise ValueError(f"it has layers of an unknown kind, {_checks.short_repr(unknown[0])}")
    return [KINDS[name](**config) for name, config in plan]
