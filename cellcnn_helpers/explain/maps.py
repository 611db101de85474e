"""What the layers of a model hold and give, and where in the image the last of them speak for a class."""

import numpy as np

from .. import _checks
from ._gradients import gradient
from ._model import (
    checked_classes,
    checked_images,
    checked_model,
    class_scores,
    find_layer,
    in_batches,
    layer_output,
    layers_of,
    output_replaced,
)


def feature_maps(model, images, layer):
    """Return what a layer gives for each image.

    (batch, H, W, C) -> (batch, H', W', filters), or whatever shape the layer has

    Parameters
    ----------
    model : keras.Model
        Sequential or Functional; it may hold other models.
    images : array, shape (batch, H, W, C)
        Scaled as the model was trained on.
    layer : str or keras.layers.Layer
        The name of a layer, also of one in a nested model; or the layer itself.

    Returns
    -------
    numpy.ndarray
        float32, one row per image.

    Raises
    ------
    ValueError
        If the model has no such layer (the message lists all it has), or uses it more than once.

    See Also
    --------
    cellcnn_helpers.plots.show_maps : draws the maps of one image, ``feature_maps(...)[0]``.

    Examples
    --------
    >>> import keras
    >>> import numpy as np
    >>> layers = [keras.Input((8, 8, 1)), keras.layers.Conv2D(4, 3, name="edges"), keras.layers.Flatten()]
    >>> model = keras.Sequential(layers)
    >>> feature_maps(model, np.zeros((2, 8, 8, 1)), "edges").shape
    (2, 6, 6, 4)
    """
    model = checked_model(model)
    images = checked_images(model, images)
    layer = find_layer(model, layer)
    return in_batches(lambda part: layer_output(model, layer, part), images).astype(np.float32)


def filters(model, layer):
    """Return the kernels of a convolution.

    -> (KH, KW, channels, filters)

    Parameters
    ----------
    model : keras.Model
        Sequential or Functional; it may hold other models.
    layer : str or keras.layers.Layer
        A convolution, by its name; or the layer itself.

    Returns
    -------
    numpy.ndarray
        float32, as `cellcnn_helpers.plots.show_kernels` takes it; ``kernels[:, :, c, f]`` is what filter f
        looks for in channel c.

    Raises
    ------
    ValueError
        If the model has no such layer, or it is not a two-dimensional convolution.

    Examples
    --------
    >>> import keras
    >>> layers = [keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 5, name="edges"), keras.layers.Flatten()]
    >>> filters(keras.Sequential(layers), "edges").shape
    (5, 5, 3, 4)
    """
    import keras

    model = checked_model(model)
    layer = find_layer(model, layer)
    if not isinstance(layer, (keras.layers.Conv2D, keras.layers.DepthwiseConv2D)):
        raise ValueError(_not_a_convolution(model, layer, "hold kernels"))
    return layer.get_weights()[0].astype(np.float32)


def grad_cam(model, images, classes=None, *, layer=None):
    """Show where the maps of a late layer speak for a class: gradient-weighted class activation maps.

    (batch, H, W, C) -> (batch, H, W)

    Parameters
    ----------
    model : keras.Model
        A classifier, Sequential or Functional, that holds a convolution. How it goes on after it is free:
        averages over the maps, or Flatten and Dense.
    images : array, shape (batch, H, W, C)
        Scaled as the model was trained on.
    classes : int or array of int, shape (batch,), optional
        The class to be explained, one for all images or one each; by default the predicted.
    layer : str or keras.layers.Layer, optional
        Whose maps to weigh; by default the last convolution.

    Returns
    -------
    numpy.ndarray
        float32, never negative. The unit is that of the score; compare within an image.

    Raises
    ------
    ValueError
        If there is no such layer, no convolution, or the layer gives no maps; if a class is out of range.

    See Also
    --------
    feature_maps : the maps themselves.

    Notes
    -----
    Each filter is weighed by the mean, over all places, of the gradient of the class's score by its map. The
    weighted sum of the maps is cut off at 0 and enlarged to the size of the image, linearly between the
    middles of its pixels. So it is as coarse as the maps of the layer are, and without padding it is
    stretched a little, since such maps do not reach the border.

    One weight per filter is exact where the model goes on with averages. Before Flatten and Dense a filter
    may speak for the class at one place and against it at another, and their mean tells less.

    A map may be 0 everywhere. That does not say that no pixel counts: at every place the filters speak, in
    sum, against the class, or their gradients cancel in the mean. Find such images by
    ``~maps.any(axis=(1, 2))``. What remains is to explain them by `saliency` or `occlusion`, which have no
    such mean; or another class, or an earlier layer.

    References
    ----------
    R. R. Selvaraju et al., Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization,
    ICCV 2017, doi:10.1109/ICCV.2017.74.

    Examples
    --------
    >>> import keras
    >>> import numpy as np
    >>> layers = [keras.Input((8, 8, 1)), keras.layers.Conv2D(4, 3), keras.layers.GlobalAveragePooling2D()]
    >>> grad_cam(keras.Sequential(layers), np.ones((2, 8, 8, 1))).shape
    (2, 8, 8)
    """
    from keras import ops

    model = checked_model(model)
    images = checked_images(model, images)
    classes = checked_classes(classes, model, images)
    layer = _last_convolution(model) if layer is None else find_layer(model, layer)

    def weigh(images, classes):
        maps = ops.convert_to_numpy(layer_output(model, layer, images)).astype(np.float32)
        if maps.ndim != 4:
            raise ValueError(_not_a_convolution(model, layer, "give maps (height, width, filters)"))

        def score_of_maps(maps):
            with output_replaced(layer, maps):
                return class_scores(model, images, classes)

        weights = gradient(score_of_maps, maps).mean(axis=(1, 2), keepdims=True)
        return np.maximum((weights * maps).sum(axis=-1), 0)

    coarse = in_batches(weigh, images, classes)
    rows, columns = map(_enlarging, coarse.shape[1:], images.shape[1:3])
    return rows @ coarse @ columns.T


def _enlarging(size, new_size):
    """What each of `size` pixels in a row weighs in each of `new_size`: (new_size, size)."""
    middles = (np.arange(new_size) + 0.5) * size / new_size - 0.5
    weights = [np.interp(middles, np.arange(size), pixel) for pixel in np.eye(size)]
    return np.stack(weights, axis=1).astype(np.float32)


def _last_convolution(model):
    found = [layer for layer in layers_of(model) if _is_convolution(layer)]
    if not found:
        listed = ", ".join(layer.name for layer in layers_of(model))
        raise ValueError(
            f"`model` must hold a convolution: got model={_checks.short_repr(model.name)} with the layers "
            f"{listed}.\nName a layer that gives maps: layer=..., or use `saliency` or `occlusion`."
        )
    return found[-1]


def _is_convolution(layer):
    from keras import layers

    return isinstance(
        layer, (layers.Conv2D, layers.DepthwiseConv2D, layers.SeparableConv2D, layers.Conv2DTranspose)
    )


def _not_a_convolution(model, layer, needed):
    listed = ", ".join(layer.name for layer in layers_of(model) if _is_convolution(layer))
    return (
        f'`layer` must {needed}, as a convolution does: got layer="{layer.name}", which is '
        f"{type(layer).__name__}.\nThe convolutions of the model: {listed or 'none'}."
    )
