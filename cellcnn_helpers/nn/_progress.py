"""A progress bar for training: one line that is rewritten, and only where someone can watch it.

Imported when a training starts, since `tqdm` would double the time of importing the layers.
"""

import sys

from tqdm.std import tqdm

NOTEBOOK_WIDTH = 100  # characters; a notebook does not tell how wide it is
LINE = "{desc}{percentage:3.0f}%|{bar}| {elapsed}{postfix}"  # short enough for a terminal of 80 columns


def progress_bar(total, *, verbose):
    """Return a bar for `total` steps, to be used in a ``with`` block.

    In a terminal the bar is drawn on stderr. In JupyterLab and Colab it is an output of the cell, replaced at
    each change, so that a saved notebook and a built page hold one plain line. Where nobody can watch (a
    script in a queue, a test), and where `verbose` is False, nothing is written.
    """
    settings = {"total": total, "bar_format": LINE}
    if not verbose:
        return tqdm(**settings, disable=True)
    if _in_notebook():
        return _NotebookBar(**settings, ncols=NOTEBOOK_WIDTH, file=_Nowhere())
    return tqdm(**settings, dynamic_ncols=True, disable=None)  # None: shown only in a terminal


def describe(history):
    """Say in a few words what the last epoch gave."""
    texts = []
    for name in "loss", "accuracy":
        values, val_values = getattr(history, name), getattr(history, f"val_{name}")
        texts.append(f"{name} {values[-1]:.3f}" + (f" (val {val_values[-1]:.3f})" if val_values else ""))
    return " ".join(texts)


def _in_notebook():
    """Whether the code runs in a kernel, which can replace an output that it has shown."""
    ipython = sys.modules.get("IPython")  # a kernel has imported it
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")


class _Nowhere:
    """A file that forgets: what `tqdm` writes beside the bar is control characters."""

    encoding = "utf-8"

    def write(self, text):
        return len(text)

    def flush(self):
        pass


class _NotebookBar(tqdm):
    """The line that a terminal would show, as an output of the cell: no control characters, no widget."""

    monitor_interval = 0  # starts no thread
    _handle = None

    def display(self, msg=None, pos=None):
        from IPython.display import display

        line = {"text/plain": str(self) if msg is None else msg}
        if self._handle is None:
            self._handle = display(line, raw=True, display_id=True)
        else:
            self._handle.update(line, raw=True)
