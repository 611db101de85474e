"""A cell looked at from all sides: predictions averaged over its mirrored and turned pictures."""

import numpy as np

from cellcnn_helpers import _checks


def average_over_positions(predict, images):
    """Average what a model says of each image in all ways in which it can be mirrored and turned.

    (N, H, W, C) -> (N, classes)

    Also called test-time augmentation. For pictures without an up and a left only, and for a model that was
    trained on mirrored and turned ones. It takes eight times as long as one prediction.

    Parameters
    ----------
    predict : callable
        ``predict(images)`` gives logits or probabilities ``(N, classes)``, as `model.predict` does.
    images : array, shape (N, H, W, C)
        Square ones are seen in eight positions, others in the four that keep their sides.

    Returns
    -------
    numpy.ndarray
        ``(N, classes)``, the mean of what `predict` gave.

    Raises
    ------
    TypeError, ValueError
        Where an argument does not fit, or `predict` gives another number of rows.

    See Also
    --------
    cellcnn_helpers.training.flips_and_turns : Draws one of these positions for each image.

    References
    ----------
    Krizhevsky et al., "ImageNet classification with deep convolutional neural networks", 2012, section 4.1,
    averages over crops and their mirror images.

    Examples
    --------
    >>> import numpy as np
    >>> corners = np.array([[1.0, 2], [3, 4]]).reshape(1, 2, 2, 1)
    >>> average_over_positions(lambda images: images[:, 0, 0], corners)
    array([[2.5]])
    """
    _checks.function("predict", predict)
    images = _checks.as_array("images", images)
    if images.ndim != 4:
        raise ValueError(
            f"`images` must have 4 dimensions (batch, height, width, channels): got images.shape="
            f"{images.shape}.\nFor one image add the batch axis: images[np.newaxis]."
        )
    flipped = [images[:, ::down, ::right] for down in (1, -1) for right in (1, -1)]
    if images.shape[1] == images.shape[2]:
        flipped += [position.swapaxes(1, 2) for position in flipped]
    total = 0
    for position in flipped:
        scores = np.asarray(predict(position))
        if scores.ndim != 2 or len(scores) != len(images):
            raise ValueError(
                f"`predict` must give (N, classes) for {len(images)} images: got an array of shape "
                f"{scores.shape}.\nGive for example model.predict."
            )
        total = total + scores
    return total / len(flipped)
