"""The value of knowing some factors, from samples as they are: choose by the mean gain given these.

Single loop (Strong, Oakley & Brennan 2014, "Estimating multiparameter partial expected value of perfect information
from a probabilistic sensitivity analysis sample: a nonparametric regression approach"): the mean gain given some
factors is what a regression on all of them (`additive`) says in the columns of these. The luck of replications is what
the regression averages out. What it has not averaged out would still make the best of several arms look better than it
is, so fitted gains are drawn in until they vary by as much as they do without that noise, over all arms at once.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sdmsim.lab.drivers.additive import Columns, Fitted, RowMeans, columns_for, fit, row_means, table
from sdmsim.lab.drivers.point_means import Ints, point_means, shrinking
from sdmsim.lab.drivers.vocabulary import Floats, Samples
from sdmsim.lab.estimates import ROUNDING

GRID = 2048
"""Cases, spread evenly over the factors' laws, over which fitted gains are looked at."""
POINTS_A_ROW = 1.5
"""Points there must be for each row of a table, on average, to tell rows from what else the points differ by."""


def gain_of_knowing(given: Floats) -> float:
    """What choosing the best arm case by case brings beyond choosing once: (cases, arms), gains over the first arm."""
    case_by_case = np.maximum(0.0, given.max(axis=1)).mean()
    return float(case_by_case) - max(0.0, float(given.mean(axis=0).max()))


def turning(given: Floats) -> float:
    """Share of the cases in which another arm is the best than in the mean."""
    every = np.column_stack([np.zeros(len(given)), given])
    return float((every.argmax(axis=1) != every.mean(axis=0).argmax()).mean())


def worth_if_normal(middle: Floats, given: Floats) -> float:
    """What knowing is worth of the best pair of arms if their difference were normal, of the spread that it has."""
    from scipy.special import ndtr

    every = np.column_stack([np.zeros(len(given)), given])
    means = np.append(0.0, middle)
    best = int(means.argmax())
    spread = np.maximum((every - every[:, [best]]).std(axis=0), np.finfo(float).tiny)
    away = np.minimum(means[best] - means, 38.0 * spread) / spread
    density = np.exp(-(away**2) / 2.0) / np.sqrt(2.0 * np.pi)
    return float(np.delete(spread * (density - away * ndtr(-away)), best).max())


def moved(positions: Floats) -> frozenset[int]:
    """Numbers of the factors that differ between points; one that is held at its own value may have no position."""
    if not len(positions):
        return frozenset()
    known = np.isfinite(positions).all(axis=0)
    return frozenset(i for i in np.flatnonzero(known).tolist() if np.ptp(positions[:, i]) > 0.0)


def rows_of(samples: Samples, points: Ints) -> dict[int, Ints]:
    """By number of each factor that is a row of a table and moves, the row that each of the points has."""
    positions = samples.positions[points]
    return {
        i: samples.factors[i].value(positions[:, i]).astype(np.int64)
        for i in sorted(moved(positions))
        if samples.factors[i].law == "row"
    }


def trend_of(samples: Samples, *values: Floats) -> Floats | None:
    """(points, columns) of all points: what means at points lean on when they are freed of luck; None with too few.

    `values`: outcomes (arms, points, replications), every arm with the same years; the columns suit all of them.
    """
    each = [point_means(one) for one in values]
    over = np.concatenate([(one.means[1:] - one.means[:1]).T for one in each], axis=1)
    points = each[0].points
    made = Regression(over, samples.positions[points], rows_of(samples, points))
    return table(samples.positions, made.columns) if made.enough else None


