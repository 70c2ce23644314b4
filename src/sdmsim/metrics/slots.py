"""Which weekly slots break first: what was planned in each, what was held, and what took the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sdmsim.events import REASONS, Log
from sdmsim.school.vocabulary import WEEKDAYS

if TYPE_CHECKING:
    import pandas as pd

    from sdmsim.delivery.vocabulary import Appointment
    from sdmsim.plan import Plan

_START_UP, _UNPLACED, _NO_SCHOOL = (REASONS.index(reason) for reason in ("start_up", "unplaced", "no_school"))


def slots(log: Log) -> pd.DataFrame:
    """A row for each weekly slot, those that hold the smallest share of their sessions first.

    sessions_planned: child-sessions in weeks after the start-up, holidays included. sessions_held: given at their own
    time, in full or in part. share_held: of those planned. minutes_given, and minutes lost by reason. What was lost
    before there was a timetable, or has no place in it, belongs to no slot.
    """
    return in_order([name | row for name, row in zip(slot_names(log.plan), slot_numbers(log), strict=True)])


def in_order(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Slots with their share held, those that break first on top."""
    import pandas as pd

    table = pd.DataFrame(rows, columns=[*_NAMES, *_COUNTS, *_LOST])
    table.insert(len(_NAMES) + 2, "share_held", table["sessions_held"] / table["sessions_planned"])
    table["_day"] = [WEEKDAYS.index(day) for day in table["weekday"]]
    order = ["share_held", "therapist", "_day", "start"]
    return table.sort_values(order, kind="stable").drop(columns="_day").reset_index(drop=True)


def slot_numbers(log: Log) -> list[dict[str, float]]:
    """The numbers of every slot, in the order of the week's appointments."""
    given: dict[int, list[float]] = defaultdict(list)
    for _, _, _, appointment, _, minutes, makes_up in log.given:
        if makes_up < 0:
            given[appointment].append(minutes)
    lost: dict[int, dict[str, float]] = defaultdict(lambda: dict.fromkeys(_LOST, 0.0))
    whole: dict[int, int] = defaultdict(int)
    for appointment, reason, minutes, sessions in _losses(log):
        lost[appointment][f"minutes_lost.{REASONS[reason]}"] += minutes
        whole[appointment] += sessions
    return [
        {
            "sessions_planned": float(len(given[n]) + whole[n]),
            "sessions_held": float(len(given[n])),
            "minutes_given": sum(given[n]),
            **lost[n],
        }
        for n in range(len(log.plan.week.appointments))
    ]


def slot_names(plan: Plan) -> list[dict[str, Any]]:
    """Who, when, where and with whom, in the same order."""
    return [_named(plan, one) for one in plan.week.appointments]


_COUNTS = ("sessions_planned", "sessions_held", "minutes_given")
_LOST = tuple(f"minutes_lost.{reason}" for reason in REASONS if reason not in ("start_up", "unplaced"))
_NAMES = ("therapist", "weekday", "start", "end", "place", "students")


def _named(plan: Plan, one: Appointment) -> dict[str, Any]:
    school = plan.school
    ids = sorted({school.students[plan.week.requests[r].student].id for r, _ in one.members})
    place = f"class {one.section}" if one.section else one.room or "therapy room"
    clocks = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in (one.start, one.start + one.minutes)]
    cells = (school.staff[one.therapist].id, WEEKDAYS[one.weekday], *clocks, place, " ".join(ids))
    return dict(zip(_NAMES, cells, strict=True))


def _losses(log: Log) -> list[tuple[int, int, float, int]]:
    """(appointment, reason, minutes, sessions) of every loss that belongs to a slot."""
    days = log.plan.calendar.days
    school_days: dict[int, set[int]] = defaultdict(set)
    for day in days:
        school_days[day.week].add(day.weekday)
    places: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for number, one in enumerate(log.plan.week.appointments):
        for request, _ in one.members:
            places[request].append((one.weekday, number))
    without: dict[tuple[int, int], int] = defaultdict(int)
    found = []
    for day, _, request, minutes, reason, sessions in log.missed:
        week = days[day].week
        if reason in (_START_UP, _UNPLACED):
            continue
        if reason == _NO_SCHOOL:
            closed = [number for weekday, number in places[request] if weekday not in school_days[week]]
            place = without[request, week]
            without[request, week] += 1
            here = closed[place : place + 1]
        else:
            here = [number for weekday, number in places[request] if weekday == days[day].weekday][:1]
        found += [(number, reason, minutes, sessions) for number in here]
    return found
