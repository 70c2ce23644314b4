"""The week as a workbook: a sheet for each therapist and one for each class, to be printed and handed over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import TYPE_CHECKING

from sdmsim.delivery.sessions import WeeklySession, clock, sessions_of
from sdmsim.school.vocabulary import WEEKDAYS
from sdmsim.show.grids import APART, BOTH, CLASSROOM, Box, Lesson, WeekGrid, class_grids, lessons_of, therapist_grids
from sdmsim.show.workbook import as_bytes, on_paper, put, sheet_name, table_sheet

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from sdmsim.events import Log
    from sdmsim.scenario import Scenario

STEP = 5
"""Minutes of a row."""
LABEL = 15
"""Minutes between two clock times at the side."""
POINTS_PER_ROW = 5.5
FILLS = {CLASSROOM: "D6E9F5", APART: "FDECCF", BOTH: "E6E6E6"}
"""Light enough for black print, told apart by the words too."""
LETTERS_PER_LINE = 27
FOOT = "Coded ids only. For those who serve these children; not to be shared."
DAY = (8 * 60, 15 * 60)
"""Shown where the week is empty."""


def week_book(
    title: str, sessions: Sequence[WeeklySession], lessons: Mapping[str, Sequence[Lesson]] | None = None
) -> bytes:
    """An XLSX file: an overview, then a sheet for each therapist, then one for each class with its lessons behind."""
    from openpyxl import Workbook

    book = Workbook()
    grids = [*therapist_grids(sessions), *class_grids(sessions, lessons)]
    first = book.active
    first.title = "Overview"
    for grid in grids:
        _sheet(book.create_sheet(sheet_name(grid.title, book.sheetnames)), title, grid)
    _overview(first, title, grids, book.sheetnames[1:])
    return as_bytes(book)


def year_week_book(scenario: Scenario, log: Log) -> bytes:
    """The same of the timetable that a year began with."""
    school = log.plan.school
    return week_book(scenario.title, list(sessions_of(school, log.plan.week)), lessons_of(school))


def _overview(sheet: Worksheet, title: str, grids: Sequence[WeekGrid], names: Sequence[str]) -> None:
    from openpyxl.styles import Font, PatternFill

    put(sheet, 1, 1, title).font = Font(bold=True, size=14)
    put(sheet, 2, 1, f"The week, a sheet for each therapist and for each class. {FOOT}")
    rows = [(name, grid.about) for name, grid in zip(names, grids, strict=True)]
    last = table_sheet(sheet, 4, ("sheet", "what it holds"), rows)
    for row, name in enumerate(names, 5):
        sheet.cell(row, 1).hyperlink = f"#'{name.replace(chr(39), 2 * chr(39))}'!A1"
        sheet.cell(row, 1).font = Font(color="0563C1", underline="single")
    for number, (kind, said) in enumerate(_KEY.items(), last + 1):
        cell = put(sheet, number, 1, said)
        cell.fill = PatternFill("solid", start_color=FILLS[kind])
    sheet.column_dimensions["A"].width = 34
    on_paper(sheet, wide=False, foot=FOOT)


_KEY = {
    CLASSROOM: "in class",
    APART: "in a room apart",
    BOTH: "several at a time, of both kinds",
}


def _sheet(sheet: Worksheet, title: str, grid: WeekGrid) -> None:
    from openpyxl.styles import Alignment, Border, Font, Side

    low, high = _hours(grid)
    rows = (high - low) // STEP
    top = 4
    put(sheet, 1, 1, grid.title).font = Font(bold=True, size=14)
    put(sheet, 2, 1, f"{title}. {grid.about}.").font = Font(size=9)
    thin, hair = Side("thin", color="808080"), Side("hair", color="B0B0B0")
    for column, day in enumerate(("", *WEEKDAYS), 1):
        cell = put(sheet, top - 1, column, day)
        cell.font, cell.alignment = Font(bold=True), Alignment(horizontal="center")
        cell.border = Border(bottom=Side("medium", color="606060"))
    for number in range(rows):
        sheet.row_dimensions[top + number].height = POINTS_PER_ROW * _stretch(grid)
        for column in range(1, len(WEEKDAYS) + 2):
            on_the_hour = (low + number * STEP) % 60 == 0
            line = thin if on_the_hour else hair if (low + number * STEP) % LABEL == 0 else None
            sheet.cell(top + number, column).border = Border(top=line, left=thin, right=thin)
    for quarter in range(0, rows, LABEL // STEP):
        cell = put(sheet, top + quarter, 1, clock(low + quarter * STEP))
        cell.font, cell.alignment = Font(size=8), Alignment(vertical="top", horizontal="right")
        last = min(rows, quarter + LABEL // STEP) - 1
        sheet.merge_cells(start_row=top + quarter, end_row=top + last, start_column=1, end_column=1)
    for part in _shown(grid):
        _fill(sheet, top, low, part)
    sheet.column_dimensions["A"].width = 7
    for letter in "BCDEF":
        sheet.column_dimensions[letter].width = 24
    sheet.freeze_panes = f"B{top}"
    sheet.sheet_view.showGridLines = False
    sheet.print_area = f"A1:F{top + rows}"
    on_paper(sheet, wide=True, pages_high=1, foot=FOOT)


def _hours(grid: WeekGrid) -> tuple[int, int]:
    """First and last minute shown, on whole quarters."""
    parts: list[Box | Lesson] = [*grid.boxes, *grid.lessons]
    low = min((part.start for part in parts), default=DAY[0])
    high = max((part.end for part in parts), default=DAY[1])
    return LABEL * (low // LABEL), LABEL * ceil(high / LABEL)


def _stretch(grid: WeekGrid) -> float:
    """How much higher the rows must be for the fullest box to hold its words."""
    needed = [_lines(box) * 10.0 / (max(1, (box.end - box.start) // STEP) * POINTS_PER_ROW) for box in grid.boxes]
    return min(3.0, max([1.0, *needed]))


def _lines(box: Box) -> int:
    return sum(max(1, ceil(len(line) / LETTERS_PER_LINE)) for line in box.lines)


def _shown(grid: WeekGrid) -> Iterator[Box]:
    """The sessions, and the stretches of lessons that no session covers."""
    yield from grid.boxes
    for lesson in grid.lessons:
        for start, end in _left(lesson, grid.boxes):
            if end - start >= LABEL:
                yield Box(lesson.weekday, start, end, "", (lesson.name,))


def _left(lesson: Lesson, boxes: Sequence[Box]) -> Iterator[tuple[int, int]]:
    at = lesson.start
    for box in sorted(
        b for b in boxes if b.weekday == lesson.weekday and b.start < lesson.end and b.end > lesson.start
    ):
        if box.start > at:
            yield at, box.start
        at = max(at, box.end)
    if at < lesson.end:
        yield at, lesson.end


def _fill(sheet: Worksheet, top: int, low: int, box: Box) -> None:
    """The rows of a box as one cell with its words."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    first = top + (box.start - low) // STEP
    last = max(first, top + ceil((box.end - low) / STEP) - 1)
    column = 2 + box.weekday
    cell = put(sheet, first, column, "\n".join(box.lines))
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.font = Font(size=8) if box.kind else Font(size=8, italic=True, color="606060")
    edge = Side("thin", color="404040" if box.kind else "C0C0C0")
    for row in range(first, last + 1):
        inner = sheet.cell(row, column)
        inner.border = Border(
            left=edge, right=edge, top=edge if row == first else None, bottom=edge if row == last else None
        )
        if box.kind:
            inner.fill = PatternFill("solid", start_color=FILLS[box.kind])
    if last > first:
        sheet.merge_cells(start_row=first, end_row=last, start_column=column, end_column=column)
