"""3:1: three weeks of sessions, then one in which the therapist consults, observes and makes up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from sdmsim.base import Described
from sdmsim.delivery.vocabulary import Case, CaseRow, Choice, Choices
from sdmsim.delivery.where import Where
from sdmsim.school.calendar import SchoolYear
from sdmsim.streams import Luck


class ThreeOne(Described):
    """Every fourth school week has no sessions. So that a year holds the same minutes, the sessions of the other
    three are longer by a third (40 minutes instead of 30); rows per month, quarter or year keep their sessions.
    """

    kind: Literal["3:1"]
    where: Where
    """Where the sessions are given."""
    consultation_minutes: Annotated[int, Field(ge=1, le=480)] = 10
    """With a child's teacher, for each of its rows in each week without sessions; judged."""
    amount: Literal["kept", "as written"] = "kept"
    """as written: sessions stay as long as they are, and a year holds a quarter less."""

    def decide(self, caseload: Sequence[Case], calendar: SchoolYear, luck: Luck) -> Choices:
        """`where`, in three weeks of four, and consultation in the fourth."""
        fourth = sum(1 << week for week in range(3, calendar.n_weeks, 4))
        chosen = self.where.decide(caseload, calendar, luck)
        return {
            row.row: tuple(part for one in chosen[row.row] for part in self._parts(row, one, fourth))
            for case in caseload
            for row in case.rows
        }

    def _parts(self, row: CaseRow, one: Choice, fourth: int) -> tuple[Choice, ...]:
        if row.per != "week":
            return (one._replace(weeks=one.weeks & ~fourth),)
        minutes = round(one.minutes * 4 / 3) if self.amount == "kept" else one.minutes
        consulted = one._replace(weeks=one.weeks & fourth, minutes=self.consultation_minutes, sessions=1)
        return one._replace(minutes=minutes, weeks=one.weeks & ~fourth), consulted._replace(consulted=True)
