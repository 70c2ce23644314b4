"""A table as it was read: its lines, what each describes, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sdmsim.base import Described, Problem
from sdmsim.school.csv_files import Findings


class Line(NamedTuple):
    """A line of a table: the cells that could be read as values, and what it describes where all could."""

    number: int
    values: dict[str, Any]
    unread: frozenset[str]
    """Columns whose cell is not empty and will not do."""
    items: tuple[Described, ...]


@dataclass(slots=True)
class Table:
    """A table as it was read, with what is wrong in it."""

    name: str
    found: Findings
    columns: tuple[str, ...]
    whole: bool
    """False where lines are missing, so that nobody is told that a name is not there."""
    lines: list[Line] = field(default_factory=list)

    @property
    def file(self) -> str:
        """The file's name as the scenario has it."""
        return self.found.file

    def known(self, column: str) -> Collection[str] | None:
        """All that stands in a column; None where the table or one of its cells could not be read."""
        if not self.whole or not all(column in line.values for line in self.lines):
            return None
        return dict.fromkeys(line.values[column] for line in self.lines)

    def in_order(self) -> list[Problem]:
        """The problems by line, then by column as in the file."""
        place = {name: i for i, name in enumerate(self.columns)}
        return sorted(self.found.problems, key=lambda p: (p.row, place.get(p.where, -1)))
