"""Batches of images as they are stored, made float32 when they are needed: the same on every backend."""

import math
import zlib

import numpy as np


def make_batches(dataset, batch_size, scale, *, seed=None, augment=None, weights=None, num_classes=None):
    """Return a `keras.utils.PyDataset` over a data set.

    With a `seed`, batches are for training: in a new order in every epoch, all of one size, changed by
    `augment`. They depend on the seed, the number of the epoch and their own alone, so that a training can go
    on anywhere. `weights` (classes,) adds one for each image; with `num_classes` labels come one-hot.
    """
    import keras

    images, labels = dataset.images, dataset.labels
    size = min(batch_size, len(images))
    scale = np.float32(scale)

    class Batches(keras.utils.PyDataset):
        def __init__(self):
            super().__init__()
            self.start(0)

        def start(self, epoch):
            self.epoch = epoch
            if seed is not None:
                self.order = np.random.default_rng((seed, epoch)).permutation(len(images))
            else:
                self.order = np.arange(len(images))

        @property
        def num_images(self):
            """How many images an epoch sees."""
            return len(images) if seed is None else len(self) * size

        def __len__(self):
            return math.ceil(len(images) / size) if seed is None else len(images) // size

        def __getitem__(self, index):
            rows = self.order[index * size : (index + 1) * size]
            x, y = images[rows], labels[rows]
            if augment is not None:
                # index + 1: a seed sequence that ends in 0 is the same as without the 0, that of the order
                x = augment(x, np.random.default_rng((seed, self.epoch, index + 1)))
            x = np.asarray(x / scale, np.float32)
            targets = y if num_classes is None else np.eye(num_classes, dtype=np.float32)[y]
            return (x, targets) if weights is None else (x, targets, weights[y])

    return Batches()


def fingerprint(dataset):
    """A number that tells one data set from another."""
    return zlib.crc32(dataset.labels.tobytes(), zlib.crc32(np.ascontiguousarray(dataset.images)))
