"""What every study of drivers is about: factors, and the outcomes of arms at points of their space."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FactorGrade = Literal["measured", "calibrated", "judged", "scenario"]
"""Where a factor's range comes from: a grade of the ledger, or the user who varies a key of the scenario."""


class Factor(NamedTuple):
    """One thing that is not known and moves by itself, independent of all other factors."""

    name: str
    """Dotted name as in a file, such as `assumptions.places.similarity.room` or `delivery.push_in_share`; `fitted
    numbers` for the one factor that is a row of the calibration's table."""
    meaning: str
    unit: str
    low: float
    high: float
    law: Literal["uniform", "loguniform", "row"]
    """How values lie between low and high; `row`: the factor is the number of a row, from 0, and has no scale."""
    at: float
    """Its value in the scenario as written, in its own unit; nan for a row."""
    grade: FactorGrade

    def value(self, position: Floats) -> Floats:
        """Values in the factor's own unit at positions from 0 to 1 along its law; any shape."""
        if self.law == "loguniform":
            return np.asarray(self.low * (self.high / self.low) ** position)
        if self.law == "row":
            return np.asarray(np.minimum(np.floor(self.low + position * (self.high - self.low)), self.high - 1.0))
        return np.asarray(self.low + position * (self.high - self.low))


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Outcomes of arms at points of the factors' space.

    Replication r brings the same luck at every point and in every arm: a difference between arms, or between points, at
    the same replication is a paired one.
    """

    factors: tuple[Factor, ...]
    positions: Floats
    """(points, factors): from 0 to 1, where each point lies along each factor's law."""
    arms: tuple[str, ...]
    outcomes: Mapping[str, Floats]
    """By metric: (arms, points, replications), in the metric's unit; nan where it has no value."""

    def of(self, arm: str, metric: str) -> Floats:
        """(points, replications) of one arm."""
        found: Floats = self.outcomes[metric][self.arms.index(arm)]
        return found

    def difference(self, arm: str, baseline: str, metric: str) -> Floats:
        """(points, replications): arm less baseline, each under the same luck."""
        return self.of(arm, metric) - self.of(baseline, metric)

    def values(self) -> Floats:
        """(points, factors) in each factor's own unit."""
        return np.column_stack([factor.value(self.positions[:, i]) for i, factor in enumerate(self.factors)])
