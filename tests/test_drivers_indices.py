"""Screening and indices: what is known by hand is found, with luck in the outcomes and without."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from known_functions import Floats, Known, ishigami, known_g, known_ishigami, luck, sobol_g
from SALib.analyze import sobol as salib

from sdmsim.lab.drivers import morris, noise, sobol
from sdmsim.lab.drivers.resampling import drawn, left_out_variance, luck_errors, weights

BASE, SEED = 1024, 1
KNOWN: list[tuple[Callable[[Floats], Floats], Known]] = [(ishigami, known_ishigami()), (sobol_g, known_g())]


def as_table(found: tuple[sobol.Index, ...]) -> Floats:
    """(blocks, 2): first, total."""
    return np.array([one.estimate for one in found]).reshape(-1, 2)


@pytest.mark.parametrize(("function", "known"), KNOWN)
def test_indices_of_known_functions_are_found(function: Callable[[Floats], Floats], known: Known) -> None:
    """Every first and total index of Ishigami and of Sobol' G lies within .05, and in its interval."""
    points = sobol.design(known.factors, BASE, SEED)
    found = sobol.indices(function(points)[:, None], known.factors, SEED)
    assert np.abs(as_table(found) - known.indices).max() < 0.05
    inside = [one.low <= truth <= one.high for one, truth in zip(found, known.indices.ravel(), strict=True)]
    assert all(inside)
    assert {one.remark for one in found if one.estimate >= 0.0} == {sobol.ONE_REPLICATION}


@pytest.mark.parametrize(("function", "known"), KNOWN)
def test_luck_is_taken_out_of_indices(function: Callable[[Floats], Floats], known: Known) -> None:
    """With half the answer's SD of luck at each point, and twice as much common to a replication, in eight
    replications, corrected indices lie within .05, and uncorrected ones do not.
    """
    points = sobol.design(known.factors, 2 * BASE, SEED)
    clean = function(points)
    sd = float(clean.std())
    y = clean[:, None] + luck(5, len(points), 8, sd, 2.0 * sd)
    found = sobol.indices(y, known.factors, SEED)
    uncorrected = np.array([one.uncorrected for one in found]).reshape(-1, 2)
    assert np.abs(as_table(found) - known.indices).max() < 0.05
    assert np.abs(uncorrected - known.indices).max() > 0.05
    inside = [one.low <= truth <= one.high for one, truth in zip(found, known.indices.ravel(), strict=True)]
    assert sum(inside) >= len(inside) - 1


def test_luck_that_hangs_together_between_points_is_taken_out_too() -> None:
    """Slopes that differ between replications, as under the same luck they do, leave no bias: over 100 seeds of
    luck the mean total index is the true one within its error, the uncorrected one is not.
    """
    points = sobol.design(2, 128, SEED)
    found, uncorrected = [], []
    for seed in range(100):
        slopes = 1.0 + np.random.default_rng(seed).normal(0.0, 1.5, (2, 4))
        y = points[:, :1] * 2.0 * slopes[0] + points[:, 1:] * slopes[1]
        clean = (2.0 * points[:, 0] + points[:, 1])[:, None]
        wanted = sobol.indices(clean, 2, SEED)[1].estimate
        cells = y.reshape(-1, 4, 4)
        shares, raw, variance = sobol._shares(cells - cells[:, [0, -1]].mean(axis=(0, 1)))
        found.append((shares[1, 0] * variance, variance))
        uncorrected.append(raw[1, 0] * np.var(cells[:, [0, -1]].mean(axis=2)))
    truth = wanted * float(np.var(clean.reshape(-1, 4)[:, [0, -1]]))
    sums = np.array([one for one, _ in found])
    assert abs(sums.mean() - truth) < 2.5 * sums.std() / 10.0
    more = np.array(uncorrected) - sums
    assert more.mean() > 5.0 * more.std() / 10.0


