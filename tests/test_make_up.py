"""Making up for missed sessions: weeks solved on paper, and laws over random small schools.

The hand-made school: a session of 20 minutes in the room on Tuesday at 10:10 for A and on Thursday for B, both in class
1A. On the first Tuesday an assembly takes A's session. Days count from Monday, day 0; the second week begins at day 5.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hand_school import AS_PLANNED, SURE, child, plan, pull_out, push_in, therapist, wanted
from hypothesis import given, settings
from hypothesis import strategies as st
from small_school import edited, write
from test_year_laws import plans

from sdmsim.delivery.make_up import MakeUp, kept_by
from sdmsim.delivery.rules import Goal, Grouping
from sdmsim.delivery.slots import slots_of
from sdmsim.delivery.vocabulary import Appointment
from sdmsim.events import ACTIVITIES, REASONS, Log
from sdmsim.metrics import fidelity, notes_of_year, row, student_time, therapist_week
from sdmsim.plan import Plan, timetable, week_problem
from sdmsim.scenario import load
from sdmsim.school.sites import Stay
from sdmsim.school.vocabulary import WEEKDAYS, CalendarEntry, Pair, Posting, Room
from sdmsim.show.cli import main
from sdmsim.world import live
from sdmsim.world.openings import openings_of

MON, TUE, WED, THU, FRI = range(5)
MONDAY = date(2024, 9, 2)
ALL = MakeUp(of="all")
A, B = child("A"), child("B")
APART = (wanted(0, "therapy_room", 20), wanted(1, "therapy_room", 20))
PLACES = (pull_out(TUE, 610, 20, [(0, 0)]), pull_out(THU, 610, 20, [(1, 0)]))


def assembly(day: int, start: int = 600, end: int = 615, grade: str = "1") -> CalendarEntry:
    """An assembly of a grade on a school day."""
    on = MONDAY + timedelta(days=day // 5 * 7 + day % 5)
    return CalendarEntry(date=on, kind="assembly", start=start, end=end, grade=grade)


def two_weeks(make_up: MakeUp = ALL, changes: Any = None, **of_plan: Any) -> Plan:
    """The hand-made school for two weeks; `of_plan` changes what `plan` is given, `changes` fields of what it makes."""
    known: dict[str, Any] = {
        "children": [A, B], "requests": APART, "appointments": PLACES, "calendar": [assembly(1)],
        "last_day": date(2024, 9, 13),
    }  # fmt: skip
    return replace(plan(**(known | of_plan)), make_up=make_up, **(changes or {}))


def lived(school: Plan, replication: int = 0) -> Log:
    return live(school, seed=1, replication=replication)


def made_up(log: Log) -> list[tuple[Any, ...]]:
    """(day, child, place, start, minutes, day that it makes up) of every session that makes another up."""
    return [(g[0], g[1], g[3], g[4], g[5], g[6]) for g in log.given if g[6] >= 0]


def misses(log: Log) -> list[tuple[Any, ...]]:
    return [(day, who, minutes, REASONS[why], n) for day, who, _, minutes, why, n in log.missed]


def test_a_child_joins_the_next_session_that_it_may_join() -> None:
    """A's Tuesday is lost to the assembly and made up with B on Thursday: both are fetched, both get 20 minutes."""
    log = lived(two_weeks())
    assert made_up(log) == [(3, 0, 1, 610.0, 20.0, 1)]
    assert misses(log) == []
    assert [s for s in log.sessions if s[0] == 3] == [(3, 1, 610.0, 630.0, 2)]
    assert [t for t in log.trips if t[0] == 3] == [(3, who, 1, 607.0, 610.0, 630.0, 631.0, 633.5) for who in (1, 0)]
    assert row(log)["delivered_share"] == 1.0
    assert fidelity(log)["made_up"].tolist() == [20.0, 0.0]


@pytest.mark.parametrize(
    ("make_up", "happens"),
    [
        (MakeUp(of="none"), False),
        (MakeUp(of="provider"), False),
        (MakeUp(of="provider", provider_reasons=("school_event",)), True),
        (MakeUp(of="all", within_weeks=0), True),
        (MakeUp(of="all", up_to=1), False),
        (MakeUp(of="all", up_to=2), True),
    ],
)
def test_the_rule_says_what_is_made_up(make_up: MakeUp, happens: bool) -> None:
    """An assembly is no reason of the provider's, unless the list says so; `up_to` counts those who are there."""
    assert bool(made_up(lived(two_weeks(make_up)))) is happens


