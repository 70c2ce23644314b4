"""From an experiment to its results: first the arms' weeks, then arms x replications, on any executor."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar

from sdmsim.base import InputErrors, Problem
from sdmsim.lab.experiment import Experiment, as_text
from sdmsim.lab.folder import digests, manifest, refuse_other_inputs
from sdmsim.lab.results import Results
from sdmsim.lab.trials import Asked, Chunk, Lived, Prepared, Year, ask, live_chunk, prepare
from sdmsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int, int, str], None]
"""Called with (done, total, phase); phase is "timetables" or "years"."""

AS_WRITTEN = "as written"
"""The name under which `regroup.csv` lists an arm without a variation."""
LARGEST_CHUNK = 5
"""Replications that a worker lives before it reports; small, so that progress shows and the end is even."""

T = TypeVar("T")


def execute(
    experiment: Experiment,
    *,
    executor: Executor | None = None,
    out: str | Path | None = None,
    seed: int | None = None,
    replications: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Results:
    """Live every replication of every arm and compare the arms.

    The results are the same for any number of workers and any executor. `seed` and `replications`
    replace the file's. Without an `executor`, `workers` processes are started afresh (default: as many
    as there are cores or trials); a script that calls this must do so under
    `if __name__ == "__main__":`. With `workers=1` everything happens in this process. Nothing is
    written unless `out` names a folder.

    Raises:
        InputErrors: a number that will not do, or `out` holds results of other inputs (said before anything is run).
        KeyboardInterrupt: as it came; workers are stopped and nothing is written.
    """
    started, began = datetime.now(UTC), perf_counter()
    n = experiment.replications if replications is None else replications
    _check_numbers(n, workers)
    base, arms, variations = _seeded(experiment, seed)
    inputs = digests(experiment.input_files(), experiment.file.parent)
    if out is not None:
        refuse_other_inputs(Path(out), inputs=inputs, seed=base.seed)
    used = workers or min(_cores(), len(arms) * n)
    with _pool(executor, used) as pool:
        scenarios = [scenario for _, scenario in arms]
        total = len(arms) + len(variations)
        tell = progress or _silent
        prepared = _collect(pool, prepare, scenarios, lambda done, _: tell(done, total, "timetables"))
        asked = _collect(
            pool, ask, [v[2] for v in variations], lambda done, _: tell(len(arms) + done, total, "timetables")
        )
        lived = _live(pool, prepared, base.seed, n, used, tell)
    years = [sorted(found, key=lambda year: year.replication) for found in lived.years]
    tables = _tables(
        experiment, arms, prepared, [(a, v, w) for (a, v, _), w in zip(variations, asked, strict=True)], years
    )
    facts = manifest(
        started=started,
        seed=base.seed,
        replications=n,
        workers=used,
        inputs=inputs,
        wall_seconds=perf_counter() - began,
        timetable_seconds=sum(p.seconds for p in prepared) + sum(a.seconds for a in asked),
        simulate_seconds=lived.seconds,
        school_years=len(arms) * n,
    )
    names = tuple(name for name, _ in arms)
    notes = tuple(dict.fromkeys(note for s in scenarios for note in s.notes))
    results = Results(
        title=experiment.title,
        arms=names,
        baseline=experiment.baseline,
        notes=notes,
        manifest={**facts, "title": experiment.title, "baseline": experiment.baseline, "arms": list(names),
                  "varied": list(experiment.varied), "notes": list(notes)},
        **tables,
    )  # fmt: skip
    if out is not None:
        results.write(out)
    return results


def _check_numbers(replications: int, workers: int | None) -> None:
    problems = []
    if replications < 1:
        problems.append(Problem("--replications", 0, "", f"{replications} given; must be at least 1"))
    if workers is not None and workers < 1:
        problems.append(Problem("--workers", 0, "", f"{workers} given; must be at least 1"))
    if problems:
        raise InputErrors(problems)


def _seeded(
    experiment: Experiment, seed: int | None
) -> tuple[Scenario, list[tuple[str, Scenario]], list[tuple[str, str, Scenario]]]:
    base = experiment.base
    if seed is None:
        return base, list(experiment.scenarios), list(experiment.variations)
    return (
        base.but(seed=seed),
        [(name, scenario.but(seed=seed)) for name, scenario in experiment.scenarios],
        [(arm, name, scenario.but(seed=seed)) for arm, name, scenario in experiment.variations],
    )


def _cores() -> int:
    """Cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _silent(done: int, total: int, phase: str) -> None:
    """No progress is shown."""


@contextmanager
def _pool(executor: Executor | None, workers: int) -> Iterator[Executor | None]:
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


