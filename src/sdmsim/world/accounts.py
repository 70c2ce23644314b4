"""The ledger of owed minutes: what every service row owes in every period, and what became of it.

Owed is a plan's whole amount for each period (`SchoolYear.periods`), whatever the timetable. An account
is one request in one period. Weekly rows: session j of a week is held at the appointment that has
(request, j) among its members, or it is missed. Longer periods: the weekly places of the request are used
in order while sessions are due; what is still due at the end is missed for the reasons of the places that
were missed, the latest first, then for lack of a place in the timetable or of school days.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sdmsim.delivery.vocabulary import Appointment, Request
from sdmsim.school.calendar import SchoolDay
from sdmsim.world.vocabulary import NO_SCHOOL, START_UP, UNPLACED, Due, Year

if TYPE_CHECKING:
    from sdmsim.plan import Plan


@dataclass(frozen=True, slots=True)
class Accounts:
    """Accounts of a plan's year, with what no luck changes. `due_on` names the account of a weekly place."""

    requests: tuple[Request, ...]
    account_of: tuple[tuple[int, ...], ...]
    due_of: tuple[tuple[int, ...], ...]
    """Per request, by day: position among `dues`, or -1 (weekly row, or nothing owed that day)."""
    owed: tuple[float, ...]
    dues: tuple[Due, ...]
    fixed_missed: tuple[tuple[Any, ...], ...]
    start_up_chances: tuple[tuple[int, int], ...]

    def due_on(self, request: int, appointment: Appointment, day: SchoolDay) -> int | None:
        """None where the place is not used on that date; -1 for a weekly row; else a position in `dues`."""
        if self.account_of[request][day.index] < 0 or not holds_on(appointment, self.requests[request], day):
            return None
        return self.due_of[request][day.index]


def holds_on(appointment: Appointment, request: Request, day: SchoolDay) -> bool:
    """Whether a weekly place of a request is there on a date: its weekday, within the dates of both."""
    return (
        appointment.weekday == day.weekday
        and _within(day, appointment.first, appointment.last)
        and _within(day, request.start, request.end)
        and bool(request.weeks >> day.week & 1)
    )


def _within(day: SchoolDay, first: Any, last: Any) -> bool:
    return (first is None or day.date >= first) and (last is None or day.date <= last)


def accounts_of(plan: Plan) -> Accounts:
    """Open the accounts of a plan's year and enter what no luck changes."""
    calendar, requests = plan.calendar, plan.week.requests
    places: dict[int, dict[int, list[Appointment]]] = {r: {} for r in range(len(requests))}
    for appointment in plan.week.appointments:
        for wanted, ordinal in appointment.members:
            places[wanted].setdefault(ordinal, []).append(appointment)
    sharing: dict[int | None, list[int]] = {}
    for number, request in enumerate(requests):
        sharing.setdefault(request.shares_with, []).append(number)
    account_of: list[tuple[int, ...]] = []
    due_of: list[tuple[int, ...]] = []
    owed: list[float] = []
    dues: list[Due] = []
    fixed: list[tuple[Any, ...]] = []
    chances: list[tuple[int, int]] = []
    for number, request in enumerate(requests):
        if request.shares_with is not None:
            account_of.append(account_of[request.shares_with])
            due_of.append(due_of[request.shares_with])
            continue
        accounts, due = [-1] * len(calendar.days), [-1] * len(calendar.days)
        parts = (number, *sharing.get(number, ()))
        for period in request.owed_in(calendar):
            for index in period:
                accounts[index] = len(owed)
            owed.append(float(request.minutes * request.sessions))
            days = [calendar.days[i] for i in period]
            if request.per == "week":
                fixed += _fixed_of_week(plan, number, request, days, places[number])
                continue
            for index in period:
                due[index] = len(dues)
            early = [
                d.index
                for d in days
                if d.week < plan.start_up_weeks
                for part in parts
                for one in places[part].values()
                for appointment in one
                if holds_on(appointment, requests[part], d)
            ]
            chances += [(len(dues), day) for day in early]
            lacking = any(len(places[part]) < requests[part].weekly_sessions for part in parts)
            dues.append(Due(request.student, number, float(request.minutes), request.sessions, period[0], lacking))
        account_of.append(tuple(accounts))
        due_of.append(tuple(due))
    return Accounts(requests, tuple(account_of), tuple(due_of), tuple(owed), tuple(dues), tuple(fixed), tuple(chances))


def _fixed_of_week(
    plan: Plan, number: int, request: Request, days: list[SchoolDay], places: dict[int, list[Appointment]]
) -> list[tuple[Any, ...]]:
    """Sessions of one week that cannot be held: no timetable yet, no place in it, no school on the day of the place.

    Of a session whose place is shorter than it is (in a timetable of the therapist's own) the rest has no place.
    """
    missed = []
    for ordinal in range(request.sessions):
        if days[0].week < plan.start_up_weeks:
            reason = START_UP
        elif ordinal not in places:
            reason = UNPLACED
        elif not any(holds_on(a, request, d) for d in days for a in places[ordinal]):
            reason = NO_SCHOOL
        else:
            lacking = request.minutes - max(a.minutes for a in places[ordinal])
            if lacking > 0:
                missed.append((days[0].index, request.student, number, float(lacking), UNPLACED, 0))
            continue
        missed.append((days[0].index, request.student, number, float(request.minutes), reason, 1))
    return missed


def settle(year: Year) -> None:
    """Close the periods longer than a week: what is still due is missed, for the reasons met on the way."""
    missed = year.log.missed
    for due, left, chances in zip(year.stage.dues, year.due, year.chances, strict=True):
        if not left:
            continue
        whole = (due.student, due.request, due.minutes)
        for day, reason in chances[: -left - 1 : -1]:
            missed.append((day, *whole, reason, 1))
        for _ in range(left - len(chances)):
            missed.append((due.first_day, *whole, UNPLACED if due.short_of_places else NO_SCHOOL, 1))
    if year.owed is not None:
        missed[:] = [one for one in missed if one[3] > 0.0]
    missed.sort()
