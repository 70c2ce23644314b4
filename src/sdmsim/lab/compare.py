"""What do the runs say of the arms? Summaries of each arm and paired differences from the baseline.

Arms meet the same luck in each replication, so they are compared pair by pair: the difference in
replication r is the arm's value minus the baseline's in r.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sdmsim.base import InputErrors, Problem, did_you_mean
from sdmsim.lab.estimates import estimate, paired_difference
from sdmsim.lab.outcomes import outcomes_of
from sdmsim.lab.ratios import ratio, ratio_difference
from sdmsim.metrics import RATIOS, unit_of

if TYPE_CHECKING:
    import pandas as pd

    from sdmsim.lab.results import Results

SIGNIFICANCE = 0.05

HIGHER, LOWER, UNCLEAR, OPEN = "higher", "lower", "no clear difference", "open"
SUMMARY = ("arm", "metric", "unit", "n", "mean", "sd", "ci_low", "ci_high", "p05", "p50", "p95")
COMPARISON = (
    "metric", "unit", "arm", "baseline", "n", "difference", "ci_low", "ci_high", "p_adjusted", "verdict",
)  # fmt: skip


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


def summarise(runs: pd.DataFrame, arms: Sequence[str], seed: int = 0) -> pd.DataFrame:
    """Mean, spread, 95 % interval and percentiles of every metric in every arm, arms and metrics in their order.

    Of `metrics.RATIOS` the mean is the ratio of totals, its interval by bootstrap under `seed`.
    """
    import pandas as pd

    outcomes = outcomes_of(runs, arms)
    ratios = {metric: outcomes.parts_of(metric) for metric in outcomes.metrics}
    rows: list[tuple[Any, ...]] = []
    for i, arm in enumerate(arms):
        for metric in outcomes.metrics:
            values = outcomes.of(metric)[i]
            e = estimate(values) if (parts := ratios[metric]) is None else ratio(parts[i], seed)
            known = values[~np.isnan(values)]
            tails = [float(q) for q in np.quantile(known, [0.05, 0.5, 0.95])] if known.size else [np.nan] * 3
            rows.append((arm, metric, unit_of(metric), e.n, e.mean, e.sd, e.low, e.high, *tails))
    return pd.DataFrame(rows, columns=list(SUMMARY))


class Turned(NamedTuple):
    """How many rows of numbers that fit the published targets as well turn a difference round."""

    against: int
    tried: int


def turned(rows: pd.DataFrame, metric: str, arm: str, baseline: str, difference: float) -> Turned:
    """The rows under which the mean paired difference (of a ratio of totals, their difference) has the other sign than
    `difference`; of none without rows.
    """
    if metric in RATIOS and set(RATIOS[metric]) <= set(rows.columns):
        by_row = _ratios_of_totals(rows, metric, arm, baseline)
    elif metric in rows.columns:
        wide = rows.pivot(index=["row", "replication"], columns="arm", values=metric)
        by_row = (wide[arm] - wide[baseline]).groupby("row").mean()
    else:
        return Turned(0, 0)
    return Turned(int((by_row * difference < 0.0).sum()), len(by_row))


def _ratios_of_totals(rows: pd.DataFrame, metric: str, arm: str, baseline: str) -> pd.Series[Any]:
    """By row, the arm's ratio of totals less the baseline's."""
    above, below = (rows.groupby(["row", "arm"])[part].sum().unstack("arm") for part in RATIOS[metric])
    found = above[[arm, baseline]] / below[[arm, baseline]].where(below > 0.0)
    return found[arm] - found[baseline]


def compare_runs(
    runs: pd.DataFrame, arms: Sequence[str], baseline: str, rows: pd.DataFrame | None = None, seed: int = 0
) -> pd.DataFrame:
    """Every other arm against the baseline, metric by metric; see `compare`. `rows`: as in `Results`."""
    import pandas as pd

    outcomes, base = outcomes_of(runs, arms), list(arms).index(baseline)
    others = [arm for arm in arms if arm != baseline]
    places = [i for i, arm in enumerate(arms) if arm != baseline]
    made: list[tuple[Any, ...]] = []
    for metric in outcomes.metrics:
        if (parts := outcomes.parts_of(metric)) is None:
            values = outcomes.of(metric)
            found = [paired_difference(values[i], values[base]) for i in places]
        else:
            found = [ratio_difference(parts[i], parts[base], seed) for i in places]
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
    fits the published targets as well). The ratios of totals in `metrics.RATIOS` have interval and p by bootstrap.

    Raises:
        InputErrors: the baseline is not an arm of these results.
    """
    if baseline not in results.arms:
        text = f'"{baseline}" is not an arm{did_you_mean(baseline, results.arms)}'
        raise InputErrors([Problem(results.title, 0, "baseline", text)])
    seed = int(results.manifest.get("seed", 0))
    return compare_runs(results.runs, results.arms, baseline, results.rows, seed)
