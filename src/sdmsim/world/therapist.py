"""The therapist process: the day's appointments in order, each as it goes.

A therapist leaves in time; moves take what luck makes of their planned length; instruction never begins
before its planned start and ends at its planned end, or `moves.overrun_minutes` later when it began late.
So a late start takes minutes from a session, and a session that ran over, a room in use or a child who is
still with somebody else makes the next one late.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any

from sdmsim.world.classroom import closed
from sdmsim.world.fetching import PATIENCE, fetcher_of, lacks_helper, taken_back
from sdmsim.world.owed import Owed, joiners, slot_session
from sdmsim.world.student import lose_thread
from sdmsim.world.vocabulary import (
    CALLED_AWAY,
    CHILD_ABSENT,
    CHILD_UNWILLING,
    DAY,
    HELPER_MISSING,
    LUNCH,
    MOVES,
    NO_ROOM,
    OUT_OF_TIME,
    PROVIDER_ABSENT,
    PROVIDER_CALLED_AWAY,
    PULL_OUT,
    PUSH_IN,
    TRAVEL,
    VACANCY,
    Member,
    Outing,
    Visit,
    Year,
    grained,
)

if TYPE_CHECKING:
    import simpy

Steps = Generator["simpy.Event", Any, None]


def therapist(year: Year, who: int) -> Steps:
    """A therapist's year, day by day on site."""
    env, work = year.env, year.log.work
    member = year.plan.school.staff[who]
    opens, lunch_minutes, employed = float(member.start), float(member.lunch_minutes), member.type == "employee"
    absent, vacant = year.fortune.provider_absent[who], year.stage.vacant[who]
    called_away = year.fortune.called_away
    overrun = grained(year.plan.moves.overrun_minutes)
    cancelled = year.plan.course.cancelled if year.plan.course else frozenset()
    owed = year.owed
    for day, visits, lunch, lunch_before, drives in year.stage.site_days[who]:
        midnight = day * DAY
        yield env.timeout(max(0.0, midnight + opens - env.now))
        if day in vacant:
            for visit in visits:
                for one in visit.members:
                    year.miss(day, one, VACANCY)
            continue
        if absent[day]:
            year.log.staff_absences.append((day, who))
            if not (employed and year.fortune.substitute[who][day]):
                for visit in visits:
                    for one in visit.members:
                        year.miss(day, one, PROVIDER_ABSENT)
                continue
            year.log.substitutes.append((day, who))
        ahead, hungry = list(drives), lunch_minutes > 0.0
        for place, visit in enumerate(visits):
            leave = visit.start - visit.lead
            while ahead and ahead[0][0] <= leave:
                if hungry and lunch < ahead[0][0] and place >= lunch_before:
                    hungry = False
                    _eat(year, day, who, lunch, lunch_minutes, ahead[0][0])
                yield from _drive(year, day, who, *ahead.pop(0))
            now = env.now - midnight
            if place == lunch_before and hungry:
                hungry = False
                _eat(year, day, who, lunch, lunch_minutes, leave)
            if now < leave:
                yield env.timeout(leave - now)
                now = leave
            if owed is not None and not visit.members:
                yield from _in_slot(year, owed, who, day, visit)
                continue
            if cancelled and (day, who, int(visit.start)) in cancelled:
                for one in visit.members:
                    year.miss(day, one, PROVIDER_CALLED_AWAY)
                continue
            if called_away[visit.number]:
                if any(one.due < 0 or year.due[one.due] for one in visit.members):
                    for one in visit.members:
                        year.miss(day, one, PROVIDER_CALLED_AWAY)
                    if now < visit.end:
                        yield env.timeout(visit.end - now)
                        work.append((day, who, CALLED_AWAY, now, visit.end))
                continue
            present = _who_comes(year, day, visit)
            if owed is not None:
                present += joiners(year, owed, day, visit, present)
            if not present:
                continue
            if now >= visit.end + overrun:
                for one in present:
                    year.miss(day, one, OUT_OF_TIME)
            elif visit.push_in:
                yield from _push_in(year, who, day, visit, present, overrun)
            elif lacks_helper(year, who, day):
                for one in present:
                    year.miss(day, one, HELPER_MISSING)
            else:
                yield from _pull_out(year, who, day, visit, present, overrun)
        for drive in ahead:
            if hungry and lunch < drive[0]:
                hungry = False
                _eat(year, day, who, lunch, lunch_minutes, drive[0])
            yield from _drive(year, day, who, *drive)
        if lunch_before == len(visits) and hungry:
            _eat(year, day, who, lunch, lunch_minutes, DAY)


