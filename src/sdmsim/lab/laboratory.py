"""Where trials are lived: workers that stay warm, a store of what was lived, arms brought to the years that are needed.

    with laboratory(workers=2) as lab:
        bench = lab.bench([("one", scenario), ("two", scenario.but(...))])
        bench.advance({"one": 20, "two": 20})
        difference = bench.values("two", "cost") - bench.values("one", "cost")
        bench.advance({"one": 30, "two": 50})  # lives only what is new

What a store holds from an earlier run, of the same arm and code, is not lived again. `execute` is one such block. A
rule that decides as it goes advances again and again in one; it asks for no more than `Advancing`, to be tried alone.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from sdmsim import __version__
from sdmsim.base import InputErrors, Problem
from sdmsim.delivery.sessions import WeeklySession
from sdmsim.lab.estimates import Values
from sdmsim.lab.pool import Workers, workers_of
from sdmsim.lab.store import Store
from sdmsim.lab.trials import (
    Asked,
    Chunk,
    Failed,
    Lived,
    OtherCode,
    Prepared,
    Year,
    ask,
    live_chunk,
    prepare,
    tries_rows,
)
from sdmsim.lab.version import code_version
from sdmsim.scenario import Scenario

if TYPE_CHECKING:
    import pyarrow as pa

Progress = Callable[[int, int, str], None]
"""Called with (done, total, phase); phase is "timetables" or "years"."""

T = TypeVar("T")

CHUNK_SECONDS = 0.4
"""What a worker lives before it reports: far above what sending costs, small enough that progress shows."""
LARGEST_CHUNK = 250


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
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    dask: str | None = None,
    store: Path | None = None,
    progress: Progress | None = None,
) -> Iterator[Laboratory]:
    """A laboratory for the time of the block; its workers end with it, and what was lived is in the store.

    `workers` processes (1: this one; None: as many as there are cores, where they are worth their start), or an
    `executor`, or `dask`: the address of a scheduler, or `local`. A script that calls this must do so under
    `if __name__ == "__main__":`. Without a `store`, trials go into a folder that is removed at the end of the block.

    Raises:
        InputErrors: the store is none, or was written for a newer sdmsim; Dask is not there.
    """
    with ExitStack() as opened:
        if store is None:
            folder = Path(opened.enter_context(TemporaryDirectory(prefix="sdmsim-", ignore_cleanup_errors=True)))
            trials = Store(folder, durable=False)
        else:
            trials = Store(store)
        pool = opened.enter_context(workers_of(workers, executor, dask))
        opened.callback(trials.close)  # before the workers end: what was lived is safe first
        yield Laboratory(pool, trials, progress or silent)


class Failure(NamedTuple):
    """A trial that raised, or whose worker died again and again; it stopped no other and is not in the store."""

    arm: str
    replication: int
    error: str
    place: str


class YearsFailed(Exception):
    """Trials failed without which there is no answer."""

    def __init__(self, failures: Sequence[Failure]) -> None:
        super().__init__(f"{len(failures)} failed")
        self.failures = failures


class Laboratory:
    """Made by `laboratory`."""

    def __init__(self, workers: Workers, store: Store, tell: Progress) -> None:
        self.crew = workers
        self.store = store
        self.tell = tell
        self._sent: dict[str, int] = {}
        self._mean_seconds = 0.0
        """Of the trials lived so far."""
        self.years_lived = 0
        self.years_reused = 0
        self.timetable_seconds = 0.0
        self.simulate_seconds = 0.0
        """Worker time, summed."""

    @property
    def workers(self) -> int:
        """How many worked: 1 where everything happened in this process."""
        return self.crew.used

    def bench(self, arms: Sequence[tuple[str, Scenario]] = (), *, rows: bool = False, name: str = "") -> Bench:
        """Arms to be advanced, their weeks made; `rows`: progress also under the rows of `trials.tried_rows`.

        `name`: what asks, such as the name of an experiment; the store lists it.
        """
        bench = Bench(self, self.store, rows, name)
        bench.add(arms)
        return bench

    def prepare(self, arms: Sequence[Sequence[Scenario]], tell: Callable[[int], None] | None = None) -> list[Prepared]:
        """Make the weeks of arms, each given as `trials.prepare` takes it; `tell` is called with the number done."""
        found = self._all(prepare, arms, tell)
        self.timetable_seconds += sum(one.seconds for one in found)
        return found

    def ask(self, scenarios: Sequence[Scenario], tell: Callable[[int], None] | None = None) -> list[Asked]:
        """Make the weeks of scenarios that are not lived; `tell` is called with the number done."""
        found = self._all(ask, scenarios, tell)
        self.timetable_seconds += sum(one.seconds for one in found)
        return found

    def live(
        self,
        wanted: Sequence[tuple[Prepared, Sequence[int]]],
        rows: bool,
        keep: Callable[[int, Sequence[Year], Sequence[Failed]], None],
    ) -> None:
        """Live the named replications of each; `keep(position, years, failed)` as they come, in any order."""
        left = deque((arm, list(replications)) for arm, (_, replications) in enumerate(wanted) if replications)
        total, done = sum(len(replications) for _, replications in left), 0
        keys = [hashlib.sha256(one.plan).hexdigest() for one, _ in wanted]
        code = code_version()

        def chunks() -> Iterator[Chunk]:
            while left:
                arm, replications = left[0]
                n = self._size_of_chunk(sum(len(others) for _, others in left))
                mine = tuple(replications[:n])
                del replications[:n]
                if not replications:
                    left.popleft()
                plan = wanted[arm][0].plan if self._sent.get(keys[arm], 0) < self.crew.number else None
                self._sent[keys[arm]] = self._sent.get(keys[arm], 0) + 1
                yield Chunk(arm, keys[arm], plan, wanted[arm][0].seed, mine, rows, code)

        def report(arm: int, years: Sequence[Year], failed: Sequence[Failed]) -> None:
            nonlocal done
            keep(arm, years, failed)
            self.years_lived += len(years)
            done += len(years) + len(failed)
            self.tell(done, total, "years")

        def take(_: int, chunk: Chunk, lived: Lived) -> list[Chunk]:
            if lived.without_plan:
                return [replace(chunk, plan=wanted[chunk.arm][0].plan)]
            self.simulate_seconds += lived.seconds
            self._mean_seconds = self.simulate_seconds / max(1, self.years_lived + len(lived.years))
            report(chunk.arm, lived.years, lived.failed)
            return []

        def parts(chunk: Chunk) -> list[Chunk]:
            return [replace(chunk, plan=wanted[chunk.arm][0].plan, replications=(r,)) for r in chunk.replications]

        def lost(chunk: Chunk) -> None:
            report(chunk.arm, (), [Failed(r, "its worker process ended", "") for r in chunk.replications])

        def seconds_left() -> float:
            return self._mean_seconds * (total - done)

        try:
            self.crew.collect(live_chunk, chunks(), take, seconds_left=seconds_left, parts=parts, lost=lost)
        except OtherCode as error:
            raise InputErrors([Problem("--dask", 0, "", str(error))]) from None

    def each(self, work: Callable[[Any], T], items: Iterator[Any], take: Callable[[Any, T], None], **more: Any) -> None:
        """`work` of every item, `take` as each is done, in any order; see `Workers.collect`."""
        self.crew.collect(work, items, lambda _, item, found: take(item, found), **more)

    def _size_of_chunk(self, left: int) -> int:
        """Replications that take about CHUNK_SECONDS; fewer at the end, so that all workers end together."""
        size = int(CHUNK_SECONDS / self._mean_seconds) if self._mean_seconds > 0.0 else 1
        return max(1, min(size, LARGEST_CHUNK, -(-left // (2 * self.crew.number))))

    def _all(
        self, work: Callable[[Any], T], items: Sequence[Any], tell: Callable[[int], None] | None = None
    ) -> list[T]:
        """`work` of every item, in the order of the items."""
        found: dict[int, T] = {}
        began = perf_counter()

        def take(_: int, numbered: tuple[int, Any], one: T) -> None:
            found[numbered[0]] = one
            if tell is None:
                self.tell(len(found), len(items), "timetables")
            else:
                tell(len(found))

        def seconds_left() -> float:
            return (perf_counter() - began) / len(found) * (len(items) - len(found)) if found else 0.0

        self.crew.collect(_Numbered(work), enumerate(items), take, seconds_left=seconds_left)
        return [found[position] for position in range(len(items))]


class _Numbered:
    """Work on the second of a pair; travels to workers, as a function inside a function does not."""

    def __init__(self, work: Callable[[Any], Any]) -> None:
        self.work = work

    def __call__(self, numbered: tuple[int, Any]) -> Any:
        return self.work(numbered[1])


class Bench:
    """Arms of one question; made by `Laboratory.bench`. Each scenario brings its seed."""

    def __init__(self, laboratory: Laboratory, store: Store, rows: bool, name: str) -> None:
        self._laboratory = laboratory
        self._store = store
        self.rows = rows
        """Whether years are also measured under rows of numbers."""
        self._name = name
        self._prepared: dict[str, Prepared] = {}
        self._places: dict[str, Path] = {}
        self._replications: dict[str, int] = {}
        self.failures: list[Failure] = []

    @property
    def arms(self) -> tuple[str, ...]:
        """The names, in the order in which they came."""
        return tuple(self._prepared)

    def add(
        self,
        arms: Sequence[tuple[str, Scenario]],
        tell: Callable[[int], None] | None = None,
        before: Mapping[str, Sequence[Scenario]] | None = None,
    ) -> None:
        """More arms, from 0 replications; a name that is there is an error of the caller.

        `before`: by name, scenarios from whose weeks an arm's week may start, as `trials.prepare` takes them.
        """
        again = [name for name, _ in arms if name in self._prepared]
        if again:
            raise ValueError(f"arms that are there already: {again}")
        made = self._laboratory.prepare([(*(before or {}).get(name, ()), scenario) for name, scenario in arms], tell)
        for (name, scenario), one in zip(arms, made, strict=True):
            self._prepared[name], self._replications[name] = one, 0
            place = self._places[name] = self._store.place(code_version(), one.address)
            about = {"experiment": self._name, "arm": name, "position": len(self._prepared), "seed": one.seed}
            about |= {"title": scenario.title, "version": __version__, "code": code_version()}
            self._store.name(place, {**about, "since": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")})

    def week(self, arm: str) -> Mapping[str, float]:
        """What the arm's timetable shows, as `trials.week_row` has it."""
        return self._prepared[arm].week

    def sessions(self, arm: str) -> Sequence[WeeklySession]:
        """The arm's timetable child by child."""
        return self._prepared[arm].sessions

    def replications(self, arm: str) -> int:
        """How many were asked for so far."""
        return self._replications[arm]

    def advance(self, wanted: Mapping[str, int]) -> None:
        """Bring each named arm to at least so many replications; see `Advancing`.

        A trial that fails is in `failures`, and its values are nan. It is tried again in the next run, not in this.
        """
        names = list(wanted)
        missing = []
        for name in names:
            new = range(self._replications[name], wanted[name])
            kept = self._store.kept(self._places[name]) if new else {}
            here = [r for r in new if r in kept and (kept[r] or not tries_rows(self.rows, r))]
            self._laboratory.years_reused += len(here)
            missing.append(sorted(set(new) - set(here)))

        def keep(position: int, years: Sequence[Year], failed: Sequence[Failed]) -> None:
            self._store.add(self._places[names[position]], years)
            self.failures += [Failure(names[position], *one) for one in failed]

        self._laboratory.live([(self._prepared[n], m) for n, m in zip(names, missing, strict=True)], self.rows, keep)
        for name in names:
            self._replications[name] = max(self._replications[name], wanted[name])

    def values(self, arm: str, metric: str) -> Values:
        """A metric by replication, from 0; see `Advancing`."""
        return self._store.values(self._places[arm], metric, self._replications[arm])

    def wide(self, arm: str, column: str) -> pa.Table:
        """What every `Year` keeps as one row (`row`, `workload`): replication, then its keys, by replication."""
        return self._store.wide(self._places[arm], column, self._replications[arm])

    def long(self, arm: str, column: str) -> pa.Table:
        """What every `Year` keeps as rows (`months`, `by_row`): replication, position, then their keys, in order."""
        return self._store.long(self._places[arm], column, self._replications[arm])


def silent(done: int, total: int, phase: str) -> None:
    """No progress is shown."""
