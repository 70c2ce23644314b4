"""Work beside the page: one piece at a time, in a process of its own that can be given up at any moment.

With `spare` a second process stands ready, so that work which is given up for other work costs no start. Processes
end with the one that started them, whatever ends it: they wait at its pipe.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import traceback
import weakref
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple

Tell = Callable[[Any], None]
Work = Callable[..., None]
"""Called with `Tell` and its arguments; a function of a module, so that it travels."""


class Ended(NamedTuple):
    """The last message of a piece of work: `problems` in the words of the user's files, `defect` what was ours."""

    problems: tuple[str, ...] = ()
    defect: str = ""


class _Worker(NamedTuple):
    process: BaseProcess
    pipe: Connection


class Background:
    """Does what was asked last; what was asked before is given up. `spare`: a second process stands ready for that."""

    def __init__(self, *, spare: bool = True) -> None:
        self._spare = spare
        self._workers: list[_Worker] = []
        """The first works or is next; the second stands ready. None before the first piece of work."""
        self._asked = 0
        self._busy = False
        self._end = weakref.finalize(self, _end, self._workers)

    @property
    def busy(self) -> bool:
        """Whether work is under way, as far as `heard` has told."""
        return self._busy

    def ask(self, work: Work, *arguments: Any) -> None:
        """Begin a piece of work, in the place of what is under way."""
        self.stop()
        self._fill(1)
        self._asked += 1
        self._workers[0].pipe.send((self._asked, work, arguments))
        self._busy = True

    def stop(self) -> None:
        """Give up what is under way."""
        if self._busy:
            _end(self._workers[:1])
            del self._workers[0]
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
            if self._spare:
                self._fill(2)  # only now: it would have taken time from the first
            if number == self._asked:
                self._busy = not isinstance(message, Ended)
                yield message

    def wait(self, seconds: float) -> bool:
        """Wait until there is something to hear; False where nothing came in time."""
        return self._busy and self._workers[0].pipe.poll(seconds)

    def close(self) -> None:
        """End both processes."""
        self._busy = False
        self._end()

    def _fill(self, number: int) -> None:
        while len(self._workers) < number:
            self._workers.append(_started())


def _started() -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), name="sdmsim app", daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _end(workers: list[_Worker]) -> None:
    for process, pipe in workers:
        pipe.close()
        process.terminate()
    for process, _ in workers:
        process.join(5.0)


def _serve(pipe: Connection) -> None:
    """What a process does: it gets its imports done, then works piece by piece until nobody is at the other end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from sdmsim.show.app import work as _  # noqa: F401

    with contextlib.suppress(EOFError, OSError):
        while True:
            number, work, arguments = pipe.recv()
            pipe.send((number, _done(work, partial(_tell, pipe, number), arguments)))


def _tell(pipe: Connection, number: int, message: Any) -> None:
    pipe.send((number, message))


def _done(work: Work, tell: Tell, arguments: tuple[Any, ...]) -> Ended:
    from sdmsim.base import InputErrors

    try:
        work(tell, *arguments)
    except InputErrors as error:
        return Ended(problems=tuple(error.lines()))
    except (BrokenPipeError, EOFError):
        raise
    except Exception as error:  # told without its text, which may hold an id
        frame = traceback.extract_tb(error.__traceback__)[-1]
        return Ended(defect=f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}")
    return Ended()
