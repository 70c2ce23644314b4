"""Pictures of what drives the answer: drawn as the tables are, said in words, whole with two arms and with ten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import made_study as made
import pandas as pd
import pytest
from drawn import cut_off, spoken_numbers
from matplotlib.axes import Axes
from matplotlib.colors import same_color
from matplotlib.figure import Figure
from matplotlib.text import Text

from sdmsim import pictures as p
from sdmsim.show.drivers.labels import factor_words, rows_high
from sdmsim.theory.ledger import ledger

METRIC, WORDS = made.METRIC, p.words_of_factors(made.FACTORS)
TWO, TEN = ("push-in only",), tuple(f"{10 * i + 10} % push-in, by team" for i in range(9))
ROOM, _, TRANSFER, *_ = made.FACTORS

Draw = Callable[[Axes, pd.DataFrame, tuple[str, ...]], pd.DataFrame]
Say = Callable[[pd.DataFrame, tuple[str, ...]], str]
ONE: dict[str, tuple[str, Draw, Say]] = {
    "tornado": ("one_at_a_time", lambda ax, t, _: p.tornado(ax, t, WORDS, METRIC),
                lambda d, _: p.tornado_alt(d, WORDS, METRIC)),
    "morris": ("screen", lambda ax, t, _: p.morris(ax, t, WORDS, METRIC), lambda d, _: p.morris_alt(d, WORDS, METRIC)),
    "sobol": ("sobol", lambda ax, t, _: p.sobol(ax, t, WORDS), lambda d, _: p.sobol_alt(d, WORDS)),
    "prcc": ("prcc", lambda ax, t, _: p.prcc(ax, t, WORDS), lambda d, _: p.prcc_alt(d, WORDS)),
    "flips": ("flips", lambda ax, t, _: p.flips(ax, t, WORDS), lambda d, _: p.flips_alt(d, WORDS)),
    "information": ("information", lambda ax, t, _: p.information(ax, t, WORDS, METRIC),
                    lambda d, _: p.information_alt(d, WORDS, METRIC)),
    "money": ("information", lambda ax, t, _: p.information(ax, t, WORDS, METRIC, money=True),
              lambda d, _: p.information_alt(d, WORDS, METRIC, money=True)),
    "causes": ("causes", lambda ax, t, _: p.waterfall(ax, t, METRIC), lambda d, _: p.waterfall_alt(d, METRIC)),
}  # fmt: skip
"""Of one arm: the table, the picture, its words."""
ALL: dict[str, tuple[str, Draw, Say]] = {
    "luck": ("luck", lambda ax, t, _: p.luck(ax, t), lambda d, _: p.luck_alt(d)),
    "sets": ("sets", lambda ax, t, _: p.sets(ax, t, METRIC), lambda d, _: p.sets_alt(d, METRIC)),
    "grades": ("grades", lambda ax, t, _: p.grades(ax, t), lambda d, _: p.grades_alt(d)),
    "futures": ("futures", lambda ax, t, _: p.futures(ax, t), lambda d, _: p.futures_alt(d)),
    "regret": ("regret", lambda ax, t, _: p.regret(ax, t, METRIC), lambda d, _: p.regret_alt(d, METRIC)),
    "plane": ("plane", lambda ax, t, arms: p.plane(ax, t, METRIC, arms, made.BASELINE),
              lambda d, _: p.plane_alt(d, METRIC)),
    "acceptability": ("acceptability", lambda ax, t, _: p.acceptability(ax, t, METRIC),
                      lambda d, _: p.acceptability_alt(d)),
}  # fmt: skip
"""Of all arms together."""


def table_of(name: str, arms: tuple[str, ...]) -> pd.DataFrame:
    table = made.tables(arms)[{**ONE, **ALL}[name][0]]
    return table[table["arm"] == arms[0]].reset_index(drop=True) if name in ONE else table


def drawn(name: str, arms: tuple[str, ...], table: pd.DataFrame) -> tuple[Figure, pd.DataFrame, str]:
    _, draw, say = {**ONE, **ALL}[name]
    with p.style():
        figure = Figure(figsize=(9.5, rows_high(max(6, 1 + len(arms)), rest=2.0)), layout="constrained")
        numbers = draw(figure.add_subplot(), table, arms)
    return figure, numbers, say(numbers, arms)


@pytest.mark.parametrize("arms", [TWO, TEN], ids=["two arms", "ten arms"])
@pytest.mark.parametrize("name", [*ONE, *ALL])
def test_a_picture_is_whole_and_its_words_hold_its_numbers(name: str, arms: tuple[str, ...]) -> None:
    """No text lies outside the figure; the numbers drawn are rows of the table; the words hold numbers."""
    table = table_of(name, arms)
    figure, numbers, words = drawn(name, arms, table)
    assert cut_off(figure) == []
    assert len(numbers) > 0
    assert set(table.columns) <= set(numbers.columns)
    assert words.endswith(".")
    assert spoken_numbers(words)


@pytest.mark.parametrize("name", [*ONE, *ALL])
def test_a_picture_of_nothing_says_so(name: str) -> None:
    """An empty table gives empty axes with words, and no error."""
    table = table_of(name, TWO).iloc[:0]
    figure, numbers, words = drawn(name, TWO, table)
    assert len(numbers) == 0
    assert words == "Nothing to show."
    assert "nothing to show" in [t.get_text() for t in figure.findobj(Text) if isinstance(t, Text)]


def test_the_tornado_has_the_widest_swing_on_top_and_bars_to_both_ends() -> None:
    """Rows by the size of the swing, one bar to the change at each end, the factor's values at the tips."""
    ax = Figure().add_subplot()
    table = table_of("tornado", TWO)
    numbers = p.tornado(ax, table.sample(frac=1.0, random_state=1), WORDS, METRIC)
    assert list(numbers["factor"]) == [f.name for f in made.FACTORS]
    ends = {round(patch.get_width(), 6) for patch in ax.patches}  # type: ignore[attr-defined]
    assert ends == {round(v, 6) for r in table.to_dict("records") for v in (r["at_low"], r["at_high"])}
    assert {"0.2", "0.9"} <= {t.get_text() for t in ax.texts}
    assert len(p.tornado(Figure().add_subplot(), table, WORDS, METRIC, most=3)) == 3


