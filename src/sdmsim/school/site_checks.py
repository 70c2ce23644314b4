"""Sites of a school: classes and rooms that lie at them, who is posted where, and the drives between."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from sdmsim.school.personal import shown
from sdmsim.school.table import Line, Table
from sdmsim.school.time_checks import check_end, span


def check_sites(tables: Mapping[str, Table]) -> None:
    """Note what does not agree between sections, rooms, staff, postings and drives."""
    sections = tables["sections"]
    sites = _sites(sections)
    for name, columns in (("rooms", ("site",)), ("postings", ("site",)), ("drives", ("site", "other"))):
        if name in tables:
            _check_known(tables[name], columns, sections, sites)
    if "rooms" in tables:
        _check_rooms(tables["rooms"], sections, sites)
    if "drives" in tables:
        _check_drives(tables["drives"])
    if "postings" in tables:
        _check_postings(tables)
    _check_everybody_posted(tables, sites)


def _sites(sections: Table) -> list[str]:
    """The sites that classes name; empty where there is one site without a name, or the table is not whole."""
    named = [line for line in sections.lines if "site" in line.values]
    if named and len(named) < len(sections.lines):
        for line in sections.lines:
            if "site" not in line.values | dict.fromkeys(line.unread):
                sections.found.add(line.number, "site", f"is empty, but line {named[0].number} has a site")
    return list(dict.fromkeys(line.values["site"] for line in named)) if sections.whole else []


def _check_known(table: Table, columns: tuple[str, ...], sections: Table, sites: list[str]) -> None:
    if not sections.whole:
        return
    for line in table.lines:
        for column in columns:
            site = line.values.get(column)
            if site is not None and site not in sites:
                table.found.add_guess(
                    line.number, column, f"{shown(site)} is not a site in {sections.file}", site, sites
                )


def _check_rooms(rooms: Table, sections: Table, sites: list[str]) -> None:
    if len(sites) < 2:
        return
    for line in rooms.lines:
        if "site" not in line.values and "site" not in line.unread:
            rooms.found.add(line.number, "site", f"is empty, but {sections.file} has {len(sites)} sites")
    with_room = {line.values.get("site") for line in rooms.lines}
    for site in sites:
        if rooms.whole and site not in with_room:
            rooms.found.add(0, "site", f"no room is at {shown(site)} of {sections.file}")


def _check_drives(drives: Table) -> None:
    seen: dict[frozenset[Any], int] = {}
    for line in drives.lines:
        v = line.values
        if not {"site", "other"} <= v.keys():
            continue
        if v["site"] == v["other"]:
            drives.found.add(line.number, "other", f"{shown(v['other'])} is the same site")
            continue
        earlier = seen.setdefault(frozenset((v["site"], v["other"])), line.number)
        if earlier != line.number:
            text = (
                f"{shown(v['site'])} and {shown(v['other'])} stand on line {earlier} already; a drive holds both ways"
            )
            drives.found.add(line.number, "other", text)


def _check_postings(tables: Mapping[str, Table]) -> None:
    """Each posting is of somebody, within its contract day; two of one day leave time for the drive."""
    postings, staff = tables["postings"], tables["staff"]
    member = {line.values["id"]: line.values for line in staff.lines if "id" in line.values}
    days: dict[tuple[Any, str], list[Line]] = {}
    for line in postings.lines:
        v = line.values
        who: Any = v.get("therapist")
        if who is not None and staff.known("id") is not None and who not in member:
            postings.found.add_guess(line.number, "therapist", f"{shown(who)} is not in {staff.file}", who, member)
        sound = check_end(postings, line) and {"therapist", "day", "site", "start", "end"} <= v.keys()
        theirs = member.get(who, {})
        if (
            sound
            and {"start", "end"} <= theirs.keys()
            and not theirs["start"] <= v["start"] <= v["end"] <= theirs["end"]
        ):
            text = f"{span(v['start'], v['end'])} is outside the contract day of {shown(who)}, "
            postings.found.add(line.number, "start", text + span(theirs["start"], theirs["end"]))
        elif sound:
            for day in v["day"]:
                days.setdefault((who, day), []).append(line)
    told: set[tuple[int, int]] = set()
    for (_, day), lines in days.items():
        for one, other in pairwise(sorted(lines, key=lambda found: (found.values["start"], found.values["end"]))):
            if (one.number, other.number) not in told:
                told.add((one.number, other.number))
                _check_drive(tables, day, one, other)


def _check_drive(tables: Mapping[str, Table], day: str, one: Line, other: Line) -> None:
    found, (a, b) = tables["postings"].found, (one.values, other.values)
    gap = b["start"] - a["end"]
    if gap < 0:
        text = f"{span(b['start'], b['end'])} overlaps {span(a['start'], a['end'])} on line {one.number} ({day})"
        found.add(other.number, "start", text)
    elif a["site"] != b["site"]:
        way = f"{shown(a['site'])} (line {one.number}) to {shown(b['site'])}"
        drives = tables.get("drives")
        if drives is None:
            found.add(other.number, "start", f"how long is the drive from {way} on {day}? Give it in school.drives")
            return
        minutes = next(
            (
                line.values.get("minutes")
                for line in drives.lines
                if {line.values.get("site"), line.values.get("other")} == {a["site"], b["site"]}
            ),
            None,
        )
        if minutes is None:
            if drives.whole and not drives.found.problems:
                found.add(other.number, "start", f"{drives.file} has no drive from {way}")
        elif gap < minutes:
            text = f"{gap} minutes on {day} from {way}; the drive takes {minutes} in {drives.file}"
            found.add(other.number, "start", text)


def _check_everybody_posted(tables: Mapping[str, Table], sites: list[str]) -> None:
    """Where there are several sites, everybody is posted."""
    staff, postings = tables["staff"], tables.get("postings")
    if len(sites) < 2 or (postings is not None and not postings.whole):
        return
    posted = {line.values.get("therapist") for line in postings.lines} if postings else set()
    table = postings.file if postings else "postings.csv (school.postings)"
    for line in staff.lines:
        name: Any = line.values.get("id")
        if name is not None and name not in posted:
            text = f"{shown(name)} has no row in {table}, but {tables['sections'].file} has {len(sites)} sites"
            staff.found.add(line.number, "id", text)
