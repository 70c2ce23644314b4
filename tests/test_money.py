"""What a year costs, worked out on paper, and ratios of totals over years with their intervals."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hand_school import child, plan, push_in, therapist, wanted
from hypothesis import given
from hypothesis import strategies as st
from made_results import made_results
from small_experiment import written
from small_school import FILES, edited, write

from sdmsim import metrics
from sdmsim.delivery.money import Money
from sdmsim.events import Log
from sdmsim.lab.compare import compare, compare_runs, summarise, turned
from sdmsim.lab.execute import execute
from sdmsim.lab.experiment import load_experiment
from sdmsim.lab.ratios import RESAMPLES, Parts, drawn_years, ratio, ratio_difference
from sdmsim.metrics.money import cost_by_therapist
from sdmsim.plan import plan_of
from sdmsim.scenario import load
from sdmsim.school.vocabulary import CalendarEntry, StaffMember
from sdmsim.show.cli import main
from sdmsim.show.report import html_report
from sdmsim.streams import Luck
from sdmsim.world.backdrop import backdrop_of
from sdmsim.world.learning import learn

NAN = float("nan")


def a_week(staff: list[StaffMember], **changes: object) -> Log:
    """A visit of 30 minutes on Monday with its walk, Thursday a holiday; one lunch; written by hand."""
    school = plan(
        [child("A")],
        [wanted(0, "classroom", 30)],
        [push_in(0, 550, 30, [(0, 0)])],
        calendar=[CalendarEntry(date=date(2024, 9, 5), kind="holiday")],
        staff=staff,
    )
    work = [(0, 0, 2, 549.0, 550.0), (0, 0, 0, 550.0, 580.0), (0, 0, 3, 680.0, 710.0)]
    facts: dict[str, object] = {"given": [(0, 0, 0, 0, 550.0, 30.0, -1)], "work": work, **changes}
    return Log(school, 1, 0, **facts)  # type: ignore[arg-type]


def cost(log: Log) -> list[float]:
    """Dollars of each therapist."""
    return list(cost_by_therapist(log, backdrop_of(log.plan)))


def found(log: Log) -> dict[str, float]:
    """Every metric of a hand-written log."""
    log.learning = learn(log, Luck(log.seed, log.replication), log.plan.numbers)
    return metrics.row(log)


def test_an_employee_is_paid_the_contract_of_every_school_week_with_benefits() -> None:
    """0.6 of 37.5 hours at $40 with 30 %: $1,170 a week, whatever is worked; a second school week doubles it."""
    staff = [therapist(fte=0.6, rate=40.0, documentation=5000)]
    assert cost(a_week(staff)) == [pytest.approx(0.6 * 37.5 * 40 * 1.3)]
    assert cost(a_week(staff, work=[], staff_absences=[(d, 0) for d in range(4)])) == [pytest.approx(1170)]
    longer = plan([child("A")], [], [], staff=staff, last_day=date(2024, 9, 9))
    assert cost(Log(longer, 1, 0)) == [pytest.approx(2340)]


@pytest.mark.parametrize("kind", ["contractor", "remote"])
def test_who_is_paid_by_the_hour_is_paid_what_was_worked(kind: str) -> None:
    """31 minutes in class and on the way, 15 of planning, 240 of the 300 of documentation: 286 minutes at $60.

    The holiday's part of the documentation, lunch and waiting are not paid, nor are benefits.
    """
    assert cost(a_week([therapist(type=kind, rate=60.0, documentation=300)])) == [pytest.approx(286.0)]


def test_crises_and_indirect_service_are_work_too() -> None:
    """Called away for 20 minutes, and 60 of indirect service of which four days of five fall due: 68 minutes at $60."""
    by_the_hour = therapist(type="contractor", rate=60.0)
    school = plan(
        [child("A")], [], [], staff=[by_the_hour], indirect=60.0,
        calendar=[CalendarEntry(date=date(2024, 9, 5), kind="holiday")],
    )  # fmt: skip
    assert cost(Log(school, 1, 0, work=[(0, 0, 4, 550.0, 570.0)])) == [pytest.approx(68.0)]


def test_hours_beyond_the_contract_are_paid_to_contractors_only() -> None:
    """An hour of teaching after the contract day, and documentation that fits no week, cost at a contractor's rate."""
    late = [(0, 0, 0, 930.0, 990.0)]
    by_the_hour = therapist(type="contractor", rate=60.0, documentation=10_000)
    assert cost(a_week([by_the_hour], work=late)) == [pytest.approx(60 + 15 + 8_000)]
    paid = cost(a_week([therapist(rate=60.0)], work=late))
    assert paid == cost(a_week([therapist(rate=60.0)], work=[]))


