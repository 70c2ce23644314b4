"""A district: several neighbourhood schools whose therapists are shared, posted by half-days, with drives between.

Children, plans, the bell and the days are made of what Maple is made of; every school has its own mix of plans.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import hypot
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from sdmsim.base import Described
from sdmsim.school.sites import with_posted_days
from sdmsim.school.synthetic_children import Child, pick, roster, seats
from sdmsim.school.synthetic_days import bell, calendar, clock, data, therapist
from sdmsim.school.vocabulary import WEEKDAYS, Drive, Posting, School, Section, Service, Share, StaffMember
from sdmsim.streams import Luck

GRADES = ("K", "1", "2", "3", "4", "5")
HALF_DAYS = 10
"""Of a full-time therapist's week."""
_NOON = clock("11:15")
"""When a morning at one site ends, on days with a drive."""
_LETTERS = "ABCDEFGHIJKLMNOP"

Weights = Literal["headcount", "minutes"] | tuple[Annotated[float, Field(gt=0.0)], ...]


class SyntheticDistrict(Described):
    """A district of schools like Maple, drawn from `seed`, with therapists who are shared between them.

    The therapists' half-days are dealt out to the schools by `share_by`, each at least one; a therapist takes as many
    in a row as it has, school after school, so that most drives fall between neighbours in the list.
    """

    kind: Literal["synthetic-district"]
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    children: Annotated[tuple[Annotated[int, Field(ge=1, le=200)], ...], Field(min_length=1, max_length=60)]
    """Children in speech therapy at each school: as many numbers as schools."""
    slps: Annotated[float, Field(gt=0.0, le=100.0)]
    """Speech-language pathologists of the district, in FTE; the last one may be a part-timer."""
    ots: Annotated[float, Field(ge=0.0, le=100.0)] = 0.0
    """Occupational therapists of the district, in FTE; 0: nobody has occupational therapy."""
    ot_share: Share = 0.15
    """Share of the children who have occupational therapy besides."""
    share_by: Weights = "minutes"
    """What a school's part of the therapists goes by: headcount, the minutes that its plans promise, or weights of its
    own, one for each school."""
    max_served_per_class: Annotated[int, Field(ge=1, le=60)] = 8
    """Children in therapy in one class at most, where the grade has room."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if isinstance(self.share_by, tuple) and len(self.share_by) != len(self.children):
            n, schools = len(self.share_by), len(self.children)
            raise ValueError(f"share_by has {n} weights, but children has {schools} schools")
        for name, fte in (("slps", self.slps), ("ots", self.ots)):
            if 0 < round(fte * HALF_DAYS) < len(self.children):
                raise ValueError(
                    f"{name} is {fte:g}: {round(fte * HALF_DAYS)} half-days for {len(self.children)} schools"
                )
        return self

    def school(self, folder: Path) -> School:
        """Draw the district. `folder` is not read."""
        place, own = data("synthetic.toml"), data("synthetic_district.toml")
        parts = [_drawn(Luck(self.seed, None), self, number, place, own) for number in range(len(self.children))]
        sections = tuple(section for part in parts for section in part.sections)
        services = tuple(row for part in parts for row in part.services)
        day, year = place["bell"], place["calendar"]["2024-25"]
        blocks = bell({g: day[g] for g in GRADES}, day["formats"], day["protected"], clock(day["first"]))
        names = [site_name(number) for number in range(len(self.children))]
        drives = _drives(Luck(self.seed, None), names, own["roads"])
        staff: list[StaffMember] = []
        postings: list[Posting] = []
        for role, fte in (("SLP", self.slps), ("OT", self.ots)):
            if fte:
                weights = self._weights(role, parts)
                members = _members(role, fte, place["therapist"])
                staff += members
                postings += _postings(members, weights, drives, place["therapist"])
        return with_posted_days(
            School(
                students=tuple(student for part in parts for student in part.students),
                services=services,
                sections=sections,
                bell=blocks,
                staff=tuple(staff),
                calendar=calendar(year, GRADES, blocks, 0, 0),
                postings=tuple(postings),
                drives=tuple(drives.values()),
            )
        )

    def _weights(self, role: str, parts: Sequence[School]) -> dict[str, float]:
        """What each school's part of a role goes by; a school without anybody who needs the role has none."""
        found = {}
        for number, part in enumerate(parts):
            rows = [row for row in part.services if row.provider_role == role]
            if not rows:
                continue
            if isinstance(self.share_by, tuple):
                weight = self.share_by[number]
            elif self.share_by == "headcount":
                weight = float(len({row.id for row in rows}))
            else:
                weight = float(sum(row.minutes * row.sessions / _WEEKS_IN[row.per] for row in rows))
            found[site_name(number)] = weight
        return found


_WEEKS_IN = {"week": 1, "month": 4, "quarter": 9, "year": 36}


def site_name(number: int) -> str:
    """S01 is the first school."""
    return f"S{number + 1:02d}"


