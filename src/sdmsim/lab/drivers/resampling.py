"""Points drawn anew and replications left out in turn: how sure is a figure that points and luck both have shaken?

A study has points (what is not known) and replications (luck, the same at all points). A figure of it moves with which
points were taken, and with which luck was met. The first is seen by drawing the points anew (bootstrap, Efron 1979,
"Bootstrap methods: another look at the jackknife"), the second by leaving out one replication in turn (jackknife, same
source); the variances are added. Where luck is another at each point, both see it: the sum is then too wide, never too
narrow.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sdmsim.lab.drivers.vocabulary import Floats
from sdmsim.streams import Luck

RESAMPLES = 1000
MOST_DRAWN = 4_000_000
"""Where more would be drawn in all, fewer draws are made, 200 at least: so many fit into any memory."""
NORMAL = 1.959963984540054
"""Standard errors on each side of a 95 % interval."""
FEWEST_LEFT_OUT = 3
"""With fewer replications than these, leaving one out leaves nothing to tell luck by."""


def drawn(n: int, seed: int, what: str, times: int = RESAMPLES) -> NDArray[np.int64]:
    """(times, n): positions drawn with replacement; the same for the same n, seed and `what`. Of very many, fewer
    times.
    """
    times = max(min(times, 200), min(times, MOST_DRAWN // n))
    when = np.arange(times * n, dtype=np.int64)
    draws = Luck(seed, None).uniforms_of(f"{what} drawn anew", ["all"], np.zeros_like(when), when)
    return np.asarray((draws * n).astype(np.int64).reshape(times, n))


def weights(n: int, seed: int, what: str, times: int = RESAMPLES) -> Floats:
    """(times, n): the share that each of n has in every draw of n with replacement."""
    found = drawn(n, seed, what, times)
    places = found + n * np.arange(len(found))[:, None]
    return np.bincount(places.ravel(), minlength=found.size).reshape(found.shape) / n


def luck_errors(replications: int) -> float:
    """Standard errors of luck on each side of a 95 % interval: Student's, for few tell little of what they all
    share.
    """
    from scipy.special import stdtrit

    return float(stdtrit(replications - 1, 0.975)) if replications > 1 else NORMAL


def left_out_variance(without: Floats) -> Floats:
    """Variance of a figure from its values (replications, ...) with each replication left out in turn."""
    n = len(without)
    return np.asarray((n - 1) / n * ((without - without.mean(axis=0)) ** 2).sum(axis=0))
