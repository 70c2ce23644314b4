"""Pull-out only: every child whose setting is the team's to choose is served in a therapy room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from sdmsim.base import Described
from sdmsim.delivery.vocabulary import Case, Setting
from sdmsim.streams import Luck


class PullOut(Described):
    """All `team` rows are given in a therapy room."""

    kind: Literal["pull-out"]

    def settings(self, caseload: Sequence[Case], luck: Luck) -> Mapping[str, Setting]:
        """The therapy room for every case."""
        return {case.student: "therapy_room" for case in caseload}
