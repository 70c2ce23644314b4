"""Arms are compared pair by pair: intervals, Holm, verdicts, and what happens where nothing varies."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sdmsim.base import InputErrors
from sdmsim.lab.compare import (
    COMPARISON,
    SUMMARY,
    compare,
    compare_runs,
    holm,
    summarise,
    verdict,
)
from sdmsim.lab.estimates import estimate, paired_difference
from sdmsim.lab.outcomes import metrics_of
from sdmsim.lab.results import TABLES, Results

ARMS = ("zero", "half", "all")


def table(values: dict[str, dict[str, list[float]]]) -> pd.DataFrame:
    """Runs from {metric: {arm: values by replication}}."""
    arms = list(next(iter(values.values())))
    n = len(next(iter(values.values()))[arms[0]])
    return pd.DataFrame(
        [
            {"arm": arm, "replication": r, **{metric: values[metric][arm][r] for metric in values}}
            for arm in arms
            for r in range(n)
        ]
    )


def noise(seed: int, n: int) -> list[float]:
    return list(np.random.default_rng(seed).normal(size=n))


def three_arms(n: int = 12) -> pd.DataFrame:
    base = noise(1, n)
    return table(
        {
            "delivered_share": {
                "zero": [0.80 + 0.01 * b for b in base],
                "half": [0.82 + 0.01 * b + 0.01 * e for b, e in zip(base, noise(2, n), strict=True)],
                "all": [0.80 + 0.01 * b + 0.01 * e for b, e in zip(base, noise(3, n), strict=True)],
            },
            "therapist_hours_per_week": {"zero": [19.0] * n, "half": [25.5] * n, "all": [19.0] * n},
        }
    )


def test_interval_and_p_are_those_of_scipys_paired_t_test() -> None:
    """The interval is the 95 % Student t interval of the differences, p that of the paired t test."""
    arm, baseline = np.array(noise(4, 9)) + 0.7, np.array(noise(5, 9))
    found = paired_difference(arm, baseline)
    reference = stats.ttest_rel(arm, baseline)
    interval = reference.confidence_interval(0.95)
    assert (found.n, found.mean) == (9, pytest.approx(np.mean(arm - baseline)))
    assert (found.low, found.high) == (pytest.approx(interval.low), pytest.approx(interval.high))
    assert found.p == pytest.approx(reference.pvalue)


def test_pairs_go_by_replication_not_by_row() -> None:
    """The order of the rows of a table of runs changes nothing."""
    runs = three_arms()
    shuffled = runs.sample(frac=1.0, random_state=3)
    pd.testing.assert_frame_equal(compare_runs(runs, ARMS, "zero"), compare_runs(shuffled, ARMS, "zero"))


@pytest.mark.parametrize(
    ("given_p", "adjusted"),
    [
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),  # 4 x .005, 3 x .01, 2 x .03, then not below .06
        ([0.5, 0.6], [1.0, 1.0]),
        ([0.02], [0.02]),
        ([], []),
        ([float("nan"), 0.02, 0.03], [float("nan"), 0.04, 0.04]),
        ([0.0, 1.0], [0.0, 1.0]),
    ],
)
def test_holm_gives_the_numbers_worked_out_by_hand(given_p: list[float], adjusted: list[float]) -> None:
    """Step-down products, never decreasing, never above 1; empty p values stay empty and do not count."""
    assert holm(given_p) == pytest.approx(adjusted, nan_ok=True)


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=8))
def test_holm_keeps_the_order_and_lies_between_p_and_bonferroni(p: list[float]) -> None:
    """For any p values: p <= adjusted <= min(1, m p), and the order of the tests does not matter."""
    found = holm(p)
    assert all(a <= b <= min(1.0, len(p) * a) for a, b in zip(p, found, strict=True))
    assert holm(p[::-1]) == found[::-1]
    assert sorted(found) == [f for _, f in sorted(zip(p, found, strict=True))]


def test_the_interval_covers_the_true_difference_in_95_of_100_experiments() -> None:
    """4,000 experiments of 8 pairs with a known difference: coverage within three standard errors of 0.95."""
    draws = np.random.default_rng(11).normal(0.3, 1.0, size=(4000, 8))
    covered = 0
    for row in draws:
        found = paired_difference(row + 5.0, np.full(8, 5.0))
        covered += found.low <= 0.3 <= found.high
    assert abs(covered / 4000 - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 4000)


def test_an_arm_against_itself_differs_by_exactly_nothing() -> None:
    """A against A: difference 0, an interval of length 0, p 1, no clear difference."""
    runs = table({"x": {"a": noise(6, 10), "again": noise(6, 10)}})
    row = compare_runs(runs, ("a", "again"), "a").iloc[0]
    assert (row.difference, row.ci_low, row.ci_high, row.p_adjusted) == (0.0, 0.0, 0.0, 1.0)
    assert row.verdict == "no clear difference"


@pytest.mark.parametrize(
    ("difference", "p", "said"), [(2.5, 0.0, "higher"), (-2.5, 0.0, "lower"), (0.0, 1.0, "no clear difference")]
)
def test_differences_that_do_not_vary_need_no_luck(difference: float, p: float, said: str) -> None:
    """A timetable metric: interval of length 0 at the difference, p 0, or p 1 where it is nil."""
    runs = table({"x": {"a": [7.0] * 5, "b": [7.0 + difference] * 5}})
    row = compare_runs(runs, ("a", "b"), "a").iloc[0]
    assert (row.n, row.difference, row.ci_low, row.ci_high) == (5, difference, difference, difference)
    assert (row.p_adjusted, row.verdict) == (p, said)


def test_the_rounding_of_a_sum_is_no_difference() -> None:
    """0.1 + 0.2 against 0.3: nil, not a clear difference of 5e-17."""
    found = paired_difference(np.array([0.1 + 0.2] * 4), np.array([0.3] * 4))
    assert (found.mean, found.p) == (0.0, 1.0)


def test_one_replication_has_no_interval_and_no_verdict() -> None:
    """Fewer than two replications: sd, interval and p empty, verdict `no clear difference`."""
    runs = table({"x": {"a": [1.0], "b": [2.0]}})
    row = compare_runs(runs, ("a", "b"), "a").iloc[0]
    assert (row.n, row.difference, row.verdict) == (1, 1.0, "no clear difference")
    assert np.isnan([row.ci_low, row.ci_high, row.p_adjusted]).all()
    one = summarise(runs, ("a", "b")).iloc[1]
    assert (one.n, one["mean"], one.p05, one.p95) == (1, 2.0, 2.0, 2.0)
    assert np.isnan([one.sd, one.ci_low, one.ci_high]).all()


def test_missing_values_leave_their_pair_out() -> None:
    """A metric without a value in one year: n counts the pairs that are there; all missing: an empty row."""
    runs = table(
        {"x": {"a": [1.0, 2.0, float("nan")], "b": [2.0, 4.0, 9.0]}, "y": {"a": [float("nan")] * 3, "b": [1.0] * 3}}
    )
    found = compare_runs(runs, ("a", "b"), "a").set_index("metric")
    assert (found.loc["x", "n"], found.loc["x", "difference"]) == (2, 1.5)
    assert (found.loc["y", "n"], found.loc["y", "verdict"]) == (0, "no clear difference")
    assert np.isnan(found.loc["y", "difference"])


def test_comparison_has_the_columns_and_the_order_that_scripts_rely_on() -> None:
    """Metrics in the order of the runs, arms in the order of the file, the baseline left out."""
    found = compare_runs(three_arms(), ARMS, "half")
    assert tuple(found.columns) == COMPARISON
    assert ",".join(COMPARISON) == "metric,unit,arm,baseline,n,difference,ci_low,ci_high,p_adjusted,verdict"
    assert list(zip(found.metric, found.arm, strict=True)) == [
        ("delivered_share", "zero"),
        ("delivered_share", "all"),
        ("therapist_hours_per_week", "zero"),
        ("therapist_hours_per_week", "all"),
    ]
    assert set(found.baseline) == {"half"}


def test_p_is_adjusted_over_the_arms_of_one_metric_only() -> None:
    """Holm over two arms, metric by metric: other metrics do not count."""
    runs = three_arms()
    found = compare_runs(runs, ARMS, "zero").query("metric == 'delivered_share'")
    wide = runs.pivot(index="replication", columns="arm", values="delivered_share")
    p = [float(stats.ttest_rel(wide[arm], wide["zero"]).pvalue) for arm in ("half", "all")]
    assert list(found.p_adjusted) == pytest.approx(holm(p))
    assert list(found.verdict) == ["higher", "no clear difference"]


def test_verdict_goes_by_the_adjusted_p_alone() -> None:
    """Below 0.05 the sign decides; at 0.05, above it, or without a p nothing is claimed."""
    assert verdict(1.0, 0.049) == "higher"
    assert verdict(-1.0, 0.049) == "lower"
    assert {verdict(1.0, p) for p in (0.05, 0.5, float("nan"))} == {"no clear difference"}


def test_summary_gives_mean_spread_interval_and_percentiles_of_each_arm() -> None:
    """Against numpy and scipy, arms in the order of the file and metrics in the order of the runs."""
    runs = three_arms()
    found = summarise(runs, ARMS)
    assert tuple(found.columns) == SUMMARY
    assert list(found.arm) == ["zero", "zero", "half", "half", "all", "all"]
    values = runs.query("arm == 'half'").delivered_share.to_numpy()
    row = found.iloc[2]
    low, high = stats.t.interval(0.95, len(values) - 1, values.mean(), stats.sem(values))
    assert (row["mean"], row.sd) == (pytest.approx(values.mean()), pytest.approx(values.std(ddof=1)))
    assert (row.ci_low, row.ci_high) == (pytest.approx(low), pytest.approx(high))
    assert [row.p05, row.p50, row.p95] == pytest.approx(list(np.percentile(values, [5, 50, 95])))
    assert metrics_of(runs) == ["delivered_share", "therapist_hours_per_week"]


def test_a_value_that_never_varies_has_spread_zero() -> None:
    """Thirty times 0.1: the mean is 0.1 and sd 0, without the rounding of a sum."""
    found = estimate(np.array([0.1] * 30))
    assert (found.mean, found.sd, found.low, found.high) == (0.1, 0.0, 0.1, 0.1)


def test_a_baseline_that_is_not_there_is_guessed_at() -> None:
    """compare() names the arm that was probably meant."""
    empty = pd.DataFrame()
    runs = three_arms()
    others = dict.fromkeys(TABLES, empty)
    results = Results(title="Mix", arms=ARMS, baseline="zero", runs=runs, notes=(), manifest={}, **others)
    with pytest.raises(InputErrors, match='baseline: "hafl" is not an arm; did you mean "half"'):
        compare(results, baseline="hafl")
    pd.testing.assert_frame_equal(compare(results, baseline="zero"), compare_runs(runs, ARMS, "zero"))
