"""In which share of the futures each arm is the best: a future is a point, one way in which the assumptions may hold.

Shares are those of means freed of luck (`point_means`), for noisy means make arms look more alike than they are. At a
single point the luck stays, so each arm also has the share of points at which it is surely the best: ahead of every
other arm there by more than a paired t interval, with the spread that the replications show over all points.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sdmsim.lab.drivers.conditional import trend_of
from sdmsim.lab.drivers.jackknife import Interval, jackknife
from sdmsim.lab.drivers.point_means import Ints, UnansweredError, gains, lived, paired, point_means, points_of
from sdmsim.lab.drivers.vocabulary import Floats, Samples
from sdmsim.lab.estimates import CONFIDENCE, ROUNDING


class Share(NamedTuple):
    """In which share of the points one arm is the best."""

    arm: str
    best: Interval
    """Share of the points, ties shared."""
    surely: float
    """Share of the points at which it is the best beyond luck; nan with one replication."""


class Futures(NamedTuple):
    """Which arm is best, over the points, in one outcome or in several at once."""

    metrics: tuple[str, ...]
    points: Ints
    """Positions of the points at which all arms have a value."""
    arms: tuple[Share, ...]
    ties: float
    """Share of the points at which two or more arms are best to rounding."""
    cannot_be_told: float
    """Share of the points at which no arm is surely the best; nan with one replication."""
    nobody: Interval
    """Share of the points at which no arm is best in every outcome; nil with one outcome."""


def best(values: Floats) -> Floats:
    """(arms, points) of means, more being better: 1 for the best arm at a point; arms equal to rounding share it."""
    leads = _leads(values)
    return np.asarray(leads / leads.sum(axis=0))


def _leads(values: Floats) -> Floats:
    near = ROUNDING * np.abs(values).max(axis=0)
    return np.asarray(values >= values.max(axis=0) - near, dtype=np.float64)


def surely_best(values: Floats) -> Floats:
    """(arms, points): whether an arm is ahead of every other there beyond luck; nan with one replication.

    `values`: (arms, points, replications), more being better, every arm with the same years.
    """
    from scipy.special import stdtrit

    counts = np.isfinite(values[0]).sum(axis=1)
    means = np.nanmean(values, axis=2)
    freedom = int((counts - 1).sum())
    if freedom < 1:
        return np.full(means.shape, np.nan)
    sure = np.ones(means.shape)
    for i in range(len(values)):
        for j in (j for j in range(len(values)) if j != i):
            less = values[i] - values[j]
            spread = float(np.nansum((less - np.nanmean(less, axis=1, keepdims=True)) ** 2) / freedom)
            reach = float(stdtrit(freedom, 0.5 + CONFIDENCE / 2)) * np.sqrt(spread / counts)
            near = ROUNDING * np.maximum(np.abs(means[i]), np.abs(means[j]))
            sure[i] *= means[i] - means[j] > np.maximum(reach, near)
    return sure


def futures(samples: Samples, metrics: Sequence[str]) -> Futures:
    """Shares of the points in which each arm is best in every one of the metrics.

    Of several outcomes, an arm is best at a point where no other is better in any of them.
    """
    if not metrics:
        raise UnansweredError("No outcome is named; name one or more.")
    each = np.concatenate([gains(samples, metric) for metric in metrics])
    if not lived(each).any():
        raise UnansweredError("At no point does every arm have a value of every outcome under the same luck.")
    known = paired(each)
    arms, outcomes = len(samples.arms), len(metrics)

    def split(some: Floats) -> list[Floats]:
        return list(some.reshape(outcomes, arms, *some.shape[1:]))

    points = points_of(each)
    trend = trend_of(samples, *split(np.where(lived(each), each, np.nan)))
    on = None if trend is None else trend[points]
    luck = [point_means(one).year_noise for one in split(known)]

    def leads(some: Floats, at: Ints) -> Floats:
        here = None if on is None else on[at]
        means = [point_means(one, noise, here).freed for one, noise in zip(split(some), luck, strict=True)]
        return np.asarray(np.prod([_leads(one) for one in means], axis=0))

    def figures(some: Floats, at: Ints) -> Floats:
        found = leads(some, at)
        shared = found / np.maximum(found.sum(axis=0), 1.0)
        return np.append(shared.mean(axis=1), (found.sum(axis=0) == 0.0).mean())

    over = jackknife(figures, known)
    sure = np.prod([surely_best(one) for one in split(known)], axis=0)
    return Futures(
        tuple(metrics),
        points,
        tuple(Share(arm, over.interval(i, 0.0, 1.0), float(sure[i].mean())) for i, arm in enumerate(samples.arms)),
        float((leads(known, np.arange(len(points))).sum(axis=0) > 1.0).mean()),
        1.0 - float(sure.sum(axis=0).mean()),
        over.interval(arms, 0.0, 1.0),
    )
