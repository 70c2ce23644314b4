"""Assistants: who takes which sessions of a therapist's caseload, and what their supervision asks of the therapist."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sdmsim.base import Described, Problem, did_you_mean
from sdmsim.base import dotted as key
from sdmsim.delivery.requests import weekly_minutes
from sdmsim.delivery.rules import Grouping, WeekRules
from sdmsim.school.vocabulary import School, Share, StaffMember, Text, grade_number

Dollars = Annotated[float, Field(ge=0.0, le=10000.0)]
Weekly = Annotated[int, Field(ge=0, le=2400)]


class Assistant(Described):
    """Somebody who gives sessions of a therapist's caseload under its supervision, on the therapist's days and sites.

    Whole classes go to an assistant, but for rows that are barred. Evaluations, consultation, indirect rows and reviews
    stay with the therapist. A part of the assistant's time with children is supervised: the therapist sits in, or reads
    and talks with the assistant. Shares: ASHA's older guidance, 30 % (20 % sitting in) in the first 90 workdays, then
    20 % (10 %) (docs/sources.md). Nothing in the model looks at who holds a session but to know whom the child knows.
    """

    id: Text
    """Of the new member of staff."""
    supervisor: Text
    """A therapist's id in the staff table."""
    role: Text = "SLPA"
    """As policies name it; no service row may ask for it."""
    fte: Annotated[float, Field(gt=0.0, le=1.5)]
    """1 is `week.full_time_hours` a week."""
    rate: Dollars | None = None
    """Pay an hour, in dollars, benefits on top; not given: no costs are worked out."""
    documentation: Weekly = 0
    """Minutes a week."""
    meetings: Weekly = 0
    """Minutes a week."""
    planning: Weekly = 0
    """Minutes a week."""
    duty: Weekly = 0
    """Minutes a week, such as watching arrivals."""
    first_workdays: Annotated[int, Field(ge=0, le=400)] = 90
    """The first workdays of the year, in which more is supervised; 0: the assistant is not new."""
    first_share: Share = 0.3
    """Share of the time with children that is supervised then."""
    first_direct_share: Share = 0.2
    """The part of it in which the therapist sits in."""
    later_share: Share = 0.2
    """The share afterwards."""
    later_direct_share: Share = 0.1
    """The part of it in which the therapist sits in."""
    barred_severity: tuple[Literal["mild", "moderate", "severe"], ...] = ()
    """Children whose rows stay with the therapist, by their `severity`."""
    barred_goals: tuple[Text, ...] = ()
    """Kinds of goals whose rows stay with the therapist."""

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        for when in ("first", "later"):
            whole, direct = getattr(self, f"{when}_share"), getattr(self, f"{when}_direct_share")
            if direct > whole:
                raise ValueError(f"{when}_direct_share {direct:g} is above {when}_share, which is {whole:g}")
        return self

    def may_hold(self, goal: str, severity: str) -> bool:
        """Whether no rule keeps a row with the therapist."""
        return goal not in self.barred_goals and severity not in self.barred_severity

    def shares(self, workdays: int) -> tuple[float, float]:
        """(sitting in, otherwise) supervised after so many workdays, as shares of the time with children."""
        if workdays < self.first_workdays:
            return self.first_direct_share, self.first_share - self.first_direct_share
        return self.later_direct_share, self.later_share - self.later_direct_share


def with_assistants(school: School, assistants: Sequence[Assistant]) -> School:
    """The school whose staff has the assistants behind all others, there when and where their supervisors are."""
    known = {member.id: member for member in school.staff}
    staff, postings = list(school.staff), list(school.postings)
    for one in assistants:
        like = known.get(one.supervisor)
        if like is None:
            continue
        changes = {"id": one.id, "role": one.role, "fte": one.fte, "rate": one.rate, "type": "employee", "busy": ()}
        own = {"documentation": one.documentation, "meetings": one.meetings, "planning": one.planning}
        none = {"evaluation": 0, "consultation": 0, "duty": one.duty}
        staff.append(like.model_copy(update=changes | own | none))
        posted = (posting for posting in school.postings if posting.therapist == like.id)
        postings += [posting.model_copy(update={"therapist": one.id}) for posting in posted]
    if len(staff) == len(school.staff):
        return school
    found = school.model_copy(update={"staff": tuple(staff), "postings": tuple(postings)})
    lines = dict(school.lines)
    if lines:
        lines["staff"] = (*lines["staff"], *(0 for _ in staff[len(school.staff) :]))
    found.__dict__["lines"] = lines
    return found


