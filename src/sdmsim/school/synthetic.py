"""Schools that a generator makes from a seed, so that nobody needs real data to try the simulator."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sdmsim.base import Described
from sdmsim.school.synthetic_chicago import chicago_school
from sdmsim.school.synthetic_children import Wishes
from sdmsim.school.synthetic_place import SHAPES, neighbourhood_school
from sdmsim.school.vocabulary import School, Share
from sdmsim.streams import Luck


class Synthetic(Described):
    """A school drawn from `seed`: draws are made by name, so that one child more changes nobody else's draw.

    `like`: "maple" (K-5, 24 sections, 528 children, 55 in speech therapy), "small" (K-2, 6 sections, 12 children in
    speech therapy, a therapist for two days a week) or "chicago" (K-8, its size, classes, plans and
    staff drawn from public records).
    """

    kind: Literal["synthetic"]
    like: Literal["maple", "chicago", "small"]
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    clustered_sections: Annotated[int, Field(ge=1, le=20)] | None = None
    """Children with a `team` row sit in this many sections of each grade; None: in any section of their grade."""
    max_served_per_class: Annotated[int, Field(ge=1, le=60)] = 8
    """Children in therapy in one class at most, where the grade has room (New Jersey's limit for in-class
    resource programs in elementary classes is 8)."""
    caseload: Annotated[float, Field(gt=0.0, le=4.0)] = 1.0
    """Factor on the number of children with plans, kind by kind."""
    enrolment: Annotated[int, Field(ge=100, le=2000)] | None = None
    """Children of a Chicago school; None: drawn. The other schools have a fixed size."""
    monthly_share: Share = 0.0
    """Share of the children with one session a week whose plan is written per month instead: two sessions a month."""
    school_year: Literal["2014-15", "2015-16", "2024-25"] | None = None
    """The dated rows: Maple's year (2024-25), or one of the two years of the Chicago record; None: the school's own."""
    opening_days: Annotated[int, Field(ge=0, le=20)] = 0
    """School days at the start in which classes keep all children, bell to bell (routines, tests of the new year)."""
    closing_days: Annotated[int, Field(ge=0, le=20)] = 0
    """The same at the end (last tests, farewells)."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.like != "chicago":
            there = len(SHAPES[self.like].letters)
            if self.clustered_sections is not None and self.clustered_sections > there:
                raise ValueError(
                    f"clustered_sections is {self.clustered_sections}, but each grade has {there} sections"
                )
            if self.enrolment is not None:
                raise ValueError(f'enrolment is for like = "chicago"; "{self.like}" has a fixed size')
        return self

    def school(self, folder: Path) -> School:
        """Draw the school. `folder` is not read."""
        luck = Luck(self.seed, None)
        wishes = Wishes(
            clustered_sections=self.clustered_sections,
            max_served_per_class=self.max_served_per_class,
            caseload=self.caseload,
            monthly_share=self.monthly_share,
            school_year=self.school_year or ("2014-15" if self.like == "chicago" else "2024-25"),
            opening_days=self.opening_days,
            closing_days=self.closing_days,
        )
        if self.like == "chicago":
            return chicago_school(luck, wishes, self.enrolment)
        return neighbourhood_school(luck, self.like, wishes)
