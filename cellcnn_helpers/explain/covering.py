"""What becomes of a score when parts of the image are covered: occlusion, deletion and insertion."""

import itertools
from typing import NamedTuple

import numpy as np

from .. import _checks
from ._model import (
    checked_classes,
    checked_images,
    checked_model,
    class_scores,
    find_ending,
    in_batches,
    output_tensor,
)


class Curve(NamedTuple):
    """How the probability of a class changes while pixels are taken away, or given back.

    Attributes
    ----------
    fractions : numpy.ndarray
        Of the pixels, from 0 to 1, ``(num_steps + 1,)``.
    probabilities : numpy.ndarray
        Of the class, between 0 and 1, ``(batch, num_steps + 1)``.
    """

    fractions: np.ndarray
    probabilities: np.ndarray

    @property
    def area(self):
        """The mean height of each curve, ``(batch,)``, small where a deletion soon hits what counts."""
        return np.trapezoid(self.probabilities, self.fractions, axis=1)


def occlusion(model, images, classes=None, *, size, stride=None, fill=None):
    """Show how much the score of a class falls when a square of the image is covered.

    (batch, H, W, C) -> (batch, H, W)

    Parameters
    ----------
    model : keras.Model
        A classifier, Sequential or Functional.
    images : array, shape (batch, H, W, C)
        Scaled as the model was trained on.
    classes : int or array of int, shape (batch,), optional
        The class to be explained, one for all images or one each; by default the predicted.
    size : int or (int, int)
        Rows and columns of the square, in pixels.
    stride : int or (int, int), optional
        Steps from square to square, at most `size`. By default squares lie side by side.
    fill : float or array, optional
        What covers: anything that broadcasts to the images, such as one number or one color. By default the
        mean color of each image, which makes no new object.

    Returns
    -------
    numpy.ndarray
        float32, in units of the score: at each pixel the mean fall over all squares that cover it. Negative
        where the score rises, so what is there speaks against the class.

    Raises
    ------
    ValueError
        If the square is larger than the image or steps leave pixels out; if images or classes do not fit.

    See Also
    --------
    saliency : one pixel and a small change, at the cost of one gradient.

    Notes
    -----
    Every square is whole: the last of a row or column is moved back to the edge of the image, so all cover
    the same area. The model sees one image per square: ``stride=1`` takes about height × width of them.

    References
    ----------
    M. D. Zeiler, R. Fergus, Visualizing and Understanding Convolutional Networks, ECCV 2014,
    arXiv:1311.2901.

    Examples
    --------
    >>> import keras
    >>> import numpy as np
    >>> model = keras.Sequential([keras.Input((2, 2, 1)), keras.layers.Flatten(), keras.layers.Dense(1)])
    >>> model.set_weights([np.array([[1], [0], [0], [-2]]), np.zeros(1)])
    >>> occlusion(model, np.full((1, 2, 2, 1), 0.5), size=1, fill=0)
    array([[[ 0.5,  0. ],
            [ 0. , -1. ]]], dtype=float32)
    """
    model = checked_model(model)
    images = checked_images(model, images)
    classes = checked_classes(classes, model, images)
    squares = _squares(images.shape[1:3], size, stride)
    fills = _checked_fill(fill, images)
    before = in_batches(lambda *part: class_scores(model, *part), images, classes)
    how_often = squares.sum(axis=0)
    maps = np.empty(images.shape[:3], np.float32)
    for index, (image, cover) in enumerate(zip(images, fills, strict=True)):

        def scores_covered(squares, classes, image=image, cover=cover):
            return class_scores(model, np.where(squares[..., np.newaxis], cover, image), classes)

        after = in_batches(scores_covered, squares, np.full(len(squares), classes[index]))
        maps[index] = np.tensordot(before[index] - after, squares, axes=1) / how_often
    return maps


def deletion_curve(model, images, maps, classes=None, *, num_steps=20, fill=None):
    """Cover the pixels of an image, those first where its map is highest, and watch the probability fall.

    (batch, H, W, C) and (batch, H, W) -> (num_steps + 1,) and (batch, num_steps + 1)

    Parameters
    ----------
    model : keras.Model
        A classifier, Sequential or Functional.
    images : array, shape (batch, H, W, C)
        Scaled as the model was trained on.
    maps : array, shape (batch, H, W)
        One per image, from any method. Only the order of its pixels counts; of equal ones the first by rows
        and columns goes first.
    classes : int or array of int, shape (batch,), optional
        The class that is watched, one for all images or one each; by default the predicted.
    num_steps : int
        In how many equal steps all pixels are covered.
    fill : float or array, optional
        What covers, as in `occlusion`.

    Returns
    -------
    Curve
        Named tuple of `fractions` covered and `probabilities`, with the property `area`: a map that has found
        what the model goes by makes it small.

    Raises
    ------
    ValueError
        If the maps do not have the size of the images; if images or classes do not fit the model.

    See Also
    --------
    insertion_curve : the other way round.

    Notes
    -----
    Probabilities here, not scores, so that areas of several images can be compared. Draw the curve of a
    random map beside it: an image half covered is unlike any the model has seen, and may fall for that alone.

    References
    ----------
    V. Petsiuk, A. Das, K. Saenko, RISE: Randomized Input Sampling for Explanation of Black-box Models,
    BMVC 2018, arXiv:1806.07421.

    Examples
    --------
    >>> import keras
    >>> import numpy as np
    >>> model = keras.Sequential([keras.Input((2, 2, 1)), keras.layers.Flatten(), keras.layers.Dense(1)])
    >>> model.set_weights([np.array([[1], [0], [0], [3]]), np.zeros(1)])
    >>> image, importance = np.ones((1, 2, 2, 1)), np.array([[[2, 0], [0, 5]]])
    >>> deletion_curve(model, image, importance, num_steps=4, fill=0).probabilities.round(3)
    array([[0.982, 0.731, 0.5  , 0.5  , 0.5  ]], dtype=float32)
    """
    return _curve(model, images, maps, classes, num_steps, fill, inserted=False)


