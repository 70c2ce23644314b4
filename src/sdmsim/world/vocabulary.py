"""What the processes of a year share: what stands before any luck, the luck of one year, and its state.

Every duration is a whole number of grains (1/65536 minute, about a millisecond), so sums and
differences of clock times are exact in floating point, and so are the minutes of the log.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from sdmsim.events import ACTIVITIES, REASONS, Log

if TYPE_CHECKING:
    import simpy

    from sdmsim.plan import Plan
    from sdmsim.world.owed import Owed

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

GRAINS = 65536.0
DAY = 1440.0
"""Minutes from one school day to the next on the clock of the world: nights and weekends are left out."""
HALF_HOUR = 30

CHILD_ABSENT = REASONS.index("child_absent")
CHILD_UNWILLING = REASONS.index("child_unwilling")
PROVIDER_ABSENT = REASONS.index("provider_absent")
PROVIDER_CALLED_AWAY = REASONS.index("provider_called_away")
VACANCY = REASONS.index("vacancy")
SCHOOL_EVENT = REASONS.index("school_event")
CLASS_UNAVAILABLE = REASONS.index("class_unavailable")
HELPER_MISSING = REASONS.index("helper_missing")
NO_ROOM = REASONS.index("no_room")
OUT_OF_TIME = REASONS.index("out_of_time")
START_UP = REASONS.index("start_up")
UNPLACED = REASONS.index("unplaced")
NO_SCHOOL = REASONS.index("no_school")

PUSH_IN = ACTIVITIES.index("push_in")
PULL_OUT = ACTIVITIES.index("pull_out")
MOVES = ACTIVITIES.index("moves")
LUNCH = ACTIVITIES.index("lunch")
CALLED_AWAY = ACTIVITIES.index("called_away")
TRAVEL = ACTIVITIES.index("travel")


def grained(minutes: float) -> float:
    """Minutes rounded down to whole grains of the world's clock."""
    return floor(minutes * GRAINS) / GRAINS


class Open(NamedTuple):
    """A missed session that may still be made up; earlier ones sort first."""

    day: int
    sequence: int
    reason: int
    due: int
    """Position of its period among those longer than a week; -1 for a weekly row."""
    place: int
    """Position in the log's `missed`; -1 where its period is not closed yet."""


class Member(NamedTuple):
    """A child's part in one visit."""

    turn: int
    """Position among all the child-sessions of the year: where its luck stands."""
    student: int
    request: int
    minutes: float
    due: int
    """Position of the request's period among those longer than a week; -1 for weekly rows."""
    section: int
    makes_up: Open | None = None
    """What a child that joins makes up; None for a session at its own time."""


class Visit(NamedTuple):
    """An appointment on a date, or (without members) a place in a slot for making up. Minutes after midnight."""

    number: int
    """Position among all visits of the year: where its luck stands."""
    appointment: int
    push_in: bool
    start: float
    end: float
    lead: float
    tail: float
    room: int
    members: tuple[Member, ...]


class SiteDay(NamedTuple):
    """A school day of a therapist. Lunch is planned at `lunch`, before the visit in place `lunch_before`."""

    day: int
    visits: tuple[Visit, ...]
    lunch: float
    lunch_before: int
    drives: tuple[tuple[float, float], ...]
    """(leave, arrive) of the drives between sites."""


class Due(NamedTuple):
    """A period longer than a week in which a request owes `sessions`."""

    student: int
    request: int
    minutes: float
    sessions: int
    first_day: int
    short_of_places: bool
    """The timetable holds fewer weekly places than the request needs."""


class Turns(NamedTuple):
    """The child-sessions of the year as columns."""

    student: Ints
    when: Ints
    """(week, the child's how-manieth direct row, ordinal of the session) as one number."""


class Visits(NamedTuple):
    """The visits of the year as columns; planned moves in minutes."""

    therapist: Ints
    when: Ints
    """(school week and weekday, ordinal of the visit in the day) as one number."""
    walk: Floats
    gather: Floats
    settle: Floats
    walk_back: Floats


