"""Where the answer turns round: probabilities as a factor moves, break-even values, and maps of who wins where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sdmsim.lab.drivers.vocabulary import Factor
from sdmsim.show.drivers.labels import outcome, said, scaled, shown_value
from sdmsim.show.layout import listed, nothing_to_show, wrapped
from sdmsim.show.style import GREY, HATCH, LIGHT, PALETTE, colour, line, marker

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 6
"""Factors whose curves are drawn."""
ARM, BASELINE, OPEN, FEW = "arm", "baseline", "cannot be told", "too few points"
WINNERS = {ARM: (PALETTE[0], ""), BASELINE: (PALETTE[1], ""), OPEN: ("white", HATCH), FEW: (LIGHT, "")}
"""Colour and hatch of who wins in a cell."""


def value_ticks(axis: Any, factor: Factor, count: int = 5) -> None:
    """An axis of positions from 0 to 1, with the factor's own values at the ticks."""
    places = np.linspace(0.0, 1.0, count)
    axis.set_ticks(places, [shown_value(float(v)) for v in factor.value(places)])


def _axis_words(factor: Factor, words: Mapping[str, str], width: int) -> str:
    name = said(words, factor.name)
    return wrapped(f"{name} ({factor.unit})" if factor.unit else name, width)


def _value(factor: Factor, position: float) -> str:
    return shown_value(float(factor.value(np.array([position]))[0]))


def flips(ax: Axes, table: pd.DataFrame, words: Mapping[str, str], *, most: int = MOST) -> pd.DataFrame:
    """How probable it is that the ranking turns, as each factor moves over its range and the others as they may be.

    `table`: factor, position (0 to 1), estimate, low, high. Drawn are the factors along which it changes most.
    """
    if not len(table):
        nothing_to_show(ax)
        return table
    spread = table.groupby("factor", sort=False)["estimate"].agg(lambda e: float(e.max() - e.min()))
    chosen = list(spread.sort_values(ascending=False, kind="stable").head(most).index)
    drawn: pd.DataFrame = pd.concat([table[table["factor"] == name] for name in chosen], ignore_index=True)
    for i, name in enumerate(chosen):
        own = drawn[drawn["factor"] == name].sort_values("position")
        ax.fill_between(own["position"], 100 * own["low"], 100 * own["high"], color=colour(i), alpha=0.1, linewidth=0)
        ax.plot(
            own["position"], 100 * own["estimate"], line(i), marker=marker(i), markersize=4, color=colour(i),
            linewidth=1.8, label=wrapped(said(words, name), 34),
        )  # fmt: skip
    ax.axhline(50.0, color=GREY, linewidth=0.8, linestyle=":")
    ax.set_ylim(0, 100)
    ax.set_xlim(0, 1)
    ax.set_xticks([0, 0.5, 1], ["low end\nof its range", "middle", "high end"])
    ax.set_ylabel("% that another arm leads")
    ax.grid(axis="y")
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), fontsize=7.5)
    return drawn


def flips_alt(drawn: pd.DataFrame, words: Mapping[str, str]) -> str:
    """From where to where the probability goes along each factor."""
    parts = []
    for name in dict.fromkeys(drawn["factor"]) if len(drawn) else ():
        own = drawn[drawn["factor"] == name].sort_values("position")["estimate"]
        parts.append(f"{said(words, name)} from {100 * own.iloc[0]:.0f} to {100 * own.iloc[-1]:.0f}")
    return (
        f"Per cent that another arm leads, over each factor's range: {listed(parts)}." if parts else "Nothing to show."
    )


