"""The student process: in class until called, then out, taught, back, finding the thread again."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from sdmsim.world.vocabulary import DAY, Outing, Year

if TYPE_CHECKING:
    import simpy


def student(year: Year, who: int) -> Generator[simpy.Event, Any, None]:
    """A served child's year of pull-out trips. In class a child needs no clock: the therapist comes to it.

    A child that is called out again before it has found the thread never finds it: its trip ends there.
    """
    env, door, out, trips = year.env, year.door, year.out, year.log.trips
    dismissal, rethread = year.stage.dismissal[who], year.fortune.rethread
    last, finds_thread = -1, 0.0
    while True:
        outing: Outing
        outing, turn = yield door[who]
        day, left = outing.day, outing.left
        midnight = day * DAY
        if finds_thread > midnight + left:
            trips[last] = (*trips[last][:-1], left)
        yield outing.returned
        back = env.now - midnight
        resumed = back + min(rethread[turn], max(0.0, dismissal[day] - back))
        last, finds_thread = len(trips), midnight + resumed
        trips.append((day, who, outing.appointment, left, outing.began, outing.ended, back, resumed))
        out[who] = None
        door[who] = env.event()
