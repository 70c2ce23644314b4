"""Which weekly slots break first: what was planned in each, what was held, and what took the rest."""

from __future__ import annotations

from collections import defaultdict
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
    import pandas as pd

    plan = log.plan
    given: dict[int, list[float]] = defaultdict(list)
    for _, _, _, appointment, _, minutes, makes_up in log.given:
        if makes_up < 0:
            given[appointment].append(minutes)
    lost: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    whole: dict[int, int] = defaultdict(int)
    for appointment, reason, minutes, sessions in _losses(log):
        lost[appointment][reason] += minutes
        whole[appointment] += sessions
    reasons = [r for r in range(len(REASONS)) if r not in (_START_UP, _UNPLACED)]
    rows = []
    for number, one in enumerate(plan.week.appointments):
        held = len(given[number])
        planned = held + whole[number]
        rows.append(
            {
                **_named(plan, one),
                "sessions_planned": planned,
                "sessions_held": held,
                "share_held": held / planned if planned else float("nan"),
                "minutes_given": sum(given[number]),
                **{f"minutes_lost.{REASONS[r]}": lost[number][r] for r in reasons},
            }
        )
    columns = [*_NAMES, "sessions_planned", "sessions_held", "share_held", "minutes_given"]
    table = pd.DataFrame(rows, columns=[*columns, *(f"minutes_lost.{REASONS[r]}" for r in reasons)])
    table["_day"] = [WEEKDAYS.index(day) for day in table["weekday"]]
    order = ["share_held", "therapist", "_day", "start"]
    return table.sort_values(order, kind="stable").drop(columns="_day").reset_index(drop=True)


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
