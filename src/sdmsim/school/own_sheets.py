"""Sheets as a district has them: where the header is, which table a sheet holds, which column a header stands for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from sdmsim.school.csv_files import Findings, rows_of_file
from sdmsim.school.headers import key_of, known_keys, synonyms, table_named
from sdmsim.school.tables import TABLES
from sdmsim.school.workbooks import is_workbook, read_pages

OF_CHILDREN = ("students", "services", "sections")
"""Tables that a caseload sheet holds in one: who, what is owed, which class."""
_ROWS_ABOVE = 15
"""So far down a header is looked for."""


@dataclass(slots=True)
class OwnSheet:
    """One sheet of a file of any form: its header and its rows."""

    label: str
    """As messages call it."""
    name: str
    line: int
    """Of the header; 0 where none was found."""
    header: list[str]
    rows: list[tuple[int, list[str]]]
    above: int = 0
    """Rows above the header."""
    in_book: bool = False

    def column(self, place: int) -> list[str]:
        """The cells of one column, from below the header."""
        return [cells[place] for _, cells in self.rows]


def read_own(path: Path, called: str, problems: list[Findings]) -> list[OwnSheet]:
    """Every sheet of a workbook, or the one of a CSV file; what is wrong goes to new findings among `problems`.

    `called`: what messages and reports call the file.
    """
    found = Findings(called)
    problems.append(found)
    if not is_workbook(path):
        rows = rows_of_file(path, found)
        return [_sheet(called, path.stem, rows)] if rows else []
    sheets = []
    for number, page in enumerate(read_pages(path, found), 1):
        table = table_named(page.name)
        sheet = _sheet(f"{called}, {page.name if table else f'sheet {number}'}", page.name, page.rows, in_book=True)
        if page.fault:
            found.add(0, "", f"sheet {number} {page.fault}")
        if sheet.line and (merged := page.merged_from(sheet.line)):
            text = (
                f"the cells {merged[0]} are merged; unmerge them (Home > Merge & Center) and fill each with its value"
            )
            problems.append(Findings(sheet.label))
            problems[-1].add(sheet.line, "", text)
        sheets.append(sheet)
    return sheets


def _sheet(label: str, name: str, rows: list[tuple[int, list[str]]], *, in_book: bool = False) -> OwnSheet:
    known = known_keys()
    best, place = 1, -1
    for number, (_, cells) in enumerate(rows[:_ROWS_ABOVE]):
        score = len({key_of(cell) for cell in cells if cell} & known)
        if score > best:
            best, place = score, number
    if place < 0:
        return OwnSheet(label, name, 0, [], rows, in_book=in_book)
    line, header = rows[place]
    texts = [" ".join(cell.split()) for cell in header]
    while texts and not texts[-1]:
        texts.pop()
    below = [(number, (cells + [""] * len(texts))[: len(texts)]) for number, cells in rows[place + 1 :]]
    repeated = [key_of(text) for text in texts]
    kept = [(n, cells) for n, cells in below if any(cells) and [key_of(cell) for cell in cells] != repeated]
    return OwnSheet(label, name, line, texts, kept, place, in_book)


def tables_in(sheet: OwnSheet) -> tuple[str, ...]:
    """The tables that a sheet holds; first the one whose columns its headers are read as where several know a word."""
    keys = {key_of(text) for text in sheet.header}
    named = table_named(sheet.name)
    scores = {table: len({synonyms(table)[key] for key in keys & synonyms(table).keys()}) for table in TABLES}
    best = max(TABLES, key=lambda table: scores[table] + (2 if table == named else 0))
    table = named if named and scores[named] >= 2 else best
    if not scores[table]:
        return ()
    if table in ("students", "services"):
        return (table, *(t for t in OF_CHILDREN if t != table))
    return (table,)


def columns_in(header: Sequence[str], tables: Collection[str]) -> list[tuple[str, str]]:
    """Table and column that each header stands for, ("", "") where none; each column once, in the first that fits."""
    found: list[tuple[str, str]] = []
    for text in header:
        key = key_of(text)
        fits = [(table, synonyms(table)[key]) for table in tables if key in synonyms(table)]
        found.append(next((one for one in fits if one not in found), ("", "")))
    return found
