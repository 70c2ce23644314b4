"""Why did B beat A? The paired difference of an outcome between two arms, split into causes that add up to it.

Minutes are books: what a plan owes and an arm did not give was missed for a reason, so the difference is the sum of the
differences by reason. Gains are learned anew with each cause as in either arm, for the same children with the same
luck, and every cause is given its Shapley value: the mean of what it adds, over all orders of switching causes.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sdmsim import metrics
from sdmsim.events import REASONS, Defect
from sdmsim.lab.drivers.quantities import A_YEAR, QUANTITIES, quantities_of
from sdmsim.lab.drivers.shapley import Game, sampled_shapley, shapley_of
from sdmsim.lab.drivers.sides import CannotSplit, sides_of
from sdmsim.lab.drivers.switches import CAUSES, Switches
from sdmsim.lab.estimates import estimate
from sdmsim.lab.pool import Workers
from sdmsim.metrics.names import METRICS, MISSED
from sdmsim.streams import Luck
from sdmsim.world import live

if TYPE_CHECKING:
    from sdmsim.plan import Plan

__all__ = [
    "GAINS",
    "MINUTES",
    "CannotSplit",
    "Causes",
    "Pair",
    "Part",
    "Switched",
    "causes_between",
    "parts_of_minutes",
    "split_pair",
]

Floats = NDArray[np.float64]

MINUTES = ("minutes_delivered", "delivered_share")
GAINS = ("trained_gain_sd", "classroom_gain_sd", "trained_effect_sd", "classroom_effect_sd", "academic_growth_sd")
"""The outcomes that can be split."""
_PRACTICE_AND_SCHOOL = ((0, 0), (1, 0), (0, 1), (1, 1), (None, 2))
"""Of each of GAINS, the column of what practice and of what school brings."""
OTHER_CHILDREN = "other children"
"""What comes from children or goals that only one of the arms serves."""
EXACT = 10
"""With more causes than this, orders are drawn: so many, and the reverse of each."""
ORDERS = 40


class Part(NamedTuple):
    """What one cause adds to the difference of an outcome: arm less baseline, under the same luck."""

    arm: str
    baseline: str
    metric: str
    unit: str
    cause: str
    part: float
    """Mean over replications, in the metric's unit. The parts of a metric add up to its `total`."""
    low: float
    high: float
    quantity: str
    """What was switched."""
    quantity_unit: str
    off: float
    """Its value in the baseline, mean over replications."""
    on: float
    """Its value in the arm."""
    replications: int
    total: float
    """The paired difference of the metric."""


class Switched(NamedTuple):
    """What a cause switches: a quantity with its value in the baseline (off) and in the arm (on), means over years."""

    arm: str
    baseline: str
    cause: str
    quantity: str
    quantity_unit: str
    off: float
    on: float


class Causes(NamedTuple):
    """Why an arm differs from the baseline."""

    parts: tuple[Part, ...]
    """Of each outcome, in the order of the waterfall."""
    switched: tuple[Switched, ...]
    """All that the causes of gains switch; nothing where no gains were asked for."""


class Split(NamedTuple):
    """One replication: what each cause adds to each of GAINS, (metric, cause), and the rest of what it brings."""

    parts: Floats
    other: Floats
    """(metric,) from other children."""
    quantities: Floats
    """(quantity, 2): off and on of QUANTITIES."""
    rows: tuple[dict[str, float], dict[str, float]]
    """All metrics of the baseline's year and the arm's."""


class Pair(NamedTuple):
    """Two plans to be lived with the same luck; travels to workers."""

    plans: bytes
    seed: int
    replication: int
    gains: bool = True
    """Whether gains are asked for."""


def causes_between(
    arm: Plan,
    baseline: Plan,
    *,
    names: tuple[str, str],
    seed: int,
    replications: int,
    outcomes: Sequence[str] = (*MINUTES, *GAINS),
    workers: Workers | None = None,
    tell: Callable[[int], None] | None = None,
) -> Causes:
    """The difference of `outcomes` between two arms, split into causes.

    `names`: of the arm and the baseline. Replications count from 0. `tell` is called with the number done. An outcome
    that is not of MINUTES or GAINS has no causes here and no parts.

    Raises:
        CannotSplit: the arms differ in what is no cause.
    """
    plans = pickle.dumps((baseline, arm), protocol=pickle.HIGHEST_PROTOCOL)
    gains = any(outcome in GAINS for outcome in outcomes)
    pairs = [Pair(plans, seed, replication, gains) for replication in range(replications)]
    found: dict[int, Split] = {}
    began = perf_counter()

    def take(_: int, pair: Pair, split: Split) -> None:
        found[pair.replication] = split
        if tell is not None:
            tell(len(found))

    def seconds_left() -> float:
        return (perf_counter() - began) / len(found) * (replications - len(found)) if found else 0.0

    (workers or Workers(1)).collect(split_pair, pairs, take, seconds_left=seconds_left)
    splits = [found[replication] for replication in range(replications)]
    arms = [
        {metric: np.array([split.rows[side][metric] for split in splits]) for metric in splits[0].rows[side]}
        for side in (1, 0)
    ]
    found_parts = [part for metric in MINUTES for part in parts_of_minutes(metric, arms[0], arms[1], names)]
    if not gains:
        return Causes(tuple(part for part in found_parts if part.metric in outcomes), ())
    found_parts += _parts_of_gains(splits, arms[0], arms[1], names)
    quantities = np.mean([split.quantities for split in splits], axis=0)
    switched = [Switched(*names, *quantity, *two) for quantity, two in zip(QUANTITIES, quantities, strict=True)]
    return Causes(tuple(part for part in found_parts if part.metric in outcomes), tuple(switched))


