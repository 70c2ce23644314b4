"""When are there enough replications? When differences are known well enough, or the decision is settled.

`half_width`: every difference from the baseline has a 95 % interval of at most so much to either side. A rule that
looks again and again and stops when the interval happens to look narrow stops too early. So the first `min`
replications say how many are needed (Stein 1945, "A two-sample test for a linear hypothesis whose power is independent
of the variance"): with no fewer, the difference, give or take the half-width asked for, covers the truth in at least
95 % of experiments, whatever the spread. More are lived where the interval is still too wide then.

`best`: some arm is the best with at least this probability (`joint.probability_best`). It is looked at after `min`
replications and each time half as many again have been lived, and what may go wrong is shared out over all looks that
there can be before `max` (Bonferroni), so that looking often settles nothing.

`best` with `indifference`: a selection (`lab.selection`) that drops arms on the way, so that years go to those that may
still be the best; arms then have different numbers of replications.

All depend on values alone: not on workers, nor on what a store holds beyond the replications asked for.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, NamedTuple

import numpy as np
from pydantic import Field

from sdmsim.base import Described, did_you_mean
from sdmsim.lab.estimates import CONFIDENCE, Values, differences
from sdmsim.lab.joint import probability_best
from sdmsim.lab.selection import NoValueError, Rule, select
from sdmsim.metrics import BETTER, METRICS, RATIOS
from sdmsim.school.vocabulary import Text

if TYPE_CHECKING:
    from sdmsim.lab.laboratory import Advancing

FEWEST = 10
"""Replications before an arm may be dropped: with fewer, what is lived for want of knowing the spread grows steeply."""
GROWTH = 1.5
"""Each look at who is best comes after so many times the replications of the one before."""
Count = Annotated[int, Field(ge=2, le=100_000, strict=True)]


class Enough(Described):
    """As many replications as a question needs: between `min` and `max`, until one metric is known well enough.

    Give `half_width` or `best`.
    """

    min: Count
    """Replications lived in any case; the spread is first judged by them, so 20 or more are wise."""
    max: Count
    """Replications after which it stops short, and says so."""
    metric: Text
    """What is to be known: a metric of the results, such as `delivered_share`."""
    half_width: Annotated[float, Field(gt=0.0, allow_inf_nan=False)] | None = None
    """Half of the 95 % interval of every arm's difference from the baseline, at most, in the metric's unit."""
    best: Annotated[float, Field(gt=0.5, le=0.999)] | None = None
    """Probability with which some arm is the best of all, at least."""

    indifference: Annotated[float, Field(gt=0.0, allow_inf_nan=False)] | None = None
    """With `best`: a difference below which it does not matter which arm is chosen, in the metric's unit. Arms that
    cannot be the best by so much are lived no further; of many arms few need many years."""

    def problems(self) -> Iterator[tuple[str, str]]:
        """What is wrong with it beyond single keys: the key, and why."""
        if self.min > self.max:
            yield "min", f"{self.min} is above max, {self.max}"
        if (self.half_width is None) == (self.best is None):
            given = "neither is given" if self.best is None else "both are given"
            yield "", f"give half_width (how narrow) or best (how sure); {given}"
        if self.indifference is not None and self.best is None:
            yield "indifference", "goes with best (how sure); half_width brings all arms to the same number"
        elif self.indifference is not None and self.min < FEWEST:
            yield "min", f"{self.min} is too few to know the spread by which arms are dropped; {FEWEST} or more will do"
        names = [metric.name for metric in METRICS]
        if self.metric not in names:
            yield "metric", f'"{self.metric}" is not a metric{did_you_mean(self.metric, names)}'
        elif self.metric in RATIOS:
            parts = " or ".join(RATIOS[self.metric])
            yield "metric", f'"{self.metric}" is a ratio of totals, which no single year has; {parts} will do'
        elif self.best is not None and self.metric not in BETTER:
            yield "metric", f'of "{self.metric}" neither more nor less is better by itself; give half_width'


class Stopped(NamedTuple):
    """When a rule stopped, and why."""

    replications: int
    reached: bool
    said: str
    """One sentence."""


def until_enough(rule: Enough, arms: Advancing, baseline: str) -> Stopped:
    """Bring arms to as many replications as the rule asks for: the same in all, in a selection each to its own."""
    if rule.indifference is not None:
        return _selected(rule, arms, rule.indifference)
    return _until_narrow(rule, arms, baseline) if rule.half_width is not None else _until_settled(rule, arms)


def _advanced(arms: Advancing, n: int, metric: str) -> Mapping[str, Values]:
    """The first n values of a metric by arm."""
    arms.advance(dict.fromkeys(arms.arms, n))
    return {arm: arms.values(arm, metric)[:n] for arm in arms.arms}


def needed(paired: Values, half_width: float) -> float:
    """Replications after which the interval of these differences has the half-width, if their spread stays as it is.

    Infinite for fewer than two known differences.
    """
    from scipy.special import stdtrit

    known = paired[~np.isnan(paired)]
    if len(known) < 2:
        return math.inf
    if np.ptp(known) == 0.0:
        return 0.0
    reach = float(stdtrit(len(known) - 1, 0.5 + CONFIDENCE / 2) * known.std(ddof=1))
    return (reach / half_width) ** 2 * len(paired) / len(known)


def _until_narrow(rule: Enough, arms: Advancing, baseline: str) -> Stopped:
    asked, others = rule.half_width or 0.0, [arm for arm in arms.arms if arm != baseline]
    n, first = rule.min, 0.0
    while True:
        values = _advanced(arms, n, rule.metric)
        paired = [differences(values[arm], values[baseline]) for arm in others]
        now = max(needed(one, asked) for one in paired)
        if math.isinf(now):
            return Stopped(n, False, _nothing(rule, n))
        first = first or now
        enough = max(first, now)
        reach = f"{asked * math.sqrt(now / n):.3g}"
        if enough <= n:
            said = f"Enough after {n} replications: the widest 95 % interval of a difference in {rule.metric} reaches"
            return Stopped(n, True, f"{said} {reach} to either side ({asked:g} was asked for).")
        if n >= rule.max:
            said = f"Stopped short at {n} replications, the most allowed: the widest 95 % interval of a difference in"
            more = f"about {math.ceil(enough):,} would be needed"
            said += f" {rule.metric} reaches {reach} to either side, {asked:g} was asked for; {more}."
            return Stopped(n, False, said)
        n = min(rule.max, max(n + 1, math.ceil(enough)))


def looks(rule: Enough) -> list[int]:
    """The numbers of replications after which it is asked whether the decision is settled."""
    found = [rule.min]
    while found[-1] < rule.max:
        found.append(min(rule.max, math.ceil(found[-1] * GROWTH)))
    return found


def _until_settled(rule: Enough, arms: Advancing) -> Stopped:
    asked, steps = rule.best or 0.0, looks(rule)
    level = 1.0 - (1.0 - asked) / len(steps)
    n, leader, p = rule.min, "", 0.0
    for n in steps:
        values = _advanced(arms, n, rule.metric)
        table = np.stack(list(values.values()))
        found = probability_best(table, BETTER[rule.metric])
        if np.isnan(found).any():
            return Stopped(n, False, _nothing(rule, n))
        leader, p = arms.arms[int(found.argmax())], float(found.max())
        if p >= level:
            said = f'Settled after {n} replications: "{leader}" is best in {rule.metric} with probability {_below(p)}'
            often = f" ({asked:g} was asked for, {level:.4g} at each of {len(steps)} looks)" if len(steps) > 1 else ""
            return Stopped(n, True, f"{said}{often}.")
        if not np.ptp(table - table[:1], axis=1).any():
            said = f"Not settled, and more replications will not settle it: the arms' differences in {rule.metric}"
            return Stopped(n, False, f'{said} do not vary, and "{leader}" is not alone at the top.')
    said = f"Stopped short at {n} replications, the most allowed: in {rule.metric} the decision is not settled,"
    return Stopped(n, False, f'{said} "{leader}" leads with probability {_below(p)} ({asked:g} was asked for).')


def _selected(rule: Enough, arms: Advancing, indifference: float) -> Stopped:
    asked = rule.best or 0.0
    try:
        found = select(
            Rule(rule.metric, BETTER[rule.metric], indifference, asked, rule.min, rule.max),
            arms,
        )
    except NoValueError:
        return Stopped(rule.min, False, _nothing(rule, rule.min))
    counts = found.replications.values()
    lived = f"{sum(counts):,} years in all, {min(counts)} to {max(counts)} an arm"
    if found.settled:
        said = (
            f'Selected with {lived}: with probability {asked:g}, "{found.best}" is the best in {rule.metric}, or within'
        )
        return Stopped(max(counts), True, f"{said} {indifference:g} of the best.")
    left = ", ".join(f'"{name}"' for name in found.left if name != found.best)
    said = f'Stopped short with {lived}, the most allowed: in {rule.metric} "{found.best}" leads, but {left} may be'
    return Stopped(max(counts), False, f"{said} better by {indifference:g} or more.")


def _below(p: float) -> str:
    return "above 0.999" if p > 0.999 else f"{p:.3f}"


def _nothing(rule: Enough, n: int) -> str:
    return f"Stopped after {n} replications: {rule.metric} has no value in them, and more would not give it one."
