"""Where work is done: in this process, in fresh processes, or by any executor that is given."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing.synchronize import Event
from typing import Any, TypeVar

T = TypeVar("T")

AHEAD = 4
"""Items a worker is given ahead of what it does: enough to keep it busy, few enough for flat memory."""


def cores() -> int:
    """Cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


@contextmanager
def pool_of(executor: Executor | None, workers: int) -> Iterator[Executor | None]:
    """The given executor, or fresh processes, or None for this process.

    When the block is left by an exception, our own workers finish the item in hand, begin no other and end.
    """
    if executor is not None or workers == 1:
        yield executor
        return
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(stop,))
    try:
        yield pool
    except BrokenProcessPool as error:
        raise RuntimeError(
            "a worker process ended before its time; in a script, call this under "
            'if __name__ == "__main__": or with workers=1'
        ) from error
    except BaseException:
        stop.set()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_stop: Event | None = None
"""Set when the process that started this worker wants no more."""


def _begin(stop: Event) -> None:
    """A worker leaves Ctrl-C to the process that started it, and hears from that when to stop."""
    global _stop
    _stop = stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _unless_stopped(work: Callable[[Any], T], item: Any) -> T:
    if _stop is not None and _stop.is_set():
        raise CancelledError
    return work(item)


def collect(
    pool: Executor | None, work: Callable[[Any], T], items: Iterable[Any], workers: int, take: Callable[[int, T], None]
) -> None:
    """Do `work` with every item; `take(position, found)` as each is finished, in any order.

    Items are read as they are needed, a few ahead for each worker.
    """
    numbered = enumerate(items)
    if pool is None:
        for position, item in numbered:
            take(position, work(item))
        return
    under_way: dict[Future[T], int] = {}
    try:
        while True:
            for position, item in islice(numbered, AHEAD * workers - len(under_way)):
                under_way[pool.submit(_unless_stopped, work, item)] = position
            if not under_way:
                return
            finished, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in finished:
                take(under_way.pop(future), future.result())
    finally:
        for future in under_way:
            future.cancel()
