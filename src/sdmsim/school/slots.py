"""A therapist's own weekly timetable as it stands in a CSV file or in the first sheet of an Excel workbook."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from sdmsim.base import Described, Problem, explain
from sdmsim.school import cells
from sdmsim.school.cells import Reading
from sdmsim.school.csv_files import Findings, Sheet, read_sheet, sheet_from
from sdmsim.school.vocabulary import Minute, Text, Weekday
from sdmsim.school.workbooks import is_workbook, read_pages, rows_of


class Slot(Described):
    """A weekly appointment as the therapist has written it down."""

    therapist: Text
    """An id in the staff table."""
    day: Weekday
    start: Minute
    """When instruction begins."""
    minutes: Annotated[int, Field(ge=1, le=480)] | None = None
    """How long it lasts; or give `end`."""
    end: Minute | None = None
    """When it ends; or give `minutes`."""
    where: str = ""
    """A room of rooms.csv, a class, or `hallway`; not given: the therapist's own room."""
    students: Annotated[tuple[Text, ...], Field(min_length=1)]
    """Ids in the students table, separated by spaces."""
    service: str = ""
    """Which service it is; needed where a child has several."""

    @property
    def length(self) -> int:
        """Minutes from start to end."""
        return self.minutes if self.minutes is not None else (self.end or self.start) - self.start


def _ids(cell: str) -> tuple[str, ...]:
    found = [cells.code(word) for word in re.split(r"[\s,;]+", cell) if word]
    twice = next((word for word in found if found.count(word) > 1), "")
    if twice:
        raise ValueError(f'"{twice}" stands twice')
    return tuple(found)


_READINGS: Mapping[str, Reading] = {
    "day": cells.weekday,
    "start": cells.clock,
    "minutes": cells.whole,
    "end": cells.clock,
    "students": _ids,
}
COLUMNS = tuple(Slot.model_fields)


def read_slots(path: Path, file: str) -> tuple[list[tuple[int, Slot]], list[Problem]]:
    """Every slot with its line, and what is wrong with the file."""
    found = Findings(file)
    required = {name for name, field in Slot.model_fields.items() if field.is_required()}
    sheet = _sheet(path, required, found)
    rows: list[tuple[int, Slot]] = []
    for line, row in sheet.rows:
        values: dict[str, Any] = {}
        bad: set[str] = set()
        for column, cell in row.items():
            try:
                values[column] = cells.read(_READINGS.get(column, cells.text), cell)
            except ValueError as error:
                bad.add(column)
                found.add(line, column, str(error))
        slot = _slot(values, bad, line, sheet.columns, found)
        if slot is not None:
            rows.append((line, slot))
    if not sheet.rows and sheet.whole:
        found.add(0, "", "has a header and no rows")
    return rows, found.problems


def _slot(values: dict[str, Any], bad: set[str], line: int, columns: tuple[str, ...], found: Findings) -> Slot | None:
    try:
        slot = Slot.model_validate(values)
    except ValidationError as error:
        for problem in explain(error, found.file, Slot, line):
            if problem.where not in bad and problem.where in columns:
                bad.add(problem.where)
                found.add(line, problem.where, "is empty" if problem.text == "is missing" else problem.text)
        return None
    if bad:
        return None
    if slot.minutes is None and slot.end is None:
        found.add(line, "minutes", "is empty; give minutes or end")
    elif slot.length <= 0:
        found.add(line, "end", "is not after start")
    elif slot.minutes is not None and slot.end is not None and slot.end != slot.start + slot.minutes:
        found.add(line, "end", f"does not fit start and minutes, which make {_clock(slot.start + slot.minutes)}")
    else:
        return slot
    return None


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _sheet(path: Path, required: set[str], found: Findings) -> Sheet:
    if not is_workbook(path):
        return read_sheet(path, COLUMNS, required, found)
    pages = read_pages(path, found)
    return sheet_from(rows_of(pages[0], found), COLUMNS, required, found) if pages else Sheet()