def test_a_contractor_who_is_absent_is_not_paid() -> None:
    """Absent on all four days with school: nothing."""
    gone = [(d, 0) for d in range(4)]
    log = a_week([therapist(type="contractor", rate=60.0, documentation=300)], work=[], given=[], staff_absences=gone)
    assert cost(log) == [0.0]


def test_the_ratios_divide_by_hours_given_and_goals_met() -> None:
    """$975 for half an hour given is $1,950 an hour; no goal was met, so there is no cost of one."""
    row = found(a_week([therapist(rate=20.0)]))
    assert row["cost"] == pytest.approx(975.0)
    assert (row["delivered_hours"], row["goals_met"]) == (0.5, 0.0)
    assert row["cost_per_delivered_hour"] == pytest.approx(1950.0)
    assert np.isnan(row["cost_per_goal_met"])
    nothing = found(a_week([therapist(rate=20.0)], given=[], work=[]))
    assert np.isnan(nothing["cost_per_delivered_hour"])


def test_without_a_rate_there_is_no_cost() -> None:
    """One of two therapists without a rate leaves all costs empty, and the hours given there."""
    row = found(a_week([therapist("T1", rate=20.0), therapist("T2")]))
    assert np.isnan([row["cost"], row["cost_per_delivered_hour"], row["cost_per_goal_met"]]).all()
    assert row["delivered_hours"] == 0.5


def test_the_number_of_goals_met_is_that_of_their_share() -> None:
    """goals_met / goals that lasted is goals_met_share, in a year as it is lived."""
    from sdmsim.metrics.progress import LONG_ENOUGH_WEEKS, learning_of
    from sdmsim.world import live
    from sdmsim.world.learners import PROBE_WEEKS

    requests = [wanted(n, "classroom", 30, 2) for n in range(4)]
    visits = [push_in(d, 550, 30, [(n, i) for n in range(4)]) for i, d in enumerate((0, 2))]
    school = plan([child(c) for c in "ABCD"], requests, visits, last_day=date(2025, 5, 30))
    log = live(school, seed=2, replication=0)
    row = metrics.row(log)
    lasted = (learning_of(log).active.sum(axis=1) * PROBE_WEEKS >= LONG_ENOUGH_WEEKS).sum()
    assert row["goals_met"] > 0
    assert row["goals_met"] / lasted == pytest.approx(row["goals_met_share"])


def test_the_share_of_benefits_has_a_dotted_name_and_notes_say_what_is_missing(tmp_path: Path) -> None:
    """[money] is varied like any table; a missing rate is told by whom, a missing table with its default."""
    header = FILES["staff.csv"].splitlines()[0]
    with_rate = {"staff.csv": FILES["staff.csv"].replace("busy\n", "busy,rate\n").replace("15:00\n", "15:00,40.65\n")}
    assert header in FILES["staff.csv"]
    bare = load(write(tmp_path))
    assert 'staff.csv has no rate for "SLP-1": no costs are worked out.' in bare.notes
    rated = load(write(tmp_path, with_rate))
    assert "school.toml has no [money]: benefits_share 0.3." in rated.notes
    assert not any("no costs" in note for note in rated.notes)
    changed = rated.but(**{"money.benefits_share": 0.5})
    assert (changed.money, plan_of(changed).money) == (Money(benefits_share=0.5), Money(benefits_share=0.5))
    assert not any("[money]" in note for note in changed.notes)
    contractor = {"staff.csv": with_rate["staff.csv"].replace("employee", "contractor")}
    assert not any("[money]" in note for note in load(write(tmp_path, contractor)).notes)


