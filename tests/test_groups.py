"""Groups of children: what each is given, misses and gains; the worst-off tenth; gaps; compared like the whole."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hand_school import child, plan, pull_out, wanted
from made_results import ARMS, made_groups, made_results
from scipy import stats

from sdmsim.events import REASONS, Log
from sdmsim.lab.compare import holm
from sdmsim.lab.groups import GROUPS, groups_table
from sdmsim.metrics import by_group, gains_apart
from sdmsim.metrics.groups import gains_in_class, groupings_of, shares_apart
from sdmsim.school.vocabulary import Student
from sdmsim.show.gainers import gain_and_loss, group_tables
from sdmsim.streams import Luck
from sdmsim.world.learning import learn

NO_SCHOOL = REASONS.index("no_school")


def pupil(name: str, goal: str, severity: str, section: str = "1A") -> Student:
    """A child with a kind of goal and a severity."""
    return child(name, section).model_copy(update={"goal_type": goal, "severity": severity})


def year() -> Log:
    """A and B with language goals, C without a kind of goal or any therapy; A is taken out twice, B once of twice."""
    made = plan(
        [pupil("A", "language", "mild"), pupil("B", "language", "severe", "2A"), pupil("C", "", "mild")],
        [wanted(0, "therapy_room", 30, 2), wanted(1, "therapy_room", 20, 2)],
        [pull_out(0, 610, 30, [(0, 0)]), pull_out(1, 610, 30, [(0, 1)]), pull_out(2, 610, 20, [(1, 0)])],
    )
    log = Log(
        made,
        1,
        0,
        sessions=[(0, 0, 610.0, 640.0, 1), (1, 1, 610.0, 640.0, 1), (2, 2, 610.0, 630.0, 1)],
        given=[
            (0, 0, 0, 0, 610.0, 30.0, -1),
            (1, 0, 0, 1, 610.0, 15.0, -1),
            (2, 1, 1, 2, 610.0, 20.0, -1),
        ],
        missed=[(1, 0, 0, 15.0, 0, 1), (3, 1, 1, 10.0, NO_SCHOOL, 1), (4, 1, 1, 10.0, 0, 1)],
        trips=[(0, 0, 1, 605.0, 610.0, 640.0, 645.0, 650.0), (2, 1, 2, 605.0, 610.0, 630.0, 635.0, 640.0)],
    )
    log.learning = learn(log, Luck(1, 0), made.numbers)
    return log


def test_a_group_has_the_numbers_worked_out_on_paper() -> None:
    """A is owed 60 and given 45, B is owed 40 of which 10 fell without school and given 20; class missed 45 and 35
    minutes in one school week. C has no kind of goal, and is owed nothing.
    """
    rows = {(r["way"], r["group"]): r for r in by_group(year())}
    language, mild, severe = rows["goal_type", "language"], rows["severity", "mild"], rows["severity", "severe"]
    assert (language["children"], language["delivered_share"]) == (2, pytest.approx(65 / 90))
    assert language["class_minutes_missed"] == pytest.approx((45 + 35) / 2)
    assert (mild["children"], mild["delivered_share"]) == (2, pytest.approx(45 / 60))
    assert (severe["children"], severe["delivered_share"]) == (1, pytest.approx(20 / 30))
    assert rows["grade", "2"]["class_minutes_missed"] == pytest.approx(35.0)
    none = rows["goal_type", "not given"]
    assert none["children"] == 1
    assert math.isnan(none["delivered_share"])
    assert math.isnan(none["classroom_gain_sd"])
    assert {way for way, _ in rows} == {"goal_type", "severity", "grade"}, "one site is no way to group"


def test_the_gain_of_a_group_is_the_mean_of_its_children() -> None:
    """Children without a direct goal count in no gain."""
    log = year()
    gains = gains_in_class(log, 3)
    rows = {(r["way"], r["group"]): r["classroom_gain_sd"] for r in by_group(log)}
    assert np.isnan(gains[2])
    assert rows["goal_type", "language"] == pytest.approx(gains[:2].mean())
    assert rows["severity", "mild"] == pytest.approx(gains[0])


def many(n_a: int, n_b: int) -> Log:
    """A year without a session: n_a children with language goals, n_b with social ones."""
    children = [pupil(f"a{i}", "language", "mild") for i in range(n_a)]
    children += [pupil(f"b{i}", "social", "severe") for i in range(n_b)]
    log = Log(plan(children, [wanted(i, "therapy_room", 10) for i in range(n_a + n_b)], []), 1, 0)
    log.learning = learn(log, Luck(1, 0), log.plan.numbers)
    return log


def test_a_gap_is_between_groups_of_ten_or_more() -> None:
    """Twelve given all, ten given half: a gap of one half; with nine in the second group there is none to tell."""
    promised, got = np.full(22, 10.0), np.array([10.0] * 12 + [5.0] * 10)
    found = shares_apart(many(12, 10), promised, got)
    assert (found["goal_type_gap"], found["severity_gap"]) == (0.5, 0.5)
    assert math.isnan(found["grade_gap"]), "one grade only"
    assert math.isnan(shares_apart(many(12, 9), promised[:21], got[:21])["goal_type_gap"])
    nobody = np.array([10.0] * 21 + [0.0])
    assert math.isnan(shares_apart(many(12, 10), nobody, got)["goal_type_gap"]), (
        "who is promised nothing is not counted"
    )


def test_the_worst_tenth_is_the_mean_of_the_least_served() -> None:
    """Of 22 children three, of nine one; nobody promised anything: empty."""
    got = np.array([1.0, 2.0, 6.0, *[10.0] * 19])
    assert shares_apart(many(12, 10), np.full(22, 10.0), got)["worst_tenth_share"] == pytest.approx(0.3)
    assert shares_apart(many(5, 4), np.full(9, 10.0), got[:9])["worst_tenth_share"] == pytest.approx(0.1)
    assert math.isnan(shares_apart(many(1, 1), np.zeros(2), np.zeros(2))["worst_tenth_share"])


def test_gains_apart_are_of_the_same_children() -> None:
    """Worst tenth and gaps of the gain in class, from each child's gain."""
    log = many(12, 10)
    gains, found = gains_in_class(log, 22), gains_apart(log)
    assert found["worst_tenth_gain_sd"] == pytest.approx(np.sort(gains)[:3].mean())
    assert found["goal_type_gain_gap_sd"] == pytest.approx(abs(gains[:12].mean() - gains[12:].mean()))
    assert math.isnan(found["grade_gain_gap_sd"])


