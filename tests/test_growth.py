"""Growth at school: no minute twice, in proportion to what counts, gains and effects."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdmsim.theory.growth import counted_minutes, effect_sd, gain_sd, lesson_share, own_factor, school_growth

SHARES = st.floats(0.0, 1.0)
MINUTES = st.floats(0.0, 60_000.0)


@given(SHARES, SHARES)
def test_no_minute_counts_twice(work: float, overlap: float) -> None:
    """Goal and lesson shares of a minute beside a therapist sum to one, but for the overlap."""
    share = lesson_share(work, overlap)
    assert 0.0 <= share <= 1.0
    assert share + work == pytest.approx(1.0 + overlap * work)
    assert lesson_share(work, 0.0) + work == pytest.approx(1.0)
    assert lesson_share(work, 1.0) == 1.0


@given(MINUTES, MINUTES, MINUTES, SHARES, SHARES, SHARES)
def test_never_more_counts_than_there_was(
    lesson: float, beside: float, missed: float, share: float, recovered: float, attention: float
) -> None:
    """Counted minutes lie between the lesson's own, weighed, and the sum of all three stretches."""
    counted = counted_minutes(lesson, beside, missed, share, recovered, attention)
    assert attention * lesson - 1e-9 <= counted <= lesson + beside + missed + 1e-9


@given(MINUTES, MINUTES, MINUTES, SHARES, SHARES)
def test_each_kind_of_minute_counts_in_proportion(
    lesson: float, beside: float, missed: float, share: float, recovered: float
) -> None:
    """Two stretches count as much as their sum; a minute missed instead of attended costs 1 - recovered."""
    whole = counted_minutes(lesson + beside, beside + missed, missed + lesson, share, recovered)
    parts = counted_minutes(lesson, beside, missed, share, recovered)
    parts += counted_minutes(beside, missed, lesson, share, recovered)
    assert whole == pytest.approx(parts, rel=1e-12, abs=1e-9)
    gone = counted_minutes(lesson + 10, beside, missed, share, recovered)
    assert gone - counted_minutes(lesson, beside, missed + 10, share, recovered) == pytest.approx(
        10 * (1 - recovered), abs=1e-6
    )


def test_a_full_year_brings_the_yearly_growth() -> None:
    """All minutes: the yearly rate in log-odds; three quarters of them: three quarters of it."""
    assert school_growth(0.83, 0.92, 1.0, 60_000.0, 60_000.0) == pytest.approx(0.7636)
    assert school_growth(0.83, 0.92, 1.2, 45_000.0, 60_000.0) == pytest.approx(0.7636 * 0.9)
    assert school_growth(0.83, 0.92, 1.0, 0.0, 60_000.0) == 0.0


def test_an_own_factor_has_mean_one() -> None:
    """Over the normal distribution the factor's mean is 1 and the SD of its logarithm as given; 0 leaves 1."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    weights = weights / weights.sum()
    for log_sd in (0.15, 0.3, 0.6):
        factors = own_factor(log_sd, nodes)
        assert (factors > 0).all()
        assert float(weights @ factors) == pytest.approx(1.0, abs=1e-9)
        logs = np.log(factors)
        assert float(weights @ (logs - weights @ logs) ** 2) ** 0.5 == pytest.approx(log_sd, abs=1e-9)
    assert float(own_factor(0.0, 1.7)) == 1.0


@given(st.floats(0, 2), SHARES, st.floats(0, 1), st.floats(0, 1), st.floats(0.5, 1.5))
def test_gain_and_effect(practised: float, coverage: float, growth: float, without: float, sd: float) -> None:
    """The gain less the effect is what the year without therapy brings."""
    gain = gain_sd(practised, coverage, growth, sd)
    effect = effect_sd(practised, coverage, growth, without, sd)
    assert gain - effect == pytest.approx(gain_sd(0.0, coverage, without, sd), abs=1e-12)
    assert effect_sd(0.0, coverage, growth, growth, sd) == 0.0
    assert gain * sd == pytest.approx(coverage * practised + growth, abs=1e-12)


def test_missed_class_has_a_price() -> None:
    """The same practice is worth less where it cost instruction, by growth per minute x minutes not recovered."""
    full = 60_000.0
    stays = school_growth(0.25, 1.0, 1.0, counted_minutes(full, 0, 0, 1.0, 0.5), full)
    leaves = school_growth(0.25, 1.0, 1.0, counted_minutes(full - 1800, 0, 1800, 1.0, 0.5), full)
    assert effect_sd(0.5, 0.5, leaves, stays, 1.0) == pytest.approx(0.25 - 0.25 * 900 / full)


def test_arrays_give_what_floats_give() -> None:
    """One call on arrays is the same as a call for each child."""
    lesson, beside, missed = np.array([100.0, 50.0]), np.array([0.0, 30.0]), np.array([0.0, 20.0])
    shares = lesson_share(np.array([0.4, 0.5]), np.array([0.0, 0.3]))
    counted = counted_minutes(lesson, beside, missed, shares, 0.5, np.array([1.0, 0.9]))
    assert counted.tolist() == [100.0, pytest.approx(0.9 * (50 + 0.65 * 30) + 10)]
    assert school_growth(0.25, 1.0, np.array([1.0, 1.1]), counted, 100.0).shape == (2,)
