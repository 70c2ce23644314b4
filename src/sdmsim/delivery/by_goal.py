"""Hybrid by goal: what a row is about decides where it is given, such as language in class and speech sounds apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from sdmsim.base import Described
from sdmsim.delivery.choosing import each_row
from sdmsim.delivery.vocabulary import Case, Choices
from sdmsim.school.calendar import SchoolYear
from sdmsim.streams import Luck
from sdmsim.theory.vocabulary import Domain


class ByGoal(Described):
    """`team` rows of some domains are given in class, those of the others in a therapy room."""

    kind: Literal["by-goal"]
    in_class: Annotated[tuple[Domain, ...], Field(min_length=1)]
    """Domains of the goals that are worked on in class."""

    def decide(self, caseload: Sequence[Case], calendar: SchoolYear, luck: Luck) -> Choices:
        """By the domain of each row's goal."""
        return each_row(caseload, lambda case, row: "classroom" if row.domain in self.in_class else "therapy_room")
