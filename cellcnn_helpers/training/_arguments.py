"""What `train` is given: each function returns its argument as training uses it, or refuses it."""

from pathlib import Path

import numpy as np

from .. import _checks, _dataset_checks, _files
from ..dataset import CellImageDataset
from ..nn import _network_checks

MOST_STEPS_AT_ONCE = 16


def model(value):
    """Return `value` if it is a Keras model that turns a batch of images into logits."""
    import keras

    if not isinstance(value, keras.Model):
        raise TypeError(
            f"`model` must be a Keras model: got {_checks.received('model', value)}.\n"
            f"Give for example models.small_cnn((28, 28, 3), 8)."
        )
    if not value.built or len(value.inputs) != 1 or len(value.outputs) != 1:
        raise ValueError(
            f'`model` must take one batch of images and give one of logits: got model="{value.name}".\n'
            f"Begin a Sequential with keras.Input(shape)."
        )
    shapes = tuple(value.inputs[0].shape), tuple(value.outputs[0].shape)
    if len(shapes[0]) != 4 or len(shapes[1]) != 2:
        raise ValueError(
            f"`model` must map (batch, height, width, channels) to (batch, classes): got "
            f'model="{value.name}" with {shapes[0]} to {shapes[1]}.\n'
            f"End it with GlobalAveragePooling2D or Flatten, and Dense."
        )
    activation = getattr(value.layers[-1], "activation", None)
    ends = [value.layers[-1].__class__.__name__, getattr(activation, "__name__", "")]
    if {"softmax", "sigmoid"} & {end.lower() for end in ends}:
        raise ValueError(
            f'`model` must end in logits: got model="{value.name}", which ends in {ends[1] or ends[0]}.\n'
            f"Leave that out: the loss has it."
        )
    return value


def dataset(name, value, network):
    """Return `value`, a data set or a pair (images, labels), as a data set that fits the model."""
    classes = network.outputs[0].shape[1]
    if not isinstance(value, CellImageDataset):
        if not isinstance(value, (tuple, list)) or len(value) != 2:
            raise TypeError(
                f"`{name}` must be a data set or a pair (images, labels): got "
                f"{_checks.received(name, value)}.\n"
                f"Give a CellImageDataset, or {name}=(images, labels)."
            )
        try:
            value = CellImageDataset(*value, [f"class {n}" for n in range(classes)])
        except (ValueError, TypeError) as error:
            raise type(error)(f"`{name}`: {error}") from error
    shape, expected = value.images.shape[1:], tuple(network.inputs[0].shape[1:])
    if len(value) == 0:
        raise ValueError(f"`{name}` holds no image: got {name}={value!r}.\nGive at least one.")
    if any(size not in (None, found) for size, found in zip(expected, shape, strict=True)):
        raise ValueError(
            f"`{name}` must have images of the shape that the model takes, {expected}: got {shape}.\n"
            f"Resize them, or build the model for their shape."
        )
    if value.labels.max() >= classes:
        raise ValueError(
            f"`{name}` has more classes than the model: got the label {value.labels.max()} for {classes} "
            f"scores.\nBuild the model with num_classes={value.labels.max() + 1}."
        )
    return value


def scale(name, value):
    """The stored value of a data set that becomes 1."""
    try:
        return _dataset_checks.scale(value.images, None)
    except ValueError as error:
        raise ValueError(
            f"`{name}`: {str(error).splitlines()[0]}\nScale them first: {name}=dataset.arrays(max_value=255)."
        ) from error


def settings(**values):
    """Check the arguments that decide what a training gives; return them as JSON can hold them, by name."""

    def one_of(name, *names):
        return None if values[name] is None else _checks.choice(name, values[name], names)

    def whole(name, minimum=1):
        return _checks.whole_number(name, values[name], minimum=minimum)

    def number(name, **bounds):
        return _checks.real_number(name, values[name], low=0, **bounds)

    change, weights = values["augment"], values["class_weight"]
    return {
        "epochs": whole("epochs"),
        "batch_size": whole("batch_size"),
        "optimizer": _checks.choice("optimizer", values["optimizer"], ("adam", "sgd")),
        "learning_rate": number("learning_rate", low_open=True),
        "schedule": one_of("schedule", "cosine"),
        "weight_decay": number("weight_decay"),
        "label_smoothing": number("label_smoothing", high=1, high_open=True),
        "class_weight": None if weights is None else weights.tolist(),
        "augment": None if change is None else getattr(change, "__qualname__", type(change).__name__),
        "patience": None if values["patience"] is None else whole("patience"),
        "seed": whole("seed", minimum=0),
        "mixed_precision": one_of("mixed_precision", "float16", "bfloat16"),
    }


def class_weights(value, num_classes):
    """Return the weights of all classes as float32 (classes,), or None."""
    return None if value is None else _network_checks.class_weights(value, num_classes).astype(np.float32)


def augment(value):
    """Return `value` as a function (images, rng) whose result has the shape of the images; None stays."""
    if value is None:
        return None
    _checks.function("augment", value)

    def checked(images, rng):
        result = np.asarray(value(images, rng))
        return _checks.same_shape("augment(images, rng)", result, images.shape, "the batch")

    return checked


def refuse_patience(value):
    """Refuse `patience` where there is no validation."""
    raise ValueError(
        f"`patience` watches the loss on validation images, and there are none: got patience={value!r}.\n"
        f"Give validation too."
    )


def steps_at_once(value, num_steps):
    """Return how many steps Keras takes before it comes back to Python."""
    import keras

    if value == "auto":
        # JAX compiles every one of them anew, and PyTorch has no such thing.
        return min(MOST_STEPS_AT_ONCE, num_steps) if keras.backend.backend() == "tensorflow" else 1
    if isinstance(value, str):
        raise ValueError(
            f'`steps_per_execution` must be "auto" or a whole number: got steps_per_execution={value!r}.\n'
            f"Give one of them."
        )
    return _checks.whole_number("steps_per_execution", value)


def file(name, value):
    """Return `value` as a Path in a folder that exists; None stays."""
    return None if value is None else _files.writable(name, value)


def folder(name, value):
    """Return `value` as the Path of a folder that is there or can be made; None stays."""
    if value is None:
        return None
    path = Path(_checks.path(name, value))
    if not path.is_dir() and (path.exists() or not path.parent.is_dir()):
        place = "which is a file" if path.exists() else "in a folder that does not exist"
        raise FileNotFoundError(
            f"`{name}` must be a folder: got {name}={str(path)!r}, {place}.\n"
            f"Name one that exists, or a new one in a folder that exists."
        )
    return path
