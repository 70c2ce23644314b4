"""A week repaired during the year: rows that move find places in the timetable as it stands, nothing else is moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    else it is unplaced from then on. Pull-out groups that somebody leaves may break up, their children joining others,
    where that leaves less without a place. All else stays, and everything before is untouched.
    """
    ahead = [n for n, bits in enumerate(problem.active) if bits >> from_week]
    going = {n: moves[problem.requests[n].row] for n in ahead if problem.requests[n].row in moves}
    left = {
        n: problem.requests[n].setting
        for one in week.appointments
        if one.setting == "therapy_room" and any(r in going for r, _ in one.members)
        for n, _ in one.members
        if n in ahead and n not in going
    }
    found = _amended(problem, week, going, from_week)
    if left and _lacking(*found, from_week):
        broken_up = _amended(problem, week, {**left, **going}, from_week)
        if _lacking(*broken_up, from_week) < _lacking(*found, from_week):
            return broken_up
    return found


def _lacking(problem: Problem, week: Week, from_week: int) -> int:
    """Minutes without a place from a school week on."""
    return sum(
        problem.requests[u.request].minutes * (problem.active[u.request] >> from_week).bit_count()
        for u in week.unplaced
    )


def _amended(problem: Problem, week: Week, settings: Mapping[int, Setting], from_week: int) -> tuple[Problem, Week]:
    """Requests given anew from a school week on, each in its setting; those named first find places first."""
    before = some_weeks(0, from_week)
    kept = [r._replace(weeks=r.weeks & before) if n in settings else r for n, r in enumerate(problem.requests)]
    new = [
        problem.requests[n]._replace(setting=setting, weeks=problem.requests[n].weeks & ~before)
        for n, setting in settings.items()
    ]
    active = [bits & before if n in settings else bits for n, bits in enumerate(problem.active)]
    active += [problem.active[n] & ~before for n in settings]
    wider = replace(
        problem,
        requests=(*kept, *new),
        active=tuple(active),
        share_of_weeks=_shares(problem, active, list(settings)),
        section=(*problem.section, *(problem.section[n] for n in settings)),
    )
    filling = _standing(wider, week, len(kept))
    filling.fill()
    unplaced = [u for u in week.unplaced if active[u.request]]
    return wider, replace(
        week,
        requests=wider.requests,
        appointments=tuple(sorted((appointment(wider, m, o) for m, o in filling.placed), key=in_order)),
        unplaced=(*unplaced, *(Unplaced(r, n, filling.reason((r, n))) for r, n in filling.waiting)),
    )


def _shares(problem: Problem, active: Sequence[int], old: Sequence[int]) -> tuple[float, ...]:
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
        known = problem.rooms_for(one.therapist, problem.most_at_once([r for r, _ in one.members]), hallway=hallway)
        room = next(n for n in known if problem.rooms[n].name == one.room)
    return Option(one.weekday, one.start, one.start + one.minutes, one.lead, one.tail, room)