def test_the_intervals_hold_what_they_promise() -> None:
    """Over 40 designs of Ishigami with luck, nine intervals of ten or more hold the true index."""
    known = known_ishigami()
    inside = []
    for seed in range(1, 41):
        points = sobol.design(3, 128, seed)
        y = ishigami(points)[:, None] + luck(seed, len(points), 4, 2.0)
        found = sobol.indices(y, 3, seed)
        inside += [one.low <= truth <= one.high for one, truth in zip(found, known.indices.ravel(), strict=True)]
    assert np.mean(inside) > 0.9


def test_intervals_hold_the_luck_that_points_share() -> None:
    """Slopes that differ between eight replications: over 100 seeds of luck at the same points, more than 90 % hold."""
    points = sobol.design(2, 128, SEED)
    inside = []
    for seed in range(100):
        slopes = np.array([[2.0], [1.0]]) * (1.0 + np.random.default_rng(seed).normal(0.0, 0.5, (2, 8)))
        found = sobol.indices(points @ slopes, 2, SEED)
        inside += [one.low <= truth <= one.high for one, truth in zip(found, (0.8, 0.8, 0.2, 0.2), strict=True)]
    assert np.mean(inside) > 0.9


def test_indices_and_intervals_are_salibs_where_there_is_no_luck() -> None:
    """Of one replication, estimates are those of SALib, and intervals as long as its own, to a fifth."""
    points = sobol.design(3, 512, SEED)
    y = ishigami(points)
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0.0, 1.0]] * 3}
    own = salib.analyze(problem, y, calc_second_order=False, num_resamples=500, seed=1)
    for one in sobol.indices(y[:, None], 3, SEED):
        name = "S1" if one.order == "first" else "ST"
        assert one.estimate == pytest.approx(own[name][one.factor], abs=0.002)
        assert (one.high - one.low) / 2.0 == pytest.approx(own[f"{name}_conf"][one.factor], rel=0.2)


def test_luck_of_the_points_own_is_told_from_luck_that_they_share() -> None:
    """Where all luck is the points' own, it is what leaving out replications shows; where it is slopes, little of
    it; and points drawn anew give the shares themselves, on average.
    """
    points = sobol.design(2, 128, SEED)
    parts, slopes_apart = [], []
    for seed in range(20):
        own = points @ np.array([[2.0], [1.0]]) + luck(seed, len(points), 6, 0.5)
        told = sobol._told(own, 2, SEED)
        assert isinstance(told, sobol._Told)
        assert told.draws.mean(axis=0) == pytest.approx(told.shares, abs=0.05)
        parts.append((np.diag(told.own), left_out_variance(told.without).ravel()))
        slopes = np.array([[2.0], [1.0]]) * (1.0 + np.random.default_rng(seed).normal(0.0, 0.3, (2, 6)))
        shared = sobol._told(points @ slopes, 2, SEED)
        assert isinstance(shared, sobol._Told)
        slopes_apart.append((np.diag(shared.own), left_out_variance(shared.without).ravel()))
    ours, seen = np.mean(parts, axis=0)
    little, much = np.mean(slopes_apart, axis=0)
    assert (little < 0.3 * much).all()
    assert ours.sum() == pytest.approx(seen.sum(), rel=0.25)


def test_luck_common_to_a_replication_changes_nothing() -> None:
    """What comes to all points of a replication alike leaves indices, intervals and effects as they are."""
    points = sobol.design(3, 64, SEED)
    y = ishigami(points)[:, None] + luck(1, len(points), 4, 1.0)
    common = np.array([[30.0, -20.0, 5.0, 90.0]])
    for one, other in zip(sobol.indices(y, 3, SEED), sobol.indices(y + common, 3, SEED), strict=True):
        assert one[2:7] == pytest.approx(other[2:7])
    walks = morris.design(3, 10, SEED)
    y = ishigami(walks)[:, None] + luck(1, len(walks), 4, 1.0)
    for effect, same in zip(morris.effects(walks, y, SEED), morris.effects(walks, y + common, SEED), strict=True):
        assert effect[1:] == pytest.approx(same[1:])


