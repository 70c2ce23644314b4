"""Who sits together: the fewest therapist minutes first, then sizes near the preferred, then few classes.

Student-minutes are not therapist-minutes: each child of a group is credited in full, so the size of
groups is the exchange rate. Two rules make meetings out of requests:

- A *pull-out group* is a fixed set of children of one family of goals, one session length and grades
  close together, with a common window. It meets as often as its most frequent member
  (`grouping.fixed_groups = false`: any such children may meet, anew each time).
- A *class* is a fixed group already: a push-in visit serves those of its children who are due, at most
  the legal size at a time, in a subject that fits the goals of all of them.

Each asks for the fewest meetings by a small integer programme over counts, whose proven bound is kept;
names are put to the counts afterwards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from sdmsim.delivery.contracts import Window
from sdmsim.delivery.problem import Problem, common
from sdmsim.delivery.solver import Model
from sdmsim.delivery.vocabulary import Setting


class Meeting(NamedTuple):
    """A weekly meeting that wants a place in the timetable."""

    pool: int
    group: int
    """Meetings with the same group are its repeats within the week."""
    therapist: int
    push_in: bool
    section: int
    """The class of a visit; -1 for a pull-out session."""
    subjects: tuple[str, ...]
    minutes: int
    members: tuple[tuple[int, int], ...]
    """(request, ordinal)."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Requests that may meet: same therapist, same place (a class, or apart), same length, same dates and weeks."""

    therapist: int
    setting: Setting
    section: int
    minutes: int
    requests: tuple[int, ...]

    @property
    def push_in(self) -> bool:
        """A class is visited."""
        return self.setting == "classroom"

    @property
    def hallway(self) -> bool:
        """The children come out into the hallway."""
        return self.setting == "hallway"


@dataclass(frozen=True, slots=True)
class Grouped:
    """All meetings of the week, and how far their therapist minutes lie above the proven bound."""

    pools: tuple[Pool, ...]
    meetings: tuple[Meeting, ...]
    gap_minutes: float


Company = frozenset[int]
"""Requests that sit together."""


def group(problem: Problem, avoid: frozenset[Company] = frozenset()) -> Grouped:
    """Make the meetings of every pool, without the companies to avoid. Deterministic."""
    pools = _pools(problem)
    meetings: list[Meeting] = []
    gap = 0.0
    for number, pool in enumerate(pools):
        fixed = not pool.push_in and problem.grouping.fixed_groups
        groups, fewest = (_fixed_groups if fixed else _open_groups)(problem, pool, avoid)
        gap += (len([1 for repeats in groups for _ in repeats]) - fewest) * meeting_minutes(problem, pool)
        for place, repeats in enumerate(groups):
            for members in repeats:
                subjects = frozenset.intersection(*(problem.subjects(r) for r, _ in members)) if pool.push_in else ()
                meetings.append(
                    Meeting(
                        number,
                        place,
                        pool.therapist,
                        pool.push_in,
                        pool.section,
                        tuple(sorted(subjects)),
                        pool.minutes,
                        members,
                    )
                )
    return Grouped(pools, tuple(meetings), gap)


def moves_of(problem: Problem, pool: Pool, members: Sequence[int]) -> tuple[int, int]:
    """(lead, tail): planned minutes of the therapist's moves before and after, to the nearest room that fits."""
    if pool.push_in:
        return problem.moves.push_in_lead(problem.metres(pool.therapist, pool.section)), 0
    if pool.hallway:
        metres = max(problem.metres(pool.therapist, problem.section[r]) for r in members)
        return problem.moves.hallway_lead(metres), 0
    site = problem.site_of(members[0])
    rooms = problem.rooms_for(pool.therapist, min(len(members), room_limit(problem, pool.therapist, site)), site)
    metres = min(max(problem.rooms[i].metres[problem.section[r]] for r in members) for i in rooms)
    return problem.moves.pull_out_lead(metres), problem.moves.pull_out_tail(metres)


def meeting_minutes(problem: Problem, pool: Pool) -> int:
    """Therapist minutes of one meeting of the pool, planned moves included."""
    return pool.minutes + sum(moves_of(problem, pool, pool.requests[:1]))


def room_limit(problem: Problem, therapist: int, site: int) -> int:
    """Children that the legal size and the largest room of a site allow at one time."""
    largest = max((problem.rooms[i].capacity for i in problem.rooms_for(therapist, 0, site)), default=0)
    return min(problem.grouping.legal_size, largest)


def open_windows(problem: Problem, members: Iterable[int], weekday: int) -> tuple[Window, ...]:
    """When all of these requests' children may be out of class on a weekday."""
    grades = {problem.grade[problem.section[r]] for r in members}
    windows: tuple[Window, ...] = ((0, 24 * 60),)
    for grade in sorted(grades):
        windows = common(windows, problem.pull_out.get((grade, weekday), ()))
    return windows


