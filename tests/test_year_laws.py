"""Laws of every simulated year, over random small schools, weeks, calendars and luck."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from math import fsum
from typing import Any

from hand_school import AS_PLANNED, SURE, child, plan, pull_out, push_in, therapist, wanted
from hypothesis import given, settings
from hypothesis import strategies as st

from sdmsim.delivery.rules import Days, Moves
from sdmsim.delivery.vacancy import Gap
from sdmsim.events import REASONS, Log
from sdmsim.metrics import fidelity, row, student_time, students_table, therapist_week, workload
from sdmsim.plan import Plan
from sdmsim.school.vocabulary import WEEKDAYS, CalendarEntry, Room, StaffMember
from sdmsim.world import live

MONDAY = date(2024, 9, 2)
SECTIONS = ("1A", "1B", "2A")
FIVES = st.one_of(st.sampled_from([600, 605, 615]), st.integers(108, 150).map(lambda n: 5 * n))
"""Clock times from 9:00 to 12:30, often near each other."""


@st.composite
def staffs(draw: st.DrawFn) -> list[StaffMember]:
    """One or two therapists with their own site-days, contract and duties."""
    return [
        therapist(
            f"T{n}",
            fte=draw(st.sampled_from([0.4, 1.0])),
            site_days=draw(st.sampled_from([WEEKDAYS, ("Mon", "Tue", "Fri")])),
            documentation=draw(st.sampled_from([0, 300, 2000])),
            meetings=draw(st.sampled_from([0, 60])),
            lunch_minutes=draw(st.sampled_from([0, 30])),
        )
        for n in range(draw(st.sampled_from([1, 2, 2])))
    ]


@st.composite
def calendars(draw: st.DrawFn, days: int) -> list[CalendarEntry]:
    """Some days off, some shortened, some with an assembly for one grade or all."""
    entries = []
    for offset in sorted(draw(st.sets(st.integers(0, days), min_size=1, max_size=9))):
        kind = draw(st.sampled_from(["holiday", "snow", "early_release", "assembly", "assembly", "testing"]))
        times: dict[str, Any] = {}
        if kind == "early_release":
            times = {"start": draw(FIVES)}
        elif kind in ("assembly", "testing"):
            start = draw(FIVES)
            times = {"start": start, "end": start + 30, "grade": draw(st.sampled_from(["", "1"]))}
        entries.append(CalendarEntry(date=MONDAY + timedelta(days=offset), kind=kind, **times))  # type: ignore[arg-type]
    return entries


RATES = st.sampled_from([0.0, 0.1, 0.5])


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A plan whose week may be impossible: sessions that overlap, collide with lunch, or have no place at all."""
    children = [
        child(f"C{n}", draw(st.sampled_from(SECTIONS)), draw(st.sampled_from([None, 0.8])))
        for n in range(draw(st.integers(1, 4)))
    ]
    staff = draw(staffs())
    last_day = MONDAY + timedelta(days=draw(st.integers(10, 40)))
    requests = []
    for who in range(len(children)):
        for _ in range(draw(st.integers(1, 2))):
            per = draw(st.sampled_from(["week", "week", "month", "quarter", "year"]))
            sessions = draw(st.integers(1, 3))
            requests.append(
                wanted(
                    who,
                    draw(st.sampled_from(["classroom", "therapy_room"])),
                    draw(st.sampled_from([5, 20, 30])),
                    sessions,
                    per,  # type: ignore[arg-type]
                    therapist=draw(st.integers(0, len(staff) - 1)),
                    places=None if per == "week" else draw(st.integers(1, 2)),
                    start=draw(st.sampled_from([None, MONDAY + timedelta(days=9)])),
                    end=draw(st.sampled_from([None, last_day - timedelta(days=3)])),
                )
            )
    appointments = []
    waiting = [(n, j) for n, r in enumerate(requests) for j in range(r.weekly_sessions)]
    while waiting:
        first = waiting.pop(0)
        request = requests[first[0]]
        section = children[request.student].section
        members = [first]
        for other in list(waiting):
            r = requests[other[0]]
            fits = (r.therapist, r.setting, r.minutes) == (request.therapist, request.setting, request.minutes)
            here = children[r.student].section == section or request.setting == "therapy_room"
            new = r.student not in {requests[n].student for n, _ in members}
            if fits and here and new and draw(st.booleans()):
                members.append(other)
                waiting.remove(other)
        if draw(st.integers(0, 9)) == 0:
            continue
        weekday = WEEKDAYS.index(draw(st.sampled_from(staff[request.therapist].site_days[:2])))
        start = draw(FIVES)
        if request.setting == "classroom":
            place = push_in(weekday, start, request.minutes, members, therapist=request.therapist, section=section)
        else:
            lead = draw(st.sampled_from([2, 5]))
            place = pull_out(weekday, start, request.minutes, members, therapist=request.therapist, room="R", lead=lead)
        appointments.append(place)
    return plan(
        children,
        requests,
        appointments,
        last_day=last_day,
        calendar=draw(calendars((last_day - MONDAY).days)),
        staff=staff,
        rooms=[Room(room="R", capacity=4, metres={"1A": 30, "1B": 100})],
        start_up_weeks=draw(st.integers(0, 2)),
        moves=Moves(
            spread=draw(st.sampled_from([0.0, 0.8])),
            rethread_minutes=draw(st.sampled_from([0.0, 2.5, 40.0])),
            overrun_minutes=draw(st.sampled_from([0.0, 0.3, 15.0])),
        ),
        days=Days(
            child_attendance=draw(st.sampled_from([0.5, 0.9, 1.0])),
            provider_attendance=draw(st.sampled_from([0.6, 1.0])),
            called_away=draw(RATES),
            child_unwilling=draw(RATES),
            class_unavailable=draw(RATES),
        ),
        indirect=draw(st.sampled_from([0.0, 20.0])),
    )


