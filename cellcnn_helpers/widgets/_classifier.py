"""A dense layer that sorts cells: what the dense widget is given, checked, and one to start with."""

import functools

import numpy as np

from cellcnn_helpers import _checks, nn
from cellcnn_helpers.dataset import CellImageDataset
from cellcnn_helpers.widgets._base import arrays_to_bytes

LARGEST_SIDE = 64
MOST_CLASSES = 10
MOST_VALUES = 1_000_000  # a byte each in the page


def checked_pictures(name, value):
    """Return a data set whose pictures a reader can see pixel by pixel."""
    if not isinstance(value, CellImageDataset):
        raise TypeError(
            f"`{name}` must be a CellImageDataset: got {_checks.received(name, value)}.\n"
            f"Make one of your arrays: CellImageDataset(images, labels, class_names)."
        )
    _, height, width, channels = value.images.shape
    if max(height, width) > LARGEST_SIDE or channels not in (1, 3):
        raise ValueError(
            f"`{name}` must be grey or RGB, with at most {LARGEST_SIDE} rows and columns: got "
            f"{name}.images.shape={value.images.shape}.\nMake the pictures smaller, or take one channel."
        )
    return value


def checked_cells(name, value, weights, bias):
    """Return a data set that a page can hold, a reader can see pixel by pixel, and the layer fits."""
    num_cells = len(checked_pictures(name, value))
    if not num_cells or value.images.size > MOST_VALUES or not 2 <= len(value.class_names) <= MOST_CLASSES:
        raise ValueError(
            f"`{name}` must hold 2 to {MOST_CLASSES} classes, at least one cell and at most {MOST_VALUES:,} "
            f"numbers: got {name}={value}.\nTake a part: {name}.subset(slice(0, 100))."
        )
    value.arrays()  # refuses what is not from 0 to 1
    checked_numbers("weights", weights, value)
    checked_numbers("bias", bias, value)
    return value


def checked_numbers(name, value, cells):
    """Return "weights" (features, units) or "bias" (units,) in float32, if they fit the cells."""
    axes = {"weights": ("features", "units"), "bias": ("units",)}[name]
    sizes = {"features": cells.images[0].size, "units": len(cells.class_names)}
    array = _checks.float_array(name, value, axes=axes, complex_ok=False)
    shape = tuple(sizes[axis] for axis in axes)
    if array.shape != shape:
        raise ValueError(
            f"`{name}` does not fit the cells: got {name}.shape={array.shape} for cells of shape "
            f"{cells.images.shape[1:]} in {len(cells.class_names)} classes.\nGive it the shape {shape}."
        )
    return _checks.no_nan(name, array).astype(np.float32, copy=False)


def cells_to_browser(cells, widget=None):
    """Return pictures in bytes, 255 standing for 1, or in float32; with labels and class names."""
    images = cells.images if cells.images.dtype == np.uint8 else cells.arrays()[0]
    packed = arrays_to_bytes({"images": images})
    return {**packed, "labels": cells.labels.tolist(), "class_names": list(cells.class_names)}


def array_to_browser(array, widget=None):
    """Return one array as the browser takes it."""
    return arrays_to_bytes({"array": array})["array"]


@functools.cache
def simulated_classifier(num_train=200, num_shown=60, steps=60):
    """Return (cells, weights, bias): a dense layer, trained on simulated nuclei, and cells it has not seen.

    None -> (num_shown, 32, 32, 1), (1024, 3) and (3,)

    Trained as in the course, by the package's own layer, loss and optimizer, on nuclei in the middle of
    their pictures.
    """
    from cellcnn_helpers import simulate

    classes = ("interphase", "mitotic", "apoptotic")
    microscope = simulate.Microscope(pixel_size_um=0.5)
    cells = simulate.simulate_cells(
        num_train + num_shown, image_size=32, phenotypes=classes, microscope=microscope
    )
    images, labels = cells.arrays()
    x, labels = images[:num_train].reshape(num_train, -1), labels[:num_train]
    params = [np.zeros((x.shape[1], len(classes)), np.float32), np.zeros(len(classes), np.float32)]
    optimizer = nn.SGD(0.1, momentum=0.9)
    for _ in range(steps):
        loss = nn.softmax_cross_entropy(labels, nn.dense(x, *params))
        gradients = nn.dense_backward(loss.gradient, x, params[0])
        params = optimizer.step(params, [gradients.dkernel, gradients.dbias])
    return cells.subset(slice(num_train, None)), *params
