"""The tables of a school against themselves and each other: who is named must be there, and times must fit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from sdmsim.base import Described, Problem
from sdmsim.school.csv_files import Findings
from sdmsim.school.vocabulary import WEEKDAYS

_LONGEST_RANGE_DAYS = 366


class Line(NamedTuple):
    """A line of a table: the cells that could be read as values, and what it describes where all could."""

    number: int
    values: dict[str, Any]
    unread: frozenset[str]
    """Columns whose cell is not empty and will not do."""
    items: tuple[Described, ...]


@dataclass(slots=True)
class Table:
    """A table as it was read, with what is wrong in it."""

    name: str
    found: Findings
    columns: tuple[str, ...]
    whole: bool
    """False where lines are missing, so that nobody is told that a name is not there."""
    lines: list[Line] = field(default_factory=list)

    @property
    def file(self) -> str:
        """The file's name as the scenario has it."""
        return self.found.file

    def known(self, column: str) -> Collection[str] | None:
        """All that stands in a column; None where the table could not be read in full."""
        if not self.whole or column not in self.columns:
            return None
        return dict.fromkeys(line.values[column] for line in self.lines if column in line.values)

    def in_order(self) -> list[Problem]:
        """The problems by line, then by column as in the file."""
        place = {name: i for i, name in enumerate(self.columns)}
        return sorted(self.found.problems, key=lambda p: (p.row, place.get(p.where, -1)))


def check_tables(tables: Mapping[str, Table]) -> None:
    """Note in each table what does not agree with itself or with the others."""
    for name, key in (
        ("students", ["id"]),
        ("sections", ["section"]),
        ("staff", ["id"]),
        ("rooms", ["room"]),
        ("calendar", ["date", "kind", "grade", "start"]),
    ):
        if name in tables:
            _check_repeated(tables[name], key)
    _check_students(tables["students"], tables["sections"])
    _check_services(tables)
    _check_bell(tables["bell"], tables["sections"])
    _check_staff(tables["staff"])
    _check_calendar(tables["calendar"], tables["sections"])
    if "rooms" in tables:
        _check_rooms(tables["rooms"], tables["sections"])
    if "pairs" in tables:
        _check_pairs(tables["pairs"], tables["students"])


def _check_named(table: Table, column: str, there: Table, its_column: str) -> None:
    """Every name in a column must stand in a column of another table."""
    known = there.known(its_column)
    if known is None:
        return
    for line in table.lines:
        name = line.values.get(column)
        if name is not None and name not in known:
            table.found.add_guess(line.number, column, f'"{name}" is not in {there.file}', name, known)


def _check_repeated(table: Table, key: list[str]) -> None:
    seen: dict[tuple[Any, ...], int] = {}
    for line in table.lines:
        if key[0] not in line.values:
            continue
        mark = tuple(line.values.get(k) for k in key)
        earlier = seen.setdefault(mark, line.number)
        if earlier != line.number:
            named = f'"{mark[0]}"' if len(key) == 1 else " ".join(str(v) for v in mark[:2] if v is not None)
            table.found.add(line.number, key[0], f"{named} stands on line {earlier} already")


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _check_students(students: Table, sections: Table) -> None:
    _check_named(students, "section", sections, "section")
    place = {line.values["section"]: line for line in sections.lines if "section" in line.values}
    served: dict[str, int] = {}
    for line in students.lines:
        section = line.values.get("section")
        if section not in place:
            continue
        grade, theirs = line.values.get("grade"), place[section].values.get("grade")
        if grade and theirs and grade != theirs:
            text = f'"{grade}" is not the grade of section "{section}", which is "{theirs}" in {sections.file}'
            students.found.add(line.number, "grade", text)
        size = place[section].values.get("size")
        served[section] = served.get(section, 0) + 1
        if size is not None and served[section] == size + 1:
            text = f'"{section}" has {size} children by {sections.file}; this is one more'
            students.found.add(line.number, "section", text)


