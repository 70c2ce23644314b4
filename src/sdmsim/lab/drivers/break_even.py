"""Where does one arm overtake the other? Positions of a factor at which their difference is nil, with intervals.

The difference is put so that above nil the arm is ahead. Along the factor it has a curve with a 95 % band; a break-even
lies where the curve passes nil, and its interval is where the band around it holds nil (Fieller 1954, "Some problems in
interval estimation"): for a straight course between points this is exact, however flat the curve, and it can be read
off the picture. An interval may run to the end of the range: then it is open there.

Two curves: with all other factors at their values (points along the factor, the same luck at each: straight lines
between them, Student t over replications), and on average over the others (a smooth curve through samples).
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np

from sdmsim.lab.drivers.resampling import luck_errors, shaken
from sdmsim.lab.drivers.vocabulary import Floats

GRID = 201
"""Positions at which a curve is reckoned."""
KNOTS = (0.25, 0.5, 0.75)
FEW = 100
"""With fewer points than these, the smooth curve has one inner knot."""

Answer = Literal["one", "more than one", "none in range", "none told", "equal", "no scale", "too few points"]


class BreakEven(NamedTuple):
    """A position at which the arms are even, and where it may lie (95 %)."""

    factor: int
    estimate: float
    low: float
    high: float
    open_low: bool
    """The interval runs to the low end of the range: the arms may be even there too."""
    open_high: bool
    direction: Literal["rises above", "falls below"]
    """The arm gets ahead when the factor does this."""


class CurvePoint(NamedTuple):
    """The arm's lead at a position."""

    position: float
    estimate: float
    low: float
    high: float


class Crossing(NamedTuple):
    """What a curve says of a factor."""

    factor: int
    answer: Answer
    """`none in range`: one arm is ahead all along; `none told`: no break-even is seen, but the band holds nil
    somewhere; `equal`: no difference anywhere; `no scale`: the factor's values have no order."""
    ahead: Literal["arm", "baseline", "neither"]
    """Who is ahead at the middle of the range."""
    found: tuple[BreakEven, ...]
    curve: tuple[CurvePoint, ...]


def no_scale(factor: int) -> Crossing:
    """The answer for a factor that is the number of a row."""
    return Crossing(factor, "no scale", "neither", (), ())


def at_values(factor: int, places: Floats, y: Floats) -> Crossing:
    """Break-even with all other factors at their values.

    `places` (levels): the factor's positions, rising; `y` (levels, replications): the arm's lead there, same luck at
    all. A replication with a missing value is left out; with one replication there are no intervals.
    """
    known = y[:, ~np.isnan(y).any(axis=0)]
    count = known.shape[1]
    if count == 0 or len(places) < 2:
        return Crossing(factor, "too few points", "neither", (), ())
    grid = np.union1d(np.linspace(places[0], places[-1], GRID), places)
    between = np.column_stack([np.interp(grid, places, one) for one in np.eye(len(places))])
    courses = between @ known
    half = np.full(len(grid), np.nan)
    if count > 1:
        half = luck_errors(count) * courses.std(axis=1, ddof=1) / np.sqrt(count)
    return _read(factor, grid, courses.mean(axis=1), half, float(np.abs(known).max()))


def on_average(factor: int, positions: Floats, y: Floats, without_scale: Collection[int] = ()) -> Crossing:
    """Break-even on average over what the other factors may be, from samples of any even design.

    A cubic spline of the factor by least squares, with straight and bent terms of the others to take their part out of
    the scatter. The band: scatter of points (heteroscedasticity-consistent, HC3: MacKinnon & White 1985) and luck
    between replications (resampling.py).
    """
    if factor in without_scale:
        return no_scale(factor)
    known = ~np.isnan(y).any(axis=1)
    places, outcomes = positions[known], y[known]
    n, count = outcomes.shape
    others = [i for i in range(places.shape[1]) if i != factor and i not in without_scale]
    grid = np.linspace(0.0, 1.0, GRID)
    knots = KNOTS if n >= FEW else (0.5,)
    basis = _spline(places[:, factor], knots)
    aside = places[:, others] - 0.5
    if n >= 5 * (basis.shape[1] + 2 * len(others)):
        basis = np.hstack([basis, aside, aside**2 - 1.0 / 12.0])
    elif n >= 5 * (basis.shape[1] + len(others)):
        basis = np.hstack([basis, aside])
    if n < 3 * basis.shape[1]:
        return Crossing(factor, "too few points", "neither", (), ())
    at_grid = _spline(grid, knots)
    inverse = np.linalg.pinv(basis)
    fitted = inverse @ outcomes
    courses = at_grid @ fitted[: at_grid.shape[1]]
    leverage = np.minimum(np.einsum("ij,ji->i", basis, inverse), 0.999)
    left = (outcomes.mean(axis=1) - basis @ fitted.mean(axis=1)) / (1.0 - leverage)
    error = (at_grid @ inverse[: at_grid.shape[1]]) * left
    by_points = (error**2).sum(axis=1)
    by_luck = courses.var(axis=1, ddof=1) / count if count > 1 else np.full(len(grid), np.nan)
    half = np.array([shaken(*two, 0.0, count).half for two in zip(by_points, by_luck, strict=True)])
    return _read(factor, grid, courses.mean(axis=1), half, float(np.abs(outcomes).max()))