def test_what_is_too_old_stays_missed() -> None:
    """B's Thursday is lost; the next session is A's, on Tuesday of the second week: too late for 0 weeks, not for 1."""
    for weeks, found in ((0, []), (1, [(6, 1, 0, 610.0, 20.0, 3)])):
        log = lived(two_weeks(MakeUp(of="all", within_weeks=weeks), calendar=[assembly(3)]))
        assert made_up(log) == found
        assert misses(log) == ([] if found else [(3, 1, 20.0, "school_event", 1)])


def test_the_oldest_comes_first() -> None:
    """C misses Monday, A Tuesday; Thursday's session has room for one beside B: C comes, and A with C next Monday."""
    school = two_weeks(
        MakeUp(of="all", up_to=2),
        children=[A, B, child("C")],
        requests=[*APART, wanted(2, "therapy_room", 20)],
        appointments=[*PLACES, pull_out(MON, 610, 20, [(2, 0)])],
        calendar=[assembly(0), assembly(1)],
    )
    log = lived(school)
    assert [m[:2] + m[5:] for m in made_up(log)] == [(3, 2, 0), (5, 0, 1)]
    assert misses(log) == []


def test_two_misses_are_made_up_on_two_days() -> None:
    """A misses Monday and Tuesday and could join Thursday's session only once; the other waits for the next week."""
    school = two_weeks(
        requests=[wanted(0, "therapy_room", 20, 2), wanted(1, "therapy_room", 20, 2)],
        appointments=[
            pull_out(MON, 610, 20, [(0, 0)]),
            pull_out(TUE, 610, 20, [(0, 1)]),
            pull_out(THU, 605, 20, [(1, 0)]),
            pull_out(THU, 635, 20, [(1, 1)]),
        ],
        calendar=[assembly(0), assembly(1)],
    )
    assert [m[:2] + m[5:] for m in made_up(lived(school))] == [(3, 0, 0), (8, 0, 1)]


CHANGES: dict[str, dict[str, Any]] = {
    "of another kind of goal": {"changes": {"goals": {"language": Goal(domain="language")}}},
    "more than the span of grades apart": {"children": [A, child("B", "3A")]},
    "sessions alone": {"requests": [APART[0]._replace(alone=True), APART[1]]},
    "the other has sessions alone": {"requests": [APART[0], APART[1]._replace(alone=True)]},
    "too short": {"requests": [APART[0], wanted(1, "therapy_room", 15)],
                  "appointments": [PLACES[0], pull_out(THU, 610, 15, [(1, 0)])]},
    "in another setting": {"requests": [APART[0], wanted(1, "classroom", 20)],
                           "appointments": [PLACES[0], push_in(THU, 610, 20, [(1, 0)])]},
    "in another setting than its own": {"requests": [wanted(0, "classroom", 20), APART[1]],
                                        "appointments": [push_in(TUE, 610, 20, [(0, 0)]), PLACES[1]]},
    "still with somebody else": {"requests": [*APART, wanted(0, "therapy_room", 3, therapist=1)],
                                 "appointments": [
                                     *PLACES, pull_out(THU, 602, 3, [(2, 0)], therapist=1, lead=2, tail=0)
                                 ],
                                 "staff": [therapist("T1"), therapist("T2")]},
    "from a protected lesson": {"appointments": [PLACES[0], pull_out(THU, 570, 20, [(1, 0)])]},
    "way back into lunch": {"appointments": [PLACES[0], pull_out(THU, 660, 20, [(1, 0)])]},
    "a class that is away": {"calendar": [assembly(1), assembly(3, grade="2"), assembly(8, grade="2")],
                             "children": [child("A", "2A"), B]},
    "with another therapist": {"requests": [APART[0], wanted(1, "therapy_room", 20, therapist=1)],
                               "appointments": [PLACES[0], pull_out(THU, 610, 20, [(1, 0)], therapist=1)],
                               "staff": [therapist("T1"), therapist("T2")]},
    "a session of its own": {"requests": [*APART, wanted(0, "classroom", 20)],
                             "appointments": [*PLACES, push_in(THU, 625, 20, [(2, 0)])]},
    "its row has ended": {"requests": [wanted(0, "therapy_room", 20, end=MONDAY + timedelta(days=4)), APART[1]],
                          "appointments": [PLACES[0], pull_out(MON, 610, 20, [(1, 0)])]},
    "a full room": {"rooms": [Room(room="R", capacity=1, metres={"1A": 60})],
                    "appointments": [p._replace(room="R") for p in PLACES]},
}  # fmt: skip


