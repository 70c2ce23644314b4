"""What is open: sessions that were missed and may still be made up, and who makes them up now.

Nobody looks ahead: a therapist knows at the start of a session what has been missed by then, who is in school that
day, who is with somebody else, and which classes are away.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import heapify, heappop, heappush
from math import ceil
from typing import TYPE_CHECKING, Any

from sdmsim.world.classroom import closed
from sdmsim.world.openings import Openings
from sdmsim.world.vocabulary import START_UP, Member, Open, Visit

if TYPE_CHECKING:
    from sdmsim.world.vocabulary import Year


class Owed:
    """The open sessions of a year, the oldest of each request first. It lives in a year and never leaves it."""

    __slots__ = ("_open", "_sequence", "openings", "out_on")

    def __init__(self, openings: Openings, children: int) -> None:
        self.openings = openings
        self.out_on = [-1] * children
        """Per child, the last day on which it made something up."""
        self._open: list[list[Open]] = [[] for _ in openings.student]
        self._sequence = 0

    def add(self, day: int, request: int, reason: int, due: int, place: int) -> None:
        """A session was missed; `due` and `place` as in Open."""
        if reason in self.openings.reasons:
            self._sequence += 1
            heappush(self._open[request], Open(day, self._sequence, reason, due, place))

    def known_before(self, year: Year) -> None:
        """What was lost before any luck: start-up weeks, no place in the timetable."""
        for place, (day, _, request, _, reason, _) in enumerate(year.log.missed):
            self.add(day, request, reason, -1, place)
        for due, day in year.stage.start_up_chances:
            self.add(day, year.stage.dues[due].request, START_UP, due, -1)

    def first(self, year: Year, request: int, day: int) -> Open | None:
        """The oldest session of a request that can be made up on a day."""
        known, openings = self._open[request], self.openings
        week = openings.week[day]
        if week > openings.last_week[request]:
            return None
        while known:
            one = known[0]
            if week - openings.week[one.day] > openings.within_weeks or (one.due >= 0 and not year.due[one.due]):
                heappop(known)
                continue
            return one if one.day <= day else None
        return None

    def waiting(self, year: Year, day: int, requests: Iterable[int]) -> list[int]:
        """Those of the requests that have something open, the oldest first."""
        found = [(one.day, r) for r in requests if (one := self.first(year, r, day)) is not None]
        return [request for _, request in sorted(found)]

    def made_up(self, year: Year, member: Member, minutes: float) -> None:
        """A member made its session up: what it got leaves the books of what was missed, what it lacks stays there."""
        one, missed = member.makes_up, year.log.missed
        assert one is not None
        known = self._open[member.request]
        known.remove(one)
        heapify(known)
        left = (one.day, member.student, member.request, member.minutes - minutes, one.reason, 0)
        if one.due < 0:
            missed[one.place] = left
            return
        year.due[one.due] -= 1
        year.chances[one.due].remove((one.day, one.reason))
        missed.append(left)


def joiners(year: Year, owed: Owed, day: int, visit: Visit, present: Sequence[Member]) -> list[Member]:
    """The children who join a session to make something up, the oldest first; called when the therapist sets out."""
    requests = owed.openings.joinable[visit.appointment]
    if not requests or len(present) >= owed.openings.most[visit.appointment]:
        return []
    return _company(year, owed, day, visit, present, owed.waiting(year, day, requests))


def slot_session(year: Year, owed: Owed, who: int, day: int, visit: Visit, now: float) -> Visit | None:
    """The next session that a therapist holds in its slot, from now on; None where nobody can be fetched any more.

    Whoever can be fetched first comes, the oldest first; others join who may sit together and have as long a session.
    """
    openings = owed.openings
    soonest = max(visit.start, float(ceil(now + visit.lead)))

    def begins(request: int) -> float | None:
        """When a session for the request can begin at the earliest."""
        for first, last in openings.starts[request, visit.appointment]:
            start = max(soonest, float(first))
            if start <= last and _can_come(year, owed, day, request, start, start + openings.minutes[request]):
                return start
        return None

    waiting = owed.waiting(year, day, openings.in_slot[who])
    possible = [(start, n, r) for n, r in enumerate(waiting) if (start := begins(r)) is not None]
    if not possible:
        return None
    start, _, chosen = min(possible)
    like = (openings.family[chosen], openings.minutes[chosen])
    others = [
        r
        for _, _, r in possible
        if r != chosen
        and (openings.family[r], openings.minutes[r]) == like
        and any(first <= start <= last for first, last in openings.starts[r, visit.appointment])
    ]
    session = visit._replace(start=start, end=start + openings.minutes[chosen])
    members = _company(year, owed, day, session, (), [chosen, *others])
    return session._replace(members=tuple(members))


def _can_come(year: Year, owed: Owed, day: int, request: int, start: float, end: float) -> bool:
    """Whether a child is in school, free and willing, and its class at hand."""
    openings, fortune = owed.openings, year.fortune
    student = openings.student[request]
    return not (
        owed.out_on[student] == day
        or fortune.child_absent[student][day]
        or fortune.unwilling_again[student][day]
        or year.out[student] is not None
        or closed(year.notices[openings.section[request]], day, start, end) >= 0
    )


def _company(
    year: Year, owed: Owed, day: int, visit: Visit, present: Sequence[Member], waiting: Sequence[int]
) -> list[Member]:
    """Those of the waiting who come to a session, in their order, as far as the rules let them."""
    openings = owed.openings
    most, span = openings.most[visit.appointment], year.plan.grouping.grade_span
    group = [one.request for one in present]
    joined: list[Member] = []
    for request in waiting:
        if len(group) >= most:
            break
        student = openings.student[request]
        if group and (openings.alone[request] or openings.alone[group[0]]):
            continue
        if any(_pair(student, openings.student[other]) in openings.never for other in group):
            continue
        grades = [openings.grade[other] for other in (request, *group)]
        if max(grades) - min(grades) > span or not _can_come(year, owed, day, request, visit.start, visit.end):
            continue
        owed.out_on[student] = day
        group.append(request)
        joined.append(_member(year, owed, day, request))
    return joined


def _member(year: Year, owed: Owed, day: int, request: int) -> Member:
    openings = owed.openings
    student = openings.student[request]
    turn = len(year.stage.turns.student) + student * len(openings.week) + day
    one = owed.first(year, request, day)
    return Member(turn, student, request, openings.minutes[request], -1, openings.section[request], one)


def _pair(one: int, other: int) -> tuple[Any, ...]:
    return (one, other) if one < other else (other, one)
