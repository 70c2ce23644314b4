"""Bars that add up, one for each arm: the therapists' week by activity, and minutes missed by reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sdmsim.show.layout import key_below, wrapped
from sdmsim.show.style import ACTIVITY_GROUPS, ACTIVITY_HATCHES, OVERTIME, REASON_STYLES, colour
from sdmsim.show.words import MISSED, number, reason_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ALL_UP_TO = 5
"""Arms that are read out one by one."""


def therapist_week(ax: Axes, workload: pd.DataFrame, arms: Sequence[str]) -> pd.DataFrame:
    """Hours of the therapists' week by activity, stacked, one bar per arm.

    The parts make up the contract week, at whose end a line stands; overtime comes on top of it.
    """
    groups = [ACTIVITY_GROUPS.get(str(a), (str(a), colour(len(ACTIVITY_GROUPS)))) for a in workload["activity"]]
    rows = workload.assign(activity=[name for name, _ in groups])
    wide = rows.pivot_table(index="arm", columns="activity", values="hours_per_week", aggfunc="sum", sort=False)
    wide = wide.reindex(index=list(arms)).fillna(0.0)
    wide = wide[[name for name in dict.fromkeys(name for name, _ in ACTIVITY_GROUPS.values()) if name in wide]]
    contract = float(wide.drop(columns=OVERTIME, errors="ignore").sum(axis=1).max())
    wide = wide.loc[:, wide.max() > 0.005]
    tints = dict(groups)
    hatches = {ACTIVITY_GROUPS[activity][0]: hatch for activity, hatch in ACTIVITY_HATCHES.items()}
    _stack(
        ax,
        wide,
        [str(a) for a in wide.columns],
        [(tints[str(a)], hatches.get(str(a), "")) for a in wide.columns],
        decimals=1,
    )
    ax.axvline(contract, color="black", linewidth=1.4, linestyle="--", zorder=4)
    ax.set_xlim(0, max(contract, float(wide.sum(axis=1).max())) * 1.06)
    ax.annotate(
        f"contract {contract:.1f} h", (contract, 1.0), xycoords=("data", "axes fraction"),
        xytext=(0, 2), textcoords="offset points", ha="center", va="bottom", fontsize=8,
    )  # fmt: skip
    ax.set_xlabel("hours a week, all therapists together, mean over the year")
    return wide.reset_index()


def missed(ax: Axes, summary: pd.DataFrame, arms: Sequence[str]) -> pd.DataFrame:
    """Minutes missed by reason, stacked, one bar per arm; reasons that never happen are left out."""
    rows = summary[summary["metric"].str.startswith(MISSED)]
    reasons = list(dict.fromkeys(rows["metric"]))
    wide = rows.pivot(index="arm", columns="metric", values="mean").reindex(index=list(arms), columns=reasons)
    wide = wide.rename(columns=lambda m: str(m).removeprefix(MISSED)).fillna(0.0)
    wide = wide.loc[:, wide.max() > 0.5]
    styles = [REASON_STYLES.get(str(r), (colour(i), "")) for i, r in enumerate(wide.columns)]
    _stack(ax, wide, [reason_words(str(r)) for r in wide.columns], styles, decimals=0)
    ax.set_xlabel("minutes missed, a child a year")
    return wide.reset_index()


def _stack(
    ax: Axes, wide: pd.DataFrame, labels: Sequence[str], styles: Sequence[tuple[str, str]], *, decimals: int
) -> None:
    """Stacked horizontal bars, the first arm on top; numbers where they fit. `styles`: colour and hatch of parts."""
    left = [0.0] * len(wide)
    longest = float(wide.sum(axis=1).max()) if wide.size else 0.0
    for column, label, (tint, hatch) in zip(wide.columns, labels, styles, strict=True):
        values = [float(v) for v in wide[column]]
        ax.barh(
            range(len(wide)), values, left=left, height=0.62, color=tint, hatch=hatch,
            edgecolor="white", linewidth=0.8, label=label, zorder=2,
        )  # fmt: skip
        for row, value in enumerate(values):
            if longest and value / longest > 0.05:
                ax.annotate(
                    f"{value:.{decimals}f}", (left[row] + value / 2, row), ha="center", va="center", fontsize=7.5,
                    color="black", zorder=5,
                    bbox={"boxstyle": "round,pad=0.12", "fc": "white", "ec": "none", "alpha": 0.75},
                )  # fmt: skip
        left = [a + b for a, b in zip(left, values, strict=True)]
    ax.set_yticks(range(len(wide)), [wrapped(str(arm)) for arm in wide.index])
    ax.set_ylim(len(wide) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")
    key_below(ax, len(labels))


def therapist_week_alt(numbers: pd.DataFrame) -> str:
    """What most hours of each arm's week go into, and the overtime."""
    return f"Hours a week: {_biggest(numbers, 1)}."


def missed_alt(numbers: pd.DataFrame) -> str:
    """How many minutes each arm's children miss, and the reasons that take most of them."""
    named = numbers.rename(columns={c: reason_words(str(c)) for c in numbers.columns if c != "arm"})
    return f"Minutes missed, a child a year: {_biggest(named, 0)}."


def _biggest(numbers: pd.DataFrame, decimals: int, most: int = 3) -> str:
    """The sum of each arm and its largest parts."""
    rows = numbers.to_dict("records")
    if len(rows) > ALL_UP_TO:  # of many arms those with the least and the most
        sums = [sum(float(v) for k, v in row.items() if k != "arm") for row in rows]
        rows = [rows[sums.index(min(sums))], rows[sums.index(max(sums))]]
    said = []
    for row in rows:
        parts = {str(k): float(v) for k, v in row.items() if k != "arm" and float(v) > 0.0}
        named = sorted(parts, key=lambda part: -parts[part])[:most]
        largest = ", ".join(f"{name} {number(parts[name], decimals)}" for name in named)
        said.append(f"{row['arm']} {number(sum(parts.values()), decimals)} in all ({largest})")
    return "; ".join(said) or "nothing to show"
