"""The lessons a child had: minutes of instruction in class up to any moment of a year that was lived.

Two kinds of stretches take a child out of a lesson: a pull-out trip, moves and finding the thread again included, and
therapy in class, in which an adult is beside the child. What is left are unaided minutes. All sums are exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sdmsim.events import Log, columns
from sdmsim.world.backdrop import Backdrop, summed
from sdmsim.world.vocabulary import DAY, Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class Stretches:
    """Times in which children were not at their lesson unaided, sorted by child and time."""

    student: Ints
    day: Ints
    start: Floats
    end: Floats
    minutes: Floats
    """The part of it that is instruction in the bell schedule."""
    out: Bools
    """Out of class; false: therapy in class."""
    session: Ints
    """Position in the log's `given` of therapy in class; -1 for a trip."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """A year's lessons of every served child. s: student, d: school day."""

    backdrop: Backdrop
    present: Floats
    """(s, d): 1 where the child was at school, and on the caseload."""
    had: Floats
    """(s, d + 1): minutes of instruction on the days before day d at which the child was at school."""
    stretches: Stretches

    def unaided(self, student: Ints, day: Ints, clock: Floats) -> Floats:
        """Unaided minutes of instruction from the first day up to a moment, for each child and moment asked."""
        backdrop, away = self.backdrop, self.stretches
        opens = backdrop.opens[backdrop.grade[student], day]
        today = backdrop.between(backdrop.instruction, student, day, opens, clock) * self.present[student, day]
        begun = np.searchsorted(moments(away.student, away.day, away.start), moments(student, day, clock), "left")
        whose, on, ends = (
            np.append(first, rest) for first, rest in ((-1, away.student), (-1, away.day), (0.0, away.end))
        )
        until = np.append(0.0, away.minutes.cumsum())
        lost = np.where(whose[begun] == student, until[begun] - until[np.searchsorted(away.student, student)], 0.0)
        running = (whose[begun] == student) & (on[begun] == day) & (ends[begun] > clock)
        still = (student[running], day[running], clock[running], ends[begun][running])
        lost[running] -= backdrop.between(backdrop.instruction, *still)
        return np.asarray(self.had[student, day] + today - lost)

    def taken_part(self, days: Ints, lost_share: Floats) -> Floats:
        """(s, len(days)): minutes of instruction that a child took part in, up to the end of each of `days` (rising).

        `lost_share`: the share of each stretch's minutes that is lost to the lesson.
        """
        n = len(self.had)
        window = np.searchsorted(days, self.stretches.day, side="left")
        place = self.stretches.student * (len(days) + 1) + window
        lost = summed(place, self.stretches.minutes * lost_share, n * (len(days) + 1)).reshape(n, -1)
        return np.asarray(self.had[:, days + 1] - lost[:, :-1].cumsum(axis=1))

    def of_the_year(self, table: Floats, a_day: Floats, lost_share: Floats | float = 1.0) -> Floats:
        """(s,): minutes of a (grade, weekday, minute) table that each child took part in, over the year.

        `a_day`: (s, d) its minutes of a whole day. `lost_share`: as in `taken_part`.
        """
        away = self.stretches
        inside = self.backdrop.between(table, away.student, away.day, away.start, away.end)
        lost = summed(away.student, inside * lost_share, len(self.present))
        return np.asarray((a_day * self.present).sum(axis=1) - lost)


def lessons_of(log: Log, backdrop: Backdrop, in_class: Bools) -> Lessons:
    """The lessons of a year; `in_class` says of each appointment whether it is therapy in class."""
    given, trips = columns(log.given, 7), columns(log.trips, 8)
    visits = np.flatnonzero(in_class[given[3].astype(np.int64)]) if given.size else np.zeros(0, dtype=np.int64)
    day = np.concatenate([trips[0], given[0, visits]]).astype(np.int64)
    student = np.concatenate([trips[1], given[1, visits]]).astype(np.int64)
    start = np.concatenate([trips[3], given[4, visits]])
    end = np.concatenate([trips[7], given[4, visits] + given[5, visits]])
    out = np.arange(len(day)) < trips.shape[1]
    session = np.concatenate([np.full(trips.shape[1], -1, dtype=np.int64), visits])
    order = np.argsort(moments(student, day, start), kind="stable")
    day, student, start, end = day[order], student[order], start[order], end[order]
    present = backdrop.served.astype(np.float64)
    absences = columns(log.absences, 2).astype(np.int64)
    present[absences[1], absences[0]] = 0.0
    had = np.zeros((backdrop.n_students, backdrop.n_days + 1))
    np.cumsum(backdrop.instruction_a_day * present, axis=1, out=had[:, 1:])
    minutes = backdrop.between(backdrop.instruction, student, day, start, end)
    stretches = Stretches(student, day, start, end, minutes, out[order], session[order])
    return Lessons(backdrop, present, had, stretches)


def moments(student: Ints, day: Ints, clock: Floats) -> Floats:
    """Child and moment as one number that rises with time within each child (exact to a millisecond)."""
    return np.asarray((student * _LONGEST_YEAR + day) * DAY + clock)


_LONGEST_YEAR = 512
"""More days than a year has."""
