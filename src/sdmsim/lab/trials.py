"""What a worker does: make an arm's week, live years of it. Imports only what a simulated year needs."""

from __future__ import annotations

import pickle
import traceback
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

from sdmsim import metrics
from sdmsim.base import digest
from sdmsim.delivery.sessions import WeeklySession, sessions_of
from sdmsim.delivery.vocabulary import UNPLACED_REASONS, Week
from sdmsim.events import Log
from sdmsim.lab.version import code_version
from sdmsim.plan import Plan, plan_of, timetable
from sdmsim.scenario import Scenario
from sdmsim.theory.rows import equally_good_rows
from sdmsim.world import learned_under, live

ROWS_TRIED, ROW_YEARS = 12, 5
"""A verdict on progress is tried under so many rows of numbers, each on so many of the years that were lived."""


class Prepared(NamedTuple):
    """An arm ready to be lived: its plan as bytes and what its week shows."""

    address: str
    """A digest of all that decides a trial of this arm but its replication and the code."""
    seed: int
    plan: bytes
    seconds: float
    week: dict[str, float]
    sessions: tuple[WeeklySession, ...]
    """The week child by child. It holds ids, so it goes into results and never into a store."""


class Asked(NamedTuple):
    """What the week of a variation asks of the therapists."""

    therapist_hours_per_week: float
    unplaced_sessions: float
    seconds: float


class Year(NamedTuple):
    """What is kept of one simulated year, in a worker's answer and in the store.

    A field is one row (a mapping from names to numbers) or several rows (a tuple of such mappings, whose values may be
    text as well, but never an id of a child). A new field of either kind needs no other change: it is sent, stored and
    read again under its name (`Store.wide`, `Store.long`).
    """

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
    slots: tuple[dict[str, float], ...] = ()
    """By weekly slot; empty where the timetable is the solver's, or another one each year."""
    groups: tuple[dict[str, Any], ...] = ()
    """A row for each group of children, as `metrics.by_group` has them."""


class Failed(NamedTuple):
    """A trial that raised. Without the text of the error: that may hold an id."""

    replication: int
    error: str
    place: str
    """File and line."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some replications of one arm, lived one after the other by one worker."""

    arm: int
    key: str
    """The same for the same plan: a worker unpacks it once."""
    plan: bytes | None
    """Sent with the first chunks of an arm; a worker that has not got it says so, and the chunk comes again."""
    seed: int
    replications: tuple[int, ...]
    rows: bool
    """Whether the years that rows are tried on are also measured under each row."""
    code: str
    """`code_version` of the process that asks: a worker with another one lives nothing."""


class Lived(NamedTuple):
    """The years of a chunk and the seconds they took: year, log and metrics."""

    arm: int
    years: tuple[Year, ...]
    seconds: float
    failed: tuple[Failed, ...] = ()
    without_plan: bool = False
    """Nothing was lived, for want of the plan."""


class OtherCode(Exception):
    """A worker's sdmsim, Python, NumPy, SimPy or OR-Tools is not that of the process that asks."""


def prepare(steps: Sequence[Scenario]) -> Prepared:
    """Make the arm's week (from the cache where it was made before) and pack the plan.

    `steps`: the arm's scenario, last; before it those from whose weeks its own may start, as in `plan.timetable`.
    """
    began = perf_counter()
    scenario = steps[-1]
    plan = plan_of(scenario, start=week_after(steps[:-1]))
    seconds = perf_counter() - began
    return Prepared(
        address_of(scenario, plan),
        scenario.seed,
        pickle.dumps(plan, protocol=pickle.HIGHEST_PROTOCOL),
        seconds,
        week_row(plan),
        tuple(sessions_of(plan.school, plan.week)),
    )


def week_after(steps: Sequence[Scenario]) -> Week | None:
    """The week of the last scenario, each starting from the one before; None of none."""
    week = None
    for scenario in steps:
        week = timetable(scenario, start=week)
    return week


def ask(scenario: Scenario) -> Asked:
    """Make the week of a variation and say what it asks."""
    began = perf_counter()
    week = timetable(scenario)
    unplaced = metrics.unplaced_a_week(week, scenario.calendar)
    return Asked(_hours_asked(week), unplaced, perf_counter() - began)


def address_of(scenario: Scenario, plan: Plan) -> str:
    """A digest of the scenario's content, its tables, rules and own code, its seed, and of the week that was made.

    The week follows from the rest, unless a solver finds another one elsewhere: then the years are others as well.
    """
    week = asdict(plan.week) | {"solve_seconds": 0.0}
    return digest([scenario.digest(), scenario.seed, week])


def live_chunk(chunk: Chunk) -> Lived:
    """Live every replication of a chunk; only rows are kept. A trial that raises stops no other.

    Raises:
        OtherCode: this worker would live other years than the process that asks.
    """
    if chunk.code != code_version():
        raise OtherCode(
            "a worker has another sdmsim, Python, NumPy, OR-Tools or SimPy than this process; install the same versions"
        )
    plan = unpacked(chunk.key, chunk.plan)
    if plan is None:
        return Lived(chunk.arm, (), 0.0, without_plan=True)
    began = perf_counter()
    years, failed = [], []
    for replication in chunk.replications:
        try:
            years.append(kept(live(plan, seed=chunk.seed, replication=replication), chunk.rows))
        except Exception as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            failed.append(Failed(replication, type(error).__name__, f"{Path(frame.filename).name}:{frame.lineno}"))
    return Lived(chunk.arm, tuple(years), perf_counter() - began, tuple(failed))


def kept(log: Log, rows: bool) -> Year:
    """What is kept of a year; `rows`: whether it may be one that is also measured under each row."""
    row = metrics.row(log)
    return Year(
        log.replication,
        row,
        workload=metrics.workload(log),
        months=tuple(metrics.by_month(log)),
        ledger=tuple(metrics.ledger(log)),
        by_row=_by_row(log, row["cost"]) if tries_rows(rows, log.replication) else (),
        caseload=tuple(metrics.by_school_week(log)),
        slots=tuple(metrics.slot_numbers(log)) if log.plan.rules.timetable and log.plan.changing is None else (),
        groups=tuple(metrics.by_group(log)),
    )


def tries_rows(rows: bool, replication: int) -> bool:
    """Whether a year is also measured under each row, where rows are asked for."""
    return rows and replication < ROW_YEARS


def tried_rows() -> tuple[Mapping[str, float], ...]:
    """ROWS_TRIED of the rows of numbers that fit the published targets as well as those that ship."""
    rows = equally_good_rows()
    return rows[:: len(rows) // ROWS_TRIED][:ROWS_TRIED]


def _by_row(log: Log, cost: float) -> tuple[dict[str, float], ...]:
    """What a row changes, and the cost, which none does."""
    numbers = log.plan.numbers
    learned = (learned_under(log, {**numbers, **row}) for row in tried_rows())
    return tuple({**metrics.progress(one), **metrics.gains_apart(one), "cost": cost} for one in learned)


_plans: dict[str, Plan] = {}
"""Plans this worker has unpacked; the last few, so that memory stays flat however many arms there are."""
_KEPT = 16


def unpacked(key: str, plan: bytes | None) -> Plan | None:
    """The plan with this key: from the last few that this worker has unpacked, else from its bytes."""
    found = _plans.get(key)
    if found is None and plan is not None:
        found = pickle.loads(plan)
        while len(_plans) >= _KEPT:
            _plans.pop(next(iter(_plans)))
        _plans[key] = found
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
