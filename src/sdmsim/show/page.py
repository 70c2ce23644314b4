"""What every report is made of: tables of text, groups of them, pictures in the page, and the page itself."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from sdmsim.show.pictures import Picture

MOST_COLUMNS = 6
"""Columns of numbers that a sheet of paper holds beside the names of the rows."""


class Table(NamedTuple):
    """Rows of text under a heading; the first cell of a row is its name."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    word: Sequence[str] = ()
    """Heads of columns that hold words, which stand to the left."""


class Group(NamedTuple):
    """Rows that belong together, such as those of one metric."""

    title: str
    rows: Sequence[Sequence[str]]


class GroupedTable(NamedTuple):
    """A table with rows by groups."""

    title: str
    head: Sequence[str]
    groups: Sequence[Group]


def that_fit(table: Table, *, beside: int = 0) -> Iterator[Table]:
    """The table in portions of MOST_COLUMNS columns, each with the names of the rows and the first `beside` columns."""
    kept = 1 + beside
    count, some = len(table.head) - kept, MOST_COLUMNS - beside
    if count <= some:
        yield table
        return
    each = -(-count // -(-count // some))  # portions of one size: none of a single column
    for first in range(kept, len(table.head), each):
        title = table.title if first == kept else f"{table.title} (continued)"
        rows = [(*row[:kept], *row[first : first + each]) for row in table.rows]
        yield Table(title, (*table.head[:kept], *table.head[first : first + each]), rows, table.word)


def table_of(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Table | None:
    """A table, or None where it has no rows."""
    return Table(title, head, rows) if rows else None


def embedded(picture: Picture) -> dict[str, str]:
    """A picture as the templates take it, with its bytes in the page."""
    data = base64.b64encode(picture.svg()).decode("ascii")
    return {
        "name": picture.name,
        "title": picture.title,
        "caption": picture.caption,
        "alt": picture.alt,
        "source": f"data:image/svg+xml;base64,{data}",
    }


def page(template: str, content: Mapping[str, Any]) -> str:
    """A whole page as text: one of the templates beside this file, every text in it shown as it is, never obeyed."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folder = resources.files("sdmsim.show")
    loader = FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8"))
    pages = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    found = pages.get_template(template).render({"shared": "", "local": "", **content})
    return f"{found.strip()}\n"


def write_page(text: str, file: Path) -> None:
    """Write a page; the same text gives the same bytes on every system."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())


def made_from(manifest: Mapping[str, Any], command: str) -> dict[str, Any]:
    """What every page says of how it was made: version, date, seed, command, files that were read, packages."""
    from sdmsim.show.answer import NOT_LEGAL_ADVICE

    return {
        "version": manifest["sdmsim_version"],
        "started": str(manifest["started"])[:10],
        "seed": manifest["seed"],
        "command": command,
        "inputs": sorted(manifest["inputs"].items()),
        "packages": sorted(manifest["packages"].items()),
        "not_legal_advice": NOT_LEGAL_ADVICE,
    }
