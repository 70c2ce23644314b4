"""Attention: bounds, directions, limits, and the integral behind the closed form."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdmsim.theory.attention import attending, log_odds_of, on_task, settled_share, share_of

SHARES = st.floats(0.01, 0.99)
RATES = st.floats(0.0, 2.0)
MINUTES = st.floats(0.01, 90.0)
NOISE = st.floats(0.0, 1.0)
SIZES = st.floats(1.0, 35.0)


def at_default(child: float = 0.0, noise: float = 0.0, size: float = 22.0) -> float:
    """The settled share with the numbers of Kofler et al. and of Fisher et al."""
    return float(settled_share(1.992, child, -0.461, noise, 1.0, -0.08, size))


@given(st.floats(-30.0, 30.0))
def test_share_and_log_odds_undo_each_other(share_logit: float) -> None:
    """Log-odds of the share of x are x, wherever a float can still tell the share from 1."""
    assert float(share_of(share_logit)) == pytest.approx(1 / (1 + np.exp(-share_logit)), abs=1e-15)
    if abs(share_logit) < 8:
        assert float(log_odds_of(share_of(share_logit))) == pytest.approx(share_logit, abs=1e-9)


def test_very_large_log_odds_do_not_overflow() -> None:
    """The share is 0 or 1 far out, without a warning."""
    assert float(share_of(-1e4)) == 0.0
    assert float(share_of(1e4)) == 1.0


def test_the_published_shares_come_out() -> None:
    """Typical .88, with ADHD .75; a busy room against a sparse one takes the published .614 from .716."""
    assert at_default() == pytest.approx(0.88, abs=5e-4)
    assert at_default(child=-0.894) == pytest.approx(0.75, abs=5e-4)
    sparse = float(log_odds_of(0.716))
    assert float(settled_share(sparse, 0.0, -0.461, 1.0, 1.0, -0.08, 22.0)) == pytest.approx(0.614, abs=5e-4)


@given(NOISE, NOISE, SIZES, SIZES, st.floats(0.0, 3.0))
def test_noise_and_size_never_help(noise: float, other: float, size: float, more: float, sensitivity: float) -> None:
    """With coefficients of 0 or less, more noise, more children or more sensitivity never raise the share."""

    def share(n: float, s: float, sensitive: float = sensitivity) -> float:
        return float(settled_share(1.99, 0.0, -0.461, n, sensitive, -0.08, s))

    assert share(max(noise, other), size) <= share(min(noise, other), size)
    assert share(noise, max(size, more)) <= share(noise, min(size, more))
    assert share(noise, size, sensitivity + 1) <= share(noise, size)
    assert 0 < share(noise, size) < 1


def test_noise_and_size_do_lower_the_share() -> None:
    """A busy room and a large group are each worse than a sparse one and a small group."""
    assert at_default(noise=1.0) < at_default(noise=0.5) < at_default()
    assert at_default(size=22) < at_default(size=3) < at_default(size=1)
    calm, frail = (float(settled_share(1.99, 0.0, -0.461, 1.0, s, -0.08, 22.0)) for s in (0.0, 2.0))
    assert calm == pytest.approx(float(share_of(1.99)))
    assert frail == pytest.approx(float(share_of(1.99 - 2 * 0.461)))


@given(NOISE, SIZES)
def test_with_coefficients_of_nil_every_place_is_alike(noise: float, size: float) -> None:
    """Noise and size have no effect of their own beyond their coefficients."""
    assert float(settled_share(1.2, 0.3, 0.0, noise, 1.0, 0.0, size)) == float(share_of(1.5))


@given(SHARES, SHARES, RATES, MINUTES, MINUTES)
def test_the_closed_form_is_the_mean_of_the_curve(
    settled: float, start: float, rate: float, since: float, minutes: float
) -> None:
    """The mean over a stretch equals Gauss-Legendre integration of the curve over it."""
    nodes, weights = np.polynomial.legendre.leggauss(120)
    times = since + minutes * (nodes + 1) / 2
    curve = settled + (start - settled) * np.exp(-rate * times)
    assert float(on_task(settled, start, rate, since, minutes)) == pytest.approx(float(curve @ weights) / 2, abs=1e-9)


@given(SHARES, SHARES, RATES, MINUTES, MINUTES, st.floats(0.01, 0.99))
def test_a_stretch_cut_in_two_has_the_minutes_of_the_whole(
    settled: float, start: float, rate: float, since: float, minutes: float, cut: float
) -> None:
    """On-task minutes add up over a split."""
    first, second = cut * minutes, minutes - cut * minutes
    parts = first * on_task(settled, start, rate, since, first)
    parts += second * on_task(settled, start, rate, since + first, second)
    assert float(parts) == pytest.approx(minutes * float(on_task(settled, start, rate, since, minutes)), rel=1e-12)


@given(SHARES, SHARES, RATES, MINUTES, MINUTES)
def test_the_mean_lies_between_start_and_settled(
    settled: float, start: float, rate: float, since: float, minutes: float
) -> None:
    """The share never leaves the span between where it starts and where it goes."""
    mean = float(on_task(settled, start, rate, since, minutes))
    assert min(settled, start) - 1e-12 <= mean <= max(settled, start) + 1e-12


def test_limits_of_the_mean_on_task() -> None:
    """A moment: the share at that moment; for ever: the settled share; without relaxing: the start."""
    assert float(on_task(0.8, 0.95, 0.15, 0.0, 0.0)) == pytest.approx(0.95, abs=1e-12)
    assert float(on_task(0.8, 0.95, 0.15, 4.0, 0.0)) == pytest.approx(0.8 + 0.15 * np.exp(-0.6), abs=1e-12)
    assert float(on_task(0.8, 0.95, 0.15, 0.0, 1e9)) == pytest.approx(0.8, abs=1e-8)
    assert float(on_task(0.8, 0.95, 0.0, 7.0, 30.0)) == 0.95
    assert float(on_task(0.8, 0.95, 0.15, 0.0, 10.0)) > float(on_task(0.8, 0.95, 0.15, 0.0, 30.0))


@given(SHARES, SHARES, st.floats(1.0, 2.5))
def test_the_weight_of_a_minute(share: float, reference: float, elasticity: float) -> None:
    """At elasticity 1 the share; at the reference the reference; the log slope is the elasticity."""
    assert float(attending(share, 1.0, reference)) == pytest.approx(share, rel=1e-12)
    assert float(attending(reference, elasticity, reference)) == pytest.approx(reference, rel=1e-12)
    slope = np.log(attending(share * 1.001, elasticity, reference) / attending(share, elasticity, reference))
    assert float(slope) / np.log(1.001) == pytest.approx(elasticity, abs=1e-6)


def test_the_elasticity_of_the_published_scores() -> None:
    """Scores of .42 and .55 at on-task .614 and .716 need an elasticity of about 1.75."""
    ratio = attending(0.614, 1.75, 0.88) / attending(0.716, 1.75, 0.88)
    assert float(ratio) == pytest.approx(0.42 / 0.55, abs=0.005)


def test_arrays_give_what_floats_give() -> None:
    """One call on arrays is the same as a call for each entry."""
    noise, size = np.array([0.0, 0.4, 1.0]), np.array([1.0, 3.0, 22.0])
    settled = settled_share(1.99, -0.2, -0.461, noise, 1.3, -0.08, size)
    one = [settled_share(1.99, -0.2, -0.461, n, 1.3, -0.08, s) for n, s in zip(noise, size, strict=True)]
    assert settled.tolist() == one
    since, minutes = np.array([0.0, 3.0, 9.0]), np.array([0.0, 5.0, 25.0])
    means = on_task(settled, 0.95, 0.15, since, minutes)
    assert means.tolist() == [on_task(s, 0.95, 0.15, t, d) for s, t, d in zip(settled, since, minutes, strict=True)]
    assert attending(means, 1.75, 0.88).tolist() == pytest.approx([attending(m, 1.75, 0.88) for m in means], rel=1e-15)
