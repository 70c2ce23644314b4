"""Partial rank correlation: does the outcome rise or fall with a factor, whatever the others do? For courses that bend
but do not turn.

Outcome and factors are put in ranks (SciPy), and the partial correlations read off the inverse of their correlations
(Marino and others 2008, "A methodology for performing global uncertainty and sensitivity analysis in systems biology").
Intervals by Fisher's z, with Bonett & Wright's (2000) variance for ranks. Luck left in the means brings them nearer to
nil than without it. A factor without a scale has no rank and takes no part.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from sdmsim.lab.drivers.resampling import NORMAL
from sdmsim.lab.drivers.vocabulary import Floats


class RankCorrelation(NamedTuple):
    """Partial rank correlation of the outcome with a factor, from -1 to 1; its 95 % interval."""

    factor: int
    estimate: float
    low: float
    high: float
    n: int


def rank_correlations(positions: Floats, y: Floats, without_scale: Collection[int] = ()) -> tuple[RankCorrelation, ...]:
    """Of every factor, from outcomes (points, replications) at any sample of points; nan where nothing varies."""
    from scipy.stats import rankdata

    known = ~np.isnan(y).any(axis=1)
    places, means = positions[known], y[known].mean(axis=1)
    n = len(means)
    scaled = [i for i in range(positions.shape[1]) if i not in without_scale and n and np.ptp(places[:, i]) > 0.0]
    nan = float("nan")
    found = {i: RankCorrelation(i, nan, nan, nan, n) for i in range(positions.shape[1])}
    free = n - 3 - (len(scaled) - 1)
    if free < 1 or not scaled or np.ptp(means) <= 1e-12 * np.abs(means).max():
        return tuple(found.values())
    ranks: Floats = rankdata(np.column_stack([places[:, scaled], means]), axis=0)
    inverse = np.linalg.pinv(np.corrcoef(ranks, rowvar=False), hermitian=True)
    for k, i in enumerate(scaled):
        r = float(np.clip(-inverse[k, -1] / np.sqrt(inverse[k, k] * inverse[-1, -1]), -1.0, 1.0))
        z, error = np.arctanh(np.clip(r, -1 + 1e-15, 1 - 1e-15)), np.sqrt((1.0 + r**2 / 2.0) / free)
        found[i] = RankCorrelation(i, r, float(np.tanh(z - NORMAL * error)), float(np.tanh(z + NORMAL * error)), n)
    return tuple(found.values())