def _drawn(
    luck: Luck, district: SyntheticDistrict, number: int, place: Mapping[str, Any], own: Mapping[str, Any]
) -> School:
    """One school's children and classes; everything in it is named after the school."""
    site, n = site_name(number), district.children[number]
    low, high = own["plans"]["need"]
    need = low * (high / low) ** luck.uniform("need of the school", site)
    weights = {
        letter: weight * (need if letter in own["plans"]["heavy"] else 1.0)
        for letter, weight in own["plans"]["weights"].items()
    }
    profiles = {profile["letter"]: profile for profile in place["profile"]}
    letters = _LETTERS[: max(1, round(n / own["place"]["children_per_letter"]))]
    sections = {grade: [f"{site}-{grade}{letter}" for letter in letters] for grade in GRADES}
    children = []
    for i in range(1, n + 1):
        name = f"{site}-{i:03d}"
        profile = profiles[pick(luck, "kind of plan", name, weights)]
        grade = pick(luck, "grade", name, dict.fromkeys(GRADES, 1.0))
        children.append(Child(name, profile, grade, pick(luck, "category", name, profile["categories"])))
    seat = seats(luck, children, sections, None, district.max_served_per_class)
    students, services = roster(luck, children, seat, place["attendance"], 0.0)
    smallest, largest = own["place"]["class_size"]
    classes = [
        Section(
            grade=grade,
            section=name,
            teacher=f"T-{name}",
            size=smallest + int((largest - smallest + 1) * luck.uniform("class size", name)),
            collab=round(0.3 + 0.5 * luck.uniform("collaboration", name), 2),  # judged: no measurement was found
            site=site,
        )
        for grade, names in sections.items()
        for name in names
    ]
    both = [c.id for c in children if district.ots and luck.uniform("occupational therapy", c.id) < district.ot_share]
    ot = own["ot"]
    more = tuple(
        Service(
            id=name,
            service="OT",
            minutes=ot["minutes"],
            per="week",
            sessions=ot["sessions"],
            goal=ot["goal"],
            setting=ot["setting"],
            provider_role="OT",
        )
        for name in both
    )
    return School(
        students=students, services=(*services, *more), sections=tuple(classes), bell=(), staff=(), calendar=()
    )


def _drives(luck: Luck, names: Sequence[str], roads: Mapping[str, float]) -> dict[tuple[str, str], Drive]:
    """A drive for every two schools, from where they were drawn to lie."""
    at = {name: (luck.uniform("east", name), luck.uniform("north", name)) for name in names}
    found = {}
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            miles = roads["side_miles"] * hypot(at[one][0] - at[other][0], at[one][1] - at[other][1])
            minutes = round(roads["minutes"] + 60.0 * miles / roads["miles_an_hour"])
            found[one, other] = Drive(site=one, other=other, minutes=minutes, miles=round(miles, 1))
    return found


def _members(role: str, fte: float, week: Mapping[str, Any]) -> list[StaffMember]:
    """Full-timers, and a part-timer for the rest, by half-days."""
    left, found = round(fte * HALF_DAYS), list[StaffMember]()
    while left > 0:
        halves = min(HALF_DAYS, left)
        days = WEEKDAYS[: -(-halves // 2)]
        found.append(therapist(f"{role}-{len(found) + 1}", {**week, "role": role}, halves / HALF_DAYS, days))
        left -= halves
    return found


def dealt(halves: int, weights: Mapping[str, float]) -> dict[str, int]:
    """Half-days of each school: in proportion to its weight, at least one (D'Hondt's way of dealing out seats)."""
    found = dict.fromkeys(weights, 1)
    for _ in range(halves - len(weights)):
        most = max(weights, key=lambda site: weights[site] / (found[site] + 1))
        found[most] += 1
    return found


def _postings(
    members: Sequence[StaffMember],
    weights: Mapping[str, float],
    drives: Mapping[tuple[str, str], Drive],
    week: Mapping[str, Any],
) -> list[Posting]:
    """School after school along the half-days of one therapist after the other."""
    halves = [round(member.fte * HALF_DAYS) for member in members]
    parts = dealt(sum(halves), weights)
    schools = [site for site, n in parts.items() for _ in range(n)]
    found, at = [], 0
    first, last = clock(week["start"]), clock(week["end"])
    for member, n in zip(members, halves, strict=True):
        own, at = schools[at : at + n], at + n
        for day in range(-(-n // 2)):
            here = own[2 * day : 2 * day + 2]
            stays = [(here[0], first, _NOON if len(here) == 1 else last)]
            if len(set(here)) == 2:
                drive = drives.get((here[0], here[1])) or drives[here[1], here[0]]
                stays = [(here[0], first, _NOON), (here[1], _NOON + drive.minutes, last)]
            found += [
                Posting(therapist=member.id, day=WEEKDAYS[day], site=site, start=start, end=end)
                for site, start, end in stays
            ]
    return found
