"""Pull-out only: every row whose setting is the team's to choose is given in a therapy room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sdmsim.base import Described
from sdmsim.delivery.choosing import each_row
from sdmsim.delivery.vocabulary import Case, Choices
from sdmsim.school.calendar import SchoolYear
from sdmsim.streams import Luck


class PullOut(Described):
    """All `team` rows are given in a therapy room."""

    kind: Literal["pull-out"]

    def decide(self, caseload: Sequence[Case], calendar: SchoolYear, luck: Luck) -> Choices:
        """The therapy room for every open row."""
        return each_row(caseload, lambda case, row: "therapy_room")
