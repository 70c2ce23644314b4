"""What turns a decision round: break-even values, probabilities of a lead, maps of who wins where."""

from __future__ import annotations

import numpy as np
import pytest
from known_functions import Floats, luck
from scipy.stats import norm, qmc

from sdmsim.lab.drivers import break_even, flips, one_at_a_time, sobol, win_map
from sdmsim.lab.drivers.resampling import NORMAL

SEED = 1
PLACES = np.linspace(0.0, 1.0, 6)


def even(factors: int, points: int, seed: int = SEED) -> Floats:
    """An even sample of points."""
    return np.asarray(qmc.Sobol(factors, rng=seed).random(points))


def test_a_planted_break_even_lies_in_its_interval() -> None:
    """With all others at their values: 95 % of 1,000 seeds, to 1.5 points, with luck that tilts and shifts the whole
    course.
    """
    inside, estimates = [], []
    for seed in range(1000):
        drawn = np.random.default_rng(seed)
        tilt, shift = drawn.normal(0.0, 0.4, 12), drawn.normal(0.0, 0.5, 12)
        y = (PLACES[:, None] - 0.37) * (2.0 + tilt) + shift + luck(seed + 9000, 6, 12, 0.2)
        (root,) = break_even.at_values(0, PLACES, y).found
        estimates.append(root.estimate)
        inside.append(root.low <= 0.37 <= root.high)
    assert np.mean(inside) == pytest.approx(0.95, abs=0.015)
    assert np.median(estimates) == pytest.approx(0.37, abs=0.01)


def test_the_interval_of_a_break_even_is_where_the_band_holds_nil() -> None:
    """Its ends are those of the band, an open end is said, and the direction is the one in which the arm gets ahead."""
    y = (PLACES[:, None] - 0.6) * 2.0 + np.linspace(-0.2, 0.2, 9)
    found = break_even.at_values(3, PLACES, y)
    assert found.answer == "one"
    (root,) = found.found
    half = 2.306004135 * np.linspace(-0.2, 0.2, 9).std(ddof=1) / 3.0 / 2.0
    assert (root.factor, root.direction) == (3, "rises above")
    assert (root.estimate, root.low, root.high) == pytest.approx((0.6, 0.6 - half, 0.6 + half), abs=1e-6)
    assert (root.open_low, root.open_high, found.ahead) == (False, False, "baseline")
    other = break_even.at_values(3, PLACES, -y).found[0]
    assert (other.direction, other.estimate) == ("falls below", pytest.approx(0.6))
    wide = break_even.at_values(3, PLACES, (PLACES[:, None] - 0.9) * 2.0 + np.linspace(-0.5, 0.5, 9)).found[0]
    assert wide.open_high
    assert wide.high == 1.0
    assert not wide.open_low


def test_no_break_even_is_an_answer_and_so_is_more_than_one() -> None:
    """None in range, none told, equal, two, no scale, nothing known: each says which it is."""
    noise = np.linspace(-0.2, 0.2, 9)
    assert break_even.at_values(0, PLACES, PLACES[:, None] + 1.0 + noise).answer == "none in range"
    assert break_even.at_values(0, PLACES, PLACES[:, None] + 1.0 + noise).ahead == "arm"
    assert break_even.at_values(0, PLACES, PLACES[:, None] + 0.01 + noise).answer == "none told"
    assert break_even.at_values(0, PLACES, np.zeros((6, 9))).answer == "equal"
    two = break_even.at_values(0, PLACES, ((PLACES - 0.5) ** 2 - 0.05)[:, None] + 0.1 * noise)
    assert two.answer == "more than one"
    assert [one.direction for one in two.found] == ["falls below", "rises above"]
    assert two.found[0].high < two.found[1].low
    assert break_even.on_average(1, even(3, 64), np.ones((64, 2)), without_scale=[1]).answer == "no scale"
    assert break_even.at_values(0, PLACES, np.full((6, 4), np.nan)).answer == "too few points"
    assert break_even.on_average(0, even(3, 8), np.ones((8, 2))).answer == "too few points"


