"""Which arms are worth a choice where several outcomes count? The front: arms that no other is better than in all.

Means of few years make fronts out of noise. So an arm is off the front only where another is surely no worse in every
outcome and surely better in one: by the 95 % intervals of the paired differences, adjusted for the number of outcomes
(Bonferroni). What the years do not tell apart stays on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, NamedTuple

import numpy as np
from pydantic import Field

from sdmsim.base import Described, did_you_mean
from sdmsim.lab.estimates import CONFIDENCE, Values, differences
from sdmsim.lab.outcomes import outcomes_of
from sdmsim.metrics import BETTER, METRICS, RATIOS
from sdmsim.school.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd


class Front(Described):
    """Outcomes that are weighed against each other: `[front]` of an experiment."""

    outcomes: Annotated[tuple[Text, ...], Field(min_length=2, max_length=6)]
    """Metrics of which more, or less, is better; the picture shows the first two."""
    tries: Annotated[int, Field(ge=5, le=200, strict=True)] | None = None
    """So many of the combinations of `[factors]` are lived, chosen as the search goes (Optuna); default: all."""

    def problems(self) -> Iterator[tuple[str, str]]:
        """What is wrong with it beyond single keys: the key, and why."""
        names = [metric.name for metric in METRICS]
        for outcome in self.outcomes:
            if outcome not in names:
                yield "outcomes", f'"{outcome}" is not a metric{did_you_mean(outcome, names)}'
            elif outcome in RATIOS:
                parts = " or ".join(RATIOS[outcome])
                yield "outcomes", f'"{outcome}" is a ratio of totals, which no single year has; {parts} will do'
            elif outcome not in BETTER:
                yield "outcomes", f'of "{outcome}" neither more nor less is better by itself'
        if len(set(self.outcomes)) < len(self.outcomes):
            yield "outcomes", "one is there twice"


class Standing(NamedTuple):
    """Where an arm stands."""

    arm: str
    on_front: bool
    behind: tuple[str, ...]
    """Arms that are surely no worse in every outcome and surely better in one."""


def turned(outcome: str, values: Values) -> Values:
    """Values of a metric, turned so that more is better."""
    return values if BETTER[outcome] == "more" else -values


def means(outcomes: Sequence[str], values: Sequence[Values]) -> list[float]:
    """Of each outcome the mean over years, more being better; the least there is where it has no value."""
    found = [turned(outcome, mine) for outcome, mine in zip(outcomes, values, strict=True)]
    return [float(np.nanmean(mine)) if np.isfinite(mine).any() else -np.finfo(np.float64).max for mine in found]


def standings_of(runs: pd.DataFrame, arms: Sequence[str], outcomes: Sequence[str]) -> list[Standing]:
    """Where each arm of a table of runs stands."""
    found = outcomes_of(runs, arms)
    columns = [turned(outcome, found.of(outcome)) for outcome in outcomes]
    return standings({arm: [column[i] for column in columns] for i, arm in enumerate(arms)})


def standings(values: Mapping[str, Sequence[Values]]) -> list[Standing]:
    """Where each arm stands. `values`: by arm, for each outcome a value by replication, more being better."""
    found = []
    for arm, mine in values.items():
        behind = tuple(other for other, theirs in values.items() if other != arm and _dominates(theirs, mine))
        found.append(Standing(arm, not behind, behind))
    return found


def _dominates(one: Sequence[Values], other: Sequence[Values]) -> bool:
    """Whether one arm is surely no worse in every outcome and surely better in one."""
    bounds = [_bounds(ours, theirs, len(one)) for ours, theirs in zip(one, other, strict=True)]
    return all(low >= 0.0 for low, _ in bounds) and any(low > 0.0 for low, _ in bounds)


def _bounds(one: Values, other: Values, outcomes: int) -> tuple[float, float]:
    """Interval of the mean paired difference; of no width where it does not vary, without bounds of one year."""
    from scipy.special import stdtrit

    n = min(len(one), len(other))
    paired = differences(one[:n], other[:n])
    known = paired[~np.isnan(paired)]
    if not len(known):
        return -np.inf, np.inf
    mean = float(known.mean())
    if np.ptp(known) == 0.0:
        return float(known[0]), float(known[0])
    if len(known) < 2:
        return -np.inf, np.inf
    level = 1.0 - (1.0 - CONFIDENCE) / (2.0 * outcomes)
    half = float(stdtrit(len(known) - 1, level) * known.std(ddof=1) / np.sqrt(len(known)))
    return mean - half, mean + half
