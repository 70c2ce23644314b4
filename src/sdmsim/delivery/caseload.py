"""How the caseload changes over a year: who is referred, evaluated, joins and leaves; and what one year made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from sdmsim.base import Described, Problem
from sdmsim.school.calendar import SchoolYear
from sdmsim.school.vocabulary import School, Share

SCHOOL_DAYS_A_MONTH = 20
"""A rate per month holds for a month of so many school days; a shorter one has less. A year of 180 days has nine."""
SCHOOL_DAYS_A_YEAR = 180
"""A share of a year holds for a year of so many school days."""

Month = Literal["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
Rate = Annotated[float, Field(ge=0.0, le=200.0)]
Leaving = Annotated[float, Field(ge=0.0, lt=1.0)]
Hours = Annotated[float, Field(gt=0.0, le=60.0)]


class CaseloadRules(Described):
    """Children who are referred, evaluated, join and leave during the year. What is not given does not happen.

    A child that joins sits in a class drawn by the classes' sizes, and has the direct rows of a child served from the
    first day on in the same band of grades (to 2, 3 to 5, 6 to 8, 9 to 12), drawn by name: no plan is invented. Its
    plan starts with the school week after it was agreed.
    """

    referrals_per_month: Rate = 0.0
    """Children whose parents consent to an evaluation, mean of a month of 20 school days; their number is Poisson."""
    eligible_share: Share | None = None
    """Of these, the share found eligible; required with `referrals_per_month`."""
    growth: Annotated[float, Field(ge=0.0, le=3.0)] = 0.0
    """Children found eligible beside those of `referrals_per_month`, as a share of those with direct rows in
    services.csv, to the nearest child."""
    growth_by: date | None = None
    """The last day on which one of these is referred; they come spread over the days before. Required with `growth`."""
    moves_in_per_month: Rate = 0.0
    """Children who move in and bring a plan along, mean of a month of 20 school days."""
    by_month: Mapping[Month, Annotated[float, Field(ge=0.0, le=20.0)]] = {}
    """How busy a month is for referrals, growth and re-evaluations: 1 is usual, and holds for months not named."""
    reevaluation_share: Share = 0.0
    """Share of the children with direct rows in services.csv who are evaluated again in the year (one in three where
    each is every three years)."""
    dismissed_share: Leaving = 0.0
    """Share of the children served who are dismissed in a year of 180 school days, at a constant rate."""
    moves_away_share: Leaving = 0.0
    """Share of the children served who move away in a year of 180 school days, at a constant rate."""
    initial_hours: Hours | None = None
    """Hours of the evaluation of a child that was referred: tests, observation, report and meeting. Occupational
    therapy: 6 (Durham). Required with `referrals_per_month` or `growth`."""
    reevaluation_hours: Hours | None = None
    """Hours of the evaluation of a child that is served: "10 hours of energy" for speech, as one therapist says.
    Required with `reevaluation_share`."""
    clock_school_days: Annotated[int, Field(ge=1, le=366)] = 60
    """School days from consent in which an evaluation must be done (New York City: 60)."""
    short_of_time: Literal["late", "cancel sessions"] | None = None
    """Where the weekly evaluation minutes of staff.csv do not meet a deadline: evaluations wait and are late, or
    sessions are cancelled in the weeks before it, those with the fewest minutes lost first. Required where anybody is
    evaluated."""
    evaluator_fte: Annotated[float, Field(ge=0.0, le=20.0)] = 0.0
    """FTE of staff who only evaluate; they take what is most urgent, whichever therapist it belongs to."""
    evaluator_rate: Annotated[float, Field(ge=0.0)] | None = None
    """Their pay an hour, in dollars, as an employee's; not given: costs are not worked out."""

    @property
    def evaluates(self) -> bool:
        """Whether anybody can be evaluated."""
        return bool(self.referrals_per_month or self.growth or self.reevaluation_share)

    @property
    def weights(self) -> tuple[float, ...]:
        """How busy each month is, January first."""
        return tuple(self.by_month.get(name, 1.0) for name in Month.__args__)  # type: ignore[attr-defined]

    def grown(self, school: School) -> int:
        """How many children the growth is."""
        return int(self.growth * len(direct_children(school)) + 0.5)


def direct_children(school: School) -> tuple[int, ...]:
    """Positions of the children with a direct row, in the order of students.csv."""
    served = {row.id for row in school.services if row.kind == "direct"}
    return tuple(i for i, student in enumerate(school.students) if student.id in served)


