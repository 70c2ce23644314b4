"""A therapist's own weekly timetable as it stands in a CSV file or in the first sheet of an Excel workbook."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from sdmsim.base import Described, Problem, explain
from sdmsim.school import cells
from sdmsim.school.cells import Reading
from sdmsim.school.csv_files import Findings, Sheet, read_sheet, sheet_of
from sdmsim.school.vocabulary import Minute, Text, Weekday

_WORKBOOK = b"PK\x03\x04"


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
    found = [cells.text(word) for word in re.split(r"[\s,;]+", cell) if word]
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
                values[column] = _READINGS.get(column, cells.text)(cell)
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
    try:
        workbook = path.is_file() and path.read_bytes()[:4] == _WORKBOOK
    except OSError:
        workbook = False
    if not workbook:
        return read_sheet(path, COLUMNS, required, found)
    try:
        text = _as_csv(path)
    except Exception as error:  # whatever a damaged workbook raises, it is the file's
        found.add(0, "", f"cannot be read as an Excel workbook: {type(error).__name__}")
        return Sheet()
    return sheet_of(text, COLUMNS, required, found)


def _as_csv(path: Path) -> str:
    """The first sheet as text cells, row for row, so that line numbers hold."""
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in book.worksheets[0].iter_rows(values_only=True):
        writer.writerow([_cell(value) for value in row])
    book.close()
    return out.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%H:%M") if value.date() <= date(1900, 1, 1) else value.date().isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
