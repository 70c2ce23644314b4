"""A scenario made ready to be lived: its school, its dated year and its weekly timetable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sdmsim.delivery.assistants import Assistant, Team
from sdmsim.delivery.caseload import CaseloadRules, Course
from sdmsim.delivery.forms import PushInForm, Visits, visits_of
from sdmsim.delivery.make_up import NO_MAKE_UP, MakeUp
from sdmsim.delivery.money import Money
from sdmsim.delivery.own import Own, OwnReviews
from sdmsim.delivery.paraprofessionals import Helper
from sdmsim.delivery.policy import RuleBook
from sdmsim.delivery.problem import Problem
from sdmsim.delivery.rules import Days, Goal, Grouping, Moves, Reviews, WeekRules
from sdmsim.delivery.slots import slots_of
from sdmsim.delivery.spells import Spell
from sdmsim.delivery.taken_over import better_of
from sdmsim.delivery.timetable import make_week
from sdmsim.delivery.vacancy import Gap
from sdmsim.delivery.vacant_posts import Staffed, with_vacancies
from sdmsim.delivery.vocabulary import Appointment, Reviewing, Strategy, Week
from sdmsim.scenario import Scenario
from sdmsim.school.calendar import SchoolYear
from sdmsim.school.vocabulary import School


class Changing(NamedTuple):
    """What a year with a caseload that changes is worked out from."""

    rules: CaseloadRules
    strategy: Strategy
    problem: Problem
    """What the timetable was made from."""
    seed: int


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a simulated year reads besides its luck."""

    school: School
    calendar: SchoolYear
    start_up_weeks: int
    week: Week
    grouping: Grouping
    rules: WeekRules
    moves: Moves
    days: Days
    push_in: PushInForm
    goals: Mapping[str, Goal]
    numbers: Mapping[str, float]
    """Every number of the ledger by its full name, as the scenario's assumptions have it."""
    reviews: Reviews | None = None
    reviewing: tuple[Reviewing, Problem] | None = None
    """The strategy that moves rows at reviews, and what its timetable was made from; None where nothing moves."""
    spells: tuple[Spell, ...] = ()
    """Dates between which attendance is lower."""
    money: Money = field(default_factory=Money)
    rules_of_state: RuleBook = RuleBook()  # noqa: RUF009
    """What the scenario's `policy` names."""
    make_up: MakeUp = NO_MAKE_UP
    slots: tuple[Appointment, ...] = ()
    """Where sessions in a slot for making up are held, each of a day in a place of its own, without members."""
    changing: Changing | None = None
    """The caseload changes during the year; None: it does not."""
    course: Course | None = None
    """What one year made of it; set in the plan of a year that is lived, and only there."""
    gaps: tuple[Gap, ...] = ()
    """When members of staff are not in their posts."""
    posted_helpers: tuple[tuple[Helper, int], ...] = ()
    """Each helper on site and the school weeks for which it is paid."""
    assistants: tuple[Assistant, ...] = ()

    @property
    def helpers(self) -> tuple[Helper, ...]:
        """The helpers on site."""
        return tuple(helper for helper, _ in self.posted_helpers)

    @property
    def team(self) -> Team:
        """The assistants and their supervisors."""
        return Team(self.school, self.assistants, self.rules, self.grouping)

    @property
    def places(self) -> tuple[Appointment, ...]:
        """Where sessions may be held: the week's appointments, then the slots. What a log counts as appointments."""
        return (*self.week.appointments, *self.slots)

    @property
    def visits(self) -> Visits:
        """What holds for visits to classes."""
        return visits_of(self.push_in, self.rules, self.grouping)


def week_problem(scenario: Scenario, school: School | None = None) -> Problem:
    """What the timetable of a scenario is made from; `school` in the place of its own, where one is given."""
    return scenario.week_problem(scenario.roster if school is None else school)


def timetable(scenario: Scenario, *, start: Week | None = None) -> Week:
    """The weekly timetable: from the cache, or solved. Never depends on a replication.

    `start`: the week of the scenario before it was changed. What of it still stands, filled in, is taken where the
    fresh one is worse: so a larger legal group, or one more therapist (last in the staff table), never leaves more
    minutes without a place.
    """
    return _week(scenario, week_problem(scenario), start)


def _week(scenario: Scenario, problem: Problem, start: Week | None) -> Week:
    week = scenario.own_week.week(problem) if scenario.own_week else make_week(problem)
    return week if start is None else better_of(problem, week, start)


def reviewing_of(scenario: Scenario, problem: Problem) -> tuple[Reviewing, Problem] | None:
    """What a reviewing strategy needs during the year; None where the scenario's strategy holds no reviews."""
    strategy: Strategy = scenario.own_week or scenario.delivery
    if isinstance(strategy, Own) and hasattr(strategy.made(), "review"):
        strategy = OwnReviews(strategy)
    return (strategy, problem) if isinstance(strategy, Reviewing) else None


def plan_of(scenario: Scenario, *, start: Week | None = None, week: Week | None = None) -> Plan:
    """The scenario with its timetable made; `start`: as in `timetable`. `week`: one that is made already."""
    problem, rules = week_problem(scenario), scenario.caseload
    helpers = tuple((helper, scenario.calendar.n_weeks) for helper in scenario.helper)
    made = _week(scenario, problem, start) if week is None else week
    staffed = Staffed(scenario.roster, problem, made, helpers=helpers)
    staffed = with_vacancies(staffed, scenario.vacancy, scenario.calendar)
    return Plan(
        school=staffed.school,
        calendar=scenario.calendar,
        start_up_weeks=scenario.year.start_up_weeks,
        week=staffed.week,
        reviews=scenario.reviews,
        reviewing=reviewing_of(scenario, staffed.problem),
        grouping=scenario.grouping,
        rules=scenario.week,
        moves=scenario.moves,
        days=scenario.days,
        spells=scenario.spell,
        push_in=scenario.push_in,
        goals=scenario.goals_in_use,
        numbers=scenario.assumptions.numbers(),
        money=scenario.money,
        rules_of_state=scenario.rules_of_state,
        make_up=scenario.make_up,
        slots=slots_of(staffed.school, staffed.problem, staffed.week, scenario.make_up),
        changing=None if rules is None else Changing(rules, scenario.delivery, staffed.problem, scenario.seed),
        gaps=staffed.gaps,
        posted_helpers=staffed.helpers,
        assistants=scenario.assistant,
    )
