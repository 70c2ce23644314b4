"""Hybrid by phase: learn apart first, then use it in class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from sdmsim.base import Described
from sdmsim.delivery.choosing import moved
from sdmsim.delivery.vocabulary import Case, Choices
from sdmsim.school.calendar import SchoolYear
from sdmsim.streams import Luck


class ByPhase(Described):
    """All `team` rows are given in a therapy room in the first school weeks, and in class from then on.

    A row per month, quarter or year moves with its first period that begins then or later.
    """

    kind: Literal["by-phase"]
    weeks_apart: Annotated[int, Field(ge=0, le=53)]
    """School weeks apart, those of the start-up among them."""

    def decide(self, caseload: Sequence[Case], calendar: SchoolYear, luck: Luck) -> Choices:
        """Apart until the week, in class after it."""
        return {
            row.row: moved(row, row.given("therapy_room"), "classroom", self.weeks_apart, calendar)
            if row.setting is None
            else (row.given(row.setting),)
            for case in caseload
            for row in case.rows
        }
