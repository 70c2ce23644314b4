"""One factor at a time: the outcome as a factor goes from one end of its range to the other, the rest at their values.

All points meet the same luck, so changes are paired: each replication has its own change, and their mean has a Student
t interval. What factors do together is not seen here; that is what the other designs are for.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from sdmsim.lab.drivers.vocabulary import Floats
from sdmsim.lab.estimates import Estimate, paired_difference


class Swing(NamedTuple):
    """What a factor moves by itself, in the outcome's unit, with 95 % intervals."""

    factor: int
    estimate: float
    """Outcome at the high end less at the low end."""
    low: float
    high: float
    at_low: Estimate
    """Outcome at the low end less with all factors at their values."""
    at_high: Estimate
    """Outcome at the high end less with all factors at their values."""
    low_position: float
    """Where the ends lie: 0 and 1. Of a factor without a scale: where the outcome is smallest and largest, of the
    positions tried; such ends are chosen by what they show and lie too far apart by some luck."""
    high_position: float


class Size(NamedTuple):
    """How far a factor moves the outcome, up or down; for ranking."""

    factor: int
    estimate: float
    low: float
    high: float


def levels_of(levels: int, scaled: bool = True) -> Floats:
    """Positions tried: from end to end, or, without a scale, the middles of equal parts."""
    return np.linspace(0.0, 1.0, levels) if scaled else (np.arange(levels) + 0.5) / levels


def design(at: Floats, levels: int = 2, without_scale: Collection[int] = ()) -> Floats:
    """(1 + factors * levels, factors): all at their values, then each factor at each of its levels, the others at
    theirs.

    Raises:
        ValueError: fewer than two levels, or a value that lies outside of 0 to 1.
    """
    at = np.asarray(at, dtype=np.float64)
    if levels < 2:
        raise ValueError(f"{levels} levels: two at least, the ends of the range")
    if not bool(np.all((at >= 0.0) & (at <= 1.0))):
        raise ValueError("every factor's own position lies from 0 to 1")
    made = np.tile(at, (1 + len(at) * levels, 1))
    for i in range(len(at)):
        made[along(i, levels), i] = levels_of(levels, i not in without_scale)
    return made


def along(factor: int, levels: int) -> slice:
    """Where the points of one factor lie in the design, from its low end to its high one."""
    return slice(1 + factor * levels, 1 + (factor + 1) * levels)


def swings(y: Floats, levels: int = 2, without_scale: Collection[int] = ()) -> tuple[Swing, ...]:
    """What each factor moves, from outcomes (points, replications) at the points of `design`."""
    made = []
    for i in range((len(y) - 1) // levels):
        own, places = y[along(i, levels)], levels_of(levels, i not in without_scale)
        low, high = 0, levels - 1
        if i in without_scale and not np.isnan(means := own.mean(axis=1)).all():
            low, high = int(np.nanargmin(means)), int(np.nanargmax(means))
        over = paired_difference(own[high], own[low])
        at_low, at_high = paired_difference(own[low], y[0]), paired_difference(own[high], y[0])
        made.append(Swing(i, over.mean, over.low, over.high, at_low, at_high, float(places[low]), float(places[high])))
    return tuple(made)


def sizes(found: Sequence[Swing]) -> tuple[Size, ...]:
    """The same without direction: an interval that holds nil reaches down to it."""
    made = []
    for one in found:
        far, near = max(abs(one.low), abs(one.high)), min(abs(one.low), abs(one.high))
        made.append(Size(one.factor, abs(one.estimate), 0.0 if one.low <= 0.0 <= one.high else near, far))
    return tuple(made)
