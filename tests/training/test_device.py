"""The report of the device, and the augmentation that needs nothing but NumPy."""

import math
import os
import platform

import numpy as np
import pytest

from cellcnn_helpers import training
from cellcnn_helpers.training.device import explained_memory


def test_the_report_is_of_this_machine(keras):
    report = training.device_report()
    assert report.backend.split()[0] == keras.backend.backend()
    assert platform.python_version() in report.versions and keras.__version__ in report.versions
    assert report.memory_gib > 0 or math.isnan(report.memory_gib)
    rows = repr(report).splitlines()
    assert [row.split()[0] for row in rows] == ["backend", "device", "memory", "versions"]
    assert report.device in rows[1]


def test_memory_of_a_gpu_grows_as_needed():
    assert os.environ["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"),  # PyTorch
        RuntimeError("RESOURCE_EXHAUSTED: Out of memory while trying to allocate"),  # JAX
        RuntimeError("INTERNAL: Error dispatching computation: Out of memory allocating 9 bytes."),  # its CPU
    ],
)
def test_every_backend_says_it_in_its_own_words(error):
    with pytest.raises(MemoryError, match=r"got batch_size=64\.\nGive a smaller one: batch_size=32\."):
        with explained_memory(64, 1000, "a GPU"):
            raise error
    with pytest.raises(MemoryError, match=r"memory of a GPU: .*\nGive smaller images\."):
        with explained_memory(1, 1000, "a GPU"):
            raise error


def test_a_batch_of_more_than_all_images_is_halved_from_what_there_is():
    with pytest.raises(MemoryError, match=r"got batch_size=65536\.\nGive a smaller one: batch_size=500\."):
        with explained_memory(65536, 1000, "a GPU"):
            raise MemoryError
    with pytest.raises(MemoryError, match=r"got batch_size=64\.\nGive smaller images\."):
        with explained_memory(64, 1, "a GPU"):
            raise MemoryError


def test_other_errors_stay_what_they_are():
    with pytest.raises(RuntimeError, match="another"):
        with explained_memory(64, 1000, "a GPU"):
            raise RuntimeError("another")


def test_flips_and_turns_come_equally_often_and_nothing_else():
    image = np.arange(9, dtype=np.uint8).reshape(3, 3, 1)
    images = training.flips_and_turns(np.repeat(image[None], 8000, axis=0), rng=0)
    assert images.dtype == np.uint8
    kinds, counts = np.unique(images, axis=0, return_counts=True)
    turns = [np.rot90(side, n) for side in (image, image[:, ::-1]) for n in range(4)]
    assert {kind.tobytes() for kind in kinds} == {turn.tobytes() for turn in turns}
    assert abs(counts - 1000).max() < 4 * math.sqrt(8000 * 1 / 8 * 7 / 8)


def test_images_that_are_not_square_keep_their_sides():
    image = np.arange(6).reshape(2, 3, 1)
    images = training.flips_and_turns(np.repeat(image[None], 100, axis=0), rng=0)
    assert {x.tobytes() for x in images} == {
        x.tobytes() for x in (image, image[::-1], image[:, ::-1], image[::-1, ::-1])
    }


def test_the_images_that_came_in_stay():
    images = np.arange(18).reshape(2, 3, 3, 1)
    before = images.copy()
    images.flags.writeable = False
    training.flips_and_turns(images, rng=1)
    np.testing.assert_array_equal(images, before)
    with pytest.raises(ValueError, match=r"`images` must have 4 dimensions .* got images.shape=\(3, 3, 1\)"):
        training.flips_and_turns(images[0], rng=1)
