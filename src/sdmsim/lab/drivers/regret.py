"""Regret: by how much each arm lags, at each point, behind the arm that is best there.

Who chooses an arm before knowing which assumptions hold loses this much against who knew. The arm with the smallest
maximum is the minimax-regret choice (Savage 1951, "The theory of statistical decision"). The best of noisy means looks
better than it is, and the largest of many regrets most of all, so regrets are those of means freed of luck
(`point_means`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sdmsim.lab.drivers.conditional import trend_of
from sdmsim.lab.drivers.jackknife import Interval, jackknife
from sdmsim.lab.drivers.point_means import Ints, gains, paired, point_means
from sdmsim.lab.drivers.vocabulary import Floats, Samples
from sdmsim.metrics import unit_of

HIGH = 95.0


class Regret(NamedTuple):
    """What choosing one arm costs over the points, in the metric's unit."""

    arm: str
    mean: Interval
    high: Interval
    """95th percentile over points."""
    most: Interval
    """The largest at any of these points; its interval is that of luck, for more points may find a larger one."""


class Regrets(NamedTuple):
    """The regret of every arm, and whom it speaks for."""

    metric: str
    unit: str
    points: Ints
    """Positions of the points at which all arms have a value."""
    by_point: Floats
    """(arms, these points): nil for the arm that is best there."""
    arms: tuple[Regret, ...]
    minimax: str
    """The arm whose largest regret is smallest."""
    tied: tuple[str, ...]
    """Arms whose largest regret cannot be told from that one's, itself among them."""
    replications: int
    """The most that a point has; with one, luck cannot be told from points, and every regret is too large."""


def regret(values: Floats) -> Floats:
    """(arms, points) of means or single years, more being better: how far each arm is behind the best there."""
    return np.asarray(values.max(axis=0) - values)


def regrets(samples: Samples, metric: str) -> Regrets:
    """The regrets of every arm over the points of some samples."""
    values = gains(samples, metric)
    found = point_means(values)
    trend = trend_of(samples, values)
    found = point_means(values, found.year_noise, trend)
    values, arms, luck = paired(values), samples.arms, found.year_noise
    on = None if trend is None else trend[found.points]

    def regrets_of(some: Floats, points: Ints) -> Floats:
        return regret(point_means(some, luck, None if on is None else on[points]).freed)

    def figures(some: Floats, points: Ints) -> Floats:
        now = regrets_of(some, points)
        return np.concatenate([now.mean(axis=1), np.percentile(now, HIGH, axis=1)])

    def largest(some: Floats, points: Ints) -> Floats:
        return np.asarray(regrets_of(some, points).max(axis=1))

    over, most = jackknife(figures, values), jackknife(largest, values, points=False)
    best = int(most.figures.argmin())
    rows = tuple(
        Regret(arm, over.interval(i, 0.0), over.interval(i + len(arms), 0.0), most.interval(i, 0.0))
        for i, arm in enumerate(arms)
    )
    tied = tuple(arm for i, arm in enumerate(arms) if i == best or not most.difference(i, best).low > 0.0)
    return Regrets(
        metric, unit_of(metric), found.points, regret(found.freed), rows, arms[best], tied,
        int(found.replications.max()),
    )  # fmt: skip
