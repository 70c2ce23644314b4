"""What a cell may say: text, numbers, dates, clock times, weekdays, each refused with the reading that was meant."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date

from sdmsim.base import FIRST_YEAR, LAST_YEAR, date_meant, day_of, did_you_mean
from sdmsim.school.personal import code_fault, shown
from sdmsim.school.vocabulary import GRADES, WEEKDAYS

Reading = Callable[[str], object]
"""From the text of a cell that is not empty to its value; raises ValueError with what is wrong."""


class Figure(str):
    """The text of a cell that a workbook holds as a number: zeros in front, if there were any, are gone."""

    __slots__ = ()


class Fault(str):
    """What is wrong with a cell of a workbook, in the place of its text."""

    __slots__ = ()


def read(reading: Reading, cell: str) -> object:
    """The value of a cell that is not empty.

    Raises:
        ValueError: what is wrong with it.
    """
    if isinstance(cell, Fault):
        raise ValueError(cell)
    return reading(cell)


LONGEST_TEXT = 200
_EXCEL_ERRORS = ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#####")
_NOT_GIVEN = ("na", "n/a", "nan", "null", "none", "nil", "inf", "-inf", "+inf", "infinity", "-", "?", "tbd", "#n/a")


def text(cell: str) -> str:
    """Text as it stands: `007` stays `007`. No formulas, no errors of a spreadsheet, nothing that cannot be printed."""
    if cell.upper() in _EXCEL_ERRORS:
        raise ValueError(f"{shown(cell)} is an error of the spreadsheet; mend its formula and save again")
    if cell[0] in "=+-@":
        raise ValueError(f"{shown(cell)} looks like a formula; write the value itself")
    for sign in cell:
        if not sign.isprintable():
            raise ValueError(f"holds a character that cannot be printed (U+{ord(sign):04X})")
    if len(cell) > LONGEST_TEXT:
        raise ValueError(f"has {len(cell)} signs, more than the {LONGEST_TEXT} that a cell may have")
    return cell


def code(cell: str) -> str:
    """A child's id: text that does not look like a person."""
    if fault := code_fault(cell):
        raise ValueError(fault)
    return text(cell)


def _refuse_blanks(cell: str, wanted: str) -> None:
    if cell.casefold() in _NOT_GIVEN:
        raise ValueError(f"{shown(cell)} is not {wanted}; leave the cell empty where it is not known")
    if cell.upper() in _EXCEL_ERRORS:
        raise ValueError(f"{shown(cell)} is an error of the spreadsheet; mend its formula and save again")


def number(cell: str) -> float:
    """A number with a decimal point."""
    _refuse_blanks(cell, "a number")
    if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", cell) and len(cell) <= 15:
        return float(cell)
    if re.fullmatch(r"[+-]?[0-9]+,[0-9]+", cell):
        raise ValueError(f'{shown(cell)} has a decimal comma; did you mean "{cell.replace(",", ".")}"?')
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]+)?\s?%", cell):
        raise ValueError(f'{shown(cell)} is in percent; did you mean "{float(cell.rstrip("% ")) / 100:g}"?')
    raise ValueError(f"{shown(cell)} is not a number")


def whole(cell: str) -> int:
    """A whole number."""
    _refuse_blanks(cell, "a whole number")
    if re.fullmatch(r"[+-]?[0-9]+(\.0+)?", cell) and len(cell) <= 15:
        return int(cell.split(".")[0])
    if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+", cell):
        raise ValueError(f'{shown(cell)} has a comma; did you mean "{cell.replace(",", "")}"?')
    if re.fullmatch(r"[+-]?[0-9]+,[0-9]+", cell):
        raise ValueError(f"{shown(cell)} has a decimal comma and should be a whole number")
    raise ValueError(f"{shown(cell)} is not a whole number")


def day(cell: str) -> date:
    """A date such as 2024-09-03, from 1990 to 2100."""
    _refuse_blanks(cell, "a date")
    parts = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", cell)
    if parts is None:
        raise ValueError(f"{shown(cell)} is not a date such as 2024-09-03{date_meant(cell)}")
    year, month, of_month = (int(p) for p in parts.groups())
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"{shown(cell)} is not in the years {FIRST_YEAR} to {LAST_YEAR}")
    found = day_of(year, month, of_month)
    if found is None:
        last = f"; that month ends on day {monthrange(year, month)[1]}" if 1 <= month <= 12 else ""
        raise ValueError(f"there is no day {shown(cell)}{last}")
    return found


