"""Forward and backward through layers in a row: all that a network does with images and weights.

`layers` and `weights` are lists of the same length; the weights of a layer are a list of arrays.
"""

from functools import reduce

import numpy as np

from cellcnn_helpers.nn.losses import softmax_cross_entropy


def forward(layers, weights, images):
    """Return what goes into each layer, and at the end what comes out of the last one.

    (batch, H, W, C) -> a list of arrays (batch, ...), one more than layers.
    """
    values = [images]
    for layer, its_weights in zip(layers, weights, strict=True):
        values.append(layer.forward(values[-1], its_weights))
    return values


def backward(layers, weights, values, dy, first=0):
    """Go back from the gradient `dy` of the logits; yield, last layer first, each layer's dy and dweights.

    dy (batch, classes) -> pairs of an array of the shape of the layer's output and a list of arrays.

    The way ends at the layer `first`, which gives no dx: nobody asks how its input should change.
    """
    for n in range(len(layers) - 1, first, -1):
        dx, *dweights = layers[n].backward(dy, values[n], weights[n])
        yield dy, dweights
        dy = dx  # what goes into this layer came out of the one before
    yield dy, layers[first].weight_gradients(dy, values[first], weights[first])


def batch_gradients(layers, weights, images, labels, sample_weight, *, part_size, map_parts):
    """Return the loss, the logits and the gradients of all weights for a batch, cut into parts.

    (batch, H, W, C), (batch,) and (batch,) -> a number, (batch, classes) and a list of arrays.

    The gradient of a sum is the sum of the gradients, so parts give what the whole batch would. They are
    faster: what is needed again is then still in the cache, and `map_parts` may share them among cores.
    """
    first = next((n for n, its_weights in enumerate(weights) if its_weights), 0)

    def part_gradients(images_, labels_, sample_weight_):
        values = forward(layers, weights, images_)
        if not np.isfinite(values[-1]).all():
            raise FloatingPointError("the logits are not finite")
        share = len(images_) / len(images)
        loss, dy = softmax_cross_entropy(labels_, values[-1], sample_weight=share * sample_weight_)
        dweights = [dweights for _, dweights in backward(layers, weights, values, dy, first)]
        return loss, values[-1], flat(dweights[::-1])

    count = num_parts(len(images), part_size)
    parts = [np.array_split(each, count) for each in (images, labels, sample_weight)]
    losses, logits, gradients = zip(*map_parts(part_gradients, *parts), strict=True)
    return sum(losses), np.concatenate(logits), [reduce(np.add, g) for g in zip(*gradients, strict=True)]


def num_parts(num_images, part_size):
    """Return into how many parts of at most `part_size` images to cut a batch: an even number of them.

    Half a part is not worth cutting. How many cores there are makes no difference, so that the same weights
    come out on any number of them.
    """
    if num_images <= part_size // 2:
        return 1
    return min(2 * -(-num_images // (2 * part_size)), num_images)


def flat(lists):
    """Return the items of all lists as one list."""
    return [item for items in lists for item in items]
