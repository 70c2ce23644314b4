"""Pictures: every table drawn as it is, the same bytes each time, with the numbers behind."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from made_results import ARMS, made_results
from matplotlib.colors import same_color
from matplotlib.figure import Figure

from sdmsim.lab.results import Results
from sdmsim.show.layout import wrapped
from sdmsim.show.pictures import bars, by_group, by_month, compared, draw, save_all
from sdmsim.show.record import pairs
from sdmsim.show.style import REASON_STYLES

NAMES = {"comparison", "groups", "trade_off", "missed", "therapist_week", "months"}


@pytest.fixture(scope="module")
def results() -> Results:
    return made_results()


def test_every_picture_is_saved_as_png_svg_and_numbers(results: Results, tmp_path: Path) -> None:
    """Five pictures, three files each, none empty."""
    save_all(draw(results), tmp_path / "figures")
    files = {p.name for p in (tmp_path / "figures").iterdir()}
    assert files == {f"{name}.{kind}" for name in NAMES for kind in ("png", "svg", "csv")}
    assert (tmp_path / "figures" / "comparison.png").read_bytes().startswith(b"\x89PNG")
    assert b"<svg" in (tmp_path / "figures" / "comparison.svg").read_bytes()[:600]
    for name in NAMES:
        assert len(pd.read_csv(tmp_path / "figures" / f"{name}.csv")) > 0


def test_a_picture_drawn_twice_is_the_same_file(results: Results) -> None:
    """SVG and PNG hold no date and no chance."""
    for first, second in zip(draw(results), draw(results), strict=True):
        assert first.svg() == second.svg() == first.svg()
        assert first.png() == second.png()


def test_comparison_draws_the_differences_of_the_table(results: Results) -> None:
    """Each point lies at the difference in planners' units, its interval around it, hollow where not clear."""
    others = ARMS[1:]
    ax = Figure().add_subplot()
    numbers = compared.comparison(ax, results, "delivered_share", ARMS, others)
    rows = results.comparison[results.comparison.metric == "delivered_share"].set_index("arm")
    for row in numbers.to_dict("records"):
        assert row["difference"] == pytest.approx(100 * rows.difference[row["arm"]])
        assert row["ci_low"] <= row["difference"] <= row["ci_high"]
        assert row["joint_low"] < row["ci_low"] <= row["ci_high"] < row["joint_high"]
    points = [line for line in ax.lines if line.get_marker() not in ("None", None, "", "|")]
    assert [p.get_xdata()[0] for p in points] == pytest.approx(list(numbers.difference))
    assert [label.get_text() for label in ax.get_yticklabels()] == list(others)

    flat = made_results(delivered_step=0.0)
    ax = Figure().add_subplot()
    numbers = compared.comparison(ax, flat, "delivered_share", ARMS, others)
    points = [line for line in ax.lines if line.get_marker() not in ("None", None, "", "|")]
    hollow = [same_color(str(p.get_markerfacecolor()), "white") for p in points]
    assert hollow == [clear == "no" for clear in numbers.clear]
    assert all(hollow), "with nothing between the arms no point may look clear"


def test_groups_draws_the_differences_of_the_table(results: Results) -> None:
    """A row for each kind of goal with its number of children, a point for each arm, filled where it is clear."""
    others = ARMS[1:]
    ax = Figure().add_subplot()
    numbers = by_group.groups(ax, results.groups, "delivered_share", ARMS, others)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["language (20)", "social (5*)"]
    rows = results.groups[results.groups.metric == "delivered_share"].set_index(["group", "arm"])
    for row in numbers.to_dict("records"):
        assert row["difference"] == pytest.approx(100 * rows.loc[(row["group"], row["arm"])].difference)
        assert (row["clear"] == "yes") == (rows.loc[(row["group"], row["arm"])].verdict in ("higher", "lower"))
    points = [line for line in ax.lines if line.get_marker() not in ("None", None, "")]
    assert [not same_color(str(p.get_markerfacecolor()), "white") for p in points] == list(numbers.clear == "yes")
    assert "further right is better" in ax.get_xlabel()