def clock(cell: str) -> int:
    """A clock time such as 08:15 or 14:45, as minutes after midnight."""
    _refuse_blanks(cell, "a clock time")
    parts = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})", cell)
    if parts is None:
        raise ValueError(f"{shown(cell)} is not a clock time such as 08:15{_clock_meant(cell)}")
    hour, minute = (int(p) for p in parts.groups())
    if minute > 59 or hour * 60 + minute > 24 * 60:
        raise ValueError(f"{shown(cell)} is not a clock time of a day; they run from 00:00 to 24:00")
    return hour * 60 + minute


def _clock_meant(cell: str) -> str:
    parts = re.fullmatch(r"([0-9]{1,2})(?:[:.h ]?([0-9]{2}))?(?::[0-9]{2})?\s*([ap])?\.?(?:m\.?)?", cell.casefold())
    fraction = re.fullmatch(r"0\.[0-9]+", cell)
    if fraction:
        hour, minute = divmod(round(float(cell) * 24 * 60), 60)
    elif parts:
        hour, minute = int(parts[1]), int(parts[2] or 0)
        if parts[3]:
            hour = hour % 12 + (12 if parts[3] == "p" else 0)
    else:
        return ""
    return f'; did you mean "{hour:02d}:{minute:02d}"?' if hour < 24 and minute < 60 else ""


def yes_no(cell: str) -> bool:
    """`yes` or `no`."""
    if cell in ("yes", "no"):
        return cell == "yes"
    meant = {"y": "yes", "true": "yes", "1": "yes", "x": "yes", "n": "no", "false": "no", "0": "no"}
    word = meant.get(cell.casefold(), cell)
    raise ValueError(f"{shown(cell)} is not known{did_you_mean(word, ('yes', 'no'))}")


def grade(cell: str) -> str:
    """`PK`, `K`, `1` to `12`."""
    if cell in GRADES:
        return cell
    digits = re.fullmatch(r"(?:grade |gr\.? ?)?0?([0-9]{1,2})(?:st|nd|rd|th)?(?: grade)?\.?", cell.casefold())
    word = (
        digits[1]
        if digits and digits[1] in GRADES
        else {"kg": "K", "kindergarten": "K", "0": "K"}.get(cell.casefold(), cell)
    )
    guess = f'; did you mean "{word}"?' if word in GRADES else " (known: PK, K, 1 to 12)"
    raise ValueError(f"{shown(cell)} is not a grade{guess}")


def weekday(cell: str) -> str:
    """`Mon` to `Fri`."""
    if cell in WEEKDAYS:
        return cell
    guess = next((f'; did you mean "{d}"?' for d in WEEKDAYS if cell.casefold().startswith(d.casefold()[:2])), "")
    raise ValueError(f"{shown(cell)} is not a weekday{guess or ' (known: Mon, Tue, Wed, Thu, Fri)'}")


def weekday_or_daily(cell: str) -> tuple[str, ...]:
    """`Mon` to `Fri`, or `daily` for all five."""
    if cell == "daily":
        return WEEKDAYS
    if cell.casefold() in ("daily", "all", "every day", "mon-fri"):
        raise ValueError(f'{shown(cell)} is not a weekday; did you mean "daily"?')
    return (weekday(cell),)


def weekdays(cell: str) -> tuple[str, ...]:
    """`Mon Tue Wed`, each once, in the order of the week."""
    found = [weekday(word) for word in re.split(r"[\s,;]+", cell) if word]
    twice = next((d for d in found if found.count(d) > 1), "")
    if twice:
        raise ValueError(f"{twice} stands twice")
    return tuple(d for d in WEEKDAYS if d in found)


def weekly_times(cell: str) -> tuple[tuple[str, int, int], ...]:
    """`Wed 14:00-15:00; Mon 08:00-08:15`, in the order of the week."""
    found = []
    for piece in filter(None, (p.strip() for p in cell.split(";"))):
        parts = re.fullmatch(r"(\S+)\s+([0-9:.]+)\s*[-\u2013]\s*([0-9:.]+)", piece)
        if parts is None:
            raise ValueError(f'{shown(piece)} is not a weekly time such as "Wed 14:00-15:00"')
        of_week, start, end = weekday(parts[1]), clock(parts[2]), clock(parts[3])
        if end <= start:
            raise ValueError(f"{shown(piece)} ends before it starts")
        found.append((of_week, start, end))
    return tuple(sorted(found, key=lambda t: (WEEKDAYS.index(t[0]), t[1], t[2])))
