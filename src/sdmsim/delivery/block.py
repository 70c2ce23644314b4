"""Block: twice the sessions in every other part of the year, none between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from sdmsim.base import Described
from sdmsim.delivery.choosing import some_weeks
from sdmsim.delivery.vocabulary import Case, Choices
from sdmsim.delivery.where import Where
from sdmsim.school.calendar import SchoolYear
from sdmsim.streams import Luck


class Block(Described):
    """The year is cut into parts of equal length. Half of the classes have their sessions, twice as many a week, in the
    odd parts, the other half in the even ones ("blocks by teacher"). Rows per month, quarter or year stay as they are.
    """

    kind: Literal["block"]
    where: Where
    """Where the sessions are given."""
    parts: Annotated[int, Field(ge=2, le=12, multiple_of=2)]
    """4 is nine weeks on and nine off."""

    def decide(self, caseload: Sequence[Case], calendar: SchoolYear, luck: Luck) -> Choices:
        """`where`, in the class's own parts of the year; of a grade, every second class in order of name begins."""
        classes = sorted({(case.grade, case.section) for case in caseload})
        grades = [grade for grade, _ in classes]
        half = {section: (n - grades.index(grade)) % 2 for n, (grade, section) in enumerate(classes)}
        cuts = [round(calendar.n_weeks * part / self.parts) for part in range(self.parts + 1)]
        weeks = [
            sum(some_weeks(cuts[part], cuts[part + 1]) for part in range(which, self.parts, 2)) for which in (0, 1)
        ]
        chosen = self.where.decide(caseload, calendar, luck)
        return {
            row.row: tuple(
                one._replace(sessions=2 * one.sessions, weeks=one.weeks & weeks[half[case.section]])
                if row.per == "week"
                else one
                for one in chosen[row.row]
            )
            for case in caseload
            for row in case.rows
        }
