"""An Excel workbook as rows of text cells, sheet by sheet: bounded in size, every fault in the words of Excel.

A cell's text is what a CSV file would have: numbers with a decimal point, dates `2024-09-03`, clock times `08:15`, a
tick box `yes` or `no`. Of a formula the value that was saved with it is read.
"""

from __future__ import annotations

import unicodedata
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from sdmsim.school.cells import Fault, Figure
from sdmsim.school.csv_files import LARGEST_FILE, Findings, missing_file, too_large

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

ZIPPED = b"PK\x03\x04"
LARGEST_UNPACKED = 40 * 2**20
"""Bytes of all parts of a workbook together, unpacked."""
MOST_CELLS = 400_000
MOST_COLUMNS = 300
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SAVE_AS = 'in Excel: File > Save As > "Excel Workbook (.xlsx)"'
_NO_BREAK_SPACE = "\u00a0"
_NO_DAY = date(1900, 1, 1)
"""Up to here a date is a clock time without one."""


@dataclass(slots=True)
class Page:
    """One sheet of a workbook."""

    name: str
    hidden: bool
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    """Line and text cells of each row that is not blank."""
    merged: list[str] = field(default_factory=list)
    """Ranges such as B5:C5."""
    hidden_rows: int = 0
    hidden_columns: int = 0
    fault: str = ""
    """Why it was not read, where it was not."""

    def merged_from(self, line: int) -> list[str]:
        """The merged ranges that reach to this line or below."""
        return [cells for cells in self.merged if _last_line(cells) >= line]


def is_workbook(path: Path) -> bool:
    """Whether a file is a workbook by its name or by how it begins."""
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return True
    try:
        with open(path, "rb") as file:
            return file.read(4) == ZIPPED
    except (OSError, ValueError):
        return False


def read_pages(path: Path, found: Findings) -> list[Page]:
    """Every sheet of a workbook in its order; none where something is wrong with the file as a whole."""
    if not _may_be_read(path, found):
        return []
    try:
        with warnings.catch_warnings(), zipfile.ZipFile(path) as archive:
            warnings.simplefilter("ignore")  # of what a workbook has besides cells
            if not _is_sound(archive, found):
                return []
            return _pages(path, archive)
    except Exception as error:  # whatever a damaged workbook raises, it is the file's
        found.add(
            0, "", f"cannot be read as an Excel workbook: {type(error).__name__}; open it in Excel and save again"
        )
        return []


def _may_be_read(path: Path, found: Findings) -> bool:
    """Whether the file is there, of the right kind and not too large; if not, it is said."""
    if fault := missing_file(path, "an Excel workbook"):
        found.add(0, "", fault)
        return False
    try:
        size = path.stat().st_size
        with open(path, "rb") as file:
            start = file.read(8)
            rest = file.read(2**20) if start == _OLD else b""
    except OSError as error:
        found.add(0, "", f"cannot be read: {(error.strerror or str(error)).lower()}")
        return False
    if start == _OLD and _ENCRYPTED in rest:
        found.add(
            0,
            "",
            "is protected by a password; in Excel: File > Info > Protect Workbook > Encrypt with Password, clear it, "
            "and save a copy",
        )
    elif start == _OLD:
        found.add(0, "", f"is a workbook of an old Excel (.xls); {_SAVE_AS}")
    elif not start:
        found.add(0, "", "is empty")
    elif not start.startswith(ZIPPED):
        found.add(0, "", f"is not an Excel workbook; {_SAVE_AS}")
    elif size > LARGEST_FILE:
        found.add(0, "", too_large(size))
    else:
        return True
    return False


def _is_sound(archive: zipfile.ZipFile, found: Findings) -> bool:
    """Whether this is an .xlsx of bearable size; what it is instead is said."""
    names = set(archive.namelist())
    unpacked = sum(part.file_size for part in archive.infolist())
    if "xl/workbook.bin" in names:
        found.add(0, "", f"is a binary workbook (.xlsb); {_SAVE_AS}")
    elif "xl/workbook.xml" not in names and any(name.startswith("Index/") for name in names):
        found.add(0, "", 'is a Numbers document; in Numbers: File > Export To > "Excel"')
    elif "xl/workbook.xml" not in names and "content.xml" in names:
        found.add(0, "", 'is an OpenDocument file (.ods); in LibreOffice: File > Save As > "Excel 2007-365 (.xlsx)"')
    elif "xl/workbook.xml" not in names and "[Content_Types].xml" not in names:
        found.add(0, "", f"is not an Excel workbook; {_SAVE_AS}")
    elif unpacked > LARGEST_UNPACKED:
        limit = LARGEST_UNPACKED // 2**20
        found.add(
            0,
            "",
            f"unpacks to {unpacked / 2**20:.0f} MB, more than the {limit} MB that a workbook of tables may have; copy "
            "the rows to a new workbook",
        )
    elif any(_defines_entities(archive, name) for name in sorted(names) if name.endswith((".xml", ".rels"))):
        found.add(0, "", f"holds definitions that no workbook of Excel has; {_SAVE_AS}")
    else:
        return True
    return False


def _defines_entities(archive: zipfile.ZipFile, name: str) -> bool:
    """XML that defines names of its own can grow without end when it is read."""
    tail = b""
    with archive.open(name) as part:
        while block := part.read(2**16):
            if b"<!DOCTYPE" in tail + block or b"<!ENTITY" in tail + block:
                return True
            tail = block[-9:]
    return False


