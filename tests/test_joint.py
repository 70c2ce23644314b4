"""What arms say together: joint intervals, who is best, what pairing was worth, bad years."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from made_results import ARMS, made_results
from numpy.typing import NDArray
from scipy import stats
from test_compare import noise, table

from sdmsim.lab.compare import compare_runs
from sdmsim.lab.joint import BEST, JOINT, best_table, joint_table, joint_width, probability_best
from sdmsim.lab.pairing import PAIRING, pairing_of, pairing_table
from sdmsim.lab.tails import TAILS, quantile_difference, tails_table
from sdmsim.metrics import BETTER, METRICS
from sdmsim.show.certainty import pairing_worth, probability, probably_best


def correlated(seed: int, n: int, arms: int, shared: float) -> NDArray[np.float64]:
    """(n, arms) normal draws with variance 1, `shared` of it common to all arms."""
    rng = np.random.default_rng(seed)
    own, common = rng.normal(size=(n, arms)), rng.normal(size=(n, 1))
    return np.sqrt(shared) * common + np.sqrt(1.0 - shared) * own


def test_the_joint_width_is_dunnetts_where_his_assumptions_hold() -> None:
    """Four arms, correlation one half: the critical value that SciPy's multivariate t distribution has."""
    draws = correlated(1, 400, 4, 0.5)
    rho = np.corrcoef(draws.T)
    width = joint_width(draws)
    distribution = stats.multivariate_t(shape=rho, df=399, seed=np.random.default_rng(2))
    covered = distribution.cdf(np.full(4, width), lower_limit=np.full(4, -width))
    assert covered == pytest.approx(0.95, abs=0.005)


def test_joint_intervals_of_two_arms_are_the_t_intervals() -> None:
    """With one comparison there is nothing to share; with three the intervals are wider, below Bonferroni's."""
    runs = table({"x": {a: list(v) for a, v in zip("abcd", correlated(3, 15, 4, 0.3).T, strict=True)}})
    one, plain = joint_table(runs, ("a", "b"), "a").iloc[0], compare_runs(runs, ("a", "b"), "a").iloc[0]
    assert (one.joint_low, one.joint_high) == (pytest.approx(plain.ci_low), pytest.approx(plain.ci_high))
    three = joint_table(runs, tuple("abcd"), "a")
    assert tuple(three.columns) == JOINT
    halves = ((three.joint_high - three.joint_low) / 2).to_numpy()
    alone = compare_runs(runs, tuple("abcd"), "a")
    errors = ((alone.ci_high - alone.ci_low) / 2).to_numpy() / stats.t.ppf(0.975, 14)
    assert (halves > errors * stats.t.ppf(0.975, 14) * 1.05).all()
    assert (halves < errors * stats.t.ppf(1 - 0.025 / 3, 14) * 1.01).all()


def test_joint_intervals_hold_together() -> None:
    """1,000 experiments with three arms and a baseline, unequal spreads: all three differences covered in 95 %."""
    scale, truth = np.array([1.0, 1.0, 2.0, 0.5]), np.array([0.0, 0.1, -0.4, 0.3])
    held = 0
    for seed in range(1000):
        values = truth + scale * correlated(1000 + seed, 12, 4, 0.6)
        paired = values[:, 1:] - values[:, :1]
        half = joint_width(paired) * paired.std(axis=0, ddof=1) / np.sqrt(12)
        held += bool((np.abs(paired.mean(axis=0) - (truth[1:] - truth[0])) <= half).all())
    assert abs(held / 1000 - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 1000)


def test_the_better_of_two_is_as_probable_as_the_paired_t_test_says() -> None:
    """Half of p for the one that lags, whichever way is better; the probabilities sum to 1."""
    a, b = np.array(noise(8, 12)), np.array(noise(8, 12)) * 0.8 + 0.25
    p = stats.ttest_rel(b, a).pvalue / 2
    more, less = probability_best(np.stack([a, b]), "more"), probability_best(np.stack([a, b]), "less")
    assert more == pytest.approx([p, 1 - p], abs=0.01)
    assert list(less) == pytest.approx(list(more[::-1]), abs=1e-12)
    assert more.sum() == pytest.approx(1.0)


def test_equal_arms_share_the_probability_to_be_best() -> None:
    """A against A: one half each; two equal arms before a poor one share all; no variation, no luck."""
    a = noise(9, 8)
    assert list(probability_best(np.array([a, a]), "more")) == [0.5, 0.5]
    assert list(probability_best(np.array([a, [x - 50 for x in a], a]), "more")) == [0.5, 0.0, 0.5]
    assert list(probability_best(np.array([[3.0] * 4, [2.0] * 4, [2.0] * 4]), "less")) == [0.0, 0.5, 0.5]
    assert np.isnan(probability_best(np.array([[1.0], [2.0]]), "more")).all()


def test_the_probability_to_be_best_is_that_of_bayes() -> None:
    """Normal arms with a flat prior: near the closed form for known spread, and right as often as it says."""
    right, said = 0.0, 0.0
    rng = np.random.default_rng(17)
    for seed in range(600):
        truth = rng.normal(0.0, 0.3, 3)
        found = probability_best((truth + correlated(seed, 10, 3, 0.5)).T, "more")
        right += int(np.argmax(found)) == int(np.argmax(truth))
        said += found.max()
    assert right / 600 == pytest.approx(said / 600, abs=0.08)