def _collect(
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


class _AllLived:
    """Years by arm, in the order in which they came, and the worker seconds they took."""

    __slots__ = ("seconds", "years")

    def __init__(self, n_arms: int) -> None:
        self.years: list[list[Year]] = [[] for _ in range(n_arms)]
        self.seconds = 0.0


def _live(
    pool: Executor | None, prepared: Sequence[Prepared], seed: int, replications: int, workers: int, tell: Progress
) -> _AllLived:
    """Every replication of every arm, in chunks."""
    found = _AllLived(len(prepared))
    total, done = len(prepared) * replications, 0
    size = max(1, min(LARGEST_CHUNK, total // (4 * workers)))
    chunks = []
    for arm, one in enumerate(prepared):
        key = hashlib.sha256(one.plan).hexdigest()
        for first in range(0, replications, size):
            these = tuple(range(first, min(first + size, replications)))
            chunks.append(Chunk(arm, key, one.plan, seed, these))

    def take(_: int, lived: Lived) -> None:
        nonlocal done
        found.years[lived.arm] += lived.years
        found.seconds += lived.seconds
        done += len(lived.years)
        tell(done, total, "years")

    _collect(pool, live_chunk, chunks, take)
    return found


def _tables(
    experiment: Experiment,
    arms: Sequence[tuple[str, Scenario]],
    prepared: Sequence[Prepared],
    asked: Sequence[tuple[str, str, Asked]],
    years: Sequence[Sequence[Year]],
) -> dict[str, Any]:
    """Every table of the results, arms in the order of the file, replications from 0."""
    import pandas as pd

    from sdmsim.lab.compare import compare_runs, summarise

    names = [name for name, _ in arms]
    runs = _runs_table(experiment.varied, arms, years)
    weeks = pd.DataFrame([{"arm": name, **one.week} for name, one in zip(names, prepared, strict=True)])
    workload = [
        {"arm": name, "activity": activity, "hours_per_week": hours}
        for name, found in zip(names, years, strict=True)
        for activity, hours in _mean_of([year.workload for year in found]).items()
    ]
    months = [
        {"arm": name, **row}
        for name, found in zip(names, years, strict=True)
        for row in map(_mean_of, zip(*(year.months for year in found), strict=True))
    ]
    return {
        "runs": runs,
        "summary": summarise(runs, names),
        "comparison": compare_runs(runs, names, experiment.baseline),
        "weeks": weeks,
        "workload": pd.DataFrame(workload, columns=["arm", "activity", "hours_per_week"]),
        "months": pd.DataFrame(months),
        "regroup": pd.DataFrame(
            list(_regroup_rows(weeks, asked)),
            columns=["arm", "variation", "therapist_hours_per_week", "unplaced_sessions"],
        ),
        "record": pd.DataFrame(
            [(r.month, r.share, r.label) for r in experiment.monthly_record], columns=["month", "share", "label"]
        ),
    }


def _mean_of(rows: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Key by key, the mean of rows that have the same keys; equal values stay as they are."""
    columns: dict[str, list[float]] = {}
    for row in rows:
        for key, value in row.items():
            columns.setdefault(key, []).append(value)
    return {k: v[0] if all(x == v[0] for x in v) else sum(v) / len(v) for k, v in columns.items()}


def _regroup_rows(
    weeks: pd.DataFrame, asked: Sequence[tuple[str, str, Asked]]
) -> Iterator[tuple[str, str, float, int]]:
    """Each arm as written, then with each variation; nothing where there are no variations."""
    if not asked:
        return
    for row in weeks.itertuples(index=False):
        yield str(row.arm), AS_WRITTEN, float(row.therapist_hours_per_week), int(row.unplaced_sessions)
        for arm, variation, found in asked:
            if arm == row.arm:
                yield arm, variation, found.therapist_hours_per_week, found.unplaced_sessions


def _runs_table(
    varied: Sequence[str], arms: Sequence[tuple[str, Scenario]], years: Sequence[Sequence[Year]]
) -> pd.DataFrame:
    """arm, one column per varied parameter, replication, one column per metric."""
    import pandas as pd

    rows = []
    for (name, scenario), found in zip(arms, years, strict=True):
        content = scenario.model_dump(mode="json")
        settings = {key: _value_at(content, key) for key in varied}
        rows += [{"arm": name, **settings, "replication": y.replication, **y.row} for y in found]
    runs = pd.DataFrame(rows)
    for key in varied:
        values = runs[key]
        if not all(v is None or (isinstance(v, int | float) and not isinstance(v, bool)) for v in values):
            runs[key] = [None if v is None else as_text(v) for v in values]
        else:
            runs[key] = values.astype("float64")
    metrics = list(runs.columns)[list(runs.columns).index("replication") + 1 :]
    return runs.astype({"replication": "int64", **dict.fromkeys(metrics, "float64")})


def _value_at(content: Mapping[str, Any], dotted: str) -> Any:
    """The value under a dotted name in a scenario's content, None where it has no such value."""
    found: Any = content
    for part in dotted.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return None
        found = found[part]
    return found
