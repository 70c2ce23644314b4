"""Schools and weeks written by hand, small enough to be lived on paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sdmsim.delivery.forms import NO_FORM
from sdmsim.delivery.rules import Days, Goal, Grouping, Moves, WeekRules
from sdmsim.delivery.vocabulary import Appointment, Request, Setting, Unplaced, Week
from sdmsim.plan import Plan
from sdmsim.school.calendar import school_year
from sdmsim.school.vocabulary import (
    WEEKDAYS,
    Block,
    CalendarEntry,
    Per,
    Room,
    School,
    Section,
    Service,
    StaffMember,
    Student,
)
from sdmsim.theory.ledger import Assumptions

SURE = Days(child_attendance=1, provider_attendance=1, called_away=0, child_unwilling=0, class_unavailable=0)
"""Days on which nothing comes in between."""
AS_PLANNED = Moves(spread=0, walk_metres_per_second=1, default_metres=60)
"""Walks of 1 minute, gathering 1, settling 1.5, finding the thread 2.5, each time."""

DAY = (("ELA", 540, 600, True, "whole_class"), ("WIN", 600, 660, False, "small_groups"),
       ("recess", 660, 680, False, "recess"), ("lunch", 680, 710, True, "lunch"),
       ("maths", 710, 770, True, "seat_work"))  # fmt: skip
"""A short school day, 9:00 to 12:50: subject, start, end, protected, format."""


def bell(grade: str) -> list[Block]:
    """The short day, five times a week."""
    return [
        Block(grade=grade, day=day, start=start, end=end, block=subject, subject=subject, protected=kept, format=form)
        for day in WEEKDAYS
        for subject, start, end, kept, form in DAY
    ]


def child(name: str, section: str = "1A", attendance: float | None = None) -> Student:
    """A child of a section whose name begins with its grade."""
    return Student(id=name, grade=section[0], section=section, attendance=attendance)


def therapist(name: str = "T1", **changes: object) -> StaffMember:
    """A full-time therapist, 8:00 to 15:30 with half an hour of lunch from 11:20, without duties."""
    content = {
        "id": name, "role": "SLP", "fte": 1.0, "start": 480, "end": 930,
        "lunch_start": 680, "lunch_end": 740, "lunch_minutes": 30,
    }  # fmt: skip
    return StaffMember.model_validate(content | changes)


def wanted(
    student: int,
    setting: Setting,
    minutes: int,
    sessions: int = 1,
    per: Per = "week",
    *,
    therapist: int = 0,
    places: int | None = None,
    start: date | None = None,
    end: date | None = None,
) -> Request:
    """A request; its service row is filled in by `plan`. `places`: weekly places, where not one a session."""
    places = (sessions if per == "week" else 1) if places is None else places
    return Request(0, student, therapist, "language", minutes, per, sessions, places, setting, False, start, end)


def pull_out(
    weekday: int,
    start: int,
    minutes: int,
    members: Sequence[tuple[int, int]],
    *,
    therapist: int = 0,
    room: str = "",
    lead: int = 5,
    tail: int = 1,
) -> Appointment:
    """A session in a room; the planned lead of 5 holds the 4.5 minutes that AS_PLANNED takes."""
    return Appointment(
        therapist, "therapy_room", "", room, weekday, start, minutes, lead, tail, tuple(members), None, None
    )


def push_in(
    weekday: int,
    start: int,
    minutes: int,
    members: Sequence[tuple[int, int]],
    *,
    therapist: int = 0,
    section: str = "1A",
    lead: int = 1,
) -> Appointment:
    """A visit to a class."""
    return Appointment(
        therapist, "classroom", section, "", weekday, start, minutes, lead, 0, tuple(members), None, None
    )


def plan(
    children: Sequence[Student],
    requests: Sequence[Request],
    appointments: Sequence[Appointment],
    *,
    first_day: date = date(2024, 9, 2),
    last_day: date = date(2024, 9, 6),
    calendar: Sequence[CalendarEntry] = (),
    staff: Sequence[StaffMember] | None = None,
    rooms: Sequence[Room] = (),
    sizes: int = 20,
    start_up_weeks: int = 0,
    moves: Moves = AS_PLANNED,
    days: Days = SURE,
    indirect: float = 0.0,
) -> Plan:
    """A year to be lived (as a rule one week from Monday, 2 September 2024); rows and lists of unplaced are derived."""
    staff = [therapist()] if staff is None else staff
    sections = sorted({c.section for c in children})
    services = [
        Service(
            id=children[r.student].id,
            service="speech",
            minutes=r.minutes,
            per=r.per,
            sessions=r.sessions,
            goal=r.goal,
            setting="team",
            provider_role="SLP",
            start=r.start,
            end=r.end,
        )
        for r in requests
    ]
    school = School(
        students=tuple(children),
        services=tuple(services),
        sections=tuple(Section(grade=s[0], section=s, teacher=f"of {s}", size=sizes) for s in sections),
        bell=tuple(block for grade in sorted({s[0] for s in sections}) for block in bell(grade)),
        staff=tuple(staff),
        calendar=tuple(calendar),
        rooms=tuple(rooms),
    )
    placed = {member for a in appointments for member in a.members}
    week = Week(
        requests=tuple(r._replace(row=row) for row, r in enumerate(requests)),
        appointments=tuple(sorted(appointments, key=lambda a: (a.therapist, a.weekday, a.start))),
        unplaced=tuple(
            Unplaced(n, j, "therapist busy")
            for n, r in enumerate(requests)
            for j in range(r.weekly_sessions)
            if (n, j) not in placed
        ),
        asked_minutes=tuple(
            float(sum(a.lead + a.minutes + a.tail for a in appointments if a.therapist == t)) + indirect
            for t in range(len(staff))
        ),
        co_planning_minutes=(0.0,) * len(staff),
        indirect_minutes=(indirect,) * len(staff),
        grouping_gap_minutes=0.0,
        placing_gap_minutes=0.0,
        solve_seconds=0.0,
    )
    return Plan(
        school=school,
        calendar=school_year(first_day, last_day, calendar),
        start_up_weeks=start_up_weeks,
        week=week,
        grouping=Grouping(),
        rules=WeekRules(),
        moves=moves,
        days=days,
        push_in=NO_FORM,
        goals={r.goal: Goal(domain="language") for r in requests},
        numbers=Assumptions(set="neutral").numbers(),
    )