def _eat(year: Year, day: int, who: int, planned: float, minutes: float, until: float) -> None:
    """Lunch when planned, or after what ran over it; cut where the day goes on."""
    sit = max(year.env.now - day * DAY, planned)
    if (rise := min(sit + minutes, until)) > sit:
        year.log.work.append((day, who, LUNCH, sit, rise))


def _drive(year: Year, day: int, who: int, leave: float, arrive: float) -> Steps:
    """To the next site: when it is time, or as soon as the last session has ended."""
    env, midnight = year.env, day * DAY
    if (left := max(env.now - midnight, leave)) > env.now - midnight:
        yield env.timeout(left - (env.now - midnight))
    if arrive > leave:
        yield env.timeout(arrive - leave)
        year.log.work.append((day, who, TRAVEL, left, left + arrive - leave))


def _who_comes(year: Year, day: int, visit: Visit) -> list[Member]:
    """The children who can take part; for each of the others the reason is recorded."""
    absent, unwilling, notices, due = year.fortune.child_absent, year.fortune.unwilling, year.notices, year.due
    start, end = visit.start, visit.end
    present = []
    for one in visit.members:
        turn, student, _, _, key, section, _ = one
        if key >= 0 and not due[key]:
            continue
        if absent[student][day]:
            year.miss(day, one, CHILD_ABSENT)
        elif (reason := closed(notices[section], day, start, end)) >= 0:
            year.miss(day, one, reason)
        elif unwilling[turn]:
            year.miss(day, one, CHILD_UNWILLING)
        else:
            present.append(one)
    return present


def _push_in(year: Year, who: int, day: int, visit: Visit, present: Sequence[Member], overrun: float) -> Steps:
    """Walk to the class, fit into what is going on there. The children stay where they are."""
    env, work = year.env, year.log.work
    midnight = day * DAY
    left_desk = env.now - midnight
    if walk := year.fortune.to_door[visit.number]:
        yield env.timeout(walk)
    yield from _children_free(year, present)
    now = env.now - midnight
    if now < visit.start:
        yield env.timeout(visit.start - now)
        now = visit.start
    if now > left_desk:
        work.append((day, who, MOVES, left_desk, now))
    ended = _planned_end(visit, now, overrun)
    if ended <= now:
        for one in present:
            year.miss(day, one, OUT_OF_TIME)
        return
    for one in present:
        lose_thread(year, one.student, midnight, now)
    shared = [one.student for one in present if year.stage.shared[one.student]]
    if shared:
        visiting = Outing(day, visit.appointment, now, env.event())
        for child in shared:
            year.out[child] = visiting
    yield env.timeout(ended - now)
    if shared:
        for child in shared:
            year.out[child] = None
        visiting.returned.succeed()
    work.append((day, who, PUSH_IN, now, ended))
    _credit(year, day, visit, present, now, ended)
    if back := year.fortune.walk_back[visit.number]:
        yield env.timeout(back)
        work.append((day, who, MOVES, ended, ended + back))


