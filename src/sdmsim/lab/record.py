"""A district's own log: the share of owed minutes that was given, month by month."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

from sdmsim.base import InputErrors
from sdmsim.school.cells import number, text, whole
from sdmsim.school.csv_files import Findings, Row, read_sheet

COLUMNS = ("month", "share", "label")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Value = TypeVar("Value")


class Monthly(NamedTuple):
    """A month's logged share of owed minutes that was given; `label` names the record (a year, a district)."""

    month: int
    share: float
    label: str


def read_record(path: Path) -> tuple[Monthly, ...]:
    """The rows of a record, in the order of the file; `month` is 1-12 or a name (Sep, September).

    Raises:
        InputErrors: every problem of the file.
    """
    found = Findings(path.name)
    sheet = read_sheet(path, COLUMNS, COLUMNS, found)
    rows = [_row(row, found) for row in sheet.rows]
    if not rows and not found.problems:
        found.add(0, "", "has no rows; give one for each month")
    if found.problems:
        raise InputErrors(found.problems)
    return tuple(row for row in rows if row is not None)


def _row(row: Row, found: Findings) -> Monthly | None:
    month = _cell(row, "month", _month, found)
    share = _cell(row, "share", _share, found)
    label = _cell(row, "label", text, found)
    return None if month is None or share is None or label is None else Monthly(month, share, label)


def _cell(row: Row, column: str, reading: Callable[[str], Value], found: Findings) -> Value | None:
    if column not in row.cells:
        found.add(row.line, column, "is empty")
        return None
    try:
        return reading(row.cells[column])
    except ValueError as error:
        found.add(row.line, column, str(error))
        return None


def _month(cell: str) -> int:
    named = [i + 1 for i, name in enumerate(MONTHS) if cell.isalpha() and len(cell) >= 3 and cell.title()[:3] == name]
    if named:
        return named[0]
    if not cell.isdecimal() or not 1 <= whole(cell) <= 12:
        raise ValueError(f'"{cell}" is not a month; write 1 to 12 or its name, such as Sep')
    return whole(cell)


def _share(cell: str) -> float:
    value = number(cell)
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{value:g} is not a share from 0 to 1")
    return value