def split_pair(pair: Pair) -> Split:
    """Live both arms with the luck of one replication and split their difference."""
    baseline, arm = pickle.loads(pair.plans)
    base, other = (live(plan, seed=pair.seed, replication=pair.replication) for plan in (baseline, arm))
    rows = (metrics.row(base), metrics.row(other))
    if not pair.gains:
        nothing = np.zeros((0, 0))
        return Split(nothing, np.zeros(0), nothing, rows)
    sides = sides_of(base, other)
    switches = Switches(sides)
    luck = Luck(pair.seed, pair.replication)
    practice, from_practice = _played(switches.practice, switches.of_practice, 2, luck)
    school, from_school = _played(switches.school, switches.of_school, 3, luck)
    parts, others = np.zeros((len(GAINS), len(CAUSES))), np.zeros(len(GAINS))
    for place, (metric, (one, two)) in enumerate(zip(GAINS, _PRACTICE_AND_SCHOOL, strict=True)):
        total = rows[1][metric] - rows[0][metric]
        explained = from_school[two] + (0.0 if one is None else from_practice[one])
        parts[place] = school[:, two] + (0.0 if one is None else practice[:, one])
        others[place] = total - explained
        if sides.same_children and abs(others[place]) > 1e-9:
            raise Defect(f"the causes of {metric} bring {explained!r}, the arms differ by {total!r}")
    return Split(parts, others * (not sides.same_children), quantities_of(sides), rows)


def _played(
    values: Callable[[tuple[str, ...], NDArray[np.int64]], Floats], causes: tuple[str, ...], outcomes: int, luck: Luck
) -> tuple[Floats, Floats]:
    """(cause, outcome) parts, nil for causes in which the arms do not differ; (outcome,) their sum, all less none."""
    parts, whole = np.zeros((len(CAUSES), outcomes)), np.zeros(outcomes)
    if not causes:
        return parts, whole
    game: Game = lambda coalitions: values(causes, coalitions)  # noqa: E731
    place = [CAUSES.index(cause) for cause in causes]
    if len(causes) <= EXACT:
        found = game(np.arange(2 ** len(causes)))
        parts[place], whole = shapley_of(found), found[-1] - found[0]
    else:
        parts[place] = sampled_shapley(game, len(causes), ORDERS, luck)
        ends = game(np.array([0, 2 ** len(causes) - 1]))
        whole = ends[1] - ends[0]
    return parts, whole


def _parts_of_gains(
    splits: Sequence[Split], arm: Mapping[str, Floats], baseline: Mapping[str, Floats], names: tuple[str, str]
) -> list[Part]:
    made = []
    switched = np.stack([split.quantities for split in splits])
    for place, metric in enumerate(GAINS):
        total = arm[metric] - baseline[metric]
        if np.isnan(total).all():
            continue
        columns = np.stack([split.parts[place] for split in splits])
        for number, cause in enumerate(CAUSES):
            shown = next(i for i, quantity in enumerate(QUANTITIES) if quantity.cause == cause)
            values = (switched[:, shown, 0], switched[:, shown, 1])
            made.append(_part(names, metric, cause, columns[:, number], QUANTITIES[shown][1:], values, total))
        others = np.array([split.other[place] for split in splits])
        if others.any():
            nothing = np.full(len(splits), np.nan)
            made.append(_part(names, metric, OTHER_CHILDREN, others, ("", ""), (nothing, nothing), total))
    return made


def parts_of_minutes(
    metric: str, arm: Mapping[str, Floats], baseline: Mapping[str, Floats], names: tuple[str, str]
) -> list[Part]:
    """The difference of one of MINUTES by the reasons for which minutes were missed.

    `arm`, `baseline`: metrics by name, (replications,) each; those of the books are needed: `minutes_owed` and all
    `missed_minutes`.
    """
    of_share = metric == "delivered_share"
    total = arm[metric] - baseline[metric]
    made = []
    for cause in (*(r for r in REASONS if not (of_share and r == "no_school")), "minutes promised"):
        if cause == "minutes promised" and of_share:
            continue
        key, sign = ("minutes_owed", 1.0) if cause == "minutes promised" else (MISSED + cause, -1.0)
        off, on = (_of_promised(rows, rows[key]) if of_share else rows[key] for rows in (baseline, arm))
        words = "therapy promised" if cause == "minutes promised" else f"therapy missed: {_MEANING[key]}"
        unit = "share of the promised" if of_share else A_YEAR
        said = cause.replace("_", " ")
        made.append(_part(names, metric, said, sign * (on - off), (words, unit), (off, on), total))
    return made


_MEANING = {metric.name: metric.meaning.removeprefix("not given: ") for metric in METRICS}


def _of_promised(rows: Mapping[str, Floats], minutes: Floats) -> Floats:
    """Minutes as a share of those promised, days without school left out; nil where nothing was promised."""
    promised = rows["minutes_owed"] - rows[MISSED + "no_school"]
    return np.divide(minutes, promised, out=np.zeros_like(minutes), where=promised > 0.0)


def _part(
    names: tuple[str, str],
    metric: str,
    cause: str,
    values: Floats,
    quantity: tuple[str, str],
    switched: tuple[Floats, Floats],
    total: Floats,
) -> Part:
    found = estimate(values + 0.0)  # no minus nil
    off, on = (float(x.mean()) for x in switched)
    unit = metrics.unit_of(metric)
    return Part(
        *names, metric, unit, cause, found.mean, found.low, found.high, *quantity, off, on, len(values),
        float(total.mean()),
    )  # fmt: skip
