"""The synthetic neighbourhood schools: Maple (K-5) and the small one (K-2)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from typing import Any, Literal

from sdmsim.school.synthetic_children import Child, pick, roster, seats
from sdmsim.school.vocabulary import WEEKDAYS, Block, CalendarEntry, School, Section, StaffMember
from sdmsim.streams import Luck

_SHAPES: Mapping[str, Mapping[str, Any]] = {
    "maple": {"grades": ("K", "1", "2", "3", "4", "5"), "letters": "ABCD", "fte": 1.0, "site_days": WEEKDAYS},
    "small": {"grades": ("K", "1", "2"), "letters": "AB", "fte": 0.4, "site_days": ("Tue", "Thu")},
}


def data(name: str) -> dict[str, Any]:
    """The content of a TOML file that ships beside this module."""
    return tomllib.loads(files("sdmsim.school").joinpath(name).read_text(encoding="utf-8"))


def clock(text: str) -> int:
    """Minutes after midnight of `HH:MM`."""
    hours, minutes = text.split(":")
    return 60 * int(hours) + int(minutes)


def neighbourhood_school(
    luck: Luck,
    like: Literal["maple", "small"],
    *,
    clustered_sections: int | None,
    max_served_per_class: int,
    caseload: float,
    monthly_share: float,
) -> School:
    """Draw Maple or the small school."""
    shape, place = _SHAPES[like], data("synthetic_places.toml")
    sections = {grade: [grade + letter for letter in shape["letters"]] for grade in shape["grades"]}
    children = []
    for profile in place["profile"]:
        for n in range(1, round(profile[like] * caseload) + 1):
            child_id = f"{profile['letter']}{n:02d}"
            grade = pick(luck, "grade", child_id, dict.fromkeys(shape["grades"], 1.0))
            children.append(Child(child_id, profile, grade, pick(luck, "category", child_id, profile["categories"])))
    seat = seats(luck, children, sections, clustered_sections, max_served_per_class)
    students, services = roster(luck, children, seat, place["attendance"], monthly_share)
    return School(
        students=students,
        services=services,
        sections=_classes(luck, sections),
        bell=_bell(place["bell"], shape["grades"]),
        staff=(_therapist(place["therapist"], shape["fte"], shape["site_days"]),),
        calendar=tuple(_entry(row) for row in place["calendar"] if row.get("grade", "K") in shape["grades"]),
    )


def _classes(luck: Luck, sections: Mapping[str, list[str]]) -> tuple[Section, ...]:
    """22 children each on average (planning.md, section 10): what one class has more, its neighbour has less."""
    rows = []
    for grade, names in sections.items():
        for left, right in zip(names[::2], names[1::2], strict=True):
            more = int(5 * luck.uniform("class size", left)) - 2
            for name, size in ((left, 22 + more), (right, 22 - more)):
                collab = round(0.3 + 0.5 * luck.uniform("collaboration", name), 2)  # judged: no measurement was found
                rows.append(Section(grade=grade, section=name, teacher=f"T-{name}", size=size, collab=collab))
    return tuple(rows)


def _bell(bell: Mapping[str, Any], grades: tuple[str, ...]) -> tuple[Block, ...]:
    rows = []
    for grade in grades:
        for day in WEEKDAYS:
            start, seen = clock(bell["first"]), dict[str, int]()
            for subject, minutes in bell[grade]:
                seen[subject] = seen.get(subject, 0) + 1
                rows.append(
                    Block(
                        grade=grade,
                        day=day,
                        start=start,
                        end=start + minutes,
                        block=subject if seen[subject] == 1 else f"{subject} {seen[subject]}",
                        subject=subject,
                        protected=subject in bell["protected"],
                        format=bell["formats"][subject],
                    )
                )
                start += minutes
    return tuple(rows)


def _therapist(row: Mapping[str, Any], fte: float, site_days: tuple[Any, ...]) -> StaffMember:
    clocks = {key: clock(row[key]) for key in ("start", "end", "lunch_start", "lunch_end")}
    duties = ("documentation", "evaluation", "consultation", "meetings", "planning", "duty")
    scaled = {key: round(row[key] * fte) for key in duties}
    return StaffMember(
        id="SLP-1",
        role=row["role"],
        fte=fte,
        site_days=site_days,
        lunch_minutes=row["lunch_minutes"],
        busy=tuple(
            (day, clock(start), clock(end))
            for day in site_days
            for busy_day, start, end in row["busy"]
            if busy_day == day
        ),
        **clocks,
        **scaled,
    )


def _entry(row: Mapping[str, Any]) -> CalendarEntry:
    clocks = {key: clock(row[key]) for key in ("start", "end") if key in row}
    through: date | None = row.get("through")
    return CalendarEntry(date=row["date"], through=through, kind=row["kind"], grade=row.get("grade", ""), **clocks)
