"""A week repaired during the year: what changes finds places in the timetable as it stands, nothing else is moved."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

from sdmsim.delivery.choosing import some_weeks
from sdmsim.delivery.filling import Filling
from sdmsim.delivery.grouping import Grouped, Meeting, company, pool_of
from sdmsim.delivery.options import Option
from sdmsim.delivery.placing import Placed
from sdmsim.delivery.problem import Problem, active_weeks, share_of_weeks
from sdmsim.delivery.timetable import appointment, in_order
from sdmsim.delivery.vocabulary import EVERY_WEEK, Appointment, Request, Setting, Unplaced, Week
from sdmsim.school.calendar import SchoolYear

_ONE_OF_A_PERIOD = frozenset({"minutes", "sessions", "per"})
"""What a request shares with the others of its longer period, so that none of them can be given anew."""


class Newcomer(NamedTuple):
    """A request that the timetable was not made with."""

    request: Request
    section: int
    """Position of the child's class."""
    active: int
    """The school weeks in which some of its dates lie, as bits."""
    share_of_weeks: float
    """The part of the school weeks in which its weekly places are used."""


def newcomer(request: Request, section: int, calendar: SchoolYear) -> Newcomer:
    """A new request as the repair takes it: of a new child, or of a row that is written anew."""
    active = active_weeks(request, calendar)
    return Newcomer(request._replace(weeks=active), section, active, share_of_weeks(request, calendar))


@dataclass(frozen=True, slots=True)
class Change:
    """What is different from one school week on. Requests are named by their positions."""

    from_week: int
    until_week: int | None = None
    """The first school week in which what is `given` anew is as it was again; None: never. Holds for `given` only."""
    given: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    """Requests that are given in another way, with the fields that change: `{"setting": "classroom"}`."""
    ended: Mapping[int, date] = field(default_factory=dict)
    """Requests that end, with their last day, which lies before `from_week`."""
    new: Sequence[Newcomer] = ()


def changed_week(problem: Problem, week: Week, change: Change) -> tuple[Problem, Week]:
    """The problem and its week after a change.

    A request that is given anew keeps its position for the weeks outside the change and has a copy for those inside.
    Copies come after the requests of `problem`, in the order of `given`, then the new ones in theirs; those named
    first find places first. Greedy: each session joins a meeting that is held in all of its weeks and has room, or is
    held alone in free time, else it is unplaced with a reason. All else stays, and everything before is untouched. A
    request of a longer period shares what is owed in it with its copy; its amount cannot change.
    """
    from_week, until = change.from_week, change.until_week
    span = some_weeks(from_week, until) if until is not None else EVERY_WEEK & ~some_weeks(0, from_week)
    before = some_weeks(0, from_week)
    kept, active = list(problem.requests), list(problem.active)
    for n, last_day in change.ended.items():
        kept[n] = kept[n]._replace(end=last_day, weeks=kept[n].weeks & before)
        active[n] &= before
    new = [copy_of(problem, n, fields, span) for n, fields in change.given.items()]
    for n in change.given:
        kept[n] = kept[n]._replace(weeks=kept[n].weeks & ~span)
        active[n] &= ~span
    active += [problem.active[n] & span for n in change.given]
    source = [*range(len(kept)), *change.given]
    wider = replace(
        problem,
        requests=(*kept, *new, *(one.request for one in change.new)),
        active=(*active, *(one.active for one in change.new)),
        share_of_weeks=(*shares(problem, active, source), *(one.share_of_weeks for one in change.new)),
        section=(*(problem.section[n] for n in source), *(one.section for one in change.new)),
    )
    filling = standing(wider, week, len(kept))
    filling.fill()
    unplaced = [u for u in week.unplaced if wider.active[u.request]]
    return wider, replace(
        week,
        requests=wider.requests,
        appointments=tuple(sorted((appointment(wider, m, o) for m, o in filling.placed), key=in_order)),
        unplaced=(*unplaced, *(Unplaced(r, n, filling.reason((r, n))) for r, n in filling.waiting)),
    )


