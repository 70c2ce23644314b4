"""Who may make up where: what stands of it before any luck, worked out once for all replications.

A child joins a session of a therapist who serves its row, in the same setting: in class one of its own class, in a
lesson that fits its goal; apart one of a company that may sit together (kinds of goals, grades), in a stretch from
which its grade may be taken out. It has no session of its own then, and the session is long enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdmsim.delivery.contracts import Window
from sdmsim.delivery.problem import active_weeks, windows_of
from sdmsim.delivery.vocabulary import Appointment
from sdmsim.events import REASONS
from sdmsim.school.sites import stays_of
from sdmsim.school.vocabulary import grade_number
from sdmsim.world.vocabulary import PerPlan

if TYPE_CHECKING:
    from sdmsim.plan import Plan


@dataclass(frozen=True, slots=True)
class Openings:
    """r: request, a: place (`Plan.places`), t: therapist."""

    reasons: frozenset[int]
    """Positions in REASONS of what is made up."""
    within_weeks: int
    week: tuple[int, ...]
    """School week of each day."""
    joinable: tuple[tuple[int, ...], ...]
    """Per a, the requests whose children may join it."""
    most: tuple[int, ...]
    """Per a, children present at most for somebody to join."""
    in_slot: tuple[tuple[int, ...], ...]
    """Per t, the requests that may be made up in its slots."""
    starts: dict[tuple[int, int], tuple[Window, ...]]
    """(r, a): first and last minutes at which a session in a slot may begin, one pair for each stretch."""
    student: tuple[int, ...]
    section: tuple[int, ...]
    grade: tuple[int, ...]
    minutes: tuple[float, ...]
    family: tuple[str, ...]
    alone: tuple[bool, ...]
    last_week: tuple[int, ...]
    """Of each r: its child, that child's section (position) and grade, the length of its session, the goals that it may
    sit with, whether it has sessions alone, and the last school week of its row."""
    never: frozenset[tuple[int, int]]
    """Pairs of children (positions, the lower first) who must not be together."""


def _build(plan: Plan) -> Openings:
    builder = _Builder(plan)
    school, requests, make_up = plan.school, plan.week.requests, plan.make_up
    position = {s.section: i for i, s in enumerate(school.sections)}
    last: dict[int, int] = {}
    for request in requests:
        weeks = active_weeks(request, plan.calendar).bit_length() - 1
        last[request.row] = max(last.get(request.row, -1), weeks)
    within = plan.calendar.n_weeks if make_up.within_weeks is None else make_up.within_weeks
    places = plan.places
    slots = range(len(plan.week.appointments), len(places))
    index = school.student_index
    return Openings(
        reasons=frozenset(REASONS.index(reason) for reason in make_up.reasons if reason in REASONS),
        within_weeks=within,
        week=tuple(d.week for d in plan.calendar.days),
        joinable=tuple(builder.joinable(a) if make_up.by == "groups" else () for a in plan.week.appointments),
        most=tuple(builder.most(a) for a in places),
        in_slot=tuple(builder.apart(t) for t in range(len(school.staff))),
        starts={(n, a): builder.starts(n, places[a]) for a in slots for n in builder.apart(places[a].therapist)},
        student=tuple(r.student for r in requests),
        section=tuple(position[school.students[r.student].section] for r in requests),
        grade=builder.grade,
        minutes=tuple(float(r.minutes) for r in requests),
        family=tuple(plan.grouping.family_of(r.goal) for r in requests),
        alone=tuple(r.alone for r in requests),
        last_week=tuple(last[r.row] for r in requests),
        never=frozenset(
            (min(index[p.student], index[p.other]), max(index[p.student], index[p.other]))
            for p in school.pairs
            if p.rule == "never"
        ),
    )


openings_of = PerPlan(_build)
"""The openings of a plan; made when they are first asked for."""


class _Builder:
    """The rules of joining, one request and one place at a time."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.pull_out, self.lessons = windows_of(plan.school)
        requests = plan.week.requests
        self.grade = tuple(grade_number(plan.school.students[r.student].grade) for r in requests)
        serving: dict[int, set[int]] = {}
        for request in requests:
            serving.setdefault(request.row, set()).add(request.therapist)
        self.served_by: dict[int, list[int]] = {}
        for number, request in enumerate(requests):
            for who in sorted(serving[request.row]):
                self.served_by.setdefault(who, []).append(number)
        sections = {s.section: s.site for s in plan.school.sections}
        self.site = [sections[plan.school.students[r.student].section] for r in requests]
        self.stays = stays_of(plan.school)
        self._starts: dict[tuple[int, Appointment], tuple[Window, ...]] = {}
        self.own: dict[int, list[Appointment]] = {}
        for appointment in plan.week.appointments:
            for student in {requests[n].student for n, _ in appointment.members}:
                self.own.setdefault(student, []).append(appointment)

    def apart(self, therapist: int) -> tuple[int, ...]:
        """The requests given in a room whose rows a therapist serves, at some time of the year."""
        requests = self.plan.week.requests
        return tuple(n for n in self.served_by.get(therapist, ()) if requests[n].setting == "therapy_room")

    def joinable(self, place: Appointment) -> tuple[int, ...]:
        """The requests whose children may join an appointment."""
        requests, grouping = self.plan.week.requests, self.plan.grouping
        members = [n for n, _ in place.members]
        known = {requests[n].student for n in members}
        grades = [self.grade[n] for n in members]
        family = grouping.family_of(requests[members[0]].goal)
        found = []
        for number in self.served_by.get(place.therapist, ()):
            request = requests[number]
            if request.student in known or request.setting != place.setting or request.minutes > place.minutes:
                continue
            if place.setting == "classroom":
                fits = self._in_lesson(number, place)
            else:
                both = (*grades, self.grade[number])
                fits = grouping.family_of(request.goal) == family and max(both) - min(both) <= grouping.grade_span
                fits = fits and self.site[number] == self.site[members[0]] and self._may_leave(number, place)
            if fits and not any(_clash(place, other) for other in self.own.get(request.student, ())):
                found.append(number)
        return tuple(found)

    def most(self, place: Appointment) -> int:
        """Children in a session that somebody joins."""
        plan = self.plan
        if place.setting == "classroom":
            return plan.make_up.up_to or plan.visits.reach
        limit = plan.make_up.up_to or plan.grouping.legal_size
        return min([limit, *(room.capacity for room in plan.school.rooms if room.room == place.room)])

    def starts(self, number: int, slot: Appointment) -> tuple[Window, ...]:
        """When a session in a slot may begin for a request: in unprotected time without a session of its own."""
        key = (number, slot)
        if key not in self._starts:
            self._starts[key] = tuple(self._stretches(number, slot))
        return self._starts[key]

    def _stretches(self, number: int, slot: Appointment) -> Iterator[Window]:
        request = self.plan.week.requests[number]
        site = next(s.site for s in self.stays[slot.therapist][slot.weekday] if s.start <= slot.start < s.end)
        if site != self.site[number]:
            return
        free = list(self.pull_out.get((self.grade[number], slot.weekday), ()))
        for other in self.own.get(request.student, ()):
            if other.weekday == slot.weekday:
                start, end = _taken(other)
                free = [w for a, b in free for w in ((a, min(b, start)), (max(a, end), b)) if w[0] < w[1]]
        begin, until = slot.start, slot.start + slot.minutes
        for a, b in free:
            first, last = max(begin, a + slot.lead), min(until, b - slot.tail) - request.minutes
            if first <= last:
                yield first, last

    def _in_lesson(self, number: int, place: Appointment) -> bool:
        school, request = self.plan.school, self.plan.week.requests[number]
        if school.students[request.student].section != place.section:
            return False
        return any(
            start <= place.start and place.start + place.minutes <= end
            for subject in self.plan.goals[request.goal].push_in_subjects
            for start, end in self.lessons.get((self.grade[number], place.weekday, subject), ())
        )

    def _may_leave(self, number: int, place: Appointment) -> bool:
        begins, ends = _taken(place)
        windows = self.pull_out.get((self.grade[number], place.weekday), ())
        return any(start <= begins and ends <= end for start, end in windows)


def _taken(place: Appointment) -> Window:
    """The stretch in which the children of an appointment are taken: in class the moves are not theirs."""
    if place.setting == "classroom":
        return place.start, place.start + place.minutes
    return place.start - place.lead, place.start + place.minutes + place.tail


def _clash(one: Appointment, other: Appointment) -> bool:
    """Whether a child cannot be in both: the same time of some week."""
    if one.weekday != other.weekday or not one.weeks & other.weeks:
        return False
    (start, end), (begins, until) = _taken(one), _taken(other)
    return start < until and begins < end
