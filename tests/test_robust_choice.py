from __future__ import annotations

import numpy as np
import pytest
from choice_samples import COST, EFFECT, luck, samples, uniform, years

from sdmsim.lab.drivers.futures import best, futures
from sdmsim.lab.drivers.jackknife import jackknife
from sdmsim.lab.drivers.point_means import UnansweredError, freed, point_means
from sdmsim.lab.drivers.regret import regret, regrets

HAND = np.array([[1.0, 4.0, 2.0, 0.0], [2.0, 2.0, 2.0, 2.0], [0.0, 5.0, 1.0, 0.0]])
"""(arms, points): the best arms are B, C, A with B, and B."""


def test_regret_is_what_an_arm_lags_behind_the_best_at_each_point() -> None:
    """Regrets, their mean and maximum, and the minimax arm are those worked out by hand."""
    assert regret(HAND).tolist() == [[1.0, 1.0, 0.0, 2.0], [0.0, 3.0, 0.0, 0.0], [2.0, 0.0, 1.0, 2.0]]
    found = regrets(samples(HAND[:, :, None]), EFFECT)
    assert [r.mean.estimate for r in found.arms] == [1.0, 0.75, 1.25]
    assert [r.most.estimate for r in found.arms] == [2.0, 3.0, 2.0]
    assert (found.minimax, found.unit) == ("A", "SD")
    assert np.array_equal(found.by_point, regret(HAND))


def test_less_is_better_where_the_metric_says_so() -> None:
    """The regret of a cost is what an arm costs more than the cheapest."""
    found = regrets(samples({COST: HAND[:, :, None]}), COST)
    assert [r.mean.estimate for r in found.arms] == [1.0, 1.25, 0.75]


def test_shares_of_futures_are_those_counted_by_hand() -> None:
    """A tie is shared and told; without replications nobody is surely the best."""
    found = futures(samples(HAND[:, :, None]), [EFFECT])
    assert [s.best.estimate for s in found.arms] == [0.125, 0.625, 0.25]
    assert found.ties == 0.25
    assert found.nobody.estimate == 0.0
    assert all(np.isnan(s.surely) for s in found.arms)
    assert np.isnan(found.cannot_be_told)


def test_years_that_do_not_vary_are_sure() -> None:
    """With equal years at a point every lead is sure, and only the tie cannot be told."""
    found = futures(samples(np.repeat(HAND[:, :, None], 3, axis=2)), [EFFECT])
    assert [s.surely for s in found.arms] == [0.0, 0.5, 0.25]
    assert found.cannot_be_told == 0.25


def test_several_outcomes_at_once_ask_for_an_arm_that_is_best_in_all() -> None:
    """Where one arm is best in skill and another cheapest, nobody is best in both."""
    cost = np.array([[1.0, 1.0, 1.0, 1.0], [3.0, 3.0, 3.0, 0.5], [2.0, 0.0, 2.0, 2.0]])
    found = futures(samples({EFFECT: HAND[:, :, None], COST: cost[:, :, None]}), [EFFECT, COST])
    assert [s.best.estimate for s in found.arms] == [0.25, 0.25, 0.25]
    assert found.nobody.estimate == 0.25


@pytest.mark.parametrize("replications", [2, 4, 16])
def test_equal_arms_have_no_regret_beyond_noise(replications: int) -> None:
    """Of two arms that are equal at every point, no regret is told from nil, where the bare means show plenty."""
    values = years(np.zeros(300), replications, sd=1.0)
    found = regrets(samples(values), EFFECT)
    assert regret(np.mean(values, axis=2)).mean() > 0.3 / np.sqrt(replications)
    assert all(r.mean.low <= 0.0 for r in found.arms)
    assert all(r.most.low <= 0.0 for r in found.arms)
    assert set(found.tied) == {"A", "B"}


def test_the_largest_regret_is_that_without_luck() -> None:
    """A gain from -.5 to 1 and luck of means twice as wide: maxima are found, where bare ones are 1.5 too large."""
    positions = uniform(400, 3, seed=4)
    gain = 1.5 * positions[:, 0] - 0.5
    values = years(gain, 6, sd=2.0, seed=23)
    found = regrets(samples(values, positions), EFFECT)
    bare = regret(values.mean(axis=2)).max(axis=1)
    for one, truth, mean, seen in zip(found.arms, (1.0, 0.5), (1 / 3, 1 / 12), bare, strict=True):
        assert seen > truth + 1.5
        assert one.most.estimate == pytest.approx(truth, abs=0.25)
        assert one.most.low <= truth <= one.most.high
        assert one.mean.low <= mean <= one.mean.high
    assert found.minimax == "B"


def test_the_largest_regret_where_no_factor_explains_it() -> None:
    """The same where the gain follows no factor: most of what bare maxima are too large by goes."""
    values = years(np.linspace(-0.5, 1.0, 400), 6, sd=2.0)
    found = regrets(samples(values), EFFECT)
    for one, truth, seen in zip(found.arms, (1.0, 0.5), regret(values.mean(axis=2)).max(axis=1), strict=True):
        assert abs(one.most.estimate - truth) < 0.45 * (seen - truth)


def test_shares_are_those_without_luck() -> None:
    """One arm is better in 84 % of the points; bare means say 69 %."""
    from scipy.stats import norm

    gain = 1.0 + norm.ppf((np.arange(500) + 0.5) / 500)
    found = futures(samples(years(gain, 4, sd=4.0)), [EFFECT])
    assert found.arms[1].best.low < 0.84 < found.arms[1].best.high
    assert found.arms[1].best.estimate == pytest.approx(0.84, abs=0.06)
    assert found.cannot_be_told > 0.5


