"""Bad years: the tenth of the years that is worst for a metric, arm against baseline.

A mean hides what a planner is held to in a bad year. The quantile of the years is the 90th where less is better and the
10th where more is. Its difference has an interval by bootstrap: years are drawn anew, the same in every arm (Efron
1979), and the middle 95 % of the differences are kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sdmsim.lab.estimates import CONFIDENCE, ROUNDING, Values
from sdmsim.lab.outcomes import outcomes_of
from sdmsim.lab.ratios import drawn_years
from sdmsim.metrics import BETTER, RATIOS, unit_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

TAIL = 0.1
FEWEST = 20
"""Fewer years than this hold at most one of the worst tenth: its place is then not known, and no interval is given."""
TAILS = (
    "metric", "unit", "quantile", "arm", "baseline", "n", "value", "baseline_value", "difference", "ci_low", "ci_high",
)  # fmt: skip


def quantile_difference(arm: Values, baseline: Values, quantile: float, seed: int) -> tuple[int, Values]:
    """n, then the arm's quantile, the baseline's, their difference and both ends of its interval."""
    known = ~(np.isnan(arm) | np.isnan(baseline))
    pair, n = np.stack([arm[known], baseline[known]]), int(known.sum())
    if n == 0:
        return 0, np.full(5, np.nan)
    ours, theirs = np.quantile(pair, quantile, axis=1)
    scale = ROUNDING * float(np.abs(pair).max())
    value = 0.0 if abs(ours - theirs) <= scale else float(ours - theirs)
    if n < FEWEST:
        return n, np.array([ours, theirs, value, np.nan, np.nan])
    drawn = np.quantile(pair[:, drawn_years(n, seed)], quantile, axis=2)
    ends = np.quantile(drawn[0] - drawn[1], [0.5 - CONFIDENCE / 2, 0.5 + CONFIDENCE / 2])
    return n, np.array([ours, theirs, value, *np.where(np.abs(ends) <= scale, 0.0, ends)])


def tails_table(runs: pd.DataFrame, arms: Sequence[str], baseline: str, seed: int = 0) -> pd.DataFrame:
    """The bad tenth of the years, every other arm against the baseline.

    For each metric of which more, or less, is better and that varies between years.
    """
    import pandas as pd

    outcomes, base = outcomes_of(runs, arms), list(arms).index(baseline)
    made: list[tuple[Any, ...]] = []
    for metric in (m for m in outcomes.metrics if m in BETTER and m not in RATIOS):
        values = outcomes.of(metric)
        known = values[:, ~np.isnan(values).any(axis=0)]
        if known.shape[1] < 2 or not np.ptp(known, axis=1).any():
            continue
        quantile = TAIL if BETTER[metric] == "more" else 1.0 - TAIL
        for arm, own in zip(arms, values, strict=True):
            if arm != baseline:
                n, found = quantile_difference(own, values[base], quantile, seed)
                made.append((metric, unit_of(metric), quantile, arm, baseline, n, *map(float, found)))
    return pd.DataFrame(made, columns=list(TAILS))
