"""Spells of a year: a flu month, a week of snow on the roads, in which fewer children and staff are there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from sdmsim.base import Described, Problem, did_you_mean, dotted, quoted
from sdmsim.school.calendar import SchoolYear
from sdmsim.school.vocabulary import School, Share, Text


class Spell(Described):
    """Dates between which attendance is lower. Who would be absent anyway is absent too; spells at once multiply."""

    first_day: date
    """Its first day."""
    last_day: date
    """Its last day."""
    child_attendance: Share = 1.0
    """Of the children who would be there otherwise, the share who are there."""
    provider_attendance: Share = 1.0
    """The same of therapists."""
    grades: tuple[Text, ...] = ()
    """Grades whose children it touches; empty: all. Therapists are touched in any case."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_day < self.first_day:
            raise ValueError(f"last_day {self.last_day} is before first_day {self.first_day}")
        return self


def spell_problems(spells: Sequence[Spell], school: School, calendar: SchoolYear, file: str) -> Iterator[Problem]:
    """Spells outside the year, and grades that are nowhere."""
    grades = list(dict.fromkeys(section.grade for section in school.sections))
    for number, spell in enumerate(spells, 1):
        key = dotted(["spell", number - 1])
        if not any(spell.first_day <= day.date <= spell.last_day for day in calendar.days):
            text = f"{spell.first_day} to {spell.last_day} holds no school day of the year"
            yield Problem(file, 0, f"{key}.first_day", text)
        for grade in spell.grades:
            if grade not in grades:
                text = f"{quoted(grade)} is not a grade of the school{did_you_mean(grade, grades)}"
                yield Problem(file, 0, f"{key}.grades", text)


def child_factors(spells: Sequence[Spell], school: School, calendar: SchoolYear) -> NDArray[np.float64]:
    """(child, school day): what spells leave of attendance."""
    found = np.ones((len(school.students), len(calendar.days)))
    for spell in spells:
        touched = np.array([not spell.grades or s.grade in spell.grades for s in school.students], dtype=bool)
        found[np.ix_(touched, _days(spell, calendar))] *= spell.child_attendance
    return found


def provider_factors(spells: Sequence[Spell], calendar: SchoolYear) -> NDArray[np.float64]:
    """By school day: the same for therapists."""
    found = np.ones(len(calendar.days))
    for spell in spells:
        found[_days(spell, calendar)] *= spell.provider_attendance
    return found


def _days(spell: Spell, calendar: SchoolYear) -> NDArray[np.bool_]:
    return np.array([spell.first_day <= day.date <= spell.last_day for day in calendar.days], dtype=bool)
