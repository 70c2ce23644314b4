"""What is there: the rows of a school's tables, as they are read, and the school they make.

Clock times are whole minutes after midnight, durations whole minutes, dates plain dates.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal, get_args

from pydantic import Field

from sdmsim.base import Described

Text = Annotated[str, Field(min_length=1)]
Minute = Annotated[int, Field(ge=0, le=24 * 60)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]

Weekday = Literal["Mon", "Tue", "Wed", "Thu", "Fri"]
WEEKDAYS: tuple[Weekday, ...] = ("Mon", "Tue", "Wed", "Thu", "Fri")
Per = Literal["week", "month", "quarter", "year"]
Format = Literal["whole_class", "small_groups", "seat_work", "recess", "lunch", "specials"]
NOT_INSTRUCTION = ("recess", "lunch")
"""Formats that are not instruction; specials are."""

Grade = Literal["PK", "K", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"]
GRADES: tuple[Grade, ...] = get_args(Grade)


def grade_number(grade: str) -> int:
    """Kindergarten is 0, first grade 1, so that spans can be counted."""
    return GRADES.index(grade) - 1


class Student(Described):
    """A served child. Ids are codes, never names."""

    id: Text
    grade: Text
    section: Text
    category: str = ""
    """Disability category, as the school writes it; used in subgroups only."""
    goal_type: str = ""
    """Main goal, for the reader; the goals that are worked on stand in the service rows."""
    severity: Literal["mild", "moderate", "severe"] = "moderate"
    """For the reader and for strategies; it changes no rate."""
    attendance: Share | None = None
    """Share of school days present; not given: the scenario's `days.child_attendance`."""
    attention: Literal["", "low", "usual"] = ""
    """The team's rating; not given: drawn, with the shares of the assumptions. For strategies, and for attention."""
    noise: Literal["", "sensitive", "usual"] = ""
    """The team's rating of how much noise disturbs the child; not given: drawn."""
    preference: Literal["", "class", "apart"] = ""
    """Where the child would rather be served; for strategies only."""


class Service(Described):
    """One row of a child's service grid: `sessions` of `minutes` each per `per`."""

    id: Text
    """The child's id in the students' table."""
    service: Text
    """Such as speech; for the reader."""
    minutes: Annotated[int, Field(ge=1, le=480)]
    """Minutes of one session."""
    per: Per
    """The period in which the sessions are owed."""
    sessions: Annotated[int, Field(ge=1, le=500)]
    """Sessions per period."""
    kind: Literal["direct", "indirect"] = "direct"
    """direct: with the child. indirect: the therapist's desk time for the child, not owed as direct minutes."""
    goal: Text
    """A name under `goals` in the scenario."""
    delivery: Literal["individual", "group"] = "group"
    """individual: never in a group."""
    setting: Literal["classroom", "therapy_room", "hallway", "team"]
    """Where the plan says it is given; hallway: just outside the class; `team` leaves it to the delivery strategy, the
    others are kept as written."""
    provider_role: Text
    """A role in the staff table."""
    start: datetime.date | None = None
    """First date of the row; not given: the first school day."""
    end: datetime.date | None = None
    """Last date of the row; not given: the last school day."""


class Section(Described):
    """A class."""

    grade: Text
    section: Text
    """The class's id, unique in the school."""
    teacher: Text
    size: Annotated[int, Field(ge=1, le=60)]
    """Children in the class, those in therapy included."""
    collab: Share = 0.5
    """The teacher's collaboration, 0 to 1."""
    site: str = ""
    """The school building it is in; not given: the one site."""


class Block(Described):
    """A block of a grade's bell schedule on one weekday."""

    grade: Text
    day: Weekday
    start: Minute
    end: Minute
    block: Text
    """Name of the block, for the reader."""
    subject: Text
    """What is taught; push-in looks for the subjects that fit the goal."""
    protected: bool
    """No child is taken out of a protected block."""
    format: Format
    """How the class works then; recess and lunch are no instruction."""


