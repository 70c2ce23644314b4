"""The sessions of one therapist with somebody else for some school weeks.

Either the others take them one by one as they have room, or a successor keeps them where they are. The therapist's own
calendar keeps what nobody takes; whether anybody comes then is not the week's affair.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sdmsim.delivery.choosing import some_weeks
from sdmsim.delivery.filling import Filling
from sdmsim.delivery.problem import Problem
from sdmsim.delivery.repair import copy_of, shares, standing
from sdmsim.delivery.timetable import appointment, in_order
from sdmsim.delivery.vocabulary import Request, Unplaced, Week, in_force

Ways = Sequence[Mapping[str, Any]]
"""How a session may be given, as the fields of its request that change; one for each who could take it."""
Session = tuple[int, int]
"""(request, ordinal)."""


def handed_over(problem: Problem, week: Week, numbers: Sequence[int], ways: Ways, weeks: range) -> tuple[Problem, Week]:
    """The problem and its week when others take what they can of some requests, from one school week to another.

    Session by session: a child's first one before its second. Each joins a meeting that has room; what finds none is
    held alone in free time, with whoever has the most of it, and others may join there. Sessions that are taken, and
    the other sessions of their request, become requests of their own in those weeks; all else stays.
    """
    span = some_weeks(weeks.start, weeks.stop)
    placed = {member for one in week.appointments for member in one.members}
    sessions = sorted(
        ((n, j) for n in numbers if problem.active[n] & span for j in range(problem.requests[n].weekly_sessions)),
        key=lambda session: session[::-1],
    )
    sessions = [session for session in sessions if session in placed]
    offers = [(session, way) for session in sessions for way in ways]
    scratch = _wider(
        problem,
        [_without(problem, n, span) if n in numbers else r for n, r in enumerate(problem.requests)],
        [(n, one_session(problem, n, j, way, span)) for (n, j), way in offers],
        span,
    )
    filling = standing(scratch, week, len(problem.requests))
    choices = {
        session: [len(problem.requests) + i for i, (of, _) in enumerate(offers) if of == session]
        for session in sessions
    }
    taken = _taken(filling, scratch, choices)
    split = sorted({n for n, _ in taken})
    parts = [(n, j) for n in split for j in range(problem.requests[n].weekly_sessions)]
    place = {part: len(problem.requests) + i for i, part in enumerate(parts)}
    final = _wider(
        problem,
        [_without(problem, n, span) if n in split else r for n, r in enumerate(problem.requests)],
        [
            (n, scratch.requests[taken[n, j]] if (n, j) in taken else one_session(problem, n, j, {}, span))
            for n, j in parts
        ],
        span,
    )
    named = {(taken[part], 0): (place[part], 0) for part in taken}
    staying = {part: (place[part], 0) for part in parts if part not in taken}
    meetings = []
    for meeting, option in filling.placed:
        members = [named.get(member, member) for member in meeting.members]
        members += [staying[member] for member in meeting.members if member in staying]
        meetings.append((meeting._replace(members=tuple(sorted(members))), option))
    unplaced = [Unplaced(place[u[:2]], 0, u.reason) for u in week.unplaced if u[:2] in staying]
    return final, replace(
        week,
        requests=final.requests,
        appointments=tuple(sorted((appointment(final, m, o) for m, o in meetings), key=in_order)),
        unplaced=(*week.unplaced, *unplaced),
    )


def succeeded(
    problem: Problem, week: Week, numbers: Sequence[int], successor: int, weeks: range
) -> tuple[Problem, Week]:
    """The problem and its week when a successor keeps the places of some requests, from one school week to another."""
    span = some_weeks(weeks.start, weeks.stop)
    numbers = [n for n in numbers if problem.active[n] & span]
    copies = {n: len(problem.requests) + i for i, n in enumerate(numbers)}
    final = _wider(
        problem,
        [_without(problem, n, span) if n in copies else r for n, r in enumerate(problem.requests)],
        [(n, copy_of(problem, n, {"therapist": successor}, span)) for n in numbers],
        span,
    )
    appointments = []
    for one in week.appointments:
        kept = in_force([final.requests[r] for r, _ in one.members])
        appointments.append(one._replace(**kept))
        if theirs := tuple((copies[r], j) for r, j in one.members if r in copies):
            kept = in_force([final.requests[r] for r, _ in theirs])
            appointments.append(one._replace(therapist=successor, members=theirs, **kept))
    unplaced = [u._replace(request=copies[u.request]) for u in week.unplaced if u.request in copies]
    return final, replace(
        week,
        requests=final.requests,
        appointments=tuple(sorted(appointments, key=in_order)),
        unplaced=(*week.unplaced, *unplaced),
    )


def one_session(problem: Problem, number: int, ordinal: int, fields: Mapping[str, Any], span: int) -> Request:
    """One weekly session of a request as a request of its own, in some weeks."""
    copy = copy_of(problem, number, fields, span)
    sessions = 1 if copy.shares_with is None else copy.sessions
    return copy._replace(sessions=sessions, weekly_sessions=1, first_ordinal=copy.first_ordinal + ordinal)


def _without(problem: Problem, number: int, span: int) -> Request:
    request = problem.requests[number]
    return request._replace(weeks=request.weeks & ~span)


def _wider(problem: Problem, requests: Sequence[Request], copies: Sequence[tuple[int, Request]], span: int) -> Problem:
    """The problem with its requests as they are now, and copies of some for the weeks of `span`."""
    active = [bits & r.weeks for bits, r in zip(problem.active, requests, strict=True)]
    active += [problem.active[n] & span for n, _ in copies]
    source = [*range(len(requests)), *(n for n, _ in copies)]
    return replace(
        problem,
        requests=(*requests, *(copy for _, copy in copies)),
        active=tuple(active),
        share_of_weeks=shares(problem, active, source),
        section=tuple(problem.section[n] for n in source),
    )


def _taken(filling: Filling, problem: Problem, choices: Mapping[Session, Sequence[int]]) -> dict[Session, int]:
    """By session, the request as which it found a place."""
    taken: dict[Session, int] = {}

    def tried(session: Session, place: Callable[[Session], bool], offers: Sequence[int]) -> bool:
        for number in offers:
            if place((number, 0)):
                taken[session] = number
                return True
        return False

    waiting = [session for session, offers in choices.items() if not tried(session, filling.join, offers)]
    for session in waiting:
        free = {n: filling.free_minutes(problem.requests[n].therapist) for n in choices[session]}
        offers = sorted(choices[session], key=lambda n: (-free[n], n))
        if not tried(session, filling.join, offers):
            tried(session, filling.alone, offers)
    return taken
