"""The networks: what they are made of, how many parameters they have and how far they see."""

from pathlib import Path

import numpy as np

from .. import _checks, _dataset_checks, _files
from ..dataset import CellImageDataset
from ..images import channel_statistics

__all__ = ["batchnorm_cnn", "fast_cnn", "linear", "pretrained_cnn", "small_cnn"]

BATCHNORM_MOMENTUM = 0.9  # the default, 0.99, needs hundreds of steps to follow
PHOTOGRAPH_SIZE = 96  # pixels; the smallest for which MobileNetV2 has weights


def linear(input_shape, num_classes, *, standardize=None, seed=0):
    """Build the floor for every comparison: each score is a weighted sum of the pixels.

    (batch, H, W, C) -> logits (batch, classes)

    Parameters
    ----------
    input_shape : (int, int, int)
        Height, width and channels of an image.
    num_classes : int
        Scores per image, at least 2.
    standardize : CellImageDataset or array, optional
        The training images, of which the first layer takes mean and standard deviation per channel. An array
        ``(batch, H, W, C)`` lies in [0, 1]. By default images pass as they are.
    seed : int
        Draws the first weights: the same seed, the same weights.

    Returns
    -------
    keras.Sequential
        Has (H·W·C + 1) · classes parameters: 18,824 for 28 × 28 × 3 and 8 classes.

    Raises
    ------
    TypeError, ValueError
        Where an argument does not fit.

    Examples
    --------
    >>> linear((28, 28, 3), 8).count_params()
    18824
    """
    input_shape, num_classes, seeds = _checked(input_shape, num_classes, seed)
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input(input_shape),
            _standardization(standardize, input_shape),
            layers.Flatten(),
            layers.Dense(num_classes, kernel_initializer=_glorot(seeds)),
        ],
        name="linear",
    )


def small_cnn(input_shape, num_classes, *, standardize=None, seed=0):
    """Build three convolutions and a dense layer, the network that the course first makes by hand.

    (batch, H, W, C) -> logits (batch, classes)

    Parameters
    ----------
    input_shape, num_classes, standardize, seed
        As in `linear`. Height and width are at least 7.

    Returns
    -------
    keras.Sequential
        44,568 parameters for 28 × 28 × 3 and 8 classes. Before `Flatten` a value sees 23 × 23 pixels.

    Raises
    ------
    TypeError, ValueError
        Where an argument does not fit.

    See Also
    --------
    batchnorm_cnn : Trains to a higher score.

    Notes
    -----
    The stride of the first convolution leaves a quarter of the pixels to the others: fast, and enough here.

    `get_weights` and `set_weights` exchange the weights with a `cellcnn_helpers.nn.Network` of the same
    layers, in the same order. The standardization has none: its numbers are settings.

    Examples
    --------
    >>> model = small_cnn((28, 28, 3), 8)
    >>> [weights.shape for weights in model.get_weights()][:2]
    [(5, 5, 3, 24), (24,)]
    """
    input_shape, num_classes, seeds = _checked(input_shape, num_classes, seed, smallest=7)
    import keras
    from keras import layers

    def convolution(filters, size, strides=1):
        return layers.Conv2D(
            filters,
            size,
            strides=strides,
            padding="same",
            activation="relu",
            kernel_initializer=_glorot(seeds),
        )

    return keras.Sequential(
        [
            keras.Input(input_shape),
            _standardization(standardize, input_shape),
            convolution(24, 5, strides=2),
            convolution(48, 3),
            layers.MaxPooling2D(),
            convolution(64, 3),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(num_classes, kernel_initializer=_glorot(seeds)),
        ],
        name="small_cnn",
    )


def batchnorm_cnn(
    input_shape, num_classes, *, filters=(16, 32, 64, 64), dropout=0.0, standardize=None, seed=0
):
    """Build convolutions with batch normalization, and average over the whole image before the scores.

    (batch, H, W, C) -> logits (batch, classes)

    Parameters
    ----------
    input_shape, num_classes, standardize, seed
        As in `linear`. Height and width are at least 4.
    filters : sequence of int
        Filters of each convolution, two at least. A pooling follows each of the first two.
    dropout : float
        Share of the averaged features that are set to 0 in training, from 0 to below 1.

    Returns
    -------
    keras.Sequential
        61,560 parameters for 28 × 28 × 3 and 8 classes, 352 of which (the running means and variances) are
        not trained. Before the average a value sees 26 × 26 pixels.

    Raises
    ------
    TypeError, ValueError
        Where an argument does not fit.

    Notes
    -----
    The number of parameters does not depend on the size of the images.

    Convolutions have no bias: batch normalization would take it away at once and adds its own.

    References
    ----------
    Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing internal covariate
    shift", arXiv:1502.03167. Lin et al., "Network in network", arXiv:1312.4400, for the average.

    Examples
    --------
    >>> batchnorm_cnn((28, 28, 3), 8).count_params()
    61560
    """
    input_shape, num_classes, seeds = _checked(input_shape, num_classes, seed, smallest=4)
    filters = _checked_filters(filters, fewest=2)
    dropout = _checks.real_number("dropout", dropout, low=0, high=1, high_open=True)
    import keras
    from keras import layers

    network = [keras.Input(input_shape), _standardization(standardize, input_shape)]
    for n, number in enumerate(filters):
        network.append(_open_convolution(number, seeds))
        network += [layers.BatchNormalization(momentum=BATCHNORM_MOMENTUM), layers.ReLU()]
        network += [layers.MaxPooling2D()] if n < 2 else []
    network += _averaged_scores(num_classes, dropout, seeds)
    return keras.Sequential(network, name="batchnorm_cnn")