def test_luck_that_comes_to_all_points_alike_is_no_spread_between_them() -> None:
    """Years that are good or bad at every point alike leave regrets without noise, and intervals know of them."""
    gain = np.linspace(-1.0, 1.0, 101)
    found = regrets(samples(years(gain, 5, common=0.3)), EFFECT)
    means = point_means(years(gain, 5, common=0.3))
    assert np.abs(means.year_noise).max() < 1e-20
    assert found.arms[0].mean.low <= 0.25 <= found.arms[0].mean.high
    assert found.arms[0].mean.error > 0.02


def test_which_arm_comes_first_changes_nothing() -> None:
    """Regrets of three noisy arms are the same in any order of arms."""
    points = np.linspace(0.0, 1.0, 60)
    means = np.stack([points, 1.0 - points, np.full(60, 0.6)])
    values = means[:, :, None] + luck((3, 60, 4), 0.5)
    here = regrets(samples(values), EFFECT)
    turned = regrets(samples(values[[2, 0, 1]]), EFFECT)
    for i, j in enumerate([1, 2, 0]):
        assert here.arms[i].mean.estimate == pytest.approx(turned.arms[j].mean.estimate)
        assert here.arms[i].most.error == pytest.approx(turned.arms[j].most.error)


def test_freed_means_spread_as_the_arms_do_without_luck() -> None:
    """Covariance seen = covariance without luck + noise, also where one direction is all noise."""
    seen = luck((3, 200), 1.0)
    less = seen[1:] - seen[:1]
    noise = np.diag([0.5, 0.0])
    after = freed(seen, noise)
    assert np.cov(after[1:] - after[:1]) == pytest.approx(np.cov(less) - noise, abs=1e-9)
    all_noise = freed(seen, 10.0 * np.cov(less))
    assert np.ptp(all_noise[1:] - all_noise[:1], axis=1) == pytest.approx([0.0, 0.0], abs=1e-9)


def test_a_year_that_failed_in_one_arm_is_left_out_in_all() -> None:
    """A missing year leaves its pair out, a point without a pair is left out and told."""
    values = np.repeat(HAND[:, :, None], 3, axis=2)
    values[0, 1, 2] = 1000.0
    values[1, 1, 2] = np.nan
    values[2, 3, :] = np.nan
    found = regrets(samples(values), EFFECT)
    assert found.points.tolist() == [0, 1, 2]
    assert np.allclose(found.by_point, regret(HAND)[:, :3])
    assert futures(samples(values), [EFFECT]).points.tolist() == [0, 1, 2]


def test_missing_years_leave_the_noise_known() -> None:
    """With a fifth of the years missing, the luck is judged as with all of them."""
    values = years(np.zeros(400), 5, sd=1.0, common=3.0)
    values[1][luck((400, 5), 1.0, 9) > 0.84] = np.nan
    assert float(point_means(values).year_noise[0, 0]) == pytest.approx(1.0, rel=0.1)


def test_few_points_and_one_replication_give_figures_without_intervals() -> None:
    """Two points are an answer, and how sure it is cannot be said; one replication leaves maxima without interval."""
    two = regrets(samples(HAND[:, :2, None]), EFFECT)
    assert [r.mean.estimate for r in two.arms] == [1.0, 1.5, 1.0]
    assert np.isnan([r.mean.low for r in two.arms]).all()
    assert two.tied == ("A", "B", "C")
    assert two.replications == 1


def test_no_answer_is_said_in_words() -> None:
    """One arm, an outcome that is not there, one without a better direction, and nothing but failed years."""
    for values, metric, said in (
        (HAND[:1, :, None], EFFECT, "one arm"),
        (HAND[:, :, None], "goals_met", 'no "goals_met"'),
        (np.full((2, 3, 2), np.nan), EFFECT, "At no point"),
    ):
        with pytest.raises(UnansweredError, match=said):
            regrets(samples(values), metric)
    with pytest.raises(UnansweredError, match="neither more nor less"):
        regrets(samples({"review_hours": HAND[:, :, None]}), "review_hours")
    with pytest.raises(UnansweredError, match="No outcome is named"):
        futures(samples(HAND[:, :, None]), [])


def test_the_jackknife_knows_the_error_of_a_mean() -> None:
    """Of a mean over points and years, both kinds of chance are in the error; a difference knows what is shared."""
    arms = years(luck((400,), 1.0), 100, common=1.0)
    over = jackknife(lambda some, _: np.array([some.mean(), some.mean() + 1.0]), arms[1:] - arms[:1])
    assert over.interval(0).error == pytest.approx(np.hypot(1.0 / np.sqrt(400.0), 1.0 / np.sqrt(100.0)), rel=0.3)
    assert over.difference(1, 0).error == pytest.approx(0.0, abs=1e-9)
    assert over.difference(1, 0).estimate == pytest.approx(1.0)


def test_arms_equal_to_rounding_share_a_point() -> None:
    """A lead in the last digits is none."""
    assert best(np.array([[1.0, 1.0], [1.0 + 1e-14, 0.0]])).tolist() == [[0.5, 1.0], [0.5, 0.0]]


def test_with_next_to_no_luck_means_stay_as_they_are() -> None:
    """What no curve explains is not luck: freed means go over into bare ones as luck goes away."""
    means, trend = luck((3, 60), 1.0), np.column_stack([np.ones(60), uniform(60, 9)])
    assert freed(means, np.eye(2) * 1e-9, trend) == pytest.approx(means, abs=1e-4)
