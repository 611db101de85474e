"""All cores work on a network, each matrix product on one of them, and nobody can tell by the numbers."""

import os
import subprocess
import sys
import threading
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from threadpoolctl import threadpool_info, threadpool_limits

from cellcnn_helpers import nn
from cellcnn_helpers.nn import _machine
from cellcnn_helpers.nn import network as network_module
from cellcnn_helpers.nn._backpropagation import num_parts
from cellcnn_helpers.nn._machine import all_cores

PATIENCE_S = 20  # for another thread; a test that passes waits for milliseconds


def blas_threads():
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


@pytest.fixture(autouse=True)
def two_blas_threads():
    """What BLAS would do by itself on two cores, so that it can be seen to do otherwise."""
    with threadpool_limits(2, user_api="blas"):
        yield


@pytest.fixture(params=[1, 2, 5])
def num_cores(request, monkeypatch):
    monkeypatch.setattr(_machine, "num_cores", lambda: request.param)
    return request.param


@pytest.fixture(scope="module")
def noise():
    rng = np.random.default_rng(0)
    return rng.uniform(size=(60, 16, 16, 3)).astype(np.float32), rng.integers(0, 3, 60)


def make_network(*first_layers):
    layers = [*first_layers, nn.Conv2D(8, 3), nn.ReLU(), nn.Flatten(), nn.Dense(64), nn.ReLU(), nn.Dense(3)]
    return nn.Network(layers, input_shape=(16, 16, 3))


class Watching(nn.ReLU):
    """A layer that calls a function whenever it is asked for its outputs."""

    def __init__(self, function):
        self.function = function

    def forward(self, x, weights):
        if len(x):  # not while the network is put together
            self.function()
        return super().forward(x, weights)


def in_small_parts(monkeypatch):
    monkeypatch.setattr(network_module, "PART_BYTES", 1 << 16)  # an image has 6,272 after the convolution


# Matrix products


def test_each_product_stays_on_one_core(noise):
    seen = []
    network = make_network(Watching(lambda: seen.append(blas_threads())))
    network.fit(*noise, batch_size=20, validation_data=noise)
    network.predict(noise[0])
    assert len(seen) == 3 + 2 + 2  # steps, batches of the validation, batches of predict
    assert all(threads == {1} for threads in seen)
    assert blas_threads() == {2}


OVERLAP = """
import threading
import numpy as np
from threadpoolctl import threadpool_info
from cellcnn_helpers.nn._machine import all_cores

def blas_threads():
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}

def first():
    with all_cores():
        first_is_in.set()
        second_is_in.wait(20)

def second():
    first_is_in.wait(20)
    with all_cores():
        print(*blas_threads())
        second_is_in.set()
        one.join()

first_is_in, second_is_in = threading.Event(), threading.Event()
one, two = threading.Thread(target=first), threading.Thread(target=second)
one.start(), two.start(), two.join()
print(*blas_threads())
with all_cores():
    print(*blas_threads())
"""


def test_blas_gets_its_threads_back_after_two_that_overlap():
    # In a process of its own: here the fixture holds a limit already, and threadpoolctl heeds the first only.
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "2"}
    command = [sys.executable, "-c", OVERLAP]
    seen = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()
    assert seen == ["1", "2", "1"]  # while both work, after both, in the next block


def test_a_process_that_may_use_one_core_takes_one():
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        assert _machine.num_cores() == 1
    finally:
        os.sched_setaffinity(0, allowed)


def test_blas_gets_its_threads_back_after_an_error(noise):
    def fail():
        raise OSError("the microscope is off")

    network = make_network(Watching(fail))
    for work in (lambda: network.fit(*noise), lambda: network.predict(noise[0])):
        with pytest.raises(OSError, match="the microscope is off"):
            work()
        assert blas_threads() == {2}


def train(noise, num_blas_threads):
    network = make_network()
    with threadpool_limits(num_blas_threads, user_api="blas"):
        history = network.fit(*noise, epochs=2, batch_size=25, validation_data=noise)
    return history, network.get_weights()


def test_cores_do_not_change_a_bit(noise, num_cores, monkeypatch):
    in_small_parts(monkeypatch)
    history, weights = train(noise, num_blas_threads=2)
    monkeypatch.setattr(_machine, "num_cores", lambda: 3)
    expected_history, expected = train(noise, num_blas_threads=1)
    assert history == expected_history
    for w, other in zip(weights, expected, strict=True):
        np.testing.assert_array_equal(w, other)


# Parts


@given(st.integers(1, 500), st.integers(1, 500))
def test_parts_are_small_enough_and_none_is_empty(num_images, part_size):
    count = num_parts(num_images, part_size)
    sizes = [len(part) for part in np.array_split(np.arange(num_images), count)]
    assert 1 <= min(sizes) and max(sizes) <= part_size
    assert count == 1 or count % 2 == 0 or count == num_images
    assert count <= num_images / part_size + 2
    assert (count == 1) == (num_images <= max(part_size // 2, 1))


FIT_IN_FOUR_PARTS = partial(nn.Network.fit, batch_size=40)  # 10 images have less than PART_BYTES
PREDICT_IN_TWO_BATCHES = partial(nn.Network.predict, batch_size=20)


@pytest.mark.parametrize("work, num_arguments", [(FIT_IN_FOUR_PARTS, 2), (PREDICT_IN_TWO_BATCHES, 1)])
def test_two_cores_work_at_the_same_time(noise, work, num_arguments, monkeypatch):
    monkeypatch.setattr(_machine, "num_cores", lambda: 2)
    in_small_parts(monkeypatch)
    meeting = threading.Barrier(2, timeout=PATIENCE_S)
    work(make_network(Watching(meeting.wait)), *(array[:40] for array in noise[:num_arguments]))
    assert not meeting.broken


def test_work_is_shared_among_as_many_threads_as_there_are_cores(num_cores):
    everyone = threading.Barrier(num_cores, timeout=PATIENCE_S)
    with all_cores() as map_items:
        names = map_items(lambda _: (everyone.wait(), threading.current_thread().name)[1], range(num_cores))
    assert len(set(names)) == num_cores


def test_answers_come_in_the_order_of_the_questions():
    second_is_done = threading.Event()

    def slow_first(n):
        if n == 0:
            second_is_done.wait(PATIENCE_S)
        elif n == 1:
            second_is_done.set()
        return n

    with all_cores() as map_items:
        assert map_items(slow_first, range(4)) == [0, 1, 2, 3]
        assert map_items(pow, [2, 3], [3, 2]) == [8, 9]
        assert map_items(abs, [-1]) == [1]


def test_a_part_that_diverges_is_told_as_one_error(noise, monkeypatch):
    in_small_parts(monkeypatch)
    network = make_network()
    with np.errstate(all="ignore"), pytest.raises(ValueError, match=r"got learning_rate=1e\+30"):
        network.fit(*noise, epochs=5, optimizer=nn.SGD(1e30))  # warnings of other threads would be errors
    assert blas_threads() == {2}
