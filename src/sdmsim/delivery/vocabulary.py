"""What do we decide? Cases as a therapist knows them, requests, appointments, and the week they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple, Protocol, TypedDict, runtime_checkable

from sdmsim.school.calendar import SchoolYear
from sdmsim.school.vocabulary import Per
from sdmsim.streams import Luck
from sdmsim.theory.vocabulary import Domain

Setting = Literal["classroom", "therapy_room", "hallway"]
"""Where a child is served: in its class, in a therapy room, or at a table just outside its class."""
SETTINGS: tuple[Setting, ...] = ("classroom", "therapy_room", "hallway")

EVERY_WEEK = -1
"""The set of all school weeks, as bits: bit w stands for school week w, counted from 0."""

UNPLACED_REASONS = (
    "no common window",
    "therapist busy",
    "room",
    "day limit",
    "contract hours",
    "not in the timetable",
)
"""Rules that bind, in the order in which they are tried; the last where the timetable is a therapist's own."""


class Choice(NamedTuple):
    """How a service row is given: the strategy's answer. A row may have several, each for its own part of the year."""

    setting: Setting
    minutes: int
    """Of one session."""
    sessions: int
    """Per period of the row."""
    alone: bool
    """Never in a group."""
    start: date | None
    """First date; None: the first school day."""
    end: date | None
    weeks: int = EVERY_WEEK
    """The school weeks in which it is given, as bits."""
    consulted: bool = False
    """The therapist does not see the child: sessions x minutes a week are spent with its teacher."""


class CaseRow(NamedTuple):
    """A direct row of a child's service grid, as its team reads it."""

    row: int
    """Position in `school.services`."""
    goal: str
    domain: Domain
    minutes: int
    per: Per
    sessions: int
    setting: Setting | None
    """Where the plan says that it is given; None: the team's to choose."""
    alone: bool
    start: date | None
    end: date | None

    def given(self, setting: Setting, **changes: Any) -> Choice:
        """The row as it is written, in `setting` where the plan leaves that open; `changes`: other fields of Choice."""
        written = Choice(self.setting or setting, self.minutes, self.sessions, self.alone, self.start, self.end)
        return written._replace(**changes)


@dataclass(frozen=True, slots=True)
class Case:
    """What a team knows of a child with direct service rows. Never the true skill."""

    student: str
    grade: str
    section: str
    category: str
    severity: str
    attention: str
    """The team's rating: `low`, `usual`, or empty where nobody rated it. So are the next two."""
    noise: str
    """`sensitive` or `usual`."""
    preference: str
    """`class` or `apart`: where the child would rather be served."""
    rows: tuple[CaseRow, ...]

    @property
    def open_rows(self) -> tuple[CaseRow, ...]:
        """The rows whose setting is the team's to choose."""
        return tuple(row for row in self.rows if row.setting is None)


Choices = Mapping[int, Sequence[Choice]]
"""By row."""


class Strategy(Protocol):
    """Decides how every direct row is given, in which part of the year."""

    @property
    def kind(self) -> str:
        """The name in the scenario file."""

    def decide(self, caseload: Sequence[Case], calendar: SchoolYear, luck: Luck) -> Choices:
        """For each row of every case one choice or more, in order of time. `luck` does not know the replication.

        Laws (`sdmsim.delivery.laws` checks them all): a setting that the plan fixes is kept; choices of one row do
        not overlap in time; they lie within its dates; the order of the caseload does not matter.
        """


class CaseFile(NamedTuple):
    """What a team has before it at a review of one row."""

    student: str
    row: CaseRow
    setting: Setting
    """Where the row is given now."""
    since: int
    """School weeks since it was first given there."""
    in_therapy: tuple[float, ...]
    """Share right in every probe in therapy so far, the latest last."""
    in_class: tuple[float, ...]
    """The same in class."""
    given_share: float
    """Minutes given / owed since the last review; 1 where nothing was owed."""


@runtime_checkable
class Reviewing(Strategy, Protocol):
    """A strategy that changes settings at the team's reviews."""

    def review(self, files: Sequence[CaseFile]) -> Mapping[int, Setting]:
        """The new setting of each row that changes. Only open rows per week come to a review."""