def nothing_overlaps(stretches: list[tuple[float, float]]) -> bool:
    return all(one[1] <= other[0] for one, other in pairwise(sorted(stretches)))


GAPS = st.lists(st.tuples(st.integers(0, 25), st.integers(0, 12)), max_size=2)
"""(first day, length) in days of the stretches in which the first therapist's post is vacant."""


@given(school=plans(), seed=st.integers(0, 99), gaps=GAPS)
@settings(max_examples=200)
def test_every_year_keeps_the_laws(school: Plan, seed: int, gaps: list[tuple[int, int]]) -> None:
    """Minutes are conserved, nobody is in two places, nothing begins early, absent people do nothing."""
    days = [(MONDAY + timedelta(days=first), MONDAY + timedelta(days=first + length)) for first, length in gaps]
    school = replace(school, gaps=tuple(Gap(0, *between) for between in days))
    log = live(school, seed=seed, replication=0)
    _minutes_are_conserved(log)
    _sessions_keep_to_their_plan(log)
    _nobody_is_in_two_places(log)
    _absent_people_do_nothing(log)
    _all_time_is_accounted_for(log)


def _minutes_are_conserved(log: Log) -> None:
    """Per row and child, owed = given + missed, exactly; and so in the metrics."""
    table = fidelity(log)
    assert (table["unaccounted"] == 0.0).all()
    children = students_table(log)
    missed = children[[f"missed_minutes.{reason}" for reason in REASONS]].sum(axis=1)
    assert (children["minutes_owed"] == children["minutes_delivered"] + missed).all()
    found = row(log)
    parts = fsum([found["minutes_delivered"], *(found[f"missed_minutes.{reason}"] for reason in REASONS)])
    assert abs(found["minutes_owed"] - parts) < 1e-9
    assert 0.0 <= found["delivered_share"] <= 1.0


def _sessions_keep_to_their_plan(log: Log) -> None:
    overrun = log.plan.moves.overrun_minutes
    for _, number, start, end, present in log.sessions:
        planned = log.plan.week.appointments[number]
        assert planned.start <= start < end <= planned.start + planned.minutes + overrun
        assert end - start <= planned.minutes
        assert 1 <= present <= len(planned.members)
    for _, student, request, _, _, minutes, _ in log.given:
        assert 0.0 < minutes <= log.plan.week.requests[request].minutes
        assert log.plan.week.requests[request].student == student


def _nobody_is_in_two_places(log: Log) -> None:
    by_child: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for day, student, _, left, began, ended, back, resumed in log.trips:
        assert left <= began <= ended <= back <= resumed
        by_child.setdefault((day, student), []).append((left, resumed))
    appointments = log.plan.week.appointments
    for day, student, _, number, start, minutes, _ in log.given:
        if appointments[number].setting == "classroom":
            by_child.setdefault((day, student), []).append((start, start + minutes))
    assert all(map(nothing_overlaps, by_child.values()))
    staff: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for day, who, _, start, end in log.work:
        assert start < end
        staff.setdefault((day, who), []).append((start, end))
    assert all(map(nothing_overlaps, staff.values()))
    room = [(s[0] * 1440 + s[2], s[0] * 1440 + s[3]) for s in log.sessions if appointments[s[1]].room == "R"]
    assert nothing_overlaps(room)


