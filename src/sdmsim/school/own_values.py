"""Cells as a district writes them, in the words of the tables: grades, amounts, dates, clock times."""

from __future__ import annotations

import re
from typing import NamedTuple

from sdmsim.base import date_meant
from sdmsim.school import cells
from sdmsim.school.headers import key_of, values_of

SESSION_MINUTES = (30, 20, 25)
"""Lengths of a session, the likeliest first, where only minutes a week are given; judged (most plans have 20 or 30)."""
_EARLIEST_HOUR = 7
"""School begins at seven or later: a clock time before it without a.m. is one of the afternoon."""
_PER = re.compile(r"\b(week|wk|month|mo|mth|quarter|qtr|year|yr|annual)")
_PER_OF = {"w": "week", "m": "month", "q": "quarter", "y": "year", "a": "year"}
_COUNTS = {"once": 1, "twice": 2, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_WORDS = {"first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7"}


class Amount(NamedTuple):
    """What a plan promises, as services.csv has it."""

    minutes: int
    sessions: int
    per: str
    guessed: str = ""
    """What was not written and taken for given."""

    def __str__(self) -> str:
        sessions = "1 session" if self.sessions == 1 else f"{self.sessions} sessions"
        return f"{sessions} of {self.minutes} minutes per {self.per}"


def word(column: str, cell: str) -> str:
    """The table's own word for a cell, or the cell where it is not known."""
    return values_of(column).get(key_of(cell), cell)


def grade(cell: str) -> str:
    """`3rd`, `Grade 3`, `Third`, `Kindergarten` as `3` and `K`."""
    text = cell.casefold().replace("-", " ").strip()
    if text in ("pk", "prek", "pre k", "preschool", "pre kindergarten"):
        return "PK"
    for name, number in _WORDS.items():
        text = text.replace(name, number)
    try:
        cells.grade(text.upper() if len(text) <= 2 else text)
    except ValueError as error:
        meant = re.search(r'did you mean "([^"]+)"', str(error))
        return meant[1] if meant else cell
    return text.upper()


def day(cell: str) -> str:
    """`9/3/2024` as `2024-09-03`, month first."""
    meant = re.search(r'"([0-9-]+)"', date_meant(cell)) if not re.fullmatch(r"\d{4}-\d\d-\d\d", cell) else None
    return meant[1] if meant else cell


def clock(cell: str) -> str:
    """`8:15 AM`, `815`, `1:30` as `08:15` and `13:30`."""
    parts = re.fullmatch(r"([0-9]{1,2})[:.]?([0-9]{2})?(?::00)? ?([ap])?\.?(?:m\.?)?", cell.casefold().strip())
    if parts is None:
        return cell
    hour, minute = int(parts[1]), int(parts[2] or 0)
    if parts[3]:
        hour = hour % 12 + (12 if parts[3] == "p" else 0)
    elif hour < _EARLIEST_HOUR and len(parts[1]) == 1:
        hour += 12
    return f"{hour:02d}:{minute:02d}" if hour < 24 and minute < 60 else cell


def share(cell: str) -> str:
    """`95%` and `95` as `0.95`."""
    parts = re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]+)?) ?%?", cell)
    return f"{float(parts[1]) / 100:g}" if parts and 1 < float(parts[1]) <= 100 else cell


def amount(cell: str) -> Amount | None:
    """`2x30`, `60 min/wk`, `30 minutes, 2 times per week`, `1x/month 30 min`; None where it cannot be read."""
    text = cell.casefold().replace("\u00d7", "x").replace("*", "x")
    text = re.sub(r"([0-9]+(?:\.5)?) ?(?:hours|hour|hrs|hr|h)\b", lambda h: f"{float(h[1]) * 60:.0f} min", text)
    per = _PER.search(text)
    period = _PER_OF[per[1][0]] if per else "week"
    guessed = "" if per else "per week"
    crossed = re.search(r"([0-9]+) ?x ?([0-9]+)", text)
    if crossed:
        low, high = sorted((int(crossed[1]), int(crossed[2])))
        return Amount(high, low, period, guessed) if low >= 1 else None
    minutes = re.search(r"([0-9]+)[ -]?(?:minutes|minute|mins|min|mpw|m)\b", text)
    if not minutes:
        return None
    if "mpw" in text:
        guessed = ""
    rest = text[: minutes.start()] + " " + text[minutes.end() :]
    if "daily" in rest:
        return Amount(int(minutes[1]), 5, "week")
    times = re.search(r"([0-9]+) ?(?:x|times|time|sessions|session|days|day)\b", rest)
    named = next((count for name, count in _COUNTS.items() if re.search(rf"\b{name}\b", rest)), 0)
    sessions = int(times[1]) if times else named
    if sessions:
        return Amount(int(minutes[1]), sessions, period, guessed)
    return in_sessions(int(minutes[1]), period, guessed)


def in_sessions(minutes: int, period: str, guessed: str = "") -> Amount | None:
    """So many minutes in all, as sessions of a usual length."""
    if minutes < 1:
        return None
    length = (
        minutes if minutes <= SESSION_MINUTES[0] else next((n for n in SESSION_MINUTES if minutes % n == 0), minutes)
    )
    said = ", ".join(filter(None, (guessed, f"sessions of {length} minutes" if length != minutes else "one session")))
    return Amount(length, minutes // length, period, said)
