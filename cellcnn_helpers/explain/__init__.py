"""Why did the model say so? Maps of what a layer sees and of what a class's score depends on.

For any Sequential or Functional model in Keras that takes images ``(batch, height, width, channels)``, on
TensorFlow, JAX and PyTorch. What is explained is always the score of a class: its logit, also where the model
ends in a softmax. Every map has the height and width of the images.
"""

from ._model import scores
from .covering import Curve, deletion_curve, insertion_curve, occlusion
from .maps import feature_maps, filters, grad_cam
from .pixels import IntegratedGradients, integrated_gradients, saliency
from .sanity import randomized, similarity

__all__ = [
    "Curve",
    "IntegratedGradients",
    "deletion_curve",
    "feature_maps",
    "filters",
    "grad_cam",
    "insertion_curve",
    "integrated_gradients",
    "occlusion",
    "randomized",
    "saliency",
    "scores",
    "similarity",
]
