"""Who leads, and what turns it round: probabilities over what is not known.

At each point of the factors' space, the arms' means over replications say who leads there. Means hold luck, and luck
brings probabilities near a half; so they are first freed of it (`point_means`). Arms that are even share the lead.

Intervals: points drawn anew or, where it reaches further (as near 0 and 1), Wilson's (1927) for a share of that many
points; and each replication left out in turn.

Of one arm against a baseline: `against(difference)` makes two arms of the difference.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sdmsim.lab.drivers.one_at_a_time import along, levels_of
from sdmsim.lab.drivers.point_means import shrinking, year_noise_of
from sdmsim.lab.drivers.resampling import FEWEST_LEFT_OUT, drawn, left_out_variance, luck_errors
from sdmsim.lab.drivers.vocabulary import Floats
from sdmsim.lab.estimates import ROUNDING

BINS = 10
FEWEST = 20
"""Points in a bin, at least; else bins are wider."""
DRAWS = 400
GRID = 401


class Lead(NamedTuple):
    """How probable it is that an arm leads, over everything that is not known."""

    arm: int
    estimate: float
    low: float
    high: float
    n: int


class LeadAt(NamedTuple):
    """How probable it is that an arm leads where a factor lies in a part of its range."""

    factor: int
    arm: int
    position: float
    """Middle of the part."""
    estimate: float
    low: float
    high: float
    n: int


class Flip(NamedTuple):
    """How probable it is that the ranking turns: that another arm than the leader leads."""

    factor: int
    """The number of the block, where factors move together."""
    leader: int
    estimate: float
    low: float
    high: float
    n: int


class FlipRange(NamedTuple):
    """Between which probabilities the ranking turns as a factor moves over its range, the others as they may be."""

    factor: int
    leader: int
    """The arm that most probably leads over all."""
    estimate: float
    """The larger of `at_low` and `at_high` less the smaller: how much it matters to know the factor's end."""
    low: float
    high: float
    at_low: LeadAt
    """Probability that the leader does not lead, in the lowest part of the factor's range."""
    at_high: LeadAt
    course: tuple[LeadAt, ...]
    """The same in every part."""


def against(difference: Floats) -> Floats:
    """(2, points, replications): a baseline at nil and an arm at the difference."""
    return np.stack([np.zeros_like(difference), difference])


def _leading(means: Floats) -> Floats:
    """The share of the lead that each arm (first axis) has; arms that are even share it."""
    best = means >= means.max(axis=0) - 1e-12 * np.abs(means).max(initial=0.0)
    return np.asarray(best / best.sum(axis=0), dtype=np.float64)


def _turned(outcomes: Floats, higher: bool) -> Floats:
    """Points at which every arm has a value, turned so that larger is better."""
    return outcomes[:, ~np.isnan(outcomes).any(axis=(0, 2))] * (1.0 if higher else -1.0)


def _freeing(turned: Floats) -> Floats:
    """(arms - 1, arms - 1): what draws the arms' leads over the first in, until luck is out of their spread."""
    _, n, count = turned.shape
    noise = year_noise_of(turned) / count
    less = (turned[1:] - turned[:1]).mean(axis=2)
    if n < 2 or not np.isfinite(noise).all() or not noise.any():
        return np.eye(len(less))
    return shrinking(np.cov(less).reshape(noise.shape), noise)


def _shares(turned: Floats, freeing: Floats, places: NDArray[np.int64] | None = None) -> Floats:
    """How often each arm leads: (arms), or (arms, draws) of points drawn anew."""
    less = (turned[1:] - turned[:1]).mean(axis=2)
    less = np.where(np.abs(less) <= ROUNDING * np.abs(turned).max(initial=0.0), 0.0, less)
    less = less if places is None else less[:, places]
    middle = less.mean(axis=-1, keepdims=True)
    drawn_in = middle + np.tensordot(freeing, less - middle, axes=1)
    return np.asarray(_leading(np.concatenate([np.zeros_like(drawn_in[:1]), drawn_in])).mean(axis=-1))


