"""One factor at a time, rank correlations, and indices from samples that exist."""

from __future__ import annotations

import numpy as np
import pytest
from known_functions import ishigami, known_g, known_ishigami, luck, sobol_g
from scipy.stats import qmc, spearmanr

from sdmsim.lab.drivers import given_data, noise, one_at_a_time, prcc, sobol

SEED = 1


def test_a_tornado_has_paired_changes() -> None:
    """Luck that comes to all points alike is in no change; its interval is Student's over replications."""
    at = np.array([0.25, 0.5])
    points = one_at_a_time.design(at)
    assert points.tolist() == [[0.25, 0.5], [0.0, 0.5], [1.0, 0.5], [0.25, 0.0], [0.25, 1.0]]
    tilt = np.linspace(-0.3, 0.3, 7)
    y = 4.0 * points[:, :1] - points[:, 1:] * (1.0 + tilt) + 50.0 * np.sin(np.arange(7.0))
    first, second = one_at_a_time.swings(y)
    assert (first.estimate, first.low, first.high) == pytest.approx((4.0, 4.0, 4.0))
    assert (first.at_low.mean, first.at_high.mean) == pytest.approx((-1.0, 3.0))
    half = 2.4469118511 * tilt.std(ddof=1) / np.sqrt(7.0)
    assert (second.estimate, second.low, second.high) == pytest.approx((-1.0, -1.0 - half, -1.0 + half))
    assert (second.low_position, second.high_position) == (0.0, 1.0)
    larger, smaller = one_at_a_time.sizes((first, second))
    assert (smaller.estimate, smaller.low, smaller.high) == pytest.approx((1.0, 1.0 - half, 1.0 + half))
    assert [one.tie for one in noise.places((larger, smaller))] == [1, 2]


def test_a_change_that_may_be_none_reaches_down_to_nil() -> None:
    """The size of a change whose interval holds nil begins at nil."""
    y = np.zeros((3, 5))
    y[2] = [-1.0, 1.0, 0.5, -0.5, 0.2]
    (one,) = one_at_a_time.sizes(one_at_a_time.swings(y))
    assert one.low == 0.0
    assert one.high > 0.5


def test_a_row_goes_from_its_least_to_its_most() -> None:
    """A factor without a scale is tried at the middles of equal parts, and its ends are what they show."""
    points = one_at_a_time.design(np.array([0.5, 0.5]), levels=4, without_scale=[1])
    assert points[one_at_a_time.along(1, 4), 1].tolist() == [0.125, 0.375, 0.625, 0.875]
    y = np.zeros((9, 3))
    y[one_at_a_time.along(1, 4)] = np.array([[0.0], [3.0], [-2.0], [1.0]])
    row = one_at_a_time.swings(y, 4, without_scale=[1])[1]
    assert (row.estimate, row.low_position, row.high_position) == (5.0, 0.625, 0.375)


@pytest.mark.parametrize(("at", "levels"), [([0.5], 1), ([1.2], 2), ([float("nan")], 2)])
def test_a_tornado_that_cannot_be_is_refused(at: list[float], levels: int) -> None:
    """One level, or a value outside of the range."""
    with pytest.raises(ValueError, match=r"levels|from 0 to 1"):
        one_at_a_time.design(np.array(at), levels)


def test_a_monotone_case_has_its_partial_rank_correlations() -> None:
    """Of exp(3 x - 2 y) the ranks are nearly linear: near 1 and -1, near nil for a factor without effect; of one factor
    alone, Spearman's.
    """
    points = np.asarray(qmc.Sobol(3, rng=SEED).random(512))
    y = np.exp(3.0 * points[:, 0] - 2.0 * points[:, 1])[:, None]
    first, second, none = prcc.rank_correlations(points, y)
    assert first.estimate > 0.97
    assert second.estimate < -0.95
    assert none.low < 0.0 < none.high
    assert first.low < first.estimate < first.high
    (alone,) = prcc.rank_correlations(points[:, :1], y)
    assert alone.estimate == pytest.approx(spearmanr(points[:, 0], y[:, 0]).statistic)


def test_partial_rank_correlations_take_the_others_out() -> None:
    """They equal the correlation of residuals of ranks, and intervals hold the value of a very large sample in 95 %."""
    drawn = np.random.default_rng(3)

    def sample(n: int) -> tuple[np.ndarray, np.ndarray]:
        points = drawn.random((n, 3))
        return points, (points @ [2.0, 1.0, 0.5])[:, None] + drawn.normal(0.0, 0.5, (n, 1))

    points, y = sample(20_000)
    large = prcc.rank_correlations(points, y)
    ranks = np.argsort(np.argsort(np.column_stack([points, y]), axis=0), axis=0).astype(float)
    beside = np.column_stack([np.ones(len(ranks)), ranks[:, 1:3]])
    left = ranks[:, [0, 3]] - beside @ np.linalg.lstsq(beside, ranks[:, [0, 3]], rcond=None)[0]
    assert large[0].estimate == pytest.approx(np.corrcoef(left, rowvar=False)[0, 1], abs=1e-9)
    inside = []
    for _ in range(200):
        found = prcc.rank_correlations(*sample(100))
        inside += [one.low <= all_.estimate <= one.high for one, all_ in zip(found, large, strict=True)]
    assert np.mean(inside) == pytest.approx(0.95, abs=0.025)


