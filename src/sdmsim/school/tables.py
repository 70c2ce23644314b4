"""The tables of a school: their columns, their rows, and the school they make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sdmsim.base import Described, InputErrors, Problem, as_key, explain, quoted
from sdmsim.school import cells
from sdmsim.school.cells import Reading
from sdmsim.school.checks import check_tables
from sdmsim.school.csv_files import Findings, Row, Sheet, read_sheet, sheet_from
from sdmsim.school.personal import looks_like, may_be_first_names, shown
from sdmsim.school.sites import with_posted_days
from sdmsim.school.table import Line, Table
from sdmsim.school.vocabulary import (
    Block,
    CalendarEntry,
    Drive,
    Pair,
    Posting,
    Room,
    School,
    Section,
    Service,
    StaffMember,
    Student,
)

_ROWS: Mapping[str, type[Described]] = {
    "students": Student,
    "services": Service,
    "sections": Section,
    "bell": Block,
    "staff": StaffMember,
    "calendar": CalendarEntry,
    "rooms": Room,
    "pairs": Pair,
    "postings": Posting,
    "drives": Drive,
}
_READINGS: Mapping[str, Mapping[str, Reading]] = {
    "students": {"id": cells.code, "grade": cells.grade, "attendance": cells.number},
    "services": {
        "id": cells.code,
        "minutes": cells.whole,
        "sessions": cells.whole,
        "start": cells.day,
        "end": cells.day,
    },
    "sections": {"grade": cells.grade, "size": cells.whole, "collab": cells.number},
    "bell": {
        "grade": cells.grade,
        "day": cells.weekday_or_daily,
        "start": cells.clock,
        "end": cells.clock,
        "protected": cells.yes_no,
    },
    "staff": {
        "fte": cells.number,
        "site_days": cells.weekdays,
        "rate": cells.number,
        "start": cells.clock,
        "end": cells.clock,
        "lunch_start": cells.clock,
        "lunch_end": cells.clock,
        "lunch_minutes": cells.whole,
        "documentation": cells.whole,
        "evaluation": cells.whole,
        "consultation": cells.whole,
        "meetings": cells.whole,
        "planning": cells.whole,
        "duty": cells.whole,
        "busy": cells.weekly_times,
    },
    "calendar": {
        "date": cells.day,
        "through": cells.day,
        "start": cells.clock,
        "end": cells.clock,
        "grade": cells.grade,
    },
    "rooms": {"capacity": cells.whole, "noise": cells.number},
    "pairs": {"student": cells.code, "other": cells.code},
    "postings": {"day": cells.weekday_or_daily, "start": cells.clock, "end": cells.clock},
    "drives": {"minutes": cells.whole, "miles": cells.number},
}
"""How the cells of a column are read; a column that is not here holds text."""

TABLES = tuple(_ROWS)
NO_SCHOOL = School(students=(), services=(), sections=(), bell=(), staff=(), calendar=())
NEEDED = tuple(name for name in _ROWS if School.model_fields[name].is_required())
"""Every school has these tables."""
_IDS: Mapping[str, tuple[str, ...]] = {"students": ("id",), "services": ("id",), "staff": ("id",)}
_ADULTS: Mapping[str, tuple[str, ...]] = {"sections": ("section", "teacher"), "staff": ("id",)}
_OPEN_ENDED = ("rooms",)
_MAY_BE_EMPTY = ("calendar", "pairs", "postings", "drives")


def columns_of(table: str) -> tuple[str, ...]:
    """The headers of a table; `rooms` takes one more for each section."""
    return tuple(name for name in _ROWS[table].model_fields if name != "metres")


def described_by(table: str) -> type[Described]:
    """The class of a table's rows."""
    return _ROWS[table]


def reading_of(table: str, column: str) -> Reading:
    """How the cells of a column are read."""
    default = cells.number if table == "rooms" and column not in columns_of(table) else cells.text
    return _READINGS[table].get(column, default)


