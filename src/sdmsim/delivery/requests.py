"""From service rows to requests: the strategy's choice of settings, weekly places, whose caseload."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

from sdmsim.delivery.vocabulary import Case, Request, Setting, Strategy
from sdmsim.school.calendar import SchoolYear
from sdmsim.school.vocabulary import School, Service
from sdmsim.streams import Luck

_WEEKS_IN = {"week": 1, "month": 4, "quarter": 9, "year": 36}
"""Weeks in which a period's sessions are to be held at the latest (a month of four full weeks)."""


def caseload(school: School) -> tuple[Case, ...]:
    """The children with at least one `team` row, in the order of students.csv."""
    goals: dict[str, list[str]] = {}
    for row in school.services:
        if row.setting == "team":
            goals.setdefault(row.id, []).append(row.goal)
    return tuple(
        Case(s.id, s.grade, s.section, s.category, s.severity, tuple(goals[s.id]))
        for s in school.students
        if s.id in goals
    )


def weekly_places(row: Service) -> int:
    """Places in the weekly timetable that keep the row's amount: 4 a month or 1 a month need one."""
    return ceil(row.sessions / _WEEKS_IN[row.per])


def requests(school: School, calendar: SchoolYear, strategy: Strategy, seed: int) -> tuple[Request, ...]:
    """Every direct row that owes something this year, with its setting decided.

    The strategy decides rows with setting `team`; all others are kept as written.
    """
    chosen = strategy.settings(caseload(school), Luck(seed, None))
    therapists = _therapists(school)
    return tuple(
        Request(
            row=number,
            student=school.student_index[row.id],
            therapist=therapists[number],
            goal=row.goal,
            minutes=row.minutes,
            per=row.per,
            sessions=row.sessions,
            weekly_sessions=weekly_places(row),
            setting=_setting(row, chosen),
            alone=row.delivery == "individual",
            start=row.start,
            end=row.end,
        )
        for number, row in enumerate(school.services)
        if row.kind == "direct" and calendar.periods(row.per, row.start, row.end)
    )


def indirect_minutes(school: School, calendar: SchoolYear) -> tuple[float, ...]:
    """Mean minutes a school week of indirect rows, per therapist."""
    therapists = _therapists(school)
    minutes = [0.0] * len(school.staff)
    for number, row in enumerate(school.services):
        if row.kind == "indirect":
            periods = len(calendar.periods(row.per, row.start, row.end))
            minutes[therapists[number]] += row.minutes * row.sessions * periods / calendar.n_weeks
    return tuple(minutes)


def _setting(row: Service, chosen: Mapping[str, Setting]) -> Setting:
    return chosen[row.id] if row.setting == "team" else row.setting


def _therapists(school: School) -> tuple[int, ...]:
    """The therapist of every row: whole classes to whoever of the role has the least to do for its FTE."""
    of_role: dict[str, list[int]] = {}
    for position, member in enumerate(school.staff):
        of_role.setdefault(member.role, []).append(position)
    section = {s.id: s.section for s in school.students}
    load: dict[tuple[str, str], int] = {}
    for row in school.services:
        key = (row.provider_role, section[row.id])
        load[key] = load.get(key, 0) + row.minutes * row.sessions * 36 // _WEEKS_IN[row.per]
    taken = [0.0] * len(school.staff)
    therapist: dict[tuple[str, str], int] = {}
    for key in sorted(load, key=lambda k: (-load[k], k)):
        best = min(of_role[key[0]], key=lambda p: (taken[p], p))
        therapist[key] = best
        taken[best] += load[key] / school.staff[best].fte
    return tuple(therapist[row.provider_role, section[row.id]] for row in school.services)
