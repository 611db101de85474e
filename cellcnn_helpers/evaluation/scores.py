"""What was right: accuracy, the confusion matrix, and precision, recall and F1 of each class.

A share of nothing, 0 / 0, counts as 0: the recall of a class without images, the precision of a class that
was never given. A mean over classes leaves out the classes without images.
"""

from typing import NamedTuple

import numpy as np

from cellcnn_helpers import _checks

from . import _inputs


class ClassificationReport(NamedTuple):
    """What `classification_report` returns; shown as a table.

    Attributes
    ----------
    class_names : list of str
        The classes.
    num_images : numpy.ndarray
        ``(classes,)``, images of each class.
    precision : numpy.ndarray
        ``(classes,)``, of the images that were given this class, the share that is of it.
    recall : numpy.ndarray
        ``(classes,)``, of the images of this class, the share that was given it.
    f1 : numpy.ndarray
        ``(classes,)``, the harmonic mean of the two.
    accuracy : float
        The share of right predictions.
    """

    class_names: list[str]
    num_images: np.ndarray
    precision: np.ndarray
    recall: np.ndarray
    f1: np.ndarray
    accuracy: float

    @property
    def macro_precision(self):
        """Mean precision of the classes that have images."""
        return self._mean(self.precision)

    @property
    def macro_recall(self):
        """Mean recall of the classes that have images, which is the balanced accuracy."""
        return self._mean(self.recall)

    @property
    def macro_f1(self):
        """Mean F1 of the classes that have images."""
        return self._mean(self.f1)

    def _mean(self, shares):
        return float(shares[self.num_images > 0].mean())

    def __repr__(self):
        def row(name, count, *shares):
            return (name, f"{count:,}", *(f"{share:.3f}" for share in shares))

        columns = (self.class_names, self.num_images, self.precision, self.recall, self.f1)
        means = (self.macro_precision, self.macro_recall, self.macro_f1)
        rows = [
            ("class", "images", "precision", "recall", "F1"),
            *(row(*entries) for entries in zip(*columns, strict=True)),
            row("mean over classes", self.num_images.sum(), *means),
        ]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(f"{text:{'<' if n == 0 else '>'}{widths[n]}}" for n, text in enumerate(texts))
            for texts in rows
        ]
        return "\n".join([*lines, f"accuracy {self.accuracy:.3f}"])


def accuracy(labels, predictions):
    """Share of right predictions, from 0 to 1.

    (N,) and (N,) -> a number

    Parameters
    ----------
    labels : array_like of int, shape (N,)
        The true class of each image, counted from 0.
    predictions : array_like of int, shape (N,)
        The class that the model gave it: of logits or probabilities the place of the largest,
        ``logits.argmax(axis=1)``.

    Returns
    -------
    float
        Right predictions divided by images.

    Raises
    ------
    ValueError
        If there are no images, the shapes differ, labels are one-hot or below 0.
    TypeError
        If labels or predictions are not whole numbers.

    See Also
    --------
    accuracy_interval : How far the number may be off by chance.
    balanced_accuracy : Every class counts the same, however rare.

    Examples
    --------
    >>> accuracy([0, 0, 1, 2], [0, 2, 1, 2])
    0.75
    """
    labels, predictions = _inputs.labels_and_predictions(labels, predictions)
    return float(np.mean(labels == predictions))


def confusion_matrix(labels, predictions, num_classes=None):
    """Count the images of each true class (row) by the class that they were given (column).

    (N,) and (N,) -> (classes, classes) of int

    Parameters
    ----------
    labels : array_like of int, shape (N,)
        The true class of each image, counted from 0.
    predictions : array_like of int, shape (N,)
        The class that the model gave it.
    num_classes : int, optional
        How many classes there are. By default the largest class number that occurs, plus 1: give it where the
        last class may be absent.

    Returns
    -------
    numpy.ndarray of int
        The sum of a row is the number of images of that class. What is right stands on the diagonal.

    Raises
    ------
    ValueError
        As `accuracy`, and if a class number is not below `num_classes`.

    See Also
    --------
    cellcnn_helpers.plots.show_confusion : The matrix as a figure.

    Examples
    --------
    >>> confusion_matrix([0, 0, 1, 2], [0, 2, 1, 2])
    array([[1, 0, 1],
           [0, 1, 0],
           [0, 0, 1]])
    """
    if num_classes is not None:
        num_classes = _checks.whole_number("num_classes", num_classes)
    labels, predictions = _inputs.labels_and_predictions(labels, predictions, num_classes)
    if num_classes is None:
        num_classes = int(max(labels.max(), predictions.max())) + 1
    pairs = labels * num_classes + predictions  # each pair of classes has a number of its own
    return np.bincount(pairs, minlength=num_classes**2).reshape(num_classes, num_classes)


