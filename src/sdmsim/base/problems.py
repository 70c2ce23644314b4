"""Problems in the words of the user's file, and guesses at what was meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

SHOWN_PER_FILE = 50
"""Problems of one file that a message spells out; the rest are counted."""


LONGEST_WORD = 60
"""Signs of a user's word that a message repeats."""


FIRST_YEAR, LAST_YEAR = 1990, 2100
"""Years of dates that are taken for dates."""

_NEAR, _NEAR_OF_SHORT, _SHORT = 0.6, 0.5, 3
"""Likeness (difflib's ratio) from which a word is taken for another; words of at most 3 signs need less."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """One thing wrong in a user's file.

    `row` is the line in the file (the header is line 1) or 0 where there is none;
    `where` is a column or a dotted key, or empty for the file as a whole.
    """

    file: str
    row: int
    where: str
    text: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.row}" if self.row else self.file
        line = f"{place}: {self.where}: {self.text}" if self.where else f"{place}: {self.text}"
        return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in line)


class InputErrors(Exception):
    """Every problem found in the user's files, at once, in the order of the files.

    `problems` holds all of them; the text spells out the first 50 of each file.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(self.problems)

    def lines(self) -> Iterator[str]:
        """One line a problem, at most 50 for each file, then how many more there are."""
        for file, found in groupby(self.problems, key=lambda p: p.file):
            here = list(found)
            yield from map(str, here[:SHOWN_PER_FILE])
            if len(here) > SHOWN_PER_FILE:
                more = len(here) - SHOWN_PER_FILE
                yield f"{file}: and {more} more problem{'s' if more > 1 else ''}"

    def __str__(self) -> str:
        return "\n".join(self.lines())


def quoted(word: str) -> str:
    """A word of the user's file in quotation marks, cut where it is too long to read."""
    return f'"{word}"' if len(word) <= LONGEST_WORD else f'"{word[:LONGEST_WORD]}..."'


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean "3A"?` where a known word is near, else the known words if few, else nothing."""
    words = sorted(set(known))
    near = nearest(word, words)
    if near:
        return f'; did you mean "{near}"?'
    return f" (known: {', '.join(words)})" if 0 < len(words) <= 12 else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is nearly this one, or empty; of equally near ones the first in order."""
    if len(word) > LONGEST_WORD:
        return ""
    folded = word.casefold()
    matcher = difflib.SequenceMatcher(b=folded)
    best, found = 0.0, ""
    for other in sorted(set(known)):
        if folded.lstrip("0") == other.casefold().lstrip("0"):
            return other
        matcher.set_seq1(other.casefold())
        needed = max(best, _NEAR_OF_SHORT if max(len(word), len(other)) <= _SHORT else _NEAR)
        if matcher.real_quick_ratio() >= needed and matcher.quick_ratio() >= needed:
            ratio = matcher.ratio()
            if ratio >= needed and ratio > best:
                best, found = ratio, other
    return found


def day_of(year: int, month: int, of_month: int) -> date | None:
    """That day, None where there is none; of two digits, 24 is 2024."""
    try:
        return date(year + 2000 if year < 100 else year, month, of_month)
    except ValueError:
        return None


def date_meant(cell: str) -> str:
    """A guess at the date behind other ways to write one; a day such as 9/3/2024 is read month first."""
    numbers = [int(n) for n in re.findall(r"[0-9]+", cell)]
    month = next((i + 1 for i, m in enumerate(_MONTHS) if re.search(rf"(?<![a-z]){m}", cell.casefold())), 0)
    readings: list[date | None] = []
    if month and len(numbers) >= 2:
        a, b = numbers[:2]
        readings = [day_of(a, month, b) if a > 31 else day_of(b, month, a)]
    elif re.fullmatch(r"[0-9]{4}\D+[0-9]{1,2}\D+[0-9]{1,2}(\D.*)?", cell):
        readings = [day_of(*numbers[:3])]
    elif re.fullmatch(r"[0-9]{1,2}\D+[0-9]{1,2}\D+([0-9]{4}|[0-9]{2})(\s.*)?", cell):
        a, b, year = numbers[:3]
        readings = [day_of(year, b, a), day_of(year, a, b)] if "." in cell else [day_of(year, a, b), day_of(year, b, a)]
    elif re.fullmatch(r"[0-9]{8}", cell):
        readings = [day_of(int(cell[:4]), int(cell[4:6]), int(cell[6:]))]
    elif re.fullmatch(r"[0-9]{5}", cell) and 32874 <= int(cell) <= 73415:
        readings = [date(1899, 12, 30) + timedelta(days=int(cell))]
    meant = list(dict.fromkeys(str(r) for r in readings if r and FIRST_YEAR <= r.year <= LAST_YEAR))
    if not meant:
        return ""
    return f'; did you mean "{meant[0]}"?' + (f' (or "{meant[1]}")' if len(meant) > 1 else "")
