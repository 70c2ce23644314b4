"""What the same luck in all arms was worth: how many more replications independent luck would have asked for.

The mean difference of n pairs has the variance of the paired differences over n; of n years of each arm with luck of
their own it has the sum of both arms' variances over n. The ratio says how many times as many replications give the
same interval without pairing (common random numbers; Law 2015, "Simulation modeling and analysis", section 11.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sdmsim.lab.estimates import Values, differences
from sdmsim.lab.outcomes import outcomes_of
from sdmsim.metrics import RATIOS, unit_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

PAIRING = (
    "metric", "unit", "arm", "baseline", "n", "correlation", "sd_difference", "sd_independent", "variance_ratio",
    "worth_replications",
)  # fmt: skip


def pairing_of(arm: Values, baseline: Values) -> tuple[int, float, float, float, float, float]:
    """n, correlation, SD of paired and of independent differences, ratio of variances, replications it was worth.

    nan where an arm does not vary (nothing to pair), or the difference does not (no number of replications would do).
    """
    nothing = float("nan")
    known = ~(np.isnan(arm) | np.isnan(baseline))
    n = int(known.sum())
    if n < 2 or np.ptp(arm[known]) == 0.0 or np.ptp(baseline[known]) == 0.0:
        return n, nothing, nothing, nothing, nothing, nothing
    paired = differences(arm[known], baseline[known])
    apart = float(arm[known].var(ddof=1) + baseline[known].var(ddof=1))
    together = 0.0 if np.ptp(paired) == 0.0 else float(paired.var(ddof=1))
    correlation = float(np.corrcoef(arm[known], baseline[known])[0, 1])
    ratio = apart / together if together > 0.0 else nothing
    return n, correlation, together**0.5, apart**0.5, ratio, n * (ratio - 1.0)


def pairing_table(runs: pd.DataFrame, arms: Sequence[str], baseline: str) -> pd.DataFrame:
    """Every other arm against the baseline, metric by metric; ratios of totals have no value here."""
    import pandas as pd

    outcomes, base = outcomes_of(runs, arms), list(arms).index(baseline)
    made: list[tuple[Any, ...]] = []
    for metric in (m for m in outcomes.metrics if m not in RATIOS):
        values = outcomes.of(metric)
        for arm, own in zip(arms, values, strict=True):
            if arm != baseline:
                made.append((metric, unit_of(metric), arm, baseline, *pairing_of(own, values[base])))
    return pd.DataFrame(made, columns=list(PAIRING))