def test_a_break_even_without_luck_or_with_one_replication() -> None:
    """Equal replications have an interval of no length; one replication has none; a plateau at nil counts once."""
    y = (PLACES[:, None] - 0.3712) + np.zeros((6, 4))
    root = break_even.at_values(0, PLACES, y).found[0]
    assert (root.estimate, root.low, root.high) == pytest.approx((0.3712, 0.3712, 0.3712))
    for place in np.linspace(0.013, 0.987, 20):
        curve = (place - PLACES) ** 3 + place - PLACES
        (root,) = break_even.at_values(0, PLACES, curve[:, None] + np.zeros(3)).found
        assert root.low == pytest.approx(root.estimate, abs=1e-9)
        assert root.high == pytest.approx(root.estimate, abs=1e-9)
    single = break_even.at_values(0, PLACES, y[:, :1]).found[0]
    assert single.estimate == pytest.approx(0.3712)
    assert np.isnan(single.low)
    flat = break_even.at_values(0, PLACES, np.array([-2.0, -1.0, 0.0, 0.0, 1.0, 2.0])[:, None] + np.zeros((6, 3)))
    assert flat.answer == "one"
    assert flat.found[0].estimate == pytest.approx(0.5)


def test_a_break_even_on_average_over_the_others() -> None:
    """Through samples, in 200 seeds: the root of the mean course lies in its interval in 94 % at least, and close."""
    inside, found = [], []
    for seed in range(200):
        points = even(4, 256, seed)
        lead = (
            2.0 * (points[:, 0] - 0.4) + 1.5 * (points[:, 1] - 0.5) + 2.0 * (points[:, 2] - 0.5) * (points[:, 3] - 0.5)
        )
        drawn = np.random.default_rng(seed)
        y = lead[:, None] * (1.0 + drawn.normal(0.0, 0.1, 6)) + luck(seed + 5000, 256, 6, 1.0, 0.1)
        crossing = break_even.on_average(0, points, y)
        (root,) = crossing.found
        found.append(root.estimate)
        inside.append(root.low <= 0.4 <= root.high)
        assert root.high - root.low < 0.45
    assert np.mean(inside) >= 0.94
    assert np.mean(found) == pytest.approx(0.4, abs=0.01)


def test_a_factor_without_effect_has_no_break_even_on_average() -> None:
    """Where the arm is ahead on the whole, another factor's root is none of this one's."""
    points = even(3, 256)
    y = (points[:, 0] + 0.5)[:, None] + luck(1, 256, 4, 0.3)
    assert break_even.on_average(1, points, y).answer == "none in range"
    assert break_even.on_average(1, points, y).ahead == "arm"


def gaussian(points: Floats, mean: float, sd: Floats) -> Floats:
    """A linear lead of independent normal factors."""
    return np.asarray(mean + norm.ppf(points) @ sd)


def test_the_probability_of_a_lead_is_the_closed_form() -> None:
    """Linear Gaussian: Phi(mean / SD), with luck in two replications too, where raw means lie nearer to a half."""
    sd = np.array([1.0, 0.5, 0.2])
    points = even(3, 4096)
    truth = norm.cdf(0.6 / np.sqrt((sd**2).sum()))
    lead = gaussian(points, 0.6, sd)
    clean = flips.leads(flips.against(lead[:, None]), SEED)
    assert [one.arm for one in clean] == [0, 1]
    assert clean[1].estimate == pytest.approx(truth, abs=0.005)
    assert clean[0].estimate == pytest.approx(1.0 - truth, abs=0.005)
    noisy = lead[:, None] + luck(3, 4096, 2, 2.0)
    found = flips.leads(flips.against(noisy), SEED)[1]
    assert found.low < truth < found.high
    assert found.estimate == pytest.approx(truth, abs=0.02)
    assert (noisy.mean(axis=1) > 0.0).mean() < truth - 0.05
    less_is_better = flips.leads(flips.against(lead[:, None]), SEED, higher=False)
    assert less_is_better[0].estimate == pytest.approx(truth, abs=0.005)


def test_the_probability_along_a_factor_is_the_closed_form() -> None:
    """Uniform factors: as the first moves, the share of the second's range that keeps the arm ahead falls in a line."""
    points = even(2, 2048)
    lead = (points[:, 1] - points[:, 0])[:, None] + luck(4, 2048, 3, 0.05)
    course = [one for one in flips.leads_along(0, points, flips.against(lead), SEED) if one.arm == 1]
    assert [one.position for one in course] == pytest.approx(np.arange(10) / 10.0 + 0.05)
    for one in course:
        assert one.low <= 1.0 - one.position <= one.high
        assert one.estimate == pytest.approx(1.0 - one.position, abs=0.04)


