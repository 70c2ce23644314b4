"""Probes: exact probabilities, shared luck, the rule of three passes, goal attainment, and Tau."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sdmsim.theory.probes import (
    attainment_level,
    attainment_score,
    first_met,
    met_probability,
    pass_probability,
    score_probabilities,
    success_probability,
    successes,
    tau,
)

PROBABILITIES = st.just(0.0) | st.floats(1e-12, 1.0)
CLUMPING = st.floats(0.0, 0.9)


@given(PROBABILITIES, st.integers(1, 20))
def test_without_overdispersion_scores_are_binomial(p: float, trials: int) -> None:
    """Same probabilities as the binomial of a statistics library."""
    wanted = stats.binom.pmf(np.arange(trials + 1), trials, p)
    assert score_probabilities(p, trials) == pytest.approx(wanted, abs=1e-12)


@given(st.floats(0.02, 0.98), st.floats(0.01, 0.9), st.integers(2, 20))
def test_overdispersed_scores_are_beta_binomial(p: float, clumping: float, trials: int) -> None:
    """Same probabilities as the library's beta-binomial; mean and variance as the docstring says."""
    size = (1 - clumping) / clumping
    chances = score_probabilities(p, trials, clumping)
    wanted = stats.betabinom.pmf(np.arange(trials + 1), trials, p * size, (1 - p) * size)
    assert chances == pytest.approx(wanted, abs=1e-9)
    mean = float(chances @ np.arange(trials + 1))
    variance = float(chances @ (np.arange(trials + 1) - mean) ** 2)
    assert mean == pytest.approx(trials * p, abs=1e-9)
    assert variance == pytest.approx(trials * p * (1 - p) * (1 + (trials - 1) * clumping), abs=1e-8)


@given(st.lists(st.floats(0.0, 0.999), min_size=1, max_size=6), PROBABILITIES, PROBABILITIES, CLUMPING)
def test_arms_share_luck(uniforms: list[float], p: float, q: float, clumping: float) -> None:
    """With the same uniforms a higher probability never scores lower, nor a luckier uniform."""
    low, high = (successes(uniforms, x, 10, clumping) for x in sorted((p, q)))
    assert (low <= high).all()
    assert (np.diff(successes(sorted(uniforms), p, 10, clumping)) >= 0).all()
    assert ((low >= 0) & (high <= 10)).all()


def test_scores_follow_their_distribution() -> None:
    """Evenly spaced uniforms give each score as often as its probability says."""
    even = (np.arange(20_000) + 0.5) / 20_000
    scores = successes(even, 0.7, 10, 0.1)
    shares = np.bincount(scores, minlength=11) / len(even)
    assert shares == pytest.approx(score_probabilities(0.7, 10, 0.1), abs=1e-4)


def test_sure_probabilities_leave_nothing_to_luck() -> None:
    """0 scores none and 1 scores all, whatever the uniforms."""
    uniforms = np.linspace(0.0, 0.999, 9)
    assert successes(uniforms, 0.0, 10, 0.2).tolist() == [0] * 9
    assert successes(uniforms, 1.0, 10, 0.2).tolist() == [10] * 9


def test_skills_in_log_odds_become_probabilities() -> None:
    """0 is one half, ln 4 four fifths."""
    assert np.asarray(success_probability(np.array([0.0, np.log(4.0)]))) == pytest.approx([0.5, 0.8], abs=1e-12)


def test_a_true_seventy_per_cent_is_met_by_luck_in_time() -> None:
    """At a true .70, three passes of 8 in 10 running: .22 within 8 probes, .75 within 36; one pass .383."""
    one = float(pass_probability(0.7))
    assert one == pytest.approx(0.3828, abs=1e-4)
    assert float(met_probability(np.full(8, one))) == pytest.approx(0.224, abs=0.001)
    assert float(met_probability(np.full(36, one))) == pytest.approx(0.745, abs=0.001)
    assert float(met_probability(np.full(2, one))) == 0.0
    assert float(met_probability(np.full(3, one))) == pytest.approx(one**3, rel=1e-12)


@given(st.lists(PROBABILITIES, min_size=1, max_size=8), st.integers(1, 4))
def test_the_recursion_counts_every_way(chances: list[float], running: int) -> None:
    """The exact probability equals the sum over all rows of passes and failures."""
    total = 0.0
    for row in product((True, False), repeat=len(chances)):
        weight = float(np.prod([c if ok else 1 - c for c, ok in zip(chances, row, strict=True)]))
        total += weight * (int(first_met(row, True, running)) >= 0)
    assert float(met_probability(chances, running)) == pytest.approx(total, abs=1e-12)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=14))
