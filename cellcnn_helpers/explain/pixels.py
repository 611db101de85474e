"""How the score of a class changes with the pixels: saliency and integrated gradients."""

from typing import NamedTuple

import numpy as np

from .. import _checks
from ._gradients import gradient
from ._model import checked_classes, checked_images, checked_model, class_scores, in_batches


class IntegratedGradients(NamedTuple):
    """What each pixel adds to the score, and how far their sum misses the whole.

    Attributes
    ----------
    maps : numpy.ndarray
        ``(batch, H, W)``, in units of the score: positive where the pixel speaks for the class, negative
        against it.
    gap : numpy.ndarray
        ``(batch,)``: the sum of the map, less ``score(image) - score(baseline)``. The smaller, the better the
        integral.
    """

    maps: np.ndarray
    gap: np.ndarray


def saliency(model, images, classes=None):
    """Show on which pixels the score of a class depends most: the size of its gradient.

    (batch, H, W, C) -> (batch, H, W)

    Parameters
    ----------
    model : keras.Model
        A classifier, Sequential or Functional.
    images : array, shape (batch, H, W, C)
        Scaled as the model was trained on.
    classes : int or array of int, shape (batch,), optional
        The class to be explained, one for all images or one each; by default the predicted.

    Returns
    -------
    numpy.ndarray
        float32, never negative: by how much the score changes, in either direction, when the most
        influential channel of the pixel changes by 1 (at that rate; the model is not linear).

    Raises
    ------
    ValueError
        If the images do not fit the model, or a class is out of range.

    See Also
    --------
    integrated_gradients : with a sign, and a sum that means something.

    Notes
    -----
    The sign is left out. It says whether a brighter pixel raises the score, which for a dark nucleus on
    bright ground is just the opposite of "here is what speaks for the class". Of the channels the largest
    counts, since a sum would let red and blue of opposite signs cancel.

    References
    ----------
    K. Simonyan, A. Vedaldi, A. Zisserman, Deep Inside Convolutional Networks: Visualising Image
    Classification Models and Saliency Maps, arXiv:1312.6034.

    Examples
    --------
    >>> import keras
    >>> import numpy as np
    >>> model = keras.Sequential([keras.Input((2, 2, 1)), keras.layers.Flatten(), keras.layers.Dense(1)])
    >>> model.set_weights([np.array([[1], [0], [0], [-2]]), np.zeros(1)])
    >>> saliency(model, np.ones((1, 2, 2, 1)))
    array([[[1., 0.],
            [0., 2.]]], dtype=float32)
    """
    model = checked_model(model)
    images = checked_images(model, images)
    classes = checked_classes(classes, model, images)
    slopes = in_batches(lambda *part: _slopes(model, *part), images, classes)
    return np.abs(slopes).max(axis=-1)


def integrated_gradients(model, images, classes=None, *, baseline=None, num_steps=64):
    """Share the score of a class out among the pixels: what each added on the way from a baseline.

    (batch, H, W, C) -> (batch, H, W) and (batch,)

    Parameters
    ----------
    model, images, classes
        As in `saliency`.
    baseline : float or array, optional
        The image without evidence, where the way begins: anything that broadcasts to the images, such as one
        number, one color or one image. By default 0, black: right for fluorescence. For stained cells on
        bright ground take the color of the ground.
    num_steps : int
        Points on the straight way from the baseline to the image where the gradient is taken, in the middles
        of equal parts.

    Returns
    -------
    IntegratedGradients
        Named tuple of `maps`, with a sign, summed over the channels, and `gap`.

    Raises
    ------
    ValueError
        If the images do not fit the model, the baseline does not fit them, or a class is out of range.

    See Also
    --------
    scores : what is shared out.

    Notes
    -----
    Complete: the sum of a map is ``score(image) - score(baseline)``, but for the `gap` left by a sum with
    `num_steps` terms in place of an integral. If the gap is more than 5 % of that difference, take more
    steps. A pixel that equals the baseline gets 0, even if its being dark is what the model went by.

    References
    ----------
    M. Sundararajan, A. Taly, Q. Yan, Axiomatic Attribution for Deep Networks, ICML 2017, arXiv:1703.01365.

    Examples
    --------
    >>> import keras
    >>> import numpy as np
    >>> model = keras.Sequential([keras.Input((2, 2, 1)), keras.layers.Flatten(), keras.layers.Dense(1)])
    >>> model.set_weights([np.array([[1], [0], [0], [-2]]), np.zeros(1)])
    >>> integrated_gradients(model, np.full((1, 2, 2, 1), 0.5)).maps
    array([[[ 0.5,  0. ],
            [ 0. , -1. ]]], dtype=float32)
    """
    model = checked_model(model)
    images = checked_images(model, images)
    classes = checked_classes(classes, model, images)
    baselines = _checked_baseline(baseline, images.shape)
    num_steps = _checks.whole_number("num_steps", num_steps)
    maps = np.empty(images.shape[:3], np.float32)
    for index, (image, start) in enumerate(zip(images, baselines, strict=True)):
        steps = ((np.arange(num_steps) + 0.5) / num_steps).astype(np.float32)[:, None, None, None]
        same = np.full(num_steps, classes[index])
        slopes = in_batches(lambda *part: _slopes(model, *part), start + steps * (image - start), same)
        maps[index] = (slopes.mean(axis=0) * (image - start)).sum(axis=-1)
    ends = [in_batches(lambda *part: class_scores(model, *part), x, classes) for x in (images, baselines)]
    return IntegratedGradients(maps, maps.sum(axis=(1, 2)) - (ends[0] - ends[1]))


def _slopes(model, images, classes):
    """The gradient of each image's score by its values, (batch, H, W, C)."""
    return gradient(lambda images: class_scores(model, images, classes), images)


def _checked_baseline(value, shape):
    """The baseline of every image, (batch, H, W, C)."""
    baseline = _checks.float_array("baseline", 0 if value is None else value, axes=None, complex_ok=False)
    _checks.no_nan("baseline", baseline)
    try:
        return np.broadcast_to(baseline, shape).astype(np.float32)
    except ValueError:
        raise ValueError(
            f"`baseline` must fit the images, {shape}: got {_checks.received('baseline', baseline)}.\n"
            f"Give one number, one value per channel, one image (height, width, channels), or one per image."
        ) from None
