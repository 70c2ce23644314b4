"""A year's log in the columns of vidigi (github.com/Bergam0t/vidigi), which animates and measures event logs.

    entity_id, pathway, event_type, event, time, resource_id, run_number, timestamp, therapist, place

An entity is a child, by its coded id; its pathway is its kind of goal. `time` is in minutes since midnight of the first
school day, nights and weekends counted. A resource is a therapist, by its number in the staff table from 1; the
children of a group use it together.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from sdmsim.events import Log
from sdmsim.world.backdrop import backdrop_of

if TYPE_CHECKING:
    import pandas as pd

ARRIVED, DEPARTED = ("arrival_departure", "arrival"), ("arrival_departure", "depart")
IN_CLASS, ABSENT, HOME = ("queue", "in class"), ("queue", "absent"), ("queue", "at home")
ON_THE_WAY, RESUMING = ("queue", "on the way"), ("queue", "finding the thread")
VISIT, VISIT_ENDED = ("resource_use", "therapy in class"), ("resource_use_end", "therapy in class ended")
_LAST = 10_000
APART, APART_ENDED = ("resource_use", "therapy apart"), ("resource_use_end", "therapy apart ended")


class VidigiEvent(NamedTuple):
    """One row; its columns are those of vidigi 2.0, then two of our own."""

    entity_id: str
    pathway: str
    event_type: str
    event: str
    time: float
    resource_id: int | None
    run_number: int
    timestamp: str
    therapist: str
    place: str


class _Moment(NamedTuple):
    """What happens to a child at a clock time of a school day; `appointment` -1: none."""

    day: int
    clock: float
    order: int
    what: tuple[str, str]
    appointment: int


def vidigi_events(log: Log) -> pd.DataFrame:
    """Every event of every served child, child by child in the order of the students table, each by time."""
    import pandas as pd

    table = pd.DataFrame(list(_events(log)), columns=list(VidigiEvent._fields))
    return table.astype({"resource_id": "Int64"})


def _events(log: Log) -> Iterator[VidigiEvent]:
    plan = log.plan
    days, first = plan.calendar.days, datetime.combine(plan.calendar.days[0].date, time())
    found: list[list[_Moment]] = [[] for _ in plan.school.students]
    _add_days(log, found)
    _add_sessions(log, found)
    for child, moments in zip(plan.school.students, found, strict=True):
        for moment in sorted(moments, key=lambda m: (m.day, m.clock, m.order)):
            at = datetime.combine(days[moment.day].date, time()) + timedelta(minutes=round(moment.clock, 3))
            place = plan.places[moment.appointment] if moment.appointment >= 0 else None
            yield VidigiEvent(
                entity_id=child.id,
                pathway=child.goal_type,
                event_type=moment.what[0],
                event=moment.what[1],
                time=round((at - first).total_seconds() / 60.0, 3),
                resource_id=place.therapist + 1 if place else None,
                run_number=log.replication + 1,
                timestamp=at.isoformat(sep=" ", timespec="seconds"),
                therapist=plan.school.staff[place.therapist].id if place else "",
                place=(place.section or place.room) if place else "",
            )


def _add_days(log: Log, found: list[list[_Moment]]) -> None:
    """Arrival, each school day on the caseload from bell to bell, departure."""
    backdrop = backdrop_of(log.plan)
    absent = {(student, day) for day, student in log.absences}
    for student, moments in enumerate(found):
        grade = backdrop.grade[student]
        there = [int(day) for day in backdrop.served[student].nonzero()[0]]
        for day in there:
            opens, closes = float(backdrop.opens[grade, day]), float(backdrop.closes[grade, day])
            if day == there[0]:
                moments.append(_Moment(day, opens, -2, ARRIVED, -1))
            moments.append(_Moment(day, opens, -1, ABSENT if (student, day) in absent else IN_CLASS, -1))
            moments.append(_Moment(day, closes, _LAST, HOME, -1))
            if day == there[-1]:
                moments.append(_Moment(day, closes, _LAST + 1, DEPARTED, -1))


def _add_sessions(log: Log, found: list[list[_Moment]]) -> None:
    """Visits to the class, and trips to a room and back; what is at one clock time stays in its order."""
    for student, moments in enumerate(_sessions(log, len(found))):
        for number, (day, steps) in enumerate(sorted(moments)):
            found[student] += [
                _Moment(day, clock, 10 * number + i, what, place) for i, (clock, what, place) in enumerate(steps)
            ]


_Steps = tuple[tuple[float, tuple[str, str], int], ...]


def _sessions(log: Log, children: int) -> list[list[tuple[int, _Steps]]]:
    """By child, what each session is made of: clock times, what begins, the appointment (-1: none)."""
    found: list[list[tuple[int, _Steps]]] = [[] for _ in range(children)]
    for day, student, _, place, start, minutes, _ in log.given:
        if log.plan.places[place].setting == "classroom":
            end = start + minutes
            found[student].append((day, ((start, VISIT, place), (end, VISIT_ENDED, place), (end, IN_CLASS, -1))))
    for day, student, place, left, began, ended, back, resumed in log.trips:
        therapy: _Steps = ((began, APART, place), (ended, APART_ENDED, place), (ended, ON_THE_WAY, -1))
        steps = (*(therapy if ended > began else ()), (back, RESUMING, -1), (resumed, IN_CLASS, -1))
        found[student].append((day, ((left, ON_THE_WAY, -1), *steps)))
    return found
