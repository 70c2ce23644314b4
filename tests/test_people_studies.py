"""The studies of people: what their hand estimates say of direction and rough size holds in the simulated year."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sdmsim import load, metrics
from sdmsim.events import REASONS, Log
from sdmsim.plan import plan_of
from sdmsim.world import live

SCENARIOS = Path(__file__).parent.parent / "scenarios"
VACANCY = REASONS.index("vacancy")
GONE = {"therapist": "SLP-2", "first_day": "2024-12-09", "weeks": 12}
REMEDIES: dict[str, dict[str, Any]] = {
    "nothing": {"kind": "nothing"},
    "redistribute": {"kind": "redistribute", "after_weeks": 1},
    "remote": {"kind": "remote", "after_weeks": 2, "rate": 75.0, "helper_hours": 11.25, "helper_rate": 20.0},
    "contractor": {"kind": "contractor", "after_weeks": 4, "rate": 150.0},
}


@cache
def cedar_creek(remedy: str) -> Log:
    scenario = load(SCENARIOS / "cedar-creek.toml").but(**{"week.effort": 0.3})
    vacancy = [{**GONE, "remedy": REMEDIES[remedy]}] if remedy else []
    return live(plan_of(scenario.but(vacancy=vacancy)), seed=1, replication=0)


def hours_missed(remedy: str) -> float:
    """Child-hours missed for the vacancy."""
    return sum(fact[3] for fact in cedar_creek(remedy).missed if fact[4] == VACANCY) / 60.0


def test_a_vacancy_of_twelve_weeks_costs_about_500_hours() -> None:
    """By hand 55 children x 12 weeks, 505 child-hours; holidays of those weeks fall out of it."""
    assert 350.0 < hours_missed("nothing") < 600.0
    assert hours_missed("") == 0.0


def test_remedies_miss_what_their_lag_says() -> None:
    """Two and four of twelve weeks; redistribution gives something, but not what somebody new gives."""
    nothing = hours_missed("nothing")
    assert hours_missed("contractor") / nothing == pytest.approx(4 / 12, abs=0.12)
    assert 0.1 < hours_missed("remote") / nothing < 0.35
    assert hours_missed("contractor") < hours_missed("redistribute") < 0.97 * nothing


def test_what_a_contractor_costs_lies_in_the_band_of_the_hand_estimate() -> None:
    """Eight weeks of twelve at $150: by hand 191 therapist-hours of sessions a vacancy, duties on top of them."""
    costs = {name: metrics.row(cedar_creek(name))["cost"] for name in ("", "nothing", "contractor", "remote")}
    assert costs["nothing"] == pytest.approx(costs[""] - 40.65 * 37.5 * 12 * 1.3, rel=0.01)
    assert 15_000 < costs["contractor"] - costs["nothing"] < 50_000
    assert 10_000 < costs["remote"] - costs["nothing"] < 40_000


@cache
def assisted(assistants: int) -> Log:
    tables = {f"school.{table}": f"assistants/{table}-80.csv" for table in ("students", "services", "staff")}
    some = [
        {"id": f"SLPA-{n}", "supervisor": "SLP-1", "fte": 1.0, "rate": 24.0, "documentation": 180}
        for n in range(1, assistants + 1)
    ]
    made = load(SCENARIOS / "assistants.toml").but(**tables, **{"week.effort": 0.2}, assistant=some)
    return live(plan_of(made), seed=1, replication=0)


def test_eighty_children_are_too_many_for_one_and_not_for_two() -> None:
    """Alone a third or more goes without a place; with an assistant most is placed, for half as much more money."""
    alone, two = (metrics.row(assisted(n)) for n in (0, 1))
    assert alone["delivered_share"] < 0.62
    assert two["delivered_share"] > 0.68
    assert two["unplaced_sessions"] < 0.4 * alone["unplaced_sessions"]
    assert 1.3 < two["cost"] / alone["cost"] < 1.9
    assert two["cost_per_delivered_hour"] < 1.35 * alone["cost_per_delivered_hour"]


def test_supervision_is_less_than_the_hand_estimate_of_full_contact_weeks() -> None:
    """By hand 7.5, then 5 hours a week for 25 contact hours; an assistant here has less contact, at the same shares."""
    row = metrics.row(assisted(1))
    assert 1.0 < row["supervision_hours"] < 7.5