def test_shares_of_minutes_are_drawn_in_points() -> None:
    """A metric that planners read in per cent is scaled, with the numbers."""
    table = table_of("tornado", TWO)
    numbers = p.tornado(Figure().add_subplot(), table, WORDS, "delivered_share")
    assert list(numbers["swing"]) == pytest.approx([100 * s for s in table["swing"]])


def test_sobol_puts_all_others_last_and_brackets_the_ties() -> None:
    """Two factors that are not ranked stand in one bracket; the rest of the assumptions is the last row."""
    ax = Figure().add_subplot()
    numbers = p.sobol(ax, table_of("sobol", TWO), WORDS)
    assert list(numbers["factor"])[-1] == "all others"
    assert [t.get_text() for t in ax.texts].count("tie") == 1
    bars = [patch.get_width() for patch in ax.patches]  # type: ignore[attr-defined]
    assert bars == pytest.approx([100 * v for r in numbers.to_dict("records") for v in (r["first"], r["total"])])


def test_the_waterfall_ends_at_the_sum_of_its_parts() -> None:
    """Each bar begins where the one before ended, the last goes from nil to the whole; off- and on-values stand by."""
    ax = Figure().add_subplot()
    numbers = p.waterfall(ax, table_of("causes", TWO), METRIC)
    boxes = [patch.get_bbox() for patch in ax.patches]
    so_far = 0.0
    for box, part in zip(boxes, numbers["part"], strict=False):
        assert sorted((box.x0, box.x1)) == pytest.approx(sorted((so_far, so_far + part)))
        so_far += part
    assert sorted((boxes[-1].x0, boxes[-1].x1)) == pytest.approx(sorted((0.0, numbers["part"].sum())))
    assert "moves of a session: 1.5 to 2.75 min" in [t.get_text() for t in ax.texts]
    ax = Figure().add_subplot()
    p.waterfall(ax, table_of("causes", TWO).assign(quantity=float("nan"), off=float("nan")), METRIC)
    assert not any("nan" in t.get_text() for t in ax.texts)


def test_break_even_is_drawn_and_said_in_the_factors_own_unit() -> None:
    """Positions become values along the law; no break-even is an answer."""
    curve, found = made.curve()
    with p.style():
        figure = Figure(figsize=(7, 4), layout="constrained")
        numbers = p.break_even(figure.add_subplot(), curve, found, ROOM, WORDS, METRIC)
    assert cut_off(figure) == []
    assert (numbers["value"].iloc[0], numbers["value"].iloc[-1]) == pytest.approx((ROOM.low, ROOM.high))
    said = p.break_even_words(found.iloc[0].to_dict(), ROOM, WORDS, TWO[0], made.BASELINE)
    assert said == (
        '"push-in only" overtakes "pull-out only" when likeness of practice apart to class use falls below 0.48 '
        "(95 %: 0.431 to 0.536)."
    )
    assert said in p.break_even_alt(numbers, [said])
    none: dict[str, Any] = {"answer": "none in range", "ahead": "baseline"}
    assert "no break-even in its range" in p.break_even_words(none, ROOM, WORDS, TWO[0], made.BASELINE)


