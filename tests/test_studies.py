"""What planners reckon on paper for the studies that ship, with generous bounds: weeks only, no years."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdmsim import load_experiment, metrics
from sdmsim.delivery.vocabulary import Week
from sdmsim.plan import plan_of
from sdmsim.scenario import Scenario
from sdmsim.world import live

EXPERIMENTS = Path(__file__).parent.parent / "experiments"


def scenarios(name: str) -> dict[str, Scenario]:
    """The scenario of every arm."""
    experiment = load_experiment(EXPERIMENTS / f"{name}.toml")
    folder = EXPERIMENTS
    return {arm.name: experiment.base.vary(arm.set, folder) for arm in experiment.arms}


def hours(week: Week) -> float:
    return sum(week.asked_minutes) / 60


def test_the_own_week_breaks_on_mondays_and_fridays() -> None:
    """Holidays take Mondays; an empty post takes 8 of 36 weeks, a contractor after three gives most of them back."""
    arms = scenarios("own-timetable")
    logs = {name: live(plan_of(scenario), seed=1, replication=0) for name, scenario in arms.items()}
    share = {name: metrics.row(log)["delivered_share"] for name, log in logs.items()}
    assert share["flu month"] < share["as it is"]
    assert share["post empty for 8 weeks"] == pytest.approx(share["as it is"] * 28 / 36, rel=0.06)
    assert share["contractor after 3 weeks"] == pytest.approx(share["as it is"] * 33 / 36, rel=0.06)
    table = metrics.slots(logs["as it is"])
    assert len(table) == 30
    assert set(table["weekday"].head(4)) & {"Mon", "Fri"}
    lost = table.groupby("weekday")["minutes_lost.no_school"].sum() / table.groupby("weekday")["sessions_planned"].sum()
    assert lost.idxmax() == "Mon"