def test_every_child_is_in_one_group_of_each_way() -> None:
    """The children of the groups of a way are all children."""
    rows = pd.DataFrame(by_group(year()))
    assert rows.groupby("way").children.sum().to_dict() == {"goal_type": 3, "severity": 3, "grade": 3}
    assert [g.way for g in groupings_of(year().plan)] == ["goal_type", "severity", "grade"]


def test_groups_are_compared_pair_by_pair_and_adjusted_together() -> None:
    """Against SciPy's paired t test, Holm over two groups and four arms; the baseline has a level and no difference."""
    rows = made_groups(ARMS, 12)
    found = groups_table(rows, ARMS, ARMS[0], made_results().comparison)
    assert tuple(found.columns) == GROUPS
    here = found[(found.way == "goal_type") & (found.metric == "delivered_share")]
    values = rows[rows.way == "goal_type"].pivot(
        index="replication", columns=["group", "arm"], values="delivered_share"
    )
    p = [stats.ttest_rel(values[g, arm], values[g, ARMS[0]]).pvalue for g in ("language", "social") for arm in ARMS[1:]]
    others = here[here.arm != ARMS[0]]
    assert list(others.p_adjusted) == pytest.approx(holm(p))
    assert list(here.group.unique()) == ["language", "social"]
    base = here[here.arm == ARMS[0]]
    assert base.difference.isna().all()
    assert set(base.verdict) == {""}
    assert base["mean"].to_numpy() == pytest.approx([values[g, ARMS[0]].mean() for g in ("language", "social")])
    assert dict(zip(here.group, here.small, strict=True)) == {"language": "no", "social": "yes"}


def test_an_open_verdict_on_all_children_leaves_its_groups_open() -> None:
    """Where other numbers turn the whole round, no group is called clear; other metrics are as they were."""
    results = made_results()
    comparison = results.comparison.copy()
    gain = comparison.iloc[:1].assign(metric="classroom_gain_sd", arm=ARMS[4], verdict="open")
    rows = made_groups(ARMS, 12)
    before = groups_table(rows, ARMS, ARMS[0], comparison)
    after = groups_table(rows, ARMS, ARMS[0], pd.concat([comparison, gain]))
    turned = after[(after.metric == "classroom_gain_sd") & (after.arm == ARMS[4]) & (after.way == "goal_type")]
    assert "open" not in set(before.verdict)
    assert set(turned.verdict) == {"open"}
    assert set(after[after.metric != "classroom_gain_sd"].verdict) == set(
        before[before.metric != "classroom_gain_sd"].verdict
    )


def test_the_sentence_names_who_gains_and_who_loses() -> None:
    """Of the arm that gives most; more minutes are a gain, more class missed a loss; small groups are marked."""
    results = made_results()
    said = gain_and_loss(results)
    assert said.startswith(f'Who gains and who loses with "{ARMS[4]}" (* fewer than 10 children).')
    assert "Promised minutes given: gain: language; lose: social*" in said
    assert "Class missed: gain: language, social*" in said
    assert said.index("Promised") < said.index("Class missed") < said.index("Skill gained")


def test_tables_of_groups_show_levels_differences_and_marks() -> None:
    """One table for each metric, a row for each group, a column for each arm; what is not clear is marked."""
    results = made_results()
    tables = group_tables(results)
    assert [title.split(":")[0] for title, _, _ in tables] == [
        "Promised minutes given", "Class missed", "Skill gained, in class",
    ]  # fmt: skip
    _, head, rows = tables[0]
    assert head == ["group", "children", *ARMS]
    assert [row[0] for row in rows] == ["language", "social", "grade 1", "grade 2"]
    assert [row[1] for row in rows][:2] == ["20", "5*"]
    flat = next(row for row in rows if row[0] == "grade 2")
    assert all(cell.endswith("≈") for cell in flat[3:])
    alone = made_results(("only",))
    assert group_tables(alone) == []
    assert gain_and_loss(alone) == ""
