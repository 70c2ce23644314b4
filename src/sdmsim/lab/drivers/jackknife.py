"""How sure a figure of many points and replications is: it is computed anew without some of them.

Both kinds of chance count: which points were drawn, and what luck the replications brought, which is the same at all
points and does not shrink with more of them. Groups of points are left out one after the other, then the replications
(delete-a-group jackknife; Efron & Tibshirani 1993, "An introduction to the bootstrap", chapter 11), and both variances
are added up. Nothing is drawn twice, so what is luck is told from what is not as well as in the whole.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sdmsim.lab.drivers.point_means import Ints, points_of
from sdmsim.lab.drivers.resampling import left_out_variance
from sdmsim.lab.drivers.vocabulary import Floats
from sdmsim.lab.estimates import CONFIDENCE, ROUNDING
from sdmsim.streams import Luck

GROUPS = 20
"""Into how many groups points, and replications, are put at most."""
FEWEST_POINTS = 3
Statistic = Callable[[Floats, Ints], Floats]
"""Figures, any number, of values (arms, points, replications) and of the positions of these points among all."""


class Interval(NamedTuple):
    """A figure with its standard error and 95 % interval; nan where the samples are too few to say."""

    estimate: float
    error: float
    low: float
    high: float


class Jackknifed(NamedTuple):
    """Figures, and what they become without each group of points and of replications."""

    figures: Floats
    """(figures,)."""
    without_points: Floats
    """(groups, figures), nan with fewer than FEWEST_POINTS; no group where the points are all that there is to know."""
    without_years: Floats
    """(groups, figures); no group where there is one replication."""

    def interval(self, i: int, lowest: float = -np.inf, highest: float = np.inf) -> Interval:
        """One figure with its interval, within what the figure can be."""
        return self.of({i: 1.0}, lowest, highest)

    def difference(self, i: int, j: int) -> Interval:
        """Figure i less figure j, which move together."""
        return self.of({i: 1.0, j: -1.0})

    def of(self, weights: dict[int, float], lowest: float = -np.inf, highest: float = np.inf) -> Interval:
        """A weighted sum of figures."""
        from scipy.special import stdtrit

        across = np.zeros(len(self.figures))
        across[list(weights)] = list(weights.values())
        used = across != 0.0
        value = float(self.figures[used] @ across[used])
        groups: list[Floats] = [
            found[:, used] @ across[used] for found in (self.without_points, self.without_years) if len(found)
        ]
        if not groups or any(np.isnan(found).any() for found in groups):
            return Interval(value, np.nan, np.nan, np.nan)
        parts = [float(left_out_variance(found)) for found in groups]
        total = sum(parts)
        error = math.sqrt(total)
        if error <= ROUNDING * abs(value):
            return Interval(value, 0.0, value, value)
        freedom = total**2 / sum(part**2 / (len(found) - 1) for part, found in zip(parts, groups, strict=True))
        half = float(stdtrit(freedom, 0.5 + CONFIDENCE / 2)) * error
        return Interval(value, error, max(lowest, value - half), min(highest, value + half))


def jackknife(statistic: Statistic, values: Floats, points: bool = True) -> Jackknifed:
    """Figures of values (arms, points, replications), every arm with the same years, and how they move.

    `points` is false for a figure that speaks of these points and no others, such as the largest of them.
    """
    everything = np.arange(values.shape[1])
    whole = statistic(values, everything)
    without = []
    for group in _groups(values.shape[1]) if points else ():
        left = np.setdiff1d(everything, group)
        few = len(everything) < FEWEST_POINTS
        without.append(np.full(len(whole), np.nan) if few else statistic(values[:, left], left))
    years = []
    for group in _years(values.shape[2]):
        fewer = np.delete(values, group, axis=2)
        left = points_of(fewer)
        years.append(statistic(fewer[:, left], left) if len(left) else np.full(len(whole), np.nan))
    shape = (-1, len(whole))
    return Jackknifed(whole, np.reshape(without, shape), np.reshape(years, shape))


def _groups(count: int) -> list[Ints]:
    """The points in groups, by chance and the same each time: neighbours in a design are alike."""
    when = np.arange(count, dtype=np.int64)
    luck = Luck(0, None).uniforms_of("points left out", ["all points"], np.zeros_like(when), when)
    order = np.argsort(luck, kind="stable")
    groups = min(GROUPS, count)
    return [order[i::groups] for i in range(groups)]


def _years(count: int) -> list[Ints]:
    groups = min(GROUPS, count) if count > 1 else 0
    return [np.arange(count)[i::groups] for i in range(groups)]
