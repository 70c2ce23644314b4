"""A week repaired during the year: rows that move find places in the timetable as it stands, nothing else is moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sdmsim.delivery.choosing import some_weeks
from sdmsim.delivery.filling import Filling
from sdmsim.delivery.grouping import Grouped, Meeting, company, pool_of
from sdmsim.delivery.options import Option
from sdmsim.delivery.placing import Placed
from sdmsim.delivery.problem import Problem
from sdmsim.delivery.timetable import appointment, in_order
from sdmsim.delivery.vocabulary import Appointment, Request, Setting, Unplaced, Week


def moved_rows(problem: Problem, week: Week, moves: Mapping[int, Setting], from_week: int) -> tuple[Problem, Week]:
    """The problem and its week when rows (per week) are given in other settings from a school week on.

    Greedy: each session joins a meeting that is held in all of its weeks and has room, or is held alone in free time,
    else it is unplaced from then on. Meetings that stand stay where they are, and everything before is untouched.
    """
    before = some_weeks(0, from_week)
    old = {n for n, r in enumerate(problem.requests) if r.row in moves and problem.active[n] & ~before}
    kept = [r._replace(weeks=r.weeks & before) if n in old else r for n, r in enumerate(problem.requests)]
    new = [
        r._replace(setting=moves[r.row], weeks=r.weeks & ~before) for n, r in enumerate(problem.requests) if n in old
    ]
    active = [bits & before if n in old else bits for n, bits in enumerate(problem.active)]
    ahead = [problem.active[n] & ~before for n in sorted(old)]
    wider = replace(
        problem,
        requests=(*kept, *new),
        active=(*active, *ahead),
        share_of_weeks=_shares(problem, (*active, *ahead), sorted(old)),
        section=(*problem.section, *(problem.section[n] for n in sorted(old))),
    )
    filling = _standing(wider, week, len(kept))
    filling.fill()
    gone = {(u.request, u.ordinal) for u in week.unplaced if u.request in old and not active[u.request]}
    unplaced = [u for u in week.unplaced if (u.request, u.ordinal) not in gone]
    return wider, replace(
        week,
        requests=wider.requests,
        appointments=tuple(sorted((appointment(wider, m, o) for m, o in filling.placed), key=in_order)),
        unplaced=(*unplaced, *(Unplaced(r, n, filling.reason((r, n))) for r, n in filling.waiting)),
    )


def _shares(problem: Problem, active: tuple[int, ...], old: list[int]) -> tuple[float, ...]:
    """Per request, the part of the school weeks in which its places are used: split as its weeks are."""
    source = [*range(len(problem.requests)), *old]
    return tuple(
        problem.share_of_weeks[s] * bits.bit_count() / max(1, problem.active[s].bit_count())
        for s, bits in zip(source, active, strict=True)
    )


def _standing(problem: Problem, week: Week, first_new: int) -> Filling:
    """The week as it stands, with every session of the new requests still waiting."""
    members: dict[tuple[object, ...], list[int]] = {}
    for number in range(len(problem.requests)):
        members.setdefault(company(problem, number), []).append(number)
    place = {key: n for n, key in enumerate(members)}
    pools = tuple(pool_of(problem, some) for some in members.values())
    meetings, options = [], list[Option | None]()
    for one in week.appointments:
        first = one.members[0][0]
        subjects = frozenset.intersection(*(problem.subjects(r) for r, _ in one.members)) if one.section else ()
        section = problem.section_names.index(one.section) if one.section else -1
        where = (one.setting == "classroom", section, tuple(sorted(subjects)), one.minutes, one.members)
        meetings.append(Meeting(place[company(problem, first)], -1, one.therapist, *where))
        options.append(_option(problem, one))
    for number in range(first_new, len(problem.requests)):
        for ordinal in range(problem.requests[number].weekly_sessions):
            meetings.append(_waiting(problem, place[company(problem, number)], number, ordinal))
            options.append(None)
    return Filling(
        problem, Grouped(pools, tuple(meetings), 0.0), Placed(tuple(meetings), tuple(options), 0, frozenset())
    )


def _waiting(problem: Problem, pool: int, number: int, ordinal: int) -> Meeting:
    request: Request = problem.requests[number]
    push_in = request.setting == "classroom"
    section = problem.section[number] if push_in else -1
    return Meeting(pool, -1, request.therapist, push_in, section, (), request.minutes, ((number, ordinal),))


def _option(problem: Problem, one: Appointment) -> Option:
    room = -1
    if one.setting != "classroom":
        hallway = one.setting == "hallway"
        known = problem.rooms_for(one.therapist, len(one.members), hallway=hallway)
        room = next(n for n in known if problem.rooms[n].name == one.room)
    return Option(one.weekday, one.start, one.start + one.minutes, one.lead, one.tail, room)