def _pools(problem: Problem) -> tuple[Pool, ...]:
    found: dict[tuple[object, ...], list[int]] = {}
    for number, request in enumerate(problem.requests):
        dates = (str(request.start), str(request.end), request.weeks)
        found.setdefault((*company(problem, number), dates), []).append(number)
    return tuple(pool_of(problem, members) for members in found.values())


def company(problem: Problem, number: int) -> tuple[object, ...]:
    """What requests share that may meet, dates and weeks apart."""
    request = problem.requests[number]
    push_in = request.setting == "classroom"
    section = problem.section[number] if push_in else -1
    family = "" if push_in else problem.grouping.family_of(request.goal)
    alone = number if request.alone else -1
    return request.therapist, request.setting, section, problem.site_of(number), family, request.minutes, alone


def pool_of(problem: Problem, members: Sequence[int]) -> Pool:
    """The pool of requests that may meet."""
    first = problem.requests[members[0]]
    section = problem.section[members[0]] if first.setting == "classroom" else -1
    return Pool(first.therapist, first.setting, section, first.minutes, tuple(members))


Groups = list[list[tuple[tuple[int, int], ...]]]
"""Per group, the (request, ordinal) members of each of its weekly repeats."""


def _kinds(problem: Problem, pool: Pool) -> list[frozenset[int]]:
    """The sets of requests that may meet: one subject in class, one set of grades apart."""
    if pool.push_in:
        subjects = sorted(frozenset().union(*(problem.subjects(r) for r in pool.requests)))
        nowhere = frozenset(r for r in pool.requests if not problem.subjects(r))
        kinds = [frozenset(r for r in pool.requests if s in problem.subjects(r)) for s in subjects]
        return kinds + [nowhere] * bool(nowhere)
    grade = {r: problem.grade[problem.section[r]] for r in pool.requests}
    spans = _grade_sets(problem, pool, sorted(set(grade.values())))
    return [frozenset(r for r in pool.requests if grade[r] in span) for span in spans]


def _limit(problem: Problem, pool: Pool) -> int:
    if problem.requests[pool.requests[0]].alone:
        return 1
    if pool.push_in:
        return problem.visits.reach
    if pool.hallway:
        return problem.grouping.legal_size
    return room_limit(problem, pool.therapist, problem.site_of(pool.requests[0]))


def _open_groups(problem: Problem, pool: Pool, avoid: frozenset[Company]) -> tuple[Groups, int]:
    """Fewest meetings in which each child sits in as many different ones as it is owed a week."""
    times = {r: problem.requests[r].weekly_sessions for r in pool.requests}
    kinds, limit = _kinds(problem, pool), _limit(problem, pool)
    model = Model(problem.rules.effort)
    meetings = [model.integer(0, sum(times.values())) for _ in kinds]
    part = {(r, k): model.integer(0, times[r]) for k, kind in enumerate(kinds) for r in sorted(kind)}
    for r in pool.requests:
        model.add(sum(v for (of, _), v in part.items() if of == r) == times[r])
    for k, kind in enumerate(kinds):
        model.add(sum(part[r, k] for r in sorted(kind)) <= limit * meetings[k])
        for r in sorted(kind):
            model.add(part[r, k] <= meetings[k])
    model.minimise(sum(meetings))
    model.solve_feasible()
    slots = [kinds[k] for k, n in enumerate(meetings) for _ in range(model.value(n))]
    ordinal = dict.fromkeys(pool.requests, 0)
    groups: Groups = []
    for members in _named(problem, slots, kinds, times, limit, avoid):
        groups.append([tuple((r, ordinal[r]) for r in members)])
        for r in members:
            ordinal[r] += 1
    return groups, model.bound()


