"""A choice that holds: shares of the futures, regret, and the futures in which an arm fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sdmsim.lab.drivers.vocabulary import Factor
from sdmsim.show.drivers.labels import name_rows, outcome, said, scaled, shown_value, unit_words
from sdmsim.show.layout import key_below, listed, literal, nothing_to_show, wrapped
from sdmsim.show.style import BACK, GREY, LIGHT, PALETTE
from sdmsim.show.words import number, words_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def _arms(ax: Axes, arms: Sequence[str]) -> None:
    ax.set_yticks(range(len(arms)), [wrapped(arm) for arm in arms])
    ax.set_ylim(max(len(arms), 1) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")


def futures(ax: Axes, table: pd.DataFrame) -> pd.DataFrame:
    """In which share of the futures each arm is best, with its interval; darker: beyond luck.

    `table`: arm, best with `_low` and `_high`, surely.
    """
    drawn = table.reset_index(drop=True)
    if not len(drawn):
        nothing_to_show(ax)
        return drawn
    for row, r in enumerate(drawn.to_dict("records")):
        best, low, high, surely = (100.0 * float(r[k]) for k in ("best", "best_low", "best_high", "surely"))
        ax.barh(row, best, 0.6, color=PALETTE[4], label=None if row else "best", zorder=2)
        if surely == surely:
            ax.barh(row, surely, 0.34, color=PALETTE[0], label=None if row else "best beyond luck", zorder=3)
        ax.plot([low, high], [row] * 2, color="black", linewidth=1.3, zorder=4)
        ax.annotate(f"{best:.0f} %", (max(best, high if high == high else best), row), xytext=(5, 0),
                    textcoords="offset points", va="center", fontsize=8)  # fmt: skip
    _arms(ax, [str(arm) for arm in drawn["arm"]])
    ax.set_xlim(0, 112)
    ax.set_xlabel("% of the futures (ways in which the assumptions may hold)")
    key_below(ax, 2)
    return drawn


def futures_alt(drawn: pd.DataFrame) -> str:
    """Each arm's share."""
    parts = []
    for r in drawn.to_dict("records"):
        best, low, high = (f"{100 * float(r[k]):.0f}" for k in ("best", "best_low", "best_high"))
        parts.append(f"{r['arm']} {best} ({low} to {high})")
    return f"Best in per cent of the futures: {listed(parts)}." if parts else "Nothing to show."


def regret(ax: Axes, table: pd.DataFrame, metric: str) -> pd.DataFrame:
    """What each arm loses against the best one of each future: mean, 95th percentile, and the most, with intervals.

    `table`: arm, mean, high and most, each with `_low` and `_high`.
    """
    columns = [f"{k}{part}" for k in ("mean", "high", "most") for part in ("", "_low", "_high")]
    drawn = scaled(table.reset_index(drop=True), metric, columns)
    if not len(drawn):
        nothing_to_show(ax)
        return drawn
    looks = (("most", LIGHT, "", "the most", 0.66), ("high", PALETTE[4], BACK, "one future in twenty is worse", 0.5),
             ("mean", PALETTE[0], "", "mean", 0.32))  # fmt: skip
    for row, r in enumerate(drawn.to_dict("records")):
        for name, tint, hatch, label, height in looks:
            ax.barh(row, float(r[name]), height, color=tint, hatch=hatch, edgecolor="white", linewidth=0.5,
                    label=None if row else label, zorder=2)  # fmt: skip
        ax.plot([r["most_low"], r["most_high"]], [row + 0.24] * 2, color="black", linewidth=1.1, zorder=4)
    _arms(ax, [str(arm) for arm in drawn["arm"]])
    ax.set_xlim(left=0.0)
    ax.set_xlabel(f"regret, {literal(outcome(metric))}")
    key_below(ax, 3)
    return drawn


def regret_alt(drawn: pd.DataFrame, metric: str) -> str:
    """Each arm's mean and largest regret."""
    decimals = words_of(metric).decimals + 1
    parts = [
        f"{r['arm']} {number(float(r['mean']), decimals)} in the mean and {number(float(r['most']), decimals)} at most"
        for r in drawn.to_dict("records")
    ]
    return f"Regret, {unit_words(metric)}: {listed(parts)}." if parts else "Nothing to show."


def box(ax: Axes, limits: pd.DataFrame, factors: Sequence[Factor], words: Mapping[str, str]) -> pd.DataFrame:
    """The futures in which an arm fails, as limits: each factor's whole range, and the part of it that is in the box.

    `limits`: factor, low, high (values of the factor; an end that is its range's own sets no limit).
    """
    known = {factor.name: factor for factor in factors}
    drawn = limits[[name in known for name in limits["factor"]]].reset_index(drop=True) if len(limits) else limits
    if not len(drawn):
        nothing_to_show(ax)
        return drawn
    for row, r in enumerate(drawn.to_dict("records")):
        factor = known[r["factor"]]
        low, high = (_position(factor, float(r[k])) for k in ("low", "high"))
        ax.barh(row, 1.0, 0.2, color=LIGHT, zorder=1)
        ax.barh(row, high - low, 0.5, low, color=PALETTE[5], zorder=2)
        for at, value, side in ((low, r["low"], "right"), (high, r["high"], "left")):
            if 0.005 < at < 0.995:
                ax.annotate(shown_value(float(value)), (at, row), xytext=(-3 if side == "right" else 3, 0), ha=side,
                            textcoords="offset points", va="center", fontsize=8)  # fmt: skip
        for at, value, side in ((0.0, factor.low, "left"), (1.0, factor.high, "right")):
            ax.annotate(shown_value(value), (at, row + 0.42), ha=side, va="center", fontsize=6.5, color=GREY)
    name_rows(ax, [str(name) for name in drawn["factor"]], words)
    ax.set_xlim(-0.02, 1.02)
    ax.set_xticks([])
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    ax.set_xlabel("each factor's range (grey) and the part in which the arm fails")
    return drawn


def _position(factor: Factor, value: float) -> float:
    """Where a value lies along the factor's law, from 0 to 1."""
    if factor.law == "loguniform":
        return float(np.log(value / factor.low) / np.log(factor.high / factor.low))
    return (value - factor.low) / (factor.high - factor.low)


def box_words(limits: pd.DataFrame, factors: Sequence[Factor], words: Mapping[str, str]) -> str:
    """The limits in words: `when A is below 0.4 and B is above 2`."""
    known = {factor.name: factor for factor in factors}
    parts = []
    for r in limits.to_dict("records"):
        factor, name = known[r["factor"]], said(words, str(r["factor"]))
        low, high = (_position(factor, float(r[k])) for k in ("low", "high"))
        below, above = high < 0.999, low > 0.001
        if below and above:
            parts.append(f"{name} is between {shown_value(float(r['low']))} and {shown_value(float(r['high']))}")
        elif below or above:
            value = float(r["high"] if below else r["low"])
            parts.append(f"{name} is {'below' if below else 'above'} {shown_value(value)}")
    return f"when {listed(parts)}" if parts else "in no part of the ranges that can be told from the rest"
