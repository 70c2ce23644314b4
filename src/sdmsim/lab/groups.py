"""Who gains and who loses: every group of children, arm against baseline, by the statistics of the whole.

Differences are paired by replication, as everywhere. p is adjusted by Holm over the groups of one way to group and the
arms together, so that a claim about any group is as sure as one about all children.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sdmsim.lab.compare import OPEN, UNCLEAR, holm, verdict
from sdmsim.lab.estimates import Estimate, estimate, paired_difference
from sdmsim.lab.outcomes import Outcomes, outcomes_of
from sdmsim.metrics import OF_GROUPS, SMALL, WAYS, unit_of

if TYPE_CHECKING:
    import pandas as pd

GROUPS = (
    "way", "group", "children", "small", "metric", "unit", "arm", "baseline", "n", "mean", "difference", "ci_low",
    "ci_high", "p_adjusted", "verdict",
)  # fmt: skip


def groups_table(rows: pd.DataFrame, arms: Sequence[str], baseline: str, comparison: pd.DataFrame) -> pd.DataFrame:
    """Every group in every arm, and against the baseline.

    `rows`: arm, replication, way, group, children and each of OF_GROUPS. `children` is the mean number over years, and
    `small` says whether it is below SMALL. A verdict on progress is `open` where that of all children in `comparison`
    is. Of the baseline itself there is no difference.
    """
    import pandas as pd

    if not len(rows):
        return pd.DataFrame(columns=list(GROUPS))
    opened = {(str(r.metric), str(r.arm)) for r in comparison.itertuples() if r.verdict == OPEN}
    made: list[tuple[Any, ...]] = []
    for way in (w for w in WAYS if (rows["way"] == w).any()):
        here = rows[rows["way"] == way]
        by_group = [
            (str(name), outcomes_of(of[["arm", "replication", "children", *OF_GROUPS]], arms))
            for name, of in here.groupby("group", sort=True)
        ]
        made += _rows_of_way(way, by_group, baseline, opened)
    return pd.DataFrame(made, columns=list(GROUPS))


def _rows_of_way(
    way: str, by_group: Sequence[tuple[str, Outcomes]], baseline: str, opened: set[tuple[str, str]]
) -> Iterator[tuple[Any, ...]]:
    for metric in OF_GROUPS:
        found: dict[tuple[str, str], Estimate] = {}
        for group, outcomes in by_group:
            values, base = outcomes.of(metric), outcomes.arms.index(baseline)
            for arm, own in zip(outcomes.arms, values, strict=True):
                if arm != baseline:
                    found[group, arm] = paired_difference(own, values[base])
        adjusted = dict(zip(found, holm([e.p for e in found.values()]), strict=True))
        for group, outcomes in by_group:
            children = float(np.nanmean(outcomes.of("children")))
            about = (way, group, children, "yes" if children < SMALL else "no", metric, unit_of(metric))
            for arm, own in zip(outcomes.arms, outcomes.of(metric), strict=True):
                level = estimate(own)
                e, nothing = found.get((group, arm)), float("nan")
                if e is None:
                    yield (*about, arm, baseline, level.n, level.mean, *(nothing,) * 4, "")
                    continue
                p = adjusted[group, arm]
                said = verdict(e.mean, p)
                said = OPEN if said != UNCLEAR and (metric, arm) in opened else said
                yield (*about, arm, baseline, e.n, level.mean, e.mean, e.low, e.high, p, said)