def headers_of(table: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """The headers of a table, and those that must be there."""
    columns = columns_of(table)
    return columns, frozenset(c for c in columns if _ROWS[table].model_fields[c].is_required())


@dataclass(frozen=True, slots=True)
class Readable:
    """What could be read of a school's tables, and everything that is wrong with them."""

    school: School
    problems: tuple[Problem, ...]
    whole: frozenset[str]
    """Tables of which every row is in `school`."""
    notes: tuple[str, ...] = ()
    """What was read in another way than one might think."""


def read_school(folder: Path, files: Mapping[str, str]) -> School:
    """Read every table (`files`: table name to file name, relative to `folder`) and check them against each other.

    Raises:
        InputErrors: every problem of every table, in the order of the tables, their lines and columns.
    """
    found = read_what_can_be(folder, files)
    if found.problems:
        raise InputErrors(found.problems)
    return found.school


def read_what_can_be(folder: Path, files: Mapping[str, str]) -> Readable:
    """As `read_school`, but nothing is raised: what is wrong stands beside the rows that could be read."""
    tables = {}
    for name in (name for name in _ROWS if name in files):
        found = Findings(files[name])
        sheet = read_sheet(folder / files[name], *headers_of(name), found, open_ended=name in _OPEN_ENDED)
        tables[name] = _table(name, sheet, found)
    return _checked(tables)


def read_rows(sheets: Mapping[str, tuple[Findings, Iterable[tuple[int, list[str]]]]]) -> Readable:
    """The same for tables whose rows of text cells are here already, each with the findings that it adds to."""
    tables = {}
    for name in (name for name in _ROWS if name in sheets):
        found, rows = sheets[name]
        sheet = sheet_from(rows, *headers_of(name), found, open_ended=name in _OPEN_ENDED)
        tables[name] = _table(name, sheet, found)
    return _checked(tables)


def _checked(tables: Mapping[str, Table]) -> Readable:
    check_tables(tables)
    rows = {name: [(line.number, item) for line in t.lines for item in line.items] for name, t in tables.items()}
    school = School(**{name: tuple(item for _, item in found) for name, found in rows.items()})
    school = with_posted_days(school)
    school.lines.update({name: tuple(number for number, _ in found) for name, found in rows.items()})
    whole = frozenset(name for name, t in tables.items() if t.whole and all(line.items for line in t.lines))
    problems = tuple(problem for t in tables.values() for problem in t.in_order())
    return Readable(school, problems, whole, tuple(note for t in tables.values() for note in t.found.notes))


def _table(name: str, sheet: Sheet, found: Findings) -> Table:
    table = Table(name, found, sheet.columns, sheet.whole)
    if not sheet.rows and sheet.whole and name not in _MAY_BE_EMPTY:
        found.add(0, "", "has a header and no rows")
        table.whole = False
    table.lines = [_read_line(name, row, sheet.columns, found) for row in sheet.rows]
    found.notes += [*_number_notes(name, sheet, found.file), *_name_notes(table)]
    return table


def _number_notes(name: str, sheet: Sheet, file: str) -> Iterator[str]:
    """Columns of ids in which a workbook holds numbers: one note a column, with the first as an example."""
    for column in _IDS.get(name, ()):
        figures = [row.cells[column] for row in sheet.rows if isinstance(row.cells.get(column), cells.Figure)]
        if figures:
            are = f"1 {column} is a number" if len(figures) == 1 else f"{len(figures)} cells of {column} are numbers"
            yield f'{file}: {are}, read as text ({figures[0]} as "{figures[0]}").'


def _name_notes(table: Table) -> Iterator[str]:
    """Columns of codes that may hold names, by number; which, nobody is told."""
    if table.name == "students" and may_be_first_names(table.known("id") or ()):
        yield f"{table.file}: most ids may be first names; sdmsim deidentify makes codes."
    for column in _ADULTS.get(table.name, ()):
        found = {line.values.get(column) for line in table.lines}
        names = sum(isinstance(cell, str) and looks_like(cell) == "a name" for cell in found)
        if names:
            are = "1 name looks" if names == 1 else f"{names} names look"
            yield f"{table.file}: {are} like people's in {column}; codes would do, and reports show them."


def _read_line(table: str, row: Row, columns: tuple[str, ...], found: Findings) -> Line:
    """One row: its cells as values, and what it describes where all of them will do."""
    values: dict[str, Any] = {}
    bad = set()
    for column, cell in row.cells.items():
        try:
            values[column] = cells.read(reading_of(table, column), cell)
        except ValueError as error:
            bad.add(column)
            found.add(row.line, column, str(error))
    items = []
    for described in _described(table, values):
        try:
            items.append(_ROWS[table].model_validate(described))
        except ValidationError as error:
            for problem in explain(error, found.file, _ROWS[table], row.line):
                where = next((c for c in columns if problem.where in (c, f"metres.{as_key(c)}")), problem.where)
                if where in bad or where not in columns:
                    continue
                values.pop(where, None)
                bad.add(where)
                found.add(row.line, where, _told(problem.text, row.cells.get(where, "")))
    return Line(row.line, values, frozenset(bad & row.cells.keys()), () if bad else tuple(items))


def _told(text: str, cell: str) -> str:
    """A finding in the words of a table, without the cell that it repeats where that looks like a person."""
    return "is empty" if text == "is missing" else text.replace(quoted(cell), shown(cell))


def _described(table: str, values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The content of the rows that one line stands for: five for a `daily` one, else one."""
    if table == "rooms":
        own = {c: v for c, v in values.items() if c in columns_of(table)}
        yield {**own, "metres": {c: v for c, v in values.items() if c not in own}}
    elif table in ("bell", "postings") and "day" in values:
        yield from ({**values, "day": day} for day in values["day"])
    else:
        yield dict(values)
