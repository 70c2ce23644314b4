"""The facts a run records, in the past tense. Agents never count; metrics read the log.

Facts are appended as plain tuples in the order of these named tuples; `Log.facts` makes the typed
view when it is read. `day` is the index of a school day, clock times are minutes after midnight of
that day (floats), children, therapists, requests and appointments are positions in the school and
its week.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

REASONS = (
    "child_absent",
    "child_unwilling",
    "provider_absent",
    "provider_called_away",
    "vacancy",
    "school_event",
    "class_unavailable",
    "helper_missing",
    "no_room",
    "out_of_time",
    "start_up",
    "unplaced",
    "no_school",
)
"""Why owed minutes were not given. A fixed order; positions are what the log holds."""


class Defect(Exception):
    """The simulation broke one of its own laws: a fault of sdmsim, never of the input."""


class SessionEnded(NamedTuple):
    """An appointment took place with at least one child, instruction from `start` to `end`."""

    day: int
    appointment: int
    start: float
    end: float
    present: int


class MinutesGiven(NamedTuple):
    """A child received direct service: full minutes for each child of a group.

    `makes_up` is the school day of the missed session that this one makes up, or -1 for one given at its own time. The
    minutes count for the period of that day.
    """

    day: int
    student: int
    request: int
    appointment: int
    start: float
    minutes: float
    makes_up: int


class MinutesMissed(NamedTuple):
    """Owed minutes of a child were not given; `reason` is a position in REASONS.

    `day` is the school day of the session, or the first school day of the period for what has no day.
    `sessions` is 1 when a whole session was missed, 0 when part of one was lost.
    """

    day: int
    student: int
    request: int
    minutes: float
    reason: int
    sessions: int


class StudentWentOut(NamedTuple):
    """A pull-out trip: the child left its class, was taught, came back, found the thread again.

    `began` and `ended` bound the instruction; they are equal where no time was left for any.
    `resumed` is not later than the next trip's `left`.
    """

    day: int
    student: int
    appointment: int
    left: float
    began: float
    ended: float
    back: float
    resumed: float


class StudentAbsent(NamedTuple):
    """A served child was absent for the whole day."""

    day: int
    student: int


class TherapistAbsent(NamedTuple):
    """A therapist was absent on a site-day."""

    day: int
    therapist: int


class TherapistDid(NamedTuple):
    """A stretch of a therapist's day; what lies between the stretches is desk time or waiting.

    `activity` is a position in ACTIVITIES.
    """

    day: int
    therapist: int
    activity: int
    start: float
    end: float


class SubstituteCame(NamedTuple):
    """A therapist was absent on a site-day, and somebody else kept its appointments and did its desk work."""

    day: int
    therapist: int


class HelperAbsent(NamedTuple):
    """A helper was absent for the whole day."""

    day: int
    helper: int


class HelperFetched(NamedTuple):
    """A helper was on its way for the children of an appointment, to bring them or to take them back."""

    day: int
    helper: int
    appointment: int
    start: float
    end: float


class PlanAmended(NamedTuple):
    """At a review the team moved a service row to another setting, from `day` on.

    `row` is a position in the school's services, `setting` one in `sdmsim.delivery.vocabulary.SETTINGS`.
    """

    day: int
    student: int
    row: int
    setting: int


class EvaluationAsked(NamedTuple):
    """The parents consented to an evaluation, which must be done by the school day `due` (it may lie after the year).

    `evaluation` counts from 0 in the order of consent, `therapist` is whose it is, `kind` a position in EVALUATIONS;
    `served` is the child's position where it is served already, else -1.
    """

    day: int
    evaluation: int
    therapist: int
    kind: int
    due: int
    served: int


class EvaluationEnded(NamedTuple):
    """An evaluation was done; the child was found eligible (1; always for a child that is served) or not (0)."""

    day: int
    evaluation: int
    eligible: int


class TherapistEvaluated(NamedTuple):
    """Minutes of a day that went into an evaluation; `therapist` is -1 for staff who only evaluate."""

    day: int
    therapist: int
    evaluation: int
    minutes: float


class ChildJoined(NamedTuple):
    """A child's plan began: its first school day on the caseload. `evaluation` is -1 for one that moved in."""

    day: int
    student: int
    evaluation: int


class ChildLeft(NamedTuple):
    """A child's last school day on the caseload; `why` is a position in LEAVING."""

    day: int
    student: int
    why: int


EVALUATIONS = ("initial", "reevaluation")
LEAVING = ("dismissed", "moved away")
ACTIVITIES = ("push_in", "pull_out", "moves", "lunch", "called_away", "travel")
FACTS = (SessionEnded, MinutesGiven, MinutesMissed, StudentWentOut, StudentAbsent, TherapistAbsent, TherapistDid,
         PlanAmended, EvaluationAsked, EvaluationEnded, TherapistEvaluated, ChildJoined, ChildLeft,
         SubstituteCame, HelperAbsent, HelperFetched)  # fmt: skip


