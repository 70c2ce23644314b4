"""Morris screening: which factors do anything at all, for few points?

Trajectories walk through the space, one factor a step (Morris 1991, "Factorial sampling plans for preliminary
computational experiments"); each step gives one elementary effect: the change of the outcome over the share of the
range that was walked. Design and figures are SALib's, the trajectories chosen far apart from a pool (Campolongo and
others 2007, "An effective screening design for sensitivity analysis of large models"; Ruano and others 2012). mu* is
the mean size of a factor's effects, sigma their spread: effects that differ from place to place, by bends or by what
others are set to.

A factor without a scale (the number of a row) does not walk: both of its positions in a trajectory are drawn, and its
effect is put as if it had walked the same share.

Luck makes effects of its own, and a size is never negative: a factor that does nothing has a mu* above nil. So each mu*
comes with the one that luck alone would show, from how the effects vary between replications.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from sdmsim.lab.drivers.resampling import FEWEST_LEFT_OUT, NORMAL, drawn, left_out_variance, shaken
from sdmsim.lab.drivers.vocabulary import Floats
from sdmsim.streams import Luck

LEVELS = 4
STEP = LEVELS / (2 * (LEVELS - 1))
"""Share of the range that one step walks."""
ROW = "a row of a trajectory"
POOL = 50
"""Trajectories made at least, of which those far apart are chosen."""


class Effect(NamedTuple):
    """How much the outcome moves, in its own unit, as a factor goes over its whole range; 95 % intervals."""

    factor: int
    estimate: float
    """mu*: mean size of the elementary effects."""
    low: float
    high: float
    mu: float
    """Mean of the effects with their signs."""
    sigma: float
    """Spread of the effects."""
    sigma_low: float
    sigma_high: float
    luck_alone: float
    """mu* that a factor without effect would show by luck; nan with one replication."""
    told: bool
    """The interval of mu* lies above what luck alone shows (with one replication: above nil)."""
    sampling: float
    """Share of the interval's squared length that more trajectories would shorten."""
    luck: float
    """Share of the interval's squared length that more replications would shorten; nan below three replications."""
    n: int
    """Trajectories used: those at which all outcomes have a value."""


def _problem(factors: int) -> dict[str, object]:
    return {"num_vars": factors, "names": [str(i) for i in range(factors)], "bounds": [[0.0, 1.0]] * factors}


def design(factors: int, trajectories: int, seed: int, without_scale: Collection[int] = ()) -> Floats:
    """(trajectories * (factors + 1), factors): positions from 0 to 1; one factor changes from point to point."""
    from SALib.sample import morris

    pool = max(POOL, 2 * trajectories)
    chosen = trajectories if trajectories >= 2 and factors > 1 else None
    made: Floats = morris.sample(
        _problem(factors), pool if chosen else trajectories, num_levels=LEVELS, optimal_trajectories=chosen, seed=seed
    ).reshape(trajectories, factors + 1, factors)
    for i in without_scale:
        one = Luck(seed, None)
        for t, walk in enumerate(made):
            before, after = one.uniform(ROW, f"factor {i}", 2 * t), one.uniform(ROW, f"factor {i}", 2 * t + 1)
            walk[:, i] = np.where(walk[:, i] == walk[0, i], before, after)
    return np.asarray(made.reshape(-1, factors))


def elementary_effects(positions: Floats, y: Floats) -> Floats:
    """(trajectories, factors, replications): change of the outcome over the share of the range; nan where it has
    none.
    """
    factors = positions.shape[1]
    places = positions.reshape(-1, factors + 1, factors)
    walked = np.diff(places, axis=1)
    moved = np.argmax(np.abs(walked), axis=2)
    up = np.sign(np.take_along_axis(walked, moved[:, :, None], axis=2))
    change = up * np.diff(y.reshape(len(places), factors + 1, -1), axis=1) / STEP
    effects = np.empty_like(change)
    np.put_along_axis(effects, moved[:, :, None], change, axis=1)
    return effects


def effects(positions: Floats, y: Floats, seed: int) -> tuple[Effect, ...]:
    """mu* and sigma of every factor from outcomes (points, replications) at the points of `design`."""
    from SALib.analyze import morris

    factors, count = positions.shape[1], y.shape[1]
    cells = y.reshape(-1, factors + 1, count)
    known = ~np.isnan(cells).any(axis=(1, 2))
    n = int(known.sum())
    if n < 2:
        nan = float("nan")
        return tuple(Effect(i, nan, nan, nan, nan, nan, nan, nan, nan, False, nan, nan, n) for i in range(factors))
    places = positions.reshape(-1, factors + 1, factors)[known].reshape(-1, factors)
    outcomes = cells[known].reshape(-1, count)
    found = morris.analyze(
        _problem(factors), places, outcomes.mean(axis=1), num_levels=LEVELS, num_resamples=2, seed=seed
    )
    each = elementary_effects(places, outcomes)
    of_means = each.mean(axis=2)
    draws = of_means[drawn(n, seed, "trajectories")]
    by_points = np.abs(draws).mean(axis=1).var(axis=0, ddof=1)
    sigma_half = NORMAL * draws.std(axis=1, ddof=1).std(axis=0, ddof=1)
    by_luck, own, alone = (np.full(factors, np.nan) for _ in range(3))
    if count > 1:
        alone = np.sqrt(2.0 / np.pi * each.var(axis=2, ddof=1).mean(axis=0) / count)
    if count >= FEWEST_LEFT_OUT:
        left = [np.abs(np.delete(each, r, axis=2).mean(axis=2)).mean(axis=0) for r in range(count)]
        by_luck = left_out_variance(np.array(left))
        sized = each * np.sign(of_means)[:, :, None]
        rest = sized - sized.mean(axis=2, keepdims=True) - sized.mean(axis=0) + sized.mean(axis=(0, 2))[:, None]
        own = (rest**2).sum(axis=(0, 2)) / ((n - 1) * (count - 1)) / (n * count)
    rounding = 1e-12 * float(np.abs(outcomes).max())
    made = []
    for i in range(factors):
        star, sigma, s = float(found["mu_star"][i]), float(found["sigma"][i]), float(sigma_half[i])
        h, sampling, luck = shaken(float(by_points[i]), float(by_luck[i]), float(np.nan_to_num(own[i])), count)
        told = bool(star - h > max(rounding, float(np.nan_to_num(alone[i]))))
        mu, one = float(found["mu"][i]), float(alone[i])
        made.append(
            Effect(i, star, star - h, star + h, mu, sigma, max(0.0, sigma - s), sigma + s, one, told, sampling, luck, n)
        )
    return tuple(made)
