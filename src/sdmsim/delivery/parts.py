"""A large week in parts: therapists who have nothing in common are placed apart, the others one after the other.

Therapists are tied by children whom both serve, by rooms that both use, and by children who must sit together. What is
not tied can be solved by itself, and loses nothing by it. Where many are tied, one therapist after the other is placed
around what is taken, those at the most sites first: lawful as ever, but no longer proven to place the most.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from sdmsim.delivery.problem import Problem, Taken
from sdmsim.delivery.vocabulary import Appointment, Unplaced, Week

AT_ONCE = 4
"""Therapists whose week is made as a whole, at most: larger ones take the solver minutes without a useful bound."""


def in_parts(problem: Problem, whole: Callable[[Problem], Week]) -> Week:
    """The week of a problem of any size; `whole` makes that of a small one."""
    busy = sorted({request.therapist for request in problem.requests})
    if len(busy) <= AT_ONCE:
        return whole(problem)
    weeks: list[tuple[Sequence[int], Week]] = []
    for tied in components(problem):
        if len(tied) <= AT_ONCE:
            numbers, part = part_of(problem, tied)
            weeks.append((numbers, whole(part)))
        else:
            weeks += _one_after_the_other(problem, tied, whole)
    return _together(problem, weeks)


def components(problem: Problem) -> list[tuple[int, ...]]:
    """Therapists with requests, those who are tied to each other together."""
    of_child: dict[int, set[int]] = {}
    for request in problem.requests:
        of_child.setdefault(request.student, set()).add(request.therapist)
    ties = [*of_child.values(), *(of_child.get(a, set()) | of_child.get(b, set()) for a, b in problem.must)]
    at_site: dict[int, set[int]] = {}
    for number, request in enumerate(problem.requests):
        if request.setting == "therapy_room":
            at_site.setdefault(problem.site_of(number), set()).add(request.therapist)
    for room in problem.rooms:
        if room.therapist is None:
            ties.append(set().union(*at_site.values()) if room.site is None else at_site.get(room.site, set()))
    group: dict[int, set[int]] = {request.therapist: {request.therapist} for request in problem.requests}
    for tie in ties:
        merged = set().union(*(group[t] for t in tie))
        for t in merged:
            group[t] = merged
    return sorted({tuple(sorted(tied)) for tied in group.values()})


def part_of(problem: Problem, therapists: Sequence[int], taken: Taken | None = None) -> tuple[list[int], Problem]:
    """The requests of some therapists by number, and their problem; what others have taken is left to them."""
    numbers = [n for n, request in enumerate(problem.requests) if request.therapist in therapists]
    part = replace(
        problem,
        requests=tuple(problem.requests[n] for n in numbers),
        active=tuple(problem.active[n] for n in numbers),
        share_of_weeks=tuple(problem.share_of_weeks[n] for n in numbers),
        section=tuple(problem.section[n] for n in numbers),
        taken=taken or Taken({}, {}),
    )
    return numbers, part


def _one_after_the_other(
    problem: Problem, therapists: Sequence[int], whole: Callable[[Problem], Week]
) -> list[tuple[Sequence[int], Week]]:
    """Those with the most sites, then those with the most to do, choose first."""
    load = dict.fromkeys(therapists, 0)
    for request in problem.requests:
        if request.therapist in load:
            load[request.therapist] += request.minutes * request.weekly_sessions
    sites = {t: len({site for day in problem.contracts[t].at for site, _ in day}) for t in therapists}
    found: list[tuple[Sequence[int], Week]] = []
    taken = Taken({}, {})
    for therapist in sorted(therapists, key=lambda t: (-sites[t], -load[t], t)):
        numbers, part = part_of(problem, [therapist], taken)
        week = whole(part)
        found.append((numbers, week))
        taken = _more_taken(problem, taken, numbers, week)
    return found


def _more_taken(problem: Problem, taken: Taken, numbers: Sequence[int], week: Week) -> Taken:
    """What is taken, and what this week takes besides."""
    children = {child: list(stretches) for child, stretches in taken.children.items()}
    rooms = {room: list(stretches) for room, stretches in taken.rooms.items()}
    room_of = {room.name: n for n, room in enumerate(problem.rooms) if room.therapist is None}
    for one in week.appointments:
        weeks = 0
        for r, _ in one.members:
            weeks |= problem.active[numbers[r]]
        out = (one.start - one.lead, one.start + one.minutes + one.tail)
        if one.room in room_of:
            rooms.setdefault(room_of[one.room], []).append((one.weekday, *out, weeks))
        busy = (one.start, one.start + one.minutes) if one.setting == "classroom" else out
        for r, _ in one.members:
            child = problem.requests[numbers[r]].student
            children.setdefault(child, []).append((one.weekday, *busy, problem.active[numbers[r]]))
    return Taken(children, rooms)


def _together(problem: Problem, weeks: Sequence[tuple[Sequence[int], Week]]) -> Week:
    """One week of the weeks of its parts."""
    appointments: list[Appointment] = []
    unplaced: list[Unplaced] = []
    asked, planning = list(problem.indirect), [0.0] * len(problem.contracts)
    for numbers, week in weeks:
        for one in week.appointments:
            appointments.append(one._replace(members=tuple((numbers[r], n) for r, n in one.members)))
        unplaced += [one._replace(request=numbers[one.request]) for one in week.unplaced]
        for t in {problem.requests[n].therapist for n in numbers}:
            asked[t], planning[t] = week.asked_minutes[t], week.co_planning_minutes[t]
    return Week(
        requests=problem.requests,
        appointments=tuple(sorted(appointments, key=lambda a: (a.therapist, a.weekday, a.start))),
        unplaced=tuple(sorted(unplaced)),
        asked_minutes=tuple(asked),
        co_planning_minutes=tuple(planning),
        indirect_minutes=problem.indirect,
        grouping_gap_minutes=sum(week.grouping_gap_minutes for _, week in weeks),
        placing_gap_minutes=sum(week.placing_gap_minutes for _, week in weeks),
        solve_seconds=sum(week.solve_seconds for _, week in weeks),
        consultations=problem.consultations,
    )
