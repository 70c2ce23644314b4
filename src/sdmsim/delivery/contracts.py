"""The contracts of the staff as the timetable sees them: when each is where, and what a week leaves for sessions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sdmsim.delivery.duties import shift_of
from sdmsim.delivery.make_up import KeptFree, kept_by
from sdmsim.delivery.rules import WeekRules
from sdmsim.delivery.vocabulary import Consultation, Request
from sdmsim.school.calendar import SchoolYear
from sdmsim.school.sites import Stay, Trip, drive_minutes, sites_of, stays_of, trips_of
from sdmsim.school.vocabulary import WEEKDAYS, School, StaffMember

Window = tuple[int, int]
"""(start, end) in minutes after midnight."""


class Contract(NamedTuple):
    """A therapist's week: working time a day, lunch, and what is left for sessions and their company."""

    days: tuple[int, ...]
    open: tuple[tuple[Window, ...], ...]
    """Per weekday, the contract day without fixed duties and drives."""
    at: tuple[tuple[tuple[int, Window], ...], ...]
    """Per weekday, (site, window): when a session may be held there."""
    lunch_window: Window
    lunch_minutes: int
    session_minutes: float
    """Minutes a week for sessions, moves, co-planning and indirect service."""

    def open_at(self, weekday: int, site: int) -> tuple[Window, ...]:
        """When a session may be held at a site."""
        return tuple(window for where, window in self.at[weekday] if where == site)

    def days_at(self, site: int) -> int:
        """Weekdays on which the therapist is at a site."""
        return sum(any(where == site for where, _ in day) for day in self.at)


def contracts_of(
    school: School,
    rules: WeekRules,
    requests: Sequence[Request],
    consultations: Sequence[Consultation],
    calendar: SchoolYear,
    supervision: Sequence[float],
    kept_free: Sequence[KeptFree] = (),
) -> tuple[Contract, ...]:
    """The contract of each member of staff.

    `supervision`: minutes a week that it keeps for its assistants. `kept_free`: weekly slots for making up.
    """
    sites = {name: i for i, name in enumerate(sites_of(school))}
    stays, trips, driven = stays_of(school), trips_of(school), drive_minutes(school)
    found = []
    for t, member in enumerate(school.staff):
        slots = [(day, (start, end)) for day, start, end, _ in kept_by(stays[t], kept_free)]
        busy = [[*_busy(member, day), *(window for on, window in slots if on == day)] for day in range(5)]
        minutes = rules.session_minutes(member) - driven[t] - supervision[t]
        minutes -= sum(end - start for _, (start, end) in slots)
        own = [one for one in consultations if one.therapist == t]
        shift = shift_of([r for r in requests if r.therapist == t], own, minutes, calendar)
        found.append(
            Contract(
                days=tuple(WEEKDAYS.index(d) for d in member.site_days),
                open=tuple(_at_work(member, busy[day], stays[t][day], trips[t][day]) for day in range(5)),
                at=tuple(_at_sites(busy[day], stays[t][day], sites) for day in range(5)),
                lunch_window=(member.lunch_start, member.lunch_end),
                lunch_minutes=member.lunch_minutes,
                session_minutes=minutes + shift.less,
            )
        )
    return tuple(found)


def _at_work(
    member: StaffMember, busy: Sequence[Window], stays: Sequence[Stay], trips: Sequence[Trip]
) -> tuple[Window, ...]:
    if not stays:
        return ()
    return _without([*busy, *((trip.leave, trip.arrive) for trip in trips)], member.start, member.end)


def _at_sites(busy: Sequence[Window], stays: Sequence[Stay], sites: dict[str, int]) -> tuple[tuple[int, Window], ...]:
    return tuple(
        (sites[stay.site], window)
        for stay in stays
        if stay.site in sites
        for window in _without(busy, stay.start, stay.end)
    )


def _busy(member: StaffMember, day: int) -> list[Window]:
    return [(start, end) for of_week, start, end in member.busy if WEEKDAYS.index(of_week) == day]


def _without(taken: Sequence[Window], start: int, end: int) -> tuple[Window, ...]:
    """What is left of a stretch."""
    free: list[Window] = []
    for begins, ends in sorted(taken):
        free.append((start, min(begins, end)))
        start = max(start, ends)
    free.append((start, end))
    return tuple((a, b) for a, b in free if a < b)
