"""When and where: meetings into the week by CP-SAT, the most child-minutes first.

Every possible (weekday, start, room) of a meeting is one 0-1 variable. Nobody is in two places at
once: as all stretches of a person's day are known, it is enough to look at the minutes in which some
stretch begins.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import gcd
from typing import Any, NamedTuple

from sdmsim.delivery.contracts import Window
from sdmsim.delivery.grouping import Meeting, Pool
from sdmsim.delivery.options import Option, busy_of_child, options_of
from sdmsim.delivery.problem import Problem, common
from sdmsim.delivery.solver import Model


@dataclass(frozen=True, slots=True)
class Placed:
    """The options chosen (None: no place), and how many child-minutes a proven bound leaves above them."""

    meetings: tuple[Meeting, ...]
    options: tuple[Option | None, ...]
    gap_minutes: int
    crowded_out: frozenset[frozenset[int]]
    """Companies that the contract hours could pay for, but that found no place."""

    @property
    def minutes(self) -> int:
        """Child-minutes placed."""
        return sum(m.minutes * len(m.members) for m, o in zip(self.meetings, self.options, strict=True) if o)


def place_affordable(problem: Problem, pools: Sequence[Pool], meetings: Sequence[Meeting]) -> Placed:
    """Place the meetings that the contract hours can pay for, whatever the time of day. Deterministic.

    What they are worth is a proven bound: if they all find a place, nothing can be better.
    """
    options, worth = _options_and_worth(problem, pools, meetings)
    wanted, bound = _affordable(problem, meetings, options, worth)
    some = [meetings[m] for m in wanted]
    effort = min(0.5, problem.rules.effort)
    taken, _ = _best_places(problem, some, [options[m] for m in wanted], [worth[m] for m in wanted], effort)
    found = dict(zip(wanted, taken, strict=True))
    crowded = frozenset(
        frozenset(r for r, _ in meetings[m].members)
        for m in wanted
        if found[m] is None and len(meetings[m].members) > 1
    )
    return _placed(problem, meetings, [found.get(m) for m in range(len(meetings))], bound, crowded)


def place_all(problem: Problem, pools: Sequence[Pool], meetings: Sequence[Meeting]) -> Placed:
    """Let all meetings compete for the week. Deterministic; slower than `place_affordable`."""
    options, worth = _options_and_worth(problem, pools, meetings)
    _, bound = _affordable(problem, meetings, options, worth)
    taken, proven = _best_places(problem, meetings, options, worth, problem.rules.effort)
    return _placed(problem, meetings, taken, min(bound, proven), frozenset())


def _placed(
    problem: Problem,
    meetings: Sequence[Meeting],
    options: Sequence[Option | None],
    bound: int,
    crowded: frozenset[frozenset[int]],
) -> Placed:
    placed = Placed(tuple(meetings), tuple(options), 0, crowded)
    step = gcd(*(m.minutes for m in meetings)) or 1  # sums of sessions are multiples of it
    first = _first_worth(problem, meetings)
    if first > 1:  # minutes above what is placed, with as many first sessions
        bound -= first * sum(_firsts(m) for m, o in zip(meetings, options, strict=True) if o is not None)
    unplaced = sum(m.minutes * len(m.members) for m in meetings) - placed.minutes
    return replace(placed, gap_minutes=min(unplaced, max(0, bound // _A_MINUTE // step * step - placed.minutes)))


def _options_and_worth(
    problem: Problem, pools: Sequence[Pool], meetings: Sequence[Meeting]
) -> tuple[list[list[Option]], list[int]]:
    options = [options_of(problem, pools[m.pool], m) for m in meetings]
    first = _first_worth(problem, meetings)
    worth = [_A_MINUTE * m.minutes * len(m.members) + first * _firsts(m) for m in meetings]
    return options, worth


_A_MINUTE = 20
"""Worth of a child-minute; the first session of a row is worth 1 more, so that equal minutes reach more children."""


def _first_worth(problem: Problem, meetings: Sequence[Meeting]) -> int:
    """Worth of the first session of a row besides its minutes: more than all minutes where each child goes first."""
    if problem.rules.short_of_hours == "most minutes":
        return 1
    return _A_MINUTE * (1 + sum(m.minutes * len(m.members) for m in meetings))


def _firsts(meeting: Meeting) -> int:
    return sum(ordinal == 0 for _, ordinal in meeting.members)


def _affordable(
    problem: Problem, meetings: Sequence[Meeting], options: Sequence[Sequence[Option]], worth: Sequence[int]
) -> tuple[list[int], int]:
    """The worthiest meetings within the contract hours of every phase, and the proven bound of their worth."""
    model = Model(problem.rules.effort)
    held = [model.boolean() for _ in meetings]
    for some, variable in zip(options, held, strict=True):
        if not some:
            model.add(variable == 0)
    for active in phases(problem, meetings):
        costs = [min((o.out[1] - o.out[0] for o in options[m]), default=0) * held[m] for m in active]
        _contract_hours(problem, model, [meetings[m] for m in active], costs, [held[m] for m in active])
    model.maximise(sum(w * v for w, v in zip(worth, held, strict=True)))
    model.solve_feasible()  # the empty week satisfies every rule
    return [m for m, variable in enumerate(held) if model.value(variable)], model.bound()


def _best_places(
    problem: Problem,
    meetings: Sequence[Meeting],
    options: Sequence[list[Option]],
    worth: Sequence[int],
    effort: float,
) -> tuple[list[Option | None], int]:
    """The options that place the most, and the proven bound of their worth."""
    model, chosen = _week_model(problem, meetings, options, effort)
    model.maximise(sum(w * v for w, variables in zip(worth, chosen, strict=True) for v in variables))
    model.solve_feasible()  # the empty week satisfies every rule
    return [_taken(model, some, variables) for some, variables in zip(options, chosen, strict=True)], model.bound()


def even_out(
    problem: Problem, pools: Sequence[Pool], placed: Sequence[tuple[Meeting, Option]]
) -> list[tuple[Meeting, Option]]:
    """The same meetings, spread over the week, one therapist after the other: as little as can be above the mean day.

    So that neither a free Monday nor an absence on one day of the week decides a year. Deterministic.
    """
    meetings = [meeting for meeting, _ in placed]
    now = [option for _, option in placed]
    for therapist, contract in enumerate(problem.contracts):
        mine = [m for m, meeting in enumerate(meetings) if meeting.therapist == therapist]
        if not mine:
            continue
        options = [
            options_of(problem, pools[meeting.pool], meeting) if meeting.therapist == therapist else [option]
            for meeting, option in zip(meetings, now, strict=True)
        ]
        model, chosen = _week_model(problem, meetings, options, min(1.0, problem.rules.effort))
        for option, some, variables in zip(now, options, chosen, strict=True):
            model.add(sum(variables) == 1)
            for one, variable in zip(some, variables, strict=True):
                model.hint(variable, int(one == option))
        above = []
        for active in phases(problem, meetings):
            rows = [(o, v) for m in mine if m in active for o, v in zip(options[m], chosen[m], strict=True)]
            usual = sum(now[m].out[1] - now[m].out[0] for m in mine if m in active) // max(1, len(contract.days))
            for day in contract.days:
                above.append(model.integer(0, 24 * 60))
                model.add(above[-1] >= sum((o.out[1] - o.out[0]) * v for o, v in rows if o.weekday == day) - usual)
        model.minimise(sum(above))
        if model.solve():
            now = [_taken(model, some, variables) or o for some, variables, o in zip(options, chosen, now, strict=True)]
    return list(zip(meetings, now, strict=True))


def _taken(model: Model, options: Sequence[Option], variables: Sequence[Any]) -> Option | None:
    return next((o for o, v in zip(options, variables, strict=True) if model.value(v)), None)


def _week_model(
    problem: Problem, meetings: Sequence[Meeting], options: Sequence[list[Option]], effort: float
) -> tuple[Model, list[list[Any]]]:
    """Every rule of the week, and a 0-1 variable for every option; a meeting takes one of its options or none."""
    model = Model(effort)
    chosen = [[model.boolean() for _ in some] for some in options]
    for variables in chosen:
        model.at_most_one(variables)
    for active in phases(problem, meetings):
        table = _Table([meetings[m] for m in active], [options[m] for m in active], [chosen[m] for m in active])
        _one_therapist_at_a_time(problem, model, table)
        _one_child_at_a_time(problem, model, table)
        _one_group_a_room(problem, model, table)
        costs = [sum((o.out[1] - o.out[0]) * v for o, v in zip(options[m], chosen[m], strict=True)) for m in active]
        _contract_hours(problem, model, table.meetings, costs, [sum(chosen[m]) for m in active])
    _repeats_in_order(model, _Table(meetings, options, chosen))
    return model, chosen


def phases(problem: Problem, meetings: Sequence[Meeting]) -> list[list[int]]:
    """Positions of the meetings that share some school week, for every set of them that meets in a week."""
    weeks = [weeks_of(problem, meeting) for meeting in meetings]
    last = max((bits.bit_length() for bits in weeks), default=0)
    found = ([i for i, bits in enumerate(weeks) if bits >> week & 1] for week in range(last))
    return [list(some) for some in dict.fromkeys(map(tuple, found)) if some]


def weeks_of(problem: Problem, meeting: Meeting) -> int:
    """The school weeks in which a meeting is held, as bits."""
    bits = 0
    for request, _ in meeting.members:
        bits |= problem.active[request]
    return bits


class _Table(NamedTuple):
    meetings: Sequence[Meeting]
    options: Sequence[list[Option]]
    chosen: list[list[Any]]

    def rows(self) -> list[tuple[int, Option, Any]]:
        """(meeting, option, variable) of all."""
        return [
            (m, option, variable)
            for m, (some, variables) in enumerate(zip(self.options, self.chosen, strict=True))
            for option, variable in zip(some, variables, strict=True)
        ]


def _cliques(stretches: list[tuple[int, Window, Any]], add: Callable[[list[Any]], None]) -> None:
    """At most one of the stretches (weekday, window, variable) at every minute in which one begins."""
    by_day: dict[int, list[tuple[Window, Any]]] = {}
    for day, window, variable in stretches:
        by_day.setdefault(day, []).append((window, variable))
    for rows in by_day.values():
        seen: set[tuple[int, ...]] = set()
        for minute in sorted({window[0] for window, _ in rows}):
            here = [i for i, ((start, end), _) in enumerate(rows) if start <= minute < end]
            if len(here) > 1 and tuple(here) not in seen:
                seen.add(tuple(here))
                add([rows[i][1] for i in here])


def _one_therapist_at_a_time(problem: Problem, model: Model, table: _Table) -> None:
    rows = table.rows()
    for therapist, contract in enumerate(problem.contracts):
        stretches = [(o.weekday, o.out, v) for m, o, v in rows if table.meetings[m].therapist == therapist]
        if not stretches:
            continue
        for day in contract.days if contract.lunch_minutes else ():
            first, last = contract.lunch_window
            lunches = []
            for start in range(first, last - contract.lunch_minutes + 1, problem.rules.grid_minutes):
                window = (start, start + contract.lunch_minutes)
                if common([window], contract.open[day]) == (window,):
                    lunches.append((day, window, model.boolean()))
            if lunches:
                model.add(sum(v for _, _, v in lunches) == 1)
            stretches += lunches
        _cliques(stretches, model.at_most_one)


def _one_child_at_a_time(problem: Problem, model: Model, table: _Table) -> None:
    """No child in two places; one session of a row a day, unless there are more sessions than days."""
    of_child: dict[int, list[tuple[int, Window, Any]]] = {}
    of_day: dict[tuple[int, int], list[Any]] = {}
    for m, option, variable in table.rows():
        meeting = table.meetings[m]
        for request, _ in meeting.members:
            wanted = problem.requests[request]
            of_child.setdefault(wanted.student, []).append((option.weekday, busy_of_child(meeting, option), variable))
            if problem.a_day_apart(request):
                of_day.setdefault((request, option.weekday), []).append(variable)
    rows_of_child: dict[int, set[int]] = {}
    for wanted in problem.requests:
        rows_of_child.setdefault(wanted.student, set()).add(wanted.row)
    seen: set[tuple[int, ...]] = set()
    for some in of_day.values():
        key = tuple(v.index for v in some)
        if key not in seen:
            seen.add(key)
            model.at_most_one(some)
    for child, stretches in of_child.items():
        if len(rows_of_child[child]) > 1 or any(r.student == child and r.weekly_sessions > 5 for r in problem.requests):
            _cliques(stretches, model.at_most_one)


def _one_group_a_room(problem: Problem, model: Model, table: _Table) -> None:
    for number, room in enumerate(problem.rooms):
        if room.therapist is None and len(problem.contracts) > 1:
            _cliques([(o.weekday, o.out, v) for _, o, v in table.rows() if o.room == number], model.at_most_one)


def _contract_hours(
    problem: Problem, model: Model, meetings: Sequence[Meeting], costs: Sequence[Any], held: Sequence[Any]
) -> None:
    """Sessions, moves, co-planning and indirect service within the contract; `costs` in minutes when held."""
    planning = round(problem.visits.planning_minutes * 10)
    for therapist, contract in enumerate(problem.contracts):
        mine = [m for m, meeting in enumerate(meetings) if meeting.therapist == therapist]
        visited = {meetings[m].section: model.boolean() for m in mine if meetings[m].push_in}
        for m in mine:
            if meetings[m].push_in:
                model.add(held[m] <= visited[meetings[m].section])
        free = round(10 * (contract.session_minutes - problem.indirect[therapist]))
        if mine:
            model.add(10 * sum(costs[m] for m in mine) + planning * sum(visited.values()) <= max(free, 0))


def _repeats_in_order(model: Model, table: _Table) -> None:
    """The repeats of a fixed group fall on weekdays in order; without a place are the last of them."""
    of_group: dict[tuple[int, int], list[int]] = {}
    for m, meeting in enumerate(table.meetings):
        if meeting.group >= 0:  # those that were placed alone repeat nothing
            of_group.setdefault((meeting.pool, meeting.group), []).append(m)
    for repeats in of_group.values():
        if len(repeats) > 5:
            continue
        for earlier, later in pairwise(repeats):
            for day in range(5):
                upto = [v for o, v in zip(table.options[later], table.chosen[later], strict=True) if o.weekday <= day]
                before = [
                    v for o, v in zip(table.options[earlier], table.chosen[earlier], strict=True) if o.weekday < day
                ]
                model.add(sum(upto) <= sum(before))
