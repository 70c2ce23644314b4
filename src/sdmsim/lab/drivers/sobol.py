"""Sobol' indices: which share of the answer's variance does each factor decide, alone and with all it takes part in?

First order: the share that would go if this factor alone were known. Total: the share that would stay if all others
were known. Design and sums are SALib's: Saltelli's design on a scrambled Sobol' sequence (Saltelli 2002, "Making best
use of model evaluations to compute sensitivity indices"), first and total order as in Saltelli and others 2010,
"Variance based sensitivity analysis of model output". A block is one factor, or several that move together (all judged
numbers, say): its index is grouped. Blocks may overlap, so that factors and groups share one design.

Luck. The outcome is the mean over replications, f + e, where e is the luck that is left in it. Each sum Q is of squares
and products of outcomes, so what luck adds to it is known without bias: of R replications,
`(R Q(mean) - mean of Q(one replication)) / (R - 1)` holds products of different replications only, in which luck is
nil on average, however it hangs together between points. Indices are such sums over each other. Luck that moves all
points of a replication alike drops out, since each replication is taken from its own mean.

An index below nil is reported as it came out, with a remark: it is nil within what the design can tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from sdmsim.lab.drivers.resampling import FEWEST_LEFT_OUT, Shaken, left_out_variance, shaken, weights
from sdmsim.lab.drivers.vocabulary import Floats

Order = Literal["first", "total"]
ORDERS: tuple[Order, ...] = ("first", "total")
INTERACTION = -1
"""In the place of a block: the share that belongs to none alone."""
BELOW_NIL = "estimated below nil, which no share can be: read it as nil"
ONE_REPLICATION = "one replication: luck is not taken out"
FLAT = "the outcome does not vary"
ALL_LUCK = "what varies is luck: no share can be told"
TOO_FEW = "fewer than two points with a value"


class Index(NamedTuple):
    """The share of the outcome's variance that a block decides, with its 95 % interval."""

    factor: int
    """Number of the block: of the factor, where every block is one factor."""
    order: Order
    estimate: float
    low: float
    high: float
    uncorrected: float
    """What would be reported if luck were not taken out."""
    sampling: float
    """Share of the interval's squared length that more points would shorten."""
    luck: float
    """Share of the interval's squared length that more replications would shorten (luck of the points' own is in both);
    nan below three replications."""
    n: int
    """Base points used: those at which all outcomes have a value."""
    remark: str
    """Why there is no estimate, or what to know of it; else empty."""


def singles(factors: int) -> tuple[tuple[int, ...], ...]:
    """Every factor a block of its own."""
    return tuple((i,) for i in range(factors))


def design(factors: int, base: int, seed: int, blocks: Sequence[Sequence[int]] | None = None) -> Floats:
    """(base * (blocks + 2), factors): positions from 0 to 1. `base` is a power of two; without blocks: `singles`.

    Row by row of the base: point A, A with each block's positions taken from B, point B. The first rows of a larger
    design with the same seed are the smaller design, so that a study can be carried on.

    Raises:
        ValueError: base is not a power of two, or a block names no factor or one that is not there.
    """
    from SALib.sample import sobol

    blocks = singles(factors) if blocks is None else blocks
    if base < 2 or base & (base - 1):
        raise ValueError(f"base is {base}: a Sobol' sequence is even at powers of two only")
    if any(not block or min(block) < 0 or max(block) >= factors for block in blocks):
        raise ValueError("a block names one factor at least, by its number")
    problem = {"num_vars": factors, "names": [str(i) for i in range(factors)], "bounds": [[0.0, 1.0]] * factors}
    both: Floats = sobol.sample(problem, base, calc_second_order=False, seed=seed).reshape(base, factors + 2, factors)
    a, b = both[:, 0], both[:, -1]
    made = np.repeat(a[:, None, :], len(blocks) + 2, axis=1)
    for k, block in enumerate(blocks, start=1):
        made[:, k, list(block)] = b[:, list(block)]
    made[:, -1] = b
    return np.asarray(made.reshape(-1, factors))


def independent(blocks: int, points: int) -> slice | np.ndarray:
    """Which of the design's points are an even sample of the space by themselves: all points A, then all B."""
    step = blocks + 2
    return np.concatenate([np.arange(0, points, step), np.arange(step - 1, points, step)])


