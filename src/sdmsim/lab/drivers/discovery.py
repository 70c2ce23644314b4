"""When does an arm fail? Boxes in the space of the factors in which it does, said in words (scenario discovery).

`boxes` finds them. It would find one in noise too, so boxes are also sought in one half of the points and counted in
the other, which knows nothing of them: where they hold no more failures there than chance puts in, the box is called
noise. Factors that are rows of a table have no order and no limits, and are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sdmsim.lab.drivers.boxes import SIGNIFICANCE, Bools, again, best_box, elsewhere, inside, quasi_p
from sdmsim.lab.drivers.conditional import moved
from sdmsim.lab.drivers.jackknife import Interval, jackknife
from sdmsim.lab.drivers.point_means import Ints, UnansweredError, gains, paired, point_means
from sdmsim.lab.drivers.vocabulary import Factor, Floats, Samples
from sdmsim.metrics import BETTER, unit_of

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_BOXES = 3
FEWEST = 10
"""Of points at which the arm fails, and of those at which it does not; with fewer, no box is sought."""


class Limit(NamedTuple):
    """One side of a box."""

    factor: int
    name: str
    side: str
    """`above` or `below`: where the arm fails."""
    value: float
    """In the factor's own unit."""
    position: float
    """From 0 to 1 along its law."""
    quasi_p: float
    """How probable the box's failures would be had the limit no meaning (one-sided binomial against the box without
    it); too small, since the limit was sought in the same points."""
    again: float
    """Share of half-samples in which a box has this factor limited on this side."""


class Box(NamedTuple):
    """One way to fail."""

    limits: tuple[Limit, ...]
    coverage: float
    """Share of all failures that lie in it."""
    density: float
    """Share of its points that are failures."""
    mass: float
    """Share of all points that lie in it."""
    coverage_elsewhere: float
    """The same of boxes sought in one half of the points, counted in the other: no better than it is."""
    density_elsewhere: float
    p: float
    """How probable so many failures in boxes sought elsewhere would be if no factor mattered."""
    said: str
    """In words."""


class Discovery(NamedTuple):
    """When one arm fails."""

    arm: str
    metric: str
    baseline: str
    """It fails where it is worse than this arm; empty where `threshold` is given."""
    threshold: float
    """It fails where the metric is worse than this; nan where a baseline is given."""
    points: Ints
    """Positions of the points that could be judged."""
    fails: Bools
    """(these points,)."""
    share: Interval
    """Share of the points at which it fails."""
    boxes: tuple[Box, ...]
    """Those that are more than noise, the one first that was found first; each after the first among the points outside
    those before."""
    noise: bool
    """Whether a first box was found that is no more than noise."""
    left_out: tuple[str, ...]
    """Factors that boxes leave out: rows of a table, and what is held at one value."""
    said: str
    """In words."""


def discover(
    samples: Samples, metric: str, arm: str, baseline: str = "", threshold: float | None = None, seed: int = 0
) -> Discovery:
    """Where an arm is worse than the baseline, or than a threshold in the metric's unit.

    Points are judged by means freed of luck, each by its own: a curve through all of them would put its own noise into
    both halves of the points.

    Raises:
        UnansweredError: neither or both of baseline and threshold are given, no values, or PRIM is not installed.
    """
    if bool(baseline) == (threshold is not None) or arm == baseline:
        raise UnansweredError("Name one: the baseline that the arm should not be worse than, or a threshold.")
    less = _less(samples, metric, arm, baseline, threshold)
    means = point_means(less)
    positions = np.asarray(samples.positions, dtype=np.float64)[means.points]

    def judged(some: Floats) -> Bools:
        after = point_means(some, means.year_noise).freed
        return np.asarray(after[1] < after[0])

    fails = judged(less)
    over = jackknife(lambda some, _: np.array([judged(some).mean()]), paired(less))
    seen = tuple(i for i in sorted(moved(positions)) if samples.factors[i].law != "row")
    worse = _worse(metric, baseline, threshold)
    boxes: tuple[Box, ...] = ()
    noise = False
    enough = min(int(fails.sum()), int((~fails).sum())) >= FEWEST and bool(seen)
    if enough:
        boxes, noise = _boxes(arm, samples.factors, seen, positions, fails, seed)
    share = over.interval(0, 0.0, 1.0)
    return Discovery(
        arm,
        metric,
        baseline,
        float("nan") if threshold is None else float(threshold),
        means.points,
        fails,
        share,
        boxes,
        noise,
        tuple(factor.name for i, factor in enumerate(samples.factors) if i not in seen),
        _said(arm, worse, fails, boxes, enough),
    )


