"""Study 8, made smaller: the directions that docs/studies/make-up.md reads off, with bounds from the hand estimates.

Six years of each rule, with the same luck.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sdmsim.events import Log
from sdmsim.metrics import row
from sdmsim.plan import Plan, plan_of
from sdmsim.scenario import Scenario, load
from sdmsim.world import live

ROOT = Path(__file__).resolve().parent.parent
FRIDAY = {"by": "slot", "slot": "Fri 12:45-14:45"}
RULES: dict[str, dict[str, Any]] = {
    "none": {"of": "none"},
    "provider": {"of": "provider"},
    "all": {"of": "all"},
    "all of 8": {"of": "all", "up_to": 8},
    "slot": {"of": "all", **FRIDAY},
    "same week": {"of": "all", "within_weeks": 0},
}
YEARS = 6
MARGIN = 0.005
"""Of minutes owed: what a direction may be missed by in the mean of a few years."""


Years = Callable[[str], list[Log]]


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load(ROOT / "scenarios" / "make-up.toml").but(**{"week.effort": 0.5})


@pytest.fixture(scope="module")
def years(scenario: Scenario) -> Years:
    """The years of a rule, lived when they are first asked for."""

    @cache
    def lived(rule: str) -> list[Log]:
        plan: Plan = plan_of(scenario.but(make_up=RULES[rule]))
        return [live(plan, seed=1, replication=n) for n in range(YEARS)]

    return lived


def mean(logs: list[Log], metric: str) -> float:
    return float(np.mean([row(log)[metric] for log in logs]))


def test_who_makes_up_more_gives_no_less(years: Years) -> None:
    """None, the provider's, all; a longer time to make up in, and larger groups, never give less on average."""
    for fewer, more in (("none", "provider"), ("provider", "all"), ("all", "all of 8"), ("same week", "all")):
        assert mean(years(more), "delivered_share") >= mean(years(fewer), "delivered_share") - MARGIN
        assert mean(years(more), "made_up_minutes") > mean(years(fewer), "made_up_minutes")
    assert mean(years("none"), "made_up_minutes") == 0.0


def test_the_share_given_is_near_the_hand_estimate(years: Years, scenario: Scenario) -> None:
    """By hand .893 x .96 to .97 of the rest, before make-up: 81 to 83 %; at an attendance of .93 about 87 %."""
    assert 0.77 <= mean(years("none"), "delivered_share") <= 0.85
    plan = plan_of(scenario.but(**{"days.child_attendance": 0.93}))
    better = mean([live(plan, seed=1, replication=n) for n in range(YEARS)], "delivered_share")
    assert 0.81 <= better <= 0.89


def test_groups_grow_where_they_may_and_a_slot_protects_them(years: Years) -> None:
    """Five or more sit together only where `up_to` is above the legal size; there they do in many sessions."""
    for rule in ("none", "provider", "all", "slot"):
        assert max(s[4] for log in years(rule) for s in log.sessions) <= 4
    assert 0.05 <= mean(years("all of 8"), "large_group_share") <= 0.4
    assert max(s[4] for log in years("all of 8") for s in log.sessions) <= 8


def test_a_slot_holds_what_is_made_up_and_nothing_else(years: Years) -> None:
    """No appointment and no trip of a Friday's plan lies in the slot; all that is made up is given there."""
    first, last = 12 * 60 + 45, 14 * 60 + 45
    for log in years("slot"):
        days, places = log.plan.calendar.days, log.plan.week.appointments
        for place in places:
            if place.weekday == 4:
                assert place.start + place.minutes + place.tail <= first or place.start - place.lead >= last
        for day, _, _, place, start, minutes, makes_up in log.given:
            if makes_up >= 0:
                assert days[day].weekday == 4
                assert first < start < start + minutes <= last
                assert place >= len(places)


def test_within_no_weeks_is_within_the_week(years: Years) -> None:
    """Every session that makes another up lies in the school week of its miss, and there are some."""
    for log in years("same week"):
        days = log.plan.calendar.days
        pairs = [(days[g[0]].week, days[g[6]].week) for g in log.given if g[6] >= 0]
        assert pairs
        assert all(given == missed for given, missed in pairs)


def test_who_makes_up_owes_less_at_the_end(years: Years) -> None:
    """Making up takes hours off what may have to be compensated, and brings more children to nine tenths."""
    assert mean(years("provider"), "compensatory_hours") < mean(years("none"), "compensatory_hours")
    assert mean(years("all"), "children_90_share") > mean(years("none"), "children_90_share") + 0.1


def test_large_groups_take_no_gain_by_mechanism(years: Years) -> None:
    """The published association of large groups with lower gains is not in the model: what is given more outweighs."""
    for gain in ("trained_gain_sd", "classroom_gain_sd"):
        assert mean(years("all of 8"), gain) >= mean(years("all"), gain) - 0.005
