"""A year as it is lived: schools solved on paper, and laws that hold in every school.

The walks of the hand-made schools (AS_PLANNED): 1 minute each way, gathering 1, settling 1.5, finding the
thread 2.5. Clock times are minutes after midnight: 600 is ten o'clock. Days count from Monday, day 0.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from math import sqrt
from typing import Any

import numpy as np
import pytest
from hand_school import AS_PLANNED, SURE, child, plan, pull_out, push_in, therapist, wanted

from sdmsim.events import (
    ACTIVITIES,
    REASONS,
    Defect,
    Log,
    MinutesGiven,
    MinutesMissed,
    SessionEnded,
    StudentAbsent,
    StudentWentOut,
    TherapistAbsent,
    TherapistDid,
)
from sdmsim.plan import Plan
from sdmsim.school.vocabulary import CalendarEntry, Room
from sdmsim.world import live
from sdmsim.world.checks import check_minutes, check_places
from sdmsim.world.stage import stage_of

PUSH_IN, PULL_OUT, MOVES, LUNCH, CALLED_AWAY, TRAVEL = range(len(ACTIVITIES))
MON, TUE, WED, THU, FRI = range(5)
MONDAY = date(2024, 9, 2)


def lived(plan: Plan, seed: int = 1, replication: int = 0) -> Log:
    return live(plan, seed=seed, replication=replication)


def off(day: int, kind: str = "holiday", **more: Any) -> CalendarEntry:
    """A calendar entry on a weekday counted from Monday, 2 September."""
    return CalendarEntry(date=MONDAY + timedelta(days=day), kind=kind, **more)  # type: ignore[arg-type]


def misses(log: Log) -> list[tuple[int, int, float, str, int]]:
    """(day, student, minutes, reason, sessions) of what was missed."""
    return [(day, who, minutes, REASONS[why], n) for day, who, _, minutes, why, n in log.missed]


def given_minutes(log: Log) -> list[float]:
    return [given[5] for given in log.given]


def test_two_children_and_two_periods_give_the_log_worked_out_on_paper() -> None:
    """One week of one push-in visit and two pull-out sessions, minute by minute.

    Children 0 and 1 sit in class 1A. Monday 9:10-9:40 the therapist visits 0 in class. Tuesday and Thursday
    10:10-10:30 is a session in the therapy room: 0 and 1 on Tuesday, 1 alone on Thursday. Thursday there is
    no school, so Friday is day 3. Lunch is half an hour from 11:20, the first gap of its window.

    Monday: leaves one minute early (lead 1), at 549; at the class at 550; teaches 550-580.
    Tuesday: leaves at 605 (lead 5); at the class door at 606; the children are ready and leave at 607; in the
    room at 608; settled at 609.5; instruction waits for its planned start, 610-630; back in class at 631; the
    thread is found at 633.5.
    Thursday: the session of child 1 has no day that week; the week's first day stands for it.
    """
    school = plan(
        [child("A"), child("B")],
        [wanted(0, "classroom", 30), wanted(0, "therapy_room", 20), wanted(1, "therapy_room", 20, 2)],
        [
            push_in(MON, 550, 30, [(0, 0)]),
            pull_out(TUE, 610, 20, [(1, 0), (2, 0)]),
            pull_out(THU, 610, 20, [(2, 1)]),
        ],
        calendar=[off(THU)],
    )
    assert list(lived(school).facts()) == [
        SessionEnded(day=0, appointment=0, start=550.0, end=580.0, present=1),
        SessionEnded(day=1, appointment=1, start=610.0, end=630.0, present=2),
        MinutesGiven(day=0, student=0, request=0, appointment=0, start=550.0, minutes=30.0, makes_up=-1),
        MinutesGiven(day=1, student=0, request=1, appointment=1, start=610.0, minutes=20.0, makes_up=-1),
        MinutesGiven(day=1, student=1, request=2, appointment=1, start=610.0, minutes=20.0, makes_up=-1),
        MinutesMissed(day=0, student=1, request=2, minutes=20.0, reason=REASONS.index("no_school"), sessions=1),
        StudentWentOut(1, 0, 1, left=607.0, began=610.0, ended=630.0, back=631.0, resumed=633.5),
        StudentWentOut(1, 1, 1, left=607.0, began=610.0, ended=630.0, back=631.0, resumed=633.5),
        TherapistDid(0, 0, MOVES, 549.0, 550.0),
        TherapistDid(0, 0, PUSH_IN, 550.0, 580.0),
        TherapistDid(0, 0, LUNCH, 680.0, 710.0),
        TherapistDid(1, 0, MOVES, 605.0, 610.0),
        TherapistDid(1, 0, PULL_OUT, 610.0, 630.0),
        TherapistDid(1, 0, MOVES, 630.0, 631.0),
        TherapistDid(1, 0, LUNCH, 680.0, 710.0),
        TherapistDid(2, 0, LUNCH, 680.0, 710.0),
        TherapistDid(3, 0, LUNCH, 680.0, 710.0),
    ]


def back_to_back(overrun: float = 0.0) -> Plan:
    """Two sessions of the same child that are planned too tightly: 2 and 1 minutes of lead where 4.5 are needed."""
    return plan(
        [child("A")],
        [wanted(0, "therapy_room", 20, 2)],
        [pull_out(TUE, 610, 20, [(0, 0)], lead=2), pull_out(TUE, 632, 20, [(0, 1)], lead=1)],
        moves=AS_PLANNED.model_copy(update={"overrun_minutes": overrun}),
    )


def test_a_late_start_cascades_and_sessions_are_cut_at_their_planned_end() -> None:
    """The first session makes the second late, and each loses what it began too late.

    Leaves at 608, settled at 612.5: 2.5 late, cut at 630. Back at 631, off again at once (planned: 631),
    settled at 635.5: 3.5 late, cut at 652. The child leaves class again at 633, half a minute before it
    would have found the thread of the lesson (633.5): its first trip ends there.
    """
    log = lived(back_to_back())
    assert [s[:4] for s in log.sessions] == [(1, 0, 612.5, 630.0), (1, 1, 635.5, 652.0)]
    assert given_minutes(log) == [17.5, 16.5]
    assert misses(log) == [(1, 0, 2.5, "out_of_time", 0), (1, 0, 3.5, "out_of_time", 0)]
    assert log.trips == [
        (1, 0, 0, 610.0, 612.5, 630.0, 631.0, 633.0),
        (1, 0, 1, 633.0, 635.5, 652.0, 653.0, 655.5),
    ]


def test_a_session_may_run_over_and_makes_the_next_one_later() -> None:
    """Two minutes over: the first gains 2, ends at 632, is back at 633; the second begins 5.5 late, ends at 654."""
    log = lived(back_to_back(overrun=2.0))
    assert [s[:4] for s in log.sessions] == [(1, 0, 612.5, 632.0), (1, 1, 637.5, 654.0)]
    assert given_minutes(log) == [19.5, 16.5]


def test_a_session_that_began_in_time_does_not_run_over() -> None:
    """The overrun only gives back what a late start took."""
    moves = AS_PLANNED.model_copy(update={"overrun_minutes": 30.0})
    log = lived(plan([child("A")], [wanted(0, "therapy_room", 20)], [pull_out(TUE, 610, 20, [(0, 0)])], moves=moves))
    assert [s[:4] for s in log.sessions] == [(1, 0, 610.0, 630.0)]
    late = lived(
        plan([child("A")], [wanted(0, "therapy_room", 20)], [pull_out(TUE, 610, 20, [(0, 0)], lead=2)], moves=moves)
    )
    assert [s[:4] for s in late.sessions] == [(1, 0, 612.5, 632.5)]


def test_a_session_whose_time_is_over_before_it_begins_is_missed_whole() -> None:
    """The first session ends at 650; the second would have ended at 645: nobody is fetched for it."""
    school = plan(
        [child("A"), child("B")],
        [wanted(0, "therapy_room", 40), wanted(1, "therapy_room", 20)],
        [pull_out(TUE, 610, 40, [(0, 0)]), pull_out(TUE, 625, 20, [(1, 0)])],
    )
    log = lived(school)
    assert misses(log) == [(1, 1, 20.0, "out_of_time", 1)]
    assert [trip[1] for trip in log.trips] == [0]
    assert [(w[3], w[4]) for w in log.work if w[0] == 1 and w[2] == MOVES] == [(605.0, 610.0), (650.0, 651.0)]


def test_a_group_that_arrives_too_late_walks_back_untaught() -> None:
    """Leaves at 609 for 610-613: at the door 610, off at 611, in the room at 612, settled at 613.5: nothing left."""
    school = plan([child("A")], [wanted(0, "therapy_room", 3)], [pull_out(TUE, 610, 3, [(0, 0)], lead=1)])
    log = lived(school)
    assert log.sessions == []
    assert misses(log) == [(1, 0, 3.0, "out_of_time", 1)]
    assert log.trips == [(1, 0, 0, 611.0, 613.5, 613.5, 614.5, 617.0)]


ROOM = Room(room="R", capacity=4, metres={"1A": 60, "1B": 60, "2A": 60})


def two_therapists(start: int, minutes: int, weeks: int = 1) -> Plan:
    """Therapist 0 teaches child 0 in room R 610-630; therapist 1 wants the room for child 1 from `start`."""
    return plan(
        [child("A"), child("B", "1B")],
        [wanted(0, "therapy_room", 20), wanted(1, "therapy_room", minutes, therapist=1)],
        [
            pull_out(TUE, 610, 20, [(0, 0)], room="R"),
            pull_out(TUE, start, minutes, [(1, 0)], room="R", therapist=1),
        ],
        staff=[therapist("T1"), therapist("T2")],
        rooms=[ROOM],
        last_day=MONDAY + timedelta(days=7 * weeks - 3),
    )


def test_a_room_in_use_makes_the_next_group_wait_and_lose_minutes() -> None:
    """Therapist 1 leaves at 613 for 618-638, is in the room at 616, waits until 630, settled at 631.5, cut at 638."""
    log = lived(two_therapists(618, 20))
    assert [s[:4] for s in log.sessions] == [(1, 0, 610.0, 630.0), (1, 1, 631.5, 638.0)]
    assert misses(log) == [(1, 1, 13.5, "out_of_time", 0)]
    assert log.trips[1] == (1, 1, 1, 615.0, 631.5, 638.0, 639.0, 641.5)


@pytest.mark.parametrize(("minutes", "over"), [(18, 630.0), (10, 622.0)])
def test_no_time_left_after_waiting_for_the_room_is_no_room(minutes: int, over: float) -> None:
    """In the room at 610, free at 630: a session until then or sooner is missed whole, and the group walks back."""
    log = lived(two_therapists(612, minutes, weeks=2))
    assert [(s[0], s[1]) for s in log.sessions] == [(1, 0), (6, 0)]
    assert [m[3:] for m in misses(log)] == [("no_room", 1)] * 2
    assert [t[4:7] for t in log.trips if t[1] == 1] == [(over, over, over + 1.0)] * 2


def test_therapists_without_rooms_do_not_wait_for_each_other() -> None:
    """Without rooms.csv each therapist has a room: sessions at the same time are both held in full."""
    school = two_therapists(610, 20)
    week = school.week
    apart = plan(
        list(school.school.students),
        list(week.requests),
        [a._replace(room="") for a in week.appointments],
        staff=list(school.school.staff),
    )
    assert given_minutes(lived(apart)) == [20.0, 20.0]


def test_a_child_with_another_therapist_is_waited_for() -> None:
    """A trip and a visit that overlap for one child: the second therapist waits, and never takes a child away twice.

    Out until 631 with therapist 0. A visit at 625-645 begins at 631. A trip at 632-652 has its child at the door
    at 631 (the first trip ends there), is in the room at 632, settled at 633.5. After a visit at 610-630 a trip
    planned at 620-640 leaves class at 630, is settled at 632.5.
    """
    staff = [therapist("T1"), therapist("T2")]
    twice = [wanted(0, "therapy_room", 20), wanted(0, "therapy_room", 20, therapist=1)]
    out_first = pull_out(TUE, 610, 20, [(0, 0)])
    visit = plan([child("A")], twice, [out_first, push_in(TUE, 625, 20, [(1, 0)], therapist=1)], staff=staff)
    assert [s[1:4] for s in lived(visit).sessions] == [(0, 610.0, 630.0), (1, 631.0, 645.0)]
    trip = plan([child("A")], twice, [out_first, pull_out(TUE, 632, 20, [(1, 0)], therapist=1)], staff=staff)
    assert [t[3:] for t in lived(trip).trips] == [
        (607.0, 610.0, 630.0, 631.0, 631.0),
        (631.0, 633.5, 652.0, 653.0, 655.5),
    ]
    in_class_first = plan(
        [child("A")],
        twice,
        [push_in(TUE, 610, 20, [(0, 0)]), pull_out(TUE, 620, 20, [(1, 0)], therapist=1)],
        staff=staff,
    )
    assert [t[3:] for t in lived(in_class_first).trips] == [(630.0, 632.5, 640.0, 641.0, 643.5)]


def test_two_therapists_at_the_door_at_the_same_moment() -> None:
    """Both reach the class at 606 for the same child: one takes it out at 607, the other waits until 631."""
    twice = [wanted(0, "therapy_room", 20), wanted(0, "therapy_room", 40, therapist=1)]
    places = [pull_out(TUE, 610, 20, [(0, 0)]), pull_out(TUE, 610, 40, [(1, 0)], therapist=1)]
    log = lived(plan([child("A")], twice, places, staff=[therapist("T1"), therapist("T2")]))
    assert [t[3:7] for t in log.trips] == [(607.0, 610.0, 630.0, 631.0), (631.0, 633.5, 650.0, 651.0)]


def test_nobody_is_taken_out_when_the_time_is_over_before_the_child_is_back() -> None:
    """Out until 631 with therapist 0; therapist 1 is at the door at 609 for a session until 630: waits in vain."""
    twice = [wanted(0, "therapy_room", 20), wanted(0, "therapy_room", 18, therapist=1)]
    places = [pull_out(TUE, 610, 20, [(0, 0)]), pull_out(TUE, 612, 18, [(1, 0)], therapist=1)]
    log = lived(plan([child("A")], twice, places, staff=[therapist("T1"), therapist("T2")]))
    assert [t[2] for t in log.trips] == [0]
    assert misses(log) == [(1, 0, 18.0, "out_of_time", 1)]
    assert [w[2:] for w in log.work if w[:2] == (1, 1) and w[2] != LUNCH] == [(MOVES, 607.0, 631.0)]


def test_a_visit_ends_the_search_for_the_thread() -> None:
    """Back from a trip at 631, visited from 632: from then on the child is in the lesson, with its therapist."""
    school = plan(
        [child("A")],
        [wanted(0, "therapy_room", 20), wanted(0, "classroom", 20)],
        [pull_out(TUE, 610, 20, [(0, 0)]), push_in(TUE, 632, 20, [(1, 0)])],
    )
    assert [t[6:] for t in lived(school).trips] == [(631.0, 632.0)]


def test_a_school_event_takes_the_children_of_its_grade_and_the_others_are_served() -> None:
    """An assembly of grade 1 from 10:00 to 10:15 overlaps 10:10-10:30; the child of grade 2 has its full session."""
    school = plan(
        [child("A"), child("B", "2A")],
        [wanted(0, "therapy_room", 20), wanted(1, "therapy_room", 20)],
        [pull_out(TUE, 610, 20, [(0, 0), (1, 0)])],
        calendar=[off(TUE, "assembly", start=600, end=615, grade="1")],
    )
    log = lived(school)
    assert misses(log) == [(1, 0, 20.0, "school_event", 1)]
    assert log.sessions == [(1, 0, 610.0, 630.0, 1)]


@pytest.mark.parametrize(("start", "end", "held"), [(600, 610, 1), (630, 640, 1), (600, 611, 0), (629, 640, 0)])
def test_only_an_overlapping_event_stands_in_the_way(start: int, end: int, held: int) -> None:
    """Events that end when the session begins, or begin when it ends, do not disturb it, in class or apart."""
    event = [off(TUE, "testing", start=start, end=end)]
    for place in (pull_out(TUE, 610, 20, [(0, 0)]), push_in(TUE, 610, 20, [(0, 0)])):
        log = lived(plan([child("A")], [wanted(0, place.setting, 20)], [place], calendar=event))
        assert len(log.sessions) == held


def test_after_an_early_release_there_is_no_therapy_and_no_thread_to_find() -> None:
    """Released at 632: a session until 630 is held, no thread is found before going home; the next is missed."""
    school = plan(
        [child("A"), child("B")],
        [wanted(0, "therapy_room", 20), wanted(1, "therapy_room", 20)],
        [pull_out(WED, 610, 20, [(0, 0)]), pull_out(WED, 640, 20, [(1, 0)])],
        calendar=[off(WED, "early_release", start=632)],
    )
    log = lived(school)
    assert [t[3:] for t in log.trips] == [(607.0, 610.0, 630.0, 631.0, 632.0)]
    assert misses(log) == [(2, 1, 20.0, "school_event", 1)]


def test_the_therapist_does_not_go_when_nobody_is_left() -> None:
    """Absent children: no session, no moves, lunch as ever; the day is known as absent."""
    school = plan(
        [child("A", attendance=0.0), child("B", attendance=0.0)],
        [wanted(0, "therapy_room", 20), wanted(1, "therapy_room", 20)],
        [pull_out(TUE, 610, 20, [(0, 0), (1, 0)])],
    )
    log = lived(school)
    assert misses(log) == [(1, 0, 20.0, "child_absent", 1), (1, 1, 20.0, "child_absent", 1)]
    assert {stretch[2] for stretch in log.work} == {LUNCH}
    assert [StudentAbsent(*a) for a in log.absences] == [(d, s) for d in range(5) for s in range(2)]


def test_those_who_are_left_are_served_in_full() -> None:
    """One of two is absent: the other has the whole session, and is alone in it."""
    school = plan(
        [child("A", attendance=0.0), child("B")],
        [wanted(0, "classroom", 20), wanted(1, "classroom", 20)],
        [push_in(TUE, 610, 20, [(0, 0), (1, 0)])],
    )
    log = lived(school)
    assert log.given == [(1, 1, 1, 0, 610.0, 20.0, -1)]
    assert log.sessions == [(1, 0, 610.0, 630.0, 1)]


def test_an_absent_therapist_misses_every_session_of_the_day() -> None:
    """A therapist with attendance 0 and two site-days: absent on both, nothing done, all missed for that reason."""
    school = plan(
        [child("A", attendance=0.0)],
        [wanted(0, "therapy_room", 20), wanted(0, "classroom", 20)],
        [pull_out(TUE, 610, 20, [(0, 0)]), push_in(TUE, 560, 20, [(1, 0)])],
        staff=[therapist(site_days=("Tue", "Thu"))],
        days=SURE.model_copy(update={"provider_attendance": 0.0}),
    )
    log = lived(school)
    assert [TherapistAbsent(*a) for a in log.staff_absences] == [(1, 0), (3, 0)]
    assert misses(log) == [(1, 0, 20.0, "provider_absent", 1), (1, 0, 20.0, "provider_absent", 1)]
    assert log.work == []


def test_a_therapist_called_away_misses_the_appointment_and_is_gone_until_its_end() -> None:
    """Called away from every appointment: the time from the planned leaving to the planned end is written down."""
    school = plan(
        [child("A")],
        [wanted(0, "therapy_room", 20)],
        [pull_out(TUE, 610, 20, [(0, 0)])],
        days=SURE.model_copy(update={"called_away": 1.0}),
    )
    log = lived(school)
    assert misses(log) == [(1, 0, 20.0, "provider_called_away", 1)]
    assert [w for w in log.work if w[0] == 1] == [(1, 0, CALLED_AWAY, 605.0, 630.0), (1, 0, LUNCH, 680.0, 710.0)]


@pytest.mark.parametrize(
    ("starts", "lunch"),
    [
        ([], (680.0, 710.0)),
        ([690], (706.0, 736.0)),
        ([690, 735], (706.0, 730.0)),
        ([672, 697], (713.0, 743.0)),
        ([715], (680.0, 710.0)),
    ],
    ids=["free", "first gap too short", "cut by the next", "longest gap, past the window", "first of two gaps"],
)
def test_lunch_is_taken_in_the_gap_that_is_there(starts: list[int], lunch: tuple[float, float]) -> None:
    """Planned in the first gap of 680-740 that is long enough, else in the longest; cut short by the next appointment.

    Sessions of 15 minutes take 5 before and 1 after: one at 690 takes 685-706, one at 735 takes 730-751. With one
    at 715 the window is 680-790, and both gaps (680-710, 731-790) would do.
    """
    staff = therapist(lunch_end=790 if starts == [715] else 740)
    appointments = [pull_out(TUE, start, 15, [(0, place)]) for place, start in enumerate(starts)]
    school = plan([child("A")], [wanted(0, "therapy_room", 15, max(1, len(starts)))], appointments, staff=[staff])
    assert [(w[3], w[4]) for w in lived(school).work if w[0] == 1 and w[2] == LUNCH] == [lunch]


def test_a_late_morning_shortens_lunch() -> None:
    """Planned at 680. A session at 664 begins at 667.5, runs to 682.5, is back at 683.5; off to the next at 712."""
    school = plan(
        [child("A")],
        [wanted(0, "therapy_room", 15, 2)],
        [pull_out(TUE, 664, 15, [(0, 0)], lead=1), pull_out(TUE, 717, 15, [(0, 1)])],
        moves=AS_PLANNED.model_copy(update={"overrun_minutes": 10.0}),
    )
    assert [(w[3], w[4]) for w in lived(school).work if w[0] == 1 and w[2] == LUNCH] == [(683.5, 712.0)]


def test_lunch_keeps_clear_of_busy_hours() -> None:
    """With a meeting from 11:00 to 12:00 on Tuesday, lunch is planned at 12:00 on that day only."""
    staff = therapist(busy=(("Tue", 660, 720),), lunch_end=760)
    log = lived(plan([child("A")], [], [], staff=[staff]))
    assert [w[3] for w in log.work] == [680.0, 720.0, 680.0, 680.0, 680.0]


def test_start_up_weeks_have_no_timetable() -> None:
    """Every session of the first week is missed for start-up, also one that has no place; the second week is lived."""
    school = plan(
        [child("A"), child("B")],
        [wanted(0, "therapy_room", 20, 2), wanted(1, "therapy_room", 20)],
        [pull_out(TUE, 610, 20, [(0, 0)]), pull_out(THU, 610, 20, [(0, 1)])],
        last_day=date(2024, 9, 13),
        start_up_weeks=1,
    )
    log = lived(school)
    assert misses(log) == [
        (0, 0, 20.0, "start_up", 1),
        (0, 0, 20.0, "start_up", 1),
        (0, 1, 20.0, "start_up", 1),
        (5, 1, 20.0, "unplaced", 1),
    ]
    assert [g[0] for g in log.given] == [6, 8]


def a_month(sessions: int, **more: Any) -> Plan:
    """One child, so many sessions of 20 minutes in September (2nd to 27th), a place on its four Tuesdays."""
    content = {"last_day": date(2024, 9, 27), **more}
    places = content.pop("places", 1)
    return plan(
        [child("A")],
        [wanted(0, "therapy_room", 20, sessions, "month", places=places)],
        [pull_out(TUE, 610, 20, [(0, 0)])],
        **content,
    )


def test_a_monthly_row_is_held_in_order_until_its_amount_is_given() -> None:
    """Two sessions a month: the first two Tuesdays (days 1 and 6), then the place stays empty."""
    log = lived(a_month(2))
    assert [g[0] for g in log.given] == [1, 6]
    assert log.missed == []
    assert len(log.trips) == 2


def test_a_therapist_is_not_called_away_from_a_place_that_is_not_used() -> None:
    """One session a month: once it is given, nothing more is written down until the next month."""
    days = SURE.model_copy(update={"called_away": 0.5})
    log = lived(a_month(1, last_day=date(2025, 6, 13), days=days))
    dates = log.plan.calendar.days
    served = {dates[g[0]].date.strftime("%Y-%m"): g[0] for g in log.given}
    away = [(dates[w[0]].date.strftime("%Y-%m"), w[0]) for w in log.work if w[2] == CALLED_AWAY]
    assert len(away) > 3
    assert all(day < served.get(month, 999) for month, day in away)


def test_a_monthly_row_recovers_within_its_month() -> None:
    """The start-up week and an assembly take the first two Tuesdays: the last two are used, and nothing is missed."""
    log = lived(a_month(2, start_up_weeks=1, calendar=[off(8, "assembly", start=600, end=660)]))
    assert [g[0] for g in log.given] == [11, 16]
    assert log.missed == []


def test_what_is_still_due_at_the_end_of_a_month_is_missed_for_the_latest_reasons() -> None:
    """Four due. Tuesdays: start-up, held, an assembly, held. Two are missed, then one more that had no day."""
    events = [off(15, "assembly", start=600, end=660)]
    assert misses(lived(a_month(4, start_up_weeks=1, calendar=events))) == [
        (1, 0, 20.0, "start_up", 1),
        (11, 0, 20.0, "school_event", 1),
    ]
    assert misses(lived(a_month(3, start_up_weeks=1, calendar=events))) == [(11, 0, 20.0, "school_event", 1)]
    assert misses(lived(a_month(5, start_up_weeks=1, calendar=events))) == [
        (0, 0, 20.0, "no_school", 1),
        (1, 0, 20.0, "start_up", 1),
        (11, 0, 20.0, "school_event", 1),
    ]
    assert misses(lived(a_month(5, places=2))) == [(0, 0, 20.0, "unplaced", 1)]


def test_a_monthly_session_that_was_cut_counts_as_held() -> None:
    """The minutes that a late start took are missed at once; the place of the next week is not used for them."""
    school = a_month(1)
    late = plan(
        list(school.school.students),
        list(school.week.requests),
        [pull_out(TUE, 610, 20, [(0, 0)], lead=2)],
        last_day=date(2024, 9, 27),
    )
    log = lived(late)
    assert given_minutes(log) == [17.5]
    assert misses(log) == [(1, 0, 2.5, "out_of_time", 0)]


def test_a_row_owes_whole_weeks_within_its_dates() -> None:
    """From Wednesday of week 0 to Friday of week 1, placed on Mondays: week 0 is owed but holds no Monday for it."""
    school = plan(
        [child("A")],
        [wanted(0, "therapy_room", 20, start=date(2024, 9, 4), end=date(2024, 9, 13))],
        [pull_out(MON, 610, 20, [(0, 0)])],
        last_day=date(2024, 9, 20),
    )
    log = lived(school)
    assert sum(stage_of(school).owed) == 40.0
    assert misses(log) == [(0, 0, 20.0, "no_school", 1)]
    assert [g[0] for g in log.given] == [5]


def test_an_account_that_does_not_balance_is_a_defect() -> None:
    """A log with a session too few, or a minute too many, does not pass the check."""
    school = back_to_back()
    for spoil in (lambda log: log.given.pop(), lambda log: log.missed.append((1, 0, 0, 1.0, 0, 0))):
        log = lived(school)
        check_minutes(stage_of(school), log)
        spoil(log)
        with pytest.raises(Defect, match="owed minutes"):
            check_minutes(stage_of(school), log)


@pytest.mark.parametrize(
    ("kind", "fact", "said"),
    [
        ("trips", (1, 0, 0, 652.0, 655.0, 656.0, 657.0, 658.0), "a child is in two places"),
        ("trips", (2, 0, 0, 652.0, 655.0, 654.0, 657.0, 658.0), "ends before it begins"),
        ("given", (1, 0, 0, 2, 654.0, 5.0, -1), "a child is in two places"),
        ("work", (1, 0, PULL_OUT, 640.0, 641.0), "a therapist is in two places"),
        ("work", (2, 0, MOVES, 640.0, 639.0), "a therapist is in two places"),
        ("absences", (1, 0), "a child is there on a day of absence"),
        ("staff_absences", (1, 0), "a therapist is there on a day of absence"),
    ],
)
def test_somebody_in_two_places_is_a_defect(kind: str, fact: tuple[Any, ...], said: str) -> None:
    """A second trip, a visit during a trip, work at two things, anything on a day of absence: none passes the check."""
    school = plan(
        [child("A")],
        [wanted(0, "therapy_room", 20, 2), wanted(0, "classroom", 5)],
        [*back_to_back().week.appointments, push_in(FRI, 550, 5, [(1, 0)])],
    )
    log = lived(school)
    check_places(log)
    getattr(log, kind).append(fact)
    with pytest.raises(Defect, match=said):
        check_places(log)


def test_the_way_is_that_to_the_farthest_child_and_from_the_nearest_room() -> None:
    """A group from 120 and 60 metres: 2 minutes each way. A visit starts from the room that is 30 metres away.

    Group (lead 7): off at 603, at the door 605, on the way 606, in the room 608, settled 609.5; back at 632.
    A second visit to the same class, planned without a way, begins at once.
    """
    rooms = [Room(room="R", capacity=4, metres={"1A": 120, "1B": 60}), Room(room="Q", capacity=1, metres={"1A": 30})]
    group = plan(
        [child("A"), child("B", "1B")],
        [wanted(0, "therapy_room", 20), wanted(1, "therapy_room", 20)],
        [pull_out(TUE, 610, 20, [(0, 0), (1, 0)], room="R", lead=7, tail=2)],
        rooms=rooms,
    )
    assert {t[3:7] for t in lived(group).trips} == {(606.0, 610.0, 630.0, 632.0)}
    visits = plan(
        [child("A")],
        [wanted(0, "classroom", 20, 2)],
        [push_in(TUE, 550, 20, [(0, 0)]), push_in(TUE, 570, 20, [(0, 1)], lead=0)],
        rooms=rooms,
        moves=AS_PLANNED.model_copy(update={"default_metres": 600.0}),
    )
    assert [s[2:4] for s in lived(visits).sessions] == [(550.0, 570.0), (570.0, 590.0)]


def test_rates_hold_for_children_classes_and_therapists() -> None:
    """Each thing that may come in between does so as often as its rate says (4 standard errors, 600 to 2,000 draws)."""
    children = [child(f"C{n}", ("1A", "1B", "2A", "2B")[n % 4]) for n in range(12)]
    appointments = [pull_out(n % 5, 560 + 45 * (n // 5), 15, [(n, 0)]) for n in range(12)]
    year = date(2025, 6, 13)
    for field, reason in (
        ("child_unwilling", "child_unwilling"),
        ("called_away", "provider_called_away"),
        ("class_unavailable", "class_unavailable"),
    ):
        days = SURE.model_copy(update={field: 0.2})
        requests = [wanted(n, "therapy_room", 15) for n in range(12)]
        log = lived(plan(children, requests, appointments, last_day=year, days=days))
        n = len(log.given) + len(log.missed)
        assert {m[3] for m in misses(log)} == {reason}
        assert abs(len(log.missed) / n - 0.2) < 4 * sqrt(0.2 * 0.8 / n), field
    days = SURE.model_copy(update={"child_attendance": 0.8, "provider_attendance": 0.7})
    log = lived(plan([child(f"C{n}") for n in range(10)], [], [], last_day=year, days=days))
    n_days = len(log.plan.calendar.days)
    assert abs(len(log.absences) / (10 * n_days) - 0.2) < 4 * sqrt(0.2 * 0.8 / (10 * n_days))
    assert abs(len(log.staff_absences) / n_days - 0.3) < 4 * sqrt(0.3 * 0.7 / n_days)


@pytest.mark.parametrize("minutes", [10, 45])
def test_a_class_is_as_often_unavailable_for_long_sessions_as_for_short_ones(minutes: int) -> None:
    """The rate is a share of sessions: the very same weeks are missed, however long the session is."""
    days = SURE.model_copy(update={"class_unavailable": 0.3})
    place = push_in(TUE, 545, minutes, [(0, 0)])
    request = wanted(0, "classroom", minutes)
    log = lived(plan([child("A")], [request], [place], last_day=date(2025, 6, 13), days=days))
    short = lived(
        plan(
            [child("A")],
            [wanted(0, "classroom", 5)],
            [push_in(TUE, 540, 5, [(0, 0)])],
            last_day=date(2025, 6, 13),
            days=days,
        )
    )
    assert [m[0] for m in log.missed] == [m[0] for m in short.missed]
    assert len(log.missed) > 3


def test_moves_vary_around_their_planned_length() -> None:
    """Mean within 4 standard errors of 1, coefficient of variation within a tenth of `spread`, never negative."""
    moves = AS_PLANNED.model_copy(update={"spread": 0.5})
    places = [pull_out(n % 5, 560 + 45 * (n // 5), 10, [(0, n)], lead=30) for n in range(15)]
    school = plan([child("A")], [wanted(0, "therapy_room", 10, 15)], places, last_day=date(2025, 6, 13), moves=moves)
    walks = np.array([t[6] - t[5] for t in lived(school).trips])
    assert len(walks) > 500
    assert abs(walks.mean() - 1.0) < 4 * 0.5 / sqrt(len(walks))
    assert abs(walks.std() / walks.mean() - 0.5) < 0.05
    assert walks.min() > 0.0
    hasty = [place._replace(lead=0) for place in places]
    school = plan([child("A")], [wanted(0, "therapy_room", 10, 15)], hasty, last_day=date(2025, 6, 13), moves=moves)
    trips = lived(school).trips
    there, back = np.array([t[4] - t[3] for t in trips]), np.array([t[6] - t[5] for t in trips])
    assert abs(np.corrcoef(there, back)[0, 1]) < 4 / sqrt(len(trips))


def year_of_luck(push: bool, *, extra: bool = False, days: Any = None) -> Log:
    """Two children for a year: taught in class on Thursdays or apart on Tuesdays; `extra`: a new child before them."""
    days = days or SURE.model_copy(
        update={"child_attendance": 0.85, "provider_attendance": 0.9, "child_unwilling": 0.2, "class_unavailable": 0.1}
    )
    children = [child("A"), child("B", "1B")]
    setting: Any = "classroom" if push else "therapy_room"
    shift = 1 if extra else 0
    requests = [wanted(n + shift, setting, 20) for n in range(2)]
    first, second = [(shift, 0)], [(shift + 1, 0)]
    if push:
        places = [push_in(THU, 545, 20, first), push_in(THU, 570, 20, second, section="1B")]
    else:
        places = [pull_out(TUE, 610, 20, first), pull_out(TUE, 635, 20, second)]
    if extra:
        children = [child("new", "2A"), *children]
        requests = [wanted(0, "therapy_room", 20, 2), *requests]
        places += [pull_out(TUE, 720, 20, [(0, 0)]), pull_out(FRI, 610, 20, [(0, 1)])]
    moves = AS_PLANNED.model_copy(update={"spread": 0.4})
    school = plan(children, requests, places, last_day=date(2025, 6, 13), days=days, moves=moves)
    return live(school, seed=5, replication=3)


def test_the_same_child_has_the_same_luck_under_every_timetable() -> None:
    """Absences of children and therapist, and the weeks in which a child is unwilling, do not depend on the arm."""
    apart, within = year_of_luck(False), year_of_luck(True)
    assert apart.absences == within.absences
    assert len(apart.absences) > 20
    assert apart.staff_absences == within.staff_absences
    assert len(apart.staff_absences) > 5
    days = SURE.model_copy(update={"child_unwilling": 0.3})
    weeks = []
    for push in (False, True):
        log = year_of_luck(push, days=days)
        calendar = log.plan.calendar.days
        weeks.append([(calendar[m[0]].week, m[1]) for m in log.missed if REASONS[m[4]] == "child_unwilling"])
    assert sorted(weeks[0]) == sorted(weeks[1])
    assert len(weeks[0]) > 10


def test_one_more_child_changes_nothing_for_the_others() -> None:
    """A new child, first in the roster, with places of its own: every fact about the others stays as it was."""
    before, after = year_of_luck(False), year_of_luck(False, extra=True)
    places = after.plan.week.appointments
    starts = [(a.weekday, a.start) for a in before.plan.week.appointments]
    same = {n: starts.index((a.weekday, a.start)) for n, a in enumerate(places) if a.members[0][0] > 0}

    def others(rows: list[tuple[Any, ...]], appointment: bool = True) -> list[tuple[Any, ...]]:
        kept = [row for row in rows if row[1] > 0]
        if appointment:
            return [(row[0], row[1] - 1, row[2] - 1, same[row[3]], *row[4:]) for row in kept]
        return [(row[0], row[1] - 1, row[2] - 1, *row[3:]) for row in kept]

    assert others(after.given) == before.given
    assert others(after.missed, appointment=False) == before.missed
    assert [(day, who - 1) for day, who in after.absences if who > 0] == before.absences
    trips = [(t[0], t[1] - 1, same[t[2]], *t[3:]) for t in after.trips if t[1] > 0]
    assert trips == before.trips
    assert after.staff_absences == before.staff_absences
    assert len(after.given) > len(before.given)


def test_a_year_is_a_function_of_plan_seed_and_replication() -> None:
    """The same three give the same facts, whatever was lived before; another replication or seed gives others."""
    school = year_of_luck(False).plan
    facts = list(live(school, seed=5, replication=3).facts())
    live(school, seed=5, replication=4)
    assert list(live(school, seed=5, replication=3).facts()) == facts
    assert list(live(school, seed=5, replication=4).facts()) != facts
    assert list(live(school, seed=6, replication=3).facts()) != facts


def test_a_snow_day_changes_only_the_luck_of_that_day() -> None:
    """Names of days do not move when a day is taken out of the calendar."""
    absent, away = [], []
    days = SURE.model_copy(update={"called_away": 0.3})
    for calendar in ([], [off(15, "snow")]):
        school = plan(
            [child("A"), child("B", attendance=0.7)],
            [wanted(0, "classroom", 20)],
            [push_in(TUE, 550, 20, [(0, 0)])],
            last_day=date(2025, 6, 13),
            calendar=calendar,
            days=days,
        )
        log = lived(school)
        on, snow = school.calendar.days, {MONDAY + timedelta(days=15)}
        absent.append({on[day].date for day, _ in log.absences} - snow)
        away.append({on[m[0]].date for m in log.missed if REASONS[m[4]] == "provider_called_away"} - snow)
    assert absent[0] == absent[1]
    assert away[0] == away[1]
    assert min(len(absent[0]), len(away[0])) > 5


def test_living_and_measuring_a_plan_imports_no_solver_and_no_tables() -> None:
    """A worker that only lives plans stays light."""
    code = (
        "import sys, sdmsim.world, sdmsim.metrics\n"
        "print(sorted({'ortools', 'pandas', 'matplotlib', 'pyarrow', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
