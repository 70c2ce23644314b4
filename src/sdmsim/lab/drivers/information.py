"""What it is worth to know more before deciding, in the outcome's unit and in money.

Knowing everything: at each point the best arm there instead of the arm that is best in the mean. Knowing one factor, a
group, or all of a grade: the best arm given these (`conditional`). Of a factor that never turns the choice, nothing is
worth knowing, however far it moves both arms. Nothing is said of what a measurement costs, nor of measuring badly: the
figures are what a perfect one is worth, at the most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sdmsim.lab.compare import holm
from sdmsim.lab.drivers.acceptability import net_benefit
from sdmsim.lab.drivers.conditional import (
    Regression,
    chance_of,
    gain_of_knowing,
    moved,
    rows_of,
    turning,
    worth_if_normal,
)
from sdmsim.lab.drivers.jackknife import Interval, Jackknifed, jackknife
from sdmsim.lab.drivers.measure_first import DOLLARS, Kind, MeasureFirst, Worth, measure_first
from sdmsim.lab.drivers.point_means import Ints, PointMeans, UnansweredError, freed, gains, paired, point_means
from sdmsim.lab.drivers.resampling import NORMAL
from sdmsim.lab.drivers.vocabulary import Floats, Samples
from sdmsim.metrics import unit_of

SIGNIFICANCE = 0.05
EXPLAINED = 0.9
"""Where the regression explains less than this of what points differ by, it is said."""
FEW_POINTS = 20
"""Where the choice turns at fewer points than this, how far tails reach is not seen."""
EVERYTHING = "everything"


class Information(NamedTuple):
    """The value of information on one decision."""

    metric: str
    unit: str
    price: float
    """$ for a unit; nan where none is given."""
    chosen: str
    """The arm with the best mean, which would be chosen now."""
    everything: Worth
    factors: tuple[Worth, ...]
    """In the order of the samples' factors."""
    groups: tuple[Worth, ...]
    grades: tuple[Worth, ...]
    explained: float
    """Share of what gains differ by between points, without luck, that the regression explains; nan where luck is not
    known or nothing moves."""
    points: int
    replications: int
    """The most at a point."""
    measure: MeasureFirst
    notes: tuple[str, ...]
    """What a reader should know of the samples, in sentences."""


def information(
    samples: Samples,
    metric: str,
    price: float | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
) -> Information:
    """What it is worth to know everything, each factor, groups of factors by name, and each grade.

    `price`: $ for one unit of the metric. Costs of the arms are left out; `information_in_money` has them.

    Raises:
        UnansweredError: with one arm, no common years, a metric that is not there or has no better direction, or a
            price or a group that is none.
    """
    return _information(samples, metric, unit_of(metric), gains(samples, metric), _checked(price), groups or {})


def information_in_money(
    samples: Samples, metric: str, price: float, groups: Mapping[str, Sequence[str]] | None = None
) -> Information:
    """The same of price x effect - cost, in $ a year: whether an arm is worth what it costs.

    Raises:
        UnansweredError: as `information`, and where the scenario has no money.
    """
    values = net_benefit(samples, metric, _checked(price))
    return _information(samples, metric, DOLLARS, values, 1.0, groups or {})


def _checked(price: float | None) -> float:
    if price is None:
        return float("nan")
    if not (np.isfinite(price) and price >= 0.0):
        raise UnansweredError(f"A price per unit is nil or more; given: {price:g}.")
    return float(price)


def _sets(
    samples: Samples, groups: Mapping[str, Sequence[str]], told: frozenset[int]
) -> list[tuple[str, Kind, tuple[int, ...]]]:
    """Every factor, the groups asked for, and the grades: name, kind, numbers of those factors that can be told."""
    names = [factor.name for factor in samples.factors]
    strange = {name for of in groups.values() for name in of} - set(names)
    if strange:
        raise UnansweredError(f"The samples have no factor {', '.join(sorted(strange))}; they have {', '.join(names)}.")
    found: list[tuple[str, Kind, tuple[int, ...]]] = [(name, "factor", (i,)) for i, name in enumerate(names)]
    found += [(name, "group", tuple(names.index(one) for one in of)) for name, of in groups.items()]
    for grade in dict.fromkeys(factor.grade for factor in samples.factors):
        found.append((grade, "grade", tuple(i for i, f in enumerate(samples.factors) if f.grade == grade)))
    return [(name, kind, tuple(i for i in of if i in told)) for name, kind, of in found]


