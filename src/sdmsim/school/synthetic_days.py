"""Days of a synthetic school: its bell, its calendar, its therapists' week, out of the data files that ship."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.resources import files
from typing import Any

from sdmsim.school.calendar import school_year
from sdmsim.school.vocabulary import WEEKDAYS, Block, CalendarEntry, StaffMember

_DUTIES = ("documentation", "evaluation", "consultation", "meetings", "planning", "duty")


def data(name: str) -> dict[str, Any]:
    """The content of a TOML file that ships beside this module."""
    return tomllib.loads(files("sdmsim.school").joinpath(name).read_text(encoding="utf-8"))


def clock(text: str) -> int:
    """Minutes after midnight of `HH:MM`."""
    hours, minutes = text.split(":")
    return 60 * int(hours) + int(minutes)


def bell(
    orders: Mapping[str, Sequence[tuple[str, int]]], formats: Mapping[str, Any], protected: Sequence[str], first: int
) -> tuple[Block, ...]:
    """The same day from Monday to Friday: each grade's (subject, minutes) one after the other, from `first`."""
    rows = []
    for grade, order in orders.items():
        start, seen = first, dict[str, int]()
        for subject, minutes in order:
            seen[subject] = seen.get(subject, 0) + 1
            block = Block(
                grade=grade,
                day="Mon",
                start=start,
                end=start + minutes,
                block=subject if seen[subject] == 1 else f"{subject} {seen[subject]}",
                subject=subject,
                protected=subject in protected,
                format=formats[subject],
            )
            rows += [block.model_copy(update={"day": day}) for day in WEEKDAYS]
            start += minutes
    return tuple(rows)


def calendar(
    year: Mapping[str, Any], grades: Sequence[str], rows: Sequence[Block], opening_days: int, closing_days: int
) -> tuple[CalendarEntry, ...]:
    """The dated rows of a year for these grades; on the first and last days classes keep all children, bell to bell."""
    entries = [_entry(row) for row in year["rows"] if row.get("grade", grades[0]) in grades]
    days = [day.date for day in school_year(year["first_day"], year["last_day"], entries).days]
    bells = (min(b.start for b in rows), max(b.end for b in rows))
    for kept in (days[:opening_days], days[len(days) - closing_days :]):
        if kept:
            entries.append(CalendarEntry(date=kept[0], through=kept[-1], kind="assembly", start=bells[0], end=bells[1]))
    return tuple(sorted(entries, key=lambda e: e.date))


def _entry(row: Mapping[str, Any]) -> CalendarEntry:
    clocks = {key: clock(row[key]) for key in ("start", "end") if key in row}
    through: date | None = row.get("through")
    return CalendarEntry(date=row["date"], through=through, kind=row["kind"], grade=row.get("grade", ""), **clocks)


def therapist(name: str, week: Mapping[str, Any], fte: float, site_days: Sequence[Any]) -> StaffMember:
    """A therapist with this part of a full week; duties in proportion, fixed times on the days on site."""
    clocks = {key: clock(week[key]) for key in ("start", "end", "lunch_start", "lunch_end")}
    duties = {key: round(week[key] * fte) for key in _DUTIES}
    busy = [
        (day, clock(start), clock(end)) for day in site_days for busy_day, start, end in week["busy"] if busy_day == day
    ]
    return StaffMember(
        id=name,
        role=week["role"],
        fte=fte,
        site_days=tuple(site_days),
        rate=week.get("rate"),
        lunch_minutes=week["lunch_minutes"],
        busy=tuple(busy),
        **clocks,
        **duties,
    )
