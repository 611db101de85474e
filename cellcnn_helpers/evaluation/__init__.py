"""Is it any good? Scores with their intervals, curves, calibration and costs, for any model.

Everything works on NumPy arrays: `labels` (N,) and `predictions` (N,) are class numbers from 0, `logits` and
`probabilities` are (N, classes). The truth always comes first.
"""

from .calibration import (
    ReliabilityTable,
    brier_score,
    expected_calibration_error,
    fit_temperature,
    log_loss,
    reliability_table,
)
from .costs import cheapest_classes, expected_cost
from .curves import (
    OperatingPoint,
    PrecisionRecallCurve,
    RocCurve,
    at_threshold,
    precision_recall_curve,
    roc_curve,
    threshold_for_cost,
    threshold_for_sensitivity,
)
from .intervals import Interval, McNemar, accuracy_interval, bootstrap_interval, mcnemar
from .positions import average_over_positions
from .scores import (
    ClassificationReport,
    accuracy,
    balanced_accuracy,
    classification_report,
    confusion_matrix,
    f1,
    precision,
    recall,
)

__all__ = [
    "ClassificationReport",
    "Interval",
    "McNemar",
    "OperatingPoint",
    "PrecisionRecallCurve",
    "ReliabilityTable",
    "RocCurve",
    "accuracy",
    "accuracy_interval",
    "at_threshold",
    "average_over_positions",
    "balanced_accuracy",
    "bootstrap_interval",
    "brier_score",
    "cheapest_classes",
    "classification_report",
    "confusion_matrix",
    "expected_calibration_error",
    "expected_cost",
    "f1",
    "fit_temperature",
    "log_loss",
    "mcnemar",
    "precision",
    "precision_recall_curve",
    "recall",
    "reliability_table",
    "roc_curve",
    "threshold_for_cost",
    "threshold_for_sensitivity",
]
