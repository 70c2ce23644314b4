"""The synthetic neighbourhood schools: Maple (K-5) and the small one (K-2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sdmsim.school.synthetic_children import Child, Wishes, pick, roster, seats
from sdmsim.school.synthetic_days import bell, calendar, clock, data, therapist
from sdmsim.school.vocabulary import WEEKDAYS, School, Section, Weekday
from sdmsim.streams import Luck


@dataclass(frozen=True, slots=True)
class Shape:
    """What the neighbourhood schools differ in."""

    grades: tuple[str, ...]
    letters: str
    """One section of each grade for each letter."""
    fte: float
    site_days: tuple[Weekday, ...]


SHAPES: Mapping[str, Shape] = {
    "maple": Shape(("K", "1", "2", "3", "4", "5"), "ABCD", 1.0, WEEKDAYS),
    "small": Shape(("K", "1", "2"), "AB", 0.4, ("Tue", "Thu")),
}


def neighbourhood_school(luck: Luck, like: str, wishes: Wishes) -> School:
    """Draw Maple or the small school."""
    shape, place = SHAPES[like], data("synthetic.toml")
    sections = {grade: [grade + letter for letter in shape.letters] for grade in shape.grades}
    children = []
    for profile in place["profile"]:
        for n in range(1, round(profile[like] * wishes.caseload) + 1):
            child_id = f"{profile['letter']}{n:02d}"
            grade = pick(luck, "grade", child_id, dict.fromkeys(shape.grades, 1.0))
            children.append(Child(child_id, profile, grade, pick(luck, "category", child_id, profile["categories"])))
    seat = seats(luck, children, sections, wishes.clustered_sections, wishes.max_served_per_class)
    students, services = roster(luck, children, seat, place["attendance"], wishes.monthly_share)
    day = place["bell"]
    blocks = bell({g: day[g] for g in shape.grades}, day["formats"], day["protected"], clock(day["first"]))
    year = place["calendar"][wishes.school_year]
    return School(
        students=students,
        services=services,
        sections=_classes(luck, sections),
        bell=blocks,
        staff=(therapist("SLP-1", place["therapist"], shape.fte, shape.site_days),),
        calendar=calendar(year, shape.grades, blocks, wishes.opening_days, wishes.closing_days),
    )


def _classes(luck: Luck, sections: Mapping[str, Sequence[str]]) -> tuple[Section, ...]:
    """22 children each on average (docs/model.md, "Maple"): what one class has more, its neighbour has less."""
    rows = []
    for grade, names in sections.items():
        for left, right in zip(names[::2], names[1::2], strict=True):
            more = int(5 * luck.uniform("class size", left)) - 2
            for name, size in ((left, 22 + more), (right, 22 - more)):
                collab = round(0.3 + 0.5 * luck.uniform("collaboration", name), 2)  # judged: no measurement was found
                rows.append(Section(grade=grade, section=name, teacher=f"T-{name}", size=size, collab=collab))
    return tuple(rows)
