"""What strategies share: a setting for each row, parts of the year, amounts that grow and shrink."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from sdmsim.delivery.vocabulary import Case, CaseRow, Choice, Choices, Setting
from sdmsim.school.calendar import SchoolYear


def each_row(caseload: Sequence[Case], setting: Callable[[Case, CaseRow], Setting]) -> Choices:
    """Every row as written, for the whole year; open rows in the setting that is chosen for them."""
    return {row.row: (row.given(setting(case, row)),) for case in caseload for row in case.rows}


def some_weeks(first: int, end: int) -> int:
    """School weeks `first` to `end` - 1 as bits."""
    return (1 << end) - (1 << first) if end > first else 0


def moved(row: CaseRow, now: Choice, setting: Setting, week: int, calendar: SchoolYear) -> tuple[Choice, ...]:
    """`now` until a school week, `setting` from it on.

    A row per month, quarter or year moves with the first period that begins in that week or later, so that every
    period is given in one place.
    """
    if row.per == "week":
        parts = (now.weeks & some_weeks(0, week), now.weeks & some_weeks(week, calendar.n_weeks))
        before, after = (now._replace(weeks=bits) for bits in parts)
        return tuple(one for one in (before, after._replace(setting=setting)) if one.weeks)
    begins = [period[0] for period in calendar.periods(row.per, row.start, row.end)]
    later = [day for day in begins if calendar.days[day].week >= week]
    if not later:
        return (now,)
    if later[0] == begins[0]:
        return (now._replace(setting=setting),)
    date = calendar.days[later[0]].date
    return now._replace(end=date - timedelta(days=1)), now._replace(setting=setting, start=date)


def scaled(row: CaseRow, factor: float) -> tuple[int, int]:
    """(sessions, minutes) of `factor` times the amount: other sessions where that is whole, else other minutes."""
    sessions = row.sessions * factor
    if sessions >= 1.0 and sessions == int(sessions):
        return int(sessions), row.minutes
    return row.sessions, max(1, round(row.minutes * factor))
