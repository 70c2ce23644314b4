"""What the timetable reads, and nothing else: requests, open windows, contracts, rooms, pairs.

Its digest is the key of the cache, so a change of an absence rate does not make a new week.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sdmsim.base import digest
from sdmsim.delivery.requests import indirect_minutes, requests
from sdmsim.delivery.rules import Goal, Grouping, Moves, WeekRules
from sdmsim.delivery.vocabulary import Request, Strategy
from sdmsim.school.calendar import SchoolYear
from sdmsim.school.vocabulary import WEEKDAYS, School, grade_number

Window = tuple[int, int]
"""(start, end) in minutes after midnight."""


class Place(NamedTuple):
    """A room as the timetable sees it: metres to every section, by position."""

    name: str
    capacity: int
    metres: tuple[float, ...]
    therapist: int | None
    """The only therapist who uses it; None: shared."""


class Contract(NamedTuple):
    """A therapist's week: working time a day, lunch, and what is left for sessions and their company."""

    days: tuple[int, ...]
    open: tuple[tuple[Window, ...], ...]
    """Per weekday, the contract day without fixed duties."""
    lunch_window: Window
    lunch_minutes: int
    session_minutes: float
    """Minutes a week for sessions, moves, co-planning and indirect service."""


@dataclass(frozen=True, slots=True)
class Problem:
    """The weekly timetable to be made. Positions are those of the school's tables."""

    requests: tuple[Request, ...]
    share_of_weeks: tuple[float, ...]
    """Per request, the part of the school weeks in which its weekly places are used."""
    section: tuple[int, ...]
    """Per request, the position of the child's section."""
    section_names: tuple[str, ...]
    grade: tuple[int, ...]
    """Per section, the grade as a number."""
    pull_out: Mapping[tuple[int, int], tuple[Window, ...]]
    """(grade, weekday): stretches from which a child may be taken out."""
    lessons: Mapping[tuple[int, int, str], tuple[Window, ...]]
    """(grade, weekday, subject): lessons."""
    contracts: tuple[Contract, ...]
    indirect: tuple[float, ...]
    rooms: tuple[Place, ...]
    must: frozenset[tuple[int, int]]
    never: frozenset[tuple[int, int]]
    prefer: frozenset[tuple[int, int]]
    goals: Mapping[str, Goal]
    grouping: Grouping
    rules: WeekRules
    moves: Moves

    def digest(self) -> str:
        """SHA-256 of all that is read."""
        planned = {"walk_metres_per_second", "default_metres", "gather_minutes", "settle_minutes"}
        return digest(
            [
                self.requests,
                self.share_of_weeks,
                self.section,
                self.grade,
                sorted(self.pull_out.items()),
                sorted(self.lessons.items()),
                self.contracts,
                self.indirect,
                self.rooms,
                [sorted(pairs) for pairs in (self.must, self.never, self.prefer)],
                {name: goal.push_in_subjects for name, goal in self.goals.items()},
                self.grouping.model_dump(),
                self.rules.model_dump(),
                self.moves.model_dump(include=planned),
            ]
        )

    def together(self, pairs: frozenset[tuple[int, int]], a: int, b: int) -> bool:
        """Whether the children of requests `a` and `b` stand in `pairs`."""
        one, other = self.requests[a].student, self.requests[b].student
        return (min(one, other), max(one, other)) in pairs

    def subjects(self, request: int) -> frozenset[str]:
        """Subjects in which the request can be served in class."""
        return frozenset(self.goals[self.requests[request].goal].push_in_subjects)

    def rooms_for(self, therapist: int, size: int) -> list[int]:
        """Rooms that the therapist may use for so many children."""
        return [i for i, room in enumerate(self.rooms) if room.therapist in (None, therapist) and room.capacity >= size]

    def metres(self, therapist: int, section: int) -> float:
        """From the nearest room that the therapist uses to a class."""
        near = (self.rooms[i].metres[section] for i in self.rooms_for(therapist, 1))
        return min(near, default=self.moves.default_metres)


