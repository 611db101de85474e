"""The layers that a `Network` is made of: the functions, with the names and defaults of Keras.

A layer holds settings, never weights or images: these are handed in, so one can see where each number goes.
"""

from types import MappingProxyType

import numpy as np

from cellcnn_helpers import _checks
from cellcnn_helpers.nn import activations, convolution, pooling
from cellcnn_helpers.nn.dense import dense, dense_backward


class Layer:
    """What all layers have in common; a layer without weights needs only `forward` and `backward`.

    Parts of a batch go through a layer at the same time, each in a thread of its own. So a layer of your own
    treats each image by itself, draws no random numbers, and keeps nothing in `self` between `forward` and
    `backward`: what it needs again it computes from `x`.
    """

    config = MappingProxyType({})  # the arguments that make a layer like this one

    def __repr__(self):
        return (
            f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.config.items())})"
        )

    def initial_weights(self, input_shape, rng):
        """Return the first weights, a list: (H, W, C) or (features,), the shape of one input -> arrays."""
        return []

    def forward(self, x, weights):
        """Return the outputs: (batch, ...) -> (batch, ...)."""
        raise NotImplementedError(f"{type(self).__name__} needs a method forward(x, weights).")

    def backward(self, dy, x, weights):
        """Return the gradient of `x`, then that of each weight: (batch, ...) -> a tuple of arrays."""
        raise NotImplementedError(f"{type(self).__name__} needs a method backward(dy, x, weights).")

    def weight_gradients(self, dy, x, weights):
        """Return the gradients of the weights alone, a list: all that the first layer is asked for."""
        return list(self.backward(dy, x, weights)[1:])


class Conv2D(Layer):
    """Convolution with bias.

    (batch, H, W, C) -> (batch, H', W', filters), as `conv2d`.

    Parameters
    ----------
    filters : int
        Number of filters.
    kernel_size : int or (int, int)
        Rows and columns of the kernel.
    strides, padding, dilation_rate
        As in `conv2d`.

    See Also
    --------
    conv2d : What it does.
    """

    def __init__(self, filters, kernel_size, *, strides=1, padding="valid", dilation_rate=1):
        self.filters = _checks.whole_number("filters", filters)
        self.kernel_size = _checks.pair("kernel_size", kernel_size)
        self.settings = {
            "strides": _checks.pair("strides", strides),
            "padding": _checks.choice("padding", padding, ("valid", "same")),
            "dilation_rate": _checks.pair("dilation_rate", dilation_rate),
        }
        self.config = {"filters": self.filters, "kernel_size": self.kernel_size, **self.settings}

    def initial_weights(self, input_shape, rng):
        """Draw the kernel (KH, KW, C, F); the bias (F,) is 0."""
        _needs_images(self, input_shape)
        return _kernel_and_bias((*self.kernel_size, input_shape[2], self.filters), rng)

    def forward(self, x, weights):
        """Return the outputs: (batch, H, W, C) -> (batch, H', W', filters)."""
        return convolution.conv2d(x, *weights, **self.settings)

    def backward(self, dy, x, weights):
        """Return dx, dkernel, dbias: (batch, H', W', filters) -> the shapes of x, kernel and bias."""
        return convolution.conv2d_backward(dy, x, weights[0], **self.settings)

    def weight_gradients(self, dy, x, weights):
        """Return dkernel, dbias: (batch, H', W', filters) -> the shapes of kernel and bias."""
        return convolution.conv2d_weight_gradients(dy, x, weights[0], **self.settings)


class Dense(Layer):
    """Weighted sums of all features, with bias.

    (batch, features) -> (batch, units), as `dense`.

    Parameters
    ----------
    units : int
        Number of outputs.

    See Also
    --------
    dense : What it does.
    """

    def __init__(self, units):
        self.units = _checks.whole_number("units", units)
        self.config = {"units": self.units}

    def initial_weights(self, input_shape, rng):
        """Draw the kernel (features, units); the bias (units,) is 0."""
        if len(input_shape) != 1:
            raise ValueError(
                f"`Dense` takes rows of features: got {input_shape} from the layer before.\n"
                f"Put Flatten() or GlobalAveragePooling2D() before Dense."
            )
        return _kernel_and_bias((*input_shape, self.units), rng)

    def forward(self, x, weights):
        """Return the outputs: (batch, features) -> (batch, units)."""
        return dense(x, *weights)

    def backward(self, dy, x, weights):
        """Return dx, dkernel, dbias: (batch, units) -> the shapes of x, kernel and bias."""
        return dense_backward(dy, x, weights[0])


