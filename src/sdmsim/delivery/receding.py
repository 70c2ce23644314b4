"""Receding: intense first, then less."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from sdmsim.base import Described
from sdmsim.delivery.choosing import scaled, some_weeks
from sdmsim.delivery.vocabulary import Case, Choices
from sdmsim.delivery.where import Where
from sdmsim.school.calendar import SchoolYear
from sdmsim.streams import Luck


class Receding(Described):
    """The year is cut into as many equal parts as there are amounts; in each, rows per week hold so many times their
    amount: more sessions where that is a whole number, else longer ones. Other rows stay as they are.
    """

    kind: Literal["receding"]
    where: Where
    """Where the sessions are given."""
    amounts: Annotated[tuple[Annotated[float, Field(gt=0.0, le=5.0)], ...], Field(min_length=2, max_length=12)]
    """[1.5, 1, 0.5]: a year holds what is written where their mean is 1."""

    def decide(self, caseload: Sequence[Case], calendar: SchoolYear, luck: Luck) -> Choices:
        """`where`, with the amount of each part of the year."""
        parts = len(self.amounts)
        cuts = [round(calendar.n_weeks * part / parts) for part in range(parts + 1)]
        chosen = self.where.decide(caseload, calendar, luck)
        found = {}
        for row in (row for case in caseload for row in case.rows):
            if row.per != "week":
                found[row.row] = tuple(chosen[row.row])
                continue
            found[row.row] = tuple(
                one._replace(sessions=sessions, minutes=minutes, weeks=one.weeks & some_weeks(*cuts[part : part + 2]))
                for one in chosen[row.row]
                for part, (sessions, minutes) in enumerate(scaled(row, amount) for amount in self.amounts)
            )
        return found
