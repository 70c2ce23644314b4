"""A post that is vacant for a part of the year, and what is done about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from sdmsim.base import Described, Problem, did_you_mean
from sdmsim.base import dotted as key
from sdmsim.school.calendar import SchoolYear
from sdmsim.school.vocabulary import School, Share, Text

Dollars = Annotated[float, Field(ge=0.0, le=10000.0)]
Lag = Annotated[int, Field(ge=0, le=52)]


class Nothing(Described):
    """The sessions of the post are missed until somebody comes back to it."""

    kind: Literal["nothing"]


class Redistribute(Described):
    """The others of the same role take what they have room for: a free chair in a group, or free contract time.

    Everything that they hold stays where it is. What finds no place is missed.
    """

    kind: Literal["redistribute"]
    after_weeks: Lag
    """Whole school weeks without anybody, before the others begin."""


class Contractor(Described):
    """Somebody new on site keeps the weekly places of the post, and is paid each hour worked."""

    kind: Literal["contractor"]
    after_weeks: Lag
    """Whole school weeks without anybody, before the new one begins."""
    rate: Dollars | None = None
    """Pay an hour, in dollars; not given: no costs are worked out."""
    id: Text | None = None
    """Of the new member of staff; not given: the therapist's with `-contractor` behind it."""


class Remote(Described):
    """Somebody new at a distance keeps the weekly places outside the class, and is paid each hour worked.

    Nobody visits a class from a distance: rows whose setting is the team's to choose are given apart where there is
    free time, others are missed.
    """

    kind: Literal["remote"]
    after_weeks: Lag
    """Whole school weeks without anybody, before the new one begins."""
    rate: Dollars | None = None
    """Pay an hour, in dollars; not given: no costs are worked out."""
    id: Text | None = None
    """Of the new member of staff; not given: the therapist's with `-remote` behind it."""
    helper_hours: Annotated[float, Field(ge=0.0, le=60.0)]
    """Hours a week for which somebody on site fetches the children and sits in."""
    helper_rate: Dollars | None = None
    """Pay an hour of that person, in dollars, benefits on top; not given: no costs are worked out."""
    helper_attendance: Share | None = None
    """Share of the school days on which that person is there; on others the sessions are missed (`helper_missing`). Not
    given: `days.provider_attendance`."""


Remedy = Annotated[Nothing | Redistribute | Contractor | Remote, Field(discriminator="kind")]


class Vacancy(Described):
    """A therapist leaves, or is on leave, and the post is vacant. Give `weeks` or `last_day`."""

    therapist: Text
    """An id in the staff table."""
    first_day: date
    """The first day without the therapist."""
    weeks: Annotated[int, Field(ge=1, le=53)] | None = None
    """School weeks, that of `first_day` counted whole; more than are left: to the end of the year."""
    last_day: date | None = None
    """The last day without the therapist."""
    remedy: Remedy
    """What is done about it."""

    @model_validator(mode="after")
    def _ends_once(self) -> Self:
        if (self.weeks is None) == (self.last_day is None):
            raise ValueError("give weeks or last_day" + (", not both" if self.weeks is not None else ""))
        if self.last_day is not None and self.last_day < self.first_day:
            raise ValueError(f"last_day {self.last_day} is before first_day {self.first_day}")
        return self

    @property
    def successor(self) -> str | None:
        """The id of the new member of staff, where there is one."""
        if isinstance(self.remedy, Contractor | Remote):
            return self.remedy.id or f"{self.therapist}-{self.remedy.kind}"
        return None


class Gap(NamedTuple):
    """When a member of staff is not in its post."""

    therapist: int
    """Position in the staff."""
    first: date
    last: date


class Absence(NamedTuple):
    """A vacancy on the calendar. Remedies hold for whole school weeks."""

    first: date
    last: date
    vacant: range
    """School weeks in which the post is vacant on every school day."""
    remedied: range
    """Of these, the weeks in which the remedy holds."""


def absence_of(vacancy: Vacancy, calendar: SchoolYear) -> Absence:
    """The days and school weeks of a vacancy. It begins within the year."""
    begins = next(d for d in calendar.days if d.date >= vacancy.first_day)
    last = vacancy.last_day
    if vacancy.weeks is not None:
        last = max(d.date for d in calendar.days if d.week < begins.week + vacancy.weeks)
    assert last is not None
    whole = [
        week
        for week in range(calendar.n_weeks)
        if all(vacancy.first_day <= d.date <= last for d in calendar.days if d.week == week)
    ]
    vacant = range(whole[0], whole[-1] + 1) if whole else range(0)
    if isinstance(vacancy.remedy, Nothing):
        return Absence(vacancy.first_day, last, vacant, range(0))
    return Absence(vacancy.first_day, last, vacant, vacant[vacancy.remedy.after_weeks :])


def vacancy_problems(
    vacancies: Sequence[Vacancy], school: School, calendar: SchoolYear, file: str, table: str
) -> Iterator[Problem]:
    """Whether vacancies speak of the school's staff and year, each post vacant once at a time. `table`: the staff's."""
    staff = {member.id: member for member in school.staff}
    names = set(staff)
    for n, one in enumerate(vacancies):
        where: list[str | int] = ["vacancy", n]
        if one.therapist not in staff:
            text = f'"{one.therapist}" is not in {table}{did_you_mean(one.therapist, staff)}'
            yield Problem(file, 0, key([*where, "therapist"]), text)
            continue
        if not any(d.date >= one.first_day for d in calendar.days):
            yield Problem(file, 0, key([*where, "first_day"]), f"{one.first_day} is after the last school day")
            continue
        if one.last_day is not None and calendar.days[0].date > one.last_day:
            yield Problem(file, 0, key([*where, "last_day"]), f"{one.last_day} is before the first school day")
            continue
        if one.successor in names:
            text = f'"{one.successor}" is the id of somebody else; give the new member of staff an id of its own'
            yield Problem(file, 0, key([*where, "remedy", "id"]), text)
        names.add(one.successor or one.therapist)
        role = staff[one.therapist].role
        alone = [member.role for member in school.staff].count(role) == 1
        if isinstance(one.remedy, Redistribute) and alone:
            text = f'"redistribute", but {one.therapist} is the only {role} in {table}'
            yield Problem(file, 0, key([*where, "remedy", "kind"]), text)
        mine = absence_of(one, calendar)
        if not isinstance(one.remedy, Nothing) and not mine.remedied:
            text = f"{one.remedy.after_weeks}, but the post is vacant for {len(mine.vacant)} whole school weeks"
            yield Problem(file, 0, key([*where, "remedy", "after_weeks"]), text)
        for other in vacancies[:n]:
            if other.therapist == one.therapist and any(d.date >= other.first_day for d in calendar.days):
                before = absence_of(other, calendar)
                if before.first <= mine.last and mine.first <= before.last:
                    text = f'"{one.therapist}" is away already from {before.first} to {before.last}'
                    yield Problem(file, 0, key([*where, "therapist"]), text)


def vacancy_notes(vacancies: Sequence[Vacancy], file: str) -> Iterator[str]:
    """Remedies of which nobody knows the price."""
    for n, one in enumerate(vacancies):
        remedy = one.remedy
        missing = [name for name in ("rate", "helper_rate") if getattr(remedy, name, 0.0) is None]
        for name in missing:
            yield f"{file} has no {key(['vacancy', n, 'remedy', name])}: no costs are worked out."
