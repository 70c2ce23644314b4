"""More room never leaves more without a place: exact laws of the timetable, the old week being the starting point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hand_school import bell, child, therapist
from hypothesis import given, settings
from hypothesis import strategies as st
from small_school import edited, write
from week_laws import assert_lawful

from sdmsim import load, metrics, timetable
from sdmsim.delivery.grouping import group
from sdmsim.delivery.hybrid import Hybrid
from sdmsim.delivery.problem import Problem, problem_of
from sdmsim.delivery.rules import Goal, Grouping, Moves, WeekRules
from sdmsim.delivery.taken_over import better_of, lacking_minutes, needed_minutes
from sdmsim.delivery.timetable import solve
from sdmsim.delivery.vocabulary import Unplaced, Week
from sdmsim.plan import plan_of, week_problem
from sdmsim.school.calendar import school_year
from sdmsim.school.vocabulary import School, Section, Service, StaffMember
from sdmsim.world import live

YEAR = school_year(date(2024, 9, 2), date(2024, 10, 25), ())


@st.composite
def schools(draw: st.DrawFn) -> School:
    """Up to seven children in four classes of two grades, with a therapist who may be short of hours or of days."""
    children = draw(st.integers(2, 7))
    students = [child(f"s{n}", draw(st.sampled_from(["1A", "1B", "2A", "2B"]))) for n in range(children)]
    services = [
        Service(
            id=student.id,
            service="speech",
            minutes=draw(st.sampled_from([20, 30])),
            per="week",
            sessions=draw(st.integers(1, 3)),
            goal="language",
            setting="team",
            provider_role="SLP",
            end=draw(st.sampled_from([None, None, date(2024, 10, 4)])),
        )
        for student in students
    ]
    member = therapist(fte=draw(st.sampled_from([0.08, 0.15, 1.0])), lunch_minutes=0, **_days(draw))
    return school_of(students, services, [member])


def _days(draw: st.DrawFn) -> dict[str, Any]:
    return {"site_days": draw(st.sampled_from([("Mon",), ("Tue", "Thu"), ("Mon", "Tue", "Wed", "Thu", "Fri")]))}


def school_of(students: Sequence[Any], services: Sequence[Service], staff: Sequence[StaffMember]) -> School:
    return School(
        students=tuple(students),
        services=tuple(services),
        sections=tuple(Section(grade=s[0], section=s, teacher=s, size=20) for s in ("1A", "1B", "2A", "2B")),
        bell=(*bell("1"), *bell("2")),
        staff=tuple(staff),
        calendar=(),
    )


def problem(school: School, size: int, share: float, fixed: bool) -> Problem:
    return problem_of(
        school,
        YEAR,
        delivery=Hybrid(kind="hybrid", push_in_share=share),
        goals={"language": Goal(domain="language", push_in_subjects=("ELA",))},
        grouping=Grouping(legal_size=size, preferred_size=1, fixed_groups=fixed),
        rules=WeekRules(effort=0.05),
        moves=Moves(),
        seed=1,
    )


def without_anything(week: Week) -> Week:
    """As if the solver had found no place for any session."""
    places = [(r, n) for r, request in enumerate(week.requests) for n in range(request.weekly_sessions)]
    return replace(week, appointments=(), unplaced=tuple(Unplaced(r, n, "room") for r, n in places))


def same_places(one: Week, other: Week) -> bool:
    return {u[:2] for u in one.unplaced} == {u[:2] for u in other.unplaced}


@settings(max_examples=15)
@given(
    school=schools(),
    size=st.integers(1, 4),
    more=st.integers(1, 3),
    share=st.sampled_from([0.0, 0.5, 1.0]),
    fixed=st.booleans(),
)
def test_a_larger_legal_group_never_leaves_more_without_a_place(
    school: School, size: int, more: int, share: float, fixed: bool
) -> None:
    """Nor needs more hours where the same sessions are placed; nor asks more, where the grouping is proven best."""
    smaller = problem(school, size, share, fixed)
    larger = problem(school, size + more, share, fixed)
    before = solve(smaller)
    fresh = solve(larger)
    for found in (fresh, without_anything(fresh)):
        after = better_of(larger, found, before)
        assert_lawful(school, larger, after)
        assert lacking_minutes(larger, after) <= lacking_minutes(smaller, before)
        if same_places(before, after):
            assert needed_minutes(larger, after) <= needed_minutes(smaller, before)
        assert sum(after.asked_minutes) <= sum(before.asked_minutes) + after.grouping_gap_minutes


@settings(max_examples=15)
@given(
    school=schools(),
    size=st.integers(1, 4),
    share=st.sampled_from([0.0, 0.5, 1.0]),
    fixed=st.booleans(),
)
def test_one_more_therapist_never_leaves_more_without_a_place(
    school: School, size: int, share: float, fixed: bool
) -> None:
    """The same role, the same days: who had a therapist keeps it, who had no place may go to the new one."""
    member = school.staff[0]
    two = school_of(school.students, school.services, [member, member.model_copy(update={"id": "T2"})])
    one, both = problem(school, size, share, fixed), problem(two, size, share, fixed)
    before = solve(one)
    fresh = solve(both)
    for found in (fresh, without_anything(fresh)):
        after = better_of(both, found, before)
        assert_lawful(two, replace(both, indirect=after.indirect_minutes), after)
        assert lacking_minutes(both, after) <= lacking_minutes(one, before)
    kept = {r for a in before.appointments for r, _ in a.members}
    assert all(after.requests[r].therapist == 0 for r in kept), "the old week taken over"


def test_the_old_week_is_what_stands_where_the_solver_finds_nothing() -> None:
    """A fresh week without anything in it gives way to the old one, whole; a better one does not."""
    students = [child(f"s{n}", "1A") for n in range(3)]
    rows = [
        Service(id=s.id, service="speech", minutes=30, per="week", sessions=2, goal="language", provider_role="SLP",
                setting="team")
        for s in students
    ]  # fmt: skip
    school = school_of(students, rows, [therapist()])
    small, large = problem(school, 1, 0.0, True), problem(school, 3, 0.0, True)
    before, fresh = solve(small), solve(large)
    assert (len(before.appointments), len(fresh.appointments)) == (6, 2)
    nothing = without_anything(fresh)
    assert better_of(large, nothing, before).appointments == before.appointments
    assert better_of(large, fresh, before).appointments == fresh.appointments
    assert better_of(large, nothing, before).asked_minutes == fresh.asked_minutes


def test_a_changed_scenario_can_start_from_its_old_week(tmp_path: Path) -> None:
    """`timetable(scenario, start=week)`: positions hold, and what no longer stands is placed anew or reported."""
    scenario = load(write(tmp_path))
    week = timetable(scenario)
    assert timetable(scenario, start=week).appointments == week.appointments
    apart = scenario.but(delivery=PULL_OUT, **{"grouping.legal_size": 2, "grouping.preferred_size": 2})
    other = timetable(apart, start=week)
    assert {a.setting for a in other.appointments if len(a.members) > 1} == {"therapy_room"}
    assert_lawful(apart.roster, week_problem(apart), other)
    part = load(write(tmp_path, edited("staff.csv", ("SLP-1,SLP,0.6", "SLP-1,SLP,0.14"))))
    fewer = timetable(part, start=week)
    assert_lawful(part.roster, week_problem(part), fewer)
    assert_lawful(part.roster, week_problem(part), better_of(week_problem(part), without_anything(fewer), week))
    assert {u.reason for u in fewer.unplaced} == {"contract hours"}


PULL_OUT = {"kind": "pull-out"}
WAYS: dict[str, dict[str, Any]] = {
    "pull-out": PULL_OUT,
    "push-in": {"kind": "push-in"},
    "by goal": {"kind": "by-goal", "in_class": ["language"]},
    "by phase": {"kind": "by-phase", "weeks_apart": 6},
    "matched": {"kind": "matched", "rule": [{"severity": ["mild"], "setting": "hallway"}], "otherwise": "classroom"},
    "3:1": {"kind": "3:1", "where": PULL_OUT},
    "block": {"kind": "block", "where": PULL_OUT, "parts": 2},
    "receding": {"kind": "receding", "where": PULL_OUT, "amounts": [1.5, 1, 0.5]},
    "drills": {"kind": "drills", "where": PULL_OUT, "sessions": 3, "domains": ["language"]},
}


@pytest.mark.parametrize("way", WAYS)
def test_nothing_in_between_gives_everything_that_has_a_place(tmp_path: Path, way: str) -> None:
    """No absence, no event, moves as planned and every session placed: exactly 100 % of what is owed, in every way."""
    calm = {
        "calendar.csv": "date,through,kind,start,end,grade\n2024-10-14,,holiday,,,\n2024-11-27,2024-11-29,holiday,,,\n",
        "students.csv": "id,grade,section,category,goal_type,severity,attendance\n007,2,2A,SLI,language,mild,1\n"
        "s2,2,2A,autism,language,moderate,1\ns3,3,3A,SLI,articulation,,1\ns4,3,3B,SLD,language,severe,1\n"
        "s5,3,3B,SLI,articulation,mild,1\n",
        "staff.csv": "id,role,fte,site_days,type,start,end,lunch_start,lunch_end,lunch_minutes,documentation\n"
        "SLP-1,SLP,1.0,Mon Tue Wed Thu Fri,employee,07:45,15:15,11:00,12:30,30,120\n",
        "pairs.csv": None,
    }
    folder = tmp_path
    scenario_file = write(folder, calm)
    text = scenario_file.read_text(encoding="utf-8").replace('pairs = "pairs.csv"\n', "")
    scenario_file.write_text(text.replace("start_up_weeks = 1", "start_up_weeks = 0"), encoding="utf-8")
    sure = {"child_attendance": 1, "provider_attendance": 1, "called_away": 0, "child_unwilling": 0,
            "class_unavailable": 0}  # fmt: skip
    scenario = load(scenario_file).but(delivery=WAYS[way], days=sure, **{"moves.spread": 0.0})
    plan = plan_of(scenario)
    assert plan.week.unplaced == ()
    row = metrics.row(live(plan, seed=3, replication=0))
    assert row["delivered_share"] == 1.0
    assert row["minutes_owed"] > 0


def test_company_to_avoid_may_ask_for_a_slot_each() -> None:
    """Two children of a class, five times a week, who must not meet: ten visits, not a fault of ours."""
    students = [child("a", "1A"), child("b", "1A")]
    rows = [
        Service(id=s.id, service="speech", minutes=20, per="week", sessions=5, goal="language", provider_role="SLP",
                setting="team")
        for s in students
    ]  # fmt: skip
    asked = problem(school_of(students, rows, [therapist()]), 4, 1.0, True)
    assert len(group(asked).meetings) == 5
    assert len(group(asked, frozenset([frozenset([0, 1])])).meetings) == 10
