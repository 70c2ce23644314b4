"""The tables of a school against themselves and each other: who is named must be there, and times must fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sdmsim.school.personal import shown
from sdmsim.school.site_checks import check_sites
from sdmsim.school.table import Table
from sdmsim.school.time_checks import check_bell, check_calendar, check_staff

_ROOM_COLUMNS = ("room", "capacity", "noise", "site")


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
    check_bell(tables["bell"], tables["sections"])
    check_staff(tables["staff"], tables.get("postings"))
    check_calendar(tables["calendar"], tables["sections"])
    if "rooms" in tables:
        _check_rooms(tables["rooms"], tables["sections"])
    check_sites(tables)
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
            table.found.add_guess(line.number, column, f"{shown(name)} is not in {there.file}", name, known)


def _check_repeated(table: Table, key: list[str]) -> None:
    seen: dict[tuple[Any, ...], int] = {}
    for line in table.lines:
        if key[0] not in line.values:
            continue
        mark: tuple[Any, ...] = tuple(line.values.get(k) for k in key)
        earlier = seen.setdefault(mark, line.number)
        if earlier != line.number:
            named = shown(mark[0]) if len(key) == 1 else " ".join(str(v) for v in mark[:2] if v is not None)
            table.found.add(line.number, key[0], f"{named} stands on line {earlier} already")


def _check_students(students: Table, sections: Table) -> None:
    _check_named(students, "section", sections, "section")
    place = {line.values["section"]: line for line in sections.lines if "section" in line.values}
    served: dict[str, int] = {}
    for line in students.lines:
        section: Any = line.values.get("section")
        if section not in place:
            continue
        grade, theirs = line.values.get("grade"), place[section].values.get("grade")
        if grade and theirs and grade != theirs:
            text = f'"{grade}" is not the grade of section {shown(section)}, which is "{theirs}" in {sections.file}'
            students.found.add(line.number, "grade", text)
        size = place[section].values.get("size")
        served[section] = served.get(section, 0) + 1
        if size is not None and served[section] == size + 1:
            text = f"{shown(section)} has size {size} in {sections.file}; this is one child more"
            students.found.add(line.number, "section", text)


def _check_services(tables: Mapping[str, Table]) -> None:
    services = tables["services"]
    _check_named(services, "id", tables["students"], "id")
    _check_named(services, "provider_role", tables["staff"], "role")
    grade_of: dict[Any, str] = {
        line.values.get("id"): line.values.get("grade", "") for line in tables["students"].lines
    }
    week = _week_minutes(tables["bell"])
    for line in services.lines:
        v = line.values
        if v.get("start") and v.get("end") and v["end"] < v["start"]:
            services.found.add(line.number, "end", f"{v['end']} is before the start, {v['start']}")
        limit = week.get(grade_of.get(v.get("id"), ""), 0)
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


def _check_rooms(rooms: Table, sections: Table) -> None:
    known = sections.known("section")
    if known is None:
        return
    for column in rooms.columns:
        if column not in _ROOM_COLUMNS and column not in known:
            text = f"is neither a column of this table nor a section in {sections.file}"
            rooms.found.add_guess(1, column, text, column, [*known, *_ROOM_COLUMNS])


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
            pairs.found.add(line.number, "other", f"{shown(other)} is the same child")
            continue
        earlier, number = rules.setdefault(frozenset((one, other)), (rule, line.number))
        if number != line.number:
            text = "stand together" if earlier == rule else f'have the rule "{earlier}"'
            pairs.found.add(line.number, "rule", f"{shown(one)} and {shown(other)} {text} on line {number} already")
        elif rule == "must":
            links.setdefault(one, set()).add(other)
            links.setdefault(other, set()).add(one)
    for together, (rule, number) in rules.items():
        one, other = sorted(together)
        chain = _chain(links, one, other) if rule == "never" else []
        if chain:
            names = ", ".join(shown(name) for name in chain)
            pairs.found.add(
                number, "rule", f"{shown(one)} and {shown(other)} may never be together, but must rules tie {names}"
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
