"""What a training tells about itself."""

from typing import NamedTuple

from ..nn.results import History

__all__ = ["TrainingRun"]


class TrainingRun(NamedTuple):
    """What `train` returns: how loss and accuracy went, and the time that it took.

    Attributes
    ----------
    history : History
        Named tuple of `loss`, `accuracy`, `val_loss` and `val_accuracy`, one number per epoch in each.
    seconds : list of float
        Time from the start of the training to the end of each epoch, compilation and validation in it. What a
        lost session did after its last checkpoint is not counted.
    images_per_second : float
        Training images per second, without validation: the median of the epochs after the first, which
        compiles; of a single epoch its own.
    device : str
        What did the work.
    """

    history: History
    seconds: list[float]
    images_per_second: float
    device: str

    def __repr__(self):
        parts = [f"{len(self.history.loss)} epochs in {self.seconds[-1]:.1f} s on {self.device}"]
        for name in "accuracy", "val_accuracy":
            parts += [f"{name} {values[-1]:.3f}" for values in [getattr(self.history, name)] if values]
        return f"TrainingRun({', '.join([*parts, f'{self.images_per_second:,.0f} images/s'])})"
