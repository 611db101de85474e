"""The augmentation widget: change a cell with its mask, and read what that does to a measurement."""

import traitlets

from cellcnn_helpers.simulate import simulate_cells
from cellcnn_helpers.widgets import _changes
from cellcnn_helpers.widgets._base import CheckedTrait, CourseWidget
from cellcnn_helpers.widgets._inputs import whole_number_between


class AugmentationWidget(CourseWidget):
    """Flip, turn, shift, zoom a cell with its mask, change its grey values, and see what is measured.

    images (batch, H, W, 1), masks (batch, H, W) -> one changed cell, and eight that are drawn at random

    The browser computes what `cellcnn_helpers.images.augment` does. Every argument is also an attribute. The
    random ones are drawn from no change to the one that is set, both ways.

    Parameters
    ----------
    cells : CellImageDataset, optional
        1 to 8 grey uint8 pictures with masks, at most 128 rows and columns. Default: four simulated cells.
    cell : int
        Which of them is shown, from 0.
    mirror : {"none", "left-right", "up-down", "both"}
    quarter_turns, degrees : int, 0 to 3, and float, -180 to 180
        Counterclockwise, after the mirror.
    shift_px : (int, int)
        Rows down and columns to the right, -128 to 128.
    zoom : float, 0.25 to 4
    brightness, noise : float, -1 to 1, and 0 to 1
        Shares of 255: what is added, and the standard deviation of the noise.
    contrast : float, 0.1 to 10
        Factor around the mean of the picture.
    interpolation : {"linear", "nearest"}
        Of the picture; the mask always takes the nearest pixel.
    border : {"reflect", "zero"}
        What comes in at the edges.
    seed : int, 0 to 2**32 - 1
        Of the noise and of the random ones; another stream of random numbers than NumPy's.

    Raises
    ------
    ValueError, TypeError
        If an argument is not as above, at first or when it is set later.

    See Also
    --------
    cellcnn_helpers.images.augment : The same in Python, for whole data sets.

    Examples
    --------
    >>> widget = AugmentationWidget(cell=3, mirror="left-right", degrees=0, shift_px=(0, 5))
    >>> widget.mirror, widget.shift_px
    ('left-right', [0, 5])
    """

    parts = ("plot", "slider", "bench", "random", "changes", "augmentation_view", "augmentation")

    cells = CheckedTrait().tag(sync=True, to_json=_changes.masked_cells_to_browser)
    cell, mirror, quarter_turns, degrees, shift_px, zoom = (CheckedTrait().tag(sync=True) for _ in range(6))
    interpolation, border, brightness, contrast, noise, seed = (
        CheckedTrait().tag(sync=True) for _ in range(6)
    )

    def __init__(
        self,
        cells=None,
        cell=0,
        *,
        mirror="none",
        quarter_turns=0,
        degrees=-20,
        shift_px=(0, 0),
        zoom=1,
        brightness=0,
        contrast=1,
        noise=0,
        interpolation="linear",
        border="reflect",
        seed=0,
    ):
        cells = simulate_cells(4, seed=4) if cells is None else cells
        moves = {"mirror": mirror, "quarter_turns": quarter_turns, "degrees": degrees, "shift_px": shift_px}
        how = {"zoom": zoom, "interpolation": interpolation, "border": border, "seed": seed}
        greys = {"brightness": brightness, "contrast": contrast, "noise": noise}
        super().__init__(cells=cells, cell=cell, **moves, **how, **greys)

    @traitlets.validate("cells", "cell", *_changes.CHANGE)
    def _check(self, proposal):
        name, value = proposal.trait.name, proposal.value
        if name == "cells":
            return _changes.checked_masked_cells(name, value)
        if name == "cell":
            return whole_number_between(name, value, 0, len(self.cells) - 1)
        return _changes.checked_change(name, value)

    @traitlets.observe("cells")
    def _keep_cell_among_cells(self, change):
        self.cell = min(self.cell, len(self.cells) - 1)
