"""The exercise on building a network in Keras: its layers are read, then its numbers compared."""

import inspect
from itertools import zip_longest

import numpy as np

from ..nn import conv2d, dense, global_average_pool2d, max_pool2d, relu
from ._core import Finding, checker
from ._student import run

TOLERANCE = 5e-3  # a GPU may multiply with ten bits; a wrong layer is off by far more

# What is asked for
CONV = {
    "kernel_size": (3, 3),
    "strides": (1, 1),
    "padding": "same",
    "dilation_rate": (1, 1),
    "groups": 1,
    "use_bias": True,
    "data_format": "channels_last",
}
RELU = {"negative_slope": 0, "max_value": None, "threshold": 0}
POOL = {"pool_size": (2, 2), "strides": (2, 2), "padding": "valid", "data_format": "channels_last"}
MEAN = {"keepdims": False, "data_format": "channels_last"}
LAYERS = (  # what a message calls it, its kind, its settings
    ("the first convolution", "Conv2D", {"filters": 16, **CONV}),
    ("the ReLU of the first convolution", "ReLU", RELU),
    ("the max pooling", "MaxPooling2D", POOL),
    ("the second convolution", "Conv2D", {"filters": 32, **CONV}),
    ("the ReLU of the second convolution", "ReLU", RELU),
    ("the global average pooling", "GlobalAveragePooling2D", MEAN),
    ("the dense layer", "Dense", {"units": None, "use_bias": True}),  # units: as many as there are classes
)
KINDS = [kind for _, kind, _ in LAYERS]
SHOWN = {
    "filters",
    "kernel_size",
    "strides",
    "padding",
    "pool_size",
    "units",
}  # in the example, layer by layer

# What is added to a message
ENDINGS = {
    "softmax": "The loss applies softmax itself, from logits, and so is exact: take the softmax away.",
    "sigmoid": "The loss works on logits, whatever their size and sign: take the sigmoid away.",
    "ReLU": "Logits may be negative: take the ReLU away.",
}
EXTRAS = {
    "Dropout": "It switches numbers off while training. Leave it out here.",
    "BatchNormalization": "It has numbers of its own to learn. Leave it out here.",
}
MISSING = {"ReLU": "Without it numbers below 0 are handed on as they are."}
REPLACED = {
    "Flatten": "It hands on every place by itself, so the dense layer would need far more weights.",
    "GlobalMaxPooling2D": "Take the mean of each channel, not its largest number.",
    "AveragePooling2D": "Take the largest number of each window, not the mean.",
}
REASONS = {
    ("padding", "valid"): 'Padding "valid" would cut off the rim.',
    ("padding", "same"): 'Padding "same" would keep windows that do not fit as a whole.',
    ("use_bias", False): "Each filter and each unit has a bias.",
}


@checker(
    hints=(
        "Begin with `keras.Input` of `input_shape`, so that Keras knows the shape at once. Which layers come "
        "next, in which order?",
        'A convolution of Keras pads only if you ask for it, `padding="same"`, and takes the ReLU along as '
        "`activation`. The network hands out logits: what comes behind the last sum?",
        "A `Sequential` of the input, `Conv2D` with 16 filters, `MaxPooling2D`, `Conv2D` with 32 filters, "
        "`GlobalAveragePooling2D`, and `Dense` with a unit for each class and no activation.",
    ),
    learned="The same layers, the same weights, the same numbers: Keras does what you built by hand, faster.",
)
def build_network(answer, rng):
    """Check `build_network(input_shape, num_classes)`: a network in Keras, not yet trained.

    Convolution 3 × 3 with 16 filters, padding "same", ReLU; max pooling 2 × 2; convolution 3 × 3 with 32
    filters, padding "same", ReLU; global average pooling; dense layer with `num_classes` logits.

    Examples
    --------
    >>> build_network("a network").message
    'Give the function itself, without brackets behind its name: `check.build_network(build_network)`.'
    """
    call_it = (
        "Give the function itself, without brackets behind its name: `check.build_network(build_network)`."
    )
    if not callable(answer):
        raise Finding(call_it)
    import keras

    if isinstance(answer, keras.Model):
        raise Finding(call_it)
    keras.ops.zeros(1)  # the first use of a GPU takes seconds, which the student's function must not pay for
    drawn = {
        "input_shape": (int(rng.integers(8, 10)), int(rng.integers(10, 14)), 3),
        "num_classes": int(rng.integers(4, 9)),
    }
    # 8 pixels at least, so that a network without padding can be built and be told what it lacks
    cases = [{"input_shape": (8, 9, 1), "num_classes": 2}, drawn]
    models = [_built(answer, case) for case in cases]
    _check_inputs(models, cases)
    networks = [_layers(model.inputs[0], model.outputs) for model in models]
    for layers, case in zip(networks, cases, strict=True):
        _check_kinds([kind for kind, _ in layers], _example(layers, case))
    units = [layers[-1][1].units for layers in networks]
    if units[0] == units[1]:
        raise Finding(
            f"The number of classes is written into the function: the dense layer has {units[0]} units, "
            f"whatever `num_classes` is. Take `num_classes`."
        )
    for model, layers, case in zip(models, networks, cases, strict=True):
        _check_settings(layers, case)
        _check_numbers(model, layers, case, rng)


