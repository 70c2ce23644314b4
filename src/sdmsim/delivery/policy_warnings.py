"""What a planner should look at under the rules that a scenario names: warnings in words, never refusals.

Each names the policy, the number, its source and its date. What needs the timetable (children near a threshold of the
regular class) is said by `sdmsim.metrics.regular_class`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sdmsim.delivery.policy import (
    Amount,
    Assistants,
    Caseload,
    ClassSize,
    GroupSize,
    MakeUp,
    Planning,
    Policy,
    RuleBook,
    Sourced,
    Supervision,
)
from sdmsim.delivery.rules import Grouping
from sdmsim.school.calendar import SchoolYear
from sdmsim.school.grid import yearly_minutes
from sdmsim.school.vocabulary import School, StaffMember

_SHOWN = 6


def source_of(policy: Policy, rule: Sourced) -> str:
    """Source and date of a rule, and what its number leaves out."""
    note = f"; {rule.note}" if rule.note else ""
    return f"({rule.source}, as of {rule.as_of or policy.as_of}{note})"


def policy_warnings(
    book: RuleBook, school: School, grouping: Grouping, calendar: SchoolYear, full_time_hours: float
) -> Iterator[str]:
    """One sentence for each rule that the school's tables or the scenario's rules are outside of, or nobody can check.

    Nothing without a policy; else the last sentence says which rules there are, and that this is no legal advice.
    """
    yield from book.notes
    for policy, rule in book.rules():
        for said in _said(rule, school, grouping, calendar, full_time_hours):
            yield f"{policy.name}: {said} {source_of(policy, rule)}."
    if book.policies:
        kinds = ", ".join(dict.fromkeys(rule.kind for _, rule in book.rules())) or "none"
        names = " and ".join(policy.name for policy in book.policies)
        yield f"Rules of {names} ({kinds}): a planning aid, not legal advice."


def _said(rule: Any, school: School, grouping: Grouping, calendar: SchoolYear, full_time_hours: float) -> Iterator[str]:
    match rule:
        case Caseload():
            yield from _caseload(rule, school)
        case GroupSize():
            yield from _group(rule, school, grouping)
        case ClassSize():
            yield from _class(rule, school)
        case Assistants():
            therapists, assistants = _of(school.staff, rule.roles), _of(school.staff, rule.assistant_roles)
            if assistants and len(assistants) > rule.most * len(therapists):
                yield f"{len(assistants)} assistants for {len(therapists)} {rule.roles[0]} are above {rule.most:g} each"
        case Supervision():
            yield from _supervision(rule, school, full_time_hours)
        case Planning():
            for member in _of(school.staff, rule.roles):
                if member.fte >= rule.least_fte and member.planning < rule.least_minutes:
                    less = f"below {rule.least_minutes:g} for {rule.least_fte:g} FTE and more"
                    yield f'"{member.id}" has {member.planning} minutes a week of planning, {less}'
        case Amount():
            yield from _amount(rule, school, calendar)
        case MakeUp():
            yield f"missed sessions: {rule.text}"
        case _:
            return


def _of(staff: Sequence[StaffMember], roles: Sequence[str]) -> list[StaffMember]:
    """The members of staff with one of the roles."""
    wanted = {role.casefold() for role in roles}
    return [member for member in staff if member.role.casefold() in wanted]


def _caseload(rule: Caseload, school: School) -> Iterator[str]:
    found = cap_of(rule, school)
    if found is None:
        yield f"the caseload is not looked at: no member of staff has the role {' or '.join(rule.roles)}"
        return
    most, fte = found
    served = _served_by(rule, school)
    each = len(served) / fte
    count = f"{len(served)} children for {fte:g} FTE of {rule.roles[0]} are {each:.0f} for each full-time one"
    beside = "; children in evaluation count too and stand in no table" if rule.evaluations_count else ""
    if each > most + 1e-9:
        yield f"{count}, above {most:g}{beside}"
    elif rule.evaluations_count:
        yield f"{count}, which leaves {most - each:.0f} of {most:g} for children in evaluation, who stand in no table"


def cap_of(rule: Caseload, school: School) -> tuple[float, float] | None:
    """(children at most for each full-time therapist, FTE of the roles); None where nobody has one of the roles."""
    therapists = _of(school.staff, rule.roles)
    if not therapists:
        return None
    fte = sum(member.fte for member in therapists)
    grades = {school.students[school.student_index[child]].grade for child in _served_by(rule, school)}
    young = rule.most_young is not None and bool(grades) and grades <= set(rule.young_grades)
    most = rule.most_young if young and rule.most_young is not None else rule.most
    assistants = sum(member.fte for member in _of(school.staff, rule.assistant_roles))
    return most * (1.0 + rule.assistant_share * assistants / fte), fte


def _served_by(rule: Caseload, school: School) -> set[str]:
    """Children with a row for one of the roles."""
    wanted = {role.casefold() for role in rule.roles}
    return {row.id for row in school.services if row.provider_role.casefold() in wanted}


def _group(rule: GroupSize, school: School, grouping: Grouping) -> Iterator[str]:
    named = {service.casefold() for service in rule.services}
    concerned = not named or any(row.service.casefold() in named for row in school.services)
    if concerned and grouping.legal_size > rule.most:
        what = f" of {_listed(rule.services)}" if rule.services else ""
        yield f"grouping.legal_size is {grouping.legal_size}, above {rule.most} children in a group{what}"


def _class(rule: ClassSize, school: School) -> Iterator[str]:
    held = Counter(s.section for s in school.students if not rule.grades or s.grade in rule.grades)
    full = [f"{section} ({n})" for section, n in sorted(held.items()) if n > rule.most]
    if full:
        yield f"more than {rule.most} children with plans in {_listed(full)}, too many where it is {rule.classes}"


def _supervision(rule: Supervision, school: School, full_time_hours: float) -> Iterator[str]:
    assistants = _of(school.staff, rule.assistant_roles)
    hours = sum(member.fte for member in assistants) * full_time_hours
    if assistants:
        first, later = rule.first_share * hours, rule.share * hours
        yield (
            f"{rule.first_share:.0%} of an assistant's work is supervised in its first {rule.first_workdays} workdays"
            f" ({rule.first_direct_share:.0%} in person), then {rule.share:.0%} ({rule.direct_share:.0%}): for"
            f" {len(assistants)} assistants up to {first:.1f}, then {later:.1f} hours a week of a therapist, to be"
            " written under duty of the staff table where no [[assistant]] says so"
        )


def _amount(rule: Amount, school: School, calendar: SchoolYear) -> Iterator[str]:
    named = {service.casefold() for service in rule.services}
    minutes: Counter[str] = Counter()
    weeks: dict[str, set[int]] = {}
    for row in school.services:
        if row.service.casefold() in named and row.kind == "direct":
            minutes[row.id] += yearly_minutes(row, calendar)
            weeks.setdefault(row.id, set()).update(period[0] for period in calendar.periods("week", row.start, row.end))
    few = [child for child in minutes if minutes[child] < rule.least_minutes * len(weeks[child])]
    if few:
        yield (
            f"{len(few)} of {len(minutes)} children have less {_listed(rule.services)} than"
            f" {rule.least_minutes:g} minutes a week"
        )


def _listed(names: Collection[str]) -> str:
    """The first names, and how many more there are."""
    more = len(names) - _SHOWN
    return ", ".join(list(names)[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
