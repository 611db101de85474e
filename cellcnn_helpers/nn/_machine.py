"""How the machine works for a network: on all its cores, each product on one of them, in memory it keeps."""

import functools
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np


@contextmanager
def all_cores():
    """Give, for a ``with`` block, a function like `map` that works on one item per core at the same time.

    Inside the block each matrix product stays on one core. BLAS would share it among them and wait for the
    slowest: on two cores, of which another program held one, training a dense layer took 30 times as long.
    """
    _keep_freed_memory()
    warn_as_here = functools.partial(np.seterr, **np.geterr())  # `np.errstate` holds for one thread alone
    with (
        _libraries().limit(limits=1, user_api="blas"),
        ThreadPoolExecutor(os.cpu_count(), initializer=warn_as_here) as threads,
    ):

        def map_items(function, items, *more):
            mapped = threads.map if len(items) > 1 else map  # a single one is not worth the way to a thread
            return list(mapped(function, items, *more))

        yield map_items


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
