"""Where a school comes from: the user's tables, or a seeded generator."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from sdmsim.base import Described, InputErrors, Problem, quoted, read_as
from sdmsim.school.synthetic import Synthetic
from sdmsim.school.synthetic_district import SyntheticDistrict
from sdmsim.school.tables import Readable, read_school, read_what_can_be
from sdmsim.school.vocabulary import School, Text


class Tables(Described):
    """A school as CSV files, named relative to the scenario file."""

    kind: Literal["tables"]
    students: Text
    services: Text
    sections: Text
    bell: Text
    staff: Text
    calendar: Text
    rooms: Text | None = None
    pairs: Text | None = None
    postings: Text | None = None
    drives: Text | None = None

    def files(self) -> dict[str, str]:
        """Table name to file name, without the optional ones that are not given."""
        return {name: value for name, value in self if name != "kind" and value is not None}

    def school(self, folder: Path) -> School:
        """Read and check every table.

        Raises:
            InputErrors: every problem of every table.
        """
        return read_school(folder, self.files())


SchoolSource = Annotated[Tables | Synthetic | SyntheticDistrict, Field(discriminator="kind")]


def named_tables(content: Mapping[str, Any]) -> Tables | None:
    """The tables that a scenario names, where at least that part of it will do."""
    try:
        return read_as(Tables, content.get("school", {}), "")
    except (InputErrors, TypeError, AttributeError):
        return None


def read_tables(tables: Tables, folder: Path, file: str) -> Readable:
    """Read the tables, unless two of them are one file or one is the scenario itself."""
    problems = []
    seen = {_real(folder / file): "this scenario itself"}
    for table, name in tables.files().items():
        owner = seen.setdefault(_real(folder / name), f"the file of school.{table}")
        if owner != f"the file of school.{table}":
            text = f"{quoted(name)} is {owner}; every table has a file of its own"
            problems.append(Problem(file, 0, f"school.{table}", text))
    if problems:
        nothing = School(students=(), services=(), sections=(), bell=(), staff=(), calendar=())
        return Readable(nothing, tuple(problems), frozenset())
    return read_what_can_be(folder, tables.files())


def _real(path: Path) -> str:
    try:
        return os.path.normcase(os.path.realpath(path))
    except ValueError:  # a zero byte in the name: no file has one
        return str(path)
