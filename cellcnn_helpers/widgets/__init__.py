"""Interactive pictures for notebooks and pages: everything is computed in the reader's browser.

A widget runs live in JupyterLab and Colab, where Python and the browser share its state, and on a static
page, where no kernel runs.
"""

from cellcnn_helpers.widgets.augmentation import AugmentationWidget
from cellcnn_helpers.widgets.camera import CameraWidget
from cellcnn_helpers.widgets.convolution import ConvolutionWidget
from cellcnn_helpers.widgets.dense import DenseWidget
from cellcnn_helpers.widgets.explorer import ExplorerWidget
from cellcnn_helpers.widgets.guess_curve import GuessCurveWidget
from cellcnn_helpers.widgets.loss import LossWidget
from cellcnn_helpers.widgets.optimizer_race import OptimizerRaceWidget
from cellcnn_helpers.widgets.pipeline import PipelineWidget
from cellcnn_helpers.widgets.pooling import PoolingWidget
from cellcnn_helpers.widgets.threshold import ThresholdWidget

__all__ = [
    "AugmentationWidget",
    "CameraWidget",
    "ConvolutionWidget",
    "DenseWidget",
    "ExplorerWidget",
    "GuessCurveWidget",
    "LossWidget",
    "OptimizerRaceWidget",
    "PipelineWidget",
    "PoolingWidget",
    "ThresholdWidget",
]
