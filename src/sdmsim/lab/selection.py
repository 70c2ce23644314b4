"""Which of many arms is the best? Years are lived where the answer is still open.

The fully sequential procedure KN (Kim & Nelson 2001, "A fully sequential procedure for indifference-zone selection in
simulation", ACM TOMACS 11): all arms start with a few years; then an arm is dropped as soon as another is so far ahead
that luck does not explain it, and only those left go on. It is built on differences of pairs, year by year, so it is
right with the same luck in all arms, and gains from it; OCBA, the other well-known family, is made for arms with luck
of their own and promises nothing of a single answer.

The promise: where the best is better than every other by the indifference or more, it is chosen with the probability
asked; where others come nearer, one within the indifference of the best is. It holds for normal values, which means
of a whole year nearly are. Looking after several years at a time, not after each, only makes it safer (Jennison,
Johnstone & Turnbull 1982).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sdmsim.lab.estimates import Values

if TYPE_CHECKING:
    from sdmsim.lab.laboratory import Advancing
    from sdmsim.metrics.names import Better

AT_A_TIME = 5
"""Years that every arm left goes on by between two looks: enough to keep workers busy, few enough to waste little."""


class Rule(NamedTuple):
    """What is asked of a selection."""

    metric: str
    better: Better
    indifference: float
    """Differences below this do not matter, in the metric's unit."""
    probability: float
    """With which the best is chosen."""
    first: int
    """Years of every arm before the first look; 10 or more."""
    most: int
    """Years of an arm after which the selection stops short."""


class NoValueError(ValueError):
    """A year in which an arm has no value of the metric, so that nothing can be chosen by it."""


class Selected(NamedTuple):
    """The arm that was chosen."""

    best: str
    settled: bool
    """The promise holds; False where it stopped short at the most years allowed."""
    replications: Mapping[str, int]
    """By arm: an arm that was dropped early has few."""
    left: tuple[str, ...]
    """The arms that were not dropped, the best among them."""


def select(rule: Rule, arms: Advancing) -> Selected:
    """Bring each arm to as many years as it takes to choose the best; the same for any number of workers.

    Raises:
        NoValueError: a year without a value of the metric.
        ValueError: fewer than two arms.
    """
    names = list(arms.arms)
    if len(names) < 2:
        raise ValueError("nothing to choose from")
    n, left = rule.first, list(names)
    arms.advance(dict.fromkeys(names, n))
    spread = _spread(_table(rule, arms, names, n))
    reach = reach_of(len(names), rule.first, rule.probability)
    last = max(n, floor(reach * spread.max() / rule.indifference**2) + 1)
    counts = dict.fromkeys(names, n)
    while True:
        means = _table(rule, arms, left, n).mean(axis=1)
        at = [names.index(name) for name in left]
        slack = _slack(reach * spread[np.ix_(at, at)], rule.indifference, n)
        stays = (means[:, None] >= means[None, :] - slack).all(axis=1)
        leader = left[int(means.argmax())]
        left = [name for name, stay in zip(left, stays, strict=True) if stay]
        if len(left) == 1 or n >= last:
            return Selected(leader, True, counts, tuple(left))
        if n >= rule.most:
            return Selected(leader, False, counts, tuple(left))
        n = min(n + AT_A_TIME, rule.most, max(last, n + 1))
        arms.advance(dict.fromkeys(left, n))
        counts |= dict.fromkeys(left, n)


def reach_of(arms: int, first: int, probability: float) -> float:
    """KN's h squared: how far the spread of a difference counts, by what may go wrong in each pair of arms."""
    wrong = 2.0 * (1.0 - probability) / (arms - 1)
    return float((wrong ** (-2.0 / (first - 1)) - 1.0) * (first - 1))


def _table(rule: Rule, arms: Advancing, names: Sequence[str], n: int) -> Values:
    """(arm, replication), turned so that more is better."""
    table = np.stack([arms.values(name, rule.metric)[:n] for name in names])
    if np.isnan(table).any():
        raise NoValueError(f"years without a value of {rule.metric}")
    return table if rule.better == "more" else -table


def _spread(table: Values) -> Values:
    """(arm, arm): variance of the differences of each pair over the first years."""
    covariance = np.atleast_2d(np.cov(table, ddof=1))
    own = np.diag(covariance)
    return np.asarray(np.maximum(own[:, None] + own[None, :] - 2.0 * covariance, 0.0))


def _slack(reached: Values, indifference: float, n: int) -> Values:
    """(arm, arm): how far behind another an arm may lie after n years and still stay."""
    return np.asarray(np.maximum(0.0, (reached / indifference - indifference * n) / (2.0 * n)))
