"""Who comes and who goes in a year, drawn by name before anything is lived.

An arm with a higher rate has everybody that an arm with a lower one has, on the same days and with the same class and
plan, and more: arrivals are counted in units of chance that a rate only cuts off at another place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from math import floor, log
from typing import TYPE_CHECKING, NamedTuple

from sdmsim.delivery.caseload import (
    SCHOOL_DAYS_A_MONTH,
    SCHOOL_DAYS_A_YEAR,
    CaseloadRules,
    direct_children,
    templates,
)
from sdmsim.events import LEAVING
from sdmsim.school.calendar import SchoolYear
from sdmsim.school.vocabulary import School, Section, Service, Student, grade_number
from sdmsim.streams import Luck

if TYPE_CHECKING:
    from collections.abc import Mapping

_BANDS = (2, 5, 8)
"""The last grades of the bands in which plans are alike."""


class Arrival(NamedTuple):
    """A child that is not on the caseload yet, or a child of it that is evaluated again."""

    day: int
    """The school day of consent, or of moving in."""
    name: str
    """A code that names its luck, and the child if it joins."""
    evaluated: bool
    eligible: bool
    served: int
    """Position of a child on the caseload that is evaluated again; -1 for all others."""


def arrivals_of(rules: CaseloadRules, school: School, calendar: SchoolYear, luck: Luck) -> list[Arrival]:
    """Everybody who comes in a year, in order of day and name."""
    weights = rules.weights
    usual = (1.0,) * len(weights)
    found = [
        Arrival(day, name, True, luck.uniform("found eligible", name) < (rules.eligible_share or 0.0), -1)
        for day, name in _poisson("referral", rules.referrals_per_month, weights, calendar, luck)
    ]
    found += [
        Arrival(day, name, False, True, -1)
        for day, name in _poisson("moved in", rules.moves_in_per_month, usual, calendar, luck)
    ]
    by = [d.index for d in calendar.days if rules.growth_by is None or d.date <= rules.growth_by]
    for number in range(rules.grown(school)):
        name = f"growth {number + 1}"
        found.append(Arrival(_a_day(luck.uniform("day of growth", name), by, weights, calendar), name, True, True, -1))
    every = [d.index for d in calendar.days]
    for child in direct_children(school):
        name = school.students[child].id
        if luck.uniform("evaluated again", name) < rules.reevaluation_share:
            day = _a_day(luck.uniform("day of evaluation", name), every, weights, calendar)
            found.append(Arrival(day, name, True, True, child))
    return sorted(found)


def _poisson(
    kind: str, per_month: float, weights: Sequence[float], calendar: SchoolYear, luck: Luck
) -> Iterator[tuple[int, str]]:
    """(day, name) of Poisson arrivals, month by month."""
    months: Mapping[tuple[int, int], list[int]] = {}
    for day in calendar.days:
        months.setdefault((day.date.year, day.date.month), []).append(day.index)  # type: ignore[attr-defined]
    for (year, month), days in months.items():
        mean = per_month * weights[month - 1] * len(days) / SCHOOL_DAYS_A_MONTH
        spell = f"{year}-{month:02}"
        number, level = 0, -log(luck.uniform(kind, spell, 0))
        while level < mean:
            name = f"{kind} {spell} {number + 1}"
            yield days[floor(luck.uniform("day of the month", name) * len(days))], name
            number += 1
            level -= log(luck.uniform(kind, spell, number))


def _a_day(draw: float, days: Sequence[int], weights: Sequence[float], calendar: SchoolYear) -> int:
    """One of the days, each as likely as its month is busy."""
    of_days = [weights[calendar.days[day].date.month - 1] for day in days]
    total = sum(of_days) or 1.0
    level = 0.0
    for day, weight in zip(days, of_days, strict=True):
        level += weight
        if draw * total < level:
            return day
    return days[-1]


def child_of(arrival: Arrival, school: School, luck: Luck) -> tuple[Student, int]:
    """The child that joins, and the child (by position) that it has its plan, and all but its class, from.

    A class is drawn by size, at the sites where children are served; a child of its site by its own chance: so one more
    in the tables changes only who draws it.
    """
    site_of = {section.section: section.site for section in school.sections}
    by_site: dict[str, list[int]] = {}
    for child in templates(school):
        by_site.setdefault(site_of[school.students[child].section], []).append(child)
    place = _drawn_class(arrival.name, [s for s in school.sections if s.site in by_site], luck)
    likely = by_site[place.site]
    same = [i for i in likely if _band(school.students[i].grade) == _band(place.grade)]
    like = min(same or likely, key=lambda i: luck.uniform(f"plan of {arrival.name}", school.students[i].id))
    name = arrival.name
    while name in school.student_index:
        name += "'"
    changes = {"id": name, "grade": place.grade, "section": place.section}
    return school.students[like].model_copy(update=changes), like


def rows_like(school: School, like: int, child: str, first: date) -> list[Service]:
    """The direct rows of a child that last to the end of the year, as those of a child that joins on `first`."""
    rows = []
    for row in school.services:
        if row.id == school.students[like].id and row.kind == "direct" and row.end is None:
            start = first if row.start is None else max(first, row.start)
            rows.append(row.model_copy(update={"id": child, "start": start}))
    return rows


def _drawn_class(name: str, sections: Sequence[Section], luck: Luck) -> Section:
    return min(sections, key=lambda s: -log(luck.uniform(f"class of {name}", s.section)) / s.size)


def _band(grade: str) -> int:
    return sum(grade_number(grade) > last for last in _BANDS)


def leaves(rules: CaseloadRules, child: str, first: int, luck: Luck) -> tuple[int, int] | None:
    """(school day, why) of a child on the caseload from day `first` on; the day may lie after the year. None: never.

    Each child has its own draw, so a higher share lets it leave earlier and lets more leave.
    """
    found = []
    for why, share in zip(LEAVING, (rules.dismissed_share, rules.moves_away_share), strict=True):
        if share > 0.0:
            waits = log(luck.uniform(why, child)) / log(1.0 - share) * SCHOOL_DAYS_A_YEAR
            found.append((first + floor(waits), LEAVING.index(why)))
    return min(found, default=None)
