"""Schools that a generator makes from a seed, so that nobody needs real data to try the simulator."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sdmsim.base import Described
from sdmsim.school.synthetic_place import neighbourhood_school
from sdmsim.school.vocabulary import School, Share
from sdmsim.streams import Luck


class Synthetic(Described):
    """A school drawn from `seed`: draws are made by name, so that one child more changes nobody else's draw.

    `like`: "maple" (K-5, 24 sections, 528 children, 55 in speech therapy) or "small" (K-2, 6 sections,
    12 children in speech therapy, a therapist for two days a week).
    """

    kind: Literal["synthetic"]
    like: Literal["maple", "small"]
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    clustered_sections: Annotated[int, Field(ge=1, le=20)] | None = None
    """Children with a `team` row sit in this many sections of each grade; None: in any section of their grade."""
    max_served_per_class: Annotated[int, Field(ge=1, le=60)] = 8
    """Children in therapy in one class at most, where the grade has room (New Jersey's limit for in-class
    resource programs in elementary classes is 8)."""
    caseload: Annotated[float, Field(gt=0.0, le=4.0)] = 1.0
    """Factor on the number of children of each kind."""
    monthly_share: Share = 0.0
    """Share of the direct rows that are written per month, at four times the weekly sessions."""

    @model_validator(mode="after")
    def _room_for_all(self) -> Self:
        if self.like == "small" and (self.clustered_sections or 0) > 2:
            raise ValueError(
                f"clustered_sections: {self.clustered_sections}, but the small school has 2 sections a grade"
            )
        if self.like == "maple" and (self.clustered_sections or 0) > 4:
            raise ValueError(f"clustered_sections: {self.clustered_sections}, but Maple has 4 sections a grade")
        return self

    def school(self, folder: Path) -> School:
        """Draw the school. `folder` is not read."""
        return neighbourhood_school(
            Luck(self.seed, None),
            self.like,
            clustered_sections=self.clustered_sections,
            max_served_per_class=self.max_served_per_class,
            caseload=self.caseload,
            monthly_share=self.monthly_share,
        )
