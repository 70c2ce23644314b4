"""From service rows to requests: the strategy's choices, weekly places, whose caseload."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import NamedTuple

from sdmsim.delivery.assigning import WEEKS_IN, therapists_of
from sdmsim.delivery.rules import Goal
from sdmsim.delivery.vocabulary import EVERY_WEEK, Case, CaseRow, Choice, Consultation, Request, Strategy
from sdmsim.school.calendar import SchoolYear
from sdmsim.school.vocabulary import Per, School, Service
from sdmsim.streams import Luck


def caseload(school: School, goals: Mapping[str, Goal]) -> tuple[Case, ...]:
    """The children with at least one direct row, in the order of students.csv."""
    rows: dict[str, list[CaseRow]] = {}
    for number, row in enumerate(school.services):
        if row.kind == "direct":
            setting = None if row.setting == "team" else row.setting
            domain, alone = goals[row.goal].domain, row.delivery == "individual"
            what = (row.goal, domain, row.minutes, row.per, row.sessions)
            rows.setdefault(row.id, []).append(CaseRow(number, *what, setting, alone, row.start, row.end))
    return tuple(
        Case(s.id, s.grade, s.section, s.category, s.severity, s.attention, s.noise, s.preference, tuple(rows[s.id]))
        for s in school.students
        if s.id in rows
    )


def weekly_places(per: Per, sessions: int) -> int:
    """Places in the weekly timetable that keep an amount: 4 a month or 1 a month need one."""
    return ceil(sessions / WEEKS_IN[per])


def weekly_minutes(row: Service) -> float:
    """What a row asks a week."""
    return row.minutes * row.sessions / WEEKS_IN[row.per]


class Wanted(NamedTuple):
    """What a strategy wants of the year."""

    requests: tuple[Request, ...]
    consultations: tuple[Consultation, ...]


def wanted(
    school: School,
    calendar: SchoolYear,
    goals: Mapping[str, Goal],
    strategy: Strategy,
    seed: int,
    therapists: Sequence[int],
) -> Wanted:
    """Every choice for a direct row that owes something this year: as a request, or as consultation.

    `therapists`: who holds each row (`therapists_of`, or as assistants take some over).
    """
    chosen = strategy.decide(caseload(school, goals), calendar, Luck(seed, None))
    requests, consultations = [], []
    for number, row in enumerate(school.services):
        if row.kind != "direct":
            continue
        student, therapist = school.student_index[row.id], therapists[number]
        for one in chosen[number]:
            asked = as_wanted(number, row, one, student, therapist)
            if isinstance(asked, Consultation):
                consultations.append(asked)
            elif asked.owed_in(calendar):
                requests.append(asked)
    return Wanted(tuple(requests), tuple(consultations))


def as_wanted(number: int, row: Service, one: Choice, student: int, therapist: int) -> Request | Consultation:
    """One choice for a direct row, as what it asks for; `number` is the row's position, `student` the child's."""
    if one.consulted:
        minutes = float(one.minutes * one.sessions)
        return Consultation(number, student, therapist, row.goal, minutes, one.start, one.end, one.weeks)
    return Request(
        row=number,
        student=student,
        therapist=therapist,
        goal=row.goal,
        minutes=one.minutes,
        per=row.per,
        sessions=one.sessions,
        weekly_sessions=weekly_places(row.per, one.sessions),
        setting=one.setting,
        alone=one.alone,
        start=one.start,
        end=one.end,
        weeks=one.weeks,
    )


def indirect_minutes(
    school: School, calendar: SchoolYear, consultations: Sequence[Consultation] = ()
) -> tuple[float, ...]:
    """Mean minutes a school week of indirect rows, and of consultations in all weeks of the year, per therapist."""
    therapists = therapists_of(school)
    minutes = [0.0] * len(school.staff)
    for number, row in enumerate(school.services):
        if row.kind == "indirect":
            periods = len(calendar.periods(row.per, row.start, row.end))
            minutes[therapists[number]] += row.minutes * row.sessions * periods / calendar.n_weeks
    for one in consultations:
        if one.weeks == EVERY_WEEK:
            weeks = len(calendar.periods("week", one.start, one.end))
            minutes[one.therapist] += one.weekly_minutes * weeks / calendar.n_weeks
    return tuple(minutes)