def test_trade_off_has_one_point_for_each_arm_with_both_intervals(results: Results) -> None:
    """Arms in the order of the file; across class missed, up the share given."""
    ax = Figure().add_subplot()
    numbers = compared.trade_off(ax, results.summary, ARMS)
    assert list(numbers.arm) == list(ARMS)
    means = results.summary.set_index(["metric", "arm"])["mean"]
    assert list(numbers.class_minutes_missed) == pytest.approx([means["class_minutes_missed", a] for a in ARMS])
    assert list(numbers.delivered_share) == pytest.approx([100 * means["delivered_share", a] for a in ARMS])
    assert (numbers.delivered_share_ci_low < numbers.delivered_share).all()
    legend = ax.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == list(ARMS)


def test_the_contract_line_stands_where_the_parts_end_and_overtime_begins(results: Results) -> None:
    """All parts but overtime make the contract week; what is drawn beyond the line is overtime."""
    ax = Figure().add_subplot()
    numbers = bars.therapist_week(ax, results.workload, ARMS).set_index("arm")
    contract = next(float(line.get_xdata()[0]) for line in ax.lines if line.get_linestyle() == "--")
    parts = results.workload[results.workload.activity != "overtime"].groupby("arm").hours_per_week.sum()
    assert contract == pytest.approx(parts.max())
    assert numbers.sum(axis=1).to_dict() == pytest.approx(
        results.workload.groupby("arm").hours_per_week.sum().to_dict(), abs=0.01
    )


def test_missed_bars_are_as_long_as_the_minutes_missed(results: Results) -> None:
    """The stack of an arm ends at the sum of its reasons, and a reason that never happens is not in the key."""
    ax = Figure().add_subplot()
    numbers = bars.missed(ax, results.summary, ARMS).set_index("arm")
    means = results.summary.set_index(["arm", "metric"])["mean"]
    for arm in ARMS:
        owed, given = means[arm, "minutes_owed"], means[arm, "minutes_delivered"]
        assert numbers.loc[arm].sum() == pytest.approx(owed - given)
    assert "no_room" not in numbers.columns


def test_months_are_drawn_in_the_order_of_the_school_year(results: Results) -> None:
    """September first, a line for each arm; against a record, what is given of what the record's way requires."""
    ax = Figure().add_subplot()
    numbers = by_month.months(ax, results.months, ARMS)
    assert [label.get_text() for label in ax.get_xticklabels()][:2] == ["Sep", "Oct"]
    first = results.months[results.months.arm == ARMS[0]]
    assert list(numbers[ARMS[0]]) == pytest.approx(list(first.delivered_share))

    pair = pairs(results.months, results.record, ARMS)[0]
    drawn = by_month.against_record(Figure().add_subplot(), pair, 0)
    assert list(drawn.simulated) == pytest.approx(list(first.delivered_of_required))
    assert list(drawn.logged) == pytest.approx(list(results.record.share))
    assert pairs(results.months, results.record.iloc[:0], ARMS) == []


def test_no_two_reasons_look_the_same() -> None:
    """Colour and hatch together tell every reason apart."""
    assert len(set(REASON_STYLES.values())) == len(REASON_STYLES)


def test_names_with_signs_of_mathematics_and_long_names_are_drawn_as_they_are() -> None:
    """`$` starts no formula, and a name of 80 letters is broken into lines."""
    arms = ("base $x$", "a very long name of an arm that goes on and on, and then on for a while longer")
    pictures = draw(made_results(arms, replications=5))
    assert {p.name for p in pictures} == NAMES
    assert all(len(p.svg()) > 1000 for p in pictures)
    assert wrapped(arms[1]).count("\n") >= 2


def test_one_arm_and_one_year_can_be_drawn() -> None:
    """Nothing to compare and no interval: the other pictures are still drawn."""
    alone = draw(made_results(("only",), replications=1))
    assert {p.name for p in alone} == NAMES - {"comparison", "groups"}
    assert all(p.png().startswith(b"\x89PNG") for p in alone)
