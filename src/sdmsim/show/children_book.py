"""Minutes owed by child and the fidelity table as a workbook that stays in the house."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sdmsim import metrics
from sdmsim.show.workbook import Number, as_bytes, on_paper, put, table_sheet

if TYPE_CHECKING:
    import pandas as pd
    from openpyxl.worksheet.worksheet import Worksheet

    from sdmsim.events import Log

LOCAL = "Local only: about single children. Not to be shared."


def children_book(title: str, log: Log) -> bytes:
    """An XLSX file: what each child was promised, given and is still owed, and each service row with its reasons."""
    from openpyxl import Workbook

    book = Workbook()
    ledger = metrics.ledger_by_child(log)
    end = ledger[ledger["week"] == ledger["week"].max()].drop(columns="week")
    last_day = log.plan.calendar.days[-1].date if log.plan.calendar.days else ""
    first = book.active
    first.title = "Owed by child"
    _sheet(first, f"{title}: minutes owed by child at {last_day}", end)
    _sheet(book.create_sheet("Fidelity"), f"{title}: minutes of the year by service", metrics.fidelity(log))
    return as_bytes(book)


def _sheet(sheet: Worksheet, title: str, table: pd.DataFrame) -> None:
    from openpyxl.styles import Font

    put(sheet, 1, 1, title).font = Font(bold=True, size=14)
    put(sheet, 2, 1, LOCAL).font = Font(bold=True, color="A00000")
    head = [str(column).replace("_", " ") for column in table.columns]
    rows: list[Sequence[Any]] = [[_value(v) for v in row] for row in table.itertuples(index=False)]
    table_sheet(sheet, 4, head, rows)
    sheet.column_dimensions["A"].width = 14
    sheet.freeze_panes = "B5"
    on_paper(sheet, wide=True, title_rows="4:4", foot=LOCAL)


def _value(value: Any) -> Any:
    """Minutes are shown whole; a date as text."""
    return Number(float(value) + 0.0, 0) if isinstance(value, int | float) else "" if value is None else str(value)
