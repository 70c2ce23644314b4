"""The team's reviews: what moves, when, what stays as it was, and what it costs."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from week_laws import assert_lawful

from sdmsim import load, metrics
from sdmsim.base import InputErrors
from sdmsim.delivery.repair import moved_rows
from sdmsim.delivery.timetable import make_week
from sdmsim.delivery.vocabulary import SETTINGS
from sdmsim.events import Log, PlanAmended
from sdmsim.plan import plan_of, week_problem
from sdmsim.scenario import Scenario
from sdmsim.world import live

MAPLE = Path(__file__).parent.parent / "scenarios" / "maple.toml"
PULL_OUT = {"kind": "pull-out"}
NEVER = {"kind": "adaptive", "start": PULL_OUT, "into_class_at": 2.0, "out_again_below": 0.0}
SOON = {"kind": "adaptive", "start": PULL_OUT, "into_class_at": 0.6, "out_again_below": 0.5}


@cache
def base() -> Scenario:
    return load(MAPLE)


def lived(delivery: dict[str, Any], replication: int = 0, **changes: Any) -> Log:
    made = base().but(delivery=delivery, **changes)
    return live(plan_of(made), seed=made.seed, replication=replication)


@cache
def adapted() -> Log:
    return lived(SOON, reviews={"every_weeks": 9})


@cache
def fixed() -> Log:
    return lived(PULL_OUT, reviews={"every_weeks": 9})


def exactly(row: dict[str, float]) -> Any:
    """Equal to the last bit; what is empty is empty."""
    return pytest.approx(row, rel=0.0, abs=0.0, nan_ok=True)


def probes(log: Log) -> np.ndarray:
    assert log.learning is not None
    return log.learning.scores


def test_a_threshold_that_is_never_reached_changes_nothing() -> None:
    """Every session, probe and metric is that of the fixed parent with the same reviews."""
    never = lived(NEVER, reviews={"every_weeks": 9})
    assert list(never.facts()) == list(fixed().facts())
    assert (probes(never) == probes(fixed())).all()
    assert metrics.row(never) == exactly(metrics.row(fixed()))


def test_reviews_without_meeting_time_are_as_no_reviews() -> None:
    """The parent that holds none; with their time, only the desk is busier."""
    free = metrics.row(lived(NEVER, reviews={"every_weeks": 9, "meeting_minutes": 0.0}))
    assert free == exactly(metrics.row(lived(PULL_OUT)))
    costly = metrics.row(fixed())
    changed = {name for name in free if free[name] != costly[name] and not isnan(free[name])}
    assert changed == {"review_hours", "overtime_hours"}
    children = {r.student for r in fixed().plan.week.requests
                if fixed().plan.school.services[r.row].setting == "team"}  # fmt: skip
    held = len(range(9, base().calendar.n_weeks, 9))
    assert costly["review_hours"] == pytest.approx(held * len(children) * 20 / 60)


def test_before_the_first_move_every_fact_is_the_same() -> None:
    """Sessions, trips, minutes and probes up to the review; after it some differ."""
    first = adapted().amendments[0][0]
    days = adapted().plan.calendar.days
    assert days[first].week in (9, 18, 27, 36)

    def before(log: Log) -> list[Any]:
        return [
            [fact for fact in facts if fact[0] < first]
            for facts in (log.sessions, log.given, log.missed, log.trips, log.absences, log.work)
        ]

    def unnamed(kinds: list[Any]) -> list[Any]:
        """Without the positions of appointments and requests, which the repair numbers anew."""
        sessions, given, missed, trips, absences, work = kinds
        return [
            [(d, start, end, n) for d, _, start, end, n in sessions],
            [(d, s, start, m) for d, s, _, _, start, m in given],
            sorted((d, s, m, reason, n) for d, s, _, m, reason, n in missed),
            [(d, s, *times) for d, s, _, *times in trips],
            absences,
            work,
        ]

    assert unnamed(before(adapted())) == unnamed(before(fixed()))
    learning = adapted().learning
    assert learning is not None
    early = learning.probe_days < first
    assert early.any()
    assert (probes(adapted())[:, :, early] == probes(fixed())[:, :, early]).all()
    assert (probes(adapted())[:, :, ~early] != probes(fixed())[:, :, ~early]).any()


def test_what_moves_is_recorded_and_owed_as_before() -> None:
    """One fact for each move; minutes owed, absences and school days are the parent's."""
    facts = [fact for fact in adapted().facts() if isinstance(fact, PlanAmended)]
    row, parent = metrics.row(adapted()), metrics.row(fixed())
    assert row["amendments"] == len(facts) > 3
    assert parent["amendments"] == 0.0
    assert {SETTINGS[fact.setting] for fact in facts} <= {"classroom", "therapy_room"}
    assert row["minutes_owed"] == parent["minutes_owed"]
    assert row["class_minutes_missed"] < parent["class_minutes_missed"]
    for fact in facts:
        assert adapted().plan.school.services[fact.row].id == adapted().plan.school.students[fact.student].id


