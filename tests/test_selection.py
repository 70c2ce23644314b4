"""Selecting the best of many arms: the promise is kept on problems with a known winner, and years are saved."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest

from sdmsim.lab.estimates import Values
from sdmsim.lab.selection import Rule, reach_of, select

ARMS, WINNER, APART, MOST, PROBLEMS = 10, 3, 0.25, 1500, 1000
RULE = Rule("value", "more", indifference=APART, probability=0.95, first=10, most=MOST)


class Made:
    """Arms whose values are generated: all that a selection asks of a laboratory."""

    def __init__(self, values: Values) -> None:
        self.all = values
        self.arms = tuple(f"arm {i}" for i in range(len(values)))
        self.counts = dict.fromkeys(self.arms, 0)

    def advance(self, wanted: Mapping[str, int]) -> None:
        self.counts |= {arm: max(self.counts[arm], n) for arm, n in wanted.items()}

    def values(self, arm: str, metric: str) -> Values:
        return self.all[self.arms.index(arm)][: self.counts[arm]]


class Tally(NamedTuple):
    """Of PROBLEMS repeated problems."""

    right: float
    spent: float
    """Mean years in all."""
    spent_equally: float
    """Mean years if every arm went on for as long as the last one."""
    right_equally: float
    """Right answers with as many years in all, spread equally."""


@cache
def tally(kind: str, shared: float) -> Tally:
    """`shared`: the part of the variance that is the same luck in all arms."""
    draws = np.random.default_rng(20261127)
    steps = np.abs(np.arange(ARMS) - WINNER) if kind == "a ladder" else np.arange(ARMS) != WINNER
    found = []
    for _ in range(PROBLEMS):
        luck = np.sqrt(shared) * draws.normal(size=MOST) + np.sqrt(1 - shared) * draws.normal(size=(ARMS, MOST))
        made = Made(luck - APART * steps[:, None])
        chosen = select(RULE, made)
        spent = sum(made.counts.values())
        assert chosen.replications == made.counts
        equally = int(made.all[:, : spent // ARMS].mean(axis=1).argmax())
        found.append(
            (chosen.best == f"arm {WINNER}", spent, ARMS * max(made.counts.values()), equally == WINNER),
        )
    return Tally(*np.mean(found, axis=0))


@pytest.mark.parametrize("shared", [0.0, 0.8], ids=["luck of their own", "the same luck"])
def test_the_best_is_chosen_as_often_as_promised(shared: float) -> None:
    """1,000 problems in the least favourable form, all others just the indifference behind: right in 95 % or more."""
    assert tally("all equally behind", shared).right >= 0.95


@pytest.mark.parametrize("kind", ["all equally behind", "a ladder"])
def test_years_are_spent_where_they_matter(kind: str) -> None:
    """A third or more is saved against equal numbers until the answer is there; spread equally, the same number of
    years answers right less often.
    """
    found = tally(kind, 0.8)
    assert found.spent < 0.67 * found.spent_equally
    assert found.right_equally < found.right


def test_the_same_luck_saves_years() -> None:
    """With four fifths of the luck shared a fifth of the variance of differences is left, and so many years are."""
    assert tally("all equally behind", 0.8).spent < 0.3 * tally("all equally behind", 0.0).spent


def made_of(means: tuple[float, ...], spread: float = 1.0, seed: int = 5) -> Made:
    draws = np.random.default_rng(seed)
    return Made(np.array(means)[:, None] + spread * draws.normal(size=(len(means), MOST)))


def test_less_may_be_better() -> None:
    """Costs are chosen from the other end."""
    made = made_of((10.0, 9.0, 12.0))
    assert select(RULE._replace(better="less"), made).best == "arm 1"


def test_it_says_when_it_stopped_short() -> None:
    """Two arms alike within far less than the years allowed can tell: a leader, not a promise."""
    chosen = select(RULE._replace(most=30), made_of((0.0, 0.01, -5.0)))
    assert not chosen.settled
    assert chosen.left == ("arm 0", "arm 1")
    assert chosen.best in chosen.left
    assert chosen.replications == {"arm 0": 30, "arm 1": 30, "arm 2": 10}


def test_arms_that_are_alike_end_the_search_once_the_indifference_is_reached() -> None:
    """Nobody wants to know which of two equals is better: it ends, with either, and the promise holds."""
    chosen = select(RULE, made_of((0.0, 0.0)))
    assert chosen.settled
    assert max(chosen.replications.values()) < MOST


def test_what_does_not_vary_is_settled_at_once() -> None:
    """Differences without spread need no more than the first years."""
    made = Made(np.array([[1.0], [2.0], [2.0]]) + np.random.default_rng(1).normal(size=MOST))
    chosen = select(RULE, made)
    assert chosen.best in ("arm 1", "arm 2")
    assert set(chosen.replications.values()) == {10}


def test_the_constant_is_that_of_the_paper() -> None:
    """2 eta (n0 - 1) with eta = ((2 alpha / (k - 1)) ** (-2 / (n0 - 1)) - 1) / 2, worked out for k = 10 and n0 = 10."""
    assert reach_of(10, 10, 0.95) == pytest.approx(9 * ((0.1 / 9) ** (-2 / 9) - 1))
    assert reach_of(10, 10, 0.95) == pytest.approx(15.456, abs=0.01)


def test_a_year_without_a_value_is_told() -> None:
    """Nothing is chosen by what is not there; nor from one arm."""
    made = made_of((0.0, 1.0))
    made.all[0, 3] = np.nan
    with pytest.raises(ValueError, match="without a value of value"):
        select(RULE, made)
    with pytest.raises(ValueError, match="nothing to choose from"):
        select(RULE, made_of((0.0,)))
