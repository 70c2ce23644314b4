"""Luck against ignorance: how much of the spread is which, what is then ranked, and what more runs would settle.

Outcomes are crossed, points by replications: replication r brings the same luck to every point. An analysis of variance
(random effects, one outcome in each cell; Searle, Casella & McCulloch 1992, "Variance components", chapter 4) splits
them into what the points differ by (parameters), what a replication does to all points alike (it cancels in every
comparison of points) and the rest, luck that is another at each point: that is the luck that matters.

What overlaps is not ranked. A factor's place is a range: below those whose intervals lie above its own, above those
whose intervals lie below. Neighbours that overlap, one after the other, are a tie.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np

from sdmsim.lab.drivers.resampling import FEWEST_LEFT_OUT, NORMAL, left_out_variance, luck_errors, weights
from sdmsim.lab.drivers.vocabulary import Floats

CANNOT = float("inf")


class Split(NamedTuple):
    """Variances of an outcome, in the square of its unit; none is below nil."""

    parameters: float
    """Between points: what is not known of the factors."""
    luck_common: float
    """Between replications, at all points alike."""
    luck_own: float
    """Between replications, another at each point."""
    share: float
    """Of the parameters in the sum of all three; nan where nothing varies."""
    share_low: float
    share_high: float
    share_of_mean: float
    """Of the parameters in the spread of the means over replications between points: what luck is left in them is
    not.
    """
    points: int
    replications: int


def _variances(y: Floats) -> Floats:
    """(3): parameters, common and own luck of (points, replications), as they come out, below nil or not."""
    n, count = y.shape
    rows, columns, middle = y.mean(axis=1), y.mean(axis=0), y.mean()
    own = float(((y - rows[:, None] - columns + middle) ** 2).sum() / ((n - 1) * (count - 1)))
    return np.array([rows.var(ddof=1) - own / count, columns.var(ddof=1) - own / n, own])


def split(y: Floats, seed: int) -> Split:
    """The variances in outcomes (points, replications) at an even sample of points; a point without a value is left
    out.

    Interval of the share: points drawn anew; each replication left out in turn, by Student's t, since a few tell
    little of the luck they share. With one replication, nothing is split:
    all luck is nan.
    """
    known = y[~np.isnan(y).any(axis=1)]
    n, count = known.shape
    nan = float("nan")
    if n < 2 or count < 2:
        spread = float(known.var(ddof=1)) if n > 1 else nan
        return Split(spread, nan, nan, nan, nan, nan, nan, n, count)
    found = np.maximum(_variances(known), 0.0)
    if np.ptp(known) <= 1e-12 * float(np.abs(known).max()):
        return Split(0.0, 0.0, 0.0, nan, nan, nan, nan, n, count)
    share = _share(found)
    of_mean = float(found[0] / (found[0] + found[2] / count)) if found[0] + found[2] > 0.0 else nan
    drawn = np.array([_share(v) for v in _drawn_variances(known, weights(n, seed, "points"))])
    half = NORMAL * float(drawn.std(ddof=1))
    if count >= FEWEST_LEFT_OUT:
        without = [_share(np.maximum(_variances(np.delete(known, r, axis=1)), 0.0)) for r in range(count)]
        half = float(np.hypot(half, luck_errors(count) * np.sqrt(left_out_variance(np.array(without)))))
    parameters, common, own = (float(v) for v in found)
    low, high = max(0.0, share - half), min(1.0, share + half)
    return Split(parameters, common, own, share, low, high, of_mean, n, count)


def _share(of: Floats) -> float:
    return float(of[0] / of.sum()) if of.sum() > 0.0 else float("nan")


def _drawn_variances(y: Floats, drawn: Floats) -> Floats:
    """(draws, 3) variances, none below nil, of points drawn with weights (draws, points)."""
    n, count = y.shape
    rows = y.mean(axis=1)
    columns = drawn @ y
    middle = columns.mean(axis=1)
    between = (drawn @ rows**2 - middle**2) * n / (n - 1)
    within = drawn @ ((y - rows[:, None]) ** 2).sum(axis=1)
    across = ((columns - middle[:, None]) ** 2).sum(axis=1)
    own = (within - across) * n / ((n - 1) * (count - 1))
    made = np.stack([between - own / count, across / (count - 1) - own / n, own], axis=1)
    return np.asarray(np.maximum(made, 0.0))


class Ranged(Protocol):
    """What every analysis returns for a factor."""

    @property
    def factor(self) -> int:
        """As in the class."""
        ...

    @property
    def estimate(self) -> float:
        """As in the class."""
        ...

    @property
    def low(self) -> float:
        """As in the class."""
        ...

    @property
    def high(self) -> float:
        """As in the class."""
        ...


class Place(NamedTuple):
    """Where a factor stands among the others, largest first."""

    factor: int
    best: int
    """1 and the number of factors that are clearly larger."""
    worst: int
    """The number of all factors less those that are clearly smaller."""
    tie: int
    """Number of its tie group, from 1: within a group, nothing is ranked."""


def places(found: Sequence[Ranged]) -> tuple[Place, ...]:
    """Places by estimate, largest first; what has no estimate is left out."""
    known = sorted((one for one in found if not np.isnan(one.estimate)), key=lambda one: (-one.estimate, one.factor))
    made: list[Place] = []
    tie, reached = 0, float("inf")
    for one in known:
        if one.high < reached:
            tie += 1
            reached = one.low
        reached = min(reached, one.low)
        above = sum(other.low > one.high for other in known)
        below = sum(other.high < one.low for other in known)
        made.append(Place(one.factor, 1 + above, len(known) - below, tie))
    return tuple(made)


class Settling(NamedTuple):
    """What it would take to rank two neighbours whose intervals overlap, were their estimates to stay as they are."""

    larger: int
    smaller: int
    points: float
    """Points in all (base points, trajectories: what the analysis counts as n); infinite: cannot be settled within the
    limit."""
    replications: float
    """Replications in all at the same points; infinite: cannot be settled by them within the limit; nan: not known."""


def settling(
    found: Sequence[Ranged], points: int, replications: int, most_points: int, most_replications: int
) -> tuple[Settling, ...]:
    """Each pair of neighbours that overlap: lengths of intervals fall with the root of the number of runs.

    What points and replications shorten are the fields `sampling` and `luck` of a result. One without them, such as a t
    interval at given points, has luck only: its points do not help.
    """
    known = sorted((one for one in found if not np.isnan(one.estimate)), key=lambda one: (-one.estimate, one.factor))
    made = []
    for larger, smaller in pairwise(known):
        down, up = larger.estimate - larger.low, smaller.high - smaller.estimate
        gap = larger.estimate - smaller.estimate
        if gap > down + up:
            continue
        by_points, by_luck = (
            _times((down, up), (_part(larger, of, alone), _part(smaller, of, alone)), gap)
            for of, alone in (("sampling", 0.0), ("luck", 1.0))
        )
        made.append(
            Settling(
                larger.factor,
                smaller.factor,
                _within(points * by_points, most_points),
                _within(replications * by_luck, most_replications),
            )
        )
    return tuple(made)


def _part(one: Ranged, of: str, alone: float) -> float:
    """Share of an interval's squared length that falls; `alone` where the result does not tell its parts."""
    return float(getattr(one, of, alone))


def _times(halves: tuple[float, float], parts: tuple[float, float], gap: float) -> float:
    """How many times as many runs bring two half lengths below a gap, where parts of their squares fall; infinite where
    no number does; nan where the parts are not known.
    """
    if any(np.isnan(parts)):
        return float("nan")

    def reach(falls: float) -> float:
        return sum(half * float(np.sqrt(1.0 - part * (1.0 - falls))) for half, part in zip(halves, parts, strict=True))

    if gap <= reach(0.0):
        return CANNOT
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if reach(middle) < gap else (low, middle)
    return 1.0 / low if low > 0.0 else CANNOT


def _within(runs: float, most: int) -> float:
    """A whole number of runs, or infinite past the most; nan stays."""
    if np.isnan(runs):
        return runs
    return CANNOT if runs > most else float(np.ceil(runs - 1e-9))