class _Sums(NamedTuple):
    """Sums of squares and products: of the outcome's variance, and of what each block decides of it."""

    variance: Floats
    first: Floats
    total: Floats


def _sums(cells: Floats) -> _Sums:
    """SALib's estimators times the variance: of (base, blocks + 2, columns), (columns) and twice (blocks, columns)."""
    from SALib.analyze.sobol import first_order, total_order

    a, b = cells[:, 0], cells[:, -1]
    variance = np.var(np.concatenate([a, b]), axis=0)
    parts = range(1, cells.shape[1] - 1)
    first = np.array([first_order(a, cells[:, k], b) for k in parts]) * variance
    total = np.array([total_order(a, cells[:, k], b) for k in parts]) * variance
    return _Sums(variance, first, total)


def _without_luck(of_mean: Floats, of_each: Floats) -> Floats:
    """A sum of products of different replications only; of_each: (..., replications)."""
    n = of_each.shape[-1]
    return np.asarray((n * of_mean - of_each.mean(axis=-1)) / (n - 1)) if n > 1 else of_mean


def _shares(cells: Floats) -> tuple[Floats, Floats, float]:
    """(2, blocks) shares of first and total order without luck and with it, and the variance without luck."""
    count = cells.shape[2]
    columns = np.concatenate([cells.mean(axis=2, keepdims=True), cells], axis=2)
    sums = _sums(columns)
    raw = np.stack([sums.first[:, 0], sums.total[:, 0]])
    each = np.stack([sums.first[:, 1:], sums.total[:, 1:]])
    variance = float(_without_luck(sums.variance[0], sums.variance[1:])) if count > 1 else float(sums.variance[0])
    with np.errstate(divide="ignore", invalid="ignore"):
        return _without_luck(raw, each) / variance, raw / sums.variance[0], variance


class _Rows(NamedTuple):
    """What each base point brings to the sums, without luck: (base, 2, blocks), and (base) to the variance."""

    decided: Floats
    square: Floats


def _rows(cells: Floats) -> _Rows:
    """Of cells (base, blocks + 2, replications) that lie about nil in each replication."""
    a, b, crossed = cells[:, 0], cells[:, -1], cells[:, 1:-1]
    mean_a, mean_b, mean_crossed = (part.mean(axis=-1) for part in (a, b, crossed))
    first = _without_luck(mean_b[:, None] * (mean_crossed - mean_a[:, None]), b[:, None] * (crossed - a[:, None]))
    total = _without_luck((mean_a[:, None] - mean_crossed) ** 2 / 2, (a[:, None] - crossed) ** 2 / 2)
    square = _without_luck((mean_a**2 + mean_b**2) / 2, (a**2 + b**2) / 2)
    return _Rows(np.stack([first, total], axis=1), square)


def _drawn_shares(cells: Floats, seed: int) -> tuple[Floats, Floats]:
    """(draws, 2, blocks) shares and (draws) variances, each over base points drawn anew."""
    drawn, rows = weights(len(cells), seed, "base points"), _rows(cells)
    middle = drawn @ ((cells[:, 0] + cells[:, -1]) / 2)
    variance = drawn @ rows.square - _without_luck(middle.mean(axis=-1) ** 2, middle**2)
    decided = (drawn @ rows.decided.reshape(len(cells), -1)).reshape(-1, *rows.decided.shape[1:])
    with np.errstate(divide="ignore", invalid="ignore"):
        return decided / variance[:, None, None], variance


def _own_luck(cells: Floats, shares: Floats, variance: float) -> Floats:
    """(2 * blocks, 2 * blocks): covariance of shares by luck that is another at each base point.

    What each base point brings, with each replication left out in turn, less what points and replications bring alike.
    """
    n, _, count = cells.shape

    def influence(of: Floats) -> Floats:
        rows = _rows(of)
        return np.asarray((rows.decided - shares * rows.square[:, None, None]).reshape(n, -1) / variance)

    without = np.stack([influence(np.delete(cells, r, axis=2)) for r in range(count)])
    rest = without - without.mean(axis=0) - without.mean(axis=1, keepdims=True) + without.mean(axis=(0, 1))
    rest = (count - 1) * rest.reshape(n * count, -1)
    return np.asarray(rest.T @ rest / ((n - 1) * (count - 1)) / (n * count))


