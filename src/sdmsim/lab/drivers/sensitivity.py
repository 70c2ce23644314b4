"""From an experiment to what drives its answer: the staged study, its tables, its folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sdmsim.base import InputErrors, Problem
from sdmsim.lab.drivers.analyses import analyses
from sdmsim.lab.drivers.evaluating import Evaluating, Evaluator
from sdmsim.lab.drivers.factors import AS_WRITTEN, Unknowns, unknowns
from sdmsim.lab.drivers.grades import STAGE, sets
from sdmsim.lab.drivers.question import TABLE, Sensitivity, sensitivity_problems
from sdmsim.lab.drivers.staged import SCREEN, Looked, alone, first_points, planned, screen, second, survivors
from sdmsim.lab.drivers.study import Stage, Study
from sdmsim.lab.drivers.tables import budget_table, factors_table, samples_table
from sdmsim.lab.drivers.why import why
from sdmsim.lab.experiment import Experiment
from sdmsim.lab.folder import FORMAT, begin, digests, in_utc, manifest, refuse_other_inputs
from sdmsim.lab.laboratory import Laboratory, Progress, laboratory
from sdmsim.lab.pool import refuse_numbers
from sdmsim.lab.store import default_store
from sdmsim.metrics import BETTER, unit_of
from sdmsim.scenario import Scenario
from sdmsim.theory.ledger import SETS

if TYPE_CHECKING:
    import pandas as pd

NAME = "sensitivity"


class Budget(NamedTuple):
    """What a study will ask for, said before it starts."""

    factors: int
    stages: tuple[Stage, ...]
    """At most; what survives a screen decides how much the last stage asks for."""
    minutes: float
    """At most, from what the first few points have cost; nil where those were in the store."""
    workers: int

    @property
    def evaluations(self) -> int:
        """Years of an arm at a point, all stages."""
        return sum(stage.evaluations for stage in self.stages)


def sensitivity(
    experiment: Experiment,
    *,
    asked: Sensitivity | None = None,
    out: str | Path | None = None,
    seed: int | None = None,
    replications: int | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    dask: str | None = None,
    store: str | Path | None = None,
    progress: Progress | None = None,
    budget: Callable[[Budget], None] | None = None,
) -> Study:
    """Which assumptions drive the answer of an experiment: the staged study of its table `[sensitivity]`.

    `asked` stands in the place of that table; `seed` and `replications` (years of each arm at each point) in that of
    the files'. `budget` is told what the study will ask for before it starts. The results are the same for any number
    of workers and any sequence of interruptions. Nothing is written unless `out` names a folder, or `store` one for
    what was measured; the same call again takes up what is there. A script that calls this must do so under
    `if __name__ == "__main__":`.

    Raises:
        InputErrors: there is no question, or it will not do; `out` holds results of other inputs.
        YearsFailed: some year did not end.
    """
    started, began = datetime.now(UTC), perf_counter()
    question = _question(experiment, asked, replications, workers, dask)
    base = experiment.base if seed is None else experiment.base.but(seed=seed)
    arms = _arms(experiment, question, seed)
    unknown = unknowns(question, base, arms)
    inputs = digests(experiment.input_files(), experiment.file.parent)
    target = None if out is None else Path(out)
    said: dict[str, Any] = {"inputs": inputs, "seed": base.seed, "assumptions": base.assumptions.said()}
    words = question.model_dump(mode="json")
    if target is not None:
        refuse_other_inputs(target, **said, also={NAME: words})
    kept = Path(store) if store is not None else default_store(target) if target is not None else None
    with laboratory(workers=workers, executor=executor, dask=dask, store=kept, progress=progress) as lab:
        if target is not None:
            begin(target, {**said, NAME: words, "started": in_utc(started)})
        name = f"{experiment.file.stem}-{NAME}"
        evaluator = Evaluator(lab, base, arms, question.metrics, name)
        looked = Looked(question, unknown, evaluator, tuple(name for name, _ in arms), base.seed)
        _announce(looked, evaluator, experiment, lab, budget)
        tables = _studied(looked, base, experiment.most_replications)
        made = lab.prepare([(scenario,) for _, scenario in arms])
        ready = [(arm, one) for (arm, _), one in zip(arms, made, strict=True)]
        tell = None if progress is None else lambda done, total: progress(done, total, "years split into causes")
        reasons, untold = why(ready, question.metric, experiment.most_replications, lab.crew, tell)
        tables.update(reasons)
        looked.notes.extend(untold)
        facts = manifest(
            started=started,
            seed=base.seed,
            replications=question.replications,
            workers=lab.workers,
            assumptions=base.assumptions.said(),
            inputs=inputs,
            wall_seconds=perf_counter() - began,
            timetable_seconds=lab.timetable_seconds,
            simulate_seconds=lab.simulate_seconds,
            school_years=lab.years_lived,
        )
    study = _study(experiment, looked, tables, {**facts, NAME: words, "experiment": experiment.file.name,
                   "measured": evaluator.measured, "reused": evaluator.reused})  # fmt: skip
    if target is not None:
        study.write(target)
    return study


def _question(
    experiment: Experiment, asked: Sensitivity | None, replications: int | None, workers: int | None, dask: str | None
) -> Sensitivity:
    question = asked or experiment.sensitivity
    problems = refuse_numbers(workers, dask)
    if replications is not None and replications < 1:
        problems.append(Problem("--replications", 0, "", f"{replications} given; must be at least 1"))
    if question is None:
        text = 'is missing; add the table with the outcome that decides, such as metric = "classroom_gain_sd"'
        problems.append(Problem(experiment.file.name, 0, TABLE, text))
    elif asked is not None:
        names = [name for name, _ in experiment.scenarios]
        problems += sensitivity_problems(
            asked, experiment.file, experiment.baseline, names, experiment.scenarios, experiment.base
        )
    if problems or question is None:
        raise InputErrors(problems)
    return question if replications is None else question.model_copy(update={"replications": replications})


def _arms(experiment: Experiment, asked: Sensitivity, seed: int | None) -> list[tuple[str, Scenario]]:
    """The baseline, then the arms that are compared with it."""
    scenarios = dict(experiment.scenarios)
    names = [experiment.baseline, *asked.compared(list(scenarios), experiment.baseline)]
    return [(name, scenarios[name] if seed is None else scenarios[name].but(seed=seed)) for name in names]


def _announce(
    looked: Looked,
    evaluator: Evaluator,
    experiment: Experiment,
    lab: Laboratory,
    tell: Callable[[Budget], None] | None,
) -> None:
    """Measure a few points of each kind, and say what all of it will take."""
    asked, factors = looked.asked, looked.unknown.factors
    _refuse_no_value(experiment.file.name, evaluator.outcomes([AS_WRITTEN], 1)[asked.metric], asked.metric, looked.arms)
    if tell is None:
        return
    stages = [
        Stage(STAGE, len(SETS), len(looked.arms), experiment.most_replications),
        *planned(asked, factors, len(looked.arms)),
    ]
    cost = {stage: evaluator.seconds_of(points) for stage, points in first_points(looked)}
    usual = [cost[SCREEN] if stage.stage == SCREEN else cost["sobol"] for stage in stages]
    seconds = sum(stage.evaluations * each for stage, each in zip(stages, usual, strict=True))
    tell(Budget(len(factors), tuple(stages), seconds / 60.0 / lab.crew.number, lab.crew.number))


def _refuse_no_value(file: str, values: Any, metric: str, arms: tuple[str, ...]) -> None:
    nothing = [arm for arm, one in zip(arms, values, strict=True) if np.isnan(one).all()]
    if nothing:
        text = f'"{metric}" has no value in {", ".join(nothing)}: nothing of it is simulated there'
        raise InputErrors([Problem(file, 0, f"{TABLE}.metric", text)])


def _studied(looked: Looked, base: Scenario, replications: int) -> dict[str, pd.DataFrame]:
    """All stages, then every analysis of their points."""
    of_sets = sets(looked, base, replications)
    swings = alone(looked)
    screened = screen(looked)
    apart = survivors(looked, screened)
    found = second(looked, apart)
    return {
        "factors": factors_table(looked, apart, found.still),
        "budget": budget_table(looked),
        **analyses(looked, of_sets, swings, screened, apart, found),
    }


def study_of(
    title: str,
    asked: Sensitivity,
    unknown: Unknowns,
    evaluating: Evaluating,
    *,
    seed: int,
    replications: int,
) -> Study:
    """The same study of anything that has outcomes at points, such as a function that is known."""
    looked = Looked(asked, unknown, evaluating, tuple(evaluating.arms), seed)
    tables = _studied(looked, unknown.base, replications)
    return _assembled(title, looked, tables, {"format": FORMAT, NAME: asked.model_dump(mode="json")}, ())


def _study(
    experiment: Experiment, looked: Looked, tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any]
) -> Study:
    notes = dict.fromkeys([*experiment.notes, *experiment.base.notes])
    return _assembled(experiment.title, looked, tables, facts, tuple(notes))


def _assembled(
    title: str,
    looked: Looked,
    tables: Mapping[str, pd.DataFrame],
    facts: Mapping[str, Any],
    notes: tuple[str, ...],
) -> Study:
    metric = looked.asked.metric
    better = BETTER.get(metric, "")
    notes = (*looked.unknown.notes, *looked.notes, *notes)
    about = {"title": title, "arms": list(looked.arms), "baseline": looked.arms[0], "metric": metric}
    about |= {"unit": unit_of(metric), "better": better, "notes": list(notes)}
    return Study(
        title=title,
        arms=looked.arms,
        baseline=looked.arms[0],
        metric=metric,
        unit=unit_of(metric),
        better=better,
        factors=looked.unknown.factors,
        tables=tables,
        samples=samples_table(looked),
        notes=notes,
        manifest={**facts, **about, "said": looked.said, "stages": [one._asdict() for one in looked.stages]},
    )
