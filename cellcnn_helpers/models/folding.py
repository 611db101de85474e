"""Batch normalization taken into the convolution before it: fewer layers, the same scores."""

import numpy as np

from .. import _checks

__all__ = ["fold_batch_normalization"]


def fold_batch_normalization(model):
    """Return a trained model without batch normalization that gives the same scores.

    After training, batch normalization is a fixed scale and shift for each map:
    ``scale = gamma / sqrt(variance + epsilon)`` and ``shift = beta - mean · scale``. A convolution can do
    that itself, with the kernel times the scale, and the shift in its bias. A ReLU behind it becomes its
    activation; dropout, which does nothing after training, is left out.

    Parameters
    ----------
    model : keras.Sequential
        Trained, with a Conv2D without activation directly before each BatchNormalization. It is not changed.

    Returns
    -------
    keras.Sequential
        For use, not for training on.

    Raises
    ------
    TypeError
        If `model` is no Sequential.
    ValueError
        If something else than such a Conv2D stands before a batch normalization.

    References
    ----------
    Jacob et al., "Quantization and training of neural networks for efficient integer-arithmetic-only
    inference", arXiv:1712.05877, section 3.2.

    Examples
    --------
    >>> from cellcnn_helpers import models
    >>> folded = fold_batch_normalization(models.batchnorm_cnn((8, 8, 1), 2, filters=(4, 4)))
    >>> [type(layer).__name__ for layer in folded.layers][:3]
    ['Rescaling', 'Conv2D', 'MaxPooling2D']
    """
    import keras

    if not isinstance(model, keras.Sequential) or not model.built:
        raise TypeError(
            f"`model` must be a keras.Sequential that knows its input shape: got "
            f"{_checks.received('model', model)}.\nBegin it with keras.Input(shape)."
        )
    entries, weights = [], []  # [class, config] and arrays of each layer
    for number, layer in enumerate(model.layers):
        kind = type(layer).__name__
        before = entries[-1] if entries else [None, {}]
        is_open = before[0] is keras.layers.Conv2D and before[1]["activation"] == "linear"
        if kind == "BatchNormalization":
            if not is_open:
                raise ValueError(
                    f"`model` must have a Conv2D without activation before each batch normalization: got "
                    f"{getattr(before[0], '__name__', 'nothing')} before layer {number}.\n"
                    f"Put the activation behind the batch normalization."
                )
            weights[-1] = _folded(weights[-1], layer)
            before[1]["use_bias"] = True
        elif kind == "ReLU" and is_open and _is_plain(layer):
            before[1]["activation"] = "relu"
        elif kind != "Dropout":
            entries.append([type(layer), layer.get_config()])
            weights.append(layer.get_weights())
    layers = [keras.Input(model.input_shape[1:])] + [kind.from_config(config) for kind, config in entries]
    folded = keras.Sequential(layers, name=model.name)
    folded.set_weights([array for arrays in weights for array in arrays])
    return folded


def _is_plain(relu):
    config = relu.get_config()
    return config["max_value"] is None and not config["negative_slope"] and not config["threshold"]


def _folded(weights, layer):
    """Kernel (KH, KW, C, F) and bias (F,) that do what the convolution and the batch normalization did."""
    kernel, *bias = weights
    scale = 1 / np.sqrt(np.float64(layer.moving_variance) + layer.epsilon)
    scale = scale * np.float64(layer.gamma) if layer.scale else scale
    shift = (bias[0] if bias else 0) - np.float64(layer.moving_mean)
    shift = shift * scale + (np.float64(layer.beta) if layer.center else 0)
    return [np.float32(kernel * scale), np.float32(shift)]
