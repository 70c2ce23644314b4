"""What the solver left without a place is grouped again: into a group that has room, or alone.

So no session stays unplaced only because of how it was grouped; and what still has no place gets the
rule that binds, found by relaxing one rule at a time.
"""

from __future__ import annotations

from itertools import combinations

from sdmsim.delivery.grouping import Grouped, Meeting, open_windows
from sdmsim.delivery.options import Option, busy_of_child, clashes, options_of, possible
from sdmsim.delivery.placing import Placed, weeks_of
from sdmsim.delivery.problem import Problem, common
from sdmsim.school.vocabulary import WEEKDAYS

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
        self.waiting = [s for s in sorted(self.waiting) if not (self.join(s) or self.alone(s))]

    def stands(self, meeting: Meeting, option: Option) -> bool:
        """Whether a whole meeting may be held in the week as it stands, at one of its own options."""
        problem, members = self._problem, [r for r, _ in meeting.members]
        pool = self._pools[meeting.pool]
        limit = problem.visits.reach if meeting.push_in else problem.grouping.legal_size
        grades = [problem.grade[problem.section[r]] for r in members]
        if not set(members) <= set(pool.requests) or problem.most_at_once(members) > limit:
            return False
        if not meeting.push_in and max(grades) - min(grades) > problem.grouping.grade_span:
            return False
        if any(problem.together(problem.never, a, b) for a, b in combinations(members, 2)):
            return False
        if len(members) > 1 and any(problem.requests[r].alone for r in members):
            return False
        around = self._around(meeting)
        return not any(self._broken(meeting._replace(members=(one,)), option, around) for one in meeting.members)

    def reason(self, session: ChildSession) -> str:
        """Why a waiting child-session has no place: the one rule without which it would have one."""
        meeting = self._single(session)
        options = possible(self._problem, self._pools[meeting.pool], meeting)
        if not options:
            return "no common window"
        around = self._around(meeting)
        broken = [self._broken(meeting, option, around) for option in options]
        for relaxed in ("contract hours", "day limit", "room"):
            if any(not rules - {relaxed} for rules in broken):
                return relaxed
        return "therapist busy"

    def _single(self, session: ChildSession) -> Meeting:
        request = session[0]
        pool = next(p for p, some in enumerate(self._pools) if request in some.requests)
        of = self._pools[pool]
        subjects = tuple(sorted(self._problem.subjects(request))) if of.push_in else ()
        return Meeting(pool, -1, of.therapist, of.push_in, of.section, subjects, of.minutes, (session,))

    def join(self, session: ChildSession) -> bool:
        """Put a child-session into a placed meeting with room for it, the smallest first."""
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
        today = [(m, o) for m, o in self.placed if o.weekday == option.weekday and self._overlap(m, meeting)]
        return not self._child_taken(request, meeting, option, today)

    def alone(self, session: ChildSession) -> bool:
        """Place a child-session by itself in free time."""
        meeting = self._single(session)
        around = self._around(meeting)
        for option in options_of(self._problem, self._pools[meeting.pool], meeting):
            if not self._broken(meeting, option, around):
                self.placed.append((meeting, option))
                return True
        return False

    def _around(self, meeting: Meeting) -> list[list[tuple[Meeting, Option]]]:
        """Per weekday, the placed meetings that share a school week with one."""
        days: list[list[tuple[Meeting, Option]]] = [[] for _ in WEEKDAYS]
        weeks = weeks_of(self._problem, meeting)
        for other, option in self.placed:
            if weeks_of(self._problem, other) & weeks:
                days[option.weekday].append((other, option))
        return days

    def _broken(self, meeting: Meeting, option: Option, around: list[list[tuple[Meeting, Option]]]) -> set[str]:
        """The rules that an option breaks in the week as it stands; "therapist busy" stands for any clash."""
        broken = set()
        request = meeting.members[0][0]
        if taken := clashes(self._problem, meeting, option):
            broken.add("room" if taken == "room" else "therapist busy")
        today = around[option.weekday]
        mine = [o for m, o in today if m.therapist == meeting.therapist]
        if any(_clash(o.out, option.out) for o in mine) or self._no_lunch([*mine, option], meeting.therapist):
            broken.add("therapist busy")
        if self._child_taken(request, meeting, option, today, same_day=False):
            broken.add("therapist busy")
        elif "therapist busy" not in broken and self._child_taken(request, meeting, option, today):
            broken.add("day limit")
        if option.room >= 0 and any(
            o.room == option.room and _clash(o.out, option.out) for m, o in today if m.therapist != meeting.therapist
        ):
            broken.add("room")
        if self._over_contract(meeting, option, around):
            broken.add("contract hours")
        return broken

    def _met(self, request: int, meeting: Meeting) -> list[int]:
        """The members that are there in some week of the request: a place that somebody left is free."""
        active = self._problem.active
        return [r for r, _ in meeting.members if active[r] & active[request]]

    def _overlap(self, one: Meeting, other: Meeting) -> bool:
        """Whether two meetings share a school week."""
        return bool(weeks_of(self._problem, one) & weeks_of(self._problem, other))

    def _child_taken(
        self,
        request: int,
        meeting: Meeting,
        option: Option,
        today: list[tuple[Meeting, Option]],
        same_day: bool = True,
    ) -> bool:
        problem = self._problem
        student = problem.requests[request].student
        one_a_day = problem.a_day_apart(request)
        busy = busy_of_child(meeting, option)
        for other, taken in today:
            for r in self._met(request, other):
                if same_day and one_a_day and self._same_row(r, request):
                    return True
                if problem.requests[r].student == student and _clash(busy_of_child(other, taken), busy):
                    return True
        return False

    def _same_row(self, one: int, other: int) -> bool:
        """Whether requests are one, or weekly sessions of one that are requests of their own."""
        a, b = self._problem.requests[one], self._problem.requests[other]
        return one == other or (a.row == b.row and a.first_ordinal != b.first_ordinal)

    def free_minutes(self, therapist: int) -> float:
        """What the contract leaves a therapist beside everything placed, in whichever weeks."""
        problem = self._problem
        mine = [(m, o) for m, o in self.placed if m.therapist == therapist and weeks_of(problem, m)]
        classes = {m.section for m, _ in mine if m.push_in}
        taken = sum(o.out[1] - o.out[0] for _, o in mine) + problem.visits.planning_minutes * len(classes)
        return problem.contracts[therapist].session_minutes - problem.indirect[therapist] - taken

    def _no_lunch(self, today: list[Option], therapist: int) -> bool:
        contract = self._problem.contracts[therapist]
        if not contract.lunch_minutes:
            return False
        first, last = contract.lunch_window
        taken = [o.out for o in today]
        for start in range(first, last - contract.lunch_minutes + 1, self._problem.rules.grid_minutes):
            window = (start, start + contract.lunch_minutes)
            if common([window], contract.open[today[-1].weekday]) == (window,) and not any(
                _clash(window, t) for t in taken
            ):
                return False
        return True

    def _over_contract(self, meeting: Meeting, option: Option, around: list[list[tuple[Meeting, Option]]]) -> bool:
        problem = self._problem
        mine = [(m, o) for day in around for m, o in day if m.therapist == meeting.therapist]
        rows = [*mine, (meeting, option)]
        minutes = 0.0 + sum(o.out[1] - o.out[0] for _, o in rows)
        classes = {m.section for m, _ in rows if m.push_in}
        minutes += problem.visits.planning_minutes * len(classes)
        contract = problem.contracts[meeting.therapist]
        return minutes > contract.session_minutes - problem.indirect[meeting.therapist] + 1e-9


def _clash(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