def test_the_probability_of_a_flip_over_a_range() -> None:
    """A factor that decides goes from nearly never to nearly always; one without effect stays; a row has no range."""
    points = even(3, 1024)
    lead = (points[:, 0] - 0.3)[:, None] + 0.02 * points[:, 1:2] + np.zeros((1024, 3))
    decides, little = flips.flips_over_range(points, flips.against(lead), SEED, without_scale=[2])
    assert (decides.factor, little.factor, decides.leader) == (0, 1, 1)
    assert (decides.at_low.estimate, decides.at_high.estimate) == pytest.approx((1.0, 0.0))
    assert decides.low > 0.8
    assert little.low < 0.05
    assert little.at_low.estimate == pytest.approx(0.3, abs=0.05)
    assert len(decides.course) == 10
    assert all(one.low <= one.estimate <= one.high for one in (*decides.course, *little.course))


@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_the_decisions_total_index_is_the_closed_form(noise: float) -> None:
    """Two normal leads that share all but one factor, correlated rho, differ in sign with probability arccos(rho) / pi,
    with luck in four replications too; a factor without effect turns nothing (17 % if luck were left in).
    """
    sd = np.array([1.0, 0.7, 0.0])
    points = np.clip(sobol.design(3, 2048, SEED), 1e-9, 1.0 - 1e-9)
    lead = gaussian(points, 0.0, sd)[:, None] + luck(3, len(points), 4, noise)
    found = flips.flips_when_moved(flips.against(lead), 3, SEED)
    for i, one in enumerate(found):
        truth = np.arccos(1.0 - sd[i] ** 2 / (sd**2).sum()) / np.pi
        assert one.estimate == pytest.approx(truth, abs=0.02 + 0.03 * noise)
        assert one.low - 1e-12 <= truth <= one.high + 1e-12
    apart = flips.flips_when_moved(np.stack([-lead, 0.0 * lead]), 3, SEED, higher=False)
    assert [one[2:] for one in apart] == [one[2:] for one in found]
    ahead = flips.flips_when_moved(np.stack([-1.0 - lead, 0.0 * lead]), 3, SEED, higher=False)
    assert {one.leader for one in ahead} == {0}


def test_the_best_of_three_arms() -> None:
    """Three leads of the same law: a third each; arms that are even share the lead; a missing value leaves its point
    out.
    """
    points = even(3, 1024)
    outcomes = np.stack([points[:, i : i + 1] for i in range(3)])
    assert [one.estimate for one in flips.leads(outcomes, SEED)] == pytest.approx([1 / 3] * 3, abs=0.02)
    same = np.stack([points[:, :1]] * 2 + [points[:, :1] - 1.0])
    assert [one.estimate for one in flips.leads(same, SEED)] == pytest.approx([0.5, 0.5, 0.0])
    rounded = np.stack([points[:, :1] + 7.0, points[:, :1] + 7.0 + 1e-14 * (points[:, 1:2] - 0.7)])
    assert [one.estimate for one in flips.leads(rounded, SEED)] == pytest.approx([0.5, 0.5])
    outcomes[1, 5, 0] = np.nan
    assert flips.leads(outcomes, SEED)[0].n == 1023
    assert np.isnan(flips.leads(outcomes[:, :1], SEED)[0].estimate)


def test_luck_that_comes_to_all_points_shakes_the_probability_of_a_lead() -> None:
    """A mean of six years that lifts every point alike is in the interval: over 40 seeds of luck, nine of ten hold."""
    points = even(1, 256)
    held = []
    for seed in range(40):
        lead = points - 0.3 + np.random.default_rng(seed).normal(0.0, 0.3, 6)
        (_, arm) = flips.leads(flips.against(lead), SEED)
        held.append(arm.low <= 0.7 <= arm.high)
    assert np.mean(held) >= 0.85


def test_luck_alone_makes_no_leader() -> None:
    """Of arms that differ by luck only, the interval holds one half in nine studies of ten."""
    held = []
    for seed in range(40):
        (_, arm) = flips.leads(flips.against(luck(seed, 200, 2, 1.0)), SEED)
        held.append(arm.low < 0.5 < arm.high)
    assert np.mean(held) >= 0.85


