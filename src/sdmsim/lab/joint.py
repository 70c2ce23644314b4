"""What several arms say together: intervals that hold jointly, and how probable it is that each arm is the best.

Both ask how far means may lie from the truth, all at once. Under the same luck the arms' means are correlated, which
SciPy's `dunnett` (independent samples, one variance) leaves out. So the distances are drawn from the multivariate t
distribution with the spread and the correlations that the replications show, with draws by name: for intervals as in
Hothorn, Bretz & Westfall 2008 ("Simultaneous inference in general parametric models"; the max-t rule, which is
Dunnett's where his assumptions hold), for probabilities as the posterior under a flat prior. Both agree with the paired
t test: of two arms, the one that lags is the better one with half the probability p.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from sdmsim.lab.estimates import CONFIDENCE, ROUNDING, Values, differences, estimate
from sdmsim.lab.outcomes import Outcomes, outcomes_of
from sdmsim.lab.ratios import Parts, ratio_difference, ratios_drawn
from sdmsim.metrics import BETTER, unit_of
from sdmsim.streams import Luck

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

DRAWS = 10_000
"""Enough to hold a joint 95 % interval to 0.4 points of its level."""
_DECISION = "means of arms drawn anew"
JOINT = ("metric", "unit", "arm", "baseline", "n", "difference", "joint_low", "joint_high")
BEST = ("metric", "unit", "better", "arm", "n", "probability_best")


@lru_cache(maxsize=4)
def _normal(dimensions: int) -> Values:
    """(DRAWS, dimensions) independent standard normal deviates."""
    when = np.arange(DRAWS * dimensions, dtype=np.int64)
    found = Luck(0, None).normals_of(_DECISION, ["all arms"], np.zeros_like(when), when)
    found.flags.writeable = False
    return found.reshape(DRAWS, dimensions)


@lru_cache(maxsize=64)
def _stretch(degrees: int) -> Values:
    """(DRAWS, 1): what makes normal deviates those of the t distribution with `degrees`, one for all dimensions."""
    from scipy.stats import chi2

    where = np.zeros(DRAWS, dtype=np.int64)
    uniform = Luck(0, None).uniforms_of(f"{_DECISION}, spread", ["all arms"], where, np.arange(DRAWS, dtype=np.int64))
    found: Values = np.sqrt(degrees / chi2.ppf(uniform, degrees))[:, None]
    found.flags.writeable = False
    return found


def distances(values: Values) -> Values:
    """(DRAWS, columns): how far the means of the columns may lie from the truth, drawn jointly.

    `values`: (replications, columns), at least two replications, none missing.
    """
    n = len(values)
    triangle = np.linalg.qr(values - values.mean(axis=0), mode="r")
    return np.asarray(_normal(len(triangle)) @ triangle * (_stretch(n - 1) / np.sqrt(n * (n - 1.0))))


def joint_width(paired: Values) -> float:
    """By how many standard errors intervals must reach out so that all of them hold jointly with 95 %.

    `paired`: (replications, arms), differences from the baseline, none missing. Those that do not vary need none.
    """
    from scipy.stats import t as student

    n = len(paired)
    if n < 2:
        return float("nan")
    moving = paired[:, np.ptp(paired, axis=0) > 0.0]
    if not moving.shape[1]:
        return float("nan")
    if moving.shape[1] == 1:
        return float(student.ppf(0.5 + CONFIDENCE / 2, n - 1))
    error = moving.std(axis=0, ddof=1) / np.sqrt(n)
    return float(np.quantile(np.abs(distances(moving) / error).max(axis=1), CONFIDENCE))


def probability_best(values: Values, better: str) -> Values:
    """By arm the probability that its true mean is the best of all; arms that are equal share it.

    `values`: (arm, replication); replications that miss an arm are left out, and fewer than two of them say nothing.
    """
    known = values[:, ~np.isnan(values).any(axis=0)].T
    if len(known) < 2:
        return np.full(len(values), np.nan)
    return _shares(known.mean(axis=0) + distances(known), better)


def _shares(drawn: Values, better: str) -> Values:
    """By column the share of rows in which it is the best; equals to rounding share a row."""
    sign = 1.0 if better == "more" else -1.0
    leads = sign * drawn >= (sign * drawn).max(axis=1, keepdims=True) - ROUNDING * np.abs(drawn).max()
    return np.asarray((leads / leads.sum(axis=1, keepdims=True)).mean(axis=0))


def joint_table(runs: pd.DataFrame, arms: Sequence[str], baseline: str, seed: int = 0) -> pd.DataFrame:
    """Differences from the baseline with intervals that hold together over the arms of one metric.

    Of ratios of totals the interval is by bootstrap, at a level that is shared out over the arms (Bonferroni).
    """
    import pandas as pd

    outcomes, base = outcomes_of(runs, arms), list(arms).index(baseline)
    places = [i for i in range(len(arms)) if i != base]
    made: list[tuple[Any, ...]] = []
    for metric in outcomes.metrics if places else ():
        for i, (n, value, low, high) in zip(places, _jointly(outcomes, metric, base, seed), strict=True):
            made.append((metric, unit_of(metric), arms[i], baseline, n, value, low, high))
    return pd.DataFrame(made, columns=list(JOINT))


def _jointly(outcomes: Outcomes, metric: str, base: int, seed: int) -> list[tuple[int, float, float, float]]:
    """n, difference, and joint interval of every other arm."""
    places = [i for i in range(len(outcomes.arms)) if i != base]
    if (parts := outcomes.parts_of(metric)) is not None:
        level = 1.0 - (1.0 - CONFIDENCE) / len(places)
        found = [ratio_difference(parts[i], parts[base], seed, level) for i in places]
        return [(e.n, e.mean, e.low, e.high) for e in found]
    values = outcomes.of(metric)
    paired = np.stack([differences(values[i], values[base]) for i in places])
    width = joint_width(paired[:, ~np.isnan(paired).any(axis=0)].T)
    rows = []
    for e in map(estimate, paired):
        half = 0.0 if e.sd == 0.0 else width * e.sd / np.sqrt(max(1, e.n))
        rows.append((e.n, e.mean, e.mean - half, e.mean + half))
    return rows


def best_table(runs: pd.DataFrame, arms: Sequence[str], seed: int = 0) -> pd.DataFrame:
    """How probable it is that each arm is the best, for every metric of which more, or less, is better."""
    import pandas as pd

    outcomes = outcomes_of(runs, arms)
    made: list[tuple[Any, ...]] = []
    for metric in outcomes.metrics if len(arms) > 1 else ():
        if (better := BETTER.get(metric)) is None:
            continue
        parts = outcomes.parts_of(metric)
        values = outcomes.of(metric)
        found = probability_best(values, better) if parts is None else _best_ratio(parts, better, seed)
        n = int((~np.isnan(values)).all(axis=0).sum())
        made += [(metric, unit_of(metric), better, arm, n, p) for arm, p in zip(arms, found, strict=True)]
    return pd.DataFrame(made, columns=list(BEST))


def _best_ratio(parts: Sequence[Parts], better: str, seed: int) -> Values:
    drawn = ratios_drawn(parts, seed)
    if len(drawn) == 0 or np.isnan(drawn).any():
        return np.full(len(parts), np.nan)
    return _shares(drawn, better)