@pytest.mark.parametrize("why", CHANGES)
def test_a_child_does_not_join(why: str) -> None:
    """Each rule of joining by itself keeps A from B's session."""
    changes = dict(CHANGES[why])
    if why == "of another kind of goal":
        school = two_weeks()
        requests = (school.week.requests[0]._replace(goal="sounds"), school.week.requests[1])
        goals = {**school.goals, "sounds": Goal(domain="speech_sounds")}
        school = replace(school, week=replace(school.week, requests=requests), goals=goals)
    elif why == "a class that is away":
        changes["calendar"] = [assembly(1, grade="2"), *changes["calendar"][1:]]
        school = two_weeks(**changes)
    else:
        school = two_weeks(**changes)
    log = lived(school)
    assert made_up(log) == []
    assert (1, 0, 20.0, "school_event", 1) in misses(log)


def test_kinds_of_goals_that_may_mix_may_join() -> None:
    """A child with speech sounds joins one with language where `grouping.mix` says so."""
    school = two_weeks()
    requests = (school.week.requests[0]._replace(goal="sounds"), school.week.requests[1])
    goals = {**school.goals, "sounds": Goal(domain="speech_sounds")}
    mixed = Grouping(mix=(("sounds", "language"),))
    school = replace(school, week=replace(school.week, requests=requests), goals=goals, grouping=mixed)
    assert len(made_up(lived(school))) == 1


def test_children_who_must_never_be_together_are_not() -> None:
    """A and B are a pair that must not be; A joins C, who sits alone on Friday."""
    school = two_weeks(
        children=[A, B, child("C")],
        requests=[*APART, wanted(2, "therapy_room", 20)],
        appointments=[*PLACES, pull_out(FRI, 610, 20, [(2, 0)])],
    )
    apart = school.school.model_copy(update={"pairs": (Pair(student="B", other="A", rule="never"),)})
    assert made_up(lived(replace(school, school=apart))) == [(4, 0, 2, 610.0, 20.0, 1)]


def test_those_who_join_keep_the_rules_among_themselves() -> None:
    """B (grade 2) may take A (1) and C (3), but A and C are two grades apart: the older miss comes, the other waits."""
    school = two_weeks(
        children=[A, child("B", "2A"), child("C", "3A")],
        requests=[*APART, wanted(2, "therapy_room", 20)],
        appointments=[*PLACES, pull_out(WED, 610, 20, [(2, 0)])],
        calendar=[assembly(1), assembly(2, grade="3")],
    )
    assert [m[:2] for m in made_up(lived(school))] == [(3, 0), (8, 2)]


def test_a_child_joins_in_its_own_class_in_a_fitting_lesson_only() -> None:
    """A visit to 1A in ELA takes A in; a visit to another class, or in maths, does not."""
    inside = (wanted(0, "classroom", 20), wanted(1, "classroom", 20))
    goals = {"language": Goal(domain="language", push_in_subjects=("ELA",))}
    for other, start, happens in ((B, 550, True), (child("B", "1B"), 550, False), (B, 720, False)):
        places = [push_in(TUE, 550, 20, [(0, 0)]), push_in(THU, start, 20, [(1, 0)], section=other.section)]
        school = two_weeks(
            children=[A, other],
            requests=inside,
            appointments=places,
            calendar=[assembly(1, 540, 560)],
            changes={"goals": goals},
        )
        log = lived(school)
        assert bool(made_up(log)) is happens
        assert log.trips == []