def test_many_missing_rates_are_counted(tmp_path: Path) -> None:
    """Six names and a number, not a page."""
    first, row = FILES["staff.csv"].splitlines()
    rows = [row.replace("SLP-1", f"SLP-{n}") for n in range(1, 10)]
    notes = load(write(tmp_path, {"staff.csv": "\n".join([first, *rows, ""])})).notes
    assert any(note.startswith("staff.csv has no rate") and '"SLP-6" and 3 more: no costs' in note for note in notes)


def test_money_that_will_not_do_is_told_by_its_key(tmp_path: Path) -> None:
    """A share below 0 and an unknown key, in the words of the file, exit status 2."""
    wrong = edited("school.toml", ("[moves]", "[money]\nbenefits_share = -0.1\nbonus = 3\n\n[moves]"))
    done = CliRunner().invoke(main, ["check", str(write(tmp_path, wrong))])
    assert done.exit_code == 2
    assert "school.toml: money.benefits_share: -0.1 is below 0" in done.stderr
    known = "benefits_share, mileage_rate, substitute_rate"
    assert f"school.toml: money.bonus: is not known (known: {known})" in done.stderr


def test_a_run_without_costs_shows_none_and_its_json_has_null(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of the year has no empty line of costs, and --json no number that JSON does not know."""
    monkeypatch.chdir(tmp_path)
    file = str(write(tmp_path))
    printed = CliRunner().invoke(main, ["run", file])
    assert printed.exit_code == 0, printed.output
    assert "cost" not in printed.stdout.replace("no costs", "")
    said = json.loads(CliRunner().invoke(main, ["run", file, "--json", "--out", "again"]).stdout)
    assert said["metrics"]["cost"] is None
    assert said["metrics"]["delivered_hours"] > 0


# ---------------------------------------------------------------- ratios of totals


def runs_of(values: dict[str, dict[str, list[float]]]) -> pd.DataFrame:
    """Runs of arms with their costs and goals met; the year's own ratio as `cost_per_goal_met`."""
    rows = []
    for arm, parts in values.items():
        for r, (above, below) in enumerate(zip(parts["cost"], parts["goals_met"], strict=True)):
            own = above / below if below else NAN
            year = {"cost": above, "goals_met": below, "cost_per_goal_met": own}
            rows.append({"arm": arm, "replication": r, **year})
    return pd.DataFrame(rows)


def test_a_ratio_is_one_of_totals_and_never_infinite() -> None:
    """$100 a year for 4, 0 and 1 goals: $60 a goal, not the mean of 25 and 100; a year without goals counts."""
    runs = runs_of({"a": {"cost": [100.0] * 3, "goals_met": [4.0, 0.0, 1.0]}})
    row = summarise(runs, ["a"]).set_index("metric").loc["cost_per_goal_met"]
    assert (row["n"], row["mean"], row["p50"]) == (3, 60.0, 62.5)
    none = runs_of({"a": {"cost": [100.0] * 3, "goals_met": [0.0] * 3}})
    row = summarise(none, ["a"]).set_index("metric").loc["cost_per_goal_met"]
    assert row["n"] == 3
    assert np.isnan(row[["mean", "sd", "ci_low", "ci_high", "p05", "p50", "p95"]].to_numpy(dtype=float)).all()


def test_a_resample_that_reaches_nothing_leaves_the_interval_empty() -> None:
    """One year in four met a goal: some resamples hold none, so the ratio has no interval and no p; no warning."""
    parts = Parts(np.full(4, 100.0), np.array([0.0, 0.0, 0.0, 5.0]))
    e = ratio(parts, 1)
    assert e.mean == 80.0
    assert np.isnan([e.low, e.high, e.p]).all()
    other = Parts(np.full(4, 100.0), np.full(4, 2.0))
    assert np.isnan(ratio_difference(other, parts, 1).p)


def test_the_interval_is_that_of_resampled_years() -> None:
    """Against numpy with the same resamples: 2.5th and 97.5th percentile of the ratios of 1,000 sums."""
    rng = np.random.default_rng(3)
    parts = Parts(rng.normal(1000, 50, 20), rng.normal(40, 5, 20))
    years = drawn_years(20, 7)
    assert years.shape == (RESAMPLES, 20) == (1000, 20)
    draws = [parts.above[y].sum() / parts.below[y].sum() for y in years]
    e = ratio(parts, 7)
    assert (e.low, e.high) == pytest.approx(tuple(np.quantile(draws, [0.025, 0.975])))
    assert e.mean == pytest.approx(parts.above.sum() / parts.below.sum())
    assert e.sd == pytest.approx(np.std(parts.above / parts.below, ddof=1))


def test_years_are_drawn_evenly_and_anew_for_another_seed() -> None:
    """Every year about 1,000 times in 1,000 resamples; the same seed draws the same, another one others."""
    counts = np.bincount(drawn_years(12, 1).ravel(), minlength=12)
    assert counts.sum() == 12_000
    assert np.abs(counts - 1000).max() < 4 * np.sqrt(1000)
    assert (drawn_years(12, 1) == drawn_years(12, 1)).all()
    assert (drawn_years(12, 1) != drawn_years(12, 2)).any()


def test_arms_are_drawn_the_same_years() -> None:
    """Arms that differ by a tenth in every year differ clearly, however much the years differ."""
    goals = np.random.default_rng(5).uniform(5, 60, 25)
    arms = {
        "base": {"cost": [1000.0] * 25, "goals_met": list(goals)},
        "cheap": {"cost": [900.0] * 25, "goals_met": list(goals)},
        "same": {"cost": [1000.0] * 25, "goals_met": list(goals)},
    }
    runs = runs_of(arms)
    rows = compare_runs(runs, list(arms), "base").set_index(["metric", "arm"]).loc["cost_per_goal_met"]
    cheap, same = rows.loc["cheap"], rows.loc["same"]
    assert cheap["difference"] == pytest.approx(-100 * 25 / goals.sum())
    assert cheap["ci_low"] < cheap["difference"] < cheap["ci_high"] < 0
    assert cheap["p_adjusted"] == pytest.approx(2 * 2 / (RESAMPLES + 1))  # smallest p, Holm over two arms
    assert (cheap["verdict"], cheap["n"]) == ("lower", 25)
    assert (same["difference"], same["ci_low"], same["p_adjusted"]) == (0.0, 0.0, 1.0)


@pytest.mark.parametrize(("n", "p"), [(2, 0.5), (5, 0.0625), (8, 2 / 2**8), (12, 2 / 1001)])
def test_a_few_years_are_never_surer_than_their_signs(n: int, p: float) -> None:
    """All n years lean to one side: p is 2 / 2**n at least, so two years make no clear difference."""
    years = np.arange(n, dtype=np.float64)
    e = ratio_difference(Parts(np.full(n, 90.0), 10 + years), Parts(np.full(n, 100.0), 10 + years), 1)
    assert e.p == pytest.approx(p)


@given(st.integers(0, 10_000))
def test_an_unclear_difference_has_a_p_that_agrees_with_its_interval(seed: int) -> None:
    """The p is below 0.05 where nil lies outside the interval, and not where it lies well inside."""
    rng = np.random.default_rng(seed)
    one, two = (Parts(np.full(15, 100.0), rng.normal(10, 1, 15)) for _ in range(2))
    e = ratio_difference(one, two, seed)
    if e.low > 0 or e.high < 0:
        assert e.p <= 0.06
    else:
        assert e.p >= 0.04
    assert e.low <= e.high


def test_one_year_has_a_ratio_without_interval_and_missing_years_are_left_out() -> None:
    """One year: interval and p empty. A year whose cost is not known counts in neither part, nor does its pair."""
    one = ratio(Parts(np.array([10.0]), np.array([2.0])), 1)
    assert (one.n, one.mean) == (1, 5.0)
    assert np.isnan([one.sd, one.low, one.high]).all()
    lacking = Parts(np.array([10.0, NAN, 30.0]), np.array([2.0, 50.0, 2.0]))
    full = Parts(np.array([10.0, 1.0, 30.0]), np.array([1.0, 1.0, 1.0]))
    assert (ratio(lacking, 1).n, ratio(lacking, 1).mean) == (2, 10.0)
    assert (ratio_difference(full, lacking, 1).n, ratio_difference(full, lacking, 1).mean) == (2, 10.0)
    empty = ratio(Parts(np.full(3, NAN), np.ones(3)), 1)
    assert empty.n == 0
    assert np.isnan(empty.mean)


def test_the_seed_of_the_experiment_draws_the_years() -> None:
    """Another seed, other resamples: the interval moves, the ratio does not."""
    rng = np.random.default_rng(8)
    runs = runs_of({"a": {"cost": list(rng.normal(100, 9, 9)), "goals_met": list(rng.normal(9, 1, 9))}})
    one, two = (summarise(runs, ["a"], seed).set_index("metric").loc["cost_per_goal_met"] for seed in (1, 2))
    assert one["mean"] == two["mean"]
    assert one["ci_low"] != two["ci_low"]


def test_an_experiment_draws_its_years_by_its_own_seed(tmp_path: Path) -> None:
    """Summary and comparison have the intervals of seed 3, and `compare` gives them again; rows hold the cost."""
    results = execute(load_experiment(written(tmp_path)), replications=7, workers=1)
    metric = "cost_per_delivered_hour"
    wide = {
        part: results.runs.pivot(index="replication", columns="arm", values=part)
        for part in ("cost", "delivered_hours")
    }
    parts = {arm: Parts(*(wide[part][arm].to_numpy() for part in wide)) for arm in results.arms}
    e = ratio_difference(parts["half"], parts["none"], 3)
    row = results.comparison.set_index(["metric", "arm"]).loc[(metric, "half")]
    assert (row["ci_low"], row["ci_high"]) == (e.low, e.high)
    other = ratio_difference(parts["half"], parts["none"], 0)
    assert (e.low, e.high) != (other.low, other.high)
    level = results.summary.set_index(["metric", "arm"]).loc[(metric, "half")]
    assert (level["ci_low"], level["mean"]) == (ratio(parts["half"], 3).low, ratio(parts["half"], 3).mean)
    pd.testing.assert_frame_equal(compare(results, baseline="none"), results.comparison)
    assert set(results.rows["cost"]) == set(results.runs["cost"])


def test_the_page_has_no_column_of_what_nobody_knows() -> None:
    """Without rates the report's table of money has the hours given and no empty costs."""
    made = made_results()
    assert "cost of the staff" in html_report(made, [])
    runs = made.runs.assign(cost=NAN, cost_per_delivered_hour=NAN)
    bare = replace(
        made, runs=runs, summary=summarise(runs, made.arms), comparison=compare_runs(runs, made.arms, made.baseline)
    )
    page = html_report(bare, [])
    assert "hours given to all children" in page
    assert "cost of the staff" not in page


def test_a_verdict_on_a_ratio_is_tried_under_rows_too() -> None:
    """Under one of two rows the arm meets fewer goals for its money: 1 of 2 turns the difference round."""
    rows = pd.DataFrame(
        [
            {"arm": arm, "row": row, "replication": r, "cost": 100.0, "goals_met": goals}
            for row, pair in enumerate(((4.0, 2.0), (2.0, 4.0)))
            for arm, goals in zip(("arm", "base"), pair, strict=True)
            for r in range(3)
        ]
    )
    assert turned(rows, "cost_per_goal_met", "arm", "base", -25.0) == (1, 2)
    assert turned(rows.drop(columns="cost"), "cost_per_goal_met", "arm", "base", -25.0) == (0, 0)


def test_maple_has_its_pay(repository: Path) -> None:
    """One full-time employee at $40.65 with 30 % for 39 school weeks or so: near $75,000."""
    maple = load(repository / "scenarios" / "maple.toml")
    (slp,) = maple.roster.staff
    assert (slp.rate, slp.type) == (40.65, "employee")
    assert maple.calendar.n_weeks * 37.5 * 40.65 * 1.3 == pytest.approx(75_000, rel=0.05)
    assert not any("no costs" in note or "[money]" in note for note in maple.notes)
