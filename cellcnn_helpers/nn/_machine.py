"""How the machine works for a network: on all its cores, each product on one of them, in memory it keeps."""

import functools
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np

MOST_CORES = 8  # each works on images of its own, which takes memory
_limit = threading.Lock()  # held by the block that has set the limit of BLAS


@contextmanager
def all_cores():
    """Give, for a ``with`` block, a function like `map` that works on one item per core at the same time.

    Inside the block each matrix product stays on one core, if threadpoolctl knows the library of products.
    BLAS would share it among all cores and wait for the slowest: on two cores, of which another program held
    one, training a dense layer took 30 times as long.
    """
    _keep_freed_memory()
    warn_as_here = functools.partial(np.seterr, **np.geterr())  # `np.errstate` holds for one thread alone
    with (
        _one_core_for_each_product(),
        ThreadPoolExecutor(num_cores(), initializer=warn_as_here) as threads,
    ):

        def map_items(function, items, *more):
            mapped = threads.map if len(items) > 1 else map  # a single one is not worth the way to a thread
            return list(mapped(function, items, *more))

        yield map_items


def num_cores():
    """Return how many cores this process may use; a cluster often gives it fewer than the machine has."""
    may_use = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    return min(len(may_use), MOST_CORES)


@contextmanager
def _one_core_for_each_product():
    """Limit BLAS to one thread. The limit holds for the whole process, so the block that sets it must end it.

    Where blocks overlap, in one thread or in several, only the first one sets it. Had each its own, the last
    to leave would bring back the limit that it found when it came.
    """
    if not _limit.acquire(blocking=False):
        yield
        return
    try:
        with _libraries().limit(limits=1, user_api="blas"):
            yield
    finally:
        _limit.release()


@functools.cache
def _libraries():
    """Find the libraries that multiply matrices, once: it takes as long as a step of a small network."""
    from threadpoolctl import ThreadpoolController  # slow to import

    return ThreadpoolController()


def _keep_freed_memory():
    """Make Linux keep the memory of freed arrays for the next ones; training takes up to a third less time.

    Once an array of this size was freed, glibc no longer gives smaller ones back to the system, which would
    have to clear each page again for the next step.
    """
    np.empty(30 << 20, np.uint8)
