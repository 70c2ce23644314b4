"""What the timetable reads, and nothing else: requests, open windows, contracts, rooms, pairs.

Its digest is the key of the cache, so a change of an absence rate does not make a new week.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sdmsim.base import digest
from sdmsim.delivery.assigning import therapists_of
from sdmsim.delivery.assistants import Assistant, Team
from sdmsim.delivery.contracts import Contract, Window, contracts_of
from sdmsim.delivery.forms import NO_FORM, PushInForm, Visits, visits_of
from sdmsim.delivery.make_up import KeptFree
from sdmsim.delivery.requests import indirect_minutes, wanted
from sdmsim.delivery.rules import Goal, Grouping, Moves, WeekRules
from sdmsim.delivery.vocabulary import Consultation, Request, Setting, Strategy
from sdmsim.school.calendar import SchoolYear
from sdmsim.school.sites import sites_of
from sdmsim.school.vocabulary import WEEKDAYS, School, grade_number

HALLWAY: Setting = "hallway"
"""As a setting, and as the name of the place."""


class Place(NamedTuple):
    """A room as the timetable sees it: metres to every section, by position."""

    name: str
    capacity: int
    metres: tuple[float, ...]
    therapist: int | None
    """The only therapist who uses it; None: shared."""
    hallway: bool = False
    """A table outside whichever class the child comes from."""
    site: int | None = None
    """Position of its site; None: wherever the therapist is."""


Stretches = Sequence[tuple[int, int, int, int]]
"""(weekday, start, end, school weeks as bits) of each."""


class Taken(NamedTuple):
    """What others have taken before, where the therapists of a large school are placed one after the other."""

    children: Mapping[int, Stretches]
    """By position in the school's students."""
    rooms: Mapping[int, Stretches]
    """By position among the rooms."""