def fast_cnn(input_shape, num_classes, *, filters=(16, 32, 64, 128), dropout=0.0, standardize=None, seed=0):
    """Build the network that learns most in the first half minute on a CPU.

    (batch, H, W, C) -> logits (batch, classes)

    Parameters
    ----------
    input_shape, num_classes, standardize, seed
        As in `linear`. Height and width are at least 8.
    filters : sequence of int
        Filters of each convolution, three at least. A pooling follows each of the first three.
    dropout : float
        Share of the averaged features that are set to 0 in training, from 0 to below 1.

    Returns
    -------
    keras.Sequential
        99,192 parameters for 28 × 28 × 3 and 8 classes, 480 of which are not trained. Before the average a
        value sees 38 × 38 pixels.

    Raises
    ------
    TypeError, ValueError
        Where an argument does not fit.

    See Also
    --------
    batchnorm_cnn : The usual order of layers, and two poolings.

    Notes
    -----
    Pooling comes directly after the convolution, so batch normalization and ReLU, which cost time for every
    value, see a quarter of them. The third pooling does the same for the last convolution, the largest.

    Examples
    --------
    >>> fast_cnn((28, 28, 3), 8).count_params()
    99192
    """
    input_shape, num_classes, seeds = _checked(input_shape, num_classes, seed, smallest=8)
    filters = _checked_filters(filters, fewest=3)
    dropout = _checks.real_number("dropout", dropout, low=0, high=1, high_open=True)
    import keras
    from keras import layers

    network = [keras.Input(input_shape), _standardization(standardize, input_shape)]
    for n, number in enumerate(filters):
        network.append(_open_convolution(number, seeds))
        network += [layers.MaxPooling2D()] if n < 3 else []
        network += [layers.BatchNormalization(momentum=BATCHNORM_MOMENTUM), layers.ReLU()]
    network += _averaged_scores(num_classes, dropout, seeds)
    return keras.Sequential(network, name="fast_cnn")


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
    input_shape, num_classes, seeds = _checked(input_shape, num_classes, seed)
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
    logits = layers.Dense(num_classes, kernel_initializer=_glorot(seeds))(x)
    return keras.Model(images, logits, name="pretrained_cnn")


def _open_convolution(filters, seeds):
    """A convolution 3 × 3 without bias: batch normalization, which follows, would take it away at once."""
    from keras import layers

    return layers.Conv2D(filters, 3, padding="same", use_bias=False, kernel_initializer=_glorot(seeds))


def _averaged_scores(num_classes, dropout, seeds):
    """The layers from the last maps to the logits: averages, some of them dropped, and a dense layer."""
    from keras import layers

    dropping = [layers.Dropout(dropout, seed=next(seeds))] if dropout else []
    scores = layers.Dense(num_classes, kernel_initializer=_glorot(seeds))
    return [layers.GlobalAveragePooling2D(), *dropping, scores]


def _standardization(standardize, input_shape):
    """The layer that brings images to mean 0 and deviation 1, by settings and not by weights."""
    from keras import layers

    if standardize is None:
        return layers.Rescaling(1.0)  # in the same place, so that layers count alike with and without it
    scale = 1
    if isinstance(standardize, CellImageDataset):
        scale = _dataset_checks.scale(standardize.images, None)
        standardize = standardize.images
    else:
        standardize = _checks.images("standardize", standardize, complex_ok=False)
        if standardize.size and (standardize.min() < 0 or standardize.max() > 1):
            raise ValueError(
                f"`standardize` must hold images in [0, 1]: got values from {standardize.min():g} to "
                f"{standardize.max():g}.\nGive the training images as the model sees them, or their data set."
            )
    if standardize.shape[-1] != input_shape[-1]:
        raise ValueError(
            f"`standardize` must have the channels of `input_shape`: got {standardize.shape[-1]} channels "
            f"and input_shape={input_shape}.\nGive the images that the model will be trained on."
        )
    mean, std = channel_statistics(standardize)
    return layers.Normalization(mean=(mean / scale).tolist(), variance=np.square(std / scale).tolist())


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
                variable.assign(_glorot(seeds)(variable.shape))
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


def _glorot(seeds):
    import keras

    return keras.initializers.GlorotUniform(seed=next(seeds))


def _checked(input_shape, num_classes, seed, smallest=1):
    """The arguments of every builder, and a source of seeds, one for each layer that draws."""
    if not isinstance(input_shape, (list, tuple)) or len(input_shape) != 3:
        raise ValueError(
            f"`input_shape` must be (height, width, channels): got input_shape={input_shape!r}.\n"
            f"Give images.shape[1:], for example (28, 28, 3)."
        )
    minima = (smallest, smallest, 1)
    shape = tuple(
        _checks.whole_number(f"input_shape[{n}]", length, minimum=minimum)
        for n, (length, minimum) in enumerate(zip(input_shape, minima, strict=True))
    )
    num_classes = _checks.whole_number("num_classes", num_classes, minimum=2)
    rng = np.random.default_rng(_checks.whole_number("seed", seed, minimum=0))
    return shape, num_classes, iter(lambda: int(rng.integers(2**31)), None)


def _checked_filters(value, fewest):
    if not isinstance(value, (list, tuple)) or len(value) < fewest:
        raise ValueError(
            f"`filters` must be a list of {fewest} numbers or more: got "
            f"{_checks.received('filters', value)}.\n"
            f"Give for example filters=(16, 32, 64, 64)."
        )
    return [_checks.whole_number(f"filters[{n}]", number) for n, number in enumerate(value)]
