"""Helpers of the CellCNN course: convolutional neural networks for cell images.

Import the topic you need: ``from cellcnn_helpers import nn, datasets, plots``. Importing the package itself
loads nothing heavy; Keras and OpenCV come in only where a function needs them.
"""

__version__ = "0.1.0"