def test_where_there_are_no_ranks_there_is_no_correlation() -> None:
    """Equal outcomes, a row, a factor that does not move, too few points."""
    points = np.asarray(qmc.Sobol(3, rng=SEED).random(64))
    points[:, 2] = 0.5
    y = points[:, :1].copy()
    found = prcc.rank_correlations(points, y, without_scale=[1])
    assert [np.isnan(one.estimate) for one in found] == [False, True, True]
    assert all(np.isnan(one.estimate) for one in prcc.rank_correlations(points, np.full((64, 2), 0.1)))
    assert all(np.isnan(one.estimate) for one in prcc.rank_correlations(points[:4], y[:4]))


@pytest.mark.parametrize(("function", "known"), [(ishigami, known_ishigami()), (sobol_g, known_g())])
def test_first_order_from_any_sample(function: object, known: object) -> None:
    """Of 1,024 even points: every first-order index of Ishigami and of G within .05, with luck in four replications
    too, where it is not if luck is left in; intervals hold it.
    """
    count, truth = known.factors, known.indices[:, 0]  # type: ignore[attr-defined]
    points = np.asarray(qmc.Sobol(count, rng=SEED).random(1024))
    clean = function(points)  # type: ignore[operator]
    found = given_data.first_order(points, clean[:, None], SEED)
    assert np.abs([one.estimate for one in found] - truth).max() < 0.05
    noisy = clean[:, None] + luck(6, 1024, 4, float(clean.std()), 3.0 * float(clean.std()))
    again = given_data.first_order(points, noisy, SEED)
    assert np.abs([one.estimate for one in again] - truth).max() < 0.05
    assert np.abs([one.uncorrected for one in again] - truth).max() > 0.05
    assert sum(one.low <= t <= one.high for one, t in zip(again, truth, strict=True)) >= count - 1


def test_a_row_has_its_share_from_its_classes() -> None:
    """Of 40 rows that decide 60 %: their share is found though they have no order, and a factor beside them too."""
    points = np.asarray(qmc.Sobol(2, rng=SEED).random(1024))
    rows = np.random.default_rng(2).normal(size=40)
    rows *= np.sqrt(0.6) / rows.std()
    y = rows[np.minimum((points[:, 0] * 40).astype(int), 39)] + np.sqrt(0.4 * 12.0) * points[:, 1]
    row, other = given_data.first_order(points, y[:, None] + luck(1, 1024, 3, 0.5), SEED, rows={0: 40})
    assert row.estimate == pytest.approx(0.6, abs=0.05)
    assert other.estimate == pytest.approx(0.4, abs=0.05)
    assert row.low < 0.6 < row.high
    none = np.random.default_rng(4).normal(0.0, 2.0, (1024, 2)) + np.exp(2.0 * points[:, 1:])
    assert abs(given_data.first_order(points, none, SEED, rows={0: 300})[0].uncorrected) < 0.03
    assert given_data.first_order(points, y[:, None], SEED, rows={0: 10**6})[0].remark == given_data.NO_ROW_TWICE


def test_intervals_of_given_data_hold_the_luck_that_points_share() -> None:
    """Slopes that differ between five replications: over 12 seeds of luck, nine intervals of ten hold."""
    points = np.asarray(qmc.Sobol(2, rng=SEED).random(256))
    inside = []
    for seed in range(12):
        slopes = np.array([[2.0], [1.0]]) * (1.0 + np.random.default_rng(seed).normal(0.0, 0.5, (2, 5)))
        found = given_data.first_order(points, points @ slopes, SEED)
        inside += [one.low <= truth <= one.high for one, truth in zip(found, (0.8, 0.2), strict=True)]
    assert np.mean(inside) > 0.8


def test_points_of_a_sobol_design_serve_as_given() -> None:
    """The independent points of a Sobol' design give the same first order as the design itself."""
    points = sobol.design(3, 1024, SEED)
    y = ishigami(points)[:, None]
    own = sobol.independent(3, len(points))
    found = given_data.first_order(points[own], y[own], SEED)
    assert np.abs([one.estimate for one in found] - known_ishigami().indices[:, 0]).max() < 0.05


def test_samples_that_say_nothing_say_why() -> None:
    """Too few points, equal outcomes, outcomes of luck alone; a share below nil has its remark."""
    points = np.asarray(qmc.Sobol(2, rng=SEED).random(128))
    assert {one.remark for one in given_data.first_order(points[:50], points[:50, :1], SEED)} == {given_data.TOO_FEW}
    assert {one.remark for one in given_data.first_order(points, np.full((128, 2), 0.1), SEED)} == {sobol.FLAT}
    drawn = [one for s in range(8) for one in given_data.first_order(points, luck(s, 128, 2, 1.0), SEED)]
    assert any(one.remark == sobol.ALL_LUCK for one in drawn)
    lone = [one for s in range(8) for one in given_data.first_order(points, luck(s, 128, 1, 1.0), SEED)]
    assert all((one.estimate < 0.0) == (sobol.BELOW_NIL in one.remark) for one in lone)
    assert any(one.estimate < 0.0 for one in lone)
