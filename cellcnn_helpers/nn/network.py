"""A whole convolutional network in NumPy: layers in a row, trained by gradient descent."""

import math

import numpy as np

from cellcnn_helpers import _checks
from cellcnn_helpers.nn import _files
from cellcnn_helpers.nn import _network_checks as check
from cellcnn_helpers.nn._backpropagation import backward, batch_gradients, flat, forward
from cellcnn_helpers.nn._machine import all_cores
from cellcnn_helpers.nn.losses import softmax_cross_entropy
from cellcnn_helpers.nn.optimizers import Adam
from cellcnn_helpers.nn.results import Evaluation, History, NetworkGradients, NetworkSummary

PART_BYTES = 2 << 20  # of the largest output of a layer, for the part of a batch that is worked on at once


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

    Images are converted to the dtype of the weights, which is float32 unless `set_weights` was given another.

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
        self.layers = check.layers(layers)
        self.input_shape = check.input_shape(input_shape)
        rng = np.random.default_rng(_checks.whole_number("seed", seed, minimum=0))
        self._weights, largest_output = [], 1  # weights: one list for each layer
        x = np.empty((0, *self.input_shape), np.float32)  # an empty batch, to see what shapes come out
        for layer in self.layers:
            weights = layer.initial_weights(x.shape[1:], rng)
            x = layer.forward(x, weights)
            self._weights.append(weights)
            largest_output = max(largest_output, math.prod(x.shape[1:]) * x.itemsize)
        self.output_shape = x.shape[1:]
        self._part_size = max(PART_BYTES // largest_output, 1)

    def summary(self):
        """Return a table of the layers: kind, shape of the output, number of parameters.

        Returns
        -------
        NetworkSummary
            Named tuple of lists; shown as a table.

        Examples
        --------
        >>> from cellcnn_helpers.nn import Dense, Flatten, MaxPooling2D
        >>> Network([MaxPooling2D(), Flatten(), Dense(2)], input_shape=(8, 8, 3)).summary()
        layer            output  parameters
        MaxPooling2D  4 × 4 × 3           0
        Flatten              48           0
        Dense                 2          98
        together                         98
        """
        nothing = np.empty((0, *self.input_shape), np.float32)
        return NetworkSummary(
            [type(layer).__name__ for layer in self.layers],
            [x.shape[1:] for x in forward(self.layers, self._weights, nothing)[1:]],
            [sum(w.size for w in weights) for weights in self._weights],
        )

    def get_weights(self):
        """Return copies of all weights in the order of Keras: layer by layer, kernel then bias.

        -> list of arrays, such as (KH, KW, C, F) and (F,).
        """
        return [weights.copy() for weights in flat(self._weights)]

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
        expected, received = [w.shape for w in flat(self._weights)], [w.shape for w in new]
        if received != expected:
            raise ValueError(
                f"`weights` must have the shapes of this network, {expected}: got shapes {received}.\n"
                f"Give the weights of a network with the same layers."
            )
        remaining = iter(new)
        self._weights = [[next(remaining).copy() for _ in weights] for weights in self._weights]

    def save(self, path):
        """Write layers, input shape and weights to a file; how far training had come is not kept.

        Parameters
        ----------
        path : str or Path
            The file, usually ``.npz``. One that is there is replaced, in one go: an interrupted `save` leaves
            it as it was.

        Raises
        ------
        FileNotFoundError
            If the folder does not exist.
        TypeError
            If a layer is of your own making: only the layers of nn can be saved.

        Examples
        --------
        >>> import os, tempfile
        >>> from cellcnn_helpers.nn import Dense, Flatten
        >>> path = os.path.join(tempfile.mkdtemp(), "network.npz")
        >>> Network([Flatten(), Dense(2)], input_shape=(8, 8, 3)).save(path)
        >>> Network.load(path).layers
        [Flatten(), Dense(units=2)]
        """
        _files.write(path, self.layers, self.input_shape, flat(self._weights))

    @classmethod
    def load(cls, path):
        """Return the network that `save` wrote to a file.

        Parameters
        ----------
        path : str or Path
            The file.

        Returns
        -------
        Network

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If the file is damaged, cut short, changed, or not of a network.

        Notes
        -----
        Safe with files of strangers: they can hold numbers and names of layers, but no code that is run.
        """
        with _files.reading(path) as (layers, input_shape, weights):
            network = cls(layers, input_shape=input_shape)
            network.set_weights(weights)
        return network

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
        batches = [images[n : n + batch_size] for n in starts]
        with all_cores() as map_batches:
            return np.concatenate(map_batches(lambda x: forward(self.layers, self._weights, x)[-1], batches))

    def activations(self, images):
        """Return what every layer makes of images: (batch, height, width, channels) -> a list, one per layer.

        Parameters
        ----------
        images : array_like, shape (batch, height, width, channels)
            Images, scaled as in training; a few, since all outputs are held at once.

        Returns
        -------
        list of numpy.ndarray
            Outputs of the layers in order; the last are the logits.
        """
        return forward(self.layers, self._weights, self._images(images))[1:]

    def gradients(self, images, labels):
        """Return the gradient of the loss with respect to every weight and to what every layer gives.

        (batch, height, width, channels) and (batch,) -> a number and two lists of arrays.

        Parameters
        ----------
        images, labels
            As in `evaluate`.

        Returns
        -------
        NetworkGradients
            Named tuple of `loss`, `weights` (in the order of `get_weights`) and `activations` (in the order
            of the layers).

        See Also
        --------
        check_gradient : Tests such gradients.
        """
        images, labels = self._examples(images, labels)
        values = forward(self.layers, self._weights, images)
        loss, dy = softmax_cross_entropy(labels, values[-1])
        dys, dweights = zip(*backward(self.layers, self._weights, values, dy), strict=True)
        return NetworkGradients(loss, flat(dweights[::-1]), list(dys[::-1]))

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

    def fit(
        self,
        images,
        labels,
        *,
        epochs=1,
        batch_size=32,
        optimizer=None,
        validation_data=None,
        patience=None,
        class_weight=None,
        augment=None,
        seed=0,
        verbose=True,
    ):
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
        validation_data : (images, labels), optional
            Images that are not trained on, to measure loss and accuracy after each epoch.
        patience : int, optional
            Stop after so many epochs without a new lowest `val_loss`. Training, stopped or not, then ends
            with the weights of the epoch where it was lowest. Needs `validation_data`.
        class_weight : dict of int to float, optional
            How much an image of each class counts in the loss, as in Keras; 1 for a class not named.
        augment : callable, optional
            ``augment(images, rng)`` returns a changed copy of a batch, of its shape; called at each step.
        seed : int
            Starts the random generator that shuffles the images, anew in every epoch, and is handed to
            `augment`. At least 0.
        verbose : bool
            Show the progress where someone can watch it: in a terminal, in JupyterLab or in Colab.

        Returns
        -------
        History
            Named tuple of `loss`, `accuracy`, `val_loss` and `val_accuracy`: lists, one entry per epoch.

        Raises
        ------
        ValueError
            If images are not scaled or hold NaN, labels do not fit, or training diverges.
        TypeError
            If `optimizer` is a name or a class, not an optimizer.

        Notes
        -----
        The same seeds give the same weights, bit by bit, on the same machine. The weights keep their dtype.

        Interrupted training (Ctrl-C, or the stop button of a notebook) leaves the weights of the last whole
        step.
        """
        from cellcnn_helpers.nn._progress import describe, progress_bar  # slow to import

        images, labels = self._examples(images, labels)
        validation_data = check.validation_data(validation_data, self._examples)
        patience = check.patience(patience, validation_data)
        epochs = _checks.whole_number("epochs", epochs)
        batch_size = _checks.whole_number("batch_size", batch_size)
        optimizer = Adam() if optimizer is None else check.optimizer(optimizer)
        class_weights = check.class_weights(class_weight, self.output_shape[0])
        augment = check.augment(augment)
        rng = np.random.default_rng(_checks.whole_number("seed", seed, minimum=0))
        starts = range(0, len(images), batch_size)
        history, best_weights = History([], [], [], []), self._weights
        verbose = _checks.boolean("verbose", verbose)
        with progress_bar(epochs * len(starts), verbose=verbose) as bar, all_cores() as map_parts:
            for epoch in range(epochs):
                bar.set_description_str(f"epoch {epoch + 1}/{epochs} ")
                order = rng.permutation(len(images))
                sums = np.zeros(2)  # of the losses and of the right predictions
                for batch in (order[n : n + batch_size] for n in starts):
                    examples = augment(images[batch], rng), labels[batch], class_weights[labels[batch]]
                    sums += self._step(examples, optimizer, map_parts)
                    bar.update()
                measured = (sums / len(images)).tolist()
                if validation_data is not None:
                    measured += self.evaluate(*validation_data)
                for values, value in zip(history, measured, strict=False):  # two or four
                    values.append(value)
                bar.set_postfix_str(describe(history))
                if patience is not None:
                    best_epoch = int(np.argmin(history.val_loss))
                    if best_epoch == epoch:
                        best_weights = self._weights
                    elif epoch - best_epoch == patience:
                        break
        if patience is not None:
            self._weights = best_weights
        return history

    def _step(self, examples, optimizer, map_parts):
        """Take one step of the optimizer; return the sums of losses and of right predictions before it."""
        try:
            loss, logits, gradients = batch_gradients(
                self.layers, self._weights, *examples, part_size=self._part_size, map_parts=map_parts
            )
        except FloatingPointError:
            raise ValueError(
                f"`optimizer` made the outputs infinite: got learning_rate={optimizer.learning_rate}.\n"
                f"Start again with new weights and a learning rate ten times smaller."
            ) from None
        self.set_weights(optimizer.step(flat(self._weights), gradients))
        return loss * len(logits), np.sum(logits.argmax(axis=1) == examples[1])

    def _images(self, images):
        """Check images, and convert them to the dtype of the weights."""
        images = check.scaled_images(images, self.input_shape)
        dtypes = [w.dtype for w in flat(self._weights)]
        return images.astype(np.result_type(*dtypes), copy=False) if dtypes else images

    def _examples(self, images, labels):
        """Check images and labels to learn from."""
        images = _checks.no_nan("images", self._images(images))
        return images, check.labels(labels, (len(images), *self.output_shape))
