"""The placement that asks the fewest therapist minutes: children into classes of their grade by CP-SAT, grade by grade.

Only visits to classes depend on who sits where: each visit costs its minutes and the walk, each class visited its
planning. Groups in a room are called from all classes of a grade; distances in rooms.csv are left out there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sdmsim.delivery.placement import Placement, classes_of, moved, seated
from sdmsim.delivery.problem import Problem
from sdmsim.delivery.solver import Model
from sdmsim.school.vocabulary import School, Section

_ROUNDS = 4
"""How often a strategy that looks at classes is asked again where the children now sit."""


class Proposal(NamedTuple):
    """A placement, and what visits to classes ask of therapists under it. Minutes a week."""

    school: School
    minutes: float
    minutes_as_written: float
    gap_minutes: float
    """Above the proven bound, for the settings that the strategy gives under this placement."""
    moved: int
    """Children who sit in another class than before."""


def propose(placement: Placement, school: School, problem_for: Callable[[School], Problem]) -> Proposal:
    """The placement with the fewest minutes; among equals, few children change class. Deterministic.

    `problem_for`: what the timetable is made from, with the strategy at hand, where the children sit so. A strategy
    that decides by class is asked again under each proposal, a few times; the best that was met is taken.
    """
    written = _minutes(placement, school, problem_for(school))
    best, now = Proposal(school, written, written, written, 0), school
    for _ in range(_ROUNDS):
        problem = problem_for(now)
        seat, bound = _best_seats(placement, now, problem, school)
        found = seated(school, seat)
        after = problem_for(found)
        minutes = _minutes(placement, found, after)
        same = [r.setting for r in after.requests] == [r.setting for r in problem.requests]
        if minutes < best.minutes or (same and minutes == best.minutes):
            best = Proposal(
                found, minutes, written, max(0.0, minutes - bound) if same else minutes, moved(school, found)
            )
        if same:
            break
        now = found
    return best


def said(proposal: Proposal) -> str:
    """What the placement asks, and how far it may lie from the best, in a sentence."""
    now, before = proposal.minutes / 60, proposal.minutes_as_written / 60
    how = (
        "the fewest that the limit allows for the children served in class"
        if proposal.gap_minutes < 0.5
        else (f"at most {proposal.gap_minutes / 60:.1f} h above the fewest that the limit allows")
    )
    return f"Visits to classes and planning for them ask {now:.1f} h a week ({before:.1f} h as written): {how}."


class _Pool(NamedTuple):
    """Requests that may meet in a visit where their children share a class."""

    role: str
    limit: int
    tenths: int
    """Of a therapist's minute, for one visit without the walk, in the weeks in which it is held."""
    walks: tuple[int, ...]
    """The same for the walk to each class of the grade."""
    kinds: tuple[frozenset[int], ...]
    """The requests that share a subject."""


