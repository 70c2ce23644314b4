from __future__ import annotations

import numpy as np
import pytest
from choice_samples import COST, EFFECT, samples, uniform, years
from scipy.stats import norm

from sdmsim.lab.drivers.acceptability import acceptability, net_benefit, plane
from sdmsim.lab.drivers.point_means import UnansweredError
from sdmsim.lab.drivers.vocabulary import Samples

PRICES = (0.0, 2_000.0, 5_000.0, 10_000.0, 50_000.0)
GAIN, GAIN_SD, DEARER, DEARER_SD, TOGETHER = 0.2, 0.3, 1_000.0, 2_000.0, 0.5


def bivariate(points: int = 800, replications: int = 6) -> Samples:
    """Effect and cost of an arm less the baseline: normal over the points and correlated; with luck of years."""
    z = norm.ppf(uniform(points, 2))
    gain = GAIN + GAIN_SD * z[:, 0]
    dearer = DEARER + DEARER_SD * (TOGETHER * z[:, 0] + np.sqrt(1.0 - TOGETHER**2) * z[:, 1])
    return samples({EFFECT: years(gain, replications, sd=0.6), COST: years(dearer, replications, sd=3_000.0, seed=7)})


def truth(price: float) -> tuple[float, float]:
    """Mean net benefit of the arm less the baseline's, and its SD over the points."""
    variance = (price * GAIN_SD) ** 2 + DEARER_SD**2 - 2.0 * TOGETHER * price * GAIN_SD * DEARER_SD
    return price * GAIN - DEARER, float(np.sqrt(variance))


def test_curves_of_a_bivariate_normal_follow_its_closed_form() -> None:
    """Probability, net benefit, expected loss and frontier at each price, with luck of years on top."""
    found = acceptability(bivariate(), EFFECT, "A", PRICES)
    for i, price in enumerate(PRICES):
        mean, sd = truth(price)
        known = norm.cdf(mean / sd)
        one = found.arms[1]
        assert one.probability[i].estimate == pytest.approx(known, abs=max(0.03, 2.0 * one.probability[i].error))
        assert one.net_benefit[i].low <= mean <= one.net_benefit[i].high
        perfect = sd * norm.pdf(mean / sd) - abs(mean) * norm.cdf(-abs(mean) / sd)
        loss = min((a.expected_loss[i] for a in found.arms), key=lambda x: x.estimate)
        assert loss.estimate == pytest.approx(perfect, abs=max(0.05 * perfect, 2.0 * loss.error))
        assert sum(a.probability[i].estimate for a in found.arms) == pytest.approx(1.0)
        assert sum(a.years[i] for a in found.arms) == pytest.approx(1.0)
        by_year = norm.cdf(mean / np.sqrt(sd**2 + (0.6 * price) ** 2 + 3_000.0**2))
        assert one.years[i] == pytest.approx(by_year, abs=0.03)
    turned = acceptability(bivariate(), EFFECT, "B", PRICES[:1])
    assert turned.arms[0].net_benefit[0].estimate == pytest.approx(-found.arms[1].net_benefit[0].estimate)
    assert turned.arms[1].net_benefit[0].estimate == 0.0
    assert found.frontier[:2] == ("A", "A")
    assert found.frontier[3:] == ("B", "B")
    assert found.tied[2] == ("A", "B")
    assert found.tied[4] == ("B",)
    assert found.frontier_probability[0] == found.arms[0].probability[0]


def test_the_plane_holds_points_years_and_the_price_of_a_unit() -> None:
    """Means over replications by point, single years, shares of the quadrants, and cost over effect."""
    gain, dearer = np.array([1.0, 2.0, -1.0, 2.0]), np.array([100.0, -50.0, 30.0, 200.0])
    both = {
        EFFECT: np.stack([np.zeros((4, 2)), gain[:, None] + [0.5, -0.5]]),
        COST: np.stack([np.zeros((4, 2)), np.tile(dearer[:, None], 2)]),
    }
    found = plane(samples(both), EFFECT, "B", "A")
    assert found.effect.tolist() == gain.tolist()
    assert found.cost.tolist() == dearer.tolist()
    assert found.effect_by_year[0].tolist() == [1.5, 0.5]
    assert found.quadrants == {
        "better and cheaper": 0.25, "better and dearer": 0.5, "worse and cheaper": 0.0, "worse and dearer": 0.25,
    }  # fmt: skip
    assert found.price == pytest.approx(70.0)
    assert found.mean_cost.estimate == pytest.approx(70.0)


def test_an_arm_that_is_better_and_cheaper_has_no_price() -> None:
    """A ratio of a saving and a gain would look like a price, so none is told; of a saving for a loss, it is."""
    better_and_cheaper = {EFFECT: np.array([[[0.0]], [[1.0]]]), COST: np.array([[[100.0]], [[50.0]]])}
    assert np.isnan(plane(samples(better_and_cheaper), EFFECT, "B", "A").price)
    assert plane(samples(better_and_cheaper), EFFECT, "A", "A").quadrants["better and cheaper"] == 1.0
    worse_and_cheaper = {EFFECT: np.array([[[1.0]], [[0.0]]]), COST: np.array([[[100.0]], [[50.0]]])}
    assert plane(samples(worse_and_cheaper), EFFECT, "B", "A").price == 50.0


def test_an_outcome_of_which_less_is_better_is_turned() -> None:
    """Minutes of class missed less are a gain on the plane and in net benefit."""
    both = {"class_minutes_missed": np.array([[[30.0]], [[10.0]]]), COST: np.array([[[100.0]], [[150.0]]])}
    assert plane(samples(both), "class_minutes_missed", "B", "A").effect.tolist() == [20.0]
    assert net_benefit(samples(both), "class_minutes_missed", 2.0)[:, 0, 0].tolist() == [-160.0, -170.0]


def test_without_money_or_a_price_the_words_say_so() -> None:
    """No cost, an empty cost, cost as its own effect, and prices that are none."""
    effect = np.zeros((2, 3, 2))
    for held, metric, prices, said in (
        ({EFFECT: effect}, EFFECT, [1.0], "has no money"),
        ({EFFECT: effect, COST: np.full((2, 3, 2), np.nan)}, EFFECT, [1.0], "has no money"),
        ({EFFECT: effect, COST: effect}, COST, [1.0], "other side"),
        ({EFFECT: effect, COST: effect}, EFFECT, [-1.0, 2.0], "given: -1"),
        ({EFFECT: effect, COST: effect}, EFFECT, [], "given: none"),
    ):
        with pytest.raises(UnansweredError, match=said):
            acceptability(samples(held), metric, "A", prices)