@dataclass(frozen=True, slots=True)
class Stage:
    """All of a plan's year that stands before any luck, laid out for speed. Made once, used by every replication."""

    slot_of_day: Ints
    """School week x 5 + weekday of each school day: the name of a day, whatever happens to other days."""
    site_days: tuple[tuple[SiteDay, ...], ...]
    """Per therapist."""
    vacant: tuple[frozenset[int], ...]
    """Per therapist, the school days on which it is not in its post."""
    turns: Turns
    visits: Visits
    rooms: int
    fetcher: tuple[int, ...]
    """Per therapist, the helper that fetches its children, or -1."""
    remote: tuple[bool, ...]
    """Per therapist: it is at a distance."""
    sections: tuple[int, ...]
    """Positions of the sections with a served child."""
    closures: tuple[dict[int, tuple[tuple[float, float], ...]], ...]
    """Per section, by day: stretches in which its class is elsewhere or has gone home."""
    half_hours: Ints
    """The half-hours of the day in which there is school somewhere."""
    dismissal: tuple[tuple[float, ...], ...]
    """Per child, by day: when its school day ends."""
    shared: tuple[bool, ...]
    """Per child: more than one therapist comes for it."""
    fixed_missed: tuple[tuple[Any, ...], ...]
    """`MinutesMissed` that no luck changes: start-up, unplaced, weekdays without school."""
    dues: tuple[Due, ...]
    start_up_chances: tuple[tuple[int, int], ...]
    """(position in `dues`, day) of weekly places that fell into the start-up weeks."""
    account_of: tuple[tuple[int, ...], ...]
    """Per request, by day: the account (request and period) that a minute of that day belongs to, or -1."""
    owed: tuple[float, ...]
    """Minutes owed, by account."""


@dataclass(slots=True)
class Fortune:
    """What one replication brings, drawn before the year begins."""

    child_absent: list[list[bool]]
    """Per child, by day."""
    provider_absent: list[list[bool]]
    substitute: list[list[bool]]
    """Per therapist, by day: a substitute comes where the therapist is absent."""
    helper_absent: list[list[bool]]
    """Per helper, by day."""
    called_away: list[bool]
    """By visit, as are the moves: to the class door and gathering, to the room, settling, back."""
    to_door: list[float]
    to_room: list[float]
    settle: list[float]
    walk_back: list[float]
    unwilling: list[bool]
    """By turn."""
    rethread: list[float]
    """By turn; where sessions are made up, then by child and day for those."""
    unwilling_again: list[list[bool]]
    """Per child, by day: it would refuse to make something up; empty where nothing is made up."""
    unavailable: list[dict[int, frozenset[int]]]
    """Per section, by day: the half-hours (counted from midnight) with a test or a changed lesson."""


class Outing:
    """Children away with a therapist; `returned` happens when they are back in class."""

    __slots__ = ("appointment", "began", "day", "ended", "left", "returned")

    def __init__(self, day: int, appointment: int, left: float, returned: simpy.Event) -> None:
        self.day = day
        self.appointment = appointment
        self.left = left
        self.began = left
        self.ended = left
        self.returned = returned


Notice = tuple[int, tuple[tuple[float, float], ...], frozenset[int]]
"""What a class has put on its door: for which day, stretches away, half-hours with a test or another lesson."""


@dataclass(slots=True)
class Year:
    """The state of a year while it is lived. It never leaves this room."""

    env: simpy.Environment
    plan: Plan
    stage: Stage
    fortune: Fortune
    log: Log
    door: list[simpy.Event]
    """Per child: the event by which it is called out of class."""
    out: list[Outing | None]
    """Per child: with whom it is away (or, for a child of several therapists, busy)."""
    last_trip: list[int]
    """Per child: position in the log of its last trip, or -1."""
    finds_thread: list[float]
    """Per child: when it finds the thread again after that trip, on the clock of the world."""
    notices: list[Notice]
    """Per section."""
    rooms: list[simpy.Resource]
    helpers: list[simpy.Resource]
    due: list[int]
    """Sessions still due, in the order of `stage.dues`."""
    chances: list[list[tuple[int, int]]]
    """(day, reason) of the weekly places that were missed while a session was due."""
    owed: Owed | None
    """What may be made up; None where nothing is."""

    def miss(self, day: int, member: Member, reason: int) -> None:
        """A whole session does not happen for a child; a longer period may still make up for it.

        What a child came to make up stays open.
        """
        if member.makes_up is not None:
            return
        if member.due < 0:
            self.log.missed.append((day, member.student, member.request, member.minutes, reason, 1))
        elif self.due[member.due]:
            self.chances[member.due].append((day, reason))
        else:
            return
        if self.owed is not None:
            place = len(self.log.missed) - 1 if member.due < 0 else -1
            self.owed.add(day, member.request, reason, member.due, place)


T = TypeVar("T")
_KEPT = 8


class PerPlan(Generic[T]):
    """A function of a plan whose last few answers are kept, by the identity of the plan."""

    def __init__(self, build: Callable[[Plan], T]) -> None:
        self._build = build
        self._kept: dict[int, tuple[Plan, T]] = {}
        self.__doc__ = build.__doc__

    def __call__(self, plan: Plan) -> T:
        """The answer for this plan, made when it is first asked for."""
        found = self._kept.get(id(plan))
        if found is None:
            while len(self._kept) >= _KEPT:
                self._kept.pop(next(iter(self._kept)), None)
            found = self._kept[id(plan)] = (plan, self._build(plan))
        return found[1]
