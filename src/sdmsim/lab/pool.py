"""Where work is done: in this process, in fresh processes, on a Dask cluster, or by any executor that is given.

Without a word of the caller's, work begins in this process and moves to fresh ones when what is left is worth their
start. Processes stay warm until the end; one that dies is replaced and its work is done again.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait as wait_for
from multiprocessing.synchronize import Event
from typing import Any, Generic, TypeVar

from sdmsim.base import Problem

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 2
"""Items that are given to each worker at a time: the one it does and the next."""
AHEAD_ELSEWHERE = 4
"""The same for an executor that is given, or a cluster: an answer may be long on its way."""
STARTING_SECONDS = 2.0
"""What it costs until fresh processes have imported what they need, with room to spare."""
DEATHS = 4
"""An item whose worker dies so often, but for the first time with no other item beside it, is given up."""
STARTS = 5
"""So often a worker is started anew before there is an end to it."""
_NEVER = (
    "worker processes ended before their time, again and again; in a script, call this under "
    'if __name__ == "__main__": or with workers=1'
)


class WorkerDied(Exception):
    """The process that did an item ended, again and again."""


@dataclass(slots=True)
class _Item(Generic[T]):
    content: T
    deaths: int = 0
    """Of workers, while it was under way."""


def cores() -> int:
    """Cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


@contextmanager
def workers_of(
    workers: int | None = None, executor: Executor | None = None, dask: str | None = None
) -> Iterator[Workers]:
    """Workers for the time of the block.

    `executor`: used and left open. `dask`: the address of a scheduler, or `local` for a cluster on this machine.
    Otherwise `workers` processes: 1 is this process, None chooses by itself. When the block is left by an exception,
    our own processes finish the item in hand, begin no other and end.

    Raises:
        InputErrors: Dask is not installed, or no scheduler answers.
    """
    with ExitStack() as opened:
        if executor is not None:
            yield Workers(workers or cores(), executor=executor)
        elif dask is not None:
            from sdmsim.lab.dask_cluster import dask_executor

            found, n, died = opened.enter_context(dask_executor(dask, workers))
            yield Workers(n, executor=found, died=died)
        else:
            made = Workers(workers or cores(), chosen=workers is not None)
            opened.callback(made.close)
            try:
                yield made
            except BaseException:
                made.stop()
                raise


