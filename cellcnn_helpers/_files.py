"""Files: written in one go, read without running anything that they hold, fetched where that is allowed."""

import json
import os
import tempfile
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from . import _checks

# What a file that is not whole, or not ours, can raise; RuntimeError is an encrypted zip or endless nesting.
DAMAGED = (
    *(ValueError, TypeError, LookupError, EOFError, OSError, MemoryError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error),
)


OFFLINE_VARIABLE = "CELLCNN_OFFLINE"


def offline():
    """Whether the environment forbids downloads."""
    return os.environ.get(OFFLINE_VARIABLE, "") not in ("", "0")


def writable(name, value):
    """Return `value` as a Path in a folder that exists."""
    path = Path(_checks.path(name, value))
    if path.is_dir() or not path.parent.is_dir():
        place = "which is a folder" if path.is_dir() else "in a folder that does not exist"
        raise FileNotFoundError(
            f"`{name}` cannot be written: got {name}={str(path)!r}, {place}.\n"
            f"Name a file in a folder that exists."
        )
    return path


def existing(name, value):
    """Return `value` as the Path of a file that exists."""
    path = Path(_checks.path(name, value))
    if not path.is_file():
        raise FileNotFoundError(
            f"`{name}` is not a file: got {name}={str(path)!r}.\nCheck the name and the folder."
        )
    return path


@contextmanager
def replacing(path):
    """Give a file, open for bytes, for a ``with`` block that ends with it in the place of `path`.

    It is a temporary one in the same folder. Where the block fails, it goes, and what was there stays.
    """
    handle, part = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with open(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # the name must not move to the new file before its bytes are on the disk
        os.chmod(part, 0o644)  # mkstemp makes files that only their owner can read
        os.replace(part, path)
    finally:
        Path(part).unlink(missing_ok=True)


def write_npz(path, name, plan, arrays):
    """Write arrays by their names, and `plan` as JSON in an array called `name`, into one .npz."""
    with replacing(path) as file:
        np.savez(file, **{name: json.dumps(plan)}, **arrays)


def read_npz(path, name, kind):
    """Return (plan, arrays) of a file that `write_npz` has written with ``plan["format"] == kind``.

    Raises one of `DAMAGED`, with a reason, where it is not that; pickles are refused, not opened.
    """
    with open(path, "rb") as file:  # opened here, because `np.load` leaves a damaged one open
        if not zipfile.is_zipfile(file):
            raise ValueError("it is no .npz, or cut short")
        file.seek(0)
        stored = np.load(file, allow_pickle=False)
        if name not in stored.files:
            raise ValueError("it is the .npz of something else")
        plan = json.loads(stored[name].item())
        if plan["format"] != kind:
            raise ValueError(f"it is of the format {_checks.short_repr(plan['format'])}, not {kind!r}")
        return plan, {key: stored[key] for key in stored.files if key != name}


def reason(error):
    """The first line of an error, to stand in brackets."""
    return str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