def precision(labels, predictions, num_classes=None):
    """Of the images that were given a class, the share that is of it.

    (N,) and (N,) -> (classes,)

    Parameters
    ----------
    labels, predictions, num_classes
        As in `confusion_matrix`.

    Returns
    -------
    numpy.ndarray
        The diagonal of the confusion matrix divided by the sums of its columns; 0 for a class that was never
        given.

    See Also
    --------
    recall : Of the images of a class, the share that was found.

    Examples
    --------
    >>> precision([0, 0, 1, 2], [0, 2, 1, 2])
    array([1. , 1. , 0.5])
    """
    matrix = confusion_matrix(labels, predictions, num_classes)
    return _share(np.diag(matrix), matrix.sum(axis=0))


def recall(labels, predictions, num_classes=None):
    """Of the images of a class, the share that was given it (sensitivity).

    (N,) and (N,) -> (classes,)

    Parameters
    ----------
    labels, predictions, num_classes
        As in `confusion_matrix`.

    Returns
    -------
    numpy.ndarray
        The diagonal of the confusion matrix divided by the sums of its rows; 0 for a class without images.

    See Also
    --------
    precision : Of the images that were given a class, the share that is of it.

    Examples
    --------
    >>> recall([0, 0, 1, 2], [0, 2, 1, 2])
    array([0.5, 1. , 1. ])
    """
    matrix = confusion_matrix(labels, predictions, num_classes)
    return _share(np.diag(matrix), matrix.sum(axis=1))


def f1(labels, predictions, num_classes=None):
    """Precision and recall in one: their harmonic mean, which is near the smaller of the two.

    (N,) and (N,) -> (classes,)

    Parameters
    ----------
    labels, predictions, num_classes
        As in `confusion_matrix`.

    Returns
    -------
    numpy.ndarray
        2 · right / (images of the class + images that were given it); 0 for a class with neither.

    Examples
    --------
    >>> f1([0, 0, 1, 1], [0, 1, 1, 1])
    array([0.66666667, 0.8       ])
    """
    matrix = confusion_matrix(labels, predictions, num_classes)
    return _share(2 * np.diag(matrix), matrix.sum(axis=0) + matrix.sum(axis=1))


def balanced_accuracy(labels, predictions):
    """Mean recall of the classes that have images: each class counts the same, however rare.

    (N,) and (N,) -> a number

    Parameters
    ----------
    labels, predictions
        As in `accuracy`.

    Returns
    -------
    float
        From 0 to 1; guessing one class of K always gives 1 / K.

    Examples
    --------
    Ninety-nine healthy cells and one parasite, and a model that has never seen a parasite:

    >>> labels = [0] * 99 + [1]
    >>> accuracy(labels, [0] * 100), balanced_accuracy(labels, [0] * 100)
    (0.99, 0.5)
    """
    matrix = confusion_matrix(labels, predictions)
    counts = matrix.sum(axis=1)
    return float(_share(np.diag(matrix), counts)[counts > 0].mean())


def classification_report(labels, predictions, class_names):
    """Precision, recall and F1 of each class, their means, and the accuracy, as a table.

    (N,) and (N,) -> arrays (classes,)

    Parameters
    ----------
    labels : array_like of int, shape (N,)
        The true class of each image, counted from 0.
    predictions : array_like of int, shape (N,)
        The class that the model gave it.
    class_names : sequence of str
        One name per class, such as those of a `CellImageDataset`.

    Returns
    -------
    ClassificationReport
        Arrays by name, the means over the classes that have images as `macro_precision`, `macro_recall` and
        `macro_f1`, and the `accuracy`.

    Raises
    ------
    ValueError
        As `accuracy`, and if there are more classes than names.

    Notes
    -----
    A share of nothing counts as 0, as in scikit-learn: the recall of a class without images, the precision of
    a class that was never given.

    Examples
    --------
    >>> classification_report([0, 0, 1, 2], [0, 2, 1, 2], ["monocyte", "lymphocyte", "platelet"])
    class              images  precision  recall     F1
    monocyte                2      1.000   0.500  0.667
    lymphocyte              1      1.000   1.000  1.000
    platelet                1      0.500   1.000  0.667
    mean over classes       4      0.833   0.833  0.778
    accuracy 0.750
    """
    if isinstance(class_names, str) or not hasattr(class_names, "__len__"):
        raise TypeError(
            f"`class_names` must be a list of text: got {_checks.received('class_names', class_names)}.\n"
            f"Give one name per class."
        )
    names = [_checks.text(f"class_names[{n}]", name) for n, name in enumerate(class_names)]
    matrix = confusion_matrix(labels, predictions, len(names))
    right, images, given = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
    shares = (_share(right, given), _share(right, images), _share(2 * right, images + given))
    return ClassificationReport(names, images, *shares, float(right.sum() / images.sum()))


def _share(part, whole):
    """Divide; 0 / 0 gives 0."""
    return np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0)
