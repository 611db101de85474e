"""A whole convolutional network in NumPy: layers in a row, trained by gradient descent."""

from typing import NamedTuple

import numpy as np

from cellcnn_helpers import _checks
from cellcnn_helpers.nn.layers import Layer
from cellcnn_helpers.nn.losses import softmax_cross_entropy
from cellcnn_helpers.nn.optimizers import Adam

LARGEST_SCALED = 30  # standardized images stay below, 8-bit images nearly always reach beyond


class History(NamedTuple):
    """What `Network.fit` returns: loss and accuracy of each epoch, measured while training.

    Attributes
    ----------
    loss : list of float
        Mean loss of each epoch.
    accuracy : list of float
        Share of right predictions, from 0 to 1.
    """

    loss: list[float]
    accuracy: list[float]


class Evaluation(NamedTuple):
    """What `Network.evaluate` returns.

    Attributes
    ----------
    loss : float
        Mean loss.
    accuracy : float
        Share of right predictions, from 0 to 1.
    """

    loss: float
    accuracy: float


class Network:
    """A network of layers that sorts images into classes.

    (batch, height, width, channels) -> logits (batch, classes).

    Parameters
    ----------
    layers : list
        `Conv2D`, `MaxPooling2D`, `AveragePooling2D`, `GlobalAveragePooling2D`, `GlobalMaxPooling2D`,
        `Flatten`, `Dense`, `ReLU`. The last one gives the logits, one per class: no softmax.
    input_shape : (int, int, int)
        Height, width and channels of an image.
    seed : int
        Draws the first weights (Glorot uniform, biases 0, as in Keras).

    Raises
    ------
    ValueError
        If the layers do not fit together; the message is that of the first layer that does not.

    See Also
    --------
    Conv2D, Dense : The layers with weights.

    Notes
    -----
    For learning how it works. For work, train the same layers in Keras: weights go both ways by `get_weights`
    and `set_weights`, in the same order.

    Examples
    --------
    >>> import numpy as np
    >>> from cellcnn_helpers.nn import Conv2D, Dense, Flatten, MaxPooling2D, ReLU
    >>> layers = [Conv2D(4, 3), ReLU(), MaxPooling2D(), Flatten(), Dense(2)]
    >>> network = Network(layers, input_shape=(8, 8, 1))
    >>> network.predict(np.zeros((5, 8, 8, 1))).shape
    (5, 2)
    >>> [w.shape for w in network.get_weights()]
    [(3, 3, 1, 4), (4,), (36, 2), (2,)]
    """

    def __init__(self, layers, *, input_shape, seed=0):
        self.layers = _layers(layers)
        self.input_shape = _input_shape(input_shape)
        rng = np.random.default_rng(_checks.whole_number("seed", seed, minimum=0))
        self._weights = []  # one list for each layer
        x = np.empty((0, *self.input_shape), np.float32)  # an empty batch, to see what shapes come out
        for layer in self.layers:
            weights = layer.initial_weights(x.shape[1:], rng)
            x = layer.forward(x, weights)
            self._weights.append(weights)
        self.output_shape = x.shape[1:]

    def get_weights(self):
        """Return copies of all weights in the order of Keras: layer by layer, kernel then bias.

        -> list of arrays, such as (KH, KW, C, F) and (F,).
        """
        return [weights.copy() for weights in self._flat_weights()]

    def set_weights(self, weights):
        """Replace all weights, for example by those of a Keras model with the same layers.

        Parameters
        ----------
        weights : list of array_like
            Arrays of the shapes that `get_weights` returns, such as (KH, KW, C, F) and (F,), in that order.

        Raises
        ------
        ValueError
            If their number or shapes differ.
        """
        new = _checks.array_list("weights", weights)
        expected, received = [w.shape for w in self._flat_weights()], [w.shape for w in new]
        if received != expected:
            raise ValueError(
                f"`weights` must have the shapes of this network, {expected}: got shapes {received}.\n"
                f"Give the weights of a network with the same layers."
            )
        remaining = iter(new)
        self._weights = [[next(remaining).copy() for _ in weights] for weights in self._weights]

    def predict(self, images, *, batch_size=32):
        """Return the logits of images: (batch, height, width, channels) -> (batch, classes).

        Parameters
        ----------
        images : array_like, shape (batch, height, width, channels)
            Images, scaled as in training.
        batch_size : int
            How many images to work on at once.

        Returns
        -------
        numpy.ndarray
            Logits, shape (batch, classes). `softmax` turns them into probabilities, ``.argmax(axis=1)`` into
            classes.
        """
        images = self._images(images)
        batch_size = _checks.whole_number("batch_size", batch_size)
        starts = range(0, max(len(images), 1), batch_size)  # at least one batch, though it may be empty
        return np.concatenate([self._forward(images[n : n + batch_size])[-1] for n in starts])

    def evaluate(self, images, labels, *, batch_size=32):
        """Return the loss and the accuracy on images with known classes.

        (batch, height, width, channels) and (batch,) -> two numbers.

        Parameters
        ----------
        images, batch_size
            As in `predict`.
        labels : array_like of int, shape (batch,)
            The true classes.

        Returns
        -------
        Evaluation
            Named tuple of `loss` and `accuracy`.
        """
        logits = self.predict(images, batch_size=batch_size)
        loss = softmax_cross_entropy(labels, logits).loss
        return Evaluation(loss, np.mean(logits.argmax(axis=1) == np.asarray(labels)).item())

    def fit(self, images, labels, *, epochs=1, batch_size=32, optimizer=None, seed=0):
        """Train the network on images with known classes.

        (batch, height, width, channels) and (batch,) -> loss and accuracy per epoch.

        Parameters
        ----------
        images : array_like, shape (batch, height, width, channels)
            Images, scaled: in 0 to 1, or standardized.
        labels : array_like of int, shape (batch,)
            The true classes, from 0 to classes − 1.
        epochs : int
            How often every image is seen.
        batch_size : int
            Images per step.
        optimizer : SGD, RMSprop or Adam, optional
            By default a new ``Adam()``. Give the same one again to go on where it stopped. One of your own
            needs the attribute `learning_rate` and a method `step` like theirs.
        seed : int
            Shuffles the images, anew in every epoch. At least 0.

        Returns
        -------
        History
            Named tuple of `loss` and `accuracy`, a list each, one entry per epoch.

        Raises
        ------
        ValueError
            If images are not scaled or hold NaN, labels do not fit, or training diverges.
        TypeError
            If `optimizer` is a name or a class, not an optimizer.

        Notes
        -----
        The weights keep their dtype, float32 at first, whatever that of the images.
        """
        images = _checks.no_nan("images", self._images(images))
        logits_shape = (len(images), *self.output_shape)
        if len(logits_shape) != 2 or len(images) == 0:
            raise ValueError(
                f"`images` must give rows of logits to learn from: got outputs of shape {logits_shape}.\n"
                f"Give at least one image, and end the network with Flatten and Dense."
            )
        labels = _checks.class_labels("labels", labels, logits_shape)
        epochs = _checks.whole_number("epochs", epochs)
        batch_size = _checks.whole_number("batch_size", batch_size)
        optimizer = Adam() if optimizer is None else _optimizer(optimizer)
        rng = np.random.default_rng(_checks.whole_number("seed", seed, minimum=0))
        history = History([], [])
        for _ in range(epochs):
            order = rng.permutation(len(images))
            batches = [order[n : n + batch_size] for n in range(0, len(order), batch_size)]
            results = [self._train(images[batch], labels[batch], optimizer) for batch in batches]
            loss, accuracy = np.average(results, axis=0, weights=[len(batch) for batch in batches])
            history.loss.append(loss.item())
            history.accuracy.append(accuracy.item())
        return history

    def _train(self, images, labels, optimizer):
        """Take one step of the optimizer; return the loss and accuracy before it."""
        values = self._forward(images)
        logits = values.pop()
        if not np.isfinite(logits).all():
            raise ValueError(
                f"`optimizer` made the outputs infinite: got learning_rate={optimizer.learning_rate}.\n"
                f"Start again with new weights and a learning rate ten times smaller."
            )
        loss, gradient = softmax_cross_entropy(labels, logits)
        gradients = []
        for layer, weights, x in zip(self.layers[::-1], self._weights[::-1], values[::-1], strict=True):
            gradient, *dweights = layer.backward(gradient, x, weights)
            gradients[:0] = dweights
        self.set_weights(optimizer.step(self._flat_weights(), gradients))
        return loss, np.mean(logits.argmax(axis=1) == labels)

    def _forward(self, images):
        """Return what went into each layer, and at the end what came out of the last one."""
        values = [images]
        for layer, weights in zip(self.layers, self._weights, strict=True):
            values.append(layer.forward(values[-1], weights))
        return values

    def _flat_weights(self):
        return [w for weights in self._weights for w in weights]

    def _images(self, images):
        images = _checks.images("images", images, complex_ok=False)
        if images.shape[1:] != self.input_shape:
            raise ValueError(
                f"`images` must have the input shape of the network, {self.input_shape}: got "
                f"images.shape={images.shape}.\nResize them, or make a network for their shape."
            )
        if images.size and (largest := np.abs(images).max()) > LARGEST_SCALED:
            raise ValueError(
                f"`images` are not scaled: got values up to {largest:g}.\n"
                f"Networks work with values near 1; divide 8-bit images by 255: images / np.float32(255)."
            )
        return images


