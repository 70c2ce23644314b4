"""The service grid in one unit: what every row comes to a week, and the conversions that were made.

A row per month, quarter or year is spread over the school weeks in which it holds: its amount times the
periods it owes, divided by those weeks (1,200 minutes a year are about 30 a week over 36 weeks, the planners'
own conversion).
"""

from __future__ import annotations

from typing import NamedTuple

from sdmsim.school.calendar import SchoolYear
from sdmsim.school.vocabulary import Per, School, Service, grade_number


class Conversion(NamedTuple):
    """A row that is not written per week, and what it comes to."""

    line: int
    """Line in services.csv; 0 where the school was generated."""
    service: str
    goal: str
    minutes: int
    sessions: int
    per: Per
    periods: int
    """Months, quarters or years of this school year in which the row owes its amount."""
    weeks: int
    """School weeks in which the row holds."""
    weekly_minutes: float

    def __str__(self) -> str:
        amount = f"{self.sessions} x {self.minutes} min per {self.per}"
        periods = f"{self.periods} {self.per}{'' if self.periods == 1 else 's'}"
        return f"{amount} = {self.weekly_minutes:.1f} min per week ({periods} in {self.weeks} school weeks)"


class GridTotal(NamedTuple):
    """Student-minutes of all rows of one service, kind, setting and grade; a group's minutes count for each child."""

    service: str
    kind: str
    setting: str
    grade: str
    children: int
    weekly_minutes: float
    """Sum of the rows' weekly minutes, each in the weeks in which it holds."""
    yearly_minutes: int
    """What is owed over the school year."""


def yearly_minutes(service: Service, calendar: SchoolYear) -> int:
    """Minutes that a row owes its child over the school year."""
    periods = calendar.periods(service.per, service.start, service.end)
    return service.minutes * service.sessions * len(periods)


def weekly_minutes(service: Service, calendar: SchoolYear) -> float:
    """Minutes a school week that a row comes to, over the weeks in which it holds; 0 where it never does."""
    weeks = len(calendar.periods("week", service.start, service.end))
    return yearly_minutes(service, calendar) / weeks if weeks else 0.0


def conversions(school: School, calendar: SchoolYear) -> tuple[Conversion, ...]:
    """Every row per month, quarter or year as minutes a week, in the order of services.csv."""
    lines = school.lines.get("services") or (0,) * len(school.services)
    return tuple(
        Conversion(
            line,
            row.service,
            row.goal,
            row.minutes,
            row.sessions,
            row.per,
            len(calendar.periods(row.per, row.start, row.end)),
            len(calendar.periods("week", row.start, row.end)),
            weekly_minutes(row, calendar),
        )
        for line, row in zip(lines, school.services, strict=True)
        if row.per != "week"
    )


def totals(school: School, calendar: SchoolYear) -> tuple[GridTotal, ...]:
    """The grid by service, kind, setting and grade, in that order."""
    rows: dict[tuple[str, str, str, int, str], list[Service]] = {}
    for row in school.services:
        grade = school.students[school.student_index[row.id]].grade
        rows.setdefault((row.service, row.kind, row.setting, grade_number(grade), grade), []).append(row)
    return tuple(
        GridTotal(
            service,
            kind,
            setting,
            grade,
            len({row.id for row in found}),
            sum(weekly_minutes(row, calendar) for row in found),
            sum(yearly_minutes(row, calendar) for row in found),
        )
        for (service, kind, setting, _, grade), found in sorted(rows.items())
    )
