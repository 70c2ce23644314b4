"""One school day, minute by minute: where each therapist and child was, and what went on in each room and class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from sdmsim.events import ACTIVITIES, Log
from sdmsim.school.calendar import SchoolDay
from sdmsim.school.vocabulary import WEEKDAYS

if TYPE_CHECKING:
    import pandas as pd

THERAPIST, ROOM, CLASSROOM, CHILD = "therapist", "room", "class", "child"
IN_CLASS, IN_ROOM = "therapy in class", "therapy in a room"
ON_THE_WAY, THREAD, ABSENT, DESK, CALLED_AWAY = "on the way", "finding the thread", "absent", "desk work", "called away"
LUNCH, DRIVING, LESSON, BREAK, CLOSED, OUT = "lunch", "driving", "lesson", "recess or lunch", "class elsewhere", "out"
_WORK = dict(zip(ACTIVITIES, (IN_CLASS, IN_ROOM, ON_THE_WAY, LUNCH, CALLED_AWAY, DRIVING), strict=True))
THE_ROOM = "room apart"
"""What a room is called where the school has no table of rooms."""


class Stretch(NamedTuple):
    """What somebody did, or what went on somewhere, from one clock time to another (minutes after midnight)."""

    kind: str
    """therapist, room, class or child."""
    who: str
    """Id of the therapist, class or child; name of the room."""
    start: float
    end: float
    what: str
    place: str
    """Class or room; the subject of a lesson for a class and its children."""
    company: str
    """Ids of who else is there: of a therapist the children; of others the therapist, then the (other) children."""


def day_of(log: Log, on: date) -> pd.DataFrame:
    """Every stretch of a school day, by kind, who (as in the tables) and start; columns as the fields of `Stretch`.

    A therapist's stretches fill the contract day and a child's the school day, without gaps or overlaps. A class has
    its lessons, and over them visits and, as `out`, the children who are away for a session; a room has its sessions.

    Raises:
        ValueError: no school on that date.
    """
    import pandas as pd

    day = next((d for d in log.plan.calendar.days if d.date == on), None)
    if day is None:
        raise ValueError(f"no school on {on.isoformat()}")
    found = [*_therapists(log, day), *_rooms_and_classes(log, day), *_children(log, day)]
    school = log.plan.school
    names = {
        THERAPIST: [m.id for m in school.staff],
        ROOM: sorted({s.who for s in found if s.kind == ROOM}),
        CLASSROOM: [s.section for s in school.sections],
        CHILD: [s.id for s in school.students],
    }
    order = {(kind, who): i for i, (kind, who) in enumerate((k, w) for k, of in names.items() for w in of)}
    found.sort(key=lambda s: (order[s.kind, s.who], s.start))
    return pd.DataFrame(found, columns=list(Stretch._fields))


def at_minute(day: pd.DataFrame, minute: float) -> pd.DataFrame:
    """The stretches of `day_of` that run at a clock time (minutes after midnight)."""
    return day[(day["start"] <= minute) & (minute < day["end"])].reset_index(drop=True)


class _Session(NamedTuple):
    therapist: int
    start: float
    end: float
    what: str
    place: str
    children: str


def _sessions(log: Log, day: SchoolDay) -> dict[int, _Session]:
    """Sessions of a day by appointment."""
    plan, names = log.plan, log.plan.school.students
    members: dict[int, list[str]] = {}
    for when, student, _, appointment, *_ in log.given:
        if when == day.index:
            members.setdefault(appointment, []).append(names[student].id)
    found = {}
    for when, appointment, start, end, _ in log.sessions:
        if when == day.index:
            met = plan.places[appointment]
            inside = met.setting == "classroom"
            where = met.section if inside else met.room or ("hallway" if met.setting == "hallway" else THE_ROOM)
            children = " ".join(sorted(set(members.get(appointment, ()))))
            found[appointment] = _Session(met.therapist, start, end, IN_CLASS if inside else IN_ROOM, where, children)
    return found


def _therapists(log: Log, day: SchoolDay) -> Iterator[Stretch]:
    sessions = {(s.therapist, s.start): s for s in _sessions(log, day).values()}
    away = {who for when, who, *_ in log.staff_absences if when == day.index}
    substituted = {who for when, who, *_ in log.substitutes if when == day.index}
    for t, member in enumerate(log.plan.school.staff):
        if WEEKDAYS[day.weekday] not in member.site_days:
            continue
        whole = (float(member.start), float(member.end))
        if t in away and t not in substituted:
            yield Stretch(THERAPIST, member.id, *whole, ABSENT, "", "")
            continue
        work = []
        for when, who, activity, start, end in log.work:
            if when == day.index and who == t:
                held = sessions.get((t, start)) if ACTIVITIES[activity] in ("push_in", "pull_out") else None
                place, children = (held.place, held.children) if held else ("", "")
                work.append(Stretch(THERAPIST, member.id, start, end, _WORK[ACTIVITIES[activity]], place, children))
        yield from _filled([Stretch(THERAPIST, member.id, *whole, DESK, "", "")], work)


def _rooms_and_classes(log: Log, day: SchoolDay) -> Iterator[Stretch]:
    school, sessions = log.plan.school, _sessions(log, day)
    for s in sessions.values():
        company = f"{school.staff[s.therapist].id} {s.children}".strip()
        yield Stretch(CLASSROOM if s.what == IN_CLASS else ROOM, s.place, s.start, s.end, s.what, s.place, company)
    for section in school.sections:
        for lesson in _lessons(log, day, section.grade):
            yield lesson._replace(kind=CLASSROOM, who=section.section)
    for when, student, _, left, _, _, back, _ in log.trips:
        if when == day.index:
            child = school.students[student]
            yield Stretch(CLASSROOM, child.section, left, back, OUT, "", child.id)


def _children(log: Log, day: SchoolDay) -> Iterator[Stretch]:
    school, sessions = log.plan.school, _sessions(log, day)
    absent = {student for when, student in log.absences if when == day.index}
    trips: dict[int, list[Stretch]] = {}
    for when, student, appointment, left, began, ended, back, resumed in log.trips:
        if when == day.index:
            name, s = school.students[student].id, sessions.get(appointment)
            place, company = (s.place, _others(log, s, name)) if s else ("", "")
            parts = ((left, began, ON_THE_WAY), (began, ended, IN_ROOM), (ended, back, ON_THE_WAY))
            for start, end, what in (*parts, (back, resumed, THREAD)):
                trips.setdefault(student, []).append(Stretch(CHILD, name, start, end, what, place, company))
    for when, student, _, appointment, *_ in log.given:
        if when == day.index and sessions[appointment].what == IN_CLASS:
            held, name = sessions[appointment], school.students[student].id
            stretch = Stretch(CHILD, name, held.start, held.end, IN_CLASS, held.place, _others(log, held, name))
            trips.setdefault(student, []).append(stretch)
    for i, child in enumerate(school.students):
        lessons = [x._replace(who=child.id) for x in _lessons(log, day, child.grade)]
        if i in absent:
            yield from (x._replace(what=ABSENT, place="") for x in _joined(lessons))
        else:
            yield from _filled(lessons, trips.get(i, ()))


def _others(log: Log, session: _Session, child: str) -> str:
    names = [log.plan.school.staff[session.therapist].id, *(c for c in session.children.split() if c != child)]
    return " ".join(names)


def _lessons(log: Log, day: SchoolDay, grade: str) -> list[Stretch]:
    """The blocks of a grade's day up to an early release; what takes the class elsewhere is laid over them."""
    blocks = log.plan.school.blocks_of.get((grade, WEEKDAYS[day.weekday]), ())
    last = float(day.release) if day.release is not None else float("inf")
    base = []
    for b in blocks:
        if b.start < last:
            what = BREAK if b.format in ("recess", "lunch") else LESSON
            base.append(Stretch(CHILD, "", float(b.start), min(float(b.end), last), what, b.subject, ""))
    closed = [
        Stretch(CHILD, "", float(c.start), float(c.end), CLOSED, c.kind, "")
        for c in day.closures
        if c.grade in ("", grade)
    ]
    return list(_filled(base, closed))


def _joined(stretches: list[Stretch]) -> list[Stretch]:
    return [stretches[0]._replace(end=stretches[-1].end)] if stretches else []


def _filled(base: Iterable[Stretch], over: Iterable[Stretch]) -> Iterator[Stretch]:
    """What lies over the base, and the base where nothing does; in order, without overlaps."""
    clear: list[Stretch] = []
    for stretch in sorted(over, key=lambda s: (s.start, s.end)):
        start = max(stretch.start, clear[-1].end) if clear else stretch.start
        if stretch.end > start:
            clear.append(stretch._replace(start=start))
    found = list(clear)
    for ground in base:
        at = ground.start
        for stretch in clear:
            if stretch.end <= at or stretch.start >= ground.end:
                continue
            if stretch.start > at:
                found.append(ground._replace(start=at, end=stretch.start))
            at = stretch.end
        if at < ground.end:
            found.append(ground._replace(start=at))
    return iter(sorted(found, key=lambda s: s.start))