def _optimizer(optimizer):
    needed = "step", "learning_rate"
    if isinstance(optimizer, type) or not all(hasattr(optimizer, name) for name in needed):
        raise TypeError(
            f"`optimizer` must be an optimizer of nn: got {_checks.received('optimizer', optimizer)}.\n"
            f"Make one, with brackets: optimizer=nn.Adam() or optimizer=nn.SGD(0.1, momentum=0.9)."
        )
    return optimizer


def _layers(layers):
    if not isinstance(layers, (list, tuple)) or not layers:
        raise TypeError(
            f"`layers` must be a list of layers: got {_checks.received('layers', layers)}.\n"
            f"Give for example [Conv2D(8, 3), ReLU(), Flatten(), Dense(2)]."
        )
    for n, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            mend = (
                f"Write {layer.__name__}(...) with brackets."
                if isinstance(layer, type)
                else "Use layers of nn."
            )
            raise TypeError(f"`layers[{n}]` must be a layer: got layers[{n}]={layer!r}.\n{mend}")
    return list(layers)


def _input_shape(shape):
    if not isinstance(shape, (list, tuple)) or len(shape) != 3:
        raise ValueError(
            f"`input_shape` must be (height, width, channels): got input_shape={shape!r}.\n"
            f"Give images.shape[1:], for example (28, 28, 1)."
        )
    return tuple(_checks.whole_number(f"input_shape[{n}]", length) for n, length in enumerate(shape))
