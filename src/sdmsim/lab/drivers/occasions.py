"""What the children of an arm's year were to get, occasion by occasion, and the same occasion in another arm's year.

An occasion is one session that a plan owes in a period: it was held, or missed for a reason, or held with some of its
minutes missed. Occasions of the same child's same goal in the same period are the same occasion in two arms: those of
one day first, the others in their order.
"""

from __future__ import annotations

from collections import defaultdict
from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sdmsim.events import REASONS, Log, columns
from sdmsim.plan import Plan

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

REASONS_OF = {
    "transition": ("out_of_time",),
    "absence": ("child_absent", "child_unwilling", "provider_absent"),
    "capacity": ("provider_called_away", "vacancy", "helper_missing", "no_room", "unplaced"),
    "calendar": ("school_event", "class_unavailable", "start_up", "no_school"),
}
"""The causes that take minutes of therapy away, each with the reasons under which the log has them."""
_CAUSE_OF = [[reason in of for of in REASONS_OF.values()].index(True) for reason in REASONS]
_WITHOUT_A_DAY = [REASONS.index(reason) for reason in ("unplaced", "start_up", "no_school")]
"""Their facts stand at the first day of the period."""


class Occasions(NamedTuple):
    """Occasions of one arm as columns. u: occasion."""

    goal: Ints
    period: Ints
    """Which period owes it: a number that is the same in both arms."""
    day: Ints
    """Of the plan; -1 where it had none."""
    owed: Floats
    minutes: Floats
    """That were given."""
    missed: Floats
    """(u, cause of REASONS_OF) minutes."""
    session: Ints
    """Position in the log's `given`; -1 where it was missed."""


def occasions_of(log: Log, goal_of: Ints, called: Ints) -> Occasions:
    """The occasions of a year. `goal_of`: the goal of each request, `called`: its common number; -1 is left out."""
    given, missed = columns(log.given, 7), columns(log.missed, 6)
    period = _periods(log.plan)
    request = np.append(given[2], missed[2]).astype(np.int64)
    held = given.shape[1]
    planned = np.where(given[6] >= 0, given[6], given[0]).astype(np.int64)
    day = np.append(planned, missed[0].astype(np.int64))
    lost = np.zeros((len(day), len(REASONS_OF)))
    reason = missed[4].astype(np.int64)
    lost[held + np.arange(len(reason)), np.array(_CAUSE_OF, dtype=np.int64)[reason]] = missed[3]
    parts = np.flatnonzero(missed[5] == 0)
    whole = np.ones(len(day), dtype=bool)
    for part, session in _belongs(log, planned, parts):
        lost[session] += lost[held + part]
        whole[held + part] = False
    day[held:][np.isin(reason, _WITHOUT_A_DAY)] = -1
    owing = period[request, np.append(planned, missed[0].astype(np.int64))]
    minutes = np.append(given[5], np.zeros(len(reason)))
    given_as = np.append(np.arange(held), np.full(len(reason), -1))
    goal = called[goal_of[request]]
    kept = whole & (goal >= 0)
    owed = minutes + lost.sum(axis=1)
    return Occasions(goal[kept], owing[kept], day[kept], owed[kept], minutes[kept], lost[kept], given_as[kept])


def _belongs(log: Log, planned: Ints, parts: Ints) -> list[tuple[int, int]]:
    """(part, session): of parts that a session lacks, the session on that day, else in that week, that lacks so much.

    A session is a position among those given and missed, a part one among those missed.
    """
    requests, week = log.plan.week.requests, [d.week for d in log.plan.calendar.days]
    given = [(fact[2], day, fact[5]) for fact, day in zip(log.given, planned.tolist(), strict=True)]
    whole = [(fact[2], fact[0], fact[3] if fact[5] else inf) for fact in log.missed]
    short: dict[tuple[int, int], list[int]] = defaultdict(list)
    lacks, days = {}, {}
    for session, (request, day, minutes) in enumerate((*given, *whole)):
        if (lack := requests[request].minutes - minutes) > 0.0:
            lacks[session], days[session] = lack, day
            short[request, week[day]].append(session)
    found = []
    for part in parts.tolist():
        day, _, request, minutes, _, _ = log.missed[part]
        able = [s for s in short.get((request, week[day]), ()) if lacks[s] >= minutes - _ROUNDING]
        if able:
            session = next((s for s in able if days[s] == day), able[0])
            lacks[session] -= minutes
            found.append((part, session))
    return found


_ROUNDING = 1e-6


def _periods(plan: Plan) -> Ints:
    """(request, day): a number for the period of the request's kind in which the day lies."""
    kinds = ("week", "month", "quarter", "year")
    of_kind = np.zeros((len(kinds), len(plan.calendar.days)), dtype=np.int64)
    for kind, per in enumerate(kinds):
        for number, days in enumerate(plan.calendar.periods(per, None, None)):  # type: ignore[arg-type]
            of_kind[kind, list(days)] = number * len(kinds) + kind
    return of_kind[np.array([kinds.index(r.per) for r in plan.week.requests], dtype=np.int64)]


def pairs_of(one: Occasions, other: Occasions) -> Ints:
    """(pairs, 2): positions of the same occasion in both; -1 where an arm has no such occasion."""
    found = []
    left = [np.ones(len(one.goal), dtype=bool), np.ones(len(other.goal), dtype=bool)]
    for by_day in (True, False):
        (keys, place), (others, place_there) = (_keys(x, on, by_day) for x, on in zip((one, other), left, strict=True))
        _, here, there = np.intersect1d(keys, others, assume_unique=True, return_indices=True)
        pair = np.stack([place[here], place_there[there]], axis=1)
        left[0][pair[:, 0]] = left[1][pair[:, 1]] = False
        found.append(pair)
    for side in (0, 1):
        rest = np.flatnonzero(left[side])
        lone = np.full((len(rest), 2), -1)
        lone[:, side] = rest
        found.append(lone)
    return np.concatenate(found)


def _keys(x: Occasions, on: NDArray[np.bool_], by_day: bool) -> tuple[Ints, Ints]:
    """A key of each occasion that is `on`, unique, and their positions: goal, period, (day,) number among its likes."""
    place = np.flatnonzero(on & ((x.day >= 0) | (not by_day)))
    late = np.where(x.day[place] < 0, 9999, x.day[place])
    key = (x.goal[place] * 4096 + x.period[place]) * 10000 + (late + 1 if by_day else 0)
    order = np.lexsort((x.session[place] < 0, late, key))
    place, key = place[order], key[order]
    return key * 64 + np.arange(len(key)) - np.searchsorted(key, key, side="left"), place