THERAPY, CLASS = "in therapy", "in class"
"""Where a probe is taken; positions 0 and 1 of the first axis of what `Learning` holds."""


@dataclass(frozen=True, slots=True)
class Learning:
    """What a year taught. g: goal of a child (by position, then goal's name), p: probe, s: student.

    Skills are log-odds of success on the goal's targets; of two contexts, THERAPY comes first, then CLASS.
    """

    names: tuple[tuple[str, str], ...]
    """(child, kind of goal) of each g."""
    student: NDArray[np.int64]
    """(g,)"""
    domain: tuple[str, ...]
    """Of each g."""
    sd: NDArray[np.float64]
    """(g,) one SD of the domain in log-odds."""
    coverage: float
    """The goals' targets as a share of all targets of their domains."""
    probe_days: NDArray[np.int64]
    """(p,) school days at whose end probes fall; the last is the last school day."""
    active: NDArray[np.bool_]
    """(g, p): the goal's services ran on that day."""
    start: NDArray[np.float64]
    """(context, g) before the first day."""
    gains: NDArray[np.float64]
    """(context, g, p) what therapy had added."""
    growth: NDArray[np.float64]
    """(g, p) what school had added."""
    growth_without: NDArray[np.float64]
    """(g, p) what it would have added with the same luck and no therapy."""
    taken: NDArray[np.bool_]
    """(g, p): the child was there for the probe."""
    scores: NDArray[np.int64]
    """(context, g, p): right answers of `trials`, taken or not."""
    trials: int
    counted: NDArray[np.float64]
    """(s, p) share of a year's instruction minutes that counted for the child's growth."""
    academic: NDArray[np.float64]
    """(s,) growth in ELA and maths in SD; nan where the school has neither."""
    on_task_minutes: NDArray[np.float64]
    """(s,) of the instruction and therapy attended."""
    attended_minutes: NDArray[np.float64]
    """(s,) of instruction in class and of therapy."""
    peer_minutes: NDArray[np.float64]
    """(s,) person-minutes of contact with peers in a day attended; therapy-group mates apart."""
    peer_partners: NDArray[np.float64]
    """(s,) different partners in a day attended."""

    @property
    def skill(self) -> NDArray[np.float64]:
        """(context, g, p)."""
        return np.asarray(self.start[:, :, None] + self.gains + self.growth)


def columns(rows: Sequence[tuple[Any, ...]], width: int) -> NDArray[np.float64]:
    """Plain facts of one kind, each of `width` fields, as a matrix of shape (width, facts)."""
    flat = np.fromiter(chain.from_iterable(rows), dtype=np.float64, count=len(rows) * width)
    return flat.reshape(-1, width).T


@dataclass(slots=True)
class Log:
    """What one year of one school brought forth. `plan` (`sdmsim.plan.Plan`) is what was to be lived.

    Sessions, trips and work stand in the order in which they ended, the others in order of day; the
    fields of the plain tuples are those of the facts above.
    """

    plan: Any
    seed: int
    replication: int
    sessions: list[tuple[Any, ...]] = field(default_factory=list)
    given: list[tuple[Any, ...]] = field(default_factory=list)
    missed: list[tuple[Any, ...]] = field(default_factory=list)
    trips: list[tuple[Any, ...]] = field(default_factory=list)
    absences: list[tuple[Any, ...]] = field(default_factory=list)
    staff_absences: list[tuple[Any, ...]] = field(default_factory=list)
    work: list[tuple[Any, ...]] = field(default_factory=list)
    amendments: list[tuple[Any, ...]] = field(default_factory=list)
    referred: list[tuple[Any, ...]] = field(default_factory=list)
    evaluated: list[tuple[Any, ...]] = field(default_factory=list)
    evaluating: list[tuple[Any, ...]] = field(default_factory=list)
    joined: list[tuple[Any, ...]] = field(default_factory=list)
    left: list[tuple[Any, ...]] = field(default_factory=list)
    substitutes: list[tuple[Any, ...]] = field(default_factory=list)
    helper_absences: list[tuple[Any, ...]] = field(default_factory=list)
    fetched: list[tuple[Any, ...]] = field(default_factory=list)
    learning: Learning | None = None
    """What the year taught; None while it is lived."""

    def facts(self) -> Iterator[NamedTuple]:
        """Every fact, typed, kind by kind in the order of FACTS, each kind in the order of happening."""
        lists = (
            self.sessions, self.given, self.missed, self.trips, self.absences, self.staff_absences, self.work,
            self.amendments, self.referred, self.evaluated, self.evaluating, self.joined, self.left,
            self.substitutes, self.helper_absences, self.fetched,
        )  # fmt: skip
        for kind, rows in zip(FACTS, lists, strict=True):
            for row in rows:
                yield kind(*row)
