"""What a `Network` tells about itself and about its training."""

from typing import NamedTuple

import numpy as np


class History(NamedTuple):
    """What `Network.fit` returns: loss and accuracy of each epoch.

    Attributes
    ----------
    loss : list of float
        Mean loss of each epoch on the training images, measured while the weights changed.
    accuracy : list of float
        Share of right predictions, from 0 to 1, measured in the same way.
    val_loss : list of float
        Mean loss on the validation images, after each epoch; empty without `validation_data`.
    val_accuracy : list of float
        Share of right predictions on them, in the same way.
    """

    loss: list[float]
    accuracy: list[float]
    val_loss: list[float]
    val_accuracy: list[float]


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


class NetworkGradients(NamedTuple):
    """What `Network.gradients` returns.

    Attributes
    ----------
    loss : float
        Mean loss.
    weights : list of numpy.ndarray
        Gradient of the loss with respect to each weight, as `Network.get_weights` orders them.
    activations : list of numpy.ndarray
        Gradient with respect to the output of each layer, as `Network.activations` orders them.
    """

    loss: float
    weights: list[np.ndarray]
    activations: list[np.ndarray]


class NetworkSummary(NamedTuple):
    """What `Network.summary` returns: a row for each layer; shown as a table.

    Attributes
    ----------
    layers : list of str
        The kind of each layer.
    output_shapes : list of tuple of int
        Shape of what each layer gives for one image.
    num_parameters : list of int
        How many numbers each layer learns: weights and biases.
    """

    layers: list[str]
    output_shapes: list[tuple[int, ...]]
    num_parameters: list[int]

    def __repr__(self):
        shapes = [" × ".join(map(str, shape)) for shape in self.output_shapes]
        counts = [f"{count:,}" for count in self.num_parameters]
        rows = [("layer", "output", "parameters"), *zip(self.layers, shapes, counts, strict=True)]
        rows.append(("together", "", f"{sum(self.num_parameters):,}"))
        name, shape, count = (max(map(len, column)) for column in zip(*rows, strict=True))
        return "\n".join(f"{row[0]:<{name}}  {row[1]:>{shape}}  {row[2]:>{count}}" for row in rows)
