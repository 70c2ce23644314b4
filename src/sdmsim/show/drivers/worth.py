"""What it costs and what knowing is worth: cost-effectiveness plane, acceptability curves, value of information."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sdmsim.show.drivers.labels import name_rows, outcome, said, scaled, unit_words
from sdmsim.show.layout import key_below, listed, literal, nothing_to_show, wrapped
from sdmsim.show.style import GREY, PALETTE, colour, line, marker
from sdmsim.show.words import number, words_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 12
EVERYTHING = "everything"
GRADE = "grade"
NOTHING = 0.01
"""What is worth less than this share of knowing everything, whatever its interval leaves, gets no bar."""
LEAST = 100.0
"""$ a year that the axis of costs shows to either side of nil, so that less does not look large."""


def plane(ax: Axes, table: pd.DataFrame, metric: str, arms: Sequence[str], baseline: str) -> pd.DataFrame:
    """The cost-effectiveness plane: each arm less the baseline, a pale dot a future, a mark for the mean.

    `table`: arm, point, effect, cost. Right: better; down: cheaper. The lines through nil part the quadrants.
    """
    drawn = scaled(table.reset_index(drop=True), metric, ["effect"])
    if not len(drawn):
        nothing_to_show(ax)
        return drawn
    for i, arm in enumerate(arms):
        own = drawn[drawn["arm"] == arm]
        if len(own):
            ax.plot(own["effect"], own["cost"], ".", color=colour(i), markersize=4, alpha=0.35, zorder=2)
            ax.plot(own["effect"].mean(), own["cost"].mean(), marker(i), color=colour(i), markeredgecolor="white",
                    markersize=9, linestyle="", label=wrapped(arm), zorder=4)  # fmt: skip
    ax.axhline(0.0, color="black", linewidth=1.0)
    ax.axvline(0.0, color="black", linewidth=1.0)
    for x, y, said_there in ((0.99, 0.99, "better, dearer"), (0.01, 0.99, "worse, dearer"),
                             (0.99, 0.01, "better, cheaper"), (0.01, 0.01, "worse, cheaper")):  # fmt: skip
        ax.text(x, y, said_there, transform=ax.transAxes, fontsize=7.5, color=GREY, ha="right" if x > 0.5 else "left",
                va="top" if y > 0.5 else "bottom")  # fmt: skip
    for get, put, least, span in ((ax.get_xlim, ax.set_xlim, 0.25, 0.0), (ax.get_ylim, ax.set_ylim, 0.12, LEAST)):
        low, high = get()  # both sides of nil have room for their words
        room = least * max(max(high, 0.0) - min(low, 0.0), span / least)
        put(min(low, -room), max(high, room))
    ax.set_xlabel(f"effect against {literal(baseline)}: {literal(outcome(metric))}, right is better")
    ax.set_ylabel("cost, $ a year more")
    key_below(ax, len(arms))
    return drawn


def plane_alt(drawn: pd.DataFrame, metric: str) -> str:
    """The mean of each arm, and in which share of the futures it is better and cheaper."""
    parts = []
    for arm in dict.fromkeys(drawn["arm"]) if len(drawn) else ():
        own = drawn[drawn["arm"] == arm]
        good = 100.0 * float(((own["effect"] >= 0) & (own["cost"] <= 0)).mean())
        effect = number(float(own["effect"].mean()), words_of(metric).decimals + 1, sign=True)
        parts.append(f"{arm} effect {effect} {unit_words(metric)}, cost {own['cost'].mean():+.0f} $ a year, better and "
                     f"cheaper in {good:.0f} % of the futures")  # fmt: skip
    return f"Means: {listed(parts)}." if parts else "Nothing to show."


def acceptability(ax: Axes, table: pd.DataFrame, metric: str) -> pd.DataFrame:
    """How probable it is that each arm has the highest net benefit, by what a unit is worth; thick: the frontier.

    `table`: arm, price, probability with `_low` and `_high`, frontier (`yes`: to choose at this price).
    """
    drawn = table.sort_values(["arm", "price"], kind="stable", ignore_index=True) if len(table) else table
    if not len(drawn):
        nothing_to_show(ax)
        return drawn
    for i, arm in enumerate(dict.fromkeys(table["arm"])):
        own = drawn[drawn["arm"] == arm]
        chance = 100.0 * own["probability"]
        ax.fill_between(own["price"], 100 * own["probability_low"], 100 * own["probability_high"], color=colour(i),
                        alpha=0.12, linewidth=0)  # fmt: skip
        ax.plot(own["price"], chance, line(i), marker=marker(i), markersize=4, color=colour(i), linewidth=1.3,
                label=wrapped(str(arm)))  # fmt: skip
        ax.plot(own["price"], chance.where(own["frontier"] == "yes"), color=colour(i), linewidth=4.5, alpha=0.45,
                solid_capstyle="round")  # fmt: skip
    ax.set_ylim(0, 100)
    ax.grid(axis="y")
    ax.set_xlabel(f"$ that a unit is worth: {literal(outcome(metric))}")
    ax.set_ylabel("% that it is the best buy")
    key_below(ax, drawn["arm"].nunique())
    return drawn


def acceptability_alt(drawn: pd.DataFrame) -> str:
    """Which arm to choose at which price, and how probable it is the best there."""
    parts = []
    on = drawn[drawn["frontier"] == "yes"].sort_values("price", kind="stable") if len(drawn) else drawn
    last = None
    for r in on.to_dict("records"):
        if r["arm"] != last:
            parts.append(f"from {float(r['price']):,.0f} $ {r['arm']} ({100 * float(r['probability']):.0f} %)")
            last = r["arm"]
    return f"To choose by what a unit is worth: {listed(parts)}." if parts else "Nothing to show."


def bars_of_information(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """The factors with a bar, those worth most first, then what all numbers of a grade are worth together."""
    known = table[table[column].notna()] if len(table) else table
    if not len(known):
        return known
    high = f"{column}_high" if f"{column}_high" in known else "high"
    least = NOTHING * float(known.loc[known["kind"] == EVERYTHING, high].max())
    tall = known[(known["kind"] == "factor") & ~(known[high] < least)]
    grades = known[(known["kind"] == GRADE) & (known[column] > 0.0)]
    parts = [part.sort_values([column, high], ascending=False, kind="stable") for part in (tall, grades)]
    return pd.concat([parts[0].head(MOST), parts[1]], ignore_index=True)


def information(
    ax: Axes, table: pd.DataFrame, words: Mapping[str, str], metric: str, *, money: bool = False
) -> pd.DataFrame:
    """What it is worth to know each factor before deciding, or all numbers of a grade; the line: knowing everything.

    Hollow: not above noise.

    `table`: name, kind (`factor`, ...), estimate, low, high, money with `_low` and `_high`, above_noise. With `money`
    in $, else in the outcome's unit.
    """
    value, low, high = ("money", "money_low", "money_high") if money else ("estimate", "low", "high")
    whole = table[(table["kind"] == EVERYTHING) & table[value].notna()] if len(table) else table
    drawn = pd.concat([whole, bars_of_information(table, value)], ignore_index=True)
    drawn = drawn if money else scaled(drawn, metric, ["estimate", "low", "high"])
    if not len(drawn):
        nothing_to_show(ax)
        return drawn
    everything, bars = drawn[drawn["kind"] == EVERYTHING], drawn[drawn["kind"] != EVERYTHING]
    for row, r in enumerate(bars.to_dict("records")):
        sure = r["above_noise"] == "yes"
        ax.barh(row, max(0.0, float(r[value])), 0.6, facecolor=PALETTE[0] if sure else "white", edgecolor=PALETTE[0],
                linewidth=1.2, zorder=2)  # fmt: skip
        ax.plot([r[low], r[high]], [row] * 2, color="black", linewidth=1.2, zorder=3)
    for r in everything.to_dict("records"):
        ax.axvline(
            float(r[value]), color=PALETTE[5], linewidth=1.8, linestyle="--", label="knowing everything", zorder=4
        )
        ax.axvspan(float(r[low]), float(r[high]), color=PALETTE[5], alpha=0.12, linewidth=0)
        ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), borderaxespad=0.2)
    name_rows(ax, [str(name) for name in bars["name"]], {**words, **_grades(bars)})
    ax.set_xlim(left=0.0)
    ax.grid(axis="x")
    worth = "$" if money else literal(outcome(metric))
    ax.set_xlabel(f"worth of knowing it before deciding, {worth}")
    return drawn


def _grades(table: pd.DataFrame) -> dict[str, str]:
    return {str(name): f"all {name} numbers together" for name in table.loc[table["kind"] == GRADE, "name"]}


def information_alt(drawn: pd.DataFrame, words: Mapping[str, str], metric: str, *, money: bool = False) -> str:
    """The worth of everything and of the factors above noise."""
    if not len(drawn):
        return "Nothing to show."
    value, decimals = ("money", 0) if money else ("estimate", words_of(metric).decimals + 1)
    called = {**words, **_grades(drawn)}
    parts = [
        f"{EVERYTHING if r['kind'] == EVERYTHING else said(called, str(r['name']))} {number(float(r[value]), decimals)}"
        for r in drawn.to_dict("records")
        if r["kind"] == EVERYTHING or r["above_noise"] == "yes"
    ]
    noise = int(((drawn["kind"] == "factor") & (drawn["above_noise"] != "yes")).sum())
    unit = "$" if money else unit_words(metric)
    return f"Worth of knowing before deciding, {unit}: {listed(parts)}; {noise} of those drawn not above noise."