def test_a_session_whose_own_children_are_away_is_held_for_those_who_join() -> None:
    """B (grade 2) has an assembly on Thursday: A comes alone, and B's session is made up with A's the next Tuesday."""
    school = two_weeks(children=[A, child("B", "2A")], calendar=[assembly(1), assembly(3, grade="2")])
    log = lived(school)
    assert made_up(log) == [(3, 0, 1, 610.0, 20.0, 1), (6, 1, 0, 610.0, 20.0, 3)]
    assert [s[4] for s in log.sessions if s[0] == 3] == [1]


def test_what_a_late_session_lacks_stays_missed_for_the_old_reason() -> None:
    """Settled 2.5 minutes late (lead 2 of 4.5): B loses 2.5 to the clock, A's 2.5 stay lost to the assembly."""
    late = [PLACES[0], pull_out(THU, 610, 20, [(1, 0)], lead=2)]
    log = lived(two_weeks(appointments=late, last_day=date(2024, 9, 6)))
    assert made_up(log) == [(3, 0, 1, 612.5, 17.5, 1)]
    assert misses(log) == [(1, 0, 2.5, "school_event", 0), (3, 1, 2.5, "out_of_time", 0)]


def test_who_comes_in_vain_still_has_it_open() -> None:
    """Lead 1 and 3 minutes: nothing is left of Thursday's session. A's miss stays as it was, and B has one more."""
    short = [wanted(0, "therapy_room", 3), wanted(1, "therapy_room", 3)]
    places = [pull_out(TUE, 610, 3, [(0, 0)]), pull_out(THU, 610, 3, [(1, 0)], lead=1)]
    log = lived(two_weeks(requests=short, appointments=places, last_day=date(2024, 9, 6)))
    assert misses(log) == [(1, 0, 3.0, "school_event", 1), (3, 1, 3.0, "out_of_time", 1)]
    assert [t[1] for t in log.trips] == [1, 0]


def test_a_longer_period_is_made_up_within_what_it_owes() -> None:
    """A owes 2 sessions a month on Tuesdays. The first is lost and made up on Thursday with B; then one is due."""
    school = two_weeks(
        requests=[wanted(0, "therapy_room", 20, 2, "month"), APART[1]],
        first_day=MONDAY,
        last_day=date(2024, 9, 27),
    )
    log = lived(school)
    assert [g[0] for g in log.given if g[1] == 0] == [3, 6]
    assert made_up(log) == [(3, 0, 1, 610.0, 20.0, 1)]
    assert misses(log) == []


def test_a_period_that_got_its_amount_has_nothing_open() -> None:
    """A owes 2 a month: the first Tuesday is lost, the next two are held. B begins in the fourth week."""
    school = two_weeks(
        requests=[wanted(0, "therapy_room", 20, 2, "month"), wanted(1, "therapy_room", 20, start=date(2024, 9, 23))],
        last_day=date(2024, 9, 27),
    )
    log = lived(school)
    assert [g[0] for g in log.given if g[1] == 0] == [6, 11]
    assert made_up(log) == []


def test_a_chance_that_was_made_up_is_no_reason_at_the_end() -> None:
    """A owes 4 a month: one is made up, two are held, the second Tuesday is a holiday: no school for that one."""
    school = two_weeks(
        requests=[wanted(0, "therapy_room", 20, 4, "month"), wanted(1, "therapy_room", 20, end=date(2024, 9, 6))],
        calendar=[assembly(1), CalendarEntry(date=date(2024, 9, 10), kind="holiday")],
        last_day=date(2024, 9, 27),
    )
    log = lived(school)
    assert len(made_up(log)) == 1
    assert [m[3] for m in misses(log)] == ["no_school"]


def test_what_had_no_place_or_no_timetable_is_made_up_where_the_list_says_so() -> None:
    """A has a second session without a place, each week: made up on Thursday of its own week, never before it.

    With a start-up week, A's first session is made up on the first Thursday after it.
    """
    twice = [wanted(0, "therapy_room", 20, 2), wanted(1, "therapy_room", 20, 2)]
    rule = MakeUp(of="provider", provider_reasons=("unplaced",))
    places = [*PLACES, pull_out(FRI, 610, 20, [(1, 1)])]
    log = lived(two_weeks(rule, requests=twice, appointments=places, calendar=[]))
    assert [m[:2] + m[5:] for m in made_up(log)] == [(3, 0, 0), (8, 0, 5)]
    rule = MakeUp(of="provider", provider_reasons=("start_up",))
    log = lived(two_weeks(rule, calendar=[], start_up_weeks=1))
    assert [m[:2] + m[5:] for m in made_up(log)] == [(6, 1, 0), (8, 0, 0)]