class _Told(NamedTuple):
    """Shares (2, blocks) and what they become with points drawn anew and replications left out."""

    shares: Floats
    raw: Floats
    draws: Floats
    """(draws, 2, blocks)."""
    without: Floats
    """(replications, 2, blocks); none below three replications; nan where one of them makes all that varies luck."""
    own: Floats
    """(2 * blocks, 2 * blocks): the part of both that is luck of the points' own."""
    n: int
    remark: str

    def error(self, across: Floats) -> Shaken:
        """How far a weighted sum of shares (2, blocks) may lie from the truth."""
        by_points = float((self.draws * across).sum(axis=(1, 2)).var(ddof=1))
        by_luck = np.nan
        if len(self.without):
            by_luck = float(left_out_variance((self.without * across).sum(axis=(1, 2))))
            by_luck = np.inf if np.isnan(by_luck) else by_luck
        return shaken(by_points, by_luck, float(across.ravel() @ self.own @ across.ravel()), len(self.without))


def _told(y: Floats, blocks: int, seed: int) -> _Told | tuple[int, str]:
    """The shares, or base points used and why there are none."""
    cells = np.asarray(y, dtype=np.float64).reshape(-1, blocks + 2, y.shape[1])
    cells = cells[~np.isnan(cells).any(axis=(1, 2))]
    n, _, count = cells.shape
    if n < 2:
        return n, TOO_FEW
    ends = cells[:, [0, -1]]
    cells = cells - ends.mean(axis=(0, 1))
    spread = float(cells[:, [0, -1]].mean(axis=2).std())
    if spread <= 1e-12 * max(1e-300, float(np.abs(ends).max())):
        return n, FLAT
    cells = cells / spread
    shares, raw, variance = _shares(cells)
    if variance <= 0.0:
        return n, ALL_LUCK
    draws, variances = _drawn_shares(cells, seed)
    remark = ALL_LUCK if np.quantile(variances, 0.025) <= 0.0 else ONE_REPLICATION if count == 1 else ""
    without, own = np.empty((0, *shares.shape)), np.zeros((shares.size, shares.size))
    if count >= FEWEST_LEFT_OUT:
        left = [_shares(np.delete(cells, r, axis=2)) for r in range(count)]
        none_known = any(v <= 0.0 for _, _, v in left)
        without = np.array([np.full_like(s, np.nan) if none_known else s for s, _, _ in left])
        own = _own_luck(cells, shares, variance)
    return _Told(shares, raw, draws[variances > 0.0], without, own, n, remark)


def indices(y: Floats, blocks: int, seed: int) -> tuple[Index, ...]:
    """First and total order of every block from outcomes (points, replications) at the points of `design`.

    Intervals: see resampling.py; below three replications, luck that the points share
    is not in them. `seed` is for the draws.
    """
    told = _told(y, blocks, seed)
    return tuple(
        _index(told, k, order, np.eye(2 * blocks)[o * blocks + k].reshape(2, blocks), 0.0)
        for k in range(blocks)
        for o, order in enumerate(ORDERS)
    )


def interaction(y: Floats, blocks: int, seed: int, of: Sequence[int] | None = None) -> Index:
    """The share that no block decides alone: 1 less the first orders of blocks that do not overlap (`of`; else all)."""
    across = np.zeros((2, blocks))
    across[0, list(range(blocks) if of is None else of)] = -1.0
    return _index(_told(y, blocks, seed), INTERACTION, "first", across, 1.0)


def _index(told: _Told | tuple[int, str], factor: int, order: Order, across: Floats, plus: float) -> Index:
    """`plus` and a weighted sum of shares."""
    if not isinstance(told, _Told):
        nan = float("nan")
        return Index(factor, order, nan, nan, nan, nan, nan, nan, *told)
    value, plain = (plus + float((shares * across).sum()) for shares in (told.shares, told.raw))
    half, sampling, luck = told.error(across)
    remark = "; ".join(part for part in (BELOW_NIL if value < 0.0 else "", told.remark) if part)
    return Index(factor, order, value, value - half, value + half, plain, sampling, luck, told.n, remark)