def moved_rows(problem: Problem, week: Week, moves: Mapping[int, Setting], from_week: int) -> tuple[Problem, Week]:
    """The problem and its week when rows (per week) are given in other settings from a school week on.

    As `changed_week`; but pull-out groups that somebody leaves may break up, their children joining others, where
    that leaves less without a place.
    """
    ahead = [n for n, bits in enumerate(problem.active) if bits >> from_week]
    rows = {n: problem.requests[n].row for n in ahead}
    going = {n: {"setting": moves[row]} for n, row in rows.items() if row in moves}
    found = changed_week(problem, week, Change(from_week, given=going))
    left = _left_behind(week, going, ahead)
    if left and _lacking(*found, from_week):
        broken_up = changed_week(problem, week, Change(from_week, given={**{n: {} for n in left}, **going}))
        if _lacking(*broken_up, from_week) < _lacking(*found, from_week):
            return broken_up
    return found


def _left_behind(week: Week, going: Collection[int], ahead: Iterable[int]) -> list[int]:
    """Requests whose pull-out groups lose somebody."""
    staying = set(ahead) - set(going)
    groups = (
        one.members
        for one in week.appointments
        if one.setting == "therapy_room" and any(r in going for r, _ in one.members)
    )
    return list(dict.fromkeys(n for members in groups for n, _ in members if n in staying))


def _lacking(problem: Problem, week: Week, from_week: int) -> int:
    """Minutes without a place from a school week on."""
    return sum(
        problem.requests[u.request].minutes * (problem.active[u.request] >> from_week).bit_count()
        for u in week.unplaced
    )


def copy_of(problem: Problem, number: int, fields: Mapping[str, Any], span: int) -> Request:
    """A request given anew in some weeks."""
    old = problem.requests[number]
    if old.per == "week":
        return old._replace(**fields)._replace(weeks=old.weeks & span)
    assert not fields.keys() & _ONE_OF_A_PERIOD, "the amount of a longer period does not change within it"
    owner = number if old.shares_with is None else old.shares_with
    return old._replace(**fields)._replace(weeks=old.weeks & span, shares_with=owner)


def shares(problem: Problem, active: Sequence[int], source: Sequence[int]) -> tuple[float, ...]:
    """Per request, the part of the school weeks in which its places are used: split as its weeks are."""
    return tuple(
        problem.share_of_weeks[s] * bits.bit_count() / max(1, problem.active[s].bit_count())
        for s, bits in zip(source, active, strict=True)
    )


def standing(problem: Problem, week: Week, first_new: int) -> Filling:
    """The week as it stands, with every session of the new requests still waiting."""
    members: dict[tuple[object, ...], list[int]] = {}
    for number in range(len(problem.requests)):
        members.setdefault(company(problem, number), []).append(number)
    place = {key: n for n, key in enumerate(members)}
    pools = tuple(pool_of(problem, some) for some in members.values())
    meetings, options = [], list[Option | None]()
    for one in week.appointments:
        first = one.members[0][0]
        subjects = frozenset.intersection(*(problem.subjects(r) for r, _ in one.members)) if one.section else ()
        section = problem.section_names.index(one.section) if one.section else -1
        where = (one.setting == "classroom", section, tuple(sorted(subjects)), one.minutes, one.members)
        meetings.append(Meeting(place[company(problem, first)], -1, one.therapist, *where))
        options.append(_option(problem, one))
    for number in range(first_new, len(problem.requests)):
        for ordinal in range(problem.requests[number].weekly_sessions):
            meetings.append(_waiting(problem, place[company(problem, number)], number, ordinal))
            options.append(None)
    return Filling(
        problem, Grouped(pools, tuple(meetings), 0.0), Placed(tuple(meetings), tuple(options), 0, frozenset())
    )


def _waiting(problem: Problem, pool: int, number: int, ordinal: int) -> Meeting:
    request: Request = problem.requests[number]
    push_in = request.setting == "classroom"
    section = problem.section[number] if push_in else -1
    return Meeting(pool, -1, request.therapist, push_in, section, (), request.minutes, ((number, ordinal),))


def _option(problem: Problem, one: Appointment) -> Option:
    room = -1
    if one.setting != "classroom":
        hallway = one.setting == "hallway"
        size, site = problem.most_at_once([r for r, _ in one.members]), problem.site_of(one.members[0][0])
        known = problem.rooms_for(one.therapist, size, site, hallway=hallway)
        room = next(n for n in known if problem.rooms[n].name == one.room)
    return Option(one.weekday, one.start, one.start + one.minutes, one.lead, one.tail, room)