def insertion_curve(model, images, maps, classes=None, *, num_steps=20, fill=None):
    """Give back the pixels of a covered image, those first where its map is highest.

    (batch, H, W, C) and (batch, H, W) -> (num_steps + 1,) and (batch, num_steps + 1)

    Parameters
    ----------
    model, images, maps, classes, num_steps, fill
        As in `deletion_curve`.

    Returns
    -------
    Curve
        Named tuple of `fractions` given back and `probabilities`, with the property `area`: a map that has
        found what the model goes by makes it large.

    Raises
    ------
    ValueError
        As in `deletion_curve`.

    See Also
    --------
    deletion_curve : the other way round.

    Examples
    --------
    >>> import keras
    >>> import numpy as np
    >>> model = keras.Sequential([keras.Input((2, 2, 1)), keras.layers.Flatten(), keras.layers.Dense(1)])
    >>> model.set_weights([np.array([[1], [0], [0], [3]]), np.zeros(1)])
    >>> image, importance = np.ones((1, 2, 2, 1)), np.array([[[2, 0], [0, 5]]])
    >>> insertion_curve(model, image, importance, num_steps=4, fill=0).probabilities.round(3)
    array([[0.5  , 0.953, 0.982, 0.982, 0.982]], dtype=float32)
    """
    return _curve(model, images, maps, classes, num_steps, fill, inserted=True)


def _curve(model, images, maps, classes, num_steps, fill, *, inserted):
    model = checked_model(model)
    images = checked_images(model, images)
    classes = checked_classes(classes, model, images)
    maps = _checks.no_nan("maps", _checks.float_array("maps", maps, axes=("batch", "height", "width")))
    _checks.same_shape("maps", maps, images.shape[:3], "the images without channels")
    num_steps = _checks.whole_number("num_steps", num_steps)
    fills = _checked_fill(fill, images)
    fractions = np.linspace(0, 1, num_steps + 1)
    num_chosen = np.round(fractions * maps[0].size).astype(int) if len(maps) else np.zeros(num_steps + 1, int)
    probabilities = np.empty((len(images), num_steps + 1), np.float32)
    for index, (image, cover) in enumerate(zip(images, fills, strict=True)):
        chosen = _ranks(maps[index]) < num_chosen[:, np.newaxis, np.newaxis]
        covered = chosen != inserted
        steps = np.where(covered[..., np.newaxis], cover, image)
        probabilities[index] = in_batches(lambda part: _probabilities(model, part), steps)[:, classes[index]]
    return Curve(fractions, probabilities)


def _ranks(importance):
    """0 at the highest value of a map, then 1, 2, ..., each once."""
    ranks = np.empty(importance.size, int)
    ranks[np.argsort(-importance.ravel(), kind="stable")] = np.arange(importance.size)
    return ranks.reshape(importance.shape)


def _probabilities(model, images):
    """The model's own, or the softmax (of one class the sigmoid) of its logits."""
    from keras import ops

    output = output_tensor(model, images)
    if find_ending(model):
        return output
    return ops.softmax(output) if output.shape[1] > 1 else ops.sigmoid(output)


def _squares(image_size, size, stride):
    """One mask (H, W) per square, True where it lies."""
    size = _checks.pair("size", size)
    stride = size if stride is None else _checks.pair("stride", stride)
    if any(side > length for side, length in zip(size, image_size, strict=True)):
        raise ValueError(
            f"`size` must not exceed the image, {tuple(image_size)}: got size={size}.\n"
            f"Cover less: about a quarter of its height and width."
        )
    if any(step > side for step, side in zip(stride, size, strict=True)):
        raise ValueError(
            f"`stride` must be at most the size of the square, {size}: got stride={stride}.\n"
            f"Otherwise pixels between the squares are never covered."
        )
    tops, lefts = (
        sorted({min(start, length - side) for start in range(0, length, step)})
        for length, side, step in zip(image_size, size, stride, strict=True)
    )
    masks = np.zeros((len(tops) * len(lefts), *image_size), bool)
    for mask, (top, left) in zip(masks, itertools.product(tops, lefts), strict=True):
        mask[top : top + size[0], left : left + size[1]] = True
    return masks


def _checked_fill(value, images):
    """What covers each image, (batch, H, W, C)."""
    if value is None:
        return np.broadcast_to(images.mean(axis=(1, 2), keepdims=True), images.shape)
    fill = _checks.float_array("fill", value, axes=None, complex_ok=False)
    _checks.no_nan("fill", fill)
    try:
        return np.broadcast_to(fill, images.shape).astype(np.float32)
    except ValueError:
        raise ValueError(
            f"`fill` must fit the images, {images.shape}: got {_checks.received('fill', fill)}.\n"
            f"Give one number, or one value per channel."
        ) from None