# The model that a function builds


def _built(answer, case):
    """The Keras model that the student's function gives for one case."""
    import keras

    made = []

    def build(input_shape, num_classes):
        model = answer(input_shape, num_classes)
        made.append(model)
        return model if model is None or model is ... else 0  # `run` expects numbers

    build.__wrapped__ = answer  # so that an error names the student's own line
    outcome = run(build, inspect.signature(build, follow_wrapped=False).bind(**case))[0]
    if outcome.problem:
        raise Finding(outcome.problem, _called(case))
    model = made[0]
    if inspect.isclass(model):
        raise Finding(f"This hands back the class `{model.__name__}`. Call it: its result is a network.")
    if isinstance(model, (list, tuple)):
        raise Finding("This hands back a list of layers. `keras.Sequential` makes a network of it.")
    if not isinstance(model, keras.Model):
        raise Finding(
            f"A network of Keras is needed, but this is of type `{type(model).__name__}`. "
            f"`keras.Sequential` or `keras.Model` makes one."
        )
    if not getattr(model, "inputs", None):  # a Sequential without a shape, or a class of the student's own
        raise Finding(
            "Keras does not know yet which images this network takes, so it has no weights. Begin a "
            "`keras.Sequential` with `keras.Input(input_shape)`."
        )
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise Finding(
            f"The network has {len(model.inputs)} inputs and {len(model.outputs)} outputs. One of each is "
            f"needed: images in, logits out."
        )
    return model


def _check_inputs(models, cases):
    """Each network takes images of the shape asked for, and any number of them."""
    shapes = [tuple(model.inputs[0].shape) for model in models]
    for shape, case in zip(shapes, cases, strict=True):
        if shape[1:] != case["input_shape"]:
            written = (
                " It is written into the function: take `input_shape`." if shapes[0] == shapes[1] else ""
            )
            raise Finding(f"The network takes images of shape {shape[1:]}.{written}", _called(case))
        if shape[0] is not None:
            raise Finding(
                f"The network takes batches of {shape[0]} only. Begin with `keras.Input(input_shape)`, which "
                f"leaves the number of images open.",
                _called(case),
            )


# Its layers, one behind the other


def _layers(first, outputs):
    """(kind, layer) from the input tensor `first` to the only output; an activation counts as a layer."""
    import keras

    tensor, found = outputs[0], []
    while tensor is not first:
        layer, call, _ = tensor._keras_history
        inputs = layer._inbound_nodes[call].input_tensors
        if len(inputs) != 1:
            raise Finding(
                f"The layers should stand in one row, but `{type(layer).__name__}` has {len(inputs)} inputs."
            )
        if isinstance(layer, keras.Model) and getattr(layer, "inputs", None):  # a network inside the network
            found = _layers(layer.inputs[0], layer.outputs) + found
        else:
            found = _with_activation(layer) + found
        tensor = inputs[0]
    return found


def _with_activation(layer):
    """A layer, and its activation as one more: `Conv2D(..., activation="relu")` is Conv2D and ReLU."""
    kind = type(layer).__name__
    own = [] if kind == "Activation" else [(_name(kind), layer)]
    activation = getattr(layer, "activation", None)
    if activation is None:
        return own
    name = _name(getattr(activation, "__name__", type(activation).__name__))
    return own if name == "linear" else [*own, (name, activation)]


def _name(kind):
    """One name for what Keras has as a layer, as an operation and as a function."""
    return {"relu": "ReLU", "Relu": "ReLU", "Softmax": "softmax", "Sigmoid": "sigmoid"}.get(kind, kind)


# What is wrong with them


