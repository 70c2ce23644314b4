"""The dated school year: which days have school, in which week and period they lie, what closes a class."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from sdmsim.school.vocabulary import CalendarEntry, Per

_CLOSED = ("holiday", "snow")


class Closure(NamedTuple):
    """A stretch of one day in which the classes of `grade` (empty: of all grades) are elsewhere."""

    grade: str
    start: int
    end: int
    kind: str


class SchoolDay(NamedTuple):
    """A day with school. `week` counts school weeks from 0; `weekday` 0 is Monday."""

    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody needs of a day
    date: date
    week: int
    weekday: int
    release: int | None
    """Minute at which an early release ends the day."""
    closures: tuple[Closure, ...]


@dataclass(frozen=True)
class SchoolYear:
    """The days with school between two dates, both included. Weeks without any are not counted."""

    days: tuple[SchoolDay, ...]
    mondays: tuple[date, ...]
    """The Monday of each school week."""

    @property
    def n_weeks(self) -> int:
        """Weeks with at least one school day."""
        return len(self.mondays)

    def periods(self, per: Per, start: date | None, end: date | None) -> tuple[tuple[int, ...], ...]:
        """Indices of the school days of every period in which a row dated `start` to `end` owes its amount.

        A week is owed when at least one of its school days lies within the row's dates; a month,
        quarter (of the school weeks) or year when at least half of its school days do.
        """
        groups: dict[object, list[int]] = {}
        for day in self.days:
            groups.setdefault(self._period_of(day, per), []).append(day.index)
        owed = []
        for members in groups.values():
            inside = sum(_within(self.days[i].date, start, end) for i in members)
            if inside and (per == "week" or 2 * inside >= len(members)):
                owed.append(tuple(members))
        return tuple(owed)

    def _period_of(self, day: SchoolDay, per: Per) -> object:
        if per == "week":
            return day.week
        if per == "month":
            return (day.date.year, day.date.month)
        if per == "quarter":
            return 4 * day.week // self.n_weeks
        return 0


def _within(day: date, start: date | None, end: date | None) -> bool:
    return (start is None or day >= start) and (end is None or day <= end)


def school_year(first_day: date, last_day: date, entries: Iterable[CalendarEntry]) -> SchoolYear:
    """Every weekday from `first_day` to `last_day` that no holiday or snow day takes away."""
    by_date: dict[date, list[CalendarEntry]] = {}
    for entry in entries:
        day = entry.date
        while day <= (entry.through or entry.date):
            by_date.setdefault(day, []).append(entry)
            day += timedelta(days=1)
    days: list[SchoolDay] = []
    mondays: list[date] = []
    today = first_day
    while today <= last_day:
        found = by_date.get(today, [])
        if today.weekday() < 5 and not any(e.kind in _CLOSED for e in found):
            monday = today - timedelta(days=today.weekday())
            if not mondays or mondays[-1] != monday:
                mondays.append(monday)
            days.append(
                SchoolDay(len(days), today, len(mondays) - 1, today.weekday(), _release(found), _closures(found))
            )
        today += timedelta(days=1)
    return SchoolYear(tuple(days), tuple(mondays))


def _release(entries: Sequence[CalendarEntry]) -> int | None:
    ends = [e.start for e in entries if e.kind == "early_release" and e.start is not None]
    return min(ends) if ends else None


def _closures(entries: Sequence[CalendarEntry]) -> tuple[Closure, ...]:
    return tuple(
        Closure(e.grade, e.start, e.end, e.kind)
        for e in entries
        if e.kind in ("assembly", "testing") and e.start is not None and e.end is not None
    )
