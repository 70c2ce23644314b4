"""What the page has done beside it, and what it is told meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sdmsim import metrics
from sdmsim.delivery import cache
from sdmsim.delivery.first_sketch import sketch
from sdmsim.delivery.vocabulary import Week
from sdmsim.plan import Plan, plan_of, week_problem
from sdmsim.scenario import Scenario
from sdmsim.school.vocabulary import School
from sdmsim.show.app.background import Tell
from sdmsim.world import live

SKETCH_YEARS = 3
STEPS = (3, 10, 30)
"""Years to which each option is brought, one option after the other, before any gets more; then all that are wanted."""


class WeekMade(NamedTuple):
    """The week of an option; a sketch is followed by the solved one."""

    key: str
    sketch: bool
    school: School
    week: Week


class YearLived(NamedTuple):
    """A simulated year of an option: its metrics, in the week that was told last."""

    key: str
    replication: int
    row: Mapping[str, float]


class Wanted(NamedTuple):
    """An option to be answered: its scenario, and how many of its years are known."""

    key: str
    scenario: Scenario
    known: int


def answer(tell: Tell, options: Sequence[Wanted], years: int) -> None:
    """Make the week of each option and live its years, the first option first: a sketch, then the solved week."""
    plans: dict[str, Plan] = {}
    lived = {one.key: one.known for one in options}
    for step in dict.fromkeys(min(step, years) for step in (*STEPS, years)):
        for key, scenario, _ in options:
            if lived[key] >= step:
                continue
            if key not in plans:
                _sketched(tell, key, scenario)
                plans[key] = plan = plan_of(scenario)
                tell(WeekMade(key, False, plan.school, plan.week))
            for replication in range(lived[key], step):
                tell(_year(key, scenario, plans[key], replication))
            lived[key] = step


def _sketched(tell: Tell, key: str, scenario: Scenario) -> None:
    """The sketch and a few years of it, where the solved week is not at hand."""
    problem = week_problem(scenario)
    if scenario.own_week is None and cache.find(problem) is None:
        plan = plan_of(scenario, week=sketch(problem))
        tell(WeekMade(key, True, plan.school, plan.week))
        for replication in range(SKETCH_YEARS):
            tell(_year(key, scenario, plan, replication))


def _year(key: str, scenario: Scenario, plan: Plan, replication: int) -> YearLived:
    return YearLived(key, replication, metrics.row(live(plan, seed=scenario.seed, replication=replication)))