def test_a_child_refuses_to_make_up_as_often_as_it_refuses_anything() -> None:
    """Half of the children of usual will refuse: A joins B's only session in about half of 60 years."""
    refusing = SURE.model_copy(update={"child_unwilling": 0.5})
    rule = MakeUp(of="provider", provider_reasons=("school_event",))
    school = two_weeks(rule, days=refusing, last_day=date(2024, 9, 6))
    assert 15 <= sum(len(made_up(lived(school, n))) for n in range(60)) <= 45


def test_a_session_of_other_weeks_is_not_in_the_way() -> None:
    """A's visit at the time of B's session is held in the second school week only, B's session in the first."""
    school = two_weeks(
        requests=[*APART, wanted(0, "classroom", 20)._replace(weeks=0b10)],
        appointments=[*PLACES, push_in(THU, 610, 20, [(2, 0)])._replace(weeks=0b10)],
    )
    week = replace(
        school.week,
        requests=(APART[0], APART[1]._replace(weeks=0b01), school.week.requests[2]),
        appointments=tuple(a._replace(weeks=0b01) if a.members == ((1, 0),) else a for a in school.week.appointments),
    )
    assert [m[:2] for m in made_up(lived(replace(school, week=week)))] == [(3, 0)]


def test_who_takes_over_a_child_makes_up_what_it_missed_before() -> None:
    """In the second week A is T2's; what it missed in the first, with T1, it makes up with B, who is T2's too."""
    school = two_weeks(
        requests=[
            APART[0]._replace(weeks=0b01),
            wanted(1, "therapy_room", 20, therapist=1),
            wanted(0, "therapy_room", 20, therapist=1)._replace(weeks=0b10),
        ],
        appointments=[
            PLACES[0]._replace(weeks=0b01),
            pull_out(THU, 610, 20, [(1, 0)], therapist=1),
            pull_out(WED, 610, 20, [(2, 0)], therapist=1)._replace(weeks=0b10),
        ],
        staff=[therapist("T1"), therapist("T2")],
    )
    assert made_up(lived(school)) == []
    handed_over = (*school.week.requests[:2], school.week.requests[2]._replace(row=0))
    found = made_up(lived(replace(school, week=replace(school.week, requests=handed_over))))
    assert [m[:2] + m[5:] for m in found] == [(3, 0, 1)]


def slot(start: int, minutes: int, weekday: int = FRI, places: int = 2) -> dict[str, Any]:
    """Places of a slot as `slots_of` makes them; instruction may lie from `start` on."""
    where = (0, "therapy_room", "", "", weekday, start, minutes, 5, 1)
    return {"slots": (Appointment(*where, (), None, None),) * places}  # type: ignore[arg-type]


IN_SLOT = MakeUp(of="all", by="slot", slot="Fri 10:05-10:51")


def test_in_a_slot_those_who_may_sit_together_are_fetched_together() -> None:
    """A and B each miss a session; on Friday the therapist leaves at 605, fetches both and holds 610-630.

    Nobody joins a session of others. The second place of the slot is not needed.
    """
    log = lived(two_weeks(IN_SLOT, slot(610, 40), calendar=[assembly(1), assembly(3)]))
    assert made_up(log) == [(4, 0, 2, 610.0, 20.0, 1), (4, 1, 2, 610.0, 20.0, 3)]
    assert [t[3:] for t in log.trips if t[0] == 4] == [(607.0, 610.0, 630.0, 631.0, 633.5)] * 2
    assert [s for s in log.sessions if s[0] in (4, 9)] == [(4, 2, 610.0, 630.0, 2)]
    assert misses(log) == []


def test_in_a_slot_sessions_follow_each_other_while_there_is_time() -> None:
    """A and B are three grades apart: A (older) from 610; B follows, back at 631, off at once, from 636 to 656.

    With ten minutes less there is no time for B.
    """
    for minutes, found in ((46, [(610.0, 0), (636.0, 1)]), (36, [(610.0, 0)])):
        school = two_weeks(
            IN_SLOT,
            slot(610, minutes),
            children=[A, child("B", "4A")],
            calendar=[assembly(1), assembly(3, grade="4")],
            last_day=date(2024, 9, 6),
        )
        assert [(m[3], m[1]) for m in made_up(lived(school))] == found


