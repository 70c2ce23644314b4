"""What a grouping asks of the therapists, placed or not."""

from __future__ import annotations

from sdmsim.delivery.grouping import Grouped, moves_of
from sdmsim.delivery.problem import Problem


def asked_minutes(problem: Problem, grouped: Grouped) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """(asked, co-planning) minutes a school week per therapist, placed or not: from grouping alone.

    Asked: every meeting at its planned length with planned moves, co-planning with the teacher of every
    class to be visited, and indirect service.
    """
    sessions = list(problem.indirect)
    planning = [0.0] * len(problem.contracts)
    in_use: dict[tuple[int, int], float] = {}
    for meeting in grouped.meetings:
        pool = grouped.pools[meeting.pool]
        members = [r for r, _ in meeting.members]
        share = max(problem.share_of_weeks[r] for r in members)
        sessions[meeting.therapist] += share * (meeting.minutes + sum(moves_of(problem, pool, members)))
        if meeting.push_in:
            visit = (meeting.therapist, meeting.section)
            in_use[visit] = max(share, in_use.get(visit, 0.0))
    for (therapist, _), share in sorted(in_use.items()):
        planning[therapist] += share * problem.visits.planning_minutes
    return tuple(s + p for s, p in zip(sessions, planning, strict=True)), tuple(planning)
