"""The week of a therapist and of a teacher as a grid: weekdays across, the clock downwards, ids only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from sdmsim.delivery.sessions import WeeklySession, clock, minute_of
from sdmsim.school.vocabulary import WEEKDAYS, School

if TYPE_CHECKING:
    import pandas as pd

DAYS: Sequence[str] = WEEKDAYS
CLASSROOM, APART, BOTH = "classroom", "apart", "both"
"""What a box of a grid holds: a visit to a class, a session elsewhere, or several of different kinds at a time."""


class Box(NamedTuple):
    """What fills a stretch of a weekday: a session, or several that overlap."""

    weekday: int
    start: int
    end: int
    kind: str
    lines: tuple[str, ...]


class Lesson(NamedTuple):
    """A block of a class's bell schedule, to stand behind the sessions."""

    weekday: int
    start: int
    end: int
    name: str


class WeekGrid(NamedTuple):
    """One week of a therapist or of a class."""

    whose: str
    """Id of the therapist, or name of the class."""
    of_a_class: bool
    about: str
    boxes: tuple[Box, ...]
    lessons: tuple[Lesson, ...] = ()

    @property
    def title(self) -> str:
        """What stands above it."""
        return f"Class {self.whose}" if self.of_a_class else self.whose

    @property
    def rows(self) -> list[Row]:
        """As a table for a page: a row for each time at which something begins or ends."""
        edges = sorted({edge for box in self.boxes for edge in (box.start, box.end)})
        rows = []
        for at in edges[:-1]:
            cells = []
            for day in range(len(WEEKDAYS)):
                here = [box for box in self.boxes if box.weekday == day and box.start <= at < box.end]
                if not here:
                    cells.append(Cell(1, "", ()))
                elif here[0].start == at:
                    high = sum(here[0].start <= edge < here[0].end for edge in edges)
                    cells.append(Cell(high, here[0].kind, here[0].lines))
            rows.append(Row(clock(at), cells))
        return rows

    @property
    def days(self) -> Sequence[str]:
        """The heads of its columns."""
        return WEEKDAYS


class Cell(NamedTuple):
    """A cell of a page's grid, as many rows high as it says."""

    high: int
    kind: str
    lines: Sequence[str]


class Row(NamedTuple):
    """A row of a page's grid; what reaches into it from above is not in its cells."""

    begins: str
    cells: Sequence[Cell]


def therapist_grids(sessions: Sequence[WeeklySession]) -> list[WeekGrid]:
    """One for each therapist with a session, in the order of the staff table."""
    found = []
    for therapist in dict.fromkeys(s.therapist for s in sessions):
        mine = [s for s in sessions if s.therapist == therapist]
        boxes = _boxes([(s, _for_the_therapist(s, children)) for s, children in _together(mine)])
        found.append(WeekGrid(therapist, False, _count(mine), boxes))
    return found


def class_grids(
    sessions: Sequence[WeeklySession], lessons: Mapping[str, Sequence[Lesson]] | None = None
) -> list[WeekGrid]:
    """One for each class that a therapist visits or calls children from, by name; with its lessons where known."""
    found = []
    for section in sorted({s.section for s in sessions}):
        mine = [s for s in sessions if s.section == section]
        boxes = _boxes([(s, _for_the_teacher(s, children)) for s, children in _together(mine)])
        found.append(WeekGrid(section, True, _count(mine), boxes, tuple((lessons or {}).get(section, ()))))
    return found


def lessons_of(school: School) -> dict[str, list[Lesson]]:
    """By class, the blocks of its grade's bell schedule."""
    return {
        section.section: [
            Lesson(day, block.start, block.end, block.block)
            for day, weekday in enumerate(WEEKDAYS)
            for block in school.blocks_of.get((section.grade, weekday), ())
        ]
        for section in school.sections
    }


def read_sessions(table: pd.DataFrame) -> list[WeeklySession]:
    """The rows of sessions.csv."""
    columns = list(WeeklySession._fields)
    return [WeeklySession(*map(str, row)) for row in table[columns].itertuples(index=False)]


def _together(sessions: Sequence[WeeklySession]) -> Iterator[tuple[WeeklySession, list[str]]]:
    """Each appointment once, with the ids of its children."""

    def appointment(s: WeeklySession) -> tuple[int | str, ...]:
        when = (DAYS.index(s.weekday), s.start, s.end)
        return (*when, s.therapist, s.setting, s.place, s.first, s.last, s.weeks)

    for _, same in groupby(sorted(sessions, key=appointment), key=appointment):
        found = list(same)
        yield found[0], [s.student for s in found]


def _for_the_therapist(s: WeeklySession, children: Sequence[str]) -> tuple[str, ...]:
    where = f"in class {s.place}" if s.setting == "classroom" else (s.place or "therapy room")
    site = f", {s.site}" if s.site else ""
    return f"{s.start}-{s.end} {where}{site}", ", ".join(children), *_when(s)


def _for_the_teacher(s: WeeklySession, children: Sequence[str]) -> tuple[str, ...]:
    where = "comes to class" if s.setting == "classroom" else f"takes out to {s.place or 'the therapy room'}"
    return f"{s.start}-{s.end} {s.therapist} {where}", ", ".join(children), *_when(s)


def _when(s: WeeklySession) -> tuple[str, ...]:
    weeks = f"weeks {s.weeks}" if s.weeks else ""
    dates = f"{s.first} to {s.last}".strip() if s.first or s.last else ""
    return tuple(filter(None, (weeks, dates)))


def _boxes(found: Sequence[tuple[WeeklySession, tuple[str, ...]]]) -> tuple[Box, ...]:
    """A box for each appointment; those that overlap share one."""
    boxes: list[Box] = []
    for s, lines in found:
        kind = CLASSROOM if s.setting == "classroom" else APART
        box = Box(DAYS.index(s.weekday), minute_of(s.start), minute_of(s.end), kind, lines)
        last = boxes[-1] if boxes else None
        if last is not None and last.weekday == box.weekday and box.start < last.end:
            kind = last.kind if last.kind == box.kind else BOTH
            boxes[-1] = Box(box.weekday, last.start, max(last.end, box.end), kind, (*last.lines, *lines))
        else:
            boxes.append(box)
    return tuple(boxes)


def _count(sessions: Sequence[WeeklySession]) -> str:
    children = len({s.student for s in sessions})
    return f"{len(sessions)} child-sessions a week, {children} child{'' if children == 1 else 'ren'}"
