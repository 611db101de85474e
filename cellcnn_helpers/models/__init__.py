"""Networks in Keras, sized for pictures of cells: each builder is one readable list of layers.

Every model takes images ``(batch, height, width, channels)``, float32 in [0, 1], and gives logits
``(batch, classes)``: no softmax at the end. The standardization is a layer of the model, so a saved model
brings its own.
TensorFlow does the work, or what the environment variable KERAS_BACKEND names: jax, torch.
"""

import os

from .builders import batchnorm_cnn, fast_cnn, linear, small_cnn
from .files import load, save
from .folding import fold_batch_normalization
from .onnx_files import OnnxModel, load_onnx, save_onnx
from .page import from_page_weights, load_page_weights, page_weights
from .pretrained import pretrained_cnn

__all__ = [
    "OnnxModel",
    "batchnorm_cnn",
    "fast_cnn",
    "fold_batch_normalization",
    "from_page_weights",
    "linear",
    "load",
    "load_onnx",
    "load_page_weights",
    "page_weights",
    "pretrained_cnn",
    "save",
    "save_onnx",
    "small_cnn",
]

# TensorFlow reads it when it first uses a GPU, of which it would else take the whole memory.
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
