"""A mean over replications, or over pairs of them, with its interval and p."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95
ROUNDING = 1e-9
"""A difference below this part of the values themselves is the rounding of their sums and counts as none."""

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
    from scipy.special import stdtr, stdtrit

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
    half = float(stdtrit(n - 1, 0.5 + CONFIDENCE / 2) * error)
    return Estimate(n, mean, sd, mean - half, mean + half, float(2 * stdtr(n - 1, -abs(mean) / error)))


def differences(arm: Values, baseline: Values) -> Values:
    """`arm - baseline` pair by pair.

    Differences within the rounding of sums are nil, or equal to each other where they do not vary.
    """
    difference = arm - baseline
    scale = np.maximum(np.abs(arm), np.abs(baseline))
    difference = np.where(np.abs(difference) <= ROUNDING * scale, 0.0, difference)
    known = difference[~np.isnan(difference)]
    if len(known) and np.ptp(known) <= ROUNDING * np.nanmax(scale):
        difference = np.where(np.isnan(difference), np.nan, known[0])
    return np.asarray(difference)


def paired_difference(arm: Values, baseline: Values) -> Estimate:
    """The mean of the `differences` of an arm from the baseline over replications."""
    return estimate(differences(arm, baseline))
