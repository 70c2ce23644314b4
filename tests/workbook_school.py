"""The small school as one Excel workbook, as a planner would have it: numbers, dates and clock times are such."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, time
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from small_school import FILES

SHEETS = ("students", "services", "sections", "staff", "bell", "calendar", "rooms", "pairs")
TOML = re.sub(
    r"\[school\]\n.*?\n\n",
    '[school]\nkind = "workbook"\nworkbook = "school.xlsx"\n\n',
    FILES["school.toml"],
    flags=re.S,
)


def typed(cell: str) -> Any:
    """A cell as Excel would hold it when it was typed in; ids with zeros in front were formatted as text before."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", cell):
        return date.fromisoformat(cell)
    if re.fullmatch(r"\d\d:\d\d", cell):
        return time.fromisoformat(cell)
    if re.fullmatch(r"(0|[1-9]\d*)(\.\d+)?", cell):
        return float(cell) if "." in cell else int(cell)
    return cell or None


def workbook() -> Workbook:
    """The school's tables, a sheet each."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name in SHEETS:
        sheet = book.create_sheet(name)
        for row in csv.reader(io.StringIO(FILES[f"{name}.csv"])):
            sheet.append([typed(cell) for cell in row])
    return book


def saved(book: Workbook, folder: Path) -> Path:
    """The workbook and a scenario that names it; returns the scenario's path."""
    book.save(folder / "school.xlsx")
    (folder / "school.toml").write_text(TOML, encoding="utf-8")
    return folder / "school.toml"
