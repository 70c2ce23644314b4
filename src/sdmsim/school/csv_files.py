"""Reading a CSV file, whoever wrote it: bytes to rows of named text cells, every fault of the file noted.

UTF-8 with or without byte order mark, LF or CRLF, comma, or semicolon where the header says so.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from sdmsim.base import SHOWN_PER_FILE, Problem, did_you_mean, nearest
from sdmsim.school.personal import header_fault, looks_like

_SAVE_AS = 'in Excel: File > Save As > "CSV UTF-8 (Comma delimited)"'
_LINES_LOOKED_AT = 20
_NO_BREAK_SPACE = "\u00a0"


LARGEST_FILE = 16 * 2**20
"""Bytes of a table's file at most; a district's tables have a hundredth of it."""


def too_large(size: int) -> str:
    """A file of so many bytes is not read."""
    limit = LARGEST_FILE // 2**20
    return f"has {size / 2**20:.0f} MB, more than the {limit} MB that a table may have; copy the rows to a new file"


@dataclass(slots=True)
class Findings:
    """The problems of one file, as they are found."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What was read in another way than one might think, and is no problem."""

    def add(self, line: int, where: str, text: str) -> None:
        """Note a problem; `line` 0 is the file as a whole."""
        self.problems.append(Problem(self.file, line, where, text))

    def add_guess(self, line: int, where: str, text: str, word: str, known: Collection[str]) -> None:
        """Note a problem with a guess at the word that was meant (no guess beyond those that are shown)."""
        guess = did_you_mean(word, known) if len(self.problems) < SHOWN_PER_FILE else ""
        self.add(line, where, text + guess)


class Row(NamedTuple):
    """A row and the line of the file on which it begins; cells that are empty are left out."""

    line: int
    cells: dict[str, str]


@dataclass(slots=True)
class Sheet:
    """A CSV file as text cells under known headers."""

    columns: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)
    whole: bool = False
    """Every row of the file is here: nothing was cut short, left out for its shape or unreadable."""


def read_sheet(
    path: Path, columns: Sequence[str], required: Collection[str], found: Findings, *, open_ended: bool = False
) -> Sheet:
    """Read one CSV file. What is wrong with it goes to `found`; what could be read is returned.

    `columns` are the known headers and `required` those that must be there; `open_ended` lets others in.
    """
    text = _text_of(path, columns, found)
    return Sheet() if text is None else sheet_of(text, columns, required, found, open_ended=open_ended)


