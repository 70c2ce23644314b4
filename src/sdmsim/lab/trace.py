"""One child's year and its replay: the same luck, the same school, the child's sessions in another place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sdmsim.base import InputErrors, Problem, did_you_mean
from sdmsim.delivery.timetable import make_week
from sdmsim.delivery.vocabulary import Setting
from sdmsim.events import Log
from sdmsim.lab.folder import MANIFEST, manifest, read_manifest, refuse_other_inputs, whole, write_csv, write_json
from sdmsim.lab.one_year import run_inputs
from sdmsim.metrics.trace import outcomes_of, sessions_of, skills_of
from sdmsim.plan import Plan, plan_of, week_problem
from sdmsim.scenario import Scenario
from sdmsim.world import live

if TYPE_CHECKING:
    import pandas as pd

AS_PLANNED = "as planned"
ARMS: Mapping[str, Setting | None] = {
    AS_PLANNED: None,
    "pull-out only": "therapy_room",
    "push-in only": "classroom",
}
"""The years that are lived: the scenario's own first, then all direct sessions of the child in one place."""


@dataclass(frozen=True)
class Trace:
    """One child's lived years, by arm in the order of ARMS."""

    scenario: Scenario
    child: str
    logs: Mapping[str, Log]

    @property
    def own(self) -> Log:
        """The year as planned."""
        return self.logs[AS_PLANNED]

    def replay(self) -> pd.DataFrame:
        """`outcomes_of` every arm, with a first column `arm`."""
        return self._of_arms({arm: outcomes_of(log, self.child) for arm, log in self.logs.items()})

    def curves(self) -> pd.DataFrame:
        """`skills_of` every arm, with a first column `arm`."""
        return self._of_arms({arm: skills_of(log, self.child) for arm, log in self.logs.items()})

    def _of_arms(self, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
        import pandas as pd

        return pd.concat([t.assign(arm=arm)[["arm", *t]] for arm, t in tables.items()], ignore_index=True)


def check_child(scenario: Scenario, child: str) -> None:
    """Refuse a child that cannot be traced.

    Raises:
        InputErrors: no such child, or one without a direct service row in the year.
    """
    known = [s.id for s in scenario.roster.students]
    if child not in known:
        text = f'"{child}" is no child of {scenario.title}{did_you_mean(child, known)}'
        raise InputErrors([Problem("--student", 0, "", text)])
    if not any(row.id == child and row.kind == "direct" for row in scenario.roster.services):
        text = f'"{child}" has no direct service row: there is no session to trace'
        raise InputErrors([Problem("--student", 0, "", text)])


def trace(scenario: Scenario, child: str) -> Trace:
    """Live the year of a scenario under each of ARMS, with the seed of the scenario and the luck of replication 0.

    In an arm only the settings of the child's own direct rows differ; the weekly timetable is made anew.

    Raises:
        InputErrors: as `check_child`.
    """
    check_child(scenario, child)
    plan = plan_of(scenario)
    plans = {arm: plan if setting is None else _moved(scenario, plan, child, setting) for arm, setting in ARMS.items()}
    return Trace(scenario, child, {arm: live(p, seed=scenario.seed, replication=0) for arm, p in plans.items()})


def refuse_other_trace(folder: Path, scenario: Scenario, child: str) -> None:
    """A trace may be written again only over one of the same child and the same inputs.

    Raises:
        InputErrors: as `refuse_other_inputs`; or the folder holds another child's trace or another kind of results.
    """
    said = scenario.assumptions.said()
    refuse_other_inputs(folder, inputs=run_inputs(scenario), seed=scenario.seed, assumptions=said)
    if (folder / MANIFEST).exists() and read_manifest(folder).get("student") != child:
        text = f'holds other results than a trace of "{child}"; give another --out or remove it first'
        raise InputErrors([Problem(str(folder), 0, "--out", text)])


def write_trace(found: Trace, folder: Path, *, started: datetime, wall_seconds: float) -> None:
    """Write trace.csv, probes.csv, replay.csv and the manifest: the whole folder or nothing.

    Raises:
        InputErrors: as `refuse_other_trace`.
    """
    scenario, child = found.scenario, found.child
    refuse_other_trace(folder, scenario, child)
    facts: dict[str, Any] = manifest(
        started=started,
        seed=scenario.seed,
        replications=1,
        assumptions=scenario.assumptions.said(),
        inputs=run_inputs(scenario),
        wall_seconds=wall_seconds,
        school_years=len(found.logs),
    )
    with whole(folder) as new:
        write_csv(sessions_of(found.own, child), new / "trace.csv")
        write_csv(skills_of(found.own, child), new / "probes.csv")
        write_csv(found.replay(), new / "replay.csv")
        write_json({**facts, "title": scenario.title, "student": child}, new / MANIFEST)


def _moved(scenario: Scenario, plan: Plan, child: str, setting: Setting) -> Plan:
    """The plan with the child's direct rows in one setting."""
    rows = tuple(
        row.model_copy(update={"setting": setting}) if row.id == child and row.kind == "direct" else row
        for row in plan.school.services
    )
    school = plan.school.model_copy(update={"services": rows})
    return replace(plan, school=school, week=make_week(week_problem(scenario, school)))
