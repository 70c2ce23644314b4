"""An old week taken over into a changed problem: what still stands stays, the rest is filled in greedily.

So more room (a larger legal group, one more therapist) never leaves more without a place than before, however far
the solver got.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sdmsim.delivery.asked import asked_minutes
from sdmsim.delivery.filling import Filling
from sdmsim.delivery.grouping import Grouped, Meeting, Pool, company, pool_of
from sdmsim.delivery.options import Option, options_of
from sdmsim.delivery.placing import Placed
from sdmsim.delivery.problem import Problem
from sdmsim.delivery.timetable import appointment, in_order
from sdmsim.delivery.vocabulary import Appointment, Request, Unplaced, Week


def better_of(problem: Problem, fresh: Week, start: Week) -> Week:
    """The fresh week or the old one taken over, whichever leaves fewer minutes without a place; then fewer hours.

    `start`: the week of a problem with the same classes and rooms, whose therapists stand first among the new one's.
    Its children keep their therapists; who had no place at all goes to the therapist of the fresh week.
    """
    carried = _taken_over(problem, fresh, start)
    best = min(fresh, carried, key=lambda week: (lacking_minutes(problem, week), needed_minutes(problem, week)))
    asked = min(fresh, carried, key=lambda week: sum(week.asked_minutes))
    above = fresh.placing_gap_minutes + lacking_minutes(problem, best) - lacking_minutes(problem, fresh)
    return replace(
        best,
        asked_minutes=asked.asked_minutes,
        co_planning_minutes=asked.co_planning_minutes,
        grouping_gap_minutes=min(fresh.grouping_gap_minutes, best.grouping_gap_minutes),
        placing_gap_minutes=max(0.0, above),
    )


def lacking_minutes(problem: Problem, week: Week) -> float:
    """Child-minutes a week without a place, a row of half the year at half."""
    return sum(problem.requests[u.request].minutes * problem.share_of_weeks[u.request] for u in week.unplaced)


def needed_minutes(problem: Problem, week: Week) -> float:
    """Therapist minutes a week of what is placed, with moves and planning with teachers."""
    share = [max(problem.share_of_weeks[r] for r, _ in one.members) for one in week.appointments]
    minutes = sum(s * (a.lead + a.minutes + a.tail) for s, a in zip(share, week.appointments, strict=True))
    visits: dict[tuple[int, str], float] = {}
    for s, a in zip(share, week.appointments, strict=True):
        if a.section:
            visits[a.therapist, a.section] = max(s, visits.get((a.therapist, a.section), 0.0))
    return minutes + problem.visits.planning_minutes * sum(visits.values())


def _taken_over(problem: Problem, fresh: Week, start: Week) -> Week:
    was = {_name(request): n for n, request in enumerate(start.requests)}
    old = [was.get(_name(request)) for request in problem.requests]
    now = {before: n for n, before in enumerate(old) if before is not None}
    placed = {r for one in start.appointments for r, _ in one.members}
    requests = tuple(
        request
        if before is None or before not in placed
        else request._replace(therapist=start.requests[before].therapist)
        for request, before in zip(problem.requests, old, strict=True)
    )
    desk = (*start.indirect_minutes, *[0.0] * len(problem.contracts))[: len(problem.contracts)]
    mine = replace(problem, requests=requests, indirect=desk)
    pools, number = _pools(mine)
    filling = Filling(mine, Grouped(pools, (), 0.0), Placed((), (), 0, frozenset()))
    for one in start.appointments:
        members = tuple(sorted((now[r], n) for r, n in one.members if r in now))
        if members:
            meeting = _meeting(mine, number, members)
            option = next((o for o in options_of(mine, pools[meeting.pool], meeting) if _same(mine, o, one)), None)
            if option is not None and filling.stands(meeting, option):
                filling.placed.append((meeting, option))
    held = {session for meeting, _ in filling.placed for session in meeting.members}
    wanted = [(r, n) for r, request in enumerate(requests) for n in range(request.weekly_sessions)]
    filling.waiting = [session for session in wanted if session not in held]
    filling.fill()
    alone = [_meeting(mine, number, (session,)) for session in filling.waiting]
    asked, planning = asked_minutes(mine, Grouped(pools, (*(m for m, _ in filling.placed), *alone), 0.0))
    return Week(
        requests=requests,
        appointments=tuple(sorted((appointment(mine, m, o) for m, o in filling.placed), key=in_order)),
        unplaced=tuple(Unplaced(r, n, filling.reason((r, n))) for r, n in filling.waiting),
        asked_minutes=asked,
        co_planning_minutes=planning,
        indirect_minutes=mine.indirect,
        grouping_gap_minutes=fresh.grouping_gap_minutes,
        placing_gap_minutes=0.0,
        solve_seconds=fresh.solve_seconds,
        consultations=problem.consultations,
    )


def _name(request: Request) -> Request:
    """A request whoever gives it."""
    return request._replace(therapist=0)


def _pools(problem: Problem) -> tuple[tuple[Pool, ...], list[int]]:
    """The pools by company, and the pool of every request."""
    members: dict[tuple[object, ...], list[int]] = {}
    for number in range(len(problem.requests)):
        members.setdefault(company(problem, number), []).append(number)
    place = {key: n for n, key in enumerate(members)}
    pools = tuple(pool_of(problem, some) for some in members.values())
    return pools, [place[company(problem, number)] for number in range(len(problem.requests))]


def _meeting(problem: Problem, pool: Sequence[int], members: tuple[tuple[int, int], ...]) -> Meeting:
    first = problem.requests[members[0][0]]
    push_in = first.setting == "classroom"
    subjects = frozenset.intersection(*(problem.subjects(r) for r, _ in members)) if push_in else ()
    section = problem.section[members[0][0]] if push_in else -1
    what = (first.therapist, push_in, section, tuple(sorted(subjects)), first.minutes, members)
    return Meeting(pool[members[0][0]], -1, *what)


def _same(problem: Problem, option: Option, one: Appointment) -> bool:
    room = "" if option.room < 0 else problem.rooms[option.room].name
    return (option.weekday, option.start, room) == (one.weekday, one.start, one.room)
