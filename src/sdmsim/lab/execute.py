"""From an experiment to its results: first the arms' weeks, then arms x replications, on any executor."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

from sdmsim.base import InputErrors, Problem
from sdmsim.lab.experiment import Experiment
from sdmsim.lab.folder import digests, manifest, refuse_other_inputs
from sdmsim.lab.pool import collect, cores, pool_of
from sdmsim.lab.results import Results
from sdmsim.lab.tables import tables_of
from sdmsim.lab.trials import Chunk, Lived, Prepared, Year, ask, live_chunk, prepare
from sdmsim.metrics import regular_class_notes
from sdmsim.scenario import Scenario
from sdmsim.theory.rows import equally_good_rows

Progress = Callable[[int, int, str], None]
"""Called with (done, total, phase); phase is "timetables" or "years"."""

T = TypeVar("T")

LARGEST_CHUNK = 5
"""Replications that a worker lives before it reports; small, so that progress shows and the end is even."""


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
        refuse_other_inputs(Path(out), inputs=inputs, seed=base.seed, assumptions=base.assumptions.said())
    used = workers or min(cores(), len(arms) * n)
    with pool_of(executor, used) as pool:
        tell = progress or _silent
        total = len(arms) + len(variations)
        prepared = _all(pool, prepare, [s for _, s in arms], used, lambda done: tell(done, total, "timetables"))
        asked = _all(
            pool, ask, [s for _, _, s in variations], used, lambda done: tell(len(arms) + done, total, "timetables")
        )
        years, seconds = _live(pool, prepared, (base.seed, n, rows_apply(s for _, s in arms)), used, tell)
    weeks_asked = [(arm, variation, found) for (arm, variation, _), found in zip(variations, asked, strict=True)]
    tables = tables_of(experiment, arms, prepared, weeks_asked, years)
    facts = manifest(
        started=started,
        seed=base.seed,
        replications=n,
        workers=used,
        assumptions=base.assumptions.said(),
        inputs=inputs,
        wall_seconds=perf_counter() - began,
        timetable_seconds=sum(p.seconds for p in prepared) + sum(a.seconds for a in asked),
        simulate_seconds=seconds,
        school_years=len(arms) * n,
    )
    names = tuple(name for name, _ in arms)
    left_out = _left_out(names, prepared)
    counted = [(name, one.week) for name, one in zip(names, prepared, strict=True)]
    books = (scenario.rules_of_state for scenario in (base, *(s for _, s in arms)))
    near = regular_class_notes(next((book for book in books if book.policies), base.rules_of_state), counted)
    notes = tuple(dict.fromkeys([*near, *experiment.notes, *left_out, *(note for _, s in arms for note in s.notes)]))
    results = Results(
        title=experiment.title,
        arms=names,
        baseline=experiment.baseline,
        notes=notes,
        manifest={**facts, "experiment": experiment.file.name, "title": experiment.title, "notes": list(notes),
                  "baseline": experiment.baseline, "arms": list(names), "varied": list(experiment.varied)},
        **tables,
    )  # fmt: skip
    if out is not None:
        results.write(out)
    return results


def _left_out(names: Sequence[str], prepared: Sequence[Prepared]) -> list[str]:
    """Which arms leave children without any session: no mean shows it."""
    found = [(name, int(one.week["children_left_out"])) for name, one in zip(names, prepared, strict=True)]
    words = ", ".join(f'{n} in "{name}"' for name, n in found if n)
    return (
        [f"Children without any session all year, for want of a place: {words} (week.short_of_hours)."] if words else []
    )


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


def rows_apply(scenarios: Iterable[Scenario]) -> bool:
    """Whether equally good rows of numbers say anything of these scenarios: all have the set that the rows were found
    for, and none has a number of its own in the place of one of theirs.
    """
    known = equally_good_rows()[0]
    return all(
        s.assumptions.set == "evidence" and not any(name in known for name in s.assumptions.overrides())
        for s in scenarios
    )


def _silent(done: int, total: int, phase: str) -> None:
    """No progress is shown."""


def _all(
    pool: Executor | None, work: Callable[[Any], T], items: Sequence[Any], workers: int, tell: Callable[[int], None]
) -> list[T]:
    """`work` of every item, in the order of the items."""
    found: dict[int, T] = {}

    def take(position: int, one: T) -> None:
        found[position] = one
        tell(len(found))

    collect(pool, work, items, workers, take)
    return [found[position] for position in range(len(items))]


def _live(
    pool: Executor | None, prepared: Sequence[Prepared], wanted: tuple[int, int, bool], workers: int, tell: Progress
) -> tuple[list[list[Year]], float]:
    """Every replication of every arm: the years by arm, from replication 0, and the worker seconds they took.

    `wanted`: the seed, the number of replications, and whether rows of numbers are tried.
    """
    seed, replications, rows = wanted
    years: list[list[Year]] = [[] for _ in prepared]
    total, done, seconds = len(prepared) * replications, 0, 0.0
    size = max(1, min(LARGEST_CHUNK, total // (4 * workers)))

    def take(_: int, lived: Lived) -> None:
        nonlocal done, seconds
        years[lived.arm] += lived.years
        seconds += lived.seconds
        done += len(lived.years)
        tell(done, total, "years")

    collect(pool, live_chunk, _chunks(prepared, seed, replications, size, rows), workers, take)
    return [sorted(found, key=lambda year: year.replication) for found in years], seconds


def _chunks(prepared: Sequence[Prepared], seed: int, replications: int, size: int, rows: bool) -> Iterator[Chunk]:
    """Every replication of every arm, `size` at a time."""
    for arm, one in enumerate(prepared):
        key = hashlib.sha256(one.plan).hexdigest()
        for first in range(0, replications, size):
            yield Chunk(arm, key, one.plan, seed, tuple(range(first, min(first + size, replications))), rows)
