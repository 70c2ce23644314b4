"""The team's reviews: what moves, when, what stays as it was, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from week_laws import assert_lawful, every_session_once

from sdmsim import load, metrics
from sdmsim.base import InputErrors
from sdmsim.delivery.repair import moved_rows
from sdmsim.delivery.timetable import make_week
from sdmsim.delivery.vocabulary import SETTINGS, Case, CaseFile, Choices, Setting, Week
from sdmsim.events import Log, PlanAmended
from sdmsim.plan import plan_of, week_problem
from sdmsim.scenario import Scenario
from sdmsim.school.calendar import SchoolYear
from sdmsim.streams import Luck
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
            [(d, s, start, m) for d, s, _, _, start, m, _ in given],
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


class Watching:
    """All apart; keeps what it is shown, and moves the first open row into class at the second review."""

    kind = "watching"

    def __init__(self) -> None:
        self.shown: list[dict[int, CaseFile]] = []

    def decide(self, caseload: Sequence[Case], calendar: SchoolYear, luck: Luck) -> Choices:
        """Never asked: the plan's week is made."""
        raise AssertionError

    def review(self, files: Sequence[CaseFile]) -> Mapping[int, Setting]:
        """One move, at the second review."""
        self.shown.append({file.row.row: file for file in files})
        return {files[0].row.row: "classroom"} if len(self.shown) == 2 else {}


@cache
def watched() -> tuple[Watching, Log]:
    made = base().but(delivery=PULL_OUT, reviews={"every_weeks": 9})
    strategy = Watching()
    plan = replace(plan_of(made), reviewing=(strategy, week_problem(made)))
    return strategy, live(plan, seed=made.seed, replication=0)


def test_a_team_sees_what_happened_before_the_review_and_no_more() -> None:
    """Every probe that the child was there for, and the share of its minutes since the last review."""
    strategy, _ = watched()
    log = fixed()
    learning, days = log.learning, log.plan.calendar.days
    assert learning is not None
    starts = [next(d.index for d in days if d.week == week) for week in (0, 9, 18, 27, 36)]
    services = log.plan.school.services
    assert len(strategy.shown) == 4
    for number, files in enumerate(strategy.shown[:2], 1):
        assert set(files) == {r.row for r in log.plan.week.requests if services[r.row].setting == "team"}
        for row, file in files.items():
            (request,) = [n for n, r in enumerate(log.plan.week.requests) if r.row == row]
            student = log.plan.week.requests[request].student
            g = learning.names.index((file.student, file.row.goal))
            seen = [p for p, day in enumerate(learning.probe_days) if day < starts[number] and learning.taken[g, p]]
            assert file.in_therapy == tuple(learning.scores[0, g, p] / 10 for p in seen)
            assert file.in_class == tuple(learning.scores[1, g, p] / 10 for p in seen)
            since = range(starts[number - 1], starts[number])
            given = sum(f[5] for f in log.given if f[0] in since and f[2] == request)
            missed = sum(f[3] for f in log.missed if f[0] in since and f[2] == request)
            assert file.given_share == pytest.approx(given / (given + missed))
            assert (file.setting, file.since) == ("therapy_room", 9 * number)
            assert services[row].id == log.plan.school.students[student].id
    assert any(not t for t in learning.taken.ravel()), "somebody was away for a probe"


def test_a_row_that_moved_is_shown_where_it_is() -> None:
    """In class since the review, in the fact and at the next review."""
    strategy, log = watched()
    row = next(iter(strategy.shown[1]))
    assert [fact[2:] for fact in log.amendments] == [(row, SETTINGS.index("classroom"))]
    assert [(files[row].setting, files[row].since) for files in strategy.shown[2:]] == [
        ("classroom", 9),
        ("classroom", 18),
    ]
    other = list(strategy.shown[1])[1]
    assert strategy.shown[3][other].since == 36


def test_who_comes_back_finds_the_old_group() -> None:
    """Into class at week 9 and out again at 18: the place that the child left is free for it."""
    problem = week_problem(base())
    week = make_week(problem)
    row = next(r.row for r in problem.requests if base().roster.services[r.row].setting == "team")
    first, inside = moved_rows(problem, week, {row: "classroom"}, 9)
    second, back = moved_rows(first, inside, {row: "therapy_room"}, 18)
    assert_lawful(base().roster, second, back)

    def places(found: Week, week_number: int) -> set[tuple[int, int]]:
        return {
            (a.weekday, a.start)
            for a in found.appointments
            for r, _ in a.members
            if found.requests[r].row == row and found.requests[r].weeks >> week_number & 1
        }

    assert places(back, 20) == places(back, 3) == places(week, 3)
    assert places(back, 12) == places(inside, 12) != places(week, 12)


def test_what_had_no_place_is_still_listed() -> None:
    """Every session of the year has a place or stands among those without, before a repair and after it."""
    made = base().but(**{"delivery.push_in_share": 0.5})
    problem = week_problem(made)
    week = make_week(problem)
    assert week.unplaced
    row = next(r.row for r in problem.requests if r.setting == "classroom")
    wider, repaired = moved_rows(problem, week, {row: "therapy_room"}, 9)
    every_session_once(repaired)
    before = {(u.request, u.ordinal) for u in week.unplaced if wider.active[u.request] & 1}
    assert before <= {(u.request, u.ordinal) for u in repaired.unplaced}
