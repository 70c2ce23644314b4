"""Push-in only: every child whose setting is the team's to choose is served in its class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from sdmsim.base import Described
from sdmsim.delivery.vocabulary import Case, Setting
from sdmsim.streams import Luck


class PushIn(Described):
    """All `team` rows are given in class."""

    kind: Literal["push-in"]

    def settings(self, caseload: Sequence[Case], luck: Luck) -> Mapping[str, Setting]:
        """The class for every case."""
        return {case.student: "classroom" for case in caseload}
