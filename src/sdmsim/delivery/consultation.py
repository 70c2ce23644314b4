"""Consultation only: the therapist works with the teacher, not with the child."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from sdmsim.base import Described
from sdmsim.delivery.vocabulary import Case, Choices
from sdmsim.school.calendar import SchoolYear
from sdmsim.streams import Luck
from sdmsim.theory.vocabulary import DOMAINS, Domain


class ConsultationOnly(Described):
    """`team` rows have no sessions: their minutes are spent with the child's teacher. What the plan then promises of
    direct therapy is less than written: the results say so.
    """

    kind: Literal["consultation"]
    weekly_minutes: Annotated[int, Field(ge=1, le=480)]
    """With the teacher, for each such row."""
    domains: Annotated[tuple[Domain, ...], Field(min_length=1)] = DOMAINS
    """Domains of the goals that are given so; rows of the others are given in a therapy room."""

    def decide(self, caseload: Sequence[Case], calendar: SchoolYear, luck: Luck) -> Choices:
        """Consultation for open rows of the domains; a row per month, quarter or year keeps its dates."""
        return {
            row.row: (
                row.given("classroom")._replace(consulted=True, sessions=1, minutes=self.weekly_minutes)
                if row.setting is None and row.domain in self.domains
                else row.given("therapy_room"),
            )
            for case in caseload
            for row in case.rows
        }
