"""What an effect costs: the cost-effectiveness plane, net benefit, acceptability curves, the frontier, expected loss.

Everything is asked over the points: which arm would be chosen if these assumptions held, given what a unit of the
effect is worth (van Hout, Al, Gordon & Rutten 1994, "Costs, effects and C/E-ratios alongside a clinical trial";
Fenwick, Claxton & Sculpher 2001, "Representing uncertainty: the role of cost-effectiveness acceptability curves").
Means over replications are freed of luck (`point_means`) at each price, so curves show what is not known and not what a
year brings; what single years bring is told beside.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sdmsim.lab.drivers.conditional import trend_of
from sdmsim.lab.drivers.futures import best
from sdmsim.lab.drivers.jackknife import Interval, Jackknifed, jackknife
from sdmsim.lab.drivers.point_means import Ints, UnansweredError, gains, lived, paired, point_means, points_of
from sdmsim.lab.drivers.regret import regret
from sdmsim.lab.drivers.vocabulary import Floats, Samples
from sdmsim.metrics import unit_of

COST = "cost"


class Plane(NamedTuple):
    """Cost and effect of one arm less the baseline's."""

    arm: str
    baseline: str
    effect: Floats
    """(points,): mean over replications in the metric's unit, turned so that more is better."""
    cost: Floats
    """(points,): mean over replications, $ a year."""
    points: Ints
    """Positions of these points: those at which all arms have both."""
    effect_by_year: Floats
    """(points, replications): single years under the same luck; nan where an arm has none."""
    cost_by_year: Floats
    mean_effect: Interval
    mean_cost: Interval
    quadrants: dict[str, float]
    """Share of the points in each: `better and cheaper`, `better and dearer`, `worse and cheaper`, `worse and dearer`;
    means that are equal to rounding count as better, and as cheaper."""
    price: float
    """Mean cost over mean effect: $ for one more unit. nan unless the arm is dearer and better, or cheaper and worse
    (then: $ saved for each unit lost); elsewhere one arm is better and cheaper, and a ratio would mislead."""


class Acceptable(NamedTuple):
    """One arm over the prices."""

    arm: str
    probability: tuple[Interval, ...]
    """By price: share of the points at which it has the highest net benefit."""
    years: tuple[float, ...]
    """By price: share of single years, of all points, in which it has."""
    net_benefit: tuple[Interval, ...]
    """By price: mean of price x effect - cost, less the same of the baseline, $ a year."""
    expected_loss: tuple[Interval, ...]
    """By price: what choosing it costs against choosing the best at each point, $ a year. The smallest of the arms' is
    what knowing everything would be worth."""


class Acceptability(NamedTuple):
    """Acceptability curves and their frontier."""

    metric: str
    unit: str
    baseline: str
    prices: tuple[float, ...]
    """$ for a unit of the effect."""
    arms: tuple[Acceptable, ...]
    frontier: tuple[str, ...]
    """By price: the arm with the highest mean net benefit, which is the one to choose."""
    frontier_probability: tuple[Interval, ...]
    """By price: how probable it is that this arm is the best."""
    tied: tuple[tuple[str, ...], ...]
    """By price: arms whose mean net benefit cannot be told from that of the frontier, itself among them."""
    points: Ints


def _both(samples: Samples, metric: str) -> Floats:
    """(2, arms, points, replications): effect, more being better, and cost; both missing where any arm lacks one."""
    if COST not in samples.outcomes or not np.isfinite(samples.outcomes[COST]).any():
        raise UnansweredError('The years have no "cost": the scenario has no money. Give it [money].')
    if metric == COST:
        raise UnansweredError('"cost" is the other side of the plane; name the effect that is paid for.')
    effect, cost = gains(samples, metric), np.asarray(samples.outcomes[COST], dtype=np.float64)
    known = lived(effect) & lived(cost)
    if not known.any():
        raise UnansweredError(f'At no point does every arm have both "{metric}" and "cost" under the same luck.')
    return np.stack([np.where(known, effect, np.nan), np.where(known, cost, np.nan)])


