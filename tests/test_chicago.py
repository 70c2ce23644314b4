"""The simulated year of a Chicago elementary school against the district's log of speech therapy, month by month."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from sdmsim.lab.record import read_record
from sdmsim.metrics import by_month
from sdmsim.plan import plan_of
from sdmsim.scenario import load
from sdmsim.world import live

PROJECT = Path(__file__).parent.parent
YEARS = ("2014-15", "2015-16")
REPLICATIONS = range(1000, 1030)
"""Not those that the rates were fitted to."""

Shares = Mapping[int, float]
"""Delivered / required by month of the calendar."""


def lived(year: str) -> tuple[Shares, float, float]:
    scenario = load(PROJECT / "scenarios" / f"chicago-{year}.toml")
    plan = plan_of(scenario)
    given: dict[int, float] = {}
    required: dict[int, float] = {}
    for replication in REPLICATIONS:
        for row in by_month(live(plan, seed=scenario.seed, replication=replication)):
            month = int(row["month"])
            given[month] = given.get(month, 0.0) + row["minutes_delivered"]
            required[month] = required.get(month, 0.0) + row["required_by_days"]
    return {m: given[m] / required[m] for m in given}, sum(given.values()), sum(required.values())


@pytest.fixture(scope="module")
def both_years() -> Mapping[str, tuple[Shares, float, float]]:
    return {year: lived(year) for year in YEARS}


def average_of_record() -> Shares:
    found: dict[int, list[float]] = {}
    for row in read_record(PROJECT / "experiments" / "chicago-record.csv"):
        found.setdefault(row.month, []).append(row.share)
    return {month: sum(shares) / len(shares) for month, shares in found.items()}


def rms(mine: Shares, theirs: Shares) -> float:
    return float((sum((mine[m] - theirs[m]) ** 2 for m in theirs) / len(theirs)) ** 0.5)


def test_the_year_as_a_whole_is_that_of_the_record(both_years: Mapping[str, tuple[Shares, float, float]]) -> None:
    """The share of required minutes given over both years lies within 0.02 of the district's 0.781."""
    share = sum(both_years[y][1] for y in YEARS) / sum(both_years[y][2] for y in YEARS)
    assert share == pytest.approx(0.781, abs=0.02)


def test_the_months_have_the_shape_of_the_record(both_years: Mapping[str, tuple[Shares, float, float]]) -> None:
    """The months' RMS error against the two years' averages is at most 0.03, smaller than that of a constant and of a
    constant with a September of its own.
    """
    record = average_of_record()
    model = {m: sum(both_years[y][0][m] for y in YEARS) / 2 for m in record}
    error = rms(model, record)
    september = {m: record[m] if m == 9 else 0.781 for m in record}
    assert error <= 0.03
    assert error < rms(september, record) < rms(dict.fromkeys(record, 0.781), record)


def test_short_months_have_higher_shares(both_years: Mapping[str, tuple[Shares, float, float]]) -> None:
    """Plans written per month are due in short months too: November and April lie above October, March and May, as in
    the record.
    """
    for shares in (average_of_record(), {m: sum(both_years[y][0][m] for y in YEARS) / 2 for m in (3, 4, 5, 10, 11)}):
        assert min(shares[4], shares[11]) > max(shares[3], shares[5], shares[10])