def _less(samples: Samples, metric: str, arm: str, baseline: str, threshold: float | None) -> Floats:
    """(2, points, replications): what the arm is held to, and the arm; more is better."""
    values = gains(samples, metric)
    strange = [name for name in (arm, baseline) if name and name not in samples.arms]
    if strange:
        raise UnansweredError(f"There is no arm {', '.join(strange)}; there are {', '.join(samples.arms)}.")
    ours = values[samples.arms.index(arm)]
    if threshold is None:
        return np.stack([values[samples.arms.index(baseline)], ours])
    held = threshold if BETTER[metric] == "more" else -threshold
    return np.stack([np.full_like(ours, held), ours])


def _worse(metric: str, baseline: str, threshold: float | None) -> str:
    side = "below" if BETTER[metric] == "more" else "above"
    return f"{metric} {side} {baseline}" if threshold is None else f"{metric} {side} {threshold:g} {unit_of(metric)}"


def _said(arm: str, worse: str, fails: Bools, boxes: Sequence[Box], enough: bool) -> str:
    count = f"{int(fails.sum())} of {len(fails)} points"
    if not fails.any():
        return f"{arm} fails nowhere ({worse}) among {len(fails)} points."
    if fails.all():
        return f"{arm} fails everywhere ({worse}): at all of {len(fails)} points."
    if not enough:
        return f"{arm} fails ({worse}) at {count}: too few on one side to say when."
    if not boxes:
        return f"{arm} fails ({worse}) at {count}, and no box says when: what was found is no more than noise."
    return f"{arm} fails ({worse}) at {count}. " + " ".join(box.said for box in boxes)


def _boxes(
    arm: str, factors: Sequence[Factor], seen: Sequence[int], positions: Floats, fails: Bools, seed: int
) -> tuple[tuple[Box, ...], bool]:
    """Boxes one after the other, each among the points outside those before, until one is noise; and whether the first
    was.
    """
    found: list[Box] = []
    left = np.ones(len(fails), dtype=np.bool_)
    while len(found) < MOST_BOXES and min(fails[left].sum(), (~fails[left]).sum()) >= FEWEST:
        p, coverage, density = elsewhere(positions[left], fails[left], seen, seed)
        limits = best_box(positions[left], fails[left], seen) if p < SIGNIFICANCE else ()
        if not limits:
            return tuple(found), not found
        within = inside(positions, limits) & left
        repeated = again(positions[left], fails[left], seen, seed)
        made = tuple(
            Limit(
                i, factors[i].name, side, float(factors[i].value(np.array(at))), at,
                quasi_p(positions[left], fails[left], limits, k), repeated.get((i, side), 0.0),
            )
            for k, (i, side, at) in enumerate(limits)
        )  # fmt: skip
        share = float(fails[within].sum() / fails.sum())
        dense = float(fails[within].mean())
        said = _in_words(arm, factors, made, share, dense, first=not found)
        found.append(
            Box(
                made,
                share,
                dense,
                float(within.mean()),
                coverage * float(fails[left].sum() / fails.sum()),
                density,
                p,
                said,
            )
        )
        left &= ~within
    return tuple(found), False


def _in_words(
    arm: str, factors: Sequence[Factor], limits: Sequence[Limit], coverage: float, density: float, first: bool
) -> str:
    by_factor: dict[int, list[str]] = {}
    for limit in limits:
        unit = f" {factors[limit.factor].unit}".rstrip()
        by_factor.setdefault(limit.factor, []).append(f"{limit.side} {limit.value:.3g}{unit}")
    parts = [f"{factors[i].meaning or factors[i].name} is {' and '.join(sides)}" for i, sides in by_factor.items()]
    start = f"{arm} fails" if first else f"Of the rest, {arm} fails"
    return (
        f"{start} where {' and '.join(parts)}: {coverage:.0%} of all failures, and {density:.0%} of such points fail."
    )