@dataclass(frozen=True, slots=True)
class Problem:
    """The weekly timetable to be made. Positions are those of the school's tables."""

    requests: tuple[Request, ...]
    consultations: tuple[Consultation, ...]
    active: tuple[int, ...]
    """Per request, the school weeks in which some of its dates lie, as bits."""
    share_of_weeks: tuple[float, ...]
    """Per request, the part of the school weeks in which its weekly places are used."""
    section: tuple[int, ...]
    """Per request, the position of the child's section."""
    section_names: tuple[str, ...]
    grade: tuple[int, ...]
    """Per section, the grade as a number."""
    site: tuple[int, ...]
    """Per section, the position of its site."""
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
    visits: Visits
    taken: Taken = Taken({}, {})  # noqa: RUF009

    def digest(self) -> str:
        """SHA-256 of all that is read."""
        planned = {"walk_metres_per_second", "default_metres", "gather_minutes", "settle_minutes"}
        return digest(
            [
                self.requests,
                self.consultations,
                self.active,
                self.share_of_weeks,
                self.section,
                self.grade,
                self.site,
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
                (self.visits.planning_minutes, self.visits.reach),
            ]
        )

    def together(self, pairs: frozenset[tuple[int, int]], a: int, b: int) -> bool:
        """Whether the children of requests `a` and `b` stand in `pairs`."""
        one, other = self.requests[a].student, self.requests[b].student
        return (min(one, other), max(one, other)) in pairs

    def subjects(self, request: int) -> frozenset[str]:
        """Subjects in which the request can be served in class."""
        return frozenset(self.goals[self.requests[request].goal].push_in_subjects)

    def site_of(self, request: int) -> int:
        """The position of the site at which the request's child is."""
        return self.site[self.section[request]]

    def a_day_apart(self, request: int) -> bool:
        """Whether the request's sessions can each have a day: not more of them than days of its therapist there."""
        wanted = self.requests[request]
        return wanted.weekly_sessions <= self.contracts[wanted.therapist].days_at(self.site_of(request))

    def rooms_for(self, therapist: int, size: int, site: int, *, hallway: bool = False) -> list[int]:
        """Rooms (or tables in the hallway) that the therapist may use at a site for so many children."""
        return [
            i
            for i, room in enumerate(self.rooms)
            if room.therapist in (None, therapist)
            and room.capacity >= size
            and room.hallway == hallway
            and room.site in (None, site)
        ]

    def most_at_once(self, members: Sequence[int]) -> int:
        """How many of these requests share a school week at most."""
        weeks = [self.active[r] for r in members]
        if len(set(weeks)) == 1:
            return len(weeks)
        last = max(bits.bit_length() for bits in weeks)
        return max(sum(bits >> week & 1 for bits in weeks) for week in range(last)) if last else len(weeks)

    def metres(self, therapist: int, section: int) -> float:
        """From the nearest room that the therapist uses to a class."""
        near = (self.rooms[i].metres[section] for i in self.rooms_for(therapist, 1, self.site[section]))
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
    push_in: PushInForm = NO_FORM,
    assistants: Sequence[Assistant] = (),
    kept_free: Sequence[KeptFree] = (),
) -> Problem:
    """Everything the timetable needs, in positions and plain numbers. `kept_free`: weekly slots for making up."""
    team = Team(school, assistants, rules, grouping)
    therapists = team.shared_out(therapists_of(school))
    asked, consultations = wanted(school, calendar, goals, delivery, seed, therapists)
    position = {s.section: i for i, s in enumerate(school.sections)}
    pairs: dict[str, set[tuple[int, int]]] = {"must": set(), "never": set(), "prefer": set()}
    for pair in school.pairs:
        a, b = school.student_index[pair.student], school.student_index[pair.other]
        pairs[pair.rule].add((min(a, b), max(a, b)))
    pull_out, lessons = windows_of(school)
    sites = {name: i for i, name in enumerate(sites_of(school))}
    return Problem(
        requests=asked,
        consultations=consultations,
        active=tuple(active_weeks(r, calendar) for r in asked),
        share_of_weeks=tuple(share_of_weeks(r, calendar) for r in asked),
        section=tuple(position[school.students[r.student].section] for r in asked),
        section_names=tuple(s.section for s in school.sections),
        grade=tuple(grade_number(s.grade) for s in school.sections),
        site=tuple(sites[s.site] for s in school.sections),
        pull_out=pull_out,
        lessons=lessons,
        contracts=contracts_of(school, rules, asked, consultations, calendar, team.reserved(therapists), kept_free),
        indirect=indirect_minutes(school, calendar, consultations),
        rooms=_rooms(school, grouping, moves, any(r.setting == "hallway" for r in asked)),
        must=frozenset(pairs["must"]),
        never=frozenset(pairs["never"]),
        prefer=frozenset(pairs["prefer"]),
        goals=goals,
        grouping=grouping,
        rules=rules,
        moves=moves,
        visits=visits_of(push_in, rules, grouping),
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


def active_weeks(request: Request, calendar: SchoolYear) -> int:
    """The school weeks in which some of a request's dates lie, as bits."""
    bits = 0
    for period in calendar.periods("week", request.start, request.end):
        bits |= 1 << calendar.days[period[0]].week
    return bits & request.weeks


def share_of_weeks(request: Request, calendar: SchoolYear) -> float:
    """The part of the school weeks in which a request's weekly places are used."""
    owed = request.sessions * len(request.owed_in(calendar))
    return min(1.0, owed / (request.weekly_sessions * calendar.n_weeks))


def windows_of(
    school: School,
) -> tuple[dict[tuple[int, int], tuple[Window, ...]], dict[tuple[int, int, str], tuple[Window, ...]]]:
    """When children may be taken out, by (grade, weekday); the lessons, by (grade, weekday, subject)."""
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


def _rooms(school: School, grouping: Grouping, moves: Moves, hallway: bool) -> tuple[Place, ...]:
    here, staff = (0.0,) * len(school.sections), range(len(school.staff))
    sites = {name: i for i, name in enumerate(sites_of(school))}
    tables = tuple(Place(HALLWAY, grouping.legal_size, here, t, hallway=True) for t in staff if hallway)
    if not school.rooms:
        metres = (moves.default_metres,) * len(school.sections)
        return (*(Place("", grouping.legal_size, metres, t) for t in staff), *tables)
    rooms = (
        Place(
            room.room,
            room.capacity,
            tuple(room.metres.get(s.section, moves.default_metres) for s in school.sections),
            None,
            site=sites[room.site] if room.site else 0,
        )
        for room in school.rooms
    )
    return (*rooms, *tables)