def test_in_a_slot_the_therapist_waits_for_who_can_be_fetched_later() -> None:
    """Until 600 A has a protected lesson: with a slot from 560 on the trip begins at 600, instruction at 605."""
    log = lived(two_weeks(IN_SLOT, slot(560, 90), last_day=date(2024, 9, 6)))
    assert made_up(log) == [(4, 0, 2, 605.0, 20.0, 1)]
    assert next(w[3] for w in log.work if w[0] == 4) == 600.0


def test_in_a_slot_nobody_is_fetched_from_a_session_of_its_own() -> None:
    """A has a visit until 620: it is fetched after it."""
    school = two_weeks(
        IN_SLOT,
        slot(610, 40),
        requests=[*APART, wanted(0, "classroom", 15, therapist=1)],
        appointments=[*PLACES, push_in(FRI, 605, 15, [(2, 0)], therapist=1)],
        staff=[therapist("T1"), therapist("T2")],
        last_day=date(2024, 9, 6),
    )
    assert [m[3] for m in made_up(lived(school))] == [625.0]


def test_in_a_slot_the_way_back_too_lies_in_open_time() -> None:
    """Recess ends at 680: a session until then would bring A back into lunch."""
    for start, sessions in ((660, 0), (659, 1)):
        log = lived(two_weeks(IN_SLOT, slot(start, 20), last_day=date(2024, 9, 6)))
        assert len(made_up(log)) == sessions


def test_a_therapist_is_called_away_from_a_slot_too() -> None:
    """Always called away: nobody is fetched, and the time of the session is lost."""
    away = SURE.model_copy(update={"called_away": 1.0})
    log = lived(two_weeks(IN_SLOT, slot(610, 40), days=away, last_day=date(2024, 9, 6)))
    assert log.trips == []
    assert [w[2:] for w in log.work if w[0] == 4 and w[3] < 660] == [(ACTIVITIES.index("called_away"), 605.0, 630.0)]


def test_moves_in_a_slot_are_planned_to_the_farthest_class() -> None:
    """Class 1B is four minutes from the room and A's one: on the way to A the therapist still takes four."""
    school = two_weeks(
        IN_SLOT,
        {"slots": tuple(s._replace(room="R") for s in slot(610, 40)["slots"])},
        children=[A, child("B", "1B")],
        rooms=[Room(room="R", capacity=4, metres={"1A": 60, "1B": 240})],
        appointments=[p._replace(room="R") for p in PLACES],
        last_day=date(2024, 9, 6),
    )
    assert next(t[3] for t in lived(school).trips if t[:2] == (4, 0)) == 610.0


def test_the_timetable_keeps_a_slot_free_as_contract_time(tmp_path: Path) -> None:
    """On the therapist's site-days the slot is no open time and no session time; each is a key of the cache's."""
    scenario = load(write(tmp_path))
    kept = scenario.but(make_up={"of": "none", "by": "slot", "slot": "Mon 13:00-14:00; Fri 13:30-14:30"})
    before, after = week_problem(scenario), week_problem(kept)
    (one,), (other,) = before.contracts, after.contracts
    assert one.open[FRI] == ((465, 915),)
    assert other.open[FRI] == ((465, 810), (870, 915))
    assert other.open[WED] == one.open[WED]
    assert one.session_minutes - other.session_minutes == 120
    assert before.digest() != after.digest()


def test_a_slot_has_as_many_places_as_sessions_can_follow_each_other(tmp_path: Path) -> None:
    """Children in rooms 2.7 to 2 minutes away: trips of lead 6 and tail 1 around 20 minutes; three fit into 90 minutes.

    None on a day that is no site-day, none where nothing is made up.
    """
    scenario = load(write(tmp_path))
    problem, week = week_problem(scenario), timetable(scenario)
    rule = MakeUp(of="all", by="slot", slot="Fri 13:00-14:30")
    places = slots_of(scenario.roster, problem, week, rule)
    lead, tail = places[0].lead, places[0].tail
    assert len(places) == 90 // (lead + 20 + tail)
    assert {(p.weekday, p.start, p.start + p.minutes) for p in places} == {(FRI, 780 + lead, 870 - tail)}
    assert {p.room for p in places} == {"Room 1"}
    assert slots_of(scenario.roster, problem, week, MakeUp(of="all", by="slot", slot="Tue 13:00-14:30")) == ()
    assert slots_of(scenario.roster, problem, week, MakeUp(of="none", by="slot", slot="Fri 13:00-14:30")) == ()


