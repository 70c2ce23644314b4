"""Who learns what: the goals of a plan's children, when they are probed, and the places in which they practise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sdmsim.delivery.problem import active_weeks
from sdmsim.delivery.vocabulary import Consultation, Request
from sdmsim.school.vocabulary import NOT_INSTRUCTION, WEEKDAYS
from sdmsim.world.backdrop import backdrop_of
from sdmsim.world.vocabulary import Bools, Floats, Ints, PerPlan

if TYPE_CHECKING:
    from sdmsim.plan import Plan

PROBE_WEEKS = 2
"""School weeks from one probe to the next: about 18 in a year."""
NOISES = ("whole_class", "small_groups", "seat_work")
"""Formats of a class whose noise the ledger knows; specials count as whole class, recess and lunch as small groups."""
ACADEMIC = (("ela", "reading", "literacy", "english"), ("maths", "math", "mathematics"))
"""Names of the two subjects of academic growth in bell schedules, in lower case."""
_MINUTES = 24 * 60
_NOISE_OF = {"specials": 0, "whole_class": 0, "small_groups": 1, "recess": 1, "lunch": 1, "seat_work": 2}


class Taught(NamedTuple):
    """A part of the instruction: cumulative (grade, weekday, minute), and (s, d) of whole days."""

    table: Floats
    a_day: Floats


@dataclass(frozen=True, slots=True)
class Learners:
    """A plan's children as learners. s: student, g: goal of a child, r: request, a: appointment."""

    names: tuple[tuple[str, str], ...]
    """(child, kind of goal) of each g: goals of direct rows, given with the child or through its teacher."""
    student: Ints
    domain: tuple[str, ...]
    """Of each g."""
    goal_of: Ints
    """Of each request."""
    activity: tuple[tuple[str, str], ...]
    """Of each request: in a place apart, in class."""
    active: Bools
    """(g, d): the plan's dates hold on that day."""
    planning: Floats
    """(g, school week) minutes in which the child's teacher and therapist plan or consult."""
    in_class: Bools
    """Per a."""
    section: Ints
    """Per s, position among the school's sections."""
    in_hallway: Bools
    """Per a."""
    room_noise: Floats
    """Per a, noise of its room where rooms.csv says; nan elsewhere."""
    noise: Ints
    """(grade, weekday, minute): position in NOISES."""
    by_noise: tuple[Taught, ...]
    """Instruction by the noise of its format, in the order of NOISES."""
    academic: tuple[Taught, ...]
    """ELA and maths, as far as the bell schedule has them."""
    block_minutes: Floats
    """(s, noise): mean length of such a block of instruction; 0 where there is none."""
    class_size: Floats
    """Per s."""
    inattentive: tuple[str, ...]
    """Per s, which share of inattentive children holds: `other_health_impairment` or `others`."""
    attention: tuple[str, ...]
    """Per s, the team's rating: `low`, `usual` or none. So is `noise`: `sensitive`, `usual` or none."""
    noise_rating: tuple[str, ...]
    leaves: Floats
    """Per s, the end of its last day on the caseload, as a number of days; inf for who stays."""
    dates: Floats
    """Per school day, its date as a number of days."""
    probe_days: Ints
    """School days at whose end probes fall; the same under every strategy."""