class StaffMember(Described):
    """A therapist: contract, site-days, lunch window and duties."""

    id: Text
    role: Text
    """Such as SLP; service rows name it in `provider_role`."""
    fte: Annotated[float, Field(gt=0.0, le=1.5)]
    """1 is `week.full_time_hours` a week."""
    site_days: tuple[Weekday, ...] = WEEKDAYS
    """Weekdays at this school."""
    rate: Annotated[float, Field(ge=0.0)] | None = None
    """Pay an hour, in dollars; where one member of staff has none, no costs are worked out."""
    type: Literal["employee", "contractor", "remote"] = "employee"
    """employee: paid the contract hours of every school week. contractor, remote: paid each hour worked."""
    start: Minute
    """Start of the contract day."""
    end: Minute
    """End of the contract day."""
    lunch_start: Minute
    """Lunch lies between `lunch_start` and `lunch_end`."""
    lunch_end: Minute
    lunch_minutes: Annotated[int, Field(ge=0, le=120)] = 30
    """Length of lunch."""
    documentation: Annotated[int, Field(ge=0)] = 0  # minutes a week, as are the next five
    evaluation: Annotated[int, Field(ge=0)] = 0
    consultation: Annotated[int, Field(ge=0)] = 0
    meetings: Annotated[int, Field(ge=0)] = 0
    planning: Annotated[int, Field(ge=0)] = 0
    duty: Annotated[int, Field(ge=0)] = 0
    busy: tuple[tuple[Weekday, Minute, Minute], ...] = ()
    """Fixed weekly times taken by the duties above ("Wed 14:00-15:00"), day by day."""

    @property
    def duty_minutes(self) -> int:
        """All non-direct duties of a week, lunch apart."""
        return sum((self.documentation, self.evaluation, self.consultation, self.meetings, self.planning, self.duty))


class CalendarEntry(Described):
    """A date (or the dates from `date` through `through`) on which something is different.

    holiday, snow: no school. early_release: school ends at `start`. assembly, testing: from
    `start` to `end`, for `grade` or, where that is empty, for all.
    """

    date: datetime.date
    through: datetime.date | None = None
    """Last date of a range; not given: one day."""
    kind: Literal["holiday", "early_release", "assembly", "testing", "snow"]
    start: Minute | None = None
    """early_release: when school ends. assembly, testing: from when."""
    end: Minute | None = None
    """assembly, testing: until when."""
    grade: str = ""
    """Not given: all grades."""


class Room(Described):
    """A place for pull-out sessions: used by one group at a time, of at most `capacity` children."""

    room: Text
    capacity: Annotated[int, Field(ge=1, le=60)]
    """Children at one time."""
    noise: Share = 0.2
    """0 quiet to 1 loud; not used yet."""
    site: str = ""
    """Where it is; only children of this site use it. Not given: the one site."""
    metres: Mapping[str, Annotated[float, Field(ge=0.0, le=2000.0)]]
    """Walking distance to each section; a section that is not listed: `moves.default_metres`."""


class Pair(Described):
    """Two children who must, must never, or should preferably be in one group."""

    student: Text
    """A child's id."""
    other: Text
    """Another child's id."""
    rule: Literal["must", "never", "prefer"]


class Posting(Described):
    """When a member of staff is at a site, every week."""

    therapist: Text
    """An id in the staff table."""
    day: Weekday
    site: Text
    """A site of the sections table."""
    start: Minute
    end: Minute


class Drive(Described):
    """The drive between two sites, either way."""

    site: Text
    other: Text
    minutes: Annotated[int, Field(ge=0, le=240)]
    """Door to door, with parking and signing in."""
    miles: Annotated[float, Field(ge=0.0, le=500.0)] | None = None
    """For `money.mileage_rate`; not given: no mileage can be worked out."""


class School(Described):
    """All the tables of one school, checked against each other."""

    students: tuple[Student, ...]
    services: tuple[Service, ...]
    sections: tuple[Section, ...]
    bell: tuple[Block, ...]
    staff: tuple[StaffMember, ...]
    calendar: tuple[CalendarEntry, ...]
    rooms: tuple[Room, ...] = ()
    pairs: tuple[Pair, ...] = ()
    postings: tuple[Posting, ...] = ()
    drives: tuple[Drive, ...] = ()

    @cached_property
    def lines(self) -> dict[str, tuple[int, ...]]:
        """Line in its file of each row, by table, for messages; filled by the reader, empty for a generated school."""
        return {}

    @cached_property
    def student_index(self) -> dict[str, int]:
        """Position of each child by id."""
        return {s.id: i for i, s in enumerate(self.students)}

    @cached_property
    def blocks_of(self) -> dict[tuple[str, str], tuple[Block, ...]]:
        """Blocks of each (grade, weekday), in order of time."""
        found: dict[tuple[str, str], list[Block]] = {}
        for block in sorted(self.bell, key=lambda b: b.start):
            found.setdefault((block.grade, block.day), []).append(block)
        return {key: tuple(blocks) for key, blocks in found.items()}
