from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from choice_samples import COST, EFFECT, Floats, factor, luck, samples, uniform, years
from scipy.stats import norm

from sdmsim.lab.drivers.information import Information, information, information_in_money
from sdmsim.lab.drivers.measure_first import Worth
from sdmsim.lab.drivers.point_means import UnansweredError
from sdmsim.lab.drivers.vocabulary import Samples

SDS = (0.6, 0.4, 0.2)
IDLE = 3


def worth(mean: float, sd: float) -> float:
    """What it is worth to know a normal part of the gain."""
    return float(sd * norm.pdf(mean / sd) - abs(mean) * norm.cdf(-abs(mean) / sd))


def normal_gain(mean: float, points: int, seed: int) -> tuple[Floats, Floats]:
    """Positions and the gain: a mean and independent normal factors with SDS, then factors that do nothing."""
    positions = uniform(points, len(SDS) + IDLE, seed)
    return positions, mean + norm.ppf(positions[:, : len(SDS)]) @ np.array(SDS)


def two_arms(
    mean: float, replications: int, sd: float, common: float = 0.0, points: int = 400, seed: int = 1
) -> Samples:
    """The gain between two arms, with luck of years on top."""
    positions, gain = normal_gain(mean, points, seed)
    return samples(years(gain, replications, sd, common, seed=seed), positions)


def near(found: Worth, truth: float) -> bool:
    """Within 5 % or two standard errors."""
    return abs(found.estimate - truth) <= max(0.05 * truth, 2.0 * found.error)


@pytest.mark.parametrize("replications", [2, 8])
@pytest.mark.parametrize("mean", [0.0, 0.3, -0.8])
def test_each_normal_factor_is_worth_its_closed_form(mean: float, replications: int) -> None:
    """With luck of years larger than any factor; factors that do nothing are not above noise, and cost nothing."""
    found = information(two_arms(mean, replications, sd=0.8), EFFECT, price=1_000.0)
    for one, sd in zip(found.factors[: len(SDS)], SDS, strict=True):
        truth = worth(mean, sd)
        assert near(one, truth), (one, truth)
        assert one.money == pytest.approx(1_000.0 * one.estimate)
        assert one.estimate <= found.everything.estimate
    assert near(found.everything, worth(mean, sqrt(sum(sd**2 for sd in SDS))))
    for idle in found.factors[len(SDS) :]:
        assert not idle.above_noise
        assert idle.low == 0.0
        assert idle.p > 0.01
    assert found.chosen == ("A" if mean < 0.0 else found.chosen)
    assert found.explained > 0.8


def test_without_luck_the_closed_form_is_met_to_five_per_cent() -> None:
    """With years that do not vary, every factor and everything are right to 5 % or a thousandth of an SD."""
    found = information(two_arms(0.3, 1, sd=0.0, points=500), EFFECT)
    for one, sd in zip(found.factors, SDS, strict=False):
        assert one.estimate == pytest.approx(worth(0.3, sd), rel=0.05, abs=1e-3)
    assert found.everything.estimate == pytest.approx(worth(0.3, sqrt(0.56)), rel=0.05)
    assert found.measure.names == ("factor 0",)
    assert "Before you decide, measure factor 0" in found.measure.said
    assert found.measure.worth == found.factors[0]


@pytest.mark.parametrize("replications", [2, 6])
def test_two_equal_arms_are_not_worth_knowing_more_about(replications: int) -> None:
    """Bare means say that knowing everything is worth .4 SD / sqrt(replications); it is not above noise."""
    false, bare, told = 0, [], []
    for seed in range(1, 9):
        values = years(np.zeros(200), replications, sd=1.0, seed=seed)
        found = information(samples(values, uniform(200, 4, seed)), EFFECT)
        means = (values[1] - values[0]).mean(axis=1)
        bare.append(np.maximum(0.0, means).mean() - max(0.0, means.mean()))
        told.append(found.everything.estimate)
        assert all(w.estimate <= found.everything.estimate for w in found.factors)
        false += found.everything.above_noise + sum(w.above_noise for w in found.factors)
    assert np.mean(bare) > 0.35 / sqrt(replications)
    assert np.mean(told) < 0.35 * np.mean(bare)
    assert false <= 1


def test_a_factor_that_moves_both_arms_alike_is_worth_nothing() -> None:
    """However far it moves both, it does not turn the choice."""
    positions = uniform(200, 2)
    level = 5.0 * positions[:, [0]] + luck((200, 4), 0.1)
    gain = positions[:, [1]] - 0.5
    found = information(samples(np.stack([level, level + gain]), positions), EFFECT)
    assert found.factors[0].estimate == pytest.approx(0.0, abs=1e-6)
    assert not found.factors[0].above_noise
    assert found.factors[1].estimate == pytest.approx(0.125, rel=0.05)


