"""The layers that a page knows: what is told of each, and which shapes follow from it."""

import math

from .. import _checks

COUNT, PAIR, SWITCH, SHARE, NUMBERS = "a whole number", "two whole numbers", "a boolean", "a share", "numbers"
ACTIVATIONS = ("linear", "relu")
PADDINGS = ("valid", "same")

# What a file tells of each layer, by the names of Keras, and what it may be: a kind from above, or a choice.
SETTINGS = {
    "Rescaling": {"scale": NUMBERS, "offset": NUMBERS},
    "Normalization": {"mean": NUMBERS, "variance": NUMBERS},
    "Conv2D": {
        **{"filters": COUNT, "kernel_size": PAIR, "strides": PAIR},
        **{"padding": PADDINGS, "use_bias": SWITCH, "activation": ACTIVATIONS},
    },
    "BatchNormalization": {"epsilon": SHARE, "center": SWITCH, "scale": SWITCH},
    "ReLU": {},
    "MaxPooling2D": {"pool_size": PAIR, "strides": PAIR, "padding": PADDINGS},
    "GlobalAveragePooling2D": {},
    "Flatten": {},
    "Dense": {"units": COUNT, "use_bias": SWITCH, "activation": ACTIVATIONS},
    "Dropout": {"rate": SHARE},
}

# Other settings of Keras, which the page does not compute: only these values are taken.
LAST = "channels_last"
FIXED = {
    "Normalization": {"axis": (-1, (-1,), (3,)), "invert": (False,)},
    "Conv2D": {"dilation_rate": ((1, 1),), "groups": (1,), "data_format": (LAST,)},
    "BatchNormalization": {"axis": (-1, 3)},
    "ReLU": {"max_value": (None,), "negative_slope": (0,), "threshold": (0,)},
    "MaxPooling2D": {"data_format": (LAST,)},
    "GlobalAveragePooling2D": {"data_format": (LAST,), "keepdims": (False,)},
    "Flatten": {"data_format": (LAST,)},
}


def unknown_layer(name, kind):
    """The refusal of a layer that is not in the table."""
    return f"{name} is {_checks.short_repr(kind)}, a layer that the page does not know"


def described(layer, name):
    """Return ``{"type": ..., settings}`` of a Keras layer, or raise ValueError with the reason."""
    import keras
    import numpy as np

    kind = type(layer).__name__
    if kind not in SETTINGS or type(layer) is not getattr(keras.layers, kind):
        raise ValueError(unknown_layer(name, kind))
    config = layer.get_config()
    for setting, allowed in FIXED.get(kind, {}).items():
        value = _plain(config[setting])
        if value not in allowed:
            raise ValueError(f"{name}, {kind}, has {setting}={value!r}; the page knows {allowed[0]!r} alone")
    told = {setting: config.get(setting) for setting in SETTINGS[kind]}
    if kind == "Normalization":  # adapted or given: the layer itself has the numbers in either case
        told = {key: np.asarray(getattr(layer, key), np.float32).ravel() for key in told}
    return checked({"type": kind, **{key: _listed(value) for key, value in told.items()}}, name)


def _plain(value):
    return tuple(value) if isinstance(value, (list, tuple)) else value


def _listed(value):
    """Tuples and arrays as JSON has them."""
    value = value.tolist() if hasattr(value, "tolist") else value
    return list(value) if isinstance(value, (list, tuple)) else value


def checked(entry, name):
    """Return the entry of one layer, or raise ValueError with what is wrong in it."""
    kind = entry.get("type") if isinstance(entry, dict) else None
    if not isinstance(kind, str) or kind not in SETTINGS:
        raise ValueError(unknown_layer(name, kind))
    if set(entry) != {"type", *SETTINGS[kind]}:
        raise ValueError(f"{name}, {kind}, must have the settings {', '.join(SETTINGS[kind]) or 'none'}")
    for setting, expected in SETTINGS[kind].items():
        value = entry[setting]
        if not _is(value, expected):
            wanted = expected if isinstance(expected, str) else " or ".join(map(repr, expected))
            raise ValueError(
                f"{name}, {kind}, has {setting}={_checks.short_repr(value)}; it must be {wanted}"
            )
    return entry


def _is(value, expected):
    """Whether a value from JSON is of a kind of the table."""
    if expected is COUNT:
        return type(value) is int and 1 <= value <= 100_000
    if expected is PAIR:
        return isinstance(value, list) and len(value) == 2 and all(_is(part, COUNT) for part in value)
    if expected is SWITCH:
        return isinstance(value, bool)
    if expected is SHARE:
        return _is_number(value) and 0 <= value < 1
    if expected is NUMBERS:
        parts = value if isinstance(value, list) else [value]
        return 0 < len(parts) <= 1000 and all(map(_is_number, parts))
    return isinstance(value, str) and value in expected


def _is_number(value):
    return type(value) in (int, float) and abs(value) <= 3.4e38  # false for NaN


def shapes(entry, shape, name):
    """Return the shapes of a layer's weights, in the order of Keras, and of its output, without the batch."""
    kind = entry["type"]
    if kind in ("Conv2D", "MaxPooling2D", "GlobalAveragePooling2D") and len(shape) != 3:
        raise ValueError(f"{name}, {kind}, needs maps, but gets the shape {shape}")
    if kind == "Dense" and len(shape) != 1:
        raise ValueError(f"{name}, Dense, needs a flat input, but gets the shape {shape}")
    per_channel = [entry[key] for key in ("scale", "offset", "mean", "variance") if key in entry]
    if kind in ("Rescaling", "Normalization") and any(
        isinstance(part, list) and len(part) not in (1, shape[-1]) for part in per_channel
    ):
        raise ValueError(f"{name}, {kind}, must have one number, or one for each of {shape[-1]} channels")
    if kind == "Conv2D":
        filters = entry["filters"]
        weights = [(*entry["kernel_size"], shape[-1], filters), (filters,)]
        return weights[: 1 + entry["use_bias"]], (*_places(entry, "kernel_size", shape, name), filters)
    if kind == "Dense":
        return [(shape[0], entry["units"]), (entry["units"],)][: 1 + entry["use_bias"]], (entry["units"],)
    if kind == "BatchNormalization":
        return [shape[-1:]] * (entry["scale"] + entry["center"] + 2), shape
    if kind == "MaxPooling2D":
        return [], (*_places(entry, "pool_size", shape, name), shape[-1])
    if kind == "GlobalAveragePooling2D":
        return [], shape[-1:]
    return [], ((math.prod(shape),) if kind == "Flatten" else shape)


def _places(entry, window, shape, name):
    """Rows and columns: ceil(n / stride) with padding, else floor((n - window) / stride) + 1."""
    if entry["padding"] == "same":
        return tuple(-(-length // step) for length, step in zip(shape[:2], entry["strides"], strict=True))
    sizes = zip(shape[:2], entry[window], entry["strides"], strict=True)
    places = tuple((length - size) // step + 1 for length, size, step in sizes)
    if min(places) < 1:
        raise ValueError(f"{name}, {entry['type']}, has a window larger than its input, {shape}")
    return places