def test_a_missed_probe_neither_breaks_nor_extends_a_row(probes: list[tuple[bool, bool]]) -> None:
    """Leaving the missed probes out of the list meets the goal at the same probe, as a plain count does."""
    passed, taken = [p for p, _ in probes], [t for _, t in probes]
    row, met = 0, -1
    for i, (ok, there) in enumerate(probes):
        row = (row + 1 if ok else 0) if there else row
        if row >= 3:
            met = i
            break
    assert int(first_met(np.array(passed, bool), np.array(taken, bool))) == met
    kept = [i for i, there in enumerate(taken) if there]
    short = int(first_met(np.array([passed[i] for i in kept], bool), True))
    assert (kept[short] if short >= 0 else -1) == met


def test_many_goals_at_once() -> None:
    """Each row of an array is its own goal."""
    passed = np.array([[1, 1, 1, 0], [1, 0, 1, 1], [0, 1, 1, 1], [1, 1, 0, 1]], bool)
    taken = np.array([[1, 1, 1, 1], [1, 0, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]], bool)
    assert first_met(passed, taken).tolist() == [2, 3, 3, -1]


def test_levels_of_goal_attainment() -> None:
    """At the start -2, half way -1, at the expected outcome 0, and two more steps above."""
    skill = np.array([-1.0, 0.0, 0.69, 0.7, 1.39, 1.4, 2.1, 2.8, 9.0])
    assert attainment_level(skill, 0.0, 1.4).tolist() == [-2, -2, -2, -1, -1, 0, 1, 2, 2]
    goal_below_start = attainment_level(np.array([0.9, 1.0, 1.19, 1.21, 1.41]), 1.5, 1.0)
    assert goal_below_start.tolist() == [-1, 0, 0, 1, 2]


@given(st.floats(-4, 4), st.floats(-4, 4), st.floats(-4, 4), st.floats(0, 2))
def test_levels_rise_with_skill(skill: float, start: float, expected: float, more: float) -> None:
    """More skill never means a lower level; a level is one of five, 0 or more once as good as expected."""
    level = float(attainment_level(skill, start, expected))
    assert level in {-2.0, -1.0, 0.0, 1.0, 2.0}
    assert float(attainment_level(skill + more, start, expected)) >= level
    assert (level >= 0) == (skill >= expected) or abs(skill - expected) < 1e-6


def test_the_goal_attainment_score() -> None:
    """As expected: 50. One goal at +1: 60. Four equal goals at +1: 50 + 40 / sqrt(.7 x 4 + .3 x 16)."""
    assert float(attainment_score([0, 0, 0])) == 50.0
    assert float(attainment_score([1])) == pytest.approx(60.0)
    assert float(attainment_score([1, 1, 1, 1])) == pytest.approx(50 + 40 / np.sqrt(0.7 * 4 + 0.3 * 16))
    assert float(attainment_score([2, -1], [1, 3])) == pytest.approx(50 - 10 / np.sqrt(0.7 * 10 + 0.3 * 16))
    assert float(attainment_score([2, -1], [2, 6])) == pytest.approx(float(attainment_score([2, -1], [1, 3])))


def test_tau_by_hand() -> None:
    """Pairs up less pairs down over pairs: all above 1, all alike 0, one tie of four leaves three quarters."""
    assert float(tau([1, 2, 3], [4, 5])) == 1.0
    assert float(tau([4, 5], [1, 2, 3])) == -1.0
    assert float(tau([3, 3], [3, 3, 3])) == 0.0
    assert float(tau([1, 2], [2, 3])) == 0.75
    assert float(tau([1, 2, np.nan], [2, np.nan, 3])) == 0.75
    assert np.isnan(tau([np.nan], [1.0]))
    assert tau([[1, 2], [4, 5]], [[3, 4], [1, 2]]).tolist() == [1.0, -1.0]


@given(st.lists(st.integers(0, 10), min_size=1, max_size=8), st.lists(st.integers(0, 10), min_size=1, max_size=8))
def test_tau_is_the_library_s_rank_biserial(before: list[int], after: list[int]) -> None:
    """Tau is 2 U / (a b) - 1 with the U of Mann and Whitney, and turns its sign with the phases."""
    u = stats.mannwhitneyu(after, before, method="asymptotic").statistic if len({*before, *after}) > 1 else None
    wanted = 0.0 if u is None else 2 * float(u) / (len(before) * len(after)) - 1
    assert float(tau(before, after)) == pytest.approx(wanted, abs=1e-12)
    assert float(tau(after, before)) == pytest.approx(-wanted, abs=1e-12)
