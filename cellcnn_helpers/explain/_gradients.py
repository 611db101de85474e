"""The gradient of a function, on whichever backend Keras runs: all that is special to a backend."""

import numpy as np


def gradient(function, x):
    """How the value of each row changes with the numbers in that row: a NumPy array of the shape of `x`.

    `function` takes a tensor (batch, ...) and returns one (batch,), each value computed from its row alone.
    So the gradient of their sum holds, row by row, the gradient of each.
    """
    import keras

    branch = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}[keras.backend.backend()]
    return keras.ops.convert_to_numpy(branch(function, np.array(x)))


def _tensorflow(function, x):
    import tensorflow as tf

    x = tf.convert_to_tensor(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        values = function(x)
    return tape.gradient(values, x, unconnected_gradients=tf.UnconnectedGradients.ZERO)


def _jax(function, x):
    import jax

    return jax.grad(lambda x: function(x).sum())(jax.numpy.asarray(x))


def _torch(function, x):
    import keras
    import torch

    with torch.enable_grad():
        x = keras.ops.convert_to_tensor(x).requires_grad_()
        # not backward(): it would leave gradients in the model's weights
        return torch.autograd.grad(function(x).sum(), x, allow_unused=True, materialize_grads=True)[0]
