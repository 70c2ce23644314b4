"""Who wins where: a map of two factors, cell by cell, with cells in which it cannot be told.

From a grid around the scenario (all other factors at their values: what luck leaves open is what cannot be told), or
from samples (the others as they may be: a cell has the mean over its points, and the share of points at which the arm
leads). Both factors have a scale. The difference is put so that above nil the arm is ahead. Each cell's interval stands
for itself: of a hundred cells in which the arms are even, five seem not to be.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from sdmsim.lab.drivers.flips import against
from sdmsim.lab.drivers.point_means import point_means
from sdmsim.lab.drivers.resampling import shaken
from sdmsim.lab.drivers.vocabulary import Floats
from sdmsim.lab.estimates import estimate

SIDE = 7
FEWEST = 8
"""Points in a cell of samples, at least."""

Winner = Literal["arm", "baseline", "cannot be told", "too few points"]


class Cell(NamedTuple):
    """A small part of the map: the arm's lead, its 95 % interval, and who wins."""

    first: float
    """Position of the cell's middle along the first factor."""
    second: float
    estimate: float
    low: float
    high: float
    probability: float
    """That the arm is ahead: on a grid, given luck (Student t); of samples, at a point of the cell."""
    winner: Winner
    n: int
    """Replications (grid) or points (samples)."""


def middles(side: int = SIDE) -> Floats:
    """Positions of the cells' middles along one factor."""
    return (np.arange(side) + 0.5) / side


def design(at: Floats, first: int, second: int, side: int = SIDE) -> Floats:
    """(side * side, factors): cell by cell, the second factor moving fastest; all others at their values."""
    made = np.tile(np.asarray(at, dtype=np.float64), (side * side, 1))
    made[:, first] = np.repeat(middles(side), side)
    made[:, second] = np.tile(middles(side), side)
    return made


def on_grid(y: Floats) -> tuple[Cell, ...]:
    """The map from differences (points, replications) at the points of `design`."""
    side = round(len(y) ** 0.5)
    made = []
    for k, row in enumerate(y):
        one = estimate(row)
        ahead = one.p / 2.0 if one.mean < 0.0 else 1.0 - one.p / 2.0
        first, second = middles(side)[k // side], middles(side)[k % side]
        winner = _winner(one.low, one.high)
        made.append(Cell(float(first), float(second), one.mean, one.low, one.high, ahead, winner, one.n))
    return tuple(made)


def of_samples(positions: Floats, y: Floats, first: int, second: int, side: int = SIDE) -> tuple[Cell, ...]:
    """The map from differences (points, replications) at an even sample of points.

    Intervals hold which points lie in the cell, and luck (resampling.py).
    """
    known = ~np.isnan(y).any(axis=1)
    places, outcomes = positions[known][:, [first, second]], y[known]
    part = np.minimum((places * side).astype(int), side - 1)
    made = []
    for i in range(side):
        for j in range(side):
            own = outcomes[(part[:, 0] == i) & (part[:, 1] == j)]
            at = float(middles(side)[i]), float(middles(side)[j])
            if len(own) < FEWEST:
                nan = float("nan")
                made.append(Cell(*at, nan, nan, nan, nan, "too few points", len(own)))
                continue
            n, count = own.shape
            middle, by_points = float(own.mean()), float(own.mean(axis=1).var(ddof=1)) / n
            by_luck = float(own.mean(axis=0).var(ddof=1)) / count if count > 1 else float("nan")
            half = shaken(by_points, by_luck, 0.0, count).half
            low, high = middle - half, middle + half
            lead = point_means(against(own)).freed[1]
            ahead = float(((lead > 0.0) + 0.5 * (lead == 0.0)).mean())
            made.append(Cell(*at, middle, low, high, ahead, _winner(low, high), len(own)))
    return tuple(made)


def _winner(low: float, high: float) -> Winner:
    return "arm" if low > 0.0 else "baseline" if high < 0.0 else "cannot be told"
