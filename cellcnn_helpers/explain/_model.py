"""What every explanation asks of a model: the scores of its classes, its layers, and what a layer gives."""

import contextlib
import threading

import numpy as np

from .. import _checks

BATCH = 64  # images that go through a model at once
# Held while a layer is another one for a moment: one explanation at a time, also of several threads.
ONE_AT_A_TIME = threading.RLock()


# What may come in


def checked_model(value):
    """Return `value` if it is a Sequential or Functional model from one batch of images to one of scores."""
    import keras

    if not isinstance(value, keras.Model):
        raise TypeError(
            f"`model` must be a Keras model: got {_checks.received('model', value)}.\n"
            f"Give a Sequential or Functional model."
        )
    if not value.built or not hasattr(value, "inputs"):
        raise ValueError(
            f"`model` does not say which images it takes: got {_described(value)}.\n"
            f"Begin a Sequential with keras.Input(shape); wrap a class of your own: keras.Model(x, model(x))."
        )
    if len(value.inputs) != 1 or len(value.inputs[0].shape) != 4 or len(value.outputs) != 1:
        raise ValueError(
            f"`model` must take one batch of images and give one array: got {_described(value)} with inputs "
            f"{[tensor.shape for tensor in value.inputs]} and outputs "
            f"{[tensor.shape for tensor in value.outputs]}.\n"
            f"Give a model of images (height, width, channels)."
        )
    return value


def checked_images(model, value):
    """Return `value` as float32 images of the size that the model takes."""
    images = _checks.no_nan("images", _checks.images("images", value, complex_ok=False))
    expected = tuple(model.inputs[0].shape[1:])
    fits = all(size in (None, found) for size, found in zip(expected, images.shape[1:], strict=True))
    if not fits:
        raise ValueError(
            f"`images` must have the shape that the model takes, {expected}: got "
            f"images.shape={images.shape}.\n"
            f"Resize them, or explain the model that was trained on such images."
        )
    return images.astype(np.float32)


def checked_classes(value, model, images):
    """Return `value`, None, one class or one per image, as whole numbers (batch,); None: the predicted."""
    if value is None:
        return scores(model, images).argmax(axis=1)
    if np.ndim(value) == 0:
        value = np.full(len(images), _checks.whole_number("classes", value, minimum=0))
    return _checks.class_labels("classes", value, (len(images), num_classes(model)))


def num_classes(model):
    """How many classes a model tells apart; refuses one that does not give (batch, classes)."""
    shape = model.outputs[0].shape
    if len(shape) != 2:
        raise ValueError(
            f"`model` must give one score per class, (batch, classes): got {_described(model)} with output "
            f"{shape}.\nGive a classifier."
        )
    return shape[1]


def _described(model):
    return f'model={type(model).__name__} "{model.name}"'


# What a model gives


def scores(model, images):
    """Return the score of every class: the logit, also where the model ends in a softmax.

    (batch, H, W, C) -> (batch, classes)

    Parameters
    ----------
    model : keras.Model
        A classifier, Sequential or Functional.
    images : array, shape (batch, H, W, C)
        Scaled as the model was trained on.

    Returns
    -------
    numpy.ndarray
        float32, shape (batch, classes). Of a model that ends in a softmax or sigmoid: what goes into it.

    Raises
    ------
    ValueError
        If the images do not fit the model.

    Notes
    -----
    All explanations of this package explain this number. A probability would not do: where the model is sure,
    softmax is flat, and its gradient is 0 for every pixel.

    Examples
    --------
    >>> import keras
    >>> import numpy as np
    >>> model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(3)])
    >>> scores(model, np.zeros((2, 8, 8, 1)))
    array([[0., 0., 0.],
           [0., 0., 0.]], dtype=float32)
    """
    model = checked_model(model)
    images = checked_images(model, images)
    num_classes(model)
    return in_batches(lambda part: score_tensor(model, part), images)


def score_tensor(model, images):
    """Scores as a tensor of the backend, for gradients."""
    with _without_ending(model):
        return output_tensor(model, images)


