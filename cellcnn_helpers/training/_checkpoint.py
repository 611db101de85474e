"""How far a training has come, in one .npz without pickles: JSON, and variables as arrays."""

import json
import os
import tempfile
import zipfile
import zlib
from pathlib import Path

import numpy as np

from .. import _checks

FORMAT = "cellcnn training 1"
PLAN = "training"  # the array that holds the JSON
DAMAGED = (
    *(ValueError, TypeError, LookupError, EOFError, OSError, MemoryError, RuntimeError, NotImplementedError),
    *(zipfile.BadZipFile, zlib.error),
)


def write(path, settings, results, variables, best):
    """Write a checkpoint: to a temporary file beside it, which is then moved into place."""
    plan = json.dumps({"format": FORMAT, "settings": settings, "results": results})
    arrays = {f"variable_{n}": value for n, value in enumerate(variables)}
    arrays |= {f"best_{n}": value for n, value in enumerate(best)}
    handle, part = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with open(handle, "wb") as file:
            np.savez(file, **{PLAN: plan}, **arrays)
            file.flush()
            os.fsync(file.fileno())  # the name must not move to the new file before its bytes are on the disk
        os.chmod(part, 0o644)  # mkstemp makes files that only their owner can read
        os.replace(part, path)
    finally:
        Path(part).unlink(missing_ok=True)


def read(path, settings, shapes):
    """Return (results, variables, best) of a checkpoint, or None where there is no file.

    Refuses one of other settings, and one whose variables have not the `shapes` (a list) of this model.
    """
    if not path.exists():
        return None
    try:
        with open(path, "rb") as file:  # opened here, because `np.load` leaves a damaged one open
            plan, arrays = _parts(file)
        found, results = dict(plan["settings"]), dict(plan["results"])
        variables, best = (_numbered(arrays, name) for name in ("variable", "best"))
    except DAMAGED as error:
        reason = str(error).partition("\n")[0].rstrip(".") or type(error).__name__
        raise ValueError(
            f"`checkpoint` holds no training that can go on: got checkpoint={str(path)!r} ({reason}).\n"
            f"Name another file, or delete this one to start anew."
        ) from error
    settings = json.loads(json.dumps(settings))  # as they come back from a file
    different = [name for name in settings | found if settings.get(name) != found.get(name)]
    if [w.shape for w in variables] != shapes:
        different.insert(0, "model")
        found["model"], settings["model"] = "another", "this"
    if different:
        name = different[0]
        there, here = (_checks.short_repr(values.get(name)) for values in (found, settings))
        raise ValueError(
            f"`checkpoint` is of a training with other arguments: got checkpoint={str(path)!r} with "
            f"{name}={there}, now {name}={here}.\n"
            f"Give the same arguments to go on, name another file, or delete this one to start anew."
        )
    return results, variables, best


def _parts(file):
    """Return the JSON of a file, and its arrays by name."""
    if not zipfile.is_zipfile(file):
        raise ValueError("it is no .npz, or cut short")
    file.seek(0)
    arrays = np.load(file, allow_pickle=False)
    if PLAN not in arrays.files:
        raise ValueError("it is the .npz of something else")
    plan = json.loads(arrays[PLAN].item())
    if plan["format"] != FORMAT:
        raise ValueError(f"it is of the format {_checks.short_repr(plan['format'])}, not {FORMAT!r}")
    return plan, {name: arrays[name] for name in arrays.files}


def _numbered(arrays, name):
    return [arrays[f"{name}_{n}"] for n in range(sum(key.startswith(f"{name}_") for key in arrays))]
