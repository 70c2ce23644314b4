"""The classroom process: on mornings when something is different, the class puts a notice on its door."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from sdmsim.world.vocabulary import CLASS_UNAVAILABLE, DAY, HALF_HOUR, SCHOOL_EVENT, Notice, Year

if TYPE_CHECKING:
    import simpy

NO_NOTICE: Notice = (-1, (), frozenset())


def classroom(year: Year, section: int) -> Generator[simpy.Event, Any, None]:
    """A class's year: closures of its grade from the calendar, tests and changed lessons from luck."""
    env, notices = year.env, year.notices
    closures, tests = year.stage.closures[section], year.fortune.unavailable[section]
    for day in sorted(closures.keys() | tests.keys()):
        yield env.timeout(day * DAY - env.now)
        notices[section] = (day, closures.get(day, ()), tests.get(day, frozenset()))


def closed(notice: Notice, day: int, start: float, end: float) -> int:
    """Why nobody can be taught, in class or out of it, from `start` to `end`: a reason, or -1.

    A school event stands in the way wherever it overlaps; a test or a changed lesson is drawn for the
    half-hour in which the session begins, so its rate holds for sessions of every length.
    """
    if notice[0] != day:
        return -1
    for begins, ends in notice[1]:
        if begins < end and ends > start:
            return SCHOOL_EVENT
    return CLASS_UNAVAILABLE if start // HALF_HOUR in notice[2] else -1