def _probabilities(turned: Floats, seed: int) -> list[tuple[float, float, float]]:
    """Estimate, low and high for each arm."""
    from statsmodels.stats.proportion import proportion_confint

    arms, n, count = turned.shape
    freeing = _freeing(turned)
    shares = _shares(turned, freeing)
    draws = _shares(turned, freeing, drawn(n, seed, "points", DRAWS))
    by_luck = np.zeros(arms)
    if count >= FEWEST_LEFT_OUT:
        fewer = [np.delete(turned, r, axis=2) for r in range(count)]
        by_luck = luck_errors(count) ** 2 * left_out_variance(np.array([_shares(one, _freeing(one)) for one in fewer]))
    made = []
    for share, some, luck in zip(shares, draws, by_luck, strict=True):
        low, high = proportion_confint(share * n, n, method="wilson")
        drawn_low, drawn_high = np.quantile(some, [0.025, 0.975])
        down = np.hypot(max(share - low, share - drawn_low, 0.0), np.sqrt(luck))
        up = np.hypot(max(high - share, drawn_high - share, 0.0), np.sqrt(luck))
        made.append((float(share), float(max(0.0, share - down)), float(min(1.0, share + up))))
    return made


def leads(outcomes: Floats, seed: int, higher: bool = True) -> tuple[Lead, ...]:
    """How probably each arm leads, from (arms, points, replications) at an even sample of points."""
    turned = _turned(outcomes, higher)
    n = turned.shape[1]
    if n < 2:
        return tuple(Lead(a, np.nan, np.nan, np.nan, n) for a in range(len(outcomes)))
    return tuple(Lead(a, *three, n) for a, three in enumerate(_probabilities(turned, seed)))