def _check_services(tables: Mapping[str, Table]) -> None:
    services = tables["services"]
    _check_named(services, "id", tables["students"], "id")
    _check_named(services, "provider_role", tables["staff"], "role")
    grade_of = {line.values.get("id"): line.values.get("grade") for line in tables["students"].lines}
    week = _week_minutes(tables["bell"])
    for line in services.lines:
        v = line.values
        if v.get("start") and v.get("end") and v["end"] < v["start"]:
            services.found.add(line.number, "end", f"{v['end']} is before the start, {v['start']}")
        limit = week.get(grade_of.get(v.get("id")) or "", 0)
        if v.get("per") == "week" and limit and v.get("minutes", 0) * v.get("sessions", 0) > limit:
            asked = v["minutes"] * v["sessions"]
            services.found.add(line.number, "sessions", f"asks {asked} minutes a week; the school week has {limit}")


def _week_minutes(bell: Table) -> dict[str, int]:
    """Minutes from the first bell to the last, Monday to Friday, by grade; empty where the bell is not whole."""
    edges: dict[tuple[str, str], list[int]] = {}
    for line in bell.lines:
        if not bell.whole or not {"grade", "day", "start", "end"} <= line.values.keys():
            return {}
        for day in line.values["day"]:
            edges.setdefault((line.values["grade"], day), []).extend((line.values["start"], line.values["end"]))
    minutes: dict[str, int] = {}
    for (grade, _), clocks in edges.items():
        minutes[grade] = minutes.get(grade, 0) + max(clocks) - min(clocks)
    return minutes


def _check_bell(bell: Table, sections: Table) -> None:
    days: dict[tuple[str, str], list[tuple[int, int, int, str]]] = {}
    sound = bell.whole
    for line in bell.lines:
        v = line.values
        if {"start", "end"} <= v.keys() and v["end"] <= v["start"]:
            bell.found.add(line.number, "end", f"{_clock(v['end'])} is not after the start, {_clock(v['start'])}")
        elif {"grade", "day", "start", "end"} <= v.keys():
            for day in v["day"]:
                block = (v["start"], v["end"], line.number, v.get("block", ""))
                days.setdefault((v["grade"], day), []).append(block)
        sound = sound and {"grade", "day"} <= v.keys()
    told = set()
    for (grade, day), blocks in days.items():
        for one, next_ in pairwise(sorted(blocks)):
            if next_[0] < one[1] and (one[2], next_[2]) not in told:
                told.add((one[2], next_[2]))
                later, earlier = (next_, one) if next_[2] >= one[2] else (one, next_)
                bell.found.add(
                    later[2],
                    "start",
                    (
                        f"{_clock(later[0])}-{_clock(later[1])} overlaps {_clock(earlier[0])}-{_clock(earlier[1])}"
                        f" on line {earlier[2]} (grade {grade}, {day})"
                    ),
                )
    for grade in (sections.known("grade") or ()) if sound else ():
        lacking = [day for day in WEEKDAYS if (grade, day) not in days and _has_no_row(bell, grade, day)]
        if lacking:
            text = f'grade "{grade}" of {sections.file} has no blocks on {" ".join(lacking)}'
            bell.found.add(0, "grade", text)


def _has_no_row(bell: Table, grade: str, day: str) -> bool:
    return not any(line.values.get("grade") == grade and day in line.values.get("day", ()) for line in bell.lines)


def _check_staff(staff: Table) -> None:
    for line in staff.lines:
        v = line.values

        def span(first: str, last: str, v: dict[str, Any] = v) -> bool:
            return first in v and last in v

        if span("start", "end") and v["end"] <= v["start"]:
            staff.found.add(line.number, "end", f"{_clock(v['end'])} is not after the start, {_clock(v['start'])}")
            continue
        if span("lunch_start", "lunch_end"):
            window = v["lunch_end"] - v["lunch_start"]
            lunch = v.get("lunch_minutes", 30)
            if window < lunch:
                text = f"the window {_clock(v['lunch_start'])}-{_clock(v['lunch_end'])} is shorter than lunch, {lunch} minutes"
                staff.found.add(line.number, "lunch_end", text)
        if not span("start", "end"):
            continue
        day = f"the contract day, {_clock(v['start'])}-{_clock(v['end'])}"
        for column in ("lunch_start", "lunch_end"):
            if column in v and not v["start"] <= v[column] <= v["end"]:
                staff.found.add(line.number, column, f"{_clock(v[column])} is outside {day}")
        for of_week, start, end in v.get("busy", ()):
            if start < v["start"] or end > v["end"]:
                staff.found.add(line.number, "busy", f'"{of_week} {_clock(start)}-{_clock(end)}" is outside {day}')
            if of_week not in v.get("site_days", WEEKDAYS):
                staff.found.add(line.number, "busy", f"{of_week} is not one of the site_days")
        for one, next_ in pairwise(v.get("busy", ())):
            if one[0] == next_[0] and next_[1] < one[2]:
                staff.found.add(line.number, "busy", f"two times on {one[0]} overlap")