def test_only_metrics_with_a_better_way_have_a_best_arm() -> None:
    """Minutes owed or missed for one reason have none; ratios of totals are judged by their bootstrap."""
    results = made_results(replications=8)
    found = best_table(results.runs, ARMS)
    assert tuple(found.columns) == BEST
    assert set(found.metric) == set(BETTER) & set(results.runs.columns)
    assert set(BETTER) <= {m.name for m in METRICS}
    sums = found.groupby("metric").probability_best.sum()
    assert sums.to_numpy() == pytest.approx(1.0)
    cost = found[found.metric == "cost_per_delivered_hour"].set_index("arm").probability_best
    assert cost[ARMS[-1]] > 0.95, "equal cost, most hours given"
    assert best_table(results.runs, ARMS[:1]).empty


def test_pairing_is_worth_what_its_variances_say() -> None:
    """By hand: variances 1 and 4 apart, 1 together: five times as many replications, four times n more."""
    base = np.array([1.0, -1.0, 1.0, -1.0]) * np.sqrt(0.75)
    found = pairing_of(base * 2.0, base)
    assert found[0] == 4
    assert found[1:] == pytest.approx((1.0, 1.0, 5.0**0.5, 5.0, 16.0))


def test_pairing_of_what_does_not_vary_is_empty() -> None:
    """A timetable metric, and A against A (no number of replications would do): empty, never infinite."""
    flat, moving = np.array([2.0, 2.0, 2.0]), np.array([1.0, 2.0, 4.0])
    assert np.isnan(pairing_of(moving, flat)[1:]).all()
    assert np.isnan(pairing_of(moving, moving)[4:]).all()
    assert pairing_of(moving, moving)[2] == 0.0
    runs = made_results(replications=6).runs
    found = pairing_table(runs, ARMS, ARMS[0])
    assert tuple(found.columns) == PAIRING
    assert not np.isinf(found.select_dtypes("number")).any().any()
    assert "cost_per_delivered_hour" not in set(found.metric)


def test_luck_of_their_own_makes_pairing_worth_nothing() -> None:
    """Independent arms: the ratio of variances is near 1."""
    a, b = np.random.default_rng(5).normal(size=(2, 4000))
    assert pairing_of(a, b)[4] == pytest.approx(1.0, abs=0.06)


def test_the_bad_tenth_is_the_quantile_of_the_years() -> None:
    """NumPy's quantile of each arm; the 90th where less is better, the 10th where more is."""
    results = made_results(replications=30)
    found = tails_table(results.runs, ARMS, ARMS[0])
    assert tuple(found.columns) == TAILS
    rows = found.set_index(["metric", "arm"])
    wide = results.runs.pivot(index="replication", columns="arm", values="owed_p90_minutes")
    row = rows.loc[("owed_p90_minutes", ARMS[4])]
    assert (row["quantile"], row.value) == (0.9, pytest.approx(np.quantile(wide[ARMS[4]], 0.9)))
    assert row.difference == pytest.approx(np.quantile(wide[ARMS[4]], 0.9) - np.quantile(wide[ARMS[0]], 0.9))
    assert row.ci_low <= row.difference <= row.ci_high < 0.0
    assert rows.loc[("delivered_share", ARMS[1])]["quantile"] == 0.1
    assert "lre_share" not in set(found.metric), "what does not vary has no bad year"


def test_the_interval_of_a_bad_year_covers_it() -> None:
    """300 experiments of 30 pairs, P90 of correlated normal years: coverage between 88 and 98 %."""
    truth = 0.2 + 0.3 * stats.norm.ppf(0.9)
    covered = 0
    for seed in range(300):
        years = correlated(seed, 30, 2, 0.7)
        _, found = quantile_difference(0.2 + 1.3 * years[:, 0], years[:, 1], 0.9, seed)
        covered += bool(found[3] <= truth <= found[4])
    assert 0.88 <= covered / 300 <= 0.98


def test_few_years_have_no_interval_of_a_bad_year() -> None:
    """Below twenty years the worst tenth is one year or two: a value, but no interval; A against A is exactly nil."""
    a = np.array(noise(3, 19))
    n, found = quantile_difference(a + 1.0, a, 0.9, 0)
    assert (n, found[2]) == (19, pytest.approx(1.0))
    assert np.isnan(found[3:]).all()
    twenty = np.array(noise(3, 20))
    assert list(quantile_difference(twenty, twenty, 0.9, 0)[1][2:]) == [0.0, 0.0, 0.0]


def test_every_table_is_the_same_for_rows_in_any_order() -> None:
    """Rows of runs shuffled: the same joint intervals, probabilities, worth and bad years."""
    runs = made_results(replications=20).runs
    mixed = runs.sample(frac=1.0, random_state=1)
    for make in (
        lambda r: joint_table(r, ARMS, ARMS[0]),
        lambda r: best_table(r, ARMS),
        lambda r: pairing_table(r, ARMS, ARMS[0]),
        lambda r: tails_table(r, ARMS, ARMS[0]),
    ):
        pd.testing.assert_frame_equal(make(runs), make(mixed))


def test_the_sentences_say_who_is_best_and_what_pairing_was_worth() -> None:
    """Delivery first, then access; not settled below 0.95; replications as whole numbers."""
    results = made_results()
    said = probably_best(results.best)
    assert said.startswith('Probably best, as far as luck goes (probability): promised minutes given: "push-in only"')
    assert said.index("promised minutes given") < said.index("class missed")
    flat = made_results(delivered_step=0.0)
    assert 'promised minutes given: not settled, "' in probably_best(flat.best)
    worth = results.pairing[results.pairing.metric == "delivered_share"].worth_replications.min()
    start = f"The same luck in every arm was worth at least {round(worth):,} more replications for promised minutes"
    assert pairing_worth(results.pairing).startswith(start)
    assert [probability(p) for p in (0.004, 0.5, 0.991, float("nan"))] == ["< 0.01", "0.50", "> 0.99", "-"]
    assert probably_best(results.best.iloc[:0]) == pairing_worth(results.pairing.iloc[:0]) == ""
