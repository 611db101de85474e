"""Networks in files: layers and input shape as JSON, weights as arrays, in one .npz without pickles."""

from contextlib import contextmanager

from cellcnn_helpers import _checks, _files
from cellcnn_helpers.nn import layers as nn

FORMAT = "cellcnn network 1"
PLAN = "network"  # the array that holds the JSON; the others are weight_0, weight_1, ...
POOLINGS = nn.MaxPooling2D, nn.AveragePooling2D, nn.GlobalAveragePooling2D, nn.GlobalMaxPooling2D
KINDS = {kind.__name__: kind for kind in (nn.Conv2D, nn.Dense, nn.Flatten, nn.ReLU, *POOLINGS)}


def write(path, layers, input_shape, weights):
    """Write a network to `path`, in one go."""
    path = _files.writable("path", path)
    plan = {"format": FORMAT, "input_shape": input_shape, "layers": _plan(layers)}
    _files.write_npz(path, PLAN, plan, {f"weight_{n}": w for n, w in enumerate(weights)})


@contextmanager
def reading(path):
    """Give the layers, input shape and weights of a file that `write` has written, for a ``with`` block.

    What goes wrong inside the block, where the network is put together, is told as a fault of the file too.
    """
    path = _files.existing("path", path)
    try:
        plan, arrays = _files.read_npz(path, PLAN, FORMAT)
        weights = [arrays[f"weight_{n}"] for n in range(len(arrays))]
        yield _layers(plan["layers"]), plan["input_shape"], weights
    except _files.DAMAGED as error:
        raise ValueError(
            f"`path` holds no whole network: got path={str(path)!r} ({_files.reason(error)}).\n"
            f"Give a file that network.save has written; if it is one, copy or save it again."
        ) from error


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
