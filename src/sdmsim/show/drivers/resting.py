"""What the answer rests on: luck against assumptions, the three sets side by side, and grades of evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from sdmsim.show.drivers.labels import outcome, scaled, unit_words
from sdmsim.show.layout import key_below, listed, literal, nothing_to_show, wrapped
from sdmsim.show.style import BACK, DOTS, LIGHT, PALETTE, colour, marker
from sdmsim.show.words import number, words_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHARES = ("share_assumptions", "assumptions_low", "assumptions_high")
GRADE_LOOKS = {
    "measured": (PALETTE[2], BACK, "measured"),
    "calibrated": (PALETTE[4], "", "fitted to published results"),
    "judged": (PALETTE[5], DOTS, "judged: nobody measured it"),
    "scenario": (PALETTE[3], "", "keys of the scenario"),
    "interaction": (LIGHT, "", "several grades together"),
}


def luck(ax: Axes, table: pd.DataFrame) -> pd.DataFrame:
    """Which share of the spread is assumptions (ignorance) and which is luck between years; a bar for each row.

    `table`: arm, baseline, share_assumptions with assumptions_low and assumptions_high.
    """
    drawn = table[table["share_assumptions"].notna()].reset_index(drop=True) if len(table) else table
    if not len(drawn):
        nothing_to_show(ax)
        return drawn
    for row, r in enumerate(drawn.to_dict("records")):
        share, low, high = (100.0 * float(r[k]) for k in SHARES)
        ax.barh(row, share, 0.6, color=PALETTE[0], label=None if row else "what is not known (assumptions)", zorder=2)
        ax.barh(row, 100.0 - share, 0.6, share, color=LIGHT, hatch="////", edgecolor="white",
                label=None if row else "luck between years", zorder=2)  # fmt: skip
        ax.plot([low, high], [row] * 2, color="black", linewidth=1.4, zorder=3)
    names = [_contrast({str(k): v for k, v in r.items()}) for r in drawn.to_dict("records")]
    ax.set_yticks(range(len(names)), [wrapped(name) for name in names])
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_xlim(0, 100)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("% of the spread of a single year's outcome")
    key_below(ax, 2)
    return drawn


def luck_alt(drawn: pd.DataFrame) -> str:
    """The shares of each row."""
    parts = []
    for r in drawn.to_dict("records"):
        share, low, high = (
            f"{100 * float(r[k]):.0f}" for k in ("share_assumptions", "assumptions_low", "assumptions_high")
        )
        parts.append(f"{_contrast({str(k): v for k, v in r.items()})} {share} ({low} to {high})")
    if not parts:
        return "Nothing to show."
    return f"Per cent of the spread that is assumptions, the rest luck: {listed(parts)}."


def _contrast(row: Mapping[str, Any]) -> str:
    return f"{row['arm']} less {row['baseline']}" if row["baseline"] else str(row["arm"])


def sets(ax: Axes, table: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Differences from the baseline under each set of assumptions, with 95 % intervals; hollow where not clear.

    `table`: set, arm, difference with `_low` and `_high`, verdict.
    """
    known = table[table["difference"].notna()] if len(table) else table
    drawn = scaled(known.reset_index(drop=True), metric, ["difference", "difference_low", "difference_high"])
    if not len(drawn):
        nothing_to_show(ax)
        return drawn
    names, arms = list(dict.fromkeys(drawn["set"])), list(dict.fromkeys(drawn["arm"]))
    for r in drawn.to_dict("records"):
        i = arms.index(r["arm"])
        height = names.index(r["set"]) + 0.7 * ((i + 0.5) / len(arms) - 0.5)
        tint = colour(i)
        face = "white" if r["verdict"] == "no clear difference" else tint
        ax.plot([r["difference_low"], r["difference_high"]], [height] * 2, color=tint, linewidth=1.8, zorder=2)
        label = wrapped(str(r["arm"])) if r["set"] == names[0] else None
        ax.plot(r["difference"], height, marker(i), color=tint, markerfacecolor=face, markersize=6, linestyle="",
                label=label, zorder=3)  # fmt: skip
    ax.axvline(0.0, color="black", linewidth=1.0, zorder=1)
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    for edge in range(1, len(names)):
        ax.axhline(edge - 0.5, color=LIGHT, linewidth=0.8)
    ax.tick_params(axis="y", length=0)
    ax.margins(x=0.1)
    ax.grid(axis="x")
    ax.set_xlabel(f"difference, {literal(outcome(metric))}")
    key_below(ax, len(arms))
    return drawn


def sets_alt(drawn: pd.DataFrame, metric: str) -> str:
    """Each arm's difference and verdict under each set."""
    decimals = words_of(metric).decimals
    parts = [
        f"{r['set']}: {r['arm']} {number(float(r['difference']), decimals, sign=True)} ({r['verdict']})"
        for r in drawn.to_dict("records")
    ]
    return f"Difference, {unit_words(metric)}. {listed(parts, 15)}." if parts else "Nothing to show."


def grades(ax: Axes, table: pd.DataFrame) -> pd.DataFrame:
    """The share of the variance that rests on each grade of evidence, stacked; what is left is interaction.

    `table`: arm, baseline, grade, first. Shares that come out below nil by noise are drawn as nil.
    """
    if not len(table):
        nothing_to_show(ax)
        return table
    drawn = table.reset_index(drop=True)
    bars = list(dict.fromkeys(drawn["arm"]))
    left = dict.fromkeys(bars, 0.0)
    ax.set_xlim(0, 100)
    ax.set_ylim(len(bars) - 0.5, -0.5)
    for grade, (tint, hatch, words) in GRADE_LOOKS.items():
        own = drawn[drawn["grade"] == grade]
        if not len(own):
            continue
        for k, r in enumerate(own.to_dict("records")):
            share, row = max(0.0, 100.0 * float(r["first"])), bars.index(r["arm"])
            ax.barh(row, share, 0.6, left[r["arm"]], color=tint, hatch=hatch, edgecolor="white", linewidth=0.8,
                    label=None if k else words, zorder=2)  # fmt: skip
            if share >= 6.0:
                ax.annotate(
                    f"{share:.0f} %", (left[r["arm"]] + share / 2, row), ha="center", va="center", fontsize=8, zorder=5,
                    bbox={"boxstyle": "round,pad=0.12", "fc": "white", "ec": "none", "alpha": 0.85},
                )  # fmt: skip
            left[r["arm"]] += share
    ax.set_xlim(0, max(100.0, *left.values()))
    ax.set_yticks(range(len(bars)), [wrapped(str(name)) for name in bars])
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("% of the variance of the difference")
    key_below(ax, 4, columns=3)
    return drawn


def grades_alt(drawn: pd.DataFrame) -> str:
    """Each grade's share, arm by arm."""
    parts = []
    for arm in dict.fromkeys(drawn["arm"]) if len(drawn) else ():
        own = [f"{r['grade']} {100 * float(r['first']):.0f}" for r in drawn[drawn["arm"] == arm].to_dict("records")]
        parts.append(f"{arm}: {', '.join(own)}")
    return f"Per cent of the variance by grade of evidence. {listed(parts)}." if parts else "Nothing to show."
