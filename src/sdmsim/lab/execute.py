"""From an experiment to its results: first the arms' weeks, then arms x replications, on any executor."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from sdmsim.base import InputErrors, Problem, quoted
from sdmsim.lab.enough import Enough, until_enough
from sdmsim.lab.experiment import Experiment
from sdmsim.lab.explore import explore
from sdmsim.lab.folder import begin, digests, in_utc, manifest, refuse_other_inputs
from sdmsim.lab.front import means
from sdmsim.lab.laboratory import Bench, Laboratory, Progress, YearsFailed, laboratory, silent
from sdmsim.lab.pool import refuse_numbers
from sdmsim.lab.results import Results
from sdmsim.lab.store import default_store
from sdmsim.lab.tables import tables_of
from sdmsim.metrics import regular_class_notes
from sdmsim.scenario import Scenario
from sdmsim.theory.rows import equally_good_rows

_NUMBER = re.compile(r"\d+(\.\d+)?")


def execute(
    experiment: Experiment,
    *,
    executor: Executor | None = None,
    out: str | Path | None = None,
    seed: int | None = None,
    replications: int | None = None,
    workers: int | None = None,
    dask: str | None = None,
    store: str | Path | None = None,
    progress: Progress | None = None,
) -> Results:
    """Live every replication of every arm and compare the arms.

    The results are the same for any number of workers, any executor, and any sequence of interruptions. `seed` and
    `replications` replace the file's; where that is a rule (`Enough`), all arms are brought to as many as it asks for.
    Where the trials are lived: see `laboratory` (`workers`, `executor`, `dask`); a
    script that calls this must do so under `if __name__ == "__main__":`. Nothing is written unless `out` names a
    folder or `store` one for the trials themselves; with `out` alone, trials are kept beside it (`default_store`). The
    same call again takes up what is there.

    A trial that raises stops no other: it is missing in the results, and named under `failed` in their manifest.

    Raises:
        InputErrors: a number that will not do, or `out` holds results of other inputs, finished or not (said before
            anything is run).
        YearsFailed: every trial of an arm has failed.
        KeyboardInterrupt: as it came; workers are stopped and what was lived is in the store.
    """
    started, began = datetime.now(UTC), perf_counter()
    rule = experiment.replications if isinstance(experiment.replications, Enough) and replications is None else None
    n = experiment.most_replications if replications is None else replications
    _check_numbers(n, workers, dask)
    base, arms, variations = _seeded(experiment, seed)
    inputs = digests(experiment.input_files(), experiment.file.parent)
    target = None if out is None else Path(out)
    said: Mapping[str, Any] = {"inputs": inputs, "seed": base.seed, "assumptions": base.assumptions.said()}
    if target is not None:
        refuse_other_inputs(target, **said)
    kept = Path(store) if store is not None else default_store(target) if target is not None else None
    with laboratory(workers=workers, executor=executor, dask=dask, store=kept, progress=progress) as lab:
        if target is not None:
            begin(target, {**said, "started": in_utc(started)})
        tell = progress or silent
        if experiment.front is not None and experiment.front.tries is not None:
            tried = _explored(experiment, arms, lab, rule.min if rule else n)
            arms = [(name, scenario) for name, scenario in arms if name in tried]
            variations = [one for one in variations if one[0] in tried]
        total = len(arms) + len(variations)
        bench = lab.bench(rows=rows_apply(s for _, s in arms), name=experiment.file.stem)
        bench.add(arms, lambda done: tell(done, total, "timetables"))
        asked = lab.ask([s for _, _, s in variations], lambda done: tell(len(arms) + done, total, "timetables"))
        stopped = until_enough(rule, bench, experiment.baseline) if rule else None
        if stopped is None:
            bench.advance(dict.fromkeys(bench.arms, n))
        weeks_asked = [(arm, variation, found) for (arm, variation, _), found in zip(variations, asked, strict=True)]
        _refuse_nothing(bench)
        tables = tables_of(experiment, arms, weeks_asked, bench)
    names = bench.arms
    facts = manifest(
        started=started,
        seed=base.seed,
        replications=stopped.replications if stopped else n,
        workers=lab.workers,
        assumptions=base.assumptions.said(),
        inputs=inputs,
        wall_seconds=perf_counter() - began,
        timetable_seconds=lab.timetable_seconds,
        simulate_seconds=lab.simulate_seconds,
        school_years=lab.years_lived,
    )
    counted = [(name, bench.week(name)) for name in names]
    left_out = _left_out(counted)
    books = (scenario.rules_of_state for scenario in (base, *(s for _, s in arms)))
    near = regular_class_notes(next((book for book in books if book.policies), base.rules_of_state), counted)
    notes = tuple(
        dict.fromkeys(
            [*_failed(bench), *near, *experiment.notes, *left_out, *notes_of_arms([(n, s.notes) for n, s in arms])]
        )
    )
    results = Results(
        title=experiment.title,
        arms=names,
        baseline=experiment.baseline,
        notes=notes,
        manifest={**facts, "experiment": experiment.file.name, "title": experiment.title, "notes": list(notes),
                  "baseline": experiment.baseline, "arms": list(names), "varied": list(experiment.varied),
                  "front": _outcomes(experiment),
                  "stopped": stopped.said if stopped else "",
                  "years_reused": lab.years_reused, "failed": [failure._asdict() for failure in bench.failures]},
        **tables,
    )  # fmt: skip
    if target is not None:
        results.write(target)
    return results


def _outcomes(experiment: Experiment) -> list[str]:
    return [] if experiment.front is None else list(experiment.front.outcomes)


def _explored(
    experiment: Experiment, arms: Sequence[tuple[str, Scenario]], lab: Laboratory, years: int
) -> Sequence[str]:
    """The combinations that a search for the front chooses to live; their years are in the store afterwards."""
    front, scenario_of = experiment.front, dict(arms)
    if front is None or front.tries is None:
        return list(scenario_of)
    outcomes = front.outcomes
    bench = lab.bench(rows=rows_apply(scenario_of.values()), name=experiment.file.stem)

    def live(names: Sequence[str]) -> dict[str, list[float]]:
        bench.add([(name, scenario_of[name]) for name in names])
        bench.advance(dict.fromkeys(names, years))
        return {name: means(outcomes, [bench.values(name, outcome) for outcome in outcomes]) for name in names}

    return explore(
        experiment.factors,
        list(scenario_of),
        first=experiment.baseline,
        tries=front.tries,
        outcomes=len(outcomes),
        seed=next(iter(scenario_of.values())).seed,
        live=live,
    )


def _refuse_nothing(bench: Bench) -> None:
    for arm in bench.arms:
        mine = [failure for failure in bench.failures if failure.arm == arm]
        if len(mine) >= bench.replications(arm):
            raise YearsFailed(mine)


def _failed(bench: Bench) -> list[str]:
    """How many years are missing: no mean shows it."""
    counted = Counter(failure.arm for failure in bench.failures)
    words = ", ".join(f'{counted[arm]} in "{arm}"' for arm in bench.arms if counted[arm])
    return [f"Years that failed and are left out: {words}."] if words else []


def notes_of_arms(arms: Sequence[tuple[str, Sequence[str]]]) -> list[str]:
    """What the scenarios of the arms have to say: once what all say, then what some do, with the arms before it.

    What differs between arms by numbers alone stands together.
    """
    said: dict[str, list[str]] = {}
    for arm, notes in arms:
        for note in dict.fromkeys(notes):
            said.setdefault(note, []).append(arm)
    shapes = list(dict.fromkeys(_NUMBER.sub("#", note) for note in said))
    some = sorted((n for n in said if len(said[n]) < len(arms)), key=lambda n: shapes.index(_NUMBER.sub("#", n)))
    return [*(note for note in said if len(said[note]) == len(arms)), *(_by_some(n, said[n], arms) for n in some)]


def _by_some(note: str, saying: Sequence[str], arms: Sequence[tuple[str, Sequence[str]]]) -> str:
    """A note with the arms that it holds for, or where these are more, with those that it does not hold for."""
    others = [arm for arm, _ in arms if arm not in saying]
    few, word = (saying, "Only") if len(saying) <= len(others) else (others, "All but")
    return f"{word} {', '.join(quoted(arm) for arm in few)}: {note}"


def _left_out(weeks: Sequence[tuple[str, Mapping[str, float]]]) -> list[str]:
    """Which arms leave children without any session: no mean shows it."""
    found = [(name, int(week["children_left_out"])) for name, week in weeks]
    words = ", ".join(f'{n} in "{name}"' for name, n in found if n)
    return (
        [f"Children without any session all year, for want of a place: {words} (week.short_of_hours)."] if words else []
    )


def _check_numbers(replications: int, workers: int | None, dask: str | None) -> None:
    problems = refuse_numbers(workers, dask)
    if replications < 1:
        problems.append(Problem("--replications", 0, "", f"{replications} given; must be at least 1"))
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