def test_a_factor_without_effect_decides_nothing() -> None:
    """Its total interval holds nil under luck, and an index below nil says so."""
    points = sobol.design(4, 512, SEED)
    y = ishigami(points[:, :3])[:, None] + luck(3, len(points), 4, 2.0)
    found = sobol.indices(y, 4, SEED)
    assert found[7].low <= 0.0 <= found[7].high
    assert found[7].high - found[7].low > 0.0
    assert all((one.estimate < 0.0) == (sobol.BELOW_NIL in one.remark) for one in found)
    assert any(one.estimate < 0.0 for one in found)


def test_groups_add_up() -> None:
    """Without interactions, groups decide the sum of what their factors decide; factors and groups share a design."""
    blocks = [(0,), (1,), (2,), (3,), (0, 1), (2, 3)]
    points = sobol.design(4, 512, SEED, blocks)
    assert points.shape == (512 * 8, 4)
    y = (points @ [4.0, 3.0, 2.0, 1.0])[:, None]
    table = as_table(sobol.indices(y, len(blocks), SEED))
    shares = np.array([16.0, 9.0, 4.0, 1.0, 25.0, 5.0]) / 30.0
    assert np.abs(table - shares[:, None]).max() < 0.02
    assert abs(table[4, 0] + table[5, 0] - 1.0) < 0.02
    both = sobol.indices(ishigami(sobol.design(3, 512, SEED, [(0, 2), (1,)]))[:, None], 2, SEED)
    assert abs(both[0].estimate + both[2].estimate - 1.0) < 0.03
    assert abs(both[0].estimate - known_ishigami().indices[0, 1]) < 0.03


def test_what_no_block_decides_alone_is_interaction() -> None:
    """Of Ishigami, the share that the first and third factor decide together, in its interval with luck too; of two
    groups, less; where all adds up, nil.
    """
    known = known_ishigami().indices
    points = sobol.design(3, 1024, SEED, [(0,), (1,), (2,), (0, 2)])
    y = ishigami(points)[:, None] + luck(6, len(points), 4, 1.0)
    alone = sobol.interaction(y, 4, SEED, of=[0, 1, 2])
    assert alone.factor == sobol.INTERACTION
    assert alone.low < 1.0 - known[:, 0].sum() < alone.high
    assert alone.estimate == pytest.approx(1.0 - known[:, 0].sum(), abs=0.05)
    grouped = sobol.interaction(y, 4, SEED, of=[1, 3])
    assert grouped.low < 0.0 < grouped.high
    assert grouped.estimate == pytest.approx(0.0, abs=0.05)
    assert sobol.interaction(np.ones((len(points), 2)), 4, SEED).remark == sobol.FLAT


def test_a_larger_design_begins_with_the_smaller() -> None:
    """A study can be carried on: the first rows are the same; another seed gives others; nothing leaves 0 to 1."""
    small, large = sobol.design(3, 16, SEED), sobol.design(3, 32, SEED)
    assert np.array_equal(large[: len(small)], small)
    assert np.array_equal(small, sobol.design(3, 16, SEED))
    assert not np.array_equal(small, sobol.design(3, 16, SEED + 1))
    assert small.min() >= 0.0
    assert small.max() <= 1.0
    whole = sobol.design(3, 64, 7)
    even = whole[sobol.independent(3, 64 * 5)]
    assert np.array_equal(even, np.vstack([whole[0::5], whole[4::5]]))
    assert np.abs(even.mean(axis=0) - 0.5).max() < 0.02
    assert all(len(np.unique(even[:, i])) == 128 for i in range(3))


@pytest.mark.parametrize(("base", "blocks"), [(100, None), (1, None), (16, [()]), (16, [(0, 3)]), (16, [(-1,)])])
def test_a_design_that_cannot_be_is_refused(base: int, blocks: list[tuple[int, ...]] | None) -> None:
    """A base that is no power of two, an empty block, a factor that is not there."""
    with pytest.raises(ValueError, match=r"power|powers|block"):
        sobol.design(3, base, SEED, blocks)


