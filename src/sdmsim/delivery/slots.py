"""The places of sessions in a weekly slot for making up: whose, in which room, and how many can follow each other."""

from __future__ import annotations

from collections import Counter

from sdmsim.delivery.make_up import KeptFree, MakeUp, kept_by
from sdmsim.delivery.problem import Problem
from sdmsim.delivery.vocabulary import Appointment, Week
from sdmsim.school.sites import sites_of, stays_of
from sdmsim.school.vocabulary import School


def slots_of(school: School, problem: Problem, week: Week, make_up: MakeUp) -> tuple[Appointment, ...]:
    """One place for each session that a slot can hold at most, without members, for every therapist who is there.

    Instruction may lie anywhere from the place's start to its end; the moves of a session are planned to the farthest
    class of the therapist's children at the site. Who takes no child to a room there has no place in a slot. None where
    nothing is made up: the slot is kept free all the same.
    """
    if make_up.of == "none":
        return ()
    sites = sites_of(school)
    return tuple(
        place
        for therapist, stays in enumerate(stays_of(school))
        for weekday, start, end, site in kept_by(stays, make_up.kept_free)
        if site in sites
        for place in _places(problem, week, therapist, sites.index(site), (weekday, start, end))
    )


def _places(problem: Problem, week: Week, therapist: int, site: int, slot: KeptFree) -> list[Appointment]:
    own = [
        n
        for n, r in enumerate(problem.requests)
        if r.therapist == therapist and r.setting == "therapy_room" and problem.site_of(n) == site
    ]
    used = Counter(a.room for a in week.appointments if a.therapist == therapist and a.setting == "therapy_room")
    rooms = [problem.rooms[n] for n in problem.rooms_for(therapist, 1, site)]
    if not own or not rooms:
        return []
    room = max(rooms, key=lambda one: used[one.name])
    metres = max(room.metres[problem.section[n]] for n in own)
    lead, tail = problem.moves.pull_out_lead(metres), problem.moves.pull_out_tail(metres)
    shortest = min(problem.requests[n].minutes for n in own)
    weekday, start, end = slot
    moves = (start + lead, end - start - lead - tail, lead, tail)
    place = Appointment(therapist, "therapy_room", "", room.name, weekday, *moves, (), None, None)
    return [place] * ((end - start) // (lead + shortest + tail))
