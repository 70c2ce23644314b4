"""Ratios of totals over all replications, such as dollars for a goal met, with bootstrap intervals.

A mean of yearly ratios would give a year in which nearly nothing was reached the most weight, and has no value where a
year reached nothing. So the totals over the years are divided, and the years are drawn anew (Efron 1979, "Bootstrap
methods: another look at the jackknife"; percentile intervals) to see how far that moves. Arms are drawn the same years.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sdmsim.lab.estimates import CONFIDENCE, ROUNDING, Estimate, Values
from sdmsim.streams import Luck

RESAMPLES = 1000
_DECISION = "years drawn anew"


@dataclass(frozen=True, slots=True)
class Parts:
    """Both parts of a ratio in one arm, by replication; a year with an empty part counts in neither."""

    above: Values
    below: Values

    @property
    def known(self) -> NDArray[np.bool_]:
        """The years in which both parts have a value."""
        return ~(np.isnan(self.above) | np.isnan(self.below))

    def of(self, years: NDArray[np.bool_] | NDArray[np.int64]) -> Values:
        """The ratio of totals over years, or over each row of a table of years; nan where there is nothing below."""
        above, below = self.above[years].sum(axis=-1), self.below[years].sum(axis=-1)
        return np.asarray(np.divide(above, below, out=np.full(np.shape(below), np.nan), where=below > 0.0))


def drawn_years(n: int, seed: int) -> NDArray[np.int64]:
    """(RESAMPLES, n): positions of years drawn with replacement; the same for the same seed and n."""
    when = np.arange(RESAMPLES * n, dtype=np.int64)
    draws = Luck(seed, None).uniforms_of(_DECISION, ["all arms"], np.zeros_like(when), when)
    return np.asarray((draws * n).astype(np.int64).reshape(RESAMPLES, n))


def ratio(parts: Parts, seed: int) -> Estimate:
    """The ratio of totals of one arm; `sd` is that of the ratios of single years."""
    chosen = np.flatnonzero(parts.known)
    yearly = parts.of(chosen[:, None])
    yearly = yearly[~np.isnan(yearly)]
    sd = float(yearly.std(ddof=1)) if len(yearly) > 1 else float("nan")
    draws = parts.of(chosen[drawn_years(len(chosen), seed)])
    return _estimate(len(chosen), float(parts.of(chosen)), sd, draws, abs(float(parts.of(chosen))))


def ratios_drawn(parts: Sequence[Parts], seed: int) -> Values:
    """(RESAMPLES, arm): ratios over years drawn anew from those that all arms know; empty for fewer than two years."""
    chosen = np.flatnonzero(np.all([one.known for one in parts], axis=0))
    if len(chosen) < 2:
        return np.empty((0, len(parts)))
    years = chosen[drawn_years(len(chosen), seed)]
    return np.stack([one.of(years) for one in parts], axis=1)


def ratio_difference(arm: Parts, baseline: Parts, seed: int, level: float = CONFIDENCE) -> Estimate:
    """The arm's ratio less the baseline's, both over the years that both know, drawn together; without `sd`."""
    chosen = np.flatnonzero(arm.known & baseline.known)
    years = chosen[drawn_years(len(chosen), seed)]
    ours, theirs = float(arm.of(chosen)), float(baseline.of(chosen))
    draws = arm.of(years) - baseline.of(years)
    return _estimate(len(chosen), ours - theirs, float("nan"), draws, max(abs(ours), abs(theirs)), level)


def _estimate(n: int, value: float, sd: float, draws: Values, scale: float, level: float = CONFIDENCE) -> Estimate:
    """A value with the middle of its draws (`level` of them), and p: twice the share of draws on the rarer side of nil.

    The smallest p is 2 / (RESAMPLES + 1), and 2 / 2**n, the chance that n years without a difference lean to one side:
    a few years drawn anew would seem surer than they can be. Interval and p are nan for fewer than two years, and
    where some draw of the years reaches nothing to divide by. A value whose draws do not vary has an interval of
    length 0.
    """
    if abs(value) <= ROUNDING * scale:
        value = 0.0
    if n < 2 or np.isnan(value) or np.isnan(draws).any():
        return Estimate(n, value, sd, np.nan, np.nan, np.nan)
    if np.ptp(draws) <= ROUNDING * scale:
        return Estimate(n, value, sd, value, value, 1.0 if value == 0.0 else 0.0)
    low, high = np.quantile(draws, [0.5 - level / 2, 0.5 + level / 2])
    rarer = min(int((draws <= 0.0).sum()), int((draws >= 0.0).sum()))
    p = max(2.0 * (rarer + 1) / (len(draws) + 1), 2.0 ** (1 - n))
    return Estimate(n, value, sd, float(low), float(high), min(1.0, p))