def test_what_has_no_variance_has_no_indices() -> None:
    """Constant outcomes, outcomes of luck alone and too few points have no estimate, and say why."""
    points = sobol.design(2, 64, SEED)
    flat = sobol.indices(np.full((len(points), 3), 7.1), 2, SEED)
    assert {one.remark for one in flat} == {sobol.FLAT}
    assert all(np.isnan(one.estimate) for one in flat)
    drawn_all = [one for seed in range(12) for one in sobol.indices(luck(seed, len(points), 3, 1.0), 2, SEED)]
    assert all(sobol.ALL_LUCK in one.remark for one in drawn_all)
    assert any(np.isinf(one.high) for one in drawn_all)
    empty = np.full((len(points), 2), np.nan)
    assert {one.remark for one in sobol.indices(empty, 2, SEED)} == {sobol.TOO_FEW}


def test_points_without_a_value_leave_the_study() -> None:
    """A base point at which some outcome has no value counts in no sum."""
    points = sobol.design(3, 256, SEED)
    y = ishigami(points)[:, None]
    y[7, 0] = np.nan
    found = sobol.indices(y, 3, SEED)
    assert {one.n for one in found} == {255}
    assert np.abs(as_table(found) - known_ishigami().indices).max() < 0.1


def linear(points: Floats) -> Floats:
    """Strong, weak, by interaction only, and none."""
    return np.asarray(3.0 * points[:, 0] + 0.5 * points[:, 1] + 2.0 * points[:, 2] * (points[:, 3] - 0.5))


def test_morris_finds_the_inactive() -> None:
    """The factors that do nothing have mu* nil; those that do, theirs; bends and interactions show in sigma."""
    points = morris.design(6, 20, SEED)
    assert points.shape == (20 * 7, 6)
    found = morris.effects(points, linear(points)[:, None], SEED)
    assert [one.told for one in found] == [True, True, True, True, False, False]
    assert (found[0].estimate, found[0].low, found[0].high) == pytest.approx((3.0, 3.0, 3.0))
    assert (found[0].sigma, found[0].sigma_low, found[0].sigma_high) == pytest.approx((0.0, 0.0, 0.0), abs=1e-9)
    signed = morris.elementary_effects(points, linear(points)[:, None])
    assert signed.mean(axis=(0, 2)) == pytest.approx([one.mu for one in found])
    assert found[1].mu == pytest.approx(0.5)
    assert [one.sigma > 0.1 for one in found] == [False, False, True, True, False, False]
    assert found[2].sigma_low < found[2].sigma < found[2].sigma_high
    assert found[5].estimate == pytest.approx(0.0, abs=1e-12)


def test_morris_knows_what_luck_alone_would_show() -> None:
    """Under luck, factors that do nothing have a mu* that is not nil, and are still not told; common luck is none."""
    points = morris.design(6, 20, SEED)
    y = linear(points)[:, None] + luck(2, len(points), 5, 0.2, 10.0)
    found = morris.effects(points, y, SEED)
    assert [one.told for one in found] == [True, True, True, True, False, False]
    expected = np.sqrt(2.0 / np.pi) * 0.2 * np.sqrt(2.0 / 5.0) / morris.STEP
    for one in found[4:]:
        assert one.luck_alone == pytest.approx(expected, rel=0.2)
        assert one.low < one.luck_alone < one.high
        assert one.luck > 0.3
    assert found[2].luck < 0.5 < found[4].luck
    assert found[2].sampling > 0.8


def test_intervals_of_effects_hold_the_luck_that_points_share() -> None:
    """A slope that differs between eight replications is the same in every trajectory, and its interval knows it; luck
    of the points' own is counted once: over 100 seeds, 90 to 98 % hold.
    """
    points = morris.design(2, 12, SEED)
    shared, own = [], []
    for seed in range(100):
        slopes = np.array([[2.0], [1.0]]) + np.random.default_rng(seed).normal(0.0, 0.5, (2, 8))
        found = morris.effects(points, points @ slopes, seed)
        shared += [one.low <= truth <= one.high for one, truth in zip(found, (2.0, 1.0), strict=True)]
        noisy = points @ np.array([[2.0], [1.0]]) + luck(seed, len(points), 8, 0.3)
        found = morris.effects(points, noisy, seed)
        own += [one.low <= truth <= one.high for one, truth in zip(found, (2.0, 1.0), strict=True)]
    assert 0.9 <= np.mean(shared) <= 0.98
    assert 0.9 <= np.mean(own) <= 0.98