def _best_seats(
    placement: Placement, school: School, problem: Problem, written: School
) -> tuple[dict[str, str], float]:
    """Each placed child's class, and the proven bound of the minutes of all grades."""
    seat: dict[str, str] = {}
    bound = 0.0
    sits = {s.id: s.section for s in written.students}
    for classes in classes_of(school).values():
        children = [s.id for s in placement.moving(school, classes)]
        names, room = [c.section for c in classes], placement.rooms(school, classes)
        model = Model(problem.rules.effort)
        inside = {(child, name): model.boolean() for child in children for name in names}
        for child in children:
            model.add(sum(inside[child, name] for name in names) == 1)
            for name in names:
                model.hint(inside[child, name], int(sits[child] == name))
        for name in names:
            model.add(sum(inside[child, name] for child in children) <= room[name])
        tenths = _tenths(model, school, problem, classes, inside)
        stays = sum(inside[child, sits[child]] for child in children)
        model.minimise((len(children) + 1) * tenths + len(children) - stays)
        model.solve_feasible()
        bound += max(0, model.bound() // (len(children) + 1)) / 10
        seat |= {child: next(n for n in names if model.value(inside[child, n])) for child in children}
    return seat, bound


def _minutes(placement: Placement, school: School, problem: Problem) -> float:
    """What visits and planning ask where the children sit as they do."""
    total = 0.0
    for classes in classes_of(school).values():
        model = Model(problem.rules.effort)
        tenths = _tenths(model, school, problem, classes, {})
        model.minimise(tenths)
        model.solve_feasible()
        total += model.reached() / 10
    return total


def _tenths(
    model: Model,
    school: School,
    problem: Problem,
    classes: Sequence[Section],
    inside: Mapping[tuple[str, str], Any],
) -> Any:
    """Tenths of minutes that visits to these classes and planning with their teachers ask; children not in `inside` sit
    where they sit.
    """
    names = [c.section for c in classes]
    costs: list[Any] = []
    visited: dict[tuple[str, str], Any] = {}
    for pool in _pools(school, problem, names):
        needs = {r: problem.requests[r].weekly_sessions for kind in pool.kinds for r in kind}
        for place, name in enumerate(names):
            here = {r: _sits(school, problem, inside, r, name) for r in needs}
            if not any(there is not False for there in here.values()):
                continue
            key = (pool.role, name)
            visited.setdefault(key, model.boolean())
            meetings = [model.integer(0, sum(needs.values())) for _ in pool.kinds]
            part = {(r, k): model.integer(0, needs[r]) for k, kind in enumerate(pool.kinds) for r in sorted(kind)}
            for r, there in here.items():
                model.add(sum(v for (of, _), v in part.items() if of == r) == needs[r] * there)
            for k, kind in enumerate(pool.kinds):
                model.add(sum(part[r, k] for r in sorted(kind)) <= pool.limit * meetings[k])
                model.add(meetings[k] <= sum(needs.values()) * visited[key])
                for r in sorted(kind):
                    model.add(part[r, k] <= meetings[k])
            costs += [(pool.tenths + pool.walks[place]) * m for m in meetings]
    planning = round(10 * problem.visits.planning_minutes)
    return sum(costs) + sum(planning * v for v in visited.values())


def _sits(school: School, problem: Problem, inside: Mapping[tuple[str, str], Any], request: int, name: str) -> Any:
    student = school.students[problem.requests[request].student]
    return inside.get((student.id, name), student.section == name)


def _pools(school: School, problem: Problem, names: Sequence[str]) -> list[_Pool]:
    """Visits that are wanted of the grade's children: same role, length, dates and weeks; who is alone by itself."""
    found: dict[tuple[Any, ...], list[int]] = {}
    place = {name: n for n, name in enumerate(problem.section_names)}
    mine = {place[name] for name in names}
    for number, request in enumerate(problem.requests):
        if request.setting == "classroom" and problem.section[number] in mine:
            role = school.services[request.row].provider_role
            when = (str(request.start), str(request.end), request.weeks)
            found.setdefault((role, request.minutes, when, number if request.alone else -1), []).append(number)
    pools = []
    for (role, minutes, _, alone), members in found.items():
        share = max(problem.share_of_weeks[r] for r in members)
        staff = {problem.requests[r].therapist for r in members}
        walks = [
            min(problem.moves.push_in_lead(problem.metres(therapist, place[name])) for therapist in staff)
            for name in names
        ]
        subjects = sorted(frozenset().union(*(problem.subjects(r) for r in members)))
        kinds = [frozenset(r for r in members if s in problem.subjects(r)) for s in subjects]
        nowhere = frozenset(r for r in members if not problem.subjects(r))
        limit = 1 if alone >= 0 else problem.visits.reach
        costs = (round(10 * share * minutes), tuple(round(10 * share * walk) for walk in walks))
        pools.append(_Pool(role, limit, *costs, (*dict.fromkeys(kinds), *([nowhere] if nowhere else []))))
    return pools
