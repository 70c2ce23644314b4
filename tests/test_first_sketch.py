"""The week that the page shows while the solver still works (sdmsim.delivery.first_sketch)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from week_laws import assert_lawful

from sdmsim.delivery.first_sketch import sketch
from sdmsim.plan import plan_of, timetable, week_problem
from sdmsim.scenario import Scenario, load


@pytest.fixture(scope="module")
def maple(repository: Path) -> Scenario:
    return load(repository / "scenarios" / "maple.toml")


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_sketch_is_a_lawful_week(maple: Scenario, share: float) -> None:
    """Nobody in two places, every session placed or reported, and nothing more fits: as the solved week."""
    scenario = maple.but(**{"delivery.push_in_share": share})
    problem = week_problem(scenario)
    assert_lawful(scenario.roster, problem, sketch(problem))


def test_a_sketch_asks_what_the_solved_week_asks_and_places_nearly_as_much(maple: Scenario) -> None:
    """The hours asked come from grouping and are the same; a sketch of Maple leaves at most 3 sessions more."""
    scenario = maple.but(**{"delivery.push_in_share": 0.5})
    sketched, solved = sketch(week_problem(scenario)), timetable(scenario)
    assert sketched.asked_minutes == solved.asked_minutes
    assert len(sketched.unplaced) <= len(solved.unplaced) + 3


def test_the_same_problem_gives_the_same_sketch(maple: Scenario) -> None:
    """No clock, no chance."""
    problem = week_problem(maple)
    assert replace(sketch(problem), solve_seconds=0.0) == replace(sketch(problem), solve_seconds=0.0)


def test_a_large_week_is_sketched_in_parts(repository: Path) -> None:
    """Five therapists at five schools: lawful as ever."""
    scenario = load(repository / "scenarios" / "equity.toml")
    problem = week_problem(scenario)
    assert_lawful(scenario.roster, problem, sketch(problem))


def test_a_plan_takes_a_week_that_is_made_already(maple: Scenario) -> None:
    """`plan_of(..., week=...)` lives that week and asks no solver."""
    week = sketch(week_problem(maple))
    assert plan_of(maple, week=week).week == week