class _Pooling2D(Layer):
    """Windows of `pool_size`, side by side unless `strides` says otherwise."""

    def __init__(self, pool_size=2, *, strides=None, padding="valid"):
        self.pool_size = _checks.pair("pool_size", pool_size)
        self.settings = {
            "strides": self.pool_size if strides is None else _checks.pair("strides", strides),
            "padding": _checks.choice("padding", padding, ("valid", "same")),
        }
        self.config = {"pool_size": self.pool_size, **self.settings}

    def initial_weights(self, input_shape, rng):
        """Pooling has no weights; (H, W, C) -> an empty list."""
        _needs_images(self, input_shape)
        return []


class MaxPooling2D(_Pooling2D):
    """The largest value of each window.

    (batch, H, W, C) -> (batch, H', W', C), as `max_pool2d`.

    Parameters
    ----------
    pool_size, strides, padding
        As in `max_pool2d`.

    See Also
    --------
    max_pool2d : What it does.
    """

    def forward(self, x, weights):
        """Return the outputs: (batch, H, W, C) -> (batch, H', W', C)."""
        return pooling.max_pool2d(x, self.pool_size, **self.settings)

    def backward(self, dy, x, weights):
        """Return dx: (batch, H', W', C) -> (batch, H, W, C)."""
        return pooling.max_pool2d_backward(dy, x, self.pool_size, **self.settings)


class AveragePooling2D(_Pooling2D):
    """The mean of each window.

    (batch, H, W, C) -> (batch, H', W', C), as `average_pool2d`.

    Parameters
    ----------
    pool_size, strides, padding
        As in `average_pool2d`.

    See Also
    --------
    average_pool2d : What it does.
    """

    def forward(self, x, weights):
        """Return the outputs: (batch, H, W, C) -> (batch, H', W', C)."""
        return pooling.average_pool2d(x, self.pool_size, **self.settings)

    def backward(self, dy, x, weights):
        """Return dx: (batch, H', W', C) -> (batch, H, W, C)."""
        return pooling.average_pool2d_backward(dy, x, self.pool_size, **self.settings)


class _GlobalPooling2D(Layer):
    """One number for each channel."""

    def initial_weights(self, input_shape, rng):
        """Pooling has no weights; (H, W, C) -> an empty list."""
        _needs_images(self, input_shape)
        return []


class GlobalAveragePooling2D(_GlobalPooling2D):
    """The mean of each channel: (batch, H, W, C) -> (batch, C), as `global_average_pool2d`.

    See Also
    --------
    global_average_pool2d : What it does.
    """

    def forward(self, x, weights):
        """Return the outputs: (batch, H, W, C) -> (batch, C)."""
        return pooling.global_average_pool2d(x)

    def backward(self, dy, x, weights):
        """Return dx: (batch, C) -> (batch, H, W, C)."""
        return pooling.global_average_pool2d_backward(dy, x)


class GlobalMaxPooling2D(_GlobalPooling2D):
    """The largest value of each channel: (batch, H, W, C) -> (batch, C), as `global_max_pool2d`.

    See Also
    --------
    global_max_pool2d : What it does.
    """

    def forward(self, x, weights):
        """Return the outputs: (batch, H, W, C) -> (batch, C)."""
        return pooling.global_max_pool2d(x)

    def backward(self, dy, x, weights):
        """Return dx: (batch, C) -> (batch, H, W, C)."""
        return pooling.global_max_pool2d_backward(dy, x)


class Flatten(Layer):
    """All numbers of an image in one row: (batch, H, W, C) -> (batch, H · W · C)."""

    def forward(self, x, weights):
        """Return the rows: (batch, H, W, C) -> (batch, H · W · C)."""
        return x.reshape(len(x), int(np.prod(x.shape[1:])))

    def backward(self, dy, x, weights):
        """Return dx: (batch, H · W · C) -> (batch, H, W, C)."""
        return (dy.reshape(x.shape),)


class ReLU(Layer):
    """What is positive, and 0 for the rest: (batch, ...) -> the same shape, as `relu`.

    See Also
    --------
    relu : What it does.
    """

    def forward(self, x, weights):
        """Return the outputs: (batch, ...) -> the same shape."""
        return activations.relu(x)

    def backward(self, dy, x, weights):
        """Return dx: (batch, ...) -> the same shape."""
        return activations.relu_backward(dy, x)


def _kernel_and_bias(shape, rng):
    """Draw a kernel so that signals keep their size through the network (Glorot and Bengio 2010)."""
    *window, num_inputs, num_outputs = shape
    limit = np.sqrt(6 / (np.prod(window) * (num_inputs + num_outputs)))
    return [rng.uniform(-limit, limit, shape).astype(np.float32), np.zeros(num_outputs, np.float32)]


def _needs_images(layer, input_shape):
    if len(input_shape) != 3:
        raise ValueError(
            f"`{type(layer).__name__}` takes images, (height, width, channels): got {input_shape} "
            f"from the layer before.\nPut it before Flatten or global pooling."
        )