def plane(samples: Samples, metric: str, arm: str, baseline: str) -> Plane:
    """The cost-effectiveness plane of one arm against the baseline."""
    effect, cost = _both(samples, metric)
    ours, theirs = samples.arms.index(arm), samples.arms.index(baseline)
    less = np.stack([effect[ours] - effect[theirs], cost[ours] - cost[theirs]])
    kept = points_of(less)
    less = less[:, kept]

    def figures(some: Floats, _: Ints) -> Floats:
        return np.asarray(np.nanmean(some, axis=2).mean(axis=1))

    over = jackknife(figures, less)
    gain, dearer = np.nanmean(less, axis=2)
    better, cheaper = gain >= 0.0, dearer <= 0.0
    shares = {
        f"{how} and {what}": float(
            ((better if how == "better" else ~better) & (cheaper if what == "cheaper" else ~cheaper)).mean()
        )
        for how in ("better", "worse")
        for what in ("cheaper", "dearer")
    }
    more, paid = (float(value) for value in over.figures)
    price = paid / more if more * paid > 0.0 else float("nan")
    return Plane(arm, baseline, gain, dearer, kept, less[0], less[1], over.interval(0), over.interval(1), shares, price)


def net_benefit(samples: Samples, metric: str, price: float) -> Floats:
    """(arms, points, replications): price x effect - cost in $ a year, the effect turned so that more is better."""
    effect, cost = _both(samples, metric)
    return np.asarray(price * effect - cost)


def acceptability(samples: Samples, metric: str, baseline: str, prices: Sequence[float]) -> Acceptability:
    """Acceptability curves of all arms at prices per unit of a metric, in $."""
    wrong = [f"{price:g}" for price in prices if not (np.isfinite(price) and price >= 0.0)]
    if wrong or not len(prices):
        raise UnansweredError(f"A price per unit is nil or more; given: {', '.join(wrong) or 'none'}.")
    arms, base = samples.arms, samples.arms.index(baseline)
    count = len(arms)
    each, years, points = [], [], np.empty(0, dtype=np.int64)
    trend = trend_of(samples, *_both(samples, metric))
    for price in prices:
        values = net_benefit(samples, metric, price)
        points = points_of(values)
        each.append(_at_price(values, base, trend))
        years.append(best(values[:, lived(values)]).mean(axis=1))
    tops = [int(over.figures[count : 2 * count].argmax()) for over in each]
    return Acceptability(
        metric,
        unit_of(metric),
        baseline,
        tuple(float(price) for price in prices),
        tuple(
            Acceptable(
                arm,
                tuple(over.interval(i, 0.0, 1.0) for over in each),
                tuple(float(found[i]) for found in years),
                tuple(over.interval(count + i) for over in each),
                tuple(over.interval(2 * count + i, 0.0) for over in each),
            )
            for i, arm in enumerate(arms)
        ),
        tuple(arms[top] for top in tops),
        tuple(over.interval(top, 0.0, 1.0) for top, over in zip(tops, each, strict=True)),
        tuple(
            tuple(a for i, a in enumerate(arms) if i == top or not over.difference(count + top, count + i).low > 0.0)
            for top, over in zip(tops, each, strict=True)
        ),
        points,
    )


def _at_price(benefit: Floats, base: int, trend: Floats | None) -> Jackknifed:
    """By arm how often it is best, then its net benefit less the baseline's, then its expected loss."""
    luck = point_means(benefit).year_noise
    on = None if trend is None else trend[points_of(benefit)]

    def figures(some: Floats, points: Ints) -> Floats:
        means = point_means(some, luck, None if on is None else on[points]).freed
        over = means.mean(axis=1)
        return np.concatenate([best(means).mean(axis=1), over - over[base], regret(means).mean(axis=1)])

    return jackknife(figures, paired(benefit))
