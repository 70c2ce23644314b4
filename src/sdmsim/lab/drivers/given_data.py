"""First-order indices from samples that exist, whatever they were made for.

SALib's RBD-FAST (Tarantola, Gatelli & Mara 2006, Plischke 2010: sort the outcome by the factor and see how much of it
runs in slow waves; bias taken out after Tissot & Prieur 2012): it needs no design, gives a share of the variance like
sobol.py, and luck that is another at each point has no waves. Binned measures of whole distributions (PAWN, delta)
count luck as effect, and have no share that adds up. A factor without a scale cannot be sorted: its rows are classes of
a one-way analysis of variance (Searle, Casella & McCulloch 1992), which asks for rows that come more than once. What
the other factors do by straight and bent lines is taken out of it first: points of an even sample lie evenly within a
row too, more so than the analysis expects, and its share would come out too small.

The points must be independent of each other: of a Saltelli design only `sobol.independent`. Luck is taken out as in
sobol.py. Intervals: points left out by twentieths, and each replication left out in turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sdmsim.lab.drivers.resampling import FEWEST_LEFT_OUT, NORMAL, left_out_variance
from sdmsim.lab.drivers.sobol import ALL_LUCK, BELOW_NIL, FLAT, ONE_REPLICATION
from sdmsim.lab.drivers.vocabulary import Floats
from sdmsim.streams import Luck

WAVES = 10
PARTS = 20
FEWEST = 3 * PARTS
TOO_FEW = f"fewer than {FEWEST} points with a value"
NO_ROW_TWICE = "too few rows come more than once"


class GivenIndex(NamedTuple):
    """The share of the outcome's variance that a factor decides alone; its 95 % interval."""

    factor: int
    estimate: float
    low: float
    high: float
    uncorrected: float
    """What would be reported if luck were not taken out."""
    n: int
    remark: str


def first_order(
    positions: Floats, y: Floats, seed: int, rows: Mapping[int, int] | None = None
) -> tuple[GivenIndex, ...]:
    """Of every factor, from outcomes (points, replications). `rows`: factors without a scale, and how many rows each
    has.
    """
    known = ~np.isnan(y).any(axis=1)
    places, outcomes = positions[known], y[known]
    n, factors = places.shape
    rows, nan = rows or {}, float("nan")
    if n < FEWEST:
        return tuple(GivenIndex(i, nan, nan, nan, nan, n, TOO_FEW) for i in range(factors))
    if np.ptp(outcomes.mean(axis=1)) <= 1e-12 * np.abs(outcomes).max():
        return tuple(GivenIndex(i, nan, nan, nan, nan, n, FLAT) for i in range(factors))
    when = np.arange(n, dtype=np.int64)
    shuffled = np.argsort(Luck(seed, None).uniforms_of("points by twentieths", ["all"], np.zeros_like(when), when))
    part = np.empty(n, dtype=np.int64)
    part[shuffled] = when % PARTS
    made = []
    for i in range(factors):
        place = places[:, i]
        if i in rows:
            place = np.minimum(np.floor(place * rows[i]), rows[i] - 1)
            if n - len(np.unique(place)) < FEWEST:
                made.append(GivenIndex(i, nan, nan, nan, nan, n, NO_ROW_TWICE))
                continue
        others = places[:, [j for j in range(factors) if j != i and j not in rows]] - 0.5
        beside = np.column_stack([np.ones(n), others, others**2]) if i in rows else None
        made.append(_one(i, place, outcomes, part, beside))
    return tuple(made)


def _one(factor: int, place: Floats, outcomes: Floats, part: NDArray[np.int64], beside: Floats | None) -> GivenIndex:
    n, count = outcomes.shape
    share, plain = _share(place, outcomes, beside)
    nan = float("nan")
    if np.isnan(share):
        return GivenIndex(factor, nan, nan, nan, plain, n, ALL_LUCK)
    kept = [part != p for p in range(PARTS)]
    without = np.array([_share(place[k], outcomes[k], None if beside is None else beside[k])[0] for k in kept])
    variance = float(left_out_variance(without))
    if count >= FEWEST_LEFT_OUT:
        left = np.array([_share(place, np.delete(outcomes, r, axis=1), beside)[0] for r in range(count)])
        variance += float(left_out_variance(left))
    half = float("inf") if np.isnan(variance) else NORMAL * float(np.sqrt(variance))
    said = (BELOW_NIL if share < 0.0 else "", ONE_REPLICATION if count == 1 else "")
    return GivenIndex(factor, share, share - half, share + half, plain, n, "; ".join(s for s in said if s))


def _share(place: Floats, outcomes: Floats, beside: Floats | None) -> tuple[float, float]:
    """The share without luck (nan where all is luck), and with it. `beside`: of a row, terms of the other factors."""
    count = outcomes.shape[1]
    columns = np.column_stack([outcomes.mean(axis=1), outcomes]) if count > 1 else outcomes
    variances = columns.var(axis=0)
    if beside is None:
        decided = np.array([_by_waves(place, column) for column in columns.T]) * variances
    else:
        left = columns - beside @ (np.linalg.pinv(beside) @ columns) if len(place) > 5 * beside.shape[1] else columns
        decided = np.array([_by_class(place, column) for column in left.T])
    plain = float(decided[0] / variances[0])
    if count == 1:
        return plain, plain
    top, bottom = (float((count * v[0] - v[1:].mean()) / (count - 1)) for v in (decided, variances))
    return (top / bottom if bottom > 0.0 else float("nan")), plain


def _by_waves(place: Floats, outcome: Floats) -> float:
    """SALib's RBD-FAST: the share of the outcome's variance that goes with the factor."""
    from SALib.analyze import rbd_fast

    if np.ptp(outcome) == 0.0:
        return 0.0
    found = rbd_fast.compute_first_order(rbd_fast.permute_outputs(place, outcome), WAVES)
    return float(rbd_fast.unskew_S1(found, WAVES, len(outcome)))


def _by_class(place: Floats, outcome: Floats) -> float:
    """Variance between classes of unequal size, without bias."""
    _, which, sizes = np.unique(place, return_inverse=True, return_counts=True)
    n, groups = len(outcome), len(sizes)
    means = np.bincount(which, outcome) / sizes
    within = float(((outcome - means[which]) ** 2).sum() / (n - groups))
    between = float((sizes * (means - outcome.mean()) ** 2).sum() / (groups - 1))
    return (between - within) / (float(n - (sizes**2).sum() / n) / (groups - 1))
