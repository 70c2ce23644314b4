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
from sdmsim.school.tables import NO_SCHOOL, TABLES, Readable, read_school, read_what_can_be
from sdmsim.school.vocabulary import School, Text
from sdmsim.school.workbook_tables import read_workbook


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


class Workbook(Described):
    """A school as one Excel workbook, with a sheet for each table under the table's name.

    Needed are the sheets students, services, sections, bell, staff and calendar; rooms, pairs, postings and drives
    where there are such. The columns are those of the CSV tables. Other sheets are not read.
    """

    kind: Literal["workbook"]
    workbook: Text
    """The file, relative to the scenario file."""

    def files(self) -> dict[str, str]:
        """Table name to what messages call the table."""
        return {name: f"{self.workbook}, {name}" for name in TABLES}

    def school(self, folder: Path) -> School:
        """Read and check every sheet.

        Raises:
            InputErrors: every problem of every sheet.
        """
        found = read_workbook(folder / self.workbook, self.workbook)
        if found.problems:
            raise InputErrors(found.problems)
        return found.school


SchoolSource = Annotated[Tables | Workbook | Synthetic | SyntheticDistrict, Field(discriminator="kind")]


def table_files(source: SchoolSource) -> dict[str, str]:
    """Table name to the name of its file as messages have it; none for a school that is drawn."""
    return source.files() if isinstance(source, Tables | Workbook) else {}


def files_read(source: SchoolSource) -> tuple[str, ...]:
    """The files in which a school's tables lie, relative to the scenario's folder."""
    return (source.workbook,) if isinstance(source, Workbook) else tuple(table_files(source).values())


def read_source(source: SchoolSource, folder: Path, file: str) -> Readable:
    """What could be read of a school, wherever it comes from."""
    if isinstance(source, Tables):
        return read_tables(source, folder, file)
    if isinstance(source, Workbook):
        return read_workbook(folder / source.workbook, source.workbook)
    return Readable(source.school(folder), (), frozenset(School.model_fields))


def problems_of_files(content: Mapping[str, Any], folder: Path, file: str) -> tuple[Problem, ...]:
    """What is wrong with the tables that a scenario names, where at least that part of it will do."""
    school = content.get("school", {})
    of_book = isinstance(school, Mapping) and school.get("kind") == "workbook"
    try:
        source = read_as(Workbook, school, "") if of_book else read_as(Tables, school, "")
        return read_source(source, folder, file).problems
    except (InputErrors, TypeError, AttributeError):
        return ()


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
        return Readable(NO_SCHOOL, tuple(problems), frozenset())
    return read_what_can_be(folder, tables.files())


def _real(path: Path) -> str:
    try:
        return os.path.normcase(os.path.realpath(path))
    except ValueError:  # a zero byte in the name: no file has one
        return str(path)
