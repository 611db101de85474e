"""The networks: what they are made of, how many parameters they have and how far they see."""

import numpy as np

from .. import _checks, _dataset_checks
from ..dataset import CellImageDataset
from ..images import channel_statistics
from ._arguments import checked, glorot

__all__ = ["batchnorm_cnn", "fast_cnn", "linear", "small_cnn"]

BATCHNORM_MOMENTUM = 0.9  # the default, 0.99, needs hundreds of steps to follow


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
    input_shape, num_classes, seeds = checked(input_shape, num_classes, seed)
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input(input_shape),
            _standardization(standardize, input_shape),
            layers.Flatten(),
            layers.Dense(num_classes, kernel_initializer=glorot(seeds)),
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
    input_shape, num_classes, seeds = checked(input_shape, num_classes, seed, smallest=7)
    import keras
    from keras import layers

    def convolution(filters, size, strides=1):
        return layers.Conv2D(
            filters,
            size,
            strides=strides,
            padding="same",
            activation="relu",
            kernel_initializer=glorot(seeds),
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
            layers.Dense(num_classes, kernel_initializer=glorot(seeds)),
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
    input_shape, num_classes, seeds = checked(input_shape, num_classes, seed, smallest=4)
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
    input_shape, num_classes, seeds = checked(input_shape, num_classes, seed, smallest=8)
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


def _open_convolution(filters, seeds):
    """A convolution 3 × 3 without bias: batch normalization, which follows, would take it away at once."""
    from keras import layers

    return layers.Conv2D(filters, 3, padding="same", use_bias=False, kernel_initializer=glorot(seeds))


def _averaged_scores(num_classes, dropout, seeds):
    """The layers from the last maps to the logits: averages, some of them dropped, and a dense layer."""
    from keras import layers

    dropping = [layers.Dropout(dropout, seed=next(seeds))] if dropout else []
    scores = layers.Dense(num_classes, kernel_initializer=glorot(seeds))
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


def _checked_filters(value, fewest):
    if not isinstance(value, (list, tuple)) or len(value) < fewest:
        raise ValueError(
            f"`filters` must be a list of {fewest} numbers or more: got "
            f"{_checks.received('filters', value)}.\n"
            f"Give for example filters=(16, 32, 64, 64)."
        )
    return [_checks.whole_number(f"filters[{n}]", number) for n, number in enumerate(value)]
