"""Every place in the week that a meeting could have, by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sdmsim.delivery.contracts import Window
from sdmsim.delivery.grouping import Meeting, Pool, moves_of, open_windows
from sdmsim.delivery.problem import Problem, Stretches, common


class Option(NamedTuple):
    """A possible place of a meeting. The therapist is taken from `start - lead` to `end + tail`."""

    weekday: int
    start: int
    end: int
    lead: int
    tail: int
    room: int
    """Position in `problem.rooms`; -1 in class."""

    @property
    def out(self) -> Window:
        """The stretch in which the therapist, and in a pull-out the children, are taken."""
        return self.start - self.lead, self.end + self.tail


def options_of(problem: Problem, pool: Pool, meeting: Meeting) -> list[Option]:
    """Every place in the week that bell schedule, contract and rooms allow a meeting, around what others have taken."""
    found = possible(problem, pool, meeting)
    if not problem.taken.children and not problem.taken.rooms:
        return found
    return [option for option in found if not clashes(problem, meeting, option)]


def clashes(problem: Problem, meeting: Meeting, option: Option) -> str:
    """What others have taken of an option: "child", "room", or nothing."""
    busy = busy_of_child(meeting, option)
    for request, _ in meeting.members:
        theirs = problem.taken.children.get(problem.requests[request].student, ())
        if _met(option.weekday, busy, problem.active[request], theirs):
            return "child"
    if option.room >= 0 and option.room in problem.taken.rooms:
        weeks = 0
        for request, _ in meeting.members:
            weeks |= problem.active[request]
        if _met(option.weekday, option.out, weeks, problem.taken.rooms[option.room]):
            return "room"
    return ""


def _met(weekday: int, window: Window, weeks: int, taken: Stretches) -> bool:
    return any(
        day == weekday and start < window[1] and window[0] < end and held & weeks for day, start, end, held in taken
    )


def possible(problem: Problem, pool: Pool, meeting: Meeting) -> list[Option]:
    """Every place in the week that bell schedule, contract and rooms allow a meeting, by itself."""
    contract = problem.contracts[meeting.therapist]
    requests = [r for r, _ in meeting.members]
    site = problem.site_of(requests[0])
    found: list[Option] = []
    for room, lead, tail in _places(problem, pool, meeting):
        for day in contract.days:
            there = contract.open_at(day, site)
            if meeting.push_in:
                grade = problem.grade[meeting.section]
                lessons = [w for s in meeting.subjects for w in problem.lessons.get((grade, day, s), ())]
                windows = _free(lessons, there, lead)
            else:
                windows = common(open_windows(problem, requests, day), there)
                windows = tuple((start + lead, end - tail) for start, end in windows)
            grid = problem.rules.grid_minutes
            starts = {
                minute
                for start, end in windows
                for minute in range(-(-start // grid) * grid, end - meeting.minutes + 1, grid)
            }
            found += [Option(day, s, s + meeting.minutes, lead, tail, room) for s in sorted(starts)]
    return found


def _free(lessons: Sequence[Window], working: Sequence[Window], lead: int) -> tuple[Window, ...]:
    """Lessons in which the therapist is at work and can have walked to the class."""
    return common(lessons, [(start + lead, end) for start, end in working])


def _places(problem: Problem, pool: Pool, meeting: Meeting) -> list[tuple[int, int, int]]:
    """(room, lead, tail) of every room that would do; the class itself for a visit."""
    if meeting.push_in:
        return [(-1, problem.moves.push_in_lead(problem.metres(pool.therapist, pool.section)), 0)]
    places = []
    members = [r for r, _ in meeting.members]
    size, site = problem.most_at_once(members), problem.site_of(members[0])
    if pool.hallway:
        tables = problem.rooms_for(meeting.therapist, size, site, hallway=True)
        return [(table, *moves_of(problem, pool, members)) for table in tables]
    for room in problem.rooms_for(meeting.therapist, size, site):
        metres = max(problem.rooms[room].metres[problem.section[r]] for r in members)
        places.append((room, problem.moves.pull_out_lead(metres), problem.moves.pull_out_tail(metres)))
    return places


def busy_of_child(meeting: Meeting, option: Option) -> Window:
    """The stretch in which the children of a meeting are taken: in class the moves are not theirs."""
    return (option.start, option.end) if meeting.push_in else option.out