class Regression:
    """What the gains of some samples lean on, fitted anew to any part of them."""

    __slots__ = ("columns", "enough", "grid", "places", "rows", "x")

    def __init__(self, gains: Floats, positions: Floats, rows: Mapping[int, Ints]) -> None:
        """`gains`: (points, arms) over the first arm; `rows`: by number of a factor, the row that each point has."""
        from scipy.stats import qmc

        points, count = positions.shape
        smooth = tuple(sorted(moved(positions) - rows.keys()))
        self.enough = points >= 2 * (len(smooth) + 1)
        self.columns = columns_for(positions, gains, smooth) if self.enough else Columns((), ())
        self.x = table(positions, self.columns)
        self.places = qmc.Sobol(count, rng=0).random(GRID)
        self.grid = table(self.places, self.columns)
        numbered = {i: np.unique(of, return_inverse=True)[1] for i, of in rows.items()}
        self.rows = {
            i: of for i, of in numbered.items() if self.enough and of.max() and points >= POINTS_A_ROW * (of.max() + 1)
        }

    @property
    def told(self) -> frozenset[int]:
        """The factors that the samples are enough to tell."""
        return frozenset(i for of in self.columns.factors for i in of) | frozenset(self.rows)

    def fitted(self, gains: Floats, points: Ints) -> tuple[Fitted, dict[int, RowMeans]]:
        """The columns' coefficients at some of the points, and of each table the means of its rows."""
        x = self.x[points]
        found = fit(x, gains)
        means = self._row_means(found.rest, points)
        if means:
            expected = sum(m.means[self.rows[i][points]] @ (m.spread() @ m.spread()).T for i, m in means.items())
            found = fit(x, gains - expected)
            means = self._row_means(gains - x @ found.coefficients, points)
        return found, means

    def _row_means(self, rest: Floats, points: Ints) -> dict[int, RowMeans]:
        return {i: row_means(of[points], rest, int(of.max()) + 1) for i, of in self.rows.items()}

    def given(self, found: Fitted, means: Mapping[int, RowMeans], known: frozenset[int], unsure: float = 0.0) -> Floats:
        """(GRID, arms): the mean gain in each case given what is known, less the whole mean, freed of noise.

        `unsure`: as in `shrinking`.
        """
        at = self.columns.of(known)
        own, noise = found.coefficients[at], found.left * float(np.trace(found.shape[np.ix_(at, at)]))
        drawn = shrinking(own.T @ own, noise, unsure, len(at))
        gains = self.grid[:, at] @ own @ drawn.T
        for i in known & means.keys():
            rows = means[i]
            here = np.searchsorted(np.cumsum(rows.share), self.places[:, i] * (1.0 - 1e-12), side="right")
            gains = gains + rows.means[here] @ rows.spread(unsure).T
        return np.asarray(gains)

    def chance(self, found: Fitted, means: Mapping[int, RowMeans], known: frozenset[int]) -> float:
        """How probable it is that gains would move so much with these factors if they did nothing: the smaller p of
        columns and of tables' rows, times their number.
        """
        ps = []
        if len(at := self.columns.of(known)):
            own, inverse = found.coefficients[at], np.linalg.pinv(found.shape[np.ix_(at, at)])
            ps.append(chance_of(own.T @ inverse @ own, len(at), found.left, found.freedom))
        for rows in (means[i] for i in sorted(known & means.keys())):
            points = rows.between_freedom + rows.within_freedom + 1
            moved = points * (rows.means * rows.share[:, None]).T @ rows.means
            ps.append(chance_of(moved, rows.between_freedom, rows.within, rows.within_freedom))
        return min(1.0, len(ps) * min(ps)) if ps else float("nan")


def chance_of(moved: Floats, columns: int, noise: Floats, freedom: int) -> float:
    """P of sums of squares (arms, arms) of some columns against a noise covariance: Hotelling's test over all arms.

    Exact for two arms, or one column; else its F approximation. Without noise: nil where anything moves.
    """
    from scipy.special import fdtrc

    size, turn = np.linalg.eigh(noise)
    along = np.einsum("ad,ab,bd->d", turn, moved, turn)
    real = size > ROUNDING * max(float(np.trace(noise)), float(np.trace(moved)))
    if (along[~real] > ROUNDING * float(np.trace(moved))).any():
        return 0.0
    arms = int(real.sum())
    if not arms or freedom < arms:
        return 1.0
    ratio = float((along[real] / size[real]).sum()) / (columns * arms) * (freedom - arms + 1) / freedom
    return float(fdtrc(columns * arms, freedom - arms + 1, ratio))