def test_of_three_arms_the_best_given_a_factor_is_chosen() -> None:
    """Gains u and 1 - u over an arm of .6: knowing u is worth .75 - .6, and noise in three arms adds nothing."""
    positions = uniform(400, 3)
    u = positions[:, 0]
    means = np.stack([np.full(400, 0.6), u, 1.0 - u])
    truth = float(np.mean(np.maximum(0.6, np.maximum(u, 1.0 - u)))) - 0.6
    found = information(samples(means[:, :, None] + luck((3, 400, 4), 0.4), positions), EFFECT)
    assert found.factors[0].estimate == pytest.approx(truth, abs=max(0.05 * truth, 2.0 * found.factors[0].error))
    assert found.factors[0].above_noise
    assert not any(w.above_noise for w in found.factors[1:])
    assert near(found.everything, truth)
    assert found.chosen == "A"


def test_the_order_of_arms_changes_nothing() -> None:
    """The baseline of the regression is not seen in the answer."""
    positions = uniform(150, 2)
    means = np.stack([np.full(150, 0.5), positions[:, 0], positions[:, 1]])
    values = means[:, :, None] + luck((3, 150, 3), 0.3)
    here = information(samples(values, positions), EFFECT)
    turned = information(samples(values[[1, 2, 0]], positions), EFFECT)
    for one, other in zip((here.everything, *here.factors), (turned.everything, *turned.factors), strict=True):
        assert one.estimate == pytest.approx(other.estimate, rel=1e-6)
        assert one.error == pytest.approx(other.error, rel=1e-6)


def test_two_factors_that_matter_only_together_are_worth_knowing_together() -> None:
    """A gain that is the product of two: each alone is worth nothing, the pair everything."""
    positions = uniform(400, 4)
    gain = 12.0 * (positions[:, 0] - 0.5) * (positions[:, 1] - 0.5)
    found = information(
        samples(years(gain, 4, sd=0.5), positions),
        EFFECT,
        groups={"both": ["factor 0", "factor 1"], "idle": ["factor 3"]},
    )
    truth = 12.0 / 32.0
    both, idle = found.groups
    assert near(both, truth)
    assert both.above_noise
    assert both.factors == (0, 1)
    assert not idle.above_noise
    assert not found.factors[0].above_noise
    assert found.measure.names == ()
    assert "No single factor" in found.measure.said
    assert f"everything is worth {found.everything.estimate:.3g} SD" in found.measure.said
    assert found.everything.above_noise


def test_rows_of_a_table_are_told_by_their_means() -> None:
    """80 rows with normal effects, five points each, beside a factor: both are worth their closed form."""
    rows, points = 80, 400
    factors = [factor("fitted numbers", rows=rows, grade="calibrated"), factor("other"), factor("idle")]
    positions = uniform(points, 3)
    effect = norm.ppf((np.arange(rows) + 0.5) / rows)[luck((rows,), 1.0, 5).argsort()]
    row = factors[0].value(positions[:, 0]).astype(int)
    gain = 0.5 * effect[row] + 0.3 * norm.ppf(positions[:, 1])
    found = information(samples(years(gain, 4, sd=0.6), positions, factors), EFFECT)
    assert near(found.factors[0], worth(0.0, 0.5))
    assert near(found.factors[1], worth(0.0, 0.3))
    assert found.factors[0].above_noise
    assert not found.factors[2].above_noise
    assert {w.name for w in found.grades} == {"calibrated", "judged"}
    assert near(found.grades[0], worth(0.0, 0.5))
    idle = information(samples(years(0.3 * norm.ppf(positions[:, 1]), 4, sd=0.6), positions, factors), EFFECT)
    assert not idle.factors[0].above_noise
    assert idle.factors[0].estimate < 0.04


def test_more_rows_than_points_are_not_told() -> None:
    """A row that is met once cannot be told from luck: no figure, and a sentence."""
    factors = [factor("fitted numbers", rows=500), factor("other")]
    positions = uniform(100, 2)
    found = information(samples(years(positions[:, 1] - 0.5, 3, sd=0.2), positions, factors), EFFECT)
    assert np.isnan(found.factors[0].estimate)
    assert not found.factors[0].above_noise
    assert near(found.factors[1], 0.125)
    assert any("each row of fitted numbers" in note for note in found.notes)


def test_ties_are_told_as_ties() -> None:
    """Two factors of one size are named together; a small one is not among them."""
    positions = uniform(300, 3)
    gain = (positions - 0.5) @ np.array([1.0, 1.0, 0.3])
    found = information(samples(years(gain, 4, sd=0.2), positions), EFFECT)
    assert set(found.measure.names) == {"factor 0", "factor 1"}
    assert "cannot be told from" in found.measure.said


def test_in_money_the_cost_of_an_arm_counts() -> None:
    """An effect of .2 more, worth $10,000 a unit, for $1,000 more: knowing either is worth its closed form in $."""
    positions = uniform(400, 2)
    z = norm.ppf(positions)
    both = {
        EFFECT: years(0.2 + 0.3 * z[:, 0], 4, sd=0.3),
        COST: years(1_000.0 + 2_000.0 * z[:, 1], 4, sd=1_000.0, seed=7),
    }
    found = information_in_money(samples(both, positions), EFFECT, 10_000.0)
    assert found.unit == "$ a year"
    assert near(found.factors[0], worth(1_000.0, 3_000.0))
    assert near(found.factors[1], worth(1_000.0, 2_000.0))
    assert found.factors[0].money == found.factors[0].estimate
    assert found.measure.names == ("factor 0",)
    assert f"worth up to ${found.factors[0].estimate:,.0f} a year" in found.measure.said


