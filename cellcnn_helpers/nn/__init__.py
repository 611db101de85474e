"""Layers of a convolutional neural network in NumPy, forward and backward, with the names that Keras uses.

Images are ``(batch, height, width, channels)``. Integers become float32; float32 and float64 are kept. An
empty batch gives an empty result. No function changes its inputs.
"""

from cellcnn_helpers.nn.activations import (
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    softmax,
    softmax_backward,
)
from cellcnn_helpers.nn.convolution import Conv2DGradients, conv2d, conv2d_backward, conv2d_fft, conv2d_loops
from cellcnn_helpers.nn.dense import DenseGradients, dense, dense_backward
from cellcnn_helpers.nn.gradients import (
    GradientCheck,
    GradientError,
    InputGradient,
    check_gradient,
    complex_step_gradient,
)
from cellcnn_helpers.nn.layers import (
    AveragePooling2D,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
    ReLU,
)
from cellcnn_helpers.nn.losses import (
    Loss,
    half_mean_squared_error,
    mean_squared_error,
    softmax_cross_entropy,
)
from cellcnn_helpers.nn.network import Network
from cellcnn_helpers.nn.optimizers import SGD, Adam, Optimizer, RMSprop
from cellcnn_helpers.nn.pooling import (
    average_pool2d,
    average_pool2d_backward,
    global_average_pool2d,
    global_average_pool2d_backward,
    global_max_pool2d,
    global_max_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
)
from cellcnn_helpers.nn.results import Evaluation, History, NetworkGradients, NetworkSummary
from cellcnn_helpers.nn.schedules import CosineDecay, ExponentialDecay

__all__ = [
    "SGD",
    "Adam",
    "AveragePooling2D",
    "Conv2D",
    "Conv2DGradients",
    "CosineDecay",
    "Dense",
    "DenseGradients",
    "Evaluation",
    "ExponentialDecay",
    "Flatten",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "GradientCheck",
    "GradientError",
    "History",
    "InputGradient",
    "Loss",
    "MaxPooling2D",
    "Network",
    "NetworkGradients",
    "NetworkSummary",
    "Optimizer",
    "RMSprop",
    "ReLU",
    "average_pool2d",
    "average_pool2d_backward",
    "check_gradient",
    "complex_step_gradient",
    "conv2d",
    "conv2d_backward",
    "conv2d_fft",
    "conv2d_loops",
    "dense",
    "dense_backward",
    "global_average_pool2d",
    "global_average_pool2d_backward",
    "global_max_pool2d",
    "global_max_pool2d_backward",
    "half_mean_squared_error",
    "max_pool2d",
    "max_pool2d_backward",
    "mean_squared_error",
    "relu",
    "relu_backward",
    "sigmoid",
    "sigmoid_backward",
    "softmax",
    "softmax_backward",
    "softmax_cross_entropy",
]
