"""A caseload as a lead therapist keeps it: a title above the header, names, birth dates, odd headers and amounts."""

from __future__ import annotations

from datetime import date
from typing import Any

from openpyxl import Workbook

NAMES = ("Quill", "Rook", "Sparrow", "Tern", "Umber", "Vireo", "Wren", "Xenops", "Yaffle", "Zebu", "Heron", "Ibis")
GIVEN = ("Ada", "Ben", "Cleo", "Dov", "Edda", "Fay", "Gus", "Hal", "Ivo", "Jun", "Kit", "Lou")
GRADES = ("K", "Kindergarten", "1st", "1", "2nd", "Grade 2", "3rd", "3", "3rd", "2nd", "K", "1st")
ROOMS = ("K-A", "K-A", "1A", "1B", "2A", "2A", "3A", "3A", "3B", "2B", "K-B", "1B")
AMOUNTS = (
    "2x30", "2 x 30 min/week", "60 min/wk", "1x/week 30 min", "30 minutes, 2 times per week", "2x30",
    "2x/wk for 20 min", "4x/month 30 min", "120 min per month", "2x30", "1x20", "2x30",
)  # fmt: skip
PLACES = (
    "Pull-out", "speech room", "Push-in", "Either", "Gen Ed classroom", "",
    "pull out", "PI", "PO", "Team decides", "", "",
)  # fmt: skip
GOALS = (
    "Articulation", "artic", "Language", "lang", "Language", "social",
    "Pragmatics", "Articulation", "Language", "lang", "artic", "social skills",
)  # fmt: skip
HEADER = (
    "Student Name", "D.O.B.", "Student ID", "Gr.", "Homeroom Teacher", "Room #", "Eligibility", "Frequency",
    "Goal Area", "Location", "Parent Phone", "Case Manager", "Notes", "Bus #",
)  # fmt: skip


def child(n: int) -> str:
    """As the sheet has it."""
    return f"{NAMES[n]}, {GIVEN[n]}"


def caseload(*, with_ids: bool = True) -> Workbook:
    """The sheet, and a second one with the teachers."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Caseload 24-25"
    sheet.append(["Maple Elementary - Speech Caseload"])
    sheet.merge_cells("A1:F1")
    sheet.append([])
    sheet.append([None if text == "Student ID" and not with_ids else text for text in HEADER])
    for n in range(12):
        row: list[Any] = [
            child(n), date(2014 + n % 5, 1 + n, 3), 100231 + n, GRADES[n], f"Ms. {ROOMS[n].replace('-', '')}son",
            ROOMS[n], "SLI" if n % 2 else "Autism", AMOUNTS[n], GOALS[n], PLACES[n], f"555-123-45{n:02d}", "Mr. Crow",
            f"{GIVEN[n]} likes trains" if n % 3 == 0 else None, n,
        ]  # fmt: skip
        if not with_ids:
            row[2] = None
        sheet.append(row)
        if n == 5:
            sheet.append([])
    if not with_ids:
        sheet.delete_cols(3)
    return book


def persons() -> list[str]:
    """Every word that must be found nowhere afterwards."""
    return [*NAMES, *GIVEN, "Crow", "555-123", "2014-01-03", "trains"]
