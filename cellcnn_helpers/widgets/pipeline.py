"""The pipeline widget: a training loop as bars in time, in which one sees who waits for whom."""

import traitlets

from cellcnn_helpers import _checks
from cellcnn_helpers.widgets._base import CheckedTrait, CourseWidget
from cellcnn_helpers.widgets._inputs import whole_number_between

PREFETCH = ("off", "host", "device")
STEPS = (1, 2, 4, 8, 16)
RANGES = {"batch_size": (1, 512), "workers": (1, 8)}
TIMES = ("load_us", "transfer_us", "image_us", "step_us", "between_us")
LONGEST_US = 1e6


class PipelineWidget(CourseWidget):
    """Let a training loop run as events: workers prepare images, they are copied, the device computes.

    times of the parts -> who waits for whom, and images per second, simulated in the browser. Every argument
    is also an attribute: set it in Python and the browser shows it; change it in the browser and Python has
    it.

    Parameters
    ----------
    load_us : float
        Time in microseconds, at most a second like all of them, in which one worker loads and changes one
        image.
    transfer_us : float
        Copy of one image to the device.
    image_us : float
        Computing of one image on the device, above 0.
    step_us : float
        What every step takes on top of its images, however few they are.
    between_us : float
        What Python does between two executions, while the device has nothing to do.
    batch_size : int, 1 to 512
        Images per step.
    workers : int, 1 to 8
        Images that are prepared at the same time. Each worker has a core of its own here.
    prefetch : {"off", "host", "device"}
        Prepare a batch when it is asked for, or up to two ahead; with "device" they are copied ahead too.
    steps_per_execution : {1, 2, 4, 8, 16}
        Steps that the device takes before it is Python's turn.
    faster : float, 1 to 100
        Divides `image_us`: another device. `step_us` stays, since it is mostly the calls.

    Raises
    ------
    ValueError, TypeError
        If an argument is not as above, at first or when it is set later.

    See Also
    --------
    cellcnn_helpers.training.train : The loop itself.

    Notes
    -----
    Every time is the same at each repetition, and nobody shares a core. In a loop on a processor the workers
    and the device are the same cores, so there they gain less than the widget says.

    Examples
    --------
    >>> widget = PipelineWidget(load_us=60, image_us=200, prefetch="host")
    >>> widget.batch_size, widget.between_us
    (64, 4000.0)
    """

    parts = ("plot", "slider", "pipeline_events", "pipeline_view", "pipeline")

    load_us, transfer_us, image_us, step_us, between_us = (CheckedTrait().tag(sync=True) for _ in range(5))
    batch_size, workers, prefetch = (CheckedTrait().tag(sync=True) for _ in range(3))
    steps_per_execution, faster = (CheckedTrait().tag(sync=True) for _ in range(2))

    def __init__(
        self,
        *,
        load_us=60,
        transfer_us=1,
        image_us=200,
        step_us=2000,
        between_us=4000,
        batch_size=64,
        workers=1,
        prefetch="off",
        steps_per_execution=1,
        faster=1,
    ):
        arguments = {name: value for name, value in locals().items() if name in self.trait_names()}
        super().__init__(**arguments)

    @traitlets.validate(*TIMES, *RANGES, "prefetch", "steps_per_execution", "faster")
    def _check(self, proposal):
        name, value = proposal.trait.name, proposal.value
        if name in RANGES:
            return whole_number_between(name, value, *RANGES[name])
        if name == "prefetch":
            return _checks.choice(name, value, PREFETCH)
        if name == "steps_per_execution":
            number = whole_number_between(name, value, 1, STEPS[-1])
            if number not in STEPS:
                raise ValueError(
                    f"`{name}` must be one of {', '.join(map(str, STEPS))}: got {name}={value!r}.\n"
                    f"Choose one of them."
                )
            return number
        if name == "faster":
            return _checks.real_number(name, value, low=1, high=100)
        return _checks.real_number(name, value, low=0, high=LONGEST_US, low_open=name == "image_us")