def break_even(
    ax: Axes, curve: pd.DataFrame, crossings: pd.DataFrame, factor: Factor, words: Mapping[str, str], metric: str
) -> pd.DataFrame:
    """The difference along one factor with its 95 % band, and where the arms are even.

    `curve`: position (0 to 1), estimate, low, high. `crossings`: estimate, low, high (positions). Returns the curve
    with the factor's values.
    """
    if not len(curve):
        nothing_to_show(ax)
        return curve
    drawn = scaled(curve.sort_values("position", ignore_index=True), metric, ["estimate", "low", "high"])
    drawn = drawn.assign(value=factor.value(drawn["position"].to_numpy(dtype=float)))
    at, mean = drawn["position"].to_numpy(), drawn["estimate"].to_numpy()
    ax.fill_between(at, drawn["low"], drawn["high"], color=PALETTE[0], alpha=0.2, linewidth=0)
    ax.plot(at, mean, color=PALETTE[0], linewidth=2.0)
    ax.axhline(0.0, color="black", linewidth=1.0)
    for found in crossings.to_dict("records"):
        low, here, high = (float(found[k]) for k in ("low", "estimate", "high"))
        ax.axvspan(low, high, color=PALETTE[1], alpha=0.25, linewidth=0)
        ax.axvline(here, color=PALETTE[5], linewidth=1.6, linestyle="--")
        shown = [_value(factor, x) for x in (here, low, high)]
        side = "left" if here < 0.5 else "right"
        ax.annotate(
            f"even at {shown[0]}\n({shown[1]} to {shown[2]})", (here, 1.0), xycoords=("data", "axes fraction"),
            xytext=(4 if side == "left" else -4, -4), textcoords="offset points", ha=side, va="top", fontsize=7.5,
            bbox={"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.85},
        )  # fmt: skip
    ax.set_xlim(0, 1)
    value_ticks(ax.xaxis, factor)
    ax.set_xlabel(_axis_words(factor, words, 60))
    ax.set_ylabel(wrapped(f"how far the arm is ahead, {outcome(metric)}", 34))
    ax.grid(axis="y")
    return drawn


def break_even_words(
    answer: Mapping[str, Any], factor: Factor, words: Mapping[str, str], arm: str, baseline: str
) -> str:
    """What the curve of a factor says, in a sentence; `answer`: answer, ahead, and estimate, low, high (positions)."""
    name, told = said(words, factor.name), str(answer["answer"])
    ahead = {ARM: f'"{arm}" is', BASELINE: f'"{baseline}" is'}.get(str(answer.get("ahead", "")), "neither arm is")
    at = answer.get("estimate", float("nan"))
    if at is not None and at == at:
        low, here, high = (_value(factor, float(answer[k])) for k in ("low", "estimate", "high"))
        return f'"{arm}" overtakes "{baseline}" when {name} {answer["direction"]} {here} (95 %: {low} to {high}).'
    other = {
        "none in range": f"no break-even in its range; {ahead} ahead all along.",
        "equal": "the arms are even all along.",
        "no scale": "its values have no order.",
    }
    rest = other.get(told, "no break-even is seen, but the points leave open whether there is one.")
    return f"{name[:1].upper()}{name[1:]}: {rest}"


def break_even_alt(drawn: pd.DataFrame, sentences: Sequence[str]) -> str:
    """The ends of the curve and the sentences about it."""
    if not len(drawn):
        return "Nothing to show."
    first, last = (f"{r['estimate']:+.3g} at {shown_value(r['value'])}" for _, r in drawn.iloc[[0, -1]].iterrows())
    return f"The difference goes from {first} to {last}. {' '.join(sentences)}"


def win_map(
    ax: Axes, table: pd.DataFrame, first: Factor, second: Factor, words: Mapping[str, str], arm: str, baseline: str
) -> pd.DataFrame:
    """Who wins where over two factors: a cell for each pair of values, hatched where it cannot be told.

    `table`: first, second (positions of the cells' middles, 0 to 1), estimate, winner.
    """
    from matplotlib.patches import Patch

    if not len(table):
        nothing_to_show(ax)
        return table
    drawn: pd.DataFrame = table.assign(
        first_value=first.value(table["first"].to_numpy(dtype=float)),
        second_value=second.value(table["second"].to_numpy(dtype=float)),
    ).reset_index(drop=True)
    across, up = 1.0 / drawn["first"].nunique(), 1.0 / drawn["second"].nunique()
    for r in drawn.to_dict("records"):
        tint, hatch = WINNERS[str(r["winner"])]
        ax.bar(r["first"], up, across, r["second"] - up / 2, color=tint, hatch=hatch, edgecolor=GREY, linewidth=0.4)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    for axis, factor, width, mark in ((ax.xaxis, first, 60, ax.axvline), (ax.yaxis, second, 34, ax.axhline)):
        value_ticks(axis, factor)
        axis.set_label_text(_axis_words(factor, words, width))
        here = (factor.at - factor.low) / (factor.high - factor.low) if factor.law == "uniform" else float("nan")
        if 0.0 <= here <= 1.0:
            mark(here, color="black", linewidth=1.2, linestyle=":", zorder=5)
    names = {ARM: f"{arm} ahead", BASELINE: f"{baseline} ahead", OPEN: "cannot be told", FEW: "too few points"}
    there = set(drawn["winner"])
    key = [
        Patch(facecolor=tint, hatch=hatch, edgecolor=GREY, label=wrapped(names[who], 30))
        for who, (tint, hatch) in WINNERS.items()
        if who in there
    ]
    ax.legend(handles=key, loc="upper left", bbox_to_anchor=(1.01, 1.0), fontsize=7.5)
    return drawn


def win_map_alt(drawn: pd.DataFrame, arm: str, baseline: str) -> str:
    """How many cells each wins, and in which corners."""
    if not len(drawn):
        return "Nothing to show."
    counts = drawn["winner"].value_counts()
    names = {ARM: arm, BASELINE: baseline}
    parts = [f"{names.get(str(who), str(who))} {n}" for who, n in counts.items()]
    corners = []
    for x, where in ((drawn["first"].min(), "low"), (drawn["first"].max(), "high")):
        for y, height in ((drawn["second"].min(), "low"), (drawn["second"].max(), "high")):
            who = str(drawn[(drawn["first"] == x) & (drawn["second"] == y)]["winner"].iloc[0])
            corners.append(f"{where} and {height}: {names.get(who, who)}")
    return f"Of {len(drawn)} cells: {listed(parts)}. Corners, first and second factor: {listed(corners)}."
