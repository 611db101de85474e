"""What does the work: its name, its memory, and what to do when that is not enough."""

import contextlib
import math
import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

__all__ = ["DeviceReport", "device_report"]

OUT_OF_MEMORY = (  # in small letters
    *("oom when allocating", "resourceexhausted"),  # TensorFlow
    *("resource_exhausted", "out of memory", "can't allocate memory"),  # JAX; PyTorch on GPU and CPU
)
GIB = 2**30

# TensorFlow reads it when it first uses a GPU, of which it would else take the whole memory.
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")


class DeviceReport(NamedTuple):
    """What `device_report` returns; shown as a table.

    Attributes
    ----------
    backend : str
        What Keras runs on, with its version.
    device : str
        Name of the GPU, or of the processor and how many cores may be used.
    memory_gib : float
        Memory of the device in GiB, 2 to the power of 30 bytes; NaN where it cannot be told.
    versions : str
        Those of Python, Keras and NumPy.
    """

    backend: str
    device: str
    memory_gib: float
    versions: str

    def __repr__(self):
        rows = {
            "backend": self.backend,
            "device": self.device,
            "memory": "unknown" if math.isnan(self.memory_gib) else f"{self.memory_gib:.1f} GiB",
            "versions": self.versions,
        }
        return "\n".join(f"{name:<8}  {value}" for name, value in rows.items())


def device_report():
    """Say on what a training would run: backend, device, memory, versions.

    Returns
    -------
    DeviceReport

    Notes
    -----
    The backend is chosen by the environment variable KERAS_BACKEND before Keras is imported; by default it is
    TensorFlow. Each backend takes the first GPU that it finds.

    Examples
    --------
    >>> device_report()
    backend   ...
    device    ...
    memory    ...
    versions  Python 3..., Keras 3..., NumPy 2...
    """
    import keras
    import numpy as np

    backend = keras.backend.backend()
    device, memory_gib = _gpu(backend) or _processor()
    versions = f"Python {platform.python_version()}, Keras {keras.__version__}, NumPy {np.__version__}"
    return DeviceReport(f"{backend} {metadata.version(backend)}", device, memory_gib, versions)


def _gpu(backend):
    """Name and memory in GiB of the GPU that the backend uses, or None."""
    if backend == "tensorflow":
        import tensorflow as tf

        gpus = tf.config.list_physical_devices("GPU")
        if gpus:
            name = tf.config.experimental.get_device_details(gpus[0]).get("device_name", gpus[0].name)
            return name, _memory_by_driver()
    elif backend == "jax":
        import jax

        device = jax.devices()[0]
        if device.platform != "cpu":
            return device.device_kind, (device.memory_stats() or {}).get("bytes_limit", float("nan")) / GIB
    elif backend == "torch":
        import torch

        if torch.cuda.is_available():
            return torch.cuda.get_device_name(0), torch.cuda.get_device_properties(0).total_memory / GIB
    return None


def _memory_by_driver():
    """Memory of the first GPU as its driver tells it, since TensorFlow does not."""
    command = ["nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout
        return float(answer.split()[0]) / 1024
    except (OSError, ValueError, IndexError, subprocess.SubprocessError):
        return float("nan")


def _processor():
    """Name of the processor with its cores, and the memory of the machine in GiB."""
    name = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        lines = [line for line in information.read_text().splitlines() if line.startswith("model name")]
        name = lines[0].partition(":")[2].strip() if lines else name
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = float("nan")
    if "SC_PHYS_PAGES" in getattr(os, "sysconf_names", {}):
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / GIB
    return f"{name}, {cores} {'core' if cores == 1 else 'cores'}", memory


@contextlib.contextmanager
def explained_memory(batch_size, num_images, device):
    """Return a context in which running out of memory is told with a batch size that may fit.

    No batch holds more than all `num_images`, so it is half of what a batch really had.

    Where JAX runs out of it in a convolution on a CPU, it says only "YNNPACK operation failed: error". That
    may have any reason, so it stays as it is.
    """
    try:
        yield
    except Exception as error:
        found = isinstance(error, MemoryError) or any(sign in repr(error).lower() for sign in OUT_OF_MEMORY)
        if not found:
            raise
        size = min(batch_size, num_images)
        mend = f"Give a smaller one: batch_size={size // 2}" if size > 1 else "Give smaller images"
        raise MemoryError(
            f"`batch_size` is too large for the memory of {device}: got batch_size={batch_size}.\n{mend}."
        ) from error