def _figures(found: Information) -> list[float]:
    return [w.estimate for w in (found.everything, *found.factors)]


def test_failed_years_and_points_are_left_out() -> None:
    """A point without years is left out and told; a year that failed in one arm is left out in both."""
    whole = two_arms(0.2, 4, sd=0.3, points=200)
    values = np.concatenate([whole.outcomes[EFFECT], np.full((2, 3, 4), np.nan)], axis=1)
    more = samples(values, np.concatenate([whole.positions, uniform(3, len(SDS) + IDLE, 8)]))
    found = information(more, EFFECT)
    assert _figures(found) == pytest.approx(_figures(information(whole, EFFECT)))
    assert found.points == 200
    assert found.notes[0].startswith("3 of 203 points are left out")
    values[0, 5, 1] = np.nan
    assert np.isfinite(_figures(information(more, EFFECT))).all()


def test_one_replication_says_what_the_regression_explains() -> None:
    """Luck cannot be told from points then: factors are told, and a sentence says what everything means."""
    found = information(two_arms(0.0, 1, sd=0.5), EFFECT)
    assert near(found.factors[0], worth(0.0, 0.6))
    assert np.isnan(found.explained)
    assert found.everything.estimate < worth(0.0, sqrt(0.56 + 0.25)) - 0.02
    assert any("With one replication" in note for note in found.notes)


def test_too_few_points_tell_no_factor() -> None:
    """Two points, one factor: everything may be told, no factor is, and a sentence says how many points would do."""
    found = information(
        samples(np.array([[[0.0, 0.0], [0.0, 0.0]], [[1.0, 1.1], [-1.0, -0.9]]]), uniform(2, 1)), EFFECT
    )
    assert np.isnan(found.factors[0].estimate)
    assert found.everything.estimate == pytest.approx(0.5, abs=0.05)
    assert not found.everything.above_noise
    assert found.measure.names == ()
    assert any("With points 2 in number" in note and "4 or more" in note for note in found.notes)


def test_a_factor_that_is_held_is_not_told() -> None:
    """Without a position, or at one, nothing is said of a factor but that; the others are told as without it."""
    whole = two_arms(0.0, 3, sd=0.3, points=150)
    held = np.column_stack([whole.positions, np.full(150, np.nan), np.full(150, 0.5)])
    factors = [*whole.factors, factor("fitted numbers", rows=9, grade="calibrated"), factor("still")]
    found = information(samples(whole.outcomes, held, factors), EFFECT)
    assert _figures(found)[:-2] == pytest.approx(_figures(information(whole, EFFECT)), rel=1e-3, abs=1e-6)
    assert np.isnan([w.estimate for w in found.factors[-2:]]).all()
    assert np.isnan(found.grades[1].estimate)
    assert found.grades[0].factors == tuple(range(len(SDS) + IDLE))
    assert any("fitted numbers, still" in note for note in found.notes)


def test_points_on_a_few_levels_are_enough_for_a_line() -> None:
    """Positions on four levels, as a screen takes them: no figure is lost, and none is wild."""
    positions = np.round(uniform(200, 3) * 3.0) / 3.0
    found = information(samples(years(positions[:, 0] - 0.5, 3, sd=0.1), positions), EFFECT)
    assert found.factors[0].estimate == pytest.approx(0.14, abs=0.03)
    assert not any(w.above_noise for w in found.factors[1:])


def test_one_factor_alone_is_everything() -> None:
    """With one factor, knowing it is knowing all."""
    positions = uniform(64, 1)
    found = information(samples(years(positions[:, 0] - 0.5, 3), positions), EFFECT)
    assert found.factors[0].estimate == pytest.approx(0.125, rel=0.03)
    assert found.everything.estimate == pytest.approx(found.factors[0].estimate, rel=0.02)


def test_arms_that_never_differ_are_worth_nothing() -> None:
    """No spread, no value, no warning."""
    found = information(samples(np.ones((3, 50, 2)), uniform(50, 2)), EFFECT)
    assert _figures(found) == [0.0, 0.0, 0.0]
    assert not found.everything.above_noise


def test_wrong_prices_and_groups_are_said() -> None:
    """A price below nil, a group of an unknown factor, money where there is none."""
    made = two_arms(0.0, 2, sd=0.1, points=40)
    with pytest.raises(UnansweredError, match="given: -3"):
        information(made, EFFECT, price=-3.0)
    with pytest.raises(UnansweredError, match="no factor weather"):
        information(made, EFFECT, groups={"sky": ["weather"]})
    with pytest.raises(UnansweredError, match="has no money"):
        information_in_money(made, EFFECT, 1.0)
