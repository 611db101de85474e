"""Simulated cells for widgets: the ones they start with, their check, and how they travel to the browser."""

from cellcnn_helpers import _checks
from cellcnn_helpers.simulate import PHENOTYPES, Specimen, draw_specimen
from cellcnn_helpers.widgets._base import arrays_to_bytes
from cellcnn_helpers.widgets._inputs import LARGEST_SIDE


def default_specimens(pixel_size_um):
    """Return one cell of each phenotype, drawn for pixels of this size: {phenotype: Specimen}."""
    drawn = (draw_specimen(index, seed=4, pixel_size_um=pixel_size_um) for index in range(len(PHENOTYPES)))
    return {specimen.phenotype: specimen for specimen in drawn}


def checked_specimens(name, value):
    """Return {name: Specimen}, or say what is wrong with one."""
    is_dict = isinstance(value, dict) and value and all(isinstance(key, str) for key in value)
    if not is_dict or not all(isinstance(specimen, Specimen) for specimen in value.values()):
        raise TypeError(
            f"`{name}` must be a dict of names and specimens: got {_checks.received(name, value)}.\n"
            f'Give for example {name}={{"a cell": simulate.draw_specimen(0)}}.'
        )
    return {key: _checked_specimen(f'{name}["{key}"]', specimen) for key, specimen in value.items()}


def _checked_specimen(name, specimen):
    light = _checks.float_array(f"{name}.light", specimen.light, axes=("rows", "columns"), complex_ok=False)
    mask = _checks.as_array(f"{name}.mask", specimen.mask)
    if light.shape != tuple(2 * side for side in mask.shape) or mask.ndim != 2:
        raise ValueError(
            f"`{name}` must have a light twice as fine as its mask: got {name}.light.shape={light.shape} and "
            f"{name}.mask.shape={mask.shape}.\nTake it as simulate.draw_specimen gives it."
        )
    if not 1 <= min(mask.shape) <= max(mask.shape) <= LARGEST_SIDE:
        raise ValueError(
            f"`{name}` must have 1 to {LARGEST_SIDE} rows and columns: got {name}.mask.shape={mask.shape}.\n"
            f"Draw it smaller: more pixels could not be told apart on the screen."
        )
    light = _checks.no_nan(f"{name}.light", light).astype("float32", copy=False)
    if light.min() < 0 or not mask.any() or mask.all():
        raise ValueError(
            f"`{name}` must show a cell on a ground, and no light below 0: got light from "
            f"{light.min():g} on, and {(mask > 0).mean():.0%} of the mask filled.\n"
            "Take it as simulate.draw_specimen gives it."
        )
    return specimen._replace(light=light, mask=(mask > 0).astype("uint8"))


def specimens_to_bytes(specimens, widget=None):
    """Return what the browser needs of them: {name: {"light", "mask"}}, as `arrays_to_bytes` packs arrays."""
    return {
        name: arrays_to_bytes({"light": specimen.light, "mask": specimen.mask})
        for name, specimen in specimens.items()
    }
