"""Districts: schools drawn with shared therapists, and large weeks made in parts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from week_laws import assert_lawful

from sdmsim.base import InputErrors
from sdmsim.delivery import parts
from sdmsim.delivery.parts import components, in_parts, part_of
from sdmsim.delivery.problem import Problem, Taken
from sdmsim.delivery.timetable import _whole, solve
from sdmsim.plan import week_problem
from sdmsim.scenario import Scenario
from sdmsim.school.sites import drive_minutes, sites_of, stays_of
from sdmsim.school.synthetic_district import HALF_DAYS, SyntheticDistrict, dealt
from sdmsim.school.vocabulary import Room

CONTENT: dict[str, Any] = {
    "title": "District",
    "year": {"first_day": "2024-09-03", "last_day": "2025-06-13"},
    "delivery": {"kind": "hybrid", "push_in_share": 0.3},
    "goals": {
        "articulation": {"domain": "speech_sounds"},
        **{
            name: {"domain": "language", "push_in_subjects": ["ELA"]}
            for name in ("language", "severe_language", "social", "handwriting")
        },
    },
    "week": {"effort": 0.3},
}


def district(**changes: Any) -> Scenario:
    """Three schools of a dozen children, 2.5 SLPs and 3 OTs for a quarter of the children."""
    school = {"kind": "synthetic-district", "children": (14, 9, 12), "slps": 2.5, "ots": 3, "ot_share": 0.25, **changes}
    return Scenario.make({**CONTENT, "school": school}, Path())


def test_a_district_is_drawn_by_name() -> None:
    """As many children at each school as asked; a school more leaves the others' children as they are."""
    small, large = district(), district(children=(14, 9, 12, 5))
    roster = small.roster
    assert Counter(c.section[:3] for c in roster.students) == {"S01": 14, "S02": 9, "S03": 12}
    assert sites_of(roster) == ("S01", "S02", "S03")
    assert large.roster.students[:35] == roster.students
    assert large.roster.services[:35] == roster.services[:35]
    assert {row.provider_role for row in roster.services} == {"SLP", "OT"}


def test_half_days_are_all_dealt_out() -> None:
    """Every member of staff is somewhere on each half-day of its contract, and drives between two schools of a day."""
    roster = district().roster
    halves = Counter(
        {member.id: sum(2 if end - start > 300 else 1 for day in week for _, start, end in day)
         for member, week in zip(roster.staff, stays_of(roster), strict=True)}
    )  # fmt: skip
    assert halves == {m.id: round(m.fte * HALF_DAYS) for m in roster.staff}
    both = [sum(len({s.site for s in day}) == 2 for day in week) for week in stays_of(roster)]
    assert [minutes > 0 for minutes in drive_minutes(roster)] == [n > 0 for n in both]
    assert any(both)


@given(st.integers(5, 60), st.lists(st.floats(0.5, 40.0), min_size=1, max_size=5))
def test_seats_are_dealt_in_proportion(halves: int, weights: list[float]) -> None:
    """All half-days, nobody without, and who weighs more has no fewer."""
    named = {f"S{i}": weight for i, weight in enumerate(weights)}
    found = dealt(halves, named)
    assert sum(found.values()) == halves
    assert min(found.values()) >= 1
    pairs = [(one, other) for one in named for other in named if named[one] > named[other]]
    assert all(found[one] >= found[other] for one, other in pairs)


def test_what_a_district_goes_by() -> None:
    """Half-days by headcount, by minutes, and by weights of its own."""
    at = {}
    for share_by in ("headcount", (1.0, 1.0, 8.0)):
        roster = district(share_by=share_by, ots=0).roster
        at[str(share_by)] = Counter(stay.site for week in stays_of(roster) for day in week for stay in day)
    assert at["headcount"]["S01"] > at["headcount"]["S02"]
    assert at["(1.0, 1.0, 8.0)"]["S03"] > at["headcount"]["S03"]