def caseload_problems(
    rules: CaseloadRules | None, file: str, school: School, calendar: SchoolYear
) -> Iterator[Problem]:
    """What the rules lack, or what in them the school or the year does not allow."""
    if rules is None:
        return
    for given, key, missing in (
        (rules.referrals_per_month > 0.0, "eligible_share", rules.eligible_share is None),
        (rules.growth > 0.0, "growth_by", rules.growth_by is None),
        (rules.referrals_per_month + rules.growth > 0.0, "initial_hours", rules.initial_hours is None),
        (rules.reevaluation_share > 0.0, "reevaluation_hours", rules.reevaluation_hours is None),
        (rules.evaluates, "short_of_time", rules.short_of_time is None),
    ):
        if given and missing:
            yield Problem(file, 0, f"caseload.{key}", _MISSING[key])
    days = calendar.days
    if rules.growth and rules.growth_by is not None and days:
        if rules.growth_by < days[0].date:
            text = f"{rules.growth_by} is before the first school day, {days[0].date}"
            yield Problem(file, 0, "caseload.growth_by", text)
        elif not any(d.date <= rules.growth_by and rules.weights[d.date.month - 1] for d in days):
            yield Problem(file, 0, "caseload.by_month", f"leaves no month before growth_by, {rules.growth_by}")
    if not rules.evaluates and rules.evaluator_fte:
        text = f"{rules.evaluator_fte:g}, but nobody is evaluated; give referrals_per_month, growth or"
        yield Problem(file, 0, "caseload.evaluator_fte", f"{text} reevaluation_share")
    if rules.evaluates and not rules.evaluator_fte and not any(member.evaluation for member in school.staff):
        text = "asks for evaluations, but no member of staff has minutes a week of evaluation"
        yield Problem(file, 0, "caseload", f"{text}; give some in the staff table, or caseload.evaluator_fte")
    if (rules.referrals_per_month or rules.growth or rules.moves_in_per_month) and not templates(school):
        text = "asks for new children, but no direct row without an end is there for their plans to be like"
        yield Problem(file, 0, "caseload", text)


_MISSING = {
    "eligible_share": "is missing: it is needed with caseload.referrals_per_month",
    "growth_by": "is missing: it is needed with caseload.growth",
    "initial_hours": "is missing: it is needed with caseload.referrals_per_month and caseload.growth",
    "reevaluation_hours": "is missing: it is needed with caseload.reevaluation_share",
    "short_of_time": 'is missing: children are evaluated; "late" or "cancel sessions"',
}


def evaluations_expected(rules: CaseloadRules, school: School, calendar: SchoolYear) -> tuple[float, float]:
    """Initial evaluations and re-evaluations that a year asks for, in the mean."""
    weighted = sum(rules.weights[day.date.month - 1] for day in calendar.days)
    initial = rules.referrals_per_month * weighted / SCHOOL_DAYS_A_MONTH + rules.grown(school)
    return initial, rules.reevaluation_share * len(direct_children(school))


def caseload_notes(
    rules: CaseloadRules | None, file: str, school: School, calendar: SchoolYear, full_time_hours: float
) -> Iterator[str]:
    """What evaluations ask for beside what there is for them, as a planner reckons; and what has no pay."""
    if rules is None:
        return
    if rules.evaluates:
        initial, again = evaluations_expected(rules, school, calendar)
        hours = initial * (rules.initial_hours or 0.0) + again * (rules.reevaluation_hours or 0.0)
        own = sum(member.evaluation for member in school.staff) / 60.0
        shared = rules.evaluator_fte * full_time_hours
        beside = f" and staff who only evaluate {shared:.1f}" if shared else ""
        yield (
            f"Evaluations: {initial:.0f} initial ones and {again:.0f} re-evaluations a year in the mean ask for"
            f" {hours / max(1, calendar.n_weeks):.1f} hours a week; the staff table has {own:.1f}{beside}."
        )
    if rules.evaluator_fte and rules.evaluator_rate is None:
        yield f"{file} has no caseload.evaluator_rate: no costs are worked out."


def templates(school: School) -> tuple[int, ...]:
    """Children whose plans new children may have: those with a direct row that lasts to the end of the year."""
    lasting = {row.id for row in school.services if row.kind == "direct" and row.end is None}
    return tuple(i for i, student in enumerate(school.students) if student.id in lasting)


class Span(NamedTuple):
    """The school days at which a child is on the caseload: from `first` to before `end`."""

    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Course:
    """What one year made of the caseload. Facts are plain tuples, as in the log (`sdmsim.events`)."""

    spans: tuple[Span, ...]
    """Per child of the year's school."""
    cancelled: frozenset[tuple[int, int, int]]
    """(day, therapist, planned start) of sessions cancelled for an evaluation."""
    referred: tuple[tuple[Any, ...], ...]
    evaluated: tuple[tuple[Any, ...], ...]
    evaluating: tuple[tuple[Any, ...], ...]
    joined: tuple[tuple[Any, ...], ...]
    left: tuple[tuple[Any, ...], ...]

    def served(self, child: int, day: int) -> bool:
        """Whether a child is on the caseload on a school day."""
        span = self.spans[child]
        return span.first <= day < span.end
