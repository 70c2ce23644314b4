"""The stage of a year: a plan's dates, visits, closures and accounts, laid out once for all replications."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from sdmsim.delivery.vocabulary import Appointment
from sdmsim.school.calendar import SchoolDay
from sdmsim.school.sites import trips_of
from sdmsim.school.vocabulary import WEEKDAYS, School, StaffMember
from sdmsim.world.accounts import Accounts, accounts_of
from sdmsim.world.vocabulary import HALF_HOUR, Member, PerPlan, SiteDay, Stage, Turns, Visit, Visits

if TYPE_CHECKING:
    from sdmsim.plan import Plan

_VISITS_A_DAY = 256
_SLOT = 192
"""Ordinal of the first session in a slot for making up, beyond those of a day's appointments."""
_SESSIONS_A_WEEK = 64
_ROWS_OF_A_CHILD = 64
"""Room for ordinals in the names of draws."""


def _build(plan: Plan) -> Stage:
    school, calendar, week = plan.school, plan.calendar, plan.week
    accounts = accounts_of(plan)
    builder = _Builder(plan, accounts)
    site_days = tuple(tuple(builder.site_days(t)) for t in range(len(school.staff)))
    served = {r.student for r in week.requests}
    position = {s.section: i for i, s in enumerate(school.sections)}
    by_therapist: dict[int, set[int]] = {}
    for request in week.requests:
        by_therapist.setdefault(request.student, set()).add(request.therapist)
    first, last = min((b.start for b in school.bell), default=0), max((b.end for b in school.bell), default=0)
    return Stage(
        slot_of_day=np.array([d.week * 5 + d.weekday for d in calendar.days], dtype=np.int64),
        site_days=site_days,
        vacant=tuple(
            frozenset(
                day.index
                for day in calendar.days
                for gap in plan.gaps
                if gap.therapist == t and gap.first <= day.date <= gap.last
            )
            for t in range(len(school.staff))
        ),
        turns=builder.turns(),
        visits=builder.visits(),
        rooms=len(builder.rooms),
        fetcher=tuple(
            next((h for h, one in enumerate(plan.helpers) if one.task == "fetch" and m.id in one.therapists), -1)
            for m in school.staff
        ),
        remote=tuple(member.type == "remote" for member in school.staff),
        sections=tuple(sorted({position[school.students[i].section] for i in served})),
        closures=tuple(_closures(s.grade, calendar.days) for s in school.sections),
        half_hours=np.arange(first // HALF_HOUR, -(-last // HALF_HOUR), dtype=np.int64),
        dismissal=_dismissals(school, calendar.days),
        shared=tuple(len(by_therapist.get(i, ())) > 1 for i in range(len(school.students))),
        fixed_missed=accounts.fixed_missed,
        dues=accounts.dues,
        start_up_chances=accounts.start_up_chances,
        account_of=accounts.account_of,
        owed=accounts.owed,
    )


stage_of = PerPlan(_build)
"""The stage of a plan; made when it is first asked for."""


class _Builder:
    """Walks through the dates of every therapist and numbers visits and child-sessions."""

    def __init__(self, plan: Plan, accounts: Accounts) -> None:
        self.plan = plan
        self.accounts = accounts
        self.rooms: dict[tuple[str, int], int] = {}
        self.section = {s.section: i for i, s in enumerate(plan.school.sections)}
        self.row_of_child = _rows_of_children(plan)
        self._site = {s.section: s.site for s in plan.school.sections}
        self._trips = trips_of(plan.school)
        self._turns: list[tuple[int, int]] = []
        self._visits: list[tuple[float, ...]] = []
        self._parts = [self._planned(a) for a in plan.places]
        self._lunches: dict[tuple[object, ...], tuple[float, int]] = {}

    def site_days(self, therapist: int) -> Iterator[SiteDay]:
        """Every school day on which the therapist is on site, with the visits that are planned then."""
        member = self.plan.school.staff[therapist]
        site = {WEEKDAYS.index(d) for d in member.site_days}
        own = [(n, a) for n, a in enumerate(self.plan.places) if a.therapist == therapist]
        own.sort(key=lambda pair: (pair[1].weekday, pair[1].start))
        drives = [tuple((float(t.leave), float(t.arrive)) for t in trips) for trips in self._trips[therapist]]
        for day in self.plan.calendar.days:
            if day.weekday not in site:
                continue
            visits: list[Visit] = []
            in_slots = 0
            for number, appointment in (x for x in own if x[1].weekday == day.weekday):
                if day.week < self.plan.start_up_weeks:
                    continue
                if not appointment.members:
                    visits.append(self._visit(day, _SLOT + in_slots, number, appointment, ()))
                    in_slots += 1
                elif members := self._members(day, appointment):
                    visits.append(self._visit(day, len(visits) - in_slots, number, appointment, members))
            driven = drives[day.weekday]
            yield SiteDay(day.index, tuple(visits), *self._lunch(member, day.weekday, visits, driven), driven)

    def turns(self) -> Turns:
        """The child-sessions met so far."""
        columns = np.array(self._turns, dtype=np.int64).reshape(-1, 2)
        return Turns(columns[:, 0].copy(), columns[:, 1].copy())

    def visits(self) -> Visits:
        """The visits met so far."""
        columns = np.array(self._visits, dtype=np.float64).reshape(-1, 6)
        names = columns[:, :2].astype(np.int64)
        return Visits(names[:, 0].copy(), names[:, 1].copy(), *(columns[:, i].copy() for i in range(2, 6)))

    def _members(self, day: SchoolDay, appointment: Appointment) -> list[Member]:
        members = []
        for request_number, ordinal in appointment.members:
            due = self.accounts.due_on(request_number, appointment, day)
            if due is None:
                continue
            request = self.plan.week.requests[request_number]
            turn = len(self._turns)
            row = self.row_of_child[request.row]
            when = (day.week * _ROWS_OF_A_CHILD + row) * _SESSIONS_A_WEEK + request.first_ordinal + ordinal
            self._turns.append((request.student, when))
            section = self.section[self.plan.school.students[request.student].section]
            minutes = float(request.minutes if due >= 0 else min(request.minutes, appointment.minutes))
            members.append(Member(turn, request.student, request_number, minutes, due, section))
        return members

    def _visit(
        self, day: SchoolDay, ordinal: int, number: int, appointment: Appointment, members: Sequence[Member]
    ) -> Visit:
        when = (day.week * 5 + day.weekday) * _VISITS_A_DAY + ordinal
        self._visits.append((appointment.therapist, when, *self._parts[number]))
        push_in = appointment.setting == "classroom"
        room = (appointment.room, -1 if appointment.room else appointment.therapist)
        return Visit(
            number=len(self._visits) - 1,
            appointment=number,
            push_in=push_in,
            start=float(appointment.start),
            end=float(appointment.start + appointment.minutes),
            lead=float(appointment.lead),
            tail=float(appointment.tail),
            room=-1 if push_in else self.rooms.setdefault(room, len(self.rooms)),
            members=tuple(members),
        )

    def _planned(self, appointment: Appointment) -> tuple[float, float, float, float]:
        """Planned minutes of (walk to the class, gather, settle, walk back)."""
        moves = self.plan.moves
        walk = moves.walk_minutes(self._metres(appointment))
        if appointment.setting == "classroom":
            return walk if appointment.lead else 0.0, 0.0, 0.0, walk if appointment.tail else 0.0
        if appointment.setting == "hallway":
            return walk, moves.gather_minutes, 0.0, 0.0
        return walk, moves.gather_minutes, moves.settle_minutes, walk

    def _metres(self, appointment: Appointment) -> float:
        """To the class from the nearest room; from the room to the farthest class of a pull-out group."""
        school, default = self.plan.school, self.plan.moves.default_metres
        requests = [self.plan.week.requests[r] for r, _ in appointment.members]
        if not requests:
            requests = [r for r in self.plan.week.requests if r.therapist == appointment.therapist]
        classes = {school.students[r.student].section for r in requests}
        if appointment.setting != "therapy_room":
            nearest = []
            for one in classes:
                here = (r.metres.get(one, default) for r in school.rooms if r.site in ("", self._site[one]))
                nearest.append(min(here, default=default))
            return max(nearest, default=default)
        metres = next((r.metres for r in school.rooms if r.room == appointment.room), {})
        return max((metres.get(section, default) for section in classes), default=default)

    def _lunch(
        self, member: StaffMember, weekday: int, visits: Sequence[Visit], drives: Sequence[tuple[float, float]]
    ) -> tuple[float, int]:
        """When lunch is planned, and before which visit: in the first gap that is long enough, else the longest."""
        key = (member.id, weekday, tuple(v.appointment for v in visits))
        found = self._lunches.get(key)
        if found is None:
            taken = [(v.start - v.lead, v.end + v.tail) for v in visits]
            taken += [(float(a), float(b)) for day, a, b in member.busy if WEEKDAYS.index(day) == weekday]
            taken += drives
            gaps = list(_gaps(sorted(taken), float(member.lunch_start), float(member.lunch_end)))
            enough = [g for g in gaps if g[1] - g[0] >= member.lunch_minutes]
            longest = max(gaps, key=lambda g: g[1] - g[0], default=(float(member.lunch_start), 0.0))
            begins = (enough or [longest])[0][0]
            found = self._lunches[key] = (begins, sum(v.start - v.lead < begins for v in visits))
        return found


def _gaps(taken: Sequence[tuple[float, float]], start: float, end: float) -> Iterator[tuple[float, float]]:
    for begins, ends in taken:
        if begins >= end:
            break
        if begins > start:
            yield start, begins
        start = max(start, ends)
    if start < end:
        yield start, end


def _rows_of_children(plan: Plan) -> list[int]:
    """Per service row, its position among the rows of its child, so that other children do not rename it."""
    seen: dict[str, int] = {}
    rows = []
    for service in plan.school.services:
        rows.append(seen.get(service.id, 0))
        seen[service.id] = rows[-1] + 1
    return rows


def _closures(grade: str, days: Sequence[SchoolDay]) -> dict[int, tuple[tuple[float, float], ...]]:
    """By day, when a class of the grade is elsewhere (assembly, testing) or has gone home (early release)."""
    found: dict[int, tuple[tuple[float, float], ...]] = {}
    for day in days:
        away = [(float(c.start), float(c.end)) for c in day.closures if c.grade in ("", grade)]
        if day.release is not None:
            away.append((float(day.release), inf))
        if away:
            found[day.index] = tuple(away)
    return found


def _dismissals(school: School, days: Sequence[SchoolDay]) -> tuple[tuple[float, ...], ...]:
    by_grade = {}
    for grade in {s.grade for s in school.students}:
        bells = [max((b.end for b in school.blocks_of.get((grade, d), ())), default=0) for d in WEEKDAYS]
        by_grade[grade] = tuple(
            float(bells[d.weekday] if d.release is None else min(bells[d.weekday], d.release)) for d in days
        )
    return tuple(by_grade[s.grade] for s in school.students)
