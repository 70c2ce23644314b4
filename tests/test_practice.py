"""Laws of practice: turns in a group, satiation, recent load."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from sdmsim.theory.practice import effective, episodes, load_after, turns

SHARE = st.floats(0.0, 1.0)
COUNT = st.floats(0.0, 300.0)
SATIATION = st.one_of(st.just(0.0), st.floats(1e-9, 0.05))


@given(st.integers(1, 12), SHARE, SHARE)
def test_turns_lie_between_an_equal_share_and_all(n: int, others: float, fit: float) -> None:
    """1/n <= turns <= 1; a child alone has all of them, whatever others are worth."""
    assert 1.0 / n <= turns(n, others, fit) <= 1.0 + 1e-12
    assert turns(1, others, fit) == 1.0
    assert turns(n, 0.0, fit) == turns(n, others, 0.0) == 1.0 / n


@given(st.integers(1, 12), SHARE, SHARE)
def test_a_larger_group_never_brings_more_turns(n: int, others: float, fit: float) -> None:
    """One child more never raises a child's share of turns."""
    assert turns(n + 1, others, fit) <= turns(n, others, fit) + 1e-12


@given(COUNT, COUNT, st.floats(0.0, 600.0), SATIATION)
def test_a_session_cut_in_two_without_a_gap_counts_as_the_whole(
    first: float, second: float, load: float, s: float
) -> None:
    """The parts add up to the whole, to 1e-12."""
    whole = effective(first + second, load, s)
    parts = effective(first, load, s) + effective(second, load + first, s)
    assert parts == pytest.approx(whole, rel=1e-12, abs=1e-12)


@given(COUNT, COUNT, SATIATION, st.floats(0.1, 50.0))
def test_recent_load_only_takes_away(done: float, load: float, s: float, more: float) -> None:
    """What counts is 0 to what was done, grows with what was done and shrinks with the load."""
    counted = effective(done, load, s)
    assert 0.0 <= counted <= done * (1 + 1e-12) + 1e-12
    assert effective(done + more, load, s) >= counted
    assert effective(done, load + more, s) <= counted


@given(COUNT, COUNT)
def test_without_satiation_every_episode_counts(done: float, load: float) -> None:
    """With satiation 0 what counts is what was done, whatever came before."""
    assert effective(done, load, 0.0) == pytest.approx(done, rel=1e-9)


@pytest.mark.parametrize(("load", "s"), [(0.0, 0.004), (80.0, 0.02), (10.0, 0.1)])
def test_what_counts_is_the_integral_of_a_falling_worth(load: float, s: float) -> None:
    """An episode after u others is worth exp(-s u): the integral, by numbers."""
    solved = solve_ivp(lambda e, _: [np.exp(-s * (load + e))], (0.0, 60.0), [0.0], rtol=1e-10, atol=1e-12)
    assert effective(60.0, load, s) == pytest.approx(solved.y[0, -1], rel=1e-8)


@given(COUNT, st.floats(0.0, 100.0), st.floats(0.0, 100.0), st.floats(0.1, 20.0))
def test_a_gap_cut_in_two_fades_the_load_as_the_whole(load: float, a: float, b: float, half: float) -> None:
    """Two gaps in a row leave what one as long leaves; a half-life leaves half."""
    twice = load_after(load_after(load, a, half), b, half)
    assert twice == pytest.approx(load_after(load, a + b, half), rel=1e-12, abs=1e-12)
    assert load_after(load, half, half) == load / 2


def test_arrays_give_what_floats_give() -> None:
    """Each function, on arrays, is itself on each number."""
    n, u, s = np.array([1.0, 2.0, 4.0]), np.array([0.0, 5.0, 500.0]), np.array([0.0, 0.004, 0.02])
    assert turns(n, 0.9, 0.3).tolist() == [turns(x, 0.9, 0.3) for x in n.tolist()]
    one_by_one = [effective(20.0, x, y) for x, y in zip(u.tolist(), s.tolist(), strict=True)]
    assert effective(20.0, u, s) == pytest.approx(one_by_one, rel=1e-15)
    assert load_after(u, 2.0, 1.0) == pytest.approx([load_after(x, 2.0, 1.0) for x in u.tolist()], rel=1e-15)
    assert episodes(30.0, u / 1000, 0.5, 2.0, 1 / n) == pytest.approx(15.0 * u / 1000 * 2.0 / n)