def test_morris_with_one_replication_and_with_gaps() -> None:
    """One replication has no luck to tell; a trajectory without a value is left out; with less than two, nothing."""
    points = morris.design(3, 8, SEED)
    y = points[:, :1] * 2.0
    y[1, 0] = np.nan
    found = morris.effects(points, y, SEED)
    assert {one.n for one in found} == {7}
    assert np.isnan(found[0].luck_alone)
    assert [one.told for one in found] == [True, False, False]
    none = morris.effects(points, np.full_like(y, np.nan), SEED)
    assert all(np.isnan(one.estimate) and not one.told for one in none)


def test_a_factor_without_a_scale_takes_any_row() -> None:
    """Where a walking factor stands on four levels, a row's positions are drawn; others keep their walks."""
    walking, drawn_too = morris.design(3, 20, SEED), morris.design(3, 20, SEED, without_scale=[1])
    assert np.array_equal(walking[:, [0, 2]], drawn_too[:, [0, 2]])
    assert len(np.unique(walking[:, 1].round(6))) == 4
    assert len(np.unique(drawn_too[:, 1])) == 40
    rows = np.random.default_rng(1).normal(size=64)
    y = rows[np.minimum((drawn_too[:, 1] * 64).astype(int), 63)][:, None]
    found = morris.effects(drawn_too, y, SEED)
    apart = np.abs(rows[:, None] - rows).mean() / morris.STEP
    assert found[1].low < apart < found[1].high
    assert [one.told for one in found] == [False, True, False]


@pytest.mark.parametrize(("points", "replications"), [(60, 10), (200, 4)])
def test_the_split_finds_planted_variances(points: int, replications: int) -> None:
    """Parameters 4, common luck 1, own luck 2.25: found on average over 40 studies, and the share in its interval."""
    made = []
    for seed in range(40):
        parameters = np.random.default_rng(1000 + seed).normal(0.0, 2.0, points)[:, None]
        made.append(noise.split(parameters + luck(seed, points, replications, 1.5, 1.0), seed))
    assert np.mean([one.parameters for one in made]) == pytest.approx(4.0, rel=0.1)
    assert np.mean([one.luck_own for one in made]) == pytest.approx(2.25, rel=0.05)
    assert np.mean([one.luck_common for one in made]) == pytest.approx(1.0, rel=0.3)
    assert np.mean([one.share_low <= 4.0 / 7.25 <= one.share_high for one in made]) > 0.85
    expected = 4.0 / (4.0 + 2.25 / replications)
    assert np.mean([one.share_of_mean for one in made]) == pytest.approx(expected, rel=0.03)


def test_a_split_without_luck_or_without_anything() -> None:
    """Equal replications are parameters only; one replication is not split; equal outcomes have no share."""
    y = np.linspace(0.0, 1.0, 9)[:, None] + np.zeros((9, 3))
    assert noise.split(y, SEED).share == pytest.approx(1.0)
    one = noise.split(y[:, :1], SEED)
    assert np.isnan([one.luck_own, one.share]).all()
    assert one.parameters > 0.0
    assert np.isnan(noise.split(np.full((9, 3), 0.7), SEED).share)
    y[2, 1] = np.nan
    assert noise.split(y, SEED).points == 8


def held(factor: int, low: float, high: float, sampling: float = 1.0, luck: float = float("nan")) -> sobol.Index:
    return sobol.Index(factor, "total", (low + high) / 2.0, low, high, 0.0, sampling, luck, 64, "")


def test_what_overlaps_is_not_ranked() -> None:
    """Groups of neighbours that overlap, and the range of places that each can have; without an estimate, none."""
    nan = float("nan")
    found = [held(0, 0.0, 0.1), held(1, 0.5, 0.7), held(2, 0.65, 0.8), held(3, 0.05, 0.2), held(4, 0.9, 1.0)]
    found.append(held(5, nan, nan))
    said = {one.factor: (one.best, one.worst, one.tie) for one in noise.places(found)}
    assert said == {4: (1, 1, 1), 2: (2, 3, 2), 1: (2, 3, 2), 3: (4, 5, 3), 0: (4, 5, 3)}
    chain = [held(0, 0.0, 0.4), held(1, 0.3, 0.7), held(2, 0.6, 1.0)]
    places = {one.factor: (one.best, one.worst, one.tie) for one in noise.places(chain)}
    assert places == {2: (1, 2, 1), 1: (1, 3, 1), 0: (2, 3, 1)}


