"""Where work is done: in this process, in fresh processes, or by any executor that is given."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")


def cores() -> int:
    """Cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


@contextmanager
def pool_of(executor: Executor | None, workers: int) -> Iterator[Executor | None]:
    """The given executor, or fresh processes, or None for this process.

    When the block is left by an exception, what has not begun is cancelled and our own workers are stopped.
    """
    if executor is not None or workers == 1:
        yield executor
        return
    before = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=_leave_interrupts)
    try:
        yield pool
    except BaseException as error:
        for worker in set(multiprocessing.active_children()) - before:
            worker.terminate()
        pool.shutdown(wait=True, cancel_futures=True)
        if isinstance(error, BrokenProcessPool):
            raise RuntimeError(
                "a worker process ended before its time; in a script, call this under "
                'if __name__ == "__main__": or with workers=1'
            ) from error
        raise
    pool.shutdown(wait=True)


def _leave_interrupts() -> None:
    """Workers leave Ctrl-C to the process that started them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def collect(
    pool: Executor | None, work: Callable[[Any], T], items: Sequence[Any], tell: Callable[[int, T], None]
) -> list[T]:
    """`work` of every item, in the order of the items; `tell(done, found)` as each is finished."""
    if pool is None:
        results = []
        for item in items:
            results.append(work(item))
            tell(len(results), results[-1])
        return results
    futures: list[Future[T]] = [pool.submit(work, item) for item in items]
    waiting, done = set(futures), 0
    try:
        while waiting:
            finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in finished:
                done += 1
                tell(done, future.result())
    except BaseException:
        for future in waiting:
            future.cancel()
        raise
    return [future.result() for future in futures]
