"""Push-in only: every row whose setting is the team's to choose is given in class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sdmsim.base import Described
from sdmsim.delivery.choosing import each_row
from sdmsim.delivery.vocabulary import Case, Choices
from sdmsim.school.calendar import SchoolYear
from sdmsim.streams import Luck


class PushIn(Described):
    """All `team` rows are given in class."""

    kind: Literal["push-in"]

    def decide(self, caseload: Sequence[Case], calendar: SchoolYear, luck: Luck) -> Choices:
        """The class for every open row."""
        return each_row(caseload, lambda case, row: "classroom")
