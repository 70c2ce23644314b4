"""What is there: the rows of a school's tables, as they are read, and the school they make.

Clock times are whole minutes after midnight, durations whole minutes, dates plain dates.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from sdmsim.base import Described

Text = Annotated[str, Field(min_length=1)]
Minute = Annotated[int, Field(ge=0, le=24 * 60)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")
Weekday = Literal["Mon", "Tue", "Wed", "Thu", "Fri"]
Per = Literal["week", "month", "quarter", "year"]
Format = Literal["whole_class", "small_groups", "seat_work", "recess", "lunch", "specials"]
NOT_INSTRUCTION = ("recess", "lunch")
"""Formats that are not instruction; specials are."""

GRADES = ("PK", "K", *(str(n) for n in range(1, 13)))


def grade_number(grade: str) -> int:
    """Kindergarten is 0, first grade 1, so that spans can be counted."""
    return GRADES.index(grade) - 1


class Student(Described):
    """A served child. `attendance` None: the scenario's `days.child_attendance`."""

    id: Text
    grade: Text
    section: Text
    category: str = ""
    goal_type: str = ""
    severity: Literal["mild", "moderate", "severe"] = "moderate"
    attendance: Share | None = None


class Service(Described):
    """One row of a child's service grid: `sessions` of `minutes` each per `per`.

    `setting` is where the plan says it is given; `team` leaves it to the delivery strategy.
    `start` and `end` are the first and last date of the row, None for the school year's.
    """

    id: Text  # the child's
    service: Text
    minutes: Annotated[int, Field(ge=1, le=480)]
    per: Per
    sessions: Annotated[int, Field(ge=1, le=500)]
    kind: Literal["direct", "indirect"] = "direct"
    goal: Text
    delivery: Literal["individual", "group"] = "group"
    setting: Literal["classroom", "therapy_room", "team"]
    provider_role: Text
    start: date | None = None
    end: date | None = None


class Section(Described):
    """A class. `collab` (0-1) is the teacher's collaboration."""

    grade: Text
    section: Text
    teacher: Text
    size: Annotated[int, Field(ge=1, le=60)]
    collab: Share = 0.5


class Block(Described):
    """A block of a grade's bell schedule on one weekday. `protected`: no child is taken out of it."""

    grade: Text
    day: Weekday
    start: Minute
    end: Minute
    block: Text
    subject: Text
    protected: bool
    format: Format


class StaffMember(Described):
    """A therapist: contract, site-days, lunch window and duties in minutes a week."""

    id: Text
    role: Text
    fte: Annotated[float, Field(gt=0.0, le=1.5)]
    site_days: tuple[Weekday, ...] = WEEKDAYS
    rate: Annotated[float, Field(ge=0.0)] | None = None
    type: Literal["employee", "contractor", "remote"] = "employee"
    start: Minute
    end: Minute
    lunch_start: Minute
    lunch_end: Minute
    lunch_minutes: Annotated[int, Field(ge=0, le=120)] = 30
    documentation: Annotated[int, Field(ge=0)] = 0
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

    date: date
    through: date | None = None
    kind: Literal["holiday", "early_release", "assembly", "testing", "snow"]
    start: Minute | None = None
    end: Minute | None = None
    grade: str = ""


class Room(Described):
    """A place for pull-out sessions: used by one group at a time, of at most `capacity` children."""

    room: Text
    capacity: Annotated[int, Field(ge=1, le=60)]
    noise: Share = 0.2
    metres: Mapping[str, Annotated[float, Field(ge=0.0, le=2000.0)]]
    """Walking distance to each section; a section that is not listed: `moves.default_metres`."""


class Pair(Described):
    """Two children who must, must never, or should preferably be in one group."""

    student: Text
    other: Text
    rule: Literal["must", "never", "prefer"]


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
