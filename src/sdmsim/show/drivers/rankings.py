"""Which factors matter most: tornado, Morris plane, Sobol' bars and rank correlations. Tables as those of a `Study`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from sdmsim.lab.drivers.study import OTHERS
from sdmsim.show.drivers.labels import bracket_ties, name_rows, outcome, said, scaled, shown_value, unit_words
from sdmsim.show.layout import listed, literal, nothing_to_show
from sdmsim.show.style import DARK, GREY, PALETTE
from sdmsim.show.words import number, words_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 12
"""Rows that are drawn; the table has all."""
ORDERS = (("first", -0.19, PALETTE[0], "alone"), ("total", 0.19, PALETTE[4], "with all it takes part in"))
"""Both orders of an index: place within the row, colour, words."""


def tornado(ax: Axes, table: pd.DataFrame, words: Mapping[str, str], metric: str, *, most: int = MOST) -> pd.DataFrame:
    """How the outcome moves as each factor alone goes to either end of its range, the widest swing on top.

    `table`: factor, swing, low, high, at_low and at_high with `_low` and `_high` (changes from the scenario as
    written), low_value and high_value (of the factor; nan: no scale). Whiskers are 95 % intervals over luck.
    """
    ends = [f"{end}{part}" for end in ("at_low", "at_high") for part in ("", "_low", "_high")]
    drawn = scaled(_widest(table, "swing", most), metric, ["swing", "low", "high", *ends])
    if not len(drawn):
        nothing_to_show(ax)
        return drawn
    for row, r in enumerate(drawn.to_dict("records")):
        for end, tint in (("at_low", PALETTE[1]), ("at_high", PALETTE[0])):
            other = float(r["at_high" if end == "at_low" else "at_low"])
            value = float(r[end])
            beyond = value * other > 0 and abs(value) < abs(other)
            height = 0.3 if value * other > 0 and beyond else 0.62
            label = None if row else "at the low end of its range" if end == "at_low" else "at the high end"
            ax.barh(row, value, height, color=tint, edgecolor="white", linewidth=0.6, label=label,
                    zorder=3 if beyond else 2)  # fmt: skip
            low, high = float(r[f"{end}_low"]), float(r[f"{end}_high"])
            if high > low:
                ax.plot([low, high], [row] * 2, color="black", linewidth=1.0, zorder=4)
            side = 1 if value > 0 or (value == 0 and other < 0) else -1
            tip = max(value, high) if side > 0 else min(value, low)
            tip = value if tip != tip else tip
            of_factor = float(r[f"{end.removeprefix('at_')}_value"])
            at_end = "" if of_factor != of_factor else shown_value(of_factor)
            ax.annotate(
                at_end, (tip, row), xytext=(4 * side, -8 if beyond else 0), textcoords="offset points", va="center",
                ha="left" if side > 0 else "right", fontsize=7, color=DARK,
            )  # fmt: skip
    ax.axvline(0.0, color="black", linewidth=1.0, zorder=5)
    name_rows(ax, list(drawn["factor"]), words)
    ax.margins(x=0.14)
    ax.grid(axis="x")
    ax.set_xlabel(f"change of the difference, {literal(outcome(metric))}")
    _key(ax)
    return drawn


def _key(ax: Axes, columns: int = 2) -> None:
    high = ax.get_position().height * ax.figure.get_figheight()  # type: ignore[union-attr]
    ax.legend(loc="upper center", bbox_to_anchor=(0.4, -0.52 / max(high, 0.5)), ncols=columns, borderaxespad=0.0)


def _widest(table: pd.DataFrame, column: str, most: int) -> pd.DataFrame:
    if not len(table):
        return table
    known = table[table[column].notna()]
    order = known[column].abs().sort_values(ascending=False, kind="stable").index
    return known.loc[order].head(most).reset_index(drop=True)


def tornado_alt(drawn: pd.DataFrame, words: Mapping[str, str], metric: str) -> str:
    """The widest swings with what they move the outcome by."""
    unit, decimals = unit_words(metric), words_of(metric).decimals + 1
    parts = [
        f"{said(words, str(r['factor']))} {number(float(r['at_low']), decimals, sign=True)} at its low and "
        f"{number(float(r['at_high']), decimals, sign=True)} at its high end"
        for r in drawn.head(5).to_dict("records")
    ]
    return f"Change of the difference, {unit}: {listed(parts)}." if parts else "Nothing to show."


def morris(ax: Axes, table: pd.DataFrame, words: Mapping[str, str], metric: str, *, named: int = 8) -> pd.DataFrame:
    """The Morris plane: mean size of a factor's effects (across) and their spread (up), with 95 % intervals.

    `table`: factor, effect, low, high, sigma, sigma_low, sigma_high, survives. Filled and numbered: went on to the
    second stage. The key names the `named` largest.
    """
    columns = ["effect", "low", "high", "mu", "sigma", "sigma_low", "sigma_high", "luck_alone"]
    drawn = scaled(_widest(table, "effect", len(table)), metric, columns)
    if not len(drawn):
        nothing_to_show(ax)
        return drawn
    for i, r in enumerate(drawn.to_dict("records")):
        on, here = r["survives"] == "yes", (float(r["effect"]), float(r["sigma"]))
        tint = PALETTE[0] if on else GREY
        ax.plot([r["low"], r["high"]], [here[1]] * 2, color=tint, linewidth=0.9, alpha=0.6, zorder=2)
        ax.plot([here[0]] * 2, [r["sigma_low"], r["sigma_high"]], color=tint, linewidth=0.9, alpha=0.6, zorder=2)
        label = f"{i + 1}  {literal(said(words, str(r['factor'])))}" if i < named else None
        ax.plot(*here, "o" if on else "s", color=tint, markerfacecolor=tint if on else "white", markersize=5,
                linestyle="", label=label, zorder=3)  # fmt: skip
        if i < named:
            ax.annotate(str(i + 1), here, xytext=(4, 4), textcoords="offset points", fontsize=8, fontweight="bold")
    ax.set_xlim(left=0.0)
    ax.set_ylim(bottom=0.0)
    ax.set_xlabel(f"how much it moves the difference, mean size, {literal(outcome(metric))}")
    ax.set_ylabel("spread of its effects:\nbends, or hangs on other factors")
    ax.grid()
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), fontsize=7.5, handlelength=1.0)
    return drawn


def morris_alt(drawn: pd.DataFrame, words: Mapping[str, str], metric: str) -> str:
    """The largest effects, and how many factors went on."""
    if not len(drawn):
        return "Nothing to show."
    decimals = words_of(metric).decimals + 1
    parts = [
        f"{said(words, str(r['factor']))} {number(float(r['effect']), decimals)}"
        for r in drawn.head(5).to_dict("records")
    ]
    on = int((drawn["survives"] == "yes").sum())
    return f"Mean size of the effect, {unit_words(metric)}: {listed(parts)}. {on} of {len(drawn)} factors go on."


def sobol(ax: Axes, table: pd.DataFrame, words: Mapping[str, str], *, most: int = MOST) -> pd.DataFrame:
    """Shares of the variance that each factor decides: alone (first order), and with all it takes part in (total).

    `table`: factor, first and total with `_low` and `_high`, tie. A bracket joins factors that are not ranked.
    """
    if not len(table):
        nothing_to_show(ax)
        return table
    rest = table[table["factor"] == OTHERS]
    top = _widest(table[table["factor"] != OTHERS], "total", most)
    drawn = pd.concat([top, rest], ignore_index=True) if len(rest) else top
    for row, r in enumerate(drawn.to_dict("records")):
        for order, shift, tint, label in ORDERS:
            value, low, high = (100.0 * float(r[f"{order}{part}"]) for part in ("", "_low", "_high"))
            if value == value:
                ax.barh(row + shift, max(value, 0.0), 0.34, color=tint, label=None if row else label, zorder=2)
                ax.plot([low, high], [row + shift] * 2, color="black", linewidth=1.1, zorder=3)
    name_rows(ax, list(drawn["factor"]), words)
    ax.set_xlim(left=min(0.0, ax.get_xlim()[0]))
    ax.axvline(0.0, color="black", linewidth=1.0, zorder=4)
    ax.grid(axis="x")
    ax.set_xlabel("% of the variance of the difference")
    if "tie" in drawn:
        bracket_ties(ax, [float(t) for t in drawn["tie"]])
    _key(ax)
    return drawn


def sobol_alt(drawn: pd.DataFrame, words: Mapping[str, str]) -> str:
    """The largest shares with their intervals, and which are tied."""
    parts = []
    for r in drawn.head(5).to_dict("records"):
        first, total, low, high = (100.0 * float(r[k]) for k in ("first", "total", "total_low", "total_high"))
        name = said(words, str(r["factor"]))
        parts.append(
            f"{name} {number(first, 0)} alone and {number(total, 0)} in total ({number(low, 0)} to {number(high, 0)})"
        )
    return f"Per cent of the variance: {listed(parts)}." if parts else "Nothing to show."


def prcc(ax: Axes, table: pd.DataFrame, words: Mapping[str, str], *, most: int = MOST) -> pd.DataFrame:
    """Partial rank correlations: whether the difference rises or falls with a factor, whatever the others do.

    `table`: factor, estimate, low, high.
    """
    drawn = _widest(table, "estimate", most)
    if not len(drawn):
        nothing_to_show(ax)
        return drawn
    for row, r in enumerate(drawn.to_dict("records")):
        value = float(r["estimate"])
        ax.barh(row, value, 0.6, color=PALETTE[0] if value > 0 else PALETTE[1], zorder=2)
        ax.plot([r["low"], r["high"]], [row] * 2, color="black", linewidth=1.1, zorder=3)
    name_rows(ax, list(drawn["factor"]), words)
    ax.axvline(0.0, color="black", linewidth=1.0, zorder=4)
    ax.set_xlim(-1.0, 1.0)
    ax.grid(axis="x")
    ax.set_xlabel("falls with the factor (-1)  ...  rises with it (+1)")
    return drawn


def prcc_alt(drawn: pd.DataFrame, words: Mapping[str, str]) -> str:
    """The largest correlations with their intervals."""
    parts = []
    for r in drawn.head(5).to_dict("records"):
        value, low, high = (f"{float(r[k]):+.2f}" for k in ("estimate", "low", "high"))
        parts.append(f"{said(words, str(r['factor']))} {value} ({low} to {high})")
    return f"Partial rank correlation with the difference: {listed(parts)}." if parts else "Nothing to show."
