"""A week in a fraction of a second, to look at while the solver still works.

Grouped as the solved week is; then every meeting is given the first place that stands, the largest first, and what is
left is filled in. Lawful as ever, every session placed or with its reason; only more of them may be without a place
than the solver leaves.
"""

from __future__ import annotations

from time import perf_counter

from sdmsim.delivery.filling import Filling
from sdmsim.delivery.grouping import Meeting, group
from sdmsim.delivery.options import options_of
from sdmsim.delivery.parts import in_parts
from sdmsim.delivery.placing import Placed
from sdmsim.delivery.problem import Problem
from sdmsim.delivery.timetable import week_of
from sdmsim.delivery.vocabulary import Week


def sketch(problem: Problem) -> Week:
    """The first sketch of a week. Deterministic but for `solve_seconds`; its placing gap is not known: 0."""
    return in_parts(problem, _whole)


def _whole(problem: Problem) -> Week:
    began = perf_counter()
    grouped = group(problem)
    nothing = Placed(grouped.meetings, (None,) * len(grouped.meetings), 0, frozenset())
    filling = Filling(problem, grouped, nothing)
    options = {m: options_of(problem, grouped.pools[m.pool], m) for m in grouped.meetings}
    for meeting in sorted(options, key=lambda m: _turn(m, len(options[m]))):
        option = next((one for one in options[meeting] if filling.stands(meeting, one)), None)
        if option is not None:
            filling.placed.append((meeting, option))
            filling.waiting = [one for one in filling.waiting if one not in meeting.members]
    filling.fill()
    return week_of(problem, grouped, filling, 0, perf_counter() - began)


def _turn(meeting: Meeting, places: int) -> tuple[int, int, Meeting]:
    """Most children first, then the fewest places."""
    return -len(meeting.members), places, meeting
