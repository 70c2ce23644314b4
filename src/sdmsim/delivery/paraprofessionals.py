"""Paraprofessionals on site: who fetches children for a therapist, or is beside them, and what they are paid."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Annotated, Literal

from pydantic import Field

from sdmsim.base import Described, Problem, did_you_mean
from sdmsim.base import dotted as key
from sdmsim.delivery.money import Money
from sdmsim.delivery.rules import Days
from sdmsim.delivery.vacancy import Vacancy, vacancy_notes
from sdmsim.school.vocabulary import Share, Text


class Helper(Described):
    """A paraprofessional who works for therapists of the school, and is paid for fixed hours, benefits on top.

    The timetable is made as if there were none, so that a day without the helper can be lived. A remote therapist sees
    children outside the class only while a helper of its own is there: on other days their sessions are missed
    (`helper_missing`).
    """

    id: Text
    """A code of its own."""
    therapists: tuple[Text, ...]
    """Ids of the staff table; each has one helper at most that fetches."""
    task: Literal["fetch", "support"]
    """fetch: brings the children of pull-out sessions and takes them back, one group after the other; the therapist
    stays at its desk or in the room. Absent: the therapist fetches them. support: is beside the children; only its pay
    counts."""
    hours_a_week: Annotated[float, Field(ge=0.0, le=60.0)]
    """Paid in every school week."""
    rate: Annotated[float, Field(ge=0.0, le=10000.0)] | None = None
    """Pay an hour, in dollars; not given: no costs are worked out."""
    attendance: Share | None = None
    """Share of the school days on which it is there; not given: `days.provider_attendance`."""


def helper_problems(helpers: Sequence[Helper], staff: Collection[str], file: str, table: str) -> Iterator[Problem]:
    """Whether helpers work for somebody of the staff, and nobody is fetched for twice."""
    names, fetching = set(staff), dict[str, str]()
    for n, one in enumerate(helpers):
        where: list[str | int] = ["helper", n]
        if not one.therapists:
            yield Problem(file, 0, key([*where, "therapists"]), f"names nobody; give ids of {table}")
        if one.id in names:
            text = f'"{one.id}" is the id of somebody else; give the helper an id of its own'
            yield Problem(file, 0, key([*where, "id"]), text)
        names.add(one.id)
        for therapist in one.therapists:
            if therapist not in staff:
                text = f'"{therapist}" is not in {table}{did_you_mean(therapist, staff)}'
                yield Problem(file, 0, key([*where, "therapists"]), text)
            elif one.task == "fetch" and fetching.setdefault(therapist, one.id) != one.id:
                text = f'"{therapist}" has {fetching[therapist]} to fetch its children already'
                yield Problem(file, 0, key([*where, "therapists"]), text)


def price_notes(
    vacancies: Sequence[Vacancy], helpers: Sequence[Helper], file: str, days: Days, money: Money
) -> Iterator[str]:
    """Remedies, helpers and substitutes of which nobody knows the price."""
    yield from vacancy_notes(vacancies, file)
    if days.substitute_share and money.substitute_rate is None:
        yield f"{file} has no money.substitute_rate: no costs are worked out in years with substitutes."
    for n, one in enumerate(helpers):
        if one.rate is None:
            yield f"{file} has no {key(['helper', n, 'rate'])}: no costs are worked out."
