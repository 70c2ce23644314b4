"""The laws that every strategy is held to, shipped or a user's own, checked on the caseload at hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from sdmsim.delivery.vocabulary import SETTINGS, Case, CaseRow, Choice, Strategy
from sdmsim.school.calendar import SchoolYear
from sdmsim.streams import Luck

MOST_MINUTES, MOST_SESSIONS = 480, 500
"""As in services.csv."""


def broken_laws(strategy: Strategy, caseload: Sequence[Case], calendar: SchoolYear, seed: int) -> list[str]:
    """What a strategy does that it must not, in words; empty where it keeps every law.

    1. Every direct row, and no other, is given in one way or more.
    2. A setting that the plan fixes is kept, or the row is given through its teacher.
    3. Settings are known; sessions have a length; minutes and sessions lie in the ranges of services.csv.
    4. Choices of one row lie within its dates and within the year, and no two hold in the same week.
    5. The same caseload in another order is given the same choices; so it is when it is asked again.
    """
    try:
        chosen = strategy.decide(caseload, calendar, Luck(seed, None))
        again = strategy.decide(tuple(reversed(caseload)), calendar, Luck(seed, None))
    except Exception as error:  # whatever a user's own code raises is theirs to read
        return [f"decide raises {type(error).__name__}: {error}"]
    if not isinstance(chosen, Mapping):
        return [f"decide returns a {type(chosen).__name__}, should be a mapping from row to choices"]
    rows = {row.row: (case, row) for case in caseload for row in case.rows}
    found = []
    for number in sorted(rows.keys() - chosen.keys()):
        found.append(f"{_named(*rows[number])} is given no choice")
    extra = len(chosen.keys() - rows.keys())
    if extra:
        found.append(f"{extra} rows are given a choice that are not in the caseload")
    for number, (case, row) in rows.items():
        if number in chosen:
            found += (f"{_named(case, row)}: {text}" for text in _of_row(row, tuple(chosen[number]), calendar))
    if {k: tuple(v) for k, v in chosen.items()} != {k: tuple(v) for k, v in again.items()}:
        found.append("the caseload in another order is given other choices")
    return found


def _named(case: Case, row: CaseRow) -> str:
    return f"{case.student}, {row.goal}"


def _of_row(row: CaseRow, choices: Sequence[Choice], calendar: SchoolYear) -> Iterator[str]:
    if not choices:
        yield "there is no choice; a row without sessions is consulted"
    every = (1 << calendar.n_weeks) - 1
    taken: list[tuple[date, date, int]] = []
    for one in choices:
        if one.setting not in SETTINGS:
            yield f'"{one.setting}" is no setting (known: {", ".join(SETTINGS)})'
        elif row.setting is not None and one.setting != row.setting and not one.consulted:
            yield f"{one.setting}, where the plan says {row.setting}"
        if not (1 <= one.minutes <= MOST_MINUTES and 1 <= one.sessions <= MOST_SESSIONS):
            yield f"{one.sessions} x {one.minutes} minutes"
        if not one.weeks & every:
            yield "a choice holds in no week of the year"
        first, last = one.start or date.min, one.end or date.max
        if first < (row.start or date.min) or last > (row.end or date.max) or first > last:
            yield f"{one.start} to {one.end} is not within the row's dates"
        if any(first <= b and a <= last and one.weeks & weeks & every for a, b, weeks in taken):
            yield "two choices hold in the same week"
        taken.append((first, last, one.weeks))
