"""What a cell may say: text, numbers, dates, clock times, weekdays, each refused with the reading that was meant."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from sdmsim.base import did_you_mean
from sdmsim.school.vocabulary import GRADES, WEEKDAYS

Reading = Callable[[str], object]
"""From the text of a cell that is not empty to its value; raises ValueError with what is wrong."""

_EXCEL_ERRORS = ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#####")
_NOT_GIVEN = ("na", "n/a", "nan", "null", "none", "nil", "inf", "-inf", "+inf", "infinity", "-", "?", "tbd", "#n/a")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FIRST_YEAR, _LAST_YEAR = 1990, 2100


def text(cell: str) -> str:
    """Text as it stands: `007` stays `007`. No formulas, no errors of a spreadsheet, nothing that cannot be printed."""
    if cell.upper() in _EXCEL_ERRORS:
        raise ValueError(f'"{cell}" is an error of the spreadsheet; mend its formula and save again')
    if cell[0] in "=+-@":
        raise ValueError(f'"{cell}" looks like a formula; write the value itself')
    for sign in cell:
        if not sign.isprintable():
            raise ValueError(f"holds a character that cannot be printed (U+{ord(sign):04X})")
    return cell


def _refuse_blanks(cell: str, wanted: str) -> None:
    if cell.casefold() in _NOT_GIVEN:
        raise ValueError(f'"{cell}" is not {wanted}; leave the cell empty where it is not known')
    if cell.upper() in _EXCEL_ERRORS:
        raise ValueError(f'"{cell}" is an error of the spreadsheet; mend its formula and save again')


def number(cell: str) -> float:
    """A number with a decimal point."""
    _refuse_blanks(cell, "a number")
    if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", cell) and len(cell) <= 15:
        return float(cell)
    if re.fullmatch(r"[+-]?[0-9]+,[0-9]+", cell):
        raise ValueError(f'"{cell}" has a decimal comma; did you mean "{cell.replace(",", ".")}"?')
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]+)?\s?%", cell):
        raise ValueError(f'"{cell}" is in percent; did you mean "{float(cell.rstrip("% ")) / 100:g}"?')
    raise ValueError(f'"{cell}" is not a number')


def whole(cell: str) -> int:
    """A whole number."""
    _refuse_blanks(cell, "a whole number")
    if re.fullmatch(r"[+-]?[0-9]+(\.0+)?", cell) and len(cell) <= 15:
        return int(cell.split(".")[0])
    if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+", cell):
        raise ValueError(f'"{cell}" has a comma; did you mean "{cell.replace(",", "")}"?')
    if re.fullmatch(r"[+-]?[0-9]+,[0-9]+", cell):
        raise ValueError(f'"{cell}" has a decimal comma and should be a whole number')
    raise ValueError(f'"{cell}" is not a whole number')


def day(cell: str) -> date:
    """A date such as 2024-09-03, from 1990 to 2100."""
    _refuse_blanks(cell, "a date")
    parts = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", cell)
    if parts is None:
        raise ValueError(f'"{cell}" is not a date such as 2024-09-03{_date_meant(cell)}')
    year, month, of_month = (int(p) for p in parts.groups())
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise ValueError(f'"{cell}" is not in the years {_FIRST_YEAR} to {_LAST_YEAR}')
    found = _date(year, month, of_month)
    if found is None:
        last = f"; that month ends on day {monthrange(year, month)[1]}" if 1 <= month <= 12 else ""
        raise ValueError(f'there is no day "{cell}"{last}')
    return found


def _date(year: int, month: int, of_month: int) -> date | None:
    try:
        return date(year + 2000 if year < 100 else year, month, of_month)
    except ValueError:
        return None


def _date_meant(cell: str) -> str:
    """A guess at the date behind other ways to write one; a day such as 9/3/2024 is read month first."""
    numbers = [int(n) for n in re.findall(r"[0-9]+", cell)]
    month = next((i + 1 for i, m in enumerate(_MONTHS) if re.search(rf"(?<![a-z]){m}", cell.casefold())), 0)
    readings: list[date | None] = []
    if month and len(numbers) >= 2:
        a, b = numbers[:2]
        readings = [_date(a, month, b) if a > 31 else _date(b, month, a)]
    elif re.fullmatch(r"[0-9]{4}\D+[0-9]{1,2}\D+[0-9]{1,2}(\D.*)?", cell):
        readings = [_date(*numbers[:3])]
    elif re.fullmatch(r"[0-9]{1,2}\D+[0-9]{1,2}\D+([0-9]{4}|[0-9]{2})(\s.*)?", cell):
        a, b, year = numbers[:3]
        readings = [_date(year, b, a), _date(year, a, b)] if "." in cell else [_date(year, a, b), _date(year, b, a)]
    elif re.fullmatch(r"[0-9]{8}", cell):
        readings = [_date(int(cell[:4]), int(cell[4:6]), int(cell[6:]))]
    elif re.fullmatch(r"[0-9]{5}", cell) and 32874 <= int(cell) <= 73415:
        readings = [date(1899, 12, 30) + timedelta(days=int(cell))]
    meant = list(dict.fromkeys(str(r) for r in readings if r and _FIRST_YEAR <= r.year <= _LAST_YEAR))
    if not meant:
        return ""
    return f'; did you mean "{meant[0]}"?' + (f' (or "{meant[1]}")' if len(meant) > 1 else "")


def clock(cell: str) -> int:
    """A clock time such as 08:15 or 14:45, as minutes after midnight."""
    _refuse_blanks(cell, "a clock time")
    parts = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})", cell)
    if parts is None:
        raise ValueError(f'"{cell}" is not a clock time such as 08:15{_clock_meant(cell)}')
    hour, minute = (int(p) for p in parts.groups())
    if minute > 59 or hour * 60 + minute > 24 * 60:
        raise ValueError(f'"{cell}" is not a clock time of a day; they run from 00:00 to 24:00')
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
    raise ValueError(f'"{cell}" is not known{did_you_mean(word, ("yes", "no"))}')


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
    raise ValueError(f'"{cell}" is not a grade{guess}')


def weekday(cell: str) -> str:
    """`Mon` to `Fri`."""
    if cell in WEEKDAYS:
        return cell
    guess = next((f'; did you mean "{d}"?' for d in WEEKDAYS if cell.casefold().startswith(d.casefold()[:2])), "")
    raise ValueError(f'"{cell}" is not a weekday{guess or " (known: Mon, Tue, Wed, Thu, Fri)"}')


def weekday_or_daily(cell: str) -> tuple[str, ...]:
    """`Mon` to `Fri`, or `daily` for all five."""
    if cell == "daily":
        return WEEKDAYS
    if cell.casefold() in ("daily", "all", "every day", "mon-fri"):
        raise ValueError(f'"{cell}" is not a weekday; did you mean "daily"?')
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
            raise ValueError(f'"{piece}" is not a weekly time such as "Wed 14:00-15:00"')
        of_week, start, end = weekday(parts[1]), clock(parts[2]), clock(parts[3])
        if end <= start:
            raise ValueError(f'"{piece}" ends before it starts')
        found.append((of_week, start, end))
    return tuple(sorted(found, key=lambda t: (WEEKDAYS.index(t[0]), t[1], t[2])))
