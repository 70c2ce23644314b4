"""The student process: in class until called, then out, taught, back, finding the thread again."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from sdmsim.world.vocabulary import DAY, Outing, Year

if TYPE_CHECKING:
    import simpy


def student(year: Year, who: int) -> Generator[simpy.Event, Any, None]:
    """A served child's year of pull-out trips. In class a child needs no clock: the therapist comes to it."""
    env, door, out, trips = year.env, year.door, year.out, year.log.trips
    dismissal, rethread = year.stage.dismissal[who], year.fortune.rethread
    while True:
        outing: Outing
        outing, turn = yield door[who]
        day, left = outing.day, outing.left
        midnight = day * DAY
        lose_thread(year, who, midnight, left)
        yield outing.returned
        back = env.now - midnight
        resumed = back + min(rethread[turn], max(0.0, dismissal[day] - back))
        year.last_trip[who], year.finds_thread[who] = len(trips), midnight + resumed
        trips.append((day, who, outing.appointment, left, outing.began, outing.ended, back, resumed))
        out[who] = None
        door[who] = env.event()


def lose_thread(year: Year, who: int, midnight: float, now: float) -> None:
    """A child that is called out again, or visited, before it has found the thread: its last trip ends there."""
    if year.finds_thread[who] > midnight + now:
        trips, last = year.log.trips, year.last_trip[who]
        trips[last] = (*trips[last][:-1], now)
        year.finds_thread[who] = midnight + now
