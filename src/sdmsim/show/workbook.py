"""Workbooks for Excel: text that stays text, and the same bytes each time."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]")
LONGEST_NAME = 31
_MOMENT = (1980, 1, 1, 0, 0, 0)
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class Number(NamedTuple):
    """A number and the decimals that a sheet shows of it; the cell holds it whole."""

    value: float
    decimals: int

    def __str__(self) -> str:
        return f"{self.value:.{self.decimals}f}"


def put(sheet: Worksheet, row: int, column: int, value: Any) -> Cell:
    """Write a value into a cell: a number as a number, all else as text that no spreadsheet takes for a formula."""
    cell = sheet.cell(row, column)
    if isinstance(value, Number):
        cell.number_format = f"0.{'0' * value.decimals}" if value.decimals else "0"
        value = value.value
    if value is None or (isinstance(value, float) and value != value):
        return cell
    if isinstance(value, int | float) and not isinstance(value, bool):
        cell.value = value
    else:
        cell.value = _CONTROL.sub(" ", str(value))
        cell.data_type = "s"
        cell.quotePrefix = str(value)[:1] in "=+-@"
    return cell


def sheet_name(wanted: str, taken: Sequence[str]) -> str:
    """A name that Excel takes: no signs that it refuses, at most 31 letters, not there yet in any case."""
    plain = NOT_IN_A_NAME.sub("-", _CONTROL.sub(" ", wanted)).strip(" '") or "sheet"
    name, number = plain[:LONGEST_NAME], 2
    lower = {other.lower() for other in taken}
    while name.lower() in lower:
        tail = f" ({number})"
        name, number = plain[: LONGEST_NAME - len(tail)] + tail, number + 1
    return name


def table_sheet(sheet: Worksheet, first: int, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> int:
    """A table from row `first` on, its head bold; columns as wide as they need. Returns the row after the last."""
    from openpyxl.styles import Alignment, Border, Font, Side

    line = Border(bottom=Side("medium", color="808080"))
    for column, text in enumerate(head, 1):
        cell = put(sheet, first, column, text)
        cell.font, cell.border = Font(bold=True), line
        cell.alignment = Alignment(wrap_text=True, vertical="bottom", horizontal="left" if column == 1 else "center")
    for number, row in enumerate(rows, first + 1):
        for column, value in enumerate(row, 1):
            put(sheet, number, column, value).alignment = Alignment(vertical="top", wrap_text=column == 1)
    for column in range(1, len(head) + 1):
        letters = max((len(str(row[column - 1])) for row in rows), default=0)
        wide = min(44, max(9, letters + 2, min(16, len(head[column - 1]) + 2)))
        kept = sheet.column_dimensions[_letter(column)]
        kept.width = max(wide, kept.width if kept.customWidth else 0)
    return first + 1 + len(rows)


def on_paper(sheet: Worksheet, *, wide: bool, title_rows: str = "", pages_high: int = 0, foot: str = "") -> None:
    """One page wide, as many high as it takes (`pages_high` 1: one), rows of the head on each, page numbers below."""
    sheet.page_setup.orientation = "landscape" if wide else "portrait"
    sheet.page_setup.paperSize = 1  # letter
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, pages_high
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    margins = sheet.page_margins
    margins.left = margins.right = 0.4
    margins.top = margins.bottom = 0.5
    if title_rows:
        sheet.print_title_rows = title_rows
    sheet.oddFooter.left.text = foot.replace("&", "&&")
    sheet.oddFooter.right.text = "&A, page &P of &N"
    sheet.oddFooter.left.size = sheet.oddFooter.right.size = 8


def as_bytes(book: Workbook) -> bytes:
    """The file; the same workbook gives the same bytes, whenever it is made."""
    draft, final = io.BytesIO(), io.BytesIO()
    book.save(draft)
    with zipfile.ZipFile(draft) as made, zipfile.ZipFile(final, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in made.namelist():
            content = made.read(name)
            if name == "docProps/core.xml":
                content = _STAMP.sub(rb"\g<1>1980-01-01T00:00:00Z", content)
            kept.writestr(zipfile.ZipInfo(name, _MOMENT), content, zipfile.ZIP_DEFLATED)
    return final.getvalue()


def _letter(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(column))
