"""What each factor does to a gain, by regression on samples as they are: a curve for each, and pairs that matter.

All curves are fitted at once, so that what one factor does is no noise in another's curve. A curve is a line or a
spline of up to MOST columns, as many as cross-validation asks for (generalised: Craven & Wahba 1978, "Smoothing noisy
data with spline functions"). Products of two factors come in where what is left asks for them beyond chance. Every
column has mean nil and spread one over the factors' laws, and is nil in the mean over each factor in it; so columns of
a factor, or of factors together, are the mean of the gain given these and no others (the functional analysis of
variance: Sobol' 1993). A factor that is a row of a table has no curve: each row has its own mean.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

import numpy as np

from sdmsim.lab.drivers.point_means import Ints, shrinking
from sdmsim.lab.drivers.vocabulary import Floats

SIZES = (3, 5, 8)
"""Columns that a curve may have: a cubic, and cubic splines with two and with five knots; with few points, one: a
line."""
LINE = 1
MOST = SIZES[-1]
CHANCE = 0.05
"""How probable it may be that any pair of factors comes in by chance."""
POINTS_A_COLUMN = 4
"""Fewer points than this for each column, and no further column comes in."""
_GRID = 2048


class Columns(NamedTuple):
    """What is fitted: for each block of columns the factors in it, one or two, and how many columns it has."""

    factors: tuple[tuple[int, ...], ...]
    sizes: tuple[int, ...]

    def of(self, group: frozenset[int]) -> Ints:
        """Positions of the columns that hold these factors and no others; the constant, at 0, is not one."""
        ends = np.cumsum((1, *self.sizes))
        blocks = [
            np.arange(start, start + size)
            for start, size, of in zip(ends, self.sizes, self.factors, strict=False)
            if group.issuperset(of)
        ]
        return np.concatenate(blocks) if blocks else np.empty(0, dtype=np.int64)


@lru_cache(maxsize=8)
def _spline(size: int) -> tuple[Floats, Floats, Floats]:
    """Knots, means and triangle: what makes B-splines columns with mean nil and spread one, uncorrelated."""
    from scipy.interpolate import BSpline

    degree = min(3, size)
    knots = np.concatenate([np.zeros(degree), np.linspace(0.0, 1.0, size - degree + 2), np.ones(degree)])
    raw = BSpline.design_matrix((np.arange(_GRID) + 0.5) / _GRID, knots, degree).toarray()[:, :-1]
    middle = raw.mean(axis=0)
    triangle = np.linalg.qr((raw - middle) / np.sqrt(_GRID), mode="r")
    return knots, middle, np.linalg.inv(triangle)


def curve(position: Floats, size: int) -> Floats:
    """(points, size): the columns of one factor at positions from 0 to 1."""
    from scipy.interpolate import BSpline

    knots, middle, inverse = _spline(size)
    raw = BSpline.design_matrix(np.clip(position, 0.0, 1.0), knots, min(3, size)).toarray()[:, :-1]
    return np.asarray((raw - middle) @ inverse)


def _products(one: Floats, other: Floats) -> Floats:
    """(points, 4): line and bend of one factor times line and bend of another."""
    first, second = curve(one, 2), curve(other, 2)
    return np.asarray((first[:, :, None] * second[:, None, :]).reshape(len(one), 4))


def table(positions: Floats, columns: Columns) -> Floats:
    """(points, 1 + columns): the constant, then every block."""
    blocks = [
        curve(positions[:, of[0]], size) if len(of) == 1 else _products(positions[:, of[0]], positions[:, of[1]])
        for of, size in zip(columns.factors, columns.sizes, strict=True)
    ]
    return np.column_stack([np.ones(len(positions)), *blocks])


def columns_for(positions: Floats, gains: Floats, smooth: tuple[int, ...]) -> Columns:
    """Which columns to fit to gains (points, arms): those of the `smooth` factors, by number, and of pairs of these."""
    gains = whitened(gains)
    sizes = _sizes(positions, gains, smooth)
    alone = Columns(tuple((i,) for i in smooth), sizes)
    pairs = _pairs(positions, gains, alone)
    return Columns(alone.factors + pairs, alone.sizes + (4,) * len(pairs))


def _sizes(positions: Floats, gains: Floats, smooth: tuple[int, ...]) -> tuple[int, ...]:
    """For each factor the size of its curve by generalised cross-validation, the others' curves taken out."""
    points = len(positions)
    least = SIZES[0] if points >= POINTS_A_COLUMN * (1 + SIZES[0] * len(smooth)) else LINE
    bases = {i: {size: curve(positions[:, i], size) for size in (LINE, *SIZES)} for i in smooth}
    sizes = dict.fromkeys(smooth, least)
    for _ in range(2):
        fitted = {i: np.zeros_like(gains) for i in smooth}
        x = np.column_stack([np.ones(points), *(bases[i][sizes[i]] for i in smooth)])
        found = np.linalg.lstsq(x, gains, rcond=None)[0]
        start = 1
        for i in smooth:
            fitted[i] = bases[i][sizes[i]] @ found[start : start + sizes[i]]
            start += sizes[i]
        rest = gains - x @ found
        for i in smooth:
            spare = points // POINTS_A_COLUMN - sum(sizes.values()) + sizes[i]
            tried = [least, *(size for size in SIZES if least < size <= spare)]
            sizes[i] = _size(rest + fitted[i], bases[i], tried)
    return tuple(sizes[i] for i in smooth)


