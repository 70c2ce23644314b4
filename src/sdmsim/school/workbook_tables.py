"""The tables of a school in one Excel workbook, a sheet for each."""

from __future__ import annotations

from pathlib import Path

from sdmsim.base import Problem, nearest, quoted
from sdmsim.school.csv_files import Findings
from sdmsim.school.tables import NEEDED, NO_SCHOOL, TABLES, Readable, read_rows
from sdmsim.school.workbooks import Page, read_pages, rows_of

READ_ME = "read me"
"""A sheet for people."""


def read_workbook(path: Path, file: str) -> Readable:
    """What could be read of the tables, and what is wrong with them; `file` is the workbook's name in messages."""
    whole = Findings(file)
    pages = {page.name.strip().casefold(): page for page in read_pages(path, whole)}
    if whole.problems:
        return Readable(NO_SCHOOL, tuple(whole.problems), frozenset())
    missing = [table for table in NEEDED if table not in pages]
    others = {name: page for name, page in pages.items() if name not in TABLES and name != READ_ME}
    if missing:
        problems = tuple(Problem(file, 0, "", f'has no sheet "{table}"{_guess(table, others)}') for table in missing)
        return Readable(NO_SCHOOL, problems, frozenset())
    sheets = {}
    for table in TABLES:
        if table in pages and (table in NEEDED or pages[table].rows):
            found = Findings(f"{file}, {table}")
            sheets[table] = (found, rows_of(pages[table], found))
    read = read_rows(sheets)
    unread = _unread(file, others)
    return Readable(read.school, read.problems, read.whole, (*unread, *read.notes))


def _guess(table: str, others: dict[str, Page]) -> str:
    near = nearest(table, others)
    return f"; did you mean {quoted(others[near].name)}?" if near else f" (sheets needed: {', '.join(NEEDED)})"


def _unread(file: str, others: dict[str, Page]) -> tuple[str, ...]:
    """Sheets that are no table, by number: their names may be anything."""
    if not others:
        return ()
    sheets = "1 other sheet is" if len(others) == 1 else f"{len(others)} other sheets are"
    return (f"{file}: {sheets} not read.",)