def _spline(places: Floats, knots: tuple[float, ...]) -> Floats:
    """(places, functions): cubic B-splines over 0 to 1."""
    from scipy.interpolate import BSpline

    ends = [0.0] * 4 + list(knots) + [1.0] * 4
    made: Floats = BSpline.design_matrix(np.clip(places, 0.0, 1.0), ends, 3).toarray()
    return made


def _read(factor: int, grid: Floats, mean: Floats, half: Floats, scale: float) -> Crossing:
    """Where the curve passes nil, and where its band holds it."""
    mean = np.where(np.abs(mean) <= 1e-12 * scale, 0.0, mean)
    low, high = mean - half, mean + half
    curve = tuple(CurvePoint(*(float(v) for v in four)) for four in zip(grid, mean, low, high, strict=True))
    middle = float(np.interp((grid[0] + grid[-1]) / 2.0, grid, mean))
    ahead: Literal["arm", "baseline", "neither"] = "arm" if middle > 0.0 else "baseline" if middle < 0.0 else "neither"
    if not mean.any():
        return Crossing(factor, "equal", "neither", (), curve)
    stretches = _stretches(grid, low, high)
    found = []
    for position, rises in _roots(grid, mean):
        around = [(a, b) for a, b in stretches if a - 1e-9 <= position <= b + 1e-9]
        a, b = around[0] if around else (float("nan"), float("nan"))
        direction: Literal["rises above", "falls below"] = "rises above" if rises else "falls below"
        found.append(BreakEven(factor, position, a, b, bool(a <= grid[0]), bool(b >= grid[-1]), direction))
    if found:
        return Crossing(factor, "one" if len(found) == 1 else "more than one", ahead, tuple(found), curve)
    return Crossing(factor, "none told" if stretches else "none in range", ahead, (), curve)


def _roots(grid: Floats, mean: Floats) -> list[tuple[float, bool]]:
    """Where the curve changes sign, and whether it rises there; a stretch at nil counts once, at its middle."""
    signed = np.flatnonzero(mean)
    made = []
    for i, j in pairwise(signed):
        if mean[i] * mean[j] < 0.0:
            if j == i + 1:
                position = grid[i] - mean[i] * (grid[j] - grid[i]) / (mean[j] - mean[i])
            else:
                position = (grid[i + 1] + grid[j - 1]) / 2.0
            made.append((float(position), bool(mean[j] > 0.0)))
    return made


def _stretches(grid: Floats, low: Floats, high: Floats) -> list[tuple[float, float]]:
    """Runs of positions at which the band holds nil, with their ends between the grid's points."""
    distance = np.minimum(high, -low)
    """At or above nil: the band holds nil."""
    if np.isnan(distance).any():
        return []
    made: list[tuple[float, float]] = []
    start: float | None = float(grid[0]) if distance[0] >= 0.0 else None
    for i in range(1, len(grid)):
        before, after = distance[i - 1], distance[i]
        if (before >= 0.0) == (after >= 0.0):
            if before < 0.0 and low[i - 1] * low[i] < 0.0:  # the band is narrower than the grid: it passes nil at once
                ends = [_nil_of(edge[i - 1], edge[i], grid[i - 1], grid[i]) for edge in (low, high)]
                made.append((min(ends), max(ends)))
            continue
        at = float(grid[i - 1] + (grid[i] - grid[i - 1]) * before / (before - after))
        if after >= 0.0:
            start = at
        else:
            made.append((at if start is None else start, at))
            start = None
    return [*made, (start, float(grid[-1]))] if start is not None else made


def _nil_of(before: float, after: float, start: float, end: float) -> float:
    """Where a straight line passes nil."""
    return float(start + (end - start) * before / (before - after))
