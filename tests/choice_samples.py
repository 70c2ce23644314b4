"""Samples for tests of robust choice and of the value of information: arms whose outcomes are known by formula."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sdmsim.lab.drivers.vocabulary import Factor, FactorGrade, Samples

Floats = NDArray[np.float64]
EFFECT, COST = "classroom_effect_sd", "cost"


def factor(name: str, low: float = 0.0, high: float = 1.0, grade: FactorGrade = "judged", rows: int = 0) -> Factor:
    """A factor of that name; with `rows` it is the number of a row."""
    if rows:
        return Factor(name, f"the {name}", "", 0.0, float(rows), "row", float("nan"), grade)
    return Factor(name, f"the {name}", "", low, high, "uniform", (low + high) / 2, grade)


def uniform(points: int, factors: int, seed: int = 1) -> Floats:
    """(points, factors): a Latin hypercube."""
    from scipy.stats import qmc

    return np.asarray(qmc.LatinHypercube(factors, rng=seed).random(points))


def luck(shape: tuple[int, ...], sd: float, seed: int = 2) -> Floats:
    """Normal noise, independent everywhere."""
    return np.random.default_rng(seed).normal(0.0, sd, shape)


def samples(
    outcomes: Mapping[str, Floats] | Floats, positions: Floats | None = None, factors: Sequence[Factor] = ()
) -> Samples:
    """Arms A, B, C, ... with given outcomes; a bare array is the effect."""
    held = outcomes if isinstance(outcomes, Mapping) else {EFFECT: outcomes}
    arms, points = next(iter(held.values())).shape[:2]
    if positions is None:
        positions = uniform(points, max(1, len(factors)))
    factors = tuple(factors) or tuple(factor(f"factor {i}") for i in range(positions.shape[1]))
    names = tuple("ABCDEFGH"[:arms])
    return Samples(tuple(factors), positions, names, {name: np.asarray(v, dtype=float) for name, v in held.items()})


def years(gain: Floats, replications: int, sd: float = 0.0, common: float = 0.0, seed: int = 2) -> Floats:
    """(2, points, replications): an arm without effect and one with that gain at each point.

    `sd`: luck of each year of its own; `common`: luck that is the same at all points.
    """
    noise = luck((len(gain), replications), sd, seed) + luck((1, replications), common, seed + 1)
    level = luck((len(gain), replications), 1.0, seed + 2)
    return np.stack([level, level + gain[:, None] + noise])