def test_a_district_that_cannot_be() -> None:
    """Weights for other schools, fewer half-days than schools."""
    for changes, text in (
        ({"share_by": (1.0, 2.0)}, "school: share_by has 2 weights, but children has 3 schools"),
        ({"slps": 0.2}, "school: slps is 0.2: 2 half-days for 3 schools"),
    ):
        with pytest.raises(InputErrors) as found:
            district(**changes)
        assert text in str(found.value)


def five_therapists(rooms: bool = False) -> Problem:
    """A problem with more therapists than are placed at once, all tied by shared children."""
    scenario = district()
    assert len(scenario.roster.staff) > parts.AT_ONCE
    if not rooms:
        return week_problem(scenario)
    room = [Room(room=f"R {site}", capacity=4, metres={}, site=site) for site in sites_of(scenario.roster)]
    return week_problem(scenario, scenario.roster.model_copy(update={"rooms": tuple(room)}))


@pytest.mark.parametrize("rooms", [False, True])
def test_a_week_in_parts_is_lawful(rooms: bool) -> None:
    """One therapist after the other, around shared children and rooms: every law holds, and little more is left out."""
    problem = five_therapists(rooms)
    assert [len(tied) for tied in components(problem)] != [1] * 5
    school = district().roster
    if rooms:
        room = [Room(room=f"R {site}", capacity=4, metres={}, site=site) for site in sites_of(school)]
        school = school.model_copy(update={"rooms": tuple(room)})
    week, at_once = solve(problem), _whole(problem)
    assert_lawful(school, problem, week)
    assert week.asked_minutes == at_once.asked_minutes
    assert len(week.unplaced) <= len(at_once.unplaced) + 4


def test_therapists_with_nothing_in_common_stand_alone() -> None:
    """Without shared children, shared rooms or must rules every therapist is a part of its own, proven by itself."""
    problem = week_problem(district(ots=0, slps=6))
    assert components(problem) == [(t,) for t in range(6)]
    week = in_parts(problem, _whole)
    assert_lawful(district(ots=0, slps=6).roster, problem, week)
    assert week.placing_gap_minutes == 0


def test_a_small_school_is_made_as_a_whole() -> None:
    """Up to four therapists nothing is taken apart: the week is the one that `whole` makes."""
    problem = week_problem(district(ots=1, slps=1))
    made = []
    assert in_parts(problem, lambda p: made.append(p) or _whole(p)).appointments  # type: ignore[func-returns-value]
    assert made == [problem]


@settings(max_examples=6)
@given(seed=st.integers(0, 1000), share=st.sampled_from((0.0, 0.5, 1.0)))
def test_whatever_the_district(seed: int, share: float) -> None:
    """Lawful whatever is drawn."""
    scenario = district(seed=seed, children=(6, 5, 7), ot_share=0.5).but(**{"delivery.push_in_share": share})
    problem = week_problem(scenario)
    assert_lawful(scenario.roster, problem, solve(problem))


def test_the_same_district_twice() -> None:
    """A district is its seed."""
    one = SyntheticDistrict(kind="synthetic-district", children=(8, 8), slps=1, seed=3)
    assert one.school(Path()) == one.school(Path())


def test_what_others_have_taken_is_left_to_them() -> None:
    """A child who is with somebody else all week, and a room in use all week, find no place with this therapist."""
    problem = five_therapists(rooms=True)
    all_week = [(day, 0, 24 * 60, -1) for day in range(5)]
    child = problem.requests[0].student
    numbers, part = part_of(problem, [problem.requests[0].therapist], Taken({child: all_week}, {}))
    week = _whole(part)
    lacking = {part.requests[u.request].student: u.reason for u in week.unplaced}
    assert lacking[child] == "therapist busy"
    assert numbers[0] == 0
    rooms = Taken({}, dict.fromkeys(range(len(problem.rooms)), all_week))
    _, part = part_of(problem, [problem.requests[0].therapist], rooms)
    week = _whole(part)
    assert {a.setting for a in week.appointments} <= {"classroom"}
    assert "room" in {u.reason for u in week.unplaced}
