"""The rules of grouping and of the week, and how long moves take: what a scenario's tables may say."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Annotated, Literal

from pydantic import Field

from sdmsim.base import Described
from sdmsim.school.vocabulary import Share, StaffMember, Text
from sdmsim.theory.vocabulary import Activity, Domain

Minutes = Annotated[float, Field(ge=0.0, le=60.0)]


class Goal(Described):
    """A kind of goal: what it is about, how it is practised, and the lessons in which it can be worked on in class."""

    domain: Domain
    """What it is about."""
    in_room: Activity = "play"
    """How it is practised in a place apart."""
    in_class: Activity = "woven"
    """How it is practised in a lesson."""
    push_in_subjects: tuple[Text, ...] = ()


class Grouping(Described):
    """Who may sit together. Sizes count children of one therapist at one time, in class as apart."""

    legal_size: Annotated[int, Field(ge=1, le=30)] = 4
    preferred_size: Annotated[int, Field(ge=1, le=30)] = 3
    grade_span: Annotated[int, Field(ge=0, le=12)] = 1
    """Largest difference of grades in a pull-out group: 1 is this grade and the next."""
    fixed_groups: bool = True
    """A pull-out group is the same children all week; false: children may sit with others each time."""
    mix: tuple[tuple[Text, ...], ...] = ()
    """Goals that may share a pull-out group; a goal that stands in none is grouped by itself."""

    def family_of(self, goal: str) -> str:
        """The name under which goals that may sit together are pooled."""
        return next(("+".join(family) for family in self.mix if goal in family), goal)


class WeekRules(Described):
    """How the weekly timetable is made."""

    full_time_hours: Annotated[float, Field(gt=0.0, le=60.0)] = 37.5
    planning_minutes_per_class: Annotated[float, Field(ge=0.0, le=300.0)] = 15.0
    """Co-planning a week with the teacher of each class that is visited."""
    grid_minutes: Literal[1, 5, 10, 15] = 5
    """Sessions begin on multiples of this."""
    short_of_hours: Literal["most minutes", "every child first"] = "most minutes"
    """What is placed where not all fits: the most minutes of therapy, which may leave a child that sits alone with
    none; or a first session for as many children as can be, then the most minutes."""
    timetable: Text | None = None
    """A therapist's own weekly timetable (CSV or XLSX) in the place of the solver's; [delivery] is not asked then."""
    effort: Annotated[float, Field(gt=0.0, le=1000.0)] = 2.0
    """Solver limit in its own deterministic seconds, for each of grouping and placing."""

    def session_minutes(self, member: StaffMember) -> float:
        """What the contract week leaves after lunches and duties."""
        week = member.fte * 60 * self.full_time_hours
        return week - member.lunch_minutes * len(member.site_days) - member.duty_minutes


class Moves(Described):
    """What a pull-out trip and a push-in visit take besides instruction.

    Walking speed: 1.2 m/s at 6-7 years (Hausdorff et al. 1999). All else is judged: no measurement was
    found; the defaults lie within a prior of 1-5 minutes each way beyond walking, and make 5 minutes of a
    therapist's time for each pull-out session.
    """

    walk_metres_per_second: Annotated[float, Field(gt=0.1, le=3.0)] = 1.2
    default_metres: Annotated[float, Field(ge=0.0, le=2000.0)] = 36.0
    """Distance between places that rooms.csv does not give."""
    gather_minutes: Minutes = 1.0
    """From the therapist's arrival at the class door to leaving with the children."""
    settle_minutes: Minutes = 1.5
    """From arrival in the room to the start of instruction."""
    rethread_minutes: Minutes = 2.5
    """From the child's return to following the lesson again."""
    spread: Annotated[float, Field(ge=0.0, le=2.0)] = 0.3
    """Coefficient of variation of every single move around its planned length; 0: as planned."""
    overrun_minutes: Minutes = 0.0
    """A session that began late may run this long past its planned end; 0: it is cut there."""

    def walk_minutes(self, metres: float) -> float:
        """Planned minutes to walk a distance."""
        return metres / self.walk_metres_per_second / 60.0

    def pull_out_lead(self, metres: float) -> int:
        """Whole minutes to plan before a pull-out session: walk there, gather, walk back, settle."""
        return ceil(round(2 * self.walk_minutes(metres) + self.gather_minutes + self.settle_minutes, 6))

    def pull_out_tail(self, metres: float) -> int:
        """Whole minutes to plan after a pull-out session: bring the children back."""
        return ceil(round(self.walk_minutes(metres), 6))

    def hallway_lead(self, metres: float) -> int:
        """Whole minutes to plan before a drill in the hallway: the walk to the class, and calling the child out."""
        return ceil(round(self.walk_minutes(metres) + self.gather_minutes, 6))

    def push_in_lead(self, metres: float) -> int:
        """Whole minutes to plan before a push-in visit: the walk to the class."""
        return ceil(round(self.walk_minutes(metres), 6))


class Days(Described):
    """What a day may bring. Rates per day, session or class; the same for every setting by construction."""

    child_attendance: Share = 0.893
    """For children without an attendance of their own: children with plans in one district, 2023 (docs/sources.md)."""
    provider_attendance: Share = 0.97
    """Judged, near the absence of teachers: 9.4 of 180 days (docs/sources.md)."""
    substitute_share: Share = 0.0
    """Share of the days of a therapist's absence on which a substitute keeps its appointments and does its desk work.
    0: nobody does."""
    called_away: Share = 0.01
    """Share of appointments from which the therapist is called away (crisis, meeting); judged."""
    child_unwilling: Share = 0.01
    """Share of a child's sessions that it refuses or cannot take part in; judged."""
    class_unavailable: Share = 0.02
    """Share of sessions for which a child's class has a test or a changed lesson; judged.
    Nobody can push in then, and nobody is let out."""


class Reviews(Described):
    """The team's reviews of every child with a row whose setting is theirs to choose."""

    every_weeks: Annotated[int, Field(ge=1, le=52)]
    """School weeks from one review to the next."""
    meeting_minutes: Annotated[float, Field(ge=0.0, le=240.0)] = 20.0
    """The therapist's time for each child reviewed; judged."""


GoalTable = Mapping[str, Goal]
