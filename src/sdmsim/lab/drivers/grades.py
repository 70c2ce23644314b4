"""On what does the answer rest? The three sets of assumptions side by side, and the share of each grade of evidence.

A verdict that holds under `neutral`, `evidence` and `practitioner` does not hang on whom one believes. The share of the
variance that a grade decides says whether measuring (judged numbers), or fitting better (calibrated ones), would help.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sdmsim.lab.compare import UNCLEAR, holm, verdict
from sdmsim.lab.drivers.evaluating import Evaluating
from sdmsim.lab.drivers.factors import Point
from sdmsim.lab.drivers.sobol import Index
from sdmsim.lab.drivers.staged import Block, Looked
from sdmsim.lab.drivers.study import Contrast, Stage
from sdmsim.lab.estimates import estimate, paired_difference
from sdmsim.theory.ledger import SETS, Assumptions, SetName

if TYPE_CHECKING:
    from sdmsim.scenario import Scenario

STAGE = "sets"
INTERACTION = "interaction"
SURVIVES, TURNS, LOST, NEW = "yes", "turns round", "no longer clear", "becomes clear"
"""Of a verdict under another set, against that under the scenario's own."""


def point_of(name: SetName, base: Scenario) -> Point:
    """The scenario under a set, with its own numbers in the place of the set's where it has any."""
    made = Assumptions(set=name).numbers() | base.assumptions.overrides()
    return Point(tuple(sorted(made.items())))


def sets(looked: Looked, base: Scenario, replications: int) -> list[dict[str, Any]]:
    """A row for each set and arm: what it brings and how it differs from the baseline."""
    told = Stage(STAGE, len(SETS), len(looked.arms), replications)
    outcomes = _outcomes(looked.evaluating, base, replications)[looked.asked.metric]
    looked.stages.append(told)
    place = {arm: list(looked.evaluating.arms).index(arm) for arm in looked.arms}
    baseline = looked.arms[0]
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for s, name in enumerate(SETS):
        less = {c.arm: paired_difference(outcomes[place[c.arm], s], outcomes[place[baseline], s])
                for c in looked.contrasts}  # fmt: skip
        adjusted = dict(zip(less, holm([e.p for e in less.values()]), strict=True))
        for arm in looked.arms:
            mine = estimate(outcomes[place[arm], s])
            row: dict[str, Any] = {"set": name, "arm": arm, "n": mine.n, "mean": mine.mean, "low": mine.low,
                                   "high": mine.high}  # fmt: skip
            if arm != baseline:
                e = less[arm]
                row |= {"difference": e.mean, "difference_low": e.low, "difference_high": e.high,
                        "p_adjusted": adjusted[arm], "verdict": verdict(e.mean, adjusted[arm])}  # fmt: skip
            found[name, arm] = row
    own = base.assumptions.set
    for (_, arm), row in found.items():
        if arm != baseline:
            row["survives"] = _survives(found[own, arm]["verdict"], row["verdict"])
    return list(found.values())


def _outcomes(evaluating: Evaluating, base: Scenario, replications: int) -> Mapping[str, Any]:
    return evaluating.outcomes([point_of(name, base) for name in SETS], replications)


def _survives(own: str, here: str) -> str:
    if own == here:
        return SURVIVES
    if UNCLEAR in (own, here):
        return LOST if here == UNCLEAR else NEW
    return TURNS


def grades(blocks: Sequence[Block], found: Sequence[Index], between: Index) -> list[dict[str, Any]]:
    """A row for each grade: how many factors it has, its share alone (first order) and with all it takes part in
    (total); then what no grade explains alone, `between` them: one less the shares of first order.
    """
    rows = []
    for k, block in enumerate(blocks):
        if block.of_grade:
            mine = {one.order: one for one in found if one.factor == k}
            row: dict[str, Any] = {"grade": block.name, "factors": len(block.factors)}
            for order in ("first", "total"):
                one = mine[order]
                row |= {order: one.estimate, f"{order}_low": one.low, f"{order}_high": one.high}
            rows.append({**row, "remark": mine["first"].remark})
    left = {"first": between.estimate, "first_low": between.low, "first_high": between.high}
    return [*rows, {"grade": INTERACTION, "factors": 0, **left, "remark": between.remark}]


def contrast_of(row: Mapping[str, Any], contrasts: Sequence[Contrast]) -> Contrast | None:
    """The contrast that a row of `sets` is about; None for the baseline itself."""
    return next((c for c in contrasts if c.arm == row["arm"]), None)
