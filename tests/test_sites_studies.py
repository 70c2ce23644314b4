"""The studies of several sites: what their pages reckon by hand holds in a few simulated years, with room."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sdmsim import load_experiment
from sdmsim.metrics import row
from sdmsim.plan import Plan, plan_of
from sdmsim.world import live

EXPERIMENTS = Path(__file__).resolve().parent.parent / "experiments"


def means(plan: Plan, years: int) -> dict[str, float]:
    """The mean of every metric over some years."""
    rows = [row(live(plan, seed=1, replication=n)) for n in range(years)]
    return {name: float(np.mean([r[name] for r in rows])) for name in rows[0]}


@pytest.fixture(scope="module")
def birch() -> dict[str, tuple[Plan, dict[str, float]]]:
    """Each arm of Birch, and its means over four years."""
    scenarios = load_experiment(EXPERIMENTS / "birch-writing.toml").scenarios
    return {name: (plan, means(plan, 4)) for name, plan in ((n, plan_of(s)) for n, s in scenarios)}


def test_birch_drives_and_hours(birch: dict[str, tuple[Plan, dict[str, float]]]) -> None:
    """Ten drives of 20 minutes make 3.3 hours in a full week; groups apart ask about 8 hours (13 groups of three)."""
    for _, found in birch.values():
        assert 2.7 <= found["travel_hours"] <= 3.34
    apart = birch["apart, once a week"][1]
    assert 7.0 <= apart["therapist_hours_per_week"] <= 11.0
    assert apart["unplaced_sessions"] == 0


def test_birch_is_decided_by_when_the_drives_are(birch: dict[str, tuple[Plan, dict[str, float]]]) -> None:
    """A quarter of an hour later, grades 2 and 3 (13 children) have no window; nobody else loses one."""
    later = birch["apart, drives a quarter of an hour later"]
    assert later[1]["unplaced_sessions"] == 13
    assert {u.reason for u in later[0].week.unplaced} == {"no common window"}


def test_birch_in_writing_meets_a_grade_once_a_day(birch: dict[str, tuple[Plan, dict[str, float]]]) -> None:
    """One lesson a grade and day: at most five visits a week for each of K, 1 and 2, whoever waits."""
    plan, found = birch["in writing in K-2, consultation in 3-5"]
    grades = [plan.school.students[plan.week.requests[a.members[0][0]].student].grade for a in plan.week.appointments]
    assert all(grades.count(grade) <= 5 for grade in "K12")
    assert found["class_minutes_missed"] == 0.0
    assert found["minutes_delivered"] < birch["apart, once a week"][1]["minutes_delivered"]


def test_equity_by_simulated_service_closes_most_of_the_gap() -> None:
    """Two half-days of 50 for the worst-served schools take half of the gap that headcount leaves, in one year."""
    scenarios = dict(load_experiment(EXPERIMENTS / "equity.toml").scenarios)
    gap = {name: means(plan_of(scenarios[name]), 1)["site_gap"] for name in ("by headcount", "by simulated service")}
    assert 0.1 <= gap["by headcount"] <= 0.3
    assert gap["by simulated service"] <= 0.6 * gap["by headcount"]