def sheet_of(
    text: str, columns: Sequence[str], required: Collection[str], found: Findings, *, open_ended: bool = False
) -> Sheet:
    """The same for the text of a CSV file."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if "\t" in first and not {",", ";"} & set(first):
        found.add(1, "", f"the columns are separated by tabs, should be commas; {_SAVE_AS}")
        return Sheet()
    records = _records(text, ";" if first.count(";") > first.count(",") else ",", found)
    return sheet_from(records, columns, required, found, open_ended=open_ended)


def sheet_from(
    rows: Iterable[tuple[int, list[str]]],
    columns: Sequence[str],
    required: Collection[str],
    found: Findings,
    *,
    open_ended: bool = False,
) -> Sheet:
    """The same for rows of text cells with their lines, wherever they come from."""
    records = iter(rows)
    line, header = next(((line, cells) for line, cells in records if any(cells)), (0, []))
    while header and not header[-1]:
        header.pop()
    if not header and not found.problems:
        found.add(0, "", f"is empty; the first line should be the header: {','.join(columns)}")
    if not header:
        return Sheet()
    if not set(header) & set(columns):
        below = next((number for number, cells in records if len(set(cells) & set(columns)) > 1), 0)
        hint = f"; line {below} looks like it: remove what stands above" if below else ""
        found.add(line, "", f"this line should be the header: {','.join(columns)}{hint}")
        return Sheet()
    _check_header(line, header, columns, required, found, open_ended)
    sheet = Sheet(tuple(c for c in header if c in columns or (open_ended and c)))
    expected = len(found.problems)
    seen: dict[tuple[str, ...], int] = {}
    for line, cells in records:
        while len(cells) > len(header) and not cells[-1]:
            cells.pop()
        if not any(cells):
            continue
        if len(cells) != len(header):
            hint = "; a cell that holds a comma must stand in quotation marks" if len(cells) > len(header) else ""
            found.add(line, "", f"has {_count(len(cells), 'cell')}, the header has {len(header)}{hint}")
            continue
        earlier = seen.setdefault(tuple(cells), line)
        if earlier != line:
            found.add(line, "", f"repeats line {earlier}")
            expected += 1
            continue
        sheet.rows.append(Row(line, {c: v for c, v in zip(header, cells, strict=True) if v and c in sheet.columns}))
    sheet.whole = len(found.problems) == expected
    return sheet


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def missing_file(path: Path, what: str) -> str:
    """Why there is nothing to read under this name; empty where there is a file."""
    try:
        if path.is_dir():
            return f"is a folder, should be {what}"
        if not path.exists():
            near = nearest(path.name, (p.name for p in path.parent.iterdir())) if path.parent.is_dir() else ""
            return "there is no such file" + (f'; did you mean "{near}"?' if near else "")
        return "" if path.is_file() else "is not a file that can be read"
    except OSError as error:
        return f"cannot be read: {(error.strerror or str(error)).lower()}"


def rows_of_file(path: Path, found: Findings) -> list[tuple[int, list[str]]]:
    """Line and text cells of each row that is not blank, whatever the header; tabs separate columns too."""
    text = _text_of(path, (), found)
    if text is None:
        return []
    lines = [line for line in text.splitlines() if line.strip()][:_LINES_LOOKED_AT]
    delimiter = max(",;\t", key=lambda sign: sum(line.count(sign) for line in lines))
    return [(line, cells) for line, cells in _records(text, delimiter, found) if any(cells)]


def _text_of(path: Path, columns: Sequence[str], found: Findings) -> str | None:
    """The text of a file without byte order mark, accents composed; None where it is not a UTF-8 text file."""
    header = f"the first line should be the header{': ' if columns else ''}{','.join(columns)}"
    if fault := missing_file(path, "a CSV file"):
        found.add(0, "", fault)
        return None
    try:
        if path.stat().st_size > LARGEST_FILE:
            found.add(0, "", too_large(path.stat().st_size))
            return None
        content = path.read_bytes()
    except OSError as error:
        found.add(0, "", f"cannot be read: {(error.strerror or str(error)).lower()}")
        return None
    if content.startswith(b"PK\x03\x04"):
        found.add(0, "", f"is an Excel workbook, should be a CSV file; {_SAVE_AS}")
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = 1 + content.count(b"\n", 0, error.start)
        found.add(line, "", f"is not UTF-8 text (byte 0x{content[error.start]:02X}); {_SAVE_AS}")
        return None
    if "\0" in text:
        found.add(1 + text.count("\n", 0, text.index("\0")), "", f"holds a zero byte, so it is not text; {_SAVE_AS}")
        return None
    if not text.strip():
        found.add(0, "", f"is empty; {header}")
        return None
    return unicodedata.normalize("NFC", text)


def _records(text: str, delimiter: str, found: Findings) -> Iterator[tuple[int, list[str]]]:
    """Line and stripped cells of each record that is not blank; a fault of quotation marks ends the reading."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            found.add(line, "", _quotation_fault(str(error)))
            return
        if any("\n" in cell or "\r" in cell for cell in cells):
            found.add(line, "", 'a cell holds a line break; is a quotation mark (") left open?')
            continue
        if cells:
            yield line, [cell.replace(_NO_BREAK_SPACE, " ").strip() for cell in cells]


def _quotation_fault(error: str) -> str:
    if "unexpected end" in error or "field larger" in error:
        return 'a quotation mark (") is opened and never closed; what follows was not read'
    return 'text follows a closing quotation mark ("); what follows was not read'


def _check_header(
    line: int, header: list[str], columns: Sequence[str], required: Collection[str], found: Findings, open_ended: bool
) -> None:
    guessed = set()
    for place, name in enumerate(header):
        if not name:
            found.add(line, "", f"column {place + 1} has no name")
        elif name in header[:place]:
            found.add(line, name if not looks_like(name) else "", "stands twice in the header")
        elif name not in columns and not open_ended:
            if fault := header_fault(name, found.file):
                found.add(line, name, fault)
                continue
            if looks_like(name):
                found.add(line, "", f"column {place + 1} has a header that looks like {looks_like(name)}; remove it")
                continue
            left = [c for c in columns if c not in header]
            near = nearest(name, left)
            guessed.add(near)
            guess = f'; did you mean "{near}"?' if near else f" (known: {', '.join(columns)})"
            found.add(line, name, f"is not a column of this table{guess}")
    for name in columns:
        if name in required and name not in header and name not in guessed:
            found.add(line, name, "this column is missing")