class Workers:
    """Made by `workers_of`."""

    def __init__(
        self,
        number: int,
        *,
        executor: Executor | None = None,
        chosen: bool = True,
        died: type[BaseException] = BrokenProcessPool,
    ) -> None:
        self.number = number
        """How many can work at a time."""
        self.used = 1 if executor is None else number
        """How many have been started: 1 as long as this process does it all."""
        self._given = executor is not None
        self._executor = executor
        self._ahead = AHEAD if executor is None else AHEAD_ELSEWHERE
        self._chosen = chosen
        self._died = died
        self._stop: Event | None = None

    def collect(
        self,
        work: Callable[[T], R],
        items: Iterable[T],
        take: Callable[[int, T, R], Iterable[T] | None],
        *,
        seconds_left: Callable[[], float],
        parts: Callable[[T], Sequence[T]] | None = None,
        lost: Callable[[T], None] | None = None,
    ) -> None:
        """Do `work` with every item; `take(n, item, found)` as each is finished, in any order, n counting from 0.

        Items are read as they are needed, a few ahead for each worker; what `take` returns is done as well.
        `seconds_left`: how long the rest would take this process. `parts`: the parts of an item whose worker died,
        to be tried apart. `lost`: told of an item that is given up.

        Raises:
            WorkerDied: an item is given up and `lost` is not there to hear of it.
        """
        waiting = (_Item(item) for item in items)
        again: deque[_Item[T]] = deque()
        done = 0

        def next_ones(n: int) -> Iterator[_Item[T]]:
            for _ in range(n):
                one = again.popleft() if again else next(waiting, None)
                if one is None:
                    return
                yield one

        def finish(one: _Item[T], found: R) -> None:
            nonlocal done
            again.extend(_Item(more) for more in take(done, one.content, found) or ())
            done += 1

        while not self._start_where_worth_it(seconds_left):
            one = next(next_ones(1), None)
            if one is None:
                return
            finish(one, work(one.content))
        suspects = self._all_at_once(work, next_ones, finish)
        while suspects:
            pieces = parts or (lambda item: [item])
            for suspect in suspects:
                for piece in pieces(suspect.content):
                    self._alone(work, _Item(piece, suspect.deaths), finish, lost)
            suspects = self._all_at_once(work, next_ones, finish)

    def _all_at_once(
        self,
        work: Callable[[T], R],
        next_ones: Callable[[int], Iterator[_Item[T]]],
        finish: Callable[[_Item[T], R], None],
    ) -> list[_Item[T]]:
        """Keep every worker busy until nothing is left, or one has died: then what was under way."""
        under_way: dict[Future[R], _Item[T]] = {}
        suspects: list[_Item[T]] = []
        try:
            while not suspects:
                for one in next_ones(self._ahead * self.number - len(under_way)):
                    if not self._submit(work, one, under_way):
                        suspects.append(one)
                        break
                if not under_way:
                    break
                finished, _ = wait(under_way, return_when=FIRST_COMPLETED)
                for future in finished:
                    one = under_way.pop(future)
                    if isinstance(future.exception(), self._died):
                        suspects.append(one)
                    else:
                        finish(one, future.result())
            if suspects:
                for future, one in under_way.items():  # what a broken pool still holds has ended in the same way
                    if isinstance(future.exception(), self._died):
                        suspects.append(one)
                    else:
                        finish(one, future.result())
                under_way.clear()
                for one in suspects:
                    one.deaths += 1
                self._restart()
        finally:
            for future in under_way:
                future.cancel()
        return suspects

    def _alone(
        self,
        work: Callable[[T], R],
        one: _Item[T],
        finish: Callable[[_Item[T], R], None],
        lost: Callable[[T], None] | None,
    ) -> None:
        """An item that was under way when a worker died, with no other beside it: if one dies again, it is its own."""
        while one.deaths < DEATHS:
            self._ready()
            under_way: dict[Future[R], _Item[T]] = {}
            if self._submit(work, one, under_way):
                (future,) = under_way
                if not isinstance(future.exception(), self._died):
                    finish(one, future.result())
                    return
            one.deaths += 1
            self._restart()
        if lost is None:
            raise WorkerDied(_NEVER)
        lost(one.content)

    def _ready(self) -> None:
        """Wait for a worker: one that is shot while it starts is nothing that an item has done.

        Raises:
            WorkerDied: none ever starts.
        """
        assert self._executor is not None
        for _ in range(STARTS):
            try:
                self._executor.submit(_nothing).result()
            except self._died:
                self._restart()
            else:
                return
        raise WorkerDied(_NEVER)

    def _submit(self, work: Callable[[T], R], one: _Item[T], under_way: dict[Future[R], _Item[T]]) -> bool:
        assert self._executor is not None
        try:
            under_way[self._executor.submit(_unless_stopped, work, one.content)] = one
        except self._died:
            return False
        return True

    def _start_where_worth_it(self, seconds_left: Callable[[], float]) -> bool:
        """Whether items are done elsewhere, from now on or before."""
        if self._executor is None and self.number > 1:
            saved = seconds_left() * (1.0 - 1.0 / self.number)
            if self._chosen or saved > STARTING_SECONDS:
                self._start()
        return self._executor is not None

    def _start(self) -> None:
        self.used = self.number
        context = multiprocessing.get_context("spawn")
        self._stop = context.Event()
        self._executor = ProcessPoolExecutor(
            self.number, mp_context=context, initializer=_begin, initargs=(self._stop,)
        )

    def _restart(self) -> None:
        """Fresh processes for those of a broken pool; a cluster sees to its own workers."""
        if not self._given:
            self.close()
            self._start()

    def stop(self) -> None:
        """Let our processes begin no other item."""
        if self._stop is not None:
            self._stop.set()

    def close(self) -> None:
        """End our processes, once they have finished the item in hand."""
        if self._executor is not None and not self._given:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None


_stopped: Event | None = None
"""Set when the process that started this worker wants no more."""


def _begin(stop: Event) -> None:
    """A worker leaves Ctrl-C to the process that started it, hears from that when to stop, and ends when it is gone."""
    global _stopped
    _stopped = stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A process that is shot tells its workers nothing; they would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)


def _nothing() -> None:
    """What a worker does to show that it is there."""


def _unless_stopped(work: Callable[[Any], R], item: Any) -> R:
    if _stopped is not None and _stopped.is_set():
        raise CancelledError
    return work(item)


def refuse_numbers(workers: int | None, dask: str | None) -> list[Problem]:
    """What is wrong with the choice of workers."""
    if workers is not None and workers < 1:
        return [Problem("--workers", 0, "", f"{workers} given; must be at least 1")]
    if workers is not None and dask not in (None, "local"):
        return [Problem("--workers", 0, "", "a cluster with an address has its own workers; leave one of both out")]
    return []