def test_what_would_settle_a_tie() -> None:
    """Half lengths of .2 and .2 about a gap of .1 ask for 16 times the points; replications shorten luck's part only;
    nothing settles equal estimates, nor what lies past the limit.
    """
    pair = [held(0, 0.4, 0.8, luck=0.0), held(1, 0.3, 0.7, luck=0.0)]
    (said,) = noise.settling(pair, 64, 4, 4096, 400)
    assert (said.larger, said.smaller, said.points, said.replications) == (0, 1, 1024.0, noise.CANNOT)
    assert noise.settling(pair, 64, 4, 1000, 400)[0].points == noise.CANNOT
    lucky = [held(0, 0.4, 0.8, 0.0, luck=1.0), held(1, 0.3, 0.7, 0.0, luck=1.0)]
    assert noise.settling(lucky, 64, 4, 4096, 400)[0][2:] == (noise.CANNOT, 64.0)
    both = [held(0, 0.4, 0.8, 0.95, luck=0.97), held(1, 0.3, 0.7, 0.95, luck=0.97)]
    points, years = noise.settling(both, 64, 4, 10**4, 10**3)[0][2:]
    assert points == pytest.approx(64.0 / ((1.0 / 16.0 - 0.05) / 0.95), abs=1.0)
    assert years == pytest.approx(4.0 / ((1.0 / 16.0 - 0.03) / 0.97), abs=1.0)
    unknown = [held(0, 0.4, 0.8), held(1, 0.3, 0.7)]
    assert np.isnan(noise.settling(unknown, 64, 4, 4096, 400)[0].replications)
    equal = [held(0, 0.4, 0.8, luck=0.5), held(1, 0.4, 0.8, luck=0.5)]
    assert noise.settling(equal, 64, 4, 4096, 400)[0][2:] == (noise.CANNOT, noise.CANNOT)
    apart = [held(0, 0.9, 1.0, luck=0.5), held(1, 0.4, 0.8, luck=0.5)]
    assert noise.settling(apart, 64, 4, 4096, 400) == ()


def test_more_points_settle_as_was_said() -> None:
    """The points named do settle a tie of two factors with shares .58 and .42, up to twice too few or too many."""
    weights_of = np.array([1.175, 1.0])

    def study(base: int) -> tuple[sobol.Index, ...]:
        points = sobol.design(2, base, 3)
        y = (points @ weights_of)[:, None] + luck(8, len(points), 3, 0.35)
        return tuple(one for one in sobol.indices(y, 2, SEED) if one.order == "total")

    (said,) = noise.settling(study(64), 64, 3, 10**6, 10**6)
    assert 64 < said.points < 10**5
    enough = 2 ** int(np.ceil(np.log2(2.0 * said.points)))
    assert noise.settling(study(enough), enough, 3, 10**6, 10**6) == ()


def test_resampling_is_fair_and_repeats() -> None:
    """Every draw has weight 1 in all, each place the same on average; another seed or purpose draws others."""
    made = weights(7, SEED, "points")
    assert np.allclose(made.sum(axis=1), 1.0)
    assert np.abs(made.mean(axis=0) - 1.0 / 7.0).max() < 0.01
    assert np.array_equal(made, weights(7, SEED, "points"))
    assert not np.array_equal(made, weights(7, SEED + 1, "points"))
    assert not np.array_equal(drawn(7, SEED, "points"), drawn(7, SEED, "replications"))
    assert drawn(21_000, SEED, "points").shape == (200, 21_000)
    assert luck_errors(4) == pytest.approx(3.182446305)
    values = np.array([1.0, 4.0, 2.0, 8.0])
    without = np.array([np.delete(values, i).mean() for i in range(4)])
    assert left_out_variance(without) == pytest.approx(values.var(ddof=1) / 4.0)
