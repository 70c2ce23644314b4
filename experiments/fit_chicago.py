"""Fit four rates of the Chicago elementary school to the district's log of speech therapy, month by month.

    python experiments/fit_chicago.py FOLDER [--replications N]

FOLDER holds chicago_iep_service_minutes.csv (Chicago Public Schools 2014-15 and 2015-16, minutes required by plans and
logged as direct service by month; public records, published by WBEZ; it does not ship). Prints the fit to the
two years together, what simpler answers reach, and a prediction of 2015-16 from 2014-15 alone.

The rates are fitted on the school of the shipped scenario; a district's log is not one school's, so the same rates are
then lived in eight schools drawn one after the other (seeds 1 to 8), minutes added up.

Fitted, by least squares over the months' shares:
  days.called_away       sessions that the therapist loses to meetings, evaluations and crises: the level
  school.monthly_share   plans written per month, which are due in short months too: short months rise
  school.opening_days    days at the start of the year without therapy: September falls
  school.closing_days    days at its end without therapy: June falls
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sdmsim.metrics import by_month
from sdmsim.plan import plan_of
from sdmsim.scenario import Scenario, load
from sdmsim.school.synthetic import Synthetic
from sdmsim.world import live

SCENARIOS = Path(__file__).parent.parent / "scenarios"
YEARS = ("2014-15", "2015-16")
MONTHS = ("September", "October", "November", "December", "January", "February", "March", "April", "May", "June")
OTHER_SCHOOLS = tuple(range(1, 9))
CALLED_AWAY = (0.03, 0.13)
MONTHLY_SHARE = tuple(round(0.1 * n, 1) for n in range(11))
EDGE_DAYS = (0, 2, 4)
"""Rates at which years are simulated; between rates of being called away and between numbers of days, shares are read
off straight lines. Another monthly share is another timetable, so nothing lies between."""

Shares = NDArray[np.float64]
"""Delivered / required of each month, September to June."""


@dataclass(frozen=True)
class Rates:
    """What is fitted, under the dotted names of the scenario."""

    called_away: float
    monthly_share: float
    opening_days: int
    closing_days: int

    def values(self) -> dict[str, float | int]:
        """As `Scenario.but` takes them."""
        return {
            "days.called_away": self.called_away,
            "school.monthly_share": self.monthly_share,
            "school.opening_days": self.opening_days,
            "school.closing_days": self.closing_days,
        }


class Lived(NamedTuple):
    """What simulated years gave."""

    shares: Shares
    given: float
    """Minutes of all months."""
    required: float


def main() -> None:
    """Print the fits and what they are worth."""
    parser = argparse.ArgumentParser(description="Fit the Chicago elementary school to the record of speech therapy.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--replications", type=int, default=20)
    asked = parser.parse_args()
    record, yearly, both = _record(asked.folder / "chicago_iep_service_minutes.csv")
    shipped = (_seed(load(SCENARIOS / f"chicago-{YEARS[0]}.toml")),)
    table = {year: dict(_table(year, shipped, asked.replications)) for year in YEARS}
    fresh = range(asked.replications, 3 * asked.replications)
    average = np.mean([record[year] for year in YEARS], axis=0)

    print("Fit to both years")
    rates = _fit(table, record, YEARS)
    print(f"  {rates}")
    for name, schools in (("the school that ships", shipped), ("schools 1 to 8", OTHER_SCHOOLS)):
        lived = {year: _lived(year, rates, schools, fresh) for year in YEARS}
        _compare(name, np.mean([lived[year].shares for year in YEARS], axis=0), average)
        whole = sum(lived[y].given for y in YEARS) / sum(lived[y].required for y in YEARS)
        print(f"    yearly share: simulated {whole:.3f}, record {both:.3f}")
    own_september = np.where(np.arange(10) == 0, average, both)
    print(f"  a constant: RMS error {_rms(np.full(10, both), average):.4f}")
    print(f"  a constant with a September of its own: {_rms(own_september, average):.4f}")

    print("Fit to 2014-15 alone, prediction of 2015-16")
    rates = _fit(table, record, YEARS[:1])
    print(f"  {rates}")
    _compare("the school that ships", _lived(YEARS[1], rates, shipped, fresh).shares, record[YEARS[1]])
    print(f"  the constant of 2014-15: RMS error {_rms(np.full(10, yearly[YEARS[0]]), record[YEARS[1]]):.4f}")
    print(f"  the months of 2014-15: {_rms(record[YEARS[0]], record[YEARS[1]]):.4f}")


def _compare(name: str, model: Shares, logged: Shares) -> None:
    print(f"  {name}: RMS error of the months {_rms(model, logged):.4f}, in years not used in the fit")
    for month, mine, theirs in zip(MONTHS, model, logged, strict=True):
        print(f"    {month:10} simulated {mine:.3f}  record {theirs:.3f}  {mine - theirs:+.3f}")


def _seed(scenario: Scenario) -> int:
    if not isinstance(scenario.school, Synthetic):
        raise SystemExit("the Chicago scenarios should have a synthetic school")
    return scenario.school.seed


def _record(path: Path) -> tuple[dict[str, Shares], dict[str, float], float]:
    """Direct / required: by month of each year, by year, and of both years together."""
    minutes = pd.read_csv(path)
    speech = minutes[minutes.service == "speech/language"]
    months, yearly = {}, {}
    for year in YEARS:
        rows = speech[speech.year == f"20{year[2:4]}-20{year[5:]}"].set_index("month").loc[list(MONTHS)]
        months[year] = (rows.direct_min / rows.required_min).to_numpy(dtype=np.float64)
        yearly[year] = float(rows.direct_min.sum() / rows.required_min.sum())
    return months, yearly, float(speech.direct_min.sum() / speech.required_min.sum())


def _lived(year: str, rates: Rates, schools: Iterable[int], replications: Iterable[int]) -> Lived:
    """Simulated years of these schools, minutes added up."""
    base = load(SCENARIOS / f"chicago-{year}.toml")
    given, required = np.zeros(10), np.zeros(10)
    for school in schools:
        plan = plan_of(base.but(**{"school.seed": school}, **rates.values()))
        for replication in replications:
            for n, row in enumerate(by_month(live(plan, seed=base.seed, replication=replication))):
                given[n] += row["minutes_delivered"]
                required[n] += row["required_by_days"]
    return Lived(given / required, float(given.sum()), float(required.sum()))


def _table(year: str, schools: Iterable[int], replications: int) -> Iterator[tuple[tuple[float, float, int], Shares]]:
    """Shares by month for each (called away, monthly share, days at the edge).

    Opening days touch September only and closing days June only, so one number stands for both.
    """
    for called_away, monthly, edge in product(CALLED_AWAY, MONTHLY_SHARE, EDGE_DAYS):
        rates = Rates(called_away, monthly, edge, edge)
        yield (called_away, monthly, edge), _lived(year, rates, schools, range(replications)).shares


def _between(table: dict[tuple[float, float, int], Shares], rates: Rates) -> Shares:
    """Shares at any rates, from those at which years were simulated."""
    shares: Shares = np.zeros(10)
    for away, weight in _around(rates.called_away, CALLED_AWAY):
        found = table[away, rates.monthly_share, 0].copy()
        for month, days in ((0, rates.opening_days), (9, rates.closing_days)):
            found[month] = sum(
                w * table[away, rates.monthly_share, int(edge)][month] for edge, w in _around(days, EDGE_DAYS)
            )
        shares += weight * found
    return shares


def _around(value: float, grid: Sequence[float]) -> Iterator[tuple[float, float]]:
    """The grid's neighbours of a value with their weights; beyond its ends the last line goes on."""
    upper = min(max(int(np.searchsorted(grid, value)), 1), len(grid) - 1)
    below, above = grid[upper - 1], grid[upper]
    part = (value - below) / (above - below)
    yield below, 1.0 - part
    yield above, part


def _fit(
    table: dict[str, dict[tuple[float, float, int], Shares]], record: dict[str, Shares], years: Sequence[str]
) -> Rates:
    """The rates with the least squared error of the months, averaged over the years."""
    logged = np.mean([record[year] for year in years], axis=0)
    away = np.round(np.arange(0.0, 0.2001, 0.005), 3).tolist()
    tried = (Rates(*values) for values in product(away, MONTHLY_SHARE, range(5), range(5)))
    return min(tried, key=lambda r: _rms(np.mean([_between(table[year], r) for year in years], axis=0), logged))


def _rms(mine: Shares, theirs: Shares) -> float:
    return float(np.sqrt(np.mean((mine - theirs) ** 2)))


if __name__ == "__main__":
    main()
