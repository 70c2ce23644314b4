"""A therapist's own weekly timetable in the place of the solver's: its slots become the appointments of the week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sdmsim.delivery.grouping import moves_of, pool_of
from sdmsim.delivery.problem import Problem
from sdmsim.delivery.vocabulary import Appointment, Case, Choice, Choices, Setting, Unplaced, Week, in_force
from sdmsim.school.calendar import SchoolYear
from sdmsim.streams import Luck

NOT_THERE = "not in the timetable"
"""Why a session has no place where the timetable is the therapist's own."""


@dataclass(frozen=True, slots=True)
class Held:
    """A slot as an appointment: who gives it where, and which session of which service row each child gets in it."""

    therapist: int
    setting: Setting
    section: str
    room: str
    weekday: int
    start: int
    minutes: int
    members: tuple[tuple[int, int], ...]
    """(service row, ordinal)."""


@dataclass(frozen=True, slots=True)
class OwnWeek:
    """What the file holds, matched to the service rows. As a strategy it gives each row where the file has it."""

    held: tuple[Held, ...]
    therapists: Mapping[int, int]
    """By service row, who gives it."""
    notes: tuple[str, ...]
    """Soft rules that the week breaks, and what the plans owe and no slot holds."""
    kind: str = "own timetable"

    def decide(self, caseload: Sequence[Case], calendar: SchoolYear, luck: Luck) -> Choices:
        """Every row as it is written, in the place where most of its slots are."""
        places: dict[int, Counter[Setting]] = {}
        for one in self.held:
            for number, _ in one.members:
                places.setdefault(number, Counter())[one.setting] += 1
        found: dict[int, tuple[Choice, ...]] = {}
        for case in caseload:
            for row in case.rows:
                usual = row.setting or "therapy_room"
                setting = places[row.row].most_common(1)[0][0] if row.row in places else usual
                found[row.row] = (row.given(setting)._replace(setting=setting),)
        return found

    def given_by(self, problem: Problem) -> Problem:
        """The problem with every row given by whom the file says."""
        requests = tuple(r._replace(therapist=self.therapists.get(r.row, r.therapist)) for r in problem.requests)
        return replace(problem, requests=requests)

    def week(self, problem: Problem) -> Week:
        """The week of the file. Moves are planned as the solver's; where slots touch, they come out of the sessions."""
        number = {request.row: n for n, request in enumerate(problem.requests)}
        appointments, placed = [], set[tuple[int, int]]()
        for one in self.held:
            members = tuple(sorted((number[row], n) for row, n in one.members if row in number))
            if members:
                appointments.append(_appointment(problem, one, members))
                placed |= set(members)
        wanted = [(r, n) for r, request in enumerate(problem.requests) for n in range(request.weekly_sessions)]
        missing = [session for session in wanted if session not in placed]
        asked, planning = _asked(problem, appointments, missing)
        return Week(
            requests=problem.requests,
            appointments=tuple(sorted(appointments, key=lambda a: (a.therapist, a.weekday, a.start))),
            unplaced=tuple(Unplaced(r, n, NOT_THERE) for r, n in missing),
            asked_minutes=asked,
            co_planning_minutes=planning,
            indirect_minutes=problem.indirect,
            grouping_gap_minutes=0.0,
            placing_gap_minutes=0.0,
            solve_seconds=0.0,
            consultations=problem.consultations,
        )


def _appointment(problem: Problem, one: Held, members: tuple[tuple[int, int], ...]) -> Appointment:
    sections = [problem.section[r] for r, _ in members]
    moves, near = problem.moves, max(problem.metres(one.therapist, section) for section in sections)
    if one.setting == "classroom":
        lead, tail = moves.push_in_lead(near), 0
    elif one.setting == "hallway":
        lead, tail = moves.hallway_lead(near), 0
    else:
        room = next((room for room in problem.rooms if room.name == one.room and not room.hallway), None)
        metres = max(room.metres[section] for section in sections) if room else near
        lead, tail = moves.pull_out_lead(metres), moves.pull_out_tail(metres)
    return Appointment(
        therapist=one.therapist,
        setting=one.setting,
        section=one.section,
        room=one.room,
        weekday=one.weekday,
        start=one.start,
        minutes=one.minutes,
        lead=lead,
        tail=tail,
        members=members,
        **in_force([problem.requests[r] for r, _ in members]),
    )


def _asked(
    problem: Problem, appointments: Sequence[Appointment], missing: Sequence[tuple[int, int]]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """(asked, co-planning) minutes a week per therapist: slots with their moves; what is in none, child by child."""
    asked, planning = list(problem.indirect), [0.0] * len(problem.contracts)
    visits: dict[tuple[int, str], float] = {}
    for one in appointments:
        share = max(problem.share_of_weeks[r] for r, _ in one.members)
        asked[one.therapist] += share * (one.lead + one.minutes + one.tail)
        if one.section:
            visits[one.therapist, one.section] = max(share, visits.get((one.therapist, one.section), 0.0))
    for (therapist, _), share in sorted(visits.items()):
        planning[therapist] += share * problem.visits.planning_minutes
    for r, _ in missing:
        request = problem.requests[r]
        moves = sum(moves_of(problem, pool_of(problem, [r]), [r]))
        asked[request.therapist] += problem.share_of_weeks[r] * (request.minutes + moves)
    return tuple(a + p for a, p in zip(asked, planning, strict=True)), tuple(planning)
