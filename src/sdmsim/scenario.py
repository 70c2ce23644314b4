"""The whole description of a school and how it delivers: load, vary, digest."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PrivateAttr, ValidationError, model_validator

from sdmsim.base import Described, InputErrors, Problem, digest
from sdmsim.delivery import Delivery
from sdmsim.delivery.rules import Days, Goal, Grouping, Moves, WeekRules
from sdmsim.school.calendar import SchoolYear, school_year
from sdmsim.school.sources import SchoolSource
from sdmsim.school.vocabulary import School

FORMAT = 1


class Year(Described):
    """The horizon: the first and the last school day, and the weeks without therapy at the start."""

    first_day: date
    last_day: date
    start_up_weeks: Annotated[int, Field(ge=0, le=20)] = 2
    """School weeks at the start in which the timetable is still being made."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_day < self.first_day:
            raise ValueError(f"last_day {self.last_day} is before first_day {self.first_day}")
        return self


class Scenario(Described):
    """One school, one year, one way to deliver."""

    format: Literal[1] = FORMAT
    title: str
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    year: Year
    school: SchoolSource
    delivery: Delivery
    goals: Mapping[str, Goal]
    grouping: Grouping = Grouping()
    week: WeekRules = WeekRules()
    moves: Moves = Moves()
    days: Days = Days()

    _file: str = PrivateAttr(default="scenario")
    _folder: Path = PrivateAttr(default=Path())
    _roster: School | None = PrivateAttr(default=None)

    @property
    def roster(self) -> School:
        """The school itself, read and checked when the scenario was loaded."""
        if self._roster is None:
            raise RuntimeError("a scenario has a school only when it comes from load() or Scenario.make()")
        return self._roster

    @cached_property
    def calendar(self) -> SchoolYear:
        """The dated school year."""
        return school_year(self.year.first_day, self.year.last_day, self.roster.calendar)

    @classmethod
    def make(cls, content: Mapping[str, Any], folder: Path, file: str = "scenario") -> Scenario:
        """A scenario from the content of its file; paths in it are relative to `folder`.

        Raises:
            InputErrors: every problem of the content and of the tables it names.
        """
        try:
            scenario = cls.model_validate(content)
        except ValidationError as error:
            raise InputErrors(explain(error, file)) from None
        scenario._file, scenario._folder = file, folder
        scenario._roster = scenario.school.school(folder)
        problems = scenario.check_against_roster()
        if problems:
            raise InputErrors(problems)
        return scenario

    def but(self, **changes: Any) -> Scenario:
        """A copy with values replaced by dotted name: `but(**{"delivery.push_in_share": 0.25})`.

        Raises:
            InputErrors: for a name that is not there or a value that will not do.
        """
        content = self.model_dump(mode="json", exclude_unset=True)
        problems = [p for name, value in changes.items() for p in self._replace(content, name, value)]
        if problems:
            raise InputErrors(problems)
        return Scenario.make(content, self._folder, self._file)

    def digest(self) -> str:
        """SHA-256 of the scenario's content and of every row of its tables."""
        return digest([self.model_dump(mode="json"), self.roster.model_dump(mode="json")])


def load(path: str | Path) -> Scenario:
    """Read a scenario file and every table it names.

    Raises:
        InputErrors: every problem of every file.
    """
    file = Path(path)
    return Scenario.make(read_toml(file), file.parent, file.name)