def _build(plan: Plan) -> Learners:
    school, requests, days = plan.school, plan.week.requests, plan.calendar.days
    served: list[Request | Consultation] = [*requests, *plan.week.consultations]
    keys = sorted({(r.student, r.goal) for r in served})
    place = {key: i for i, key in enumerate(keys)}
    goal_of = np.array([place[r.student, r.goal] for r in requests], dtype=np.int64)
    active = np.zeros((len(keys), len(days)), dtype=bool)
    for one in served:
        active[place[one.student, one.goal]] |= [
            (one.start is None or d.date >= one.start)
            and (one.end is None or d.date <= one.end)
            and bool(one.weeks >> d.week & 1)
            for d in days
        ]
    rooms = {room.room: room.noise for room in school.rooms}
    sections = {s.section: i for i, s in enumerate(school.sections)}
    grades = sorted({s.grade for s in school.students})
    noise = np.zeros((len(grades), len(WEEKDAYS), _MINUTES), dtype=np.int64)
    inside = np.zeros((len(NOISES) + len(ACADEMIC), len(grades), len(WEEKDAYS), _MINUTES + 1))
    blocks = np.zeros((len(NOISES), len(grades)))
    for g, grade in enumerate(grades):
        for w, weekday in enumerate(WEEKDAYS):
            for block in school.blocks_of.get((grade, weekday), ()):
                kind, here = _NOISE_OF[block.format], slice(block.start + 1, block.end + 1)
                noise[g, w, block.start : block.end] = kind
                if block.format in NOT_INSTRUCTION:
                    continue
                inside[kind, g, w, here] = 1.0
                blocks[kind, g] += 1.0
                for number, subjects in enumerate(ACADEMIC):
                    inside[len(NOISES) + number, g, w, here] = block.subject.casefold() in subjects
    backdrop = backdrop_of(plan)
    minutes = inside[: len(NOISES)].sum(axis=(2, 3))
    taught = [Taught(table, backdrop.a_day(table)) for table in inside.cumsum(axis=-1)]
    return Learners(
        names=tuple((school.students[s].id, goal) for s, goal in keys),
        student=np.array([s for s, _ in keys], dtype=np.int64),
        domain=tuple(plan.goals[goal].domain for _, goal in keys),
        goal_of=goal_of,
        activity=tuple((plan.goals[r.goal].in_room, plan.goals[r.goal].in_class) for r in requests),
        active=active,
        planning=_planning(plan, [s for s, _ in keys]),
        in_class=np.array([a.setting == "classroom" for a in plan.places], dtype=bool),
        in_hallway=np.array([a.setting == "hallway" for a in plan.places], dtype=bool),
        section=np.array([sections[s.section] for s in school.students], dtype=np.int64),
        room_noise=np.array([rooms.get(a.room, np.nan) for a in plan.places]),
        noise=noise,
        by_noise=tuple(taught[: len(NOISES)]),
        academic=tuple(t for t in taught[len(NOISES) :] if t.table.any()),
        block_minutes=np.divide(minutes, blocks, out=np.zeros_like(minutes), where=blocks > 0.0).T[backdrop.grade],
        class_size=np.array([float(school.sections[sections[s.section]].size) for s in school.students]),
        inattentive=tuple(
            "other_health_impairment" if s.category == "other health impairment" else "others" for s in school.students
        ),
        attention=tuple(s.attention for s in school.students),
        noise_rating=tuple(s.noise for s in school.students),
        leaves=_leaves(plan),
        dates=np.array([d.date.toordinal() for d in days], dtype=np.float64),
        probe_days=_probe_days(plan),
    )


learners_of = PerPlan(_build)
"""The learners of a plan; made when they are first asked for."""


def _leaves(plan: Plan) -> Floats:
    found = np.full(len(plan.school.students), np.inf)
    days = plan.calendar.days
    for child, span in enumerate(plan.course.spans if plan.course else ()):
        if span.end < len(days):
            found[child] = days[span.end - 1].date.toordinal() + 1.0
    return found


def _planning(plan: Plan, students: list[int]) -> Floats:
    """(g, week) minutes: co-planning where a class is visited, the child's own indirect rows and what a strategy gives
    through its teacher, its share of consultation.

    Consultation (staff.csv) is spread evenly over the classes with a served child, whatever the strategy.
    """
    school = plan.school
    weeks = np.arange(plan.calendar.n_weeks)
    visited: dict[str, int] = {}
    for one in plan.week.appointments:
        if one.setting == "classroom":
            for request, _ in one.members:
                bits = active_weeks(plan.week.requests[request], plan.calendar)
                visited[one.section] = visited.get(one.section, 0) | bits
    served = {school.students[r.student].section for r in plan.week.requests}
    consultation = sum(member.consultation for member in school.staff) / max(1, len(served))
    indirect = {s.id: np.zeros(len(weeks)) for s in school.students}
    for row in school.services:
        if row.kind == "indirect":
            indirect[row.id] += row.minutes * row.sessions / _WEEKS_IN[row.per]
    for given in plan.week.consultations:
        indirect[school.students[given.student].id] += given.weekly_minutes * _bits(given.weeks, weeks)
    return np.array(
        [
            plan.visits.planning_minutes * _bits(visited.get(school.students[s].section, 0), weeks)
            + indirect[school.students[s].id]
            + consultation
            for s in students
        ]
    ).reshape(len(students), len(weeks))


_WEEKS_IN = {"week": 1, "month": 4, "quarter": 9, "year": 36}


def _bits(found: int, weeks: Ints) -> Floats:
    return np.array([float(found >> int(week) & 1) for week in weeks])


def _probe_days(plan: Plan) -> Ints:
    """The last school day of every second school week, and the last day of the year."""
    last = {d.week: d.index for d in plan.calendar.days}
    chosen = [day for week, day in sorted(last.items()) if week % PROBE_WEEKS == PROBE_WEEKS - 1]
    return np.array(sorted({*chosen, *(d.index for d in plan.calendar.days[-1:])}), dtype=np.int64)
