"""Times and dates of the tables: blocks that follow each other, lunch within the contract day, events with an end."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from sdmsim.school.personal import shown
from sdmsim.school.table import Line, Table
from sdmsim.school.vocabulary import WEEKDAYS, StaffMember

_LONGEST_RANGE_DAYS = 366
_NEEDED = {"assembly": ("start", "end"), "testing": ("start", "end"), "early_release": ("start",)}
_NO_SCHOOL = ("start", "end", "grade")
_WITHOUT_MEANING = {"holiday": _NO_SCHOOL, "snow": _NO_SCHOOL, "early_release": ("grade",)}
_LUNCH_MINUTES: int = StaffMember.model_fields["lunch_minutes"].default


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def span(start: int, end: int) -> str:
    """`08:15-09:00`."""
    return f"{_clock(start)}-{_clock(end)}"


def check_end(table: Table, line: Line) -> bool:
    """Whether `end` comes after `start`, as far as both are known; says so where it does not."""
    start, end = line.values.get("start"), line.values.get("end")
    if start is None or end is None or end > start:
        return True
    table.found.add(line.number, "end", f"{_clock(end)} is not after the start, {_clock(start)}")
    return False


def check_bell(bell: Table, sections: Table) -> None:
    """Blocks end after they start, those of one grade and day do not overlap, and no grade lacks a day."""
    days: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
    named: set[tuple[str, str]] = set()
    sound = bell.whole
    for line in bell.lines:
        v = line.values
        if {"grade", "day"} <= v.keys():
            named.update((v["grade"], day) for day in v["day"])
        else:
            sound = False
        if check_end(bell, line) and {"grade", "day", "start", "end"} <= v.keys():
            for day in v["day"]:
                days.setdefault((v["grade"], day), []).append((v["start"], v["end"], line.number))
    told: set[frozenset[int]] = set()
    for (grade, day), blocks in days.items():
        latest = (0, 0, 0)
        for block in sorted(blocks):
            if block[0] < latest[1] and frozenset((block[2], latest[2])) not in told:
                told.add(frozenset((block[2], latest[2])))
                one, other = sorted((block, latest), key=lambda b: b[2])
                text = f"{span(*other[:2])} overlaps {span(*one[:2])} on line {one[2]} (grade {grade}, {day})"
                bell.found.add(other[2], "start", text)
            latest = max(latest, block, key=lambda b: b[1])
    for grade in (sections.known("grade") or ()) if sound else ():
        lacking = [day for day in WEEKDAYS if (grade, day) not in named]
        if lacking:
            on = "any day" if len(lacking) == len(WEEKDAYS) else " ".join(lacking)
            bell.found.add(0, "grade", f'"{grade}" of {sections.file} has no blocks on {on}')


def check_staff(staff: Table, postings: Table | None = None) -> None:
    """Lunch and fixed times lie within the contract day, the lunch window is long enough for lunch."""
    posted: dict[Any, set[str]] = {}
    for line in postings.lines if postings else ():
        posted.setdefault(line.values.get("therapist"), set()).update(line.values.get("day", WEEKDAYS))
    for line in staff.lines:
        v = line.values
        in_order = check_end(staff, line)
        if {"lunch_start", "lunch_end"} <= v.keys():
            lunch = v.get("lunch_minutes", _LUNCH_MINUTES)
            if v["lunch_end"] - v["lunch_start"] < lunch:
                window = span(v["lunch_start"], v["lunch_end"])
                staff.found.add(line.number, "lunch_end", f"{window} is too short for a lunch of {lunch} minutes")
        if in_order and {"start", "end"} <= v.keys():
            _check_contract_day(staff, line, v["start"], v["end"])
        busy = v.get("busy", ())
        for of_week in dict.fromkeys(day for day, _, _ in busy):
            theirs = posted.get(v.get("id"))
            if of_week not in (v.get("site_days", WEEKDAYS) if theirs is None else theirs):
                where = "the site_days" if theirs is None or postings is None else f"the days in {postings.file}"
                staff.found.add(line.number, "busy", f'"{of_week}" is not one of {where}')
        for one, other in pairwise(busy):
            if one[0] == other[0] and other[1] < one[2]:
                staff.found.add(line.number, "busy", f"{span(*other[1:])} overlaps {span(*one[1:])} on {one[0]}")


def _check_contract_day(staff: Table, line: Line, first: int, last: int) -> None:
    v = line.values
    for column in ("lunch_start", "lunch_end"):
        if column in v and not first <= v[column] <= last:
            text = f"{_clock(v[column])} is outside the contract day, {span(first, last)}"
            staff.found.add(line.number, column, text)
    for of_week, start, end in v.get("busy", ()):
        if start < first or end > last:
            text = f'"{of_week} {span(start, end)}" is outside the contract day, {span(first, last)}'
            staff.found.add(line.number, "busy", text)


def check_calendar(calendar: Table, sections: Table) -> None:
    """Every kind of entry has the times it needs and no others, ranges run forward, grades are known."""
    grades = sections.known("grade")
    for line in calendar.lines:
        v = line.values
        kind = v.get("kind", "")
        for column in _NEEDED.get(kind, ()):
            if column not in v and column not in line.unread:
                calendar.found.add(line.number, column, f'is empty; "{kind}" needs it')
        for column in _WITHOUT_MEANING.get(kind, ()):
            if column in v:
                calendar.found.add(line.number, column, f'should be empty: "{kind}" is for {_whole(column)}')
        check_end(calendar, line)
        if {"date", "through"} <= v.keys():
            days = (v["through"] - v["date"]).days
            if days < 0:
                calendar.found.add(line.number, "through", f"{v['through']} is before the date, {v['date']}")
            elif days > _LONGEST_RANGE_DAYS:
                calendar.found.add(line.number, "through", f"{v['through']} is {days} days after the date, {v['date']}")
        grade: Any = v.get("grade")
        if grades is not None and grade and grade not in grades and "grade" not in _WITHOUT_MEANING.get(kind, ()):
            calendar.found.add_guess(line.number, "grade", f"{shown(grade)} is not in {sections.file}", grade, grades)


def _whole(column: str) -> str:
    return "all grades" if column == "grade" else "the whole day"