@pytest.mark.parametrize("from_week", [9, 27])
def test_a_repaired_week_keeps_every_rule(from_week: int) -> None:
    """Half of the open rows move: the week before is the old one, and the new one is lawful in every school week."""
    problem = week_problem(base())
    week = make_week(problem)
    open_rows = [r.row for r in problem.requests if base().roster.services[r.row].setting == "team"]
    moves = dict.fromkeys(open_rows[::2], "classroom")
    wider, repaired = moved_rows(problem, week, moves, from_week)  # type: ignore[arg-type]
    assert_lawful(base().roster, wider, repaired)

    def places(found: Any) -> set[Any]:
        """Who sits when and where in the weeks before."""
        return {
            (found.requests[r].row, n, a.weekday, a.start, a.setting)
            for a in found.appointments
            for r, n in a.members
            if found.requests[r].weeks & 1
        }

    assert places(repaired) == places(week)
    stayed = [r for r in repaired.requests if r.row not in moves and r.setting == "therapy_room"]
    assert any(r.weeks & 1 == 0 for r in stayed), "some group that was left has broken up"
    moved = [r for r in repaired.requests if r.row in moves and r.setting == "classroom"]
    assert len(moved) == len(moves)
    assert all(r.weeks & ((1 << from_week) - 1) == 0 for r in moved)


def test_adaptive_without_reviews_is_refused() -> None:
    """It would never move anybody."""
    with pytest.raises(InputErrors) as found:
        base().but(delivery=NEVER)
    assert str(found.value) == (
        'maple.toml: reviews: is missing: delivery.kind "adaptive" moves children at reviews; give reviews.every_weeks'
    )


def test_other_years_are_reviewed_by_their_own_probes() -> None:
    """The same strategy moves other rows under other luck, and the same under the same."""
    again = lived(SOON, reviews={"every_weeks": 9})
    other = lived(SOON, 1, reviews={"every_weeks": 9})
    assert again.amendments == adapted().amendments
    assert other.amendments != adapted().amendments


def test_a_contractor_is_paid_for_reviews() -> None:
    """Each hour of them at its rate, in contract time or as overtime; an employee costs the same as ever."""

    def cost(kind: str, minutes: float) -> float:
        plan = plan_of(base().but(delivery=PULL_OUT, reviews={"every_weeks": 9, "meeting_minutes": minutes}))
        staff = tuple(m.model_copy(update={"type": kind, "rate": 60.0}) for m in plan.school.staff)
        school = plan.school.model_copy(update={"staff": staff})
        return metrics.row(live(replace(plan, school=school), seed=1, replication=0))["cost"]

    hours = metrics.row(fixed())["review_hours"]
    assert 0.0 < cost("contractor", 20.0) - cost("contractor", 0.0) <= 60.0 * hours + 1e-6
    assert cost("contractor", 20.0) - cost("contractor", 0.0) > 30.0 * hours
    assert cost("employee", 20.0) == cost("employee", 0.0)
