"""A school as CSV tables: what `school/tables.py` reads, written."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from sdmsim.school.tables import columns_of
from sdmsim.school.vocabulary import WEEKDAYS, Block, School

_TABLES = ("students", "services", "sections", "bell", "staff", "calendar", "pairs", "postings", "drives")
_OPTIONAL = ("pairs", "postings", "drives")
_CLOCKS = {"start", "end", "lunch_start", "lunch_end"}


def write_school(school: School, folder: Path) -> dict[str, str]:
    """Write every table of the school that is not empty into `folder`.

    Returns:
        Table name to file name, as a scenario's `[school]` names them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = {}
    for table, text in tables_of(school).items():
        names[table] = f"{table}.csv"
        with open(folder / names[table], "w", encoding="utf-8", newline="") as out:
            out.write(text)
    return names


def tables_of(school: School) -> dict[str, str]:
    """The text of each CSV table by table name; optional tables only where there is anything in them."""
    texts = {}
    for table in _TABLES:
        rows = getattr(school, table)
        columns = _columns(school, table)
        if table == "bell":
            texts[table] = _table(columns, _bell_rows(school.bell))
        elif rows or table not in _OPTIONAL:
            texts[table] = _table(columns, ([_cell(row, column) for column in columns] for row in rows))
    if school.rooms:
        texts["rooms"] = _rooms(school, [section.section for section in school.sections])
    return texts


def _columns(school: School, table: str) -> tuple[str, ...]:
    """The headers of a table; `site` only where there is one."""
    named = any(section.site for section in school.sections)
    return tuple(
        column for column in columns_of(table) if column != "site" or named or table not in ("sections", "rooms")
    )


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


def _cell(row: BaseModel, column: str) -> str:
    value = getattr(row, column)
    if value is None or value == "":
        return ""
    if column in _CLOCKS and not isinstance(value, date):
        return _clock(value)
    show: Callable[[Any], str] = _SPECIAL.get(column, str)
    return show(value)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _site_days(days: Sequence[str]) -> str:
    return "" if tuple(days) == WEEKDAYS else " ".join(days)


def _busy(times: Sequence[tuple[str, int, int]]) -> str:
    return "; ".join(f"{day} {_clock(start)}-{_clock(end)}" for day, start, end in times)


def _number(value: float) -> str:
    return f"{value:g}" if float(f"{value:g}") == value else repr(value)


_SPECIAL: Mapping[str, Callable[[Any], str]] = {
    "site_days": _site_days,
    "busy": _busy,
    "protected": lambda value: "yes" if value else "no",
    "attendance": _number,
    "collab": _number,
    "fte": _number,
    "rate": _number,
    "noise": _number,
    "miles": _number,
}


def _bell_rows(bell: Sequence[Block]) -> Iterator[list[str]]:
    """In the order given; five rows in a row with the same cells but Mon to Fri as their days are one `daily` row."""
    columns = columns_of("bell")
    day = columns.index("day")
    rows = [[_cell(block, column) for column in columns] for block in bell]
    for rest, found in groupby(rows, key=lambda row: (*row[:day], *row[day + 1 :])):
        same = list(found)
        if tuple(row[day] for row in same) == WEEKDAYS:
            yield [*rest[:day], "daily", *rest[day:]]
        else:
            yield from same


def _rooms(school: School, sections: Sequence[str]) -> str:
    columns = _columns(school, "rooms")
    return _table(
        (*columns, *sections),
        (
            [_cell(room, column) for column in columns]
            + [_number(room.metres[s]) if s in room.metres else "" for s in sections]
            for room in school.rooms
        ),
    )
