"""Cells with a score each: what the threshold widget is given, checked, and some to start with."""

import functools

import numpy as np

from cellcnn_helpers import evaluation, nn
from cellcnn_helpers.widgets._classifier import MOST_VALUES, checked_pictures, simulated_classifier


def checked_cells(name, value):
    """Return a data set whose pictures a page can hold and a reader can tell apart."""
    checked_pictures(name, value)
    if value.images.size > MOST_VALUES * 2:
        raise ValueError(
            f"`{name}` must hold at most {2 * MOST_VALUES:,} numbers, a byte each in the page: got "
            f"{name}={value}.\nTake a part of the cells, and of their scores: {name}.subset(slice(0, 500))."
        )
    return value


def checked_scored(cells, positives, scores):
    """Return, as lists, which cells are of the class and the probability of each."""
    evaluation.roc_curve(positives, scores)  # refuses what is no truth, no number, or of one kind only
    positives, scores = np.asarray(positives).astype(bool), np.asarray(scores, np.float64)
    if len(scores) != len(cells):
        raise ValueError(
            f"`scores` must hold one number for each cell: got scores.shape={scores.shape} and "
            f"{len(cells)} cells.\nGive the scores of these cells, in their order."
        )
    outside = np.flatnonzero((scores < 0) | (scores > 1))
    if len(outside):
        raise ValueError(
            f"`scores` must be probabilities, from 0 to 1: got "
            f"scores[{outside[0]}]={scores[outside[0]]:.4g}.\n"
            f"Of logits take nn.softmax(logits)[:, class]."
        )
    return positives.tolist(), scores.tolist()


@functools.cache
def simulated_scored():
    """Return (cells, positives, scores, name): nuclei, and how a dense layer scores one kind."""
    cells, weights, bias = simulated_classifier(num_shown=120)
    images, labels = cells.arrays()
    probabilities = nn.softmax(nn.dense(images.reshape(len(images), -1), weights, bias))
    return cells, labels == 2, probabilities[:, 2], cells.class_names[2]
