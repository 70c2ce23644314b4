"""Where trials are lived: workers that stay warm, and arms that are brought to as many years as a question needs.

    with laboratory(workers=2) as lab:
        bench = lab.bench([("one", scenario), ("two", scenario.but(...))])
        bench.advance({"one": 20, "two": 20})
        difference = bench.values("two", "cost") - bench.values("one", "cost")
        bench.advance({"one": 30, "two": 50})  # lives only what is new

`execute` is one such block. A rule that decides as it goes (enough replications, selection, a search) advances again
and again in one block; it should ask for no more than `Advancing`, so that it can be tried on generated outcomes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

import numpy as np

from sdmsim.lab.estimates import Values
from sdmsim.lab.pool import collect, cores, pool_of
from sdmsim.lab.trials import Asked, Chunk, Lived, Prepared, Year, ask, live_chunk, prepare
from sdmsim.scenario import Scenario

Progress = Callable[[int, int, str], None]
"""Called with (done, total, phase); phase is "timetables" or "years"."""

T = TypeVar("T")

LARGEST_CHUNK = 5
"""Replications that a worker lives before it reports; small, so that progress shows and the end is even."""


class Advancing(Protocol):
    """Arms by name that can be brought to more replications: all that a sequential rule or a search needs."""

    @property
    def arms(self) -> Sequence[str]:
        """The names, in their order."""

    def advance(self, wanted: Mapping[str, int]) -> None:
        """Bring each named arm to at least so many replications, counted from 0; others stay as they are."""

    def values(self, arm: str, metric: str) -> Values:
        """A metric by replication, from 0 to the highest number asked for so far; nan where it has no value."""


@contextmanager
def laboratory(
    *, workers: int | None = None, executor: Executor | None = None, progress: Progress | None = None
) -> Iterator[Laboratory]:
    """A laboratory for the time of the block; its workers end with it.

    Without an `executor`, `workers` processes are started (default: one for each core); with `workers=1` everything
    happens in this process. A script that calls this must do so under `if __name__ == "__main__":`.
    """
    used = workers or cores()
    with pool_of(executor, used) as pool:
        yield Laboratory(pool, used, progress or silent)


class Laboratory:
    """Made by `laboratory`."""

    def __init__(self, pool: Executor | None, workers: int, tell: Progress) -> None:
        self.workers = workers
        self._pool = pool
        self._tell = tell
        self.years_lived = 0
        self.years_reused = 0
        self.timetable_seconds = 0.0
        self.simulate_seconds = 0.0
        """Worker time, summed."""

    def bench(self, arms: Sequence[tuple[str, Scenario]] = (), *, rows: bool = False) -> Bench:
        """Arms to be advanced, their weeks made; `rows`: progress also under the rows of `trials.tried_rows`."""
        bench = Bench(self, rows)
        bench.add(arms)
        return bench

    def prepare(self, scenarios: Sequence[Scenario], tell: Callable[[int], None] | None = None) -> list[Prepared]:
        """Make the weeks of scenarios; `tell` is called with the number done."""
        found = self._all(prepare, scenarios, tell)
        self.timetable_seconds += sum(one.seconds for one in found)
        return found

    def ask(self, scenarios: Sequence[Scenario], tell: Callable[[int], None] | None = None) -> list[Asked]:
        """Make the weeks of scenarios that are not lived; `tell` is called with the number done."""
        found = self._all(ask, scenarios, tell)
        self.timetable_seconds += sum(one.seconds for one in found)
        return found

    def live(self, wanted: Sequence[tuple[Prepared, Sequence[int]]], rows: bool, keep: Callable[[Lived], None]) -> None:
        """Live the named replications of each; `keep` gets them as they come, in any order."""
        total, done = sum(len(replications) for _, replications in wanted), 0
        size = max(1, min(LARGEST_CHUNK, total // (4 * self.workers)))

        def take(_: int, lived: Lived) -> None:
            nonlocal done
            keep(lived)
            self.simulate_seconds += lived.seconds
            self.years_lived += len(lived.years)
            done += len(lived.years)
            self._tell(done, total, "years")

        collect(self._pool, live_chunk, _chunks(wanted, size, rows), self.workers, take)

    def _all(
        self, work: Callable[[Any], T], items: Sequence[Any], tell: Callable[[int], None] | None = None
    ) -> list[T]:
        """`work` of every item, in the order of the items."""
        found: dict[int, T] = {}

        def take(position: int, one: T) -> None:
            found[position] = one
            if tell is None:
                self._tell(len(found), len(items), "timetables")
            else:
                tell(len(found))

        collect(self._pool, work, items, self.workers, take)
        return [found[position] for position in range(len(items))]


class Bench:
    """Arms of one question; made by `Laboratory.bench`. Each scenario brings its seed."""

    def __init__(self, laboratory: Laboratory, rows: bool) -> None:
        self._laboratory = laboratory
        self._rows = rows
        self._prepared: dict[str, Prepared] = {}
        self._replications: dict[str, int] = {}
        self._years: dict[str, dict[int, Year]] = {}

    @property
    def arms(self) -> tuple[str, ...]:
        """The names, in the order in which they came."""
        return tuple(self._prepared)

    def add(self, arms: Sequence[tuple[str, Scenario]], tell: Callable[[int], None] | None = None) -> None:
        """More arms, from 0 replications; a name that is there is an error of the caller."""
        again = [name for name, _ in arms if name in self._prepared]
        if again:
            raise ValueError(f"arms that are there already: {again}")
        made = self._laboratory.prepare([scenario for _, scenario in arms], tell)
        for (name, _), one in zip(arms, made, strict=True):
            self._prepared[name], self._replications[name], self._years[name] = one, 0, {}

    def week(self, arm: str) -> Mapping[str, float]:
        """What the arm's timetable shows, as `trials.week_row` has it."""
        return self._prepared[arm].week

    def replications(self, arm: str) -> int:
        """How many were asked for so far."""
        return self._replications[arm]

    def advance(self, wanted: Mapping[str, int]) -> None:
        """Bring each named arm to at least so many replications; see `Advancing`."""
        names = list(wanted)
        missing = [range(self._replications[name], wanted[name]) for name in names]

        def keep(lived: Lived) -> None:
            self._years[names[lived.arm]].update((year.replication, year) for year in lived.years)

        self._laboratory.live([(self._prepared[n], m) for n, m in zip(names, missing, strict=True)], self._rows, keep)
        for name in names:
            self._replications[name] = max(self._replications[name], wanted[name])

    def values(self, arm: str, metric: str) -> Values:
        """A metric by replication, from 0; see `Advancing`."""
        return np.array([year.row.get(metric, np.nan) for year in self.years(arm)], dtype=np.float64)

    def years(self, arm: str) -> list[Year]:
        """All that is kept of the arm's years, by replication from 0."""
        years = self._years[arm]
        return [years[replication] for replication in sorted(years)]


def silent(done: int, total: int, phase: str) -> None:
    """No progress is shown."""


def _chunks(wanted: Sequence[tuple[Prepared, Sequence[int]]], size: int, rows: bool) -> Iterator[Chunk]:
    """Every replication of every arm, `size` at a time."""
    for arm, (one, replications) in enumerate(wanted):
        key = hashlib.sha256(one.plan).hexdigest()
        for first in range(0, len(replications), size):
            yield Chunk(arm, key, one.plan, one.seed, tuple(replications[first : first + size]), rows)