def leads_along(
    factor: int, positions: Floats, outcomes: Floats, seed: int, higher: bool = True, bins: int = BINS
) -> tuple[LeadAt, ...]:
    """The same for equal parts of one factor's range, arm by arm within each part, freed of luck within each."""
    known = ~np.isnan(outcomes).any(axis=(0, 2))
    place, turned = positions[known, factor], _turned(outcomes, higher)
    bins = max(1, min(bins, len(place) // FEWEST))
    part = np.minimum((place * bins).astype(int), bins - 1)
    made = []
    for b in range(bins):
        own = turned[:, part == b]
        n = own.shape[1]
        if n >= 2:
            three = _probabilities(own, seed)
            made += [LeadAt(factor, a, (b + 0.5) / bins, *three[a], n) for a in range(len(outcomes))]
    return tuple(made)


def flips_over_range(
    positions: Floats, outcomes: Floats, seed: int, higher: bool = True, without_scale: Collection[int] = ()
) -> tuple[FlipRange, ...]:
    """For every factor with a scale: how probably the overall leader does not lead, from end to end of its range."""
    whole = leads(outcomes, seed, higher)
    if np.isnan(whole[0].estimate):
        return ()
    leader = max(whole, key=lambda one: one.estimate).arm
    made = []
    for i in (i for i in range(positions.shape[1]) if i not in without_scale):
        course = tuple(
            LeadAt(i, leader, one.position, 1.0 - one.estimate, 1.0 - one.high, 1.0 - one.low, one.n)
            for one in leads_along(i, positions, outcomes, seed, higher)
            if one.arm == leader
        )
        if not course:
            continue
        less, more = sorted((course[0], course[-1]), key=lambda one: one.estimate)
        apart = more.estimate - less.estimate
        down = float(np.hypot(more.estimate - more.low, less.high - less.estimate))
        up = float(np.hypot(more.high - more.estimate, less.estimate - less.low))
        low, high = max(0.0, apart - down), min(1.0, apart + up)
        made.append(FlipRange(i, leader, apart, low, high, course[0], course[-1], course))
    return tuple(made)


def flips_when_moved(outcomes: Floats, blocks: int, seed: int, higher: bool = True) -> tuple[Flip, ...]:
    """How probably the leader changes when one block alone is drawn anew, from (arms, points, replications) at the
    points of a Sobol' design (sobol.py): the decision's total index, as a probability.

    Both the means and the differences of the pairs of points are freed of luck, which else turns near ties; with fewer
    than three replications, what that leaves open is not in the intervals.
    """
    from statsmodels.stats.proportion import proportion_confint

    turned = outcomes if higher else -outcomes
    cells = turned.reshape(len(turned), -1, blocks + 2, turned.shape[2])
    cells = cells[:, ~np.isnan(cells).any(axis=(0, 2, 3))]
    n, count = cells.shape[1], cells.shape[3]
    if n < 2:
        return ()
    leader = int(_leading(cells[:, :, [0, -1]].mean(axis=3)).mean(axis=(1, 2)).argmax())
    made = []
    for k in range(1, blocks + 1):
        value, by_luck = _turning(cells[:, :, 0], cells[:, :, k]), 0.0
        if count >= FEWEST_LEFT_OUT:
            left = [np.delete(cells[:, :, [0, k]], r, axis=3) for r in range(count)]
            by_luck = float(left_out_variance(np.array([_turning(one[:, :, 0], one[:, :, 1]) for one in left])))
        low, high = proportion_confint(value * n, n, method="wilson")
        down, up = (float(np.hypot(part, luck_errors(count) * by_luck**0.5)) for part in (value - low, high - value))
        made.append(Flip(k - 1, leader, value, max(0.0, value - down), min(1.0, value + up), n))
    return tuple(made)


def _turning(before: Floats, after: Floats) -> float:
    """How often another arm leads, of pairs (arms, points, replications) of points that are alike in law."""
    middle, half = (before + after) / 2.0, (after - before) / 2.0
    less, change = ((of[1:] - of[:1]).mean(axis=2) for of in (middle, half))
    centre = less.mean(axis=1, keepdims=True)
    less = centre + _freeing(middle) @ (less - centre)
    change = _freeing(half) @ change
    lead = [_leading(np.concatenate([np.zeros_like(less[:1]), less + way * change])) for way in (-1.0, 1.0)]
    return float(1.0 - (lead[0] * lead[1]).sum(axis=0).mean())


def flips_at_values(
    outcomes: Floats, levels: int, seed: int, higher: bool = True, without_scale: Collection[int] = ()
) -> tuple[Flip, ...]:
    """In which share of each factor's range another arm leads than with all factors at their values, the others at
    theirs.

    From (arms, points, replications) at the points of `one_at_a_time.design`; straight lines between levels. Interval:
    replications drawn anew.
    """
    turned = outcomes if higher else -outcomes
    turned = turned[:, :, ~np.isnan(turned).any(axis=(0, 1))]
    count = turned.shape[2]
    if count == 0:
        return ()
    leader = int(turned[:, 0].mean(axis=1).argmax())
    again = drawn(count, seed, "replications", DRAWS)
    made = []
    for i in range((turned.shape[1] - 1) // levels):
        own = turned[:, along(i, levels)]
        places = levels_of(levels)
        between = np.eye(levels)
        if i not in without_scale:
            between = np.column_stack([np.interp(np.linspace(0.0, 1.0, GRID), places, one) for one in between])
        value = 1.0 - float(_leading(np.stack([between @ arm.mean(axis=1) for arm in own]))[leader].mean())
        draws = np.stack([between @ arm[:, again].mean(axis=2) for arm in own])
        some = 1.0 - _leading(draws)[leader].mean(axis=0)
        low, high = np.quantile(some, [0.025, 0.975]) if count > 1 else (np.nan, np.nan)
        made.append(Flip(i, leader, value, float(low), float(high), count))
    return tuple(made)