def output_tensor(model, images):
    """What the model gives as it is trained to be used, as a float32 tensor."""
    from keras import ops

    with ONE_AT_A_TIME:  # else it might go through a layer that another thread has replaced
        return ops.cast(model(images, training=False), "float32")


def class_scores(model, images, classes):
    """The score of one class per image, as a tensor (batch,)."""
    from keras import ops

    return ops.take_along_axis(score_tensor(model, images), ops.expand_dims(classes, 1), axis=1)[:, 0]


def in_batches(function, *arrays):
    """Call `function` on a batch of rows after the other and join what it gives, as a NumPy array."""
    from keras import ops

    num_rows = len(arrays[0])
    if not num_rows:  # a row of zeros tells the shape; TensorFlow's convolutions may fail on none
        arrays = [np.zeros((1, *array.shape[1:]), array.dtype) for array in arrays]
    parts = []
    for start in range(0, len(arrays[0]), BATCH):
        part = function(*(array[start : start + BATCH] for array in arrays))
        parts.append(ops.convert_to_numpy(part))
    return np.concatenate(parts)[:num_rows]


# Layers


def layers_of(model):
    """All layers in order, each nested model followed by its own."""
    import keras

    for layer in model.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        yield layer
        if isinstance(layer, keras.Model):
            yield from layers_of(layer)


def find_layer(model, value):
    """The layer of the model that `value`, a name or the layer itself, stands for."""
    layers = list(layers_of(model))
    found = [layer for layer in layers if layer is value or (isinstance(value, str) and layer.name == value)]
    if len(found) == 1:
        return found[0]
    received = _checks.received("layer", getattr(value, "name", value))
    if found:
        raise ValueError(
            f"`layer` is the name of {len(found)} layers: got {received}.\n"
            f"Give the layer itself, for example model.layers[1].layers[0]."
        )
    listed = ", ".join(layer.name for layer in layers)
    raise ValueError(f"`layer` must be a layer of the model: got {received}.\nChoose one of these: {listed}.")


def layer_output(model, layer, images):
    """What a layer gives for a batch of images, as a tensor."""
    given = []
    call = layer.call

    def keep(*args, **kwargs):
        given.append(call(*args, **kwargs))
        return given[-1]

    with _replaced(layer, "call", keep):
        model(images, training=False)
    if len(given) != 1:
        raise ValueError(
            f'`layer` must be used once in the model: got layer="{layer.name}", used {len(given)} times.\n'
            f"Choose another layer."
        )
    return given[0]


@contextlib.contextmanager
def output_replaced(layer, tensor):
    """Return a context in which the layer gives `tensor`, whatever goes in."""
    with _replaced(layer, "call", lambda *args, **kwargs: tensor):
        yield


@contextlib.contextmanager
def _without_ending(model):
    """Return a context in which a model that ends in a softmax or sigmoid gives what goes into it."""
    ending = find_ending(model)
    with _replaced(*ending, _unchanged) if ending else contextlib.nullcontext():
        yield


def find_ending(model):
    """The softmax or sigmoid that a model ends in: (the operation, the name of its function); or None."""
    import keras

    if isinstance(model, keras.Sequential):
        last = model.layers[-1]
    elif hasattr(model, "operations"):  # a Functional model has them in the order of its graph
        last = model.operations[-1]
    else:
        return None
    if isinstance(last, keras.Model):
        return find_ending(last)
    if getattr(last, "activation", None) in (keras.activations.softmax, keras.activations.sigmoid):
        return last, "activation"
    if type(last).__name__ in ("Softmax", "Sigmoid"):  # a layer, or the function of keras.ops
        return last, "call"
    return None


def _unchanged(x, *args, **kwargs):
    return x


@contextlib.contextmanager
def _replaced(operation, name, function):
    """Return a context in which a function of a layer is another one.

    Keras has no hooks. Past `__setattr__`, where each backend would start to track what is set.
    """
    own = vars(operation)
    with ONE_AT_A_TIME:
        before = own.get(name)
        own[name] = function
        try:
            yield
        finally:
            if before is None:
                del own[name]  # it was the method of the class
            else:
                own[name] = before