class Request(NamedTuple):
    """A direct service row with its setting decided: what is wanted of the week."""

    row: int
    """Position in `school.services`."""
    student: int
    """Position in `school.students`."""
    therapist: int
    """Position in `school.staff`."""
    goal: str
    minutes: int
    per: Per
    sessions: int
    weekly_sessions: int
    """Places in the weekly timetable: `sessions` for weekly rows, else enough to keep the period's amount."""
    setting: Setting
    alone: bool
    start: date | None
    end: date | None
    weeks: int = EVERY_WEEK
    """The school weeks in which it is owed (rows per week) or held (all others), as bits."""
    shares_with: int | None = None
    """The request that owes the amount of a longer period which this one only helps to hold."""
    first_ordinal: int = 0
    """What its first weekly session is called among all those of its row: where its luck stands."""

    def owed_in(self, calendar: SchoolYear) -> tuple[tuple[int, ...], ...]:
        """The school days of every period in which its amount is owed; none where another request owes it."""
        if self.shares_with is not None:
            return ()
        periods = calendar.periods(self.per, self.start, self.end)
        if self.weeks == EVERY_WEEK or self.per != "week":
            return periods
        return tuple(period for period in periods if self.weeks >> calendar.days[period[0]].week & 1)


class Consultation(NamedTuple):
    """A direct row, or a part of the year of one, that is given through the child's teacher."""

    row: int
    student: int
    therapist: int
    goal: str
    weekly_minutes: float
    """In the weeks in which it is given."""
    start: date | None
    end: date | None
    weeks: int


class Appointment(NamedTuple):
    """A weekly meeting of one therapist with one or more children, placed in the timetable.

    The therapist is taken from `start - lead` to `start + minutes + tail`; instruction is planned
    from `start` to `start + minutes`. In class, `lead` is the walk there and the children stay.
    """

    therapist: int
    setting: Setting
    section: str
    """The class of a push-in visit, empty for a pull-out session."""
    room: str
    """The room of a pull-out session, empty for a push-in visit."""
    weekday: int
    start: int
    minutes: int
    lead: int
    tail: int
    members: tuple[tuple[int, int], ...]
    """(request, ordinal) of each child: the ordinal-th weekly session of that request, from 0."""
    first: date | None
    last: date | None
    weeks: int = EVERY_WEEK
    """The school weeks in which it is held, as bits."""


def in_force(members: Sequence[Request]) -> InForce:
    """When an appointment is held: from the first date of any member to the last, in the school weeks of any."""
    weeks = 0
    for one in members:
        weeks |= one.weeks
    starts = [one.start for one in members if one.start is not None]
    ends = [one.end for one in members if one.end is not None]
    first = min(starts) if len(starts) == len(members) else None
    return {"first": first, "last": max(ends) if len(ends) == len(members) else None, "weeks": weeks}


class InForce(TypedDict):
    """Fields of an appointment."""

    first: date | None
    last: date | None
    weeks: int


class Unplaced(NamedTuple):
    """A child-session a week without a place, and the rule that binds."""

    request: int
    ordinal: int
    reason: str


@dataclass(frozen=True, slots=True)
class Week:
    """The weekly timetable of a school, with what it asks of the therapists and how good it is.

    It depends on the scenario and its seed, never on a replication.
    """

    requests: tuple[Request, ...]
    appointments: tuple[Appointment, ...]
    """Sorted by therapist, weekday, start."""
    unplaced: tuple[Unplaced, ...]
    asked_minutes: tuple[float, ...]
    """Per therapist, minutes a week that the plans ask: every session, placed or not, at its planned
    length, with planned moves and co-planning."""
    co_planning_minutes: tuple[float, ...]
    """Per therapist, the part of the above that is planning with the teachers of push-in classes."""
    indirect_minutes: tuple[float, ...]
    """Per therapist, minutes a week of indirect service rows (counted in `asked_minutes`)."""
    grouping_gap_minutes: float
    """Therapist minutes of the grouping above the proven lower bound."""
    placing_gap_minutes: float
    """Child-minutes placed below the proven upper bound for this grouping."""
    solve_seconds: float
    """Time the solver took when the week was made; 0 when it came from the cache."""
    consultations: tuple[Consultation, ...] = ()

    def children_left_out(self) -> int:
        """Children with direct service who have no session at all in the timetable."""
        wanted = {request.student for request in self.requests}
        return len(wanted - {self.requests[r].student for a in self.appointments for r, _ in a.members})
