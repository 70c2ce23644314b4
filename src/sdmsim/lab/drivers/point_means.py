"""What arms bring at each point, in the mean over replications, and how much of that is luck.

Few replications at a point make a noisy mean, and the best of several noisy means looks better than it is: between two
equal arms choosing seems worth .4 SD / sqrt(replications). So the means are drawn together until they vary between
points by as much as the arms do without luck, over all differences between arms at once (Louis 1984, "Estimating a
population of parameter values using Bayes and empirical Bayes methods"; exact where what the points do is normal).
Luck that comes alike to all points moves them together and makes none of this spread; the rest is told from it by the
analysis of variance of points by replications.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sdmsim.lab.drivers.vocabulary import Floats, Samples
from sdmsim.lab.estimates import ROUNDING
from sdmsim.metrics import BETTER

Ints = NDArray[np.int64]
MOST_SWEEPS = 20
"""Where years are missing, the means of points and of replications are taken out in turn, so often."""


class UnansweredError(Exception):
    """The samples do not answer the question; the words say why, and what would do."""


class PointMeans(NamedTuple):
    """Means over replications at the points at which every arm has a value."""

    means: Floats
    """(arms, points)."""
    points: Ints
    """Positions of these points among all."""
    replications: Ints
    """(points,): how many replications every arm has there."""
    year_noise: Floats
    """(arms - 1, arms - 1): covariance that luck gives one year of each arm less the first, beyond what it gives all
    points alike; nan with one replication."""
    freed: Floats
    """(arms, points): the first arm as it is, and the others less it freed of that luck; `means` where the noise is not
    known."""

    @property
    def noise_known(self) -> bool:
        """Whether there are replications enough to tell luck from points."""
        return bool(np.isfinite(self.year_noise).all())


def gains(samples: Samples, metric: str) -> Floats:
    """(arms, points, replications) of a metric, turned so that more is better."""
    if metric not in samples.outcomes:
        given = ", ".join(samples.outcomes) or "none"
        raise UnansweredError(f'The samples hold no "{metric}"; they hold {given}.')
    if metric not in BETTER:
        raise UnansweredError(f'Of "{metric}" neither more nor less is better by itself, so no arm is the best in it.')
    values = np.asarray(samples.outcomes[metric], dtype=np.float64)
    return values if BETTER[metric] == "more" else -values


def lived(values: Floats) -> NDArray[np.bool_]:
    """(points, replications): the years that have a value in every arm."""
    return np.asarray(np.isfinite(values).all(axis=0))


def points_of(values: Floats) -> Ints:
    """Positions of the points at which every arm has a value under the same luck."""
    return np.flatnonzero(lived(values).any(axis=1))


def paired(values: Floats) -> Floats:
    """The same with no value in any arm where one arm has none, points with nothing left out."""
    return np.where(lived(values), values, np.nan)[:, points_of(values)]


def point_means(values: Floats, year_noise: Floats | None = None, trend: Floats | None = None) -> PointMeans:
    """Means of (arms, points, replications), freed of luck; a year that failed in one arm is left out in all.

    `year_noise`: as known from more years than these; `trend`: (points, columns), as in `freed`.
    """
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 3:
        raise ValueError(f"values are (arms, points, replications), not {values.shape}")
    if len(values) < 2:
        raise UnansweredError("There is one arm, and nothing to choose from; two or more will do.")
    kept = points_of(values)
    if not len(kept):
        raise UnansweredError("At no point does every arm have a value under the same luck.")
    left = paired(values)
    counts = lived(left).sum(axis=1)
    means = np.nanmean(left, axis=2)
    noise = year_noise_of(left) if year_noise is None else year_noise
    on = None if trend is None else trend[kept]
    return PointMeans(means, kept, counts, noise, freed(means, noise * np.mean(1.0 / counts), on))


def year_noise_of(values: Floats) -> Floats:
    """(arms - 1, arms - 1): the covariance of a single year's own luck, by analysis of variance.

    `values`: (arms, points, replications), every arm with the same years.
    """
    less = values[1:] - values[:1]
    known = lived(less)
    used = known.any(axis=0)
    less, known = less[:, :, used], known[:, used]
    freedom = int(known.sum()) - len(known) - known.shape[1] + 1
    if freedom < 1:
        return np.full((len(less), len(less)), np.nan)
    rest = np.where(known, less, 0.0)
    for _ in range(1 if known.all() else MOST_SWEEPS):
        for axis in (1, 0):
            middle = rest.sum(axis=axis + 1, keepdims=True) / known.sum(axis=axis, keepdims=True)
            rest = np.where(known, rest - middle, 0.0)
    flat = rest.reshape(len(less), -1)
    near = ROUNDING * np.nanmax(np.abs(values))
    flat = np.where(np.abs(flat) <= near, 0.0, flat)
    return np.asarray(flat @ flat.T / freedom)


def freed(means: Floats, noise: Floats, trend: Floats | None = None, unsure: float = 0.0) -> Floats:
    """Means (arms, points) whose differences between arms vary between points as they do without that noise.

    `trend`: (points, columns), a constant first, on which the differences lean; then only what it leaves is noisy, and
    what is fitted is noisy in proportion to its columns. `unsure`: as in `shrinking`.
    """
    less = (means[1:] - means[:1]).T
    points = len(less)
    if not np.isfinite(noise).all() or not noise.any() or points < 2:
        return means
    x = np.ones((points, 1)) if trend is None else trend
    fitted = x @ np.linalg.lstsq(x, less, rcond=None)[0]
    middle, rest = less.mean(axis=0), less - fitted
    freedom = points - x.shape[1]
    left = rest.T @ rest / max(1, freedom)
    smooth = fitted - middle
    drawn = middle + rest @ shrinking(left, noise, unsure, freedom).T
    if trend is not None:
        columns = x.shape[1] - 1
        seen, chance = smooth.T @ smooth / points, noise * columns / points
        drawn = drawn + smooth @ shrinking(seen, chance, unsure, columns).T
    return np.vstack([means[:1], means[:1] + drawn.T])


def shrinking(seen: Floats, noise: Floats, unsure: float = 0.0, freedom: int = 1) -> Floats:
    """The matrix that turns deviations with covariance `seen` into some with `seen` less `noise`, nil at the least.

    Directions in which seen and noise are both diagonal are each drawn in by their own factor, so the answer does not
    depend on which arm the others are compared with. `unsure`: the variance that is left is taken larger by so many of
    its standard errors, of noise with `freedom` degrees.
    """
    from scipy.linalg import eigh

    size, turn = np.linalg.eigh(seen)
    real = size > max(size.max(), 0.0) * 1e-12
    if not real.any():
        return np.zeros_like(seen)
    half = turn[:, real] * np.sqrt(size[real])
    back = (turn[:, real] / np.sqrt(size[real])).T
    share, ways = eigh(back @ noise @ back.T)
    share = np.maximum(0.0, share)
    left = np.maximum(0.0, 1.0 - share)
    kept = np.sqrt(left + unsure * np.sqrt((4.0 * left * share + 2.0 * share**2) / max(1, freedom)))
    return np.asarray(half @ ways @ np.diag(kept) @ ways.T @ back)
