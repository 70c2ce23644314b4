"""Points drawn anew and replications left out in turn: how sure is a figure that points and luck both have shaken?

A study has points (what is not known) and replications (luck, the same at all points). A figure of it moves with which
points were taken, and with which luck was met. The first is seen by drawing the points anew (bootstrap, Efron 1979,
"Bootstrap methods: another look at the jackknife"), the second by leaving out one replication in turn (jackknife, same
source); the variances are added. Luck that is another at each point is seen by both, so where it is known by itself it
is taken off once (as of errors in two kinds of clusters: Cameron, Gelbach & Miller 2011, "Robust inference with
multiway clustering"); elsewhere the sum is too wide, never too narrow.
"""

from __future__ import annotations

from typing import NamedTuple

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


class Shaken(NamedTuple):
    """How far a figure may lie from the truth, and what would shorten it."""

    half: float
    """Half the length of its 95 % interval."""
    sampling: float
    """Share of its square that falls with the number of points; nan where it has no length."""
    luck: float
    """Share of its square that falls with the number of replications; nan where that is not known."""


def shaken(by_points: float, by_luck: float, own: float, replications: int) -> Shaken:
    """Of a figure's variance by points and by luck (nan: not known), and the part that is in both.

    The interval is Student's, as far as the variance is of luck that the points share, of which a few replications tell
    little (Satterthwaite 1946).
    """
    from scipy.special import stdtrit

    known = 0.0 if np.isnan(by_luck) else by_luck
    whole = max(by_points + known - own, by_points, known)
    if whole <= 0.0 or np.isinf(whole):
        return Shaken(NORMAL * whole**0.5, float("nan"), float("nan"))
    shared = known - own
    errors = float(stdtrit((replications - 1) * (whole / shared) ** 2, 0.975)) if shared > 0.0 else NORMAL
    return Shaken(errors * whole**0.5, by_points / whole, by_luck / whole)


def left_out_variance(without: Floats) -> Floats:
    """Variance of a figure from its values (replications, ...) with each replication left out in turn."""
    n = len(without)
    return np.asarray((n - 1) / n * ((without - without.mean(axis=0)) ** 2).sum(axis=0))
