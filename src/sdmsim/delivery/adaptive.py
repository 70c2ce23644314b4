"""Adaptive: at its reviews the team moves a goal into class once it is sure apart, and out again if it slips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sdmsim.base import Described
from sdmsim.delivery.vocabulary import Case, CaseFile, Choices, Setting
from sdmsim.delivery.where import Where
from sdmsim.school.calendar import SchoolYear
from sdmsim.school.vocabulary import Share
from sdmsim.streams import Luck

_ROUNDING = 1e-9
"""A mean of tenths is not exactly a tenth."""

Threshold = Annotated[float, Field(ge=0.0, le=2.0)]


class Adaptive(Described):
    """Rows begin as `start` says. At each review (`[reviews]`) the last probes decide: a `team` row given apart moves
    into class where their mean in therapy has reached `into_class_at`; one given in class moves out where it lies
    below `out_again_below`. Between the two nothing moves (hysteresis). A threshold above 1 is never reached.
    """

    kind: Literal["adaptive"]
    start: Where
    """Where rows are given until the first review that moves them."""
    into_class_at: Threshold
    """Share right."""
    out_again_below: Threshold
    """Share right."""
    probes: Annotated[int, Field(ge=1, le=20)] = 3
    """The last probes that count; with fewer, nothing moves."""
    given_at_least: Share = 0.5
    """Where less than this share of the owed minutes was given since the last review, nothing moves."""
    weeks_between: Annotated[int, Field(ge=0, le=53)] = 0
    """School weeks that a row stays where it is before it can move again."""

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.out_again_below > self.into_class_at:
            raise ValueError(f"out_again_below {self.out_again_below} is above into_class_at {self.into_class_at}")
        return self

    def decide(self, caseload: Sequence[Case], calendar: SchoolYear, luck: Luck) -> Choices:
        """As `start`."""
        return self.start.decide(caseload, calendar, luck)

    def review(self, files: Sequence[CaseFile]) -> Mapping[int, Setting]:
        """The rows that move, by their last probes in therapy."""
        found: dict[int, Setting] = {}
        for file in files:
            last = file.in_therapy[-self.probes :]
            if len(last) < self.probes or file.given_share < self.given_at_least or file.since < self.weeks_between:
                continue
            right = sum(last) / len(last)
            if file.setting != "classroom" and right >= self.into_class_at - _ROUNDING:
                found[file.row.row] = "classroom"
            elif file.setting == "classroom" and right < self.out_again_below - _ROUNDING:
                found[file.row.row] = "therapy_room"
        return found
