"""What a reader of the results should know of a school: what took the place of tables and cells that are not given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from sdmsim.delivery.rules import Days, Goal, Grouping, Moves, WeekRules
from sdmsim.school.calendar import SchoolYear
from sdmsim.school.grid import conversions
from sdmsim.school.vocabulary import School

_KINDS_SHOWN = 3


def table_notes(school: School, grouping: Grouping, moves: Moves, days: Days) -> Iterator[str]:
    """Tables, attendances and service rows that are not there."""
    if not school.rooms:
        yield (
            f"No rooms.csv: each therapist has a room of its own for {grouping.legal_size} children,"
            f" {moves.default_metres:g} metres from every class."
        )
    if not school.pairs:
        yield "No pairs.csv: no two children must, must never or should be together."
    without = sum(student.attendance is None for student in school.students)
    if without:
        yield (
            f"{without} of {len(school.students)} children have no attendance of their own:"
            f" days.child_attendance, {days.child_attendance:g}, holds for them."
        )
    idle = len({s.id for s in school.students} - {row.id for row in school.services})
    if idle:
        yield f"{idle} of {len(school.students)} children have no service row."


def goal_notes(school: School, goals: Mapping[str, Goal]) -> Iterator[str]:
    """Goals that fit no lesson although their rows may be given in class."""
    for goal in goals:
        rows = sum(row.goal == goal and row.setting == "team" and row.kind == "direct" for row in school.services)
        if rows and not goals[goal].push_in_subjects:
            yield f'Goal "{goal}" has no push_in_subjects, but {rows} team rows: in class they find no place.'


def conversion_notes(school: School, calendar: SchoolYear) -> Iterator[str]:
    """Rows that are not per week, kind by kind."""
    kinds = Counter(map(str, conversions(school, calendar))).most_common()
    if kinds:
        shown = "; ".join(f"{n} rows: {text}" if n > 1 else f"1 row: {text}" for text, n in kinds[:_KINDS_SHOWN])
        more = f"; and {len(kinds) - _KINDS_SHOWN} more kinds" if len(kinds) > _KINDS_SHOWN else ""
        yield f"Service rows that are not per week: {shown}{more}."


def contract_notes(school: School, rules: WeekRules, file: str, lines: Sequence[int]) -> Iterator[str]:
    """Staff whose contract is longer than their days."""
    for i, member in enumerate(school.staff):
        contract = member.fte * 60 * rules.full_time_hours
        there = (member.end - member.start) * len(member.site_days)
        if contract > there + 1:
            place = f"{file}:{lines[i]}" if lines and lines[i] else f"Therapist {i + 1} of {file}"
            yield f"{place}: {contract:.0f} contract minutes a week; start to end on the site days make {there}."
