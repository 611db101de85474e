"""The pooling widget: one number for each window, forward, backward, and when the picture moves."""

import traitlets

from cellcnn_helpers import _checks
from cellcnn_helpers.widgets._base import CheckedTrait
from cellcnn_helpers.widgets._inputs import whole_number_between
from cellcnn_helpers.widgets._picture_widget import PictureWidget
from cellcnn_helpers.widgets._pictures import default_pictures, drawn_spots

CHOICES = {"padding": ("valid", "same"), "view": ("window", "gradient", "shift")}
RANGES = {"pool_size": (1, 8), "strides": (1, 8), "shift": (0, 8), "row": (0, 127), "column": (0, 127)}


class PoolingWidget(PictureWidget):
    """Pool a picture: see each window, its largest pixel and its mean, the way back, and a small shift.

    images (H, W) -> the results (H', W'), the numbers of `cellcnn_helpers.nn.max_pool2d` and
    `cellcnn_helpers.nn.average_pool2d`, and the gradients of their ``_backward`` functions, computed in the
    browser. Every argument is also an attribute: set it in Python and the browser shows it; change it in the
    browser and Python has it. The greys run from the smallest to the largest value of the picture.

    Parameters
    ----------
    images : dict of str to array_like, shape (H, W), optional
        Grey pictures to choose from, at most 128 pixels in each direction. uint8 is kept, all else becomes
        float32. Default: a real cell, a real tissue, a drawing in small numbers, and a few bright spots.
    image : str, optional
        Name of the picture shown. Default: the first. A file that the reader opens never leaves the browser;
        `image` is then ``"own file"``.
    pool_size : int, 1 to 8, or "global"
        Rows and columns of the window; ``"global"`` is one window as large as the picture.
    strides : int, 1 to 8, optional
        Step from window to window. None, the default, lays windows side by side.
    padding : {"valid", "same"}
        As in `cellcnn_helpers.nn.max_pool2d`.
    view : {"window", "gradient", "shift"}
        What to look at: the numbers of one window, where a gradient goes, or what a shift changes.
    shift : int, 0 to 8
        Pixels by which the view "shift" moves the picture to the right.
    row, column : int
        Place in the result, counted from 0. The browser moves it inside if it lies outside.

    Raises
    ------
    ValueError, TypeError
        If an argument is not as above, at first or when it is set later.

    See Also
    --------
    cellcnn_helpers.nn.max_pool2d, cellcnn_helpers.nn.average_pool2d : The same numbers in Python.
    cellcnn_helpers.nn.global_max_pool2d : One number for a whole picture.

    Examples
    --------
    >>> widget = PoolingWidget(pool_size=3, strides=1, view="gradient")
    >>> widget.image, widget.pool_size, widget.strides
    ('a cell (phase)', 3, 1)
    """

    parts = ("picture", "choice", "walk", "axes", "signed", "pools", "pooling_view", "pooling")

    pool_size, strides, padding, view = (CheckedTrait().tag(sync=True) for _ in range(4))
    shift, row, column = (CheckedTrait().tag(sync=True) for _ in range(3))

    def __init__(
        self,
        images=None,
        image=None,
        *,
        pool_size=2,
        strides=None,
        padding="valid",
        view="window",
        shift=1,
        row=10,
        column=4,
    ):
        images = {**default_pictures(), "bright spots": drawn_spots()} if images is None else images
        state = {"pool_size": pool_size, "strides": strides, "padding": padding, "view": view, "shift": shift}
        super().__init__(images, image, row=row, column=column, **state)

    @traitlets.validate(*CHOICES, *RANGES)
    def _check(self, proposal):
        name, value = proposal.trait.name, proposal.value
        if name in CHOICES:
            return _checks.choice(name, value, CHOICES[name])
        if name == "pool_size" and isinstance(value, str):
            return _checks.choice(name, value, ("global",))
        if name == "strides" and value is None:
            return None
        return whole_number_between(name, value, *RANGES[name])
