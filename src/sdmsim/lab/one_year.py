"""One simulated year in a folder: the log itself and the tables that planners read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sdmsim.delivery.placement import proposed_files
from sdmsim.delivery.sessions import WeeklySession, sessions_of
from sdmsim.events import ACTIVITIES, EVALUATIONS, FACTS, LEAVING, REASONS, Log
from sdmsim.lab.folder import MANIFEST, digests, manifest, refuse_other_inputs, whole, write_csv, write_json
from sdmsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd


_OF_EVALUATIONS = ("evaluation", "due", "served", "eligible")


def log_table(log: Log) -> pd.DataFrame:
    """Every fact as one row: day, date, fact, student, therapist, then each field of any fact.

    Days in order; within a day kind by kind in the order of `events.FACTS`, each in the order of
    happening. Children and therapists by their ids, reasons and activities by their names, clock
    times in minutes after midnight; empty where a fact has no such field.
    """
    import pandas as pd

    school, days = log.plan.school, log.plan.calendar.days
    words: Mapping[str, Callable[[int], str]] = {
        "student": lambda i: str(school.students[i].id),
        "therapist": lambda i: str(school.staff[i].id) if i >= 0 else "",
        "reason": lambda i: REASONS[i],
        "activity": lambda i: ACTIVITIES[i],
        "kind": lambda i: EVALUATIONS[i],
        "helper": lambda i: str(log.plan.helpers[i].id),
        "why": lambda i: LEAVING[i],
    }
    first = ("day", "date", "fact", "student", "therapist")
    fields = [f for kind in FACTS for f in kind._fields]
    columns: dict[str, list[Any]] = {name: [] for name in dict.fromkeys((*first, *fields))}
    for fact in sorted(log.facts(), key=lambda f: f[0]):
        values: dict[str, Any] = fact._asdict()
        for name, column in columns.items():
            value = values.get(name)
            column.append(words[name](value) if name in words and value is not None else value)
        columns["date"][-1] = days[values["day"]].date
        columns["fact"][-1] = type(fact).__name__
    table = pd.DataFrame(columns)
    counts = ("request", "appointment", "present", "sessions", "makes_up", *_OF_EVALUATIONS)
    whole_numbers = [c for c in counts if c in columns]
    texts = [c for c in columns if c in words or c == "fact"]
    clocks = [c for c in columns if c not in {*texts, *whole_numbers, "day", "date"}]
    kinds = {"day": "int64"} | dict.fromkeys(whole_numbers, "Int64") | dict.fromkeys(texts, "string")
    return table.astype(kinds | dict.fromkeys(clocks, "float64"))


def write_run(
    log: Log,
    folder: str | Path,
    *,
    scenario: Scenario,
    started: datetime,
    wall_seconds: float = 0.0,
    timetable_seconds: float = 0.0,
    simulate_seconds: float = 0.0,
    inputs: Mapping[str, str] | None = None,
    also: Mapping[str, Any] | None = None,
    file: str = "",
) -> None:
    """Write a year: the whole folder or nothing.

    `scenario` is the one that was lived (with its seed replaced, if it was). Seconds are those of the
    manifest. `inputs`: digests of the files that were read, where there are more than the scenario's own; `also`: more
    that the manifest says, and that results are not written over where it differs. `file`: the file
    that was given, where that is not the scenario's own.

    Raises:
        InputErrors: the folder holds results of other inputs, or something else.
    """
    import pandas as pd

    from sdmsim import metrics

    target = Path(folder)
    inputs = run_inputs(scenario) if inputs is None else inputs
    also = also or {"replication": log.replication}
    assumptions = scenario.assumptions
    refuse_other_inputs(target, inputs=inputs, seed=log.seed, assumptions=assumptions.said(), also=also)
    facts = manifest(
        started=started,
        seed=log.seed,
        replications=1,
        workers=1,
        assumptions=assumptions.said(),
        inputs=inputs,
        wall_seconds=wall_seconds,
        timetable_seconds=timetable_seconds,
        simulate_seconds=simulate_seconds,
        school_years=1,
    )
    with whole(target) as new:
        log_table(log).to_parquet(new / "log.parquet", engine="pyarrow", index=False)
        metrics.students_table(log).to_parquet(new / "students.parquet", engine="pyarrow", index=False)
        fidelity = metrics.fidelity(log)
        write_csv(fidelity, new / "fidelity.csv")
        for name, table in metrics.as_log_systems_have_it(fidelity).items():
            write_csv(table, new / f"fidelity-{name}.csv")
        write_csv(pd.DataFrame(metrics.ledger(log)).astype({"week": "int64"}), new / "ledger.csv")
        write_csv(metrics.ledger_by_child(log), new / "ledger-by-child.csv")
        write_csv(metrics.measure(log), new / "metrics.csv")
        write_csv(metrics.slots(log), new / "slots.csv")
        sessions = list(sessions_of(log.plan.school, log.plan.week))
        write_csv(pd.DataFrame(sessions, columns=list(WeeklySession._fields)), new / "sessions.csv")
        write_csv(metrics.goals_table(log), new / "goals.csv")
        write_csv(metrics.probes_table(log), new / "probes.csv")
        write_csv(metrics.student_time(log), new / "student_time.csv")
        write_csv(metrics.therapist_week(log), new / "therapist_week.csv")
        if weeks := metrics.by_school_week(log):
            write_csv(pd.DataFrame(weeks), new / "caseload.csv")
        write_csv(pd.DataFrame(assumptions.in_force()), new / "assumptions.csv")
        for name, content in proposed_files(scenario.placement, scenario.roster).items():
            (new / name).write_bytes(content)
        write_json(
            {
                **facts,
                "title": scenario.title,
                "file": file or scenario.input_files()[0].name,
                **also,
                "notes": [*metrics.notes_of_year(log.plan), *scenario.notes],
            },
            new / MANIFEST,
        )


def run_inputs(scenario: Scenario) -> dict[str, str]:
    """SHA-256 of every file of a scenario, by its path from the scenario's folder."""
    files = scenario.input_files()
    return digests(files, files[0].parent)
