"""What do the runs say of the arms? Summaries of each arm and paired differences from the baseline.

Arms meet the same luck in each replication, so they are compared pair by pair: the difference in
replication r is the arm's value minus the baseline's in r.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sdmsim.base import InputErrors, Problem, did_you_mean
from sdmsim.metrics import unit_of

if TYPE_CHECKING:
    import pandas as pd

    from sdmsim.lab.results import Results

CONFIDENCE = 0.95
SIGNIFICANCE = 0.05
ROUNDING = 1e-9
"""A difference below this part of the values themselves is the rounding of their sums and counts as none."""

HIGHER, LOWER, UNCLEAR, OPEN = "higher", "lower", "no clear difference", "open"
SUMMARY = ("arm", "metric", "unit", "n", "mean", "sd", "ci_low", "ci_high", "p05", "p50", "p95")
COMPARISON = (
    "metric", "unit", "arm", "baseline", "n", "difference", "ci_low", "ci_high", "p_adjusted", "verdict",
)  # fmt: skip

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over replications with its 95 % Student t interval and the p value of a mean of nil.

    Values that do not vary: an interval of length 0, p 0, or p 1 where they are nil. Fewer than two
    values: `sd`, interval and p are nan.
    """

    n: int
    mean: float
    sd: float
    low: float
    high: float
    p: float


def estimate(values: Values) -> Estimate:
    """Mean, spread, interval and p of one sample; missing values (nan) are left out."""
    from scipy.stats import t as student

    known = values[~np.isnan(values)]
    n = len(known)
    if n == 0:
        return Estimate(0, np.nan, np.nan, np.nan, np.nan, np.nan)
    if n == 1:
        return Estimate(1, float(known[0]), np.nan, np.nan, np.nan, np.nan)
    if np.all(known == known[0]):
        mean = float(known[0])
        return Estimate(n, mean, 0.0, mean, mean, 1.0 if mean == 0.0 else 0.0)
    mean, sd = float(known.mean()), float(known.std(ddof=1))
    error = sd / np.sqrt(n)
    half = float(student.ppf(0.5 + CONFIDENCE / 2, n - 1) * error)
    return Estimate(n, mean, sd, mean - half, mean + half, float(2 * student.sf(abs(mean) / error, n - 1)))


def paired_difference(arm: Values, baseline: Values) -> Estimate:
    """The mean difference `arm - baseline` over replications, pair by pair.

    Differences within the rounding of sums are nil, or equal to each other where they do not vary.
    """
    difference = arm - baseline
    scale = np.maximum(np.abs(arm), np.abs(baseline))
    difference = np.where(np.abs(difference) <= ROUNDING * scale, 0.0, difference)
    known = difference[~np.isnan(difference)]
    if len(known) and np.ptp(known) <= ROUNDING * np.nanmax(scale):
        difference = np.where(np.isnan(difference), np.nan, known[0])
    return estimate(difference)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p values of several tests (Holm 1979, "A simple sequentially rejective multiple test procedure").

    The smallest of m is multiplied by m, the next by m - 1, ...; never below the one before, never
    above 1. Empty values (nan) stay empty and do not count.
    """
    adjusted = [float("nan")] * len(p_values)
    known = sorted((p, i) for i, p in enumerate(p_values) if not np.isnan(p))
    running = 0.0
    for rank, (p, i) in enumerate(known):
        running = max(running, min(1.0, (len(known) - rank) * p))
        adjusted[i] = running
    return adjusted


def verdict(difference: float, p_adjusted: float) -> str:
    """`higher` or `lower` where the adjusted p is below 0.05, else `no clear difference` (also without a p)."""
    if not p_adjusted < SIGNIFICANCE:
        return UNCLEAR
    return HIGHER if difference > 0 else LOWER


def metrics_of(runs: pd.DataFrame) -> list[str]:
    """The metric columns of a table of runs: those after `replication`, in their order."""
    columns = [str(c) for c in runs.columns]
    return columns[columns.index("replication") + 1 :]


def _columns_of(runs: pd.DataFrame, arms: Sequence[str], metric: str) -> Mapping[str, Values]:
    """Values of a metric by arm, ordered by replication."""
    wide = runs.pivot(index="replication", columns="arm", values=metric)
    return {arm: wide[arm].to_numpy(dtype=np.float64) for arm in arms}


def summarise(runs: pd.DataFrame, arms: Sequence[str]) -> pd.DataFrame:
    """Mean, spread, 95 % interval and percentiles of every metric in every arm, arms and metrics in their order."""
    import pandas as pd

    by_metric = {metric: _columns_of(runs, arms, metric) for metric in metrics_of(runs)}
    rows: list[tuple[Any, ...]] = []
    for arm in arms:
        for metric, columns in by_metric.items():
            values = columns[arm]
            e = estimate(values)
            known = values[~np.isnan(values)]
            tails = [float(q) for q in np.quantile(known, [0.05, 0.5, 0.95])] if e.n else [np.nan] * 3
            rows.append((arm, metric, unit_of(metric), e.n, e.mean, e.sd, e.low, e.high, *tails))
    return pd.DataFrame(rows, columns=list(SUMMARY))


class Turned(NamedTuple):
    """How many rows of numbers that fit the published targets as well turn a difference round."""

    against: int
    tried: int


def turned(rows: pd.DataFrame, metric: str, arm: str, baseline: str, difference: float) -> Turned:
    """The rows under which the mean paired difference has the other sign than `difference`; of none without rows."""
    if metric not in rows.columns:
        return Turned(0, 0)
    wide = rows.pivot(index=["row", "replication"], columns="arm", values=metric)
    by_row = (wide[arm] - wide[baseline]).groupby("row").mean()
    return Turned(int((by_row * difference < 0.0).sum()), len(by_row))


def compare_runs(
    runs: pd.DataFrame, arms: Sequence[str], baseline: str, rows: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Every other arm against the baseline, metric by metric; see `compare`. `rows`: as in `Results`."""
    import pandas as pd

    others = [arm for arm in arms if arm != baseline]
    made: list[tuple[Any, ...]] = []
    for metric in metrics_of(runs):
        columns = _columns_of(runs, arms, metric)
        found = [paired_difference(columns[arm], columns[baseline]) for arm in others]
        for arm, e, p in zip(others, found, holm([e.p for e in found]), strict=True):
            said = verdict(e.mean, p)
            if rows is not None and said != UNCLEAR and turned(rows, metric, arm, baseline, e.mean).against:
                said = OPEN
            made.append((metric, unit_of(metric), arm, baseline, e.n, e.mean, e.low, e.high, p, said))
    return pd.DataFrame(made, columns=list(COMPARISON))


def compare(results: Results, *, baseline: str) -> pd.DataFrame:
    """Paired differences of every arm from the baseline, one row per metric and arm.

    Columns: metric, unit, arm, baseline, n (pairs), difference (arm minus baseline, in the metric's
    unit), ci_low and ci_high (95 % Student t interval of the paired differences, unadjusted),
    p_adjusted (paired t, Holm over the arms of one metric), verdict (`higher`, `lower` or `no clear
    difference`, by p_adjusted < 0.05; `open` where a difference is clear but turns round under some row of numbers that
    fits the published targets as well).

    Raises:
        InputErrors: the baseline is not an arm of these results.
    """
    if baseline not in results.arms:
        text = f'"{baseline}" is not an arm{did_you_mean(baseline, results.arms)}'
        raise InputErrors([Problem(results.title, 0, "baseline", text)])
    return compare_runs(results.runs, results.arms, baseline, results.rows)
