"""What metrics need of a plan besides its log: the bell schedule as cumulative minutes, shares, contracts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sdmsim.school.vocabulary import NOT_INSTRUCTION, WEEKDAYS, Block
from sdmsim.world.stage import stage_of
from sdmsim.world.vocabulary import PerPlan

if TYPE_CHECKING:
    from sdmsim.plan import Plan

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_MINUTES = 24 * 60
PASSING = "passing"
"""Bell-to-bell time between blocks."""


def summed(place: Floats | Ints, minutes: Floats, places: int) -> Floats:
    """Minutes added up by place (0 to `places` - 1)."""
    return np.asarray(np.bincount(place.astype(np.int64), minutes, places), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Backdrop:
    """A plan's school as arrays. g: grade, w: weekday, d: school day, s: student."""

    n_weeks: int
    n_days: int
    week: Ints
    weekday: Ints
    grade: Ints
    """Per student."""
    opens: Floats
    closes: Floats
    """(g, d) first bell, and last bell or early release."""
    instruction: Floats
    core: Floats
    """(g, w, minute): minutes of instruction (of protected instruction) from midnight to that minute."""
    kinds: tuple[str, ...]
    """What a minute of a school day can be: subjects, then recess, lunch, passing."""
    minutes_by_kind: Floats
    """(kind, g, w, minute): the same for each kind."""
    instruction_a_day: Floats
    """(s, d): minutes of instruction of a whole day at school."""
    owed: Floats
    """Per student, minutes of direct service owed in the year."""
    lre: Floats
    """Per student."""
    has_peers: NDArray[np.bool_]
    """Per student: the class has children without a plan."""
    served: NDArray[np.bool_]
    """(s, d): the child is on the caseload; all of them always, unless a scenario has a [caseload]."""

    @property
    def n_students(self) -> int:
        """Served children: those of students.csv."""
        return len(self.grade)

    @property
    def child_days(self) -> int:
        """School days of all children while they are on the caseload."""
        return int(self.served.sum())

    @property
    def child_weeks(self) -> int:
        """School weeks of all children with a day on the caseload."""
        return int(self.weeks_of_child.sum())

    @property
    def weeks_of_child(self) -> Ints:
        """Per student, school weeks with a day on the caseload."""
        return _weeks_served(self.served, self.week)

    @property
    def day_minutes(self) -> Floats:
        """(g, d) bell-to-bell minutes."""
        return self.closes - self.opens

    def between(self, table: Floats, student: Ints, day: Ints, start: Floats, end: Floats) -> Floats:
        """Minutes of a (g, w, minute) table that lie between two clock times and within the school day."""
        grade, weekday = self.grade[student], self.weekday[day]
        low, high = self.opens[grade, day], self.closes[grade, day]
        until = _at(table, grade, weekday, np.clip(end, low, high))
        return until - _at(table, grade, weekday, np.clip(start, low, high))

    def a_day(self, table: Floats) -> Floats:
        """(s, d): minutes of a (g, w, minute) table on a whole day at school."""
        return _whole_days(table, self.weekday, self.opens, self.closes)[self.grade]


def _whole_days(table: Floats, weekday: Ints, opens: Floats, closes: Floats) -> Floats:
    """(g, d): minutes of a (g, w, minute) table between the first bell and the last, or an early release."""
    grade = np.arange(len(table))[:, None]
    return _at(table, grade, weekday[None, :], closes) - _at(table, grade, weekday[None, :], opens)


def _at(table: Floats, grade: Ints, weekday: Ints, clock: Floats) -> Floats:
    """A cumulative table at any clock time; blocks begin and end on whole minutes, so this is exact."""
    whole = np.minimum(clock.astype(np.int64), _MINUTES - 1)
    below = table[grade, weekday, whole]
    return np.asarray(below + (clock - whole) * (table[grade, weekday, whole + 1] - below))