def _information(
    samples: Samples, metric: str, unit: str, values: Floats, price: float, groups: Mapping[str, Sequence[str]]
) -> Information:
    means = point_means(values)
    positions = np.asarray(samples.positions, dtype=np.float64)[means.points]
    regression = Regression(_over_first(means.means), positions, rows_of(samples, means.points))
    sets = _sets(samples, groups, regression.told)

    def figures(some: Floats, points: Ints) -> Floats:
        return _worths(regression, point_means(some, means.year_noise), points, sets)

    over = jackknife(figures, paired(values))
    everywhere = np.arange(len(positions))
    hidden = _hidden(regression, means, sets, over)
    found, by_row = regression.fitted(_over_first(means.means), everywhere)
    p = [regression.chance(found, by_row, frozenset(of)) for _, _, of in sets]
    adjusted = holm(p[: len(samples.factors)]) + p[len(samples.factors) :]
    everyone = tuple(range(len(samples.factors)))
    p_everything = _p_of_points(means) if means.noise_known else regression.chance(found, by_row, frozenset(everyone))
    everything = _worth((EVERYTHING, "everything", everyone), _interval(over, 0, hidden), price, p_everything)
    worths = [_worth(one, _interval(over, 1 + i, hidden), price, adjusted[i]) for i, one in enumerate(sets)]
    explained = _explained(regression, means)
    factors = tuple(w for w in worths if w.kind == "factor")
    return Information(
        metric, unit, price, samples.arms[int(np.append(0.0, found.coefficients[0]).argmax())], everything, factors,
        tuple(w for w in worths if w.kind == "group"), tuple(w for w in worths if w.kind == "grade"), explained,
        len(positions), int(means.replications.max()), measure_first(everything, factors, over, unit),
        tuple(_notes(samples, means, regression, explained)),
    )  # fmt: skip


def _over_first(means: Floats) -> Floats:
    """(points, arms - 1): every other arm less the first."""
    return np.asarray((means[1:] - means[:1]).T)


def _worths(
    regression: Regression,
    means: PointMeans,
    points: Ints,
    sets: Sequence[tuple[str, Kind, tuple[int, ...]]],
    middle: Floats | None = None,
    unsure: float = 0.0,
) -> Floats:
    """Everything, then each set, then the mean gains; no set is worth more than everything, or nan where it is untold.

    `middle`: other mean gains than those found; `unsure`: as in `shrinking`.
    """
    over = _over_first(means.means)
    found, rows = regression.fitted(over, points)
    middle = found.coefficients[0] if middle is None else middle
    given = [
        gain_of_knowing(middle + regression.given(found, rows, frozenset(of), unsure)) if of else np.nan
        for _, _, of in sets
    ]
    if means.noise_known:
        trend = regression.x[points] if regression.enough else None
        noise = means.year_noise * np.mean(1.0 / means.replications)
        each = _over_first(freed(means.means, noise, trend, unsure))
        everything = gain_of_knowing(middle + each - each.mean(axis=0))
    else:
        everything = gain_of_knowing(middle + regression.given(found, rows, regression.told, unsure))
    return np.array([everything, *np.minimum(given, everything), *found.coefficients[0]])


def _hidden(
    regression: Regression, means: PointMeans, sets: Sequence[tuple[str, Kind, tuple[int, ...]]], over: Jackknifed
) -> Floats:
    """How much more each may be worth than was found, were things a standard error away from what they seem.

    A curve that is all noise moves with nothing that is left out, and where another choice is far away a value grows
    faster than it falls. Where the choice turns at next to no points, the value is at least taken to be unsure by that
    of a normal part of such a spread; what happens in fewer than one point is not seen at all.
    """
    everywhere = np.arange(len(means.points))
    gains = len(means.means) - 1
    nearer = _nearer(over, gains)
    most = _worths(regression, means, everywhere, sets, nearer, 1.0)
    found, rows = regression.fitted(_over_first(means.means), everywhere)
    for i, (_, _, of) in enumerate(sets):
        given = regression.given(found, rows, frozenset(of), 1.0)
        if turning(nearer + given) * len(everywhere) < FEW_POINTS:
            most[1 + i] = max(most[1 + i], worth_if_normal(nearer, given))
        most[1 + i] = max(most[1 + i], over.figures[1 + i] + _spread(given) / len(everywhere))
    return np.asarray(np.maximum(most - over.figures, 0.0))


