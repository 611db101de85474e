"""The camera widget: photograph a simulated cell, and see what light, optics and camera make of it."""

from dataclasses import asdict

import traitlets

from cellcnn_helpers import _checks
from cellcnn_helpers.simulate import Microscope
from cellcnn_helpers.widgets._base import CheckedTrait, CourseWidget
from cellcnn_helpers.widgets._inputs import whole_number_between
from cellcnn_helpers.widgets._specimens import checked_specimens, default_specimens, specimens_to_bytes


class CameraWidget(CourseWidget):
    """Photograph a simulated cell: change light, optics and camera, compare the picture with the truth.

    specimen (2H, 2W) * microscope -> grey values (H, W)

    The browser computes what `cellcnn_helpers.simulate.Microscope` does. Every argument is also an attribute:
    set it in Python and the browser shows it; move a slider and Python has the new microscope.

    Parameters
    ----------
    specimens : dict of str to Specimen, optional
        Cells to choose from, as `cellcnn_helpers.simulate.draw_specimen` gives them, at most 128 camera
        pixels in each direction. Default: one of each phenotype.
    specimen : str, optional
        Name of the cell shown. Default: the first.
    microscope : Microscope, optional
        Optics and camera. Its photons are those of 100 ms. Its `illumination_gradient` is not used.
    exposure_ms : float, above 0
        Twice the time brings twice the photons, from the cell and from the background.
    row : int, 0 to 127
        Row of the picture whose profile is shown. The browser moves it inside if it lies outside.
    seed : int, 0 to 2**32 - 1
        Decides the noise: the same seed and the same settings give the same picture.

    Raises
    ------
    ValueError, TypeError
        If an argument is not as above, at first or when it is set later.

    See Also
    --------
    cellcnn_helpers.simulate.Microscope.expected_photons : The picture without chance, in Python.
    cellcnn_helpers.simulate.Microscope.record : The camera in Python.

    Notes
    -----
    Photons and noise-free grey values equal those of the package. The noise has the same distribution, but
    comes from another stream of random numbers than NumPy's: no exposure is one of Python's.

    Examples
    --------
    >>> widget = CameraWidget(specimen="mitotic", microscope=Microscope(numerical_aperture=0.3))
    >>> widget.specimen, widget.microscope.gain
    ('mitotic', 0.9)
    """

    parts = ("plot", "slider", "bench", "random", "microscope", "camera_controls", "camera_view", "camera")

    specimens = CheckedTrait().tag(sync=True, to_json=specimens_to_bytes)
    microscope = CheckedTrait().tag(
        sync=True,
        to_json=lambda microscope, widget: asdict(microscope),
        from_json=lambda fields, widget: Microscope(**fields),
    )
    specimen, exposure_ms, row, seed = (CheckedTrait().tag(sync=True) for _ in range(4))

    def __init__(self, specimens=None, specimen=None, *, microscope=None, exposure_ms=100, row=32, seed=0):
        microscope = _microscope("microscope", Microscope() if microscope is None else microscope)
        specimens = default_specimens(microscope.pixel_size_um) if specimens is None else specimens
        specimens = checked_specimens("specimens", specimens)
        state = {"specimens": specimens, "specimen": next(iter(specimens)) if specimen is None else specimen}
        super().__init__(microscope=microscope, exposure_ms=exposure_ms, row=row, seed=seed, **state)

    @traitlets.validate("specimens", "specimen", "microscope", "exposure_ms", "row", "seed")
    def _check(self, proposal):
        name, value = proposal.trait.name, proposal.value
        if name in ("row", "seed"):
            return whole_number_between(name, value, 0, 127 if name == "row" else 2**32 - 1)
        if name == "exposure_ms":
            return _checks.real_number(name, value, low=0, low_open=True)
        if name == "specimen":
            return _checks.choice(name, value, tuple(self.specimens))
        return {"specimens": checked_specimens, "microscope": _microscope}[name](name, value)

    @traitlets.observe("specimens")
    def _keep_specimen_among_specimens(self, change):
        if self.specimen not in self.specimens:
            self.specimen = next(iter(self.specimens))


def _microscope(name, value):
    if not isinstance(value, Microscope):
        raise TypeError(
            f"`{name}` must be a Microscope: got {_checks.received(name, value)}.\n"
            f"Give for example {name}=Microscope(gain=2)."
        )
    return value