def _pull_out(year: Year, who: int, day: int, visit: Visit, present: Sequence[Member], overrun: float) -> Steps:
    """Fetch the children, walk, wait for the room, settle, teach, bring them back.

    Where a helper fetches them, the therapist stays at its desk until they are at the room.
    """
    env, work, fortune = year.env, year.log.work, year.fortune
    number, latest = visit.number, visit.end + overrun
    midnight, helper = day * DAY, fetcher_of(year, who, day)
    busy = year.helpers[helper].request() if helper >= 0 else None
    if busy is not None:
        yield busy
    left_desk = env.now - midnight
    yield env.timeout(fortune.to_door[number])
    yield from _children_free(year, present)
    left = env.now - midnight
    if left >= latest:
        if busy is not None:
            year.log.fetched.append((day, helper, visit.appointment, left_desk, left))
            year.helpers[helper].release(busy)
        elif left > left_desk:
            work.append((day, who, MOVES, left_desk, left))
        for one in present:
            year.miss(day, one, OUT_OF_TIME)
        return
    outing = Outing(day, visit.appointment, left, env.event())
    for one in present:
        year.out[one.student] = outing
        year.door[one.student].succeed((outing, one.turn))
    yield env.timeout(fortune.to_room[number])
    now = env.now - midnight
    if busy is not None:
        year.log.fetched.append((day, helper, visit.appointment, left_desk, now))
        left_desk = now
        if not year.stage.remote[who]:
            year.helpers[helper].release(busy)
            busy = None
    room = year.rooms[visit.room]
    key = room.request()
    lacking = OUT_OF_TIME
    if not key.triggered:
        lacking = NO_ROOM
        yield key | env.timeout(max(0.0, latest - now))
        now = env.now - midnight
    if key.triggered and now < latest:
        settled = now + fortune.settle[number]
        began = max(settled, visit.start)
        yield env.timeout(began - now)
        now = began
    ended = max(now, _planned_end(visit, now, overrun)) if key.triggered else now
    if ended > now:
        yield env.timeout(ended - now)
    if key.triggered:
        room.release(key)
    else:
        key.cancel()
    outing.began, outing.ended = now, ended
    if now > left_desk:
        work.append((day, who, MOVES, left_desk, now))
    if ended > now:
        work.append((day, who, PULL_OUT, now, ended))
        _credit(year, day, visit, present, now, ended)
    else:
        for one in present:
            year.miss(day, one, lacking)
    if helper >= 0:
        if busy is None:
            busy = year.helpers[helper].request()
            yield busy | env.timeout(PATIENCE)
            if (waited := env.now - midnight) > ended:
                work.append((day, who, MOVES, ended, waited))
        if busy.triggered:
            env.process(taken_back(year, day, helper, visit, outing, busy))
            return
        busy.cancel()
    begins = env.now - midnight
    back = fortune.walk_back[number]
    if back:
        yield env.timeout(back)
        work.append((day, who, MOVES, begins, begins + back))
    outing.returned.succeed()


def _in_slot(year: Year, owed: Owed, who: int, day: int, visit: Visit) -> Steps:
    """One session of a slot for making up, with those who can be fetched; nothing where nobody can."""
    env, midnight = year.env, day * DAY
    if lacks_helper(year, who, day):
        return
    session = slot_session(year, owed, who, day, visit, env.now - midnight)
    if session is None:
        return
    if (leave := session.start - session.lead) > env.now - midnight:
        yield env.timeout(leave - (env.now - midnight))
    if year.fortune.called_away[session.number]:
        now = env.now - midnight
        yield env.timeout(session.end - now)
        year.log.work.append((day, who, CALLED_AWAY, now, session.end))
        return
    yield from _pull_out(year, who, day, session, session.members, 0.0)


def _children_free(year: Year, present: Sequence[Member]) -> Steps:
    """Wait until none of the children is still with another therapist; nobody is held meanwhile."""
    shared, out = year.stage.shared, year.out
    waited = True
    while waited:
        waited = False
        for one in present:
            if shared[one.student] and (away := out[one.student]) is not None:
                yield away.returned
                yield year.env.timeout(0.0)  # the child comes in first, whoever began to wait first
                waited = True


def _planned_end(visit: Visit, began: float, overrun: float) -> float:
    """When a session that began at `began` ends: in full, unless it began too late for that."""
    if began <= visit.start:
        return visit.end
    return min(began + (visit.end - visit.start), visit.end + overrun)


def _credit(year: Year, day: int, visit: Visit, present: Sequence[Member], began: float, ended: float) -> None:
    """The session took place: full minutes for each child, and what the late start took."""
    log, due, owed = year.log, year.due, year.owed
    given, length, appointment = log.given, ended - began, visit.appointment
    log.sessions.append((day, appointment, began, ended, len(present)))
    for one in present:
        _, student, request, minutes, key, _, makes_up = one
        got = length if length < minutes else minutes
        if makes_up is not None:
            given.append((day, student, request, appointment, began, got, makes_up.day))
            if owed is not None:
                owed.made_up(year, one, got)
            continue
        given.append((day, student, request, appointment, began, got, -1))
        if got < minutes:
            log.missed.append((day, student, request, minutes - got, OUT_OF_TIME, 0))
        if key >= 0:
            due[key] -= 1