def test_the_map_has_a_cell_for_each_pair_and_names_who_wins() -> None:
    """Cells lie at their values; the words count them and name the corners; what cannot be told is hatched."""
    with p.style():
        figure = Figure(figsize=(7.5, 4.6), layout="constrained")
        ax = figure.add_subplot()
        numbers = p.win_map(ax, made.cells(), ROOM, TRANSFER, WORDS, TWO[0], made.BASELINE)
    assert cut_off(figure) == []
    assert len(ax.patches) == 49
    assert sum(bool(patch.get_hatch()) for patch in ax.patches) == int((numbers["winner"] == "cannot be told").sum())
    assert numbers["second_value"].min() == pytest.approx(0.01 * 50.0 ** (0.5 / 7))
    words = p.win_map_alt(numbers, TWO[0], made.BASELINE)
    assert "push-in only 23" in words
    assert "high and low: pull-out only" in words


def test_the_box_of_failing_futures_is_drawn_and_said() -> None:
    """A limit on one side is said as below or above; limits lie on the factor's own law."""
    with p.style():
        figure = Figure(figsize=(7, rows_high(2)), layout="constrained")
        ax = figure.add_subplot()
        drawn_limits = p.box(ax, made.limits(), made.FACTORS, WORDS)
    assert cut_off(figure) == []
    assert len(drawn_limits) == 2
    said = p.box_words(made.limits(), made.FACTORS, WORDS)
    assert said.startswith("when likeness of practice apart to class use is below 0.41 and ")
    assert said.endswith("is above 0.08")


def axes_of(name: str, table: pd.DataFrame) -> Axes:
    return drawn(name, TWO, table)[0].axes[0]


def test_grades_stack_up_to_the_whole_and_futures_show_what_is_beyond_luck() -> None:
    """Each share begins where the one before ended; the darker bar is the share that is sure."""
    boxes = [patch.get_bbox() for patch in axes_of("grades", table_of("grades", TWO)).patches]
    assert [b.x0 for b in boxes[1:]] == pytest.approx([b.x1 for b in boxes[:-1]])
    assert boxes[-1].x1 == pytest.approx(100.0)
    table = table_of("futures", TWO)
    widths = [patch.get_width() for patch in axes_of("futures", table).patches]  # type: ignore[attr-defined]
    assert widths == pytest.approx([100 * v for r in table.to_dict("records") for v in (r["best"], r["surely"])])


def test_what_is_not_sure_is_hollow() -> None:
    """Worth not above noise, a verdict that is not clear and a factor that was not looked at closely have no fill."""
    table = table_of("information", TWO)
    bars = [patch for patch in axes_of("information", table).patches if patch.get_linewidth() == 1.2]
    known = table[table["kind"] == "factor"].sort_values("estimate", ascending=False, kind="stable")
    assert [patch.get_facecolor()[:3] != (1.0, 1.0, 1.0) for patch in bars] == list(known["above_noise"] == "yes")
    unclear = table_of("sets", TWO).assign(verdict=["lower", "no clear difference", "higher"])
    screen = table_of("morris", TWO)
    for name, rows, filled in (
        ("sets", unclear, [True, False, True]),
        ("morris", screen, list(screen["survives"] == "yes")),
    ):
        marks = [x for x in axes_of(name, rows).lines if x.get_marker() not in ("None", None, "")]
        assert [not same_color(str(x.get_markerfacecolor()), "white") for x in marks] == filled, name


def test_curves_are_drawn_in_per_cent_and_the_frontier_is_thick() -> None:
    """A probability of .3 stands at 30; the thick line lies where an arm is the one to choose."""
    table = table_of("flips", TWO)
    curve = axes_of("flips", table).lines[0].get_ydata()
    assert list(curve) == pytest.approx([100 * e for e in table["estimate"][:10]])
    prices = table_of("acceptability", TWO)
    lines = axes_of("acceptability", prices).lines
    for arm, thick in zip(dict.fromkeys(prices["arm"]), lines[1::2], strict=True):
        own = prices[prices["arm"] == arm]
        assert [y == y for y in thick.get_ydata()] == list(own["frontier"] == "yes"), arm


def test_every_number_of_the_ledger_has_words_that_fit_on_an_axis() -> None:
    """A number that is added later is called by its meaning; none is longer than two lines, and no two are alike."""
    words = {name: factor_words(f"assumptions.{name}", number.meaning) for name, number in ledger().items()}
    assert all(0 < len(text) <= 62 for text in words.values())
    assert len(set(words.values())) == len(words)
    assert (
        factor_words("assumptions.new.one", "share of what is new, from none (0) to all (1)") == "share of what is new"
    )
    assert factor_words("delivery.push_in_share", "delivery.push_in_share of the scenario") == "push in share"
