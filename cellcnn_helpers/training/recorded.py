"""A training as it was recorded, with all that is needed to make it again: to stand beside one's own."""

import json
from pathlib import Path
from typing import NamedTuple

from .. import _checks
from ..models.page import checked_document
from ..nn.results import History

__all__ = ["RecordedRun", "recorded_run", "write_recorded_run"]

FORMAT = "cellcnn recorded run 2"
OWN = Path(__file__).with_name("recorded_run.json")


class RecordedRun(NamedTuple):
    """A training that took place somewhere else, or at another time.

    Attributes
    ----------
    history : History
        Named tuple of `loss`, `accuracy`, `val_loss` and `val_accuracy`, one number per epoch in each.
    seconds : list of float
        Time from the start of the training to the end of each epoch, compilation and validation in it.
    images_per_second : float
        Training images per second, as `train` measures them.
    device : str
        Name of the GPU, or of the processor and its cores.
    backend : str
        What Keras ran on, with its version.
    versions : str
        Those of Python, Keras and NumPy.
    date : str
        The day, as in "2026-11-22".
    data : str
        Of which images, how many, and who made them.
    recipe : dict
        Arguments of the model and of `train`, by name; `seed` is one of them.
    note : str
        What else one should know, for example that others used the machine too.
    network : dict
        The network with the weights that it ended with, as `models.page_weights` gives it;
        `models.from_page_weights` makes it again.
    """

    history: History
    seconds: list[float]
    images_per_second: float
    device: str
    backend: str
    versions: str
    date: str
    data: str
    recipe: dict
    note: str
    network: dict

    def __repr__(self):
        recipe = ", ".join(f"{name} {value}" for name, value in self.recipe.items())
        accuracy = self.history.val_accuracy
        rows = {
            "recorded": " ".join(filter(None, [self.date, self.note and f"({self.note})"])),
            "device": self.device,
            "software": f"{self.backend}, {self.versions}",
            "data": self.data,
            "recipe": recipe,
            "result": f"{len(self.seconds)} epochs in {self.seconds[-1]:.0f} s, "
            f"{self.images_per_second:,.0f} images/s"
            + (f", validation accuracy {accuracy[-1]:.3f}" if accuracy else ""),
        }
        return "\n".join(f"{name:<8}  {value}" for name, value in rows.items())


def recorded_run(path=None):
    """Read a recorded training: the course's own, or that of a file.

    Parameters
    ----------
    path : str or Path, optional
        A ``.json`` file of `write_recorded_run`. By default the run that comes with the course:
        `models.batchnorm_cnn` on real blood cells. It read no test image.

    Returns
    -------
    RecordedRun

    Raises
    ------
    ValueError
        If the file holds no recorded run.

    See Also
    --------
    write_recorded_run : Keep a run of your own.

    Notes
    -----
    The course's own is made by ``python tools/record_run.py``, on whatever machine that is run on: look at
    `device` and `date` before you compare.

    Examples
    --------
    >>> run = recorded_run()
    >>> len(run.history.val_accuracy) == run.recipe["epochs"]
    True
    >>> run.network["class_names"][:2]
    ['basophil', 'eosinophil']
    """
    path = OWN if path is None else Path(_checks.path("path", path))
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        if fields.pop("format") != FORMAT:
            raise ValueError("another format")
        return _checked(RecordedRun(**fields | {"history": History(**fields["history"])}))
    except (ValueError, TypeError, AttributeError, LookupError) as error:
        raise ValueError(
            f"`path` holds no recorded run: got path={str(path)!r} ({str(error).partition(chr(10))[0]}).\n"
            f"Name a file that write_recorded_run has made."
        ) from error


def write_recorded_run(path, run):
    """Write a recorded training as JSON: one number per epoch in each list, and the network.

    Parameters
    ----------
    path : str or Path
        The file; one that is there is replaced.
    run : RecordedRun
        What to keep.

    Raises
    ------
    TypeError
        If `run` is no `RecordedRun`.
    ValueError
        If its lists do not have one number per epoch, or its network was changed.

    See Also
    --------
    recorded_run : Reads it.
    """
    if not isinstance(run, RecordedRun):
        raise TypeError(
            f"`run` must be a RecordedRun: got {_checks.received('run', run)}.\n"
            f"Make one of what `train` and `device_report` returned, with the date and the recipe."
        )
    fields = _checked(run)._asdict() | {"history": run.history._asdict()}
    text = json.dumps({"format": FORMAT} | fields, ensure_ascii=False, indent=1)
    Path(_checks.path("path", path)).write_text(text + "\n", encoding="utf-8")


def _checked(run):
    """Return the run if its lists have one number per epoch and its network is whole."""
    lengths = {len(values) for values in run.history if values} | {len(run.seconds)}
    if len(lengths) != 1 or lengths == {0}:
        raise ValueError(f"lists of {sorted(lengths)} epochs")
    checked_document("network", run.network)
    return run
