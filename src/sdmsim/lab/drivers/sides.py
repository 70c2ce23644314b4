"""Two arms' years under the same luck, laid side by side: what each occasion, child and goal got in either.

Side 0 is the baseline, side 1 the other arm. What an arm does not say of an occasion, as it did not hold that session,
is as at the child's nearest session of the goal in that arm; where it never held one, as in the other arm, so that
nothing of it is switched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sdmsim.events import Log, columns
from sdmsim.lab.drivers.occasions import REASONS_OF, Occasions, occasions_of, pairs_of
from sdmsim.streams import Luck
from sdmsim.world.backdrop import Backdrop
from sdmsim.world.learners import Learners, Taught
from sdmsim.world.learning import Got, got_of
from sdmsim.world.profiles import Profiles

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_DAYS = 10000
"""More days than a year has."""


class CannotSplit(ValueError):
    """The arms differ in what is no cause: in the numbers of the ledger, or in the dates of their school days."""


class School(NamedTuple):
    """What a school day is in an arm."""

    backdrop: Backdrop
    academic: tuple[Taught, ...]


@dataclass(frozen=True, slots=True)
class Sides:
    """Two years. u: occasion, s: child, g: goal, d: day; children and goals of both arms, in the baseline's order.

    A first axis of 2 holds the baseline, then the other arm.
    """

    learners: Learners
    profiles: Profiles
    numbers: Mapping[str, float]
    schools: tuple[School, School]
    same_school: bool
    same_children: bool
    """Nobody was left out: both arms serve the same goals of the same children."""
    goal: Ints
    """(u,)"""
    owed: Floats
    """(2, u) minutes promised at the occasion; 0 where the arm has no such occasion."""
    minutes: Floats
    """(2, u) minutes given."""
    missed: Floats
    """(2, u, cause of REASONS_OF) share of what is owed that each of these causes takes, as far as it is known."""
    fields: Mapping[str, Floats]
    """(2, u) by name, how each session was: FIELDS."""
    day: Ints
    """(2, u)"""
    empty_trips: tuple[Floats, Floats]
    """(4, trips) of each arm, trips without a session: child, day, left, resumed."""
    present: Floats
    """(2, s, d): 1 where the child is at school."""
    contact: Floats
    """(2, s) person-minutes of contact with peers a day."""
    planning: Floats
    """(2, g, week) minutes of planning and consultation."""


OF_HELD = ("present", "fit", "noise", "work", "per_minute", "similarity")
FIELDS = (*OF_HELD, "lead", "lag", "lost", "counts", "start")
"""As in `world.practising.Held` (`fit` of a child alone means nothing and is that of the other arm); minutes of class
lost on the way there, on the way back and after it; the share of the session's minutes that is lost to the lesson; 1,
or 0 where they count with another session of the same trip."""


def sides_of(base: Log, other: Log) -> Sides:
    """Two years under the same luck, side by side.

    Raises:
        CannotSplit: the arms differ in what is no cause.
    """
    numbers, logs = base.plan.numbers, (base, other)
    if dict(numbers) != dict(other.plan.numbers):
        raise CannotSplit("the arms differ in assumptions, which are not a cause: compare arms under the same ones")
    if [d.date for d in base.plan.calendar.days] != [d.date for d in other.plan.calendar.days]:
        raise CannotSplit("the arms differ in the dates of their school days, so no day is the same day in both")
    gots = (_got(base), _got(other))
    children = _common_children(logs, gots)
    goals = _common_goals(gots, children)
    occasions, sessions, empty = [], [], []
    for log, got, child, goal in zip(logs, gots, children, goals, strict=True):
        occasions.append(occasions_of(log, got.learners.goal_of, _called(goal, len(got.learners.names))))
        found, trips = _sessions(log, got)
        sessions.append(found)
        who = _called(child, got.lessons.backdrop.n_students)[trips[0].astype(np.int64)]
        empty.append(np.stack([who, *trips[1:]])[:, who >= 0])
    learners, kept = gots[0].learners, children[0]
    schools = [_school(got, place) for got, place in zip(gots, children, strict=True)]
    profiles, laid = gots[0].profiles, _laid_out(occasions, sessions)
    return Sides(
        learners=replace(
            learners,
            names=tuple(learners.names[g] for g in goals[0]),
            student=_called(kept, len(learners.leaves))[learners.student[goals[0]]],
            domain=tuple(learners.domain[g] for g in goals[0]),
            planning=learners.planning[goals[0]],
            leaves=learners.leaves[kept],
        ),
        profiles=Profiles(
            profiles.attention[kept],
            profiles.sensitivity[kept],
            profiles.growth[kept],
            profiles.response[kept],
            profiles.start[goals[0]],
        ),
        numbers=numbers,
        schools=(schools[0], schools[1]),
        same_school=_same_school(*schools),
        same_children=all(
            len(child) == got.lessons.backdrop.n_students and len(goal) == len(got.learners.names)
            for got, child, goal in zip(gots, children, goals, strict=True)
        ),
        empty_trips=(empty[0], empty[1]),
        present=np.stack([got.lessons.present[place] for got, place in zip(gots, children, strict=True)]),
        contact=np.stack([got.contacts.minutes[place] for got, place in zip(gots, children, strict=True)]),
        planning=np.stack([got.learners.planning[place] for got, place in zip(gots, goals, strict=True)]),
        goal=laid.goal,
        owed=laid.owed,
        minutes=laid.minutes,
        missed=laid.missed,
        fields=laid.fields,
        day=laid.day,
    )


def _got(log: Log) -> Got:
    return got_of(log, Luck(log.seed, log.replication), log.plan.numbers)


def _called(place: Ints, many: int) -> Ints:
    """The common number of each of `many`, of which those at `place` are numbered in order; -1 for the others."""
    found = np.full(many, -1, dtype=np.int64)
    found[place] = np.arange(len(place))
    return found


def _common_children(logs: tuple[Log, Log], gots: tuple[Got, Got]) -> tuple[Ints, Ints]:
    """Positions in both years of the children who are the same: by id, by what they bring, by their last day."""
    there = {child.id: i for i, child in enumerate(logs[1].plan.school.students)}
    both = [(i, there[child.id]) for i, child in enumerate(logs[0].plan.school.students) if child.id in there]
    one, two = np.array(both, dtype=np.int64).reshape(-1, 2).T
    same = gots[0].learners.leaves[one] == gots[1].learners.leaves[two]
    for here, other in zip(gots[0].profiles[:-1], gots[1].profiles[:-1], strict=True):
        same &= here[one] == other[two]
    return one[same], two[same]


def _common_goals(gots: tuple[Got, Got], children: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    """Positions in both years of the goals of the common children that both serve, in the same domain."""
    of_common = [set(place.tolist()) for place in children]
    here, there = (
        {
            (name, domain): i
            for i, (name, domain) in enumerate(zip(got.learners.names, got.learners.domain, strict=True))
            if int(got.learners.student[i]) in known
        }
        for got, known in zip(gots, of_common, strict=True)
    )
    both = [(i, there[key]) for key, i in here.items() if key in there]
    one, two = np.array(both, dtype=np.int64).reshape(-1, 2).T
    return one, two


def _school(got: Got, place: Ints) -> School:
    backdrop = got.lessons.backdrop
    grade, a_day = backdrop.grade[place], backdrop.instruction_a_day[place]
    academic = tuple(Taught(taught.table, taught.a_day[place]) for taught in got.learners.academic)
    return School(replace(backdrop, grade=grade, instruction_a_day=a_day), academic)


def _same_school(one: School, two: School) -> bool:
    a, b = one.backdrop, two.backdrop
    arrays = [(getattr(a, x), getattr(b, x)) for x in ("grade", "opens", "closes", "instruction", "instruction_a_day")]
    arrays += [(x.table, y.table) for x, y in zip(one.academic, two.academic, strict=False)]
    return len(one.academic) == len(two.academic) and all(np.array_equal(x, y) for x, y in arrays)


def _sessions(log: Log, got: Got) -> tuple[dict[str, Floats], Floats]:
    """Every session held, by FIELDS and `day`; (4, trips) of trips without one: student, day, left, resumed."""
    given, trips = columns(log.given, 7), columns(log.trips, 8)
    start, minutes = given[4], given[5]
    apart = ~got.learners.in_class[given[3].astype(np.int64)] if given.size else np.zeros(0, dtype=bool)
    places = max(1, len(log.plan.places))
    of_trip = (trips[0] * len(log.plan.school.students) + trips[1]) * places + trips[2]
    of_session = (given[0] * len(log.plan.school.students) + given[1]) * places + given[3]
    taught = np.flatnonzero(apart)
    _, first = np.unique(of_session[taught], return_index=True)
    _, held, trip = np.intersect1d(of_session[taught[first]], of_trip, return_indices=True)
    held = taught[first[held]]
    lead, lag, counts = np.zeros(len(start)), np.zeros(len(start)), np.where(apart, 0.0, 1.0)
    lead[held], lag[held], counts[held] = start[held] - trips[3][trip], trips[7][trip] - (start + minutes)[held], 1.0
    lost = np.full(len(start), 1.0 - log.plan.numbers["school.recovered"])
    visits = ~got.lessons.stretches.out
    lost[got.lessons.stretches.session[visits]] = got.lost[visits]
    found = {name: getattr(got.held, name) for name in OF_HELD}
    found |= {"lead": lead, "lag": lag, "lost": lost, "counts": counts, "start": start, "day": given[0]}
    empty = np.ones(trips.shape[1], dtype=bool)
    empty[trip] = False
    return found, np.stack([trips[1], trips[0], trips[3], trips[7]])[:, empty]


class _Laid(NamedTuple):
    """The fields of Sides that belong to occasions."""

    goal: Ints
    owed: Floats
    minutes: Floats
    missed: Floats
    fields: dict[str, Floats]
    day: Ints


def _laid_out(occasions: list[Occasions], sessions: list[dict[str, Floats]]) -> _Laid:
    """Occasions of both arms, the same ones together, and how the sessions were."""
    pairs = pairs_of(*occasions)
    known = pairs >= 0
    goal = np.where(known[:, 0], _at(occasions[0].goal, pairs[:, 0]), _at(occasions[1].goal, pairs[:, 1]))
    owed, minutes, planned, session = (
        np.stack([np.where(known[:, x], _at(getattr(occasions[x], name), pairs[:, x]), empty) for x in (0, 1)])
        for name, empty in (("owed", 0), ("minutes", 0), ("day", -1), ("session", -1))
    )
    missed = np.zeros((2, len(goal), len(REASONS_OF)))
    for x in (0, 1):
        here = known[:, x]
        missed[x, here] = occasions[x].missed[pairs[here, x]] / occasions[x].owed[pairs[here, x], None]
    missed = _as_far_as_known(missed, known.T, minutes > 0.0)
    nearest = np.stack([_nearest(goal, planned, session, sessions, x) for x in (0, 1)])
    fields = {name: _from_nearest(sessions, nearest, name) for name in (*FIELDS, "day")}
    held = session >= 0
    for name in ("day", "start"):
        actual = fields[name]
        own = [np.where(held[x], actual[x], np.where(held[1 - x], actual[1 - x], actual[0])) for x in (0, 1)]
        fields[name] = np.stack(own)
    with_others = fields["present"] > 1.0
    fit = np.where(with_others, fields["fit"], 1.0)
    fields["fit"] = np.where(with_others, fit, fit[::-1])
    day = fields.pop("day").astype(np.int64)
    return _Laid(goal, owed, minutes, missed, fields, day)


def _as_far_as_known(missed: Floats, known: NDArray[np.bool_], held: NDArray[np.bool_]) -> Floats:
    """What causes take of each occasion in either arm. A session that was missed for one cause says nothing of what
    others would have taken: there, and where an arm has no such occasion, they take what they take in the other.
    """
    both = np.where(known[:, :, None], missed, missed[::-1])
    other = (missed == 0.0) & (known & ~held)[:, :, None] & known[::-1, :, None]
    return np.where(other, missed[::-1], both)


def _at(column: NDArray[Any], place: Ints) -> NDArray[Any]:
    """Entries at places, anything where the place is -1."""
    return column[place] if len(column) else np.zeros(len(place), dtype=column.dtype)


def _nearest(goal: Ints, planned: Ints, session: Ints, sessions: list[dict[str, Floats]], x: int) -> Ints:
    """Of each occasion, its own session in arm x, else the last one of its goal before it, else the first after it."""
    day = np.where(planned[x] >= 0, planned[x], planned[1 - x].clip(0))
    held = session[x] >= 0
    actual = np.where(held, _at(sessions[x]["day"], session[x]), 0.0).astype(np.int64)
    key = goal[held] * _DAYS + actual[held]
    order = np.argsort(key, kind="stable")
    key, own, of_goal = key[order], session[x][held][order], goal[held][order]
    if not len(key):
        return np.full(len(goal), -1)
    before = np.searchsorted(key, goal * _DAYS + day, side="right") - 1
    after = np.minimum(before + 1, len(key) - 1)
    found = np.where(of_goal[after] == goal, own[after], -1)
    found = np.where((before >= 0) & (of_goal[before] == goal), own[before], found)
    return np.asarray(np.where(held, session[x], found))


def _from_nearest(sessions: list[dict[str, Floats]], nearest: Ints, name: str) -> Floats:
    own = [np.where(nearest[x] >= 0, _at(sessions[x][name], nearest[x]), np.nan) for x in (0, 1)]
    found = np.stack([np.where(np.isnan(own[x]), own[1 - x], own[x]) for x in (0, 1)])
    return np.where(np.isnan(found), 1.0, found)