def test_only_sessions_in_a_room_are_made_up_in_a_slot() -> None:
    """What is missed in class is not made up outside it."""
    school = two_weeks(
        IN_SLOT,
        slot(610, 40),
        requests=[wanted(0, "classroom", 20), APART[1]],
        appointments=[push_in(TUE, 610, 20, [(0, 0)]), PLACES[1]],
    )
    assert made_up(lived(school)) == []


MAKE_UPS = st.builds(
    MakeUp,
    of=st.sampled_from(["all", "all", "provider"]),
    up_to=st.sampled_from([None, 1, 8]),
    within_weeks=st.sampled_from([None, 0, 2]),
    provider_reasons=st.sampled_from([("provider_absent", "out_of_time"), ("start_up", "unplaced", "child_absent")]),
)


@given(school=plans(), make_up=MAKE_UPS, in_slot=st.booleans(), seed=st.integers(0, 99))
@settings(max_examples=80, deadline=None)
def test_every_year_with_make_up_keeps_the_laws(school: Plan, make_up: MakeUp, in_slot: bool, seed: int) -> None:
    """Owed stays owed and balances; nobody is in two places (checked in the year itself); each made-up session is later
    than its miss, in time, in the same setting, one a child and day; all time is accounted for.
    """
    goals = {name: Goal(domain=goal.domain, push_in_subjects=("ELA", "WIN")) for name, goal in school.goals.items()}
    school = replace(school, goals=goals)
    before = live(school, seed=seed, replication=0)
    if in_slot:
        make_up = make_up.model_copy(update={"by": "slot", "slot": "Tue 10:00-11:00"})
        places = slot(605, 54, TUE, 3)["slots"]
        school = replace(school, slots=tuple(p._replace(room="R") for p in places))
    log = live(replace(school, make_up=make_up), seed=seed, replication=0)
    assert log.absences == before.absences
    assert row(log)["minutes_owed"] == row(before)["minutes_owed"]
    assert (fidelity(log)["unaccounted"].abs() < 1e-9).all()
    found = [g for g in log.given if g[6] >= 0]
    assert len({g[:2] for g in found}) == len(found)
    weeks = [d.week for d in log.plan.calendar.days]
    requests, places = log.plan.week.requests, log.plan.places
    for day, student, request, place, _, minutes, missed in found:
        assert missed <= day
        assert make_up.within_weeks is None or weeks[day] - weeks[missed] <= make_up.within_weeks
        assert 0.0 < minutes <= requests[request].minutes
        assert requests[request].student == student
        assert (places[place].setting, places[place].therapist) == (
            requests[request].setting,
            requests[request].therapist,
        )
        present = next(s[4] for s in log.sessions if s[:2] == (day, place))
        assert present <= openings_of(log.plan).most[place] or present <= len(places[place].members)
    assert (student_time(log)["school"] >= 0.0).all()
    for member, contract in zip(log.plan.school.staff, therapist_week(log)["contract"], strict=True):
        assert abs(contract - member.fte * 37.5) < 1e-9