def _size(left: Floats, bases: dict[int, Floats], tried: list[int]) -> int:
    best, chosen = np.inf, tried[0]
    for size in tried:
        x = np.column_stack([np.ones(len(left)), bases[size]])
        rest = left - x @ np.linalg.lstsq(x, left, rcond=None)[0]
        score = float((rest**2).sum()) / (1.0 - (size + 1) / len(left)) ** 2
        if score < best * (1.0 - 1e-9):
            best, chosen = score, size
    return chosen


def whitened(gains: Floats) -> Floats:
    """(points, directions): gains less their mean, uncorrelated and of spread one, without what does not vary.

    Sums of squares over these are the same whichever arm the others are compared with.
    """
    away = gains - gains.mean(axis=0)
    size, turn = np.linalg.eigh(away.T @ away / len(away))
    real = size > max(size.max(initial=0.0), np.finfo(float).tiny) * 1e-12
    return np.asarray(away @ turn[:, real] / np.sqrt(size[real]))


def _pairs(positions: Floats, gains: Floats, alone: Columns) -> tuple[tuple[int, ...], ...]:
    """Pairs of factors whose products move what the curves leave, beyond chance; the strongest first."""
    from scipy.special import chdtri

    x = table(positions, alone)
    points, used = x.shape
    smooth = [of[0] for of in alone.factors]
    tried = list(combinations(smooth, 2))
    room = (points // POINTS_A_COLUMN - used) // 4
    rest = gains - x @ np.linalg.lstsq(x, gains, rcond=None)[0]
    moved = whitened(rest)
    if room < 1 or not tried or not moved.shape[1] or (rest**2).mean() < 1e-20:
        return ()
    limit = float(chdtri(moved.shape[1], CHANCE / (4 * len(tried))))
    bends = {i: curve(positions[:, i], 2) for i in smooth}
    found = []
    for i, j in tried:
        products = (bends[i][:, :, None] * bends[j][:, None, :]).reshape(points, 4)
        products = products - products.mean(axis=0)
        alike = ((products.T @ moved) ** 2).sum(axis=1) / (products**2).sum(axis=0)
        if (strength := float(alike.max())) > limit:
            found.append((strength, (i, j)))
    return tuple(pair for _, pair in sorted(found, reverse=True)[:room])


class Fitted(NamedTuple):
    """Coefficients of columns, with what is needed to know their noise."""

    coefficients: Floats
    """(1 + columns, arms)."""
    shape: Floats
    """(1 + columns, 1 + columns): times `left`, the covariance of coefficients."""
    left: Floats
    """(arms, arms): covariance of what the columns leave."""
    freedom: int
    rest: Floats
    """(points, arms): what they leave at each point."""


def fit(x: Floats, gains: Floats) -> Fitted:
    """Least squares of gains (points, arms) on the columns of a `table`."""
    found = np.asarray(np.linalg.lstsq(x, gains, rcond=None)[0], dtype=np.float64)
    rest = gains - x @ found
    freedom = max(1, len(x) - x.shape[1])
    shape = np.asarray(np.linalg.pinv(x.T @ x), dtype=np.float64)
    return Fitted(found, shape, np.asarray(rest.T @ rest / freedom), freedom, rest)


class RowMeans(NamedTuple):
    """What the rows of a table do to gains: each row's mean of what the columns leave."""

    means: Floats
    """(rows, arms), less the mean over points."""
    share: Floats
    """(rows,): share of the points that have it."""
    within: Floats
    """(arms, arms): covariance between points of the same row."""
    between_freedom: int
    """Rows with points, less one."""
    within_freedom: int
    """Points, less these rows."""

    def spread(self, unsure: float = 0.0) -> Floats:
        """(arms, arms): what means are multiplied by so that they spread between rows as they do without noise."""
        points = self.between_freedom + self.within_freedom + 1
        seen = (self.means * self.share[:, None]).T @ self.means
        noise = self.within * self.between_freedom / points
        return shrinking(seen, noise, unsure, self.between_freedom)


def row_means(row: Ints, rest: Floats, rows: int) -> RowMeans:
    """Of each row the mean of `rest` (points, arms); rows with few points are noisy."""
    counts = np.bincount(row, minlength=rows)
    share = counts / len(row)
    means = np.stack([np.bincount(row, column, rows) for column in rest.T], axis=1) / np.maximum(counts, 1)[:, None]
    left = rest - means[row]
    seen = int((counts > 0).sum())
    means = np.where(counts[:, None] > 0, means - share @ means, 0.0)
    return RowMeans(means, share, left.T @ left / max(1, len(row) - seen), seen - 1, len(row) - seen)