def _build(plan: Plan) -> Backdrop:
    school, days = plan.school, plan.calendar.days
    grades = sorted({s.grade for s in school.students})
    kinds = (*sorted({b.subject for b in school.bell if b.format not in NOT_INSTRUCTION}), *NOT_INSTRUCTION, PASSING)
    per_minute = np.zeros((len(kinds), len(grades), 5, _MINUTES + 1))
    protected = np.zeros((len(grades), 5, _MINUTES + 1))
    bells = np.zeros((2, len(grades), 5))
    for g, grade in enumerate(grades):
        for w, weekday in enumerate(WEEKDAYS):
            blocks = school.blocks_of.get((grade, weekday), ())
            if not blocks:
                continue
            first, last = min(b.start for b in blocks), max(b.end for b in blocks)
            bells[:, g, w] = first, last
            per_minute[-1, g, w, first + 1 : last + 1] = 1.0
            for block in blocks:
                here = slice(block.start + 1, block.end + 1)
                per_minute[-1, g, w, here] = 0.0
                per_minute[kinds.index(_kind(block)), g, w, here] = 1.0
                protected[g, w, here] = block.protected and block.format not in NOT_INSTRUCTION
    by_kind = per_minute.cumsum(axis=-1)
    week = np.array([d.week for d in days], dtype=np.int64)
    weekday_of = np.array([d.weekday for d in days], dtype=np.int64)
    release = np.array([np.inf if d.release is None else d.release for d in days])
    opens = bells[0][:, weekday_of]
    grade_of = np.array([grades.index(s.grade) for s in school.students], dtype=np.int64)
    stage = stage_of(plan)
    served_on = np.ones((len(school.students), len(days)), dtype=bool)
    for child, span in enumerate(plan.course.spans if plan.course else ()):
        served_on[child, : span.first] = served_on[child, span.end :] = False
    owed = np.zeros(len(school.students))
    for request, accounts in zip(plan.week.requests, stage.account_of, strict=True):
        owed[request.student] += sum(stage.owed[a] for a in set(accounts) - {-1})
    sizes = {s.section: s.size for s in school.sections}
    in_section: dict[str, int] = {}
    for student in school.students:
        in_section[student.section] = in_section.get(student.section, 0) + 1
    instruction = by_kind[: -len(NOT_INSTRUCTION) - 1].sum(axis=0)
    closes = np.maximum(opens, np.minimum(bells[1][:, weekday_of], release))
    return Backdrop(
        n_weeks=plan.calendar.n_weeks,
        n_days=len(days),
        week=week,
        weekday=weekday_of,
        grade=grade_of,
        opens=opens,
        closes=closes,
        instruction=instruction,
        core=protected.cumsum(axis=-1),
        kinds=kinds,
        minutes_by_kind=by_kind,
        instruction_a_day=_whole_days(instruction, weekday_of, opens, closes)[grade_of],
        owed=owed,
        lre=_lre(plan, (bells[1] - bells[0]).sum(axis=1)[grade_of], _weeks_served(served_on, week)),
        has_peers=np.array([sizes[s.section] > in_section[s.section] for s in school.students]),
        served=served_on,
    )


backdrop_of = PerPlan(_build)
"""The backdrop of a plan; made when it is first asked for."""


def _kind(block: Block) -> str:
    return block.format if block.format in NOT_INSTRUCTION else block.subject


def _weeks_served(served: NDArray[np.bool_], week: Ints) -> Ints:
    """(s,): school weeks with a day on the caseload."""
    first = np.flatnonzero(np.diff(week, prepend=-1))
    return np.asarray(np.logical_or.reduceat(served, first, axis=1).sum(axis=1)) if len(first) else served.sum(axis=1)


def _lre(plan: Plan, bell_to_bell: Floats, weeks: Ints) -> Floats:
    """Per student, (bell-to-bell - planned service minutes outside class) / bell-to-bell of a full school week.

    Planned minutes a week: a weekly row's amount, a longer period's amount spread over the school weeks
    (`weeks`: those on the caseload),
    both over the part of the year in which the row owes anything. Moves are not deducted, push-in never.
    """
    stage = stage_of(plan)
    outside = np.zeros(len(bell_to_bell))
    for request, accounts in zip(plan.week.requests, stage.account_of, strict=True):
        if request.setting != "classroom":
            outside[request.student] += sum(stage.owed[a] for a in set(accounts) - {-1}) / max(
                1, int(weeks[request.student])
            )
    share = np.ones(len(bell_to_bell))
    np.divide(bell_to_bell - outside, bell_to_bell, out=share, where=bell_to_bell > 0.0)
    return share
