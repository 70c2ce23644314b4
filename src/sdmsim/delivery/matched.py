"""Matched to the child's profile: the first rule that fits a row decides where it is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from sdmsim.base import Described
from sdmsim.delivery.choosing import each_row
from sdmsim.delivery.vocabulary import Case, CaseRow, Choices, Setting
from sdmsim.school.calendar import SchoolYear
from sdmsim.school.vocabulary import Grade, Text, grade_number
from sdmsim.streams import Luck
from sdmsim.theory.vocabulary import Domain


class Rule(Described):
    """A rule fits where all that it names fits; what it does not name may be anything."""

    setting: Setting
    """Where the rows that fit are given."""
    domain: tuple[Domain, ...] = ()
    category: tuple[Text, ...] = ()
    """As students.csv writes it."""
    severity: tuple[Literal["mild", "moderate", "severe"], ...] = ()
    attention: tuple[Literal["low", "usual"], ...] = ()
    noise: tuple[Literal["sensitive", "usual"], ...] = ()
    preference: tuple[Literal["class", "apart"], ...] = ()
    grade_from: Grade | None = None
    grade_to: Grade | None = None

    def fits(self, case: Case, row: CaseRow) -> bool:
        """Whether a row of a case is one that the rule speaks of."""
        named = (
            (self.domain, row.domain),
            (self.category, case.category),
            (self.severity, case.severity),
            (self.attention, case.attention),
            (self.noise, case.noise),
            (self.preference, case.preference),
        )
        grade = grade_number(case.grade)
        lowest = grade if self.grade_from is None else grade_number(self.grade_from)
        highest = grade if self.grade_to is None else grade_number(self.grade_to)
        return lowest <= grade <= highest and all(not some or one in some for some, one in named)


class Matched(Described):
    """Each `team` row is given where the first rule that fits it says, else where `otherwise` says."""

    kind: Literal["matched"]
    rule: Annotated[tuple[Rule, ...], Field(min_length=1)]
    """In order."""
    otherwise: Setting
    """Where rows are given that no rule fits."""

    def decide(self, caseload: Sequence[Case], calendar: SchoolYear, luck: Luck) -> Choices:
        """By the rules."""
        return each_row(
            caseload,
            lambda case, row: next((rule.setting for rule in self.rule if rule.fits(case, row)), self.otherwise),
        )
