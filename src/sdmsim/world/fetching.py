"""Helpers on site: who is there today, and the way back with the children."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from sdmsim.world.vocabulary import DAY, Outing, Visit, Year

if TYPE_CHECKING:
    import simpy

PATIENCE = 5.0
"""Minutes after which a therapist takes the children back itself where the helper is with others; judged."""


def taken_back(
    year: Year, day: int, helper: int, visit: Visit, outing: Outing, busy: Any
) -> Generator[simpy.Event, Any, None]:
    """A helper brings the children of a session back to class."""
    env, back = year.env, year.fortune.walk_back[visit.number]
    begins = env.now - day * DAY
    yield env.timeout(back)
    year.log.fetched.append((day, helper, visit.appointment, begins, begins + back))
    outing.returned.succeed()
    year.helpers[helper].release(busy)


def fetcher_of(year: Year, who: int, day: int) -> int:
    """The helper that fetches children for a therapist today, or -1."""
    helper = year.stage.fetcher[who]
    return -1 if helper < 0 or year.fortune.helper_absent[helper][day] else helper


def lacks_helper(year: Year, who: int, day: int) -> bool:
    """A remote therapist whose helper is absent today."""
    return year.stage.remote[who] and year.stage.fetcher[who] >= 0 and fetcher_of(year, who, day) < 0
