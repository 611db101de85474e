"""The Python side of the camera widget: what it accepts, what it keeps, what it refuses."""

import numpy as np
import pytest

from cellcnn_helpers.simulate import PHENOTYPES, Microscope, draw_specimen
from cellcnn_helpers.widgets.camera import CameraWidget

CELL = draw_specimen(0, seed=7)
HALF = CELL.light[:64, :64]


def test_it_starts_with_a_cell_of_each_phenotype_under_the_usual_microscope():
    widget = CameraWidget()
    assert tuple(widget.specimens) == PHENOTYPES
    assert widget.specimen == "interphase"
    assert widget.microscope == Microscope()
    for name, specimen in widget.specimens.items():
        assert (specimen.phenotype, specimen.light.shape) == (name, (128, 128))


def test_cells_are_drawn_for_the_pixels_of_the_microscope():
    fine, coarse = CameraWidget(), CameraWidget(microscope=Microscope(pixel_size_um=0.5))
    covered = [np.count_nonzero(widget.specimens["interphase"].mask) for widget in (fine, coarse)]
    assert covered[0] == pytest.approx(4 * covered[1], rel=0.05)


def test_every_argument_is_kept_and_can_be_set_later():
    microscope = Microscope(gain=2.5, bit_depth=12)
    widget = CameraWidget(
        {"one": CELL, "two": draw_specimen(1)}, "two", microscope=microscope, exposure_ms=30, row=5, seed=9
    )
    assert (widget.specimen, widget.microscope, widget.exposure_ms) == ("two", microscope, 30)
    assert (widget.row, widget.seed) == (5, 9)
    widget.microscope = Microscope(gain=1)
    assert widget.get_state()["microscope"]["gain"] == 1
    widget.specimens = {"three": CELL}
    assert widget.specimen == "three"


@pytest.mark.parametrize(
    ("arguments", "error", "received"),
    [
        ({"specimens": {}}, TypeError, "specimens={}"),
        ({"specimens": {"a": CELL.light}}, TypeError, "specimens={'a'"),
        ({"specimens": [CELL]}, TypeError, "specimens"),
        ({"specimens": {"a": CELL._replace(light=HALF)}}, ValueError, r"light.shape=\(64, 64\)"),
        ({"specimens": {"a": CELL._replace(light=-CELL.light)}}, ValueError, "got light from -"),
        ({"specimens": {"a": CELL._replace(mask=0 * CELL.mask)}}, ValueError, "0% of the mask"),
        ({"specimens": {"a": CELL._replace(light=CELL.light * np.nan)}}, ValueError, "nan"),
        ({"specimens": {"a": draw_specimen(0, image_size=130)}}, ValueError, r"mask.shape=\(130, 130\)"),
        ({"specimen": "lymphocyte"}, ValueError, "specimen='lymphocyte'"),
        ({"microscope": {"gain": 1}}, TypeError, "microscope={'gain': 1}"),
        ({"exposure_ms": 0}, ValueError, "exposure_ms=0"),
        ({"exposure_ms": "long"}, TypeError, "exposure_ms='long'"),
        ({"row": 128}, ValueError, "row=128"),
        ({"seed": 2**32}, ValueError, "seed=4294967296"),
        ({"seed": 1.5}, TypeError, "seed=1.5"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_it_cannot_show_is_refused_now_and_later(arguments, error, received):
    with pytest.raises(error, match=received):
        CameraWidget(**arguments)
    widget = CameraWidget()
    (name, value), before = next(iter(arguments.items())), widget.get_state()
    with pytest.raises(error, match=received):
        setattr(widget, name, value)
    assert widget.get_state() == before


@pytest.mark.parametrize("name", ["specimens", "specimen", "microscope", "exposure_ms", "row", "seed"])
def test_none_is_no_value_for_any_of_them(name):
    widget = CameraWidget()
    with pytest.raises((TypeError, ValueError), match=f"`{name}` must .*: got {name}=None"):
        setattr(widget, name, None)


def test_a_microscope_set_by_sliders_is_one_for_python():
    widget = CameraWidget()
    fields = {**widget.get_state()["microscope"], "numerical_aperture": 0.3, "bit_depth": 12}
    widget.set_state({"microscope": fields, "exposure_ms": 50})
    assert widget.microscope == Microscope(numerical_aperture=0.3, bit_depth=12)
    assert widget.get_state()["microscope"] == fields  # as it was sent: nothing is echoed to the slider
    sharper = Microscope().expected_photons(CELL.light)
    assert widget.microscope.expected_photons(CELL.light).std() < 0.99 * sharper.std()


def test_the_browser_side_is_one_module_that_fetches_nothing():
    state = CameraWidget().get_state()
    assert state["_esm"].count("export default") == 1
    assert ".cellcnn-slider" in state["_css"]
    namespace = "http://www.w3.org/2000/svg"  # a name, not an address
    for text in (state["_esm"].replace(namespace, ""), state["_css"]):
        assert not any(word in text for word in ("import ", "@import", "fetch(", "http:", "https:", "url("))
