"""Five-minute drills: short sessions with one child, just outside its class, several times a week."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from sdmsim.base import Described
from sdmsim.delivery.vocabulary import Case, Choices
from sdmsim.delivery.where import Where
from sdmsim.school.calendar import SchoolYear
from sdmsim.streams import Luck
from sdmsim.theory.vocabulary import Domain


class Drills(Described):
    """`team` rows per week of some domains become drills in the hallway; all others are given as `where` says.

    The plan then promises other minutes than written (3 x 5 for 1 x 30): the results say so.
    """

    kind: Literal["drills"]
    where: Where
    """Where the other rows are given."""
    domains: Annotated[tuple[Domain, ...], Field(min_length=1)] = ("speech_sounds",)
    """Domains of the goals that are drilled."""
    sessions: Annotated[int, Field(ge=1, le=10)]
    """A week."""
    minutes: Annotated[int, Field(ge=1, le=30)] = 5
    """Of one drill."""

    def decide(self, caseload: Sequence[Case], calendar: SchoolYear, luck: Luck) -> Choices:
        """Drills where they fit, else `where`."""
        chosen = self.where.decide(caseload, calendar, luck)
        drilled = {"sessions": self.sessions, "minutes": self.minutes, "alone": True}
        return {
            row.row: (row.given("hallway", **drilled),)
            if row.setting is None and row.per == "week" and row.domain in self.domains
            else chosen[row.row]
            for case in caseload
            for row in case.rows
        }
