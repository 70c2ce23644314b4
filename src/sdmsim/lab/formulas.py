"""How many staff a role needs by formulas in official use, to stand beside what is simulated.

The formulas and their sources are data (`formulas.toml`). They count different things, so they disagree on one roster.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from sdmsim.base import Described, read_as
from sdmsim.delivery.vocabulary import Week
from sdmsim.scenario import Scenario
from sdmsim.school.calendar import SchoolYear
from sdmsim.school.grid import weekly_minutes
from sdmsim.school.vocabulary import School, Text

Counts = Literal["children", "plan_hours", "direct_hours", "direct_hours_of_a_week"]


class Formula(Described):
    """A rule of thumb that gives FTE."""

    name: Text
    counts: Counts
    number: Annotated[float, Field(gt=0.0)]
    source: Text

    def fte(self, load: Load) -> float:
        """FTE of a role with this load; exact, not rounded up."""
        if self.counts == "children":
            return load.children / self.number
        if self.counts == "plan_hours":
            return load.plan_hours / self.number
        if self.counts == "direct_hours":
            return load.direct_hours / self.number
        return load.direct_hours * self.number / load.full_time_hours


class Load(NamedTuple):
    """What a role has to do, as the formulas count it."""

    children: int
    """With a service row for the role, direct or indirect."""
    plan_hours: float
    """A week, added up over children: each child of a group counts in full."""
    direct_hours: float
    """A week of the timetable with children, mean over school weeks: a group counts once."""
    full_time_hours: float


class _Formulas(Described):
    formula: tuple[Formula, ...]


@cache
def formulas() -> tuple[Formula, ...]:
    """Those that ship, in their order."""
    text = resources.files("sdmsim.lab").joinpath("formulas.toml").read_text("utf-8")
    return read_as(_Formulas, tomllib.loads(text), "formulas.toml").formula


def load_of(scenario: Scenario, week: Week, role: str) -> Load:
    """The load of a role. `week`: the scenario's timetable with enough staff that every session has a place."""
    school = scenario.roster
    weeks = scenario.calendar.n_weeks
    direct = sum(
        a.minutes * (a.weeks & (1 << weeks) - 1).bit_count() / weeks
        for a in week.appointments
        if school.staff[a.therapist].role == role
    )
    return Load(
        children_of(school, role), plan_hours(school, scenario.calendar, role), direct / 60.0,
        scenario.week.full_time_hours,
    )  # fmt: skip


def children_of(school: School, role: str) -> int:
    """Children with a service row for the role."""
    return len({row.id for row in school.services if row.provider_role == role})


def plan_hours(school: School, calendar: SchoolYear, role: str) -> float:
    """Hours a week that the plans give all children together for the role, direct and indirect."""
    rows = (row for row in school.services if row.provider_role == role)
    return sum(weekly_minutes(row, calendar) for row in rows) / 60.0
