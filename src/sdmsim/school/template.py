"""A school as one Excel workbook to fill in: a sheet for each table, with notes and lists to choose from."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from datetime import date, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from sdmsim.school import cells
from sdmsim.school.meanings import meaning_of
from sdmsim.school.tables import NEEDED, TABLES, columns_of, described_by, headers_of, reading_of
from sdmsim.school.vocabulary import GRADES, WEEKDAYS, School
from sdmsim.school.workbook_tables import READ_ME
from sdmsim.school.writing import tables_of

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_LAST_ROW = 2000
"""So far the lists to choose from go."""
_NAMED_ELSEWHERE: Mapping[tuple[str, str], str] = {
    ("students", "section"): "sections",
    ("services", "id"): "students",
    ("pairs", "student"): "students",
    ("pairs", "other"): "students",
    ("postings", "therapist"): "staff",
}
"""Columns whose cells name a row of another sheet."""
_KEYS = {"sections": "section", "students": "id", "staff": "id"}
SHEETS = {
    "students": "The children in therapy, one row each. Use codes, never names.",
    "services": "What their plans promise: one row for each row of a child's service grid.",
    "sections": "The classes.",
    "bell": "Each grade's day, block by block. Nobody is taken out of a protected block.",
    "staff": "The therapists: contract week, lunch, duties in minutes a week.",
    "calendar": "The dates on which something is different: holidays, early releases, assemblies, tests, snow.",
    "rooms": "May be left out: therapy rooms, with the metres to each class.",
    "pairs": "May be left out: who must, must never or should preferably sit together.",
    "postings": "May be left out: who is at which site when.",
    "drives": "May be left out: how long it takes from one site to another.",
}
_HOW = (
    "A school for sdmsim, to fill in. The rows are an example: replace them by your own.",
    "",
    "- The first row of each sheet holds the headers. Leave them as they are; the order of columns is free.",
    "- Under a dark header every row needs a value; under a light one a cell may stay empty.",
    "- Point at a header to see what it means.",
    "- Ids are text (007 stays 007). Use codes for children and teachers, never names or birth dates.",
    "- Do not merge cells, and write no second header row. Sheets of other names are not read.",
    "- Save as .xlsx, then: sdmsim check scenario.toml names every problem with its sheet, row and column.",
    "",
    "Fill in sections and bell first, then students, services, staff and calendar:",
    "",
)


def write_workbook(school: School, file: Path) -> None:
    """Write the school as a workbook that a scenario may name: `[school]` with `kind = "workbook"`."""
    from openpyxl import Workbook

    book = Workbook()
    read_me = book.active
    assert read_me is not None
    read_me.title = READ_ME
    tables = tables_of(school)
    for text in _HOW:
        read_me.append([text])
    for table in TABLES:
        if table in tables or table in NEEDED:
            read_me.append([f"{table}: {SHEETS[table]}"])
            rows = list(csv.reader(io.StringIO(tables[table])))
            _fill(book.create_sheet(table), table, rows[0], rows[1:])
    read_me.column_dimensions["A"].width = 120
    book.save(file)


def _fill(sheet: Worksheet, table: str, header: list[str], rows: list[list[str]]) -> None:
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    _, required = headers_of(table)
    for place, column in enumerate(header, 1):
        letter = get_column_letter(place)
        head = sheet.cell(1, place, column)
        must = column in required
        head.font = Font(bold=True, color="FFFFFF" if must else "1F3552")
        head.fill = PatternFill("solid", fgColor="1F3552" if must else "DCE6F1")
        _explain(head, table, column, must)
        form, shape = _form(table, column)
        longest = max([len(column), *(len(row[place - 1]) for row in rows)])
        sheet.column_dimensions[letter].width = min(40, longest + 3)
        sheet.column_dimensions[letter].number_format = shape
        for line, row in enumerate(rows, 2):
            if row[place - 1]:
                cell = sheet.cell(line, place)
                cell.number_format = shape
                cell.value = form(row[place - 1])
        _offer(sheet, table, column, letter)
    sheet.freeze_panes = "A2"


def _explain(head: Any, table: str, column: str, must: bool) -> None:
    """A note on a header: what the column means, what it may hold, whether it must be filled in."""
    from openpyxl.comments import Comment

    words = meaning_of(described_by(table), column).replace("`", "").replace(".csv", "")
    if column not in columns_of(table):
        words = "Metres to this class."
    known = _known(table, column)
    may = f" One of: {', '.join(known)}." if known else ""
    note = Comment(f"{words}{may}{' Required.' if must else ' May stay empty.'}", "sdmsim")
    note.width, note.height = 320, 110
    head.comment = note


def _form(table: str, column: str) -> tuple[Callable[[str], Any], str]:
    """How a text becomes the value of a cell, and how Excel shows it."""
    reading = reading_of(table, column)
    if reading is cells.whole:
        return int, "0"
    if reading is cells.number:
        return float, "General"
    if reading is cells.day:
        return date.fromisoformat, "yyyy-mm-dd"
    if reading is cells.clock:
        return _time, "hh:mm"
    return str, "@"


def _time(text: str) -> time | str:
    return text if text == "24:00" else time.fromisoformat(text)


def _known(table: str, column: str) -> tuple[str, ...]:
    """The words that a cell may hold, where they are few."""
    reading = reading_of(table, column)
    if reading is cells.grade:
        return GRADES
    if reading is cells.weekday_or_daily:
        return (*WEEKDAYS, "daily")
    if reading is cells.yes_no:
        return ("yes", "no")
    field = described_by(table).model_fields.get(column)
    if field is not None and get_origin(field.annotation) is Literal:
        return tuple(word for word in get_args(field.annotation) if word)
    return ()


def _offer(sheet: Worksheet, table: str, column: str, letter: str) -> None:
    """A list to choose from; another word is asked about, not forbidden, so that rows can be pasted."""
    from openpyxl.worksheet.datavalidation import DataValidation

    known = _known(table, column)
    there = _NAMED_ELSEWHERE.get((table, column))
    if there:
        key = "ABCDEFGHIJ"[columns_of(there).index(_KEYS[there])]
        formula = f"={there}!${key}$2:${key}${_LAST_ROW}"
    elif known:
        formula = f'"{",".join(known)}"'
    else:
        return
    offer = DataValidation(type="list", formula1=formula, allow_blank=True, errorStyle="warning", showErrorMessage=True)
    offer.error = f"Not in the list for {column}; sdmsim check will say what would do."
    sheet.add_data_validation(offer)
    offer.add(f"{letter}2:{letter}{_LAST_ROW}")
