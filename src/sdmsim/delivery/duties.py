"""Duties that wait for a week without sessions: what a rhythm such as 3:1 gains for the other weeks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sdmsim.delivery.vocabulary import EVERY_WEEK, Consultation, Request
from sdmsim.school.calendar import SchoolYear

LONGEST_WAIT_WEEKS = 4
"""Reports and evaluations wait as long for a week without sessions, and no longer; judged."""


class Shift(NamedTuple):
    """How a therapist's duties without fixed hours lie in the year."""

    free_weeks: int
    """School weeks without sessions into which duties move, as bits; 0 where none recur."""
    less: float
    """Minutes of duties fewer in each of the other weeks."""
    more: float
    """Minutes of duties more in each free week."""


def shift_of(
    requests: Sequence[Request], consultations: Sequence[Consultation], session_minutes: float, calendar: SchoolYear
) -> Shift:
    """The shift of one therapist, from its own requests and consultations.

    `session_minutes`: what the contract leaves in a week after lunch and duties. Free weeks take over duties of the
    others as far as consultation leaves them time.
    """
    weeks, every = calendar.n_weeks, (1 << calendar.n_weeks) - 1
    busy = 0
    for request in requests:
        busy |= request.weeks & every
    free = every & ~busy if requests else 0
    count = free.bit_count()
    on_end = "".join("0" if free >> week & 1 else "1" for week in range(weeks)).split("0")
    if not count or max(map(len, on_end)) > LONGEST_WAIT_WEEKS:
        return Shift(0, 0.0, 0.0)
    taken = sum(one.weekly_minutes for one in consultations if one.weeks != EVERY_WEEK and one.weeks & free)
    more = max(0.0, session_minutes - taken)
    return Shift(free, more * count / (weeks - count), more)


def duty_factors(shift: Shift, duty_minutes: float, weeks: int) -> tuple[float, ...]:
    """By school week, what the shift makes of a therapist's `duty_minutes` a week, as a factor."""
    moved = (shift.more if shift.free_weeks >> week & 1 else -shift.less for week in range(weeks))
    return tuple(max(0.0, 1.0 + (minutes / duty_minutes if duty_minutes else 0.0)) for minutes in moved)