def _absent_people_do_nothing(log: Log) -> None:
    children, staff = set(log.absences), set(log.staff_absences)
    assert not children & {(g[0], g[1]) for g in log.given}
    assert not children & {(t[0], t[1]) for t in log.trips}
    assert not staff & {(w[0], w[1]) for w in log.work}
    dates = [d.date for d in log.plan.calendar.days]
    gone = {(n, g.therapist) for n, day in enumerate(dates) for g in log.plan.gaps if g.first <= day <= g.last}
    assert not gone & (staff | {(w[0], w[1]) for w in log.work})
    requests = log.plan.week.requests
    assert all((f[0], requests[f[2]].therapist) in gone for f in log.missed if REASONS[f[4]] == "vacancy")


def _all_time_is_accounted_for(log: Log) -> None:
    """Each child's school days and each therapist's contract, to the minute (`student_time` raises otherwise)."""
    assert (student_time(log)["school"] >= 0.0).all()
    staff = therapist_week(log)
    for member, contract in zip(log.plan.school.staff, staff["contract"], strict=True):
        assert abs(contract - member.fte * 37.5) < 1e-9
    hours = staff.drop(columns=["therapist"])
    assert (hours >= -1e-9).all(axis=None)
    total = workload(log)
    assert abs(fsum(total.values()) - fsum(staff["contract"]) - fsum(staff["overtime"])) < 1e-6


@given(school=plans(), seed=st.integers(0, 99))
@settings(max_examples=60)
def test_nothing_in_between_means_everything_given(school: Plan, seed: int) -> None:
    """With no luck, no events, no start-up, moves as planned and sessions apart, the share given is exactly 1."""
    week = school.week
    placed = {member for a in week.appointments for member in a.members}
    requests = [r._replace(per="week", sessions=r.weekly_sessions, start=None, end=None) for r in week.requests]
    apart = [
        (pull_out if a.setting == "therapy_room" else _visit)(
            n % 5, 545 + 45 * (n // 5), a.minutes, a.members, therapist=a.therapist, room=a.room or a.section
        )
        for n, a in enumerate(week.appointments)
    ]
    kept = [r for n, r in enumerate(requests) if all((n, j) in placed for j in range(r.weekly_sessions))]
    names = {n: kept.index(r) for n, r in enumerate(requests) if r in kept}
    apart = [
        a._replace(members=tuple((names[n], j) for n, j in a.members if n in names))
        for a in apart
        if any(n in names for n, _ in a.members)
    ]
    calm = plan(
        [c.model_copy(update={"attendance": None}) for c in school.school.students],
        kept,
        apart,
        last_day=MONDAY + timedelta(days=25),
        staff=[therapist(m.id) for m in school.school.staff],
        moves=AS_PLANNED,
        days=SURE,
    )
    found = row(live(calm, seed=seed, replication=seed))
    assert found["delivered_share"] == 1.0
    assert found["minutes_owed"] == found["minutes_delivered"]


def _visit(weekday: int, start: int, minutes: int, members: Any, *, therapist: int, room: str) -> Any:
    return push_in(weekday, start, minutes, members, therapist=therapist, section=room)


@given(
    metres=st.lists(st.integers(0, 400), min_size=2, max_size=2, unique=True).map(sorted),
    spread=st.sampled_from([0.0, 0.5]),
    overrun=st.sampled_from([0.0, 3.0]),
    seed=st.integers(0, 50),
)
@settings(max_examples=60)
def test_longer_corridors_never_mean_more_minutes(metres: list[int], spread: float, overrun: float, seed: int) -> None:
    """The same week, lived with longer ways: never more minutes for any child, in class or apart."""
    given_minutes = []
    for length in metres:
        school = plan(
            [child("A"), child("B", "1B")],
            [wanted(0, "therapy_room", 20, 2), wanted(1, "therapy_room", 20), wanted(0, "classroom", 30)],
            [
                pull_out(1, 610, 20, [(0, 0), (1, 0)]),
                push_in(1, 632, 30, [(2, 0)]),
                pull_out(3, 610, 20, [(0, 1)]),
            ],
            last_day=date(2024, 10, 11),
            moves=AS_PLANNED.model_copy(
                update={"default_metres": float(length), "spread": spread, "overrun_minutes": overrun}
            ),
        )
        given_minutes.append(students_table(live(school, seed=seed, replication=0))["minutes_delivered"])
    assert (given_minutes[1] <= given_minutes[0]).all()
    assert given_minutes[0].sum() > 0.0