def _check_kinds(kinds, example):
    """Name the first layer that is missing, too much, in the wrong place or of another kind."""
    if kinds == KINDS:
        return
    index = next(i for i, (found, wanted) in enumerate(zip_longest(kinds, KINDS)) if found != wanted)
    if index == len(KINDS):
        raise Finding(_too_long(kinds[index:]), example)
    behind = f"behind {LAYERS[index - 1][0]}" if index else "at the beginning"
    found, after, *_ = [*kinds[index:], None, None]
    place, wanted, _ = LAYERS[index]
    if sorted(kinds) == sorted(KINDS):
        message = f"All layers are there, but in another order: {behind} comes {place}, not `{found}`."
    elif found is None or found in KINDS[index + 1 : index + 2]:
        message = _because(f"{_begin(place)} is missing.", MISSING.get(wanted))
    elif after == wanted:
        message = _because(f"`{found}` {behind} is not part of this network.", EXTRAS.get(found))
    else:
        message = _because(f"`{found}` stands where {place} is expected, `{wanted}`.", REPLACED.get(found))
    raise Finding(message, example)


def _too_long(rest):
    """What to say of the layers behind the last one."""
    if len(rest) == 1 and rest[0] in ENDINGS:
        return f"The network ends with `{rest[0]}`, so it hands out no logits. {ENDINGS[rest[0]]}"
    listed = ", ".join(f"`{kind}`" for kind in rest)
    return f"The network should end with the dense layer, but goes on with {listed}."


def _check_settings(layers, case):
    """Name every setting that is not as asked for."""
    problems = []
    for (place, _, _), (_, layer), settings in zip(LAYERS, layers, _settings(case), strict=True):
        for name, wanted in settings.items():
            found = getattr(layer, name, wanted)  # a ReLU that is a function has no settings
            if found != wanted:
                message = f"{_begin(place)} has `{name}={found!r}`, but {wanted!r} is asked for."
                problems.append(_because(message, REASONS.get((name, found))))
    if problems:
        raise Finding(" ".join(problems), _example(layers, case))


def _check_numbers(model, layers, case, rng):
    """With the same weights the network gives the same numbers as the functions of `nn`."""
    import keras

    images = rng.random((2, *case["input_shape"])).astype(np.float32)
    weights = []
    for kind, layer in layers:
        if kind in ("Conv2D", "Dense"):
            shapes = [tuple(weight.shape) for weight in layer.weights]
            scale = np.sqrt(np.prod(shapes[0][:-1]))
            weights.append([rng.normal(0, 1, shape).astype(np.float32) / scale for shape in shapes])
            layer.set_weights(weights[-1])
    found = keras.ops.convert_to_numpy(model(images, training=False))
    first, second, last = weights
    x = max_pool2d(relu(conv2d(images, *first, padding="same")))
    x = global_average_pool2d(relu(conv2d(x, *second, padding="same")))
    expected = dense(x, *last)
    alike = found.shape == expected.shape and np.allclose(found, expected, rtol=0, atol=TOLERANCE)
    if not alike or {getattr(layer, "compute_dtype", "float32") for _, layer in layers} != {"float32"}:
        raise Finding(
            "The layers are right, but with the same weights the network does not give the numbers of `nn`. "
            "Does it calculate in another type than float32, or is a layer of your own among them?",
            _called(case),
        )


# Words


def _settings(case):
    """The settings asked for, layer by layer."""
    settings = [wanted for _, _, wanted in LAYERS]
    return [*settings[:-1], settings[-1] | {"units": case["num_classes"]}]


def _because(message, reason):
    return f"{message} {reason}" if reason else message


def _begin(words):
    return words[0].upper() + words[1:]


def _called(case):
    return (
        f"build_network(input_shape, num_classes)\nwith input_shape = {case['input_shape']}\n"
        f" and num_classes = {case['num_classes']}"
    )


def _example(layers, case):
    """The layers found and those asked for, one below the other."""
    found = [_line(kind, {name: getattr(layer, name, None) for name in SHOWN}) for kind, layer in layers]
    expected = [_line(kind, settings) for kind, settings in zip(KINDS, _settings(case), strict=True)]
    return "\n".join([_called(case), "gave", *found, "expected", *expected])


def _line(kind, settings):
    shown = [f"{name}={settings[name]!r}" for name in sorted(SHOWN) if settings.get(name) is not None]
    return f"  {kind}({', '.join(shown)})" if shown else f"  {kind}"
