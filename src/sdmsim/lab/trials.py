"""What a worker does: make an arm's week, live years of it. Imports only what a simulated year needs."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, NamedTuple

from sdmsim import metrics
from sdmsim.delivery.vocabulary import UNPLACED_REASONS, Week
from sdmsim.events import Log
from sdmsim.plan import Plan, plan_of, timetable
from sdmsim.scenario import Scenario
from sdmsim.theory.rows import equally_good_rows
from sdmsim.world import learned_under, live

ROWS_TRIED, ROW_YEARS = 12, 5
"""A verdict on progress is tried under so many rows of numbers, each on so many of the years that were lived."""


class Prepared(NamedTuple):
    """An arm ready to be lived: its plan as bytes (sent to workers once a chunk) and what its week shows."""

    seed: int
    plan: bytes
    seconds: float
    week: dict[str, float]


class Asked(NamedTuple):
    """What the week of a variation asks of the therapists."""

    therapist_hours_per_week: float
    unplaced_sessions: float
    seconds: float


class Year(NamedTuple):
    """What is kept of one simulated year."""

    replication: int
    row: dict[str, float]
    workload: dict[str, float]
    months: tuple[dict[str, float], ...]
    ledger: tuple[dict[str, float], ...]
    by_row: tuple[dict[str, float], ...] = ()
    """The metrics of progress, and the cost, under each of `tried_rows`; empty where rows do not apply or the year is a
    later one."""
    caseload: tuple[dict[str, float], ...] = ()
    """By school week; empty where the scenario has no [caseload]."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some replications of one arm, lived one after the other by one worker."""

    arm: int
    key: str
    """The same for the same plan: a worker unpacks it once."""
    plan: bytes
    seed: int
    replications: tuple[int, ...]
    rows: bool
    """Whether the years that rows are tried on are also measured under each row."""


class Lived(NamedTuple):
    """The years of a chunk and the seconds they took: year, log and metrics."""

    arm: int
    years: tuple[Year, ...]
    seconds: float


def prepare(scenario: Scenario) -> Prepared:
    """Make the arm's week (from the cache where it was made before) and pack the plan."""
    began = perf_counter()
    plan = plan_of(scenario)
    seconds = perf_counter() - began
    return Prepared(scenario.seed, pickle.dumps(plan, protocol=pickle.HIGHEST_PROTOCOL), seconds, week_row(plan))


def ask(scenario: Scenario) -> Asked:
    """Make the week of a variation and say what it asks."""
    began = perf_counter()
    week = timetable(scenario)
    unplaced = metrics.unplaced_a_week(week, scenario.calendar)
    return Asked(_hours_asked(week), unplaced, perf_counter() - began)


def live_chunk(chunk: Chunk) -> Lived:
    """Live every replication of a chunk; only rows are kept."""
    plan = _unpacked(chunk)
    began = perf_counter()
    years = []
    for replication in chunk.replications:
        log = live(plan, seed=chunk.seed, replication=replication)
        row = metrics.row(log)
        by_row = _by_row(log, row["cost"]) if chunk.rows and replication < ROW_YEARS else ()
        by_time = tuple(metrics.by_month(log)), tuple(metrics.ledger(log))
        by_school_week = tuple(metrics.by_school_week(log))
        years.append(Year(replication, row, metrics.workload(log), *by_time, by_row, by_school_week))
    return Lived(chunk.arm, tuple(years), perf_counter() - began)


def tried_rows() -> tuple[Mapping[str, float], ...]:
    """ROWS_TRIED of the rows of numbers that fit the published targets as well as those that ship."""
    rows = equally_good_rows()
    return rows[:: len(rows) // ROWS_TRIED][:ROWS_TRIED]


def _by_row(log: Log, cost: float) -> tuple[dict[str, float], ...]:
    """What a row changes, and the cost, which none does."""
    numbers = log.plan.numbers
    return tuple({**metrics.progress(learned_under(log, {**numbers, **row})), "cost": cost} for row in tried_rows())


_plans: dict[str, Plan] = {}
"""Plans this worker has unpacked; the last few, so that memory stays flat however many arms there are."""
_KEPT = 8


def _unpacked(chunk: Chunk) -> Plan:
    found = _plans.get(chunk.key)
    if found is None:
        found = pickle.loads(chunk.plan)
        while len(_plans) >= _KEPT:
            _plans.pop(next(iter(_plans)))
        _plans[chunk.key] = found
    return found


def week_row(plan: Plan) -> dict[str, float]:
    """What a timetable shows, as one flat row: children, visits, hours asked, unplaced sessions, gaps."""
    school, week = plan.school, plan.week
    team = {r.student: r.setting for r in week.requests if school.services[r.row].setting == "team"}
    pull_out = [a for a in week.appointments if a.setting != "classroom"]
    push_in = [a for a in week.appointments if a.setting == "classroom"]
    reasons = Counter(u.reason for u in week.unplaced)
    return {
        "served_children": len(school.students),
        "direct_children": len({r.student for r in week.requests}),
        "team_children": len(team),
        "push_in_children": sum(setting == "classroom" for setting in team.values()),
        "push_in_visits": len(push_in),
        "pull_out_sessions": len(pull_out),
        "mean_visit_size": _mean_size(push_in),
        "mean_group_size": _mean_size(pull_out),
        "contract_hours_per_week": sum(s.fte for s in school.staff) * plan.rules.full_time_hours,
        "therapist_hours_per_week": _hours_asked(week),
        "co_planning_hours": sum(week.co_planning_minutes) / 60.0,
        "indirect_hours": sum(week.indirect_minutes) / 60.0,
        "children_left_out": week.children_left_out(),
        **metrics.regular_class_counts(plan),
        "unplaced_sessions": metrics.unplaced_a_week(week, plan.calendar),
        **{f"unplaced.{reason.replace(' ', '_')}": reasons[reason] for reason in UNPLACED_REASONS},
        "grouping_gap_minutes": week.grouping_gap_minutes,
        "placing_gap_minutes": week.placing_gap_minutes,
    }


def _hours_asked(week: Week) -> float:
    """The metric `therapist_hours_per_week`."""
    return sum(week.asked_minutes) / 60.0


def _mean_size(appointments: Sequence[Any]) -> float:
    sizes = [len(a.members) for a in appointments]
    return sum(sizes) / len(sizes) if sizes else float("nan")
