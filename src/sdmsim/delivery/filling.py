"""What the solver left without a place is grouped again: into a group that has room, or alone.

So no session stays unplaced only because of how it was grouped; and what still has no place gets the
rule that binds, found by relaxing one rule at a time.
"""

from __future__ import annotations

from sdmsim.delivery.grouping import Grouped, Meeting, open_windows
from sdmsim.delivery.options import Option, busy_of_child, options_of
from sdmsim.delivery.placing import Placed, weeks_of
from sdmsim.delivery.problem import Problem, common

ChildSession = tuple[int, int]
"""(request, ordinal)."""


class Filling:
    """A week being completed by hand: the placed meetings, and the child-sessions still without a place."""

    def __init__(self, problem: Problem, grouped: Grouped, placed: Placed) -> None:
        self._problem = problem
        self._pools = list(grouped.pools)
        self.placed: list[tuple[Meeting, Option]] = []
        self.waiting: list[ChildSession] = []
        for meeting, option in zip(placed.meetings, placed.options, strict=True):
            if option is None:
                self.waiting += meeting.members
            else:
                self.placed.append((meeting, option))

    def fill(self) -> None:
        """Place every waiting child-session that some placed group or some free time can take."""
        self.waiting = [s for s in sorted(self.waiting) if not (self._join(s) or self._alone(s))]

    def reason(self, session: ChildSession) -> str:
        """Why a waiting child-session has no place: the one rule without which it would have one."""
        meeting = self._single(session)
        options = options_of(self._problem, self._pools[meeting.pool], meeting)
        if not options:
            return "no common window"
        rules = ("contract hours", "day limit", "room")
        for relaxed in rules:
            if any(not self._broken(meeting, o, rules) - {relaxed} for o in options):
                return relaxed
        return "therapist busy"

    def _single(self, session: ChildSession) -> Meeting:
        request = session[0]
        pool = next(p for p, some in enumerate(self._pools) if request in some.requests)
        of = self._pools[pool]
        subjects = tuple(sorted(self._problem.subjects(request))) if of.push_in else ()
        return Meeting(pool, -1, of.therapist, of.push_in, of.section, subjects, of.minutes, (session,))

    def _join(self, session: ChildSession) -> bool:
        request = session[0]
        pool = self._single(session).pool
        here = [i for i, (m, _) in enumerate(self.placed) if m.pool == pool]
        for i in sorted(here, key=lambda i: (len(self.placed[i][0].members), i)):
            meeting, option = self.placed[i]
            others = self._met(request, meeting)
            if request in others or not self._fits(request, others, meeting, option):
                continue
            wider = meeting._replace(members=tuple(sorted((*meeting.members, session))))
            if meeting.push_in:
                subjects = frozenset(meeting.subjects) & self._problem.subjects(request)
                wider = wider._replace(subjects=tuple(sorted(subjects)))
            if option in options_of(self._problem, self._pools[pool], wider):
                self.placed[i] = (wider, option)
                return True
        return False

    def _fits(self, request: int, others: list[int], meeting: Meeting, option: Option) -> bool:
        problem = self._problem
        limit = problem.visits.reach if meeting.push_in else problem.grouping.legal_size
        if problem.requests[request].alone or len(others) >= limit:
            return False
        if problem.active[request] & ~weeks_of(problem, meeting):
            return False
        if any(problem.together(problem.never, request, other) for other in others):
            return False
        grades = [problem.grade[problem.section[r]] for r in (request, *others)]
        if not meeting.push_in and max(grades) - min(grades) > problem.grouping.grade_span:
            return False
        if not meeting.push_in and not open_windows(problem, [request, *others], option.weekday):
            return False
        return not self._child_taken(request, meeting, option)

    def _alone(self, session: ChildSession) -> bool:
        meeting = self._single(session)
        rules = ("contract hours", "day limit", "room")
        for option in options_of(self._problem, self._pools[meeting.pool], meeting):
            if not self._broken(meeting, option, rules):
                self.placed.append((meeting, option))
                return True
        return False

    def _broken(self, meeting: Meeting, option: Option, rules: tuple[str, ...]) -> set[str]:
        """The rules that an option breaks in the week as it stands; "therapist busy" stands for any clash."""
        broken = set()
        request = meeting.members[0][0]
        mine = [(m, o) for m, o in self.placed if m.therapist == meeting.therapist and self._overlap(m, meeting)]
        if any(o.weekday == option.weekday and _clash(o.out, option.out) for _, o in mine):
            broken.add("therapist busy")
        if self._no_lunch([o for _, o in mine] + [option], meeting.therapist, option.weekday):
            broken.add("therapist busy")
        if self._child_taken(request, meeting, option, same_day=False):
            broken.add("therapist busy")
        if self._child_taken(request, meeting, option) and "therapist busy" not in broken:
            broken.add("day limit")
        if option.room >= 0 and any(
            o.room == option.room and o.weekday == option.weekday and _clash(o.out, option.out)
            for m, o in self.placed
            if m.therapist != meeting.therapist and self._overlap(m, meeting)
        ):
            broken.add("room")
        if self._over_contract(mine, meeting, option):
            broken.add("contract hours")
        return broken

    def _met(self, request: int, meeting: Meeting) -> list[int]:
        """The members that are there in some week of the request: a place that somebody left is free."""
        active = self._problem.active
        return [r for r, _ in meeting.members if active[r] & active[request]]

    def _overlap(self, one: Meeting, other: Meeting) -> bool:
        """Whether two meetings share a school week."""
        return bool(weeks_of(self._problem, one) & weeks_of(self._problem, other))

    def _child_taken(self, request: int, meeting: Meeting, option: Option, same_day: bool = True) -> bool:
        problem = self._problem
        student = problem.requests[request].student
        one_a_day = problem.requests[request].weekly_sessions <= len(problem.contracts[meeting.therapist].days)
        for other, taken in self.placed:
            if taken.weekday != option.weekday or not self._overlap(other, meeting):
                continue
            for r in self._met(request, other):
                if same_day and one_a_day and r == request:
                    return True
                if problem.requests[r].student == student and _clash(
                    busy_of_child(other, taken), busy_of_child(meeting, option)
                ):
                    return True
        return False

    def _no_lunch(self, options: list[Option], therapist: int, weekday: int) -> bool:
        contract = self._problem.contracts[therapist]
        if not contract.lunch_minutes:
            return False
        first, last = contract.lunch_window
        taken = [o.out for o in options if o.weekday == weekday]
        for start in range(first, last - contract.lunch_minutes + 1, self._problem.rules.grid_minutes):
            window = (start, start + contract.lunch_minutes)
            if common([window], contract.open[weekday]) == (window,) and not any(_clash(window, t) for t in taken):
                return False
        return True

    def _over_contract(self, mine: list[tuple[Meeting, Option]], meeting: Meeting, option: Option) -> bool:
        problem = self._problem
        rows = [*mine, (meeting, option)]
        minutes = 0.0 + sum(o.out[1] - o.out[0] for _, o in rows)
        classes = {m.section for m, _ in rows if m.push_in}
        minutes += problem.visits.planning_minutes * len(classes)
        contract = problem.contracts[meeting.therapist]
        return minutes > contract.session_minutes - problem.indirect[meeting.therapist] + 1e-9


def _clash(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
