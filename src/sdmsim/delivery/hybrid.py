"""Hybrid by share: a share of the children is served in class, the others in a therapy room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sdmsim.base import Described
from sdmsim.delivery.choosing import each_row
from sdmsim.delivery.vocabulary import Case, Choices
from sdmsim.school.calendar import SchoolYear
from sdmsim.school.vocabulary import Share
from sdmsim.streams import Luck


class Hybrid(Described):
    """`push_in_share` of the children with a `team` row are served in class.

    `choose = "random"`: each child by a draw of its own, so the share holds on average.
    `choose = "section"`: whole classes, those with the most such children first, so that one visit
    reaches several; the share holds to the nearest class. Either way the children in class at a
    smaller share are among those at a larger one.
    """

    kind: Literal["hybrid"]
    push_in_share: Share
    choose: Literal["random", "section"] = "random"

    def decide(self, caseload: Sequence[Case], calendar: SchoolYear, luck: Luck) -> Choices:
        """One setting for all open rows of a child."""
        asked = [case for case in caseload if case.open_rows]
        inside = self._at_random(asked, luck) if self.choose == "random" else self._by_section(asked, luck)
        return each_row(caseload, lambda case, _: "classroom" if case.student in inside else "therapy_room")

    def _at_random(self, caseload: Sequence[Case], luck: Luck) -> set[str]:
        return {c.student for c in caseload if luck.uniform("push-in by share", c.student) < self.push_in_share}

    def _by_section(self, caseload: Sequence[Case], luck: Luck) -> set[str]:
        members: dict[str, list[str]] = {}
        for case in caseload:
            members.setdefault(case.section, []).append(case.student)
        order = sorted(members, key=lambda s: (-len(members[s]), luck.uniform("push-in by section", s), s))
        inside: set[str] = set()
        seen = 0
        for section in order:
            here = members[section]
            if seen + len(here) / 2 <= self.push_in_share * len(caseload):
                inside.update(here)
            seen += len(here)
        return inside
