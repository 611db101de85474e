"""Layers of a convolutional neural network in NumPy, forward and backward, with the names that Keras uses.

Images are ``(batch, height, width, channels)``. Integers become float32; float32 and float64 are kept. No function
changes its inputs.
"""

from cellcnn_helpers.nn.convolution import conv2d, conv2d_backward, conv2d_fft, conv2d_loops
from cellcnn_helpers.nn.gradients import GradientError, check_gradient, complex_step_gradient

__all__ = [
    "GradientError",
    "check_gradient",
    "complex_step_gradient",
    "conv2d",
    "conv2d_backward",
    "conv2d_fft",
    "conv2d_loops",
]
