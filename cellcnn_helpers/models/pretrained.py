"""A network that has learned from photographs, for tasks with few cells."""

from pathlib import Path

from .. import _checks, _files
from ._arguments import checked, glorot

__all__ = ["pretrained_cnn"]

PHOTOGRAPH_SIZE = 96  # pixels; the smallest for which MobileNetV2 has weights


def pretrained_cnn(input_shape, num_classes, *, weights="imagenet", trainable=False, seed=0):
    """Build MobileNetV2 with weights from a million photographs, and a new dense layer on top.

    (batch, H, W, C) -> logits (batch, classes)

    Parameters
    ----------
    input_shape, num_classes, seed
        As in `linear`. Channels are 3, or 1, which is then shown three times. The model resizes images of any
        size to 96 × 96 and brings them to the range that the photographs had.
    weights : "imagenet", str or Path, or None
        "imagenet" fetches a file of 9 MB at the first call, but not where CELLCNN_OFFLINE=1. Or the path
        of such a file: Keras calls it ``mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_96_no_top.h5``.
        None draws the weights, to see what the photographs are worth.
    trainable : bool
        False leaves the borrowed layers as they are: only the dense layer learns. True lets their
        convolutions learn too, all but batch normalization, which stays as the photographs left it.

    Returns
    -------
    keras.Model
        Has 2,257,984 parameters before the dense layer, and 1,281 · classes in it.

    Raises
    ------
    TypeError, ValueError
        Where an argument does not fit, or the file holds other weights.
    FileNotFoundError
        If `weights` names no file.
    OSError
        If the photographs' weights cannot be fetched.

    Notes
    -----
    ``keras.Model(model.inputs, model.layers[-1].input)`` gives the 1,280 features of a picture. With frozen
    layers they never change: compute them once, and train a dense layer on them for each try.

    References
    ----------
    Sandler et al., "MobileNetV2: inverted residuals and linear bottlenecks", arXiv:1801.04381. The weights
    are those of `keras.applications`, trained on ImageNet (Russakovsky et al., arXiv:1409.0575).

    Examples
    --------
    >>> model = pretrained_cnn((28, 28, 3), 8, weights=None)
    >>> sum(w.size for w in model.get_weights()), sum(w.shape[-1] for w in model.layers[-1].get_weights())
    (2268232, 16)
    """
    input_shape, num_classes, seeds = checked(input_shape, num_classes, seed)
    if input_shape[-1] not in (1, 3):
        raise ValueError(
            f"`input_shape` must have 1 or 3 channels for a network that knows photographs: got "
            f"input_shape={input_shape}.\nChoose the channels that it shall see: images[..., :3]."
        )
    trainable = _checks.boolean("trainable", trainable)
    if weights not in (None, "imagenet"):
        weights = _files.existing("weights", weights)
    import keras
    from keras import layers

    images = keras.Input(input_shape)
    x = layers.Resizing(PHOTOGRAPH_SIZE, PHOTOGRAPH_SIZE)(images)
    if input_shape[-1] == 1:
        x = layers.Concatenate()([x, x, x])
    x = layers.Rescaling(2, offset=-1)(x)
    borrowed = _borrowed(x, weights, seeds)
    for layer in borrowed.layers:
        layer.trainable = trainable and not isinstance(layer, layers.BatchNormalization)
    x = layers.GlobalAveragePooling2D()(borrowed.output)
    logits = layers.Dense(num_classes, kernel_initializer=glorot(seeds))(x)
    return keras.Model(images, logits, name="pretrained_cnn")


def _borrowed(x, weights, seeds):
    """MobileNetV2 on the tensor x, without its own last layer."""
    import keras

    def build(weights):
        return keras.applications.MobileNetV2(include_top=False, weights=weights, input_tensor=x)

    if weights == "imagenet" and _files.offline():
        raise OSError(
            f"`weights` cannot be fetched: got weights={weights!r}, and {_files.OFFLINE_VARIABLE}=1 forbids "
            f"downloads.\nUnset {_files.OFFLINE_VARIABLE}, give the path of the file, or weights=None for "
            f"drawn ones."
        )
    if weights is None:
        network = build(None)
        for variable in network.variables:
            if len(variable.shape) == 4:  # a kernel; the others start as constants
                variable.assign(glorot(seeds)(variable.shape))
        return network
    try:
        return build(weights if weights == "imagenet" else str(weights))
    except Exception as error:  # Keras raises a bare Exception where a download fails
        reason = _files.reason(error)
        if isinstance(weights, Path):
            raise ValueError(
                f"`weights` holds no weights of MobileNetV2 without its last layer: got "
                f"weights={str(weights)!r} ({reason}).\nGive the file that Keras fetches."
            ) from error
        raise OSError(
            f"`weights` could not be fetched: got weights={weights!r} ({reason}).\n"
            f"Try again with a network, give the path of the file, or weights=None for drawn ones."
        ) from error
