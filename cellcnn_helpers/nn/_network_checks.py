"""Checks of what a `Network` is made of and trained with, each with a message that says how to mend it."""

import numpy as np

from cellcnn_helpers import _checks
from cellcnn_helpers.nn.layers import Layer

LARGEST_SCALED = 30  # standardized images stay below, 8-bit images nearly always reach beyond


def layers(value):
    """Return `value`, a list of layers, as a new list."""
    if not isinstance(value, (list, tuple)) or not value:
        raise TypeError(
            f"`layers` must be a list of layers: got {_checks.received('layers', value)}.\n"
            f"Give for example [Conv2D(8, 3), ReLU(), Flatten(), Dense(2)]."
        )
    for n, layer in enumerate(value):
        if not isinstance(layer, Layer):
            mend = (
                f"Write {layer.__name__}(...) with brackets."
                if isinstance(layer, type)
                else "Use layers of nn."
            )
            raise TypeError(f"`layers[{n}]` must be a layer: got layers[{n}]={layer!r}.\n{mend}")
    return list(value)


def input_shape(shape):
    """Return the shape of an image, (height, width, channels)."""
    if not isinstance(shape, (list, tuple)) or len(shape) != 3:
        raise ValueError(
            f"`input_shape` must be (height, width, channels): got input_shape={shape!r}.\n"
            f"Give images.shape[1:], for example (28, 28, 1)."
        )
    return tuple(_checks.whole_number(f"input_shape[{n}]", length) for n, length in enumerate(shape))


def scaled_images(images, shape):
    """Return images of the shape (height, width, channels) that are scaled, as a float array."""
    images = _checks.images("images", images, complex_ok=False)
    if images.shape[1:] != shape:
        raise ValueError(
            f"`images` must have the input shape of the network, {shape}: got "
            f"images.shape={images.shape}.\nResize them, or make a network for their shape."
        )
    if images.size and (largest := max(images.max(), -images.min())) > LARGEST_SCALED:
        raise ValueError(
            f"`images` are not scaled: got values up to {largest:g}.\n"
            f"Networks work with values near 1; divide 8-bit images by 255: images / np.float32(255)."
        )
    return images


def labels(value, logits_shape):
    """Return `value` as labels that outputs of this shape can be compared with."""
    if len(logits_shape) != 2 or logits_shape[0] == 0:
        raise ValueError(
            f"`images` must give rows of logits to learn from: got outputs of shape {logits_shape}.\n"
            f"Give at least one image, and end the network with Flatten and Dense."
        )
    return _checks.class_labels("labels", value, logits_shape)


def validation_data(value, examples):
    """Return `value`, a pair or None, as `examples(images, labels)` does, whose errors then name it."""
    if value is None:
        return None
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise TypeError(
            f"`validation_data` must be a pair, (images, labels): got "
            f"{_checks.received('validation_data', value)}.\n"
            f"Give for example validation_data=(val_images, val_labels)."
        )
    try:
        return examples(*value)
    except (ValueError, TypeError) as error:
        raise type(error)(f"`validation_data`: {error}") from error


def patience(value, validation_data):
    """Return `patience`, which makes sense only beside `validation_data`."""
    if value is None:
        return None
    if validation_data is None:
        raise ValueError(
            f"`patience` watches the loss on validation images, and there are none: got patience={value!r}.\n"
            f"Give validation_data=(images, labels) too."
        )
    return _checks.whole_number("patience", value)


def optimizer(value):
    """Return `value` if it is an optimizer, and not a name or a class."""
    needed = "step", "learning_rate"
    if isinstance(value, type) or not all(hasattr(value, name) for name in needed):
        raise TypeError(
            f"`optimizer` must be an optimizer of nn: got {_checks.received('optimizer', value)}.\n"
            f"Make one, with brackets: optimizer=nn.Adam() or optimizer=nn.SGD(0.1, momentum=0.9)."
        )
    return value


def class_weights(value, num_classes):
    """Return the weights of all classes as an array (classes,); `value` is a dict or None."""
    weights = np.ones(num_classes)
    if value is None:
        return weights
    if not isinstance(value, dict):
        raise TypeError(
            f"`class_weight` must be a dict: got {_checks.received('class_weight', value)}.\n"
            f"Give for example class_weight={{0: 1.0, 1: 5.0}}."
        )
    for label, weight in value.items():
        if _checks.whole_number("class_weight", label, minimum=0) >= num_classes:
            raise ValueError(
                f"`class_weight` names a class that is not there: got "
                f"class_weight={{{label}: {weight!r}}} for {num_classes} classes.\n"
                f"Count classes from 0 to {num_classes - 1}."
            )
        weights[label] = _checks.real_number(f"class_weight[{label}]", weight, low=0)
    return weights


def augment(value):
    """Return `value` as a function (images, rng) whose result is checked; None leaves the images alone."""
    if value is None:
        return lambda images, rng: images
    _checks.function("augment", value)

    def checked(images, rng):
        result = _checks.float_array("augment(images, rng)", value(images, rng), axes=None, complex_ok=False)
        result = _checks.same_shape("augment(images, rng)", result, images.shape, "the batch")
        return result.astype(images.dtype, copy=False)

    return checked
