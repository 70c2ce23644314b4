"""What do we decide? Cases as a therapist knows them, requests, appointments, and the week they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple, Protocol

from sdmsim.school.vocabulary import Per
from sdmsim.streams import Luck

Setting = Literal["classroom", "therapy_room"]

UNPLACED_REASONS = (
    "no common window",
    "therapist busy",
    "room",
    "day limit",
    "contract hours",
)


@dataclass(frozen=True, slots=True)
class Case:
    """What a team knows of a child whose setting is theirs to choose. Never the true skill."""

    student: str
    grade: str
    section: str
    category: str
    severity: str
    goals: tuple[str, ...]
    """Goals of the rows with setting `team`."""


class Strategy(Protocol):
    """Chooses the setting of every child that has a service row with setting `team`."""

    @property
    def kind(self) -> str:
        """The name in the scenario file."""

    def settings(self, caseload: Sequence[Case], luck: Luck) -> Mapping[str, Setting]:
        """The chosen setting by child id, one for every case. `luck` does not know the replication."""


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

    def children_left_out(self) -> int:
        """Children with direct service who have no session at all in the timetable."""
        wanted = {request.student for request in self.requests}
        return len(wanted - {self.requests[r].student for a in self.appointments for r, _ in a.members})
