"""How far a training has come, in one .npz without pickles: JSON, and variables as arrays."""

import json

from .. import _checks, _files

FORMAT = "cellcnn training 1"
PLAN = "training"  # the array that holds the JSON; the others are variable_0, ..., best_0, ...


def write(path, settings, results, variables, best):
    """Write a checkpoint, in one go."""
    plan = {"format": FORMAT, "settings": settings, "results": results}
    arrays = {f"variable_{n}": value for n, value in enumerate(variables)}
    arrays |= {f"best_{n}": value for n, value in enumerate(best)}
    _files.write_npz(path, PLAN, plan, arrays)


def read(path, settings, shapes):
    """Return (results, variables, best) of a checkpoint, or None where there is no file.

    Refuses one of other settings, and one whose variables have not the `shapes` (a list) of this model.
    """
    if not path.exists():
        return None
    try:
        plan, arrays = _files.read_npz(path, PLAN, FORMAT)
        found, results = dict(plan["settings"]), dict(plan["results"])
        variables, best = (_numbered(arrays, name) for name in ("variable", "best"))
    except _files.DAMAGED as error:
        raise ValueError(
            f"`checkpoint` holds no training that can go on: got checkpoint={str(path)!r} "
            f"({_files.reason(error)}).\n"
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


def _numbered(arrays, name):
    return [arrays[f"{name}_{n}"] for n in range(sum(key.startswith(f"{name}_") for key in arrays))]
