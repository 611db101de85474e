"""The convolution widget: step a kernel over a picture and read every number on the way."""

import traitlets

from cellcnn_helpers import _checks
from cellcnn_helpers.widgets._base import CheckedTrait
from cellcnn_helpers.widgets._inputs import checked_kernel, whole_number_between
from cellcnn_helpers.widgets._picture_widget import PictureWidget

EDGES = ((1, 0, -1), (1, 0, -1), (1, 0, -1))
RANGES = {"strides": (1, 4), "dilation_rate": (1, 3), "row": (0, 127), "column": (0, 127)}


class ConvolutionWidget(PictureWidget):
    """Step a kernel over a picture: see the pixels, the weights, their products and the sum.

    images (H, W) * kernel (KH, KW) -> the result (H', W'), the numbers of `cellcnn_helpers.nn.conv2d`,
    computed in the browser. Every argument is also an attribute: set it in Python and the browser shows it;
    change it in the browser and Python has it.

    Parameters
    ----------
    images : dict of str to array_like, shape (H, W), optional
        Grey pictures to choose from, at most 128 pixels in each direction. uint8 is kept, all else becomes
        float32. Default: a real cell, a real tissue, and a drawing in small numbers.
    image : str, optional
        Name of the picture shown. Default: the first. A file that the reader opens never leaves the browser;
        `image` is then ``"own file"``.
    kernel : array_like, shape (KH, KW)
        Weights, 1 × 1 to 7 × 7. Default: three rows of 1, 0, −1, which take the right from the left.
    strides : int, 1 to 4
        Step from window to window.
    padding : {"valid", "same"}
        As in `cellcnn_helpers.nn.conv2d`.
    dilation_rate : int, 1 to 3
        Distance in pixels between neighboring weights.
    row, column : int
        Place in the result, counted from 0. The browser moves it inside if it lies outside.

    Raises
    ------
    ValueError, TypeError
        If an argument is not as above, at first or when it is set later.

    See Also
    --------
    cellcnn_helpers.nn.conv2d : The same numbers in Python.

    Examples
    --------
    >>> widget = ConvolutionWidget(kernel=[[0, 1, 0], [1, -4, 1], [0, 1, 0]], padding="same")
    >>> widget.image, widget.kernel[1]
    ('a cell (phase)', [1, -4, 1])
    """

    parts = ("picture", "choice", "walk", "axes", "kernels", "convolution_view", "convolution")

    kernel, padding, strides = (CheckedTrait().tag(sync=True) for _ in range(3))
    dilation_rate, row, column = (CheckedTrait().tag(sync=True) for _ in range(3))

    def __init__(
        self,
        images=None,
        image=None,
        kernel=EDGES,
        *,
        strides=1,
        padding="valid",
        dilation_rate=1,
        row=21,
        column=6,
    ):
        state = {"kernel": kernel, "strides": strides, "padding": padding, "dilation_rate": dilation_rate}
        super().__init__(images, image, row=row, column=column, **state)

    @traitlets.validate("kernel", "padding", *RANGES)
    def _check(self, proposal):
        name, value = proposal.trait.name, proposal.value
        if name == "kernel":
            return checked_kernel(name, value)
        if name == "padding":
            return _checks.choice(name, value, ("valid", "same"))
        return whole_number_between(name, value, *RANGES[name])