@given(school=plans(), seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_a_year_without_misses_is_the_same_with_make_up(school: Plan, seed: int) -> None:
    """Where nothing that may be made up was missed, every fact is as without; with `of = "none"` it always is."""
    before = live(school, seed=seed, replication=0)
    none = live(replace(school, make_up=MakeUp(of="none")), seed=seed, replication=0)
    assert list(none.facts()) == list(before.facts())
    reasons = {REASONS[m[4]] for m in before.missed}
    others = tuple({"vacancy", "helper_missing", "provider_absent"} - reasons)
    unused = MakeUp(of="provider", provider_reasons=others)
    if not any(before.plan.week.requests[m[2]].per != "week" for m in before.missed):
        assert list(live(replace(school, make_up=unused), seed=seed, replication=0).facts()) == list(before.facts())


def test_moves_of_the_first_walk_are_those_of_the_group() -> None:
    """Luck is drawn by name: with make-up, every move of a session that others also hold is as without it."""
    spread = AS_PLANNED.model_copy(update={"spread": 0.5})
    with_it = lived(two_weeks(moves=spread))
    without = lived(two_weeks(MakeUp(of="none"), moves=spread))
    assert [s[:4] for s in with_it.sessions] == [s[:4] for s in without.sessions]
    assert [t for t in with_it.trips if t[:2] != (3, 0)] == without.trips
    assert np.isfinite(row(with_it)["classroom_gain_sd"])


IN_A_SLOT = '[make_up]\nof = "all"\nby = "slot"\nslot = "Fri 13:00-14:30"\nup_to = 5\n\n[moves]'


def test_the_year_on_screen_says_what_was_made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`sdmsim run` has a line of minutes made up where some were, in the table as in JSON; otherwise it has none."""
    write(tmp_path, edited("school.toml", ("[moves]", IN_A_SLOT)))
    monkeypatch.chdir(tmp_path)
    shown = CliRunner().invoke(main, ["run", "school.toml", "--out", "with"])
    assert (shown.exit_code, "of these, made up" in shown.stdout) == (0, True)
    assert "make_up.up_to is 5 and grouping.legal_size 3" in shown.stdout
    told = json.loads(CliRunner().invoke(main, ["run", "school.toml", "--out", "with", "--json"]).stdout)
    assert told["fidelity"][-1]["made_up"] > 0.0
    write(tmp_path)
    shown = CliRunner().invoke(main, ["run", "school.toml", "--out", "without"])
    assert "of these, made up" not in shown.stdout.split("The year in numbers")[0]


def at_two_sites(school: Plan) -> Plan:
    """The school with class 1A in the east and 1B in the west; the therapist is west on Thursdays, else east."""
    days = {day: "west" if day == "Thu" else "east" for day in WEEKDAYS}
    postings = tuple(Posting(therapist="T1", day=d, site=s, start=480, end=930) for d, s in days.items())
    sites = {"1A": "east", "1B": "west"}
    sections = tuple(s.model_copy(update={"site": sites[s.section]}) for s in school.school.sections)
    return replace(school, school=school.school.model_copy(update={"sections": sections, "postings": postings}))


def test_a_child_makes_up_where_it_is() -> None:
    """A (east) does not join B's session in the west; in Friday's slot, in the east, A is fetched and B is not."""
    children = [A, child("B", "1B")]
    assert len(made_up(lived(two_weeks(children=children)))) == 1
    assert made_up(lived(at_two_sites(two_weeks(children=children)))) == []
    both = two_weeks(IN_SLOT, slot(610, 40), children=children, calendar=[assembly(1), assembly(3)])
    assert [m[:2] for m in made_up(lived(both))] == [(4, 0), (4, 1)]
    assert [m[:2] for m in made_up(lived(at_two_sites(both)))] == [(4, 0)]


def test_only_who_is_at_one_site_all_the_time_keeps_a_slot_free() -> None:
    """A slot that begins before the stay, or goes on after it, is none of the therapist's."""
    stays = (((), (), (), (), (Stay("east", 480, 720), Stay("west", 740, 900))),)
    for start, end, site in ((480, 720, "east"), (740, 800, "west"), (700, 760, None), (470, 500, None)):
        found = kept_by(stays[0], [(FRI, start, end)])
        assert found == (((FRI, start, end, site),) if site else ())


def test_a_note_says_whom_a_slot_does_not_reach() -> None:
    """In a slot in maths nobody can be fetched; in WIN A and B can, but not C, who is served in class."""
    for start, reached in ((720, 0), (610, 2)):
        school = two_weeks(
            IN_SLOT,
            slot(start, 40),
            children=[A, B, child("C")],
            requests=[*APART, wanted(2, "classroom", 20)],
            appointments=[*PLACES, push_in(WED, 550, 20, [(2, 0)])],
        )
        assert [f"reaches {reached} of 3 children" in note for note in notes_of_year(school)] == [True]
    assert notes_of_year(two_weeks(IN_SLOT, slot(610, 40))) == ()
    assert notes_of_year(two_weeks()) == ()
