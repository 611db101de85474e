"""The one container of images that every part of the course hands around."""

from dataclasses import KW_ONLY, dataclass, replace
from typing import NamedTuple

import numpy as np

from . import _checks, _dataset_checks, _selection
from ._summary import Summary, shape_text, summarize

__all__ = ["CellImageDataset", "Split", "Summary"]


@dataclass(frozen=True, eq=False, repr=False)
class CellImageDataset:
    """Cell images with their labels and what is known about them.

    images (batch, H, W, C), labels (batch,), masks (batch, H, W), groups (batch,)

    Parameters
    ----------
    images : array
        ``(batch, H, W, channels)`` of uint8, uint16, bool, float32 or float64. The type is kept as stored.
        Grey images ``(batch, H, W)`` get one channel.
    labels : array of int
        ``(batch,)``, the place of each image's class in `class_names`, counted from 0.
    class_names : sequence of str
        One name per class.
    masks : array of bool or int, optional
        ``(batch, H, W)``: True or the object's number where an object is, 0 elsewhere.
    groups : array of int or str, optional
        ``(batch,)``, what images must not be separated by a split: the patient, the slide, the plate.
    pixel_size_um : float, optional
        Side of one pixel in micrometres; gives the figures their scale bar.
    source, license, citation : str
        Where the images come from. `source` is written under every figure.

    Raises
    ------
    TypeError, ValueError
        Where an argument does not fit; the message names it, shows what came in and how to mend it.

    See Also
    --------
    cellcnn_helpers.datasets.load : named data sets.
    cellcnn_helpers.datasets.from_folder : your own images, a folder per class.

    Notes
    -----
    A data set does not change: its arrays are read-only views (no copy is made), and every method that
    selects gives a new one. Two data sets are equal only if they are the same object.

    Examples
    --------
    >>> import numpy as np
    >>> cells = CellImageDataset(np.zeros((4, 28, 28), np.uint8), [0, 1, 0, 1], ["round", "spiky"])
    >>> cells
    CellImageDataset(4 images of 28 × 28 × 1 uint8, 2 classes)
    >>> cells.images.shape
    (4, 28, 28, 1)
    """

    images: np.ndarray
    labels: np.ndarray
    class_names: tuple
    _: KW_ONLY
    masks: np.ndarray | None = None
    groups: np.ndarray | None = None
    pixel_size_um: float | None = None
    source: str = ""
    license: str = ""
    citation: str = ""

    def __post_init__(self):
        images = _dataset_checks.images(self.images)
        class_names = _dataset_checks.class_names(self.class_names)
        labels = _dataset_checks.labels(self.labels, images, class_names)
        checked = {"images": _frozen(images), "labels": _frozen(labels), "class_names": class_names}
        if self.masks is not None:
            checked["masks"] = _frozen(_dataset_checks.masks(self.masks, images))
        if self.groups is not None:
            checked["groups"] = _frozen(_dataset_checks.groups(self.groups, images))
        if self.pixel_size_um is not None:
            size = _checks.real_number("pixel_size_um", self.pixel_size_um, low=0, low_open=True)
            checked["pixel_size_um"] = size
        for name in ("source", "license", "citation"):
            _checks.text(name, getattr(self, name))
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    def __len__(self):
        return len(self.images)

    def __repr__(self):
        parts = [
            f"{len(self)} {'image' if len(self) == 1 else 'images'} of {shape_text(self.images)} "
            f"{self.images.dtype}"
        ]
        parts.append(f"{len(self.class_names)} {'class' if len(self.class_names) == 1 else 'classes'}")
        parts += ["masks"] if self.masks is not None else []
        parts += [f"{len(np.unique(self.groups))} groups"] if self.groups is not None else []
        parts += [f"{self.pixel_size_um:.3g} µm per pixel"] if self.pixel_size_um else []
        parts += [f"source={self.source!r}"] if self.source else []
        return f"CellImageDataset({', '.join(parts)})"

    def arrays(self, *, max_value=None):
        """Return what a network takes: images as float32 in [0, 1] and labels as int.

        () -> (batch, H, W, C), (batch,)

        Parameters
        ----------
        max_value : float, optional
            The stored value that becomes 1. By default the largest of the type: 255 for uint8, 65535 for
            uint16, 1 for bool and float. A 12-bit camera that writes uint16 needs 4095.

        Returns
        -------
        images : array of float32
        labels : array of int64

        Raises
        ------
        ValueError
            If an image holds a value below 0 or above `max_value`.

        Examples
        --------
        >>> import numpy as np
        >>> cells = CellImageDataset(np.full((1, 2, 2), 51, np.uint8), [0], ["round"])
        >>> images, labels = cells.arrays()
        >>> images[0, 0, 0, 0]
        np.float32(0.2)
        """
        scale = _dataset_checks.scale(self.images, max_value)
        return np.divide(self.images, scale, dtype=np.float32), self.labels.copy()

    def subset(self, selection):
        """Return the images that `selection` names, as a new data set.

        (k,) of int or (batch,) of bool -> data set of k images

        Parameters
        ----------
        selection : array of int, array of bool, or slice
            Positions (repeats allowed), or one True or False per image.

        Examples
        --------
        >>> import numpy as np
        >>> cells = CellImageDataset(np.zeros((4, 8, 8), np.uint8), [0, 1, 0, 1], ["round", "spiky"])
        >>> cells.subset(cells.labels == 1)
        CellImageDataset(2 images of 8 × 8 × 1 uint8, 2 classes)
        """
        selection = _dataset_checks.selection(selection, len(self))
        picked = {
            name: getattr(self, name)[selection]
            for name in ("images", "labels", "masks", "groups")
            if getattr(self, name) is not None
        }
        return replace(self, **picked)

    def split(self, *, train=0.7, val=0.1, test=0.2, seed=0, stratify=True):
        """Divide the images into three data sets, never dividing a group.

        (batch,) -> three data sets

        Parameters
        ----------
        train, val, test : float
            Shares, from 0 to 1, that add up to 1.
        seed : int
            The same seed gives the same split.
        stratify : bool
            Keep the share of each class alike in the three parts, as far as the groups allow.

        Returns
        -------
        Split
            A named tuple ``(train, val, test)`` of data sets, each in the order of this one.

        Raises
        ------
        ValueError
            If the shares do not add up to 1, or there are fewer groups (images, where there are no groups)
            than parts to fill.

        Notes
        -----
        Cells of one patient look alike. If some of them are in `train` and others in `test`, the score says
        how well the network remembers the patient: give `groups`. Groups are placed from the largest to the
        smallest, each where the most images of its classes are still missing; with few, uneven groups the
        shares are met only roughly.

        Examples
        --------
        >>> import numpy as np
        >>> patients = np.repeat(["a", "b", "c", "d", "e"], 2)
        >>> images, labels = np.zeros((10, 8, 8), np.uint8), [0, 1] * 5
        >>> cells = CellImageDataset(images, labels, ["round", "spiky"], groups=patients)
        >>> [len(part) for part in cells.split(train=0.6, val=0.2, test=0.2)]
        [6, 2, 2]
        """
        shares = np.array(
            [
                _checks.real_number(name, value, low=0, high=1)
                for name, value in (("train", train), ("val", val), ("test", test))
            ]
        )
        if not np.isclose(shares.sum(), 1):
            raise ValueError(
                f"`train`, `val` and `test` must add up to 1: got train={train}, val={val}, test={test}, "
                f"together {shares.sum():.4g}.\nGive for example train=0.7, val=0.1, test=0.2."
            )
        seed = _checks.whole_number("seed", seed, minimum=0)
        groups = np.arange(len(self)) if self.groups is None else self.groups
        num_groups, num_parts = len(np.unique(groups)), np.count_nonzero(shares)
        if num_groups < num_parts:
            things = "images" if self.groups is None else "groups"
            raise ValueError(
                f"`train`, `val` and `test` cannot all be filled: got {num_groups} {things} for {num_parts} "
                f"parts.\nSet a share to 0, or bring more {things}."
            )
        classes = self.labels if _checks.boolean("stratify", stratify) else np.zeros_like(self.labels)
        part_of_image = _selection.parts_of_split(classes, groups, shares, seed)
        return Split(*(self.subset(part_of_image == part) for part in range(3)))

    def summary(self):
        """Return a table of what the data set holds; a notebook shows it as such.

        Examples
        --------
        >>> import numpy as np
        >>> CellImageDataset(np.zeros((4, 8, 8), np.uint8), [0, 1, 1, 1], ["round", "spiky"]).summary()
        images      4 of 8 × 8 × 1, uint8
        values      0 to 0
        <BLANKLINE>
        class   images   share
        round        1  25.0 %
        spiky        3  75.0 %
        """
        return summarize(self)

    def show(self, num_images=12, *, columns=6, seed=0, outlines=False):
        """Draw some of the images with their class names, a scale bar and the source.

        Parameters
        ----------
        num_images : int
            At most this many, taken from the classes in turn.
        columns : int
            Images in a row.
        seed : int
            Chooses the images within each class.
        outlines : bool
            Draw a line around each object of the masks.

        Raises
        ------
        ValueError
            If `outlines` are asked for and there are no masks.

        See Also
        --------
        cellcnn_helpers.plots.show_images : for a choice of your own.
        """
        from . import plots

        num_images = _checks.whole_number("num_images", num_images)
        if _checks.boolean("outlines", outlines) and self.masks is None:
            raise ValueError(
                "`outlines` need masks, and this data set has none: got outlines=True.\nLeave it out."
            )
        rng = np.random.default_rng(_checks.whole_number("seed", seed, minimum=0))
        picked = self.subset(_selection.one_of_each_class_in_turn(self.labels, num_images, rng))
        plots.show_images(
            picked.images,
            [self.class_names[label] for label in picked.labels],
            columns=columns,
            pixel_size_um=self.pixel_size_um,
            source=self.source,
            masks=picked.masks if outlines else None,
        )

    def to_tf_dataset(self, batch_size=64, *, shuffle=False, seed=0, max_value=None):
        """Return a ``tf.data.Dataset`` of batches for Keras' `fit`.

        () -> batches of (batch_size, H, W, C) float32 in [0, 1] and (batch_size,) int64

        Parameters
        ----------
        batch_size : int
            Images per batch; the last batch may be smaller.
        shuffle : bool
            Give the images in a new order in every epoch. For training, not for evaluation.
        seed : int
            Makes the orders repeatable.
        max_value : float, optional
            As in `arrays`.

        Raises
        ------
        ModuleNotFoundError
            If TensorFlow is not installed.

        Notes
        -----
        The images stay in their stored type and become float32 one batch at a time: a quarter of the memory
        of `arrays` for uint8.
        """
        batch_size = _checks.whole_number("batch_size", batch_size)
        seed = _checks.whole_number("seed", seed, minimum=0)
        scale = _dataset_checks.scale(self.images, max_value)
        try:
            import tensorflow as tf
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(
                "`to_tf_dataset` needs TensorFlow, which is not installed.\n"
                "Install it (pip install tensorflow), or use `arrays()`, which needs NumPy alone."
            ) from error

        batches = tf.data.Dataset.from_tensor_slices((self.images, self.labels))
        if shuffle:
            batches = batches.shuffle(max(len(self), 1), seed=seed)
        batches = batches.batch(batch_size)
        scaled = batches.map(lambda images, labels: (tf.cast(images, tf.float32) / scale, labels))
        return scaled.prefetch(tf.data.AUTOTUNE)


class Split(NamedTuple):
    """The three parts of a data set, as `CellImageDataset.split` gives them."""

    train: CellImageDataset
    val: CellImageDataset
    test: CellImageDataset


def _frozen(array):
    view = array.view()
    view.flags.writeable = False
    return view