def _pages(path: Path, archive: zipfile.ZipFile) -> list[Page]:
    from openpyxl import load_workbook

    formulas = load_workbook(path, read_only=True, data_only=False, keep_links=False)
    try:
        values = load_workbook(path, read_only=True, data_only=True, keep_links=False)
        try:
            return [_page(archive, formulas, values, name) for name in values.sheetnames if _is_of_cells(values[name])]
        finally:
            values.close()
    finally:
        formulas.close()


def _is_of_cells(sheet: Any) -> bool:
    return hasattr(sheet, "_worksheet_path")


def _page(archive: zipfile.ZipFile, formulas: Workbook, values: Workbook, name: str) -> Page:
    sheet, written = values[name], formulas[name]
    page = Page(name, sheet.sheet_state != "visible")
    if _look_over(archive, sheet._worksheet_path, page) > MOST_CELLS:
        page.fault = (
            f"has more than {MOST_CELLS:,} cells, many of them perhaps empty and only formatted; copy the rows to a "
            "new sheet"
        )
    if page.fault:
        return page
    sheet.reset_dimensions()
    written.reset_dimensions()
    both = zip(written.iter_rows(max_col=MOST_COLUMNS), sheet.iter_rows(max_col=MOST_COLUMNS), strict=True)
    for line, (asked, row) in enumerate(both, 1):
        if not row:
            continue
        texts = [_text(cell.value, formula.data_type == "f") for cell, formula in zip(row, asked, strict=True)]
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            page.rows.append((line, texts))
    _fill_up(page)
    return page


def _fill_up(page: Page) -> None:
    """All rows as wide as the widest, since a workbook leaves empty cells at the end away."""
    widest = max((len(cells) for _, cells in page.rows), default=0)
    for _, cells in page.rows:
        cells += [""] * (widest - len(cells))


def _look_over(archive: zipfile.ZipFile, part: str, page: Page) -> int:
    """Cells of a sheet, counted up to the limit; merged and hidden ones are noted, and columns beyond the limit."""
    from openpyxl.utils import column_index_from_string

    count, columns = 0, set[str]()
    holder: ElementTree.Element | None = None
    with archive.open(part) as source:
        for event, element in ElementTree.iterparse(source, ("start", "end")):
            tag = element.tag.rsplit("}", 1)[-1]
            if event == "start":
                holder = element if tag == "sheetData" else holder
            elif tag == "c":
                count += 1
                if count > MOST_CELLS:
                    break
                if len(element) > 0:
                    columns.add(element.get("r", "").rstrip("0123456789"))
            elif tag == "mergeCell":
                page.merged.append(element.get("ref", ""))
            elif tag == "row":
                page.hidden_rows += element.get("hidden") in ("1", "true") and len(element) > 0
                if holder is not None:
                    holder.clear()  # rows are looked at one by one, none is kept
            elif tag == "col":
                wide = int(element.get("max", "1")) - int(element.get("min", "1")) + 1
                page.hidden_columns += wide if element.get("hidden") in ("1", "true") and wide < MOST_COLUMNS else 0
    if any(letters and column_index_from_string(letters) > MOST_COLUMNS for letters in columns):
        page.fault = f"has more than {MOST_COLUMNS} columns; copy those that are meant to a new sheet"
    return count


def _last_line(cells: str) -> int:
    digits = "".join(sign for sign in cells.rsplit(":", 1)[-1] if sign.isdigit())
    return int(digits) if digits else 0


def _text(value: Any, is_formula: bool) -> str:
    """The text of a cell as a CSV file would have it."""
    if value is None:
        return Fault("is a formula whose value was not saved; open the file in Excel and save it") if is_formula else ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return Figure(f"{value:.15g}" if abs(value) < 1e15 else str(value))
    if isinstance(value, datetime):
        clock = _clock(timedelta(hours=value.hour, minutes=value.minute, seconds=value.second))
        if value.date() <= _NO_DAY:
            return clock
        return value.date().isoformat() + ("" if clock == "00:00" else f" {clock}")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return _clock(timedelta(hours=value.hour, minutes=value.minute, seconds=value.second + value.microsecond / 1e6))
    if isinstance(value, timedelta):
        return _clock(value)
    return unicodedata.normalize("NFC", str(value)).replace(_NO_BREAK_SPACE, " ").strip()


def _clock(span: timedelta) -> str:
    """`08:15`; the seconds too where a time is not on the minute (Excel's own rounding apart)."""
    seconds = round(span.total_seconds())
    if seconds % 60 in (1, 59):
        seconds = 60 * round(seconds / 60)
    minutes, rest = divmod(seconds, 60)
    text = f"{minutes // 60:02d}:{minutes % 60:02d}"
    return text if rest == 0 else f"{text}:{rest:02d}"


def rows_of(page: Page, found: Findings) -> Iterator[tuple[int, list[str]]]:
    """The rows of a sheet that is a table; what is wrong with the sheet as a whole goes to `found`."""
    if page.fault:
        found.add(0, "", page.fault)
        return
    first = page.rows[0][0] if page.rows else 0
    for cells in page.merged_from(first):
        text = f"the cells {cells} are merged; unmerge them (Home > Merge & Center), each cell with a value of its own"
        found.add(int("".join(s for s in cells.split(":")[0] if s.isdigit()) or 0), "", text)
    if page.hidden:
        found.notes.append(f"{found.file}: the sheet is hidden; it is read like the others.")
    for number, what in ((page.hidden_rows, "row"), (page.hidden_columns, "column")):
        if number:
            are = f"{number} hidden {what} is" if number == 1 else f"{number} hidden {what}s are"
            found.notes.append(f"{found.file}: {are} read like the others.")
    yield from page.rows
