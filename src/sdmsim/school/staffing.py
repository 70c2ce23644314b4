"""How much staff of each role there is, where a scenario says otherwise than the staff table."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from math import ceil
from typing import Annotated

from pydantic import Field

from sdmsim.base import Described, Problem, did_you_mean, dotted, quoted
from sdmsim.school.vocabulary import WEEKDAYS, Posting, School, StaffMember, Weekday

OF_CASELOAD = ("documentation", "evaluation", "consultation")
"""Duties that the children bring: the role's total stays, however many share it."""
OF_PERSON = ("meetings", "planning", "duty")
"""Duties that each member of staff brings: they go with the FTE."""
_DAYS_IN_ORDER: tuple[Weekday, ...] = ("Tue", "Thu", "Wed", "Mon", "Fri")
"""Which days a part-timer is there first: holidays fall on Mondays and Fridays; judged."""
_PERSON = 1.0
_TINY = 1e-6


class Staffing(Described):
    """How much staff of a role there is, in the place of what staff.csv has.

    Fewer: the last members of the role are cut, down to nobody. More: further members like the role's first, each up to
    1 FTE. Who has a smaller part of a week is there on fewer days. Documentation, evaluation and consultation belong to
    the caseload: the role's total stays and is shared by FTE. Meetings, planning and duty go with the FTE.
    """

    fte: Mapping[str, Annotated[float, Field(ge=0.0, le=500.0)]] = {}
    """Full-time equivalents of a role in all: `fte = { SLP = 1.2 }`; a role that is not named: as in staff.csv."""

    def problems(
        self, school: School, file: str, tables: Mapping[str, str], whole: Collection[str]
    ) -> Iterator[Problem]:
        """Roles that are nowhere, and roles without anybody that services need."""
        staff, services = tables.get("staff", "the staff table"), tables.get("services", "the services table")
        roles = list(dict.fromkeys(member.role for member in school.staff))
        for role, fte in self.fte.items():
            key = dotted(["staffing", "fte", role])
            rows = sum(row.provider_role == role for row in school.services)
            if role not in roles:
                if "staff" in whole:
                    text = f"{quoted(role)} is not a role in {staff}{did_you_mean(role, roles)}"
                    yield Problem(file, 0, key, text)
            elif fte < _TINY and rows:
                yield Problem(file, 0, key, f"is 0, but {rows} rows of {services} need the role {quoted(role)}")

    def notes(self, school: School, file: str, table: str) -> Iterator[str]:
        """What stands in the place of the staff table."""
        for role, fte in self.fte.items():
            there = sum(member.fte for member in school.staff if member.role == role)
            if abs(there - fte) > _TINY:
                yield f"{file} gives {role} {fte:g} FTE in the place of {there:g} in {table} (staffing.fte)."

    def applied(self, school: School) -> School:
        """The school with this much staff; the same school where nothing changes."""
        lines = school.lines.get("staff") or (0,) * len(school.staff)
        rows = list(zip(school.staff, lines, strict=True))
        posted = {posting.therapist for posting in school.postings}
        for role, fte in self.fte.items():
            rows = _staffed(rows, role, fte, posted)
        staff = tuple(member for member, _ in rows)
        if staff == school.staff:
            return school
        found = school.model_copy(update={"staff": staff, "postings": _postings(school, staff)})
        found.__dict__["lines"] = {**school.lines, "staff": tuple(line for _, line in rows)} if school.lines else {}
        return found


_Row = tuple[StaffMember, int]
"""A member of staff and its line in the table; 0: no table."""


def _staffed(rows: Sequence[_Row], role: str, fte: float, posted: Collection[str]) -> list[_Row]:
    """The rows of the staff table with this much of a role; further members come last."""
    own = [row for row in rows if row[0].role == role]
    if not own or abs(sum(member.fte for member, _ in own) - fte) < _TINY:
        return list(rows)
    parts = _parts([member.fte for member, _ in own], fte)
    names = _names({member.id for member, _ in rows}, role, len(parts) - len(own))
    everyone = [*rows, *((own[0][0].model_copy(update={"id": name}), own[0][1]) for name in names)]
    total = {duty: sum(getattr(member, duty) for member, _ in own) for duty in OF_CASELOAD}
    shares = {duty: _shared(minutes, parts) for duty, minutes in total.items()}
    found, place = list[_Row](), 0
    for member, line in everyone:
        if member.role != role:
            found.append((member, line))
            continue
        if parts[place] > 0.0:
            of_caseload = {duty: shares[duty][place] for duty in OF_CASELOAD}
            like = own[place] if place < len(own) else own[0]
            found.append((_with(member, parts[place], of_caseload, like[0].id in posted), line))
        place += 1
    return found


def _postings(school: School, staff: Sequence[StaffMember]) -> tuple[Posting, ...]:
    """The postings of who is there, on the days that are left; further members go where the role's first goes."""
    known = {member.id for member in school.staff}
    first = {member.role: member.id for member in reversed(school.staff)}
    return tuple(
        posting.model_copy(update={"therapist": member.id})
        for member in staff
        for posting in school.postings
        if posting.therapist == (member.id if member.id in known else first[member.role])
        and posting.day in member.site_days
    )


def _parts(there: Sequence[float], fte: float) -> list[float]:
    """FTE of each member: the first keep theirs as far as it goes; what is more goes to further members."""
    parts, left = [], fte
    for own in there:
        parts.append(round(min(own, max(0.0, left)), 6))
        left -= parts[-1]
    while left > _TINY:
        parts.append(round(min(_PERSON, left), 6))
        left -= parts[-1]
    return parts


def _names(taken: Collection[str], role: str, n: int) -> list[str]:
    """Ids that nobody has."""
    found, number = list[str](), 0
    while len(found) < n:
        number += 1
        if (name := f"{role}-further-{number}") not in taken:
            found.append(name)
    return found


def _shared(minutes: int, parts: Sequence[float]) -> list[int]:
    """Whole minutes by FTE, together exactly the total."""
    found, so_far, total = list[int](), 0.0, sum(parts)
    for part in parts:
        so_far += part
        found.append(round(minutes * so_far / total) - sum(found) if total else 0)
    return found


def _with(member: StaffMember, fte: float, of_caseload: Mapping[str, int], posted: bool) -> StaffMember:
    """A member with another part of a week: days, fixed times and duties of its own go with it."""
    days = _days(member.site_days, fte / member.fte)
    days = tuple(day for day in days if not posted or day in member.site_days)
    changes: dict[str, object] = dict(of_caseload)
    if fte != member.fte:
        changes |= {duty: round(getattr(member, duty) * fte / member.fte) for duty in OF_PERSON}
        changes |= {"fte": fte, "site_days": days, "busy": tuple(b for b in member.busy if b[0] in days)}
    return member.model_copy(update=changes)


def _days(site_days: Sequence[Weekday], ratio: float) -> tuple[Weekday, ...]:
    """The days of a member with `ratio` times the work: some of its own where it has less, others too where more."""
    n = min(5, max(1, ceil(len(site_days) * ratio - _TINY)))
    order = sorted(_DAYS_IN_ORDER, key=lambda day: day not in site_days)[:n]
    return tuple(day for day in WEEKDAYS if day in order)