class Team:
    """The assistants of a school by position in its staff, and what they take over."""

    def __init__(self, school: School, assistants: Sequence[Assistant], rules: WeekRules, grouping: Grouping) -> None:
        place = {member.id: position for position, member in enumerate(school.staff)}
        self._school = school
        self.assistants: Mapping[int, Assistant] = {place[one.id]: one for one in assistants}
        self.supervisor: Mapping[int, int] = {place[one.id]: place[one.supervisor] for one in assistants}
        self._together = grouping.preferred_size
        self._session_minutes = [rules.session_minutes(member) for member in school.staff]

    def shared_out(self, therapists: Sequence[int]) -> tuple[int, ...]:
        """Who holds every service row, when therapists hand classes to their assistants; indirect rows stay.

        By site, some classes of every grade, whose open windows lie apart. In proportion to FTE, of the therapist's
        what supervision leaves; but no more stays with it than its contract holds, in groups of the preferred size.
        """
        found = list(therapists)
        for boss in sorted(set(self.supervisor.values())):
            self._share_out(boss, found)
        return tuple(found)

    def reserved(self, therapists: Sequence[int]) -> tuple[float, ...]:
        """Per member of staff, minutes a week that its contract keeps for supervision in the first workdays.

        For groups of the preferred size, and the assistant's whole session time at most.
        """
        minutes = [0.0] * len(self._school.staff)
        for one, assistant in self.assistants.items():
            rows = (row for row, who in zip(self._school.services, therapists, strict=True) if who == one)
            asked = sum(weekly_minutes(row) for row in rows if row.kind == "direct")
            share = max(assistant.first_share if assistant.first_workdays else 0.0, assistant.later_share)
            minutes[self.supervisor[one]] += share * min(asked / self._together, self._session_minutes[one])
        return tuple(minutes)

    def _share_out(self, boss: int, found: list[int]) -> None:
        own = sorted(one for one, of in self.supervisor.items() if of == boss)
        section = {child.id: child.section for child in self._school.students}
        severity = {child.id: child.severity for child in self._school.students}
        rows = [n for n, row in enumerate(self._school.services) if found[n] == boss and row.kind == "direct"]
        free: dict[str, list[int]] = {}
        kept = 0.0
        for n in rows:
            row = self._school.services[n]
            if all(self.assistants[one].may_hold(row.goal, severity[row.id]) for one in own):
                free.setdefault(section[row.id], []).append(n)
            else:
                kept += weekly_minutes(row)
        total = kept + sum(weekly_minutes(self._school.services[n]) for some in free.values() for n in some)
        fte = {one: self.assistants[one].fte for one in own}
        share = sum(self.assistants[one].first_share * fte[one] for one in own) / sum(fte.values())
        left = max(0.0, self._school.staff[boss].fte - share * sum(fte.values()))
        fair = total * left / (left + sum(fte.values()))
        most = (max(0.0, self._session_minutes[boss]) * self._together - share * total) / max(0.01, 1.0 - share)
        stays = max(0.0, min(fair, most) - kept)
        wanted = {boss: stays} | {one: (total - kept - stays) * fte[one] / sum(fte.values()) for one in own}
        ends, so_far = [], 0.0
        for one in (boss, *own):
            so_far += wanted[one]
            ends.append((so_far, one))
        done = 0.0
        for name in self._in_order(free):
            load = float(sum(weekly_minutes(self._school.services[n]) for n in free[name]))
            who = next((one for end, one in ends if done + load / 2 <= end), ends[-1][1])
            for n in free[name]:
                found[n] = who
            done += load

    def _in_order(self, names: Collection[str]) -> list[str]:
        """Classes by site, and there the first ones of all grades before the second ones."""
        of_grade: dict[tuple[str, int], int] = {}
        place = {}
        for one in sorted(self._school.sections, key=lambda section: section.section):
            grade = (one.site, grade_number(one.grade))
            of_grade[grade] = of_grade.get(grade, -1) + 1
            place[one.section] = (one.site, of_grade[grade], grade[1], one.section)
        return sorted(names, key=lambda name: place[name])


def assistant_problems(
    assistants: Sequence[Assistant], staff: Sequence[StaffMember], goals: Collection[str], file: str, table: str
) -> Iterator[Problem]:
    """Whether assistants have supervisors and names of their own. `staff`: without them; `table`: its name."""
    therapists = [member.id for member in staff]
    names = set(therapists)
    for n, one in enumerate(assistants):
        where: list[str | int] = ["assistant", n]
        if one.supervisor not in therapists:
            text = f'"{one.supervisor}" is not in {table}{did_you_mean(one.supervisor, therapists)}'
            yield Problem(file, 0, key([*where, "supervisor"]), text)
        if one.id in names:
            text = f'"{one.id}" is the id of somebody else; give the assistant an id of its own'
            yield Problem(file, 0, key([*where, "id"]), text)
        names.add(one.id)
        if one.role in {member.role for member in staff}:
            text = f'"{one.role}" is a role of therapists in {table}; give assistants a role of their own'
            yield Problem(file, 0, key([*where, "role"]), text)
        for goal in one.barred_goals:
            if goal not in goals:
                text = f'"{goal}" is not in [goals]{did_you_mean(goal, goals)}'
                yield Problem(file, 0, key([*where, "barred_goals"]), text)