def _spread(gains: Floats) -> float:
    """The largest spread of a gain of any arm over any other."""
    every = np.column_stack([np.zeros(len(gains)), gains])
    return max(float((every - every[:, [i]]).std(axis=0).max()) for i in range(every.shape[1]))


def _nearer(over: Jackknifed, gains: int) -> Floats:
    """The mean gains if every arm were nearer to the best by a standard error, but not better."""
    first = len(over.figures) - gains
    means = np.append(0.0, over.figures[first:])
    best = int(means.argmax())
    moved = np.zeros(len(means))
    for i in (i for i in range(len(means)) if i != best):
        lead = over.of({first + j - 1: sign for j, sign in ((best, 1.0), (i, -1.0)) if j})
        moved[i] = min(lead.estimate, lead.error) if np.isfinite(lead.error) else 0.0
    means = means + moved
    return np.asarray(means[1:] - means[0])


def _interval(over: Jackknifed, i: int, hidden: Floats) -> Interval:
    """An interval that reaches at least as far as what may be hidden."""
    found, least = over.interval(i, 0.0), float(hidden[i])
    if not least > found.error:
        return found
    half = NORMAL * least
    return Interval(found.estimate, least, max(0.0, found.estimate - half), max(found.high, found.estimate + half))


def _worth(of: tuple[str, Kind, tuple[int, ...]], found: Interval, price: float, p: float) -> Worth:
    estimate, error, low, high = found
    sure = bool(p < SIGNIFICANCE and low > 0.0)
    return Worth(*of, estimate, error, low, high, price * estimate, price * low, price * high, p, sure)


def _p_of_points(means: PointMeans) -> float:
    """How probable it is that gains would differ so much between points if they did not."""
    points = len(means.points)
    if points < 2:
        return float("nan")
    freedom = max(1, int(means.replications.sum()) - points - int(means.replications.max()) + 1)
    over = _over_first(means.means)
    away = over - over.mean(axis=0)
    return chance_of(away.T @ away, points - 1, means.year_noise * np.mean(1.0 / means.replications), freedom)


def _explained(regression: Regression, means: PointMeans) -> float:
    over = _over_first(means.means)
    if not (means.noise_known and regression.enough):
        return float("nan")
    found, rows = regression.fitted(over, np.arange(len(over)))
    left = found.left if not rows else next(iter(rows.values())).within
    noise = means.year_noise * np.mean(1.0 / means.replications)
    whole = float(np.trace(np.cov(over.T).reshape(noise.shape) - noise))
    return min(1.0, 1.0 - max(0.0, float(np.trace(left - noise))) / whole) if whole > 0.0 else float("nan")


def _notes(samples: Samples, means: PointMeans, regression: Regression, explained: float) -> list[str]:
    said = []
    points, given = len(means.points), len(samples.positions)
    if points < given:
        said.append(f"{given - points} of {given} points are left out: there some arm has no year to compare.")
    if not means.noise_known:
        said.append(
            "With one replication luck cannot be told from what the points differ by: everything is worth what the "
            "regression explains, and luck that comes to all points alike is in no interval."
        )
    moving = moved(samples.positions[means.points])
    if held := [f.name for i, f in enumerate(samples.factors) if i not in moving]:
        said.append(f"Held at one value, so nothing is said of knowing it: {', '.join(held)}.")
    if not regression.enough:
        needed = 2 * (1 + sum(samples.factors[i].law != "row" for i in moving))
        said.append(
            f"With points {points} in number, factors cannot be told from each other; {needed} or more will do."
        )
    elif rows := [samples.factors[i].name for i in sorted(moving - regression.told)]:
        said.append(f"Too few points for each row of {', '.join(rows)}: what knowing it is worth cannot be told.")
    if explained < EXPLAINED:
        said.append(
            f"The regression explains {explained:.0%} of what the points differ by; the rest needs several factors "
            "known together."
        )
    return said
