"""A table of runs as numbers: every metric by arm and replication, so that pairs stand beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sdmsim.lab.estimates import Values
from sdmsim.lab.ratios import Parts
from sdmsim.metrics import RATIOS

if TYPE_CHECKING:
    import pandas as pd


def metrics_of(runs: pd.DataFrame) -> list[str]:
    """The metric columns of a table of runs: those after `replication`, in their order."""
    columns = [str(c) for c in runs.columns]
    return columns[columns.index("replication") + 1 :]


@dataclass(frozen=True)
class Outcomes:
    """What the runs of some arms brought. Rows of a table of runs in any order give the same outcomes."""

    arms: tuple[str, ...]
    metrics: tuple[str, ...]
    values: NDArray[np.float64]
    """(metric, arm, replication), ordered by replication; nan where a run is missing or has no value."""

    @cached_property
    def _position(self) -> Mapping[str, int]:
        return {metric: i for i, metric in enumerate(self.metrics)}

    def of(self, metric: str) -> Values:
        """(arm, replication) values of a metric."""
        return np.asarray(self.values[self._position[metric]])

    def parts_of(self, metric: str) -> tuple[Parts, ...] | None:
        """By arm both parts of a ratio of totals; None for another metric, or where the parts are not in the runs."""
        if metric not in RATIOS or not set(RATIOS[metric]) <= self._position.keys():
            return None
        above, below = (self.of(part) for part in RATIOS[metric])
        return tuple(Parts(a, b) for a, b in zip(above, below, strict=True))


def outcomes_of(runs: pd.DataFrame, arms: Sequence[str]) -> Outcomes:
    """The outcomes of the named arms."""
    metrics = metrics_of(runs)
    rows = runs[runs["arm"].isin(list(arms))]
    when, place = np.unique(rows["replication"].to_numpy(), return_inverse=True)
    position = {arm: i for i, arm in enumerate(arms)}
    who = np.array([position[arm] for arm in rows["arm"]], dtype=np.int64)
    values = np.full((len(metrics), len(arms), len(when)), np.nan)
    values[:, who, place] = rows[metrics].to_numpy(dtype=np.float64).T
    return Outcomes(tuple(arms), tuple(metrics), values)
