"""A Chicago elementary school (K-8), drawn from distributions fitted to public records.

Not drawn: pre-kindergarten, classes for children with disabilities only (all served children sit in
general classes), day lengths other than the usual 420 minutes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp
from statistics import NormalDist
from typing import Any

from sdmsim.school.synthetic_children import Child, Wishes, beta_draw, in_drawn_order, pick, roster, seats
from sdmsim.school.synthetic_days import bell, calendar, clock, data, therapist
from sdmsim.school.vocabulary import WEEKDAYS, School, Section, Service, StaffMember
from sdmsim.streams import Luck

GRADES = ("K", *(str(n) for n in range(1, 9)))
_WEEKS_IN = {"week": 1.0, "month": 3.6}
"""School weeks in a period: 36 in ten months."""


def chicago_school(luck: Luck, wishes: Wishes, enrolment: int | None) -> School:
    """Draw a school; `enrolment` None: drawn as well."""
    city, common = data("synthetic_chicago.toml"), data("synthetic.toml")
    size = _enrolment(luck, city["enrolment"]) if enrolment is None else enrolment
    grade_size = _grade_sizes(luck, size, city["grade_size_cv"])
    classes = [row for grade in GRADES for row in _classes(luck, grade, grade_size[grade], city["class_size"][grade])]
    sections = {grade: [c.section for c in classes if c.grade == grade] for grade in GRADES}
    with_plan = city["special_education"]
    share = beta_draw(
        luck,
        "special education",
        "school",
        with_plan["alpha"] / (with_plan["alpha"] + with_plan["beta"]),
        with_plan["alpha"] + with_plan["beta"],
    )
    children = _children(luck, round(size * share * wishes.caseload), grade_size, city)
    seat = seats(luck, children, sections, wishes.clustered_sections, wishes.max_served_per_class)
    students, services = roster(luck, children, seat, common["attendance"], wishes.monthly_share)
    first = clock(pick(luck, "start of the day", "school", city["start"]))
    day = city["bell"]
    orders = {grade: day["orders"][day["band"][grade]] for grade in GRADES}
    blocks = bell(orders, day["formats"], day["protected"], first)
    return School(
        students=students,
        services=services,
        sections=tuple(classes),
        bell=blocks,
        staff=_staff(luck, services, city["required_minutes_per_therapist_day"], common["therapist"], first),
        calendar=calendar(
            common["calendar"][wishes.school_year], GRADES, blocks, wishes.opening_days, wishes.closing_days
        ),
    )


def _enrolment(luck: Luck, fitted: Mapping[str, float]) -> int:
    """Lognormal, held within the sizes that were seen."""
    size = exp(fitted["log_mean"] + fitted["log_sd"] * _normal(luck, "enrolment", "school"))
    return round(min(max(size, fitted["least"]), fitted["most"]))


def _normal(luck: Luck, decision: str, who: str) -> float:
    return NormalDist().inv_cdf(luck.uniform(decision, who))


def _grade_sizes(luck: Luck, enrolment: int, cv: float) -> dict[str, int]:
    """Children of each grade: around the ninth part of the school, together exactly the enrolment."""
    weight = {grade: max(0.2, 1.0 + cv * _normal(luck, "size of the grade", grade)) for grade in GRADES}
    whole = sum(weight.values())
    sizes, given, so_far = {}, 0, 0.0
    for grade in GRADES:
        so_far += weight[grade]
        sizes[grade] = round(enrolment * so_far / whole) - given
        given += sizes[grade]
    return sizes


def _classes(luck: Luck, grade: str, children: int, usual: float) -> list[Section]:
    """As many sections as bring the class nearest to the usual size; children spread evenly."""
    n = max(1, round(children / usual))
    rows = []
    for i in range(n):
        name = grade + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[i]
        collab = round(0.3 + 0.5 * luck.uniform("collaboration", name), 2)  # judged: no measurement was found
        size = min(60, max(1, children * (i + 1) // n - children * i // n))
        rows.append(Section(grade=grade, section=name, teacher=f"T-{name}", size=size, collab=collab))
    return rows


def _children(luck: Luck, with_plan: int, grade_size: Mapping[str, int], city: Mapping[str, Any]) -> list[Child]:
    """The children with a plan who get speech services, each with a grade, a category and a kind of plan."""
    grades = {grade: float(size) for grade, size in grade_size.items()}
    profiles = {profile["letter"]: profile for profile in city["profile"]}
    children = []
    for n in range(1, with_plan + 1):
        who = f"{n:03d}"
        category = pick(luck, "category", who, city["category"])
        if luck.uniform("in speech therapy", who) >= city["speech_share"][category]:
            continue
        letter = pick(luck, "kind of plan", who, city["plans"][city["plans_of"].get(category, "learning")])
        children.append(Child(letter + who, profiles[letter], pick(luck, "grade", who, grades), category))
    return children


def _staff(
    luck: Luck, services: Sequence[Service], minutes_a_day: float, week: Mapping[str, Any], first: int
) -> tuple[StaffMember, ...]:
    """Therapists for whole days, as many as the required minutes ask; their day begins half an hour before school."""
    weekly = sum(s.minutes * s.sessions / _WEEKS_IN[s.per] for s in services)
    days = max(1, round(weekly / minutes_a_day))
    moved = first - 30 - clock(week["start"])
    # No rate: the record is of 2014-16, and no pay of that time was found.
    shifted = dict(week, rate=None, busy=[[d, _later(a, moved), _later(b, moved)] for d, a, b in week["busy"]])
    for key in ("start", "end", "lunch_start", "lunch_end"):
        shifted[key] = _later(week[key], moved)
    staff = []
    for n in range(-(-days // 5)):
        name = f"SLP-{n + 1}"
        chosen = in_drawn_order(luck, "days on site", name, WEEKDAYS)[: min(5, days - 5 * n)]
        staff.append(therapist(name, shifted, len(chosen) / 5, [day for day in WEEKDAYS if day in chosen]))
    return tuple(staff)


def _later(text: str, minutes: int) -> str:
    moved = clock(text) + minutes
    return f"{moved // 60:02d}:{moved % 60:02d}"