def _fixed_groups(problem: Problem, pool: Pool, avoid: frozenset[Company]) -> tuple[Groups, int]:
    """Fewest weekly meetings of fixed groups, each meeting as often as its most frequent member.

    Among equals, few groups that span grades: they have fewer common windows.
    """
    times = {r: problem.requests[r].weekly_sessions for r in pool.requests}
    rates = sorted(set(times.values()))
    limit = _limit(problem, pool)
    kinds = [frozenset(r for r in kind if times[r] <= rate) for kind in _kinds(problem, pool) for rate in rates]
    most_often = [rate for _ in range(len(kinds) // len(rates)) for rate in rates]
    spans = [len({problem.grade[problem.section[r]] for r in kind}) > 1 for kind in kinds]
    alike = {r: (problem.grade[problem.section[r]], times[r]) for r in pool.requests}
    counts = Counter(alike.values())
    model = Model(problem.rules.effort)
    groups = [model.integer(0, len(pool.requests)) for _ in kinds]
    part = {
        (c, k): model.integer(0, counts[c]) for k, kind in enumerate(kinds) for c in sorted({alike[r] for r in kind})
    }
    for c in counts:
        model.add(sum(v for (of, _), v in part.items() if of == c) == counts[c])
    for k, n in enumerate(groups):
        model.add(sum(v for (_, of), v in part.items() if of == k) <= limit * n)
    model.minimise(sum(rate * (1000 + wide) * n for rate, wide, n in zip(most_often, spans, groups, strict=True)))
    model.solve_feasible()
    slots = [kinds[k] for k, n in enumerate(groups) for _ in range(model.value(n))]
    made: Groups = []
    for members in _named(problem, slots, kinds, dict.fromkeys(pool.requests, 1), limit, avoid):
        most = max(times[r] for r in members)
        made.append([tuple((r, n) for r in members if n < times[r]) for n in range(most)])
    return made, model.bound() // 1000


def _grade_sets(problem: Problem, pool: Pool, grades: Sequence[int]) -> list[frozenset[int]]:
    """Sets of grades that may share a group: within the span, with a common window on some day.

    A single grade is always kept, so that a child without any window is grouped and then reported.
    """
    sets = [frozenset([g]) for g in grades]
    for size in range(2, problem.grouping.grade_span + 2):
        for some in combinations(grades, size):
            if some[-1] - some[0] <= problem.grouping.grade_span and _share_a_window(problem, pool, some):
                sets.append(frozenset(some))
    return sets


def _share_a_window(problem: Problem, pool: Pool, grades: Sequence[int]) -> bool:
    members = [next(r for r in pool.requests if problem.grade[problem.section[r]] == g) for g in grades]
    lead, tail = moves_of(problem, pool, members)
    grid = problem.rules.grid_minutes
    for day in problem.contracts[pool.therapist].days:
        for start, end in open_windows(problem, members, day):
            first = -(-(start + lead) // grid) * grid
            if first + pool.minutes + tail <= end:
                return True
    return False


def _named(
    problem: Problem,
    slots: Sequence[frozenset[int]],
    kinds: Sequence[frozenset[int]],
    need: Mapping[int, int],
    limit: int,
    avoid: frozenset[Company],
) -> list[list[int]]:
    """Requests by name into slots: each into `need` different ones, near the preferred size, few classes.

    Who must not meet may ask for more slots than the counts did: then one more of each kind is offered each time.
    """
    slots = list(slots)
    for _ in range(sum(need.values()) + 1):
        names = _naming(problem, slots, need, limit, avoid)
        if names is not None:
            return [members for members in names if members]
        slots += kinds
    raise AssertionError("every request fits a slot of its own")


def _naming(
    problem: Problem,
    slots: Sequence[frozenset[int]],
    need: Mapping[int, int],
    limit: int,
    avoid: frozenset[Company],
) -> list[list[int]] | None:
    model = Model(min(1.0, problem.rules.effort))
    inside = {(r, g): model.boolean() for g, allowed in enumerate(slots) for r in sorted(allowed)}
    cost = []
    for r, times in need.items():
        model.add(sum(v for (of, _), v in inside.items() if of == r) == times)
    for g, allowed in enumerate(slots):
        size = sum(inside[r, g] for r in sorted(allowed))
        model.add(size <= limit)
        for company in sorted(avoid, key=sorted):
            if company <= allowed and not any(
                problem.together(problem.must, a, b) for a, b in combinations(company, 2)
            ):
                model.add(sum(inside[r, g] for r in sorted(company)) <= len(company) - 1)
        over = model.integer(0, limit)
        model.add(over >= size - problem.grouping.preferred_size)
        cost.append(20 * over)
        for section in sorted({problem.section[r] for r in allowed}):
            called = model.boolean()
            for r in sorted(allowed):
                if problem.section[r] == section:
                    model.add(inside[r, g] <= called)
            cost.append(2 * called)
    for a, b in combinations(sorted(need), 2):
        shared = [g for g, allowed in enumerate(slots) if a in allowed and b in allowed]
        never, must, wished = (problem.together(p, a, b) for p in (problem.never, problem.must, problem.prefer))
        if must and shared and need[a] == need[b]:
            for g in range(len(slots)):
                model.add(inside.get((a, g), 0) == inside.get((b, g), 0))
        for g in shared:
            if never:
                model.add(inside[a, g] + inside[b, g] <= 1)
            if wished:
                both = model.boolean()
                model.add(both <= inside[a, g])
                model.add(both <= inside[b, g])
                cost.append(-5 * both)
    model.minimise(sum(cost))
    if not model.solve_or_refute():
        return None
    return [[r for r in sorted(allowed) if model.value(inside[r, g])] for g, allowed in enumerate(slots)]