def _check_calendar(calendar: Table, sections: Table) -> None:
    grades = sections.known("grade")
    for line in calendar.lines:
        v = line.values
        kind = v.get("kind")
        needed = {"assembly": ("start", "end"), "testing": ("start", "end"), "early_release": ("start",)}.get(kind, ())
        for column in needed:
            if column not in v and column not in line.unread:
                calendar.found.add(line.number, column, f"is empty; {kind} needs it")
        if {"start", "end"} <= v.keys() and v["end"] <= v["start"]:
            calendar.found.add(line.number, "end", f"{_clock(v['end'])} is not after the start, {_clock(v['start'])}")
        if {"date", "through"} <= v.keys():
            days = (v["through"] - v["date"]).days
            if days < 0:
                calendar.found.add(line.number, "through", f"{v['through']} is before the date, {v['date']}")
            elif days > _LONGEST_RANGE_DAYS:
                calendar.found.add(line.number, "through", f"{v['through']} is {days} days after the date, {v['date']}")
        if grades is not None and v.get("grade") and v["grade"] not in grades:
            calendar.found.add_guess(
                line.number, "grade", f'"{v["grade"]}" is not in {sections.file}', v["grade"], grades
            )


def _check_rooms(rooms: Table, sections: Table) -> None:
    known = sections.known("section")
    own = ("room", "capacity", "noise")
    for column in rooms.columns:
        if known is not None and column not in own and column not in known:
            text = f"is neither a column of this table nor a section in {sections.file}"
            rooms.found.add_guess(1, column, text, column, [*known, *own])


def _check_pairs(pairs: Table, students: Table) -> None:
    for column in ("student", "other"):
        _check_named(pairs, column, students, "id")
    rules: dict[frozenset[str], tuple[str, int]] = {}
    links: dict[str, set[str]] = {}
    for line in pairs.lines:
        if not {"student", "other", "rule"} <= line.values.keys():
            continue
        one, other, rule = (line.values[c] for c in ("student", "other", "rule"))
        if one == other:
            pairs.found.add(line.number, "other", f'"{other}" is the same child')
            continue
        earlier, number = rules.setdefault(frozenset((one, other)), (rule, line.number))
        if number != line.number:
            text = "stand together" if earlier == rule else f'have the rule "{earlier}"'
            pairs.found.add(line.number, "rule", f'"{one}" and "{other}" {text} on line {number} already')
        elif rule == "must":
            links.setdefault(one, set()).add(other)
            links.setdefault(other, set()).add(one)
    for together, (rule, number) in rules.items():
        one, other = sorted(together)
        chain = _chain(links, one, other) if rule == "never" else []
        if chain:
            names = ", ".join(f'"{name}"' for name in chain)
            pairs.found.add(
                number, "rule", f'"{one}" and "{other}" may never be together, but the must rules tie {names}'
            )


def _chain(links: Mapping[str, set[str]], one: str, other: str) -> list[str]:
    """The shortest way from one child to the other over must rules, empty where there is none."""
    came_from = {one: ""}
    queue = [one]
    for name in queue:
        for near in sorted(links.get(name, ())):
            if near not in came_from:
                came_from[near] = name
                queue.append(near)
    chain = [other] if other in came_from else []
    while chain and chain[-1] != one:
        chain.append(came_from[chain[-1]])
    return chain[::-1]
