"""Laws of the two stores: ceiling, fading and keeping, use in class."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from sdmsim.theory.stores import Gains, below_ceiling, increment, practise, rest, transfer_rate

M, SOFT = 1.05, 0.15
RAW = st.floats(0.0, 20.0)
DAYS = st.floats(0.0, 400.0)
USES = st.floats(0.0, 5.0)
SHARE = st.floats(0.0, 1.0)
NOTHING = Gains(0.0, 0.0, 0.0, 0.0)
STEP = st.tuples(st.floats(0.0, 3.0), SHARE, st.floats(0.0, 60.0), st.floats(0.0, 1.0))
"""A session and the rest after it: raw log-odds, similarity, days, uses."""


def lived(steps: list[tuple[float, float, float, float]], kept: float = 0.16) -> list[Gains]:
    """The gains after each session and after each rest."""
    found = [NOTHING]
    for raw, similarity, days, uses in steps:
        found.append(practise(found[-1], raw, similarity, M, SOFT))
        found.append(rest(found[-1], days, uses, 60.0, kept))
    return found


@given(st.floats(0.0, M), RAW, RAW)
def test_practice_cut_in_two_adds_what_the_whole_adds(gain: float, a: float, b: float) -> None:
    """Adding a, then b, is adding a + b, to 1e-12."""
    first = gain + below_ceiling(gain, a, M, SOFT)
    twice = first + below_ceiling(min(first, M), b, M, SOFT)
    assert twice == pytest.approx(gain + below_ceiling(gain, a + b, M, SOFT), abs=1e-12)


@given(st.floats(-5.0, M), RAW, st.floats(0.0, 1.0))
def test_practice_adds_less_than_it_brings_and_stays_below_the_ceiling(gain: float, raw: float, more: float) -> None:
    """0 <= added <= raw, never past the ceiling, more for more practice."""
    added = below_ceiling(gain, raw, M, SOFT)
    assert -1e-12 <= added <= raw + 1e-12
    assert gain + added <= M + 1e-12
    assert below_ceiling(gain, raw + more, M, SOFT) >= added - 1e-12


def test_far_below_the_ceiling_all_counts_and_at_it_nothing() -> None:
    """Both limits, and endless practice reaches the ceiling."""
    assert below_ceiling(0.0, 0.3, 1e6, SOFT) == pytest.approx(0.3, rel=1e-9)
    assert below_ceiling(M, 0.3, M, SOFT) == pytest.approx(0.0, abs=1e-12)
    assert below_ceiling(0.0, 1e4, M, SOFT) == pytest.approx(M, abs=1e-9)


@pytest.mark.parametrize("gain", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("raw", [0.01, 0.5, 3.0])
def test_the_ceiling_law_is_its_equation_integrated(gain: float, raw: float) -> None:
    """dG/draw = 1 - exp((G - M) / eps), by numbers."""
    solved = solve_ivp(lambda _, g: 1.0 - np.exp((g - M) / SOFT), (0.0, raw), [gain], rtol=1e-10, atol=1e-12)
    assert gain + below_ceiling(gain, raw, M, SOFT) == pytest.approx(solved.y[0, -1], abs=1e-8)


@given(st.lists(STEP, max_size=8), DAYS, DAYS, USES, USES, SHARE)
def test_a_rest_cut_in_two_is_the_whole_rest(
    steps: list[tuple[float, float, float, float]], d1: float, d2: float, u1: float, u2: float, kept: float
) -> None:
    """Whatever the course of the occasions over the days, only their sums count, to 1e-12."""
    start = lived(steps, kept)[-1]
    whole = rest(start, d1 + d2, u1 + u2, 60.0, kept)
    assert rest(rest(start, d1, u1, 60.0, kept), d2, u2, 60.0, kept) == pytest.approx(whole, abs=1e-12)


@pytest.mark.parametrize("late", [False, True])
def test_rest_is_its_equations_integrated(late: bool) -> None:
    """Rest is dT = -l T dt, dP = kept l T dt, and the lacks shrink with the occasions too, early or late."""
    days, total, half, kept = 50.0, 1.2, 30.0, 0.3
    fade = np.log(2) / half

    def change(t: float, y: np.ndarray) -> list[float]:
        use = total * 2.0 * (t if late else days - t) / days**2
        p, temporary, lack_p, lack_t = y
        del p
        return [
            kept * fade * temporary,
            -fade * temporary,
            kept * fade * lack_t - use * lack_p,
            -(fade + use) * lack_t,
        ]

    start = Gains(0.2, 0.5, 0.1, 0.3)
    solved = solve_ivp(change, (0.0, days), list(start), rtol=1e-10, atol=1e-12)
    assert tuple(rest(start, days, total, half, kept)) == pytest.approx(tuple(solved.y[:, -1]), abs=1e-8)


@given(st.lists(STEP, max_size=15), SHARE)
def test_use_in_class_never_passes_the_trained_gain_nor_that_the_ceiling(
    steps: list[tuple[float, float, float, float]], kept: float
) -> None:
    """After any course of sessions and rests 0 <= in class <= trained <= ceiling."""
    for gains in lived(steps, kept):
        assert -1e-9 <= gains.in_class <= gains.trained + 1e-9
        assert gains.trained <= M + 1e-9


@given(st.lists(STEP, min_size=1, max_size=8), DAYS, st.floats(0.0, 2.0))
def test_rest_takes_from_the_trained_gain_and_occasions_add_to_class(
    steps: list[tuple[float, float, float, float]], days: float, uses: float
) -> None:
    """Days never add to the trained gain; occasions never take from class and leave the trained gain alone."""
    start = lived(steps)[-1]
    idle, used = rest(start, days, 0.0, 60.0, 0.16), rest(start, days, uses, 60.0, 0.16)
    assert idle.trained <= start.trained + 1e-12
    assert used.trained == idle.trained
    assert used.in_class >= idle.in_class - 1e-12


def test_limits_of_a_rest() -> None:
    """No time changes nothing; in the end only what is kept stays; endless occasions close the gap to the trained."""
    start = Gains(0.2, 0.5, 0.1, 0.3)
    assert rest(start, 0.0, 0.0, 60.0, 0.16) == start
    assert rest(start, 1e6, 0.0, 60.0, 0.16).trained == pytest.approx(0.2 + 0.16 * 0.5)
    after = rest(start, 10.0, 1e3, 60.0, 0.16)
    assert after.in_class == pytest.approx(after.trained, abs=1e-12)


def test_increment_is_opportunities_per_target_times_their_worth() -> None:
    """12 opportunities on 4 targets of a child that needs 3 times the exposures: 3 x .1 / 3; twice with response 2."""
    assert increment(12.0, 0.1, 1.0, 3.0, 4.0) == pytest.approx(0.1)
    assert increment(12.0, 0.1, 2.0, 3.0, 4.0) == pytest.approx(0.2)


def test_planning_speeds_transfer_by_the_minutes() -> None:
    """Without planning `transfer` itself; 30 minutes a week at .15 for each 15 make it 1.3 times that."""
    assert transfer_rate(0.02, 0.0, 0.15) == 0.02
    assert transfer_rate(0.02, 30.0, 0.15) == pytest.approx(0.026)


def test_arrays_give_what_floats_give() -> None:
    """A year of three children at once is each child's year."""
    raw, days = np.array([0.0, 0.4, 5.0]), np.array([0.0, 3.0, 70.0])
    zero = np.zeros(3)
    together = rest(practise(Gains(zero, zero, zero, zero), raw, 0.65, M, SOFT), days, 0.1, 60.0, 0.16)
    for i in range(3):
        alone = rest(practise(NOTHING, float(raw[i]), 0.65, M, SOFT), float(days[i]), 0.1, 60.0, 0.16)
        assert [float(part[i]) for part in together] == pytest.approx(list(alone), abs=1e-14)
