"""Functions of factors whose indices are known by hand, for the tests of the analyses."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LOADS = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0])


class Known(NamedTuple):
    """Indices of every factor, (factors, 2): first, total."""

    factors: int
    indices: Floats


def ishigami(positions: Floats) -> Floats:
    """Ishigami & Homma 1990 with a = 7, b = 0.1."""
    x = np.pi * (2.0 * positions - 1.0)
    return np.asarray(np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))


def known_ishigami() -> Known:
    first = np.array([(1.0 + 0.1 * np.pi**4 / 5.0) ** 2 / 2.0, 49.0 / 8.0, 0.0])
    both = 0.01 * np.pi**8 * 8.0 / 225.0
    return Known(3, np.column_stack([first, first + np.array([both, 0.0, both])]) / (first.sum() + both))


def sobol_g(positions: Floats) -> Floats:
    """Sobol' 1998's G with eight factors."""
    return np.asarray(np.prod((np.abs(4.0 * positions - 2.0) + LOADS) / (1.0 + LOADS), axis=1))


def known_g() -> Known:
    alone = 1.0 / 3.0 / (1.0 + LOADS) ** 2
    everything = np.prod(1.0 + alone)
    return Known(8, np.column_stack([alone, alone * everything / (1.0 + alone)]) / (everything - 1.0))


def luck(seed: int, points: int, replications: int, own: float, common: float = 0.0) -> Floats:
    """(points, replications): luck another at each point, and luck that moves a replication's points alike."""
    drawn = np.random.default_rng(seed)
    return drawn.normal(0.0, own, (points, replications)) + drawn.normal(0.0, common, replications)
