"""How many staff of a role keep a promise? For each arm of an experiment, the fewest FTE by tenths.

The promise: `delivered_share` is at least the share asked, with at least the probability asked, over the luck of years.
Every step is lived under the same luck.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from math import ceil
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from sdmsim.base import InputErrors, Problem
from sdmsim.lab.estimates import Values
from sdmsim.lab.experiment import Experiment
from sdmsim.lab.fewest import Fewest, Kept, fewest, in_order, wanted
from sdmsim.lab.folder import (
    MANIFEST,
    digests,
    manifest,
    read_csv,
    read_manifest,
    refuse_other_inputs,
    whole,
    write_csv,
    write_json,
)
from sdmsim.lab.formulas import formulas, load_of
from sdmsim.lab.laboratory import Bench, Progress, YearsFailed, laboratory
from sdmsim.lab.staffing_question import STEPS, Asked
from sdmsim.lab.store import default_store
from sdmsim.lab.trials import week_after
from sdmsim.plan import timetable
from sdmsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

METRIC = "delivered_share"
TABLES = ("answers", "steps", "formulas")
STEP_COLUMNS = (
    "arm", "fte", "years", "kept", "probability", "ci_low", "ci_high", "verdict", "reached", "mean", "middle", "high",
    "unplaced_sessions", "children_left_out", "overtime_hours",
)  # fmt: skip
ANSWER_COLUMNS = ("arm", "role", "fewest_fte", "possible_from", "possible_to", "kept_from", "in_order", "tried")
FORMULA_COLUMNS = ("arm", "formula", "fte", "source")


@dataclass(frozen=True)
class Staffed:
    """What the search found."""

    title: str
    arms: tuple[str, ...]
    asked: Asked
    answers: pd.DataFrame
    """By arm; FTE are empty where they lie outside the range. `possible_from`, `possible_to`: what years leave open;
    `kept_from`: the step from which on all that were tried keep the promise."""
    steps: pd.DataFrame
    """By arm and step that was tried. `probability`: share of years that keep the promise, its exact 95 % interval;
    `reached`: the share that is given or exceeded with the probability asked; `high`: the same from above."""
    formulas: pd.DataFrame
    """By arm, what formulas in use say."""
    runs: pd.DataFrame
    notes: tuple[str, ...]
    manifest: Mapping[str, Any]

    def write(self, folder: str | Path) -> None:
        """Write every table and the manifest: the whole folder or nothing."""
        with whole(Path(folder)) as new:
            self.runs.to_parquet(new / "years.parquet", engine="pyarrow", index=False)
            for name in TABLES:
                write_csv(getattr(self, name), new / f"{name}.csv")
            write_json(self.manifest, new / MANIFEST)

    @classmethod
    def read(cls, folder: str | Path) -> Staffed:
        """What a folder holds; numbers of CSV tables have six significant digits.

        Raises:
            InputErrors: it is not a folder of a search for the fewest FTE.
        """
        import pandas as pd

        source = Path(folder)
        facts = read_manifest(source)
        files = ("years.parquet", *(f"{name}.csv" for name in TABLES))
        missing = [name for name in files if not (source / name).is_file()]
        if missing or "staffing" not in facts:
            text = f"is not a folder of sdmsim staffing ({', '.join(missing) or 'staffing'} not there)"
            raise InputErrors([Problem(str(source), 0, "", text)])
        tables = {name: read_csv(source / f"{name}.csv") for name in TABLES}
        return cls(
            title=facts["title"],
            arms=tuple(facts["arms"]),
            asked=Asked(**facts["staffing"]),
            runs=pd.read_parquet(source / "years.parquet", engine="pyarrow"),
            notes=tuple(facts["notes"]),
            manifest=facts,
            **tables,
        )


def search(
    experiment: Experiment,
    asked: Asked,
    *,
    out: str | Path | None = None,
    seed: int | None = None,
    replications: int | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    dask: str | None = None,
    store: str | Path | None = None,
    progress: Progress | None = None,
) -> Staffed:
    """Search every arm; the same for any number of workers. Nothing is written unless `out` names a folder or `store`
    one for the years lived.

    Raises:
        YearsFailed: some year did not end.
        InputErrors: `out` holds results of other inputs or of another question (said before anything is run).
    """
    started, began = datetime.now(UTC), perf_counter()
    years = experiment.most_replications if replications is None else replications
    arms = [(name, one if seed is None else one.but(seed=seed)) for name, one in experiment.scenarios]
    base = experiment.base if seed is None else experiment.base.but(seed=seed)
    inputs = digests(experiment.input_files(), experiment.file.parent)
    if out is not None:
        refuse_other_inputs(Path(out), inputs=inputs, seed=base.seed, assumptions=base.assumptions.said())
        _refuse_other_question(Path(out), asked)
    found = _Found(asked, dict(arms), years)
    kept = Path(store) if store is not None else default_store(Path(out)) if out is not None else None
    with laboratory(workers=workers, executor=executor, dask=dask, store=kept, progress=progress) as lab:
        bench = lab.bench(name=f"{experiment.file.stem}-staffing")
        while steps := found.wanted():
            bench.add(
                [(found.name(arm, step), found.scenario(arm, step)) for arm, step in steps],
                before={found.name(arm, step): found.before(arm, step) for arm, step in steps},
            )
            bench.advance({found.name(arm, step): years for arm, step in steps})
            if bench.failures:
                raise YearsFailed(bench.failures)
            found.take(bench, steps)
        facts = manifest(
            started=started,
            seed=base.seed,
            replications=years,
            workers=lab.workers,
            assumptions=base.assumptions.said(),
            inputs=inputs,
            wall_seconds=perf_counter() - began,
            timetable_seconds=lab.timetable_seconds,
            simulate_seconds=lab.simulate_seconds,
            school_years=lab.years_lived,
        )
        result = found.result(experiment, bench, {**facts, "years_reused": lab.years_reused})
    if out is not None:
        result.write(out)
    return result


def _refuse_other_question(folder: Path, asked: Asked) -> None:
    if not (folder / MANIFEST).is_file():
        return
    before = read_manifest(folder).get("staffing")
    if before != asked._asdict():
        text = "holds results of another question (other options of staffing); give another --out or remove it first"
        raise InputErrors([Problem(str(folder), 0, "--out", text)])


class _Found:
    """What is known so far, by arm and step."""

    def __init__(self, asked: Asked, arms: Mapping[str, Scenario], years: int) -> None:
        self.asked = asked
        self.arms = arms
        self.years = years
        self.known: dict[str, dict[int, Kept]] = {arm: {} for arm in arms}

    def name(self, arm: str, step: int) -> str:
        """What a step of an arm is called on the bench."""
        return f"{step / STEPS:g} FTE, {arm}"

    def scenario(self, arm: str, step: int) -> Scenario:
        """The arm with this much staff."""
        return self.arms[arm].but(**{self.asked.key: step / STEPS})

    def people(self, arm: str) -> list[int]:
        """Steps at which the staff of the role are whole people: as the table has them, then one more each time."""
        parts = [m.fte for m in self.arms[arm].roster.staff if m.role == self.asked.role]
        steps = [round(fte * STEPS) for fte in accumulate(parts)] or [STEPS]
        return [*steps, *range(steps[-1] + STEPS, self.asked.last, STEPS)]

    def before(self, arm: str, step: int) -> list[Scenario]:
        """The arm with the whole people below a step: its week may start from theirs, so that a part of a further post
        never leaves more without a place than none.
        """
        below = [people for people in self.people(arm) if people < step]
        return [self.scenario(arm, below[-1])] if below else []

    def wanted(self) -> list[tuple[str, int]]:
        """Steps to try next, of all arms."""
        first, last = self.asked.first, self.asked.last
        if self.asked.every:
            return [
                (a, step) for a, known in self.known.items() for step in range(first, last + 1) if step not in known
            ]
        return [
            (arm, step) for arm, known in self.known.items() for step in wanted(known, first, last, self.people(arm))
        ]

    def take(self, bench: Bench, steps: Sequence[tuple[str, int]]) -> None:
        """Count the years that keep the promise; a year that owes nothing keeps it."""
        for arm, step in steps:
            values = self.values(bench, arm, step)
            kept = int((values >= self.asked.share - 1e-9).sum())
            self.known[arm][step] = Kept(kept, len(values), self.asked.probability)

    def values(self, bench: Bench, arm: str, step: int) -> Values:
        """The share given, by year."""
        return np.nan_to_num(bench.values(self.name(arm, step), METRIC), nan=1.0)

    def result(self, experiment: Experiment, bench: Bench, facts: Mapping[str, Any]) -> Staffed:
        """All of it as tables."""
        import pandas as pd

        notes = list(dict.fromkeys([*experiment.notes, *(note for one in self.arms.values() for note in one.notes)]))
        answers = [self._answer(arm, fewest(known)) for arm, known in self.known.items()]
        steps = [self._step(bench, arm, step) for arm, known in self.known.items() for step in sorted(known)]
        said = [row for arm in self.arms for row in self._formulas(bench, arm)]
        runs = [
            {"arm": arm, self.asked.key: step / STEPS, **year}
            for arm, known in self.known.items()
            for step in sorted(known)
            for year in bench.wide(self.name(arm, step), "row").to_pylist()
        ]
        return Staffed(
            title=experiment.title,
            arms=tuple(self.arms),
            asked=self.asked,
            answers=pd.DataFrame(answers, columns=list(ANSWER_COLUMNS)),
            steps=pd.DataFrame(steps, columns=list(STEP_COLUMNS)),
            formulas=pd.DataFrame(said, columns=list(FORMULA_COLUMNS)),
            runs=pd.DataFrame(runs),
            notes=tuple(notes),
            manifest={**facts, "experiment": experiment.file.name, "title": experiment.title, "arms": list(self.arms),
                      "staffing": self.asked._asdict(), "notes": notes},
        )  # fmt: skip

    def _answer(self, arm: str, answer: Fewest) -> tuple[Any, ...]:
        known = self.known[arm]
        ftes = [np.nan if step is None else step / STEPS for step in answer]
        return arm, self.asked.role, *ftes, in_order(known), len(known)

    def _step(self, bench: Bench, arm: str, step: int) -> tuple[Any, ...]:
        kept, name = self.known[arm][step], self.name(arm, step)
        values, week = np.sort(self.values(bench, arm, step)), bench.week(name)
        n = len(values)
        enough = ceil(self.asked.probability * n - 1e-9)
        return (
            arm, step / STEPS, n, kept.kept, kept.share, *kept.interval, kept.sure, values[n - enough], values.mean(),
            float(np.median(values)), values[enough - 1], week["unplaced_sessions"], week["children_left_out"],
            float(bench.values(name, "overtime_hours").mean()),
        )  # fmt: skip

    def _formulas(self, bench: Bench, arm: str) -> Iterator[tuple[str, str, float, str]]:
        """What formulas say; hours with children are those of the first step with the fewest unplaced sessions."""
        steps = sorted(self.known[arm])
        unplaced = [bench.week(self.name(arm, step))["unplaced_sessions"] for step in steps]
        step = steps[unplaced.index(min(unplaced))]
        scenario = self.scenario(arm, step)
        week = timetable(scenario, start=week_after(self.before(arm, step)))
        load = load_of(scenario, week, self.asked.role)
        for formula in formulas():
            yield arm, formula.name, formula.fte(load), formula.source
