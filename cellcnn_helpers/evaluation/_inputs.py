"""What all measures ask of labels, predictions, logits, probabilities, scores and costs."""

import numpy as np

from cellcnn_helpers import _checks

SUM_TOLERANCE = 1e-3  # float16, as mixed precision gives it, keeps three digits


def some_rows(name, array):
    """Refuse an array without rows: a share of nothing is no number."""
    if len(array) == 0:
        raise ValueError(
            f"`{name}` is empty: got {name}.shape={array.shape}.\n"
            f"A share of no images is not defined; give at least one."
        )
    return array


def class_numbers(name, value, num_classes=None):
    """Return `value`, class numbers from 0, as int64 (N,); with `num_classes` below that number."""
    array = _checks.as_array(name, value)
    if array.ndim == 2 and array.shape[1] == 1:
        raise ValueError(
            f"`{name}` must have one dimension, (images,): got {name}.shape={array.shape}.\n"
            f"Drop the second axis: {name}[:, 0]."
        )
    if array.ndim == 2:
        given = "one-hot" if array.dtype.kind in "biu" else "one number for each class"
        raise ValueError(
            f"`{name}` must be class numbers, one per image, not {given}: got {name}.shape={array.shape}.\n"
            f"Take the place of the largest in each row: {name}.argmax(axis=1)."
        )
    if array.ndim != 1:
        raise ValueError(
            f"`{name}` must have one dimension, (images,): got {_checks.received(name, array)}.\n"
            f"Give one class number per image."
        )
    some_rows(name, array)
    if array.dtype.kind not in "iu":
        raise TypeError(
            f"`{name}` must be whole numbers: got {name}.dtype={array.dtype}.\n"
            f"Convert class numbers by {name}.astype(int); of probabilities (images, classes) take "
            f".argmax(axis=1)."
        )
    outside = np.flatnonzero((array < 0) | (array >= (np.inf if num_classes is None else num_classes)))
    if outside.size:
        bounds = "be at least 0" if num_classes is None else f"lie from 0 to {num_classes - 1}"
        raise ValueError(
            f"`{name}` must {bounds}: got {name}[{outside[0]}]={array[outside[0]]}.\n"
            f"Count classes from 0, and count them all."
        )
    return array.astype(np.int64)


def labels_and_predictions(labels, predictions, num_classes=None):
    """Return both as int64 (N,)."""
    labels = class_numbers("labels", labels, num_classes)
    predictions = class_numbers("predictions", predictions, num_classes)
    return labels, _checks.same_shape("predictions", predictions, labels.shape, "`labels`")


def probabilities(value):
    """Return `value` as floats (N, classes), each row from 0 to 1 and with the sum 1."""
    array = _rows_of_classes("probabilities", value)
    sums = array.sum(axis=1)
    off = np.flatnonzero((array < 0).any(axis=1) | (np.abs(sums - 1) > SUM_TOLERANCE))
    if off.size:
        raise ValueError(
            f"`probabilities` must be at least 0 and add up to 1 in each row: got probabilities[{off[0]}] "
            f"from {array[off[0]].min():.4g} to {array[off[0]].max():.4g} with the sum {sums[off[0]]:.4g}.\n"
            f"If these are logits, take nn.softmax(logits)."
        )
    return array


def logits(value):
    """Return `value` as floats (N, classes) that are no probabilities."""
    array = _rows_of_classes("logits", value)
    if array.min() >= 0 and (np.abs(array.sum(axis=1) - 1) < SUM_TOLERANCE).all():
        raise ValueError(
            f"`logits` must be the outputs before the softmax: got logits.shape={array.shape} with rows that "
            f"all add up to 1, which are probabilities.\n"
            f"Give the model's outputs without softmax, or np.log(probabilities)."
        )
    return array


def _rows_of_classes(name, value):
    array = _checks.float_array(name, value, axes=("images", "classes"), complex_ok=False)
    array = _checks.no_nan(name, some_rows(name, array))
    if array.shape[1] < 2:
        raise ValueError(
            f"`{name}` must have a column for each class, at least 2: got {name}.shape={array.shape}.\n"
            f"Of a single column p of probabilities make two: np.column_stack([1 - p, p])."
        )
    return array.astype(np.float64)


def true_or_false(name, value):
    """Return `value` as bool (N,): True and False, or 1 and 0."""
    array = _checks.as_array(name, value)
    if array.ndim != 1:
        raise ValueError(
            f"`{name}` must have one dimension, (images,): got {_checks.received(name, array)}.\n"
            f"Say True or False for each image."
        )
    some_rows(name, array)
    if array.dtype != bool and not (array.dtype.kind in "iu" and np.isin(array, (0, 1)).all()):
        raise ValueError(
            f"`{name}` must be True or False for each image: got "
            f"{name}={_checks.short_repr(array.tolist())}.\n"
            f"Compare first, for example labels == 3."
        )
    return array.astype(bool)


def positives_and_scores(positives, scores):
    """Return which images are of the class, bool (N,), with at least one of either kind, and the scores."""
    positives = true_or_false("positives", positives)
    scores = _checks.float_array("scores", scores, axes=("images",), complex_ok=False)
    scores = _checks.same_shape("scores", _checks.no_nan("scores", scores), positives.shape, "`positives`")
    if positives.all() or not positives.any():
        raise ValueError(
            f"`positives` must hold True and False, images of the class and others: got {positives.sum()} "
            f"True among {len(positives)}.\nGive images of both kinds."
        )
    return positives, scores.astype(np.float64)


def costs(value, num_classes=None):
    """Return `value` as floats (classes, classes): a row for each true class."""
    array = _checks.float_array("cost", value, axes=("true class", "predicted class"), complex_ok=False)
    size = max(array.shape) if num_classes is None else num_classes
    _checks.no_nan("cost", array)
    if array.shape != (size, size) or size == 0:
        raise ValueError(
            f"`cost` must have a row and a column for each of the {size} classes: got "
            f"cost.shape={array.shape}.\n"
            f"Put what it costs to call class i class j at cost[i, j], and 0 on the diagonal."
        )
    return array.astype(np.float64)


def confidence_level(value):
    """Return `value`, above 0 and below 1."""
    return _checks.real_number("confidence", value, low=0, high=1, low_open=True, high_open=True)