def test_a_lead_at_every_point_is_not_certain() -> None:
    """All of 50 points for one arm: the other may still lead at a few per cent."""
    (_, arm) = flips.leads(flips.against(np.full((50, 3), 2.0) + even(1, 64)[:50]), SEED)
    assert arm.estimate == 1.0
    assert 0.9 < arm.low < 0.95
    assert arm.high == 1.0


def test_the_share_of_a_range_at_which_the_lead_turns() -> None:
    """One at a time: the part of each factor's range beyond its break-even, and its interval over replications."""
    at = np.array([0.5, 0.5, 0.5])
    points = one_at_a_time.design(at, levels=5, without_scale=[2])
    clean = (points[:, 0] - 0.2) + 0.1 * points[:, 1] - 0.05 - 4.0 * (points[:, 2] > 0.6)
    y = clean[:, None] + np.linspace(-0.1, 0.1, 9)
    found = flips.flips_at_values(flips.against(y), 5, SEED, without_scale=[2])
    assert [one.leader for one in found] == [1, 1, 1]
    assert [one.estimate for one in found] == pytest.approx([0.2, 0.0, 0.4], abs=0.005)
    assert found[0].low < 0.2 < found[0].high
    other = flips.flips_at_values(np.stack([0.0 * y, -y]), 5, SEED, higher=False, without_scale=[2])
    assert other == found
    assert found[0].high - found[0].low == pytest.approx(2.0 * NORMAL * 0.0645 / 3.0, rel=0.3)


def test_a_map_of_two_factors_on_a_grid() -> None:
    """Who wins where the difference is clear, and cells that cannot be told where luck is as large."""
    at = np.array([0.2, 0.9, 0.4])
    points = win_map.design(at, 0, 2, side=5)
    assert points.shape == (25, 3)
    assert set(points[:, 1]) == {0.9}
    y = (points[:, 0] - points[:, 2])[:, None] + np.linspace(-0.1, 0.1, 8)
    cells = win_map.on_grid(y)
    for cell in cells:
        wanted = "cannot be told" if cell.first == cell.second else "arm" if cell.first > cell.second else "baseline"
        assert cell.winner == wanted
        assert cell.estimate == pytest.approx(cell.first - cell.second)
        assert (cell.probability > 0.975) == (cell.winner == "arm")
        assert (cell.probability < 0.025) == (cell.winner == "baseline")
    assert [(cell.first, cell.second) for cell in cells] == [tuple(row) for row in points[:, [0, 2]].tolist()]


def test_a_map_of_two_factors_of_samples() -> None:
    """Means and shares over what the others may be; cells with few points say so."""
    points = even(3, 2048)
    y = (points[:, 0] - points[:, 1] + 0.4 * (points[:, 2] - 0.5))[:, None] + luck(2, 2048, 3, 0.3)
    cells = win_map.of_samples(points, y, 0, 1, side=4)
    assert sum(cell.n for cell in cells) == 2048
    for cell in cells:
        apart = cell.first - cell.second
        assert cell.estimate == pytest.approx(apart, abs=0.1)
        assert (cell.winner == "arm") == (apart > 0.0)
        assert (cell.winner == "baseline") == (apart < 0.0)
        assert abs(apart) < 0.5 or cell.probability == pytest.approx(float(apart > 0.0), abs=0.03)
    assert {cell.winner for cell in win_map.of_samples(points[:64], y[:64], 0, 1, side=7)} == {"too few points"}


def test_a_map_of_samples_knows_luck() -> None:
    """Luck that comes to all points of a cell alike leaves the winner open; luck of their own does not bring the share
    of points near a half.
    """
    points = even(3, 4096)
    common = 0.05 + 0.01 * points[:, 2:] + np.array([0.3, -0.3, 0.25, -0.2, 0.05])
    assert {cell.winner for cell in win_map.of_samples(points, common, 0, 1, side=2)} == {"cannot be told"}
    lead = gaussian(points[:, 2:], 0.25, np.array([0.3]))[:, None] + luck(6, 4096, 4, 0.8)
    for cell in win_map.of_samples(points, lead, 0, 1, side=2):
        assert cell.probability == pytest.approx(norm.cdf(0.25 / 0.3), abs=0.06)
        assert cell.winner == "arm"
    assert (lead.mean(axis=1) > 0.0).mean() < 0.72
