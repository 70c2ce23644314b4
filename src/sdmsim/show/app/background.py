"""Work beside the page: one piece at a time, in a process of its own, given up at any moment for another.

Work that tells something gives itself up where other work is waiting. What cannot be disturbed for long, as a solver,
says so before (`Deaf`): then its process is ended and a new one started. Processes end with the one that started them,
whatever ends it: they wait at its pipe.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import traceback
import weakref
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple

MEEK = 5
Tell = Callable[[Any], None]
Work = Callable[..., None]
"""Called with `Tell` and its arguments; a function of a module, so that it travels."""


class Ended(NamedTuple):
    """The last message of a piece of work: `problems` in the words of the user's files, `defect` what was ours."""

    problems: tuple[str, ...] = ()
    defect: str = ""


class Deaf(NamedTuple):
    """Told before and after a stretch of work that cannot be disturbed."""

    now: bool


class _GivenUp(Exception):
    """Other work is waiting."""


class _Worker(NamedTuple):
    process: BaseProcess
    pipe: Connection


class Background:
    """Does what was asked last; what was asked before is given up.

    `deaf`: all of its work is. `meek`: other processes go first, where the system knows such a thing.
    """

    def __init__(self, *, deaf: bool = False, meek: bool = False) -> None:
        self._meek = meek
        self._always_deaf = self._deaf = deaf
        self._workers: list[_Worker] = []
        """One, from the first piece of work on."""
        self._asked = 0
        self._busy = False
        self._end = weakref.finalize(self, _end, self._workers)

    @property
    def busy(self) -> bool:
        """Whether work is under way, as far as `heard` has told."""
        return self._busy

    def ask(self, work: Work, *arguments: Any) -> None:
        """Begin a piece of work, in the place of what is under way."""
        for _ in self.heard():
            pass  # whether it is deaf; what it has found nobody wants any more
        if self._busy and self._deaf:
            self.stop()
        if not self._workers:
            self._workers.append(_started(self._meek))
        self._asked += 1
        self._workers[0].pipe.send((self._asked, work, arguments))
        self._busy, self._deaf = True, self._always_deaf

    def stop(self) -> None:
        """Give up what is under way, and its process."""
        if self._busy:
            _end(self._workers)
            self._workers.clear()
            self._busy = False

    def heard(self) -> Iterator[Any]:
        """What the work under way has told since; the last is `Ended`."""
        while self._busy:
            pipe = self._workers[0].pipe
            try:
                if not pipe.poll():
                    return
                number, message = pipe.recv()
            except (EOFError, OSError):
                self.stop()
                yield Ended(defect="its process ended")
                return
            if number != self._asked:
                continue
            if isinstance(message, Deaf):
                self._deaf = message.now
                continue
            self._busy = not isinstance(message, Ended)
            yield message

    def wait(self, seconds: float) -> bool:
        """Wait until there is something to hear; False where nothing came in time."""
        return self._busy and self._workers[0].pipe.poll(seconds)

    def close(self) -> None:
        """End the process for good."""
        self._busy = False
        self._end()


def _started(meek: bool) -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, meek), name="sdmsim app", daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _end(workers: list[_Worker]) -> None:
    for process, pipe in workers:
        pipe.close()
        process.terminate()
    for process, _ in workers:
        process.join(5.0)


def _serve(pipe: Connection, meek: bool) -> None:
    """What a process does: it gets its imports done, then works piece by piece until nobody is at the other end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if meek and hasattr(os, "nice"):
        os.nice(MEEK)
    from sdmsim.show.app import work as _  # noqa: F401

    with contextlib.suppress(EOFError, OSError):
        while True:
            number, work, arguments = pipe.recv()
            pipe.send((number, _done(work, partial(_tell, pipe, number), arguments)))


def _tell(pipe: Connection, number: int, message: Any) -> None:
    pipe.send((number, message))
    if pipe.poll():
        raise _GivenUp


def _done(work: Work, tell: Tell, arguments: tuple[Any, ...]) -> Ended:
    from sdmsim.base import InputErrors

    try:
        work(tell, *arguments)
    except _GivenUp:
        return Ended()
    except InputErrors as error:
        return Ended(problems=tuple(error.lines()))
    except (BrokenPipeError, EOFError):
        raise
    except Exception as error:  # told without its text, which may hold an id
        frame = traceback.extract_tb(error.__traceback__)[-1]
        return Ended(defect=f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}")
    return Ended()
