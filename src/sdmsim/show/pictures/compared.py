"""Arms compared: differences from the baseline with their intervals, and one outcome against another.

Each function draws on given axes and returns the numbers behind what it drew. Tables come as `lab.results.Results`
holds them; arms are drawn in the order given.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sdmsim.show.answer import differences, levels
from sdmsim.show.certainty import joint_intervals
from sdmsim.show.pictures.layout import key_below, wrapped
from sdmsim.show.style import GREY, colour, marker
from sdmsim.show.words import heading, shown_difference, words_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sdmsim.lab.results import Results


def comparison(ax: Axes, results: Results, metric: str, arms: Sequence[str], others: Sequence[str]) -> pd.DataFrame:
    """Differences of one metric from the baseline: a point with its 95 % interval for each other arm.

    Filled where the difference is clear, hollow where it is not. A thin line with ends is the interval that holds
    together with those of the other arms. `arms` gives the colours, `others` the rows.
    """
    words, table = words_of(metric), results.comparison
    jointly = joint_intervals(results.joint, metric)
    found = {d.arm: d for d in differences(table, metric)}
    rows = []
    for row, arm in enumerate(others):
        d = found.get(arm)
        if d is None:
            continue
        value, low, high = (x * words.scale for x in (d.value, d.low, d.high))
        tint = colour(arms.index(arm))
        if low == low:
            ax.plot([low, high], [row, row], color=tint, linewidth=2.2, solid_capstyle="butt", zorder=2)
        ends = [x * words.scale for x in jointly.get(arm, (float("nan"),) * 2)]
        if ends[0] < ends[1]:
            ax.plot(ends, [row, row], "|-", color=tint, linewidth=0.9, markersize=6, zorder=2)
        face = tint if d.clear else "white"
        ax.plot(value, row, marker(arms.index(arm)), color=tint, markerfacecolor=face, markersize=6, zorder=3)
        ax.annotate(
            shown_difference(metric, d.value, half=(d.high - d.low) / 2.0), (value, row), xytext=(0, 6),
            textcoords="offset points", ha="center", va="bottom", fontsize=7.5, color="black", zorder=4,
            bbox={"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.85},
        )  # fmt: skip
        rows.append((metric, arm, value, low, high, "yes" if d.clear else "no", ends[0], ends[1]))
    ax.axvline(0.0, color=GREY, linewidth=1.0, zorder=1)
    ax.set_ylim(len(others) - 0.5, -0.7)
    ax.set_yticks(range(len(others)), [wrapped(arm) for arm in others])
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")
    ax.set_title(words.label)
    ax.set_xlabel(f"difference, {words.difference_unit or words.unit}")
    _spread(ax, [x for r in rows for x in (r[2], r[3], r[4], r[6], r[7]) if x == x], words.decimals)
    names = ["metric", "arm", "difference", "ci_low", "ci_high", "clear", "joint_low", "joint_high"]
    return pd.DataFrame(rows, columns=names)


def _spread(ax: Axes, values: Sequence[float], decimals: int) -> None:
    """Room around the points and zero; no axis so narrow that noise below the shown digits looks large."""
    low, high = min([0.0, *values]), max([0.0, *values])
    least = 4.0 * 10.0**-decimals
    margin = max(0.12 * (high - low), (least - (high - low)) / 2)
    ax.set_xlim(low - margin, high + margin)


def trade_off(ax: Axes, summary: pd.DataFrame, arms: Sequence[str]) -> pd.DataFrame:
    """Promised minutes given against class missed: one point per arm, with both 95 % intervals."""
    across, up = "class_minutes_missed", "delivered_share"
    known = levels(summary)
    rows = []
    for i, arm in enumerate(arms):
        if (arm, across) not in known or (arm, up) not in known:
            continue
        found = [v * words_of(across).scale for v in known[arm, across]]
        found += [v * words_of(up).scale for v in known[arm, up]]
        ax.plot([found[1], found[2]], [found[3]] * 2, color=colour(i), linewidth=1.6, zorder=2)
        ax.plot([found[0]] * 2, [found[4], found[5]], color=colour(i), linewidth=1.6, zorder=2)
        ax.plot(found[0], found[3], marker(i), color=colour(i), markersize=7, label=wrapped(arm), zorder=3)
        rows.append((arm, *found))
    ax.set_xlabel(heading(across))
    ax.set_ylabel(heading(up))
    ax.grid()
    ax.margins(0.12)
    _not_too_close(ax)
    key_below(ax, len(rows))
    names = [across, f"{across}_ci_low", f"{across}_ci_high", up, f"{up}_ci_low", f"{up}_ci_high"]
    return pd.DataFrame(rows, columns=["arm", *names])


def _not_too_close(ax: Axes, least: float = 2.0) -> None:
    """At least `least` units on both axes, so that small differences look small."""
    for get, put in ((ax.get_xlim, ax.set_xlim), (ax.get_ylim, ax.set_ylim)):
        low, high = get()
        if high - low < least:
            put((low + high - least) / 2, (low + high + least) / 2)