def problem_of(
    school: School,
    calendar: SchoolYear,
    *,
    delivery: Strategy,
    goals: Mapping[str, Goal],
    grouping: Grouping,
    rules: WeekRules,
    moves: Moves,
    seed: int,
) -> Problem:
    """Everything the timetable needs, in positions and plain numbers."""
    wanted = requests(school, calendar, delivery, seed)
    position = {s.section: i for i, s in enumerate(school.sections)}
    pairs: dict[str, set[tuple[int, int]]] = {"must": set(), "never": set(), "prefer": set()}
    for pair in school.pairs:
        a, b = school.student_index[pair.student], school.student_index[pair.other]
        pairs[pair.rule].add((min(a, b), max(a, b)))
    pull_out, lessons = _windows(school)
    return Problem(
        requests=wanted,
        share_of_weeks=tuple(_share_of_weeks(r, calendar) for r in wanted),
        section=tuple(position[school.students[r.student].section] for r in wanted),
        section_names=tuple(s.section for s in school.sections),
        grade=tuple(grade_number(s.grade) for s in school.sections),
        pull_out=pull_out,
        lessons=lessons,
        contracts=tuple(_contract(school, t, rules) for t in range(len(school.staff))),
        indirect=indirect_minutes(school, calendar),
        rooms=_rooms(school, grouping, moves),
        must=frozenset(pairs["must"]),
        never=frozenset(pairs["never"]),
        prefer=frozenset(pairs["prefer"]),
        goals=goals,
        grouping=grouping,
        rules=rules,
        moves=moves,
    )


def merged(windows: Sequence[Window]) -> tuple[Window, ...]:
    """Windows in order, those that touch made one."""
    out: list[Window] = []
    for start, end in sorted(windows):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return tuple(out)


def common(first: Sequence[Window], second: Sequence[Window]) -> tuple[Window, ...]:
    """What two lists of windows share."""
    shared = ((max(a, c), min(b, d)) for a, b in first for c, d in second)
    return tuple(sorted((start, end) for start, end in shared if start < end))


def _share_of_weeks(request: Request, calendar: SchoolYear) -> float:
    owed = request.sessions * len(calendar.periods(request.per, request.start, request.end))
    return min(1.0, owed / (request.weekly_sessions * calendar.n_weeks))


def _windows(
    school: School,
) -> tuple[dict[tuple[int, int], tuple[Window, ...]], dict[tuple[int, int, str], tuple[Window, ...]]]:
    pull_out: dict[tuple[int, int], list[Window]] = {}
    lessons: dict[tuple[int, int, str], list[Window]] = {}
    for block in school.bell:
        key = (grade_number(block.grade), WEEKDAYS.index(block.day))
        if not block.protected and block.format != "lunch":
            pull_out.setdefault(key, []).append((block.start, block.end))
        lessons.setdefault((*key, block.subject), []).append((block.start, block.end))
    return (
        {key: merged(windows) for key, windows in pull_out.items()},
        {name: merged(windows) for name, windows in lessons.items()},
    )


def _contract(school: School, therapist: int, rules: WeekRules) -> Contract:
    member = school.staff[therapist]
    days = tuple(WEEKDAYS.index(d) for d in member.site_days)
    free: list[tuple[Window, ...]] = []
    for day in range(5):
        start = member.start
        windows: list[Window] = []
        for _, busy_start, busy_end in sorted(b for b in member.busy if WEEKDAYS.index(b[0]) == day):
            windows.append((start, busy_start))
            start = max(start, busy_end)
        windows.append((start, member.end))
        free.append(tuple((a, b) for a, b in windows if a < b) if day in days else ())
    week = member.fte * 60 * rules.full_time_hours
    return Contract(
        days=days,
        open=tuple(free),
        lunch_window=(member.lunch_start, member.lunch_end),
        lunch_minutes=member.lunch_minutes,
        session_minutes=week - member.lunch_minutes * len(days) - member.duty_minutes,
    )


def _rooms(school: School, grouping: Grouping, moves: Moves) -> tuple[Place, ...]:
    if not school.rooms:
        metres = (moves.default_metres,) * len(school.sections)
        return tuple(Place("", grouping.legal_size, metres, t) for t in range(len(school.staff)))
    return tuple(
        Place(
            room.room,
            room.capacity,
            tuple(room.metres.get(s.section, moves.default_metres) for s in school.sections),
            None,
        )
        for room in school.rooms
    )
