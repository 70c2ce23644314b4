"""The week: group, place, group again what found no place, and say what binds.

The result depends on the scenario and its seed alone. It is kept in a cache under a digest of exactly
what it reads.
"""

from __future__ import annotations

from time import perf_counter

from sdmsim.delivery import cache
from sdmsim.delivery.asked import asked_minutes
from sdmsim.delivery.filling import Filling
from sdmsim.delivery.grouping import Grouped, Meeting, group
from sdmsim.delivery.options import Option
from sdmsim.delivery.parts import in_parts
from sdmsim.delivery.placing import even_out, place_affordable, place_all
from sdmsim.delivery.problem import Problem
from sdmsim.delivery.vocabulary import Appointment, Unplaced, Week, in_force


def make_week(problem: Problem) -> Week:
    """The weekly timetable, from the cache or solved. Every session is placed or reported with a reason."""
    week = cache.find(problem)
    if week is None:
        week = solve(problem)
        cache.keep(problem, week)
    return week


_COMPANIES_TO_AVOID = 8
"""Companies without a place that are grouped anew, at most, before all meetings compete for the week."""


def solve(problem: Problem) -> Week:
    """The week of a problem, large ones in parts. Deterministic but for `solve_seconds`."""
    return in_parts(problem, _whole)


def _whole(problem: Problem) -> Week:
    """Group, place, group anew what found no place, fill, spread over the week."""
    began = perf_counter()
    first = best = group(problem)
    placed = place_affordable(problem, best.pools, best.meetings)
    tried = placed.crowded_out
    while placed.gap_minutes and tried and len(tried) <= _COMPANIES_TO_AVOID:
        other = group(problem, tried)
        again = place_affordable(problem, other.pools, other.meetings)
        if again.minutes > placed.minutes:
            best, placed = other, again
        if again.crowded_out <= tried:
            break
        tried |= again.crowded_out
    if placed.gap_minutes:
        again = place_all(problem, best.pools, best.meetings)
        if again.minutes >= placed.minutes:
            placed = again
    filling = Filling(problem, best, placed)
    filling.fill()
    filling.placed = even_out(problem, best.pools, filling.placed)
    filling.fill()
    return week_of(problem, first, filling, placed.gap_minutes, perf_counter() - began)


def week_of(problem: Problem, grouped: Grouped, filling: Filling, placing_gap_minutes: int, seconds: float) -> Week:
    """The week of what has found a place; what it asks for and its first gap are those of the grouping."""
    asked, planning = asked_minutes(problem, grouped)
    return Week(
        requests=problem.requests,
        appointments=tuple(sorted((appointment(problem, m, o) for m, o in filling.placed), key=in_order)),
        unplaced=tuple(Unplaced(r, n, filling.reason((r, n))) for r, n in filling.waiting),
        asked_minutes=asked,
        co_planning_minutes=planning,
        indirect_minutes=problem.indirect,
        grouping_gap_minutes=grouped.gap_minutes,
        placing_gap_minutes=placing_gap_minutes,
        solve_seconds=seconds,
        consultations=problem.consultations,
    )


def appointment(problem: Problem, meeting: Meeting, option: Option) -> Appointment:
    """A placed meeting, in force for as long as any of its members comes."""
    requests = [problem.requests[r] for r, _ in meeting.members]
    return Appointment(
        therapist=meeting.therapist,
        setting=requests[0].setting,
        section=problem.section_names[meeting.section] if meeting.push_in else "",
        room="" if meeting.push_in else problem.rooms[option.room].name,
        weekday=option.weekday,
        start=option.start,
        minutes=meeting.minutes,
        lead=option.lead,
        tail=option.tail,
        members=meeting.members,
        **in_force(requests),
    )


def in_order(one: Appointment) -> tuple[int, int, int]:
    """Therapist, weekday, start."""
    return one.therapist, one.weekday, one.start
